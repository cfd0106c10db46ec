"""The page of whoever got a letter."""

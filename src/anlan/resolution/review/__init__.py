"""The report of a case, what is improved after it, and whether that worked."""

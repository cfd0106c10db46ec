"""What devices say, and how each proves that it is the one that speaks."""

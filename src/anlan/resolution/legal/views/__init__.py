"""Pages of the legal side."""

"""A side's own pages of talks."""

"""Reads of a review, scoped to what the reader may see."""

"""Reads of talks, scoped to what the reader may see."""

"""Reads of what the law asks, scoped to the reader."""

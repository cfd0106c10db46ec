"""Reads of the legal side, scoped to the reader."""

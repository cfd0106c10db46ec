"""Reads of an investigation."""

"""Psychological support, and notes that the counsellor alone can read."""

"""Pages of the resolution of a case, by theme."""

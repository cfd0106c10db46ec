"""Template tags of an investigation."""

"""Forms of an investigation."""

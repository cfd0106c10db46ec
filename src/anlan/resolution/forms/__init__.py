"""What people fill in about the resolution of a case, by theme."""

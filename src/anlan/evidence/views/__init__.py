"""Pages of evidence: the list, one exhibit, its receipt."""

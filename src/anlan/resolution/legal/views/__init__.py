"""Pages of what the law asks."""

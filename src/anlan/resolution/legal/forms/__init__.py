"""What people type about what the law asks."""

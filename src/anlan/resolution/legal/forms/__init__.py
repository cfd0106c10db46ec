"""What people type on the legal side."""

"""What people type in a review."""

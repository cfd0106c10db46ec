"""Police, counsel, limits of time, work injury."""

"""Pages of talks and of the register."""

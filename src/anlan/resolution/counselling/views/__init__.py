"""Pages of support: those of the counsellor, and those of who offers it."""

"""The room of a case: its frame, its panels, and what can be done in them."""

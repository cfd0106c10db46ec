"""The victim's own page of whom she calls and what was promised."""

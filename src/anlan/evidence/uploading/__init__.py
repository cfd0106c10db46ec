"""Files that come in parts, by tus 1.0: the door, the drafts, and what sweeps them."""

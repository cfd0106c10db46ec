"""How fast it is: each figure beside its goal, and beside what bounds it."""

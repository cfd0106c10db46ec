"""Finding out what happened: interviews, the scene, self-defence facts, findings."""

"""The room of an incident: what it has beyond any case's, and what is done in it."""

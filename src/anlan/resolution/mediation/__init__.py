"""The office's own talks, and mediation by a third party."""

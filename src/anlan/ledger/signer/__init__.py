"""A process of its own that holds the key of the checkpoints, and signs no two histories.

It knows neither Django nor the database. What it signs is not bytes but a statement about
a chain, and only one that is proven to continue the last it signed for that chain. So
whoever takes over the web process can have the truth signed, and nothing else.
"""

from __future__ import annotations

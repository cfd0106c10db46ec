"""How an entry vouches for words of the legal side."""

from __future__ import annotations

from anlan.ledger.events import Covered


def covers(model: str, *names: str) -> tuple[Covered, ...]:
    """Each named column of a table, by the digest field of the same name; never quoted."""
    return tuple(
        Covered(
            digest_field=f"{name}_digest",
            model=f"legal.{model}",
            field=name,
            is_protected=True,
        )
        for name in names
    )

"""How an entry vouches for words of a review."""

from __future__ import annotations

from anlan.ledger.events import Covered


def covers(model: str, *names: str) -> tuple[Covered, ...]:
    """Each named column of a table, by the digest field of the same name; never quoted.

    Guards read the timeline of their case, and have yet to say what they saw.
    """
    return tuple(
        Covered(
            digest_field=f"{name}_digest",
            model=f"review.{model}",
            field=name,
            is_protected=True,
        )
        for name in names
    )

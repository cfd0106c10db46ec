"""Which words of a row an entry vouches for; none of an investigation is ever quoted."""

from __future__ import annotations

from anlan.ledger.events import Covered


def covers(model: str, *names: str) -> tuple[Covered, ...]:
    return tuple(
        Covered(
            digest_field=f"{name}_digest",
            model=f"investigation.{model}",
            field=name,
            is_protected=True,
        )
        for name in names
    )

"""What other packages ask of the law notes before they act."""

from __future__ import annotations

from datetime import date

from anlan.base.errors import Conflict


def check_police_waiver(*, severity: int, reason: str, act_on: date) -> None:
    """Refuse to record "no police" where the guardrails forbid it.

    Raises:
        Conflict: G05, with the sentence to show.
    """
    if severity >= 3:
        raise Conflict("较大及以上的事件必须报警", source="G05")

"""What follows on the record of a case is told to people by one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.ledger.events import SYSTEM, Queued
from anlan.notify import services as notify


def tell(
    kind: str,
    queued: Queued,
    *,
    case: Case,
    people: Iterable[User],
    path: str,
    **said: Any,
) -> None:
    """Send to all but the one who did it, with the number of the case.

    Args:
        people: each is told once, however often named.
        path: the page it leads to, from that of the case or from ``/``.
        said: what else the words of the message name.
    """
    notify.send(
        kind=kind,
        site=case.site,
        subject=queued.subject,
        people=[one for one in people if one.actor_key != queued.actor],
        params={"number": case.number, **said},
        path=urljoin(f"/cases/{case.number}/", path),
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )

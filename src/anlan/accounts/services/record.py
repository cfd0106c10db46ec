"""Putting an event of the company, or of a site, on its chain."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import Organisation, Site, User
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, Event


def record_at_head(
    event: Event,
    organisation: Organisation,
    *,
    by: Actor,
    at: datetime,
    user: User | None = None,
    thing: str = "",
    via: str = "",
) -> None:
    """Append to the organisation's own chain, about ``user`` or the organisation."""
    ledger.append_to(
        event,
        organisation_id=organisation.pk,
        site_id=0,
        subject=user.subject if user else f"organisation:{organisation.uid}",
        object=thing,
        by=by,
        at=at,
        via=via,
    )


def record_at_site(
    event: Event, site: Site, *, by: Actor, at: datetime, thing: str = ""
) -> None:
    """Append to the site's chain, about the site; ``thing`` is ``post:<uid>``."""
    ledger.append(event, site=site, subject=site.subject, object=thing, by=by, at=at)

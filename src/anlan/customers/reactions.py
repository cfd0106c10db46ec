"""Answers to what others put on the record, in the transaction of the change."""

from __future__ import annotations

from anlan.accounts.selectors import people_by_role
from anlan.customers import messages, permissions
from anlan.customers.events import MarkerObjectionReceived
from anlan.customers.models import MarkerObjection
from anlan.ledger.events import SYSTEM, Queued, uid_of
from anlan.notify import services as notify


def tell_hearers(queued: Queued) -> None:
    """Those who may hear it, for they decided nothing about the marker; else headquarters."""
    if not isinstance(queued.event, MarkerObjectionReceived):
        return
    objection = MarkerObjection.objects.select_related(
        "marker__site", "marker__person"
    ).get(uid=uid_of(queued.object))
    marker = objection.marker
    told = people_by_role(marker.site, messages.DECIDE)
    people = {one.pk: one for some in told.values() for one in some}.values()
    hear = [one for one in people if permissions.can_hear_marker(one, objection)]
    if not hear:
        hear = [one for key in messages.HEADQUARTERS for one in told[key]]
        kind = messages.NOBODY_HEARS
    else:
        kind = messages.TO_HEAR
    notify.send(
        kind=kind,
        site=marker.site,
        # Not the person's: no message says about whom.
        subject=marker.site.subject,
        people=[one for one in hear if one.actor_key != queued.actor],
        params={"site": marker.site.name, "due": objection.due_on.isoformat()},
        path=f"/markers/{marker.uid}/",
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )

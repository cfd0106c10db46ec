"""What has become of the code of a side's link, for the page; never the code."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import crypto
from anlan.base.errors import NotFound
from anlan.cases.enums import Side
from anlan.customers.events import PersonAdded, PersonCorrected
from anlan.customers.models import Person
from anlan.ledger.models import Entry
from anlan.resolution.mediation.models import LinkCode, OwnLink, Talks
from anlan.resolution.mediation.selectors.talks import talks_for


def sealed_place(code: LinkCode) -> crypto.Place:
    """Where the sealed digits belong."""
    return crypto.Place(
        organisation=code.link.case.organisation_id,
        model="mediation.LinkCode",
        row=code.uid,
        field="sealed",
    )


crypto.add_column(
    crypto.Column(
        model=LinkCode, field="sealed", place=sealed_place, related=("link__case",)
    )
)


def code_of(talks: Talks, side: Side, *, at: datetime) -> LinkCode | None:
    """The one that the side may use, or that waits to be opened."""
    rows = LinkCode.objects.filter(
        link__own_link__talks=talks,
        link__own_link__side=side,
        link__revoked_at=None,
        ended_at=None,
        expires_at__gt=at,
    )
    return rows.select_related("link__own_link__made_by", "opened_by").first()


def code_for(reader: User, uid: UUID) -> LinkCode:
    rows = LinkCode.objects.select_related("link__case", "link__own_link__talks")
    found = rows.filter(uid=uid).first()
    own = OwnLink.objects.filter(link=found.link).first() if found else None
    if found is None or own is None:
        raise NotFound(_("没有找到"))
    talks_for(reader, own.talks.uid)
    return found


def is_number_doubtful(
    person: Person, talks: Talks, *, askers: Collection[User]
) -> bool:
    """Whether a code to that number could reach somebody of the house instead of the side.

    It could if one of those who ask for it entered the number, or anybody did since the
    talks began: one person alone would make the link, enter their own number and agree
    (G17). So says the record, which nobody can change.
    """
    entered = Entry.objects.filter(
        subject=person.subject, kind__in=(PersonAdded.kind, PersonCorrected.kind)
    )
    for entry in entered.order_by("-recorded_at", "-seq"):
        if entry.kind == PersonCorrected.kind and not _is_of_phone(entry):
            continue
        by_asker = entry.actor in {user.actor_key for user in askers}
        return by_asker or entry.recorded_at > talks.begun_at
    return True


def _is_of_phone(entry: Entry) -> bool:
    """What was erased from the record counts as one."""
    if entry.data is None:
        return True
    return "phone" in orjson.loads(bytes(entry.data))["fields"].split(",")

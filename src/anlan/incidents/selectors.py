"""Reads of incidents, scoped to what the reader may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.models import Case, Standard
from anlan.cases.selectors import cases_for
from anlan.incidents.events import ResponderAlerted, why_chosen
from anlan.incidents.models import (
    Assignment,
    Attachment,
    EmergencyCall,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.ledger.models import Entry

STANDARDS = (
    "incident.acknowledge",
    "incident.arrive",
    "incident.control",
    "incident.close",
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the room asks first, so that it reads only what is there.

    ``limits`` are the standards in force when it was reported, in seconds.
    """

    has_joined: bool = True
    has_calls: bool = True
    has_waivers: bool = True
    has_files: bool = True
    limits: Mapping[str, int] = field(default_factory=dict)


def incident_for(user: User, number: str) -> Incident:
    """The incident behind a case's number.

    Raises:
        NotFound: unknown, not the reader's, or a case of another kind.
    """
    return incident_and_facts(user, number)[0]


def incident_and_facts(user: User, number: str) -> tuple[Incident, Facts]:
    """The same, with the facts; one query for all of it."""
    own = {"incident": OuterRef("incident")}
    case = (
        cases_for(user)
        .filter(number=number, incident__isnull=False)
        .select_related(
            "site", "commander", "joined_into", "incident__place", "closed_by"
        )
        .annotate(
            has_joined=Exists(Case.objects.filter(joined_into=OuterRef("pk"))),
            has_calls=Exists(EmergencyCall.objects.filter(**own)),
            has_waivers=Exists(PoliceWaiver.objects.filter(**own)),
            has_files=Exists(
                Attachment.objects.filter(report__incident=OuterRef("incident"))
            ),
            **{f"limit_{place}": _limit(key) for place, key in enumerate(STANDARDS)},
        )
        .first()
    )
    if case is None:
        raise NotFound(_("没有这个事件，或者您无权查看"))
    incident: Incident = case.incident
    incident.case = case
    limits = {
        key: getattr(case, f"limit_{place}") for place, key in enumerate(STANDARDS)
    }
    facts = Facts(
        has_joined=case.has_joined,
        has_calls=case.has_calls,
        has_waivers=case.has_waivers,
        has_files=case.has_files,
        limits={key: limit for key, limit in limits.items() if limit is not None},
    )
    return incident, facts


def assignments_of(incident: Incident) -> list[Assignment]:
    """Everybody who was alerted, in that order."""
    return list(
        incident.assignments.select_related("user").order_by("alerted_at", "pk")
    )


def reasons_chosen(case: Case, assignments: Sequence[Assignment]) -> dict[str, str]:
    """Why each of them was chosen, as the record says it, by ``assignment:<uid>``."""
    entries = Entry.objects.filter(
        organisation_id=case.organisation_id,
        site_id=case.site_id,
        subject=case.subject,
        kind=ResponderAlerted.kind,
        object__in=[f"assignment:{one.uid}" for one in assignments],
    )
    reasons = {}
    for thing, data in entries.values_list("object", "data"):
        if data is not None:
            facts = orjson.loads(bytes(data))
            reasons[thing] = why_chosen(
                facts["rung"],
                facts["on_duty"],
                facts.get("post"),
                facts.get("distance"),
            )
    return reasons


def reports_of(incident: Incident, *, has_files: bool = True) -> list[Report]:
    """What was reported, the first one first, with the files that came along."""
    reports = incident.reports.select_related("reporter", "place")
    if has_files:
        reports = reports.prefetch_related("attachments")
    return list(reports.order_by("received_at", "pk"))


def calls_of(incident: Incident) -> list[EmergencyCall]:
    """Calls to 110 and 120, newest first."""
    return list(
        incident.calls.select_related("called_by").order_by("-called_at", "-pk")
    )


def _limit(key: str) -> Subquery:
    in_force = Standard.objects.filter(
        organisation=OuterRef("organisation"),
        key=key,
        valid_from__lte=OuterRef("opened_at"),
    )
    return Subquery(in_force.order_by("-version").values("seconds")[:1])

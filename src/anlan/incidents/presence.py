"""What an investigation is told of an incident: who reported it, who was there, and where."""

from __future__ import annotations

from django.db.models import QuerySet

from anlan.accounts.models import User
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.incidents.enums import Channel
from anlan.incidents.models import Assignment, Incident, Report
from anlan.investigation.independence import add_presence
from anlan.investigation.selectors.background import add_spot
from anlan.investigation.services.protecting import add_reporters


def was_at_scene(user: User, case: Case) -> bool:
    """Whether they arrived as a responder, of this case or of one joined with it."""
    return Assignment.objects.filter(
        of_one_case(case, "incident__case"), user=user, arrived_at__isnull=False
    ).exists()


def at_the_same_spot(case: Case) -> QuerySet[Case]:
    """Cases of the same point of the site, itself among them."""
    places = Incident.objects.filter(case=case).values("place")
    return Case.objects.filter(incident__place__in=places)


def reporters_of(case: Case) -> QuerySet[User]:
    """Who reported it, or a case joined with it; not who wrote a call down at the desk.

    A visitor who reported has no name here, unless they are a party.
    """
    reports = Report.objects.filter(of_one_case(case, "incident__case"))
    told = reports.exclude(channel=Channel.DESK).exclude(reporter=None)
    return User.objects.filter(pk__in=told.values("reporter")).order_by("pk")


add_reporters(reporters_of)
add_presence(was_at_scene)
add_spot(at_the_same_spot)

"""Who stands for whom among the parties of a case."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.enums import Role
from anlan.cases.models import Case, Guardianship, Party
from anlan.cases.selectors.cases import cases_for


def guardians_in(case: Case) -> QuerySet[Party]:
    """Everybody who is on the case as a guardian, of whomever."""
    return (
        case.parties.filter(removed_at=None, roles__role=Role.GUARDIAN)
        .select_related("person", "user")
        .order_by("pk")
    )


def stands_for(guardian: Party, ward: Party) -> bool:
    """Whether this guardian may act for somebody.

    Where it was said who stands for whom, that holds; a guardian of whom nothing was
    said may still act for somebody of whom nothing was said either.
    """
    running = Guardianship.objects.filter(
        ended_at=None,
        guardian__removed_at=None,
        guardian__roles__role=Role.GUARDIAN,
        ward__removed_at=None,
    )
    if running.filter(guardian=guardian, ward=ward).exists():
        return True
    return not running.filter(Q(ward=ward) | Q(guardian=guardian)).exists()


def is_said_guardian(guardian: Party, ward: Party) -> bool:
    """Whether it was said that just these two belong together."""
    return Guardianship.objects.filter(
        guardian=guardian, ward=ward, ended_at=None
    ).exists()


def with_guardians(ward: Party) -> list[Party]:
    """They, and whoever was said to stand for them: who reads what is theirs alone."""
    running = Guardianship.objects.filter(
        ward=ward, ended_at=None, guardian__removed_at=None
    )
    return [
        ward,
        *(
            one.guardian
            for one in running.select_related("guardian__person").order_by("pk")
        ),
    ]


def relation_of(guardian: Party, ward: Party) -> str:
    """As it was said, or nothing."""
    running = Guardianship.objects.filter(guardian=guardian, ward=ward, ended_at=None)
    return running.values_list("relation", flat=True).first() or ""


def guardianships_of(ward: Party) -> QuerySet[Guardianship]:
    """The running first, then what was taken back."""
    return (
        Guardianship.objects.filter(ward=ward)
        .select_related(
            *("guardian__person", "guardian__user", "ward__case__site"),
            *("named_by", "ended_by"),
        )
        .order_by("ended_at", "pk")
    )


def guardianship_for(reader: User, uid: UUID) -> Guardianship:
    """
    Raises:
        NotFound: unknown, or of a case that is not the reader's.
    """
    found = (
        Guardianship.objects.filter(uid=uid, ward__case__in=cases_for(reader))
        .select_related("guardian", "ward__case__site", "named_by")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这项监护人登记"))
    return found

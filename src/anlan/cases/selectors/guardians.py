"""Who stands for whom among the parties of a case."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import InvalidInput, NotFound
from anlan.cases.enums import Role, Side
from anlan.cases.models import Case, Guardianship, Party
from anlan.cases.selectors.cases import cases_for, shown_name
from anlan.cases.selectors.leaks import sides_of


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
    said may still act for somebody of whom nothing was said either. What was said of
    these two and taken back is not nothing.
    """
    running = _running()
    if running.filter(guardian=guardian, ward=ward).exists():
        return True
    if Guardianship.objects.filter(guardian=guardian, ward=ward).exists():
        return False
    return not running.filter(Q(ward=ward) | Q(guardian=guardian)).exists()


def linked_guardians(ward: Party) -> list[Party]:
    """Those of whom it was said that they stand for somebody."""
    rows = (
        _running()
        .filter(ward=ward)
        .select_related(*("guardian__person", "guardian__user", "guardian__case__site"))
    )
    found = {row.guardian_id: row.guardian for row in rows.order_by("pk")}
    return list(found.values())


def check_is_linked_by_name(name: str, ward: Party, *, path: str) -> None:
    """Where it was said who stands for somebody, a name that is typed must be theirs.

    Raises:
        InvalidInput: it is somebody else's; linked ones and what to do are told.
    """
    linked = linked_guardians(ward)
    if linked and _plain(name) not in {_plain(_full_name(one)) for one in linked}:
        raise InvalidInput(
            _(
                "已登记本人的监护人是%s，请写登记的监护人的姓名；登记有变的，请先在当事人里更正"
            )
            % _names(linked),
            path=path,
            source="G20",
        )


def names_of_linked(ward: Party) -> str:
    """As everybody may read them; empty where nothing was said."""
    return _names(linked_guardians(ward))


def _names(parties: list[Party]) -> str:
    return _("、").join(shown_name(one) for one in parties)


def _full_name(party: Party) -> str:
    if party.user is not None:
        return party.user.name
    return party.person.name if party.person is not None else ""


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _running() -> QuerySet[Guardianship]:
    return Guardianship.objects.filter(
        ended_at=None,
        guardian__removed_at=None,
        guardian__roles__role=Role.GUARDIAN,
        ward__removed_at=None,
    )


def is_said_guardian(guardian: Party, ward: Party) -> bool:
    """Whether it was said that just these two belong together."""
    return Guardianship.objects.filter(
        guardian=guardian, ward=ward, ended_at=None
    ).exists()


def with_guardians(ward: Party) -> list[Party]:
    """They, and whoever was said to stand for them: who reads what is theirs alone.

    A guardian who turns out to be of the other side reads nothing of theirs.
    """
    running = _running().filter(ward=ward).select_related("guardian__person")
    others = {side.other for side in _sides(ward)}
    guardians = (one.guardian for one in running.order_by("pk"))
    return [ward, *(one for one in guardians if not others & _sides(one))]


def _sides(party: Party) -> frozenset[Side]:
    return sides_of(party.roles.values_list("role", flat=True))


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
        .order_by(F("ended_at").asc(nulls_first=True), "pk")
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

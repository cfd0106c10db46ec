"""Who stands for whom among the parties of a case."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import InvalidInput, NotFound
from anlan.cases import policies
from anlan.cases.enums import Role, Side
from anlan.cases.models import Case, Guardianship, Party
from anlan.cases.selectors.cases import cases_for, full_name, shown_name
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
    these two and taken back is not nothing. Who is of the other side, or struck somebody
    themselves, acts for nobody, whatever was said before.
    """
    if _is_partial(guardian, ward):
        return False
    running = _running()
    if running.filter(guardian=guardian, ward=ward).exists():
        return True
    if Guardianship.objects.filter(guardian=guardian, ward=ward).exists():
        return False
    return not running.filter(Q(ward=ward) | Q(guardian=guardian)).exists()


def check_is_impartial(guardian: Party, ward: Party, *, path: str) -> None:
    """
    Raises:
        InvalidInput: the guardian is of the other side, or struck somebody themselves.
    """
    if _is_partial(guardian, ward):
        raise InvalidInput(
            _("这位监护人是对方或者行为人，不能代本人同意和签字，请另找一位监护人"),
            path=path,
            source="G20",
        )


def linked_guardians(ward: Party) -> list[Party]:
    """Those of whom it was said that they stand for somebody."""
    rows = (
        _running()
        .filter(ward=ward)
        .select_related(*("guardian__person", "guardian__user", "guardian__case__site"))
    )
    found = {row.guardian_id: row.guardian for row in rows.order_by("pk")}
    return list(found.values())


def companions_of(ward: Party) -> list[Party]:
    """The guardians who may be with somebody while they are heard."""
    return [one for one in linked_guardians(ward) if not _is_partial(one, ward)]


def companions_in(case: Case) -> list[tuple[Party, Party]]:
    """Every guardian of a case who may be with somebody, and with whom."""
    wards = case.parties.filter(removed_at=None, guarded_by__isnull=False)
    rows = wards.select_related("person", "user", "case__site").distinct()
    return [(one, ward) for ward in rows.order_by("pk") for one in companions_of(ward)]


def check_may_be_with(guardian: Party, ward: Party, *, path: str) -> None:
    """Who is with somebody while they are heard is theirs, and stands on no other side.

    Raises:
        InvalidInput: of another case; nobody said so, or it was taken back; they are of
            the other side, or struck somebody themselves; nobody knows their name yet.
    """
    policies.check_is_of_case(guardian, ward.case, path=path)
    if not _running().filter(guardian=guardian, ward=ward).exists():
        raise InvalidInput(
            _("这一位没有登记为本人的监护人，或者登记已经撤销；请选择登记的监护人"),
            path=path,
            source="G20",
        )
    if _is_partial(guardian, ward):
        raise InvalidInput(
            _("这位监护人是对方或者行为人，不能在场，请另找一位监护人"),
            path=path,
            source="G20",
        )
    if not guardian.is_identified:
        raise InvalidInput(
            _("还不知道这位监护人是谁，请先在当事人里确认身份"), path=path
        )


def check_is_new_here(name: str, ward: Party, *, path: str) -> None:
    """A name that is typed is nobody's of the case: a party is chosen by their row.

    Whoever stood for the ward once, or is of the other side, would else come back under
    the same name with nothing said of them.

    Raises:
        InvalidInput: a party is called so, or somebody whose guardianship was taken back.
    """
    known = ward.case.parties.filter(
        Q(removed_at=None) | Q(guardianships__ward=ward)
    ).select_related("person", "user")
    names = {_plain(full_name(one)) for one in known.distinct()} - {""}
    if _plain(name) in names:
        raise InvalidInput(
            _(
                "本案当事人里已有这个姓名：请从登记的监护人里选择，没有的先登记与本人的关系"
            ),
            path=path,
            source="G20",
        )


def names_of_linked(ward: Party) -> str:
    """As everybody may read them; empty where nothing was said."""
    return _names(linked_guardians(ward))


def _names(parties: list[Party]) -> str:
    return _("、").join(shown_name(one) for one in parties)


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
    guardians = (one.guardian for one in running.order_by("pk"))
    return [ward, *(one for one in guardians if not is_against(one, ward))]


def is_against(guardian: Party, ward: Party) -> bool:
    """Whether somebody is of the side that the ward is not of."""
    return any(side.other in _sides(guardian) for side in _sides(ward))


def _is_partial(guardian: Party, ward: Party) -> bool:
    """Of the other side, or a suspect themselves: whoever that is sits beside nobody."""
    return is_against(guardian, ward) or Side.AGGRESSOR in _sides(guardian)


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

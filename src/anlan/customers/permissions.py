"""Who may register, read and erase a customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import check_permission, holds_somewhere
from anlan.accounts.roles import Permission
from anlan.base.errors import DomainError, NotAllowed, NotFound
from anlan.customers.models import (
    KnownAt,
    MarkerObjection,
    Person,
    RiskMarker,
)
from anlan.customers.models.markers import STANDS
from anlan.ledger.events import Actor

# The customers, by their keys, whom a colleague faces in some matter; each package above
# says it for its own.
AtOdds: TypeAlias = Callable[[User], set[int]]
_AT_ODDS: list[AtOdds] = []


def add_at_odds(asked: AtOdds) -> None:
    """Enter how another package knows whom somebody faces; once, at import."""
    if asked in _AT_ODDS:
        raise RuntimeError("this was entered before")
    _AT_ODDS.append(asked)


def people_at_odds(user: User) -> set[int]:
    """The keys of those whom the colleague faces; ask once for a list."""
    return set().union(*(asked(user) for asked in _AT_ODDS))


# The customers, as rows of their keys, of whom a colleague who speaks for another learns
# neither numbers nor name in full, in whatever matter they ask; said as above.
Hidden: TypeAlias = Callable[[User], QuerySet[Any, Any]]
_HIDDEN: list[Hidden] = []


def add_hidden(asked: Hidden) -> None:
    """Enter how another package knows who is hidden from somebody; once, at import."""
    if asked in _HIDDEN:
        raise RuntimeError("this was entered before")
    _HIDDEN.append(asked)


def hidden_from(reader: User, people: Iterable[Person]) -> set[int]:
    """The keys of those of ``people`` whose contact details the reader may not know."""
    keys = [person.pk for person in people]
    if not keys:
        return set()
    return {
        key
        for asked in _HIDDEN
        for key in Person.objects.filter(pk__in=keys)
        .filter(pk__in=asked(reader))
        .values_list("pk", flat=True)
    }


def check_can_register(by: Actor, site: Site) -> None:
    check_permission(by, Permission.PARTY_EDIT, site=site)


def check_can_correct(by: Actor, person: Person, site: Site) -> None:
    check_is_known(person, site)
    check_permission(by, Permission.PARTY_EDIT, site=site)
    _check_is_none_hidden(by, [person])


def check_can_unmask(by: Actor, site: Site, people: Iterable[Person] = ()) -> None:
    """All who are known there, which ``are_known`` says, and are not of another side."""
    check_permission(by, Permission.PERSON_UNMASK, site=site)
    _check_is_none_hidden(by, people)


def _check_is_none_hidden(by: Actor, people: Iterable[Person]) -> None:
    """Raises:
    NotAllowed: the reader stands or speaks on the other side of one of them somewhere.
    """
    if isinstance(by, User) and hidden_from(by, people):
        raise NotAllowed(
            _(
                "您在一宗案件中是另一方的联系人或者当事人，不能查看、更正、删除这位人员的资料"
            )
        )


def check_can_erase(by: Actor, person: Person, site: Site) -> None:
    """Whoever answers for the site and may read the data may erase it.

    Erasing takes the person from every site that knows them, so it must be permitted at
    each: a person of two sites is erased by headquarters.
    """
    check_is_known(person, site)
    known = KnownAt.objects.filter(person=person).select_related("site")
    for there in (row.site for row in known):
        check_permission(by, Permission.SITE_MANAGE, site=there)
        check_permission(by, Permission.PERSON_UNMASK, site=there)
    _check_is_none_hidden(by, [person])


def check_is_known(person: Person, site: Site) -> None:
    """A right at one site must not open the people of another.

    Raises:
        NotFound: as for a person who does not exist.
    """
    if not are_known([person], site):
        raise NotFound(_("没有找到这位人员"))


def are_known(people: Sequence[Person], site: Site) -> bool:
    """Whether the site knows every one of them."""
    wanted = {person.pk for person in people}
    known = KnownAt.objects.filter(person__in=wanted, site=site)
    return set(known.values_list("person", flat=True)) == wanted


def check_can_set_marker(by: Actor, person: Person, site: Site) -> None:
    """Who may decide about the person, and on none to which an objection stands.

    Raises:
        NotAllowed: with the guardrail, where it is not a person, or one with a part in it.
        NotFound: the site does not know the person.
    """
    _check_can_decide(by, person, site)
    objected = MarkerObjection.objects.filter(
        STANDS, marker__person=person, marker__site=site
    )
    if isinstance(by, User) and objected.filter(marker__decisions__decided_by=by):
        raise NotAllowed(
            _(
                "本人对您决定过的标记提出过异议，异议已经成立或者还没有复核：请由他人重新决定，可以交总部"
            ),
            source="G27",
        )


def _check_can_decide(by: Actor, person: Person, site: Site) -> None:
    """A colleague whose office it is; never a program, nor who stands on the other side."""
    if not isinstance(by, User):
        raise NotAllowed(_("风险标记只能由人决定"), source="G27")
    check_permission(by, Permission.MARKER_SET, site=site)
    check_is_known(person, site)
    if person.pk in people_at_odds(by):
        raise NotAllowed(
            _("您和这位人员在同一案件中是对立的两方，风险标记请由他人决定"),
            source="G27",
        )


def check_can_list_markers(by: Actor) -> None:
    """Whoever decides on markers anywhere; the list then has those that they decide on."""
    permission = Permission.MARKER_SET
    if not isinstance(by, User) or not holds_somewhere(by, permission):
        raise NotAllowed(_("您没有“%s”的权限") % permission.label)


def check_can_review_marker(by: Actor, marker: RiskMarker) -> None:
    """Whoever decides about the person; what they decided before does not matter."""
    _check_can_decide(by, marker.person, marker.site)


def can_review_marker(by: User, marker: RiskMarker) -> bool:
    return _passes(lambda: check_can_review_marker(by, marker))


def check_can_read_marker(by: Actor, marker: RiskMarker) -> None:
    """The advice, for whoever may meet the person; why it was given is another right."""
    check_permission(by, Permission.MARKER_READ, site=marker.site)


def check_can_object_to_marker(by: Actor, marker: RiskMarker) -> None:
    """Whoever the person says it to, and who knows of the marker, takes it down."""
    check_can_read_marker(by, marker)


def check_can_hear_marker(by: Actor, objection: MarkerObjection) -> None:
    """Who might have set it, and decided nothing about it, no other objection either.

    Raises:
        NotAllowed: see ``check_can_set_marker``; or they decided on the marker before.
    """
    marker = objection.marker
    check_can_review_marker(by, marker)
    others = marker.objections.exclude(pk=objection.pk)
    if isinstance(by, User) and (
        marker.decisions.filter(decided_by=by).exists()
        or others.filter(decided_by=by).exists()
    ):
        raise NotAllowed(
            _("您对这个风险标记作过决定，异议请由他人复核，可以交总部"), source="G27"
        )


def can_hear_marker(by: User, objection: MarkerObjection) -> bool:
    return _passes(lambda: check_can_hear_marker(by, objection))


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except DomainError:
        return False
    return True


def check_can_add_unit(by: Actor, site: Site) -> None:
    check_permission(by, Permission.SITE_MANAGE, site=site)

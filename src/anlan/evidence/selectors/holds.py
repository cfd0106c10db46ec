"""Holds: which stand over a case or a thing, and which of them somebody sees."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.cases.models import Case
from anlan.cases.selectors import case_for
from anlan.evidence.enums import Protection, RetentionClass
from anlan.evidence.models import (
    CaseWords,
    Exhibit,
    FootageApplication,
    Hold,
    Recording,
)
from anlan.evidence.selectors.exhibits import seen_by
from anlan.evidence.selectors.retention import Item, Thing, with_hosts
from anlan.law import selectors as law


def holds_standing(case: Case) -> list[Hold]:
    """Those of the case, and those that hold all of the case it was joined into."""
    hosts = with_hosts(case)[1:]
    return list(
        Hold.objects.filter(
            Q(case=case) | Q(case__in=hosts, exhibit=None, recording=None),
            released_at=None,
        )
        .select_related("exhibit", "recording")
        .order_by("case", "number")
    )


def holds_over(item: Item, holds: Iterable[Hold]) -> list[Hold]:
    """Those that cover it: the whole case, itself, or what it was made from or into.

    Words speak of all of a case, so a hold on any of it holds them.
    """
    if isinstance(item.thing, CaseWords | FootageApplication):
        return list(holds)
    mine: tuple[set[Thing], set[Thing]] | None = None
    found = []
    for hold in holds:
        held = hold.holds
        if held is not None:
            mine = mine or (_deleted_with(item.thing), _origins(item.thing))
            together, origins = mine
            if _deleted_with(held).isdisjoint(origins) and together.isdisjoint(
                _origins(held)
            ):
                continue
        found.append(hold)
    return found


def _deleted_with(thing: Thing) -> set[Thing]:
    """It, and the recording of whose files it is one."""
    found = {thing}
    if isinstance(thing, Exhibit):
        found.update(
            Recording.objects.filter(Q(exhibit=thing) | Q(segments__exhibit=thing))
        )
    return found


def _origins(thing: Thing) -> set[Thing]:
    """It, and all that it was made from: exhibits, and recordings with their films."""
    found = {thing}
    exhibit = thing if isinstance(thing, Exhibit) else None
    while exhibit is not None:
        found |= _deleted_with(exhibit)
        found.update(
            Recording.objects.filter(
                Q(stills__exhibit=exhibit) | Q(derivatives__redactions__result=exhibit)
            )
        )
        exhibit = exhibit.derived_from
    return found


def holds_of(case: Case, reader: User) -> QuerySet[Hold]:
    """All of a case, the newest first; of what is protected only who may know of it."""
    found = case.holds.exclude(exhibit__in=_hidden_from(reader))
    return _with_people(found).order_by("-number")


def _hidden_from(reader: User) -> QuerySet[Exhibit]:
    return Exhibit.objects.exclude(protection=Protection.NONE).exclude(seen_by(reader))


def hold_for(user: User, number: str, uid: UUID) -> Hold:
    """One hold of a case that the reader may see.

    Raises:
        NotFound: unknown, of another case, or not the reader's.
    """
    found = holds_of(case_for(user, number), user).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这项保全"))
    return found


def may_know(user: User, hold: Hold) -> bool:
    """A hold on what is protected is known to those who may know of that."""
    if hold.exhibit_id is None:
        return True
    return Exhibit.objects.filter(seen_by(user), pk=hold.exhibit_id).exists()


def _with_people(holds: QuerySet[Hold]) -> QuerySet[Hold]:
    return holds.select_related(
        "case__site", "exhibit", "recording", "placed_by", "proposed_by", "released_by"
    )


def holds_for(user: User, *, standing: bool = True) -> QuerySet[Hold]:
    """The holds of the reader's sites, the newest first."""
    found = Hold.objects.filter(
        case__site__in=sites_where(user, Permission.HOLD_PLACE)
    ).exclude(exhibit__in=_hidden_from(user))
    if standing:
        found = found.filter(released_at=None)
    return _with_people(found).order_by("-placed_at", "-pk")


def is_held(exhibit: Exhibit) -> bool:
    """Whether a hold stands that covers this exhibit."""
    item = Item(exhibit, frozenset())
    return bool(holds_over(item, holds_standing(exhibit.case)))


def release_advice() -> str:
    """What to think of before a hold is released: advice, and no limit of ours."""
    return _(
        "提示：向人民法院请求保护民事权利的诉讼时效一般为三年，自知道受损和义务人之日起算，"
        "请求、起诉等会使它重新起算（%s）。还有纠纷、报案或者诉讼的，请不要解除。"
    ) % law.cite(law.retention(RetentionClass.ORDINARY.value).sources[0])

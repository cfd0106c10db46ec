"""Limits of time of a case, and how each last day came about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.models import Case, Party
from anlan.cases.selectors import case_for, shown_name
from anlan.evidence.enums import Ground
from anlan.evidence.selectors.retention import add_grounds
from anlan.resolution.legal import permissions
from anlan.resolution.legal.enums import (
    LimitationKind,
    LimitationState,
    TurnGround,
    WorkInjuryState,
)
from anlan.resolution.legal.models import Limitation, LimitationTurn, WorkInjury
from anlan.resolution.legal.reckoning import Reckoned, Turn, reckon, rule_of


def reckoned(
    row: Limitation, *, turns: Iterable[LimitationTurn] | None = None
) -> Reckoned:
    """From the facts of the row and what turned it; what was struck out does not count."""
    if turns is None:
        turns = row.turns.all()
    return reckon(
        rule_of(LimitationKind(row.kind), hurt_on=row.hurt_on),
        starts_on=row.counts_from,
        hurt_on=row.hurt_on,
        turns=[
            Turn(TurnGround(turn.ground), turn.on, turn.until)
            for turn in turns
            if turn.struck_at is None
        ],
        granted_on=row.granted_on,
    )


def grounds_of(cases: Collection[int]) -> Mapping[int, set[Ground]]:
    """That somebody may still claim, or is being decided about, by the keys of cases."""
    limits = Limitation.objects.filter(case__in=cases, state=LimitationState.RUNNING)
    injuries = WorkInjury.objects.filter(case__in=cases).filter(
        Q(state__in=[WorkInjuryState.FILED, WorkInjuryState.ACCEPTED])
        | Q(remedy_look_on__isnull=False)
    )
    keys = {*limits.values_list("case", flat=True)}
    keys |= {*injuries.values_list("case", flat=True)}
    return {key: {Ground.CLAIM} for key in keys}


add_grounds(grounds_of)


def limitations_of(case: Case) -> QuerySet[Limitation]:
    return (
        Limitation.objects.filter(case=case)
        .select_related(
            *("holder__person", "holder__user", "against__person", "against__user"),
            *("opened_by", "injury"),
        )
        .prefetch_related(
            Prefetch(
                "turns",
                LimitationTurn.objects.select_related("by", "exhibit").order_by("pk"),
            )
        )
        .order_by("number")
    )


def limitation_for(reader: User, number: str, uid: UUID) -> Limitation:
    """
    Raises:
        NotFound: unknown, or of another case.
        NotAllowed: the case is theirs to see, its limits are not.
    """
    case = limited_case(reader, number)
    found = limitations_of(case).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这项时效"))
    found.case = case
    return found


def limited_case(reader: User, number: str) -> Case:
    case = case_for(reader, number)
    permissions.check_can_see_limitations(reader, case)
    return case


def turn_of(row: Limitation, uid: UUID) -> LimitationTurn:
    """
    Raises:
        NotFound: it turned another limit.
    """
    found = row.turns.filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这一项"))
    found.limitation = row
    return found


def holder_name(party: Party | None) -> str:
    """Whose right it is; the office's own has no party."""
    return shown_name(party) if party is not None else _("管理处")

"""Limits of time of a case, each explained line by line."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.base.clock import local_day
from anlan.cases.act import act_of
from anlan.cases.permissions import can_state_act
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.law import selectors as law
from anlan.resolution.legal import permissions
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import (
    LimitationKind,
    LimitationState,
    TurnGround,
)
from anlan.resolution.legal.forms.limitation import (
    LimitationForm,
    ReasonForm,
    TurnForm,
    UntilForm,
)
from anlan.resolution.legal.models import Limitation
from anlan.resolution.legal.reckoning import rule_of
from anlan.resolution.legal.selectors.limitation import (
    holder_name,
    limitation_for,
    limitations_of,
    limited_case,
    reckoned,
    turn_of,
)

_either = require_http_methods(["GET", "POST"])


@login_required
@require_safe
def limitations(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = limited_case(reader, number)
    today = local_day(timezone.now())
    rows = [
        (
            row,
            holder_name(row.holder),
            holder_name(row.against) if row.against else "",
            (row.due_on - today).days if row.due_on else None,
        )
        for row in limitations_of(case)
    ]
    return render(
        request,
        "legal/limitations.html",
        {
            "case": case,
            "limitations": rows,
            "may_keep": permissions.can_keep_limitations(reader, case),
            "may_state": can_state_act(reader, case),
        },
    )


@login_required
@_either
def limitation_new(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = limited_case(reader, number)
    form = LimitationForm(posted(request), case=case)

    def act(_said: dict[str, Any]) -> HttpResponse:
        made = legal.start_limitation(
            case=case, by=reader, at=timezone.now(), **form.said()
        )
        return redirect("legal:limitation", number, made.uid)

    return sheet(
        request,
        number=number,
        title=_("开始计算时效"),
        button=_("开始计算"),
        form=form,
        act=act,
    )


@login_required
@require_safe
def limitation(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    row = limitation_for(reader, number, uid)
    kind = LimitationKind(row.kind)
    may = permissions.can_keep_limitations(reader, row.case)
    counts = may and row.state != LimitationState.ENDED
    due, act = row.due_on, act_of(row.case)
    return render(
        request,
        "legal/limitation.html",
        {
            "case": row.case,
            "limitation": row,
            "holder": holder_name(row.holder),
            "against": holder_name(row.against) if row.against else "",
            "days": (due - local_day(timezone.now())).days if due else None,
            "lines": reckoned(row).lines,
            "act": act,
            "is_from_act": _is_from_act(row),
            "may_state": can_state_act(reader, row.case),
            "is_longest": kind == LimitationKind.CIVIL,
            "is_other_day": local_day(act.at) != row.hurt_on,
            "turns": [
                (turn, TurnGround(turn.ground).lasts and turn.until is None)
                for turn in row.turns.all()
            ],
            "is_turned": kind.may_turn,
            "may_turn": counts and kind.may_turn,
            "may_end": counts and row.injury_id is None,
            "cited": law.cite(rule_of(kind, hurt_on=row.hurt_on).source),
        },
    )


def _is_from_act(row: Limitation) -> bool:
    """Of a punishment, unless the act went on; of a claim it is knowing that counts."""
    kind = LimitationKind(row.kind)
    is_of_act = kind == LimitationKind.SECURITY and row.counts_from == row.hurt_on
    return kind.is_of_work_injury or is_of_act


@login_required
@_either
def limitation_end(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    row = limitation_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        legal.end_limitation(
            limitation=row, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("legal:limitation", number, uid)

    return sheet(
        request,
        number=number,
        title=_("时效 %s 不再计时") % row.code,
        button=_("不再计时"),
        form=ReasonForm(posted(request)),
        act=act,
    )


@login_required
@_either
def turn_new(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    row = limitation_for(reader, number, uid)
    form = TurnForm(posted(request), case=row.case, reader=reader)

    def act(_said: dict[str, Any]) -> HttpResponse:
        legal.record_turn(limitation=row, by=reader, at=timezone.now(), **form.said())
        return redirect("legal:limitation", number, uid)

    return sheet(
        request,
        number=number,
        title=_("时效 %s 中断或者中止") % row.code,
        lead=_("中断重新计算；中止只在最后六个月内。每一项都要有证明。"),
        button=_("登记"),
        form=form,
        act=act,
    )


@login_required
@_either
def turn_end(request: HttpRequest, number: str, uid: UUID, turn: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = turn_of(limitation_for(reader, number, uid), turn)

    def act(said: dict[str, Any]) -> HttpResponse:
        legal.end_turn(turn=found, until=said["until"], by=reader, at=timezone.now())
        return redirect("legal:limitation", number, uid)

    return sheet(
        request,
        number=number,
        title=found.get_ground_display(),
        button=_("登记"),
        form=UntilForm(posted(request)),
        act=act,
    )


@login_required
@_either
def turn_strike(
    request: HttpRequest, number: str, uid: UUID, turn: UUID
) -> HttpResponse:
    reader = reader_of(request)
    found = turn_of(limitation_for(reader, number, uid), turn)

    def act(said: dict[str, Any]) -> HttpResponse:
        legal.strike_turn(
            turn=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("legal:limitation", number, uid)

    return sheet(
        request,
        number=number,
        title=_("划去“%s”") % found.get_ground_display(),
        button=_("划去"),
        form=ReasonForm(posted(request)),
        act=act,
    )

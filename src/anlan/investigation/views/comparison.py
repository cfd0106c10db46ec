"""Accounts side by side: proposals, and what a person makes of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.cases.models import Case
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.investigation import permissions
from anlan.investigation import services as investigation
from anlan.investigation.enums import CellSays
from anlan.investigation.forms.comparison import (
    CellForm,
    FreeFactForm,
    NamingForm,
    PairForm,
    field_of,
)
from anlan.investigation.selectors.comparison import (
    called_in,
    cell_for,
    column_for,
    comparison_of,
    free_fact_for,
    pair_for,
    row_words,
)
from anlan.investigation.views.frame import opened, page

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def comparison(request: HttpRequest, number: str) -> HttpResponse:
    reader, case = opened(request, number)
    return page(
        request,
        "comparison.html",
        case=case,
        tab="comparison",
        comparison=comparison_of(case, reader),
        may_read=permissions.can_find(reader, case),
    )


@login_required
@require_POST
def cell_acceptance(
    request: HttpRequest, number: str, statement: str, fact: str
) -> HttpResponse:
    """Take over the proposal of one cell, and stay where one was."""
    reader, case = opened(request, number)
    investigation.accept_cell(
        case=case, statement=statement, fact=fact, by=reader, at=timezone.now()
    )
    return _back(case, f"fact-{fact}")


@login_required
@_either
def cell(request: HttpRequest, number: str, statement: str, fact: str) -> HttpResponse:
    reader, case = opened(request, number)
    permissions.check_can_find(reader, case)
    column = column_for(reader, case, statement)
    shown = cell_for(case, reader, column, fact)

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.read_cell(
            case=case,
            statement=statement,
            fact=fact,
            says=CellSays(said["says"]),
            start=said["start"],
            note=said["note"],
            by=reader,
            at=timezone.now(),
        )
        return _back(case, f"fact-{fact}")

    return sheet(
        request,
        number=number,
        title=_("%(code)s %(name)s：%(fact)s")
        % {"code": column.code, "name": column.name, "fact": row_words(case, fact)},
        lead=_("程序只给建议。请核对原句；选别的句子就是改正。"),
        button=_("保存"),
        form=CellForm(posted(request), cell=shown),
        act=act,
    )


@login_required
@require_POST
def pair_confirmation(request: HttpRequest, number: str, pair: str) -> HttpResponse:
    reader, case = opened(request, number)
    investigation.judge_pair(
        case=case,
        pair=pair_for(case, reader, pair),
        holds=True,
        by=reader,
        at=timezone.now(),
    )
    return _back(case, f"pair-{pair}")


@login_required
@_either
def pair_dismissal(request: HttpRequest, number: str, pair: str) -> HttpResponse:
    reader, case = opened(request, number)
    permissions.check_can_find(reader, case)
    found = pair_for(case, reader, pair)

    def act(said: dict[str, Any]) -> HttpResponse:
        investigation.judge_pair(
            case=case, pair=found, holds=False, **said, by=reader, at=timezone.now()
        )
        return _back(case, "pairs")

    return sheet(
        request,
        number=number,
        title=_("不成立：%(first)s 与 %(second)s")
        % {"first": found.first.code, "second": found.second.code},
        lead=f"{found.first_quote} / {found.second_quote}",
        button=_("不成立"),
        form=PairForm(posted(request)),
        act=act,
    )


@login_required
@_either
def fact_addition(request: HttpRequest, number: str) -> HttpResponse:
    reader, case = opened(request, number)
    permissions.check_can_find(reader, case)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = investigation.add_free_fact(
            case=case, **said, by=reader, at=timezone.now()
        )
        return _back(case, f"fact-{made.slug}")

    return sheet(
        request,
        number=number,
        title=_("加一项比对"),
        lead=_("这一项没有建议，每份说明由您核对。"),
        button=_("加上"),
        form=FreeFactForm(posted(request)),
        act=act,
    )


@login_required
@require_POST
def fact_withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    fact = free_fact_for(reader, number, uid)
    investigation.withdraw_free_fact(fact=fact, by=reader, at=timezone.now())
    return _back(fact.case, "facts")


@login_required
@_either
def naming(request: HttpRequest, number: str, statement: str) -> HttpResponse:
    """How this account calls those whom it does not name."""
    reader, case = opened(request, number)
    permissions.check_can_find(reader, case)
    column = column_for(reader, case, statement)
    called = called_in(column.statement)

    def act(said: dict[str, Any]) -> HttpResponse:
        for one in called:
            investigation.name_person(
                statement=column.statement,
                party=one.party,
                words=said[field_of(one)],
                by=reader,
                at=timezone.now(),
            )
        return redirect("investigation:comparison", case.number)

    return sheet(
        request,
        number=number,
        title=_("%s 里怎样称呼各人") % column.code,
        lead=_(
            "写明以后，程序重新比对：知道“那个穿灰衣服的”是谁，才看得出说的是同一个人。"
        ),
        button=_("保存"),
        form=NamingForm(posted(request), called=called),
        act=act,
    )


def _back(case: Case, anchor: str) -> HttpResponse:
    answer = redirect("investigation:comparison", case.number)
    answer["Location"] += f"#{anchor}"
    return answer

"""Work injuries of a case: what is due, what is missing, what happened."""

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
from anlan.base.errors import NotFound
from anlan.cases.act import act_of
from anlan.cases.permissions import can_state_act
from anlan.cases.selectors import case_for, shown_name
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.law import selectors as law
from anlan.resolution.legal import permissions, policies
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import Employer, Material, WorkInjuryStepKind
from anlan.resolution.legal.forms.work_injury import (
    DayForm,
    EmployerForm,
    MaterialForm,
    StepForm,
)
from anlan.resolution.legal.law_data import work_injury_sources
from anlan.resolution.legal.selectors.work_injury import (
    checklist,
    is_by_worker,
    last_filed_on,
    missing_of,
    remedies_of,
    standing_of,
    work_injuries_of,
    work_injury_for,
)

_either = require_http_methods(["GET", "POST"])


@login_required
@require_safe
def work_injuries(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = case_for(reader, number)
    today = local_day(timezone.now())
    return render(
        request,
        "legal/work_injuries.html",
        {
            "case": case,
            "injuries": [
                (one, shown_name(one.party), standing_of(one, on=today))
                for one in work_injuries_of(case, reader)
            ],
            "cited": law.cite_all(work_injury_sources()),
        },
    )


@login_required
@require_safe
def work_injury(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = work_injury_for(reader, number, uid)
    may, act = permissions.can_handle_work_injury(reader, found), act_of(found.case)
    again = last_filed_on(found)
    return render(
        request,
        "legal/work_injury.html",
        {
            "case": found.case,
            "injury": found,
            "party": shown_name(found.party),
            "standing": standing_of(found, on=local_day(timezone.now())),
            "act": act,
            "may_state": can_state_act(reader, found.case),
            "is_other_day": local_day(act.at) != found.injured_on,
            "remedies": [(one, law.cite(one.source)) for one in remedies_of(found)],
            "filed_again_on": again if again != found.filed_on else None,
            "checklist": checklist(found),
            "missing": missing_of(found),
            "is_by_worker": is_by_worker(found),
            "steps": policies.work_injury_steps(found) if may else [],
            "may_handle": may,
            "cited": law.cite_all(work_injury_sources()),
        },
    )


@login_required
@_either
def work_injury_step(
    request: HttpRequest, number: str, uid: UUID, kind: str
) -> HttpResponse:
    reader = reader_of(request)
    found = work_injury_for(reader, number, uid)
    if kind not in WorkInjuryStepKind.values:
        raise NotFound("")
    step = WorkInjuryStepKind(kind)
    at = timezone.now()
    form = StepForm(
        posted(request), case=found.case, reader=reader, kind=step, today=local_day(at)
    )

    def act(_said: dict[str, Any]) -> HttpResponse:
        legal.record_step(injury=found, kind=step, by=reader, at=at, **form.said())
        return redirect("legal:work_injury", number, uid)

    return sheet(
        request,
        number=number,
        title=f"{found.code} {step.label}",
        button=_("登记"),
        form=form,
        act=act,
    )


@login_required
@_either
def work_injury_employer(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = work_injury_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        legal.set_employer(
            injury=found,
            employer=Employer(said["employer"]),
            name=said["name"],
            by=reader,
            at=timezone.now(),
        )
        return redirect("legal:work_injury", number, uid)

    initial = {"employer": found.employer, "name": found.employer_name}
    return sheet(
        request,
        number=number,
        title=_("%s 的用人单位") % found.code,
        lead=_("其他单位的员工由其单位申请；我们通知它、移交材料，并登记结果。"),
        button=_("保存"),
        form=EmployerForm(posted(request), initial=initial),
        act=act,
    )


@login_required
@_either
def work_injury_day(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = work_injury_for(reader, number, uid)
    told = act_of(found.case)

    def act(said: dict[str, Any]) -> HttpResponse:
        legal.recount_work_injury(
            injury=found, injured_on=said["injured_on"], by=reader, at=timezone.now()
        )
        return redirect("legal:work_injury", number, uid)

    return sheet(
        request,
        number=number,
        title=_("重新计算 %s 的期限") % found.code,
        lead=_(
            "按现在已知的行为发生之日计算：%(day)s（%(source)s）。两项时效和待办随之改变。"
        )
        % {"day": local_day(told.at).isoformat(), "source": told.source},
        button=_("重新计算"),
        form=DayForm(
            posted(request), initial={"injured_on": local_day(told.at).isoformat()}
        ),
        act=act,
    )


@login_required
@_either
def work_injury_material(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = work_injury_for(reader, number, uid)
    form = MaterialForm(posted(request), case=found.case, reader=reader)

    def act(said: dict[str, Any]) -> HttpResponse:
        exhibit = form.chosen()
        if exhibit is None:  # the form asks for one
            raise NotFound("")
        legal.add_material(
            injury=found,
            material=Material(said["material"]),
            exhibit=exhibit,
            by=reader,
            at=timezone.now(),
        )
        return redirect("legal:work_injury", number, uid)

    return sheet(
        request,
        number=number,
        title=_("%s 的申请材料") % found.code,
        button=_("列入材料"),
        form=form,
        act=act,
    )

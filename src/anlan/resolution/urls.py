"""Addresses of the resolution of one case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.views import (
    compensation,
    handling,
    notices,
    objections,
    plans,
    support,
)

app_name = "resolution"
_COMPENSATIONS = "<str:number>/compensation/"
_COMPENSATION = f"{_COMPENSATIONS}<uuid:uid>/"
_VERSION = f"{_COMPENSATION}versions/<int:version>/"
_PLANS = "<str:number>/plans/"
_PLAN = f"{_PLANS}<uuid:uid>/"
_MEASURE = "<str:number>/measures/<uuid:uid>/"
_NOTICES = "<str:number>/notices/"
_NOTICE = f"{_NOTICES}<uuid:uid>/"
_OBJECTION = "<str:number>/objections/<uuid:uid>/"
urlpatterns = [
    path("<str:number>/handling/panel/", handling.panel, name="panel"),
    path(_PLANS, plans.plans, name="plans"),
    path(_PLAN, plans.plan, name="plan"),
    path(f"{_PLAN}comparison/", plans.plan_comparison, name="plan_comparison"),
    path(f"{_PLAN}measures/new/", plans.measure_addition, name="measure_new"),
    path(f"{_PLAN}support/new/", support.support_addition, name="support_new"),
    path("support/<uuid:uid>/", support.support, name="support"),
    path(
        "<str:number>/support/<uuid:uid>/removal/",
        support.support_removal,
        name="support_removal",
    ),
    path(f"{_PLAN}submission/", plans.plan_submission, name="plan_submission"),
    path(f"{_PLAN}withdrawal/", plans.plan_withdrawal, name="plan_withdrawal"),
    path(f"{_PLAN}decision/", plans.plan_decision, name="plan_decision"),
    path(_MEASURE, plans.measure, name="measure"),
    path(f"{_MEASURE}removal/", plans.measure_removal, name="measure_removal"),
    path(f"{_MEASURE}notice/", notices.notice_beginning, name="notice_new"),
    path(f"{_MEASURE}objection/", objections.objection_new, name="objection_new"),
    path(_NOTICES, notices.notices, name="notices"),
    path(
        "<str:number>/parties/<uuid:uid>/consequences/",
        notices.consequences_beginning,
        name="consequences_new",
    ),
    path(_NOTICE, notices.notice, name="notice"),
    path(f"{_NOTICE}issue/", notices.notice_issue, name="notice_issue"),
    path(f"{_NOTICE}revocation/", notices.notice_revocation, name="notice_revocation"),
    path(f"{_NOTICE}delivery/", notices.notice_delivery, name="notice_delivery"),
    path(f"{_NOTICE}link/", notices.notice_link, name="notice_link"),
    path(f"{_NOTICE}link/end/", notices.notice_link_end, name="notice_link_end"),
    path(f"{_NOTICE}word/", notices.notice_word, name="notice_word"),
    path(_OBJECTION, objections.objection, name="objection"),
    path(
        f"{_OBJECTION}withdrawal/",
        objections.objection_withdrawal,
        name="objection_withdrawal",
    ),
    path(_COMPENSATIONS, compensation.compensations, name="compensations"),
    path(f"{_COMPENSATIONS}new/", compensation.beginning, name="compensation_new"),
    path(_COMPENSATION, compensation.compensation, name="compensation"),
    path(f"{_COMPENSATION}steps/<str:step>/", compensation.step, name="step"),
    path(f"{_COMPENSATION}versions/", compensation.again, name="reckon_again"),
    path(_VERSION, compensation.version, name="compensation_version"),
    path(f"{_VERSION}paper/", compensation.paper, name="compensation_paper"),
]

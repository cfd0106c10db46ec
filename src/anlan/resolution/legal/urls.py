"""Addresses of police, counsel, limits of time and work injuries, below the number of a case."""

from __future__ import annotations

from django.urls import URLPattern, path

from anlan.resolution.legal.views import counsel, limitation, police, work_injury

app_name = "legal"
_WORK_INJURIES = "<str:number>/work-injuries/"
_WORK_INJURY = f"{_WORK_INJURIES}<uuid:uid>/"
_LIMITATIONS = "<str:number>/limitations/"
_LIMITATION = f"{_LIMITATIONS}<uuid:uid>/"
_TURN = f"{_LIMITATION}turns/<uuid:turn>/"
_COUNSEL = "<str:number>/counsel/"
_QUESTION = f"{_COUNSEL}questions/<uuid:uid>/"
_OPINION = f"{_QUESTION}opinions/<int:version>/"
_POLICE = "<str:number>/police/"
_REPORT = f"{_POLICE}<uuid:uid>/"
_PAPER = "<str:number>/police-papers/<uuid:uid>/"
urlpatterns: list[URLPattern] = [
    path(_WORK_INJURIES, work_injury.work_injuries, name="work_injuries"),
    path(_WORK_INJURY, work_injury.work_injury, name="work_injury"),
    path(
        f"{_WORK_INJURY}steps/<str:kind>/",
        work_injury.work_injury_step,
        name="work_injury_step",
    ),
    path(
        f"{_WORK_INJURY}employer/",
        work_injury.work_injury_employer,
        name="work_injury_employer",
    ),
    path(
        f"{_WORK_INJURY}materials/",
        work_injury.work_injury_material,
        name="work_injury_material",
    ),
    path(f"{_WORK_INJURY}day/", work_injury.work_injury_day, name="work_injury_day"),
    path(_LIMITATIONS, limitation.limitations, name="limitations"),
    path(f"{_LIMITATIONS}new/", limitation.limitation_new, name="limitation_new"),
    path(_LIMITATION, limitation.limitation, name="limitation"),
    path(f"{_LIMITATION}end/", limitation.limitation_end, name="limitation_end"),
    path(f"{_LIMITATION}turns/new/", limitation.turn_new, name="turn_new"),
    path(f"{_TURN}end/", limitation.turn_end, name="turn_end"),
    path(f"{_TURN}strike/", limitation.turn_strike, name="turn_strike"),
    path("counsel/lawyers/", counsel.lawyers, name="lawyers"),
    path("counsel/lawyers/new/", counsel.lawyer_new, name="lawyer_new"),
    path(
        "counsel/lawyers/<uuid:uid>/phone/", counsel.lawyer_phone, name="lawyer_phone"
    ),
    path(
        "counsel/lawyers/<uuid:uid>/retirement/",
        counsel.lawyer_retirement,
        name="lawyer_retirement",
    ),
    path(_COUNSEL, counsel.counsel, name="counsel"),
    path(f"{_COUNSEL}new/", counsel.engagement_new, name="engagement_new"),
    path(f"{_COUNSEL}<uuid:uid>/end/", counsel.engagement_end, name="engagement_end"),
    path(f"{_COUNSEL}<uuid:uid>/ask/", counsel.question_new, name="question_new"),
    path(_QUESTION, counsel.question, name="question"),
    path(f"{_QUESTION}giving/", counsel.opinion_giving, name="opinion_giving"),
    path(
        f"{_QUESTION}withdrawal/",
        counsel.question_withdrawal,
        name="question_withdrawal",
    ),
    path(_OPINION, counsel.opinion, name="opinion"),
    path(f"{_OPINION}paper/", counsel.opinion_paper, name="opinion_paper"),
    path(_POLICE, police.reports, name="police"),
    path(f"{_POLICE}new/", police.beginning, name="police_new"),
    path(f"{_POLICE}rights/", police.rights, name="rights"),
    path(f"{_POLICE}rights/telling/", police.telling, name="rights_telling"),
    path(f"{_POLICE}retaliation/", police.retaliation, name="retaliation"),
    path(_REPORT, police.report, name="police_report"),
    path(f"{_REPORT}items/<str:kind>/", police.item, name="police_item"),
    path(f"{_REPORT}approval/", police.approving, name="police_approval"),
    path(f"{_REPORT}hand-over/", police.handing_over, name="police_hand_over"),
    path(f"{_REPORT}dropping/", police.dropping, name="police_dropping"),
    path(f"{_REPORT}papers/new/", police.paper_new, name="police_paper_new"),
    path(
        f"{_PAPER}revocation/", police.paper_revocation, name="police_paper_revocation"
    ),
]

"""Addresses of police, counsel, limits of time and work injuries, below the number of a case."""

from __future__ import annotations

from django.urls import URLPattern, path

from anlan.resolution.legal.views import limitation, work_injury

app_name = "legal"
_WORK_INJURIES = "<str:number>/work-injuries/"
_WORK_INJURY = f"{_WORK_INJURIES}<uuid:uid>/"
_LIMITATIONS = "<str:number>/limitations/"
_LIMITATION = f"{_LIMITATIONS}<uuid:uid>/"
_TURN = f"{_LIMITATION}turns/<uuid:turn>/"
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
    path(_LIMITATIONS, limitation.limitations, name="limitations"),
    path(f"{_LIMITATIONS}new/", limitation.limitation_new, name="limitation_new"),
    path(_LIMITATION, limitation.limitation, name="limitation"),
    path(f"{_LIMITATION}end/", limitation.limitation_end, name="limitation_end"),
    path(f"{_LIMITATION}turns/new/", limitation.turn_new, name="turn_new"),
    path(f"{_TURN}end/", limitation.turn_end, name="turn_end"),
    path(f"{_TURN}strike/", limitation.turn_strike, name="turn_strike"),
]

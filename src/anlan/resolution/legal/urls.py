"""Addresses of police, counsel, limits of time and work injuries, below the number of a case."""

from __future__ import annotations

from django.urls import URLPattern, path

from anlan.resolution.legal.views import work_injury

app_name = "legal"
_WORK_INJURIES = "<str:number>/work-injuries/"
_WORK_INJURY = f"{_WORK_INJURIES}<uuid:uid>/"
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
]

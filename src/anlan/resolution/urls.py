"""Addresses of the resolution of one case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.views import compensation

app_name = "resolution"
_COMPENSATIONS = "<str:number>/compensation/"
_COMPENSATION = f"{_COMPENSATIONS}<uuid:uid>/"
_VERSION = f"{_COMPENSATION}versions/<int:version>/"
urlpatterns = [
    path(_COMPENSATIONS, compensation.compensations, name="compensations"),
    path(f"{_COMPENSATIONS}new/", compensation.beginning, name="compensation_new"),
    path(_COMPENSATION, compensation.compensation, name="compensation"),
    path(f"{_COMPENSATION}steps/<str:step>/", compensation.step, name="step"),
    path(f"{_COMPENSATION}versions/", compensation.again, name="reckon_again"),
    path(_VERSION, compensation.version, name="compensation_version"),
    path(f"{_VERSION}paper/", compensation.paper, name="compensation_paper"),
]

"""Addresses of police, below the number of a case."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.legal.views import police

app_name = "legal"
_POLICE = "<str:number>/police/"
_REPORT = f"{_POLICE}<uuid:uid>/"
_PAPER = "<str:number>/police-papers/<uuid:uid>/"
urlpatterns = [
    path(_POLICE, police.reports, name="police"),
    path(f"{_POLICE}new/", police.beginning, name="police_new"),
    path(f"{_POLICE}rights/", police.rights, name="rights"),
    path(f"{_POLICE}rights/telling/", police.telling, name="rights_telling"),
    path(f"{_POLICE}retaliation/", police.retaliation, name="retaliation"),
    path(_REPORT, police.report, name="police_report"),
    path(f"{_REPORT}items/<str:kind>/", police.item, name="police_item"),
    path(f"{_REPORT}hand-over/", police.handing_over, name="police_hand_over"),
    path(f"{_REPORT}dropping/", police.dropping, name="police_dropping"),
    path(f"{_REPORT}papers/new/", police.paper_new, name="police_paper_new"),
    path(
        f"{_PAPER}revocation/", police.paper_revocation, name="police_paper_revocation"
    ),
]

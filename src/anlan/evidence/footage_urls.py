"""Addresses of applications for footage, and of the register of looks."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import register, requests

app_name = "footage"
_ALL = "footage/"
_ONE = f"{_ALL}<uuid:uid>/"
_REGISTER = "footage-register/"
urlpatterns = [
    path(_ALL, requests.applications, name="applications"),
    path(f"{_ALL}new/", requests.addition, name="addition"),
    path(_REGISTER, register.overview, name="registers"),
    path(f"{_REGISTER}<str:code>/", register.register, name="register"),
    path(f"{_REGISTER}<str:code>/extract/", register.extract, name="extract"),
    path(_ONE, requests.application, name="application"),
    path(f"{_ONE}case/", requests.case, name="case"),
    path(f"{_ONE}approval/", requests.approval, name="approval"),
    path(f"{_ONE}refusal/", requests.refusal, name="refusal"),
    path(f"{_ONE}withdrawal/", requests.withdrawal, name="withdrawal"),
    path(f"{_ONE}viewing/", requests.viewing, name="viewing"),
    path(f"{_ONE}viewing/end/", requests.viewing_end, name="viewing_end"),
    path(f"{_ONE}package/", requests.release, name="release"),
    path(f"{_ONE}list/", requests.copy_list, name="copy_list"),
    path(f"{_ONE}document/", requests.document, name="document"),
    path(f"{_ONE}name/", requests.name, name="name"),
]

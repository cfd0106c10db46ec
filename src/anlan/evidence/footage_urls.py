"""Addresses of applications for footage, and of the register of looks."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import applications, register

app_name = "footage"
_ALL = "footage/"
_ONE = f"{_ALL}<uuid:uid>/"
_REGISTER = "footage-register/"
urlpatterns = [
    path(_ALL, applications.applications, name="applications"),
    path(f"{_ALL}new/", applications.addition, name="addition"),
    path(_REGISTER, register.overview, name="registers"),
    path(f"{_REGISTER}<str:code>/", register.register, name="register"),
    path(f"{_REGISTER}<str:code>/extract/", register.extract, name="extract"),
    path(_ONE, applications.application, name="application"),
    path(f"{_ONE}case/", applications.case, name="case"),
    path(f"{_ONE}approval/", applications.approval, name="approval"),
    path(f"{_ONE}refusal/", applications.refusal, name="refusal"),
    path(f"{_ONE}withdrawal/", applications.withdrawal, name="withdrawal"),
    path(f"{_ONE}viewing/", applications.viewing, name="viewing"),
    path(f"{_ONE}viewing/end/", applications.viewing_end, name="viewing_end"),
    path(f"{_ONE}package/", applications.release, name="release"),
    path(f"{_ONE}list/", applications.copy_list, name="copy_list"),
    path(f"{_ONE}document/", applications.document, name="document"),
    path(f"{_ONE}name/", applications.name, name="name"),
]

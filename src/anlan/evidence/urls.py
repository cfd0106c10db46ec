"""Addresses of the evidence of one case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import pages

app_name = "evidence"
_BELOW = "<str:number>/evidence/"
_ONE = f"{_BELOW}<uuid:uid>/"
urlpatterns = [
    path(_BELOW, pages.exhibits, name="exhibits"),
    path(f"{_BELOW}panel/", pages.panel, name="panel"),
    path(f"{_BELOW}addition/", pages.addition, name="addition"),
    path(_ONE, pages.exhibit, name="exhibit"),
    path(f"{_ONE}picture/", pages.picture, name="picture"),
    path(f"{_ONE}original/", pages.original, name="original"),
    path(f"{_ONE}receipt/", pages.receipt, name="receipt"),
]

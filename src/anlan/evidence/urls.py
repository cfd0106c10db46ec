"""Addresses of the evidence of one case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import uploads

app_name = "evidence"
_BELOW = "<str:number>/evidence/"
urlpatterns = [
    path(f"{_BELOW}upload/", uploads.upload, name="upload"),
]

"""Addresses of the API, its page for people, and what answers everything else there."""

from __future__ import annotations

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from anlan.api.errors import unknown_address
from anlan.api.root import api

urlpatterns = [
    path("v1/", api.urls),
    re_path("", csrf_exempt(unknown_address)),
]

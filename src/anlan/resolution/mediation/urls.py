"""Addresses of talks and mediation, below the number of a case."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "mediation"
urlpatterns: list[URLPattern] = []

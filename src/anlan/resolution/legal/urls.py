"""Addresses of police, below the number of a case."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "legal"
urlpatterns: list[URLPattern] = []

"""Addresses of psychological support, below the number of a case."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "counselling"
urlpatterns: list[URLPattern] = []

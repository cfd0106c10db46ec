"""Addresses of what holds for the company: official figures, words of a kindness."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.views import figures, kindness

app_name = "figures"
urlpatterns = [
    path("admin/figures/", figures.figures, name="figures"),
    path("admin/figures/new/", figures.entering, name="entering"),
    path("admin/kindness/", kindness.kindness, name="kindness"),
]

"""Addresses of the official figures of the company."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.views import figures

app_name = "figures"
urlpatterns = [
    path("admin/figures/", figures.figures, name="figures"),
    path("admin/figures/new/", figures.entering, name="entering"),
]

"""Addresses of what is improved, and was learned, at all sites."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.review.views import improvements

app_name = "improving"
urlpatterns = [
    path("improvements/", improvements.everywhere, name="improvements"),
    path("lessons/", improvements.lessons, name="lessons"),
]

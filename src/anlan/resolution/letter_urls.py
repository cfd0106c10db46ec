"""Addresses of the letters' texts, which are the company's."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.views import letters

app_name = "letters"
urlpatterns = [
    path("admin/letters/", letters.templates, name="templates"),
    path("admin/letters/<str:kind>/", letters.template, name="template"),
]

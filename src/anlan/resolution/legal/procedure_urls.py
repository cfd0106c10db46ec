"""Addresses of how sites report to their police stations, which are the company's."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.legal.views import procedures

app_name = "procedures"
urlpatterns = [
    path("admin/police/", procedures.overview, name="overview"),
    path("admin/police/<str:code>/", procedures.procedure, name="procedure"),
]

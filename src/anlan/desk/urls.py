"""Addresses of the staff's frame: home, search, preferences."""

from __future__ import annotations

from django.urls import path

from anlan.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("preferences/", views.preferences, name="preferences"),
    path("healthz", views.healthz, name="healthz"),
]

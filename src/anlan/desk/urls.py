"""Addresses of the staff's frame: home, search, preferences."""

from __future__ import annotations

from django.urls import path

from anlan.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("incidents/", views.incident_table, name="incidents"),
    path("cases/", views.case_table, name="cases"),
    path("tasks/", views.task_list, name="tasks"),
    path("tasks/<uuid:uid>/completion/", views.completion, name="task_completion"),
    path("preferences/", views.preferences, name="preferences"),
    path("alarm/", views.alarm, name="alarm"),
    path("healthz", views.healthz, name="healthz"),
]

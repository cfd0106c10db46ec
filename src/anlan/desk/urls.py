"""Addresses of the staff's frame: home, search, preferences."""

from __future__ import annotations

from django.urls import path

from anlan.desk import administration, law, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("incidents/", views.incident_table, name="incidents"),
    path("cases/", views.case_table, name="cases"),
    path("tasks/", views.task_list, name="tasks"),
    path("tasks/<uuid:uid>/completion/", views.completion, name="task_completion"),
    path("report/", views.report, name="report"),
    path("monitor/", views.monitor, name="monitor"),
    path("monitor/tiles/", views.tile_addition, name="tile_addition"),
    path("monitor/tiles/<uuid:uid>/removal/", views.tile_removal, name="tile_removal"),
    path("search/", views.search, name="search"),
    path("me/", views.profile, name="me"),
    path("permissions/", views.permission_matrix, name="permissions"),
    path("preferences/", views.preferences, name="preferences"),
    path("alarm/", views.alarm, name="alarm"),
    path("admin/standards/", administration.standards, name="standards"),
    path("admin/standards/<str:key>/", administration.standard, name="standard"),
    path("admin/playbooks/", administration.playbooks, name="playbooks"),
    path("admin/playbooks/<str:key>/", administration.playbook, name="playbook"),
    path(
        "admin/playbooks/<str:key>/text/",
        administration.playbook_text,
        name="playbook_text",
    ),
    path(
        "admin/playbooks/<str:key>/versions/<int:version>/",
        administration.playbook_version,
        name="playbook_version",
    ),
    path("law/", law.rules, name="law"),
    path("law/sources/", law.sources, name="law_sources"),
    path("law/<str:rule_id>/", law.rule, name="law_rule"),
    path("healthz", views.healthz, name="healthz"),
]

"""Addresses of the register of cameras."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import cameras

app_name = "cameras"
urlpatterns = [
    path("admin/cameras/", cameras.overview, name="overview"),
    path("admin/sites/<str:code>/cameras/", cameras.site, name="site"),
    path("admin/sites/<str:code>/cameras/new/", cameras.add_camera, name="add_camera"),
    path(
        "admin/sites/<str:code>/cameras/import/",
        cameras.import_table,
        name="import",
    ),
    path(
        "admin/sites/<str:code>/cameras/table/",
        cameras.export_table,
        name="export",
    ),
    path(
        "admin/sites/<str:code>/recorders/new/",
        cameras.add_recorder,
        name="add_recorder",
    ),
    path("admin/cameras/<uuid:uid>/", cameras.camera, name="camera"),
    path("admin/recorders/<uuid:uid>/", cameras.recorder, name="recorder"),
    path("admin/recorders/<uuid:uid>/clock/", cameras.clock, name="clock"),
    path(
        "admin/recorders/<uuid:uid>/clock/program/",
        cameras.program_clock,
        name="program_clock",
    ),
]

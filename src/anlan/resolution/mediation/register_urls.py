"""Addresses of the register of bodies, which is the company's."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.mediation.views import bodies

app_name = "mediation_register"
urlpatterns = [
    path("admin/mediation/", bodies.bodies, name="bodies"),
    path("admin/mediation/new/", bodies.body, name="body_new"),
    path("admin/mediation/<uuid:uid>/", bodies.body, name="body"),
    path("admin/mediation/<uuid:uid>/mediators/", bodies.mediator, name="mediator"),
    path(
        "admin/mediation/mediators/<uuid:uid>/end/",
        bodies.mediator_end,
        name="mediator_end",
    ),
]

"""All addresses of the product."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from anlan.desk import design

handler500 = "anlan.api.errors.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("anlan.desk.urls")),
    path("", include("anlan.portal.urls")),
    path("m/", include("anlan.phone.urls")),
    path("cases/", include("anlan.incidents.urls")),  # before those of any case
    path("cases/", include("anlan.investigation.urls")),
    path("cases/", include("anlan.evidence.urls")),
    path("cases/", include("anlan.resolution.review.urls")),
    path("cases/", include("anlan.resolution.counselling.urls")),
    path("cases/", include("anlan.resolution.mediation.urls")),
    path("cases/", include("anlan.resolution.legal.urls")),
    path("cases/", include("anlan.resolution.urls")),
    path("cases/", include("anlan.cases.urls")),
    path("evidence/", include("anlan.evidence.safety_urls")),
    path("", include("anlan.evidence.footage_urls")),
    path("", include("anlan.evidence.camera_urls")),
    path("", include("anlan.resolution.figure_urls")),
    path("", include("anlan.resolution.letter_urls")),
    path("", include("anlan.resolution.counselling.area_urls")),
    path("", include("anlan.resolution.mediation.register_urls")),
    path("", include("anlan.resolution.review.list_urls")),
    path("", include("anlan.resolution.legal.procedure_urls")),
    path("", include("anlan.customers.urls")),
    path("", include("anlan.accounts.urls")),
    path("notify/", include("anlan.notify.urls")),
    path("accounts/", include("anlan.accounts.sign_in_urls")),
    path("", include("anlan.api.urls")),
]
if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("design/", design.gallery, name="design"))

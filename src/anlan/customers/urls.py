"""Addresses of risk markers; a new one is set on its person's card in a case."""

from __future__ import annotations

from django.urls import path

from anlan.customers import views

app_name = "markers"
urlpatterns = [
    path("markers/", views.markers, name="markers"),
    path("markers/<uuid:uid>/", views.marker, name="marker"),
    path("markers/<uuid:uid>/review/", views.review, name="review"),
    path("markers/<uuid:uid>/objection/", views.objection, name="objection"),
    path("markers/objections/<uuid:uid>/", views.hearing, name="hearing"),
]

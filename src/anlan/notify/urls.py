"""Addresses of channels, their results, one's own preferences, and phone tests."""

from __future__ import annotations

from django.urls import path

from anlan.notify import views

app_name = "notify"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("channels/new/<str:kind>/", views.new_channel, name="new_channel"),
    path("channels/<uuid:uid>/", views.channel, name="channel"),
    path("channels/<uuid:uid>/trial/", views.trial, name="trial"),
    path("channels/<uuid:uid>/removal/", views.removal, name="removal"),
    path("deliveries/<uuid:uid>/retry/", views.retry, name="retry"),
    path("parked/<int:pk>/settling/", views.settling, name="settling"),
    path("inbox/", views.inbox, name="inbox"),
    path("preferences/", views.preferences, name="preferences"),
    path("tests/", views.checks, name="checks"),
    path("tests/<str:code>/start/", views.start, name="start"),
    path("tests/<str:code>/plan/", views.plan, name="plan"),
    path("tests/<uuid:uid>/", views.check, name="check"),
]

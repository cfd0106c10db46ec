"""Addresses of the guard's phone, all under ``/m/``: the scope of its service worker."""

from __future__ import annotations

from django.urls import path

from anlan.phone import shared, views

app_name = "phone"
urlpatterns = [
    path("", views.alarm, name="alarm"),
    path("report/", views.report, name="report"),
    path("reports/<uuid:uid>/", views.sent, name="sent"),
    path("reports/<uuid:uid>/files/", views.files, name="files"),
    path("reports/<uuid:uid>/withdrawal/", views.withdrawal, name="withdrawal"),
    path(
        "assignments/<uuid:uid>/acknowledgement/",
        views.acknowledgement,
        name="acknowledgement",
    ),
    path("assignments/<uuid:uid>/arrival/", views.arrival, name="arrival"),
    path(
        "assignments/<uuid:uid>/arrival/withdrawal/",
        views.arrival_withdrawal,
        name="arrival_withdrawal",
    ),
    path("cases/", views.events, name="events"),
    path("cases/<str:number>/", views.incident_page, name="incident"),
    path("cases/<str:number>/response/", views.response, name="response"),
    path("cases/<str:number>/control/", views.control, name="control"),
    path(
        "cases/<str:number>/control/withdrawal/",
        views.control_withdrawal,
        name="control_withdrawal",
    ),
    path("cases/<str:number>/call/<str:service>/", views.call, name="call"),
    path(
        "cases/<str:number>/calls/<uuid:uid>/answer/",
        views.call_answer,
        name="call_answer",
    ),
    path(
        "cases/<str:number>/calls/<uuid:uid>/correction/",
        views.call_correction,
        name="call_correction",
    ),
    path("cases/<str:number>/dissuasion/", views.dissuasion, name="dissuasion"),
    path("cases/<str:number>/upload/", views.upload, name="upload"),
    path("tasks/", views.tasks, name="tasks"),
    path("tasks/<uuid:uid>/", views.task, name="task"),
    path("tasks/<uuid:uid>/photos/", views.photos, name="photos"),
    path("me/", views.me, name="me"),
    path("waiting/", views.waiting, name="waiting"),
    path("discards/", views.discards, name="discards"),
    path("exhibits/<uuid:uid>/receipt/", views.receipt, name="receipt"),
    path("checks/<int:pk>/answer/", views.check_answer, name="check_answer"),
    path("shared/", shared.shared, name="shared"),
    path("shared/enrolment/", shared.enrolment, name="enrolment"),
    path("shared/people/<uuid:uid>/", shared.opening, name="opening"),
    path("shared/lock/", shared.locking, name="locking"),
    path("shared/touch/", shared.touch, name="touch"),
    path("shared/handover/", shared.handover, name="handover"),
    path("token/", views.token, name="token"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]

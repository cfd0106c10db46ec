"""Addresses of the guard's phone, all under ``/m/``: the scope of its service worker."""

from __future__ import annotations

from django.urls import path

from anlan.phone import shared
from anlan.phone.views import alarms, mine, scene, shell, tasks

app_name = "phone"
urlpatterns = [
    path("", alarms.alarm, name="alarm"),
    path("report/", alarms.report, name="report"),
    path("reports/<uuid:uid>/", alarms.sent, name="sent"),
    path("reports/<uuid:uid>/files/", alarms.files, name="files"),
    path("reports/<uuid:uid>/withdrawal/", alarms.withdrawal, name="withdrawal"),
    path(
        "assignments/<uuid:uid>/acknowledgement/",
        scene.acknowledgement,
        name="acknowledgement",
    ),
    path("assignments/<uuid:uid>/arrival/", scene.arrival, name="arrival"),
    path(
        "assignments/<uuid:uid>/arrival/withdrawal/",
        scene.arrival_withdrawal,
        name="arrival_withdrawal",
    ),
    path("cases/", mine.events, name="events"),
    path("cases/<str:number>/", scene.incident_page, name="incident"),
    path("cases/<str:number>/response/", scene.response, name="response"),
    path("cases/<str:number>/control/", scene.control, name="control"),
    path(
        "cases/<str:number>/control/withdrawal/",
        scene.control_withdrawal,
        name="control_withdrawal",
    ),
    path("cases/<str:number>/call/<str:service>/", scene.call, name="call"),
    path(
        "cases/<str:number>/calls/<uuid:uid>/answer/",
        scene.call_answer,
        name="call_answer",
    ),
    path(
        "cases/<str:number>/calls/<uuid:uid>/correction/",
        scene.call_correction,
        name="call_correction",
    ),
    path("cases/<str:number>/dissuasion/", scene.dissuasion, name="dissuasion"),
    path("cases/<str:number>/upload/", mine.upload, name="upload"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<uuid:uid>/", tasks.task, name="task"),
    path("tasks/<uuid:uid>/photos/", tasks.photos, name="photos"),
    path("me/", mine.me, name="me"),
    path("waiting/", mine.waiting, name="waiting"),
    path("discards/", alarms.discards, name="discards"),
    path("exhibits/<uuid:uid>/receipt/", mine.receipt, name="receipt"),
    path("checks/<int:pk>/answer/", mine.check_answer, name="check_answer"),
    path("shared/", shared.shared, name="shared"),
    path("shared/enrolment/", shared.enrolment, name="enrolment"),
    path("shared/people/<uuid:uid>/", shared.opening, name="opening"),
    path("shared/lock/", shared.locking, name="locking"),
    path("shared/touch/", shared.touch, name="touch"),
    path("shared/handover/", shared.handover, name="handover"),
    path("token/", shell.token, name="token"),
    path("sw.js", shell.service_worker, name="service_worker"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
]

"""Addresses of incidents, below the number of their case.

They stand before those of cases: the room of an incident has the same address as that of
any case, and shows more.
"""

from __future__ import annotations

from django.urls import path, register_converter

from anlan.incidents.views import help as helping
from anlan.incidents.views import pages, reports, scene


class IncidentNumber:
    """The number of an incident or of a drill of one: ``YQ-IN-20261123-001``."""

    regex = r"[A-Z0-9]+-(?:IN|DR)-[0-9]{8}-[0-9]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(IncidentNumber, "incident")

app_name = "incidents"
_BELOW = "<incident:number>/incident/"
urlpatterns = [
    path("<incident:number>/", pages.room, name="room"),
    path("<incident:number>/closing/", pages.closing, name="closing"),
    path(f"{_BELOW}panel/<str:name>/", pages.one, name="panel"),
    path(f"{_BELOW}call/<str:service>/", helping.call, name="call"),
    path(f"{_BELOW}calls/<uuid:uid>/answer/", helping.answer, name="answer"),
    path(
        f"{_BELOW}calls/<uuid:uid>/correction/",
        helping.correction,
        name="correction",
    ),
    path(
        f"{_BELOW}assignments/<uuid:uid>/acknowledgement/",
        scene.acknowledgement,
        name="acknowledgement",
    ),
    path(f"{_BELOW}assignments/<uuid:uid>/arrival/", scene.arrival, name="arrival"),
    path(
        f"{_BELOW}assignments/<uuid:uid>/arrival/withdrawal/",
        scene.arrival_withdrawal,
        name="arrival_withdrawal",
    ),
    path(f"{_BELOW}response/", scene.response, name="response"),
    path(f"{_BELOW}dissuasion/", scene.dissuasion, name="dissuasion"),
    path(f"{_BELOW}control/", scene.control, name="control"),
    path(
        f"{_BELOW}control/withdrawal/",
        scene.control_withdrawal,
        name="control_withdrawal",
    ),
    path(f"{_BELOW}severity/", scene.severity, name="severity"),
    path(f"{_BELOW}false-alarm/", scene.false_alarm, name="false_alarm"),
    path(
        f"{_BELOW}false-alarms/<uuid:uid>/decision/",
        scene.false_alarm_decision,
        name="false_alarm_decision",
    ),
    path(f"{_BELOW}confirmation/", reports.confirmation, name="confirmation"),
    path(f"{_BELOW}reports/<uuid:uid>/splitting/", reports.splitting, name="splitting"),
    path(f"{_BELOW}reports/<uuid:uid>/link/", reports.link, name="link"),
    path(f"{_BELOW}reports/<uuid:uid>/link/end/", reports.link_end, name="link_end"),
    path(f"{_BELOW}attachments/<uuid:uid>/", reports.attachment, name="attachment"),
    path(
        f"{_BELOW}attachments/<uuid:uid>/player/",
        reports.attachment_player,
        name="attachment_player",
    ),
    path(f"{_BELOW}waiver/", helping.waiver, name="waiver"),
    path(f"{_BELOW}waivers/<uuid:uid>/decision/", helping.decision, name="decision"),
]

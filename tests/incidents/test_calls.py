"""Calls to 110 and 120: only one that is taken up tells anybody anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from anlan.base.errors import Conflict
from anlan.incidents import services as incidents
from anlan.incidents.enums import CallOutcome, EmergencyService, Police
from anlan.incidents.models import EmergencyCall, Incident
from anlan.incidents.policies import police_of
from anlan.incidents.selectors import incident_and_facts
from anlan.ledger.verify import verify
from anlan.portal.progress import progress_of
from tests.incidents.story import facts, finish_tasks
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = pytest.mark.both


def called(
    scene: Scene, incident: Incident, outcome: CallOutcome, minutes: int = 0
) -> EmergencyCall:
    return incidents.record_emergency_call(
        incident=incident,
        service=EmergencyService.POLICE,
        outcome=outcome,
        by=scene.officer,
        at=scene.at + timedelta(minutes=minutes),
    )


def controlled(scene: Scene) -> Incident:
    incident = scene.incident()
    mine = scene.assignment(incident, scene.guard)
    incidents.arrive(assignment=mine, by=scene.guard, at=scene.at)
    incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)
    finish_tasks(incident.case, by=scene.officer, at=scene.at)
    return Incident.objects.get(pk=incident.pk)


def test_a_call_that_nobody_took_up_is_no_report_to_the_police(scene: Scene) -> None:
    incident = controlled(scene)

    call = called(scene, incident, CallOutcome.MISSED)

    incident.refresh_from_db()
    assert police_of(incident) == Police.UNDECIDED
    report = incident.reports.get()
    assert not progress_of(report).is_police_called
    with pytest.raises(Conflict, match="还没有报警"):
        incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)
    with pytest.raises(Conflict, match="没有接通"):
        incidents.record_emergency_answer(
            call=call, answer="已派警", by=scene.officer, at=scene.at
        )
    called(scene, incident, CallOutcome.CONNECTED, minutes=1)
    incident.refresh_from_db()
    assert police_of(incident) == Police.CALLED
    said = [one["outcome"] for one in facts(incident.case, "incident.emergency_called")]
    assert said == ["missed", "connected"]
    assert verify().is_sound


def test_every_call_whose_answer_is_missing_is_listed(scene: Scene) -> None:
    incident = scene.incident()
    number = incident.case.number
    first = called(scene, incident, CallOutcome.CONNECTED)
    called(scene, incident, CallOutcome.MISSED, minutes=1)
    second = called(scene, incident, CallOutcome.CONNECTED, minutes=2)
    missed = called(scene, incident, CallOutcome.MISSED, minutes=3)

    _incident, known = incident_and_facts(scene.officer, number)

    assert [call.uid for call in known.calls] == [first.uid, second.uid, missed.uid]
    assert known.police_called_at == scene.at
    incidents.record_emergency_answer(
        call=first, answer="已派警", by=scene.officer, at=scene.at
    )
    _incident, known = incident_and_facts(scene.officer, number)
    assert [call.uid for call in known.calls] == [second.uid, missed.uid]


@pytest.mark.parametrize(
    ("tapped", "outcome"),
    [
        ({"outcome": "connected"}, "connected"),
        ({"outcome": "missed"}, "missed"),
        ({}, "connected"),
    ],
)
def test_one_tap_says_how_it_went(
    scene: Scene, sign_in: SignIn, tapped: dict[str, Any], outcome: str
) -> None:
    number = scene.incident().case.number
    client = sign_in("zhoumin")
    url = f"/cases/{number}/incident/call/110/"
    page = client.get(url).content.decode()
    assert "接通了" in page
    assert "没有接通" in page

    client.post(url, {"request_id": str(uuid4()), **tapped})

    assert EmergencyCall.objects.get().outcome == outcome
    shown = client.get(f"/cases/{number}/incident/panel/scene/").content.decode()
    assert ("没有接通" in shown, "登记答复" in shown) == (
        (True, False) if outcome == "missed" else (False, True)
    )

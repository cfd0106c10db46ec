"""A case into which another was joined, over the API; and what it refuses to end."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.cases import services as cases
from anlan.incidents import services as incidents
from anlan.incidents.enums import EmergencyService
from tests.api.conftest import Api
from tests.scene import Scene

pytestmark = pytest.mark.both


def test_the_host_says_what_was_reported_and_called_there(
    scene: Scene, speak: Any
) -> None:
    host = scene.incident()
    other = scene.incident(place=scene.place("园区 南门"))
    incidents.record_emergency_call(
        incident=other, service=EmergencyService.POLICE, by=scene.guard, at=scene.at
    )
    cases.join_cases(case=other.case, host=host.case, by=scene.officer, at=scene.at)
    officer: Api = speak(scene.officer)

    said = officer.get(f"/cases/{host.case.number}/incident").body

    assert {one["case"] for one in said["reports"]} == {
        host.case.number,
        other.case.number,
    }
    assert said["police"] == "called"


def test_no_false_alarm_and_nothing_essential_left_out(
    scene: Scene, speak: Any
) -> None:
    case = scene.incident().case
    incidents.set_severity(
        incident=case.incident, severity=4, by=scene.officer, at=scene.at
    )
    officer: Api = speak(scene.officer)
    task = case.tasks.get(key="save_recordings")

    ended = officer.post(f"/cases/{case.number}/false-alarm", {"reason": "搬家具"})
    skipped = officer.post(f"/tasks/{task.uid}/skipping", {"reason": "不用"})

    assert (ended.status, skipped.status) == (409, 403)
    assert "不能按误报办结" in ended.body["error"]["message"]
    assert "项目经理、总部督导" in skipped.body["error"]["message"]

"""Who is with a minor that is heard, over the API: a party that is linked to them (G20)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from tests.evidence.told import guardian_of, party
from tests.investigation.asked import investigator, planned
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def child(scene: Scene, case: Case) -> Party:
    return party(scene, case, "小明", birth_year=2012)


def test_a_statement_takes_the_linked_guardian(
    scene: Scene, case: Case, child: Party, speak: Any
) -> None:
    mother, aunt = guardian_of(scene, child), guardian_of(scene, child, "白姨", "姨母")
    link = aunt.guardianships.get()
    cases.unlink_guardian(link=link, reason="错了", by=scene.officer, at=scene.at)
    officer = speak(scene.officer)
    path = f"/cases/{case.number}/statements"
    said: dict[str, Any] = {"party": str(child.uid), "role": "victim"}
    said |= {"place": "会客室", "is_told": True}

    refused = officer.post(path, {**said, "guardian": str(aunt.uid)})
    assert (refused.status, refused.body["error"]["source"]) == (422, "G20")
    by_name = officer.post(path, {**said, "guardian": "王芳", "relation": "母亲"})
    assert by_name.status == 422
    made = officer.post(path, {**said, "guardian": str(mother.uid)})
    assert made.status == 201

    found = officer.get(f"/statements/{made.body['uid']}").body
    assert (found["guardian_party"], found["guardian"]) == (str(mother.uid), "王芳")
    assert found["relation"] == "母亲"
    other = officer.post(
        f"/statements/{made.body['uid']}/guardian", {"guardian": str(aunt.uid)}
    )
    assert (other.status, other.body["error"]["source"]) == (422, "G20")


def test_a_statement_of_a_child_takes_the_guardian_s_consent(
    scene: Scene, case: Case, speak: Any
) -> None:
    child = party(scene, case, "小红", birth_year=2013)
    mother = str(guardian_of(scene, child).uid)
    party(scene, case, "贺知行")
    guard = speak(scene.guard)
    path = f"/cases/{case.number}/statements"
    said: dict[str, Any] = {"party": str(child.uid), "role": "victim"}
    said |= {"place": "会客室", "is_told": True, "guardian": mother}

    def refused(where: str, more: dict[str, Any]) -> tuple[int, str, str]:
        answer = guard.post(where, more)
        error = answer.body["error"]
        return answer.status, error["source"], error["fields"][0]["path"]

    assert refused(path, said) == (422, "G20", "has_consent")
    said["has_consent"] = True
    other = {**said, "present": "贺知行"}
    assert refused(path, other) == (422, "G21", "present")
    made = guard.post(path, said).body
    assert made["has_consent"]
    naming = f"/statements/{made['uid']}/guardian"
    assert refused(naming, {"guardian": mother}) == (422, "G20", "has_consent")
    agreed = {"guardian": mother, "has_consent": True}
    assert guard.post(naming, agreed).body["has_consent"]


def test_an_interview_takes_the_linked_guardian(
    scene: Scene, case: Case, child: Party, speak: Any
) -> None:
    mother = guardian_of(scene, child)
    stranger = guardian_of(scene, party(scene, case, "小红"), "白姨", "姨母")
    interview = planned(scene, case, parties=[child])
    caller = speak(investigator(scene))
    path = f"/interviews/{interview.uid}/beginning"
    said = {"place": "会客室", "is_told": True, "is_guardian_present": True}

    refused = caller.post(
        path, {**said, "guardian": str(stranger.uid), "request_id": str(uuid4())}
    )
    assert (refused.status, refused.body["error"]["source"]) == (422, "G20")
    begun = caller.post(path, {**said, "guardian": str(mother.uid)})
    assert (begun.status, begun.body["guardian_present"]) == (200, True)

"""What a wall or a conflict of interest refuses is refused over the API as well."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from anlan.cases import services as cases
from anlan.cases.enums import Side
from tests.cases.test_leaks import party
from tests.scene import Scene


def test_roles_are_not_set_across_the_wall(scene: Scene, speak: Any) -> None:
    case = scene.incident().case
    victim = party(scene, case, "victim", name="欧阳晓雯", phone="19900000121")
    service = scene.person("lifang")
    cases.name_contact(
        case=case, side=Side.AGGRESSOR, user=service, by=scene.officer, at=scene.at
    )
    both = {"roles": ["victim", "aggressor"]}

    refused = speak(service).post(f"/parties/{victim.uid}/roles", both)

    assert (refused.status, "另一方" in str(refused.body)) == (403, True)
    assert speak(scene.officer).post(f"/parties/{victim.uid}/roles", both).status == 200


def test_nobody_is_looked_up_across_the_wall(scene: Scene, speak: Any) -> None:
    case = scene.incident().case
    victim = party(scene, case, "victim", name="欧阳晓雯", phone="19900000121")
    assert victim.person is not None
    service = scene.person("lifang")
    cases.name_contact(
        case=case, side=Side.AGGRESSOR, user=service, by=scene.officer, at=scene.at
    )
    other = scene.incident(place=scene.place("园区 南门")).case
    assert victim.person is not None
    there = {
        "roles": ["witness"],
        "person": str(victim.person.uid),
        "request_id": str(uuid4()),
    }
    wanted = {"field": "phone", "reason": "回电"}

    found = speak(service).get("/people?text=欧阳")
    added = speak(service).post(f"/cases/{other.number}/parties", there)
    read = speak(service).post(f"/parties/{added.body['uid']}/unmasking", wanted)

    assert [one["phone"] for one in found.body] == [""]
    assert added.body["person"]["phone"] == ""
    assert (read.status, "另一方" in str(read.body)) == (403, True)
    assert speak(scene.officer).get("/people?text=欧阳").body[0]["phone"]


def test_a_guard_searches_no_customers(scene: Scene, speak: Any) -> None:
    """They see the parties of their cases, and no list of neighbours."""
    party(scene, scene.incident().case, "victim", name="欧阳晓雯", phone="19900000121")

    assert speak(scene.guard).get("/people?text=欧阳").body == []
    assert len(speak(scene.officer).get("/people?text=欧阳").body) == 1


def test_a_party_investigates_nothing(scene: Scene, speak: Any) -> None:
    case = scene.incident().case
    said = {"question": "first", "is_unknown": True, "request_id": str(uuid4())}
    path = f"/cases/{case.number}/defence-facts"
    cases.add_party(
        case=case, roles=["victim"], user=scene.officer, by=scene.manager, at=scene.at
    )

    refused = speak(scene.officer).post(path, said)

    assert (refused.status, "须回避" in str(refused.body)) == (403, True)
    assert speak(scene.manager).post(path, said).status == 201

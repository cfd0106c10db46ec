"""What the API of talks refuses and repeats, beyond what each operation answers."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from anlan.ledger.models import Entry
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import TalksKind
from anlan.resolution.mediation.models import Mandate
from tests.resolution.mediation.talked import (
    begun,
    body,
    consented,
    invited,
    mediator,
    planned,
)
from tests.resolution.planned import legal
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def test_nobody_names_themselves_to_read_what_was_said(
    scene: Scene, speak: Any
) -> None:
    lead = scene.person("fangzheng")
    talks = consented(scene, invited(scene, scene.incident().case))
    session, coming = planned(scene, talks), planned(scene, talks)
    mediation.begin_session(session=session, by=lead, at=scene.at)
    mediation.end_session(session=session, by=lead, at=scene.at)
    officer = speak(scene.officer)
    gone = {"reason": "另选", "wanted_by": "sides"}
    assert officer.post(f"/talks/{talks.uid}/mediator/end", gone).status == 200
    self_named = {"readers": [str(scene.officer.uid)]}
    another = {"readers": [str(scene.manager.uid)]}
    for which, said, status in (
        (session, self_named, 403),
        (session, another, 403),
        (coming, self_named, 422),
        (coming, another, 200),
    ):
        answer = officer.post(f"/sessions/{which.uid}/readers", said)
        assert answer.status == status
    assert Entry.objects.filter(kind="mediation.readers_named").count() == 1


def test_a_named_exclusion_bars_new_talks_until_it_is_lifted(
    scene: Scene, speak: Any
) -> None:
    talks = begun(scene, scene.incident().case)
    officer, manager = speak(scene.officer), speak(scene.manager)
    said = {"reason": "不能继续", "exclusion": "hired"}
    answer = officer.post(f"/talks/{talks.uid}/end", said)
    assert (answer.status, answer.body["exclusion"]) == (200, "hired")
    again = {
        "kind": "negotiation",
        "victim": str(talks.victim.uid),
        "aggressor": str(talks.aggressor.uid),
        "about": talks.about,
    }
    address = f"/cases/{talks.case.number}/talks"
    refused = officer.post(address, {**again, "request_id": str(uuid4())})
    assert (refused.status, refused.body["error"]["source"]) == (409, "G17")
    lifting = f"/talks/{talks.uid}/exclusion/lift", {"reason": "查明不是雇凶"}
    assert officer.post(*lifting).status == 403
    assert manager.post(*lifting).body["exclusion_lifted_at"]
    answer = officer.post(address, {**again, "request_id": str(uuid4())})
    assert answer.status == 201


def test_twice_gone_is_gone(scene: Scene, speak: Any) -> None:
    who = mediator(scene, body(scene), has_account=False)
    counsel = speak(legal(scene))
    answers = [counsel.post(f"/mediators/{who.uid}/end") for _twice in range(2)]
    assert [one.status for one in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert Entry.objects.filter(kind="mediation.mediator_retired").count() == 1


def test_who_chose_or_sent_away_a_mediator_is_said_and_never_guessed(
    scene: Scene, speak: Any
) -> None:
    station = body(scene)
    case = scene.incident().case
    talks = begun(scene, case, TalksKind.PEOPLES, body=station)
    who = mediator(scene, station, has_account=False)
    officer = speak(scene.officer)
    said = {"accepts": True, "mediator": str(who.uid), "is_unrelated": True}
    where = f"/talks/{talks.uid}"
    assert officer.post(f"{where}/answer", said).status == 422
    chosen = {**said, "chosen_by": "sides"}
    assert officer.post(f"{where}/answer", chosen).status == 200
    mandate = Mandate.objects.get(talks=talks)
    assert mandate.chosen_by == "sides"
    assert officer.post(f"{where}/mediator/end", {"reason": "另选"}).status == 422
    gone = {"reason": "另选", "wanted_by": "sides"}
    assert officer.post(f"{where}/mediator/end", gone).status == 200
    again = {"mediator": str(who.uid), "is_unrelated": True}
    assert officer.post(f"{where}/mediator", again).status == 422
    again["chosen_by"] = "body"
    assert officer.post(f"{where}/mediator", again).status == 200

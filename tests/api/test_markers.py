"""Risk markers over the API: the same refusals as everywhere (G27)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.customers.models import RiskMarker
from tests.evidence.told import party
from tests.scene import Scene

ADVICE, REASON = "两人同行", "11 月 20 日在南门推倒门卫赵某"


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def them(scene: Scene, case: Case) -> Party:
    return party(scene, case)


def day(days: int) -> str:
    return (local_day(timezone.now()) + timedelta(days=days)).isoformat()


def said(**more: Any) -> dict[str, Any]:
    return {
        "advice": ADVICE,
        "reason": REASON,
        "review_on": day(60),
        "expires_on": day(150),
        "told_on": day(0),
    } | more


def test_what_a_marker_may_not_be(
    scene: Scene, case: Case, them: Party, speak: Any
) -> None:
    manager, path = speak(scene.manager), f"/parties/{them.uid}/markers"

    for wrong, field in (
        ({"reason": ""}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": "推" * 501}, "reason"),
        ({"advice": "其有前科"}, "advice"),
        ({"told_on": None}, "told_on"),
        ({"review_on": day(200), "expires_on": day(300)}, "review_on"),
        ({"expires_on": day(400)}, "expires_on"),
        ({"police_record": "2024 年拘留"}, "police_record"),
    ):
        refused = manager.post(path, said(**wrong))
        assert refused.status == 422
        assert field in str(refused.paths)
    nobody = cases.add_party(
        case=case,
        roles=["aggressor"],
        description="高个子",
        by=scene.officer,
        at=scene.at,
    )
    unknown = manager.post(f"/parties/{nobody.uid}/markers", said())
    assert unknown.status == 409
    assert speak(scene.officer).post(path, said()).status == 403
    assert not RiskMarker.objects.exists()


def test_from_its_setting_to_its_end(scene: Scene, them: Party, speak: Any) -> None:
    manager, guard = speak(scene.manager), speak(scene.guard)
    headquarters = speak(scene.person("guoxin"))
    path = f"/parties/{them.uid}/markers"

    made = manager.post(path, said())
    assert (made.status, made.body["state"]) == (201, "running")
    assert manager.post(path, said()).status == 409
    uid = made.body["uid"]
    seen = guard.get(path).body
    assert [one["advice"] for one in seen["advice"]] == [ADVICE]
    assert REASON not in str(seen)
    counsel = speak(scene.person("chenlu")).get(path).body
    assert counsel == {"advice": [], "hidden": 1}
    assert [one["uid"] for one in manager.get("/markers", which="running").body] == [
        uid
    ]
    assert guard.get("/markers").status == 403

    objection = guard.post(f"/markers/{uid}/objections", {"words": "不是我推的"}).body
    hearing = f"/marker-objections/{objection['uid']}/decision"
    decided = {"outcome": "kept", "reason": "录像看得清楚"}
    own = manager.post(hearing, decided)
    assert (own.status, own.body["error"]["source"]) == (403, "G27")
    assert guard.post(hearing, decided).status in {403, 404}
    assert headquarters.post(hearing, decided).body["outcome"] == "kept"

    kept = {"step": "kept", "reason": "仍有可能", "review_on": day(90)}
    assert manager.post(f"/markers/{uid}/review", kept).body["review_on"] == day(90)
    again = manager.post(
        f"/markers/{uid}/review", {"step": "ended", "reason": "没有再发生"}
    )
    assert again.body["state"] == "ended"
    assert guard.get(path).body == {"advice": [], "hidden": 0}


def test_an_exercise_marks_nobody(
    scene: Scene, case: Case, them: Party, speak: Any
) -> None:
    Case.objects.filter(pk=case.pk).update(exercise=True)

    refused = speak(scene.manager).post(f"/parties/{them.uid}/markers", said())

    assert refused.status == 409
    assert not RiskMarker.objects.exists()


def test_what_was_objected_to_comes_again_by_another(
    scene: Scene, them: Party, speak: Any
) -> None:
    manager, guard = speak(scene.manager), speak(scene.guard)
    headquarters = speak(scene.person("guoxin"))
    path = f"/parties/{them.uid}/markers"
    uid = manager.post(path, said()).body["uid"]
    review = f"/markers/{uid}/review"
    kept = {"step": "kept", "reason": "仍有可能", "review_on": day(90)}
    changed = manager.post(review, kept | {"advice": "一人即可"})
    assert (changed.status, changed.paths) == (422, ["step"])
    guard.post(f"/markers/{uid}/objections", {"words": "不是我推的"})
    ended = {"step": "ended", "reason": "没有再发生"}
    assert manager.post(review, ended).body["state"] == "ended"

    assert guard.post(f"/markers/{uid}/objections", {"words": "不是"}).status == 404
    assert manager.post(path, said(despite="又推人")).status == 403
    refused = headquarters.post(path, said())
    assert (refused.status, refused.paths) == (422, ["despite"])
    again = headquarters.post(path, said(despite="又推人"))
    assert again.body["decisions"][0]["despite"] == "又推人"


def test_who_stands_on_the_other_side_lists_none(
    scene: Scene, case: Case, speak: Any
) -> None:
    them = party(scene, case)
    cases.set_party_roles(
        party=them, roles=["aggressor"], by=scene.officer, at=scene.at
    )
    path = f"/parties/{them.uid}/markers"
    speak(scene.person("guoxin")).post(path, said())
    manager = speak(scene.manager)
    assert len(manager.get("/markers", which="running").body) == 1
    cases.add_party(
        case=case, roles=["victim"], user=scene.manager, by=scene.officer, at=scene.at
    )

    assert manager.get("/markers", which="running").body == []
    assert [one["advice"] for one in manager.get(path).body["advice"]] == [ADVICE]


def test_a_list_asks_no_more_for_more_rows(
    scene: Scene, case: Case, speak: Any
) -> None:
    manager = speak(scene.manager)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert manager.get("/markers", which="running").status == 200
        return len(queries)

    def mark(name: str) -> None:
        path = f"/parties/{party(scene, case, name).uid}/markers"
        assert manager.post(path, said()).status == 201

    mark("陆远航")
    few = asked()
    for name in ("甲", "乙", "丙"):
        mark(name)
    assert asked() == few

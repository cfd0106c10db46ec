"""Every page of the legal side, filled, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from anlan.base.clock import acting_at
from anlan.resolution.legal.enums import LimitationKind, TurnGround
from anlan.resolution.legal.models import WorkInjury
from tests.resolution.legal.advised import asked, engaged, given, outside
from tests.resolution.legal.hurt import STEP, opened, stepped
from tests.resolution.legal.limits import started, turned
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_they_are_shown(scene: Scene, language: str):
    injury = opened(scene)
    case = injury.case
    stepped(scene, injury, STEP.TOLD)
    limit = started(scene, case)
    turned(scene, limit, TurnGround.DEMAND)
    turned(scene, limit, TurnGround.SUIT)
    started(scene, case, kind=LimitationKind.SECURITY)
    engagement = engaged(scene, case, outside(scene))
    question = asked(scene, engagement)
    given(scene, question)
    reader = scene.manager
    reader.language = language
    reader.save(update_fields=["language"])
    browser = Browser()
    browser.force_login(reader)
    root = f"/cases/{case.number}"
    track, clock = f"{root}/work-injuries/{injury.uid}", f"{root}/limitations"
    turn = limit.turns.order_by("pk").last()
    assert turn is not None
    with acting_at(scene.at):
        for path in (
            f"{root}/work-injuries/",
            f"{track}/",
            *(f"{track}/steps/{kind}/" for kind in STEP.values),
            f"{track}/employer/",
            f"{track}/materials/",
            f"{clock}/",
            f"{clock}/new/",
            f"{clock}/{limit.uid}/",
            f"{clock}/{limit.uid}/end/",
            f"{clock}/{limit.uid}/turns/new/",
            f"{clock}/{limit.uid}/turns/{turn.uid}/end/",
            f"{clock}/{limit.uid}/turns/{turn.uid}/strike/",
            f"{root}/counsel/",
            f"{root}/counsel/new/",
            f"{root}/counsel/{engagement.uid}/end/",
            f"{root}/counsel/{engagement.uid}/ask/",
            f"{root}/counsel/questions/{question.uid}/",
            f"{root}/counsel/questions/{question.uid}/opinions/1/",
            f"{root}/counsel/questions/{question.uid}/opinions/1/paper/",
            "/cases/counsel/lawyers/",
            "/cases/counsel/lawyers/new/",
        ):
            assert browser.get(path).status_code == 200, path
    assert WorkInjury.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "says", "not_says"),
    [
        (LimitationKind.CIVIL, "只有最长的二十年从这时起算", "从行为发生之时起算"),
        (LimitationKind.SECURITY, "从行为发生之时起算", "二十年"),
    ],
)
def test_a_claim_counts_from_knowing_and_a_punishment_from_the_act(
    scene: Scene, sign_in, kind: LimitationKind, says: str, not_says: str
):
    limit = started(scene, scene.incident().case, kind=kind)
    with acting_at(scene.at):
        page = sign_in(scene.manager.username).get(
            f"/cases/{limit.case.number}/limitations/{limit.uid}/"
        )

    assert says in page.content.decode()
    assert not_says not in page.content.decode()

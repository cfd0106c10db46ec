"""Limits of time for the tests: begun by counsel, turned with a paper."""

from __future__ import annotations

from typing import Any

from anlan.base.clock import local_day
from anlan.cases.models import Case
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import LimitationKind, TurnGround
from anlan.resolution.legal.models import Limitation, LimitationTurn
from tests.resolution.legal.hurt import day_after, receipt
from tests.resolution.planned import legal as counsel
from tests.scene import Scene


def started(scene: Scene, case: Case, **more: Any) -> Limitation:
    said: dict[str, Any] = {
        "kind": LimitationKind.CIVIL,
        "starts_on": local_day(scene.at),
        "words": "当日已知道受伤和打人者",
        "by": counsel(scene),
        "at": scene.at,
        **more,
    }
    return legal.start_limitation(case=case, **said)


def turned(
    scene: Scene, limit: Limitation, ground: TurnGround, days: int = 0, **more: Any
) -> LimitationTurn:
    on, at = day_after(scene, days)
    said: dict[str, Any] = {"on": on, "at": at, "by": counsel(scene), **more}
    if "exhibit" not in said:
        said["exhibit"] = receipt(scene, limit.case)
    return legal.record_turn(limitation=limit, ground=ground, **said)

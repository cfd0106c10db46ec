"""Support for the tests: offers of a draft to somebody who was hurt."""

from __future__ import annotations

from typing import Any

from anlan.cases.models import Party
from anlan.resolution import services as resolution
from anlan.resolution.enums import SupportKind
from anlan.resolution.models import Plan, PlanSupport
from anlan.resolution.services import Offered
from tests.evidence.told import party as victim
from tests.scene import Scene


def offer(scene: Scene, party: Party, **more: Any) -> Offered:
    said: dict[str, Any] = {
        "kind": SupportKind.MEDICAL,
        "party": party,
        "owner": scene.person("lifang"),
        "days": 2,
        "words": "先问本人，同意的陪同复诊",
        **more,
    }
    return Offered(**said)


def offered(
    scene: Scene, plan: Plan, said: Offered | None = None, **more: Any
) -> PlanSupport:
    return resolution.add_support(
        plan=plan,
        offered=said or offer(scene, victim(scene, plan.case)),
        by=plan.author,
        at=scene.at,
        **more,
    )

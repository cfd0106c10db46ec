"""What people try against a guardrail, whether they type it or a program sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.urls import reverse

from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.enums import Severity
from anlan.cases.models import Case
from tests.resolution.legal import hurt as struck
from tests.resolution.planned import AGREED, APPEAL, aggressor, begun, legal, submitted
from tests.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Try:
    """Who sends what: ``typed`` to a page, ``said`` to an address of the API."""

    who: str
    page: str
    typed: dict[str, Any]
    address: str
    said: dict[str, Any]


def measure(
    scene: Scene,
    key: str,
    *,
    severity: Severity | None = None,
    fen: int | None = None,
    **more: Any,
) -> Try:
    plan = begun(scene, scene.incident().case)
    if severity is not None:
        Case.objects.filter(pk=plan.case_id).update(severity=severity)
    said = {
        "request_id": str(uuid4()),
        "key": key,
        "party": str(aggressor(scene, plan.case).uid),
        "words": "用伞打人，请其书面说明",
        "appeal": APPEAL,
        **more,
    }
    sums = {} if fen is None else {"fen": fen}
    return Try(
        who="zhoumin",
        page=reverse("resolution:measure_new", args=[plan.case.number, plan.uid]),
        typed={**said, **{name: str(one // 100) for name, one in sums.items()}},
        address=f"/plans/{plan.uid}/measures",
        said={**said, **sums},
    )


def fined(scene: Scene) -> Try:
    return measure(scene, "warning_letter", words="罰·款二百元")


def without_a_clause(scene: Scene) -> Try:
    return measure(scene, "liquidated_damages", fen=50_000, amount_basis="规约的金额")


def without_an_end(scene: Scene) -> Try:
    agreed: dict[str, Any] = {**AGREED}
    return measure(scene, "facility_ban", service="club", **agreed)


def settled_without_the_police(scene: Scene) -> Try:
    grave = Severity.CONSIDERABLE
    return measure(scene, "warning_letter", severity=grave, words="双方私了，不报警")


def before_the_police(scene: Scene) -> Try:
    return measure(scene, "warning_letter", words="协商不成再报警")


def by_new_rules_alone(scene: Scene) -> Try:
    plan = submitted(scene, scene.incident().case)
    cases.state_act(
        case=plan.case,
        day=date(2025, 12, 31),
        words="当天的聊天记录",
        by=legal(scene),
        at=scene.at,
    )
    return Try(
        who="hetao",
        page=reverse("resolution:plan_decision", args=[plan.case.number, plan.uid]),
        typed={"shown": ["2025"]},
        address=f"/plans/{plan.uid}/decision",
        said={"is_approved": True, "shown": ["2025"]},
    )


def without_the_claim(scene: Scene) -> Try:
    injury = struck.opened(scene)
    day = local_day(scene.at).isoformat()
    said = {"request_id": str(uuid4()), "words": "不用申请"}
    address = [injury.case.number, injury.uid, "dropped"]
    return Try(
        who="hetao",
        page=reverse("legal:work_injury_step", args=address),
        typed={**said, "happened": day},
        address=f"/work-injuries/{injury.uid}/steps",
        said={**said, "kind": "dropped", "happened_on": day},
    )

"""Findings, a plan or a report about which nobody may decide: headquarters is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.notify.models import Delivery
from anlan.resolution import services as resolution
from tests.investigation import asked
from tests.resolution import planned, reviewed
from tests.scene import Scene

DECIDE = ("hetao", "chenlu", "guoxin")  # manager, counsel, headquarters


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def all_were_there(scene: Scene, case: Case) -> None:
    """Whoever could decide saw it happen, and is of the case."""
    for username in DECIDE:
        cases.add_party(
            case=case,
            roles=["witness"],
            user=scene.person(username),
            by=scene.officer,
            at=scene.at,
        )


def told(kind: str) -> set[str]:
    sent = Delivery.objects.filter(message__kind=kind, user__isnull=False)
    return {one.user.username for one in sent if one.user}


def test_findings(scene: Scene, case: Case) -> None:
    all_were_there(scene, case)
    asked.submitted(scene, case)

    assert told("investigation.nobody_decides") == {"guoxin"}
    assert not told("investigation.to_decide")


def test_plan(scene: Scene, case: Case) -> None:
    sentence = planned.sentence_in_force(scene, case)
    all_were_there(scene, case)
    plan = planned.begun(scene, case)
    party = planned.aggressor(scene, case)
    said = planned.drafted(scene, party, "warning_letter", sentences=[sentence])
    planned.added(scene, plan, said)
    resolution.submit_plan(
        plan=plan, beyond="情节和后果见调查结论", by=plan.author, at=scene.at
    )

    assert told("resolution.nobody_decides") == {"guoxin"}
    assert not told("resolution.plan_to_decide")


def test_report(scene: Scene, case: Case) -> None:
    reviewed.found(scene, case)
    all_were_there(scene, case)
    reviewed.submitted(scene, case)

    assert told("review.nobody_decides") == {"guoxin"}
    assert not told("review.report_to_decide")

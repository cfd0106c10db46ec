"""Counsel for the tests: in the register, engaged, asked, answering."""

from __future__ import annotations

from typing import Any

from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.cases.models import Case
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import Client, LawyerKind
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Lawyer,
    Opinion,
)
from tests.resolution.legal.hurt import receipt
from tests.resolution.planned import legal as counsel
from tests.scene import Scene

SECRET = "紫砂壶里的秘密：和解上限八万元"
FIRM = "钱江潮律师事务所"


def in_house(scene: Scene, **more: Any) -> Lawyer:
    said: dict[str, Any] = {
        "kind": LawyerKind.IN_HOUSE,
        "name": "陈露",
        "user": counsel(scene),
        **more,
    }
    return legal.add_lawyer(
        organisation=scene.organisation, by=scene.manager, at=scene.at, **said
    )


def outside(scene: Scene, **more: Any) -> Lawyer:
    said: dict[str, Any] = {
        "kind": LawyerKind.OUTSIDE,
        "name": "顾言",
        "firm": FIRM,
        "licence": "13301201010000001",
        "phone": "19900000888",
        **more,
    }
    return legal.add_lawyer(
        organisation=scene.organisation, by=scene.manager, at=scene.at, **said
    )


def engaged(
    scene: Scene, case: Case, lawyer: Lawyer | None = None, **more: Any
) -> Engagement:
    said: dict[str, Any] = {
        "client": Client.COMPANY,
        "scope": "就本案的民事责任提供意见",
        "begins_on": local_day(scene.at),
        "is_related": False,
        "letter": receipt(scene, case),
        "by": scene.manager,
        "at": scene.at,
        **more,
    }
    return legal.engage_counsel(case=case, lawyer=lawyer or in_house(scene), **said)


def asked(scene: Scene, engagement: Engagement, **more: Any) -> CounselQuestion:
    said: dict[str, Any] = {
        "words": f"能否和解？{SECRET}",
        "by": scene.manager,
        "at": scene.at,
        **more,
    }
    return legal.ask_counsel(engagement=engagement, **said)


def given(
    scene: Scene, question: CounselQuestion, text: str = SECRET, **more: Any
) -> Opinion:
    said: dict[str, Any] = {"by": counsel(scene), "at": scene.at, **more}
    legal.save_opinion(question=question, text=text, **said)
    shown = sha256(text.encode()).hex()
    return legal.give_opinion(question=question, shown=shown, **said)

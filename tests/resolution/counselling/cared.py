"""Support for the tests: a counsellor with a key, a person referred who agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.accounts import services as accounts
from anlan.accounts.models import User
from anlan.cases.models import Case, Party
from anlan.ledger.events import SYSTEM
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.enums import (
    CareState,
    ConsentUse,
    ConsentWay,
    OfferWay,
)
from anlan.resolution.counselling.models import (
    Care,
    Counsellor,
    CounsellorKey,
    SealedNote,
)
from anlan.resolution.counselling.services import Sheets
from tests.evidence.told import party as victim
from tests.scene import Scene

PASSPHRASE = "河水很静，夜里有风，早上会晴"
SECRET = "她夜里惊醒，听见电梯声就发抖"


@dataclass(frozen=True)
class Keyed:
    """A counsellor whose key is in use, and both sheets of its paper."""

    key: CounsellorKey
    sheets: Sheets

    @property
    def typed(self) -> dict[str, str]:
        return {
            "first": " ".join(self.sheets.first),
            "second": " ".join(self.sheets.second),
        }


def linan(scene: Scene) -> User:
    return scene.person("linan")


def keyed(scene: Scene, user: User | None = None, **more: Any) -> Keyed:
    user = user or linan(scene)
    at: datetime = more.pop("at", scene.at)
    said: dict[str, Any] = {
        "passphrase": PASSPHRASE,
        "first": scene.manager,
        "second": scene.person("guoxin"),
        **more,
    }
    key, sheets = support.make_key(by=user, at=at, **said)
    made = Keyed(key, sheets)
    support.confirm_key(key=key, by=user, at=at, **made.typed)
    return made


def registered(scene: Scene, user: User | None = None, **more: Any) -> Counsellor:
    user = user or linan(scene)
    there = Counsellor.objects.filter(user=user).first()
    said: dict[str, Any] = {
        "name": user.name,
        "telephone": "19900000061",
        "hours": "工作日 9:00–17:00",
        "by": scene.person("admin"),
        "at": scene.at,
        **more,
    }
    return there or support.enter_counsellor(
        organisation=scene.organisation, user=user, **said
    )


def another_counsellor(scene: Scene) -> User:
    """Without a key."""
    user = accounts.add_user(
        organisation=scene.organisation,
        username="suyue",
        name="苏月",
        employee_number="W-7003",
        phone="19900000063",
        by=SYSTEM,
        at=scene.at,
    )
    accounts.grant_role(
        user=user, role_key="counsellor", node=scene.site, by=SYSTEM, at=scene.at
    )
    return user


def offered(scene: Scene, case: Case, party: Party | None = None, **more: Any) -> Care:
    said: dict[str, Any] = {
        "way": OfferWay.IN_PERSON,
        "answer": CareState.ACCEPTED,
        "by": scene.person("lifang"),
        "at": scene.at,
        **more,
    }
    return support.offer_support(party=party or victim(scene, case), **said)


def referred(scene: Scene, case: Case, party: Party | None = None, **more: Any) -> Care:
    care = offered(scene, case, party)
    said: dict[str, Any] = {"by": scene.person("lifang"), "at": scene.at, **more}
    if "hotline" not in said:
        said.setdefault("counsellor", registered(scene))
    return support.refer(care=care, **said)


def agreed(scene: Scene, case: Case, party: Party | None = None) -> Care:
    """Referred to the counsellor, and both uses agreed to."""
    care = referred(scene, case, party)
    for use in ConsentUse:
        support.give_consent(
            care=care, use=use, way=ConsentWay.PAPER, by=linan(scene), at=scene.at
        )
    return care


def noted(scene: Scene, care: Care, text: str = SECRET, **more: Any) -> SealedNote:
    said: dict[str, Any] = {"by": linan(scene), "at": scene.at, **more}
    return support.write_note(care=care, text=text, **said)

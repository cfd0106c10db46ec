"""Statements and injuries for the tests: begun, told, read back, signed."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from django.db import connection

from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.customers import services as customers
from anlan.evidence import deletion_triggers
from anlan.evidence import services as evidence
from anlan.evidence.enums import InjuryKind, Region, Round, StatementRole
from anlan.evidence.models import Injury, InjuryPhoto, Statement
from anlan.evidence.services import Answer, SignedAlone
from anlan.play.pictures import signature
from tests.pictures import JPEG
from tests.scene import Scene


@contextmanager
def unguarded() -> Iterator[None]:
    """As the owner of the database can; the triggers are put back."""
    editor = SimpleNamespace(connection=connection)
    deletion_triggers.drop(None, editor)
    yield
    deletion_triggers.create(None, editor)


def sound(number: int = 0) -> bytes:
    """A tenth of a second of a voice recorder."""
    file = BytesIO()
    with wave.open(file, "wb") as track:
        track.setnchannels(1)
        track.setsampwidth(1)
        track.setframerate(8000)
        track.writeframes(bytes((number + i) % 256 for i in range(800)))
    return file.getvalue()


SOUND = sound()
STORY = "我在 12 号车位停车。他用伞打了我的额头。后来保安来了。"
WHEN = "大约下午两点。"


def party(
    scene: Scene,
    case: Case,
    name: str = "陆远航",
    *,
    role: str = "victim",
    **more: Any,
) -> Party:
    person = customers.add_person(
        site=scene.site, name=name, by=scene.officer, at=scene.at, **more
    )
    return cases.add_party(
        case=case, roles=[role], person=person, by=scene.officer, at=scene.at
    )


def guardian_of(
    scene: Scene, ward: Party, name: str = "王芳", relation: str = "母亲"
) -> Party:
    """A party of the same case, linked to them."""
    person = customers.add_person(
        site=scene.site, name=name, by=scene.officer, at=scene.at
    )
    about: dict[str, Any] = {"by": scene.officer, "at": scene.at}
    found = cases.add_party(case=ward.case, roles=["guardian"], person=person, **about)
    cases.link_guardian(guardian=found, ward=ward, relation=relation, **about)
    return found


def begun(scene: Scene, case: Case, **more: Any) -> Statement:
    """A victim's statement, begun by the guard at the scene, unless told otherwise."""
    said: dict[str, Any] = {
        "role": StatementRole.VICTIM,
        "place": "一楼会客室",
        "is_told": True,
        "by": scene.guard,
        "at": scene.at,
        **more,
    }
    if "of" not in said:
        said["of"] = party(scene, case)
    return evidence.begin_statement(case=case, **said)


def told(scene: Scene, statement: Statement, **more: Any) -> Statement:
    said: dict[str, Any] = {"by": scene.guard, "at": scene.at, **more}
    answers = said.pop("said", None) or [
        Answer(key="free", text=STORY),
        Answer(key="when", text=WHEN),
        Answer(key="words", is_declined=True),
    ]
    evidence.save_answers(statement=statement, said=answers, **said)
    return statement


def read(scene: Scene, statement: Statement, **more: Any) -> Statement:
    said: dict[str, Any] = {"by": scene.guard, "at": scene.at, **more}
    return evidence.read_back(statement=statement, **said)


def drawn(number: int = 1) -> SignedAlone:
    return SignedAlone(drawn=[signature(number)])


def signed(scene: Scene, statement: Statement, **more: Any) -> Statement:
    said: dict[str, Any] = {
        "draft": 1,
        "is_confirmed": True,
        "signed": drawn(),
        "by": scene.guard,
        "at": scene.at + timedelta(minutes=20),
        **more,
    }
    return evidence.sign_statement(statement=statement, **said)


def frozen(scene: Scene, case: Case, **more: Any) -> Statement:
    """From the first question to the signature."""
    by = more.get("by", scene.guard)
    statement = told(scene, begun(scene, case, **more), by=by)
    return signed(scene, read(scene, statement, by=by), by=by)


def corrected(scene: Scene, statement: Statement, **more: Any) -> Any:
    said: dict[str, Any] = {
        "sentence": 2,
        "text": "他用伞打了我的左手。",
        "is_confirmed": True,
        "signed": drawn(2),
        "by": scene.guard,
        "at": scene.at + timedelta(days=1),
        **more,
    }
    return evidence.add_addendum(statement=statement, **said)


def hurt(scene: Scene, case: Case, **more: Any) -> Injury:
    said: dict[str, Any] = {
        "region": Region.HEAD,
        "kind": InjuryKind.CUT,
        "words": "额头裂口约两厘米",
        "by": scene.person("lifang"),
        "at": scene.at,
        **more,
    }
    if "party" not in said:
        said["party"] = party(scene, case)
    return evidence.record_injury(case=case, **said)


def photographed(scene: Scene, injury: Injury, **more: Any) -> InjuryPhoto:
    said: dict[str, Any] = {
        "round": Round.AT_ONCE,
        "chunks": [JPEG],
        "scale_shown": True,
        "has_consent": True,
        "by": scene.person("lifang"),
        "at": scene.at,
        **more,
    }
    return evidence.add_injury_photo(injury=injury, **said)

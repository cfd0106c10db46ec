"""What a step of a scenario may do with exhibits: keep, seal, hand over, mask, package."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import User
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import ExhibitKind, Masking, Purpose
from anlan.evidence.models import Package, Redaction
from anlan.evidence.selectors import exhibits_of
from anlan.evidence.services import Recipient, Signed
from anlan.evidence.services.packages import path_of
from anlan.play.actions import Stage, action
from anlan.play.pictures import picture, signature


@action
def register_object(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    title: str,
    where: str,
    how: str = "",
    seal: str = "",
    photos: int = 0,
) -> str:
    stage.things.append(
        evidence.register_object(
            case=stage.incident.case,
            title=title,
            kept_where=where,
            how=how,
            seal_number=seal,
            photos=[[picture(3 + number)] for number in range(photos)],
            by=by,
            at=at,
        )
    )
    return stage.things[-1].code


@action
def check_seal(
    stage: Stage, *, by: User, at: datetime, whole: bool = True, words: str = ""
) -> str:
    evidence.check_seal(
        exhibit=stage.things[-1], is_whole=whole, words=words, by=by, at=at
    )
    return "whole" if whole else "broken"


@action
def hand_over(
    stage: Stage, *, by: User, at: datetime, to: str, where: str = "", words: str = ""
) -> str:
    evidence.hand_over(
        exhibit=stage.things[-1],
        receiver=User.objects.get(username=to),
        kept_where=where,
        words=words,
        signed=Signed(giver=[signature(1)], receiver=[signature(2)]),
        by=by,
        at=at,
    )
    return to


@action
def ask_disposal(stage: Stage, *, by: User, at: datetime, words: str) -> str:
    evidence.ask_disposal(exhibit=stage.things[-1], words=words, by=by, at=at)
    return ""


@action
def confirm_disposal(stage: Stage, *, by: User, at: datetime) -> str:
    evidence.confirm_disposal(exhibit=stage.things[-1], by=by, at=at)
    return ""


@action
def add_file(
    stage: Stage, *, by: User, at: datetime, title: str, how: str = "", seed: int = 1
) -> str:
    """A photo, drawn; ``seed`` makes it another one."""
    made = evidence.add_file(
        case=stage.incident.case,
        chunks=[picture(seed)],
        title=title,
        file_name=f"{title}.jpg",
        how=how,
        by=by,
        at=at,
    )
    return made.code


@action
def mask(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    left: int,
    top: int,
    width: int,
    height: int,
    label: str = "face",
) -> str:
    """A black box over the last photo; the copy is made at once, as a worker would."""
    found = exhibits_of(stage.incident.case, by).filter(
        kind=ExhibitKind.PHOTO, derived_from=None
    )
    draft = evidence.begin_redaction(exhibit=found.latest("number"), by=by, at=at)
    jobs.make_masked_copies(at=at)
    draft.refresh_from_db()
    box = {
        "label": label,
        "fill": "solid",
        "begin": 0,
        "end": 0,
        "keys": [[0, left, top, width, height]],
    }
    draft = evidence.save_plan(
        redaction=draft, version=draft.version, said={"boxes": [box]}, by=by, at=at
    )
    evidence.ask_masked_copy(redaction=draft, version=draft.version, by=by, at=at)
    jobs.make_masked_copies(at=at)
    made = Redaction.objects.select_related("result").get(pk=draft.pk)
    return made.result.code if made.result else made.failure


@action
def package(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    recipient: str,
    identity: str = "",
    document: str = "",
    purpose: str = "police",
    masking: str = "none",
    reason: str = "",
) -> str:
    """Everything of the case, sealed for somebody; made at once, as a worker would."""
    case = stage.incident.case
    asked = evidence.ask_package(
        case=case,
        exhibits=exhibits_of(case, by),
        purpose=Purpose(purpose),
        masking=Masking(masking),
        recipient=Recipient(
            name=recipient, identity=identity, document_number=document
        ),
        acknowledged=reason,
        by=by,
        at=at,
    )
    jobs.make_packages(at=at)
    made = Package.objects.get(pk=asked.pk)
    return f"{made.code} {made.state} {path_of(made)}"


@action
def hand_over_package(
    stage: Stage, *, by: User, at: datetime, receiver: str, identity: str, way: str
) -> str:
    evidence.hand_over_package(
        package=Package.objects.filter(case=stage.incident.case).latest("number"),
        receiver=receiver,
        identity=identity,
        way=way,
        signed=Signed(giver=[signature(1)], receiver=[signature(2)]),
        by=by,
        at=at,
    )
    return receiver

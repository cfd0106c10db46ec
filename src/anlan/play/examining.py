"""What a step of a scenario may do about injuries: marks, photos, medical papers."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import User
from anlan.evidence import services as evidence
from anlan.evidence.enums import InjuryKind, PaperKind, Region, Round
from anlan.evidence.models import MedicalPaper
from anlan.play.actions import Stage, action
from anlan.play.pictures import picture

# Numbers of pictures, so that no two things in a story are the same photo.
_INJURIES, _PAPERS = 100, 260


@action
def injury(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    of: str,
    region: str,
    kind: str,
    words: str = "",
) -> str:
    stage.injuries[key] = evidence.record_injury(
        case=stage.incident.case,
        party=stage.parties[of],
        region=Region(region),
        kind=InjuryKind(kind),
        words=words,
        by=by,
        at=at,
    )
    return stage.injuries[key].code


@action
def injury_photo(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    round: str,  # noqa: A002 -- what everybody calls it
    scale: bool = True,
    consent: bool = True,
) -> str:
    hurt = stage.injuries[key]
    made = evidence.add_injury_photo(
        injury=hurt,
        round=Round(round),
        chunks=[picture(_INJURIES + 10 * hurt.number + hurt.photos.count())],
        scale_shown=scale,
        has_consent=consent,
        by=by,
        at=at,
    )
    return str(made.exhibit)


@action
def refuse_photos(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    of: str,
    round: str,  # noqa: A002 -- as above
    words: str = "",
) -> str:
    evidence.refuse_photos(
        case=stage.incident.case,
        party=stage.parties[of],
        round=Round(round),
        reason=words,
        by=by,
        at=at,
    )
    return ""


@action
def medical_paper(
    stage: Stage, *, by: User, at: datetime, of: str, kind: str, level: str = ""
) -> str:
    number = MedicalPaper.objects.count()
    made = evidence.add_medical_paper(
        case=stage.incident.case,
        party=stage.parties[of],
        kind=PaperKind(kind),
        level=level,
        chunks=[picture(_PAPERS + number)],
        by=by,
        at=at,
    )
    return str(made.exhibit)

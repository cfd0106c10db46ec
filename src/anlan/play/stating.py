"""What a step of a scenario may do with a statement: begun, told, signed, corrected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from anlan.accounts.models import User
from anlan.evidence import services as evidence
from anlan.evidence.enums import StatementRole, StatementState
from anlan.evidence.services import Answer, SignedAlone
from anlan.play.actions import Stage, action
from anlan.play.pictures import picture, signature

# Numbers of pictures, so that no two things in a story are the same photo.
_PAPERS = 200
_GUARDIANS = 40  # of signatures beside a minor


@action
def statement(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    role: str,
    where: str,
    of: str = "",
    user: str = "",
    told: bool = True,
    minor: bool = False,
    guardian: str = "",
    consent: bool = False,
    present: str = "",
) -> str:
    """``guardian`` is the key of a party that was linked to them.

    ``consent`` is theirs for somebody under 14.
    """
    whose = User.objects.get(username=user) if user else stage.parties[of or key]
    stage.statements[key] = evidence.begin_statement(
        case=stage.incident.case,
        of=whose,
        role=StatementRole(role),
        place=where,
        present=present,
        is_told=told,
        is_minor=minor,
        guardian=stage.parties[guardian] if guardian else None,
        has_consent=consent,
        by=by,
        at=at,
    )
    return stage.statements[key].code


@action
def name_guardian(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    guardian: str,
    consent: bool = False,
) -> str:
    """Somebody else is with the person from now on; a statement that stands is reopened.

    ``consent`` is theirs for somebody under 14.
    """
    found = stage.statements[key]
    found.refresh_from_db()
    if found.state == StatementState.READ_BACK:
        found = evidence.reopen_statement(statement=found, by=by, at=at)
    evidence.name_guardian(
        statement=found,
        guardian=stage.parties[guardian],
        has_consent=consent,
        by=by,
        at=at,
    )
    return key


@action
def tell(
    stage: Stage, *, by: User, at: datetime, key: str, said: Mapping[str, str]
) -> str:
    """Answers by the key of their question; none is one that they do not want to give."""
    answers = [
        Answer(key=question, text=words or "", is_declined=not words)
        for question, words in said.items()
    ]
    evidence.save_answers(statement=stage.statements[key], said=answers, by=by, at=at)
    return ",".join(said)


@action
def read_back(stage: Stage, *, by: User, at: datetime, key: str) -> str:
    evidence.read_back(statement=stage.statements[key], by=by, at=at)
    return ""


@action
def sign_statement(
    stage: Stage, *, by: User, at: datetime, key: str, paper: bool = False
) -> str:
    """On the screen a minor's guardian signs beside them; of a paper one photo is both."""
    number = len(stage.statements)
    found = stage.statements[key]
    found.refresh_from_db()
    beside = [signature(_GUARDIANS + number)] if found.is_minor else []
    signed = evidence.sign_statement(
        statement=found,
        draft=found.draft,
        is_confirmed=True,
        signed=(
            SignedAlone(paper=[picture(_PAPERS + number)])
            if paper
            else SignedAlone(drawn=[signature(number)], guardian=beside)
        ),
        by=by,
        at=at,
    )
    return str(signed.exhibit)


@action
def refuse_statement(
    stage: Stage, *, by: User, at: datetime, key: str, words: str = ""
) -> str:
    evidence.refuse_statement(
        statement=stage.statements[key], reason=words, by=by, at=at
    )
    return ""


@action
def correct_statement(
    stage: Stage, *, by: User, at: datetime, key: str, sentence: int, words: str
) -> str:
    made = evidence.add_addendum(
        statement=stage.statements[key],
        sentence=sentence,
        text=words,
        is_confirmed=True,
        signed=SignedAlone(drawn=[signature(len(stage.statements) + 1)]),
        by=by,
        at=at,
    )
    return str(made.exhibit)

"""Who is protected while they are heard: a child that was hurt, whoever another party sits beside.

A plain statement and an interview ask the same: the second begins the first.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import local_time
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import CaseState, Phase
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, Party
from anlan.cases.selectors.guardians import companions_of
from anlan.evidence.enums import StatementRole
from anlan.evidence.models import Injury, Statement
from anlan.law import guardrails as law
from anlan.ledger.events import Actor

FOURTEEN = 14
REPORT_AT_ONCE = timedelta(minutes=30)  # our own reading of "at once" (I)
REPORT_TASK = "report_minor"


def is_known_under_fourteen(somebody: Party | User | None, *, at: datetime) -> bool:
    """Whether the year of birth leaves no doubt; in the year of the birthday one asks."""
    person = somebody.person if isinstance(somebody, Party) else None
    born = person.birth_year if person else None
    return born is not None and local_time(at).year - born < FOURTEEN


def check_consents(statement: Statement, *, at: datetime) -> None:
    """Refuse to go on with what a child said whose guardian did not agree to it (G20).

    It may have become known since the statement was begun.
    """
    giver = statement.party or statement.user
    law.check_guardian_consent(
        is_under_fourteen=is_known_under_fourteen(giver, at=at),
        has_consent=statement.has_consent,
        act_on=act_day(statement.case),
    )


def check_nobody_beside(present: str, *, of: Party | User, case: Case) -> None:
    """No other party sits in on it: who is named as present is compared by name (G21).

    Parties of a case that is joined with this one are parties of it, too.
    """
    said = _plain(present)
    if not said:
        return
    others = Party.objects.filter(of_one_case(case), removed_at=None)
    if isinstance(of, Party):
        may = {of.pk, *(one.pk for one in companions_of(of))}
        others = others.exclude(pk__in=may)
    for party in others.select_related("person", "user"):
        somebody = party.user or party.person
        name = _plain(somebody.name) if somebody else ""
        law.check_nobody_beside(
            is_beside=bool(name) and name in said, act_on=act_day(case), path="present"
        )


def prompt_report(statement: Statement, *, by: Actor, at: datetime) -> None:
    """Ask for the report that the law demands where a minor was hurt (G20); once a case."""
    case = statement.case
    if not statement.is_minor or case.state != CaseState.OPEN:
        return
    was_hurt = statement.role == StatementRole.VICTIM or (
        statement.party_id is not None
        and Injury.objects.filter(party=statement.party_id).exists()
    )
    if not was_hurt or case.tasks.filter(key=REPORT_TASK).exists():
        return
    cases.add_task(
        case=case,
        key=REPORT_TASK,
        phase=Phase.EVIDENCE,
        title=_("未成年人受到侵害：立即向公安机关报告"),
        advice=_("写明何时、向哪个单位报告，谁接的；不公开未成年人的身份"),
        source="G20",
        role_key="duty_officer",
        binding=True,
        proof="note",
        within=REPORT_AT_ONCE,
        by=by,
        at=at,
    )


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())

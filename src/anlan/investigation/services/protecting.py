"""Who is protected in a talk: the child that was hurt, the witness of the other side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.base.clock import local_time
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import CaseState, Phase, Role
from anlan.cases.models import Case, Party
from anlan.evidence.enums import StatementRole
from anlan.evidence.models import Injury
from anlan.investigation.events import GuardianConsented
from anlan.investigation.models import Interview
from anlan.law import services as law
from anlan.ledger.events import Actor

FOURTEEN = 14
REPORT_AT_ONCE = timedelta(minutes=30)  # our own reading of "at once" (I)
REPORT_TASK = "report_minor"
SIDES = (Role.VICTIM, Role.AGGRESSOR, Role.INVOLVED)


def is_known_under_fourteen(party: Party, *, at: datetime) -> bool:
    """Whether the year of birth leaves no doubt; in the year of the birthday one asks."""
    born = party.person.birth_year if party.person else None
    return born is not None and local_time(at).year - born < FOURTEEN


def record_consent(
    interview: Interview, *, statement: str, by: Actor, at: datetime, via: str
) -> None:
    """Say on the record that the guardian of somebody under 14 agreed (G20)."""
    cases.record(
        GuardianConsented(code=interview.code, statement=statement),
        interview.case,
        thing=interview.key,
        by=by,
        at=at,
        via=via,
    )


def prompt_report(interview: Interview, *, by: Actor, at: datetime) -> None:
    """Ask for the report that the law demands where a minor was hurt (G20); once a case."""
    case = interview.case
    was_hurt = (
        interview.role == StatementRole.VICTIM
        or Injury.objects.filter(case=case, party=interview.party_id).exists()
    )
    if case.state != CaseState.OPEN or not was_hurt:
        return
    if case.tasks.filter(key=REPORT_TASK).exists():
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


def check_names_no_witness(
    texts: Iterable[tuple[str, str]], *, party: Party, case: Case
) -> None:
    """Refuse words for a talk with one side that say who saw or reported it (G23).

    Args:
        texts: each with the field it is in.
    """
    if not party.roles.filter(role__in=SIDES).exists():
        return
    witnesses = (
        case.parties.filter(removed_at=None, roles__role=Role.WITNESS)
        .exclude(Q(pk=party.pk) | Q(roles__role__in=SIDES))
        .select_related("person", "user")
    )
    people = [somebody for one in witnesses if (somebody := one.person or one.user)]
    names = [name for one in people if (name := "".join(one.name.split()))]
    for path, text in texts:
        law.check_witness_unnamed(
            text="".join(text.split()), names=names, act_on=act_day(case), path=path
        )

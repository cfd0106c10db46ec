"""Who is protected in a talk: the child that was hurt, the witness of the other side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Role
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, Party
from anlan.investigation.events import GuardianConsented
from anlan.investigation.models import Interview
from anlan.law import services as law
from anlan.ledger.events import Actor

SIDES = (Role.VICTIM, Role.AGGRESSOR, Role.INVOLVED)


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
        Party.objects.filter(
            of_one_case(case), removed_at=None, roles__role=Role.WITNESS
        )
        .exclude(Q(pk=party.pk) | Q(roles__role__in=SIDES))
        .select_related("person", "user")
    )
    people = [somebody for one in witnesses if (somebody := one.person or one.user)]
    names = [name for one in people if (name := "".join(one.name.split()))]
    for path, text in texts:
        law.check_witness_unnamed(
            text="".join(text.split()), names=names, act_on=act_day(case), path=path
        )

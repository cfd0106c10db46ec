"""Who is protected in a talk: the child that was hurt, the witness of the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeAlias

from django.db.models import Q

from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Role
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, Party
from anlan.customers.models import Person
from anlan.investigation.events import GuardianConsented
from anlan.investigation.models import Interview
from anlan.law import guardrails as law
from anlan.ledger.events import Actor

SIDES = (Role.VICTIM, Role.AGGRESSOR, Role.INVOLVED)

# The colleagues who reported what a case is about; each kind of case knows its own.
Reporters: TypeAlias = Callable[[Case], Iterable[User]]
_REPORTERS: list[Reporters] = []


def add_reporters(asked: Reporters) -> None:
    """Enter how another package knows who reported; once, at import."""
    if asked in _REPORTERS:
        raise RuntimeError("this was entered before")
    _REPORTERS.append(asked)


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


def check_talk_names_no_witness(
    texts: Iterable[tuple[str, str]], *, party: Party, case: Case
) -> None:
    """As ``check_names_no_witness``, of what one person is asked; a witness may be."""
    if party.roles.filter(role__in=SIDES).exists():
        check_names_no_witness(texts, case=case, own=[party])


def check_names_no_witness(
    texts: Iterable[tuple[str, str]], *, case: Case, own: Iterable[Party] = ()
) -> None:
    """Refuse words for a side that say who saw or reported it (G23).

    Args:
        texts: each with the field it is in.
        own: who the words are for, and whoever stands for them.
    """
    open_to_them = Q(pk__in=[party.pk for party in own]) | Q(roles__role__in=SIDES)
    here = Party.objects.filter(of_one_case(case), removed_at=None)
    witnesses = (
        here.filter(roles__role=Role.WITNESS)
        .exclude(open_to_them)
        .select_related("person", "user")
    )
    people = [somebody for one in witnesses if (somebody := one.person or one.user)]
    # Who reported and is of a side is named as what they are there.
    shown = here.filter(open_to_them).exclude(user=None)
    named = set(shown.values_list("user", flat=True))
    people += [
        one for asked in _REPORTERS for one in asked(case) if one.pk not in named
    ]
    names = _names_of(people)
    others = _names_of(
        somebody
        for one in here.filter(open_to_them).select_related("person", "user")
        if (somebody := one.person or one.user)
    )
    for path, text in texts:
        law.check_witness_unnamed(
            text="".join(text.split()),
            names=names,
            others=others,
            act_on=act_day(case),
            path=path,
        )


def _names_of(people: Iterable[Person | User]) -> set[str]:
    """As they stand in a text without its blanks."""
    return {"".join(one.name.split()) for one in people} - {""}

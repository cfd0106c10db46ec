"""What is open to either side when talks failed, or an agreement is not performed."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from anlan.cases.act import act_day
from anlan.law import selectors as law
from anlan.law.book import Page, Text, in_language
from anlan.resolution.mediation.enums import (
    ConfirmationState,
    TalksKind,
    TalksState,
)
from anlan.resolution.mediation.exclusions import standing_exclusions
from anlan.resolution.mediation.models import Confirmation, Talks

_DATA = Path(__file__).parent / "data" / "remedies.yaml"


class When(StrEnum):
    FAILED = "failed"
    BREACHED = "breached"


class Remedy(Page):
    key: Text
    when: tuple[When, ...]
    only: tuple[TalksKind, ...] = ()
    confirmed: bool | None = None
    barred: bool = False  # not told where the matter may not be mediated (G17)
    text: Text
    text_en: Text
    sources: tuple[str, ...]

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)

    @property
    def cites(self) -> str:
        return law.cite_all(self.sources)


def remedies_of(talks: Talks) -> list[Remedy]:
    """What to tell both sides now; nothing while talks go on or are performed."""
    if not TalksState(talks.state).leads_on:
        return []
    when = When.BREACHED if talks.state == TalksState.BREACHED else When.FAILED
    is_confirmed = Confirmation.objects.filter(
        talks=talks, state=ConfirmationState.CONFIRMED
    ).exists()
    on = act_day(talks.case)
    is_barred = bool(standing_exclusions(talks.case))
    return [
        one.model_copy(update={"sources": law.in_force(one.sources, on=on)})
        for one in all_remedies()
        if when in one.when
        and (not one.only or talks.kind in one.only)
        and one.confirmed in {None, is_confirmed}
        and not (one.barred and is_barred)
    ]


def suit_over(talks: Talks) -> Remedy:
    """The way to a court over an agreement in force, whatever is disputed of it."""
    return next(
        one
        for one in all_remedies()
        if When.BREACHED in one.when and talks.kind in one.only and not one.confirmed
    )


def review() -> Remedy:
    """What becomes of terms where the injury may be a crime; told while they stand."""
    return next(one for one in all_remedies() if not one.when)


@cache
def all_remedies() -> tuple[Remedy, ...]:
    rows = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return tuple(map(Remedy.model_validate, rows))

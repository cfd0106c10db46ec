"""What somebody proposes, as data, and what is refused in it (G18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.utils.translation import gettext as _

from anlan.base.calendar.terms import add_months
from anlan.base.errors import InvalidInput
from anlan.base.money import LARGEST_FEN
from anlan.law import guardrails as law
from anlan.resolution.mediation.enums import TermBy, TermKind

MOST_TERMS = 12
MOST_FACTS = 1500
MOST_DEFAULT = 300
MOST_WORDS = 500
MOST_MANNER = 120
_WHOLE = 100  # per cent
_LONGEST_MONTHS = 120


@dataclass(frozen=True, kw_only=True)
class TermDraft:
    """One thing that somebody is to do: what, how, how much, by when."""

    kind: TermKind
    by: TermBy
    due_on: date | None
    words: str = ""
    manner: str = ""
    fen: int | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A whole version, before it is looked at."""

    facts: str
    in_default: str
    terms: Sequence[TermDraft]
    share_victim: int | None = None
    share_aggressor: int | None = None

    @property
    def said(self) -> list[tuple[str, str]]:
        """Everything that anybody wrote, with its field."""
        rows = (
            [(f"terms-{place}-words", one.words), (f"terms-{place}-manner", one.manner)]
            for place, one in enumerate(self.terms)
        )
        return [
            ("facts", self.facts),
            ("in_default", self.in_default),
            *chain.from_iterable(rows),
        ]


def check_agreement(draft: Draft, *, act_on: date, today: date) -> None:
    """Refuse what could be neither performed nor confirmed, or gives up what is nobody's.

    Raises:
        InvalidInput: at the field, with the rule.
    """
    _check_shares(draft)
    if not draft.terms:
        raise InvalidInput(_("请至少写一项"), path="terms")
    if len(draft.terms) > MOST_TERMS:
        raise InvalidInput(_("最多 %d 项") % MOST_TERMS, path="terms")
    law.check_term_told(
        missing=[
            (path, name)
            for path, name, words in (
                ("facts", _("发生了什么、双方有什么争议"), draft.facts),
                ("in_default", _("不履行时怎么办"), draft.in_default),
            )
            if not words.strip()
        ],
        act_on=act_on,
    )
    for path, text in draft.said:
        law.check_waives_nothing(text=text, act_on=act_on, path=path)
        law.check_buys_no_forgiveness(text=text, act_on=act_on, path=path)
        if path != "facts":
            law.check_definite(text=text, act_on=act_on, path=path)
    for place, term in enumerate(draft.terms):
        _check_term(term, f"terms-{place}", act_on=act_on, today=today)


def _check_term(term: TermDraft, at: str, *, act_on: date, today: date) -> None:
    law.check_term_told(missing=list(_missing(term, at)), act_on=act_on)
    if term.fen is not None and not term.kind.is_paid:
        raise InvalidInput(_("这一项不付款，请不要写金额"), path=f"{at}-fen")
    if term.fen is not None and not 0 < term.fen <= LARGEST_FEN:
        raise InvalidInput(_("金额要大于零"), path=f"{at}-fen")
    due_on = term.due_on
    if due_on is None:  # told above; for the type checker
        raise InvalidInput(_("请写明日期"), path=f"{at}-due_on")
    if not today <= due_on <= add_months(today, _LONGEST_MONTHS):
        raise InvalidInput(
            _("日期要在今天或者以后，最长十年"), path=f"{at}-due_on", source="G18"
        )
    is_kind = term.kind == TermKind.KINDNESS
    if is_kind and term.by != TermBy.OFFICE:
        raise InvalidInput(_("人道慰问只能由管理处给付"), path=f"{at}-by", source="G34")
    law.check_kindness(
        text=term.words,
        is_kindness=is_kind,
        is_ours=term.by == TermBy.OFFICE,
        act_on=act_on,
        path=f"{at}-words",
    )


def _missing(term: TermDraft, at: str) -> list[tuple[str, str]]:
    found = []
    if term.kind.is_paid and not term.fen:
        found.append((f"{at}-fen", _("金额")))
    if not term.kind.is_paid and not term.words.strip():
        found.append((f"{at}-words", _("做什么")))
    if not term.kind.goes_on and not term.manner.strip():
        found.append((f"{at}-manner", _("方式")))
    if term.due_on is None:
        found.append((f"{at}-due_on", _("日期")))
    return found


def _check_shares(draft: Draft) -> None:
    shares = (draft.share_victim, draft.share_aggressor)
    if shares == (None, None):
        return
    if None in shares or sum(one or 0 for one in shares) != _WHOLE:
        raise InvalidInput(
            _("双方的责任比例都要写，合计 100%"), path="share_aggressor", source="G18"
        )
    if any(not 0 <= (one or 0) <= _WHOLE for one in shares):
        raise InvalidInput(_("责任比例在 0 到 100 之间"), path="share_aggressor")

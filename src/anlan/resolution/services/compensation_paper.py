"""A calculation on paper: PDF, the same bytes for the same version and language."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.accounts.models import User
from anlan.base.clock import local_day, local_time
from anlan.base.money import chinese_capitals, format_fen
from anlan.base.typeset import typeset, words_on
from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.selectors import check_no_leaks, shown_name
from anlan.cases.selectors.guardians import with_guardians
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.resolution import permissions
from anlan.resolution.compensation import Outcome
from anlan.resolution.compensation.words import percent
from anlan.resolution.enums import LineState
from anlan.resolution.events import CompensationPrinted
from anlan.resolution.models import CompensationVersion
from anlan.resolution.selectors.compensation import (
    ShownLine,
    cited_exhibits,
    claim_of,
    outcome_of,
    shown_lines,
)
from anlan.resolution.selectors.kindness import kindness_words
from anlan.resolution.wording import ESTIMATE, sums_of

_BETWEEN = "\n\x1e\n"  # no name reaches over it
_DOCUMENT = Path(__file__).parents[1] / "documents" / "compensation.typ"


def print_compensation(
    *, version: CompensationVersion, by: User, at: datetime, via: str = ""
) -> bytes:
    """The version as PDF in the reader's language; that it was printed is on the record.

    A kindness on it stands with the words in force, the only thing that is not the version's.

    Raises:
        Conflict: it has a kindness, and counsel has approved no words for one (G34); or
            somebody wrote of the other side in it, and the sheet is the victim's.
    """
    compensation = version.compensation
    permissions.check_can_see_compensation(by, compensation.case)
    if outcome_of(version).kindness_fen:
        law.check_kindness_approved(
            is_approved=kindness_words(compensation.case.organisation) is not None,
            act_on=local_day(at),
        )
    page = page_of(version)
    check_no_leaks(
        _BETWEEN.join(words_on(page)),
        case=compensation.case,
        side=Side.VICTIM,
        own=with_guardians(compensation.party),
        is_own_only=True,
    )
    pdf = typeset(_DOCUMENT, page, at=version.made_at).pdf
    with ledger.recording():
        cases.record(
            CompensationPrinted(
                code=compensation.code,
                version=version.number,
                sha256=hashlib.sha256(pdf).hexdigest(),
            ),
            compensation.case,
            thing=version.key,
            by=by,
            at=at,
            via=via,
        )
    return pdf


def page_of(version: CompensationVersion) -> dict[str, Any]:
    """Everything that stands on it; nothing of the moment or the person who prints."""
    compensation, claim = version.compensation, claim_of(version)
    outcome = outcome_of(version)
    number = f"{compensation.code} v{version.number}"
    return {
        "title": _("赔偿测算"),
        "estimate": str(ESTIMATE),
        "under": f"{compensation.case.number} · {number}",
        "foot": f"{compensation.case.site.name} · {compensation.case.number} · {number}",
        "facts": [
            [_("受害人"), shown_name(compensation.party)],
            [_("适用程序"), str(claim.forum.label)],
            [_("受诉法院所在地"), str(claim.province.label)],
            [_("计算基准日"), claim.reckoned_on.isoformat()],
            [_("受害人过错比例"), percent(claim.victim_fault)],
            [_("测算"), _made(version)],
        ],
        "head": [pgettext("a column", "项目"), pgettext("a column", "计算"), _("金额")],
        "lines": [_row(line) for line in shown_lines(version)],
        "sums": [[str(name), amount] for name, amount in sums_of(outcome)],
        "capitals": _("应付合计（大写）：%s") % chinese_capitals(outcome.owed_fen),
        "kindness": _kindness(version, outcome),
        "incomplete": "" if outcome.is_complete else _("缺少参数，合计不完整"),
        "sources_title": _("参数来源"),
        "sources": _sources(version),
        "exhibits": _exhibits(version),
    }


def _row(line: ShownLine) -> dict[str, Any]:
    amount = format_fen(line.fen)
    if line.state != LineState.COUNTED:
        said = str(line.state.label)
        both = _("%(amount)s（%(state)s）") % {"amount": amount, "state": said}
        amount = both if line.fen else said
    return {
        "item": str(line.item.label),
        "formulas": [*line.formulas, *line.wanted],
        "notes": [*line.notes, line.citation],
        "amount": amount,
    }


def _made(version: CompensationVersion) -> str:
    moment = local_time(version.made_at).strftime("%Y-%m-%d %H:%M")
    return f"{version.made_by.name} · {moment}"


def _kindness(version: CompensationVersion, outcome: Outcome) -> str:
    """What counsel approved, where something was given out of kindness."""
    words = kindness_words(version.compensation.case.organisation)
    return words.words if words and outcome.kindness_fen else ""


def _sources(version: CompensationVersion) -> list[str]:
    """Each figure once, with the official document it is from."""
    rows = [
        _("%(words)s；%(title)s，%(issuer)s，%(day)s")
        % {
            "words": one.words,
            "title": one.title,
            "issuer": one.issuer,
            "day": one.issued_on.isoformat(),
        }
        for line in shown_lines(version)
        for one in line.figures
    ]
    return list(dict.fromkeys(rows))


def _exhibits(version: CompensationVersion) -> str:
    codes = [exhibit.code for exhibit in cited_exhibits(version)]
    return _("所附证据：%s") % " ".join(codes) if codes else ""

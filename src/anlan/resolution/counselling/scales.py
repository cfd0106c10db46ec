"""The three scales that a counsellor may use, as numbers: no item is printed here.

The Chinese wording has to be an official one, on paper; the counsellor types the scores.
A result is a screening and never a diagnosis. Source: docs/sources.md, 精神卫生法 23.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.calendar.terms import add_months
from anlan.base.errors import Conflict, InvalidInput


class ScaleKey(StrEnum):
    PHQ_9 = "phq9"
    GAD_7 = "gad7"
    PC_PTSD_5 = "pcptsd5"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """``bands`` begin at these sums; from ``refer_at`` on a physician is recommended.

    ``risk_item`` counts from one: any answer to it but nothing calls a human at once.
    ``has_gate``: the first answer is the gate, counts nothing, and no ends the scale.
    """

    key: ScaleKey
    title: str
    items: int
    most: int
    bands: tuple[tuple[int, Promise], ...]
    refer_at: int
    risk_item: int = 0
    has_gate: bool = False
    after_months: int = 0

    def is_risk(self, answers: Sequence[int]) -> bool:
        """Whether a human is called, also where other answers are missing."""
        return any(answers[self.risk_item - 1 : self.risk_item])


_FOUR = (
    (0, gettext_lazy("低于轻度的界限")),
    (5, gettext_lazy("轻度范围")),
    (10, gettext_lazy("中度范围")),
)
SCALES: dict[ScaleKey, Scale] = {
    scale.key: scale
    for scale in (
        Scale(
            key=ScaleKey.PHQ_9,
            title="PHQ-9",
            items=9,
            most=3,
            bands=(
                *_FOUR,
                (15, gettext_lazy("中重度范围")),
                (20, gettext_lazy("重度范围")),
            ),
            refer_at=10,
            risk_item=9,
        ),
        Scale(
            key=ScaleKey.GAD_7,
            title="GAD-7",
            items=7,
            most=3,
            bands=(*_FOUR, (15, gettext_lazy("重度范围"))),
            refer_at=10,
        ),
        Scale(
            key=ScaleKey.PC_PTSD_5,
            title="PC-PTSD-5",
            items=6,
            most=1,
            bands=(
                (0, gettext_lazy("低于界限")),
                (3, gettext_lazy("女性或者取敏感界限时为阳性")),
                (4, gettext_lazy("阳性")),
            ),
            refer_at=4,
            has_gate=True,
            after_months=1,
        ),
    )
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the numbers say; ``is_risk`` calls a human whatever the sum."""

    total: int
    band: Promise
    is_referred: bool
    is_risk: bool


def score(scale: Scale, answers: Sequence[int]) -> Result:
    """
    Raises:
        InvalidInput: not as many answers as the scale has, or one that cannot be.
    """
    if len(answers) != scale.items or not all(0 <= a <= scale.most for a in answers):
        raise InvalidInput(
            _("%(scale)s 有 %(count)s 项，每项 0 到 %(most)s 分")
            % {"scale": scale.title, "count": scale.items, "most": scale.most},
            path="answers",
        )
    counted = answers
    if scale.has_gate:
        counted = answers[1:] if answers[0] else []
    total = sum(counted)
    starts = [*scale.bands, (scale.items * scale.most + 1, scale.bands[-1][1])]
    band = next(
        name for (low, name), (high, _next) in pairwise(starts) if low <= total < high
    )
    return Result(
        total=total,
        band=band,
        is_referred=total >= scale.refer_at,
        is_risk=scale.is_risk(answers),
    )


def check_is_time(scale: Scale, *, happened: date, on: date) -> None:
    """A scale that asks about the past month says nothing before one has passed.

    Raises:
        Conflict: too early.
    """
    first = add_months(happened, scale.after_months)
    if on < first:
        raise Conflict(
            _("%(scale)s 问的是过去一个月，%(day)s 以后才能使用")
            % {"scale": scale.title, "day": f"{first:%Y-%m-%d}"}
        )

"""Support of people who went through it: no diagnosis, no telling by order."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict, InvalidInput
from anlan.law.guardrails.registry import enforces, in_force
from anlan.law.matching import says


@enforces("G25")
def check_no_diagnosis(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse a diagnosis in what a counsellor writes: they may not make one.

    What a hospital said, or somebody says of themselves or of their family, may be
    written down as that: it stands right before the word.
    """
    rule = in_force("G25", act_on)
    if rule and says(text, rule, is_near=True):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_risk_called(*, is_risk: bool, is_called: bool, act_on: date) -> None:
    """Refuse to keep an answer that shows risk while no human was called for it (G25)."""
    rule = in_force("G25", act_on)
    if rule and is_risk and not is_called:
        raise Conflict(_("有风险的回答要先请管理人员来电，再封存"), source=rule.id)


@enforces("G26")
def check_no_debriefing(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse to arrange that people have to tell what they went through."""
    rule = in_force("G26", act_on)
    if rule and says(text, rule):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_came_willingly(
    *, is_voluntary: bool, act_on: date, path: str = "is_voluntary"
) -> None:
    """Refuse a meeting about an event to which somebody was made to come (G26)."""
    rule = in_force("G26", act_on)
    if rule and not is_voluntary:
        raise InvalidInput(
            _("复盘会自愿参加，请先问过每一个人，再登记"), path=path, source=rule.id
        )

"""What is paid: damage that was weighed, kindness that is no debt, the claim of staff."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict, InvalidInput
from anlan.law.guardrails.registry import enforces, in_force
from anlan.law.matching import has_any, says


@enforces("G33")
def check_mental_damage(*, fen: int, is_weighed: bool, act_on: date) -> None:
    """Refuse a sum for mental damage that nobody weighed: the program has no formula."""
    rule = in_force("G33", act_on)
    if rule and fen and not is_weighed:
        raise InvalidInput(rule.refusal_words, path="mental", source=rule.id)


@enforces("G34")
def check_kindness(
    *, text: str, is_kindness: bool, is_ours: bool, act_on: date, path: str = "text"
) -> None:
    """Refuse a kindness that is worded as a debt, and one that is entered as a debt.

    Args:
        is_kindness: it was entered as a kindness, which is deducted from nothing.
        is_ours: the office pays it; what others call theirs is their affair.
    """
    rule = in_force("G34", act_on)
    if rule is None:
        return
    is_said = has_any(text, rule.lists["kindness"])
    if says(text, rule) if is_kindness else is_ours and is_said:
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_kindness_words(*, text: str, act_on: date, path: str = "words") -> None:
    """Refuse words for a kindness that admit a debt, or do not say that it is none (G34)."""
    rule = in_force("G34", act_on)
    if rule is None:
        return
    if says(text, rule) or not has_any(text, rule.lists["disclaims"]):
        raise InvalidInput(
            _("须写明“不代表承认责任”，也不能把慰问写成赔偿"), path=path, source=rule.id
        )


def check_kindness_approved(*, is_approved: bool, act_on: date) -> None:
    """Refuse to let out a kindness whose words no counsel has approved (G34)."""
    rule = in_force("G34", act_on)
    if rule and not is_approved:
        raise Conflict(_("慰问款的文书还没有经法务审定，不能打印"), source=rule.id)


@enforces("G22")
def check_staff_claim(*, is_struck_staff: bool, is_claimed: bool, act_on: date) -> None:
    """Refuse to leave a struck employee without their claim of a work injury."""
    rule = in_force("G22", act_on)
    if rule and is_struck_staff and not is_claimed:
        raise Conflict(rule.refusal_words, source=rule.id)

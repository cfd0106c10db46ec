"""Talks with one person: guardians, one at a time, no interrogation."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.law.guardrails.registry import enforces, in_force
from anlan.law.matching import has_any


@enforces("G20")
def check_guardian(
    *, is_minor: bool, guardian: str, act_on: date, path: str = "guardian"
) -> None:
    """Refuse to hear somebody under 18 without their guardian."""
    rule = in_force("G20", act_on)
    if rule and is_minor and not guardian.strip():
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_guardian_consent(
    *,
    is_under_fourteen: bool,
    has_consent: bool,
    act_on: date,
    path: str = "has_consent",
) -> None:
    """Refuse to write down what somebody under 14 says unless their guardian agrees (G20)."""
    rule = in_force("G20", act_on)
    if rule and is_under_fourteen and not has_consent:
        raise InvalidInput(
            _(
                "未满十四周岁，须监护人同意谈话和记录；"
                "已经开始的，请在“未满十八周岁”里写明监护人同意"
            ),
            path=path,
            source=rule.id,
        )


@enforces("G21")
def check_talk(*, is_so: bool, act_on: date, path: str) -> None:
    """Refuse a statement that was not told to be voluntary, or not read back."""
    rule = in_force("G21", act_on)
    if rule and not is_so:
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_talks_alone(*, people: int, act_on: date, path: str) -> None:
    """Refuse a talk that is not with one person alone (G21)."""
    rule = in_force("G21", act_on)
    if rule and people != 1:
        raise InvalidInput(
            _("谈话分别进行：一次谈话只能有一位当事人，请给另一位另行安排"),
            path=path,
            source=rule.id,
        )


def check_nobody_beside(*, is_beside: bool, act_on: date, path: str) -> None:
    """Refuse a talk in which another party sits beside the person (G21)."""
    rule = in_force("G21", act_on)
    if rule and is_beside:
        raise InvalidInput(
            _(
                "谈话分别进行，在场的人里写有另一位当事人：请其离开后再开始；"
                "已经开始的，请放弃这份草稿，另行开始"
            ),
            path=path,
            source=rule.id,
        )


def check_talk_wording(*, text: str, act_on: date, path: str) -> None:
    """Refuse the words of an interrogation in what the office itself asks (G21)."""
    rule = in_force("G21", act_on)
    if rule and has_any(text, rule.lists["words"]):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)

"""The call to the police: nothing waives it, and nothing stands before it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict, InvalidInput
from anlan.law.guardrails.registry import enforces, in_force
from anlan.law.matching import has_any, normal, pattern, says


@enforces("G05")
def check_police_waiver(
    *, severity: int, reason: str, act_on: date, is_minor_hurt: bool = False
) -> None:
    """Refuse to record "no police" where that is forbidden, or without a reason.

    Raises:
        Conflict: the level is too high, with the sentence to show.
        InvalidInput: nothing was given as a reason.
    """
    rule = in_force("G05", act_on)
    if rule is None:
        return
    if severity >= rule.thresholds["never_waived_from_severity"]:
        raise Conflict(rule.refusal_words, source=rule.id)
    if is_minor_hurt and in_force("G20", act_on):
        raise Conflict(_("未成年人受到侵害，必须立即报警"), source="L-未保法-11")
    if not reason.strip():
        raise InvalidInput(_("请写明为什么不报警"), path="reason", source=rule.id)


def check_police_reported(*, severity: int, is_reported: bool, act_on: date) -> None:
    """Refuse to decide what is done where the police had to be called and were not (G05)."""
    if must_be_reported(severity=severity, is_reported=is_reported, act_on=act_on):
        raise Conflict(
            _("较大及以上的事件必须报警：请先报警，或者把“报警、报案”列入方案"),
            source="G05",
        )


def must_be_reported(*, severity: int, is_reported: bool, act_on: date) -> bool:
    """Whether the police have to be called, and were not (G05)."""
    rule = in_force("G05", act_on)
    return (
        rule is not None
        and not is_reported
        and severity >= rule.thresholds["never_waived_from_severity"]
    )


def check_bars_no_report(
    *, text: str, severity: int, act_on: date, path: str = "text"
) -> None:
    """Refuse words by which something would take the place of a report that must be (G05)."""
    rule = in_force("G05", act_on)
    if rule is None or severity < rule.thresholds["never_waived_from_severity"]:
        return
    if says(text, rule):
        raise InvalidInput(
            _("较大及以上的事件必须报警，任何措施都不能代替或者阻止报警"),
            path=path,
            source=rule.id,
        )


@enforces("G06")
def check_police_call(*, waits_for: Collection[str], act_on: date) -> None:
    """Refuse a workflow in which anything must happen before the police are called."""
    rule = in_force("G06", act_on)
    if rule and waits_for:
        raise Conflict(rule.refusal_words, source=rule.id)


def check_no_delay(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words by which a plan would put something before the call (G06).

    A list of words cannot read; it stops the plain case, and a person reads the rest.
    """
    rule = in_force("G06", act_on)
    if rule and has_any(text, rule.lists["delays"]):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def is_police_call(*, title: str, act_on: date) -> bool:
    """Whether a task of this title is the call itself."""
    rule = in_force("G06", act_on)
    return rule is not None and any(
        pattern(word).match(normal(title)) for word in rule.lists["calls"]
    )

"""What is kept as evidence: originals, holds, how long, the papers of an injury."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from anlan.base.calendar.terms import add_months
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.law import selectors
from anlan.law.guardrails.registry import enforces, in_force


@enforces("G08")
def check_original(*, is_whole: bool, act_on: date) -> None:
    """Nothing is shown or handed over that is not, byte for byte, what arrived.

    Args:
        act_on: the day of its arrival.
    """
    rule = in_force("G08", act_on)
    if rule and not is_whole:
        raise Conflict(rule.refusal_words, source=rule.id)


@enforces("G09")
def check_two_roles(*, signed: Collection[tuple[str, str]], act_on: date) -> None:
    """Refuse to release a hold unless different persons of different roles sign.

    Args:
        signed: person and role of each signature.
    """
    rule = in_force("G09", act_on)
    if rule is None:
        return
    people, roles = {who for who, _role in signed}, {role for _who, role in signed}
    if min(len(people), len(roles)) < rule.thresholds["people"]:
        raise NotAllowed(rule.refusal_words, source=rule.id)


def earliest_release(*, act_on: date) -> date:
    """The day on which the limitation of claims ends at the earliest (民法典 188)."""
    return add_months(act_on, 12 * selectors.guardrail("G09").thresholds["years"])


def check_release_in_time(*, reason: str, decided_on: date, act_on: date) -> None:
    """Refuse to release a hold before that day unless somebody says why (G09).

    Raises:
        InvalidInput: it is too early, and there is no reason.
    """
    rule = in_force("G09", act_on)
    ends_on = earliest_release(act_on=act_on)
    if rule is None or decided_on > ends_on or reason:
        return
    raise InvalidInput(
        _("诉讼时效最早到 %s 届满，期满以前解除的，请写明为什么") % ends_on,
        path="early",
        source=rule.id,
    )


@enforces("G12")
def check_period(*, days: int, is_held: bool = False, act_on: date) -> None:
    """Refuse to delete what is held, or a period that is shorter than the law's.

    Raises:
        InvalidInput: fewer days than footage is kept at least.
        Conflict: something holds it.
    """
    rule = in_force("G12", act_on)
    if rule is None:
        return
    if is_held:
        raise Conflict(rule.refusal_words, source=rule.id)
    if days < rule.thresholds["days"]:
        raise InvalidInput(rule.refusal_words, path="days", source=rule.id)


@enforces("G14")
def check_appraisal(*, level: str, has_document: bool, act_on: date) -> None:
    """Refuse an appraised level of injury without the paper that says it."""
    rule = in_force("G14", act_on)
    if rule and level and not has_document:
        raise InvalidInput(rule.refusal_words, path="level", source=rule.id)

"""Talks between two sides, and the terms that come of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict, InvalidInput
from anlan.law import selectors
from anlan.law.guardrails.registry import enforces, in_force
from anlan.law.matching import clauses, each_time, has_any, is_taken_back, says


def check_may_be_talked(
    *, is_mediation: bool, excluded: Collection[tuple[str, str]], act_on: date
) -> None:
    """Refuse to bring to terms what is not brought to terms (G17).

    Args:
        excluded: what speaks against it, each with its name as people read it.
    """
    rule = in_force("G17", act_on)
    if rule is None:
        return
    barred = rule.lists["mediation" if is_mediation else "negotiation"]
    found = [name for key, name in excluded if key in barred]
    if found:
        raise Conflict(
            _("这种情形不适用调解或者协商：%s") % _("、").join(found), source=rule.id
        )


@enforces("G17")
def check_both_agree(*, unwilling: Collection[str], act_on: date) -> None:
    """Refuse to go on while a side has not agreed, or does not any more."""
    rule = in_force("G17", act_on)
    if rule and unwilling:
        raise Conflict(rule.refusal_words, source=rule.id)


@enforces("G18")
def check_definite(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse a sum, a date or a manner that nobody could perform or enforce."""
    rule = in_force("G18", act_on)
    if rule and has_any(text, rule.lists["unclear"]):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_term_told(*, missing: Collection[tuple[str, str]], act_on: date) -> None:
    """Refuse a term without its sum, date or manner (G18).

    Args:
        missing: the field, and its name as people read it.
    """
    rule = in_force("G18", act_on)
    if rule and missing:
        path, name = next(iter(missing))
        raise InvalidInput(_("请写明%s") % name, path=path, source=rule.id)


def check_waives_nothing(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words by which somebody would give up the law's own ways (G18).

    Spaces and marks are no way around it. A list of words cannot read; it stops the plain
    case, and whoever holds the talks reads the rest.
    """
    rule = in_force("G18", act_on)
    if rule is None:
        return
    for clause in clauses(text):
        for word in rule.lists["waivers"]:
            # Only what stands right before it takes the word back, each time that it stands.
            for before, found in each_time(clause, word, rule):
                if not is_taken_back(before, found, rule, is_near=True):
                    raise InvalidInput(
                        _(
                            "协议不能免除刑事责任，也不能放弃起诉、投诉、举报、报案的权利（“%s”）"
                        )
                        % found,
                        path=path,
                        source=rule.id,
                    )


def check_buys_no_forgiveness(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse to make the victim's forgiveness a term of an agreement (G18)."""
    rule = in_force("G18", act_on)
    if rule and has_any(text, rule.lists["forgiveness"]):
        raise InvalidInput(
            _("谅解是受害人自己的意思，不能写成协议的条件；谅解书另行制作"),
            path=path,
            source=rule.id,
        )


def confirmation_days() -> int:
    """Within how many days of its effect an agreement may be confirmed (G18)."""
    return selectors.guardrail("G18").thresholds["days"]


@enforces("G19")
def check_neutral(*, is_ours: bool, act_on: date, path: str = "body") -> None:
    """Refuse the company's own people as mediator of a case that it is a party to."""
    rule = in_force("G19", act_on)
    if rule and is_ours:
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_not_called_mediation(*, text: str, act_on: date, path: str) -> None:
    """Refuse to call mediation what the office holds itself (G19)."""
    rule = in_force("G19", act_on)
    if rule and says(text, rule):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)

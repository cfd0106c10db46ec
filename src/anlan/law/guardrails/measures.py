"""What may be done about somebody, for how long, and what no clause can take away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from anlan.base.calendar.terms import add_months
from anlan.base.errors import InvalidInput, NotAllowed
from anlan.law import selectors
from anlan.law.book import Measure
from anlan.law.guardrails.registry import enforces, in_force
from anlan.law.matching import clauses, has_any, says


def check_lawful(*, measure: str, act_on: date) -> Measure:
    """The measure of that name, unless no plan may have it.

    Raises:
        InvalidInput: there is none for acts of that day.
        NotAllowed: it is refused; the sentence says what may be done instead.
    """
    try:
        found = selectors.measure(measure, on=act_on)
    except LookupError as error:
        raise InvalidInput(_("没有这种措施"), path="measure") from error
    if not found.is_for_plans:
        raise NotAllowed(
            _("不能采取“%(title)s”：%(words)s")
            % {"title": found.heading, "words": found.words},
            source=found.refused_by,
        )
    return found


@enforces("G02")
def check_clause(
    *, clause: str, clause_version: str, binds: str, amount_basis: str, act_on: date
) -> None:
    """Refuse a sum, or the end of a service, by an agreement that nobody can show.

    Args:
        clause, clause_version: which one; of a contract, a covenant, a house rule.
        binds: why it binds this person.
        amount_basis: how the amount was reached.
    """
    rule = in_force("G02", act_on)
    if rule is None:
        return
    said = {
        "clause": clause,
        "clause_version": clause_version,
        "binds": binds,
        "amount_basis": amount_basis,
    }
    missing = next((path for path, words in said.items() if not words.strip()), None)
    if missing is not None:
        raise InvalidInput(rule.refusal_words, path=missing, source=rule.id)


@enforces("G04")
def check_ends(
    *, reason: str, begins: date, ends: date | None, appeal: str, act_on: date
) -> None:
    """Refuse a suspension or ban without reason, last day within months, or appeal.

    The last day of the longest one is that of the same number in its month (民法典 202).
    """
    rule = in_force("G04", act_on)
    if rule is None:
        return
    if not reason.strip():
        raise InvalidInput(rule.refusal_words, path="reason", source=rule.id)
    latest = add_months(begins, rule.thresholds["months"])
    if ends is None or not begins <= ends <= latest:
        raise InvalidInput(rule.refusal_words, path="ends_on", source=rule.id)
    if not appeal.strip():
        raise InvalidInput(rule.refusal_words, path="appeal", source=rule.id)


@enforces("G03")
def check_no_cutting_off(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words by which somebody's water, power, lift or way home would be stopped.

    A list of words cannot read; it stops the plain case, and a person reads the rest.
    """
    rule = in_force("G03", act_on)
    if rule and says(text, rule):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


@enforces("G07")
def check_measure(*, measure: str, act_on: date) -> None:
    """Refuse a measure, by its identifier, that guards may not take."""
    rule = in_force("G07", act_on)
    if rule and measure in rule.lists["measures"]:
        raise NotAllowed(rule.refusal_words, source=rule.id)


def check_no_measure(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words that tell guards to do what they may not do (G07).

    What is forbidden, or is done by the police, may be spoken of: "不得扣留".
    """
    rule = in_force("G07", act_on)
    if rule is None:
        return
    if says(text, rule):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_disclaims_nothing(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse to say that nobody answers for an injury: such a clause is void (民法典 506).

    A list of words cannot read; it stops the plain case, and a person reads the rest.
    """
    rule = selectors.measure("disclaimer", on=act_on)
    lists = rule.lists
    ours = [who + what for who in lists["office"] for what in lists["bears_nothing"]]
    _check_disclaims_none(text, rule, words=[*lists["words"], *ours], path=path)


def check_agrees_to_no_injury(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse an agreement that an injury is at one's own risk: it is void (民法典 506).

    Two may settle what an injury cost, so the words are fewer than those of a letter.
    """
    rule = selectors.measure("disclaimer", on=act_on)
    _check_disclaims_none(text, rule, words=rule.lists["agreed"], path=path)


def _check_disclaims_none(
    text: str, rule: Measure, *, words: Collection[str], path: str
) -> None:
    for clause in clauses(text):
        if says(clause, rule, words=words) and not has_any(clause, rule.lists["void"]):
            raise InvalidInput(rule.words, path=path, source=rule.refused_by)

"""What the office writes: no punishment, no verdict, no witness, no article that is none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from anlan.base.errors import Conflict, InvalidInput
from anlan.law import selectors
from anlan.law.book import Guardrail
from anlan.law.guardrails.registry import enforces, in_force
from anlan.law.matching import has_any, normal, pattern

_NEAR_NAME = 5  # characters after a name, in which it says or reports something


@enforces("G01")
def check_wording(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words of punishment in what the office itself writes, however they are spaced.

    Clause by clause: "…处罚。款项…" is none.
    """
    rule = in_force("G01", act_on)
    if rule and has_any(text, rule.lists["words"]):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


@enforces("G15")
def check_no_verdict(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words that judge who was right, also across a full stop.

    Not those that two harmless sentences make: "不全。责任由法院认定".
    """
    rule = in_force("G15", act_on)
    if rule is None:
        return
    said = normal(text)
    for other in rule.lists["others"]:
        # With blanks between at most: a stop after the first letter ends the word.
        said = re.sub(r"\s*".join(other), "0", said)
    if any(pattern(one).search(said) for one in rule.lists["words"]) or has_any(
        said, rule.lists["unstopped"]
    ):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


@enforces("G23")
def check_witness_unnamed(
    *,
    text: str,
    names: Collection[str],
    others: Collection[str] = (),
    act_on: date,
    path: str = "text",
) -> None:
    """Refuse to tell one side who saw or reported it.

    Args:
        others: names that may stand, of those to whom it is told and of the sides; one
            may begin with the name of a witness.
    """
    rule = in_force("G23", act_on)
    if rule is None:
        return
    for name in set(names) - set(others):
        longer = [one for one in others if name in one]
        shown = [found.span() for one in longer for found in _found(one, text)]
        for found in _found(name, text):
            first, end = found.span()
            is_other = any(begin <= first and end <= last for begin, last in shown)
            if not is_other and _is_a_name(found, text, rule):
                raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def _found(name: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(re.escape(name), text)


def _is_a_name(found: re.Match[str], text: str, rule: Guardrail) -> bool:
    """Whether it names somebody; 高峰 is the rush hour too."""
    if found[0] not in rule.lists["ordinary"]:
        return True
    before, after = text[: found.start()], text[found.end() :]
    if before.endswith(tuple(rule.lists["roles"])):
        return True
    if not after[:1].isalnum():
        return not before[-1:].isalnum() or before.endswith(tuple(rule.lists["asked"]))
    if after.startswith(tuple(rule.lists["compounds"])):
        return False
    return any(one in after[:_NEAR_NAME] for one in rule.lists["told"])


@enforces("G16")
def check_rule_sets_shown(
    *, act_on: date, decided_on: date, shown: Collection[str]
) -> None:
    """Refuse to show less than the rules at the act and, if changed, at the decision."""
    rule = in_force("G16", act_on)
    needed = selectors.rule_sets(act_on=act_on, decided_on=decided_on)
    if rule and not {rules.key for rules in needed} <= set(shown):
        raise Conflict(rule.refusal_words, source=rule.id)


@enforces("G39")
def check_cited(
    *, references: Collection[str], act_on: date, path: str = "body"
) -> None:
    """Refuse a letter that cites an article which nobody knows, or not of that day."""
    rule = in_force("G39", act_on)
    if rule and any(not selectors.is_citable(one, on=act_on) for one in references):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)

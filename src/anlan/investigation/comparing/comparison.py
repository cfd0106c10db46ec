"""Two accounts side by side. Each rule names itself in ``why``; one dispute is found once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from anlan.investigation.comparing.accounts import Account, Scene
from anlan.investigation.comparing.blows import compare_blows, compare_counts
from anlan.investigation.comparing.bodies import compare_injuries
from anlan.investigation.comparing.means import compare_means
from anlan.investigation.comparing.result import Found, Kind
from anlan.investigation.comparing.table import FactTable, facts_of
from anlan.investigation.comparing.whereabouts import compare_places, compare_times
from anlan.investigation.comparing.wording import compare_words

_RULES: tuple[Callable[[FactTable, FactTable], Iterator[Found]], ...] = (
    compare_times,
    compare_places,
    compare_blows,
    compare_means,
    compare_injuries,
    compare_counts,
    compare_words,
)


def compare(a: Account, b: Account, scene: Scene) -> list[Found]:
    """Contradictions and agreements of two accounts, the weightiest first.

    Nothing is decided: each is a proposal that a person accepts or changes.
    """
    roles = {scene.speaker_of(one): one.role for one in (a, b)}
    return compare_tables(facts_of(a, scene, roles), facts_of(b, scene, roles))


def compare_tables(first: FactTable, second: FactTable) -> list[Found]:
    """The same, of two accounts that were read already."""
    is_turned = _order(first) > _order(second)
    one, other = (second, first) if is_turned else (first, second)
    found = _once([found for rule in _RULES for found in rule(one, other)])
    if is_turned:
        found = [replace(each, a=each.b, b=each.a) for each in found]
    return sorted(
        found,
        key=lambda one: (one.kind != Kind.CONTRADICTION, -one.weight, one.a.start),
    )


def _order(facts: FactTable) -> tuple[str, str]:
    """How the accounts are sorted, so that whichever is given first, the same is found."""
    return facts.account.text, facts.account.key


def _once(found: list[Found]) -> list[Found]:
    """The first of those that are about the same two sentences and the same topic.

    Two sentences that name one spot may still differ in who went in: a contradiction goes before.
    """
    seen, kept = set(), []
    for one in sorted(found, key=lambda one: one.kind != Kind.CONTRADICTION):
        about = (one.topic, one.a.start, one.b.start)
        if about not in seen:
            seen.add(about)
            kept.append(one)
    return kept

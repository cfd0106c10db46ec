"""Things used and held: a denied one, an empty hand, another thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from anlan.investigation.comparing.blows import THROWN, is_manner, is_of_thing_there
from anlan.investigation.comparing.facts import BARE, HAND, PHYSICAL, Act, Injury
from anlan.investigation.comparing.lexicon import parts_touch, same_object
from anlan.investigation.comparing.result import Found, Kind, Topic, quote
from anlan.investigation.comparing.table import FactTable
from anlan.investigation.comparing.text import Sentence, sentences_of


@dataclass(frozen=True, kw_only=True)
class _Use:
    """Somebody used or held a thing, or did not; without a thing: nothing at all."""

    person: str
    thing: str
    sentence: Sentence
    is_denied: bool
    is_struck_with: bool
    is_only: bool = False
    is_of_act: bool = False  # told of a blow, not only of a hand
    is_first: bool = False
    is_idle: bool = False
    is_blow: bool = False
    is_thrown: bool = False
    is_backed: bool = False  # and an act is denied in the same sentence


def compare_means(a: FactTable, b: FactTable) -> Iterator[Found]:
    mine, theirs = _uses(a), _uses(b)
    found = [
        *_denied(a, b, mine, theirs),
        *_manners(a, b),
        *_other_thing(a, b, mine, theirs),
        *_blocked(a, b),
        *_bounced(a, b),
        *_only_held(a, b),
    ]
    done: set[str] = set()
    for person, one in found:
        if person not in done:
            done.add(person)
            yield one
    yield from _full_or_empty(a, b)
    if not found:
        yield from _agreements(a, b, mine, theirs)


_SLIPPED = re.compile("没[拿端抱提拎抓]稳|掉|滑|弹|脱手|[翻倒落]")
_FULL = re.compile(r"(是|还是|都是|装)满的|满瓶|一整瓶|没开封")
_EMPTY = re.compile(r"空的|空瓶|空水瓶|空盒|空桶|空纸箱")


def _full_or_empty(a: FactTable, b: FactTable) -> Iterator[Found]:
    for mine, theirs in ((_FULL, _EMPTY), (_EMPTY, _FULL)):
        one, other = _first(a, mine), _first(b, theirs)
        if one is not None and other is not None:
            yield Found(
                kind=Kind.CONTRADICTION,
                topic=Topic.WEAPON,
                a=quote(a.account, one),
                b=quote(b.account, other),
                why="full_or_empty",
            )
            return


def _first(facts: FactTable, pattern: re.Pattern[str]) -> Sentence | None:
    said = sentences_of(facts.account.text)
    return next((one for one in said if pattern.search(one.text)), None)


def _uses(facts: FactTable) -> list[_Use]:
    struck = [
        _Use(
            person=act.agent,
            thing=act.means,
            sentence=act.sentence,
            is_denied=act.is_denied,
            is_struck_with=not act.is_on_thing,
            is_of_act=True,
            is_blow=act.kind not in {"pull", "push", "touch"},
            is_thrown=act.kind in {"throw", "splash"} and not act.is_denied,
            is_first=act.is_said_first,
        )
        for act in facts.acts
        if act.means and act.kind in PHYSICAL
    ]
    denied = {act.sentence.start for act in facts.acts if act.is_denied}
    held = [
        _Use(
            person=one.person,
            thing=one.thing,
            sentence=one.sentence,
            is_denied=one.is_denied or one.is_idle,
            is_struck_with=one.is_used and not one.is_idle,
            is_only=one.is_only,
            is_idle=one.is_idle,
            is_of_act=one.is_used and one.is_denied,
            is_backed=one.is_idle and one.sentence.start in denied,
        )
        for one in facts.holdings
    ]
    return struck + held


def _denied(
    a: FactTable, b: FactTable, mine: list[_Use], theirs: list[_Use]
) -> Iterator[tuple[str, Found]]:
    for uses, others, is_turned in ((mine, theirs, False), (theirs, mine, True)):
        pairs = [
            (denial, use)
            for denial in uses
            if denial.is_denied
            for use in others
            if not use.is_denied
            and use.thing
            and _denies(denial, use)
            and not (denial.is_of_act and denial.thing and use.is_first)
            and not (denial.is_idle and use.is_first)
            and (
                use.is_struck_with
                or not (
                    _SLIPPED.search(denial.sentence.text)
                    or denial.is_of_act
                    or (denial.is_idle and _is_admitted(uses, use))
                )
            )
            and not (denial.is_of_act and denial.is_thrown)
            and not (denial.is_idle and _is_idle_too(others, denial))
            and not (not denial.thing and _is_admitted(uses, use))
        ]
        pairs.sort(
            key=lambda pair: (
                -2 * pair[1].is_struck_with
                - bool(pair[0].thing)
                - pair[0].is_backed
                - 2 * pair[1].is_blow
                + (pair[1].is_thrown and not pair[0].thing)
            )
        )
        for denial, use in pairs:
            one, other = (use, denial) if is_turned else (denial, use)
            yield use.person, _found(a, b, one, other, "thing_denied")


def _denies(denial: _Use, use: _Use) -> bool:
    if not denial.thing:
        return denial.person == use.person and use.thing not in BARE
    if denial.thing in HAND:
        return False  # that is about the blow
    if denial.thing in BARE or use.thing in BARE:
        return denial.person == use.person and denial.thing == use.thing
    return same_object(denial.thing, use.thing) and (
        denial.person == use.person or use.is_struck_with
    )


def _is_idle_too(uses: list[_Use], denial: _Use) -> bool:
    """Whether the other says the same of the thing: it rebounded, it lay there."""
    return any(one.is_idle and one.thing and _same(one, denial) for one in uses)


def _is_admitted(uses: list[_Use], use: _Use) -> bool:
    """Whether who denies to have held anything else speaks of this thing too."""
    return any(
        one.person == use.person and one.thing and not one.is_denied and _same(one, use)
        for one in uses
    )


def _manners(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    """没抡他 against 用购物袋抡我; 不是泼的 against 泼过来."""
    for mine, theirs in ((a, b), (b, a)):
        for denial in mine.acts:
            if not (denial.is_denied and is_manner(denial)):
                continue
            for act in theirs.acts:
                if (
                    not act.is_denied
                    and not act.is_first
                    and not act.is_on_thing
                    and act.means not in BARE
                    and _is_so_done(denial, act)
                ):
                    one, other = (denial, act) if mine is a else (act, denial)
                    yield act.agent, _found(a, b, one, other, "manner_denied")
                    break


def _is_so_done(denial: Act, act: Act) -> bool:
    thrown = denial.verb[:1] in THROWN and act.verb[:1] in THROWN
    return (thrown or denial.verb[:1] == act.verb[:1]) and (
        denial.agent == act.agent or not denial.patient
    )


def _blocked(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    """I only held it before me, says the one; struck with it, says the other."""
    for mine, theirs in ((a, b), (b, a)):
        for held in mine.acts:
            if held.kind != "block" or held.is_denied or held.means in BARE:
                continue
            for act in theirs.acts:
                if (
                    act.kind in PHYSICAL
                    and not act.is_denied
                    and act.agent == held.agent
                    and act.means not in BARE
                    and same_object(held.means, act.means)
                ):
                    one, other = (held, act) if mine is a else (act, held)
                    yield act.agent, _found(a, b, one, other, "blocked_or_struck")
                    break


_BY_ITSELF = re.compile(
    "弹[起回开出到]|飞[过起出]|蹦|跳起|滑[出下落脱]|滚[过下]|脱手|掉[下落]"
)


def _bounced(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    """It bounced off and touched him, says the one; aimed and struck, says the other."""
    for mine, theirs in ((a, b), (b, a)):
        for hurt in mine.injuries:
            if (
                hurt.kind != "struck"
                or hurt.is_denied
                or not _BY_ITSELF.search(hurt.clause)
            ):
                continue
            for act in theirs.acts:
                if (
                    act.kind in PHYSICAL
                    and not act.is_denied
                    and act.patient == hurt.person
                    and act.means not in BARE
                    and (
                        not act.part
                        or not hurt.part
                        or parts_touch(act.part, hurt.part)
                    )
                    and _is_told_of(mine, act.means)
                ):
                    one, other = (hurt, act) if mine is a else (act, hurt)
                    yield act.agent, _found(a, b, one, other, "manner_denied")
                    break


def _only_held(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    """我就举着手电，没动手 against 用手电敲我: in the hand, and nobody touched with it."""
    for mine, theirs in ((a, b), (b, a)):
        for denial in mine.acts:
            if not denial.is_denied or denial.is_first:
                continue
            for act in theirs.acts:
                if (
                    act.kind in PHYSICAL
                    and not act.is_denied
                    and act.agent == denial.agent
                    and act.patient in {"", denial.patient or act.patient}
                    and is_of_thing_there(mine, denial, act)
                ):
                    one, other = (denial, act) if mine is a else (act, denial)
                    yield act.agent, _found(a, b, one, other, "thing_denied")
                    break


def _is_told_of(facts: FactTable, thing: str) -> bool:
    return any(
        same_object(one.thing, thing) for one in facts.holdings if one.thing
    ) or (any(same_object(hurt.thing, thing) for hurt in facts.injuries if hurt.thing))


def _other_thing(
    a: FactTable, b: FactTable, mine: list[_Use], theirs: list[_Use]
) -> Iterator[tuple[str, Found]]:
    """Each names what a person struck with, and nothing of it is the same."""
    for person in dict.fromkeys(use.person for use in mine):
        one = [u for u in mine if _strikes(u, person)]
        other = [u for u in theirs if _strikes(u, person)]
        one = one or [u for u in mine if other and _alone(u, person)]
        other = other or [u for u in theirs if one and _alone(u, person)]
        if not one or not other:
            continue
        if any(_same(x, y) for x in one for y in other):
            continue
        if all(u.thing in {"hand", "foot"} for u in one) and all(
            u.thing in {"hand", "foot"} for u in other
        ):
            continue
        yield person, _found(a, b, one[0], other[0], "other_thing")


def _strikes(use: _Use, person: str) -> bool:
    return use.person == person and use.is_struck_with and not use.is_denied


def _alone(use: _Use, person: str) -> bool:
    return use.person == person and use.is_only and not use.is_denied


def _same(one: _Use, other: _Use) -> bool:
    if one.thing in BARE or other.thing in BARE:
        return one.thing == other.thing or "hand" in {one.thing, other.thing}
    return same_object(one.thing, other.thing)


def _agreements(
    a: FactTable, b: FactTable, mine: list[_Use], theirs: list[_Use]
) -> Iterator[Found]:
    for one in mine:
        for other in theirs:
            if (
                one.person == other.person
                and one.is_denied == other.is_denied
                and (
                    (not one.thing and not other.thing)
                    or (one.thing and other.thing and _same(one, other))
                )
            ):
                yield _found(a, b, one, other, "same_thing", Kind.AGREEMENT)
                return


def _found(
    a: FactTable,
    b: FactTable,
    one: _Use | Act | Injury,
    other: _Use | Act | Injury,
    why: str,
    kind: Kind = Kind.CONTRADICTION,
) -> Found:
    return Found(
        kind=kind,
        topic=Topic.WEAPON,
        a=quote(a.account, one.sentence),
        b=quote(b.account, other.sentence),
        why=why,
    )

"""Injuries: whether there was one, on which side, and whose doing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from anlan.investigation.comparing.blows import is_at_part, is_of_part
from anlan.investigation.comparing.facts import PHYSICAL, Act, Injury
from anlan.investigation.comparing.lexicon import acts_alike, data, parts_touch
from anlan.investigation.comparing.result import Found, Kind, Topic, quote
from anlan.investigation.comparing.table import FactTable
from anlan.investigation.comparing.text import Sentence


@dataclass(frozen=True, kw_only=True)
class _Sided:
    """That somebody was struck or hurt on one side of a part of the body."""

    person: str
    part: str
    side: str
    sentence: Sentence
    is_injury: bool


def compare_injuries(a: FactTable, b: FactTable) -> Iterator[Found]:
    done: set[str] = set()
    for person, found in (
        *_denied(a, b),
        *_sides(a, b),
        *_causes(a, b),
        *_milder(a, b),
        *_parts(a, b),
        *_parts_denied(a, b),
    ):
        if person not in done:
            done.add(person)
            yield found
    yield from _agreements(a, b)


def _denied(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    for mine, theirs in ((a, b), (b, a)):
        pairs = [
            (denial, said)
            for denial in mine.injuries
            if denial.is_denied
            for said in theirs.injuries
            if not said.is_denied and denies(denial, said)
        ]
        pairs.sort(key=lambda pair: -_closeness(*pair))
        for denial, said in pairs[:1]:
            one, other = (denial, said) if mine is a else (said, denial)
            yield said.person, _found(a, b, one, other, "injury_denied")


def denies(denial: Injury, said: Injury) -> bool:
    """Whether the one says that there was none where the other says there was."""
    if denial.kind == "glasses" == said.kind:
        return True
    if not _is_same(denial.person, said.person):
        return False
    if denial.part and said.part and not parts_touch(denial.part, said.part):
        return False
    if denial.kind == "struck":
        return said.kind != "fall" and denial.thing[-1:] in said.sentence.text
    if said.kind == "struck":
        return denial.kind == "any" and bool(denial.part)
    return said.kind in data("injuries")["denies"].get(denial.kind, [])


def _closeness(denial: Injury, said: Injury) -> int:
    return (
        3 * bool(denial.part and said.part)
        + 2 * (denial.kind == said.kind)
        + (said.kind != "any")
    )


def _sides(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    """Left of one against right of the other, where neither names both."""
    mine, theirs = _sided(a), _sided(b)
    for one in mine:
        for other in theirs:
            if (
                not _is_same(one.person, other.person)
                or one.side == other.side
                or not parts_touch(one.part, other.part)
            ):
                continue
            if _names(theirs, one) or _names(mine, other):
                continue
            yield (
                one.person,
                Found(
                    kind=Kind.CONTRADICTION,
                    topic=Topic.INJURY,
                    a=quote(a.account, one.sentence),
                    b=quote(b.account, other.sentence),
                    why="left_or_right",
                ),
            )
            return


def _names(rows: list[_Sided], wanted: _Sided) -> bool:
    return any(
        _is_same(row.person, wanted.person)
        and row.side == wanted.side
        and parts_touch(row.part, wanted.part)
        for row in rows
    )


def _sided(facts: FactTable) -> list[_Sided]:
    hurt = [
        _Sided(
            person=one.person,
            part=one.part,
            side=one.side,
            sentence=one.sentence,
            is_injury=True,
        )
        for one in facts.injuries
        if one.side and one.part and not one.is_denied
    ]
    struck = [
        _Sided(
            person=act.patient,
            part=act.part,
            side=act.side,
            sentence=act.sentence,
            is_injury=False,
        )
        for act in facts.acts
        if act.side and act.part and not act.is_denied
    ]
    return struck + hurt


_FELLED = re.compile("[推搡拽拉绊撞踹踢顶摁按甩][^，。]{0,4}(倒|翻|下|趴|地上|跤|跟头)")
_MILD = {"mark", "pain"}
_GRAVE = {"blood", "skin", "stitches", "bone", "tooth", "swelling", "bruise", "blister"}
_ONLY = re.compile(
    "只是|只有|就是|不过|最多|顶多|也就|仅|就有|就红|只红|一点点|稍微|略微|有点"
)


def _milder(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    """Only a little red, says the one; broken skin, says the other."""
    for mine, theirs in ((a, b), (b, a)):
        mild = [
            one
            for one in mine.injuries
            if one.kind in _MILD and not one.is_denied and _ONLY.search(one.clause)
        ]
        for one in mild:
            if any(
                _is_same(x.person, one.person) and x.kind in _GRAVE and not x.is_denied
                for x in mine.injuries
            ):
                continue
            for said in theirs.injuries:
                if (
                    said.kind in _GRAVE
                    and not said.is_denied
                    and _is_same(said.person, one.person)
                    and bool(one.part and said.part)
                    and parts_touch(one.part, said.part)
                ):
                    x, y = (one, said) if mine is a else (said, one)
                    yield said.person, _found(a, b, x, y, "milder")
                    return


def _parts(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    """Struck on the head, says the one; on the shoulder and nowhere else, says the other."""
    struck = [act.patient for act in a.acts] + [hurt.person for hurt in a.injuries]
    for person in dict.fromkeys(name for name in struck if name):
        mine, theirs = _struck(a, person), _struck(b, person)
        if not mine or not theirs:
            continue
        if any(parts_touch(one.part, other.part) for one in mine for other in theirs):
            continue
        if any(_may_be_one(x, y) for x in mine for y in theirs):
            yield person, _found(a, b, mine[0], theirs[0], "other_part")


def _parts_denied(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    """On the cap and not on the head, says the one; on the forehead, says the other."""
    for mine, theirs in ((a, b), (b, a)):
        for denial in mine.acts:
            if not denial.is_denied or not denial.part:
                continue
            for act in theirs.acts:
                if (
                    (is_of_part(mine, denial) or is_at_part(denial, act))
                    and not act.is_denied
                    and act.agent == denial.agent
                    and act.part
                    and parts_touch(act.part, denial.part)
                    and acts_alike(act.kind, denial.kind)
                ):
                    one, other = (denial, act) if mine is a else (act, denial)
                    yield act.patient, _found(a, b, one, other, "other_part")
                    break


def _may_be_one(one: Act | Injury, other: Act | Injury) -> bool:
    """只碰到他肩膀 may be a softer word for a blow on the head."""
    return acts_alike(_how(one), _how(other)) or any(
        _how(soft) == "touch" and _ONLY_THERE.search(soft.sentence.text)
        for soft in (one, other)
    )


_ONLY_THERE = re.compile("只|就碰|顶多|最多")


def _how(blow: Act | Injury) -> str:
    return blow.kind if isinstance(blow, Act) else "hit"


def _struck(facts: FactTable, person: str) -> list[Act | Injury]:
    by_thing = [
        hurt
        for hurt in facts.injuries
        if hurt.kind == "struck"
        and hurt.part
        and hurt.person == person
        and not hurt.is_denied
    ]
    return by_thing + [
        act
        for act in facts.acts
        if act.patient == person
        and act.part
        and not act.is_denied
        and act.kind in PHYSICAL - {"pull", "push"}
    ]


def _causes(a: FactTable, b: FactTable) -> Iterator[tuple[str, Found]]:
    """Hurt by oneself, says the one; struck there, says the other."""
    for mine, theirs in ((a, b), (b, a)):
        for own in mine.injuries:
            if not own.is_own_fault or own.is_denied:
                continue
            if not own.part and own.kind != "fall":
                continue
            if own.kind == "struck" and any(
                hurt.kind == "struck" and _is_struck_too(hurt, own)
                for hurt in theirs.injuries
            ):
                continue
            told: list[Injury | Act] = [
                *(hurt for hurt in theirs.injuries if _is_otherwise(hurt, own, theirs)),
                *(act for act in theirs.acts if _explains(act, own)),
            ]
            for against in told[:1]:
                one, other = (own, against) if mine is a else (against, own)
                yield own.person, _found(a, b, one, other, "other_cause")
                return


def _is_struck_too(hurt: Injury, own: Injury) -> bool:
    """By both a thing struck the same part of the same person."""
    return (
        not hurt.is_denied
        and _is_same(hurt.person, own.person)
        and parts_touch(hurt.part or own.part, own.part)
    )


def _is_otherwise(hurt: Injury, own: Injury, facts: FactTable) -> bool:
    """The same injury, told in one sentence with an act against that person."""
    if hurt.is_denied or hurt.is_own_fault or not _is_same(hurt.person, own.person):
        return False
    if own.part and not (hurt.part and parts_touch(hurt.part, own.part)):
        return False
    return (
        hurt.kind == "struck"
        or "被" in hurt.clause
        or any(
            act.sentence.number in {hurt.sentence.number, hurt.sentence.number - 1}
            and _is_same(act.patient, own.person)
            for act in facts.acts
            if not act.is_denied and act.kind in PHYSICAL
        )
    )


def _is_same(one: str, other: str) -> bool:
    """The same person, or one of the two is not known."""
    return one == other or not one or not other


def _explains(act: Act, own: Injury) -> bool:
    if act.is_denied or act.kind not in PHYSICAL or act.patient != own.person:
        return False
    if not own.part:
        return _FELLED.search(act.sentence.text) is not None
    return bool(act.part) and parts_touch(act.part, own.part)


def _agreements(a: FactTable, b: FactTable) -> Iterator[Found]:
    for one in a.injuries:
        for other in b.injuries:
            if (
                one.person == other.person
                and one.is_denied == other.is_denied
                and (one.kind == other.kind or one.is_denied)
                and (
                    not one.part or not other.part or parts_touch(one.part, other.part)
                )
            ):
                yield _found(a, b, one, other, "same_injury", Kind.AGREEMENT)
                return


def _found(
    a: FactTable,
    b: FactTable,
    one: Injury | Act,
    other: Injury | Act,
    why: str,
    kind: Kind = Kind.CONTRADICTION,
) -> Found:
    return Found(
        kind=kind,
        topic=Topic.INJURY,
        a=quote(a.account, one.sentence),
        b=quote(b.account, other.sentence),
        why=why,
    )

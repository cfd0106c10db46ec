"""Who touched whom first, what was denied, and how often."""

from __future__ import annotations

from collections.abc import Iterator

from anlan.investigation.comparing.facts import BARE, HAND, PHYSICAL, SEIZED, Act
from anlan.investigation.comparing.lexicon import (
    acts_alike,
    data,
    parts_touch,
    same_object,
)
from anlan.investigation.comparing.result import Found, Kind, Topic, quote
from anlan.investigation.comparing.table import FactTable

# Verbs that say what was done with a thing; whoever denies one denies the use of the thing.
MANNERS = frozenset("抡砸泼扔甩丢掷浇洒抽戳捅敲扎刺弹撒扬喷滋射划割剌砍劈捣")

THROWN = frozenset("扔砸丢甩掷抛摔泼撇掼扣倒浇洒弹撒")


def compare_blows(a: FactTable, b: FactTable) -> Iterator[Found]:
    """One contradiction for each person whose act is denied; else who was first."""
    found = list(_denials(a, b))
    yield from found
    if not found:
        yield from _firsts(a, b)
    yield from _agreements(a, b)


def _denials(a: FactTable, b: FactTable) -> Iterator[Found]:
    done: set[str] = set()
    for mine, theirs in ((a, b), (b, a)):
        pairs = [
            (denial, act)
            for denial in mine.acts
            if denial.is_denied and not denial.is_other and denial.kind in PHYSICAL
            for act in theirs.acts
            if not act.is_denied
            and denies(denial, act)
            and not _is_of_thing(denial, act)
            and not is_of_thing_there(mine, denial, act)
            and not is_of_part(mine, denial)
            and not is_at_part(denial, act)
        ]
        pairs.sort(key=lambda pair: -_closeness(*pair))
        for denial, act in pairs:
            if denial.agent in done:
                continue
            done.add(denial.agent)
            one, other = (denial, act) if mine is a else (act, denial)
            yield _found(a, b, one, other, Kind.CONTRADICTION, "act_denied")


def denies(denial: Act, act: Act) -> bool:
    """Whether both cannot be true: the same person did and did not do it."""
    if (
        not act.agent
        or not (act.patient or (act.kind == "hands" and act.is_said_first))
        or denial.agent != act.agent
        or act.kind not in PHYSICAL
    ):
        return False
    if denial.patient and not act.thing and denial.patient != act.patient:
        return False
    if denial.part and act.part and not parts_touch(denial.part, act.part):
        return False
    if denial.kind == "touch" and _is_from_afar(act):
        return False
    if denial.means and act.means and denial.means != act.means:
        return False
    if denial.means and denial.means not in HAND and not act.is_said_first:
        return False  # that is about the thing in the hand
    if denial.is_first and not act.is_first:
        return False
    whole = denial.kind in data("acts")["whole"] or denial.kind == "back"
    if denial.kind == "touch" and denial.thing not in on_body():
        return bool(act.thing) and same_object(denial.thing, act.thing)
    if denial.means in HAND and denial.means == act.means:
        return True
    if denial.thing:
        thing = act.thing or act.means
        return bool(thing) and (
            denial.thing in thing
            or thing in denial.thing
            or same_object(denial.thing, thing)
            or {denial.thing, thing} <= {*on_body()}
        )
    if act.is_on_thing and not act.is_first:
        return denial.verb[:1] in SEIZED and denial.verb[:1] == act.verb[:1]
    return whole or acts_alike(denial.kind, act.kind)


def _is_from_afar(act: Act) -> bool:
    """What was thrown hit without a touch."""
    return act.kind in {"throw", "splash"} or (
        act.verb[:1] in THROWN and act.means not in BARE
    )


def on_body() -> tuple[str, ...]:
    """Things worn, with nothing for no thing at all."""
    return ("", *data("objects")["on_body"])


def _is_of_thing(denial: Act, act: Act) -> bool:
    return is_manner(denial) and act.means not in BARE and not act.is_first


def is_of_thing_there(facts: FactTable, denial: Act, act: Act) -> bool:
    """人没拍，雪铲在她手里: told of the thing, by who denies in the same sentence."""
    return (
        act.means not in BARE
        and not act.is_first
        and any(
            (held.is_denied or held.is_idle or not held.is_used)
            and held.thing
            and held.sentence.start == denial.sentence.start
            and same_object(held.thing, act.means)
            for held in facts.holdings
        )
    )


def is_at_part(denial: Act, act: Act) -> bool:
    """没打他的脸 against 打在脸上: what came of it is in dispute, where both name the spot."""
    return (
        bool(denial.part and act.part)
        and parts_touch(denial.part, act.part)
        and not denial.is_first
        and not act.is_first
    )


def is_of_part(facts: FactTable, denial: Act) -> bool:
    """敲的是帽子，没敲到头: the blow is admitted, where it fell is denied."""
    return (
        denial.is_denied
        and bool(denial.part)
        and any(
            act.agent == denial.agent
            and not act.is_denied
            and act.sentence.start == denial.sentence.start
            and act.verb[:1] == denial.verb[:1]
            and not (act.part and parts_touch(act.part, denial.part))
            for act in facts.acts
        )
    )


def is_manner(denial: Act) -> bool:
    """没抡他, 不是泼的: that a thing was not used so, which is a matter of the thing."""
    return denial.verb[:1] in MANNERS and not denial.thing


def _closeness(denial: Act, act: Act) -> int:
    return (
        4 * act.is_first
        + 3 * (denial.kind == act.kind)
        + 2 * bool(act.patient and act.patient == denial.patient)
        + (denial.kind == "touch")
        + (denial.kind in data("acts")["whole"] and act.means in BARE)
        - (denial.kind == "back")
        - 2 * (act.means not in BARE)  # that may be a matter of the thing
    )


def _firsts(a: FactTable, b: FactTable) -> Iterator[Found]:
    one, other = _first(a), _first(b)
    if one is None or other is None or not (one.is_first or other.is_first):
        return
    if one.agent != other.agent:
        yield _found(a, b, one, other, Kind.CONTRADICTION, "other_first")


def _first(facts: FactTable) -> Act | None:
    """The act that an account calls the first: by 先, or because the answer to it is told."""
    told = [
        act
        for act in facts.acts
        if not act.is_denied and act.agent and act.kind in PHYSICAL
    ]
    said = next((act for act in told if act.is_first), None)
    return said or next(
        (act for act in told if act.patient and not act.is_on_thing), None
    )


def _agreements(a: FactTable, b: FactTable) -> Iterator[Found]:
    """The same person did the same to the same, by both."""
    for one in a.acts:
        for other in b.acts:
            if (
                one.is_denied == other.is_denied
                and one.agent == other.agent
                and one.kind == other.kind
                and one.kind in PHYSICAL
                and one.patient == other.patient
                and one.patient
            ):
                yield _found(a, b, one, other, Kind.AGREEMENT, "same_act")
                return


def _found(
    a: FactTable, b: FactTable, one: Act, other: Act, kind: Kind, why: str
) -> Found:
    return Found(
        kind=kind,
        topic=Topic.FIRST_BLOW,
        a=quote(a.account, one.sentence),
        b=quote(b.account, other.sentence),
        why=why,
    )


def compare_counts(a: FactTable, b: FactTable) -> Iterator[Found]:
    """How often one person struck: one blow against two of the same kind."""
    for one in a.acts:
        for other in b.acts:
            if (
                one.times
                and other.times
                and not one.is_denied
                and not other.is_denied
                and one.agent == other.agent
                and acts_alike(one.kind, other.kind)
                and one.times != other.times
            ):
                yield Found(
                    kind=Kind.CONTRADICTION,
                    topic=Topic.COUNT,
                    a=quote(a.account, one.sentence),
                    b=quote(b.account, other.sentence),
                    why="counts_differ",
                )
                return

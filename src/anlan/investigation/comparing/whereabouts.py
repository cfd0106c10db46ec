"""When and where: the matter's time and place of one account against the other's."""

from __future__ import annotations

from collections.abc import Iterator

from anlan.investigation.comparing.places import Mention
from anlan.investigation.comparing.result import Found, Kind, Topic, quote
from anlan.investigation.comparing.table import FactTable
from anlan.investigation.comparing.times import Clock


def compare_times(a: FactTable, b: FactTable) -> Iterator[Found]:
    """The likeliest times of the matter; none differ where any of the likely ones agree."""
    likely = [
        [clock for clock in facts.clocks if clock.weight > 0] or list(facts.clocks)
        for facts in (a, b)
    ]
    if not likely[0] or not likely[1]:
        return
    for one in likely[0]:
        for other in likely[1]:
            if not one.differs(other):
                yield _of_times(a, b, one, other, Kind.AGREEMENT)
                return
    best = [max(clocks, key=lambda clock: clock.weight) for clocks in likely]
    yield _of_times(a, b, best[0], best[1], Kind.CONTRADICTION)


def _of_times(
    a: FactTable, b: FactTable, one: Clock, other: Clock, kind: Kind
) -> Found:
    return Found(
        kind=kind,
        topic=Topic.TIME,
        a=quote(a.account, one.sentence),
        b=quote(b.account, other.sentence),
        why="times_agree" if kind == Kind.AGREEMENT else "times_apart",
    )


def compare_places(a: FactTable, b: FactTable) -> Iterator[Found]:
    yield from _of_spots(a, b)
    yield from _of_stances(a, b)
    yield from _of_presence(a, b)


def _of_spots(a: FactTable, b: FactTable) -> Iterator[Found]:
    denied = _denied_spot(a, b)
    if denied is not None:
        yield _of_places(a, b, *denied, kind=Kind.CONTRADICTION, why="place_denied")
        return
    one, other = _best(a), _best(b)
    if one is None or other is None:
        return
    if _shared(a, b):
        yield _of_places(a, b, one, other, kind=Kind.AGREEMENT, why="places_agree")
        return
    yield _of_places(a, b, one, other, kind=Kind.CONTRADICTION, why="places_apart")


def _denied_spot(a: FactTable, b: FactTable) -> tuple[Mention, Mention] | None:
    """Where one denies to have been, and the other says that it was; where it says so plainest."""
    for mine, theirs, is_turned in ((a, b, False), (b, a, True)):
        for denial in mine.places:
            told = [
                said
                for said in theirs.places
                if denial.is_denied
                and not said.is_denied
                and said.strength >= 1
                and (
                    denial.spot in {said.spot, said.text[:2]}
                    or said.text.endswith(denial.text)
                )
            ]
            if told:
                said = max(told, key=lambda one: one.strength)
                return (said, denial) if is_turned else (denial, said)
    return None


def _best(facts: FactTable) -> Mention | None:
    said = [one for one in facts.places if not one.is_denied and one.strength >= 1]
    return max(said, key=lambda one: one.strength) if said else None


def _shared(a: FactTable, b: FactTable) -> bool:
    """Whether they name one spot that each may mean."""
    mine, theirs = (
        [one for one in facts.places if not one.is_denied and one.strength >= 1]
        for facts in (a, b)
    )
    return any(one.may_be(other) for one in mine for other in theirs)


def _of_places(
    a: FactTable, b: FactTable, one: Mention, other: Mention, *, kind: Kind, why: str
) -> Found:
    return Found(
        kind=kind,
        topic=Topic.PLACE,
        a=quote(a.account, one.sentence),
        b=quote(b.account, other.sentence),
        why=why,
    )


_OPPOSED = (
    ("in_car", "out_of_car", "in_or_out_of_car", Topic.PLACE),
    ("stayed_out", "entered", "entered_or_not", Topic.PLACE),
    ("far_off", "near", "there_or_not", Topic.PLACE),
    ("not_up", "gone_up", "entered_or_not", Topic.PLACE),
    ("stayed_in", "came_out", "entered_or_not", Topic.PLACE),
    ("left", "stayed", "ended_otherwise", Topic.STOP),
    ("came_at_once", "came_late", "times_apart", Topic.TIME),
    ("stopped", "went_on", "ended_otherwise", Topic.STOP),
    ("chased", "let_go", "ended_otherwise", Topic.STOP),
    ("ended_by_itself", "ended_by_others", "ended_otherwise", Topic.STOP),
    ("ended_before", "ended_only_then", "ended_otherwise", Topic.STOP),
)


def _of_stances(a: FactTable, b: FactTable) -> Iterator[Found]:
    """In the car or out of it, gone in or not: the same person, by both."""
    for no, yes, why, topic in _OPPOSED:
        for one in a.stances:
            for other in b.stances:
                if one.person == other.person and {one.kind, other.kind} == {no, yes}:
                    yield Found(
                        kind=Kind.CONTRADICTION,
                        topic=topic,
                        a=quote(a.account, one.sentence),
                        b=quote(b.account, other.sentence),
                        why=why,
                    )
                    break
            else:
                continue
            break


def _is_nobody(a: FactTable, b: FactTable, one: str, other: str) -> bool:
    """Nobody else was there, says the one: whoever was, was no party."""
    named = one or other
    return not (one and other) and named not in {"", a.account.by, b.account.by}


def _of_presence(a: FactTable, b: FactTable) -> Iterator[Found]:
    """Somebody was there, says the one, and was not, says the other."""
    for mine, theirs in ((a.absent, b.present), (a.present, b.absent)):
        for person, one in mine:
            for other_person, other in theirs:
                if person == other_person or _is_nobody(a, b, person, other_person):
                    yield Found(
                        kind=Kind.CONTRADICTION,
                        topic=Topic.PLACE,
                        a=quote(a.account, one),
                        b=quote(b.account, other),
                        why="there_or_not",
                    )
                    return

"""How the measurement of the comparison counts: one label, one finding."""

from __future__ import annotations

from typing import Any

from anlan.investigation.comparing import Found, Kind, Quote, Topic
from bench.run import BENCHES
from bench.statements import matched, pairs_of, scores_of

PAIR: dict[str, Any] = {
    "a": {"text": "他推我。我没推。"},
    "b": {"text": "我没推他。他先推的。"},
}
LABELS = [{"a": "他推我", "b": "我没推他"}, {"a": "我没推", "b": "他先推的"}]


def found(a: int, b: int) -> Found:
    return Found(
        kind=Kind.CONTRADICTION,
        topic=Topic.FIRST_BLOW,
        a=Quote(account="a", start=a, end=a + 4, text=""),
        b=Quote(account="b", start=b, end=b + 5, text=""),
        why="",
    )


def test_both_quotes_must_overlap():
    assert matched(LABELS, [found(0, 5)], PAIR) == {}
    assert matched(LABELS, [found(0, 0)], PAIR) == {0: 0}


def test_the_same_dispute_found_twice_is_right_once():
    assert len(matched(LABELS[:1], [found(0, 0), found(0, 0)], PAIR)) == 1


def test_a_finding_gives_way_where_another_label_can_take_it():
    wide = Found(
        kind=Kind.CONTRADICTION,
        topic=Topic.FIRST_BLOW,
        a=Quote(account="a", start=0, end=8, text=""),
        b=Quote(account="b", start=0, end=10, text=""),
        why="",
    )
    assert len(matched(LABELS, [wide, found(0, 0)], PAIR)) == 2


def test_the_half_for_writing_rules_is_read_as_well_as_is_claimed():
    scores = scores_of(pairs_of("dev"))
    goal = [
        scores[topic] for topic in ("time", "place", "first_blow", "injury", "weapon")
    ]
    labels, right = sum(one.labels for one in goal), sum(one.right for one in goal)
    assert right / labels > 0.85
    assert right / sum(one.found for one in goal) > 0.85


def test_it_is_a_measurement_of_the_bench():
    assert "statements" in BENCHES

"""How well contradictions between accounts are found, on three sets of labelled pairs.

A contradiction that was found is right if a label of the same pair and topic has both its quotes
overlapping the two quoted sentences, and no other contradiction took that label: one label, one
finding. Everything else that was found is wrong, the same dispute found twice too. Agreements are
not counted: their labels are a selection. What the program is given are the texts, who made them
and as what, the places of the site and what each account calls the persons; never the labels.

The quick run takes `dev` alone: that is the one for whoever writes rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from anlan.investigation.comparing import (
    Account,
    Found,
    Kind,
    Person,
    Quote,
    Scene,
    compare,
)
from bench.figures import Figure, answer

PAIRS = Path(__file__).parent / "statements"
TOPICS = ("time", "place", "first_blow", "injury", "weapon")  # these have the goal
OTHERS = ("words", "count", "stop")
RECALL, PRECISION = 0.85, 0.80


@dataclass(frozen=True, kw_only=True)
class Score:
    """Of one topic: labels, what was found, and how much of it was right."""

    labels: int
    found: int
    right: int

    @property
    def recall(self) -> float:
        return self.right / self.labels if self.labels else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    halves = ("dev",) if quick else ("dev", "test", "third")
    return [figure for half in halves for figure in scored(half, pairs_of(half))]


def pairs_of(half: str) -> list[dict[str, Any]]:
    files = sorted((PAIRS / half).glob("*.yaml"))
    return [pair for path in files for pair in yaml.safe_load(path.read_text("utf-8"))]


def scored(name: str, pairs: list[dict[str, Any]]) -> list[Figure]:
    """Precision and recall of each topic, and of those with the goal together."""
    scores = scores_of(pairs)
    figures = [
        figure
        for topic in TOPICS + OTHERS
        for figure in _figures(f"{name}: {topic}", scores[topic], is_goal=False)
    ]
    together = _sum(scores[topic] for topic in TOPICS)
    return [*figures, *_figures(f"{name}: the five together", together, is_goal=True)]


def _figures(name: str, score: Score, *, is_goal: bool) -> list[Figure]:
    return [
        Figure(
            name=f"{name}, recall",
            value=score.recall,
            unit="",
            goal=RECALL if is_goal else None,
            most=False,
            beside=f"{score.right} of {score.labels} labels",
        ),
        Figure(
            name=f"{name}, precision",
            value=score.precision,
            unit="",
            goal=PRECISION if is_goal else None,
            most=False,
            beside=f"{score.right} of {score.found} found",
        ),
    ]


def scores_of(pairs: Iterable[dict[str, Any]]) -> dict[str, Score]:
    labels: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for pair in pairs:
        said = contradictions_of(pair)
        for topic in TOPICS + OTHERS:
            wanted = labelled(pair, topic)
            mine = [one for one in said if one.topic == topic]
            labels[topic] += len(wanted)
            found[topic] += len(mine)
            right[topic] += len(matched(wanted, mine, pair))
    return {
        topic: Score(labels=labels[topic], found=found[topic], right=right[topic])
        for topic in TOPICS + OTHERS
    }


def _sum(scores: Iterable[Score]) -> Score:
    rows = list(scores)
    return Score(
        labels=sum(one.labels for one in rows),
        found=sum(one.found for one in rows),
        right=sum(one.right for one in rows),
    )


def labelled(pair: dict[str, Any], topic: str) -> list[dict[str, Any]]:
    return [
        label
        for label in pair["labels"]
        if label["kind"] == "contradiction" and label["topic"] == topic
    ]


def contradictions_of(pair: dict[str, Any]) -> list[Found]:
    """What the program finds in a pair, from everything but its labels."""
    scene = Scene(
        persons=tuple(
            Person(
                name=row["name"],
                roles=tuple(row["roles"]),
                called={side: tuple(names) for side, names in row["called"].items()},
            )
            for row in pair["persons"]
        ),
        places=tuple(pair["place"]),
    )
    a, b = (
        Account(
            key=side,
            by=pair[side]["by"],
            role=pair[side]["role"],
            text=pair[side]["text"],
        )
        for side in "ab"
    )
    return [one for one in compare(a, b, scene) if one.kind == Kind.CONTRADICTION]


def matched(
    labels: list[dict[str, Any]], found: list[Found], pair: dict[str, Any]
) -> dict[int, int]:
    """As many labels as can have a finding each: the number of the label to the finding's."""
    fits = [
        [
            number
            for number, one in enumerate(found)
            if all(
                _overlap(pair[side]["text"], label[side], getattr(one, side))
                for side in "ab"
            )
        ]
        for label in labels
    ]
    taken: dict[int, int] = {}  # finding to label

    def place(label: int, tried: set[int]) -> bool:
        for one in fits[label]:
            if one not in tried:
                tried.add(one)
                if one not in taken or place(taken[one], tried):
                    taken[one] = label
                    return True
        return False

    for label in range(len(labels)):
        place(label, set())
    return {label: one for one, label in taken.items()}


def _overlap(text: str, quoted: str, quote: Quote) -> bool:
    start = text.find(quoted)
    while start >= 0:
        if start < quote.end and quote.start < start + len(quoted):
            return True
        start = text.find(quoted, start + 1)
    return False


if __name__ == "__main__":
    answer(measure)

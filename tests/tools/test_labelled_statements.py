"""The labelled pairs of statements: whole, and each folder covers what it is to measure."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

PAIRS = Path(__file__).resolve().parents[2] / "bench" / "statements"
TOPICS = {"time", "place", "first_blow", "injury", "weapon"}  # that have a goal
OTHERS = {"words", "count", "stop"}
ROLES = {"aggressor", "victim", "witness", "guard"}
HALVES = ["dev", "test", "third"]


def pairs_of(half: str) -> list[dict[str, Any]]:
    files = sorted((PAIRS / half).glob("*.yaml"))
    return [pair for path in files for pair in yaml.safe_load(path.read_text("utf-8"))]


@pytest.mark.parametrize("half", HALVES)
def test_each_label_quotes_what_is_said(half: str):
    for pair in pairs_of(half):
        assert {pair[side]["role"] for side in "ab"} <= ROLES, pair["id"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", pair["acted"]), pair["id"]
        for label in pair["labels"]:
            assert label["kind"] in {"contradiction", "agreement"}, pair["id"]
            assert label["topic"] in TOPICS | OTHERS, (pair["id"], label)
            for side in "ab":
                assert label[side] in pair[side]["text"], (pair["id"], label[side])


@pytest.mark.parametrize("half", HALVES)
def test_both_accounts_name_the_persons(half: str):
    for pair in pairs_of(half):
        assert 2 <= len(pair["persons"]) <= 4, pair["id"]
        for person in pair["persons"]:
            for side, names in person["called"].items():
                for name in set(names) - {"我"}:  # some say 俺, or leave it out
                    assert name in pair[side]["text"], (pair["id"], name)


@pytest.mark.parametrize("half", HALVES)
def test_there_is_enough_of_each_topic_and_of_pairs_without_contradiction(half: str):
    pairs = pairs_of(half)
    assert len(pairs) >= 60
    assert len({pair["id"] for pair in pairs}) == len(pairs)
    found = Counter(
        label["topic"]
        for pair in pairs
        for label in pair["labels"]
        if label["kind"] == "contradiction"
    )
    assert {topic for topic in TOPICS if found[topic] < 18} == set()
    clean = [
        pair
        for pair in pairs
        if all(label["kind"] != "contradiction" for label in pair["labels"])
    ]
    assert len(clean) >= 12


def test_no_two_pairs_share_a_sentence():
    said_in: dict[str, set[str]] = {}
    for half in HALVES:
        for pair in pairs_of(half):
            for side in "ab":
                for sentence in re.split(r"[。！？]", pair[side]["text"]):
                    if len(sentence) > 8:
                        said_in.setdefault(sentence, set()).add(pair["id"])
    assert {said for said, pairs in said_in.items() if len(pairs) > 1} == set()

"""Two accounts side by side: what contradicts, what agrees, and that nothing upsets it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.investigation.comparing import (
    Account,
    Found,
    Kind,
    Person,
    Scene,
    Topic,
    compare,
)

SCENE = Scene(
    persons=(
        Person(name="周成", roles=("业主",), called={"b": ("那个男的",)}),
        Person(name="冯刚", roles=("保安",), called={"a": ("门口的保安",)}),
    ),
    places=("5号楼一层大堂", "北门岗亭", "B1车库东区", "B1车库西区"),
)


def compared(a: str, b: str, scene: Scene = SCENE) -> list[Found]:
    return compare(
        Account(key="a", by="周成", role="aggressor", text=a),
        Account(key="b", by="冯刚", role="victim", text=b),
        scene,
    )


def topics(a: str, b: str, kind: Kind = Kind.CONTRADICTION) -> set[Topic]:
    return {one.topic for one in compared(a, b) if one.kind == kind}


@pytest.mark.parametrize(
    ("a", "b", "topic"),
    [
        ("下午三点，我下楼。", "那是下午四点的事。", Topic.TIME),
        ("我在大堂碰到他。", "我在北门岗亭执勤。", Topic.PLACE),
        ("我们在B1车库东区吵的。", "他在B1车库西区拦我。", Topic.PLACE),
        ("他先推我肩膀。", "我没有推他。", Topic.FIRST_BLOW),
        ("我一下都没碰他。", "那个男的一拳打在我脸上。", Topic.FIRST_BLOW),
        ("是他先动的手。", "那个男的先踢了我一脚。", Topic.FIRST_BLOW),
        ("他脸上没有伤。", "那个男的打我脸，我的脸肿了。", Topic.INJURY),
        ("我打在他左脸上。", "他打在我右脸上。", Topic.INJURY),
        ("我空着手。", "那个男的拿雨伞打我。", Topic.WEAPON),
        ("门口的保安用对讲机砸我。", "对讲机挂在腰上没动过。", Topic.WEAPON),
        ("我没骂他。", "那个男的骂我。", Topic.WORDS),
    ],
)
def test_what_cannot_both_be_true(a: str, b: str, topic: Topic):
    assert topic in topics(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("下午三点左右，我下楼。", "那是下午三点零五分的事。"),
        ("我在大堂碰到他。", "我在5号楼一层大堂执勤。"),
        ("我推了他一把。", "那个男的没有打我，只是推了我一下。"),
        ("我没打他。", "我没看见那个男的打人。"),
        ("他的脸我没注意有没有伤。", "我的脸肿了。"),
        ("他说我先推他。", "我没有推他。"),
        ("我打电话给物业。", "那个男的没打我。"),
        ("我差点打他。", "那个男的没打我。"),
        ("", ""),
    ],
)
def test_what_is_no_contradiction(a: str, b: str):
    assert topics(a, b) == set()


def test_agreement_is_told_too():
    found = topics("我用雨伞打了他一下。", "那个男的用雨伞打了我一下。", Kind.AGREEMENT)
    assert {Topic.WEAPON, Topic.FIRST_BLOW} <= found


def test_both_sentences_are_quoted_where_they_stand():
    a, b = "我上班去了。他先推我肩膀。", "天气好。我没有推他。"
    (found,) = compared(a, b)
    assert (found.a.text, found.b.text) == ("他先推我肩膀。", "我没有推他。")
    assert a[found.a.start : found.a.end] == found.a.text
    assert b[found.b.start : found.b.end] == found.b.text
    assert found.why == "act_denied"


def test_the_weightiest_comes_first():
    found = compared("下午三点，他先推我。", "下午四点，我没有推他。")
    assert [one.topic for one in found] == [Topic.FIRST_BLOW, Topic.TIME]


def test_a_dispute_is_found_once():
    found = compared("他推我，他推我，他又推我。", "我没推他，没推他。")
    assert len(found) == 1


def test_the_other_way_round_the_same_topics_are_found():
    a, b = (
        "下午三点，他先推我肩膀，我空着手。",
        "下午四点，我没推他，他拿雨伞打我左脸。",
    )
    turned = compare(
        Account(key="b", by="冯刚", role="victim", text=b),
        Account(key="a", by="周成", role="aggressor", text=a),
        SCENE,
    )
    assert {one.topic for one in turned if one.kind == Kind.CONTRADICTION} == topics(
        a, b
    )


def test_who_speaks_is_known_by_what_they_are_called_too():
    scene = Scene(persons=(Person(name="甲", called={"a": ("我",)}), Person(name="乙")))
    account = Account(key="a", by="一位业主", role="witness", text="")
    assert scene.speaker_of(account) == "甲"


WORDS = "我他没有先推打了一下用雨伞左脸肿拿东西在大堂三点半，。？「」说被把的门口的保安那个男的"


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=WORDS, max_size=120), st.text(alphabet=WORDS, max_size=120))
def test_no_account_upsets_it(a: str, b: str):
    for found in compared(a, b):
        assert a[found.a.start : found.a.end] == found.a.text
        assert b[found.b.start : found.b.end] == found.b.text


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_no_other_text_upsets_it(a: str, b: str):
    compared(a, b)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "我没打他。他打我左脸肿了。",
        "我没推他，手里没东西，",
        "他用手打我没打十点钟推",
        "「“",
    ],
)
def test_a_long_account_takes_no_more_than_its_length(piece: str):
    def spent(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        began = time.process_time()
        compared(text, text)
        return time.process_time() - began

    spent(1000)
    short = min(spent(2_000) for _again in range(2))
    assert spent(8_000) < 10 * short + 0.3

"""Words, numbers and rooms are found however they were typed, and not where they are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.traces import Haystack, clauses, rooms_in, spoken_numbers, squeezed

SEPARATORS = st.text(alphabet=" -－–·.、（）\t\u3000\u200b", max_size=3)


def found(needle: str, text: str) -> list[str]:
    return [text[span.start : span.end] for span in Haystack(text).find(needle)]


@pytest.mark.parametrize(
    ("needle", "text", "stands"),
    [
        (
            "19900006620",
            "电话１９９－００００　６６２０。",
            "１９９－００００　６６２０",
        ),
        ("19900006620", "一九九〇〇零零六六二幺零", None),
        ("19900006620", "一九九〇〇零零六六二零", "一九九〇〇零零六六二零"),
        ("19900006620", "+8619900006620", "19900006620"),
        ("11010519491231002X", "11010519491231002ｘ", "11010519491231002ｘ"),
        ("陈晓雯", "对陈 晓\u200b雯", "陈 晓\u200b雯"),
        ("José Díaz", "JOSE\u0301 DIAZ", "JOSE\u0301 DIAZ"),
        ("Li Na", "in Carolina", None),
        ("Li Na", "to LI-NA.", "LI-NA"),
        ("陈", "陈先生", None),
        ("陈晓雯", "陈*雯", None),
    ],
)
def test_words(needle: str, text: str, stands: str | None) -> None:
    assert found(needle, text) == ([stands] if stands else [])


@given(
    name=st.text(alphabet="赵钱孙李周吴郑王晓雯建国", min_size=2, max_size=4),
    around=st.text(alphabet="你好，。 abc123\u3000", max_size=20),
    separators=st.lists(SEPARATORS, min_size=4, max_size=4),
)
def test_whatever_is_between_the_letters(name, around, separators) -> None:
    typed = "".join(
        char + gap for char, gap in zip(name, separators, strict=False)
    ).rstrip()
    assert any(
        squeezed(one) == squeezed(name)
        for one in found(name, f"{around}{typed}{around}")
    )


@given(st.text(), st.text(min_size=1))
def test_any_text_is_looked_through(text: str, needle: str) -> None:
    for stands in found(needle, text):
        assert squeezed(needle) in squeezed(stands)


@pytest.mark.parametrize(
    ("note", "rooms"),
    [
        ("住 3 栋 2 单元 501 室", {("3", "2", "501")}),
        ("３－２－５０１", {("3", "2", "501")}),
        ("A座1203", {("a", "1203")}),
        ("三号楼二单元", {("3", "2")}),
        ("501房的租客", {("501",)}),
        ("2026-11-23 来访", set()),
        ("欠费 501 元", set()),
    ],
)
def test_rooms_of_a_note(note: str, rooms: set[tuple[str, ...]]) -> None:
    assert rooms_in(note) == rooms


@pytest.mark.parametrize(
    ("room", "text", "stands"),
    [
        (("3", "2", "501"), "送到3号楼2单元501室", "3号楼2单元501"),
        (("3", "2", "501"), "送到三栋 二单元 ５０１", "三栋 二单元 ５０１"),
        (("3", "2", "501"), "3-2-501", "3-2-501"),
        (("3", "2", "501"), "赔偿 32,501 元", None),
        (("3", "2", "501"), "13-2-501", None),
        (("3", "2", "501"), "3-2-5012", None),
        (("501",), "501 元", None),
        (("501",), "５０１ 室", "５０１"),
        (("a", "1203"), "A 座 1203", "A 座 1203"),
    ],
)
def test_a_room_in_a_text(room, text: str, stands: str | None) -> None:
    places = [text[one.start : one.end] for one in Haystack(text).find_room(room)]
    assert places == ([stands] if stands else [])


@pytest.mark.parametrize(
    ("stored", "spoken"),
    [
        ("+8619900006620", ["19900006620"]),
        ("+8675510000000;ext=801", ["75510000000", "10000000"]),
        ("", []),
    ],
)
def test_how_a_number_is_written(stored: str, spoken: list[str]) -> None:
    assert spoken_numbers(stored) == spoken


def test_pieces_of_a_note() -> None:
    assert clauses("左眼青紫，怀疑骨折或脱位；3×4") == ["左眼青紫", "骨折", "脱位"]


@pytest.mark.parametrize(
    "text", ["3" + " " * 200_000, "3-" * 100_000, "陈" * 200_000, "1 " * 100_000]
)
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    begun = time.process_time()

    list(Haystack(text).find_room(("3", "2", "501")))
    list(Haystack(text).find("陈晓雯"))
    rooms_in(text)

    assert time.process_time() - begun < 3

"""Facts × accounts: what each account says, denies, or leaves out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.investigation.comparing import (
    Account,
    Fact,
    Person,
    Row,
    Says,
    Scene,
    lay_out,
)

SCENE = Scene(
    persons=(
        Person(name="周成", called={"b": ("那个男的",), "c": ("周先生",)}),
        Person(name="冯刚", roles=("保安",)),
        Person(name="于慧"),
    ),
    places=("5号楼一层大堂", "北门岗亭"),
)


def rows(a: str, b: str, c: str = "") -> dict[Fact, Row]:
    accounts = [
        Account(key="a", by="周成", role="aggressor", text=a),
        Account(key="b", by="冯刚", role="victim", text=b),
        Account(key="c", by="于慧", role="witness", text=c),
    ]
    return {row.fact: row for row in lay_out(accounts, SCENE)[0]}


def said(row: Row) -> list[str]:
    return [row.cells[key].says.value for key in "abc"]


def test_every_fact_has_a_cell_for_every_account():
    found = rows("", "")
    assert list(found) == list(Fact)
    assert all(said(row) == ["silent"] * 3 for row in found.values())
    assert all(row.is_gap for row in found.values())


def test_what_an_account_says_is_quoted():
    row = rows("我下楼。下午三点，我在大堂。", "我不知道。")[Fact.WHEN]
    assert said(row) == ["says", "silent", "silent"]
    assert not row.is_gap
    quoted = row.cells["a"].quote
    assert quoted is not None
    assert quoted.text == "下午三点，我在大堂。"
    assert row.cells["b"].quote is None


def test_two_that_contradict_differ_and_the_third_does_not():
    row = rows("下午三点，我下楼。", "那是下午四点的事。", "我没看表。")[Fact.WHEN]
    assert said(row) == ["differs", "differs", "silent"]


def test_who_only_denies_denies():
    row = rows("我没有受伤。", "我上班。")[Fact.INJURIES]
    assert said(row) == ["denies", "silent", "silent"]


def test_what_nobody_speaks_of_is_a_gap():
    found = rows("下午三点，他推我。", "我没有推他。后来邻居把我们拉开了。")
    gaps = {fact for fact, row in found.items() if row.is_gap}
    assert {Fact.WORDS, Fact.INJURIES, Fact.SAW} <= gaps
    assert not {Fact.WHEN, Fact.FIRST, Fact.STOP} & gaps
    assert found[Fact.FIRST].cells["a"].says == Says.DIFFERS


@settings(max_examples=30, deadline=None)
@given(*[st.text(alphabet="我他没打推脸肿三点在大堂看见停了骂，。", max_size=60)] * 3)
def test_no_accounts_upset_it(a: str, b: str, c: str):
    for row in rows(a, b, c).values():
        for cell in row.cells.values():
            assert (cell.quote is None) == (cell.says == Says.SILENT)

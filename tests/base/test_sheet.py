"""Tables in and out: encodings, hostile files, and nothing a spreadsheet would run."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.base.errors import InvalidInput
from anlan.base.sheet import MOST_ROWS, read_sheet, read_text, write_csv, write_xlsx

ROWS = [["日期", "岗位"], ["2026-11-23", "南门岗"]]
TEXT = "日期,岗位\r\n2026-11-23,南门岗\r\n"
# What a cell may hold after it was read: stripped, printable, what XML can carry.
cells = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=20
).map(str.strip)
tables = st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=6).map(
    lambda rows: [["甲", "乙"], *rows]
)


def trimmed(table: list[list[str]]) -> list[list[str]]:
    """Without what a file cannot tell apart: empty ends of rows and of the table."""
    rows = [
        row[: max((i + 1 for i, c in enumerate(row) if c), default=0)] for row in table
    ]
    while rows and not rows[-1]:
        rows.pop()
    return rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encodings_of_offices_are_read(encoding):
    assert read_sheet(TEXT.encode(encoding)) == ROWS


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_cells_pasted_from_a_spreadsheet_are_read(separator):
    assert read_text(TEXT.replace(",", separator)) == ROWS


def test_a_workbook_is_read_as_people_see_it():
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    wall = datetime.fromisoformat("2026-11-23T07:30")  # cells know no zone
    sheet.append(
        [
            date(2026, 11, 23),
            wall,
            time(7, 0),
            1001,
            1.5,
            None,
            True,
        ]
    )
    out = io.BytesIO()
    book.save(out)

    assert read_sheet(out.getvalue()) == [
        ["2026-11-23", "2026-11-23 07:30", "07:00", "1001", "1.5", "", "TRUE"]
    ]


@pytest.mark.parametrize(
    "risky", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "=cmd|'/c calc'!A1"]
)
def test_what_a_spreadsheet_would_run_goes_out_as_text_and_comes_back(risky):
    csv = write_csv([["甲", risky]])
    assert f"'{risky}" in csv.decode("utf-8-sig")
    assert read_sheet(csv) == [["甲", risky]]

    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([["甲", risky]], title="表")))
    cell = book.worksheets[0]["B1"]
    assert cell.data_type == "s"
    assert cell.value == f"'{risky}"


@given(tables)
@settings(max_examples=60, deadline=None)
def test_csv_comes_back_as_it_went(table):
    assert trimmed(read_sheet(write_csv(table))) == trimmed(table)


@given(tables)
@settings(max_examples=25, deadline=None)
def test_a_workbook_comes_back_as_it_went(table):
    assert trimmed(read_sheet(write_xlsx(table, title="表"))) == trimmed(table)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return out.getvalue()


def lying_bomb() -> bytes:
    """An archive whose directory says that the part is small."""
    data = bytearray(bomb())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\xff" * 200,
        write_xlsx(ROWS, title="x")[:-200],
        write_xlsx(ROWS, title="x")[:300],
        bomb(),
        lying_bomb(),
        b"x" * (2 * 1024 * 1024 + 1),
        b"\xff\xfe\x00",
        b"\x81\x20\xff",
        b"a,b\n\0,c",
        b'a,b\n"' + b"x" * 200_000,
        "\n".join(["a,b"] * (MOST_ROWS + 1)).encode(),
        ",".join(["a"] * 100).encode(),
        ("a," + "x" * 600).encode(),
    ],
    ids=range(14),
)
def test_a_hostile_file_is_a_sentence(data):
    with pytest.raises(InvalidInput):
        read_sheet(data)


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_table_or_a_sentence(data):
    for start in (b"", b"PK\x03\x04"):
        try:
            table = read_sheet(start + data)
        except InvalidInput:
            continue
        assert all(isinstance(cell, str) for row in table for cell in row)


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_a_damaged_workbook_is_a_table_or_a_sentence(position, noise):
    data = bytearray(write_xlsx(ROWS, title="x"))
    position %= len(data)
    data[position : position + len(noise)] = noise
    try:
        table = read_sheet(bytes(data))
    except InvalidInput:
        return
    assert all(isinstance(cell, str) for row in table for cell in row)

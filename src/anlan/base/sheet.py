"""Tables that people bring from, and take to, their spreadsheet: CSV and XLSX.

Everything is text: a date is what the sheet shows, ``2026-11-23``, a time ``07:00``.
Nothing that comes out can be run: a text that a spreadsheet would take for a formula
gets an apostrophe in front, which coming in takes off again.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from anlan.base.errors import InvalidInput

Table: TypeAlias = list[list[str]]

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_UNPACKED: Final = 40 * 1024 * 1024  # an XLSX is a ZIP, and a ZIP may be a bomb
MOST_ROWS: Final = 5000
MOST_COLUMNS: Final = 40
MOST_CHARACTERS: Final = 500  # in one cell

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "'")
# All that the readers of ZIP and XLSX raise for damaged files, as a test found out.
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    CalamineError,
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_ENCODINGS: Final = ("utf-8-sig", "gb18030")


def read_sheet(data: bytes) -> Table:
    """Read a CSV (UTF-8, GB18030, UTF-16 with its mark) or the first sheet of an XLSX.

    Rows keep their place, so that an error can name the line; empty rows at the end
    are left out, cells are stripped.

    Raises:
        InvalidInput: too large, not a table, not readable.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput(_("文件太大，最多 2 MB"), path="file")
    if data[:4] == b"PK\x03\x04":
        return _checked(_read_xlsx(data))
    return read_text(_decoded(data))


def read_text(text: str) -> Table:
    """Read pasted cells: separated by tabs, as a spreadsheet copies them, or commas.

    Raises:
        InvalidInput: not a table.
    """
    if "\0" in text:
        raise InvalidInput(_("这不是文本表格（含有空字符）"), path="file")
    first = text.lstrip().partition("\n")[0]
    separator = max("\t,;", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise InvalidInput(_("表格无法读取，请检查引号"), path="file") from error
    return _checked(rows)


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV that Excel opens as UTF-8, with nothing in it that it would run."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_defused(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterable[Sequence[str]], *, title: str) -> bytes:
    """The same as a workbook with one sheet; every cell is text."""
    import openpyxl  # noqa: PLC0415 -- a tenth of the start of every process

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append([_defused(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput(_("文件编码无法识别，请另存为 UTF-8 或 GB18030"), path="file")


def _read_xlsx(data: bytes) -> Table:
    refusal = InvalidInput(
        _("无法读取这个 Excel 文件，请另存为 xlsx 或 CSV"), path="file"
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise InvalidInput(_("文件展开后太大"), path="file")
            # Read once here, where a part that is longer than it says is an error.
            if archive.testzip() is not None:
                raise refusal
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(
            skip_empty_area=False, nrows=MOST_ROWS + 1
        )
    except _UNREADABLE as e:
        raise refusal from e
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    """The cell as people see it: whole numbers without a point, hours and minutes."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}" if cell.time() != time() else f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, timedelta):
        minutes = int(cell.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return str(cell)


def _checked(rows: Sequence[Sequence[str]]) -> Table:
    table = [[_armed(cell.strip()) for cell in row] for row in rows]
    while table and not any(table[-1]):
        table.pop()
    if len(table) > MOST_ROWS:
        raise InvalidInput(_("表格太长，最多 %d 行") % MOST_ROWS, path="file")
    for line, row in enumerate(table, start=1):
        if len(row) > MOST_COLUMNS or any(len(cell) > MOST_CHARACTERS for cell in row):
            raise InvalidInput(_("第 %d 行太宽，或者有单元格太长") % line, path="file")
    return table


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def _armed(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_RISKY) else cell

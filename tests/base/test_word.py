"""Word files look alike everywhere: what reads them goes by the widths of the cells."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from anlan.base.word import MARGIN, add_heading, add_table, new_word, word_bytes

AT = datetime(2026, 11, 23, 6, 2, tzinfo=UTC)


def test_table_has_widths_and_a_head_that_stands_on_each_page() -> None:
    document = new_word(title="清单", size=11, at=AT)
    rows = [("编号", "名称"), ("E-0001", "车库照片"), ("E-0002", "黑色长柄伞")]
    add_table(document, rows, shares=(1, 3), across=160, points=9)

    (table,) = Document(BytesIO(word_bytes(document))).tables
    for number, row in enumerate(table.rows):
        assert [round(cell.width / Mm(1)) for cell in row.cells] == [40, 120]
        names = {child.tag for child in row._tr.trPr}
        assert qn("w:cantSplit") in names
        assert (qn("w:tblHeader") in names) == (number == 0)
        for cell in row.cells:
            (run,) = cell.paragraphs[0].runs
            assert (run.font.size, run.font.bold) == (Pt(9), number == 0)
    assert [cell.text for cell in table.rows[2].cells] == ["E-0002", "黑色长柄伞"]


def test_page_is_a4_and_its_letters_are_those_of_the_mainland() -> None:
    document = Document(BytesIO(_written()))
    section = document.sections[0]
    sides = [section.page_width, section.page_height, section.left_margin]
    assert [round((one or 0) / Mm(1)) for one in sides] == [210, 297, MARGIN]
    language = document.styles["Normal"].element.rPr.find(qn("w:lang"))
    assert language.get(qn("w:eastAsia")) == "zh-CN"


def test_heading_stays_with_what_it_heads() -> None:
    document = new_word(title="报告", size=11, at=AT)
    add_heading(document, "一、基本情况", points=14)
    (paragraph,) = Document(BytesIO(word_bytes(document))).paragraphs
    assert paragraph.paragraph_format.keep_with_next
    assert paragraph.runs[0].font.bold


def test_same_words_are_the_same_bytes() -> None:
    assert len({_written() for _turn in range(2)}) == 1


def _written() -> bytes:
    document = new_word(title="清单", size=11, at=AT)
    add_table(document, [("编号",), ("E-0001",)], shares=(1,), across=160, points=9)
    return word_bytes(document)

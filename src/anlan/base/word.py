"""Word files: the same bytes for the same content, in the type of a Chinese office."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

# The oldest moment that a zip can say: nothing of the day on which it was written.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_FONT = "SimSun"
MARGIN = 24  # millimetres left and right, of A4


def new_word(*, title: str, size: int, at: datetime) -> DocumentType:
    """An empty A4 document that says nothing of who wrote it on which machine.

    Args:
        size: of its plain text, in points.
    """
    document = Document()
    core = document.core_properties
    core.created = core.modified = at.replace(tzinfo=None, microsecond=0)
    core.author, core.last_modified_by = "Anlan", "Anlan"
    core.title, core.comments, core.revision = title, "", 1
    normal = document.styles["Normal"]
    normal.font.size = Pt(size)
    normal.font.name = _FONT
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    # Without it another machine takes Japanese or Taiwanese shapes of the same letters.
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    normal.element.rPr.append(language)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(MARGIN)
    return document


def add_heading(document: DocumentType, words: str, *, points: int) -> None:
    """A line in bold that is never the last one of a page, and stands clear of a table."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(points)
    run = paragraph.add_run(words)
    run.font.size, run.font.bold = Pt(points), True


def add_table(
    document: DocumentType,
    rows: Sequence[Sequence[str]],
    *,
    shares: Sequence[int],
    across: int,
    points: int,
) -> None:
    """A table whose first row is its head, in bold, and stands on each of its pages.

    Every cell has its width: what reads the file goes by those, not by the columns.

    Args:
        shares: of the columns, in what is ``across``, millimetres.
        points: size of its text.
    """
    made = document.add_table(rows=0, cols=len(shares), style="Table Grid")
    made.autofit = False
    widths = [Mm(across * share / sum(shares)) for share in shares]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for place, cells in enumerate(rows):
        row = made.add_row()
        for cell, words, width in zip(row.cells, cells, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(words)
            run.font.size, run.font.bold = Pt(points), place == 0
            paragraph.paragraph_format.space_after = Pt(0)
        kept = row._tr.get_or_add_trPr()  # noqa: SLF001 -- python-docx does not know it
        kept.append(OxmlElement("w:cantSplit"))
        if place == 0:
            kept.append(OxmlElement("w:tblHeader"))


def word_bytes(document: DocumentType) -> bytes:
    """The file, with nothing in its zip that says when it was written."""
    whole, file = io.BytesIO(), io.BytesIO()
    document.save(whole)
    with (
        zipfile.ZipFile(whole) as read,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for info in read.infolist():
            plain = zipfile.ZipInfo(info.filename, _NO_TIME)
            plain.compress_type = zipfile.ZIP_DEFLATED
            plain.create_system, plain.external_attr = 3, 0o644 << 16
            written.writestr(plain, read.read(info))
    return file.getvalue()

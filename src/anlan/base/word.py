"""Word files: the same bytes for the same content, in the type of a Chinese office."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.oxml.ns import qn
from docx.shared import Pt

# The oldest moment that a zip can say: nothing of the day on which it was written.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_FONT = "SimSun"


def new_word(*, title: str, size: int, at: datetime) -> DocumentType:
    """An empty document that says nothing of who wrote it on which machine.

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
    return document


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

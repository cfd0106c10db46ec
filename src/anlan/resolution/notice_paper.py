"""A letter on paper: PDF to hand over, Word for whoever has to work on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from anlan.base.clock import local_day
from anlan.base.typeset import typeset
from anlan.base.word import new_word, word_bytes
from anlan.resolution.enums import NoticeKind
from anlan.resolution.letters import Letter
from anlan.resolution.models import Notice
from anlan.resolution.selectors.notices import LETTER_LANGUAGE, is_to_guardian

_DOCUMENT = Path(__file__).parent / "documents" / "notice.typ"
_TITLE_POINTS, _POINTS = 18, 12
_SLIP_POINTS = 10  # each signature on a line of its own
_INDENT = Pt(2 * _POINTS)  # two characters, as Chinese letters begin


def notice_pdf(
    notice: Notice, letter: Letter, *, at: datetime, address: str = ""
) -> bytes:
    """The same bytes for the same letter, day and address.

    Args:
        address: where the person may object; printed as a code, if there is one.
    """
    with override(LETTER_LANGUAGE):
        page = {**_page(notice, letter, at=at), "qr": _dots(address)}
        page["object"] = _beside_code(notice)
        return typeset(_DOCUMENT, page, at=at).pdf


def notice_docx(notice: Notice, letter: Letter, *, at: datetime) -> bytes:
    """The same letter for a word processor; what is handed over and proven is the PDF."""
    with override(LETTER_LANGUAGE):
        page = _page(notice, letter, at=at)
    document = new_word(title=letter.title, size=_POINTS, at=at)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.add_run(letter.title).font.size = Pt(_TITLE_POINTS)
    for one in page["paragraphs"]:
        paragraph = document.add_paragraph(one["words"])
        if one["indented"]:
            paragraph.paragraph_format.first_line_indent = _INDENT
    for words in page["signers"]:
        document.add_paragraph(words)
    for words in (page["office"], page["seal"], page["day"]):
        document.add_paragraph(words).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph(page["slip_title"])
    for words in page["slip"]:
        document.add_paragraph(words).runs[0].font.size = Pt(_SLIP_POINTS)
    document.sections[0].footer.paragraphs[0].text = page["foot"]
    return word_bytes(document)


def _beside_code(notice: Notice) -> str:
    if notice.kind == NoticeKind.CONSEQUENCES:
        # Nothing is imposed.
        return _("扫码可以在手机上查看这份告知书。扫码的页面只给您本人，请不要转发。")
    if notice.kind == NoticeKind.CONDUCT_AGREEMENT:
        # Nobody is bound to sign it: there is nothing to object to.
        return _("扫码可以在手机上查看这份承诺书。扫码的页面只给您本人，请不要转发。")
    return _(
        "不同意这份告知书的，可以在申诉期限内扫码提出，也可以书面或者当面提出。扫码的页面只给您本人，请不要转发。"
    )


def _dots(address: str) -> list[str]:
    if not address:
        return []
    matrix = segno.make(address, error="m", micro=False).matrix
    return ["".join(str(int(dot)) for dot in row) for row in matrix]


def _page(notice: Notice, letter: Letter, *, at: datetime) -> dict[str, Any]:
    site = notice.case.site
    number = f"{notice.case.number} {notice.code}"
    return {
        "title": letter.title,
        "under": number,
        "foot": f"{site.name} · {number}",
        "paragraphs": [
            {"words": words, "indented": place > 0}
            for place, words in enumerate(letter.paragraphs)
        ],
        "signers": list(_signers(notice)),
        "office": f"{site.organisation.name} {site.name}",
        "seal": _("（盖章）"),
        "day": formats.date_format(local_day(at)),
        "slip_title": _("送达回执"),
        "slip": [
            (
                _("签收人（监护人）：________________　　日期：________________")
                if is_to_guardian(notice)
                else _("签收人：________________　　日期：________________")
            ),
            _(
                "拒收的，见证人：________________　________________　　日期：________________"
            ),
        ],
    }


def _signers(notice: Notice) -> Iterator[str]:
    """Whose undertaking it is signs it; the slip below says only that it arrived."""
    if notice.kind != NoticeKind.CONDUCT_AGREEMENT:
        return
    yield _("承诺人（签字）：________________　　日期：________________")
    if is_to_guardian(notice):
        yield _("监护人（签字）：________________　　日期：________________")

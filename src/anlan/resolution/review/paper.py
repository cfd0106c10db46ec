"""A report on paper: PDF and Word from the same page, the same bytes for the same version."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode

import segno
from django.utils.translation import override
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from anlan.base.clock import local_time
from anlan.base.typeset import typeset
from anlan.base.word import MARGIN, add_heading, add_table, new_word, word_bytes
from anlan.resolution.review.enums import Cause, Section
from anlan.resolution.review.extract import Extract, read_extract
from anlan.resolution.review.models import Report, ReportParagraph
from anlan.resolution.review.paragraphs import (
    CODED,
    codes_of,
    paragraphs_of,
    printed_now,
)
from anlan.resolution.review.sketch import sketch_png

LANGUAGE = "zh-hans"
DOCUMENT = Path(__file__).parent / "documents" / "report.typ"
_NUMERALS = (*"一二三四五六七八九十", "十一")
_PAGE = 210  # millimetres across, of A4
_TITLE_POINTS, _HEADING_POINTS, _POINTS, _SMALL = 18, 14, 11, 9
_SHORT = 16  # of a digest that people compare; the whole one is in the program


Words: TypeAlias = dict[Section, list[dict[str, str]]]  # paragraphs with what they cite


@dataclass(frozen=True)
class Table:
    """``widths`` are shares of the page."""

    title: str
    head: tuple[str, ...]
    rows: list[list[str]]
    widths: tuple[int, ...]


def report_pdf(report: Report, *, at: datetime) -> bytes:
    with override(LANGUAGE):
        page = page_of(report)
        page["qr"] = [
            "".join(str(int(dot)) for dot in row)
            for row in segno.make(page["address"], error="m", micro=False).matrix
        ]
        return typeset(DOCUMENT, page, at=at).pdf


def report_docx(report: Report, *, at: datetime) -> bytes:
    with override(LANGUAGE):
        page = page_of(report)
        mark, foot = page["mark"], page["foot"]
    document = new_word(title=page["title"], size=_POINTS, at=at)
    _set_page(document, mark=mark, foot=foot)
    _centred(document, page["title"], _TITLE_POINTS)
    _centred(document, page["under"], _SMALL)
    for section in page["sections"]:
        add_heading(document, section["title"], points=_HEADING_POINTS)
        for pair in section["facts"]:
            document.add_paragraph("：".join(pair))
        for number, one in enumerate(section["paragraphs"], start=1):
            paragraph = document.add_paragraph(f"{number}. {one['words']}")
            paragraph.add_run(one["cites"]).font.size = Pt(_SMALL)
        for sketch in section["sketches"]:
            add_heading(document, sketch["title"], points=_POINTS)
            if sketch["drawn_on"]:
                document.add_paragraph(sketch["drawn_on"])
            document.add_picture(
                io.BytesIO(sketch_png(sketch["pins"])), width=Mm(_PAGE - 2 * MARGIN)
            )
            for pin in sketch["pins"]:
                document.add_paragraph(f"{pin['number']}. {pin['words']}")
        for table in section["tables"]:
            if table["title"]:
                add_heading(document, table["title"], points=_POINTS)
            add_table(
                document,
                (table["head"], *table["rows"]),
                shares=table["widths"],
                across=_PAGE - 2 * MARGIN,
                points=_SMALL,
            )
    for place, words in enumerate((page["limits"], page["proof"], page["digest"])):
        paragraph = document.add_paragraph(words)
        paragraph.runs[0].font.size = Pt(_SMALL)
        paragraph.paragraph_format.space_before = Pt(0 if place else _POINTS)
    picture = io.BytesIO()
    segno.make(page["address"], error="m", micro=False).save(
        picture, kind="png", scale=4, border=2
    )
    picture.seek(0)
    document.add_picture(picture, width=Mm(28))
    return word_bytes(document)


def address_of(report: Report) -> str:
    """What the code on paper says: where to compare this very version with the record."""
    extract = read_extract(report.record)
    asked = {
        "content": report.content[:CODED],
        "seq": extract.head.seq if extract else 0,
        "head": extract.head.digest[:CODED] if extract else "",
    }
    path = f"/cases/{report.case.number}/reports/{report.uid}/verification/"
    return f"{_printed(report)['address']}{path}?{urlencode(asked)}"


def _printed(report: Report) -> dict[str, str]:
    """As it was approved; of what was approved before that was kept, as it is now."""
    return report.printed or printed_now(report)


def page_of(report: Report) -> dict[str, Any]:
    """Everything that stands on it; nothing of the moment at which it is exported."""
    extract = read_extract(report.record)
    if extract is None:
        raise ValueError("the words of this report were erased")
    words: Words = {section: [] for section in Section}
    for row in paragraphs_of(report):
        words[Section(row.section)].append(words_of(row))
    page = page_from(report, extract, words, mark="内部资料 · 写有双方情况，不得外传")
    page["foot"] += " · 内部资料"
    return page


def words_of(row: ReportParagraph) -> dict[str, str]:
    """A paragraph with the codes of what it cites."""
    return {"words": row.text, "cites": "".join(f"[{code}]" for code in codes_of(row))}


def page_from(
    report: Report, extract: Extract, words: Words, *, mark: str
) -> dict[str, Any]:
    """The same from what of the record and of its paragraphs is to stand on it."""
    number = f"{report.case.number} · {report.code}"
    return {
        "title": "事件报告",
        "under": number,
        "mark": mark,
        "foot": f"{_printed(report)['site']} · {number}",
        "sections": [
            {**section, "title": f"{_NUMERALS[place]}、{section['title']}"}
            for place, section in enumerate(_sections(report, extract, words))
        ],
        "limits": "本文依据记录和证据编写，不认定违法、犯罪或者责任；伤情等级以鉴定结论为准，是否防卫由公安机关和法院认定。",
        "proof": "扫码核对：在程序里打开这一版，与记录逐项比较。内容校验值（SHA-256）：",
        "digest": report.content,
        "address": address_of(report),
    }


def _sections(report: Report, extract: Extract, words: Words) -> list[dict[str, Any]]:
    tables = {
        Section.HANDLING: [_steps(extract)],
        Section.CONSEQUENCES: [_hurts(extract)],
        Section.DECISIONS: [_decisions(extract)],
    }
    found = [_section("基本情况", facts=_facts(report, extract))]
    found += [
        _section(str(one.label), paragraphs=words[one], tables=tables.get(one, []))
        for one in Section
    ]
    if extract.looks or extract.sketches:
        place = list(Section).index(Section.COURSE) + 2  # after what happened there
        found.insert(place, _scene(extract))
    found.append(_section("改进措施", tables=[_improvements(extract)]))
    found.append(
        _section("证据清单与记录", facts=_head(extract), tables=[_exhibits(extract)])
    )
    return found


def _scene(extract: Extract) -> dict[str, Any]:
    """What was looked at, and the sketches; photos are exhibits, and stand among them."""
    looks = Table(
        title="现场环境",
        head=("项目", "情况", "看到什么", "照片"),
        rows=[
            [one.aspect, one.rating, one.note or "—", one.exhibit or "—"]
            for one in extract.looks
        ],
        widths=(16, 22, 48, 14),
    )
    return _section(
        "现场",
        tables=[looks],
        sketches=[
            {
                "title": one.title,
                "drawn_on": f"标在照片 {one.photo} 上，照片另附" if one.photo else "",
                "photo": [],
                "pins": [pin.model_dump() for pin in one.pins],
            }
            for one in extract.sketches
        ],
    )


def _section(
    title: str,
    *,
    facts: list[list[str]] | None = None,
    paragraphs: list[dict[str, str]] | None = None,
    tables: list[Table] | None = None,
    sketches: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    shown = [one for one in tables or [] if one.rows]
    is_empty = not (facts or paragraphs or shown or sketches)
    nothing = [{"words": "没有记录。", "cites": ""}] if is_empty else []
    return {
        "title": title,
        "facts": facts or [],
        "paragraphs": paragraphs or nothing,
        "sketches": sketches or [],
        "tables": [
            {
                "title": f"（{_NUMERALS[place]}）{one.title}",
                "head": list(one.head),
                "rows": one.rows,
                "widths": list(one.widths),
            }
            for place, one in enumerate(shown)
        ],
    }


def _facts(report: Report, extract: Extract) -> list[list[str]]:
    rows = [list(pair) for pair in extract.facts]
    people = (f"{name}（{part}）" if part else name for name, part in extract.people)
    rows.append(["人员", "、".join(people) or "—"])
    if report.cause:
        rows.append(["主要原因类别", str(Cause(report.cause).label)])
    rows.append(["记录读取至", extract.composed])
    names = _printed(report)
    if report.submitted_at:
        rows.append(["编写", _who(names["author"], report.submitted_at)])
    if report.decided_by and report.decided_at:
        rows.append(["批准", _who(names["approver"], report.decided_at)])
    return rows


def _who(name: str, at: datetime) -> str:
    return f"{name} · {local_time(at).strftime('%Y-%m-%d %H:%M')}"


def _steps(extract: Extract) -> Table:
    return Table(
        title="时限核对",
        head=(
            "应做的事",
            "标准",
            "应在",
            "实际",
            "结果",
        ),
        rows=[
            [
                one.title,
                one.limit,
                one.due,
                one.happened or "—",
                f"{one.verdict.label} {one.late}".strip(),
            ]
            for one in extract.steps
        ],
        widths=(28, 12, 21, 21, 18),
    )


def _hurts(extract: Extract) -> Table:
    return Table(
        title="伤情：现场记录与鉴定分列",
        head=(
            "人员",
            "现场记录（未经鉴定）",
            "鉴定结论",
            "鉴定文书",
        ),
        rows=[
            [
                one.who,
                f"{one.seen} 处",
                one.appraised or "尚无",
                one.exhibit or "—",
            ]
            for one in extract.hurts
        ],
        widths=(22, 32, 24, 22),
    )


def _decisions(extract: Extract) -> Table:
    return Table(
        title="生效的措施",
        head=(
            "方案",
            "措施",
            "对谁",
            "起止",
            "执行",
        ),
        rows=[
            [one.plan, one.measure, one.who, one.period or "—", one.state or "—"]
            for one in extract.decisions
        ],
        widths=(12, 34, 16, 24, 14),
    )


def _improvements(extract: Extract) -> Table:
    return Table(
        title="编写时的进展",
        head=(
            "编号",
            "做什么",
            "负责人",
            "期限",
            "状态",
        ),
        rows=[
            [one.code, one.what, one.owner, one.due, one.state]
            for one in extract.improvements
        ],
        widths=(10, 42, 14, 16, 18),
    )


def _exhibits(extract: Extract) -> Table:
    return Table(
        title="证据清单",
        head=("编号", "名称", "收到", "SHA-256（前 16 位）"),
        rows=[
            [one.code, one.title, one.received, one.sha256[:_SHORT] or "—"]
            for one in extract.exhibits
        ],
        widths=(12, 42, 20, 26),
    )


def _head(extract: Extract) -> list[list[str]]:
    head = extract.head
    rows = [
        [
            "记录链",
            f"{head.site} 第 {head.seq} 条",
        ],
        ["链首校验值", _grouped(head.digest)],
    ]
    if head.size:
        rows.append(
            [
                "已签名的检查点",
                f"前 {head.size} 条 · {head.signed} · {_grouped(head.root)}",
            ]
        )
    return rows


def _grouped(digest: str) -> str:
    """In parts that a line can be broken between, and that people compare."""
    return " ".join(digest[at : at + _SHORT] for at in range(0, len(digest), _SHORT))


def _set_page(document: DocumentType, *, mark: str, foot: str) -> None:
    section = document.sections[0]
    section.header.paragraphs[0].text = mark
    section.header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph = section.footer.paragraphs[0]
    paragraph.add_run(f"{foot}　")
    _field(paragraph, "PAGE")
    paragraph.add_run(" / ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Paragraph, code: str) -> None:
    """A field that the word processor computes: the number of the page."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    paragraph._p.append(field)  # noqa: SLF001 -- python-docx has no fields of its own


def _centred(document: DocumentType, words: str, points: int) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(words).font.size = Pt(points)

"""The papers of a package: lists for people, for spreadsheets, and for programs."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from django.utils import timezone
from docx.enum.section import WD_ORIENT
from docx.shared import Mm, Pt

from anlan.base.typeset import typeset
from anlan.base.word import add_table, new_word, word_bytes
from anlan.evidence.packaging.facts import (
    ExhibitFacts,
    PackageFacts,
    PartFacts,
    StepFacts,
    Words,
)

WITHDRAWN = "meta/withdrawn.json"
_FOLDER = Path(__file__).parent
_HEAD = ("编号", "类别", "名称", "来源", "入库时间", "大小（字节）", "SHA-256")
# Of the Word list: a digest fits into two lines, and the name has most of the rest.
_SHARES = (18, 20, 68, 34, 36, 24, 67)
_MARGIN, _SMALL = 15, 9  # millimetres, points
_ORIGIN = {False: "录像原始文件", True: "由回放码流写成的录像文件"}
_BOM = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for one


def papers(package: PackageFacts) -> dict[str, bytes]:
    """Every paper under its name in the package."""
    data = _printed(package)
    pdfs = {
        f"documents/{name}.pdf": typeset(
            _FOLDER / f"{name}.typ", data, at=package.made_at
        ).pdf
        for name in ("exhibit-list", "provenance", "custody")
    }
    return {
        **pdfs,
        "documents/exhibit-list.docx": _docx(package),
        "documents/exhibit-list.csv": _csv(package),
        "meta/exhibits.json": _json(package),
        "README.txt": _for_notepad(readme(package)),
        **({WITHDRAWN: _withdrawn(package)} if package.withdrawn else {}),
    }


def readme(package: PackageFacts) -> str:
    """核验说明."""
    template = (_FOLDER / "readme.txt").read_text(encoding="utf-8")
    return template.format(
        number=package.number,
        code=package.code,
        recipient=package.recipient,
        purpose=package.purpose,
        expires=package.expires_at,
        count=len(package.exhibits),
        top=f"{package.number}-{package.code}",
        files=_files_lines(package),
        approvals=_approval_lines(package),
    )


def _approval_lines(package: PackageFacts) -> str:
    """Why statements are in it, which their givers signed for the office."""
    return "".join(f"情况说明 {line}。\n" for line in package.approvals)


def _files_lines(package: PackageFacts) -> str:
    """What lies in ``data/``: nothing perhaps, and not all of it originals."""
    if not any(exhibit.files for exhibit in package.exhibits):
        return f"  {'data/':<23}没有：本包只给清单与证明，证据文件由管理处保管\n"
    lines = ["证据文件，按证据编号命名；原文件名见 documents/exhibit-list.csv"]
    made = [one for one in package.exhibits if one.file and one.derived_from]
    if made:
        codes = "、".join(f"{one.code}（原件 {one.derived_from}）" for one in made)
        lines.append(f"其中由别的证据制成、不是原件的：{codes}")
    if any(exhibit.parts for exhibit in package.exhibits):
        lines += [
            "录像文件（data/E-0001.part-00001.ts）列在同编号的清单 data/E-0001.json 里，",
            "各文件是录像机的原始文件还是由回放码流写成，见来源与提取过程说明",
        ]
    heads = ["data/", *[""] * len(lines)]
    return "".join(
        f"  {head:<23}{line}\n" for head, line in zip(heads, lines, strict=False)
    )


def _row(exhibit: ExhibitFacts) -> tuple[str, ...]:
    return (
        exhibit.code,
        exhibit.kind,
        exhibit.title,
        (
            f"{exhibit.source}（原件 {exhibit.derived_from}）"
            if exhibit.derived_from
            else exhibit.source
        ),
        exhibit.received_at,
        "" if exhibit.size is None else str(exhibit.size),
        exhibit.sha256 or "实物",
    )


def _for_notepad(text: str) -> bytes:
    """As an old Windows shows it: with the mark of UTF-8, and its ends of lines."""
    return _BOM + text.replace("\n", "\r\n").encode()


def _csv(package: PackageFacts) -> bytes:
    """With the mark that tells the spreadsheets of Windows that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*_HEAD, "原文件名", "包内文件"])
    for exhibit in package.exhibits:
        rows = [[*_row(exhibit), exhibit.file_name, exhibit.whereabouts]]
        rows += [_part_row(exhibit, part) for part in exhibit.parts]
        for row in rows:
            writer.writerow([_harmless(cell) for cell in row])
    return _BOM + text.getvalue().encode()


def _part_row(exhibit: ExhibitFacts, part: PartFacts) -> list[str]:
    title = f"录像机时间 {part.recorder_begin}，真实时间 {part.true_begin}"
    return [
        *(exhibit.code, _ORIGIN[part.is_written], title, exhibit.source, part.kept_at),
        *(str(part.size), part.sha256, part.name, part.file),
    ]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _json(package: PackageFacts) -> bytes:
    said = {
        "format": 1,
        "package": package.uid,
        "case": package.number,
        **({"approvals": list(package.approvals)} if package.approvals else {}),
        "exhibits": [_exhibit_json(exhibit) for exhibit in package.exhibits],
    }
    return orjson.dumps(said, option=orjson.OPT_INDENT_2) + b"\n"


def _withdrawn(package: PackageFacts) -> bytes:
    """For ``verify.py`` of an earlier package: nobody can write to its recipient's disk."""
    rows = [
        {
            "package": one.uid,
            "code": one.code,
            "sha256": one.sha256,
            "withdrawn_at": one.at,
            "replaced_by": one.replaced_by,
            "reason": one.reason,
        }
        for one in package.withdrawn
    ]
    said = {"case": package.number, "packages": rows}
    return orjson.dumps(said, option=orjson.OPT_INDENT_2) + b"\n"


def _exhibit_json(exhibit: ExhibitFacts) -> dict[str, Any]:
    return {
        "code": exhibit.code,
        "kind": exhibit.kind,
        "source": exhibit.source,
        **({"derived_from": exhibit.derived_from} if exhibit.derived_from else {}),
        "received_at": exhibit.received_at,
        "received_from": exhibit.received_from,
        "happened_at": exhibit.happened_at,
        "media_type": exhibit.media_type,
        "bytes": exhibit.size,
        "sha256": exhibit.sha256,
        "reading": exhibit.reading,
        "seq": exhibit.seq,
        "files": exhibit.files,
        **(
            {"parts": [asdict(part) for part in exhibit.parts]} if exhibit.parts else {}
        ),
        **_covered(exhibit.covered),
        "steps": [_step_json(step) for step in exhibit.steps],
    }


def _step_json(step: StepFacts) -> dict[str, Any]:
    return {
        "at": step.at,
        "kind": step.kind,
        "by": step.by,
        "giver": step.giver,
        "receiver": step.receiver,
        "seal": step.seal,
        "seal_state": step.seal_state,
        "seq": step.seq,
        **_covered(step.covered),
    }


def _covered(words: Words) -> dict[str, Any]:
    return {"salt": words.salt, "words": dict(words.texts)}


def _printed(package: PackageFacts) -> dict[str, Any]:
    """As the templates of typst read it."""
    return asdict(package) | {
        "made_at": f"{timezone.localtime(package.made_at):%Y-%m-%d %H:%M:%S}",
        "watermark": package.watermark,
        "head": list(_HEAD),
        "rows": [list(_row(exhibit)) for exhibit in package.exhibits],
        "things": [asdict(e) for e in package.exhibits if e.size is None],
        "parts": [
            [
                *(e.code, part.name, part.recorder_begin, part.true_begin),
                *(part.sha256, _ORIGIN[True] if part.is_written else ""),
            ]
            for e in package.exhibits
            for part in e.parts
        ],
        "files": sum(
            (exhibit.size is not None) + len(exhibit.parts)
            for exhibit in package.exhibits
        ),
        "bytes": sum(
            (exhibit.size or 0) + sum(part.size for part in exhibit.parts)
            for exhibit in package.exhibits
        ),
    }


def _docx(package: PackageFacts) -> bytes:
    """The list of evidence for whoever has to put it into a file of their own."""
    document = new_word(title="证据清单", size=_SMALL, at=package.made_at)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(_MARGIN)
    section.footer.paragraphs[0].text = package.watermark
    document.add_paragraph("证据清单").runs[0].font.size = Pt(18)
    document.add_paragraph(
        f"{package.organisation} {package.site}　案件 {package.number}　{package.code}"
    )
    add_table(
        document,
        [_HEAD, *(_row(exhibit) for exhibit in package.exhibits)],
        shares=_SHARES,
        across=297 - 2 * _MARGIN,
        points=_SMALL,
    )
    for line in package.approvals:
        document.add_paragraph(f"情况说明 {line}")
    parts = sum(len(exhibit.parts) for exhibit in package.exhibits)
    document.add_paragraph(
        f"另有录像文件 {parts} 个，逐个列在 exhibit-list.csv" if parts else ""
    )
    document.add_paragraph(
        "提交人（签名）：　　　　　　　接收人（签名）：　　　　　　　"
    )
    document.add_paragraph("日期：")
    return word_bytes(document)

"""PDFs: the same bytes each time, nothing in the data runs, no character is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst
from django.utils import translation
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from anlan.base import typeset as module
from anlan.base.typeset import typeset

AT = datetime(2026, 11, 23, 6, 0, 5, tzinfo=UTC)
TEMPLATE = """
#show: sheet.with(title: d.title, foot: "foot")
#facts(d.facts)
= Part
#d.words
#grid-of(columns: (auto, 1fr), head: ("A", "B"), d.rows)
#mono("abc")
"""
DATA: dict[str, Any] = {
    "title": "情况说明",
    "facts": [["陈述人", "王建国"]],
    "words": "推了一下",
    "rows": [["E-0001", "黑色长柄伞"]],
}
SOURCE = Path(module.__file__).parents[2]
RARE = "\U00020bb7"  # 𠮷, as in a name; the fonts brought along do not have it


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "document.typ"
    path.write_text(TEMPLATE)
    return path


def test_same_input_gives_same_bytes_in_another_process(template: Path) -> None:
    here = typeset(template, DATA, at=AT).pdf
    code = (
        "import django, json, sys; django.setup()\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from anlan.base.typeset import typeset\n"
        "data, at = json.loads(sys.argv[2]), datetime.fromisoformat(sys.argv[3])\n"
        "sys.stdout.buffer.write(typeset(Path(sys.argv[1]), data, at=at).pdf)"
    )
    there = subprocess.run(
        [sys.executable, "-c", code, template, json.dumps(DATA), AT.isoformat()],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    ).stdout

    assert here.startswith(b"%PDF-")
    assert here == there


def test_date_and_words_change_the_bytes(template: Path) -> None:
    later = AT.replace(second=6)

    one = typeset(template, DATA, at=AT).pdf

    assert one != typeset(template, DATA, at=later).pdf
    assert one != typeset(template, {**DATA, "words": "推了两下"}, at=AT).pdf


@pytest.mark.parametrize(
    "words",
    ['#read("/etc/passwd")', "#panic()", "{{7*7}}", "$x$ *a* _b_ = c", '"', "\\", "]"],
)
def test_nothing_in_the_data_runs(template: Path, words: str) -> None:
    document = typeset(template, {**DATA, "words": words, "title": words}, at=AT)

    assert document.missing == ()
    assert document.pdf.startswith(b"%PDF-")


def test_names_characters_that_no_font_has(template: Path) -> None:
    data = {**DATA, "facts": [["姓名", f"{RARE}田"]], "words": "好✅"}

    document = typeset(template, data, at=AT)

    assert document.missing == ("✅", RARE)
    # What is printed is the number in its place, and a note at the end.
    numbers = {**DATA, "facts": [["姓名", "[U+20BB7]田"]], "words": "好[U+2705]"}
    assert typeset(template, numbers, at=AT).missing == ()
    assert len(document.pdf) > len(typeset(template, numbers, at=AT).pdf)


def test_asks_the_operators_fonts_as_well(
    template: Path, tmp_path: Path, settings: Any
) -> None:
    folder = tmp_path / "fonts"
    folder.mkdir()
    _font_with(folder / "rare.ttf", RARE)
    settings.FONT_DIR = folder
    caches = (module._glyphs, module._more_families, module._fonts)
    for one in caches:
        one.cache_clear()

    try:
        document = typeset(template, {**DATA, "words": RARE}, at=AT)
    finally:
        for one in caches:
            one.cache_clear()

    assert document.missing == ()


def test_note_is_in_the_language_of_the_reader(template: Path) -> None:
    data = {**DATA, "words": RARE}
    with translation.override("zh-hans"):
        chinese_one = typeset(template, data, at=AT).pdf
    with translation.override("en"):
        english_one = typeset(template, data, at=AT).pdf

    assert chinese_one != english_one


def test_a_wrong_template_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "wrong.typ"
    path.write_text("#show: nothing-of-this-name")

    with pytest.raises(typst.TypstError):
        typeset(path, DATA, at=AT)


def _font_with(path: Path, character: str) -> None:
    """A font that has this one character, a square, and a name of its own."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 900), (900, 900), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    square = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "square"])
    font.setupCharacterMap({ord(character): "square"})
    font.setupGlyf({".notdef": square, "square": square})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 0)})
    font.setupHorizontalHeader(ascent=900, descent=-100)
    font.setupNameTable({"familyName": "Rare One", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)

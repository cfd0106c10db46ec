"""Documents on paper: PDF set from a template and data, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pylopdf_fonts_zh_cn as chinese
import typst
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from fontTools.ttLib import TTCollection, TTFont

_FRAME = Path(__file__).with_name("frame.typ")
_FONT_FILES = (".otf", ".ttf", ".ttc", ".otc")
_NO_INK = frozenset("\n\r\t\u00a0\u200b\u2060\ufeff")


@dataclass(frozen=True, kw_only=True)
class Document:
    """A PDF, and the characters of its data that no font has.

    Each of these stands in the PDF as its number, ``[U+2A6A5]``, and a note at its end asks
    for them to be written in by hand: names carry characters that few fonts know.
    """

    pdf: bytes
    missing: tuple[str, ...]


def words_on(data: Any) -> Iterator[str]:
    """Every piece of text that is printed of it, for whoever looks before it leaves."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for item in data.values():
            yield from words_on(item)
    elif isinstance(data, list):
        for item in data:
            yield from words_on(item)


def typeset(template: Path, data: Mapping[str, Any], *, at: datetime) -> Document:
    """Set a document.

    Data reach the template as ``d``, never as source, so nothing in them is run. The same
    template, data, moment and language give the same bytes.

    Args:
        template: a file of typst's language; the frame stands before it.
        at: the document's date, told as the clocks in China show it.

    Raises:
        typst.TypstError: the template is wrong.
    """
    missing: set[str] = set()
    printable = _printable(dict(data), missing)
    moment = timezone.localtime(at)
    names = ("year", "month", "day", "hour", "minute", "second")
    pdf = typst.compile(
        _FRAME.read_bytes() + template.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
        sys_inputs={
            "data": orjson.dumps(printable).decode(),
            "date": orjson.dumps({n: getattr(moment, n) for n in names}).decode(),
            "lang": "zh" if (translation.get_language() or "zh")[:2] == "zh" else "en",
            "more": orjson.dumps(_more_families()).decode(),
            "unprintable": _note(missing),
        },
    )
    return Document(pdf=pdf, missing=tuple(sorted(missing)))


def _note(missing: set[str]) -> str:
    if not missing:
        return ""
    listed = " ".join(_number(character) for character in sorted(missing))
    return (
        _("本文有字库中没有的字，已用编号标出，请在编号处手写补上并签名：%s") % listed
    )


def _printable(value: Any, missing: set[str]) -> Any:
    """The same data with the characters that no font has as their numbers."""
    if isinstance(value, str):
        unknown = {
            character for character in set(value) if not _has_glyph(ord(character))
        }
        missing |= unknown
        return value.translate({ord(one): f"[{_number(one)}]" for one in unknown})
    if isinstance(value, Mapping):
        return {key: _printable(item, missing) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item, missing) for item in value]
    return value


def _number(character: str) -> str:
    return f"U+{ord(character):04X}"


def _has_glyph(code: int) -> bool:
    return chr(code) in _NO_INK or code in _glyphs()


@cache
def _glyphs() -> frozenset[int]:
    """Every character that a font of the documents can draw."""
    codes: set[int] = set()
    for path in _font_files():
        for font in _faces(path):
            codes |= set(font.getBestCmap())
    return frozenset(codes)


@cache
def _more_families() -> list[str]:
    """Names of the operator's own fonts, asked after ours."""
    names = {
        font["name"].getDebugName(16) or font["name"].getDebugName(1)
        for path in _own_font_files()
        for font in _faces(path)
    }
    return sorted(name for name in names if name)


def _faces(path: Path) -> list[TTFont]:
    if path.suffix.lower() in {".ttc", ".otc"}:
        return list(TTCollection(path, lazy=True).fonts)
    return [TTFont(path, lazy=True)]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, font_paths=[str(path) for path in _folders()]
    )


def _folders() -> list[Path]:
    own = [settings.FONT_DIR] if settings.FONT_DIR else []
    return [chinese.sans_path().parent, *own]


def _font_files() -> list[Path]:
    return [chinese.serif_path(), chinese.sans_path(), *_own_font_files()]


def _own_font_files() -> list[Path]:
    if not settings.FONT_DIR:
        return []
    files = sorted(Path(settings.FONT_DIR).iterdir())
    return [path for path in files if path.suffix.lower() in _FONT_FILES]

"""The English catalogue, kept in step with the Chinese texts in the code.

Bare machines lack xgettext, so the texts are found here: in Python by its syntax tree,
in templates by what Django makes of them for xgettext.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import polib
from django.utils.translation.template import templatize

SOURCE = Path(__file__).parents[1]
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"

# Where each function has its context, its text and its plural; None: it has none.
Shape: TypeAlias = tuple[int | None, int, int | None]
_SHAPES: dict[str, Shape] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_CALL = re.compile(r"\b(?:n?p?gettext|_)\(")
_PLACEHOLDER = re.compile(r"%\(\w+\)[-0-9.]*[a-z]|%[-0-9.]*[sd]|\{\w+\}")


@dataclass(frozen=True, order=True)
class Text:
    """A text of the program: what the catalogue is keyed by."""

    context: str
    msgid: str
    plural: str = ""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one text of the catalogue."""

    msgid: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.msgid}: {self.sentence}"


def texts_in_code() -> dict[Text, list[str]]:
    """Every text of the program, and the files that show it, below ``src/anlan``."""
    found: dict[Text, set[str]] = defaultdict(set)
    for path in python_files():
        for text in texts_in_python(path.read_text(encoding="utf-8")):
            found[text].add(_shown(path))
    for path in template_files():
        for text in texts_in_template(path.read_text(encoding="utf-8")):
            found[text].add(_shown(path))
    return {text: sorted(files) for text, files in sorted(found.items())}


def python_files() -> list[Path]:
    return sorted(
        path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts
    )


def template_files() -> list[Path]:
    """Everything in a folder of templates, whatever its ending (a script, a message)."""
    return sorted(
        path
        for path in SOURCE.rglob("*")
        if path.is_file() and "templates" in path.relative_to(SOURCE).parts
    )


def texts_in_python(source: str) -> Iterator[Text]:
    """The texts that a module hands to gettext, under whatever name it imported it."""
    tree = ast.parse(source)
    names = translating_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (shape := names.get(_name_of(node.func))):
            text = _text_of(node, shape)
            if text is not None:
                yield text


def texts_in_template(source: str) -> Iterator[Text]:
    """The texts of a template, in its tags and in the attributes of its components."""
    code = templatize(source)
    for match in _CALL.finditer(code):
        expression = _call_at(code, match.start())
        if expression is not None:
            yield from texts_in_python(f"{_IMPORT}{expression}")


def placeholders(text: str) -> list[str]:
    """What is filled in later: ``%(name)s``, ``%s``, ``{name}``; positions in order."""
    found: list[str] = _PLACEHOLDER.findall(text.replace("%%", ""))
    return sorted(found, key=lambda one: one if "(" in one or "{" in one else "")


def read_catalogue(path: Path = CATALOGUE) -> polib.POFile:
    if path.exists():
        return polib.pofile(str(path), wrapwidth=0)
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return catalogue


def update(path: Path = CATALOGUE) -> tuple[int, int]:
    """Bring the catalogue in step with the code.

    Returns:
        How many texts were added, without their English, and how many removed.
    """
    texts = texts_in_code()
    catalogue = read_catalogue(path)
    known = {_key(entry): entry for entry in catalogue}
    entries = [
        _entry(text, files, known.get(text)) for text, files in sorted(texts.items())
    ]
    fresh = polib.POFile(wrapwidth=0)
    fresh.metadata = catalogue.metadata
    fresh.extend(entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh.save(str(path))
    return len(texts.keys() - known.keys()), len(known.keys() - texts.keys())


def faults(catalogue: polib.POFile, texts: Iterable[Text]) -> Iterator[Fault]:
    """Everything that would show a reader of English a wrong or a Chinese text."""
    known = {_key(entry): entry for entry in catalogue}
    wanted = set(texts)
    for text in sorted(wanted - known.keys()):
        yield Fault(text.msgid, "not in the catalogue; run `manage.py catalogue`")
    for text, entry in known.items():
        if text not in wanted:
            yield Fault(text.msgid, "no longer in the code; run `manage.py catalogue`")
        if entry.fuzzy:
            yield Fault(text.msgid, "marked as fuzzy")
        yield from _wrong_english(text, entry)


def _wrong_english(text: Text, entry: polib.POEntry) -> Iterator[Fault]:
    if not text.plural:
        if not entry.msgstr.strip():
            yield Fault(text.msgid, "has no English")
        elif placeholders(entry.msgstr) != placeholders(text.msgid):
            yield Fault(text.msgid, f"other placeholders in “{entry.msgstr}”")
        return
    one, many = entry.msgstr_plural.get(0, ""), entry.msgstr_plural.get(1, "")
    if not one.strip() or not many.strip():
        yield Fault(text.msgid, "has no English for one and for many")
        return
    wanted = placeholders(text.plural)
    # "1 file": the number itself may stand in words where there is one.
    if placeholders(many) != wanted or not set(placeholders(one)) <= set(wanted):
        yield Fault(text.msgid, f"other placeholders in “{one}” or “{many}”")


def _entry(text: Text, files: list[str], known: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(
        msgctxt=text.context or None,
        msgid=text.msgid,
        msgid_plural=text.plural,
        # Without line numbers, so that a difference is a difference of texts.
        occurrences=[(file, "") for file in files],
    )
    if text.plural:
        entry.msgstr_plural = known.msgstr_plural if known else {0: "", 1: ""}
    else:
        entry.msgstr = known.msgstr if known else ""
    if _PLACEHOLDER.search(text.msgid):
        entry.flags.append(
            "python-format" if "%" in text.msgid else "python-brace-format"
        )
    return entry


def _key(entry: polib.POEntry) -> Text:
    return Text(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def _shown(path: Path) -> str:
    return path.relative_to(SOURCE.parents[1]).as_posix()


_IMPORT = (
    "from django.utils.translation import gettext, ngettext, pgettext, npgettext\n"
    "from django.utils.translation import gettext as _\n"
)


def translating_names(
    tree: ast.Module,
) -> dict[str, Shape]:
    """The functions of gettext by the names a module imported them under."""
    names = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.module == "django.utils.translation":
            for alias in node.names:
                if alias.name in _SHAPES:
                    names[alias.asname or alias.name] = _SHAPES[alias.name]
    return names


def _name_of(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def _text_of(call: ast.Call, shape: Shape) -> Text | None:
    """The text of a call, unless it is handed a variable: that is a text elsewhere."""
    context, msgid, plural = (_constant(call, place) for place in shape)
    if not msgid:
        return None
    return Text(context or "", msgid, plural or "")


def _constant(call: ast.Call, place: int | None) -> str | None:
    if place is None or place >= len(call.args):
        return None
    node = call.args[place]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _call_at(code: str, start: int) -> str | None:
    """The call that begins at ``start``, up to the bracket that ends it."""
    end = code.find(")", start)
    while end != -1:
        expression = code[start : end + 1].replace(",count)", ", 1)")
        expression = expression.replace(", count)", ", 1)")
        try:
            ast.parse(expression)
        except SyntaxError:
            end = code.find(")", end + 1)
        else:
            return expression
    return None

"""Pages of ``docs/`` that are written from the code, and whether they still are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.core.management.base import CommandError

NOTICE = "<!-- Written by `manage.py {command}`; edit what it reads, not this page. -->"


def settle(pages: Mapping[Path, str], *, command: str, check: bool) -> None:
    """Write the pages, or only look whether they are what would be written.

    Raises:
        CommandError: looked, and some are missing or stale; the text names them.
    """
    notice = NOTICE.format(command=command)
    wanted = {path: f"{notice}\n\n{text.strip()}\n" for path, text in pages.items()}
    stale = [path for path, text in wanted.items() if _read(path) != text]
    if check and stale:
        names = ", ".join(path.name for path in stale)
        raise CommandError(f"stale: {names}; run `manage.py {command}`")
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table in Markdown; a bar inside a cell is escaped."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None

"""Serves the many small style sheets and scripts as two files, joined as they stand.

There is no build step and nothing is transformed: a page needs two requests instead of
thirty, and the files stay one per component. Every script is put into a block of its
own, so that two of them may use the same name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

STATIC = Path(__file__).parent / "static" / "desk"
ROOT = Path(__file__).resolve().parents[3]
OUTPUT = ROOT / "build" / "joined"

# The order is the cascade's: tokens first, paper last.
STYLES = (
    "css/tokens.css",
    "css/base.css",
    "css/components/tone.css",
    "css/components/button.css",
    "css/components/badge.css",
    "css/components/card.css",
    "css/components/form.css",
    "css/components/table.css",
    "css/components/case.css",
    "css/components/compensation.css",
    "css/components/custody.css",
    "css/components/room.css",
    "css/components/evidence.css",
    "css/components/mask.css",
    "css/components/player.css",
    "css/components/statement.css",
    "css/components/investigation.css",
    "css/components/overlay.css",
    "css/components/phone.css",
    "css/components/terminal.css",
    "css/components/admin.css",
    "css/pages/home.css",
    "css/pages/desk.css",
    "css/pages/tasks.css",
    "css/shells.css",
    "css/print.css",
)
SCRIPTS = (
    "js/submit.js",  # first: others send forms
    "js/clock.js",
    "js/dialog.js",  # before busy: what was not confirmed was not sent
    "js/busy.js",
    "js/toast.js",
    "js/failed.js",
    "js/files.js",
    "js/called.js",
    "js/copy.js",
    "js/menu.js",
    "js/pick.js",
    "js/shortcuts.js",
    "js/passkey.js",
    "js/forget.js",
    "js/refresh.js",  # before live: it listens for what live tells
    "js/alarm.js",
    "js/live.js",
)
JOINED: dict[str, tuple[str, ...]] = {"desk/app.css": STYLES, "desk/app.js": SCRIPTS}


def join(name: str) -> str:
    """The text of a joined file, each part under a line that names it."""
    parts = []
    for part in JOINED[name]:
        text = (STATIC / part).read_text(encoding="utf-8")
        if name.endswith(".js"):
            text = f"{{\n{text}}}\n"
        parts.append(f"/* ==== {part} ==== */\n{text}")
    return "\n".join(parts)


def ensure_written(name: str) -> Path:
    """Write the joined file if a part is newer; safe in several processes at once."""
    path = OUTPUT / name
    sources = [STATIC / part for part in JOINED[name]]
    newest = max(source.stat().st_mtime_ns for source in (*sources, Path(__file__)))
    if path.exists() and path.stat().st_mtime_ns > newest:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(join(name), encoding="utf-8")
    return draft.replace(path)


class JoinedFinder(BaseFinder):
    """Finds the joined files, for ``collectstatic`` and for serving in place."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.storage = FileSystemStorage(location=OUTPUT)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 -- Django's signature
        if path not in JOINED:
            return []
        found = str(ensure_written(path))
        return [found] if find_all else found

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, Storage]]:
        for name in JOINED:
            ensure_written(name)
            yield name, self.storage

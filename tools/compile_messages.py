"""Compile translations; runs inside the environment, for bare machines lack msgfmt.

usage: python -m tools.compile_messages FILE.po …
"""

from __future__ import annotations

import sys
from pathlib import Path

import polib


def compile_messages(source: Path) -> Path:
    """Write the ``.mo`` beside its ``.po``; a running server never reads half of it."""
    target = source.with_suffix(".mo")
    draft = target.with_name(f".{target.name}")
    polib.pofile(str(source)).save_as_mofile(str(draft))
    return draft.replace(target)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        compile_messages(Path(name))

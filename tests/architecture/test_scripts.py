"""Scripts run in the oldest browsers that docs/design.md promises: nothing checks it there."""

from __future__ import annotations

import re
from pathlib import Path

import anlan

SOURCE = Path(anlan.__file__).parent
# Newer than Chrome 100 or Safari 15.4; an alarm once never left the phone for the first.
TOO_NEW = re.compile(
    r"AbortSignal\.(timeout|any)|Promise\.withResolvers|\.(toSorted|toReversed|with)\("
    r"|Object\.groupBy|Array\.fromAsync|URL\.canParse"
)


def test_no_script_uses_what_the_oldest_browsers_lack() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in SOURCE.rglob("*.js")
        if "static" in path.parts or "templates" in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if TOO_NEW.search(line.partition("//")[0])
    ]

    assert not wrong, "\n".join(wrong)

"""Whether templates stand as djangofmt writes them; it can only write, so it gets copies.

usage: python -m tools.template_format TEMPLATE …
"""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.places import ROOT, program

DJANGOFMT = ("--profile", "django", "--line-length", "100")


def unformatted(templates: list[Path]) -> list[Path]:
    """The templates that ``djangofmt`` would change."""
    with tempfile.TemporaryDirectory(prefix="anlan-format-") as folder:
        copies = {path: Path(folder) / path.relative_to(ROOT) for path in templates}
        for path, copy in copies.items():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        subprocess.run(
            [program("djangofmt"), *DJANGOFMT, *map(str, copies.values())],
            capture_output=True,
            check=True,
        )
        return [
            path
            for path, copy in copies.items()
            if not filecmp.cmp(path, copy, shallow=False)
        ]


if __name__ == "__main__":
    found = unformatted([Path(name).resolve() for name in sys.argv[1:]])
    for path in found:
        print(f"not formatted: {path.relative_to(ROOT)}")
    sys.exit(1 if found else 0)

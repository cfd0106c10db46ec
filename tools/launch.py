"""Where ``./anlan`` hands over to Python."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # Started as a file from any folder: make `tools` a package, and only that.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from tools.verbs import main

    sys.exit(main(sys.argv[1:]))

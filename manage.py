#!/usr/bin/env python
"""Django's command line; `./anlan manage …` calls it with the right interpreter."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))
    from anlan.config.command_line import main

    main(sys.argv)

"""The demo company, made in an empty data folder by one process."""

from __future__ import annotations

import os
from pathlib import Path

import django

django.setup()

from django.core.management import call_command

if __name__ == "__main__":
    with Path(os.devnull).open("w") as nowhere:
        call_command("migrate", verbosity=0)
        call_command("seed_demo", stdout=nowhere)

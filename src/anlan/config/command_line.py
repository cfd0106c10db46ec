"""Runs a command of Django's; what an operator can mend is a sentence, and code 1.

Of ``verify`` it is code 2: 1 is of a record in which something was found.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from anlan.config.environment import WrongSettings

NOT_VERIFIED = 2


def main(arguments: Sequence[str]) -> None:
    """As ``execute_from_command_line``, for ``manage.py``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    from django.core.management import (  # noqa: PLC0415 -- after the name is set
        execute_from_command_line,
    )
    from django.db import (  # noqa: PLC0415 -- the same
        DatabaseError,
        connection,
    )

    command = next(iter(arguments[1:]), "")
    try:
        execute_from_command_line(list(arguments))
    except WrongSettings as wrong:
        _end(str(wrong), command=command)
    except DatabaseError as error:
        if command == "migrate":
            raise  # it was to mend what we would say, and why it did not is all there is
        from anlan.config.schema import trouble  # noqa: PLC0415 -- needs the settings

        said = trouble(connection)
        if not said:
            raise  # a fault of ours
        first = str(error).strip().partition("\n")[0]
        _end(f"{type(error).__name__}: {first}\n{said}", command=command)


def _end(said: str, *, command: str) -> NoReturn:
    sys.stderr.write(f"{said}\n")
    sys.exit(NOT_VERIFIED if command == "verify" else 1)

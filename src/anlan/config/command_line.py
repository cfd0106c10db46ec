"""Runs a command of Django's; what an operator can mend is a sentence, and code 1."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from anlan.config.environment import WrongSettings


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

    try:
        execute_from_command_line(list(arguments))
    except WrongSettings as wrong:
        sys.exit(str(wrong))
    except DatabaseError:
        from anlan.config.schema import trouble  # noqa: PLC0415 -- needs the settings

        said = trouble(connection)
        if not said:
            raise  # a fault of ours
        sys.exit(said)

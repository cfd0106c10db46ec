"""Log records without secrets, and as one line of JSON for machines that collect them."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

# Addresses in which a secret follows: of a device, of a gateway, of whoever follows a report or has
# another link of the public's pages, of a person who is to choose a password.
_SECRET_ADDRESS = re.compile(
    r"(/api/v1/alarms/|/api/v1/receipts/[^/]+/|/f/|/p/[^/\s]+/|/accounts/join/)[^\s/?\"']+"
)


class HideSecrets(logging.Filter):
    """Masks the secret in an address: Django logs the path of every refusal."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _SECRET_ADDRESS.sub(r"\1***", arg) if isinstance(arg, str) else arg
                for arg in record.args
            )
        return True


class JsonFormatter(logging.Formatter):
    """Time, level, logger and message; the traceback as one string if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)

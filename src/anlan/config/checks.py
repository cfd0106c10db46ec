"""Settings that cannot be right together, said before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks

_ALONE = {"localhost", "127.0.0.1", "::1"}


@checks.register
def check_second_store(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """The bucket of the second copies, as far as it is known without asking it."""
    found: list[checks.CheckMessage] = []
    address = settings.BACKUP_STORE
    if address is None:
        return found
    if settings.BACKUP_VAULT:
        found.append(
            checks.Error(
                "ANLAN_BACKUP_STORE and ANLAN_BACKUP_VAULT are both set.",
                hint="The second copy lies in a bucket or in a folder: unset one.",
                id="anlan.E001",
            )
        )
    if find_spec("boto3") is None:
        found.append(
            checks.Error(
                "ANLAN_BACKUP_STORE is set, and the packages of anlan[s3] are missing.",
                hint="Start with ./anlan up, or install requirements/s3.txt.",
                id="anlan.E002",
            )
        )
    endpoint = urlsplit(address.endpoint)
    if endpoint.scheme == "http" and endpoint.hostname not in _ALONE:
        found.append(
            checks.Warning(
                "Evidence goes to the bucket unencrypted: ANLAN_BACKUP_ENDPOINT is http.",
                id="anlan.W001",
            )
        )
    return found

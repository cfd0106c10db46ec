"""What the log may not hold: the secrets of addresses that were refused."""

from __future__ import annotations

import logging

import pytest
from django.urls import URLPattern, reverse

from anlan.config.logs import HideSecrets
from anlan.portal.urls import urlpatterns

SECRET = "geheim_17-x"


def logged(path: str) -> str:
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", path), None
    )
    assert HideSecrets().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    "pattern",
    [one for one in urlpatterns if "<str:secret>" in str(one.pattern)],
    ids=lambda pattern: pattern.name,
)
def test_no_secret_of_the_public_is_logged(pattern: URLPattern) -> None:
    path = reverse(f"portal:{pattern.name}", args=[SECRET])

    assert logged(path) == f"Not Found: {path.replace(SECRET, '***')}"


def test_every_address_of_the_public_says_what_is_secret_in_it() -> None:
    """So that a new one cannot be forgotten: the code of a poster hangs on the wall."""
    open_codes = {"poster"}
    others = {one.name for one in urlpatterns if "<str:secret>" not in str(one.pattern)}

    assert others == open_codes

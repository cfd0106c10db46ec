"""Addresses that leave the house: on a phone, in a message, at a gateway."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def public_address(path: str, request: HttpRequest) -> str:
    """Where others reach a path of ours.

    Under the public address, if there is one: the desk may be reached under a name that
    no phone knows. Otherwise as whoever asks reached us.
    """
    base: str = settings.PUBLIC_URL
    return f"{base}{path}" if base else request.build_absolute_uri(path)

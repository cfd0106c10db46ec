"""Where gateways for messages report back what became of them. No token here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from anlan.api.errors import ANYWHERE, ErrorOut
from anlan.base.errors import NotFound
from anlan.notify import services
from anlan.notify.channels.gateway import RECEIPTS
from anlan.notify.models import Channel
from anlan.notify.receipts_mapping import formats
from anlan.notify.receipts_proof import prove_by_address, prove_signed

router = Router(tags=["receipts"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "In the format that the channel names; at most 512 kB and 1,000 receipts. A "
            "gateway that signs sends webhook-id, webhook-timestamp and "
            "webhook-signature, as Standard Webhooks describes them."
        ),
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
        },
    }
}
_ANSWERS = {200: dict[str, int | str], frozenset({401, 404, 422}) | ANYWHERE: ErrorOut}


@router.post("/receipts/{channel}", auth=None, response=_ANSWERS, openapi_extra=_BODY)
def take_receipts(request: HttpRequest, channel: UUID) -> dict[str, int | str]:
    """What became of messages, signed with the channel's secret.

    Counts what was ``taken``, what was known already (``repeated``), and what is none of
    ours (``unknown``), beside what the gateway itself wants to hear. A message of which
    nothing is known is a 404: an early one may be sent again.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    at = timezone.now()
    return _take(request, prove_signed(channel, headers, request.body, at=at))


@router.post(
    "/receipts/{channel}/{key}", auth=None, response=_ANSWERS, openapi_extra=_BODY
)
def take_receipts_at_secret(
    request: HttpRequest, channel: UUID, key: str
) -> dict[str, int | str]:
    """The same for a gateway that knows nothing but an address."""
    return _take(request, prove_by_address(channel, key))


def _take(request: HttpRequest, channel: Channel) -> dict[str, int | str]:
    taken = services.take_receipts(
        channel=channel,
        body=request.body,
        content_type=request.headers.get("Content-Type", ""),
        at=timezone.now(),
    )
    if taken.unknown and not (taken.taken or taken.repeated):
        raise NotFound(_("没有这样的通知"))
    counts = {
        "taken": taken.taken,
        "repeated": taken.repeated,
        "unknown": taken.unknown,
    }
    return {**counts, **formats()[channel.settings[RECEIPTS]].reply}

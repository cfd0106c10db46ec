"""Where devices knock: panic buttons, camera analytics, alarm panels. No token here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from anlan.api.errors import ANYWHERE, ErrorOut, domain_refusal
from anlan.api.schemas import Out
from anlan.incidents.devices.proof import (
    Envelope,
    UnknownDevice,
    challenge,
    is_asking,
    prove,
)
from anlan.incidents.services import devices

router = Router(tags=["devices"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "In the format of the device's mapping; at most 4 MB. Signed devices send "
            "X-Anlan-Device, X-Anlan-Timestamp, X-Anlan-Nonce and X-Anlan-Signature."
        ),
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
            "application/xml": {"schema": {"type": "string"}},
            "multipart/form-data": {"schema": {"type": "object"}},
        },
    }
}


class ReceivedOut(Out):
    """``alive`` and ``test`` raise no alarm; an alarm names the report it became."""

    received: Literal["alarm", "test", "alive"]
    report: UUID | None


_ANSWERS = {
    200: ReceivedOut,
    201: ReceivedOut,
    frozenset({401, 409, 422, 429}) | ANYWHERE: ErrorOut,
}


@router.post("/alarms", auth=None, response=_ANSWERS, openapi_extra=_BODY)
def raise_alarm(request: HttpRequest) -> Status[ReceivedOut] | HttpResponse:
    """A device's message, signed, or with Basic or Digest from a listed network."""
    return _hear(request)


@router.post("/alarms/{secret}", auth=None, response=_ANSWERS, openapi_extra=_BODY)
def raise_alarm_at_secret(
    request: HttpRequest, secret: str
) -> Status[ReceivedOut] | HttpResponse:
    """The same for a box that knows nothing but an address; from a listed network."""
    return _hear(request, secret)


def _hear(request: HttpRequest, secret: str = "") -> Status[ReceivedOut] | HttpResponse:
    at = timezone.now()
    envelope = Envelope(
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
        address=request.META.get("REMOTE_ADDR", ""),
        method=request.method or "",
        uri=request.get_full_path(),
        url_secret=secret,
    )
    try:
        proof = prove(envelope, at=at)
    except UnknownDevice as error:
        return _refused(error, envelope, at=at)
    try:
        received = devices.receive(
            device=proof.device,
            body=envelope.body,
            content_type=request.headers.get("Content-Type", ""),
            nonce=proof.nonce,
            at=at,
        )
    except UnknownDevice as error:
        return _refused(error, envelope, at=at)
    except devices.Unreadable:
        devices.count_refusal(
            reason=devices.UNREADABLE,
            address=envelope.address,
            device=proof.device,
            at=at,
        )
        raise
    out = ReceivedOut(
        received=received.kind,
        report=received.report.uid if received.report else None,
    )
    return Status(201 if received.report else 200, out)


def _refused(error: UnknownDevice, envelope: Envelope, *, at: datetime) -> HttpResponse:
    if not is_asking(error, envelope.address):
        devices.count_refusal(
            reason=error.reason, address=envelope.address, device=error.device, at=at
        )
    response = domain_refusal(error)
    response["WWW-Authenticate"] = challenge(at=at, is_stale=error.reason == "stale")
    return response

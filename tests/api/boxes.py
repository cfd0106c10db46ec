"""Devices as they stand on walls: what each kind sends, and how it proves itself."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.test import Client

from anlan.accounts.models import Place
from anlan.incidents.devices.mapping import mappings
from anlan.incidents.devices.proof import signature_of
from anlan.incidents.enums import DeviceKind, DeviceMode
from anlan.incidents.models import Device
from anlan.incidents.services import devices
from tests.scene import Scene

HERE = "127.0.0.1"
_CLIENT = Client()


@dataclass(frozen=True)
class Box:
    """A registered device with its secret, at an address."""

    device: Device
    secret: str
    address: str = HERE

    def signed(
        self, body: bytes, at: datetime, *, nonce: str = "", seconds: int = 0
    ) -> dict[str, str]:
        """The headers of a signed message; ``seconds`` is how fast its clock is."""
        name = str(self.device.uid)
        stamp = str(int(at.timestamp()) + seconds)
        nonce = nonce or uuid4().hex
        return {
            "X-Anlan-Device": name,
            "X-Anlan-Timestamp": stamp,
            "X-Anlan-Nonce": nonce,
            "X-Anlan-Signature": signature_of(self.secret, name, stamp, nonce, body),
        }

    def basic(self) -> dict[str, str]:
        pair = f"{self.device.uid}:{self.secret}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}

    def digest(self, asked: str, *, count: int = 1) -> dict[str, str]:
        """The answer to a challenge, as RFC 7616 has it."""
        name, uri = self.device.uid.hex, "/api/v1/alarms"
        nonce = asked.partition('nonce="')[2].partition('"')[0]
        nc, cnonce = f"{count:08x}", "0a4f113b"

        def h(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        secret, wanted = h(f"{name}:anlan:{self.secret}"), h(f"POST:{uri}")
        response = h(f"{secret}:{nonce}:{nc}:{cnonce}:auth:{wanted}")
        return {
            "Authorization": (
                f'Digest username="{name}", realm="anlan", nonce="{nonce}", '
                f'uri="{uri}", qop=auth, nc={nc}, cnonce="{cnonce}", '
                f'response="{response}", algorithm=MD5'
            )
        }

    def send(
        self,
        body: bytes,
        headers: dict[str, str] | None = None,
        *,
        content_type: str = "application/json",
        path: str = "/api/v1/alarms",
    ) -> Heard:
        response = _CLIENT.generic(
            "POST",
            path,
            data=body,
            content_type=content_type,
            headers=headers or {},
            REMOTE_ADDR=self.address,
        )
        return Heard(
            status=response.status_code,
            body=json.loads(response.content),
            challenge=response.headers.get("WWW-Authenticate", ""),
        )

    def press(self, at: datetime, **said: Any) -> Heard:
        """One signed message of our own format."""
        body = json.dumps({"event": "panic", **said}).encode()
        return self.send(body, self.signed(body, at))


@dataclass(frozen=True)
class Heard:
    status: int
    body: Any
    challenge: str = field(default="", repr=False)

    @property
    def reason(self) -> str:
        return str(self.body["error"]["code"])


def put_up(
    scene: Scene,
    *,
    mode: DeviceMode = DeviceMode.HMAC,
    mapping: str = "anlan",
    kind: DeviceKind = DeviceKind.PANIC_BUTTON,
    place: Place | None = None,
    addresses: tuple[str, ...] | None = None,
    name: str = "前台按钮",
    **more: Any,
) -> Box:
    unsigned = mode in {DeviceMode.SECRET_URL, DeviceMode.BASIC, DeviceMode.DIGEST}
    device, secret = devices.register_device(
        site=scene.site,
        place=place or scene.garage,
        kind=kind,
        name=name,
        mode=mode,
        mapping=mapping,
        addresses=addresses if addresses is not None else (HERE,) * unsigned,
        by=scene.manager,
        at=scene.at,
        **more,
    )
    return Box(device, secret)


def example(mapping: str) -> tuple[bytes, str]:
    """The example that stands beside a mapping, and its content type."""
    found = mappings()[mapping]
    return found.example.encode(), found.example_type


def in_multipart(xml: bytes, *, picture: bytes = b"") -> tuple[bytes, str]:
    """How a camera wraps its event: the XML, and often a picture after it."""
    parts = [
        b'Content-Disposition: form-data; name="event.xml"; filename="event.xml"\r\n'
        b"Content-Type: application/xml\r\nContent-Length: %d\r\n\r\n%b"
        % (len(xml), xml)
    ]
    if picture:
        parts.append(
            b'Content-Disposition: form-data; name="shot.jpg"; filename="shot.jpg"\r\n'
            b"Content-Type: image/jpeg\r\n\r\n" + picture
        )
    whole = b"".join(b"--boundary\r\n" + part + b"\r\n" for part in parts)
    return whole + b"--boundary--\r\n", 'multipart/form-data; boundary="boundary"'

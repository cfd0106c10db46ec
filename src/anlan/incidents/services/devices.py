"""Boxes that raise alarms: registering them, hearing them, and counting the rest."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, Place, Site
from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.accounts.services.row_locks import lock_organisation
from anlan.base import crypto, limits
from anlan.base.clock import local_day, utc_text
from anlan.base.errors import Conflict, InvalidInput, TooManyRequests
from anlan.cases import services as cases
from anlan.cases.enums import CaseState
from anlan.cases.models import AcceptedRequest
from anlan.incidents.devices.mapping import Message, mappings, read_message
from anlan.incidents.devices.proof import (
    WINDOW,
    UnknownDevice,
    open_signed,
    secret_place,
)
from anlan.incidents.enums import Channel, DeviceKind, DeviceMode, HappenedSource
from anlan.incidents.events import (
    DeviceDisabled,
    DeviceMessagesRefused,
    DeviceRegistered,
    DeviceRotated,
    DeviceSignalled,
    DeviceTestBegun,
    DeviceTested,
)
from anlan.incidents.models import Device, DeviceNonce, DeviceRefusal, Report
from anlan.incidents.services.reporting import AHEAD_SECONDS, report_incident
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor, Event

TEST_SECONDS = 120
MOST_RATE = 600  # messages in a minute
MOST_ADDRESSES = 20
MOST_SOURCES = 60  # addresses counted singly in a minute; the rest are counted as one
MOST_CODE = 20  # characters of an unknown code of a spot that are shown
OTHERS = "*"
UNREADABLE = "unreadable"
# Older than this a claim is a clock that was never set, not a late message.
_OLDEST_CLAIM = timedelta(days=30)
_MINUTE = timedelta(minutes=1)
# A broker brings again at once what was not acknowledged; a number that comes back later
# is another message. Counted in whole windows, so that it is once or twice as long.
_AGAIN_WITHIN = timedelta(minutes=10)
_TOPIC = re.compile(r"[^+#\x00-\x1f\x7f]{1,200}")


class Unreadable(InvalidInput):
    """A message of a device that proved itself, in no format that we know: counted."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of a message: an alarm, a test signal, or a sign of life."""

    kind: Literal["alarm", "test", "alive"]
    report: Report | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How a broker brought a message.

    ``packet`` is its number, and empty at QoS 0, where every message has the same one.
    ``is_again`` is the broker's word that it brought the message before. ``nonce`` is of a
    signed one, with the time that it claims: an alarm's is kept for good, because a
    broker's message may come at any time.
    """

    packet: str = ""
    is_again: bool = False
    nonce: str = ""


def register_device(
    *,
    site: Site,
    place: Place,
    kind: DeviceKind,
    name: str,
    mode: DeviceMode,
    mapping: str,
    by: Actor,
    at: datetime,
    addresses: Iterable[str] = (),
    topic: str = "",
    rate: int = 30,
) -> tuple[Device, str]:
    """Enter a device, with its spot and the way it proves itself.

    Returns:
        The row, and its secret: shown once. A device behind a broker has none.

    Raises:
        InvalidInput: a spot of another site, an unknown mapping, no network for a box
            that cannot sign, no topic for one behind a broker.
        Conflict: the name or the topic is taken.
    """
    check_permission(by, Permission.DEVICE_MANAGE, site=site)
    if place.site_id != site.pk:
        raise InvalidInput(_("点位属于别的项目"), path="place")
    device = Device(
        uid=uuid4(),
        site=site,
        place=place,
        kind=kind,
        name=_checked_name(name),
        mode=mode,
        addresses=_networks(mode, addresses),
        mapping=_checked_mapping(mapping),
        topic=_checked_topic(mode, topic),
        rate=_checked_rate(rate),
        registered_at=at,
        rotated_at=at,
    )
    secret = _give_secret(device)
    with ledger.recording():
        lock_organisation(site.organisation)  # a topic is nobody else's at any site
        _check_free(device)
        device.save(force_insert=True)
        event = DeviceRegistered(
            device=device.actor_key,
            device_kind=kind.value,
            mode=mode.value,
            place=place.label,
        )
        _record(event, device, by=by, at=at)
    return device, secret


def rotate_secret(*, device: Device, by: Actor, at: datetime) -> str:
    """Give the device a new secret; the old one is refused from now on."""
    check_permission(by, Permission.DEVICE_MANAGE, site=device.site)
    with ledger.recording():
        device = _locked(device)
        _check_enabled(device)
        secret = _give_secret(device)
        if not secret:
            raise Conflict(_("这台设备由 MQTT 服务器认证，这里没有密钥"))
        device.rotated_at = at
        device.save(update_fields=["secret", "secret_digest", "rotated_at"])
        _record(DeviceRotated(device=device.actor_key), device, by=by, at=at)
    return secret


def disable_device(*, device: Device, by: Actor, at: datetime) -> None:
    """Refuse whatever it sends from now on; twice does nothing."""
    check_permission(by, Permission.DEVICE_MANAGE, site=device.site)
    with ledger.recording():
        device = _locked(device)
        if not device.is_enabled:
            return
        device.disabled_at = at
        device.save(update_fields=["disabled_at"])
        _record(DeviceDisabled(device=device.actor_key), device, by=by, at=at)


def begin_test(*, device: Device, by: Actor, at: datetime) -> None:
    """Take the device's next alarm for a test, if it comes within two minutes."""
    check_permission(by, Permission.DEVICE_MANAGE, site=device.site)
    with ledger.recording():
        device = _locked(device)
        _check_enabled(device)
        device.test_until = at + timedelta(seconds=TEST_SECONDS)
        device.save(update_fields=["test_until"])
        event = DeviceTestBegun(device=device.actor_key, seconds=TEST_SECONDS)
        _record(event, device, by=by, at=at)


def receive(
    *,
    device: Device,
    body: bytes,
    content_type: str,
    at: datetime,
    nonce: str = "",
    delivery: Delivery | None = None,
) -> Received:
    """Hear what a device says that has proved itself; an alarm becomes a report.

    Args:
        device: who speaks.
        body: the message, in the format of the device's mapping.
        content_type: as it was sent.
        at: when it arrived.
        nonce: of a signed message; the same again is refused.
        delivery: how a broker brought it, so that one delivered twice is one, even if it
            carries neither an id nor a time.

    Raises:
        UnknownDevice: disabled in the meantime, or a nonce that was used.
        TooManyRequests: more alarms in a minute than the device may send; or as many
            signs of life and repetitions, which are counted apart.
        Unreadable: not in the format of its mapping, or too large.
        Conflict: its id was used for another message.
    """
    try:
        message = read_message(device.mapping, body, content_type)
    except InvalidInput as error:
        raise Unreadable(str(error), path=error.path) from None
    with ledger.recording():
        # The device's row is the lock: of two copies at once the second finds the first.
        device = _locked(device)
        if not device.is_enabled:
            raise UnknownDevice("disabled", device)
        place, message = _placed(device, message)
        # Signs of life come every minute, for years, and say nothing when they come twice.
        claimed = delivery.nonce if delivery is not None and message.is_alarm else ""
        if claimed:
            answered = _claim_nonce(device, claimed, body, at=at)
            if answered is not None:
                return answered
        going_on = _going_on(device, message, at=at) if message.is_alarm else None
        if message.is_alarm and going_on is None:
            _count_alarm(device, at)
        else:
            _count_other(device)
        if nonce:
            _use_nonce(device, nonce, at)
        device.last_seen_at = at
        # A sign of life ends no test: the press that follows it would be a real alarm.
        is_test = (
            message.is_alarm
            and device.test_until is not None
            and at <= device.test_until
        )
        if is_test:
            device.test_until, device.tested_at = None, at
        device.save(
            update_fields=[
                "last_seen_at",
                "test_until",
                "tested_at",
                "window_began_at",
                "window_count",
            ]
        )
        if is_test:
            event = DeviceTested(
                device=device.actor_key, mode=device.mode, event=message.event
            )
            _record(event, device, by=device, at=at)
            return Received(kind="test")
        if not message.is_alarm:
            return Received(kind="alive")
        report = going_on
        if report is None:
            report = _raise_alarm(
                device, message, body, delivery or Delivery(), place=place, at=at
            )
        if claimed:
            cases.settle_claim(
                organisation_id=device.site.organisation_id,
                request_id=_nonce_key(device, claimed),
                answer=report.uid,
            )
    return Received(kind="alarm", report=report)


def receive_from_broker(
    *,
    topic: str,
    payload: bytes,
    at: datetime,
    packet: str = "",
    is_again: bool = False,
) -> Received:
    """Hear what a broker delivers; the topic says which device it is.

    A device that signs goes on signing inside the payload; all others are taken at the
    broker's word and called unsigned.

    Args:
        packet: the number of the packet; empty at QoS 0, where there is none.
        is_again: the broker says that it brought this packet before.

    Raises:
        UnknownDevice: no device has the topic, or a signature does not hold; counted.
        DomainError: as ``receive``.
    """
    device = None
    try:
        device, body, nonce = _from_broker(topic, payload)
        delivery = Delivery(packet=packet, is_again=is_again, nonce=nonce)
        return receive(
            device=device, body=body, content_type="", at=at, delivery=delivery
        )
    except UnknownDevice as error:
        count_refusal(reason=error.reason, address="mqtt", at=at, device=error.device)
        raise
    except Unreadable:
        count_refusal(reason=UNREADABLE, address="mqtt", at=at, device=device)
        raise


def count_refusal(
    *, reason: str, address: str, at: datetime, device: Device | None = None
) -> None:
    """Count a message that was not believed; the worker puts the minute on the record.

    One row for each minute and address, and at most sixty addresses in a minute: a
    flood costs a number, never an entry for each message.
    """
    organisation = (
        device.site.organisation
        if device is not None
        else Organisation.objects.order_by("pk").first()
    )
    if organisation is None:
        return
    minute = at.replace(second=0, microsecond=0)
    if _counted_again(minute, address):
        return
    if DeviceRefusal.objects.filter(minute=minute).count() >= MOST_SOURCES:
        address, device = OTHERS, None
        if _counted_again(minute, address):
            return
    try:
        with transaction.atomic():
            DeviceRefusal.objects.create(
                organisation=organisation,
                device=device,
                address=address,
                reason=reason,
                minute=minute,
            )
    except IntegrityError:  # another thread counted the same address first
        _counted_again(minute, address)


def record_refusals(*, at: datetime, most: int = 100) -> int:
    """Put the minutes that are over on the record, one entry for each address."""
    over = DeviceRefusal.objects.filter(
        recorded_at=None, minute__lte=at - _MINUTE
    ).order_by("minute", "pk")
    if not over.exists():  # asked often, and a transaction would take the write gate
        return 0
    with ledger.recording():
        if connection.features.has_select_for_update_skip_locked:
            over = over.select_for_update(skip_locked=True, of=("self",))
        claimed = list(over.select_related("device__site", "organisation")[:most])
        for refusal in claimed:
            refusal.recorded_at = at
            _record_refusal(refusal, at=at)
        DeviceRefusal.objects.bulk_update(claimed, ["recorded_at"])
    return len(claimed)


def prune_nonces(*, at: datetime, most: int = 500) -> int:
    """Forget nonces whose time stamps would be refused anyway."""
    old = DeviceNonce.objects.filter(received_at__lt=at - timedelta(seconds=3 * WINDOW))
    keys = list(old.values_list("pk", flat=True)[:most])
    if keys:
        DeviceNonce.objects.filter(pk__in=keys).delete()
    return len(keys)


def _raise_alarm(
    device: Device,
    message: Message,
    body: bytes,
    delivery: Delivery,
    *,
    place: Place,
    at: datetime,
) -> Report:
    request_id = _request_id(device, message, body, delivery, at=at)
    is_new = not (
        request_id
        and AcceptedRequest.objects.filter(
            organisation=device.site.organisation_id, request_id=request_id
        ).exists()
    )
    claim_used = message.happened is not None and (
        at - _OLDEST_CLAIM <= message.happened <= at + timedelta(seconds=AHEAD_SECONDS)
    )
    report = report_incident(
        place=place,
        channel=Channel.CAMERA if device.kind == DeviceKind.CAMERA else Channel.DEVICE,
        flags=message.flags,
        people_count=message.people,
        words=message.words,
        happened=message.happened if claim_used else None,
        happened_source=HappenedSource.DEVICE,
        request_id=request_id,
        by=device,
        at=at,
    )
    if is_new:
        cases.record(
            DeviceSignalled(
                device=device.actor_key,
                mode=device.mode,
                signed=int(device.is_signed),
                mapping=device.mapping,
                event=message.event,
                claimed=utc_text(message.happened) if message.happened else None,
                offset=int((message.happened - at).total_seconds())
                if message.happened
                else None,
                claim_used=int(claim_used),
                unread=",".join(message.unread) or None,
            ),
            report.incident.case,
            thing=f"report:{report.uid}",
            by=device,
            at=at,
            via=report.channel,
        )
    return report


def _from_broker(topic: str, payload: bytes) -> tuple[Device, bytes, str]:
    """Whose message it is, what it says, and the nonce of one that is signed.

    A box that counts, and from one again after its battery was changed, says an old nonce
    at a new time: that is another message.
    """
    device = (
        Device.objects.select_related("site", "place")
        .filter(topic=topic, disabled_at=None)
        .exclude(topic="")
        .first()
    )
    if device is None:
        raise UnknownDevice("unknown_device")
    if device.mode == DeviceMode.BROKER:
        return device, payload, ""
    if device.mode == DeviceMode.HMAC:
        signed = open_signed(device, payload)
        return device, signed.body, f"{signed.timestamp}:{signed.nonce}"
    raise UnknownDevice("wrong_mode", device)


def _going_on(device: Device, message: Message, *, at: datetime) -> Report | None:
    """The report of an event that a camera sends again while it lasts."""
    seconds = mappings()[device.mapping].repeats_within
    if not seconds:
        return None
    newest = (
        Report.objects.filter(
            reporter_key=device.actor_key,
            # After the end of the last one it is another fight.
            incident__case__state=CaseState.OPEN,
            received_at__gt=at - timedelta(seconds=seconds),
            received_at__lte=at,
        )
        .order_by("-received_at", "-pk")
        .first()
    )
    same = newest is not None and (
        newest.words == message.words and tuple(newest.flags) == message.flags
    )
    return newest if same else None


def _request_id(
    device: Device,
    message: Message,
    body: bytes,
    delivery: Delivery,
    *,
    at: datetime,
) -> UUID | None:
    """The same message is the same request: by its id, its time, or its packet.

    Without any of them two messages are two: a button pressed twice says so twice.
    """
    if message.id:
        # Many boxes count from one again when their battery was changed: an alarm heard
        # twice is one fight more to look at, one taken for last week's is lost.
        when = utc_text(message.happened) if message.happened else f"{local_day(at)}"
        name = f"id:{message.id}:{when}"
    elif message.happened is not None:
        name = f"at:{message.event}:{message.place_code}:{utc_text(message.happened)}"
    elif delivery.packet:
        return _packet_key(device, body, delivery, at=at)
    else:
        return None
    return uuid5(device.uid, name)


def _packet_key(
    device: Device, body: bytes, delivery: Delivery, *, at: datetime
) -> UUID | None:
    """The key of this packet, or the one that it had when it was brought before.

    A number alone says little: after a lost session the broker counts from one again. A
    packet of that number which the broker did not bring before is another message, and
    has no key if the key is taken: the alarm is what counts.
    """
    window = int(at.timestamp() // _AGAIN_WITHIN.total_seconds())
    packet = f"packet:{delivery.packet}:{sha256(body).hexdigest()}"
    own, last = (uuid5(device.uid, f"{packet}:{window - back}") for back in (0, 1))
    taken = set(
        AcceptedRequest.objects.filter(
            organisation=device.site.organisation_id, request_id__in=[own, last]
        ).values_list("request_id", flat=True)
    )
    if not delivery.is_again:
        return None if own in taken else own
    return last if last in taken and own not in taken else own


def _claim_nonce(
    device: Device, nonce: str, body: bytes, *, at: datetime
) -> Received | None:
    """What became of this signed alarm before; nothing if it is new.

    Raises:
        UnknownDevice: the nonce was used for something else, at the time that it claims.
    """
    try:
        answer = cases.claim_request(
            organisation_id=device.site.organisation_id,
            request_id=_nonce_key(device, nonce),
            content={"body": sha256(body).hexdigest()},
            answer=device.uid,
            at=at,
        )
    except Conflict:
        raise UnknownDevice("replayed", device) from None  # which is counted
    if answer is None:
        return None
    report = Report.objects.filter(uid=answer).first()
    return Received(kind="alarm" if report else "test", report=report)


def _nonce_key(device: Device, nonce: str) -> UUID:
    return uuid5(device.uid, f"nonce:{nonce}")


def _placed(device: Device, message: Message) -> tuple[Place, Message]:
    """The spot the message names, or the device's own.

    A code that is unknown, or of another site, loses no alarm: it is raised where the
    device is, and says so to whoever goes there.
    """
    places = Place.objects.select_related("site")
    if not message.place_code:
        return places.get(pk=device.place_id), message
    place = places.filter(site=device.site_id, code=message.place_code.upper()).first()
    if place is not None:
        return place, message
    note = _("设备报的点位 %(code)s 本项目没有，地点是设备自己登记的点位") % {
        "code": message.place_code[:MOST_CODE]
    }
    return places.get(pk=device.place_id), replace(
        message,
        words=f"{message.words} {note}".strip(),
        unread=(*message.unread, "place"),
    )


def _count_other(device: Device) -> None:
    """Signs of life, and what a camera says again, never use up what is for alarms."""
    if limits.count_up(f"device:{device.uid}", seconds=_MINUTE.seconds) > device.rate:
        raise TooManyRequests(_("这台设备发送太频繁"), retry_after=_MINUTE.seconds)


def _count_alarm(device: Device, at: datetime) -> None:
    began = device.window_began_at
    if began is None or not began <= at < began + _MINUTE:
        device.window_began_at, device.window_count = at, 0
        began = at
    if device.window_count >= device.rate:
        left = int((began + _MINUTE - at).total_seconds()) + 1
        raise TooManyRequests(_("这台设备发送太频繁"), retry_after=left)
    device.window_count += 1


def _use_nonce(device: Device, nonce: str, at: datetime) -> None:
    if DeviceNonce.objects.filter(device=device, nonce=nonce).exists():
        raise UnknownDevice("replayed", device)
    DeviceNonce.objects.create(device=device, nonce=nonce, received_at=at)


def _give_secret(device: Device) -> str:
    """A new secret of 256 bits, or nothing for a device behind a broker."""
    if device.mode == DeviceMode.BROKER:
        device.secret = device.secret_digest = None
        return ""
    secret = secrets.token_urlsafe(32)
    device.secret = crypto.encrypt(secret, secret_place(device))
    device.secret_digest = (
        sha256(secret.encode()).digest()
        if device.mode == DeviceMode.SECRET_URL
        else None
    )
    return secret


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 60:
        raise InvalidInput(_("请写名称，最多 60 字"), path="name")
    return name


def _checked_mapping(mapping: str) -> str:
    if mapping not in mappings():
        raise InvalidInput(_("没有这种报文格式"), path="mapping")
    return mapping


def _checked_rate(rate: int) -> int:
    if not 1 <= rate <= MOST_RATE:
        raise InvalidInput(
            _("每分钟条数应在 1 到 %(most)s 之间") % {"most": MOST_RATE}, path="rate"
        )
    return rate


def _networks(mode: DeviceMode, addresses: Iterable[str]) -> list[str]:
    """Networks in their one spelling; a box that proves little must name some."""
    texts = [text.strip() for text in addresses if text.strip()]
    if len(texts) > MOST_ADDRESSES:
        raise InvalidInput(
            _("最多 %(most)s 个网段") % {"most": MOST_ADDRESSES}, path="addresses"
        )
    try:
        networks = [str(ipaddress.ip_network(text, strict=False)) for text in texts]
    except ValueError:
        raise InvalidInput(
            _("网段写法不对，例如 10.0.3.0/24"), path="addresses"
        ) from None
    by_broker = mode == DeviceMode.BROKER
    if not networks and not mode.is_signed and not by_broker:
        raise InvalidInput(_("不能签名的设备必须写明允许的网段"), path="addresses")
    return [] if by_broker else list(dict.fromkeys(networks))


def _checked_topic(mode: DeviceMode, topic: str) -> str:
    topic = topic.strip()
    if mode == DeviceMode.BROKER and not topic:
        raise InvalidInput(_("请写 MQTT 主题"), path="topic")
    if topic and not _TOPIC.fullmatch(topic):
        raise InvalidInput(_("MQTT 主题不能含有 + 和 #，最多 200 字"), path="topic")
    return topic


def _check_free(device: Device) -> None:
    running = Device.objects.filter(disabled_at=None)
    if running.filter(site=device.site, name=device.name).exists():
        raise Conflict(_("这个项目已有同名的设备"))
    if device.topic and running.filter(topic=device.topic).exists():
        raise Conflict(_("这个 MQTT 主题已经属于另一台设备"))


def _check_enabled(device: Device) -> None:
    if not device.is_enabled:
        raise Conflict(_("设备已停用"))


def _locked(device: Device) -> Device:
    """The device under its row lock; taken before any case."""
    devices = Device.objects.select_for_update(of=("self",))
    return devices.select_related("site", "place").get(pk=device.pk)


def _counted_again(minute: datetime, address: str) -> bool:
    there = DeviceRefusal.objects.filter(minute=minute, address=address)
    return bool(there.update(count=F("count") + 1))


def _record(event: Event, device: Device, *, by: Actor, at: datetime) -> None:
    ledger.append(
        event,
        site=device.site,
        subject=device.site.subject,
        object=f"device:{device.uid}",
        by=by,
        at=at,
    )


def _record_refusal(refusal: DeviceRefusal, *, at: datetime) -> None:
    """On the chain of the device's site; what nobody knows, on the organisation's."""
    device = refusal.device
    organisation = refusal.organisation
    ledger.append_to(
        DeviceMessagesRefused(
            address=refusal.address,
            reason=refusal.reason,
            minute=utc_text(refusal.minute),
            count=refusal.count,
            device=device.actor_key if device else None,
        ),
        organisation_id=organisation.pk,
        site_id=device.site_id if device else 0,
        subject=device.site.subject if device else f"organisation:{organisation.uid}",
        object=f"device:{device.uid}" if device else "",
        by=SYSTEM,
        at=at,
        happened=refusal.minute,
    )

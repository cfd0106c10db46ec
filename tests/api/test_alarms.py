"""Devices: who is believed, what they may say, and what the record says of them."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.accounts import services as accounts
from anlan.accounts.models import Place, Post, Shift
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases.selectors import timeline
from anlan.config.logs import HideSecrets
from anlan.incidents import services as incidents
from anlan.incidents.devices.mapping import MOST_BYTES, read_message
from anlan.incidents.devices.proof import secret_of
from anlan.incidents.enums import DeviceKind, DeviceMode, HappenedSource
from anlan.incidents.models import (
    Device,
    DeviceNonce,
    DeviceRefusal,
    Incident,
    MonitorTile,
    Report,
)
from anlan.incidents.services import devices
from anlan.ledger.models import Entry
from tests.api.boxes import Box, example, in_multipart, put_up
from tests.scene import Scene
from tests.signed_in import SignIn


@pytest.fixture
def now(at: datetime) -> datetime:
    """The instant at which the frozen clock of these tests stands."""
    return at + timedelta(minutes=1)


@pytest.mark.both
def test_a_signed_button_raises_an_alarm_once(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    first = box.press(now, id="17", flags=["ongoing"])
    again = box.press(now, id="17", flags=["ongoing"])
    assert (first.status, first.body["received"]) == (201, "alarm")
    assert again.body == first.body
    report = Report.objects.get()
    assert (report.reporter_key, report.place) == (box.device.actor_key, scene.garage)
    assert not report.incident.is_confirmed
    assert report.incident.assignments.exists()
    assert Entry.objects.filter(kind="incident.device_signalled").count() == 1


def test_the_same_id_with_other_content_is_refused(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    box.press(now, id="17", words="一号")
    assert box.press(now, id="17", words="二号").status == 409
    assert Report.objects.count() == 1


def test_a_box_that_counts_from_one_again_is_heard(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    box.press(now, id="1")
    later = now + timedelta(days=7)
    with time_machine.travel(later, tick=False):
        box.press(later, id="1")
    assert Incident.objects.count() == 2


def test_two_presses_without_id_or_time_are_two(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    box.press(now)
    box.press(now)
    assert Report.objects.count() == 2
    assert Incident.objects.count() == 1


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_flipped_bit_is_refused(
    scene: Scene, now: datetime, data: st.DataObject
) -> None:
    device = Device.objects.first()
    box = Box(device, secret_of(device)) if device else put_up(scene)
    body = b'{"event": "panic", "id": "17"}'
    headers = box.signed(body, now)
    part = data.draw(st.sampled_from([*sorted(headers), "body"]))
    target = body if part == "body" else headers[part].encode()
    bit = data.draw(st.integers(0, 8 * len(target) - 1))
    flipped = bytearray(target)
    flipped[bit // 8] ^= 1 << bit % 8
    if part == "body":
        heard = box.send(bytes(flipped), headers)
    else:
        heard = box.send(body, {**headers, part: flipped.decode("latin-1")})
    assert heard.status == 401, (part, bit)
    assert Report.objects.count() == 0


def test_a_replayed_message_is_refused_and_counted(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    body = b'{"event": "panic"}'
    headers = box.signed(body, now)
    assert box.send(body, headers).status == 201
    assert box.send(body, headers).status == 401
    assert Report.objects.count() == 1
    assert DeviceRefusal.objects.get().reason == "replayed"


@pytest.mark.parametrize(("seconds", "status"), [
    (-301, 401), (-299, 201), (0, 201), (299, 201), (301, 401),
])  # fmt: skip
def test_a_time_stamp_may_lie_five_minutes_off(
    scene: Scene, now: datetime, seconds: int, status: int
) -> None:
    box = put_up(scene)
    body = b'{"event": "panic"}'
    assert box.send(body, box.signed(body, now, seconds=seconds)).status == status


def test_after_rotation_only_the_new_secret_counts(scene: Scene, now: datetime) -> None:
    old = put_up(scene)
    secret = devices.rotate_secret(device=old.device, by=scene.manager, at=now)
    assert old.press(now).status == 401
    assert Box(old.device, secret).press(now).status == 201


def test_a_disabled_device_is_refused(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    devices.disable_device(device=box.device, by=scene.manager, at=now)
    assert box.press(now).status == 401


def test_a_secret_address_works_from_its_network_only(scene: Scene) -> None:
    box = put_up(scene, mode=DeviceMode.SECRET_URL, mapping="panel-form")
    body, kind = example("panel-form")
    path = f"/api/v1/alarms/{box.secret}"
    outside = Box(box.device, box.secret, address="203.0.113.9")
    assert outside.send(body, content_type=kind, path=path).status == 401
    assert box.send(body, content_type=kind, path=path).status == 201
    assert box.send(body, content_type=kind, path=f"{path}x").status == 401
    report = Report.objects.get()
    assert report.flags == ["ongoing"]
    said = " ".join(line.sentence for line in timeline(report.incident.case))
    assert "未签名" in said


@pytest.mark.parametrize(
    "path", ["/api/v1/alarms/", "/api/v1/receipts/0c5d/", "/f/", "/accounts/join/"]
)
def test_the_secret_of_an_address_is_not_logged(path: str) -> None:
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "%s: %s",
        ("Unauthorized", f"{path}geheim_17-x?a=1"), None,
    )  # fmt: skip
    assert HideSecrets().filter(record)
    assert record.getMessage() == f"Unauthorized: {path}***?a=1"


def test_basic_needs_the_password(scene: Scene) -> None:
    box = put_up(scene, mode=DeviceMode.BASIC)
    body = b'{"event": "panic"}'
    assert box.send(body, box.basic()).status == 201
    assert box.send(body, Box(box.device, "x").basic()).status == 401
    assert box.send(body).status == 401


def test_digest_answers_a_challenge_once(scene: Scene, now: datetime) -> None:
    box = put_up(scene, mode=DeviceMode.DIGEST)
    body = b'{"event": "panic"}'
    asked = box.send(body)
    assert asked.status == 401
    assert asked.challenge.startswith("Digest ")
    assert not DeviceRefusal.objects.exists()  # asking is no attempt
    answer = box.digest(asked.challenge)
    assert box.send(body, answer).status == 201
    assert box.send(body, answer).status == 401  # heard on the way and played again
    assert box.send(body, box.digest(asked.challenge, count=2)).status == 201
    wrong = Box(box.device, "guess").digest(asked.challenge, count=3)
    assert box.send(body, wrong).status == 401
    forged = asked.challenge.replace('nonce="', 'nonce="9')
    assert box.send(body, box.digest(forged)).status == 401
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        late = box.send(body, box.digest(asked.challenge, count=4))
    assert (late.status, "stale=true" in late.challenge) == (401, True)


def test_a_mode_cannot_be_swapped_for_a_weaker_one(scene: Scene) -> None:
    box = put_up(scene)
    assert box.send(b"{}", box.basic()).status == 401
    assert box.send(b"{}", path=f"/api/v1/alarms/{box.secret}").status == 401


def test_a_camera_speaks_multipart_xml(scene: Scene) -> None:
    box = put_up(
        scene,
        mode=DeviceMode.SECRET_URL,
        mapping="hikvision-xml",
        kind=DeviceKind.CAMERA,
    )
    xml, _kind = example("hikvision-xml")
    body, kind = in_multipart(xml, picture=b"\xff\xd8\xff" + bytes(range(256)) * 40)
    path = f"/api/v1/alarms/{box.secret}"
    assert box.send(body, content_type=kind, path=path).status == 201
    report = Report.objects.get()
    assert report.flags == ["ongoing", "group"]
    assert report.words == "B1 车库东区 group alarm"
    assert report.channel == "camera"
    assert report.happened_source == HappenedSource.DEVICE
    # While it lasts the camera says it again, with another time; then it is over.
    longer = xml.replace(b"14:02:29", b"14:02:49")
    assert box.send(longer, content_type="application/xml", path=path).status == 201
    over = longer.replace(b">active<", b">inactive<")
    heard = box.send(over, content_type="application/xml", path=path)
    assert (heard.status, heard.body["received"]) == (200, "alive")
    assert Report.objects.count() == 1


def test_a_camera_that_sees_a_new_fight_after_the_end_is_heard(scene: Scene) -> None:
    box = put_up(
        scene,
        mode=DeviceMode.SECRET_URL,
        mapping="hikvision-xml",
        kind=DeviceKind.CAMERA,
    )
    xml, kind = example("hikvision-xml")
    path = f"/api/v1/alarms/{box.secret}"
    assert box.send(xml, content_type=kind, path=path).status == 201
    first = Report.objects.get().incident
    scene.call_off(first, reason="打闹", at=timezone.now())

    longer = xml.replace(b"14:02:29", b"14:02:49")
    assert box.send(longer, content_type=kind, path=path).status == 201

    assert Report.objects.exclude(incident=first).count() == 1


@pytest.mark.parametrize("mapping", ["anlan", "panel-form", "hikvision-xml"])
def test_every_mapping_reads_its_own_example(mapping: str) -> None:
    message = read_message(mapping, *example(mapping))
    assert message.is_alarm
    assert message.happened == datetime.fromisoformat("2026-11-23T14:02:29+08:00")
    assert "ongoing" in message.flags


BOMBS = {
    "entities": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
    "outside": b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>',
    "dtd": b'<!DOCTYPE l SYSTEM "http://127.0.0.1/x.dtd"><l/>',
    "deep": b"<a>" * 5000,
    "wide": b"<a>" + b"<b/>" * 5000 + b"</a>",
    "half": b"<EventNotificationAlert><eventType>",
    "none": b"\x00\x01",
    "encoding": b'<?xml version="1.0" encoding="none"?><l/>',
    "letters": b'<?xml version="1.0" encoding="gbk"?><l/>',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_xml_that_is_no_plain_message_is_refused(bomb: str) -> None:
    with pytest.raises(InvalidInput):
        read_message("hikvision-xml", BOMBS[bomb], "application/xml")
    with pytest.raises(InvalidInput):
        read_message("hikvision-xml", *in_multipart(BOMBS[bomb]))


@pytest.mark.parametrize(("mapping", "body", "path"), [
    ("anlan", b"not json", "body"),
    ("anlan", b"[" * 100_000, "body"),
    ("panel-form", b"&".join(b"a%d=1" % n for n in range(500)), "body"),
    ("hikvision-xml", b"", "body"),
])  # fmt: skip
def test_what_cannot_be_read_names_the_field(
    scene: Scene, mapping: str, body: bytes, path: str, now: datetime
) -> None:
    box = put_up(scene, mapping=mapping)
    heard = box.send(body, box.signed(body, now))
    assert heard.status == 422
    assert [field["path"] for field in heard.body["error"]["fields"]] == [path]
    assert Report.objects.count() == 0


@pytest.mark.parametrize(("body", "unread", "word"), [
    (b'{"people": 0}', "people", "人数"),
    (b'{"people": "many", "happened": "2026-1-2T08:00:00"}', "happened,people", "时间"),
    (b'{"happened": "0000-00-00T00:00:00"}', "happened", "时间"),
    (b'{"happened": "2026-11-23T24:00:00"}', "happened", "时间"),
    (b'{"place": "NOWHERE222"}', "place", "请在设备上改成本项目的点位码"),
])  # fmt: skip
def test_a_side_field_that_makes_no_sense_loses_no_alarm(
    scene: Scene,
    sign_in: SignIn,
    now: datetime,
    body: bytes,
    unread: str,
    word: str,
) -> None:
    box = put_up(scene)

    heard = box.send(body, box.signed(body, now))

    assert heard.status == 201
    report = Report.objects.get()
    assert (report.happened_at, report.people_count) == (now, None)
    entry = Entry.objects.get(kind="incident.device_signalled")
    assert json.loads(bytes(entry.data or b""))["unread"] == unread
    page = sign_in("admin").get(f"/admin/devices/{box.device.uid}/").content.decode()
    assert "看不懂报文里的" in page
    assert word in page


def test_a_body_that_cannot_be_read_is_counted_and_shown(
    scene: Scene, sign_in: SignIn, now: datetime
) -> None:
    box = put_up(scene)

    heard = box.send(b"not json", box.signed(b"not json", now))

    assert heard.status == 422
    refusal = DeviceRefusal.objects.get()
    assert (refusal.device, refusal.reason) == (box.device, "unreadable")
    page = sign_in("admin").get(f"/admin/devices/{box.device.uid}/").content.decode()
    assert "报文看不懂" in page


def test_a_huge_body_is_refused(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    body = b'{"words": "' + b"a" * MOST_BYTES + b'"}'
    assert box.send(body, box.signed(body, now)).status == 422
    assert box.send(body * 2, {}).status == 413


@pytest.mark.both
def test_an_unknown_spot_or_one_of_another_site_loses_no_alarm(
    scene: Scene, now: datetime
) -> None:
    box = put_up(scene)
    there = Place.objects.filter(site=scene.other_site)[0]
    own = scene.place("园区 南门")
    for code in (there.code, "NOWHERE222" * 20, own.code):
        assert box.press(now, place=code).status == 201
    reports = list(Report.objects.order_by("pk"))
    assert [one.place for one in reports] == [box.device.place] * 2 + [own]
    said = [one.words.partition("设备报的点位 ")[2] for one in reports]
    assert said[0].startswith(f"{there.code} 本项目没有")
    assert said[1].startswith("NOWHERE222NOWHERE222 本项目没有")
    assert said[2] == ""


def test_a_device_stands_at_its_own_site(scene: Scene) -> None:
    there = Place.objects.filter(site=scene.other_site)[0]
    with pytest.raises(InvalidInput):
        put_up(scene, place=there, name="别处")


@pytest.mark.both
def test_late_and_out_of_order_messages_keep_their_own_time(
    scene: Scene, now: datetime
) -> None:
    box = put_up(scene)
    for minutes in (10, 40, 20):
        happened = now - timedelta(minutes=minutes)
        assert box.press(now, happened=happened.isoformat()).status == 201
    reports = Report.objects.order_by("pk")
    assert [now - r.happened_at for r in reports] == [
        timedelta(minutes=m) for m in (10, 40, 20)
    ]
    assert all(r.received_at == now for r in reports)
    assert all(r.happened_source == HappenedSource.DEVICE for r in reports)


@pytest.mark.parametrize("claim", ["2026-11-23T18:00:00+08:00", "1970-01-01T00:00:00Z"])
def test_a_wrong_clock_never_loses_an_alarm(
    scene: Scene, now: datetime, claim: str
) -> None:
    assert put_up(scene).press(now, happened=claim).status == 201
    report = Report.objects.get()
    assert report.happened_at == now
    entry = Entry.objects.get(kind="incident.device_signalled")
    facts = json.loads(bytes(entry.data or b""))
    assert (facts["claim_used"], "claimed" in facts) == (0, True)


def test_a_device_may_send_so_many_in_a_minute(scene: Scene, now: datetime) -> None:
    box = put_up(scene, rate=3)
    statuses = [box.press(now).status for _ in range(5)]
    assert statuses == [201, 201, 201, 429, 429]
    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        assert box.press(now + timedelta(minutes=1)).status == 201


@pytest.mark.both
def test_a_place_where_a_button_hangs_is_not_closed(scene: Scene) -> None:
    box = put_up(scene, place=scene.place("6 号楼"))
    for post in Post.objects.filter(place__label__startswith="6 号楼"):
        accounts.close_post(post=post, by=scene.manager, at=scene.at)
    place = scene.place("6 号楼")
    for tile in MonitorTile.objects.filter(place__path__startswith=place.path):
        incidents.remove_monitor_tile(tile=tile, by=scene.manager, at=scene.at)

    with pytest.raises(Conflict, match="前台按钮"):
        accounts.close_place(place=place, by=scene.manager, at=scene.at)
    assert scene.place("6 号楼").is_active

    devices.disable_device(device=box.device, by=scene.manager, at=scene.at)
    accounts.close_place(place=scene.place("6 号楼"), by=scene.manager, at=scene.at)
    assert not scene.place("6 号楼").is_active


@pytest.mark.both
def test_a_site_where_a_button_hangs_is_not_closed(scene: Scene) -> None:
    box = put_up(scene)
    admin = scene.person("admin")
    Shift.objects.all().delete()

    with pytest.raises(Conflict, match="前台按钮"):
        accounts.close_site(site=scene.site, by=admin, at=scene.at)
    assert scene.site.closed_at is None

    for device in Device.objects.filter(site=scene.site, disabled_at=None):
        devices.disable_device(device=device, by=scene.manager, at=scene.at)
    box.device.refresh_from_db()
    assert not box.device.is_enabled
    accounts.close_site(site=scene.site, by=admin, at=scene.at)


@pytest.mark.both
def test_a_button_at_a_closed_place_is_heard(scene: Scene, now: datetime) -> None:
    """As one that was closed before: nobody would hear of a refusal."""
    box = put_up(scene)
    Place.objects.filter(pk=scene.garage.pk).update(is_active=False)

    assert box.press(now).status == 201

    box.device.refresh_from_db()
    assert box.device.last_seen_at == now
    assert Report.objects.get().incident.assignments.exists()


def test_signs_of_life_leave_room_for_an_alarm(scene: Scene, now: datetime) -> None:
    box = put_up(scene, rate=3)
    statuses = [box.press(now, event="heartbeat").status for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert box.press(now).status == 201


@pytest.mark.both
def test_what_a_camera_repeats_leaves_room_for_an_alarm(scene: Scene) -> None:
    box = put_up(
        scene,
        mode=DeviceMode.SECRET_URL,
        mapping="hikvision-xml",
        kind=DeviceKind.CAMERA,
        rate=2,
    )
    xml, kind = example("hikvision-xml")
    path = f"/api/v1/alarms/{box.secret}"
    for second in (b"14:02:29", b"14:02:39", b"14:02:49"):
        again = xml.replace(b"14:02:29", second)
        assert box.send(again, content_type=kind, path=path).status == 201
    other = again.replace(b"group alarm", b"another alarm")
    assert other != again

    assert box.send(other, content_type=kind, path=path).status == 201

    assert Report.objects.count() == 2


def test_a_sign_of_life_ends_no_test(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    devices.begin_test(device=box.device, by=scene.manager, at=now)
    assert box.press(now, event="heartbeat").body["received"] == "alive"
    box.device.refresh_from_db()
    assert box.device.tested_at is None
    assert box.press(now).body["received"] == "test"
    assert not Report.objects.exists()


def test_a_test_signal_raises_no_alarm(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    devices.begin_test(device=box.device, by=scene.manager, at=now)
    assert box.press(now).body["received"] == "test"
    assert not Report.objects.exists()
    assert box.press(now).body["received"] == "alarm"  # one signal, then it is real
    devices.begin_test(device=box.device, by=scene.manager, at=now)
    later = now + timedelta(seconds=devices.TEST_SECONDS + 1)
    with time_machine.travel(later, tick=False):
        assert box.press(later).body["received"] == "alarm"


def test_a_sign_of_life_is_seen_and_raises_nothing(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    heard = box.press(now, event="heartbeat")
    assert (heard.status, heard.body) == (200, {"received": "alive", "report": None})
    box.device.refresh_from_db()
    assert box.device.last_seen_at == now
    assert not Report.objects.exists()


@pytest.mark.both
def test_a_flood_of_strangers_is_one_entry_for_each_minute_and_address(
    scene: Scene, now: datetime
) -> None:
    box = put_up(scene)
    for _ in range(20):
        assert Box(box.device, "guess").press(now).status == 401
        box.send(b"{}", {"X-Anlan-Device": "nobody"})
    Box(box.device, "guess", address="203.0.113.9").press(now)
    before = Entry.objects.count()
    assert devices.record_refusals(at=now) == 0  # the minute is not over
    over = now + timedelta(minutes=2)
    assert devices.record_refusals(at=over) == 2
    assert devices.record_refusals(at=over) == 0
    entries = list(Entry.objects.order_by("pk"))[before:]
    counts = [json.loads(bytes(entry.data or b""))["count"] for entry in entries]
    assert sorted(counts) == [1, 40]


def test_a_flood_from_everywhere_is_bounded_too(scene: Scene, now: datetime) -> None:
    for number in range(devices.MOST_SOURCES + 40):
        address = f"203.0.{number // 200}.{number % 200}"
        devices.count_refusal(reason="unknown_device", address=address, at=now)
    rows = DeviceRefusal.objects.all()
    assert rows.count() == devices.MOST_SOURCES + 1
    assert rows.get(address=devices.OTHERS).count == 40


def test_old_nonces_are_forgotten(scene: Scene, now: datetime) -> None:
    box = put_up(scene)
    box.press(now)
    assert devices.prune_nonces(at=now + timedelta(minutes=10)) == 0
    assert devices.prune_nonces(at=now + timedelta(minutes=16)) == 1
    assert not DeviceNonce.objects.exists()


def test_the_secret_is_kept_encrypted_and_never_on_the_record(scene: Scene) -> None:
    box = put_up(scene)
    assert box.secret.encode() not in bytes(box.device.secret or b"")
    assert not [e for e in Entry.objects.all() if box.secret.encode() in bytes(e.body)]


def test_only_a_manager_of_devices_registers_one(scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        devices.register_device(
            site=scene.site,
            place=scene.garage,
            kind=DeviceKind.PANIC_BUTTON,
            name="按钮",
            mode=DeviceMode.HMAC,
            mapping="anlan",
            by=scene.officer,
            at=scene.at,
        )


def test_a_box_that_cannot_sign_must_name_its_network(scene: Scene) -> None:
    for mode in (DeviceMode.SECRET_URL, DeviceMode.BASIC, DeviceMode.DIGEST):
        with pytest.raises(InvalidInput):
            put_up(scene, mode=mode, addresses=())
    with pytest.raises(InvalidInput):
        put_up(scene, mode=DeviceMode.BROKER)
    put_up(scene)
    with pytest.raises(Conflict):
        put_up(scene)

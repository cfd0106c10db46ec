"""Files in parts: the protocol's edges, lines and processes that break, and no half."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings
from tusclient.client import TusClient

from anlan import worker
from anlan.accounts.models import User
from anlan.accounts.services import create_token
from anlan.accounts.sessions import SessionStore
from anlan.accounts.signed_in import PHONE_SEEN, PHONE_SESSION
from anlan.base import disk_space, stores
from anlan.base.errors import Conflict, NotAllowed
from anlan.cases.models import Case
from anlan.evidence import drafts, services
from anlan.evidence.enums import CopyState, Source, UploadState
from anlan.evidence.models import Exhibit, Upload
from anlan.evidence.services.uploads import About
from anlan.evidence.uploading import app, calls, requests, sweeping
from anlan.evidence.uploading.parts import Running
from anlan.ledger.verify import verify
from tests.desk.serving import HOST, Serving, ServingAgain, sign_in
from tests.evidence.footage import filmed
from tests.evidence.sending import GONE, Phone, checksum, messages, metadata, reply_of
from tests.evidence.wires import finish_by_wire, offset_of, over_the_wire, send_and_kill
from tests.incidents.story import entries, facts
from tests.pictures import JPEG
from tests.scene import Scene

KB = 1024
FILM = hashlib.shake_256(b"film").digest(300 * KB)  # nobody can read it


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA = tmp_path
    monkeypatch.setattr(app, "BLOCK_BYTES", 64 * KB)
    monkeypatch.setattr(app, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(app, "PAUSE_SECONDS", 0.4)
    monkeypatch.setattr(requests, "DRAIN_SECONDS", 0.07)


@pytest.fixture
def scene(committed_scene: Scene) -> Scene:
    return committed_scene


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def phone(scene: Scene) -> Phone:
    return Phone.of(scene.guard)


def upload_at(path: str) -> Upload:
    return Upload.objects.get(uid=path.rpartition("/")[2])


def parts_of(path: str) -> list[bytes]:
    """The drafts of both stores, where they are."""
    name = path.rpartition("/")[2]
    paths = [store.part(name) for store in stores.folders()]
    return [path.read_bytes() for path in paths if path.exists()]


@pytest.mark.both
class TestAFile:
    def test_in_three_parts_is_an_exhibit_in_two_copies(self, phone, case) -> None:
        path = phone.begin(
            case,
            FILM,
            filename="监控 3 号.dav",
            title="扭打",
            how="监控室导出",
            happened="2026-11-23T14:00:00+08:00",
        )

        assert phone.append(path, 0, FILM[:1000]).offset == 1000
        assert phone.append(path, 1000, FILM[1000:70_000]).offset == 70_000
        last = phone.append(path, 70_000, FILM[70_000:])

        exhibit = Exhibit.objects.get(uid=last.headers["upload-exhibit"])
        assert (exhibit.title, exhibit.file_name, exhibit.how) == (
            "扭打",
            "监控 3 号.dav",
            "监控室导出",
        )
        assert (exhibit.source, exhibit.source_uid) == (
            Source.UPLOAD,
            upload_at(path).uid,
        )
        assert exhibit.happened_at
        for store in stores.folders():
            assert store.path_of(exhibit.file.sha256).read_bytes() == FILM
            assert list((store.root / "incoming").iterdir()) == []
        assert exhibit.file.has_two_copies
        (fact,) = facts(case, "evidence.received")
        assert (fact["reading"], fact["sha256"]) == (
            "opaque",
            hashlib.sha256(FILM).hexdigest(),
        )
        assert verify().is_sound

    def test_comes_with_its_creation(self, phone, case) -> None:
        reply = phone.ask(
            "POST",
            "/upload/",
            JPEG,
            upload_length=str(len(JPEG)),
            upload_metadata=metadata(case),
            content_type="application/offset+octet-stream",
        )

        assert (reply.status, reply.offset) == (201, len(JPEG))
        exhibit = Exhibit.objects.get(uid=reply.headers["upload-exhibit"])
        assert (exhibit.kind, exhibit.reading) == ("photo", "readable")

    def test_with_the_same_bytes_is_the_same_exhibit(self, phone, case) -> None:
        first, again = phone.send(case, FILM), phone.send(case, FILM)

        assert first.headers["upload-exhibit"] == again.headers["upload-exhibit"]
        assert len(entries(case, "evidence.received_again")) == 1

    def test_with_the_same_request_is_the_same_upload(self, phone, case) -> None:
        said = {"request_id": str(uuid4())}
        path = phone.begin(case, FILM, **said)
        phone.append(path, 0, FILM[:5000])

        assert phone.begin(case, FILM, **said) == path
        assert phone.offset(path) == 5000
        assert phone.create(case, 7, **said).status == 409
        phone.append(path, 5000, FILM[5000:])
        assert phone.begin(case, FILM, **said) == path
        assert phone.offset(path) == len(FILM)
        assert Exhibit.objects.count() == 1

    def test_tells_what_became_of_it(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:9])
        half = json.loads(phone.ask("GET", path).body)
        phone.append(path, 9, FILM[9:])

        done = json.loads(phone.ask("GET", path).body)

        assert (half["state"], half["offset"], half["exhibit"]) == ("open", 9, None)
        assert (done["state"], done["code"]) == ("done", "E-0001")
        assert done["exhibit"] == str(Exhibit.objects.get().uid)

    def test_is_sent_with_a_token(self, scene, case) -> None:
        _row, secret = create_token(
            user=scene.guard,
            name="旧手机",
            scopes=["evidence.add", "case.see"],
            days=3,
            by=scene.guard,
            at=timezone.now(),
        )
        _row, other = create_token(
            user=scene.guard,
            name="只读",
            scopes=["case.see"],
            days=3,
            by=scene.guard,
            at=timezone.now(),
        )

        assert Phone(token=secret).send(case, FILM).status == 204
        assert Phone(token=other).create(case, 5).status == 403
        assert Phone(token="anlan_x").create(case, 5).status == 401


class TestTheProtocol:
    def test_says_what_it_speaks_to_anybody(self) -> None:
        reply = Phone().ask("OPTIONS", tus_resumable="")

        assert reply.status == 204
        assert reply.headers["tus-version"] == "1.0.0"
        assert reply.headers["tus-extension"] == (
            "creation,creation-with-upload,checksum,termination,expiration"
        )
        assert reply.headers["tus-max-size"] == str(64 * KB**3)
        assert reply.headers["tus-checksum-algorithm"] == "sha1,sha256"

    def test_another_version_is_refused(self, phone, case) -> None:
        path = phone.begin(case, FILM)

        for reply in (
            phone.append(path, 0, FILM, tus_resumable="0.2.2"),
            phone.ask("POST", tus_resumable=""),
        ):
            assert (reply.status, reply.headers["tus-version"]) == (412, "1.0.0")
        assert phone.offset(path) == 0

    def test_another_offset_is_refused(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])

        assert phone.append(path, 0, FILM).status == 409
        assert phone.append(path, 101, FILM[101:]).status == 409
        assert phone.append(path, 0, FILM, upload_offset="-1").status == 400
        assert phone.offset(path) == 100

    def test_another_type_is_refused(self, phone, case) -> None:
        path = phone.begin(case, FILM)

        assert phone.append(path, 0, FILM, content_type="video/mp4").status == 415
        assert phone.offset(path) == 0

    @pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
    def test_a_checksum_that_holds(self, phone, case, algorithm) -> None:
        path = phone.begin(case, FILM)

        reply = phone.append(
            path, 0, FILM[:5000], upload_checksum=checksum(FILM[:5000], algorithm)
        )

        assert (reply.status, reply.offset) == (204, 5000)

    def test_a_checksum_that_does_not_hold_takes_the_part_back(
        self, phone, case
    ) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])

        reply = phone.append(
            path, 100, FILM[100:200_000], upload_checksum=checksum(b"other")
        )

        assert reply.status == 460
        assert phone.offset(path) == 100
        assert parts_of(path) == [FILM[:100]] * 2
        assert phone.append(path, 100, FILM[100:]).status == 204
        assert Exhibit.objects.get().file.sha256 == hashlib.sha256(FILM).hexdigest()

    def test_a_checksum_of_another_kind(self, phone, case) -> None:
        path = phone.begin(case, FILM)

        assert phone.append(path, 0, FILM, upload_checksum="md5 eA==").status == 400
        assert phone.append(path, 0, FILM, upload_checksum="sha1 !").status == 400

    def test_a_byte_too_many_takes_the_part_back(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])

        assert phone.append(path, 100, FILM[100:], b"x").status == 413
        said = phone.append(path, 100, FILM, content_length=str(len(FILM)))

        assert said.status == 413
        assert phone.offset(path) == 100

    @pytest.mark.parametrize(
        ("length", "status"),
        [("x", 400), ("", 400), ("0", 422), (str(65 * KB**3), 413)],
    )
    def test_a_size_that_cannot_be(self, phone, case, length, status) -> None:
        reply = phone.ask("POST", upload_length=length, upload_metadata=metadata(case))

        assert reply.status == status
        assert not Upload.objects.exists()

    @pytest.mark.parametrize(
        "said",
        [
            {"request_id": "1"},
            {"happened": "yesterday"},
            {"happened": "2026-11-23T14:00:00"},
            {"happened": "2126-11-23T14:00:00+08:00"},
            {"title": "长" * 121},
        ],
    )
    def test_words_that_cannot_be(self, phone, case, said) -> None:
        assert phone.create(case, 5, **said).status in {400, 422}

    def test_metadata_that_cannot_be_read(self, phone) -> None:
        for text in ("case !!!", "case " + "A" * 9000, "case /w=="):
            reply = phone.ask("POST", upload_length="5", upload_metadata=text)
            assert reply.status == 400

    @pytest.mark.parametrize(
        "name",
        [
            "0123456789abcdef" * 2,
            "../../etc/passwd",
            "..%2f..%2fkeys",
            "x/y",
            "%00",
            "01234567-89ab-4def-8123-456789abcdef",
            "é" * 32,
        ],
    )
    def test_what_is_not_there(self, phone, name) -> None:
        for method in ("HEAD", "DELETE", "GET"):
            assert phone.ask(method, f"/upload/{name}").status == 404
        assert phone.append(f"/upload/{name}", 0, b"x").status == 404

    def test_a_name_with_a_path_is_only_a_name(self, phone, case) -> None:
        phone.send(case, FILM, filename="../..\\C:\\a\x00\nb.mp4")

        assert Exhibit.objects.get().file_name == "ab.mp4"

    def test_ending_throws_it_away_and_is_on_the_record(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])

        assert phone.ask("DELETE", path).status == 204

        assert phone.ask("HEAD", path).status == 410
        assert phone.append(path, 100, FILM[100:]).status == 410
        assert parts_of(path) == []
        (fact,) = facts(case, "evidence.upload_refused")
        assert fact == {"reason": "ended", "bytes_count": 100}

    def test_what_is_done_cannot_be_ended(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM)

        assert phone.ask("DELETE", path).status == 409
        assert Exhibit.objects.get().file.has_two_copies

    def test_head_says_what_was_said(self, phone, case) -> None:
        path = phone.begin(case, FILM, title="扭打", filename="a.mp4")

        headers = phone.ask("HEAD", path).headers

        assert headers["upload-length"] == str(len(FILM))
        assert headers["cache-control"] == "no-store"
        assert "upload-expires" in headers
        assert "filename YS5tcDQ=" in headers["upload-metadata"]

    def test_another_method_by_header(self, phone, case) -> None:
        path = phone.begin(case, FILM)

        reply = phone.ask(
            "POST",
            path,
            FILM[:7],
            x_http_method_override="PATCH",
            content_type="application/offset+octet-stream",
            upload_offset="0",
        )

        assert (reply.status, reply.offset) == (204, 7)
        assert phone.ask("PUT", path).status == 405


class TestWho:
    def test_nobody(self, case) -> None:
        assert Phone().create(case, 5).status == 401
        assert Phone("made-up").create(case, 5).status == 401

    def test_a_case_of_others_is_unknown(self, scene, case) -> None:
        stranger = Phone.of(scene.stranger)

        assert stranger.create(case, 5).status == 404
        assert stranger.create("YQ-IN-20200101-001", 5).status == 404

    def test_an_upload_of_others_is_unknown(self, scene, phone, case) -> None:
        path = phone.begin(case, FILM)
        colleague = Phone.of(scene.next_guard, app=phone.app)

        assert colleague.ask("HEAD", path).status == 404
        assert colleague.append(path, 0, FILM).status == 404
        assert colleague.ask("DELETE", path).status == 404

    def test_a_page_of_others_is_refused(self, phone, case) -> None:
        path = phone.begin(case, FILM)

        assert phone.append(path, 0, FILM, origin="https://evil.example").status == 403
        assert phone.append(path, 0, FILM, origin="null").status == 403
        assert phone.append(path, 0, FILM, host="evil.example").status == 400
        assert phone.append(path, 0, FILM, origin="").status == 204

    def test_a_session_that_ended_keeps_what_came(self, scene, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])
        SessionStore(phone.session).flush()

        refused = phone.append(path, 100, FILM[100:])

        assert refused.status == 401
        phone.session = sign_in(scene.guard)
        assert phone.offset(path) == 100
        assert phone.append(path, 100, FILM[100:]).status == 204

    def test_a_session_that_ends_in_the_middle_of_a_part(
        self, phone, case, monkeypatch
    ) -> None:
        monkeypatch.setattr(app, "LOOK_AGAIN_SECONDS", 0.0)
        path = phone.begin(case, FILM)

        async def story() -> Any:
            sent = [FILM[at : at + 50 * KB] for at in range(0, len(FILM), 50 * KB)]
            asking = phone.asking(
                "PATCH",
                path,
                *sent[:3],
                *[Signal(SessionStore(phone.session).flush)],
                *sent[3:],
                content_type="application/offset+octet-stream",
                upload_offset="0",
            )
            return (await asking).status

        assert asyncio.run(story()) == 401
        assert 0 < len(parts_of(path)[0]) < len(FILM)

    def test_a_shared_phone_that_locked_itself(self, scene, phone, case) -> None:
        session = SessionStore(phone.session)
        session[PHONE_SESSION] = str(uuid4())
        session[PHONE_SEEN] = int(timezone.now().timestamp())
        session.save()

        assert phone.create(case, 5).status == 401

    def test_who_lost_their_role_sends_no_more(self, scene, phone, case) -> None:
        path = phone.begin(case, FILM)
        scene.guard.memberships.update(ended_at=timezone.now() - timedelta(minutes=1))

        assert phone.append(path, 0, FILM).status in {403, 404}

    def test_the_service_asks_too(self, scene, case) -> None:
        with pytest.raises(NotAllowed):
            services.begin_upload(
                case=case,
                size=5,
                about=About(),
                request_id=uuid4(),
                by=scene.stranger,
                at=timezone.now(),
            )


class Signal(dict[str, Any]):
    """A part without bytes, at which something happens."""

    def __init__(self, act: Any) -> None:
        super().__init__(type="http.request", more_body=True)
        self._act = act

    def get(self, key: str, default: Any = None) -> Any:
        if key == "body":
            thread = threading.Thread(target=self._act)
            thread.start()
            thread.join()
        return super().get(key, default)


class TestBounds:
    def test_open_uploads_of_one_person(self, phone, case, monkeypatch) -> None:
        monkeypatch.setattr("anlan.evidence.services.uploads.MOST_OPEN", 2)
        first = phone.begin(case, FILM)
        phone.begin(case, FILM)

        assert phone.create(case, 5).status == 409
        phone.ask("DELETE", first)
        assert phone.create(case, 5).status == 201

    def test_bytes_of_one_person(self, phone, case, settings) -> None:
        settings.MOST_UPLOAD_BYTES = 100
        for _ in range(4):
            assert phone.create(case, 100).status == 201

        assert phone.create(case, 1).status == 409

    def test_begun_in_an_hour(self, phone, case, monkeypatch) -> None:
        monkeypatch.setattr(calls, "MOST_BEGUN", 2)
        for _ in range(2):
            assert phone.create(case, 5).status == 201

        assert phone.create(case, 5).status == 429


class TestDisks:
    def test_without_room_nothing_begins(self, phone, case, monkeypatch) -> None:
        monkeypatch.setattr(
            stores.Store, "free_bytes", lambda _: disk_space.RESERVE_BYTES
        )

        reply = phone.create(case, 5)

        assert (reply.status, Upload.objects.count()) == (507, 0)
        assert "磁盘" in reply.body.decode()

    def test_what_others_were_promised_is_not_free(
        self, phone, case, monkeypatch
    ) -> None:
        free = disk_space.RESERVE_BYTES + 1000
        monkeypatch.setattr(stores.Store, "free_bytes", lambda _: free)

        assert phone.create(case, 600).status == 201
        assert phone.create(case, 600).status == 507
        assert phone.create(case, 400).status == 201

    def test_the_second_disk_is_asked_as_well(self, phone, case, monkeypatch) -> None:
        def free(store: stores.Store) -> int:
            return 0 if store.name == stores.BACKUP else 10**12

        monkeypatch.setattr(stores.Store, "free_bytes", free)

        assert phone.create(case, 5).status == 507

    def test_a_disk_that_fills_up_takes_the_part_back(
        self, phone, case, monkeypatch
    ) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])
        full = Full(after=70 * KB)
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", full)

            reply = phone.append(path, 100, FILM[100:])

        assert reply.status == 507
        assert full.is_hit
        assert parts_of(path) == [FILM[:100]] * 2
        assert phone.append(path, 100, FILM[100:]).status == 204
        assert Exhibit.objects.get().file.has_two_copies

    def test_a_second_store_that_goes_away_in_the_middle(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:1000])
        incoming = stores.backup().root / "incoming"
        incoming.rename(incoming.with_name("away"))
        incoming.write_bytes(b"no folder")

        assert phone.offset(path) == 1000
        assert phone.append(path, 1000, FILM[1000:]).status == 204

        exhibit = Exhibit.objects.get()
        states = dict(exhibit.file.copies.values_list("store", "state"))
        assert states == {"primary": CopyState.PRESENT, "backup": CopyState.WAITING}
        assert stores.primary().path_of(exhibit.file.sha256).read_bytes() == FILM
        assert facts(case, "evidence.received")[0]["copies"] == 1

    def test_a_second_store_that_comes_back_with_an_old_half(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:1000])
        incoming = stores.backup().root / "incoming"
        incoming.rename(incoming.with_name("away"))
        incoming.write_bytes(b"no folder")
        phone.append(path, 1000, FILM[1000:9000])
        incoming.unlink()
        incoming.with_name("away").rename(incoming)

        assert phone.offset(path) == 9000  # never less than was told
        phone.append(path, 9000, FILM[9000:])

        assert Exhibit.objects.get().file.sha256 == hashlib.sha256(FILM).hexdigest()

    def test_of_two_lengths_the_shorter_is_true(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:1000])
        name = path.rpartition("/")[2]
        with stores.primary().part(name).open("ab") as file:
            file.write(b"written, and the other was not yet")

        assert phone.offset(path) == 1000
        assert parts_of(path) == [FILM[:1000]] * 2
        phone.append(path, 1000, FILM[1000:])
        assert Exhibit.objects.get().file.sha256 == hashlib.sha256(FILM).hexdigest()


class Full:
    """``os.write`` of a disk on which there is room for so many bytes."""

    def __init__(self, *, after: int) -> None:
        self.left = after
        self.is_hit = False
        self._write = os.write

    def __call__(self, handle: int, data: Any) -> int:
        if self.left <= 0:
            self.is_hit = True
            raise OSError(errno.ENOSPC, "no space left")
        written = self._write(handle, data[: self.left])
        self.left -= written
        return written


class TestLines:
    def test_that_break_keep_what_came(self, phone, case) -> None:
        path = phone.begin(case, FILM)

        phone.append(path, 0, FILM[: 100 * KB], FILM[100 * KB : 150 * KB], GONE)

        assert phone.offset(path) == 150 * KB
        assert phone.append(path, 150 * KB, FILM[150 * KB :]).status == 204
        assert Exhibit.objects.get().file.sha256 == hashlib.sha256(FILM).hexdigest()

    def test_that_fall_silent(self, phone, case) -> None:
        path = phone.begin(case, FILM)

        reply = asyncio.run(_silent(phone, path, FILM[:5000]))

        assert reply.status == 408
        assert phone.offset(path) == 5000

    def test_that_came_back_take_over_from_a_silent_one(self, phone, case) -> None:
        path = phone.begin(case, FILM)

        async def story() -> tuple[int, int]:
            old = asyncio.ensure_future(_silent(phone, path, FILM[:5000]))
            await asyncio.sleep(0.1)
            head = await phone.asking("HEAD", path)
            return (await old).status, head.offset

        assert asyncio.run(story()) == (408, 5000)

    def test_two_at_once_on_one_upload(self, phone, case) -> None:
        """One of them writes, the other is told; what lies there is the file."""
        path = phone.begin(case, FILM)
        sent = [FILM[at : at + 7000] for at in range(0, len(FILM), 7000)]
        headers = {"content_type": "application/offset+octet-stream"}

        async def story() -> list[int]:
            replies = await asyncio.gather(
                *(
                    phone.asking("PATCH", path, *sent, upload_offset="0", **headers)
                    for _ in range(2)
                )
            )
            return sorted(reply.status for reply in replies)

        statuses = asyncio.run(story())

        assert statuses[0] == 204
        assert statuses[1] in {409, 423, 204}
        if not Exhibit.objects.exists():  # the first gave way before its end
            there = phone.offset(path)
            phone.append(path, there, FILM[there:])
        assert Exhibit.objects.get().file.sha256 == hashlib.sha256(FILM).hexdigest()

    def test_another_process_has_it(self, phone, case) -> None:
        path = phone.begin(case, FILM)

        with drafts.opened(path.rpartition("/")[2]):
            assert phone.append(path, 0, FILM).status == 423
            assert phone.ask("DELETE", path).status == 423

    def test_end_with_the_server_and_go_on_with_the_next(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:5000])
        phone.app.stop()

        assert phone.append(path, 5000, FILM[5000:]).status == 503

        phone.app = app.Uploading()
        assert phone.append(path, phone.offset(path), FILM[5000:]).status == 204


async def _silent(phone: Phone, path: str, first: bytes) -> Any:
    """A request that sends a little and then nothing."""
    coming = messages([first])[:1]
    sent: list[Any] = []

    async def receive() -> Any:
        if not coming:
            await asyncio.Event().wait()
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {
        "content_type": "application/offset+octet-stream",
        "upload_offset": "0",
    }
    await phone.app(phone.scope("PATCH", path, headers), receive, send)
    return reply_of(sent)


class TestTheDigestCarriedAlong:
    def test_is_that_of_the_file_whatever_happened(self, phone, case, monkeypatch):
        """Random parts, wrong sums, broken lines, new processes: it never lies."""
        dice = random.Random(20261123)  # noqa: S311 -- the same story every time
        given: list[str] = []
        finish = services.finish_upload

        def spy(**told: Any) -> Exhibit:
            given.append(told.get("digest", ""))
            return finish(**told)

        monkeypatch.setattr(services, "finish_upload", spy)
        for _round in range(12):
            content = dice.randbytes(dice.randrange(1, 400 * KB))
            path = phone.begin(case, content)
            while (offset := phone.offset(path)) < len(content):
                block = content[offset : offset + dice.randrange(1, 200 * KB)]
                event = dice.random()
                if event < 0.2:
                    phone.append(path, offset, block, upload_checksum=checksum(b""))
                elif event < 0.4:
                    phone.append(path, offset, block, GONE)
                elif event < 0.5:
                    phone.app = app.Uploading()
                elif event < 0.6:
                    self._written_by_others(path, offset, block)
                else:
                    phone.append(path, offset, block)
            if upload_at(path).exhibit is None:
                sweeping.finish_whole(at=timezone.now() + timedelta(minutes=1))
            exhibit = upload_at(path).exhibit
            assert exhibit is not None
            assert exhibit.file.sha256 == hashlib.sha256(content).hexdigest()
        assert len([one for one in given if one]) > 2

    def _written_by_others(self, path: str, offset: int, block: bytes) -> None:
        with drafts.opened(path.rpartition("/")[2]) as draft:
            assert draft.size == offset
            draft.write(block)
            draft.sync()

    def test_is_forgotten_when_the_file_was_touched(self) -> None:
        with drafts.opened(uuid4().hex) as draft:
            running = Running()
            draft.write(b"one")
            running.stamp = draft.stamp
            draft.cut(0)
            draft.write(b"two")

            assert running.stamp != draft.stamp


class TestFinishing:
    @pytest.fixture
    def whole(self, phone, case) -> Upload:
        """Every byte is here, and the process died before it could finish."""
        path = phone.begin(case, FILM)
        with drafts.opened(path.rpartition("/")[2]) as draft:
            draft.write(FILM)
            draft.sync()
        return upload_at(path)

    @pytest.mark.both
    def test_is_done_by_the_worker_after_a_crash(self, scene, case, whole) -> None:
        later = timezone.now() + timedelta(minutes=1)

        worker.run_due(at=later)

        exhibit = Exhibit.objects.get()
        assert exhibit.received_from == scene.guard.actor_key
        assert exhibit.file.has_two_copies
        assert sweeping.finish_whole(at=later) == 0
        assert verify().is_sound

    @pytest.mark.parametrize("step", ["keep", "_add", "remove"])
    def test_after_a_crash_before_any_step(self, whole, monkeypatch, step) -> None:
        at = timezone.now()
        target = (
            "anlan.evidence.services.uploads._add"
            if step == "_add"
            else f"anlan.evidence.drafts.Draft.{step}"
        )

        def crash(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(target, crash)
            with pytest.raises(KeyboardInterrupt):
                services.finish_upload(upload=whole, by=whole.by, at=at)

        sweeping.finish_whole(at=at + timedelta(minutes=1))
        sweeping.sweep_drafts(at=at + timedelta(days=3))

        exhibit = Exhibit.objects.get()
        assert Upload.objects.get().exhibit == exhibit
        for store in stores.folders():
            assert store.path_of(exhibit.file.sha256).read_bytes() == FILM
            assert list((store.root / "incoming").iterdir()) == []
            assert not (store.root / "quarantine").exists()

    def test_between_the_two_names(self, whole, monkeypatch) -> None:
        at = timezone.now()
        take = stores.Store.take

        def crash(store: stores.Store, draft: Path, digest: str) -> None:
            if store.name == stores.BACKUP:
                raise KeyboardInterrupt
            take(store, draft, digest)

        with monkeypatch.context() as patch:
            patch.setattr(stores.Store, "take", crash)
            with pytest.raises(KeyboardInterrupt):
                services.finish_upload(upload=whole, by=whole.by, at=at)

        sweeping.finish_whole(at=at + timedelta(minutes=1))

        assert Exhibit.objects.get().file.has_two_copies

    def test_twice_is_once(self, whole) -> None:
        at = timezone.now()
        first = services.finish_upload(upload=whole, by=whole.by, at=at)

        assert services.finish_upload(upload=whole, by=whole.by, at=at) == first
        assert Exhibit.objects.count() == 1

    def test_half_is_not_finished(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])
        upload = upload_at(path)

        with pytest.raises(Conflict):
            services.finish_upload(upload=upload, by=upload.by, at=timezone.now())
        assert phone.offset(path) == 100

    def test_a_copy_that_differs_is_given_up(self, whole) -> None:
        path = stores.backup().part(whole.uid.hex)
        path.write_bytes(b"x" + FILM[1:])

        services.finish_upload(upload=whole, by=whole.by, at=timezone.now())

        blob = Exhibit.objects.get().file
        assert blob.sha256 == hashlib.sha256(FILM).hexdigest()
        assert not stores.backup().has(blob.sha256)
        assert blob.copies.get(store="backup").state == CopyState.WAITING

    def test_bytes_in_the_vault_are_never_cut(self, whole) -> None:
        with drafts.opened(whole.uid.hex) as draft:
            draft.keep(hashlib.sha256(FILM).hexdigest())
            with pytest.raises(RuntimeError):
                draft.cut(5)


@pytest.mark.both
class TestSweeping:
    def test_what_nobody_went_on_with_ends_after_a_week(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])
        began = upload_at(path).begun_at

        assert sweeping.expire_uploads(at=began + timedelta(days=6)) == 0
        assert sweeping.expire_uploads(at=began + timedelta(days=8)) == 1

        assert upload_at(path).state == UploadState.REFUSED
        assert parts_of(path) == []
        assert phone.ask("HEAD", path).status == 410
        assert facts(case, "evidence.upload_refused")[0]["reason"] == "expired"
        assert verify().is_sound

    def test_too_late_is_gone_before_the_worker_came(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        Upload.objects.update(expires_at=timezone.now())

        assert phone.append(path, 0, FILM).status == 410

    def test_files_that_nobody_owns_are_set_aside(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])
        strange = stores.primary().draft()
        strange.write_bytes(b"whose is this?")
        at = timezone.now()

        assert sweeping.sweep_drafts(at=at) == 0
        assert sweeping.sweep_drafts(at=at + timedelta(days=2)) == 1

        (aside,) = (stores.primary().root / "quarantine").iterdir()
        assert aside.read_bytes() == b"whose is this?"
        assert phone.offset(path) == 100

    def test_a_second_draft_of_an_ended_upload_goes(self, phone, case) -> None:
        path = phone.begin(case, FILM)
        phone.append(path, 0, FILM[:100])
        phone.ask("DELETE", path)
        stores.backup().part(path.rpartition("/")[2]).write_bytes(b"came back")

        assert sweeping.sweep_drafts(at=timezone.now() + timedelta(days=2)) == 1
        assert parts_of(path) == []


@pytest.fixture
def serving(scene: Scene, tmp_path: Path) -> Iterator[Serving]:
    made = Serving(tmp_path).start()
    yield made
    made.stop()


@pytest.mark.slow
def test_the_client_of_others_stops_and_goes_on(
    scene: Scene, case: Case, serving: Serving, tmp_path: Path
) -> None:
    """tuspy, in parts with checksums; another one goes on where the first stopped."""
    path = tmp_path / "film"
    path.write_bytes(FILM)
    headers = {"Cookie": f"sessionid={sign_in(scene.guard)}"}
    client = TusClient(f"http://{HOST}:{serving.port}/upload/", headers=headers)
    about = {
        "chunk_size": 70 * KB,
        "upload_checksum": True,
        "metadata": {"case": case.number, "request_id": str(uuid4()), "title": "录像"},
    }
    first = client.uploader(str(path), **about)
    first.upload(stop_at=140 * KB)

    second = client.uploader(str(path), url=first.url, **about)
    assert second.offset == 140 * KB
    second.upload()

    exhibit = Exhibit.objects.get()
    assert exhibit.title == "录像"
    assert exhibit.file.sha256 == hashlib.sha256(FILM).hexdigest()


class TestKills:
    """The real server, killed while it writes."""

    @pytest.fixture
    def serving(self, scene: Scene, tmp_path: Path) -> Iterator[ServingAgain]:
        made = ServingAgain(tmp_path).start()
        yield made
        with suppress(ProcessLookupError):
            made.stop()
        made.end()

    @pytest.mark.slow
    def test_two(self, scene, case, serving) -> None:
        self._kill(2, scene.guard, case, serving)

    @pytest.mark.slow
    @pytest.mark.deep
    def test_two_hundred(self, scene, case, serving) -> None:
        self._kill(200, scene.guard, case, serving)

    def _kill(self, kills: int, user: User, case: Case, serving: Serving) -> None:
        dice = random.Random(11)  # noqa: S311 -- the same kills every time
        session = sign_in(user)
        content = dice.randbytes(8 * KB**2)
        path = ""
        for number in range(kills):
            if not path:
                content = dice.randbytes(8 * KB**2)
                path = over_the_wire(serving, session, case, content)
            told = offset_of(serving, session, path)
            sent = send_and_kill(serving, session, path, content, told, dice)
            serving.start()
            kept = offset_of(serving, session, path)
            # What was told is never less later; of what was sent little is lost.
            assert told <= kept <= told + sent, number
            if kept > len(content) * 3 // 4:
                finish_by_wire(serving, session, path, content, kept)
                path = ""
        if path:
            kept = offset_of(serving, session, path)
            finish_by_wire(serving, session, path, content, kept)
        digests = {exhibit.file.sha256 for exhibit in Exhibit.objects.all()}
        assert hashlib.sha256(content).hexdigest() in digests
        for digest in digests:
            for store in stores.folders():
                assert stores.digest_of(store.path_of(digest)) == digest


def test_what_it_was_brought_for_goes_along(
    scene: Scene, phone: Phone, settings: Settings, tmp_path: Path
) -> None:
    settings.RECORDINGS_ROOTS = [tmp_path]
    film = filmed(scene, tmp_path)

    sent = phone.send(film.case, JPEG, recording=str(film.recording.uid))

    exhibit = Exhibit.objects.get(uid=sent.headers["upload-exhibit"])
    assert (exhibit.brought_for, exhibit.is_footage) == (film.recording, True)
    other = scene.incident(place=scene.place("园区 南门")).case
    assert phone.create(other, 9, recording=str(film.recording.uid)).status == 400

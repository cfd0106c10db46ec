"""The second copy in a bucket: a plain one of rclone, and one of moto that locks."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from pydantic import ValidationError
from pytest_django import Settings

from anlan.base import bucket as bucket_module
from anlan.base import stores
from anlan.base.bucket import Bucket, Keys, address_of, read_keys
from anlan.base.errors import Conflict
from anlan.base.stores import DamagedCopy, StoreAway
from anlan.cases.models import Case
from anlan.config import checks
from anlan.config.environment import Environment
from anlan.evidence import drafts, jobs, messages
from anlan.evidence import services as evidence
from anlan.evidence.enums import (
    CopyState,
    Masking,
    PackageState,
    Purpose,
    StoreFault,
)
from anlan.evidence.file_verification import verify_files
from anlan.evidence.models import CheckRun, Copy, DeletedFile, Exhibit, StoreProbe
from anlan.evidence.selectors.safety import Trouble, safety_for
from anlan.evidence.services import Recipient, damage, deleting, opening, probing
from anlan.notify.models import Message
from anlan.play.signing import signer_at_hand
from tests.evidence.buckets import (
    BUCKET,
    KEYS,
    PREFIX,
    Moto,
    Rclone,
    address_at,
    can_serve,
    forget,
    free_port,
    look_again,
)
from tests.evidence.damages import flip_a_bit, truncate
from tests.evidence.keeping import (
    FALSE_ALARM,
    ORDINARY,
    ended,
    hold,
    pass_period,
    released,
    remove,
)
from tests.incidents.story import facts
from tests.pictures import JPEG, OTHER_JPEG
from tests.scene import Scene

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
MB = 1024**2

needs_rclone = pytest.mark.skipif(
    not can_serve(), reason="no rclone that can serve S3 (1.65 or newer)"
)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.DATA = tmp_path / "data"
    settings.BACKUP_KEYS = KEYS
    forget()
    probing._tried.clear()
    yield
    forget()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    server = Rclone(tmp_path_factory.mktemp("s3"), free_port())
    yield server
    server.stop()


@pytest.fixture
def server(served: Rclone, tmp_path: Path, settings: Settings) -> Rclone:
    """An empty bucket of rclone, and settings that name it."""
    if served.process is not None and served.root != tmp_path / "s3":
        served.stop()
    served.root = tmp_path / "s3"
    (served.root / BUCKET).mkdir(parents=True)
    served.start()
    settings.BACKUP_STORE = served.address()
    return served


@pytest.fixture(scope="module")
def _moto() -> Iterator[str]:
    from moto.server import (  # noqa: PLC0415 -- slow, and only some tests need it
        ThreadedMotoServer,
    )

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def moto_bucket(endpoint: str, settings: Settings, **said: Any) -> Moto:
    from moto.core.models import (  # noqa: PLC0415 -- see above
        DEFAULT_ACCOUNT_ID,
    )
    from moto.s3.models import s3_backends  # noqa: PLC0415 -- see above

    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].reset()
    settings.BACKUP_STORE = address_at(endpoint)
    client = Bucket("backup", settings.BACKUP_STORE, KEYS).client
    client.create_bucket(Bucket=BUCKET, **said)
    return Moto(endpoint, client)


@pytest.fixture
def locking(_moto: str, settings: Settings) -> Moto:
    return moto_bucket(_moto, settings, ObjectLockEnabledForBucket=True)


@pytest.fixture
def plain(_moto: str, settings: Settings) -> Moto:
    return moto_bucket(_moto, settings)


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def added(scene: Scene, case: Case, content: bytes = JPEG, **more: Any) -> Exhibit:
    return evidence.add_file(
        case=case, chunks=[content], by=scene.guard, at=scene.at, **more
    )


def until_nothing_is_due(at: datetime, *chosen: Callable[..., int]) -> None:
    look_again()
    for job in chosen or (jobs.check_quick, jobs.check_deep, jobs.fill_copies):
        while job(at=at):
            pass


def kept(scene: Scene, case: Case, content: bytes = JPEG) -> Exhibit:
    """An exhibit in two sound copies."""
    exhibit = added(scene, case, content)
    until_nothing_is_due(scene.at, jobs.fill_copies)
    assert states(exhibit) == {"primary": "present", "backup": "present"}
    return exhibit


def states(exhibit: Exhibit) -> dict[str, str]:
    return dict(exhibit.file.copies.values_list("store", "state"))


def bucket() -> Bucket:
    found = stores.second()
    assert isinstance(found, Bucket)
    return found


def read(digest: str) -> bytes:
    return b"".join(bucket().source(digest).blocks())


@needs_rclone
class TestPlainBucket:
    def test_is_written_by_the_worker_and_read_back(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        exhibit = added(scene, case)
        assert states(exhibit) == {"primary": "present", "backup": "waiting"}

        until_nothing_is_due(scene.at, jobs.fill_copies)

        assert states(exhibit) == {"primary": "present", "backup": "present"}
        assert server.path_of(exhibit.file.sha256).read_bytes() == JPEG
        (fact,) = facts(case, "evidence.second_copy_made")
        assert fact["code"] == "E-0001"
        copy = exhibit.file.copies.get(store="backup")
        assert copy.rehashed_at == scene.at
        report = verify_files(deep=True)
        assert (report.files, report.copies, report.problems) == (1, 2, [])

    def test_upload_in_parts_waits_for_no_network(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        server.stop()
        with drafts.opened("0" * 32) as draft:
            draft.write(b"x" * MB)
            draft.sync()
            digest = draft.digest()
            draft.keep(digest)
            draft.remove()

        assert stores.primary().has(digest)
        assert Bucket._states == {}  # nobody asked it for anything

    @pytest.mark.parametrize("damage", [flip_a_bit, truncate, Path.unlink])
    def test_damage_is_found_told_and_repaired(
        self, server: Rclone, scene: Scene, case: Case, damage: Callable[[Path], None]
    ) -> None:
        exhibit = kept(scene, case)
        path = server.path_of(exhibit.file.sha256)
        damage(path)
        bad = path.read_bytes() if path.exists() else None

        until_nothing_is_due(scene.at + HOUR)

        assert states(exhibit) == {"primary": "present", "backup": "present"}
        assert path.read_bytes() == JPEG
        (fact,) = facts(case, "evidence.copy_damaged")
        assert fact["store"] == "backup"
        (repair,) = facts(case, "evidence.copy_repaired")
        assert repair["store"] == "backup"
        assert Message.objects.filter(kind=messages.DAMAGED).exists()
        aside = server.files("quarantine")
        assert [one.read_bytes() for one in aside] == ([bad] if bad else [])

    def test_first_copy_is_repaired_from_it(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        exhibit = kept(scene, case)
        path = stores.primary().path_of(exhibit.file.sha256)
        flip_a_bit(path)

        until_nothing_is_due(scene.at + HOUR)

        assert states(exhibit) == {"primary": "present", "backup": "present"}
        assert path.read_bytes() == JPEG

    def test_first_copy_that_opens_badly_is_brought_back_at_once(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        exhibit = kept(scene, case)
        path = stores.primary().path_of(exhibit.file.sha256)
        Copy.objects.update(due_at=scene.at + DAY)
        flip_a_bit(path)

        with pytest.raises(Conflict, match="两份副本"):
            opening.good_path(exhibit.file)
        until_nothing_is_due(scene.at + MINUTE, jobs.check_deep, jobs.fill_copies)

        assert opening.good_path(exhibit.file).read_bytes() == JPEG

    def test_package_waits_until_the_first_copy_is_brought_back(
        self, server: Rclone, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        exhibit = kept(scene, case)
        Copy.objects.update(due_at=scene.at + DAY)
        flip_a_bit(stores.primary().path_of(exhibit.file.sha256))

        with override_settings(KEYS=tmp_path / "keys"), signer_at_hand():
            package = evidence.ask_package(
                case=case,
                exhibits=[exhibit],
                purpose=Purpose.POLICE,
                masking=Masking.NONE,
                recipient=Recipient(
                    name="云栖派出所",
                    identity="民警 李强 012345",
                    document_number="云公（治）调证字〔2026〕12 号",
                ),
                acknowledged="正在采购",
                by=scene.manager,
                at=scene.at,
            )
            jobs.make_packages(at=scene.at)
            package.refresh_from_db()
            assert package.state == PackageState.MAKING
            until_nothing_is_due(scene.at + MINUTE, jobs.check_deep, jobs.fill_copies)
            jobs.make_packages(at=scene.at + 2 * MINUTE)

        package.refresh_from_db()
        assert package.state == PackageState.READY

    def test_away_and_back(self, server: Rclone, scene: Scene, case: Case) -> None:
        early = kept(scene, case)
        server.stop()

        late = added(scene, case, OTHER_JPEG)
        until_nothing_is_due(scene.at + HOUR)

        assert states(early) == {"primary": "present", "backup": "away"}
        assert states(late) == {"primary": "present", "backup": "waiting"}
        assert not facts(case, "evidence.copy_damaged")
        assert Message.objects.filter(kind=messages.AWAY).exists()
        safety = safety_for(scene.person("admin"), at=scene.at + HOUR)
        assert Trouble.BUCKET_AWAY in safety.troubles
        assert Trouble.AWAY not in safety.troubles
        # Not told to be missing: nobody could look.
        problems = verify_files(deep=True).problems
        assert problems == []

        server.start()
        until_nothing_is_due(scene.at + 3 * HOUR)

        for exhibit in (early, late):
            assert states(exhibit) == {"primary": "present", "backup": "present"}
        assert not facts(case, "evidence.copy_damaged")

    def test_that_went_away_while_it_was_read_is_not_damaged(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        exhibit = kept(scene, case)
        server.stop()  # and the program still believes that it is there

        while jobs.check_deep(at=scene.at + HOUR):
            pass
        assert states(exhibit)["backup"] == "present"
        while jobs.check_quick(at=scene.at + HOUR):
            pass

        assert states(exhibit)["backup"] == "away"
        assert not facts(case, "evidence.copy_damaged")
        Copy.objects.filter(store="backup").update(state=CopyState.PRESENT)
        (problem,) = verify_files(deep=True).problems
        assert (problem.store, problem.state) == ("backup", "away")

    def test_other_bucket_under_its_name_is_away_and_not_filled(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        exhibit = kept(scene, case)
        for path in server.files("."):
            path.unlink()

        until_nothing_is_due(scene.at + HOUR)

        assert states(exhibit)["backup"] == "away"
        assert server.files(".") == []

        call_command("probe_store", "--begin")  # a person says: fill this one
        until_nothing_is_due(scene.at + 3 * HOUR)
        assert states(exhibit)["backup"] == "present"
        assert server.path_of(exhibit.file.sha256).read_bytes() == JPEG

    def test_writer_killed_in_the_middle_leaves_nothing_that_counts(
        self, server: Rclone, tmp_path: Path
    ) -> None:
        path, digest = big_file(tmp_path, 40 * MB)
        program = (
            "import sys; from pathlib import Path\n"
            "from anlan.base import bucket\n"
            "write = bucket.Bucket._write_part\n"
            "def told(self, at, part, number):\n"
            "    done = write(self, at, part, number)\n"
            "    print(number, flush=True)\n"
            "    return done\n"
            "bucket.Bucket._write_part = told\n"
            f"address = bucket.Address(bucket={BUCKET!r}, prefix={PREFIX!r}, "
            f"endpoint='http://127.0.0.1:{server.port}', region='')\n"
            f"keys = bucket.Keys({KEYS.key_id!r}, {KEYS.secret!r})\n"
            "store = bucket.Bucket('backup', address, keys)\n"
            f"store.copy_from(Path({str(path)!r}), {digest!r})\n"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": "src", "PATH": "/usr/bin:/bin"},
        )
        assert child.stdout is not None
        assert [child.stdout.readline() for _ in range(2)] == [b"1\n", b"2\n"]
        child.kill()
        child.wait()
        child.stdout.close()

        assert not bucket().has(digest)
        bucket().copy_from(path, digest)
        assert stores.digest_of(bucket().source(digest)) == digest

    def test_large_file_fits_into_little_memory(
        self, server: Rclone, tmp_path: Path
    ) -> None:
        path, digest = big_file(tmp_path, 40 * MB)
        store = bucket()
        assert store.is_away  # the libraries are loaded, which is not counted
        tracemalloc.start()
        try:
            store.copy_from(path, digest)
            assert stores.digest_of(store.source(digest)) == digest
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

        assert server.path_of(digest).stat().st_size == 40 * MB
        assert peak < 28 * MB  # three parts and what they came in

    def test_line_that_breaks_is_taken_up_where_it_broke(
        self, server: Rclone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path, digest = big_file(tmp_path, 9 * MB)
        bucket().copy_from(path, digest)
        asked: list[int] = []
        whole = Bucket._blocks

        def breaking(self: Bucket, key: str, start: int, etag: str) -> Iterator[Any]:
            asked.append(start)
            for count, block in enumerate(whole(self, key, start, etag)):
                if count == 3 and len(asked) < 3:
                    raise StoreAway("the line broke")
                yield block

        monkeypatch.setattr(Bucket, "_blocks", breaking)

        assert stores.digest_of(bucket().source(digest)) == digest
        assert asked == [0, 3 * MB, 6 * MB]

    def test_source_that_is_not_what_it_says_is_not_kept(
        self, server: Rclone, tmp_path: Path
    ) -> None:
        for size in (100, 9 * MB):
            path, digest = big_file(tmp_path, size)
            flip_a_bit(path)

            with pytest.raises(DamagedCopy):
                bucket().copy_from(path, digest)

            assert not bucket().has(digest)

    def test_names_that_people_type_are_in_no_key(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        added(scene, case, file_name="../../etc/passwd", title="a\nb ☂ %2e%2e/")
        kept(scene, case, OTHER_JPEG)

        names = [path.name for path in server.files("objects")]
        digests = {hashlib.sha256(one).hexdigest() for one in (JPEG, OTHER_JPEG)}
        assert set(names) == digests

    def test_what_somebody_put_there_is_set_aside_under_a_name_of_ours(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        exhibit = kept(scene, case)
        old = (scene.at - 3 * DAY).timestamp()
        for name in ("雨伞 & co.mp4", "a'b\"c;d", exhibit.file.sha256):
            path = server.folder / "objects" / "ff" / "00" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode())
            os.utime(path, (old, old))
        os.utime(server.path_of(exhibit.file.sha256), (old, old))

        look_again()
        for days in range(3):
            while jobs.sweep(at=scene.at + days * DAY):
                pass

        assert len(server.files("objects")) == 1
        aside = server.files("quarantine")
        assert len(aside) == 3
        assert all(path.name.startswith("foreign-") for path in aside)
        assert read(exhibit.file.sha256) == JPEG

    def test_is_deleted_for_real_when_its_period_ends(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        exhibit = kept(scene, case)
        flip_a_bit(server.path_of(exhibit.file.sha256))
        until_nothing_is_due(scene.at + HOUR)
        assert server.files("quarantine")
        ended(case, at=scene.at)

        look_again()
        pass_period(scene.at, ORDINARY)

        assert states(exhibit) == {"primary": "deleted", "backup": "deleted"}
        assert server.files("objects") == []
        assert server.files("quarantine") == []

    def test_deletion_waits_for_a_bucket_that_is_away(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        exhibit = kept(scene, case)
        ended(case, at=scene.at)
        server.stop()
        look_again()
        late = pass_period(scene.at, ORDINARY)
        assert states(exhibit) == {"primary": "deleted", "backup": "deleting"}

        server.start()
        look_again()
        remove(late + HOUR)
        assert states(exhibit) == {"primary": "deleted", "backup": "deleted"}

    def test_drill_brings_a_case_back_from_it(
        self, server: Rclone, scene: Scene, case: Case
    ) -> None:
        kept(scene, case)

        until_nothing_is_due(scene.at, jobs.drill)

        run = CheckRun.objects.get(kind="drill")
        assert (run.copies, run.missing, run.corrupt) == (1, 0, 0)
        assert run.bytes_read == len(JPEG)

    def test_page_of_safety_names_it(
        self, server: Rclone, scene: Scene, case: Case, client: Client
    ) -> None:
        kept(scene, case)
        probing.probe_bucket(at=timezone.now())
        client.force_login(scene.person("admin"))

        page = client.get("/evidence/safety/").content.decode()

        assert "S3 存储桶" in page
        assert "不支持对象锁" in page
        assert f"s3://{BUCKET}/{PREFIX}" in page
        assert KEYS.secret not in page


class TestTransactions:
    """Everything that is written waits for one: a bucket is never asked within."""

    @pytest.fixture
    def asked(
        self, plain: Moto, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> list[int]:
        """How deep in transactions each call of the bucket was."""
        found: list[int] = []
        call = bucket_module._asking

        def counted() -> Any:
            found.append(len(connection.savepoint_ids))
            return call()

        monkeypatch.setattr(bucket_module, "_asking", counted)
        return found

    def test_none_is_open_while_a_bucket_removes(
        self, asked: list[int], scene: Scene, case: Case
    ) -> None:
        depth = len(connection.savepoint_ids)
        exhibit = kept(scene, case)
        ended(case, at=scene.at)
        look_again()
        asked.clear()

        pass_period(scene.at, ORDINARY)

        assert states(exhibit) == {"primary": "deleted", "backup": "deleted"}
        assert set(asked) == {depth}

    def test_none_is_open_while_it_removes_what_came_back(
        self, asked: list[int], plain: Moto, scene: Scene, case: Case
    ) -> None:
        depth = len(connection.savepoint_ids)
        exhibit = kept(scene, case)
        ended(case, at=scene.at)
        look_again()
        late = pass_period(scene.at, ORDINARY)
        digest = exhibit.file.sha256
        plain.client.put_object(Bucket=BUCKET, Key=bucket().key_of(digest), Body=JPEG)
        asked.clear()

        assert deleting.remove_again(digest=digest, store=bucket(), at=late)

        assert set(asked) == {depth}
        assert not bucket().has(digest)
        assert len(facts(case, "evidence.deleted_again")) == 1

    def test_what_is_taken_while_a_bucket_removes_is_written_anew(
        self, plain: Moto, scene: Scene, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exhibit = kept(scene, case)
        other = scene.incident(place=scene.place("园区 南门")).case
        ended(case, at=scene.at)
        look_again()
        remove_there = Bucket.remove
        again: list[Exhibit] = []

        def removing(self: Bucket, digest: str, *, look: str) -> bool:
            if not again:  # somebody brings them, and the worker finds them there
                again.append(added(scene, other))
                until_nothing_is_due(scene.at, jobs.fill_copies)
            return remove_there(self, digest, look=look)

        monkeypatch.setattr(Bucket, "remove", removing)

        late = pass_period(scene.at, ORDINARY)

        assert states(exhibit) == {"primary": "present", "backup": "waiting"}
        until_nothing_is_due(late, jobs.fill_copies)
        assert states(exhibit) == {"primary": "present", "backup": "present"}
        assert read(exhibit.file.sha256) == JPEG
        assert DeletedFile.objects.get().is_shared
        assert verify_files(deep=True).problems == []

    def test_none_is_open_while_damage_is_looked_at(
        self, asked: list[int], plain: Moto, scene: Scene, case: Case
    ) -> None:
        depth = len(connection.savepoint_ids)
        exhibit = kept(scene, case)
        copy = exhibit.file.copies.get(store="backup")
        key = bucket().key_of(exhibit.file.sha256)
        plain.client.put_object(Bucket=BUCKET, Key=key, Body=b"x")
        seen = bucket().look(exhibit.file.sha256)
        asked.clear()

        assert damage.note_damage(
            copy=copy, state=CopyState.CORRUPT, seen=seen, since=scene.at, at=scene.at
        )

        assert set(asked) == {depth}
        assert states(exhibit)["backup"] == "corrupt"

    def test_damage_that_was_repaired_meanwhile_is_none(
        self, plain: Moto, scene: Scene, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exhibit = kept(scene, case)
        copy = exhibit.file.copies.get(store="backup")
        look = Bucket.look

        def looking(self: Bucket, digest: str) -> Any:
            damage.note_whole(copy=copy, is_new=False, at=scene.at + HOUR)
            return look(self, digest)

        seen = bucket().look(exhibit.file.sha256)
        monkeypatch.setattr(Bucket, "look", looking)

        assert not damage.note_damage(
            copy=copy, state=CopyState.MISSING, seen=seen, since=scene.at, at=scene.at
        )
        assert states(exhibit)["backup"] == "present"


@needs_rclone
class TestProbe:
    def test_of_a_sound_bucket_leaves_nothing(self, server: Rclone) -> None:
        assert probing.probe_bucket(at=timezone.now()) == 1
        assert probing.probe_bucket(at=timezone.now()) == 0

        probe = StoreProbe.objects.get()
        assert (probe.fault, probe.is_versioned, probe.is_locking) == ("", False, False)
        assert server.files("probe") == []

    @pytest.mark.parametrize(
        ("said", "keys", "fault"),
        [
            ({"bucket": "not-made"}, KEYS, StoreFault.NO_BUCKET),
            ({"endpoint": "http://127.0.0.1:9"}, KEYS, StoreFault.AWAY),
            ({}, Keys(KEYS.key_id, "another-secret"), StoreFault.KEYS),
            ({}, Keys("another-key-id", KEYS.secret), StoreFault.KEYS),
        ],
    )
    @pytest.mark.django_db
    def test_says_what_is_wrong_and_no_secret(
        self,
        server: Rclone,
        settings: Settings,
        caplog: pytest.LogCaptureFixture,
        said: dict[str, str],
        keys: Keys,
        fault: StoreFault,
    ) -> None:
        settings.BACKUP_STORE, settings.BACKUP_KEYS = server.address(**said), keys
        with (
            caplog.at_level(logging.INFO),
            pytest.raises(CommandError, match=str(fault.sentence)[:10]),
        ):
            call_command("probe_store")

        assert StoreProbe.objects.get().fault == fault
        assert fault in caplog.text
        assert keys.secret not in caplog.text
        assert keys.secret not in repr(bucket())

    @pytest.mark.django_db
    def test_of_clocks_that_differ(self, server: Rclone) -> None:
        probe = probing.probe_store(store=bucket(), at=timezone.now() - 6 * MINUTE)

        assert probe.fault == StoreFault.CLOCK


@pytest.mark.django_db
class TestRefusals:
    """What a server answers to a key that may not do everything."""

    @pytest.mark.parametrize(
        ("call", "code", "fault"),
        [
            ("PutObject", "AccessDenied", StoreFault.NO_PUT),
            ("GetObject", "AccessDenied", StoreFault.NO_GET),
            ("DeleteObject", "AccessDenied", StoreFault.NO_DELETE),
            ("PutObject", "RequestTimeTooSkewed", StoreFault.CLOCK),
            ("PutObject", "ExpiredToken", StoreFault.KEYS),
            ("PutObject", "QuotaExceeded", StoreFault.OTHER),
        ],
    )
    def test_are_told_by_what_was_tried(
        self, plain: Moto, call: str, code: str, fault: StoreFault
    ) -> None:
        refuse(plain.client, call, code)

        probe = probing.probe_store(store=bucket(), at=timezone.now())

        assert (probe.fault, probe.code) == (fault, code)

    def test_to_read_are_never_damage(
        self, plain: Moto, scene: Scene, case: Case
    ) -> None:
        exhibit = kept(scene, case)
        refuse(plain.client, "GetObject", "AccessDenied")

        until_nothing_is_due(scene.at + HOUR, jobs.check_deep)

        assert states(exhibit)["backup"] == "present"
        assert not facts(case, "evidence.copy_damaged")

    def test_to_write_are_tried_again_later_and_later(
        self, plain: Moto, scene: Scene, case: Case
    ) -> None:
        assert bucket().is_away
        bucket().begin()
        refuse(plain.client, "PutObject", "AccessDenied")
        exhibit = added(scene, case)

        until_nothing_is_due(scene.at, jobs.fill_copies)

        copy = exhibit.file.copies.get(store="backup")
        assert (copy.state, copy.tries) == ("waiting", 1)
        assert copy.retry_at == scene.at + MINUTE
        assert jobs.fill_copies(at=scene.at) == 0


@pytest.mark.django_db
class TestLock:
    @pytest.fixture(autouse=True)
    def _time(self, scene: Scene) -> Iterator[None]:
        """The server is a thread of ours, and keeps locks by the same clock."""
        with time_machine.travel(scene.at):
            yield

    def test_probe_tries_it(self, locking: Moto) -> None:
        probe = probing.probe_store(store=bucket(), at=timezone.now())

        assert (probe.fault, probe.is_versioned, probe.is_locking) == ("", True, True)
        # What it locked for a minute is left to the next one.
        assert len(locking.versions(f"{PREFIX}probe/")) == 1
        with time_machine.travel(timezone.now() + 2 * MINUTE):
            probing.probe_store(store=bucket(), at=timezone.now())
        assert len(locking.versions(f"{PREFIX}probe/")) == 1

    def test_that_is_taken_and_not_kept_is_none(
        self, locking: Moto, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As some servers do: they say yes, and delete all the same."""
        monkeypatch.setattr(
            locking.client, "put_object_retention", lambda **_said: None
        )

        probe = probing.probe_store(store=bucket(), at=timezone.now())

        assert (probe.fault, probe.is_locking) == ("", False)

    def test_lasts_as_long_as_the_period_of_the_class(
        self, locking: Moto, scene: Scene, case: Case
    ) -> None:
        exhibit = locked(scene, case)

        copy = exhibit.file.copies.get(store="backup")
        assert copy.locked_until == scene.at + FALSE_ALARM
        key = bucket().key_of(exhibit.file.sha256)
        told = locking.client.head_object(Bucket=BUCKET, Key=key)
        assert told["ObjectLockMode"] == "GOVERNANCE"
        assert told["ObjectLockRetainUntilDate"] == copy.locked_until
        with pytest.raises(locking.client.exceptions.ClientError, match="AccessDenied"):
            locking.client.delete_object(
                Bucket=BUCKET, Key=key, VersionId=told["VersionId"]
            )

        # A case that goes on moves it in steps; one that ended, to its day.
        for days, until in ((1, 0 * DAY), (11, 11 * DAY)):
            assert jobs.lock_copies(at=scene.at + days * DAY) == 1
            copy.refresh_from_db()
            assert copy.locked_until == scene.at + FALSE_ALARM + until
        ended(case, at=scene.at + 12 * DAY)
        assert jobs.lock_copies(at=scene.at + 13 * DAY) == 1
        copy.refresh_from_db()
        assert copy.locked_until == scene.at + 12 * DAY + ORDINARY

    def test_nothing_is_locked_where_it_was_not_seen_to_hold(
        self, plain: Moto, scene: Scene, case: Case
    ) -> None:
        kept(scene, case)
        probing.probe_store(store=bucket(), at=timezone.now())

        assert jobs.lock_copies(at=scene.at) == 0

    def test_hold_is_told_and_taken_back(
        self, locking: Moto, scene: Scene, case: Case
    ) -> None:
        exhibit = locked(scene, case)
        key = bucket().key_of(exhibit.file.sha256)

        def status() -> str:
            found = locking.client.head_object(Bucket=BUCKET, Key=key)
            return str(found.get("ObjectLockLegalHoldStatus", "OFF"))

        standing = hold(scene, case)
        assert jobs.lock_copies(at=scene.at) == 1
        assert status() == "ON"
        assert jobs.lock_copies(at=scene.at) == 0

        released(scene, standing, at=scene.at + HOUR)
        assert jobs.lock_copies(at=scene.at + HOUR) == 1
        assert status() == "OFF"

    def test_deletion_it_refuses_is_a_state_and_no_loop(
        self, locking: Moto, scene: Scene, case: Case
    ) -> None:
        """The period was made shorter since: the files wait for the lock."""
        exhibit = locked(scene, case)
        until = scene.at + 2 * ORDINARY
        bucket().lock_until(exhibit.file.sha256, until)
        ended(case, at=scene.at)

        with time_machine.travel(scene.at + ORDINARY, tick=False):
            look_again()
            late = pass_period(scene.at, ORDINARY)

            assert states(exhibit) == {"primary": "deleted", "backup": "locked"}
            file = DeletedFile.objects.get()
            assert (file.next_at, file.tries) == (until, 1)
            assert remove(late + DAY) == 0
            assert [*verify_files(deep=True).problems] == []

        with time_machine.travel(until + MINUTE, tick=False):
            look_again()
            remove(until + MINUTE)

            assert states(exhibit) == {"primary": "deleted", "backup": "deleted"}
            assert locking.versions(f"{PREFIX}objects/") == []

    def test_deletion_takes_every_version(
        self, locking: Moto, scene: Scene, case: Case
    ) -> None:
        exhibit = kept(scene, case)
        key = bucket().key_of(exhibit.file.sha256)
        locking.client.put_object(Bucket=BUCKET, Key=key, Body=b"another version")
        locking.client.delete_object(Bucket=BUCKET, Key=key)
        assert len(locking.versions(key)) == 3
        ended(case, at=scene.at)

        look_again()
        pass_period(scene.at, ORDINARY)

        assert states(exhibit) == {"primary": "deleted", "backup": "deleted"}
        assert locking.versions(key) == []

    def test_damage_over_a_locked_copy_is_repaired_beside_it(
        self, locking: Moto, scene: Scene, case: Case
    ) -> None:
        """Ransomware with our key: it cannot delete, only write over."""
        exhibit = locked(scene, case)
        digest = exhibit.file.sha256
        key = bucket().key_of(digest)
        (first,) = locking.versions(key)
        locking.client.put_object(Bucket=BUCKET, Key=key, Body=b"encrypted")

        until_nothing_is_due(scene.at + HOUR)

        assert states(exhibit) == {"primary": "present", "backup": "present"}
        assert read(digest) == JPEG
        kept_versions = {one["VersionId"] for one in locking.versions(key)}
        assert first["VersionId"] in kept_versions
        (aside,) = bucket().aside(digest)
        assert b"".join(aside.blocks()) == b"encrypted"
        # The new one is locked in its turn.
        assert jobs.lock_copies(at=scene.at + HOUR) == 1
        told = locking.client.head_object(Bucket=BUCKET, Key=key)
        until = scene.at + HOUR + FALSE_ALARM
        assert told["ObjectLockRetainUntilDate"].replace(microsecond=0) == until

    def test_two_writers_write_once(self, plain: Moto, tmp_path: Path) -> None:
        path, digest = big_file(tmp_path, 100)
        store = bucket()
        head = Bucket.has
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Bucket, "has", lambda *_: False)
            store.copy_from(path, digest)
            first = store.look(digest)
            store.copy_from(path, digest)

        assert head(store, digest)
        assert store.look(digest) == first


class TestSettings:
    def test_address(self) -> None:
        found = address_of(
            "s3://evidence/a/b/", endpoint="https://s3.example/", region="cn-1"
        )

        assert (found.bucket, found.prefix) == ("evidence", "a/b/")
        assert str(found) == "s3://evidence/a/b/ (https://s3.example)"
        assert address_of("s3://evidence", endpoint="", region="").prefix == ""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("backup_store", "/mnt/disk"),
            ("backup_store", "s3://UPPER/x"),
            ("backup_store", "s3://ab"),
            ("backup_store", "s3://evidence/a b"),
            ("backup_store", "s3://evidence/\n"),
            ("backup_endpoint", "https://key:secret@s3.example"),
            ("backup_endpoint", "ftp://s3.example"),
        ],
    )
    def test_of_another_form_are_refused(self, name: str, value: str) -> None:
        said: dict[str, Any] = {name: value}

        with pytest.raises(ValidationError):
            Environment(**said)

    def test_keys_from_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "keys"
        path.write_text("the-id\nthe-secret\n")

        keys = read_keys(path)

        assert (keys.key_id, keys.secret) == ("the-id", "the-secret")
        assert "the-secret" not in repr(keys)
        path.write_text("the-secret")
        with pytest.raises(ValueError, match="two lines") as caught:
            read_keys(path)
        assert "the-secret" not in str(caught.value)

    @pytest.mark.django_db
    def test_without_the_packages(
        self,
        settings: Settings,
        scene: Scene,
        case: Case,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings.BACKUP_STORE = address_at("http://127.0.0.1:9")
        monkeypatch.setitem(sys.modules, "boto3", None)
        monkeypatch.setattr(checks, "find_spec", lambda _name: None)

        exhibit = added(scene, case)
        until_nothing_is_due(scene.at, jobs.fill_copies)
        probe = probing.probe_store(store=bucket(), at=scene.at)

        assert states(exhibit) == {"primary": "present", "backup": "waiting"}
        assert probe.fault == StoreFault.NO_EXTRA
        assert [one.id for one in checks.check_second_store(None)] == ["anlan.E002"]

    def test_that_contradict_each_other(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.BACKUP_STORE = address_at("http://s3.example")
        settings.BACKUP_VAULT = tmp_path

        found = [one.id for one in checks.check_second_store(None)]

        assert found == ["anlan.E001", "anlan.W001"]

    def test_base_needs_no_client(self) -> None:
        told = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; sys.modules['boto3'] = None; import anlan.base.bucket",
            ],
            check=True,
            env={"PYTHONPATH": "src"},
            capture_output=True,
            text=True,
        )

        assert told.stderr == ""

    def test_a_server_on_this_machine_is_no_second_disk(
        self, settings: Settings
    ) -> None:
        for endpoint, where in (
            ("http://127.0.0.1:9000", stores.Disks.ONE),
            ("http://localhost:9000", stores.Disks.ONE),
            ("https://192.0.2.7", stores.Disks.TWO),
            ("", stores.Disks.TWO),
        ):
            settings.BACKUP_STORE = address_at(endpoint)
            assert stores.disks() == where


def big_file(folder: Path, size: int) -> tuple[Path, str]:
    path = folder / f"file-{size}"
    block = hashlib.sha256(str(size).encode()).digest() * 32
    with path.open("wb") as file:
        for number in range(-(-size // len(block))):
            file.write(number.to_bytes(8) + block[8:])
        file.truncate(size)
    return path, stores.digest_of(path)


def locked(scene: Scene, case: Case) -> Exhibit:
    """An exhibit whose copy in the bucket was locked."""
    probing.probe_store(store=bucket(), at=timezone.now())
    exhibit = kept(scene, case)
    assert jobs.lock_copies(at=scene.at) == 1
    return exhibit


def refuse(client: Any, call: str, code: str) -> None:
    """Let the server refuse a call, as its policy would."""
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415 -- an extra

    class Raw:
        def __init__(self) -> None:
            self.left = [
                f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
            ]

        def stream(self, **_more: Any) -> Iterator[bytes]:
            while self.left:
                yield self.left.pop()

        def read(self, *_more: Any) -> bytes:
            return self.left.pop() if self.left else b""

    def answer(request: Any, **_more: Any) -> AWSResponse:
        return AWSResponse(request.url, 403, {}, Raw())

    client.meta.events.register(f"before-send.s3.{call}", answer)

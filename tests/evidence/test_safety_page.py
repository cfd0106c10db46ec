"""One word first: is all evidence in two sound copies? And who looked last?"""

from __future__ import annotations

import errno
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import orjson
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pydantic import SecretStr
from pytest_django import Settings

from anlan import worker
from anlan.base import stores
from anlan.base.errors import NotAllowed
from anlan.cases.events import TaskPhotoReceived
from anlan.cases.models import Case
from anlan.evidence import jobs, messages
from anlan.evidence import services as evidence
from anlan.evidence.enums import CheckKind, CopyState
from anlan.evidence.events import ExhibitReceived
from anlan.evidence.file_verification import kinds_that_bring_files
from anlan.evidence.models import CheckRun, CheckTurn, Copy, Exhibit
from anlan.evidence.selectors.safety import Trouble, Verdict, safety_for
from anlan.incidents.events import AttachmentReceived
from anlan.ledger import clock_steps, timestamping
from anlan.ledger.models import Tree
from anlan.notify.models import Message
from anlan.play.signing import signer_at_hand
from tests.evidence.damages import flip_a_bit
from tests.ledger.stampers import Stamper, listening
from tests.pictures import JPEG, OTHER_JPEG
from tests.scene import Scene

PAGE = "/evidence/safety/"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def exhibit(scene: Scene, case: Case) -> Exhibit:
    return evidence.add_file(case=case, chunks=[JPEG], by=scene.guard, at=scene.at)


def client_of(scene: Scene, username: str) -> Client:
    client = Client()
    client.force_login(scene.person(username))
    return client


def read(client: Client, at: datetime) -> str:
    with time_machine.travel(at, tick=False):
        answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


class TestTheVerdict:
    def test_is_amber_on_one_disk(
        self, scene: Scene, exhibit: Exhibit, at: datetime
    ) -> None:
        worker.run_due(at=at)

        found = safety_for(scene.manager, at=at)

        assert (found.verdict, found.troubles) == (Verdict.ONE_DISK, [])
        assert (found.files, found.sound_files) == (1, 1)
        assert "在同一块硬盘上" in read(client_of(scene, "hetao"), at)

    def test_says_that_the_disks_are_not_known(
        self,
        scene: Scene,
        exhibit: Exhibit,
        at: datetime,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        worker.run_due(at=at)
        monkeypatch.setattr(stores, "disks", lambda: stores.Disks.UNKNOWN)

        assert safety_for(scene.manager, at=at).verdict == Verdict.DISKS_UNKNOWN
        assert "不能确定在两块硬盘上" in read(client_of(scene, "hetao"), at)

    @pytest.mark.parametrize(
        ("state", "trouble"),
        [
            (CopyState.MISSING, Trouble.DAMAGED),
            (CopyState.CORRUPT, Trouble.DAMAGED),
            (CopyState.WAITING, Trouble.WAITING),
            (CopyState.AWAY, Trouble.AWAY),
        ],
    )
    def test_is_red_while_a_copy_is_not_there(
        self,
        scene: Scene,
        exhibit: Exhibit,
        at: datetime,
        state: CopyState,
        trouble: Trouble,
    ) -> None:
        worker.run_due(at=at)
        Copy.objects.filter(store="backup").update(state=state)

        found = safety_for(scene.manager, at=at)

        assert (found.verdict, found.troubles) == (Verdict.UNSAFE, [trouble])
        assert found.sound_files == 0
        assert str(trouble.advice) in read(client_of(scene, "hetao"), at)

    def test_says_when_no_copy_is_left(
        self, scene: Scene, exhibit: Exhibit, at: datetime
    ) -> None:
        worker.run_due(at=at)
        Copy.objects.update(state=CopyState.CORRUPT)

        found = safety_for(scene.manager, at=at)

        assert found.troubles == [Trouble.LOST, Trouble.DAMAGED]

    def test_is_red_without_a_worker(
        self, scene: Scene, exhibit: Exhibit, at: datetime
    ) -> None:
        assert safety_for(scene.manager, at=at).troubles == [Trouble.NO_WORKER]
        worker.run_due(at=at)
        assert safety_for(scene.manager, at=at + 4 * MINUTE).troubles == []

        found = safety_for(scene.manager, at=at + 6 * MINUTE)

        assert found.troubles == [Trouble.NO_WORKER]
        page = read(client_of(scene, "hetao"), at + 6 * MINUTE)
        assert "后台程序没有运行" in page

    @pytest.mark.parametrize(
        ("kind", "age", "trouble"),
        [
            (CheckKind.QUICK, timedelta(hours=2, minutes=1), Trouble.QUICK_LATE),
            (CheckKind.DEEP, timedelta(days=8, minutes=1), Trouble.DEEP_LATE),
        ],
    )
    def test_is_red_when_a_check_does_not_come(
        self,
        scene: Scene,
        exhibit: Exhibit,
        at: datetime,
        kind: CheckKind,
        age: timedelta,
        trouble: Trouble,
    ) -> None:
        worker.run_due(at=at)
        CheckTurn.objects.filter(kind=kind).update(ended_at=at - age)

        assert safety_for(scene.manager, at=at).troubles == [trouble]

    def test_is_red_when_a_byte_was_not_read_for_eight_days(
        self, scene: Scene, exhibit: Exhibit, at: datetime
    ) -> None:
        later = at + timedelta(days=8, minutes=1)
        worker.run_due(at=later)
        Copy.objects.filter(store="backup").update(rehashed_at=at)

        assert safety_for(scene.manager, at=later).troubles == [Trouble.DEEP_LATE]


class TestThePage:
    def test_links_what_the_reader_may_see_and_counts_the_rest(
        self, scene: Scene, case: Case, exhibit: Exhibit, at: datetime
    ) -> None:
        worker.run_due(at=at)
        Copy.objects.filter(store="backup").update(state=CopyState.CORRUPT)

        manager = read(client_of(scene, "hetao"), at)
        administrator = read(client_of(scene, "admin"), at)

        assert f'href="/cases/{case.number}/"' in manager
        assert "E-0001" in manager
        assert case.number not in administrator
        assert "另有 1" in administrator

    def test_shows_the_folders_to_administrators_alone(
        self, scene: Scene, exhibit: Exhibit, at: datetime, tmp_path: Path
    ) -> None:
        assert str(tmp_path) not in read(client_of(scene, "hetao"), at)
        assert str(tmp_path / "vault") in read(client_of(scene, "admin"), at)

    def test_is_for_those_who_read_the_record(self, scene: Scene) -> None:
        for username in ("wangjianguo", "zhoumin"):
            client = client_of(scene, username)
            assert client.get(PAGE).status_code == 403
            assert client.post(f"{PAGE}checks/", {"kind": "quick"}).status_code == 403
            assert PAGE not in client.get("/").content.decode()
        assert PAGE in client_of(scene, "hetao").get("/").content.decode()
        with pytest.raises(NotAllowed):
            evidence.ask_for_check(kind=CheckKind.DEEP, by=scene.guard, at=scene.at)

    @pytest.mark.parametrize("kind", ["quick", "deep"])
    def test_asks_for_a_check_now(
        self, scene: Scene, exhibit: Exhibit, at: datetime, kind: str
    ) -> None:
        worker.run_due(at=at + 2 * HOUR)
        now = at + 2 * HOUR + MINUTE
        before = CheckRun.objects.filter(kind=kind).count()
        client = client_of(scene, "hetao")
        with time_machine.travel(now, tick=False):
            answer = client.post(f"{PAGE}checks/", {"kind": kind})
        assert answer.headers["Location"] == PAGE
        assert "等待后台程序开始" in read(client, now)

        worker.run_due(at=now)

        assert CheckRun.objects.filter(kind=kind).count() == before + 1
        run = CheckRun.objects.filter(kind=kind).latest("pk")
        assert (run.copies, run.bytes_read) == (
            2,
            2 * len(JPEG) if kind == "deep" else 0,
        )

    def test_knows_no_other_check(self, scene: Scene) -> None:
        client = client_of(scene, "hetao")
        assert client.post(f"{PAGE}checks/", {"kind": "sweep"}).status_code == 404

    def test_asks_as_often_for_many_files_as_for_few(
        self,
        scene: Scene,
        case: Case,
        exhibit: Exhibit,
        at: datetime,
        django_assert_num_queries,
    ) -> None:
        worker.run_due(at=at)
        Copy.objects.update(state=CopyState.CORRUPT)
        manager = scene.manager
        with CaptureQueriesContext(connection) as few:
            safety_for(manager, at=at)
        evidence.add_file(case=case, chunks=[OTHER_JPEG], by=scene.guard, at=at)
        Copy.objects.update(state=CopyState.CORRUPT)

        manager = scene.manager
        with django_assert_num_queries(len(few)):
            safety_for(manager, at=at)


class TestTheDeadMan:
    def test_healthz_names_what_did_not_come(
        self, scene: Scene, exhibit: Exhibit, at: datetime
    ) -> None:
        def late(moment: datetime) -> list[str]:
            with time_machine.travel(moment, tick=False):
                return list(
                    orjson.loads(Client().get("/healthz").content)["late_checks"]
                )

        assert late(at) == ["copies"]  # no worker has ever run
        worker.run_due(at=at)
        assert late(at + MINUTE) == []
        assert late(at + 3 * HOUR) == ["copies", "quick"]
        assert late(at + timedelta(days=9)) == ["copies", "quick", "deep", "ledger"]

    def test_tells_the_managers_once_a_day(
        self, scene: Scene, exhibit: Exhibit, at: datetime
    ) -> None:
        """The worker lives, and the disk hangs: the checks do not come to an end."""
        jobs.check_quick(at=at)
        jobs.check_deep(at=at)
        for minutes in range(0, 30 * 60, 5):
            jobs.tell_of_silence(at=at + 2 * HOUR + minutes * MINUTE)

        made = Message.objects.filter(kind=messages.SILENT).order_by("made_at")
        assert [message.made_at for message in made] == [
            at + 2 * HOUR + 15 * MINUTE,
            at + 26 * HOUR + 15 * MINUTE,
        ]
        assert made[0].params["check"] == "quick"
        told = set(made[0].deliveries.values_list("user__username", flat=True))
        assert {"hetao", "admin"} <= told

    def test_says_nothing_of_a_night_that_the_machine_was_off(
        self, scene: Scene, exhibit: Exhibit, at: datetime
    ) -> None:
        worker.run_due(at=at)
        for seconds in (0, 1, 900):
            worker.run_due(at=at + 12 * HOUR + timedelta(seconds=seconds))

        assert not Message.objects.filter(kind=messages.SILENT).exists()


class TestVerify:
    def verify(self, *options: str) -> tuple[int, str]:
        out = StringIO()
        try:
            call_command("verify", "--processes", "1", *options, stdout=out)
        except SystemExit as end:
            return int(str(end.code)), out.getvalue()
        return 0, out.getvalue()

    def test_says_how_many_files_there_are(self, exhibit: Exhibit) -> None:
        code, said = self.verify()

        assert code == 0
        assert "1 files, 2 of 2 copies are there with their size" in said

    def test_reads_every_byte_and_names_case_and_exhibit(
        self, case: Case, exhibit: Exhibit
    ) -> None:
        flip_a_bit(stores.backup().path_of(exhibit.file.sha256))

        assert self.verify()[0] == 0
        code, said = self.verify("--deep")

        assert code == 1
        assert f"{case.number} E-0001: backup copy corrupt" in said
        assert "1 of 2 copies are whole: every byte read" in said

    def test_looks_for_what_the_record_names_not_for_rows(
        self, case: Case, exhibit: Exhibit
    ) -> None:
        stores.primary().path_of(exhibit.file.sha256).unlink()
        digest = exhibit.file.sha256
        blob = exhibit.file
        exhibit.delete()
        blob.copies.all().delete()
        blob.delete()

        code, said = self.verify("--json")

        assert code == 1
        (problem,) = orjson.loads(said)["files"]["problems"]
        assert problem == {
            "where": case.number,
            "store": "primary",
            "digest": digest,
            "state": "missing",
        }

    def test_a_copy_that_waits_is_no_fault(self, exhibit: Exhibit) -> None:
        stores.backup().path_of(exhibit.file.sha256).unlink()
        Copy.objects.filter(store="backup").update(state=CopyState.WAITING)

        code, said = self.verify("--deep")

        assert code == 0
        assert "1 copies more wait for their disk" in said

    def test_knows_all_kinds_that_bring_files(self) -> None:
        assert set(kinds_that_bring_files()) >= {
            ExhibitReceived.kind,
            TaskPhotoReceived.kind,
            AttachmentReceived.kind,
        }


def test_page_says_how_time_stamps_stand(
    scene: Scene, case: Case, settings: Settings, tmp_path: Path, at
) -> None:
    client = client_of(scene, "hetao")

    def read(when: datetime = at) -> str:
        with time_machine.travel(when, tick=False):
            return str(client.get(PAGE).content.decode())

    assert "未设置" in read()

    stamper = Stamper(tmp_path / "authority")
    settings.TSA_CERTIFICATES = stamper.root
    with listening(stamper) as address, signer_at_hand():
        settings.TSA_URL = SecretStr(address)
        assert "还没有取得" in read()
        worker.run_due(at=at)
        page = read()
        assert "Test clock" in page
        assert "有检查点在等待第三方时间戳" not in page

        settings.TSA_URL = SecretStr("http://127.0.0.1:1/")
        scene.report(at=at)
        later = at + timedelta(hours=2)
        worker.run_due(at=later)
    page = read(later)
    assert "有检查点在等待第三方时间戳" in page
    assert "时间戳机构没有应答" in page
    assert timestamping.standing_of(scene.site.organisation_id, scene.site.pk).unstamped
    assert Tree.objects.get(site_id=scene.site.pk).stamp_problem == "away"


def test_second_copies_on_a_disk_are_said_to_be_in_reach(
    scene: Scene, exhibit: Exhibit
) -> None:
    page = client_of(scene, "admin").get(PAGE).content.decode()

    assert page.count("能控制本程序的人也能删除这里的副本") == 1


def test_disk_that_knows_no_links_is_told_in_words(
    scene: Scene, exhibit: Exhibit, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(scene, "admin")
    assert "exFAT" not in client.get(PAGE).content.decode()

    monkeypatch.setattr(stores.Store, "knows_links", False)

    assert "exFAT 一类的格式" in client.get(PAGE).content.decode()


def test_room_of_a_disk_that_cannot_be_written_is_told(
    scene: Scene, exhibit: Exhibit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(_store: stores.Store) -> bool:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(stores.Store, "knows_links", property(read_only))

    page = client_of(scene, "admin").get(PAGE).content.decode()

    assert "exFAT" not in page
    assert "读不到" not in page


def test_page_shows_the_last_step_of_the_clock(
    scene: Scene, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(scene, "hetao")
    assert "服务器的时钟变动过" not in read(client, at)
    steps = iter([0.0, -7.0, 293.0])
    monkeypatch.setattr(clock_steps, "_offset", lambda: next(steps))
    watch = clock_steps.ClockWatch()
    for _number in range(3):
        watch.look(at=at)

    page = read(client, at)

    assert "服务器的时钟前跳了 300.000 秒" in page
    assert "后退" not in page

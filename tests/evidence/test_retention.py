"""A hold beats deletion, deletion is for real and on the record, and they cannot race."""

from __future__ import annotations

import copy
import os
import re
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    connection,
    connections,
    transaction,
)
from django.db.models import Model, QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from pytest_django import Settings

import anlan
from anlan.accounts import services as accounts
from anlan.base import stores
from anlan.base.clock import acting_at
from anlan.base.durable import sync_folder
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotAllowed
from anlan.base.lines import MOST_WORDS
from anlan.cases import services as cases
from anlan.cases.enums import Severity
from anlan.cases.models import AcceptedRequest, Case
from anlan.evidence import deletion_triggers, jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import (
    CopyState,
    DeletionState,
    ExhibitState,
    FootageWay,
    HoldReason,
    HoldState,
    Keeper,
    Masking,
    PaperKind,
    Purpose,
    RecordingState,
    RetentionClass,
    Round,
    Way,
    WordsKind,
)
from anlan.evidence.file_verification import kinds_that_bring_files, verify_files
from anlan.evidence.forms.retention import ReleaseForm
from anlan.evidence.models import (
    Blob,
    Copy,
    CustodyStep,
    Deletion,
    Exhibit,
    FootageApplication,
    FootageMark,
    FootageRequest,
    FootageViewing,
    Hold,
    Injury,
    InjuryRefusal,
    MedicalPaper,
    Package,
    PackageReceipt,
    PackageWithdrawal,
    Recording,
    Redaction,
    RetentionLook,
    SaidLength,
    Upload,
)
from anlan.evidence.selectors import deletions, holds, retention
from anlan.evidence.selectors.packages import facts_of
from anlan.evidence.selectors.playing import playable_of
from anlan.evidence.selectors.recordings import addable_cameras
from anlan.evidence.selectors.register import Wanted, register_page
from anlan.evidence.selectors.retention import APPLICATION_WORDS
from anlan.evidence.services import deleting
from anlan.evidence.services import retention as retention_service
from anlan.evidence.services.holds import MOST_EARLY, MOST_RELEASE
from anlan.evidence.services.opening import good_path
from anlan.evidence.services.retention import review_case
from anlan.incidents import services as incidents
from anlan.incidents.enums import EmergencyService, Police
from anlan.incidents.models import Incident
from anlan.law import selectors as law
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Message
from anlan.play.signing import signer_at_hand
from tests.at_once import at_once, failures
from tests.evidence.footage import filmed
from tests.evidence.keeping import (
    DAY,
    FALSE_ALARM,
    HOUR,
    NOTICE,
    ORDINARY,
    SERIOUS,
    ended,
    files_named,
    files_with,
    hold,
    pass_period,
    photo,
    released,
    remove,
    review,
)
from tests.evidence.objects import both, umbrella
from tests.evidence.recorders import Watched, watched
from tests.evidence.test_custody import given_back, party_of
from tests.evidence.test_packages import POLICE
from tests.evidence.told import STORY, begun, frozen, hurt, photographed, told
from tests.incidents.story import facts
from tests.pictures import JPEG, OTHER_JPEG, PDF
from tests.scene import Scene
from tests.signed_in import SignIn

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def exhibit(scene: Scene, case: Case) -> Exhibit:
    return photo(scene, case, title="陆远航的照片", how="门卫拍的")


def fresh(exhibit: Exhibit) -> Exhibit:
    return Exhibit.objects.select_related("blob", "case__site").get(pk=exhibit.pk)


class TestDeletion:
    @pytest.mark.both
    def test_is_announced_waits_a_month_and_is_for_real(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        digest = exhibit.file.sha256
        ended(case, at=scene.at)

        review(scene.at + ORDINARY - NOTICE - HOUR)
        assert not Deletion.objects.exists()
        review(scene.at + ORDINARY - NOTICE)
        row = Deletion.objects.get()
        assert (row.exhibit, row.state) == (exhibit, DeletionState.ANNOUNCED)
        assert row.delete_at == scene.at + ORDINARY
        review(scene.at + ORDINARY - HOUR)
        assert fresh(exhibit).is_deleted is False

        review(scene.at + ORDINARY)
        assert fresh(exhibit).is_deleted
        assert len(files_named(digest)) == 2  # an hour for whoever took them just then
        remove(scene.at + ORDINARY + HOUR)

        assert files_named(digest) == []
        assert files_with(JPEG) == []
        row.refresh_from_db()
        assert (row.state, row.files_count, row.size) == ("deleted", 1, len(JPEG))
        (fact,) = facts(case, "evidence.deleted")
        assert (fact["sha256"], fact["size"]) == (digest, len(JPEG))
        assert (fact["stores"], fact["retention_class"]) == (
            "primary,backup",
            "ordinary",
        )
        assert verify().is_sound
        report = verify_files(deep=True)
        assert (report.problems, report.deleted, report.files) == ([], 1, 0)

    def test_leaves_a_tombstone_without_words(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        for number, state, made in ((1, "done", exhibit), (2, "refused", None)):
            Upload.objects.create(
                case=case,
                by=scene.guard,
                request_id=UUID(int=number),
                size=exhibit.file.size,
                title="陆远航的照片",
                file_name="陆远航.jpg",
                how="门卫拍的",
                state=state,
                exhibit=made,
                begun_at=scene.at,
                expires_at=scene.at,
            )
        ended(case, at=scene.at)
        at = pass_period(scene.at, ORDINARY)

        left = fresh(exhibit)
        for field in ("title", "file_name", "how"):
            assert texts(Upload, field) == ["", ""]
        assert (left.code, left.title, left.how, left.file_name) == (
            "E-0001",
            "",
            "",
            "",
        )
        assert left.file.sha256 == exhibit.file.sha256
        with pytest.raises(Conflict, match="E-0001 已按保存期限删除"):
            evidence.open_exhibit(exhibit=left, way=Way.VIEWED, by=scene.officer, at=at)

    def test_is_not_damage_and_is_never_healed(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        ended(case, at=scene.at)
        at = pass_period(scene.at, ORDINARY)

        for job in (jobs.check_quick, jobs.check_deep, jobs.fill_copies, jobs.sweep):
            while job(at=at + 2 * DAY):
                pass

        assert facts(case, "evidence.copy_damaged") == []
        assert files_named(exhibit.file.sha256) == []
        assert set(Copy.objects.values_list("state", flat=True)) == {"deleted"}

    @pytest.mark.parametrize("name", ["primary", "backup"])
    def test_is_done_again_if_a_backup_brings_the_file_back(
        self, name: str, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        digest = exhibit.file.sha256
        ended(case, at=scene.at)
        at = pass_period(scene.at, ORDINARY)
        store = next(s for s in stores.folders() if s.name == name)
        store.path_of(digest).write_bytes(JPEG)
        assert [p.state for p in verify_files(deep=False).problems] == ["present"]

        while jobs.sweep(at=at + 2 * DAY):
            pass

        assert files_named(digest) == []
        assert files_with(JPEG) == []
        (fact,) = facts(case, "evidence.deleted_again")
        assert fact == {"code": "E-0001", "store": name, "sha256": digest}
        assert verify_files(deep=False).problems == []

    def test_is_done_again_if_an_old_database_is_restored(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        """Rows and files of before the deletion: it is due, and goes once more."""
        digest = exhibit.file.sha256
        ended(case, at=scene.at)
        kept = {store: store.path_of(digest).read_bytes() for store in stores.folders()}
        with transaction.atomic():
            pass_period(scene.at, ORDINARY)
            transaction.set_rollback(True)
        for store, content in kept.items():
            store.path_of(digest).write_bytes(content)

        at = scene.at + ORDINARY + 40 * DAY
        review(at)
        assert not fresh(exhibit).is_deleted  # announced anew
        review(at + NOTICE)
        remove(at + NOTICE + HOUR)

        assert files_named(digest) == []

    def test_of_what_was_set_aside_too(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        """A damaged copy lies in quarantine, whose bytes are nearly those of the file."""
        path = stores.primary().path_of(exhibit.file.sha256)
        path.chmod(0o600)
        path.write_bytes(JPEG[:-1])
        while jobs.check_quick(at=scene.at + HOUR) or jobs.fill_copies(
            at=scene.at + HOUR
        ):
            pass
        ended(case, at=scene.at)
        assert len(files_named(exhibit.file.sha256)) == 3

        pass_period(scene.at, ORDINARY)

        assert files_named(exhibit.file.sha256) == []

    @pytest.mark.both
    def test_of_bytes_of_two_cases_waits_for_the_last(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        twin = photo(scene, other)
        ended(case, at=scene.at)
        ended(other, at=scene.at + 90 * DAY)

        pass_period(scene.at, ORDINARY)

        assert fresh(exhibit).is_deleted
        assert not fresh(twin).is_deleted
        assert len(files_named(exhibit.file.sha256)) == 2
        (fact,) = facts(case, "evidence.deleted")
        assert (fact["shared"], fact["stores"]) == (1, "")
        assert verify_files(deep=True).problems == []

        pass_period(scene.at + 90 * DAY, ORDINARY)

        assert files_named(exhibit.file.sha256) == []
        assert verify_files(deep=True).problems == []

    def test_same_bytes_that_come_again_are_a_new_exhibit(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        ended(case, at=scene.at)
        at = pass_period(scene.at, ORDINARY)

        again = photo(scene, case)

        assert (again.code, again.state) == ("E-0002", "kept")
        assert again.file.has_two_copies
        assert len(files_with(JPEG)) == 2
        assert verify_files(deep=True).problems == []
        assert remove(at + DAY) == 0

    def test_same_bytes_that_come_between_decision_and_removal_stay(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)
        review(scene.at + ORDINARY)
        other = scene.incident(place=scene.place("园区 南门")).case
        twin = photo(scene, other)

        remove(scene.at + ORDINARY + HOUR)

        assert fresh(twin).file.has_two_copies
        assert len(files_with(JPEG)) == 2
        assert Deletion.objects.get().state == DeletionState.DELETED
        assert verify_files(deep=True).problems == []

    def test_same_bytes_without_a_row_yet_are_waited_for(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        """Somebody's upload has given the file its name, and will write its row soon."""
        ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)
        review(scene.at + ORDINARY)
        store = stores.primary()
        draft = store.draft()
        draft.write_bytes(JPEG)
        store.take(draft, exhibit.file.sha256)
        draft.unlink()

        remove(scene.at + ORDINARY + HOUR)

        assert store.has(exhibit.file.sha256)
        assert facts(case, "evidence.deleted") == []
        remove(scene.at + ORDINARY + 2 * HOUR)
        assert files_named(exhibit.file.sha256) == []

    @pytest.mark.parametrize("days", [-1, -400])
    def test_of_a_clock_set_back_does_not_happen(
        self, days: int, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)

        review(scene.at + ORDINARY + days * DAY)

        assert not fresh(exhibit).is_deleted
        assert len(files_named(exhibit.file.sha256)) == 2

    def test_of_a_clock_that_leapt_ahead_does_not_happen(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        """It announces far too early; back at the right time that counts for nothing."""
        ended(case, at=scene.at)
        review(scene.at + ORDINARY + 3000 * DAY)
        assert Deletion.objects.count() == 1

        review(scene.at + DAY)
        assert Deletion.objects.count() == 0
        review(scene.at + ORDINARY)  # announced now, on this day
        assert not fresh(exhibit).is_deleted

    @pytest.mark.parametrize(
        "ending",
        ["open", "reopened", "package", "disposal"],
    )
    def test_waits_for_what_goes_on(
        self, ending: str, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        thing = umbrella(scene, case)
        ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)
        when = scene.at + ORDINARY
        if ending in {"open", "reopened"}:
            cases.reopen_case(case=case, by=scene.manager, at=when - DAY)
        elif ending == "package":
            evidence.ask_package(
                case=case,
                exhibits=[exhibit],
                purpose=Purpose.INTERNAL,
                masking=Masking.LIST,
                recipient=evidence.Recipient(name="总部"),
                by=scene.manager,
                at=when - DAY,
            )
        else:
            evidence.ask_disposal(
                exhibit=thing, words="交还", by=scene.officer, at=when - DAY
            )

        review(when)

        assert not fresh(exhibit).is_deleted
        assert not Deletion.objects.exists()
        (fact,) = facts(case, "evidence.deletion_put_off")
        assert fact["why"] in {"open", "package", "disposal"}

    @pytest.mark.parametrize(
        ("state", "keepers"),
        [("preparing", ["masking"]), ("queued", ["masking"]), ("draft", [])],
    )
    def test_waits_for_a_masked_copy_that_is_being_made(
        self,
        state: str,
        keepers: list[str],
        scene: Scene,
        case: Case,
        exhibit: Exhibit,
    ) -> None:
        evidence.begin_redaction(exhibit=exhibit, by=scene.manager, at=scene.at)
        Redaction.objects.update(state=state)
        case = ended(case, at=scene.at)

        assert retention.keepers_of(case, at=scene.at) == keepers
        pass_period(scene.at, ORDINARY)
        assert fresh(exhibit).is_deleted == (not keepers)

    def test_counts_the_longest_class(self, scene: Scene, case: Case) -> None:
        plain = photo(scene, case)
        ended(case, at=scene.at, severity=3)
        assert retention.case_class(case) == RetentionClass.SERIOUS
        review(scene.at + SERIOUS - NOTICE - DAY)
        assert not Deletion.objects.exists()
        review(scene.at + SERIOUS - NOTICE)
        assert Deletion.objects.get().exhibit == plain

    def test_of_a_false_alarm_comes_after_thirty_days(self, scene: Scene) -> None:
        incident = scene.incident(flags=())
        kept = photo(scene, incident.case)
        scene.call_off(incident, reason="孩子在玩耍", at=scene.at)

        review(scene.at + HOUR)
        review(scene.at + FALSE_ALARM)
        review(scene.at + FALSE_ALARM + HOUR)
        remove(scene.at + FALSE_ALARM + 3 * HOUR)

        assert fresh(kept).is_deleted
        assert files_with(JPEG) == []

    def test_managers_are_told_once(self, scene: Scene, case: Case) -> None:
        for content in (JPEG, OTHER_JPEG):
            photo(scene, case, content)
        ended(case, at=scene.at)

        review(scene.at + ORDINARY - NOTICE)

        assert Message.objects.filter(kind="evidence.deletion_due").count() == 1

    def test_takes_the_words_of_a_statement_along(self, scene: Scene) -> None:
        case = scene.incident().case
        statement = frozen(scene, case)
        ended(case, at=scene.at)

        pass_period(scene.at, SERIOUS)

        answers = set(statement.answers.values_list("question", "answer"))
        assert answers == {("", "")}
        assert files_with(STORY.encode()) == []
        assert verify().is_sound
        assert verify_files(deep=True).problems == []


def test_bytes_of_the_vault_are_removed_in_one_place() -> None:
    source = Path(anlan.__file__).parent
    callers = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(r"\b(store|primary\(\)|backup\(\))\.remove\(", path.read_text())
    ]
    assert callers == ["evidence/services/deleting.py"]


def test_a_package_is_no_file_that_the_vault_has_lost() -> None:
    kinds = kinds_that_bring_files()
    assert "evidence.received" in kinds
    assert "evidence.package_made" not in kinds


class TestCrash:
    STEPS = (
        "look",
        "rename",
        "unlink",
        "sync",
        "record",
    )

    @pytest.mark.both
    @pytest.mark.parametrize("step", STEPS)
    @pytest.mark.parametrize("time", [1, 2])
    def test_at_any_step_is_followed_by_a_worker_that_finishes(
        self,
        step: str,
        time: int,
        scene: Scene,
        case: Case,
        exhibit: Exhibit,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)
        review(scene.at + ORDINARY)
        at = scene.at + ORDINARY + HOUR
        with monkeypatch.context() as patch:
            _die_at(step, time, patch)
            with pytest.raises(Killed):
                remove(at)
        assert facts(case, "evidence.deleted") == []

        remove(at + HOUR)

        assert files_named(exhibit.file.sha256) == []
        assert files_with(JPEG) == []
        assert len(facts(case, "evidence.deleted")) == 1
        assert Deletion.objects.get().state == DeletionState.DELETED
        assert verify_files(deep=True).problems == []

    def test_of_the_decision_leaves_everything_as_it_was(
        self,
        scene: Scene,
        case: Case,
        exhibit: Exhibit,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)
        with monkeypatch.context() as patch:
            patch.setattr(deleting, "_mark", _killed)
            with pytest.raises(Killed):
                review(scene.at + ORDINARY)

        assert not fresh(exhibit).is_deleted
        assert fresh(exhibit).title == "陆远航的照片"
        assert not Blob.objects.exclude(deleted_at=None).exists()
        review(scene.at + ORDINARY + HOUR)
        assert fresh(exhibit).is_deleted


class Killed(BaseException):
    """As ``kill -9``: nothing catches it."""


def _killed(*_args: object, **_more: object) -> None:
    raise Killed


def _die_at(step: str, time: int, patch: pytest.MonkeyPatch) -> None:
    """Die in the first or second store: before a call, or just after it."""
    count = 0

    def dying(call: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*args: object, **more: object) -> object:
            nonlocal count
            count += 1
            if count == time and step != "unlink":
                raise Killed
            result = call(*args, **more)
            if count == time:
                raise Killed
            return result

        return wrapper

    if step == "look":
        patch.setattr(stores.Store, "look_of", dying(stores.Store.look_of))
    elif step == "rename":
        patch.setattr(Path, "rename", dying(Path.rename))
    elif step == "unlink":
        real = Path.unlink

        def only_leaving(path: Path, **more: bool) -> None:
            if path.name.endswith(".leaving") and path.exists():
                dying_unlink(path, **more)
            else:
                real(path, **more)

        dying_unlink = dying(real)
        patch.setattr(Path, "unlink", only_leaving)
    elif step == "sync":
        patch.setattr("anlan.base.stores.sync_folder", dying(sync_folder))
    else:
        patch.setattr(deleting, "_record_file", _killed)


class TestHold:
    @pytest.mark.both
    @pytest.mark.parametrize("what", ["case", "exhibit"])
    def test_beats_the_period(
        self, what: str, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)
        held = hold(
            scene,
            case,
            exhibit if what == "exhibit" else None,
            at=scene.at + ORDINARY - DAY,
        )
        assert not Deletion.objects.exists()

        pass_period(scene.at, ORDINARY + 900 * DAY)
        assert len(files_named(exhibit.file.sha256)) == 2

        at = scene.at + ORDINARY + 1000 * DAY
        released(scene, held, at=at)
        review(at)
        assert not fresh(exhibit).is_deleted  # it is announced first
        review(at + NOTICE)
        remove(at + NOTICE + HOUR)
        assert files_named(exhibit.file.sha256) == []

    def test_of_one_exhibit_does_not_hold_the_others(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        other = photo(scene, case, OTHER_JPEG)
        hold(scene, case, exhibit)
        ended(case, at=scene.at)

        pass_period(scene.at, ORDINARY)

        assert not fresh(exhibit).is_deleted
        assert fresh(other).is_deleted
        assert files_with(OTHER_JPEG) == []

    def test_of_a_derived_exhibit_holds_its_origin_too(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        masked = photo(scene, case, OTHER_JPEG)
        Exhibit.objects.filter(pk=masked.pk).update(derived_from=exhibit)
        hold(scene, case, fresh(masked))
        ended(case, at=scene.at)

        pass_period(scene.at, ORDINARY)

        assert not fresh(exhibit).is_deleted

    @pytest.mark.parametrize("held", ["recording", "list", "still", "masked"])
    def test_of_one_holds_what_it_was_made_from_and_what_was_made_of_it(
        self, held: str, scene: Scene, case: Case, tmp_path: Path, settings: Settings
    ) -> None:
        settings.RECORDINGS_ROOTS = [tmp_path]
        camera = watched(scene, tmp_path).camera("CAM-07")
        listed, picture, masked, other = (
            photo(scene, case, JPEG + bytes([n])) for n in range(4)
        )
        recording = evidence.want_recording(
            case=case, camera=camera, by=scene.officer, at=scene.at
        )
        Recording.objects.filter(pk=recording.pk).update(
            state=RecordingState.SAVED, exhibit=listed, pull_at=None, warn_at=None
        )
        segment = recording.segments.create(
            name="one.mp4", blob=listed.file, begin=scene.at, kept_at=scene.at
        )
        recording.stills.create(
            exhibit=picture, segment=segment, moment=scene.at, recipe={}
        )
        Exhibit.objects.filter(pk=masked.pk).update(derived_from=picture)
        recording.refresh_from_db()
        things: dict[str, Exhibit | Recording] = {
            "recording": recording,
            "list": listed,
            "still": picture,
            "masked": masked,
        }
        hold(scene, case, things[held])
        ended(case, at=scene.at)

        pass_period(scene.at, ORDINARY)

        recording.refresh_from_db()
        assert not recording.is_deleted
        assert not fresh(listed).is_deleted
        assert not fresh(picture).is_deleted
        assert not fresh(masked).is_deleted
        assert fresh(other).is_deleted

    def test_too_late_is_refused_and_names_what_is_gone(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)
        review(scene.at + ORDINARY)
        at = scene.at + ORDINARY

        with pytest.raises(Conflict, match="太晚：E-0001 已按保存期限删除") as refused:
            hold(scene, fresh(exhibit).case, exhibit, at=at)
        assert refused.value.source == "G09"
        with pytest.raises(Conflict, match="本案证据已按保存期限删除（E-0001）"):
            hold(scene, ended(case, at=scene.at), at=at)
        assert not Hold.objects.exists()

    def test_is_released_by_two_persons_of_two_roles(
        self, scene: Scene, case: Case
    ) -> None:
        held = hold(scene, case)
        manager, lawyer = scene.manager, scene.person("chenlu")
        with pytest.raises(Conflict, match="没有等待决定"):
            evidence.release_hold(hold=held, by=manager, at=scene.at)

        evidence.propose_release(
            hold=held, words="已结案", early="已履行", by=manager, at=scene.at
        )
        with pytest.raises(NotAllowed) as same:
            evidence.release_hold(hold=held, by=manager, at=scene.at)
        assert same.value.source == "G09"
        assert Hold.objects.get().state == HoldState.PROPOSED
        evidence.release_hold(hold=held, by=lawyer, at=scene.at)

        held = Hold.objects.get()
        assert held.state == HoldState.RELEASED
        assert (held.proposed_role, held.released_role) == (
            "site_manager",
            "legal_counsel",
        )
        assert verify().is_sound

    def test_is_not_released_by_two_of_one_role(self, scene: Scene, case: Case) -> None:
        held = hold(scene, case)
        second = scene.person("lixiang")
        accounts.grant_role(
            user=second,
            role_key="site_manager",
            node=scene.site,
            by=scene.person("admin"),
            at=scene.at,
        )
        evidence.propose_release(
            hold=held, words="已结案", early="已履行", by=scene.manager, at=scene.at
        )

        with pytest.raises(NotAllowed) as refused:
            evidence.release_hold(hold=held, by=scene.person("lixiang"), at=scene.at)
        assert refused.value.source == "G09"

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_both_reasons_as_long_as_they_may_be_fit(
        self, scene: Scene, case: Case, language: str
    ) -> None:
        held = hold(scene, case)
        about: dict[str, Any] = {
            "hold": held,
            "by": scene.manager,
            "at": scene.at,
        }
        words, early = "案" * MOST_RELEASE, "履" * MOST_EARLY
        assert ReleaseForm({"words": words, "early": early}).is_valid()
        assert "words" in ReleaseForm({"words": words + "案"}).errors

        with override(language):
            for over, path in (({"words": words + "案"}, "words"), ({}, "early")):
                said: dict[str, Any] = {
                    "words": words,
                    "early": early + "履",
                    **over,
                }
                with pytest.raises(InvalidInput) as refusal:
                    evidence.propose_release(**about, **said)
                assert refusal.value.path == path
            row = evidence.propose_release(**about, words=words, early=early)
        assert row.proposal.startswith(words)
        assert row.proposal.endswith(early)
        assert len(row.proposal) <= MOST_WORDS

    def test_stands_on_if_the_release_is_refused(
        self, scene: Scene, case: Case
    ) -> None:
        held = hold(scene, case)
        evidence.propose_release(
            hold=held, words="已结案", early="已履行", by=scene.manager, at=scene.at
        )
        evidence.refuse_release(hold=held, by=scene.person("chenlu"), at=scene.at)

        assert Hold.objects.get().state == HoldState.STANDING
        assert verify().is_sound

    def test_of_a_thing_keeps_it_in_the_house(self, scene: Scene, case: Case) -> None:
        thing = umbrella(scene, case)
        evidence.ask_disposal(
            exhibit=thing, words="交派出所", by=scene.officer, at=scene.at
        )
        hold(scene, case, thing)

        with pytest.raises(Conflict, match="正在保全（H-01）"):
            evidence.confirm_disposal(exhibit=thing, by=scene.manager, at=scene.at)

    def test_sent_twice_is_one(self, scene: Scene, case: Case) -> None:
        request = UUID(int=5)
        first = hold(scene, case, request_id=request)
        assert hold(scene, case, request_id=request) == first

    @pytest.mark.parametrize("words", ["", "   ", "字" * 501])
    def test_needs_a_reason(self, words: str, scene: Scene, case: Case) -> None:
        with pytest.raises(InvalidInput):
            hold(scene, case, words=words)

    def test_of_another_case_s_exhibit_is_refused(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        with pytest.raises(InvalidInput, match="本案"):
            hold(scene, other, exhibit)

    def test_says_nothing_of_its_words_on_the_record(
        self, scene: Scene, case: Case
    ) -> None:
        hold(scene, case, words="陆远航起诉", document_number="京0105民初1号")
        (fact,) = facts(case, "evidence.hold_placed")
        assert "陆远航" not in str(fact)
        assert "民初" not in str(fact)
        assert fact["held"] == ""


class TestJoined:
    """What was joined into a case is kept for what is known of that case."""

    @pytest.fixture
    def host(self, scene: Scene) -> Case:
        return scene.incident(place=scene.place("园区 南门")).case

    def joined(
        self, scene: Scene, case: Case, host: Case, *, severity: int = Severity.ORDINARY
    ) -> None:
        cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
        Case.objects.filter(pk=case.pk).update(severity=severity)
        ended(host, at=scene.at)

    @pytest.mark.both
    def test_is_held_by_a_hold_on_its_host(
        self, scene: Scene, case: Case, exhibit: Exhibit, host: Case
    ) -> None:
        self.joined(scene, case, host)
        review(scene.at + ORDINARY - NOTICE)
        assert Deletion.objects.filter(exhibit=exhibit).exists()

        held = hold(scene, host, at=scene.at + ORDINARY - DAY)

        assert not Deletion.objects.exists()
        assert holds.is_held(fresh(exhibit))
        pass_period(scene.at, ORDINARY + 900 * DAY)
        assert not fresh(exhibit).is_deleted

        at = scene.at + ORDINARY + 1000 * DAY
        released(scene, held, at=at)
        review(at)
        review(at + NOTICE)
        assert fresh(exhibit).is_deleted

    @pytest.mark.both
    def test_of_a_joined_case_does_not_leave_while_its_host_is_held(
        self, scene: Scene, case: Case, host: Case
    ) -> None:
        thing = umbrella(scene, case)
        self.joined(scene, case, host)
        held = hold(scene, host)
        said: dict[str, Any] = {"exhibit": thing, "at": scene.at, "words": "移交派出所"}
        evidence.ask_disposal(by=scene.officer, **said)

        with pytest.raises(Conflict, match="正在保全"):
            evidence.confirm_disposal(by=scene.manager, **said)

        released(scene, held, at=scene.at)
        step = evidence.confirm_disposal(by=scene.manager, **said)
        assert step.exhibit.state == "disposed"

    def test_is_kept_as_long_in_the_host_as_in_what_was_joined(
        self, scene: Scene, case: Case, host: Case
    ) -> None:
        Case.objects.filter(pk=host.pk).update(severity=Severity.ORDINARY)
        host.refresh_from_db()
        assert retention.case_class(host) == RetentionClass.ORDINARY
        incidents.record_emergency_call(
            incident=Incident.objects.get(case=case),
            service=EmergencyService.POLICE,
            by=scene.officer,
            at=scene.at,
        )
        self.joined(scene, case, host)
        host.refresh_from_db()

        assert retention.case_class(host) == RetentionClass.SERIOUS

    def test_is_not_held_by_a_hold_on_one_exhibit_of_its_host(
        self, scene: Scene, case: Case, exhibit: Exhibit, host: Case
    ) -> None:
        hold(scene, host, photo(scene, host, OTHER_JPEG))
        self.joined(scene, case, host)

        pass_period(scene.at, ORDINARY)

        assert fresh(exhibit).is_deleted

    def test_is_looked_at_when_the_hold_on_its_host_is_released(
        self, scene: Scene, case: Case, exhibit: Exhibit, host: Case
    ) -> None:
        self.joined(scene, case, host)
        held = hold(scene, host)
        review(scene.at + DAY)
        assert RetentionLook.objects.filter(case=case).exists()

        released(scene, held, at=scene.at + DAY)

        assert not RetentionLook.objects.filter(case=case).exists()

    @pytest.mark.both
    def test_database_refuses_what_a_hold_on_the_host_forbids(
        self, scene: Scene, case: Case, exhibit: Exhibit, host: Case
    ) -> None:
        self.joined(scene, case, host)
        hold(scene, host)
        row = Deletion.objects.create(
            case=case,
            exhibit=exhibit,
            retention_class=RetentionClass.ORDINARY,
            days=30,
            counted_from=scene.at,
            announced_at=scene.at,
            delete_at=scene.at,
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            Deletion.objects.filter(pk=row.pk).update(
                state="deleting", decided_at=scene.at
            )

    def test_is_fetched_at_once_when_its_host_is_held(
        self, scene: Scene, case: Case, host: Case, tmp_path: Path, settings: Settings
    ) -> None:
        settings.RECORDINGS_ROOTS = [tmp_path]
        cameras = watched(scene, tmp_path)
        recording = cameras.ask(case, scene.at - HOUR, scene.at - HOUR + MINUTE)
        Recording.objects.update(pull_at=scene.at + DAY, tries=4)
        cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)

        hold(scene, host)

        recording.refresh_from_db()
        assert (recording.pull_at, recording.tries) == (scene.at, 0)

    def test_hold_is_not_too_late_while_it_has_something(
        self, scene: Scene, case: Case, exhibit: Exhibit, host: Case
    ) -> None:
        photo(scene, host, OTHER_JPEG)
        self.joined(scene, case, host, severity=Severity.CONSIDERABLE)
        at = pass_period(scene.at, ORDINARY)
        assert host.exhibits.get().is_deleted

        hold(scene, Case.objects.get(pk=host.pk), at=at)

        pass_period(scene.at, SERIOUS)
        assert not fresh(exhibit).is_deleted

    @pytest.mark.parametrize("known", ["police", "severity"])
    def test_is_as_serious_as_its_host(
        self, known: str, scene: Scene, case: Case, exhibit: Exhibit, host: Case
    ) -> None:
        self.joined(scene, case, host)
        case.refresh_from_db()
        assert retention.case_class(case) == RetentionClass.ORDINARY
        if known == "police":
            host.incident.police = Police.CALLED
            host.incident.save(update_fields=["police"])
        else:
            Case.objects.filter(pk=host.pk).update(severity=Severity.CONSIDERABLE)

        case.refresh_from_db()
        assert retention.case_class(case) == RetentionClass.SERIOUS
        pass_period(scene.at, ORDINARY)
        assert not fresh(exhibit).is_deleted

    def test_waits_for_what_goes_on_in_its_host(
        self, scene: Scene, case: Case, exhibit: Exhibit, host: Case
    ) -> None:
        of_host = photo(scene, host, OTHER_JPEG)
        self.joined(scene, case, host)
        evidence.ask_package(
            case=Case.objects.get(pk=host.pk),
            exhibits=[of_host],
            purpose=Purpose.INTERNAL,
            masking=Masking.LIST,
            recipient=evidence.Recipient(name="总部"),
            by=scene.manager,
            at=scene.at,
        )
        case.refresh_from_db()
        assert retention.keepers_of(case, at=scene.at) == [Keeper.PACKAGE]

    @pytest.mark.both
    @pytest.mark.parametrize("round_number", range(4))
    def test_holding_and_deciding_do_not_wait_for_each_other(
        self, round_number: int, committed_scene: Scene
    ) -> None:
        """Whichever was opened first: they lock the two in one order."""
        scene = committed_scene
        first = scene.incident().case
        second = scene.incident(place=scene.place("园区 南门")).case
        case, host = (first, second) if round_number % 2 else (second, first)
        exhibit = photo(scene, case)
        self.joined(scene, case, host)
        when = scene.at + ORDINARY
        review(when - NOTICE)
        case.refresh_from_db()
        host.refresh_from_db()

        results = at_once(
            lambda: hold(scene, host, at=when),
            lambda: review_case(case=case, at=when),
            lambda: review_case(case=host, at=when),
        )

        assert all(isinstance(error, DomainError) for error in failures(results))
        has_hold = Hold.objects.filter(released_at=None).exists()
        is_deleted = fresh(exhibit).is_deleted
        assert has_hold or is_deleted
        if has_hold and is_deleted:  # what was left of the host is held, words at least
            kinds = ("evidence.deletion_decided", "evidence.hold_placed")
            told = Entry.objects.filter(kind__in=kinds).order_by("seq")
            assert [entry.kind for entry in told][-1] == "evidence.hold_placed"

    @pytest.mark.both
    def test_locks_go_up(self, scene: Scene, case: Case, host: Case) -> None:
        """Joining locks the lower key first, so everything does."""
        self.joined(scene, host, case)
        host = Case.objects.select_related("joined_into").get(pk=host.pk)
        assert host.joined_into_id == case.pk < host.pk
        with CaptureQueriesContext(connection) as asked:
            review_case(case=host, at=scene.at)
        locks = [query["sql"] for query in asked if 'FROM "cases_case"' in query["sql"]]
        keys = [key for sql in locks for key in (case.pk, host.pk) if _asks(sql, key)]
        assert keys[:2] == [case.pk, host.pk]


def _asks(sql: str, key: int) -> bool:
    return re.search(rf"WHERE \"cases_case\".\"id\" = {key}\b", sql) is not None


class TestBadCase:
    def test_stops_no_other(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The law asks for more days now than the row was announced with."""
        first = scene.incident(flags=()).case
        second = scene.incident(place=scene.place("园区 南门")).case
        stuck, other = photo(scene, first), photo(scene, second, OTHER_JPEG)
        ended(second, at=scene.at)
        scene.call_off(first.incident, reason="孩子在玩耍", at=scene.at)
        Case.objects.filter(pk=second.pk).update(
            closed_at=scene.at + FALSE_ALARM - ORDINARY
        )
        when = scene.at + FALSE_ALARM + HOUR
        review(scene.at + HOUR)
        assert Deletion.objects.count() == 2
        monkeypatch.setitem(law.guardrail("G12").thresholds, "days", 90)

        review(when)

        assert not fresh(stuck).is_deleted
        assert fresh(other).is_deleted
        assert RetentionLook.objects.get(case=first).look_at == when + DAY
        monkeypatch.setitem(law.guardrail("G12").thresholds, "days", 30)
        with acting_at(when + DAY):
            jobs.keep_periods(at=when + DAY)
        assert fresh(stuck).is_deleted


@pytest.mark.both
class TestSplitOff:
    """A report that was split off took its files along: two cases have them now."""

    @pytest.fixture
    def parted(self, scene: Scene) -> tuple[Case, Case]:
        first = scene.incident().case
        further = scene.report(by=scene.next_guard)
        incidents.attach(
            report=further, chunks=[JPEG], by=scene.next_guard, at=scene.at
        )
        new = incidents.split_report(report=further, by=scene.officer, at=scene.at)
        return first, new.case

    def test_its_files_are_on_the_list_of_both(self, scene: Scene, parted) -> None:
        before, after = (case.exhibits.get() for case in parted)

        assert before.blob == after.blob
        assert after.received_from == scene.next_guard.actor_key
        assert verify().is_sound
        assert jobs.adopt_earlier_files(at=scene.at + DAY) == 0

    @pytest.mark.parametrize("order", [0, 1])
    def test_its_files_end_with_the_last_of_the_two(
        self, scene: Scene, parted, order: int
    ) -> None:
        sooner, later = parted[::-1] if order else parted
        digest = sooner.exhibits.get().file.sha256
        ended(sooner, at=scene.at)
        ended(later, at=scene.at + 90 * DAY)

        pass_period(scene.at, ORDINARY)

        assert fresh(sooner.exhibits.get()).is_deleted
        assert not fresh(later.exhibits.get()).is_deleted
        assert len(files_named(digest)) == 2
        pass_period(scene.at + 90 * DAY, ORDINARY)
        assert files_named(digest) == files_with(JPEG) == []
        assert verify().is_sound
        assert verify_files(deep=True).problems == []

    def test_those_that_were_split_off_before_are_adopted(self, scene: Scene) -> None:
        first, second = scene.incident(), scene.incident(place=scene.place("园区 南门"))
        further = scene.report(by=scene.next_guard)
        assert further.incident == first
        incidents.attach(
            report=further, chunks=[JPEG], by=scene.next_guard, at=scene.at
        )
        further.incident = second  # as it was done when there was no second exhibit
        further.save(update_fields=["incident"])

        assert jobs.adopt_earlier_files(at=scene.at + DAY) == 1

        assert second.case.exhibits.get().blob == first.case.exhibits.get().blob
        assert jobs.adopt_earlier_files(at=scene.at + 3 * DAY) == 0

    def test_what_was_deleted_is_not_adopted_again(self, scene: Scene) -> None:
        first = scene.incident().case
        further = scene.report(by=scene.next_guard)
        incidents.attach(
            report=further, chunks=[JPEG], by=scene.next_guard, at=scene.at
        )
        digest = first.exhibits.get().file.sha256
        ended(first, at=scene.at)
        at = pass_period(scene.at, ORDINARY)
        cases.reopen_case(case=Case.objects.get(pk=first.pk), by=scene.manager, at=at)

        new = incidents.split_report(report=further, by=scene.officer, at=at)

        assert not new.case.exhibits.exists()
        assert jobs.adopt_earlier_files(at=at + DAY) == 0
        assert files_named(digest) == []


class TestRecordings:
    """All files of a recording are one thing: originals, films, sheets, and its list."""

    @pytest.fixture
    def cameras(self, scene: Scene, tmp_path: Path, settings: Settings) -> Watched:
        settings.RECORDINGS_ROOTS = [tmp_path]
        return watched(scene, tmp_path)

    def saved(self, scene: Scene, cameras: Watched, case: Case) -> Recording:
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + 30 * SECOND)
        recording = cameras.ask(case, begin, begin + 20 * SECOND)
        cameras.pull(begin + 3 * MINUTE)
        cameras.view(begin + 3 * MINUTE)
        return Recording.objects.get(pk=recording.pk)

    def test_leave_nothing_behind(self, scene: Scene, cameras: Watched) -> None:
        case = scene.incident().case
        recording = self.saved(scene, cameras, case)
        digests = set(Blob.objects.values_list("sha256", flat=True))
        assert {d.kind for d in recording.derivatives.all()} == {"viewing", "sheet"}
        assert len(digests) >= 5  # files of the recorder, film, sheet, list
        ended(case, at=scene.at)

        at = pass_period(scene.at, ORDINARY)

        assert [d for d in digests if files_named(d)] == []
        left = Path(settings_data()).rglob("*")
        assert [p for p in left if p.is_file() and "objects" in p.parts] == []
        row = Deletion.objects.get()
        assert (row.files_count, row.recording_id) == (len(digests), recording.pk)
        told = {fact["sha256"] for fact in facts(case, "evidence.deleted")}
        assert told == digests
        assert verify().is_sound
        assert verify_files(deep=True).problems == []
        recording.refresh_from_db()
        with pytest.raises(Conflict, match="R-01 已按保存期限删除"):
            evidence.ask_for_footage(
                recording=recording, reason="核对", by=scene.officer, at=at
            )
        assert cameras.view(at + DAY) == cameras.pull(at + DAY) == 0

    @pytest.mark.both
    def test_do_not_keep_their_camera_from_being_asked_again(
        self, scene: Scene, cameras: Watched
    ) -> None:
        """The case was opened again: what the camera has now is another recording."""
        case = scene.incident().case
        gone = self.saved(scene, cameras, case)
        ended(case, at=scene.at)
        at = pass_period(scene.at, ORDINARY)
        camera = cameras.camera("CAM-07")
        said: dict[str, Any] = {
            "wanted_from": at - HOUR,
            "wanted_to": at,
            "by": scene.officer,
        }
        with pytest.raises(Conflict):
            evidence.want_recording(case=gone.case, camera=camera, at=at, **said)
        case = Case.objects.select_related("site").get(pk=case.pk)
        cases.reopen_case(case=case, by=scene.manager, at=at)
        case.refresh_from_db()
        assert camera in addable_cameras(case)

        again = evidence.want_recording(case=case, camera=camera, at=at, **said)

        assert (again.code, again.is_deleted) == ("R-02", False)
        assert again.task is not None
        assert again.task != gone.task
        assert camera not in addable_cameras(case)
        assert evidence.want_recording(case=case, camera=camera, at=at, **said) == again
        with pytest.raises(IntegrityError), transaction.atomic():
            Recording.objects.filter(pk=gone.pk).update(deleted_at=None)
        assert verify().is_sound

    def test_take_along_what_people_noted_and_leave_why_they_looked(
        self, scene: Scene, cameras: Watched
    ) -> None:
        case = scene.incident().case
        recording = self.saved(scene, cameras, case)
        kept = evidence.want_recording(
            case=case, camera=cameras.camera("CAM-08"), by=scene.officer, at=scene.at
        )
        Recording.objects.filter(pk=kept.pk).update(
            state=RecordingState.SAVED, exhibit=photo(scene, case), pull_at=None
        )
        kept.refresh_from_db()
        for one in (recording, kept):
            evidence.ask_for_footage(
                recording=one, reason="核对陆远航", by=scene.officer, at=scene.at
            )
        noted: list[tuple[str, Recording | None]] = [
            ("甲推人", recording),
            ("乙推人", kept),
            ("都在", None),
        ]
        for words, row in noted:
            FootageMark.objects.create(
                case=case,
                recording=row,
                moment=scene.at,
                words=words,
                made_at=scene.at,
                by=scene.officer,
            )
        segment = recording.segments.earliest("pk")
        SaidLength.objects.create(segment=segment, words="陆远航说的")
        held = hold(scene, case, kept)
        ended(case, at=scene.at)

        at = pass_period(scene.at, ORDINARY)

        assert texts(SaidLength, "words") == [""]
        assert texts(FootageMark, "words") == ["", "乙推人", "都在"]
        assert texts(FootageRequest, "reason") == ["核对陆远航", "核对陆远航"]
        assert recording.pk not in {row.pk for row in playable_of(case)}
        released(scene, held, at=at)
        pass_period(at, NOTICE)
        assert set(texts(FootageMark, "words")) == {""}
        assert set(texts(FootageRequest, "reason")) == {""}  # as old as the film
        assert verify().is_sound

    def test_of_two_cases_share_their_files(
        self, scene: Scene, cameras: Watched
    ) -> None:
        first = scene.incident().case
        self.saved(scene, cameras, first)
        second = scene.incident(place=scene.place("园区 南门")).case
        other = self.saved(scene, cameras, second)
        ended(first, at=scene.at)
        ended(second, at=scene.at + 90 * DAY)

        pass_period(scene.at, ORDINARY)

        for segment in other.segments.select_related("blob"):
            assert segment.blob.has_two_copies
            assert len(files_named(segment.blob.sha256)) == 2
        assert verify_files(deep=True).problems == []
        pass_period(scene.at + 90 * DAY, ORDINARY)
        assert files_named(other.segments.all()[0].blob.sha256) == []

    def test_are_fetched_at_once_when_they_are_held(
        self, scene: Scene, cameras: Watched
    ) -> None:
        case = scene.incident().case
        recording = cameras.ask(case, scene.at - HOUR, scene.at - HOUR + MINUTE)
        Recording.objects.update(
            pull_at=scene.at + DAY, warn_at=scene.at + 5 * DAY, tries=4
        )

        hold(scene, case, recording)

        recording.refresh_from_db()
        assert (recording.pull_at, recording.warn_at) == (scene.at, scene.at)
        assert jobs.warn_of_overwriting(at=scene.at) == 1
        assert len(facts(case, "evidence.recording_endangered")) == 1

    def test_of_a_held_recording_stay(self, scene: Scene, cameras: Watched) -> None:
        case = scene.incident().case
        recording = self.saved(scene, cameras, case)
        other = photo(scene, case)
        hold(scene, case, recording)
        ended(case, at=scene.at)

        pass_period(scene.at, ORDINARY)

        recording.refresh_from_db()
        assert not recording.is_deleted
        assert fresh(other).is_deleted
        for segment in recording.segments.select_related("blob"):
            assert len(files_named(segment.blob.sha256)) == 2


class TestWords:
    """Words of a case that stand beside no file: of injuries, and why people looked."""

    @pytest.mark.both
    def test_of_injuries_go_with_their_case(self, scene: Scene, case: Case) -> None:
        lifang = scene.person("lifang")
        injury = hurt(scene, case, request_id=UUID(int=1))
        photographed(scene, injury)
        wrong = hurt(scene, case, party=injury.party)
        evidence.withdraw_injury(
            injury=wrong, reason="看错了人", by=lifang, at=scene.at
        )
        who: dict[str, Any] = {
            "case": case,
            "party": injury.party,
            "by": lifang,
            "at": scene.at,
        }
        evidence.refuse_photos(round=Round.DAY, reason="本人怕疼", **who)
        evidence.add_medical_paper(
            kind=PaperKind.APPRAISAL, level="slight", chunks=[PDF], **who
        )
        ended(case, at=scene.at)

        review(scene.at + SERIOUS - NOTICE)
        row = Deletion.objects.get(words=WordsKind.INJURIES)
        assert (row.state, row.delete_at) == ("due", scene.at + SERIOUS)
        review(scene.at + SERIOUS - HOUR)
        assert texts(Injury, "region") == ["head", "head"]
        review(scene.at + SERIOUS)

        for model, fields in {
            Injury: ("region", "kind", "words", "reason"),
            InjuryRefusal: ("reason",),
            MedicalPaper: ("kind", "level"),
        }.items():
            for field in fields:
                assert set(texts(model, field)) == {""}
            rows: QuerySet[Any] = QuerySet(model)
            assert {bytes(row.text_salt) for row in rows} == {b""}
        row.refresh_from_db()
        assert (row.state, row.files_count) == (DeletionState.DELETED, 0)
        erased = {
            (fact["model"], fact["field"])
            for fact in facts(case, "ledger.text_erased")
            if fact["reason"] == "retention"
        }
        assert {("evidence.Injury", "region"), ("evidence.MedicalPaper", "level")} <= (
            erased
        )
        assert verify().is_sound

    def test_of_injuries_cannot_be_guessed_from_what_a_phone_sent(
        self, scene: Scene, case: Case
    ) -> None:
        """There are 39 parts of a body and 11 kinds: a bare digest would tell."""
        injury = hurt(scene, case, words="", request_id=UUID(int=1))
        ended(case, at=scene.at)
        (sent,) = AcceptedRequest.objects.filter(answer=injury.uid)
        assert bytes(sent.content)

        at = pass_period(scene.at, SERIOUS)

        sent.refresh_from_db()
        assert bytes(sent.content) == b""
        with pytest.raises(Conflict, match="请求编号"):
            hurt(
                scene,
                case,
                party=injury.party,
                words="",
                request_id=UUID(int=1),
                at=at,
            )

    @pytest.mark.both
    @pytest.mark.parametrize("end", ["refused", "discarded"])
    def test_of_a_statement_that_nobody_signed_go_with_their_case(
        self, scene: Scene, case: Case, end: str
    ) -> None:
        statement = told(scene, begun(scene, case, request_id=UUID(int=1)))
        said: dict[str, Any] = {
            "statement": statement,
            "reason": "本人不愿意签字",
            "by": scene.guard,
            "at": scene.at,
        }
        if end == "refused":
            evidence.refuse_statement(**said)
        else:
            evidence.discard_statement(**said)
        ended(case, at=scene.at)

        at = pass_period(scene.at, SERIOUS)

        statement.refresh_from_db()
        assert (statement.place, statement.reason) == ("", "")
        answers = set(statement.answers.values_list("question", "answer"))
        assert answers == {("", "")}
        assert files_with(STORY.encode()) == []
        assert Deletion.objects.get(words=WordsKind.SAID).state == "deleted"
        (sent,) = AcceptedRequest.objects.filter(answer=statement.uid)
        assert bytes(sent.content) == b""
        review(at + DAY)
        assert Deletion.objects.count() == 1  # once
        assert verify().is_sound

    def test_without_any_file_are_announced_and_go(
        self, scene: Scene, case: Case
    ) -> None:
        hurt(scene, case)
        ended(case, at=scene.at)
        with acting_at(scene.at + SERIOUS - NOTICE):
            jobs.keep_periods(at=scene.at + SERIOUS - NOTICE)
        assert Deletion.objects.get().words == "injuries"
        review(scene.at + SERIOUS)
        assert texts(Injury, "words") == [""]
        review(scene.at + SERIOUS + DAY)
        assert Deletion.objects.count() == 1  # once

    def test_that_come_later_are_due_by_themselves(
        self, scene: Scene, case: Case
    ) -> None:
        first = hurt(scene, case)
        ended(case, at=scene.at)
        at = pass_period(scene.at, SERIOUS)
        hurt(scene, case, party=first.party, at=at)

        review(at)
        assert texts(Injury, "region") == ["", "head"]
        review(at + NOTICE)
        assert texts(Injury, "region") == ["", ""]
        assert Deletion.objects.filter(words="injuries", state="deleted").count() == 2

    @pytest.mark.both
    @pytest.mark.parametrize("what", ["an exhibit", "the case"])
    def test_are_kept_by_a_hold_on_anything_of_the_case(
        self, what: str, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        hurt(scene, case)
        ended(case, at=scene.at)
        review(scene.at + SERIOUS - NOTICE)
        held = exhibit if what == "an exhibit" else None
        hold(scene, case, held, at=scene.at + SERIOUS - DAY)
        assert not Deletion.objects.filter(words="injuries").exists()

        review(scene.at + SERIOUS + DAY)

        assert texts(Injury, "region") == ["head"]

    def test_on_the_page_are_said_to_be_deleted(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        injury = hurt(scene, case)
        evidence.add_medical_paper(
            case=case,
            party=injury.party,
            kind=PaperKind.RECORD,
            chunks=[PDF],
            by=scene.person("lifang"),
            at=scene.at,
        )
        ended(case, at=scene.at)
        pass_period(scene.at, SERIOUS)

        page = sign_in("lifang").get(reverse("evidence:injuries", args=[case.number]))

        assert page.status_code == 200
        text = page.content.decode()
        assert text.count("已按期限删除") == 2
        assert "额头" not in text.partition('id="injury-')[2]
        rows = sign_in("hetao").get(reverse("vault:due")).content.decode()
        assert "伤情记录的文字" in rows

    def test_of_looks_outlive_the_film_by_their_own_class(
        self, scene: Scene, tmp_path: Path, settings: Settings
    ) -> None:
        settings.RECORDINGS_ROOTS = [tmp_path]
        seen = filmed(scene, tmp_path)
        application = seen.approved()
        viewing = evidence.begin_viewing(
            application=application, by=scene.manager, at=seen.at
        )
        evidence.end_viewing(
            viewing=viewing,
            seen="CAM-07 14:00–14:10",
            by=scene.manager,
            at=seen.at + MINUTE,
        )
        evidence.change_period(
            site=scene.site,
            retention_class=RetentionClass.REGISTER,
            days=2000,
            by=scene.manager,
            at=scene.at,
        )
        ended(seen.case, at=scene.at)

        at = pass_period(scene.at, ORDINARY)
        assert Recording.objects.get(pk=seen.recording.pk).is_deleted
        assert "" not in texts(FootageRequest, "reason")
        page = register_page(Wanted(site=scene.site))
        assert all(row.reason != "已按期限删除" for row in page.rows)

        # The last look counts, not the end of the case.
        review(seen.at + 2000 * DAY - NOTICE)
        review(scene.at + 2000 * DAY)
        assert "" not in texts(FootageRequest, "reason")
        row = Deletion.objects.get(words=WordsKind.LOOKS)
        assert row.counted_from == seen.at
        review(seen.at + 2000 * DAY + HOUR)
        assert set(texts(FootageRequest, "reason")) == {""}
        assert texts(FootageViewing, "seen") == [""]
        # It never came to its end: nothing was handed over, and nobody let it run out.
        assert "" not in texts(FootageApplication, "purpose")
        reasons = {row.reason for row in register_page(Wanted(site=scene.site)).rows}
        assert "已按期限删除" in reasons
        assert at < row.delete_at
        assert verify().is_sound

    def test_of_applications_go_with_the_photo_of_their_paper(
        self, scene: Scene, tmp_path: Path, settings: Settings, sign_in: SignIn
    ) -> None:
        settings.RECORDINGS_ROOTS = [tmp_path]
        seen = filmed(scene, tmp_path)
        police = seen.applied(seen.police(document=(JPEG,)))
        evidence.refuse_application(
            application=police, words="文书没有盖章", by=scene.manager, at=seen.at
        )
        ended(seen.case, at=scene.at)
        days = 1096 * DAY

        review(seen.at + days - NOTICE)
        review(seen.at + days - HOUR)
        police.refresh_from_db()
        assert police.officers
        review(seen.at + days + HOUR)

        police.refresh_from_db()
        assert [getattr(police, field) for field in APPLICATION_WORDS] == [""] * 7
        remove(seen.at + days + 3 * HOUR)
        assert police.document is not None
        with pytest.raises(Conflict, match="已按保存期限删除"):
            good_path(police.document)
        assert verify().is_sound
        page = sign_in("hetao").get(reverse("footage:application", args=[police.uid]))
        assert page.content.decode().count("已按期限删除") == 2

    @pytest.mark.both
    def test_of_applications_without_a_case_go_with_the_register(
        self, scene: Scene, tmp_path: Path, settings: Settings, sign_in: SignIn
    ) -> None:
        loose, other = refused_at_the_gate(scene, tmp_path, settings)
        days = 1096 * DAY
        ended_at = loose.ended_at
        assert ended_at is not None

        review(ended_at + days - NOTICE)
        row = Deletion.objects.get()
        assert (row.case, row.application, row.number) == (None, loose, loose.number)
        assert (row.files_count, row.size) == (1, len(JPEG))
        manager = sign_in("hetao")
        assert loose.number in manager.get(reverse("vault:due")).content.decode()
        review(ended_at + days - HOUR)
        loose.refresh_from_db()
        assert loose.officers
        review(ended_at + days + HOUR)
        remove(ended_at + days + 3 * HOUR)

        loose.refresh_from_db()
        other.refresh_from_db()
        assert [getattr(loose, field) for field in APPLICATION_WORDS] == [""] * 7
        assert other.purpose  # it is still open
        assert loose.document is not None
        assert not files_with(JPEG)
        row.refresh_from_db()
        assert row.state == DeletionState.DELETED
        kinds = [entry.kind for entry in deletions.deletion_entries(row)]
        assert kinds == [
            "evidence.deletion_decided",
            "evidence.deleted",
            "evidence.deletion_done",
        ]
        assert verify().is_sound
        report = verify_files(deep=True)
        assert (report.problems, report.deleted) == ([], 1)
        paper = manager.get(reverse("vault:deletion", args=[row.uid]))
        assert loose.number in paper.content.decode()
        page = manager.get(reverse("footage:application", args=[loose.uid]))
        assert page.content.decode().count("已按期限删除") == 2
        # Once, and nobody can bring into a case what is not there any more.
        review(ended_at + 2 * days)
        assert Deletion.objects.filter(application=loose).count() == 1
        with pytest.raises(Conflict, match="已按保存期限删除"):
            evidence.attach_application(
                application=loose,
                case=scene.incident().case,
                by=scene.guard,
                at=ended_at + 2 * days,
            )

    @pytest.mark.both
    def test_of_an_application_that_is_still_needed_are_held_in_a_case(
        self, scene: Scene, tmp_path: Path, settings: Settings, sign_in: SignIn
    ) -> None:
        loose, _other = refused_at_the_gate(scene, tmp_path, settings)
        assert loose.ended_at is not None
        due = loose.ended_at + 1096 * DAY
        review(due - NOTICE)
        row = Deletion.objects.get()
        # The list says what is to be done: no case, no hold.
        said = {"chosen": str(row.uid), "reason": "court", "words": "起诉了"}
        with acting_at(due - DAY):
            client = sign_in("hetao")
            page = client.post(reverse("vault:due_holds"), said, follow=True)
        assert "先归入案件" in page.content.decode()
        case = scene.incident().case

        evidence.attach_application(
            application=loose, case=case, by=scene.guard, at=due - DAY
        )
        assert not Deletion.objects.exists()
        hold(scene, case, at=due - DAY)
        ended(case, at=scene.at)
        review(due + DAY)

        loose.refresh_from_db()
        assert loose.purpose
        assert loose.document is not None
        assert good_path(loose.document).read_bytes() == JPEG

    def test_of_an_application_that_was_seen_end_with_its_approval(
        self, scene: Scene, tmp_path: Path, settings: Settings
    ) -> None:
        settings.RECORDINGS_ROOTS = [tmp_path]
        seen = filmed(scene, tmp_path)
        row = seen.applied(case=None, place=scene.garage)
        evidence.approve_application(
            application=row, way=FootageWay.VIEW, by=scene.manager, at=seen.at
        )
        viewing = evidence.begin_viewing(application=row, by=scene.manager, at=seen.at)
        evidence.end_viewing(
            viewing=viewing, seen="CAM-07", by=scene.manager, at=seen.at + MINUTE
        )
        until = seen.at + 7 * DAY
        assert jobs.next_application_due() == until
        jobs.expire_approvals(at=until)
        jobs.expire_approvals(at=until + DAY)

        row.refresh_from_db()
        assert (row.state, row.ended_at) == ("viewed", until)
        preview = deletions.preview_of(
            scene.site, RetentionClass.REGISTER, 365, at=until + 400 * DAY
        )
        assert preview.things == 1
        pass_period(until, 1096 * DAY)
        row.refresh_from_db()
        assert row.purpose == ""
        assert texts(FootageViewing, "seen") == [""]

    def test_of_more_than_a_thousand_applications_each_is_looked_at(
        self,
        scene: Scene,
        tmp_path: Path,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        loose, _open = refused_at_the_gate(scene, tmp_path, settings)
        assert loose.ended_at is not None
        first = loose.pk
        rows = []
        for number in range(1100):
            row = copy.copy(loose)
            row.pk, row.uid, row.number = None, uuid4(), f"X-{number}"
            rows.append(row)
        FootageApplication.objects.bulk_create(rows)
        seen: list[int] = []

        def note(*, application: FootageApplication, at: datetime) -> int:
            seen.append(application.pk)
            return 0

        monkeypatch.setattr(retention_service, "review_application", note)
        review(loose.ended_at + 3000 * DAY)
        assert len(seen) == len(set(seen)) == 1101
        assert first in seen

    def test_of_a_clock_that_leapt_ahead_stay(self, scene: Scene, case: Case) -> None:
        hurt(scene, case)
        ended(case, at=scene.at)
        review(scene.at + SERIOUS + 900 * DAY)
        review(scene.at + HOUR)

        assert texts(Injury, "region") == ["head"]
        assert not Deletion.objects.exists()


def refused_at_the_gate(
    scene: Scene, folder: Path, settings: Settings
) -> tuple[FootageApplication, FootageApplication]:
    """Two of no case: one with a photo of its paper, refused; one nobody decided."""
    settings.RECORDINGS_ROOTS = [folder]
    seen = filmed(scene, folder)
    where: dict[str, Any] = {"case": None, "place": scene.garage}
    loose = seen.applied(seen.police(document=(JPEG,)), **where)
    evidence.refuse_application(
        application=loose, words="文书没有盖章", by=scene.manager, at=seen.at
    )
    loose.refresh_from_db()
    return loose, seen.applied(**where)


class TestCustodyWords:
    """Words of evidence that is no file: things, packages, receipts, and holds."""

    @pytest.mark.both
    def test_of_a_thing_go_when_it_has_left_and_its_case_ended(
        self, scene: Scene, case: Case
    ) -> None:
        thing = umbrella(scene, case)
        evidence.move(
            exhibit=thing,
            kept_where="罗启明的柜子",
            words="他要看",
            by=scene.officer,
            at=scene.at,
        )
        given_back(scene, thing, party_of(scene, case))
        ended(case, at=scene.at)

        review(scene.at + SERIOUS - NOTICE)
        row = Deletion.objects.get()
        assert (row.words, row.state) == (WordsKind.CUSTODY, "due")
        assert texts(Exhibit, "title") == ["黑色长柄伞"]
        review(scene.at + SERIOUS)

        for model, fields in {
            Exhibit: ("title", "how"),
            CustodyStep: ("words", "kept_where"),
        }.items():
            for field in fields:
                assert set(texts(model, field)) == {""}
        assert CustodyStep.objects.exclude(giver_signature=None).count() == 1
        assert fresh(thing).state == ExhibitState.RETURNED
        assert not Case.objects.filter(retention.has_something(), pk=case.pk).exists()
        assert verify().is_sound

    def test_of_a_thing_in_our_hands_stay(self, scene: Scene, case: Case) -> None:
        umbrella(scene, case)
        ended(case, at=scene.at)

        pass_period(scene.at, SERIOUS)

        assert texts(Exhibit, "title") == ["黑色长柄伞"]
        assert set(texts(CustodyStep, "kept_where")) == {"值班室保险柜"}
        assert texts(Deletion, "words") == [WordsKind.HANDLING]  # what was reported

    def test_of_packages_and_holds_go_with_their_case(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        thing = umbrella(scene, case)
        released(scene, hold(scene, case, thing), at=scene.at)
        given_back(scene, thing, party_of(scene, case))
        package = evidence.ask_package(
            case=case,
            exhibits=case.exhibits.all(),
            purpose=Purpose.POLICE,
            masking=Masking.NONE,
            recipient=POLICE,
            by=scene.manager,
            at=scene.at,
        )
        with signer_at_hand():
            jobs.make_packages(at=scene.at)
        package.refresh_from_db()
        evidence.hand_over_package(
            package=package,
            receiver="李强",
            identity="012345",
            way="加密 U 盘",
            signed=both(),
            by=scene.manager,
            at=scene.at,
        )
        evidence.withdraw_package(
            package=package, reason="李强要求重做", by=scene.manager, at=scene.at
        )
        standing = hold(scene, case, document_number="云法 12 号")
        ended(case, at=scene.at)
        pass_period(scene.at, SERIOUS)
        assert texts(Package, "recipient") == ["云栖派出所"]

        released(scene, standing, at=scene.at + SERIOUS)
        pass_period(scene.at + SERIOUS, NOTICE + DAY)

        for model, fields in {
            Package: ("recipient", "identity", "document_number", "acknowledged"),
            PackageReceipt: ("receiver", "identity", "way"),
            PackageWithdrawal: ("reason",),
            Hold: ("words", "document_number", "proposal"),
        }.items():
            for field in fields:
                assert set(texts(model, field)) == {""}
            rows: QuerySet[Any] = QuerySet(model)
            assert {bytes(row.text_salt) for row in rows} == {b""}
        assert verify().is_sound
        reader = sign_in("hetao")
        gone = "已按期限删除"
        for name, one, said in (
            ("packages", None, gone),
            ("exhibits", None, gone),
            ("holds", None, f"{thing.code} {gone}"),
            ("panel", None, f"{thing.code} {gone}"),
            ("exhibit", thing, f"{thing.code} · {gone}"),
            ("custody_sheet", thing, f"<h2>{gone}</h2>"),
            ("label", thing, f'<p class="what">{gone}</p>'),
            ("package", package, f"{package.code} · {gone}"),
            ("package", package, f"<b>{gone}"),
            ("package_state", package, f"<p>{gone}</p>"),
        ):
            where = [case.number] if one is None else [case.number, one.uid]
            page = reader.get(reverse(f"evidence:{name}", args=where))
            assert said in " ".join(page.content.decode().split()), name
        assert [row.title for row in facts_of(package).exhibits] == ["实物"]


def texts(model: type[Model], field: str) -> list[str]:
    return list(QuerySet(model).order_by("pk").values_list(field, flat=True))


def settings_data() -> str:
    return str(stores.primary().root.parent)


class TestPeriods:
    def test_shorter_ones_delete_nothing_at_once(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        ended(case, at=scene.at)
        at = scene.at + 400 * DAY
        preview = deletions.preview_of(scene.site, RetentionClass.ORDINARY, 365, at=at)
        assert (preview.things, preview.files, preview.size) == (1, 1, len(JPEG))
        assert preview.days[0].day.date() == (at + NOTICE).date()

        evidence.change_period(
            site=scene.site,
            retention_class=RetentionClass.ORDINARY,
            days=365,
            by=scene.manager,
            at=at,
        )
        review(at)
        row = Deletion.objects.get()
        assert (row.delete_at, row.days) == (at + NOTICE, 365)

        evidence.change_period(
            site=scene.site,
            retention_class=RetentionClass.ORDINARY,
            days=1096,
            by=scene.manager,
            at=at + DAY,
        )
        review(at + NOTICE)
        assert not Deletion.objects.exists()
        assert len(files_named(exhibit.file.sha256)) == 2

    @pytest.mark.parametrize("days", [0, 1, 29, 7306, 10**9])
    def test_have_bounds(self, days: int, scene: Scene) -> None:
        with pytest.raises(InvalidInput) as refused:
            evidence.change_period(
                site=scene.site,
                retention_class=RetentionClass.ORDINARY,
                days=days,
                by=scene.manager,
                at=scene.at,
            )
        assert refused.value.path == "days"

    def test_preview_counts_what_is_held_apart(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        hold(scene, case)
        ended(case, at=scene.at)
        preview = deletions.preview_of(
            scene.site, RetentionClass.ORDINARY, 365, at=scene.at + 400 * DAY
        )
        assert (preview.things, preview.held) == (0, 1)

    def test_preview_looks_at_cases_with_files_and_not_at_more_than_it_may(
        self,
        scene: Scene,
        case: Case,
        exhibit: Exhibit,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        empty = scene.incident(place=scene.place("园区 南门"), words="").case
        later = scene.incident(place=scene.place("3 号楼 1 层 大堂前台")).case
        photo(scene, later, OTHER_JPEG)
        ended(later, at=scene.at + 2 * DAY)
        ended(case, at=scene.at + DAY)
        ended(empty, at=scene.at)
        at = scene.at + 400 * DAY
        asked = scene.site, RetentionClass.ORDINARY, 365
        monkeypatch.setattr(deletions, "MOST", 2)
        whole = deletions.preview_of(*asked, at=at)
        assert (whole.things, whole.is_cut) == (2, False)

        monkeypatch.setattr(deletions, "MOST", 1)
        cut = deletions.preview_of(*asked, at=at)
        assert (cut.things, cut.size, cut.is_cut) == (1, len(JPEG), True)


class TestGuards:
    @pytest.mark.both
    def test_are_there(self, scene: Scene) -> None:
        assert deletion_triggers.missing(connection) == []

    @pytest.mark.both
    def test_refuse_what_goes_around_the_services(
        self, scene: Scene, case: Case, exhibit: Exhibit
    ) -> None:
        def refused(call: Callable[[], object]) -> bool:
            try:
                with transaction.atomic():
                    call()
            except DatabaseError:
                return True
            return False

        blobs = Blob.objects.filter(sha256=exhibit.file.sha256)
        assert refused(lambda: blobs.update(deleted_at=scene.at))
        ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)
        held = hold(scene, case, exhibit, at=scene.at + ORDINARY - DAY)
        assert refused(lambda: Hold.objects.filter(pk=held.pk).delete())
        row = Deletion.objects.create(
            case=case,
            exhibit=exhibit,
            retention_class=RetentionClass.ORDINARY,
            days=30,
            counted_from=scene.at,
            announced_at=scene.at,
            delete_at=scene.at,
        )
        rows = Deletion.objects.filter(pk=row.pk)
        assert refused(lambda: rows.update(state="deleting", decided_at=scene.at))
        released(scene, held, at=scene.at)
        rows.update(state="deleting", decided_at=scene.at)
        assert refused(lambda: rows.update(state="due", decided_at=None))
        assert refused(rows.delete)
        assert refused(lambda: hold_row(case, exhibit, scene))


def hold_row(case: Case, exhibit: Exhibit, scene: Scene) -> Hold:
    return Hold.objects.create(
        case=case,
        number=9,
        exhibit=exhibit,
        reason=HoldReason.OTHER,
        words="x",
        placed_at=scene.at,
        placed_by=scene.officer,
    )


class TestKill:
    @pytest.mark.slow
    def test_at_any_moment_is_followed_by_a_worker_that_finishes(
        self, committed_scene: Scene
    ) -> None:
        """``kill -9`` in the middle of twenty deletions, at many moments."""
        scene = committed_scene
        case = scene.incident().case
        kept = [photo(scene, case, JPEG + bytes([n])) for n in range(20)]
        digests = [exhibit.file.sha256 for exhibit in kept]
        case = ended(case, at=scene.at)
        review(scene.at + ORDINARY - NOTICE)
        review(scene.at + ORDINARY)
        at = scene.at + ORDINARY + HOUR
        left: list[int] = []
        for number in range(60):
            connections.close_all()
            child = os.fork()
            if child == 0:
                try:
                    while jobs.remove_files(at=at):
                        pass
                finally:
                    os._exit(0)
            time.sleep(0.004 * number)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            left.append(Deletion.objects.exclude(state="deleted").count())
            if not left[-1]:
                break

        assert any(0 < count < 20 for count in left)  # one fell in the middle
        remove(at)

        assert [digest for digest in digests if files_named(digest)] == []
        assert len(facts(case, "evidence.deleted")) == 20
        assert set(Deletion.objects.values_list("state", flat=True)) == {"deleted"}
        assert verify().is_sound
        assert verify_files(deep=True).problems == []


class TestRace:
    @pytest.mark.both
    @pytest.mark.parametrize(
        "round_number",
        [0, 1, *(pytest.param(n, marks=pytest.mark.deep) for n in range(2, 6))],
    )
    @pytest.mark.parametrize("what", ["case", "exhibit"])
    def test_of_hold_and_deletion_has_one_winner(
        self, what: str, round_number: int, committed_scene: Scene
    ) -> None:
        scene = committed_scene
        case = scene.incident().case
        exhibit = photo(scene, case)
        case = ended(case, at=scene.at)
        when = scene.at + ORDINARY
        review(when - NOTICE)
        held = exhibit if what == "exhibit" else None

        def placing() -> Hold:
            return hold(scene, case, held, at=when)

        def deciding() -> int:
            return review_case(case=case, at=when)

        calls = [placing, deciding] if round_number % 2 else [deciding, placing]
        results = at_once(*calls)
        remove(when + HOUR)

        assert all(isinstance(error, DomainError) for error in failures(results))
        has_hold = Hold.objects.filter(released_at=None).exists()
        is_gone = files_named(exhibit.file.sha256) == []
        assert has_hold != is_gone
        assert fresh(exhibit).is_deleted == is_gone
        assert verify_files(deep=True).problems == []

    @pytest.mark.both
    def test_of_two_workers_decides_once(self, committed_scene: Scene) -> None:
        scene = committed_scene
        case = scene.incident().case
        photo(scene, case)
        case = ended(case, at=scene.at)
        when = scene.at + ORDINARY
        review(when - NOTICE)

        results = at_once(*[lambda: review_case(case=case, at=when)] * 3)
        assert sorted(results) == [0, 0, 1]
        at_once(*[lambda: jobs.remove_files(at=when + HOUR)] * 3)

        assert len(facts(case, "evidence.deleted")) == 1
        assert len(facts(case, "evidence.deletion_done")) == 1

    @pytest.mark.both
    @pytest.mark.parametrize("round_number", range(4))
    def test_of_removal_and_the_same_bytes_loses_nothing(
        self, round_number: int, committed_scene: Scene
    ) -> None:
        scene = committed_scene
        case = scene.incident().case
        photo(scene, case)
        other = scene.incident(place=scene.place("园区 南门")).case
        case = ended(case, at=scene.at)
        when = scene.at + ORDINARY
        review(when - NOTICE)
        review(when)

        results = at_once(
            lambda: photo(scene, other),
            lambda: jobs.remove_files(at=when + HOUR),
        )

        assert failures(results) == []
        while jobs.fill_copies(at=when + 2 * HOUR):
            pass
        assert len(files_with(JPEG)) == 2
        assert fresh(results[0]).file.has_two_copies
        assert CopyState.MISSING not in Copy.objects.values_list("state", flat=True)
        assert verify_files(deep=True).problems == []

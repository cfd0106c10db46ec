"""A drill brings a case back from the second store alone."""

from __future__ import annotations

import shutil
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from pytest_django import Settings

from anlan.base import disk_space, stores
from anlan.cases.models import Case
from anlan.evidence import jobs
from anlan.evidence.enums import CheckKind, DrillProof
from anlan.evidence.models import CheckRun, CheckTurn
from anlan.evidence.selectors.safety import Trouble, safety_for
from anlan.evidence.services import drilling
from anlan.ledger.checkpointing import checkpoint_now
from anlan.ledger.models import Entry
from tests.evidence.keeping import ORDINARY, ended, pass_period, photo
from tests.ledger import signers
from tests.ledger.chains import unprotected
from tests.pictures import JPEG, OTHER_JPEG
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def signer(settings: Settings, tmp_path: Path):
    settings.SIGNER_SOCKET = signers.socket_of(tmp_path / "signer")
    with signers.running(tmp_path / "signer") as client:
        yield client


@pytest.fixture
def case(scene: Scene) -> Case:
    case = scene.incident().case
    photo(scene, case)
    photo(scene, case, OTHER_JPEG)
    return case


def path_of(content: bytes) -> Path:
    return stores.backup().path_of(sha256(content).hexdigest())


def last() -> CheckRun:
    return CheckRun.objects.get(kind=CheckKind.DRILL)


def test_brings_every_file_back_and_leaves_nothing_behind(scene, case) -> None:
    assert jobs.drill(at=scene.at) == 1

    run = last()
    assert (run.copies, run.missing, run.corrupt) == (2, 0, 0)
    assert run.bytes_read == len(JPEG) + len(OTHER_JPEG)
    assert list(drilling._home().iterdir()) == []
    assert jobs.drill(at=scene.at + timedelta(days=6)) == 0
    assert jobs.drill(at=scene.at + timedelta(days=7)) == 1


def test_verify_agrees_with_what_came_back(scene, case, signer) -> None:
    jobs.drill(at=scene.at)

    assert (last().case, last().proof) == (case, DrillProof.INTACT)
    (shown,) = safety_for(scene.manager, at=scene.at).runs
    assert shown.case == case
    outsider = scene.person("admin")  # sees the page, and no cases
    assert safety_for(outsider, at=scene.at).runs[0].case is None


@pytest.mark.parametrize("how", ["missing", "corrupt", "record"])
def test_verify_names_what_is_wrong(scene, case, signer, how) -> None:
    path = path_of(JPEG)
    path.chmod(0o640)
    if how == "missing":
        path.unlink()
    elif how == "corrupt":
        path.write_bytes(b"x" + JPEG[1:])
    else:  # the files are whole, and an entry is not what was signed
        checkpoint_now(scene.site, at=scene.at)
        with unprotected():
            entry = Entry.objects.filter(kind="evidence.received").first()
            assert entry is not None
            Entry.objects.filter(pk=entry.pk).update(salt=bytes(16))

    jobs.drill(at=scene.at)

    assert last().proof == DrillProof.ALTERED
    assert not last().is_clean
    safety = safety_for(scene.manager, at=scene.at)
    assert Trouble.DRILL_FAILED in safety.troubles


def test_without_a_signer_the_digests_alone_are_compared(scene, case) -> None:
    jobs.drill(at=scene.at)

    assert last().proof == DrillProof.UNSIGNED
    assert last().is_clean


def test_reads_the_second_store_alone(scene, case) -> None:
    stores.primary().path_of(path_of(JPEG).name).unlink()

    jobs.drill(at=scene.at)

    assert last().is_clean


@pytest.mark.parametrize("how", ["missing", "corrupt"])
def test_says_what_did_not_come_back(scene, case, how) -> None:
    path = path_of(JPEG)
    path.chmod(0o640)
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(b"x" + JPEG[1:])

    jobs.drill(at=scene.at)

    assert getattr(last(), how) == 1
    safety = safety_for(scene.manager, at=scene.at)
    assert Trouble.DRILL_FAILED in safety.troubles


def test_what_must_come_back_is_said_by_the_record(scene, case) -> None:
    """Somebody took the row away: the file is missed all the same."""
    named = {one.sha256 for one in drilling.files_named(case)}
    assert len(named) == 2
    exhibit = case.exhibits.first()
    assert exhibit is not None
    exhibit.delete()
    assert {one.sha256 for one in drilling.files_named(case)} == named


def test_what_was_deleted_for_its_period_is_not_missed(scene, case) -> None:
    assert len(drilling.files_named(case)) == 2
    ended(case, at=scene.at)
    pass_period(scene.at, ORDINARY)
    assert drilling.files_named(case) == []


def test_waits_for_a_store_that_is_away_and_says_when_it_is_late(
    scene, case, settings, tmp_path
) -> None:
    settings.BACKUP_VAULT = tmp_path / "unplugged"
    assert jobs.drill(at=scene.at) == 1
    assert not CheckRun.objects.exists()
    turn = CheckTurn.objects.get(kind=CheckKind.DRILL)
    assert turn.due_at == scene.at + drilling.AGAIN

    CheckTurn.objects.filter(pk=turn.pk).update(due_at=scene.at - timedelta(days=10))
    safety = safety_for(scene.manager, at=scene.at)
    assert Trouble.DRILL_LATE in safety.troubles


def test_without_room_it_is_put_off(scene, case, monkeypatch) -> None:
    monkeypatch.setattr(disk_space, "RESERVE_BYTES", 2**62)
    jobs.drill(at=scene.at)
    assert not CheckRun.objects.exists()


def test_what_a_killed_drill_left_goes(scene, case, monkeypatch) -> None:
    def killed(*_said: object, **_more: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda *_a, **_k: None)
        patched.setattr(drilling, "is_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.drill(at=scene.at)
    assert list(drilling._home().iterdir())

    jobs.drill(at=scene.at + timedelta(minutes=2))

    assert list(drilling._home().iterdir()) == []
    assert last().is_clean


def test_of_a_large_case_the_first_files(scene, case, monkeypatch) -> None:
    monkeypatch.setattr(drilling, "MOST_BYTES", len(JPEG) + 1)
    jobs.drill(at=scene.at)
    assert last().copies == 1


def test_nothing_to_bring_back(scene) -> None:
    jobs.drill(at=scene.at)
    assert not CheckRun.objects.exists()

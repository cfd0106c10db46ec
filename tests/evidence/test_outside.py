"""What others hold of the record: the window, the sheet for the wall, the receipt."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from anlan import worker
from anlan.base.errors import NotAllowed
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors.outside import FORKS, chains_of, reason_of
from anlan.evidence.selectors.safety import Trouble, safety_for
from anlan.ledger.checkpointing import checkpoint_now, note_departure
from anlan.ledger.models import Checkpoint, Departure, Tree
from anlan.ledger.selectors import Waiting
from anlan.ledger.signer.client import Client as Signer
from tests.ledger import signers
from tests.pictures import JPEG
from tests.scene import Scene

PAGE = "/evidence/safety/"
SHEET = f"{PAGE}key/"


@pytest.fixture
def signer(settings: Settings, tmp_path: Path):
    settings.DATA = tmp_path
    settings.SIGNER_SOCKET = signers.socket_of(tmp_path / "signer")
    with signers.running(tmp_path / "signer") as client:
        yield client


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


def read(client: Client, page: str, at: datetime) -> str:
    with time_machine.travel(at, tick=False):
        answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


class TestTheWindow:
    def test_never(self, scene, case, signer, at) -> None:
        found = safety_for(scene.manager, at=at).exposure

        assert found is not None
        assert found.is_never
        page = read(client_of(scene, "hetao"), PAGE, at)
        assert "可被内部人改写的窗口" in page
        assert "从未外存" in page

    def test_closes_when_every_chain_left_and_opens_again(
        self, scene, case, signer, at
    ) -> None:
        worker.run_due(at=at)
        self.carry_out(at)
        found = safety_for(scene.manager, at=at).exposure
        assert found is not None
        assert (found.is_nothing, found.is_safe) == (True, True)
        assert "所有记录都在已外存的检查点之内" in read(
            client_of(scene, "hetao"), PAGE, at
        )

        scene.report(at=at)

        later = at + timedelta(hours=30)
        found = safety_for(scene.manager, at=later).exposure
        assert found is not None
        assert (found.age, found.is_safe) == (timedelta(hours=30), False)
        assert "1 天 6 小时" in read(client_of(scene, "hetao"), PAGE, later)

    def carry_out(self, at: datetime) -> None:
        """As an export of every chain would."""
        for row in Checkpoint.objects.all():
            note_departure(row, way=Departure.Way.EXPORT, at=at)

    def test_is_of_the_chains_one_may_read(self, scene, case, signer, at) -> None:
        manager = {site for _organisation, site in chains_of(scene.manager)}

        assert manager == {0, scene.site.pk}


class TestTheSigner:
    def test_away_is_said_and_nothing_turns_red(
        self, scene, case, settings, tmp_path, at
    ) -> None:
        settings.SIGNER_SOCKET = tmp_path / "nobody"
        worker.run_due(at=at)

        assert Trouble.HISTORY not in safety_for(scene.manager, at=at).troubles
        page = read(client_of(scene, "hetao"), PAGE, at)
        assert "签名程序没有运行或没有应答" in page

    @pytest.mark.parametrize("refusal", sorted(FORKS))
    def test_another_history_is_red(self, scene, case, signer, at, refusal) -> None:
        worker.run_due(at=at)
        Tree.objects.filter(site_id=scene.site.pk).update(
            refusal=refusal, refused_at=at
        )

        assert Trouble.HISTORY in safety_for(scene.manager, at=at).troubles

    def test_every_reason_has_words(self, at) -> None:
        def words(refusal: str) -> str:
            return str(
                reason_of(
                    Waiting(organisation_id=1, site_id=1, refusal=refusal, since=at)
                )
            )

        reasons = {*FORKS, "away", "key", "disk"}
        assert all(words(reason) != words("something else") for reason in reasons)


class TestTheSheet:
    def test_fingerprint(self, scene, case, signer: Signer, at) -> None:
        worker.run_due(at=at)
        public_key = signer.key().public_key.hex()

        page = read(client_of(scene, "hetao"), SHEET, at)

        assert public_key in page
        assert "派出所" in page

    def test_no_key_yet(self, scene, case, at) -> None:
        assert client_of(scene, "hetao").get(SHEET).status_code == 404

    def test_is_for_those_who_read_the_record(self, scene, case, signer, at) -> None:
        worker.run_due(at=at)

        assert client_of(scene, "wangjianguo").get(SHEET).status_code == 403
        with pytest.raises(NotAllowed):
            safety_for(scene.guard, at=at)


class TestTheReceipt:
    def page(self, scene: Scene, exhibit: Exhibit, at: datetime) -> str:
        path = f"/cases/{exhibit.case.number}/evidence/{exhibit.uid}/receipt/"
        return read(client_of(scene, "hetao"), path, at)

    def test_names_the_first_checkpoint_it_is_in(
        self, scene, exhibit, signer, at
    ) -> None:
        assert "检查点" not in self.page(scene, exhibit, at)
        checkpoint = checkpoint_now(scene.site, at=at)
        scene.report(at=at)
        checkpoint_now(scene.site, at=at)

        page = self.page(scene, exhibit, at)

        assert bytes(checkpoint.root).hex() in page
        assert f"前 {checkpoint.size} 条已签名" in page

    def test_an_exhibit_is_soon_in_one(self, scene, exhibit, signer, at) -> None:
        """It does not wait for ten minutes."""
        worker.run_due(at=at)
        assert Tree.objects.get(site_id=scene.site.pk).signed_at is not None
        checkpoints = Checkpoint.objects.filter(site_id=scene.site.pk)
        before = checkpoints.count()
        evidence.add_file(
            case=exhibit.case, chunks=[b"%PDF-1.4 x"], by=scene.guard, at=at
        )

        worker.run_due(at=at)

        tree = Tree.objects.get(site_id=scene.site.pk)
        assert tree.signed_size > 0
        assert checkpoints.count() == before + 1

"""Time stamps of RFC 3161, from an authority that OpenSSL plays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from pytest_django import Settings

from anlan import worker
from anlan.ledger import timestamping
from anlan.ledger.checkpointing import checkpoint_now
from anlan.ledger.models import Checkpoint, TimeStamp, Tree
from anlan.ledger.stamps import LONGEST, BadStamp, authority_of, checked, question
from anlan.ledger.verify.trees import check_tree
from tests.ledger import signers
from tests.ledger.stampers import Stamper, dripping, listening
from tests.scene import Scene

CONTENT = b"anlan/6b1f/9c2e\n7\n"


@pytest.fixture(scope="module")
def stamper(tmp_path_factory: pytest.TempPathFactory) -> Stamper:
    return Stamper(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def stampers_address(stamper: Stamper, settings: Settings):
    with listening(stamper) as address:
        settings.TSA_URL = SecretStr(address)
        settings.TSA_CERTIFICATES = stamper.root
        yield address
    stamper.change = lambda answer: answer


@pytest.fixture
def checkpoint(scene: Scene, settings: Settings, tmp_path: Path) -> Checkpoint:
    settings.DATA = tmp_path
    settings.SIGNER_SOCKET = signers.socket_of(tmp_path / "signer")
    with signers.running(tmp_path / "signer"):
        scene.incident()
        return checkpoint_now(scene.site, at=scene.at)


class TestAnAnswer:
    def test_is_believed(self, stamper: Stamper) -> None:
        authority = authority_of(stamper.root.read_bytes())
        asked = question(CONTENT, authority=authority)
        token = stamper.answer(asked.body)

        found = checked(token, CONTENT, authority=authority, nonce=asked.nonce)

        assert found.signer == "Test clock"
        assert found.at.tzinfo is not None

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda token: token[:-1] + bytes([token[-1] ^ 1]), "untrusted"),
            (lambda token: token[: len(token) // 2], "unreadable"),
            (lambda token: b"<html>please sign in</html>", "unreadable"),
            (lambda token: b"", "unreadable"),
            (lambda token: bytes.fromhex("30053003020100"), "unreadable"),
        ],
    )
    def test_that_was_changed(self, stamper: Stamper, change, reason: str) -> None:
        authority = authority_of(stamper.root.read_bytes())
        token = stamper.answer(question(CONTENT, authority=authority).body)

        with pytest.raises(BadStamp) as refusal:
            checked(change(token), CONTENT, authority=authority)

        assert refusal.value.reason == reason

    def test_of_other_content(self, stamper: Stamper) -> None:
        authority = authority_of(stamper.root.read_bytes())
        token = stamper.answer(question(CONTENT, authority=authority).body)

        with pytest.raises(BadStamp, match="other"):
            checked(token, CONTENT + b"x", authority=authority)

    def test_to_another_question(self, stamper: Stamper) -> None:
        authority = authority_of(stamper.root.read_bytes())
        old = stamper.answer(question(CONTENT, authority=authority).body)
        asked = question(CONTENT, authority=authority)

        with pytest.raises(BadStamp, match="untrusted"):
            checked(old, CONTENT, authority=authority, nonce=asked.nonce)

    def test_by_somebody_else(self, stamper: Stamper, tmp_path: Path) -> None:
        stranger = Stamper(tmp_path / "stranger")
        authority = authority_of(stamper.root.read_bytes())
        token = stranger.answer(question(CONTENT, authority=authority).body)

        with pytest.raises(BadStamp, match="untrusted"):
            checked(token, CONTENT, authority=authority)

    def test_with_an_unsorted_chain_needs_the_own_certificate(
        self, tmp_path: Path
    ) -> None:
        stamper = Stamper(tmp_path / "chain")
        stamper.bring_chain()
        root_alone = authority_of(stamper.root.read_bytes())
        asked = question(CONTENT, authority=root_alone)
        with pytest.raises(BadStamp, match="unreadable"):
            checked(stamper.answer(asked.body), CONTENT, authority=root_alone)

        authority = authority_of(stamper.known.read_bytes())
        asked = question(CONTENT, authority=authority)
        token = stamper.answer(asked.body)
        found = checked(token, CONTENT, authority=authority, nonce=asked.nonce)

        assert found.signer == "Test clock"

    def test_of_one_below_a_certificate_between(self, tmp_path: Path) -> None:
        stamper = Stamper(tmp_path / "between", between=True)
        authority = authority_of(stamper.chain.read_bytes())
        asked = question(CONTENT, authority=authority)

        found = checked(
            stamper.answer(asked.body), CONTENT, authority=authority, nonce=asked.nonce
        )

        assert authority.own is None
        assert found.signer == "Test clock"

    @pytest.mark.parametrize("pem", [b"", b"no certificate", b"-----BEGIN X-----"])
    def test_without_certificates(self, pem: bytes) -> None:
        with pytest.raises(BadStamp, match="certificates"):
            authority_of(pem)

    def test_without_a_root(self, stamper: Stamper) -> None:
        with pytest.raises(BadStamp, match="certificates"):
            authority_of((stamper.folder / "own.pem").read_bytes())


@pytest.mark.both
@pytest.mark.usefixtures("stampers_address")
class TestCheckpoints:
    def test_are_stamped_once(self, checkpoint, stamper: Stamper, at) -> None:
        before = len(stamper.asked)

        taken = timestamping.take_stamps(at=at)
        again = timestamping.take_stamps(at=at + timedelta(hours=2))

        assert (taken, again) == (1, 0)
        assert len(stamper.asked) == before + 1
        row = TimeStamp.objects.get(checkpoint=checkpoint)
        assert timestamping.check_stamp(row) == ""
        assert "time stamps" in worker.LANES

    def test_by_who_does_not_answer_is_asked_again(
        self, checkpoint, settings: Settings, stampers_address: str, at
    ) -> None:
        settings.TSA_URL = SecretStr("http://127.0.0.1:1/")
        assert timestamping.take_stamps(at=at) == 0
        assert Tree.objects.get(site_id=checkpoint.site_id).stamp_problem == "away"

        settings.TSA_URL = SecretStr(stampers_address)
        assert timestamping.take_stamps(at=at + timedelta(minutes=1)) == 0
        assert timestamping.take_stamps(at=at + timedelta(minutes=6)) == 1
        assert Tree.objects.get(site_id=checkpoint.site_id).stamp_problem == ""

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (lambda answer: answer[:-1] + bytes([answer[-1] ^ 1]), "untrusted"),
            (lambda answer: b"x" * (LONGEST + 1), "unreadable"),
            (lambda answer: b"", "away"),  # as an error of HTTP
        ],
    )
    def test_keep_nothing_that_proves_nothing(
        self, checkpoint, stamper: Stamper, at, change, problem: str
    ) -> None:
        stamper.change = change

        assert timestamping.take_stamps(at=at) == 0

        assert not TimeStamp.objects.exists()
        assert Tree.objects.get(site_id=checkpoint.site_id).stamp_problem == problem

    def test_without_the_file_of_certificates(
        self, checkpoint, settings: Settings, tmp_path: Path, at
    ) -> None:
        for path in (None, tmp_path / "nothing.pem", tmp_path):
            settings.TSA_CERTIFICATES = path
            assert timestamping.stamp(checkpoint, at=at) is None

        tree = Tree.objects.get(site_id=checkpoint.site_id)
        assert tree.stamp_problem == "certificates"

    def test_whose_stamp_was_exchanged_are_found(
        self, checkpoint, stamper: Stamper, at
    ) -> None:
        place = (checkpoint.organisation_id, checkpoint.site_id)
        row = timestamping.stamp(checkpoint, at=at)
        assert row is not None
        assert check_tree(place).problems == []

        signer, row.signer = row.signer, "国家授时中心"
        row.save()
        [problem] = check_tree(place).problems
        assert "signer" in problem.sentence

        row.signer = signer
        row.stamped_at -= timedelta(days=1)
        row.save()
        [problem] = check_tree(place).problems
        assert (problem.seq, problem.field) == (checkpoint.size, "time stamp")

        authority = authority_of(stamper.root.read_bytes())
        row.token = stamper.answer(question(b"another", authority=authority).body)
        row.save()
        [problem] = check_tree(place).problems
        assert "other bytes" in problem.sentence


@pytest.mark.usefixtures("stampers_address")
def test_a_stamp_by_an_authority_of_ones_own_is_found(
    checkpoint, tmp_path: Path, at
) -> None:
    place = (checkpoint.organisation_id, checkpoint.site_id)
    row = timestamping.stamp(checkpoint, at=at)
    assert row is not None
    own = Stamper(tmp_path / "own")
    authority = authority_of(own.root.read_bytes())
    row.token = own.answer(question(checkpoint.note.encode(), authority=authority).body)
    row.certificates = authority.pem
    row.stamped_at = checked(
        bytes(row.token), checkpoint.note.encode(), authority=authority
    ).at
    row.save()

    [problem] = check_tree(place).problems

    assert "ANLAN_TSA_CERTIFICATES" in problem.sentence


def test_one_that_drips_is_given_up(
    checkpoint, settings: Settings, stamper: Stamper, monkeypatch, at
) -> None:
    monkeypatch.setattr(timestamping, "SECONDS", 0.3)
    settings.TSA_CERTIFICATES = stamper.root
    with dripping(seconds=0.1) as address:
        settings.TSA_URL = SecretStr(address)

        assert timestamping.stamp(checkpoint, at=at) is None

    assert Tree.objects.get(site_id=checkpoint.site_id).stamp_problem == "away"


@pytest.mark.parametrize("address", [None, SecretStr(""), SecretStr(" ")])
def test_nobody_is_asked_without_an_address(
    checkpoint, settings: Settings, address: SecretStr | None, at
) -> None:
    settings.TSA_URL = address
    assert timestamping.take_stamps(at=at) == 0
    assert timestamping.stamp(checkpoint, at=at) is None
    assert Tree.objects.get(site_id=checkpoint.site_id).stamp_tried_at is None

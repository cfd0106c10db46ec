"""Checkpoints go out by mail, and what comes back is compared with the entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from pytest_django import Settings

from anlan.accounts.models import Organisation, User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases.models import Case
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.models import OutsideKeeper
from anlan.evidence.selectors.outside import address_of, compared_for, keeper_for
from anlan.ledger.checkpointing import checkpoint_now
from anlan.ledger.models import Departure, Entry
from anlan.ledger.selectors import exposure
from anlan.ledger.verify import verify
from anlan.ledger.verify.held import LONGEST, Held, compare_held, notes_in
from anlan.notify import services as notify
from anlan.notify.enums import ChannelKind
from anlan.notify.services import outward
from tests.evidence.test_outside import signer  # noqa: F401 -- a fixture
from tests.ledger.chains import tamper, unprotected
from tests.notify.receivers import SmtpReceiver, smtp_receiver
from tests.scene import Scene

ADDRESS = "wang@example.invalid"
PAGE = "/evidence/safety/keepers/"
HELD = "/evidence/safety/held/"


@pytest.fixture
def smtp() -> Iterator[SmtpReceiver]:
    with smtp_receiver() as receiver:
        yield receiver


@pytest.fixture
def case(scene: Scene, signer) -> Case:  # noqa: F811 -- the signer beside it
    return scene.incident().case


@pytest.fixture
def admin(scene: Scene) -> User:
    return scene.person("admin")


@pytest.fixture
def head(scene: Scene) -> Organisation:
    return scene.site.organisation


@pytest.fixture
def server(
    scene: Scene,
    admin: User,
    head: Organisation,
    smtp: SmtpReceiver,
    settings: Settings,
) -> SmtpReceiver:
    settings.DEMO = False
    notify.set_channel(
        organisation=head,
        site=None,
        kind=ChannelKind.EMAIL,
        values={
            "host": "127.0.0.1",
            "port": str(smtp.port),
            "security": "none",
            "from": "anlan@example.invalid",
        },
        by=admin,
        at=scene.at,
    )
    return smtp


@pytest.fixture
def keeper(scene: Scene, admin: User, head: Organisation) -> OutsideKeeper:
    return evidence.add_keeper(
        organisation=head,
        name="业委会王主任",
        address=ADDRESS,
        by=admin,
        at=scene.at,
    )


def mailed(scene: Scene, server: SmtpReceiver) -> str:
    jobs.mail_checkpoints(at=scene.at)
    [mail] = server.mails
    return str(mail.get_content())


def rewrite(entry: Entry) -> None:
    """As whoever owns the machine can."""
    tamper({"pk": entry.pk}, digest=bytes(32))


def remove(entry: Entry) -> None:
    with unprotected():
        Entry.objects.filter(pk=entry.pk).delete()


class TestMail:
    def test_carries_the_checkpoints_and_closes_the_window(
        self, scene, case, server, keeper
    ) -> None:
        place = (scene.site.organisation_id, scene.site.pk)
        row = checkpoint_now(scene.site, at=scene.at)
        assert exposure(*place, at=scene.at).is_never

        text = mailed(scene, server)

        assert server.mails[0]["To"] == ADDRESS
        assert row.note.rstrip() in text.replace("\r\n", "\n")
        assert "请保留这封邮件" in text
        assert Departure.objects.get(checkpoint=row).way == Departure.Way.MAIL
        assert not exposure(*place, at=scene.at).unseen
        keeper.refresh_from_db()
        assert (keeper.sent_at, keeper.problem) == (scene.at, "")

    def test_goes_again_only_when_something_was_signed(
        self, scene, case, server, keeper
    ) -> None:
        checkpoint_now(scene.site, at=scene.at)
        mailed(scene, server)

        later = scene.at + timedelta(hours=12)
        assert jobs.mail_checkpoints(at=later) == 1
        assert len(server.mails) == 1
        scene.report()
        checkpoint_now(scene.site, at=later + timedelta(minutes=1))
        jobs.mail_checkpoints(at=later + timedelta(hours=1))
        assert len(server.mails) == 1  # not before its turn
        jobs.mail_checkpoints(at=later + timedelta(hours=12))
        assert len(server.mails) == 2

    def test_what_no_server_took_has_not_left(
        self, scene, case, server, keeper
    ) -> None:
        checkpoint_now(scene.site, at=scene.at)
        server.refuse = {ADDRESS: 550}

        jobs.mail_checkpoints(at=scene.at)

        assert not Departure.objects.exists()
        keeper.refresh_from_db()
        assert keeper.problem == "smtp_550"
        assert jobs.next_mail() == scene.at + timedelta(minutes=30)
        server.refuse = {}
        jobs.mail_checkpoints(at=scene.at + timedelta(minutes=30))
        assert Departure.objects.exists()

    def test_without_a_server_says_so(self, scene, case, keeper, settings) -> None:
        settings.DEMO = False
        checkpoint_now(scene.site, at=scene.at)

        jobs.mail_checkpoints(at=scene.at)

        keeper.refresh_from_db()
        assert keeper.problem == "unconfigured"
        assert not Departure.objects.exists()

    def test_a_demo_sends_nothing_and_does_not_say_it_did(
        self, scene, case, server, keeper, settings
    ) -> None:
        settings.DEMO = True
        checkpoint_now(scene.site, at=scene.at)

        jobs.mail_checkpoints(at=scene.at)

        assert not server.mails
        assert not Departure.objects.exists()

    def test_whoever_was_killed_is_followed_by_the_next(
        self, scene, case, server, keeper, monkeypatch
    ) -> None:
        checkpoint_now(scene.site, at=scene.at)

        def killed(**_said: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(outward, "mail", killed)
            with pytest.raises(KeyboardInterrupt):
                jobs.mail_checkpoints(at=scene.at)
        assert jobs.mail_checkpoints(at=scene.at + timedelta(minutes=1)) == 0
        jobs.mail_checkpoints(at=scene.at + timedelta(minutes=5))
        assert len(server.mails) == 1


class TestKeepers:
    def test_the_address_is_encrypted_and_on_no_record(self, scene, keeper) -> None:
        assert ADDRESS.encode() not in bytes(keeper.address)
        assert address_of(keeper) == ADDRESS
        [entry] = Entry.objects.filter(kind="evidence.keeper_added")
        assert b"wang" not in bytes(entry.data or b"")
        assert verify().is_sound

    @pytest.mark.parametrize(
        "said", [{"name": " "}, {"address": "wang"}, {"name": "长" * 61}]
    )
    def test_what_is_refused(self, scene, admin, head, said) -> None:
        good = {"name": "律师", "address": ADDRESS}
        with pytest.raises(InvalidInput):
            evidence.add_keeper(
                organisation=head, by=admin, at=scene.at, **{**good, **said}
            )

    def test_not_twice(self, scene, admin, head, keeper) -> None:
        with pytest.raises(Conflict):
            evidence.add_keeper(
                organisation=head, name="又", address=ADDRESS, by=admin, at=scene.at
            )

    def test_not_by_others(self, scene, head, keeper) -> None:
        for name in ("zhoumin", "sunlei"):
            by = scene.person(name)
            with pytest.raises(NotAllowed):
                evidence.add_keeper(
                    organisation=head,
                    name="我",
                    address="x@y.invalid",
                    by=by,
                    at=scene.at,
                )
            with pytest.raises(NotAllowed):
                evidence.remove_keeper(keeper=keeper, by=by, at=scene.at)
            with pytest.raises(NotAllowed):
                evidence.mail_soon(organisation=head, by=by, at=scene.at)

    def test_of_another_company_there_is_none(self, scene, keeper) -> None:
        somebody = User(organisation=Organisation(pk=keeper.organisation_id + 1))
        with pytest.raises(NotFound):
            keeper_for(somebody, keeper.uid)

    def test_who_was_removed_gets_nothing(
        self, scene, case, server, keeper, admin
    ) -> None:
        checkpoint_now(scene.site, at=scene.at)
        evidence.remove_keeper(keeper=keeper, by=admin, at=scene.at)
        evidence.remove_keeper(keeper=keeper, by=admin, at=scene.at)

        jobs.mail_checkpoints(at=scene.at + timedelta(days=1))

        assert not server.mails
        assert Entry.objects.filter(kind="evidence.keeper_removed").count() == 1

    def test_on_the_page(self, scene, case, admin) -> None:
        client = Client()
        client.force_login(admin)
        said = {"name": "派出所李警官", "address": ADDRESS}
        assert client.post(PAGE, said).status_code == 302
        page = client.get(PAGE).content.decode()
        assert "派出所李警官" in page
        assert "w***@example.invalid" in page
        assert ADDRESS not in page
        again = client.post(PAGE, said)
        assert again.status_code == 409
        assert "已经在名单里" in again.content.decode()
        assert client.post(f"{PAGE}mail/").status_code == 302
        row = OutsideKeeper.objects.get()
        assert client.post(f"{PAGE}{row.uid}/removal/").status_code == 302
        assert "还没有人在外面保存检查点" in client.get(PAGE).content.decode()
        client.force_login(scene.guard)
        assert client.get(PAGE).status_code == 403


class TestWhatComesBack:
    def test_fits_whatever_the_mail_program_made_of_it(
        self, scene, case, server, keeper
    ) -> None:
        checkpoint_now(scene.site, at=scene.at)
        text = mailed(scene, server)
        scene.report()
        quoted = "\r\n".join(f"> {line}" for line in text.splitlines())

        for brought in (text, quoted, f"Fwd:\n\n{text}\n\n-- \nWang"):
            [one] = compare_held(brought)
            assert one.held is Held.FITS
            assert one.place == (scene.site.organisation_id, scene.site.pk)

    def test_shows_that_entries_were_changed(self, scene, case, server, keeper) -> None:
        checkpoint_now(scene.site, at=scene.at)
        text = mailed(scene, server)
        rewrite(Entry.objects.filter(site_id=scene.site.pk).earliest("seq"))

        [one] = compare_held(text)
        assert one.held is Held.CHANGED

    def test_shows_that_the_end_was_cut_off(self, scene, case, server, keeper) -> None:
        checkpoint_now(scene.site, at=scene.at)
        text = mailed(scene, server)
        last = Entry.objects.filter(site_id=scene.site.pk).latest("seq")
        remove(last)

        [one] = compare_held(text)
        assert one.held is Held.CUT

    def test_a_forgery_is_named(self, scene, case, server, keeper) -> None:
        row = checkpoint_now(scene.site, at=scene.at)
        size = row.note.split("\n")[1]
        forged = row.note.replace(f"\n{size}\n", f"\n{int(size) - 1}\n", 1)
        elsewhere = row.note.replace("anlan/", "anlan/x", 2)

        assert [one.held for one in compare_held(forged)] == [Held.UNSIGNED]
        assert [one.held for one in compare_held(elsewhere)] == [Held.UNKNOWN]

    @pytest.mark.parametrize(
        "text",
        ["", "hello", "anlan/x\n1\n\n", "anlan/a\n5\n" + "A" * 44 + "\n\n— x y\n"],
    )
    def test_what_is_none_is_none(self, db, text) -> None:
        assert notes_in(text) == []

    def test_too_long(self, scene, admin) -> None:
        client = Client()
        client.force_login(admin)
        answer = client.post(HELD, {"text": "x" * (LONGEST + 1)})
        assert answer.status_code == 422

    def test_on_the_page_and_by_command(
        self, scene, case, server, keeper, admin, tmp_path: Path
    ) -> None:
        checkpoint_now(scene.site, at=scene.at)
        text = mailed(scene, server)
        client = Client()
        client.force_login(admin)
        page = client.post(HELD, {"text": text}).content.decode()
        assert "与现在的记录一致" in page
        assert "没有找到检查点" in client.post(HELD, {"text": "x"}).content.decode()
        stranger = scene.stranger
        assert {one.held for one in compared_for(stranger, text)} == {Held.UNKNOWN}

        file = tmp_path / "mail.txt"
        file.write_text(text)
        out = StringIO()
        call_command("verify", "--against", str(file), "--processes", "1", stdout=out)
        assert "the entries are those that were signed then" in out.getvalue()
        rewrite(Entry.objects.filter(site_id=scene.site.pk).earliest("seq"))
        with pytest.raises(SystemExit):
            call_command(
                "verify", "--against", str(file), "--processes", "1", stdout=out
            )
        assert "entries were changed since" in out.getvalue()
        file.write_text("nothing")
        with pytest.raises(CommandError, match="no checkpoint"):
            call_command(
                "verify", "--against", str(file), "--processes", "1", stdout=out
            )

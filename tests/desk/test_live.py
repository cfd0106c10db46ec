from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.accounts.models import Membership
from anlan.accounts.sessions import SessionStore
from anlan.desk import live
from anlan.desk.live import Live
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Chain as Head
from anlan.ledger.tail import ChainKey
from tests.desk.serving import Listener, Serving, sign_in
from tests.ledger.chains import fact
from tests.scene import Scene

pytestmark = [pytest.mark.both, pytest.mark.slow]


@pytest.fixture
def serving(committed_scene: Scene, tmp_path: Path) -> Iterator[Serving]:
    serving = Serving(tmp_path).start()
    yield serving
    if serving.process and serving.process.poll() is None:
        serving.stop()


def write(scene: Scene, count: int, *, subject: str = "case:x") -> None:
    with ledger.recording():
        for number in range(count):
            ledger.append(
                fact(number), site=scene.site, subject=subject, by=SYSTEM, at=scene.at
            )


def head_of(scene: Scene) -> int:
    head = Head.objects.filter(site_id=scene.site.pk).first()
    return head.seq if head else 0


def test_report_reaches_the_officer_without_a_word_of_it(
    committed_scene: Scene, serving: Serving
) -> None:
    session = sign_in(committed_scene.officer)
    with Listener(serving, session) as listener:
        incident = committed_scene.incident()
        told = listener.next()

    assert told.name == "entry"
    assert told.data == {
        "seq": told.seq,
        "kind": "case.opened",
        "subject": incident.case.subject,
        "exercise": False,
    }


def test_what_was_missed_is_told_once_after_every_kind_of_break(
    committed_scene: Scene, serving: Serving
) -> None:
    session = sign_in(committed_scene.officer)
    first = head_of(committed_scene) + 1
    entries, batch = 120, 4

    def write_on() -> None:
        for _ in range(entries // batch):
            write(committed_scene, batch)
        connection.close()

    writer = threading.Thread(target=write_on)
    seen: list[int] = []
    last_id = ""
    rounds = 0
    while len(seen) < entries:
        with Listener(serving, session, last_id=last_id) as listener:
            if rounds == 0:
                writer.start()
            seen += [told.seq for told in listener.take(min(17, entries - len(seen)))]
            last_id = listener.last_id
        rounds += 1
        if rounds == 3:
            serving.stop(signal.SIGKILL)
            serving.start()
    writer.join()

    assert seen == list(range(first, first + entries))
    assert rounds > 5


def test_reader_of_another_site_is_told_nothing(
    committed_scene: Scene, serving: Serving
) -> None:
    site, other = committed_scene.site.pk, committed_scene.other_site.pk
    with Listener(serving, sign_in(committed_scene.stranger)) as listener:
        write(committed_scene, 3)
        with ledger.recording():
            ledger.append(
                fact(1),
                site=committed_scene.other_site,
                subject="case:theirs",
                by=SYSTEM,
                at=committed_scene.at,
            )
        told = listener.next()

    assert told.data["subject"] == "case:theirs"
    assert f".{other}:" in told.id
    assert f".{site}:" not in told.id


def test_what_the_reader_may_not_see_is_a_bare_place(
    committed_scene: Scene, serving: Serving
) -> None:
    first = head_of(committed_scene) + 1
    with Listener(serving, sign_in(committed_scene.guard)) as guard:
        write(committed_scene, 1, subject="person:x")  # for those who read the ledger
        write(committed_scene, 1)
        told = guard.take(2)
    with Listener(
        serving, sign_in(committed_scene.manager), last_id=guard.hello.id
    ) as manager:
        subjects = {told.data["subject"] for told in manager.take(2)}

    assert [(one.seq, one.name) for one in told] == [(first, ""), (first + 1, "entry")]
    assert subjects == {"person:x", "case:x"}


def test_page_hears_what_was_recorded_while_it_was_made(
    committed_scene: Scene, serving: Serving
) -> None:
    write(committed_scene, 2)
    session = sign_in(committed_scene.officer)
    recorded = int(committed_scene.at.timestamp())

    with Listener(serving, session, query=f"?since={recorded - 10}") as listener:
        told = listener.take(2)
        write(committed_scene, 1)
        told += listener.take(1)

    assert [one.seq for one in told] == [told[0].seq + n for n in range(3)]


def test_moment_long_ago_looks_at_the_newest_only(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_BEHIND", 3)
    write(scene, 5)
    chain = ChainKey(scene.organisation.pk, scene.site.pk)
    head = head_of(scene)

    assert live.places_at([chain], scene.at + timedelta(days=1)) == {chain: head}
    with CaptureQueriesContext(connection) as asked:
        assert live.places_at([chain], datetime(1970, 1, 1, tzinfo=UTC)) == {chain: 0}
    assert f'"seq" >= {head - 3}' in asked[-1]["sql"]


def test_place_of_another_ledger_asks_for_a_fresh_look(
    committed_scene: Scene, serving: Serving
) -> None:
    session = sign_in(committed_scene.officer)
    write(committed_scene, 1)

    with Listener(serving, session, last_id="nonsense") as listener:
        assert listener.answer.readline() == b"event: reload\n"


def test_case_narrows_to_its_site(committed_scene: Scene, serving: Serving) -> None:
    number = committed_scene.incident().case.number
    session = sign_in(committed_scene.officer)

    with Listener(serving, session, query=f"?case={number}") as listener:
        site = committed_scene.site
        assert (
            listener.hello.id.partition(":")[0] == f"{site.organisation_id}.{site.pk}"
        )
    theirs = serving.get(
        f"/live/?case={number}", session=sign_in(committed_scene.stranger)
    )
    assert theirs.status == 404


def test_nobody_is_told_without_a_session(serving: Serving) -> None:
    assert serving.get("/live/").status == 401
    assert serving.get("/live/", session="made-up").status == 401


def test_ninth_stream_of_a_session_is_refused(
    committed_scene: Scene, serving: Serving
) -> None:
    session = sign_in(committed_scene.officer)
    streams = [Listener(serving, session) for _ in range(live.MOST_STREAMS)]

    assert serving.get("/live/", session=session).status == 429
    assert serving.get("/live/", session=sign_in(committed_scene.guard)).status == 200

    for stream in streams:
        stream.answer.close()


def test_open_streams_do_not_delay_the_end(
    committed_scene: Scene, serving: Serving
) -> None:
    session = sign_in(committed_scene.officer)
    with Listener(serving, session) as listener:
        seconds = serving.stop()

        with pytest.raises(EOFError):
            listener.next()
    assert seconds < 4
    assert "Traceback" not in serving.log()


def test_pages_are_served_beside_the_streams(serving: Serving) -> None:
    page = serving.get("/accounts/login/")

    assert page.status == 200
    assert b"csrfmiddlewaretoken" in page.read()


class Browser:
    """The other end of the ASGI application, in this process."""

    def __init__(self, session: str) -> None:
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": "/live/",
            "query_string": b"",
            "headers": [(b"cookie", f"sessionid={session}".encode())],
        }
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)


@pytest.mark.parametrize("how", ["sign-out", "membership", "browser"])
def test_stream_ends_with_what_allowed_it(
    how: str, committed_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.05)
    guard = committed_scene.guard
    session = sign_in(guard)

    def end() -> None:
        if how == "sign-out":
            SessionStore(session).delete()
        elif how == "membership":
            Membership.objects.filter(user=guard).update(ended_at=committed_scene.at)
        connection.close()

    async def listen() -> None:
        application, browser = Live(), Browser(session)
        application.start()
        stream = asyncio.create_task(
            application(browser.scope, browser.receive, browser.send)
        )
        await asyncio.sleep(0.3)
        assert not stream.done()

        await asyncio.to_thread(end)
        if how == "browser":
            browser.gone.set()
        async with asyncio.timeout(5):
            await stream
        application.stop()
        assert browser.sent[0]["status"] == 200
        assert not browser.sent[-1].get("more_body")

    asyncio.run(listen())


def test_reader_follows_only_the_chains_of_their_sites(scene: Scene) -> None:
    reader = live.reader_for(sign_in(scene.guard), "")

    assert reader
    site = scene.site
    assert reader.chains == {
        ChainKey(site.organisation_id, site.pk): frozenset({"case.see"})
    }


def test_places_are_named_by_the_id_as_long_as_it_fits_a_header() -> None:
    few = {ChainKey(1, site): site * 7 for site in range(live.MOST_NAMED_CHAINS)}
    many = {**few, ChainKey(2, 1): 0}

    assert live.positions_of(live.identifier_of(few)) == few
    assert live.positions_of(live.identifier_of(many)) == {}

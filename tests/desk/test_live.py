from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from anlan.accounts import services as accounts
from anlan.accounts.models import Membership
from anlan.accounts.sessions import SessionStore
from anlan.accounts.signed_in import IDLE_SECONDS, PHONE_SEEN, PHONE_SESSION
from anlan.base.clock import acting_moment
from anlan.base.errors import NotFound
from anlan.desk import live
from anlan.desk.live import Asking, Live, Reader
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Chain as Head
from anlan.ledger.tail import ChainKey, Frame, Step
from tests.desk.serving import Listener, ServingAgain, sign_in
from tests.ledger.chains import fact
from tests.scene import Scene

pytestmark = [pytest.mark.both, pytest.mark.slow]


@pytest.fixture(scope="module")
def stem(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingAgain]:
    stem = ServingAgain(tmp_path_factory.mktemp("serving"))
    yield stem
    stem.end()


@pytest.fixture
def serving(committed_scene: Scene, stem: ServingAgain) -> Iterator[ServingAgain]:
    """A server for each test, on its database and with nothing in its log."""
    (stem.data / "serve.log").write_bytes(b"")
    yield stem.start()
    with suppress(ProcessLookupError):  # the test ended it
        stem.stop()


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
    committed_scene: Scene, serving: ServingAgain
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
    committed_scene: Scene, serving: ServingAgain
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
    committed_scene: Scene, serving: ServingAgain
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
    committed_scene: Scene, serving: ServingAgain
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
    committed_scene: Scene, serving: ServingAgain
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
    committed_scene: Scene, serving: ServingAgain
) -> None:
    session = sign_in(committed_scene.officer)
    write(committed_scene, 1)

    with Listener(serving, session, last_id="nonsense") as listener:
        assert listener.answer.readline() == b"event: reload\n"


def test_case_narrows_to_its_site(
    committed_scene: Scene, serving: ServingAgain
) -> None:
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


def test_nobody_is_told_without_a_session(serving: ServingAgain) -> None:
    assert serving.get("/live/").status == 401
    assert serving.get("/live/", session="made-up").status == 401


def test_ninth_stream_of_a_session_is_refused(
    committed_scene: Scene, serving: ServingAgain
) -> None:
    session = sign_in(committed_scene.officer)
    streams = [Listener(serving, session) for _ in range(live.MOST_STREAMS)]

    assert serving.get("/live/", session=session).status == 429
    assert serving.get("/live/", session=sign_in(committed_scene.guard)).status == 200

    for stream in streams:
        stream.answer.close()


def test_open_streams_do_not_delay_the_end(
    committed_scene: Scene, serving: ServingAgain
) -> None:
    session = sign_in(committed_scene.officer)
    with Listener(serving, session) as listener:
        seconds = serving.stop()

        with pytest.raises(EOFError):
            listener.next()
    assert seconds < 4
    assert "Traceback" not in serving.log()


def test_pages_are_served_beside_the_streams(serving: ServingAgain) -> None:
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


@pytest.mark.parametrize(
    "how", ["sign-out", "membership", "one role of two", "browser"]
)
def test_stream_ends_with_what_allowed_it(
    how: str, committed_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "ROUND_SECONDS", 0.05)
    guard = committed_scene.guard
    accounts.grant_role(
        user=guard,
        role_key="site_manager",
        node=committed_scene.site,
        by=SYSTEM,
        at=committed_scene.at,
    )
    session = sign_in(guard)

    def end() -> None:
        if how == "sign-out":
            SessionStore(session).delete()
        elif how == "membership":
            Membership.objects.filter(user=guard).update(ended_at=committed_scene.at)
        elif how == "one role of two":
            Membership.objects.filter(user=guard, role_key="site_manager").update(
                ended_at=committed_scene.at
            )
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


def test_streams_that_stay_allowed_are_given_heartbeats(
    committed_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "ROUND_SECONDS", 0.05)
    session = sign_in(committed_scene.guard)

    async def listen() -> None:
        application, browser = Live(), Browser(session)
        application.start()
        stream = asyncio.create_task(
            application(browser.scope, browser.receive, browser.send)
        )
        async with asyncio.timeout(5):
            while [told.get("body") for told in browser.sent].count(b":\n\n") < 3:
                await asyncio.sleep(0.01)
        assert not stream.done()
        application.stop()
        await stream

    asyncio.run(listen())


def test_database_that_is_away_for_a_round_ends_nothing(
    committed_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "ROUND_SECONDS", 0.05)
    session = sign_in(committed_scene.guard)
    look_up = live.readers_for
    fails = threading.Event()
    failed = threading.Event()

    def sometimes(asked: Any) -> Any:
        if fails.is_set():
            failed.set()
            raise OperationalError("away")
        return look_up(asked)

    monkeypatch.setattr(live, "readers_for", sometimes)

    async def listen() -> None:
        application, browser = Live(), Browser(session)
        application.start()
        stream = asyncio.create_task(
            application(browser.scope, browser.receive, browser.send)
        )
        while not browser.sent:
            await asyncio.sleep(0.01)
        fails.set()
        await asyncio.to_thread(failed.wait, 5)
        fails.clear()
        await asyncio.to_thread(SessionStore(session).delete)
        async with asyncio.timeout(5):
            await stream  # the rounds go on: this one saw that the session is over
        application.stop()

    asyncio.run(listen())
    assert failed.is_set()


def test_what_an_audience_is_told_is_made_once() -> None:
    chain = ChainKey(1, 7)
    steps = (
        Step(chain, 5, Frame(5, "case.see", b"event: five\n\n")),
        Step(chain, 6, Frame(6, "ledger.read", b"event: six\n\n")),
        Step(chain, 7, Frame(7, "", b"event: seven\n\n")),
    )
    guards = live.Audience({chain: frozenset({"case.see"})})
    auditors = live.Audience({chain: frozenset({"case.see", "ledger.read"})})

    data, places = guards.told({chain: 4}, steps)
    again, same_places = guards.told({chain: 4}, steps)

    assert again is data
    assert same_places is places
    assert places == {chain: 7}
    assert data == (b"id: 1.7:5\nevent: five\n\nid: 1.7:6\n:\n\nid: 1.7:7\n:\n\n")
    assert b"six" in auditors.told({chain: 4}, steps)[0]
    assert b"seven" not in auditors.told({chain: 4}, steps)[0]


def test_who_is_elsewhere_is_told_by_their_own_id() -> None:
    near, far = ChainKey(1, 7), ChainKey(1, 8)
    steps = (Step(near, 5, Frame(5, "case.see", b"event: five\n\n")),)
    guards = live.Audience(dict.fromkeys((near, far), frozenset({"case.see"})))

    first, _ = guards.told({near: 4, far: 1}, steps)
    other, _ = guards.told({near: 4, far: 2}, steps)

    assert first.startswith(b"id: 1.7:5,1.8:1\n")
    assert other.startswith(b"id: 1.7:5,1.8:2\n")


def test_reader_follows_only_the_chains_of_their_sites(scene: Scene) -> None:
    asking = Asking(sign_in(scene.guard), "")

    reader = live.readers_for([asking])[asking]

    assert isinstance(reader, Reader)
    site = scene.site
    assert reader.chains == {
        ChainKey(site.organisation_id, site.pk): frozenset({"case.see"})
    }


def test_readers_are_told_apart_though_asked_for_together(scene: Scene) -> None:
    number = scene.incident().case.number
    officer, guard, stranger = map(
        sign_in, (scene.officer, scene.guard, scene.stranger)
    )
    asked = [
        Asking(officer, number),
        Asking(guard, ""),
        Asking(stranger, number),
        Asking("made-up", ""),
    ]

    found = live.readers_for(asked)

    users = [
        answer.user_id if isinstance(answer, Reader) else type(answer)
        for answer in (found[asking] for asking in asked)
    ]
    assert users == [scene.officer.pk, scene.guard.pk, NotFound, type(None)]


def test_a_shared_phone_hears_only_while_somebody_holds_it(scene: Scene) -> None:
    _made, code = accounts.add_shared_phone(
        site=scene.site, name="保安室 1", by=scene.manager, at=scene.at
    )
    phone, token = accounts.enrol_phone(code=code, at=scene.at)
    accounts.set_pin(user=scene.guard, pin="402913", by=scene.guard, at=scene.at)
    accounts.open_phone(phone=phone, user=scene.guard, pin="402913", at=scene.at)
    session = SessionStore(sign_in(scene.guard))
    asking = Asking(str(session.session_key), "", token)

    def is_told(*, seconds_ago: int) -> bool:
        session[PHONE_SESSION] = str(phone.uid)
        session[PHONE_SEEN] = int(acting_moment().timestamp()) - seconds_ago
        session.save()
        return live.readers_for([asking])[asking] is not None

    assert is_told(seconds_ago=10)
    assert not is_told(seconds_ago=IDLE_SECONDS + 60)
    accounts.lock_phone(phone=phone)
    assert not is_told(seconds_ago=10)


def test_rights_are_computed_once_for_all_who_have_the_role(scene: Scene) -> None:
    def queries(asked: list[Asking]) -> int:
        with CaptureQueriesContext(connection) as caught:
            live.readers_for(asked)
        return len(caught)

    one, *others = [Asking(sign_in(scene.guard), "") for _ in range(4)]
    of_one = queries([one])

    # The session, and the user with their roles; not the sites of a guard once more.
    assert queries([one, *others]) - of_one <= 2 * len(others)
    assert of_one > 2


def test_who_comes_while_others_are_looked_up_is_asked_for_with_them(
    committed_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = live.readers_for
    questions: list[int] = []

    def counting(asked: Any) -> Any:
        questions.append(len(asked))
        return look_up(asked)

    monkeypatch.setattr(live, "readers_for", counting)
    sessions = [sign_in(committed_scene.guard) for _ in range(12)]

    async def listen() -> None:
        application = Live()
        application.start()
        browsers = [Browser(session) for session in sessions]
        streams = [
            asyncio.create_task(application(one.scope, one.receive, one.send))
            for one in browsers
        ]
        async with asyncio.timeout(5):
            while not all(one.sent for one in browsers):
                await asyncio.sleep(0.01)
        application.stop()
        await asyncio.gather(*streams)
        assert {one.sent[0]["status"] for one in browsers} == {200}

    asyncio.run(listen())
    assert sum(questions) == len(sessions)
    assert len(questions) <= 2


def test_places_are_named_by_the_id_as_long_as_it_fits_a_header() -> None:
    few = {ChainKey(1, site): site * 7 for site in range(live.MOST_NAMED_CHAINS)}
    many = {**few, ChainKey(2, 1): 0}

    assert live.positions_of(live.identifier_of(few)) == few
    assert live.positions_of(live.identifier_of(many)) == {}

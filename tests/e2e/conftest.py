"""A real installation for each test, and browsers that look at it.

The data is made once a run, by playing; each test gets a copy of it, its own web and
worker processes on a free port, and a page that fails the test when the console speaks
of an error or the content security policy is broken.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Page,
    Response,
    expect,
)

from tests.e2e.forking import Forked, Forkery
from tests.e2e.sessions import open_session

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "anlan-demo-2026"
START_SECONDS = 90.0
STOP_SECONDS = 10.0
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
WHOLE = shutil.which("chromium") or shutil.which("chromium-browser")
# The same engine without the windows that nobody looks at takes a third less.
CHROMIUM = shutil.which("chromium-headless-shell") or WHOLE

# The browser itself speaks of lost connections, of a service worker that it could not
# ask for anew without one, and of every refusal by its number; 502 is what a proxy says
# for us, and only the proxies of tests do.
EXPECTED = re.compile(
    r"net::ERR_|error occurred when fetching the script"
    r"|status of (403|409|422|423|429|502)"
)

# What comes true is not waited for longer; a machine that does much else is slow.
expect.set_options(timeout=15_000)

SignIn: TypeAlias = "Callable[..., Person]"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story that is told at both sizes is told at the phone's, at the desk's if deep.

    What fits the phone and can be pressed there mostly can at the desk; whether every
    page fits both is asked of each in ``test_pages.py``. Whatever fails is asked once
    more, and the end of the run says of which that was so: ADR 53.
    """
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.flaky(reruns=1))
            told_with = getattr(item, "callspec", None)
            if told_with and told_with.params.get("size") == DESK:
                item.add_marker(pytest.mark.deep)


@dataclass
class Installation:
    """Running processes over a data folder of their own."""

    data: Path
    port: int
    forkery: Forkery
    processes: dict[str, Forked] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def story(self) -> dict[str, str]:
        """What the addresses of pages may name: the open case, a closed one, a place."""
        return dict(json.loads((self.data / "seed_demo.out").read_text()))

    def start(self, name: str, *arguments: str) -> None:
        log = self.data / f"{name}.log"
        self.processes[name] = self.forkery.start(*arguments, out=log)

    def kill(self, name: str) -> None:
        """As power failure would: no chance to tidy up."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(STOP_SECONDS)

    @contextmanager
    def without_signal(self, context: BrowserContext) -> Iterator[None]:
        """The browser hears that there is no network, and truly nothing answers.

        The browser's word alone does not bind a service worker that begins meanwhile:
        on a slow machine it brought through what should have waited.
        """
        context.set_offline(True)
        self.kill("web")
        yield
        self.start("web", "serve")
        self.wait_until_ready()
        context.set_offline(False)

    def stop(self) -> None:
        """At once: what they would tidy up is thrown away with them."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait(STOP_SECONDS)

    def wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):  # noqa: S310 -- http, ours
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"no page after {START_SECONDS} s:\n{self.log('web')}")

    def log(self, name: str) -> str:
        return (self.data / f"{name}.log").read_text(errors="replace")[-4000:]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        out, errors = self.data / "manage.out", self.data / "manage.err"
        for path in (out, errors):
            path.write_bytes(b"")
        code = self.forkery.start(*arguments, out=out, errors=errors).wait(120)
        return subprocess.CompletedProcess(
            arguments, code, out.read_text(), errors.read_text()
        )

    def shell(self, code: str) -> str:
        """What ``code`` prints, run beside the running processes."""
        done = self.manage("shell", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kinds(self) -> Counter[str]:
        """How many entries of each kind the ledger has."""
        return Counter(kind for (kind,) in self.rows("SELECT kind FROM ledger_entry"))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read from the database without the product in between."""
        database = f"file:{self.data / 'anlan.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as connection:
            return connection.execute(query, values).fetchall()


@dataclass
class Person:
    """Somebody signed in, with a browser of their own."""

    context: BrowserContext
    page: Page

    def go(self, path: str) -> Page:
        self.page.goto(path)
        return self.page


def wait_for(page: Page, promised: str) -> None:
    """Until the promise comes true: ``wait_for_function`` takes any promise for that."""
    for _number in range(200):
        if page.evaluate(promised):
            return
        page.wait_for_timeout(50)
    raise AssertionError(promised)


def environment(data: Path, *, port: int = 8000) -> dict[str, str]:
    ours = ("ANLAN_", "DJANGO_ALLOW_ASYNC_UNSAFE")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return {
        **kept,
        "ANLAN_DATA": str(data),
        "ANLAN_DEMO": "1",
        "ANLAN_PORT": str(port),
        "ANLAN_PUBLIC_URL": f"http://localhost:{port}",
        "ANLAN_LOG_LEVEL": "WARNING",
        "ANLAN_RECORDINGS_ROOTS": str(data / "recorders"),
    }


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo company and two closed cases."""
    return _made_once(tmp_path_factory, "quiet", _make_quiet)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory, quiet: Path) -> Path:
    """The same with an assault that is seven minutes old."""
    return _made_once(tmp_path_factory, "told", partial(_make_told, quiet))


def _made_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """Made by the first worker of the run that needs it; the others wait for it."""
    shared = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    data = shared / name
    ready = shared / f"{name}.ready"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(data, ignore_errors=True)
            make(data)
            ready.touch()
    return data


def _make_quiet(data: Path) -> None:
    data.mkdir()
    _manage(data, "migrate", "--verbosity", "0")
    _manage(data, "seed_demo")


def _make_told(quiet: Path, data: Path) -> None:
    shutil.copytree(quiet, data)
    _manage(data, "seed_demo", "--assault")


def _manage(data: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (data / f"{arguments[0]}.out").write_text(done.stdout)


class Berth:
    """Where one installation at a time runs: the same folder and port for each."""

    def __init__(self, home: Path, *, port: int) -> None:
        self._home = home
        self._port = port
        self._is_taken = False

    @contextmanager
    def running(self, origin: Path) -> Iterator[Installation]:
        """A copy of ``origin`` with its web and its worker."""
        assert not self._is_taken, "a test has one installation of its own"
        self._is_taken = True
        data = self._home / "data"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(origin, data)
        made = Installation(data, self._port, self._forkery)
        try:
            made.start("web", "serve")
            made.start("worker", "worker")
            made.wait_until_ready()
            yield made
        finally:
            made.stop()
            self._is_taken = False

    @cached_property
    def _forkery(self) -> Forkery:
        """Made when the first data lies there, for the settings read its keys."""
        data = self._home / "data"
        return Forkery(self._home / "forked", environment(data, port=self._port))

    def close(self) -> None:
        if "_forkery" in self.__dict__:
            self._forkery.stop()


@pytest.fixture(scope="session")
def own_berth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Berth]:
    yield from _berth(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="session")
def shared_berth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Berth]:
    yield from _berth(tmp_path_factory.mktemp("shared"))


def _berth(home: Path) -> Iterator[Berth]:
    berth = Berth(home, port=_free_port())
    yield berth
    berth.close()


def _free_port() -> int:
    """Below those that the system gives to whoever connects, for it is free at times."""
    for port in itertools.count(20_000 + os.getpid() * 7 % 10_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


@pytest.fixture
def installation(quiet: Path, own_berth: Berth) -> Iterator[Installation]:
    """An installation that this test may break."""
    with own_berth.running(quiet) as made:
        yield made


@pytest.fixture
def told_installation(told: Path, own_berth: Berth) -> Iterator[Installation]:
    """The same with an assault seven minutes old."""
    with own_berth.running(told) as made:
        yield made


@pytest.fixture(scope="module")
def shared_installation(told: Path, shared_berth: Berth) -> Iterator[Installation]:
    """One for the tests of a file that only look, with an assault seven minutes old."""
    with shared_berth.running(told) as made:
        yield made


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium; as root it needs to be told that it has no sandbox."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here; on Debian and Ubuntu: sudo apt install chromium")
    options = ["--disable-gpu", "--disable-background-networking"]
    options.append("--use-fake-device-for-media-stream")  # a microphone that beeps
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    return {"executable_path": CHROMIUM, "args": options}


@pytest.fixture
def whole_browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """One that asks about a microphone, which the engine alone does not."""
    options = {**browser_type_launch_args, "executable_path": WHOLE or CHROMIUM}
    launched = browser_type.launch(**options)
    yield launched
    launched.close()


@pytest.fixture
def sign_in(browser: Browser) -> Iterator[SignIn]:
    """``sign_in(installation, "zhoumin", size=PHONE)``: a browser that holds a session.

    Its page shows ``path``, and nothing without one: most stories go somewhere first.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            complaints.append(f"{message.location.get('url')}: {message.text}")

    def enter(
        installation: Installation,
        username: str = "",
        *,
        size: dict[str, int] = DESK,
        path: str = "",
        through: Browser = browser,
        **more: object,
    ) -> Person:
        context = through.new_context(
            base_url=installation.url,
            viewport=size,  # type: ignore[arg-type]  # two integers
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            # What moves is drawn by the processor here; one story asks for it.
            **{"reduced_motion": "reduce", **more},  # type: ignore[arg-type]  # passed on
        )
        context.set_default_timeout(20_000)
        context.set_default_navigation_timeout(30_000)  # a cold page, a busy machine
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", _note_failures(complaints))
        if username:
            session = open_session(installation.data, username)
            cookie = {"name": "sessionid", "value": session, "url": installation.url}
            context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict
        if path:
            page.goto(path)
        return Person(context, page)

    yield enter
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _note_failures(complaints: list[str]) -> Callable[[Response], None]:
    def note(response: Response) -> None:
        ours = response.status != HTTPStatus.BAD_GATEWAY
        if ours and response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            complaints.append(f"{response.status} {response.url}")

    return note

"""What every test may use; the scene and the databases are in files of their own."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

# Before Django reads its settings: tests never touch the data of a developer. That is
# why the settings are named here and not in pyproject.toml, where pytest-django would
# read them before this file. Each worker has data of its own: a database of another one
# knows nothing of these files, and its jobs would sweep them away as left over.
# Nor its second copies, its signer or its clocks: they would be swept, asked or stamped.
_OURS = {"ANLAN_DATA", "ANLAN_DATABASE_URL", "ANLAN_SHOTS", "ANLAN_PLAYED_SECONDS"}
for _name in [name for name in os.environ if name.startswith("ANLAN_")]:
    if _name not in _OURS:
        del os.environ[_name]
_SCRATCH = tempfile.mkdtemp(prefix="anlan-test-")
os.environ["ANLAN_DATA"] = str(
    Path(
        os.environ.get("ANLAN_DATA", _SCRATCH),
        os.environ.get("PYTEST_XDIST_WORKER", ""),
    )
)
os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.config.settings"
# The browser's driver keeps an event loop in the thread of the tests until the session
# ends, and Django takes every later test of that worker for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django  # noqa: E402

django.setup()

# A worker that inherits the name lets pytest-django read the settings before this file,
# and with them the data of whoever started it: all workers would share one folder.
del os.environ["DJANGO_SETTINGS_MODULE"]

import pytest  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402
from whitenoise.base import (  # type: ignore[import-untyped]  # noqa: E402
    WhiteNoise,
)

from anlan.base.one_by_one import forget_faults  # noqa: E402

SAID = 3000  # characters of a first failure

# The same examples every time: a gate that fails by chance is ignored soon. How long an
# example takes says something about the machine, not about us.
settings.register_profile(
    "anlan",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("anlan")

_read_folder = WhiteNoise.update_files_dictionary
_static: dict[tuple[str, str], dict[str, object]] = {}


def _read_folder_once(self: WhiteNoise, root: str, prefix: str) -> None:
    """Each client of a test builds all middleware anew, and this took half of a request."""
    if (root, prefix) not in _static:
        _read_folder(self, root, prefix)
        _static[root, prefix] = dict(self.files)
    self.files.update(_static[root, prefix])


WhiteNoise.update_files_dictionary = _read_folder_once

pytest_plugins = [
    "tests.films",
    "tests.moment",
    "tests.databases",
    "tests.scene",
    "tests.signed_in",
]


@pytest.fixture(autouse=True)
def _nothing_rests() -> None:
    """Keys of rows begin anew with each test, and so does what failed."""
    forget_faults()


def pytest_unconfigure() -> None:
    shutil.rmtree(_SCRATCH, ignore_errors=True)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no module in which nothing will run: half a minute of each worker."""
    if not collection_path.name.startswith("test_"):
        return None
    if os.environ.get("ANLAN_DATABASE_URL"):
        return "mark.both" not in collection_path.read_text(encoding="utf-8") or None
    is_quick = "not deep" in config.getoption("markexpr")
    return (is_quick and collection_path.name == "test_fuzz.py") or None


def pytest_collection_finish() -> None:
    """What was read by now stays: nobody needs to look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What passed the second time only is told with its first failure: it is to be mended."""
    shaky = terminalreporter.stats.get("rerun", [])
    if shaky:
        terminalreporter.section(f"asked twice: {len(shaky)}")
    for report in shaky:
        terminalreporter.line(f"{report.nodeid}\n{report.longreprtext[-SAID:]}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL those marked ``both`` run, and ``both_deep``; the others ran on SQLite.

    Those in a browser come last: its driver leaves an event loop running in the thread of
    the tests until the session ends, and asyncio begins no other one there. Each worker
    is given tests in their order, so of those the long stories, each with an installation
    of its own, come first: no worker waits long for the last of another.
    """
    if os.environ.get("ANLAN_DATABASE_URL"):
        marked = {"both", "both_deep"}
        items[:] = [
            i for i in items if marked & {mark.name for mark in i.iter_markers()}
        ]
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    if "e2e" not in item.path.parts:
        return 0
    stories = {"installation", "told_installation"}
    return 1 if stories & set(getattr(item, "fixturenames", ())) else 2


@pytest.fixture(autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hashing is slow on purpose; tests sign in a thousand times."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]
    ):
        yield


@pytest.fixture(autouse=True)
def _signer_of_its_own() -> Iterator[None]:
    """A signer never forgets how far a chain was, and the next test begins anew."""
    folder = Path(_SCRATCH) / f"signer-{uuid4().hex}"
    with override_settings(SIGNER=folder, SIGNER_SOCKET=folder.with_suffix(".sock")):
        yield

"""What ``./anlan`` can do: one table for the help page and for the calls."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tools import data_folder, gate, suite
from tools.installation import Extent, prepare
from tools.places import (
    SOURCE,
    Refusal,
    environment,
    manage,
    management_commands,
    program,
)
from tools.up import up

NOT_VERIFIED = 2

Handler = Callable[[list[str]], int]


@dataclass(frozen=True)
class Verb:
    """A word after ``./anlan``, what follows it, and what it does."""

    name: str
    usage: str
    sentence: str
    handler: Handler
    command: str = ""  # the management command behind it; without that, no verb


def _command(
    name: str,
    usage: str,
    sentence: str,
    *,
    extent: Extent = "base",
    pages: bool = False,
) -> Verb:
    """A verb that is one of Django's commands, on the data folder."""

    def call(arguments: list[str]) -> int:
        data = data_folder.chosen(name, arguments)
        prepare(extent, pages=pages)
        return _become(manage(name, *arguments), data)

    return Verb(name, usage, sentence, call, command=name)


def _manage(arguments: list[str]) -> int:
    name, *rest = arguments or ["help"]
    data = data_folder.chosen(name, rest)
    prepare("base")
    return _become(manage(*arguments), data)


def _witness(arguments: list[str]) -> int:
    """Without Django and without a data folder: the second machine has no office."""
    prepare("base")
    command = [program("python"), "-m", "anlan.ledger.witness", *arguments]
    env = environment(PYTHONPATH=str(SOURCE.parent))
    os.execve(command[0], command, env)  # noqa: S606 -- does not return


def _help(arguments: list[str]) -> int:
    print(help_page())
    return 0


def _check(arguments: list[str]) -> int:
    return gate.check()


def _fix(arguments: list[str]) -> int:
    return gate.fix()


VERBS = (
    Verb(
        "up",
        "[--lan] [--empty] [--port N]",
        "set up, make the demo company, serve",
        up,
    ),
    Verb(
        "test",
        "[--deep] [--no-skips] [pytest …]",
        "the suite, on SQLite and on PostgreSQL",
        suite.test,
    ),
    Verb("check", "", "format, lint, types, layers, migrations", _check),
    Verb("fix", "", "put right what a machine can", _fix),
    _command("play", "FILE … [--speed N]", "play a scenario through the services"),
    _command(
        "verify", "[--deep] [--against FILE]", "check every chain, see to every file"
    ),
    _command(
        "bench",
        "[NAME …] [--quick]",
        "measure, each figure beside its limit",
        extent="dev",
        pages=True,
    ),
    _command("screens", "", "take pictures of every page", extent="dev", pages=True),
    _command("web", "", "production: pages and API alone", pages=True),
    _command("live", "", "production: streams and uploads alone", pages=True),
    _command("worker", "", "production: due work and messages alone"),
    _command("signer", "", "production: signed checkpoints alone"),
    _command("mqtt", "", "production: alarms by MQTT alone"),
    Verb("witness", "init|cosign|status …", "a second machine that co-signs", _witness),
    Verb("lock", "[--upgrade]", "compile requirements/*.txt from *.in", gate.lock),
    Verb("manage", "COMMAND …", "one of Django's commands", _manage),
    Verb("help", "", "this page", _help),
)


def verbs() -> dict[str, Verb]:
    """The verbs that exist in this checkout, by name, in the order of the help page."""
    known = management_commands()
    return {v.name: v for v in VERBS if not v.command or v.command in known}


def help_page() -> str:
    """The page that ``./anlan help`` prints."""
    left = {verb.name: f"{verb.name} {verb.usage}".strip() for verb in verbs().values()}
    width = max(map(len, left.values()))
    lines = [f"  {left[v.name]:<{width}}  {v.sentence}" for v in verbs().values()]
    return "\n".join(
        [
            "Anlan 安澜: from the alarm to the last lesson.",
            "",
            "usage: ./anlan VERB …",
            "",
            *lines,
            "",
            "All state lies in ANLAN_DATA; without it in var/demo, or var/site after",
            "`up --empty`. Where both are there, ANLAN_DATA has to say which is meant.",
            "Settings are ANLAN_* variables: docs/settings.md.",
        ]
    )


def main(arguments: list[str]) -> int:
    """Run one verb; an expected failure is a sentence and a code, never a traceback.

    The code is 1; of ``verify`` 2, as 1 is of a record in which something was found.
    """
    signal.signal(signal.SIGTERM, _end)  # so that every `finally` is run
    signal.signal(signal.SIGHUP, _end)
    name, *rest = arguments or ["help"]
    if name in {"-h", "--help"}:
        name = "help"
    verb = verbs().get(name)
    if verb is None:
        print(f"anlan: there is no verb “{name}”.\n\n{help_page()}", file=sys.stderr)
        return 2
    failed = NOT_VERIFIED if "verify" in ([name, *rest][name == "manage" :])[:1] else 1
    try:
        return verb.handler(rest)
    except Refusal as refusal:
        print(f"anlan: {refusal}", file=sys.stderr)
        return failed
    except OSError as error:  # a full disk, a folder of somebody else
        where = f"{error.filename}: " if error.filename else ""
        print(f"anlan: {where}{error.strerror or error}", file=sys.stderr)
        return failed
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _become(command: list[str], data: Path) -> int:
    """Turn into the command: signals, terminal and exit code are then its own."""
    env = data_folder.settings(data, data_folder.read(data))
    os.execve(command[0], command, env)  # noqa: S606 -- does not return


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)

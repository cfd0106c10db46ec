"""``./anlan up``: everything from a fresh clone to a page that answers."""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tools import data_folder
from tools.installation import prepare
from tools.lan import Lan, prepare_lan
from tools.places import SOURCE, Refusal, manage, management_commands, program
from tools.stamps import exclusive
from tools.supervisor import Program, supervise

PORT = "8000"
LOOPBACK = "127.0.0.1"
PAGE_SECONDS = 5.0  # for one answer; the first page of a process is its slowest


def up(arguments: list[str]) -> int:
    """Set up what is missing, then serve until asked to stop."""
    began = time.monotonic()
    options = parse(arguments)
    prepare("base", pages=True)
    data = data_folder.folder(empty=options.empty)
    data_folder.keep_private(data)
    name = data_folder.shown(data)
    busy = (
        f"Anlan already runs on {name}. Stop it there, or name another in ANLAN_DATA."
    )
    with exclusive(data / "up.lock", refusal=busy):
        progress = data_folder.begin(data, empty=options.empty)
        lan = prepare_lan(data, port=options.port) if options.lan else None
        added = {"ANLAN_HOST": LOOPBACK, **(lan.settings() if lan else {})}
        env = {**added, **data_folder.settings(data, progress)}
        env["ANLAN_PORT"] = str(options.port)
        check_settings(env)
        check_port(env["ANLAN_HOST"], options.port)
        progress = data_folder.migrate(data, progress)
        data_folder.populate(data, progress)
        supervise(
            programs(lan),
            env=env,
            is_ready=lambda: page_answers(env["ANLAN_HOST"], options.port, lan),
            announce=lambda: welcome(data, options.port, lan, began=began),
        )
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("./anlan up", allow_abbrev=False)
    parser.add_argument(
        "--lan", action="store_true", help="HTTPS for the phones of this network"
    )
    parser.add_argument(
        "--empty", action="store_true", help="without the demo company, in var/site"
    )
    parser.add_argument(
        "--port", type=port_number, default=os.environ.get("ANLAN_PORT") or PORT
    )
    try:
        port_number(str(parser.get_default("port")))
    except ValueError as error:
        raise Refusal("ANLAN_PORT: a number from 1 to 65535") from error
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    port = int(text)
    if not 0 < port < 2**16:
        raise ValueError(text)
    return port


def check_settings(env: Mapping[str, str]) -> None:
    """See that no variable is wrong, once and not by each program: 0.2 s.

    Raises:
        Refusal: one is; which, has been printed.
    """
    command = [program("python"), "-m", "anlan.config.environment"]
    told = {**env, "PYTHONPATH": str(SOURCE.parent)}
    if subprocess.run(command, env=told, check=False).returncode:
        raise Refusal("Nothing was started; what is set wrong stands above.")


def check_port(host: str, port: int) -> None:
    """See that the port is free before anything is started.

    Raises:
        Refusal: it is not.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal(
                f"Port {port} of {host} cannot be had ({error.strerror}). "
                "Take another: ./anlan up --port 8001"
            ) from error


def programs(lan: Lan | None) -> list[Program]:
    """What one machine runs; production runs the same one by one."""
    options = lan.serve_options() if lan else []
    known = management_commands()
    wanted = ["worker"]
    if not os.environ.get("ANLAN_SIGNER_SOCKET"):
        wanted.append("signer")  # as our own user; docs/deploy shows one of its own
    if os.environ.get("ANLAN_MQTT_URL"):
        wanted.append("mqtt")  # devices that speak through a broker
    others = [
        # A signer whose key is lost says so on the page of safety; alarms go on.
        Program(name, manage(name), is_vital=name != "signer")
        for name in wanted
        if name in known
    ]
    return [Program("web", manage("serve", *options)), *others]


def page_answers(host: str, port: int, lan: Lan | None) -> bool:
    """Whether the home page comes, or sends us to the sign-in."""
    reachable = LOOPBACK if host == "0.0.0.0" else host  # noqa: S104 -- compared only
    connection = http.client.HTTPConnection(reachable, port, timeout=PAGE_SECONDS)
    if lan:
        trust = ssl.create_default_context(cafile=lan.authority)
        connection = http.client.HTTPSConnection(
            reachable, port, timeout=PAGE_SECONDS, context=trust
        )
    with closing(connection):
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
    return status < http.client.INTERNAL_SERVER_ERROR


def welcome(data: Path, port: int, lan: Lan | None, *, began: float) -> None:
    """Say where the page is and who can sign in."""
    address = f"http{'s' if lan else ''}://localhost:{port}"
    people = data_folder.people(data)
    if people:
        print(f"\n{people.strip()}")
    if lan:
        print()
        lan.print_code()
        print(lan.steps())
    seconds = time.monotonic() - began
    print(f"\nAnlan 安澜: {address}   (first page after {seconds:.1f} s)")
    print(f"Data: {data_folder.shown(data)}. Ctrl-C ends it.", flush=True)

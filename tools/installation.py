"""The environment in ``.venv`` and all that is generated: made once, kept current."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.places import (
    BUILD,
    REQUIREMENTS,
    SOURCE,
    VENV,
    Refusal,
    environment,
    manage,
    program,
    run,
    say,
)
from tools.stamps import Stamp, digest, exclusive, files_under

Extent = Literal["base", "dev"]

NO_PACKAGES = (
    "The packages could not be fetched. Is the network up? Behind a mirror or a proxy,\n"
    "set PIP_INDEX_URL or HTTPS_PROXY (uv's own UV_* variables work too) and call the\n"
    "same command again: it goes on where it stopped."
)
NO_VENV = (
    "This Python cannot make an environment. On Debian and Ubuntu:\n"
    "  sudo apt install python3-venv\n"
    "or install uv, which needs nothing of it."
)
# What pip is told about where packages come from, and the variable that tells uv.
# A list is parted by spaces for pip; for uv by what stands here.
PIP_TO_UV = {
    "index-url": ("UV_DEFAULT_INDEX", ""),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", ""),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "timeout": ("UV_HTTP_TIMEOUT", ""),
    "default-timeout": ("UV_HTTP_TIMEOUT", ""),
    "cert": ("SSL_CERT_FILE", ""),
    "proxy": ("ALL_PROXY", ""),
}


@dataclass(frozen=True)
class Product:
    """Something generated from files of the repository, and how to make it again."""

    name: str
    inputs: Callable[[], list[Path]]
    outputs: Callable[[], list[Path]]
    command: Callable[[], list[str]]

    @property
    def stamp(self) -> Stamp:
        return Stamp(BUILD / "stamps" / self.name)

    def value(self) -> str:
        return digest([*self.inputs(), REQUIREMENTS / "base.txt"])

    def is_current(self) -> bool:
        made = all(path.exists() for path in self.outputs())
        return made and self.stamp.holds(self.value())

    def make(self) -> None:
        """Make it; stamped with what was there before, should a file change meanwhile."""
        value = self.value()
        # Settings are loaded, yet no data folder may come into being by that.
        with tempfile.TemporaryDirectory(prefix="anlan-build-") as data:
            run(self.command(), environment(ANLAN_DATA=data))
        self.stamp.write(value)


def message_files() -> list[Path]:
    return sorted((SOURCE / "locale").glob("*/LC_MESSAGES/*.po"))


# In the order in which one needs the other.
MESSAGES = Product(
    "messages",
    inputs=message_files,
    outputs=lambda: [path.with_suffix(".mo") for path in message_files()],
    command=lambda: [
        program("python"),
        "-m",
        "tools.compile_messages",
        *map(str, message_files()),
    ],
)
ICONS = Product(
    "icons",
    inputs=lambda: [
        SOURCE / "desk" / "icons.txt",
        SOURCE / "desk" / "management" / "commands" / "build_icons.py",
    ],
    outputs=lambda: [BUILD / "vendor" / "icons.svg"],
    command=lambda: manage("build_icons"),
)
STATIC = Product(
    "static",
    inputs=lambda: [
        *files_under(*SOURCE.glob("**/static"), BUILD / "vendor"),
        SOURCE / "desk" / "joined.py",
    ],
    outputs=lambda: [BUILD / "static" / "staticfiles.json"],
    command=lambda: manage("collectstatic", "--no-input", "--verbosity", "0"),
)


def prepare(extent: Extent, *, pages: bool = False) -> None:
    """Bring the environment and what is generated up to date.

    Idempotent, and quick when there is nothing to do: some file digests. Two launches
    at once take turns.

    Args:
        extent: what the product needs to run, or what checking and testing needs too.
        pages: also what only pages need: the icons, the collected static files. Who
            serves none must not stumble over them.

    Raises:
        Refusal: with what to do, when packages cannot be had.
    """
    wanted = [MESSAGES, ICONS, STATIC] if pages else [MESSAGES]
    if _has_requirements(extent) and all(product.is_current() for product in wanted):
        return
    waiting = "Another ./anlan is setting things up; waiting for it."
    with exclusive(BUILD / "setup.lock", waiting=waiting):
        _install(extent)
        for product in wanted:
            if not product.is_current():
                product.make()


def lock_files(extent: Extent) -> list[Path]:
    """What is installed: of the extras what the settings ask for. `dev` has them all."""
    files = [REQUIREMENTS / f"{extent}.txt"]
    if extent == "base" and os.environ.get("ANLAN_BACKUP_STORE", "").strip():
        files.append(REQUIREMENTS / "s3.txt")
    return files


def environment_stamp() -> Stamp:
    """Remembers which Python ``.venv`` was made with, and where: its scripts know both."""
    return Stamp(VENV / "anlan-made.stamp")


def requirements_stamp(extent: Extent) -> Stamp:
    """Remembers which requirements were installed; goes when ``.venv`` goes."""
    return Stamp(VENV / f"anlan-{extent}.stamp")


def environment_value() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor} {VENV}"


def requirements_value(extent: Extent) -> str:
    return digest(lock_files(extent))


def extent_to_install(extent: Extent) -> Extent:
    """``dev`` holds all of ``base``: who has it keeps it, and ``up`` takes nothing away."""
    return "dev" if requirements_stamp("dev").path.exists() else extent


def uv_environment() -> dict[str, str]:
    """The environment for uv, told what pip has been told."""
    env = environment()
    return env | uv_settings(_pip_settings(), env)


def uv_settings(pip: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
    """What pip was told about where packages come from, in uv's words.

    Many have a mirror in pip's configuration, which uv does not read. What uv has been
    told itself stays as it is.
    """
    told: dict[str, str] = {}
    for setting, value in pip.items():
        name, separator = PIP_TO_UV.get(setting, ("", ""))
        if name and name not in env and not _uv_was_told(name, env):
            told[name] = separator.join(value.split()) if separator else value
    if "UV_INDEX" in told:
        # As pip does: any index may have the pinned version. The hashes see to the rest.
        told["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return told


def uv() -> str:
    """The uv of the person, or else the one in our environment, put there if need be.

    Raises:
        Refusal: it cannot be fetched.
    """
    own = shutil.which("uv")
    if own:
        return own
    if not Path(program("uv")).exists():
        command = [program("python"), "-m", "pip", "install", "--quiet", "uv"]
        if subprocess.run(command, env=environment(), check=False).returncode:
            raise Refusal(NO_PACKAGES)
    return program("uv")


def _has_environment() -> bool:
    python = Path(program("python")).exists()  # false for a dangling link as well
    return python and environment_stamp().holds(environment_value())


def _has_requirements(extent: Extent) -> bool:
    same = requirements_stamp(extent).holds(requirements_value(extent))
    return same and _has_environment()


def _install(extent: Extent) -> None:
    if _has_requirements(extent):
        return
    if not _has_environment():
        _make_environment()
    extent = extent_to_install(extent)
    say("Installing the locked packages; the first time this takes about a minute.")
    command = [uv(), "pip", "sync", "--quiet", "--require-hashes"]
    target = ["--python", program("python"), *map(str, lock_files(extent))]
    if subprocess.run(command + target, env=uv_environment(), check=False).returncode:
        raise Refusal(NO_PACKAGES)
    requirements_stamp("base").write(requirements_value("base"))
    if extent == "dev":
        requirements_stamp("dev").write(requirements_value("dev"))


def _make_environment() -> None:
    if VENV.is_symlink():  # clearing would empty another checkout's environment
        raise Refusal(f"{VENV} is a link to {VENV.resolve()}. Remove the link first.")
    # Clearing takes a half-made one away, and works from inside the old one too: the
    # running interpreter and its library lie outside.
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if shutil.which("uv"):
        command.insert(3, "--without-pip")  # Debian's Python often has none to give
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise Refusal(NO_VENV)
    environment_stamp().write(environment_value())


def _pip_settings() -> dict[str, str]:
    """What pip's files and variables say; nothing where there is no pip."""
    # The interpreter below the environment: that one may have been made without pip.
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    python = Path(sys.base_prefix) / "bin" / version
    answer = subprocess.run(
        [python, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    return read_pip_settings(answer.stdout)


def read_pip_settings(listing: str) -> dict[str, str]:
    """Read ``pip config list``: lines of ``scope.name='value'``.

    A variable beats the section of the command, which beats ``global``.
    """
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        name, equals, value = line.partition("=")
        scope, dot, setting = name.rpartition(".")
        if equals and dot and scope in found:
            found[scope][setting] = str(ast.literal_eval(value))
    return {**found["global"], **found["install"], **found[":env:"]}


def _uv_was_told(name: str, env: Mapping[str, str]) -> bool:
    """Whether the person has said this to uv itself, by an older name or in its file."""
    older = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}
    if older.get(name) in env:
        return True
    home = Path(env.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser())
    return any(path.exists() for path in (home / "uv/uv.toml", Path("/etc/uv/uv.toml")))

"""Format, lint, types, layers, migrations, generated pages: ``check``, ``fix``, ``lock``."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.installation import prepare, uv, uv_environment
from tools.places import (
    REQUIREMENTS,
    ROOT,
    SOURCE,
    Refusal,
    clean_environment,
    manage,
    management_commands,
    program,
    run,
    say,
)
from tools.stamps import write_whole
from tools.template_format import DJANGOFMT

DJADE = ("--target-version", "5.2")


@dataclass(frozen=True)
class Check:
    """One thing that must be so, and the command that finds out."""

    name: str
    command: list[str]


@dataclass(frozen=True)
class Finding:
    """What a check said."""

    check: Check
    code: int
    output: str
    seconds: float


def checks() -> list[Check]:
    """All that the gate asks; the longest first, for they run side by side."""
    about_templates = [
        Check("templates", [program("djade"), *DJADE, "--check", *template_files()]),
        Check("template lint", [program("djangofmt"), "check", *page_templates()]),
        Check(
            "template format",
            [program("python"), "-m", "tools.template_format", *page_templates()],
        ),
    ]
    return [
        Check("types", [program("mypy"), "src", "tests", "tools", "bench"]),
        Check("format", [program("ruff"), "format", "--check", "."]),
        Check("lint", [program("ruff"), "check", "."]),
        *about_templates,
        Check("layers", [program("lint-imports")]),
        Check("django", manage("check", "--fail-level", "WARNING")),
        Check("migrations", manage("makemigrations", "--check", "--dry-run")),
        *(Check(name, manage(name, "--check")) for name in page_commands()),
    ]


def page_commands() -> list[str]:
    """Commands that write pages of ``docs/`` from the code; each knows ``--check``."""
    return sorted(name for name in management_commands() if name.startswith("render_"))


def template_files() -> list[str]:
    return [str(path) for path in sorted(SOURCE.rglob("*.html"))]


def page_templates() -> list[str]:
    """All but the components: white space counts there, and djangofmt cannot follow a
    tag that is opened in one branch and closed in another.
    """
    return [path for path in template_files() if "/templates/cotton/" not in path]


def check() -> int:
    """Run every check, show what failed, and name it in the last line."""
    prepare("dev", pages=True)  # the checks of Django look for what set-up builds
    asked = checks()
    with (
        tempfile.TemporaryDirectory(prefix="anlan-check-") as data,
        ThreadPoolExecutor(os.cpu_count() or 2) as pool,
    ):
        env = clean_environment(ANLAN_DATA=data, PYTHONPATH=str(ROOT / "src"))
        findings = list(pool.map(lambda item: _report(_ask(item, env)), asked))
    failed = [finding.check.name for finding in findings if finding.code]
    if failed:
        say("`./anlan fix` puts right what a machine can.")
        say(f"{len(failed)} of {len(asked)} checks failed: {', '.join(failed)}.")
        return 1
    say(f"All {len(asked)} checks passed.")
    return 0


def fix() -> int:
    """Put right whatever a machine can; ``check`` says what is left."""
    prepare("dev")
    sources = [str(path) for path in sorted((ROOT / "src").rglob("*.py"))]
    upgrade = [program("django-upgrade"), *DJADE, "--exit-zero-even-if-changed"]
    run([*upgrade, *sources], clean_environment())
    run([program("ruff"), "check", "--fix-only", "--quiet", "."], clean_environment())
    run([program("ruff"), "format", "--quiet", "."], clean_environment())
    djade = [program("djade"), *DJADE, *template_files()]
    subprocess.run(djade, check=False)  # says 1 when it changed something
    run([program("djangofmt"), *DJANGOFMT, *page_templates()], clean_environment())
    with tempfile.TemporaryDirectory(prefix="anlan-fix-") as data:
        for name in page_commands():
            run(manage(name), clean_environment(ANLAN_DATA=data))
    return 0


def lock(arguments: list[str]) -> int:
    """Compile ``requirements/*.in``; what is pinned stays unless ``--upgrade`` is given.

    Raises:
        Refusal: a file would name the address of an index, which is nobody's business.
    """
    prepare("dev")
    for name in ("base", "s3", "dev"):
        target = REQUIREMENTS / f"{name}.txt"
        with tempfile.TemporaryDirectory(prefix="anlan-lock-") as folder:
            draft = Path(folder) / target.name
            if target.exists():
                draft.write_bytes(target.read_bytes())  # so that pins are kept
            _compile(name, draft, arguments)
            text = draft.read_text(encoding="utf-8")
        if "://" in text:
            raise Refusal(f"{target.name} would hold a download address; not written.")
        write_whole(target, text)
        say(f"requirements/{target.name}: {text.count('==')} packages.")
    return 0


def _compile(name: str, target: Path, arguments: list[str]) -> None:
    command = [uv(), "pip", "compile", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet"]
    if name != "base":
        # One set of versions: the others are `base` and more, never another `base`.
        command += ["--constraint", "requirements/base.txt"]
    command += [*arguments, "--output-file", str(target), f"requirements/{name}.in"]
    answer = subprocess.run(command, env=uv_environment(), cwd=ROOT, check=False)
    if answer.returncode:
        raise Refusal(f"requirements/{name}.in could not be resolved; see above.")


def _ask(check: Check, env: Mapping[str, str]) -> Finding:
    begin = time.monotonic()
    answer = subprocess.run(
        check.command,
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - begin
    return Finding(check, answer.returncode, answer.stdout, seconds)


def _report(finding: Finding) -> Finding:
    """Say how it went as soon as it is known, with its own words if it failed."""
    word = "FAILED" if finding.code else "ok"
    line = f"{finding.check.name:<15} {word}  ({finding.seconds:.1f} s)"
    say(f"{line}\n{finding.output.rstrip()}" if finding.code else line)
    return finding

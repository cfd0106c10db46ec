"""Services are keyword-only, say who and when, and never read the clock."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anlan
from tests.each import of_each

SOURCE = Path(anlan.__file__ or "").parent

# Public functions of a services module that change nothing anybody answers for.
NOT_A_CHANGE = {
    "anlan.accounts.services.phone_of": "decrypts, writes nothing",
    "anlan.accounts.services.set_preferences": "personal taste is not on the record",
    "anlan.accounts.services.lock_phone": "putting a phone down is not on the record",
    "anlan.notify.services.count_up": "one message instead of twelve",
    "anlan.notify.services.set_preference": "personal taste is not on the record",
    "anlan.incidents.services.assignment_of": "a read that acknowledging begins with",
    "anlan.cases.services.made_before": "a read",
    "anlan.cases.services.settle_claim": "completes a claim, in its transaction",
    "anlan.cases.services.standard_at": "a read",
    "anlan.cases.services.next_due": "a read",
    "anlan.cases.services.resume_deadlines": "follows a correction, which is recorded",
    "anlan.cases.services.lock_case": "locks, changes nothing",
    "anlan.cases.services.lock_of_case": "locks, changes nothing",
    "anlan.cases.services.lock_with_joined": "locks, changes nothing",
    "anlan.customers.services.lock_marker": "locks, changes nothing",
    "anlan.cases.services.take_turns": "locks, changes nothing",
    "anlan.cases.services.new_secret": "chance, writes nothing",
    "anlan.cases.services.move_access_links": "follows what was moved and recorded",
    "anlan.cases.services.forget_words": "follows what was erased and recorded",
    "anlan.incidents.services.part_voices": "follows from parting, which is recorded",
}
# Part of a change that somebody else's service makes, and records.
NO_ACTOR = {
    "anlan.cases.services.move_deadlines": "part of the change it serves",
    "anlan.incidents.services.join_responders": "follows from joining, which is recorded",
    "anlan.incidents.services.join_voices": "as above",
    "anlan.incidents.services.take_back_false_alarm": "follows from reopening",
    "anlan.incidents.services.resume_closing": "follows from reopening",
    "anlan.incidents.services.begin_closing_clocks": "the worker's: the program itself acts",
    "anlan.incidents.services.end_waiver": "follows from the level, which is recorded",
    "anlan.incidents.services.note_report": "follows a hand-over, which is recorded",
    "anlan.incidents.services.part_responders": "follows from parting, which is recorded",
    "anlan.cases.services.start_contact_clock": "follows from control, which is recorded",
    "anlan.cases.services.move_task": "part of the change it serves",
    "anlan.cases.services.renew_task_clock": "part of the change it serves",
    "anlan.cases.services.start_deadline": "part of the change it serves",
    "anlan.cases.services.start_standard": "part of the change it serves",
    "anlan.cases.services.meet_deadlines": "part of the change it serves",
    "anlan.cases.services.stop_contact_clock": "follows a correction, which is recorded",
    "anlan.cases.services.cancel_deadlines": "part of the change it serves",
    "anlan.cases.services.fire_due_deadlines": "the worker's: the program itself acts",
    "anlan.cases.services.claim_request": "part of the change it serves",
    "anlan.cases.services.remember_made": "part of the change it serves",
    "anlan.evidence.services.adopt_files": "follows from splitting, which is recorded",
    "anlan.evidence.services.keep_photo_clocks": "follows from closing, which is recorded",
    "anlan.evidence.services.want_recordings": "the worker's: the program itself acts",
    "anlan.evidence.services.ready_copy": "makes what the worker would, for who waits",
    "anlan.incidents.services.playing_copy": "as above",
    "anlan.incidents.services.climb": "the ladder's: the program itself acts",
    "anlan.incidents.services.climb_after_failed_call": "the ladder's, as above",
    "anlan.notify.services.take_receipts": "the gateway's: its channel is who speaks",
    "anlan.accounts.services.enrol_phone": "whoever holds the printed code",
    "anlan.accounts.services.open_phone": "the user is who does it",
    "anlan.accounts.services.note_use": "when a token was last used is not on the record",
    "anlan.accounts.services.use_invitation": "whoever holds the printed code",
    "anlan.notify.services.call_off": "part of the change it follows",
    "anlan.notify.services.close_check": "the worker's: the program itself acts",
    "anlan.notify.services.record_results": "the sender's: the program itself acts",
    "anlan.notify.services.see": "the user is who does it",
    "anlan.accounts.services.record_sign_in": "the user is who does it",
    "anlan.customers.services.let_marker_words_go": "the worker's, as above",
    "anlan.resolution.counselling.services.climb_call": "the ladder's, as above",
    "anlan.resolution.counselling.services.erase_words": "part of the change it serves",
    "anlan.resolution.counselling.services.let_clocks_run": "follows from closing and joining",
    "anlan.resolution.counselling.services.let_notes_go": "the worker's, as above",
    "anlan.resolution.counselling.services.post_offer_task": "follows from control",
    "anlan.resolution.counselling.services.take_answer": "follows from a talk",
    "anlan.resolution.mediation.services.follow_holidays": "the worker's, as above",
    "anlan.resolution.mediation.services.lapse_confirmations": "the worker's, as above",
    "anlan.resolution.mediation.services.remind_of_confirmations": "the worker's, as above",
    "anlan.resolution.mediation.services.remind_of_duties": "the worker's, as above",
    "anlan.resolution.mediation.services.watch_overdue": "the worker's, as above",
}
# A lower part that whole packages build on: the record itself.
OTHER_SHAPES = {"anlan.ledger.services"}

# Where the clock may be read: the outermost layer, and what keeps time for itself.
READS_THE_CLOCK = {
    "views",
    "jobs",
    "commands",
    "api",
    "middleware",
    "adapter",
    "context",
}
KEEPS_TIME = {
    "worker.py": "the loop reads it once a turn",
    "base/clock.py": "the present, for who asks outside of a request or a job",
    "desk/templatetags/screen.py": "a page that was given no time shows the present",
    "desk/administration.py": "the views of standards and playbooks",
    "desk/design.py": "the gallery for developers",
    "accounts/sessions.py": "a session has run out or not, at every request",
    "evidence/uploading/": "the view of files that come in parts",
    "phone/shared.py": "the views of a phone that several people hold",
    "play": "tells its own time to everything",
    "config": "processes and certificates",
}


def service_modules() -> list[str]:
    above = _packages(SOURCE)
    below = [f"{name}.{inner}" for name in above for inner in _packages(SOURCE / name)]
    return [
        f"anlan.{name}.services"
        for name in (*above, *below)
        if (SOURCE / name.replace(".", "/") / "services.py").exists()
        or (SOURCE / name.replace(".", "/") / "services" / "__init__.py").exists()
    ]


def _packages(folder: Path) -> list[str]:
    return [name for _f, name, is_pkg in pkgutil.iter_modules([str(folder)]) if is_pkg]


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in service_modules():
        if name in OTHER_SHAPES:
            continue
        module = importlib.import_module(name)
        for function_name, function in inspect.getmembers(module, inspect.isfunction):
            ours = function.__module__.startswith(name)
            if ours and not function_name.startswith("_"):
                yield f"{name}.{function_name}", function


FUNCTIONS = dict(public_functions())


def test_there_are_services() -> None:
    assert len(FUNCTIONS) > 50


@of_each(lambda: sorted(FUNCTIONS))
def test_signature(name: str) -> None:
    if name in NOT_A_CHANGE:
        return
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    positional = [
        p.name
        for p in parameters
        if p.kind not in {p.KEYWORD_ONLY, p.VAR_KEYWORD} and p.name != "event"
    ]
    if name == "anlan.cases.services.record":
        positional.remove("case")  # record(event, case, …) reads like a sentence
    if name.rpartition(".")[2] == "remember_made":
        positional.remove("uid")
    assert positional == []
    names = {p.name for p in parameters}
    assert "at" in names
    assert "by" in names or name in NO_ACTOR


@of_each(lambda: sorted({*NOT_A_CHANGE, *NO_ACTOR}))
def test_excuses_are_still_needed(excused: str) -> None:
    assert excused in FUNCTIONS
    names = set(inspect.signature(FUNCTIONS[excused]).parameters)
    assert not {"by", "at"} <= names


def test_every_service_is_called_from_elsewhere() -> None:
    """What no page, program, job or other package asks for nobody can have done.

    A play of the demo company is nobody: what it alone calls is out of reach as well.
    """
    named = {
        path: _names_in(path)
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "play"
    }

    uncalled = {
        name
        for name in FUNCTIONS
        if not any(
            name.rpartition(".")[2] in names
            for path, names in named.items()
            if not _is_of_its_services(path, name)
        )
    }

    assert not uncalled


def _names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
    }


def _is_of_its_services(path: Path, function: str) -> bool:
    """Whether the module is one of the services of the package that has the function."""
    package = function.rpartition(".")[0].replace(".", "/")
    where = path.relative_to(SOURCE.parent).as_posix()
    return where.startswith((f"{package}/", f"{package}.py"))


def test_the_clock_is_read_at_the_edge_only() -> None:
    wrong = []
    for path in SOURCE.rglob("*.py"):
        where = path.relative_to(SOURCE)
        if READS_THE_CLOCK & {*where.parts, path.stem} or any(
            where.as_posix().startswith(excused) for excused in KEEPS_TIME
        ):
            continue
        wrong += [
            f"{where}:{node.lineno}"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and _reads_the_clock(node.func)
        ]

    assert not wrong, "\n".join(wrong)


def _reads_the_clock(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    owner = ast.unparse(function.value)
    return (
        function.attr in {"now", "utcnow", "today"} and "time" in owner.lower()
    ) or (function.attr == "today" and owner == "date")

"""``manage.py render_states``: docs/states/*.md, from the tables that the code obeys."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import TextChoices
from django.utils.translation import override

from anlan.base.pages import settle
from anlan.cases.policies import CASE_MOVES, DEADLINE_MOVES, TASK_MOVES
from anlan.evidence.policies import (
    APPLICATION_MOVES,
    DELETION_MOVES,
    HOLD_MOVES,
    RECORDING_MOVES,
)
from anlan.incidents.policies import ASSIGNMENT_MOVES
from anlan.investigation.policies import FINDING_MOVES, INTERVIEW_MOVES
from anlan.resolution.counselling import policies as counselling
from anlan.resolution.legal import policies as legal
from anlan.resolution.mediation import policies as mediation
from anlan.resolution.policies import (
    CARRYING_MOVES,
    NOTICE_MOVES,
    OBJECTION_MOVES,
    PLAN_MOVES,
)
from anlan.resolution.review import policies as review

Moves = Mapping[Any, tuple[TextChoices, ...]]

# Page → its title, where the table stands, and the table; the first state is the start.
PAGES: dict[str, tuple[str, str, Moves]] = {
    "case": ("A case", "anlan.cases.policies.CASE_MOVES", CASE_MOVES),
    "task": ("A task of a case", "anlan.cases.policies.TASK_MOVES", TASK_MOVES),
    "deadline": (
        "A deadline, as it is read from its times",
        "anlan.cases.policies.DEADLINE_MOVES",
        DEADLINE_MOVES,
    ),
    "assignment": (
        "A person who was alerted",
        "anlan.incidents.policies.ASSIGNMENT_MOVES",
        ASSIGNMENT_MOVES,
    ),
    "recording": (
        "What one camera recorded of a case",
        "anlan.evidence.policies.RECORDING_MOVES",
        RECORDING_MOVES,
    ),
    "footage-application": (
        "An application to see or to get footage",
        "anlan.evidence.policies.APPLICATION_MOVES",
        APPLICATION_MOVES,
    ),
    "hold": ("A legal hold", "anlan.evidence.policies.HOLD_MOVES", HOLD_MOVES),
    "deletion": (
        "An exhibit or recording whose period has passed",
        "anlan.evidence.policies.DELETION_MOVES",
        DELETION_MOVES,
    ),
    "interview": (
        "An interview with one person",
        "anlan.investigation.policies.INTERVIEW_MOVES",
        INTERVIEW_MOVES,
    ),
    "finding": (
        "A version of the findings",
        "anlan.investigation.policies.FINDING_MOVES",
        FINDING_MOVES,
    ),
    "plan": (
        "A version of what is to be done",
        "anlan.resolution.policies.PLAN_MOVES",
        PLAN_MOVES,
    ),
    "notice": (
        "A letter about a measure, or on what may follow in law",
        "anlan.resolution.policies.NOTICE_MOVES",
        NOTICE_MOVES,
    ),
    "objection": (
        "An objection to a measure",
        "anlan.resolution.policies.OBJECTION_MOVES",
        OBJECTION_MOVES,
    ),
    "carrying": (
        "What becomes of an approved measure",
        "anlan.resolution.policies.CARRYING_MOVES",
        CARRYING_MOVES,
    ),
    "support": (
        "The support of one person",
        "anlan.resolution.counselling.policies.CARE_MOVES",
        counselling.CARE_MOVES,
    ),
    "support-session": (
        "A talk with a counsellor",
        "anlan.resolution.counselling.policies.SESSION_MOVES",
        counselling.SESSION_MOVES,
    ),
    "urgent-call": (
        "A call for a human at once",
        "anlan.resolution.counselling.policies.CALL_MOVES",
        counselling.CALL_MOVES,
    ),
    "talks": (
        "A negotiation of the office, or a mediation",
        "anlan.resolution.mediation.policies.TALKS_MOVES",
        mediation.TALKS_MOVES,
    ),
    "talks-session": (
        "A session of talks",
        "anlan.resolution.mediation.policies.SESSION_MOVES",
        mediation.SESSION_MOVES,
    ),
    "proposal": (
        "A version of what might be agreed",
        "anlan.resolution.mediation.policies.PROPOSAL_MOVES",
        mediation.PROPOSAL_MOVES,
    ),
    "duty": (
        "A term of an agreement in force",
        "anlan.resolution.mediation.policies.DUTY_MOVES",
        mediation.DUTY_MOVES,
    ),
    "confirmation": (
        "Judicial confirmation of a mediated agreement",
        "anlan.resolution.mediation.policies.CONFIRMATION_MOVES",
        mediation.CONFIRMATION_MOVES,
    ),
    "work-injury": (
        "The recognition of a work injury",
        "anlan.resolution.legal.policies.WORK_INJURY_MOVES",
        legal.WORK_INJURY_MOVES,
    ),
    "limitation": (
        "A limit of time",
        "anlan.resolution.legal.policies.LIMITATION_MOVES",
        legal.LIMITATION_MOVES,
    ),
    "counsel-question": (
        "A question to counsel",
        "anlan.resolution.legal.policies.QUESTION_MOVES",
        legal.QUESTION_MOVES,
    ),
    "report": (
        "A version of the report of a case",
        "anlan.resolution.review.policies.REPORT_MOVES",
        review.REPORT_MOVES,
    ),
    "improvement": (
        "What is improved after a case",
        "anlan.resolution.review.policies.IMPROVEMENT_MOVES",
        review.IMPROVEMENT_MOVES,
    ),
    "police-report": (
        "A report to the police",
        "anlan.resolution.legal.policies.REPORT_MOVES",
        legal.REPORT_MOVES,
    ),
}


class Command(BaseCommand):
    help = "Write docs/states/*.md; --check only says whether they are up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.ROOT / "docs" / "states"
        with override("zh-hans"):
            pages = {
                folder / f"{name}.md": render(*page) for name, page in PAGES.items()
            }
        settle(pages, command="render_states", check=options["check"])


def render(title: str, where: str, moves: Moves) -> str:
    states = list(moves)
    lines = ["stateDiagram-v2", f"    [*] --> {states[0].value}"]
    lines += [f"    {state.value}: {state.label}" for state in states]
    for state, following in moves.items():
        lines += [f"    {state.value} --> {then.value}" for then in following]
        if not following:
            lines.append(f"    {state.value} --> [*]")
    drawing = "\n".join(lines)
    return f"# {title}\n\nTable: `{where}`.\n\n```mermaid\n{drawing}\n```"

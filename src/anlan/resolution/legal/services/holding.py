"""A legal hold is proposed when police or courts took up a case; a person places it, or not."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from anlan.cases import services as cases
from anlan.cases.enums import Phase, Proof, TaskState
from anlan.cases.models import Case
from anlan.evidence.selectors.holds import holds_standing
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.resolution.legal.enums import PaperKind
from anlan.resolution.legal.models import PolicePaper

DECIDES = "legal_counsel"
DECIDED_WITHIN = timedelta(days=2)  # the house's own
TASKS = "legal_hold:"
# With these the police, a prosecutor or a court have a case of their own. Some of them
# never reach the office, so that each asks.
TAKES_UP = frozenset(
    {
        PaperKind.RECEIPT,
        PaperKind.FILING,
        PaperKind.SUBMISSION,
        PaperKind.INDICTMENT,
        PaperKind.JUDGMENT,
        PaperKind.APPEAL,
    }
)


def propose_hold(*, paper: PolicePaper, at: datetime) -> bool:
    """Ask whether all of the case is to be held; whether somebody was asked."""
    with ledger.recording():
        case = cases.lock_case(paper.report.case)
        if PaperKind(paper.kind) not in TAKES_UP or _is_held(case):
            return False
        asked = case.tasks.filter(key__startswith=TASKS, state=TaskState.OPEN)
        if not case.is_open or asked.exists():
            # A closed case gets no more work; who may place one is told all the same.
            return not case.is_open
        cases.add_task(
            case=case,
            key=f"{TASKS}{paper.uid}",
            phase=Phase.POLICE,
            title=_("%(paper)s（%(code)s）：决定是否保全本案证据")
            % {
                "paper": PaperKind(paper.kind).label,
                "code": paper.report.code,
            },
            advice=_("在“保全”页面保全整个案件，任务会自动完成；不需要的，写明理由"),
            source="G09",
            role_key=DECIDES,
            within=DECIDED_WITHIN,
            proof=Proof.NOTE,
            by=SYSTEM,
            at=at,
        )
    return True


def end_hold_proposal(*, case: Case, code: str, at: datetime) -> None:
    """All of the case is held: that was the question."""
    with ledger.recording():
        case = cases.lock_case(case)
        if not case.is_open:
            return
        for task in case.tasks.filter(key__startswith=TASKS, state=TaskState.OPEN):
            task.case = case
            words = _("已保全：%s") % code
            cases.complete_task(task=task, words=words, by=SYSTEM, at=at)


def _is_held(case: Case) -> bool:
    return any(hold.holds is None for hold in holds_standing(case))

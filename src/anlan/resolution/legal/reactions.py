"""Answers to what others put on the record, in the transaction of the change."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.selectors import people_by_role
from anlan.base.errors import Conflict
from anlan.base.prepared import Prepared
from anlan.cases.enums import CaseState
from anlan.cases.events import (
    ActStated,
    CaseJoined,
    CaseParted,
    CaseReopened,
    DeadlineMissed,
    GuardianLinked,
    GuardianUnlinked,
    PartyAdded,
    PartyIdentified,
    PartyRolesSet,
    TaskDone,
    TaskReopened,
    TaskSkipped,
)
from anlan.cases.models import Case, Party, StatedAct, Task
from anlan.cases.telling import tell
from anlan.evidence.events import HoldPlaced, InjuryRecorded
from anlan.ledger.events import SYSTEM, Queued, uid_of
from anlan.notify import services as notify
from anlan.resolution.legal import messages
from anlan.resolution.legal.enums import PaperKind
from anlan.resolution.legal.events import (
    CounselAsked,
    LimitationRanOut,
    LimitationStillOpen,
    LimitationWarned,
    OpinionGiven,
    PaperRecorded,
    PeriodPassed,
    WorkInjuryOpened,
    WorkInjuryRemedyNear,
)
from anlan.resolution.legal.models import (
    CounselQuestion,
    Limitation,
    Opinion,
    PolicePaper,
    PoliceReport,
    WorkInjury,
)
from anlan.resolution.legal.permissions import can_see_work_injury
from anlan.resolution.legal.selectors.work_injury import (
    is_struck_staff,
    worker_due,
    works_here,
)
from anlan.resolution.legal.services.holding import end_hold_proposal, propose_hold
from anlan.resolution.legal.services.police import (
    TELL_VICTIM,
    ask_to_tell_new,
    ask_to_tell_reopened,
    ask_to_tell_wards,
)
from anlan.resolution.legal.services.recounting import recount_from_act
from anlan.resolution.legal.services.work_injury import (
    TASKS,
    adopt_playbook_task,
    open_work_injury,
)


def count_from_act(queued: Queued) -> None:
    """The day of the act was established, or came and went with a case that was joined.

    What reports claim moves nothing by itself: a person looks at that first.
    """
    event = queued.event
    if isinstance(event, CaseJoined | CaseParted):
        numbers = [event.number, event.host]
        stated = StatedAct.objects.filter(
            Q(case__number__in=numbers) | Q(case__joined_into__number=event.host),
            case__organisation=queued.organisation_id,
        )
        if not stated.exists():
            return
    elif not isinstance(event, ActStated):
        return
    case = Case.objects.get(uid=uid_of(queued.subject))
    if case.joined_into_id is None:
        recount_from_act(case=case, at=queued.recorded_at)


def open_work_injuries(queued: Queued) -> None:
    """Staff are struck, or an injury of theirs is written down: the claim begins (G22)."""
    event = queued.event
    if not isinstance(
        event, PartyAdded | PartyIdentified | PartyRolesSet | InjuryRecorded
    ):
        return
    party = (
        Party.objects.select_related("case__site", "user")
        .filter(uid=uid_of(event.party))
        .first()
    )
    is_hurt = isinstance(event, InjuryRecorded)
    if party is None or not (works_here(party) if is_hurt else is_struck_staff(party)):
        return
    if not WorkInjury.objects.filter(party=party).exists():
        open_work_injury(party=party, by=SYSTEM, at=queued.recorded_at)


def keep_work_injury_tasks(queued: Queued) -> None:
    """They end with what is entered on the page of the track, and by no other hand.

    Raises:
        Conflict: somebody ends one, or takes that back.
    """
    event = queued.event
    if not isinstance(event, TaskDone | TaskSkipped | TaskReopened):
        return
    if queued.actor == SYSTEM.actor_key:
        return
    key = Task.objects.values_list("key", flat=True).get(uid=uid_of(queued.object))
    if key.startswith(TASKS):
        raise Conflict(_("请在工伤页面登记办理的情况，任务会自动结束"), source="G22")


def tell_of_work_injury(queued: Queued) -> None:
    """Those who apply, and the person: they have a right of their own."""
    event = queued.event
    if not isinstance(event, WorkInjuryOpened):
        return
    injury = WorkInjury.objects.select_related("case__site", "party__user").get(
        uid=uid_of(queued.object)
    )
    case, own = injury.case, injury.party.user
    told = people_by_role(case.site, messages.HANDLE)
    people = {one.pk: one for some in told.values() for one in some if one != own}
    said = {
        "number": case.number,
        "code": injury.code,
        "day": _day(injury.due_on),
        "own": _day(worker_due(injury.injured_on)),
    }
    for kind, some in (
        (messages.WORK_INJURY_OPENED, list(people.values())),
        (messages.WORK_INJURY_YOURS, [own] if own is not None else []),
    ):
        if some:
            notify.send(
                kind=kind,
                site=case.site,
                subject=queued.subject,
                people=some,
                params=said,
                path=f"/cases/{case.number}/work-injuries/{injury.uid}/",
                exercise=queued.exercise,
                by=SYSTEM,
                at=queued.recorded_at,
            )


def tell_of_remedy(queued: Queued) -> None:
    """The person, whose right it is, and those who handle it."""
    event = queued.event
    if not isinstance(event, WorkInjuryRemedyNear):
        return
    injury = WorkInjury.objects.select_related("case__site", "party__user").get(
        uid=uid_of(queued.object)
    )
    case, own = injury.case, injury.party.user
    told = people_by_role(case.site, messages.HANDLE)
    people = {one.pk: one for some in told.values() for one in some}
    people = {pk: one for pk, one in people.items() if can_see_work_injury(one, injury)}
    if own is not None:
        people[own.pk] = own
    if people:
        notify.send(
            kind=messages.REMEDY_NEAR,
            site=case.site,
            subject=queued.subject,
            people=list(people.values()),
            params={"number": case.number, "code": injury.code, "day": event.due},
            path=f"/cases/{case.number}/work-injuries/{injury.uid}/",
            exercise=queued.exercise,
            by=SYSTEM,
            at=queued.recorded_at,
        )


# Asked whenever a case is opened, so its SQL is made once.
_WITH_TRACK = Prepared(
    lambda case: Case.objects.select_related("site").filter(
        uid=case, pk__in=WorkInjury.objects.values("case")
    )
)


def join_playbook_task(queued: Queued) -> None:
    """The playbook may have been applied again where a track is there already."""
    case = _WITH_TRACK.first(case=uid_of(queued.subject))
    if case is not None:
        adopt_playbook_task(case, at=queued.recorded_at)


def tell_of_limit(queued: Queued) -> None:
    """Who watches that no claim of the case is out of time."""
    event = queued.event
    match event:
        case LimitationWarned():
            kind, day, days = messages.LIMIT_NEAR, event.due, event.days
        case LimitationRanOut():
            kind, day, days = messages.LIMIT_OVER, event.due, 0
        case LimitationStillOpen():
            kind, day, days = messages.LIMIT_OPEN, event.since, 0
        case _:
            return
    row = Limitation.objects.select_related("case__site", "holder__user").get(
        uid=uid_of(queued.object)
    )
    told = people_by_role(row.case.site, messages.HANDLE)
    people = {one.pk: one for some in told.values() for one in some}
    if row.holder is not None and row.holder.user is not None:
        people[row.holder.user.pk] = row.holder.user  # a right of their own
    if not people:
        return
    notify.send(
        kind=kind,
        site=row.case.site,
        subject=queued.subject,
        people=list(people.values()),
        params={
            "number": row.case.number,
            "code": row.code,
            "day": day,
            "days": days,
        },
        path=f"/cases/{row.case.number}/limitations/{row.uid}/",
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )


def tell_counsel(queued: Queued) -> None:
    """Who was asked; of a lawyer without an account, the counsel of the house."""
    if not isinstance(queued.event, CounselAsked):
        return
    question = CounselQuestion.objects.select_related(
        "case__site", "engagement__lawyer__user"
    ).get(uid=uid_of(queued.object))
    asked = question.engagement.lawyer.user
    told = people_by_role(question.case.site, ("legal_counsel",))
    house = [one for some in told.values() for one in some]
    _tell_of_question(
        messages.ASKED, queued, question, [asked] if asked is not None else house
    )


def tell_asker(queued: Queued) -> None:
    if not isinstance(queued.event, OpinionGiven):
        return
    opinion = Opinion.objects.select_related(
        "question__case__site", "question__asked_by"
    ).get(uid=uid_of(queued.object))
    question = opinion.question
    _tell_of_question(messages.ANSWERED, queued, question, [question.asked_by])


def _tell_of_question(
    kind: str, queued: Queued, question: CounselQuestion, people: list[User]
) -> None:
    tell(
        kind,
        queued,
        case=question.case,
        people=people,
        path=f"counsel/questions/{question.uid}/",
        code=question.code,
        who=queued.actor,
    )


def _day(day: date) -> str:
    return formats.date_format(day, "Y-m-d")


def keep_police_task(queued: Queued) -> None:
    """What a report asks for ends on its own page, with what was handed over or told.

    Raises:
        Conflict: somebody would end it, or take it up again, by hand.
    """
    if not isinstance(queued.event, TaskDone | TaskSkipped | TaskReopened):
        return
    if queued.actor == SYSTEM.actor_key:
        return
    key = Task.objects.values_list("key", flat=True).get(uid=uid_of(queued.object))
    if key.startswith("police_report:"):
        raise Conflict(_("请在“报案”页面登记递交，任务会自动结束"))
    if key.startswith("counsel:"):
        raise Conflict(_("请在“律师”页面出具意见或者撤回咨询，任务会自动结束"))
    # Whom nobody can reach is left out with the reason, which the supervisor hears.
    if key.startswith("rights:") and not isinstance(queued.event, TaskSkipped):
        raise Conflict(_("请在“报案”页面登记告知，每一位受害人都告知以后任务自动结束"))


def tell_new_victim(queued: Queued) -> None:
    """Who became a victim after the police wrote has to be told as well (G06)."""
    event = queued.event
    if not isinstance(event, PartyAdded | PartyIdentified | PartyRolesSet):
        return
    party = Party.objects.select_related("case__site").filter(uid=uid_of(event.party))
    found = party.filter(case__police_reports__isnull=False).distinct().first()
    if found is not None:
        ask_to_tell_new(party=found, at=queued.recorded_at)


def tell_wards_anew(queued: Queued) -> None:
    """Who was told through a guardian may not have been told by their own (G06, G20)."""
    event = queued.event
    if not isinstance(event, GuardianLinked | GuardianUnlinked | PartyRolesSet):
        return
    uid = uid_of(queued.subject)
    case = Case.objects.select_related("site").get(uid=uid)
    if case.police_reports.exists():
        ask_to_tell_wards(case=case, at=queued.recorded_at)


def suggest_hold(queued: Queued) -> None:
    """The police took it up: whoever may hold the evidence is asked, and decides."""
    if not isinstance(queued.event, PaperRecorded):
        return
    paper = PolicePaper.objects.select_related("report__case__site").get(
        uid=uid_of(queued.object)
    )
    if propose_hold(paper=paper, at=queued.recorded_at):
        _tell(
            messages.HOLD_PROPOSED,
            messages.HOLD,
            queued,
            paper.report,
            page="holds",
            is_for_all=True,
        )


def end_hold_task(queued: Queued) -> None:
    event = queued.event
    if not isinstance(event, HoldPlaced) or event.held:
        return
    case = Case.objects.select_related("site").get(uid=uid_of(queued.subject))
    end_hold_proposal(case=case, code=event.code, at=queued.recorded_at)


def tell_of_period(queued: Queued) -> None:
    """Whoever follows the report asks at the station, also when the case was closed."""
    if not isinstance(queued.event, PeriodPassed):
        return
    report = PoliceReport.objects.select_related("case__site").get(
        uid=uid_of(queued.object)
    )
    _tell(messages.PERIOD_PASSED, messages.FOLLOW, queued, report)


def tell_of_paper(queued: Queued) -> None:
    if not isinstance(queued.event, PaperRecorded):
        return
    paper = PolicePaper.objects.select_related("report__case__site").get(
        uid=uid_of(queued.object)
    )
    is_closed = paper.report.case.state == CaseState.CLOSED
    is_late = PaperKind(paper.kind).opens_remedies and is_closed
    _tell(
        messages.PAPER_LATE if is_late else messages.PAPER_CAME,
        messages.LEARN,
        queued,
        paper.report,
        page="police/rights" if is_late else "police",
        is_for_all=is_late,
    )


def tell_of_late_telling(queued: Queued) -> None:
    """A closed case has no tasks that go up by themselves; whoever has to tell may be away."""
    event = queued.event
    if not isinstance(event, DeadlineMissed) or event.key != TELL_VICTIM:
        return
    paper = PolicePaper.objects.select_related("report__case__site").get(
        uid=uid_of(event.about)
    )
    _tell(messages.UNTOLD, messages.ABOVE, queued, paper.report, page="police/rights")


def tell_after_reopening(queued: Queued) -> None:
    """What came while the case was closed is a task now."""
    if isinstance(queued.event, CaseReopened):
        case = Case.objects.select_related("site").get(uid=uid_of(queued.subject))
        if case.police_reports.exists():
            ask_to_tell_reopened(case=case, at=queued.recorded_at)


def _tell(
    kind: str,
    roles: tuple[str, ...],
    queued: Queued,
    report: PoliceReport,
    *,
    page: str = "police",
    is_for_all: bool = False,
) -> None:
    """
    Args:
        is_for_all: also for who caused it, as they may have more to do.
    """
    case: Case = report.case
    by_role = people_by_role(case.site, roles)
    people = {one.pk: one for some in by_role.values() for one in some}
    told = [
        one for one in people.values() if is_for_all or one.actor_key != queued.actor
    ]
    if not told:
        return
    notify.send(
        kind=kind,
        site=case.site,
        subject=queued.subject,
        people=told,
        params={"number": case.number, "code": report.code, "who": queued.actor},
        path=f"/cases/{case.number}/{page}/",
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )

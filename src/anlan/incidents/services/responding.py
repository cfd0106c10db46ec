"""The ladder: alerting, acknowledging, arriving, and going on to the next person."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.base.insertion import insert_one
from anlan.base.one_by_one import each_alone, resting
from anlan.base.prepared import Prepared
from anlan.cases import policies as case_policies
from anlan.cases import services as cases
from anlan.cases.enums import CaseState, Phase
from anlan.cases.events import CaseReopened
from anlan.cases.models import Case, Deadline, Standard
from anlan.cases.selectors import entries_about
from anlan.incidents import permissions, policies
from anlan.incidents.dispatch import Candidate, ladder, next_candidate
from anlan.incidents.enums import AssignmentState, ByHand, Rung
from anlan.incidents.events import (
    ArrivalTakenBack,
    LadderExhausted,
    ResponderAcknowledged,
    ResponderAlerted,
    ResponderArrived,
    ResponderExpired,
    ResponderMoved,
    ResponderStoodDown,
    ResponderUnreachable,
)
from anlan.incidents.models import Assignment, Incident, Report
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor

ACKNOWLEDGE = "incident.acknowledge"
ARRIVE = "incident.arrive"
CONTROL = "incident.control"
CONFIRM = "incident.confirm"
CLOSE = "incident.close"
_JOB = "clocks for closing"
# After the last rung it is looked for somebody again: soon, then less and less often.
LONGEST_PAUSE_SECONDS = 1800
TRIED_AGAIN_FOR = timedelta(days=1)
_UPPER = (Rung.SITE_MANAGER, Rung.HEADQUARTERS)


def begin_ladder(*, incident: Incident, by: Actor, at: datetime) -> None:
    """Alert the first of the ladder and start the clocks.

    An unconfirmed public report alerts the nearest guard and the duty officer at once;
    the rungs above them wait for a confirmation, or for its clock to run out.
    """
    case = incident.case
    about = f"case:{case.uid}"
    cases.start_standard(case=case, key=CONTROL, about=about, at=at)
    cases.start_standard(case=case, key=CLOSE, about=about, at=at)
    candidates = ladder(site=case.site, place=incident.place, at=at)
    candidate = next_candidate(candidates, tried=_reporter_on_duty(incident))
    if candidate is None:
        candidate = next_candidate(candidates, tried=())
    if candidate is not None:
        _alert(incident, candidate, at=at)
    else:
        _say_exhausted(incident, tried=0, at=at)
    if not incident.is_confirmed:
        cases.start_standard(case=case, key=CONFIRM, about=about, at=at)
        officer = next(
            (c for c in candidates if c.rung == Rung.DUTY_OFFICER and c != candidate),
            None,
        )
        if officer is not None:
            _alert(incident, officer, at=at)


def resume_ladder(*, incident: Incident, at: datetime) -> None:
    """Send the next one, and let the clock of control run anew.

    Whoever came before it was ended may have left again.
    """
    about = f"case:{incident.case.uid}"
    cases.start_standard(case=incident.case, key=CONTROL, about=about, at=at)
    _alert_next(incident, at=at)


def resume_closing(*, case: Case, at: datetime) -> None:
    """It was opened again: it is still to be closed in the time since its report.

    Opened again after that time it has no clock: what ran out before stands on the record
    already, and one that was closed in time missed nothing.
    """
    incident = _incident_of(case)
    missed = Deadline.objects.filter(case=case, key=CLOSE).exclude(fired_at=None)
    if incident is None or missed.exists():
        return
    standard, due_at = _closing_time(incident)
    if due_at > at:
        cases.start_deadline(
            case=case,
            key=CLOSE,
            about=f"case:{case.uid}",
            due_at=due_at,
            at=at,
            standard=standard,
        )


def begin_closing_clocks(*, at: datetime) -> int:
    """Start the clock of incidents that were reported before closing had one; each once.

    From their report on, so that one that is late is told of at once.
    """
    waiting = Incident.objects.filter(
        ~Exists(Deadline.objects.filter(case=OuterRef("case"), key=CLOSE)),
        case__state=CaseState.OPEN,
    )
    waiting = waiting.exclude(pk__in=resting(_JOB, at=at))
    return each_alone(
        waiting.select_related("case__site").order_by("pk"),
        lambda incident: _begin_closing_clock(incident, at=at),
        job=_JOB,
        at=at,
    )


def acknowledge(
    *,
    assignment: Assignment,
    by: Actor,
    at: datetime,
    via: str = "",
    happened: datetime | None = None,
    request_id: UUID | None = None,
) -> Assignment:
    """Say "I am on my way"; twice does nothing. The clock of the arrival starts.

    Args:
        happened: when they said it, if a phone without a network kept it since; never
            before they were alerted. What is to follow counts from ``at``. Of somebody
            who was called off since then it is on the record, and nothing follows.
        request_id: the same again gives the assignment, and does nothing.
    """
    content = {"acknowledge": str(assignment.uid), "by": by.actor_key}
    with ledger.recording():
        assignment = _locked(assignment)
        permissions.check_can_respond(by, assignment)
        if assignment.state in {AssignmentState.ACKNOWLEDGED, AssignmentState.ARRIVED}:
            return assignment
        if _is_said(assignment, request_id, content):
            return assignment
        is_over = policies.was_called_off_since(assignment, happened)
        if is_over and assignment.acknowledged_at is not None:
            return assignment
        to = AssignmentState.STOOD_DOWN if is_over else AssignmentState.ACKNOWLEDGED
        if not is_over:
            policies.check_can_move(assignment, to)
        incident = assignment.incident
        said = policies.moment_of(happened, since=assignment.alerted_at, at=at)
        _move(assignment, to, acknowledged_at=said)
        _first(incident, "acknowledged_at", said)
        about = f"assignment:{assignment.uid}"
        cases.meet_deadlines(case=incident.case, key=ACKNOWLEDGE, about=about, at=said)
        if not is_over:
            _end_trying_again(incident, at=at)
            cases.start_standard(case=incident.case, key=ARRIVE, about=about, at=at)
        _record_answer(
            ResponderAcknowledged(
                responder=assignment.user.actor_key,
                seconds=_seconds(assignment.alerted_at, said),
            ),
            assignment,
            by=by,
            at=at,
            happened=said,
            via=via,
        )
        _remember_said(assignment, request_id, content, at=at)
    return assignment


def arrive(
    *,
    assignment: Assignment,
    by: Actor,
    at: datetime,
    via: str = "",
    happened: datetime | None = None,
    request_id: UUID | None = None,
) -> Assignment:
    """Say "I am there"; twice does nothing. It acknowledges too, if that was not said.

    Args:
        happened: as for ``acknowledge``; not if it was taken back since.
        request_id: as for ``acknowledge``.
    """
    content = {"arrive": str(assignment.uid), "by": by.actor_key}
    with ledger.recording():
        assignment = _locked(assignment)
        permissions.check_can_respond(by, assignment)
        if assignment.state == AssignmentState.ARRIVED:
            return assignment
        if _is_said(assignment, request_id, content):
            return assignment
        policies.check_arrival_was_not_taken_back(assignment, happened)
        is_over = policies.was_called_off_since(assignment, happened)
        policies.check_can_move(assignment, AssignmentState.ARRIVED, happened=happened)
        incident = assignment.incident
        said = policies.moment_of(happened, since=assignment.alerted_at, at=at)
        _move(
            assignment,
            AssignmentState.ARRIVED,
            acknowledged_at=min(assignment.acknowledged_at or said, said),
            arrived_at=said,
        )
        _first(incident, "acknowledged_at", said)
        _first(incident, "arrived_at", said)
        about = f"assignment:{assignment.uid}"
        for key in (ACKNOWLEDGE, ARRIVE):
            cases.meet_deadlines(case=incident.case, key=key, about=about, at=said)
        if not is_over:
            _end_trying_again(incident, at=at)
        _record_answer(
            ResponderArrived(
                responder=assignment.user.actor_key,
                seconds=_seconds(incident.reported_at, said),
            ),
            assignment,
            by=by,
            at=at,
            happened=said,
            via=via,
        )
        _remember_said(assignment, request_id, content, at=at)
        if incident.case.commander_id is None and not is_over:
            cases.take_command(
                case=incident.case, commander=assignment.user, by=by, at=at
            )
    return assignment


def take_back_arrival(
    *, assignment: Assignment, by: Actor, at: datetime, via: str = ""
) -> Assignment:
    """Say "not there yet": on the way again, and held to the time of the arrival.

    A guard who commanded by having come first does not command from the way: the first
    of those who are there does. Whoever may command at all goes on doing so.
    """
    with ledger.recording():
        assignment = _locked(assignment)
        permissions.check_can_respond(by, assignment)
        policies.check_arrival_can_be_taken_back(assignment)
        incident, case, user = (
            assignment.incident,
            assignment.incident.case,
            assignment.user,
        )
        arrived_at = assignment.arrived_at
        assert arrived_at is not None  # noqa: S101 -- set with the state
        _move(assignment, AssignmentState.ACKNOWLEDGED, arrived_at=None)
        _forget_arrival(incident, arrived_at)
        about = f"assignment:{assignment.uid}"
        if not cases.resume_deadlines(
            case=case, key=ARRIVE, about=about, met_at=arrived_at
        ):  # it had run out before, or they came without having acknowledged
            cases.start_standard(case=case, key=ARRIVE, about=about, at=at)
        _record_answer(
            ArrivalTakenBack(responder=user.actor_key),
            assignment,
            by=by,
            at=at,
            happened=at,
            via=via,
        )
        if case.commander_id == user.pk and not has_permission(
            user, Permission.INCIDENT_COMMAND, site=case.site
        ):
            incident.case = cases.leave_command(case=case, by=by, at=at)
            _give_command(incident, at=at)
    return assignment


def resume_response(
    *, incident: Incident, called_off_at: datetime, at: datetime
) -> None:
    """It goes on: who was called off since is alerted again, or else the next one.

    Since, and not then: what a phone kept was so before anybody was called off for it.
    """
    site = incident.case.site
    candidates = ladder(site=site, place=incident.place, at=at)
    running = set(_running(incident).values_list("user", flat=True))
    for one in (
        Assignment.objects.filter(
            incident=incident,
            state=AssignmentState.STOOD_DOWN,
            ended_at__gte=called_off_at,
        )
        .select_related("user")
        .order_by("alerted_at", "pk")
    ):
        if one.user_id not in running and has_permission(
            one.user, Permission.INCIDENT_RESPOND, site=site
        ):
            running.add(one.user_id)
            _alert(incident, _candidate_of(one.user, candidates), at=at)
    _see_somebody_comes(incident, at=at)


def join_response(
    *,
    incident: Incident,
    user: User,
    by: Actor,
    at: datetime,
    via: str = "",
    request_id: UUID | None = None,
) -> Assignment:
    """A guard who was not alerted goes there too, or the officer sends one by name.

    Who says it of themself has answered by that: nobody asks them whether they come.
    A phone may have kept it: nobody was sent before it came in.

    Args:
        request_id: as for ``acknowledge``.
    """
    is_own = isinstance(by, User) and by.pk == user.pk
    content = {"join_response": user.actor_key, "by": by.actor_key}
    with ledger.recording():
        case = cases.lock_case(incident.case)
        incident = Incident.objects.select_related("place", "case__site").get(
            pk=incident.pk
        )
        permissions.check_can_join(by, incident, user=user)
        earlier = cases.made_before(
            Assignment.objects.select_related("incident__case__site", "user"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        case_policies.check_is_open(case)
        running = _running(incident).filter(user=user).first()
        assignment = running or _send_by_hand(
            incident, user, is_own=is_own, by=by, at=at
        )
        if is_own:
            assignment = acknowledge(assignment=assignment, by=by, at=at, via=via)
        _remember_said(assignment, request_id, content, at=at)
        return assignment


def climb(*, deadline_key: str, about: str, at: datetime) -> None:
    """A clock of the ladder ran out: go on to the next person. Called by a reaction.

    Silence expires the assignment, acknowledged or not, and alerts the next of the
    ladder, unless somebody else is on the way or there; a missing confirmation lets the
    higher rungs begin. After the last rung it is looked for somebody again.
    """
    kind, _separator, uid = about.partition(":")
    if deadline_key == ACKNOWLEDGE and kind == "case":
        _try_again(Case.objects.get(uid=uid), at=at)
        return
    if deadline_key == CONFIRM:
        case = Case.objects.get(uid=uid)
        incident = Incident.objects.select_related("place", "case__site").get(case=case)
        if case.is_open:  # the promise was not kept: its clock stays unmet
            _see_somebody_comes(incident, at=at)
        return
    if kind != "assignment" or deadline_key not in {ACKNOWLEDGE, ARRIVE}:
        return
    assignment = _fresh(
        Assignment.objects.select_related("incident__case").get(uid=uid)
    )
    incident = assignment.incident
    # Never a refusal here: it would stop the worker, and with it every other ladder.
    if not incident.case.is_open or assignment.state not in {
        AssignmentState.ALERTED,
        AssignmentState.ACKNOWLEDGED,
    }:
        return
    acknowledged = assignment.state == AssignmentState.ACKNOWLEDGED
    expired = ResponderExpired(
        responder=assignment.user.actor_key, acknowledged=int(acknowledged)
    )
    _pass_over(assignment, expired, at=at)


def climb_after_failed_call(*, about: str, at: datetime) -> None:
    """The call to somebody failed: go on to the next person without waiting any longer.

    Once for each alert, and not for somebody who has answered. Their own clock runs on:
    a text may still reach them, and late help is help (docs/adr/0015).
    """
    kind, _separator, uid = about.partition(":")
    if kind != "assignment":
        return
    with ledger.recording():
        assignment = _fresh(Assignment.objects.get(uid=uid))
        if (
            assignment.incident.case.is_open
            and assignment.state == AssignmentState.ALERTED
        ):
            unreachable = ResponderUnreachable(responder=assignment.user.actor_key)
            _pass_over(assignment, unreachable, at=at)


def hasten_ladder(*, incident: Incident, at: datetime) -> None:
    """After a confirmation: its clock is met, and somebody is being alerted."""
    cases.meet_deadlines(
        case=incident.case, key=CONFIRM, about=f"case:{incident.case.uid}", at=at
    )
    _see_somebody_comes(incident, at=at)


def stand_down(*, incident: Incident, at: datetime) -> None:
    """Call off whoever has not arrived; after a false alarm or when it is over."""
    for assignment in Assignment.objects.filter(
        incident=incident,
        state__in=[AssignmentState.ALERTED, AssignmentState.ACKNOWLEDGED],
    ).select_related("user"):
        _move(assignment, AssignmentState.STOOD_DOWN, ended_at=at)
        cases.cancel_deadlines(
            case=incident.case, about=f"assignment:{assignment.uid}", at=at
        )
        cases.record(
            ResponderStoodDown(responder=assignment.user.actor_key),
            incident.case,
            thing=f"assignment:{assignment.uid}",
            by=SYSTEM,
            at=at,
        )


def join_responders(*, case: Case, at: datetime) -> None:
    """``case`` was laid into another: its responders go on there, with their clocks.

    Somebody who is sent there already is called off here, without being told not to come.
    """
    incident, host = _incident_of(case), _incident_of(case.joined_into)
    if incident is None or host is None:
        return
    there = set(_running(host).values_list("user", flat=True))
    for assignment in _running(incident).select_related("user"):
        if assignment.user_id not in there:
            _take_along(assignment, incident, host, at=at)
        elif assignment.state != AssignmentState.ARRIVED:
            _move(assignment, AssignmentState.STOOD_DOWN, ended_at=at)
            _record_moved(assignment, incident, host, at=at)
    if host.controlled_at is not None:
        stand_down(incident=host, at=at)


def part_responders(*, case: Case, host: Case, at: datetime) -> None:
    """``case`` stands alone again: who was alerted for it comes back, or the next is."""
    incident, other = _incident_of(case), _incident_of(host)
    if incident is None or other is None:
        return
    alerted = (
        entries_about({case.subject})
        .filter(kind=ResponderAlerted.kind)
        .values_list("object", flat=True)
    )
    uids = [key.partition(":")[2] for key in alerted]
    here = set(_running(incident).values_list("user", flat=True))
    for assignment in (
        _running(other)
        .filter(uid__in=uids)
        .exclude(user__in=here)
        .select_related("user")
    ):
        _take_along(assignment, other, incident, at=at)
    if incident.controlled_at is None:
        _see_somebody_comes(incident, at=at)


def assignment_of(incident: Incident, user: User) -> Assignment:
    """The user's newest assignment at this incident.

    Raises:
        NotFound: they were never alerted.
    """
    assignment = (
        Assignment.objects.filter(incident=incident, user=user)
        .select_related("incident__case__site", "user")
        .order_by("-alerted_at", "-pk")
        .first()
    )
    if assignment is None:
        raise NotFound(_("这个人没有被派往本事件"))
    return assignment


def _begin_closing_clock(incident: Incident, *, at: datetime) -> int:
    standard, due_at = _closing_time(incident)
    if due_at <= at and _was_closed(incident.case):
        return 0  # as ``resume_closing`` has it
    with ledger.recording():
        case = cases.lock_case(incident.case)
        if not case.is_open or Deadline.objects.filter(case=case, key=CLOSE).exists():
            return 0
        cases.start_deadline(
            case=case,
            key=CLOSE,
            about=f"case:{case.uid}",
            due_at=due_at,
            at=incident.reported_at,
            standard=standard,
        )
    return 1


def _closing_time(incident: Incident) -> tuple[Standard, datetime]:
    """The standard in force when it was reported, and until when that lets it be open."""
    organisation_id = incident.case.organisation_id
    standard = cases.standard_at(organisation_id, CLOSE, incident.reported_at)
    return standard, incident.reported_at + timedelta(seconds=standard.seconds)


def _was_closed(case: Case) -> bool:
    return entries_about({case.subject}).filter(kind=CaseReopened.kind).exists()


def _pass_over(
    assignment: Assignment,
    why: ResponderExpired | ResponderUnreachable,
    *,
    at: datetime,
) -> None:
    _move(assignment, AssignmentState.EXPIRED, ended_at=at)
    cases.record(
        why,
        assignment.incident.case,
        thing=f"assignment:{assignment.uid}",
        by=SYSTEM,
        at=at,
    )
    # Who said "on my way" has a clock of their own: if they do not come, it climbs on.
    answered = [AssignmentState.ACKNOWLEDGED, AssignmentState.ARRIVED]
    if not _expected(assignment.incident).filter(state__in=answered).exists():
        _alert_next(assignment.incident, at=at)


def _see_somebody_comes(incident: Incident, *, at: datetime) -> None:
    if not _expected(incident).exists():
        _alert_next(incident, at=at)


def _alert_next(incident: Incident, *, at: datetime) -> None:
    candidates = ladder(site=incident.case.site, place=incident.place, at=at)
    # Who was called off was never asked in vain.
    tried = set(
        Assignment.objects.filter(incident=incident)
        .exclude(state=AssignmentState.STOOD_DOWN)
        .values_list("user", flat=True)
    )
    candidate = next_candidate(candidates, tried=tried)
    if candidate is None:
        if not _expected(incident).exists():  # the last one may still answer
            _say_exhausted(incident, tried=len(tried), at=at)
        return
    if (
        candidate.rung in _UPPER
        and not incident.is_confirmed
        and _confirm_is_running(incident)
    ):
        return  # the confirmation's own clock will climb on
    _alert(incident, candidate, at=at)


def _send_by_hand(
    incident: Incident, user: User, *, is_own: bool, by: Actor, at: datetime
) -> Assignment:
    candidates = ladder(site=incident.case.site, place=incident.place, at=at)
    candidate = _candidate_of(user, candidates)
    why = ByHand.OWN_ACCORD if is_own else ByHand.BY_NAME
    return _alert(incident, candidate, by=by, by_hand=why, at=at)


def _candidate_of(user: User, candidates: list[Candidate]) -> Candidate:
    """As the ladder has them, or as somebody whom it would not choose."""
    return next(
        (one for one in candidates if one.user.pk == user.pk),
        Candidate(user=user, rung=Rung.GUARD, on_duty=False),
    )


def _alert(
    incident: Incident,
    candidate: Candidate,
    *,
    at: datetime,
    by: Actor = SYSTEM,
    by_hand: ByHand | None = None,
) -> Assignment:
    assignment = Assignment(
        incident=incident, user=candidate.user, rung=candidate.rung, alerted_at=at
    )
    insert_one(assignment)
    cases.start_standard(
        case=incident.case,
        key=ACKNOWLEDGE,
        about=f"assignment:{assignment.uid}",
        at=at,
    )
    cases.record(
        ResponderAlerted(
            responder=candidate.user.actor_key,
            rung=candidate.rung.value,
            on_duty=int(candidate.on_duty),
            post=candidate.post or None,
            distance=candidate.distance,
            by_hand=by_hand.value if by_hand else None,
        ),
        incident.case,
        thing=f"assignment:{assignment.uid}",
        by=by,
        at=at,
    )
    return assignment


def _take_along(
    assignment: Assignment, origin: Incident, to: Incident, *, at: datetime
) -> None:
    assignment.incident = to
    assignment.save(update_fields=["incident"])
    for field in ("acknowledged_at", "arrived_at"):
        moment = getattr(assignment, field)
        if moment is not None and getattr(to, field) is None:
            _first(to, field, max(moment, to.reported_at))
    cases.move_deadlines(about=f"assignment:{assignment.uid}", to=to.case, at=at)
    _record_moved(assignment, origin, to, at=at)


def _record_moved(
    assignment: Assignment, origin: Incident, to: Incident, *, at: datetime
) -> None:
    cases.record(
        ResponderMoved(responder=assignment.user.actor_key, number=origin.case.number),
        to.case,
        thing=f"assignment:{assignment.uid}",
        by=SYSTEM,
        at=at,
    )


def _running(incident: Incident) -> QuerySet[Assignment]:
    return Assignment.objects.filter(
        incident=incident,
        state__in=[
            AssignmentState.ALERTED,
            AssignmentState.ACKNOWLEDGED,
            AssignmentState.ARRIVED,
        ],
    )


def _expected(incident: Incident) -> QuerySet[Assignment]:
    """Who is there, or may still come.

    Of an incident that was resumed, whoever arrived before that may have left again.
    """
    begun = Deadline.objects.filter(case=incident.case, key=CONTROL)
    resumed = begun.order_by("started_at", "pk").values_list("started_at", flat=True)[
        1:
    ]
    running = _running(incident)
    if not resumed:
        return running
    return running.exclude(state=AssignmentState.ARRIVED, arrived_at__lt=max(resumed))


def _incident_of(case: Case | None) -> Incident | None:
    """The incident of a case; none if it is of another kind."""
    incidents = Incident.objects.select_related("place", "case__site")
    return incidents.filter(case=case).first()


def _say_exhausted(incident: Incident, *, tried: int, at: datetime) -> None:
    cases.record(LadderExhausted(tried=tried), incident.case, by=SYSTEM, at=at)
    _begin_trying_again(incident, at=at)


def _begin_trying_again(incident: Incident, *, at: datetime) -> None:
    """Let a clock run until it is looked for somebody again: a shift may begin meanwhile.

    The time to answer, twice as long each time, until somebody does or for a day.
    """
    tried = _tries(incident).order_by("started_at", "pk")
    first = tried.first()
    if tried.filter(fired_at=None).exists() or (
        first is not None and at - first.started_at > TRIED_AGAIN_FOR
    ):
        return
    standard = cases.standard_at(incident.case.organisation_id, ACKNOWLEDGE, at)
    pause = min(standard.seconds * 2 ** tried.count(), LONGEST_PAUSE_SECONDS)
    cases.start_deadline(
        case=incident.case,
        key=ACKNOWLEDGE,
        about=f"case:{incident.case.uid}",
        due_at=at + timedelta(seconds=pause),
        at=at,
        standard=standard,
    )


def _try_again(case: Case, *, at: datetime) -> None:
    incident = Incident.objects.select_related("place", "case__site").get(case=case)
    # Who went on to the next phase deals with it, though nobody said that it is controlled.
    if case.is_open and case.phase == Phase.PROTECT and incident.controlled_at is None:
        _see_somebody_comes(incident, at=at)


def _end_trying_again(incident: Incident, *, at: datetime) -> None:
    """Somebody answered: those clocks are met, and were late."""
    about = f"case:{incident.case.uid}"
    cases.meet_deadlines(case=incident.case, key=ACKNOWLEDGE, about=about, at=at)


def _tries(incident: Incident) -> QuerySet[Deadline]:
    """How often it was looked for somebody again since somebody last answered."""
    return Deadline.objects.filter(
        case=incident.case,
        key=ACKNOWLEDGE,
        about=f"case:{incident.case.uid}",
        met_at=None,
        cancelled_at=None,
    )


def _confirm_is_running(incident: Incident) -> bool:
    return Deadline.objects.filter(
        case=incident.case, key=CONFIRM, met_at=None, cancelled_at=None, fired_at=None
    ).exists()


_REPORTERS = Prepared(
    lambda incident: Report.objects.filter(
        incident=incident, reporter__isnull=False
    ).values_list("reporter", flat=True)
)


def _reporter_on_duty(incident: Incident) -> set[int]:
    """A guard who reports may need help, and is not the one to be alerted first."""
    return set(_REPORTERS(incident=incident.pk))


def _locked(assignment: Assignment) -> Assignment:
    """The assignment of an open case, under the case's lock.

    Who was alerted again after one ran out answers the later one, by whichever button.
    """
    fresh = _fresh(assignment)
    case_policies.check_is_open(fresh.incident.case)
    later = (
        Assignment.objects.filter(incident=fresh.incident_id, user=fresh.user_id)
        .exclude(state__in=[AssignmentState.EXPIRED, AssignmentState.STOOD_DOWN])
        .exclude(pk=fresh.pk)
        .first()
    )
    return _fresh(later) if later else fresh


def _fresh(assignment: Assignment) -> Assignment:
    """The assignment under its case's lock, so that two answers take turns."""
    # Asked anew: its case may have been joined to another since it was read.
    now = Assignment.objects.values_list("incident__case_id", flat=True)
    case = cases.lock_case(now.get(pk=assignment.pk))
    fresh = Assignment.objects.select_related(
        "user", "incident__place", "incident__case__site"
    ).get(pk=assignment.pk)
    if fresh.incident.case_id == case.pk:
        fresh.incident.case = case
    return fresh


def _move(
    assignment: Assignment, to: AssignmentState, **times: datetime | None
) -> None:
    assignment.state = to
    for name, moment in times.items():
        setattr(assignment, name, moment)
    if to in {AssignmentState.ACKNOWLEDGED, AssignmentState.ARRIVED}:
        assignment.ended_at = None  # it may have run out before
    assignment.save(update_fields=["state", "ended_at", *times])


def _first(incident: Incident, field: str, moment: datetime) -> None:
    """Keep the first time only: the standard counts until the first who came.

    What a phone kept may come in behind what others said, and be earlier.
    """
    known = getattr(incident, field)
    if known is None or moment < known:
        setattr(incident, field, moment)
        incident.save(update_fields=[field])


def _give_command(incident: Incident, *, at: datetime) -> None:
    """Nobody commands any more: the first of those who are there does, if they may."""
    there = _running(incident).filter(state=AssignmentState.ARRIVED)
    for one in there.select_related("user").order_by("arrived_at", "pk"):
        if has_permission(
            one.user, Permission.INCIDENT_RESPOND, site=incident.case.site
        ):
            incident.case = cases.take_command(
                case=incident.case, commander=one.user, by=SYSTEM, at=at
            )
            return


def _forget_arrival(incident: Incident, arrived_at: datetime) -> None:
    """If that was the first one, the first of those who are there takes its place."""
    if incident.arrived_at != max(arrived_at, incident.reported_at):
        return
    there = _running(incident).filter(state=AssignmentState.ARRIVED)
    first = there.aggregate(first=Min("arrived_at"))["first"]
    incident.arrived_at = first and max(first, incident.reported_at)
    incident.save(update_fields=["arrived_at"])


def _record_answer(
    event: ResponderAcknowledged | ResponderArrived | ArrivalTakenBack,
    assignment: Assignment,
    *,
    by: Actor,
    at: datetime,
    happened: datetime,
    via: str,
) -> None:
    for_another = by.actor_key != assignment.user.actor_key
    cases.record(
        event,
        assignment.incident.case,
        thing=f"assignment:{assignment.uid}",
        by=by,
        at=at,
        happened=happened,
        on_behalf_of=assignment.user if for_another else None,
        via=via or ("radio" if for_another else ""),
    )


def _is_said(
    assignment: Assignment, request_id: UUID | None, content: dict[str, str]
) -> bool:
    """Whether this very request was answered before, whatever was done since."""
    return (
        cases.made_before(
            Assignment.objects.all(),
            case=assignment.incident.case,
            request_id=request_id,
            content=content,
        )
        is not None
    )


def _remember_said(
    assignment: Assignment,
    request_id: UUID | None,
    content: dict[str, str],
    *,
    at: datetime,
) -> None:
    cases.remember_made(
        assignment.uid,
        case=assignment.incident.case,
        request_id=request_id,
        content=content,
        at=at,
    )


def _seconds(since: datetime, at: datetime) -> int:
    return max(0, int((at - since).total_seconds()))

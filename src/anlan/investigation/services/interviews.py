"""Interviews: planned with one person, begun as a statement, stopped when they want to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import utc_text
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WHERE, MOST_WORDS, typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case, Party
from anlan.evidence import services as evidence
from anlan.evidence.enums import StatementMode, StatementRole, StatementState
from anlan.evidence.models import Statement
from anlan.evidence.services.protecting import is_known_under_fourteen
from anlan.evidence.services.statements import is_known_minor, told_of
from anlan.investigation import permissions, policies
from anlan.investigation.enums import InterviewState
from anlan.investigation.events import (
    InterviewBegun,
    InterviewCancelled,
    InterviewHeld,
    InterviewPlanned,
    InterviewReplanned,
    InterviewReset,
    InterviewStopped,
    QuestionPlanned,
)
from anlan.investigation.independence import conflict_of
from anlan.investigation.models import Interview, InterviewQuestion
from anlan.investigation.selectors.interviews import gap_questions, unasked_of
from anlan.investigation.services.protecting import (
    check_talk_names_no_witness,
    record_consent,
)
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM

MOST_TOPICS = 1000
MOST_QUESTION = 200
MOST_QUESTIONS = 15  # of one's own; five more can be added while they talk
MOST_INTERVIEWS = 60  # of a case
MOST_POSITION = 99
# What a beginning says, and a reset takes back.
_OF_BEGINNING = [
    *("state", "statement", "begun_at", "guardian_present"),
    *("is_under_fourteen", "has_consent"),
]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """By whom, when, where and about what somebody is to be heard.

    Args:
        position: in which order; 0 puts it behind those that are planned.
    """

    interviewer: User
    position: int = 0
    planned_for: datetime | None = None
    place: str = ""
    topics: str = ""

    def cleaned(self, case: Case) -> Plan:
        """
        Raises:
            InvalidInput: words of an interrogation, too many of them, or somebody asks
                who may not or is not independent.
        """
        topics = typed(self.topics, path="topics", most=MOST_TOPICS)
        place = typed(self.place, path="place", most=MOST_WHERE)
        for path, text in (("topics", topics), ("place", place)):
            law.check_talk_wording(text=text, act_on=act_day(case), path=path)
        if not 0 <= self.position <= MOST_POSITION:
            raise InvalidInput(_("顺序从 1 到 99"), path="position")
        _check_may_ask(self.interviewer, case)
        return Plan(
            interviewer=self.interviewer,
            position=self.position,
            planned_for=self.planned_for,
            place=place,
            topics=topics,
        )


def plan_interview(
    *,
    case: Case,
    parties: Sequence[Party],
    role: StatementRole,
    plan: Plan,
    by: User,
    at: datetime,
    questions: Sequence[str] = (),
    take_up: Sequence[InterviewQuestion] = (),
    request_id: UUID | None = None,
    via: str = "",
) -> Interview:
    """Put somebody on the plan of interviews.

    Args:
        parties: who is heard; a second one is refused (G21).
        questions: of one's own; the guide's are asked anyway.
        take_up: questions of earlier interviews of this party that nobody asked.

    Raises:
        InvalidInput: more or less than one person, a word that is no question, or an
            interviewer who is not independent.
    """
    permissions.check_can_lead(by, case)
    law.check_talks_alone(people=len(parties), act_on=act_day(case), path="parties")
    (party,) = parties
    _check_is_of_case(party, case)
    plan = plan.cleaned(case)
    own = _questions(questions, case)
    check_talk_names_no_witness(
        [
            ("topics", plan.topics),
            ("place", plan.place),
            *(("questions", text) for text in own),
        ],
        party=party,
        case=case,
    )
    content = {
        "interview": str(party.uid),
        "role": role,
        "by": by.actor_key,
        "interviewer": plan.interviewer.actor_key,
        "position": plan.position,
        "planned_for": utc_text(plan.planned_for) if plan.planned_for else "",
        "take_up": sorted(str(question.uid) for question in take_up),
        "words": sha256("\n".join((plan.place, plan.topics, *own)).encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Interview.objects.select_related("case__site", "party", "interviewer"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        count = case.interviews.count()
        if count >= MOST_INTERVIEWS:
            raise Conflict(_("一个案件最多安排 %s 次谈话") % MOST_INTERVIEWS)
        taken = _to_take_up(take_up, party)
        if len(own) + len(taken) > MOST_QUESTIONS:
            raise InvalidInput(_("最多拟 %s 个问题") % MOST_QUESTIONS, path="questions")
        interview = Interview.objects.create(
            case=case,
            number=count + 1,
            position=plan.position or _last_position(case) + 1,
            party=party,
            role=role,
            interviewer=plan.interviewer,
            planned_for=plan.planned_for,
            place=plan.place,
            topics=plan.topics,
            planned_by=by,
            planned_at=at,
        )
        cases.record(
            InterviewPlanned(
                code=interview.code,
                party=f"party:{party.uid}",
                interviewer=plan.interviewer.actor_key,
                role=role,
                position=interview.position,
                planned_for=_text(interview.planned_for),
                place_digest=interview.digest_of("place"),
                topics_digest=interview.digest_of("topics"),
            ),
            case,
            thing=interview.key,
            by=by,
            at=at,
            via=via,
        )
        texts: list[tuple[str, InterviewQuestion | None]] = [
            *((question.text, question) for question in taken),
            *((text, None) for text in own),
        ]
        for position, (text, source) in enumerate(texts, 1):
            _add_question(interview, position, text, source, by=by, at=at, via=via)
        cases.remember_made(
            interview.uid, case=case, request_id=request_id, content=content, at=at
        )
    return interview


def replan_interview(
    *, interview: Interview, plan: Plan, by: User, at: datetime, via: str = ""
) -> Interview:
    """Plan otherwise what has not begun; who is heard never changes."""
    permissions.check_can_lead(by, interview.case)
    plan = plan.cleaned(interview.case)
    check_talk_names_no_witness(
        [("topics", plan.topics), ("place", plan.place)],
        party=interview.party,
        case=interview.case,
    )
    with ledger.recording():
        interview = lock_interview(interview)
        policies.check_is_planned(interview)
        interview.interviewer = plan.interviewer
        interview.position = plan.position or interview.position
        interview.planned_for = plan.planned_for
        interview.place, interview.topics = plan.place, plan.topics
        interview.save(
            update_fields=[
                *("interviewer", "position", "planned_for"),
                *("place", "topics"),
            ]
        )
        cases.record(
            InterviewReplanned(
                code=interview.code,
                interviewer=plan.interviewer.actor_key,
                position=interview.position,
                planned_for=_text(interview.planned_for),
                place_digest=interview.digest_of("place"),
                topics_digest=interview.digest_of("topics"),
            ),
            interview.case,
            thing=interview.key,
            by=by,
            at=at,
            via=via,
        )
    return interview


def begin_interview(
    *,
    interview: Interview,
    place: str,
    is_told: bool,
    by: User,
    at: datetime,
    mode: StatementMode = StatementMode.SPOKEN,
    language: str = "",
    present: str = "",
    is_minor: bool = False,
    guardian: Party | cases.NewGuardian | None = None,
    is_guardian_present: bool = False,
    is_under_fourteen: bool = False,
    has_consent: bool = False,
    request_id: UUID | None = None,
    via: str = "",
) -> Interview:
    """Begin: from here on what they say is written down as their statement.

    Args:
        is_told: that it is voluntary and that they may stop at any time.
        present: who else is there; never another party.
        guardian: linked to them; a new one is registered as that.
        is_guardian_present: the interviewer sees the guardian beside them.
        is_under_fourteen, has_consent: then the guardian agrees, too; that they are is
            known by itself where their year of birth leaves no doubt.

    Raises:
        InvalidInput: they were not told, a minor's guardian is missing, not there or not
            theirs, or another party is in the room.
        NotAllowed: by somebody else than was planned, or who is not independent.
        Conflict: it has begun already, or a statement of theirs is open.
    """
    permissions.check_can_hold(by, interview)
    case, party = interview.case, interview.party
    is_under_fourteen = is_under_fourteen or is_known_under_fourteen(party, at=at)
    is_minor = is_minor or is_under_fourteen or is_known_minor(party, at=at)
    named = told_of(guardian)
    law.check_guardian(
        is_minor=is_minor,
        guardian=named if is_guardian_present else "",
        act_on=act_day(case),
        path="guardian" if not named.strip() else "is_guardian_present",
    )
    content = {"begin": str(interview.uid), "by": by.actor_key}
    with ledger.recording():
        interview = lock_interview(interview)
        earlier = cases.made_before(
            Interview.objects.select_related("case__site", "party", "interviewer"),
            case=interview.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        permissions.check_can_hold(by, interview)
        policies.check_interview_may_become(interview, InterviewState.RUNNING)
        statement = evidence.begin_statement(
            case=interview.case,
            of=party,
            role=StatementRole(interview.role),
            place=place,
            is_told=is_told,
            mode=mode,
            language=language,
            present=present,
            is_minor=is_minor,
            guardian=guardian,
            is_under_fourteen=is_under_fourteen,
            has_consent=has_consent,
            by=by,
            at=at,
            via=via,
        )
        interview.state = InterviewState.RUNNING
        interview.statement, interview.begun_at = statement, at
        interview.guardian_present = is_minor
        interview.is_under_fourteen = interview.has_consent = is_under_fourteen
        interview.save(update_fields=_OF_BEGINNING)
        cases.record(
            InterviewBegun(
                code=interview.code,
                statement=statement.code,
                guardian_present=int(is_minor),
            ),
            interview.case,
            thing=interview.key,
            by=by,
            at=at,
            via=via,
        )
        if is_under_fourteen:
            record_consent(interview, statement=statement.code, by=by, at=at, via=via)
        cases.remember_made(
            interview.uid,
            case=interview.case,
            request_id=request_id,
            content=content,
            at=at,
        )
    return interview


def stop_interview(
    *, interview: Interview, by: User, at: datetime, words: str = "", via: str = ""
) -> Interview:
    """The person wants to stop. What they said so far may still be read back and signed.

    Args:
        words: what they said about it; nobody has to give a reason.
    """
    permissions.check_can_hold(by, interview)
    return _end(
        interview, InterviewState.STOPPED, typed(words, path="words"), by, at, via
    )


def cancel_interview(
    *, interview: Interview, reason: str, by: User, at: datetime, via: str = ""
) -> Interview:
    """Call off what has not begun; its questions stay as gaps."""
    permissions.check_can_lead(by, interview.case)
    reason = typed(
        reason, path="reason", most=MOST_WORDS, refusal=_("请写明为什么取消")
    )
    law.check_talk_wording(text=reason, act_on=act_day(interview.case), path="reason")
    return _end(interview, InterviewState.CANCELLED, reason, by, at, via)


def follow_guardian(*, statement: Statement) -> None:
    """Somebody else is with the child, or it turned out how old they are."""
    Interview.objects.filter(statement=statement, state=InterviewState.RUNNING).update(
        guardian_present=True,
        is_under_fourteen=statement.has_consent,
        has_consent=statement.has_consent,
    )


def follow_statement(*, statement: Statement, at: datetime) -> None:
    """Its statement was signed, refused or given up: the interview is over, or planned."""
    found = Interview.objects.filter(
        statement=statement, state=InterviewState.RUNNING
    ).first()
    if found is None:
        return
    with ledger.recording():
        interview = lock_interview(found)
        if statement.state == StatementState.DISCARDED:
            _reset(interview, statement, at=at)
        elif statement.state == StatementState.REFUSED:
            _end(interview, InterviewState.STOPPED, "", None, at, "")
        elif statement.state == StatementState.FROZEN:
            _hold(interview, statement, at=at)


def lock_interview(interview: Interview) -> Interview:
    """The interview under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(
        interview, "party__person", "party__user", "interviewer", "statement"
    )


def _hold(interview: Interview, statement: Statement, *, at: datetime) -> None:
    interview.state, interview.ended_at = InterviewState.HELD, at
    interview.save(update_fields=["state", "ended_at"])
    cases.record(
        InterviewHeld(
            code=interview.code,
            statement=statement.code,
            not_asked=len(unasked_of(interview)),
        ),
        interview.case,
        thing=interview.key,
        by=SYSTEM,
        at=at,
    )


def _reset(interview: Interview, statement: Statement, *, at: datetime) -> None:
    interview.state = InterviewState.PLANNED
    interview.statement, interview.begun_at = None, None
    interview.guardian_present = False
    interview.is_under_fourteen = interview.has_consent = False
    interview.save(update_fields=_OF_BEGINNING)
    cases.record(
        InterviewReset(code=interview.code, statement=statement.code),
        interview.case,
        thing=interview.key,
        by=SYSTEM,
        at=at,
    )


def _end(
    interview: Interview,
    state: InterviewState,
    reason: str,
    by: User | None,
    at: datetime,
    via: str,
) -> Interview:
    with ledger.recording():
        interview = lock_interview(interview)
        policies.check_interview_may_become(interview, state)
        interview.state, interview.reason, interview.ended_at = state, reason, at
        interview.save(update_fields=["state", "reason", "ended_at"])
        kind = (
            InterviewStopped if state == InterviewState.STOPPED else InterviewCancelled
        )
        cases.record(
            kind(code=interview.code, reason_digest=interview.digest_of("reason")),
            interview.case,
            thing=interview.key,
            by=by or SYSTEM,
            at=at,
            via=via,
        )
    return interview


def _add_question(
    interview: Interview,
    position: int,
    text: str,
    source: InterviewQuestion | None,
    *,
    by: User,
    at: datetime,
    via: str,
) -> None:
    question = InterviewQuestion.objects.create(
        interview=interview, position=position, text=text, taken_from=source
    )
    cases.record(
        QuestionPlanned(
            code=interview.code,
            position=position,
            text_digest=question.digest_of("text"),
        ),
        interview.case,
        thing=question.ref,
        by=by,
        at=at,
        via=via,
    )


def _questions(texts: Sequence[str], case: Case) -> list[str]:
    """Cleaned, each once; the words are as neutral as the guide's (G21)."""
    found = []
    for text in texts:
        words = typed(text, path="questions", most=MOST_QUESTION)
        law.check_talk_wording(text=words, act_on=act_day(case), path="questions")
        found.append(words)
    return [words for words in dict.fromkeys(found) if words]


def _to_take_up(
    questions: Sequence[InterviewQuestion], party: Party
) -> list[InterviewQuestion]:
    """Those that are gaps of this very party now; call it under the lock of the case."""
    gaps = {question.pk: question for question in gap_questions(party)}
    if any(question.pk not in gaps for question in questions):
        raise InvalidInput(_("这个问题已经问过，或者不是问这个人的"), path="take_up")
    return [gaps[pk] for pk in dict.fromkeys(question.pk for question in questions)]


def _check_may_ask(interviewer: User, case: Case) -> None:
    """Whoever asks could begin it themselves, today."""
    if not permissions.may_investigate(interviewer, case):
        raise InvalidInput(
            _("%(name)s没有调查的权限，不能进行谈话") % {"name": interviewer.name},
            path="interviewer",
        )
    conflict = conflict_of(interviewer, case)
    if conflict:
        raise InvalidInput(conflict, path="interviewer")


def _check_is_of_case(party: Party, case: Case) -> None:
    if party.case_id != case.pk or party.removed_at is not None:
        raise InvalidInput(_("本案没有这个人"), path="parties")


def _last_position(case: Case) -> int:
    last: int | None = case.interviews.aggregate(last=Max("position"))["last"]
    return min(last or 0, MOST_POSITION - 1)


def _text(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None

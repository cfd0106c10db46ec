"""Counsel: who acts, what they are asked, and their opinions, which few may read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.services.record import record_at_head
from anlan.base import crypto
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.lines import typed
from anlan.base.phone import normalise_phone
from anlan.cases import policies as cases_policies
from anlan.cases import services as cases
from anlan.cases.enums import Phase, Proof, TaskState
from anlan.cases.models import Case, Task
from anlan.customers.selectors import phone_index
from anlan.evidence.models import Exhibit
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Event
from anlan.resolution.legal import permissions, policies
from anlan.resolution.legal.enums import (
    Client,
    LawyerArea,
    LawyerKind,
    QuestionState,
)
from anlan.resolution.legal.events import (
    CounselAsked,
    CounselEngaged,
    CounselQuestionWithdrawn,
    EngagementEnded,
    LawyerAdded,
    LawyerPhoneRead,
    LawyerRetired,
    OpinionGiven,
    OpinionPrinted,
    OpinionRead,
)
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Lawyer,
    Opinion,
)
from anlan.resolution.legal.opinion_paper import opinion_pdf
from anlan.resolution.legal.selectors.counsel import (
    conflict_of_lawyer,
    phone_of,
    phone_place,
)

ANSWERS = "legal_counsel"
ANSWERED_WITHIN = timedelta(days=5)
MOST_NAME, MOST_FIRM, MOST_LICENCE, MOST_SCOPE = 40, 80, 30, 300
MOST_QUESTION = 2000
MOST_OPINION = 8000
MOST_REASON = 500


def add_lawyer(
    *,
    organisation: Organisation,
    kind: LawyerKind,
    name: str,
    by: User,
    at: datetime,
    firm: str = "",
    licence: str = "",
    areas: Iterable[LawyerArea] = (),
    phone: str = "",
    user: User | None = None,
    via: str = "",
) -> Lawyer:
    """Enter a lawyer in the register of the company.

    Args:
        user: whose account it is; counsel of the house has one.

    Raises:
        InvalidInput: no name, a firm that is missing, or a telephone that cannot be.
        Conflict: this account is in the register.
    """
    permissions.check_can_keep_lawyers(by, organisation)
    name = typed(name, path="name", most=MOST_NAME, refusal=_("请填写律师的姓名"))
    is_outside = kind == LawyerKind.OUTSIDE
    if is_outside:
        refusal = _("外聘律师须填写律师事务所")
        firm = typed(firm, path="firm", most=MOST_FIRM, refusal=refusal)
    elif user is None:
        raise InvalidInput(_("公司法务须选择其账号"), path="user")
    if user is not None and user.organisation_id != organisation.pk:
        raise InvalidInput(_("这个账号不属于本公司"), path="user")
    lawyer = Lawyer(
        organisation=organisation,
        kind=kind,
        name=name,
        firm=firm if is_outside else "",
        licence=typed(licence, path="licence", most=MOST_LICENCE),
        areas=",".join(sorted({one.value for one in areas})),
        user=user,
        added_at=at,
    )
    if phone.strip():
        number = normalise_phone(phone)
        lawyer.phone = crypto.encrypt(number, phone_place(lawyer, "phone"))
        # The customers' own index, so that a party with this number is found.
        lawyer.phone_index = phone_index(number)
    with ledger.recording():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        if user is not None and Lawyer.objects.filter(user=user).exists():
            raise Conflict(_("这个账号已在名册中"))
        lawyer.save(force_insert=True)
        _record_lawyer(
            LawyerAdded(
                lawyer=lawyer.key,
                phone=int(lawyer.phone is not None),
                name_digest=lawyer.digest_of("name"),
                firm_digest=lawyer.digest_of("firm"),
                licence_digest=lawyer.digest_of("licence"),
            ),
            lawyer,
            by=by,
            at=at,
            via=via,
        )
    return lawyer


def retire_lawyer(*, lawyer: Lawyer, by: User, at: datetime, via: str = "") -> Lawyer:
    """Take them out of the register; what they did stays. Again, it does nothing."""
    permissions.check_can_keep_lawyers(by, lawyer.organisation)
    with ledger.recording():
        lawyer = Lawyer.objects.select_for_update().get(pk=lawyer.pk)
        if lawyer.retired_at is not None:
            return lawyer
        lawyer.retired_at = at
        lawyer.save(update_fields=["retired_at"])
        _record_lawyer(LawyerRetired(lawyer=lawyer.key), lawyer, by=by, at=at, via=via)
    return lawyer


def read_lawyer_phone(*, lawyer: Lawyer, by: User, at: datetime, via: str = "") -> str:
    """The telephone in full, on the record."""
    permissions.check_can_see_lawyers(by, lawyer.organisation)
    with ledger.recording():
        _record_lawyer(
            LawyerPhoneRead(lawyer=lawyer.key), lawyer, by=by, at=at, via=via
        )
    return phone_of(lawyer)


def engage_counsel(
    *,
    case: Case,
    lawyer: Lawyer,
    client: Client,
    scope: str,
    begins_on: date,
    is_related: bool,
    by: User,
    at: datetime,
    letter: Exhibit | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Engagement:
    """Say that a lawyer acts for somebody here, unless something speaks against it.

    Args:
        is_related: what they declared: that they are kin to a party, or have a stake.
        letter: the engagement of an outside lawyer for the company.

    Raises:
        NotAllowed: they are a party, kin, acted for another side, found out or decided.
        InvalidInput: no scope, no letter, a day in the future.
        Conflict: they act here already, or left the register.
    """
    permissions.check_can_engage(by, case)
    scope = typed(scope, path="scope", most=MOST_SCOPE, refusal=_("请写明委托事项"))
    if letter is not None and letter.case_id != case.pk:
        raise InvalidInput(_("这份证据不属于本案"), path="letter")
    is_ours = client == Client.COMPANY
    if is_ours and lawyer.kind == LawyerKind.OUTSIDE and letter is None:
        raise InvalidInput(_("请选择委托书（先上传为证据）"), path="letter")
    if begins_on > local_day(at):
        raise InvalidInput(_("委托开始的日期不能晚于今天"), path="begins_on")
    content = {
        "engagement": str(lawyer.uid),
        "by": by.actor_key,
        "client": client.value,
        "begins": begins_on.isoformat(),
        "letter": letter.code if letter else "",
        "scope": sha256(scope.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Engagement.objects.select_related("case__site", "lawyer__user"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        _check_may_act(lawyer, case, client, is_related=is_related, by=by)
        of_case = Engagement.objects.filter(case=case)
        last: int | None = of_case.aggregate(last=Max("number"))["last"]
        made = Engagement.objects.create(
            case=case,
            number=(last or 0) + 1,
            lawyer=lawyer,
            client=client,
            scope=scope,
            begins_on=begins_on,
            letter=letter,
            engaged_at=at,
            engaged_by=by,
        )
        _record(
            CounselEngaged(
                code=made.code,
                lawyer=lawyer.key,
                client=client.value,
                begins=begins_on.isoformat(),
                letter=letter.code if letter else None,
                scope_digest=made.digest_of("scope"),
            ),
            case,
            made.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            made.uid, case=case, request_id=request_id, content=content, at=at
        )
    return made


def end_engagement(
    *,
    engagement: Engagement,
    ends_on: date,
    reason: str,
    by: User,
    at: datetime,
    via: str = "",
) -> Engagement:
    """They act no more; they may still read what they answered.

    Raises:
        InvalidInput: no reason, a day before it began or in the future.
        Conflict: it ended before.
    """
    permissions.check_can_engage(by, engagement.case)
    reason = typed(
        reason, path="reason", most=MOST_REASON, refusal=_("请写明为什么结束委托")
    )
    with ledger.recording():
        case = cases.lock_case(engagement.case)
        engagement = Engagement.objects.select_for_update().get(pk=engagement.pk)
        engagement.case = case
        policies.check_engagement_runs(engagement)
        if not engagement.begins_on <= ends_on <= local_day(at):
            raise InvalidInput(
                _("日期不能早于开始之日，也不能晚于今天"), path="ends_on"
            )
        engagement.ends_on, engagement.reason = ends_on, reason
        engagement.save(update_fields=["ends_on", "reason"])
        _record(
            EngagementEnded(
                code=engagement.code,
                ends=ends_on.isoformat(),
                reason_digest=engagement.digest_of("reason"),
            ),
            case,
            engagement.key,
            by=by,
            at=at,
            via=via,
        )
    return engagement


def ask_counsel(
    *,
    engagement: Engagement,
    words: str,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> CounselQuestion:
    """Put a question to counsel of the company; question and answer are privileged.

    Raises:
        InvalidInput: nothing was asked.
        Conflict: the case is closed, or they act no more, or for somebody else.
    """
    permissions.check_can_ask_counsel(by, engagement.case)
    words = typed(words, path="words", most=MOST_QUESTION, refusal=_("请写明问题"))
    content = {
        "question": str(engagement.uid),
        "by": by.actor_key,
        "words": sha256(words.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(engagement.case)
        earlier = cases.made_before(
            CounselQuestion.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        cases_policies.check_is_open(case)
        fresh = Engagement.objects.select_related("lawyer").get(pk=engagement.pk)
        policies.check_engagement_runs(fresh)
        if fresh.client != Client.COMPANY:
            raise Conflict(_("这位律师不为本公司代理，不能向其咨询"))
        of_case = CounselQuestion.objects.filter(case=case)
        last: int | None = of_case.aggregate(last=Max("number"))["last"]
        made = CounselQuestion(
            case=case,
            number=(last or 0) + 1,
            engagement=fresh,
            words=words,
            asked_at=at,
            asked_by=by,
        )
        made.task = cases.add_task(
            case=case,
            key=f"counsel:{made.uid}",
            phase=Phase.STRENGTHEN,
            title=_("答复法律咨询 %s") % made.code,
            role_key=ANSWERS,
            within=ANSWERED_WITHIN,
            proof=Proof.NOTE,
            by=SYSTEM,
            at=at,
        )
        made.save(force_insert=True)
        _record(
            CounselAsked(code=made.code, words_digest=made.digest_of("words")),
            case,
            made.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            made.uid, case=case, request_id=request_id, content=content, at=at
        )
    return made


def withdraw_question(
    *, question: CounselQuestion, by: User, at: datetime, via: str = ""
) -> CounselQuestion:
    """Whoever asked needs no answer any more.

    Raises:
        NotAllowed: by anybody else.
        Conflict: it was answered, or withdrawn.
    """
    permissions.check_can_read_opinions(by, question)
    if question.asked_by_id != by.pk:
        raise NotAllowed(_("只有提问的人能撤回"))
    with ledger.recording():
        question = _lock_question(question)
        policies.check_question_may_become(question, QuestionState.WITHDRAWN)
        _end_question(question, QuestionState.WITHDRAWN, at=at)
        _record(
            CounselQuestionWithdrawn(code=question.code),
            question.case,
            question.key,
            by=by,
            at=at,
            via=via,
        )
    return question


def save_opinion(
    *, question: CounselQuestion, text: str, by: User, at: datetime
) -> Opinion:
    """Write the draft of an answer, or of its next version; nobody else reads it.

    Raises:
        NotAllowed: by anybody but the counsel who was asked.
        Conflict: the question was withdrawn.
    """
    permissions.check_can_write_opinion(by, question)
    text = typed(text, path="text", most=MOST_OPINION, refusal=_("请写明意见"))
    with ledger.recording():
        question = _lock_question(question)
        policies.check_question_takes_opinion(question)
        draft = question.opinions.filter(given_at=None).first()
        if draft is not None:
            draft.text, draft.saved_at, draft.author = text, at, by
            draft.save(update_fields=["text", "saved_at", "author"])
            return draft
        last: int | None = question.opinions.aggregate(last=Max("version"))["last"]
        return question.opinions.create(
            version=(last or 0) + 1, text=text, author=by, saved_at=at
        )


def give_opinion(
    *,
    question: CounselQuestion,
    shown: str,
    by: User,
    at: datetime,
    via: str = "",
) -> Opinion:
    """Give the draft to who asked; from then on it does not change.

    Args:
        shown: the digest of the text that was looked at.

    Raises:
        NotAllowed: by anybody but the counsel who was asked.
        Conflict: there is no draft, or it was changed meanwhile.
    """
    permissions.check_can_write_opinion(by, question)
    with ledger.recording():
        question = _lock_question(question)
        policies.check_question_takes_opinion(question)
        draft = question.opinions.select_for_update().filter(given_at=None).first()
        if draft is None:
            raise Conflict(_("没有起草中的意见"))
        if sha256(draft.text.encode()).hex() != shown:
            raise Conflict(_("内容刚刚被改过，请重新看过再出具"))
        draft.given_at, draft.author = at, by
        draft.save(update_fields=["given_at", "author"])
        if question.state == QuestionState.OPEN:
            _end_question(question, QuestionState.ANSWERED, at=at)
        draft.question = question
        _record(
            OpinionGiven(
                code=question.code,
                version=draft.version,
                text_digest=draft.digest_of("text"),
            ),
            question.case,
            draft.key,
            by=by,
            at=at,
            via=via,
        )
    return draft


def read_opinion(*, opinion: Opinion, by: User, at: datetime, via: str = "") -> str:
    """The words of an opinion, for those who are entitled; that they were read is on record.

    Raises:
        NotAllowed: not entitled.
        Conflict: it was not given yet.
    """
    question = _checked_for_reading(opinion, by)
    with ledger.recording():
        _record(
            OpinionRead(code=question.code, version=opinion.version),
            question.case,
            opinion.key,
            by=by,
            at=at,
            via=via,
        )
    return opinion.text


def print_opinion(*, opinion: Opinion, by: User, at: datetime, via: str = "") -> bytes:
    """The same on paper, each page marked as privileged.

    Raises:
        NotAllowed: not entitled.
        Conflict: it was not given yet.
    """
    question = _checked_for_reading(opinion, by)
    content = opinion_pdf(opinion)
    with ledger.recording():
        _record(
            OpinionPrinted(
                code=question.code,
                version=opinion.version,
                sha256=sha256(content).hex(),
            ),
            question.case,
            opinion.key,
            by=by,
            at=at,
            via=via,
        )
    return content


def _checked_for_reading(opinion: Opinion, by: User) -> CounselQuestion:
    question = opinion.question
    permissions.check_can_read_opinions(by, question)
    if opinion.given_at is None:
        raise Conflict(_("意见还没有出具"))
    return question


def _check_may_act(
    lawyer: Lawyer, case: Case, client: Client, *, is_related: bool, by: User
) -> None:
    if lawyer.organisation_id != case.organisation_id or lawyer.retired_at is not None:
        raise Conflict(_("这位律师不在名册中"))
    if is_related:
        raise NotAllowed(_("与当事人有亲属或者利害关系的律师须回避"))
    conflict = conflict_of_lawyer(lawyer, case, client)
    if conflict:
        raise NotAllowed(conflict)
    there = Engagement.objects.filter(case=case, lawyer=lawyer, ends_on=None).first()
    if there is not None:
        raise Conflict(_("这位律师已在本案受委托：%s") % there.code)


def _end_question(
    question: CounselQuestion, state: QuestionState, *, at: datetime
) -> None:
    question.state = state
    question.save(update_fields=["state"])
    task: Task | None = question.task
    if task is not None and task.state == TaskState.OPEN and question.case.is_open:
        task.case = question.case
        words = f"{question.code} {state.label}"
        cases.complete_task(task=task, words=words, by=SYSTEM, at=at)


def _lock_question(question: CounselQuestion) -> CounselQuestion:
    """The question under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(question, "engagement__lawyer__user", "asked_by", "task")


def _record(
    event: Event, case: Case, thing: str, *, by: User, at: datetime, via: str
) -> None:
    cases.record(event, case, thing=thing, by=by, at=at, via=via)


def _record_lawyer(
    event: Event, lawyer: Lawyer, *, by: User, at: datetime, via: str
) -> None:
    record_at_head(
        event,
        lawyer.organisation,
        thing=lawyer.key,
        by=by,
        at=at,
        via=via,
    )

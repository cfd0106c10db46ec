"""Offered, never pressed: the offer, the referral, the consents, the talks, the ending."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts import services as accounts
from anlan.accounts.models import Organisation, User
from anlan.accounts.services.record import record_at_head
from anlan.base.errors import Conflict, InvalidInput, NotFound
from anlan.base.lines import typed
from anlan.cases import services as cases
from anlan.cases.enums import ContactChannel, Phase, Role, TaskState
from anlan.cases.models import Case, Contact, Party, Task
from anlan.cases.selectors.guardians import (
    check_is_impartial,
    guardians_in,
    is_said_guardian,
    stands_for,
)
from anlan.cases.wall import is_party
from anlan.customers import services as customers
from anlan.customers.enums import ProtectedField
from anlan.evidence.services.statements import is_known_minor
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor
from anlan.notify import services as notify
from anlan.resolution.counselling import messages, permissions, policies
from anlan.resolution.counselling.enums import (
    CareState,
    ConsentUse,
    ConsentWay,
    Ending,
    OfferWay,
    SessionState,
)
from anlan.resolution.counselling.events import (
    AnswerTakenBack,
    ConsentGiven,
    ConsentWithdrawn,
    CounsellorEnded,
    CounsellorEntered,
    SessionChanged,
    SupportClosed,
    SupportOffered,
    SupportReferred,
    TelephoneRead,
)
from anlan.resolution.counselling.models import (
    Care,
    Consent,
    Counsellor,
    Offer,
    Session,
)
from anlan.resolution.counselling.selectors import (
    helplines,
    nobody_left_to_ask,
    parties_to_ask,
    who_refers,
)
from anlan.resolution.counselling.services.clocks import (
    seconds_of,
    start_follow_ups,
    stop_follow_ups,
)
from anlan.resolution.counselling.services.recording import (
    lock_care,
    lock_own,
    record,
)

OFFER_TASK = "support_offer"
# Who declines is asked again after this at the earliest, if they agreed to no later day.
ASKED_AGAIN = timedelta(days=7)
FARTHEST = timedelta(days=366)
# How the answer came, of a talk of the case.
_WAYS = {
    ContactChannel.IN_PERSON: OfferWay.IN_PERSON,
    ContactChannel.VISIT: OfferWay.IN_PERSON,
    ContactChannel.PHONE: OfferWay.PHONE,
    ContactChannel.MESSAGE: OfferWay.MESSAGE,
    ContactChannel.LETTER: OfferWay.MESSAGE,
}


def enter_counsellor(
    *,
    organisation: Organisation,
    name: str,
    telephone: str,
    hours: str,
    by: User,
    at: datetime,
    house: str = "",
    speciality: str = "",
    user: User | None = None,
    via: str = "",
) -> Counsellor:
    """Enter somebody to whom a person can be referred; with a sign-in they keep notes.

    Raises:
        InvalidInput: something that a person has to know is missing, or the sign-in is
            of no counsellor.
        Conflict: they are entered already.
    """
    permissions.check_can_keep_register(by, organisation)
    said = {
        "name": typed(name, path="name", most=40, refusal=_("请写姓名")),
        "telephone": typed(
            telephone, path="telephone", most=40, refusal=_("请写联系电话")
        ),
        "hours": typed(hours, path="hours", most=80, refusal=_("请写接待时间")),
        "house": typed(house, path="house", most=80),
        "speciality": typed(speciality, path="speciality", most=80),
    }
    if user is not None and (
        user.organisation_id != organisation.pk or not permissions.is_counsellor(user)
    ):
        raise InvalidInput(_("这个账号不是心理辅导员"), path="user")
    with ledger.recording():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        if user is not None and Counsellor.objects.filter(user=user).exists():
            raise Conflict(_("这位辅导员已经登记"))
        row = Counsellor.objects.create(
            organisation=organisation, user=user, entered_at=at, **said
        )
        record_at_head(
            CounsellorEntered(), organisation, thing=row.key, by=by, at=at, via=via
        )
    return row


def end_counsellor(
    *, counsellor: Counsellor, by: User, at: datetime, via: str = ""
) -> Counsellor:
    """Nobody is referred to them any more; whoever was stays until referred anew."""
    permissions.check_can_keep_register(by, counsellor.organisation)
    with ledger.recording():
        fresh = Counsellor.objects.select_for_update().get(pk=counsellor.pk)
        if fresh.ended_at is not None:
            raise Conflict(_("这位辅导员已经停用"))
        fresh.ended_at = at
        fresh.save(update_fields=["ended_at"])
        record_at_head(
            CounsellorEnded(),
            counsellor.organisation,
            thing=fresh.key,
            by=by,
            at=at,
            via=via,
        )
    return fresh


def offer_support(
    *,
    party: Party,
    way: OfferWay,
    answer: CareState,
    by: User,
    at: datetime,
    not_before: datetime | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Care:
    """Write down that somebody was asked, and what they said.

    Args:
        answer: accepted, declined or later.
        not_before: when they may be asked again, as agreed; a week, if nothing was.

    Raises:
        InvalidInput: no answer, or a time that cannot be.
        Conflict: they are referred already, or said no and it is too early to ask again.
    """
    permissions.check_can_offer(by, party.case)
    if answer not in {CareState.ACCEPTED, CareState.DECLINED, CareState.LATER}:
        raise InvalidInput(_("请选择本人的回答"), path="answer")
    agreed = not_before.isoformat() if not_before else ""
    if answer == CareState.ACCEPTED:
        not_before = None
    else:
        not_before = not_before or at + ASKED_AGAIN
        if not at < not_before <= at + FARTHEST:
            raise InvalidInput(_("再次询问的时间要在以后一年以内"), path="not_before")
    content = {
        "offer": str(party.uid),
        "by": by.actor_key,
        "said": f"{way.value} {answer.value}",
        "again": agreed,
    }
    with ledger.recording():
        case = cases.lock_case(party.case)
        earlier = cases.made_before(
            Offer.objects.select_related("care__case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier.care
        care = _asked(case, party, answer, at=at)
        said = Offer(care=care, way=way, answer=answer, by=by, made_at=at)
        _keep_answer(said, not_before=not_before, by=by, at=at, via=via)
        cases.remember_made(
            said.uid, case=case, request_id=request_id, content=content, at=at
        )
    return care


def take_answer(*, contact: Contact, at: datetime) -> Care | None:
    """How somebody answered in a talk of the case is the answer to an offer; by the program.

    Nothing, where support runs already, something newer is known, who was talked with is
    not asked, or who wrote the talk down is a party and arranges nothing for the others.
    What a guardian said is said for the one minor who was hurt; of several, whoever
    refers people has to say for whom. A correction without an answer takes back the one
    that it corrects.
    """
    wrote = (contact.held_by, contact.recorded_by)
    if any(is_party(one, contact.case) for one in wrote):
        return None
    if not contact.psychological:
        return _take_back(contact, at=at) if contact.corrects is not None else None
    answer = CareState(contact.psychological)
    once = {"contact": contact.key}
    with ledger.recording():
        case = cases.lock_case(contact.case)
        earlier = cases.made_before(
            Offer.objects.select_related("care__case__site"),
            case=case,
            request_id=contact.uid,
            content=once,
        )
        if earlier is not None:
            return earlier.care
        party = _spoken_for(contact, at=at)
        if party is None:
            _tell_referring(case, messages.GUARDIAN, at=at)
            return None
        replaced = _replaced(contact, case)
        if _is_overtaken(case, party, replaced, since=contact.held_at):
            return None
        try:
            care = _asked(case, party, answer, is_anew=not replaced, at=at)
        except (Conflict, InvalidInput):
            return None
        said = Offer(
            care=care,
            way=_WAYS[ContactChannel(contact.channel)],
            answer=answer,
            by=contact.held_by,
            made_at=contact.held_at,
        )
        not_before = None if answer == CareState.ACCEPTED else at + ASKED_AGAIN
        _keep_answer(said, not_before=not_before, by=SYSTEM, at=at)
        cases.remember_made(
            said.uid, case=case, request_id=contact.uid, content=once, at=at
        )
        if answer == CareState.ACCEPTED:
            _tell_referring(case, messages.WILLING, at=at)
    return care


def post_offer_task(*, case: Case, at: datetime) -> None:
    """The office has to ask, once the scene is under control; nobody has to answer.

    Called again it does nothing, and neither for a case that was closed meanwhile.
    """
    with ledger.recording():
        case = cases.lock_case(case)
        there = Task.objects.filter(case=case, key=OFFER_TASK)
        if not case.is_open or there.exists():
            return
        cases.add_task(
            case=case,
            key=OFFER_TASK,
            phase=Phase.TALK,
            title=_("向受害人、目击者和到场同事提出支持"),
            advice=_(
                "在案件的“支持”里登记。可以谢绝，谢绝不影响任何事项；不追问经过，不安排集体讲述"
            ),
            source="G26",
            role_key="customer_service",
            within=timedelta(seconds=seconds_of(case, "support.offer", at=at)),
            by=SYSTEM,
            at=at,
        )


def refer(
    *,
    care: Care,
    by: User,
    at: datetime,
    counsellor: Counsellor | None = None,
    hotline: str = "",
    via: str = "",
) -> Care:
    """Bring somebody who said yes to a counsellor or tell them a number; clocks begin.

    Referred again, to another one, the clocks run on and the notes stay with who wrote
    them.

    Raises:
        InvalidInput: to nobody, to both, or to who may not counsel in this case.
        Conflict: they have not said yes, or it ended.
    """
    permissions.check_can_offer(by, care.case)
    if (counsellor is None) == (not hotline):
        raise InvalidInput(_("请选择一位辅导员或者一条热线"), path="to")
    if hotline and hotline not in dict(helplines()):
        raise InvalidInput(_("没有这条热线"), path="to")
    if counsellor is not None:
        _check_counsellor(counsellor, care)
    with ledger.recording():
        care = lock_care(care)
        policies.check_care_may_become(care, CareState.REFERRED)
        is_new = not care.is_running
        if not is_new and (care.counsellor, care.hotline) == (counsellor, hotline):
            return care
        care.counsellor, care.hotline = counsellor, hotline
        care.state, care.referred_at = CareState.REFERRED, at
        care.save()
        record(SupportReferred(code=care.code), care, care.key, by=by, at=at, via=via)
        if is_new:
            start_follow_ups(care, at=at)
    return care


def give_consent(
    *,
    care: Care,
    use: ConsentUse,
    way: ConsentWay,
    by: User,
    at: datetime,
    guardian: Party | None = None,
) -> Consent:
    """Write down that the person agreed to one use; given already, nothing changes.

    Raises:
        InvalidInput: of a minor, and no guardian agreed with them.
        Conflict: they are not referred.
    """
    if is_known_minor(care.party, at=at) and guardian is None:
        raise InvalidInput(_("未成年人须由监护人一同同意"), path="guardian")
    if guardian is not None and guardian not in guardians_in(care.case):
        raise InvalidInput(_("请选择本案登记的监护人"), path="guardian")
    if guardian is not None:
        check_is_impartial(guardian, care.party, path="guardian")
    if guardian is not None and not stands_for(guardian, care.party):
        raise InvalidInput(
            _("这一位是别人的监护人，请选择本人的监护人"), path="guardian"
        )
    with ledger.recording():
        care = lock_own(care, by)
        policies.check_is_running(care)
        there = care.consents.filter(use=use, withdrawn_at=None).first()
        if there is not None:
            return there
        consent = Consent.objects.create(
            care=care,
            use=use,
            way=way,
            guardian=guardian,
            given_at=at,
            recorded_by=by,
        )
        record(
            ConsentGiven(
                code=care.code,
                use_digest=consent.digest_of("use"),
                way_digest=consent.digest_of("way"),
            ),
            care,
            consent.key,
            by=by,
            at=at,
        )
    return consent


def withdraw_consent(*, care: Care, use: ConsentUse, by: User, at: datetime) -> Care:
    """From now on nothing more is kept for this use; what was agreed to before stays.

    Raises:
        Conflict: there is no consent to take back.
    """
    with ledger.recording():
        care = lock_own(care, by)
        consent = care.consents.filter(use=use, withdrawn_at=None).first()
        if consent is None:
            raise Conflict(_("没有可以撤回的同意"))
        consent.withdrawn_at, consent.withdrawn_by = at, by
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(ConsentWithdrawn(code=care.code), care, consent.key, by=by, at=at)
    return care


def reveal_telephone(*, care: Care, by: User, at: datetime) -> str:
    """The number of the person, for their counsellor alone; every look is on the record.

    Raises:
        NotAllowed: they are not with the reader, or not any more.
        Conflict: the support does not run.
        NotFound: nobody has been identified, or they gave no number.
    """
    with ledger.recording():
        care = lock_own(care, by)
        policies.check_is_running(care)
        party = care.party
        if party.user is not None:
            found = accounts.phone_of(party.user)
        elif party.person is not None:
            found = customers.reveal(
                person=party.person,
                field=ProtectedField.PHONE,
                site=care.case.site,
                reason=_("联系本人"),
                is_entrusted=True,
                by=by,
                at=at,
            )
        else:
            raise NotFound(_("身份还没有确认，没有联系方式"))
        if not found:
            raise NotFound(_("没有登记电话"))
        record(TelephoneRead(code=care.code), care, care.key, by=by, at=at)
    return found


def plan_session(
    *, care: Care, planned_at: datetime, by: User, at: datetime
) -> Session:
    """Agree on a talk; only when, nothing of what it is about.

    Raises:
        InvalidInput: a time more than a day ago or a year away.
        Conflict: they are not referred.
    """
    if not at - timedelta(days=1) <= planned_at <= at + FARTHEST:
        raise InvalidInput(_("约定的时间要在一年以内"), path="planned_at")
    with ledger.recording():
        care = lock_own(care, by)
        policies.check_is_running(care)
        last: int | None = care.sessions.aggregate(last=Max("number"))["last"]
        session = Session.objects.create(
            care=care, number=(last or 0) + 1, counsellor=by, planned_at=planned_at
        )
        _record_session(session, by=by, at=at)
    return session


def end_session(
    *, session: Session, state: SessionState, by: User, at: datetime
) -> Session:
    """Say whether a talk was held; to end it so twice changes nothing.

    Raises:
        Conflict: it ended otherwise.
    """
    with ledger.recording():
        care = lock_own(session.care, by)
        session = Session.objects.select_for_update().get(pk=session.pk)
        session.care = care
        if session.state == state:
            return session
        policies.check_session_may_become(session, state)
        session.state, session.ended_at, session.counsellor = state, at, by
        session.save(update_fields=["state", "ended_at", "counsellor"])
        _record_session(session, by=by, at=at)
    return session


def close_care(
    *, care: Care, ending: Ending, by: User, at: datetime, via: str = ""
) -> Care:
    """The support ends; who wants it again is offered it again.

    Raises:
        Conflict: it has not begun, or ended before.
    """
    permissions.check_can_follow_up(by, care)
    with ledger.recording():
        care = lock_care(care)
        policies.check_care_may_become(care, CareState.CLOSED)
        care.state, care.closed_at, care.ending = CareState.CLOSED, at, ending
        care.save()
        stop_follow_ups(care, at=at)
        care.notes.filter(ended_at=None).update(ended_at=at)
        record(
            SupportClosed(code=care.code, ending_digest=care.digest_of("ending")),
            care,
            care.key,
            by=by,
            at=at,
            via=via,
        )
    return care


def _spoken_for(contact: Contact, *, at: datetime) -> Party | None:
    """Whose answer it is; nobody's, where a guardian spoke and it is not plain for whom."""
    party, case = contact.party, contact.case
    asked = parties_to_ask(case)
    if party in asked or party not in guardians_in(case):
        return party
    hurt = asked.filter(roles__role=Role.VICTIM)
    theirs = [one for one in hurt if is_said_guardian(party, one)] or [
        one for one in hurt if is_known_minor(one, at=at) and stands_for(party, one)
    ]
    return theirs[0] if len(theirs) == 1 else None


def _replaced(contact: Contact, case: Case) -> list[Offer]:
    """What the talks that this one corrects had put down."""
    found = []
    before = contact.corrects
    while before is not None:
        offer = cases.made_before(
            Offer.objects.all(),
            case=case,
            request_id=before.uid,
            content={"contact": before.key},
        )
        found += [offer] if offer else []
        before = before.corrects
    return found


def _take_back(contact: Contact, *, at: datetime) -> Care | None:
    """Nothing was offered in the talk that this one corrects: what stood before stands.

    Who was referred meanwhile stays so; whoever refers people hears of it.
    """
    with ledger.recording():
        case = cases.lock_case(contact.case)
        wrong = [one for one in _replaced(contact, case) if one.taken_back_at is None]
        if not wrong:
            return None
        care = lock_care(wrong[0].care)
        standing = care.offers.filter(taken_back_at=None).order_by("made_at", "pk")
        was_newest = standing.last() in wrong
        care.offers.filter(pk__in=[one.pk for one in wrong]).update(taken_back_at=at)
        record(AnswerTakenBack(code=care.code), care, care.key, by=SYSTEM, at=at)
        if care.state in {CareState.REFERRED, CareState.FOLLOWED, CareState.CLOSED}:
            _tell_referring(case, messages.MISTAKEN, at=at)
        elif was_newest:
            _let_stand(care, standing.last(), at=at)
    return care


def _let_stand(care: Care, offer: Offer | None, *, at: datetime) -> None:
    """The answer that is the newest now; without any the person has yet to be asked.

    Support that only what was taken back had opened again is as it ended.
    """
    reopened = care.offers.exclude(closed_before=None).order_by("pk").last()
    if reopened is not None and (offer is None or offer.pk < reopened.pk):
        care.state, care.closed_at = CareState.CLOSED, reopened.closed_before
        care.not_before = None
        care.save(update_fields=["state", "closed_at", "not_before"])
        return
    care.state = offer.answer if offer else CareState.UNASKED
    care.not_before = _again(offer) if offer else None
    care.save(update_fields=["state", "not_before"])
    task = Task.objects.filter(
        case=care.case, key=OFFER_TASK, state=TaskState.DONE, ended_by=None
    ).first()
    if offer is None and task is not None and care.case.is_open:
        task.case = care.case
        cases.reopen_task(task=task, by=SYSTEM, at=at)


def _again(offer: Offer) -> datetime | None:
    """When they may be asked again; earlier answers did not say, and it was a week."""
    if offer.answer == CareState.ACCEPTED:
        return None
    return offer.not_before or offer.made_at + ASKED_AGAIN


def _is_overtaken(
    case: Case, party: Party, replaced: list[Offer], *, since: datetime
) -> bool:
    """Whether the person was asked, or the support ended, at that time or after it."""
    of_theirs = Care.objects.filter(case=case, party=party)
    asked = Offer.objects.filter(
        care__in=of_theirs, made_at__gte=since, taken_back_at=None
    )
    ended = of_theirs.filter(closed_at__gte=since)
    return asked.exclude(pk__in=[one.pk for one in replaced]).exists() or ended.exists()


def _asked(
    case: Case,
    party: Party,
    answer: CareState,
    *,
    at: datetime,
    is_anew: bool = True,
) -> Care:
    """The support of this person, which their first answer begins.

    Args:
        is_anew: they were asked once more; not, that what was put down is corrected.
    """
    if party not in parties_to_ask(case):
        raise InvalidInput(_("只向本案的当事人提出支持"), path="party")
    found = Care.objects.filter(case=case, party=party).first()
    if found is not None:
        if is_anew:
            policies.check_may_be_asked(found, answer, at=at)
        else:
            policies.check_care_may_become(found, answer)
        found.case = case
        return found
    cares = Care.objects.filter(case=case)
    last: int | None = cares.aggregate(last=Max("number"))["last"]
    return Care.objects.create(
        case=case, number=(last or 0) + 1, party=party, state=answer
    )


def _keep_answer(
    said: Offer,
    *,
    not_before: datetime | None,
    by: Actor,
    at: datetime,
    via: str = "",
) -> None:
    care = said.care
    said.not_before, said.closed_before = not_before, care.closed_at
    said.save(force_insert=True)
    care.state, care.not_before = said.answer, not_before
    care.closed_at = None  # how it ended before stays: an entry vouches for it
    care.save()
    record(
        SupportOffered(
            code=care.code, way=said.way, answer_digest=said.digest_of("answer")
        ),
        care,
        said.key,
        by=by,
        at=at,
        via=via,
    )
    _end_offer_task(care.case, at=at)


def _tell_referring(case: Case, kind: str, *, at: datetime) -> None:
    """Whoever refers people hears that somebody answered, and on which page to look."""
    notify.send(
        kind=kind,
        site=case.site,
        subject=case.subject,
        people=who_refers(case),
        path=f"/cases/{case.number}/counselling/",
        exercise=case.exercise,
        by=SYSTEM,
        at=at,
    )


def _end_offer_task(case: Case, *, at: datetime) -> None:
    task = Task.objects.filter(case=case, key=OFFER_TASK, state=TaskState.OPEN).first()
    if task is not None and case.is_open and nobody_left_to_ask(case):
        task.case = case
        cases.complete_task(task=task, words=_("已逐一询问"), by=SYSTEM, at=at)


def _check_counsellor(counsellor: Counsellor, care: Care) -> None:
    if (
        counsellor.organisation_id != care.case.organisation_id
        or counsellor.ended_at is not None
    ):
        raise InvalidInput(_("没有这位辅导员"), path="to")
    if counsellor.user is not None:
        refusal = permissions.why_not_counsel(counsellor.user, care.case)
        if refusal:
            raise InvalidInput(refusal, path="to")
        if permissions.has_paper_of(counsellor.user, care):
            raise InvalidInput(
                _("%(name)s保管着封存本人记录的一份纸质密钥，请转介给另一位辅导员")
                % {"name": counsellor.user.name},
                path="to",
            )


def _record_session(session: Session, *, by: User, at: datetime) -> None:
    record(
        SessionChanged(
            code=session.care.code, number=session.number, state=session.state
        ),
        session.care,
        session.key,
        by=by,
        at=at,
    )

"""Talks with the parties, what was promised in them, and whom each side calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base.clock import utc_text
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput, NotFound
from anlan.base.lines import typed
from anlan.cases import messages, permissions, policies
from anlan.cases.enums import (
    ContactChannel,
    Direction,
    OfferAnswer,
    Phase,
    Proof,
    Side,
    TaskState,
)
from anlan.cases.events import ContactHeld, ContactNamed, PromiseMade
from anlan.cases.models import (
    Case,
    Contact,
    Deadline,
    NamedContact,
    Party,
    Promise,
    Task,
)
from anlan.cases.selectors import sides_of
from anlan.cases.selectors.contacts import OFFERS, VICTIM_CONTACT, own_link_key
from anlan.cases.services.accepted_requests import (
    forget_words,
    made_before,
    remember_made,
)
from anlan.cases.services.deadlines import (
    meet_deadlines,
    start_deadline,
    start_standard,
)
from anlan.cases.services.opening import add_task
from anlan.cases.services.record import lock_case, record, user_of
from anlan.cases.services.tasks import complete_task
from anlan.cases.services.timeline import end_access_links, renew_access_link
from anlan.customers import services as customers
from anlan.customers.enums import KEEP, ErasureReason, Keep, ProtectedField
from anlan.customers.models import Person
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor
from anlan.notify import services as notify
from anlan.notify.enums import Urgency

MOST_SAID = 4000
MOST_PROMISED = 300
MOST_PROMISES = 10  # of one talk
MOST_CONTACTS = 500  # of a case
FARTHEST = timedelta(days=366)
_NOBODY = gettext_lazy("身份还没有确认，没有联系方式")
_KEEPS = "customer_service"  # whose role carries what was promised
_PLAYBOOK_TASK = "victim_contact"  # the same promise, as the plan lists it
# Of a company that was founded before the standard was.
_WITHOUT_STANDARD = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Promised:
    """What the office will do, and until when."""

    words: str
    due_at: datetime


def record_contact(
    *,
    party: Party,
    channel: ContactChannel,
    direction: Direction,
    words: str,
    by: User,
    at: datetime,
    held_at: datetime | None = None,
    held_by: User | None = None,
    offers: Mapping[str, OfferAnswer] | None = None,
    motive_heard: bool = False,
    background_heard: bool = False,
    consequences_explained: bool = False,
    promises: Sequence[Promised] = (),
    next_due_at: datetime | None = None,
    corrects: Contact | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Contact:
    """Write down a talk with a party; each promise, and the next talk, becomes a task.

    Whatever next talk with this party was due is then done, unless this one is entered
    late and was held before.

    Args:
        held_at: when it was, if not now.
        held_by: who of the office spoke, if not who writes it down.
        offers: what help was offered, and the answer; by the names in ``OFFERS``.
        motive_heard: of the aggressor's side, as the two that follow.
        corrects: an earlier talk that was written down wrongly; it stays as it is.

    Raises:
        InvalidInput: nothing said, too much, a time that cannot be, or a party who is
            not on the case (any more).
        NotAllowed: the party is of the side for which the other does not speak.
        Conflict: the case is closed, or the request id was used for something else.
    """
    words = typed(words, path="words", most=MOST_SAID, refusal=_("请写明说了什么"))
    held_at, held_by = held_at or at, held_by or by
    offers = {name: answer for name, answer in (offers or {}).items() if answer}
    promises = [
        Promised(words=_promised(one.words), due_at=one.due_at) for one in promises
    ]
    permissions.check_can_record_contact(by, party.case)
    permissions.check_can_look_behind(by, party)
    permissions.check_can_look_behind(held_by, party)
    _check_times(held_at, promises, next_due_at, at=at)
    if unknown := set(offers) - set(OFFERS):
        raise InvalidInput(
            _("没有这种帮助：%s") % _("、").join(sorted(unknown)), path="offers"
        )
    if not has_permission(held_by, Permission.CONTACT_RECORD, site=party.case.site):
        raise InvalidInput(_("这位同事不能记录沟通"), path="held_by")
    content = {
        "contact": str(party.uid),
        "by": f"{by.actor_key} {held_by.actor_key}",
        "how": f"{channel} {direction}",
        "times": f"{utc_text(held_at)} {utc_text(next_due_at) if next_due_at else ''}",
        "ticks": f"{motive_heard} {background_heard} {consequences_explained}",
        "corrects": str(corrects.uid) if corrects else "",
        "words": sha256(
            "\n".join(
                (
                    words,
                    *(f"{name} {answer}" for name, answer in sorted(offers.items())),
                    *(f"{one.words} {utc_text(one.due_at)}" for one in promises),
                )
            ).encode()
        ).hex(),
    }
    with ledger.recording():
        case = lock_case(party.case)
        earlier = made_before(
            Contact.objects.select_related("case__site", "party"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        permissions.check_can_record_contact(by, case)
        party = Party.objects.select_related("person", "user").get(pk=party.pk)
        policies.check_is_of_case(party, case, path="party")
        if corrects is not None and corrects.party_id != party.pk:
            raise InvalidInput(_("只能更正同一位当事人的沟通记录"), path="corrects")
        side = _side_of(party)
        if side != Side.AGGRESSOR and (
            motive_heard or background_heard or consequences_explained
        ):
            raise InvalidInput(
                _("这几项只用于与行为人的沟通"), path="consequences_explained"
            )
        number = 1 + (case.contacts.aggregate(last=Max("number"))["last"] or 0)
        if number > MOST_CONTACTS:
            raise Conflict(_("一个案件最多记录 %s 次沟通") % MOST_CONTACTS)
        contact = Contact.objects.create(
            case=case,
            number=number,
            party=party,
            side=side,
            channel=channel,
            direction=direction,
            held_by=held_by,
            held_at=held_at,
            recorded_by=by,
            recorded_at=at,
            words=words,
            **offers,
            motive_heard=motive_heard,
            background_heard=background_heard,
            consequences_explained=consequences_explained,
            next_due_at=next_due_at,
            corrects=corrects,
        )
        _record_held(contact, promises=len(promises), by=by, at=at, via=via)
        if corrects is None:
            _end_reminders(contact, at=at)
        for position, one in enumerate(promises, 1):
            _make_promise(contact, position, one, by=by, at=at)
        if next_due_at is not None:
            _remind(contact, next_due_at, at=at)
        remember_made(
            contact.uid, case=case, request_id=request_id, content=content, at=at
        )
    return contact


def name_contact(
    *,
    case: Case,
    side: Side,
    user: User,
    by: Actor,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> NamedContact:
    """Say whom this side calls from now on; the one before stays on the record.

    Naming who is named already changes nothing. The victim's clock, and the task of the
    plan that asks for the same, are done with it.

    Raises:
        InvalidInput: somebody who has nothing to do with cases of the site.
        Conflict: they spoke for the other side of this case, or are a party of it.
    """
    permissions.check_can_command(by, case)
    if not has_permission(user, Permission.CONTACT_RECORD, site=case.site):
        raise InvalidInput(_("请选一位能记录沟通的同事"), path="user")
    content = {"name_contact": side.value, "user": user.actor_key}
    with ledger.recording():
        case = lock_case(case)
        earlier = made_before(
            NamedContact.objects.select_related("user"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        permissions.check_can_command(by, case)
        policies.check_speaks_for_one(case, user, side)
        present = case.named_contacts.filter(side=side, ended_at=None).first()
        if present is not None and present.user_id == user.pk:
            remember_made(
                present.uid, case=case, request_id=request_id, content=content, at=at
            )
            return present
        if present is not None:
            present.ended_at = at
            present.save(update_fields=["ended_at"])
        named = NamedContact.objects.create(
            case=case, side=side, user=user, named_at=at, named_by=user_of(by)
        )
        record(
            ContactNamed(
                side=side.value,
                user=user.actor_key,
                before=present.user.actor_key if present else None,
            ),
            case,
            thing=named.key,
            by=by,
            at=at,
            via=via,
        )
        if side is Side.VICTIM:
            _end_clock(case, at=at)
        _tell(named, by=by, at=at)
        remember_made(
            named.uid, case=case, request_id=request_id, content=content, at=at
        )
    return named


def start_contact_clock(*, case: Case, at: datetime) -> None:
    """The scene is under control: somebody must be named for the victim."""
    about = f"case:{case.uid}"
    if case.named_contacts.filter(side=Side.VICTIM, ended_at=None).exists():
        return
    try:
        start_standard(case=case, key=VICTIM_CONTACT, about=about, at=at)
    except NotFound:
        due_at = at + _WITHOUT_STANDARD
        start_deadline(case=case, key=VICTIM_CONTACT, about=about, due_at=due_at, at=at)


def stop_contact_clock(*, case: Case, at: datetime) -> None:
    """The scene is not under control after all: the clock starts when it is."""
    Deadline.objects.filter(
        case=case, key=VICTIM_CONTACT, met_at=None, cancelled_at=None, fired_at=None
    ).update(cancelled_at=at)


def give_contact_link(*, party: Party, by: User, at: datetime, via: str = "") -> str:
    """Make the address of a victim's own page; an earlier one of it ends.

    Returns:
        The secret, which stands nowhere else.

    Raises:
        InvalidInput: they are no victim of the case.
        NotAllowed: the giver speaks for the other side, or neither reads talks nor is
            the victim's contact.
        Conflict: the case is closed.
    """
    permissions.check_can_give_own_link(by, party.case)
    permissions.check_can_look_behind(by, party)
    with ledger.recording():
        case = lock_case(party.case)
        permissions.check_can_give_own_link(by, case)
        policies.check_is_open(case)
        policies.check_is_of_case(party, case, path="party")
        if Side.VICTIM not in sides_of(party.roles.values_list("role", flat=True)):
            raise InvalidInput(_("只给受害人生成自己的链接"), path="party")
        _link, secret = renew_access_link(
            case=case, about=own_link_key(party), by=by, at=at, via=via
        )
    return secret


def end_contact_link(*, party: Party, by: User, at: datetime, via: str = "") -> None:
    """Let the address answer "not found" from now on, also of a closed case."""
    permissions.check_can_give_own_link(by, party.case)
    permissions.check_can_look_behind(by, party)
    with ledger.recording():
        case = lock_case(party.case)
        end_access_links(case=case, about=own_link_key(party), by=by, at=at, via=via)


def reveal_contact(
    *,
    party: Party,
    field: ProtectedField,
    reason: str,
    by: User,
    at: datetime,
    via: str = "",
) -> str:
    """The unmasked value of a party of a case, unless they are of the side behind the wall.

    Raises:
        NotFound: nobody has been identified, or there is no such value.
        NotAllowed: the reader speaks for the other side.
    """
    if party.person is None:
        raise NotFound(_NOBODY)
    permissions.check_can_look_behind(by, party)
    return customers.reveal(
        person=party.person,
        field=field,
        site=party.case.site,
        reason=reason,
        by=by,
        at=at,
        via=via,
        read_for=party.case.subject,
    )


def correct_contact(
    *,
    party: Party,
    reason: str,
    by: User,
    at: datetime,
    name: str | Keep = KEEP,
    phone: str | Keep = KEEP,
    via: str = "",
) -> Party:
    """Put right what is written of a party, who may ask for it (个人信息保护法第四十六条).

    In every case of theirs, and of a closed one too, by whoever may read it all; an empty
    telephone removes it. What stood there before is kept beside the reason.

    Raises:
        NotFound: nobody has been identified.
        NotAllowed: the reader speaks for the other side; or the case is closed, and they
            may not see what they would change.
        InvalidInput: nothing, no reason, or a name or number that cannot be.
        Conflict: they were erased, or are now the same as another person.
    """
    if party.person is None:
        raise NotFound(_NOBODY)
    permissions.check_can_look_behind(by, party)
    if name is KEEP and phone is KEEP:
        raise InvalidInput(_("请填写要更正的姓名或者电话"), path="name")
    with ledger.recording():
        case = lock_case(party.case)
        permissions.check_can_correct_contact(by, case)
        party.person = customers.correct_person(
            person=party.person,
            site=case.site,
            reason=reason,
            name=name,
            phone=phone,
            by=by,
            at=at,
            via=via,
            corrected_for=case.subject,
        )
    return party


def erase_contact(
    *, party: Party, reason: ErasureReason, by: User, at: datetime, via: str = ""
) -> Party:
    """Delete who a party was for good, in every case of theirs (第四十七条).

    Raises:
        NotFound: nobody has been identified.
        NotAllowed: the reader speaks for the other side, or does not answer for all sites.
        Conflict: a case of theirs is open, or held.
    """
    if party.person is None:
        raise NotFound(_NOBODY)
    permissions.check_can_look_behind(by, party)
    with ledger.recording():
        party.person = customers.erase_person(
            person=party.person,
            site=party.case.site,
            reason=reason,
            by=by,
            at=at,
            via=via,
        )
        _erase_looks(party.person, reason=reason, by=by, at=at)
    party.refresh_from_db(fields=["description", "text_salt"])
    return party


def _erase_looks(
    person: Person, *, reason: ErasureReason, by: User, at: datetime
) -> None:
    """How they were described before somebody knew them tells who they are."""
    described = Party.objects.filter(person=person).exclude(description="")
    rows = list(described.select_related("case__site").order_by("pk"))
    for row in rows:
        ledger.erase_text(
            row=row,
            field="description",
            site=row.case.site,
            subject=row.case.subject,
            reason=reason.value,
            by=by,
            at=at,
        )
    forget_words(answers=[row.uid for row in rows])


def _promised(words: str) -> str:
    return typed(
        words, path="promises", most=MOST_PROMISED, refusal=_("请写明承诺了什么")
    )


def _check_times(
    held_at: datetime,
    promises: Sequence[Promised],
    next_due_at: datetime | None,
    *,
    at: datetime,
) -> None:
    if held_at > at:
        raise InvalidInput(_("沟通时间不能晚于现在"), path="held_at")
    if len(promises) > MOST_PROMISES:
        raise InvalidInput(_("一次最多 %s 项承诺") % MOST_PROMISES, path="promises")
    dues = [("promises", one.due_at) for one in promises]
    dues += [("next_due_at", next_due_at)] if next_due_at else []
    for path, due_at in dues:
        if not at < due_at <= at + FARTHEST:
            raise InvalidInput(_("期限应在以后的一年之内"), path=path)


def _side_of(party: Party) -> str:
    """One side, or none: of a witness, and of who stands on both."""
    sides = sides_of(party.roles.values_list("role", flat=True))
    return next(iter(sides)).value if len(sides) == 1 else ""


def _record_held(
    contact: Contact, *, promises: int, by: Actor, at: datetime, via: str
) -> None:
    record(
        ContactHeld(
            code=contact.code,
            party=f"party:{contact.party.uid}",
            side=contact.side or None,
            channel=contact.channel,
            direction=contact.direction,
            held_by=contact.held_by.actor_key,
            motive_heard=int(contact.motive_heard),
            background_heard=int(contact.background_heard),
            consequences_explained=int(contact.consequences_explained),
            promises=promises,
            next_due=utc_text(contact.next_due_at) if contact.next_due_at else None,
            corrects=contact.corrects.code if contact.corrects else None,
            words_digest=contact.digest_of("words"),
            concern_digest=contact.digest_of("concern"),
            medical_digest=contact.digest_of("medical"),
            psychological_digest=contact.digest_of("psychological"),
            companion_digest=contact.digest_of("companion"),
        ),
        contact.case,
        thing=contact.key,
        by=by,
        at=at,
        happened=contact.held_at,
        via=via,
    )


def _make_promise(
    contact: Contact, position: int, said: Promised, *, by: Actor, at: datetime
) -> None:
    task = add_task(
        case=contact.case,
        key=f"promise:{contact.uid}:{position}",
        # Where it holds the end of the case open, and no phase before it.
        phase=Phase.STRENGTHEN,
        title=_("兑现承诺（%(code)s 第 %(position)s 项）")
        % {"code": contact.code, "position": position},
        advice=_("承诺的内容见案件的“沟通”；办到以后写明办了什么"),
        role_key=_KEEPS,
        within=said.due_at - at,
        binding=True,
        proof=Proof.NOTE,
        by=SYSTEM,
        at=at,
    )
    promise = Promise.objects.create(
        contact=contact,
        position=position,
        words=said.words,
        due_at=said.due_at,
        task=task,
    )
    record(
        PromiseMade(
            code=contact.code,
            due=utc_text(promise.due_at),
            words_digest=promise.digest_of("words"),
        ),
        contact.case,
        thing=promise.key,
        by=by,
        at=at,
    )


def _remind(contact: Contact, due_at: datetime, *, at: datetime) -> None:
    add_task(
        case=contact.case,
        key=contact.key,
        phase=Phase.TALK,
        title=_("再次联系当事人（上次沟通 %s）") % contact.code,
        advice=_("在案件的“沟通”里记录，任务自动结束"),
        role_key=_KEEPS,
        within=due_at - at,
        by=SYSTEM,
        at=at,
    )


def _end_reminders(contact: Contact, *, at: datetime) -> None:
    """The next talk was held: what reminded of it is done."""
    earlier = Contact.objects.filter(
        party=contact.party, held_at__lte=contact.held_at
    ).exclude(pk=contact.pk)
    keys = [one.key for one in earlier.only("uid")]
    for task in Task.objects.filter(
        case=contact.case, key__in=keys, state=TaskState.OPEN
    ).order_by("pk"):
        complete_task(task=task, words=_("已沟通：%s") % contact.code, by=SYSTEM, at=at)


def _end_clock(case: Case, *, at: datetime) -> None:
    meet_deadlines(case=case, key=VICTIM_CONTACT, about=f"case:{case.uid}", at=at)
    task = Task.objects.filter(
        case=case, key=_PLAYBOOK_TASK, state=TaskState.OPEN
    ).first()
    if task is not None:
        complete_task(task=task, words=_("已指定联系人"), by=SYSTEM, at=at)


def _tell(named: NamedContact, *, by: Actor, at: datetime) -> None:
    if isinstance(by, User) and by.pk == named.user_id:
        return
    case = named.case
    notify.send(
        kind=messages.CONTACT_NAMED,
        site=case.site,
        subject=case.subject,
        people=[named.user],
        urgency=Urgency.NORMAL,
        params={"number": case.number, "side": str(Side(named.side).label)},
        path=f"/cases/{case.number}/contacts/",
        exercise=case.exercise,
        by=SYSTEM,
        at=at,
    )

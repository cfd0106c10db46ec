"""Talks, named contacts and plans to keep apart, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission, sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.cases.enums import (
    OfferAnswer,
    Private,
    PromiseState,
    Side,
    TaskState,
)
from anlan.cases.models import (
    AccessLink,
    Case,
    Contact,
    Deadline,
    KeepApart,
    NamedContact,
    Party,
    Promise,
    Task,
)
from anlan.cases.permissions import can_give_own_link
from anlan.cases.selectors.cases import case_for, shown_name
from anlan.cases.selectors.guardians import with_guardians
from anlan.cases.selectors.leaks import Leak, leaks_of
from anlan.cases.wall import behind_the_wall

_OWN_LINK = "own_contact"
VICTIM_CONTACT = "case.victim_contact"  # the standard: minutes after control
OFFERS = ("concern", "medical", "psychological", "companion")
# What a plan on the phone of every guard must not say of anybody.
_NOT_FOR_GUARDS = {Private.PHONE, Private.IDENTITY, Private.ADDRESS, Private.MEDICAL}


@dataclass(frozen=True, kw_only=True)
class PromiseSeen:
    promise: Promise
    state: PromiseState


@dataclass(frozen=True, kw_only=True)
class OfferSeen:
    """What was offered, and the answer; ``field`` is the column that has it."""

    field: str
    answer: OfferAnswer


@dataclass(frozen=True, kw_only=True)
class ContactSeen:
    contact: Contact
    name: str
    corrected_by: str  # the code of a later one; its answers do not count
    offers: tuple[OfferSeen, ...]
    promises: tuple[PromiseSeen, ...]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A plan to keep two parties apart, with their masked names and nothing else."""

    plan: KeepApart
    one: str
    other: str
    places: tuple[str, ...]

    @property
    def where(self) -> str:
        return _("、").join(self.places)


@dataclass(frozen=True, kw_only=True)
class OwnPromise:
    """What was promised to somebody, as they read it; no words if these tell of others."""

    words: str
    due_at: datetime
    state: PromiseState


@dataclass(frozen=True, kw_only=True)
class OwnPage:
    """What a victim sees on their own link."""

    case: Case
    named: NamedContact | None
    promises: tuple[OwnPromise, ...]
    next_due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class SideSeen:
    """One side of a case: who speaks with it, who did before, until when one is named."""

    side: Side
    named: NamedContact | None
    before: tuple[NamedContact, ...]
    due_at: datetime | None


def contacts_for(reader: User) -> QuerySet[Contact]:
    """All talks of others the reader may read, and those they wrote down themself.

    None with somebody of the side behind the wall.
    """
    reads = Q(case__site__in=sites_where(reader, Permission.CONTACT_READ))
    writes = Q(case__site__in=sites_where(reader, Permission.CONTACT_RECORD))
    mine = Q(recorded_by=reader) | Q(held_by=reader)
    return Contact.objects.filter(reads | writes & mine).exclude(
        party__in=behind_the_wall(reader)
    )


def contacts_of(case: Case, reader: User) -> QuerySet[Contact]:
    """The log of a case, the newest talk first."""
    promises = Promise.objects.select_related("task").order_by("position")
    return (
        contacts_for(reader)
        .filter(case=case)
        .select_related(
            *("case__site", "party__person", "party__user", "corrects"),
            *("held_by", "recorded_by"),
        )
        .prefetch_related(
            Prefetch("promises", promises),
            Prefetch("corrections", Contact.objects.order_by("-number")),
        )
        .order_by("-held_at", "-number")
    )


def contact_for(reader: User, number: str, uid: UUID) -> Contact:
    """One talk of a case.

    Raises:
        NotFound: unknown, of another case, or not the reader's; all answer alike.
    """
    found = contacts_of(case_for(reader, number), reader).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这次沟通记录，或者您无权查看"))
    return found


def shown_contacts(contacts: Iterable[Contact], *, at: datetime) -> list[ContactSeen]:
    return [
        ContactSeen(
            contact=contact,
            name=shown_name(contact.party),
            corrected_by=next((one.code for one in contact.corrections.all()), ""),
            offers=tuple(
                OfferSeen(field=field, answer=OfferAnswer(getattr(contact, field)))
                for field in OFFERS
                if getattr(contact, field)
            ),
            promises=tuple(
                PromiseSeen(promise=promise, state=promise.state_at(at))
                for promise in contact.promises.all()
            ),
        )
        for contact in contacts
    ]


def named_contact(case: Case, side: Side) -> NamedContact | None:
    """Whom this side calls now."""
    return _named(case).filter(side=side, ended_at=None).first()


def sides_seen(case: Case) -> list[SideSeen]:
    """Both sides, and the clock of the victim's, if it is running or ran out."""
    rows = list(_named(case))
    clock = Deadline.objects.filter(
        case=case, key=VICTIM_CONTACT, met_at=None, cancelled_at=None
    ).first()
    found = []
    for side in Side:
        of_side = [row for row in rows if row.side == side]
        now = next((row for row in of_side if row.ended_at is None), None)
        is_running = side is Side.VICTIM and now is None and clock is not None
        found.append(
            SideSeen(
                side=side,
                named=now,
                before=tuple(row for row in of_side if row.ended_at is not None),
                due_at=clock.due_at if is_running and clock else None,
            )
        )
    return found


def kept_apart_of(case: Case) -> list[Pair]:
    """The plans of a case, the newest first."""
    return _pairs(_plans().filter(case=case).order_by("-number"))


def kept_apart_for(reader: User, *, at: datetime) -> list[Pair]:
    """What is to be watched at the reader's sites now or later, the next end first."""
    plans = _plans().filter(
        case__site__in=sites_where(reader, Permission.CASE_SEE),
        case__state=Case.State.OPEN,
        ended_at=None,
        ends_at__gt=at,
    )
    return _pairs(plans.order_by("ends_at", "pk"))


def kept_apart_from(reader: User, number: str, uid: UUID) -> KeepApart:
    """
    Raises:
        NotFound: unknown, or of another case.
    """
    case = case_for(reader, number)
    found = _plans().filter(case=case, uid=uid).first()
    if found is None:
        raise NotFound(_("没有这项避免接触安排"))
    return found


def may_read_contacts(reader: User, case: Case) -> bool:
    """Whether there is a page of talks for the reader at all."""
    return any(
        has_permission(reader, permission, site=case.site)
        for permission in (Permission.CONTACT_READ, Permission.CONTACT_RECORD)
    )


def private_in(text: str, case: Case) -> list[Leak]:
    """What a text says that no guard needs in order to keep two people apart."""
    found = [leak for side in Side for leak in leaks_of(text, case=case, side=side)]
    return [leak for leak in found if leak.kind in _NOT_FOR_GUARDS]


def victim_for(reader: User, number: str, uid: UUID) -> Party:
    """
    Raises:
        NotFound: unknown, of another case, no victim, or behind the wall.
    """
    found = _victims(case_for(reader, number), reader).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("本案没有这位受害人，或者您无权查看"))
    return found


def victims_with_links(
    case: Case, reader: User, *, at: datetime
) -> list[tuple[Party, str, AccessLink | None]]:
    """Whom the reader may give an own link, by masked name, and the one that lives."""
    if not can_give_own_link(reader, case):
        return []
    links = {
        link.about: link
        for link in AccessLink.objects.filter(
            case=case, revoked_at=None, expires_at__gt=at
        )
    }
    return [
        (party, shown_name(party), links.get(own_link_key(party)))
        for party in _victims(case, reader)
    ]


def own_link_key(party: Party) -> str:
    """What a link to the party's own page is about."""
    return f"{_OWN_LINK}:{party.uid}"


def own_page(link: AccessLink, *, at: datetime) -> OwnPage:
    """What a victim sees on their link: whom they call, what was promised to them.

    Nothing in it is of anybody else: a promise that says something private of the other
    side, or of another victim, is shown without its words.

    Raises:
        NotFound: it is a link to something else, or they are no victim of the case (now).
    """
    kind, _separator, uid = link.about.partition(":")
    victims = Party.objects.filter(
        case=link.case, removed_at=None, roles__role=Side.VICTIM
    )
    party = victims.filter(uid=uid).first() if kind == _OWN_LINK else None
    if party is None:
        raise NotFound(_("这个链接已经失效"))
    promises = (
        Promise.objects.filter(contact__party=party)
        .exclude(words="")
        .select_related("task")
        .order_by("due_at", "pk")
    )
    talks = [one.key for one in Contact.objects.filter(party=party).only("uid")]
    reminders = Task.objects.filter(
        case=link.case, key__in=talks, state=TaskState.OPEN, due_at__isnull=False
    )
    return OwnPage(
        case=link.case,
        named=_named(link.case).filter(side=Side.VICTIM, ended_at=None).first(),
        promises=tuple(
            OwnPromise(
                words=_own_words(one.words, party),
                due_at=one.due_at,
                state=one.state_at(at),
            )
            for one in promises
        ),
        next_due_at=reminders.order_by("due_at")
        .values_list("due_at", flat=True)
        .first(),
    )


def aggressors_of(case: Case, reader: User) -> QuerySet[Party]:
    """Whoever is entered as having struck; none behind the wall."""
    return (
        case.parties.filter(removed_at=None, roles__role=Side.AGGRESSOR)
        .exclude(pk__in=behind_the_wall(reader).values("pk"))
        .select_related("case__site", "person", "user")
        .order_by("pk")
    )


def _victims(case: Case, reader: User) -> QuerySet[Party]:
    """None behind the wall."""
    return (
        case.parties.filter(removed_at=None, roles__role=Side.VICTIM)
        .exclude(pk__in=behind_the_wall(reader).values("pk"))
        .select_related("case__site", "person", "user")
        .order_by("pk")
    )


def _own_words(words: str, party: Party) -> str:
    leaks = leaks_of(
        words,
        case=party.case,
        side=Side.VICTIM,
        own=with_guardians(party),
        is_own_only=True,
    )
    return "" if leaks else words


def _named(case: Case) -> QuerySet[NamedContact]:
    rows = NamedContact.objects.filter(case=case).select_related("user", "named_by")
    return rows.order_by("-named_at", "-pk")


def _plans() -> QuerySet[KeepApart]:
    return KeepApart.objects.select_related(
        *("case__site", "made_by", "ended_by"),
        *("one__person", "one__user", "other__person", "other__user"),
    ).prefetch_related("places")


def _pairs(plans: Sequence[KeepApart] | QuerySet[KeepApart]) -> list[Pair]:
    return [
        Pair(
            plan=plan,
            one=shown_name(plan.one),
            other=shown_name(plan.other),
            places=tuple(sorted(place.label for place in plan.places.all())),
        )
        for plan in plans
    ]

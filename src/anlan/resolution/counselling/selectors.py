"""Who is to be asked, who is with whom, what is due, and what was sealed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.selectors import people_by_role
from anlan.base import sealing
from anlan.base.errors import NotFound
from anlan.base.sealing import SealBroken
from anlan.cases.enums import Role
from anlan.cases.models import Case, Party
from anlan.cases.selectors import case_for
from anlan.cases.selectors.guardians import guardians_in, stands_for
from anlan.law import selectors as law
from anlan.resolution.counselling import permissions
from anlan.resolution.counselling.enums import CareState, ConsentUse
from anlan.resolution.counselling.models import (
    Care,
    Counsellor,
    CounsellorKey,
    FollowUp,
    SealedNote,
    Session,
    UrgentCall,
)

# Who is asked; the aggressor too, if they are willing.
_ASKED = (Role.VICTIM, Role.WITNESS, Role.STAFF, Role.INVOLVED, Role.AGGRESSOR)
# Whose work it is to ask and to refer.
_REFERS = ("duty_officer", "customer_service")
# Whom the office has to ask; the others may be.
_OWED = (Role.VICTIM, Role.WITNESS, Role.STAFF)


def parties_to_ask(case: Case) -> QuerySet[Party]:
    return (
        case.parties.filter(removed_at=None, roles__role__in=_ASKED)
        .distinct()
        .select_related("person", "user")
        .order_by("pk")
    )


def nobody_left_to_ask(case: Case) -> bool:
    """Whether everybody whom the office owes an offer has had one."""
    owed = case.parties.filter(removed_at=None, roles__role__in=_OWED)
    unasked = Q(cares=None) | Q(cares__state=CareState.UNASKED)
    return not owed.filter(unasked).exists()


def who_refers(case: Case) -> list[User]:
    """Who asks and refers at the site, and may in this case."""
    told = people_by_role(case.site, _REFERS)
    return [
        one
        for some in told.values()
        for one in some
        if permissions.can_offer(one, case)
    ]


def cares_in(case: Case) -> QuerySet[Care]:
    return (
        Care.objects.filter(case=case)
        .select_related("counsellor", "party__person", "party__user")
        .prefetch_related("offers")
        .order_by("number")
    )


def offered_case(reader: User, number: str) -> Case:
    """
    Raises:
        NotFound: unknown, not the reader's, or they do not offer support there.
    """
    case = case_for(reader, number)
    if not permissions.can_offer(reader, case):
        raise NotFound(_("没有这个页面"))
    return case


def party_to_ask(reader: User, number: str, uid: UUID) -> Party:
    """
    Raises:
        NotFound: unknown, or nobody who is asked in this case.
    """
    case = offered_case(reader, number)
    found = parties_to_ask(case).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这位当事人"))
    found.case = case
    return found


def offered_care(reader: User, number: str, uid: UUID) -> Care:
    """
    Raises:
        NotFound: unknown, of another case, or not the reader's to arrange.
    """
    case = offered_case(reader, number)
    found = cares_in(case).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这项支持"))
    found.case = case
    return found


def counsellors_of(organisation: Organisation) -> QuerySet[Counsellor]:
    return (
        Counsellor.objects.filter(organisation=organisation, ended_at=None)
        .select_related("user")
        .order_by("name", "pk")
    )


def counsellors_for(case: Case) -> list[Counsellor]:
    """Those to whom somebody of this case can be referred."""
    return [
        one
        for one in counsellors_of(case.organisation)
        if one.user is None or not permissions.why_not_counsel(one.user, case)
    ]


def helplines() -> list[tuple[str, str]]:
    """Numbers for somebody who wants to talk; emergencies are elsewhere."""
    return [
        (line.number, line.heading)
        for line in law.hotlines()
        if line.number in {"12356", "12355", "12338"}
    ]


def cares_of(counsellor: User) -> QuerySet[Care]:
    """Whoever was referred to them, and whose notes they once wrote; newest first."""
    return (
        Care.objects.filter(
            Q(counsellor__user=counsellor) | Q(notes__author=counsellor),
            case__organisation=counsellor.organisation_id,
        )
        .distinct()
        .select_related(
            "case__site", "party__person", "party__user", "counsellor__user"
        )
        .prefetch_related(
            Prefetch(
                "follow_ups",
                FollowUp.objects.filter(ended_at=None).order_by("due_at", "pk"),
                to_attr="due",
            )
        )
        .order_by("-pk")
    )


def care_of(counsellor: User, uid: UUID) -> Care:
    """
    Raises:
        NotFound: unknown, another counsellor's, or the reader is none (any more).
    """
    if not permissions.is_counsellor(counsellor):
        raise NotFound(_("没有这个页面"))
    found = cares_of(counsellor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这项支持"))
    return found


@dataclass(frozen=True)
class Course:
    """What a counsellor sees of the course of somebody's support."""

    sessions: list[Session]
    follow_ups: list[FollowUp]
    calls: list[UrgentCall]
    uses: set[ConsentUse]


def course_of(care: Care, reader: User) -> Course:
    """All of it for whom they are with now; for who was before, what that one did."""
    sessions = care.sessions.order_by("-number")
    follow_ups = care.follow_ups.order_by("number")
    calls = care.calls.order_by("-raised_at").select_related("answered_by")
    if permissions.is_care_of(reader, care):
        return Course(
            list(sessions), list(follow_ups), list(calls), consented_uses(care)
        )
    return Course(
        list(sessions.filter(counsellor=reader)),
        list(follow_ups.filter(by=reader)),
        list(calls.filter(raised_by=reader)),
        set(),
    )


def check_is_counsellor_page(reader: User) -> None:
    """
    Raises:
        NotFound: for everybody else these pages do not exist.
    """
    if not permissions.is_counsellor(reader):
        raise NotFound(_("没有这个页面"))


def key_of(counsellor: User) -> CounsellorKey | None:
    """The one that seals now."""
    return (
        CounsellorKey.objects.filter(
            user=counsellor, confirmed_at__isnull=False, retired_at=None
        )
        .select_related("user", "first_holder", "second_holder")
        .first()
    )


def unconfirmed_key(counsellor: User) -> CounsellorKey | None:
    return (
        CounsellorKey.objects.filter(user=counsellor, confirmed_at=None)
        .select_related("user", "first_holder", "second_holder")
        .first()
    )


def earlier_keys(counsellor: User) -> list[CounsellorKey]:
    """Those of theirs that seal no more, with something that the newest one does not read."""
    taken = SealedNote.objects.filter(
        care=OuterRef("care"),
        number=OuterRef("number"),
        version=OuterRef("version"),
        sealing_key__user=counsellor,
        sealing_key__retired_at=None,
    )
    left = SealedNote.objects.filter(sealing_key__user=counsellor).exclude(
        Exists(taken) | Q(text_salt=b"")
    )
    return list(
        CounsellorKey.objects.filter(
            pk__in=left.values("sealing_key"), retired_at__isnull=False
        )
        .select_related("user", "first_holder", "second_holder")
        .order_by("number")
    )


def earlier_key(counsellor: User, uid: UUID) -> CounsellorKey:
    """
    Raises:
        NotFound: unknown, somebody else's, or nothing is left to take over.
    """
    for key in earlier_keys(counsellor):
        if key.uid == uid:
            return key
    raise NotFound(_("没有这个页面"))


def keys_held_by(holder: User) -> list[CounsellorKey]:
    """Keys of which this person has a sheet."""
    return list(
        CounsellorKey.objects.filter(
            Q(first_holder=holder) | Q(second_holder=holder),
            confirmed_at__isnull=False,
        )
        .select_related("user", "first_holder", "second_holder")
        .order_by("user__name", "number")
    )


def held_key(holder: User, uid: UUID) -> CounsellorKey:
    """
    Raises:
        NotFound: unknown, or they hold no sheet of it.
    """
    for key in keys_held_by(holder):
        if key.uid == uid:
            return key
    raise NotFound(_("没有这个页面"))


def possible_holders(counsellor: User) -> QuerySet[User]:
    return (
        User.objects.filter(organisation=counsellor.organisation_id, is_active=True)
        .exclude(pk=counsellor.pk)
        .order_by("employee_number", "pk")
    )


def bound_of(note: SealedNote) -> bytes:
    """What a note belongs to: sealed for this row, it opens in no other."""
    return sealing.packed(
        b"counselling.note",
        str(note.care.case.organisation_id).encode(),
        note.care.case.uid.bytes,
        note.care.uid.bytes,
        note.uid.bytes,
        note.author.uid.bytes,
        note.sealing_key.uid.bytes,
        f"{note.number}.{note.version}".encode(),
    )


@dataclass(frozen=True)
class ReadNote:
    """A note as its counsellor reads it; without ``content`` it does not open."""

    row: SealedNote
    content: dict[str, Any] | None = field(repr=False)

    @property
    def kind(self) -> str:
        return str(self.content["kind"]) if self.content else ""


def notes_of(care: Care, reader: User) -> list[SealedNote]:
    """Those sealed to the reader, newest first; of each number the last version."""
    rows = (
        SealedNote.objects.filter(care=care, sealing_key__user=reader)
        .exclude(text_salt=b"")
        .select_related("care__case", "author", "sealing_key")
        .order_by("number", "-version", "-pk")
    )
    newest: dict[int, SealedNote] = {}
    for row in rows:
        newest.setdefault(row.number, row)
    return sorted(newest.values(), key=lambda row: -row.number)


def read_notes(
    rows: Sequence[SealedNote], *, key: CounsellorKey, private: bytes
) -> list[ReadNote]:
    """What an opened key reads of them; one that was altered says so, and stops no other."""
    return [ReadNote(row, _content(row, key, private)) for row in rows]


def _content(
    row: SealedNote, key: CounsellorKey, private: bytes
) -> dict[str, Any] | None:
    if row.sealing_key_id != key.pk:
        return None
    return opened(row, private)


def opened(row: SealedNote, private: bytes) -> dict[str, Any] | None:
    """What this private key reads in a note; nothing, where it does not open."""
    try:
        value = base64.b64decode(row.sealed, validate=True)
        text = sealing.unseal(value, key=private, bound=bound_of(row))
    except (ValueError, SealBroken):
        return None
    found: dict[str, Any] = json.loads(text)
    return found


def consented_uses(care: Care) -> set[ConsentUse]:
    return {
        ConsentUse(use)
        for use in care.consents.filter(withdrawn_at=None).values_list("use", flat=True)
    }


def guardians_for(care: Care) -> list[Party]:
    """Who may agree with a minor: theirs, and of nobody's else."""
    return [one for one in guardians_in(care.case) if stands_for(one, care.party)]


def call_for(reader: User, uid: UUID) -> UrgentCall:
    """
    Raises:
        NotFound: unknown, or not theirs to answer.
    """
    found = (
        UrgentCall.objects.filter(uid=uid)
        .select_related(
            *("care__case__site", "care__party", "raised_by__counsellor"),
            "answered_by",
        )
        .first()
    )
    if found is None or not permissions.can_answer_call(reader, found):
        raise NotFound(_("没有这个页面"))
    return found


def open_calls(counsellor: User) -> QuerySet[UrgentCall]:
    return (
        UrgentCall.objects.filter(raised_by=counsellor, answered_at=None)
        .select_related("care__case__site")
        .order_by("raised_at")
    )

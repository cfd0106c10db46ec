"""What people write on the timeline, how it is corrected, and joining cases."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput, NotFound
from anlan.cases import permissions, policies
from anlan.cases.events import (
    CaseJoined,
    CaseParted,
    EntryStruck,
    LinkMade,
    LinkRevoked,
    NoteWritten,
)
from anlan.cases.models import AccessLink, Case, Deadline, Note, Strike, Task
from anlan.cases.selectors import entries_about
from anlan.cases.services.accepted_requests import made_before, remember_made
from anlan.cases.services.deadlines import cancel_deadlines, move_deadlines
from anlan.cases.services.record import lock_case, record
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor
from anlan.ledger.models import Entry


def write_note(
    *,
    case: Case,
    text: str,
    by: Actor,
    at: datetime,
    happened: datetime | None = None,
    on_behalf_of: Actor | None = None,
    via: str = "",
    request_id: UUID | None = None,
) -> Note:
    """Write a line on the timeline; ``happened`` is when it was, if not now.

    Raises:
        InvalidInput: no words, too many, or a time that has not come yet.
        Conflict: the request id was used for something else.
    """
    text = text.strip()
    if not text:
        raise InvalidInput(_("请写下内容"), path="text")
    if len(text) > 2000:
        raise InvalidInput(_("一条记录最多 2000 字"), path="text")
    if happened is not None and happened > at:
        raise InvalidInput(_("发生时间不能晚于现在"), path="happened")
    permissions.check_can_note(by, case)
    content = {"note": sha256(text.encode()).hex(), "by": by.actor_key}
    with ledger.recording():
        case = lock_case(case)
        earlier = made_before(
            Note.objects.all(), case=case, request_id=request_id, content=content
        )
        if earlier is not None:
            return earlier
        note = Note.objects.create(case=case, text=text, written_at=at)
        record(
            NoteWritten(words_digest=note.digest_of("text")),
            case,
            thing=f"note:{note.uid}",
            by=by,
            at=at,
            happened=happened,
            on_behalf_of=on_behalf_of,
            via=via,
        )
        remember_made(
            note.uid, case=case, request_id=request_id, content=content, at=at
        )
    return note


def strike_entry(
    *, case: Case, seq: int, reason: str, by: Actor, at: datetime
) -> Strike:
    """Declare an entry wrong; it stays readable. Twice is refused.

    Raises:
        NotFound: there is no such entry on this case's timeline.
    """
    user = permissions.check_can_strike(by, case)
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("请写明为什么划去"), path="reason")
    with ledger.recording():
        case = lock_case(case)
        there = Entry.objects.filter(
            organisation_id=case.organisation_id, site_id=case.site_id, seq=seq
        )
        if not there.filter(subject=case.subject).exists():
            raise NotFound(_("时间线上没有这条记录"))
        if Strike.objects.filter(case=case, seq=seq).exists():
            raise Conflict(_("这条记录已经划去"))
        return _strike(case, seq, reason=reason, by=user, at=at)


def strike_corrected(
    *, case: Case, entries: Collection[Entry], reason: str, by: User, at: datetime
) -> None:
    """Strike what a correction replaces, where nobody struck it before.

    Call it inside ``ledger.recording()`` with the correction; who may is asked there.
    """
    seqs = {entry.seq for entry in entries}
    struck = Strike.objects.filter(case=case, seq__in=seqs)
    for seq in sorted(seqs - set(struck.values_list("seq", flat=True))):
        _strike(case, seq, reason=reason, by=by, at=at)


def _strike(case: Case, seq: int, *, reason: str, by: User, at: datetime) -> Strike:
    strike = Strike.objects.create(
        case=case, seq=seq, reason=reason, struck_at=at, struck_by=by
    )
    record(
        EntryStruck(seq=seq, words_digest=strike.digest_of("reason")),
        case,
        thing=f"strike:{strike.uid}",
        by=by,
        at=at,
    )
    return strike


def join_cases(*, case: Case, host: Case, by: Actor, at: datetime) -> Case:
    """Lay ``case`` into ``host``: one fight, two numbers; both chains say so."""
    with ledger.recording():
        first, second = sorted([case, host], key=lambda c: c.pk)
        locked = {c.pk: lock_case(c) for c in (first, second)}
        case, host = locked[case.pk], locked[host.pk]
        permissions.check_can_link(by, case)
        policies.check_can_join(case, host)
        case.state = Case.State.JOINED
        case.joined_into = host
        case.save(update_fields=["state", "joined_into"])
        cancel_deadlines(case=case, at=at)
        _keep_going(case, at=at)
        event = CaseJoined(number=case.number, host=host.number)
        for one in (case, host):
            record(event, one, thing=case.subject, by=by, at=at)
    return case


def _keep_going(case: Case, *, at: datetime) -> None:
    """What is worked off in a joined case as well has its clock there."""
    for task in Task.objects.filter(case=case, state=Task.State.OPEN).order_by("pk"):
        if policies.goes_on_joined(task):
            move_deadlines(about=f"task:{task.uid}", to=case, at=at)


def part_cases(*, case: Case, by: Actor, at: datetime) -> Case:
    """Take a joined case out again; it goes on where it stood."""
    with ledger.recording():
        there = Case.objects.filter(pk=case.pk).values_list("joined_into", flat=True)
        keys = {case.pk, there.get() or case.pk}
        locked = {key: lock_case(key) for key in sorted(keys)}
        case = locked[case.pk]
        permissions.check_can_link(by, case)
        host = case.joined_into
        if host is None:
            raise Conflict(_("这个案件没有并入别的案件"))
        case.state = Case.State.OPEN
        case.joined_into = None
        case.save(update_fields=["state", "joined_into"])
        _resume_clocks(case)
        event = CaseParted(number=case.number, host=host.number)
        for one in (case, host):
            record(event, one, thing=case.subject, by=by, at=at)
    return case


def _resume_clocks(case: Case) -> None:
    """Let the clocks that joining stopped run again, with their due times: overdue ones fire."""
    joined = (
        entries_about({case.subject})
        .filter(kind=CaseJoined.kind)
        .order_by("-seq")
        .first()
    )
    if joined is not None:
        Deadline.objects.filter(
            case=case, cancelled_at=joined.recorded_at, met_at=None, fired_at=None
        ).update(cancelled_at=None)


def new_secret() -> str:
    """128 bits for an address that has to be printed before its link is made."""
    return secrets.token_urlsafe(16)


def make_access_link(
    *,
    case: Case,
    by: Actor,
    at: datetime,
    about: str = "",
    days: int = 365,
    secret: str = "",
    via: str = "",
) -> tuple[AccessLink, str]:
    """Make a secret of 128 bits with which somebody without an account sees progress.

    Returns:
        The row, and the secret: shown once, kept nowhere; only its digest is stored.
    """
    secret = secret or new_secret()
    with ledger.recording():
        link = AccessLink.objects.create(
            case=case,
            digest=sha256(secret.encode()),
            scope=AccessLink.Scope.FOLLOW,
            about=about,
            made_at=at,
            expires_at=at + timedelta(days=days),
        )
        record(
            LinkMade(link=f"link:{link.uid}", scope=link.scope),
            case,
            thing=f"link:{link.uid}",
            by=by,
            at=at,
            via=via,
        )
    return link, secret


def renew_access_link(
    *,
    case: Case,
    about: str,
    by: Actor,
    at: datetime,
    days: int = 365,
    via: str = "",
) -> tuple[AccessLink, str]:
    """The same for what has one address at a time: an earlier one ends."""
    with ledger.recording():
        end_access_links(case=case, about=about, by=by, at=at, via=via)
        return make_access_link(
            case=case, about=about, by=by, at=at, days=days, via=via
        )


def end_access_links(
    *, case: Case, about: str, by: Actor, at: datetime, via: str = ""
) -> int:
    """Let every address of ``about`` answer "not found" from now on; how many did not.

    Who may is asked by whoever calls: it follows from what the address is about.
    """
    with ledger.recording():
        live = AccessLink.objects.filter(case=case, about=about, revoked_at=None)
        ended = list(live.select_for_update().order_by("pk"))
        for link in ended:
            _end_link(link, by=by, at=at, via=via)
    return len(ended)


def move_access_links(*, about: str, case: Case) -> None:
    """Let whoever follows ``about`` follow it into the case it now belongs to.

    Call it inside ``ledger.recording()`` with the change that moved it.
    """
    AccessLink.objects.filter(about=about).update(case=case)


def _end_link(link: AccessLink, *, by: Actor, at: datetime, via: str) -> None:
    live = AccessLink.objects.filter(pk=link.pk, revoked_at=None)
    if live.update(revoked_at=at):
        record(
            LinkRevoked(link=f"link:{link.uid}"),
            link.case,
            thing=f"link:{link.uid}",
            by=by,
            at=at,
            via=via,
        )

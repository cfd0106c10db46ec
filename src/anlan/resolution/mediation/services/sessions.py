"""Sessions: planned, begun with both willing, ended; what was said stays with few."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.lines import typed
from anlan.cases import services as cases
from anlan.cases.wall import is_party
from anlan.ledger import services as ledger
from anlan.resolution.mediation import permissions, policies
from anlan.resolution.mediation.enums import SessionState, TalksState
from anlan.resolution.mediation.events import (
    ReadersNamed,
    SessionNoteWritten,
    WriterNamed,
)
from anlan.resolution.mediation.models import Session, SessionNote, Talks
from anlan.resolution.mediation.selectors.talks import (
    is_led_from_outside,
    lacks_writer,
)
from anlan.resolution.mediation.services.steps import (
    check_both_agree,
    check_may_be_talked,
    lock_talks,
    move,
    move_session,
    record,
    record_session,
    required,
)

MOST_PLACE = 120
MOST_PRESENT = 300
MOST_SAID = 4000
MOST_WISH = 300
_FARTHEST = timedelta(days=90)
_SKEW = timedelta(hours=1)


def plan_session(
    *,
    talks: Talks,
    planned: datetime,
    place: str,
    by: User,
    at: datetime,
    present: str = "",
    is_closed: bool = True,
    readers: Collection[User] = (),
    request_id: UUID | None = None,
    via: str = "",
) -> Session:
    """Fix when and where both meet, with whom; only after both agreed.

    Args:
        present: who else comes; both sides see neither.
        readers: of the notes, beside whoever leads.

    Raises:
        InvalidInput: no place, a time that cannot be, or a reader who sees no talks.
        Conflict: not both have agreed.
    """
    permissions.check_can_lead_talks(by, talks)
    place = required(place, path="place", most=MOST_PLACE)
    present = typed(present, path="present", most=MOST_PRESENT)
    if not at - _SKEW <= planned <= at + _FARTHEST:
        raise InvalidInput(_("请约在今后九十天以内"), path="planned")
    content = {
        "session": str(talks.uid),
        "by": by.actor_key,
        "planned": planned.isoformat(),
        "words": sha256(f"{place}\n{present}".encode()).hex(),
        "readers": ",".join(sorted(one.actor_key for one in readers)),
    }
    with ledger.recording():
        talks = lock_talks(talks)
        earlier = cases.made_before(
            Session.objects.select_related("talks__case__site"),
            case=talks.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        policies.check_has_begun(talks)
        check_both_agree(talks, at=at)
        last: int | None = talks.sessions.aggregate(last=Max("number"))["last"]
        session = talks.sessions.create(
            number=(last or 0) + 1,
            planned_at=planned,
            place=place,
            present=present,
            is_closed=is_closed,
        )
        record_session(session, by=by, at=at, via=via)
        if readers:
            _name(session, readers, by=by, at=at, via=via)
        cases.remember_made(
            session.uid, case=talks.case, request_id=request_id, content=content, at=at
        )
    return session


def name_readers(
    *,
    session: Session,
    readers: Collection[User],
    by: User,
    at: datetime,
    via: str = "",
) -> Session:
    """Say anew who reads the notes beside whoever leads; the same changes nothing.

    Raises:
        NotAllowed: the session has begun, and who names them does not read its notes.
        InvalidInput: one of them sees no talks of this case, or is who names them.
    """
    permissions.check_can_lead_talks(by, session.talks)
    with ledger.recording():
        session = _lock(session)
        if session.begun_at is not None and not permissions.can_read_notes(by, session):
            raise NotAllowed(
                _("会谈已经开始：只有能看笔记的人，才能再指定别人看；请找主持人")
            )
        if set(session.readers.all()) != set(readers):
            _name(session, readers, by=by, at=at, via=via)
    return session


def name_writer(
    *,
    session: Session,
    writer: User,
    words: str,
    by: User,
    at: datetime,
    via: str = "",
) -> Session:
    """Say who writes down, for a mediator without an account, what was said.

    For a session that has begun and of which nobody can write: who is named reads what
    they write. Before it begins ``name_readers`` does the same.

    Args:
        words: how the mediator asked for it.

    Raises:
        InvalidInput: it is not told how, or who is named names themselves, is a party or
            sees no talks of this case.
        Conflict: it has not begun, was led by a mediator with an account, or somebody
            writes or wrote its notes.
    """
    permissions.check_can_run_talks(by, session.talks.case)
    words = required(words, path="words", most=MOST_WISH)
    with ledger.recording():
        session = _lock(session)
        _check_nobody_writes(session)
        _check_may_write(session, writer, by=by)
        made = session.writings.create(
            writer=writer, words=words, named_by=by, named_at=at
        )
        session.readers.add(writer)
        record(
            WriterNamed(
                code=session.talks.code,
                number=session.number,
                writer=writer.actor_key,
                words_digest=made.digest_of("words"),
            ),
            session.talks,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
    return session


def begin_session(
    *, session: Session, by: User, at: datetime, via: str = ""
) -> Session:
    """Begin to talk; refused once a side has left, or the case may not go on.

    Raises:
        Conflict: a side is not willing (G17), or another session is going on.
    """
    permissions.check_can_lead_talks(by, session.talks)
    with ledger.recording():
        session = _lock(session)
        talks = session.talks
        policies.check_has_begun(talks)
        policies.check_has_mediator(talks)
        check_both_agree(talks, at=at)
        check_may_be_talked(talks.kind, talks.case)
        if talks.sessions.filter(state=SessionState.OPEN).exists():
            raise Conflict(_("已有一次会谈正在进行"))
        move_session(session, SessionState.OPEN, by=by, at=at, via=via)
        if talks.state == TalksState.ACCEPTED:
            move(talks, TalksState.IN_SESSION, by=by, at=at, via=via)
    return session


def end_session(
    *,
    session: Session,
    by: User,
    at: datetime,
    state: SessionState = SessionState.HELD,
    via: str = "",
) -> Session:
    """It was held, broken off, or does not take place.

    Raises:
        Conflict: it has ended; a side left, and it ended with that.
    """
    permissions.check_can_lead_talks(by, session.talks)
    with ledger.recording():
        session = _lock(session)
        move_session(session, state, by=by, at=at, via=via)
    return session


def write_session_note(
    *, session: Session, text: str, by: User, at: datetime, via: str = ""
) -> SessionNote:
    """Keep what was said, for those who lead; it never is evidence (G17).

    Raises:
        NotFound: for whoever does not read the notes either.
        InvalidInput: nothing was written.
        Conflict: the session has not begun.
    """
    permissions.check_can_read_notes(by, session)
    text = required(text, path="text", most=MOST_SAID)
    with ledger.recording():
        session = _lock(session)
        if session.begun_at is None:
            raise Conflict(_("会谈还没有开始"))
        note = session.notes.create(text=text, by=by, written_at=at)
        record(
            SessionNoteWritten(
                code=session.talks.code,
                number=session.number,
                text_digest=note.digest_of("text"),
            ),
            session.talks,
            thing=note.key,
            by=by,
            at=at,
            via=via,
        )
    return note


def _check_nobody_writes(session: Session) -> None:
    if session.begun_at is None:
        raise Conflict(_("会谈还没有开始，请在“谁可以看笔记”里指定"))
    if not is_led_from_outside(session):
        raise Conflict(_("这次会谈由有账号的人主持，笔记由其本人写"))
    if not lacks_writer(session):
        raise Conflict(_("已经有人记录这次会谈，请由其指定别人"))


def _check_may_write(session: Session, writer: User, *, by: User) -> None:
    if writer.pk == by.pk:
        raise InvalidInput(_("不能指定自己，请由另一位同事记录"), path="writer")
    talks = session.talks
    if is_party(writer, talks.case) or not permissions.can_see_talks(writer, talks):
        raise InvalidInput(
            _("%s是本案当事人，或者不能查看本案的协商和调解，请另选一位") % writer.name,
            path="writer",
        )


def _name(
    session: Session, readers: Collection[User], *, by: User, at: datetime, via: str
) -> None:
    if by in readers and by not in session.readers.all():
        raise InvalidInput(
            _("不能指定自己看会谈笔记，请由另一位主持的人指定"), path="readers"
        )
    for one in readers:
        if not permissions.can_see_talks(one, session.talks):
            raise InvalidInput(
                _("%s不能查看本案的协商和调解，不能指定看笔记") % one.name,
                path="readers",
            )
    session.readers.set(readers)
    keys = sorted(one.actor_key for one in readers)
    record(
        ReadersNamed(
            code=session.talks.code,
            number=session.number,
            count=len(keys),
            readers=",".join(keys),
        ),
        session.talks,
        thing=session.key,
        by=by,
        at=at,
        via=via,
    )


def _lock(session: Session) -> Session:
    talks = lock_talks(session.talks)
    fresh = Session.objects.select_for_update().get(pk=session.pk)
    fresh.talks = talks
    return fresh

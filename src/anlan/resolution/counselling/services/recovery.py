"""Taking over what an earlier key sealed: off the paper, or by its own passphrase."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from anlan.accounts.models import User
from anlan.accounts.services.record import record_at_head
from anlan.base import limits
from anlan.base.errors import Conflict, InvalidInput, TooManyRequests
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.notify import services as notify
from anlan.notify.enums import Urgency
from anlan.resolution.counselling import messages, permissions
from anlan.resolution.counselling.events import NotesRecovered, NotesResealed
from anlan.resolution.counselling.models import Care, CounsellorKey, SealedNote
from anlan.resolution.counselling.selectors import key_of, opened
from anlan.resolution.counselling.services.keys import (
    MOST_TRIES,
    WINDOW,
    read_sheets,
    unlock,
)
from anlan.resolution.counselling.services.notes import seal_row
from anlan.resolution.counselling.services.recording import (
    lock_care,
)


@sensitive_variables("first", "second", "private", "content")
def recover_notes(
    *, key: CounsellorKey, to: User, first: str, second: str, by: User, at: datetime
) -> int:
    """Seal what ``key`` sealed to the newest key of ``to``; returns how many notes.

    Nothing is shown. Only notes of people who are with ``to`` now are taken: whoever was
    referred to them agreed to it. ``to`` is the author for a forgotten passphrase.

    Args:
        first, second: what was typed off both sheets.

    Raises:
        InvalidInput: a sheet was misread, or ``to`` has no key of their own, or holds
            a sheet of this one.
        Conflict: there is nothing to take.
        TooManyRequests: tried too often.
    """
    permissions.check_can_recover(by, key)
    if limits.count_up(f"recovery:{key.uid}", seconds=WINDOW) > MOST_TRIES:
        raise TooManyRequests(_("试得太多，请十五分钟后再试"), retry_after=WINDOW)
    target = key_of(to)
    if target is None or not permissions.is_counsellor(to) or target.pk == key.pk:
        raise InvalidInput(_("接收的辅导员要先设置好新的封存密钥"), path="to")
    if permissions.is_holder(to, key):
        raise InvalidInput(
            _(
                "%(name)s保管着这把密钥的一份纸，不能再接收记录：请把本人转介给另一位辅导员"
            )
            % {"name": to.name},
            path="to",
        )
    private = read_sheets(first=first, second=second, key=key)
    with ledger.recording():
        count = sum(
            _reseal(care, key, target, private, by=by, at=at)
            for care in _cares(key, to).order_by("case_id", "pk")
        )
        if not count:
            raise Conflict(_("没有可以转交的记录：要先把本人转介给接收的辅导员"))
        record_at_head(
            NotesRecovered(of=key.key, to=to.actor_key, count=count),
            by.organisation,
            thing=key.key,
            by=by,
            at=at,
        )
        _tell(key, to, by=by, at=at)
    return count


@sensitive_variables("passphrase", "private")
def reseal_notes(*, key: CounsellorKey, passphrase: str, by: User, at: datetime) -> int:
    """Seal what an earlier key of one's own sealed to the newest one; returns how many notes.

    For who changed the key because the paper was lost: the passphrase is enough. What was
    sealed with the earlier key stays beside it, and the earlier paper still opens that.

    Args:
        passphrase: the one of ``key``, as it was when the key was replaced.

    Raises:
        NotAllowed: somebody else's key.
        InvalidInput: another passphrase.
        Conflict: it is the newest one, or everything was taken over.
        TooManyRequests: tried too often.
    """
    permissions.check_is_owner(by, key)
    target = key_of(by)
    if target is None or target.pk == key.pk:
        raise Conflict(_("这把密钥正在使用，记录不用转"))
    private = unlock(key, passphrase, by, path="passphrase")
    with ledger.recording():
        count = sum(
            _reseal(care, key, target, private, by=by, at=at)
            for care in Care.objects.filter(notes__sealing_key=key)
            .distinct()
            .order_by("case_id", "pk")
        )
        if not count:
            raise Conflict(_("这把密钥没有可以转过来的记录"))
        record_at_head(
            NotesResealed(number=key.number, to_number=target.number, count=count),
            by.organisation,
            thing=key.key,
            by=by,
            at=at,
        )
    return count


def _cares(key: CounsellorKey, to: User) -> QuerySet[Care]:
    own = Q(notes__sealing_key=key)
    return Care.objects.filter(own, counsellor__user=to).distinct()


@sensitive_variables("private", "content")
def _reseal(
    care: Care,
    key: CounsellorKey,
    target: CounsellorKey,
    private: bytes,
    *,
    by: User,
    at: datetime,
) -> int:
    care = lock_care(care)
    rows = (
        SealedNote.objects.filter(care=care, sealing_key=key)
        .exclude(text_salt=b"")
        .select_related("care__case", "author", "sealing_key")
        .order_by("number", "version")
    )
    count = 0
    for row in rows:
        taken = care.notes.filter(
            number=row.number, version=row.version, sealing_key=target
        )
        content = None if taken.exists() else opened(row, private)
        if content is None:
            continue  # taken before, or altered: one that is broken stops no other
        seal_row(
            care=care,
            content=content,
            number=row.number,
            version=row.version,
            author=row.author,
            key=target,
            origin=row,
            by=by,
            at=at,
        )
        count += 1
    return count


def _tell(key: CounsellorKey, to: User, *, by: User, at: datetime) -> None:
    """Whoever sealed them, and the other holder, hear of it: nothing is done in secret."""
    care = Care.objects.filter(notes__sealing_key=key).select_related("case__site")
    case = care[0].case
    people = [key.user, to, key.first_holder, key.second_holder]
    notify.send(
        kind=messages.RECOVERED,
        site=case.site,
        subject=f"site:{case.site.uid}",
        people=[one for one in people if one.pk != by.pk],
        urgency=Urgency.NORMAL,
        params={"who": by.actor_key},
        path="/counselling/",
        by=SYSTEM,
        at=at,
    )

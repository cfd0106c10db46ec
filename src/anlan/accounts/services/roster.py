"""The roster: who stands at which post when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import (
    RosterCopied,
    RosterImported,
    ShiftAdded,
    ShiftRemoved,
)
from anlan.accounts.models import Post, Shift, Site, User
from anlan.accounts.roles import Permission
from anlan.accounts.services.record import record_at_site
from anlan.base.clock import start_of_day, utc_text
from anlan.base.digest import canonical_json, sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

LONGEST_SHIFT = 24 * 3600  # seconds
WEEK = timedelta(days=7)


def add_shift(
    *,
    post: Post,
    user: User,
    role_key: str,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    at: datetime,
) -> Shift:
    """Put a person at a post for ``[starts_at, ends_at)``.

    Raises:
        InvalidInput: the end before the start, more than 24 hours, a post or a person
            out of use, or a role that the person does not hold at this site.
        Conflict: the person is already at a post in that time.
    """
    site = post.site
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=site)
    _check_shift(post, user, role_key, starts_at, ends_at, at)
    with ledger.recording():
        _lock([user])
        overlapping = Shift.objects.filter(
            user=user, starts_at__lt=ends_at, ends_at__gt=starts_at
        )
        if overlapping.exists():
            raise Conflict(_("这个人在这段时间已经有班"))
        shift = Shift(
            site=site,
            post=post,
            user=user,
            role_key=role_key,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        shift.save()
        _record_shift(shift, by=by, at=at)
    return shift


def remove_shift(*, shift: Shift, by: Actor, at: datetime) -> None:
    """Take a person off the roster again; that they stood on it stays on the record.

    Raises:
        Conflict: the shift is over; who was on duty is not rewritten.
    """
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=shift.site)
    if shift.ends_at <= at:
        raise Conflict(_("已经结束的班次不能取消"))
    with ledger.recording():
        record_at_site(
            ShiftRemoved(
                user=shift.user.actor_key,
                post=shift.post.name,
                starts=utc_text(shift.starts_at),
                ends=utc_text(shift.ends_at),
            ),
            shift.site,
            by=by,
            at=at,
            thing=f"shift:{shift.uid}",
        )
        shift.delete()


@dataclass(frozen=True, kw_only=True)
class PlannedShift:
    """One row of a roster that is to be imported; ``line`` is where it stood."""

    line: int
    post: Post
    user: User
    role_key: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class RowError:
    line: int
    sentence: str


class RosterRefused(InvalidInput):
    """Rows that cannot be; nothing of the roster was taken over."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(_("排班表有 %d 处错误，没有导入") % len(errors), path="table")
        self.errors = list(errors)


@dataclass(frozen=True, kw_only=True)
class RosterMade:
    added: int
    kept: int


def import_roster(
    *, site: Site, planned: Sequence[PlannedShift], by: Actor, at: datetime
) -> RosterMade:
    """Add what is missing of a roster, all of it or nothing.

    A shift that is there already, the same to the minute, stays as it is: the same
    table twice changes nothing.

    Raises:
        RosterRefused: with every row that cannot be, and why.
    """
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=site)
    with ledger.recording():
        _lock(row.user for row in planned)
        added, errors = _sorted_out(site, planned, at)
        if errors:
            raise RosterRefused(errors)
        Shift.objects.bulk_create(added)
        for shift in added:
            _record_shift(shift, by=by, at=at)
        made = RosterMade(added=len(added), kept=len(planned) - len(added))
        record_at_site(
            RosterImported(added=made.added, kept=made.kept, digest=_digest(planned)),
            site,
            by=by,
            at=at,
        )
    return made


def check_roster(
    *, site: Site, planned: Sequence[PlannedShift], by: Actor, at: datetime
) -> list[RowError]:
    """What ``import_roster`` would refuse; nothing is changed."""
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=site)
    return _sorted_out(site, planned, at)[1]


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A shift that cannot be copied, and why."""

    shift: Shift
    sentence: str


@dataclass(frozen=True, kw_only=True)
class WeekCopy:
    """What copying one week onto another comes to."""

    added: list[Shift]
    left_out: list[LeftOut]
    kept: int


def preview_copy(
    *, site: Site, source: date, target: date, by: Actor, at: datetime
) -> WeekCopy:
    """What ``copy_week`` would do; nothing is changed."""
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=site)
    return _week_copy(site, _shifted_week(site, source, target), at)


def copy_week(
    *, site: Site, source: date, target: date, by: Actor, at: datetime
) -> WeekCopy:
    """Put the shifts that begin in the week of ``source`` into the week of ``target``.

    Both are Mondays. What is there already stays; what cannot be is left out and named,
    the rest is made. The same week twice changes nothing, and is not put on the record.

    Raises:
        InvalidInput: one of the days is no Monday, or both are the same.
        Conflict: the site is closed.
    """
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=site)
    if site.closed_at is not None:
        raise Conflict(_("这个项目已经关闭"))
    with ledger.recording():
        planned = _shifted_week(site, source, target)
        _lock(row.user for row in planned)
        copy = _week_copy(site, planned, at)
        if not copy.added:
            return copy
        Shift.objects.bulk_create(copy.added)
        for shift in copy.added:
            _record_shift(shift, by=by, at=at)
        record_at_site(
            RosterCopied(
                source=f"{source}",
                target=f"{target}",
                added=len(copy.added),
                kept=copy.kept,
                left_out=len(copy.left_out),
                digest=_digest(planned),
            ),
            site,
            by=by,
            at=at,
        )
    return copy


def _shifted_week(site: Site, source: date, target: date) -> list[PlannedShift]:
    """The week of ``source`` as it would stand in the week of ``target``."""
    if source.weekday() or target.weekday():
        raise InvalidInput(_("一周从星期一开始"), path="source")
    if source == target:
        raise InvalidInput(_("请选另外一周"), path="source")
    start = start_of_day(source)
    later = target - source  # whole weeks; the clocks in China are never put back
    shifts = (
        Shift.objects.filter(
            site=site, starts_at__gte=start, starts_at__lt=start + WEEK
        )
        .select_related("post")
        .order_by("starts_at", "post__name", "pk")
    )
    # One object for each person: their roles are then read once.
    people = User.objects.in_bulk({shift.user_id for shift in shifts})
    planned = []
    for line, shift in enumerate(shifts, start=1):
        shift.post.site = site
        planned.append(
            PlannedShift(
                line=line,
                post=shift.post,
                user=people[shift.user_id],
                role_key=shift.role_key,
                starts_at=shift.starts_at + later,
                ends_at=shift.ends_at + later,
            )
        )
    return planned


def _week_copy(site: Site, planned: Sequence[PlannedShift], at: datetime) -> WeekCopy:
    """Nobody is put on duty in hours that have passed: that would rewrite who was."""
    missing, errors = _sorted_out(site, planned, at)
    by_line = {row.line: row for row in planned}
    left_out = [
        LeftOut(shift=_shift(site, by_line[error.line]), sentence=error.sentence)
        for error in errors
    ]
    left_out += [
        LeftOut(shift=shift, sentence=_("这一班已经过去"))
        for shift in missing
        if shift.ends_at <= at
    ]
    return WeekCopy(
        added=[shift for shift in missing if shift.ends_at > at],
        left_out=sorted(left_out, key=lambda left: left.shift.starts_at),
        kept=len(planned) - len(missing) - len(errors),
    )


def _sorted_out(
    site: Site, planned: Sequence[PlannedShift], at: datetime
) -> tuple[list[Shift], list[RowError]]:
    """The shifts that are not there yet, and the rows that cannot be."""
    taken = _shifts_of({row.user.pk for row in planned}, planned)
    errors: list[RowError] = []
    added: list[Shift] = []
    for row in planned:
        mine = taken[row.user.pk]
        if any(_is_same(row, shift) for shift in mine):
            continue
        if sentence := _why_not(row, mine, at):
            errors.append(RowError(line=row.line, sentence=sentence))
            continue
        shift = _shift(site, row)
        mine.append(shift)
        added.append(shift)
    return added, errors


def _shift(site: Site, row: PlannedShift) -> Shift:
    return Shift(
        site=site,
        post=row.post,
        user=row.user,
        role_key=row.role_key,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _lock(users: Iterable[User]) -> None:
    """Two planners at once: the rows of the people are what they queue for."""
    keys = sorted({user.pk for user in users})
    list(User.objects.select_for_update().filter(pk__in=keys).order_by("pk").only("pk"))


def _shifts_of(
    users: set[int], planned: Sequence[PlannedShift]
) -> dict[int, list[Shift]]:
    """What these people have already, anywhere, in the time that the roster covers."""
    found: dict[int, list[Shift]] = {user: [] for user in users}
    if planned:
        rows = Shift.objects.filter(
            user__in=users,
            ends_at__gt=min(row.starts_at for row in planned),
            starts_at__lt=max(row.ends_at for row in planned),
        )
        for shift in rows:
            found[shift.user_id].append(shift)
    return found


def _is_same(row: PlannedShift, shift: Shift) -> bool:
    return (
        row.post.pk == shift.post_id
        and row.starts_at == shift.starts_at
        and row.ends_at == shift.ends_at
    )


def _why_not(row: PlannedShift, mine: Sequence[Shift], at: datetime) -> str:
    """Why the row cannot be, or nothing."""
    try:
        _check_shift(row.post, row.user, row.role_key, row.starts_at, row.ends_at, at)
    except InvalidInput as error:
        return str(error)
    overlaps = any(
        shift.starts_at < row.ends_at and shift.ends_at > row.starts_at
        for shift in mine
    )
    return _("这个人在这段时间已经有班") if overlaps else ""


def _record_shift(shift: Shift, *, by: Actor, at: datetime) -> None:
    record_at_site(
        ShiftAdded(
            user=shift.user.actor_key,
            post=shift.post.name,
            starts=utc_text(shift.starts_at),
            ends=utc_text(shift.ends_at),
        ),
        shift.site,
        by=by,
        at=at,
        thing=f"shift:{shift.uid}",
    )


def _digest(planned: Sequence[PlannedShift]) -> str:
    rows = [
        [str(r.post.uid), str(r.user.uid), utc_text(r.starts_at), utc_text(r.ends_at)]
        for r in planned
    ]
    return sha256(canonical_json({"rows": sorted(rows)})).hex()


def _check_shift(
    post: Post,
    user: User,
    role_key: str,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
) -> None:
    """The role must hold for what of the shift is still ahead."""
    seconds = (ends_at - starts_at).total_seconds()
    if not 0 < seconds <= LONGEST_SHIFT:
        raise InvalidInput(_("一班应在 24 小时以内，结束晚于开始"), path="ends_at")
    if not post.is_active:
        raise InvalidInput(_("岗位“%s”已经停用") % post.name, path="post")
    if not user.is_active:
        raise InvalidInput(_("账号已停用，不能排班"), path="user")
    begins = max(starts_at, at)
    held = {
        m.role_key
        for m in permissions.memberships_during(user, begins, max(ends_at, begins))
        if permissions.covers(m, post.site)
    }
    if role_key not in held:
        raise InvalidInput(_("这个人在这段时间没有该岗位所需的角色"), path="user")

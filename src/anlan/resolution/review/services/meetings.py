"""Meetings after the event: when, who took part of their own will, what was agreed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base.digest import sha256
from anlan.base.errors import InvalidInput
from anlan.base.lines import typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.resolution.review import permissions
from anlan.resolution.review.events import MeetingHeld, MeetingJoined
from anlan.resolution.review.models import Meeting
from anlan.resolution.review.naming import check_names_nobody
from anlan.resolution.review.services.reports import plain

MOST_MINUTES = 4000
MOST_WHERE = 120
MOST_NAME = 60
MOST_PEOPLE = 40
_LEAST_PEOPLE = 2
_SKEW = timedelta(minutes=5)


def record_meeting(
    *,
    case: Case,
    held_at: datetime,
    minutes: str,
    is_voluntary: bool,
    by: User,
    at: datetime,
    where: str = "",
    people: Sequence[User] = (),
    guests: Sequence[str] = (),
    request_id: UUID | None = None,
    via: str = "",
) -> Meeting:
    """Write down a meeting about how the event was handled; it is no debriefing (G26).

    Args:
        is_voluntary: that everybody was asked and came of their own will.

    Raises:
        InvalidInput: nobody asked them, fewer than two came, nothing was agreed, the
            moment cannot be, or the minutes name a party.
    """
    permissions.check_can_improve(by, case)
    law.check_came_willingly(is_voluntary=is_voluntary, act_on=act_day(case))
    minutes = _minutes(minutes, case)
    where = typed(plain(where), path="where", most=MOST_WHERE)
    names = [name for name in map(plain, guests) if name]
    _check_people(people, names, case)
    if not case.opened_at <= held_at <= at + _SKEW:
        raise InvalidInput(_("时间要在立案以后，也不能晚于现在"), path="held_at")
    content = {
        "meeting": str(case.uid),
        "by": by.actor_key,
        "held": held_at.isoformat(),
        "people": sorted(one.actor_key for one in people),
        "said": sha256(repr((minutes, where, names)).encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Meeting.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        last: int = case.meetings.aggregate(last=Max("number"))["last"] or 0
        meeting = Meeting.objects.create(
            case=case,
            number=last + 1,
            held_at=held_at,
            where=where,
            minutes=minutes,
            recorded_by=by,
            recorded_at=at,
        )
        cases.record(
            MeetingHeld(
                code=meeting.code,
                people=len(set(people)) + len(names),
                where_digest=meeting.digest_of("where"),
                minutes_digest=meeting.digest_of("minutes"),
            ),
            case,
            thing=meeting.key,
            by=by,
            at=at,
            happened=held_at,
            via=via,
        )
        _seat(meeting, people, names, by=by, at=at, via=via)
        cases.remember_made(
            meeting.uid, case=case, request_id=request_id, content=content, at=at
        )
    return meeting


def _seat(
    meeting: Meeting,
    people: Sequence[User],
    names: Sequence[str],
    *,
    by: User,
    at: datetime,
    via: str,
) -> None:
    rows = [meeting.guests.create(user=one) for one in dict.fromkeys(people)]
    rows += [meeting.guests.create(name=name) for name in names]
    for row in rows:
        cases.record(
            MeetingJoined(
                code=meeting.code,
                user=row.user.actor_key if row.user else None,
                name_digest=row.digest_of("name"),
            ),
            meeting.case,
            thing=row.ref,
            by=by,
            at=at,
            via=via,
        )


def _minutes(text: str, case: Case) -> str:
    """Lines of plain words; about what was done, by nobody's name."""
    lines = (plain(one) for one in unicodedata.normalize("NFC", text).splitlines())
    text = typed(
        "\n".join(one for one in lines if one),
        path="minutes",
        most=MOST_MINUTES,
        refusal=_("请写下讨论了什么、决定了什么"),
    )
    law.check_no_verdict(text=text, act_on=act_day(case), path="minutes")
    law.check_no_debriefing(text=text, act_on=act_day(case), path="minutes")
    check_names_nobody(text, case, path="minutes")
    return text


def _check_people(people: Sequence[User], names: Sequence[str], case: Case) -> None:
    if not _LEAST_PEOPLE <= len(set(people)) + len(names) <= MOST_PEOPLE:
        raise InvalidInput(
            _("请写明参加的人，%(least)s 到 %(most)s 人")
            % {"least": _LEAST_PEOPLE, "most": MOST_PEOPLE},
            path="people",
        )
    for person in people:
        if not has_permission(person, Permission.CASE_NOTE, site=case.site):
            raise InvalidInput(_("请选择本项目的同事"), path="people")
    for name in names:
        typed(name, path="guests", most=MOST_NAME)

"""On which day it was: established by somebody, for whatever counts from it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases import permissions
from anlan.cases.act import act_day
from anlan.cases.events import ActStated
from anlan.cases.models import Case, StatedAct
from anlan.cases.services.accepted_requests import made_before, remember_made
from anlan.cases.services.record import lock_with_joined, record
from anlan.ledger import services as ledger

MOST_ACT_WORDS = 500
# Nothing is claimed for longer, so that a day before is a slip of the pen.
OLDEST_ACT = timedelta(days=20 * 366)


def state_act(
    *,
    case: Case,
    day: date,
    words: str,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> StatedAct:
    """Say on which day it was, and how that is known; what counts from it is counted anew.

    The newest counts, before what any report claims; all stay readable. The same day
    again changes nothing.

    Raises:
        InvalidInput: a day to come, after the case was reported, or too long ago, or no
            reason.
        Conflict: the case was joined into another, where it is to be entered; or what is
            on record for the case cannot have been before that day.
    """
    permissions.check_can_state_act(by, case)
    words = typed(
        words,
        path="words",
        most=MOST_ACT_WORDS,
        refusal=_("请写明怎样知道是这一天"),
    )
    today = local_day(at)
    if not today - OLDEST_ACT <= day <= today:
        raise InvalidInput(_("日期不能晚于今天，也不能早于二十年以前"), path="day")
    content = {
        "stated_act": day.isoformat(),
        "by": by.actor_key,
        "words": sha256(words.encode()).hex(),
    }
    with ledger.recording():
        case, *joined = lock_with_joined(case)
        earlier = made_before(
            StatedAct.objects.select_related("case__site", "stated_by"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        if case.joined_into is not None:
            raise Conflict(
                _("案件已并入 %s，请在那里登记行为发生之日") % case.joined_into.number
            )
        reported = local_day(min(one.opened_at for one in (case, *joined)))
        if day > reported:
            # The days of the law would end too late.
            raise InvalidInput(
                _("日期不能晚于案件上报的那一天（%s）") % reported.isoformat(),
                path="day",
            )
        newest = case.stated_acts.order_by("-pk").first()
        if newest is not None and newest.day == day:
            return newest
        before = act_day(case)
        made = StatedAct.objects.create(
            case=case, day=day, words=words, stated_by=by, stated_at=at
        )
        record(
            ActStated(
                day=day.isoformat(),
                before=before.isoformat(),
                words_digest=made.digest_of("words"),
            ),
            case,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
        remember_made(
            made.uid, case=case, request_id=request_id, content=content, at=at
        )
    return made

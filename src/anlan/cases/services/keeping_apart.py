"""Plans that keep two parties apart on the site: made, and ended before their time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, User
from anlan.base.clock import utc_text
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases import permissions, policies
from anlan.cases.events import KeepApartEnded, KeptApart
from anlan.cases.models import Case, KeepApart, Party
from anlan.cases.selectors.contacts import private_in
from anlan.cases.services.accepted_requests import made_before, remember_made
from anlan.cases.services.record import lock_case, record
from anlan.ledger import services as ledger

MOST_TO_DO = 500
MOST_REASON = 300
MOST_PLACES = 20
MOST_PLANS = 60  # of a case
FARTHEST = timedelta(days=366)


def keep_apart(
    *,
    case: Case,
    one: Party,
    other: Party,
    places: Sequence[Place],
    words: str,
    ends_at: datetime,
    by: User,
    at: datetime,
    begins_at: datetime | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> KeepApart:
    """Arrange that two parties do not meet at these places until ``ends_at``.

    Args:
        words: what the guards do; they read it on their phones, so that it may say
            neither contact details nor medical facts of anybody.

    Raises:
        InvalidInput: one person twice, somebody not of the case, a place of another
            site, times that cannot be, or words that say too much.
        Conflict: the case is closed.
    """
    permissions.check_can_command(by, case)
    words = typed(words, path="words", most=MOST_TO_DO, refusal=_("请写明怎么做"))
    begins_at = begins_at or at
    places = list({place.pk: place for place in places}.values())
    _check_places(places, case)
    if not max(at, begins_at) < ends_at <= at + FARTHEST:
        raise InvalidInput(_("结束时间应晚于开始和现在，不超过一年"), path="ends_at")
    if one.pk == other.pk:
        raise InvalidInput(_("请选两位不同的当事人"), path="other")
    if leaks := private_in(words, case):
        raise InvalidInput(
            _("安排会显示给值勤保安，不能写当事人的%s") % leaks[0].kind.label,
            path="words",
        )
    content = {
        "keep_apart": f"{one.uid} {other.uid}",
        "places": sorted(str(place.uid) for place in places),
        "ends": utc_text(ends_at),
        "words": sha256(words.encode()).hex(),
        "by": by.actor_key,
    }
    with ledger.recording():
        case = lock_case(case)
        earlier = made_before(
            KeepApart.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        permissions.check_can_command(by, case)
        for path, party in (("one", one), ("other", other)):
            party.refresh_from_db(fields=["removed_at"])
            policies.check_is_of_case(party, case, path=path)
        number = 1 + (case.kept_apart.aggregate(last=Max("number"))["last"] or 0)
        if number > MOST_PLANS:
            raise Conflict(_("一个案件最多 %s 项避免接触安排") % MOST_PLANS)
        plan = KeepApart.objects.create(
            case=case,
            number=number,
            one=one,
            other=other,
            words=words,
            begins_at=begins_at,
            ends_at=ends_at,
            made_by=by,
            made_at=at,
        )
        plan.places.set(places)
        record(
            KeptApart(
                code=plan.code,
                one=f"party:{one.uid}",
                other=f"party:{other.uid}",
                places=",".join(content["places"]),
                begins=utc_text(begins_at),
                ends=utc_text(ends_at),
                words_digest=plan.digest_of("words"),
            ),
            case,
            thing=plan.key,
            by=by,
            at=at,
            via=via,
        )
        remember_made(
            plan.uid, case=case, request_id=request_id, content=content, at=at
        )
    return plan


def end_keep_apart(
    *, plan: KeepApart, reason: str, by: User, at: datetime, via: str = ""
) -> KeepApart:
    """End it before its time, with the reason.

    Raises:
        Conflict: it is over already.
    """
    permissions.check_can_command(by, plan.case)
    reason = typed(
        reason, path="reason", most=MOST_REASON, refusal=_("请写明为什么提前结束")
    )
    with ledger.recording():
        case = lock_case(plan.case)
        plan = KeepApart.objects.select_for_update().get(pk=plan.pk)
        plan.case = case
        permissions.check_can_command(by, case)
        policies.check_runs(plan, at=at)
        plan.ended_at, plan.ended_by, plan.reason = at, by, reason
        plan.save(update_fields=["ended_at", "ended_by", "reason"])
        record(
            KeepApartEnded(code=plan.code, reason_digest=plan.digest_of("reason")),
            case,
            thing=plan.key,
            by=by,
            at=at,
            via=via,
        )
    return plan


def _check_places(places: Sequence[Place], case: Case) -> None:
    if not places or len(places) > MOST_PLACES:
        raise InvalidInput(_("请选一到 %s 个地点") % MOST_PLACES, path="places")
    if any(place.site_id != case.site_id or not place.is_active for place in places):
        raise InvalidInput(_("没有这个点位，或者它属于别的项目"), path="places")

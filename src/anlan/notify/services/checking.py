"""The communication test: does the phone of every guard on duty answer?"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.accounts.models import Site, User
from anlan.accounts.selectors import people_with_role, shifts_at
from anlan.base.clock import local_time
from anlan.base.errors import Conflict
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor
from anlan.notify import permissions
from anlan.notify.enums import Urgency
from anlan.notify.events import CheckEnded, CheckPlanned, CheckStarted
from anlan.notify.models import CheckAnswer, CheckPlan, CheckRun
from anlan.notify.services.sending import call_off, send
from anlan.notify.texts import Text, add_texts

ANSWER_WITHIN = timedelta(minutes=10)
CHECK, SILENT = "notify.check", "notify.check_silent"
add_texts(
    Text(
        kind=CHECK,
        name=_("通信测试"),
        title=_("通信测试：收到请点“收到”"),
        body=_("这是 %(site)s 的通信测试，不是警情。请打开安澜手机页，点一下“收到”。"),
    ),
    Text(
        kind=SILENT,
        name=_("通信测试结果"),
        title=_("通信测试：%(count)s 人没有应答"),
        body=_("%(site)s 的通信测试有 %(count)s 人没有应答，请换人或检查手机。"),
    ),
)


def start_check(*, site: Site, by: Actor, at: datetime) -> CheckRun:
    """Ask everybody on duty, over the same ways as an alarm except the call.

    Raises:
        Conflict: nobody is on duty, or the last test still runs.
    """
    permissions.check_can_test_phones(by, site=site)
    with ledger.recording():
        # Locks the site's row: of two taps at once the second finds the first's run.
        site = Site.objects.select_for_update().get(pk=site.pk)
        if CheckRun.objects.filter(site=site, closed_at=None).exists():
            raise Conflict(gettext("上一次通信测试还没有结束"))
        posts: dict[User, str] = {}
        for shift in shifts_at(site, at).order_by("pk"):
            posts.setdefault(shift.user, shift.post.name)
        if not posts:
            raise Conflict(gettext("现在没有人在班"))
        run = CheckRun.objects.create(
            site=site,
            started_by=by.actor_key,
            started_at=at,
            closes_at=at + ANSWER_WITHIN,
        )
        CheckAnswer.objects.bulk_create(
            CheckAnswer(run=run, user=user, post=post) for user, post in posts.items()
        )
        _record(CheckStarted(asked=len(posts)), run, by=by, at=at)
        send(
            kind=CHECK,
            site=site,
            subject=site.subject,
            about=run.subject,
            people=posts,
            urgency=Urgency.ALARM,
            params={"site": site.name},
            path="/m/",
            by=by,
            at=at,
        )
    return run


def answer_check(*, answer: CheckAnswer, by: Actor, at: datetime) -> None:
    """One tap: the phone answered. Twice, or too late, changes nothing."""
    permissions.check_can_answer(by, answer)
    CheckAnswer.objects.filter(
        pk=answer.pk, answered_at=None, run__closed_at=None
    ).update(answered_at=at)


def close_check(*, run: CheckRun, at: datetime) -> None:
    """Count the answers, and tell the manager who did not answer."""
    with ledger.recording():
        run = (
            CheckRun.objects.select_for_update(of=("self",))
            .select_related("site")
            .get(pk=run.pk)
        )
        if run.closed_at is not None:
            return
        run.closed_at = at
        run.save(update_fields=["closed_at"])
        asked = run.answers.count()
        silent = run.answers.filter(answered_at=None).count()
        call_off(about=run.subject, at=at)
        _record(CheckEnded(asked=asked, answered=asked - silent), run, by=SYSTEM, at=at)
        if silent:
            send(
                kind=SILENT,
                site=run.site,
                subject=run.site.subject,
                people=people_with_role(run.site, "site_manager"),
                params={"site": run.site.name, "count": silent},
                path=f"/notify/tests/{run.uid}/",
                by=SYSTEM,
                at=at,
            )


def plan_checks(
    *, site: Site, daily_at: time, is_on: bool, by: Actor, at: datetime
) -> CheckPlan:
    """Set when the site asks its phones each day."""
    permissions.check_can_test_phones(by, site=site)
    with ledger.recording():
        plan, _created = CheckPlan.objects.update_or_create(
            site=site,
            defaults={
                "daily_at": daily_at,
                "is_on": is_on,
                "next_at": next_time(daily_at, after=at),
            },
        )
        ledger.append(
            CheckPlanned(daily_at=f"{daily_at:%H:%M}", on=int(is_on)),
            site=site,
            subject=site.subject,
            by=by,
            at=at,
        )
    return plan


def next_time(daily_at: time, *, after: datetime) -> datetime:
    """The next moment at which the clocks in China show ``daily_at``."""
    local = local_time(after)
    moment = datetime.combine(local.date(), daily_at, tzinfo=local.tzinfo)
    return moment if moment > after else moment + timedelta(days=1)


def _record(
    event: CheckStarted | CheckEnded, run: CheckRun, *, by: Actor, at: datetime
) -> None:
    ledger.append(
        event,
        site=run.site,
        subject=run.site.subject,
        object=run.subject,
        by=by,
        at=at,
    )

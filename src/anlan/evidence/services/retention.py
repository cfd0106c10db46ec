"""Keeping evidence for its time and no longer: the periods of a site, and the worker's round.

The worker announces what is due, waits a month, decides under the lock of the case, and
only then lets ``deleting`` remove bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.base.clock import local_day
from anlan.base.errors import InvalidInput, traced
from anlan.cases import services as cases
from anlan.cases.enums import CaseState
from anlan.cases.models import Case
from anlan.evidence import messages, permissions
from anlan.evidence.enums import CheckKind, RetentionClass
from anlan.evidence.events import RetentionChanged
from anlan.evidence.models import (
    CheckTurn,
    Deletion,
    FootageApplication,
    RetentionLook,
    RetentionRule,
)
from anlan.evidence.selectors.holds import holds_over, holds_standing
from anlan.evidence.selectors.retention import (
    NOTICE,
    Item,
    applications_due,
    days_of,
    due_of,
    ended_at,
    has_something,
    item_of,
    items_of,
    keepers_of,
    periods_of,
    with_hosts,
)
from anlan.evidence.services.announcing import announce, look_soon, put_off, row_of
from anlan.evidence.services.check_turns import Turn, TurnLost, turn
from anlan.evidence.services.damage import tell
from anlan.evidence.services.deleting import decide_deletion
from anlan.law import guardrails as law
from anlan.law import selectors as law_data
from anlan.ledger import services as ledger

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
LOOK_AGAIN = timedelta(days=1)  # while something goes on in a case
LOOK_AT_LEAST = timedelta(days=30)
LOOKED_AT = 20  # cases, in one batch
MOST_SECONDS = 2.0  # of one batch


def change_period(
    *,
    site: Site,
    retention_class: RetentionClass,
    days: int,
    by: User,
    at: datetime,
    via: str = "",
) -> RetentionRule:
    """Say for how many days a site keeps a class of evidence.

    Nothing is deleted by this: what a shorter period makes due is announced for a month.
    The same again changes nothing.

    Raises:
        InvalidInput: out of the bounds of the law data (G12).
    """
    permissions.check_can_edit_retention(by, site)
    bounds = law_data.retention(retention_class.value)
    law.check_period(days=days, act_on=local_day(at))
    if not bounds.least <= days <= bounds.most:
        raise InvalidInput(
            _("请填 %(least)s 到 %(most)s 天")
            % {"least": bounds.least, "most": bounds.most},
            path="days",
        )
    with ledger.recording():
        rules = _locked_rules(site)
        before = days_of(periods_of(site, rules))[retention_class]
        rule = next((r for r in rules if r.retention_class == retention_class), None)
        if rule is not None and before == days:
            return rule
        rule, _is_new = RetentionRule.objects.update_or_create(
            site=site,
            retention_class=retention_class,
            defaults={"days": days, "changed_at": at, "changed_by": by},
        )
        look_soon(RetentionLook.objects.filter(case__site=site), at=at)
        ledger.append(
            RetentionChanged(retention_class=retention_class, before=before, days=days),
            site=site,
            subject=site.subject,
            object=f"retention:{retention_class.value}",
            by=by,
            at=at,
            via=via,
        )
    return rule


def keep_periods(*, at: datetime) -> int:
    """Go through the next closed cases: announce, put off, decide; returns how many."""
    # Of a clock that leapt ahead and was set right, nothing is waited for.
    leapt = CheckTurn.objects.filter(kind=CheckKind.RETAIN, due_at__gt=at + EVERY)
    leapt.update(due_at=at)
    with turn(CheckKind.RETAIN, at=at) as mine:
        if mine is None:
            return 0
        count = 0
        try:
            if not mine.row.reached:
                _look_at_applications(mine)
            count = _look_at_cases(mine)
        except TurnLost:
            log.warning("another worker goes on with the periods")
    return count


def review_case(*, case: Case, at: datetime) -> int:
    """What of a case is due now, under its lock; returns how many things were decided."""
    decided = announced = 0
    with ledger.recording():
        # In the order in which cases are joined: two that wait for each other never end.
        keys = sorted(one.pk for one in with_hosts(case))
        locked = {key: cases.lock_case(key) for key in keys}
        case = locked[case.pk]
        if case.joined_into_id is not None:
            if case.joined_into_id not in locked:
                return 0  # joined just now; the next round has it
            case.joined_into = locked[case.joined_into_id]
        days = days_of(periods_of(case.site, _locked_rules(case.site)))
        ended = ended_at(case)
        keepers = keepers_of(case, at=at)
        holds = holds_standing(case)
        looks = [at + LOOK_AT_LEAST]
        for item in items_of(case):
            if ended is None or keepers:
                put_off(item, case, why=str(keepers[0]), at=at)
                looks.append(at + LOOK_AGAIN)
            elif holds_over(item, holds):
                put_off(item, case, why="hold", at=at)
            else:
                row = _follow(item, case, ended, days, at=at)
                if row is None:
                    looks.append(due_of(item, ended, days).at - NOTICE)
                elif row.is_decided:
                    decided += 1
                else:
                    announced += row.announced_at == at
                    looks.append(row.delete_at)
        RetentionLook.objects.update_or_create(
            case=case, defaults={"look_at": min(looks)}
        )
        if announced:
            _tell_of_due(case.site, at=at)
    return decided


def review_application(*, application: FootageApplication, at: datetime) -> int:
    """The words of one that belongs to no case, if they are due; returns whether they go.

    No hold reaches it there: who still needs it enters it into a case, whose end and
    holds count from then on (``applications.attach_application`` takes the same lock).
    """
    with ledger.recording():
        row = (
            FootageApplication.objects.select_for_update(of=("self",))
            .select_related("site")
            .get(pk=application.pk)
        )
        if row.case_id is not None or row.is_erased or row.ended_at is None:
            return 0
        days = days_of(periods_of(row.site, _locked_rules(row.site)))
        deletion = _follow(item_of(row), None, row.ended_at, days, at=at)
        if deletion is not None and deletion.announced_at == at:
            _tell_of_due(row.site, at=at)
        return int(deletion is not None and deletion.is_decided)


def _follow(
    item: Item,
    case: Case | None,
    ended: datetime,
    days: dict[RetentionClass, int],
    *,
    at: datetime,
) -> Deletion | None:
    """Announce, wait, or decide; none if it is not due.

    What was announced by another rule, or at a moment that has not come yet because the
    clock was wrong, is announced anew.
    """
    due, row = due_of(item, ended, days), row_of(item)
    if due.at - NOTICE > at:
        put_off(item, case, why="period", at=at)
        return None
    if row is not None and (
        row.announced_at > at or row.counted_from != due.since or row.days != due.days
    ):
        put_off(item, case, why="period", at=at)
        row = None
    if row is None:
        return announce(item, due, case, at=at)
    if row.delete_at <= at:
        decide_deletion(item=item, row=row, case=case, at=at)
    return row


def _look_at_applications(mine: Turn) -> None:
    """All of them in each round, as they are not due every day."""
    decided = 0
    for row in _each_application(mine.at):
        try:
            decided += review_application(application=row, at=mine.at)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 -- the log has it, without names
            log.error(  # noqa: TRY400
                "the period of an application could not be reviewed: %s", traced(error)
            )
        mine.keep()
    mine.count(copies=decided)


def _each_application(at: datetime) -> Iterator[FootageApplication]:
    """A batch in memory at a time; what is decided on the way leaves none out."""
    reached = 0
    while True:
        rows = list(
            applications_due(at=at).filter(pk__gt=reached).order_by("pk")[:LOOKED_AT]
        )
        yield from rows
        if len(rows) < LOOKED_AT:
            return
        reached = rows[-1].pk


def _look_at_cases(mine: Turn) -> int:
    keys = list(
        _candidates(mine.at)
        .filter(pk__gt=mine.row.reached)
        .order_by("pk")
        .values_list("pk", flat=True)[:LOOKED_AT]
    )
    done = decided = 0
    for key in keys:
        decided += _review(key, at=mine.at)
        mine.count(reached=key)
        done += 1
        mine.keep()
        if mine.seconds > MOST_SECONDS:
            break
    mine.count(copies=decided)
    if done == len(keys) < LOOKED_AT:
        mine.row.refresh_from_db()
        if mine.row.copies:
            mine.end(due_at=mine.at + EVERY)
        else:
            mine.rest(due_at=mine.at + EVERY)
    return done


def _review(key: int, *, at: datetime) -> int:
    """A case that cannot be reviewed waits a day; those behind it do not wait for it."""
    case = Case.objects.select_related("site", "joined_into").get(pk=key)
    try:
        return review_case(case=case, at=at)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 -- the log has it, without names
        log.error(  # noqa: TRY400
            "the periods of a case could not be reviewed: %s", traced(error)
        )
    RetentionLook.objects.update_or_create(
        case=case, defaults={"look_at": at + LOOK_AGAIN}
    )
    return 0


def _candidates(at: datetime) -> QuerySet[Case]:
    """Cases that ended and have files or words, or something on the list."""
    listed = Deletion.objects.filter(decided_at=None)
    has_ended = Q(state=CaseState.CLOSED, closed_at__lte=at) | Q(state=CaseState.JOINED)
    looked = RetentionLook.objects.filter(
        look_at__gt=at, look_at__lte=at + LOOK_AT_LEAST
    )
    return Case.objects.filter(
        (has_ended & has_something()) | Q(pk__in=listed.values("case"))
    ).exclude(pk__in=looked.values("case"))


def _locked_rules(site: Site) -> list[RetentionRule]:
    rules: Any = RetentionRule.objects.select_for_update().filter(site=site)
    return list(rules.order_by("pk"))


def _tell_of_due(site: Site, *, at: datetime) -> None:
    tell(
        messages.DUE,
        site,
        since=at - timedelta(days=1),
        at=at,
        path=reverse("vault:due"),
    )

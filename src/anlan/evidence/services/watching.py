"""A check that does not come is an alarm as well; and asking for one now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import holds_somewhere
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.evidence import messages
from anlan.evidence.enums import CheckKind, CopyState
from anlan.evidence.models import LATE_AFTER, CheckTurn, Copy
from anlan.evidence.services.damage import tell
from anlan.ledger.events import Actor, System
from anlan.notify.enums import Urgency

# A worker that was off overnight makes up for it at once, and nobody need be told.
PATIENCE = timedelta(minutes=10)
TELL_EVERY = timedelta(days=1)


def tell_of_silence(*, at: datetime) -> int:
    """Tell the managers once a day that a check has not come to its end in time.

    In a lane of its own: a disk that hangs stops the checks, and must not stop this. If
    no worker runs at all, the page of safety and ``/healthz`` say so.
    """
    told = 0
    for row in CheckTurn.objects.filter(kind__in=LATE_AFTER):
        if not row.is_late(at=at):
            if row.late_since is not None:
                CheckTurn.objects.filter(pk=row.pk).update(late_since=None)
        elif row.late_since is None:
            CheckTurn.objects.filter(pk=row.pk).update(late_since=at)
        elif row.late_since <= at - PATIENCE:
            told += _tell(row, at=at)
    return told


def ask_for_check(*, kind: CheckKind, by: Actor, at: datetime) -> None:
    """Let the worker begin now; a run that goes on is not begun again.

    A deep check that is asked for reads everything, not only what is due.
    """
    if not isinstance(by, System) and not (
        isinstance(by, User) and holds_somewhere(by, Permission.LEDGER_READ)
    ):
        raise NotAllowed(_("您没有“%s”的权限") % Permission.LEDGER_READ.label)
    row, _is_new = CheckTurn.objects.get_or_create(kind=kind, defaults={"due_at": at})
    if row.began_at is None:
        CheckTurn.objects.filter(pk=row.pk, due_at__gt=at).update(due_at=at)
    Copy.objects.filter(retry_at__gt=at).update(retry_at=None)
    if kind == CheckKind.DEEP:
        Copy.objects.filter(state=CopyState.PRESENT, due_at__gt=at).update(due_at=at)


def ask_to_judge(*, digest: str = "", at: datetime) -> None:
    """Let the worker read the copies of a file again, now and before all others.

    Whoever met other bytes than they should be says so here: the check tells of the
    damage, and the good copy mends it.

    Args:
        digest: of the file; none if ``good_path`` has named the copies already.
    """
    there = Copy.objects.filter(blob__sha256=digest, state=CopyState.PRESENT)
    there.update(due_at=None)
    CheckTurn.objects.filter(kind=CheckKind.DEEP, due_at__gt=at).update(due_at=at)


def _tell(row: CheckTurn, *, at: datetime) -> int:
    is_mine = (
        CheckTurn.objects.filter(pk=row.pk)
        .filter(Q(told_at=None) | Q(told_at__lte=at - TELL_EVERY))
        .update(told_at=at)
    )
    if not is_mine:
        return 0
    for site in _sites_of(row):
        tell(
            messages.SILENT,
            site,
            since=at,
            at=at,
            urgency=Urgency.ALARM,
            check=row.kind,
        )
    return 1


def _sites_of(row: CheckTurn) -> QuerySet[Site]:
    """Where something is checked: files, or the record, which every case has."""
    if row.kind == CheckKind.LEDGER:
        return Site.objects.filter(cases__isnull=False).distinct()
    return Site.objects.filter(cases__exhibits__blob__isnull=False).distinct()

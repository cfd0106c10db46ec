"""Deletions: the list of what goes, what went, and what another period would let go."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.cases.enums import CaseState
from anlan.cases.models import Case
from anlan.cases.selectors import entries_about
from anlan.evidence.enums import DeletionState, RetentionClass
from anlan.evidence.events import DeletionDecided, DeletionDone, FileDeleted
from anlan.evidence.models import Deletion, Exhibit
from anlan.evidence.selectors.holds import holds_over, holds_standing
from anlan.evidence.selectors.retention import (
    NOTICE,
    Due,
    Item,
    applications_alone,
    days_of,
    due_of,
    ended_at,
    files_of,
    has_something,
    item_of,
    items_of,
    keepers_of,
    periods_of,
)
from anlan.ledger.models import Entry

PAGE = 100  # rows
MOST = 1000  # cases that one preview looks at


def deletions_for(
    user: User, *, state: DeletionState | None = None
) -> QuerySet[Deletion]:
    """What is due, or was deleted, at the reader's sites; the soonest first."""
    found = Deletion.objects.filter(
        _at_one_of(sites_where(user, Permission.HOLD_PLACE))
    )
    if state is not None:
        found = found.filter(state=state)
    return found.select_related(
        "case__site", "application__site", "exhibit", "recording"
    ).order_by("delete_at", "pk")


def _at_one_of(sites: QuerySet[Site]) -> Q:
    return Q(case__site__in=sites) | Q(application__site__in=sites)


def deletions_after(
    user: User, site: Site, after: tuple[datetime, int] | None
) -> list[Deletion]:
    """A page of a site's, and one more if there is, behind a moment and a key."""
    found = deletions_for(user).filter(_at_one_of(Site.objects.filter(pk=site.pk)))
    if after is not None:
        moment, key = after
        found = found.filter(Q(delete_at__gt=moment) | Q(delete_at=moment, pk__gt=key))
    return list(found[: PAGE + 1])


def deletion_for(user: User, uid: UUID) -> Deletion:
    """One of them.

    Raises:
        NotFound: unknown, or of another's site.
    """
    found = deletions_for(user).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这条删除记录"))
    return found


def deletion_of(exhibit: Exhibit) -> Deletion | None:
    """By which it went: its own, or that of the recording it belongs to."""
    return (
        Deletion.objects.filter(decided_at__isnull=False)
        .filter(
            Q(exhibit=exhibit)
            | Q(recording__exhibit=exhibit)
            | Q(recording__segments__exhibit=exhibit)
        )
        .first()
    )


def deletion_entries(deletion: Deletion) -> list[Entry]:
    """What the record says of it: decided, each file, done; oldest first."""
    kinds = [DeletionDecided.kind, FileDeleted.kind, DeletionDone.kind]
    about = deletion.case or deletion.site
    found = entries_about({about.subject}).filter(
        object=deletion.thing.key, kind__in=kinds
    )
    return list(found.order_by("seq"))


@dataclass(frozen=True, kw_only=True)
class DueDay:
    """What a changed period would delete on one day."""

    day: datetime
    things: int
    files: int
    size: int


@dataclass(kw_only=True)
class Preview:
    """What a change of a period would delete that is not due now, and when at the earliest."""

    days: list[DueDay] = field(default_factory=list)
    held: int = 0  # of them, kept by holds or by what goes on
    is_cut: bool = (
        False  # more cases have files than were looked at: it is at least this
    )

    @property
    def things(self) -> int:
        return sum(one.things for one in self.days)

    @property
    def files(self) -> int:
        return sum(one.files for one in self.days)

    @property
    def size(self) -> int:
        return sum(one.size for one in self.days)


def preview_of(
    site: Site, retention_class: RetentionClass, days: int, *, at: datetime
) -> Preview:
    """What would be deleted within ninety days that would not be by the rules of now.

    Of the cases with files the first thousand are looked at, the longest ended first.
    """
    now = days_of(periods_of(site))
    then = {**now, retention_class: days}
    horizon = at + 3 * NOTICE
    sums: dict[datetime, list[int]] = defaultdict(lambda: [0, 0, 0])
    preview = Preview()
    shortest = timedelta(days=min(then.values()))
    cases = list(
        Case.objects.filter(has_something(), site=site)
        .filter(
            Q(state=CaseState.CLOSED, closed_at__lte=horizon - shortest)
            | Q(joined_into__closed_at__lte=horizon - shortest)
        )
        .select_related("joined_into", "site")
        .order_by(Coalesce("closed_at", "joined_into__closed_at"), "pk")[: MOST + 1]
    )
    preview.is_cut = len(cases) > MOST

    def add(item: Item, due: Due) -> None:
        files = files_of(item)
        day = max(due.at, at + NOTICE)
        row = sums[day.replace(hour=0, minute=0, second=0, microsecond=0)]
        row[0] += 1
        row[1] += len(files)
        row[2] += sum(blob.size for blob, _part in files)

    for case in cases[:MOST]:
        ended = ended_at(case)
        if ended is None:
            continue
        items = [
            item
            for item in items_of(case)
            if retention_class in item.classes
            and due_of(item, ended, then).at <= horizon < due_of(item, ended, now).at
        ]
        if not items:
            continue
        is_kept = bool(keepers_of(case, at=at))
        holds = holds_standing(case)
        for item in items:
            if is_kept or holds_over(item, holds):
                preview.held += 1
                continue
            add(item, due_of(item, ended, then))
    if retention_class == RetentionClass.REGISTER:
        for application in applications_alone().filter(site=site):
            item, ended = item_of(application), application.ended_at
            assert ended is not None  # noqa: S101 -- those that ended are asked for
            due = due_of(item, ended, then)
            if due.at <= horizon < due_of(item, ended, now).at:
                add(item, due)
    preview.days = [
        DueDay(day=day, things=row[0], files=row[1], size=row[2])
        for day, row in sorted(sums.items())
    ]
    return preview


def sums_of(deletions: QuerySet[Deletion]) -> tuple[int, int, int]:
    """How many things, files and bytes."""
    sums = deletions.order_by().aggregate(
        n=Count("pk"), files=Sum("files_count"), size=Sum("size")
    )
    return sums["n"], sums["files"] or 0, sums["size"] or 0

"""Is all evidence in two sound copies, and when was that last seen? For its page and API."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import orjson
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import (
    holds_somewhere,
    running_memberships,
    sites_where,
)
from anlan.accounts.roles import Permission
from anlan.base import stores
from anlan.base.bucket import Bucket
from anlan.base.errors import NotAllowed
from anlan.base.stores import BACKUP, Store
from anlan.cases.selectors import cases_for
from anlan.evidence.enums import CheckKind, CopyState
from anlan.evidence.models import (
    LATE_AFTER,
    Blob,
    CheckRun,
    CheckTurn,
    Copy,
    Exhibit,
    LedgerFault,
    StoreProbe,
)
from anlan.evidence.selectors import outside
from anlan.evidence.selectors.exhibits import seen_by
from anlan.ledger.events import ClockStepped
from anlan.ledger.models import Entry
from anlan.ledger.selectors import Exposure, Waiting
from anlan.ledger.sentences import event_of, sentence

RECENT = 30  # runs
MOST_SHOWN = 50  # damaged exhibits, and as many faults of the record
MADE_OFTEN = (CheckKind.QUICK, CheckKind.DEEP)
_SHOWN = (
    *MADE_OFTEN,
    CheckKind.DRILL,
    CheckKind.LEDGER,
)  # the last one of each as a tile
_DAMAGED = (CopyState.MISSING, CopyState.CORRUPT)


class Verdict(StrEnum):
    """One word first: two sound copies on two disks, on one, who knows, or not."""

    SOUND = "sound"
    ONE_DISK = "one_disk"
    DISKS_UNKNOWN = "disks_unknown"
    UNSAFE = "unsafe"


_OF_DISKS = {
    stores.Disks.TWO: Verdict.SOUND,
    stores.Disks.ONE: Verdict.ONE_DISK,
    stores.Disks.UNKNOWN: Verdict.DISKS_UNKNOWN,
}


class Trouble(StrEnum):
    """Why it is not safe, each with what to do about it."""

    LOST = "lost"
    DAMAGED = "damaged"
    AWAY = "away"
    BUCKET = "bucket"
    BUCKET_AWAY = "bucket_away"
    WAITING = "waiting"
    NO_WORKER = "no_worker"
    QUICK_LATE = "quick_late"
    DEEP_LATE = "deep_late"
    DRILL_LATE = "drill_late"
    DRILL_FAILED = "drill_failed"
    HISTORY = "history"
    LEDGER = "ledger"
    LEDGER_LATE = "ledger_late"

    @property
    def words(self) -> Promise:
        return _WORDS[self][0]

    @property
    def advice(self) -> Promise:
        return _WORDS[self][1]


_WORDS: dict[Trouble, tuple[Promise, Promise]] = {
    Trouble.LOST: (
        _("有文件的两份副本都已受损"),
        _(
            "系统不会动这些文件。请从您的备份中找出原件，按管理员手册放回原处，系统核对无误后会补齐另一份。"
        ),
    ),
    Trouble.DAMAGED: (
        _("有副本缺失或被改动"),
        _(
            "系统会用完好的副本自动修复，坏文件移入隔离文件夹，不会删除。如果下面仍列着证据，请检查硬盘是否已满或损坏。"
        ),
    ),
    Trouble.AWAY: (
        _("存放第二份副本的硬盘不在线"),
        _(
            "请接好硬盘；如果换了新的空硬盘，请在它的文件夹里建立 objects 子文件夹，系统会补齐所有副本。"
        ),
    ),
    Trouble.BUCKET: (
        _("存放第二份副本的存储桶不能用"),
        _("原因写在下面“副本”一栏。改好后后台程序十分钟内会再试，文件会自动补齐。"),
    ),
    Trouble.BUCKET_AWAY: (
        _("存放第二份副本的存储桶不在线"),
        _(
            "上传照常进行，新文件先只有一份副本。请检查网络和存储桶；如果换了新的空存储桶，请运行 ./anlan manage probe_store --begin，系统会补齐所有副本。"
        ),
    ),
    Trouble.WAITING: (
        _("有文件只有一份副本"),
        _(
            "系统会不断重试。请检查第二份副本的硬盘是否接好、是否已满；用存储桶的，新文件由后台随后写入，请看网络是否畅通。"
        ),
    ),
    Trouble.NO_WORKER: (
        _("后台程序没有运行，检查和提醒都已停止"),
        _("请在服务器上运行 ./anlan up，或者启动 worker 服务。"),
    ),
    Trouble.QUICK_LATE: (
        _("超过 2 小时没有完成快速检查"),
        _("文件是否还在，目前不知道。请看后台程序的日志，或者点“立即检查”。"),
    ),
    Trouble.DEEP_LATE: (
        _("超过 8 天没有读完所有文件"),
        _(
            "文件是否被改动，目前不知道。请检查硬盘速度和 ANLAN_DEEP_CHECK_MB_S 的设置。"
        ),
    ),
    Trouble.DRILL_LATE: (
        _("超过 9 天没有做恢复演练"),
        _(
            "只用第二份副本能不能恢复一个案件，目前不知道。请检查第二份副本的硬盘是否在线、数据盘是否已满。"
        ),
    ),
    Trouble.DRILL_FAILED: (
        _("上次恢复演练没有成功"),
        _(
            "只用第二份副本恢复一个案件时，有文件缺失、与台账不符，或者 verify.py 核验未通过。请点“立即深度检查”，修复后再演练一次。"
        ),
    ),
    Trouble.HISTORY: (
        _("台账与签名程序签过的不一致，检查点已停签"),
        _(
            "上报和办案照常进行。请马上在服务器上运行 ./anlan verify，它会说出是哪一条或哪一段；如果刚恢复过旧的数据库，请找出更新的备份。"
        ),
    ),
    Trouble.LEDGER: (
        _("台账、证据清单或数据库的保护与当初写下的不一致"),
        _(
            "可能有人绕过系统改动了数据库。请马上在服务器上运行 ./anlan verify，它会说出是哪一条、哪一栏；请保留数据库现状和备份以便查明。改回原样以后，下一次台账核对会解除。"
        ),
    ),
    Trouble.LEDGER_LATE: (
        _("超过 2 天没有核对完台账"),
        _(
            "台账有没有被改动，目前不知道。请看后台程序的日志，或者在服务器上运行 ./anlan verify。"
        ),
    ),
}


@dataclass(frozen=True, kw_only=True)
class StoreState:
    """One of the two folders, or the bucket; where it is only for administrators."""

    name: str
    copies: Mapping[str, int]  # by state
    free_bytes: int | None  # none: it cannot be reached
    total_bytes: int | None
    is_away: bool
    path: str
    is_bucket: bool = False
    probe: StoreProbe | None = None  # of a bucket: what trying it showed
    lacks_links: bool = False  # FAT or exFAT: a lost current costs more there

    @property
    def label(self) -> Promise:
        return _("第二份副本") if self.name == BACKUP else _("第一份副本")

    @property
    def is_in_reach(self) -> bool:
        """Whoever takes over the program can delete second copies, as it can itself."""
        return self.name == BACKUP and not self.is_bucket

    @property
    def counted(self) -> list[tuple[CopyState, int]]:
        """The states that occur, and that all is there if nothing else does."""
        return [
            (state, self.copies.get(state, 0))
            for state in CopyState
            if state == CopyState.PRESENT or self.copies.get(state, 0)
        ]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A check that goes on; ``total`` is what it will have looked at in the end."""

    kind: CheckKind
    copies: int
    total: int
    is_waiting: bool  # it was asked for, and no worker has begun


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault of the record; ``site`` is none where it is of no site alone."""

    site: Site | None
    fault: LedgerFault


@dataclass(frozen=True, kw_only=True)
class ClockStep:
    """That the clock of this machine was set back or leapt ahead, as the record tells it."""

    at: datetime  # by the clock as it is since
    words: str


@dataclass(frozen=True, kw_only=True)
class Safety:
    at: datetime
    files: int
    file_bytes: int
    sound_files: int  # in two sound copies
    disks: stores.Disks
    stores: Sequence[StoreState]
    last: Mapping[str, CheckRun]  # by kind
    oldest_read_at: datetime | None  # of the byte that was not read for longest
    troubles: Sequence[Trouble]
    damaged: Sequence[Exhibit]
    hidden: int  # damaged as well, of cases the reader may not see
    runs: Sequence[CheckRun]
    running: Sequence[Progress]
    faults: Sequence[Fault] = ()  # of the record, where the reader may read it
    exposure: Exposure | None = None  # the longest window of the reader's chains
    waiting: Sequence[Waiting] = ()  # chains whose checkpoint is not signed
    stamping: outside.Stamping | None = None
    clock_step: ClockStep | None = None  # the last one

    @property
    def has_bucket(self) -> bool:
        return any(store.is_bucket for store in self.stores)

    @property
    def verdict(self) -> Verdict:
        if self.troubles:
            return Verdict.UNSAFE
        return _OF_DISKS[self.disks]

    @property
    def last_checks(self) -> list[tuple[CheckKind, CheckRun | None]]:
        return [(kind, self.last.get(kind)) for kind in _SHOWN]

    @property
    def oldest_age(self) -> timedelta | None:
        return self.at - self.oldest_read_at if self.oldest_read_at else None


def check_can_see_safety(user: User) -> None:
    """Whoever may read the record of any site.

    Raises:
        NotAllowed: nobody else.
    """
    if not holds_somewhere(user, Permission.LEDGER_READ):
        raise NotAllowed(_("您没有“%s”的权限") % Permission.LEDGER_READ.label)


def safety_for(user: User, *, at: datetime) -> Safety:
    """Everything that the page and the API say."""
    check_can_see_safety(user)
    turns = {row.kind: row for row in CheckTurn.objects.all()}
    states = _states()
    damaged = _damaged_exhibits()
    seen = damaged.filter(
        seen_by(user), case__site__in=sites_where(user, Permission.CASE_SEE)
    )
    shown = list(seen[:MOST_SHOWN])
    files, file_bytes = _sums()
    waiting = outside.waiting_for(user)
    return Safety(
        at=at,
        files=files,
        file_bytes=file_bytes,
        sound_files=_sound_files(),
        disks=stores.disks(),
        stores=[
            _store_state(store, states.get(store.name, {}), user)
            for store in stores.stores()
        ],
        last=_last_runs(user),
        oldest_read_at=_oldest_read(),
        troubles=_troubles(turns, states, waiting, at=at),
        damaged=shown,
        hidden=damaged.count() - len(shown),
        runs=_shown(CheckRun.objects.order_by("-ended_at", "-pk")[:RECENT], user),
        running=_running(turns, states, at=at),
        faults=_faults(user),
        exposure=outside.exposure_for(user, at=at),
        waiting=waiting,
        stamping=outside.stamping_for(user, at=at),
        clock_step=_last_step(user),
    )


def _last_step(user: User) -> ClockStep | None:
    steps = Entry.objects.filter(
        organisation_id=user.organisation_id, site_id=0, kind=ClockStepped.kind
    )
    for entry in steps.exclude(data=None).order_by("-seq")[:1]:
        event = event_of(entry.kind, orjson.loads(bytes(entry.data or b"{}")))
        if event:
            words = sentence(event, actor=entry.actor, names={})
            return ClockStep(at=entry.recorded_at, words=words)
    return None


def late_checks(*, at: datetime) -> list[str]:
    """Kinds of checks that did not come in time, by one question; for ``/healthz``.

    That copies were not looked after for minutes is that no worker runs.
    """
    watched = (CheckKind.COPIES, *LATE_AFTER)
    rows = {row.kind: row for row in CheckTurn.objects.filter(kind__in=watched)}
    return [
        kind
        for kind in map(str, watched)
        if (_is_behind(rows[kind], at=at) if kind in rows else kind == watched[0])
    ]


def _is_behind(row: CheckTurn, *, at: datetime) -> bool:
    if row.kind == CheckKind.COPIES:
        return row.is_idle(at=at)
    return row.is_late(at=at)


def _states() -> dict[str, dict[str, int]]:
    """How many copies of each store are in each state."""
    counted: dict[str, dict[str, int]] = {}
    rows = Copy.objects.values("store", "state").annotate(n=Count("pk")).order_by()
    for row in rows:
        counted.setdefault(row["store"], {})[row["state"]] = row["n"]
    return counted


def _sums() -> tuple[int, int]:
    sums = Blob.objects.filter(deleted_at=None).aggregate(
        n=Count("pk"), size=Sum("size")
    )
    return sums["n"], sums["size"] or 0


def _sound_files() -> int:
    present = Count("copies", filter=Q(copies__state=CopyState.PRESENT))
    two = len(Copy.Store.values)
    kept = Blob.objects.filter(deleted_at=None)
    return kept.annotate(n=present).filter(n=two).count()


def _any_lost() -> bool:
    """Whether of some file both copies are damaged."""
    damaged = Count("copies", filter=Q(copies__state__in=_DAMAGED))
    two = len(Copy.Store.values)
    return Blob.objects.annotate(n=damaged).filter(n=two).exists()


def _damaged_exhibits() -> QuerySet[Exhibit]:
    return (
        Exhibit.objects.filter(blob__copies__state__in=_DAMAGED)
        .select_related("case__site", "blob")
        .prefetch_related("blob__copies")
        .distinct()
        .order_by("case__number", "number", "pk")
    )


def _last_runs(user: User) -> dict[str, CheckRun]:
    found: list[CheckRun] = []
    for kind in _SHOWN:
        found += CheckRun.objects.filter(kind=kind).order_by("-ended_at", "-pk")[:1]
    return {run.kind: run for run in _shown(found, user)}


def _shown(runs: Iterable[CheckRun], user: User) -> list[CheckRun]:
    """The runs; which case a drill brought back is told to those who may see it."""
    found = list(runs)
    keys = {run.case_id for run in found if run.case_id}
    known = cases_for(user).filter(pk__in=keys).in_bulk() if keys else {}
    for run in found:
        run.case = known.get(run.case_id)
    return found


def _oldest_read() -> datetime | None:
    """Of those that are thought whole; one never read is as old as its file."""
    present = Copy.objects.filter(state=CopyState.PRESENT)
    oldest: datetime | None = present.aggregate(
        at=Min(Coalesce("rehashed_at", "blob__kept_at"))
    )["at"]
    return oldest


def _troubles(
    turns: Mapping[str, CheckTurn],
    states: Mapping[str, Mapping[str, int]],
    waiting: Sequence[Waiting],
    *,
    at: datetime,
) -> list[Trouble]:
    def any_in(*wanted: CopyState) -> bool:
        return any(by_state.get(s) for by_state in states.values() for s in wanted)

    oldest = _oldest_read()
    is_old = oldest is not None and at - oldest > LATE_AFTER[CheckKind.DEEP]
    has_worker = CheckKind.COPIES in turns and not turns[CheckKind.COPIES].is_idle(
        at=at
    )
    probe = _probe()
    is_bucket = stores.second().is_written_later
    is_away = any_in(CopyState.AWAY) or any(
        store.is_away and states.get(store.name) for store in stores.stores()
    )
    is_there = {
        Trouble.NO_WORKER: not has_worker,
        Trouble.LOST: any_in(*_DAMAGED) and _any_lost(),
        Trouble.DAMAGED: any_in(*_DAMAGED),
        Trouble.AWAY: is_away and not is_bucket,
        Trouble.BUCKET: is_bucket and _is_refused(probe),
        Trouble.BUCKET_AWAY: is_away and is_bucket and not _is_refused(probe),
        Trouble.WAITING: any_in(CopyState.WAITING),
        Trouble.QUICK_LATE: _is_late(turns, CheckKind.QUICK, at=at),
        Trouble.DEEP_LATE: is_old or _is_late(turns, CheckKind.DEEP, at=at),
        Trouble.DRILL_LATE: _is_late(turns, CheckKind.DRILL, at=at),
        Trouble.DRILL_FAILED: _has_drill_failed(),
        Trouble.HISTORY: any(one.refusal in outside.FORKS for one in waiting),
        Trouble.LEDGER: LedgerFault.objects.exists(),
        Trouble.LEDGER_LATE: _is_late(turns, CheckKind.LEDGER, at=at),
    }
    return [trouble for trouble, found in is_there.items() if found]


def _faults(user: User) -> list[Fault]:
    sites = {site.pk: site for site in sites_where(user, Permission.LEDGER_READ)}
    mine = Q(site_id__in=sites) | Q(
        site_id=0, organisation_id__in=[0, user.organisation_id]
    )
    found = LedgerFault.objects.filter(mine).order_by("found_at", "pk")[:MOST_SHOWN]
    return [Fault(site=sites.get(one.site_id), fault=one) for one in found]


def _probe() -> StoreProbe | None:
    """What trying the bucket showed, if there is one and a worker was there."""
    return StoreProbe.objects.filter(address=stores.second().where[:400]).first()


def _is_refused(probe: StoreProbe | None) -> bool:
    return probe is not None and bool(probe.fault)


def _has_drill_failed() -> bool:
    runs = CheckRun.objects.filter(kind=CheckKind.DRILL)
    last = runs.order_by("-ended_at", "-pk").first()
    return last is not None and not last.is_clean


def _is_late(turns: Mapping[str, CheckTurn], kind: CheckKind, *, at: datetime) -> bool:
    return kind in turns and turns[kind].is_late(at=at)


def _running(
    turns: Mapping[str, CheckTurn],
    states: Mapping[str, Mapping[str, int]],
    *,
    at: datetime,
) -> list[Progress]:
    total = sum(sum(by_state.values()) for by_state in states.values())
    found = []
    for kind in MADE_OFTEN:
        row = turns.get(kind)
        if row is None or (row.began_at is None and row.due_at > at):
            continue
        if kind == CheckKind.DEEP:
            due = Q(due_at=None) | Q(due_at__lte=at)
            left = Copy.objects.filter(due, state=CopyState.PRESENT).count()
            if not left and row.began_at is None:
                continue
            total = row.copies + left
        found.append(
            Progress(
                kind=kind,
                copies=row.copies,
                total=total,
                is_waiting=row.began_at is None,
            )
        )
    return found


def _store_state(
    store: Store | Bucket, copies: Mapping[str, int], user: User
) -> StoreState:
    where = store.where if _is_administrator(user) else ""
    if not isinstance(store, Store):
        return StoreState(
            name=store.name,
            copies=copies,
            free_bytes=None,
            total_bytes=None,
            is_away=store.is_away,
            path=where,
            is_bucket=True,
            probe=_probe(),
        )
    try:
        usage = shutil.disk_usage(_nearest(store.root)) if not store.is_away else None
    except OSError:
        usage = None
    try:
        lacks_links = not store.is_away and not store.knows_links
    except OSError:  # full, or nobody may write: how much is on it is told all the same
        lacks_links = False
    return StoreState(
        name=store.name,
        copies=copies,
        free_bytes=usage.free if usage else None,
        total_bytes=usage.total if usage else None,
        is_away=store.is_away,
        path=where,
        lacks_links=lacks_links,
    )


def _nearest(folder: Path) -> Path:
    """The folder, or the one above it that it will be made in."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _is_administrator(user: User) -> bool:
    return any(m.role_key == "administrator" for m in running_memberships(user))

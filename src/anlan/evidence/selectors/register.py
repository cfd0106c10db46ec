"""The register of looks at footage 查阅、复制登记: a reading of the record, and no store.

Every entry by which bytes of footage were given out, or may leave, is in exactly one row.
The ranges that a player asks for are many; those of one look are one row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db.models import Model, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import site_for
from anlan.base.clock import day_bounds
from anlan.evidence.enums import FootageWay, Purpose, Way
from anlan.evidence.events import (
    ExhibitOpened,
    FootageAsked,
    FootageListPrinted,
    FootageOpened,
    FootageViewingBegan,
    PackageDownloaded,
    PackageHandedOver,
    RegisterTaken,
)
from anlan.evidence.models import (
    Camera,
    Exhibit,
    FootageApplication,
    FootageRequest,
    FootageViewing,
    Package,
    PackageReceipt,
    Recording,
    RegisterExtract,
    Segment,
)
from anlan.evidence.selectors.applications import (
    FOOTAGE,
    applicant_name,
    applicant_unit,
)
from anlan.ledger.events import uid_of
from anlan.ledger.models import Entry
from anlan.ledger.sentences import names_for

Row = TypeVar("Row", bound=Model)

PAGE = 50  # rows
WHOLE = 2_000  # rows that are printed or written to a file at once
_CHUNK = 400  # entries of one query
_KINDS = (
    FootageAsked.kind,
    FootageOpened.kind,
    ExhibitOpened.kind,
    PackageDownloaded.kind,
    PackageHandedOver.kind,
    FootageViewingBegan.kind,
    FootageListPrinted.kind,
    RegisterTaken.kind,
)


@dataclass(frozen=True, kw_only=True)
class RegisterRow:
    """One line: when, who of us, for whom, why, what, in which way.

    ``is_unexplained``: bytes were given out and nobody said why. It cannot be, and is
    shown in red if it is. ``seqs`` are the entries that it stands for.
    """

    at: datetime
    seqs: tuple[int, ...]
    way: str
    who: str
    unit: str
    applicant: str
    reason: str
    content: str
    camera: str = ""
    bytes_count: int = 0
    application: str = ""  # its number
    application_uid: UUID | None = None
    person: int | None = None  # a customer, whose name is masked
    is_unexplained: bool = False

    @property
    def seq(self) -> int:
        return self.seqs[0]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of the register is wanted; days are of the site, both included."""

    site: Site
    first_day: date | None = None
    last_day: date | None = None
    camera: Camera | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterPage:
    """Rows, the newest first; ``before`` is where the next ones begin, if there are."""

    rows: list[RegisterRow]
    before: int | None


def register_site_for(reader: User, code: str) -> Site:
    """A site whose register the reader may see.

    Raises:
        NotFound: unknown, or not the reader's.
    """
    return site_for(reader, code, Permission.FOOTAGE_APPROVE)


def register_sites(reader: User) -> QuerySet[Site]:
    return sites_where(reader, Permission.FOOTAGE_APPROVE).order_by("code")


def register_page(
    wanted: Wanted, *, before: int | None = None, most: int = PAGE
) -> RegisterPage:
    """Some rows of the register of a site.

    Args:
        before: the number of the entry before which they begin; none is the newest.
    """
    rows: list[RegisterRow] = []
    while True:
        entries = list(_entries(wanted, before)[:_CHUNK])
        for row, at in _rows(entries, wanted):
            rows.append(row)
            if len(rows) == most:
                has_more = _entries(wanted, at).exists()
                return RegisterPage(rows=rows, before=at if has_more else None)
        if len(entries) < _CHUNK:
            return RegisterPage(rows=rows, before=None)
        before = entries[-1].seq


def with_names(
    rows: Iterable[RegisterRow], names: Mapping[int, str]
) -> list[RegisterRow]:
    """The same rows with the names of customers in full, as ``names`` has them."""
    return [
        replace(row, applicant=names.get(row.person or 0, row.applicant))
        for row in rows
    ]


def people_in(rows: Iterable[RegisterRow]) -> list[int]:
    """The customers who are named in these rows, each once."""
    return sorted({row.person for row in rows if row.person is not None})


def _entries(wanted: Wanted, before: int | None) -> QuerySet[Entry]:
    found = Entry.objects.filter(
        organisation_id=wanted.site.organisation_id,
        site_id=wanted.site.pk,
        kind__in=_KINDS,
    )
    if wanted.first_day is not None:
        found = found.filter(recorded_at__gte=day_bounds(wanted.first_day)[0])
    if wanted.last_day is not None:
        found = found.filter(recorded_at__lt=day_bounds(wanted.last_day)[1])
    if before is not None:
        found = found.filter(seq__lt=before)
    return found.order_by("-seq")


def _rows(
    entries: Sequence[Entry], wanted: Wanted
) -> Iterable[tuple[RegisterRow, int]]:
    """The rows of these entries, each with the number of the entry at which it stands."""
    reading = _Reading(entries, wanted.site)
    for entry in entries:
        row = reading.row_of(entry)
        if row is None:
            continue
        if wanted.camera is None or row.camera == wanted.camera.name:
            yield row, entry.seq


@dataclass
class _Look:
    """A request of one of us to see a recording, and what was opened under it."""

    request: FootageRequest
    seqs: list[int] = field(default_factory=list)
    bytes_count: int = 0
    copied: bool = False


class _Reading:
    """What the entries of one part of the record speak of, read together."""

    def __init__(self, entries: Sequence[Entry], site: Site) -> None:
        self._site = site
        self._facts = {entry.seq: _facts(entry) for entry in entries}
        self._names = names_for({entry.actor for entry in entries})
        self._recordings = _by_uid(
            Recording.objects.select_related("camera", "case"),
            _uids(entries, "recording"),
        )
        self._exhibits = _by_uid(
            Exhibit.objects.filter(FOOTAGE).select_related("case").distinct(),
            _uids(entries, "exhibit"),
        )
        self._cameras = _cameras(self._exhibits.values())
        self._files = _files_of(self._exhibits.values())
        self._here = _uids(entries, "footage")
        self._requests = _requests(
            self._here,
            {recording.pk for recording in self._recordings.values()}
            | {key for keys in self._files.values() for key in keys},
            [entry.recorded_at for entry in entries],
        )
        self._by_who = _by_who(self._requests)
        receipts = _by_uid(
            PackageReceipt.objects.all(), _uids(entries, "package_receipt")
        )
        self._receipts: dict[UUID, PackageReceipt] = receipts
        applied = FootageApplication.objects.select_related(
            "site__organisation", "person", "colleague"
        )
        packages = Package.objects.select_related(
            "case",
            "application__site__organisation",
            "application__person",
            "application__colleague",
        ).prefetch_related(
            Prefetch("exhibits", Exhibit.objects.order_by("number")),
        )
        wanted = _uids(entries, "package")
        by_receipt = {receipt.package_id for receipt in receipts.values()}
        found = [*_by_uid(packages, wanted).values()]
        found += packages.filter(pk__in=by_receipt)
        self._packages = {package.uid: package for package in found}
        self._by_key = {package.pk: package for package in found}
        self._with_footage = set(
            Package.objects.filter(
                pk__in=self._by_key, exhibits__in=Exhibit.objects.filter(FOOTAGE)
            ).values_list("pk", flat=True)
        )
        self._viewings: dict[UUID, FootageViewing] = _by_uid(
            FootageViewing.objects.select_related(
                "application__site__organisation",
                "application__person",
                "application__colleague",
            ),
            _uids(entries, "viewing"),
        )
        self._applications: dict[UUID, FootageApplication] = _by_uid(
            applied, _uids(entries, "application")
        )
        self._extracts: dict[UUID, RegisterExtract] = _by_uid(
            RegisterExtract.objects.all(), _uids(entries, "register")
        )
        self._looks = self._opened(site)

    def row_of(self, entry: Entry) -> RegisterRow | None:
        """The row that stands at this entry; none if it is part of another one."""
        make = {
            FootageAsked.kind: self._look,
            FootageOpened.kind: self._opening,
            ExhibitOpened.kind: self._exhibit,
            PackageDownloaded.kind: self._download,
            PackageHandedOver.kind: self._hand_over,
            FootageViewingBegan.kind: self._viewing,
            FootageListPrinted.kind: self._list,
            RegisterTaken.kind: self._extract,
        }
        return make[entry.kind](entry)

    def _look(self, entry: Entry) -> RegisterRow | None:
        look = self._looks.get(_uid(entry))
        if look is None:
            return None
        request, recording = look.request, look.request.recording
        way = _("登记，没有打开")
        if look.seqs:
            way = _("复制录像文件") if look.copied else str(Way.VIEWED.label)
        return self._row(
            entry,
            seqs=(entry.seq, *look.seqs),
            way=way,
            application=request.application,
            reason=request.reason or _("已按期限删除"),
            content=_content(recording),
            camera=recording.camera.name,
            bytes_count=look.bytes_count,
        )

    def _opening(self, entry: Entry) -> RegisterRow | None:
        recording = self._recordings.get(_uid(entry))
        if recording is None or self._request_of(entry, {recording.pk}) is not None:
            return None
        return self._row(
            entry,
            way=_way(self._facts[entry.seq]),
            reason=_("没有登记事由"),
            content=_content(recording),
            camera=recording.camera.name,
            bytes_count=_bytes(self._facts[entry.seq]),
            is_unexplained=True,
        )

    def _exhibit(self, entry: Entry) -> RegisterRow | None:
        exhibit = self._exhibits.get(_uid(entry))
        if exhibit is None:
            return None  # no footage
        facts = self._facts[entry.seq]
        request = self._request_of(entry, self._files.get(exhibit.pk, set()))
        is_file = exhibit.pk in self._files
        return self._row(
            entry,
            way=_way(facts),
            application=request.application if request else None,
            reason=request.reason or _("已按期限删除")
            if request
            else _("没有登记事由")
            if is_file
            else _("办理案件 %s") % exhibit.case.number,
            is_unexplained=is_file and request is None,
            content=f"{exhibit.case.number} {exhibit.code} {exhibit.title}",
            camera=self._cameras.get(exhibit.pk, ""),
            bytes_count=_bytes(facts),
        )

    def _download(self, entry: Entry) -> RegisterRow | None:
        return self._packed(entry, self._packages.get(_uid(entry)), _("下载证据包"))

    def _hand_over(self, entry: Entry) -> RegisterRow | None:
        receipt = self._receipts.get(_uid(entry))
        package = self._by_key.get(receipt.package_id) if receipt else None
        return self._packed(entry, package, _("交付复制件"))

    def _packed(
        self, entry: Entry, package: Package | None, way: str
    ) -> RegisterRow | None:
        if package is None:
            return None
        if package.application is None and package.pk not in self._with_footage:
            return None  # no footage in it
        codes = " ".join(exhibit.code for exhibit in package.exhibits.all())
        reason = str(Purpose(package.purpose).label)
        facts = self._facts[entry.seq]
        return self._row(
            entry,
            way=way,
            application=package.application,
            reason=(
                package.application.purpose or _("已按期限删除")
                if package.application
                else reason
            ),
            unit="" if package.application else package.recipient,
            content=f"{package.case.number} {package.code}: {codes}",
            bytes_count=_bytes(facts) if "first" in facts else 0,
        )

    def _viewing(self, entry: Entry) -> RegisterRow | None:
        viewing = self._viewings.get(_uid(entry))
        if viewing is None:
            return None
        application = viewing.application
        until = (
            f"{timezone.localtime(viewing.ended_at):%H:%M}"
            if viewing.ended_at
            else _("尚未结束")
        )
        span = f"{timezone.localtime(viewing.began_at):%H:%M} – {until}"
        return self._row(
            entry,
            way=str(FootageWay.VIEW.label),
            application=application,
            reason=application.purpose or _("已按期限删除"),
            content=f"{span} {viewing.seen}".strip(),
        )

    def _list(self, entry: Entry) -> RegisterRow | None:
        application = self._applications.get(_uid(entry))
        if application is None:
            return None
        return self._row(
            entry,
            way=_("打印调取证据清单"),
            application=application,
            reason=application.purpose or _("已按期限删除"),
            content=application.number,
        )

    def _extract(self, entry: Entry) -> RegisterRow | None:
        extract = self._extracts.get(_uid(entry))
        if extract is None:
            return None
        return self._row(
            entry,
            way=_("取用登记簿（姓名不遮盖）"),
            reason=extract.reason,
            content=f"{extract.first_day} – {extract.last_day}",
        )

    def _row(
        self,
        entry: Entry,
        *,
        way: str,
        reason: str,
        content: str,
        seqs: tuple[int, ...] = (),
        application: FootageApplication | None = None,
        unit: str = "",
        camera: str = "",
        bytes_count: int = 0,
        is_unexplained: bool = False,
    ) -> RegisterRow:
        own = self._site.organisation.name
        return RegisterRow(
            at=entry.recorded_at,
            seqs=seqs or (entry.seq,),
            way=way,
            who=self._names.get(entry.actor, entry.actor),
            unit=applicant_unit(application) if application else unit or own,
            applicant=applicant_name(application) if application else "",
            reason=reason,
            content=content,
            camera=camera,
            bytes_count=bytes_count,
            application=application.number if application else "",
            application_uid=application.uid if application else None,
            person=application.person_id if application else None,
            is_unexplained=is_unexplained,
        )

    def _opened(self, site: Site) -> dict[UUID, _Look]:
        """The looks that were asked for here, with all that was opened under each."""
        looks = {
            request.uid: _Look(request)
            for request in self._requests
            if request.uid in self._here
        }
        if not looks:
            return {}
        some = [look.request for look in looks.values()]
        openings = Entry.objects.filter(
            organisation_id=site.organisation_id,
            site_id=site.pk,
            kind=FootageOpened.kind,
            object__in={request.recording.key for request in some},
            actor__in={request.by.actor_key for request in some},
            recorded_at__gte=min(request.made_at for request in some),
            recorded_at__lte=max(request.until for request in some),
        ).order_by("seq")
        by_uid = {request.recording.uid: request.recording for request in some}
        for opening in openings:
            request = self._request_of(opening, {by_uid[_uid(opening)].pk})
            look = looks.get(request.uid) if request else None
            if look is not None:
                facts = _facts(opening)
                look.seqs.append(opening.seq)
                look.bytes_count += _bytes(facts)
                look.copied |= facts.get("way") == Way.DOWNLOADED
        return looks

    def _request_of(
        self, opening: Entry, recordings: set[int]
    ) -> FootageRequest | None:
        """The newest reason that held when these bytes were given out."""
        found: list[FootageRequest] = []
        for recording in recordings:
            made = self._by_who.get((recording, opening.actor), [])
            place = bisect_right(made, opening.recorded_at, key=_made_at)
            held = (r for r in reversed(made[:place]) if r.until >= opening.recorded_at)
            found += islice(held, 1)
        return max(found, key=_age, default=None)


def _made_at(request: FootageRequest) -> datetime:
    return request.made_at


def _age(request: FootageRequest) -> tuple[datetime, int]:
    return request.made_at, request.pk


def _by_who(
    requests: Iterable[FootageRequest],
) -> dict[tuple[int, str], list[FootageRequest]]:
    """By recording and who asked, the oldest first: of thousands a few are looked at."""
    found: dict[tuple[int, str], list[FootageRequest]] = defaultdict(list)
    for request in sorted(requests, key=_age):
        found[request.recording_id, request.by.actor_key].append(request)
    return found


def _requests(
    uids: set[UUID], recordings: set[int], moments: Sequence[datetime]
) -> list[FootageRequest]:
    """Those that were made here, and the others by which an opening may be explained.

    Args:
        moments: of what is read; none that ended before them, or came later, explains.
    """
    found = FootageRequest.objects.select_related(
        "recording__camera",
        "recording__case",
        "by",
        "application__site__organisation",
        "application__person",
        "application__colleague",
    )
    here = list(found.filter(uid__in=uids)) if uids else []
    of = recordings | {request.recording_id for request in here}
    if not of or not moments:
        return here
    # What was opened under a look may have been opened while it lasted, not only here.
    last = max([*moments, *(request.until for request in here)])
    beside = found.filter(
        recording__in=of, until__gte=min(moments), made_at__lte=last
    ).exclude(pk__in=[r.pk for r in here])
    return [*here, *beside]


def _files_of(exhibits: Iterable[Exhibit]) -> dict[int, set[int]]:
    """The recordings of which each exhibit is a file."""
    found: dict[int, set[int]] = {}
    keys = [exhibit.pk for exhibit in exhibits]
    pairs = Segment.objects.filter(exhibit__in=keys).values_list(
        "exhibit_id", "recording_id"
    )
    for exhibit, recording in pairs:
        found.setdefault(exhibit or 0, set()).add(recording)
    return found


def _cameras(exhibits: Iterable[Exhibit]) -> dict[int, str]:
    """The camera of each exhibit that is a file or the list of a recording."""
    keys = [key for e in exhibits for key in (e.pk, e.derived_from_id) if key]
    by_exhibit: dict[int, str] = {}
    for path in ("segments__recording", "recordings", "still__recording"):
        rows = Exhibit.objects.filter(pk__in=keys).exclude(**{path: None})
        pairs = rows.values_list("pk", f"{path}__camera__name")
        by_exhibit.update({key: name for key, name in pairs if name})
    return {
        e.pk: by_exhibit.get(e.pk) or by_exhibit.get(e.derived_from_id or 0, "")
        for e in exhibits
    }


def _content(recording: Recording) -> str:
    begin, end = (
        timezone.localtime(moment)
        for moment in (recording.wanted_from, recording.wanted_to)
    )
    span = f"{begin:%Y-%m-%d %H:%M} – {end:%H:%M}"
    return f"{recording.case.number} {recording.code} {recording.camera.name} {span}"


def _uid(entry: Entry) -> UUID:
    return uid_of(entry.object)


def _uids(entries: Sequence[Entry], kind: str) -> set[UUID]:
    return {_uid(entry) for entry in entries if entry.object.partition(":")[0] == kind}


def _by_uid(rows: QuerySet[Row], uids: set[UUID]) -> dict[UUID, Row]:
    found: list[Any] = list(rows.filter(uid__in=uids)) if uids else []
    return {row.uid: row for row in found}


def _facts(entry: Entry) -> dict[str, Any]:
    return {} if entry.data is None else orjson.loads(bytes(entry.data))


def _bytes(facts: Mapping[str, Any]) -> int:
    return int(facts.get("last", -1)) - int(facts.get("first", 0)) + 1


def _way(facts: Mapping[str, Any]) -> str:
    way = str(facts.get("way", ""))
    return str(Way(way).label) if way in Way.values else way

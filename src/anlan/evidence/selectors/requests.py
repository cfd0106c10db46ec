"""Applications for footage as their reader may see them, and what may leave under one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.base.identity import mask_name
from anlan.cases.models import Case
from anlan.cases.selectors import entries_about
from anlan.customers.selectors import masked
from anlan.evidence.enums import Applicant, ApplicationState, ExhibitState
from anlan.evidence.models import (
    Exhibit,
    FootageApplication,
    Package,
    Recording,
    Segment,
)
from anlan.ledger.events import Event
from anlan.ledger.models import Entry
from anlan.ledger.sentences import event_of, keys_in, names_for, sentence

PAGE = 50
USUAL = timedelta(minutes=1)  # of a file whose end nobody knows
MASKED = "masked"  # the source of an exhibit that redaction made
_SEEN_WITH = (
    Permission.FOOTAGE_TAKE_IN,
    Permission.FOOTAGE_APPROVE,
    Permission.EVIDENCE_OPEN,
)
# What is footage: files of recorders, the lists of them, and copies made of either.
FOOTAGE = (
    Q(segments__isnull=False)
    | Q(recordings__isnull=False)
    | Q(derived_from__segments__isnull=False)
    | Q(derived_from__recordings__isnull=False)
    | Q(still__isnull=False)
    | Q(derived_from__still__isnull=False)
)


def sites_of_applications(reader: User) -> QuerySet[Site]:
    """Where the reader has to do with applications."""
    seen = Q(pk__in=[])
    for permission in _SEEN_WITH:
        seen |= Q(pk__in=sites_where(reader, permission).values("pk"))
    return Site.objects.filter(seen).order_by("code", "pk")


def applications_for(reader: User) -> QuerySet[FootageApplication]:
    """Those of the reader's sites, the newest first."""
    return (
        FootageApplication.objects.filter(site__in=sites_of_applications(reader))
        .select_related(
            *("site__organisation", "case__site", "person", "colleague", "place"),
            *("taken_by", "decided_by", "document"),
        )
        .prefetch_related("windows", "cameras")
        .order_by("-taken_at", "-pk")
    )


@dataclass(frozen=True, kw_only=True)
class ApplicationPage:
    """Some of them; ``after`` is the number of the last one, if there are more."""

    rows: list[FootageApplication]
    after: str


def application_page(
    reader: User,
    *,
    state: str = "",
    case: Case | None = None,
    site: Site | None = None,
    after: str = "",
) -> ApplicationPage:
    """A page of the list, in one state or in all.

    Args:
        after: the number of the last one that was shown.
    """
    found = applications_for(reader)
    if state:
        found = found.filter(state=state)
    if case is not None:
        found = found.filter(case=case)
    if site is not None:
        found = found.filter(site=site)
    last = found.filter(number=after).first() if after else None
    if last is not None:
        found = found.filter(
            Q(taken_at__lt=last.taken_at) | Q(taken_at=last.taken_at, pk__lt=last.pk)
        )
    rows = list(found[: PAGE + 1])
    more = rows[PAGE - 1].number if len(rows) > PAGE else ""
    return ApplicationPage(rows=rows[:PAGE], after=more)


def waiting_for(reader: User) -> int:
    """How many wait for a decision that the reader may make."""
    return (
        FootageApplication.objects.filter(
            site__in=sites_where(reader, Permission.FOOTAGE_APPROVE),
            state=ApplicationState.ASKED,
        )
        .exclude(taken_by=reader)
        .count()
    )


def application_for(reader: User, uid: UUID) -> FootageApplication:
    """One that the reader may see.

    Raises:
        NotFound: unknown, or of a site that is not the reader's; both answer alike.
    """
    found = applications_for(reader).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这份申请，或者您无权查看"))
    return found


def applicant_name(application: FootageApplication, *, is_masked: bool = True) -> str:
    """Who asks, as everybody may see it; in full only where that is on the record."""
    if application.person is not None:
        if is_masked:
            return masked(application.person).name
        return application.person.name or _("已删除")
    if application.colleague is not None:
        return application.colleague.name
    return ", ".join(
        mask_name(name) if is_masked else name
        for name, _number in application.officer_lines
    )


def applicant_unit(application: FootageApplication) -> str:
    """The unit for the register: of a colleague our own."""
    if application.unit:
        return application.unit
    if application.applicant == Applicant.STAFF:
        return application.site.organisation.name
    return application.get_relation_display()


@dataclass(frozen=True)
class Release:
    """What may leave under an application: now, and only after something was done.

    ``files`` were read from recorders and are no exhibits: they go with the list of them.
    ``unsaved`` are recordings of which more may come: what comes later is not in it.
    """

    ready: list[Exhibit] = field(default_factory=list)
    to_mask: list[Exhibit] = field(default_factory=list)
    files: list[Segment] = field(default_factory=list)
    unsaved: list[Recording] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return bool(self.ready) and not self.to_mask


def release_of(application: FootageApplication) -> Release:
    """The files of the approved scope: originals for an authority, else masked copies.

    What was approved as it was recorded, and has no masked copy yet, is named (G11).
    """
    if application.case is None:
        return Release()
    approved = list(scope_of(application))
    if application.kind.is_authority:
        return Release(
            ready=approved,
            files=[s for s in files_in_windows(application) if s.recording.exhibit_id],
            unsaved=_unsaved(application),
        )
    ready, to_mask = {}, []
    masked_of = _masked_copies(approved)
    for exhibit in approved:
        if is_masked_copy(exhibit):
            ready[exhibit.pk] = exhibit
        elif exhibit.pk in masked_of:
            ready.update({copy.pk: copy for copy in masked_of[exhibit.pk]})
        elif exhibit.blob_id is not None and not _is_list(exhibit):
            to_mask.append(exhibit)
    return Release(ready=list(ready.values()), to_mask=to_mask)


def scope_of(application: FootageApplication) -> QuerySet[Exhibit]:
    """The exhibits that were approved, and what approved recordings show in the windows.

    A file that reaches into a window belongs to it whole: nobody cuts an original.
    """
    recordings = application.recordings.all()
    placed = Segment.objects.filter(recording__in=recordings).exclude(exhibit=None)
    stills = Q()
    for window in application.windows.all():
        stills |= Q(still__moment__gte=window.begin, still__moment__lte=window.end)
    return (
        Exhibit.objects.filter(case=application.case)
        .exclude(state=ExhibitState.DELETED)
        .filter(
            Q(pk__in=application.exhibits.values("pk"))
            | Q(recordings__in=recordings)
            | Q(pk__in={one.exhibit_id for one in _in_windows(application, placed)})
            | Q(still__recording__in=recordings) & stills
        )
        .select_related("blob", "case__site")
        .order_by("number")
        .distinct()
    )


def files_in_windows(application: FootageApplication) -> list[Segment]:
    """Files of approved recordings that are no exhibits, in the windows asked for."""
    segments = Segment.objects.filter(
        recording__in=application.recordings.filter(deleted_at=None), exhibit=None
    )
    return _in_windows(
        application, segments.select_related("blob").prefetch_related("blob__copies")
    )


def _unsaved(application: FootageApplication) -> list[Recording]:
    found = application.recordings.filter(deleted_at=None).order_by("number")
    return [recording for recording in found if recording.is_open]


def _in_windows(
    application: FootageApplication, segments: QuerySet[Segment]
) -> list[Segment]:
    """Those that show a moment that was asked for, by the true time."""
    windows = list(application.windows.all())
    ordered = segments.select_related("recording__camera__recorder").order_by(
        "recording__number", "begin"
    )
    return [
        segment
        for segment in ordered
        if any(
            segment.recording.as_true(segment.begin) < window.end
            and window.begin
            < segment.recording.as_true(segment.end or segment.begin + USUAL)
            for window in windows
        )
    ]


def beyond_scope(
    application: FootageApplication, exhibits: Collection[Exhibit]
) -> list[str]:
    """The codes of what was not approved; a masked copy belongs to what it was made of."""
    approved = set(scope_of(application).values_list("pk", flat=True))
    return [
        exhibit.code
        for exhibit in exhibits
        if exhibit.pk not in approved
        and not (is_masked_copy(exhibit) and exhibit.derived_from_id in approved)
    ]


def is_masked_copy(exhibit: Exhibit) -> bool:
    """Whether redaction made it: the only footage that goes to who is no authority."""
    return exhibit.derived_from_id is not None and exhibit.source == MASKED


def has_footage(exhibits: Collection[Exhibit]) -> bool:
    """Whether files of recorders, or pictures out of them, are among them unmasked."""
    keys = [exhibit.pk for exhibit in exhibits]
    raw = Exhibit.objects.filter(Q(segments__isnull=False) | Q(still__isnull=False))
    return any(
        raw.filter(pk__in=keys[start : start + 400]).exists()
        for start in range(0, len(keys), 400)
    )


def _is_list(exhibit: Exhibit) -> bool:
    """The list of a recording's files shows nobody."""
    return bool(exhibit.recordings.all().exists())


def _masked_copies(exhibits: Sequence[Exhibit]) -> dict[int, list[Exhibit]]:
    found: dict[int, list[Exhibit]] = {}
    copies = Exhibit.objects.filter(derived_from__in=exhibits, source=MASKED)
    for copy in copies.select_related("blob", "case__site").order_by("number"):
        found.setdefault(copy.derived_from_id or 0, []).append(copy)
    return found


def packages_under(application: FootageApplication) -> QuerySet[Package]:
    return (
        application.packages.select_related("case__site", "asked_by")
        .prefetch_related(
            Prefetch(
                "exhibits",
                Exhibit.objects.select_related("blob", "derived_from").order_by(
                    "number"
                ),
            ),
            "receipts__by",
        )
        .order_by("pk")
    )


@dataclass(frozen=True, kw_only=True)
class Told:
    """One entry of the record in words."""

    seq: int
    at: datetime
    tone: str
    sentence: str


def story_of_application(
    application: FootageApplication, *, newest: int = 200
) -> list[Told]:
    """All that happened with it, the looks under it as well; oldest first."""
    keys = [
        application.key,
        *(
            f"viewing:{uid}"
            for uid in application.viewings.values_list("uid", flat=True)
        ),
        *(f"footage:{uid}" for uid in application.looks.values_list("uid", flat=True)),
    ]
    for package in packages_under(application):
        keys += [package.key, *(receipt.key for receipt in package.receipts.all())]
    subjects = {application.site.subject}
    if application.case is not None:
        subjects.add(application.case.subject)
    entries = entries_about(subjects).filter(object__in=keys).order_by("-seq")
    return told(list(entries[:newest])[::-1])


def told(entries: Sequence[Entry]) -> list[Told]:
    """Entries as sentences; names are looked up together."""
    pairs = [(entry, _event(entry)) for entry in entries]
    keys = {key for entry, ev in pairs if ev for key in keys_in(ev, actor=entry.actor)}
    names: Mapping[str, str] = names_for(keys)
    return [
        Told(
            seq=entry.seq,
            at=entry.recorded_at,
            tone=event.tone if event else "plain",
            sentence=sentence(event, actor=entry.actor, names=dict(names))
            if event
            else _("内容已依申请删除"),
        )
        for entry, event in pairs
    ]


def _event(entry: Entry) -> Event | None:
    if entry.data is None:
        return None
    return event_of(entry.kind, orjson.loads(bytes(entry.data)))

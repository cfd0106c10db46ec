"""Applications for footage as their reader may see them, and what may leave under one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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
from anlan.evidence.enums import (
    Applicant,
    ApplicationState,
    DerivativeKind,
    ExhibitState,
    Protection,
)
from anlan.evidence.models import (
    Derivative,
    Exhibit,
    FootageApplication,
    Package,
    Recording,
    Redaction,
    Segment,
)
from anlan.evidence.selectors.approvals import SPOKEN
from anlan.evidence.selectors.recordings import Span, without
from anlan.evidence.selectors.redaction import parts_shown
from anlan.ledger.events import Event
from anlan.ledger.models import Entry
from anlan.ledger.sentences import event_of, keys_in, names_for, sentence

PAGE = 50
USUAL = timedelta(minutes=1)  # of a file whose end nobody knows
LEAST_LEFT = 1.0  # seconds: names of files say no less
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
    | Q(made_by__film__isnull=False)
    | Q(still__isnull=False)
    | Q(derived_from__still__isnull=False)
    | Q(is_footage=True)
    | Q(derived_from__is_footage=True)
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
    if application.is_erased:
        return _("已按期限删除")
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
    ``films`` show something of them that no masked copy shows. ``unsaved`` are recordings
    of which more may come: what comes later is not in it.
    """

    ready: list[Exhibit] = field(default_factory=list)
    to_mask: list[Exhibit] = field(default_factory=list)
    films: list[Derivative] = field(default_factory=list)
    files: list[Segment] = field(default_factory=list)
    unsaved: list[Recording] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return bool(self.ready) and not self.to_mask and not self.films


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
    masked = _newest(_masked_films(application))
    copies = _masked_copies(approved)
    shown = _masked_spans(application, masked, copies)
    ready = {one.result_id: one.result for one in masked if one.result is not None}
    to_mask = []
    placed, windows = _placed(application, approved), _windows(application)
    for exhibit in approved:
        if is_masked_copy(exhibit):
            ready[exhibit.pk] = exhibit
        elif exhibit.pk in copies:
            ready.update({copy.pk: copy for copy in copies[exhibit.pk]})
        elif exhibit.blob_id is not None and exhibit.pk not in placed.lists:
            files = placed.files.get(exhibit.pk, [])
            if not files or any(_is_bare(one, windows, shown) for one in files):
                to_mask.append(exhibit)
    return Release(
        ready=sorted(ready.values(), key=lambda one: one.number),
        to_mask=to_mask,
        films=[one for one in _films(application) if _is_bare(one, windows, shown)],
        unsaved=_unsaved(application),
    )


def span_shown(redaction: Redaction) -> Span:
    """Which stretch of true time the masked copy of a film shows."""
    film = redaction.film
    assert film is not None  # noqa: S101 -- of films alone
    part = redaction.plan.get("part")
    begin, end = film.begin, film.end
    if part:
        begin, end = (begin + timedelta(milliseconds=moment) for moment in part)
    recording = film.recording
    return Span(recording.as_true(begin), recording.as_true(min(end, film.end)))


def _masked_films(application: FootageApplication) -> list[Redaction]:
    """Masked copies of films of approved recordings, in the windows, as they were made.

    By the recording and not by the list of its files: one that was saved again has
    another list, and other films.
    """
    found = (
        Redaction.objects.filter(
            result__isnull=False,
            film__recording__in=application.recordings.filter(deleted_at=None),
        )
        .filter(result__protection=Protection.NONE)
        .exclude(result__state=ExhibitState.DELETED)
        .select_related("result__blob", "result__case__site", "film__recording")
        .order_by("pk")
    )
    windows = _windows(application)
    return [one for one in found if _meets(span_shown(one), windows)]


def _newest(made: Sequence[Redaction]) -> list[Redaction]:
    """Without those of which a later one shows all: that was made because they were not
    good enough.
    """
    kept: list[Redaction] = []
    for one in reversed(made):
        span = span_shown(one)
        is_replaced = any(
            one.film
            and other.film
            and other.film.recording_id == one.film.recording_id
            and span_shown(other).begin <= span.begin
            and span.end <= span_shown(other).end
            for other in kept
        )
        if not is_replaced:
            kept.append(one)
    return kept[::-1]


def _masked_spans(
    application: FootageApplication,
    masked: Sequence[Redaction],
    copies: Mapping[int, Sequence[Exhibit]],
) -> dict[int, list[Span]]:
    """By recording, what can be seen of it masked: films, and files that people brought."""
    found: dict[int, list[Span]] = {}
    for one in masked:
        if one.film is not None:
            found.setdefault(one.film.recording_id, []).append(span_shown(one))
    segments = Segment.objects.filter(
        recording__in=application.recordings.all(), exhibit__in=list(copies)
    )
    for segment in segments.select_related("recording"):
        found.setdefault(segment.recording_id, []).append(_span_of(segment))
    return {
        key: sorted(spans, key=lambda span: span.begin) for key, spans in found.items()
    }


def _films(application: FootageApplication) -> list[Derivative]:
    """What can be looked at of files that are no exhibits: of others, the file is masked."""
    return list(
        Derivative.objects.filter(
            recording__in=application.recordings.filter(
                deleted_at=None, segments__exhibit=None, segments__isnull=False
            ),
            kind=DerivativeKind.VIEWING,
            is_current=True,
            blob__isnull=False,
        )
        .select_related("recording__camera")
        .order_by("recording__number", "begin")
        .distinct()
    )


def _is_bare(
    one: Derivative | Segment,
    windows: Sequence[Span],
    shown: Mapping[int, Sequence[Span]],
) -> bool:
    """Whether it shows something of the windows that no masked copy shows."""
    span = _span_of(one)
    wanted = [
        Span(max(span.begin, window.begin), min(span.end, window.end))
        for window in windows
        if _meets(span, [window])
    ]
    left = without(wanted, shown.get(one.recording_id, []))
    return any(rest.seconds >= LEAST_LEFT for rest in left)


def _span_of(one: Derivative | Segment) -> Span:
    end = one.end or one.begin + USUAL
    return Span(one.recording.as_true(one.begin), one.recording.as_true(end))


def _windows(application: FootageApplication) -> list[Span]:
    return [Span(one.begin, one.end) for one in application.windows.all()]


def _meets(span: Span, windows: Iterable[Span]) -> bool:
    return any(span.begin < one.end and one.begin < span.end for one in windows)


def may_be_asked_for(application: FootageApplication) -> Q:
    """What may be approved beside recordings: nothing that is protected.

    But an authority gets the statements for which its paper asks; not the letters and
    deeds that only the same people may see.
    """
    free = Q(protection=Protection.NONE)
    if not (application.kind.is_authority and application.names_statements):
        return free
    return free | Q(protection=Protection.STATEMENT) & SPOKEN


def scope_of(application: FootageApplication) -> QuerySet[Exhibit]:
    """The exhibits that were approved, and what approved recordings show in the windows.

    A file that reaches into a window belongs to it whole: nobody cuts an original. What
    became protected since is not among them: nobody approved that.
    """
    recordings = application.recordings.all()
    placed = Segment.objects.filter(recording__in=recordings).exclude(exhibit=None)
    stills = Q()
    for window in application.windows.all():
        stills |= Q(still__moment__gte=window.begin, still__moment__lte=window.end)
    return (
        Exhibit.objects.filter(may_be_asked_for(application), case=application.case)
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
    windows = _windows(application)
    ordered = segments.select_related(
        "recording__camera__recorder", "recording__exhibit"
    ).order_by("recording__number", "begin")
    return [segment for segment in ordered if _meets(_span_of(segment), windows)]


def beyond_scope(
    application: FootageApplication, exhibits: Collection[Exhibit]
) -> list[str]:
    """The codes of what was not approved; a masked copy belongs to what it was made of."""
    approved = set(scope_of(application).values_list("pk", flat=True))
    films = {one.result_id for one in _masked_films(application)}
    of_films = set(
        Redaction.objects.filter(
            result__in=[exhibit.pk for exhibit in exhibits], film__isnull=False
        ).values_list("result", flat=True)
    )
    return [
        exhibit.code
        for exhibit in exhibits
        if exhibit.pk not in approved
        and exhibit.pk not in films
        and (
            exhibit.pk in of_films
            or not is_masked_copy(exhibit)
            or exhibit.derived_from_id not in approved
        )
    ]


def is_masked_copy(exhibit: Exhibit) -> bool:
    """Whether redaction made it: the only footage that goes to who is no authority."""
    return exhibit.derived_from_id is not None and exhibit.source == MASKED


def has_footage(exhibits: Collection[Exhibit]) -> bool:
    """Whether files of recorders, or pictures out of them, are among them unmasked.

    Those that nobody placed yet count: whoever brought them said what they are.
    """
    keys = [exhibit.pk for exhibit in exhibits]
    raw = Exhibit.objects.filter(
        Q(segments__isnull=False) | Q(still__isnull=False) | Q(is_footage=True)
    )
    return any(
        raw.filter(pk__in=keys[start : start + 400]).exists()
        for start in range(0, len(keys), 400)
    )


@dataclass(frozen=True)
class _Placed:
    """Which exhibits are lists of recordings, and of which recordings others are files."""

    lists: set[int]
    files: dict[int, list[Segment]]


def _placed(application: FootageApplication, exhibits: Sequence[Exhibit]) -> _Placed:
    """The list of a recording's files shows nobody."""
    lists = Recording.objects.filter(exhibit__in=exhibits)
    files: dict[int, list[Segment]] = {}
    segments = Segment.objects.filter(
        exhibit__in=exhibits, recording__in=application.recordings.all()
    )
    for segment in segments.select_related("recording"):
        files.setdefault(segment.exhibit_id or 0, []).append(segment)
    return _Placed(
        {key for key in lists.values_list("exhibit", flat=True) if key}, files
    )


def _masked_copies(exhibits: Sequence[Exhibit]) -> dict[int, list[Exhibit]]:
    """Of the files of exhibits themselves: the newest of the whole and of each part."""
    copies = (
        Exhibit.objects.filter(derived_from__in=exhibits, source=MASKED)
        .exclude(state=ExhibitState.DELETED)
        .exclude(made_by__film__isnull=False)
        .select_related("blob", "case__site")
        .order_by("number")
    )
    parts = parts_shown(copies)
    newest = {(copy.derived_from_id, parts.get(copy.pk)): copy for copy in copies}
    found: dict[int, list[Exhibit]] = {}
    for (original, _part), copy in newest.items():
        found.setdefault(original or 0, []).append(copy)
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

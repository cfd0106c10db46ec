"""What of a case is due when, and what keeps it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, TypeAlias

from django.db.models import Max, Q, QuerySet

from anlan.accounts.models import Site
from anlan.cases.enums import Severity
from anlan.cases.joined import one_case
from anlan.cases.models import Case
from anlan.evidence.enums import (
    ApplicationState,
    ExhibitKind,
    ExhibitState,
    FilePart,
    Ground,
    Keeper,
    PackageState,
    Protection,
    Purpose,
    RecordingState,
    RedactionState,
    RetentionClass,
    StatementState,
    StepKind,
    UploadState,
    WordsKind,
)
from anlan.evidence.models import (
    Blob,
    CaseWords,
    CustodyStep,
    Deletion,
    Exhibit,
    FootageApplication,
    FootageCorrection,
    FootageRequest,
    FootageViewing,
    Hold,
    Injury,
    InjuryRefusal,
    MedicalPaper,
    Package,
    PackageReceipt,
    PackageWithdrawal,
    PlayingCopy,
    Recording,
    Redaction,
    RetentionRule,
    Segment,
    Statement,
    StatementAnswer,
    Upload,
)
from anlan.law import selectors as law
from anlan.law.book import Retention
from anlan.ledger.models import Worded

_APPROVED_STATES = [state for state in ApplicationState if state.is_running]
NOTICE = timedelta(days=30)  # that something stands on the list before it goes

GroundsOf: TypeAlias = "Callable[[Collection[int]], Mapping[int, set[Ground]]]"
Thing: TypeAlias = "Exhibit | Recording"
WordsOf: TypeAlias = "list[tuple[QuerySet[Any], tuple[str, ...]]]"
_GROUNDS: list[GroundsOf] = []
# When something happened in a case after which one may still go to court, by its key.
AnewFrom: TypeAlias = "Callable[[Collection[int]], Mapping[int, datetime]]"
_ANEW: list[AnewFrom] = []
# Rows of another package that say something about a case, each with its way to the case.
WrittenOf: TypeAlias = "Callable[[], Iterable[tuple[QuerySet[Any], str]]]"
_WRITTEN: list[WrittenOf] = []


def add_grounds(asked: GroundsOf) -> None:
    """Enter what another package knows of cases, by their keys; once, at import."""
    if asked in _GROUNDS:
        raise RuntimeError("these grounds were entered before")
    _GROUNDS.append(asked)


def add_anew(asked: AnewFrom) -> None:
    """Enter from when another package lets the periods of a case count; once, at import."""
    if asked in _ANEW:
        raise RuntimeError("this was entered before")
    _ANEW.append(asked)


def add_written(asked: WrittenOf) -> None:
    """Enter which rows a follower erases (``deleting.add_followers``); once, at import.

    A case that has them and no evidence, or none any more, is let go for them.
    """
    if asked in _WRITTEN:
        raise RuntimeError("these rows were entered before")
    _WRITTEN.append(asked)


def _written() -> Iterator[tuple[QuerySet[Any], str]]:
    for asked in _WRITTEN:
        yield from asked()


def grounds_of(case: Case) -> set[Ground]:
    """What other packages know of the case."""
    return set().union(*(asked([case.pk]).get(case.pk, set()) for asked in _GROUNDS))


@dataclass(frozen=True)
class Item:
    """What is deleted as one: an exhibit, a recording with all its files, or words.

    An application stands for its words, if it belongs to no case.

    ``after`` is the moment from which it counts, if that is later than the case's end.
    """

    thing: Thing | CaseWords | FootageApplication
    classes: frozenset[RetentionClass]
    after: datetime | None = None

    @property
    def exhibit(self) -> Exhibit | None:
        return self.thing if isinstance(self.thing, Exhibit) else None

    @property
    def recording(self) -> Recording | None:
        return self.thing if isinstance(self.thing, Recording) else None

    @property
    def words(self) -> CaseWords | None:
        return self.thing if isinstance(self.thing, CaseWords) else None

    @property
    def application(self) -> FootageApplication | None:
        return self.thing if isinstance(self.thing, FootageApplication) else None

    @property
    def is_handling(self) -> bool:
        """What others wrote about the case: it goes with whatever is the last of it."""
        return self.words is not None and self.words.kind == WordsKind.HANDLING


@dataclass(frozen=True, kw_only=True)
class Due:
    """By which rule something goes, and when; without the time of notice."""

    retention_class: RetentionClass
    days: int
    since: datetime
    at: datetime


@dataclass(frozen=True)
class Period:
    """How long a site keeps a class, beside what the law says about it."""

    retention_class: RetentionClass
    days: int
    law: Retention
    rule: RetentionRule | None

    @property
    def is_short(self) -> bool:
        """Whether it is shorter than what is advised."""
        return self.days < self.law.advised

    @property
    def citation(self) -> str:
        return law.cite_all(self.law.sources)


def periods_of(site: Site, rows: Iterable[RetentionRule] | None = None) -> list[Period]:
    """Every class with its days; ``rows`` are the rules of the site, if they are read."""
    if rows is None:
        rows = site.retention_rules.select_related("changed_by")
    rules = {row.retention_class: row for row in rows}
    found = []
    for one in RetentionClass:
        rule, data = rules.get(one.value), law.retention(one.value)
        days = rule.days if rule else data.days
        found.append(Period(one, days, data, rule))
    return found


def days_of(periods: Iterable[Period]) -> dict[RetentionClass, int]:
    return {period.retention_class: period.days for period in periods}


def has_something() -> Q:
    """Of cases: there is something that can be deleted."""
    files = Exhibit.objects.filter(blob__isnull=False).exclude(
        state=ExhibitState.DELETED
    )
    recordings = Recording.objects.filter(deleted_at=None, segments__isnull=False)
    written = [Q(pk__in=rows.values(way)) for rows, way in _written()]
    written += [Q(pk__in=rows.values(way)) for rows, way, _fields in _custody()]
    return (
        reduce(or_, written, Q(pk__in=files.values("case")))
        | Q(pk__in=recordings.values("case"))
        | Q(pk__in=rows_with_words(Injury).values("case"))
        | Q(pk__in=rows_with_words(InjuryRefusal).values("party__case"))
        | Q(pk__in=rows_with_words(MedicalPaper).values("party__case"))
        | Q(pk__in=rows_with_words(Statement).filter(exhibit=None).values("case"))
        | Q(pk__in=rows_with_words(FootageRequest).values("recording__case"))
        | Q(pk__in=rows_with_words(FootageViewing).values("application__case"))
        | Q(pk__in=applications_ended().exclude(case=None).values("case"))
    )


def words_left(words: CaseWords | FootageApplication) -> WordsOf:
    """The rows that still have words of this kind, with the fields that have them.

    A field that a constraint compares with another one stands before that.
    """
    if isinstance(words, FootageApplication):
        return [
            (rows_with_words(FootageViewing).filter(application=words), ("seen",)),
            (applications_alone().filter(pk=words.pk), APPLICATION_WORDS),
        ]
    case = words.case
    if words.kind == WordsKind.HANDLING:
        return []  # theirs to name, and to erase
    if words.kind == WordsKind.INJURIES:
        return [
            (
                rows_with_words(Injury).filter(case=case),
                ("region", "kind", "words", "reason"),
            ),
            (rows_with_words(InjuryRefusal).filter(party__case=case), ("reason",)),
            (rows_with_words(MedicalPaper).filter(party__case=case), ("level", "kind")),
        ]
    if words.kind == WordsKind.SAID:
        # Refused, given up, or never signed: no paper stands for their words.
        return [
            (
                rows_with_words(StatementAnswer).filter(
                    statement__case=case, statement__exhibit=None
                ),
                ("question", "answer"),
            ),
            (
                rows_with_words(Statement).filter(case=case, exhibit=None),
                SAID_AROUND,
            ),
        ]
    if words.kind == WordsKind.CUSTODY:
        return [
            (rows.filter(**{way: case}), fields) for rows, way, fields in _custody()
        ]
    return [
        (rows_with_words(FootageRequest).filter(recording__case=case), ("reason",)),
        (rows_with_words(FootageViewing).filter(application__case=case), ("seen",)),
        (applications_ended().filter(case=case), APPLICATION_WORDS),
    ]


def _custody() -> list[tuple[QuerySet[Any], str, tuple[str, ...]]]:
    """What was written of things, packages and holds: rows, their way to the case, fields.

    Of a thing that is still in our hands nothing goes: whoever keeps it must know what it
    is. A hold that stands holds its own words as well, and a package that can still be
    given out keeps its case.
    """
    gone = [ExhibitState.RETURNED, ExhibitState.DISPOSED]
    things = rows_with_words(Exhibit).filter(kind=ExhibitKind.OBJECT, state__in=gone)
    steps = rows_with_words(CustodyStep).filter(exhibit__state__in=gone)
    return [
        (things, "case", ("title", "how")),
        (steps, "exhibit__case", ("words", "kept_where")),
        (
            rows_with_words(Package).exclude(state=PackageState.MAKING),
            "case",
            ("recipient", "identity", "document_number", "acknowledged"),
        ),
        (
            rows_with_words(PackageReceipt),
            "package__case",
            ("receiver", "identity", "way"),
        ),
        (rows_with_words(PackageWithdrawal), "package__case", ("reason",)),
        (rows_with_words(FootageCorrection), "exhibit__case", ("reason",)),
        (
            rows_with_words(Hold).exclude(released_at=None),
            "case",
            ("words", "document_number", "proposal"),
        ),
    ]


# What a statement says of how it was taken.
SAID_AROUND = ("language", "place", "present", "guardian", "relation", "reason")
# The unit is what the constraint of one applicant looks at: last, without the salt.
APPLICATION_WORDS = (
    *("purpose", "officers", "document_number", "identity_tail"),
    *("decision", "withdrawal", "unit"),
)


def applications_ended() -> QuerySet[FootageApplication]:
    """Those under which nothing is seen or given any more, and whose words are there."""
    return rows_with_words(FootageApplication).exclude(ended_at=None)


def applications_alone() -> QuerySet[FootageApplication]:
    """Those of the ended ones that belong to no case: nothing but the period keeps them."""
    return applications_ended().filter(case=None)


def applications_due(*, at: datetime) -> QuerySet[FootageApplication]:
    """Those of no case that are to be announced or decided, or stand on the list."""
    found = Q(
        pk__in=Deletion.objects.filter(
            application__isnull=False, decided_at=None
        ).values("application")
    )
    # Each site once: a row for each application would be a condition for each.
    for site in Site.objects.filter(pk__in=applications_alone().values("site")):
        days = days_of(periods_of(site))[RetentionClass.REGISTER]
        found |= Q(site=site, ended_at__lte=at + NOTICE - timedelta(days=days))
    return applications_alone().filter(found).order_by("ended_at", "pk")


def item_of(application: FootageApplication) -> Item:
    """What goes of an application that belongs to no case."""
    return Item(application, frozenset({RetentionClass.REGISTER}))


def rows_with_words(model: type[Worded]) -> QuerySet[Any]:
    """The rows of a table whose words were not erased."""
    return QuerySet(model).exclude(text_salt=b"")


def with_hosts(case: Case) -> list[Case]:
    """The case, and that into which it was joined: what is known of one counts for it too."""
    found = [case]
    while found[-1].joined_into is not None:
        found.append(found[-1].joined_into)
    return found


def ended_at(case: Case) -> datetime | None:
    """From when the periods of a case count; none while it, or its host, is open.

    What came later, and may be taken to court, lets them count anew.
    """
    cases = with_hosts(case)
    closed = cases[-1].closed_at
    if closed is None:
        return None
    keys = [one.pk for one in cases]
    later = [moment for asked in _ANEW for moment in asked(keys).values()]
    return max([closed, *later])


def due_of(item: Item, ended: datetime, days: Mapping[RetentionClass, int]) -> Due:
    """The longest of its classes counts."""
    longest = max(sorted(item.classes), key=lambda one: days[one])
    count = days[longest]
    since = max(ended, item.after or ended)
    return Due(
        retention_class=longest,
        days=count,
        since=since,
        at=since + timedelta(days=count),
    )


def items_of(case: Case) -> list[Item]:
    """Everything of a case that has files or words of its own and was not deleted."""
    base = case_class(case)
    recordings = recordings_left(case)
    inside = {one.exhibit_id for one in recordings if one.exhibit_id}
    inside |= set(
        Segment.objects.filter(
            recording__in=recordings, exhibit__isnull=False
        ).values_list("exhibit", flat=True)
    )
    exhibits = (
        case.exhibits.filter(blob__isnull=False)
        .exclude(state=ExhibitState.DELETED)
        .exclude(pk__in=inside)
        .select_related("blob")
        .order_by("number")
    )
    items = [Item(one, frozenset({base})) for one in recordings]
    for exhibit in exhibits:
        exhibit.case = case
        classes = {base}
        if exhibit.protection == Protection.STATEMENT:
            classes.add(RetentionClass.STATEMENT)
        items.append(Item(exhibit, frozenset(classes)))
    for one in recordings:
        one.case = case
    items += _words_of(case, base)
    if not items and any(
        rows.filter(**{way: case}).exists() for rows, way in _written()
    ):
        items.append(Item(CaseWords(case, WordsKind.HANDLING), frozenset({base})))
    return items


def has_files(case: Case) -> bool:
    """Whether an exhibit is left, by itself or in a recording: far less than its items."""
    return (
        case.exhibits.filter(blob__isnull=False)
        .exclude(state=ExhibitState.DELETED)
        .exists()
    )


def _words_of(case: Case, base: RetentionClass) -> list[Item]:
    """Of the injuries as long as of the case; the register of looks has its own class.

    Whoever looks once more makes the register count anew.
    """
    items = []
    injuries = CaseWords(case, WordsKind.INJURIES)
    if any(rows.exists() for rows, _fields in words_left(injuries)):
        items.append(Item(injuries, frozenset({base})))
    said = CaseWords(case, WordsKind.SAID)
    if any(rows.exists() for rows, _fields in words_left(said)):
        items.append(Item(said, frozenset({base, RetentionClass.STATEMENT})))
    custody = CaseWords(case, WordsKind.CUSTODY)
    if any(rows.exists() for rows, _fields in words_left(custody)):
        items.append(Item(custody, frozenset({base})))
    looks = CaseWords(case, WordsKind.LOOKS)
    (requests, _reason), (viewings, _seen), (applications, _words) = words_left(looks)
    last = [
        requests.aggregate(last=Max("made_at"))["last"],
        viewings.aggregate(last=Max("began_at"))["last"],
        applications.aggregate(last=Max("ended_at"))["last"],
    ]
    if any(last):
        after = max(filter(None, last))
        items.append(Item(looks, frozenset({RetentionClass.REGISTER}), after))
    return items


def recordings_left(case: Case) -> list[Recording]:
    """Those that have files and were not deleted."""
    return list(
        case.recordings.filter(deleted_at=None)
        .filter(Q(segments__isnull=False) | Q(exhibit__isnull=False))
        .select_related("exhibit")
        .distinct()
        .order_by("number")
    )


def case_class(case: Case) -> RetentionClass:
    """Of a joined case, what its host is counts as well; the longer one wins.

    What the police know of counts for all cases that are one, whichever they know.
    """
    cases = with_hosts(case)
    keys = [one.pk for one in cases]
    whole = list(one_case(cases[-1]).values_list("pk", flat=True))
    known = [asked({*keys, *whole}) for asked in _GROUNDS]
    if any(Ground.POLICE in found for one in known for found in one.values()):
        return RetentionClass.SERIOUS
    if _was_somebody_hurt(cases):
        return RetentionClass.SERIOUS
    grounds = [set().union(*(one.get(key, set()) for one in known)) for key in keys]
    if all(Ground.FALSE_ALARM in one for one in grounds):
        return RetentionClass.FALSE_ALARM
    if any(one.severity >= Severity.CONSIDERABLE for one in cases):
        return RetentionClass.SERIOUS
    return RetentionClass.ORDINARY


def _was_somebody_hurt(cases: Collection[Case]) -> bool:
    return (
        Injury.objects.filter(case__in=cases, withdrawn_at=None).exists()
        or MedicalPaper.objects.filter(party__case__in=cases).exists()
        or Package.objects.filter(
            case__in=cases, purpose__in=[Purpose.POLICE, Purpose.COURT]
        ).exists()
    )


def files_of(item: Item) -> list[tuple[Blob, FilePart]]:
    """Each file once, as what it is first of all."""
    found: dict[int, tuple[Blob, FilePart]] = {}

    def add(blob: Blob | None, part: FilePart) -> None:
        if blob is not None:
            found.setdefault(blob.pk, (blob, part))

    if item.recording is not None:
        exhibits = exhibits_within(item.recording)
        for segment in item.recording.segments.select_related("blob"):
            add(segment.blob, FilePart.SEGMENT)
        for one in item.recording.derivatives.select_related("blob"):
            add(one.blob, FilePart.DERIVED)
    else:
        exhibits = [item.exhibit] if item.exhibit else []
    for application in _applications_of(item).select_related("document"):
        add(application.document, FilePart.PAPER)
    for exhibit in exhibits:
        add(exhibit.blob, FilePart.ORIGINAL)
        played = PlayingCopy.objects.filter(original=exhibit.blob).first()
        add(played.blob if played else None, FilePart.DERIVED)
        statement = Statement.objects.filter(exhibit=exhibit).first()
        signed = statement or getattr(exhibit, "addendum", None)
        if signed is not None:
            add(signed.signature, FilePart.SIGNATURE)
            add(signed.guardian_signature, FilePart.SIGNATURE)
    return list(found.values())


def _applications_of(item: Item) -> QuerySet[FootageApplication]:
    """Whose words go with this item, and with them the photo of their paper."""
    if item.application is not None:
        return applications_alone().filter(pk=item.application.pk)
    if item.words is None or item.words.kind != WordsKind.LOOKS:
        return FootageApplication.objects.none()
    return applications_ended().filter(case=item.words.case)


def exhibits_within(recording: Recording) -> list[Exhibit]:
    """The list of its files, and the files that people brought for it."""
    return list(
        Exhibit.objects.filter(
            Q(recordings=recording) | Q(segments__recording=recording),
            case=recording.case_id,
        )
        .select_related("blob", "case__site")
        .distinct()
        .order_by("number")
    )


def keepers_of(case: Case, *, at: datetime) -> list[Keeper]:
    """What keeps all of a case by itself, without anybody's hold."""
    cases = with_hosts(case)
    is_there = {
        Keeper.OPEN: ended_at(case) is None,
        Keeper.PACKAGE: Package.objects.filter(case__in=cases)
        .filter(
            Q(state=PackageState.MAKING)
            | Q(
                state__in=[PackageState.READY, PackageState.HANDED_OVER],
                expires_at__gt=at,
            )
        )
        .exists(),
        Keeper.RECORDING: Recording.objects.filter(case__in=cases)
        .filter(
            Q(
                state__in=[RecordingState.WANTED, RecordingState.PULLING],
                overwritten_at__gt=at,
            )
            | Q(pull_held_until__gt=at)
            | Q(view_held_until__gt=at)
        )
        .exists(),
        Keeper.UPLOAD: Upload.objects.filter(
            case__in=cases, state=UploadState.OPEN, expires_at__gt=at
        ).exists(),
        Keeper.STATEMENT: Statement.objects.filter(
            case__in=cases, state__in=[StatementState.DRAFT, StatementState.READ_BACK]
        ).exists(),
        Keeper.REDACTION: Redaction.objects.filter(
            case__in=cases, state__in=[RedactionState.PREPARING, RedactionState.QUEUED]
        ).exists(),
        Keeper.DISPOSAL: _waits_for_disposal(cases),
        Keeper.APPLICATION: FootageApplication.objects.filter(case__in=cases)
        .filter(
            Q(state=ApplicationState.ASKED)
            | Q(state__in=_APPROVED_STATES, until__gt=at)
        )
        .exists(),
        Keeper.CLAIM: any(Ground.CLAIM in grounds_of(one) for one in cases),
    }
    return [keeper for keeper, found in is_there.items() if found]


def _waits_for_disposal(cases: Collection[Case]) -> bool:
    """Whether the last that was said about disposing of a thing is that it was asked for."""
    decided = [StepKind.DISPOSAL_REFUSED, StepKind.DISPOSED]
    steps = CustodyStep.objects.filter(
        exhibit__case__in=cases, kind__in=[StepKind.DISPOSAL_ASKED, *decided]
    )
    last = dict(steps.order_by("pk").values_list("exhibit", "kind"))
    return StepKind.DISPOSAL_ASKED in last.values()


def owned_by_others(
    blob: Blob, item: Item, rows: Mapping[str, set[int | None]]
) -> bool:
    """Whether the bytes are also something that is not deleted and is not this item.

    Args:
        rows: of the digests, the cases on whose photos and attachments they stand.
    """
    inside: list[int] = []
    if item.exhibit is not None:
        inside = [item.exhibit.pk]
    elif item.recording is not None:
        inside = [one.pk for one in exhibits_within(item.recording)]
    exhibits = Exhibit.objects.exclude(state=ExhibitState.DELETED).exclude(
        pk__in=inside
    )
    recordings = Recording.objects.filter(deleted_at=None)
    if item.recording is not None:
        recordings = recordings.exclude(pk=item.recording.pk)
    if exhibits.filter(uses(blob)).exists():
        return True
    if recordings.filter(Q(segments__blob=blob) | Q(derivatives__blob=blob)).exists():
        return True
    if Package.objects.filter(
        Q(receipts__giver_signature=blob) | Q(receipts__receiver_signature=blob)
    ).exists():
        return True
    applications = rows_with_words(FootageApplication).filter(document=blob)
    if applications.exclude(pk__in=_applications_of(item).values("pk")).exists():
        return True
    deleted = set(
        Exhibit.objects.filter(blob=blob, state=ExhibitState.DELETED).values_list(
            "case", flat=True
        )
    )
    mine = {item.thing.case_id} - {None}  # of a report without a case it is another's
    return bool(rows.get(blob.sha256, set()) - deleted - mine)


def uses(blob: Blob) -> Q:
    """Of exhibits: these bytes are theirs, or somebody signed for them by these."""
    return (
        Q(blob=blob)
        | Q(blob__playing_copy__blob=blob)
        | Q(steps__giver_signature=blob)
        | Q(steps__receiver_signature=blob)
        | Q(statement__signature=blob)
        | Q(statement__guardian_signature=blob)
        | Q(addendum__signature=blob)
        | Q(addendum__guardian_signature=blob)
    )

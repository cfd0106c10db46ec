"""Evidence as its reader may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.cases.joined import one_case
from anlan.cases.models import Case
from anlan.cases.selectors import Line, case_for, entries_about, lines_of
from anlan.cases.wall import where_of_a_side
from anlan.evidence.enums import (
    ExhibitKind,
    ExhibitState,
    Protection,
    Source,
    UploadState,
)
from anlan.evidence.events import ExhibitOpened
from anlan.evidence.models import Exhibit, PhysicalItem, Upload
from anlan.evidence.permissions import bodies_behind, can_open
from anlan.evidence.selectors.statements import statements_for
from anlan.ledger.models import Checkpoint, Entry

PAGE = 100  # rows
SITTING = timedelta(minutes=30)  # no longer between two ranges of one


@dataclass(frozen=True, kw_only=True)
class ExhibitPage:
    """Some exhibits of a case; ``after`` is where the next ones begin, if there are.

    ``kinds`` and ``hidden`` count the whole case: what the reader sees of each kind, only
    of the kinds that there are, and what is protected from him.
    """

    exhibits: list[Exhibit]
    after: int | None
    kinds: dict[ExhibitKind, int]
    hidden: int


@dataclass(frozen=True)
class Sitting:
    """Entries that are told as one: the first, the time of the last, and how many."""

    seq: int
    until: datetime
    count: int


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line of a story, and the sitting that it tells of."""

    line: Line
    sitting: Sitting


@dataclass(frozen=True, kw_only=True)
class StoryPage:
    """The arrival and some lines; between the two ``hidden`` ones, older than ``before``."""

    lines: list[Told]
    hidden: int
    before: int | None


def exhibits_in(cases: QuerySet[Case], reader: User) -> QuerySet[Exhibit]:
    """What the reader may know of the exhibits of these cases, in the order of arrival."""
    return _in(cases).filter(seen_by(reader))


def every_exhibit_of(case: Case) -> QuerySet[Exhibit]:
    """All of a case, for the program alone: whoever chose from them was asked before."""
    return _in(Case.objects.filter(pk=case.pk))


def every_exhibit_of_one_case(case: Case) -> QuerySet[Exhibit]:
    """The same of the case and of those that are one with it, the host's first."""
    return _in(one_case(case))


def _in(cases: QuerySet[Case]) -> QuerySet[Exhibit]:
    return (
        Exhibit.objects.filter(case__in=cases)
        .select_related(
            *("case__site", "blob", "derived_from"),
            *("item__holder", "item__holder_party"),
        )
        .prefetch_related("blob__copies")
        .order_by("case", "number")
    )


def seen_by(reader: User) -> Q:
    """All that is not protected, and what is and the reader needs, or brought."""
    injuries = Q(case__site__in=sites_where(reader, Permission.INJURY_READ))
    spoken = statements_for(reader)
    is_spoken = (
        Q(statement__in=spoken)
        | Q(file_of__statement__in=spoken)
        | Q(addendum__statement__in=spoken)
        | Q(derived_from__file_of__statement__in=spoken)
        | Q(derived_from__statement__in=spoken)
        | Q(derived_from__addendum__statement__in=spoken)
    )
    # A letter is no statement, and is for whoever may read the plan that it tells of;
    # nor is what both sides signed, for whoever may read of their talks. Neither is for
    # who is of a side themself: the other's consents and terms stand in them.
    papers = Q(
        source=Source.NOTICE,
        case__site__in=sites_where(reader, Permission.INVESTIGATION_READ),
    ) | Q(
        source=Source.DEED,
        case__site__in=sites_where(reader, Permission.TALKS_READ),
    )
    return (
        Q(protection=Protection.NONE)
        | Q(protection=Protection.INJURY)
        & (injuries & ~bodies_behind(reader) | Q(received_from=reader.actor_key))
        | Q(protection=Protection.STATEMENT) & is_spoken
        | Q(protection=Protection.STATEMENT) & papers & ~where_of_a_side(reader)
    )


def exhibits_of(case: Case, reader: User) -> QuerySet[Exhibit]:
    """The list of evidence of a case, as far as the reader may know it."""
    return exhibits_in(Case.objects.filter(pk=case.pk), reader)


def kept_of(case: Case, reader: User) -> QuerySet[Exhibit]:
    """The same without what its period let go: what can still be given to somebody."""
    return exhibits_of(case, reader).exclude(state=ExhibitState.DELETED)


def kept_of_one_case(case: Case, reader: User) -> QuerySet[Exhibit]:
    """The same of the case and of those that are one with it."""
    return exhibits_in(one_case(case), reader).exclude(state=ExhibitState.DELETED)


def exhibit_page(
    case: Case, reader: User, *, kind: str = "", after: int = 0, page: int = PAGE
) -> ExhibitPage:
    """Part of the list of evidence, of one kind or of all, in the order of arrival.

    What a reader may see takes the database longer to be asked than to answer, so it is
    asked once, and only of what is protected.

    Args:
        kind: one that the reader sees nothing of counts as all.
        after: the number of the last exhibit that was shown.
    """
    hidden = _hidden_from(case, reader)
    rows = case.exhibits.exclude(pk__in=hidden).values("kind")
    counts = dict(rows.annotate(count=Count("pk")).values_list("kind", "count"))
    kinds = {each: counts[each] for each in ExhibitKind if each in counts}
    found = every_exhibit_of(case).filter(number__gt=after).exclude(pk__in=hidden)
    if kind in kinds:
        found = found.filter(kind=kind)
    shown = list(found[: page + 1])
    return ExhibitPage(
        exhibits=shown[:page],
        after=shown[page - 1].number if len(shown) > page else None,
        kinds=kinds,
        hidden=len(hidden),
    )


def _hidden_from(case: Case, reader: User) -> set[int]:
    """Keys of the exhibits of a case that are protected from the reader."""
    protected = case.exhibits.exclude(protection=Protection.NONE)
    keys = set(protected.values_list("pk", flat=True))
    if not keys:
        return keys
    return keys - set(protected.filter(seen_by(reader)).values_list("pk", flat=True))


def exhibit_for(user: User, number: str, uid: UUID) -> Exhibit:
    """One exhibit of a case that the reader may see.

    Raises:
        NotFound: unknown, of another case, or not the reader's; all answer alike.
    """
    found = exhibits_of(case_for(user, number), user).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这件证据"))
    return found


def case_number_of(uid: UUID) -> str:
    """The case of an exhibit; whether the reader may know of it, ``exhibit_for`` asks.

    Raises:
        NotFound: unknown.
    """
    number = Exhibit.objects.filter(uid=uid).values_list("case__number", flat=True)
    if not number:
        raise NotFound(_("没有这件证据"))
    return number[0]


def receipts_for(user: User, source_uids: Iterable[UUID]) -> list[Exhibit]:
    """What went into the evidence with these files, as far as the reader may open it."""
    found = (
        Exhibit.objects.filter(seen_by(user), source_uid__in=list(source_uids))
        .exclude(state=ExhibitState.DELETED)
        .select_related("case__site")
        .order_by("pk")
    )
    return [exhibit for exhibit in found if can_open(user, exhibit)]


def story_of(
    exhibit: Exhibit, *, before: int | None = None, page: int = PAGE
) -> StoryPage:
    """What happened to an exhibit, who looked at it as well; oldest first.

    The arrival always stands first, and then the newest; the ranges that a player asks
    for in one sitting are one line.

    Args:
        before: the ``seq`` that the page with newer lines began with.
    """
    corrected = [one.key for one in exhibit.footage_corrections.all()]
    rows = (
        entries_about({exhibit.case.subject})
        .filter(object__in=[exhibit.key, *corrected])
        .order_by("seq")
        .values_list("seq", "kind", "actor", "recorded_at", "data")
    )
    found = _sittings(rows)
    arrival, later = found[:1], found[1:]
    older = [one for one in later if before is None or one.seq < before]
    shown = older[-page:]
    hidden = len(older) - len(shown)
    sittings = {one.seq: one for one in [*arrival, *shown]}
    entries = entries_about({exhibit.case.subject}).filter(seq__in=sittings)
    return StoryPage(
        lines=[
            Told(line=line, sitting=sittings[line.seq])
            for line in lines_of(
                list(entries.order_by("seq")), case=exhibit.case, with_quiet=True
            )
        ],
        hidden=hidden,
        before=shown[0].seq if hidden else None,
    )


def _sittings(
    rows: Iterable[tuple[int, str, str, datetime, bytes | memoryview[int] | None]],
) -> list[Sitting]:
    """Entries in their order, those of one sitting together."""
    found: list[Sitting] = []
    same: object = None
    for seq, kind, actor, at, data in rows:
        way = orjson.loads(bytes(data)).get("way") if data else None
        key = (kind, actor, way) if kind == ExhibitOpened.kind else None
        if key and key == same and at - found[-1].until <= SITTING:
            last = found[-1]
            found[-1] = Sitting(last.seq, until=at, count=last.count + 1)
        else:
            found.append(Sitting(seq, until=at, count=1))
        same = key
    return found


def arrival_of(exhibit: Exhibit) -> Entry:
    """The entry by which it came: what a receipt quotes."""
    return (
        entries_about({exhibit.case.subject}).filter(object=exhibit.key).earliest("seq")
    )


def receipt_words(
    exhibit: Exhibit, arrival: Entry, entry_digest: str, checkpoint: Checkpoint | None
) -> str:
    """What the code of a receipt says, one fact a line, in ASCII for any scanner."""
    lines = [
        f"ANLAN {exhibit.case.number} {exhibit.code}",
        f"SHA-256 {exhibit.file.sha256}",
        f"BYTES {exhibit.file.size}",
        f"ENTRY {arrival.seq} {entry_digest}",
        f"AT {arrival.recorded_at.isoformat(timespec='seconds')}",
    ]
    if checkpoint is not None:
        lines.append(f"CHECKPOINT {checkpoint.size} {bytes(checkpoint.root).hex()}")
    return "\n".join(lines)


def objects_of(case: Case) -> QuerySet[PhysicalItem]:
    """The things that are evidence of a case, in the order of arrival."""
    return (
        PhysicalItem.objects.filter(exhibit__case=case)
        .select_related(
            "exhibit__case__site",
            "holder",
            "holder_party__person",
            "holder_party__user",
        )
        .order_by("exhibit__number")
    )


def object_for(user: User, number: str, uid: UUID) -> Exhibit:
    """The same for a thing; a file is none.

    Raises:
        NotFound: unknown, a file, of another case, or not the reader's.
    """
    exhibit = exhibit_for(user, number, uid)
    if not exhibit.is_object:
        raise NotFound(_("没有这件实物"))
    return exhibit


def open_uploads() -> QuerySet[Upload]:
    """Of everybody, the oldest first: for quotas and for the worker."""
    return (
        Upload.objects.filter(state=UploadState.OPEN)
        .select_related("case__site", "by", "exhibit")
        .order_by("pk")
    )

"""The whole record of a case, and of one of its people, for those who keep the ledger.

The timeline leaves out who only looked; here that is told too. What its own pages keep
from everybody else stays out here as well: counselling, the quiet steps of mediation and
of counsel, and tasks that only their role knows of (G25). Who may not read the page that
a quiet entry speaks of is told that there was one, by whom and when, and not what.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import has_permission, sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.base.identity import mask_name
from anlan.base.phone import mask_phone
from anlan.cases.about import CONFIDENTIAL, About, kinds_about
from anlan.cases.events.cases import PERSONAL_ROLE
from anlan.cases.models import Case, Party, Task
from anlan.cases.selectors.cases import (
    Line,
    cases_for,
    entries_about,
    lines_of,
    subjects_of,
)
from anlan.customers.enums import ProtectedField
from anlan.customers.events import (
    MinorUnmarked,
    OccupancyEnded,
    OccupancyNoted,
    PersonAdded,
    PersonCorrected,
    PersonErased,
    PersonKnown,
    field_words,
)
from anlan.customers.models import Correction, Disclosure
from anlan.customers.permissions import hidden_from
from anlan.customers.selectors import corrections_of, former_phone_of, looks_at
from anlan.ledger.events import KINDS
from anlan.ledger.models import Entry
from anlan.ledger.sentences import names_for
from anlan.notify.models import Message

PAGE_OF_TRAIL = 50
WHOLE = 2_000  # lines on one print
QUIET = "quiet"  # the group of what the timeline leaves out
PUBLIC = "public"  # as an actor: whoever came by a link, for they have no names
GROUPS = [*About.choices, (QUIET, _("查看与留底"))]

# Whose pages the quiet entries speak of; the first that fits decides.
_READ_WITH = (
    ("evidence.statement", Permission.STATEMENT_READ),
    ("evidence.injur", Permission.INJURY_READ),
    ("investigation.", Permission.INVESTIGATION_READ),
    ("resolution.compensation", Permission.INJURY_READ),
    ("resolution.", Permission.INVESTIGATION_READ),
    ("review.", Permission.INVESTIGATION_READ),
    ("legal.", Permission.WORK_INJURY),
)
_OF_PEOPLE = (
    *(PersonAdded, PersonKnown, PersonCorrected, PersonErased, MinorUnmarked),
    *(OccupancyNoted, OccupancyEnded),
)


@dataclass(frozen=True, kw_only=True)
class TrailLine:
    """``needs`` is the right without which the reader is not told what it was."""

    line: Line
    who: str
    is_quiet: bool
    needs: str = ""


@dataclass(frozen=True, kw_only=True)
class TrailPage:
    """``after`` is where the next page begins; nothing if this is the last."""

    lines: list[TrailLine]
    after: int | None


@dataclass(frozen=True, kw_only=True)
class Trace:
    """That somebody's details were looked at, put right or erased; former values masked.

    ``what`` is a sentence that names ``who``.
    """

    at: datetime
    who: str
    what: str
    reason: str = ""
    former_name: str = ""
    former_phone: str = ""
    case: str = ""  # in which one, if the reader sees it
    site: str = ""


@dataclass(frozen=True, kw_only=True)
class Traces:
    """``elsewhere`` counts those at sites whose record the reader does not read."""

    rows: list[Trace]
    elsewhere: int


def trail_page(
    case: Case,
    reader: User,
    *,
    before: int | None = None,
    group: str = "",
    who: str = "",
    page: int = PAGE_OF_TRAIL,
) -> TrailPage:
    """The record of a case and of those joined into it, newest first.

    Args:
        before: the ``seq`` that the page before ended with.
        group: one of ``GROUPS``; empty is all of them.
        who: the key of an actor, or ``PUBLIC``; empty is everybody.
    """
    numbers = subjects_of(case)
    found = _trail(case, numbers)
    if group:
        found = found.filter(kind__in=_kinds_in(group))
    if who:
        found = found.filter(
            Q(actor__startswith=f"{PUBLIC}:") if who == PUBLIC else Q(actor=who)
        )
    if before is not None:
        found = found.filter(seq__lt=before)
    entries = list(found.order_by("-seq")[: page + 1])
    shown = entries[:page]
    lines = lines_of(shown, case=case, numbers=numbers, with_quiet=True)
    names = names_for({entry.actor for entry in shown})
    return TrailPage(
        lines=[
            _told(line, reader, case, who=_called(entry.actor, names))
            for entry, line in zip(shown, lines, strict=True)
        ],
        after=shown[-1].seq if len(entries) > page else None,
    )


def actors_in(case: Case) -> list[tuple[str, str]]:
    """Who did something that the trail tells of, as choices by name."""
    found = _trail(case, subjects_of(case)).order_by()
    keys = set(found.values_list("actor", flat=True).distinct())
    names = names_for(keys)
    is_public = {key for key in keys if key.startswith(f"{PUBLIC}:")}
    some = [(key, _called(key, names)) for key in keys - is_public]
    some.sort(key=lambda one: (one[1], one[0]))
    return [*some, *([(PUBLIC, _("访客"))] if is_public else [])]


def traces_of(party: Party, reader: User) -> Traces:
    """Who looked at somebody's details, who corrected them and who erased them, newest first.

    In every matter of theirs, at the sites whose record the reader reads. A look that was for no matter is a counsellor's, to whom the person was entrusted: who
    is counselled is told to nobody (G25), so that it is not even counted.

    Raises:
        NotFound: nobody has been identified.
    """
    person = party.person
    if person is None:
        raise NotFound(_("身份还没有确认，没有登记个人资料"))
    sites = _sites_read(reader)
    looks = looks_at(person).exclude(read_for="").select_related("site")
    made = corrections_of([person]).select_related("site")
    known = {(row.corrected_by, row.corrected_at) for row in made}
    entries = [
        entry
        for entry in entries_about({person.subject}).filter(
            kind__in=[event.kind for event in _OF_PEOPLE]
        )
        # Its row tells more of it.
        if entry.kind != PersonCorrected.kind
        or (entry.actor, entry.recorded_at) not in known
    ]
    here = [entry for entry in entries if entry.site_id in sites]
    names = names_for(
        {row.reader for row in looks}
        | {row.corrected_by for row in made}
        | {entry.actor for entry in here}
    )
    numbers = _seen_numbers(reader, [*looks, *made])
    is_hidden = bool(hidden_from(reader, [person]))
    rows = [
        *(_of_look(r, names, numbers) for r in looks if r.site_id in sites),
        *(
            _of_correction(r, names, numbers, is_hidden=is_hidden)
            for r in made
            if r.site_id in sites
        ),
        *(
            _of_entry(e, line, names, sites)
            for e, line in zip(here, lines_of(here, case=party.case), strict=True)
        ),
    ]
    rows.sort(key=lambda row: row.at, reverse=True)
    return Traces(
        rows=rows, elsewhere=len(looks) + len(made) + len(entries) - len(rows)
    )


def _trail(case: Case, subjects: Collection[str]) -> QuerySet[Entry]:
    sealed = [
        kind
        for kind, event in KINDS.items()
        if event.quiet and kind.startswith(CONFIDENTIAL)
    ]
    things = [*_personal_tasks(case), *_sealed_messages(subjects)]
    found = entries_about(subjects).exclude(kind__in=sealed)
    return found.exclude(object__in=things)


def _personal_tasks(case: Case) -> list[str]:
    rows = Task.objects.filter(
        Q(case=case) | Q(case__joined_into=case), role_key=PERSONAL_ROLE
    )
    return [f"task:{task.uid}" for task in rows if task.is_personal]


def _sealed_messages(subjects: Collection[str]) -> list[str]:
    """Those of what is told to nobody else.

    Who was called at that minute knows of what, and that it was this case is what the
    words of the message do not say.
    """
    about = Q()
    for beginning in CONFIDENTIAL:
        about |= Q(kind__startswith=beginning)
    sent = Message.objects.filter(about, subject__in=subjects)
    return [f"message:{uid}" for uid in sent.values_list("uid", flat=True)]


def _kinds_in(group: str) -> list[str]:
    if group == QUIET:
        return [kind for kind, event in KINDS.items() if event.quiet]
    return [kind for kind in kinds_about(About(group)) if not KINDS[kind].quiet]


def _told(line: Line, reader: User, case: Case, *, who: str) -> TrailLine:
    event = KINDS.get(line.kind)
    is_quiet = event is not None and event.quiet
    needed = next(
        (right for start, right in _READ_WITH if line.kind.startswith(start)), None
    )
    if not is_quiet or needed is None or has_permission(reader, needed, site=case.site):
        return TrailLine(line=line, who=who, is_quiet=is_quiet)
    neutral = _("有一条记录，内容由有“%s”权限的人查看") % needed.label
    line = replace(line, sentence=neutral, quote="", thing="", photo="", event=None)
    return TrailLine(line=line, who=who, is_quiet=True, needs=needed.value)


def _called(key: str, names: dict[str, str]) -> str:
    return names.get(key) or (_("系统") if key == "system" else _("访客"))


def _sites_read(reader: User) -> dict[int, Site]:
    """Those where the reader reads the record and what is masked."""
    unmasked = sites_where(reader, Permission.PERSON_UNMASK)
    found = sites_where(reader, Permission.LEDGER_READ).filter(pk__in=unmasked)
    return {site.pk: site for site in found}


def _seen_numbers(
    reader: User, rows: Iterable[Disclosure | Correction]
) -> dict[str, str]:
    """The numbers of the cases for which it was, of those that the reader sees."""
    subjects = {
        row.read_for if isinstance(row, Disclosure) else row.corrected_for
        for row in rows
    }
    uids = [key.partition(":")[2] for key in subjects if key.startswith("case:")]
    return {
        case.subject: case.number for case in cases_for(reader).filter(uid__in=uids)
    }


def _of_look(row: Disclosure, names: dict[str, str], numbers: dict[str, str]) -> Trace:
    who, field = _called(row.reader, names), ProtectedField(row.field).label
    return Trace(
        at=row.read_at,
        who=who,
        what=_("%(who)s查看了%(field)s") % {"who": who, "field": field},
        reason=row.words_in("reason"),
        case=numbers.get(row.read_for, ""),
        site=row.site.name,
    )


def _of_correction(
    row: Correction,
    names: dict[str, str],
    numbers: dict[str, str],
    *,
    is_hidden: bool,
) -> Trace:
    phone = "" if is_hidden else former_phone_of(row)
    who, fields = _called(row.corrected_by, names), field_words(row.fields)
    return Trace(
        at=row.corrected_at,
        who=who,
        what=_("%(who)s更正了%(fields)s") % {"who": who, "fields": fields},
        reason=row.words_in("reason"),
        former_name=mask_name(row.former_name) if row.former_name else "",
        former_phone=mask_phone(phone) if phone else "",
        case=numbers.get(row.corrected_for, ""),
        site=row.site.name,
    )


def _of_entry(
    entry: Entry, line: Line, names: dict[str, str], sites: dict[int, Site]
) -> Trace:
    return Trace(
        at=entry.recorded_at,
        who=_called(entry.actor, names),
        what=line.sentence,
        site=sites[entry.site_id].name,
    )

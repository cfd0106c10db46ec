"""Reads of cases, scoped to what the reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import chain, cycle, islice
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from django.apps import apps
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models import Case as Either
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Site, User
from anlan.accounts.permissions import running_memberships, sites_where, works_at
from anlan.accounts.roles import Permission
from anlan.base.case_number import fold_number, parse_case_number
from anlan.base.digest import sha256
from anlan.base.errors import InvalidInput, NotFound
from anlan.base.prepared import Prepared
from anlan.base.remembered import address
from anlan.cases.about import About, kinds_about
from anlan.cases.act import act_day
from anlan.cases.beside import places_beside
from anlan.cases.enums import CaseState, Role
from anlan.cases.events import (
    CommandTaken,
    EntryStruck,
    TaskAdded,
    TaskDone,
    TaskPhotoReceived,
    TaskReopened,
    TaskSkipped,
)
from anlan.cases.events.cases import PERSONAL_ROLE
from anlan.cases.models import (
    AccessLink,
    Case,
    Party,
    PartyRole,
    Playbook,
    Strike,
    Task,
    TaskPhoto,
)
from anlan.cases.permissions import STANDS_IN_FOR, can_know_task, can_see, can_see_photo
from anlan.cases.playbook import PlannedTask, read_plan
from anlan.customers.models import RiskMarker
from anlan.customers.selectors import is_minor, masked
from anlan.ledger.events import KINDS, Event, uid_of
from anlan.ledger.models import Entry
from anlan.ledger.sentences import event_of, keys_in, names_for, sentence

_GONE = "\x01"  # what a query gives in place of words that were erased; nobody types it
REPORTED = "report:"  # what a link of whoever reported is about
_LINK_AFTER_CLOSING = timedelta(days=30)  # of such a link: to read how it ended
LATE_SECONDS = 60  # a claimed time further back than this is shown as late
PAGE_OF_LINES = 20
# Cases read for a text at a time: 3 ms, and years of an office's work.
SEARCHED = 5_000
_PAGE = 50

Key: TypeAlias = tuple[datetime, int]  # of a case in its list: ``(opened_at, pk)``


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry as the timeline shows it."""

    seq: int
    kind: str
    tone: str
    sentence: str
    happened_at: datetime
    recorded_at: datetime
    late_seconds: int
    quote: str = ""
    is_erased: bool = False
    struck_reason: str = ""
    struck_by: str = ""
    case_number: str = ""
    thing: str = ""  # what it is about, as the record names it
    photo: str = ""  # where a photo can be looked at
    event: Event | None = None

    @property
    def anchor(self) -> str:
        """The name of its row on the page."""
        return f"entry-{self.seq}"

    @property
    def is_struck(self) -> bool:
        return bool(self.struck_by)

    @property
    def struck(self) -> str:
        if not self.is_struck:
            return ""
        said = {"reason": self.struck_reason, "who": self.struck_by}
        return _("%(reason)s（%(who)s）") % said

    @property
    def late(self) -> int | None:
        """By how many seconds, if that is worth saying."""
        return self.late_seconds or None

    @property
    def note(self) -> str:
        """When it was recorded, if late, and of which case it came from."""
        if not self.late_seconds:
            return self.case_number
        recorded = timezone.localtime(self.recorded_at)
        return f"{_('记录于')} {recorded:%H:%M:%S} {self.case_number}".strip()


@dataclass(frozen=True, kw_only=True)
class TimelinePage:
    """Some lines, newest first, and behind which ``seq`` the next of them begin.

    ``further`` are older entries of the kinds that were asked for, newest first.
    """

    lines: list[Line]
    after: int | None
    further: list[tuple[Entry, Event | None]]


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """Some cases of a list, newest first, and where the next of them begin.

    With ``searched_to`` the text was looked for in the cases opened since then; older
    ones may have it, too.
    """

    cases: list[Case]
    after: Key | None = None
    searched_to: datetime | None = None


def cases_for(user: User) -> QuerySet[Case]:
    """The cases the reader may see; every list begins here."""
    return Case.objects.filter(site__in=sites_where(user, Permission.CASE_SEE))


_NUMBERED = Prepared(
    lambda organisation, number: Case.objects.select_related(
        "site", "commander", "joined_into", *places_beside()
    ).filter(organisation=organisation, number=number)
)


def case_for(user: User, number: str) -> Case:
    """One case by number.

    Raises:
        NotFound: unknown or not the reader's; both answer alike.
    """
    case = _NUMBERED.first(organisation=user.organisation_id, number=number)
    if case is None or not can_see(user, case):
        raise NotFound(_("没有这个案件，或者您无权查看"))
    return case


def numbered(user: User, number: str) -> dict[str, Any]:
    """What finds a number by its index; by the sites alone all their cases are read."""
    return {"organisation": user.organisation_id, "number": number}


def link_for(secret: str, *, at: datetime) -> AccessLink:
    """The link behind a secret address, while it lives.

    Raises:
        NotFound: unknown, run out or revoked; all answer alike.
    """
    link = (
        live_links(at=at)
        .select_related("case__site")
        .filter(digest=sha256(secret.encode()))
        .first()
    )
    if link is None:
        raise NotFound(_("这个链接已经失效"))
    return link


def live_links(*, at: datetime) -> QuerySet[AccessLink]:
    """Those that answer: not revoked, and not run out.

    Whoever reported follows their report until the case is done and a month longer,
    however long it takes: no link about a report runs out before.
    """
    shut_since = at - _LINK_AFTER_CLOSING
    is_followed = Q(about__startswith=REPORTED) & (
        Q(case__state=CaseState.OPEN)
        | Q(case__closed_at__gt=shut_since)
        | Q(case__joined_into__state=CaseState.OPEN)
        | Q(case__joined_into__closed_at__gt=shut_since)
    )
    return AccessLink.objects.filter(
        Q(expires_at__gt=at) | is_followed, revoked_at=None
    )


def case_list(
    user: User,
    *,
    text: str = "",
    before: Key | None = None,
    page: int = _PAGE,
    **narrowed: Any,
) -> list[Case]:
    """A page of the list, newest first, one row more than ``page`` if there are more.

    Args:
        text: a part of the number, the title or the place; all cases are read for it.
        before: the key of the last row: the list is paged by key, never by offset, so
            that a deep page is as quick as the first.
        narrowed: ``state``, ``severity``, ``kind``, ``site``, and ``opened``, a half-open
            period of which either end may be missing.
    """
    found = _narrowed(user, before=before, **narrowed)
    return _page_of(_with_text(found, text) if text else found, page)


def case_page(
    user: User,
    *,
    text: str = "",
    before: Key | None = None,
    page: int = _PAGE,
    **narrowed: Any,
) -> CasePage:
    """The same as a page to look at, which never reads more than ``SEARCHED`` cases.

    A whole number is found wherever it is.
    """
    found = _narrowed(user, before=before, **narrowed)
    edge = None
    if text:
        known = found.filter(**numbered(user, asked_number(text)))
        if cases := _page_of(known, page):
            return CasePage(cases=cases)
        keys = found.order_by("-opened_at", "-pk").values_list("opened_at", "pk")
        edge = next(iter(keys[SEARCHED - 1 : SEARCHED]), None)
        if edge is not None:
            opened_at, pk = edge
            found = found.filter(
                Q(opened_at__gt=opened_at) | Q(opened_at=opened_at, pk__gte=pk),
                opened_at__gte=opened_at,  # says the same; the index ends here
            )
        found = _with_text(found, text)
    cases = _page_of(found, page)
    if len(cases) > page:
        last = cases[page - 1]
        return CasePage(cases=cases[:page], after=(last.opened_at, last.pk))
    return CasePage(cases=cases, after=edge, searched_to=edge[0] if edge else None)


def asked_number(text: str) -> str:
    """The number that somebody asks for, whatever keyboard they typed it on."""
    try:
        return str(parse_case_number(text))
    except InvalidInput:
        return text.upper()  # no number: it is looked for as it is, and not found


def _narrowed(
    user: User,
    *,
    before: Key | None,
    state: str = "",
    severity: int | None = None,
    kind: str = "",
    site: Site | None = None,
    opened: tuple[datetime | None, datetime | None] = (None, None),
) -> QuerySet[Case]:
    found = _listed(user, site)
    if state:
        found = found.filter(state=state)
    if severity is not None:
        found = found.filter(severity=severity)
    if kind:
        found = found.filter(kind=kind)
    since, until = opened
    if since is not None:
        found = found.filter(opened_at__gte=since)
    if until is not None:
        found = found.filter(opened_at__lt=until)
    if before is not None:
        opened_at, pk = before
        found = found.filter(
            Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, pk__lt=pk),
            opened_at__lte=opened_at,  # says the same; the index begins here
        )
    return found


def _with_text(found: QuerySet[Case], text: str) -> QuerySet[Case]:
    places = Place.objects.filter(label__icontains=text)
    has_text = Q(number__icontains=fold_number(text)) | Q(title__icontains=text)
    for place in places_beside():
        has_text |= Q(**{f"{place}__in": places.values("pk")})
    return found.filter(has_text)


def _page_of(found: QuerySet[Case], page: int) -> list[Case]:
    """Picked by the index alone: where little is found, nothing else is read for it."""
    newest = ("-opened_at", "-pk")
    picked = found.order_by(*newest).values("pk")[: page + 1]
    shown = Case.objects.filter(pk__in=picked).order_by(*newest)
    return list(shown.select_related("site", "commander", *places_beside()))


def _listed(user: User, site: Site | None) -> QuerySet[Case]:
    """The reader's cases, said so that an index gives them newest first.

    At 100,000 cases a list of sites costs 40 ms for sorting; one site, or the whole
    company from which the reader's are picked, costs 1 ms.
    """
    sites = sites_where(user, Permission.CASE_SEE)
    if site is not None:
        sites = sites.filter(pk=site.pk)
    seen = list(sites.values_list("pk", flat=True))
    if len(seen) == 1:
        return Case.objects.filter(site_id=seen[0])
    return Case.objects.filter(organisation=user.organisation_id, site_id__in=seen)


def timeline(case: Case, *, after: int = 0, newest: int = 200) -> list[Line]:
    """The newest entries of a case and of cases joined into it, newest first."""
    subjects = subjects_of(case)
    entries = list(_entries(subjects).filter(seq__gt=after)[:newest])
    return lines_of(entries, case=case, numbers=subjects)


def timeline_between(
    case: Case,
    begin: datetime,
    end: datetime,
    *,
    most: int,
    always: Collection[str] = (),
) -> list[Line]:
    """What happened from one moment to another, in that order, whatever came since.

    Args:
        most: how many, the first ones; of the kinds ``always`` every one is given.
    """
    subjects = subjects_of(case)
    found = (
        _entries(subjects)
        .filter(happened_at__gte=begin, happened_at__lte=end)
        .order_by("happened_at", "seq")
    )
    entries = [
        *found.filter(kind__in=always),
        *found.exclude(kind__in=always)[:most],
    ]
    entries.sort(key=lambda entry: (entry.happened_at, entry.seq))
    return lines_of(entries, case=case, numbers=subjects)


def timeline_page(
    case: Case,
    *,
    before: int | None = None,
    page: int = PAGE_OF_LINES,
    names: Mapping[str, str] | None = None,
    has_joined: bool = True,
    further: tuple[str, ...] = (),
    about: About | None = None,
) -> TimelinePage:
    """A page of the timeline, newest first.

    Args:
        before: the ``seq`` that the page before ended with.
        names: names the caller knows already, by key, so that they are not read again.
        has_joined: whether another case may be joined into this one.
        further: kinds of which the newest page reads every entry, however old.
        about: only what is about this; nothing further is read then.
    """
    subjects = subjects_of(case) if has_joined else {case.subject: ""}
    is_newest = before is None and about is None
    if is_newest and len(subjects) == 1 and page == PAGE_OF_LINES:
        entries = _newest_entries(further)(subject=case.subject)
    else:
        found = _entries(subjects)
        if before is not None:
            found = found.filter(seq__lt=before)
        if about is not None:
            found = found.filter(kind__in=kinds_about(about))
        entries = list(found[: page + 1])
    lines = lines_of(
        entries[:page],
        case=case,
        numbers=subjects,
        names=names,
        is_newest=is_newest,
    )
    return TimelinePage(
        lines=lines,
        after=entries[page - 1].seq if len(entries) > page else None,
        further=[(e, _event(e)) for e in entries[page:] if e.kind in further],
    )


def lines_of(
    entries: Sequence[Entry],
    *,
    case: Case,
    numbers: dict[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    is_newest: bool = False,
    with_quiet: bool = False,
) -> list[Line]:
    """Entries as lines; names and words are looked up together, not one by one.

    ``is_newest`` says that nothing newer was left out: then every strike of these
    entries is among them, for it came later. ``with_quiet`` shows who looked as well.
    """
    pairs = [(entry, _event(entry)) for entry in entries]
    shown = [
        (e, ev)
        for e, ev in pairs
        if with_quiet or not (_is_quiet(e.kind) or _is_personal(ev))
    ]
    keys = {key for entry, ev in shown if ev for key in keys_in(ev, actor=entry.actor)}
    known = {**names_for(keys - set(names or {})), **(names or {})}
    words = _words([(entry, ev) for entry, ev in shown if ev])
    strikes = (
        {
            event.seq: (words.get(entry.seq, ""), known.get(entry.actor, ""))
            for entry, event in shown
            if isinstance(event, EntryStruck)
        }
        if is_newest
        else _strikes(case, [entry.seq for entry, _event in shown])
    )
    numbers = numbers or {}
    return [
        _line(
            entry,
            event,
            names=known,
            quote=words.get(entry.seq, ""),
            strike=strikes.get(entry.seq),
            number=numbers.get(entry.subject, ""),
            photo=_photo_url(entry, numbers.get(entry.subject) or case.number),
        )
        for entry, event in shown
    ]


def commander_there(case: Case) -> User | None:
    """Who commands, unless they left the site or the company meanwhile."""
    commander = case.commander
    return commander if commander and works_at(commander, case.site) else None


def command_since(case: Case) -> datetime | None:
    """When the command was handed over last."""
    return (
        entries_about({case.subject})
        .filter(kind=CommandTaken.kind)
        .order_by("-seq")
        .values_list("happened_at", flat=True)
        .first()
    )


def tasks_added_at(
    case: Case, *, severity: int, flags: Iterable[str]
) -> list[PlannedTask]:
    """What the case's playbook would add at this level; it never takes away."""
    playbook = Playbook.objects.filter(task__case=case).first()
    if playbook is None:
        return []
    present = set(Task.objects.filter(case=case).values_list("key", flat=True))
    return [
        task
        for task in read_plan(playbook.body).tasks
        if task.key not in present and task.is_needed(severity=severity, flags=flags)
    ]


def open_cases_beside(case: Case) -> QuerySet[Case]:
    """Open cases of the same site and kind, newest first: what this one may be joined to."""
    return (
        Case.objects.filter(
            site=case.site_id,
            kind=case.kind,
            exercise=case.exercise,
            state=Case.State.OPEN,
        )
        .exclude(pk=case.pk)
        .order_by("-opened_at", "-pk")
    )


_TASKS = Prepared(
    lambda case: (
        Task.objects.filter(case=case)
        .select_related("ended_by")
        .order_by("position", "pk")
    )
)


def tasks_by_phase(case: Case, reader: User) -> dict[str, list[Task]]:
    """Those that the reader may know of."""
    tasks: dict[str, list[Task]] = {}
    for task in _TASKS(case=case.pk):
        if can_know_task(reader, task, case):
            tasks.setdefault(task.phase, []).append(task)
    return tasks


def photos_for(reader: User, task: Task) -> list[TaskPhoto]:
    """What proves a task, as far as the reader may look at it."""
    photos = task.photos.select_related("task__case__site").order_by("pk")
    return [photo for photo in photos if can_see_photo(reader, photo)]


def my_tasks(user: User) -> QuerySet[Task]:
    """Open tasks of the reader's roles at their sites, most urgent first.

    Then those of the roles they stand in for, which are ``for_another``.
    """
    mine = others = Q(pk__in=[])
    for role_key in sorted({m.role_key for m in running_memberships(user)}):
        sites = sites_where(user, Permission.TASK_DO, role_key=role_key)
        mine |= Q(role_key=role_key, case__site__in=sites)
        if role_key in STANDS_IN_FOR:
            others |= Q(role_key=STANDS_IN_FOR[role_key], case__site__in=sites)
    return (
        Task.objects.filter(
            mine | others, state=Task.State.OPEN, case__state=Case.State.OPEN
        )
        .annotate(for_another=ExpressionWrapper(~mine, BooleanField()))
        .select_related("case__site")
        .order_by("for_another", "due_at", "position", "pk")
    )


def parties_of(case: Case) -> list[Party]:
    """The parties, victims first: they are who it is about."""
    parties = list(
        Party.objects.filter(case=case, removed_at=None)
        .select_related("person", "user")
        .prefetch_related("roles")
        .order_by("pk")
    )
    order = ["victim", "aggressor", "involved", "witness", "guardian", "staff"]
    return sorted(
        parties, key=lambda p: min(order.index(r.role) for r in p.roles.all())
    )


_PARTY_ROLES = Prepared(
    lambda case: (
        PartyRole.objects.filter(party__case=case, party__removed_at=None)
        .annotate(
            is_marked=Exists(
                RiskMarker.objects.filter(
                    person=OuterRef("party__person"), ended_at=None
                )
            )
        )
        .select_related("party__person", "party__user")
        .order_by("party", "pk")
    )
)


def roles_by_party(case: Case) -> dict[Party, list[str]]:
    """The parties with the parts they play, in one query; in the order they were added."""
    found: dict[Party, list[str]] = {}
    for row in _PARTY_ROLES(case=case.pk):
        row.party.is_marked = row.is_marked
        found.setdefault(row.party, []).append(row.role)
    return found


def party_names(keys: Iterable[str]) -> dict[str, str]:
    """Masked names for ``party:<uid>``: the timeline is read by many."""
    uids = [uid_of(key) for key in keys]
    parties = Party.objects.filter(uid__in=uids).select_related("person", "user")
    return {f"party:{party.uid}": shown_name(party) for party in parties}


def is_minor_hurt(case: Case) -> bool:
    """Whether somebody who was hurt is known to have been under 18 on that day.

    Of cases that were joined, which are one, in any of them.
    """
    whole = case.joined_into_id or case.pk
    hurt = Party.objects.filter(
        Q(case=whole) | Q(case__joined_into=whole),
        removed_at=None,
        roles__role=Role.VICTIM,
    )
    on = act_day(case)
    return any(
        is_minor(party.person, on=on)
        for party in hurt.exclude(person=None).select_related("person")
        if party.person is not None
    )


def full_name(party: Party) -> str:
    """As nobody masks it; empty of somebody who is not known yet."""
    if party.user is not None:
        return party.user.name
    return party.person.name if party.person is not None else ""


def shown_name(party: Party) -> str:
    """A colleague by name, a customer masked, somebody unknown by their looks."""
    if party.user is not None:
        return party.user.name
    if party.person is not None:
        return masked(party.person).name
    return party.words_in("description") or _("身份不明")


def subjects_of(case: Case) -> dict[str, str]:
    """Whose record a case is: its own without a number, and of those joined into it."""
    return {case.subject: ""} | {
        joined.subject: joined.number for joined in case.joined_cases.all()
    }


def entries_about(subjects: Collection[str]) -> QuerySet[Entry]:
    """The record of some cases, which are all of one site.

    By subject alone, which names no other case: SQLite, told the site as well, takes
    the index of the chain and reads the record of the whole site.
    """
    return Entry.objects.filter(subject__in=subjects)


def _entries(subjects: Collection[str]) -> QuerySet[Entry]:
    quiet = [kind for kind, event in KINDS.items() if event.quiet]
    return entries_about(subjects).exclude(kind__in=quiet).order_by("-seq")


@cache
def _newest_entries(further: tuple[str, ...]) -> Prepared[Entry]:
    """The first page of a case's record, and one more that says whether there is a second.

    With every entry of the kinds ``further``, which come behind them.
    """

    def build(subject: Any) -> QuerySet[Entry]:
        found = _entries([subject])
        if not further:
            return found[: PAGE_OF_LINES + 1]
        last = Subquery(found.values("seq")[PAGE_OF_LINES : PAGE_OF_LINES + 1])
        return found.filter(Q(seq__gte=Coalesce(last, 0)) | Q(kind__in=further))

    return Prepared(build)


def _strikes(case: Case, seqs: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Reason and name for each of these entries that was struck."""
    found = Strike.objects.filter(case__site=case.site_id, seq__in=seqs).values_list(
        "seq", "reason", "struck_by__name"
    )
    # Nobody strikes without a reason: a blank one went with its period.
    gone = _("已按期限删除")
    return {seq: (reason or gone, name) for seq, reason, name in found}


def _event(entry: Entry) -> Event | None:
    if entry.data is None:
        return None
    return event_of(entry.kind, orjson.loads(bytes(entry.data)))


def _is_quiet(kind: str) -> bool:
    event = KINDS.get(kind)
    return event is not None and event.quiet


def _is_personal(event: Event | None) -> bool:
    """A task that only its role knows of; a timeline is everybody's."""
    about = isinstance(event, TaskAdded | TaskDone | TaskSkipped | TaskReopened)
    return about and getattr(event, "role", None) == PERSONAL_ROLE


def _photo_url(entry: Entry, number: str) -> str:
    if entry.kind != TaskPhotoReceived.kind:
        return ""
    return address("cases:photo", number, entry.object.partition(":")[2])


def _line(
    entry: Entry,
    event: Event | None,
    *,
    names: dict[str, str],
    quote: str,
    strike: tuple[str, str] | None,
    number: str,
    photo: str,
) -> Line:
    late = int((entry.recorded_at - entry.happened_at).total_seconds())
    return Line(
        seq=entry.seq,
        kind=entry.kind,
        tone=event.tone if event else "plain",
        sentence=sentence(event, actor=entry.actor, names=names)
        if event
        else _("内容已依申请删除"),
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        late_seconds=late if late > LATE_SECONDS else 0,
        quote=quote,
        is_erased=event is None,
        struck_reason=strike[0] if strike else "",
        struck_by=strike[1] if strike else "",
        case_number=number,
        thing=entry.object,
        photo=photo,
        event=event,
    )


def _words(pairs: Sequence[tuple[Entry, Event]]) -> dict[int, str]:
    """The words covered by these entries, by seq: one query, whatever they are.

    Where an event covers several fields, the first that says something is quoted.
    """
    fields = {entry.seq: _covered_fields(entry, event) for entry, event in pairs}
    wanted: dict[tuple[str, str], dict[UUID, None]] = {}
    for model, field, uid in chain.from_iterable(fields.values()):
        wanted.setdefault((model, field), {})[uid] = None
    columns = sorted(wanted.items())
    if not columns:
        return {}
    places = _places(max(len(rows) for _column, rows in columns))
    asked = {
        f"of{number}_{place}": uid
        for number, (_column, rows) in enumerate(columns)
        for place, uid in enumerate(islice(cycle(rows), places))
    }
    texts = _texts(tuple(column for column, _rows in columns), places)
    said = {
        (*columns[number][0], uid): _or_gone(text, columns[number][0][0])
        for number, uid, text in texts(**asked)
    }
    return {
        seq: next(filter(None, (said.get(field, "") for field in covered)), "")
        for seq, covered in fields.items()
    }


def _or_gone(text: str, model: str) -> str:
    """The words, or that they were erased: of a party also because somebody asked for it."""
    if text != _GONE:
        return text
    return _("已删除") if model == Party._meta.label else _("已按期限删除")


def _covered_fields(entry: Entry, event: Event) -> list[tuple[str, str, UUID]]:
    """Model, field and row of the words that an entry covers and that may be quoted."""
    return [
        (covered.model, covered.field, uid_of(entry.object))
        for covered in event.covers
        if covered.is_quoted and getattr(event, covered.digest_field) is not None
    ]


def _places(rows: int) -> int:
    """For how many rows a query is made; the first ones fill it up: few to compile."""
    return next(size for size in (4, PAGE_OF_LINES, 200, rows) if size >= rows)


@lru_cache(maxsize=128)
def _texts(columns: tuple[tuple[str, str], ...], places: int) -> Prepared[Any]:
    """The column's number, the row and its text, of so many rows in each column."""

    def build(**uids: Any) -> QuerySet[Any, Any]:
        queries = [
            _text(
                column,
                [uids[f"of{number}_{place}"] for place in range(places)],
                number=number,
            )
            for number, column in enumerate(columns)
        ]
        found: QuerySet[Any, Any] = queries[0].union(*queries[1:], all=True)
        return found

    return Prepared(build)


def _text(column: tuple[str, str], uids: Sequence[Any], *, number: int) -> Any:
    model, field = column
    table: Any = apps.get_model(model)
    rows = table.objects.filter(uid__in=uids)
    if any(each.name == "protection" for each in table._meta.fields):
        rows = rows.filter(
            protection=""
        )  # the timeline is read by all who see the case
    return rows.values_list(
        Value(number, output_field=IntegerField()),
        "uid",
        # Prepared once, for readers of every language: what is read there is said later.
        Either(
            When(text_salt=b"", then=Value(_GONE)),
            default=Cast(field, output_field=TextField()),
            output_field=TextField(),
        ),
    )

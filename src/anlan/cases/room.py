"""One case as one reader sees it on one screen; each part is read when a panel asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import ROLES, Permission
from anlan.base.clock import local_day
from anlan.base.remembered import address, remembered
from anlan.cases.about import About
from anlan.cases.enums import Phase, Proof, Side, TaskState
from anlan.cases.events import CommandTaken, EntryStruck
from anlan.cases.models import Case, Party, Task
from anlan.cases.permissions import can_correct_contact
from anlan.cases.policies import left_in_joined
from anlan.cases.selectors import (
    Line,
    TimelinePage,
    command_since,
    commander_there,
    roles_by_party,
    shown_name,
    sides_of,
    tasks_by_phase,
    timeline_page,
)
from anlan.cases.wall import hidden_in, walled_sides
from anlan.customers.models import RiskMarker
from anlan.customers.selectors import is_marked_alone, is_minor, masked
from anlan.customers.selectors.markers import Minded, minded
from anlan.ledger.models import Entry


@dataclass(frozen=True, kw_only=True)
class Step:
    """A phase in the bar: ``state`` is done, now or todo."""

    name: str | Promise
    note: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What still holds a case open, and where it is done."""

    title: str | Promise
    note: str | Promise
    url: str
    icon: str = "checklist"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A party as everybody in the room may see them."""

    party: Party
    name: str
    tone: str
    roles: tuple[str, ...]
    sub: str
    masked: str
    can_be_revealed: bool
    is_marked_alone: bool  # as a minor, of whom nothing else tells that they are
    is_minor: bool
    # What to mind when meeting them, each with its address; empty for who needs nothing.
    minded: tuple[tuple[str, str], ...] = ()
    is_minded_here: bool = False  # by a marker of the case's own site
    is_walled: bool = False  # of the side for which the reader does not speak
    is_erased: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """A task as the list of the room shows it."""

    title: str
    note: str
    state: str
    due_at: datetime | None
    href: str
    must: bool
    anchor: str


class Can:
    """What the reader may do here now; a button that would be refused is not shown."""

    def __init__(self, case: Case, reader: User) -> None:
        self._case = case
        self._site = case.site
        self._reader = reader
        self._is_open = case.is_open
        self._is_closed = case.state == Case.State.CLOSED
        self._is_exercise = case.exercise

    @cached_property
    def note(self) -> bool:
        return self._may(Permission.CASE_NOTE)

    @cached_property
    def strike(self) -> bool:
        return self._may(Permission.CASE_STRIKE)

    @cached_property
    def unmask(self) -> bool:
        return self._may(Permission.PERSON_UNMASK)

    @cached_property
    def link(self) -> bool:
        return self._may(Permission.CASE_LINK)

    @cached_property
    def command(self) -> bool:
        return self._is_open and self._may(Permission.INCIDENT_COMMAND)

    @cached_property
    def respond(self) -> bool:
        return self._is_open and self._may(Permission.INCIDENT_RESPOND)

    @cached_property
    def skip_task(self) -> bool:
        return self._is_open and self._may(Permission.TASK_SKIP)

    @cached_property
    def see_investigation(self) -> bool:
        return self._may(Permission.INVESTIGATION_READ)

    @cached_property
    def edit_party(self) -> bool:
        return self._is_open and self._may(Permission.PARTY_EDIT)

    @cached_property
    def correct(self) -> bool:
        """Of a closed case too: whoever is wrongly written down asks when they see it."""
        return can_correct_contact(self._reader, self._case)

    @cached_property
    def read_ledger(self) -> bool:
        return self._may(Permission.LEDGER_READ)

    @cached_property
    def erase(self) -> bool:
        return (
            self._is_closed
            and self._may(Permission.SITE_MANAGE)
            and self._may(Permission.PERSON_UNMASK)
        )

    @cached_property
    def set_marker(self) -> bool:
        return not self._is_exercise and self._may(Permission.MARKER_SET)

    @cached_property
    def close(self) -> bool:
        return self._is_open and self._may(Permission.INCIDENT_CLOSE)

    @cached_property
    def waive(self) -> bool:
        return self._is_open and self._may(Permission.POLICE_WAIVE)

    @cached_property
    def lower(self) -> bool:
        return self._is_open and self._may(Permission.SEVERITY_LOWER)

    @cached_property
    def reopen(self) -> bool:
        return self._is_closed and self._may(Permission.INCIDENT_CLOSE)

    def _may(self, permission: Permission) -> bool:
        return has_permission(self._reader, permission, site=self._site)


class Room:
    """What the frame and the panels of this package show."""

    # Kinds of which a panel shows something, however old the entry is.
    further: tuple[str, ...] = (CommandTaken.kind,)

    def __init__(
        self,
        *,
        case: Case,
        reader: User,
        at: datetime,
        before: int | None = None,
        about: About | None = None,
    ) -> None:
        self.case = case
        self.reader = reader
        self.at = at
        self.before = before
        self.about = about

    @cached_property
    def can(self) -> Can:
        return Can(self.case, self.reader)

    @property
    def has_joined(self) -> bool:
        """Whether other cases may be joined into this one; if unknown, they may."""
        return True

    @cached_property
    def tasks(self) -> dict[str, list[Task]]:
        return tasks_by_phase(self.case, self.reader)

    @cached_property
    def parties(self) -> dict[Party, list[str]]:
        return roles_by_party(self.case)

    @property
    def phases_left(self) -> Mapping[str, datetime | None]:
        return dict(self.case.phase_records.values_list("phase", "left_at"))

    @cached_property
    def phases(self) -> tuple[Step, ...]:
        left = self.phases_left
        now = list(Phase).index(Phase(self.case.phase))
        return tuple(
            self._step(phase, place - now, left.get(phase))
            for place, phase in enumerate(Phase)
        )

    @cached_property
    def now_tasks(self) -> list[Task]:
        """The open tasks that the gate of this phase asks for, and others of it."""
        return [task for task in self.reached if task.state == TaskState.OPEN]

    @cached_property
    def ended_tasks(self) -> list[Task]:
        return [task for task in self.reached if task.state != TaskState.OPEN]

    @property
    def percent_done(self) -> int:
        return round(100 * len(self.ended_tasks) / (len(self.reached) or 1))

    @cached_property
    def later_tasks(self) -> list[tuple[Phase, list[Task]]]:
        phases = list(Phase)
        rest = phases[phases.index(Phase(self.case.phase)) + 1 :]
        return [(phase, self.tasks[phase]) for phase in rest if phase in self.tasks]

    @cached_property
    def now_rows(self) -> list[Row]:
        return [self._row(task, _who_and_proof(task)) for task in self.now_tasks]

    @cached_property
    def ended_rows(self) -> list[Row]:
        return [self._row(task, _ended(task)) for task in self.ended_tasks]

    @cached_property
    def later_rows(self) -> list[tuple[Phase, list[Row]]]:
        return [
            (phase, [self._row(task, _role_name(task)) for task in tasks])
            for phase, tasks in self.later_tasks
        ]

    @cached_property
    def gates(self) -> list[Task]:
        """Binding tasks of this phase and those before it that are still open."""
        return [task for task in self.now_tasks if task.binding]

    @cached_property
    def open_gates(self) -> list[Gate]:
        """Everything that must be done before the case can be closed."""
        open_now = [
            task
            for some in self.tasks.values()
            for task in some
            if task.binding and task.state == TaskState.OPEN
        ]
        own = [self._gate(task.title, task, self.case) for task in open_now]
        left = left_in_joined(self.case) if self.has_joined else []
        return own + [
            self._gate(f"{task.case.number} {task.title}", task, task.case)
            for task in left
        ]

    def _gate(self, title: str, task: Task, case: Case) -> Gate:
        return Gate(
            title=title,
            note=f"{task.get_phase_display()} · {task.get_role_key_display()}",
            url=address("cases:task", case.number, task.uid),
        )

    @cached_property
    def done_tasks(self) -> list[Task]:
        return self._tasks_in(TaskState.DONE)

    @cached_property
    def skipped_tasks(self) -> list[Task]:
        return self._tasks_in(TaskState.SKIPPED)

    @cached_property
    def next_phase(self) -> Phase | None:
        return Phase(self.case.phase).following

    @property
    def lines(self) -> list[Line]:
        return self.timeline.lines

    @property
    def older(self) -> int | None:
        return self.timeline.after

    @property
    def entries(self) -> list[tuple[Line, str]]:
        """The lines, each with the address at which this reader can strike it out."""
        return [(line, self._strike_url(line)) for line in self.lines]

    @property
    def new_request_id(self) -> UUID:
        """For a form that may be sent twice."""
        return uuid4()

    @cached_property
    def command_since(self) -> datetime | None:
        if self.case.commander_id is None:
            return None
        read: list[Line | Entry] = [
            *self.lines,
            *(e for e, _e in self.timeline.further),
        ]
        taken = (one for one in read if one.kind == CommandTaken.kind)
        newest = next(taken, None) if self.before is None else None
        return newest.happened_at if newest else command_since(self.case)

    @property
    def commander_left(self) -> bool:
        """Whether the command of an open case is with somebody who is not there any more."""
        has_one = self.case.is_open and self.case.commander_id is not None
        return has_one and commander_there(self.case) is None

    @cached_property
    def joined(self) -> list[Case]:
        return list(self.case.joined_cases.all()) if self.has_joined else []

    @cached_property
    def has_guardian(self) -> bool:
        return any("guardian" in roles for roles in self.parties.values())

    @cached_property
    def shown_parties(self) -> list[Shown]:
        shown = [
            self._shown(party, _in_order(roles))
            for party, roles in self.parties.items()
        ]
        return sorted(shown, key=lambda one: _ROLES.index(one.roles[0]))

    def _shown(self, party: Party, roles: tuple[str, ...]) -> Shown:
        """Somebody of the side behind the wall has no telephone here, masked neither."""
        shown = _shown(party, roles, on=local_day(self.at))
        minded = self.minded.get(party.person_id or 0)
        if minded is not None:
            links = [(text, _marker_url(one)) for one, text in minded.advice]
            is_here = any(one.site_id == self.case.site_id for one, _ in minded.advice)
            shown = replace(shown, minded=tuple(links), is_minded_here=is_here)
        if not (shown.can_be_revealed or self.can.correct):
            return shown
        sides = sides_of(roles)
        # Who stands on both sides is behind no wall.
        is_walled = any(one in sides and one.other not in sides for one in self._hidden)
        if is_walled or party.pk in self._hidden_elsewhere:
            return replace(shown, masked="", can_be_revealed=False, is_walled=True)
        return shown

    @cached_property
    def minded(self) -> dict[int, Minded]:
        """By person, what the reader minds when meeting one of the parties."""
        people = [
            party.person
            for party in self.parties
            if party.is_marked and party.person is not None
        ]
        if not people:
            return {}
        return minded(people, self.reader, on=local_day(self.at))

    @cached_property
    def reader_is_party(self) -> bool:
        """Of this case: who sets the parts that people play is on none of its sides."""
        return any(party.user_id == self.reader.pk for party in self.parties)

    @cached_property
    def reads_trail(self) -> bool:
        """As ``can_read_trail``, from what the room knows of the reader anyway."""
        return self.can.read_ledger and not self._hidden

    @cached_property
    def _hidden(self) -> set[Side]:
        if self._may_know_both and not self._may_be_a_party:
            return set()
        return walled_sides(self.case, self.reader)

    @cached_property
    def _hidden_elsewhere(self) -> set[int]:
        """Parties whom the reader faces in another case: they have the same telephone.

        Not asked for those who may know both sides, which most rooms are opened by: what
        is masked tells them nothing, and reading it in full is refused them as well.
        """
        if self._may_know_both or not any(party.person_id for party in self.parties):
            return set()
        return hidden_in(self.case, self.reader)

    @cached_property
    def _may_know_both(self) -> bool:
        return has_permission(self.reader, Permission.SIDES_BOTH, site=self.case.site)

    @property
    def _may_be_a_party(self) -> bool:
        """From what the room has read anyway; parties of a joined case it has not."""
        is_joined = self.case.joined_into_id is not None or bool(self.joined)
        return self.reader_is_party or is_joined

    def known_names(self) -> dict[str, str]:
        """Names that the room has read anyway; the timeline need not ask again."""
        users = [self.reader, self.case.commander]
        users += [party.user for party in self.parties]
        users += [task.ended_by for some in self.tasks.values() for task in some]
        names = {user.actor_key: user.name for user in users if user is not None}
        names |= {f"party:{party.uid}": shown_name(party) for party in self.parties}
        return names

    @cached_property
    def reached(self) -> list[Task]:
        phases = list(Phase)
        reached = phases[: phases.index(Phase(self.case.phase)) + 1]
        return [task for phase in reached for task in self.tasks.get(phase, [])]

    def _row(self, task: Task, note: str) -> Row:
        is_open = task.state == TaskState.OPEN
        due_at = task.due_at if is_open and self.case.is_open else None
        is_late = due_at is not None and due_at < self.at
        return Row(
            title=task.title,
            note=note,
            state="overdue" if is_late else "todo" if is_open else task.state,
            due_at=due_at,
            href=address("cases:task", self.case.number, task.uid),
            must=task.binding and is_open,
            anchor=f"task-{task.uid}",
        )

    def _strike_url(self, line: Line) -> str:
        is_fixed = line.is_struck or line.kind == EntryStruck.kind or line.case_number
        if is_fixed or not self.can.strike:
            return ""
        return address("cases:strike", self.case.number, line.seq)

    def _tasks_in(self, state: TaskState) -> list[Task]:
        tasks = [task for some in self.tasks.values() for task in some]
        return [task for task in tasks if task.state == state]

    @cached_property
    def timeline(self) -> TimelinePage:
        return timeline_page(
            self.case,
            before=self.before,
            names=self.known_names(),
            has_joined=self.has_joined,
            further=self.further,
            about=self.about,
        )

    @property
    def abouts(self) -> list[tuple[str, str | Promise]]:
        """What the timeline may be narrowed to."""
        return list(About.choices)

    def _step(self, phase: Phase, distance: int, left_at: datetime | None) -> Step:
        tasks = self.tasks.get(phase, [])
        open_now = sum(task.state == TaskState.OPEN for task in tasks)
        if distance < 0 or not self.case.is_open:
            note = _left(left_at)
            state = "done" if distance <= 0 else "todo"
        elif distance == 0:
            note = ngettext("还有 %d 项", "还有 %d 项", open_now) % open_now
            state = "now"
        else:
            note = ngettext("%d 项任务", "%d 项任务", len(tasks)) % len(tasks)
            state = "todo"
        return Step(name=phase.label, note=note, state=state)


def _left(at: datetime | None) -> str:
    if at is None:
        return ""
    return _("%(time)s 完成") % {"time": f"{timezone.localtime(at):%H:%M}"}


def _role_name(task: Task) -> str:
    return _who(task.role_key)


def _who_and_proof(task: Task) -> str:
    return _who(task.role_key, task.proof)


@remembered(most=256)
def _who(role_key: str, proof: str = "") -> str:
    """Not ``get_role_key_display``, which translates the names of all roles to say one."""
    role = str(ROLES[role_key].name)
    return f"{role} · {Proof(proof).label}" if proof else role


def _marker_url(marker: RiskMarker) -> str:
    return reverse("markers:marker", args=[marker.uid])


def _ended(task: Task) -> str:
    """Who and when; the program itself has no name."""
    name = task.ended_by.name if task.ended_by else ""
    at = f"{timezone.localtime(task.ended_at):%H:%M}" if task.ended_at else ""
    words = Truncator(task.words_in("words")).chars(40)
    return " · ".join(filter(None, (f"{name} {at}".strip(), words)))


def _shown(party: Party, roles: tuple[str, ...], *, on: date) -> Shown:
    is_young = party.person is not None and is_minor(party.person, on=on)
    if party.user is not None:
        sub, kept = party.description, party.user.employee_number
    elif party.person is not None:
        person = masked(party.person)
        sub = party.description or (_("未成年人") if is_young else "")
        kept = person.phone or person.identity_number
    else:
        sub, kept = _("身份待确认"), ""
    return Shown(
        party=party,
        name=shown_name(party),
        tone=_TONES.get(roles[0], "brand"),
        roles=roles,
        sub=sub,
        masked=kept,
        can_be_revealed=party.person is not None and bool(kept),
        is_marked_alone=party.person is not None and is_marked_alone(party.person),
        is_minor=is_young,
        is_erased=party.person is not None and party.person.is_erased,
    )


_TONES = {"victim": "victim", "aggressor": "bad", "involved": "hot", "staff": "ok"}
_ROLES = ("victim", "aggressor", "involved", "witness", "guardian", "staff")


def _in_order(roles: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(roles, key=_ROLES.index))

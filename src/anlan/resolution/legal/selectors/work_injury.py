"""Work injuries of a case, how long there is left, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.calendar import RollOver, Unit
from anlan.base.errors import NotFound
from anlan.cases.enums import Role
from anlan.cases.models import Case, Party
from anlan.cases.selectors import case_for
from anlan.evidence.models import Exhibit
from anlan.law import selectors as law
from anlan.law.book import Confidence, in_language
from anlan.resolution.legal import law_data, permissions
from anlan.resolution.legal.enums import (
    Filer,
    Material,
    WorkInjuryState,
    WorkInjuryStepKind,
)
from anlan.resolution.legal.models import (
    WorkInjury,
    WorkInjuryMaterial,
    WorkInjuryStep,
)
from anlan.resolution.legal.terms import last_day

REMEDY_WARNED_BEFORE = (30, 7)  # days; the house's own
REFUSALS = {WorkInjuryStepKind.REFUSED, WorkInjuryStepKind.NOT_RECOGNISED}
SETTLES = {
    WorkInjuryStepKind.ACCEPTED,
    WorkInjuryStepKind.RECOGNISED,
    WorkInjuryStepKind.DROPPED,
    WorkInjuryStepKind.OFF_DUTY,
}


def employer_due(injured_on: date) -> date:
    """The last day on which the employer applies in time (工伤保险条例 17)."""
    days = int(law.guardrail("G22").thresholds["days"])
    return last_day(injured_on, days, Unit.DAY)


def worker_due(injured_on: date) -> date:
    """The last day on which the person themself, their family or the union may apply."""
    years = int(law.guardrail("G22").thresholds["years"])
    return last_day(injured_on, years, Unit.YEAR)


def is_struck_staff(party: Party) -> bool:
    """A victim who works here: entered so, or known as a colleague."""
    roles = set(party.roles.values_list("role", flat=True))
    is_staff = Role.STAFF in roles or party.user_id is not None
    return party.removed_at is None and Role.VICTIM in roles and is_staff


def works_here(party: Party) -> bool:
    """Whoever is hurt and works here, whatever part they were given."""
    roles = set(party.roles.values_list("role", flat=True))
    is_staff = Role.STAFF in roles or party.user_id is not None
    return party.removed_at is None and is_staff and Role.AGGRESSOR not in roles


@dataclass(frozen=True)
class AuthorityLimit:
    """By when the authority has to answer, and from which article."""

    last_day: date
    source: str

    @property
    def is_law(self) -> bool:
        """Whether the article was read; what was not is shown as advice."""
        return law.source(self.source).confidence == Confidence.READ

    @property
    def cited(self) -> str:
        return law.cite(self.source)


@dataclass(frozen=True)
class Standing:
    """Where a track stands on a day; ``authority`` is the authority's own limit."""

    due_on: date
    worker_due_on: date
    days_left: int
    late_days: int
    authority: AuthorityLimit | None

    @property
    def authority_due(self) -> date | None:
        return self.authority.last_day if self.authority else None

    @property
    def is_late(self) -> bool:
        return self.late_days > 0


def standing_of(injury: WorkInjury, *, on: date) -> Standing:
    """Late is what the employer did not hand in by its day, or handed in after it.

    Where another applied meanwhile, the employer's costs end with that.
    """
    waits = {WorkInjuryState.DROPPED, WorkInjuryState.HANDED_OVER}
    until = injury.filed_on or (injury.due_on if injury.state in waits else on)
    late = max(0, (until - injury.due_on).days)
    return Standing(
        due_on=injury.due_on,
        worker_due_on=worker_due(injury.injured_on),
        days_left=(injury.due_on - on).days,
        late_days=late,
        authority=authority_limit(injury),
    )


@dataclass(frozen=True)
class Remedy:
    """What may be done against a refusal, until when, and from which article."""

    title: str
    last_day: date
    source: str


def last_filed_on(injury: WorkInjury) -> date | None:
    """Of the newest application; the track keeps the first, which says who was late."""
    days = [
        step.happened_on
        for step in injury.steps.all()
        if step.kind == WorkInjuryStepKind.FILED
    ]
    return max(days, default=injury.filed_on)


def remedies_of(injury: WorkInjury) -> list[Remedy]:
    """Against the last refusal, while nothing else was decided (D10, D11).

    A new application leaves them: it may be refused again.
    """
    refused: date | None = None
    for step in sorted(injury.steps.all(), key=lambda one: one.pk):
        if step.kind in REFUSALS:
            refused = step.happened_on
        elif step.kind in SETTLES:
            refused = None
    if refused is None:
        return []
    return [
        Remedy(
            title=in_language(one["title"], one["title_en"]),
            last_day=last_day(
                refused, one["amount"], Unit(one["unit"]), roll_over=RollOver.NEVER
            ),
            source=one["source"],
        )
        for one in law_data.remedies()
    ]


def next_remedy_look(injury: WorkInjury, *, after: date) -> date | None:
    """The next day on which somebody is warned of a remedy; none if all have passed.

    On the day after the last one nobody is: until then somebody may still claim.
    """
    lasts = [one.last_day for one in remedies_of(injury)]
    days = [
        last - timedelta(days=before)
        for last in lasts
        for before in REMEDY_WARNED_BEFORE
    ]
    days += [max(lasts) + timedelta(days=1)] if lasts else []
    return min((day for day in days if day > after), default=None)


def first_remedy_look(injury: WorkInjury, *, on: date) -> date | None:
    """As ``next_remedy_look``, of a refusal that is entered now: what is near, at once."""
    near = on + timedelta(days=max(REMEDY_WARNED_BEFORE))
    if any(on <= one.last_day < near for one in remedies_of(injury)):
        return on
    return next_remedy_look(injury, after=on - timedelta(days=1))


def authority_limit(injury: WorkInjury) -> AuthorityLimit | None:
    """By when the authority accepts, or decides; none where it is not asked."""
    if injury.state == WorkInjuryState.FILED:
        starts_on, key = last_filed_on(injury), "accepts"
    elif injury.state == WorkInjuryState.ACCEPTED:
        starts_on = injury.accepted_on
        key = "decides_clear" if injury.is_clear else "decides"
    else:
        return None
    if starts_on is None:
        return None
    row = law_data.authority_limit(key)
    return AuthorityLimit(
        last_day=last_day(starts_on, row["amount"], Unit(row["unit"])),
        source=row["source"],
    )


def checklist(injury: WorkInjury) -> list[tuple[Material, list[Exhibit]]]:
    """Each paper of an application, with the exhibits that are it."""
    had: dict[str, list[Exhibit]] = {}
    for row in injury.materials.all():
        had.setdefault(row.material, []).append(row.exhibit)
    return [(one, had.get(one.value, [])) for one in Material]


def missing_of(injury: WorkInjury) -> list[Material]:
    return [one for one, had in checklist(injury) if one.is_needed and not had]


def is_by_worker(injury: WorkInjury) -> bool:
    return injury.filer == Filer.WORKER


def work_injuries_in(case: Case) -> QuerySet[WorkInjury]:
    return (
        WorkInjury.objects.filter(case=case)
        .select_related("party__person", "party__user", "task")
        .prefetch_related(
            Prefetch(
                "steps",
                WorkInjuryStep.objects.select_related("by", "exhibit").order_by("pk"),
            ),
            Prefetch(
                "materials",
                WorkInjuryMaterial.objects.select_related("exhibit").order_by("pk"),
            ),
        )
        .order_by("number")
    )


def work_injuries_of(case: Case, reader: User) -> list[WorkInjury]:
    """Those that the reader may see."""
    rows = list(work_injuries_in(case))
    for row in rows:
        row.case = case
    return [row for row in rows if permissions.can_see_work_injury(reader, row)]


def work_injury_for(reader: User, number: str, uid: UUID) -> WorkInjury:
    """
    Raises:
        NotFound: unknown, of another case, or not theirs to know of.
    """
    case = case_for(reader, number)
    found = work_injuries_in(case).filter(uid=uid).first()
    if found is not None:
        found.case = case
    if found is None or not permissions.can_see_work_injury(reader, found):
        raise NotFound(_("没有这项工伤，或者您无权查看"))
    return found

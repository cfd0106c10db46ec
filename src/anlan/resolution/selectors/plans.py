"""What was planned for a case, and what such cases were decided to before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.act import act_day
from anlan.cases.enums import CaseState, Role
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, Party
from anlan.cases.selectors import cases_for
from anlan.evidence.enums import Ground
from anlan.evidence.selectors.retention import grounds_of
from anlan.investigation.models import Finding, FindingSentence
from anlan.investigation.reading import sentences_of
from anlan.investigation.selectors.findings import in_force
from anlan.investigation.selectors.interviews import investigated_case
from anlan.law import selectors as law
from anlan.law.book import Need
from anlan.resolution import proportion
from anlan.resolution.enums import (
    CarryingState,
    History,
    ObjectionState,
    PlanState,
)
from anlan.resolution.models import (
    Carrying,
    MeasureGround,
    Objection,
    Plan,
    PlanMeasure,
    PlanSupport,
)

LOOKED_BACK = timedelta(days=365)
# Whom a measure may be about; who struck is often written down neutrally, as involved.
ANSWERABLE = (Role.AGGRESSOR, Role.INVOLVED)
MOST_SIMILAR = 5


@dataclass(frozen=True)
class Done:
    """A measure of such a case, how far it was carried out, and what was objected to it."""

    measure: PlanMeasure
    carried: str
    objections: tuple[str, ...]
    is_taken_back: bool

    @property
    def words(self) -> str:
        states = [
            CarryingState(self.carried).label if self.carried else "",
            *(_("申诉：%s") % ObjectionState(one).label for one in self.objections),
        ]
        title = law.measure_title(self.measure.key)
        said = _("、").join(str(one) for one in states if one)
        return (
            _("%(title)s（%(state)s）") % {"title": title, "state": said}
            if said
            else title
        )


@dataclass(frozen=True)
class Decided:
    """A case like this one, the plan that was approved for it, and why it is like it."""

    plan: Plan
    done: list[Done]
    same_severity: bool
    same_history: bool

    @property
    def words(self) -> str:
        """What stands of it and what came of that, in the order of the plan."""
        return self._joined(is_taken_back=False)

    @property
    def taken_back(self) -> str:
        """What an upheld objection took back: no example for anybody."""
        return self._joined(is_taken_back=True)

    def _joined(self, *, is_taken_back: bool) -> str:
        found = [one for one in self.done if one.is_taken_back == is_taken_back]
        return _("、").join(dict.fromkeys(one.words for one in found))


def plans_of(case: Case) -> QuerySet[Plan]:
    """Every version, the newest first."""
    return case.plans.select_related("author", "finding").order_by("-version")


def measures_of(plan: Plan) -> list[PlanMeasure]:
    """In their order, with the sentences that they rest on."""
    return list(
        plan.measures.select_related("party__person", "party__user")
        .prefetch_related(
            Prefetch(
                "grounds",
                MeasureGround.objects.select_related("sentence").order_by("pk"),
            )
        )
        .order_by("position")
    )


def is_reported(case: Case) -> bool:
    """Whether the police know of it, as the kind of the case tells it (G05)."""
    return Ground.POLICE in grounds_of(case)


def upheld_in(case: Case) -> QuerySet[Objection]:
    """Objections that took a measure back, in the case and in those joined with it."""
    return Objection.objects.filter(of_one_case(case), state=ObjectionState.UPHELD)


def upheld_against(
    case: Case, key: str, party: Party, service: str
) -> QuerySet[Objection]:
    """Objections that took this very measure back, by any version; the newest first.

    Of the same person also where a joined case calls them a party of its own.
    """
    them = Q(party=party)
    if party.person_id is not None:
        them |= Q(party__person=party.person_id)
    if party.user_id is not None:
        them |= Q(party__user=party.user_id)
    return (
        upheld_in(case)
        .filter(them, measure__key=key, measure__service=service)
        .order_by("-decided_at")
    )


def is_taken_back(row: PlanMeasure, plan: Plan) -> bool:
    """Whether an objection to the like was upheld that no reason of this version answers.

    A reason that was written before the objection was decided answers nothing.
    """
    upheld = upheld_against(plan.case, row.key, row.party, row.service)
    if row.despite:
        fixed = plan.submitted_at or plan.ended_at
        upheld = upheld.filter(decided_at__gt=fixed) if fixed else upheld.none()
    return upheld.exists()


def weight_of(plan: Plan, rows: Iterable[PlanMeasure]) -> int:
    """Of the measure that cuts deepest."""
    return proportion.deepest((row.key for row in rows), on=act_day(plan.case))


def severity_of(plan: Plan) -> int:
    """Until it is decided on the higher of the two: of its submission and of the case now."""
    if plan.severity is None or PlanState(plan.state).is_open:
        return max(plan.severity or 0, plan.case.severity)
    return plan.severity


def history_at(plan: Plan) -> History:
    """What it is measured by, in the same way."""
    if plan.history is None or PlanState(plan.state).is_open:
        return History(max(plan.history or 0, history_of(plan.case)))
    return History(plan.history)


def range_of(plan: Plan) -> proportion.Range:
    """What is proposed for it, as things stand until it is decided on."""
    return proportion.proposed(severity_of(plan), history_at(plan))


def people_needed(plan: Plan, rows: Iterable[PlanMeasure]) -> int:
    """How many have to approve this version."""
    return proportion.people_needed(
        severity=severity_of(plan), weight=weight_of(plan, rows)
    )


def needs_legal(plan: Plan, rows: Iterable[PlanMeasure]) -> bool:
    """Whether legal counsel has to be among those who approve."""
    on = act_day(plan.case)
    return any(Need.LEGAL in law.measure(row.key, on=on).needs for row in rows)


def content_of(rows: Iterable[PlanMeasure], support: Iterable[PlanSupport] = ()) -> str:
    """SHA-256 over all measures and what they rest on, and all support, in their order."""
    whole = sha256()
    for row in rows:
        parts = [
            *(row.key, str(row.party.uid), row.words),
            *(row.clause, row.clause_version, row.binds),
            *(str(row.amount), row.amount_basis, row.service),
            *(str(row.begins_on), str(row.ends_on), row.appeal),
            # What was approved before it was a number has none, and its digest stands.
            *([] if row.appeal_days is None else [str(row.appeal_days)]),
            *(["despite", row.despite] if row.despite else []),
            *sorted(str(ground.sentence.uid) for ground in row.grounds.all()),
        ]
        _take_in(whole, parts)
    for one in support:
        who = (str(one.party.uid), one.owner.actor_key)
        _take_in(whole, ["support", one.kind, *who, str(one.days), one.words])
    return whole.hexdigest()


def _take_in(whole: Any, parts: list[str]) -> None:
    """Each part with its length, so that none can be taken for two."""
    for part in (str(len(parts)), *parts):
        content = part.encode()
        whole.update(len(content).to_bytes(4, "big") + content)


def finding_in_force(case: Case) -> Finding | None:
    """What a plan may cite."""
    return in_force(case)


def history_of(case: Case) -> History:
    """How often those whom measures may be about struck somebody in the year before.

    An earlier case counts where they were aggressors, or measures were decided on.
    Of the same company; drills, false alarms that named nobody, and cases that were
    joined into another do not count.
    """
    people = Party.objects.filter(
        case=case, removed_at=None, roles__role__in=ANSWERABLE
    )
    persons = people.exclude(person=None).values("person")
    users = people.exclude(user=None).values("user")
    earlier = (
        Party.objects.filter(
            Q(person__in=persons) | Q(user__in=users),
            Q(roles__role=Role.AGGRESSOR)
            | Q(measures__plan__state__in=[PlanState.APPROVED, PlanState.SUPERSEDED]),
            removed_at=None,
            case__organisation=case.organisation_id,
            case__exercise=False,
            case__opened_at__gte=case.opened_at - LOOKED_BACK,
            case__opened_at__lt=case.opened_at,
        )
        .exclude(case=case)
        .exclude(case__state=CaseState.JOINED)
    )
    return History(min(earlier.values("case").distinct().count(), History.AGAIN))


def similar_plans(case: Case, reader: User) -> list[Decided]:
    """Approved plans of cases that the reader may see, the most alike first.

    Alike is by severity, then by what was done before; the newest of equals.
    """
    history = history_of(case)
    near = (
        Plan.objects.filter(
            state=PlanState.APPROVED,
            case__in=cases_for(reader),
            case__organisation=case.organisation_id,
            case__exercise=False,
            severity__range=(case.severity - 1, case.severity + 1),
        )
        .exclude(case=case)
        .select_related("case__site")
        .order_by("-ended_at")[:200]
    )
    found = sorted(
        near,
        key=lambda plan: (
            abs((plan.severity or 0) - case.severity),
            abs((plan.history or 0) - history),
        ),
    )
    chosen = found[:MOST_SIMILAR]
    carried = dict(
        Carrying.objects.filter(measure__plan__in=chosen).values_list(
            "measure", "state"
        )
    )
    objected: dict[int, list[str]] = {}
    rows = Objection.objects.filter(measure__plan__in=chosen).order_by("number")
    for measure, state in rows.values_list("measure", "state"):
        objected.setdefault(measure, []).append(state)
    return [
        Decided(
            plan=plan,
            done=[
                Done(
                    measure=row,
                    carried=carried.get(row.pk, ""),
                    objections=tuple(objected.get(row.pk, ())),
                    is_taken_back=is_taken_back(row, plan),
                )
                for row in measures_of(plan)
            ],
            same_severity=plan.severity == case.severity,
            same_history=plan.history == history,
        )
        for plan in chosen
    ]


def is_answerable(party: Party) -> bool:
    """Whether a measure may be about them, as they stand in the case now."""
    return party.roles.filter(role__in=ANSWERABLE).exists()


def answerable_in(case: Case) -> QuerySet[Party]:
    """Whom measures may be about, in the order in which they came into the case."""
    return (
        case.parties.filter(removed_at=None, roles__role__in=ANSWERABLE)
        .distinct()
        .select_related("person", "user")
        .order_by("pk")
    )


def finding_sentences(case: Case) -> list[FindingSentence]:
    """Of the findings in force, in the order in which they are read."""
    finding = finding_in_force(case)
    return sentences_of(finding) if finding else []


def place_of_sentence(sentence: FindingSentence) -> str:
    """``经过 2``, as the page counts."""
    return f"{sentence.get_kind_display()} {sentence.position}"


def plan_for(reader: User, number: str, uid: UUID) -> Plan:
    """
    Raises:
        NotFound: unknown, or of another case.
    """
    case = investigated_case(reader, number)
    found = plans_of(case).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这份处理方案"))
    found.case = case
    return found


def measure_for(reader: User, number: str, uid: UUID) -> PlanMeasure:
    """
    Raises:
        NotFound: unknown, or of another case.
    """
    case = investigated_case(reader, number)
    found = (
        PlanMeasure.objects.filter(uid=uid, plan__case=case)
        .select_related("plan__author", "party__person", "party__user")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这项措施"))
    found.plan.case = case
    return found

"""Reading the record of a case into the tables of its report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from anlan.base.clock import local_time
from anlan.base.duration import duration_words
from anlan.cases.enums import Protection, Role, TaskState
from anlan.cases.joined import of_one_case, one_case
from anlan.cases.models import Case, Deadline, Task
from anlan.cases.selectors.deadlines import shown_deadlines
from anlan.evidence.enums import AppraisedLevel
from anlan.evidence.models import Exhibit, Injury, MedicalPaper
from anlan.evidence.selectors.exhibits import every_exhibit_of_one_case
from anlan.investigation.citing import code_in
from anlan.investigation.selectors.scene import looks_of, pins_of, sketches_of
from anlan.law import selectors as law
from anlan.ledger.checkpointing import newest_checkpoint
from anlan.ledger.models import Chain
from anlan.resolution.counselling.permissions import ROLE as COUNSELLOR
from anlan.resolution.models import Carrying
from anlan.resolution.review.case_facts import known_of
from anlan.resolution.review.enums import Verdict
from anlan.resolution.review.extract import (
    TITLED,
    Decision,
    Drawn,
    Extract,
    Head,
    Hurt,
    Improved,
    Listed,
    Looked,
    Pinned,
    Step,
)
from anlan.resolution.review.models import Improvement
from anlan.resolution.review.naming import (
    NAMES,
    covered_all,
    names_of,
    roles_of_people,
)
from anlan.resolution.selectors.notices import plan_in_force
from anlan.resolution.selectors.plans import measures_of

_SECOND = "%Y-%m-%d %H:%M:%S"
_MINUTE = "%Y-%m-%d %H:%M"


def extract_of(case: Case, *, at: datetime) -> Extract:
    """Everything as it stands at ``at``, in the language that is active."""
    names = names_of(case)
    return Extract(
        composed=_moment(at, _SECOND),
        facts=tuple(_facts(case)),
        people=tuple(_people(case, names)),
        steps=tuple(_promises(case, at)),
        hurts=tuple(_hurts(case, names)),
        decisions=tuple(_decisions(case, names)),
        improvements=tuple(_improvements(case)),
        exhibits=tuple(_exhibits(case)),
        looks=tuple(_looks(case)),
        sketches=tuple(_sketches(case, names)),
        head=_head(case),
        is_numbered=True,
    )


def exhibits_in(case: Case) -> list[Exhibit]:
    """What is there still; what its period let go proves nothing any more."""
    return [one for one in every_exhibit_of_one_case(case) if not one.is_deleted]


def deadlines_of(case: Case) -> QuerySet[Deadline]:
    """Of the case and of those joined into it, in the order in which they began."""
    return (
        shown_deadlines()
        .filter(Q(case=case) | Q(case__joined_into=case))
        .select_related("standard")
        .order_by("started_at", "due_at", "pk")
    )


def injured_in(case: Case) -> list[tuple[int, int, MedicalPaper | None]]:
    """Parties by key who were hurt: how many injuries were seen, the newest appraisal."""
    seen = list(
        Injury.objects.filter(of_one_case(case), withdrawn_at=None).values_list(
            "party", flat=True
        )
    )
    papers = (
        MedicalPaper.objects.filter(of_one_case(case, "party__case"))
        .exclude(level="")
        .select_related("exhibit__case")
        .order_by("added_at", "pk")
    )
    appraised = {paper.party_id: paper for paper in papers}
    return [
        (key, seen.count(key), appraised.get(key))
        for key in sorted({*seen, *appraised})
    ]


def _facts(case: Case) -> Iterator[tuple[str, str]]:
    known = known_of(case)
    yield "案件编号", case.number
    yield "项目", case.site.name
    if known.place is not None:
        yield "地点", known.place.label
    yield "等级", str(case.get_severity_display())
    acts = "、".join(name for _code, name in known.acts)
    if acts:
        yield "报告的情形", acts
    yield "立案时间", _moment(case.opened_at, _SECOND)
    for name, at in known.moments:
        yield name, _moment(at, _SECOND)
    if case.closed_at is not None:
        yield "办结时间", _moment(case.closed_at, _SECOND)


def _people(case: Case, names: dict[int, str]) -> Iterator[tuple[str, str]]:
    for parties, roles in roles_of_people(case):
        more = [str(NAMES[Role(role)]) for role in roles]
        named = names[parties[0].pk]
        yield named, "、".join(one for one in more if not named.startswith(one))


def _promises(case: Case, at: datetime) -> Iterator[Step]:
    rows = list(deadlines_of(case))
    keys = [row.about.partition(":")[2] for row in rows if row.about[:5] == "task:"]
    tasks = {f"task:{one.uid}": one for one in Task.objects.filter(uid__in=keys)}
    said = covered_all([one.title for one in tasks.values()], case)
    titles = dict(zip(tasks, said, strict=True))
    for row in rows:
        task = tasks.get(row.about)
        if task is not None and task.role_key == COUNSELLOR:
            continue  # that there was one says that somebody feared for somebody
        is_waiting = task is not None and task.state == TaskState.OPEN
        verdict, late = verdict_of(row, at=at, is_waiting=is_waiting)
        title = row.standard.title if row.standard else row.key
        yield Step(
            title=titles.get(row.about, title),
            limit=duration_words((row.due_at - row.started_at).total_seconds()),
            due=_moment(row.due_at, _SECOND),
            happened=_moment(row.met_at, _SECOND) if row.met_at else "",
            verdict=verdict,
            late=duration_words(late) if late else "",
            is_common=row.standard is not None and task is None,
        )


def verdict_of(
    row: Deadline, *, at: datetime, is_waiting: bool = False
) -> tuple[Verdict, float]:
    """How the promise stands at ``at``, and by how many seconds it was missed.

    What nobody waits for any more, since another one came or it was skipped, was missed,
    and not by any length of time.
    """
    if row.met_at is not None:
        late = (row.met_at - row.due_at).total_seconds()
        return (Verdict.LATE, late) if late > 0 else (Verdict.KEPT, 0)
    if row.cancelled_at is not None and row.fired_at is None:
        return Verdict.DROPPED, 0
    late = (at - row.due_at).total_seconds()
    if late <= 0:
        return Verdict.RUNNING, 0
    return Verdict.MISSED, late if is_waiting else 0


def _hurts(case: Case, names: dict[int, str]) -> Iterator[Hurt]:
    for key, seen, paper in injured_in(case):
        yield Hurt(
            who=names.get(key, "某人"),
            seen=seen,
            appraised=str(AppraisedLevel(paper.level).label) if paper else "",
            exhibit=code_in(paper.exhibit, case.pk) if paper else "",
        )


def _decisions(case: Case, names: dict[int, str]) -> Iterator[Decision]:
    plan = plan_in_force(case)
    if plan is None:
        return
    carried = Carrying.objects.filter(measure__plan=plan)
    states = {one.measure_id: str(one.get_state_display()) for one in carried}
    for row in measures_of(plan):
        days = [str(day) for day in (row.begins_on, row.ends_on) if day]
        yield Decision(
            key=f"{row.key}:{row.party_id}",
            plan=plan.code,
            measure=law.measure_title(row.key),
            who=names.get(row.party_id, "某人"),
            period=" 至 ".join(days),
            state=states.get(row.pk, ""),
        )
    for support in plan.support.select_related("task").order_by("pk"):
        yield Decision(
            key=f"support-{support.kind}:{support.party_id}",
            plan=plan.code,
            measure=str(support.get_kind_display()),
            who=names.get(support.party_id, "某人"),
            period="",
            state=str(support.task.get_state_display()) if support.task else "",
        )


def _improvements(case: Case) -> Iterator[Improved]:
    found = Improvement.objects.filter(case=case).select_related("owner")
    rows = list(found.order_by("number"))
    words = covered_all([row.what for row in rows], case)
    for row, what in zip(rows, words, strict=True):
        yield Improved(
            code=row.code,
            what=what,
            owner=row.owner.name,
            due=row.due_on.isoformat(),
            state=str(row.get_state_display()),
        )


def _exhibits(case: Case) -> Iterator[Listed]:
    rows = exhibits_in(case)
    words = covered_all([row.title for row in rows], case)
    for row, title in zip(rows, words, strict=True):
        kind = str(row.get_kind_display())
        is_open = row.protection == Protection.NONE
        yield Listed(
            code=code_in(row, case.pk),
            title=f"{kind}{TITLED}{title}" if is_open else kind,
            received=_moment(row.received_at, _MINUTE),
            sha256=row.blob.sha256 if row.blob else "",
        )


def _looks(case: Case) -> Iterator[Looked]:
    """The newest of each aspect in each of the cases that are one: each has its scene."""
    looks = [
        (one, seen.look)
        for one in one_case(case)
        for seen in looks_of(one)
        if seen.look is not None
    ]
    words = covered_all([look.note for _one, look in looks], case)
    for (one, look), note in zip(looks, words, strict=True):
        aspect = str(look.get_aspect_display())
        yield Looked(
            aspect=aspect if one.pk == case.pk else f"{one.number}:{aspect}",
            rating=str(look.get_rating_display()),
            note=note,
            exhibit=code_in(look.exhibit, case.pk) if look.exhibit else "",
        )


def _sketches(case: Case, names: dict[int, str]) -> Iterator[Drawn]:
    """People on them are named by the part they play, as everywhere in a report."""
    for sketch in (drawn for one in one_case(case) for drawn in sketches_of(one)):
        is_own = sketch.case_id == case.pk
        code = sketch.code if is_own else f"{sketch.case.number}:{sketch.code}"
        pins = [one.pin for one in pins_of(sketch)]
        title, *labels = covered_all([sketch.title, *(pin.label for pin in pins)], case)
        yield Drawn(
            title=f"{code} {title}",
            photo=code_in(sketch.exhibit, case.pk) if sketch.exhibit else "",
            pins=tuple(
                Pinned(
                    number=pin.number,
                    x=pin.x,
                    y=pin.y,
                    words=" · ".join(
                        filter(
                            None,
                            (
                                str(pin.get_kind_display()),
                                names.get(pin.party_id, "某人") if pin.party_id else "",
                                label,
                            ),
                        )
                    ),
                )
                for pin, label in zip(pins, labels, strict=True)
            ),
        )


def _head(case: Case) -> Head:
    chain = Chain.objects.filter(
        organisation_id=case.organisation_id, site_id=case.site_id
    ).first()
    signed = newest_checkpoint(case.organisation_id, case.site_id)
    return Head(
        site=case.site.code,
        seq=chain.seq if chain else 0,
        digest=bytes(chain.digest).hex() if chain else "",
        size=signed.size if signed else 0,
        root=bytes(signed.root).hex() if signed else "",
        signed=_moment(signed.signed_at, _SECOND) if signed else "",
    )


def _moment(at: datetime, form: str) -> str:
    return local_time(at).strftime(form)

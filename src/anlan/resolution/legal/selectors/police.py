"""Reports to the police: what is complete, what runs, what the victim's side may do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.clock import local_day, start_of_day
from anlan.base.errors import NotFound
from anlan.cases.act import act_of
from anlan.cases.enums import Role
from anlan.cases.joined import of_one_case, somebody
from anlan.cases.models import Case, Party
from anlan.cases.selectors import case_for
from anlan.cases.selectors.guardians import stands_for, with_guardians
from anlan.evidence.enums import (
    Applicant,
    ExhibitKind,
    ExhibitState,
    Ground,
    Protection,
    Purpose,
    Source,
)
from anlan.evidence.models import Exhibit, FootageApplication, Package
from anlan.evidence.selectors.approvals import (
    Approval,
    add_approvals,
    statements_among,
)
from anlan.evidence.selectors.exhibits import kept_of
from anlan.evidence.selectors.retention import add_grounds
from anlan.evidence.services.statements import is_known_minor
from anlan.law import selectors as law
from anlan.resolution.legal import periods, permissions, policies
from anlan.resolution.legal.enums import (
    Happening,
    ItemKind,
    ItemState,
    PaperKind,
    ReportState,
    Whose,
)
from anlan.resolution.legal.models import (
    PolicePaper,
    PolicePeriod,
    PoliceProcedure,
    PoliceReport,
    ReportItem,
    Retaliation,
    RightsTold,
)
from anlan.resolution.legal.periods import Happened, Period
from anlan.resolution.legal.police_duty import duty_of
from anlan.resolution.legal.policies import Somebody

_INSTANT = timedelta(microseconds=1)
_MOST_WAITING = 50
# What the police have; further material belongs to the report that it supplements.
TRACKED = Q(supplements=None) & ~Q(state__in=[ReportState.PREPARING, "dropped"])
_PENDING = [state for state in ReportState if state.is_pending]


@dataclass(frozen=True)
class Line:
    """One kind of material, as the checklist shows it; ``row`` is ``None`` while open."""

    kind: ItemKind
    state: ItemState
    row: ReportItem | None
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True)
class Right:
    """What the victim's side may do, and until when, if there is a last day."""

    words: str
    last_day: date | None
    cited: str


def procedure_at(site: Site, on: date) -> PoliceProcedure | None:
    """How this site reports on this day: the newest version in force."""
    return procedures_of(site).filter(valid_from__lte=on).first()


def procedures_of(site: Site) -> QuerySet[PoliceProcedure]:
    """Every version, the newest first."""
    return (
        PoliceProcedure.objects.filter(site=site)
        .select_related("written_by")
        .order_by("-version")
    )


def reports_of(case: Case) -> QuerySet[PoliceReport]:
    return (
        case.police_reports.select_related(
            *("author", "handed_by", "procedure", "approved_by")
        )
        .prefetch_related("items__exhibits")
        .order_by("-number")
    )


def reports_of_joined(case: Case) -> QuerySet[PoliceReport]:
    """What the police have of the cases that are one with this one."""
    return (
        PoliceReport.objects.filter(of_one_case(case), TRACKED)
        .exclude(case=case)
        .select_related("case")
        .order_by("handed_at", "pk")
    )


def report_for(reader: User, number: str, uid: UUID) -> PoliceReport:
    """
    Raises:
        NotFound: unknown, or of a case that is not the reader's.
        NotAllowed: the case is theirs to see, its reports are not.
    """
    case = case_for(reader, number)
    permissions.check_can_see_reports(reader, case)
    found = (
        PoliceReport.objects.select_related(
            *("author", "handed_by", "procedure", "receipt", "supplements"),
            "approved_by",
        )
        .filter(case=case, uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这份报案"))
    found.case = case
    return found


def paper_for(reader: User, number: str, uid: UUID) -> PolicePaper:
    """
    Raises:
        NotFound: unknown, or of a case that is not the reader's.
    """
    found = PolicePaper.objects.filter(uid=uid).values_list("report__uid", flat=True)
    report = report_for(reader, number, found.first() or uid)
    paper = report.papers.select_related("exhibit", "recorded_by").get(uid=uid)
    paper.report = report
    return paper


def checklist(report: PoliceReport) -> list[Line]:
    """Every kind of material in its order, with what there is."""
    rows = {row.kind: row for row in report.items.prefetch_related("exhibits")}
    return [
        Line(
            kind=kind,
            state=ItemState(row.state) if row else ItemState.OPEN,
            row=row,
            exhibits=tuple(row.exhibits.all()) if row else (),
        )
        for kind in ItemKind
        for row in [rows.get(kind)]
    ]


def listed_exhibits(report: PoliceReport) -> QuerySet[Exhibit]:
    """The evidence on its list, each once; what its period let go goes to nobody."""
    items = report.items.filter(state=ItemState.READY)
    listed = Exhibit.objects.filter(
        pk__in=items.filter(exhibits__isnull=False).values("exhibits")
    )
    return listed.exclude(state=ExhibitState.DELETED).order_by("number")


def waits_for_approval(report: PoliceReport) -> bool:
    """Whether statements on its list stay here until another person approved it (G13)."""
    return (
        report.state == ReportState.PREPARING
        and report.approved_by_id is None
        and bool(statements_among(listed_exhibits(report)))
    )


def lists_to_approve(user: User) -> list[PoliceReport]:
    """Lists of material that wait and that the reader may approve, the oldest first."""
    rows = PoliceReport.objects.filter(
        state=ReportState.PREPARING,
        approved_by=None,
        items__exhibits__protection=Protection.STATEMENT,
        case__site__in=sites_where(user, Permission.FOOTAGE_APPROVE),
    )
    found = rows.select_related("author", "case__site__organisation").distinct()
    return [
        one
        for one in found.order_by("begun_at", "pk")[:_MOST_WAITING]
        if waits_for_approval(one)
        and permissions.can_approve_material(user, one.case)
        and policies.material_may_be_approved(one, by=user)
    ]


def approvals_of(case: Case) -> list[Approval]:
    """Lists of material that somebody approved: what stands on them may go to the police."""
    rows = PoliceReport.objects.filter(case=case, approved_by__isnull=False)
    return [
        Approval(
            code=row.code,
            key=row.key,
            exhibits=frozenset(listed_exhibits(row).values_list("pk", flat=True)),
            by=row.approved_by,
            at=row.approved_at,
        )
        for row in rows.exclude(state=ReportState.DROPPED)
        .select_related("approved_by")
        .order_by("number")
        if row.approved_by is not None and row.approved_at is not None
    ]


def missing_in(report: PoliceReport) -> list[ItemKind]:
    """What is neither there nor said to be unavailable."""
    return [line.kind for line in checklist(report) if line.state == ItemState.OPEN]


def suggested(case: Case, reader: User) -> Mapping[ItemKind, list[Exhibit]]:
    """What of the evidence of a case belongs where, by how it came; a person chooses."""
    found: dict[ItemKind, list[Exhibit]] = {}
    for one in kept_of(case, reader).order_by("number"):
        kind = _belongs_to(one)
        if kind is not None:
            found.setdefault(kind, []).append(one)
    return found


def _belongs_to(exhibit: Exhibit) -> ItemKind | None:
    if exhibit.source == Source.STATEMENT:
        return ItemKind.WITNESSES
    if exhibit.source == Source.INJURY:
        is_photo = exhibit.kind == ExhibitKind.PHOTO
        return ItemKind.INJURIES if is_photo else ItemKind.MEDICAL
    if exhibit.source == Source.RECORDER or exhibit.kind == ExhibitKind.VIDEO:
        return ItemKind.FOOTAGE
    return None


def standing_papers(report: PoliceReport) -> list[PolicePaper]:
    return list(report.papers.filter(revoked_at=None).order_by("dated_on", "pk"))


def aggressors_of(case: Case) -> list[Party]:
    """Whom papers may be about: of the case and of those that are one with it."""
    rows = Party.objects.filter(
        of_one_case(case), removed_at=None, roles__role=Role.AGGRESSOR
    )
    return list(rows.select_related("person", "user").distinct().order_by("pk"))


def named_in(papers: Iterable[PolicePaper]) -> dict[UUID, frozenset[Somebody]]:
    """Whom each of them names, of those that name anybody."""
    saved = {one.pk: one.uid for one in papers}
    rows = PolicePaper.against.through.objects.filter(policepaper__in=saved)
    found: dict[UUID, set[Somebody]] = {}
    for row in rows.select_related("party"):
        found.setdefault(saved[row.policepaper_id], set()).add(somebody(row.party))
    return {uid: frozenset(some) for uid, some in found.items()}


def happened_in(report: PoliceReport) -> list[Happened]:
    """All that opens and ends periods of a report: the act, calls, hand-over, papers."""
    case = report.case
    rows = happened_before(case)
    if report.handed_at is not None:
        what, at = Happening.HAND_OVER, report.handed_at
        rows.append(Happened(what, at, at, report.key))
    for paper in standing_papers(report):
        at, known = start_of_day(paper.dated_on), start_of_day(paper.received_on)
        rows.append(Happened(Happening(paper.kind), at, known, paper.key))
    return rows


def happened_before(case: Case) -> list[Happened]:
    """What is known without any report: the act, and the calls to 110."""
    at = act_of(case).at
    rows = [Happened(Happening.ACT, at, at, case.subject)]
    rows += [
        Happened(Happening.CALL, call.at, call.at, case.subject)
        for call in duty_of(case).calls
    ]
    return rows


def periods_of(report: PoliceReport) -> list[tuple[PolicePeriod, periods.PeriodRule]]:
    """With their rules, the next to run out first, then what ended."""
    rows = report.periods.order_by("due_at", "rule", "pk")
    return sorted(
        ((row, periods.rule(row.rule)) for row in rows),
        key=lambda pair: pair[0].ended_at is not None,
    )


def periods_before(case: Case) -> list[Period]:
    """Of the act itself, while no report is with the police: of no case that is one with it."""
    if PoliceReport.objects.filter(of_one_case(case), TRACKED).exists():
        return []
    return periods.reckon(happened_before(case))


def rights_of(case: Case) -> list[Right]:
    """What the victim's side may do now, in words and days; see ``rights_sheet``.

    Cases that were joined are one case: the police may have been told in any of them.
    """
    reports = PoliceReport.objects.filter(of_one_case(case), TRACKED)
    remedies = periods.remedies(())
    dated: dict[str, tuple[date, date]] = {}  # the last day, and when it began
    for report in reports.select_related("case__joined_into").order_by("pk"):
        open_to = periods.remedies(happened_in(report))
        remedies += [one for one in open_to if one not in remedies]
        for row, rule in periods_of(report):
            if rule.of == Whose.VICTIM and row.ended_at is None:
                period = (last_day(row.due_at), local_day(row.begins_at))
                dated[rule.id] = max(period, dated.get(rule.id, period))
    found = [Right(one.words, None, law.cite_all(one.sources)) for one in law.rights()]
    found += [Right(one.words, None, law.cite_all(one.sources)) for one in remedies]
    for key, (last, began) in sorted(dated.items(), key=lambda pair: pair[1]):
        rule = periods.rule(key)
        found.append(Right(rule.heading, last, law.cite_all(rule.sources, on=began)))
    return found


def rights_sheet(case: Case) -> str:
    """The same as one text, a line each: what was read out or handed over."""
    return "\n".join(_right_line(one) for one in rights_of(case))


def _right_line(right: Right) -> str:
    cited = _("（%s）") % right.cited if right.cited else ""
    if right.last_day is None:
        return f"{right.words}{cited}"
    last = _("最后一天：%s") % formats.date_format(right.last_day)
    return f"{right.words}{cited} {last}"


def last_day(due_at: datetime) -> date:
    """The day on which a period ends; one that ends at 24:00 ends on the day before."""
    return local_day(due_at - _INSTANT)


def victims_of(case: Case) -> QuerySet[Party]:
    """Who was hurt, and their guardians: those who are told what they may do."""
    return (
        case.parties.filter(
            removed_at=None, roles__role__in=[Role.VICTIM, Role.GUARDIAN]
        )
        .select_related("person", "user")
        .distinct()
        .order_by("pk")
    )


def untold_since(case: Case, paper: PolicePaper) -> list[Party]:
    """Victims whom nobody told since this paper; a minor may be told by their own guardian.

    So may the only grown-up victim of a case, where it is written down why, by whoever
    is not somebody else's.
    """
    told = RightsTold.objects.filter(case=case, said_at__gte=paper.recorded_at)
    heard = set(told.values_list("party", flat=True))
    by_guardian = told.filter(party__roles__role=Role.GUARDIAN).select_related("party")
    guardians = {one.party for one in by_guardian}
    with_reason = {one.party for one in by_guardian if one.words}
    rows = case.parties.filter(removed_at=None, roles__role=Role.VICTIM)
    victims = list(rows.select_related("person", "user").order_by("pk"))

    def is_told_through_one(victim: Party) -> bool:
        if is_known_minor(victim, at=paper.recorded_at):
            return not guardians.isdisjoint(with_guardians(victim))
        return len(victims) == 1 and any(stands_for(one, victim) for one in with_reason)

    return [
        one for one in victims if one.pk not in heard and not is_told_through_one(one)
    ]


def newest_to_tell(case: Case) -> PolicePaper | None:
    """The last paper about which the victim's side has to be told."""
    kinds = [kind for kind in PaperKind if kind.opens_remedies]
    standing = PolicePaper.objects.filter(
        report__case=case, revoked_at=None, kind__in=kinds
    )
    return standing.select_related("report").order_by("recorded_at", "pk").last()


def told_of(case: Case) -> QuerySet[RightsTold]:
    return (
        RightsTold.objects.filter(case=case)
        .select_related("party__person", "party__user", "told_by")
        .order_by("-said_at", "-pk")
    )


def retaliations_of(case: Case) -> QuerySet[Retaliation]:
    return (
        Retaliation.objects.filter(case=case)
        .select_related("noted_by", "opened", "place")
        .order_by("-noted_at", "-pk")
    )


def police_applications(case: Case) -> QuerySet[FootageApplication]:
    """What the police asked for in footage, with their papers (G13); decided elsewhere."""
    return FootageApplication.objects.filter(
        case=case, applicant=Applicant.POLICE
    ).order_by("-taken_at")


def police_packages(case: Case) -> QuerySet[Package]:
    return Package.objects.filter(case=case, purpose=Purpose.POLICE).order_by("-pk")


def papers_of(report: PoliceReport) -> QuerySet[PolicePaper]:
    """All, also those that were revoked; the newest first."""
    return (
        report.papers.select_related("exhibit", "recorded_by")
        .prefetch_related("against__person", "against__user")
        .order_by("-dated_on", "-pk")
    )


def tracked_report(case: Case) -> PoliceReport | None:
    """The report that the police have, to which further material is added."""
    return case.police_reports.filter(TRACKED).order_by("number").last()


def grounds_of(cases: Collection[int]) -> Mapping[int, set[Ground]]:
    """That the police know of it, by the keys of the cases (G05, retention).

    While a prosecutor or a court decides, of the case or of one that was joined into it,
    nothing is deleted; that ends with the paper that says that it is over.
    """
    rows = PoliceReport.objects.filter(case__in=cases, handed_at__isnull=False)
    found = {case: {Ground.POLICE} for case in rows.values_list("case", flat=True)}
    asked = set(cases)
    for report in _pending_reports(asked):
        for case in asked & {report.case_id, _whole(report.case)}:
            found.setdefault(case, set()).add(Ground.CLAIM)
    return found


def _pending_reports(cases: Collection[int]) -> list[PoliceReport]:
    """Those of which a prosecutor or a court still decides, or whose decision may change.

    By the papers as well, and for everybody whom they are about: one of two is not
    prosecuted or judged, and the other is before the court.
    """
    beyond = [kind for kind in PaperKind if kind.is_beyond_police]
    standing = PolicePaper.objects.filter(revoked_at=None)
    reports = list(
        PoliceReport.objects.filter(
            Q(case__in=cases) | Q(case__joined_into__in=cases),
            Q(state__in=_PENDING)
            | Exists(standing.filter(report=OuterRef("pk"), kind__in=beyond)),
            handed_at__isnull=False,
        ).select_related("case")
    )
    papers: dict[int, list[PolicePaper]] = {one.pk: [] for one in reports}
    for paper in standing.filter(report__in=papers):
        papers[paper.report_id].append(paper)
    against = named_in(one for some in papers.values() for one in some)
    known = _aggressors_by_case(reports) if against else {}
    return [
        one
        for one in reports
        if policies.is_pending(
            papers[one.pk], against=against, known=known.get(_whole(one.case), ())
        )
        or (
            ReportState(one.state).is_pending
            and not any(paper.uid in against for paper in papers[one.pk])
        )
    ]


def _aggressors_by_case(reports: Iterable[PoliceReport]) -> dict[int, set[Somebody]]:
    """As ``aggressors_of``, for many at once, by the case that is all of them."""
    wholes = {_whole(one.case) for one in reports}
    rows = Party.objects.filter(
        Q(case__in=wholes) | Q(case__joined_into__in=wholes),
        removed_at=None,
        roles__role=Role.AGGRESSOR,
    ).select_related("case")
    found: dict[int, set[Somebody]] = {}
    for party in rows:
        found.setdefault(_whole(party.case), set()).add(somebody(party))
    return found


def _whole(case: Case) -> int:
    return case.joined_into_id or case.pk


add_grounds(grounds_of)
add_approvals(approvals_of)

"""Finding what a request speaks of: what is not the caller's does not exist."""

from __future__ import annotations

import re
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.api.auth import Caller
from anlan.base.errors import InvalidInput, NotAllowed, NotFound
from anlan.cases.models import Case, Party, Task, TaskPhoto
from anlan.cases.permissions import can_know_task
from anlan.cases.selectors import case_for, cases_for
from anlan.evidence.models import (
    Camera,
    Derivative,
    Exhibit,
    Hold,
    Injury,
    Package,
    PhysicalItem,
    Recording,
    Redaction,
    Statement,
)
from anlan.evidence.permissions import check_can_hand_over_package
from anlan.evidence.selectors import exhibits_in, exhibits_of
from anlan.evidence.selectors.holds import may_know
from anlan.evidence.selectors.injuries import injuries_for
from anlan.evidence.selectors.recordings import recordings_in, with_parts
from anlan.evidence.selectors.redaction import redactions_in
from anlan.evidence.selectors.statements import statements_for, with_words
from anlan.incidents.models import (
    Attachment,
    EmergencyCall,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Lawyer,
    Limitation,
    LimitationTurn,
    Opinion,
    PolicePaper,
    PoliceReport,
    WorkInjury,
)
from anlan.resolution.legal.permissions import (
    can_read_opinions,
    can_see_work_injury,
    check_can_see_engagements,
    check_can_see_limitations,
    check_can_see_reports,
)
from anlan.resolution.legal.selectors.counsel import (
    engagements_of,
    given_opinions,
    lawyer_for,
    questions_in,
)
from anlan.resolution.legal.selectors.limitation import limitations_of, turn_of
from anlan.resolution.legal.selectors.work_injury import work_injuries_in
from anlan.resolution.models import (
    Compensation,
    CompensationVersion,
    Notice,
    Objection,
    Plan,
    PlanMeasure,
    PlanSupport,
)
from anlan.resolution.permissions import check_can_see_plans
from anlan.resolution.review.models import (
    Improvement,
    ImprovementCheck,
    Recurrence,
    ReportParagraph,
)
from anlan.resolution.review.models import Report as CaseReport
from anlan.resolution.review.permissions import check_can_see as check_can_see_review
from anlan.resolution.review.selectors.improvements import improvements_for
from anlan.resolution.selectors.compensation import compensations_for

Row = TypeVar("Row", bound=Model)

_NUMBER = re.compile(r"[A-Z0-9-]{1,32}", re.ASCII)
_SEEN_WITH = (
    Permission.CASE_SEE,
    Permission.INCIDENT_SEE,
    Permission.INCIDENT_REPORT,
    Permission.SITE_MANAGE,
    Permission.HOLD_PLACE,
    Permission.RETENTION_EDIT,
)


def case_of(caller: Caller, number: str) -> Case:
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("没有这个案件，或者您无权查看"))
    return case_for(caller.user, number)


def incident_of(caller: Caller, number: str) -> Incident:
    case = case_of(caller, number)
    return _seen(
        Incident.objects.select_related(
            "place", "case__site", "case__commander"
        ).filter(case=case),
        _("这个案件不是事件"),
    )


def task_of(caller: Caller, uid: UUID) -> Task:
    refusal = _("没有这项任务，或者您无权查看")
    found = _seen(
        Task.objects.select_related("case__site", "ended_by").filter(
            uid=uid, case__in=cases_for(caller.user)
        ),
        refusal,
    )
    if not can_know_task(caller.user, found, found.case):
        raise NotFound(refusal)
    return found


def recording_of(caller: Caller, uid: UUID) -> Recording:
    return _seen(
        with_parts(recordings_in(cases_for(caller.user))).filter(uid=uid),
        _("没有这份录像"),
    )


def camera_of(caller: Caller, case: Case, uid: UUID) -> Camera:
    """A camera of the case's site; whoever sees the case may know of it."""
    found = Camera.objects.select_related("recorder", "site").filter(
        uid=uid, site=case.site
    )
    camera = found.first()
    if camera is None:
        raise InvalidInput(_("没有这个摄像头"), path="camera")
    return camera


def footage_of(caller: Caller, uid: UUID) -> Derivative:
    return _seen(
        Derivative.objects.select_related(
            "blob", "recording__case__site", "recording__camera"
        ).filter(
            uid=uid,
            blob__isnull=False,
            recording__case__in=cases_for(caller.user),
        ),
        _("没有这份观看副本"),
    )


def redaction_of(caller: Caller, uid: UUID) -> Redaction:
    return _seen(
        redactions_in(cases_for(caller.user), caller.user).filter(uid=uid),
        _("没有这份打码草稿"),
    )


def photo_of(caller: Caller, uid: UUID) -> TaskPhoto:
    return _seen(
        TaskPhoto.objects.select_related("task__case__site").filter(
            uid=uid, task__case__in=cases_for(caller.user)
        ),
        _("没有这张照片"),
    )


def attachment_of(caller: Caller, uid: UUID) -> Attachment:
    return _seen(
        Attachment.objects.select_related("report__incident__case__site").filter(
            uid=uid, report__incident__case__in=cases_for(caller.user)
        ),
        _("没有这个附件"),
    )


def exhibit_of(caller: Caller, uid: UUID) -> Exhibit:
    rows = exhibits_in(cases_for(caller.user), caller.user)
    return _seen(rows.filter(uid=uid), _("没有这件证据"))


def party_of(caller: Caller, uid: UUID) -> Party:
    return _seen(
        Party.objects.select_related("case__site", "person", "user").filter(
            uid=uid, removed_at=None, case__in=cases_for(caller.user)
        ),
        _("没有这位当事人，或者您无权查看"),
    )


def guardian_of(caller: Caller, uid: UUID | None) -> Party | None:
    """Who is with somebody that is heard; for whom they stand asks the service."""
    return party_of(caller, uid) if uid else None


def object_of(caller: Caller, uid: UUID) -> PhysicalItem:
    """A thing by the uid of its exhibit."""
    return _seen(
        PhysicalItem.objects.select_related(
            "exhibit__case__site", "holder", "holder_party"
        ).filter(exhibit__uid=uid, exhibit__case__in=cases_for(caller.user)),
        _("没有这件实物"),
    )


def package_of(caller: Caller, uid: UUID) -> Package:
    found = _seen(
        Package.objects.select_related("case__site", "asked_by").filter(
            uid=uid, case__in=cases_for(caller.user)
        ),
        _("没有这个证据包"),
    )
    check_can_hand_over_package(caller.user, found.case)
    return found


def hold_of(caller: Caller, uid: UUID) -> Hold:
    rows = Hold.objects.select_related(
        *("case__site", "exhibit", "recording"),
        *("placed_by", "proposed_by", "released_by"),
    ).filter(uid=uid, case__in=cases_for(caller.user))
    found = _seen(rows, _("没有这项保全"))
    if not may_know(caller.user, found):
        raise NotFound(_("没有这项保全"))
    return found


def exhibits_named(caller: Caller, case: Case, uids: list[UUID]) -> list[Exhibit]:
    """Those of the case; of one that is none of it nothing is said but that."""
    found = list(exhibits_of(case, caller.user).filter(uid__in=uids))
    if len(found) != len(set(uids)):
        raise InvalidInput(_("请选择本案的证据"), path="exhibits")
    return found


def statement_of(caller: Caller, uid: UUID) -> Statement:
    """One that the caller may read, with its answers."""
    rows = statements_for(caller.user).select_related(
        *("case__site", "party__person", "party__user"),
        *("user", "taken_by", "exhibit__blob", "guardian_party"),
    )
    return with_words(rows.filter(uid=uid))


def injury_of(caller: Caller, uid: UUID) -> Injury:
    rows = injuries_for(caller.user).select_related(
        "case__site", "party__person", "party__user", "recorded_by"
    )
    found = rows.filter(uid=uid).prefetch_related("photos__exhibit")
    return _seen(found, _("没有这处伤情，或者您无权查看"))


def compensation_of(caller: Caller, uid: UUID) -> Compensation:
    return _seen(
        compensations_for(caller.user).filter(uid=uid),
        _("没有这份测算，或者您无权查看"),
    )


def compensation_version_of(caller: Caller, uid: UUID) -> CompensationVersion:
    """Of a case that the caller sees; whether they may read it is asked then."""
    return _seen(
        CompensationVersion.objects.select_related(
            "compensation__case__site", "made_by"
        ).filter(uid=uid, compensation__in=compensations_for(caller.user)),
        _("没有这份测算，或者您无权查看"),
    )


def plan_of(caller: Caller, uid: UUID) -> Plan:
    """A version of a case whose plans the caller may see."""
    found = _seen(
        Plan.objects.select_related("case__site", "author", "finding").filter(
            uid=uid, case__in=cases_for(caller.user)
        ),
        _("没有这份处理方案"),
    )
    check_can_see_plans(caller.user, found.case)
    return found


def measure_of(caller: Caller, uid: UUID) -> PlanMeasure:
    found = _seen(
        PlanMeasure.objects.select_related(
            "plan__case__site", "plan__author", "party"
        ).filter(uid=uid, plan__case__in=cases_for(caller.user)),
        _("没有这项措施"),
    )
    check_can_see_plans(caller.user, found.plan.case)
    return found


def plan_support_of(caller: Caller, uid: UUID) -> PlanSupport:
    """What a plan that the caller may see offers to somebody who was hurt."""
    found = _seen(
        PlanSupport.objects.select_related("plan__case__site", "plan__author").filter(
            uid=uid, plan__case__in=cases_for(caller.user)
        ),
        _("没有这项支持"),
    )
    check_can_see_plans(caller.user, found.plan.case)
    return found


def notice_of(caller: Caller, uid: UUID) -> Notice:
    """A letter of a case whose plans the caller may see."""
    found = _seen(
        Notice.objects.select_related(
            *("case__site__organisation", "measure__plan", "author", "issued_by"),
            *("party__person", "party__user", "exhibit"),
        ).filter(uid=uid, case__in=cases_for(caller.user)),
        _("没有这份告知书"),
    )
    check_can_see_plans(caller.user, found.case)
    return found


def police_report_of(caller: Caller, uid: UUID) -> PoliceReport:
    """A report to the police of a case whose findings the caller may see."""
    found = _seen(
        PoliceReport.objects.select_related(
            *("case__site__organisation", "author", "handed_by", "procedure"),
            *("receipt", "supplements", "approved_by"),
        ).filter(uid=uid, case__in=cases_for(caller.user)),
        _("没有这份报案"),
    )
    check_can_see_reports(caller.user, found.case)
    return found


def police_paper_of(caller: Caller, uid: UUID) -> PolicePaper:
    found = _seen(
        PolicePaper.objects.select_related("report__case__site").filter(
            uid=uid, report__case__in=cases_for(caller.user)
        ),
        _("没有这份办案文书"),
    )
    check_can_see_reports(caller.user, found.report.case)
    return found


def objection_of(caller: Caller, uid: UUID) -> Objection:
    """An objection of a case whose plans the caller may see."""
    found = _seen(
        Objection.objects.select_related(
            *("case__site", "measure__plan__author", "party"),
            *("received_by", "decided_by", "task"),
        ).filter(uid=uid, case__in=cases_for(caller.user)),
        _("没有这件申诉"),
    )
    check_can_see_plans(caller.user, found.case)
    return found


def report_of(caller: Caller, uid: UUID) -> Report:
    """A report of a case the caller may see, or one of their own."""
    report = (
        Report.objects.select_related(
            "place__site", "reporter", "incident__place", "incident__case__site"
        )
        .filter(uid=uid)
        .first()
    )
    if report is None or not (
        report.reporter_id == caller.user.pk
        or cases_for(caller.user).filter(pk=report.incident.case_id).exists()
    ):
        raise NotFound(_("没有这份报告，或者您无权查看"))
    return report


def call_of(caller: Caller, uid: UUID) -> EmergencyCall:
    return _seen(
        EmergencyCall.objects.select_related(
            "called_by", "incident__case__site"
        ).filter(uid=uid, incident__case__in=cases_for(caller.user)),
        _("没有这次通话，或者您无权查看"),
    )


def proposal_of(caller: Caller, uid: UUID) -> FalseAlarmProposal:
    return _seen(
        FalseAlarmProposal.objects.select_related(
            "proposed_by", "decided_by", "incident__case__site"
        ).filter(uid=uid, incident__case__in=cases_for(caller.user)),
        _("没有这项决定，或者您无权查看"),
    )


def waiver_of(caller: Caller, uid: UUID) -> PoliceWaiver:
    return _seen(
        PoliceWaiver.objects.select_related(
            "proposed_by", "decided_by", "incident__case__site"
        ).filter(uid=uid, incident__case__in=cases_for(caller.user)),
        _("没有这项决定，或者您无权查看"),
    )


def colleague_of(caller: Caller, uid: UUID | None, *, path: str) -> User:
    """A colleague by uid; none is the caller, still held to the token's scopes."""
    if uid is None or uid == caller.user.uid:
        return caller.user
    found = User.objects.filter(
        uid=uid, organisation=caller.user.organisation_id, is_active=True
    ).first()
    if found is None:
        raise InvalidInput(_("没有这个人"), path=path)
    return found


def site_of(caller: Caller, uid: UUID, permission: Permission | None = None) -> Site:
    site = sites_of(caller).filter(uid=uid).first()
    if site is None:
        raise NotFound(_("没有这个项目，或者您无权查看"))
    if permission is not None:
        allowed = sites_where(caller.user, permission).filter(pk=site.pk)
        if not allowed.exists():
            raise NotAllowed(_("您在这个项目没有“%s”的权限") % permission.label)
    return site


def sites_of(caller: Caller) -> QuerySet[Site]:
    """The sites at which the caller has anything to do."""
    seen = Q(pk__in=[])
    for permission in _SEEN_WITH:
        seen |= Q(pk__in=sites_where(caller.user, permission).values("pk"))
    return Site.objects.filter(seen).order_by("code", "pk")


def lawyer_of(caller: Caller, uid: UUID) -> Lawyer:
    return lawyer_for(caller.user, uid)


def engagement_of(caller: Caller, uid: UUID) -> Engagement:
    """For whoever engages counsel at the site."""
    refusal = _("没有这项委托")
    of = Engagement.objects.select_related("case__site")
    case = _seen(of.filter(uid=uid, case__in=cases_for(caller.user)), refusal).case
    check_can_see_engagements(caller.user, case)
    found = _seen(engagements_of(case).filter(uid=uid), refusal)
    found.case = case
    return found


def question_of(caller: Caller, uid: UUID) -> CounselQuestion:
    """For those who are entitled; to others it does not exist."""
    refusal = _("没有这件法律咨询，或者您无权查看")
    of = CounselQuestion.objects.select_related("case__site")
    case = _seen(of.filter(uid=uid, case__in=cases_for(caller.user)), refusal).case
    found = _seen(questions_in(case).filter(uid=uid), refusal)
    found.case = case
    if not can_read_opinions(caller.user, found):
        raise NotFound(refusal)
    return found


def opinion_of(caller: Caller, uid: UUID) -> Opinion:
    """A version that was given."""
    refusal = _("没有这一版意见")
    row = _seen(Opinion.objects.select_related("question").filter(uid=uid), refusal)
    question = question_of(caller, row.question.uid)
    for one in given_opinions(question):
        if one.uid == uid:
            one.question = question
            return one
    raise NotFound(refusal)


def limitation_of(caller: Caller, uid: UUID) -> Limitation:
    """A limit of time of a case whose findings the caller may see."""
    refusal = _("没有这项时效")
    of = Limitation.objects.select_related("case__site")
    case = _seen(of.filter(uid=uid, case__in=cases_for(caller.user)), refusal).case
    check_can_see_limitations(caller.user, case)
    found = _seen(limitations_of(case).filter(uid=uid), refusal)
    found.case = case
    return found


def limitation_turn_of(caller: Caller, uid: UUID) -> LimitationTurn:
    refusal = _("没有这一项")
    rows = LimitationTurn.objects.select_related("limitation").filter(uid=uid)
    limitation = limitation_of(caller, _seen(rows, refusal).limitation.uid)
    return turn_of(limitation, uid)


def work_injury_of(caller: Caller, uid: UUID) -> WorkInjury:
    """Somebody's own, or one that the caller may see."""
    refusal = _("没有这项工伤，或者您无权查看")
    cases = cases_for(caller.user)
    of = WorkInjury.objects.select_related("case__site").filter(uid=uid, case__in=cases)
    case = _seen(of, refusal).case
    found = _seen(work_injuries_in(case).filter(uid=uid), refusal)
    found.case = case
    if not can_see_work_injury(caller.user, found):
        raise NotFound(refusal)
    return found


def report_version_of(caller: Caller, uid: UUID) -> CaseReport:
    """A version of the report of a case whose review the caller may see."""
    found = _seen(
        CaseReport.objects.select_related("case__site", "author", "decided_by").filter(
            uid=uid, case__in=cases_for(caller.user)
        ),
        _("没有这份报告"),
    )
    check_can_see_review(caller.user, found.case)
    return found


def paragraph_of(caller: Caller, uid: UUID) -> ReportParagraph:
    found = _seen(
        ReportParagraph.objects.select_related(
            "report__case__site", "report__author"
        ).filter(uid=uid, report__case__in=cases_for(caller.user)),
        _("没有这一段"),
    )
    check_can_see_review(caller.user, found.report.case)
    return found


def improvement_of(caller: Caller, uid: UUID) -> Improvement:
    """One that the caller may see, or has to do."""
    return _seen(
        improvements_for(caller.user).filter(uid=uid),
        _("没有这项改进措施，或者您无权查看"),
    )


def check_of(caller: Caller, uid: UUID) -> ImprovementCheck:
    found = _seen(
        ImprovementCheck.objects.select_related("improvement").filter(uid=uid),
        _("没有这次检查"),
    )
    found.improvement = improvement_of(caller, found.improvement.uid)
    return found


def recurrence_of(caller: Caller, uid: UUID) -> Recurrence:
    found = _seen(
        Recurrence.objects.select_related("improvement", "case").filter(uid=uid),
        _("没有这条提示"),
    )
    found.improvement = improvement_of(caller, found.improvement.uid)
    return found


def _seen(rows: QuerySet[Row], refusal: str) -> Row:
    row = rows.first()
    if row is None:
        raise NotFound(refusal)
    return row


def place_to_report(caller: Caller, place: UUID | str) -> Place:
    """The spot a report names, by uid or by the code on its poster.

    Raises:
        NotAllowed: the caller may report nowhere.
        InvalidInput: unknown, or a spot of another site.
    """
    allowed = sites_where(caller.user, Permission.INCIDENT_REPORT)
    places = Place.objects.select_related("site").filter(site__in=allowed)
    found = (
        places.filter(uid=place)
        if isinstance(place, UUID)
        else places.filter(code=place.upper())
    ).first()
    if found is not None:
        return found
    if not allowed.exists():
        raise NotAllowed(_("您没有“%s”的权限") % Permission.INCIDENT_REPORT.label)
    raise InvalidInput(_("没有这个点位，或者它属于别的项目"), path="place")

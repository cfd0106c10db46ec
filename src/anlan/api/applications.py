"""Applications for footage over the API, and the register of looks at it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.models import Place, Site
from anlan.accounts.roles import Permission
from anlan.api.access import case_of, exhibits_named, site_of
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.once import once
from anlan.api.packages import PackageOut
from anlan.api.paging import cursor_of, no_cursor, number_in, parts_of
from anlan.api.schemas import Cursor, In, Instant, OnceIn, Out, Text, UserOut
from anlan.base.errors import InvalidInput, NotFound
from anlan.cases.models import Case
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.enums import Applicant, FootageWay, IdentityPaper, Relation
from anlan.evidence.models import (
    Camera,
    FootageApplication,
    FootageViewing,
    Package,
    Recording,
)
from anlan.evidence.selectors import packages_of
from anlan.evidence.selectors.applications import (
    applicant_name,
    applicant_unit,
    application_for,
    application_page,
    applications_for,
)
from anlan.evidence.selectors.register import RegisterRow, Wanted, register_page
from anlan.evidence.services import Asked, Officer

router = Router(tags=["footage requests"])

_SEE = (Permission.CASE_SEE, Permission.FOOTAGE_TAKE_IN)
_DECIDE = (Permission.CASE_SEE, Permission.FOOTAGE_APPROVE)
_SHOW = (Permission.CASE_SEE, Permission.EVIDENCE_OPEN)
Words = Annotated[Text, Field(min_length=1, max_length=300)]
Name = Annotated[Text, Field(max_length=120)]


class WindowIn(In):
    begin: Instant
    end: Instant


class WindowOut(Out):
    begin: datetime
    end: datetime


class OfficerIn(In):
    name: Annotated[Text, Field(min_length=1, max_length=40)]
    number: Annotated[Text, Field(min_length=4, max_length=24)]


class ApplicationOut(Out):
    """``name`` is masked; ``state`` is asked, approved, refused, withdrawn, viewed,
    handed_over or expired.
    """

    uid: UUID
    number: str
    site: str
    case: str | None
    applicant: str
    relation: str
    name: str
    unit: str
    document_kind: str
    document_number: str
    names_statements: bool
    purpose: str
    wanted: str
    windows: list[WindowOut]
    cameras: list[str]
    taken_at: datetime
    taken_by: UserOut
    goal_at: datetime
    state: str
    decided_at: datetime | None
    decided_by: UserOut | None
    decision: str
    way: str
    until: datetime | None
    recordings: list[str]
    exhibits: list[str]

    @classmethod
    def of(cls, row: FootageApplication) -> ApplicationOut:
        return cls(
            uid=row.uid,
            number=row.number,
            site=row.site.code,
            case=row.case.number if row.case else None,
            applicant=row.applicant,
            relation=row.relation,
            name=applicant_name(row),
            unit=applicant_unit(row),
            document_kind=row.document_kind,
            document_number=row.document_number,
            names_statements=row.names_statements,
            purpose=row.purpose,
            wanted=row.wanted,
            windows=[WindowOut(begin=w.begin, end=w.end) for w in row.windows.all()],
            cameras=[camera.name for camera in row.cameras.all()],
            taken_at=row.taken_at,
            taken_by=UserOut.of(row.taken_by),
            goal_at=row.goal_at,
            state=row.state,
            decided_at=row.decided_at,
            decided_by=UserOut.of(row.decided_by) if row.decided_by else None,
            decision=row.decision,
            way=row.way,
            until=row.until,
            recordings=[film.code for film in row.recordings.order_by("number")],
            exhibits=[one.code for one in row.exhibits.order_by("number")],
        )


class ApplicationsOut(Out):
    """The newest first; ``after`` is an older name of ``next``, for who asks with it."""

    items: list[ApplicationOut]
    next: str | None
    after: str | None


class ApplicationIn(OnceIn):
    """Which fields are needed depends on ``applicant``; see the guide.

    ``identity_tail`` is the last four characters of the paper that was looked at.
    """

    site: UUID
    case: Annotated[Text, Field(max_length=32)] = ""
    applicant: Applicant
    relation: Relation = Relation.SELF
    name: Name = ""
    phone: Annotated[Text, Field(max_length=30)] = ""
    unit: Name = ""
    officers: Annotated[list[OfficerIn], Field(max_length=4)] = []
    document_kind: Annotated[Text, Field(max_length=8)] = ""
    document_number: Annotated[Text, Field(max_length=80)] = ""
    names_statements: bool = False  # the paper of an authority asks for statements too
    identity_paper: IdentityPaper
    identity_tail: Annotated[Text, Field(min_length=4, max_length=4)]
    purpose: Words
    place: UUID | None = None
    cameras: Annotated[list[UUID], Field(max_length=50)] = []
    windows: Annotated[list[WindowIn], Field(min_length=1, max_length=5)]
    wanted: FootageWay

    def asked(self) -> Asked:
        return Asked(
            applicant=self.applicant,
            relation=self.relation,
            name=self.name,
            phone=self.phone,
            unit=self.unit,
            officers=[Officer(name=o.name, number=o.number) for o in self.officers],
            document_kind=self.document_kind,
            document_number=self.document_number,
            names_statements=self.names_statements,
            identity_paper=self.identity_paper,
            identity_tail=self.identity_tail,
            purpose=self.purpose,
            windows=[(w.begin, w.end) for w in self.windows],
            wanted=self.wanted,
        )


class ApprovalIn(OnceIn):
    """``recordings`` and ``exhibits`` are the scope; nothing else is shown or leaves."""

    way: FootageWay
    recordings: Annotated[list[UUID], Field(max_length=200)] = []
    exhibits: Annotated[list[UUID], Field(max_length=200)] = []
    days: Annotated[int, Field(ge=1, le=30)] = 7
    words: Annotated[Text, Field(max_length=300)] = ""


class AttachIn(In):
    """``case`` is its number; the same again changes nothing."""

    case: Annotated[Text, Field(min_length=1, max_length=32)]


class FootageReasonIn(OnceIn):
    reason: Words


class BeginIn(OnceIn):
    pass


class SeenIn(OnceIn):
    """``seen`` is cameras and times, in the words of who sat beside the applicant."""

    seen: Words


class FootageReleaseIn(OnceIn):
    """``exhibits`` may be fewer than what was approved; none is all that may leave."""

    exhibits: Annotated[list[UUID], Field(max_length=2000)] = []
    acknowledged: Annotated[Text, Field(max_length=300)] = ""


class RegisterRowOut(Out):
    """``entries`` are the numbers in the record of the site; ``applicant`` is masked."""

    at: datetime
    way: str
    who: str
    unit: str
    applicant: str
    reason: str
    content: str
    camera: str
    bytes_count: int
    application: str
    entries: list[int]
    is_unexplained: bool

    @classmethod
    def of(cls, row: RegisterRow) -> RegisterRowOut:
        return cls(
            at=row.at,
            way=row.way,
            who=row.who,
            unit=row.unit,
            applicant=row.applicant,
            reason=row.reason,
            content=row.content,
            camera=row.camera,
            bytes_count=row.bytes_count,
            application=row.application,
            entries=list(row.seqs),
            is_unexplained=row.is_unexplained,
        )


class RegisterOut(Out):
    """``cursor`` is an older name of ``next``."""

    items: list[RegisterRowOut]
    next: str | None
    cursor: str | None


@router.get("/footage-requests", **operation(*_SEE, out=ApplicationsOut))
def list_footage_requests(
    request: ApiRequest,
    state: str = "",
    case: str = "",
    cursor: Cursor = "",
    after: str = "",
) -> ApplicationsOut:
    """Those of the caller's sites, the newest first; in one state, or of one case."""
    caller = request.auth
    if cursor:
        [after] = parts_of(cursor, 1)
    known = applications_for(caller.user).filter(number=after)
    if (cursor or after) and not (after.isprintable() and known.exists()):
        raise no_cursor()
    page = application_page(
        caller.user,
        state=state[:16],
        case=case_of(caller, case) if case else None,
        after=after,
    )
    return ApplicationsOut(
        items=[ApplicationOut.of(row) for row in page.rows],
        next=cursor_of(page.after) if page.after else None,
        after=page.after or None,
    )


@router.post(
    "/footage-requests",
    **operation(*_SEE, Permission.PARTY_EDIT, out=ApplicationOut, status=201),
)
def take_in_footage_request(
    request: ApiRequest, body: ApplicationIn
) -> Status[ApplicationOut]:
    """Take in who asks; another person decides."""
    caller = request.auth
    site = site_of(caller, body.site, Permission.FOOTAGE_TAKE_IN)
    made = evidence.take_in_application(
        site=site,
        asked=body.asked(),
        case=case_of(caller, body.case) if body.case else None,
        place=_place(site, body.place),
        cameras=_cameras(site, body.cameras),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, _answer(caller, made.uid))


@router.get("/footage-requests/{uid}", **operation(*_SEE, out=ApplicationOut))
def get_footage_request(request: ApiRequest, uid: UUID) -> ApplicationOut:
    return _answer(request.auth, uid)


@router.post("/footage-requests/{uid}/case", **operation(*_SEE, out=ApplicationOut))
def attach_footage_request(
    request: ApiRequest, uid: UUID, body: AttachIn
) -> ApplicationOut:
    """Say to which case it belongs; what was approved before stays what it was."""
    caller = request.auth
    evidence.attach_application(
        application=application_for(caller.user, uid),
        case=case_of(caller, body.case),
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return _answer(caller, uid)


@router.post(
    "/footage-requests/{uid}/approval", **operation(*_DECIDE, out=ApplicationOut)
)
def approve_footage_request(
    request: ApiRequest, uid: UUID, body: ApprovalIn
) -> ApplicationOut:
    """Say what may be seen or given; never by who took it in."""
    caller = request.auth
    row = application_for(caller.user, uid)
    permissions.check_can_decide_application(caller.user, row)
    films = _recordings(row.case, body.recordings)
    exhibits = (
        exhibits_named(caller, row.case, body.exhibits)
        if row.case and body.exhibits
        else []
    )
    once(
        caller,
        name="approve_footage_request",
        about=str(uid),
        body=body,
        make=lambda: evidence.approve_application(
            application=row,
            way=body.way,
            recordings=films,
            exhibits=exhibits,
            holds_for=timedelta(days=body.days),
            words=body.words,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda made: application_for(caller.user, made),
    )
    return _answer(caller, uid)


@router.post(
    "/footage-requests/{uid}/refusal", **operation(*_DECIDE, out=ApplicationOut)
)
def refuse_footage_request(
    request: ApiRequest, uid: UUID, body: FootageReasonIn
) -> ApplicationOut:
    caller = request.auth
    row = application_for(caller.user, uid)
    once(
        caller,
        name="refuse_footage_request",
        about=str(uid),
        body=body,
        make=lambda: evidence.refuse_application(
            application=row,
            words=body.reason,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda made: application_for(caller.user, made),
    )
    return _answer(caller, uid)


@router.post(
    "/footage-requests/{uid}/withdrawal", **operation(*_SEE, out=ApplicationOut)
)
def withdraw_footage_request(
    request: ApiRequest, uid: UUID, body: FootageReasonIn
) -> ApplicationOut:
    caller = request.auth
    row = application_for(caller.user, uid)
    once(
        caller,
        name="withdraw_footage_request",
        about=str(uid),
        body=body,
        make=lambda: evidence.withdraw_application(
            application=row,
            words=body.reason,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda made: application_for(caller.user, made),
    )
    return _answer(caller, uid)


@router.post("/footage-requests/{uid}/viewing", **operation(*_SHOW, out=ApplicationOut))
def begin_footage_viewing(
    request: ApiRequest, uid: UUID, body: BeginIn
) -> ApplicationOut:
    """The applicant sits down beside the caller; what was approved is open to them."""
    caller = request.auth
    row = application_for(caller.user, uid)
    once(
        caller,
        name="begin_footage_viewing",
        about=str(uid),
        body=body,
        make=lambda: evidence.begin_viewing(
            application=row, by=caller.user, at=caller.at, via="api"
        ),
        find=lambda made: FootageViewing.objects.get(uid=made),
    )
    return _answer(caller, uid)


@router.post(
    "/footage-requests/{uid}/viewing/end", **operation(*_SHOW, out=ApplicationOut)
)
def end_footage_viewing(request: ApiRequest, uid: UUID, body: SeenIn) -> ApplicationOut:
    """They have seen it, and took no copy along."""
    caller = request.auth
    row = application_for(caller.user, uid)
    viewing = row.viewings.order_by("pk").last()
    if viewing is None:
        raise NotFound(_("现在没有人在查阅"))
    viewing.application = row
    once(
        caller,
        name="end_footage_viewing",
        about=str(uid),
        body=body,
        make=lambda: evidence.end_viewing(
            viewing=viewing, seen=body.seen, by=caller.user, at=caller.at, via="api"
        ),
        find=lambda made: application_for(caller.user, made),
    )
    return _answer(caller, uid)


@router.post(
    "/footage-requests/{uid}/package",
    **operation(*_DECIDE, Permission.PACKAGE_MAKE, out=PackageOut, status=201),
)
def make_footage_package(
    request: ApiRequest, uid: UUID, body: FootageReleaseIn
) -> Status[PackageOut]:
    """Have the package made that is handed to the applicant, within what was approved."""
    caller = request.auth
    row = application_for(caller.user, uid)
    made: Package = evidence.make_release(
        application=row,
        exhibits=exhibits_named(caller, row.case, body.exhibits)
        if row.case and body.exhibits
        else None,
        acknowledged=body.acknowledged,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, PackageOut.of(packages_of(made.case).get(pk=made.pk)))


@router.get("/sites/{uid}/footage-register", **operation(*_DECIDE, out=RegisterOut))
def list_footage_register(
    request: ApiRequest,
    uid: UUID,
    first: date | None = None,
    last: date | None = None,
    cursor: Cursor = "",
) -> RegisterOut:
    """The register of looks at a site's footage, the newest first; days included."""
    site = site_of(request.auth, uid, Permission.FOOTAGE_APPROVE)
    before = number_in(parts_of(cursor, 1)[0]) if cursor else None
    page = register_page(
        Wanted(site=site, first_day=first, last_day=last), before=before
    )
    more = cursor_of(page.before) if page.before is not None else None
    return RegisterOut(
        items=[RegisterRowOut.of(row) for row in page.rows], next=more, cursor=more
    )


def _answer(caller: Caller, uid: UUID) -> ApplicationOut:
    return ApplicationOut.of(application_for(caller.user, uid))


def _place(site: Site, uid: UUID | None) -> Place | None:
    if uid is None:
        return None
    place = Place.objects.filter(site=site, uid=uid).first()
    if place is None:
        raise InvalidInput(_("点位不属于这个项目"), path="place")
    return place


def _cameras(site: Site, uids: list[UUID]) -> list[Camera]:
    found = list(Camera.objects.filter(site=site, uid__in=uids))
    if len(found) != len(set(uids)):
        raise InvalidInput(_("没有这个摄像头"), path="cameras")
    return found


def _recordings(case: Case | None, uids: list[UUID]) -> list[Recording]:
    found = list(Recording.objects.filter(case=case, uid__in=uids)) if case else []
    if len(found) != len(set(uids)):
        raise InvalidInput(_("请选择本案的录像和证据"), path="recordings")
    return found

"""Packages of evidence over the API: asked for, looked at, taken, handed over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.http.response import HttpResponseBase
from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.api.access import case_of, exhibits_named, package_of
from anlan.api.auth import ApiRequest, operation
from anlan.api.files import content
from anlan.api.objects import SignedIn
from anlan.api.schemas import OnceIn, Out, Text, UserOut
from anlan.base.download import ranged_answer
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.enums import Masking, Purpose
from anlan.evidence.models import Package, PackageReceipt, PackageWithdrawal
from anlan.evidence.selectors import packages_of
from anlan.evidence.services import Recipient

router = Router(tags=["packages"])

_MAKE = (Permission.CASE_SEE, Permission.PACKAGE_MAKE)
_HAND_OVER = (Permission.CASE_SEE, Permission.PACKAGE_HAND_OVER)
_TAKE = (*_HAND_OVER, Permission.PACKAGE_TAKE)
Name = Annotated[Text, Field(max_length=120)]


class WithdrawalOut(Out):
    """It is not to be relied on any more; ``replaced_by`` names what to use instead."""

    at: datetime
    by: UserOut
    reason: str
    replaced_by: UUID | None

    @classmethod
    def of(cls, row: PackageWithdrawal) -> WithdrawalOut:
        return cls(
            at=row.at,
            by=UserOut.of(row.by),
            reason=row.reason,
            replaced_by=row.replacement.uid if row.replacement else None,
        )


class ApprovalOut(Out):
    """By which list or application statements leave, and since when."""

    code: str
    at: datetime
    exhibits: list[str]


class PackageOut(Out):
    """``state`` is making, ready, handed_over, expired, withdrawn or failed.

    ``fingerprint`` is of the key: give it on paper, apart from the package.
    """

    uid: UUID
    case: str
    code: str
    purpose: str
    masking: str
    recipient: str
    identity: str
    document_number: str
    exhibits: list[str]
    approvals: list[ApprovalOut]
    gaps: dict[str, list[str]]
    state: str
    failure: str
    percent: int
    asked_at: datetime
    asked_by: UserOut
    expires_at: datetime
    size: int | None
    sha256: str
    fingerprint: str
    withdrawal: WithdrawalOut | None

    @classmethod
    def of(cls, row: Package) -> PackageOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            purpose=row.purpose,
            masking=row.masking,
            recipient=row.recipient,
            identity=row.identity,
            document_number=row.document_number,
            exhibits=[exhibit.code for exhibit in row.exhibits.order_by("number")],
            approvals=[
                ApprovalOut(code=one["code"], at=one["at"], exhibits=one["exhibits"])
                for one in row.approvals
            ],
            gaps={gap.value: codes for gap, codes in row.known_gaps},
            state=row.state,
            failure=row.failure,
            percent=row.percent,
            asked_at=row.asked_at,
            asked_by=UserOut.of(row.asked_by),
            expires_at=row.expires_at,
            size=row.size,
            sha256=row.sha256,
            fingerprint=row.fingerprint,
            withdrawal=(
                WithdrawalOut.of(row.withdrawal) if hasattr(row, "withdrawal") else None
            ),
        )


class PackageWithdrawalIn(OnceIn):
    """``replacement`` is another package of the case, to be used instead."""

    reason: Annotated[Text, Field(min_length=1, max_length=300)]
    replacement: UUID | None = None


class PackageIn(OnceIn):
    """``acknowledged`` says why it is made although something is not as it should be.

    Files for anybody but police and courts are masked copies where there are some;
    with ``keeps_originals`` and a reason they are not. Statements go to the police as
    material of a report whose list somebody else approved, or under an application.
    """

    exhibits: Annotated[list[UUID], Field(min_length=1, max_length=2000)]
    purpose: Purpose
    masking: Masking
    recipient: Annotated[Text, Field(min_length=1, max_length=120)]
    identity: Name = ""
    document_number: Annotated[Text, Field(max_length=80)] = ""
    acknowledged: Annotated[Text, Field(max_length=300)] = ""
    days: Annotated[int, Field(ge=1, le=180)] = 30
    keeps_originals: bool = False


class PackageReceiptIn(SignedIn):
    receiver: Annotated[Text, Field(min_length=1, max_length=120)]
    identity: Name = ""
    way: Annotated[Text, Field(min_length=1, max_length=200)]


class PackageReceiptOut(Out):
    """Signatures are the digests on the record."""

    uid: UUID
    package: UUID
    at: datetime
    by: UserOut
    receiver: str
    identity: str
    way: str
    giver_signature: str
    receiver_signature: str

    @classmethod
    def of(cls, row: PackageReceipt) -> PackageReceiptOut:
        return cls(
            uid=row.uid,
            package=row.package.uid,
            at=row.at,
            by=UserOut.of(row.by),
            receiver=row.receiver,
            identity=row.identity,
            way=row.way,
            giver_signature=row.giver_signature.sha256,
            receiver_signature=row.receiver_signature.sha256,
        )


@router.get("/cases/{number}/packages", **operation(*_HAND_OVER, out=list[PackageOut]))
def list_packages(request: ApiRequest, number: str) -> list[PackageOut]:
    """The packages of a case, the newest first."""
    case = case_of(request.auth, number)
    permissions.check_can_hand_over_package(request.auth.user, case)
    return [PackageOut.of(row) for row in packages_of(case)]


@router.post(
    "/cases/{number}/packages", **operation(*_MAKE, out=PackageOut, status=201)
)
def ask_package(
    request: ApiRequest, number: str, body: PackageIn
) -> Status[PackageOut]:
    """Have a package made; it is ready when its ``state`` says so."""
    caller = request.auth
    case = case_of(caller, number)
    package = evidence.ask_package(
        case=case,
        exhibits=exhibits_named(caller, case, body.exhibits),
        purpose=body.purpose,
        masking=body.masking,
        recipient=Recipient(
            name=body.recipient,
            identity=body.identity,
            document_number=body.document_number,
        ),
        acknowledged=body.acknowledged,
        kept_for=timedelta(days=body.days),
        keeps_originals=body.keeps_originals,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, PackageOut.of(packages_of(case).get(pk=package.pk)))


@router.get("/packages/{uid}", **operation(*_HAND_OVER, out=PackageOut))
def get_package(request: ApiRequest, uid: UUID) -> PackageOut:
    return PackageOut.of(package_of(request.auth, uid))


@router.get("/packages/{uid}/content", **content(*_TAKE, kinds=("application/zip",)))
def get_package_content(request: ApiRequest, uid: UUID) -> HttpResponseBase:
    """The zip, or the part that ``Range`` asks for; on the record before it leaves.

    A program is not asked for a password again: its token has the scope, or does not.
    """
    caller = request.auth
    row = package_of(caller, uid)
    return ranged_answer(
        request.headers.get("Range", ""),
        size=row.size or 1,
        media_type="application/zip",
        name=f"{row.case.number}-{row.code}",
        open_part=lambda first, last: (
            evidence.open_package(
                package=row,
                by=caller.user,
                at=caller.at,
                first=first,
                last=last,
                via="api",
            ).path
        ),
    )


@router.post(
    "/packages/{uid}/receipts",
    **operation(*_HAND_OVER, out=PackageReceiptOut, status=201),
)
def hand_over_package(
    request: ApiRequest, uid: UUID, body: PackageReceiptIn
) -> Status[PackageReceiptOut]:
    """Say to whom it was given, with what both signed."""
    caller = request.auth
    receipt = evidence.hand_over_package(
        package=package_of(caller, uid),
        receiver=body.receiver,
        identity=body.identity,
        way=body.way,
        signed=body.signed(),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, PackageReceiptOut.of(receipt))


@router.post(
    "/packages/{uid}/withdrawal",
    **operation(*_HAND_OVER, Permission.PACKAGE_MAKE, out=PackageOut),
)
def withdraw_package(
    request: ApiRequest, uid: UUID, body: PackageWithdrawalIn
) -> PackageOut:
    """Say that a package is not to be relied on; the next of its case carry that."""
    caller = request.auth
    row = package_of(caller, uid)
    evidence.withdraw_package(
        package=row,
        reason=body.reason,
        replacement=package_of(caller, body.replacement) if body.replacement else None,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return PackageOut.of(packages_of(row.case).get(pk=row.pk))

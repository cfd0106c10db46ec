"""What leaves the house under an approved application: a package, and the list of copies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.typeset import typeset
from anlan.cases import services as cases
from anlan.evidence import permissions, policies
from anlan.evidence.enums import FootageWay, Masking
from anlan.evidence.events import FootageListPrinted
from anlan.evidence.models import Exhibit, FootageApplication, Package, Segment
from anlan.evidence.selectors.applications import (
    Release,
    applicant_name,
    packages_under,
    release_of,
)
from anlan.evidence.selectors.packages import recorder_files
from anlan.evidence.services.packages import KEPT_FOR, Recipient, ask_package
from anlan.ledger import services as ledger

_LIST = Path(__file__).parent.parent / "documents" / "copy-list.typ"


def make_release(
    *,
    application: FootageApplication,
    by: User,
    at: datetime,
    exhibits: Iterable[Exhibit] | None = None,
    acknowledged: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> Package:
    """Have the package made that is handed to the applicant, who stands on it.

    Args:
        exhibits: fewer than all of the approved scope; none is all that may leave.

    Raises:
        Conflict: nothing was approved to be copied, or the approval has run out.
        InvalidInput: something was not approved, or has no masked copy yet.
    """
    policies.check_application_holds(application, at=at)
    if application.case is None or application.way != FootageWay.COPY:
        raise Conflict(_("批准的是现场查阅，不能复制"))
    release = release_of(application)
    if not release.ready:
        raise _nothing_ready(release)
    is_authority = application.kind.is_authority
    officers = ", ".join(f"{n} {no}" for n, no in application.officer_lines)
    return ask_package(
        case=application.case,
        exhibits=release.ready if exhibits is None else exhibits,
        purpose=application.kind.package_purpose,
        masking=Masking.NONE if is_authority else Masking.WORDS,
        recipient=Recipient(
            name=application.unit or applicant_name(application),
            identity=officers,
            document_number=application.document_number,
        ),
        acknowledged=acknowledged,
        kept_for=KEPT_FOR,
        application=application,
        request_id=request_id,
        by=by,
        at=at,
        via=via,
    )


def _nothing_ready(release: Release) -> InvalidInput:
    """What has to be done first, by name."""
    source = "G11"
    if release.to_mask:
        codes = " ".join(exhibit.code for exhibit in release.to_mask)
        words = _("还没有遮盖后的版本：%s。请先在证据页遮盖人脸和车牌") % codes
    elif release.films:
        codes = " ".join(dict.fromkeys(film.recording.code for film in release.films))
        words = (
            _(
                "录像 %s 在批准的时段内还没有打码的片段：请打开录像，给这一段打码，再制作"
            )
            % codes
        )
    else:
        source = ""
        words = _("批准的范围内没有可以交付的文件")
    return InvalidInput(words, path="exhibits", source=source)


@dataclass(frozen=True, kw_only=True)
class CopyLine:
    """One copy on the list: what it is, where it is from, and its digest."""

    code: str
    title: str
    made: str  # how it was made
    original: str  # where the original is
    size: str
    sha256: str


def copy_list(
    *, application: FootageApplication, by: User, at: datetime, via: str = ""
) -> bytes:
    """The list 调取证据清单 as PDF, for both sides to sign; on the record.

    Raises:
        Conflict: nothing was packed under it yet.
    """
    permissions.check_can_see_application(by, application)
    if application.case is not None:
        permissions.check_can_hand_over_package(by, application.case)
    packages = list(packages_under(application))
    if not packages:
        raise Conflict(_("还没有证据包，没有清单可以打印"))
    with translation.override("zh-hans"):
        pdf = typeset(_LIST, _page(application, packages, by=by, at=at), at=at).pdf
    with ledger.recording():
        assert application.case is not None  # noqa: S101 -- packages are of a case
        cases.record(
            FootageListPrinted(
                number=application.number, sha256=hashlib.sha256(pdf).hexdigest()
            ),
            application.case,
            thing=application.key,
            by=by,
            at=at,
            via=via,
        )
    return pdf


def copy_lines(packages: Sequence[Package]) -> list[CopyLine]:
    """Every file of these packages, each once, in the order of the exhibits.

    Args:
        packages: as ``packages_under`` reads them.
    """
    lines: dict[str, CopyLine] = {}
    for package in packages:
        if not Masking(package.masking).has_files:
            continue
        placed = _placed(package)
        for exhibit in package.exhibits.all():
            if exhibit.blob is not None:
                line = _line(exhibit, package, placed.get(exhibit.pk))
                lines.setdefault(exhibit.code, line)
        for row, name in recorder_files(package):
            segment = row.segment
            lines.setdefault(
                f"{row.exhibit_id} {segment.pk}", _file_line(segment, package, name)
            )
    return list(lines.values())


def _placed(package: Package) -> dict[int, Segment]:
    """Of the exhibits of a package that are files of recordings, which stretch each is."""
    segments = Segment.objects.filter(exhibit__packages=package).select_related(
        "recording__camera__recorder"
    )
    return {segment.exhibit_id or 0: segment for segment in segments}


def _line(exhibit: Exhibit, package: Package, segment: Segment | None) -> CopyLine:
    blob = exhibit.file
    if exhibit.derived_from is not None:
        made = _("由 %s 遮盖后生成") % exhibit.derived_from.code
    else:
        made = _("从保管库按原字节复制，入库时间 %s") % _moment(exhibit.received_at)
    original = _original(segment) if segment else _("本单位证据保管库")
    return CopyLine(
        code=f"{package.code} {exhibit.code}",
        title=exhibit.title,
        made=made,
        original=original,
        size=f"{blob.size:,}",
        sha256=blob.sha256,
    )


def _file_line(segment: Segment, package: Package, name: str) -> CopyLine:
    """A file that was read from a recorder, under its name in the package."""
    recording, blob = segment.recording, segment.blob
    return CopyLine(
        code=f"{package.code} {name.removeprefix('data/').rpartition('.')[0]}",
        title=f"{recording.code} {recording.camera.name} {_moment(segment.begin)}",
        made=_("从保管库按原字节复制，入库时间 %s") % _moment(segment.kept_at),
        original=_original(segment),
        size=f"{blob.size:,}",
        sha256=blob.sha256,
    )


def _original(segment: Segment) -> str:
    camera = segment.recording.camera
    return _("录像机“%(recorder)s”，%(camera)s；保管库存两份") % {
        "recorder": camera.recorder.name,
        "camera": camera.name,
    }


def _page(
    application: FootageApplication,
    packages: Sequence[Package],
    *,
    by: User,
    at: datetime,
) -> dict[str, object]:
    windows = "; ".join(
        f"{_moment(window.begin)} – {_moment(window.end)}"
        for window in application.windows.order_by("begin")
    )
    return {
        "number": application.number,
        "case": application.case.number if application.case else "",
        "site": f"{application.site.organisation.name} {application.site.name}",
        "unit": application.unit or applicant_name(application, is_masked=True),
        "officers": [f"{n} ({no})" for n, no in application.officer_lines],
        "document": " ".join(
            filter(
                None,
                [
                    str(application.get_document_kind_display())
                    if application.document_kind
                    else "",
                    application.document_number,
                ],
            )
        ),
        "windows": windows,
        "approved_by": application.decided_by.name if application.decided_by else "",
        "approved_at": _moment(application.decided_at)
        if application.decided_at
        else "",
        "until": _moment(application.until) if application.until else "",
        "lines": [asdict(line) for line in copy_lines(packages)],
        "packages": [
            {"code": package.code, "sha256": package.sha256 or _("正在制作")}
            for package in packages
        ],
        "by": by.name,
        "at": _moment(at),
    }


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"

"""The recordings of a case: what is safe and what is not, each one, and its films."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base.download import ranged_answer
from anlan.base.errors import NotFound
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import lead_to, posted, reader_of, sheet
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.enums import ClockWay, DerivativeKind
from anlan.evidence.events.recordings import offset_words
from anlan.evidence.forms import (
    CameraChoiceForm,
    CaseClockForm,
    FileForm,
    FootageForm,
    ReasonForm,
)
from anlan.evidence.models import Derivative, Recording
from anlan.evidence.selectors.recordings import (
    Coverage,
    Span,
    addable_cameras,
    coverage_of,
    derivative_for,
    left_out_of,
    recording_for,
    recordings_of,
    running_request,
    with_parts,
)
from anlan.evidence.views.uploads import ANY, upload_page

_either = require_http_methods(["GET", "POST"])
_WIDTH = 1000  # of a reel, in its own units


@dataclass(frozen=True)
class Strip:
    """A stretch on a reel: saved, missing, or still to come."""

    x: int
    width: int
    state: str


@dataclass(frozen=True)
class Shown:
    """A recording as a page shows it."""

    row: Recording
    coverage: Coverage
    at: datetime

    @property
    def reel(self) -> list[Strip]:
        begin, end = self.row.wanted_from, self.row.wanted_to
        strips = [_strip(span, "there", begin, end) for span in self.coverage.spans]
        strips += [_strip(gap, "missing", begin, end) for gap in self.gaps]
        if self.at < end:
            coming = Span(max(self.at, begin), end)
            strips.append(_strip(coming, "coming", begin, end))
        return sorted(strips, key=lambda strip: strip.x)

    @property
    def gaps(self) -> list[Span]:
        """What is missing; of what nobody has begun with, nothing is yet."""
        has_begun = not self.row.is_open or bool(self.row.segments.all())
        return self.coverage.gaps if has_begun else []

    @property
    def missing_seconds(self) -> float:
        return sum(gap.seconds for gap in self.gaps)

    @property
    def offset(self) -> str:
        return offset_words(self.row.offset_ms)

    @property
    def is_in_danger(self) -> bool:
        return self.row.is_open and self.row.rung > 0

    @property
    def has_two_copies(self) -> bool:
        return all(s.blob.has_two_copies for s in self.row.segments.all())

    @property
    def films(self) -> list[Film]:
        if self.row.is_deleted:
            return []
        sheets = {
            made.begin: made
            for made in self.row.derivatives.all()
            if made.kind == DerivativeKind.SHEET
        }
        return [
            Film(made, sheets.get(made.begin), self.row)
            for made in self.row.derivatives.all()
            if made.kind == DerivativeKind.VIEWING
        ]


@dataclass(frozen=True)
class Film:
    """A copy to look at, with its pictures and both clocks."""

    viewing: Derivative
    sheet: Derivative | None
    row: Recording

    @property
    def true_begin(self) -> datetime:
        return self.row.as_true(self.viewing.begin)

    @property
    def true_end(self) -> datetime:
        return self.row.as_true(self.viewing.end)


@login_required
@require_GET
def recordings(request: HttpRequest, number: str) -> HttpResponse:
    """The cameras that saw it, each with its countdown and what is safe."""
    return _list(request, number, "evidence/recordings.html")


@login_required
@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """The same in short, for the room."""
    return _list(request, number, "evidence/recordings_panel.html")


@login_required
@require_GET
def recording(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """One recording: its reel, its gaps, its films for whoever said why, its files."""
    reader, at = reader_of(request), timezone.now()
    row = recording_for(reader, number, uid)
    may_watch = has_permission(reader, Permission.EVIDENCE_OPEN, site=row.case.site)
    context = {
        "case": row.case,
        "recording": row,
        "shown": _shown(row, at),
        "segments": row.segments.all(),
        "is_written": any(segment.recipe for segment in row.segments.all()),
        "may_watch": may_watch,
        "may_mask": row.exhibit is not None
        and permissions.can_mask(reader, row.exhibit),
        "request_running": running_request(row, reader, at=at) if may_watch else None,
        **_may(request, row.case),
    }
    return render(request, "evidence/recording.html", context)


@login_required
@require_GET
def copy(
    request: HttpRequest, number: str, uid: UUID, derivative: UUID
) -> HttpResponseBase:
    """A film or its pictures, each range on the record before its first byte."""
    reader, at = reader_of(request), timezone.now()
    found = derivative_for(reader, number, uid, derivative)
    blob = found.blob
    if blob is None:
        raise NotFound(_("没有这份观看副本"))
    return ranged_answer(
        request.headers.get("Range", ""),
        size=blob.size,
        media_type=blob.media_type,
        name=f"{number}-{found.recording.code}",
        open_part=lambda first, last: (
            evidence.open_footage(
                derivative=found, by=reader, at=at, first=first, last=last
            ).path
        ),
    )


@login_required
@require_GET
def original(
    request: HttpRequest, number: str, uid: UUID, digest: str
) -> HttpResponseBase:
    """A file of the recorder as it came, to be saved."""
    reader, at = reader_of(request), timezone.now()
    row = recording_for(reader, number, uid)
    segment = next((s for s in row.segments.all() if s.blob.sha256 == digest), None)
    if segment is None:
        raise NotFound(_("没有这个文件"))
    return ranged_answer(
        request.headers.get("Range", ""),
        size=segment.blob.size,
        media_type=segment.blob.media_type,
        name=f"{number}-{row.code}-{timezone.localtime(segment.begin):%Y%m%d-%H%M%S}",
        open_part=lambda first, last: (
            evidence.open_segment(
                recording=row,
                segment=segment,
                by=reader,
                at=at,
                first=first,
                last=last,
            ).path
        ),
    )


@login_required
@_either
def addition(request: HttpRequest, number: str) -> HttpResponse:
    """A camera that the list does not have."""
    reader = reader_of(request)
    case = case_for(reader, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = evidence.want_recording(
            case=case, camera=said["camera"], by=reader, at=timezone.now()
        )
        return _to(request, made)

    return sheet(
        request,
        number=number,
        title=_("添加摄像头"),
        lead=_("时段与其他录像相同；能自动保存的立即开始。"),
        button=_("添加"),
        form=CameraChoiceForm(posted(request), case=case),
        act=act,
    )


@login_required
@_either
def left_out(request: HttpRequest, number: str) -> HttpResponse:
    """All that saw it and was not asked for by itself, at once."""
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_save_recordings(reader, case)
    cameras = [one.camera.name for one in left_out_of(case, at=timezone.now())]

    def act(_said: dict[str, Any]) -> HttpResponse:
        evidence.want_left_out(case=case, by=reader, at=timezone.now())
        return redirect("evidence:recordings", number)

    return sheet(
        request,
        number=number,
        title=_("另有 %d 路未自动要求") % len(cameras),
        lead=_("、").join(cameras),
        button=_("全部要求保存"),
        form=Form(posted(request)),
        act=act,
        page="cases/sheet.html",
    )


@login_required
@_either
def clock(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader, at = reader_of(request), timezone.now()
    row = recording_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        photo = said["photo"] and evidence.photograph_clock(
            case=row.case,
            recorder=row.camera.recorder,
            chunks=said["photo"].chunks(),
            by=reader,
            at=at,
        )
        evidence.compare_clock(
            recorder=row.camera.recorder,
            photo=photo or None,
            shown=said["shown"],
            true=said["true"],
            way=ClockWay(said["way"]),
            words=said["words"],
            by=reader,
            at=at,
        )
        return _to(request, row)

    return sheet(
        request,
        number=number,
        title=_("核对时钟：%s") % row.camera.recorder.name,
        lead=_("系统按差值换算，不改动录像上的时间；两个时间都会显示。"),
        button=_("记录"),
        form=CaseClockForm(posted(request), request.FILES or None, at=at),
        act=act,
    )


@login_required
@_either
def upload(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The export from a USB stick; afterwards one says which stretch it is."""
    row = recording_for(reader_of(request), number, uid)
    return upload_page(
        request,
        number,
        template="evidence/upload.html",
        title=_("上传导出的录像：%s") % row.camera.name,
        initial={
            "title": _("录像 %(code)s：%(camera)s")
            % {"code": row.code, "camera": row.camera.name},
            "how": _("从录像机“%s”按原格式导出") % row.camera.recorder.name,
        },
        then=reverse("evidence:recording_file", args=[number, uid]) + f"?file={ANY}",
        then_words=_("填写时段"),
        recording=row,
    )


@login_required
@_either
def file(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    row = recording_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.place_file(recording=row, **said, by=reader, at=timezone.now())
        return _to(request, row)

    return sheet(
        request,
        number=number,
        title=_("填写时段：%s") % row.camera.name,
        lead=_("按画面上显示的时间填写，不要自己换算。现在的差值：%s。")
        % offset_words(row.offset_ms),
        button=_("保存"),
        form=FileForm(
            posted(request),
            recording=row,
            reader=reader,
            initial={"exhibit": request.GET.get("file", "")},
        ),
        act=act,
    )


@login_required
@_either
def acceptance(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return _reasoned(
        request,
        number,
        uid,
        evidence.accept_recording,
        title=_("只有这些：%s"),
        lead=_("缺失的时段会保留在记录里。请写明为什么没有，例如：录像机断电。"),
        button=_("确认只有这些"),
    )


@login_required
@_either
def loss(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return _reasoned(
        request,
        number,
        uid,
        evidence.lose_recording,
        title=_("无法保存：%s"),
        lead=_("请写明原因，例如：已被覆盖、硬盘损坏、摄像头当时离线。"),
        button=_("确认无法保存"),
        kind="danger",
    )


@login_required
@_either
def refusal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return _reasoned(
        request,
        number,
        uid,
        evidence.decline_recording,
        title=_("不需要：%s"),
        lead=_("不保存会被录像机覆盖，不能找回。请写明为什么不需要。"),
        button=_("确认不需要"),
        kind="danger",
    )


@login_required
@_either
def footage(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The reason for which somebody looks, before they do (G10)."""
    reader = reader_of(request)
    row = recording_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.ask_for_footage(
            recording=row, reason=said["reason"], by=reader, at=timezone.now()
        )
        return _to(request, row)

    return sheet(
        request,
        number=number,
        title=_("查看录像：%s") % row.camera.name,
        lead=_("依据《公共安全视频图像信息系统管理条例》登记；30 分钟内有效。"),
        button=_("登记并查看"),
        form=FootageForm(posted(request)),
        act=act,
    )


def _list(request: HttpRequest, number: str, template: str) -> HttpResponse:
    reader, at = reader_of(request), timezone.now()
    case = case_for(reader, number)
    rows = [_shown(row, at) for row in with_parts(recordings_of(case))]
    context = {
        "case": case,
        "rows": rows,
        "open_count": sum(shown.row.is_open for shown in rows),
        "left_out": len(left_out_of(case, at=at)) if case.is_open else 0,
        "has_more": case.is_open and addable_cameras(case).exists(),
        "can_play": any(shown.films for shown in rows)
        and has_permission(reader, Permission.EVIDENCE_OPEN, site=case.site),
        **_may(request, case),
    }
    return render(request, template, context)


def _shown(row: Recording, at: datetime) -> Shown:
    return Shown(row, coverage_of(row, until=at if row.is_open else None), at)


def _may(request: HttpRequest, case: Any) -> dict[str, bool]:
    reader = reader_of(request)
    return {
        name: has_permission(reader, permission, site=case.site)
        for name, permission in (
            ("may_save", Permission.RECORDING_SAVE),
            ("may_decline", Permission.TASK_SKIP),
            ("may_add_file", Permission.EVIDENCE_ADD),
            ("may_take_in", Permission.FOOTAGE_TAKE_IN),
        )
    }


def _strip(span: Span, state: str, begin: datetime, end: datetime) -> Strip:
    whole = (end - begin).total_seconds()
    x = round((span.begin - begin).total_seconds() / whole * _WIDTH)
    width = round(span.seconds / whole * _WIDTH)
    return Strip(x, max(2, width), state)


def _reasoned(
    request: HttpRequest,
    number: str,
    uid: UUID,
    change: Any,
    *,
    title: str,
    **words: str,
) -> HttpResponse:
    reader = reader_of(request)
    row = recording_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        change(recording=row, reason=said["reason"], by=reader, at=timezone.now())
        return _to(request, row)

    return sheet(
        request,
        number=number,
        title=title % row.camera.name,
        form=ReasonForm(posted(request)),
        act=act,
        **words,
    )


def _to(request: HttpRequest, row: Recording) -> HttpResponse:
    return lead_to(request, "evidence:recording", row.case.number, row.uid)

"""Several cameras of a case on one line of true time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.accounts.views.common import tried
from anlan.base.errors import InvalidInput
from anlan.cases.models import Case
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import is_in_place, one_tap, posted, reader_of
from anlan.evidence import services as evidence
from anlan.evidence.events.recordings import offset_words
from anlan.evidence.forms import MarkForm, MomentForm, TogetherForm
from anlan.evidence.models import Recording
from anlan.evidence.selectors.playing import (
    MOST_TOGETHER,
    Happening,
    Track,
    happenings_on,
    line_of,
    playable_of,
    track_of,
    without_reason,
)
from anlan.evidence.selectors.recordings import Span
from anlan.law.selectors import refusal_words

_either = require_http_methods(["GET", "POST"])
_WIDTH = 10_000  # of the line, in its own units
_FIRST = 4  # cameras that are ticked at first


@dataclass(frozen=True)
class Strip:
    x: int
    width: int
    state: str


@dataclass(frozen=True)
class Shown:
    """A camera as the player shows it."""

    track: Track
    strips: list[Strip]

    @property
    def row(self) -> Recording:
        return self.track.recording

    @property
    def offset(self) -> str:
        return offset_words(self.track.offset_ms)


@login_required
@_either
def player(request: HttpRequest, number: str) -> HttpResponse:
    """Choose cameras and say why; then they play in step."""
    reader, at = reader_of(request), timezone.now()
    case = case_for(reader, number)
    rows = playable_of(case)
    may_watch = has_permission(reader, Permission.EVIDENCE_OPEN, site=case.site)
    chosen = _chosen(request.GET.getlist("r"), rows)
    form = TogetherForm(
        posted(request),
        rows=rows,
        initial={"recordings": [str(row.uid) for row in chosen or rows[:_FIRST]]},
    )
    if request.method == "POST" and form.is_valid():
        asked = tried(
            form,
            lambda: evidence.ask_for_several(
                recordings=form.chosen,
                reason=form.cleaned_data["reason"],
                by=reader,
                at=at,
            ),
            words=refusal_words,
        )
        if asked is not None:
            return redirect(_address(case, form.chosen))
    is_choosing = "choose" in request.GET or bool(form.errors)
    if (
        may_watch
        and chosen
        and not (is_choosing or without_reason(chosen, reader, at=at))
    ):
        return _play(request, case, chosen, at)
    context = {
        "case": case,
        "rows": rows,
        "form": form,
        "may_watch": may_watch,
        "most": MOST_TOGETHER,
    }
    status = 422 if form.errors else 200
    return render(request, "evidence/player_choice.html", context, status=status)


@login_required
@require_POST
@one_tap
def mark(request: HttpRequest, number: str) -> HttpResponse:
    """A note at the moment that is shown."""
    reader, at = reader_of(request), timezone.now()
    case = case_for(reader, number)
    rows = playable_of(case)
    form = MarkForm(request.POST, rows=rows, has_all=True)
    if not form.is_valid():
        raise InvalidInput(_("请写明这一刻看到什么"), path="words")
    said = form.cleaned_data
    evidence.mark_moment(
        case=case,
        recording=form.rows.get(said["recording"]),
        moment=_moment(said["moment"]),
        words=said["words"],
        by=reader,
        at=at,
    )
    chosen = _chosen(request.POST.getlist("r"), rows) or rows
    if not is_in_place(request):
        return redirect(_address(case, chosen, t=said["moment"]))
    line = line_of([track_of(row, at=at) for row in chosen])
    context = {"happenings": happenings_on(case, line)}
    return render(request, "evidence/player_happenings.html", context)


@login_required
@require_POST
@one_tap
def still(request: HttpRequest, number: str) -> HttpResponse:
    """The picture of the moment that is shown, as an exhibit."""
    reader, at = reader_of(request), timezone.now()
    case = case_for(reader, number)
    form = MomentForm(request.POST, rows=playable_of(case))
    if not form.is_valid():
        raise InvalidInput(_("请选择一路录像"), path="recording")
    said = form.cleaned_data
    made = evidence.take_still(
        recording=form.rows[said["recording"]],
        moment=_moment(said["moment"]),
        by=reader,
        at=at,
    )
    if not is_in_place(request):
        return redirect("evidence:exhibit", number, made.uid)
    context = {"case": case, "exhibit": made}
    return render(request, "evidence/player_still.html", context)


def _play(
    request: HttpRequest, case: Case, chosen: list[Recording], at: datetime
) -> HttpResponse:
    tracks = [track_of(row, at=at) for row in chosen]
    line = line_of(tracks)
    happenings = happenings_on(case, line)
    context: dict[str, Any] = {
        "case": case,
        "shown": [_shown(track, line) for track in tracks],
        "line": line,
        "content": _content(case, tracks, line, _start(request, line, happenings)),
        "happenings": happenings,
        "ticks": [Strip(_x(one.moment, line), 0, one.kind) for one in happenings],
        "mark_form": MarkForm(rows=chosen, has_all=True),
        "still_form": MomentForm(rows=chosen),
        "may_add": has_permission(
            reader_of(request), Permission.EVIDENCE_ADD, site=case.site
        ),
        "choice": _address(case, chosen, choose=1),
        "viewer": f"{reader_of(request).name} {timezone.localtime(at):%m-%d %H:%M}",
    }
    return render(request, "evidence/player.html", context)


def _content(
    case: Case, tracks: list[Track], line: Span, start: int
) -> dict[str, object]:
    """What the script plays: true times in milliseconds."""
    return {
        "begin": _ms(line.begin),
        "end": _ms(line.end),
        "start": start,
        "tracks": [
            {
                "uid": str(track.recording.uid),
                "offset": track.offset_ms,
                "gaps": [[_ms(gap.begin), _ms(gap.end)] for gap in track.gaps],
                "wanted": [
                    _ms(track.recording.wanted_from),
                    _ms(track.recording.wanted_to),
                ],
                "films": [
                    {
                        "url": reverse(
                            "evidence:footage_copy",
                            args=[case.number, track.recording.uid, shot.made.uid],
                        ),
                        "begin": _ms(shot.span.begin),
                        "end": _ms(shot.span.end),
                        "step": shot.step * 1000,
                        "holes": [[_ms(h.begin), _ms(h.end)] for h in shot.holes],
                    }
                    for shot in track.shots
                ],
            }
            for track in tracks
        ],
    }


def _start(request: HttpRequest, line: Span, happenings: list[Happening]) -> int:
    """Where it begins: the moment that was asked for, else shortly before the alarm."""
    asked = request.GET.get("t", "")
    if asked.isdecimal() and len(asked) < 15:
        return min(max(int(asked), _ms(line.begin)), _ms(line.end))
    alarm = next((one.moment for one in happenings if one.kind == "alarm"), line.begin)
    return _ms(max(line.begin, alarm - timedelta(seconds=30)))


def _shown(track: Track, line: Span) -> Shown:
    strips = [_strip(span, line, "there") for span in track.there]
    strips += [_strip(gap, line, "missing") for gap in track.gaps]
    return Shown(track, sorted(strips, key=lambda strip: strip.x))


def _strip(span: Span, line: Span, state: str) -> Strip:
    x = _x(span.begin, line)
    return Strip(x, max(10, _x(span.end, line) - x), state)


def _x(moment: datetime, line: Span) -> int:
    return round((moment - line.begin).total_seconds() / line.seconds * _WIDTH)


def _chosen(uids: list[str], rows: list[Recording]) -> list[Recording]:
    known = {str(row.uid): row for row in rows}
    return [known[uid] for uid in dict.fromkeys(uids) if uid in known][:MOST_TOGETHER]


def _address(case: Case, rows: list[Recording], **more: int) -> str:
    where = reverse("evidence:player", args=[case.number])
    pairs = [("r", str(row.uid)) for row in rows] + list(more.items())
    return f"{where}?{urlencode(pairs)}"


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(ms: int) -> datetime:
    if ms > 4_102_444_800_000:  # the year 2100
        raise InvalidInput(_("这一刻不在录像的时段内"), path="moment")
    return datetime.fromtimestamp(ms / 1000, UTC)

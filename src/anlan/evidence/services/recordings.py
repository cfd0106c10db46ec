"""Recordings are asked for, settled, given up; each with a task that ends with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid5

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, User
from anlan.accounts.selectors import people_by_role
from anlan.base.clock import utc_text
from anlan.base.duration import duration_words
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.cases.enums import CaseState, Phase, TaskState
from anlan.cases.models import Case, Task
from anlan.evidence import films, messages, permissions, policies
from anlan.evidence.enums import (
    ExhibitKind,
    PullProblem,
    RecordingState,
    Source,
    WhyCamera,
)
from anlan.evidence.events import (
    CamerasLeftOut,
    LengthSaid,
    RecordingDeclined,
    RecordingEndangered,
    RecordingLost,
    RecordingSaved,
    RecordingTroubled,
    RecordingWanted,
)
from anlan.evidence.models import (
    Camera,
    Exhibit,
    Recording,
    SaidLength,
    Segment,
)
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.selectors.recordings import (
    TOLERANCE,
    Coverage,
    asked_at_once,
    candidates_for,
    coverage_of,
    left_out_of,
    recordings_of,
    with_parts,
)
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.opening import good_path
from anlan.evidence.services.receiving import add_exhibit
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor, Event
from anlan.notify import services as notify
from anlan.notify.enums import Urgency

AROUND = timedelta(minutes=30)  # before and after, as the law notes ask
LATE = timedelta(hours=2)  # a report that comes later than that saves its own time only
MOST_WORDS = 300
MANIFEST = "application/json"
# Of the time until it is overwritten, how much may go by before the next is told.
RUNGS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.5, ("duty_officer",)),
    (0.75, ("duty_officer", "site_manager")),
    (0.9, ("site_manager", "hq_supervisor")),
)
MOST_MARGIN, LEAST_MARGIN = timedelta(days=2), timedelta(hours=1)
SOON = timedelta(minutes=1)
MOST_WINDOW = timedelta(days=2)
TOLD_AFTER = 3  # tries: a switch that restarts is nobody's business


def want_recordings(
    *, case: Case, place: Place, happened: datetime, at: datetime
) -> list[Recording]:
    """Ask for what every camera recorded that sees a place or a way out of it.

    Twice asks for what is new, and a further alarm for its own time of the cameras that
    were asked for before. What is overwritten already is not asked for, and of what
    somebody decided against no more is wanted.

    Returns:
        Those that are new.
    """
    end = at if timedelta(0) <= at - happened <= LATE else happened
    begin, end = happened - AROUND, end + AROUND
    made = []
    with ledger.recording():
        case = cases.lock_case(case)
        if not case.is_open:
            return []
        there = {row.camera_id: row for row in case.recordings.filter(deleted_at=None)}
        wanted = [
            one for one in candidates_for(place) if end + one.camera.kept_for > at
        ]
        chosen = asked_at_once(wanted)
        for candidate in chosen:
            camera = candidate.camera
            known = there.get(camera.pk)
            if known is None:
                made.append(
                    _want(case, camera, candidate.why, begin, end, by=SYSTEM, at=at)
                )
            elif _is_near(known, begin, end, at=at):
                _widen(known, begin, end, by=SYSTEM, at=at)
        left = [
            one.camera
            for one in wanted
            if one not in chosen and one.camera.pk not in there
        ]
        if left:
            cases.record(
                CamerasLeftOut(
                    count=len(left),
                    cameras=" ".join(str(camera.uid) for camera in left),
                    begin=utc_text(begin),
                    end=utc_text(end),
                ),
                case,
                by=SYSTEM,
                at=at,
            )
    return made


def want_left_out(*, case: Case, by: Actor, at: datetime) -> list[Recording]:
    """Ask for all that saw it and was not asked for by itself; twice asks for nothing.

    Raises:
        Conflict: the case is closed.
    """
    permissions.check_can_save_recordings(by, case)
    with ledger.recording():
        case = cases.lock_case(case)
        return [
            _want(case, one.camera, WhyCamera.ADDED, one.begin, one.end, by=by, at=at)
            for one in left_out_of(case, at=at)
        ]


def _is_near(
    recording: Recording, begin: datetime, end: datetime, *, at: datetime
) -> bool:
    """Whether a further alarm's time is asked for of itself.

    One of another day, as a box whose clock is slow claims it, is left to a person.
    """
    whole = max(end, recording.wanted_to) - min(begin, recording.wanted_from)
    return (
        recording.state != RecordingState.DECLINED
        and whole <= MOST_WINDOW
        and begin + recording.camera.kept_for > at
    )


def want_recording(
    *,
    case: Case,
    camera: Camera,
    by: Actor,
    at: datetime,
    wanted_from: datetime | None = None,
    wanted_to: datetime | None = None,
) -> Recording:
    """Ask for a further camera, or for more of one; a window never gets narrower.

    What was declined is asked for anew, also for the same window.

    Of a camera whose recording was deleted for its period, in a case that was opened
    again, it is another recording.

    Without times it is the window of the case's other recordings, or that around its
    beginning.

    Raises:
        InvalidInput: a camera of another site, or a window that is none.
        Conflict: the case is closed.
    """
    permissions.check_can_save_recordings(by, case)
    if camera.site_id != case.site_id:
        raise InvalidInput(_("摄像头属于别的项目"), path="camera")
    with ledger.recording():
        case = cases.lock_case(case)
        first = case.recordings.order_by("number").first()
        begin = wanted_from or (first.wanted_from if first else case.opened_at - AROUND)
        end = wanted_to or (first.wanted_to if first else case.opened_at + AROUND)
        _check_window(begin, end)
        there = case.recordings.filter(camera=camera, deleted_at=None).first()
        if there is None:
            return _want(case, camera, WhyCamera.ADDED, begin, end, by=by, at=at)
        return _widen(there, begin, end, by=by, at=at)


def decline_recording(
    *, recording: Recording, reason: str, by: Actor, at: datetime
) -> Recording:
    """It need not be saved; why is on the record, and the task is left out.

    Raises:
        InvalidInput: no reason.
        Conflict: it is settled already.
    """
    reason = _checked_words(reason, path="reason")
    permissions.check_can_decline_recording(by, recording.case)
    with ledger.recording():
        recording = _locked(recording)
        _check_is_open(recording)
        _settle(recording, RecordingState.DECLINED, reason, at=at)
        _record(
            RecordingDeclined(
                code=recording.code,
                camera=recording.camera.name,
                words_digest=recording.digest_of("words"),
            ),
            recording,
            by=by,
            at=at,
        )
        task = _open_task(recording)
        if task is not None:
            cases.skip_task(task=task, reason=reason, by=by, at=at)
    return recording


def lose_recording(
    *, recording: Recording, reason: str, by: Actor, at: datetime
) -> Recording:
    """It cannot be saved any more: overwritten, never recorded, broken.

    Raises:
        InvalidInput: no reason.
        Conflict: it is settled already, or a part of it is here.
    """
    reason = _checked_words(reason, path="reason")
    permissions.check_can_save_recordings(by, recording.case)
    with ledger.recording():
        recording = _locked(recording)
        _check_is_open(recording)
        if recording.segments.exists():
            raise Conflict(_("已经存入一部分，请改为确认“只有这些”"))
        _settle(recording, RecordingState.LOST, reason, at=at)
        _record(
            RecordingLost(
                code=recording.code,
                camera=recording.camera.name,
                words_digest=recording.digest_of("words"),
            ),
            recording,
            by=by,
            at=at,
        )
        _end_task(recording, _("无法保存：%s") % reason, by=by, at=at)
        _tell(
            messages.LOST,
            recording,
            roles=("duty_officer", "site_manager"),
            at=at,
            who=by.actor_key,
        )
    return recording


def accept_recording(
    *, recording: Recording, reason: str, by: Actor, at: datetime
) -> Recording:
    """There is no more of it than what is here; the gaps stay, with the reason.

    Raises:
        InvalidInput: no reason.
        Conflict: nothing of it is here, or it is settled already.
    """
    reason = _checked_words(reason, path="reason")
    permissions.check_can_save_recordings(by, recording.case)
    _check_is_open(recording)
    if not recording.segments.exists():
        raise Conflict(_("还没有存入任何录像"))
    return _save(recording, words=reason, is_all=True, by=by, at=at)


def place_file(
    *,
    recording: Recording,
    exhibit: Exhibit,
    begin: datetime,
    end: datetime | None = None,
    words: str = "",
    by: Actor,
    at: datetime,
) -> Segment:
    """Say of a file that somebody brought which stretch of the recording it is.

    It is no longer than the film, whatever is said: the rest of the window is a gap.

    Args:
        begin, end: as the recorder's clock shows them in the picture; without an end it
            is that of the film.
        words: why it ends there, if its length cannot be read.

    Raises:
        InvalidInput: no film, a stretch that is none, or far outside of what is wanted;
            or its length cannot be read, and nobody says where it ends and why.
        Conflict: the file is another camera's already, or deleted, or a thing, or the
            recording is settled.
    """
    permissions.check_can_save_recordings(by, recording.case)
    if exhibit.case_id != recording.case_id or exhibit.protection:
        raise InvalidInput(_("没有这件证据"), path="exhibit")
    policies.check_is_not_deleted(exhibit)
    policies.check_is_film(exhibit)
    length = _length_of_film(exhibit)
    if length is None:
        end, words = _said_end(end, words)
    elif end is None or end - begin > length + TOLERANCE:
        end = begin + length
    _check_window(begin, end)
    window_from = recording.as_camera(recording.wanted_from)
    window_to = recording.as_camera(recording.wanted_to)
    if end <= window_from or begin >= window_to:
        raise InvalidInput(
            _("这段时间不在要保存的范围内，请核对录像机时间"), path="begin"
        )
    with ledger.recording():
        recording = _locked(recording)
        _check_is_open(recording)
        # Under the lock of the case, which a deletion takes too.
        exhibit = Exhibit.objects.select_related("blob").get(pk=exhibit.pk)
        policies.check_is_not_deleted(exhibit)
        if Segment.objects.filter(exhibit=exhibit).exists():
            raise Conflict(_("这个文件已经用于一份录像"))
        segment = Segment.objects.create(
            recording=recording,
            blob=exhibit.file,
            name=exhibit.code,
            begin=begin,
            end=end,
            kept_at=at,
            exhibit=exhibit,
        )
        if length is None:
            _say_length(segment, words, by=by, at=at)
        if recording.pull_at is None:  # else the recorder goes on giving the rest
            _become(recording, RecordingState.PARTLY)
        recording.view_at = at
        recording.save(update_fields=["state", "view_at"])
    whole = with_parts(recordings_of(recording.case)).get(pk=recording.pk)
    if not coverage_of(whole).gaps:
        _save(whole, words="", is_all=True, by=by, at=at)
    return segment


def finish_recording(*, recording: Recording, at: datetime) -> Recording:
    """The recorder has given all that it has of the window: the worker's."""
    whole = with_parts(recordings_of(recording.case)).get(pk=recording.pk)
    return _save(whole, words="", is_all=not coverage_of(whole).gaps, by=SYSTEM, at=at)


def note_holes(*, recording: Recording, at: datetime) -> None:
    """A film showed that pictures are missing inside of a file: it was not all.

    If a person has said that there is no more, or nothing is missing of the window, it
    stays as it is.
    """
    with ledger.recording():
        recording = _locked(recording)
        if recording.state != RecordingState.SAVED or recording.words:
            return
        whole = with_parts(recordings_of(recording.case)).get(pk=recording.pk)
        gaps = coverage_of(whole).gaps
        if not gaps:
            return
        _become(recording, RecordingState.PARTLY)
        recording.settled_at = None
        recording.save(update_fields=["state", "settled_at"])
        _reopen_task(recording, at=at)
        _tell(
            messages.INCOMPLETE,
            recording,
            roles=("duty_officer",),
            at=at,
            count=len(gaps),
        )


def note_trouble(
    *, recording: Recording, problem: PullProblem, pull_at: datetime, at: datetime
) -> None:
    """Nothing came; it is tried again, and told once somebody should do something."""
    with ledger.recording():
        recording = _locked(recording)
        if not recording.is_open:
            return
        is_new = recording.problem != problem
        recording.problem, recording.pull_at = problem, pull_at
        recording.tries = 1 if is_new else min(recording.tries + 1, 1000)
        recording.save(update_fields=["problem", "pull_at", "tries"])
        if is_new:
            _record(
                RecordingTroubled(
                    code=recording.code, camera=recording.camera.name, problem=problem
                ),
                recording,
                by=SYSTEM,
                at=at,
            )
        if recording.tries == TOLD_AFTER:
            _tell(
                messages.TROUBLED,
                recording,
                roles=("duty_officer",),
                at=at,
                problem=problem,
            )


def warn_of_overwriting(*, at: datetime) -> int:
    """Tell the next in turn of what will be overwritten and is not saved.

    The claim, the entry and the messages are one transaction, as with every clock.
    """
    told = 0
    for pk in _endangered(at).values_list("pk", flat=True)[:50]:
        with ledger.recording():
            recording = (
                _endangered(at)
                .select_for_update(of=("self",))
                .select_related("camera__recorder", "case__site__organisation")
                .filter(pk=pk)
                .first()
            )
            if recording is not None:
                _warn(recording, at=at)
                told += 1
    return told


def hurry_recordings(*, case: Case, only: Recording | None, at: datetime) -> None:
    """What lies on a recorder alone is to be saved now: a hold beats overwriting (G09).

    The recorder is asked at once, and the next in turn is told at once, whatever the
    countdown says. Call it under the lock of the case.
    """
    wanted = case.recordings.filter(
        state__in=[
            RecordingState.WANTED,
            RecordingState.PULLING,
            RecordingState.PARTLY,
        ],
        deleted_at=None,
    ).select_related("camera__recorder")
    if only is not None:
        wanted = wanted.filter(pk=only.pk)
    for recording in wanted:
        recording.tries = 0
        if not recording.camera.recorder.is_manual:
            if recording.state == RecordingState.PARTLY:  # else it is asked for nothing
                _become(recording, RecordingState.PULLING)
            recording.pull_at = at
        if recording.rung < len(RUNGS):
            recording.warn_at = at
        recording.save(update_fields=["state", "tries", "pull_at", "warn_at"])


def next_warning() -> datetime | None:
    """When the worker must be awake for it."""
    return (
        Recording.objects.filter(warn_at__isnull=False)
        .order_by("warn_at")
        .values_list("warn_at", flat=True)
        .first()
    )


def follow_task(*, task: Task, at: datetime) -> None:
    """Somebody left out or opened the task of a recording in the list of tasks.

    Left out means not wanted.

    Raises:
        Conflict: it is said to be done, and the recording is not settled. The program
            ends the task itself when it is; words alone save nothing.
    """
    recording = Recording.objects.select_for_update().filter(task=task).first()
    if recording is None:
        return
    if task.state == TaskState.SKIPPED and recording.is_open:
        _become(recording, RecordingState.DECLINED)
        recording.settled_at = at
        recording.pull_at = recording.warn_at = None
    elif task.state == TaskState.DONE and recording.is_open:
        raise Conflict(
            _(
                "录像 %s 还没有保存：请在录像页面上传导出的录像，或者登记“只有这些”"
                "“无法保存”；确实不需要的，跳过任务并写明原因。保存好以后任务自动完成"
            )
            % recording.code
        )
    elif task.state == TaskState.OPEN and recording.state == RecordingState.DECLINED:
        _begin_anew(recording, at=at)
    recording.save(update_fields=["state", "settled_at", "pull_at", "warn_at", "rung"])


def length_of(
    path: Path, *, most: timedelta, keep: films.Keep = None
) -> timedelta | None:
    """How long a film is, as its box says; none if that cannot be read or is absurd.

    A program reads it, a minute long if it must: never in a transaction.
    """
    seconds = films.seconds_of(path, keep=keep)
    if seconds is None or not 0 < seconds <= most.total_seconds():
        return None
    return timedelta(seconds=seconds)


def margin_of(camera: Camera) -> timedelta:
    """How long before the overwriting a recording must be saved."""
    return max(LEAST_MARGIN, min(MOST_MARGIN, camera.kept_for / 10))


def _want(
    case: Case,
    camera: Camera,
    why: WhyCamera,
    begin: datetime,
    end: datetime,
    *,
    by: Actor,
    at: datetime,
) -> Recording:
    begin, end = _whole_seconds(begin, end)
    last = case.recordings.aggregate(last=Max("number"))["last"] or 0
    overwritten = begin + camera.kept_for
    recording = Recording(
        case=case,
        number=last + 1,
        camera=camera,
        why=why,
        wanted_from=begin,
        wanted_to=end,
        offset_ms=camera.recorder.offset_ms,
        asked_at=at,
        overwritten_at=overwritten,
        warn_at=_warn_at(at, overwritten, 0),
        pull_at=None if camera.recorder.is_manual else at,
    )
    recording.task = cases.add_task(
        case=case,
        phase=Phase.EVIDENCE,
        title=_("保存录像 %(code)s：%(camera)s")
        % {"code": recording.code, "camera": camera.name},
        role_key="guard" if camera.recorder.is_manual else "duty_officer",
        within=max(SOON, overwritten - margin_of(camera) - at),
        binding=True,
        key=recording.key,
        advice=_("录像机“%(recorder)s”保存 %(days)d 天；先核对时钟，按原格式导出")
        % {"recorder": camera.recorder.name, "days": camera.kept_for.days},
        source="G09",
        by=by,
        at=at,
    )
    recording.save(force_insert=True)
    _record(
        RecordingWanted(
            code=recording.code,
            camera=camera.name,
            why=why,
            begin=utc_text(begin),
            end=utc_text(end),
            overwritten=utc_text(overwritten),
        ),
        recording,
        by=by,
        at=at,
    )
    return recording


def _widen(
    recording: Recording, begin: datetime, end: datetime, *, by: Actor, at: datetime
) -> Recording:
    recording = _locked(recording)
    begin, end = _whole_seconds(begin, end)
    begin = min(begin, recording.wanted_from)
    end = max(end, recording.wanted_to)
    is_same = (begin, end) == (recording.wanted_from, recording.wanted_to)
    # Whoever asks again for what was declined wants it after all.
    if is_same and recording.state != RecordingState.DECLINED:
        return recording
    recording.wanted_from, recording.wanted_to = begin, end
    # Its clock may have been compared since: as of one that is not whole yet.
    recording.offset_ms = recording.camera.recorder.offset_ms
    recording.overwritten_at = _first_missing(recording) + recording.camera.kept_for
    _begin_anew(recording, at=at)
    recording.save()
    _reopen_task(recording, at=at)
    _record(
        RecordingWanted(
            code=recording.code,
            camera=recording.camera.name,
            why=recording.why,
            begin=utc_text(begin),
            end=utc_text(end),
            overwritten=utc_text(recording.overwritten_at),
        ),
        recording,
        by=by,
        at=at,
    )
    return recording


def _first_missing(recording: Recording) -> datetime:
    """The moment that is overwritten first of what is not saved yet."""
    whole = with_parts(recordings_of(recording.case)).get(pk=recording.pk)
    whole.wanted_from, whole.wanted_to = recording.wanted_from, recording.wanted_to
    gaps = coverage_of(whole).gaps
    return gaps[0].begin if gaps else recording.wanted_from


def _whole_seconds(begin: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The window in whole seconds, as names and clocks have them, and no narrower."""
    if end.microsecond:
        end = end.replace(microsecond=0) + timedelta(seconds=1)
    return begin.replace(microsecond=0), end


def _begin_anew(recording: Recording, *, at: datetime) -> None:
    has_some = recording.segments.exists()
    is_manual = recording.camera.recorder.is_manual
    if not has_some:
        _become(recording, RecordingState.WANTED)
    elif is_manual:
        _become(recording, RecordingState.PARTLY)
    else:
        _become(recording, RecordingState.PULLING)
    recording.settled_at, recording.rung = None, 0
    recording.pull_at = None if is_manual else at
    recording.warn_at = _warn_at(at, recording.overwritten_at, 0)


def _save(
    recording: Recording, *, words: str, is_all: bool, by: Actor, at: datetime
) -> Recording:
    """The list of its files becomes an exhibit; the task ends if nothing is missing.

    Args:
        is_all: nothing is missing, or somebody said that there is no more.
    """
    whole = with_parts(recordings_of(recording.case)).get(pk=recording.pk)
    segments, coverage = list(whole.segments.all()), coverage_of(whole)
    kept = _keep_manifest(whole, segments, coverage)
    with ledger.recording():
        recording = _locked(recording)
        _check_is_open(recording)
        exhibit = add_exhibit(
            case=recording.case,
            kept=kept,
            source=Source.RECORDER,
            reading=unpacked_reading(kept),
            kind=ExhibitKind.VIDEO,
            title=_("录像 %(code)s：%(camera)s")
            % {"code": recording.code, "camera": recording.camera.name},
            how=_how(recording, segments),
            by=by,
            at=at,
        )
        recording.exhibit = exhibit
        state = RecordingState.SAVED if is_all else RecordingState.PARTLY
        _settle(recording, state, words, at=at)
        _record(
            RecordingSaved(
                code=recording.code,
                camera=recording.camera.name,
                count=len(segments),
                gaps=len(coverage.gaps),
                missing_seconds=coverage.missing_seconds,
                offset_ms=recording.offset_ms,
                words_digest=recording.digest_of("words"),
            ),
            recording,
            by=by,
            at=at,
        )
        if is_all:
            _end_task(recording, _task_words(segments, coverage, words), at=at)
        else:
            _tell(
                messages.INCOMPLETE,
                recording,
                roles=("duty_officer",),
                at=at,
                count=len(coverage.gaps),
            )
    return recording


def _how(recording: Recording, segments: Sequence[Segment]) -> str:
    """Where the files come from, and who wrote them."""
    said = {"recorder": recording.camera.recorder.name, "count": len(segments)}
    written = sum(bool(segment.recipe) for segment in segments)
    if not written:
        how = _("录像机“%(recorder)s”，原始文件 %(count)d 个，按原样保存；本件是其清单")
    elif written == len(segments):
        how = _(
            "录像机“%(recorder)s”没有给出文件：本系统把它回放的码流写成 %(count)d 个"
            "文件，没有转码；写法见本清单"
        )
    else:
        how = _(
            "录像机“%(recorder)s”，文件 %(count)d 个，其中 %(written)d 个由本系统把它回放"
            "的码流写成，没有转码；写法见本清单"
        )
    return how % {**said, "written": written} + _unverified(segments)


def _unverified(segments: Sequence[Segment]) -> str:
    count = sum(segment.is_said for segment in segments)
    return _("；其中 %d 个时长未核实") % count if count else ""


def _task_words(segments: Sequence[Segment], coverage: Coverage, words: str) -> str:
    count = len(segments)
    if any(segment.recipe for segment in segments):
        saved = _("已保存 %d 个文件（由回放码流写成），两份副本") % count
    else:
        saved = _("已保存 %d 个原始文件，两份副本") % count
    saved += _unverified(segments)
    if not coverage.gaps:
        return saved
    return _("%(saved)s；缺 %(missing)s：%(why)s") % {
        "saved": saved,
        "missing": duration_words(coverage.missing_seconds),
        "why": words,
    }


def _settle(
    recording: Recording, state: RecordingState, words: str, *, at: datetime
) -> None:
    _become(recording, state)
    recording.words = words
    recording.settled_at = None if recording.is_open else at
    recording.pull_at, recording.problem = None, ""
    # While files were fetched, the last film was not begun with; now it may be.
    recording.view_at = at
    if not recording.is_open:
        recording.warn_at = None
    recording.save(
        update_fields=[
            "state",
            "words",
            "settled_at",
            "pull_at",
            "view_at",
            "problem",
            "warn_at",
            "exhibit",
        ]
    )


def _become(recording: Recording, state: RecordingState) -> None:
    policies.check_may_become(recording, state)
    recording.state = state


def _keep_manifest(
    recording: Recording, segments: Sequence[Segment], coverage: Coverage
) -> Kept:
    """What was saved, file by file, with both clocks: this is what the exhibit is."""
    camera = recording.camera
    content = {
        "format": "anlan-recording-1",
        "case": recording.case.number,
        "recording": recording.code,
        "camera": {"name": camera.name, "code": camera.code, "uid": str(camera.uid)},
        "recorder": {"name": camera.recorder.name, "uid": str(camera.recorder.uid)},
        "clock": {
            "offset_ms": recording.offset_ms,
            "uncertainty_ms": camera.recorder.uncertainty_ms,
            "compared_at": _text(camera.recorder.compared_at),
        },
        "wanted": [utc_text(recording.wanted_from), utc_text(recording.wanted_to)],
        "files": [
            {
                "name": segment.name,
                "sha256": segment.blob.sha256,
                "bytes": segment.blob.size,
                "recorder_begin": utc_text(segment.begin),
                "recorder_end": _text(segment.end),
                "true_begin": utc_text(recording.as_true(segment.begin)),
                "kept_at": utc_text(segment.kept_at),
                **({"written": segment.recipe} if segment.recipe else {}),
                **({"length_verified": False} if segment.is_said else {}),
            }
            for segment in segments
        ],
        "gaps": [[utc_text(gap.begin), utc_text(gap.end)] for gap in coverage.gaps],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return keep_bytes(
        name=uuid5(recording.uid, "manifest"),
        chunks=[text.encode()],
        media_type=MANIFEST,
        is_record=True,
    )


def _length_of_film(exhibit: Exhibit) -> timedelta | None:
    """None if only its maker's program can read it.

    Raises:
        InvalidInput: it can be read, and there is no picture in it.
        Conflict: no copy is whole.
    """
    path = good_path(exhibit.file)
    length = length_of(path, most=MOST_WINDOW)
    if length is not None and not films.has_pictures(path):
        raise InvalidInput(_("%s 里没有画面") % exhibit.code, path="exhibit")
    return length


def _said_end(end: datetime | None, words: str) -> tuple[datetime, str]:
    if end is None:
        raise InvalidInput(_("系统读不出这个文件的时长，请填写结束时间"), path="end")
    if not words.strip():
        raise InvalidInput(
            _("系统读不出这个文件的时长，请写明怎么知道它到这一刻为止"), path="words"
        )
    return end, _checked_words(words, path="words")


def _say_length(segment: Segment, words: str, *, by: Actor, at: datetime) -> None:
    said = SaidLength.objects.create(segment=segment, words=words)
    recording = segment.recording
    cases.record(
        LengthSaid(
            code=recording.code,
            exhibit=segment.name,
            first_on_recorder=utc_text(segment.begin),
            last_on_recorder=_text(segment.end) or "",
            words_digest=said.digest_of("words"),
        ),
        recording.case,
        thing=said.key,
        by=by,
        at=at,
    )


def _text(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None


def _endangered(at: datetime) -> QuerySet[Recording]:
    return Recording.objects.filter(warn_at__lte=at).order_by("warn_at", "pk")


def _warn(recording: Recording, *, at: datetime) -> None:
    _share, roles = RUNGS[recording.rung]
    recording.rung += 1
    recording.warn_at = _warn_at(
        recording.asked_at, recording.overwritten_at, recording.rung
    )
    recording.save(update_fields=["rung", "warn_at"])
    left = max(0, int((recording.overwritten_at - at).total_seconds()))
    _record(
        RecordingEndangered(
            code=recording.code,
            camera=recording.camera.name,
            rung=recording.rung,
            seconds=left,
            overwritten=utc_text(recording.overwritten_at),
        ),
        recording,
        by=SYSTEM,
        at=at,
    )
    is_last = recording.rung == len(RUNGS)
    _tell(
        messages.ENDANGERED,
        recording,
        roles=roles,
        at=at,
        urgency=Urgency.ALARM if is_last else Urgency.NORMAL,
        seconds=left,
    )


def _warn_at(since: datetime, overwritten: datetime, rung: int) -> datetime | None:
    if rung >= len(RUNGS):
        return None
    return since + max(timedelta(0), overwritten - since) * RUNGS[rung][0]


def _tell(
    kind: str,
    recording: Recording,
    *,
    roles: Sequence[str],
    at: datetime,
    urgency: Urgency = Urgency.NORMAL,
    **params: object,
) -> None:
    case = recording.case
    people: list[User] = [
        person for held in people_by_role(case.site, roles).values() for person in held
    ]
    notify.send(
        kind=kind,
        site=case.site,
        subject=case.subject,
        people=people,
        urgency=urgency,
        params={
            "code": recording.code,
            "camera": recording.camera.name,
            "number": case.number,
            **params,
        },
        path=f"/cases/{case.number}/recordings/{recording.uid}/",
        exercise=case.exercise,
        by=SYSTEM,
        at=at,
    )


def _end_task(
    recording: Recording, words: str, *, at: datetime, by: Actor = SYSTEM
) -> None:
    task = _open_task(recording)
    if task is not None:
        cases.complete_task(task=task, words=words, by=SYSTEM, at=at)


def _open_task(recording: Recording) -> Task | None:
    """Its task, if that can still be ended."""
    task = _changeable_task(recording)
    return task if task is not None and task.state == TaskState.OPEN else None


def _reopen_task(recording: Recording, *, at: datetime) -> None:
    task = _changeable_task(recording)
    if task is not None and task.state != TaskState.OPEN:
        cases.reopen_task(task=task, by=SYSTEM, at=at)


def _changeable_task(recording: Recording) -> Task | None:
    """Its task; none of a case that is closed, in which nothing changes any more."""
    task, case = recording.task, recording.case
    whole = case.joined_into or case
    if task is None or whole.state == CaseState.CLOSED:
        return None
    task.case = case
    return task


def _locked(recording: Recording) -> Recording:
    """Under the lock of its case, as everywhere: case, then row, then chain."""
    fresh = cases.lock_of_case(recording, "camera__recorder", "task", "exhibit")
    policies.check_is_not_deleted(fresh)
    return fresh


def _check_is_open(recording: Recording) -> None:
    if not recording.is_open:
        raise Conflict(
            _("这份录像%s，不能再改动") % RecordingState(recording.state).label
        )


def _check_window(begin: datetime, end: datetime) -> None:
    if not timedelta(0) < end - begin <= MOST_WINDOW:
        raise InvalidInput(_("结束时间应晚于开始时间，最长两天"), path="end")


def _checked_words(words: str, *, path: str) -> str:
    return typed(words, path=path, most=MOST_WORDS, refusal=_("请写明原因"))


def _record(event: Event, recording: Recording, *, by: Actor, at: datetime) -> None:
    cases.record(event, recording.case, thing=recording.key, by=by, at=at)

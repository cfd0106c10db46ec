"""Looking at several recordings together: one reason, marks, pictures of a moment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import utc_text
from anlan.base.disk_space import check_has_room
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.stores import blocks_of
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import permissions, policies
from anlan.evidence.enums import ExhibitKind, Protection
from anlan.evidence.enums import Source as CameFrom
from anlan.evidence.events import FootageMarked, StillTaken
from anlan.evidence.films import NotMade, Recipe, Source, make_still
from anlan.evidence.models import (
    Exhibit,
    FootageMark,
    FootageRequest,
    Recording,
    Segment,
    Still,
)
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.selectors.playing import MOST_TOGETHER, segment_at
from anlan.evidence.selectors.recordings import running_request
from anlan.evidence.services.footage import (
    ask_for_footage,
    check_none_is_protected,
    folder_to_make_in,
)
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.opening import check_may_copy, source_path
from anlan.evidence.services.receiving import add_exhibit
from anlan.ledger import services as ledger

MOST_MARK_WORDS = 200
PNG = "image/png"


def ask_for_several(
    *, recordings: Sequence[Recording], reason: str, by: User, at: datetime
) -> list[FootageRequest]:
    """Say once why these recordings must be looked at; each is on the record (G10).

    Raises:
        InvalidInput: none or too many, of several cases, or no reason.
    """
    if not 0 < len(recordings) <= MOST_TOGETHER:
        raise InvalidInput(_("请选择一到 %s 路录像") % MOST_TOGETHER, path="recordings")
    if len({row.case_id for row in recordings}) > 1:
        raise InvalidInput(_("只能同时查看同一案件的录像"), path="recordings")
    with ledger.recording():
        return [
            ask_for_footage(recording=row, reason=reason, by=by, at=at)
            for row in recordings
        ]


def mark_moment(
    *,
    case: Case,
    moment: datetime,
    words: str,
    by: User,
    at: datetime,
    recording: Recording | None = None,
) -> FootageMark:
    """Leave a note at a true moment, of one camera or of all.

    Raises:
        InvalidInput: no words, or a moment that no recording of the case has.
        NotAllowed: nobody of this name said lately why they look.
    """
    permissions.check_can_watch(by, case)
    words = words.strip()
    if not 0 < len(words) <= MOST_MARK_WORDS:
        raise InvalidInput(_("请写一到 %s 字") % MOST_MARK_WORDS, path="words")
    seen = [recording] if recording else list(case.recordings.all())
    if not any(row.wanted_from <= moment <= row.wanted_to for row in seen):
        raise InvalidInput(_("这一刻不在录像的时段内"), path="moment")
    if all(running_request(row, by, at=at) is None for row in seen):
        raise NotAllowed(_("请先登记查看事由"), source="G10")
    with ledger.recording():
        mark = FootageMark.objects.create(
            case=case,
            recording=recording,
            moment=moment,
            words=words,
            made_at=at,
            by=by,
        )
        cases.record(
            FootageMarked(
                code=recording.code if recording else "",
                moment=utc_text(moment),
                words_digest=mark.digest_of("words"),
            ),
            case,
            thing=mark.key,
            by=by,
            at=at,
        )
    return mark


def take_still(
    *, recording: Recording, moment: datetime, by: User, at: datetime
) -> Exhibit:
    """Make the picture of a true moment an exhibit, out of the original file.

    The same moment again is the exhibit that is there.

    Args:
        recording: with its segments.

    Raises:
        Conflict: a gap, or the original cannot be decoded.
        NotAllowed: nobody of this name said lately why they look.
    """
    permissions.check_can_watch(by, recording.case)
    permissions.check_can_add(by, recording.case)
    if running_request(recording, by, at=at) is None:
        raise NotAllowed(_("请先登记查看事由"), source="G10")
    check_may_copy([recording], by, at=at)
    check_none_is_protected(recording, by)
    segment = segment_at(recording, moment)
    if segment is None:
        raise Conflict(_("这一刻没有录像，不能截取画面"))
    seconds = (recording.as_camera(moment) - segment.begin).total_seconds()
    source = Source(source_path(segment.blob), segment.blob.sha256, segment.begin)
    check_has_room(0)  # before the program works for nothing
    with folder_to_make_in() as folder:
        try:
            path, recipe = make_still(source, folder, seconds=seconds)
        except NotMade as error:
            raise Conflict(_("这一刻的画面不能解码，请换一刻")) from error
        return _enter(recording, segment, moment, path, recipe, by=by, at=at)


def _enter(
    recording: Recording,
    segment: Segment,
    moment: datetime,
    path: Path,
    recipe: Recipe,
    *,
    by: User,
    at: datetime,
) -> Exhibit:
    kept = keep_bytes(
        name=uuid4(),
        chunks=(bytes(block) for block in blocks_of(path)),
        media_type=PNG,
    )
    with ledger.recording():
        cases.lock_case(recording.case)
        fresh = Recording.objects.get(pk=recording.pk)
        policies.check_is_not_deleted(fresh)
        exhibit = add_exhibit(
            case=recording.case,
            kept=kept,
            source=CameFrom.STILL,
            reading=unpacked_reading(kept),
            protection=(
                Protection(segment.exhibit.protection)
                if segment.exhibit
                else Protection.NONE
            ),
            kind=ExhibitKind.PHOTO,
            title=_("画面 %(code)s %(camera)s %(time)s")
            % {
                "code": recording.code,
                "camera": recording.camera.name,
                "time": _time(moment),
            },
            how=_(
                "从保存的文件 %(digest)s… 截取，未缩放；真实时间 %(true)s，画面时间 %(shown)s"
            )
            % {
                "digest": segment.blob.sha256[:12],
                "true": _time(moment),
                "shown": _time(recording.as_camera(moment)),
            },
            happened=moment,
            by=by,
            at=at,
        )
        if hasattr(exhibit, "still"):
            return exhibit
        origin = segment.exhibit or recording.exhibit
        if origin is not None and exhibit.derived_from_id is None:
            exhibit.derived_from = origin
            exhibit.save(update_fields=["derived_from"])
        Still.objects.create(
            exhibit=exhibit,
            recording=recording,
            segment=segment,
            moment=moment,
            recipe=recipe,
        )
        text = json.dumps(recipe, ensure_ascii=False, sort_keys=True)
        cases.record(
            StillTaken(
                code=exhibit.code,
                recording=recording.code,
                moment=utc_text(moment),
                original_sha256=segment.blob.sha256,
                sha256=kept.sha256,
                recipe_digest=hashlib.sha256(text.encode()).hexdigest(),
            ),
            recording.case,
            thing=exhibit.key,
            by=by,
            at=at,
        )
    return exhibit


def _time(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03}"

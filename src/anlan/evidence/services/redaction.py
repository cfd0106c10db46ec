"""Masked copies: begun from an original, drawn as a draft, made by the worker.

The copy is an exhibit of its own that names its original; the original stays as it is.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import stores
from anlan.base.disk_space import RESERVE_BYTES
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.stores import make_folder
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.evidence import permissions, policies
from anlan.evidence.enums import (
    ExhibitKind,
    ExhibitState,
    Protection,
    RedactionFailure,
    RedactionState,
    SoundChoice,
    Source,
    Way,
)
from anlan.evidence.events import (
    ExhibitOpened,
    FootageOpened,
    RedactionAsked,
    RedactionBegun,
    RedactionFailed,
    RedactionMade,
)
from anlan.evidence.films import NotMade
from anlan.evidence.masking import (
    Made,
    TooLarge,
    done_milliseconds,
    look_at,
    make_masked,
    make_working_copy,
)
from anlan.evidence.models import Blob, Derivative, Exhibit, Redaction
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.redaction_plan import Plan, Sight, plan_from
from anlan.evidence.services.check_turns import TurnLost
from anlan.evidence.services.footage import check_may_look, digest_of_recipe
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.leases import Lease, leased
from anlan.evidence.services.opening import Opened, check_said_why, source_path
from anlan.evidence.services.receiving import add_exhibit
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor

log = logging.getLogger(__name__)

MOST_TRIES = 3
TELL_SECONDS = 2.0
WORK_KEPT_FOR = timedelta(days=7)  # since the draft was changed; then it is made anew
WORK_TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mp4"}
_ENDINGS = {"image": "jpg", "video": "mp4", "audio": "m4a"}
_TO_DO = [RedactionState.PREPARING, RedactionState.QUEUED]


class PlanChanged(Conflict):
    """Another one changed the draft meanwhile; ``redaction`` is what they left."""

    def __init__(self, redaction: Redaction) -> None:
        super().__init__(
            _("%s 刚改过这份打码方案，您的这次改动没有保存；请刷新后再改")
            % redaction.changed_by.name
        )
        self.redaction = redaction


def begin_redaction(
    *,
    exhibit: Exhibit,
    by: User,
    at: datetime,
    film: Derivative | None = None,
    via: str = "",
) -> Redaction:
    """Open the draft of an original, a new one if there is none; the worker prepares it.

    A new one begins with the plan of the last copy, so that it can be corrected.

    Args:
        film: of a recording, whose list of files ``exhibit`` is.

    Raises:
        Conflict: it cannot be masked.
    """
    _check_may(by, exhibit, film, at=at)
    if film is None:
        policies.check_can_be_masked(exhibit)
    blob = exhibit.file if film is None else film.blob
    if blob is None:
        raise Conflict(_("这一段不能生成观看副本，请使用保存的录像文件"))
    with ledger.recording():
        case = cases.lock_case(exhibit.case)
        mine = Redaction.objects.filter(exhibit=exhibit, film=film)
        there = mine.exclude(state=RedactionState.DONE).first()
        if there is not None:
            _prepare_again(there, by=by, at=at)
            return there
        last = mine.order_by("-pk").first()
        made = Redaction.objects.create(
            case=case,
            exhibit=exhibit,
            film=film,
            plan=last.plan if last else {},
            begun_at=at,
            changed_at=at,
            changed_by=by,
        )
        cases.record(
            RedactionBegun(code=exhibit.code, sha256=blob.sha256),
            case,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
    return made


def begin_film_redaction(
    *, film: Derivative, by: User, at: datetime, via: str = ""
) -> Redaction:
    """The same for a film of a recording, once that is saved and so an exhibit.

    Raises:
        Conflict: the recording is not saved yet.
    """
    exhibit = film.recording.exhibit
    if exhibit is None:
        raise Conflict(_("录像还没有保存完，保存以后才能打码"))
    return begin_redaction(exhibit=exhibit, film=film, by=by, at=at, via=via)


def save_plan(
    *, redaction: Redaction, version: int, said: Any, by: User, at: datetime
) -> Redaction:
    """Keep the draft as it is drawn.

    Args:
        version: of the draft that was changed.

    Raises:
        PlanChanged: another one changed it meanwhile; nothing is kept.
        InvalidInput: it is no plan for this original.
        Conflict: a copy is being made of it.
    """
    _check_may(by, redaction.exhibit, redaction.film, at=at)
    policies.check_is_being_drawn(redaction)
    plan = plan_from(said, sight_of(redaction))
    changed = Redaction.objects.filter(
        pk=redaction.pk,
        version=version,
        state__in=[RedactionState.DRAFT, RedactionState.FAILED],
    ).update(
        plan=plan.as_json(),
        version=F("version") + 1,
        state=RedactionState.DRAFT,
        failure="",
        changed_at=at,
        changed_by=by,
    )
    found = _fresh(redaction)
    if not changed:
        policies.check_is_being_drawn(found)
        if found.plan != plan.as_json():
            raise PlanChanged(found)
    return found


def ask_masked_copy(
    *,
    redaction: Redaction,
    version: int,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> Redaction:
    """Let the worker make the copy of the draft; of one that failed, try again.

    Args:
        version: of the draft that was looked at.

    Raises:
        PlanChanged: another one changed it meanwhile.
        InvalidInput: nothing is covered.
        Conflict: it is being made.
    """
    _check_may(by, redaction.exhibit, redaction.film, at=at)
    content = {
        "redaction": str(redaction.uid),
        "version": version,
        "by": by.actor_key,
    }
    with ledger.recording():
        case = cases.lock_case(redaction.case)
        earlier = cases.made_before(
            Redaction.objects.select_related(*_WITH),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        found = Redaction.objects.select_for_update(of=("self",)).get(pk=redaction.pk)
        policies.check_is_being_drawn(found)
        if found.version != version:
            raise PlanChanged(found)
        sight = sight_of(found)
        plan = plan_from(found.plan, sight)
        if not _covers(plan, sight):
            raise InvalidInput(_("还没有要遮盖的内容，请先画框"), path="boxes")
        found.state, found.failure = RedactionState.QUEUED, ""
        found.asked_at, found.asked_by = at, by
        found.changed_at, found.tries, found.done_ms = at, 0, 0
        found.held_until = None
        found.save(
            update_fields=[
                *("state", "failure", "asked_at", "asked_by"),
                *("changed_at", "tries", "done_ms", "held_until"),
            ]
        )
        cases.record(
            RedactionAsked(
                code=found.exhibit.code,
                sha256=_blob_of(found).sha256,
                boxes=len(plan.boxes),
                spans=len(plan.spans),
                sound=plan.sound,
                plan_digest=digest_of_recipe(plan.as_json()),
            ),
            case,
            thing=found.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            found.uid, case=case, request_id=request_id, content=content, at=at
        )
    return _fresh(found)


def open_working_copy(
    *,
    redaction: Redaction,
    by: User,
    at: datetime,
    first: int = 0,
    last: int | None = None,
    via: str = "",
) -> Opened:
    """Say on the record who looks at which bytes, then say where they are.

    The entry is that of the original: it is what is looked at.

    Raises:
        Conflict: there is none now.
    """
    _check_may(by, redaction.exhibit, redaction.film, at=at)
    path = work_path(redaction)
    if not redaction.work_size or not path.is_file():
        raise Conflict(_("画面还没有准备好，请重新打开打码页面"))
    size = redaction.work_size
    end = size - 1 if last is None else min(last, size - 1)
    film = redaction.film
    with ledger.recording():
        cases.record(
            (ExhibitOpened if film is None else FootageOpened)(
                code=redaction.exhibit.code if film is None else film.recording.code,
                way=Way.VIEWED,
                first=first,
                last=end,
                sha256=redaction.work_sha256,
            ),
            redaction.case,
            thing=redaction.exhibit.key if film is None else film.recording.key,
            by=by,
            at=at,
            via=via,
        )
    return Opened(path, first, end)


def work_path(redaction: Redaction) -> Path:
    """Where the working copy lies, or would lie."""
    return folder() / f"{redaction.uid}.{_ENDINGS.get(redaction.kind, 'bin')}"


def folder() -> Path:
    return Path(settings.DATA) / "masking"


def sight_of(redaction: Redaction) -> Sight:
    """What was read of the original.

    Raises:
        Conflict: nobody has read it yet.
    """
    if redaction.state == RedactionState.PREPARING or not _is_read(redaction):
        raise Conflict(_("画面还没有准备好，请稍候"))
    return Sight(
        kind=redaction.kind,
        width=redaction.width or 0,
        height=redaction.height or 0,
        milliseconds=redaction.duration_ms or 0,
        step_us=redaction.step_us or 0,
        channels=redaction.channels,
    )


def make_masked_copies(*, at: datetime) -> int:
    """Prepare the next original, or make the next copy; returns whether there was one."""
    for redaction in _due(at):
        with leased(redaction, "held_until", at=at) as lease:
            if lease is None:
                continue
            try:
                _work(redaction, lease, at=at)
            except TurnLost:
                log.warning("another worker makes the masked copy")
            return 1
    return 0


def sweep_working_copies(*, at: datetime) -> int:
    """Remove those that nobody draws on, and what killed workers left."""
    if not folder().is_dir():
        return 0
    drawn = (
        Redaction.objects.exclude(state=RedactionState.DONE)
        .filter(changed_at__gt=at - WORK_KEPT_FOR)
        # What was deleted for its period leaves no picture behind either.
        .exclude(exhibit__state=ExhibitState.DELETED)
        .exclude(film__recording__deleted_at__isnull=False)
    )
    names = {str(uid) for uid in drawn.values_list("uid", flat=True)}
    left = [path for path in folder().iterdir() if path.name[:36] not in names]
    for path in left:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(left)


def _work(redaction: Redaction, lease: Lease, *, at: datetime) -> None:
    redaction.refresh_from_db()
    if redaction.state not in _TO_DO:
        return
    Redaction.objects.filter(pk=redaction.pk).update(tries=F("tries") + 1)
    if redaction.tries >= MOST_TRIES:
        _fail(redaction, RedactionFailure.BROKEN, at=at)
        return
    with _room(redaction) as room:
        try:
            _check_has_room(room)
            if redaction.state == RedactionState.PREPARING:
                _prepare(redaction, lease, room, at=at)
            else:
                _make(redaction, lease, room, at=at)
        except TooLarge:
            _fail(redaction, RedactionFailure.TOO_LARGE, at=at)
        except NotMade as error:
            log.warning("no masked copy: %s", error)
            is_full = os.strerror(errno.ENOSPC) in str(error)
            _fail(
                redaction,
                RedactionFailure.NO_ROOM if is_full else RedactionFailure.UNREADABLE,
                at=at,
            )
        except (Conflict, InvalidInput):
            _fail(redaction, RedactionFailure.DAMAGED, at=at)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            _fail(redaction, RedactionFailure.NO_ROOM, at=at)


def _check_has_room(room: Path) -> None:
    """The record must always have room; how much a film takes nobody knows before."""
    found = os.statvfs(room)
    if found.f_bavail * found.f_frsize < RESERVE_BYTES:
        raise OSError(errno.ENOSPC, "no room for a masked copy")


def _prepare(redaction: Redaction, lease: Lease, room: Path, *, at: datetime) -> None:
    source = source_path(_blob_of(redaction), keep=lease.keep)
    sight = look_at(source, redaction.media_type)
    made = make_working_copy(source, sight, room, keep=lease.keep)
    lease.keep()
    digest, size = stores.digest_of(made), made.stat().st_size
    made.replace(work_path(redaction))
    Redaction.objects.filter(pk=redaction.pk, state=RedactionState.PREPARING).update(
        state=RedactionState.DRAFT,
        tries=0,
        width=sight.width or None,
        height=sight.height or None,
        duration_ms=sight.milliseconds or None,
        step_us=sight.step_us or None,
        channels=sight.channels,
        work_sha256=digest,
        work_size=size,
    )


def _make(redaction: Redaction, lease: Lease, room: Path, *, at: datetime) -> None:
    blob = _blob_of(redaction)
    sight = sight_of(redaction)
    plan = plan_from(redaction.plan, sight)
    made = make_masked(
        source_path(blob, keep=lease.keep),
        blob.media_type,
        sight,
        plan,
        room,
        keep=_telling(redaction, lease, room),
    )
    made.recipe["inputs"] = [blob.sha256]
    kept = keep_bytes(
        name=redaction.uid,
        chunks=(bytes(block) for block in stores.blocks_of(made.path)),
        media_type=made.media_type,
        keep=lease.keep,
    )
    _enter(redaction, made, kept, plan, at=at)
    work_path(redaction).unlink(missing_ok=True)


def _enter(
    redaction: Redaction, made: Made, kept: Kept, plan: Plan, *, at: datetime
) -> None:
    with ledger.recording():
        case = cases.lock_case(redaction.case)
        found = Redaction.objects.select_for_update(of=("self",)).get(pk=redaction.pk)
        if found.state != RedactionState.QUEUED or found.asked_by is None:
            return
        original = Exhibit.objects.get(pk=found.exhibit_id)
        film = found.film
        if original.is_deleted or (film is not None and film.recording.is_deleted):
            found.state, found.failure = (
                RedactionState.FAILED,
                RedactionFailure.UNREADABLE,
            )
            found.save(update_fields=["state", "failure"])
            return
        exhibit = add_exhibit(
            case=case,
            kept=kept,
            source=Source.MASKED,
            reading=unpacked_reading(kept),
            source_uid=found.uid,
            kind=ExhibitKind.of(kept.media_type),
            title=_title(original, plan),
            received_from=found.asked_by.actor_key,
            protection=_protection_of(original, film),
            derived_from=original,
            by=SYSTEM,
            at=at,
        )
        found.state, found.result = RedactionState.DONE, exhibit
        found.recipe = made.recipe
        found.save(update_fields=["state", "result", "recipe"])
        cases.record(
            RedactionMade(
                code=exhibit.code,
                original=original.code,
                sha256=kept.sha256,
                original_sha256=_blob_of(found).sha256,
                bytes_count=kept.size,
                recipe_digest=digest_of_recipe(made.recipe),
            ),
            case,
            thing=found.key,
            by=SYSTEM,
            at=at,
        )


def _title(original: Exhibit, plan: Plan) -> str:
    if plan.part is None:
        return _("打码副本：%s") % original.code
    begin, end = (
        f"{moment // 60_000}:{moment % 60_000 / 1000:06.3f}" for moment in plan.part
    )
    return _("打码副本：%(code)s 的 %(begin)s–%(end)s") % {
        "code": original.code,
        "begin": begin,
        "end": end,
    }


def _protection_of(original: Exhibit, film: Derivative | None) -> Protection:
    """That of the original; of a recording, of the files that it is made of."""
    found = original.protection
    if film is not None and not found:
        placed = film.recording.segments.exclude(exhibit=None)
        kinds = placed.exclude(exhibit__protection=Protection.NONE)
        found = kinds.values_list("exhibit__protection", flat=True).first() or ""
    return Protection(found)


def _fail(redaction: Redaction, failure: RedactionFailure, *, at: datetime) -> None:
    with ledger.recording():
        case = cases.lock_case(redaction.case)
        changed = Redaction.objects.filter(
            pk=redaction.pk, state=redaction.state
        ).update(state=RedactionState.FAILED, failure=failure)
        if changed:
            cases.record(
                RedactionFailed(code=redaction.exhibit.code, reason=failure),
                case,
                thing=redaction.key,
                by=SYSTEM,
                at=at,
            )


def _prepare_again(redaction: Redaction, *, by: User, at: datetime) -> None:
    """A working copy that is gone, or could not be made, is made once more."""
    is_idle = redaction.state in {RedactionState.DRAFT, RedactionState.FAILED}
    if not is_idle or work_path(redaction).is_file():
        return
    redaction.state, redaction.failure = RedactionState.PREPARING, ""
    redaction.tries, redaction.changed_at, redaction.changed_by = 0, at, by
    redaction.save(
        update_fields=["state", "failure", "tries", "changed_at", "changed_by"]
    )


def _check_may(
    by: Actor, exhibit: Exhibit, film: Derivative | None, *, at: datetime
) -> None:
    permissions.check_can_mask(by, exhibit)
    if film is None:
        policies.check_is_not_deleted(exhibit)
        check_said_why(exhibit, by, at=at)
        return
    policies.check_is_not_deleted(film.recording)
    if not isinstance(by, User):
        raise NotAllowed(_("请先登记查看事由"), source="G10")
    check_may_look(film.recording, by, at=at)


def _covers(plan: Plan, sight: Sight) -> bool:
    """Whether anything is hidden; of what is seen a silent copy hides nobody (G11)."""
    if sight.width:
        return bool(plan.boxes_shown)
    return bool(plan.spans_heard) or _drops_sound(plan, sight)


def _drops_sound(plan: Plan, sight: Sight) -> bool:
    return bool(sight.channels) and plan.sound == SoundChoice.REMOVED


def _is_read(redaction: Redaction) -> bool:
    return bool(redaction.width or redaction.duration_ms)


def _blob_of(redaction: Redaction) -> Blob:
    if redaction.film is None:
        return redaction.exhibit.file
    if redaction.film.blob is None:
        raise Conflict(_("这一段不能生成观看副本，请使用保存的录像文件"))
    return redaction.film.blob


def _due(at: datetime) -> list[Redaction]:
    free = Q(held_until=None) | Q(held_until__lte=at)
    return list(
        Redaction.objects.filter(free, state__in=_TO_DO)
        .select_related(*_WITH)
        .order_by("changed_at", "pk")[:4]
    )


_WITH = (
    *("case__site", "exhibit__case__site", "exhibit__blob", "changed_by", "asked_by"),
    *("film__blob", "film__recording__case__site", "film__recording__camera"),
)


def _fresh(redaction: Redaction) -> Redaction:
    return Redaction.objects.select_related(*_WITH).get(pk=redaction.pk)


def _telling(redaction: Redaction, lease: Lease, room: Path) -> Callable[[], None]:
    """Keep the lease, and say now and then how far it is."""
    told = time.monotonic()

    def keep() -> None:
        nonlocal told
        lease.keep()
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            done = done_milliseconds(room)
            Redaction.objects.filter(pk=redaction.pk).update(done_ms=done)

    return keep


@contextmanager
def _room(redaction: Redaction) -> Iterator[Path]:
    """A folder of ours to make something in; what a killed worker left goes first."""
    home = make_folder(folder())
    for left in home.glob(f"{redaction.uid}-*"):
        shutil.rmtree(left, ignore_errors=True)
    room = Path(mkdtemp(prefix=f"{redaction.uid}-", dir=home))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)

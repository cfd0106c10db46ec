"""Recorders and cameras are registered, changed, and their clocks compared."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Site
from anlan.accounts.services.record import record_at_site
from anlan.base import crypto, vault
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases.models import Case
from anlan.cases.services.record import user_of
from anlan.evidence import permissions
from anlan.evidence.enums import ClockWay, RecorderKind, RecordingState, Source
from anlan.evidence.events import (
    CameraChanged,
    CameraRegistered,
    ClockCompared,
    RecorderChanged,
    RecorderRegistered,
)
from anlan.evidence.models import Camera, ClockReading, Exhibit, Recorder, Recording
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.recorders import checked_settings, kind_of
from anlan.evidence.selectors.recordings import recorder_secrets, secrets_place
from anlan.evidence.services.receiving import add_exhibit
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

MOST_DAYS = 3650
MOST_OFFSET_MS = 400 * 24 * 3600 * 1000  # a clock that was never set shows another year
MOST_SECRET = 2000  # characters; a bearer token is long
BY_EYE_MS = 2000  # how well two clocks are read


def register_recorder(
    *,
    site: Site,
    name: str,
    kind: RecorderKind,
    days_kept: int,
    by: Actor,
    at: datetime,
    settings: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Recorder:
    """Enter a recorder of a site.

    Args:
        secrets: what it is asked with; kept encrypted and never shown again.

    Raises:
        InvalidInput: no name, too few or many days, or settings that cannot be.
        Conflict: the name is taken.
    """
    permissions.check_can_edit_cameras(by, site)
    name = checked_camera_name(name)
    checked = checked_settings(kind, settings or {})
    with ledger.recording():
        if Recorder.objects.filter(site=site, name=name).exists():
            raise Conflict(_("已经有一台录像机叫“%s”") % name)
        recorder = Recorder(
            site=site,
            name=name,
            kind=kind,
            days_kept=checked_days(days_kept),
            settings=checked,
        )
        _keep_secrets(recorder, secrets or {})
        recorder.save(force_insert=True)
        record_at_site(
            RecorderRegistered(name=name, recorder_kind=kind, days=days_kept),
            site,
            thing=recorder.key,
            by=by,
            at=at,
        )
    return recorder


def change_recorder(
    *,
    recorder: Recorder,
    days_kept: int,
    settings: Mapping[str, Any],
    is_active: bool,
    by: Actor,
    at: datetime,
    secrets: Mapping[str, str] | None = None,
) -> Recorder:
    """Change what may change; what is to be saved of it is tried again at once.

    Args:
        secrets: one that is left empty stays as it was, unless the address changes:
            a password goes nowhere else than where it was meant for.

    Raises:
        InvalidInput: the same as when it was registered.
    """
    permissions.check_can_edit_cameras(by, recorder.site)
    checked = checked_settings(recorder.kind, settings)
    with ledger.recording():
        recorder = Recorder.objects.select_for_update().get(pk=recorder.pk)
        recorder.days_kept = checked_days(days_kept)
        if checked.get("base") != recorder.settings.get("base"):
            recorder.secrets = None
        recorder.settings, recorder.is_active = checked, is_active
        _keep_secrets(recorder, secrets or {})
        recorder.save(update_fields=["days_kept", "settings", "secrets", "is_active"])
        _waiting_for(recorder).exclude(pull_at=None).update(pull_at=at, tries=0)
        record_at_site(
            RecorderChanged(
                name=recorder.name, days=days_kept, is_active=int(is_active)
            ),
            recorder.site,
            thing=recorder.key,
            by=by,
            at=at,
        )
    return recorder


def compare_clock(
    *,
    recorder: Recorder,
    shown: datetime,
    true: datetime,
    by: Actor,
    at: datetime,
    way: ClockWay = ClockWay.BY_EYE,
    uncertainty_ms: int = BY_EYE_MS,
    words: str = "",
    photo: Exhibit | None = None,
) -> ClockReading:
    """Say what the recorder's clock showed at a true moment.

    What is being saved of it is looked for in the true window from now on; files that
    are saved keep the stamps that they had.

    Raises:
        InvalidInput: more than a clock can be wrong.
    """
    permissions.check_can_compare_clock(by, recorder.site)
    offset_ms = round((shown - true).total_seconds() * 1000)
    if abs(offset_ms) > MOST_OFFSET_MS:
        raise InvalidInput(_("两个时间相差太大，请检查日期"), path="shown")
    with ledger.recording():
        recorder = Recorder.objects.select_for_update().get(pk=recorder.pk)
        reading = ClockReading.objects.create(
            recorder=recorder,
            offset_ms=offset_ms,
            uncertainty_ms=uncertainty_ms,
            way=way,
            words=words.strip(),
            read_at=at,
            read_by=user_of(by),
            photo=photo,
        )
        recorder.offset_ms, recorder.uncertainty_ms = offset_ms, uncertainty_ms
        recorder.compared_at = at
        recorder.save(update_fields=["offset_ms", "uncertainty_ms", "compared_at"])
        waiting = _waiting_for(recorder)
        waiting.update(offset_ms=offset_ms)
        waiting.exclude(pull_at=None).update(pull_at=at)
        record_at_site(
            ClockCompared(
                name=recorder.name,
                offset_ms=offset_ms,
                uncertainty_ms=uncertainty_ms,
                way=way,
                words_digest=reading.digest_of("words"),
            ),
            recorder.site,
            thing=f"clock:{reading.uid}",
            by=by,
            at=at,
        )
    return reading


def register_camera(
    *,
    recorder: Recorder,
    name: str,
    code: str,
    place: Place,
    by: Actor,
    at: datetime,
    sees: Collection[Place] = (),
    view: str = "",
    is_way_out: bool = False,
    days_kept: int | None = None,
) -> Camera:
    """Enter a camera with what it sees; without places it sees the one it hangs at.

    Raises:
        InvalidInput: a place of another site, or no name.
        Conflict: the name, or the channel of this recorder, is taken.
    """
    site = recorder.site
    permissions.check_can_edit_cameras(by, site)
    _check_places(site, [place, *sees])
    with ledger.recording():
        camera = Camera(
            site=site,
            recorder=recorder,
            name=checked_camera_name(name),
            code=checked_code(code),
            place=place,
            view=view.strip(),
            is_way_out=is_way_out,
            days_kept=checked_days(days_kept) if days_kept else None,
        )
        _check_free(camera)
        camera.save(force_insert=True)
        camera.sees.set(sees or [place])
        record_at_site(
            CameraRegistered(
                name=camera.name,
                place=place.label,
                recorder=recorder.name,
                sees=len(sees) or 1,
                is_way_out=int(is_way_out),
            ),
            site,
            thing=camera.key,
            by=by,
            at=at,
        )
    return camera


def import_cameras(
    *, site: Site, rows: Sequence[Mapping[str, Any]], by: Actor, at: datetime
) -> list[Camera]:
    """Register the rows of a table, all of them or none.

    Args:
        rows: what ``register_camera`` takes, as ``read_cameras`` gives it.
    """
    permissions.check_can_edit_cameras(by, site)
    with ledger.recording():
        return [register_camera(**row, by=by, at=at) for row in rows]


def photograph_clock(
    *, case: Case, recorder: Recorder, chunks: Iterable[bytes], by: Actor, at: datetime
) -> Exhibit:
    """Keep the photo of a recorder's clock beside the right time, as evidence of a case.

    Raises:
        InvalidInput: it is no photo, or breaks off.
    """
    permissions.check_can_add(by, case)
    permissions.check_can_compare_clock(by, recorder.site)
    kept = vault.keep_photo(chunks, path="photo")
    return add_exhibit(
        case=case,
        kept=kept,
        source=Source.UPLOAD,
        reading=unpacked_reading(kept),
        title=_("录像机时钟：%s") % recorder.name,
        how=_("核对录像机时钟时拍摄"),
        by=by,
        at=at,
    )


def change_camera(
    *,
    camera: Camera,
    recorder: Recorder,
    name: str,
    code: str,
    place: Place,
    sees: Collection[Place],
    view: str,
    is_way_out: bool,
    days_kept: int | None,
    is_active: bool,
    by: Actor,
    at: datetime,
) -> Camera:
    """Change a camera; what was saved of it keeps what it was.

    Raises:
        InvalidInput: a place or a recorder of another site, or no name.
        Conflict: the name, or the channel of the recorder, is taken.
    """
    permissions.check_can_edit_cameras(by, camera.site)
    _check_places(camera.site, [place, *sees])
    if recorder.site_id != camera.site_id:
        raise InvalidInput(_("录像机属于别的项目"), path="recorder")
    with ledger.recording():
        camera = Camera.objects.select_for_update(of=("self",)).get(pk=camera.pk)
        camera.recorder, camera.place = recorder, place
        camera.name, camera.code = checked_camera_name(name), checked_code(code)
        camera.view, camera.is_way_out = view.strip(), is_way_out
        camera.days_kept = checked_days(days_kept) if days_kept else None
        camera.is_active = is_active
        _check_free(camera)
        camera.save(
            update_fields=[
                "recorder",
                "place",
                "name",
                "code",
                "view",
                "is_way_out",
                "days_kept",
                "is_active",
            ]
        )
        camera.sees.set(sees or [place])
        record_at_site(
            CameraChanged(
                name=camera.name,
                place=place.label,
                recorder=recorder.name,
                sees=len(sees) or 1,
                is_way_out=int(is_way_out),
                is_active=int(is_active),
            ),
            camera.site,
            thing=camera.key,
            by=by,
            at=at,
        )
    return camera


def _keep_secrets(recorder: Recorder, said: Mapping[str, str]) -> None:
    kind = kind_of(recorder.kind)
    names = kind.secret_fields if kind else ()
    kept = recorder_secrets(recorder)
    values = {name: said.get(name, "") or kept.get(name, "") for name in names}
    if any(len(value) > MOST_SECRET for value in values.values()):
        raise InvalidInput(_("密码太长"), path="password")
    recorder.secrets = (
        crypto.encrypt(json.dumps(values), secrets_place(recorder))
        if any(values.values())
        else None
    )


def _waiting_for(recorder: Recorder) -> Any:
    return Recording.objects.filter(
        camera__recorder=recorder,
        state__in=[
            RecordingState.WANTED,
            RecordingState.PULLING,
            RecordingState.PARTLY,
        ],
    )


def checked_camera_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= 60:
        raise InvalidInput(_("名称应为一到 60 字"), path="name")
    return name


def checked_code(code: str) -> str:
    code = code.strip()
    if not 0 < len(code) <= 60 or code.startswith(".") or set(code) & set("/\\%{}\x00"):
        raise InvalidInput(_("通道名不能含斜杠、百分号或大括号"), path="code")
    return code


def checked_days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(_("保存天数应为 1 到 %s") % MOST_DAYS, path="days_kept")
    return days


def _check_places(site: Site, places: Collection[Place]) -> None:
    if any(place.site_id != site.pk for place in places):
        raise InvalidInput(_("点位属于别的项目"), path="place")


def _check_free(camera: Camera) -> None:
    others = Camera.objects.exclude(pk=camera.pk)
    if others.filter(site=camera.site, name=camera.name).exists():
        raise Conflict(_("已经有一个摄像头叫“%s”") % camera.name)
    if others.filter(recorder=camera.recorder, code=camera.code).exists():
        raise Conflict(_("这台录像机的通道“%s”已经登记") % camera.code)

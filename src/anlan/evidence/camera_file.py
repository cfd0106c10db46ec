"""The register of cameras as a table: one row for each, under a header of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Site
from anlan.accounts.services import RowError
from anlan.base.errors import DomainError, InvalidInput
from anlan.base.sheet import Table
from anlan.evidence.models import Camera
from anlan.evidence.selectors.recordings import cameras_of, recorders_of
from anlan.evidence.services.cameras import (
    checked_camera_name,
    checked_code,
    checked_days,
)

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("名称", "name"),
    "recorder": ("录像机", "recorder"),
    "code": ("通道", "code"),
    "place": ("安装在", "place"),
    "sees": ("看得到", "sees"),
    "days_kept": ("保存天数", "days kept"),
    "is_way_out": ("出入口", "way out"),
    "view": ("画面说明", "view"),
}
HEADER = [names[0] for names in COLUMNS.values()]
MUST = ("name", "recorder", "code", "place")
BETWEEN = "；"  # places that one camera sees; also with the half-width one
_YES, _NO = {"是", "有", "yes", "y", "1", "true"}, {"", "否", "no", "n", "0", "false"}


@dataclass(frozen=True, kw_only=True)
class ReadCameras:
    """``rows`` are what ``register_camera`` takes; ``kept`` are there already."""

    rows: list[dict[str, Any]]
    kept: int
    errors: list[RowError]


def write_cameras(site: Site) -> Table:
    """Those in use, as the table that can be brought in again."""
    return [
        HEADER,
        *(
            [
                camera.name,
                camera.recorder.name,
                camera.code,
                camera.place.label,
                BETWEEN.join(place.label for place in camera.sees.all()),
                str(camera.days_kept or ""),
                _("是") if camera.is_way_out else "",
                camera.view,
            ]
            for camera in cameras_of(site).filter(is_active=True)
        ),
    ]


def read_cameras(table: Table, site: Site) -> ReadCameras:
    """Read rows under a header and say of each line what is wrong with it.

    Raises:
        InvalidInput: there is no header of ours.
    """
    header = [cell.strip().lower() for cell in table[0]] if table else []
    columns = {
        key: header.index(name)
        for key, names in COLUMNS.items()
        for name in names
        if name in header
    }
    if not set(MUST) <= set(columns):
        raise InvalidInput(_("第一行应为表头：%s") % "、".join(HEADER), path="file")
    reader = _Reader(site)
    for line, row in enumerate(table[1:], start=2):
        if any(row):
            cells = {
                key: row[index].strip() if index < len(row) else ""
                for key, index in columns.items()
            }
            reader.take(line, cells)
    return ReadCameras(rows=reader.rows, kept=reader.kept, errors=reader.errors)


class _Reader:
    """What is known of the site, and of the lines before."""

    def __init__(self, site: Site) -> None:
        self.recorders = {row.name: row for row in recorders_of(site)}
        self.places = {
            place.label: place
            for place in Place.objects.filter(site=site, is_active=True)
        }
        self.there = {row.name: row for row in cameras_of(site)}
        self.codes = {(row.recorder.name, row.code) for row in self.there.values()}
        self.names: set[str] = set()
        self.rows: list[dict[str, Any]] = []
        self.errors: list[RowError] = []
        self.kept = 0

    def take(self, line: int, cells: dict[str, str]) -> None:
        try:
            row = self._read(cells)
        except DomainError as error:
            self.errors.append(RowError(line=line, sentence=str(error)))
            return
        if row is None:
            self.kept += 1
        else:
            self.rows.append(row)

    def _read(self, cells: dict[str, str]) -> dict[str, Any] | None:
        name = checked_camera_name(cells["name"])
        if name in self.names:
            raise InvalidInput(_("“%s”在表里出现两次") % name, path="table")
        self.names.add(name)
        code, recorder = checked_code(cells["code"]), cells["recorder"]
        if recorder not in self.recorders:
            raise InvalidInput(
                _("没有叫“%s”的录像机，请先登记") % recorder, path="table"
            )
        there = self.there.get(name)
        if there is not None and _is_same(there, recorder, code):
            return None
        if there is not None:
            raise InvalidInput(_("已经有一个摄像头叫“%s”") % name, path="table")
        if (recorder, code) in self.codes:
            raise InvalidInput(_("这台录像机的通道“%s”已经登记") % code, path="table")
        self.codes.add((recorder, code))
        sees = cells.get("sees", "").replace(";", BETWEEN).split(BETWEEN)
        days = cells.get("days_kept", "")
        return {
            "recorder": self.recorders[recorder],
            "name": name,
            "code": code,
            "place": self._place(cells["place"]),
            "sees": [self._place(label.strip()) for label in sees if label.strip()],
            "days_kept": _days(days) if days else None,
            "is_way_out": _flag(cells.get("is_way_out", "")),
            "view": cells.get("view", "")[:200],
        }

    def _place(self, label: str) -> Place:
        if label not in self.places:
            raise InvalidInput(_("没有这个点位：“%s”") % label, path="table")
        return self.places[label]


def _is_same(camera: Camera, recorder: str, code: str) -> bool:
    return (camera.recorder.name, camera.code) == (recorder, code)


def _days(text: str) -> int:
    if not (text.isdecimal() and len(text) < 6):
        raise InvalidInput(_("保存天数应为整数"), path="table")
    return checked_days(int(text))


def _flag(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise InvalidInput(_("出入口一栏填“是”或留空"), path="table")

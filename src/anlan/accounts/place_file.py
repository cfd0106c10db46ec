"""The place tree as a table: one row for each way from the building down."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Site
from anlan.accounts.selectors import places_of
from anlan.accounts.services import RowError
from anlan.base.errors import InvalidInput
from anlan.base.sheet import Table

COLUMNS: dict[Place.Kind, tuple[str, ...]] = {
    Place.Kind.BUILDING: ("楼栋", "building"),
    Place.Kind.FLOOR: ("楼层", "floor"),
    Place.Kind.ROOM: ("房间", "room"),
    Place.Kind.SPOT: ("点位", "spot"),
}
HEADER = [names[0] for names in COLUMNS.values()]


@dataclass(frozen=True, kw_only=True)
class ReadPlaces:
    rows: list[list[tuple[Place.Kind, str]]]
    errors: list[RowError]


def write_places(site: Site) -> Table:
    """Every place in use as a row, its ancestors in their columns.

    A place below another of its own kind does not fit a table and is left out.
    """
    rows = [HEADER]
    places = {place.pk: place for place in places_of(site)}
    for place in places.values():
        cells: dict[str, str] = {}
        step: Place | None = place
        fits = True
        while step is not None:
            fits = fits and step.kind not in cells
            cells[step.kind] = step.name
            step = places.get(step.parent_id) if step.parent_id else None
        if fits:
            rows.append([cells.get(kind, "") for kind in COLUMNS])
    return rows


def read_places(table: Table) -> ReadPlaces:
    """Read rows under a header; empty cells are steps that the way does not have.

    Raises:
        InvalidInput: there is no header of ours.
    """
    header = [cell.strip().lower() for cell in table[0]] if table else []
    columns = {
        kind: header.index(name)
        for kind, names in COLUMNS.items()
        for name in names
        if name in header
    }
    if Place.Kind.BUILDING not in columns:
        raise InvalidInput(_("第一行应为表头：%s") % "、".join(HEADER), path="file")
    rows: list[list[tuple[Place.Kind, str]]] = []
    errors: list[RowError] = []
    for line, row in enumerate(table[1:], start=2):
        if not any(row):
            continue
        way = [
            (kind, row[index])
            for kind, index in columns.items()
            if index < len(row) and row[index]
        ]
        if (
            way
            and way[0][0] == Place.Kind.BUILDING
            and all(len(n) <= 60 for _k, n in way)
        ):
            rows.append(way)
        else:
            words = _("每行都要有楼栋，每个名称最多六十个字")
            errors.append(RowError(line=line, sentence=words))
    return ReadPlaces(rows=rows, errors=errors)

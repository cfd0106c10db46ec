"""The scene as its reader sees it: the newest look at each aspect, and the sketches."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.models import Case
from anlan.cases.selectors import shown_name
from anlan.evidence.enums import ExhibitKind, Protection
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors.exhibits import kept_of
from anlan.investigation.enums import SceneAspect
from anlan.investigation.models import FULL, Pin, SceneLook, Sketch
from anlan.investigation.selectors.interviews import investigated_case

HEIGHT = 750  # of the drawing; it is FULL wide
# The lines of an empty sketch: from the left, and from the top.
GRID = tuple((n * FULL // 10, n * HEIGHT // 10) for n in range(1, 10))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An aspect: the newest look at it, and those before."""

    aspect: SceneAspect
    look: SceneLook | None
    earlier: tuple[SceneLook, ...]


@dataclass(frozen=True, kw_only=True)
class ShownPin:
    """A pin with the words of its legend."""

    pin: Pin
    name: str

    @property
    def number(self) -> int:
        return self.pin.number

    @property
    def top(self) -> int:
        """From the top of the drawing, which is less high than wide."""
        return self.pin.y * HEIGHT // FULL


def looks_of(case: Case) -> list[Seen]:
    """Every aspect of the list, looked at or not."""
    rows = (
        SceneLook.objects.filter(case=case)
        .select_related("exhibit__case", "looked_by")
        .order_by("-pk")
    )
    by_aspect: dict[str, list[SceneLook]] = {}
    for row in rows:
        by_aspect.setdefault(row.aspect, []).append(row)
    found = []
    for aspect in SceneAspect:
        looks = by_aspect.get(aspect.value, [])
        found.append(
            Seen(
                aspect=aspect,
                look=looks[0] if looks else None,
                earlier=tuple(looks[1:]),
            )
        )
    return found


def sketches_of(case: Case) -> QuerySet[Sketch]:
    return (
        Sketch.objects.filter(case=case)
        .select_related("case__site", "exhibit__blob", "exhibit__case", "drawn_by")
        .order_by("number")
    )


def sketch_for(reader: User, number: str, uid: UUID) -> Sketch:
    """
    Raises:
        NotFound: unknown or of another case.
    """
    found = sketches_of(investigated_case(reader, number)).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这张现场图"))
    return found


def pins_of(sketch: Sketch) -> list[ShownPin]:
    """Those that are set, under the mask that every screen shows."""
    rows = (
        sketch.pins.filter(removed_at=None)
        .select_related("party__person", "party__user", "sketch__case__site")
        .order_by("number")
    )
    return [ShownPin(pin=row, name=_name(row)) for row in rows]


def photos_for(case: Case, reader: User) -> QuerySet[Exhibit]:
    """Photos on which one may draw, or that may show an aspect."""
    return kept_of(case, reader).filter(
        kind=ExhibitKind.PHOTO, protection=Protection.NONE
    )


def _name(pin: Pin) -> str:
    who = shown_name(pin.party) if pin.party else ""
    return " ".join(filter(None, (who, pin.label)))

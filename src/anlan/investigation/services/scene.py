"""The scene: what was looked at aspect by aspect, and sketches with pins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.evidence.enums import ExhibitKind, Protection
from anlan.evidence.models import Exhibit
from anlan.investigation import permissions
from anlan.investigation.citing import check_can_cite
from anlan.investigation.enums import PinKind, SceneAspect, SceneRating
from anlan.investigation.events import (
    PinMoved,
    PinRemoved,
    PinSet,
    SceneLooked,
    SketchDrawn,
)
from anlan.investigation.models import FULL, Pin, SceneLook, Sketch
from anlan.ledger import services as ledger

MOST_NOTE = 1000
MOST_TITLE = 80
MOST_LABEL = 60
MOST_PINS = 60  # of a sketch, those that were taken off as well
MOST_SKETCHES = 20
MOST_LOOKS = 200


def look_at_scene(
    *,
    case: Case,
    aspect: SceneAspect,
    rating: SceneRating,
    by: User,
    at: datetime,
    note: str = "",
    exhibit: Exhibit | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> SceneLook:
    """Say how one aspect of the place was; the newest look is the one that is shown.

    Raises:
        InvalidInput: something is wrong with it and nothing says what, or the exhibit is
            no photo of the case.
    """
    permissions.check_can_lead(by, case)
    needs_words = rating in {SceneRating.MINOR, SceneRating.PART}
    note = typed(
        note,
        path="note",
        most=MOST_NOTE,
        refusal=_("请写明看到了什么") if needs_words else "",
    )
    if exhibit is not None:
        _check_is_photo(exhibit, case=case, by=by)
    content = {
        "look": aspect,
        "rating": rating,
        "exhibit": str(exhibit.uid) if exhibit else "",
        "by": by.actor_key,
        "note": sha256(note.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            SceneLook.objects.select_related("case__site", "exhibit", "looked_by"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        if case.scene_looks.count() >= MOST_LOOKS:
            raise Conflict(_("一个案件最多记 %s 项") % MOST_LOOKS)
        look = SceneLook.objects.create(
            case=case,
            aspect=aspect,
            rating=rating,
            note=note,
            exhibit=exhibit,
            looked_by=by,
            looked_at=at,
        )
        cases.record(
            SceneLooked(
                aspect=aspect,
                rating=rating,
                exhibit=exhibit.code if exhibit else None,
                note_digest=look.digest_of("note"),
            ),
            case,
            thing=look.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            look.uid, case=case, request_id=request_id, content=content, at=at
        )
    return look


def draw_sketch(
    *,
    case: Case,
    title: str,
    by: User,
    at: datetime,
    exhibit: Exhibit | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Sketch:
    """Begin a sketch on a photo that is evidence, or on an empty grid."""
    permissions.check_can_lead(by, case)
    title = typed(
        title,
        path="title",
        most=MOST_TITLE,
        refusal=_("请写明画的是哪里"),
    )
    if exhibit is not None:
        _check_is_photo(exhibit, case=case, by=by)
    content = {
        "sketch": str(exhibit.uid) if exhibit else "",
        "by": by.actor_key,
        "title": sha256(title.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Sketch.objects.select_related("case__site", "exhibit"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        count = case.sketches.count()
        if count >= MOST_SKETCHES:
            raise Conflict(_("一个案件最多 %s 张现场图") % MOST_SKETCHES)
        sketch = Sketch.objects.create(
            case=case,
            number=count + 1,
            title=title,
            exhibit=exhibit,
            drawn_by=by,
            drawn_at=at,
        )
        cases.record(
            SketchDrawn(
                code=sketch.code,
                exhibit=exhibit.code if exhibit else None,
                title_digest=sketch.digest_of("title"),
            ),
            case,
            thing=sketch.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            sketch.uid, case=case, request_id=request_id, content=content, at=at
        )
    return sketch


def set_pin(
    *,
    sketch: Sketch,
    kind: PinKind,
    x: int,
    y: int,
    by: User,
    at: datetime,
    label: str = "",
    party: Party | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Pin:
    """Set a pin, and number it.

    Args:
        x: from the left, in thousandths of the width; ``y`` from the top.
        label: what it is; a party needs none.
    """
    permissions.check_can_lead(by, sketch.case)
    _check_is_within(x, y)
    label = typed(
        label,
        path="label",
        most=MOST_LABEL,
        refusal="" if party else _("请写明标的是什么"),
    )
    if party is not None:
        _check_can_stand(party, kind, sketch)
    content = {
        "pin": str(sketch.uid),
        "kind": kind,
        "x": x,
        "y": y,
        "party": str(party.uid) if party else "",
        "by": by.actor_key,
        "label": sha256(label.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(sketch.case)
        earlier = cases.made_before(
            Pin.objects.select_related("sketch__case__site", "party"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        last: int = sketch.pins.aggregate(last=Max("number"))["last"] or 0
        if last >= MOST_PINS:
            raise Conflict(_("一张现场图最多 %s 个标记") % MOST_PINS)
        pin = Pin.objects.create(
            sketch=sketch,
            number=last + 1,
            kind=kind,
            x=x,
            y=y,
            label=label,
            party=party,
        )
        cases.record(
            PinSet(
                code=sketch.code,
                number=pin.number,
                pin=kind,
                x=x,
                y=y,
                party=f"party:{party.uid}" if party else None,
                label_digest=pin.digest_of("label"),
            ),
            case,
            thing=pin.ref,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            pin.uid, case=case, request_id=request_id, content=content, at=at
        )
    return pin


def move_pin(*, pin: Pin, x: int, y: int, by: User, at: datetime, via: str = "") -> Pin:
    """Put it elsewhere; where it is already, nothing is written."""
    permissions.check_can_lead(by, pin.sketch.case)
    _check_is_within(x, y)
    with ledger.recording():
        case, pin = _locked(pin)
        if (pin.x, pin.y) == (x, y):
            return pin
        pin.x, pin.y = x, y
        pin.save(update_fields=["x", "y"])
        cases.record(
            PinMoved(code=pin.sketch.code, number=pin.number, x=x, y=y),
            case,
            thing=pin.ref,
            by=by,
            at=at,
            via=via,
        )
    return pin


def remove_pin(*, pin: Pin, by: User, at: datetime, via: str = "") -> Pin:
    """Take it off; its number is not given again."""
    permissions.check_can_lead(by, pin.sketch.case)
    with ledger.recording():
        case, pin = _locked(pin)
        pin.removed_at = at
        pin.save(update_fields=["removed_at"])
        cases.record(
            PinRemoved(code=pin.sketch.code, number=pin.number),
            case,
            thing=pin.ref,
            by=by,
            at=at,
            via=via,
        )
    return pin


def _locked(pin: Pin) -> tuple[Case, Pin]:
    case = cases.lock_case(pin.sketch.case)
    fresh = (
        Pin.objects.select_for_update(of=("self",))
        .select_related("sketch")
        .get(pk=pin.pk)
    )
    fresh.sketch.case = case
    if fresh.removed_at is not None:
        raise Conflict(_("这个标记已经取下"))
    return case, fresh


def _check_is_within(x: int, y: int) -> None:
    for path, value in (("x", x), ("y", y)):
        if not 0 <= value <= FULL:
            raise InvalidInput(_("位置要在图内"), path=path)


def _check_can_stand(party: Party, kind: PinKind, sketch: Sketch) -> None:
    if kind != PinKind.PERSON:
        raise InvalidInput(_("只有“人”可以选当事人"), path="party")
    if party.case_id != sketch.case_id or party.removed_at is not None:
        raise InvalidInput(_("本案没有这个人"), path="party")


def _check_is_photo(exhibit: Exhibit, *, case: Case, by: User) -> None:
    """A photo that everybody who investigates sees: none of an injury, none of a paper."""
    check_can_cite(exhibit, case=case, by=by, path="exhibit")
    if exhibit.kind != ExhibitKind.PHOTO or exhibit.protection != Protection.NONE:
        raise InvalidInput(_("请选一张现场照片"), path="exhibit")

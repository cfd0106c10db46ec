"""Findings on paper with the scene: PDF, the same bytes for the same reader's view."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.accounts.models import User
from anlan.base.clock import local_time
from anlan.base.errors import Conflict, NotAllowed
from anlan.base.pictures import viewing_copy
from anlan.base.typeset import typeset
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import Way
from anlan.evidence.models import Exhibit
from anlan.evidence.policies import check_can_be_shown
from anlan.evidence.selectors.exhibits import kept_of
from anlan.evidence.selectors.recordings import recordings_shown_by
from anlan.investigation import permissions
from anlan.investigation.enums import FindingState
from anlan.investigation.events import FindingPrinted
from anlan.investigation.models import Finding, Sketch
from anlan.investigation.reading import content_of, sentences_of
from anlan.investigation.selectors.findings import parts_of
from anlan.investigation.selectors.scene import looks_of, pins_of, sketches_of
from anlan.ledger import services as ledger

_PHOTO_SIDE = 1280  # pixels, of a drawing 160 mm wide
_DOCUMENT = Path(__file__).parents[1] / "documents" / "finding.typ"


def print_finding(*, finding: Finding, by: User, at: datetime, via: str = "") -> bytes:
    """The version as PDF in the reader's language; that it was printed is on the record.

    People stand on it under the mask that every screen shows, and what it cites as far as
    the reader may know it.

    Raises:
        Conflict: it is a draft, which changes still.
    """
    permissions.check_can_see(by, finding.case)
    if finding.submitted_at is None:
        raise Conflict(_("草稿还会改，提交以后才能导出"))
    at_last = finding.decided_at or finding.submitted_at
    page = page_of(finding, by)
    for shown, sketch in zip(page["sketches"], sketches_of(finding.case), strict=True):
        _lay_photo(shown, sketch, by=by, at=at, via=via)
    pdf = typeset(_DOCUMENT, page, at=at_last).pdf
    with ledger.recording():
        cases.record(
            FindingPrinted(code=finding.code, sha256=hashlib.sha256(pdf).hexdigest()),
            finding.case,
            thing=finding.key,
            by=by,
            at=at,
            via=via,
        )
    return pdf


def page_of(finding: Finding, reader: User) -> dict[str, Any]:
    """Everything that stands on it for this reader; nothing of the moment."""
    case = finding.case
    known = {row.pk: row for row in kept_of(case, reader)}
    return {
        "title": _("调查结论"),
        "under": f"{case.number} · {finding.code}",
        "foot": f"{case.site.name} · {case.number} · {finding.code}",
        "facts": _facts(finding),
        "limits": _(
            "本文只写查明的情况和依据，不认定违法、犯罪或者责任；是否防卫由公安机关和法院认定。"
        ),
        "parts": [
            {
                "title": str(part.kind.label),
                "lines": [
                    {"text": line.sentence.text, "cites": _cites(line)}
                    for line in part.lines
                ],
            }
            for part in parts_of(finding, reader)
            if part.lines
        ],
        "looks_title": _("现场环境"),
        "looks_head": [
            pgettext("a column", "项目"),
            _("情况"),
            _("看到什么"),
            _("照片"),
        ],
        "looks": _looks(case, known),
        "sketches": [_sketch(one, known) for one in sketches_of(case)],
        "digest_title": _("以上文字和依据的校验值（SHA-256）："),
        "digest": content_of(sentences_of(finding)),
    }


def _facts(finding: Finding) -> list[list[str]]:
    rows = [
        [_("案件"), finding.case.title],
        [_("状态"), finding.get_state_display()],
        [_("起草"), _who(finding.author, finding.submitted_at)],
    ]
    if finding.decided_by and finding.decided_at:
        is_withdrawn = finding.state == FindingState.WITHDRAWN
        ended = pgettext("who did it", "撤回") if is_withdrawn else _("审批")
        rows.append([ended, _who(finding.decided_by, finding.decided_at)])
    return rows


def _who(person: User, at: datetime | None) -> str:
    if at is None:
        return person.name
    return f"{person.name} · {local_time(at).strftime('%Y-%m-%d %H:%M')}"


def _cites(line: Any) -> str:
    words = "".join(f"[{cited.code}]" for cited in line.cites)
    return words if line.sentence.is_fact else f"{words} [{_('评价')}]"


def _looks(case: Case, known: dict[int, Exhibit]) -> list[list[str]]:
    """The newest look at each aspect that somebody looked at."""
    return [
        [
            str(seen.aspect.label),
            seen.look.get_rating_display(),
            seen.look.note,
            _code(seen.look.exhibit_id, known),
        ]
        for seen in looks_of(case)
        if seen.look is not None
    ]


def _sketch(sketch: Sketch, known: dict[int, Exhibit]) -> dict[str, Any]:
    photo = _code(sketch.exhibit_id, known)
    return {
        "title": f"{sketch.code} {sketch.title}",
        "drawn_on": _("标在照片 %s 上，照片另附") % photo if photo else "",
        "photo": [],
        "pins": [
            {
                "number": one.number,
                "x": one.pin.x,
                "y": one.pin.y,
                "words": " · ".join(
                    filter(None, (one.pin.get_kind_display(), one.name))
                ),
            }
            for one in pins_of(sketch)
        ],
    }


def _lay_photo(
    shown: dict[str, Any], sketch: Sketch, *, by: User, at: datetime, via: str
) -> None:
    """Under its pins, as on the screen; that a copy of it was taken is on the record.

    A photo that cannot be drawn here leaves the grid, and the page says where it is. So
    does one out of footage: on paper it would leave as it was recorded (G11).
    """
    exhibit = sketch.exhibit
    if exhibit is None or not shown["drawn_on"]:
        return
    if exhibit.is_footage or recordings_shown_by(exhibit).exists():
        return
    try:
        check_can_be_shown(exhibit)
        opened = evidence.open_exhibit(
            exhibit=exhibit, way=Way.DOWNLOADED, by=by, at=at, via=via
        )
        picture = viewing_copy(opened.path, longest=_PHOTO_SIDE)
    except (Conflict, NotAllowed):
        return
    shown["photo"] = list(picture)
    shown["drawn_on"] = _("标在照片 %s 上") % exhibit.code


def _code(exhibit_id: int | None, known: dict[int, Exhibit]) -> str:
    found = known.get(exhibit_id) if exhibit_id else None
    return found.code if found else ""

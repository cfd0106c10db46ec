"""What is put on the record about customers: that something was done, never to whom by name.

No event carries a name, a number or an attribute of a person; words are covered by their
digest, everything else is named by its field only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.customers.enums import (
    ErasureReason,
    MarkerStep,
    ObjectionOutcome,
    ProtectedField,
)
from anlan.ledger.events import Covered, Event, RefInRow, covers, recorded

_NAME_AND_NOTE = covers("customers.Person", "name", "note")


@recorded
@dataclass(frozen=True, kw_only=True)
class PersonAdded(Event):
    kind: ClassVar[str] = "customers.person_added"
    sentence: ClassVar[str] = _("{actor}登记了一位人员")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = _NAME_AND_NOTE

    name_digest: str
    note_digest: str | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class PersonKnown(Event):
    """A person registered at another site has to do with this one now."""

    kind: ClassVar[str] = "customers.person_known"
    sentence: ClassVar[str] = _("{actor}把已登记的人员列入本项目")
    tone: ClassVar[str] = "people"


@recorded
@dataclass(frozen=True, kw_only=True)
class PersonCorrected(Event):
    """``fields`` names what was changed, separated by commas; no values."""

    kind: ClassVar[str] = "customers.person_corrected"
    sentence: ClassVar[str] = _("{actor}更正了人员资料：{fields}")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = _NAME_AND_NOTE

    fields: str
    name_digest: str | None = None
    note_digest: str | None = None

    def shown(self) -> dict[str, Any]:
        return {"fields": field_words(self.fields)}


FIELD_WORDS = {
    "name": _("姓名"),
    "phone": _("电话"),
    "identity_number": _("身份证号码"),
    "gender": _("性别"),
    "birth_year": _("出生年份"),
    "is_minor": _("是否未成年"),
    "note": _("备注"),
}


@recorded
@dataclass(frozen=True, kw_only=True)
class CorrectionExplained(Event):
    """Why, and in which case, somebody's details were put right; the row has what they were."""

    kind: ClassVar[str] = "customers.correction_explained"
    sentence: ClassVar[str] = _(
        "{actor}更正了一位当事人的{fields}，理由和原来的内容已留存"
    )
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "customers.Correction", "reason", "former_name"
    )
    refers: ClassVar[tuple[RefInRow, ...]] = (
        RefInRow(model="customers.Correction", field="person__uid", prefix="person:"),
    )

    fields: str
    reason_digest: str
    former_name_digest: str | None = None

    def shown(self) -> dict[str, Any]:
        return {"fields": field_words(self.fields)}


def field_words(fields: str) -> str:
    """Names of fields as an entry has them, for people to read."""
    names = [gettext(FIELD_WORDS[name]) for name in fields.split(",")]
    return gettext("、").join(names)


@recorded
@dataclass(frozen=True, kw_only=True)
class MinorUnmarked(Event):
    kind: ClassVar[str] = "customers.minor_unmarked"
    sentence: ClassVar[str] = _("{actor}撤销了未成年人的标记，理由已写明")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("customers.Unmarking", "reason")

    reason_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PersonErased(Event):
    kind: ClassVar[str] = "customers.person_erased"
    sentence: ClassVar[str] = _("{actor}删除了一位人员的个人信息（{reason}）")
    tone: ClassVar[str] = "warn"

    reason: str

    def shown(self) -> dict[str, Any]:
        return {"reason": ErasureReason(self.reason).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class ProtectedFieldRead(Event):
    """Somebody looked at an unmasked value; the reason stands in ``Disclosure``."""

    kind: ClassVar[str] = "customers.protected_field_read"
    sentence: ClassVar[str] = _("{actor}查看了未遮盖的{field}")
    quiet: ClassVar[bool] = True
    covers: ClassVar[tuple[Covered, ...]] = covers("customers.Disclosure", "reason")
    refers: ClassVar[tuple[RefInRow, ...]] = (
        RefInRow(model="customers.Disclosure", field="read_for"),
    )

    field: str
    reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {"field": ProtectedField(self.field).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class OccupancyNoted(Event):
    """Which room it is would say where somebody lives, and could never be taken back."""

    kind: ClassVar[str] = "customers.occupancy_noted"
    sentence: ClassVar[str] = _("{actor}登记了人员的房屋")
    tone: ClassVar[str] = "people"


@recorded
@dataclass(frozen=True, kw_only=True)
class OccupancyEnded(Event):
    kind: ClassVar[str] = "customers.occupancy_ended"
    sentence: ClassVar[str] = _("{actor}注明人员已搬离房屋")
    tone: ClassVar[str] = "people"


@recorded
@dataclass(frozen=True, kw_only=True)
class UnitAdded(Event):
    """Of earlier versions; rooms are places, and people have to do with these."""

    kind: ClassVar[str] = "customers.unit_added"
    sentence: ClassVar[str] = _("{actor}登记了房号 {number}")

    number: str
    place: str


@recorded
@dataclass(frozen=True, kw_only=True)
class MarkerDecided(Event):
    """A risk marker was set, kept, changed or ended. Neither why nor what it says."""

    kind: ClassVar[str] = "customers.marker_decided"
    sentence: ClassVar[str] = _("{actor}对一位人员的风险标记作出决定：{step}")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "customers.MarkerDecision",
        *("reason", "advice", "despite"),
        not_told_why="not_told_digest",
    )

    step: str
    marker: str
    reason_digest: str
    advice_digest: str | None = None
    not_told_digest: str | None = None
    despite_digest: str | None = None
    review_on: str | None = None
    expires_on: str

    def shown(self) -> dict[str, Any]:
        return {"step": MarkerStep(self.step).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class MarkerObjectionReceived(Event):
    kind: ClassVar[str] = "customers.marker_objection_received"
    sentence: ClassVar[str] = _("{actor}登记了本人对风险标记的异议")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("customers.MarkerObjection", "words")

    marker: str
    words_digest: str
    due_on: str


@recorded
@dataclass(frozen=True, kw_only=True)
class MarkerObjectionDecided(Event):
    kind: ClassVar[str] = "customers.marker_objection_decided"
    sentence: ClassVar[str] = _("{actor}复核了对风险标记的异议：{outcome}")
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers(
        "customers.MarkerObjection", "reason"
    )

    marker: str
    outcome: str
    reason_digest: str

    def shown(self) -> dict[str, Any]:
        return {"outcome": ObjectionOutcome(self.outcome).label}

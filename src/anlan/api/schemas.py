"""The pieces of which requests and answers are made: bounded, typed, nothing extra."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
)
from pydantic_core import PydanticCustomError

from anlan.accounts.models import User

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

T = TypeVar("T")


def _readable(text: str) -> str:
    """Refuse what a database or a page cannot hold: control characters, half letters."""
    if _UNREADABLE.search(text):
        raise PydanticCustomError("unreadable_text", "unreadable characters")
    return text


def _written(value: Any) -> Any:
    """A time is written as text; a bare number could be seconds or milliseconds."""
    if not isinstance(value, str):
        raise PydanticCustomError("datetime_type", "not a text")
    return value


Text = Annotated[StrictStr, AfterValidator(_readable)]
QueryText = Annotated[str, AfterValidator(_readable), Field(max_length=100)]
Words = Annotated[Text, Field(max_length=1000)]
Reason = Annotated[Text, Field(min_length=1, max_length=500)]
Instant = Annotated[AwareDatetime, BeforeValidator(_written)]
Limit = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[str, Field(max_length=200)]


class In(BaseModel):
    """What a client sends; a field that is not known is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OnceIn(In):
    """What may arrive twice: the same ``request_id`` again gives the first answer again."""

    request_id: UUID | None = None


class Out(BaseModel):
    """What a client gets. Fields may be added in this version, never taken away."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, row: Any) -> Self:
        """From a row whose columns are named like the fields."""
        return cls.model_validate(row, from_attributes=True)


class Page(Out, Generic[T]):
    """A page of a list; ``next`` goes into ``cursor`` of the next request."""

    items: list[T]
    next: str | None


class UserOut(Out):
    uid: UUID
    name: str

    @classmethod
    def perhaps(cls, user: User | None) -> UserOut | None:
        return cls.of(user) if user else None


class LinkOut(Out):
    """The address is told this once; one that was given before has ended."""

    address: str


class SiteOut(Out):
    uid: UUID
    code: str
    name: str


class PlaceOut(Out):
    uid: UUID
    kind: str
    label: str
    code: str


class ClockOut(Out):
    """A promise: when it is due, and how it ended. Breach is read off, never stored."""

    key: str
    about: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    cancelled_at: datetime | None
    fired_at: datetime | None


class ReasonIn(In):
    reason: Reason

"""The law as data: laws, sources, rule sets, guardrails and numbers, read once.

The files lie in ``data/``. Everything that a person reads is there in two languages;
``words`` and ``heading`` give the one of the reader.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from django.utils.translation import get_language
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

DATA: Final = Path(__file__).resolve().parent / "data"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Confidence(StrEnum):
    """How surely a text is known; only what was read may carry a rule."""

    READ = "V"
    SECONDARY = "S"
    INFERRED = "I"
    UNVERIFIED = "UNVERIFIED"


class Kind(StrEnum):
    BLOCK = "block"
    WARN = "warn"
    ADVICE = "advice"


class Status(StrEnum):
    ENFORCED = "enforced"
    PLANNED = "planned"


class Page(BaseModel):
    """A piece of data: complete, unchangeable, without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Page):
    """In force from the first to the last day, both included; ``None`` is open."""

    first_day: date | None = Field(None, alias="from")
    last_day: date | None = Field(None, alias="to")

    def is_in_force(self, on: date) -> bool:
        return (self.first_day is None or self.first_day <= on) and (
            self.last_day is None or on <= self.last_day
        )


class Law(Dated):
    name: Text
    name_en: Text


class Source(Page):
    """One article of one law. ``text`` is a paraphrase; the official text decides."""

    id: Text
    number: int = Field(ge=1)
    law: Text
    article: Text | None = None
    text: Text
    text_en: Text
    confidence: Confidence

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)


class Point(Page):
    """One sentence that stands for itself, with what it rests on."""

    text: Text
    text_en: Text
    sources: tuple[str, ...] = Field(min_length=1)

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)


class Guardrail(Dated):
    """What the program refuses, asks or says, and what that rests on."""

    id: Annotated[str, StringConstraints(pattern=r"^G\d\d$")]
    title: Text
    title_en: Text
    text: Text
    text_en: Text
    refusal: Text | None = None
    refusal_en: Text | None = None
    kind: Kind
    status: Status
    sources: tuple[str, ...]
    thresholds: dict[str, int] = {}
    lists: dict[str, tuple[str, ...]] = {}
    points: tuple[Point, ...] = ()

    @property
    def heading(self) -> str:
        return in_language(self.title, self.title_en)

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)

    @property
    def refusal_words(self) -> str:
        """The sentence of the refusal, else the rule itself."""
        return in_language(self.refusal or self.text, self.refusal_en or self.text_en)


class Period(Dated):
    """The days whose acts one set of texts judges.

    ``replaced`` are articles of the set before, each with what took its place.
    """

    key: Text
    title: Text
    title_en: Text
    replaced: tuple[tuple[str, str], ...] = ()

    @property
    def heading(self) -> str:
        return in_language(self.title, self.title_en)


class Retention(Page):
    """For how long a class of evidence is kept unless a site says otherwise, in days."""

    key: Text
    days: int = Field(ge=1)
    least: int = Field(ge=1)
    most: int = Field(ge=1)
    advised: int = 0  # shorter is allowed, and the page says what speaks against it
    counted: Text
    counted_en: Text
    text: Text
    text_en: Text
    confidence: Confidence
    sources: tuple[str, ...] = Field(min_length=1)

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)

    @property
    def counted_words(self) -> str:
        return in_language(self.counted, self.counted_en)


class Lawful(StrEnum):
    """Whether a management office may take a measure at all."""

    YES = "yes"
    CONTRACT = "contract"  # only where an agreement that binds the person says so
    ADVICE = "advice"  # said where it belongs, and no measure of a plan
    NO = "no"


class Need(StrEnum):
    """What a measure must have before somebody decides about it."""

    CLAUSE = "clause"  # which, of which version, and why it binds the person
    AMOUNT = "amount"  # the sum, and how it was reached
    SERVICE = "service"  # one of those that may be suspended
    END = "end"  # a last day
    APPEAL = "appeal"  # how the person may object
    CONSENT = "consent"  # the person agrees in writing
    LEGAL = "legal"  # legal counsel approves


class Measure(Dated):
    """What the office may do about whoever struck somebody, or may not.

    ``weight`` is how deep it cuts, from 0 to 5. ``optional`` are the services that it may
    touch; where it is not lawful a ``guardrail`` refuses it, else its first source does.
    ``lists`` are the words by which it is known in what somebody writes.
    """

    key: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,24}$")]
    title: Text
    title_en: Text
    lawful: Lawful
    weight: int = Field(ge=0, le=5)
    needs: tuple[Need, ...]
    optional: tuple[Text, ...] = ()
    most_months: int | None = Field(None, ge=1, le=6)
    notice: Text | None = None
    guardrail: Text | None = None
    lists: dict[str, tuple[str, ...]] = {}
    text: Text
    text_en: Text
    confidence: Confidence
    sources: tuple[str, ...] = Field(min_length=1)

    @property
    def heading(self) -> str:
        return in_language(self.title, self.title_en)

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)

    @property
    def is_for_plans(self) -> bool:
        return self.lawful in {Lawful.YES, Lawful.CONTRACT}

    @property
    def refused_by(self) -> str:
        """What its refusal names, where no plan may have it."""
        return self.guardrail or self.sources[0]


class Consequence(Dated):
    """One sentence on what may follow from an act of those days, as letters tell it.

    ``text`` is printed as it stands: letters are Chinese documents. What was not read in
    the law itself is advice, and says so.
    """

    key: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,16}$")]
    text: Text
    text_en: Text
    confidence: Confidence
    sources: tuple[str, ...] = ()


class Hotline(Page):
    number: Annotated[str, StringConstraints(pattern=r"^\d{3,5}$")]
    title: Text
    title_en: Text
    emergency: bool = False
    confidence: Confidence

    @property
    def heading(self) -> str:
        return in_language(self.title, self.title_en)


class Book(Page):
    """All of it. Names that lead nowhere are found by ``anlan.law.checks``."""

    laws: dict[str, Law]
    sources: tuple[Source, ...]
    periods: tuple[Period, ...]
    guardrails: tuple[Guardrail, ...]
    hotlines: tuple[Hotline, ...]
    retention: tuple[Retention, ...]
    measures: tuple[Measure, ...]
    consequences: tuple[Consequence, ...]
    letters: dict[str, str]


@cache
def book() -> Book:
    """What lies in ``data/``.

    Raises:
        pydantic.ValidationError: a file has a wrong, missing or unknown field.
    """
    return read_book(DATA)


def read_book(folder: Path) -> Book:
    written = _read(folder / "sources.yaml")
    return Book.model_validate(
        {
            "laws": written["laws"],
            "sources": written["sources"],
            "periods": _read(folder / "rule_sets.yaml"),
            "guardrails": _read(folder / "guardrails.yaml"),
            "hotlines": _read(folder / "hotlines.yaml"),
            "retention": _read(folder / "retention.yaml"),
            "measures": _read(folder / "measures.yaml"),
            "consequences": _read(folder / "consequences.yaml"),
            "letters": _read(folder / "letters.yaml"),
        }
    )


def in_language(chinese: str, english: str) -> str:
    """The one of two texts that the reader's language asks for."""
    return english if (get_language() or "").startswith("en") else chinese


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))

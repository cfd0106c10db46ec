"""What a report reads from the record, frozen with its version: tables, not sentences."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from anlan.resolution.review.enums import Verdict

TITLED = " · "  # between the kind of an exhibit and its title


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Row):
    """One promise and what became of it; times are local, to the second.

    ``is_common`` says that it is a standard of the house, and nobody's own task; of what
    was frozen before that was said, nothing is known.
    """

    title: str
    limit: str
    due: str
    happened: str
    verdict: Verdict
    late: str
    is_common: bool = False


class Hurt(_Row):
    """Of one party: what was seen, and what an appraisal says (G14)."""

    who: str
    seen: int
    appraised: str
    exhibit: str


class Decision(_Row):
    """``key`` is the same for the same decision, in whatever version and place it stands."""

    key: str = ""
    plan: str
    measure: str
    who: str
    period: str
    state: str


class Listed(_Row):
    """One exhibit; what is protected is listed by its kind alone."""

    code: str
    title: str
    received: str
    sha256: str


class Looked(_Row):
    """The newest look at one aspect of the scene; ``exhibit`` is the code of its photo."""

    aspect: str
    rating: str
    note: str
    exhibit: str


class Pinned(_Row):
    """In thousandths of the sketch's sides."""

    number: int
    x: int
    y: int
    words: str


class Drawn(_Row):
    """A sketch; ``photo`` is the code of the exhibit on which it was drawn."""

    title: str
    photo: str
    pins: tuple[Pinned, ...]


class Improved(_Row):
    code: str
    what: str
    owner: str
    due: str
    state: str


class Head(_Row):
    """Where the chain of the site stood, and the newest root that was signed."""

    site: str
    seq: int
    digest: str
    size: int = 0
    root: str = ""
    signed: str = ""


class Extract(_Row):
    """``facts`` are pairs of a name and what it is.

    What was frozen before the scene was read has none. ``is_numbered`` says that what is
    cited of a joined case is called with the number of that; before, it was not.
    """

    composed: str
    facts: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    hurts: tuple[Hurt, ...]
    decisions: tuple[Decision, ...]
    improvements: tuple[Improved, ...]
    exhibits: tuple[Listed, ...]
    looks: tuple[Looked, ...] = ()
    sketches: tuple[Drawn, ...] = ()
    head: Head
    is_numbered: bool = False


def extract_text(extract: Extract) -> str:
    return extract.model_dump_json()


def read_extract(text: str) -> Extract | None:
    """None where it was erased with the case."""
    return Extract.model_validate_json(text) if text else None

"""What is read of an account: acts, injuries, things in hands; each with its sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from anlan.investigation.comparing.lexicon import data
from anlan.investigation.comparing.text import Sentence

# Kinds of acts that touch somebody. Whether somebody was burnt is a matter of the injury.
PHYSICAL = frozenset(data("acts")["kinds"]) - {"block", "burn"}
# Means that are no things; none named is one of them.
BARE = frozenset({"", *data("objects")["own"], *data("objects")["parts"].values()})
SEIZED = frozenset("夺抢")  # verbs of taking a thing from somebody
# Who denies to have struck with these denies the blow.
HAND = frozenset({"hand", "palm", "fist"})


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody did something to somebody, or says that it was not done."""

    agent: str
    patient: str
    kind: str
    verb: str
    sentence: Sentence
    start: int
    is_denied: bool = False
    is_other: bool = False  # denied by 不是: it was something else
    is_first: bool = False
    is_inferred: bool = False  # first only because the answer to it is told
    is_reply: bool = False
    part: str = ""
    side: str = ""
    means: str = ""
    thing: str = ""
    times: int | None = None

    @property
    def is_said_first(self) -> bool:
        return self.is_first and not self.is_inferred

    @property
    def is_on_thing(self) -> bool:
        """Whether a thing was struck that nobody wears: a door, a table, a car."""
        return (
            bool(self.thing)
            and not self.part
            and self.thing != self.means
            and self.thing not in data("objects")["on_body"]
        )


@dataclass(frozen=True, kw_only=True)
class Injury:
    """``kind`` is what is to be seen; an unhurt person has a denied one of kind any."""

    person: str
    kind: str
    sentence: Sentence
    is_denied: bool = False
    part: str = ""
    side: str = ""
    is_own_fault: bool = False
    clause: str = ""
    thing: str = ""  # what struck, where nobody is said to have held it


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A thing in somebody's hand. Denied without a thing: the hands were empty."""

    person: str
    thing: str
    sentence: Sentence
    is_denied: bool = False
    is_used: bool = False
    is_idle: bool = False
    is_only: bool = False  # nothing else


@dataclass(frozen=True, kw_only=True)
class Stance:
    """That somebody stayed in or got out of a car, went in or stayed outside."""

    person: str
    kind: str
    sentence: Sentence


@dataclass
class Reading:
    """All that was read of one account, in order."""

    acts: list[Act] = field(default_factory=list)
    injuries: list[Injury] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    words: list[Act] = field(default_factory=list)
    absent: list[tuple[str, Sentence]] = field(default_factory=list)
    present: list[tuple[str, Sentence]] = field(default_factory=list)
    stances: list[Stance] = field(default_factory=list)

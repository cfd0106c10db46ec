"""What a comparison finds: two sentences that cannot both be true, or that say the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from anlan.investigation.comparing.accounts import Account, Quote
from anlan.investigation.comparing.text import Sentence


class Kind(StrEnum):
    CONTRADICTION = "contradiction"
    AGREEMENT = "agreement"


class Topic(StrEnum):
    TIME = "time"
    PLACE = "place"
    FIRST_BLOW = "first_blow"
    INJURY = "injury"
    WEAPON = "weapon"
    WORDS = "words"
    COUNT = "count"
    STOP = "stop"


# What weighs most in deciding who did what comes first in a list.
WEIGHTS = {
    Topic.FIRST_BLOW: 10,
    Topic.WEAPON: 9,
    Topic.INJURY: 8,
    Topic.COUNT: 6,
    Topic.STOP: 6,
    Topic.PLACE: 5,
    Topic.TIME: 4,
    Topic.WORDS: 3,
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """``why`` is the rule that found it, by name: a page has a sentence for each."""

    kind: Kind
    topic: Topic
    a: Quote
    b: Quote
    why: str

    @property
    def weight(self) -> int:
        return WEIGHTS[self.topic]


def quote(account: Account, sentence: Sentence) -> Quote:
    return Quote(
        account=account.key,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
    )

"""Somebody without an account: known by a secret of their own, never by a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from django.http import HttpRequest

from anlan.base.limits import count_up, network_of
from anlan.cases.models import AccessLink

WINDOW = 600  # seconds
MOST_FROM_CODE = 30  # reports from one poster in a window; a crowd may scan it
MOST_FROM_NETWORK = 12  # reports from one network in a window
MOST_WORDS = 20  # additions to one report in a window
VERSIONS = 20  # of one form, each of which sent twice is one report


@dataclass(frozen=True)
class Visitor:
    """The reporter of one public report; ``uid`` is the request id of their phone."""

    uid: UUID

    @property
    def actor_key(self) -> str:
        return f"public:{self.uid}"

    def request_ids(self) -> Iterator[UUID]:
        """One for each version of what this form says; the last was never used before.

        They follow from the first and not from the words, which could be guessed by them.
        """
        yield self.uid
        for number in range(1, VERSIONS):
            yield uuid5(self.uid, str(number))
        yield uuid4()


def may_report(request: HttpRequest, *, code: str) -> bool:
    """Whether this poster and this network are still below their limits.

    Counted per window, for all processes together; the address itself is not kept,
    only a keyed digest of its network.
    """
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    counts = (
        count_up(f"portal:code:{code}", seconds=WINDOW) <= MOST_FROM_CODE,
        count_up(f"portal:net:{network}", seconds=WINDOW) <= MOST_FROM_NETWORK,
    )
    return all(counts)


def may_add(link: AccessLink) -> bool:
    """Whether whoever follows a report may write one more line to it now."""
    return count_up(f"portal:words:{link.uid}", seconds=WINDOW) <= MOST_WORDS

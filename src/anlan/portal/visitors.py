"""Somebody without an account: known by a secret of their own, never by a name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.db.models import Q
from django.http import HttpRequest

from anlan.accounts.models import Place
from anlan.base.errors import NotFound
from anlan.base.limits import count_up, network_of
from anlan.cases.enums import CaseState
from anlan.cases.models import AccessLink
from anlan.cases.selectors import link_for
from anlan.incidents.models import Report
from anlan.incidents.policies import SAME_FIGHT_WITHIN

WINDOW = 600  # seconds
MOST_FROM_CODE = 30  # reports from one poster in a window; a crowd may scan it
MOST_FROM_NETWORK = 12  # reports from one network in a window
MOST_WORDS = 20  # additions to one report in a window
MOST_RECORDS = 30  # looks at one report's own record in a window
MOST_AGAIN = 20  # answers to one form that was received already, in a window
VERSIONS = 20  # of one form, each of which sent twice is one report


@dataclass(frozen=True)
class Visitor:
    """The reporter of one public report; ``uid`` is the request id of their phone."""

    uid: UUID

    @property
    def actor_key(self) -> str:
        return f"public:{self.uid}"

    def has_said(self, *, place: Place, flags: Collection[str], words: str) -> bool:
        """Whether just this was reported before: the phone only asks for its answer."""
        earlier = Report.objects.filter(place=place, reporter_key=self.actor_key)
        return any(
            one.words == words.strip() and set(one.flags) == set(flags)
            for one in earlier
        )

    def request_ids(self) -> Iterator[UUID]:
        """One for each version of what this form says; the last was never used before.

        They follow from the first and not from the words, which could be guessed by them.
        """
        yield self.uid
        for number in range(1, VERSIONS):
            yield uuid5(self.uid, str(number))
        yield uuid4()


def may_report(request: HttpRequest, *, place: Place, at: datetime) -> bool:
    """Whether this poster and this network are still below their limits.

    Counted per window, for all processes together; the address itself is not kept,
    only a keyed digest of its network. Carriers and shops let thousands share one, so
    that it stops nobody who is the first to report from a place.
    """
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    from_code = count_up(f"portal:code:{place.code}", seconds=WINDOW)
    from_network = count_up(f"portal:net:{network}", seconds=WINDOW)
    if from_code > MOST_FROM_CODE:
        return False
    return from_network <= MOST_FROM_NETWORK or not _is_known(place, at=at)


def may_ask_again(visitor: Visitor) -> bool:
    """Whether this phone may have one more answer to what it has reported.

    Each makes a link of its own, since no secret is kept; a phone that lost its answer
    asks a few times and has one of them.
    """
    return count_up(f"portal:again:{visitor.uid}", seconds=WINDOW) <= MOST_AGAIN


def _is_known(place: Place, *, at: datetime) -> bool:
    """Whether somebody reported lately from the place, and it is being handled still."""
    is_handled = Q(incident__case__state=CaseState.OPEN) | Q(
        incident__case__joined_into__state=CaseState.OPEN
    )
    lately = Report.objects.filter(
        place=place,
        received_at__gte=at - SAME_FIGHT_WITHIN,
        incident__case__exercise=False,
    )
    return lately.filter(is_handled).exists()


def has_live_link(secret: str, *, at: datetime) -> bool:
    """Whether something is followed by this secret, before anything is taken for it."""
    try:
        link_for(secret, at=at)
    except NotFound:
        return False
    return True


def may_read_record(link: AccessLink) -> bool:
    """Whether this secret is still below its limit of records, each a dozen queries."""
    return count_up(f"portal:record:{link.uid}", seconds=WINDOW) <= MOST_RECORDS


def may_add(link: AccessLink) -> bool:
    """Whether whoever follows a report may write one more line to it now."""
    return count_up(f"portal:words:{link.uid}", seconds=WINDOW) <= MOST_WORDS

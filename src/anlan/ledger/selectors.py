"""How far back somebody who owns this machine could still rewrite, for pages and API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.ledger.models import Chain, Departure, Tree

SAFE_FOR = timedelta(days=1)  # a witness is visited daily


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """The window of one chain: what is newer than the newest checkpoint that left.

    Whoever owns the machine can rewrite everything in the window and no one could tell;
    before it, the copies outside would show it.
    """

    organisation_id: int
    site_id: int
    unseen: int  # entries in the window
    kept_size: int  # entries that the newest checkpoint outside covers
    kept_at: datetime | None  # when that was signed; nothing if none ever left
    at: datetime

    @property
    def is_never(self) -> bool:
        return self.unseen > 0 and self.kept_at is None

    @property
    def age(self) -> timedelta | None:
        """The length of the window; no length if it has no beginning."""
        if not self.unseen:
            return timedelta()
        return self.at - self.kept_at if self.kept_at else None

    @property
    def is_safe(self) -> bool:
        return self.age is not None and self.age <= SAFE_FOR

    @property
    def rank(self) -> tuple[bool, timedelta]:
        """The worst is the greatest."""
        return self.is_never, self.age or timedelta()


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A chain whose checkpoint the signer did not sign, and why."""

    organisation_id: int
    site_id: int
    refusal: str
    since: datetime  # when it was last tried


def exposure(organisation_id: int, site_id: int, *, at: datetime) -> Exposure:
    """The window of one chain at a moment."""
    place = {"organisation_id": organisation_id, "site_id": site_id}
    head = Chain.objects.filter(**place).values_list("seq", flat=True).first() or 0
    kept = (
        Departure.objects.filter(
            checkpoint__organisation_id=organisation_id, checkpoint__site_id=site_id
        )
        .order_by("-checkpoint__size", "pk")
        .values_list("checkpoint__size", "checkpoint__signed_at")
        .first()
    )
    kept_size, kept_at = kept or (0, None)
    return Exposure(
        **place,
        unseen=max(0, head - kept_size),
        kept_size=kept_size,
        kept_at=kept_at,
        at=at,
    )


def worst_exposure(
    places: Iterable[tuple[int, int]], *, at: datetime
) -> Exposure | None:
    """The longest window among chains; nothing if there are none."""
    found = [exposure(*place, at=at) for place in places]
    return max(found, key=lambda one: one.rank, default=None)


def waiting_for_signer(places: Sequence[tuple[int, int]]) -> list[Waiting]:
    """Those of the chains whose last checkpoint was not signed."""
    wanted = set(places)
    rows = Tree.objects.exclude(refusal="").exclude(refused_at=None)
    return [
        Waiting(
            organisation_id=row.organisation_id,
            site_id=row.site_id,
            refusal=row.refusal,
            since=row.refused_at,
        )
        for row in rows.order_by("organisation_id", "site_id")
        if (row.organisation_id, row.site_id) in wanted and row.refused_at
    ]

"""How far back somebody who owns this machine could still rewrite, for pages and API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from anlan.ledger.models import Chain, Checkpoint, Tree

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
    def is_nothing(self) -> bool:
        """Whether all there is was in a checkpoint that left."""
        return self.unseen == 0

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
    [found] = exposures([(organisation_id, site_id)], at=at)
    return found


def exposures(places: Sequence[tuple[int, int]], *, at: datetime) -> list[Exposure]:
    """The windows of chains, in two questions however many they are."""
    organisations = {organisation_id for organisation_id, _site_id in places}
    heads = {
        (organisation_id, site_id): seq
        for organisation_id, site_id, seq in Chain.objects.filter(
            organisation_id__in=organisations
        ).values_list("organisation_id", "site_id", "seq")
    }
    kept = {
        (row["organisation_id"], row["site_id"]): (row["size"], row["signed"])
        for row in Checkpoint.objects.filter(
            organisation_id__in=organisations, departures__isnull=False
        )
        .values("organisation_id", "site_id")
        .annotate(size=Max("size"), signed=Max("signed_at"))
        .order_by()
    }
    return [
        _exposure(place, heads.get(place, 0), *kept.get(place, (0, None)), at=at)
        for place in places
    ]


def worst_exposure(
    places: Sequence[tuple[int, int]], *, at: datetime
) -> Exposure | None:
    """The longest window among chains; nothing if there are none."""
    return max(exposures(places, at=at), key=lambda one: one.rank, default=None)


def _exposure(
    place: tuple[int, int],
    head: int,
    kept_size: int,
    kept_at: datetime | None,
    *,
    at: datetime,
) -> Exposure:
    return Exposure(
        organisation_id=place[0],
        site_id=place[1],
        unseen=max(0, head - kept_size),
        kept_size=kept_size,
        kept_at=kept_at,
        at=at,
    )


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

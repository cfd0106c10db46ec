"""The wall of pictures in a monitor room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import QuerySet

from anlan.accounts.models import Post, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.cases.enums import CaseState
from anlan.desk.selectors.rows import room_url
from anlan.incidents.models import Incident, MonitorTile

MOST_TILES = 120


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture, and the case that runs at its place."""

    tile: MonitorTile
    number: str = ""
    url: str = ""
    # Each form has one of its own, so that a double tap is one alarm.
    request_id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, kw_only=True)
class Wall:
    post: Post
    pictures: list[Picture]
    is_mine: bool  # I am on duty at this post now
    may_arrange: bool


def watches(user: User, *, at: datetime) -> bool:
    """Whether the user is on duty now at a post that watches pictures."""
    return MonitorTile.objects.filter(
        removed_at=None,
        post__shifts__user=user,
        post__shifts__starts_at__lte=at,
        post__shifts__ends_at__gt=at,
    ).exists()


def walls_for(user: User, *, at: datetime) -> list[Wall]:
    """The walls at the reader's sites, the one they watch now first."""
    tiles = list(
        MonitorTile.objects.filter(
            removed_at=None,
            post__site__in=sites_where(user, Permission.INCIDENT_SEE),
        )
        .select_related("post__site", "place")
        .order_by("post__site__code", "post__name", "post_id", "position", "pk")[
            :MOST_TILES
        ]
    )
    running = _running_at(tiles)
    mine = set(
        user.shifts.filter(starts_at__lte=at, ends_at__gt=at).values_list(
            "post_id", flat=True
        )
    )
    arranged = set(
        sites_where(user, Permission.SITE_MANAGE).values_list("pk", flat=True)
    )
    walls: dict[int, Wall] = {}
    for tile in tiles:
        wall = walls.setdefault(
            tile.post_id,
            Wall(
                post=tile.post,
                pictures=[],
                is_mine=tile.post_id in mine,
                may_arrange=tile.post.site_id in arranged,
            ),
        )
        number = running.get(tile.place_id, "")
        url = room_url(number) if number else ""
        wall.pictures.append(Picture(tile=tile, number=number, url=url))
    return sorted(walls.values(), key=lambda wall: not wall.is_mine)


def posts_to_arrange(user: User) -> QuerySet[Post]:
    """The posts whose wall the reader may change."""
    return (
        Post.objects.filter(
            site__in=sites_where(user, Permission.SITE_MANAGE), is_active=True
        )
        .select_related("site")
        .order_by("site__code", "name", "pk")
    )


def _running_at(tiles: list[MonitorTile]) -> dict[int, str]:
    """The number of the newest open case at each of the places."""
    places = {tile.place_id for tile in tiles}
    return dict(
        Incident.objects.filter(case__state=CaseState.OPEN, place__in=places)
        .order_by("case__opened_at", "pk")
        .values_list("place_id", "case__number")
    )

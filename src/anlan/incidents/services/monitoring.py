"""The wall of pictures that a monitor room watches, chosen by its site."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Post
from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import Conflict, InvalidInput
from anlan.incidents.events import MonitorTileAdded, MonitorTileRemoved
from anlan.incidents.models import MonitorTile
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

LABEL_LIMIT = 40  # characters


def add_monitor_tile(
    *, post: Post, place: Place, label: str, by: Actor, at: datetime
) -> MonitorTile:
    """Put a picture at the end of the wall that this post watches.

    Raises:
        InvalidInput: the place is another site's or closed, or the label does not fit.
        Conflict: the wall has a picture of this name.
    """
    check_permission(by, Permission.SITE_MANAGE, site=post.site)
    label = label.strip()
    if not label or len(label) > LABEL_LIMIT:
        raise InvalidInput(
            _("画面名称要写 1 到 %(limit)s 个字") % {"limit": LABEL_LIMIT}, path="label"
        )
    if place.site_id != post.site_id or not place.is_active:
        raise InvalidInput(_("这个地点不属于本项目，或者已经停用"), path="place")
    with ledger.recording():
        wall = MonitorTile.objects.filter(post=post, removed_at=None)
        if wall.filter(label=label).exists():
            raise Conflict(_("已经有同名的画面：%(label)s") % {"label": label})
        last = wall.aggregate(last=Max("position"))["last"] or 0
        tile = MonitorTile.objects.create(
            post=post, place=place, label=label, position=last + 1, added_at=at
        )
        ledger.append(
            MonitorTileAdded(post=post.name, label=label, place=place.label),
            site=post.site,
            subject=post.site.subject,
            object=f"tile:{tile.uid}",
            by=by,
            at=at,
        )
    return tile


def remove_monitor_tile(*, tile: MonitorTile, by: Actor, at: datetime) -> None:
    """Take a picture off the wall; twice does nothing."""
    check_permission(by, Permission.SITE_MANAGE, site=tile.post.site)
    with ledger.recording():
        removed = MonitorTile.objects.filter(pk=tile.pk, removed_at=None).update(
            removed_at=at
        )
        if not removed:
            return
        ledger.append(
            MonitorTileRemoved(post=tile.post.name, label=tile.label),
            site=tile.post.site,
            subject=tile.post.site.subject,
            object=f"tile:{tile.uid}",
            by=by,
            at=at,
        )

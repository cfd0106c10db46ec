"""The place tree of a site, and the posters that hang in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import (
    PlaceAdded,
    PlaceClosed,
    PlaceMoved,
    PlaceRenamed,
    PlaceReopened,
    PlacesImported,
    PostClosed,
    PostReopened,
)
from anlan.accounts.models import Place, Post, Site
from anlan.accounts.roles import Permission
from anlan.accounts.services.record import record_at_site
from anlan.accounts.services.row_locks import lock_site
from anlan.base.errors import Conflict, InvalidInput
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, uid_of
from anlan.ledger.models import Entry

LABEL_LENGTH = 240


def add_place(
    *,
    site: Site,
    kind: Place.Kind,
    name: str,
    by: Actor,
    at: datetime,
    parent: Place | None = None,
) -> Place:
    """Add a spot to the site's tree; its poster code is made here.

    Raises:
        InvalidInput: the parent stands at another site or is closed, or the name is
            taken there.
    """
    permissions.check_permission(by, Permission.SITE_MANAGE, site=site)
    with ledger.recording():
        site = lock_site(site)
        return _add(site, kind, name, _fresh(parent), by=by, at=at)


def rename_place(*, place: Place, name: str, by: Actor, at: datetime) -> None:
    """Give a place another name; its code stays, so that hanging posters keep working."""
    permissions.check_permission(by, Permission.SITE_MANAGE, site=place.site)
    with ledger.recording():
        _lock_tree(place)
        before = place.label
        place.name = name.strip()
        _set_label(place)
        place.save(update_fields=["name", "label"])
        _relabel_below(place)
        _record(PlaceRenamed(before=before, label=place.label), place, by, at)


def move_place(*, place: Place, parent: Place | None, by: Actor, at: datetime) -> None:
    """Hang a place, with all below it, under another one of the same site.

    Raises:
        InvalidInput: the new parent is the place itself or stands below it.
    """
    permissions.check_permission(by, Permission.SITE_MANAGE, site=place.site)
    with ledger.recording():
        _lock_tree(place)
        parent = _fresh(parent)
        _check_parent(place.site, parent)
        if place.pk in _chain(parent):
            raise InvalidInput(_("不能移到自己或自己的下级里面"), path="parent")
        before = place.label
        place.parent = parent
        place.path = f"{parent.path if parent else '/'}{place.pk}/"
        _set_label(place)
        place.save(update_fields=["parent", "path", "label"])
        _relabel_below(place)
        _record(PlaceMoved(before=before, label=place.label), place, by, at)


def close_place(*, place: Place, by: Actor, at: datetime) -> None:
    """Take a place and all below it out of use; their posters stop working.

    Raises:
        Conflict: a post stands there, or a device or a picture of a monitor wall (by
            reactions).
    """
    permissions.check_permission(by, Permission.SITE_MANAGE, site=place.site)
    with ledger.recording():
        _lock_tree(place)
        if not place.is_active:
            return
        below = Place.objects.filter(site=place.site_id, path__startswith=place.path)
        post = Post.objects.filter(place__in=below, is_active=True).first()
        if post is not None:
            raise Conflict(_("岗位“%s”设在这里，请先移走或停用它") % post.name)
        place.is_active = False
        below.update(is_active=False)
        _record(PlaceClosed(label=place.label), place, by, at)


def reopen_place(*, place: Place, by: Actor, at: datetime) -> None:
    """Take a place into use again, with what went out of use with it; twice is once.

    What was closed below it by itself before stays closed.

    Raises:
        Conflict: the site, or the place that it hangs under, is closed.
    """
    permissions.check_permission(by, Permission.SITE_MANAGE, site=place.site)
    with ledger.recording():
        site = _lock_tree(place)
        if place.is_active:
            return
        if site.closed_at is not None:
            raise Conflict(_("这个项目已经关闭，请先重新开放项目"))
        if place.parent is not None and not place.parent.is_active:
            raise Conflict(_("上级“%s”已停用，请先重新启用它") % place.parent.label)
        place.is_active = True
        below = Place.objects.filter(site=site, path__startswith=place.path)
        closed = below.filter(uid__in=closed_by_themselves(site))
        outside_of(closed.exclude(pk=place.pk), below).update(is_active=True)
        _record(PlaceReopened(label=place.label), place, by, at)


def closed_by_themselves(site: Site) -> set[UUID]:
    """The places and posts that were closed each by its own button, by the record.

    What a place above, or the site, took out of use with itself is not among them.
    """
    kinds = (PlaceClosed, PlaceReopened, PostClosed, PostReopened)
    entries = Entry.objects.filter(
        organisation_id=site.organisation_id,
        site_id=site.pk,
        kind__in=[kind.kind for kind in kinds],
    )
    last = dict(entries.order_by("seq").values_list("object", "kind"))
    return {
        uid_of(thing)
        for thing, kind in last.items()
        if kind in {PlaceClosed.kind, PostClosed.kind}
    }


def outside_of(closed: QuerySet[Place], places: QuerySet[Place]) -> QuerySet[Place]:
    """The places that hang under none of the closed ones."""
    inside = Q(pk__in=[])
    for path in closed.values_list("path", flat=True):
        inside |= Q(path__startswith=path)
    return places.exclude(inside)


@dataclass(frozen=True, kw_only=True)
class PlacesMade:
    added: int
    kept: int


def import_places(
    *,
    site: Site,
    rows: Sequence[Sequence[tuple[Place.Kind, str]]],
    by: Actor,
    at: datetime,
) -> PlacesMade:
    """Add what is missing of a table of places, all of it or nothing.

    Each row is a way from the top: ``[(building, "3 号楼"), (floor, "1 层"), …]``. What
    is there already stays as it is, so that the same table twice changes nothing.
    """
    permissions.check_permission(by, Permission.SITE_MANAGE, site=site)
    with ledger.recording():
        site = lock_site(site)
        known = {p.label: p for p in Place.objects.filter(site=site).select_related()}
        added, kept = 0, 0
        for row in rows:
            parent: Place | None = None
            for depth, (kind, name) in enumerate(row, start=1):
                label = f"{parent.label} {name}" if parent else name
                there = known.get(label)
                if there is None:
                    there = _add(site, kind, name, parent, by=by, at=at)
                    known[label] = there
                    added += 1
                elif depth == len(row):
                    kept += 1
                parent = there
        record_at_site(PlacesImported(added=added, kept=kept), site, by=by, at=at)
    return PlacesMade(added=added, kept=kept)


def _add(
    site: Site,
    kind: Place.Kind,
    name: str,
    parent: Place | None,
    *,
    by: Actor,
    at: datetime,
) -> Place:
    """Under the lock of the site."""
    if site.closed_at is not None:
        raise Conflict(_("这个项目已经关闭"))
    _check_parent(site, parent)
    place = Place(site=site, kind=kind, name=name.strip(), parent=parent)
    _set_label(place)
    place.save()
    place.path = f"{parent.path if parent else '/'}{place.pk}/"
    place.save(update_fields=["path"])
    _record(PlaceAdded(place_kind=place.kind, label=place.label), place, by, at)
    return place


def _lock_tree(place: Place) -> Site:
    """Nobody else changes the tree meanwhile, and the place is as the last one left it."""
    site = lock_site(place.site)
    place.refresh_from_db(from_queryset=Place.objects.select_related("parent"))
    place.site = site
    return site


def _fresh(parent: Place | None) -> Place | None:
    return Place.objects.get(pk=parent.pk) if parent else None


def _chain(place: Place | None) -> set[int]:
    """The keys of a place and of all that it hangs under, whatever its path says."""
    keys: set[int] = set()
    while place is not None and place.pk not in keys:
        keys.add(place.pk)
        place = place.parent
    return keys


def _check_parent(site: Site, parent: Place | None) -> None:
    if parent is None:
        return
    if parent.site_id != site.pk:
        raise InvalidInput(_("上级点位属于别的项目"), path="parent")
    if not parent.is_active:
        raise InvalidInput(_("上级点位已经停用"), path="parent")


def _set_label(place: Place) -> None:
    if not place.name or len(place.name) > 60:
        raise InvalidInput(_("名称应为一到六十个字"), path="name")
    place.label = f"{place.parent.label} {place.name}" if place.parent else place.name
    if len(place.label) > LABEL_LENGTH:
        raise InvalidInput(_("从楼栋到这里的名称合起来太长"), path="name")
    twins = Place.objects.filter(site=place.site_id, label=place.label)
    if twins.exclude(pk=place.pk).exists():
        raise InvalidInput(_("这里已经有同名的点位"), path="name")


def _relabel_below(place: Place) -> None:
    """Write the labels and paths of everything below anew, layer by layer."""
    for child in Place.objects.filter(parent=place):
        child.label = f"{place.label} {child.name}"
        if len(child.label) > LABEL_LENGTH:
            raise InvalidInput(_("从楼栋到这里的名称合起来太长"), path="name")
        child.path = f"{place.path}{child.pk}/"
        child.save(update_fields=["label", "path"])
        _relabel_below(child)


def _record(
    event: PlaceAdded | PlaceRenamed | PlaceMoved | PlaceClosed | PlaceReopened,
    place: Place,
    by: Actor,
    at: datetime,
) -> None:
    record_at_site(event, place.site, by=by, at=at, thing=f"place:{place.uid}")

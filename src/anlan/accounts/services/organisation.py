"""The company's tree: regions and sites."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import (
    OrganisationFounded,
    RegionAdded,
    RegionClosed,
    RegionRenamed,
    RegionReopened,
    SiteAdded,
    SiteChanged,
    SiteClosed,
    SiteReopened,
)
from anlan.accounts.models import Organisation, Place, Region, Shift, Site
from anlan.accounts.roles import Permission
from anlan.accounts.services.places import closed_by_themselves, outside_of
from anlan.accounts.services.record import record_at_head, record_at_site
from anlan.accounts.services.row_locks import lock_organisation
from anlan.base.errors import Conflict, InvalidInput
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor


def found_organisation(
    *, code: str, name: str, by: Actor, at: datetime, uid: UUID | None = None
) -> Organisation:
    """Begin a company and its own chain (site 0)."""
    with ledger.recording():
        organisation = Organisation.objects.create(
            code=code, name=name, **({"uid": uid} if uid else {})
        )
        record_at_head(OrganisationFounded(code=code), organisation, by=by, at=at)
    return organisation


def add_region(
    *,
    organisation: Organisation,
    name: str,
    by: Actor,
    at: datetime,
    parent: Region | None = None,
) -> Region:
    """Add a region, at the top or inside another one.

    Raises:
        InvalidInput: the name is taken there, or the parent is another company's.
    """
    permissions.check_can_change_tree(by, organisation)
    if parent is not None and parent.organisation_id != organisation.pk:
        raise InvalidInput(_("上级区域属于别的组织"), path="parent")
    region = Region(organisation=organisation, name=name.strip(), parent=parent)
    with ledger.recording():
        lock_organisation(organisation)
        _check_region_name(region)
        region.save()
        record_at_head(RegionAdded(name=region.name), organisation, by=by, at=at)
    return region


def rename_region(*, region: Region, name: str, by: Actor, at: datetime) -> None:
    permissions.check_can_change_tree(by, region.organisation)
    region.name = name.strip()
    with ledger.recording():
        lock_organisation(region.organisation)
        _check_region_name(region)
        region.save(update_fields=["name"])
        record_at_head(
            RegionRenamed(name=region.name), region.organisation, by=by, at=at
        )


def close_region(*, region: Region, by: Actor, at: datetime) -> None:
    """Close an empty region; twice does nothing.

    Raises:
        Conflict: sites or regions in it are still open.
    """
    permissions.check_can_change_tree(by, region.organisation)
    if region.closed_at is not None:
        return
    inside = (
        Site.objects.filter(region=region, closed_at=None).exists()
        or Region.objects.filter(parent=region, closed_at=None).exists()
    )
    if inside:
        raise Conflict(_("区域里还有项目或下级区域，请先移走或关闭它们"))
    region.closed_at = at
    with ledger.recording():
        region.save(update_fields=["closed_at"])
        record_at_head(
            RegionClosed(name=region.name), region.organisation, by=by, at=at
        )


def reopen_region(*, region: Region, by: Actor, at: datetime) -> None:
    """Let sites stand in a closed region again; twice does nothing.

    Raises:
        Conflict: the region that it stands in is closed.
    """
    permissions.check_can_change_tree(by, region.organisation)
    if region.closed_at is None:
        return
    if region.parent is not None and region.parent.closed_at is not None:
        raise Conflict(_("它所在的区域“%s”已关闭，请先重新开放") % region.parent.name)
    region.closed_at = None
    with ledger.recording():
        region.save(update_fields=["closed_at"])
        record_at_head(
            RegionReopened(name=region.name), region.organisation, by=by, at=at
        )


def add_site(
    *,
    organisation: Organisation,
    code: str,
    name: str,
    by: Actor,
    at: datetime,
    region: Region | None = None,
    address: str = "",
    control_room_phone: str = "",
) -> Site:
    """Add an estate; ``code`` begins its case numbers and can never change.

    Raises:
        InvalidInput: a wrong or taken code, an empty name, another company's region.
    """
    permissions.check_can_change_tree(by, organisation)
    site = Site(
        organisation=organisation,
        code=code,
        name=name,
        region=region,
        address=address,
        control_room_phone=control_room_phone,
    )
    with ledger.recording():
        lock_organisation(organisation)
        _check_site(site)
        site.save()
        record_at_site(SiteAdded(code=code, name=name), site, by=by, at=at)
    return site


def change_site(
    *,
    site: Site,
    name: str,
    by: Actor,
    at: datetime,
    region: Region | None = None,
    address: str = "",
    control_room_phone: str = "",
) -> None:
    """Rename a site, move it to another region, or correct how it is reached.

    Moving changes who may see it, so that is for those who administer the company.
    """
    if region != site.region:
        permissions.check_can_change_tree(by, site.organisation)
    else:
        permissions.check_permission(by, Permission.SITE_MANAGE, site=site)
    site.name, site.region = name, region
    site.address, site.control_room_phone = address, control_room_phone
    _check_site(site)
    with ledger.recording():
        site.save(update_fields=["name", "region", "address", "control_room_phone"])
        record_at_site(SiteChanged(code=site.code, name=name), site, by=by, at=at)


def close_site(*, site: Site, by: Actor, at: datetime) -> None:
    """Stop everything new at a site: its posters and posts go, its cases stay.

    Raises:
        Conflict: somebody is on the roster after ``at``.
    """
    permissions.check_can_change_tree(by, site.organisation)
    if site.closed_at is not None:
        return
    if Shift.objects.filter(site=site, ends_at__gt=at).exists():
        raise Conflict(_("这个项目还有没结束的班次，请先取消排班"))
    site.closed_at = at
    with ledger.recording():
        site.save(update_fields=["closed_at"])
        Place.objects.filter(site=site).update(is_active=False)
        site.posts.update(is_active=False)
        record_at_site(SiteClosed(code=site.code), site, by=by, at=at)


def reopen_site(*, site: Site, by: Actor, at: datetime) -> None:
    """Take a closed site into use again; twice does nothing.

    The places and posts that went with it come back, and their posters work; those that
    were closed by themselves before stay closed.

    Raises:
        Conflict: the region that it stands in is closed.
    """
    permissions.check_can_change_tree(by, site.organisation)
    if site.closed_at is None:
        return
    if site.region is not None and site.region.closed_at is not None:
        raise Conflict(_("它所在的区域“%s”已关闭，请先重新开放") % site.region.name)
    site.closed_at = None
    with ledger.recording():
        site.save(update_fields=["closed_at"])
        closed = closed_by_themselves(site)
        places = Place.objects.filter(site=site)
        outside_of(places.filter(uid__in=closed), places).update(is_active=True)
        standing = Place.objects.filter(site=site, is_active=True)
        site.posts.filter(place__in=standing).exclude(uid__in=closed).update(
            is_active=True
        )
        record_at_site(SiteReopened(code=site.code), site, by=by, at=at)


def _check_region_name(region: Region) -> None:
    if not region.name:
        raise InvalidInput(_("请填写区域名称"), path="name")
    # Compared here: a unique key does not hold between rows without a parent.
    twins = Region.objects.filter(
        organisation=region.organisation_id, parent=region.parent_id, name=region.name
    )
    if twins.exclude(pk=region.pk).exists():
        raise InvalidInput(_("这里已经有同名的区域"), path="name")


def _check_site(site: Site) -> None:
    if site.region is not None and site.region.organisation_id != site.organisation_id:
        raise InvalidInput(_("区域属于别的组织"), path="region")
    try:
        site.full_clean()
    except ValidationError as error:
        path, messages = next(iter(error.message_dict.items()))
        raise InvalidInput("".join(messages), path=path) from error

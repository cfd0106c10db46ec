"""Posts: where somebody stands, and when somebody must."""

from __future__ import annotations

from datetime import datetime, time

from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import PostAdded, PostChanged, PostClosed, PostReopened
from anlan.accounts.models import Place, Post, Site
from anlan.accounts.roles import Permission
from anlan.accounts.services.record import record_at_site
from anlan.accounts.services.row_locks import lock_site
from anlan.base.errors import Conflict, InvalidInput
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor


def add_post(
    *,
    site: Site,
    place: Place,
    name: str,
    by: Actor,
    at: datetime,
    radio: str = "",
    must_be_staffed: bool = False,
    staffed_from: time | None = None,
    staffed_until: time | None = None,
) -> Post:
    """Add a post; hours are Shanghai's, every day, and none mean around the clock.

    Raises:
        InvalidInput: a taken name, a place of another site, or half of the hours.
    """
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=site)
    post = Post(
        site=site,
        place=place,
        name=name.strip(),
        radio=radio,
        must_be_staffed=must_be_staffed,
        staffed_from=staffed_from,
        staffed_until=staffed_until,
    )
    with ledger.recording():
        if lock_site(site).closed_at is not None:
            raise Conflict(_("这个项目已经关闭"))
        _check_post(post)
        post.save()
        _record(PostAdded(name=post.name, place=place.label), post, by=by, at=at)
    return post


def change_post(
    *,
    post: Post,
    place: Place,
    name: str,
    by: Actor,
    at: datetime,
    radio: str = "",
    must_be_staffed: bool = False,
    staffed_from: time | None = None,
    staffed_until: time | None = None,
) -> None:
    """Rename or move a post, or say when it must be staffed."""
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=post.site)
    post.place, post.name, post.radio = place, name.strip(), radio
    post.must_be_staffed = must_be_staffed
    post.staffed_from, post.staffed_until = staffed_from, staffed_until
    with ledger.recording():
        lock_site(post.site)
        _check_post(post)
        post.save()
        _record(
            PostChanged(
                name=post.name,
                must_be_staffed=int(must_be_staffed),
                staffed_from=f"{staffed_from:%H:%M}" if staffed_from else None,
                staffed_until=f"{staffed_until:%H:%M}" if staffed_until else None,
            ),
            post,
            by=by,
            at=at,
        )


def close_post(*, post: Post, by: Actor, at: datetime) -> None:
    """Take a post out of use; twice does nothing.

    Raises:
        Conflict: somebody is on the roster there after ``at``.
    """
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=post.site)
    with ledger.recording():
        post.is_active = Post.objects.select_for_update().get(pk=post.pk).is_active
        if not post.is_active:
            return
        if post.shifts.filter(ends_at__gt=at).exists():
            raise Conflict(_("这个岗位还有没结束的班次，请先取消排班"))
        post.is_active = False
        post.save(update_fields=["is_active"])
        _record(PostClosed(name=post.name), post, by=by, at=at)


def reopen_post(*, post: Post, by: Actor, at: datetime) -> None:
    """Take a post into use again; twice does nothing.

    Raises:
        Conflict: the site, or the place where it stands, is closed.
    """
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=post.site)
    with ledger.recording():
        post.is_active = Post.objects.select_for_update().get(pk=post.pk).is_active
        if post.is_active:
            return
        if post.site.closed_at is not None:
            raise Conflict(_("这个项目已经关闭，请先重新开放项目"))
        if not post.place.is_active:
            raise Conflict(_("点位“%s”已停用，请先重新启用它") % post.place.label)
        post.is_active = True
        post.save(update_fields=["is_active"])
        _record(PostReopened(name=post.name), post, by=by, at=at)


def _check_post(post: Post) -> None:
    if not post.name or len(post.name) > 40:
        raise InvalidInput(_("名称应为一到四十个字"), path="name")
    if post.place.site_id != post.site_id:
        raise InvalidInput(_("点位属于别的项目"), path="place")
    if (post.staffed_from is None) != (post.staffed_until is None):
        raise InvalidInput(
            _("“从”和“到”要么都填，要么都不填（全天）"), path="staffed_until"
        )
    twins = Post.objects.filter(site=post.site_id, name=post.name)
    if twins.exclude(pk=post.pk).exists():
        raise InvalidInput(_("已经有同名的岗位"), path="name")


def _record(
    event: PostAdded | PostChanged | PostClosed | PostReopened,
    post: Post,
    *,
    by: Actor,
    at: datetime,
) -> None:
    record_at_site(event, post.site, by=by, at=at, thing=f"post:{post.uid}")

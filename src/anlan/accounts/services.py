"""Writes about the organisation: its tree, its people, its roster."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anlan.accounts import permissions
from anlan.accounts.events import (
    OrganisationFounded,
    PasswordReset,
    PlaceAdded,
    PostAdded,
    RegionAdded,
    RoleEnded,
    RoleGranted,
    ShiftAdded,
    SignedIn,
    SiteAdded,
    UserAdded,
    UserDisabled,
)
from anlan.accounts.models import (
    Membership,
    Organisation,
    Place,
    Post,
    Region,
    Shift,
    Site,
    User,
)
from anlan.accounts.roles import ROLES, Permission
from anlan.base import crypto
from anlan.base.clock import utc_text
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.phone import normalise_phone
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, Event, System


def found_organisation(
    *, code: str, name: str, by: Actor, at: datetime, uid: UUID | None = None
) -> Organisation:
    """Begin a company and its own chain (site 0)."""
    with ledger.recording():
        organisation = Organisation.objects.create(
            code=code, name=name, **({"uid": uid} if uid else {})
        )
        _record(OrganisationFounded(code=code), organisation, by=by, at=at)
    return organisation


def add_region(
    *,
    organisation: Organisation,
    name: str,
    by: Actor,
    at: datetime,
    parent: Region | None = None,
) -> Region:
    _check_at_head(by, organisation)
    with ledger.recording():
        region = Region.objects.create(
            organisation=organisation, name=name, parent=parent
        )
        _record(RegionAdded(name=name), organisation, by=by, at=at)
    return region


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
    """Add an estate; ``code`` begins its case numbers and can never change."""
    _check_at_head(by, organisation)
    with ledger.recording():
        site = Site(
            organisation=organisation,
            code=code,
            name=name,
            region=region,
            address=address,
            control_room_phone=control_room_phone,
        )
        site.full_clean()
        site.save()
        ledger.append(
            SiteAdded(code=code, name=name),
            site=site,
            subject=site.subject,
            by=by,
            at=at,
        )
    return site


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
        InvalidInput: the parent stands at another site, or the name is taken there.
    """
    permissions.check_permission(by, Permission.SITE_MANAGE, site=site)
    if parent is not None and parent.site_id != site.pk:
        raise InvalidInput(_("上级点位属于别的项目"), path="parent")
    label = f"{parent.label} {name}" if parent else name
    if Place.objects.filter(site=site, label=label).exists():
        raise InvalidInput(_("这里已经有同名的点位"), path="name")
    with ledger.recording():
        place = Place.objects.create(
            site=site, kind=kind, name=name, parent=parent, label=label
        )
        place.path = f"{parent.path if parent else '/'}{place.pk}/"
        place.save(update_fields=["path"])
        ledger.append(
            PlaceAdded(place_kind=place.kind, label=label),
            site=site,
            subject=site.subject,
            object=f"place:{place.uid}",
            by=by,
            at=at,
        )
    return place


def add_user(
    *,
    organisation: Organisation,
    username: str,
    name: str,
    by: Actor,
    at: datetime,
    password: str | None = None,
    employee_number: str = "",
    email: str = "",
    phone: str = "",
    language: str = "zh-hans",
) -> User:
    """Add a person with a sign-in; without a password they cannot sign in yet.

    Raises:
        InvalidInput: for a taken or malformed name, a weak password, a wrong phone.
    """
    _check_people(by, organisation)
    user = User(
        uid=uuid4(),
        organisation=organisation,
        username=username.lower(),
        name=name,
        employee_number=employee_number,
        email=email,
        language=language,
        created_at=at,
    )
    if phone:
        _set_phone(user, phone)
    _set_password(user, password)
    _clean(user)
    with ledger.recording():
        user.save(force_insert=True)
        _record(
            UserAdded(username=user.username), organisation, by=by, at=at, user=user
        )
    return user


def phone_of(user: User) -> str:
    """The user's phone in E.164, or nothing; staff numbers are shown to colleagues."""
    if user.phone is None:
        return ""
    return crypto.decrypt(bytes(user.phone), _phone_place(user))


def reset_password(*, user: User, password: str, by: Actor, at: datetime) -> None:
    """Set a new password; a supervisor does it for a person who is standing before them."""
    _check_people(by, user.organisation)
    _set_password(user, password)
    with ledger.recording():
        user.save(update_fields=["password"])
        _record(
            PasswordReset(username=user.username),
            user.organisation,
            by=by,
            at=at,
            user=user,
        )


def disable_user(*, user: User, by: Actor, at: datetime) -> None:
    """Stop the sign-in; what the person did stays. Twice does nothing."""
    _check_people(by, user.organisation)
    if isinstance(by, User) and by.pk == user.pk:
        raise Conflict(_("不能停用自己的账号，请由另一位管理员操作"))
    if not user.is_active:
        return
    user.is_active = False
    with ledger.recording():
        user.save(update_fields=["is_active"])
        _record(
            UserDisabled(username=user.username),
            user.organisation,
            by=by,
            at=at,
            user=user,
        )


def grant_role(
    *,
    user: User,
    role_key: str,
    node: Organisation | Region | Site,
    by: Actor,
    at: datetime,
) -> Membership:
    """Give the role at the node; the same role there twice is the first one again.

    Raises:
        NotAllowed: nobody grants more than they hold themselves at that node.
    """
    organisation = node if isinstance(node, Organisation) else node.organisation
    region = node if isinstance(node, Region) else None
    site = node if isinstance(node, Site) else None
    if role_key not in ROLES:
        raise InvalidInput(_("没有这个角色"), path="role")
    if user.organisation_id != organisation.pk:
        raise InvalidInput(_("这个人不属于该组织"), path="user")
    _check_may_grant(by, role_key, organisation=organisation, site=site)
    there = {"user": user, "role_key": role_key, "organisation": organisation}
    running = Membership.objects.filter(
        **there, region=region, site=site, ended_at=None
    )
    with ledger.recording():
        if (membership := running.first()) is not None:
            return membership
        membership = Membership.objects.create(
            **there, region=region, site=site, since_at=at
        )
        _forget_memberships(user)
        _record(
            RoleGranted(user=user.actor_key, role=role_key, node=f"{node.uid}"),
            organisation,
            by=by,
            at=at,
            user=user,
        )
    return membership


def end_role(*, membership: Membership, by: Actor, at: datetime) -> None:
    """Take the role back; twice does nothing."""
    _check_people(by, membership.organisation)
    if membership.ended_at is not None:
        return
    membership.ended_at = at
    with ledger.recording():
        membership.save(update_fields=["ended_at"])
        _forget_memberships(membership.user)
        _record(
            RoleEnded(
                user=membership.user.actor_key,
                role=membership.role_key,
                node=f"{membership.node.uid}",
            ),
            membership.organisation,
            by=by,
            at=at,
            user=membership.user,
        )


def add_post(
    *, site: Site, place: Place, name: str, by: Actor, at: datetime, radio: str = ""
) -> Post:
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=site)
    if place.site_id != site.pk:
        raise InvalidInput(_("点位属于别的项目"), path="place")
    with ledger.recording():
        post = Post.objects.create(site=site, place=place, name=name, radio=radio)
        ledger.append(
            PostAdded(name=name, place=place.label),
            site=site,
            subject=site.subject,
            object=f"post:{post.uid}",
            by=by,
            at=at,
        )
    return post


def add_shift(
    *,
    post: Post,
    user: User,
    role_key: str,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    at: datetime,
) -> Shift:
    """Put a person at a post for ``[starts_at, ends_at)``.

    Raises:
        InvalidInput: the end before the start, more than 24 hours, or a role that the
            person does not hold at this site.
        Conflict: the person is already at a post in that time.
    """
    site = post.site
    permissions.check_permission(by, Permission.ROSTER_MANAGE, site=site)
    if ends_at <= starts_at or (ends_at - starts_at).total_seconds() > 24 * 3600:
        raise InvalidInput(_("一班应在 24 小时以内，结束晚于开始"), path="ends_at")
    held = {m.role_key for m in permissions.running_memberships(user)}
    if role_key not in held:
        raise InvalidInput(_("这个人没有该岗位所需的角色"), path="user")
    overlapping = Shift.objects.filter(
        user=user, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    if overlapping.exists():
        raise Conflict(_("这个人在这段时间已经有班"))
    with ledger.recording():
        shift = Shift.objects.create(
            site=site,
            post=post,
            user=user,
            role_key=role_key,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        ledger.append(
            ShiftAdded(
                user=user.actor_key,
                post=post.name,
                starts=utc_text(starts_at),
                ends=utc_text(ends_at),
            ),
            site=site,
            subject=site.subject,
            object=f"shift:{shift.uid}",
            by=by,
            at=at,
        )
    return shift


def set_preferences(
    *,
    user: User,
    language: str | None = None,
    theme: str | None = None,
    large_text: bool | None = None,
) -> None:
    """Keep how this person wants the screens; personal taste is not put on the record."""
    if language is not None:
        user.language = language
    if theme is not None:
        user.theme = theme
    if large_text is not None:
        user.large_text = large_text
    user.save(update_fields=["language", "theme", "large_text"])


def record_sign_in(*, user: User, at: datetime) -> None:
    with ledger.recording():
        _record(SignedIn(), user.organisation, by=user, at=at, user=user)


def _record(
    event: Event,
    organisation: Organisation,
    *,
    by: Actor,
    at: datetime,
    user: User | None = None,
) -> None:
    ledger.append_to(
        event,
        organisation_id=organisation.pk,
        site_id=0,
        subject=user.subject if user else f"organisation:{organisation.uid}",
        by=by,
        at=at,
    )


def _check_at_head(by: Actor, organisation: Organisation) -> None:
    """The company's tree is changed by those who administer all of it."""
    if isinstance(by, System):
        return
    if isinstance(by, User) and any(
        m.organisation_id == organisation.pk
        and not m.site_id
        and not m.region_id
        and Permission.SITE_MANAGE in m.role.permissions
        for m in permissions.running_memberships(by)
    ):
        return
    raise NotAllowed(_("只有公司级的管理员可以增加区域和项目"))


def _check_people(by: Actor, organisation: Organisation) -> None:
    if isinstance(by, System):
        return
    if (
        isinstance(by, User)
        and by.organisation_id == organisation.pk
        and permissions.sites_where(by, Permission.PEOPLE_MANAGE).exists()
    ):
        return
    raise NotAllowed(_("您没有管理人员的权限"))


def _check_may_grant(
    by: Actor, role_key: str, *, organisation: Organisation, site: Site | None
) -> None:
    if isinstance(by, System):
        return
    _check_people(by, organisation)
    if not isinstance(by, User):
        raise NotAllowed(_("您没有管理人员的权限"))
    held: set[Permission] = set()
    for membership in permissions.running_memberships(by):
        at_head = not membership.site_id and not membership.region_id
        if at_head or (site is not None and membership.site_id == site.pk):
            held |= membership.role.permissions
    administers = Permission.PEOPLE_MANAGE in held
    if not administers:
        raise NotAllowed(_("您只能在自己管理的项目授予角色"))
    is_administrator = any(
        m.role_key == "administrator" for m in permissions.running_memberships(by)
    )
    if not is_administrator and not ROLES[role_key].permissions <= held:
        raise NotAllowed(_("不能授予超过自己权限的角色"))


def _set_phone(user: User, phone: str) -> None:
    number = normalise_phone(phone)
    user.phone = crypto.encrypt(number, _phone_place(user))
    user.phone_index = crypto.blind_index("accounts.User", "phone", number)


def _phone_place(user: User) -> crypto.Place:
    return crypto.Place(
        organisation=user.organisation_id,
        model="accounts.User",
        row=user.uid,
        field="phone",
    )


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput("".join(error.messages), path="password") from error
    user.set_password(password)


def _clean(user: User) -> None:
    try:
        user.full_clean(exclude=["password", "phone", "phone_index"])
    except ValidationError as error:
        path, messages = next(iter(error.message_dict.items()))
        raise InvalidInput("".join(messages), path=path) from error


def _forget_memberships(user: User) -> None:
    user.memberships_read = None

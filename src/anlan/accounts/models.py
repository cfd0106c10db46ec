"""The organisation, its sites and places, its people, and who is on duty where."""

from __future__ import annotations

import secrets
import uuid
from datetime import date, datetime, timedelta
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.accounts.roles import ROLE_CHOICES, ROLES, Permission, Role
from anlan.base.clock import local_day
from anlan.ledger.models import Worded

# Without 0 O 1 I L U V: a code is read out over a radio and typed from a poster.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"


def new_place_code() -> str:
    """Ten characters for a poster: 48 bits, opaque, easy to read aloud."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(10))


class Organisation(models.Model):
    """A property-management company. An installation may hold several."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(_("名称"), max_length=80)

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A node between the organisation and its sites; regions may stand in regions."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    name = models.CharField(_("名称"), max_length=80)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "parent", "name"], name="accounts_region_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A managed estate, mall or tower: the boundary of sight, and one ledger chain."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT)
    code = models.CharField(
        _("代码"),
        max_length=8,
        validators=[RegexValidator(r"^[A-Z0-9]{2,8}$", _("二到八位大写字母或数字"))],
    )
    name = models.CharField(_("名称"), max_length=80)
    address = models.CharField(_("地址"), max_length=160, blank=True)
    control_room_phone = models.CharField(_("监控室电话"), max_length=32, blank=True)
    # A closed site keeps its cases and its chain; nothing new begins there.
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "code"], name="accounts_site_code_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"site:{self.uid}"


class Place(models.Model):
    """A spot in a site's tree: building, floor, room, spot. Its code is on the poster."""

    class Kind(models.TextChoices):
        BUILDING = "building", _("楼栋")
        FLOOR = "floor", _("楼层")
        ROOM = "room", _("房间")
        SPOT = "spot", _("点位")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="places")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    kind = models.CharField(_("类型"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=60)
    # The names from the root down, kept because every list and every word to 110 shows it.
    label = models.CharField(max_length=240)
    # The ids from the root down, "/1/4/9/": distance and "inside of" without recursion.
    path = models.CharField(max_length=200, db_index=True, default="/")
    code = models.CharField(max_length=10, unique=True, default=new_place_code)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "label"], name="accounts_place_label_once"
            )
        ]

    def __str__(self) -> str:
        return self.label

    def distance_to(self, other: Place) -> int:
        """Steps through the tree: 0 the same spot, 1 its room, 2 its neighbour spot."""
        return steps_between(self.path, other.path)


def steps_between(path: str, other: str) -> int:
    """The distance of two places by their paths alone."""
    mine = [part for part in path.split("/") if part]
    theirs = [part for part in other.split("/") if part]
    shared = 0
    for a, b in zip(mine, theirs, strict=False):
        if a != b:
            break
        shared += 1
    return len(mine) + len(theirs) - 2 * shared


class UserManager(BaseUserManager["User"]):
    """Finds users by their sign-in name; creation is ``accounts.services.add_user``."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """A member of staff, or an outside counsellor or mediator, with a sign-in."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("跟随系统")
        LIGHT = "light", _("浅色")
        DARK = "dark", _("深色")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    username = models.CharField(
        _("账号"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9._-]{1,39}$", _("小写字母和数字"))
        ],
    )
    name = models.CharField(_("姓名"), max_length=40)
    employee_number = models.CharField(_("工号"), max_length=20, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    phone = models.BinaryField(_("手机"), null=True)  # encrypted, see accounts.services
    phone_index = models.BinaryField(max_length=16, null=True, db_index=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="zh-hans")
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.AUTO)
    large_text = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    # Set on the object, never stored: what an API token may do at most; None: no limit.
    scopes: frozenset[Permission] | None = None
    # All memberships, once read; a user object lives for one request.
    memberships_read: list[Membership] | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"

    @property
    def actor_key(self) -> str:
        return f"user:{self.uid}"

    @property
    def subject(self) -> str:
        return f"user:{self.uid}"

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def not_over(self, at: datetime) -> Self:
        """Those that run at ``at`` or begin later."""
        lasts = Q(ended_at__gt=at) & Q(ended_at__gt=models.F("since_at"))
        return self.filter(Q(ended_at=None) | lasts)

    def running(self, at: datetime) -> Self:
        return self.not_over(at).filter(since_at__lte=at)


class Membership(models.Model):
    """A role at one node: the organisation, a region or a site; valid there and below.

    It holds for ``[since_at, ended_at)``; both may lie ahead. Taken back before it began,
    it is an empty period.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role_key = models.CharField(_("角色"), max_length=24, choices=ROLE_CHOICES)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    since_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]  # a manager with the methods of the set

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(region__isnull=True) | Q(site__isnull=True),
                name="accounts_membership_one_node",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("since_at")),
                name="accounts_membership_runs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.username} {self.role_key} @ {self.node}"

    @property
    def node(self) -> Organisation | Region | Site:
        return self.site or self.region or self.organisation

    @property
    def role(self) -> Role:
        return ROLES[self.role_key]

    @property
    def last_day(self) -> date | None:
        """The day in China on which it still holds, if it has an end."""
        return (
            local_day(self.ended_at - timedelta.resolution) if self.ended_at else None
        )

    def is_over(self, at: datetime) -> bool:
        return self.ended_at is not None and self.ended_at <= max(at, self.since_at)

    def is_ahead(self, at: datetime) -> bool:
        return self.since_at > at and not self.is_over(at)

    def is_running(self, at: datetime) -> bool:
        return self.since_at <= at and not self.is_over(at)


class Post(models.Model):
    """Where a guard stands: the gate, the lobby desk, the garage patrol."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="posts")
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    name = models.CharField(_("岗位"), max_length=40)
    radio = models.CharField(_("对讲频道"), max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    # A gap in the roster is an hour in which such a post has nobody.
    must_be_staffed = models.BooleanField(_("必须有人"), default=False)
    # Shanghai's clock, every day; none: around the clock. 19:00–07:00 runs over midnight.
    staffed_from = models.TimeField(_("从"), null=True, blank=True)
    staffed_until = models.TimeField(_("到"), null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["site", "name"], name="accounts_post_once"),
            models.CheckConstraint(
                condition=Q(staffed_from__isnull=True, staffed_until__isnull=True)
                | Q(staffed_from__isnull=False, staffed_until__isnull=False),
                name="accounts_post_hours_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """One person at one post for a half-open period ``[starts_at, ends_at)``."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="shifts")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="shifts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shifts")
    role_key = models.CharField(max_length=24, choices=ROLE_CHOICES)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")),
                name="accounts_shift_runs",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Who is on duty at this site now?
            models.Index(
                fields=["site", "starts_at", "ends_at"], name="accounts_on_duty"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user.name} @ {self.post.name} {self.starts_at:%m-%d %H:%M}"


class Invitation(models.Model):
    """A one-time code on paper with which a person sets a password; kept as a digest."""

    class Purpose(models.TextChoices):
        JOIN = "join", _("加入")
        RESET = "reset", _("重设密码")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at=None, revoked_at=None),
                name="accounts_invitation_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.user_id}"


class Pin(models.Model):
    """The six digits with which a person opens a shared phone; nothing else takes them."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="pin")
    secret = models.CharField(max_length=128)  # hashed like a password
    set_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"pin of {self.user_id}"


class SharedPhone(models.Model):
    """A phone of the guards' room: enrolled by the office, opened by whoever is on duty.

    The enrolment code and the token in the phone's cookie are kept as digests.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="shared_phones"
    )
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT)
    name = models.CharField(_("名称"), max_length=40)
    code_digest = models.BinaryField(max_length=32, null=True, unique=True)
    code_expires_at = models.DateTimeField(null=True)
    token_digest = models.BinaryField(max_length=32, null=True, unique=True)
    enrolled_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    holder = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=Q(revoked_at=None),
                name="accounts_shared_phone_once",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor_key(self) -> str:
        return f"device:{self.uid}"


class Handover(Worded):
    """交接班: what one guard left open to the next, confirmed by both."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = models.ForeignKey(
        SharedPhone, on_delete=models.PROTECT, related_name="handovers"
    )
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("交班说明"), max_length=1000, blank=True)
    open_incidents = models.PositiveSmallIntegerField()
    open_tasks = models.PositiveSmallIntegerField()
    unacknowledged = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(taken_at=None),
                name="accounts_handover_one_open",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taker__isnull=True)
                | Q(taken_at__isnull=False, taker__isnull=False),
                name="accounts_handover_taken_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phone} {self.given_at:%m-%d %H:%M}"


class ApiToken(models.Model):
    """A personal secret for programs: its owner's rights, cut down to its scopes."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("用途"), max_length=60)
    # The first characters of the secret, by which people tell their tokens apart.
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)  # SHA-256 of the secret
    scopes: models.JSONField[list[str], list[str]] = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="accounts_token_runs",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The owner's list, newest first.
            models.Index(fields=["user", "-created_at"], name="accounts_tokens_of")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

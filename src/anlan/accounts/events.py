"""What the organisation puts on the record about itself and its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Event, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class OrganisationFounded(Event):
    kind: ClassVar[str] = "accounts.organisation_founded"
    sentence: ClassVar[str] = _("建立了组织 {code}")

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RegionAdded(Event):
    kind: ClassVar[str] = "accounts.region_added"
    sentence: ClassVar[str] = _("{actor}增加了区域 {name}")

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SiteAdded(Event):
    kind: ClassVar[str] = "accounts.site_added"
    sentence: ClassVar[str] = _("{actor}增加了项目 {code} {name}")

    code: str
    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlaceAdded(Event):
    kind: ClassVar[str] = "accounts.place_added"
    sentence: ClassVar[str] = _("{actor}增加了点位 {label}")

    place_kind: str
    label: str


@recorded
@dataclass(frozen=True, kw_only=True)
class UserAdded(Event):
    """The name stays in the user's row, so that it can be erased."""

    kind: ClassVar[str] = "accounts.user_added"
    sentence: ClassVar[str] = _("{actor}增加了账号 {username}")

    username: str


@recorded
@dataclass(frozen=True, kw_only=True)
class UserDisabled(Event):
    kind: ClassVar[str] = "accounts.user_disabled"
    sentence: ClassVar[str] = _("{actor}停用了账号 {username}")
    tone: ClassVar[str] = "warn"

    username: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PasswordReset(Event):
    kind: ClassVar[str] = "accounts.password_reset"
    sentence: ClassVar[str] = _("{actor}重设了账号 {username} 的密码")
    tone: ClassVar[str] = "warn"

    username: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    kind: ClassVar[str] = "accounts.role_granted"
    sentence: ClassVar[str] = _("{actor}授予 {user} 角色 {role}")

    user: str
    role: str
    node: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RoleEnded(Event):
    kind: ClassVar[str] = "accounts.role_ended"
    sentence: ClassVar[str] = _("{actor}收回 {user} 的角色 {role}")
    tone: ClassVar[str] = "warn"

    user: str
    role: str
    node: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PostAdded(Event):
    kind: ClassVar[str] = "accounts.post_added"
    sentence: ClassVar[str] = _("{actor}增加了岗位 {name}")

    name: str
    place: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ShiftAdded(Event):
    kind: ClassVar[str] = "accounts.shift_added"
    sentence: ClassVar[str] = _("{actor}安排 {user} 在 {post} 值班")

    user: str
    post: str
    starts: str
    ends: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    kind: ClassVar[str] = "accounts.signed_in"
    sentence: ClassVar[str] = _("{actor}登录")
    quiet: ClassVar[bool] = True


@recorded
@dataclass(frozen=True, kw_only=True)
class TokenCreated(Event):
    """The owner's name for the token stays in its row; the secret is nowhere."""

    kind: ClassVar[str] = "accounts.token_created"
    sentence: ClassVar[str] = _("{actor}创建了接口令牌 {prefix}…，范围 {scopes}")
    tone: ClassVar[str] = "warn"

    prefix: str
    scopes: str
    expires: str


@recorded
@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    kind: ClassVar[str] = "accounts.token_revoked"
    sentence: ClassVar[str] = _("{actor}撤销了接口令牌 {prefix}…")
    tone: ClassVar[str] = "warn"

    prefix: str

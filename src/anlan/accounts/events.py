"""What the organisation puts on the record about itself and its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.accounts.roles import ROLES
from anlan.base.clock import local_time, parse_utc_text
from anlan.ledger.events import Covered, Event, covers, recorded


def _shown_time(text: str) -> str:
    """An instant as the clocks in China show it; what is none is shown as it stands."""
    try:
        return f"{local_time(parse_utc_text(text)):%Y-%m-%d %H:%M}"
    except ValueError:
        return text


@recorded
@dataclass(frozen=True, kw_only=True)
class OrganisationFounded(Event):
    kind: ClassVar[str] = "accounts.organisation_founded"
    sentence: ClassVar[str] = _("建立了组织 {code}")

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FieldKeyAdded(Event):
    """A new key for the encrypted fields, by its fingerprint; the old ones still read."""

    kind: ClassVar[str] = "accounts.field_key_added"
    sentence: ClassVar[str] = _(
        "电话和证件号码从此用密钥 {key_id}（{fingerprint}）加密"
    )

    key_id: int
    fingerprint: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FieldKeyRemoved(Event):
    """A key that no value needs any more was deleted."""

    kind: ClassVar[str] = "accounts.field_key_removed"
    sentence: ClassVar[str] = _("删除了不再使用的字段密钥 {key_id}（{fingerprint}）")
    tone: ClassVar[str] = "warn"

    key_id: int
    fingerprint: str


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
    """Of earlier versions; now somebody is invited anew."""

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

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "role": str(ROLES[self.role].name)}


@recorded
@dataclass(frozen=True, kw_only=True)
class RoleGrantedFor(Event):
    """The role holds for ``[begins, ends)``; without an end, for good."""

    kind: ClassVar[str] = "accounts.role_granted_for"
    sentence: ClassVar[str] = _("{actor}授予 {user} 角色 {role}，{period}")

    user: str
    role: str
    node: str
    begins: str
    ends: str | None = None

    def shown(self) -> dict[str, Any]:
        words = {"begins": _shown_time(self.begins)}
        period = gettext("%(begins)s 起") % words
        if self.ends is not None:
            words["ends"] = _shown_time(self.ends)
            period = gettext("%(begins)s 起，到 %(ends)s 为止") % words
        role = str(ROLES[self.role].name)
        return {**self.facts(), "role": role, "period": period}


@recorded
@dataclass(frozen=True, kw_only=True)
class RoleEnded(Event):
    kind: ClassVar[str] = "accounts.role_ended"
    sentence: ClassVar[str] = _("{actor}收回 {user} 的角色 {role}")
    tone: ClassVar[str] = "warn"

    user: str
    role: str
    node: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "role": str(ROLES[self.role].name)}


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


@recorded
@dataclass(frozen=True, kw_only=True)
class RegionRenamed(Event):
    kind: ClassVar[str] = "accounts.region_renamed"
    sentence: ClassVar[str] = _("{actor}把区域改名为 {name}")

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RegionClosed(Event):
    kind: ClassVar[str] = "accounts.region_closed"
    sentence: ClassVar[str] = _("{actor}关闭了区域 {name}")
    tone: ClassVar[str] = "warn"

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RegionReopened(Event):
    kind: ClassVar[str] = "accounts.region_reopened"
    sentence: ClassVar[str] = _("{actor}重新开放了区域 {name}")

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SiteChanged(Event):
    kind: ClassVar[str] = "accounts.site_changed"
    sentence: ClassVar[str] = _("{actor}修改了项目 {code} 的资料：{name}")

    code: str
    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SiteClosed(Event):
    kind: ClassVar[str] = "accounts.site_closed"
    sentence: ClassVar[str] = _("{actor}关闭了项目 {code}")
    tone: ClassVar[str] = "warn"

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SiteReopened(Event):
    kind: ClassVar[str] = "accounts.site_reopened"
    sentence: ClassVar[str] = _("{actor}重新开放了项目 {code}")

    code: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlaceRenamed(Event):
    kind: ClassVar[str] = "accounts.place_renamed"
    sentence: ClassVar[str] = _("{actor}把点位 {before} 改名为 {label}")

    before: str
    label: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlaceMoved(Event):
    kind: ClassVar[str] = "accounts.place_moved"
    sentence: ClassVar[str] = _("{actor}把点位 {before} 移到 {label}")

    before: str
    label: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlaceClosed(Event):
    kind: ClassVar[str] = "accounts.place_closed"
    sentence: ClassVar[str] = _("{actor}停用了点位 {label}")
    tone: ClassVar[str] = "warn"

    label: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlaceReopened(Event):
    kind: ClassVar[str] = "accounts.place_reopened"
    sentence: ClassVar[str] = _("{actor}重新启用了点位 {label}")

    label: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PlacesImported(Event):
    kind: ClassVar[str] = "accounts.places_imported"
    sentence: ClassVar[str] = _("{actor}导入了点位：新增 {added} 个，已有 {kept} 个")

    added: int
    kept: int


@recorded
@dataclass(frozen=True, kw_only=True)
class UserEnabled(Event):
    kind: ClassVar[str] = "accounts.user_enabled"
    sentence: ClassVar[str] = _("{actor}启用了账号 {username}")

    username: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InvitationMade(Event):
    kind: ClassVar[str] = "accounts.invitation_made"
    sentence: ClassVar[str] = _("{actor}为账号 {username} 打印了一次性码")

    username: str
    purpose: str
    expires: str


@recorded
@dataclass(frozen=True, kw_only=True)
class InvitationUsed(Event):
    kind: ClassVar[str] = "accounts.invitation_used"
    sentence: ClassVar[str] = _("{actor}用一次性码设置了密码")

    purpose: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PostChanged(Event):
    kind: ClassVar[str] = "accounts.post_changed"
    sentence: ClassVar[str] = _("{actor}修改了岗位 {name}")

    name: str
    must_be_staffed: int
    staffed_from: str | None = None
    staffed_until: str | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class PostClosed(Event):
    kind: ClassVar[str] = "accounts.post_closed"
    sentence: ClassVar[str] = _("{actor}停用了岗位 {name}")
    tone: ClassVar[str] = "warn"

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PostReopened(Event):
    kind: ClassVar[str] = "accounts.post_reopened"
    sentence: ClassVar[str] = _("{actor}重新启用了岗位 {name}")

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ShiftRemoved(Event):
    kind: ClassVar[str] = "accounts.shift_removed"
    sentence: ClassVar[str] = _("{actor}取消了 {user} 在 {post} 的班次")
    tone: ClassVar[str] = "warn"

    user: str
    post: str
    starts: str
    ends: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RosterImported(Event):
    kind: ClassVar[str] = "accounts.roster_imported"
    sentence: ClassVar[str] = _("{actor}导入了排班：新增 {added} 班，已有 {kept} 班")

    added: int
    kept: int
    digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class RosterCopied(Event):
    """``source`` and ``target`` are the Mondays of the two weeks."""

    kind: ClassVar[str] = "accounts.roster_copied"
    sentence: ClassVar[str] = _(
        "{actor}把 {source} 那一周的排班复制到 {target} 那一周：新增 {added} 班，"
        "已有 {kept} 班，未复制 {left_out} 班"
    )

    source: str
    target: str
    added: int
    kept: int
    left_out: int
    digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PinSet(Event):
    kind: ClassVar[str] = "accounts.pin_set"
    sentence: ClassVar[str] = _("{actor}设置了公用手机的 PIN")


@recorded
@dataclass(frozen=True, kw_only=True)
class PinRefused(Event):
    kind: ClassVar[str] = "accounts.pin_refused"
    sentence: ClassVar[str] = _("公用手机 {phone}：{user} 的 PIN 输错")
    tone: ClassVar[str] = "warn"

    phone: str
    user: str
    failures: int


@recorded
@dataclass(frozen=True, kw_only=True)
class PinLocked(Event):
    kind: ClassVar[str] = "accounts.pin_locked"
    sentence: ClassVar[str] = _("公用手机 {phone}：多次输错 PIN，暂停使用")
    tone: ClassVar[str] = "warn"

    phone: str
    user: str
    until: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PinUnlocked(Event):
    kind: ClassVar[str] = "accounts.pin_unlocked"
    sentence: ClassVar[str] = _("{actor}解除了 {user} 的 PIN 锁定")

    user: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PinCleared(Event):
    kind: ClassVar[str] = "accounts.pin_cleared"
    sentence: ClassVar[str] = _("{actor}清除了 {user} 的 PIN，须由本人重新设置")
    tone: ClassVar[str] = "warn"

    user: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SharedPhoneAdded(Event):
    kind: ClassVar[str] = "accounts.shared_phone_added"
    sentence: ClassVar[str] = _("{actor}登记了公用手机 {name}")

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SharedPhoneEnrolled(Event):
    kind: ClassVar[str] = "accounts.shared_phone_enrolled"
    sentence: ClassVar[str] = _("公用手机 {name} 已启用")

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SharedPhoneRevoked(Event):
    kind: ClassVar[str] = "accounts.shared_phone_revoked"
    sentence: ClassVar[str] = _("{actor}停用了公用手机 {name}")
    tone: ClassVar[str] = "warn"

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SharedPhoneUnlocked(Event):
    kind: ClassVar[str] = "accounts.shared_phone_unlocked"
    sentence: ClassVar[str] = _("{actor}解除了公用手机 {name} 的锁定")

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class SharedPhoneOpened(Event):
    kind: ClassVar[str] = "accounts.shared_phone_opened"
    sentence: ClassVar[str] = _("{actor}打开了公用手机 {name}")
    quiet: ClassVar[bool] = True

    name: str


@recorded
@dataclass(frozen=True, kw_only=True)
class HandoverGiven(Event):
    """The note stays in the handover's row, covered by the digest."""

    kind: ClassVar[str] = "accounts.handover_given"
    sentence: ClassVar[str] = _(
        "{actor}交班（{phone}）：未办结事件 {open_incidents} 件，未完成任务 {open_tasks} 项，"
        "未接警 {unacknowledged} 件"
    )
    tone: ClassVar[str] = "people"
    covers: ClassVar[tuple[Covered, ...]] = covers("accounts.Handover", "note")

    phone: str
    open_incidents: int
    open_tasks: int
    unacknowledged: int
    note_digest: str | None = None


@recorded
@dataclass(frozen=True, kw_only=True)
class HandoverTaken(Event):
    kind: ClassVar[str] = "accounts.handover_taken"
    sentence: ClassVar[str] = _("{actor}接班（{phone}），交班人 {giver}")
    tone: ClassVar[str] = "people"

    phone: str
    giver: str


@recorded
@dataclass(frozen=True, kw_only=True)
class HandoverWithdrawn(Event):
    """Whoever gave the shift goes on working it."""

    kind: ClassVar[str] = "accounts.handover_withdrawn"
    sentence: ClassVar[str] = _("{actor}取消交班，继续值班（{phone}）")

    phone: str

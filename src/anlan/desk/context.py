"""What every page knows: theme, language, the demo banner, who is here, where to go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import User
from anlan.accounts.permissions import running_memberships
from anlan.accounts.roles import Permission
from anlan.base.remembered import address, remembered
from anlan.cases.selectors import my_tasks
from anlan.incidents.enums import AssignmentState
from anlan.incidents.models import Assignment
from anlan.incidents.selectors import open_assignments


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the navigation, for those who hold its permission or role somewhere."""

    label: Promise
    icon: str
    url_name: str
    permission: Permission | None = None
    role: str = ""  # for pages that are one job's and no permission's

    def is_for(self, held: frozenset[str]) -> bool:
        asked = self.role or self.permission
        return not asked or asked in held


@dataclass(frozen=True, kw_only=True)
class Group:
    label: Promise | str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """An entry resolved for a reader, in their language."""

    label: str
    icon: str
    url: str
    count: int = 0


HOMES = {"/", "/m/"}
# Addresses that an installation does not have yet are left out.
DESK: tuple[Group, ...] = (
    Group(
        label="",
        entries=(
            Entry(label=_("工作台"), icon="home", url_name="desk:home"),
            Entry(
                label=_("事件处置"),
                icon="urgent",
                url_name="desk:incidents",
                permission=Permission.INCIDENT_SEE,
            ),
            Entry(
                label=_("监控画面"),
                icon="device-cctv",
                url_name="desk:monitor",
                permission=Permission.INCIDENT_SEE,
            ),
            Entry(label=_("我的任务"), icon="checklist", url_name="desk:tasks"),
            Entry(
                label=_("我的支持"),
                icon="heart-handshake",
                url_name="support:home",
                role="counsellor",
            ),
            Entry(
                label=_("由我主持的调解"),
                icon="scale",
                url_name="mediation:mine",
                role="mediator",
            ),
            Entry(
                label=_("案件"),
                icon="folders",
                url_name="desk:cases",
                permission=Permission.CASE_SEE,
            ),
            Entry(
                label=_("录像申请"),
                icon="eye",
                url_name="footage:applications",
                permission=Permission.FOOTAGE_TAKE_IN,
            ),
            Entry(
                label=_("改进措施"),
                icon="rotate",
                url_name="improving:improvements",
                permission=Permission.CASE_SEE,
            ),
            Entry(label=_("我的通知"), icon="bell", url_name="notify:inbox"),
            Entry(label=_("查找"), icon="search", url_name="desk:search"),
        ),
    ),
    Group(
        label=_("管理"),
        entries=(
            Entry(
                label=_("证据安全"),
                icon="shield-lock",
                url_name="vault:safety",
                permission=Permission.LEDGER_READ,
            ),
            Entry(
                label=_("查阅登记簿"),
                icon="list-details",
                url_name="footage:registers",
                permission=Permission.FOOTAGE_APPROVE,
            ),
            Entry(
                label=_("风险标记"),
                icon="flag",
                url_name="markers:markers",
                permission=Permission.MARKER_SET,
            ),
            Entry(
                label=_("保全与到期删除"),
                icon="lock",
                url_name="vault:due",
                permission=Permission.HOLD_PLACE,
            ),
            Entry(
                label=_("人员"),
                icon="users",
                url_name="accounts:people",
                permission=Permission.PEOPLE_MANAGE,
            ),
            Entry(
                label=_("心理辅导员"),
                icon="heart-handshake",
                url_name="support:register",
                permission=Permission.PEOPLE_MANAGE,
            ),
            Entry(
                label=_("组织与排班"),
                icon="sitemap",
                url_name="accounts:organisation",
                permission=Permission.ROSTER_MANAGE,
            ),
            Entry(
                label=_("通信测试"),
                icon="device-mobile",
                url_name="notify:checks",
                permission=Permission.ROSTER_MANAGE,
            ),
            Entry(
                label=_("通知渠道"),
                icon="message",
                url_name="notify:overview",
                permission=Permission.CHANNEL_MANAGE,
            ),
            Entry(
                label=pgettext_lazy("the list", "报警设备"),
                icon="bell",
                url_name="api:devices",
                permission=Permission.DEVICE_MANAGE,
            ),
            Entry(
                label=_("摄像头与录像机"),
                icon="device-cctv",
                url_name="cameras:overview",
                permission=Permission.CAMERA_EDIT,
            ),
            Entry(
                label=_("赔偿参数"),
                icon="scale",
                url_name="figures:figures",
                permission=Permission.COMPENSATION_FIGURES,
            ),
            Entry(
                label=_("告知书模板"),
                icon="file-text",
                url_name="letters:templates",
                permission=Permission.PLAN_APPROVE,
            ),
            Entry(
                label=_("调解组织名册"),
                icon="users",
                url_name="mediation_register:bodies",
                permission=Permission.TALKS_READ,
            ),
            Entry(
                label=_("律师名册"),
                icon="users",
                url_name="legal:lawyers",
                permission=Permission.COUNSEL_ENGAGE,
            ),
            Entry(
                label=_("规则与法条"),
                icon="scale",
                url_name="desk:law",
                permission=Permission.INVESTIGATION_READ,
            ),
            Entry(
                label=_("本地报案指引"),
                icon="map-pin",
                url_name="procedures:overview",
                permission=Permission.PLAN_APPROVE,
            ),
            Entry(
                label=_("慰问款文书"),
                icon="heart-handshake",
                url_name="figures:kindness",
                permission=Permission.COMPENSATION_MAKE,
            ),
            Entry(
                label=_("时限标准"),
                icon="clock",
                url_name="desk:standards",
                permission=Permission.STANDARD_EDIT,
            ),
            Entry(
                label=_("预案"),
                icon="clipboard-text",
                url_name="desk:playbooks",
                permission=Permission.PLAYBOOK_EDIT,
            ),
        ),
    ),
)
PHONE: tuple[Entry, ...] = (
    Entry(
        label=pgettext_lazy("an alarm", "上报"), icon="urgent", url_name="phone:alarm"
    ),
    Entry(label=_("任务"), icon="checklist", url_name="phone:tasks"),
    Entry(
        label=pgettext_lazy("the list", "事件"),
        icon="clipboard-list",
        url_name="phone:events",
    ),
    Entry(label=_("我的"), icon="user", url_name="phone:me"),
)


class Screen:
    """Read once per page and only where a shell asks: fragments pay nothing for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if isinstance(user, User) else None

    @cached_property
    def theme(self) -> str:
        theme = self.user.theme if self.user else User.Theme.AUTO
        return "" if theme == User.Theme.AUTO else str(theme)

    @cached_property
    def text(self) -> str:
        return "large" if self.user and self.user.large_text else ""

    @property
    def language(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @cached_property
    def role(self) -> str:
        """The person's first role and where it holds, for the foot of the side bar."""
        if self.user is None:
            return ""
        memberships = running_memberships(self.user)
        if not memberships:
            return ""
        return f"{memberships[0].role.name} · {memberships[0].node}"

    @cached_property
    def navigation(self) -> tuple[tuple[str, tuple[Place, ...]], ...]:
        return _navigation(self._held)

    @cached_property
    def tabs(self) -> tuple[Place, ...]:
        return _resolved(PHONE, self._held)

    @cached_property
    def counted_tabs(self) -> tuple[Place, ...]:
        """The same with what waits behind them; only the phone's shell asks."""
        if self.user is None:
            return self.tabs
        counts = {
            address("phone:alarm"): len(self.called),
            address("phone:tasks"): my_tasks(self.user).count(),
        }
        return tuple(replace(tab, count=counts.get(tab.url, 0)) for tab in self.tabs)

    @cached_property
    def wanted(self) -> list[Assignment]:
        """Where the reader is to go, answered or not."""
        return open_assignments(self.user) if self.user else []

    @property
    def called(self) -> list[Assignment]:
        """Where nobody knows yet whether they come."""
        return [one for one in self.wanted if one.state == AssignmentState.ALERTED]

    @cached_property
    def current(self) -> tuple[str, ...]:
        """The addresses in the navigation at or below which this page stands."""
        urls = (place.url for _label, places in self.navigation for place in places)
        return tuple(url for url in urls if is_current(url, self._request.path))

    @cached_property
    def _held(self) -> frozenset[str] | None:
        """The reader's roles and what they carry; nothing at all for a visitor."""
        if self.user is None:
            return None
        return frozenset(
            held
            for membership in running_memberships(self.user)
            for held in (membership.role_key, *membership.role.permissions)
        )


def is_current(url: str, path: str) -> bool:
    """Whether ``path`` is at or below ``url``; everything stands below a home."""
    return path == url or (url not in HOMES and path.startswith(url))


@remembered(most=64)
def _navigation(
    held: frozenset[str] | None,
) -> tuple[tuple[str, tuple[Place, ...]], ...]:
    groups = [(str(group.label), _resolved(group.entries, held)) for group in DESK]
    return tuple((label, places) for label, places in groups if places)


@remembered(most=256)
def _resolved(
    entries: tuple[Entry, ...], held: frozenset[str] | None
) -> tuple[Place, ...]:
    if held is None:
        return ()
    places = []
    for entry in entries:
        if not entry.is_for(held):
            continue
        try:
            url = address(entry.url_name)
        except NoReverseMatch:
            continue
        places.append(Place(label=str(entry.label), icon=entry.icon, url=url))
    return tuple(places)


def screen(request: HttpRequest) -> dict[str, Any]:
    """The context processor. ``now`` is the instant of the request, read here once."""
    return {
        "screen": Screen(request),
        "now": timezone.now(),
        "demo": settings.DEMO,
        "languages": settings.LANGUAGES,
    }

"""The roster as a table: the template, a week written out, and rows read back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from anlan.accounts.models import Post, Shift, Site, User
from anlan.accounts.permissions import covers, memberships_not_over
from anlan.accounts.roles import ROLES
from anlan.accounts.selectors import staff_to_plan
from anlan.accounts.services import PlannedShift, RowError
from anlan.base.clock import SHANGHAI, local_time
from anlan.base.errors import InvalidInput
from anlan.base.sheet import Table

# What a column may be called; the first name is the one we write.
COLUMNS: dict[str, tuple[str, ...]] = {
    "day": ("日期", "date"),
    "post": ("岗位", "post"),
    "person": ("工号或账号", "工号", "账号", "person", "employee number", "username"),
    "name": ("姓名", "name"),
    "role": ("角色", "role"),
    "from": ("开始", "上班", "from", "start"),
    "until": ("结束", "下班", "until", "end"),
}
NEEDED = ("day", "post", "person", "from", "until")
HEADER = [names[0] for names in COLUMNS.values()]
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00(?::00)?)?")
_TIME = re.compile(r"(\d{1,2})[:：](\d{2})(?::00)?")


@dataclass(frozen=True, kw_only=True)
class ReadRoster:
    """What a table says: the shifts that are clear, and the rows that are not."""

    planned: list[PlannedShift]
    errors: list[RowError]


def write_roster(shifts: Iterable[Shift]) -> Table:
    """The shifts as rows under the header; the name is there for people to read."""
    return [
        HEADER,
        *(
            [
                f"{local_time(shift.starts_at):%Y-%m-%d}",
                shift.post.name,
                shift.user.employee_number or shift.user.username,
                shift.user.name,
                str(ROLES[shift.role_key].name),
                f"{local_time(shift.starts_at):%H:%M}",
                f"{local_time(shift.ends_at):%H:%M}",
            ]
            for shift in shifts
        ),
    ]


def read_roster(site: Site, table: Table) -> ReadRoster:
    """Read rows under a header whose columns may stand in any order.

    An end that is not after the start is on the next day. A role that is left out is
    the person's only one at the site.

    Raises:
        InvalidInput: there is no header, or a column is missing.
    """
    columns = _columns(table)
    posts = {post.name: post for post in Post.objects.filter(site=site, is_active=True)}
    people = _by_key(staff_to_plan(site))
    planned: list[PlannedShift] = []
    errors: list[RowError] = []
    for line, row in enumerate(table[1:], start=2):
        if not any(row):
            continue
        cells = {
            key: row[index] if index < len(row) else ""
            for key, index in columns.items()
        }
        try:
            planned.append(_planned(site, line, cells, posts, people))
        except InvalidInput as error:
            errors.append(RowError(line=line, sentence=str(error)))
    return ReadRoster(planned=planned, errors=errors)


def _columns(table: Table) -> dict[str, int]:
    if not table:
        raise InvalidInput(_("表格是空的"), path="file")
    header = [cell.strip().lower() for cell in table[0]]
    found = {
        key: header.index(name)
        for key, names in COLUMNS.items()
        for name in reversed(names)
        if name in header
    }
    missing = [COLUMNS[key][0] for key in NEEDED if key not in found]
    if missing:
        raise InvalidInput(
            _("第一行应为表头，缺少：%s") % "、".join(missing), path="file"
        )
    return found


def _by_key(people: Iterable[User]) -> dict[str, list[User]]:
    found: dict[str, list[User]] = {}
    for user in people:
        keys = {user.employee_number.lower(), user.username.lower()} - {""}
        for key in keys:
            found.setdefault(key, []).append(user)
    return found


def _planned(
    site: Site,
    line: int,
    cells: dict[str, str],
    posts: dict[str, Post],
    people: dict[str, list[User]],
) -> PlannedShift:
    post = posts.get(cells["post"])
    if post is None:
        raise InvalidInput(_("没有这个岗位：%s") % cells["post"], path="post")
    user = _user(cells, people)
    day = _day(cells["day"])
    starts_at = datetime.combine(day, _time(cells["from"]), tzinfo=SHANGHAI)
    ends_at = datetime.combine(day, _time(cells["until"]), tzinfo=SHANGHAI)
    if ends_at <= starts_at:
        ends_at += timedelta(days=1)
    return PlannedShift(
        line=line,
        post=post,
        user=user,
        role_key=_role(cells.get("role", ""), user, site),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _user(cells: dict[str, str], people: dict[str, list[User]]) -> User:
    found = people.get(cells["person"].lower(), [])
    if len(found) != 1:
        words = _("有两个人叫：%s") if found else _("这个项目没有这个人：%s")
        raise InvalidInput(words % cells["person"], path="person")
    name = cells.get("name", "")
    if name and name != found[0].name:
        raise InvalidInput(
            _("姓名与工号不符：%(name)s，%(person)s")
            % {"name": name, "person": cells["person"]},
            path="name",
        )
    return found[0]


def _role(words: str, user: User, site: Site) -> str:
    held = list(
        dict.fromkeys(m.role_key for m in memberships_not_over(user) if covers(m, site))
    )
    if words:
        if words in (known := _role_words()):
            return known[words]
        raise InvalidInput(_("没有这个角色：%s") % words, path="role")
    if len(held) != 1:
        raise InvalidInput(_("这个人有多个角色，请写明角色"), path="role")
    return held[0]


def _role_words() -> dict[str, str]:
    """What a role may be called: its key, or its name in any language of the screens."""
    known = {key: key for key in ROLES}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            known |= {str(role.name): key for key, role in ROLES.items()}
    return known


def _day(words: str) -> date:
    match = _DAY.fullmatch(words)
    try:
        return (
            date(*(int(part) for part in match.groups())) if match else _no_day(words)
        )
    except ValueError:
        return _no_day(words)


def _no_day(words: str) -> date:
    raise InvalidInput(_("日期应为 2026-11-23 的样子：%s") % words, path="day")


def _time(words: str) -> time:
    match = _TIME.fullmatch(words)
    if match is None or int(match[1]) > 24 or int(match[2]) > 59:
        raise InvalidInput(_("时间应为 07:00 的样子：%s") % words, path="from")
    hour = int(match[1])
    if hour == 24 and match[2] != "00":
        raise InvalidInput(_("时间应为 07:00 的样子：%s") % words, path="from")
    return time(hour % 24, int(match[2]))

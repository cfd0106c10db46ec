"""The invented company of the demo, the scenarios and the browser tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from anlan.accounts import services as accounts
from anlan.accounts.models import Organisation, Place, Post, Region, Shift, Site, User
from anlan.base.clock import day_bounds, local_day
from anlan.incidents import services as incidents
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM

PASSWORD = "anlan-demo-2026"  # noqa: S105 -- an invented company; printed at every start


@dataclass(frozen=True)
class Somebody:
    """One of the demo's people: how they sign in, and what they are."""

    username: str
    name: str
    number: str
    role: str
    node: str  # "organisation", "region", or a site's code
    phone: str
    post: str = ""
    night: bool = False


PEOPLE = (
    Somebody(
        "wangjianguo",
        "王建国",
        "B-1001",
        "guard",
        "YQ",
        "19900000001",
        "地下车库巡逻岗",
    ),
    Somebody(
        "zhangqiang", "张强", "B-1002", "guard", "YQ", "19900000002", "3 号楼大堂岗"
    ),
    Somebody("lixiang", "李响", "B-1003", "guard", "YQ", "19900000003", "监控室"),
    Somebody(
        "sunlei", "孙磊", "B-1004", "guard_captain", "YQ", "19900000004", "南门岗"
    ),
    Somebody(
        "maliang",
        "马亮",
        "B-1005",
        "guard",
        "YQ",
        "19900000005",
        "地下车库巡逻岗",
        night=True,
    ),
    Somebody(
        "gaofeng",
        "高峰",
        "B-1006",
        "guard",
        "YQ",
        "19900000006",
        "3 号楼大堂岗",
        night=True,
    ),
    Somebody(
        "zhoumin", "周敏", "D-2001", "duty_officer", "YQ", "19900000011", "值班室"
    ),
    Somebody(
        "lixue",
        "黎雪",
        "D-2002",
        "duty_officer",
        "YQ",
        "19900000012",
        "值班室",
        night=True,
    ),
    Somebody("lifang", "李芳", "K-3001", "customer_service", "YQ", "19900000021"),
    Somebody("chenwen", "陈雯", "K-3002", "customer_service", "YQ", "19900000022"),
    Somebody("hetao", "何涛", "X-4001", "site_manager", "YQ", "19900000031"),
    Somebody("xuqing", "许晴", "T-5001", "investigator", "region", "19900000041"),
    Somebody(
        "chenlu", "陈律", "F-6001", "legal_counsel", "organisation", "19900000051"
    ),
    Somebody("linan", "林安", "W-7001", "counsellor", "YQ", "19900000061"),
    Somebody("fangzheng", "方正", "W-7002", "mediator", "YQ", "19900000062"),
    Somebody(
        "guoxin", "郭欣", "Z-8001", "hq_supervisor", "organisation", "19900000071"
    ),
    Somebody(
        "admin", "管理员", "A-9001", "administrator", "organisation", "19900000081"
    ),
    Somebody("dingyi", "丁一", "B-1101", "guard", "HT", "19900000101", "中庭岗"),
    Somebody(
        "tangning", "唐宁", "D-2101", "duty_officer", "HT", "19900000111", "值班室"
    ),
)

# building → floor → room or spot; a tuple of (kind, name, children).
_PLACES = {
    "YQ": (
        ("building", "3 号楼", (
            ("floor", "B1 车库", (
                ("spot", "东区 12 号车位", ()),
                ("spot", "西区出入口", ()),
            )),
            ("floor", "1 层", (
                ("spot", "大堂前台", ()),
                ("spot", "电梯厅", ()),
                ("room", "值班室", ()),
                ("room", "会客室", ()),
            )),
            ("floor", "12 层", (
                ("room", "1206 室", ()),
            )),
            ("floor", "15 层", (
                ("room", "1502 室", ()),
            )),
        )),
        ("building", "6 号楼", (
            ("floor", "1 层", (("spot", "大堂", ()),)),
        )),
        ("building", "园区", (
            ("spot", "南门", ()),
            ("spot", "快递柜", ()),
            ("room", "监控室", ()),
        )),
    ),
    "HT": (
        ("building", "海棠中心", (
            ("floor", "1 层", (
                ("spot", "中庭", ()),
                ("room", "值班室", ()),
            )),
        )),
    ),
}  # fmt: skip

# The south gate has nobody at night: the gap that the roster shows.
_ALWAYS_STAFFED = {"地下车库巡逻岗", "3 号楼大堂岗", "南门岗", "值班室"}
_POSTS = {
    "YQ": {
        "地下车库巡逻岗": ("3 号楼 B1 车库", "3"),
        "3 号楼大堂岗": ("3 号楼 1 层 大堂前台", "3"),
        "监控室": ("园区 监控室", "1"),
        "南门岗": ("园区 南门", "1"),
        "值班室": ("3 号楼 1 层 值班室", "1"),
    },
    "HT": {
        "中庭岗": ("海棠中心 1 层 中庭", "2"),
        "值班室": ("海棠中心 1 层 值班室", "1"),
    },
}
DAY_BEGINS = timedelta(hours=7)  # after midnight
_HALF_A_DAY = timedelta(hours=12)
_ON_DUTY_SINCE = timedelta(hours=4)
# Before its first shift: who stands there then has a role already.
_FOUNDED = timedelta(days=2)


# What hangs on the wall of the monitor room: name and place of each picture.
_TILES = {
    "YQ": (
        ("CAM-01", "园区 南门"),
        ("CAM-02", "园区 快递柜"),
        ("CAM-03", "3 号楼 1 层 大堂前台"),
        ("CAM-04", "3 号楼 1 层 电梯厅"),
        ("CAM-07", "3 号楼 B1 车库 东区 12 号车位"),
        ("CAM-08", "3 号楼 B1 车库 西区出入口"),
        ("CAM-11", "6 号楼 1 层 大堂"),
    ),
}
_MONITOR_ROOM = "监控室"


def found_company(
    *,
    at: datetime,
    days: int = 7,
    day_begins: timedelta = DAY_BEGINS,
    with_passwords: bool = False,
) -> Organisation:
    """Make the whole company, with a roster from yesterday's night shift on.

    Args:
        at: when the roster was made; the company is two days older.
        days: how far the roster reaches.
        day_begins: when the day crew comes, after midnight; the night crew comes
            twelve hours later.
        with_passwords: lets its people sign in; a scenario does not need it.
    """
    founded_at = at - _FOUNDED
    with ledger.recording():
        organisation = accounts.found_organisation(
            code="ANYUN", name="安云物业（演示）", by=SYSTEM, at=founded_at
        )
        south = accounts.add_region(
            organisation=organisation, name="华南区", by=SYSTEM, at=founded_at
        )
        sites = _add_sites(organisation, south, founded_at)
        people = _add_people(organisation, south, sites, founded_at)
        for site in sites.values():
            for tree in _PLACES[site.code]:
                _add_places(site, tree, None, founded_at)
            _add_posts(site, founded_at)
            _add_tiles(site, founded_at)
        for day in range(-1, days):
            _add_day(people, at=at, day=day, day_begins=day_begins)
        incidents.install_defaults(organisation=organisation, by=SYSTEM, at=founded_at)
        if with_passwords:
            # One hash for all: hashing is slow on purpose, and these people are invented.
            User.objects.filter(organisation=organisation).update(
                password=make_password(PASSWORD)
            )
    return organisation


def day_begins_at(at: datetime) -> timedelta:
    """The hour at which a day crew comes that has been on duty for some four hours.

    Who tries Anlan late in the evening wants to meet the people that the guide names.
    """
    came = at - _ON_DUTY_SINCE
    hours = (came - day_bounds(local_day(came))[0]) // timedelta(hours=1)
    return timedelta(hours=hours)


def extend_roster(*, at: datetime, days: int = 7) -> int:
    """Let the roster reach ``days`` ahead again, at the hours of its last shifts.

    A demo that is started after weeks would otherwise have nobody on duty. Returns how
    many days were added.
    """
    users = User.objects.filter(username__in=[one.username for one in PEOPLE])
    people = {user.username: user for user in users}
    crew = next(
        one for one in PEOPLE if one.post and one.node == "YQ" and not one.night
    )
    last = (
        Shift.objects.filter(user=people[crew.username]).latest("starts_at").starts_at
    )
    day_begins = last - day_bounds(local_day(last))[0]
    missing = range(max(-1, (local_day(last) - local_day(at)).days + 1), days)
    with ledger.recording():
        for day in missing:
            _add_day(people, at=at, day=day, day_begins=day_begins)
    return len(missing)


def _add_sites(
    organisation: Organisation, region: Region, at: datetime
) -> dict[str, Site]:
    estate = accounts.add_site(
        organisation=organisation,
        region=region,
        code="YQ",
        name="云栖花园",
        address="云栖市滨河区云栖路 88 号",
        control_room_phone="0100-5550 8001",
        by=SYSTEM,
        at=at,
    )
    mall = accounts.add_site(
        organisation=organisation,
        region=region,
        code="HT",
        name="海棠中心",
        address="云栖市滨河区海棠路 6 号",
        control_room_phone="0100-5550 8101",
        by=SYSTEM,
        at=at,
    )
    return {"YQ": estate, "HT": mall}


def _add_people(
    organisation: Organisation, region: Region, sites: dict[str, Site], at: datetime
) -> dict[str, User]:
    nodes: dict[str, Organisation | Region | Site] = {
        "organisation": organisation,
        "region": region,
        **sites,
    }
    people = {}
    for somebody in PEOPLE:
        user = accounts.add_user(
            organisation=organisation,
            username=somebody.username,
            name=somebody.name,
            employee_number=somebody.number,
            phone=somebody.phone,
            by=SYSTEM,
            at=at,
        )
        accounts.grant_role(
            user=user,
            role_key=somebody.role,
            node=nodes[somebody.node],
            by=SYSTEM,
            at=at,
        )
        people[somebody.username] = user
    return people


def _add_places(site: Site, tree: tuple, parent: Place | None, at: datetime) -> None:  # type: ignore[type-arg]  # nests itself
    kind, name, children = tree
    place = accounts.add_place(
        site=site, kind=Place.Kind(kind), name=name, parent=parent, by=SYSTEM, at=at
    )
    for child in children:
        _add_places(site, child, place, at)


def _add_posts(site: Site, at: datetime) -> None:
    for name, (label, radio) in _POSTS[site.code].items():
        place = Place.objects.get(site=site, label=label)
        accounts.add_post(
            site=site,
            place=place,
            name=name,
            radio=radio,
            must_be_staffed=name in _ALWAYS_STAFFED,
            by=SYSTEM,
            at=at,
        )


def _add_tiles(site: Site, at: datetime) -> None:
    for name, label in _TILES.get(site.code, ()):
        incidents.add_monitor_tile(
            post=Post.objects.get(site=site, name=_MONITOR_ROOM),
            place=Place.objects.get(site=site, label=label),
            label=name,
            by=SYSTEM,
            at=at,
        )


def _add_day(
    people: dict[str, User], *, at: datetime, day: int, day_begins: timedelta
) -> None:
    midnight = day_bounds(local_day(at) + timedelta(days=day))[0]
    for somebody in PEOPLE:
        if not somebody.post:
            continue
        starts_at = midnight + day_begins
        if somebody.night:
            starts_at += _HALF_A_DAY
        # Sites without a night crew in the demo are covered round the clock.
        hours = 12 if somebody.node == "YQ" else 24
        accounts.add_shift(
            post=Post.objects.get(site__code=somebody.node, name=somebody.post),
            user=people[somebody.username],
            role_key=somebody.role,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            by=SYSTEM,
            at=at,
        )

"""The roster: posts, shifts, tables in and out, and the hours in which nobody stands."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.accounts import services
from anlan.accounts.models import Membership, Post, Shift
from anlan.accounts.roster_file import HEADER, read_roster, write_roster
from anlan.accounts.selectors import double_bookings, roster_gaps, shifts_between
from anlan.base.clock import SHANGHAI, local_time, start_of_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.sheet import read_sheet, write_csv, write_xlsx
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry

MONDAY = date(2026, 12, 7)  # a week for which the demo has no roster
START, END = start_of_day(MONDAY), start_of_day(MONDAY + timedelta(days=7))


def hour(day: int, hours: float) -> datetime:
    return START + timedelta(days=day, hours=hours)


def post_of(scene, **changes) -> Post:
    post = Post.objects.get(site=scene.site, name="南门岗")
    Post.objects.filter(pk=post.pk).update(must_be_staffed=True, **changes)
    post.refresh_from_db()
    return post


def put(scene, post, username, starts, ends, by=None) -> Shift:
    user = scene.person(username)
    role = user.memberships.get().role_key
    return services.add_shift(
        post=post,
        user=user,
        role_key=role,
        starts_at=starts,
        ends_at=ends,
        by=by or scene.manager,
        at=scene.at,
    )


def bring_in(scene, rows, by=None):
    read = read_roster(scene.site, [HEADER, *rows])
    assert not read.errors
    return services.import_roster(
        site=scene.site, planned=read.planned, by=by or scene.manager, at=scene.at
    )


ROW = ["2026-12-07", "南门岗", "B-1001", "王建国", "保安", "19:00", "07:00"]


class TestShifts:
    def test_a_night_over_midnight(self, scene):
        shift = put(scene, post_of(scene), "wangjianguo", hour(0, 19), hour(1, 7))

        assert shift in shifts_between(scene.site, hour(1, 0), hour(1, 1))
        assert shift not in shifts_between(scene.site, hour(1, 7), hour(1, 8))

    def test_nobody_stands_in_two_places(self, scene):
        put(scene, post_of(scene), "wangjianguo", hour(0, 19), hour(1, 7))
        with pytest.raises(Conflict):
            put(scene, post_of(scene), "wangjianguo", hour(1, 6), hour(1, 12))
        put(scene, post_of(scene), "wangjianguo", hour(1, 7), hour(1, 12))

    @pytest.mark.parametrize(("starts", "ends"), [(7, 7), (7, 6), (7, 31.5)])
    def test_a_shift_has_a_length(self, scene, starts, ends):
        with pytest.raises(InvalidInput):
            put(scene, post_of(scene), "wangjianguo", hour(0, starts), hour(0, ends))

    def test_a_role_held_elsewhere_does_not_count(self, scene):
        with pytest.raises(InvalidInput, match="角色"):
            put(scene, post_of(scene), "dingyi", hour(0, 7), hour(0, 19))

    def test_a_shift_that_is_over_is_not_rewritten(self, scene):
        shift = put(scene, post_of(scene), "wangjianguo", hour(0, 7), hour(0, 19))
        with pytest.raises(Conflict):
            services.remove_shift(shift=shift, by=scene.manager, at=hour(0, 19))
        services.remove_shift(shift=shift, by=scene.manager, at=scene.at)

        assert not Shift.objects.filter(starts_at=hour(0, 7)).exists()
        assert Entry.objects.filter(kind="accounts.shift_removed").count() == 1

    def test_double_bookings_that_came_in_otherwise_are_shown(self, scene):
        post = post_of(scene)
        first = put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        first.pk, first.uid = None, type(first.uid)(int=7)
        first.starts_at, first.ends_at = hour(0, 18), hour(0, 20)
        first.save(force_insert=True)

        assert len(double_bookings(scene.site, START, END)) == 1
        assert not double_bookings(scene.site, hour(1, 0), END)


class TestPosts:
    def test_a_post_is_closed_once(self, scene):
        post = post_of(scene)
        seen_by_another = Post.objects.get(pk=post.pk)
        for one in (post, seen_by_another):
            services.close_post(post=one, by=scene.manager, at=hour(8, 0))
        closed = Entry.objects.filter(kind="accounts.post_closed")
        assert closed.count() == 1

    def test_a_post_with_shifts_ahead_is_not_closed(self, scene):
        post = post_of(scene)
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        with pytest.raises(Conflict):
            services.close_post(post=post, by=scene.manager, at=scene.at)
        services.close_post(post=post, by=scene.manager, at=hour(8, 0))
        with pytest.raises(InvalidInput, match="停用"):
            put(scene, post, "zhangqiang", hour(9, 7), hour(9, 19))

    def test_half_of_the_hours_is_refused(self, scene):
        post = post_of(scene)
        with pytest.raises(InvalidInput):
            services.change_post(
                post=post,
                place=post.place,
                name=post.name,
                staffed_from=time(7),
                by=scene.manager,
                at=scene.at,
            )


def gaps_by_the_minute(
    post: Post, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The oracle: ask every minute by the clock on the wall."""

    def needs(at: datetime) -> bool:
        if post.staffed_from is None or post.staffed_until is None:
            return True
        now = local_time(at).time()
        if post.staffed_from < post.staffed_until:
            return post.staffed_from <= now < post.staffed_until
        return now >= post.staffed_from or now < post.staffed_until

    shifts = list(
        post.shifts.filter(user__is_active=True).values_list("starts_at", "ends_at")
    )
    found: list[tuple[datetime, datetime]] = []
    at = start
    while at < end:
        following = at + timedelta(minutes=1)
        if needs(at) and not any(a <= at < b for a, b in shifts):
            if found and found[-1][1] == at:
                found[-1] = found[-1][0], following
            else:
                found.append((at, following))
        at = following
    return found


quarters = st.integers(0, 95).map(lambda q: time(q // 4, q % 4 * 15))
shift_times = st.lists(
    st.tuples(st.integers(-4, 4 * 24 * 3), st.integers(1, 96)), max_size=8
)


class TestGaps:
    @given(
        hours=st.one_of(st.none(), st.tuples(quarters, quarters)),
        shifts=shift_times,
        window=st.tuples(st.integers(0, 40), st.integers(1, 30)),
    )
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_the_same_as_asking_every_minute(self, scene, hours, shifts, window):
        begins, ends = hours or (None, None)
        Post.objects.filter(site=scene.site).update(must_be_staffed=False)
        post = post_of(scene, staffed_from=begins, staffed_until=ends)
        Shift.objects.filter(post=post).delete()
        for number, (quarter, length) in enumerate(shifts):
            starts_at = START + timedelta(minutes=15 * quarter)
            Shift.objects.create(
                site=scene.site,
                post=post,
                user=scene.guard if number % 2 else scene.next_guard,
                role_key="guard",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=15 * length),
            )
        start = START + timedelta(hours=window[0])
        end = start + timedelta(hours=window[1])

        found = [(g.starts_at, g.ends_at) for g in roster_gaps(scene.site, start, end)]

        assert found == gaps_by_the_minute(post, start, end)

    def test_a_disabled_person_leaves_a_gap(self, scene):
        Post.objects.filter(site=scene.site).update(must_be_staffed=False)
        post = post_of(scene, staffed_from=time(7), staffed_until=time(19))
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        assert not roster_gaps(scene.site, START, hour(1, 0))

        services.disable_user(user=scene.guard, by=scene.manager, at=scene.at)

        [gap] = roster_gaps(scene.site, START, hour(1, 0))
        assert (gap.starts_at, gap.ends_at) == (hour(0, 7), hour(0, 19))


class TestRolesThatEnd:
    """A shift is worth as much as the role its person holds at that hour."""

    @pytest.fixture
    def post(self, scene) -> Post:
        Post.objects.filter(site=scene.site).update(must_be_staffed=False)
        return post_of(scene, staffed_from=time(7), staffed_until=time(19))

    @staticmethod
    def set_period(scene, **changes) -> None:
        assert Membership.objects.filter(user=scene.guard).update(**changes)

    @staticmethod
    def gaps(scene) -> list[tuple[datetime, datetime]]:
        return [(g.starts_at, g.ends_at) for g in roster_gaps(scene.site, START, END)]

    @pytest.mark.both
    def test_a_role_that_ends_before_leaves_all_of_the_shift(self, scene, post):
        nobody = self.gaps(scene)
        put(scene, post, "wangjianguo", hour(2, 7), hour(2, 19))
        filled = [gap for gap in nobody if gap[0] != hour(2, 7)]

        self.set_period(scene, ended_at=hour(2, 19))
        assert self.gaps(scene) == filled

        self.set_period(scene, ended_at=hour(2, 7))
        assert self.gaps(scene) == nobody

    def test_a_role_that_ends_within_leaves_the_rest(self, scene, post):
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        self.set_period(scene, ended_at=hour(0, 12))

        assert self.gaps(scene)[0] == (hour(0, 12), hour(0, 19))

    def test_a_role_that_begins_within_leaves_the_first(self, scene, post):
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        self.set_period(scene, since_at=hour(0, 9))

        assert self.gaps(scene)[0] == (hour(0, 7), hour(0, 9))

    def test_two_periods_of_a_role_that_meet_leave_nothing(self, scene, post):
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        [held] = Membership.objects.filter(user=scene.guard)
        self.set_period(scene, ended_at=hour(0, 12))
        held.pk, held.uid, held.since_at = None, uuid4(), hour(0, 12)
        held.save(force_insert=True)

        assert (hour(0, 12), hour(0, 19)) not in self.gaps(scene)
        assert self.gaps(scene)[0][0] == hour(1, 7)

    def test_another_role_or_another_site_does_not_fill_it(self, scene, post):
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        held = Membership.objects.filter(user=scene.guard)
        for changes in ({"role_key": "duty_officer"}, {"site": scene.other_site}):
            before = held.values(*changes).get()
            held.update(**changes)
            assert self.gaps(scene)[0] == (hour(0, 7), hour(0, 19))
            held.update(**before)

        assert self.gaps(scene)[0][0] == hour(1, 7)

    def test_a_role_in_the_region_or_the_company_fills_it(self, scene, post):
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        held = Membership.objects.filter(user=scene.guard)
        for above in ({"site": None}, {"region": scene.site.region}):
            held.update(**above)
            assert self.gaps(scene)[0][0] == hour(1, 7)

    @pytest.mark.parametrize("ended_at", [hour(0, 7), hour(0, 12)])
    def test_the_page_says_whose_role_it_is(self, scene, post, ended_at):
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        address = f"/admin/sites/{scene.site.code}/roster/?week={MONDAY}"
        page = Client()
        page.force_login(scene.manager)
        assert "没有角色" not in page.get(address).content.decode()
        self.set_period(scene, ended_at=ended_at)

        body = " ".join(page.get(address).content.decode().split())

        lacking = f"{local_time(ended_at):%H:%M}–19:00"
        assert f'没有角色 <span class="num nowrap" >{lacking}</span>' in body
        assert f'缺 <span class="num" >{lacking}</span>' in body

    def test_more_shifts_ask_no_more(self, scene, post):
        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                roster_gaps(scene.site, START, END)
            return len(queries)

        Membership.objects.filter(user=scene.guard).update(
            site=None, region=scene.site.region
        )
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        one = asked()
        for day in (1, 2, 3):
            put(scene, post, "wangjianguo", hour(day, 7), hour(day, 19))
        put(scene, post, "zhangqiang", hour(4, 7), hour(4, 19))

        assert asked() == one


class TestImport:
    def test_a_table_in_any_order_of_columns(self, scene):
        read = read_roster(
            scene.site,
            [
                ["下班", "账号", "岗位", "日期", "上班", "备注"],
                ["7:00", "wangjianguo", "南门岗", "2026/12/7", "19：00", "x"],
            ],
        )

        [row] = read.planned
        assert (row.user, row.role_key) == (scene.guard, "guard")
        assert (row.starts_at, row.ends_at) == (hour(0, 19), hour(1, 7))

    @pytest.mark.both
    def test_the_same_table_twice_changes_nothing(self, scene):
        rows = [ROW, ["2026-12-08", "南门岗", "B-1001", "", "", "19:00", "07:00"]]

        assert bring_in(scene, rows).added == 2
        again = bring_in(scene, rows)

        assert (again.added, again.kept) == (0, 2)
        assert Shift.objects.filter(starts_at__gte=START).count() == 2
        assert Entry.objects.filter(kind="accounts.roster_imported").count() == 2

    @pytest.mark.parametrize(
        ("column", "value", "says"),
        [
            (0, "2026-13-01", "日期"),
            (0, "明天", "日期"),
            (1, "北门岗", "没有这个岗位"),
            (2, "B-9999", "没有这个人"),
            (2, "B-1101", "没有这个人"),  # of the other site
            (3, "张三", "姓名与工号不符"),
            (4, "皇帝", "没有这个角色"),
            (5, "25:00", "时间"),
            (6, "24:30", "时间"),
            (6, "", "时间"),
        ],
    )
    def test_a_wrong_row_says_what_and_where(self, scene, column, value, says):
        row = list(ROW)
        row[column] = value

        read = read_roster(scene.site, [HEADER, ROW, row])

        [error] = read.errors
        assert error.line == 3
        assert says in error.sentence

    def test_all_or_nothing(self, scene):
        table = [
            HEADER,
            ROW,
            [
                "2026-12-08",
                "南门岗",
                "B-1001",
                "",
                "",
                "06:00",
                "12:00",
            ],  # still on night duty
            [
                "2026-12-09",
                "南门岗",
                "B-1001",
                "",
                "值班主任",
                "06:00",
                "12:00",
            ],  # not his role
        ]
        read = read_roster(scene.site, table)
        before = Entry.objects.count()

        with pytest.raises(services.RosterRefused) as refused:
            services.import_roster(
                site=scene.site, planned=read.planned, by=scene.manager, at=scene.at
            )

        assert [error.line for error in refused.value.errors] == [3, 4]
        assert not Shift.objects.filter(starts_at__gte=START).exists()
        assert Entry.objects.count() == before

    @pytest.mark.parametrize("table", [[], [["a", "b"]], [["日期", "岗位"]]])
    def test_a_table_without_our_header_is_refused(self, scene, table):
        with pytest.raises(InvalidInput):
            read_roster(scene.site, table)

    def test_only_who_plans_brings_in(self, scene):
        with pytest.raises(NotAllowed):
            bring_in(scene, [ROW], by=scene.guard)

    @given(
        days=st.lists(
            st.tuples(
                st.sampled_from(["wangjianguo", "zhangqiang", "sunlei"]),
                st.integers(0, 60),
                st.integers(0, 95),
                st.integers(1, 96),
            ),
            max_size=10,
            unique_by=lambda row: (row[0], row[1] // 3),
        ),
        as_xlsx=st.booleans(),
    )
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_what_was_written_out_comes_back(self, scene, days, as_xlsx):
        post = post_of(scene)
        shifts = [
            Shift(
                site=scene.site,
                post=post,
                user=(user := scene.person(username)),
                role_key=user.memberships.get().role_key,
                starts_at=(
                    starts_at := datetime.combine(
                        MONDAY + timedelta(days=day), time(), tzinfo=SHANGHAI
                    )
                    + timedelta(minutes=15 * quarter)
                ),
                ends_at=starts_at + timedelta(minutes=15 * length),
            )
            for username, day, quarter, length in days
        ]
        table = write_roster(shifts)
        data = write_xlsx(table, title="排班") if as_xlsx else write_csv(table)

        read = read_roster(scene.site, read_sheet(data))

        assert not read.errors
        assert [
            (r.post, r.user, r.role_key, r.starts_at, r.ends_at) for r in read.planned
        ] == [(s.post, s.user, s.role_key, s.starts_at, s.ends_at) for s in shifts]


def test_the_system_may_plan(scene):
    put(scene, post_of(scene), "wangjianguo", hour(0, 7), hour(0, 19), by=SYSTEM)


LATER = MONDAY + timedelta(days=7)


class TestCopy:
    def copy(self, scene, *, by=None, at=None, target=LATER):
        return services.copy_week(
            site=scene.site,
            source=MONDAY,
            target=target,
            by=by or scene.manager,
            at=at or scene.at,
        )

    def week(self, scene, monday) -> list[tuple[Any, ...]]:
        start = start_of_day(monday)
        return [
            (s.user.username, s.post.name, s.starts_at - start, s.ends_at - start)
            for s in shifts_between(scene.site, start, start + timedelta(days=7))
        ]

    def kinds(self) -> list[str]:
        found = Entry.objects.filter(site_id__gt=0).order_by("-seq")
        return list(found.values_list("kind", flat=True))

    @pytest.mark.both
    def test_the_same_week_seven_days_later_and_only_once(self, scene):
        post = post_of(scene)
        put(scene, post, "wangjianguo", hour(0, 19), hour(1, 7))
        put(scene, post, "zhangqiang", hour(6, 19), hour(7, 7))  # into the next week

        first = self.copy(scene)
        recorded = self.kinds()
        again = self.copy(scene)

        assert (len(first.added), first.kept, first.left_out) == (2, 0, [])
        assert recorded[:3] == [
            "accounts.roster_copied",
            "accounts.shift_added",
            "accounts.shift_added",
        ]
        assert (again.added, again.kept, again.left_out) == ([], 2, [])
        assert self.kinds() == recorded
        assert [row for row in self.week(scene, LATER) if row[2] >= timedelta()] == (
            self.week(scene, MONDAY)
        )

    def test_what_cannot_be_is_named_and_the_rest_is_made(self, scene):
        post = post_of(scene)
        other = services.add_post(
            site=scene.site,
            place=post.place,
            name="临时岗",
            by=scene.manager,
            at=scene.at,
        )
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        put(scene, post, "zhangqiang", hour(0, 19), hour(1, 7))
        put(scene, other, "sunlei", hour(0, 7), hour(0, 19))
        put(scene, post, "lixiang", hour(1, 7), hour(1, 19))
        put(scene, post, "wangjianguo", hour(7, 12), hour(8, 0))  # in his way
        services.disable_user(user=scene.next_guard, by=scene.manager, at=scene.at)
        Post.objects.filter(pk=other.pk).update(is_active=False)

        copy = self.copy(scene)

        assert [(c.user.username, c.starts_at) for c in copy.added] == [
            ("lixiang", hour(8, 7))
        ]
        assert sorted((c.shift.user.username, c.sentence) for c in copy.left_out) == [
            ("sunlei", "岗位“临时岗”已经停用"),
            ("wangjianguo", "这个人在这段时间已经有班"),
            ("zhangqiang", "账号已停用，不能排班"),
        ]

    def test_a_look_changes_nothing_and_says_the_same(self, scene):
        put(scene, post_of(scene), "wangjianguo", hour(0, 7), hour(0, 19))
        before = self.kinds()
        week = {"site": scene.site, "source": MONDAY, "target": LATER}

        seen = services.preview_copy(**week, by=scene.manager, at=scene.at)

        assert self.kinds() == before
        assert not self.week(scene, LATER)
        made = self.copy(scene)
        assert [str(s) for s in seen.added] == [str(s) for s in made.added]

    def test_nobody_is_put_on_duty_in_the_past(self, scene):
        post = post_of(scene)
        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        put(scene, post, "zhangqiang", hour(0, 19), hour(1, 7))

        copy = self.copy(scene, at=hour(7, 19))

        assert [left.sentence for left in copy.left_out] == ["这一班已经过去"]
        assert [shift.user for shift in copy.added] == [scene.next_guard]

    def test_a_week_begins_on_monday_and_is_another_one(self, scene):
        for target in (MONDAY, MONDAY + timedelta(days=1)):
            with pytest.raises(InvalidInput):
                self.copy(scene, target=target)

    def test_only_who_plans_copies(self, scene):
        put(scene, post_of(scene), "wangjianguo", hour(0, 7), hour(0, 19))
        for act in (services.copy_week, services.preview_copy):
            with pytest.raises(NotAllowed):
                act(
                    site=scene.site,
                    source=MONDAY,
                    target=LATER,
                    by=scene.guard,
                    at=scene.at,
                )
        assert not self.week(scene, LATER)

    def test_a_longer_week_asks_the_database_no_more(self, scene):
        post = post_of(scene)

        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                services.preview_copy(
                    site=scene.site,
                    source=MONDAY,
                    target=LATER,
                    by=SYSTEM,
                    at=scene.at,
                )
            return len(queries)

        put(scene, post, "wangjianguo", hour(0, 7), hour(0, 19))
        with_one = asked()
        for day in range(1, 5):
            put(scene, post, "wangjianguo", hour(day, 7), hour(day, 19))

        assert asked() == with_one

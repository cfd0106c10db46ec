"""Roles that begin and end on a day: no effect a microsecond before, none after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import orjson
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.accounts import services
from anlan.accounts.models import Membership, Post, User
from anlan.accounts.permissions import (
    has_permission,
    held_at,
    holds_role,
    holds_somewhere,
    sites_where,
)
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import (
    people_by_role,
    people_for,
    people_with_role,
    staff_of,
    staff_to_plan,
)
from anlan.accounts.selectors.tokens import user_of_token
from anlan.accounts.services import create_token
from anlan.base.clock import acting_at, start_of_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.incidents.dispatch import ladder
from anlan.ledger.models import Entry
from anlan.ledger.sentences import event_of, sentence
from anlan.phone.shared import _may_open
from tests.accounts.browsing import sign_in
from tests.at_once import at_once
from tests.scene import Scene

MICROSECOND = timedelta(microseconds=1)


def grant(scene: Scene, begins=None, ends=None, *, user=None, role="guard", by="admin"):
    return services.grant_role(
        user=user or scene.person("linan"),
        role_key=role,
        node=scene.site,
        begins_at=begins,
        ends_at=ends,
        by=scene.person(by),
        at=scene.at,
    )


@pytest.fixture
def newcomer(scene: Scene) -> User:
    """Somebody with no role at all."""
    return services.add_user(
        organisation=scene.organisation,
        username="xinren",
        name="新人",
        by=scene.person("admin"),
        at=scene.at,
    )


def answers(scene: Scene, user: User, at: datetime) -> dict[str, bool]:
    """What every reader of memberships says of a guard of this site at a moment."""
    fresh = User.objects.get(pk=user.pk)  # as a later request would load them
    see = Permission.INCIDENT_SEE
    with acting_at(at):
        return {
            "has_permission": has_permission(fresh, see, site=scene.site),
            "sites_where": scene.site in sites_where(fresh, see),
            "by role": scene.site in sites_where(fresh, see, role_key="guard"),
            "held_at": see in held_at(fresh, scene.site),
            "holds_somewhere": holds_somewhere(fresh, see),
            "holds_role": holds_role(fresh, "guard", site=scene.site),
            "staff_of": fresh in staff_of(scene.site),
            "people_with_role": fresh in people_with_role(scene.site, "guard"),
            "people_by_role": fresh in people_by_role(scene.site, ["guard"])["guard"],
            "shared phone": fresh in _may_open(scene.site),
        }


@settings(max_examples=30)
@given(
    begins=st.integers(1, 400 * 24 * 60),
    minutes=st.one_of(st.none(), st.integers(1, 400 * 24 * 60)),
    asked=st.integers(-60, 900 * 24 * 60),
)
def test_it_holds_within_its_borders_and_nowhere_else(
    scene, newcomer, begins, minutes, asked
):
    Membership.objects.filter(user=newcomer).delete()
    begins_at = scene.at + timedelta(minutes=begins)
    ends_at = None if minutes is None else begins_at + timedelta(minutes=minutes)
    grant(scene, begins_at, ends_at, user=newcomer)

    borders = [begins_at, ends_at or begins_at]
    moments = [scene.at, scene.at + timedelta(minutes=asked), *borders]
    moments += [border - MICROSECOND for border in borders]
    for at in moments:
        runs = begins_at <= at and (ends_at is None or at < ends_at)
        assert set(answers(scene, newcomer, at).values()) == {runs}, at


def test_the_same_object_is_asked_again_at_another_moment(scene, newcomer):
    begins = scene.at + timedelta(hours=1)
    grant(scene, begins, user=newcomer)
    see = Permission.INCIDENT_SEE

    asked = []
    for at in (scene.at, begins, scene.at):
        with acting_at(at):
            asked.append(has_permission(newcomer, see, site=scene.site))

    assert asked == [False, True, False]


class TestPlanning:
    def test_a_shift_needs_the_role_for_all_of_it(self, scene, newcomer):
        begins = start_of_day(date(2026, 12, 1))
        ends = begins + timedelta(days=10)
        grant(scene, begins, ends, user=newcomer)
        post = Post.objects.get(site=scene.site, name="南门岗")

        def put(starts_at: datetime) -> None:
            services.add_shift(
                post=post,
                user=newcomer,
                role_key="guard",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=12),
                by=scene.manager,
                at=scene.at,
            )

        assert newcomer in staff_to_plan(scene.site)
        put(begins)
        put(ends - timedelta(hours=12))
        for starts_at in (
            begins - timedelta(hours=13),
            begins - timedelta(hours=1),
            ends - timedelta(hours=11),
        ):
            with pytest.raises(InvalidInput):
                put(starts_at)

    def test_dispatch_sends_nobody_whose_role_has_ended(self, scene, newcomer):
        ends = scene.at + timedelta(hours=2)
        grant(scene, None, ends, user=newcomer)
        post = Post.objects.get(site=scene.site, name="南门岗")
        shift = services.add_shift(
            post=post,
            user=newcomer,
            role_key="guard",
            starts_at=scene.at - timedelta(hours=1),
            ends_at=ends,
            by=scene.manager,
            at=scene.at,
        )
        shift.ends_at = ends + timedelta(hours=9)  # as if the role had been shortened
        shift.save(update_fields=["ends_at"])

        def is_sent(at: datetime) -> bool:
            with acting_at(at):
                found = ladder(site=scene.site, place=scene.garage, at=at)
                return newcomer in [candidate.user for candidate in found]

        assert is_sent(scene.at)
        assert not is_sent(ends)


class TestGranting:
    @pytest.mark.parametrize(
        ("begins", "ends"), [(-1, None), (5, 5), (5, 4), (None, 0), (None, -1)]
    )
    def test_an_empty_period_and_the_past_are_refused(self, scene, begins, ends):
        def hours(n: int | None) -> datetime | None:
            return None if n is None else scene.at + timedelta(hours=n)

        with pytest.raises(InvalidInput):
            grant(scene, hours(begins), hours(ends))

    @pytest.mark.both
    def test_the_same_period_twice_is_one_role(self, scene, newcomer):
        begins, ends = scene.at + timedelta(days=1), scene.at + timedelta(days=9)
        first = grant(scene, begins, ends, user=newcomer)
        assert grant(scene, begins, ends, user=newcomer) == first
        within = (begins + timedelta(days=1), ends - timedelta(days=1))
        assert grant(scene, *within, user=newcomer) == first

        with pytest.raises(Conflict):
            grant(scene, begins, None, user=newcomer)
        with pytest.raises(Conflict):
            grant(scene, None, begins + MICROSECOND, user=newcomer)
        grant(scene, None, begins, user=newcomer)
        grant(scene, ends, None, user=newcomer)

        kinds = Entry.objects.filter(subject=newcomer.subject).values_list("kind")
        assert kinds.filter(kind="accounts.role_granted_for").count() == 3
        assert not kinds.filter(kind="accounts.role_granted").exists()

    @pytest.mark.both
    def test_two_who_grant_at_once_make_one_role(self, committed_scene):
        scene = committed_scene
        user = scene.person("linan")
        begins = scene.at + timedelta(days=1)

        made = at_once(*[lambda: grant(scene, begins, role="mediator")] * 3)

        assert len({m.pk for m in made}) == 1
        held = Membership.objects.filter(user=user, role_key="mediator")
        assert held.count() == 1

    def test_the_record_says_from_when_to_when(self, scene, newcomer):
        begins = start_of_day(date(2026, 12, 1))
        grant(scene, begins, begins + timedelta(days=31), user=newcomer)

        entry = Entry.objects.filter(subject=newcomer.subject).latest("seq")
        event = event_of(entry.kind, orjson.loads(bytes(entry.data or b"")))
        assert event is not None
        said = sentence(event, actor=entry.actor, names={})

        assert "2026-12-01 00:00 起，到 2027-01-01 00:00 为止" in said

    def test_a_role_that_has_not_begun_is_taken_back(self, scene, newcomer):
        begins = scene.at + timedelta(days=3)
        held = grant(scene, begins, user=newcomer)
        for _twice in range(2):
            services.end_role(
                membership=held, by=scene.person("admin"), at=scene.at + MICROSECOND
            )

        assert not any(answers(scene, newcomer, begins).values())
        ended = Entry.objects.filter(
            subject=newcomer.subject, kind="accounts.role_ended"
        )
        assert ended.count() == 1
        assert grant(scene, begins, user=newcomer) != held

    def test_an_end_that_lies_ahead_is_brought_forward(self, scene, newcomer):
        held = grant(scene, None, scene.at + timedelta(days=3), user=newcomer)
        later = scene.at + timedelta(hours=1)
        services.end_role(membership=held, by=scene.person("admin"), at=later)

        assert all(answers(scene, newcomer, later - MICROSECOND).values())
        assert not any(answers(scene, newcomer, later).values())


class TestAdministering:
    def test_who_will_have_more_is_not_managed_from_below(self, scene, newcomer):
        grant(scene, scene.at + timedelta(days=1), user=newcomer, role="hq_supervisor")

        with pytest.raises(NotAllowed):
            services.disable_user(user=newcomer, by=scene.manager, at=scene.at)

    def test_who_begins_later_is_seen_by_the_site_and_not_by_another(
        self, scene, newcomer
    ):
        assert newcomer in people_for(scene.person("hetao"))
        other = scene.person("tangning")
        Membership.objects.filter(user=other).update(role_key="site_manager")
        assert newcomer in people_for(other)  # of nobody yet

        grant(scene, scene.at + timedelta(days=1), user=newcomer)

        assert newcomer in people_for(scene.person("hetao"))
        assert newcomer not in people_for(scene.person("tangning"))

    @pytest.mark.parametrize("days", [(0, 30), (1, None)])
    def test_an_administrator_for_a_while_is_not_the_one_who_stays(self, scene, days):
        begins, ends = days
        services.grant_role(
            user=scene.manager,
            role_key="administrator",
            node=scene.organisation,
            begins_at=scene.at + timedelta(days=begins) if begins else None,
            ends_at=scene.at + timedelta(days=ends) if ends else None,
            by=scene.person("admin"),
            at=scene.at,
        )
        last = Membership.objects.get(
            user__username="admin", role_key="administrator", ended_at=None
        )

        with pytest.raises(Conflict):
            services.end_role(
                membership=last, by=scene.person("admin"), at=scene.at + MICROSECOND
            )

    def test_a_token_gives_nothing_before_the_role_begins(self, scene, newcomer):
        grant(scene, scene.at + timedelta(days=2), user=newcomer)
        begins = scene.at + timedelta(days=2)
        with acting_at(begins):
            _row, secret = create_token(
                user=User.objects.get(pk=newcomer.pk),
                name="x",
                scopes=[Permission.INCIDENT_SEE],
                days=30,
                by=newcomer,
                at=begins,
            )
        for at, may in ((begins - MICROSECOND, False), (begins, True)):
            with acting_at(at):
                found = user_of_token(secret, at=at)
                assert found is not None
                see = Permission.INCIDENT_SEE
                assert has_permission(found[0], see, site=scene.site) is may


class TestPages:
    @pytest.fixture
    def ask(self, scene, client) -> Callable[..., str]:
        def asked(who: str, path: str, at: datetime) -> str:
            with time_machine.travel(at, tick=False):
                sign_in(client, scene.person(who))
                page: bytes = client.get(path, follow=True).content
                return page.decode()

        return asked

    def test_from_the_invitation_to_the_first_day(self, scene, client, ask):
        said = {
            "name": "钱一",
            "username": "qianyi",
            "role": "duty_officer",
            "node": f"site:{scene.site.pk}",
            "begins": "2026-12-01",
            "ends": "2026-12-31",
        }
        with time_machine.travel(scene.at, tick=False):
            sign_in(client, scene.person("hetao"))
            paper = client.post("/admin/people/new/", said).content.decode()
        assert "自 2026-12-01 起" in paper

        people = ask("hetao", "/admin/people/?text=qianyi", scene.at)
        assert "自 2026-12-01 起" in people
        assert "至 2026-12-31" in people
        person = User.objects.get(username="qianyi")
        assert "还没开始" in ask("hetao", f"/admin/people/{person.uid}/", scene.at)
        begins = start_of_day(date(2026, 12, 1))
        before = ask("qianyi", "/", begins - MICROSECOND)
        assert "您的角色还没开始" in before
        assert "/incidents/" not in before
        after = ask("qianyi", "/", begins)
        assert "您的角色还没开始" not in after
        assert "/incidents/" in after
        ends = start_of_day(date(2027, 1, 1))
        assert "/incidents/" in ask("qianyi", "/", ends - MICROSECOND)
        assert "/incidents/" not in ask("qianyi", "/", ends)

    def test_a_day_that_has_passed_is_refused_at_its_field(self, scene, client):
        person = scene.person("linan")
        with time_machine.travel(scene.at, tick=False):
            sign_in(client, scene.person("admin"))
            page = client.post(
                f"/admin/people/{person.uid}/grant/",
                {
                    "role": "mediator",
                    "node": f"site:{scene.site.pk}",
                    "begins": "2026-11-22",
                },
            )
        assert page.status_code == 422
        assert "开始不能早于现在" in page.content.decode()

    def test_today_is_at_once(self, scene, client):
        person = scene.person("linan")
        said = {"role": "mediator", "node": f"site:{scene.site.pk}"}
        with time_machine.travel(scene.at, tick=False):
            sign_in(client, scene.person("admin"))
            client.post(
                f"/admin/people/{person.uid}/grant/", {**said, "begins": "2026-11-23"}
            )
        held = Membership.objects.get(user=person, role_key="mediator")
        assert (held.since_at, held.ended_at) == (scene.at, None)

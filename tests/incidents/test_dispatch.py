"""The distance in the tree of places, and the order of the ladder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.accounts.models import Place
from anlan.incidents.dispatch import ladder
from anlan.incidents.enums import Rung
from anlan.incidents.policies import NEIGHBOUR_STEPS
from tests.scene import Scene

# A spot is known by the way to it from the root: /1/4/9/.
ways = st.lists(st.integers(1, 4), min_size=1, max_size=5)


def spot(way: list[int], *, site: int = 1) -> Place:
    """A place whose path is unique to its way: /1/ and /2/1/ share nothing."""
    steps = ["-".join(map(str, way[: n + 1])) for n in range(len(way))]
    return Place(path=f"/{'/'.join(steps)}/", site_id=site)


class TestDistance:
    @given(ways)
    def test_to_itself_is_nothing(self, way) -> None:
        assert spot(way).distance_to(spot(way)) == 0

    @given(ways, ways)
    def test_is_the_same_both_ways_and_zero_only_here(self, a, b) -> None:
        distance = spot(a).distance_to(spot(b))
        assert distance == spot(b).distance_to(spot(a))
        assert (distance == 0) == (a == b)

    @given(ways, ways, ways)
    def test_no_detour_is_shorter(self, a, b, c) -> None:
        direct = spot(a).distance_to(spot(c))
        assert direct <= spot(a).distance_to(spot(b)) + spot(b).distance_to(spot(c))

    @given(ways, st.integers(1, 4))
    def test_one_step_into_a_room_and_two_to_its_neighbour(self, way, step) -> None:
        inside, beside = spot([*way, step]), spot([*way, step + 10])
        assert spot(way).distance_to(inside) == 1
        assert inside.distance_to(beside) == 2
        assert inside.distance_to(beside) <= NEIGHBOUR_STEPS


@pytest.mark.django_db
class TestLadder:
    def test_guards_by_distance_wherever_it_happens(self, scene: Scene) -> None:
        for place in Place.objects.filter(site=scene.site):
            found = ladder(site=scene.site, place=place, at=scene.at)
            distances = [c.distance for c in found if c.rung == Rung.GUARD]
            assert distances == sorted(distances, key=lambda d: d or 0)
            rungs = [list(Rung).index(c.rung) for c in found]
            assert rungs == sorted(rungs)
            assert len({c.user.pk for c in found}) == len(found)

    def test_night_shift_is_sent_at_night(self, scene) -> None:
        night = scene.at + timedelta(hours=10)

        found = ladder(site=scene.site, place=scene.garage, at=night)

        on_duty = [c.user.username for c in found if c.on_duty]
        assert on_duty == ["maliang", "gaofeng", "lixue"]

    def test_without_an_officer_on_duty_all_officers_are_tried(self, scene) -> None:
        scene.officer.shifts.all().delete()

        found = ladder(site=scene.site, place=scene.garage, at=scene.at)

        officers = [c.user.username for c in found if c.rung == Rung.DUTY_OFFICER]
        assert officers == ["zhoumin", "lixue"]

    def test_disabled_people_are_not_sent(self, scene) -> None:
        scene.guard.__class__.objects.filter(pk=scene.guard.pk).update(is_active=False)

        found = ladder(site=scene.site, place=scene.garage, at=scene.at)

        assert "wangjianguo" not in [c.user.username for c in found]

    def test_shift_change_is_exact(self, scene) -> None:
        change = scene.at.replace(hour=11, minute=0, second=0)  # 19:00 in Shanghai
        before = ladder(
            site=scene.site, place=scene.garage, at=change - timedelta(microseconds=1)
        )
        after = ladder(site=scene.site, place=scene.garage, at=change)

        assert before[0].user.username == "wangjianguo"
        assert after[0].user.username == "maliang"

"""Case numbers: without a gap, without a double, whoever opens cases at once."""

from __future__ import annotations

from collections import Counter as Tally
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.base.case_number import parse_case_number
from anlan.cases.enums import CaseKind
from anlan.cases.models import Case, Counter
from anlan.cases.services.opening import next_number
from anlan.ledger import services as ledger
from anlan.ledger.verify import verify
from tests.at_once import at_once, failures
from tests.scene import Scene

pytestmark = pytest.mark.both

openings = st.lists(
    st.tuples(
        st.booleans(),  # which site
        st.sampled_from([CaseKind.INCIDENT, CaseKind.DRILL]),
        st.dates(date(2026, 1, 1), date(2026, 1, 3)),
        st.booleans(),  # whether the transaction fails afterwards
    ),
    max_size=25,
)


@given(openings=openings)
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,  # what it leaves is counted away below
        HealthCheck.too_slow,
    ],
)
def test_numbers_count_up_from_one_for_each_site_kind_and_day(
    scene: Scene, openings: list[tuple[bool, CaseKind, date, bool]]
) -> None:
    Counter.objects.all().delete()
    sites = {True: scene.site, False: scene.other_site}
    given_out: Tally[tuple[bool, CaseKind, date]] = Tally()
    for at_home, kind, day, fails in openings:
        text = _numbered(sites[at_home], kind, day, fails=fails)
        if text is None:
            continue
        given_out[at_home, kind, day] += 1
        number = parse_case_number(text)
        assert number.counter == given_out[at_home, kind, day]
        assert (number.site_code, number.kind.value, number.day) == (
            sites[at_home].code,
            kind.value,
            day,
        )


def _numbered(site, kind: CaseKind, day: date, *, fails: bool) -> str | None:
    """The number given out, or nothing where the transaction was undone."""
    with transaction.atomic():
        number = next_number(site=site, kind=kind, day=day)
        transaction.set_rollback(fails)
    return None if fails else number


@pytest.mark.slow
def test_cases_opened_at_once(committed_scene: Scene) -> None:
    """Fights too far apart in time to be one: eight numbers, one to eight."""
    scene = committed_scene
    hours = [scene.at - timedelta(hours=n) for n in range(8)]

    results = at_once(*(partial(scene.report, at=at) for at in hours))

    assert failures(results) == []
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert numbers == [f"YQ-IN-20261123-{n:03d}" for n in range(1, 9)]
    assert verify().is_sound


@pytest.mark.slow
def test_first_case_of_a_day_opened_at_once(committed_scene: Scene) -> None:
    scene = committed_scene

    def number() -> str:
        with ledger.recording():
            return next_number(
                site=scene.site, kind=CaseKind.COMPLAINT, day=date(2026, 2, 1)
            )

    results = at_once(*[number] * 6)

    assert failures(results) == []
    assert sorted(results) == [f"YQ-CP-20260201-{n:03d}" for n in range(1, 7)]

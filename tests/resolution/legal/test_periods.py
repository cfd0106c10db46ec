"""The register of periods: known days, and what holds for all that may happen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.clock import local_day, start_of_day
from anlan.base.errors import Conflict
from anlan.law import selectors as law
from anlan.law.book import Confidence
from anlan.resolution.legal import periods
from anlan.resolution.legal.enums import Happening, PaperKind, ReportState, Whose
from anlan.resolution.legal.models import PolicePaper
from anlan.resolution.legal.periods import Happened, reckon
from anlan.resolution.legal.policies import REPORT_MOVES, state_after
from anlan.resolution.legal.selectors.police import last_day

PAPERS = [kind.value for kind in PaperKind]


def happened(what: str, on: date, *, received: date | None = None) -> Happened:
    return Happened(
        Happening(what),
        start_of_day(on),
        start_of_day(received or on),
        f"{what}:{on}",
    )


def last_of(rule: str, *rows: Happened) -> date:
    (found,) = [one for one in reckon(rows) if one.rule.id == rule]
    return last_day(found.due_at)


@pytest.mark.parametrize(
    ("rule", "what", "on", "last"),
    [
        ("D03", "act", date(2026, 1, 20), date(2026, 7, 20)),
        # 30 days from 20 January is in the Spring Festival: law notes §12.
        ("D07", "filing", date(2026, 1, 20), date(2026, 2, 24)),
        ("D07b", "filing", date(2026, 1, 20), date(2026, 3, 23)),
        ("D05b", "hand_over", date(2026, 4, 30), date(2026, 5, 6)),
        ("D08", "mediation", date(2026, 4, 30), date(2026, 5, 13)),
        # What the victim may do never moves on for a holiday.
        ("D09", "refusal", date(2026, 9, 28), date(2026, 10, 5)),
        ("D10", "decision", date(2026, 1, 20), date(2026, 3, 21)),
        ("D11", "decision", date(2026, 8, 31), date(2027, 2, 28)),
    ],
)
def test_last_days(rule: str, what: str, on: date, last: date) -> None:
    assert last_of(rule, happened(what, on)) == last


def test_a_year_whose_holidays_nobody_knows_is_said_where_it_matters() -> None:
    """As G37 asks; what the victim may do never moves on."""
    known, unknown = date(2026, 2, 24), date(2031, 2, 24)
    assert periods.rule("D07").unpublished_year(known) is None
    assert periods.rule("D07").unpublished_year(unknown) == 2031
    assert periods.rule("D08").unpublished_year(unknown) == 2031
    assert periods.rule("D05").unpublished_year(unknown) is None
    assert periods.rule("D10").unpublished_year(unknown) is None


@pytest.mark.parametrize(
    ("rule", "is_so"), [("D07", True), ("D07b", True), ("D07c", True), ("D04", False)]
)
def test_the_day_is_the_earliest_where_an_appraisal_is_not_counted(
    rule: str, *, is_so: bool
) -> None:
    """Its papers do not say how long it took (治安法 118)."""
    filed = happened("filing", date(2026, 1, 20))
    appraised = happened("appraisal", date(2026, 1, 22))
    assert periods.rule(rule).is_earliest([filed, appraised]) == is_so
    assert not periods.rule(rule).is_earliest([filed])


@pytest.mark.parametrize(
    ("on", "last", "cited"),
    [
        (
            date(2025, 12, 31),
            date(2026, 6, 30),
            "《治安管理处罚法》（2012 年修正）第22条",
        ),
        (
            date(2026, 1, 1),
            date(2026, 7, 1),
            "《治安管理处罚法》（2025 年修订）第25条",
        ),
    ],
)
def test_the_six_months_of_the_police_are_cited_by_the_day_of_the_act(
    on: date, last: date, cited: str
) -> None:
    assert law.cite_all(periods.rule("D03").sources, on=on) == cited
    assert last_of("D03", happened("act", on)) == last


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(2026, 1, 1)])
def test_what_runs_from_a_day_rests_on_what_was_in_force(on: date) -> None:
    for one in periods.rules():
        if one.is_in_force(on):
            assert law.in_force(one.sources, on=on)


def test_a_second_mediation_opens_no_time_and_ends_the_first() -> None:
    first = happened("mediation", date(2026, 4, 30))
    second = happened("mediation", date(2026, 5, 8))
    found = [one for one in reckon([second, first]) if one.rule.id == "D08"]
    assert [last_day(one.due_at) for one in found] == [date(2026, 5, 13)]
    assert found[0].ended_at == second.at
    (alone,) = [one for one in reckon([first]) if one.rule.id == "D08"]
    assert alone.ended_at is None


def test_hours_run_from_the_moment() -> None:
    at = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    row = Happened(Happening.HAND_OVER, at, at, "r")
    (found,) = [one for one in reckon([row]) if one.rule.id == "D05"]
    assert found.due_at == at + timedelta(hours=24)


def test_the_victims_days_count_from_when_they_got_it() -> None:
    row = happened("refusal", date(2026, 6, 1), received=date(2026, 6, 9))
    assert last_of("D09", row) == date(2026, 6, 16)


@pytest.mark.parametrize(
    ("on", "rules"),
    [
        (date(2025, 12, 31), {"D04", "D07d"}),
        (date(2026, 1, 1), {"D04"}),
    ],
)
def test_the_law_of_the_day_counts(on: date, rules: set[str]) -> None:
    assert {one.rule.id for one in reckon([happened("receipt", on)])} == rules


def test_what_was_before_the_hand_over_answers_it_too() -> None:
    called = date(2026, 6, 1)
    rows = [happened("receipt", called), happened("hand_over", date(2026, 6, 3))]
    (found,) = [one for one in reckon(rows) if one.rule.id == "D05"]
    assert found.ended_at == start_of_day(date(2026, 6, 3))


@pytest.mark.parametrize("rule", periods.rules(), ids=lambda one: one.id)
def test_every_row_rests_on_sources_and_says_how_sure_it_is(rule) -> None:
    known = [law.source(name).confidence for name in rule.sources]
    assert known
    if rule.is_law:
        assert set(known) == {Confidence.READ}
    if rule.of == Whose.VICTIM:
        assert rule.is_law
        assert rule.roll_over == "never"


_DAYS = st.dates(date(2025, 11, 1), date(2027, 3, 1))
_ROWS = st.lists(
    st.builds(
        lambda what, on, later: happened(what, on, received=on + timedelta(days=later)),
        st.sampled_from([one.value for one in Happening]),
        _DAYS,
        st.integers(0, 40),
    ),
    max_size=8,
)


@given(_ROWS, st.randoms(use_true_random=False))
def test_the_order_in_which_things_became_known_does_not_matter(rows, random) -> None:
    shuffled = [*rows, *rows[:2]]
    random.shuffle(shuffled)
    assert reckon(shuffled) == reckon(rows)


@given(_ROWS)
def test_a_period_begins_before_it_ends_and_is_opened_by_what_happened(rows) -> None:
    for one in reckon(rows):
        assert one.begins_at < one.due_at
        assert one.opened_by in {row.key for row in rows}
        opening = min(row.at for row in rows if row.key == one.opened_by)
        assert one.ended_at is None or one.ended_at >= opening
        assert one.rule.is_in_force(local_day(opening))


@given(_ROWS, st.sampled_from(PAPERS), _DAYS)
def test_more_papers_never_make_anybody_later(rows, what: str, on: date) -> None:
    """A further paper opens and ends periods, and moves the end of none."""
    before = {(one.rule.id, one.opened_by): one for one in reckon(rows)}
    after = {
        (one.rule.id, one.opened_by): one for one in reckon([*rows, happened(what, on)])
    }
    for key, one in before.items():
        if one.rule.is_once and key not in after:
            continue  # an earlier first time was not known
        then = after[key]
        if key[1] == f"{what}:{on}":
            continue
        assert then.due_at == one.due_at
        assert one.ended_at is None or then.ended_at is not None


@given(st.lists(st.tuples(st.sampled_from(PAPERS), _DAYS), max_size=6), st.randoms())
def test_the_state_follows_from_the_set_of_papers(rows, random) -> None:
    papers = [
        PolicePaper(pk=number, kind=kind, dated_on=on)
        for number, (kind, on) in enumerate(rows)
    ]

    def read(some: list[PolicePaper]) -> ReportState | None:
        try:
            return state_after(some, against={})
        except Conflict:
            return None

    found = read(papers)
    random.shuffle(papers)
    assert read(papers) == found


def test_every_state_is_reached_and_leads_on() -> None:
    reached = {ReportState.PREPARING, *(s for to in REPORT_MOVES.values() for s in to)}
    assert reached == set(ReportState) == set(REPORT_MOVES)

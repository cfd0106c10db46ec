"""Each row alone: a fault is named by its key and nothing that it holds, and rests then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from anlan.base.one_by_one import FIRST_REST, LONGEST_REST, each_alone, resting

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "name"),
    [(7, "row 7 was"), ((7, 9), "row 7 9 was"), ("陆远航", "a row was")],
)
def test_what_failed_is_named_by_its_key(
    row: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(one: Any) -> int:
        raise ValueError(one)

    assert each_alone([row], fail, job="tests", at=AT) == 0
    assert name in caplog.text
    assert "陆远航" not in caplog.text


def test_one_that_always_fails_is_told_once_and_tried_ever_less(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tried: list[datetime] = []

    def at_that_time(at: datetime) -> Callable[[int], int]:
        def act(key: int) -> int:
            if key == 1:
                tried.append(at)
                raise ValueError
            return 1

        return act

    told = 0
    for second in range(24 * 3600):
        at = AT + timedelta(seconds=second)
        rows = [key for key in (1, 2) if key not in resting("tests", at=at)]
        try:
            done = each_alone(rows, at_that_time(at), job="tests", at=at, is_told=True)
        except ValueError:
            told += 1
        else:
            assert done == 1  # the other one waits for nobody
    assert told == caplog.text.count("was left") == 1
    assert 100 < len(tried) < 200
    assert tried[1] - tried[0] == FIRST_REST
    assert tried[-1] - tried[-2] == LONGEST_REST


def test_what_works_again_is_told_anew_when_it_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    works = False

    def act(_key: int) -> int:
        if not works:
            raise ValueError
        return 1

    each_alone([1], act, job="tests", at=AT)
    works = True
    assert each_alone([1], act, job="tests", at=AT + FIRST_REST) == 1
    assert resting("tests") == []
    works = False
    each_alone([1], act, job="tests", at=AT + 2 * FIRST_REST)
    assert caplog.text.count("was left") == 2


def test_jobs_do_not_rest_for_each_other_nor_for_a_story_of_another_day() -> None:
    def fail(_key: int) -> int:
        raise ValueError

    each_alone([1], fail, job="tests", at=AT)
    assert resting("tests", at=AT) == [1]
    assert resting("others", at=AT) == []
    assert resting("tests", at=AT - timedelta(days=1)) == []

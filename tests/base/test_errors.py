from __future__ import annotations

from django.db import IntegrityError

from anlan.base.errors import traced


def _refuse(name: str) -> None:
    raise IntegrityError(f"Key (name)=({name}) already exists")


def test_a_log_says_what_and_where_but_quotes_no_row() -> None:
    try:
        _refuse("陈" + "小雨")  # not in the source as it is
    except IntegrityError as error:
        logged = traced(error)

    assert logged.startswith("IntegrityError\n")
    assert "in _refuse" in logged
    assert "陈小雨" not in logged

"""Clocks of a case: what could not fire, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.base.one_by_one import LONGEST_REST, resting
from anlan.cases import services as cases
from anlan.cases.services import deadlines
from tests.scene import Scene


@pytest.mark.both
def test_a_clock_that_fired_with_the_others_rests_no_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = scene.incident().case
    for key in ("tests.one", "tests.two"):
        cases.start_deadline(
            case=case,
            key=key,
            about=case.subject,
            due_at=scene.at + timedelta(minutes=1),
            at=scene.at,
        )
    late = scene.at + timedelta(minutes=2)

    def fail(*_args: Any, **_more: Any) -> None:
        raise ValueError("broken")

    with monkeypatch.context() as broken:
        broken.setattr(deadlines, "record", fail)
        with pytest.raises(ValueError, match="broken"):
            cases.fire_due_deadlines(at=late)
    assert len(resting("clocks")) >= 2
    assert cases.fire_due_deadlines(at=late + LONGEST_REST) >= 2
    assert resting("clocks") == []

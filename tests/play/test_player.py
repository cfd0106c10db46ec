"""What a refused step takes for its refusal, and what is measured at the end."""

from __future__ import annotations

import pytest

from anlan.base.errors import Conflict
from anlan.play import measures
from anlan.play.actions import Stage
from anlan.play.measures import take_measures
from anlan.play.player import is_refused_as
from tests.scene import Scene

REFUSAL = Conflict("较大及以上的事件必须报警（G01 另有规定）", source="G05")


@pytest.mark.parametrize(
    ("wanted", "is_so"),
    [
        ("G05", True),
        ("conflict", True),
        ("必须报警", True),
        ("G05 必须报警", True),
        ("conflict 必须报警", True),
        ("G05 罚款", False),  # the rule with another sentence
        ("G01", False),  # in the sentence, and not its source
        ("G0", False),
        ("invalid", False),
        ("G01 必须报警", False),
        ("罚款", False),
    ],
)
def test_it_is_of_the_rule_and_in_the_words_that_are_named(
    wanted: str, *, is_so: bool
) -> None:
    assert is_refused_as(REFUSAL, wanted) == is_so


def test_what_nobody_asks_is_not_measured(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(site=scene.site, reports=[scene.report()])
    dear = pytest.fail  # the whole vault, read again
    monkeypatch.setitem(measures.MEASURES, "files_sound", dear)

    found = take_measures(stage, ["state", "reports", "no_such_measure"])

    assert found == {"state": "open", "reports": 1}

"""Words of the legal side go with their case; days and states stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.ledger.verify import verify
from anlan.resolution.legal.enums import TurnGround
from anlan.resolution.legal.jobs import look_at_limits
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Limitation,
    LimitationTurn,
    Opinion,
    WorkInjury,
    WorkInjuryStep,
)
from anlan.resolution.legal.services.erasing import erase_words
from tests.evidence.keeping import ORDINARY, ended, pass_period
from tests.resolution.legal.advised import asked, engaged, given
from tests.resolution.legal.hurt import STEP, opened, stepped
from tests.resolution.legal.limits import started, turned
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def test_words_go_and_what_happened_stays(scene: Scene):
    injury = opened(scene)
    stepped(scene, injury, STEP.FILED, paper="18 号", words="交了材料")
    turned(scene, started(scene, injury.case), TurnGround.DEMAND, words="当面催要")
    given(scene, asked(scene, engaged(scene, injury.case)))

    for _twice in range(2):
        erase_words(case=injury.case, reason="retention", at=scene.at)

    step, turn = WorkInjuryStep.objects.get(), LimitationTurn.objects.get()
    assert (step.kind, step.paper, step.words) == ("filed", "", "")
    assert (turn.ground, turn.words) == ("demand", "")
    civil = Limitation.objects.get(kind="civil")
    assert (civil.words, civil.due_on is None) == ("", False)
    assert CounselQuestion.objects.get().words == ""
    assert Opinion.objects.get().text == ""
    assert Engagement.objects.get().scope == ""
    assert WorkInjury.objects.get().state == "filed"
    assert verify().is_sound


def test_the_worker_lets_them_go_with_the_case(scene: Scene):
    injury = opened(scene)
    stepped(scene, injury, STEP.TOLD, words="当面告知")
    ended(injury.case, at=scene.at)
    look_at_limits(at=scene.at + timedelta(days=400))  # what runs keeps them

    pass_period(scene.at, ORDINARY)

    assert WorkInjuryStep.objects.get().words == ""
    assert verify().is_sound

"""An agreement and who signed it are kept until it was performed, or may be sued for no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.customers.enums import ErasureReason
from anlan.evidence.enums import Keeper
from anlan.evidence.selectors.retention import ended_at, keepers_of
from anlan.evidence.services.retention import review_case
from anlan.resolution.legal import services as legal
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.models import Duty, Talks, Term
from tests.evidence.keeping import ended, photo
from tests.resolution.legal.limits import started
from tests.resolution.mediation.talked import later, settled, sides, term
from tests.resolution.planned import legal as counsel
from tests.scene import Scene

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def duty(scene: Scene, case: Case) -> Duty:
    """An instalment of ten years, in a case that is closed."""
    settled(scene, case, term(scene, due_on=later(scene, 3600)))
    return Duty.objects.select_related("talks__case__site", "term").get()


def reviewed(scene: Scene, case: Case, days: int) -> None:
    review_case(case=case, at=scene.at + timedelta(days=days))


def erase(scene: Scene, party: Party) -> None:
    party.refresh_from_db()
    cases.erase_contact(
        party=party, reason=ErasureReason.REQUEST, by=scene.manager, at=scene.at
    )


def test_an_agreement_outlives_the_period_of_its_case(
    scene: Scene, case: Case, duty: Duty
) -> None:
    case = ended(case, at=scene.at)
    assert keepers_of(case, at=scene.at) == [Keeper.CLAIM]

    for days in (1840, 1880, 3500):
        reviewed(scene, case, days)

    assert Term.objects.get().manner
    assert Talks.objects.get().about
    mediation.record_performance(
        duty=duty,
        words="付清",
        exhibit=photo(scene, case),
        by=scene.officer,
        at=scene.at,
    )
    assert keepers_of(case, at=scene.at) == []
    reviewed(scene, case, 3600)
    reviewed(scene, case, 3640)  # the evidence, and the words with it
    assert not Term.objects.get().manner


def test_of_a_default_the_period_counts_anew(
    scene: Scene, case: Case, duty: Duty
) -> None:
    case = ended(case, at=scene.at)
    said_at = scene.at + timedelta(days=3610)

    mediation.record_default(duty=duty, words="没有付", by=scene.officer, at=said_at)

    assert keepers_of(case, at=said_at) == []
    assert ended_at(case) == said_at
    reviewed(scene, case, 3620)
    reviewed(scene, case, 3700)
    assert Term.objects.get().manner
    for days in (5450, 5500):
        reviewed(scene, case, days)
    assert not Term.objects.get().manner


def test_nobody_of_it_is_erased_while_it_is_due_or_in_default(
    scene: Scene, case: Case, duty: Duty
) -> None:
    _victim, aggressor = sides(scene, case)
    case = ended(case, at=scene.at)
    with pytest.raises(Conflict, match="和解履行在办"):
        erase(scene, aggressor)

    mediation.record_default(
        duty=duty, words="没有付", by=scene.officer, at=scene.at + timedelta(days=3610)
    )

    with pytest.raises(Conflict, match="和解协议没有履行"):
        erase(scene, aggressor)
    for days in (5450, 5500):
        reviewed(scene, case, days)
    erase(scene, aggressor)
    assert aggressor.person is not None
    assert aggressor.person.is_erased


def test_nobody_is_erased_while_a_limitation_runs(scene: Scene, case: Case) -> None:
    _victim, aggressor = sides(scene, case)
    limit = started(scene, case)
    ended(case, at=scene.at)
    with pytest.raises(Conflict, match="有时效"):
        erase(scene, aggressor)

    legal.end_limitation(
        limitation=limit, reason="已赔付", by=counsel(scene), at=scene.at
    )

    erase(scene, aggressor)
    assert aggressor.person is not None
    assert aggressor.person.is_erased

"""Whom a plan is about and who decides on it, asked again when it is decided; its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.accounts.models import User
from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.cases.enums import Severity
from anlan.cases.models import Case
from anlan.notify.models import Delivery
from anlan.resolution import services as resolution
from anlan.resolution.enums import PlanState
from anlan.resolution.models import Notice, Plan
from anlan.resolution.selectors.notices import letter_of
from tests.accounts.browsing import sign_in
from tests.resolution.planned import (
    added,
    aggressor,
    begun,
    decided,
    drafted,
    headquarters,
    legal,
    sentence_in_force,
    submitted,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def grave(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(severity=Severity.MAJOR)
    case.refresh_from_db()
    return case


def became(scene: Scene, plan: Plan, role: str) -> None:
    """Whom the plan is about plays another part than was thought."""
    party = plan.measures.get().party
    cases.set_party_roles(party=party, roles=[role], by=scene.officer, at=scene.at)


def saw_it(scene: Scene, case: Case, *users: User) -> None:
    for user in users:
        cases.add_party(
            case=case, roles=["witness"], user=user, by=scene.officer, at=scene.at
        )


def told(kind: str) -> set[str]:
    sent = Delivery.objects.filter(
        message__kind=f"resolution.{kind}", user__isnull=False
    )
    return {one.user.username for one in sent if one.user}


class TestWhomItIsAbout:
    @pytest.mark.parametrize("role", ["victim", "witness"])
    def test_is_asked_at_submission(self, scene: Scene, case: Case, role: str):
        sentence = sentence_in_force(scene, case)
        plan = begun(scene, case)
        who = aggressor(scene, case)
        added(scene, plan, drafted(scene, who, "warning_letter", sentences=[sentence]))
        became(scene, plan, role)
        with pytest.raises(Conflict, match="措施 1 针对的人"):
            resolution.submit_plan(
                plan=plan, beyond="见认定", by=plan.author, at=scene.at
            )

    def test_is_asked_of_what_a_new_version_takes_over(self, scene: Scene, case: Case):
        first = decided(scene, submitted(scene, case))
        became(scene, first, "witness")
        second = begun(scene, case)
        with pytest.raises(Conflict, match="措施 1 针对的人"):
            resolution.submit_plan(
                plan=second, beyond="见认定", by=second.author, at=scene.at
            )

    @pytest.mark.parametrize("role", ["victim", "witness"])
    def test_is_asked_at_the_decision(self, scene: Scene, case: Case, role: str):
        plan = submitted(scene, case)
        became(scene, plan, role)
        with pytest.raises(Conflict, match="措施 1 针对的人"):
            decided(scene, plan)

    def test_is_asked_before_the_letter_goes_out(self, scene: Scene, case: Case):
        plan = decided(scene, submitted(scene, case))
        notice = resolution.begin_notice(
            measure=plan.measures.get(), by=scene.officer, at=scene.at
        )
        became(scene, plan, "victim")
        with pytest.raises(Conflict, match="不能再告知"):
            resolution.issue_notice(
                notice=notice,
                shown=letter_of(notice).digest,
                by=scene.manager,
                at=scene.at,
            )
        assert Notice.objects.get(pk=notice.pk).is_draft


class TestWhoApproved:
    def test_counts_no_more_once_they_are_of_the_matter(
        self, client: Client, scene: Scene, case: Case
    ):
        plan = decided(scene, submitted(scene, grave(case)))
        saw_it(scene, case, scene.manager)

        plan = decided(scene, plan, by=headquarters(scene))
        assert plan.state == PlanState.SUBMITTED
        sign_in(client, scene.officer)
        page = client.get(f"/cases/{case.number}/plans/{plan.uid}/").content.decode()
        assert page.count("须回避，不计入") == 1

        plan = decided(scene, plan, by=legal(scene))
        assert plan.state == PlanState.APPROVED

    def test_counsel_who_is_of_the_matter_is_no_counsel(self, scene: Scene, case: Case):
        plan = submitted(scene, grave(case), "liquidated_damages")
        plan = decided(scene, plan, by=legal(scene))
        saw_it(scene, case, legal(scene))
        for who in (scene.manager, headquarters(scene)):
            plan = decided(scene, plan, by=who)
        assert plan.state == PlanState.SUBMITTED


class TestTooFewToDecide:
    def test_of_two_who_are_needed_one_is_left(self, scene: Scene, case: Case):
        sentence = sentence_in_force(scene, grave(case))
        saw_it(scene, case, scene.manager, legal(scene))
        plan = begun(scene, case)
        who = aggressor(scene, case)
        added(scene, plan, drafted(scene, who, "warning_letter", sentences=[sentence]))
        resolution.submit_plan(plan=plan, beyond="见认定", by=plan.author, at=scene.at)

        assert told("plan_to_decide") == {"guoxin"}
        assert told("too_few_decide") == {"guoxin"}

    def test_counsel_is_needed_and_none_may(self, scene: Scene, case: Case):
        sentence = sentence_in_force(scene, case)
        saw_it(scene, case, legal(scene))
        plan = begun(scene, case)
        said = drafted(
            scene, aggressor(scene, case), "liquidated_damages", sentences=[sentence]
        )
        added(scene, plan, said)
        resolution.submit_plan(plan=plan, beyond="见认定", by=plan.author, at=scene.at)

        assert told("plan_to_decide") == {"hetao", "guoxin"}
        assert told("too_few_decide") == {"guoxin"}

    def test_nobody_is_told_where_they_are_enough(self, scene: Scene, case: Case):
        plan = decided(scene, submitted(scene, grave(case)))
        assert plan.state == PlanState.SUBMITTED
        assert not told("too_few_decide")

    def test_who_is_left_after_an_approval_is_looked_at_again(
        self, scene: Scene, case: Case
    ):
        plan = submitted(scene, grave(case))
        saw_it(scene, case, headquarters(scene), legal(scene))
        decided(scene, plan)
        assert told("too_few_decide") == {"guoxin"}

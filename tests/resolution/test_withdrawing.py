"""A version that nobody goes on with is ended, so that the case does not wait for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from anlan.resolution import services as resolution
from anlan.resolution.enums import PlanState
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import ReportState
from anlan.resolution.review.policies import REPORT_MOVES
from tests.accounts.browsing import sign_in
from tests.resolution import planned, reviewed
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
WHY = "起草人已离职，由另一人重新起草"


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def witness(scene: Scene, case: Case, user: User) -> None:
    cases.add_party(
        case=case, roles=["witness"], user=user, by=scene.manager, at=scene.at
    )


def told(kind: str) -> set[str]:
    sent = Delivery.objects.filter(message__kind=kind, user__isnull=False)
    return {one.user.username for one in sent if one.user}


def entry(kind: str) -> Entry:
    return Entry.objects.get(kind=kind)


class TestPlan:
    def test_an_approver_ends_what_its_author_left(self, scene: Scene, case: Case):
        plan = planned.begun(scene, case, by=scene.manager)
        with pytest.raises(Conflict, match="审批人撤回"):
            planned.begun(scene, case)

        hq = planned.headquarters(scene)
        plan = resolution.withdraw_plan(plan=plan, reason=WHY, by=hq, at=scene.at)

        assert (plan.state, plan.reason) == (PlanState.WITHDRAWN, WHY)
        assert planned.begun(scene, case).version == 2
        assert told("resolution.plan_decided") == {"hetao"}
        assert entry("resolution.plan_withdrawn").actor == hq.actor_key
        assert verify().is_sound

    @pytest.mark.parametrize("is_submitted", [False, True])
    def test_its_author_ends_it_who_turned_out_a_witness(
        self, scene: Scene, case: Case, *, is_submitted: bool
    ):
        if is_submitted:
            plan = planned.submitted(scene, case)
        else:
            plan = planned.begun(scene, case)
        witness(scene, case, scene.officer)
        plan = resolution.withdraw_plan(
            plan=plan, reason=WHY, by=scene.officer, at=scene.at
        )
        assert plan.state == PlanState.WITHDRAWN

    def test_nobody_else_does_and_never_without_a_reason(
        self, scene: Scene, case: Case
    ):
        plan = planned.begun(scene, case, by=scene.manager)
        witness(scene, case, planned.legal(scene))
        for who in (scene.officer, planned.legal(scene), scene.guard):
            with pytest.raises(NotAllowed):
                resolution.withdraw_plan(plan=plan, reason=WHY, by=who, at=scene.at)
        with pytest.raises(InvalidInput) as refused:
            resolution.withdraw_plan(
                plan=plan, reason=" ", by=scene.manager, at=scene.at
            )
        assert refused.value.path == "reason"

    def test_on_the_page_with_its_reason(
        self, client: Client, scene: Scene, case: Case
    ):
        plan = planned.begun(scene, case)
        sign_in(client, planned.headquarters(scene))
        page = f"/cases/{case.number}/plans/{plan.uid}/"
        assert "撤回这一版" in client.get(page).content.decode()
        assert client.get(f"{page}withdrawal/").status_code == 200

        assert client.post(f"{page}withdrawal/", {"reason": ""}).status_code == 422
        assert client.post(f"{page}withdrawal/", {"reason": WHY}).status_code == 302

        shown = client.get(page).content.decode()
        assert WHY in shown
        assert "撤回这一版" not in shown


class TestReport:
    def test_an_approver_ends_what_its_author_left(self, scene: Scene, case: Case):
        report = reviewed.begun(scene, case)
        with pytest.raises(Conflict, match="审批人撤回"):
            reviewed.begun(scene, case, by=scene.officer)

        report = review.withdraw_report(
            report=report, reason=WHY, by=scene.manager, at=scene.at
        )

        assert (report.state, report.withdrawn_by) == ("withdrawn", scene.manager)
        assert reviewed.begun(scene, case, by=scene.officer).version == 2
        assert told("review.report_decided") == {"xuqing"}
        assert entry("review.report_withdrawn").actor == scene.manager.actor_key
        assert verify().is_sound

    def test_its_author_ends_it_who_turned_out_a_witness(
        self, scene: Scene, case: Case
    ):
        report = reviewed.submitted(scene, case)
        witness(scene, case, report.author)
        report = review.withdraw_report(
            report=report, reason=WHY, by=report.author, at=scene.at
        )
        assert report.state == ReportState.WITHDRAWN
        with pytest.raises(Conflict, match="已撤回"):
            reviewed.decided(scene, report)

    def test_nobody_else_does_and_never_without_a_reason(
        self, scene: Scene, case: Case
    ):
        report = reviewed.begun(scene, case)
        witness(scene, case, planned.legal(scene))
        for who in (scene.officer, planned.legal(scene), scene.guard):
            with pytest.raises(NotAllowed):
                review.withdraw_report(report=report, reason=WHY, by=who, at=scene.at)
        with pytest.raises(InvalidInput) as refused:
            review.withdraw_report(
                report=report, reason=" ", by=report.author, at=scene.at
            )
        assert refused.value.path == "reason"

    def test_on_the_page_with_its_reason(
        self, client: Client, scene: Scene, case: Case
    ):
        report = reviewed.begun(scene, case)
        sign_in(client, scene.manager)
        page = f"/cases/{case.number}/reports/{report.uid}/"
        assert "撤回这一版" in client.get(page).content.decode()
        assert client.get(f"{page}withdrawal/").status_code == 200

        assert client.post(f"{page}withdrawal/", {"reason": WHY}).status_code == 302

        shown = client.get(page).content.decode()
        assert WHY in shown
        assert "撤回这一版" not in shown

    def test_every_state_that_it_can_be_in_is_in_the_table(self):
        assert set(REPORT_MOVES) == set(ReportState)
        reachable = {ReportState.DRAFT}
        while (
            more := {to for one in reachable for to in REPORT_MOVES[one]}
        ) - reachable:
            reachable |= more
        assert reachable == set(ReportState)

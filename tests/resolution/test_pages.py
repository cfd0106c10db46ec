"""The pages of compensation: step by step without a script, masked, refused, printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.cases.models import Case
from anlan.resolution.enums import FigureKey
from anlan.resolution.forms.compensation import STEPS
from anlan.resolution.models import (
    Compensation,
    CompensationFigure,
    CompensationVersion,
)
from anlan.resolution.selectors.compensation import claim_of, outcome_of
from tests.accounts.browsing import sign_in
from tests.evidence.told import party
from tests.law.tried import assert_says
from tests.resolution.made import all_figures, begun, figure, made
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
JSON = {"Accept": "application/json"}
FORUM = {
    "forum": "civil",
    "province": "33",
    "reckoned_on": "2026-11-23",
    "born_on": "1986-01-02",
}
# Of each step, what somebody types.
TYPED: dict[str, dict[str, str]] = {
    "forum": FORUM,
    "expenses": {
        "expenses-0-item": "medical",
        "expenses-0-words": "急诊",
        "expenses-0-fen": "1,234.5",
        "expenses-0-count": "1",
        "expenses-1-item": "medical",
        "expenses-1-fen": "",
        "expenses-1-count": "1",
    },
    "income": {
        "way": "average",
        "first": "36500",
        "second": "7.3万",
        "third": "109500",
        "days": "30",
        "nursing-0-days": "10",
        "nursing-0-carers": "1",
        "nursing-0-dependency": "50",
    },
    "disability": {"grades": "9、10", "graded_on": "2026-11-01"},
    "shares": {
        "victim_fault": "30％",
        "payments-0-kind": "aggressor",
        "payments-0-fen": "1000",
    },
}


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def compensation(scene: Scene, case: Case) -> Compensation:
    return begun(scene, case)


@pytest.fixture
def service(client: Client, scene: Scene) -> Client:
    sign_in(client, scene.person("lifang"))
    return client


def address(compensation: Compensation, *below: str) -> str:
    parts = [f"/cases/{compensation.case.number}/compensation/{compensation.uid}"]
    return "/".join([*parts, *below]) + "/"


def send(client: Client, compensation: Compensation, step: str, **more: Any) -> Any:
    compensation.refresh_from_db()
    typed = {
        **TYPED[step],
        "draft_version": str(compensation.draft_version),
        "go": "next",
        **more.pop("typed", {}),
    }
    return client.post(address(compensation, "steps", step), typed, **more)


class TestSteps:
    def test_lead_to_a_result(self, scene, service, compensation) -> None:
        all_figures(scene)

        for step in list(STEPS)[:-1]:
            assert send(service, compensation, step).status_code == 302
        done = send(service, compensation, "shares", typed={"go": "reckon"})

        version = CompensationVersion.objects.get()
        claim = claim_of(version)
        assert done["Location"] == address(compensation, "versions", "1")
        assert claim.grades == (9, 10)
        assert claim.victim_fault == 3000
        assert claim.nursing[0].dependency == 5000
        assert outcome_of(version).total_fen == (
            1_234_50 + 6_000_00 + 750_00 + 50_000_00 * 20 * 22 // 100
        )
        page = service.get(done["Location"]).content.decode()
        assert "参考估算，最终以法院裁判或双方协议为准" in page
        assert "¥50,000.00 × 20 年（定残时 40 岁）× 22%" in page

    def test_a_version_is_changed_without_typing_it_again(
        self, scene, service, compensation
    ) -> None:
        all_figures(scene)
        for step in list(STEPS)[:-1]:
            send(service, compensation, step)
        send(service, compensation, "shares", typed={"go": "reckon"})

        send(
            service,
            compensation,
            "shares",
            typed={"victim_fault": "0", "go": "reckon"},
        )

        first, second = CompensationVersion.objects.order_by("number")
        assert claim_of(second) == claim_of(first).model_copy(
            update={"victim_fault": 0}
        )
        page = service.get(address(compensation, "versions", "2")).content.decode()
        assert "第 1 版尚应支付" in " ".join(page.split())

    def test_untouched_steps_claim_nothing(self, service, compensation) -> None:
        done = send(service, compensation, "forum", typed={"go": "reckon"})

        assert done.status_code == 302
        assert outcome_of(CompensationVersion.objects.get()).lines == ()

    @pytest.mark.parametrize(
        ("step", "typed", "said"),
        [
            ("forum", {"province": ""}, "这个字段"),
            ("expenses", {"expenses-0-fen": "-5"}, "金额不能是负数"),
            ("expenses", {"expenses-0-fen": "1.234"}, "最多精确到分"),
            ("shares", {"victim_fault": "130"}, "百分比"),
            ("shares", {"victim_fault": "NaN"}, "百分比"),
            ("disability", {"grades": "11"}, "一至十级"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_step_and_stays_typed(
        self, service, compensation, step: str, typed: dict[str, str], said: str
    ) -> None:
        if step != "forum":
            send(service, compensation, "forum")

        refused = send(service, compensation, step, typed={**typed, "go": "reckon"})

        page = refused.content.decode()
        assert refused.status_code == 422
        assert said in page
        assert not CompensationVersion.objects.exists()
        compensation.refresh_from_db()
        assert typed.items() <= compensation.draft[step].items()

    def test_a_refusal_of_the_law_names_it(self, service, compensation) -> None:
        send(service, compensation, "forum")

        refused = send(
            service,
            compensation,
            "disability",
            typed={"grades": "", "mental": "5000", "go": "reckon"},
        )

        assert refused.status_code == 422
        assert_says(refused.content.decode(), "G33")

    def test_hostile_rows_are_bounded(self, service, compensation) -> None:
        typed = {"expenses-TOTAL_FORMS": "999999999", "expenses-9999999-fen": "1"}

        answer = send(service, compensation, "expenses", typed={**typed, "go": "stay"})

        assert answer.status_code == 200
        assert answer.content.decode().count("compensation-row") < 20

    def test_words_of_others_are_no_markup(self, service, compensation) -> None:
        typed = {"expenses-0-words": "<script>alert(1)</script>", "go": "stay"}

        page = send(service, compensation, "expenses", typed=typed).content.decode()

        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


class TestDraft:
    def test_is_kept_as_it_is_typed(self, service, compensation) -> None:
        answer = send(
            service, compensation, "forum", typed={"born_on": "19"}, headers=JSON
        )

        compensation.refresh_from_db()
        assert answer.json() == {"version": 1}
        assert compensation.draft["forum"]["born_on"] == "19"
        assert "csrfmiddlewaretoken" not in compensation.draft["forum"]

    def test_of_another_one_is_not_overwritten(self, service, compensation) -> None:
        send(service, compensation, "forum")

        answer = send(
            service, compensation, "forum", typed={"draft_version": "0"}, headers=JSON
        )

        assert answer.status_code == 409
        assert "重新打开" in answer.json()["error"]


class TestReaders:
    def test_a_guard_sees_that_there_is_one_and_no_amount(
        self, scene, client, compensation
    ) -> None:
        made(scene, compensation, {"expenses": ({"item": "medical", "fen": 777_77},)})
        sign_in(client, scene.guard)

        page = client.get(f"/cases/{compensation.case.number}/compensation/")

        assert page.status_code == 200
        assert "C-01" in page.content.decode()
        assert "777.77" not in page.content.decode()
        for below in (
            ["versions", "1"],
            ["versions", "1", "paper"],
            ["steps", "forum"],
        ):
            assert client.get(address(compensation, *below)).status_code == 403

    def test_a_stranger_finds_nothing(self, scene, client, compensation) -> None:
        sign_in(client, scene.stranger)

        for below in ([], ["versions", "1"], ["steps", "forum"]):
            assert client.get(address(compensation, *below)).status_code == 404

    def test_who_reads_only_gets_no_button(self, scene, client, compensation) -> None:
        made(scene, compensation, {"inpatient_days": 1})
        sign_in(client, scene.officer)

        page = client.get(address(compensation, "versions", "1")).content.decode()

        assert "重新计算" not in page
        assert client.post(address(compensation, "versions")).status_code == 403

    def test_a_victim_is_chosen_on_the_list(self, scene, service, case) -> None:
        victim = party(scene, case)
        listed = f"/cases/{case.number}/compensation/"

        assert str(victim.uid) in service.get(listed).content.decode()
        begun_now = service.post(f"{listed}new/", {"party": str(victim.uid)})

        found = Compensation.objects.get()
        assert begun_now["Location"] == address(found, "steps", "forum")
        assert service.post(f"{listed}new/", {"party": "x"}).status_code == 404

    def test_the_paper_is_a_pdf(self, scene, service, compensation) -> None:
        made(scene, compensation, {"inpatient_days": 1})

        answer = service.get(address(compensation, "versions", "1", "paper"))

        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")

    def test_computing_again_follows_the_figures(
        self, scene, service, compensation
    ) -> None:
        made(scene, compensation, {"inpatient_days": 2})
        figure(scene, FigureKey.TRAVEL_MEAL, 100_00)

        service.post(address(compensation, "versions"))
        service.post(address(compensation, "versions"))

        newest = CompensationVersion.objects.order_by("-number").first()
        assert newest is not None
        assert (newest.number, outcome_of(newest).total_fen) == (2, 200_00)


class TestFigures:
    SAID = {
        "key": "monthly_wage",
        "province": "33",
        "year": "2025",
        "amount": "8,000",
        "title": "统计公报",
        "issuer": "省统计局",
        "issued_on": "2026-03-01",
    }

    @pytest.fixture
    def admin(self, client: Client, scene: Scene) -> Client:
        sign_in(client, scene.person("admin"))
        return client

    def test_are_entered_and_superseded(self, admin) -> None:
        admin.post("/admin/figures/new/", self.SAID)
        again = {**self.SAID, "amount": "8100"}
        refused = admin.post("/admin/figures/new/", again)
        admin.post("/admin/figures/new/", {**again, "reason": "抄错"})

        page = admin.get("/admin/figures/?province=33").content.decode()
        assert refused.status_code == 422
        assert [row.value for row in CompensationFigure.objects.order_by("pk")] == [
            8_000_00,
            8_100_00,
        ]
        assert "已被更正" in page
        form = admin.get(
            "/admin/figures/new/?key=monthly_wage&province=33&year=2025&variant="
        )
        assert "8100.00" in form.content.decode()

    @pytest.mark.parametrize(
        "typed",
        [
            {"amount": "八千"},
            {"key": "year_days", "amount": "三百"},
            {"key": "extra_disability", "amount": "101"},
            {"year": "3000"},
            {"title": " "},
        ],
    )
    def test_nonsense_is_refused_at_its_field(
        self, admin, typed: dict[str, str]
    ) -> None:
        answer = admin.post("/admin/figures/new/", {**self.SAID, **typed})

        assert answer.status_code == 422
        assert not CompensationFigure.objects.exists()

    def test_are_not_for_who_has_a_site_only(self, scene, client) -> None:
        sign_in(client, scene.manager)

        assert client.get("/admin/figures/").status_code == 403
        assert client.get("/admin/figures/new/").status_code == 403

    @pytest.mark.parametrize("query", ["?year=9²", "?year=-1&key=x", "?page=x"])
    def test_odd_addresses_do_no_harm(self, admin, query: str) -> None:
        assert admin.get(f"/admin/figures/new/{query}").status_code == 200
        assert admin.get(f"/admin/figures/{query}").status_code == 200

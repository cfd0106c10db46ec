"""The pages of reports to the police: who sees what, and every form on its way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from anlan.api.police import PoliceReportOut
from anlan.base.clock import local_day
from anlan.cases.models import Case
from anlan.ledger.models import Entry
from anlan.resolution.legal.enums import ItemKind, PaperKind, ReportState
from anlan.resolution.legal.models import (
    PolicePaper,
    PoliceProcedure,
    PoliceReport,
    Retaliation,
    RightsTold,
)
from tests.accounts.browsing import sign_in
from tests.evidence.told import party as victim
from tests.resolution.legal.reported import STATION, begun, paper, procedure, reported
from tests.resolution.planned import headquarters
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def page(client: Client, case: Case, *below: object) -> Any:
    return client.get("/".join([f"/cases/{case.number}/police", *map(str, below), ""]))


def send(client: Client, case: Case, *below: object, **said: Any) -> Any:
    address = "/".join([f"/cases/{case.number}/police", *map(str, below), ""])
    return client.post(address, {"request_id": str(uuid4()), **said})


def typed(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


class TestReports:
    def test_from_the_first_item_to_the_decision(self, scene, case, client) -> None:
        procedure(scene)
        sign_in(client, scene.officer)
        assert STATION in page(client, case).content.decode()

        assert send(client, case, "new").status_code == 302
        report = PoliceReport.objects.get()
        for kind in ItemKind:
            done = send(
                client, case, report.uid, "items", kind, state="ready", words="一份"
            )
            assert done.status_code == 302
        done = send(
            client,
            case,
            report.uid,
            "hand-over",
            happened=typed(timezone.now()),
            station=STATION,
            officer="赵立",
            officer_number="045512",
            accepted=[kind.value for kind in ItemKind],
            signers="周敏、赵立",
            words="清单次日来取",
        )
        assert done.status_code == 302, done.content.decode()
        today = local_day(timezone.now()).isoformat()
        done = send(
            client,
            case,
            report.uid,
            *("papers", "new"),
            kind="filing",
            number="1 号",
            office=STATION,
            dated_on=today,
            received_on=today,
            words="已拍照",
        )
        assert done.status_code == 302, done.content.decode()
        report.refresh_from_db()
        assert report.state == ReportState.FILED
        shown = page(client, case, report.uid).content.decode()
        assert "D07" not in shown
        assert "第118条" in shown
        assert "建议" in shown

    def test_an_appraisal_makes_the_last_day_the_earliest(
        self, scene, case, client
    ) -> None:
        sign_in(client, scene.officer)
        report = reported(scene, case)
        paper(scene, report, PaperKind.FILING)
        assert "最早" not in page(client, case, report.uid).content.decode()

        paper(scene, report, PaperKind.APPRAISAL, days=1)

        shown = page(client, case, report.uid).content.decode()
        assert shown.count("鉴定的时间不计入") == 3
        # The longest of them ends in a year whose holidays are not published.
        assert "2027 年的放假安排还没有公布" in shown
        rows = PoliceReportOut.of(report).periods
        late = {row.rule for row in rows if row.is_earliest}
        assert late == {"D07", "D07b", "D07c"}

    def test_refusals_stand_at_their_field(self, scene, case, client) -> None:
        sign_in(client, scene.officer)
        report = begun(scene, case)
        refused = send(
            client, case, report.uid, "items", "letter", state="none", words=""
        )
        assert refused.status_code == 422
        assert "请写明为什么没有" in refused.content.decode()
        refused = send(client, case, report.uid, "dropping", reason="材料有误")
        assert refused.status_code == 409
        assert "第942条" in refused.content.decode()

    def test_an_unknown_kind_is_no_page(self, scene, case, client) -> None:
        sign_in(client, scene.officer)
        report = begun(scene, case)
        assert page(client, case, report.uid, "items", "nothing").status_code == 404
        assert page(client, case, uuid4()).status_code == 404

    @pytest.mark.parametrize(
        ("who", "status"),
        [("chenlu", 200), ("xuqing", 200), ("wangjianguo", 403), ("dingyi", 404)],
    )
    def test_who_reads(self, scene, case, client, who: str, status: int) -> None:
        report = reported(scene, case)
        sign_in(client, scene.person(who))
        assert page(client, case).status_code == status
        assert page(client, case, report.uid).status_code == status

    def test_who_may_only_read_sees_no_buttons(self, scene, case, client) -> None:
        report = reported(scene, case)
        sign_in(client, scene.person("xuqing"))
        assert "登记办案文书" not in page(client, case, report.uid).content.decode()
        refused = send(
            client,
            case,
            report.uid,
            *("papers", "new"),
            kind="filing",
            number="1",
            office=STATION,
            dated_on=local_day(scene.at),
            received_on=local_day(scene.at),
            words="x",
        )
        assert refused.status_code == 403
        assert not PolicePaper.objects.exists()

    def test_a_revoked_paper_stays_readable(self, scene, case, client) -> None:
        report = reported(scene, case)
        wrong = paper(scene, report, PaperKind.REFUSAL)
        sign_in(client, scene.officer)
        done = client.post(
            f"/cases/{case.number}/police-papers/{wrong.uid}/revocation/",
            {"reason": "看错"},
        )
        assert done.status_code == 302
        assert "登记已撤销" in page(client, case, report.uid).content.decode()

    def test_reading_costs_no_query_a_paper(
        self, scene, case, client, django_assert_max_num_queries
    ) -> None:
        report = reported(scene, case)
        for days in range(6):
            paper(
                scene, report, PaperKind.RECEIPT, days=days, at=scene.at + timedelta(9)
            )
        sign_in(client, scene.officer)
        page(client, case, report.uid)
        with django_assert_max_num_queries(45):
            answer = page(client, case, report.uid)
        assert answer.status_code == 200
        assert answer.content.decode().count(str(PaperKind.RECEIPT.label)) >= 6


class TestRights:
    def test_everybody_of_the_site_may_read_and_tell(self, scene, case, client) -> None:
        who = victim(scene, case)
        sign_in(client, scene.guard)
        assert "随时可以自行报警" in page(client, case, "rights").content.decode()
        done = send(
            client,
            case,
            *("rights", "telling"),
            party=who.uid,
            way="in_person",
            happened=typed(timezone.now()),
        )
        assert done.status_code == 302, done.content.decode()
        assert RightsTold.objects.get().party == who


class TestRetaliation:
    def test_leads_to_the_new_case(self, scene, case, client) -> None:
        sign_in(client, scene.guard)
        assert page(client, case, "retaliation").status_code == 200
        nowhere = send(client, case, "retaliation", is_ongoing="on", words="堵门")
        assert nowhere.status_code == 422
        done = send(
            client,
            case,
            "retaliation",
            place=scene.garage.uid,
            is_ongoing="on",
            words="堵门威胁报案的人",
        )
        noted = Retaliation.objects.get()
        assert noted.opened is not None
        assert done.url == f"/cases/{noted.opened.number}/"
        assert Entry.objects.filter(kind="legal.retaliation_opened").count() == 2


class TestProcedures:
    def said(self, scene: Scene, **more: Any) -> dict[str, Any]:
        return {
            "station": STATION,
            "phone": "19900000110",
            "address": "云栖路 1 号",
            "receives": "一楼",
            "bring": "报案书",
            "valid_from": local_day(timezone.now()).isoformat(),
            "version": "0",
            **more,
        }

    def test_headquarters_write_them(self, scene, client) -> None:
        sign_in(client, headquarters(scene))
        assert client.get("/admin/police/").status_code == 200
        done = client.post("/admin/police/YQ/", self.said(scene))
        assert done.status_code == 302
        assert PoliceProcedure.objects.get().version == 1
        refused = client.post(
            "/admin/police/YQ/", self.said(scene, bring="先汇报，经理同意后再报警")
        )
        assert refused.status_code == 422
        assert client.get("/admin/police/XX/").status_code == 404

    def test_the_manager_reads_and_the_guard_does_not(self, scene, client) -> None:
        procedure(scene)
        sign_in(client, scene.manager)
        shown = client.get("/admin/police/YQ/").content.decode()
        assert "保存为新版本" not in shown
        assert STATION in shown
        sign_in(client, scene.guard)
        assert client.get("/admin/police/").status_code == 403

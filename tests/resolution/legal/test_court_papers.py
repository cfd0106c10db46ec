"""Papers of prosecutors and courts about a report: order, what follows, what is not law."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from anlan.api.police import PoliceReportOut
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Role, TaskState
from anlan.cases.models import Case, Party, Task
from anlan.cases.selectors import timeline
from anlan.cases.services.deadlines import fire_due_deadlines
from anlan.evidence.enums import Keeper
from anlan.evidence.selectors.retention import keepers_of
from anlan.ledger.verify import verify
from anlan.notify.models import Message
from anlan.resolution.legal import jobs, periods
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import (
    Happening,
    Issuer,
    PaperKind,
    ReportState,
    ToldWay,
)
from anlan.resolution.legal.models import PolicePaper, PoliceReport
from anlan.resolution.legal.policies import state_after
from anlan.resolution.legal.selectors.police import rights_of, rights_sheet
from tests.accounts.browsing import sign_in
from tests.evidence.told import party as victim
from tests.resolution.legal.reported import OFFICES, STATION, paper, reported
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

BEYOND = [kind for kind in PaperKind if kind.is_beyond_police]
NOT_PROSECUTED = [PaperKind.BARRED, PaperKind.SLIGHT, PaperKind.UNPROVEN]
TO_THE_END = [
    PaperKind.FILING,
    PaperKind.SUBMISSION,
    PaperKind.INDICTMENT,
    PaperKind.JUDGMENT,
    PaperKind.APPEAL,
    PaperKind.IN_FORCE,
]


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def report(scene: Scene, case: Case) -> PoliceReport:
    return reported(scene, case)


def state(report: PoliceReport) -> str:
    report.refresh_from_db()
    return report.state


def running(report: PoliceReport) -> set[str]:
    return set(report.periods.filter(ended_at=None).values_list("rule", flat=True))


def told_by(kind: str) -> set[str]:
    rows = Message.objects.filter(kind=kind)
    return set(rows.values_list("deliveries__user__username", flat=True)) - {None}


def told(scene: Scene, case: Case, party: Party, *, at: Any) -> None:
    legal.tell_rights(
        case=case,
        party=party,
        way=ToldWay.PHONE,
        happened=at,
        by=scene.officer,
        at=at,
    )


def tasks(case: Case, key: str) -> list[Task]:
    return list(case.tasks.filter(key__startswith=key).order_by("pk"))


def close(case: Case, scene: Scene) -> Case:
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
    return Case.objects.get(pk=case.pk)


class TestToTheEnd:
    def test_from_the_police_to_a_judgment_in_force(self, scene, case, report) -> None:
        states = []
        for number, kind in enumerate(TO_THE_END):
            paper(scene, report, kind, days=10 * number)
            states.append(state(report))

        assert states == [
            ReportState.FILED,
            ReportState.SUBMITTED,
            ReportState.PROSECUTED,
            ReportState.JUDGED,
            ReportState.APPEALED,
            ReportState.IN_FORCE,
        ]
        with override("zh-hans"):
            told = "\n".join(one.sentence for one in timeline(case))
        assert "登记刑事判决书（" in told
        assert verify().is_sound

    @pytest.mark.parametrize("kind", NOT_PROSECUTED)
    def test_not_prosecuted_and_what_may_follow(self, scene, report, kind) -> None:
        paper(scene, report, PaperKind.SUBMISSION, days=10)
        paper(scene, report, kind, days=40)
        assert state(report) == ReportState.NOT_PROSECUTED
        paper(scene, report, PaperKind.DECISION, days=50)
        assert state(report) == ReportState.DECIDED

    @pytest.mark.parametrize(
        "before", [PaperKind.REFUSAL, PaperKind.DECISION, PaperKind.ENDING]
    )
    def test_the_victim_may_have_sued_what_the_police_did_not_pursue(
        self, scene, report, before
    ) -> None:
        paper(scene, report, before, days=10)
        paper(scene, report, PaperKind.JUDGMENT, days=80)
        assert state(report) == ReportState.JUDGED

    @pytest.mark.parametrize(
        ("kinds", "named"),
        [
            ([PaperKind.JUDGMENT, PaperKind.SUBMISSION], "移送审查起诉告知"),
            ([PaperKind.INDICTMENT, PaperKind.FILING], "立案告知"),
        ],
    )
    def test_cannot_contradict_those_before(self, scene, report, kinds, named) -> None:
        first, then = kinds
        paper(scene, report, first, days=10)
        with pytest.raises(Conflict, match=named):
            paper(scene, report, then, days=20)

    def test_an_appeal_may_end_in_another_judgment(self, scene, report) -> None:
        paper(scene, report, PaperKind.JUDGMENT, days=10)
        paper(scene, report, PaperKind.APPEAL, days=15)
        paper(scene, report, PaperKind.JUDGMENT, days=60)
        assert state(report) == ReportState.JUDGED
        paper(scene, report, PaperKind.IN_FORCE, days=60)
        assert state(report) == ReportState.IN_FORCE


class TestWithdrawn:
    """The prosecutor withdraws it with the court's leave, and decides anew."""

    @pytest.fixture
    def charged(self, scene: Scene, report: PoliceReport) -> PoliceReport:
        for number, kind in enumerate(TO_THE_END[:3], 1):
            paper(scene, report, kind, days=number)
        return report

    def test_keeps_the_case_until_they_decided(self, scene, case, charged) -> None:
        case = close(case, scene)
        assert keepers_of(case, at=scene.at) == [Keeper.CLAIM]
        paper(scene, charged, PaperKind.WITHDRAWAL, days=30)
        assert state(charged) == ReportState.WITHDRAWN
        assert keepers_of(case, at=scene.at) == [Keeper.CLAIM]

    @pytest.mark.parametrize("kind", NOT_PROSECUTED)
    def test_is_mostly_not_prosecuted_then(self, scene, case, charged, kind) -> None:
        paper(scene, charged, PaperKind.WITHDRAWAL, days=30)
        paper(scene, charged, kind, days=30)
        assert state(charged) == ReportState.NOT_PROSECUTED
        assert keepers_of(close(case, scene), at=scene.at) == []

    def test_prosecuted_anew_it_is_kept_again(self, scene, case, charged) -> None:
        paper(scene, charged, PaperKind.WITHDRAWAL, days=30)
        paper(scene, charged, PaperKind.INDICTMENT, days=60)
        assert state(charged) == ReportState.PROSECUTED
        assert keepers_of(close(case, scene), at=scene.at) == [Keeper.CLAIM]

    def test_after_an_appeal_that_sent_it_back(self, scene, case, charged) -> None:
        paper(scene, charged, PaperKind.JUDGMENT, days=30)
        paper(scene, charged, PaperKind.APPEAL, days=40)
        paper(scene, charged, PaperKind.WITHDRAWAL, days=60)
        assert state(charged) == ReportState.WITHDRAWN
        paper(scene, charged, PaperKind.UNPROVEN, days=70)
        assert keepers_of(close(case, scene), at=scene.at) == []

    def test_what_was_judged_is_of_another(self, scene, charged) -> None:
        paper(scene, charged, PaperKind.JUDGMENT, days=30)
        paper(scene, charged, PaperKind.WITHDRAWAL, days=40)
        assert state(charged) == ReportState.JUDGED

    def test_the_sheet_advises_and_counts_nothing(self, scene, case, charged) -> None:
        paper(scene, charged, PaperKind.WITHDRAWAL, days=30)
        with override("zh-hans"):
            (line,) = [
                one for one in rights_sheet(case).splitlines() if "起诉被撤回" in one
            ]
        assert line.startswith("建议：")
        assert "最后一天" not in line


class TestTwoSuspects:
    """Each is decided on alone; the report says what is furthest."""

    BEFORE = (PaperKind.FILING, PaperKind.SUBMISSION, PaperKind.INDICTMENT)

    @pytest.fixture
    def charged(self, scene: Scene, report: PoliceReport) -> PoliceReport:
        for number, kind in enumerate(self.BEFORE, 1):
            paper(scene, report, kind, days=number)
        return report

    @pytest.mark.parametrize("days", [3, 9])
    @pytest.mark.parametrize("kind", NOT_PROSECUTED)
    def test_who_is_not_prosecuted_ends_nothing_for_the_other(
        self, scene, case, charged, kind, days
    ) -> None:
        case = close(case, scene)
        paper(scene, charged, kind, days=days)
        assert state(charged) == ReportState.PROSECUTED
        assert keepers_of(case, at=scene.at) == [Keeper.CLAIM]
        paper(scene, charged, PaperKind.IN_FORCE, days=60)
        assert keepers_of(case, at=scene.at) == []

    @pytest.mark.parametrize(
        "court", [None, PaperKind.JUDGMENT, PaperKind.APPEAL, PaperKind.IN_FORCE]
    )
    @pytest.mark.parametrize(
        "kind",
        [
            *(PaperKind.DECISION, PaperKind.NO_PENALTY, PaperKind.ENDING),
            PaperKind.SLIGHT,
        ],
    )
    def test_a_paper_of_the_other_is_taken_and_leaves_the_state(
        self, scene, charged, court, kind
    ) -> None:
        if court is not None:
            paper(scene, charged, court, days=20)
        before = state(charged)
        paper(scene, charged, kind, days=30)
        assert state(charged) == before
        assert charged.papers.filter(kind=kind).exists()

    @pytest.mark.parametrize(
        "kind", [PaperKind.DECISION, PaperKind.ENDING, PaperKind.UNPROVEN]
    )
    def test_after_a_judgment_alone_too(self, scene, report, kind) -> None:
        paper(scene, report, PaperKind.JUDGMENT, days=20)
        paper(scene, report, kind, days=30)
        assert state(report) == ReportState.JUDGED

    def test_what_was_read_otherwise_before_is_kept_all_the_same(
        self, scene, case, charged
    ) -> None:
        """Rows from before say ``no_trial`` until the next paper."""
        case = close(case, scene)
        paper(scene, charged, PaperKind.SLIGHT, days=9)
        charged.refresh_from_db()
        charged.state = ReportState.NOT_PROSECUTED
        charged.save(update_fields=["state"])
        assert keepers_of(case, at=scene.at) == [Keeper.CLAIM]

    def test_a_revoked_indictment_keeps_nothing(self, scene, case, report) -> None:
        case = close(case, scene)
        paper(scene, report, PaperKind.SUBMISSION, days=1)
        wrong = paper(scene, report, PaperKind.INDICTMENT, days=3)
        paper(scene, report, PaperKind.SLIGHT, days=9)
        said: dict[str, Any] = {"by": scene.officer, "at": wrong.recorded_at}
        legal.revoke_paper(paper=wrong, reason="看错了", **said)
        assert state(report) == ReportState.NOT_PROSECUTED
        assert keepers_of(case, at=scene.at) == []


class TestTriedApart:
    """What the papers of one say ends nothing for another whom they name."""

    @pytest.fixture
    def one(self, scene: Scene, case: Case) -> Party:
        return victim(scene, case, role=Role.AGGRESSOR)

    @pytest.fixture
    def other(self, scene: Scene, case: Case) -> Party:
        return victim(scene, case, role=Role.AGGRESSOR)

    @pytest.fixture
    def charged(
        self, scene: Scene, report: PoliceReport, one: Party, other: Party
    ) -> PoliceReport:
        paper(scene, report, PaperKind.FILING, days=1)
        for number, kind in enumerate(TO_THE_END[1:3], 2):
            paper(scene, report, kind, days=number, against=[one, other])
        return report

    def kept(self, case: Case, scene: Scene) -> bool:
        return keepers_of(close(case, scene), at=scene.at) == [Keeper.CLAIM]

    @pytest.mark.parametrize("kind", [PaperKind.IN_FORCE, *NOT_PROSECUTED])
    def test_the_end_of_one_keeps_what_the_other_needs(
        self, scene, case, charged, one, other, kind
    ) -> None:
        paper(scene, charged, kind, days=30, against=[one])
        assert state(charged) == ReportState.PROSECUTED
        assert self.kept(case, scene)

        paper(scene, charged, PaperKind.JUDGMENT, days=40, against=[other])
        assert self.kept(case, scene)
        paper(scene, charged, PaperKind.IN_FORCE, days=50, against=[other])
        assert not self.kept(case, scene)
        assert verify().is_sound

    def test_of_two_joined_cases_it_is_one_person(self, scene, case, one) -> None:
        """Each case calls them a party of its own."""
        second = scene.report(place=scene.place("园区 快递柜")).incident.case
        report = reported(scene, second)
        said: dict[str, Any] = {"by": scene.officer, "at": scene.at}
        there = cases.add_party(
            case=second, roles=[Role.AGGRESSOR], person=one.person, **said
        )
        posted = Task.objects.filter(case=second, playbook=None)
        posted.update(state="done", ended_at=scene.at)  # else it would not be joined
        cases.join_cases(case=second, host=case, **said)
        report.case.refresh_from_db()
        paper(scene, report, PaperKind.INDICTMENT, days=3, against=[there])
        assert Keeper.CLAIM in keepers_of(close(case, scene), at=scene.at)
        paper(scene, report, PaperKind.IN_FORCE, days=30, against=[one])
        assert state(report) == ReportState.IN_FORCE
        assert keepers_of(close(case, scene), at=scene.at) == []

    def test_submitted_alone_it_is_kept_for_the_other(
        self, scene, case, report, one, other
    ) -> None:
        paper(scene, report, PaperKind.SUBMISSION, days=2, against=[one, other])
        paper(scene, report, PaperKind.INDICTMENT, days=3, against=[one])
        paper(scene, report, PaperKind.IN_FORCE, days=30, against=[one])
        assert state(report) == ReportState.SUBMITTED
        assert self.kept(case, scene)
        paper(scene, report, PaperKind.SLIGHT, days=40, against=[other])
        assert state(report) == ReportState.IN_FORCE
        assert not self.kept(case, scene)

    def test_what_was_entered_for_nobody_may_be_of_the_other(
        self, scene, case, report, one
    ) -> None:
        paper(scene, report, PaperKind.INDICTMENT, days=3)
        other = victim(scene, case, role=Role.AGGRESSOR)
        paper(scene, report, PaperKind.IN_FORCE, days=30, against=[one])
        assert self.kept(case, scene)
        paper(scene, report, PaperKind.IN_FORCE, days=40, against=[other])
        assert not self.kept(case, scene)

    def test_what_names_nobody_ends_nothing_that_was_entered_late(
        self, scene, case, report, one
    ) -> None:
        late = scene.at + timedelta(days=90)
        paper(scene, report, PaperKind.IN_FORCE, days=30)
        other = victim(scene, case, role=Role.AGGRESSOR)
        paper(scene, report, PaperKind.INDICTMENT, days=20, against=[other], at=late)
        assert self.kept(case, scene)

    def test_it_has_to_be_said_where_there_are_several(
        self, scene, case, report, one, other
    ) -> None:
        paper(scene, report, PaperKind.FILING, days=1)
        with pytest.raises(InvalidInput) as refused:
            paper(scene, report, PaperKind.IN_FORCE, days=30)
        assert refused.value.path == "against"

    def test_it_has_to_be_said_where_another_paper_says_it(
        self, scene, case, report, one
    ) -> None:
        paper(scene, report, PaperKind.INDICTMENT, days=3, against=[one])
        with pytest.raises(InvalidInput):
            paper(scene, report, PaperKind.IN_FORCE, days=30)

    def test_nobody_else_is_named(self, scene, case, report, one) -> None:
        hurt = victim(scene, case)
        with pytest.raises(InvalidInput, match="行为人"):
            paper(scene, report, PaperKind.INDICTMENT, days=3, against=[hurt])

    def test_the_page_asks_and_says_whose_it_is(
        self, scene, case, report, one, other, client
    ) -> None:
        sign_in(client, scene.officer)
        address = f"/cases/{case.number}/police/{report.uid}/papers/new/"
        today = local_day(report.handed_at).isoformat()
        said = {
            "request_id": str(uuid4()),
            "kind": "indictment",
            "number": "6 号",
            "office": OFFICES[Issuer.PROSECUTOR],
            "dated_on": today,
            "received_on": today,
            "words": "原件在值班室",
        }
        refused = client.post(address, said)
        assert refused.status_code == 422
        assert "请选择它写的是谁" in refused.content.decode()
        assert client.post(address, {**said, "against": [one.uid]}).status_code == 302
        assert list(PolicePaper.objects.get().against.all()) == [one]
        page = client.get(f"/cases/{case.number}/police/{report.uid}/")
        assert "写的是" in page.content.decode()
        out = PoliceReportOut.of(PoliceReport.objects.get(pk=report.pk))
        assert out.papers[0].against == [one.uid]


class TestEntering:
    def test_in_any_order_it_is_the_same(self, scene, report) -> None:
        late = {"at": scene.at + timedelta(days=100)}
        for number in (5, 0, 3, 4, 2, 1):
            paper(scene, report, TO_THE_END[number], days=10 * number, **late)
        assert state(report) == ReportState.IN_FORCE
        assert running(report) == set()

    def test_the_end_may_be_all_that_is_known(self, scene, report) -> None:
        paper(scene, report, PaperKind.IN_FORCE, days=90)
        assert state(report) == ReportState.IN_FORCE

    def test_sent_twice_it_is_one_and_again_it_is_refused(self, scene, report) -> None:
        said: dict[str, Any] = {
            "days": 30,
            "number": "云检刑诉〔2026〕6号",
            "request_id": uuid4(),
        }
        first = paper(scene, report, PaperKind.INDICTMENT, **said)
        assert paper(scene, report, PaperKind.INDICTMENT, **said) == first
        with pytest.raises(Conflict, match="登记过"):
            paper(
                scene,
                report,
                PaperKind.INDICTMENT,
                days=30,
                number="云检刑诉(2026)６ 号",
            )

    @pytest.mark.parametrize(
        ("kind", "words"),
        [(PaperKind.JUDGMENT, "判决了什么"), (PaperKind.APPEAL, "谁上诉")],
    )
    def test_says_what_was_decided_or_whose_it_is(
        self, scene, report, kind, words
    ) -> None:
        with pytest.raises(InvalidInput, match=words) as refused:
            paper(scene, report, kind, days=30, words=" ")
        assert refused.value.path == "words"

    @pytest.mark.parametrize("kind", BEYOND)
    def test_the_police_station_writes_none_of_a_court(
        self, scene, report, kind
    ) -> None:
        if kind.issuer == Issuer.POLICE:
            paper(scene, report, kind, days=30, office=STATION)
            return
        with pytest.raises(InvalidInput) as refused:
            paper(scene, report, kind, days=30, office=f" {STATION} ")
        assert refused.value.path == "office"
        assert not PolicePaper.objects.exists()

    def test_one_entered_wrongly_is_revoked(self, scene, case, report) -> None:
        paper(scene, report, PaperKind.SUBMISSION, days=10)
        wrong = paper(scene, report, PaperKind.UNPROVEN, days=40)
        said: dict[str, Any] = {"by": scene.officer, "at": wrong.recorded_at}
        legal.revoke_paper(paper=wrong, reason="看错了", **said)
        assert state(report) == ReportState.SUBMITTED
        (asked,) = tasks(case, "rights:")
        assert asked.state == TaskState.SKIPPED

    def test_what_the_end_stands_on_is_not_revoked(self, scene, report) -> None:
        """A filing after a decision stands only by what came between."""
        paper(scene, report, PaperKind.DECISION, days=10)
        between = paper(scene, report, PaperKind.ENDING, days=20)
        paper(scene, report, PaperKind.FILING, days=30)
        said: dict[str, Any] = {"by": scene.officer, "at": scene.at}
        with pytest.raises(Conflict, match="立案告知"):
            legal.revoke_paper(paper=between, reason="登记错了", **said)
        between.refresh_from_db()
        assert between.revoked_at is None
        assert state(report) == ReportState.FILED

    def test_what_the_end_does_not_stand_on_is_revoked(self, scene, report) -> None:
        first = paper(scene, report, PaperKind.INDICTMENT, days=10)
        paper(scene, report, PaperKind.SLIGHT, days=20)
        paper(scene, report, PaperKind.ENDING, days=30)
        said: dict[str, Any] = {"by": scene.officer, "at": scene.at}
        legal.revoke_paper(paper=first, reason="登记错了", **said)
        assert state(report) == ReportState.ENDED

    def test_in_a_closed_case_nobody_gets_a_task(self, scene, case, report) -> None:
        close(case, scene)
        paper(scene, report, PaperKind.JUDGMENT, days=90)
        assert state(report) == ReportState.JUDGED
        assert tasks(case, "rights:") == []
        assert tasks(case, "legal_hold:") == []

    def test_in_a_closed_case_those_above_hear_that_nobody_was_told(
        self, scene, case, report
    ) -> None:
        """Papers of courts come when a case is closed; its clock is no task of it."""
        one, other = victim(scene, case), victim(scene, case)
        close(case, scene)
        judged = paper(scene, report, PaperKind.JUDGMENT, days=90)
        came = judged.recorded_at
        assert told_by("legal.paper_came_late") == {
            "hetao",
            "chenlu",
            "lifang",
            "chenwen",
        }

        fire_due_deadlines(at=came + timedelta(hours=23))
        assert told_by("legal.victim_untold") == set()
        told(scene, case, one, at=came + timedelta(hours=23))
        fire_due_deadlines(at=came + timedelta(hours=25))
        assert told_by("legal.victim_untold") == {"hetao", "guoxin"}

        paper(scene, report, PaperKind.APPEAL, days=100)
        again = paper(scene, report, PaperKind.JUDGMENT, days=120)
        for each in (one, other):
            told(scene, case, each, at=again.recorded_at)
        fire_due_deadlines(at=again.recorded_at + timedelta(days=2))
        assert Message.objects.filter(kind="legal.victim_untold").count() == 1
        assert verify().is_sound

    @pytest.mark.parametrize("is_told", [False, True])
    def test_reopened_it_asks_to_tell(self, scene, case, report, is_told) -> None:
        one = victim(scene, case)
        case = close(case, scene)
        judged = paper(scene, report, PaperKind.JUDGMENT, days=90)
        if is_told:
            told(scene, case, one, at=judged.recorded_at)

        at = judged.recorded_at + timedelta(hours=1)
        cases.reopen_case(case=case, by=scene.manager, at=at)

        found = [one.state for one in tasks(case, "rights:")]
        assert found == ([] if is_told else [TaskState.OPEN])
        assert not case.deadlines.filter(
            key="legal.tell_victim", met_at=None, cancelled_at=None
        ).exists()

    def test_a_paper_that_was_entered_wrongly_stops_its_clock(
        self, scene, case, report
    ) -> None:
        victim(scene, case)
        close(case, scene)
        judged = paper(scene, report, PaperKind.JUDGMENT, days=90)
        legal.revoke_paper(
            paper=judged, reason="登记错了", by=scene.officer, at=judged.recorded_at
        )
        fire_due_deadlines(at=judged.recorded_at + timedelta(days=2))
        assert told_by("legal.victim_untold") == set()

    @pytest.mark.parametrize("who", ["wangjianguo", "lifang", "xuqing", "dingyi"])
    def test_is_not_everybodys(self, scene, report, who) -> None:
        with pytest.raises(NotAllowed):
            paper(scene, report, PaperKind.JUDGMENT, by=scene.person(who))


class TestPeriods:
    def test_the_time_of_the_police_is_over_with_the_prosecutors(
        self, scene, report
    ) -> None:
        paper(scene, report, PaperKind.FILING, days=1)
        assert {"D07", "D07b", "D07c"} <= running(report)
        paper(scene, report, PaperKind.INDICTMENT, days=20)
        assert running(report) == set()

    def test_a_refusal_that_was_overtaken_is_not_reconsidered(
        self, scene, report
    ) -> None:
        paper(scene, report, PaperKind.REFUSAL)
        assert "D09" in running(report)
        paper(scene, report, PaperKind.SUBMISSION, days=5)
        assert "D09" not in running(report)

    def test_what_the_victim_may_do_against_a_decision_goes_on(
        self, scene, report
    ) -> None:
        paper(scene, report, PaperKind.DECISION, days=5)
        paper(scene, report, PaperKind.JUDGMENT, days=30)
        assert running(report) == {"D10", "D11"}

    def test_none_is_counted_that_the_notes_do_not_have(self, scene, report) -> None:
        for number, kind in enumerate(TO_THE_END[1:]):
            paper(scene, report, kind, days=10 * (number + 1))
        assert {row.rule for row in report.periods.all()} <= {
            *("D03", "D05", "D05b", "D06", "D06b", "D06c")
        }
        assert jobs.say_passed_periods(at=scene.at + timedelta(days=400)) == 0

    def test_no_row_of_the_register_runs_from_them(self) -> None:
        beyond = {Happening(kind.value) for kind in BEYOND}
        assert len(beyond) == 9
        opened = {one.opens for one in periods.rules()}
        opened |= {what for one in periods.rules() for what in one.also}
        assert opened.isdisjoint(beyond)


class TestRights:
    @pytest.mark.parametrize("kind", [k for k in BEYOND if k.opens_remedies])
    def test_each_victim_is_told_of_it(self, scene, case, report, kind) -> None:
        who = victim(scene, case)
        one = paper(scene, report, kind, days=30)
        (asked,) = tasks(case, "rights:")
        assert asked.state == TaskState.OPEN
        said: dict[str, Any] = {"happened": one.recorded_at, "at": one.recorded_at}
        told = legal.tell_rights(
            case=case, party=who, way=ToldWay.PHONE, by=scene.guard, **said
        )
        assert "建议：" in told.sheet
        asked.refresh_from_db()
        assert asked.state == TaskState.DONE

    @pytest.mark.parametrize(
        "kind", [PaperKind.SUBMISSION, PaperKind.APPEAL, PaperKind.IN_FORCE]
    )
    def test_where_nothing_can_be_done_about_it_nobody_is_asked(
        self, scene, case, report, kind
    ) -> None:
        paper(scene, report, kind, days=30)
        assert tasks(case, "rights:") == []

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("kind", BEYOND)
    def test_states_nothing_as_law_that_no_source_says(
        self, scene, case, report, kind, language
    ) -> None:
        """What is not in the law notes is advice, cites nothing and has no last day."""
        before = {one.words for one in rights_of(case)}
        paper(scene, report, kind, days=30)
        with override(language):
            more = [one for one in rights_of(case) if one.words not in before]
            advice = "建议：" if language == "zh-hans" else "Advice:"
            for one in more:
                assert one.last_day is None
                assert bool(one.cited) != one.words.startswith(advice)

    @pytest.mark.parametrize("kind", NOT_PROSECUTED)
    def test_what_is_not_prosecuted_the_victim_may_prosecute(
        self, scene, case, report, kind
    ) -> None:
        paper(scene, report, kind, days=30)
        with override("zh-hans"):
            (line,) = [
                one
                for one in rights_sheet(case).splitlines()
                if "人民检察院不予追究" in one
            ]
        assert "《刑事诉讼法》第210条" in line

    @pytest.mark.parametrize(
        ("kinds", "words"),
        [
            ((PaperKind.INDICTMENT, PaperKind.JUDGMENT), "附带民事诉讼的，马上问"),
            ((PaperKind.INDICTMENT, PaperKind.IN_FORCE), "附带民事诉讼的，马上问"),
            ((PaperKind.JUDGMENT, PaperKind.IN_FORCE), "对刑事判决不服的"),
        ],
    )
    def test_what_is_over_is_not_advised_any_more(
        self, scene, case, report, kinds, words
    ) -> None:
        first, then = kinds
        paper(scene, report, first, days=30)
        with override("zh-hans"):
            assert words in rights_sheet(case)
        paper(scene, report, then, days=60)
        with override("zh-hans"):
            assert words not in rights_sheet(case)

    @pytest.mark.parametrize("words", ["对不起诉决定不服的", "人民检察院不予追究"])
    def test_a_judgment_of_one_suspect_ends_nothing_against_another(
        self, scene, case, report, words
    ) -> None:
        paper(scene, report, PaperKind.UNPROVEN, days=30)
        paper(scene, report, PaperKind.JUDGMENT, days=60)
        with override("zh-hans"):
            assert words in rights_sheet(case)

    @pytest.mark.parametrize("days", [30, 20])
    def test_what_is_over_for_one_suspect_is_not_for_another(
        self, scene, case, report, days
    ) -> None:
        paper(scene, report, PaperKind.INDICTMENT, days=10)
        paper(scene, report, PaperKind.JUDGMENT, days=days)
        paper(scene, report, PaperKind.SLIGHT, days=30)
        with override("zh-hans"):
            assert "对不起诉决定不服的" in rights_sheet(case)


class TestHold:
    @pytest.mark.parametrize(
        "kind",
        [
            PaperKind.SUBMISSION,
            PaperKind.INDICTMENT,
            PaperKind.JUDGMENT,
            PaperKind.APPEAL,
        ],
    )
    def test_is_asked_for_by_whichever_came(self, scene, case, report, kind) -> None:
        paper(scene, report, kind, days=30)
        assert len(tasks(case, "legal_hold:")) == 1
        assert not case.holds.exists()

    @pytest.mark.parametrize("kind", [*NOT_PROSECUTED, PaperKind.IN_FORCE])
    def test_not_once_it_is_over(self, scene, case, report, kind) -> None:
        paper(scene, report, kind, days=30)
        assert tasks(case, "legal_hold:") == []

    def test_nothing_is_deleted_while_it_is_not_over(self, scene, case, report) -> None:
        case = close(case, scene)
        at = scene.at + timedelta(days=4000)
        kept = []
        for number, kind in enumerate(TO_THE_END):
            paper(scene, report, kind, days=10 * number)
            kept.append(keepers_of(case, at=at))
        assert kept == [[], *([[Keeper.CLAIM]] * 4), []]

    def test_nor_where_it_is_over_without_a_judgment(self, scene, case, report) -> None:
        case = close(case, scene)
        paper(scene, report, PaperKind.SUBMISSION, days=10)
        assert keepers_of(case, at=scene.at) == [Keeper.CLAIM]
        paper(scene, report, PaperKind.UNPROVEN, days=40)
        assert keepers_of(case, at=scene.at) == []

    def test_of_a_joined_case_all_of_it_is_kept(self, scene, case) -> None:
        other = scene.report(place=scene.place("园区 快递柜")).incident.case
        report = reported(scene, other)
        posted = Task.objects.filter(case=other, playbook=None)
        posted.update(state="done", ended_at=scene.at)  # else it would not be joined
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
        report.case.refresh_from_db()
        paper(scene, report, PaperKind.INDICTMENT, days=40)
        assert state(report) == ReportState.PROSECUTED
        case = close(case, scene)
        other.refresh_from_db()
        for one in (case, other):
            assert Keeper.CLAIM in keepers_of(one, at=scene.at)


class TestPage:
    def enter(self, client: Client, report: PoliceReport, **said: Any) -> Any:
        assert report.handed_at
        today = local_day(report.handed_at).isoformat()
        return client.post(
            f"/cases/{report.case.number}/police/{report.uid}/papers/new/",
            {
                "request_id": str(uuid4()),
                "number": "6 号",
                "dated_on": today,
                "received_on": today,
                **said,
            },
        )

    def shown(self, client: Client, report: PoliceReport) -> str:
        address = f"/cases/{report.case.number}/police/{report.uid}/"
        return client.get(address).content.decode()

    def test_of_a_court_says_what_was_decided_and_counts_nothing(
        self, scene, report, client
    ) -> None:
        sign_in(client, scene.officer)
        assert "期限不在这里计算" not in self.shown(client, report)
        refused = self.enter(client, report, kind="judgment", office=STATION, words="x")
        assert refused.status_code == 422
        assert "人民法院" in refused.content.decode()
        said = {"kind": "judgment", "office": OFFICES[Issuer.COURT]}
        assert self.enter(client, report, **said).status_code == 422
        done = self.enter(client, report, **said, words="故意伤害罪，判处拘役")
        assert done.status_code == 302

        page = self.shown(client, report)
        assert "故意伤害罪，判处拘役" in page
        assert "已判决，还没有登记生效" in page
        assert "期限不在这里计算" in page

    def test_the_kinds_stand_by_who_writes_them(self, scene, report, client) -> None:
        sign_in(client, scene.officer)
        address = f"/cases/{report.case.number}/police/{report.uid}/papers/new/"
        page = client.get(address).content.decode()
        at = [page.index(f'<optgroup label="{one.label}">') for one in Issuer]
        assert at == sorted(at)
        for kind in PaperKind:
            assert f'value="{kind.value}"' in page

    def test_the_api_names_it_in_the_same_words(self, scene, report) -> None:
        paper(scene, report, PaperKind.UNPROVEN, days=40)
        found = PoliceReportOut.of(PoliceReport.objects.get(pk=report.pk))
        assert found.state == "no_trial"
        assert [one.kind for one in found.papers] == ["unproven"]


@given(
    st.lists(st.tuples(st.sampled_from(list(PaperKind)), st.integers(0, 5)), max_size=4)
)
def test_however_they_came_the_days_decide(rows: list[tuple[PaperKind, int]]) -> None:
    """Every order of entering gives the same state, or the same refusal."""

    def read(some: Iterable[PolicePaper]) -> str:
        try:
            return state_after(some, against={}).value
        except Conflict as refused:
            return str(refused)

    papers = [
        PolicePaper(pk=number, kind=kind, dated_on=date(2026, 11, 1 + day))
        for number, (kind, day) in enumerate(rows)
    ]
    assert len({read(some) for some in permutations(papers)}) == 1

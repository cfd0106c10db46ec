"""Plans: nothing unlawful gets in, others decide, and what was submitted never changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Severity
from anlan.cases.models import Case
from anlan.investigation import services as investigation
from anlan.law.book import book
from anlan.ledger.models import Entry
from anlan.resolution import proportion
from anlan.resolution import services as resolution
from anlan.resolution.enums import History, PlanState
from anlan.resolution.models import Carrying, Plan, PlanApproval, PlanMeasure
from anlan.resolution.permissions import can_decide_plan
from anlan.resolution.policies import PLAN_MOVES
from anlan.resolution.selectors.plans import history_of, measures_of, similar_plans
from tests.at_once import at_once
from tests.evidence.told import party
from tests.investigation import asked
from tests.investigation.asked import decided as finding_decided
from tests.investigation.asked import drafted as finding_drafted
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


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def of_severity(case: Case, severity: Severity) -> Case:
    Case.objects.filter(pk=case.pk).update(severity=severity)
    case.refresh_from_db()
    return case


def kinds(case: Case) -> list[str]:
    rows = Entry.objects.filter(subject=case.subject, kind__startswith="resolution.")
    return [row.kind.removeprefix("resolution.") for row in rows.order_by("seq")]


class TestMeasures:
    @pytest.mark.parametrize(
        "key", [one.key for one in book().measures if not one.is_for_plans]
    )
    def test_what_nobody_may_do_is_refused_with_its_rule(
        self, scene: Scene, case: Case, key: str
    ):
        plan, who = begun(scene, case), aggressor(scene, case)
        with pytest.raises(NotAllowed) as refused:
            added(scene, plan, drafted(scene, who, key))
        rules = {one.key: one.refused_by for one in book().measures}
        assert refused.value.source == rules[key]
        assert not plan.measures.exists()

    @pytest.mark.parametrize(
        ("key", "changed", "path", "source"),
        [
            ("warning_letter", {"words": "罚款二百元"}, "words", "G01"),
            ("warning_letter", {"words": "罚 款二百元"}, "words", "G01"),
            ("liquidated_damages", {"clause": "罚·款条款"}, "clause", "G01"),
            (
                "liquidated_damages",
                {"clause_version": "罰款表"},
                "clause_version",
                "G01",
            ),
            ("liquidated_damages", {"binds": "不交的停水"}, "binds", "G03"),
            ("warning_letter", {"words": "不道歉就停水停电"}, "words", "G03"),
            ("warning_letter", {"words": "由保安扣留本人"}, "words", "G07"),
            ("warning_letter", {"words": "协商不成再报警"}, "words", "G06"),
            ("warning_letter", {"appeal": "先别报警，向经理申诉"}, "appeal", "G06"),
            ("warning_letter", {"words": "其有前科，书面警示"}, "words", "G27"),
            ("warning_letter", {"words": "列入小区黑名单"}, "words", "G27"),
            (
                "warning_letter",
                {"words": "双方互殴，各负同等责任"},
                "words",
                "G15",
            ),
            ("warning_letter", {"words": "再来后果自负"}, "words", "L-民法典-506"),
            ("warning_letter", {"words": " "}, "words", None),
            ("warning_letter", {"appeal": " "}, "appeal", "G04"),
            ("warning_letter", {"appeal": "向项目经理申诉"}, "appeal_days", None),
            ("warning_letter", {"appeal_days": 14}, "appeal_days", None),
            (
                "warning_letter",
                {"appeal": "向项目经理申诉", "appeal_days": 0},
                "appeal_days",
                None,
            ),
            (
                "warning_letter",
                {"appeal": "向项目经理申诉", "appeal_days": 181},
                "appeal_days",
                None,
            ),
            ("liquidated_damages", {"clause": ""}, "clause", "G02"),
            ("liquidated_damages", {"clause_version": ""}, "clause_version", "G02"),
            ("liquidated_damages", {"binds": ""}, "binds", "G02"),
            ("liquidated_damages", {"fen": None}, "fen", None),
            ("liquidated_damages", {"fen": 0}, "fen", None),
            ("liquidated_damages", {"fen": 10**13 + 1}, "fen", None),
            ("liquidated_damages", {"amount_basis": ""}, "amount_basis", None),
            ("suspend_optional", {"service": ""}, "service", "G03"),
            ("suspend_optional", {"service": "water"}, "service", "G03"),
            (
                "suspend_optional",
                {"service": "club", "ends_on": None},
                "ends_on",
                "G04",
            ),
            ("facility_ban", {"service": "club", "appeal": ""}, "appeal", "G04"),
        ],
    )
    def test_what_a_measure_needs_may_not_be_missing(
        self,
        scene: Scene,
        case: Case,
        key: str,
        changed: dict[str, Any],
        path: str,
        source: str | None,
    ):
        plan, who = begun(scene, case), aggressor(scene, case)
        with pytest.raises(InvalidInput) as refused:
            added(scene, plan, drafted(scene, who, key, **changed))
        assert (refused.value.path, refused.value.source or None) == (path, source)

    def test_a_suspension_may_not_last_longer_than_six_months(
        self, scene: Scene, case: Case
    ):
        plan, who = begun(scene, case), aggressor(scene, case)
        begins = local_day(scene.at)
        said = {"service": "club", "begins_on": begins}
        with pytest.raises(InvalidInput) as refused:
            added(
                scene,
                plan,
                drafted(
                    scene,
                    who,
                    "suspend_optional",
                    ends_on=begins + timedelta(days=190),
                    **said,
                ),
            )
        assert refused.value.source == "G04"
        added(
            scene,
            plan,
            drafted(
                scene,
                who,
                "suspend_optional",
                ends_on=begins + timedelta(days=180),
                **said,
            ),
        )

    def test_a_ban_does_not_begin_before_it_is_approved(self, scene: Scene, case: Case):
        plan = submitted(scene, case, "facility_ban", service="club")
        tomorrow = scene.at + timedelta(days=1)
        with pytest.raises(Conflict, match="那一天已经过了") as refused:
            decided(scene, plan, at=tomorrow)
        assert refused.value.source == "G04"
        assert not PlanApproval.objects.exists()
        returned = decided(scene, plan, is_approved=False, remark="改", at=tomorrow)
        assert returned.state == PlanState.RETURNED

    def test_only_an_aggressor_of_this_case_can_be_meant(
        self, scene: Scene, case: Case
    ):
        plan = begun(scene, case)
        other = scene.incident(place=scene.place("园区 南门")).case
        for who in (party(scene, case), aggressor(scene, other)):
            with pytest.raises(InvalidInput) as refused:
                added(scene, plan, drafted(scene, who, "warning_letter"))
            assert refused.value.path == "party"

    def test_a_sentence_of_other_findings_is_no_ground(self, scene: Scene, case: Case):
        plan, who = begun(scene, case), aggressor(scene, case)
        other = scene.incident(place=scene.place("园区 南门")).case
        elsewhere = sentence_in_force(scene, other)
        with pytest.raises(InvalidInput) as refused:
            added(
                scene,
                plan,
                drafted(scene, who, "warning_letter", sentences=[elsewhere]),
            )
        assert refused.value.path == "sentences"

    def test_sent_twice_it_is_one(self, scene: Scene, case: Case):
        plan, request = begun(scene, case), uuid4()
        said = drafted(scene, aggressor(scene, case), "warning_letter")
        first = added(scene, plan, said, request_id=request)
        assert added(scene, plan, said, request_id=request) == first
        assert plan.measures.count() == 1

    def test_one_taken_out_lets_the_others_move_up(self, scene: Scene, case: Case):
        plan, who = begun(scene, case), aggressor(scene, case)
        rows = [
            added(scene, plan, drafted(scene, who, key))
            for key in ("verbal_warn", "warning_letter", "police_report")
        ]
        resolution.remove_measure(measure=rows[0], by=plan.author, at=scene.at)
        assert [(m.position, m.key) for m in measures_of(plan)] == [
            (1, "warning_letter"),
            (2, "police_report"),
        ]
        with pytest.raises(Conflict):
            resolution.remove_measure(measure=rows[0], by=plan.author, at=scene.at)


class TestSubmission:
    def test_without_findings_in_force_there_is_nothing_to_rest_on(
        self, scene: Scene, case: Case
    ):
        plan = begun(scene, case)
        added(scene, plan, drafted(scene, aggressor(scene, case), "warning_letter"))
        with pytest.raises(Conflict):
            resolution.submit_plan(plan=plan, by=plan.author, at=scene.at)

    def test_every_measure_cites_a_sentence(self, scene: Scene, case: Case):
        sentence_in_force(scene, case)
        plan = begun(scene, case)
        with pytest.raises(Conflict):  # no measure at all
            resolution.submit_plan(plan=plan, by=plan.author, at=scene.at)
        added(scene, plan, drafted(scene, aggressor(scene, case), "warning_letter"))
        with pytest.raises(InvalidInput) as refused:
            resolution.submit_plan(plan=plan, by=plan.author, at=scene.at)
        assert refused.value.path == "sentences"

    def test_out_of_the_proposed_range_it_needs_a_reason(
        self, scene: Scene, case: Case
    ):
        of_severity(case, Severity.NOTICE)
        sentence = sentence_in_force(scene, case)
        plan = begun(scene, case)
        said = drafted(
            scene, aggressor(scene, case), "liquidated_damages", sentences=[sentence]
        )
        added(scene, plan, said)
        with pytest.raises(InvalidInput) as refused:
            resolution.submit_plan(plan=plan, by=plan.author, at=scene.at)
        assert refused.value.path == "beyond"
        kept = resolution.submit_plan(
            plan=plan, beyond="已经两次口头约定", by=plan.author, at=scene.at
        )
        assert (kept.state, kept.beyond) == (PlanState.SUBMITTED, "已经两次口头约定")
        assert kinds(case) == ["plan_begun", "measure_fixed", "plan_submitted"]

    def test_afterwards_nothing_can_be_changed(self, scene: Scene, case: Case):
        plan = submitted(scene, case)
        row = plan.measures.get()
        said = drafted(scene, row.party, "verbal_warn")
        with pytest.raises(Conflict):
            added(scene, plan, said)
        with pytest.raises(Conflict):
            resolution.change_measure(
                measure=row, drafted=said, by=plan.author, at=scene.at
            )
        with pytest.raises(Conflict):
            resolution.remove_measure(measure=row, by=plan.author, at=scene.at)
        with pytest.raises(Conflict):
            begun(scene, case)

    def test_only_its_author_writes_and_submits(self, scene: Scene, case: Case):
        plan = begun(scene, case)
        said = drafted(scene, aggressor(scene, case), "warning_letter")
        with pytest.raises(Conflict):
            resolution.add_measure(
                plan=plan, drafted=said, by=scene.manager, at=scene.at
            )
        with pytest.raises(Conflict):
            resolution.submit_plan(plan=plan, by=scene.manager, at=scene.at)


class TestPolice:
    """G05: nothing replaces or bars the report that a serious act demands."""

    WORDS = ("双方私了，不报警", "由管理处内部处理", "撤案后签承诺书")

    @pytest.mark.parametrize("words", WORDS)
    def test_no_words_of_a_measure_replace_it(
        self, scene: Scene, case: Case, words: str
    ):
        of_severity(case, Severity.CONSIDERABLE)
        plan, who = begun(scene, case), aggressor(scene, case)
        with pytest.raises(InvalidInput) as refused:
            added(scene, plan, drafted(scene, who, "warning_letter", words=words))
        assert (refused.value.source, refused.value.path) == ("G05", "words")
        assert not plan.measures.exists()

    def test_nor_does_the_reason_for_leaving_the_range(self, scene: Scene, case: Case):
        of_severity(case, Severity.CONSIDERABLE)
        with pytest.raises(InvalidInput) as refused:
            resolution.submit_plan(
                plan=begun(scene, case),
                beyond="已经私了",
                by=scene.officer,
                at=scene.at,
            )
        assert (refused.value.source, refused.value.path) == ("G05", "beyond")

    def test_what_says_that_it_stays_possible_is_taken(self, scene: Scene, case: Case):
        of_severity(case, Severity.CONSIDERABLE)
        plan, who = begun(scene, case), aggressor(scene, case)
        said = drafted(
            scene, who, "warning_letter", words="书面警示，不得私了，不影响报警"
        )
        assert added(scene, plan, said).position == 1

    @pytest.mark.both
    @pytest.mark.parametrize(
        ("severity", "is_called", "within"),
        [
            (Severity.CONSIDERABLE, False, timedelta(hours=1)),
            (Severity.CONSIDERABLE, True, timedelta(days=7)),
            (Severity.ORDINARY, False, timedelta(days=7)),
        ],
    )
    def test_what_must_be_reported_is_reported_at_once(
        self,
        scene: Scene,
        case: Case,
        severity: Severity,
        *,
        is_called: bool,
        within: timedelta,
    ):
        of_severity(case, severity)
        sentence = sentence_in_force(scene, case, is_reported=is_called)
        plan, who = begun(scene, case), aggressor(scene, case)
        for key in ("warning_letter", "police_report"):
            added(scene, plan, drafted(scene, who, key, sentences=[sentence]))
        plan = resolution.submit_plan(
            plan=plan, beyond="见结论", by=plan.author, at=scene.at
        )
        decided(scene, plan)
        report = plan.measures.get(key="police_report")
        task = Carrying.objects.get(measure=report).task
        assert task is not None
        assert task.due_at == scene.at + within
        other = Carrying.objects.exclude(measure=report).get().task
        assert other is not None
        assert other.due_at == scene.at + timedelta(days=7)

    @pytest.mark.parametrize("is_called", [False, True])
    @pytest.mark.parametrize("is_planned", [False, True])
    def test_a_serious_act_is_reported_or_the_plan_reports_it(
        self, scene: Scene, case: Case, *, is_called: bool, is_planned: bool
    ):
        of_severity(case, Severity.CONSIDERABLE)
        sentence = sentence_in_force(scene, case, is_reported=is_called)
        plan, who = begun(scene, case), aggressor(scene, case)
        for key in ("warning_letter", "police_report")[: 1 + is_planned]:
            said = drafted(scene, who, key, sentences=[sentence])
            added(scene, plan, said)

        if not is_called and not is_planned:
            with pytest.raises(Conflict) as refused:
                resolution.submit_plan(plan=plan, by=plan.author, at=scene.at)
            assert refused.value.source == "G05"
        else:
            resolution.submit_plan(plan=plan, by=plan.author, at=scene.at)

        plan.refresh_from_db()
        is_in = is_called or is_planned
        assert plan.state == (PlanState.SUBMITTED if is_in else PlanState.DRAFT)


class TestDecision:
    def test_another_person_brings_it_into_force(self, scene: Scene, case: Case):
        plan = decided(scene, submitted(scene, case))
        assert plan.state == PlanState.APPROVED
        assert kinds(case)[-1] == "plan_approved"

    def test_its_author_cannot(self, scene: Scene, case: Case):
        sentence = sentence_in_force(scene, case)
        plan = begun(scene, case, by=scene.manager)
        added(
            scene,
            plan,
            drafted(
                scene, aggressor(scene, case), "warning_letter", sentences=[sentence]
            ),
        )
        resolution.submit_plan(
            plan=plan, beyond="见认定", by=scene.manager, at=scene.at
        )
        with pytest.raises(NotAllowed, match="起草人"):
            decided(scene, plan)
        assert not PlanApproval.objects.exists()

    def test_who_investigated_cannot(self, scene: Scene, case: Case):
        plan = submitted(scene, case)

        investigation.begin_finding(case=case, by=scene.officer, at=scene.at)
        Plan.objects.filter(pk=plan.pk).update(author=scene.person("xuqing"))
        plan.refresh_from_db()
        with pytest.raises(NotAllowed):
            decided(scene, plan, by=scene.officer)

    def test_who_wrote_an_earlier_version_cannot(self, scene: Scene, case: Case):
        sentence = sentence_in_force(scene, case)
        plan = begun(scene, case, by=scene.manager)
        who = aggressor(scene, case)
        added(scene, plan, drafted(scene, who, "warning_letter", sentences=[sentence]))
        resolution.withdraw_plan(
            plan=plan, reason="另有线索", by=scene.manager, at=scene.at
        )
        second = begun(scene, case)
        assert second.measures.exists()
        resolution.submit_plan(
            plan=second, beyond="见认定", by=scene.officer, at=scene.at
        )

        assert not can_decide_plan(scene.manager, second)
        with pytest.raises(NotAllowed, match="起草过"):
            decided(scene, second)
        assert decided(scene, second, by=headquarters(scene)).state == "approved"

    def test_who_drafted_or_investigated_a_joined_case_cannot(
        self, scene: Scene, case: Case
    ):
        other = scene.incident(place=scene.place("园区 南门")).case
        heard = asked.planned(scene, other, interviewer=headquarters(scene))
        assert heard.interviewer == headquarters(scene)
        begun(scene, other, by=scene.manager)
        plan = submitted(scene, case)
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)

        with pytest.raises(NotAllowed, match="起草过"):
            decided(scene, plan)
        with pytest.raises(NotAllowed, match="调查"):
            decided(scene, plan, by=headquarters(scene))

    def test_a_party_cannot(self, scene: Scene, case: Case):
        plan = submitted(scene, case)
        cases.add_party(
            case=case,
            roles=["staff"],
            user=scene.manager,
            by=scene.officer,
            at=scene.at,
        )
        with pytest.raises(NotAllowed, match="当事人"):
            decided(scene, plan)

    def test_above_a_level_two_have_to(self, scene: Scene, case: Case):
        of_severity(case, Severity.MAJOR)
        plan = decided(scene, submitted(scene, case))
        assert plan.state == PlanState.SUBMITTED
        assert kinds(case)[-1] == "plan_seconded"
        with pytest.raises(Conflict, match="已经"):
            decided(scene, plan)
        plan = decided(scene, plan, by=headquarters(scene))
        assert plan.state == PlanState.APPROVED

    def test_a_level_that_rose_since_counts_as_well(self, scene: Scene, case: Case):
        of_severity(case, Severity.ORDINARY)
        plan = submitted(scene, case, "suspend_optional", service="club")
        of_severity(case, Severity.MAJOR)
        plan = decided(scene, plan)
        assert plan.state == PlanState.SUBMITTED
        assert decided(scene, plan, by=headquarters(scene)).state == "approved"

    def test_a_range_that_moved_since_asks_for_a_reason_again(
        self, scene: Scene, case: Case
    ):
        of_severity(case, Severity.NOTICE)
        plan = submitted(scene, case, "verbal_warn")
        of_severity(case, Severity.MAJOR)
        with pytest.raises(Conflict, match="建议的幅度变为"):
            decided(scene, plan)
        assert not plan.approvals.exists()
        decided(scene, plan, is_approved=False, remark="请写明为什么这样轻")
        again = resolution.submit_plan(
            plan=begun(scene, case), beyond="已道歉", by=scene.officer, at=scene.at
        )
        assert decided(scene, again).state == PlanState.SUBMITTED
        assert decided(scene, again, by=headquarters(scene)).state == "approved"

    def test_where_the_law_is_asked_counsel_has_to_be_among_them(
        self, scene: Scene, case: Case
    ):
        plan = decided(scene, submitted(scene, case, "liquidated_damages"))
        assert plan.state == PlanState.SUBMITTED
        plan = decided(scene, plan, by=headquarters(scene))
        assert plan.state == PlanState.SUBMITTED
        plan = decided(scene, plan, by=legal(scene))
        assert plan.state == PlanState.APPROVED

    def test_a_return_says_why_and_leads_to_the_next_version(
        self, scene: Scene, case: Case
    ):
        plan = submitted(scene, case)
        with pytest.raises(InvalidInput) as refused:
            decided(scene, plan, is_approved=False, remark=" ")
        assert refused.value.path == "remark"
        plan = decided(scene, plan, is_approved=False, remark="依据不足")
        assert plan.state == PlanState.RETURNED
        again = begun(scene, case)
        assert (again.version, again.measures.count()) == (2, 1)
        copied = measures_of(again)[0]
        assert [ground.sentence_id for ground in copied.grounds.all()] == [
            ground.sentence_id for ground in measures_of(plan)[0].grounds.all()
        ]

    def test_after_its_author_took_it_back_it_is_too_late(
        self, scene: Scene, case: Case
    ):
        plan = submitted(scene, case)
        resolution.withdraw_plan(
            plan=plan, reason="另有线索", by=plan.author, at=scene.at
        )
        with pytest.raises(Conflict, match="已撤回"):
            decided(scene, plan)
        assert not PlanApproval.objects.exists()

    def test_on_findings_that_are_not_in_force_any_more_it_is_refused(
        self, scene: Scene, case: Case
    ):
        plan = submitted(scene, case)
        newer = finding_drafted(scene, case)
        finding = investigation.submit_finding(
            finding=newer, by=newer.author, at=scene.at
        )
        finding_decided(scene, finding)
        with pytest.raises(Conflict, match="新结论"):
            decided(scene, plan)

    def test_the_rules_that_changed_in_between_have_to_be_shown(
        self, scene: Scene, case: Case
    ):
        plan = submitted(scene, case)
        with pytest.raises(Conflict) as refused:
            decided(scene, plan, shown=[])
        assert refused.value.source == "G16"

    def test_a_new_version_takes_the_place_of_the_old(self, scene: Scene, case: Case):
        first = decided(scene, submitted(scene, case))
        second = begun(scene, case)
        resolution.submit_plan(
            plan=second, beyond="见认定", by=second.author, at=scene.at
        )
        decided(scene, second)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("superseded", "approved")
        assert kinds(case)[-2:] == ["plan_superseded", "plan_approved"]


@pytest.mark.both
def test_two_who_approve_at_once_are_both_counted(committed_scene: Scene):
    scene = committed_scene
    case = of_severity(scene.incident().case, Severity.MAJOR)
    plan = submitted(scene, case)
    at_once(
        lambda: decided(scene, plan),
        lambda: decided(scene, plan, by=headquarters(scene)),
    )
    plan.refresh_from_db()
    assert plan.state == PlanState.APPROVED
    assert plan.approvals.count() == 2
    assert kinds(case)[-2:] == ["plan_seconded", "plan_approved"]


class TestProportion:
    def test_graver_acts_and_repeated_ones_never_propose_less(self):
        for severity in Severity:
            for history in History:
                here = proportion.proposed(severity, history)
                assert 0 <= here.low <= here.high <= 5
                if severity < Severity.CRITICAL:
                    graver = proportion.proposed(severity + 1, history)
                    assert (graver.low, graver.high) >= (here.low, here.high)
                if history < History.AGAIN:
                    again = proportion.proposed(severity, history + 1)
                    assert (again.low, again.high) >= (here.low, here.high)

    def test_what_the_same_person_did_within_a_year_counts(
        self, scene: Scene, case: Case
    ):
        who = aggressor(scene, case)
        assert history_of(case) == History.NONE
        spots = ("园区 南门", "6 号楼 1 层 大堂", "3 号楼 12 层 1206 室")
        for spot, days, expected in zip(spots, (400, 300, 20), (0, 1, 2), strict=True):
            earlier = scene.incident(place=scene.place(spot)).case
            Case.objects.filter(pk=earlier.pk).update(
                opened_at=case.opened_at - timedelta(days=days)
            )
            aggressor(scene, earlier, person=who.person)
            assert history_of(case) == expected

    def test_decided_cases_like_it_are_shown_to_who_may_see_them(
        self, scene: Scene, case: Case
    ):
        other = scene.incident(place=scene.place("园区 南门")).case
        decided(scene, submitted(scene, other))
        shown = similar_plans(case, scene.manager)
        assert [one.plan.case_id for one in shown] == [other.pk]
        assert (shown[0].words, shown[0].taken_back) == ("警示函、告知函（待执行）", "")
        assert similar_plans(case, scene.stranger) == []


def test_every_state_that_a_plan_can_be_in_is_in_the_table():
    assert set(PLAN_MOVES) == set(PlanState)
    reachable = {PlanState.DRAFT}
    while (more := {to for one in reachable for to in PLAN_MOVES[one]}) - reachable:
        reachable |= more
    assert reachable == set(PlanState)


def test_a_measure_needs_a_plan_of_its_own_case(scene: Scene, case: Case):
    plan = begun(scene, case)
    row = added(scene, plan, drafted(scene, aggressor(scene, case), "verbal_warn"))
    assert PlanMeasure.objects.get(plan__case=case) == row

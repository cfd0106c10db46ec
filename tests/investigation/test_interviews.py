"""Interviews: one person, independent, voluntary, stopped at will; gaps stay visible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.selectors import timeline
from anlan.cases.services import NewGuardian
from anlan.customers import services as customers
from anlan.evidence import services as evidence
from anlan.evidence.enums import StatementRole
from anlan.evidence.models import Statement, StatementAnswer
from anlan.evidence.selectors.statements import guide_of
from anlan.evidence.services import Answer
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel
from anlan.investigation import services as investigation
from anlan.investigation.enums import InterviewState
from anlan.investigation.models import Interview, InterviewQuestion
from anlan.investigation.selectors.interviews import (
    gap_questions,
    gaps_of,
    shown_interviews,
)
from anlan.investigation.services import Plan
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from tests.evidence.told import frozen, guardian_of, party, read, signed
from tests.incidents.story import facts
from tests.investigation.asked import (
    answered,
    begun,
    held,
    investigator,
    planned,
)

pytestmark = pytest.mark.both_deep

ID = UUID("6f2d3c1e-0000-4000-8000-0000000000a1")
NEW = NewGuardian(name="王芳", phone="13900005501", relation="母亲")
NOBODY = NewGuardian(name=" ", phone="", relation="")


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene):
    return scene.incident().case


def witness(scene, case, name):
    person = customers.add_person(
        site=scene.site, name=name, by=scene.officer, at=scene.at
    )
    return cases.add_party(
        case=case, roles=["witness"], person=person, by=scene.officer, at=scene.at
    )


class TestPlan:
    def test_is_on_the_record_without_a_word(self, scene, case) -> None:
        interview = planned(
            scene, case, plan={"topics": "张三看见的", "place": "李四家"}
        )

        (fact,) = facts(case, "investigation.interview_planned")
        assert (fact["code"], fact["position"]) == ("T-01", 1)
        assert [q.text for q in interview.questions.order_by("position")] == [
            "伞现在在哪里？",
            "还有谁看见？",
        ]
        shown = str([(line.sentence, line.quote) for line in timeline(case)])
        assert "张三" not in shown
        assert "李四" not in shown
        assert verify().is_sound

    def test_words_that_were_changed_are_found(self, scene, case) -> None:
        planned(scene, case, plan={"topics": "看见的"})
        Interview.objects.update(topics="别的")

        assert not verify().is_sound

    @pytest.mark.parametrize("count", [0, 2])
    def test_is_with_one_person(self, scene, case, count) -> None:
        people = [party(scene, case, name) for name in ("甲某", "乙某")][:count]

        with pytest.raises(InvalidInput, match="分别进行") as refusal:
            planned(scene, case, parties=people)

        assert (refusal.value.source, refusal.value.path) == ("G21", "parties")
        assert not Interview.objects.exists()

    @pytest.mark.parametrize("word", ["口供", "讯问"])
    @pytest.mark.parametrize("where", ["topics", "place", "questions"])
    def test_is_no_interrogation(self, scene, case, word, where) -> None:
        said = f"录{word}。"
        wrong = (
            {"questions": [said]} if where == "questions" else {"plan": {where: said}}
        )

        with pytest.raises(InvalidInput) as refusal:
            planned(scene, case, **wrong)

        assert (refusal.value.source, refusal.value.path) == ("G21", where)

    def test_not_of_another_case(self, scene, case) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case

        with pytest.raises(InvalidInput):
            planned(scene, case, parties=[party(scene, other)])

    def test_follows_the_others_in_order(self, scene, case) -> None:
        first = planned(scene, case)
        second = planned(scene, case, parties=[party(scene, case, "乙某")])
        before = planned(
            scene, case, parties=[party(scene, case, "丙某")], plan={"position": 1}
        )

        order = [one.interview.pk for one in shown_interviews(case)]
        assert order == [first.pk, before.pk, second.pk]

    def test_twice_is_once(self, scene, case) -> None:
        one = party(scene, case)

        first = planned(scene, case, parties=[one], request_id=ID)
        again = planned(scene, case, parties=[one], request_id=ID)

        assert first == again
        with pytest.raises(Conflict):
            planned(scene, case, parties=[one], questions=["别的？"], request_id=ID)

    def test_by_nobody_without_the_right(self, scene, case) -> None:
        one = party(scene, case)
        for somebody in (scene.guard, scene.stranger, scene.person("chenlu")):
            with pytest.raises(NotAllowed):
                planned(scene, case, parties=[one], by=somebody)

    def test_tells_whoever_is_to_ask(self, scene, case) -> None:
        planned(scene, case, by=scene.manager)

        sent = Delivery.objects.filter(message__kind="investigation.to_ask")
        assert {one.user for one in sent} == {investigator(scene)}

    def test_is_changed_until_it_begins(self, scene, case) -> None:
        interview = planned(scene, case)
        later = scene.at + timedelta(hours=2)
        plan = Plan(interviewer=scene.officer, planned_for=later, topics="先听")

        investigation.replan_interview(
            interview=interview, plan=plan, by=scene.officer, at=scene.at
        )

        interview.refresh_from_db()
        assert (interview.interviewer, interview.planned_for, interview.topics) == (
            scene.officer,
            later,
            "先听",
        )
        begun(scene, interview, by=scene.officer)
        with pytest.raises(Conflict, match="谈话中"):
            investigation.replan_interview(
                interview=interview, plan=plan, by=scene.officer, at=scene.at
            )


class TestIndependence:
    def test_no_party_asks(self, scene, case) -> None:
        cases.add_party(
            case=case,
            roles=["victim"],
            user=scene.officer,
            by=scene.manager,
            at=scene.at,
        )

        with pytest.raises(InvalidInput, match="当事人，须回避") as refusal:
            planned(scene, case, interviewer=scene.officer)
        assert refusal.value.path == "interviewer"

    def test_nobody_who_was_there_asks(self, scene) -> None:
        incident = scene.incident()
        incidents.join_response(
            incident=incident, user=scene.officer, by=scene.officer, at=scene.at
        )
        planned(scene, incident.case, interviewer=scene.officer)  # on the way only
        there = scene.assignment(incident, scene.officer)
        incidents.arrive(assignment=there, by=scene.officer, at=scene.at)

        with pytest.raises(InvalidInput, match="到过事发现场，须回避"):
            planned(
                scene,
                incident.case,
                parties=[party(scene, incident.case, "乙某")],
                interviewer=scene.officer,
            )
        with pytest.raises(NotAllowed, match="到过事发现场"):
            begun(scene, Interview.objects.get(), by=scene.officer)
        assert not Statement.objects.exists()

    def test_nor_at_a_case_that_was_joined(self, scene) -> None:
        host = scene.incident().case
        other = scene.incident(place=scene.place("园区 南门"))
        incidents.join_response(
            incident=other, user=scene.officer, by=scene.officer, at=scene.at
        )
        there = scene.assignment(other, scene.officer)
        incidents.arrive(assignment=there, by=scene.officer, at=scene.at)
        cases.join_cases(case=other.case, host=host, by=scene.officer, at=scene.at)

        with pytest.raises(InvalidInput, match="到过事发现场"):
            planned(scene, host, interviewer=scene.officer)

    def test_nor_at_the_host_of_it(self, scene) -> None:
        host = scene.incident()
        incidents.join_response(
            incident=host, user=scene.officer, by=scene.officer, at=scene.at
        )
        there = scene.assignment(host, scene.officer)
        incidents.arrive(assignment=there, by=scene.officer, at=scene.at)
        other = scene.incident(place=scene.place("园区 南门")).case
        hurt = party(scene, other)
        about = {"by": scene.officer, "at": scene.at}
        cases.join_cases(case=other, host=host.case, **about)
        other.refresh_from_db()

        with pytest.raises(InvalidInput, match="到过事发现场"):
            planned(scene, other, parties=[hurt], interviewer=scene.officer)

    def test_no_witness_asks(self, scene, case) -> None:
        frozen(scene, case, of=scene.officer)

        with pytest.raises(InvalidInput, match="作过情况说明，须回避"):
            planned(scene, case, interviewer=scene.officer)

    def test_nobody_without_the_right_asks(self, scene, case) -> None:
        with pytest.raises(InvalidInput, match="没有调查的权限"):
            planned(scene, case, interviewer=scene.guard)


class TestBeginning:
    def test_is_a_statement(self, scene, case) -> None:
        interview = begun(scene, planned(scene, case))

        assert interview.state == InterviewState.RUNNING
        assert interview.statement is not None
        assert interview.statement.party == interview.party
        assert interview.statement.taken_by == investigator(scene)
        (fact,) = facts(case, "investigation.interview_begun")
        assert (fact["statement"], fact["guardian_present"]) == ("S-01", 0)

    def test_refuses_who_was_not_told(self, scene, case) -> None:
        with pytest.raises(InvalidInput) as refusal:
            begun(scene, planned(scene, case), is_told=False)

        assert (refusal.value.source, refusal.value.path) == ("G21", "is_told")
        assert not Statement.objects.exists()

    @pytest.mark.parametrize(
        ("said", "path"),
        [
            ({}, "guardian"),
            ({"guardian": NEW}, "is_guardian_present"),
            ({"is_guardian_present": True}, "guardian"),
            ({"guardian": NOBODY, "is_guardian_present": True}, "guardian"),
            (
                {
                    "guardian": replace(NEW, relation=""),
                    "is_guardian_present": True,
                },
                "relation",
            ),
        ],
    )
    def test_of_a_child_waits_for_the_guardian(self, scene, case, said, path) -> None:
        child = party(scene, case, "小明", birth_year=2012)
        interview = planned(scene, case, parties=[child])

        with pytest.raises(InvalidInput) as refusal:
            begun(scene, interview, **said)

        assert refusal.value.path == path
        assert refusal.value.source == ("" if path == "relation" else "G20")
        interview.refresh_from_db()
        assert interview.state == InterviewState.PLANNED

    def test_of_a_child_begins_with_the_guardian(self, scene, case) -> None:
        child = party(scene, case, "小明", birth_year=2012)
        mother = guardian_of(scene, child)
        interview = begun(
            scene,
            planned(scene, case, parties=[child]),
            guardian=mother,
            is_guardian_present=True,
        )

        assert interview.guardian_present
        assert interview.statement is not None
        assert interview.statement.guardian_party == mother
        assert interview.statement.guardian == "王芳"

    def test_only_their_own_guardian_sits_in(self, scene, case) -> None:
        child = party(scene, case, "小明", birth_year=2012)
        interview = planned(scene, case, parties=[child])
        mother = guardian_of(scene, child)
        other = guardian_of(scene, party(scene, case, "小红"), "白姨", "姨母")
        said = {"guardian": mother, "is_guardian_present": True}

        with pytest.raises(InvalidInput, match="分别进行"):
            begun(scene, interview, **said, present="白姨在旁")
        for wrong in (other, party(scene, case, "路人")):
            with pytest.raises(InvalidInput, match="没有登记") as refusal:
                begun(scene, interview, **{**said, "guardian": wrong})
            assert (refusal.value.path, refusal.value.source) == ("guardian", "G20")
        assert begun(scene, interview, **said, present="王芳").guardian_present
        assert other.guardianships.exists()

    @pytest.mark.parametrize(("born", "ticked"), [(2013, False), (2012, True)])
    def test_of_somebody_under_fourteen_needs_consent(
        self, scene, case, born, ticked
    ) -> None:
        child = party(scene, case, "小明", birth_year=born)
        interview = planned(scene, case, parties=[child])
        said = {
            "guardian": guardian_of(scene, child),
            "is_guardian_present": True,
            "is_under_fourteen": ticked,
        }

        with pytest.raises(InvalidInput, match="十四周岁") as refusal:
            begun(scene, interview, **said)
        assert (refusal.value.source, refusal.value.path) == ("G20", "has_consent")

        interview = begun(scene, interview, **said, has_consent=True)
        assert (interview.is_under_fourteen, interview.has_consent) == (True, True)
        (fact,) = facts(case, "investigation.guardian_consented")
        assert (fact["code"], fact["statement"]) == ("T-01", "S-01")

    def test_of_who_turns_out_to_be_under_fourteen(self, scene, case) -> None:
        """Their guardian agrees while they talk; the interview says so, too."""
        child = party(scene, case, "小明", birth_year=2012)
        mother = guardian_of(scene, child)
        interview = begun(
            scene,
            planned(scene, case, parties=[child]),
            guardian=mother,
            is_guardian_present=True,
        )
        assert not interview.has_consent
        assert interview.statement is not None

        evidence.name_guardian(
            statement=interview.statement,
            guardian=mother,
            is_under_fourteen=True,
            has_consent=True,
            by=interview.interviewer,
            at=scene.at,
        )

        interview.refresh_from_db()
        assert (interview.is_under_fourteen, interview.has_consent) == (True, True)

    @pytest.mark.parametrize(
        ("role", "asked"), [(StatementRole.VICTIM, 1), (StatementRole.WITNESS, 0)]
    )
    def test_of_a_hurt_child_asks_for_the_report(
        self, scene, case, role, asked
    ) -> None:
        for name in ("小明", "小红"):
            child = party(scene, case, name, birth_year=2011)
            begun(
                scene,
                planned(scene, case, parties=[child], role=role),
                guardian=guardian_of(scene, child, f"{name}之母"),
                is_guardian_present=True,
            )

        tasks = case.tasks.filter(key="report_minor")
        assert [(task.source, task.binding) for task in tasks] == [
            ("G20", True)
        ] * asked
        assert all(task.due_at is not None for task in tasks)

    def test_of_a_side_names_no_witness(self, scene, case) -> None:
        victim = party(scene, case)
        witness(scene, case, "罗开明")

        with pytest.raises(InvalidInput, match="证人") as refusal:
            planned(scene, case, parties=[victim], questions=["罗 开明怎么说你的？"])
        assert (refusal.value.source, refusal.value.path) == ("G23", "questions")
        with pytest.raises(InvalidInput) as refusal:
            planned(scene, case, parties=[victim], plan={"topics": "罗开明看见的"})
        assert refusal.value.path == "topics"

    def test_of_a_side_names_no_reporter(self, scene, case) -> None:
        """A colleague who reported is no party; who is of a side is named as that."""
        victim = party(scene, case)
        desk = scene.person("lifang")
        incidents.report_incident(
            place=scene.garage,
            channel=Channel.DESK,
            flags=[],
            words="有人来电说还在打",
            by=desk,
            at=scene.at,
        )
        reporter = scene.person("lixiang")

        with pytest.raises(InvalidInput, match="报案人") as refusal:
            planned(
                scene,
                case,
                parties=[victim],
                plan={"topics": f"{reporter.name}说的那一段"},
            )
        assert (refusal.value.source, refusal.value.path) == ("G23", "topics")
        planned(scene, case, parties=[victim], plan={"topics": f"{desk.name}陪同"})
        cases.add_party(
            case=case, roles=["victim"], user=reporter, by=scene.officer, at=scene.at
        )
        planned(
            scene,
            case,
            parties=[party(scene, case, "贺知行")],
            plan={"topics": f"和{reporter.name}说了什么"},
        )

    @pytest.mark.parametrize("present", ["贺知行", "保安、贺 知 行在旁"])
    def test_no_other_party_sits_in(self, scene, case, present) -> None:
        interview = planned(scene, case)
        party(scene, case, "贺知行")

        with pytest.raises(InvalidInput, match="分别进行") as refusal:
            begun(scene, interview, present=present)

        assert (refusal.value.source, refusal.value.path) == ("G21", "present")

    def test_by_whom_it_was_planned(self, scene, case) -> None:
        with pytest.raises(NotAllowed, match="这次谈话由"):
            begun(scene, planned(scene, case), by=scene.officer)

    def test_twice_is_once(self, scene, case) -> None:
        interview = planned(scene, case)

        begun(scene, interview, request_id=ID)
        begun(scene, interview, request_id=ID)

        assert Statement.objects.count() == 1
        with pytest.raises(Conflict, match="谈话中"):
            begun(scene, interview)

    def test_not_while_another_statement_of_theirs_is_open(self, scene, case) -> None:
        one = party(scene, case)
        first = planned(scene, case, parties=[one])
        second = planned(scene, case, parties=[one])
        begun(scene, first)

        with pytest.raises(Conflict, match="还没有完成"):
            begun(scene, second)
        second.refresh_from_db()
        assert second.state == InterviewState.PLANNED

    @pytest.mark.both
    def test_the_database_wants_a_statement(self, scene, case) -> None:
        interview = planned(scene, case)

        with pytest.raises(IntegrityError), transaction.atomic():
            Interview.objects.filter(pk=interview.pk).update(state="running")


class TestQuestions:
    def test_are_on_the_page_and_no_row_until_they_are_answered(
        self, scene, case
    ) -> None:
        statement = answered(
            scene, begun(scene, planned(scene, case)), own_1="在保安室。"
        )

        own = {one.key: one.question for one in guide_of(statement) if one.is_own}
        assert own == {"own-1": "伞现在在哪里？", "own-2": "还有谁看见？"}
        (row,) = StatementAnswer.objects.all()
        assert (row.question, row.answer) == ("伞现在在哪里？", "在保安室。")

    def test_an_empty_form_asks_nothing(self, scene, case) -> None:
        interview = begun(scene, planned(scene, case))
        assert interview.statement is not None
        said = [Answer(key="own-1", question="换一个问题？"), Answer(key="own-3")]

        evidence.save_answers(
            statement=interview.statement,
            said=said[:1],
            by=investigator(scene),
            at=scene.at,
        )

        assert not StatementAnswer.objects.exists()

    def test_nobody_asked_stay_as_gaps(self, scene, case) -> None:
        interview = held(
            scene, planned(scene, case), free="讲一遍。", own_1="在保安室。"
        )

        assert interview.state == InterviewState.HELD
        (fact,) = facts(case, "investigation.interview_held")
        assert fact["not_asked"] == 1
        (gap,) = gaps_of(case)
        assert [question.text for question in gap.questions] == ["还有谁看见？"]
        assert "是什么时候？您怎么知道这个时间？" in gap.guide
        assert "请您自己讲一遍：发生了什么？" not in gap.guide

    def test_gaps_are_taken_up_by_the_next(self, scene, case) -> None:
        first = held(scene, planned(scene, case), free="讲一遍。")
        gaps = gap_questions(first.party)

        second = planned(
            scene, case, parties=[first.party], questions=["几点？"], take_up=gaps
        )

        texts = [q.text for q in second.questions.order_by("position")]
        assert texts == ["伞现在在哪里？", "还有谁看见？", "几点？"]
        assert gap_questions(first.party) == []
        held(scene, second, own_1="在车里。")
        left = gap_questions(first.party)
        assert [q.text for q in left] == ["还有谁看见？", "几点？"]
        assert {q.interview_id for q in left} == {second.pk}

    def test_of_a_cancelled_interview_are_gaps_again(self, scene, case) -> None:
        interview = planned(scene, case)
        assert gap_questions(interview.party) == []

        investigation.cancel_interview(
            interview=interview, reason="出国了", by=investigator(scene), at=scene.at
        )

        assert len(gap_questions(interview.party)) == 2

    def test_of_somebody_else_are_not_taken_up(self, scene, case) -> None:
        held(scene, planned(scene, case), free="讲一遍。")
        questions = InterviewQuestion.objects.all()

        with pytest.raises(InvalidInput) as refusal:
            planned(
                scene, case, parties=[party(scene, case, "乙某")], take_up=questions
            )
        assert refusal.value.path == "take_up"

    def test_sixteen_are_too_many(self, scene, case) -> None:
        with pytest.raises(InvalidInput, match="最多拟"):
            planned(scene, case, questions=[f"第 {n} 个？" for n in range(16)])


class TestEnd:
    def test_they_may_stop(self, scene, case) -> None:
        interview = begun(scene, planned(scene, case))
        statement = answered(scene, interview)

        investigation.stop_interview(
            interview=interview,
            words="不想说了",
            by=investigator(scene),
            at=scene.at,
        )

        interview.refresh_from_db()
        assert (interview.state, interview.reason) == ("stopped", "不想说了")
        by = investigator(scene)
        signed(scene, read(scene, statement, by=by), by=by)  # what they said so far
        interview.refresh_from_db()
        assert interview.state == InterviewState.STOPPED
        with pytest.raises(Conflict):
            investigation.stop_interview(interview=interview, by=by, at=scene.at)
        assert "不想说了" not in str([line.quote for line in timeline(case)])

    def test_needs_no_reason(self, scene, case) -> None:
        interview = begun(scene, planned(scene, case))

        investigation.stop_interview(
            interview=interview, by=investigator(scene), at=scene.at
        )

        assert verify().is_sound

    def test_whoever_refuses_the_statement_stopped(self, scene, case) -> None:
        interview = begun(scene, planned(scene, case))
        assert interview.statement is not None

        evidence.refuse_statement(
            statement=interview.statement,
            reason="",
            by=investigator(scene),
            at=scene.at,
        )

        interview.refresh_from_db()
        assert interview.state == InterviewState.STOPPED

    def test_a_draft_that_was_given_up_leads_back_to_the_plan(
        self, scene, case
    ) -> None:
        interview = begun(scene, planned(scene, case))
        assert interview.statement is not None

        evidence.discard_statement(
            statement=interview.statement,
            reason="选错了方式",
            by=investigator(scene),
            at=scene.at,
        )

        fresh = Interview.objects.get()
        assert (fresh.state, fresh.statement) == ("planned", None)
        again = begun(scene, fresh).statement
        assert again is not None
        assert again.code == "S-02"

    def test_what_is_over_is_not_cancelled(self, scene, case) -> None:
        interview = held(scene, planned(scene, case))

        with pytest.raises(Conflict):
            investigation.cancel_interview(
                interview=interview, reason="算了", by=investigator(scene), at=scene.at
            )

    def test_a_statement_without_an_interview_goes_its_way(self, scene, case) -> None:
        frozen(scene, case)

        assert not Interview.objects.exists()

"""Counsel: who may act, what stays between them and who asked, and that reading is recorded."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser

from anlan.accounts.models import User
from anlan.base.clock import acting_at, local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.cases.selectors import timeline
from anlan.customers import services as customers
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import Client, LawyerKind, QuestionState
from anlan.resolution.legal.models import Engagement, Lawyer, Opinion
from anlan.resolution.legal.selectors.counsel import (
    masked_phone,
    question_for,
    questions_of,
)
from tests.at_once import at_once, failures
from tests.resolution.legal.advised import (
    FIRM,
    SECRET,
    asked,
    engaged,
    given,
    in_house,
    outside,
)
from tests.resolution.legal.hurt import struck
from tests.resolution.planned import headquarters, sentence_in_force
from tests.resolution.planned import legal as counsel
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def kinds() -> list[str]:
    rows = Entry.objects.filter(kind__startswith="legal.").order_by("pk")
    return [row.kind.removeprefix("legal.") for row in rows]


class TestRegister:
    def test_a_telephone_is_encrypted_masked_and_read_on_the_record(self, scene: Scene):
        lawyer = outside(scene)
        assert b"19900000888" not in bytes(lawyer.phone or b"")
        assert "0000" not in masked_phone(lawyer)
        read = legal.read_lawyer_phone(lawyer=lawyer, by=scene.manager, at=scene.at)
        assert read.endswith("19900000888")
        assert kinds() == ["lawyer_added", "lawyer_phone_read"]
        assert verify().is_sound

    @pytest.mark.parametrize(
        ("more", "path"),
        [
            ({"name": " "}, "name"),
            ({"firm": ""}, "firm"),
            ({"phone": "12"}, "phone"),
            ({"kind": LawyerKind.IN_HOUSE}, "user"),
        ],
    )
    def test_what_it_needs(self, scene: Scene, more: dict[str, Any], path: str):
        with pytest.raises(InvalidInput) as refused:
            outside(scene, **more)
        assert refused.value.path == path

    def test_an_account_stands_there_once(self, scene: Scene):
        in_house(scene)
        with pytest.raises(Conflict):
            in_house(scene)

    def test_guards_officers_and_administrators_have_no_business_there(
        self, scene: Scene
    ):
        lawyer = outside(scene)
        for nobody in (scene.guard, scene.officer, scene.person("admin")):
            with pytest.raises(NotAllowed):
                legal.read_lawyer_phone(lawyer=lawyer, by=nobody, at=scene.at)

    def test_who_left_is_not_engaged(self, scene: Scene, case: Case):
        lawyer = outside(scene)
        for _again in range(2):
            legal.retire_lawyer(lawyer=lawyer, by=scene.manager, at=scene.at)
        with pytest.raises(Conflict, match="名册"):
            engaged(scene, case, Lawyer.objects.get())
        assert kinds().count("lawyer_retired") == 1


class TestConflicts:
    def test_a_party(self, scene: Scene, case: Case):
        lawyer = in_house(scene)
        struck(scene, case, counsel(scene))
        with pytest.raises(NotAllowed, match="当事人"):
            engaged(scene, case, lawyer)

    def test_the_telephone_of_a_party(self, scene: Scene, case: Case):
        person = customers.add_person(
            site=scene.site,
            name="孟大海",
            phone="19900000888",
            by=scene.officer,
            at=scene.at,
        )
        cases.add_party(
            case=case,
            roles=["aggressor"],
            person=person,
            by=scene.officer,
            at=scene.at,
        )
        with pytest.raises(NotAllowed, match="电话"):
            engaged(scene, case, outside(scene))

    def test_kin_by_their_own_word(self, scene: Scene, case: Case):
        with pytest.raises(NotAllowed, match="亲属"):
            engaged(scene, case, is_related=True)

    def test_who_acted_for_the_other_side_and_their_firm(
        self, scene: Scene, case: Case
    ):
        theirs = outside(scene)
        engaged(scene, case, theirs, client=Client.AGGRESSOR, letter=None)
        colleague = outside(scene, name="沈青", phone="19900000889")
        stranger = outside(scene, name="白鹭", firm="三江律师事务所", phone="")
        for one in (theirs, colleague):
            with pytest.raises(NotAllowed, match="利益冲突"):
                engaged(scene, case, one)
        assert engaged(scene, case, stranger).code == "E-02"

    def test_in_a_case_that_was_joined(self, scene: Scene, case: Case):
        other = scene.incident(at=scene.at + timedelta(hours=7)).case
        engaged(scene, other, outside(scene), client=Client.VICTIM, letter=None)
        Case.objects.filter(pk=other.pk).update(state="joined", joined_into=case)
        with pytest.raises(NotAllowed, match="利益冲突"):
            engaged(scene, case, Lawyer.objects.get())

    def test_who_found_out_or_decided(self, scene: Scene, case: Case):
        sentence_in_force(scene, case)
        finding = case.findings.get()
        author = finding.author
        lawyer = outside(scene, user=author)
        with pytest.raises(NotAllowed):
            engaged(scene, case, lawyer, by=headquarters(scene))
        assert finding.decided_by is not None
        decider = outside(scene, user=finding.decided_by, name="何")
        with pytest.raises(NotAllowed, match="调查"):
            engaged(scene, case, decider, by=headquarters(scene))
        assert not Engagement.objects.exists()


class TestEngaging:
    def test_an_outside_lawyer_needs_the_letter(self, scene: Scene, case: Case):
        with pytest.raises(InvalidInput) as refused:
            engaged(scene, case, outside(scene), letter=None)
        assert refused.value.path == "letter"

    def test_not_from_tomorrow_and_not_twice(self, scene: Scene, case: Case):
        lawyer = in_house(scene)
        tomorrow = local_day(scene.at) + timedelta(days=1)
        with pytest.raises(InvalidInput):
            engaged(scene, case, lawyer, begins_on=tomorrow)
        said = {"request_id": uuid4(), "letter": None}
        first = engaged(scene, case, lawyer, **said)
        assert engaged(scene, case, lawyer, **said) == first
        with pytest.raises(Conflict, match="E-01"):
            engaged(scene, case, lawyer)

    def test_it_ends_and_nobody_is_asked_any_more(self, scene: Scene, case: Case):
        made = engaged(scene, case)
        question = asked(scene, made)
        said: dict[str, Any] = {
            "engagement": made,
            "ends_on": local_day(scene.at),
            "reason": "委托事项办完",
            "by": scene.manager,
            "at": scene.at,
        }
        legal.end_engagement(**said)
        with pytest.raises(Conflict, match="结束"):
            legal.end_engagement(**said)
        with pytest.raises(Conflict, match="结束"):
            asked(scene, made)
        fresh = question_for(scene.manager, case.number, question.uid)
        with pytest.raises(NotAllowed):
            given(scene, fresh)

    def test_the_lawyer_of_the_other_side_is_not_asked(self, scene: Scene, case: Case):
        theirs = engaged(
            scene, case, outside(scene), client=Client.AGGRESSOR, letter=None
        )
        with pytest.raises(Conflict, match="不为本公司"):
            asked(scene, theirs)

    @pytest.mark.both
    def test_two_at_once_engage_once(self, committed_scene: Scene):
        scene = committed_scene
        case = scene.incident().case
        lawyer, by = in_house(scene), scene.manager

        def engage() -> None:
            engaged(scene, case, lawyer, by=by, letter=None)

        assert [type(e) for e in failures(at_once(engage, engage))] == [Conflict]


class TestOpinions:
    def test_versions_are_frozen_when_given(self, scene: Scene, case: Case):
        question = asked(scene, engaged(scene, case))
        first = given(scene, question)
        given(scene, question, text="第二版：改为六万元")
        rows = Opinion.objects.order_by("version")
        assert [one.version for one in rows] == [1, 2]
        assert rows[0].text == first.text == SECRET
        assert verify().is_sound
        Opinion.objects.filter(pk=first.pk).update(text="改过了")
        assert not verify().is_sound

    def test_what_was_not_looked_at_is_not_given(self, scene: Scene, case: Case):
        question = asked(scene, engaged(scene, case))
        said: dict[str, Any] = {"by": counsel(scene), "at": scene.at}
        with pytest.raises(Conflict, match="没有起草"):
            legal.give_opinion(question=question, shown="", **said)
        legal.save_opinion(question=question, text="草稿", **said)
        with pytest.raises(Conflict, match="改过"):
            legal.give_opinion(question=question, shown="0" * 64, **said)

    def test_only_the_counsel_who_was_asked_writes(self, scene: Scene, case: Case):
        question = asked(scene, engaged(scene, case))
        for nobody in (scene.manager, headquarters(scene), scene.guard):
            with pytest.raises(NotAllowed):
                given(scene, question, by=nobody)

    def test_of_one_without_an_account_legal_counsel_enters_it(
        self, scene: Scene, case: Case
    ):
        question = asked(scene, engaged(scene, case, outside(scene)))
        assert given(scene, question).author == counsel(scene)

    def test_withdrawn_it_takes_no_answer(self, scene: Scene, case: Case):
        question = asked(scene, engaged(scene, case))
        said: dict[str, Any] = {"question": question, "at": scene.at}
        with pytest.raises(NotAllowed, match="提问的人"):
            legal.withdraw_question(by=headquarters(scene), **said)
        legal.withdraw_question(by=scene.manager, **said)
        with pytest.raises(Conflict):
            given(scene, question)
        with pytest.raises(Conflict):
            legal.withdraw_question(by=scene.manager, **said)

    def test_asker_and_counsel_are_told_and_the_task_ends(
        self, scene: Scene, case: Case
    ):
        question = asked(scene, engaged(scene, case))
        assert question.task is not None
        assert not question.task.binding
        given(scene, question)
        question.refresh_from_db()
        question.task.refresh_from_db()
        assert question.state == QuestionState.ANSWERED
        assert question.task.state == "done"
        told = {
            (one.message.kind, one.user)
            for one in Delivery.objects.filter(message__kind__startswith="legal.")
        }
        assert ("legal.counsel_asked", counsel(scene)) in told
        assert ("legal.opinion_given", scene.manager) in told


class TestWhoReads:
    def test_those_who_are_entitled_and_it_is_recorded(self, scene: Scene, case: Case):
        question = asked(scene, engaged(scene, case))
        opinion = given(scene, question)
        for reader in (counsel(scene), scene.manager, headquarters(scene)):
            said: dict[str, Any] = {"opinion": opinion, "by": reader, "at": scene.at}
            assert legal.read_opinion(**said) == SECRET
        assert kinds().count("opinion_read") == 3
        pdf = legal.print_opinion(opinion=opinion, by=scene.manager, at=scene.at)
        assert pdf.startswith(b"%PDF-")
        assert pdf == legal.print_opinion(
            opinion=opinion, by=scene.manager, at=scene.at
        )

    def test_nobody_else(self, scene: Scene, case: Case):
        opinion = given(scene, asked(scene, engaged(scene, case)))
        others = [scene.guard, scene.officer, scene.stranger, scene.person("admin")]
        others += User.objects.filter(memberships__role_key="investigator")[:1]
        for reader in others:
            assert questions_of(case, reader) == []
            with pytest.raises(NotAllowed):
                legal.read_opinion(opinion=opinion, by=reader, at=scene.at)
            with pytest.raises(NotFound):
                question_for(reader, case.number, opinion.question.uid)
        assert "opinion_read" not in kinds()

    def test_a_party_reads_nothing_whatever_their_role(self, scene: Scene, case: Case):
        opinion = given(scene, asked(scene, engaged(scene, case)))
        struck(scene, case, scene.manager)
        with pytest.raises(NotAllowed):
            legal.read_opinion(opinion=opinion, by=scene.manager, at=scene.at)

    def test_a_draft_is_read_by_nobody(self, scene: Scene, case: Case):
        question = asked(scene, engaged(scene, case))
        draft = legal.save_opinion(
            question=question, text=SECRET, by=counsel(scene), at=scene.at
        )
        draft.question = question
        with pytest.raises(Conflict):
            legal.read_opinion(opinion=draft, by=scene.manager, at=scene.at)


class TestWhereTheWordsAreNot:
    """Planted words, looked for wherever others read."""

    def test_on_no_timeline_in_no_exhibit_and_in_no_task(
        self, scene: Scene, case: Case
    ):
        given(scene, asked(scene, engaged(scene, case)))
        lines = "\n".join(one.sentence + one.quote for one in timeline(case))
        assert SECRET not in lines
        assert "法律意见" not in lines
        assert "提出法律咨询" not in lines
        titles = list(Exhibit.objects.filter(case=case).values_list("title", flat=True))
        assert not any(SECRET in one for one in titles)
        assert not any(
            SECRET in words for words in case.tasks.values_list("words", flat=True)
        )
        assert not any(SECRET in str(one.data) for one in Entry.objects.all())

    @pytest.mark.parametrize("name", ["zhoumin", "wangjianguo", "lifang", "hetao"])
    def test_on_no_page_of_others_and_in_no_answer_of_the_api(
        self, scene: Scene, case: Case, name: str
    ):
        given(scene, asked(scene, engaged(scene, case)))
        browser = Browser()
        browser.force_login(scene.person(name))
        seen = []
        with acting_at(scene.at):
            for path in (
                f"/cases/{case.number}/",
                f"/cases/{case.number}/evidence/",
                f"/cases/{case.number}/counsel/",
                f"/api/v1/cases/{case.number}",
                f"/api/v1/cases/{case.number}/timeline",
                f"/api/v1/cases/{case.number}/exhibits",
                f"/api/v1/cases/{case.number}/tasks",
            ):
                answer = browser.get(path)
                seen.append(answer.content.decode(errors="replace"))
        assert not any(SECRET in one for one in seen)
        assert not any(json.dumps(SECRET)[1:-1] in one for one in seen)

    def test_the_firm_is_no_secret(self, scene: Scene, case: Case):
        engaged(scene, case, outside(scene))
        browser = Browser()
        browser.force_login(scene.manager)
        with acting_at(scene.at):
            page = browser.get(f"/cases/{case.number}/counsel/").content.decode()
        assert FIRM in page


def test_what_was_asked_ends_on_its_own_page(scene: Scene, case: Case):
    """A note on the task would lay advice on the timeline, and leave the question open."""
    question = asked(scene, engaged(scene, case))
    task = question.task
    assert task is not None
    task.case = case
    with pytest.raises(Conflict, match="律师"):
        cases.complete_task(
            task=task, words="可以和解", by=scene.person("chenlu"), at=scene.at
        )

"""Letters: what they must say, who puts the name under them, and how they arrive."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.typeset import typeset
from anlan.cases import services as cases
from anlan.cases.enums import TaskState
from anlan.cases.models import Case, Task
from anlan.cases.selectors import timeline
from anlan.evidence import services as evidence
from anlan.evidence.enums import Way
from anlan.law import selectors as law
from anlan.ledger.models import Entry
from anlan.notify.models import Delivery
from anlan.resolution import jobs, letters, notice_paper
from anlan.resolution import services as resolution
from anlan.resolution.enums import (
    CarryingState,
    DeliveryResult,
    DeliveryWay,
    NoticeKind,
    NoticeState,
)
from anlan.resolution.forms.notices import DeliveryForm
from anlan.resolution.letters import Field, compose, house_template, needed_fields
from anlan.resolution.models import Notice, NoticeTemplate, PlanMeasure
from anlan.resolution.notice_paper import notice_docx, notice_pdf
from anlan.resolution.selectors.notices import letter_of, masked_letter, template_of
from tests.at_once import at_once
from tests.evidence.told import guardian_of
from tests.evidence.told import party as victim
from tests.resolution.planned import (
    AGREED,
    added,
    aggressor,
    decided,
    drafted,
    headquarters,
    legal,
    sentence_in_force,
    submitted,
)
from tests.resolution.planned import begun as plan_begun
from tests.resolution.told import (
    begun,
    carrying,
    delivered,
    in_force,
    issued,
    signed,
    slip,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
TODAY = date(2026, 1, 5)


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def measure(scene: Scene, case: Case) -> PlanMeasure:
    return in_force(scene, case)


def kinds(case: Case) -> list[str]:
    rows = Entry.objects.filter(subject=case.subject, kind__startswith="resolution.n")
    return [row.kind.removeprefix("resolution.") for row in rows.order_by("seq")]


def told(kind: str) -> set[User | None]:
    return {one.user for one in Delivery.objects.filter(message__kind=kind)}


class TestTemplates:
    @pytest.mark.parametrize("kind", NoticeKind)
    def test_every_letter_of_the_house_may_be_written(self, kind: NoticeKind):
        house = house_template(kind)
        letters.check_template(kind=kind, title=house.title, body=house.body, on=TODAY)

    @pytest.mark.parametrize("kind", NoticeKind)
    def test_what_a_measure_needs_must_be_told(self, kind: NoticeKind):
        body = house_template(kind).body
        for field in needed_fields(kind, on=TODAY):
            without = body.replace(f"{{{field}}}", "")
            with pytest.raises(InvalidInput, match=field):
                letters.check_template(kind=kind, title="函", body=without, on=TODAY)

    def test_a_court_cuts_agreed_damages_by_the_article_that_says_so(self):
        body = house_template(NoticeKind.LIQUIDATED_DAMAGES).body
        assert letters.cited_in(body) == ["L-民法典-585"]
        assert f"{{{letters.Field.LAW}}}" not in body

    @pytest.mark.parametrize(
        ("added", "source"),
        [
            ("请缴纳罚款。", "G01"),
            ("逾期停水停电。", "G03"),
            ("必要时扣留本人。", "G07"),
            ("您对本事件负全责。", "G15"),
            ("双方可以私了，不报警。", "G05"),
            ("请先与我们协商，协商不成再报警。", "G06"),
            ("请参加集体疏导。", "G26"),
            ("您已被列入小区黑名单。", "G27"),
            ("您有违法记录和前科。", "G27"),
            ("入场后果自负。", "L-民法典-506"),
            ("伤害自负，本公司概不负责。", "L-民法典-506"),
            ("依据[L-民法典-9999]。", "G39"),
            ("{没有的}", ""),
        ],
    )
    def test_what_no_letter_may_say_is_refused(self, added: str, source: str):
        body = house_template(NoticeKind.WARNING_LETTER).body + added
        with pytest.raises(InvalidInput) as refused:
            letters.check_template(
                kind=NoticeKind.WARNING_LETTER, title="函", body=body, on=TODAY
            )
        assert (refused.value.path, refused.value.source) == ("body", source)

    def test_what_disclaims_no_injury_is_not_refused(self):
        body = house_template(NoticeKind.WARNING_LETTER).body + "不得写后果自负。"
        letters.check_template(
            kind=NoticeKind.WARNING_LETTER, title="函", body=body, on=TODAY
        )

    @given(st.text(max_size=80), st.text(max_size=80))
    def test_what_is_filled_in_is_never_a_template(self, facts: str, request: str):
        body = "甲{事实}乙\n{要求}\n{金额}丙"
        letter = compose(
            title="函",
            body=body,
            values={Field.FACTS: facts, Field.REQUEST: request, Field.AMOUNT: ""},
        )
        expected = [f"甲{facts}乙".strip()] if facts else []
        expected += [request.strip()] if request else []
        assert list(letter.paragraphs) == expected

    def test_counsel_writes_the_next_version_and_two_do_not_overwrite(
        self, scene: Scene
    ):
        house = template_of(scene.organisation, NoticeKind.WARNING_LETTER)
        body = house.body + "\n依据[L-民法典-942]。"
        said: dict[str, Any] = {
            "organisation": scene.organisation,
            "kind": NoticeKind.WARNING_LETTER,
            "title": "告知函",
            "by": legal(scene),
            "at": scene.at,
        }
        row = resolution.write_template(body=body, version=0, **said)
        assert resolution.write_template(body=body, version=0, **said) == row
        with pytest.raises(Conflict, match="第 1 版"):
            resolution.write_template(body=house.body, version=0, **said)
        assert NoticeTemplate.objects.count() == 1
        for nobody in (scene.officer, scene.manager, scene.person("admin")):
            with pytest.raises(NotAllowed):
                resolution.write_template(
                    body=house.body, version=1, **{**said, "by": nobody}
                )

    def test_a_letter_follows_the_newest_and_what_was_issued_stays(
        self, scene: Scene, measure: PlanMeasure
    ):
        first = issued(scene, measure)
        text = first.text
        resolution.write_template(
            organisation=scene.organisation,
            kind=NoticeKind.WARNING_LETTER,
            title="告知函",
            body="{收件人}：\n{事实}\n{要求}\n{申诉}\n{案号}\n[L-民法典-942]",
            version=0,
            by=legal(scene),
            at=scene.at,
        )
        assert letter_of(first).text == text
        resolution.revoke_notice(
            notice=first, reason="写错了", by=scene.manager, at=scene.at
        )
        second = issued(scene, measure)
        assert (second.template_version, first.template_version) == (1, 0)
        assert "《民法典》第942条" in second.text
        assert "[L-" not in second.text


class TestIssuing:
    def test_it_says_what_was_found_and_may_be_objected_to(
        self, scene: Scene, case: Case, measure: PlanMeasure
    ):
        notice = issued(scene, measure)
        assert notice.exhibit is not None
        assert notice.exhibit.protection == "stated"
        for words in ("孟大海", "申诉", AGREED["clause"], notice.code, case.number):
            assert words in notice.text
        grounds = [one.sentence.text for one in measure.grounds.all()]
        assert grounds
        assert all(text in notice.text for text in grounds)
        pdf = evidence.open_exhibit(
            exhibit=notice.exhibit, way=Way.VIEWED, by=scene.manager, at=scene.at
        ).path.read_bytes()
        assert pdf.startswith(b"%PDF-")
        assert pdf == notice_pdf(notice, letter_of(notice), at=scene.at)
        assert kinds(case) == ["notice_begun", "notice_issued"]

    def test_word_says_the_same_with_the_same_bytes(
        self, scene: Scene, measure: PlanMeasure
    ):
        notice = issued(scene, measure)
        letter = letter_of(notice)
        first, again = (notice_docx(notice, letter, at=scene.at) for _ in range(2))
        assert first == again
        said = [one.text for one in Document(BytesIO(first)).paragraphs]
        assert [one for one in letter.paragraphs if one not in said] == []

    def test_another_puts_the_name_under_it(self, scene: Scene, measure: PlanMeasure):
        notice = begun(scene, measure, by=scene.manager)
        with pytest.raises(NotAllowed, match="起草人不能签发"):
            signed(scene, notice, by=scene.manager)
        with pytest.raises(NotAllowed):
            signed(scene, notice, by=scene.officer)
        assert Notice.objects.get().state == NoticeState.DRAFT

    @pytest.mark.parametrize(
        ("facts", "source"),
        [
            ("您应缴纳罚款。", "G01"),
            ("如再犯停水停电。", "G03"),
            ("您涉嫌犯罪，负全责。", "G15"),
        ],
    )
    def test_words_that_no_letter_may_have_are_refused(
        self, scene: Scene, measure: PlanMeasure, facts: str, source: str
    ):
        notice = begun(scene, measure)
        with pytest.raises(InvalidInput) as refused:
            resolution.save_notice(
                notice=notice,
                facts=facts,
                request="请改正",
                by=scene.officer,
                at=scene.at,
            )
        assert (refused.value.path, refused.value.source) == ("facts", source)
        # However it came there, it does not go out.
        Notice.objects.filter(pk=notice.pk).update(facts=facts)
        notice.refresh_from_db()
        with pytest.raises(InvalidInput) as refused:
            signed(scene, notice, by=scene.manager)
        assert refused.value.source == source

    def test_only_of_a_plan_in_force(self, scene: Scene, case: Case):
        sentence = sentence_in_force(scene, case)
        plan = plan_begun(scene, case)
        who = aggressor(scene, case)
        row = added(
            scene, plan, drafted(scene, who, "warning_letter", sentences=[sentence])
        )
        row.plan = plan
        with pytest.raises(Conflict, match="请按生效的方案办理"):
            begun(scene, row)

    def test_nobody_is_told_of_a_ban_that_has_begun_or_is_over(
        self, scene: Scene, case: Case
    ):
        measure = in_force(scene, case, "facility_ban", service="club")
        notice = begun(scene, measure)
        for days, said in ((1, "那一天已经过了"), (91, "到 .* 为止，已经过了")):
            with pytest.raises(Conflict, match=said) as refused:
                signed(scene, notice, at=scene.at + timedelta(days=days))
            assert refused.value.source == "G04"
        assert signed(scene, notice).state == NoticeState.ISSUED

    def test_what_was_told_goes_on_by_the_next_version(self, scene: Scene, case: Case):
        first = in_force(scene, case, "facility_ban", service="club")
        delivered(scene, issued(scene, first))
        later = scene.at + timedelta(days=2)
        plan = plan_begun(scene, case)
        plan = resolution.submit_plan(
            plan=plan, beyond="见结论", by=scene.officer, at=later
        )
        for who in (scene.manager, legal(scene)):
            plan = decided(scene, plan, by=who, at=later)
        second = plan.measures.select_related("plan__case__site", "party").get()
        assert second.begins_on == first.begins_on
        assert issued(scene, second, at=later).state == NoticeState.ISSUED

    def test_one_letter_for_a_measure_until_it_is_revoked(
        self, scene: Scene, measure: PlanMeasure
    ):
        first = begun(scene, measure)
        assert begun(scene, measure) == first
        signed(scene, first, by=scene.manager)
        with pytest.raises(Conflict, match="N-01"):
            begun(scene, measure)
        first.refresh_from_db()
        with pytest.raises(InvalidInput):
            resolution.revoke_notice(
                notice=first, reason=" ", by=scene.manager, at=scene.at
            )
        resolution.revoke_notice(
            notice=first, reason="日期写错", by=scene.manager, at=scene.at
        )
        assert begun(scene, measure).code == "N-02"

    def test_who_issues_saw_what_it_says(self, scene: Scene, measure: PlanMeasure):
        notice = begun(scene, measure)
        shown = letter_of(notice).digest
        resolution.save_notice(
            notice=notice,
            facts="发生了争执。",
            request="请改正",
            by=scene.officer,
            at=scene.at,
        )
        notice.refresh_from_db()
        with pytest.raises(Conflict, match="重新看过"):
            signed(scene, notice, shown=shown)

    def test_the_paper_opens_for_those_who_read_the_plan(
        self, scene: Scene, case: Case, measure: PlanMeasure, client: Any
    ):
        notice = issued(scene, measure)
        assert notice.exhibit is not None
        address = f"/cases/{case.number}/evidence/{notice.exhibit.uid}/"
        for name, status in {"zhoumin": 200, "hetao": 200, "wangjianguo": 404}.items():
            client.force_login(scene.person(name))
            page = client.get(f"/cases/{case.number}/notices/{notice.uid}/")
            if status == 200:
                assert address in page.content.decode()
                assert "孟大海" not in page.content.decode()
            assert client.get(address).status_code == status

    def test_revoked_after_delivery_it_is_to_be_told_anew(
        self, scene: Scene, measure: PlanMeasure
    ):
        notice = issued(scene, measure)
        delivered(scene, notice)
        notice.refresh_from_db()
        resolution.revoke_notice(
            notice=notice, reason="写错了人", by=scene.manager, at=scene.at
        )
        assert carrying(measure).state == CarryingState.DUE
        notice.refresh_from_db()
        assert notice.revoked_by == scene.manager

    def test_our_own_letter_proves_no_delivery(
        self, scene: Scene, measure: PlanMeasure
    ):
        notice = issued(scene, measure)
        with pytest.raises(InvalidInput) as refused:
            delivered(scene, notice, exhibit=notice.exhibit)
        assert refused.value.path == "exhibit"

    @pytest.mark.parametrize("words", ["请私了，不用报警。", "已列入黑名单。"])
    def test_what_no_plan_may_say_no_letter_says(
        self, scene: Scene, measure: PlanMeasure, words: str
    ):
        with pytest.raises(InvalidInput) as refused:
            resolution.save_notice(
                notice=begun(scene, measure),
                facts=words,
                request="请改正",
                by=scene.officer,
                at=scene.at,
            )
        assert refused.value.source in {"G05", "G27"}

    @pytest.mark.parametrize(
        ("words", "source"),
        [
            ("已列入黑名单。", "G27"),
            ("协商不成再报警。", "G06"),
            ("后果自负。", "L-民法典-506"),
        ],
    )
    def test_an_old_template_may_say_no_more_than_a_new_one(
        self, scene: Scene, measure: PlanMeasure, words: str, source: str
    ):
        """Written before the list had the word."""
        house = house_template(NoticeKind.WARNING_LETTER)
        NoticeTemplate.objects.create(
            organisation=scene.organisation,
            kind=NoticeKind.WARNING_LETTER,
            version=1,
            title=house.title,
            body=house.body + words,
            written_by=legal(scene),
            written_at=scene.at,
        )
        with pytest.raises(InvalidInput) as refused:
            issued(scene, measure)
        assert (refused.value.path, refused.value.source) == ("template", source)

    @pytest.mark.both
    def test_two_at_once_issue_it_once(self, committed_scene: Scene):
        scene = committed_scene
        measure = in_force(scene, scene.incident().case)
        notice = begun(scene, measure)

        def issue(person: Any) -> object:
            try:
                found = Notice.objects.select_related("case__site").get(pk=notice.pk)
                return signed(scene, found, by=person).state
            except Conflict as refused:
                return refused

        ended = at_once(
            lambda: issue(scene.manager), lambda: issue(headquarters(scene))
        )
        assert sum(one == NoticeState.ISSUED for one in ended) == 1
        assert Entry.objects.filter(kind="resolution.notice_issued").count() == 1


class TestDelivery:
    def test_a_warning_is_carried_out_when_it_arrived(
        self, scene: Scene, measure: PlanMeasure
    ):
        notice = issued(scene, measure)
        assert carrying(measure).state == CarryingState.DUE
        delivered(scene, notice)
        notice.refresh_from_db()
        assert notice.state == NoticeState.DELIVERED
        found = carrying(measure)
        assert found.state == CarryingState.DONE
        assert found.task is not None
        assert found.task.state == TaskState.DONE
        assert "N-01" in found.task.words

    @pytest.mark.parametrize(
        ("said", "path"),
        [
            ({"result": DeliveryResult.SIGNED, "exhibit": None}, "exhibit"),
            ({"result": DeliveryResult.REFUSED, "witnesses": "江岚"}, "witnesses"),
            (
                {"result": DeliveryResult.REFUSED, "witnesses": "江岚、江岚"},
                "witnesses",
            ),
            ({"result": DeliveryResult.FAILED}, "words"),
            ({"way": DeliveryWay.POST, "result": DeliveryResult.RECEIVED}, "tracking"),
            ({"way": DeliveryWay.LEFT, "result": DeliveryResult.RECEIVED}, "result"),
            ({"result": DeliveryResult.LEFT, "witnesses": "江岚、何涛"}, "result"),
            ({"result": DeliveryResult.RECEIVED, "words": "字" * 501}, "words"),
            ({"result": DeliveryResult.RECEIVED, "words": ""}, "words"),
        ],
    )
    def test_what_proves_nothing_is_refused(
        self, scene: Scene, measure: PlanMeasure, said: dict[str, Any], path: str
    ):
        notice = issued(scene, measure)
        with pytest.raises(InvalidInput) as refused:
            delivered(scene, notice, **said)
        assert refused.value.path == path
        assert not notice.deliveries.exists()

    def test_refused_before_two_witnesses_it_has_arrived(
        self, scene: Scene, measure: PlanMeasure
    ):
        notice = issued(scene, measure)
        delivered(scene, notice, result=DeliveryResult.FAILED, words="家中无人")
        notice.refresh_from_db()
        assert notice.state == NoticeState.ISSUED
        delivered(scene, notice, result=DeliveryResult.REFUSED, witnesses="江岚，何涛")
        notice.refresh_from_db()
        assert notice.state == NoticeState.DELIVERED
        assert notice.deliveries.count() == 2

    @pytest.mark.parametrize("hours", [-24, 30])
    def test_not_before_its_issue_nor_in_the_future(
        self, scene: Scene, measure: PlanMeasure, hours: int
    ):
        notice = issued(scene, measure)
        with pytest.raises(InvalidInput) as refused:
            delivered(scene, notice, happened=scene.at + timedelta(hours=hours))
        assert refused.value.path == "happened"

    def test_the_same_request_again_is_one_row(
        self, scene: Scene, measure: PlanMeasure
    ):
        notice = issued(scene, measure)
        said: dict[str, Any] = {
            "result": DeliveryResult.RECEIVED,
            "request_id": uuid4(),
        }
        first = delivered(scene, notice, **said)
        assert delivered(scene, notice, **said) == first
        with pytest.raises(Conflict):
            delivered(scene, notice, **{**said, "words": "另一句"})
        assert notice.deliveries.count() == 1

    def test_an_exhibit_of_another_case_proves_nothing(
        self, scene: Scene, measure: PlanMeasure
    ):
        notice = issued(scene, measure)
        later = scene.at + timedelta(days=1)
        other = slip(scene, scene.incident(at=later).case)
        with pytest.raises(InvalidInput) as refused:
            delivered(scene, notice, exhibit=other)
        assert refused.value.path == "exhibit"

    def test_nothing_is_delivered_of_a_draft_or_a_revoked_one(
        self, scene: Scene, measure: PlanMeasure
    ):
        notice = begun(scene, measure)
        with pytest.raises(Conflict):
            delivered(scene, notice, result=DeliveryResult.RECEIVED)
        resolution.revoke_notice(
            notice=notice, reason="不用了", by=scene.officer, at=scene.at
        )
        with pytest.raises(Conflict):
            delivered(scene, notice, result=DeliveryResult.RECEIVED)


class TestCarryingOut:
    def test_an_undertaking_is_one_only_if_it_was_signed(
        self, scene: Scene, case: Case
    ):
        measure = in_force(scene, case, "conduct_agreement")
        notice = issued(scene, measure)
        delivered(scene, notice, result=DeliveryResult.REFUSED, witnesses="江岚、何涛")
        assert carrying(measure).state == CarryingState.DUE
        delivered(scene, notice)
        assert carrying(measure).state == CarryingState.DONE

    def test_given_up_only_by_who_may_approve_and_taken_up_again(
        self, scene: Scene, case: Case, measure: PlanMeasure
    ):
        task = carrying(measure).task
        assert task is not None
        task.case = case
        with pytest.raises(NotAllowed):
            cases.skip_task(task=task, reason="算了", by=scene.officer, at=scene.at)
        assert carrying(measure).state == CarryingState.DUE
        cases.skip_task(task=task, reason="已搬走", by=scene.manager, at=scene.at)
        assert carrying(measure).state == CarryingState.DROPPED
        cases.reopen_task(task=task, by=scene.manager, at=scene.at)
        assert carrying(measure).state == CarryingState.DUE

    def test_why_one_was_given_up_went_with_its_period(
        self, scene: Scene, case: Case, measure: PlanMeasure, client: Any
    ):
        task = carrying(measure).task
        assert task is not None
        task.case = case
        cases.skip_task(task=task, reason="已搬走", by=scene.manager, at=scene.at)
        client.force_login(scene.manager)
        path = f"/cases/{case.number}/notices/"
        assert "已搬走" in client.get(path).content.decode()
        Task.objects.filter(pk=task.pk).update(words="", text_salt=b"")
        page = client.get(path).content.decode()
        assert "已按期限删除" in page

    def test_what_the_next_version_leaves_out_is_undone(self, scene: Scene, case: Case):
        measure = in_force(scene, case, "suspend_optional", service="club")
        delivered(scene, issued(scene, measure))
        task = carrying(measure).task
        assert task is not None
        task.case = case
        cases.complete_task(task=task, words="已停卡", by=scene.officer, at=scene.at)
        plan = plan_begun(scene, case)
        resolution.remove_measure(
            measure=plan.measures.select_related("plan__case__site").get(),
            by=scene.officer,
            at=scene.at,
        )
        sentence = measure.grounds.get().sentence
        said = drafted(scene, measure.party, "warning_letter", sentences=[sentence])
        added(scene, plan, said)
        plan = resolution.submit_plan(
            plan=plan, beyond="见结论", by=scene.officer, at=scene.at
        )
        decided(scene, plan)
        assert carrying(measure).state == CarryingState.DROPPED
        assert Task.objects.get(key__startswith="undo:").binding
        assert jobs.end_measures(at=scene.at + timedelta(days=200)) == 0

    def test_each_measure_gets_a_binding_task_and_ends_with_it(
        self, scene: Scene, case: Case
    ):
        measure = in_force(scene, case, "suspend_optional", service="club")
        found = carrying(measure)
        assert found.task is not None
        assert found.task.binding
        assert "《民法典》" in found.task.source
        task = found.task
        task.case = case
        with pytest.raises(InvalidInput):
            cases.complete_task(task=task, by=scene.officer, at=scene.at)
        with pytest.raises(Conflict, match="先把告知书送达"):
            cases.complete_task(
                task=task, words="已停卡", by=scene.officer, at=scene.at
            )
        delivered(scene, issued(scene, measure))
        cases.complete_task(task=task, words="已停卡", by=scene.officer, at=scene.at)
        assert carrying(measure).state == CarryingState.DONE
        cases.reopen_task(task=task, by=scene.officer, at=scene.at)
        assert carrying(measure).state == CarryingState.DUE

    def test_a_letter_does_not_end_what_has_to_be_done(self, scene: Scene, case: Case):
        measure = in_force(scene, case, "suspend_optional", service="club")
        delivered(scene, issued(scene, measure))
        assert carrying(measure).state == CarryingState.DUE

    def test_late_headquarters_hear(self, scene: Scene, measure: PlanMeasure):
        late = scene.at + timedelta(days=8)
        cases.fire_due_deadlines(at=late)
        assert told("resolution.overdue") == {headquarters(scene)}

    def test_another_version_takes_its_place(self, scene: Scene, case: Case):
        first = in_force(scene, case)
        plan = plan_begun(scene, case)
        plan = resolution.submit_plan(
            plan=plan, beyond="见结论", by=scene.officer, at=scene.at
        )
        decided(scene, plan)
        found = carrying(first)
        assert found.state == CarryingState.DROPPED
        assert found.task is not None
        assert found.task.state == TaskState.SKIPPED
        second = plan.measures.get()
        assert carrying(second).state == CarryingState.DUE
        assert Task.objects.filter(key__startswith="measure:").count() == 2

    def test_what_was_replaced_is_delivered_no_more(self, scene: Scene, case: Case):
        """What happened before is still written down, however late."""
        notice = issued(scene, in_force(scene, case))
        plan = resolution.submit_plan(
            plan=plan_begun(scene, case), beyond="见结论", by=scene.officer, at=scene.at
        )
        replaced = scene.at + timedelta(hours=2)
        decided(scene, plan, at=replaced)
        notice = Notice.objects.select_related("measure__plan", "case__site").get(
            pk=notice.pk
        )
        with pytest.raises(Conflict, match="不能再送"):
            delivered(
                scene,
                notice,
                happened=replaced + timedelta(minutes=1),
                at=replaced + timedelta(hours=1),
            )
        assert not notice.deliveries.exists()
        delivered(
            scene,
            notice,
            happened=replaced - timedelta(minutes=1),
            at=replaced + timedelta(hours=1),
        )
        assert notice.deliveries.count() == 1

    def test_nothing_is_approved_in_a_closed_case(self, scene: Scene, case: Case):
        """Nobody would carry it out."""
        plan = submitted(scene, case)
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
        with pytest.raises(Conflict, match="办结"):
            decided(scene, plan)
        plan.refresh_from_db()
        assert plan.state == "submitted"

    def test_a_letter_that_arrived_while_its_case_was_joined(
        self, scene: Scene, case: Case
    ):
        measure = in_force(scene, case)
        notice = issued(scene, measure)
        # One to which nobody may object: with another its case would not be joined.
        PlanMeasure.objects.filter(pk=measure.pk).update(appeal="", appeal_days=None)
        host = scene.incident(place=scene.place("园区 南门")).case
        with pytest.raises(Conflict, match="必办任务：执行方案"):
            cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
        # It was joined when that was still allowed.
        Case.objects.filter(pk=case.pk).update(state="joined", joined_into=host)
        delivered(scene, notice)
        assert carrying(measure).state == CarryingState.DUE
        cases.part_cases(case=case, by=scene.officer, at=scene.at + timedelta(hours=3))
        assert carrying(measure).state == CarryingState.DONE

    def test_its_last_day_is_told_once_even_of_a_closed_case(
        self, scene: Scene, case: Case
    ):
        measure = in_force(scene, case, "suspend_optional", service="club")
        delivered(scene, issued(scene, measure))
        task = carrying(measure).task
        assert task is not None
        task.case = case
        cases.complete_task(task=task, words="已停卡", by=scene.officer, at=scene.at)
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
        assert measure.ends_on is not None
        last = scene.at + timedelta(days=90)
        assert jobs.end_measures(at=last) == 0
        assert jobs.end_measures(at=last + timedelta(days=1)) == 1
        assert jobs.end_measures(at=last + timedelta(days=1)) == 0
        assert scene.manager in told("resolution.measure_ran_out")


class TestTheWall:
    @pytest.mark.parametrize(
        "words",
        ["欧阳晓雯说您先动手。", "请联系 1 9 9-0000-0121。", "她住 3 栋 2 单元 501。"],
    )
    def test_a_letter_says_nothing_private_of_the_other_side(
        self, scene: Scene, case: Case, measure: PlanMeasure, words: str
    ):
        victim(scene, case, "欧阳晓雯", phone="19900000121", note="住 3 栋 2 单元 501")
        notice = begun(scene, measure)
        with pytest.raises(Conflict, match="其他当事人"):
            resolution.save_notice(
                notice=notice,
                facts=words,
                request="请改正",
                by=scene.officer,
                at=scene.at,
            )
        # However it came there, it does not go out.
        Notice.objects.filter(pk=notice.pk).update(facts=words)
        notice.refresh_from_db()
        with pytest.raises(Conflict, match="其他当事人"):
            signed(scene, notice, by=scene.manager)
        assert not Entry.objects.filter(kind="resolution.notice_issued").exists()

    @pytest.mark.parametrize("witness", ["", "罗开明"])
    def test_a_letter_does_not_say_who_reported_or_saw_it(
        self, scene: Scene, case: Case, measure: PlanMeasure, witness: str
    ):
        """A colleague who reported is no party."""
        name = witness or scene.person("lixiang").name
        if witness:
            victim(scene, case, witness, role="witness")
        notice = begun(scene, measure)
        with pytest.raises(InvalidInput) as refused:
            resolution.save_notice(
                notice=notice,
                facts=f"{name[:1]} {name[1:]}看见您先动手。",
                request="请改正",
                by=scene.officer,
                at=scene.at,
            )
        rule = law.guardrail("G23")
        assert str(refused.value) == rule.refusal_words
        assert (refused.value.path, refused.value.source) == ("facts", rule.id)
        Notice.objects.filter(pk=notice.pk).update(request=f"请向{name}道歉。")
        notice.refresh_from_db()
        with pytest.raises(InvalidInput) as refused:
            signed(scene, notice)
        assert refused.value.source == rule.id

    @pytest.mark.parametrize("field", ["words", "appeal"])
    def test_no_plan_has_words_that_its_letter_could_not_tell(
        self, scene: Scene, case: Case, field: str
    ):
        victim(scene, case, "罗开明", role="witness")
        words = "罗开明看见您先动手；收到后 15 日内可以向项目经理书面申诉。"
        with pytest.raises(InvalidInput) as refused:
            submitted(scene, case, **{field: words})
        assert (refused.value.path, refused.value.source) == (field, "G23")

    def test_what_is_no_letter_may_name_who_saw_it(self, scene: Scene, case: Case):
        victim(scene, case, "罗开明", role="witness")
        submitted(
            scene, case, "police_report", words="报案时请罗开明一同到场", appeal=""
        )

    def test_who_was_entered_after_the_approval_is_found_in_the_words_of_the_plan(
        self, scene: Scene, case: Case
    ):
        words = "收到后 15 日内可以向罗开明书面申诉。"
        measure = in_force(scene, case, appeal=words)
        notice = begun(scene, measure)
        victim(scene, case, "罗开明", role="witness")
        with pytest.raises(InvalidInput) as refused:
            signed(scene, notice)
        assert (refused.value.path, refused.value.source) == ("appeal", "G23")

    def test_an_addressee_whose_name_begins_as_a_reporters_is_written_to(
        self, scene: Scene, case: Case
    ):
        """李响 reported; the letter is for 李响亮."""
        party = aggressor(scene, case, scene.person("lixiang").name + "亮")
        notice = resolution.begin_consequences(
            party=party, by=scene.officer, at=scene.at
        )
        notice = resolution.save_notice(
            notice=notice,
            facts="您与人争执时动了手。",
            request="",
            by=scene.officer,
            at=scene.at,
        )
        assert signed(scene, notice).issued_at == scene.at

    def test_on_screens_the_name_is_covered_and_on_paper_it_is_not(
        self, scene: Scene, measure: PlanMeasure
    ):
        notice = issued(scene, measure)
        assert "孟大海" in letter_of(notice).text
        assert "孟大海" not in masked_letter(notice).text
        assert "孟*海" in masked_letter(notice).text

    def test_taking_the_word_file_is_on_the_record(
        self, scene: Scene, case: Case, measure: PlanMeasure
    ):
        notice = begun(scene, measure)
        said = resolution.take_word(notice=notice, by=scene.officer, at=scene.at)
        assert "孟*海：" in [p.text for p in Document(BytesIO(said)).paragraphs]
        assert "notice_taken" not in kinds(case)
        notice = signed(scene, notice, by=scene.manager)
        said = resolution.take_word(notice=notice, by=scene.officer, at=scene.at)
        assert "孟大海：" in [p.text for p in Document(BytesIO(said)).paragraphs]
        assert kinds(case)[-1] == "notice_taken"
        with pytest.raises(NotAllowed):
            resolution.take_word(
                notice=notice, by=scene.person("wangjianguo"), at=scene.at
            )

    def test_nobody_is_written_to_whom_nobody_knows(self, scene: Scene, case: Case):
        who = cases.add_party(
            case=case,
            roles=["aggressor"],
            description="灰衣男子",
            by=scene.officer,
            at=scene.at,
        )
        sentence = sentence_in_force(scene, case)
        plan = plan_begun(scene, case)
        added(scene, plan, drafted(scene, who, "warning_letter", sentences=[sentence]))
        plan = resolution.submit_plan(
            plan=plan, beyond="见结论", by=scene.officer, at=scene.at
        )
        row = decided(scene, plan).measures.get()
        row.plan.case = case
        with pytest.raises(Conflict, match="还不知道本人是谁"):
            signed(scene, begun(scene, row), by=scene.manager)


class TestOfAMinor:
    """A guardian bears it, and signs for it (民法典 1188)."""

    @pytest.fixture
    def measure(self, scene: Scene, case: Case) -> PlanMeasure:
        return self.about_a_child(scene, case)

    def about_a_child(
        self, scene: Scene, case: Case, key: str = "warning_letter"
    ) -> PlanMeasure:
        found = in_force(scene, case, key)
        person = found.party.person
        assert person is not None
        person.is_minor = True
        person.save(update_fields=["is_minor"])
        return found

    def test_without_a_guardian_it_does_not_go_out(
        self, scene: Scene, case: Case, measure: PlanMeasure, client: Any
    ):
        notice = begun(scene, measure)
        with pytest.raises(Conflict, match="登记监护人") as refused:
            signed(scene, notice)
        assert refused.value.source == "G20"
        client.force_login(scene.officer)
        page = client.get(f"/cases/{case.number}/notices/{notice.uid}/")
        assert "函件写给监护人" in page.content.decode()

    def test_it_is_addressed_to_the_guardian_whose_name_is_covered_on_screens(
        self, scene: Scene, measure: PlanMeasure
    ):
        mother = guardian_of(scene, measure.party, "欧阳晓雯")
        notice = issued(scene, measure)
        assert notice.text.startswith("孟大海的监护人 欧阳晓雯：")
        cases.unlink_guardian(
            link=mother.guardianships.get(),
            reason="写错了",
            by=scene.officer,
            at=scene.at,
        )
        assert "欧阳晓雯" in letter_of(notice).text
        covered = masked_letter(notice).text
        assert "欧阳晓雯" not in covered
        assert covered.startswith("孟*海的监护人 欧**雯：")

    def test_a_guardian_of_the_other_side_gets_nothing(
        self, scene: Scene, case: Case, measure: PlanMeasure
    ):
        father = guardian_of(scene, measure.party, "欧阳晓雯")
        father.roles.create(role="victim")
        with pytest.raises(Conflict, match="登记监护人"):
            issued(scene, measure)

    def test_the_guardian_signs_and_not_the_child(
        self, scene: Scene, case: Case, measure: PlanMeasure
    ):
        guardian_of(scene, measure.party)
        notice = issued(scene, measure)
        offered = str(DeliveryForm(notice=notice, reader=scene.officer)["result"])
        assert 'value="guardian"' in offered
        assert 'value="signed"' not in offered
        with pytest.raises(InvalidInput, match="由监护人签收") as refused:
            delivered(scene, notice)
        assert (refused.value.path, refused.value.source) == ("result", "G20")
        paper = slip(scene, case)
        delivered(scene, notice, result=DeliveryResult.GUARDIAN, exhibit=paper)
        assert carrying(measure).state == CarryingState.DONE
        told_of = [line.sentence for line in timeline(case)]
        assert any(one.endswith("监护人签收（本人未成年）") for one in told_of)

    def test_nobody_signs_as_the_guardian_of_a_grown_up(self, scene: Scene, case: Case):
        notice = issued(scene, in_force(scene, case))
        paper = slip(scene, case)
        with pytest.raises(InvalidInput) as refused:
            delivered(scene, notice, result=DeliveryResult.GUARDIAN, exhibit=paper)
        assert refused.value.path == "result"

    def test_who_comes_of_age_meanwhile_gets_one_of_their_own(
        self, scene: Scene, measure: PlanMeasure
    ):
        guardian_of(scene, measure.party)
        notice = begun(scene, measure)
        later = scene.at + timedelta(days=1)
        person = measure.party.person
        assert person is not None
        person.is_minor, person.of_age_since = False, local_day(later)
        person.save(update_fields=["is_minor", "of_age_since"])
        notice = Notice.objects.select_related("case__site").get(pk=notice.pk)
        with pytest.raises(Conflict, match="已满十八周岁"):
            signed(scene, notice, at=later)

    def test_the_guardian_signs_the_undertaking_too(self, scene: Scene, case: Case):
        measure = self.about_a_child(scene, case, "conduct_agreement")
        guardian_of(scene, measure.party)
        said = words_of(issued(scene, measure), at=scene.at)
        assert [one.split("：")[0] for one in said if "签字）" in one] == [
            "承诺人（签字）",
            "监护人（签字）",
        ]
        assert any(one.startswith("签收人（监护人）") for one in said)


class TestUndertaking:
    def test_whoever_gives_it_has_a_line_to_sign_on(self, scene: Scene, case: Case):
        said = words_of(
            issued(scene, in_force(scene, case, "conduct_agreement")), at=scene.at
        )
        line = "承诺人（签字）：________________　　日期：________________"
        assert line in said
        assert said.index(line) < said.index("送达回执")

    def test_other_letters_have_none(self, scene: Scene, measure: PlanMeasure):
        said = words_of(issued(scene, measure), at=scene.at)
        assert not [one for one in said if "承诺人" in one]

    @pytest.mark.parametrize(
        ("key", "asked"), [("conduct_agreement", []), ("warning_letter", ["申诉"])]
    )
    def test_beside_its_code_it_asks_for_no_objection(
        self,
        scene: Scene,
        case: Case,
        monkeypatch: pytest.MonkeyPatch,
        key: str,
        asked: list[str],
    ):
        notice = issued(scene, in_force(scene, case, key))
        set_with: list[dict[str, Any]] = []

        def kept(document: Any, data: dict[str, Any], **more: Any) -> Any:
            set_with.append(data)
            return typeset(document, data, **more)

        monkeypatch.setattr(notice_paper, "typeset", kept)
        address = "https://anlan.example/n/1/"
        notice_pdf(notice, letter_of(notice), at=scene.at, address=address)
        assert re.findall("申诉", set_with[0]["object"]) == asked


def words_of(notice: Notice, *, at: Any) -> list[str]:
    """What stands on the paper, line by line."""
    said = notice_docx(notice, letter_of(notice), at=at)
    return [one.text for one in Document(BytesIO(said)).paragraphs]

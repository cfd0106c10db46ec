"""Terms: what is refused in them, who accepts which version, how they are performed."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import formats
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.one_by_one import FIRST_REST
from anlan.cases import services as cases
from anlan.cases.enums import Side, TaskState
from anlan.cases.models import AccessLink, Case, Task
from anlan.evidence.enums import AppraisedLevel
from anlan.law import selectors as law
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from anlan.play.pictures import signature as drawing
from anlan.resolution import services as resolution
from anlan.resolution.mediation import policies
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.agreement import check_agreement
from anlan.resolution.mediation.enums import (
    Capacity,
    ConfirmationState,
    DutyState,
    ProposalState,
    TalksState,
    TermBy,
    TermKind,
    WithdrawalWay,
)
from anlan.resolution.mediation.models import (
    Acceptance,
    Confirmation,
    Duty,
    Forgiveness,
    OfficeApproval,
    Proposal,
    SessionNote,
    Talks,
    Term,
)
from anlan.resolution.mediation.papers import application, deed, forgiveness_paper
from anlan.resolution.mediation.remedies import all_remedies, remedies_of, review
from anlan.resolution.mediation.services import Draft, Giver, TermDraft, performing
from anlan.resolution.mediation.services.erasing import erase_words
from anlan.resolution.mediation.services.performing import confirmed_until
from tests.accounts.browsing import sign_in
from tests.at_once import at_once
from tests.evidence.keeping import photo
from tests.evidence.told import guardian_of
from tests.resolution.mediation.talked import (
    FACTS,
    IN_DEFAULT,
    accepted,
    apology,
    appraised,
    begun,
    consented,
    draft,
    invited,
    later,
    planned,
    proposed,
    settled,
    term,
)
from tests.resolution.planned import legal
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

WAIVERS = [
    "甲方不再追究乙方的任何责任",
    "甲方放弃起诉",
    "甲方不 得 起 诉",
    "甲方撤回报案",
    "双方一笔勾销",
    "乙方不负刑事责任",
    "甲方不得向任何部门投诉、举报，不投诉",
    "甲方不做鉴定",
    "甲方不**再·追-究",
    "不影响邻里和睦的前提之下甲方从今往后不再追究",
]
UNCLEAR = [
    "适当赔偿",
    "合理的费用",
    "尽快付清",
    "3000 元左右",
    "视情况支付",
    "另行协商",
]


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


class TestWhatIsRefused:
    def check(self, scene: Scene, said: Draft) -> None:
        today = local_day(scene.at)
        check_agreement(said, act_on=today, today=today)

    @pytest.mark.parametrize("words", WAIVERS)
    @pytest.mark.parametrize("where", ["facts", "in_default", "words"])
    def test_giving_up_rights(self, scene: Scene, words: str, where: str) -> None:
        said = (
            draft(scene, apology(scene, words=words))
            if where == "words"
            else draft(scene, **{where: words})
        )
        with pytest.raises(InvalidInput) as refused:
            self.check(scene, said)
        assert refused.value.source == "G18"
        assert where in refused.value.path

    @pytest.mark.parametrize("words", UNCLEAR)
    @pytest.mark.parametrize("where", ["words", "manner"])
    def test_what_is_unclear(self, scene: Scene, words: str, where: str) -> None:
        with pytest.raises(InvalidInput, match="说不清楚") as refused:
            self.check(scene, draft(scene, apology(scene, **{where: words})))
        assert refused.value.source == "G18"

    @pytest.mark.parametrize(
        ("missing", "path"),
        [
            ({"fen": None}, "fen"),
            ({"fen": 0}, "fen"),
            ({"manner": ""}, "manner"),
            ({"due_on": None}, "due_on"),
            ({"fen": -1}, "fen"),
        ],
    )
    def test_a_payment_has_sum_date_and_manner(
        self, scene: Scene, missing: dict[str, Any], path: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            self.check(scene, draft(scene, term(scene, **missing)))
        assert refused.value.path == f"terms-0-{path}"

    def test_forgiveness_is_not_bought(self, scene: Scene) -> None:
        bought = apology(scene, words="甲方出具谅解书", by=TermBy.VICTIM)
        with pytest.raises(InvalidInput, match="不能写成协议的条件"):
            self.check(scene, draft(scene, bought))

    def test_a_kindness_stands_apart(self, scene: Scene) -> None:
        kind = {"kind": TermKind.KINDNESS, "by": TermBy.OFFICE}
        self.check(scene, draft(scene, term(scene, **kind, words="看望慰问")))
        for more in (
            {**kind, "words": "赔偿甲方损失"},
            {"kind": TermKind.KINDNESS, "by": TermBy.AGGRESSOR},
            {"by": TermBy.OFFICE, "words": "人道慰问金"},
        ):
            with pytest.raises(InvalidInput) as refused:
                self.check(scene, draft(scene, term(scene, **more)))
            assert refused.value.source == "G34"

    @pytest.mark.parametrize("shares", [(30, None), (30, 60), (-10, 110), (None, 100)])
    def test_shares_are_whole(self, scene: Scene, shares: tuple[Any, Any]) -> None:
        said = draft(scene, share_victim=shares[0], share_aggressor=shares[1])
        with pytest.raises(InvalidInput):
            self.check(scene, said)

    def test_what_is_clear_passes(self, scene: Scene) -> None:
        self.check(scene, draft(scene, share_victim=20, share_aggressor=80))
        self.check(
            scene,
            draft(scene, in_default="逾期的，不影响甲方起诉；按年利率百分之三付息"),
        )

    @given(words=st.text(max_size=60), manner=st.text(max_size=30))
    def test_whatever_is_typed_it_answers(self, words: str, manner: str) -> None:
        today = date(2026, 11, 23)
        one = TermDraft(
            kind=TermKind.PROMISE,
            by=TermBy.VICTIM,
            due_on=today,
            words=words,
            manner=manner,
        )
        said = Draft(facts=FACTS, in_default=IN_DEFAULT, terms=[one])
        found = refusal_of(said, today)
        if found is None:
            assert words.strip()
        else:
            assert (found.path[:8], found.source) == ("terms-0-", "G18")


class TestWhatTheOfficePromises:
    """Approved by another before anybody signs, and signed by the office."""

    @pytest.fixture
    def talks(self, scene: Scene, case: Case) -> Talks:
        return consented(scene, begun(scene, case))

    def approved(self, scene: Scene, proposal: Proposal, **more: Any) -> Proposal:
        said: dict[str, Any] = {"by": scene.manager, "at": scene.at, **more}
        return mediation.approve_office_terms(proposal=proposal, **said)

    def test_nobody_signs_before_it_is_approved(
        self, scene: Scene, talks: Talks
    ) -> None:
        proposal = proposed(scene, talks, term(scene, by=TermBy.OFFICE))
        told = Delivery.objects.filter(message__kind="mediation.office_terms")
        assert told.filter(user=scene.manager).exists()
        with pytest.raises(Conflict, match="批准以后才能签字"):
            accepted(scene, proposal, [Side.VICTIM])

        self.approved(scene, proposal)
        self.approved(scene, proposal)  # again, nothing

        accepted(scene, proposal)
        kind = "mediation.office_terms_approved"
        assert Entry.objects.filter(kind=kind).count() == 1
        paper = deed(Proposal.objects.get())
        assert "管理处（签字、盖章）" in paper.signers
        assert any("只承担第1项" in line for line in paper.paragraphs)
        assert verify().is_sound

    def test_what_one_side_signed_is_not_approved_any_more(
        self, scene: Scene, talks: Talks
    ) -> None:
        """Signed before anybody had to approve it: the deed would change between them."""
        proposal = proposed(scene, talks, term(scene, by=TermBy.OFFICE))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(policies, "check_office_agreed", lambda _proposal: None)
            accepted(scene, proposal, [Side.VICTIM])
        signed = deed(proposal)

        with pytest.raises(Conflict, match="请写新的一版"):
            self.approved(scene, proposal)

        assert not OfficeApproval.objects.exists()
        assert deed(proposal) == signed
        client = Client()
        sign_in(client, scene.manager)
        page = client.get(f"/cases/talks/{talks.uid}/").content.decode()
        assert "请写新的一版" in page
        assert "office-approval" not in page
        anew = proposed(scene, talks, term(scene, by=TermBy.OFFICE))
        self.approved(scene, anew)
        accepted(scene, anew)

    def test_what_both_signed_before_is_the_deed_that_was_kept(
        self, scene: Scene, talks: Talks
    ) -> None:
        proposal = proposed(scene, talks, term(scene, by=TermBy.OFFICE))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(policies, "check_office_agreed", lambda _proposal: None)
            accepted(scene, proposal)

        word = mediation.take_word(
            talks=Talks.objects.get(), kind="agreement", by=scene.officer, at=scene.at
        )

        paper = deed(Proposal.objects.get())
        assert len(paper.signers) == 2
        assert not any("管理处：" in line for line in paper.paragraphs)
        assert "管理处（签字" not in "".join(
            one.text for one in Document(io.BytesIO(word)).paragraphs
        )

    @pytest.mark.parametrize("name", ["zhoumin", "lifang", "wangjianguo", "admin"])
    def test_not_by_who_runs_the_talks_or_has_no_say(
        self, scene: Scene, talks: Talks, name: str
    ) -> None:
        proposal = proposed(scene, talks, term(scene, by=TermBy.OFFICE))
        with pytest.raises(NotAllowed):
            self.approved(scene, proposal, by=scene.person(name))

    def test_a_manager_who_wrote_it_asks_counsel(
        self, scene: Scene, talks: Talks
    ) -> None:
        ours = term(scene, by=TermBy.OFFICE)
        proposal = proposed(scene, talks, ours, by=scene.manager)
        with pytest.raises(NotAllowed, match="另一人"):
            self.approved(scene, proposal)
        self.approved(scene, proposal, by=scene.person("chenlu"))

    def test_each_version_is_approved_anew(self, scene: Scene, talks: Talks) -> None:
        ours = term(scene, by=TermBy.OFFICE)
        self.approved(scene, proposed(scene, talks, ours))
        more = proposed(scene, talks, term(scene, by=TermBy.OFFICE, fen=9_000_000))
        with pytest.raises(Conflict, match="批准以后才能签字"):
            accepted(scene, more, [Side.VICTIM])

    def test_a_kindness_stands_with_the_words_of_counsel(
        self, scene: Scene, talks: Talks
    ) -> None:
        kind = term(scene, kind=TermKind.KINDNESS, by=TermBy.OFFICE, words="看望慰问")
        proposal = proposed(scene, talks, kind)
        with pytest.raises(Conflict) as refused:
            self.approved(scene, proposal)
        assert refused.value.source == "G34"
        words = "这笔款项是出于人道的慰问，不代表承认责任。"
        resolution.approve_kindness_words(
            organisation=scene.organisation,
            words=words,
            by=scene.person("chenlu"),
            at=scene.at,
        )

        self.approved(scene, proposal)

        lines = deed(proposal).paragraphs
        assert any(words in line for line in lines)
        assert any(line.startswith("1. 管理处人道慰问") for line in lines)

    def test_where_the_office_promises_nothing_there_is_nothing_to_approve(
        self, scene: Scene, talks: Talks
    ) -> None:
        with pytest.raises(Conflict, match="不需要批准"):
            self.approved(scene, proposed(scene, talks))


class TestVersions:
    def test_what_was_replaced_is_not_accepted(self, scene: Scene, case: Case) -> None:
        talks = consented(scene, begun(scene, case))
        first = proposed(scene, talks)
        accepted(scene, first, [Side.VICTIM])
        second = proposed(scene, talks, term(scene, fen=200_000))
        with pytest.raises(Conflict, match="已被新版取代"):
            accepted(scene, first, [Side.AGGRESSOR])
        assert Acceptance.objects.count() == 1
        accepted(scene, second)
        talks.refresh_from_db()
        assert talks.state == TalksState.PERFORMING

    def test_a_version_that_was_not_seen_is_not_replaced(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, begun(scene, case))
        proposed(scene, talks)
        with pytest.raises(Conflict, match="V-1"):
            proposed(scene, talks, latest=0)

    def test_not_before_both_agreed(self, scene: Scene, case: Case) -> None:
        with pytest.raises(Conflict):
            proposed(scene, consented(scene, begun(scene, case), [Side.VICTIM]))

    def test_one_side_does_not_sign_for_both(self, scene: Scene, case: Case) -> None:
        proposal = proposed(scene, consented(scene, begun(scene, case)))
        accepted(scene, proposal, [Side.VICTIM], signature=[drawing(90)])
        with pytest.raises(Conflict, match="已经接受过"):
            accepted(scene, proposal, [Side.VICTIM], signature=[drawing(91)])
        with pytest.raises(InvalidInput) as refused:
            accepted(scene, proposal, [Side.AGGRESSOR], signature=[drawing(90)])
        assert refused.value.path == "signature"

    def test_a_declined_one_is_over(self, scene: Scene, case: Case) -> None:
        proposal = proposed(scene, consented(scene, begun(scene, case)))
        mediation.decline_proposal(
            proposal=proposal, side=Side.VICTIM, by=scene.officer, at=scene.at
        )
        with pytest.raises(Conflict):
            accepted(scene, proposal)
        assert proposed(scene, proposal.talks).number == 2

    def test_words_of_mediation_are_not_said_in_a_negotiation(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, begun(scene, case))
        with pytest.raises(InvalidInput) as refused:
            proposed(scene, talks, apology(scene, words="服从管理处调解"))
        assert refused.value.source == "G19"

    def test_what_is_private_is_in_no_proposal(self, scene: Scene, case: Case) -> None:
        talks = consented(scene, begun(scene, case))
        with pytest.raises(Conflict):
            proposed(scene, talks, apology(scene, words="孟大海登门道歉"))

    @pytest.mark.both
    def test_two_at_once_are_one(self, committed_scene: Scene) -> None:
        scene = committed_scene
        talks = consented(scene, begun(scene, scene.incident().case))
        proposal = proposed(scene, talks)
        accepted(scene, proposal, [Side.VICTIM])
        results = at_once(
            *[
                lambda n=n: accepted(
                    scene, proposal, [Side.AGGRESSOR], signature=[drawing(70 + n)]
                )
                for n in range(3)
            ]
        )
        assert sum(isinstance(one, Proposal) for one in results) == 1
        assert Duty.objects.count() == 2


class TestPerforming:
    def test_a_settlement_that_is_performed_is_told_to_the_police(
        self, scene: Scene, case: Case
    ) -> None:
        talks = settled(scene, case)
        assert talks.deed is not None
        assert talks.deed.title == "和解协议 M-01"
        assert Task.objects.get(key=talks.key).state == TaskState.DONE
        payment, apologised = Duty.objects.order_by("term__position")
        assert payment.task is not None
        assert payment.task.binding
        with pytest.raises(InvalidInput, match="收条"):
            done(scene, payment, exhibit=None)
        done(scene, payment, exhibit=photo(scene, case))
        assert Talks.objects.get().state == TalksState.PERFORMING
        done(scene, apologised)
        talks.refresh_from_db()
        assert talks.state == TalksState.PERFORMED
        assert talks.police_task is not None
        assert "第九条第四款" in talks.police_task.advice
        assert talks.police_task.state == TaskState.OPEN
        with pytest.raises(Conflict):
            done(scene, apologised)
        assert verify().is_sound

    def test_of_an_act_before_2026_by_the_law_of_its_day(
        self, scene: Scene, case: Case
    ) -> None:
        settled(scene, case)
        cases.state_act(
            case=case,
            day=date(2025, 12, 31),
            words="当天的聊天记录",
            by=legal(scene),
            at=scene.at,
        )
        for duty in Duty.objects.order_by("term__position"):
            done(scene, duty, exhibit=photo(scene, case))
        told = Talks.objects.get().police_task
        assert told is not None
        assert "第一百八十六条" in told.advice
        assert "第九条第四款是否适用，由公安机关认定" in told.advice

    @pytest.mark.parametrize("level", [AppraisedLevel.MINOR_2, AppraisedLevel.MINOR_1])
    def test_of_what_may_be_a_crime_nothing_is_promised(
        self, scene: Scene, case: Case, level: AppraisedLevel
    ) -> None:
        settled(scene, case)
        appraised(scene, case, level)
        for duty in Duty.objects.order_by("term__position"):
            done(scene, duty, exhibit=photo(scene, case))
        told = Talks.objects.get().police_task
        assert told is not None
        assert told.source == "L-刑诉法-288"
        assert review().sources == ("L-刑诉法-288", "L-刑诉法-289")
        assert "审查并主持制作和解协议书" in told.advice
        assert "第九条" not in told.advice
        assert "派出所" not in told.title

    def test_a_slight_injury_stays_with_the_police_station(
        self, scene: Scene, case: Case
    ) -> None:
        settled(scene, case)
        appraised(scene, case, AppraisedLevel.SLIGHT)
        for duty in Duty.objects.order_by("term__position"):
            done(scene, duty, exhibit=photo(scene, case))
        told = Talks.objects.get().police_task
        assert told is not None
        assert told.source == "G17"
        assert "第九条第四款" in told.advice
        assert "已按刑事案件立案的" in told.advice  # an appraisal may be unknown here

    def test_a_default_names_what_is_next(self, scene: Scene, case: Case) -> None:
        settled(scene, case)
        duty = Duty.objects.order_by("pk")[0]
        with pytest.raises(Conflict, match="还没有到期"):
            defaulted(scene, duty, days=0)
        defaulted(scene, duty, days=11)
        talks = Talks.objects.get()
        assert talks.state == TalksState.BREACHED
        assert "settlement_suit" in {one.key for one in remedies_of(talks)}
        done(scene, duty, exhibit=photo(scene, case), days=12)  # late counts still
        done(scene, Duty.objects.order_by("pk")[1], days=12)
        assert Talks.objects.get().state == TalksState.PERFORMED

    def test_a_task_of_a_term_does_not_end_by_hand(
        self, scene: Scene, case: Case
    ) -> None:
        settled(scene, case)
        task = Duty.objects.order_by("pk")[0].task
        assert task is not None
        task.case = case
        with pytest.raises(Conflict):
            cases.complete_task(task=task, words="付了", by=scene.officer, at=scene.at)
        with pytest.raises(Conflict):
            cases.skip_task(task=task, reason="算了", by=scene.manager, at=scene.at)

    def test_it_holds_the_case_open(self, scene: Scene, case: Case) -> None:
        settled(scene, case)
        with pytest.raises(Conflict):
            cases.close_case(case=case, by=scene.officer, at=scene.at)

    def closed(self, scene: Scene, case: Case) -> Case:
        """Whatever else holds it is skipped; what is left is what talks hold."""
        for task in Task.objects.filter(case=case, state=TaskState.OPEN, binding=True):
            if not task.key.startswith(("talks", "duty")):
                task.case = case
                cases.skip_task(task=task, reason="不需要", by=SYSTEM, at=scene.at)
        return cases.close_case(case=case, by=scene.manager, at=scene.at)

    def test_what_takes_months_does_not_hold_it(self, scene: Scene, case: Case) -> None:
        instalment = term(scene, due_on=later(scene, 200))
        promise = apology(
            scene,
            kind=TermKind.NO_CONTACT,
            words="不到对方家门口",
            manner="",
            due_on=later(scene, 20),
        )
        settled(scene, case, term(scene), instalment, promise)
        soon, late, kept = Duty.objects.order_by("term__position")
        bound = [one.task.binding for one in (soon, late, kept) if one.task]
        assert bound == [True, False, False]
        with pytest.raises(Conflict):
            self.closed(scene, case)
        done(scene, soon, exhibit=photo(scene, case))

        case = self.closed(scene, case)

        assert not case.is_open
        assert mediation.remind_of_duties(at=scene.at + timedelta(days=18)) == 1
        over = scene.at + timedelta(days=21)
        assert mediation.watch_overdue(at=over) == 1
        assert mediation.watch_overdue(at=over) == 0
        told = Delivery.objects.filter(message__kind="mediation.after_closing")
        assert {scene.officer, scene.person("guoxin")} <= {one.user for one in told}
        done(scene, kept, days=22)
        defaulted(scene, late, days=201)
        assert Talks.objects.get().state == TalksState.BREACHED
        assert told.filter(user=scene.manager, kind="inapp").count() == 2
        done(scene, late, days=230, exhibit=photo(scene, case))
        kept_by = Delivery.objects.filter(message__kind="mediation.kept_after_closing")
        assert scene.manager in {one.user for one in kept_by}
        assert verify().is_sound

    def test_opened_again_no_term_falls_silent(self, scene: Scene, case: Case) -> None:
        settled(scene, case, term(scene, due_on=later(scene, 200)))
        case = self.closed(scene, case)
        cases.reopen_case(case=case, by=scene.manager, at=scene.at)
        over = scene.at + timedelta(days=202)
        cases.fire_due_deadlines(at=over)
        told = Delivery.objects.filter(message__kind="mediation.overdue")
        assert scene.manager in {one.user for one in told}
        assert (
            mediation.watch_overdue(at=over) == 0
        )  # its clock runs again and has told

    def test_what_a_clock_tells_is_told_once(self, scene: Scene, case: Case) -> None:
        settled(scene, case)
        over = scene.at + timedelta(days=12)
        assert mediation.watch_overdue(at=over) == 0
        cases.fire_due_deadlines(at=over)
        assert mediation.watch_overdue(at=over) == 0
        assert not Delivery.objects.filter(message__kind="mediation.after_closing")

    def test_they_are_reminded_once(self, scene: Scene, case: Case) -> None:
        settled(scene, case)
        assert mediation.remind_of_duties(at=scene.at) == 0
        soon = scene.at + timedelta(days=8)
        assert mediation.remind_of_duties(at=soon) == 2
        assert mediation.remind_of_duties(at=soon) == 0
        told = Delivery.objects.filter(message__kind="mediation.duty_comes_due")
        assert scene.officer in {one.user for one in told}

    def test_a_faulty_one_stops_no_other(
        self, scene: Scene, case: Case, monkeypatch: Any
    ) -> None:
        settled(scene, case)
        bad, good = Duty.objects.order_by("due_on", "pk")
        lock = performing._lock

        def fails(duty: Duty) -> Duty:
            if duty.pk == bad.pk:
                raise RuntimeError("a row that nobody can read")
            return lock(duty)

        monkeypatch.setattr(performing, "_lock", fails)
        soon = scene.at + timedelta(days=8)
        assert mediation.remind_of_duties(at=soon) == 1
        good.refresh_from_db()
        assert good.reminded_at == soon
        monkeypatch.setattr(performing, "_lock", lock)
        assert mediation.remind_of_duties(at=soon) == 0  # it rests for a moment
        assert mediation.remind_of_duties(at=soon + FIRST_REST) == 1

    def test_what_goes_on_is_kept_until_its_day(self, scene: Scene, case: Case) -> None:
        settled(
            scene,
            case,
            apology(
                scene,
                kind=TermKind.NO_CONTACT,
                words="不到对方家门口",
                manner="",
                due_on=later(scene, 30),
            ),
        )
        duty = Duty.objects.get()
        with pytest.raises(Conflict, match="遵守到"):
            done(scene, duty)
        defaulted(scene, duty, days=3)
        assert Talks.objects.get().state == TalksState.BREACHED

    def test_overdue_is_told_to_headquarters(self, scene: Scene, case: Case) -> None:
        settled(scene, case)
        cases.fire_due_deadlines(at=scene.at + timedelta(days=12))
        told = Delivery.objects.filter(message__kind="mediation.overdue")
        assert scene.person("guoxin") in {one.user for one in told}


class TestMediated:
    def agreed(self, scene: Scene, case: Case) -> Talks:
        talks = consented(scene, invited(scene, case))
        accepted(scene, proposed(scene, talks))
        talks.refresh_from_db()
        return talks

    def in_force(self, scene: Scene, case: Case) -> Talks:
        return mediation.make_effective(
            talks=self.agreed(scene, case),
            exhibit=photo(scene, case),
            effective_on=local_day(scene.at),
            by=scene.officer,
            at=scene.at,
        )

    def test_it_binds_once_the_body_sealed_it(self, scene: Scene, case: Case) -> None:
        talks = self.agreed(scene, case)
        assert talks.state == TalksState.AGREED
        assert talks.deed is not None
        assert talks.deed.title == "调解协议书 M-01"
        with pytest.raises(InvalidInput):
            mediation.make_effective(
                talks=talks,
                exhibit=photo(scene, case),
                effective_on=later(scene, 1),
                by=scene.officer,
                at=scene.at,
            )

    def test_it_may_be_left_before_it_binds(self, scene: Scene, case: Case) -> None:
        talks = consented(scene, invited(scene, case))
        mediation.give_link(
            talks=talks, side=Side.VICTIM, by=scene.officer, at=scene.at
        )
        link = AccessLink.objects.get(
            about=f"talks:{talks.uid}:victim", revoked_at=None
        )
        accepted(scene, proposed(scene, talks))
        paper = photo(scene, case)
        left = mediation.withdraw_by_link(link=link, by=link, at=scene.at)
        assert left.state == TalksState.WITHDRAWN
        assert Proposal.objects.get().state == ProposalState.LAPSED
        assert Task.objects.get(key=talks.key).state == TaskState.DONE
        assert "suit" in {one.key for one in remedies_of(left)}
        with pytest.raises(Conflict, match="有一方退出"):
            mediation.make_effective(
                talks=talks,
                exhibit=paper,
                effective_on=local_day(scene.at),
                by=scene.officer,
                at=scene.at,
            )
        assert not Duty.objects.exists()

    def test_in_force_it_is_left_no_more(self, scene: Scene, case: Case) -> None:
        talks = self.in_force(scene, case)
        before = Entry.objects.count()
        with pytest.raises(Conflict, match=r"向法院起诉.*人民调解法.*第32条"):
            mediation.record_withdrawal(
                talks=talks,
                side=Side.VICTIM,
                way=WithdrawalWay.PHONE,
                by=scene.officer,
                at=scene.at,
            )
        assert Entry.objects.count() == before

    def test_thirty_days_for_the_court(self, scene: Scene, case: Case) -> None:
        talks = self.in_force(scene, case)
        found = Confirmation.objects.get()
        assert found.due_on == confirmed_until(local_day(scene.at))
        assert found.due_on >= later(scene, 30)
        with pytest.raises(InvalidInput) as refused:
            applied(scene, found, days=60)
        assert refused.value.path == "applied_on"
        found = applied(scene, found)
        ruled = mediation.record_ruling(
            confirmation=found,
            is_confirmed=True,
            decided_on=local_day(scene.at),
            number="（2026）浙0106民特1号",
            by=scene.officer,
            at=scene.at,
        )
        assert ruled.state == ConfirmationState.CONFIRMED
        defaulted(scene, talks.duties.order_by("pk")[0], days=11)
        keys = {one.key for one in remedies_of(Talks.objects.get())}
        assert "execution" in keys
        assert "agreement_suit" not in keys

    def test_it_is_called_to_mind_seven_and_three_days_before(
        self, scene: Scene, case: Case
    ) -> None:
        self.in_force(scene, case)
        found = Confirmation.objects.select_related("talks__case__site").get()
        task = found.task
        assert task is not None
        assert not task.binding
        assert found.due_on.isoformat() in task.title
        last = scene.at + (found.due_on - local_day(scene.at))
        told = Delivery.objects.filter(
            message__kind="mediation.confirmation_comes_due",
            user=scene.officer,
        )
        for days, said in ((8, 0), (7, 1), (6, 0), (3, 1), (2, 0), (0, 0)):
            at = last - timedelta(days=days)
            assert mediation.remind_of_confirmations(at=at) == said
        assert told.values("message").distinct().count() == 2
        assert mediation.lapse_confirmations(at=last + timedelta(days=1)) == 1
        task.refresh_from_db()
        assert task.state == TaskState.DONE
        assert verify().is_sound

    def test_who_applied_is_not_reminded(self, scene: Scene, case: Case) -> None:
        self.in_force(scene, case)
        found = applied(
            scene, Confirmation.objects.select_related("talks__case__site").get()
        )
        last = scene.at + (found.due_on - local_day(scene.at))
        assert mediation.remind_of_confirmations(at=last) == 0
        assert Task.objects.get(key=found.key).state == TaskState.DONE

    def test_nobody_misses_the_reminder_of_a_closed_case(
        self, scene: Scene, case: Case
    ) -> None:
        self.in_force(scene, case)
        found = Confirmation.objects.get()
        others = Task.objects.filter(case=case).exclude(key=found.key)
        others.update(state=TaskState.DONE, ended_at=scene.at)
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
        last = scene.at + (found.due_on - local_day(scene.at))
        near = last - timedelta(days=2)
        assert mediation.remind_of_confirmations(at=near) == 1
        assert mediation.remind_of_confirmations(at=near) == 0

    def test_who_wrote_that_nobody_applies_is_not_asked_again(
        self, scene: Scene, case: Case
    ) -> None:
        self.in_force(scene, case)
        found = Confirmation.objects.select_related("task").get()
        assert found.task is not None
        cases.complete_task(
            task=found.task, words="双方都不申请", by=scene.officer, at=scene.at
        )
        last = scene.at + (found.due_on - local_day(scene.at))
        assert mediation.remind_of_confirmations(at=last) == 0

    def test_the_term_runs_out(self, scene: Scene, case: Case) -> None:
        self.in_force(scene, case)
        found = Confirmation.objects.get()
        last = scene.at + (found.due_on - local_day(scene.at))
        assert mediation.lapse_confirmations(at=last) == 0
        over = last + timedelta(days=1)
        assert mediation.lapse_confirmations(at=over) == 1
        assert mediation.lapse_confirmations(at=over) == 0
        with pytest.raises(Conflict):
            applied(scene, Confirmation.objects.select_related("talks__case").get())

    def test_papers(self, scene: Scene, case: Case) -> None:
        talks = self.in_force(scene, case)
        for kind, words, name in (
            ("invitation", "不担任调解人", False),
            ("agreement", "3,000.00", True),
            ("application", "________________人民法院", True),
        ):
            content = mediation.take_word(
                talks=talks, kind=kind, by=scene.officer, at=scene.at
            )
            text = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml")
            assert words in text.decode()
            assert ("孟大海" in text.decode()) == name
            assert "199000" not in text.decode()

    def test_an_application_says_to_which_court_of_what_and_by_whom(
        self, scene: Scene, case: Case
    ) -> None:
        talks = self.in_force(scene, case)
        found = Confirmation.objects.get()
        said = application(found, court="云栖区人民法院").paragraphs
        assert said[-2:] == ("此致", "云栖区人民法院")
        assert "最晚" not in "".join(said)
        assert f"（编号：{case.number} {talks.code}）" in "".join(said)
        assert [one.split("：")[0] for one in said[:6]] == [
            *("申请人（甲方）", "身份证号", "住址"),
            *("申请人（乙方）", "身份证号", "住址"),
        ]
        content = mediation.take_word(
            talks=talks,
            kind="application",
            court="云栖区人民法院",
            by=scene.officer,
            at=scene.at,
        )
        written = [one.text for one in Document(io.BytesIO(content)).paragraphs]
        assert "云栖区人民法院" in written
        with pytest.raises(InvalidInput) as refused:
            mediation.take_word(
                talks=talks,
                kind="application",
                court="院" * 81,
                by=scene.officer,
                at=scene.at,
            )
        assert refused.value.path == "court"

    def test_the_court_is_asked_for_before_the_download(
        self, scene: Scene, case: Case, client: Client
    ) -> None:
        talks = self.in_force(scene, case)
        sign_in(client, scene.officer)
        page = client.get(f"/cases/talks/{talks.uid}/").content.decode()
        assert 'name="court"' in page
        taken = client.get(
            f"/cases/talks/{talks.uid}/word/application/", {"court": "云栖区人民法院"}
        )
        written = [one.text for one in Document(io.BytesIO(taken.content)).paragraphs]
        assert "云栖区人民法院" in written

    def test_a_deed_judges_nobody(self, scene: Scene, case: Case) -> None:
        talks = settled(scene, case, term(scene), _promise(scene))
        paper = deed(talks.proposals.get())
        whole = "".join(paper.paragraphs)
        assert "受害方" not in whole
        assert "行为人" not in whole
        day, last = (formats.date_format(later(scene, days)) for days in (10, 60))
        terms = [one for one in paper.paragraphs if one[:2] in {"1.", "2."}]
        paid = "1. 乙方支付赔偿款¥3,000.00（大写：人民币叁仟元整）"
        assert terms == [
            f"{paid}，于{day}以前（含当日）履行；方式：转账到甲方指定的账户。",
            f"2. 乙方承诺：不到甲方家门口，期限至{last}。",
        ]
        assert [one.split("：")[0] for one in paper.paragraphs[:6]] == [
            *("甲方", "身份证号", "住址", "乙方", "身份证号", "住址")
        ]
        assert paper.paragraphs[-1] == (
            "五、本协议由双方自愿签订，双方各执一份，自双方签字之日起生效。"
        )

    def test_an_agreement_bears_the_day_on_which_it_was_signed(
        self, scene: Scene, case: Case
    ) -> None:
        talks = settled(scene, case)
        texts = [
            zipfile.ZipFile(
                io.BytesIO(
                    mediation.take_word(
                        talks=talks, kind="agreement", by=scene.officer, at=at
                    )
                )
            ).read("word/document.xml")
            for at in (scene.at, scene.at + timedelta(days=40))
        ]
        assert texts[0] == texts[1]

    def test_a_guardian_stands_on_the_application(
        self, scene: Scene, case: Case
    ) -> None:
        talks = invited(scene, case)
        mother = Giver(Capacity.GUARDIAN, "江岚", relation="母亲")
        consented(scene, talks, [Side.VICTIM], giver=mother)
        consented(scene, talks, [Side.AGGRESSOR], signature=[drawing(33)])
        proposal = proposed(scene, talks)
        accepted(scene, proposal, [Side.VICTIM], giver=mother)
        accepted(scene, proposal, [Side.AGGRESSOR], signature=[drawing(77)])
        mediation.make_effective(
            talks=talks,
            exhibit=photo(scene, case),
            effective_on=local_day(scene.at),
            by=scene.officer,
            at=scene.at,
        )
        paper = application(Confirmation.objects.get())
        assert "甲方由监护人江岚（母亲）代为签字" in paper.paragraphs
        assert paper.signers == ("申请人甲方的监护人江岚（签字）", "申请人乙方（签字）")
        talks.refresh_from_db()
        letter = forgiveness_paper(talks, "不再难过", mother)
        assert "受害人由监护人江岚（母亲）代为签字" in letter.paragraphs
        assert letter.signers == ("受害人的监护人江岚（签字）",)


class TestForgiveness:
    def test_who_signed_by_name_is_their_row_once_they_are_registered(
        self, scene: Scene, case: Case
    ) -> None:
        """A name alone would be refused, and the letter could not be written any more."""
        mother = Giver(Capacity.GUARDIAN, "江岚", relation="母亲")
        talks = consented(scene, begun(scene, case), [Side.VICTIM], giver=mother)
        consented(scene, talks, [Side.AGGRESSOR], signature=[drawing(33)])
        proposal = proposed(scene, talks)
        accepted(scene, proposal, [Side.VICTIM], giver=mother)
        accepted(scene, proposal, [Side.AGGRESSOR], signature=[drawing(77)])
        guardian_of(scene, talks.victim, "江岚")
        letter = mediation.write_forgiveness(
            talks=talks,
            text="他已道歉",
            is_own_wish=True,
            by=scene.officer,
            at=scene.at,
        )
        assert letter.exhibit.title.startswith("谅解书")

    def test_a_child_does_not_forgive_alone(self, scene: Scene, case: Case) -> None:
        talks = settled(scene, case)
        Talks.objects.update(victim_has_guardian=True)
        with pytest.raises(InvalidInput, match="由监护人代为办理"):
            mediation.write_forgiveness(
                talks=talks,
                text="他已道歉",
                is_own_wish=True,
                by=scene.officer,
                at=scene.at,
            )
        assert not Forgiveness.objects.exists()

    def test_it_is_the_victims_own_wish(self, scene: Scene, case: Case) -> None:
        talks = consented(scene, begun(scene, case))
        accepted(scene, proposed(scene, talks))
        said: dict[str, Any] = {
            "talks": talks,
            "text": "他已道歉，我不想再为此难过",
            "by": scene.officer,
            "at": scene.at,
        }
        with pytest.raises(InvalidInput) as refused:
            mediation.write_forgiveness(**said, is_own_wish=False)
        assert refused.value.path == "is_own_wish"
        made = mediation.write_forgiveness(**said, is_own_wish=True)
        assert made.exhibit.blob is not None
        with pytest.raises(Conflict):
            mediation.write_forgiveness(**said, is_own_wish=True)

    def test_it_says_whom_for_what_and_nothing_that_nobody_asked(
        self, scene: Scene, case: Case
    ) -> None:
        talks = settled(scene, case)
        said = forgiveness_paper(talks, "不再难过", Giver()).paragraphs
        day = formats.date_format(local_day(scene.at))
        assert said[1:3] == (
            f"就{day}在{case.site.name}孟大海对我造成伤害一事，我说明如下：",
            "不再难过",
        )
        assert "没有人" not in said[-1]
        assert "我知道谅解出于自愿，可以不签" in said[-1]

    def test_not_while_they_talk(self, scene: Scene, case: Case) -> None:
        with pytest.raises(Conflict):
            mediation.write_forgiveness(
                talks=consented(scene, begun(scene, case)),
                text="我谅解",
                is_own_wish=True,
                by=scene.officer,
                at=scene.at,
            )
        assert not Forgiveness.objects.exists()


def test_words_go_with_their_case(scene: Scene, case: Case) -> None:
    talks = consented(scene, begun(scene, case))
    session = planned(scene, talks)
    mediation.begin_session(session=session, by=scene.officer, at=scene.at)
    mediation.write_session_note(
        session=session, text="说了很多", by=scene.officer, at=scene.at
    )
    accepted(scene, proposed(scene, talks))
    for _twice in range(2):
        erase_words(case=case, reason="retention", at=scene.at)
    assert not Term.objects.exclude(words="").exists()
    assert SessionNote.objects.get().text == ""
    assert Talks.objects.get().about == ""
    assert Proposal.objects.get().state == ProposalState.AGREED
    assert verify().is_sound


def test_every_remedy_rests_on_something() -> None:
    assert all(one.sources or one.key == "aid" for one in all_remedies())
    assert all(one.cites or one.key == "aid" for one in all_remedies())
    for day in (date(2025, 12, 31), date(2026, 1, 1)):
        for one in all_remedies():
            assert law.in_force(one.sources, on=day) or one.key == "aid"


def _promise(scene: Scene) -> TermDraft:
    return term(
        scene,
        kind=TermKind.PROMISE,
        fen=None,
        words="不到甲方家门口",
        manner="",
        due_on=later(scene, 60),
    )


def refusal_of(said: Draft, today: date) -> InvalidInput | None:
    try:
        check_agreement(said, act_on=today, today=today)
    except InvalidInput as refused:
        return refused
    return None


def done(scene: Scene, duty: Duty, *, days: int = 1, **more: Any) -> Duty:
    duty = Duty.objects.select_related("talks__case__site", "term").get(pk=duty.pk)
    return mediation.record_performance(
        duty=duty,
        words="双方都说已经办了",
        by=scene.officer,
        at=scene.at + timedelta(days=days),
        **more,
    )


def defaulted(scene: Scene, duty: Duty, *, days: int) -> Duty:
    duty = Duty.objects.select_related("talks__case__site", "term").get(pk=duty.pk)
    ended = mediation.record_default(
        duty=duty,
        words="没有收到款",
        by=scene.officer,
        at=scene.at + timedelta(days=days),
    )
    assert ended.state == DutyState.DEFAULTED
    return ended


def applied(scene: Scene, found: Confirmation, *, days: int = 0) -> Confirmation:
    return mediation.record_application(
        confirmation=found,
        court="西湖区人民法院",
        applied_on=later(scene, days),
        by=scene.officer,
        at=scene.at + timedelta(days=days),
    )

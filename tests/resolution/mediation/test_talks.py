"""Talks: who may begin them, each side's consent, leaving at any time, the wall."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from anlan.accounts.models import User
from anlan.base import crypto
from anlan.base.clock import day_bounds, local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.enums import Severity, Side, TaskState
from anlan.cases.models import AccessLink, Case, Deadline, Task
from anlan.cases.services.deadlines import fire_due_deadlines
from anlan.customers import services as customers
from anlan.law import selectors as law
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.channels.protocol import Outcome, Verdict
from anlan.notify.models import Delivery
from anlan.notify.services import outward
from anlan.play.pictures import signature as drawing
from anlan.resolution.guarding import check_text
from anlan.resolution.mediation import jobs
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import (
    BodyKind,
    Capacity,
    Chooser,
    Exclusion,
    Found,
    ProposalState,
    SessionState,
    TalksKind,
    TalksState,
    WithdrawalWay,
)
from anlan.resolution.mediation.models import (
    Acceptance,
    Consent,
    LinkCode,
    Mediator,
    Session,
    Standing,
    Talks,
)
from anlan.resolution.mediation.papers import deed
from anlan.resolution.mediation.permissions import can_see_talks
from anlan.resolution.mediation.remedies import remedies_of
from anlan.resolution.mediation.selectors.codes import sealed_place
from anlan.resolution.mediation.selectors.standing import (
    unwilling_sides,
)
from anlan.resolution.mediation.selectors.talks import notes_for, talks_for
from anlan.resolution.mediation.services import Giver
from anlan.resolution.mediation.services.codes import MOST_MESSAGES
from tests.at_once import at_once
from tests.evidence.keeping import photo
from tests.resolution.mediation.talked import (
    accepted,
    begun,
    body,
    consented,
    invited,
    mediator,
    planned,
    proposed,
    sides,
)
from tests.resolution.planned import headquarters, legal
from tests.scene import Scene

MOTHER = Giver(Capacity.GUARDIAN, "江岚", relation="母亲")
pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def recounted() -> list[dict[str, Any]]:
    rows = Entry.objects.filter(kind="mediation.talks_recounted").order_by("seq")
    return [json.loads(bytes(row.data or b"{}")) for row in rows]


def link_of(scene: Scene, talks: Talks, side: Side) -> AccessLink:
    mediation.give_link(talks=talks, side=side, by=scene.officer, at=scene.at)
    return AccessLink.objects.get(
        about=f"talks:{talks.uid}:{side.value}", revoked_at=None
    )


def code_for(scene: Scene, talks: Talks, side: Side) -> str:
    """Made by whoever made the link, and opened by somebody else, as it has to be."""
    made = mediation.give_code(talks=talks, side=side, by=scene.officer, at=scene.at)
    return mediation.open_code(code=made, by=scene.manager, at=scene.at)


def ended(scene: Scene, talks: Talks, exclusion: Exclusion) -> Talks:
    return mediation.end_talks(
        talks=talks,
        reason="不能继续",
        exclusion=exclusion,
        by=scene.officer,
        at=scene.at,
    )


class TestWhatIsAdvised:
    def advised(self, talks: Talks) -> bool:
        talks.case.refresh_from_db()
        return "mediation" in {one.key for one in remedies_of(talks)}

    def test_no_mediation_while_an_exclusion_stands(
        self, scene: Scene, case: Case
    ) -> None:
        plain = mediation.end_talks(
            talks=begun(scene, case), reason="谈不拢", by=scene.officer, at=scene.at
        )
        assert self.advised(plain)

        talks = ended(scene, begun(scene, case), Exclusion.HIRED)

        assert not self.advised(talks)
        assert not self.advised(plain)
        mediation.lift_exclusion(
            talks=talks, reason="查明不是", by=scene.manager, at=scene.at
        )
        assert self.advised(Talks.objects.get(pk=talks.pk))

    def test_none_of_what_may_be_a_grave_crime(self, scene: Scene, case: Case) -> None:
        talks = mediation.end_talks(
            talks=begun(scene, case), reason="谈不拢", by=scene.officer, at=scene.at
        )
        Case.objects.filter(pk=case.pk).update(severity=Severity.CRITICAL)
        assert not self.advised(talks)


class TestBeginning:
    def test_a_negotiation_waits_for_both(self, scene: Scene, case: Case) -> None:
        talks = begun(scene, case)
        assert talks.state == TalksState.CONSENT_PENDING
        assert talks.task is not None
        assert talks.task.binding
        assert "协商" in talks.task.title
        assert "调解" not in talks.task.title
        consented(scene, talks, [Side.VICTIM])
        assert talks.state == TalksState.CONSENT_PENDING
        consented(scene, talks, [Side.AGGRESSOR], signature=[drawing(33)])
        assert talks.state == TalksState.ACCEPTED

    @pytest.mark.parametrize("excluded", list(Exclusion))
    def test_mediation_is_refused_where_the_law_excludes_it(
        self, scene: Scene, case: Case, excluded: Exclusion
    ) -> None:
        with pytest.raises(Conflict, match=str(excluded.label)) as refused:
            begun(scene, case, TalksKind.PEOPLES, excluded=[excluded])
        assert refused.value.source == "G17"
        assert not Talks.objects.exists()

    def test_what_ended_talks_holds_until_another_person_lifts_it(
        self, scene: Scene, case: Case
    ) -> None:
        first = ended(scene, begun(scene, case), Exclusion.HIRED)
        for kind in (TalksKind.NEGOTIATION, TalksKind.PEOPLES):
            with pytest.raises(Conflict, match="雇凶伤害他人（M-01") as refused:
                begun(scene, case, kind)
            assert refused.value.source == "G17"
        by: dict[str, Any] = {"at": scene.at, "talks": first}
        with pytest.raises(NotAllowed, match="另一人"):
            mediation.lift_exclusion(reason="查明了", by=scene.officer, **by)
        with pytest.raises(InvalidInput):
            mediation.lift_exclusion(reason=" ", by=scene.manager, **by)
        mediation.lift_exclusion(reason="公安查明不是雇凶", by=scene.manager, **by)
        with pytest.raises(Conflict, match="已经解除"):
            mediation.lift_exclusion(reason="再次", by=scene.manager, **by)
        assert begun(scene, case).code == "M-02"
        assert verify().is_sound

    def test_it_holds_for_other_talks_of_the_case_and_of_a_joined_one(
        self, scene: Scene, case: Case
    ) -> None:
        running = begun(scene, case)
        other = scene.incident(place=scene.place("园区 南门")).case
        ended(scene, begun(scene, other), Exclusion.NEW_VIOLATION)
        consented(scene, running, [Side.VICTIM])
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
        running = Talks.objects.select_related("case__site").get(pk=running.pk)
        with pytest.raises(Conflict, match="又动手或者威胁"):
            consented(scene, running, [Side.AGGRESSOR], signature=[drawing(33)])

    def test_the_office_may_still_speak_about_money_where_police_may_not_mediate(
        self, scene: Scene, case: Case
    ) -> None:
        assert begun(scene, case, excluded=[Exclusion.GANG]).code == "M-01"

    def test_serious_harm_is_excluded_by_the_record(
        self, scene: Scene, case: Case
    ) -> None:
        talks = begun(scene, case)
        Case.objects.filter(pk=case.pk).update(severity=5)
        with pytest.raises(Conflict, match="严重犯罪"):
            consented(scene, talks)
        assert not Consent.objects.exists()

    def test_the_police_are_called_first(self, scene: Scene, case: Case) -> None:
        victim, aggressor = sides(scene, case)
        with pytest.raises(Conflict) as refused:
            mediation.begin_talks(
                case=case,
                kind=TalksKind.NEGOTIATION,
                victim=victim,
                aggressor=aggressor,
                about="医药费",
                by=scene.officer,
                at=scene.at,
            )
        assert refused.value.source == "G05"

    def test_the_company_is_no_mediator(self, scene: Scene, case: Case) -> None:
        own = body(scene, kind=BodyKind.OWN, name="公司调委会")
        with pytest.raises(InvalidInput) as refused:
            begun(scene, case, TalksKind.PEOPLES, body=own)
        assert refused.value.source == "G19"
        with pytest.raises(InvalidInput) as colleague:
            mediation.enter_mediator(
                body=body(scene),
                name="周敏",
                user=scene.officer,
                by=legal(scene),
                at=scene.at,
            )
        assert colleague.value.source == "G19"
        with pytest.raises(InvalidInput, match="自己组织的只能叫协商"):
            begun(scene, case, about="由管理处调解医药费")

    def test_a_body_holds_what_it_may(self, scene: Scene, case: Case) -> None:
        with pytest.raises(InvalidInput, match="不主持"):
            begun(scene, case, TalksKind.POLICE, body=body(scene))

    def test_two_of_one_pair_do_not_run(self, scene: Scene, case: Case) -> None:
        begun(scene, case)
        with pytest.raises(Conflict, match="M-01"):
            begun(scene, case, TalksKind.PEOPLES)

    def test_a_party_does_not_hold_them(self, scene: Scene, case: Case) -> None:
        cases.add_party(
            case=case,
            roles=["victim"],
            user=scene.officer,
            by=scene.manager,
            at=scene.at,
        )
        with pytest.raises(NotAllowed):
            begun(scene, case)

    def test_who_bears_what_remains_may_be_talked_about(
        self, scene: Scene, case: Case
    ) -> None:
        """A letter of the office may not say it; two who agree may."""
        sides(scene, case)
        words = "逾期付款的，后果由乙方自行承担"
        with pytest.raises(InvalidInput):
            check_text(words, case, path="about")
        assert begun(scene, case, about=words).pk

    def test_that_an_injury_is_at_ones_own_risk_is_agreed_by_nobody(
        self, scene: Scene, case: Case
    ) -> None:
        sides(scene, case)
        with pytest.raises(InvalidInput) as refused:
            begun(scene, case, about="今后伤亡自负，概不负责")
        assert refused.value.source == "L-民法典-506"

    def test_words_that_say_who_reported_it_are_refused(
        self, scene: Scene, case: Case
    ) -> None:
        sides(scene, case)
        name = scene.person("lixiang").name
        with pytest.raises(InvalidInput) as refused:
            begun(scene, case, about=f"{name}报告的那次争执")
        assert str(refused.value) == law.guardrail("G23").refusal_words
        assert (refused.value.path, refused.value.source) == ("about", "G23")

    def test_words_that_tell_of_one_side_are_refused(
        self, scene: Scene, case: Case
    ) -> None:
        sides(scene, case)
        with pytest.raises(Conflict, match="姓名"):
            begun(scene, case, about="孟大海打了人")

    def test_the_police_mediate_again_within_seven_working_days(
        self, scene: Scene, case: Case
    ) -> None:
        station = body(scene, kind=BodyKind.POLICE, name="云栖派出所")
        self.sat_down(scene, begun(scene, case, TalksKind.POLICE, body=station))
        late = scene.at + timedelta(days=14)
        with pytest.raises(Conflict, match="七个工作日"):
            begun(scene, case, TalksKind.POLICE, body=station, at=late)
        self.sat_down(scene, begun(scene, case, TalksKind.POLICE, body=station))
        with pytest.raises(Conflict, match="最多再调解一次"):
            begun(scene, case, TalksKind.POLICE, body=station)

    def sat_down(self, scene: Scene, talks: Talks) -> None:
        """They met once, and nothing came of it."""
        assert talks.body is not None
        mediation.record_answer(
            talks=talks,
            accepts=True,
            mediator=mediator(scene, talks.body, has_account=False),
            is_unrelated=True,
            by=scene.officer,
            at=scene.at,
        )
        consented(scene, talks)
        mediation.begin_session(
            session=planned(scene, talks), by=scene.officer, at=scene.at
        )
        mediation.end_talks(
            talks=talks, reason="没有达成协议", by=scene.officer, at=scene.at
        )

    def test_the_days_run_from_the_first_time_and_not_from_its_end_on_paper(
        self, scene: Scene, case: Case
    ) -> None:
        station = body(scene, kind=BodyKind.POLICE, name="云栖派出所")
        first = begun(scene, case, TalksKind.POLICE, body=station)
        self.sat_down(scene, first)
        later = scene.at + timedelta(days=20)
        Talks.objects.filter(pk=first.pk).update(ended_at=later)  # told only then
        with pytest.raises(Conflict, match="七个工作日"):
            begun(scene, case, TalksKind.POLICE, body=station, at=later)
        again = begun(scene, case, TalksKind.POLICE, body=station)
        assert again.due_on < local_day(scene.at) + timedelta(days=14)
        assert again.task is not None
        assert "七个工作日" in again.task.title

    def test_its_last_day_follows_holidays_that_become_known(
        self, scene: Scene, case: Case, announced: Callable[..., None]
    ) -> None:
        station = body(scene, kind=BodyKind.POLICE, name="云栖派出所")
        self.sat_down(scene, begun(scene, case, TalksKind.POLICE, body=station))
        again = begun(scene, case, TalksKind.POLICE, body=station)
        assert again.task is not None
        before = again.due_on
        announced(before.year, before)

        assert jobs.follow_holidays(at=scene.at) == 1
        assert jobs.follow_holidays(at=scene.at) == 0

        again.refresh_from_db()
        assert again.due_on == before + timedelta(days=1)
        again.task.refresh_from_db()
        due_at = day_bounds(again.due_on)[1]
        assert again.task.due_at == due_at
        clock = Deadline.objects.get(about=f"task:{again.task.uid}")
        assert clock.due_at == due_at
        (told,) = recounted()
        assert told == {
            "code": again.code,
            "before": before.isoformat(),
            "due": again.due_on.isoformat(),
        }
        assert verify().is_sound

    def test_what_ran_out_on_a_day_that_moved_has_time_again(
        self, scene: Scene, case: Case, announced: Callable[..., None]
    ) -> None:
        station = body(scene, kind=BodyKind.POLICE, name="云栖派出所")
        self.sat_down(scene, begun(scene, case, TalksKind.POLICE, body=station))
        again = begun(scene, case, TalksKind.POLICE, body=station)
        assert again.task is not None
        over = day_bounds(again.due_on)[1]
        fire_due_deadlines(at=over)
        announced(again.due_on.year, again.due_on)

        jobs.follow_holidays(at=over)

        clocks = Deadline.objects.filter(about=f"task:{again.task.uid}")
        assert [one.fired_at is None for one in clocks.order_by("pk")] == [False, True]

    def test_the_days_of_the_house_move_for_no_holiday(
        self, scene: Scene, case: Case, announced: Callable[..., None]
    ) -> None:
        station = body(scene, kind=BodyKind.POLICE, name="云栖派出所")
        first = begun(scene, case, TalksKind.POLICE, body=station)
        announced(first.due_on.year, first.due_on)
        jobs.follow_holidays(at=scene.at)
        assert Talks.objects.get(pk=first.pk).due_on == first.due_on
        assert recounted() == []

    def test_where_the_police_never_sat_down_it_was_no_time(
        self, scene: Scene, case: Case
    ) -> None:
        station = body(scene, kind=BodyKind.POLICE, name="云栖派出所")
        for _time in range(3):
            talks = begun(scene, case, TalksKind.POLICE, body=station)
            mediation.record_answer(
                talks=talks, accepts=False, reason="太忙", by=scene.officer, at=scene.at
            )
        late = scene.at + timedelta(days=30)
        assert begun(scene, case, TalksKind.POLICE, body=station, at=late).number == 4

    def test_what_the_police_brought_about_begins_no_new_clock(
        self, scene: Scene, case: Case
    ) -> None:
        station = body(scene, kind=BodyKind.POLICE, name="云栖派出所")
        begun(scene, case, TalksKind.POLICE, body=station)
        Talks.objects.update(
            state=TalksState.BREACHED,
            effective_on=local_day(scene.at),
            deed=photo(scene, case),
        )
        with pytest.raises(Conflict, match="七个工作日") as refused:
            begun(
                scene,
                case,
                TalksKind.POLICE,
                body=station,
                at=scene.at + timedelta(days=30),
            )
        assert refused.value.source == "G17"


class TestConsent:
    def test_by_link_and_code(self, scene: Scene, case: Case) -> None:
        talks = begun(scene, case)
        link = link_of(scene, talks, Side.VICTIM)
        code = code_for(scene, talks, Side.VICTIM)
        made = mediation.consent_by_link(link=link, code=code, by=link, at=scene.at)
        assert (made.way, made.taken_by, made.exhibit) == ("link", None, None)
        assert not any(
            code.encode() in bytes(entry.data or b"") for entry in Entry.objects.all()
        )
        with pytest.raises(Conflict, match="同意过"):
            code_for(scene, talks, Side.VICTIM)
        consented(scene, talks, [Side.AGGRESSOR])
        with pytest.raises(Conflict):  # they wait for nobody's consent any more
            code_for(scene, talks, Side.VICTIM)

    def test_a_code_is_good_once_for_minutes_and_few_tries(
        self, scene: Scene, case: Case
    ) -> None:
        talks = begun(scene, case)
        link = link_of(scene, talks, Side.VICTIM)
        code = code_for(scene, talks, Side.VICTIM)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"

        def enter(typed: str, at: Any = scene.at) -> Consent:
            return mediation.consent_by_link(link=link, code=typed, by=link, at=at)

        for typed, at in (
            (wrong, scene.at),
            ("", scene.at),
            ("１２３４５６\x00" * 40, scene.at),
            (code, scene.at + timedelta(minutes=31)),
        ):
            with pytest.raises(InvalidInput):
                enter(typed, at)
        assert LinkCode.objects.get().failures == 3
        assert Entry.objects.filter(kind="mediation.code_refused").count() == 3
        for _try in range(2):
            with pytest.raises(InvalidInput):
                enter(wrong)
        with pytest.raises(InvalidInput):
            enter(code)  # five were wrong
        assert enter(code_for(scene, talks, Side.VICTIM)).side == Side.VICTIM

    def test_the_code_of_one_side_is_not_that_of_the_other(
        self, scene: Scene, case: Case
    ) -> None:
        talks = begun(scene, case)
        victims = link_of(scene, talks, Side.VICTIM)
        link_of(scene, talks, Side.AGGRESSOR)
        code = code_for(scene, talks, Side.AGGRESSOR)
        with pytest.raises(InvalidInput):
            mediation.consent_by_link(link=victims, code=code, by=victims, at=scene.at)

    def test_who_makes_the_link_never_learns_the_code(
        self, scene: Scene, case: Case
    ) -> None:
        talks = begun(scene, case)
        link = link_of(scene, talks, Side.VICTIM)
        made = mediation.give_code(
            talks=talks, side=Side.VICTIM, by=scene.officer, at=scene.at
        )
        with pytest.raises(NotAllowed, match="链接是您生成的"):
            mediation.open_code(code=made, by=scene.officer, at=scene.at)
        code = mediation.open_code(code=made, by=scene.manager, at=scene.at)
        with pytest.raises(Conflict, match="已经拆开"):
            mediation.open_code(code=made, by=scene.manager, at=scene.at)
        for entry in Entry.objects.all():
            assert code.encode() not in bytes(entry.body) + bytes(entry.data or b"")
        row = LinkCode.objects.get()
        assert row.sealed is None
        assert row.opened_by == scene.manager
        assert row.expires_at == scene.at + timedelta(minutes=30)
        assert Entry.objects.filter(kind="mediation.code_opened").count() == 1
        mediation.consent_by_link(link=link, code=code, by=link, at=scene.at)

    def test_a_sealed_code_is_nobodys(self, scene: Scene, case: Case) -> None:
        talks = begun(scene, case)
        link = link_of(scene, talks, Side.VICTIM)
        made = mediation.give_code(
            talks=talks, side=Side.VICTIM, by=scene.manager, at=scene.at
        )
        assert made.sealed
        digits = crypto.decrypt(bytes(made.sealed), sealed_place(made))
        with pytest.raises(InvalidInput):  # not even by guessing right
            mediation.consent_by_link(link=link, code=digits, by=link, at=scene.at)
        late = scene.at + timedelta(hours=25)
        with pytest.raises(Conflict):
            mediation.open_code(code=made, by=scene.manager, at=late)
        with pytest.raises(NotAllowed):
            mediation.open_code(code=made, by=scene.guard, at=scene.at)

    def test_a_code_goes_to_the_own_phone(
        self, scene: Scene, case: Case, monkeypatch: Any
    ) -> None:
        victim, _aggressor = sides(scene, case)
        assert victim.person is not None
        customers.correct_person(
            reason="本人出示证件",
            person=victim.person,
            site=scene.site,
            phone="19900006621",
            by=scene.guard,
            at=scene.at,
        )
        sent: list[dict[str, Any]] = []
        answer = Outcome(verdict=Verdict.SENT)

        def text_message(**said: Any) -> Outcome:
            sent.append(said)
            return answer

        monkeypatch.setattr(outward, "has_text_messages", lambda _site: True)
        monkeypatch.setattr(outward, "text_message", text_message)
        talks = begun(scene, case)
        link = link_of(scene, talks, Side.VICTIM)
        made = mediation.give_code(
            talks=talks, side=Side.VICTIM, by=scene.officer, at=scene.at
        )
        assert sent[0]["to"] == "+8619900006621"
        assert made.sealed is None
        assert made.sent_at == scene.at
        with pytest.raises(Conflict):  # nobody here can see it any more
            mediation.open_code(code=made, by=scene.manager, at=scene.at)
        code = re.search(r"\d{6}", sent[0]["body"])
        assert code is not None
        for entry in Entry.objects.all():
            whole = bytes(entry.body) + bytes(entry.data or b"")
            assert code[0].encode() not in whole
        answer = Outcome(verdict=Verdict.RETRY, error="away")
        again = mediation.give_code(
            talks=talks, side=Side.VICTIM, by=scene.officer, at=scene.at
        )
        assert again.sealed  # the gateway is away: it waits for a colleague
        assert again.unanswered_at == scene.at
        answer = Outcome(verdict=Verdict.SENT)
        for _time in range(2):
            last = mediation.give_code(
                talks=talks, side=Side.VICTIM, by=scene.officer, at=scene.at
            )
        assert len(sent) == MOST_MESSAGES
        assert last.sealed  # no fourth message in an hour
        with pytest.raises(InvalidInput):  # and the one before is over
            mediation.consent_by_link(link=link, code=code[0], by=link, at=scene.at)

    @pytest.mark.parametrize("late", [False, True])
    def test_a_number_of_whoever_asks_for_the_code_gets_none(
        self,
        scene: Scene,
        case: Case,
        monkeypatch: pytest.MonkeyPatch,
        *,
        late: bool,
    ) -> None:
        """One person could enter their own number and agree for the side (G17)."""
        victim, _aggressor = sides(scene, case)
        assert victim.person is not None
        sent: list[Any] = []

        def text_message(**said: Any) -> Outcome:
            sent.append(said)
            return Outcome(verdict=Verdict.SENT)

        monkeypatch.setattr(outward, "has_text_messages", lambda _site: True)
        monkeypatch.setattr(outward, "text_message", text_message)
        talks = begun(scene, case)
        later = scene.at + timedelta(minutes=1)
        customers.correct_person(
            reason="本人出示证件",
            person=victim.person,
            site=scene.site,
            phone="19900006621",
            by=scene.guard if late else scene.officer,
            at=later if late else scene.at,
        )
        customers.correct_person(
            reason="本人出示证件",  # of something else, by somebody else: decides nothing
            person=victim.person,
            site=scene.site,
            note="左眼视力弱",
            by=scene.manager,
            at=later,
        )
        link_of(scene, talks, Side.VICTIM)

        made = mediation.give_code(
            talks=talks, side=Side.VICTIM, by=scene.officer, at=later
        )

        assert sent == []
        assert made.sealed
        with pytest.raises(NotAllowed):
            mediation.open_code(code=made, by=scene.officer, at=later)
        assert mediation.open_code(code=made, by=scene.manager, at=later)

    def test_a_new_link_ends_the_one_before(self, scene: Scene, case: Case) -> None:
        talks = begun(scene, case)
        first = link_of(scene, talks, Side.VICTIM)
        link_of(scene, talks, Side.VICTIM)
        first.refresh_from_db()
        assert first.revoked_at is not None

    def test_on_paper_and_by_an_agent(self, scene: Scene, case: Case) -> None:
        talks = begun(scene, case)
        paper = photo(scene, case)
        with pytest.raises(InvalidInput) as refused:
            mediation.consent_on_paper(
                talks=talks,
                side=Side.VICTIM,
                exhibit=paper,
                giver=Giver(Capacity.AGENT, "江岚"),
                by=scene.officer,
                at=scene.at,
            )
        assert refused.value.path == "authority"
        made = mediation.consent_on_paper(
            talks=talks,
            side=Side.VICTIM,
            exhibit=paper,
            giver=Giver(Capacity.AGENT, "江岚", authority=paper),
            by=scene.officer,
            at=scene.at,
        )
        assert made.giver == "江岚"

    def test_a_guardian_speaks_for_a_child(self, scene: Scene, case: Case) -> None:
        victim, _aggressor = sides(scene, case)
        assert victim.person is not None
        customers.correct_person(
            reason="本人出示证件",
            person=victim.person,
            site=scene.site,
            is_minor=True,
            by=scene.officer,
            at=scene.at,
        )
        talks = begun(scene, case)
        with pytest.raises(InvalidInput) as refused:
            consented(scene, talks, [Side.VICTIM])
        assert refused.value.source == "G20"
        link = link_of(scene, talks, Side.VICTIM)
        for act in (
            lambda: code_for(scene, talks, Side.VICTIM),
            lambda: mediation.consent_by_link(
                link=link, code="123456", by=link, at=scene.at
            ),
        ):
            with pytest.raises(Conflict, match="监护人") as by_link:
                act()
            assert by_link.value.source == "G20"
        assert not LinkCode.objects.exists()
        for giver, path in (
            (Giver(Capacity.GUARDIAN, " "), "giver"),
            (Giver(Capacity.AGENT, "江岚", photo(scene, case)), "giver"),
            (Giver(Capacity.GUARDIAN, "江岚"), "relation"),
            (Giver(Capacity.GUARDIAN, "孟大海", relation="叔叔"), "giver"),
            (Giver(Capacity.GUARDIAN, party=victim, relation="本人"), "giver_party"),
        ):
            with pytest.raises(InvalidInput) as wrong:
                consented(scene, talks, [Side.VICTIM], giver=giver)
            assert wrong.value.path == path
        consented(scene, talks, [Side.VICTIM], giver=MOTHER)
        assert Consent.objects.get().giver == "江岚"
        consented(scene, talks, [Side.AGGRESSOR], signature=[drawing(33)])

        proposal = proposed(scene, talks)
        with pytest.raises(InvalidInput) as unsigned:
            accepted(scene, proposal, [Side.VICTIM])
        assert unsigned.value.source == "G20"
        accepted(scene, proposal, [Side.VICTIM], giver=MOTHER)
        accepted(scene, proposal, [Side.AGGRESSOR], signature=[drawing(77)])
        signed = deed(proposal)
        assert "甲方由监护人江岚（母亲）代为签字" in signed.paragraphs
        assert signed.signers[:2] == ("甲方的监护人江岚（签字）", "乙方（签字）")
        talks.refresh_from_db()
        assert talks.state == TalksState.PERFORMING
        assert verify().is_sound

    def test_for_a_grown_up_who_cannot_bind_themselves(
        self, scene: Scene, case: Case
    ) -> None:
        talks = begun(scene, case, by_guardian=[Side.AGGRESSOR])
        with pytest.raises(InvalidInput, match="由监护人代为办理"):
            consented(scene, talks, [Side.AGGRESSOR])
        consented(scene, talks, giver=None, only=[Side.VICTIM])
        consented(scene, talks, [Side.AGGRESSOR], giver=MOTHER, signature=[drawing(31)])
        proposal = proposed(scene, talks)
        with pytest.raises(InvalidInput, match="由监护人代为办理"):
            accepted(scene, proposal, [Side.AGGRESSOR])
        assert not Acceptance.objects.exists()

    def test_a_guardian_who_is_a_party_of_the_case(
        self, scene: Scene, case: Case
    ) -> None:
        mother = customers.add_person(
            site=scene.site, name="江岚", by=scene.officer, at=scene.at
        )
        row = cases.add_party(
            case=case,
            roles=["guardian"],
            person=mother,
            by=scene.officer,
            at=scene.at,
        )
        talks = begun(scene, case)
        giver = Giver(Capacity.GUARDIAN, relation="母亲", party=row)
        consented(scene, talks, [Side.VICTIM], giver=giver)
        made = Consent.objects.get()
        assert (made.giver, made.giver_party) == ("江岚", row)
        talks.refresh_from_db()
        assert talks.victim_has_guardian  # and signs through her from now on

    def test_an_agent_signs_with_a_written_authority(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, begun(scene, case))
        proposal = proposed(scene, talks)
        with pytest.raises(InvalidInput) as refused:
            accepted(
                scene, proposal, [Side.VICTIM], giver=Giver(Capacity.AGENT, "江岚")
            )
        assert refused.value.path == "authority"
        paper = photo(scene, case)
        accepted(
            scene, proposal, [Side.VICTIM], giver=Giver(Capacity.AGENT, "江岚", paper)
        )
        told = f"甲方由受托人江岚代为签字（授权委托书 {paper.code}）"
        assert told in deed(proposal).paragraphs
        entry = Entry.objects.get(kind="mediation.signed_for")
        assert "江岚" not in bytes(entry.body).decode()

    def test_a_guardian_who_comes_later_agrees_first(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, begun(scene, case))
        early = proposed(scene, talks)
        accepted(scene, early, [Side.VICTIM], signature=[drawing(78)])
        consented(scene, talks, [Side.VICTIM], giver=MOTHER, signature=[drawing(42)])
        with pytest.raises(Conflict, match="请写新的一版"):
            accepted(scene, early, [Side.AGGRESSOR], signature=[drawing(79)])

    def test_a_guardian_who_comes_to_sign_agrees_first(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, begun(scene, case))
        proposal = proposed(scene, talks)
        with pytest.raises(Conflict, match="先登记监护人同意"):
            accepted(scene, proposal, [Side.VICTIM], giver=MOTHER)
        assert not Acceptance.objects.exists()
        consented(scene, talks, [Side.VICTIM], giver=MOTHER, signature=[drawing(41)])
        own, hers = Consent.objects.filter(side=Side.VICTIM).order_by("pk")
        assert (own.withdrawn_at, own.withdrawn_way) == (scene.at, "")
        assert (hers.capacity, hers.withdrawn_at) == (Capacity.GUARDIAN, None)
        talks.refresh_from_db()
        assert talks.state == TalksState.IN_SESSION
        accepted(scene, proposal, [Side.VICTIM], giver=MOTHER)
        accepted(scene, proposal, [Side.AGGRESSOR], signature=[drawing(77)])
        talks.refresh_from_db()
        assert talks.state == TalksState.PERFORMING
        assert verify().is_sound

    def test_a_mark_that_was_wrong_is_taken_back(
        self, scene: Scene, case: Case
    ) -> None:
        talks = begun(scene, case, by_guardian=[Side.VICTIM])

        def lifted(**more: Any) -> Standing:
            said = {"side": Side.VICTIM, "words": "登记时选错了一方", **more}
            return mediation.record_standing(
                talks=talks,
                found=Found.NO_GUARDIAN,
                by=scene.officer,
                at=scene.at,
                **said,
            )

        with pytest.raises(InvalidInput) as silent:
            lifted(words="")
        assert silent.value.path == "words"
        with pytest.raises(Conflict):
            lifted(side=Side.AGGRESSOR)
        with pytest.raises(NotAllowed):
            mediation.record_standing(
                talks=talks,
                side=Side.VICTIM,
                found=Found.NO_GUARDIAN,
                words="我说的",
                by=scene.guard,
                at=scene.at,
            )
        lifted()
        entry = Entry.objects.get(kind="mediation.standing_recorded")
        assert "选错" not in bytes(entry.body).decode()
        consented(scene, talks, [Side.VICTIM])
        assert Consent.objects.get().capacity == Capacity.SELF
        consented(scene, talks, [Side.AGGRESSOR], giver=MOTHER, signature=[drawing(33)])
        with pytest.raises(Conflict, match="监护人已经同意"):
            lifted(side=Side.AGGRESSOR)

    def test_in_the_year_they_turn_18_a_document_says_it(
        self, scene: Scene, case: Case
    ) -> None:
        victim, _aggressor = sides(scene, case)
        assert victim.person is not None
        talks = begun(scene, case)

        def born(year: int) -> None:
            assert victim.person is not None
            customers.correct_person(
                reason="本人出示证件",
                person=victim.person,
                site=scene.site,
                birth_year=year,
                by=scene.officer,
                at=scene.at,
            )

        def shown(**more: Any) -> Standing:
            return mediation.record_standing(
                talks=talks,
                side=Side.VICTIM,
                found=Found.OF_AGE,
                by=scene.officer,
                at=scene.at,
                **more,
            )

        year = local_day(scene.at).year
        born(year - 17)
        document = photo(scene, case)
        with pytest.raises(Conflict, match="出生年份"):
            shown(exhibit=document)
        born(year - 18)
        with pytest.raises(InvalidInput) as missing:
            shown()
        assert missing.value.path == "exhibit"
        with pytest.raises(InvalidInput):
            consented(scene, talks, [Side.VICTIM])
        shown(exhibit=document)
        consented(scene, talks, [Side.VICTIM])
        assert Consent.objects.get().capacity == Capacity.SELF
        born(year - 17)  # what was looked at was another one's
        talks.refresh_from_db()
        assert unwilling_sides(talks, at=scene.at) == list(Side)

    def test_old_consents_of_guardians_are_marked(
        self, scene: Scene, case: Case
    ) -> None:
        talks = begun(scene, case)
        consented(scene, talks, [Side.VICTIM], giver=MOTHER)
        Talks.objects.update(victim_has_guardian=False)
        old = "anlan.resolution.mediation.migrations.0008_guardians_who_consented"
        import_module(old).mark_sides(apps, None)
        talks.refresh_from_db()
        assert (talks.victim_has_guardian, talks.aggressor_has_guardian) == (
            True,
            False,
        )
        Consent.objects.update(relation="")
        consented(scene, talks, [Side.AGGRESSOR], signature=[drawing(33)])
        proposal = proposed(scene, talks)
        assert "甲方由监护人江岚代为签字" in deed(proposal).paragraphs

    def test_nobody_acts_for_both(self, scene: Scene, case: Case) -> None:
        talks = begun(scene, case)
        consented(scene, talks, [Side.VICTIM], giver=MOTHER)
        mother = customers.add_person(
            site=scene.site, name="江岚", by=scene.officer, at=scene.at
        )
        row = cases.add_party(  # who was entered by name before
            case=case,
            roles=["guardian"],
            person=mother,
            by=scene.officer,
            at=scene.at,
        )
        for giver in (
            Giver(Capacity.AGENT, "江岚", photo(scene, case)),
            Giver(Capacity.GUARDIAN, relation="母亲", party=row),
        ):
            with pytest.raises(InvalidInput, match="不能同时代双方"):
                consented(
                    scene,
                    talks,
                    [Side.AGGRESSOR],
                    giver=giver,
                    signature=[drawing(33)],
                )
        consented(scene, talks, [Side.AGGRESSOR], signature=[drawing(34)])
        proposal = proposed(scene, talks)
        with pytest.raises(InvalidInput, match="不能同时代双方"):
            accepted(
                scene,
                proposal,
                [Side.AGGRESSOR],
                giver=Giver(Capacity.AGENT, "江岚", photo(scene, case)),
            )

    def test_one_signature_is_not_that_of_both(self, scene: Scene, case: Case) -> None:
        talks = begun(scene, case)
        with pytest.raises(InvalidInput) as refused:
            consented(scene, talks, signature=[drawing(40)])
        assert refused.value.path == "signature"
        assert Consent.objects.count() == 1

    @pytest.mark.both
    def test_two_at_once_are_one(self, committed_scene: Scene) -> None:
        scene = committed_scene
        talks = begun(scene, scene.incident().case)
        link = link_of(scene, talks, Side.VICTIM)
        code = code_for(scene, talks, Side.VICTIM)
        results = at_once(
            *[
                lambda: mediation.consent_by_link(
                    link=link, code=code, by=link, at=scene.at
                )
            ]
            * 3
        )
        assert sum(isinstance(one, Consent) for one in results) == 1
        assert Consent.objects.count() == 1


class TestMandates:
    """Who mediates may come later, go, and be replaced; each time both are asked about."""

    def another(self, scene: Scene, talks: Talks, name: str = "钟理") -> Mediator:
        assert talks.body is not None
        return mediation.enter_mediator(
            body=talks.body, name=name, by=legal(scene), at=scene.at
        )

    def appointed(
        self, scene: Scene, talks: Talks, who: Mediator, **more: Any
    ) -> Talks:
        said: dict[str, Any] = {"is_unrelated": True, "reason": "自行回避", **more}
        return mediation.appoint_mediator(
            talks=talks, mediator=who, by=scene.officer, at=scene.at, **said
        )

    def test_later_and_in_the_place_of_another(self, scene: Scene, case: Case) -> None:
        first = scene.person("fangzheng")
        talks = consented(scene, invited(scene, case))
        session = planned(scene, talks)
        mediation.begin_session(session=session, by=first, at=scene.at)
        second = self.another(scene, talks)
        with pytest.raises(Conflict, match="正在进行"):
            self.appointed(scene, talks, second)
        mediation.write_session_note(
            session=session, text="双方提到价格", by=first, at=scene.at
        )
        mediation.end_session(session=session, by=first, at=scene.at)
        with pytest.raises(InvalidInput) as silent:
            self.appointed(scene, talks, second, reason="")
        assert silent.value.path == "reason"

        talks = self.appointed(
            scene, talks, second, chosen_by=Chooser.SIDES, choice="双方来电"
        )

        assert talks.mediator == second
        earlier, now = talks.mandates.order_by("pk")
        assert (earlier.mediator.name, earlier.reason) == ("方正", "自行回避")
        assert (now.mediator, now.ended_at) == (second, None)
        assert (earlier.chosen_by, earlier.wanted_by) == ("body", "sides")
        assert (now.chosen_by, now.choice) == ("sides", "双方来电")
        assert not any(
            "来电" in bytes(one.body).decode() for one in Entry.objects.all()
        )
        assert not can_see_talks(first, talks)
        session.refresh_from_db()
        session.talks = talks
        for other in (first, scene.officer):  # nor the host, who wrote nothing of it
            assert notes_for(other, session) == []
        assert Entry.objects.filter(kind="mediation.mandate_ended").count() == 1
        assert verify().is_sound

    def test_without_one_there_is_no_session(self, scene: Scene, case: Case) -> None:
        talks = consented(scene, invited(scene, case, has_account=False))
        session = planned(scene, talks)
        talks = mediation.end_mandate(
            talks=talks, reason="另有安排", by=scene.officer, at=scene.at
        )
        for act in (
            lambda: mediation.begin_session(
                session=session, by=scene.officer, at=scene.at
            ),
            lambda: proposed(scene, talks),
        ):
            with pytest.raises(Conflict, match="还没有调解员"):
                act()
        with pytest.raises(Conflict):
            mediation.end_mandate(
                talks=talks, reason="再说一次", by=scene.officer, at=scene.at
            )
        self.appointed(scene, talks, self.another(scene, talks))
        mediation.begin_session(session=session, by=scene.officer, at=scene.at)

    def test_conflicts_are_looked_for(self, scene: Scene, case: Case) -> None:
        talks = invited(scene, case)
        with pytest.raises(InvalidInput) as unasked:
            self.appointed(scene, talks, self.another(scene, talks), is_unrelated=False)
        assert unasked.value.path == "is_unrelated"
        with pytest.raises(InvalidInput, match="同名"):
            self.appointed(scene, talks, self.another(scene, talks, "孟大海"))
        other = body(scene, name="另一个调委会")
        with pytest.raises(InvalidInput, match="不属于这个组织"):
            self.appointed(scene, talks, mediator(scene, other, has_account=False))
        talks.refresh_from_db()
        assert talks.mediator is not None
        assert talks.mediator.name == "方正"
        assert talks.mandates.count() == 1

    def test_not_in_a_negotiation(self, scene: Scene, case: Case) -> None:
        who = mediator(scene, body(scene))
        with pytest.raises(Conflict) as refused:
            self.appointed(scene, begun(scene, case), who)
        assert refused.value.source == "G19"

    def test_who_mediates_does_not_leave_the_register(
        self, scene: Scene, case: Case
    ) -> None:
        talks = invited(scene, case)
        who = talks.mediator
        assert who is not None
        with pytest.raises(Conflict, match="M-01"):
            mediation.retire_mediator(mediator=who, by=legal(scene), at=scene.at)
        mediation.end_mandate(talks=talks, reason="退休", by=scene.officer, at=scene.at)
        gone = mediation.retire_mediator(mediator=who, by=legal(scene), at=scene.at)
        assert gone.ended_at == scene.at
        with pytest.raises(InvalidInput):
            self.appointed(scene, talks, gone)

    def test_who_ends_a_mandate_does_not_let_themselves_read(
        self, scene: Scene, case: Case
    ) -> None:
        lead = scene.person("fangzheng")
        talks = consented(scene, invited(scene, case))
        begun_one, coming = planned(scene, talks), planned(scene, talks)
        mediation.begin_session(session=begun_one, by=lead, at=scene.at)
        mediation.write_session_note(
            session=begun_one, text="双方提到价格", by=lead, at=scene.at
        )
        mediation.end_session(session=begun_one, by=lead, at=scene.at)
        mediation.end_mandate(talks=talks, reason="另选", by=scene.officer, at=scene.at)

        def named(session: Session, *readers: User) -> None:
            mediation.name_readers(
                session=Session.objects.get(pk=session.pk),
                readers=readers,
                by=scene.officer,
                at=scene.at,
            )

        for who in (scene.officer, scene.manager):
            with pytest.raises(NotAllowed, match="会谈已经开始"):
                named(begun_one, who)
        with pytest.raises(InvalidInput, match="不能指定自己"):
            named(coming, scene.officer, scene.manager)
        named(coming, scene.manager)
        begun_one.refresh_from_db()
        assert notes_for(scene.officer, begun_one) == []
        assert not Entry.objects.filter(
            kind="mediation.readers_named", object=begun_one.key
        )

    def test_somebody_is_named_later_who_writes_for_an_outside_mediator(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, invited(scene, case, has_account=False))
        session = planned(scene, talks)

        def named(writer: User, words: str = "调解员来电请她记录") -> Session:
            return mediation.name_writer(
                session=Session.objects.get(pk=session.pk),
                writer=writer,
                words=words,
                by=scene.officer,
                at=scene.at,
            )

        with pytest.raises(Conflict, match="还没有开始"):
            named(scene.manager)
        mediation.begin_session(session=session, by=scene.officer, at=scene.at)
        session.refresh_from_db()
        for writer, words, path in (
            (scene.officer, "来电", "writer"),
            (scene.guard, "来电", "writer"),
            (scene.manager, " ", "words"),
        ):
            with pytest.raises(InvalidInput) as refused:
                named(writer, words)
            assert refused.value.path == path
        named(scene.manager)
        mediation.write_session_note(
            session=session, text="双方提到价格", by=scene.manager, at=scene.at
        )
        assert notes_for(scene.manager, session)
        assert not notes_for(scene.officer, session)
        with pytest.raises(Conflict, match="已经有人记录"):
            named(headquarters(scene))
        entry = Entry.objects.get(kind="mediation.writer_named")
        assert "来电" not in bytes(entry.data or b"").decode()
        assert verify().is_sound

    def test_nobody_is_named_to_write_for_a_mediator_with_an_account(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, invited(scene, case))
        lead = scene.person("fangzheng")
        session = planned(scene, talks)
        mediation.begin_session(session=session, by=lead, at=scene.at)
        mediation.end_session(session=session, by=lead, at=scene.at)
        mediation.end_mandate(talks=talks, reason="另选", by=scene.officer, at=scene.at)
        session.refresh_from_db()
        with pytest.raises(Conflict, match="有账号"):
            mediation.name_writer(
                session=session,
                writer=scene.manager,
                words="来电",
                by=scene.officer,
                at=scene.at,
            )

    def test_without_an_account_the_host_reads_nothing_either(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, invited(scene, case, has_account=False))
        session = planned(scene, talks, readers=[scene.manager])
        mediation.begin_session(session=session, by=scene.officer, at=scene.at)
        mediation.write_session_note(
            session=session, text="双方提到价格", by=scene.manager, at=scene.at
        )
        mediation.end_session(session=session, by=scene.officer, at=scene.at)
        mediation.end_mandate(talks=talks, reason="另选", by=scene.officer, at=scene.at)
        session.refresh_from_db()
        assert notes_for(scene.officer, session) == []
        assert notes_for(scene.manager, session)

    def test_without_one_nothing_is_accepted_or_declined(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, invited(scene, case, has_account=False))
        proposal = proposed(scene, talks)
        accepted(scene, proposal, [Side.VICTIM])
        mediation.end_mandate(talks=talks, reason="另选", by=scene.officer, at=scene.at)
        proposal.refresh_from_db()
        with pytest.raises(Conflict, match="还没有调解员"):
            accepted(scene, proposal, [Side.AGGRESSOR])
        with pytest.raises(Conflict, match="还没有调解员"):
            mediation.decline_proposal(
                proposal=proposal, side=Side.AGGRESSOR, by=scene.officer, at=scene.at
            )
        assert Acceptance.objects.count() == 1

    def test_of_the_same_name_is_not_the_same(self, scene: Scene) -> None:
        committee = body(scene)
        first = mediator(scene, committee)
        mediation.retire_mediator(mediator=first, by=legal(scene), at=scene.at)
        other = mediator(scene, committee, has_account=False)
        assert other != first
        first.refresh_from_db()
        assert (first.user, first.ended_at) == (scene.person("fangzheng"), scene.at)
        mediation.retire_mediator(mediator=other, by=legal(scene), at=scene.at)
        assert mediator(scene, committee) == first

    def test_not_before_the_body_has_answered(self, scene: Scene, case: Case) -> None:
        committee = body(scene)
        talks = begun(scene, case, TalksKind.PEOPLES, body=committee)
        who = mediator(scene, committee)
        with pytest.raises(Conflict, match="还没有答复"):
            self.appointed(scene, talks, who)
        mediation.record_answer(
            talks=talks,
            accepts=True,
            mediator=who,
            is_unrelated=True,
            by=scene.officer,
            at=scene.at,
        )
        assert talks.mandates.count() == 1


class TestLeaving:
    def test_in_the_middle_of_a_session(self, scene: Scene, case: Case) -> None:
        talks = begun(scene, case)
        link = link_of(scene, talks, Side.VICTIM)
        code = code_for(scene, talks, Side.VICTIM)
        mediation.consent_by_link(link=link, code=code, by=link, at=scene.at)
        consented(scene, talks, [Side.AGGRESSOR])
        session = planned(scene, talks)
        mediation.begin_session(session=session, by=scene.officer, at=scene.at)
        proposal = proposed(scene, talks)
        accepted(scene, proposal, [Side.AGGRESSOR])

        mediation.withdraw_by_link(link=link, by=link, at=scene.at)

        talks.refresh_from_db()
        session.refresh_from_db()
        proposal.refresh_from_db()
        assert talks.state == TalksState.WITHDRAWN
        assert session.state == SessionState.BROKEN_OFF
        assert proposal.state == ProposalState.LAPSED
        assert Task.objects.get(key=talks.key).state == TaskState.DONE
        assert Delivery.objects.filter(message__kind="mediation.side_left").exists()
        assert [one.key for one in remedies_of(talks)][:2] == ["suit", "police"]
        for act in (
            lambda: accepted(scene, proposal, [Side.VICTIM]),
            lambda: planned(scene, talks),
            lambda: proposed(scene, talks),
            lambda: mediation.end_session(
                session=session, by=scene.officer, at=scene.at
            ),
            lambda: mediation.withdraw_by_link(link=link, by=link, at=scene.at),
            lambda: code_for(scene, talks, Side.VICTIM),
        ):
            before = Entry.objects.count()
            with pytest.raises(Conflict):
                act()
            assert Entry.objects.count() == before
        assert verify().is_sound

    def test_by_saying_so_and_without_having_agreed(
        self, scene: Scene, case: Case
    ) -> None:
        talks = begun(scene, case)
        left = mediation.record_withdrawal(
            talks=talks,
            side=Side.VICTIM,
            way=WithdrawalWay.PHONE,
            by=scene.officer,
            at=scene.at,
        )
        assert left.state == TalksState.WITHDRAWN
        assert begun(scene, case).code == "M-02"  # both may think again

    def test_not_once_it_is_signed(self, scene: Scene, case: Case) -> None:
        talks = consented(scene, begun(scene, case))
        link = link_of(scene, talks, Side.VICTIM)
        accepted(scene, proposed(scene, talks))
        with pytest.raises(Conflict, match="起诉"):
            mediation.withdraw_by_link(link=link, by=link, at=scene.at)

    @pytest.mark.both
    def test_while_the_other_signs_there_is_one_result(
        self, committed_scene: Scene
    ) -> None:
        scene = committed_scene
        talks = consented(scene, begun(scene, scene.incident().case))
        link = link_of(scene, talks, Side.VICTIM)
        proposal = proposed(scene, talks)
        accepted(scene, proposal, [Side.VICTIM])
        results = at_once(
            lambda: accepted(scene, proposal, [Side.AGGRESSOR]),
            lambda: mediation.withdraw_by_link(link=link, by=link, at=scene.at),
        )
        talks.refresh_from_db()
        assert sum(isinstance(one, Conflict) for one in results) == 1
        assert talks.state in {TalksState.WITHDRAWN, TalksState.PERFORMING}
        assert talks.duties.exists() == (talks.state == TalksState.PERFORMING)


class TestWall:
    def test_what_is_said_is_read_by_few_and_leaves_in_nothing(
        self, scene: Scene, case: Case
    ) -> None:
        planted = "朱红色雨靴里的秘密"
        talks = consented(scene, invited(scene, case))
        session = planned(scene, talks)
        lead = scene.person("fangzheng")
        mediation.begin_session(session=session, by=lead, at=scene.at)
        mediation.write_session_note(
            session=session, text=planted, by=lead, at=scene.at
        )
        session.talks = talks
        assert [note.text for note in notes_for(lead, session)] == [planted]
        for other in (scene.officer, scene.manager, headquarters(scene), legal(scene)):
            assert notes_for(other, session) == []
            with pytest.raises(NotFound):
                mediation.write_session_note(
                    session=session, text="我也写", by=other, at=scene.at
                )
        for entry in Entry.objects.all():
            whole = bytes(entry.body) + bytes(entry.data or b"")
            assert planted.encode() not in whole

    def test_named_readers_read(self, scene: Scene, case: Case) -> None:
        talks = consented(scene, begun(scene, case))
        with pytest.raises(InvalidInput) as stranger:
            planned(scene, talks, readers=[scene.guard])
        assert stranger.value.path == "readers"
        session = planned(scene, talks, readers=[scene.manager])
        mediation.begin_session(session=session, by=scene.officer, at=scene.at)
        mediation.write_session_note(
            session=session, text="双方提到价格", by=scene.officer, at=scene.at
        )
        assert notes_for(scene.manager, session)
        assert not notes_for(headquarters(scene), session)
        for _twice in range(2):  # the same again is no change
            mediation.name_readers(
                session=session,
                readers=[headquarters(scene)],
                by=scene.officer,
                at=scene.at,
            )
        assert not notes_for(scene.manager, session)
        assert notes_for(headquarters(scene), session)
        assert Entry.objects.filter(kind="mediation.readers_named").count() == 2
        with pytest.raises(NotAllowed):
            mediation.name_readers(
                session=session,
                readers=[scene.guard],
                by=scene.guard,
                at=scene.at,
            )

    def test_a_mediator_sees_their_own_and_no_other(
        self, scene: Scene, case: Case
    ) -> None:
        mine = invited(scene, case)
        lead = scene.person("fangzheng")
        assert talks_for(lead, mine.uid) == mine
        with pytest.raises(NotFound):
            talks_for(scene.stranger, mine.uid)
        Mediator.objects.update(ended_at=scene.at)
        with pytest.raises(NotFound):
            talks_for(lead, mine.uid)

    def test_the_office_does_not_lead_for_the_mediator(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, invited(scene, case))
        with pytest.raises(NotAllowed, match="调解员主持"):
            planned(scene, talks, by=scene.officer)

    def test_without_an_account_the_office_writes_down(
        self, scene: Scene, case: Case
    ) -> None:
        talks = consented(scene, invited(scene, case, has_account=False))
        assert planned(scene, talks).number == 1


def test_the_task_does_not_end_by_hand(scene: Scene, case: Case) -> None:
    talks = begun(scene, case)
    assert talks.task is not None
    talks.task.case = case
    with pytest.raises(Conflict, match="协商、调解页面"):
        cases.complete_task(
            task=talks.task, words="好了", by=scene.officer, at=scene.at
        )


def test_the_mediator_is_told_when_both_agree(scene: Scene, case: Case) -> None:
    consented(scene, invited(scene, case))
    told = Delivery.objects.filter(message__kind="mediation.yours_to_mediate")
    assert {one.user for one in told} == {scene.person("fangzheng")}


def test_a_body_is_written_again(scene: Scene) -> None:
    first = body(scene)
    assert body(scene, body=first).version == 1
    again = body(scene, body=first, contact="12348")
    assert (again.pk, again.version) == (first.pk, 2)
    with pytest.raises(Conflict):
        body(scene)
    with pytest.raises(NotAllowed):
        body(scene, name="另一个", by=scene.officer)
    assert mediator(scene, first).user == scene.person("fangzheng")

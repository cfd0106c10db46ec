"""Offered and never pressed: answers, referral, consents, talks, clocks, endings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from anlan import worker
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.enums import ContactChannel, Direction, OfferAnswer
from anlan.cases.models import Case, Deadline, Party, Task
from anlan.cases.selectors import shown_name
from anlan.customers import services as customers
from anlan.evidence.models import Hold
from anlan.evidence.selectors.holds import holds_standing
from anlan.evidence.services.deleting import blank_words
from anlan.incidents import services as incidents
from anlan.ledger.afterwards import run_reactions
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery, Message
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.enums import (
    CareState,
    ConsentUse,
    ConsentWay,
    Ending,
    FollowUpResult,
    SessionState,
)
from anlan.resolution.counselling.models import (
    Care,
    Consent,
    Counsellor,
    FollowUp,
    Offer,
    SealedNote,
)
from anlan.resolution.counselling.selectors import nobody_left_to_ask
from anlan.resolution.counselling.services import erasing
from anlan.resolution.counselling.services.erasing import KEPT
from tests.evidence.keeping import hold
from tests.evidence.told import begun as statement
from tests.evidence.told import party as victim
from tests.resolution.counselling.cared import (
    agreed,
    another_counsellor,
    keyed,
    linan,
    noted,
    offered,
    referred,
    registered,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
DAY = timedelta(days=1)


def by_linan(scene: Scene, **more: Any) -> dict[str, Any]:
    return {"by": linan(scene), "at": scene.at, **more}


class TestOffers:
    def test_who_says_no_is_asked_again_only_when_agreed(self, scene, case) -> None:
        party = victim(scene, case)
        again = scene.at + 14 * DAY
        care = offered(scene, case, party, answer=CareState.DECLINED, not_before=again)
        assert (care.state, care.not_before) == ("declined", again)

        with pytest.raises(Conflict, match="不再询问"):
            offered(scene, case, party, answer=CareState.LATER, at=scene.at + 13 * DAY)
        later = offered(scene, case, party, answer=CareState.LATER, at=again)
        assert (later.pk, later.state) == (care.pk, "later")
        assert Offer.objects.count() == 2

    def test_the_door_is_open_for_themselves(self, scene, case) -> None:
        party = victim(scene, case)
        offered(scene, case, party, answer=CareState.DECLINED)

        care = offered(scene, case, party, at=scene.at + DAY)

        assert (care.state, care.not_before) == ("accepted", None)

    def test_the_aggressor_may_be_asked_too(self, scene, case) -> None:
        person = customers.add_person(
            site=scene.site, name="孟大海", by=scene.officer, at=scene.at
        )
        party = cases.add_party(
            case=case, roles=["aggressor"], person=person, by=scene.officer, at=scene.at
        )

        assert offered(scene, case, party).state == "accepted"

    @pytest.mark.parametrize("state", ["referred", "followed", "closed"])
    def test_only_an_answer_is_one(self, scene, case, state) -> None:
        with pytest.raises(InvalidInput):
            offered(scene, case, answer=CareState(state))

    @pytest.mark.parametrize("days", [-1, 0, 367])
    def test_a_time_that_cannot_be(self, scene, case, days) -> None:
        with pytest.raises(InvalidInput):
            offered(
                scene,
                case,
                answer=CareState.LATER,
                not_before=scene.at + days * DAY,
            )

    def test_sent_twice_it_is_one(self, scene, case) -> None:
        party, once = victim(scene, case), uuid4()

        assert offered(scene, case, party, request_id=once) == offered(
            scene, case, party, request_id=once
        )
        assert Offer.objects.count() == 1

    @pytest.mark.parametrize("username", ["wangjianguo", "admin", "xuqing", "linan"])
    def test_not_everybody_offers(self, scene, case, username) -> None:
        with pytest.raises(NotAllowed):
            offered(scene, case, by=scene.person(username))

    def test_what_was_answered_is_vouched_for_and_told_nowhere(
        self, scene, case
    ) -> None:
        offered(scene, case, answer=CareState.DECLINED)

        entry = Entry.objects.get(kind="counselling.offered")
        assert b"declined" not in bytes(entry.data or b"")
        assert verify().is_sound


class TestTheTaskToOffer:
    def controlled(self, scene: Scene) -> Case:
        incident = scene.incident()
        assignment = scene.assignment(incident, scene.guard)
        incidents.arrive(assignment=assignment, by=scene.guard, at=scene.at)
        incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)
        while run_reactions(at=scene.at):
            pass
        return incident.case

    def test_after_control_the_office_has_to_ask_and_holds_nothing_open(
        self, scene
    ) -> None:
        case = self.controlled(scene)

        task = Task.objects.get(case=case, key="support_offer")
        assert (task.binding, task.due_at) == (False, scene.at + DAY)
        assert task.role_key == "customer_service"
        support.post_offer_task(case=case, at=scene.at)
        assert Task.objects.filter(case=case, key="support_offer").count() == 1

    def test_it_ends_when_everybody_was_asked(self, scene) -> None:
        case = self.controlled(scene)
        one, other = victim(scene, case), victim(scene, case, "白露")

        offered(scene, case, one)
        task = Task.objects.get(case=case, key="support_offer")
        assert task.state == "open"
        offered(scene, case, other, answer=CareState.DECLINED)
        task.refresh_from_db()
        assert task.state == "done"


class TestReferral:
    def test_to_a_counsellor(self, scene, case) -> None:
        care = referred(scene, case)

        assert (care.state, care.counsellor) == ("referred", registered(scene))
        due = {one.step: one.due_at - scene.at for one in FollowUp.objects.all()}
        assert due == {
            "first": 3 * DAY,
            "week": 7 * DAY,
            "month": 30 * DAY,
            "quarter": 90 * DAY,
        }
        standards = Deadline.objects.filter(about__startswith="follow_up:")
        assert set(standards.values_list("standard__key", flat=True)) == {
            f"support.{step}" for step in due
        }

    def test_to_a_number(self, scene, case) -> None:
        care = referred(scene, case, hotline="12356")

        assert (care.counsellor, care.hotline) == (None, "12356")

    @pytest.mark.parametrize("number", ["110", "99999"])
    def test_not_to_any_number(self, scene, case, number) -> None:
        with pytest.raises(InvalidInput):
            referred(scene, case, hotline=number)

    def test_not_to_nobody_and_not_to_both(self, scene, case) -> None:
        care = offered(scene, case)
        choices: list[dict[str, Any]] = [
            {},
            {"counsellor": registered(scene), "hotline": "12356"},
        ]
        for more in choices:
            with pytest.raises(InvalidInput):
                support.refer(care=care, by=scene.person("lifang"), at=scene.at, **more)

    def test_not_before_they_said_yes(self, scene, case) -> None:
        care = offered(scene, case, answer=CareState.LATER)

        with pytest.raises(Conflict):
            support.refer(
                care=care,
                counsellor=registered(scene),
                by=scene.person("lifang"),
                at=scene.at,
            )

    def test_who_is_part_of_the_matter_does_not_counsel(self, scene, case) -> None:
        statement(scene, case, of=linan(scene))

        with pytest.raises(InvalidInput, match="林安"):
            referred(scene, case)

    def test_who_stopped_counselling_is_nobody_to_refer_to(self, scene, case) -> None:
        row = registered(scene)
        support.end_counsellor(counsellor=row, by=scene.person("admin"), at=scene.at)

        with pytest.raises(InvalidInput):
            referred(scene, case)

    def test_again_to_another_the_clocks_run_on(self, scene, case) -> None:
        care = agreed(scene, case)
        keyed(scene)
        noted(scene, care)
        other = registered(scene, another_counsellor(scene))
        support.refer(
            care=care, counsellor=other, by=scene.person("lifang"), at=scene.at + DAY
        )

        assert FollowUp.objects.count() == 4
        with pytest.raises(NotAllowed):
            noted(scene, care)


def test_the_register_is_kept_by_the_company(scene) -> None:
    for username in ("lifang", "hetao", "linan"):
        with pytest.raises(NotAllowed):
            registered(scene, by=scene.person(username))
    with pytest.raises(InvalidInput, match="不是心理辅导员"):
        registered(scene, scene.manager)
    registered(scene)
    with pytest.raises(Conflict):
        support.enter_counsellor(
            organisation=scene.organisation,
            user=linan(scene),
            name="林安",
            telephone="1",
            hours="1",
            by=scene.person("admin"),
            at=scene.at,
        )
    assert Counsellor.objects.count() == 1


class TestConsent:
    def child(self, scene: Scene, case: Case) -> Party:
        person = customers.add_person(
            site=scene.site,
            name="陆小朵",
            is_minor=True,
            by=scene.officer,
            at=scene.at,
        )
        return cases.add_party(
            case=case, roles=["victim"], person=person, by=scene.officer, at=scene.at
        )

    def test_each_use_is_asked_for_on_its_own(self, scene, case) -> None:
        care = referred(scene, case)
        said = by_linan(scene, care=care, way=ConsentWay.IN_PERSON)
        first = support.give_consent(use=ConsentUse.TALK, **said)

        assert support.give_consent(use=ConsentUse.TALK, **said) == first
        assert Consent.objects.get().use == "talk"
        entry = Entry.objects.get(kind="counselling.consented")
        assert b"talk" not in bytes(entry.data or b"")
        assert verify().is_sound

    def test_of_a_minor_the_guardian_agrees_with_them(self, scene, case) -> None:
        care = referred(scene, case, self.child(scene, case))
        said = by_linan(scene, care=care, use=ConsentUse.TALK, way=ConsentWay.PAPER)
        with pytest.raises(InvalidInput, match="监护人"):
            support.give_consent(**said)
        with pytest.raises(InvalidInput, match="登记的监护人"):
            support.give_consent(guardian=victim(scene, case), **said)

        mother = cases.add_party(
            case=case,
            roles=["guardian"],
            person=customers.add_person(
                site=scene.site, name="陆母", by=scene.officer, at=scene.at
            ),
            by=scene.officer,
            at=scene.at,
        )
        assert support.give_consent(guardian=mother, **said).guardian == mother

    def test_given_again_after_it_was_taken_back(self, scene, case) -> None:
        care = agreed(scene, case)
        said = by_linan(scene, care=care, use=ConsentUse.TALK)
        support.withdraw_consent(**said)
        support.give_consent(way=ConsentWay.PAPER, **said)

        assert Consent.objects.filter(use="talk").count() == 2

    def test_nobody_else_says_that_they_agreed(self, scene, case) -> None:
        care = referred(scene, case)
        with pytest.raises(NotAllowed):
            support.give_consent(
                care=care,
                use=ConsentUse.TALK,
                way=ConsentWay.PAPER,
                by=scene.person("lifang"),
                at=scene.at,
            )


class TestSessions:
    def test_planned_held_and_nothing_of_what_was_said(self, scene, case) -> None:
        care = agreed(scene, case)
        session = support.plan_session(
            care=care, planned_at=scene.at + DAY, **by_linan(scene)
        )
        said = by_linan(scene, session=session)
        held = support.end_session(state=SessionState.HELD, **said)

        assert (held.state, held.ended_at) == ("held", scene.at)
        assert support.end_session(state=SessionState.HELD, **said) == held
        with pytest.raises(Conflict):
            support.end_session(state=SessionState.MISSED, **said)

    @pytest.mark.parametrize("days", [-2, 367])
    def test_a_time_that_cannot_be(self, scene, case, days) -> None:
        care = agreed(scene, case)
        with pytest.raises(InvalidInput):
            support.plan_session(
                care=care, planned_at=scene.at + days * DAY, **by_linan(scene)
            )


class TestFollowUps:
    def done(self, scene: Scene, step: str, **more: Any) -> FollowUp:
        said = by_linan(scene, **{"result": FollowUpResult.REACHED, **more})
        one = FollowUp.objects.select_related("care__case__site", "care__counsellor")
        return support.record_follow_up(
            follow_up=one.filter(step=step).latest("pk"), **said
        )

    def test_done_it_is_met_and_the_status_says_so(self, scene, case) -> None:
        referred(scene, case)
        one = self.done(scene, "first")

        assert one.result == "reached"
        assert Care.objects.get().state == "followed"
        assert Deadline.objects.get(about=one.key).met_at == scene.at
        self.done(scene, "first")
        assert Entry.objects.filter(kind="counselling.followed_up").count() == 1

    def test_not_reached_the_status_stays(self, scene, case) -> None:
        referred(scene, case)
        self.done(scene, "first", result=FollowUpResult.MISSED)

        assert Care.objects.get().state == "referred"

    def test_until_somebody_ends_it_another_follows(self, scene, case) -> None:
        referred(scene, case)
        for step in ("first", "week", "month", "quarter"):
            self.done(scene, step)

        assert FollowUp.objects.filter(ended_at=None).get().number == 5

    def test_who_has_a_counsellor_is_asked_by_nobody_else(self, scene, case) -> None:
        referred(scene, case)
        with pytest.raises(NotAllowed):
            self.done(scene, "first", by=scene.person("lifang"))

    def test_who_was_given_a_number_is_asked_by_who_offers(self, scene, case) -> None:
        referred(scene, case, hotline="12356")

        assert self.done(scene, "first", by=scene.person("lifang")).result

    def test_late_the_counsellor_is_told_and_not_of_whom(self, scene, case) -> None:
        referred(scene, case)
        worker.run_due(at=scene.at + 3 * DAY)

        message = Message.objects.get(kind="counselling.due")
        assert "陆" not in str(message.params)

    def test_late_who_can_do_nothing_about_it_is_not_told(self, scene, case) -> None:
        referred(scene, case, hotline="12356")
        lifang = scene.person("lifang")
        cases.add_party(
            case=case, roles=["witness"], user=lifang, by=scene.manager, at=scene.at
        )
        worker.run_due(at=scene.at + 3 * DAY)

        told = Delivery.objects.filter(message__kind="counselling.due")
        people = set(told.values_list("user__username", flat=True))
        assert people
        assert "lifang" not in people

    def test_closing_the_case_stops_no_clock_of_its_people(self, scene, case) -> None:
        referred(scene, case)
        cases.close_as_false_alarm(
            case=case, reason="误报", by=scene.officer, at=scene.at + DAY
        )

        running = Deadline.objects.filter(
            about__startswith="follow_up:", cancelled_at=None
        )
        assert running.count() == 4
        worker.run_due(at=scene.at + 3 * DAY)
        assert Message.objects.filter(kind="counselling.due").count() == 1

    def test_joining_the_case_stops_none_either(self, scene, case, other) -> None:
        referred(scene, case)
        joined = scene.at + DAY
        cases.join_cases(case=case, host=other, by=scene.officer, at=joined)

        running = Deadline.objects.filter(
            case=case, about__startswith="follow_up:", cancelled_at=None
        )
        assert running.count() == 4
        worker.run_due(at=scene.at + 3 * DAY)
        assert Message.objects.filter(kind="counselling.due").count() == 1
        self.done(scene, "first", at=scene.at + 3 * DAY)
        cases.part_cases(case=case, by=scene.officer, at=scene.at + 4 * DAY)
        worker.run_due(at=scene.at + 7 * DAY)
        assert Message.objects.filter(kind="counselling.due").count() == 2

    def test_one_that_ended_is_not_woken_by_it(self, scene, case, other) -> None:
        care = referred(scene, case)
        support.close_care(care=care, ending=Ending.WISH, **by_linan(scene))
        cases.join_cases(case=case, host=other, by=scene.officer, at=scene.at)

        clocks = Deadline.objects.filter(about__startswith="follow_up:")
        assert not clocks.filter(cancelled_at=None).exists()

    def test_ended_no_clock_runs(self, scene, case) -> None:
        care = referred(scene, case)
        said = by_linan(scene, care=care, ending=Ending.WISH)
        ended = support.close_care(**said)

        assert (ended.state, ended.ending) == ("closed", "wish")
        assert not FollowUp.objects.filter(ended_at=None).exists()
        with pytest.raises(Conflict):
            support.close_care(**said)
        with pytest.raises(Conflict):
            self.done(scene, "first")
        assert verify().is_sound

    def test_who_comes_back_is_offered_it_again(self, scene, case) -> None:
        party = victim(scene, case)
        care = referred(scene, case, party)
        support.close_care(care=care, ending=Ending.LOST, **by_linan(scene))

        again = referred(scene, case, party, at=scene.at + DAY)

        assert (again.pk, again.state) == (care.pk, "referred")
        assert FollowUp.objects.filter(ended_at=None).count() == 4


class TestErasing:
    def test_with_its_case_everything_written_goes(self, scene, case) -> None:
        keyed(scene)
        care = agreed(scene, case)
        noted(scene, care)
        support.close_care(care=care, ending=Ending.DONE, **by_linan(scene))

        for _twice in range(2):
            support.erase_words(case=case, reason="retention", at=scene.at)

        assert SealedNote.objects.get().sealed == ""
        assert {one.use for one in Consent.objects.all()} == {""}
        assert Offer.objects.get().answer == ""
        assert Care.objects.get().ending == ""
        assert verify().is_sound

    def test_after_three_years_the_notes_go_alone(self, scene, case) -> None:
        keyed(scene)
        care = agreed(scene, case)
        noted(scene, care)
        support.close_care(care=care, ending=Ending.DONE, **by_linan(scene))

        assert support.let_notes_go(at=scene.at + KEPT - DAY) == 0
        assert support.let_notes_go(at=scene.at + KEPT) == 1
        assert support.let_notes_go(at=scene.at + KEPT) == 0
        assert SealedNote.objects.get().sealed == ""
        assert Offer.objects.get().answer == "accepted"
        assert verify().is_sound

    def test_asked_again_the_earlier_ones_go_by_their_own_end(
        self, scene, case
    ) -> None:
        keyed(scene)
        party = victim(scene, case)
        care = agreed(scene, case, party)
        noted(scene, care)
        support.close_care(care=care, ending=Ending.DONE, **by_linan(scene))
        later = scene.at + 900 * DAY
        care = referred(scene, case, party, at=later)
        offer = Offer.objects.latest("pk")
        assert offer.answer == "accepted"
        noted(scene, care, "第二次", at=later)

        assert support.let_notes_go(at=scene.at + KEPT) == 1
        first, second = SealedNote.objects.order_by("pk")
        assert (first.sealed, bool(second.sealed)) == ("", True)
        assert support.let_notes_go(at=later + 2 * KEPT) == 0  # it still runs
        support.close_care(care=care, ending=Ending.DONE, by=linan(scene), at=later)
        assert support.let_notes_go(at=later + KEPT) == 1
        assert verify().is_sound

    def test_asked_again_and_declined_they_go_too(self, scene, case) -> None:
        keyed(scene)
        party = victim(scene, case)
        care = agreed(scene, case, party)
        noted(scene, care)
        support.close_care(care=care, ending=Ending.DONE, **by_linan(scene))
        offered(scene, case, party, answer=CareState.DECLINED, at=scene.at + 9 * DAY)

        assert support.let_notes_go(at=scene.at + KEPT) == 1

    def test_one_case_that_is_broken_stops_no_other(
        self, scene, case, other, monkeypatch, caplog
    ) -> None:
        keyed(scene)
        for where in (case, other):
            care = agreed(scene, where)
            noted(scene, care)
            support.close_care(care=care, ending=Ending.DONE, **by_linan(scene))
        first, name = min(case.pk, other.pk), shown_name(care.party)

        def broken(rows, *, case, **more) -> None:
            if case.pk == first:
                raise ValueError(name)
            blank_words(rows, case=case, **more)

        monkeypatch.setattr(erasing, "blank_words", broken)

        assert support.let_notes_go(at=scene.at + KEPT) == 1
        assert "was left" in caplog.text
        assert name not in caplog.text

    def test_a_hold_keeps_them(self, scene, case) -> None:
        keyed(scene)
        care = agreed(scene, case)
        noted(scene, care)
        support.close_care(care=care, ending=Ending.DONE, **by_linan(scene))
        hold(scene, case)

        assert support.let_notes_go(at=scene.at + KEPT) == 0

    def test_a_hold_that_was_placed_meanwhile_keeps_them(
        self, scene, case, monkeypatch
    ) -> None:
        keyed(scene)
        care = agreed(scene, case)
        noted(scene, care)
        support.close_care(care=care, ending=Ending.DONE, **by_linan(scene))
        looked = holds_standing

        def look(held: Case) -> Any:
            """Free when it is looked for; then somebody holds it."""
            found = looked(held)
            if not Hold.objects.exists():
                hold(scene, held)
            return found

        monkeypatch.setattr(erasing, "holds_standing", look)

        assert support.let_notes_go(at=scene.at + KEPT) == 0
        assert not SealedNote.objects.filter(text_salt=b"").exists()


class TestAnsweredInATalk:
    def talked(self, scene, case, party, answer, **more: Any) -> Any:
        contact = cases.record_contact(
            party=party,
            channel=ContactChannel.PHONE,
            direction=Direction.OUT,
            words="问候本人",
            offers={"psychological": answer} if answer else {},
            by=scene.officer,
            at=scene.at,
            **more,
        )
        while run_reactions(at=scene.at):
            pass
        return contact

    def test_an_acceptance_begins_the_support(self, scene, case) -> None:
        party = victim(scene, case)
        self.talked(scene, case, party, OfferAnswer.ACCEPTED)

        care = Care.objects.get()
        offer = care.offers.get()
        assert (care.party, care.state, offer.way) == (party, "accepted", "phone")
        assert Message.objects.filter(kind="counselling.willing").count() == 1
        entry = Entry.objects.get(kind="counselling.offered")
        assert entry.actor == "system"
        assert verify().is_sound

    def test_who_said_no_in_a_talk_is_asked_no_sooner(self, scene, case) -> None:
        party = victim(scene, case)
        self.talked(scene, case, party, OfferAnswer.DECLINED)

        with pytest.raises(Conflict, match="不再询问"):
            offered(scene, case, party, answer=CareState.LATER)
        assert not Message.objects.filter(kind="counselling.willing").exists()

    def test_taken_twice_it_is_one(self, scene, case) -> None:
        contact = self.talked(scene, case, victim(scene, case), OfferAnswer.ACCEPTED)
        support.take_answer(contact=contact, at=scene.at)

        assert Offer.objects.count() == 1

    def test_whose_support_runs_nothing_begins(self, scene, case) -> None:
        party = victim(scene, case)
        care = referred(scene, case, party)
        self.talked(scene, case, party, OfferAnswer.ACCEPTED)

        care.refresh_from_db()
        assert (care.state, care.offers.count()) == ("referred", 1)

    def test_an_older_talk_does_not_take_the_place_of_a_newer_answer(
        self, scene, case
    ) -> None:
        party = victim(scene, case)
        care = offered(scene, case, party, answer=CareState.DECLINED)
        self.talked(
            scene,
            case,
            party,
            OfferAnswer.ACCEPTED,
            held_at=scene.at - timedelta(hours=1),
        )

        care.refresh_from_db()
        assert (care.state, care.offers.count()) == ("declined", 1)

    def test_a_talk_from_before_the_end_reopens_nothing(self, scene, case) -> None:
        party = victim(scene, case)
        care = referred(scene, case, party, at=scene.at - 3 * DAY)
        Offer.objects.update(made_at=scene.at - 3 * DAY)
        support.close_care(care=care, ending=Ending.DONE, **by_linan(scene))
        self.talked(
            scene, case, party, OfferAnswer.ACCEPTED, held_at=scene.at - 2 * DAY
        )

        care.refresh_from_db()
        assert (care.state, care.offers.count()) == ("closed", 1)

    def test_a_talk_that_corrects_another_takes_its_place(self, scene, case) -> None:
        party = victim(scene, case)
        wrong = self.talked(scene, case, party, OfferAnswer.DECLINED)
        self.talked(scene, case, party, OfferAnswer.LATER, corrects=wrong)

        care = Care.objects.get()
        assert (care.state, care.offers.count()) == ("later", 2)

    def test_a_correction_without_an_answer_takes_it_back(self, scene, case) -> None:
        party = victim(scene, case)
        support.post_offer_task(case=case, at=scene.at)
        wrong = self.talked(scene, case, party, OfferAnswer.DECLINED)
        self.talked(scene, case, party, None, corrects=wrong)

        care = Care.objects.get()
        assert (care.state, care.not_before) == ("unasked", None)
        assert not nobody_left_to_ask(case)
        assert case.tasks.get(key="support_offer").state == "open"
        offered(scene, case, party, answer=CareState.LATER)  # nobody has asked them yet
        assert verify().is_sound

    def test_what_they_said_before_stands_again(self, scene, case) -> None:
        party = victim(scene, case)
        before = scene.at - timedelta(days=1)
        offered(scene, case, party, answer=CareState.LATER, at=before)
        wrong = self.talked(scene, case, party, OfferAnswer.ACCEPTED)
        assert Care.objects.get().state == "accepted"
        self.talked(scene, case, party, None, corrects=wrong)

        assert Care.objects.get().state == "later"

    def test_with_the_time_at_which_they_may_be_asked_again(self, scene, case) -> None:
        party = victim(scene, case)
        agreed, before = scene.at + 30 * DAY, scene.at - DAY
        offered(
            *(scene, case, party),
            answer=CareState.LATER,
            at=before,
            not_before=agreed,
        )
        wrong = self.talked(scene, case, party, OfferAnswer.ACCEPTED)
        self.talked(scene, case, party, None, corrects=wrong)

        assert Care.objects.get().not_before == agreed

    def test_what_had_ended_has_ended_again(self, scene, case) -> None:
        party, ended = victim(scene, case), scene.at - 2 * DAY
        care = referred(scene, case, party, at=scene.at - 3 * DAY)
        Offer.objects.update(made_at=scene.at - 3 * DAY)
        closing = {**by_linan(scene), "at": ended}
        support.close_care(care=care, ending=Ending.DONE, **closing)
        wrong = self.talked(scene, case, party, OfferAnswer.ACCEPTED)
        again = self.talked(scene, case, party, OfferAnswer.LATER, corrects=wrong)
        care.refresh_from_db()
        assert (care.state, care.closed_at) == ("later", None)
        self.talked(scene, case, party, None, corrects=again)

        care.refresh_from_db()
        assert (care.state, care.closed_at, care.ending) == ("closed", ended, "done")
        assert verify().is_sound

    def test_what_was_taken_back_stands_in_no_way(self, scene, case) -> None:
        party, hour = victim(scene, case), timedelta(hours=1)
        wrong = self.talked(scene, case, party, OfferAnswer.DECLINED)
        self.talked(scene, case, party, None, corrects=wrong)
        earlier = scene.at - hour
        self.talked(scene, case, party, OfferAnswer.ACCEPTED, held_at=earlier)

        assert Care.objects.get().state == "accepted"

    def test_a_newer_answer_is_not_taken_back(self, scene, case) -> None:
        party = victim(scene, case)
        hour = timedelta(hours=1)
        wrong = self.talked(
            scene, case, party, OfferAnswer.LATER, held_at=scene.at - hour
        )
        offered(scene, case, party, answer=CareState.ACCEPTED)
        self.talked(scene, case, party, None, corrects=wrong, held_at=scene.at - hour)

        assert Care.objects.get().state == "accepted"

    def test_who_was_referred_meanwhile_stays_so_and_it_is_told(
        self, scene, case
    ) -> None:
        party = victim(scene, case)
        wrong = self.talked(scene, case, party, OfferAnswer.ACCEPTED)
        care = Care.objects.get()
        support.refer(
            care=care,
            counsellor=registered(scene),
            by=scene.person("lifang"),
            at=scene.at,
        )
        self.talked(scene, case, party, None, corrects=wrong)

        care.refresh_from_db()
        assert care.state == "referred"
        assert Message.objects.filter(kind="counselling.mistaken").count() == 1

    def test_another_talk_without_an_answer_takes_nothing_back(
        self, scene, case
    ) -> None:
        party = victim(scene, case)
        self.talked(scene, case, party, OfferAnswer.DECLINED)
        self.talked(scene, case, party, None)

        assert Care.objects.get().state == "declined"

    def test_a_party_steers_nobody_elses_support(self, scene, case) -> None:
        party = victim(scene, case)
        cases.add_party(
            case=case,
            roles=["involved"],
            user=scene.officer,
            by=scene.manager,
            at=scene.at,
        )
        self.talked(scene, case, party, OfferAnswer.DECLINED)

        assert not Care.objects.exists()

    @pytest.mark.parametrize("young", [1, 2])
    def test_a_guardian_answers_for_the_only_minor(self, scene, case, young) -> None:
        minors = [
            victim(scene, case, name, is_minor=True)
            for name in ("陆小远", "白小露")[:young]
        ]
        person = customers.add_person(
            site=scene.site, name="陆父", by=scene.officer, at=scene.at
        )
        guardian = cases.add_party(
            case=case, roles=["guardian"], person=person, by=scene.officer, at=scene.at
        )
        self.talked(scene, case, guardian, OfferAnswer.ACCEPTED)

        parties = [care.party for care in Care.objects.all()]
        assert parties == (minors if young == 1 else [])
        asked = Message.objects.filter(kind="counselling.guardian").count()
        assert asked == (0 if young == 1 else 1)

    def test_nothing_said_nothing_begins(self, scene, case) -> None:
        self.talked(scene, case, victim(scene, case), None)

        assert not Care.objects.exists()


class TestTelephone:
    def test_for_the_counsellor_alone_and_on_the_record(self, scene, case) -> None:
        care = referred(scene, case, victim(scene, case, phone="19900000711"))

        assert (
            support.reveal_telephone(care=care, **by_linan(scene)) == "+8619900000711"
        )
        looks = Entry.objects.filter(kind="customers.protected_field_read")
        assert looks.get().actor == linan(scene).actor_key
        for username in ("lifang", "hetao", "admin"):
            with pytest.raises(NotAllowed):
                support.reveal_telephone(
                    care=care, by=scene.person(username), at=scene.at
                )
        other = registered(scene, another_counsellor(scene))
        support.refer(
            care=care, counsellor=other, by=scene.person("lifang"), at=scene.at
        )
        with pytest.raises(NotAllowed):
            support.reveal_telephone(care=care, **by_linan(scene))
        assert looks.count() == 1
        assert verify().is_sound

    def test_of_a_colleague_too(self, scene, case) -> None:
        party = cases.add_party(
            case=case, roles=["staff"], user=scene.guard, by=scene.officer, at=scene.at
        )
        care = referred(scene, case, party)

        found = support.reveal_telephone(care=care, **by_linan(scene))
        assert found.startswith("+86")
        assert Entry.objects.filter(kind="counselling.telephone_read").count() == 1

    def test_who_gave_none_has_none(self, scene, case) -> None:
        care = referred(scene, case)
        with pytest.raises(NotFound):
            support.reveal_telephone(care=care, **by_linan(scene))
        assert not Entry.objects.filter(kind="counselling.telephone_read").exists()

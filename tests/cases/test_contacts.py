"""Talks with both sides, promises and their clocks, whom the victim calls, and the wall."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from anlan.accounts import services as accounts
from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.enums import (
    ContactChannel,
    Direction,
    KeepApartState,
    OfferAnswer,
    PromiseState,
    Side,
)
from anlan.cases.models import Case, Contact, Deadline, KeepApart, Party, Task
from anlan.cases.room import Room
from anlan.cases.selectors import timeline
from anlan.cases.selectors.contacts import (
    VICTIM_CONTACT,
    contact_for,
    contacts_of,
    kept_apart_for,
    named_contact,
    shown_contacts,
    sides_seen,
)
from anlan.cases.services import Promised
from anlan.cases.wall import walled_sides
from anlan.customers import services as customers
from anlan.customers.enums import ProtectedField
from anlan.customers.selectors import masked_for
from anlan.evidence import services as evidence
from anlan.evidence.enums import InjuryKind, Region
from anlan.evidence.permissions import can_read, can_see_injury, check_can_read
from anlan.evidence.selectors import exhibits_of
from anlan.evidence.selectors.injuries import injuries_of
from anlan.evidence.selectors.statements import statements_of
from anlan.evidence.services.erasing_talks import erase_talks
from anlan.incidents import services as incidents
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Message
from tests.at_once import at_once, failures
from tests.cases.test_leaks import NAME, PHONE, THEIRS, party
from tests.evidence.told import frozen
from tests.incidents.story import entries, facts, pass_time
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = pytest.mark.both_deep

ID = UUID("6f2d3c1e-0000-4000-8000-0000000000c1")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAID = "她说头还疼，想先休息，不愿意谈。"


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def victim(scene: Scene, case: Case) -> Party:
    return party(scene, case, "victim", name=NAME, phone=PHONE)


@pytest.fixture
def aggressor(scene: Scene, case: Case) -> Party:
    return party(scene, case, "aggressor", name=THEIRS, phone="19900000122")


@pytest.fixture
def service(scene: Scene) -> User:
    """Of customer service, whom the wall is for."""
    return scene.person("lifang")


def talked(scene: Scene, party: Party, **more: Any) -> Contact:
    said: dict[str, Any] = {
        "channel": ContactChannel.PHONE,
        "direction": Direction.OUT,
        "words": SAID,
        "by": scene.person("lifang"),
        "at": scene.at,
        **more,
    }
    return cases.record_contact(party=party, **said)


def named(scene: Scene, case: Case, side: Side, user: User, **more: Any) -> Any:
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    return cases.name_contact(case=case, side=side, user=user, **said)


def apart(scene: Scene, case: Case, one: Party, other: Party, **more: Any) -> KeepApart:
    said: dict[str, Any] = {
        "places": [scene.garage],
        "words": "各走各的门，由保安陪同",
        "ends_at": scene.at + DAY,
        "by": scene.officer,
        "at": scene.at,
        **more,
    }
    return cases.keep_apart(case=case, one=one, other=other, **said)


def missed(case: Case) -> list[str]:
    return [said["title"] for said in facts(case, "case.deadline_missed")]


class TestTalks:
    def test_are_vouched_for_and_told_on_no_timeline(self, scene, case, victim) -> None:
        contact = talked(
            scene,
            victim,
            held_at=scene.at - HOUR,
            offers={"medical": OfferAnswer.ACCEPTED, "companion": OfferAnswer.LATER},
        )

        assert (contact.code, contact.side) == ("C-01", "victim")
        assert facts(case, "case.contact_held")[0]["channel"] == "phone"
        lines = timeline(case)
        assert not any(SAID in line.sentence + line.quote for line in lines)
        assert not any(line.is_erased for line in lines)
        assert "的沟通 C-01（电话）" in lines[0].sentence
        assert b"accepted" not in b"".join(
            bytes(entry.data or b"") for entry in Entry.objects.all()
        )
        assert verify().is_sound
        (seen,) = shown_contacts([contact], at=scene.at)
        assert [(one.field, one.answer) for one in seen.offers] == [
            ("medical", "accepted"),
            ("companion", "later"),
        ]

    def test_changed_behind_the_record_are_found(self, scene, case, victim) -> None:
        talked(scene, victim)
        Contact.objects.update(medical=OfferAnswer.DECLINED)

        assert not verify().is_sound

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"words": " "}, "words"),
            ({"words": "长" * 4001}, "words"),
            ({"held_at": HOUR}, "held_at"),
            ({"next_due_at": -HOUR}, "next_due_at"),
            ({"next_due_at": 400 * DAY}, "next_due_at"),
            ({"offers": {"money": OfferAnswer.ACCEPTED}}, "offers"),
            ({"consequences_explained": True}, "consequences_explained"),
            ({"promises": [(" ", DAY)]}, "promises"),
            ({"promises": [("承" * 301, DAY)]}, "promises"),
            ({"promises": [("做", -DAY)]}, "promises"),
            ({"promises": [("做", DAY)] * 11}, "promises"),
        ],
    )
    def test_that_cannot_be(self, scene, case, victim, wrong, path) -> None:
        def moment(value: Any) -> Any:
            if isinstance(value, timedelta):
                return scene.at + value
            if isinstance(value, list):
                return [
                    Promised(words=words, due_at=scene.at + after)
                    for words, after in value
                ]
            return value

        with pytest.raises(InvalidInput) as refusal:
            talked(scene, victim, **{key: moment(one) for key, one in wrong.items()})

        assert refusal.value.path == path
        assert not Contact.objects.exists()

    def test_not_with_who_was_taken_off(self, scene, case, victim) -> None:
        Party.objects.update(removed_at=scene.at)

        with pytest.raises(InvalidInput):
            talked(scene, victim)

    def test_not_in_a_closed_case(self, scene, case, victim) -> None:
        cases.close_as_false_alarm(
            case=case, reason="误报", by=scene.officer, at=scene.at
        )
        victim.case.refresh_from_db()

        with pytest.raises(Conflict):
            talked(scene, victim)

    def test_sent_twice_are_one(self, scene, case, victim) -> None:
        said = {"request_id": ID, "next_due_at": scene.at + DAY}
        first = talked(scene, victim, **said)

        assert talked(scene, victim, **said) == first
        with pytest.raises(Conflict):
            talked(scene, victim, request_id=ID, words="别的")
        assert Contact.objects.count() == 1
        assert case.tasks.filter(key=first.key).count() == 1

    def test_are_corrected_by_a_further_one(self, scene, case, victim, aggressor):
        first = talked(scene, victim, next_due_at=scene.at + DAY)
        second = talked(scene, victim, words="更正：是短信", corrects=first)

        assert facts(case, "case.contact_held")[-1]["corrects"] == "C-01"
        assert list(first.corrections.all()) == [second]
        assert Task.objects.get(key=first.key).state == "open"  # not a further talk
        with pytest.raises(InvalidInput, match="同一位"):
            talked(scene, aggressor, corrects=first)

    def test_of_the_aggressors_side_have_ticks(self, scene, case, aggressor) -> None:
        contact = talked(
            scene, aggressor, motive_heard=True, consequences_explained=True
        )

        said = facts(case, "case.contact_held")[0]
        assert (contact.side, said["motive_heard"]) == ("aggressor", 1)
        assert (said["background_heard"], said["consequences_explained"]) == (0, 1)

    def test_are_read_by_who_needs_them_and_who_wrote_them(
        self, scene, case, victim
    ) -> None:
        mine = talked(scene, victim, by=scene.guard)
        talked(scene, victim)

        assert list(contacts_of(case, scene.guard)) == [mine]
        assert contacts_of(case, scene.officer).count() == 2
        assert not contacts_of(case, scene.stranger)
        with pytest.raises(NotFound):
            contact_for(scene.next_guard, case.number, mine.uid)

    def test_go_with_the_evidence_of_the_case(self, scene, case, victim, aggressor):
        contact = talked(
            scene,
            victim,
            offers={"psychological": OfferAnswer.DECLINED},
            promises=[Promised(words="送她回家", due_at=scene.at + HOUR)],
            request_id=ID,
        )
        plan = apart(scene, case, victim, aggressor)

        erase_talks(case=case, reason="retention", at=scene.at)

        contact.refresh_from_db()
        plan.refresh_from_db()
        promise = contact.promises.get()
        assert (contact.words, contact.psychological, contact.is_erased) == (
            *("", ""),
            True,
        )
        assert (promise.words, plan.words) == ("", "")
        assert verify().is_sound


class TestPromises:
    def promised(self, scene: Scene, victim: Party) -> Any:
        contact = talked(
            scene,
            victim,
            promises=[Promised(words="明天陪她去医院", due_at=scene.at + HOUR)],
        )
        return contact.promises.select_related("task").get()

    def test_are_tasks_that_hold_the_end_open(self, scene, case, victim) -> None:
        promise = self.promised(scene, victim)

        assert promise.task.binding
        assert promise.task.due_at == scene.at + HOUR
        assert "医院" not in promise.task.title + promise.task.advice
        assert promise.state_at(scene.at) == PromiseState.RUNNING
        assert promise.state_at(scene.at + 2 * HOUR) == PromiseState.BROKEN

    @pytest.mark.parametrize(
        ("after", "state"), [(HOUR, PromiseState.KEPT), (DAY, PromiseState.KEPT_LATE)]
    )
    def test_are_kept(self, scene, case, victim, after, state, service) -> None:
        promise = self.promised(scene, victim)

        cases.complete_task(
            task=promise.task, words="陪去了", by=service, at=scene.at + after
        )

        promise.task.refresh_from_db()
        assert promise.state_at(scene.at + 2 * DAY) == state

    def test_left_out_is_broken(self, scene, case, victim) -> None:
        promise = self.promised(scene, victim)
        cases.skip_task(
            task=promise.task, reason="她不去了", by=scene.officer, at=scene.at
        )

        promise.task.refresh_from_db()
        assert promise.state_at(scene.at) == PromiseState.BROKEN

    @pytest.mark.parametrize(
        ("maker", "who", "may"),
        [
            ("lifang", "sunlei", False),
            ("lifang", "zhoumin", True),
            ("zhoumin", "zhoumin", True),
            ("hetao", "zhoumin", False),
        ],
    )
    def test_are_given_up_by_who_made_them_or_stands_above(
        self, scene, case, victim, maker, who, may
    ) -> None:
        promised = [Promised(words="明天陪她去医院", due_at=scene.at + HOUR)]
        contact = talked(scene, victim, promises=promised, by=scene.person(maker))
        task = contact.promises.select_related("task").get().task
        skip = {"task": task, "reason": "她不去了", "at": scene.at}

        if may:
            cases.skip_task(**skip, by=scene.person(who))
        else:
            with pytest.raises(NotAllowed, match="作出承诺的人"):
                cases.skip_task(**skip, by=scene.person(who))

    def test_that_run_out_are_told_to_the_contact(self, scene, case, victim, service):
        named(scene, case, Side.VICTIM, service)
        self.promised(scene, victim)

        pass_time(scene.at, 3600)

        (message,) = Message.objects.filter(kind="case.contact_due")
        assert message.deliveries.filter(user=service).exists()

    def test_are_told_to_who_is_in_charge_when_the_contact_left(
        self, scene: Scene, case: Case, victim: Party, service: User
    ) -> None:
        named(scene, case, Side.VICTIM, service)
        self.promised(scene, victim)
        accounts.disable_user(user=service, by=SYSTEM, at=scene.at)

        pass_time(scene.at, 3600)

        (message,) = Message.objects.filter(kind="case.contact_due")
        assert told(message) == {"lixue", "zhoumin"}

    def test_a_talk_that_is_due_ends_with_the_next(self, scene, case, victim) -> None:
        first = talked(scene, victim, next_due_at=scene.at + DAY)
        talked(
            scene, victim, at=scene.at + HOUR, held_at=scene.at - HOUR
        )  # entered late
        assert Task.objects.get(key=first.key).state == "open"

        talked(scene, victim, at=scene.at + 2 * HOUR)

        assert Task.objects.get(key=first.key).state == "done"
        pass_time(scene.at, 2 * 86400)
        assert not Message.objects.filter(kind="case.contact_due").exists()


def told(message: Message) -> set[str]:
    return set(message.deliveries.values_list("user__username", flat=True))


class TestNamedContact:
    def controlled(self, scene: Scene, case: Case) -> None:
        incident = case.incident
        assignment = scene.assignment(incident, scene.guard)
        incidents.arrive(assignment=assignment, by=scene.guard, at=scene.at)
        incidents.control_scene(incident=incident, by=scene.guard, at=scene.at)

    def test_within_ten_minutes_of_control(self, scene, case, service) -> None:
        assert not Deadline.objects.filter(key=VICTIM_CONTACT).exists()
        self.controlled(scene, case)

        clock = Deadline.objects.get(key=VICTIM_CONTACT)
        assert clock.due_at == scene.at + timedelta(minutes=10)
        assert sides_seen(case)[0].due_at == clock.due_at
        named(scene, case, Side.VICTIM, service, at=scene.at + timedelta(minutes=9))

        clock.refresh_from_db()
        assert clock.met_at == scene.at + timedelta(minutes=9)
        assert Task.objects.get(case=case, key="victim_contact").state == "done"
        assert Message.objects.filter(kind="case.contact_named").count() == 1

    def test_nobody_in_time_is_told_to_who_commands(self, scene, case) -> None:
        self.controlled(scene, case)

        pass_time(scene.at, 600)

        assert Message.objects.filter(kind="case.contact_due").count() == 1
        assert "现场控制后为受害人指定联系人" in missed(case)

    @pytest.mark.parametrize("how", ["disabled", "role ended"])
    def test_a_commander_who_left_is_not_told(
        self, scene: Scene, case: Case, sign_in: SignIn, how: str
    ) -> None:
        self.controlled(scene, case)
        page = f"/cases/{case.number}/"
        assert "指挥已离职" not in sign_in("zhoumin").get(page).content.decode()
        if how == "disabled":
            accounts.disable_user(user=scene.guard, by=SYSTEM, at=scene.at)
        else:
            scene.guard.memberships.update(ended_at=scene.at)

        pass_time(scene.at, 600)

        message = Message.objects.get(kind="case.contact_due")
        assert told(message) == {"lixue", "zhoumin"}
        assert "指挥已离职，请移交" in sign_in("zhoumin").get(page).content.decode()

    def test_named_before_control_needs_no_clock(self, scene, case, service) -> None:
        named(scene, case, Side.VICTIM, service)
        self.controlled(scene, case)

        assert not Deadline.objects.filter(key=VICTIM_CONTACT).exists()

    def test_a_company_without_the_standard_has_the_clock(self, scene, case) -> None:
        case.organisation.standard_set.filter(key=VICTIM_CONTACT).delete()
        self.controlled(scene, case)

        assert Deadline.objects.get(key=VICTIM_CONTACT).standard is None
        pass_time(scene.at, 600)
        assert "为受害人指定联系人" in missed(case)

    def test_changing_keeps_who_it_was(self, scene, case, service) -> None:
        first = named(scene, case, Side.VICTIM, service, request_id=ID)
        assert named(scene, case, Side.VICTIM, service, request_id=ID) == first
        assert named(scene, case, Side.VICTIM, service) == first
        named(scene, case, Side.VICTIM, scene.manager, at=scene.at + HOUR)

        (side, _other) = sides_seen(case)
        assert side.named is not None
        assert side.named.user == scene.manager
        assert [row.user for row in side.before] == [service]
        assert len(entries(case, "case.contact_named")) == 2

    def test_by_who_commands_alone(self, scene, case, service) -> None:
        with pytest.raises(NotAllowed):
            named(scene, case, Side.VICTIM, service, by=service)
        with pytest.raises(InvalidInput):
            named(scene, case, Side.VICTIM, scene.stranger)

    def test_nobody_speaks_for_both(self, scene, case, service) -> None:
        named(scene, case, Side.VICTIM, service)
        named(scene, case, Side.VICTIM, scene.manager)

        with pytest.raises(Conflict, match="另一方"):
            named(scene, case, Side.AGGRESSOR, service)

    def test_no_party_speaks_for_a_side(self, scene, case) -> None:
        cases.add_party(
            case=case,
            roles=["victim"],
            user=scene.guard,
            by=scene.officer,
            at=scene.at,
        )
        with pytest.raises(Conflict, match="当事人"):
            named(scene, case, Side.AGGRESSOR, scene.guard)


@pytest.mark.both
def test_two_at_once_name_one(committed_scene: Scene) -> None:
    scene = committed_scene
    case = scene.incident().case
    people = [scene.person("lifang"), scene.manager]

    results = at_once(
        *(lambda user=user: named(scene, case, Side.VICTIM, user) for user in people)
    )

    assert failures(results) == []
    assert case.named_contacts.count() == 2
    assert case.named_contacts.filter(ended_at=None).count() == 1


class TestWall:
    def shown(self, case: Case, reader: User, party: Party) -> Any:
        room = Room(case=case, reader=reader, at=case.opened_at)
        return next(one for one in room.shown_parties if one.party == party)

    def read_phone(self, scene: Scene, party: Party, reader: User) -> str:
        return cases.reveal_contact(
            party=party,
            field=ProtectedField.PHONE,
            reason="回电",
            by=reader,
            at=scene.at,
        )

    def test_contact_details(self, scene, case, victim, aggressor, service) -> None:
        assert self.read_phone(scene, victim, service) == f"+86{PHONE}"
        named(scene, case, Side.AGGRESSOR, service)

        with pytest.raises(NotAllowed, match="另一方"):
            self.read_phone(scene, victim, service)
        assert self.shown(case, service, victim).masked == ""
        assert not self.shown(case, service, victim).can_be_revealed
        assert self.read_phone(scene, aggressor, service) == "+8619900000122"
        assert self.shown(case, service, aggressor).masked

    def test_stays_when_another_is_named(self, scene, case, victim, service) -> None:
        named(scene, case, Side.AGGRESSOR, service)
        named(scene, case, Side.AGGRESSOR, scene.manager)

        with pytest.raises(NotAllowed):
            self.read_phone(scene, victim, service)

    def test_not_for_whose_role_must_know_both(self, scene, case, victim) -> None:
        named(scene, case, Side.AGGRESSOR, scene.manager)

        assert self.read_phone(scene, victim, scene.manager)

    def test_of_another_case_is_no_matter(self, scene, case, victim, service) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        named(scene, other, Side.AGGRESSOR, service)

        assert self.read_phone(scene, victim, service)

    def test_the_same_person_in_another_case(
        self, scene, case, victim, aggressor, service
    ) -> None:
        """Else whoever may not read a number adds its owner to a case of their own."""
        named(scene, case, Side.AGGRESSOR, service)
        other = scene.incident(place=scene.place("园区 南门")).case
        again = cases.add_party(
            case=other,
            roles=["witness"],
            person=victim.person,
            by=service,
            at=scene.at,
        )

        with pytest.raises(NotAllowed, match="另一方"):
            self.read_phone(scene, again, service)
        assert self.shown(other, service, again).masked == ""
        assert self.shown(other, scene.officer, again).masked
        assert self.read_phone(scene, again, scene.officer)

    def test_wherever_else_a_person_is_looked_up(
        self, scene, case, victim, aggressor, service
    ) -> None:
        assert victim.person is not None
        assert aggressor.person is not None
        named(scene, case, Side.AGGRESSOR, service)
        found = [victim.person, aggressor.person]

        shown = {one.uid: one.phone for one in masked_for(service, found)}

        assert shown[victim.person.uid] == ""
        assert shown[aggressor.person.uid] == "199****0122"
        assert all(one.phone for one in masked_for(scene.officer, found))
        for reader, is_refused in ((service, True), (scene.officer, False)):
            with pytest.raises(NotAllowed) if is_refused else nullcontext():
                customers.reveal(
                    person=victim.person,
                    field=ProtectedField.PHONE,
                    site=scene.site,
                    reason="录像申请回电",
                    by=reader,
                    at=scene.at,
                )

    def test_who_stands_on_both_sides_is_behind_none(self, scene, case, service):
        both = party(
            scene, case, "victim", "aggressor", name="慕容一", phone="19900000127"
        )
        named(scene, case, Side.AGGRESSOR, service)

        assert self.read_phone(scene, both, service)

    def become(self, scene: Scene, case: Case, user: User, *roles: str) -> Party:
        return cases.add_party(
            case=case,
            roles=roles,
            user=user,
            by=scene.person("guoxin"),
            at=scene.at,
        )

    def set_roles(self, scene: Scene, one: Party, by: User, *roles: str) -> None:
        cases.set_party_roles(party=one, roles=roles, by=by, at=scene.at)

    def test_who_speaks_for_one_side_does_not_move_the_other(
        self, scene, case, victim, aggressor, service
    ) -> None:
        named(scene, case, Side.AGGRESSOR, service)

        with pytest.raises(NotAllowed, match="另一方"):
            self.set_roles(scene, victim, service, "victim", "aggressor")
        with pytest.raises(NotAllowed):
            self.read_phone(scene, victim, service)
        self.set_roles(scene, aggressor, service, "aggressor", "guardian")
        self.set_roles(scene, victim, scene.officer, "witness")

    def test_no_party_says_who_is_on_which_side(self, scene, case, victim) -> None:
        own = self.become(scene, case, scene.officer, "aggressor")

        for one in (own, victim):
            with pytest.raises(NotAllowed, match="当事人的角色由另一人修改"):
                self.set_roles(scene, one, scene.officer, "witness")
        self.set_roles(scene, own, scene.manager, "witness")

    @pytest.mark.parametrize("username", ["lifang", "zhoumin"])
    def test_of_a_side_that_was_theirs(self, scene, case, victim, username) -> None:
        """As with contacts: what they were is not forgotten."""
        reader = scene.person(username)
        own = self.become(scene, case, reader, "aggressor")
        self.set_roles(scene, own, scene.manager, "witness")
        self.set_roles(scene, own, scene.manager, "aggressor")
        self.set_roles(scene, own, scene.manager, "witness")

        with pytest.raises(NotAllowed):
            self.read_phone(scene, victim, reader)
        assert walled_sides(case, reader) == {Side.VICTIM}

    @pytest.mark.parametrize("username", ["zhoumin", "hetao", "xuqing"])
    def test_not_even_for_whose_role_must_know_both_if_they_are_a_party(
        self, scene, case, victim, aggressor, username, settings, tmp_path
    ) -> None:
        settings.DATA = tmp_path
        reader = scene.person(username)
        hurt = evidence.record_injury(
            case=case,
            party=victim,
            region=Region.HEAD,
            kind=InjuryKind.CUT,
            by=scene.person("lifang"),
            at=scene.at,
        )
        talk = talked(scene, victim, by=scene.person("lifang"))
        said = frozen(scene, case, of=victim)
        assert can_read(reader, said)
        self.become(scene, case, reader, "aggressor")

        with pytest.raises(NotAllowed, match="另一方"):
            self.read_phone(scene, victim, reader)
        assert self.shown(case, reader, victim).masked == ""
        assert not can_see_injury(reader, hurt)
        assert talk not in contacts_of(case, reader)
        assert not can_read(reader, said)
        assert said not in statements_of(case, reader)
        with pytest.raises(NotAllowed, match="一方当事人"):
            check_can_read(reader, said)
        assert said.exhibit not in exhibits_of(case, reader)
        assert self.read_phone(scene, aggressor, reader)

    def test_of_a_joined_case(self, scene, case, victim, service) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        named(scene, other, Side.AGGRESSOR, service)
        about = {"by": scene.officer, "at": scene.at}
        cases.join_cases(case=case, host=other, **about)

        with pytest.raises(NotAllowed, match="另一方"):
            self.read_phone(scene, victim, service)
        case.refresh_from_db()
        assert self.shown(case, service, victim).masked == ""
        cases.part_cases(case=case, **about)
        assert self.read_phone(scene, victim, service)

    def test_of_the_host(self, scene, case, victim, service) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        named(scene, other, Side.AGGRESSOR, service)
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)

        with pytest.raises(NotAllowed, match="另一方"):
            self.read_phone(scene, victim, service)
        with pytest.raises(Conflict, match="另一方"):
            named(scene, case, Side.VICTIM, service)

    def test_who_is_a_party_of_a_joined_case(self, scene, case, victim) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        self.become(scene, other, scene.officer, "aggressor")
        cases.join_cases(case=other, host=case, by=scene.manager, at=scene.at)

        with pytest.raises(NotAllowed, match="另一方"):
            self.read_phone(scene, victim, scene.officer)
        assert self.shown(case, scene.officer, victim).masked == ""
        with pytest.raises(NotAllowed, match="当事人"):
            self.set_roles(scene, victim, scene.officer, "witness")

    def test_both_for_who_came_to_speak_for_both(
        self, scene, case, victim, aggressor, service
    ) -> None:
        """Of two cases that turn out to be one; somebody else is named then."""
        other = scene.incident(place=scene.place("园区 南门")).case
        named(scene, case, Side.VICTIM, service)
        named(scene, other, Side.AGGRESSOR, service)
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)

        assert walled_sides(case, service) == set(Side)
        for one in (victim, aggressor):
            with pytest.raises(NotAllowed):
                self.read_phone(scene, one, service)
            assert self.shown(case, service, one).masked == ""

    def test_a_struck_colleague_does_not_look_up_who_did_it(
        self, scene, case, aggressor, service
    ) -> None:
        cases.add_party(
            case=case, roles=["victim"], user=service, by=scene.officer, at=scene.at
        )

        with pytest.raises(NotAllowed):
            self.read_phone(scene, aggressor, service)

    def test_medical_facts(self, scene, case, victim, service) -> None:
        injury = evidence.record_injury(
            case=case,
            party=victim,
            region=Region.FACE,
            kind=InjuryKind.BRUISE,
            by=scene.guard,
            at=scene.at,
        )
        assert list(injuries_of(case, service)) == [injury]
        named(scene, case, Side.AGGRESSOR, service)

        assert not injuries_of(case, service)
        assert not can_see_injury(service, injury)
        assert can_see_injury(scene.officer, injury)
        assert can_see_injury(scene.guard, injury)  # who wrote it down

    def test_talks(self, scene, case, victim, aggressor, service) -> None:
        talked(scene, victim, by=scene.officer)
        hers = talked(scene, aggressor, by=scene.officer)
        named(scene, case, Side.AGGRESSOR, service)

        assert list(contacts_of(case, service)) == [hers]
        with pytest.raises(NotAllowed):
            talked(scene, victim, by=service)
        with pytest.raises(NotAllowed):
            talked(scene, victim, by=scene.officer, held_by=service)


class TestKeepingApart:
    def test_runs_from_its_start_to_its_end(self, scene, case, victim, aggressor):
        plan = apart(scene, case, victim, aggressor, begins_at=scene.at + HOUR)

        assert plan.state_at(scene.at) == KeepApartState.PLANNED
        assert plan.state_at(scene.at + HOUR) == KeepApartState.RUNNING
        assert plan.state_at(scene.at + DAY) == KeepApartState.OVER
        assert verify().is_sound

    def test_is_on_the_phones_of_the_site_masked(self, scene, case, victim, aggressor):
        apart(scene, case, victim, aggressor)

        (pair,) = kept_apart_for(scene.guard, at=scene.at)
        assert NAME not in f"{pair.one}{pair.other}"
        assert pair.places == (scene.garage.label,)
        assert kept_apart_for(scene.stranger, at=scene.at) == []
        assert kept_apart_for(scene.guard, at=scene.at + DAY) == []

    @pytest.mark.parametrize("words", [f"打 {PHONE}", "送到 3 栋 2 单元 501 室"])
    def test_says_no_contact_details(self, scene, case, aggressor, words) -> None:
        hurt = party(scene, case, "victim", name=NAME, phone=PHONE, note="住 3-2-501")

        with pytest.raises(InvalidInput) as refusal:
            apart(scene, case, hurt, aggressor, words=words)

        assert refusal.value.path == "words"

    def test_what_cannot_be(self, scene, case, victim, aggressor) -> None:
        other_case = scene.incident(place=scene.place("园区 南门")).case
        stranger = party(scene, other_case, "aggressor", name="慕容三")
        elsewhere = scene.other_site.places.first()
        wrongs: tuple[dict[str, Any], ...] = (
            {"other": victim},
            {"other": stranger},
            {"places": []},
            {"places": [elsewhere]},
            {"ends_at": scene.at},
            {"ends_at": scene.at + 400 * DAY},
            {"begins_at": scene.at + 2 * DAY},
            {"words": "长" * 501},
        )
        for wrong in wrongs:
            with pytest.raises(InvalidInput):
                apart(scene, case, victim, **{"other": aggressor, **wrong})
        with pytest.raises(NotAllowed):
            apart(scene, case, victim, aggressor, by=scene.guard)
        assert not KeepApart.objects.exists()

    def test_sent_twice_is_one_and_ends_early_once(
        self, scene, case, victim, aggressor
    ) -> None:
        plan = apart(scene, case, victim, aggressor, request_id=ID)
        assert apart(scene, case, victim, aggressor, request_id=ID) == plan

        ended = cases.end_keep_apart(
            plan=plan, reason="已搬走", by=scene.officer, at=scene.at + HOUR
        )

        assert ended.state_at(scene.at + HOUR) == KeepApartState.ENDED
        assert kept_apart_for(scene.guard, at=scene.at + HOUR) == []
        with pytest.raises(Conflict):
            cases.end_keep_apart(
                plan=plan, reason="再次", by=scene.officer, at=scene.at + HOUR
            )
        assert verify().is_sound


def test_named_contact_of_nobody(scene, case) -> None:
    assert named_contact(case, Side.VICTIM) is None

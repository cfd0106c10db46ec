"""What is written of a person is put right, or deleted: by whom, and what stands against it."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.models import Case, Party
from anlan.cases.selectors import entries_about, leaks_of
from anlan.customers.enums import ErasureReason
from anlan.customers.keeping import add_keeps
from anlan.customers.selectors import corrections_of, former_phone_of, masked
from anlan.evidence.kept_people import is_held
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.cases.test_leaks import NAME, PHONE, THEIRS, party
from tests.evidence.keeping import hold
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = pytest.mark.both_deep

SURE = {"reason": "request", "is_right_person": "on", "is_final": "on"}


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def victim(scene: Scene, case: Case) -> Party:
    return party(scene, case, "victim", name=NAME, phone=PHONE)


def closed(scene: Scene, case: Case) -> None:
    cases.close_as_false_alarm(case=case, reason="误会", by=scene.officer, at=scene.at)


def erased(scene: Scene, of: Party, **more: Any) -> Party:
    said: dict[str, Any] = {
        "reason": ErasureReason.REQUEST,
        "by": scene.manager,
        "at": scene.at,
        **more,
    }
    return cases.erase_contact(party=of, **said)


def shown(of: Party) -> tuple[str, str]:
    of.refresh_from_db()
    assert of.person is not None
    of.person.refresh_from_db()
    seen = masked(of.person)
    return seen.name, seen.phone


def told(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


class TestCorrecting:
    def test_of_a_closed_case_by_who_may_read_it(self, scene, case, victim) -> None:
        closed(scene, case)
        why = {"party": victim, "reason": "本人出示证件", "at": scene.at}

        with pytest.raises(NotAllowed):
            cases.correct_contact(**why, phone="19900000133", by=scene.guard)
        cases.correct_contact(**why, phone="19900000133", by=scene.officer)
        assert shown(victim)[1] == "199****0133"
        cases.correct_contact(**why, phone="", by=scene.officer)
        assert shown(victim)[1] == ""
        assert told("customers.person_corrected") == 2
        assert verify().is_sound

    def test_what_stood_there_before_is_kept_and_says_why(
        self, scene, case, victim
    ) -> None:
        cases.correct_contact(
            party=victim,
            name=THEIRS,
            phone="",
            reason="身份证上是这个名字，电话是邻居的",
            by=scene.guard,
            at=scene.at,
        )

        (row,) = corrections_of([victim.person])
        assert (row.former_name, former_phone_of(row)) == (NAME, f"+86{PHONE}")
        assert row.corrected_by == scene.guard.actor_key
        assert row.former_phone is not None
        assert PHONE.encode() not in bytes(row.former_phone)
        kind = "customers.correction_explained"
        entry = entries_about({case.subject}).get(kind=kind)
        assert NAME not in str(entry.body)
        assert "邻居" not in str(entry.body)

    def test_the_name_before_is_as_private_as_the_one_now(
        self, scene, case, victim
    ) -> None:
        cases.correct_contact(
            party=victim, name="改过了", reason="听错", by=scene.guard, at=scene.at
        )

        for text in (f"请联系{NAME}。", "请联系改过了。"):
            (leak,) = leaks_of(text, case=case, side=Side.AGGRESSOR)
            assert leak.party == victim

    def test_it_goes_with_the_person(self, scene, case, victim) -> None:
        cases.correct_contact(
            party=victim,
            name=THEIRS,
            phone="",
            reason="听错了名字",
            by=scene.guard,
            at=scene.at,
        )
        closed(scene, case)
        erased(scene, victim)

        (row,) = corrections_of([victim.person])
        assert (row.former_name, row.former_phone, row.reason) == ("", None, "")
        assert verify().is_sound

    def test_nothing_is_no_correction(self, scene, victim) -> None:
        with pytest.raises(InvalidInput, match="请填写"):
            cases.correct_contact(
                reason="本人出示证件", party=victim, by=scene.guard, at=scene.at
            )

    def test_not_across_the_wall(self, scene, case, victim) -> None:
        """Else whoever speaks for the other side has the victim called somewhere else."""
        service = scene.person("lifang")
        cases.name_contact(
            case=case, side=Side.AGGRESSOR, user=service, by=scene.officer, at=scene.at
        )
        other = scene.incident(place=scene.place("园区 南门")).case
        again = cases.add_party(
            case=other,
            roles=["witness"],
            person=victim.person,
            by=scene.officer,
            at=scene.at,
        )

        for one in (victim, again):
            with pytest.raises(NotAllowed, match="另一方"):
                cases.correct_contact(
                    reason="本人出示证件",
                    party=one,
                    phone="19900000133",
                    by=service,
                    at=scene.at,
                )
        assert shown(victim)[1] == "199****0121"


class TestErasing:
    def test_when_the_case_is_over(self, scene, case, victim) -> None:
        with pytest.raises(Conflict, match=case.number):
            erased(scene, victim)
        closed(scene, case)
        erased(scene, victim)

        assert shown(victim) == ("已删除", "")
        assert told("customers.person_erased") == 1
        assert verify().is_sound

    def test_of_two_cases_both(self, scene, case, victim) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        cases.add_party(
            case=other,
            roles=["witness"],
            person=victim.person,
            by=scene.officer,
            at=scene.at,
        )
        closed(scene, case)

        with pytest.raises(Conflict, match=other.number):
            erased(scene, victim)

    def test_not_while_something_is_held(self, scene, case, victim) -> None:
        hold(scene, case)
        closed(scene, case)

        with pytest.raises(Conflict, match="保全"):
            erased(scene, victim)

    def test_only_by_who_answers_for_the_site(self, scene, case, victim) -> None:
        closed(scene, case)

        for by in (scene.officer, scene.person("lifang")):
            with pytest.raises(NotAllowed):
                erased(scene, victim, by=by)

    def test_nobody_erases_whom_they_face(self, scene, case, victim) -> None:
        cases.add_party(
            case=case,
            roles=["aggressor"],
            user=scene.manager,
            by=scene.officer,
            at=scene.at,
        )
        closed(scene, case)

        with pytest.raises(NotAllowed, match="另一方"):
            erased(scene, victim)
        assert shown(victim)[0] != "已删除"

    def test_what_keeps_people_is_entered_once(self) -> None:
        with pytest.raises(RuntimeError):
            add_keeps(is_held)


class TestPages:
    def test_a_correction(self, sign_in: SignIn, scene, case, victim) -> None:
        address = f"/cases/{case.number}/parties/{victim.uid}/correction/"
        client = sign_in("zhoumin")

        page = client.get(address).content.decode()
        assert NAME not in page
        assert PHONE not in page
        assert client.post(address, {}).status_code == 422
        said = {"name": THEIRS, "without_phone": "on"}
        assert client.post(address, said).status_code == 422  # not without a reason
        said["reason"] = "本人出示证件"
        assert client.post(address, said).status_code == 302
        assert shown(victim)[1] == ""

    def test_of_a_closed_case_the_button_is_for_who_may(
        self, sign_in: SignIn, scene, case, victim
    ) -> None:
        room = f"/cases/{case.number}/"
        address = f"{room}parties/{victim.uid}/correction/"
        guard = sign_in("wangjianguo")
        assert address in guard.get(room).content.decode()
        closed(scene, case)

        assert address not in guard.get(room).content.decode()
        assert guard.get(address).status_code == 403
        assert address in sign_in("zhoumin").get(room).content.decode()

    def test_erasure_is_confirmed_twice(
        self, sign_in: SignIn, scene, case, victim
    ) -> None:
        address = f"/cases/{case.number}/parties/{victim.uid}/erasure/"
        client = sign_in("hetao")
        assert client.post(address, SURE).status_code == 409
        assert "删除资料" not in client.get(f"/cases/{case.number}/").content.decode()
        closed(scene, case)
        assert "删除资料" in client.get(f"/cases/{case.number}/").content.decode()

        for missing in ("is_right_person", "is_final"):
            said = {key: value for key, value in SURE.items() if key != missing}
            assert client.post(address, said).status_code == 422
        assert shown(victim)[0] != "已删除"
        assert client.post(address, SURE).status_code == 302
        assert shown(victim)[0] == "已删除"
        assert sign_in("zhoumin").get(address).status_code == 403


def test_how_they_looked_goes_with_them(
    scene: Scene, case: Case, sign_in: SignIn
) -> None:
    """It was written before somebody knew them, and tells who they are as a name does."""
    looks = "红衣张姐"
    unknown = cases.add_party(
        case=case,
        roles=["victim"],
        description=looks,
        by=scene.officer,
        at=scene.at,
    )
    other = scene.incident(place=scene.place("园区 南门")).case
    known = party(scene, other, "witness", name=NAME, phone=PHONE)
    unknown = cases.identify_party(
        party=unknown, person=known.person, by=scene.officer, at=scene.at
    )
    closed(scene, case)
    closed(scene, other)

    gone = erased(scene, unknown)

    assert (gone.description, gone.is_erased) == ("", True)
    page = sign_in("hetao").get(f"/cases/{case.number}/").content.decode()
    assert "已删除" in page
    assert looks not in page
    assert verify().is_sound
    count = told("ledger.text_erased")
    erased(scene, unknown)
    assert told("ledger.text_erased") == count

"""Who stands for whom (G20): said, used where a guardian is asked, taken back with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Side
from anlan.cases.models import Case, Guardianship, Party
from anlan.cases.selectors import is_minor_hurt
from anlan.cases.selectors.guardians import (
    check_may_be_with,
    companions_in,
    companions_of,
    guardianships_of,
    stands_for,
    with_guardians,
)
from anlan.cases.services import NewGuardian
from anlan.customers import services as customers
from anlan.evidence import services as evidence
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.enums import ConsentUse, ConsentWay
from anlan.resolution.mediation.enums import Capacity
from anlan.resolution.mediation.giver import Giver
from anlan.resolution.mediation.selectors.talks import guardians_for
from anlan.resolution.mediation.services.givers import check_giver
from tests.evidence.told import begun as statement_begun
from tests.evidence.told import party as victim
from tests.investigation.asked import begun as interview_begun
from tests.investigation.asked import planned
from tests.resolution.counselling.cared import linan, referred
from tests.resolution.mediation.talked import begun, sides
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def guardian(scene: Scene, case: Case, name: str, **more: Any) -> Party:
    person = customers.add_person(
        site=scene.site, name=name, by=scene.officer, at=scene.at
    )
    said: dict[str, Any] = {"roles": ["guardian"], **more}
    return cases.add_party(
        case=case, person=person, by=scene.officer, at=scene.at, **said
    )


def linked(scene: Scene, one: Party, ward: Party, **more: Any) -> Guardianship:
    said: dict[str, Any] = {"relation": "母亲", "by": scene.officer, "at": scene.at}
    return cases.link_guardian(guardian=one, ward=ward, **{**said, **more})


def test_who_turns_out_to_be_of_the_other_side_reads_nothing_of_theirs(
    scene: Scene, case: Case
) -> None:
    ward, father = victim(scene, case, "陆小米"), guardian(scene, case, "陆父")
    linked(scene, father, ward)
    assert with_guardians(ward) == [ward, father]

    cases.set_party_roles(
        party=father, roles=["guardian", "aggressor"], by=scene.officer, at=scene.at
    )
    assert with_guardians(ward) == [ward]
    cases.set_party_roles(
        party=father, roles=["aggressor"], by=scene.officer, at=scene.at
    )
    assert with_guardians(ward) == [ward]


def test_said_once_taken_back_and_readable(scene: Scene, case: Case) -> None:
    ward, mother = victim(scene, case, "陆小米"), guardian(scene, case, "陆母")
    link = linked(scene, mother, ward)
    assert linked(scene, mother, ward) == link
    with pytest.raises(InvalidInput):
        cases.unlink_guardian(link=link, reason=" ", by=scene.officer, at=scene.at)
    cases.unlink_guardian(
        link=link, reason="是另一个孩子的母亲", by=scene.officer, at=scene.at
    )
    with pytest.raises(Conflict):
        cases.unlink_guardian(link=link, reason="再次", by=scene.officer, at=scene.at)
    link.refresh_from_db()
    assert link.reason == "是另一个孩子的母亲"
    entry = Entry.objects.get(kind="case.guardian_unlinked")
    assert "母亲" not in bytes(entry.data or b"").decode()
    again = linked(scene, mother, ward)
    assert again != link
    assert list(guardianships_of(ward)) == [again, link]  # the running first
    assert verify().is_sound


def test_neither_strangers_nor_the_other_side(scene: Scene, case: Case) -> None:
    ward = victim(scene, case, "陆小米")
    witness = guardian(scene, case, "路人", roles=["witness"])
    struck_back = guardian(scene, case, "孟父", roles=["aggressor", "guardian"])
    other = scene.report(place=scene.place("园区 快递柜")).incident.case
    elsewhere = guardian(scene, other, "别处")
    for nobody in (witness, struck_back, elsewhere, ward):
        with pytest.raises(InvalidInput) as refused:
            linked(scene, nobody, ward)
        assert refused.value.path == "guardian"
    with pytest.raises(InvalidInput) as refused:
        linked(scene, guardian(scene, case, "陆母"), ward, relation="")
    assert refused.value.path == "relation"


def test_who_was_named_for_one_acts_for_no_other(scene: Scene, case: Case) -> None:
    ward, other = victim(scene, case, "陆小米"), victim(scene, case, "白小露")
    mother, aunt = guardian(scene, case, "陆母"), guardian(scene, case, "白姨")
    assert stands_for(mother, ward)
    assert stands_for(mother, other)  # nothing was said yet
    link = linked(scene, mother, ward)
    assert stands_for(mother, ward)
    assert not stands_for(mother, other)
    assert not stands_for(aunt, ward)
    assert stands_for(aunt, other)
    cases.unlink_guardian(link=link, reason="登记错了", by=scene.officer, at=scene.at)
    assert stands_for(mother, other)
    assert not stands_for(mother, ward)  # what was taken back is not nothing
    assert stands_for(aunt, ward)
    linked(scene, mother, ward)
    assert stands_for(mother, ward)


def test_support_is_agreed_to_by_the_own_guardian(scene: Scene, case: Case) -> None:
    ward = victim(scene, case, "陆小米", is_minor=True)
    other = victim(scene, case, "白小露", is_minor=True)
    mother, aunt = guardian(scene, case, "陆母"), guardian(scene, case, "白姨")
    linked(scene, mother, ward)
    linked(scene, aunt, other, relation="姨母")
    care = referred(scene, case, ward)
    said: dict[str, Any] = {
        "care": care,
        "use": ConsentUse.TALK,
        "way": ConsentWay.PAPER,
        "by": linan(scene),
        "at": scene.at,
    }
    with pytest.raises(InvalidInput, match="别人的监护人") as refused:
        support.give_consent(guardian=aunt, **said)
    assert refused.value.path == "guardian"
    assert support.give_consent(guardian=mother, **said).guardian == mother


def test_talks_are_agreed_to_by_the_own_guardian(scene: Scene, case: Case) -> None:
    hurt, _aggressor = sides(scene, case)
    mother, aunt = guardian(scene, case, "陆母"), guardian(scene, case, "白姨")
    linked(scene, mother, hurt)
    talks = begun(scene, case)
    with pytest.raises(InvalidInput, match="别人的监护人"):
        check_giver(
            talks,
            Side.VICTIM,
            Giver(Capacity.GUARDIAN, relation="姨母", party=aunt),
            at=scene.at,
        )
    taken = check_giver(
        talks, Side.VICTIM, Giver(Capacity.GUARDIAN, party=mother), at=scene.at
    )
    assert taken.relation == "母亲"  # as it was said


@pytest.mark.parametrize("is_linked", [True, False])
def test_who_struck_somebody_agrees_and_signs_for_nobody(
    scene: Scene, case: Case, *, is_linked: bool
) -> None:
    hurt, _aggressor = sides(scene, case)
    mother = guardian(scene, case, "陆母")
    if is_linked:
        linked(scene, mother, hurt)
    assert stands_for(mother, hurt)
    talks = begun(scene, case)
    care = referred(scene, case, hurt)
    cases.set_party_roles(
        party=mother, roles=["guardian", "aggressor"], by=scene.officer, at=scene.at
    )

    assert not stands_for(mother, hurt)
    hers = Giver(Capacity.GUARDIAN, relation="母亲", party=mother)
    with pytest.raises(InvalidInput, match="行为人") as refused:
        check_giver(talks, Side.VICTIM, hers, at=scene.at)
    assert (refused.value.path, refused.value.source) == ("giver_party", "G20")
    assert mother not in guardians_for(talks, Side.VICTIM, scene.officer)
    with pytest.raises(InvalidInput, match="行为人") as refused:
        support.give_consent(
            care=care,
            use=ConsentUse.TALK,
            way=ConsentWay.PAPER,
            guardian=mother,
            by=linan(scene),
            at=scene.at,
        )
    assert (refused.value.path, refused.value.source) == ("guardian", "G20")


def test_a_typed_name_goes_round_no_link(scene: Scene, case: Case) -> None:
    hurt, _aggressor = sides(scene, case)
    typed = Giver(Capacity.GUARDIAN, "路人甲", relation="母亲")
    talks = begun(scene, case)
    assert check_giver(talks, Side.VICTIM, typed, at=scene.at).name == "路人甲"
    link = linked(scene, guardian(scene, case, "陆母"), hurt)
    for name in ("路人甲", "陆母"):
        with pytest.raises(InvalidInput, match="从当事人里选择") as refused:
            check_giver(talks, Side.VICTIM, replace(typed, name=name), at=scene.at)
        assert (refused.value.path, refused.value.source) == ("giver_party", "G20")
    cases.unlink_guardian(link=link, reason="登记错了", by=scene.officer, at=scene.at)
    assert check_giver(talks, Side.VICTIM, typed, at=scene.at).name == "路人甲"
    back = replace(typed, name="陆　母")
    with pytest.raises(InvalidInput, match="已有这个姓名") as refused:
        check_giver(talks, Side.VICTIM, back, at=scene.at)
    assert (refused.value.path, refused.value.source) == ("giver_party", "G20")


def test_no_party_comes_back_as_a_new_guardian(scene: Scene, case: Case) -> None:
    ward = victim(scene, case, "陆小米", birth_year=2012)
    link = linked(scene, guardian(scene, case, "陆母"), ward)
    cases.unlink_guardian(link=link, reason="登记错了", by=scene.officer, at=scene.at)
    guardian(scene, case, "孟父", roles=["aggressor"])
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, "ward": ward}
    for name in ("陆 母", "孟父"):
        who = NewGuardian(name=name, phone="13900005502", relation="亲属")
        with pytest.raises(InvalidInput, match="已有这个姓名") as refused:
            cases.register_guardian(who=who, **said)
        assert (refused.value.path, refused.value.source) == ("name", "G20")
    who = NewGuardian(name="陆父", phone="13900005502", relation="父亲")
    found = cases.register_guardian(who=who, **said)
    assert companions_of(ward) == [found]
    assert verify().is_sound


def test_who_may_be_with_a_child(scene: Scene, case: Case) -> None:
    ward, other = victim(scene, case, "陆小米"), victim(scene, case, "白小露")
    mother, unknown = (
        guardian(scene, case, "陆母"),
        cases.add_party(
            case=case,
            roles=["guardian"],
            description="灰衣男子",
            by=scene.officer,
            at=scene.at,
        ),
    )
    for one in (mother, unknown):
        linked(scene, one, ward)
    assert companions_in(case) == [(mother, ward), (unknown, ward)]
    check_may_be_with(mother, ward, path="guardian")
    with pytest.raises(InvalidInput, match="没有登记"):
        check_may_be_with(mother, other, path="guardian")
    with pytest.raises(InvalidInput, match="确认身份"):
        check_may_be_with(unknown, ward, path="guardian")
    cases.set_party_roles(
        party=mother, roles=["guardian", "aggressor"], by=scene.officer, at=scene.at
    )
    assert companions_of(ward) == [unknown]
    with pytest.raises(InvalidInput, match="不能在场"):
        check_may_be_with(mother, ward, path="guardian")
    # A suspect sits beside nobody, also on the same side.
    cases.set_party_roles(
        party=ward, roles=["aggressor"], by=scene.officer, at=scene.at
    )
    assert companions_of(ward) == [unknown]


def test_statements_name_a_linked_guardian(scene: Scene, case: Case) -> None:
    ward = victim(scene, case, "陆小米", birth_year=2012)
    mother, father = guardian(scene, case, "陆母"), guardian(scene, case, "陆父")
    aunt = guardian(scene, case, "白姨")
    link = linked(scene, mother, ward)
    linked(scene, father, ward, relation="父亲")
    with pytest.raises(InvalidInput, match="登记的监护人") as refused:
        statement_begun(scene, case, of=ward, guardian=aunt)
    assert refused.value.path == "guardian"
    statement = statement_begun(scene, case, of=ward, guardian=mother)
    cases.unlink_guardian(link=link, reason="登记错了", by=scene.officer, at=scene.at)
    named: dict[str, Any] = {"by": scene.guard, "at": scene.at, "statement": statement}
    for wrong in (aunt, mother):
        with pytest.raises(InvalidInput, match="登记的监护人"):
            evidence.name_guardian(guardian=wrong, **named)
    after = evidence.name_guardian(guardian=father, **named)
    assert (after.guardian_party, after.guardian) == (father, "陆父")
    assert after.relation == "父亲"


def test_an_interview_begins_with_a_linked_guardian(scene: Scene, case: Case) -> None:
    ward = victim(scene, case, "陆小米", birth_year=2012)
    mother, aunt = guardian(scene, case, "陆母"), guardian(scene, case, "白姨")
    linked(scene, mother, ward)
    talk = planned(scene, case, parties=[ward])
    with pytest.raises(InvalidInput, match="登记的监护人") as refused:
        interview_begun(scene, talk, guardian=aunt, is_guardian_present=True)
    assert refused.value.path == "guardian"
    begun_now = interview_begun(scene, talk, guardian=mother, is_guardian_present=True)
    assert begun_now.guardian_present


def test_on_its_page(scene: Scene, sign_in: Any, case: Case) -> None:
    ward, mother = victim(scene, case, "陆小米"), guardian(scene, case, "陆母")
    client = sign_in(scene.officer.username)
    path = f"/cases/{case.number}/parties/{ward.uid}/guardians/"
    assert path in client.get(f"/cases/{case.number}/").content.decode()
    said = {"guardian": str(mother.uid), "relation": "母亲"}
    assert client.post(path, said).status_code == 302
    link = Guardianship.objects.get()
    ending = f"/cases/{case.number}/guardianships/{link.uid}/ending/"
    assert ending in client.get(path).content.decode()
    assert client.post(ending, {"reason": "登记错了"}).status_code == 302
    assert "登记错了" in client.get(path).content.decode()
    assert sign_in("chenlu").get(path).status_code == 403


def test_of_age_since_a_day_on_its_page(scene: Scene, sign_in: Any, case: Case) -> None:
    ward = victim(scene, case, "陆小米", is_minor=True)
    assert is_minor_hurt(case)
    client = sign_in(scene.officer.username)
    path = f"/cases/{case.number}/parties/{ward.uid}/of-age/"
    said = {"reason": "看了身份证", "was_wrong": "on", "of_age_since": "2026-01-01"}
    assert "不填日期" in client.post(path, said).content.decode()
    since = local_day(timezone.now())
    said = {"reason": "看了身份证", "of_age_since": f"{since:%Y-%m-%d}"}
    assert client.post(path, said).status_code == 302
    case = Case.objects.get(pk=case.pk)
    before = act_day(case) < since
    assert is_minor_hurt(case) is before
    assert client.post(path, {"reason": "看错", "was_wrong": "on"}).status_code == 302
    assert not is_minor_hurt(Case.objects.get(pk=case.pk))

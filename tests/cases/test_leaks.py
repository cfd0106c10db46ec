"""A paper for one side says nothing private of the other, with planted names: 0 leaks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.cases.enums import Private, Side
from anlan.cases.models import Case, Party
from anlan.cases.selectors import (
    add_secrets,
    check_no_leaks,
    leaks_of,
    sides_of,
)
from anlan.cases.selectors.leaks import Leak
from anlan.customers import services as customers
from anlan.customers.enums import ErasureReason
from anlan.evidence import services as evidence
from anlan.evidence.enums import InjuryKind, Region
from anlan.evidence.selectors.private import medical_words
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

NAME, PHONE, IDENTITY = "欧阳晓雯", "19900000121", "11010519491231002X"
FLAT = "3 栋 2 单元 501"
THEIRS = "司徒建成"


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def party(scene: Scene, case: Case, *roles: str, **who: Any) -> Party:
    person = customers.add_person(site=scene.site, by=scene.officer, at=scene.at, **who)
    return cases.add_party(
        case=case, roles=roles, person=person, by=scene.officer, at=scene.at
    )


@pytest.fixture
def victim(scene: Scene, case: Case) -> Party:
    return party(
        scene,
        case,
        "victim",
        name=NAME,
        phone=PHONE,
        identity_number=IDENTITY,
        note=f"住 {FLAT} 室",
    )


@pytest.fixture
def aggressor(scene: Scene, case: Case) -> Party:
    return party(scene, case, "aggressor", name=THEIRS, phone="19900000122")


def kinds(leaks: list[Leak]) -> list[str]:
    return [leak.kind.value for leak in leaks]


@pytest.mark.parametrize("is_host", [False, True])
def test_of_a_joined_case_too(scene, case, victim, aggressor, is_host) -> None:
    """Planted across a join, and after the two were parted again."""
    other = scene.incident(place=scene.place("园区 南门")).case
    theirs = party(scene, other, "victim", name="上官云", phone="19900000129")
    about: dict[str, Any] = {"by": scene.officer, "at": scene.at}
    evidence.record_injury(
        case=other,
        party=theirs,
        region=Region.HEAD,
        kind=InjuryKind.CUT,
        words="额头裂口两厘米",
        **about,
    )
    text = "您使上官云（19900000129）额头裂口两厘米，欧阳晓雯也在。"
    host, joined = (case, other) if is_host else (other, case)
    cases.join_cases(case=joined, host=host, **about)
    for one in (case, other):
        one.refresh_from_db()

    for one in (case, other):
        found = leaks_of(text, case=one, side=Side.AGGRESSOR)
        assert {leak.party for leak in found} == {victim, theirs}
        assert {"name", "phone", "medical"} <= set(kinds(found))
        with pytest.raises(Conflict, match="姓名"):
            check_no_leaks(text, case=one, side=Side.AGGRESSOR)
        assert leaks_of(text, case=one, side=Side.VICTIM) == []
        assert leaks_of(
            text, case=one, side=Side.VICTIM, own=[theirs], is_own_only=True
        )

    cases.part_cases(case=joined, **about)
    for one, named in ((case, victim), (other, theirs)):
        one.refresh_from_db()
        found = leaks_of(text, case=one, side=Side.AGGRESSOR)
        assert {leak.party for leak in found} == {named}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("您于 11 月 23 日殴打欧阳晓雯，", "name"),
        ("欧 阳 晓 雯", "name"),
        ("电话 199-0000-0121", "phone"),
        ("电话１９９ ００００ ０１２１", "phone"),
        ("一九九〇〇〇〇零一二一", "phone"),
        ("证件 110105 19491231 002x", "identity"),
        ("请勿靠近3号楼2单元501室", "address"),
        ("请勿靠近３－２－５０１", "address"),
    ],
)
def test_planted_words_are_found(case, victim, aggressor, text: str, kind: str) -> None:
    (leak,) = leaks_of(text, case=case, side=Side.AGGRESSOR)

    assert (leak.kind, leak.party) == (kind, victim)
    assert 0 <= leak.start < leak.end <= len(text)
    assert leaks_of(text, case=case, side=Side.VICTIM) == []


@given(
    gaps=st.lists(st.sampled_from(["", " ", "-", "－", "\u3000", "·"]), min_size=30),
    is_wide=st.booleans(),
    secret=st.sampled_from([NAME, PHONE, IDENTITY]),
)
def test_however_they_are_typed(case, victim, gaps, is_wide, secret) -> None:
    wide = {c: chr(ord(c) + 0xFEE0) for c in "0123456789X"}
    letters = [wide.get(c, c) if is_wide else c for c in secret]
    typed = "".join(map("".join, zip(letters, gaps, strict=False)))

    assert leaks_of(f"说明：{typed}。", case=case, side=Side.AGGRESSOR)


def test_a_paper_that_says_nothing_of_the_other(case, victim, aggressor) -> None:
    text = (
        f"{THEIRS}，您于 2026 年 11 月 23 日在 3 号楼 B1 车库殴打他人，须赔偿"
        " 32,501 元。欧阳**，199****0121。联系人周敏。"
    )

    assert leaks_of(text, case=case, side=Side.AGGRESSOR) == []
    check_no_leaks(text, case=case, side=Side.AGGRESSOR)
    assert kinds(leaks_of(text, case=case, side=Side.VICTIM)) == ["name"]


def test_the_refusal_names_kinds_and_no_values(case, victim, aggressor) -> None:
    with pytest.raises(Conflict, match="姓名、电话") as refusal:
        check_no_leaks(f"{NAME} {PHONE}", case=case, side=Side.AGGRESSOR)

    assert NAME not in str(refusal.value)
    assert PHONE not in str(refusal.value)


def test_what_ones_own_side_shares_is_no_leak(scene, case, victim) -> None:
    """A family's telephone; and of two of one name nobody can tell which is meant."""
    son = party(scene, case, "aggressor", name="欧阳明", phone=PHONE)

    assert leaks_of(PHONE, case=case, side=Side.AGGRESSOR) == []
    assert kinds(leaks_of(NAME, case=case, side=Side.AGGRESSOR)) == ["name"]
    assert sides_of(row.role for row in son.roles.all()) == {Side.AGGRESSOR}


def test_witnesses_and_guardians_are_nobodys(scene, case, victim) -> None:
    guardian = party(scene, case, "guardian", name="欧阳国庆", phone="19900000123")

    for side in Side:
        assert kinds(leaks_of("欧阳国庆", case=case, side=side)) == ["name"]
    assert (
        leaks_of("欧阳国庆", case=case, side=Side.VICTIM, own=[victim, guardian]) == []
    )


def test_who_stands_on_both_sides_is_told_of_themself_alone(scene, case) -> None:
    one = party(scene, case, "victim", "aggressor", name="慕容一", phone="19900000124")
    other = party(
        scene, case, "victim", "aggressor", name="慕容二", phone="19900000125"
    )

    (leak,) = leaks_of("慕容一和慕容二", case=case, side=Side.VICTIM, own=[one])

    assert leak.party == other


def test_a_colleague_who_was_struck_is_a_victim(scene, case, aggressor) -> None:
    cases.add_party(
        case=case, roles=["staff"], user=scene.officer, by=scene.officer, at=scene.at
    )
    cases.add_party(
        case=case,
        roles=["staff", "victim"],
        user=scene.guard,
        by=scene.officer,
        at=scene.at,
    )
    text = f"{scene.officer.name}在，{scene.guard.name}也在"

    (leak,) = leaks_of(text, case=case, side=Side.AGGRESSOR)

    assert text[leak.start : leak.end] == scene.guard.name


def test_injuries_are_the_injureds_alone(scene, case, victim, aggressor) -> None:
    evidence.record_injury(
        case=case,
        party=victim,
        region=Region.FACE,
        kind=InjuryKind.BRUISE,
        words="左眼眶青紫，视物模糊",
        seen_at=scene.at - timedelta(minutes=5),
        by=scene.person("lifang"),
        at=scene.at,
    )

    for text in ("左眼眶 青紫", "视物模糊的情况", "有瘀青", "面部受伤"):
        found = leaks_of(text, case=case, side=Side.AGGRESSOR)
        assert kinds(found) == ["medical"], text
        assert leaks_of(text, case=case, side=Side.VICTIM) == []
    with override("en"):  # a paper in Chinese is checked by whoever reads English
        assert leaks_of("有瘀青", case=case, side=Side.AGGRESSOR)


def test_a_party_taken_off_stays_private(scene, case, victim) -> None:
    Party.objects.filter(pk=victim.pk).update(removed_at=scene.at)

    assert kinds(leaks_of(NAME, case=case, side=Side.AGGRESSOR)) == ["name"]


def test_of_another_case_nothing_is_asked(scene, case, victim) -> None:
    other = scene.incident(place=scene.place("园区 南门")).case

    assert leaks_of(NAME, case=other, side=Side.AGGRESSOR) == []


def test_an_erased_person_has_nothing_to_leak(scene, case, victim) -> None:
    assert victim.person is not None
    Party.objects.filter(pk=victim.pk).update(removed_at=scene.at)  # else they are kept
    customers.erase_person(
        person=victim.person,
        site=scene.site,
        reason=ErasureReason.REQUEST,
        by=scene.manager,
        at=scene.at,
    )

    assert leaks_of(f"{NAME} {PHONE}", case=case, side=Side.AGGRESSOR) == []


def test_a_source_is_entered_once() -> None:
    with pytest.raises(RuntimeError):
        add_secrets(medical_words)


def test_kinds_have_words() -> None:
    assert all(str(kind.label) for kind in Private)

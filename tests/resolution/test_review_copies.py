"""The copy of a report for one side: planted names of the other do not leave with it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Phase, Proof, Side
from anlan.cases.models import AcceptedRequest, Case, NamedContact, Party
from anlan.cases.selectors import leaks_of
from anlan.evidence import services as evidence
from anlan.evidence.enums import InjuryKind, Region
from anlan.ledger.models import Entry
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import Section
from anlan.resolution.review.models import Report, ReportCopy
from anlan.resolution.review.paper import page_of
from anlan.resolution.review.services.erasing import erase_words
from anlan.resolution.review.side_copy import (
    LEFT_OUT,
    copy_page,
    sided_parties,
    text_of,
)
from tests.accounts.browsing import sign_in
from tests.cases.test_leaks import FLAT, IDENTITY, NAME, PHONE, THEIRS, party
from tests.evidence.keeping import photo
from tests.resolution.reviewed import decided, submitted
from tests.resolution.told import in_force, objected
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
HURT = "额头裂口约两厘米"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def victim(scene: Scene, case: Case) -> Party:
    who = party(
        scene,
        case,
        "victim",
        name=NAME,
        phone=PHONE,
        identity_number=IDENTITY,
        note=f"住 {FLAT} 室",
    )
    evidence.record_injury(
        case=case,
        party=who,
        region=Region.HEAD,
        kind=InjuryKind.CUT,
        words=HURT,
        by=scene.officer,
        at=scene.at,
    )
    return who


@pytest.fixture
def aggressor(scene: Scene, case: Case) -> Party:
    return party(scene, case, "aggressor", name=THEIRS, phone="19900000122")


@pytest.fixture
def report(scene: Scene, case: Case, victim: Party, aggressor: Party) -> Report:
    """Approved; then private words of either side are planted in it, past every check."""
    report = decided(scene, submitted(scene, case))
    report.refresh_from_db()
    planted = (
        (Section.COURSE, f"{NAME}先说话，{THEIRS}后说话。"),
        (Section.LESSONS, f"打 {PHONE} 没有人接。"),
        (Section.LESSONS, "打 19900000122 没有人接。"),
        (Section.CAUSE, f"一方住 {FLAT}，{HURT}。"),
        (Section.CONSEQUENCES, "受害人当天请假。"),
    )
    for position, (section, text) in enumerate(planted, start=50):
        report.paragraphs.create(
            section=section, position=position, text=text, origin="written"
        )
    return report


def handed(scene: Scene, report: Report, to: Party, **more: Any) -> Any:
    said: dict[str, Any] = {
        "receiver": "本人",
        "by": scene.manager,
        "at": scene.at,
        **more,
    }
    return review.hand_out_copy(report=report, party=to, **said)


@pytest.mark.parametrize("side", list(Side))
def test_nothing_planted_of_the_other_side_leaves(
    case: Case, victim: Party, aggressor: Party, report: Report, side: Side
):
    own, other = (victim, aggressor) if side is Side.VICTIM else (aggressor, victim)
    text = text_of(copy_page(report, own, side))
    planted = {
        victim.pk: (NAME, PHONE, IDENTITY, FLAT, HURT),
        aggressor.pk: (THEIRS, "19900000122"),
    }
    assert leaks_of(text, case=case, side=side, own=[own]) == []
    assert not [words for words in planted[other.pk] if words in text]
    assert LEFT_OUT in text
    assert "当天请假" not in text  # whose it is stands nowhere
    assert f"交{side.label}的副本" in text
    assert "不得外传" not in text


def test_each_side_reads_of_its_own_injuries(
    victim: Party, aggressor: Party, report: Report
):
    own = text_of(copy_page(report, victim, Side.VICTIM))
    assert "现场记录伤情 1 处" in own
    assert PHONE in own  # her own
    assert "现场记录伤情" not in text_of(copy_page(report, aggressor, Side.AGGRESSOR))


def test_another_of_the_same_side_is_a_stranger_and_a_guardian_is_none(
    scene: Scene, case: Case, victim: Party, report: Report
):
    """Two whom the same hand struck do not learn of each other's telephone."""
    other = party(scene, case, "victim", name="贺兰知微", phone="19900000133")
    mother = party(scene, case, "guardian", name="欧阳国庆")
    cases.link_guardian(
        guardian=mother, ward=victim, relation="父亲", by=scene.officer, at=scene.at
    )
    for position, text in enumerate(
        ("贺兰知微在旁边，电话 19900000133。", "欧阳国庆陪同。"), start=80
    ):
        report.paragraphs.create(
            section=Section.LESSONS, position=position, text=text, origin="written"
        )
    text = text_of(copy_page(report, victim, Side.VICTIM))
    assert "贺兰知微" not in text
    assert "19900000133" not in text
    assert "欧阳国庆陪同" in text
    theirs = text_of(copy_page(report, other, Side.VICTIM))
    assert "贺兰知微" in theirs
    for words in (NAME, PHONE, "欧阳国庆"):
        assert words not in theirs


def test_a_party_of_a_joined_case_gets_a_copy_and_one_person_one(
    scene: Scene, case: Case, victim: Party, aggressor: Party
):
    other = scene.incident(place=scene.place("园区 南门")).case
    hurt = party(scene, other, "victim", name="贺兰知微", phone="19900000133")
    again, turned = (
        cases.add_party(
            case=other,
            roles=["victim"],
            person=same.person,
            by=scene.officer,
            at=scene.at,
        )
        for same in (victim, aggressor)
    )
    for who, words in ((hurt, "手背擦伤"), (again, "左膝青紫")):
        evidence.record_injury(
            case=other,
            party=who,
            region=Region.HEAD,
            kind=InjuryKind.CUT,
            words=words,
            by=scene.officer,
            at=scene.at,
        )
    cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
    case.refresh_from_db()
    for one in (hurt, again, turned):
        one.refresh_from_db()
    report = decided(scene, submitted(scene, case))
    report.refresh_from_db()

    # Who struck in one and was struck in the other stands on no side.
    offered = sided_parties(case)
    known = [victim, aggressor, hurt, again, turned]
    assert [one for one in offered if one in known] == [victim, hurt]
    content = handed(scene, report, hurt)[1]
    assert content.startswith(b"%PDF")
    theirs = text_of(copy_page(report, hurt, Side.VICTIM))
    assert theirs.count("现场记录伤情 1 处") == 1
    both = text_of(copy_page(report, victim, Side.VICTIM))
    assert both.count("现场记录伤情 1 处") == 2
    assert both == text_of(copy_page(report, again, Side.VICTIM))
    with pytest.raises(InvalidInput, match="只属于"):
        handed(scene, report, turned)
    elsewhere = scene.incident(place=scene.place("6 号楼")).case
    stranger = party(scene, elsewhere, "victim", name="程立")
    with pytest.raises(InvalidInput, match="本案没有"):
        handed(scene, report, stranger)


@pytest.mark.parametrize("side", list(Side))
def test_no_task_and_no_title_of_anybody_else_leaves(
    scene: Scene, case: Case, victim: Party, aggressor: Party, side: Side
):
    measure = in_force(scene, case)  # against a third, whom neither may read of
    objected(scene, measure)
    planted = ("陪同做伤情鉴定", "工伤认定申请", "心理支持的安排")
    for place, title in enumerate(planted):
        cases.add_task(
            case=case,
            key=f"support:{place}",
            phase=Phase.STRENGTHEN,
            title=title,
            source="G04",
            role_key="customer_service",
            within=timedelta(days=1),
            binding=False,
            proof=Proof.NOTE,
            by=scene.officer,
            at=scene.at,
        )
    photo(scene, case, title="客厅地上的血迹")
    report = decided(scene, submitted(scene, case))
    whole = text_of(page_of(report))
    own = victim if side is Side.VICTIM else aggressor
    text = text_of(copy_page(report, own, side))
    for words in (*planted, "警示函", "复核申诉", "客厅地上的血迹"):
        assert words in whole
        assert words not in text
    assert "时限核对" in text  # what the house promises everybody
    assert "照片" in text


def test_of_a_version_that_does_not_say_whose_they_are_no_step_leaves(
    victim: Party, report: Report
):
    record = json.loads(report.record)
    for step in record["steps"]:
        del step["is_common"]
    report.record = json.dumps(record)
    assert "时限核对" not in text_of(copy_page(report, victim, Side.VICTIM))


def test_it_is_on_the_record_to_whom_and_the_same_each_time(
    scene: Scene, case: Case, victim: Party, report: Report
):
    made, content = handed(scene, report, victim, receiver="陆母，持委托书")
    again = handed(scene, report, victim)[1]
    assert content.startswith(b"%PDF")
    assert content == again
    entry = Entry.objects.filter(kind="review.report_copy_given").earliest("seq")
    written = bytes(entry.data or b"").decode()
    assert made.sha256 in written
    assert "陆母" not in written
    erase_words(case=case, reason="period", at=scene.at)
    assert not ReportCopy.objects.exclude(receiver="").exists()


@pytest.mark.parametrize("side", list(Side))
def test_nobody_with_a_part_in_it_hands_it_out(
    scene: Scene, case: Case, victim: Party, report: Report, side: Side
):
    """The manager may know both sides, and is no neutral hand as the contact of one."""
    named = NamedContact.objects.create(
        case=case, side=side, user=scene.manager, named_at=scene.at, ended_at=scene.at
    )
    with pytest.raises(NotAllowed, match="联系人"):
        handed(scene, report, victim)
    joined = scene.incident(place=scene.place("园区 南门")).case
    Case.objects.filter(pk=joined.pk).update(state="joined", joined_into=case)
    NamedContact.objects.filter(pk=named.pk).update(case=joined)
    with pytest.raises(NotAllowed, match="联系人"):
        handed(scene, report, victim)
    named.delete()
    cases.add_party(
        case=case,
        roles=["witness"],
        user=scene.manager,
        by=scene.officer,
        at=scene.at,
    )
    with pytest.raises(NotAllowed, match="回避"):
        handed(scene, report, victim)
    assert not ReportCopy.objects.exists()


def test_sent_twice_it_was_handed_out_once(
    scene: Scene, case: Case, victim: Party, aggressor: Party, report: Report
):
    request_id = uuid4()
    first = handed(scene, report, victim, request_id=request_id)
    assert handed(scene, report, victim, request_id=request_id) == first
    with pytest.raises(Conflict):
        handed(scene, report, aggressor, request_id=request_id)
    asked = AcceptedRequest.objects.get(request_id=request_id)
    assert bytes(asked.content)
    erase_words(case=case, reason="period", at=scene.at)
    asked.refresh_from_db()
    assert not bytes(asked.content)
    assert ReportCopy.objects.count() == 1
    assert Entry.objects.filter(kind="review.report_copy_given").count() == 1


def test_sent_again_after_more_is_known_it_is_not_what_was_recorded(
    scene: Scene, case: Case, victim: Party, report: Report
):
    request_id = uuid4()
    handed(scene, report, victim, request_id=request_id)
    party(scene, case, "aggressor", name="高先生", phone="19900000123")
    report.paragraphs.create(
        section=Section.LESSONS, position=90, text="打 19900000123。", origin="written"
    )
    with pytest.raises(Conflict, match="已经不同"):
        handed(scene, report, victim, request_id=request_id)
    assert ReportCopy.objects.count() == 1


def test_what_may_not_leave_and_who_may_not_hand_it_out(
    scene: Scene, case: Case, victim: Party, aggressor: Party, report: Report
):
    with pytest.raises(NotAllowed):
        handed(scene, report, victim, by=scene.officer)
    with pytest.raises(InvalidInput) as refused:
        handed(scene, report, victim, receiver="  ")
    assert refused.value.path == "receiver"
    witness = party(scene, case, "witness", name="贺知行")
    with pytest.raises(InvalidInput, match="一方"):
        handed(scene, report, witness)
    cases.set_party_roles(
        party=victim, roles=["victim", "aggressor"], by=scene.officer, at=scene.at
    )
    with pytest.raises(InvalidInput, match="一方"):
        handed(scene, report, victim)
    Report.objects.filter(pk=report.pk).update(
        state="draft", submitted_at=None, decided_at=None, decided_by=None
    )
    report.refresh_from_db()
    with pytest.raises(Conflict):
        handed(scene, report, aggressor)
    assert not ReportCopy.objects.exists()


def test_it_is_taken_on_the_page_of_the_report(
    scene: Scene, case: Case, victim: Party, report: Report, client: Client
):
    address = f"/cases/{case.number}/reports/{report.uid}/"
    sign_in(client, scene.manager)
    page = client.get(f"{address}copy/").content.decode()
    assert NAME not in page
    assert 'name="request_id"' in page
    said = {
        "party": str(victim.uid),
        "receiver": "本人",
        "request_id": str(uuid4()),
    }
    client.post(f"{address}copy/", said)
    answer = client.post(f"{address}copy/", said)
    assert ReportCopy.objects.count() == 1
    assert answer["Content-Type"] == "application/pdf"
    assert "victim.pdf" in answer["Content-Disposition"]
    assert "交给一方的副本" in client.get(address).content.decode()
    sign_in(client, scene.officer)
    assert client.get(f"{address}copy/").status_code == 403


def test_what_was_not_approved_is_not_offered(scene: Scene, case: Case, client: Client):
    report = submitted(scene, case)
    sign_in(client, scene.manager)
    page = client.get(f"/cases/{case.number}/reports/{report.uid}/").content.decode()
    assert "给一方的副本" not in page

"""Reports: composed from the record, edited, approved by another, exported the same."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import typst
from docx import Document
from docx.shared import Mm
from PIL import Image
from pytest_django import Settings

from anlan.accounts.models import Site, User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.models import Case
from anlan.cases.selectors import full_name, shown_name
from anlan.customers import services as customers
from anlan.evidence.enums import Source
from anlan.investigation import services as investigation
from anlan.investigation.enums import PinKind, SceneAspect, SceneRating
from anlan.investigation.models import FindingSentence
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.enums import FollowUpResult
from anlan.resolution.models import PlanMeasure
from anlan.resolution.review import services as review
from anlan.resolution.review.enums import (
    Cause,
    Form,
    Origin,
    ReportState,
    Section,
    Verdict,
)
from anlan.resolution.review.extract import read_extract
from anlan.resolution.review.extracting import _people
from anlan.resolution.review.models import Report
from anlan.resolution.review.naming import names_of
from anlan.resolution.review.paper import page_of, report_pdf
from anlan.resolution.review.paragraphs import codes_of, paragraphs_of
from anlan.resolution.review.permissions import can_decide
from anlan.resolution.review.selectors.reports import newer_entries, verified
from anlan.resolution.review.services.erasing import erase_words
from anlan.resolution.review.side_copy import copy_page, text_of
from anlan.resolution.review.themes import support_of
from tests.at_once import at_once
from tests.evidence.keeping import photo
from tests.evidence.told import hurt, party
from tests.investigation import asked
from tests.investigation.test_scene import drawn, looked, pinned
from tests.resolution import planned, told
from tests.resolution.counselling import cared
from tests.resolution.legal import reported
from tests.resolution.mediation import talked
from tests.resolution.reviewed import (
    LESSON,
    added,
    author,
    begun,
    decided,
    found,
    submitted,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def texts(report: Report, section: Section) -> list[str]:
    return [row.text for row in paragraphs_of(report) if row.section == section]


def test_it_is_composed_from_findings_with_what_they_cite(scene, case) -> None:
    found(scene, case)

    report = begun(scene, case)

    course = next(row for row in paragraphs_of(report) if row.section == Section.COURSE)
    assert course.text == asked.HAPPENED
    assert (codes_of(course), course.origin) == (["S-01"], Origin.COMPOSED)
    assert texts(report, Section.FACTORS) == ["标线报修后三周没有重画。"]
    assert texts(report, Section.LESSONS) == []
    assert "项时限" in texts(report, Section.HANDLING)[0]


def test_its_table_says_by_how_much_each_promise_was_late(scene, case) -> None:
    deadline = case.deadlines.order_by("due_at", "pk").first()
    assert deadline is not None
    cases.meet_deadlines(
        case=case,
        key=deadline.key,
        about=deadline.about,
        at=deadline.due_at + timedelta(minutes=2, seconds=5),
    )

    report = begun(scene, case, at=scene.at + timedelta(days=9))

    extract = read_extract(report.record)
    assert extract is not None
    late = [step for step in extract.steps if step.verdict == Verdict.LATE]
    assert [step.late for step in late] == ["2 分 05 秒"]
    missed = [step for step in extract.steps if step.verdict == Verdict.MISSED]
    assert any(step.late for step in missed)  # a task that waits still
    assert not all(step.late for step in missed)  # nobody waits for an answer any more
    assert "2 分 05 秒" in texts(report, Section.HANDLING)[0]


def test_what_was_decided_and_told_stands_in_it(scene, case) -> None:
    measure = told.in_force(scene, case)
    told.issued(scene, measure)

    report = begun(scene, case)

    (words,) = texts(report, Section.DECISIONS)
    assert "对行为人" in words
    assert "P-01" in words
    extract = read_extract(report.record)
    assert extract is not None
    assert [row.plan for row in extract.decisions] == ["P-01"]
    letter = case.exhibits.get(source=Source.NOTICE)
    listed = next(row for row in extract.exhibits if row.code == letter.code)
    assert letter.title not in listed.title  # a letter has the full name
    assert listed.sha256 == letter.file.sha256


def test_people_stand_in_it_by_their_part(scene, case) -> None:
    planned.aggressor(scene, case, name="孟大海")
    statement = asked.statement_in(scene, case)
    finding = asked.drafted(scene, case)
    asked.sentence(
        scene, finding, text="孟大海用伞打了受害人的额头。", sources=[statement]
    )
    asked.decided(scene, asked_submit(scene, finding))

    report = begun(scene, case)

    assert texts(report, Section.COURSE) == ["行为人用伞打了受害人的额头。"]
    assert "孟大海" not in report.record
    for field in ("text", "tags"):
        with pytest.raises(InvalidInput, match="称呼") as refused:
            added(scene, report, **{field: "以后要防着孟大海"})
        assert refused.value.path == field


def asked_submit(scene: Scene, finding: Any) -> Any:
    return investigation.submit_finding(finding=finding, by=finding.author, at=scene.at)


@pytest.mark.parametrize("said", ["双方互殴。", "他负全责。"])
def test_a_verdict_is_refused(scene, case, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        added(scene, begun(scene, case), text=said)

    assert refused.value.source == "G15"


def test_a_fact_added_by_hand_has_to_cite(scene, case) -> None:
    found(scene, case)
    report = begun(scene, case)
    added(scene, report)
    review.set_cause(report=report, cause=Cause.PERSON, by=report.author, at=scene.at)
    row = added(scene, report, section=Section.COURSE, text="雨下得很大。")

    with pytest.raises(InvalidInput, match="经过"):
        review.submit_report(report=report, by=report.author, at=scene.at)

    review.change_paragraph(
        paragraph=row,
        text=row.text,
        sources=[photo(scene, case)],
        by=report.author,
        at=scene.at,
    )
    sent = review.submit_report(report=report, by=report.author, at=scene.at)
    assert sent.state == ReportState.SUBMITTED


def test_a_lesson_is_no_fact_and_has_to_be_there(scene, case) -> None:
    found(scene, case)
    report = begun(scene, case)
    with pytest.raises(InvalidInput, match="原因") as refused:
        review.submit_report(report=report, by=report.author, at=scene.at)
    assert refused.value.path == "cause"
    review.set_cause(report=report, cause=Cause.PERSON, by=report.author, at=scene.at)

    with pytest.raises(Conflict, match="教训"):
        review.submit_report(report=report, by=report.author, at=scene.at)

    assert added(scene, report, is_fact=True).is_fact is False


def test_what_a_person_wrote_stays_when_it_is_composed_anew(scene, case) -> None:
    found(scene, case)
    report = begun(scene, case)
    row = next(one for one in paragraphs_of(report) if one.section == Section.HANDLING)
    review.change_paragraph(
        paragraph=row,
        text="接警迟了，改派用了三十秒。",
        by=report.author,
        at=scene.at,
    )
    added(scene, report)
    later = scene.at + timedelta(days=3)
    cases.add_task(
        case=case,
        phase=case.phase,
        title="补装照明",
        role_key="duty_officer",
        within=timedelta(hours=1),
        by=scene.officer,
        at=scene.at,
    )

    again = review.compose_again(report=report, by=report.author, at=later)

    row.refresh_from_db()
    assert row.text == "接警迟了，改派用了三十秒。"
    assert row.is_behind
    assert row.composed != row.written_over
    assert again.behind == 1
    assert texts(report, Section.LESSONS) == [LESSON]
    review.change_paragraph(
        paragraph=row, text=row.composed, by=report.author, at=later
    )
    row.refresh_from_db()
    assert row.origin == Origin.COMPOSED


def test_what_was_left_out_can_be_taken_in_again(scene, case) -> None:
    found(scene, case)
    report = begun(scene, case)
    row = next(one for one in paragraphs_of(report) if one.section == Section.COURSE)
    by = {"by": report.author, "at": scene.at}

    review.leave_paragraph(paragraph=row, is_left_out=True, **by)
    review.compose_again(report=report, **by)

    assert texts(report, Section.COURSE) == []
    review.leave_paragraph(paragraph=row, is_left_out=False, **by)
    assert texts(report, Section.COURSE) == [asked.HAPPENED]


def test_what_was_left_out_hides_no_other_decision(scene, case) -> None:
    measure = told.in_force(scene, case)
    report = begun(scene, case)
    (row,) = [one for one in paragraphs_of(report) if one.section == Section.DECISIONS]
    by = {"by": report.author, "at": scene.at}
    review.leave_paragraph(paragraph=row, is_left_out=True, **by)
    # Another measure stands in its place, as a new version of the plan would have it.
    PlanMeasure.objects.filter(pk=measure.pk).update(key="undertaking")

    review.compose_again(report=report, **by)

    (words,) = texts(report, Section.DECISIONS)
    assert words != row.text
    PlanMeasure.objects.filter(pk=measure.pk).update(key=measure.key)
    review.compose_again(report=report, **by)
    assert "decision:" in paragraphs_of(report, with_left_out=True)[-1].source


def test_another_finding_in_its_place_is_not_left_out(scene, case) -> None:
    found(scene, case)
    report = begun(scene, case)
    row = next(one for one in paragraphs_of(report) if one.section == Section.COURSE)
    by = {"by": report.author, "at": scene.at}
    review.leave_paragraph(paragraph=row, is_left_out=True, **by)
    FindingSentence.objects.filter(text=asked.HAPPENED).update(text="他先离开了大厅。")

    review.compose_again(report=report, **by)

    assert texts(report, Section.COURSE) == ["他先离开了大厅。"]


@pytest.mark.parametrize("form", Form)
def test_whoever_is_called_otherwise_later_changes_no_approved_file(
    scene, case, form: Form, settings
) -> None:
    report = decided(scene, submitted(scene, case))

    def exported() -> bytes:
        fresh = Report.objects.select_related("case__site", "author").get(pk=report.pk)
        return review.export_report(
            report=fresh, form=form, by=scene.manager, at=scene.at
        )

    before = exported()
    Site.objects.update(name="改名的小区")
    User.objects.update(name="改了名")
    settings.PUBLIC_URL = "https://elsewhere.example"

    assert exported() == before
    erase_words(case=case, reason="retention", at=scene.at)
    report.refresh_from_db()
    assert report.printed == {}


def test_what_the_police_talks_and_support_did_stands_in_it(scene, case) -> None:
    filed = reported.reported(scene, case)
    reported.paper(scene, filed)
    row = talked.settled(scene, case)
    care = cared.referred(scene, case, hotline="12356")
    one = care.follow_ups.get(step="first")
    one.care = care
    support.record_follow_up(
        follow_up=one,
        result=FollowUpResult.REACHED,
        by=scene.person("lifang"),
        at=scene.at,
    )

    report = begun(scene, case)

    decisions = " ".join(texts(report, Section.DECISIONS))
    assert filed.code in decisions
    assert "受案回执" in decisions
    assert row.code in decisions
    handling = " ".join(texts(report, Section.HANDLING))
    assert "心理支持：已提出" in handling
    for count in ("已询问", "已转介", "已随访"):
        assert count not in handling
    assert "12356" not in handling
    assert shown_name(care.party) not in f"{decisions} {handling}"


def test_of_three_people_and_of_what_was_joined_it_counts(scene, case) -> None:
    other = scene.incident(place=scene.place("园区 快递柜")).case
    cared.referred(scene, case, party(scene, case), hotline="12356")
    cared.offered(scene, case, party(scene, case, "白露"))
    cared.offered(scene, other, party(scene, other, "沈知远"))
    assert "已询问" not in support_of(case)
    cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)

    assert "已询问 3 人" in support_of(case)
    assert "已转介 1 人" in support_of(case)


def test_people_injuries_and_exhibits_of_what_was_joined_stand_in_it(
    scene, case
) -> None:
    other = scene.incident(place=scene.place("园区 快递柜")).case
    first, second = party(scene, case), party(scene, other, "沈知远")
    hurt(scene, other, party=second)
    own, theirs = photo(scene, case), photo(scene, other)
    cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
    case.refresh_from_db()
    found(scene, case)

    extract = read_extract(begun(scene, case).record)

    assert extract is not None
    names = names_of(case)
    assert {names[first.pk], names[second.pk]} == {"受害人甲", "受害人乙"}
    assert {"受害人甲", "受害人乙"} <= {name for name, _parts in extract.people}
    assert [one.who for one in extract.hurts] == [names[second.pk]]
    codes = [one.code for one in extract.exhibits]
    assert {own.code, f"{other.number}:{theirs.code}"} <= set(codes)
    assert len(codes) == len(set(codes))


def test_the_scene_of_what_was_joined_stands_in_it(scene, case) -> None:
    other = scene.incident(place=scene.place("园区 快递柜")).case
    for one in (case, other):
        looked(scene, one, exhibit=photo(scene, one))
        pinned(scene, drawn(scene, one))
    cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
    case.refresh_from_db()
    found(scene, case)

    extract = read_extract(begun(scene, case).record)

    assert extract is not None
    light = str(SceneAspect.LIGHT.label)
    own = extract.looks[0].exhibit
    assert [(one.aspect, one.exhibit) for one in extract.looks] == [
        (light, own),
        (f"{other.number}:{light}", f"{other.number}:{own}"),
    ]
    first, second = extract.sketches
    assert second.title == f"{other.number}:{first.title}"
    assert second.pins == first.pins


def test_who_is_a_party_of_both_cases_is_one_person_in_it(scene, case) -> None:
    other = scene.incident(place=scene.place("园区 快递柜")).case
    first = party(scene, case)
    again, witness = (
        cases.add_party(
            case=other,
            roles=roles,
            person=person,
            by=scene.officer,
            at=scene.at,
        )
        for roles, person in (
            (["victim", "witness"], first.person),
            (["witness"], party(scene, case, "沈知远").person),
        )
    )
    cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
    case.refresh_from_db()

    names = names_of(case)
    people = list(_people(case, names))

    assert names[first.pk] == names[again.pk] == "受害人甲"
    assert names[witness.pk] == "受害人乙"
    assert people == [("受害人甲", "证人"), ("受害人乙", "证人")]


def test_no_clock_and_no_call_of_support_stands_in_it(scene, case) -> None:
    care = cared.referred(scene, case)
    support.raise_call(care=care, by=cared.linan(scene), at=scene.at)
    found(scene, case)

    report = begun(scene, case)

    extract = read_extract(report.record)
    assert extract is not None
    titles = [step.title for step in extract.steps]
    assert titles
    assert not [one for one in titles if "随访" in one or "辅导员" in one]
    assert "确认已经联系" not in titles


def test_neither_its_author_nor_somebody_of_the_matter_approves(scene, case) -> None:
    report = submitted(scene, case, by=scene.manager)
    with pytest.raises(NotAllowed, match="编写人"):
        decided(scene, report)
    lead = planned.headquarters(scene)
    cases.add_party(
        case=case, roles=["witness"], user=lead, by=scene.officer, at=scene.at
    )

    with pytest.raises(NotAllowed, match="当事人"):
        decided(scene, report, by=lead)

    assert decided(scene, report, by=planned.legal(scene)).state == "approved"


def test_who_wrote_an_earlier_version_approves_none(scene, case) -> None:
    first = submitted(scene, case, by=scene.manager)
    lawyer = planned.legal(scene)
    decided(scene, first, by=lawyer, is_approved=False, remark="缺一段")
    second = submitted(scene, case)
    assert LESSON in [row.text for row in paragraphs_of(second)]

    assert not can_decide(scene.manager, second)
    with pytest.raises(NotAllowed, match="编写过"):
        decided(scene, second)
    assert decided(scene, second, by=lawyer).state == "approved"


def test_who_was_at_the_scene_does_not_write_it(scene, case) -> None:
    party_of = {"case": case, "roles": ["staff"], "user": scene.officer}
    cases.add_party(**party_of, by=scene.officer, at=scene.at)

    with pytest.raises(NotAllowed, match="回避"):
        begun(scene, case, by=scene.officer)


def test_deciders_hear_of_it_and_the_author_of_the_decision(scene, case) -> None:
    report = submitted(scene, case)
    decided(scene, report)

    told_of = set(
        Delivery.objects.filter(message__kind__startswith="review.").values_list(
            "message__kind", "user__username"
        )
    )
    assert ("review.report_to_decide", "hetao") in told_of
    assert ("review.report_decided", "xuqing") in told_of
    assert ("review.report_to_decide", "xuqing") not in told_of


def test_a_return_says_why_and_the_next_version_has_the_words(scene, case) -> None:
    report = submitted(scene, case)
    with pytest.raises(InvalidInput, match="退回"):
        decided(scene, report, is_approved=False)
    decided(scene, report, is_approved=False, remark="教训要写到人")

    after = begun(scene, case)

    assert after.code == "R-02"
    assert texts(after, Section.LESSONS) == [LESSON]
    assert after.cause == Cause.ENVIRONMENT
    with pytest.raises(Conflict):
        added(scene, report)


def test_a_superseded_version_is_not_approved_and_stays_readable(scene, case) -> None:
    first = decided(scene, submitted(scene, case))
    second = decided(scene, submitted(scene, case))
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "approved")

    with pytest.raises(Conflict, match="已被新版本取代"):
        decided(scene, first)
    assert texts(first, Section.LESSONS) == [LESSON]


def test_the_record_goes_on_and_the_report_says_so(scene, case) -> None:
    report = decided(scene, submitted(scene, case))
    assert newer_entries(report).count() == 0
    review.export_report(report=report, form=Form.PDF, by=scene.manager, at=scene.at)
    assert newer_entries(report).count() == 0

    cases.write_note(case=case, text="家属来电", by=scene.officer, at=scene.at)

    assert newer_entries(report).count() == 1


@pytest.mark.parametrize("form", Form)
def test_the_same_version_is_the_same_bytes(scene, case, form: Form) -> None:
    report = decided(scene, submitted(scene, case))

    def digest(by: Any, at: Any) -> str:
        made = review.export_report(report=report, form=form, by=by, at=at)
        return hashlib.sha256(made).hexdigest()

    first = digest(scene.manager, scene.at)
    cases.write_note(case=case, text="家属来电", by=scene.officer, at=scene.at)
    decided(scene, submitted(scene, case))
    report.refresh_from_db()
    again = digest(planned.legal(scene), scene.at + timedelta(days=40))

    assert first == again
    kept = Entry.objects.filter(kind="review.report_exported")
    assert kept.count() == 2


def test_only_what_was_approved_leaves(scene, case) -> None:
    report = submitted(scene, case)

    with pytest.raises(Conflict, match="批准以后"):
        review.export_report(
            report=report, form=Form.DOCX, by=scene.manager, at=scene.at
        )


def test_markup_in_its_words_is_words(scene, case) -> None:
    found(scene, case)
    report = begun(scene, case)
    nasty = '#read("/etc/passwd") <w:p> $x$ *b* ]] \u202e\x00{{ 7*7 }} 𪚥'
    added(scene, report, text=nasty)
    added(scene, report, text="字" * 1000)
    review.set_cause(report=report, cause=Cause.PERSON, by=report.author, at=scene.at)
    review.submit_report(report=report, by=report.author, at=scene.at)
    decided(scene, report)
    report.refresh_from_db()

    by = {"by": scene.manager, "at": scene.at}
    pdf = review.export_report(report=report, form=Form.PDF, **by)
    word = review.export_report(report=report, form=Form.DOCX, **by)

    assert pdf.startswith(b"%PDF")
    lines = [one.text for one in Document(BytesIO(word)).paragraphs]
    assert any(
        '#read("/etc/passwd") <w:p> $x$ *b* ]] {{ 7*7 }}' in one for one in lines
    )
    with pytest.raises(InvalidInput, match="1000"):
        added(scene, begun(scene, case), text="字" * 1001)


def test_word_has_every_section_with_its_chinese_number(scene, case) -> None:
    told.in_force(scene, case)
    report = submitted_on(scene, case)
    decided(scene, report, by=planned.headquarters(scene))
    report.refresh_from_db()

    word = review.export_report(
        report=report, form=Form.DOCX, by=scene.manager, at=scene.at
    )

    document = Document(BytesIO(word))
    heads = [one.text for one in document.paragraphs]
    numbered = [one for one in heads if re.match("^[一二三四五六七八九十]、", one)]
    assert numbered[0] == "一、基本情况"
    assert numbered[-1] == "十、证据清单与记录"
    assert len(numbered) == 10
    assert "内部资料" in document.sections[0].header.paragraphs[0].text
    cells = {cell.text for table in document.tables for cell in table._cells}
    exhibit = case.exhibits.order_by("number").first()
    assert exhibit is not None
    assert {exhibit.code, exhibit.file.sha256[:16]} <= cells
    assert len(document.inline_shapes) == 1  # the code to verify by
    (page,) = document.sections
    width = page.page_width or 0
    across = width - (page.left_margin or 0) - (page.right_margin or 0)
    assert abs(width - Mm(210)) < Mm(1)
    assert abs(across - Mm(162)) < Mm(1)
    assert document.tables
    for table in document.tables:
        for one in table.rows:
            widths = [cell.width for cell in one.cells]
            assert all(widths)
            assert abs(sum(widths) - across) < Mm(1)
        grid = [column.width for column in table.columns]
        assert abs(sum(grid) - across) < Mm(1)


def test_the_scene_and_its_sketch_stand_in_it(scene, case) -> None:
    victim = party(scene, case)
    by = {"by": asked.investigator(scene), "at": scene.at}
    investigation.look_at_scene(
        case=case,
        aspect=SceneAspect.LIGHT,
        rating=SceneRating.PART,
        note=f"{full_name(victim)}身后两盏灯不亮",
        **by,
    )
    sketch = investigation.draw_sketch(case=case, title="B1 东区", **by)
    pins: tuple[dict[str, Any], ...] = (
        {"kind": PinKind.PERSON, "x": 250, "y": 500, "label": "", "party": victim},
        {"kind": PinKind.OBJECT, "x": 400, "y": 500, "label": "雨伞"},
    )
    for pin in pins:
        investigation.set_pin(sketch=sketch, **pin, **by)
    report = decided(scene, submitted(scene, case))
    report.refresh_from_db()

    page = page_of(report)
    assert [one["title"] for one in page["sections"]][2:5] == [
        "三、经过",
        "四、现场",
        "五、处置与时限",
    ]
    assert page["sections"][-1]["title"] == "十一、证据清单与记录"
    (shown,) = page["sections"][3]["sketches"]
    assert shown["title"] == "K-01 B1 东区"
    assert [one["words"] for one in shown["pins"]] == ["人 · 受害人甲", "物品 · 雨伞"]
    (look,) = page["sections"][3]["tables"][0]["rows"]
    assert look == ["照明", "可能有影响", "受害人甲身后两盏灯不亮", "—"]

    files = [
        review.export_report(report=report, form=form, by=scene.manager, at=scene.at)
        for form in (Form.PDF, Form.DOCX, Form.DOCX)
    ]
    assert files[0].startswith(b"%PDF")
    assert files[1] == files[2]
    document = Document(BytesIO(files[1]))
    assert len(document.inline_shapes) == 2  # the sketch, and the code
    assert "2. 物品 · 雨伞" in [one.text for one in document.paragraphs]
    other = planned.aggressor(scene, case)
    assert "雨伞" not in text_of(copy_page(report, other, Side.AGGRESSOR))


def test_of_a_scene_that_nobody_looked_at_there_is_no_section(scene, case) -> None:
    report = decided(scene, submitted(scene, case))
    report.refresh_from_db()
    titles = [one["title"] for one in page_of(report)["sections"]]
    assert not [one for one in titles if one.endswith("、现场")]


def submitted_on(scene: Scene, case: Case) -> Report:
    report = begun(scene, case)
    added(scene, report)
    review.set_cause(report=report, cause=Cause.PERSON, by=report.author, at=scene.at)
    return review.submit_report(report=report, by=report.author, at=scene.at)


def test_nothing_on_paper_runs_out_of_its_margins(
    scene, case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at as a picture: long digests and tables stay within, the mark is whole."""
    photo(scene, case)
    report = decided(scene, submitted(scene, case))
    report.refresh_from_db()
    compiled: Any = typst.compile
    drawn: list[Image.Image] = []

    def draw(*source: Any, **more: Any) -> bytes:
        pages = compiled(*source, format="png", ppi=_PPI, **more)
        every = pages if isinstance(pages, list) else [pages]
        drawn.extend(Image.open(BytesIO(page)).convert("L") for page in every)
        return b""

    monkeypatch.setattr(typst, "compile", draw)
    report_pdf(report, at=scene.at)

    assert len(drawn) > 1
    for page in drawn:
        ink = page.point(lambda tone: 255 if tone < 200 else 0).getbbox()
        assert ink is not None
        left, top, right, bottom = (edge * 25.4 / _PPI for edge in ink)
        assert left > 23
        assert top > 4
        assert right < 187
        assert bottom < 290
    mark = drawn[0].crop((0, 0, drawn[0].width, round(14 * _PPI / 25.4)))
    assert mark.point(lambda tone: 255 if tone < 200 else 0).getbbox()  # 内部资料


_PPI = 72


def test_paper_is_compared_with_the_record(scene, case) -> None:
    report = decided(scene, submitted(scene, case))
    report.refresh_from_db()
    extract = read_extract(report.record)
    assert extract is not None
    said: dict[str, Any] = {
        "content": report.content,
        "seq": extract.head.seq,
        "head": extract.head.digest,
    }

    right = verified(report, **said)
    assert (right.is_content, right.is_head) == (True, True)
    short = {**said, "content": report.content[:32], "head": extract.head.digest[:32]}
    assert verified(report, **short).is_content
    assert not verified(report, **{**said, "content": ""}).is_content
    assert not verified(report, **{**said, "content": "0" * 64}).is_content
    assert not verified(report, **{**said, "head": "0" * 64}).is_head
    Report.objects.filter(pk=report.pk).update(record=report.record + " ")
    report.refresh_from_db()
    assert not verified(report, **said).is_content


def content_before(report: Report) -> str:
    """As it was taken before what is cited of a joined case had the number of that."""
    whole = hashlib.sha256()

    def take_in(*parts: str) -> None:
        for part in (str(len(parts)), *parts):
            whole.update(len(part.encode()).to_bytes(4, "big") + part.encode())

    take_in(report.code, report.cause, report.record)
    for row in paragraphs_of(report):
        codes = sorted(one.code for one in row.citations.all())
        kind = (row.section, row.origin, str(int(row.is_fact)))
        take_in(*kind, row.text, row.tags, *codes)
    return whole.hexdigest()


def test_what_was_approved_before_codes_had_a_number_still_holds(scene, case) -> None:
    other = scene.incident(place=scene.place("园区 快递柜")).case
    theirs = photo(scene, other)
    cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
    case.refresh_from_db()
    found(scene, case)
    added(scene, begun(scene, case), sources=[theirs])
    report = decided(scene, submitted(scene, case))
    report.refresh_from_db()
    assert f"[{other.number}:{theirs.code}]" in str(page_of(report))
    said: dict[str, Any] = {"content": report.content, "seq": 1, "head": ""}
    assert verified(report, **said).is_content

    old = json.loads(report.record)
    old.pop("is_numbered", None)
    report.record = json.dumps(old, ensure_ascii=False, separators=(",", ":"))
    report.content = content_before(report)
    report.save()

    said = {"content": report.content, "seq": 1, "head": ""}
    assert verified(report, **said).is_content
    assert f"[{theirs.code}]" in str(page_of(report))


def test_the_same_request_twice_is_one_paragraph(scene, case) -> None:
    report = begun(scene, case)
    request_id = uuid4()

    first = added(scene, report, request_id=request_id)

    assert added(scene, report, request_id=request_id) == first
    with pytest.raises(Conflict):
        added(scene, report, request_id=request_id, text="别的话。")


@pytest.mark.both
def test_two_who_decide_at_once(committed_scene, settings, tmp_path) -> None:
    settings.DATA = tmp_path
    scene = committed_scene
    case = scene.incident().case
    report = submitted(scene, case)
    deciders = [scene.manager, planned.legal(scene), planned.headquarters(scene)]

    outcomes = at_once(
        *(
            lambda by=by: decided(
                scene,
                Report.objects.select_related("case__site").get(pk=report.pk),
                by=by,
            )
            for by in deciders
        )
    )

    assert sum(isinstance(one, Report) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 2
    assert Entry.objects.filter(kind="review.report_approved").count() == 1


def test_only_the_author_of_a_draft_writes_on_it(scene, case) -> None:
    report = begun(scene, case)

    with pytest.raises(Conflict, match="编写人"):
        added(scene, report, by=scene.officer)
    with pytest.raises(Conflict, match="请先办完"):
        begun(scene, case, by=scene.officer)
    assert begun(scene, case) == report


def test_who_speaks_for_a_side_does_not_read_it(scene, case) -> None:
    counsel = scene.person("lifang")
    report = decided(scene, submitted(scene, case))

    with pytest.raises(NotAllowed):
        review.export_report(report=report, form=Form.PDF, by=counsel, at=scene.at)
    with pytest.raises(NotAllowed):
        review.export_report(report=report, form=Form.PDF, by=scene.guard, at=scene.at)


def test_its_words_go_with_its_case_and_the_chain_stays_whole(scene, case) -> None:
    report = decided(scene, submitted(scene, case))
    draft = begun(scene, case)
    assert verify().is_sound

    for _twice in range(2):
        erase_words(case=case, reason="retention", at=scene.at)

    report.refresh_from_db()
    draft.refresh_from_db()
    assert (report.record, draft.record) == ("", "")
    assert {row.text for row in paragraphs_of(report)} == {""}
    assert report.cause == Cause.ENVIRONMENT
    with pytest.raises(Conflict, match="保存期限"):
        review.export_report(
            report=report, form=Form.PDF, by=scene.manager, at=scene.at
        )
    assert verify().is_sound


def test_of_one_victim_there_is_no_letter_and_of_two_there_is(scene, case) -> None:
    one = party(scene, case)
    assert names_of(case)[one.pk] == "受害人"
    person = customers.add_person(
        site=scene.site, name="沈若溪", by=scene.officer, at=scene.at
    )
    two = cases.add_party(
        case=case, roles=["victim"], person=person, by=scene.officer, at=scene.at
    )
    assert [names_of(case)[pk] for pk in (one.pk, two.pk)] == ["受害人甲", "受害人乙"]
    assert author(scene).username == "xuqing"

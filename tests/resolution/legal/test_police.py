"""Reports to the police: material, hand-over, papers in any order, and what follows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.translation import override

from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Side, TaskState
from anlan.cases.models import Case, Guardianship, Task
from anlan.cases.selectors import timeline
from anlan.evidence import services as evidence
from anlan.evidence.enums import Ground, HoldReason
from anlan.evidence.selectors.retention import grounds_of
from anlan.incidents import services as incidents
from anlan.incidents.enums import Police
from anlan.incidents.models import Incident
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from anlan.resolution.enums import CarryingState
from anlan.resolution.legal import jobs, permissions
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import (
    ItemKind,
    ItemState,
    PaperKind,
    ReportState,
    ToldWay,
)
from anlan.resolution.legal.forms.police import HandOverForm
from anlan.resolution.legal.models import (
    PolicePaper,
    PolicePeriod,
    PoliceProcedure,
    PoliceReport,
    Retaliation,
)
from anlan.resolution.legal.selectors.police import (
    checklist,
    last_day,
    missing_in,
    newest_to_tell,
    procedure_at,
    rights_of,
    suggested,
    untold_since,
)
from anlan.resolution.legal.services import Procedure
from tests.at_once import at_once
from tests.evidence.keeping import photo
from tests.evidence.told import party as victim
from tests.resolution.legal.reported import (
    STATION,
    begun,
    complete,
    handed,
    paper,
    procedure,
    put,
    reported,
)
from tests.resolution.planned import headquarters
from tests.resolution.planned import legal as counsel
from tests.resolution.told import carrying, in_force
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def kinds(case: Case) -> list[str]:
    rows = Entry.objects.filter(subject=case.subject, kind__startswith="legal.")
    return [row.kind.removeprefix("legal.") for row in rows.order_by("seq")]


def task(case: Case, key: str) -> Task:
    return Task.objects.select_related("case__site").get(case=case, key__startswith=key)


def task_paper(case: Case) -> PolicePaper:
    found = newest_to_tell(case)
    assert found is not None
    return found


def running(report: PoliceReport) -> set[str]:
    return set(report.periods.filter(ended_at=None).values_list("rule", flat=True))


def told(kind: str) -> set[str]:
    rows = Delivery.objects.filter(message__kind=kind).select_related("user")
    return {one.user.username for one in rows if one.user}


class TestProcedures:
    def test_the_version_of_the_day_counts_and_a_report_keeps_its_own(
        self, scene: Scene, case: Case
    ):
        first = procedure(scene)
        later = local_day(scene.at) + timedelta(days=10)
        second = procedure(scene, version=1, valid_from=later)

        assert begun(scene, case).procedure == first
        assert procedure_at(scene.site, later - timedelta(days=1)) == first
        assert procedure_at(scene.site, later) == second
        assert procedure_at(scene.other_site, later) is None

    def test_two_do_not_overwrite_each_other(self, scene: Scene):
        procedure(scene)
        with pytest.raises(Conflict):
            procedure(scene)
        assert PoliceProcedure.objects.count() == 1

    @pytest.mark.parametrize(
        ("more", "path"),
        [
            ({"bring": "先写情况说明，经理签字后再报警"}, "bring"),
            ({"station": " "}, "station"),
            ({"address": "路" * 121}, "address"),
        ],
    )
    def test_what_it_may_not_say(self, scene: Scene, more: Any, path: str):
        said = {
            "station": STATION,
            "phone": "19900000110",
            "address": "云栖路 1 号",
            "receives": "一楼",
            "bring": "报案书",
            **more,
        }
        with pytest.raises(InvalidInput) as refused:
            procedure(scene, said=Procedure(**said))
        assert refused.value.path == path

    def test_yesterday_cannot_be_changed(self, scene: Scene):
        with pytest.raises(InvalidInput):
            procedure(scene, valid_from=local_day(scene.at) - timedelta(days=1))

    def test_is_written_by_who_keeps_the_letters(self, scene: Scene):
        for who in (scene.manager, scene.officer):
            with pytest.raises(NotAllowed):
                procedure(scene, by=who)


class TestMaterial:
    def test_is_complete_when_each_kind_is_there_or_cannot_be(
        self, scene: Scene, case: Case
    ):
        report = begun(scene, case)
        assert missing_in(report) == list(ItemKind)

        for kind in ItemKind:
            state = ItemState.NONE if kind == ItemKind.LOSSES else ItemState.READY
            put(scene, report, kind, state=state, words="没有财物损失")
        assert missing_in(report) == []

        put(scene, report, ItemKind.LETTER, state=ItemState.OPEN)
        assert missing_in(report) == [ItemKind.LETTER]

    def test_suggests_what_came_as_such(self, scene: Scene, case: Case):
        assert suggested(case, scene.officer) == {}
        one = photo(scene, case)
        report = begun(scene, case)
        put(scene, report, ItemKind.DUTY_LOG, exhibits=[one], words="")
        (line,) = [row for row in checklist(report) if row.kind == ItemKind.DUTY_LOG]
        assert line.exhibits == (one,)

    @pytest.mark.parametrize(
        "more",
        [
            {"state": ItemState.NONE, "words": " "},
            {"state": ItemState.READY, "words": ""},
            {"words": "字" * 301},
        ],
    )
    def test_says_something(self, scene: Scene, case: Case, more: Any):
        with pytest.raises(InvalidInput):
            put(scene, begun(scene, case), ItemKind.LETTER, **more)

    def test_of_another_case_is_refused(self, scene: Scene, case: Case):
        other = scene.incident(place=scene.place("园区 快递柜")).case
        with pytest.raises(InvalidInput):
            put(
                scene,
                begun(scene, case),
                ItemKind.LETTER,
                exhibits=[photo(scene, other)],
            )

    def test_is_gathered_once_at_a_time(self, scene: Scene, case: Case):
        assert begun(scene, case) == begun(scene, case, by=counsel(scene))
        assert PoliceReport.objects.count() == 1

    @pytest.mark.parametrize("who", ["wangjianguo", "lifang", "xuqing", "dingyi"])
    def test_is_not_everybodys(self, scene: Scene, case: Case, who: str):
        with pytest.raises(NotAllowed):
            begun(scene, case, by=scene.person(who))


class TestHandOver:
    def test_freezes_the_list_and_ends_its_task(self, scene: Scene, case: Case):
        one = photo(scene, case)
        report = complete(scene, case)
        put(scene, report, ItemKind.INJURIES, exhibits=[one], words="")
        report = handed(scene, report, receipt=one, words="")

        assert report.state == ReportState.HANDED_OVER
        assert f"{one.code} {one.title} SHA-256 {one.file.sha256}" in report.listing
        assert task(case, "police_report:").state == TaskState.DONE
        assert kinds(case) == ["report_begun", "report_handed_over"]
        with pytest.raises(Conflict):
            put(scene, report, ItemKind.LETTER, words="另一份")
        with pytest.raises(Conflict):
            legal.drop_report(
                report=report, reason="不要了", by=scene.officer, at=scene.at
            )

    def test_incomplete_needs_a_reason(self, scene: Scene, case: Case):
        report = put(scene, begun(scene, case), ItemKind.LETTER)
        with pytest.raises(InvalidInput, match="病历") as refused:
            handed(scene, report)
        assert refused.value.path == "gaps"
        report = handed(scene, report, gaps="受害人还在医院，病历次日补交")
        assert "（还缺）" in report.listing

    @pytest.mark.parametrize(
        ("more", "path"),
        [
            ({"happened": timedelta(hours=-1)}, "happened"),
            ({"happened": timedelta(hours=3)}, "happened"),
            ({"officer": " "}, "officer"),
            ({"signers": ""}, "signers"),
            ({"accepted": []}, "accepted"),
            ({"words": ""}, "receipt"),
        ],
    )
    def test_says_when_who_what_and_proves_it(
        self, scene: Scene, case: Case, more: Any, path: str
    ):
        report = complete(scene, case)
        if "happened" in more:
            more = {"happened": scene.at + more["happened"]}
        with pytest.raises(InvalidInput) as refused:
            handed(scene, report, **more)
        assert refused.value.path == path

    def test_what_was_not_there_is_not_accepted(self, scene: Scene, case: Case):
        report = put(scene, begun(scene, case), ItemKind.LETTER)
        with pytest.raises(InvalidInput):
            handed(scene, report, accepted=[ItemKind.MEDICAL], gaps="先递交")

    @pytest.mark.parametrize("said", [ItemState.OPEN, ItemState.NONE])
    def test_without_any_material_the_police_were_told(
        self, scene: Scene, case: Case, said: ItemState
    ):
        report = begun(scene, case)
        for kind in ItemKind if said == ItemState.NONE else ():
            put(scene, report, kind, state=said, words="没有")
        oral: dict[str, Any] = {
            "accepted": [],
            "signers": "",
            "gaps": "伤者送医，先口头报案",
            "words": "窗口口头报案，民警出具受案回执",
        }
        report = handed(scene, report, **oral)

        assert report.state == ReportState.HANDED_OVER
        assert report.listing.startswith("口头报案，没有递交材料。")
        assert task(case, "police_report:").state == TaskState.DONE
        assert "D05" in running(report)
        page = "\n".join(line.sentence for line in timeline(case))
        assert f"{report.code} 递交公安机关（口头报案，没有递交材料）" in page
        paper(scene, report)
        assert verify().is_sound

    def test_orally_needs_a_word_about_how(self, scene: Scene, case: Case):
        with pytest.raises(InvalidInput) as refused:
            handed(
                scene,
                begun(scene, case),
                accepted=[],
                signers="",
                gaps="没有",
                words="",
            )
        assert refused.value.path == "words"

    def test_orally_nobody_is_named_and_no_receipt_is_asked_for(
        self, scene: Scene, case: Case
    ):
        report = begun(scene, case)
        form = HandOverForm(report=report, reader=scene.officer)
        assert "receipt" not in form.fields
        assert not form.fields["officer"].required
        said = {"accepted": [], "signers": "", "gaps": "没有", "words": "电话报案"}
        assert handed(scene, report, **said, officer="", receipt=None).officer == ""

    @pytest.mark.parametrize(
        ("path", "words"),
        [("officer", "民警"), ("signers", "签字"), ("station", "单位")],
    )
    def test_what_is_missing_is_named(
        self, scene: Scene, case: Case, path: str, words: str
    ):
        report = complete(scene, case)
        with pytest.raises(InvalidInput, match=words) as refused:
            handed(scene, report, **{path: " "})
        assert refused.value.path == path

    def test_nothing_is_no_further_material(self, scene: Scene, case: Case):
        reported(scene, case)
        with pytest.raises(InvalidInput) as refused:
            handed(scene, begun(scene, case), accepted=[], signers="", gaps="没有")
        assert refused.value.path == "accepted"

    def test_sent_twice_is_one(self, scene: Scene, case: Case):
        report, request = complete(scene, case), uuid4()
        first = handed(scene, report, request_id=request)
        assert handed(scene, report, request_id=request) == first
        with pytest.raises(Conflict):
            handed(scene, report)
        assert kinds(case).count("report_handed_over") == 1

    def test_proves_the_measure_of_a_plan(self, scene: Scene, case: Case):
        measure = in_force(scene, case, "police_report")
        reported(scene, case)
        assert carrying(measure).state == CarryingState.DONE

    def test_tells_that_the_police_know(self, scene: Scene, case: Case):
        assert Ground.POLICE not in grounds_of(case)
        reported(scene, case)
        assert Ground.POLICE in grounds_of(case)

    def test_answers_the_question_of_the_incident(self, scene: Scene, case: Case):
        """Also orally, without a call to 110 and whatever two people agreed before."""
        handed(scene, begun(scene, case), gaps="口头报案", officer="", signers="")

        incident = Incident.objects.get(case=case)
        assert incident.police == Police.CALLED
        Incident.objects.filter(case=case).update(controlled_at=scene.at)
        Task.objects.filter(case=case).update(state=TaskState.DONE, ended_at=scene.at)
        incidents.close_incident(incident=incident, by=scene.officer, at=scene.at)
        assert Case.objects.get(pk=case.pk).state == "closed"

    def test_its_task_is_not_ended_by_hand(self, scene: Scene, case: Case):
        begun(scene, case)
        for end in (
            lambda one: cases.complete_task(
                task=one, words="交了", by=scene.officer, at=scene.at
            ),
            lambda one: cases.skip_task(
                task=one, reason="不交", by=scene.officer, at=scene.at
            ),
        ):
            with pytest.raises(Conflict):
                end(task(case, "police_report:"))

    def test_further_material_is_a_supplement_without_papers(
        self, scene: Scene, case: Case
    ):
        main = reported(scene, case)
        more = reported(scene, case)
        assert (more.supplements, more.code) == (main, "PR-02")
        assert not more.periods.exists()
        with pytest.raises(Conflict, match="PR-01"):
            paper(scene, more)


class TestDropping:
    def test_is_no_way_around_the_duty(self, scene: Scene, case: Case):
        report = begun(scene, case)
        with pytest.raises(Conflict) as refused:
            legal.drop_report(
                report=report, reason="材料有误", by=scene.officer, at=scene.at
            )
        assert refused.value.source == "G05"

    def test_words_of_settling_are_refused(self, scene: Scene, case: Case):
        report = begun(scene, case)
        with pytest.raises(InvalidInput) as refused:
            legal.drop_report(
                report=report, reason="双方私了", by=scene.officer, at=scene.at
            )
        assert refused.value.source == "G05"

    def test_once_the_police_know(self, scene: Scene, case: Case):
        reported(scene, case)
        more = begun(scene, case)
        legal.drop_report(
            report=more, reason="没有更多材料", by=scene.officer, at=scene.at
        )
        assert task(case, f"police_report:{more.uid}").state == TaskState.SKIPPED
        assert begun(scene, case).code == "PR-03"


class TestPapers:
    def test_from_receipt_to_decision(self, scene: Scene, case: Case):
        report = reported(scene, case)
        assert running(report) == {"D05", "D05b", "D06", "D06b", "D06c"}

        paper(scene, report, PaperKind.RECEIPT)
        assert running(report) == {"D04", "D06", "D06b", "D06c"}
        paper(scene, report, PaperKind.FILING, days=1)
        assert running(report) == {"D04", "D07", "D07b", "D07c"}
        paper(scene, report, PaperKind.DECISION, days=20)
        assert running(report) == {"D10", "D11"}
        report.refresh_from_db()
        assert report.state == ReportState.DECIDED
        assert kinds(case)[2:] == ["paper_recorded"] * 3

    def test_a_receipt_ends_the_task_of_the_playbook(self, scene: Scene, case: Case):
        report = reported(scene, case)
        paper(scene, report, number="云公受字 7 号")
        done = task(case, "police_handover")
        assert (done.state, done.words) == (TaskState.DONE, "云公受字 7 号")

    def test_may_come_in_any_order(self, scene: Scene, case: Case):
        report = reported(scene, case)
        paper(scene, report, PaperKind.DECISION, days=20)
        late = {"at": scene.at + timedelta(days=30)}
        paper(scene, report, PaperKind.RECEIPT, days=0, **late)
        paper(scene, report, PaperKind.FILING, days=1, **late)
        report.refresh_from_db()
        assert report.state == ReportState.DECIDED
        assert running(report) == {"D10", "D11"}

    def test_cannot_contradict_those_before(self, scene: Scene, case: Case):
        report = reported(scene, case)
        paper(scene, report, PaperKind.DECISION, days=5)
        with pytest.raises(Conflict, match="立案告知"):
            paper(scene, report, PaperKind.FILING, days=9)
        with pytest.raises(Conflict, match="受案回执"):
            paper(scene, report, PaperKind.RECEIPT, days=6)

    def test_before_the_hand_over_there_is_none(self, scene: Scene, case: Case):
        with pytest.raises(Conflict):
            paper(scene, complete(scene, case))

    def test_the_same_number_is_the_same_paper_however_typed(
        self, scene: Scene, case: Case
    ):
        report = reported(scene, case)
        paper(scene, report, number="云公（治）受案字〔2026〕0981 号")
        with pytest.raises(Conflict, match="登记过"):
            paper(scene, report, number="云公(治)受案字[2026]０９８１号")

    def test_sent_twice_is_one(self, scene: Scene, case: Case):
        report, request = reported(scene, case), uuid4()
        first = paper(scene, report, request_id=request)
        assert paper(scene, report, request_id=request) == first
        with pytest.raises(Conflict):
            paper(scene, report, request_id=request, number="别的")

    @pytest.mark.parametrize(
        ("more", "path"),
        [
            ({"dated_on": -1, "received_on": 0}, "dated_on"),
            ({"dated_on": 1, "received_on": 1}, "dated_on"),
            ({"dated_on": 0, "received_on": 1}, "received_on"),
        ],
    )
    def test_has_days_that_can_be(
        self, scene: Scene, case: Case, more: dict[str, int], path: str
    ):
        report = reported(scene, case)
        today = local_day(scene.at)
        days: Any = {name: today + timedelta(days=n) for name, n in more.items()}
        with pytest.raises(InvalidInput) as refused:
            paper(scene, report, **days)
        assert refused.value.path == path

    @pytest.mark.parametrize(
        ("more", "path"),
        [
            ({"office": ""}, "office"),
            ({"words": "", "number": ""}, "number"),
            ({"words": ""}, "exhibit"),
        ],
    )
    def test_is_proven_or_explained(
        self, scene: Scene, case: Case, more: Any, path: str
    ):
        report = reported(scene, case)
        with pytest.raises(InvalidInput) as refused:
            paper(scene, report, **more)
        assert refused.value.path == path

    def test_one_entered_wrongly_is_revoked_with_its_periods(
        self, scene: Scene, case: Case
    ):
        report = reported(scene, case)
        wrong = paper(scene, report, PaperKind.REFUSAL)
        assert "D09" in running(report)
        assert task(case, "rights:").state == TaskState.OPEN
        legal.revoke_paper(
            paper=wrong, reason="看错了文书", by=scene.officer, at=scene.at
        )
        report.refresh_from_db()
        assert report.state == ReportState.HANDED_OVER
        assert "D09" not in running(report)
        assert task(case, "rights:").state == TaskState.SKIPPED
        with pytest.raises(Conflict):
            legal.revoke_paper(
                paper=wrong, reason="再来", by=scene.officer, at=scene.at
            )
        paper(scene, report, PaperKind.REFUSAL)

    def test_what_others_stand_on_is_not_revoked(self, scene: Scene, case: Case):
        report = reported(scene, case)
        refusal = paper(scene, report, PaperKind.REFUSAL)
        paper(scene, report, PaperKind.FILING, days=3)
        paper(scene, report, PaperKind.REFUSAL, days=0, number="另一号")
        assert PolicePaper.objects.filter(revoked_at=None).count() == 3
        legal.revoke_paper(paper=refusal, reason="重复", by=scene.officer, at=scene.at)
        report.refresh_from_db()
        assert report.state == ReportState.FILED

    def test_of_a_closed_case_as_well(self, scene: Scene, case: Case):
        report = reported(scene, case)
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
        paper(scene, report, PaperKind.DECISION, days=40)
        assert running(report) == {"D10", "D11"}
        assert not Task.objects.filter(case=case, key__startswith="rights:").exists()

    def test_counsel_and_the_victims_contact_hear_of_it(self, scene: Scene, case: Case):
        paper(scene, reported(scene, case))
        assert {"chenlu", "hetao", "lifang"} <= told("legal.paper_came")


class TestPeriodsThatPass:
    def test_are_said_once_also_in_a_closed_case(self, scene: Scene, case: Case):
        report = reported(scene, case)
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
        at = scene.at + timedelta(days=2)
        assert jobs.say_passed_periods(at=at) == 1
        assert jobs.say_passed_periods(at=at) == 0
        assert kinds(case)[-1] == "period_passed"
        assert {"chenlu", "zhoumin"} <= told("legal.period_passed")
        assert "D05" in running(report)

    def test_one_that_may_end_later_is_not_said_to_be_over(
        self, scene: Scene, case: Case
    ):
        report = reported(scene, case)
        paper(scene, report, PaperKind.FILING)
        paper(scene, report, PaperKind.APPRAISAL)
        jobs.say_passed_periods(at=scene.at + timedelta(days=40))
        with override("zh-hans"):
            told_of = [one.sentence for one in timeline(case)]
        passed = [one for one in told_of if "治安案件办结（自立案" in one]
        assert len(passed) == 1
        assert "最后一天最早为" in passed[0]
        assert "届满" not in passed[0]

    def test_are_not_said_after_what_ended_them(self, scene: Scene, case: Case):
        report = reported(scene, case)
        paper(scene, report, PaperKind.FILING)
        assert jobs.say_passed_periods(at=scene.at + timedelta(days=10)) == 0

    def test_a_paper_that_comes_late_does_not_say_it_again(
        self, scene: Scene, case: Case
    ):
        report = reported(scene, case)
        at = scene.at + timedelta(days=2)
        jobs.say_passed_periods(at=at)
        wrong = paper(scene, report, days=1)
        legal.revoke_paper(paper=wrong, reason="看错", by=scene.officer, at=at)
        assert jobs.say_passed_periods(at=at) == 0


class TestHold:
    """When the police take it up somebody is asked; the program holds nothing."""

    def test_is_proposed_and_never_placed(self, scene: Scene, case: Case):
        report = reported(scene, case)
        paper(scene, report, PaperKind.RECEIPT)
        asked = task(case, "legal_hold:")
        assert (asked.role_key, asked.binding) == ("legal_counsel", False)
        assert {"hetao", "chenlu"} <= told("legal.hold_proposed")
        assert not case.holds.exists()
        paper(scene, report, PaperKind.FILING, days=1)
        assert case.tasks.filter(key__startswith="legal_hold:").count() == 1

        said: dict[str, Any] = {"reason": HoldReason.POLICE, "words": "公安机关立案"}
        evidence.place_hold(case=case, by=counsel(scene), at=scene.at, **said)
        assert task(case, "legal_hold:").state == TaskState.DONE
        assert verify().is_sound

    def test_is_asked_again_when_the_case_is_filed(self, scene: Scene, case: Case):
        report = reported(scene, case)
        paper(scene, report, PaperKind.RECEIPT)
        cases.complete_task(
            task=task(case, "legal_hold:"),
            words="材料已随案移送，暂不保全",
            by=counsel(scene),
            at=scene.at,
        )
        paper(scene, report, PaperKind.FILING, days=1)
        assert case.tasks.filter(key__startswith="legal_hold:").count() == 2

    def test_what_is_held_already_needs_no_proposal(self, scene: Scene, case: Case):
        said: dict[str, Any] = {"reason": HoldReason.POLICE, "words": "报警"}
        evidence.place_hold(case=case, by=counsel(scene), at=scene.at, **said)
        paper(scene, reported(scene, case), PaperKind.FILING)
        assert not case.tasks.filter(key__startswith="legal_hold:").exists()
        assert not told("legal.hold_proposed")

    def test_a_refusal_proposes_none(self, scene: Scene, case: Case):
        paper(scene, reported(scene, case), PaperKind.REFUSAL)
        assert not case.tasks.filter(key__startswith="legal_hold:").exists()


class TestRights:
    def tell(self, scene: Scene, case: Case, **more: Any) -> Any:
        said: dict[str, Any] = {
            "way": ToldWay.IN_PERSON,
            "happened": scene.at,
            "by": scene.guard,
            "at": scene.at,
            **more,
        }
        return legal.tell_rights(case=case, **said)

    def test_anybody_may_tell_them_at_any_time(self, scene: Scene, case: Case):
        told = self.tell(scene, case, party=victim(scene, case))
        assert "随时可以自行报警" in told.sheet

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            (
                "zh-hans",
                ("三年", "附带民事诉讼", "提起刑事自诉", "12348 申请法律援助"),
            ),
            (
                "en",
                (
                    "three years",
                    "private prosecution",
                    "If you cannot afford it, call 12348 for legal aid.",
                ),
            ),
        ],
    )
    def test_courts_and_legal_aid_are_told_before_any_refusal(
        self, case: Case, language: str, words: tuple[str, ...]
    ):
        with override(language):
            said = " ".join(right.words for right in rights_of(case))
        assert [one for one in words if one not in said] == []

    def test_after_a_refusal_with_the_last_day(self, scene: Scene, case: Case):
        report = reported(scene, case)
        one = paper(scene, report, PaperKind.REFUSAL)
        (period,) = report.periods.filter(rule="D09")
        assert last_day(period.due_at) == one.received_on + timedelta(days=7)
        (right,) = [one for one in rights_of(case) if one.last_day is not None]
        assert right.last_day == one.received_on + timedelta(days=7)
        at = scene.at + timedelta(hours=3)
        told = self.tell(scene, case, party=victim(scene, case), happened=at, at=at)
        assert "检察院" in told.sheet
        assert task(case, "rights:").state == TaskState.DONE

    def test_each_victim_is_told_before_the_task_is_done(
        self, scene: Scene, case: Case
    ):
        one, other = victim(scene, case), victim(scene, case, "沈知远")
        paper(scene, reported(scene, case), PaperKind.REFUSAL)
        at = scene.at + timedelta(hours=3)
        self.tell(scene, case, party=one, happened=at, at=at)
        assert task(case, "rights:").state == TaskState.OPEN
        assert untold_since(case, task_paper(case)) == [other]
        self.tell(scene, case, party=other, happened=at, at=at)
        assert task(case, "rights:").state == TaskState.DONE

    def test_what_was_told_before_the_paper_does_not_count(
        self, scene: Scene, case: Case
    ):
        one = victim(scene, case)
        self.tell(scene, case, party=one)
        paper(scene, reported(scene, case), PaperKind.REFUSAL)
        assert untold_since(case, task_paper(case)) == [one]

    def test_a_minor_is_told_through_a_guardian(self, scene: Scene, case: Case):
        self.told_through_a_guardian(scene, case, is_minor=True)
        assert task(case, "rights:").state == TaskState.DONE

    def test_also_who_is_known_to_be_young_by_their_year(
        self, scene: Scene, case: Case
    ):
        born = scene.at.year - 16
        self.told_through_a_guardian(scene, case, birth_year=born)
        assert task(case, "rights:").state == TaskState.DONE

    @pytest.mark.parametrize(
        ("words", "state"), [("", TaskState.OPEN), ("本人昏迷", TaskState.DONE)]
    )
    def test_who_is_grown_only_where_it_is_said_why(
        self, scene: Scene, case: Case, words: str, state: TaskState
    ):
        self.told_through_a_guardian(scene, case, words=words)
        assert task(case, "rights:").state == state

    def told_through_a_guardian(
        self, scene: Scene, case: Case, words: str = "", **more: Any
    ) -> Guardianship:
        ward = victim(scene, case, "小米", **more)
        said: dict[str, Any] = {"by": scene.officer, "at": scene.at}
        guardian = cases.add_party(
            case=case, roles=["guardian"], description="母亲", **said
        )
        link = cases.link_guardian(
            guardian=guardian, ward=ward, relation="母亲", **said
        )
        paper(scene, reported(scene, case), PaperKind.REFUSAL)
        at = scene.at + timedelta(hours=3)
        self.tell(scene, case, party=guardian, happened=at, at=at, words=words)
        return link

    @pytest.mark.parametrize("words", ["", "本人昏迷"])
    def test_a_minor_is_not_told_through_anybody_elses(
        self, scene: Scene, case: Case, words: str
    ):
        """Nothing was said of whom the guardian stands for, until it is."""
        ward = victim(scene, case, "小米", is_minor=True)
        said: dict[str, Any] = {"by": scene.officer, "at": scene.at}
        anybody = cases.add_party(
            case=case, roles=["guardian"], description="母亲", **said
        )
        paper(scene, reported(scene, case), PaperKind.REFUSAL)
        at = scene.at + timedelta(hours=3)
        self.tell(scene, case, party=anybody, happened=at, at=at, words=words)
        assert task(case, "rights:").state == TaskState.OPEN
        assert untold_since(case, task_paper(case)) == [ward]
        cases.link_guardian(guardian=anybody, ward=ward, relation="母亲", **said)
        assert task(case, "rights:").state == TaskState.DONE

    def test_a_ward_is_told_anew_by_their_own_guardian(self, scene: Scene, case: Case):
        first = self.told_through_a_guardian(scene, case, is_minor=True)
        assert task(case, "rights:").state == TaskState.DONE
        at = scene.at + timedelta(hours=4)
        ward = case.parties.get(roles__role="victim")
        said: dict[str, Any] = {"by": scene.officer, "at": at}
        cases.unlink_guardian(link=first, reason="登记错了", **said)
        own = cases.add_party(case=case, roles=["guardian"], description="父亲", **said)
        link = cases.link_guardian(guardian=own, ward=ward, relation="父亲", **said)
        is_open = case.tasks.filter(key__startswith="rights:", state=TaskState.OPEN)
        more = is_open.get()
        self.tell(scene, case, party=own, happened=at, at=at)
        assert not is_open.exists()
        cases.unlink_guardian(link=link, reason="登记错了", **said)
        assert is_open.get() == more
        cases.link_guardian(
            guardian=cases.add_party(
                case=case, roles=["guardian"], description="姨母", **said
            ),
            ward=ward,
            relation="姨母",
            **said,
        )
        assert is_open.get() == more

    def test_a_guardian_who_turns_out_to_be_of_the_other_side_told_nobody(
        self, scene: Scene, case: Case
    ):
        link = self.told_through_a_guardian(scene, case, is_minor=True)
        asked = case.tasks.filter(key__startswith="rights:", state=TaskState.OPEN)
        assert not asked.exists()
        cases.set_party_roles(
            party=link.guardian,
            roles=["guardian", "aggressor"],
            by=scene.officer,
            at=scene.at + timedelta(hours=4),
        )
        assert asked.count() == 1

    def test_who_becomes_a_victim_later_is_told_as_well(self, scene: Scene, case: Case):
        first = victim(scene, case)
        paper(scene, reported(scene, case), PaperKind.REFUSAL)
        at = scene.at + timedelta(hours=3)
        self.tell(scene, case, party=first, happened=at, at=at)
        later = victim(scene, case, "沈知远")
        (more,) = case.tasks.filter(key__startswith="rights:", state=TaskState.OPEN)
        cases.set_party_roles(
            party=later, roles=["victim"], by=scene.officer, at=scene.at
        )
        assert case.tasks.filter(key__startswith="rights:").count() == 2
        self.tell(scene, case, party=later, happened=at, at=at)
        more.refresh_from_db()
        assert more.state == TaskState.DONE

    def test_who_is_no_victim_any_more_holds_nothing_open(
        self, scene: Scene, case: Case
    ):
        one, other = victim(scene, case), victim(scene, case, "沈知远")
        paper(scene, reported(scene, case), PaperKind.REFUSAL)
        at = scene.at + timedelta(hours=3)
        self.tell(scene, case, party=one, happened=at, at=at)
        cases.set_party_roles(
            party=other, roles=["witness"], by=scene.officer, at=scene.at
        )
        assert task(case, "rights:").state == TaskState.DONE

    def test_whom_nobody_reaches_is_left_out_with_the_reason(
        self, scene: Scene, case: Case
    ):
        victim(scene, case)
        paper(scene, reported(scene, case), PaperKind.REFUSAL)
        asked = task(case, "rights:")
        said: dict[str, Any] = {"by": scene.officer, "at": scene.at}
        with pytest.raises(Conflict, match="每一位受害人"):
            cases.complete_task(task=asked, words="告诉了", **said)
        cases.skip_task(task=asked, reason="三次电话无人接听，已寄挂号信", **said)
        assert task(case, "rights:").state == TaskState.SKIPPED

    def test_only_the_victims_side(self, scene: Scene, case: Case):
        other = cases.add_party(
            case=case,
            roles=["aggressor"],
            description="灰衣",
            by=scene.officer,
            at=scene.at,
        )
        with pytest.raises(InvalidInput):
            self.tell(scene, case, party=other)

    def test_somebody_of_another_site_cannot_say_so(self, scene: Scene, case: Case):
        with pytest.raises(NotAllowed):
            self.tell(scene, case, party=victim(scene, case), by=scene.stranger)


class TestRetaliation:
    def note(self, scene: Scene, case: Case, **more: Any) -> Retaliation:
        said: dict[str, Any] = {
            "place": scene.garage,
            "words": "对方在车库堵住报案的人，推了一把",
            "is_ongoing": True,
            "by": scene.guard,
            "at": scene.at + timedelta(minutes=5),
            **more,
        }
        return legal.note_retaliation(case=case, **said)

    def test_opens_an_incident_of_its_own_next_to_the_running_one(
        self, scene: Scene, case: Case
    ):
        noted = self.note(scene, case)
        opened = noted.opened
        assert opened is not None
        assert opened != case
        assert opened.severity == case.severity + 1
        assert Incident.objects.get(case=opened).reports.count() == 1
        assert "retaliation_opened" in kinds(case)
        assert "retaliation_opened" in kinds(opened)

    def test_never_more_than_the_program_sets(self, scene: Scene):
        case = scene.incident(flags=["weapon"]).case
        noted = self.note(scene, case)
        assert noted.opened is not None
        assert noted.opened.severity == 4

    def test_sent_twice_opens_one(self, scene: Scene, case: Case):
        request = uuid4()
        first = self.note(scene, case, request_id=request)
        assert self.note(scene, case, request_id=request) == first
        assert Incident.objects.count() == 2

    def test_of_another_place_is_refused(self, scene: Scene, case: Case):
        there = scene.other_site.places.first()
        with pytest.raises(InvalidInput):
            self.note(scene, case, place=there)
        assert Incident.objects.count() == 1


class TestWaiver:
    def minor(self, scene: Scene, case: Case) -> None:
        victim(scene, case, "小米", is_minor=True)

    def test_never_where_a_minor_was_hurt(self, scene: Scene):
        incident = scene.incident(flags=[])
        self.minor(scene, incident.case)
        with pytest.raises(Conflict, match="未成年人") as refused:
            incidents.propose_police_waiver(
                incident=incident,
                reason="家长不愿意",
                by=scene.officer,
                at=scene.at,
            )
        assert refused.value.source == "L-未保法-11"

    def test_nor_where_that_became_known_meanwhile(self, scene: Scene):
        incident = scene.incident(flags=[])
        waiver = incidents.propose_police_waiver(
            incident=incident, reason="推了一下", by=scene.officer, at=scene.at
        )
        self.minor(scene, incident.case)
        with pytest.raises(Conflict):
            incidents.decide_police_waiver(
                waiver=waiver, approved=True, by=scene.manager, at=scene.at
            )
        incidents.decide_police_waiver(
            waiver=waiver, approved=False, by=scene.manager, at=scene.at
        )

    def test_who_was_there_does_not_agree_to_it(self, scene: Scene):
        incident = scene.incident(flags=[])
        waiver = incidents.propose_police_waiver(
            incident=incident, reason="推了一下", by=scene.officer, at=scene.at
        )
        cases.add_party(
            case=incident.case,
            roles=["witness"],
            user=scene.manager,
            by=scene.officer,
            at=scene.at,
        )
        with pytest.raises(NotAllowed):
            incidents.decide_police_waiver(
                waiver=waiver, approved=True, by=scene.manager, at=scene.at
            )


@pytest.mark.both
def test_of_two_hand_overs_at_once_one_counts(committed_scene: Scene) -> None:
    scene = committed_scene
    case = scene.incident().case
    report = complete(scene, case)
    results = at_once(
        *(lambda who=who: handed(scene, report, by=who) for who in _two(scene))
    )
    refused = [one for one in results if isinstance(one, Conflict)]
    assert len(refused) == 1
    assert kinds(case).count("report_handed_over") == 1


@pytest.mark.both
def test_of_two_who_enter_the_same_paper_one_counts(committed_scene: Scene) -> None:
    scene = committed_scene
    case = scene.incident().case
    report = reported(scene, case)
    results = at_once(
        *(lambda who=who: paper(scene, report, by=who) for who in _two(scene))
    )
    assert sum(isinstance(one, Conflict) for one in results) == 1
    assert PolicePaper.objects.count() == 1
    assert PolicePeriod.objects.filter(rule="D04").count() == 1


def _two(scene: Scene) -> tuple[User, User]:
    return scene.officer, headquarters(scene)


def test_the_act_day_bounds_a_paper(scene: Scene, case: Case) -> None:
    report = reported(scene, case)
    with pytest.raises(InvalidInput):
        paper(scene, report, dated_on=date(2020, 1, 1), received_on=date(2020, 1, 2))


def test_a_party_handles_no_report(scene: Scene):
    """The office's file; what they report themselves is theirs (G06)."""
    report = begun(scene, scene.incident().case)
    reader, case = scene.officer, report.case
    assert permissions.can_report(reader, case)
    cases.add_party(
        case=case, roles=["aggressor"], user=reader, by=scene.manager, at=scene.at
    )

    assert not permissions.can_report(reader, case)
    assert not permissions.can_see_reports(reader, case)
    with pytest.raises(NotAllowed, match="自己随时可以向公安机关报案"):
        permissions.check_can_report(reader, case)
    permissions.check_can_tell_rights(reader, case)
    assert permissions.can_report(scene.manager, case)


def test_who_speaks_for_one_side_reads_no_report(scene: Scene):
    """It names witnesses, and brings the words and injuries of both (G23)."""
    report = begun(scene, scene.incident().case)
    speaker = scene.officer
    speaker.scopes = frozenset(Permission) - {Permission.SIDES_BOTH}
    assert permissions.can_see_reports(speaker, report.case)
    cases.name_contact(
        case=report.case,
        side=Side.AGGRESSOR,
        user=speaker,
        by=scene.manager,
        at=scene.at,
    )

    assert not permissions.can_see_reports(speaker, report.case)
    with pytest.raises(NotAllowed, match="一方的联系人"):
        permissions.check_can_see_reports(speaker, report.case)

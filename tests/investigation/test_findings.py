"""Findings: every fact cites, another person approves, nothing changes afterwards."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.selectors import timeline
from anlan.evidence.models import Exhibit, Statement
from anlan.evidence.selectors.statements import statements_of
from anlan.incidents import services as incidents
from anlan.investigation import services as investigation
from anlan.investigation.enums import CellSays, ComparedFact, FindingState, SentenceKind
from anlan.investigation.forms.fields import Sources
from anlan.investigation.models import DefenceFact, Finding, FindingSentence
from anlan.investigation.permissions import can_decide, can_see
from anlan.investigation.selectors.comparison import comparison_of
from anlan.investigation.selectors.findings import in_force, parts_of
from anlan.ledger.events import SYSTEM
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from tests.evidence.told import begun as statement_begun
from tests.evidence.told import hurt, party, photographed
from tests.incidents.story import facts
from tests.investigation.asked import (
    HAPPENED,
    decided,
    drafted,
    investigator,
    photo,
    sentence,
    statement_in,
    submitted,
)

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene):
    return scene.incident().case


class TestWithdrawal:
    """A draft that its author cannot end does not hold the case up."""

    def withdrawn(self, scene, finding, **more) -> Finding:
        said = {"reason": "起草人离职", "by": scene.manager, "at": scene.at, **more}
        return investigation.withdraw_finding(finding=finding, **said)

    def made_party(self, scene, case, user) -> None:
        cases.add_party(case=case, roles=["witness"], user=user, by=SYSTEM, at=scene.at)

    def test_by_an_approver_lets_another_begin(self, scene, case) -> None:
        statement = statement_in(scene, case)
        in_force_now = decided(scene, submitted(scene, case, statement=statement))
        stuck = drafted(scene, case)
        sentence(scene, stuck, text="这一句不再使用。")
        with pytest.raises(Conflict, match="先撤回"):
            drafted(scene, case, by=scene.officer)

        self.withdrawn(scene, stuck)

        stuck.refresh_from_db()
        assert (stuck.state, stuck.decided_by) == ("withdrawn", scene.manager)
        following = drafted(scene, case, by=scene.officer)
        assert following.code == "F-03"
        texts = [row.text for row in following.sentences.all()]
        assert texts == [row.text for row in in_force_now.sentences.all()]
        kinds = [line.kind for line in timeline(case)]
        assert kinds.count("investigation.finding_withdrawn") == 1
        told = Delivery.objects.filter(message__kind="investigation.decided")
        assert told.filter(user=stuck.author).exists()
        assert verify().is_sound

    def test_by_its_author_who_turned_out_a_witness(self, scene, case) -> None:
        finding = drafted(scene, case)
        self.made_party(scene, case, finding.author)

        with pytest.raises(NotAllowed):
            sentence(scene, finding)
        self.withdrawn(scene, finding, by=finding.author, reason="我在场")

        assert drafted(scene, case, by=scene.officer).version == 2

    def test_of_what_waits_to_be_decided_on(self, scene, case) -> None:
        finding = submitted(scene, case)

        assert self.withdrawn(scene, finding).state == FindingState.WITHDRAWN
        with pytest.raises(Conflict):
            decided(scene, finding)
        with pytest.raises(Conflict, match="不能撤回"):
            self.withdrawn(scene, finding)

    def test_of_what_was_decided_is_refused(self, scene, case) -> None:
        finding = decided(scene, submitted(scene, case))

        with pytest.raises(Conflict, match="不能撤回"):
            self.withdrawn(scene, finding)

    def test_says_why_and_is_not_everybodys(self, scene, case) -> None:
        finding = drafted(scene, case)

        with pytest.raises(InvalidInput) as refused:
            self.withdrawn(scene, finding, reason=" ")
        assert refused.value.path == "reason"
        with pytest.raises(NotAllowed):
            self.withdrawn(scene, finding, by=scene.officer)
        self.made_party(scene, case, scene.manager)
        with pytest.raises(NotAllowed):
            self.withdrawn(scene, finding)


class TestSentences:
    def test_cite_exhibits_and_statements(self, scene, case) -> None:
        statement, picture = statement_in(scene, case), photo(scene, case)
        finding = drafted(scene, case)

        row = sentence(scene, finding, sources=[picture, statement, picture])

        assert sorted(one.code for one in row.citations.all()) == ["E-0002", "S-01"]
        course = parts_of(finding, investigator(scene))[1]
        assert [cited.address != "" for cited in course.lines[0].cites] == [True, True]

    @pytest.mark.parametrize(
        "text",
        [
            "双方系互殴。",
            "他们互 殴。",
            "属互·殴。",
            "他有罪。",
            "由其承担全责。",
            "他负全部责任。",
            "相互殴打。",
            "互毆。",
        ],
    )
    def test_are_no_verdict(self, scene, case, text) -> None:
        finding = drafted(scene, case)

        with pytest.raises(InvalidInput) as refusal:
            sentence(scene, finding, text=text)

        assert (refusal.value.source, refusal.value.path) == ("G15", "text")
        row = sentence(scene, finding)
        with pytest.raises(InvalidInput):
            investigation.change_sentence(
                sentence=row, text=text, by=finding.author, at=scene.at
            )

    def test_call_no_statement_a_confession(self, scene, case) -> None:
        with pytest.raises(InvalidInput) as refusal:
            sentence(scene, drafted(scene, case), text="据其口供，他打了人。")
        assert refusal.value.source == "G21"

    @pytest.mark.parametrize("text", ["", "  ", "一句。又一句。", "长" * 501])
    def test_are_one_each(self, scene, case, text) -> None:
        with pytest.raises(InvalidInput) as refusal:
            sentence(scene, drafted(scene, case), text=text)
        assert refusal.value.path == "text"

    @pytest.mark.both
    def test_of_course_and_consequences_are_facts(self, scene, case) -> None:
        finding = drafted(scene, case)

        row = sentence(scene, finding, is_fact=False)
        opinion = sentence(
            scene, finding, kind=SentenceKind.FAILINGS, is_fact=False, text="巡逻太少。"
        )

        assert (row.is_fact, opinion.is_fact) == (True, False)
        with pytest.raises(IntegrityError), transaction.atomic():
            FindingSentence.objects.filter(pk=row.pk).update(is_fact=False)

    def test_cite_nothing_of_another_case(self, scene, case) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case

        with pytest.raises(InvalidInput) as refusal:
            sentence(scene, drafted(scene, case), sources=[photo(scene, other)])
        assert refusal.value.path == "sources"

    def test_cite_nothing_unsigned(self, scene, case) -> None:
        draft = statement_begun(scene, case)

        with pytest.raises(InvalidInput, match="还没有签字"):
            sentence(scene, drafted(scene, case), sources=[draft])

    def test_cite_injuries_only_by_who_sees_them(self, scene, case) -> None:
        exhibit = photographed(scene, hurt(scene, case)).exhibit

        row = sentence(scene, drafted(scene, case), sources=[exhibit])

        assert row.citations.get().exhibit == exhibit

    def test_are_changed_and_taken_out_of_a_draft(self, scene, case) -> None:
        finding = drafted(scene, case)
        first = sentence(scene, finding)
        second = sentence(scene, finding, text="保安到场。")

        investigation.change_sentence(
            sentence=second,
            text="两名保安到场。",
            sources=[photo(scene, case)],
            by=finding.author,
            at=scene.at,
        )
        investigation.remove_sentence(sentence=first, by=finding.author, at=scene.at)

        (row,) = finding.sentences.all()
        assert (row.text, row.position, row.citations.count()) == (
            "两名保安到场。",
            1,
            1,
        )
        with pytest.raises(Conflict, match="已经删去"):
            investigation.remove_sentence(
                sentence=first, by=finding.author, at=scene.at
            )

    def test_only_the_author_writes(self, scene, case) -> None:
        finding = drafted(scene, case)

        with pytest.raises(Conflict, match="只有起草人"):
            sentence(scene, finding, by=scene.officer)


class TestOfJoinedCases:
    """Cases that were joined are one case, and each begins to count anew."""

    @pytest.fixture
    def other(self, scene, case):
        other = scene.incident(place=scene.place("园区 南门")).case
        self.statement, self.photo = statement_in(scene, other), photo(scene, other)
        self.draft = statement_begun(scene, other, of=party(scene, other, "白露"))
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)
        other.refresh_from_db()
        case.refresh_from_db()
        return other

    def test_what_came_to_the_other_is_cited_with_its_number(
        self, scene, case, other
    ) -> None:
        own = statement_in(scene, case)
        finding = drafted(scene, case)
        sources = [own, self.statement, self.photo]

        sentence(scene, finding, sources=sources)

        (line,) = parts_of(finding, investigator(scene))[1].lines
        assert [cited.code for cited in line.cites] == sorted(
            ["S-01", f"{other.number}:S-01", f"{other.number}:E-0002"]
        )
        assert all(cited.address for cited in line.cites)
        assert all(
            other.number in cited.address
            for cited in line.cites
            if cited.code.startswith(other.number)
        )
        offered = Sources(case, investigator(scene))
        assert offered.get("S-01") == own
        assert offered.get(f"{other.number}:S-01") == self.statement
        investigation.submit_finding(finding=finding, by=finding.author, at=scene.at)
        assert decided(scene, finding).state == FindingState.APPROVED
        assert verify().is_sound

    def test_accounts_are_compared_across_them(self, scene, case, other) -> None:
        own = statement_in(scene, case)

        found = comparison_of(case, investigator(scene))

        assert [column.statement for column in found.columns] == [self.statement, own]
        codes = [column.code for column in found.columns]
        assert codes == [f"{other.number}:S-01", "S-01"]
        fact = ComparedFact.values[0]
        investigation.read_cell(
            case=case,
            statement=codes[0],
            fact=fact,
            says=CellSays.SILENT,
            note="没有提到",
            by=investigator(scene),
            at=scene.at,
        )

    def test_facts_name_and_open_what_came_to_the_other(
        self, scene, case, other, sign_in
    ) -> None:
        for source in (self.statement, self.photo):
            investigation.note_fact(
                case=case,
                question="first",
                source=source,
                words="他先推人",
                by=investigator(scene),
                at=scene.at,
            )
        client = sign_in("xuqing")

        page = client.get(f"/cases/{case.number}/investigation/facts/")
        words = page.content.decode()

        assert f">{other.number}:{self.statement.code}</a>" in words
        for kind, thing in (
            ("evidence:statement", self.statement),
            ("evidence:exhibit", self.photo),
        ):
            address = reverse(kind, args=[other.number, thing.uid])
            assert f'href="{address}"' in words
            assert client.get(address).status_code == 200
        noted = DefenceFact.objects.order_by("pk")[0]
        assert noted.source_code == f"{other.number}:{self.statement.code}"

    def test_who_has_yet_to_speak_in_one_reads_nothing_of_the_other(
        self, scene, case, other
    ) -> None:
        reader = scene.person("xuqing")
        assert can_see(reader, case)
        Statement.objects.filter(pk=self.draft.pk).update(user=reader, party=None)

        assert not can_see(reader, case)
        assert not statements_of(case, reader).exists()


class TestSubmission:
    def test_refuses_a_fact_that_cites_nothing(self, scene, case) -> None:
        finding = drafted(scene, case)
        sentence(scene, finding)

        with pytest.raises(InvalidInput, match="经过 1"):
            investigation.submit_finding(
                finding=finding, by=finding.author, at=scene.at
            )

    def test_refuses_nothing_at_all(self, scene, case) -> None:
        finding = drafted(scene, case)

        with pytest.raises(Conflict, match="没有写任何内容"):
            investigation.submit_finding(
                finding=finding, by=finding.author, at=scene.at
            )

    def test_freezes_the_words(self, scene, case) -> None:
        finding = submitted(scene, case)

        with pytest.raises(Conflict, match="不能再改"):
            sentence(scene, finding, text="又一句。")
        row = finding.sentences.get()
        with pytest.raises(Conflict):
            investigation.remove_sentence(sentence=row, by=finding.author, at=scene.at)
        (fixed,) = facts(case, "investigation.sentence_fixed")
        assert fixed["cites"] == "S-01"
        assert HAPPENED not in str([line.quote for line in timeline(case)])
        assert verify().is_sound
        FindingSentence.objects.update(text="别的。")
        assert not verify().is_sound

    def test_tells_who_may_decide(self, scene, case) -> None:
        submitted(scene, case)

        sent = Delivery.objects.filter(message__kind="investigation.to_decide")
        told = {one.user.username for one in sent if one.user}
        assert "hetao" in told
        assert "xuqing" not in told


class TestDecision:
    @pytest.mark.both
    def test_is_another_persons(self, scene, case) -> None:
        finding = submitted(scene, case, by=scene.manager)

        with pytest.raises(NotAllowed, match="起草人不能审批"):
            decided(scene, finding, by=scene.manager)
        with pytest.raises(NotAllowed):
            decided(scene, finding, by=investigator(scene))
        done = decided(scene, finding, by=scene.person("chenlu"))

        assert (done.state, done.decided_by) == ("approved", scene.person("chenlu"))
        assert in_force(case) == done
        with pytest.raises(IntegrityError), transaction.atomic():
            Finding.objects.update(decided_by=scene.manager)

    def test_is_not_of_who_wrote_an_earlier_version(self, scene, case) -> None:
        first = submitted(scene, case, by=scene.manager)
        lawyer = scene.person("chenlu")
        decided(scene, first, by=lawyer, is_approved=False, remark="依据不足")
        second = drafted(scene, case)
        assert second.sentences.exists()
        investigation.submit_finding(
            finding=second, by=investigator(scene), at=scene.at
        )

        assert not can_decide(scene.manager, second)
        with pytest.raises(NotAllowed, match="起草过"):
            decided(scene, second)
        assert decided(scene, second, by=lawyer).state == "approved"

    def test_is_not_of_who_wrote_those_of_a_joined_case(self, scene, case) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        drafted(scene, other, by=scene.manager)
        finding = submitted(scene, case)
        cases.join_cases(case=other, host=case, by=scene.officer, at=scene.at)

        with pytest.raises(NotAllowed, match="起草过"):
            decided(scene, finding)

    def test_refuses_a_fact_whose_evidence_has_gone(self, scene, case) -> None:
        finding = submitted(scene, case)
        Exhibit.objects.update(state="deleted")

        with pytest.raises(InvalidInput, match="每一句事实都要引用") as refusal:
            decided(scene, finding)

        assert refusal.value.path == "sentences"
        finding.refresh_from_db()
        assert finding.state == FindingState.SUBMITTED

    def test_not_of_somebody_who_turned_out_to_be_a_party(self, scene, case) -> None:
        finding = submitted(scene, case)
        cases.add_party(
            case=case,
            roles=["witness"],
            user=investigator(scene),
            by=scene.officer,
            at=scene.at,
        )

        with pytest.raises(NotAllowed, match="当事人，须回避"):
            decided(scene, finding)

    def test_not_by_somebody_who_was_there(self, scene) -> None:
        incident = scene.incident()
        finding = submitted(scene, incident.case)
        incidents.join_response(
            incident=incident, user=scene.manager, by=scene.manager, at=scene.at
        )
        there = scene.assignment(incident, scene.manager)
        incidents.arrive(assignment=there, by=scene.manager, at=scene.at)

        with pytest.raises(NotAllowed, match="到过事发现场"):
            decided(scene, finding)

    def test_a_return_says_why_and_leads_to_a_new_version(self, scene, case) -> None:
        finding = submitted(scene, case)

        with pytest.raises(InvalidInput) as refusal:
            decided(scene, finding, is_approved=False)
        assert refusal.value.path == "remark"
        decided(scene, finding, is_approved=False, remark="缺少监控")

        again = drafted(scene, case)
        assert (again.code, again.sentences.get().text) == ("F-02", HAPPENED)
        assert again.sentences.get().citations.get().code == "S-01"
        finding.refresh_from_db()
        assert finding.state == FindingState.RETURNED

    def test_happens_once(self, scene, case) -> None:
        finding = decided(scene, submitted(scene, case))

        with pytest.raises(Conflict, match="现在不能审批"):
            decided(scene, finding, is_approved=False, remark="反悔")

    def test_a_later_version_supersedes(self, scene, case) -> None:
        first = decided(scene, submitted(scene, case))
        second = submitted(scene, case, statement=first.sentences.get())

        assert in_force(case) == first  # until the next one is approved
        decided(scene, second)

        first.refresh_from_db()
        assert (first.state, in_force(case)) == ("superseded", second)
        assert first.sentences.get().text == HAPPENED
        assert verify().is_sound

    def test_one_version_at_a_time(self, scene, case) -> None:
        mine = drafted(scene, case)

        assert drafted(scene, case) == mine
        with pytest.raises(Conflict, match="请先办完"):
            drafted(scene, case, by=scene.officer)


class TestAuthors:
    def test_are_not_parties(self, scene, case) -> None:
        cases.add_party(
            case=case,
            roles=["victim"],
            user=scene.officer,
            by=scene.manager,
            at=scene.at,
        )

        with pytest.raises(NotAllowed, match="当事人，须回避"):
            drafted(scene, case, by=scene.officer)

    def test_need_the_right(self, scene, case) -> None:
        party(scene, case)
        for somebody in (scene.guard, scene.stranger, scene.person("chenlu")):
            with pytest.raises(NotAllowed):
                drafted(scene, case, by=somebody)

"""Accounts side by side: proposals, what people make of them, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.evidence.enums import StatementRole
from anlan.investigation import comparing
from anlan.investigation import services as investigation
from anlan.investigation.enums import CellSays, ComparedFact, ComparedTopic
from anlan.investigation.models import CellReading, Naming, PairReading
from anlan.investigation.selectors.comparison import (
    _WHY,
    Comparison,
    ShownCell,
    ShownPair,
    called_in,
    column_for,
    comparison_of,
    scene_of,
)
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.evidence.told import party
from tests.investigation.asked import both_heard, held, investigator, planned
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def two(scene: Scene, case: Case) -> Case:
    return both_heard(scene, case)


def compared(scene: Scene, case: Case) -> Comparison:
    return comparison_of(case, investigator(scene))


def cell_of(scene: Scene, case: Case, fact: str, code: str) -> ShownCell:
    rows = {row.slug: row for row in compared(scene, case).rows}
    return next(cell for cell in rows[fact].cells if cell.column.code == code)


def party_of(scene: Scene, case: Case, code: str) -> Party:
    """Whose account it is."""
    for column in compared(scene, case).columns:
        if column.code == code and column.statement.party is not None:
            return column.statement.party
    raise AssertionError(f"no {code}")


def said_by(
    scene: Scene, case: Case, first: str, second: str
) -> set[tuple[ComparedTopic, str]]:
    """Topic and rule of every pair of these two accounts."""
    return {
        (pair.topic, pair.why)
        for pair in compared(scene, case).pairs
        if (pair.first.code, pair.second.code) == (first, second)
    }


def disputed(scene: Scene, case: Case) -> ShownPair:
    return compared(scene, case).contradictions[0]


def read(scene: Scene, case: Case, **more: Any) -> CellReading:
    said: dict[str, Any] = {
        "statement": "S-01",
        "fact": "when",
        "says": CellSays.SAYS,
        "start": 0,
        "by": investigator(scene),
        "at": scene.at,
        **more,
    }
    return investigation.read_cell(case=case, **said)


def test_the_lists_are_those_of_the_comparison() -> None:
    assert ComparedFact.values == [fact.value for fact in comparing.Fact]
    assert CellSays.values == [says.value for says in comparing.Says]
    assert set(ComparedTopic.values) == {topic.value for topic in comparing.Topic}


def test_every_question_is_open_and_in_english_too() -> None:
    for fact in ComparedFact:
        assert fact.question.endswith(("？", "。"))
        with override("en"):
            assert fact.question.endswith(("?", "."))


def test_every_rule_has_its_sentence(scene, two) -> None:
    found = {pair.why for pair in compared(scene, two).pairs}

    assert found
    assert found <= set(_WHY)


class TestProposals:
    def test_nothing_without_a_signed_statement(self, scene, case) -> None:
        nothing = compared(scene, case)

        assert nothing.columns == ()
        assert nothing.pairs == ()
        assert nothing.to_read == 0

    def test_both_sides_say_otherwise(self, scene, two) -> None:
        found = compared(scene, two)

        assert [column.code for column in found.columns] == ["S-01", "S-02"]
        assert cell_of(scene, two, "when", "S-01").says == CellSays.DIFFERS
        assert "三点" in cell_of(scene, two, "when", "S-01").quote
        assert "四点" in cell_of(scene, two, "when", "S-02").quote
        topics = {pair.topic for pair in found.contradictions}
        assert ComparedTopic.TIME in topics
        weights = [pair.weight for pair in found.contradictions]
        assert weights == sorted(weights, reverse=True)

    def test_what_nobody_said_is_a_gap_with_a_question(self, scene, two) -> None:
        gaps = {row.slug: row.question for row in compared(scene, two).gaps}

        assert gaps["saw"] == ComparedFact.SAW.question

    def test_a_name_that_was_entered_is_used(self, scene, two) -> None:
        """Of two others the man in grey may be either, until the witness says who he is."""
        of = party(scene, two, "赵东")
        talk = planned(
            scene, two, parties=[of], role=StatementRole.WITNESS, questions=[]
        )
        held(
            scene,
            talk,
            free="下午三点我在地库。灰衣男子先推了谢晓云，用伞打了他的额头。",
        )
        statement = compared(scene, two).columns[2].statement
        other = party_of(scene, two, "S-02")
        before = said_by(scene, two, "S-01", "S-03")

        investigation.name_person(
            statement=statement,
            party=other,
            words="灰衣男子\r\n 那个男的\n灰衣男子\n",
            by=investigator(scene),
            at=scene.at,
        )

        after = said_by(scene, two, "S-01", "S-03")
        assert Naming.objects.get().words == "灰衣男子\n那个男的"
        assert (ComparedTopic.FIRST_BLOW, "act_denied") in before - after
        assert after - before == {
            (ComparedTopic.FIRST_BLOW, "same_act"),
            (ComparedTopic.WEAPON, "same_thing"),
        }


class TestCells:
    def test_a_proposal_is_taken_over(self, scene, two) -> None:
        investigation.accept_cell(
            case=two, statement="S-01", fact="when", by=investigator(scene), at=scene.at
        )
        cell = cell_of(scene, two, "when", "S-01")

        assert not cell.is_proposal
        assert cell.says == CellSays.DIFFERS
        assert "三点" in cell.quote
        assert cell.reading
        assert cell.reading.proposed == "differs"

    def test_once(self, scene, two) -> None:
        by = investigator(scene)
        take = {"case": two, "statement": "S-01", "fact": "when", "by": by}
        investigation.accept_cell(**take, at=scene.at)

        with pytest.raises(Conflict, match="没有待核对的建议"):
            investigation.accept_cell(**take, at=scene.at)

    def test_a_person_says_otherwise_and_the_newest_counts(self, scene, two) -> None:
        read(scene, two, note="她当场看了表")
        read(scene, two, note="她当场看了表")  # twice the same is once
        read(scene, two, says=CellSays.SILENT)
        cell = cell_of(scene, two, "when", "S-01")

        assert cell.says == CellSays.SILENT
        assert cell.quote == ""
        assert CellReading.objects.count() == 2

    @pytest.mark.parametrize(
        ("wrong", "refusal", "words"),
        [
            ({"start": None}, InvalidInput, "哪一句"),
            ({"start": 1}, InvalidInput, "哪一句"),
            ({"start": 10**9}, InvalidInput, "哪一句"),
            ({"fact": "guilt"}, NotFound, "没有这一项"),
            ({"fact": "free-1"}, NotFound, "没有这一项"),
            ({"statement": "S-99"}, NotFound, "情况说明"),
            ({"note": "这是互殴"}, InvalidInput, "互殴"),
            ({"note": "长" * 301}, InvalidInput, "300"),
        ],
    )
    def test_is_refused(self, scene, two, wrong, refusal, words) -> None:
        with pytest.raises(refusal, match=words):
            read(scene, two, **wrong)
        assert not CellReading.objects.exists()

    @pytest.mark.parametrize("who", ["wangjianguo", "linan", "lifang"])
    def test_by_an_investigator_only(self, scene, two, who) -> None:
        with pytest.raises(NotAllowed):
            read(scene, two, by=scene.person(who))

    def test_the_record_covers_the_note_and_quotes_nothing(self, scene, two) -> None:
        read(scene, two, note="她当场看了表")
        entry = Entry.objects.filter(kind="investigation.cell_read").get()

        assert "看了表".encode() not in bytes(entry.data or b"")
        assert verify().is_sound
        CellReading.objects.update(note="改过")
        assert not verify().is_sound


class TestPairs:
    def judged(self, scene, case, **more: Any) -> PairReading:
        said: dict[str, Any] = {
            "holds": False,
            "reason": "说的不是同一时刻",
            "by": investigator(scene),
            "at": scene.at,
            **more,
        }
        if "pair" not in said:
            said["pair"] = disputed(scene, case)
        return investigation.judge_pair(case=case, **said)

    def test_what_does_not_hold_is_put_aside_with_its_reason(self, scene, two) -> None:
        pair = disputed(scene, two)
        self.judged(scene, two)
        found = compared(scene, two)

        assert pair.key not in {one.key for one in found.contradictions}
        assert [one.key for one in found.dismissed] == [pair.key]
        assert PairReading.objects.get().reason == "说的不是同一时刻"

    def test_and_comes_back_when_it_holds_after_all(self, scene, two) -> None:
        pair = disputed(scene, two)
        self.judged(scene, two)
        self.judged(scene, two, pair=pair, holds=True, reason="")
        self.judged(scene, two, pair=pair, holds=True, reason="")

        assert compared(scene, two).dismissed == []
        assert PairReading.objects.count() == 2

    def test_needs_a_reason(self, scene, two) -> None:
        with pytest.raises(InvalidInput, match="为什么不成立"):
            self.judged(scene, two, reason=" ")

    def test_of_another_case_is_refused(self, scene, two) -> None:
        pair = disputed(scene, two)
        other = scene.incident(place=scene.place("园区 南门")).case

        with pytest.raises(Conflict, match="刷新"):
            self.judged(scene, other, pair=pair)


class TestFreeFacts:
    def added(self, scene, case, **more: Any) -> Any:
        said = {
            "words": "谁叫了保安",
            "by": investigator(scene),
            "at": scene.at,
            **more,
        }
        return investigation.add_free_fact(case=case, **said)

    def test_is_read_by_people_alone(self, scene, two) -> None:
        fact = self.added(scene, two)
        cell = cell_of(scene, two, fact.slug, "S-01")
        assert cell.proposed is None
        with pytest.raises(Conflict, match="修改"):
            investigation.accept_cell(
                case=two,
                statement="S-01",
                fact=fact.slug,
                by=investigator(scene),
                at=scene.at,
            )
        read(scene, two, fact=fact.slug)

        assert cell_of(scene, two, fact.slug, "S-01").says == CellSays.SAYS

    def test_is_struck_out_once(self, scene, two) -> None:
        fact = self.added(scene, two)
        by = investigator(scene)
        investigation.withdraw_free_fact(fact=fact, by=by, at=scene.at)

        assert fact.slug not in {row.slug for row in compared(scene, two).rows}
        with pytest.raises(Conflict):
            investigation.withdraw_free_fact(fact=fact, by=by, at=scene.at)
        assert self.added(scene, two, words="谁先走").slug == "free-2"

    @pytest.mark.parametrize("words", ["", "  ", "长" * 121, "谁负全责"])
    def test_is_refused(self, scene, two, words) -> None:
        with pytest.raises(InvalidInput):
            self.added(scene, two, words=words)


def added(scene: Scene, case: Case, same: Party | None) -> Party:
    """The same person as a party of another case."""
    assert same is not None
    return cases.add_party(
        case=case,
        roles=["victim"],
        person=same.person,
        by=scene.officer,
        at=scene.at,
    )


class TestOfJoinedCases:
    """Cases that were joined are one case, and each begins to count anew."""

    @pytest.fixture
    def other(self, scene, two) -> Case:
        """With two accounts and a free fact of its own, which somebody has read."""
        other: Case = scene.incident(place=scene.place("园区 南门")).case
        both_heard(scene, other)
        investigation.add_free_fact(
            case=other, words="谁报的警", by=investigator(scene), at=scene.at
        )
        read(scene, other, fact="free-1", note="是他报的")
        cases.join_cases(case=other, host=two, by=scene.officer, at=scene.at)
        two.refresh_from_db()
        other.refresh_from_db()
        return other

    def test_pairs_across_them_are_judged_on_the_page(
        self, scene, two, other, sign_in
    ) -> None:
        across = [
            pair
            for pair in compared(scene, two).contradictions
            if pair.first.statement.case_id != pair.second.statement.case_id
        ]
        address = f"/cases/{two.number}/investigation/comparison/"
        client = sign_in("xuqing")

        page = client.get(address)
        judged = client.post(f"{address}pairs/{across[0].key}/confirmation/")

        assert (page.status_code, judged.status_code) == (200, 302)
        assert across[0].key in page.content.decode()
        assert PairReading.objects.get().first == across[0].first.statement
        # The same pair has the same key where it is looked at from the other case.
        keys = {pair.key for pair in compared(scene, other).pairs}
        assert across[0].key in keys

    def test_free_facts_of_the_same_number_are_read_apart(
        self, scene, two, other
    ) -> None:
        theirs = f"{other.number}:S-01"
        investigation.add_free_fact(
            case=two, words="谁叫了保安", by=investigator(scene), at=scene.at
        )

        assert cell_of(scene, two, "free-1", theirs).reading is None
        read(scene, two, statement=theirs, fact="free-1", note="没有叫")

        shown = cell_of(scene, two, "free-1", theirs).reading
        assert shown is not None
        assert shown.note == "没有叫"
        own = cell_of(scene, other, "free-1", "S-01").reading
        assert own is not None
        assert own.note == "是他报的"
        assert verify().is_sound

    def test_an_account_says_whom_of_the_other_case_it_means(
        self, scene, two, other
    ) -> None:
        theirs = column_for(investigator(scene), two, f"{other.number}:S-01").statement
        stranger = party(scene, two, "程立")
        again = added(scene, two, theirs.party)
        offered = [one.party for one in called_in(theirs)]

        assert stranger in offered
        assert again not in offered  # they gave it, whichever case they are a party of
        assert theirs.party not in offered
        investigation.name_person(
            statement=theirs,
            party=stranger,
            words="高个子",
            by=investigator(scene),
            at=scene.at,
        )

        (known,) = [
            one for one in scene_of(two, [theirs]).persons if one.name == "程立"
        ]
        assert known.called == {f"{other.number}:S-01": ("高个子",)}

    def test_what_one_person_is_called_counts_wherever_they_are_a_party(
        self, scene, two, other
    ) -> None:
        theirs = column_for(investigator(scene), two, f"{other.number}:S-01").statement
        theirs_of = party_of(scene, two, f"{other.number}:S-02")
        again = added(scene, two, theirs_of)
        offered = [one.party for one in called_in(theirs)]
        assert theirs_of in offered
        assert again not in offered  # they are asked of once
        investigation.name_person(
            statement=theirs,
            party=again,
            words="灰衣男子",
            by=investigator(scene),
            at=scene.at,
        )

        words = {one.party: one.words for one in called_in(theirs)}
        assert words[theirs_of] == "灰衣男子"
        known = [one.called for one in scene_of(two, [theirs]).persons]
        assert {f"{other.number}:S-01": ("灰衣男子",)} in known


class TestPages:
    def at(self, case: Case, page: str = "") -> str:
        return f"/cases/{case.number}/investigation/comparison/{page}"

    def test_shows_both_sides_and_is_worked_on(self, scene, two, sign_in) -> None:
        client = sign_in("xuqing")
        page = client.get(self.at(two)).content.decode()
        assert "说法不同" in page
        assert "没有人说到" in page

        taken = client.post(self.at(two, "cells/S-01/when/acceptance/"))
        assert taken.status_code == 302
        assert taken["Location"].endswith("#fact-when")
        assert "许晴核对" in client.get(self.at(two)).content.decode()

        sheet = client.get(self.at(two, "cells/S-02/when/")).content.decode()
        assert "那是下午四点的事" in sheet
        changed = client.post(self.at(two, "cells/S-02/when/"), {"says": "silent"})
        assert changed.status_code == 302
        missing = client.post(self.at(two, "cells/S-02/where/"), {"says": "says"})
        assert missing.status_code == 422

    def test_a_pair_is_put_aside(self, scene, two, sign_in) -> None:
        client = sign_in("xuqing")
        key = disputed(scene, two).key
        assert (
            client.post(self.at(two, f"pairs/{key}/confirmation/")).status_code == 302
        )
        assert "已确认" in client.get(self.at(two)).content.decode()
        said = {"reason": "说的不是同一时刻"}
        assert (
            client.post(self.at(two, f"pairs/{key}/dismissal/"), said).status_code
            == 302
        )
        assert "核对后不成立" in client.get(self.at(two)).content.decode()
        assert (
            client.post(self.at(two, "pairs/01-9-02-9-time/confirmation/")).status_code
            == 404
        )

    def test_names_and_free_facts(self, scene, two, sign_in) -> None:
        client = sign_in("xuqing")
        other = party_of(scene, two, "S-02")
        page = client.get(self.at(two, "names/S-01/")).content.decode()
        assert f"called-{other.uid}" in page
        said = {f"called-{other.uid}": "灰衣男子"}
        assert client.post(self.at(two, "names/S-01/"), said).status_code == 302
        assert Naming.objects.get().words == "灰衣男子"

    def test_a_gap_becomes_a_question(self, two, sign_in) -> None:
        client = sign_in("xuqing")
        address = f"/cases/{two.number}/investigation/interviews/new/"
        page = client.get(address, {"question": ComparedFact.SAW.question})

        assert ComparedFact.SAW.question in page.content.decode()

    def test_who_may_not_change_it_sees_no_button(self, two, sign_in) -> None:
        client = sign_in("chenlu")
        page = client.get(self.at(two)).content.decode()

        assert "说法不同" in page
        assert "acceptance/" not in page
        assert (
            client.post(self.at(two, "cells/S-01/when/acceptance/")).status_code == 403
        )

    @pytest.mark.parametrize(
        ("who", "status"), [("wangjianguo", 403), ("lifang", 403), ("dingyi", 404)]
    )
    def test_is_not_for_others(self, two, sign_in, who, status) -> None:
        assert sign_in(who).get(self.at(two)).status_code == status

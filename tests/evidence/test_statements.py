"""Statements: told by one, read back, signed, and from then on only corrected beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from anlan.accounts.models import User
from anlan.accounts.roles import ROLES
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.models import Case, Guardianship, Party
from anlan.cases.selectors import timeline
from anlan.cases.services import NewGuardian
from anlan.customers.models import Person
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.enums import (
    Protection,
    StatementRole,
    StatementState,
)
from anlan.evidence.models import (
    Addendum,
    Blob,
    Exhibit,
    Statement,
    StatementAnswer,
)
from anlan.evidence.questions import all_questions, questions_for
from anlan.evidence.selectors import exhibit_for, exhibit_page, exhibits_of
from anlan.evidence.selectors.statements import (
    guide_of,
    statement_for,
    statements_for,
    statements_of,
)
from anlan.evidence.sentences import content_digest, split
from anlan.evidence.services import Answer, SignedAlone, statement_signing
from anlan.evidence.services.opening import good_path
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.play.pictures import signature
from tests.accounts.test_permission_tables import person
from tests.at_once import at_once, failures
from tests.evidence import told as telling
from tests.evidence.told import (
    SOUND,
    begun,
    corrected,
    drawn,
    frozen,
    guardian_of,
    party,
    read,
    signed,
    unguarded,
)
from tests.incidents.story import entries, facts
from tests.pictures import JPEG, PAGE
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

ID = UUID("6f2d3c1e-0000-4000-8000-000000000041")
NEW = {"name": "王芳", "phone": "13900005501", "relation": "母亲"}


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def draft(scene: Scene, case: Case) -> Statement:
    return telling.told(scene, begun(scene, case))


def exhibit_of(statement: Statement) -> Exhibit:
    assert statement.exhibit is not None
    return statement.exhibit


def of_a_child(scene: Scene, case: Case) -> Statement:
    """Begun, with the mother beside them."""
    child = party(scene, case, "小明", birth_year=2012)
    return begun(scene, case, of=child, guardian=guardian_of(scene, child))


def timeline_of(case: Case) -> str:
    return "\n".join(line.sentence for line in timeline(case))


def pdf_of(statement: Statement) -> bytes:
    return good_path(exhibit_of(statement).file).read_bytes()


class TestBeginning:
    def test_is_on_the_record_without_a_word(self, scene, case) -> None:
        statement = begun(scene, case, place="张三家", present="李四")

        (fact,) = facts(case, "evidence.statement_begun")
        assert (fact["code"], fact["role"], fact["minor"]) == ("S-01", "victim", 0)
        assert statement.state == StatementState.DRAFT
        shown = [(line.sentence, line.quote) for line in timeline(case)]
        assert not [text for pair in shown for text in pair if "张三" in text]
        assert verify().is_sound

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"is_told": False}, "is_told"),
            ({"place": " "}, "place"),
            ({"place": "长" * 121}, "place"),
            ({"present": "长" * 201}, "present"),
            ({"is_minor": True}, "guardian"),
        ],
    )
    def test_what_is_wrong_leaves_nothing(self, scene, case, wrong, path) -> None:
        with pytest.raises(InvalidInput) as refusal:
            begun(scene, case, **wrong)

        assert refusal.value.path == path
        assert not Statement.objects.exists()

    def test_refusals_name_their_rule(self, scene, case) -> None:
        for wrong, rule in (({"is_told": False}, "G21"), ({"is_minor": True}, "G20")):
            with pytest.raises(InvalidInput) as refusal:
                begun(scene, case, of=scene.guard, **wrong)
            assert refusal.value.source == rule

    @pytest.mark.parametrize("born", [2009, 2008, 2012])
    def test_the_young_need_a_guardian_whether_ticked_or_not(
        self, scene, case, born
    ) -> None:
        child = party(scene, case, "小明", birth_year=born)

        with pytest.raises(InvalidInput) as refusal:
            begun(scene, case, of=child)
        assert refusal.value.path == "guardian"
        mother = guardian_of(scene, child)
        statement = begun(scene, case, of=child, guardian=mother)

        assert statement.is_minor
        assert (statement.guardian_party, statement.guardian) == (mother, "王芳")
        assert statement.relation == "母亲"
        (fact,) = facts(case, "evidence.statement_begun")
        assert fact["guardian_party"] == f"party:{mother.uid}"
        assert "王芳" not in str(fact)

    def test_a_new_guardian_is_registered_once(self, scene, case) -> None:
        child = party(scene, case, "小明", birth_year=2012)
        said = {"of": child, "guardian": NewGuardian(**NEW), "request_id": ID}

        first = begun(scene, case, **said)
        again = begun(scene, case, **said)

        link = Guardianship.objects.get()
        assert (link.guardian, link.ward) == (first.guardian_party, child)
        assert (link.relation, first.relation, again) == ("母亲", "母亲", first)
        assert list(link.guardian.roles.values_list("role", flat=True)) == ["guardian"]

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"name": " "}, "name"),
            ({"phone": ""}, "phone"),
            ({"relation": ""}, "relation"),
            ({"name": "小 明"}, "name"),
        ],
    )
    def test_a_new_guardian_who_cannot_be_leaves_nobody(
        self, scene, case, wrong, path
    ) -> None:
        child = party(scene, case, "小明", birth_year=2012)

        with pytest.raises(InvalidInput) as refusal:
            begun(scene, case, of=child, guardian=NewGuardian(**{**NEW, **wrong}))

        assert refusal.value.path == path
        assert list(case.parties.all()) == [child]
        assert not Statement.objects.exists()

    def test_a_colleague_who_is_no_party_has_no_guardian(self, scene, case) -> None:
        mother = guardian_of(scene, party(scene, case, "小明"))

        with pytest.raises(InvalidInput, match="登记为本案当事人") as refusal:
            begun(scene, case, of=scene.guard, is_minor=True, guardian=mother)
        assert refusal.value.source == "G20"

    @pytest.mark.parametrize(("born", "ticked"), [(2013, False), (2012, True)])
    def test_of_somebody_under_fourteen_needs_consent(
        self, scene, case, born, ticked
    ) -> None:
        """No interview was planned: the guard writes down what the child says."""
        child = party(scene, case, "小明", birth_year=born)
        said = {
            "of": child,
            "guardian": guardian_of(scene, child),
            "is_under_fourteen": ticked,
        }

        with pytest.raises(InvalidInput, match="十四周岁") as refusal:
            begun(scene, case, **said)
        assert (refusal.value.source, refusal.value.path) == ("G20", "has_consent")
        assert not Statement.objects.exists()

        statement = begun(scene, case, **said, has_consent=True)
        assert (statement.is_minor, statement.has_consent) == (True, True)
        (fact,) = facts(case, "evidence.statement_begun")
        assert fact["consent"] == 1
        assert "监护人同意" in timeline_of(case)

    @pytest.mark.parametrize(
        ("role", "is_hurt", "asked"),
        [("victim", False, 1), ("witness", False, 0), ("witness", True, 1)],
    )
    def test_of_a_hurt_child_asks_for_the_report(
        self, scene, case, role, is_hurt, asked
    ) -> None:
        for name in ("小明", "小红"):
            child = party(scene, case, name, birth_year=2011)
            if is_hurt:
                telling.hurt(scene, case, party=child)
            mother = guardian_of(scene, child, f"{name}之母")
            begun(scene, case, of=child, role=StatementRole(role), guardian=mother)

        tasks = case.tasks.filter(key="report_minor")
        assert [(one.source, one.binding) for one in tasks] == [("G20", True)] * asked
        assert all(one.due_at is not None for one in tasks)

    @pytest.mark.parametrize("present", ["贺知行", "保安、贺 知 行在旁"])
    @pytest.mark.parametrize("is_colleague", [False, True])
    def test_no_other_party_sits_in(self, scene, case, present, is_colleague) -> None:
        party(scene, case, "贺知行")
        of = scene.guard if is_colleague else party(scene, case)

        with pytest.raises(InvalidInput, match="分别进行") as refusal:
            begun(scene, case, of=of, present=present)
        assert (refusal.value.source, refusal.value.path) == ("G21", "present")
        assert not Statement.objects.exists()

    def test_the_guardian_who_sits_in_may_be_named(self, scene, case) -> None:
        child = party(scene, case, "小明", birth_year=2012)
        mother = guardian_of(scene, child)

        assert begun(scene, case, of=child, guardian=mother, present="母亲王芳").pk

    def test_a_grown_up_needs_none(self, scene, case) -> None:
        assert not begun(scene, case, of=party(scene, case, birth_year=2007)).is_minor

    def test_not_of_another_case(self, scene, case) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        theirs = party(scene, other)

        with pytest.raises(InvalidInput) as refusal:
            begun(scene, case, of=theirs)
        assert refusal.value.path == "of"

    def test_not_of_somebody_who_was_removed(self, scene, case) -> None:
        gone = party(scene, case)
        Party.objects.update(removed_at=scene.at)
        gone.refresh_from_db()

        with pytest.raises(InvalidInput):
            begun(scene, case, of=gone)

    def test_by_nobody_without_the_right(self, scene, case) -> None:
        for somebody in (scene.stranger, scene.person("chenlu")):
            with pytest.raises(NotAllowed):
                begun(scene, case, by=somebody)

    def test_twice_is_once(self, scene, case) -> None:
        one = party(scene, case)

        first = begun(scene, case, of=one, request_id=ID)
        again = begun(scene, case, of=one, request_id=ID)

        assert first == again
        assert Statement.objects.count() == 1
        with pytest.raises(Conflict, match="请求编号"):
            begun(scene, case, of=one, place="别处", request_id=ID)

    @pytest.mark.both
    def test_one_open_statement_of_a_person(self, scene, case) -> None:
        one = party(scene, case)
        begun(scene, case, of=one)

        with pytest.raises(Conflict, match="S-01 还没有完成"):
            begun(scene, case, of=one)
        row = Statement.objects.get()
        row.pk, row.uid, row.number = None, ID, 2
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    @pytest.mark.both
    def test_never_of_two(self, scene, case) -> None:
        statement = begun(scene, case)

        with pytest.raises(IntegrityError), transaction.atomic():
            Statement.objects.filter(pk=statement.pk).update(user=scene.guard)

    def test_a_colleague_who_is_a_party_speaks_as_it(self, scene, case) -> None:
        them = cases.add_party(
            case=case,
            roles=["staff"],
            user=scene.next_guard,
            by=scene.officer,
            at=scene.at,
        )

        statement = begun(
            scene, case, of=scene.next_guard, role=StatementRole.GUARD, by=scene.officer
        )

        assert (statement.party, statement.user) == (them, None)

    def test_also_of_a_closed_case(self, scene, case) -> None:
        late = party(scene, case)
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
        case.refresh_from_db()

        assert begun(scene, case, of=late).code == "S-01"


class TestGuide:
    def test_keys_are_unique_and_short(self) -> None:
        keys = [question.key for question in all_questions()]

        assert len(set(keys)) == len(keys)
        assert max(map(len, keys)) <= 24

    @pytest.mark.parametrize("role", StatementRole.values)
    def test_begins_with_the_persons_own_words(self, role) -> None:
        keys = [question.key for question in questions_for(role)]

        assert keys[0] == "free"
        assert keys[-1] == "more"
        assert ("force" in keys) == (role == "guard")

    def test_neutral_and_never_an_interrogation(self) -> None:
        for question in all_questions():
            assert question.zh.endswith(("？", "。"))
            assert not {"口供", "讯问", "审问", "凶手", "是不是", "为什么打"} & {
                word
                for word in ("口供", "讯问", "审问", "凶手", "是不是", "为什么打")
                if word in question.zh
            }

    def test_is_asked_in_the_language_of_the_page(self, scene, case) -> None:
        statement = begun(scene, case)
        with translation.override("en"):
            assert guide_of(statement)[0].question.startswith("Please tell it")
            telling.told(scene, statement)

        assert StatementAnswer.objects.get(key="free").question.startswith("Please")


class TestAnswers:
    def test_keep_what_was_said_and_not_what_was_not_asked(self, scene, draft) -> None:
        rows = {row.key: row for row in StatementAnswer.objects.all()}

        assert set(rows) == {"free", "when", "words"}
        assert rows["words"].is_declined
        assert rows["free"].question == "请您自己讲一遍：发生了什么？"
        asked = {asked.key: asked.version for asked in guide_of(draft)}
        assert (asked["free"], asked["where"]) == (1, 0)

    def test_the_same_again_changes_nothing(self, scene, draft) -> None:
        before = list(StatementAnswer.objects.order_by("pk").values())

        telling.told(scene, draft, at=scene.at + timedelta(hours=1))

        assert list(StatementAnswer.objects.order_by("pk").values()) == before

    def test_the_second_of_two_writers_is_told(self, scene, draft) -> None:
        first = evidence.save_answers(
            statement=draft,
            said=[Answer(key="when", text="两点整。", version=1)],
            by=scene.guard,
            at=scene.at,
        )
        second = evidence.save_answers(
            statement=draft,
            said=[
                Answer(key="when", text="三点。", version=1),
                Answer(key="where", text="车库。"),
            ],
            by=scene.officer,
            at=scene.at,
        )

        assert [row.version for row in first.rows] == [2]
        assert [row.answer for row in second.conflicts] == ["两点整。"]
        assert [row.answer for row in second.rows] == ["车库。"]  # the rest is kept
        assert StatementAnswer.objects.get(key="when").answer == "两点整。"

    def test_two_begin_the_same_answer(self, scene, draft) -> None:
        saved = evidence.save_answers(
            statement=draft,
            said=[Answer(key="free", text="别的")],
            by=scene.officer,
            at=scene.at,
        )

        assert [row.key for row in saved.conflicts] == ["free"]

    def test_ones_own_question(self, scene, draft) -> None:
        own = Answer(key="own-1", question="灯亮着吗？", text="亮着。")
        evidence.save_answers(statement=draft, said=[own], by=scene.guard, at=scene.at)

        assert (
            guide_of(statement_for(scene.guard, draft.case.number, draft.uid))[
                -1
            ].question
            == "灯亮着吗？"
        )

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            (Answer(key="free", text="长" * 4001), "answer-free"),
            (Answer(key="nothing", text="好"), "question-nothing"),
            (Answer(key="force", text="没有"), "question-force"),  # a guard's
            (Answer(key="own-21", question="?", text="好"), "question-own-21"),
            (Answer(key="own-1", text="好"), "question-own-1"),
            (Answer(key="own-1", question="长" * 201), "question-own-1"),
            (Answer(key="own-1", question="这是讯问吗？"), "question-own-1"),
            (Answer(key="who", text="好", is_declined=True), "answer-who"),
        ],
    )
    def test_what_cannot_be(self, scene, draft, wrong, path) -> None:
        with pytest.raises(InvalidInput) as refusal:
            evidence.save_answers(
                statement=draft,
                said=[Answer(key="where", text="车库"), wrong],
                by=scene.guard,
                at=scene.at,
            )

        assert refusal.value.path == path
        assert not StatementAnswer.objects.filter(key="where").exists()


class TestReadingBack:
    def test_stands_still_until_it_goes_back(self, scene, case, draft) -> None:
        read(scene, draft)
        with pytest.raises(Conflict, match="正在与本人核对"):
            telling.told(scene, draft, said=[Answer(key="where", text="车库")])

        again = evidence.reopen_statement(statement=draft, by=scene.guard, at=scene.at)

        assert (again.state, again.draft) == (StatementState.DRAFT, 2)
        telling.told(scene, draft, said=[Answer(key="where", text="车库")])
        assert [f["draft"] for f in facts(case, "evidence.statement_reopened")] == [2]

    def test_not_of_nothing(self, scene, case) -> None:
        statement = begun(scene, case)
        with pytest.raises(Conflict, match="还没有记录"):
            read(scene, statement)
        telling.told(scene, statement, said=[Answer(key="free", is_declined=True)])
        with pytest.raises(Conflict, match="还没有记录"):
            read(scene, statement)

    def test_not_of_a_child_alone(self, scene, case) -> None:
        """Whose age was corrected while they spoke."""
        child = party(scene, case, "小明")
        statement = telling.told(scene, begun(scene, case, of=child))
        assert child.person is not None
        child.person.is_minor = True
        child.person.save(update_fields=["is_minor"])

        with pytest.raises(InvalidInput) as refusal:
            read(scene, statement)
        assert (refusal.value.path, refusal.value.source) == ("guardian", "G20")
        evidence.name_guardian(
            statement=statement,
            guardian=guardian_of(scene, child),
            by=scene.guard,
            at=scene.at,
        )

        assert read(scene, statement).state == StatementState.READ_BACK
        assert verify().is_sound

    def test_not_with_a_guardian_who_is_none_any_more(self, scene, case) -> None:
        statement = telling.told(scene, of_a_child(scene, case))
        link = Guardianship.objects.get()
        cases.unlink_guardian(link=link, reason="错了", by=scene.officer, at=scene.at)

        with pytest.raises(InvalidInput, match="已经撤销") as refusal:
            read(scene, statement)
        assert (refusal.value.path, refusal.value.source) == ("guardian", "G20")

    def test_not_with_a_name_of_earlier_times(self, scene, case) -> None:
        statement = telling.told(scene, of_a_child(scene, case))
        Statement.objects.update(guardian_party=None)
        statement.refresh_from_db()

        assert (
            statement_signing.guardian_words(statement) == "王芳（母亲）"
        )  # it is readable
        with pytest.raises(InvalidInput, match="选择登记的监护人"):
            read(scene, statement)

    def test_nothing_is_signed_that_was_not_read_back(self, scene, draft) -> None:
        with pytest.raises(Conflict, match="先读给本人听"):
            signed(scene, draft)

    def test_not_of_a_child_whose_guardian_did_not_agree(self, scene, case) -> None:
        """How old they are became known while they spoke."""
        statement = telling.told(scene, of_a_child(scene, case))
        Person.objects.filter(name="小明").update(birth_year=2013)
        named = {
            "statement": statement,
            "guardian": statement.guardian_party,
            "by": scene.guard,
            "at": scene.at,
        }

        with pytest.raises(InvalidInput, match="十四周岁") as refusal:
            read(scene, statement)
        assert (refusal.value.source, refusal.value.path) == ("G20", "has_consent")
        with pytest.raises(InvalidInput, match="十四周岁"):
            evidence.name_guardian(**named)
        evidence.name_guardian(**named, has_consent=True)

        statement = read(scene, statement)
        assert statement.has_consent
        assert facts(case, "evidence.guardian_named")[0]["consent"] == 1
        assert verify().is_sound

    def test_another_guardian_is_asked_again(self, scene, case) -> None:
        child = party(scene, case, "小明")
        mother, father = guardian_of(scene, child), guardian_of(scene, child, "明远")
        statement = begun(
            scene,
            case,
            of=child,
            guardian=mother,
            is_under_fourteen=True,
            has_consent=True,
        )

        with pytest.raises(InvalidInput, match="十四周岁"):
            evidence.name_guardian(
                statement=statement, guardian=father, by=scene.guard, at=scene.at
            )

    @pytest.mark.parametrize("how", ["named", "read"])
    def test_of_who_turns_out_to_be_a_child_asks_for_the_report(
        self, scene, case, how
    ) -> None:
        child = party(scene, case, "小明")
        mother = guardian_of(scene, child)
        statement = telling.told(scene, begun(scene, case, of=child, guardian=mother))
        assert not case.tasks.filter(key="report_minor").exists()

        if how == "named":
            evidence.name_guardian(
                statement=statement, guardian=mother, by=scene.guard, at=scene.at
            )
        else:
            Person.objects.filter(name="小明").update(birth_year=2012)
            read(scene, statement)

        assert case.tasks.filter(key="report_minor").count() == 1

    def test_not_beside_who_turns_out_to_be_a_party(self, scene, case) -> None:
        statement = begun(scene, case, present="贺知行")
        telling.told(scene, statement)
        other = party(scene, case, "贺知行")

        with pytest.raises(InvalidInput, match="放弃这份草稿") as refusal:
            read(scene, statement)
        assert (refusal.value.source, refusal.value.path) == ("G21", "present")
        with pytest.raises(InvalidInput, match="另一位当事人"):
            evidence.name_guardian(
                statement=statement,
                guardian=NewGuardian(**NEW),
                by=scene.guard,
                at=scene.at,
            )
        assert not Guardianship.objects.exists()
        about = {"relation": "父亲", "by": scene.officer, "at": scene.at}
        roles = ["guardian"]
        cases.set_party_roles(party=other, roles=roles, by=scene.officer, at=scene.at)
        assert statement.party is not None
        cases.link_guardian(guardian=other, ward=statement.party, **about)
        assert read(scene, statement).state == StatementState.READ_BACK


class TestSigning:
    def test_not_once_the_guardian_is_known_to_have_had_to_agree(
        self, scene, case
    ) -> None:
        statement = read(scene, telling.told(scene, of_a_child(scene, case)))
        Person.objects.filter(name="小明").update(birth_year=2013)
        both = SignedAlone(drawn=[signature(1)], guardian=[signature(2)])

        with pytest.raises(InvalidInput, match="十四周岁"):
            signed(scene, statement, signed=both)

    def test_becomes_an_exhibit_that_is_its_pdf(self, scene, case, draft) -> None:
        done = signed(scene, read(scene, draft))

        exhibit = exhibit_of(done)
        assert (done.state, exhibit.kind) == ("frozen", "document")
        assert (exhibit.source, exhibit.source_uid) == ("stated", done.uid)
        assert exhibit.protection == Protection.STATEMENT
        pdf = pdf_of(done)
        assert pdf.startswith(b"%PDF-")
        (fact,) = facts(case, "evidence.statement_frozen")
        assert fact["pdf"] == sha256(pdf).hexdigest() == exhibit.file.sha256
        assert fact["signature"] == sha256(signature(1)).hexdigest()
        assert fact["not_asked"].startswith("where,who")
        assert verify().is_sound

    def test_the_same_is_set_in_the_same_bytes(self, scene, draft) -> None:
        kept = statement_signing._keep(drawn(), is_minor=False)
        answers = list(draft.answers.order_by("position"))
        pages = []
        for language in ("zh-hans", "en"):
            with translation.override(language):
                page = statement_signing._page_of(draft, answers, kept, at=scene.at)
                pages.append(statement_signing.set_page(page, at=scene.at))

        assert pages[0] == pages[1]
        other = statement_signing._page_of(draft, answers[:1], kept, at=scene.at)
        assert statement_signing.set_page(other, at=scene.at) != pages[0]

    def test_twice_is_once(self, scene, draft) -> None:
        read(scene, draft)

        first = signed(scene, draft, request_id=ID)
        again = signed(scene, draft, request_id=ID, at=scene.at + timedelta(hours=2))

        assert first.exhibit == again.exhibit
        assert Exhibit.objects.count() == 1
        with pytest.raises(Conflict, match="已签字定稿"):
            signed(scene, first)

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"is_confirmed": False}, "is_confirmed"),
            ({"signed": SignedAlone()}, "signature"),
            ({"signed": SignedAlone(drawn=[JPEG])}, "signature"),
            ({"signed": SignedAlone(drawn=[b"x" * 300_000])}, "signature"),
            ({"signed": SignedAlone(paper=[b"no photo"])}, "paper"),
        ],
    )
    def test_what_is_no_signature(self, scene, draft, wrong, path) -> None:
        read(scene, draft)
        with pytest.raises(InvalidInput) as refusal:
            signed(scene, draft, **wrong)

        assert refusal.value.path == path
        assert not Exhibit.objects.exists()

    def test_of_a_child_with_the_guardian(self, scene, case) -> None:
        statement = of_a_child(scene, case)
        read(scene, telling.told(scene, statement))
        for wrong in (
            drawn(),
            SignedAlone(drawn=[signature(1)], guardian=[signature(1)]),
        ):
            with pytest.raises(InvalidInput) as refusal:
                signed(scene, statement, signed=wrong)
            assert refusal.value.path == "guardian_signature"

        both = SignedAlone(drawn=[signature(1)], guardian=[signature(2)])
        done = signed(scene, statement, signed=both)

        assert done.guardian_signature_id not in {None, done.signature_id}

    @pytest.mark.parametrize("when", ["before reading", "before signing"])
    def test_of_who_turns_out_to_be_a_child_the_guardian_signs_too(
        self, scene, case, when
    ) -> None:
        """A guardian sat there, nobody had ticked that it is a child."""
        child = party(scene, case, "小明")
        sitting = guardian_of(scene, child)
        statement = telling.told(scene, begun(scene, case, of=child, guardian=sitting))
        if when == "before signing":
            read(scene, statement)
        assert child.person is not None
        Person.objects.filter(pk=child.person.pk).update(birth_year=2012)
        if when == "before signing":
            with pytest.raises(Conflict, match="未满十八周岁"):
                signed(scene, statement)
            reopened = evidence.reopen_statement(
                statement=statement, by=scene.guard, at=scene.at
            )
            statement = reopened
        statement = read(scene, statement)

        with pytest.raises(InvalidInput) as refusal:
            signed(scene, statement, draft=statement.draft)
        assert refusal.value.path == "guardian_signature"
        both = SignedAlone(drawn=[signature(1)], guardian=[signature(2)])
        signed(scene, statement, signed=both, draft=statement.draft)

    def test_not_beside_a_guardian_who_turned_out_to_have_struck(
        self, scene, case
    ) -> None:
        statement = of_a_child(scene, case)
        read(scene, telling.told(scene, statement))
        mother, roles = statement.guardian_party, ["guardian", "aggressor"]
        assert mother is not None
        cases.set_party_roles(party=mother, roles=roles, by=scene.officer, at=scene.at)
        both = SignedAlone(drawn=[signature(1)], guardian=[signature(2)])

        with pytest.raises(InvalidInput, match="不能在场") as refusal:
            signed(scene, statement, signed=both)
        assert (refusal.value.path, refusal.value.source) == ("guardian", "G20")
        assert not Exhibit.objects.exists()

    def test_on_paper(self, scene, case, draft) -> None:
        done = signed(scene, read(scene, draft), signed=SignedAlone(paper=[JPEG]))

        assert done.on_paper
        paper = done.files.get()
        assert (paper.kind, paper.exhibit.protection) == ("paper", "stated")
        assert [e.code for e in case.exhibits.order_by("number")] == [
            "E-0001",
            "E-0002",
        ]

    def test_not_what_changed_since_it_was_read(self, scene, draft) -> None:
        read(scene, draft)
        evidence.reopen_statement(statement=draft, by=scene.guard, at=scene.at)
        read(scene, draft)

        with pytest.raises(Conflict, match="又改过"):
            signed(scene, draft, draft=1)
        signed(scene, draft, draft=2)

    def test_a_death_between_page_and_commit_leaves_nothing(
        self, scene, draft, monkeypatch
    ) -> None:
        read(scene, draft)

        def die(*_args: object, **_more: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(statement_signing, "fix_answers", die)
            with pytest.raises(KeyboardInterrupt):
                signed(scene, draft)

        draft.refresh_from_db()
        assert draft.state == StatementState.READ_BACK
        assert not Exhibit.objects.exists()
        assert not Blob.objects.exists()
        assert exhibit_of(signed(scene, draft)).code == "E-0001"
        assert verify().is_sound

    def test_frozen_stays_as_it_is(self, scene, case) -> None:
        done = frozen(scene, case)
        attempts: list[Callable[..., object]] = [
            partial(evidence.save_answers, said=[Answer(key="who", text="x")]),
            evidence.read_back,
            evidence.reopen_statement,
            partial(evidence.refuse_statement, reason=""),
            partial(evidence.discard_statement, reason="x"),
            partial(evidence.name_guardian, guardian=NewGuardian(**NEW)),
            partial(evidence.add_recording, chunks=[SOUND], is_told=True),
        ]

        for attempt in attempts:
            with pytest.raises(Conflict, match="不能再改"):
                attempt(statement=done, by=scene.guard, at=scene.at)

    @pytest.mark.parametrize("field", ["question", "answer"])
    def test_a_changed_word_is_named(self, scene, case, field) -> None:
        frozen(scene, case)
        changed = StatementAnswer.objects.get(key="free")
        with unguarded():
            StatementAnswer.objects.filter(pk=changed.pk).update(**{field: "别的"})

        assert f"evidence.StatementAnswer.{field} of {changed.uid}" in str(
            verify().problems
        )


class TestEndings:
    def test_nobody_has_to_speak(self, scene, case, draft) -> None:
        evidence.refuse_statement(
            statement=draft, reason="", by=scene.guard, at=scene.at
        )

        draft.refresh_from_db()
        assert (draft.state, draft.ended_at) == (StatementState.REFUSED, scene.at)
        assert facts(case, "evidence.statement_refused")[0]["role"] == "victim"
        assert len(entries(case, "evidence.statement_answer_fixed")) == 3
        assert verify().is_sound

    def test_also_when_it_was_read_back(self, scene, draft) -> None:
        read(scene, draft)
        evidence.refuse_statement(
            statement=draft, reason="不想签字", by=scene.guard, at=scene.at
        )
        with unguarded():
            Statement.objects.update(reason="别的")

        assert not verify().is_sound

    def test_a_draft_is_given_up_with_a_reason(self, scene, case, draft) -> None:
        with pytest.raises(InvalidInput):
            evidence.discard_statement(
                statement=draft, reason=" ", by=scene.guard, at=scene.at
            )
        evidence.discard_statement(
            statement=draft, reason="选错了人", by=scene.guard, at=scene.at
        )

        assert len(facts(case, "evidence.statement_discarded")) == 1
        assert begun(scene, case, of=draft.party).code == "S-02"


class TestRecordings:
    def test_are_exhibits_of_the_statement(self, scene, case, draft) -> None:
        made = evidence.add_recording(
            statement=draft, chunks=[SOUND], is_told=True, by=scene.guard, at=scene.at
        )
        again = evidence.add_recording(
            statement=draft, chunks=[SOUND], is_told=True, by=scene.guard, at=scene.at
        )

        assert made == again
        assert made.exhibit.kind == "audio"
        assert made.exhibit.protection == Protection.STATEMENT
        assert facts(case, "evidence.statement_recorded")[0]["exhibit"] == "E-0001"

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"is_told": False}, "is_told"),
            ({"chunks": [JPEG]}, "recording"),
            ({"chunks": [PAGE]}, "recording"),
            ({"chunks": []}, "recording"),
        ],
    )
    def test_never_in_secret_and_only_sounds(self, scene, draft, wrong, path) -> None:
        said = {"chunks": [SOUND], "is_told": True, **wrong}
        with pytest.raises(InvalidInput) as refusal:
            evidence.add_recording(statement=draft, by=scene.guard, at=scene.at, **said)
        assert refusal.value.path == path

    def test_one_sound_is_of_one_person(self, scene, case, draft) -> None:
        evidence.add_recording(
            statement=draft, chunks=[SOUND], is_told=True, by=scene.guard, at=scene.at
        )
        other = begun(scene, case)

        with pytest.raises(Conflict, match="另一份情况说明"):
            evidence.add_recording(
                statement=other,
                chunks=[SOUND],
                is_told=True,
                by=scene.guard,
                at=scene.at,
            )


class TestAddenda:
    def test_point_to_the_sentence_and_leave_it(self, scene, case) -> None:
        done = frozen(scene, case)
        before = pdf_of(done)

        made = corrected(scene, done, request_id=ID)
        again = corrected(scene, done, request_id=ID)

        assert made == again
        assert (made.number, made.sentence) == (1, 2)
        assert made.quoted == "他用伞打了我的额头。"
        assert made.answer.key == "free"
        assert pdf_of(done) == before
        assert made.exhibit.code == "E-0002"
        assert corrected(scene, done, sentence=4).answer.key == "when"
        assert verify().is_sound

    @pytest.mark.parametrize("field", ["quoted", "text"])
    def test_are_vouched_for(self, scene, case, field) -> None:
        corrected(scene, frozen(scene, case))
        with unguarded():
            Addendum.objects.update(**{field: "别的"})

        assert not verify().is_sound

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"sentence": 0}, "sentence"),
            ({"sentence": 5}, "sentence"),
            ({"text": " "}, "text"),
            ({"text": "长" * 2001}, "text"),
            ({"is_confirmed": False}, "is_confirmed"),
            ({"signed": SignedAlone()}, "signature"),
        ],
    )
    def test_what_cannot_be(self, scene, case, wrong, path) -> None:
        done = frozen(scene, case)
        with pytest.raises(InvalidInput) as refusal:
            corrected(scene, done, **wrong)

        assert refusal.value.path == path
        assert not Addendum.objects.exists()

    def test_not_of_a_draft(self, scene, draft) -> None:
        with pytest.raises(Conflict, match="修改草稿"):
            corrected(scene, draft)

    def test_of_a_child_with_the_guardian(self, scene, case) -> None:
        statement = of_a_child(scene, case)
        read(scene, telling.told(scene, statement))
        both = SignedAlone(drawn=[signature(1)], guardian=[signature(2)])
        done = signed(scene, statement, signed=both)

        with pytest.raises(InvalidInput) as refusal:
            corrected(scene, done, signed=both)
        assert refusal.value.path == "guardian"
        mother = statement.guardian_party
        made = corrected(scene, done, signed=both, guardian=mother)
        assert (made.guardian_party, made.guardian) == (mother, "王芳")
        link = Guardianship.objects.get()
        cases.unlink_guardian(link=link, reason="错了", by=scene.officer, at=scene.at)
        with pytest.raises(InvalidInput, match="已经撤销") as refusal:
            corrected(scene, done, signed=both, guardian=mother, sentence=3)
        assert (refusal.value.path, refusal.value.source) == ("guardian", "G20")


class TestWhoMayKnow:
    """What one person said is not seen by another, on no page and in no list."""

    @pytest.fixture
    def people(self, scene: Scene) -> dict[str, User]:
        return {role: person(scene, role, "here", scene.site) for role in ROLES}

    def test_check_list_and_exhibits_agree_for_every_role(
        self, scene, case, people
    ) -> None:
        done = frozen(scene, case)
        evidence_codes = {exhibit_of(done).code}

        for role, user in people.items():
            may = permissions.can_read(user, done)
            assert may is (role in READERS), role
            assert statements_for(user).filter(pk=done.pk).exists() is may, role
            seen = {one.code for one in exhibits_of(case, user)}
            assert (seen == evidence_codes) is may, role
            assert permissions.can_open(user, exhibit_of(done)) is may, role
            if ROLES[role].permissions >= {"case.see"}:
                assert exhibit_page(case, user).hidden == (0 if may else 1)

    def test_whoever_took_it_and_whose_it_is(self, scene, case) -> None:
        own = begun(
            scene, case, of=scene.next_guard, role=StatementRole.GUARD, by=scene.guard
        )

        for user, may in (
            (scene.guard, True),
            (scene.next_guard, True),
            (scene.person("sunlei"), False),
            (scene.stranger, False),
        ):
            assert permissions.can_read(user, own) is may
            assert statements_for(user).filter(pk=own.pk).exists() is may

    def test_who_has_yet_to_speak_reads_nobody_elses(self, scene, case) -> None:
        other = frozen(scene, case)
        own = begun(scene, case, of=scene.officer, role=StatementRole.WITNESS)

        assert list(statements_of(case, scene.officer)) == [own]
        with pytest.raises(NotAllowed, match="还没有签字"):
            permissions.check_can_read(scene.officer, other)
        with pytest.raises(NotAllowed, match="还没有签字"):
            permissions.check_can_open(scene.officer, exhibit_of(other))
        with pytest.raises(NotFound):
            exhibit_for(scene.officer, case.number, exhibit_of(other).uid)
        signed(scene, read(scene, telling.told(scene, own)))

        assert list(statements_of(case, scene.officer)) == [other, own]

    def test_no_word_on_the_timeline_nor_in_the_facts(self, scene, case) -> None:
        done = frozen(scene, case, place="李四家", present="李四")
        corrected(scene, done, text="李四打的。")

        for line in timeline(case):
            for text in ("李四", "伞", "两点"):
                assert text not in line.sentence + line.quote, line.kind
        for entry in Entry.objects.filter(subject=case.subject):
            data = bytes(entry.data or b"").decode()
            assert "李四" not in data
            assert "伞" not in data

    def test_reading_is_on_the_record(self, scene, case) -> None:
        done = frozen(scene, case)
        evidence.show_statement(statement=done, by=scene.officer, at=scene.at)
        with pytest.raises(NotAllowed):
            evidence.show_statement(
                statement=done, by=scene.person("sunlei"), at=scene.at
            )

        (entry,) = entries(case, "evidence.statement_read")
        assert entry.actor == scene.officer.actor_key
        assert "查看了情况说明" not in str([line.sentence for line in timeline(case)])


READERS = {
    "duty_officer",
    "investigator",
    "site_manager",
    "legal_counsel",
    "hq_supervisor",
}


class TestAtOnce:
    @pytest.mark.both
    def test_two_sign_at_once(self, committed_scene, settings, tmp_path) -> None:
        scene = committed_scene
        settings.DATA = tmp_path
        case = scene.incident().case
        statement = read(scene, telling.told(scene, begun(scene, case)))

        results = at_once(
            *(
                partial(signed, scene, Statement.objects.get(), signed=drawn(number))
                for number in (1, 2)
            )
        )

        assert len(failures(results)) == 1
        assert isinstance(failures(results)[0], Conflict)
        assert Exhibit.objects.filter(case=case).count() == 1
        statement.refresh_from_db()
        assert statement.state == StatementState.FROZEN
        assert verify().is_sound


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=120
)


@given(st.text(max_size=300))
def test_sentences_lose_nothing(text: str) -> None:
    def bare(words: str) -> str:
        return "".join(words.split())

    assert bare("".join(split(text))) == bare(text)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("他说：“走开！”我没动。", ["他说：“走开！”", "我没动。"]),
        ("14.30 到的。B1.5 层。", ["14.30 到的。", "B1.5 层。"]),
        ("He hit me. I fell.", ["He hit me.", "I fell."]),
        ("一\n\n二", ["一", "二"]),
        ("没有句号", ["没有句号"]),
        ("", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@hypothesis_settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=TEXTS.filter(str.strip))
def test_whatever_is_said_the_pdf_is_what_the_record_says(
    scene: Scene, case: Case, text: str
) -> None:
    """The digest of the bytes is the blob's and the entry's, and a word is missed."""
    with transaction.atomic():
        statement = begun(scene, case)
        telling.told(scene, statement, said=[Answer(key="free", text=text)])
        done = signed(scene, read(scene, statement))

        fact = facts(case, "evidence.statement_frozen")[-1]
        digest = sha256(pdf_of(done)).hexdigest()
        assert digest == fact["pdf"] == exhibit_of(done).file.sha256
        assert fact["content"] == content_digest(done.answers.order_by("position"))
        assert verify().is_sound
        with unguarded():
            StatementAnswer.objects.update(answer="别的。")
        assert not verify().is_sound
        transaction.set_rollback(True)

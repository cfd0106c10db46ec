"""The letter that explains to whoever struck what may follow in law; no measure in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from docx import Document

from anlan.accounts.models import Place
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import ContactChannel, Direction
from anlan.cases.models import Case, Party
from anlan.cases.selectors import timeline
from anlan.law import checks
from anlan.law import selectors as law
from anlan.law.book import Confidence, book
from anlan.law.guardrails import TESTS
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.resolution import policies
from anlan.resolution import services as resolution
from anlan.resolution.enums import DeliveryResult, NoticeKind, NoticeState
from anlan.resolution.guarding import check_text
from anlan.resolution.letters import BY_LAW
from anlan.resolution.models import Notice
from anlan.resolution.notice_paper import notice_docx
from anlan.resolution.selectors.notices import letter_of, masked_letter
from anlan.resolution.services.erasing import erase_words
from tests.accounts.browsing import sign_in
from tests.evidence.told import guardian_of
from tests.evidence.told import party as victim
from tests.resolution.planned import aggressor
from tests.resolution.told import begun as told_begun
from tests.resolution.told import delivered, in_force, signed
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
BEFORE = ("resolution", "0011_guardians_sign_for_letters")
AFTER = ("resolution", "0014_letters_have_somebody")
BOTH = ["victim", "aggressor"]
FACTS = "您在停车场与人争执时，用伞打了对方。"


@pytest.fixture(autouse=True)
def _vault_and_clock(settings: Any, tmp_path: Any, at: Any) -> Iterator[None]:
    settings.DATA = tmp_path
    with time_machine.travel(at):
        yield


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def party(scene: Scene, case: Case) -> Party:
    return aggressor(scene, case)


def begun(scene: Scene, party: Party, **more: Any) -> Notice:
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    return resolution.begin_consequences(party=party, **said)


def written(scene: Scene, party: Party, facts: str = FACTS, asks: str = "") -> Notice:
    notice = begun(scene, party)
    return resolution.save_notice(
        notice=notice,
        facts=facts,
        request=asks or notice.request,
        by=scene.officer,
        at=scene.at,
    )


def kept_apart(
    scene: Scene,
    party: Party,
    other: str = "陆远航",
    roles: Sequence[str] = ("victim",),
    **more: Any,
) -> None:
    somebody = victim(scene, party.case, other)
    cases.set_party_roles(
        party=somebody, roles=list(roles), by=scene.officer, at=scene.at
    )
    place = Place.objects.filter(site=scene.site).order_by("pk")[0]
    said: dict[str, Any] = {
        "words": "分开走不同的门",
        "ends_at": scene.at + timedelta(days=7),
        **more,
    }
    cases.keep_apart(
        case=party.case,
        one=party,
        other=somebody,
        places=[place],
        by=scene.officer,
        at=scene.at,
        **said,
    )


class TestWhatItSays:
    @pytest.mark.parametrize(
        ("day", "there", "not_there"),
        [
            (date(2025, 12, 31), "第43条", "第51条。"),
            (date(2026, 1, 1), "第51条", "第43条"),
        ],
    )
    def test_the_article_is_that_of_the_day_of_the_act(
        self,
        scene: Scene,
        case: Case,
        party: Party,
        day: date,
        there: str,
        not_there: str,
    ):
        cases.state_act(
            case=case, day=day, words="录像上的日期", by=scene.officer, at=scene.at
        ) if day != act_day(case) else None
        text = letter_of(written(scene, party)).text
        assert there in text
        assert not_there not in text

    def test_it_decides_nothing_and_says_so(self, scene: Scene, party: Party):
        text = letter_of(written(scene, party)).text
        assert "由公安机关、人民法院依法认定" in text
        assert "没有采取任何措施，所以没有申诉程序" in text
        assert "12348" in text
        assert "不影响任何人随时报警" in text
        assert not any(one in text for one in ("互殴", "罚款", "您必须", "否则"))

    def test_no_rule_refuses_what_the_house_wrote(self, scene: Scene, party: Party):
        check_text(letter_of(written(scene, party)).text, party.case, path="text")

    def test_it_asks_what_keeps_them_apart(self, scene: Scene, party: Party):
        assert "请您（" not in letter_of(written(scene, party)).text
        kept_apart(scene, aggressor(scene, scene.incident().case))  # of another case
        notice = Notice.objects.get()
        resolution.revoke_notice(
            notice=notice, reason="重写", by=scene.officer, at=scene.at
        )
        kept_apart(scene, party)
        text = letter_of(written(scene, party)).text
        asked = next(one for one in text.splitlines() if "不与对方接触" in one)
        assert asked.startswith("为了避免再次发生冲突，请您：从 2026")
        assert asked.endswith(
            "为止，不与对方接触（住在本小区的，回家的通道和各项基本服务不受影响）。"
        )
        assert "陆远航" not in text
        # Where the other goes is not said by where one does not.
        assert Place.objects.filter(site=scene.site).order_by("pk")[0].label not in text

    def test_each_plan_with_somebody_who_was_hurt_is_asked(
        self, scene: Scene, party: Party
    ):
        kept_apart(scene, party)
        later = scene.at + timedelta(days=20)
        kept_apart(scene, party, other="罗启明", ends_at=later)
        assert begun(scene, party).request.count("不与对方接触") == 2

    @pytest.mark.parametrize("roles", [["witness"], ["aggressor"], BOTH])
    def test_no_duty_is_made_of_an_arrangement_with_others(
        self, scene: Scene, party: Party, roles: list[str]
    ):
        kept_apart(scene, party, roles=roles)
        assert begun(scene, party).request == ""

    def test_a_plan_that_ended_asks_nothing(self, scene: Scene, party: Party):
        kept_apart(scene, party, ends_at=scene.at + timedelta(hours=1))
        later = scene.at + timedelta(hours=2)
        assert begun(scene, party, at=later).request == ""

    def test_of_minors_it_speaks_to_their_guardian_alone(
        self, scene: Scene, case: Case, party: Party
    ):
        assert "未成年人" not in letter_of(written(scene, party)).text
        child = aggressor(scene, case, "孟小海")
        assert child.person is not None
        child.person.is_minor = True
        child.person.save(update_fields=["is_minor"])
        notice = written(scene, child)
        with pytest.raises(Conflict, match="监护人"):
            signed(scene, notice)
        guardian_of(scene, child, "欧阳晓雯")
        notice = Notice.objects.get(pk=notice.pk)
        letter = letter_of(notice)
        assert letter.paragraphs[0] == "孟小海的监护人 欧阳晓雯："
        assert "第1188条" in letter.text
        assert "您的行为" not in letter.text
        shown = masked_letter(notice).text
        assert "欧阳晓雯" not in shown
        assert "孟小海" not in shown

    @pytest.mark.parametrize(
        ("facts", "match"),
        [
            ("您打伤了陆远航。", "其他当事人"),
            ("双方互殴。", "互殴"),
            ("管理处将对您罚款。", "罚款"),
            ("道歉以后才能报警。", "报警"),
            ("再犯就停水停电。", "供水"),
            ("", "发生了什么"),
        ],
    )
    def test_what_no_letter_may_say(
        self, scene: Scene, case: Case, party: Party, facts: str, match: str
    ):
        victim(scene, case)
        with pytest.raises((InvalidInput, Conflict), match=match):
            written(scene, party, facts)
        if facts:  # to ask nothing is fine
            with pytest.raises((InvalidInput, Conflict), match=match):
                written(scene, party, FACTS, facts)

    def test_whoever_is_entered_later_is_not_named_either(
        self, scene: Scene, case: Case, party: Party
    ):
        notice = written(scene, party, "您用伞打了陆远航。")
        victim(scene, case)
        with pytest.raises(Conflict, match="姓名"):
            signed(scene, notice)


class TestHowItGoesOut:
    def test_long_before_any_finding_or_plan(self, scene: Scene, party: Party):
        notice = written(scene, party)
        assert (notice.kind, notice.measure_id) == (NoticeKind.CONSEQUENCES, None)
        with pytest.raises(NotAllowed, match="权限"):
            signed(scene, notice, by=scene.officer)
        notice = signed(scene, notice)
        delivered(scene, notice, result=DeliveryResult.REFUSED, witnesses="江岚、何涛")
        notice.refresh_from_db()
        assert notice.state == NoticeState.DELIVERED
        assert notice.exhibit is not None
        assert notice.exhibit.title.startswith("法律后果")
        rows = Entry.objects.filter(subject=party.case.subject)
        kinds = rows.filter(kind__startswith="resolution.").order_by("seq")
        assert [row.kind for row in kinds] == [
            "resolution.notice_begun",
            "resolution.notice_issued",
            "resolution.notice_delivery",
        ]
        assert timeline(party.case)
        assert verify().is_sound

    def test_a_refusal_needs_two_witnesses(self, scene: Scene, party: Party):
        notice = signed(scene, written(scene, party))
        with pytest.raises(InvalidInput, match="两名见证人"):
            delivered(scene, notice, result=DeliveryResult.REFUSED, witnesses="江岚")

    def test_on_paper_nothing_asks_for_an_objection(self, scene: Scene, party: Party):
        notice = signed(scene, written(scene, party))
        word = Document(BytesIO(notice_docx(notice, letter_of(notice), at=scene.at)))
        lines = [one.text for one in word.paragraphs]
        assert lines[0] == "法律后果告知书"
        assert [one for one in lines if "拒收的，见证人" in one]
        assert not [one for one in lines if "申诉期限" in one]

    def test_there_is_one_for_each(self, scene: Scene, case: Case, party: Party):
        notice = written(scene, party)
        assert begun(scene, party) == notice
        signed(scene, notice)
        with pytest.raises(Conflict, match="N-01"):
            begun(scene, party)
        assert begun(scene, aggressor(scene, case, "罗启明")).code == "N-02"

    def test_only_to_who_is_entered_as_having_struck(self, scene: Scene, case: Case):
        with pytest.raises(Conflict, match="行为人"):
            begun(scene, victim(scene, case))
        somebody = aggressor(scene, case)
        notice = written(scene, somebody)
        cases.set_party_roles(
            party=somebody, roles=["involved"], by=scene.officer, at=scene.at
        )
        with pytest.raises(Conflict, match="行为人"):
            signed(scene, Notice.objects.get(pk=notice.pk))

    def test_the_case_may_be_closed_and_nothing_runs(self, scene: Scene, party: Party):
        delivered(scene, signed(scene, written(scene, party)))
        policies.check_no_period_runs(party.case, at=scene.at)
        policies.check_no_letter_is_under_way(party.case)
        assert policies.still_objectable(party.case, at=scene.at) == []

    def test_its_words_go_as_those_of_others(self, scene: Scene, party: Party):
        delivered(scene, signed(scene, written(scene, party)))
        erase_words(case=party.case, reason="retention", at=scene.at)
        notice = Notice.objects.get()
        assert (notice.facts, notice.request, notice.text) == ("", "", "")
        assert verify().is_sound

    @pytest.mark.both
    def test_the_database_refuses_one_that_is_of_nothing(
        self, scene: Scene, party: Party
    ):
        notice = begun(scene, party)
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(kind=NoticeKind.BAN)
        measure = in_force(scene, scene.incident(at=scene.at - timedelta(1)).case)
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(measure=measure)


class TestPages:
    def test_from_the_talk_to_the_letter(
        self, scene: Scene, case: Case, party: Party, client: Client
    ):
        address = f"/cases/{case.number}/parties/{party.uid}/consequences/"
        contact = cases.record_contact(
            party=party,
            channel=ContactChannel.IN_PERSON,
            direction=Direction.OUT,
            words="说明了可能的后果",
            consequences_explained=True,
            by=scene.officer,
            at=scene.at,
        )
        sign_in(client, scene.officer)
        page = client.get(f"/cases/{case.number}/contacts/").content.decode()
        assert page.count(f'action="{address}"') == 2  # the card, and the talk
        assert f"contact-{contact.uid}" in page

        listed = client.get(f"/cases/{case.number}/notices/").content.decode()
        assert f'action="{address}"' in listed
        answer = client.post(address)
        notice = Notice.objects.get()
        assert answer["Location"].endswith(f"/notices/{notice.uid}/")
        page = client.get(answer["Location"]).content.decode()
        assert "法律后果告知书" in page
        assert "孟大海" not in page
        said = {"facts": FACTS, "request": ""}
        assert client.post(answer["Location"], said).status_code == 302
        assert client.post(answer["Location"], {"facts": ""}).status_code == 422
        signed(scene, Notice.objects.get())
        assert client.post(address)["Location"] == answer["Location"]
        listed = client.get(f"/cases/{case.number}/notices/").content.decode()
        assert "N-01 法律后果告知书" in listed
        assert f'action="{address}"' not in listed

    def test_who_may_not_draft_is_offered_nothing(
        self, scene: Scene, case: Case, party: Party, client: Client
    ):
        address = f"/cases/{case.number}/parties/{party.uid}/consequences/"
        sign_in(client, scene.guard)
        for page in ("contacts", "notices"):
            answer = client.get(f"/cases/{case.number}/{page}/")
            assert address not in answer.content.decode()
        assert client.post(address).status_code in {403, 404}
        assert not Notice.objects.exists()

    def test_of_somebody_else_there_is_none(
        self, scene: Scene, case: Case, client: Client
    ):
        other = victim(scene, case)
        sign_in(client, scene.officer)
        address = f"/cases/{case.number}/parties/{other.uid}/consequences/"
        assert client.post(address).status_code == 404

    def test_its_link_shows_it_and_takes_no_objection(
        self, scene: Scene, party: Party, client: Client
    ):
        notice = signed(scene, written(scene, party))
        secret = resolution.give_notice_link(
            notice=notice, by=scene.officer, at=scene.at
        )
        page = client.get(f"/p/notice/{secret}").content.decode()
        assert "没有采取任何措施，不用申诉" in page
        assert "提出申诉" not in page
        assert "第51条" in page or "第43条" in page
        assert "孟大海" not in page
        words = {"words": "我不同意", "request_id": str(notice.uid)}
        answer = client.post(f"/p/notice/{secret}/objection", words)
        assert answer.status_code == 409

    def test_an_undertaking_takes_none_either(
        self, scene: Scene, case: Case, client: Client
    ):
        measure = in_force(scene, case, "conduct_agreement")
        notice = signed(
            scene,
            resolution.begin_notice(measure=measure, by=scene.officer, at=scene.at),
        )
        secret = resolution.give_notice_link(
            notice=notice, by=scene.officer, at=scene.at
        )
        page = client.get(f"/p/notice/{secret}").content.decode()
        assert "可以不签，不用申诉" in page
        assert "提出申诉" not in page

    @pytest.mark.parametrize("kind", ["consequences", "conduct_agreement"])
    def test_what_was_revoked_says_so_first(
        self, scene: Scene, case: Case, client: Client, kind: str
    ):
        notice = (
            written(scene, aggressor(scene, case))
            if kind == "consequences"
            else told_begun(scene, in_force(scene, case, kind))
        )
        notice = signed(scene, notice)
        secret = resolution.give_notice_link(
            notice=notice, by=scene.officer, at=scene.at
        )
        with pytest.raises(Conflict, match="不用申诉"):
            policies.check_may_object(notice, at=scene.at)
        notice = resolution.revoke_notice(
            notice=notice, reason="写错了人", by=scene.manager, at=scene.at
        )
        with pytest.raises(Conflict, match="已经撤销"):
            policies.check_may_object(notice, at=scene.at)
        page = client.get(f"/p/notice/{secret}").content.decode()
        assert "已经撤销" in page


class TestLaw:
    def test_every_sentence_has_its_field_and_every_field_its_sentence(self):
        for day in (date(2025, 12, 31), date(2026, 1, 1)):
            keys = {one.key for one in law.consequences(on=day)}
            assert keys == set(BY_LAW)

    def test_what_was_not_read_is_advice(self):
        advice = [
            one for one in book().consequences if one.confidence != Confidence.READ
        ]
        assert advice
        wrong = advice[0].model_copy(update={"text": "您应当拨打 12348。"})
        broken = book().model_copy(update={"consequences": (wrong,)})
        assert [one for one in checks.faults(broken, TESTS) if "advice" in one]

    def test_settling_ends_no_case_that_was_decided_or_is_not_slight(self):
        told = _told("leniency", date(2025, 6, 1))
        assert told.startswith("民间纠纷引起、情节较轻，公安机关作出处理决定前")
        assert "雇凶、结伙斗殴、寻衅滋事、多次违反治安管理等情形除外" in told

    def test_a_guardian_is_told_that_detention_may_not_apply(self):
        assert _told("ward", date(2025, 6, 1)).startswith("建议：")
        assert "可能不适用" in _told("ward", date(2025, 6, 1))
        assert "不满十四周岁的不予" in _told("ward", date(2026, 6, 1))

    def test_less_than_minor_injury_may_be_criminal_too(self):
        told = _told("criminal", date(2026, 6, 1))
        assert "轻伤以上的，或者有随意殴打他人" in told
        assert "由公安机关、人民检察院、人民法院依法决定" in told

    @pytest.mark.parametrize("day", [date(2019, 4, 26), date(2019, 4, 27)])
    def test_each_article_was_in_force_on_its_day(self, day: date):
        for one in law.consequences(on=day):
            for name in one.sources:
                assert law.is_citable(name, on=day), (one.key, name)

    def test_a_law_that_always_was_does_not_cover_for_another(self):
        early = (
            book()
            .consequences[0]
            .model_copy(
                update={
                    "last_day": None,
                    "first_day": None,
                    "sources": ("L-行政程序规定-186", "L-刑诉法-288"),
                }
            )
        )
        broken = book().model_copy(update={"consequences": (early,)})
        faults = [one for one in checks.faults(broken, TESTS) if "186" in one]
        assert faults
        assert all("was not in force" in one for one in faults)

    def test_what_rests_on_nothing_is_a_fault(self):
        first = book().consequences[0].model_copy(update={"sources": ()})
        unknown = first.model_copy(update={"sources": ("L-无-1",)})
        for wrong in (first, unknown):
            broken = book().model_copy(update={"consequences": (wrong,)})
            assert list(checks.faults(broken, TESTS))


def _told(key: str, day: date) -> str:
    return "".join(one.text for one in law.consequences(on=day) if one.key == key)


@pytest.mark.both
def test_letters_of_before_name_whom_their_measure_is_about(
    committed_scene: Scene,
) -> None:
    scene = committed_scene
    measure = in_force(scene, scene.incident().case)
    resolution.begin_notice(measure=measure, by=scene.officer, at=scene.at)

    MigrationExecutor(connection).migrate([BEFORE])
    assert not _has_party()
    MigrationExecutor(connection).migrate([AFTER])

    assert _has_party()
    assert Notice.objects.get().party == measure.party


def _has_party() -> bool:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(
            cursor, "resolution_notice"
        )
    return "party_id" in {one.name for one in columns}

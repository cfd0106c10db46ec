"""The link that comes with a letter: what it shows, and an objection through it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from anlan.base.calendar import published_holidays
from anlan.base.clock import SHANGHAI
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases.models import AccessLink, Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import Way
from anlan.ledger.models import Entry
from anlan.resolution import services as resolution
from anlan.resolution.enums import ObjectionState, ObjectionWay
from anlan.resolution.letters import appeal_days
from anlan.resolution.models import Notice, Objection, PlanMeasure
from anlan.resolution.notice_paper import notice_pdf
from anlan.resolution.selectors.notices import letter_of, printed_address
from tests.accounts.browsing import sign_in
from tests.evidence.told import party as victim
from tests.moment import forget_counts
from tests.resolution.planned import begun as planned
from tests.resolution.planned import decided as approved
from tests.resolution.planned import headquarters
from tests.resolution.test_objections import decided, told
from tests.resolution.told import delivered, in_force, issued, objected
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
WORDS = "我没有用伞打人，请看录像。"


@pytest.fixture(autouse=True)
def _vault_and_clock(settings: Any, tmp_path: Any, at: Any) -> Iterator[None]:
    settings.DATA = tmp_path
    with time_machine.travel(at):
        forget_counts()
        yield


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def measure(scene: Scene, case: Case) -> PlanMeasure:
    return in_force(scene, case)


@pytest.fixture
def notice(scene: Scene, measure: PlanMeasure) -> Notice:
    return issued(scene, measure)


def given(scene: Scene, notice: Notice) -> str:
    secret = resolution.give_notice_link(
        notice=notice, by=scene.officer, at=timezone.now()
    )
    return f"/p/notice/{secret}"


def sent(client: Client, address: str, **more: object) -> Any:
    said = {"request_id": str(uuid4()), "words": WORDS, **more}
    return client.post(f"{address}/objection", said)


def test_from_the_letter_to_the_hearing(
    scene: Scene, case: Case, notice: Notice, client: Client
):
    address = given(scene, notice)
    page = client.get(address).content.decode()
    assert "警示函" in page
    assert "孟大海" not in page  # the name as every screen shows it
    answer = sent(client, address)
    assert (answer.status_code, answer["Location"]) == (302, address)
    objection = Objection.objects.get()
    assert (objection.way, objection.received_by) == (ObjectionWay.PORTAL, None)
    entry = Entry.objects.get(kind="resolution.objection_received")
    assert entry.actor.startswith("public:")
    assert WORDS not in bytes(entry.data or b"").decode()
    assert headquarters(scene) in told("resolution.objection_to_hear")
    assert "正在复核" in client.get(address).content.decode()
    with pytest.raises(NotAllowed, match="审批过"):
        decided(scene, objection, by=scene.manager)
    decided(scene, objection, reason="录像可见用伞击打两次。")
    page = client.get(address).content.decode()
    assert "录像可见用伞击打两次。" in page
    assert scene.officer in told("resolution.objection_heard")  # who drafted the plan


def test_it_says_nothing_of_the_other_side(
    scene: Scene, case: Case, notice: Notice, client: Client
):
    victim(scene, case, name="陆远航")
    address = given(scene, notice)
    assert "陆远航" not in client.get(address).content.decode()
    # Words of the letter that only later became somebody's secret.
    Notice.objects.filter(pk=notice.pk).update(
        text="您打伤了陆远航。", request="向陆远航道歉"
    )
    page = client.get(address).content.decode()
    assert "陆远航" not in page
    assert "纸质" in page


def test_the_letter_on_paper_has_the_code_of_a_link(
    scene: Scene,
    measure: PlanMeasure,
    settings: Any,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
):
    settings.PUBLIC_URL = "https://anlan.example"
    printed: list[str] = []

    def print_it(*said: Any, address: str, **more: Any) -> bytes:
        printed.append(address)
        return notice_pdf(*said, address=address, **more)

    monkeypatch.setattr("anlan.resolution.services.notices.notice_pdf", print_it)
    notice = issued(scene, measure)
    assert notice.exhibit is not None
    link = AccessLink.objects.get(about=notice.key)
    pdf = evidence.open_exhibit(
        exhibit=notice.exhibit, way=Way.VIEWED, by=scene.manager, at=scene.at
    ).path.read_bytes()
    bare = notice_pdf(notice, letter_of(notice), at=scene.at)
    coded = notice_pdf(
        notice, letter_of(notice), at=scene.at, address=printed_address("x" * 22)
    )
    assert len(pdf) > len(bare) + 1000
    assert coded == notice_pdf(
        notice, letter_of(notice), at=scene.at, address=printed_address("x" * 22)
    )
    assert link.revoked_at is None
    (address,) = printed
    assert address.startswith("https://anlan.example/p/notice/")
    answer = client.get(address.removeprefix("https://anlan.example"))
    assert answer.status_code == 200
    assert notice.code in answer.content.decode()


def test_the_link_on_the_page_of_the_letter_is_that_of_the_public(
    scene: Scene, notice: Notice, client: Client, settings: Any
):
    settings.PUBLIC_URL = "https://anlan.example"
    sign_in(client, scene.officer)
    page = client.post(
        f"/cases/{notice.case.number}/notices/{notice.uid}/link/"
    ).content.decode()
    assert "https://anlan.example/p/notice/" in page
    assert "testserver/p/notice/" not in page


def test_without_a_public_address_nothing_is_printed(notice: Notice):
    assert printed_address("x") == ""
    assert not AccessLink.objects.filter(about=notice.key).exists()


def test_sent_again_it_is_one_and_another_one_is_refused(
    scene: Scene, notice: Notice, client: Client
):
    address, request_id = given(scene, notice), str(uuid4())
    for _time in range(2):
        assert sent(client, address, request_id=request_id).status_code == 302
    answer = sent(client, address, words="再说一次")
    assert answer.status_code == 409
    assert "正在复核" in answer.content.decode()
    assert Objection.objects.count() == 1


def test_what_was_heard_is_not_heard_again_by_link(
    scene: Scene, measure: PlanMeasure, notice: Notice, client: Client
):
    """Whoever heard one hears no other: repeated, nobody would be left."""
    address = given(scene, notice)
    assert sent(client, address).status_code == 302
    decided(scene, Objection.objects.get())
    page = client.get(address).content.decode()
    assert "O-01 已有结果" in page
    assert 'name="words"' not in page
    assert sent(client, address, words="再说一次").status_code == 409
    assert objected(scene, measure, words="有新的证人").code == "O-02"  # at the office


def test_a_withdrawn_one_was_not_heard(
    scene: Scene, measure: PlanMeasure, notice: Notice, client: Client
):
    address = given(scene, notice)
    resolution.withdraw_objection(
        objection=objected(scene, measure),
        reason="本人电话说不再坚持",
        by=headquarters(scene),
        at=scene.at,
    )
    assert sent(client, address).status_code == 302


def test_on_the_last_day_and_a_day_late(scene: Scene, notice: Notice, client: Client):
    delivered(scene, notice)
    address = given(scene, notice)
    with time_machine.travel(scene.at + timedelta(days=16)):
        answer = sent(client, address)
        assert answer.status_code == 409
        assert "申诉期限到 2026-12-08 为止" in answer.content.decode()
    with time_machine.travel(scene.at + timedelta(days=15)):
        assert sent(client, address).status_code == 302


def test_a_last_day_off_goes_on_to_the_next_working_day(
    scene: Scene, notice: Notice, client: Client
):
    """From Friday 27 November fifteen days end on a Saturday (民法典 203)."""
    arrived = scene.at + timedelta(days=4)
    delivered(scene, notice, happened=arrived, at=arrived)
    address = given(scene, notice)
    with time_machine.travel(scene.at + timedelta(days=22)):
        answer = sent(client, address)
        assert answer.status_code == 409
        assert "申诉期限到 2026-12-14 为止" in answer.content.decode()
    with time_machine.travel(scene.at + timedelta(days=21)):
        assert sent(client, address).status_code == 302


def test_days_that_only_the_number_names_stand_in_the_letter_and_count(
    scene: Scene, case: Case, client: Client
):
    measure = in_force(scene, case, appeal="可以书面向项目经理申诉", appeal_days=10)
    notice = issued(scene, measure)
    words = "自收到之日起 10 日内，可以书面向项目经理申诉"
    assert words in letter_of(notice).text
    delivered(scene, notice)
    address = given(scene, notice)
    assert words in client.get(address).content.decode()
    with time_machine.travel(scene.at + timedelta(days=11)):
        assert "申诉期限到 2026-12-03 为止" in sent(client, address).content.decode()


def test_of_a_year_whose_holidays_nobody_knows_yet_nobody_is_late(
    scene: Scene, notice: Notice, client: Client
):
    """Sunday 3 January 2027 goes on to Monday; that may turn out to be a holiday."""
    assert 2027 not in published_holidays().years  # else take the year after
    arrived = datetime(2026, 12, 19, 10, tzinfo=SHANGHAI)
    delivered(scene, notice, happened=arrived, at=arrived)
    address = given(scene, notice)
    with time_machine.travel(arrived + timedelta(days=27)):  # 15 January
        answer = sent(client, address)
        assert answer.status_code == 409
        assert "申诉期限到 2027-01-04 为止" in answer.content.decode()
    with time_machine.travel(arrived + timedelta(days=26)):
        assert "还没有公布" in client.get(address).content.decode()
        assert sent(client, address).status_code == 302


def test_revoked_links_and_letters_say_so(scene: Scene, notice: Notice, client: Client):
    first = given(scene, notice)
    second = given(scene, notice)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    resolution.revoke_notice(
        notice=notice, reason="写错了", by=scene.manager, at=scene.at
    )
    page = client.get(second).content.decode()
    assert "已经撤销" in page
    assert "全文" not in page
    assert sent(client, second).status_code == 409
    resolution.end_notice_link(notice=notice, by=scene.officer, at=scene.at)
    assert client.get(second).status_code == 404
    assert sent(client, second).status_code == 404
    assert Entry.objects.filter(kind="case.link_revoked").count() == 2
    with pytest.raises(Conflict):
        given(scene, Notice.objects.get(pk=notice.pk))


def test_a_revoked_letter_still_tells_what_became_of_the_objection(
    scene: Scene, measure: PlanMeasure, notice: Notice, client: Client
):
    address = given(scene, notice)
    decided(scene, objected(scene, measure), reason="录像可见用伞击打两次。")
    resolution.revoke_notice(
        notice=Notice.objects.get(pk=notice.pk),
        reason="写错了",
        by=scene.manager,
        at=scene.at,
    )
    page = client.get(address).content.decode()
    for words in ("已经撤销", "O-01", "录像可见用伞击打两次。"):
        assert words in page
    assert "全文" not in page


def test_what_was_replaced_or_closed_is_not_objected_to(
    scene: Scene, case: Case, notice: Notice, client: Client
):
    address = given(scene, notice)
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
    answer = sent(client, address)
    assert answer.status_code == 409
    assert "已经办结" in answer.content.decode()
    Case.objects.filter(pk=case.pk).update(state="open", closed_at=None)
    plan = resolution.submit_plan(
        plan=planned(scene, case), beyond="见结论", by=scene.officer, at=scene.at
    )
    approved(scene, plan)
    answer = sent(client, address)
    assert answer.status_code == 409
    assert "取代" in answer.content.decode()


def test_where_a_letter_arrived_after_the_end_its_period_is_said(
    scene: Scene, case: Case, notice: Notice, client: Client
):
    delivered(scene, notice)
    address = given(scene, notice)
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
    page = client.get(address).content.decode()
    assert "期限到 2026-12-08 为止：请联系管理处重新打开案件" in page
    assert sent(client, address).status_code == 409


def test_who_was_heard_is_told_so_also_when_the_case_is_closed(
    scene: Scene, case: Case, measure: PlanMeasure, notice: Notice, client: Client
):
    delivered(scene, notice)
    address = given(scene, notice)
    decided(scene, objected(scene, measure), reason="录像可见用伞击打两次。")
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
    page = client.get(address).content.decode()
    assert "O-01 已有结果" in page
    assert "重新打开案件" not in page


def test_a_measure_that_was_taken_back_needs_none(
    scene: Scene, measure: PlanMeasure, notice: Notice, client: Client
):
    address = given(scene, notice)
    decided(scene, objected(scene, measure), state=ObjectionState.UPHELD)
    assert "不再执行" in sent(client, address).content.decode()


def test_nothing_said_and_a_link_of_something_else(
    scene: Scene, notice: Notice, client: Client
):
    address = given(scene, notice)
    assert sent(client, address, words="  ").status_code == 422
    assert client.get(address).status_code == 200
    assert client.get("/p/notice/unknown").status_code == 404
    other = AccessLink.objects.get(about=notice.key)
    AccessLink.objects.filter(pk=other.pk).update(about=f"talks:{notice.uid}:victim")
    assert client.get(address).status_code == 404
    assert sent(client, address).status_code == 404
    assert Objection.objects.count() == 0


def test_the_office_does_not_object_as_the_person(scene: Scene, measure: PlanMeasure):
    with pytest.raises(InvalidInput) as refused:
        objected(scene, measure, way=ObjectionWay.PORTAL)
    assert refused.value.path == "way"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("收到通知后十五日内，可以书面向项目经理申诉", 15),
        ("收到之日起 30 天以内提出", 30),
        ("收到之日起 30 天以内", None),
        ("收到后一百零五日内，可以书面或者口头向项目经理申请复核", 105),
        ("三日内缴清，可以申诉", None),
        ("三日内搬离。随时可以申诉", None),
        ("可以申诉，总部十日内复核", None),
        ("收到后十五日内申诉，总部十日内复核", 15),
        ("七日内口头申诉，十五日内书面申诉", None),
        ("第十五日内申诉", None),
        ("收到后十个工作日内提出", None),
        ("七日内口头，十五日内书面", None),
        ("随时可以提出", None),
        ("", None),
    ],
)
def test_the_days_are_those_that_the_letter_names(text: str, days: int | None):
    assert appeal_days(text) == days

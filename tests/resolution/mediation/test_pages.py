"""The pages of talks: every one opens, every step answers; a side's own page and its wall."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.models import Case
from anlan.customers import services as customers
from anlan.evidence.enums import AppraisedLevel
from anlan.ledger.models import Entry
from anlan.play.pictures import signature
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import Capacity, Proposer, TalksState
from anlan.resolution.mediation.models import (
    Body,
    Consent,
    Duty,
    Forgiveness,
    LinkCode,
    Mediator,
    Proposal,
    Session,
    Talks,
)
from anlan.resolution.mediation.services import Giver
from tests.accounts.browsing import sign_in
from tests.evidence.keeping import photo
from tests.resolution.mediation.talked import (
    FACTS,
    IN_DEFAULT,
    accepted,
    appraised,
    begun,
    body,
    consented,
    draft,
    invited,
    later,
    planned,
    proposed,
    sides,
)
from tests.resolution.planned import legal, reported
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def browser(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def drawn(number: int) -> str:
    return "data:image/png;base64," + base64.b64encode(signature(number)).decode()


def test_another_person_lifts_what_bars_new_talks(scene: Scene, case: Case) -> None:
    found = begun(scene, case)
    page = f"/cases/talks/{found.uid}/"
    client = browser(scene.officer)
    said = {"reason": "不能继续", "exclusion": "hired"}
    assert client.post(f"{page}ending/", said).status_code == 302
    shown = client.get(page).content.decode()
    assert "登记了不适用的情形：雇凶伤害他人" in shown
    assert f"{page}lifting/" not in shown
    assert client.post(f"{page}lifting/", {"reason": "算了"}).status_code == 403

    client = browser(scene.manager)
    assert f"{page}lifting/" in client.get(page).content.decode()
    done = client.post(f"{page}lifting/", {"reason": "公安查明不是雇凶"})
    assert done.status_code == 302
    assert "公安查明不是雇凶" in client.get(page).content.decode()


def test_talks_over_what_may_be_a_crime_say_who_decides(
    scene: Scene, case: Case
) -> None:
    talks = invited(scene, case)
    at = f"/cases/talks/{talks.uid}/"
    assert talks.mediator is not None
    assert talks.mediator.user is not None
    assert "第二百八十八条" not in browser(scene.officer).get(at).content.decode()
    appraised(scene, case, AppraisedLevel.MINOR_2)
    assert "第二百八十八条" in browser(scene.officer).get(at).content.decode()
    outside = browser(talks.mediator.user).get(at)
    assert outside.status_code == 200
    assert "第二百八十八条" not in outside.content.decode()  # whose injury it is
    assert "轻伤" not in outside.content.decode()


def typed_terms(scene: Scene, **more: str) -> dict[str, str]:
    return {
        "request_id": "0b7f2b2e-7d1c-4c59-9d2e-000000000001",
        "latest": "0",
        "proposer": "office",
        "facts": FACTS,
        "in_default": IN_DEFAULT,
        "terms-TOTAL_FORMS": "3",
        "terms-INITIAL_FORMS": "0",
        "terms-1-kind": "payment",
        "terms-1-by": "aggressor",
        "terms-1-fen": "3,000.5",
        "terms-1-due_on": later(scene, 10).isoformat(),
        "terms-1-manner": "转账",
        **more,
    }


def test_a_negotiation_from_beginning_to_performance(scene: Scene, case: Case) -> None:
    reported(scene, case)
    victim, aggressor = sides(scene, case)
    client = browser(scene.officer)
    assert client.get(f"/cases/{case.number}/talks/").status_code == 200
    new = f"/cases/{case.number}/talks/new/"
    assert client.get(new).status_code == 200
    said = {
        "request_id": "0b7f2b2e-7d1c-4c59-9d2e-000000000002",
        "kind": "negotiation",
        "victim": str(victim.uid),
        "aggressor": str(aggressor.uid),
        "about": "由管理处调解",
    }
    refused = client.post(new, said)
    assert (refused.status_code, "G19" in refused.content.decode()) == (422, True)
    assert client.post(new, {**said, "about": "医药费"}).status_code == 302
    talks = Talks.objects.get()
    at = f"/cases/talks/{talks.uid}/"
    assert client.get(at).status_code == 200
    for number, side in enumerate(Side):
        consent = f"{at}consent/{side.value}/"
        assert client.get(consent).status_code == 200
        typed = {"is_told": "on", "capacity": "self", "signature": drawn(number)}
        assert client.post(consent, {**typed, "is_told": ""}).status_code == 422
        assert client.post(consent, typed).status_code == 302
    assert client.get(f"{at}sessions/new/").status_code == 200
    session = {
        "request_id": "0b7f2b2e-7d1c-4c59-9d2e-000000000003",
        "planned": scene.at.strftime("%Y-%m-%dT%H:%M"),
        "place": "会客室",
        "is_closed": "on",
    }
    planned_at = client.post(f"{at}sessions/new/", session)
    assert planned_at.status_code in {302, 422}  # by the real clock of the view
    editor = f"{at}proposals/new/"
    assert client.get(editor).status_code == 200
    page = client.post(editor, typed_terms(scene, **{"terms-1-manner": "尽快转账"}))
    assert page.status_code == 422
    assert "说不清楚" in page.content.decode()
    assert not Proposal.objects.exists()
    vague = typed_terms(scene, in_default="甲方不再追究")
    assert "G18" in client.post(editor, vague).content.decode()


def test_each_step_has_its_page(scene: Scene, case: Case) -> None:
    talks = consented(scene, begun(scene, case))
    session = planned(scene, talks)
    mediation.begin_session(session=session, by=scene.officer, at=scene.at)
    proposal = proposed(scene, talks)
    client = browser(scene.officer)
    at = f"/cases/talks/{talks.uid}/"
    note = f"/cases/talks/sessions/{session.uid}/note/"
    assert client.post(note, {"text": "双方谈到数额"}).status_code == 302
    assert "双方谈到数额" in client.get(at).content.decode()
    readers = f"/cases/talks/sessions/{session.uid}/readers/"
    assert client.get(readers).status_code == 200
    chosen = {"readers": [str(scene.manager.uid)]}
    named = browser(scene.manager)
    assert client.post(readers, chosen).status_code == 302
    assert "双方谈到数额" in named.get(at).content.decode()
    assert scene.manager.name in client.get(at).content.decode()
    assert client.post(readers, {"readers": []}).status_code == 302
    other = browser(scene.manager)
    assert "双方谈到数额" not in other.get(at).content.decode()
    assert other.get(note).status_code == 404
    for side in Side:
        page = f"/cases/talks/proposals/{proposal.uid}/acceptance/{side.value}/"
        assert "和解协议" in client.get(page).content.decode()
    accepted(scene, proposal)
    for path in (at, f"{at}forgiveness/", f"{at}word/agreement/"):
        assert client.get(path).status_code == 200
    assert client.get(f"{at}word/application/").status_code == 404
    for duty in Duty.objects.all():
        for step in ("performance", "default"):
            address = f"/cases/talks/duties/{duty.uid}/{step}/"
            assert client.get(address).status_code == 200
    proof = photo(scene, case)
    first = Duty.objects.order_by("pk")[0]
    typed = {"words": "收条已看", "exhibit": str(proof.uid)}
    done = client.post(f"/cases/talks/duties/{first.uid}/performance/", typed)
    assert done.status_code == 302
    typed = {"is_own_wish": "on", "text": "他道过歉，我愿意谅解"}
    assert client.post(f"{at}forgiveness/", typed).status_code == 302
    assert Forgiveness.objects.exists()


def test_mediation_by_a_body(scene: Scene, case: Case) -> None:
    talks = invited(scene, case)
    lead = browser(scene.person("fangzheng"))
    at = f"/cases/talks/{talks.uid}/"
    assert talks.code in lead.get("/cases/talks/mine/").content.decode()
    assert lead.get(at).status_code == 200
    assert lead.get(f"/cases/{case.number}/talks/").status_code in {403, 404}
    assert lead.get(f"{at}word/agreement/").status_code == 403
    consented(scene, talks)
    accepted(scene, proposed(scene, talks))
    client = browser(scene.officer)
    proof = photo(scene, case)
    assert client.get(f"{at}effect/").status_code == 200
    day = {"effective_on": local_day(scene.at).isoformat()}
    assert client.post(f"{at}effect/", day).status_code == 422
    mediation.make_effective(
        talks=Talks.objects.select_related("case__site").get(),
        exhibit=proof,
        effective_on=local_day(scene.at),
        by=scene.officer,
        at=scene.at,
    )
    for path in ("", "application/", "word/application/", "word/invitation/"):
        assert client.get(f"{at}{path}").status_code == 200
    assert "司法确认" in client.get(at).content.decode()


def test_who_mediates_is_replaced_on_the_page(scene: Scene, case: Case) -> None:
    talks = consented(scene, invited(scene, case))
    assert talks.body is not None
    second = mediation.enter_mediator(
        body=talks.body, name="钟理", by=legal(scene), at=scene.at
    )
    client, at = browser(scene.officer), f"/cases/talks/{talks.uid}/"
    page = f"{at}mediator/"
    assert page in client.get(at).content.decode()
    assert client.get(page).status_code == 200
    said = {
        "mediator": str(second.uid),
        "reason": "双方另行选择",
        "chosen_by": "sides",
        "choice": "双方来电",
    }
    assert client.post(page, said).status_code == 422
    assert client.post(page, {**said, "is_unrelated": "on"}).status_code == 302
    shown = client.get(at).content.decode()
    assert "钟理" in shown
    assert "双方另行选择" in shown
    assert "双方来电" in shown
    for side in Side:
        secret = mediation.give_link(
            talks=talks, side=side, by=scene.officer, at=scene.at
        )
        own = Client().get(f"/p/talks/{secret}").content.decode()
        for words in ("钟理", "由双方当事人确定", "方正", "起不再主持"):
            assert words in own
        assert "双方来电" not in own
    assert client.get(f"{at}mediator/end/").status_code == 200
    assert client.post(f"{at}mediator/end/", {"reason": "回避"}).status_code == 422
    ended = {"reason": "回避", "wanted_by": "body"}
    assert client.post(f"{at}mediator/end/", ended).status_code == 302
    assert "还没有调解员" in client.get(at).content.decode()
    lead = browser(scene.person("fangzheng"))
    assert lead.get(at).status_code in {403, 404}  # theirs no more
    counsel = browser(legal(scene))
    gone = f"/admin/mediation/mediators/{second.uid}/end/"
    assert counsel.post(gone).status_code == 302
    assert "钟理" not in counsel.get("/admin/mediation/").content.decode()


def test_the_list_of_evidence_is_not_read_while_signing(
    scene: Scene, case: Case
) -> None:
    guardians = []
    for name in ("江岚", "秦川"):
        person = customers.add_person(
            site=scene.site, name=name, by=scene.officer, at=scene.at
        )
        guardians.append(
            cases.add_party(
                case=case,
                roles=["guardian"],
                person=person,
                by=scene.officer,
                at=scene.at,
            )
        )
    hers, his = guardians
    authority = photo(scene, case)
    other = photo(scene, case, signature(55), title="受害人的病历")
    talks = invited(scene, case)
    at = f"/cases/talks/{talks.uid}/"
    consented(
        scene,
        talks,
        [Side.VICTIM],
        giver=Giver(Capacity.GUARDIAN, relation="母亲", party=hers),
    )
    shown = browser(scene.officer).get(f"{at}consent/aggressor/").content.decode()
    assert str(his.uid) in shown
    assert str(hers.uid) not in shown
    assert other.code in shown
    assert other.title not in shown
    consented(
        scene,
        talks,
        [Side.AGGRESSOR],
        giver=Giver(Capacity.AGENT, "秦川", authority),
        signature=[signature(33)],
    )
    proposal = proposed(scene, talks)
    lead = browser(scene.person("fangzheng"))
    signing = f"/cases/talks/proposals/{proposal.uid}/acceptance/"
    theirs = lead.get(f"{signing}aggressor/").content.decode()
    assert str(authority.uid) in theirs
    victims = lead.get(f"{signing}victim/").content.decode()
    assert str(hers.uid) in victims
    for text in (theirs, victims):
        assert str(other.uid) not in text
        assert str(his.uid) not in text
    assert str(authority.uid) not in victims
    assert str(hers.uid) not in theirs


def test_the_register(scene: Scene) -> None:
    counsel = browser(legal(scene))
    typed = {
        "kind": "committee",
        "name": "云栖社区调委会",
        "area": "云栖社区",
        "contact": "12348",
        "verified_on": "2026-11-01",
        "verified_how": "司法所名单",
    }
    assert counsel.get("/admin/mediation/new/").status_code == 200
    assert counsel.post("/admin/mediation/new/", typed).status_code == 302
    found = Body.objects.get()
    page = f"/admin/mediation/{found.uid}/"
    assert counsel.post(page, {**typed, "contact": "110"}).status_code == 302
    account = str(scene.person("fangzheng").uid)
    said = {"name": "方正", "user": account}
    assert counsel.post(f"{page}mediators/", said).status_code == 302
    assert Mediator.objects.get().user == scene.person("fangzheng")
    assert "方正" in counsel.get("/admin/mediation/").content.decode()
    officer = browser(scene.officer)
    assert officer.get("/admin/mediation/").status_code == 200
    assert officer.get("/admin/mediation/new/").status_code == 403
    assert browser(scene.guard).get("/admin/mediation/").status_code == 403


class TestOwnPage:
    def page(self, scene: Scene, talks: Talks, side: Side = Side.VICTIM) -> str:
        secret = mediation.give_link(
            talks=talks, side=side, by=scene.officer, at=scene.at
        )
        return f"/p/talks/{secret}"

    def test_consent_and_leaving(
        self, scene: Scene, case: Case, client: Client, time_machine: Any
    ) -> None:
        time_machine.move_to(scene.at, tick=False)
        talks = begun(scene, case)
        at = self.page(scene, talks)
        maker, second = browser(scene.officer), browser(scene.manager)
        page = f"/cases/talks/{talks.uid}/"
        assert maker.post(f"{page}code/victim/").status_code == 302
        sealed = LinkCode.objects.get()
        opening = f"/cases/talks/codes/{sealed.uid}/"
        shown = maker.get(page).content.decode()
        assert "请另一位同事" in shown
        assert opening not in shown
        refused = maker.post(opening)
        assert refused.status_code == 403
        assert "given-code" not in refused.content.decode()
        assert opening in second.get(page).content.decode()
        opened = second.post(opening).content.decode()
        code = opened.partition('id="given-code">')[2][:6]
        assert code.isdecimal()
        assert "no-store" in second.post(opening).headers["Cache-Control"]
        for seen in (maker.get(page), second.get(page), second.post(opening)):
            assert code not in seen.content.decode()
        text = client.get(at).content.decode()
        assert "随时可以退出" in text
        for hidden in ("孟大海", "陆远航", "199000"):
            assert hidden not in text
        assert client.post(f"{at}/consent", {"code": "x" * 5000}).status_code == 422
        assert client.post(f"{at}/consent", {"code": code}).status_code == 302
        assert Consent.objects.get().way == "link"
        consented(scene, talks, [Side.AGGRESSOR])
        session = planned(scene, talks)
        mediation.begin_session(session=session, by=scene.officer, at=scene.at)
        assert client.post(f"{at}/withdrawal", {}).status_code == 422
        assert client.post(f"{at}/withdrawal", {"is_sure": "on"}).status_code == 302
        talks.refresh_from_db()
        assert talks.state == TalksState.WITHDRAWN
        assert Session.objects.get().state == "broken"
        assert "起诉" in client.get(at).content.decode()
        before = Entry.objects.count()
        again = client.post(f"{at}/withdrawal", {"is_sure": "on"})
        assert (again.status_code, Entry.objects.count()) == (409, before)

    def test_shares_are_an_estimate_that_one_may_refuse(
        self, scene: Scene, case: Case, client: Client, time_machine: Any
    ) -> None:
        time_machine.move_to(scene.at, tick=False)
        talks = consented(scene, begun(scene, case))
        said = draft(scene, share_victim=20, share_aggressor=80)
        proposal = proposed(scene, talks, draft=said)
        for side, own in (
            (Side.VICTIM, "您（甲方）20%"),
            (Side.AGGRESSOR, "您（乙方）80%"),
        ):
            text = client.get(self.page(scene, talks, side)).content.decode()
            assert own in text
            assert "管理处的估计，供参考" in text
            paper = f"/cases/talks/proposals/{proposal.uid}/acceptance/{side.value}/"
            shown = browser(scene.officer).get(paper).content.decode()
            assert "乙方 80%" in shown
            assert "供参考" in shown
        proposed(scene, talks, draft=said, proposer=Proposer.VICTIM)
        text = client.get(self.page(scene, talks)).content.decode()
        assert "提出方案的一方的估计" in text
        assert "管理处的估计" not in text
        proposed(scene, talks)
        text = client.get(self.page(scene, talks)).content.decode()
        assert "供参考" not in text

    def test_what_is_agreed_and_not_in_force_is_left(
        self, scene: Scene, case: Case, client: Client, time_machine: Any
    ) -> None:
        time_machine.move_to(scene.at, tick=False)
        talks = consented(scene, invited(scene, case))
        at = self.page(scene, talks)
        accepted(scene, proposed(scene, talks))
        assert 'id="leave"' in client.get(at).content.decode()
        assert "不接受，告诉管理处" not in client.get(at).content.decode()
        assert client.post(f"{at}/withdrawal", {"is_sure": "on"}).status_code == 302
        talks.refresh_from_db()
        assert talks.state == TalksState.WITHDRAWN

    def test_a_child_is_asked_through_its_guardian(
        self, scene: Scene, case: Case, client: Client, time_machine: Any
    ) -> None:
        time_machine.move_to(scene.at, tick=False)
        talks = begun(scene, case, by_guardian=[Side.VICTIM])
        text = client.get(self.page(scene, talks)).content.decode()
        assert "请监护人联系管理处" in text
        assert 'name="code"' not in text
        page = f"/cases/talks/{talks.uid}/"
        officer = browser(scene.officer)
        shown = officer.get(page).content.decode()
        assert f"{page}code/victim/" not in shown
        assert f"{page}code/aggressor/" in shown
        standing = f"{page}standing/victim/"
        assert standing in shown
        assert officer.get(standing).status_code == 200
        said = {"found": "no_guardian", "words": "选错了"}
        assert officer.post(standing, said).status_code == 302
        assert f"{page}code/victim/" in officer.get(page).content.decode()

    def test_a_strangers_link_opens_nothing(self, scene: Scene, client: Client) -> None:
        for path in ("/p/talks/abc", "/p/talks/" + "x" * 400, "/p/talks/%00"):
            assert client.get(path).status_code == 404
            assert client.post(f"{path}/withdrawal", {}).status_code == 404
        assert body(scene).version == 1

    def test_tries_are_few(
        self, scene: Scene, case: Case, client: Client, time_machine: Any
    ) -> None:
        time_machine.move_to(scene.at, tick=False)
        at = self.page(scene, begun(scene, case))
        answers = [
            client.post(f"{at}/consent", {"code": "000000"}).status_code
            for _try in range(22)
        ]
        assert answers[-1] == 429
        assert set(answers[:20]) == {422}

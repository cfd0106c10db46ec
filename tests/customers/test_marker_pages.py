"""The pages of risk markers, in a case and on their own; and what leaves the house of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from anlan.base.clock import local_day
from anlan.base.errors import NotAllowed
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.cases.selectors import entries_about
from anlan.customers import permissions
from anlan.customers import services as customers
from anlan.customers.models import MarkerDecision, RiskMarker
from anlan.customers.selectors.markers import Which, listed
from anlan.investigation.selectors.background import standing_of
from anlan.law.selectors import guardrail
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from tests.signed_in import sign_in

__all__ = ["sign_in"]
pytestmark = pytest.mark.usefixtures("sign_in")

ADVICE, REASON = "两人同行，先通知值班主任", "11 月 20 日在南门推倒门卫赵某"


def day(days):
    return local_day(timezone.now()) + timedelta(days=days)


def said(**more):
    return {
        "advice": ADVICE,
        "reason": REASON,
        "review_on": day(60).isoformat(),
        "expires_on": day(150).isoformat(),
        "told_on": day(0).isoformat(),
        "not_told_why": "",
    } | more


@pytest.fixture
def case(scene):
    return scene.incident().case


@pytest.fixture
def them(scene, case):
    person = customers.add_person(
        site=scene.site, name="陆一航", by=scene.officer, at=scene.at
    )
    return cases.add_party(
        case=case, roles=["aggressor"], person=person, by=scene.officer, at=scene.at
    )


def marked(scene, them, **more):
    return customers.set_marker(
        **{
            "person": them.person,
            "site": scene.site,
            "advice": ADVICE,
            "reason": REASON,
            "review_on": day(60),
            "expires_on": day(150),
            "told_on": day(0),
            "case_number": them.case.number,
            "by": scene.manager,
            "at": timezone.now(),
        }
        | more
    )


def objected(scene, marker):
    return customers.object_to_marker(
        marker=marker, words="不是我推的", by=scene.guard, at=timezone.now()
    )


def test_who_faces_whom_is_asked_once_for_a_list(
    scene, case, them, sign_in, monkeypatch
):
    for name in ("甲", "乙", "丙"):
        person = customers.add_person(
            site=scene.site, name=name, by=scene.officer, at=scene.at
        )
        marked(scene, them, person=person)
    asked = []

    def faces_nobody(user):
        asked.append(user)
        return set()

    monkeypatch.setattr(permissions, "_AT_ODDS", [faces_nobody])

    listed(scene.manager, Which.RUNNING, on=day(0)).count()
    assert len(asked) == 1


def test_a_manager_sets_one_on_the_card_of_a_party(scene, case, them, sign_in):
    manager = sign_in("hetao")
    room = f"/cases/{case.number}/"
    address = f"{room}parties/{them.uid}/marker/"
    assert address in manager.get(room).content.decode()

    for wrong, words in (
        ({"reason": ""}, ""),
        ({"reason": "有前科，拘留过"}, "前科"),
        ({"advice": "搜身"}, ""),
        ({"advice": "同" * 101}, ""),
        ({"expires_on": day(400).isoformat()}, "12 个月"),
        ({"told_on": ""}, "告知"),
    ):
        refused = manager.post(address, said(**wrong))
        assert refused.status_code == 422
        assert words in refused.content.decode()
    assert not RiskMarker.objects.exists()

    assert manager.post(address, said()).status_code == 302
    marker = RiskMarker.objects.get()
    assert (marker.case_number, marker.person) == (case.number, them.person)
    text = manager.get(room).content.decode()
    assert ADVICE in text
    assert f'class="minded"><a href="/markers/{marker.uid}/"' in text
    assert address not in text


def test_a_marker_of_another_site_takes_no_link_away(scene, case, them, sign_in):
    other = customers.add_person(
        site=scene.other_site, name="陆一航", by=SYSTEM, at=scene.at
    )
    marker = customers.set_marker(
        person=other,
        site=scene.other_site,
        advice="保持距离",
        reason=REASON,
        review_on=day(60),
        expires_on=day(150),
        told_on=day(0),
        by=scene.person("guoxin"),
        at=timezone.now(),
    )
    RiskMarker.objects.filter(pk=marker.pk).update(person=them.person)

    text = sign_in("guoxin").get(f"/cases/{case.number}/").content.decode()
    assert "保持距离" in text
    assert f"parties/{them.uid}/marker/" in text


def test_an_exercise_marks_nobody(scene, case, them, sign_in):
    Case.objects.filter(pk=case.pk).update(exercise=True)
    manager, room = sign_in("hetao"), f"/cases/{case.number}/"
    address = f"{room}parties/{them.uid}/marker/"

    assert manager.post(address, said()).status_code == 409
    assert address not in manager.get(room).content.decode()
    assert not RiskMarker.objects.exists()


def test_what_was_objected_to_is_set_anew_in_the_form(scene, case, them, sign_in):
    address = f"/cases/{case.number}/parties/{them.uid}/marker/"
    headquarters = sign_in("guoxin")
    assert 'name="despite"' not in headquarters.get(address).content.decode()
    marker = marked(scene, them)
    objection = objected(scene, marker)
    sign_in("hetao").post(
        f"/markers/{marker.uid}/review/", {"step": "ended", "reason": "没有再发生"}
    )

    hearing = f"/markers/objections/{objection.uid}/"
    page = headquarters.get(f"/markers/{marker.uid}/").content.decode()
    assert hearing in page
    assert 'value="kept"' not in headquarters.get(hearing).content.decode()
    assert 'name="despite"' in headquarters.get(address).content.decode()
    refused = headquarters.post(address, said())
    assert refused.status_code == 422
    assert "新的理由" in refused.content.decode()
    for asked in (sign_in("hetao").get, sign_in("hetao").post):
        alone = asked(address)  # before anything is typed in vain
        assert alone.status_code == 403
        assert "请由他人重新决定" in alone.content.decode()
    assert headquarters.post(address, said(despite="又推人")).status_code == 302
    newest = RiskMarker.objects.latest("pk")
    assert "又推人" in headquarters.get(f"/markers/{newest.uid}/").content.decode()


def test_a_guard_reads_the_advice_as_long_as_it_holds(scene, case, them, sign_in):
    marker = marked(scene, them)
    address, rows = f"/markers/{marker.uid}/", RiskMarker.objects.filter(pk=marker.pk)
    guard, manager = sign_in("wangjianguo"), sign_in("hetao")
    assert ADVICE in guard.get(address).content.decode()

    rows.update(review_on=day(-1))
    text = guard.get(address).content.decode()
    assert ADVICE not in text
    assert f"{address}objection/" in text
    assert ADVICE in manager.get(address).content.decode()
    rows.update(expires_on=day(-1))
    assert guard.get(address).status_code == 404
    assert manager.get(address).status_code == 200
    rows.update(review_on=day(9), expires_on=day(9), ended_at=timezone.now())
    assert guard.get(address).status_code == 404


def test_a_changed_advice_is_not_dropped(scene, case, them, sign_in):
    address = f"/markers/{marked(scene, them).uid}/review/"
    kept = {"step": "kept", "reason": "仍有可能", "review_on": day(90).isoformat()}
    manager = sign_in("hetao")

    refused = manager.post(address, kept | {"advice": "一人即可"})
    assert refused.status_code == 422
    assert "请选择修改提醒" in refused.content.decode()
    assert manager.post(address, kept | {"advice": ADVICE}).status_code == 302


def test_a_guard_sees_what_to_do_and_never_why(scene, case, them, sign_in):
    marker = marked(scene, them)
    guard = sign_in("wangjianguo")

    assert guard.get("/markers/").status_code == 403
    for page in (
        f"/m/cases/{case.number}/",
        f"/cases/{case.number}/",
        f"/markers/{marker.uid}/",
    ):
        text = guard.get(page).content.decode()
        assert ADVICE in text
        assert "推倒" not in text
    assert guard.get(f"/markers/{marker.uid}/review/").status_code == 403
    assert sign_in("dingyi").get(f"/markers/{marker.uid}/").status_code == 404
    # Counsel meets nobody: they do not see it at all.
    room = sign_in("chenlu").get(f"/cases/{case.number}/")
    assert ADVICE not in room.content.decode()


def test_once_it_expired_no_screen_of_the_scene_shows_it(scene, case, them, sign_in):
    marker = marked(scene, them)
    RiskMarker.objects.filter(pk=marker.pk).update(review_on=day(-1))

    guard = sign_in("wangjianguo")
    for page in (f"/m/cases/{case.number}/", f"/cases/{case.number}/"):
        assert ADVICE not in guard.get(page).content.decode()
    manager = sign_in("hetao")
    assert "已停用" in manager.get("/markers/").content.decode()


def test_review_objection_and_hearing_by_their_forms(scene, case, them, sign_in):
    marker = marked(scene, them)
    address = f"/markers/{marker.uid}/"
    guard, manager = sign_in("wangjianguo"), sign_in("hetao")
    headquarters = sign_in("guoxin")

    assert guard.post(f"{address}objection/", {"words": ""}).status_code == 422
    sent = guard.post(f"{address}objection/", {"words": "不是我推的"})
    assert sent.status_code == 302
    hearing = f"/markers/objections/{marker.objections.get().uid}/"
    refused = manager.post(hearing, {"outcome": "kept", "reason": "看得清楚"})
    assert refused.status_code == 403
    assert "不是我推的" in manager.get(address).content.decode()
    assert hearing not in manager.get(address).content.decode()
    assert hearing in headquarters.get(address).content.decode()
    kept = {"step": "kept", "reason": "仍有可能", "review_on": day(90).isoformat()}
    waiting = manager.post(f"{address}review/", kept)
    assert waiting.status_code == 422
    assert "异议还没有复核" in waiting.content.decode()

    assert headquarters.get(hearing).status_code == 200
    decided = headquarters.post(hearing, {"outcome": "kept", "reason": "看得清楚"})
    assert decided.status_code == 302
    assert manager.get(f"{address}review/").status_code == 200
    bad = manager.post(f"{address}review/", kept | {"reason": "他是危险分子"})
    assert bad.status_code == 422
    assert manager.post(f"{address}review/", kept).status_code == 302
    assert MarkerDecision.objects.count() == 2
    assert "继续" in manager.get(address).content.decode()


def test_the_list_has_a_page_for_nothing(scene, sign_in):
    manager = sign_in("hetao")

    for which in ("due", "running", "over", "else"):
        text = manager.get(f"/markers/?which={which}").content.decode()
        assert "这里没有风险标记" in text


def test_who_stands_on_the_other_side_does_not_decide(scene, case, them, sign_in):
    hurt = cases.add_party(
        case=case, roles=["victim"], user=scene.manager, by=scene.officer, at=scene.at
    )
    with pytest.raises(NotAllowed) as refused:
        marked(scene, them)
    assert refused.value.source == "G27"
    client = sign_in("hetao")
    address = f"/cases/{case.number}/parties/{them.uid}/marker/"
    assert client.post(address, said()).status_code == 403

    marker = marked(scene, them, by=scene.person("guoxin"))
    objection = customers.object_to_marker(
        marker=marker, words="不是我", by=scene.guard, at=timezone.now()
    )
    hearing = f"/markers/objections/{objection.uid}/"
    # The advice as whoever meets them; neither why, nor what they say against it.
    page = client.get(f"/markers/{marker.uid}/").content.decode()
    assert ADVICE in page
    assert "推倒" not in page
    assert "不是我" not in page
    assert str(marker.uid) not in client.get("/markers/").content.decode()
    assert "风险标记" in sign_in("guoxin").get("/markers/").content.decode()
    assert client.get(hearing).status_code == 403
    assert client.get(f"/markers/{marker.uid}/review/").status_code == 403
    # Parts that are set anew do not undo on which side somebody was.
    cases.set_party_roles(party=hurt, roles=["witness"], by=scene.officer, at=scene.at)
    assert client.get(hearing).status_code == 403


def test_neither_the_record_of_a_case_nor_a_package_carries_one(scene, case, them):
    marked(scene, them)

    assert Entry.objects.filter(kind="customers.marker_decided").count() == 1
    about = entries_about({case.subject})
    assert not about.filter(kind__startswith="customers.marker").exists()
    assert guardrail("G27").thresholds == {"review_months": 6, "expiry_months": 12}


def test_the_background_counts_what_the_reader_may_not_see(scene, case, them, sign_in):
    marked(scene, them)

    def found(reader):
        rows = standing_of(case, reader, on=day(0))
        return {one.reason: one for one in rows}["有效的风险标记：陆*航"]

    assert [one.words for one in found(scene.officer).found] == [ADVICE]
    assert found(scene.officer).hidden == 0
    counsel = found(scene.person("chenlu"))
    assert (counsel.found, counsel.hidden) == ([], 1)
    address = f"/cases/{case.number}/investigation/background/"
    seen = sign_in("zhoumin").get(address).content.decode()
    assert ADVICE in seen
    hidden = sign_in("chenlu").get(address).content.decode()
    assert ADVICE not in hidden
    assert "另有 1 项您无权查看" in hidden

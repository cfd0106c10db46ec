"""A victim's own link: whom she calls, what was promised, and nothing of the other side."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from anlan.base.errors import InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import ContactChannel, Direction, Side
from anlan.cases.models import AccessLink, Case, Party, Promise, Task
from anlan.cases.services import Promised
from anlan.ledger.models import Entry
from tests.accounts.browsing import sign_in
from tests.cases.test_leaks import FLAT, NAME, PHONE, THEIRS, party
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
DAY = timedelta(days=1)


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def victim(scene: Scene, case: Case) -> Party:
    return party(scene, case, "victim", name=NAME, phone=PHONE)


@pytest.fixture
def aggressor(scene: Scene, case: Case) -> Party:
    return party(
        scene,
        case,
        "aggressor",
        name=THEIRS,
        phone="19900000122",
        note=f"住 {FLAT} 室",
    )


def talked(scene: Scene, about: Party, *promised: str, **more: Any) -> None:
    said: dict[str, Any] = {
        "channel": ContactChannel.PHONE,
        "direction": Direction.OUT,
        "words": "她说头还疼",
        "by": scene.officer,
        "at": scene.at,
        **more,
    }
    promises = [Promised(words=one, due_at=scene.at + DAY) for one in promised]
    cases.record_contact(party=about, promises=promises, **said)


def given(scene: Scene, victim: Party) -> str:
    secret = cases.give_contact_link(party=victim, by=scene.officer, at=scene.at)
    return f"/p/contact/{secret}"


def seen(client: Client, address: str, at: Any) -> str:
    with time_machine.travel(at):
        answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_she_sees_whom_she_calls_and_what_was_promised(
    scene: Scene, case: Case, victim: Party, client: Client
):
    address = given(scene, victim)
    page = seen(client, address, scene.at)
    assert "还没有指定" in page
    contact = scene.person("lifang")
    cases.name_contact(
        case=case, side=Side.VICTIM, user=contact, by=scene.officer, at=scene.at
    )
    talked(scene, victim, "明天陪同就医", next_due_at=scene.at + 2 * DAY)
    page = seen(client, address, scene.at)
    for words in (contact.name, "明天陪同就医", "待兑现", "再联系您", case.number):
        assert words in page
    assert "头还疼" not in page  # what was said is told nowhere
    late = seen(client, address, scene.at + 3 * DAY)
    assert "未兑现" in late
    assert "没有做到，很抱歉" in late
    task = Promise.objects.get().task
    cases.complete_task(
        task=Task.objects.select_related("case__site").get(pk=task.pk),
        words="已陪同",
        by=contact,
        at=scene.at,
    )
    assert "已兑现" in seen(client, address, scene.at)


def test_nothing_of_the_other_side(
    scene: Scene, case: Case, victim: Party, aggressor: Party, client: Client
):
    talked(scene, victim, f"转告{THEIRS}不再来", f"{FLAT} 的事由我们说", "送药上门")
    talked(scene, aggressor, "给对方的承诺")
    page = seen(client, given(scene, victim), scene.at)
    for words in (THEIRS, FLAT, "501", "19900000122", "给对方的承诺", NAME):
        assert words not in page
    assert page.count("内容请问您的联系人") == 2
    assert "送药上门" in page


def test_nothing_of_another_victim(
    scene: Scene, case: Case, victim: Party, client: Client
):
    party(scene, case, "victim", name="贺兰知微", phone="19900000133")
    talked(scene, victim, "先陪贺兰知微去医院", "回电 19900000133", "送药上门")
    page = seen(client, given(scene, victim), scene.at)
    for words in ("贺兰知微", "19900000133"):
        assert words not in page
    assert page.count("内容请问您的联系人") == 2
    assert "送药上门" in page


def test_one_link_at_a_time_and_it_can_be_ended(
    scene: Scene, victim: Party, client: Client
):
    first, second = given(scene, victim), given(scene, victim)
    with time_machine.travel(scene.at):
        assert client.get(first).status_code == 404
        assert client.get(second).status_code == 200
        cases.end_contact_link(party=victim, by=scene.officer, at=scene.at)
        assert client.get(second).status_code == 404
    assert Entry.objects.filter(kind="case.link_revoked").count() == 2
    third = given(scene, victim)
    with time_machine.travel(scene.at + timedelta(days=400)):
        assert client.get(third).status_code == 404


def test_only_of_a_victim_and_never_by_who_speaks_for_the_other_side(
    scene: Scene, case: Case, victim: Party, aggressor: Party, client: Client
):
    with pytest.raises(InvalidInput):
        given(scene, aggressor)
    speaker = scene.person("lifang")
    cases.name_contact(
        case=case, side=Side.AGGRESSOR, user=speaker, by=scene.officer, at=scene.at
    )
    for act in (cases.give_contact_link, cases.end_contact_link):
        with pytest.raises(NotAllowed):
            act(party=victim, by=speaker, at=scene.at)
    address = given(scene, victim)
    cases.set_party_roles(
        party=victim, roles=["witness"], by=scene.officer, at=scene.at
    )
    with time_machine.travel(scene.at):
        assert client.get(address).status_code == 404
        assert client.get("/p/contact/unknown").status_code == 404


def test_it_is_made_and_ended_on_the_page_of_talks(
    scene: Scene, case: Case, victim: Party, client: Client
):
    sign_in(client, scene.officer)
    base = f"/cases/{case.number}/contacts/"
    page = client.post(f"{base}links/{victim.uid}/").content.decode()
    assert "/p/contact/" in page
    assert "data-live-page" not in page  # shown once: not fetched anew
    assert NAME not in page
    assert "/p/contact/" not in client.get(base).content.decode()
    assert client.post(f"{base}links/{victim.uid}/end/").status_code == 302
    assert not AccessLink.objects.filter(
        about__startswith="own_contact", revoked_at=None
    ).exists()


def test_its_address_is_that_of_the_public(
    scene: Scene, case: Case, victim: Party, client: Client, settings: Settings
):
    """The desk may be reached under a name that no phone knows."""
    sign_in(client, scene.officer)
    address = f"/cases/{case.number}/contacts/links/{victim.uid}/"
    assert "http://testserver/p/contact/" in client.post(address).content.decode()
    settings.PUBLIC_URL = "https://anlan.example"
    page = client.post(address).content.decode()
    assert "https://anlan.example/p/contact/" in page
    assert "testserver/p/contact/" not in page


def test_a_guard_makes_none_unless_he_is_her_contact(
    scene: Scene, case: Case, victim: Party, client: Client
):
    """Whoever makes it could open it, and reads what was promised to her."""
    sign_in(client, scene.guard)
    base = f"/cases/{case.number}/contacts/"
    assert "自己的链接" not in client.get(base).content.decode()
    for address in (f"{base}links/{victim.uid}/", f"{base}links/{victim.uid}/end/"):
        assert client.post(address).status_code == 403
    assert not AccessLink.objects.filter(about__startswith="own_contact").exists()
    cases.name_contact(
        case=case, side=Side.VICTIM, user=scene.guard, by=scene.officer, at=scene.at
    )
    assert "自己的链接" in client.get(base).content.decode()
    assert client.post(f"{base}links/{victim.uid}/").status_code == 200


def test_of_nobody_else_and_of_no_aggressor(
    scene: Scene, case: Case, victim: Party, aggressor: Party, client: Client
):
    sign_in(client, scene.officer)
    base = f"/cases/{case.number}/contacts/"
    for other in (case.uid, aggressor.uid):
        assert client.post(f"{base}links/{other}/").status_code == 404

"""The page of talks, its forms, its panel in the room, and what guards see on the phone."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.models import Case, Contact, KeepApart, NamedContact, Party
from tests.cases.test_contacts import SAID, apart, talked
from tests.cases.test_leaks import NAME, PHONE, THEIRS, party
from tests.scene import Scene
from tests.signed_in import SignIn

DAY = timedelta(days=1)


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def victim(scene: Scene, case: Case) -> Party:
    return party(scene, case, "victim", name=NAME, phone=PHONE)


@pytest.fixture
def aggressor(scene: Scene, case: Case) -> Party:
    return party(scene, case, "aggressor", name=THEIRS, phone="19900000122")


def typed(scene: Scene, days: int = 1) -> str:
    return f"{timezone.localtime(scene.at + days * DAY):%Y-%m-%dT%H:%M}"


def test_the_wall_does_not_fall_by_a_role(sign_in: SignIn, scene, case, victim):
    client = sign_in("lifang")
    room, roles = f"/cases/{case.number}/", f"parties/{victim.uid}/roles/"
    assert roles in client.get(room).content.decode()
    cases.name_contact(
        case=case,
        side=Side.AGGRESSOR,
        user=scene.person("lifang"),
        by=scene.officer,
        at=scene.at,
    )

    assert roles not in client.get(room).content.decode()
    both = {"roles": ["victim", "aggressor"]}
    refused = client.post(room + roles, both)
    assert refused.status_code == 403
    assert "不能修改这一方的角色" in refused.content.decode()
    assert [row.role for row in victim.roles.all()] == ["victim"]
    home = f"{room}parties/{victim.uid}/home/"
    assert client.get(home).status_code == 403


def test_a_talk_is_written_down_and_corrected(sign_in: SignIn, scene, case, victim):
    client = sign_in("lifang")
    address = f"/cases/{case.number}/contacts/new/"
    said = {
        "request_id": str(uuid4()),
        "party": str(victim.uid),
        "channel": "phone",
        "direction": "out",
        "words": SAID,
        "medical": "accepted",
        "promise_1": "明天陪同就医",
        "promise_1_due": typed(scene),
        "next_due_at": typed(scene, 2),
    }

    assert client.get(address).status_code == 200
    half = client.post(address, {**said, "promise_1_due": ""})
    assert half.status_code == 422
    client.post(address, said)
    answer = client.post(address, said)  # sent twice

    contact = Contact.objects.get()
    assert answer["Location"].endswith(f"contacts/#contact-{contact.uid}")
    page = client.get(f"/cases/{case.number}/contacts/").content.decode()
    assert SAID in page
    assert "明天陪同就医" in page
    assert "就医帮助" in page
    assert NAME not in page
    corrected = f"{address}?corrects={contact.uid}"
    assert client.get(corrected).status_code == 200
    again = {**said, "request_id": str(uuid4()), "words": "更正：是她打来的"}
    client.post(corrected, again)
    assert Contact.objects.get(number=2).corrects == contact


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_correction_begins_with_the_time_and_keeps_it(
    sign_in: SignIn, scene, case, victim, language
) -> None:
    reader = scene.person("lifang")
    reader.language = language
    reader.save(update_fields=["language"])
    client = sign_in("lifang")
    held_at = scene.at - timedelta(hours=3, seconds=7)
    contact = talked(scene, victim, held_at=held_at)
    address = f"/cases/{case.number}/contacts/new/?corrects={contact.uid}"
    shown = f"{timezone.localtime(held_at):%Y-%m-%dT%H:%M}"

    page = client.get(address).content.decode()
    assert re.search(
        rf'name="held_at"[^>]*value="{shown}"|value="{shown}"[^>]*name="held_at"', page
    )
    said = {
        "party": str(victim.uid),
        "channel": "phone",
        "direction": "out",
        "words": "更正：是她打来的",
    }
    for number, typed_at, kept in (
        (2, shown, held_at),
        (3, typed(scene, -2), (scene.at - 2 * DAY).replace(second=0, microsecond=0)),
    ):
        again = {**said, "request_id": str(uuid4()), "held_at": typed_at}
        assert client.post(address, again).status_code == 302
        made = Contact.objects.get(number=number)
        assert made.held_at == kept
        address = f"/cases/{case.number}/contacts/new/?corrects={made.uid}"


@pytest.mark.parametrize("wrong", ["x", "6f2d3c1e-0000-4000-8000-0000000000c9"])
def test_what_is_corrected_must_be_there(sign_in: SignIn, case, wrong) -> None:
    address = f"/cases/{case.number}/contacts/new/?corrects={wrong}"

    assert sign_in("lifang").get(address).status_code == 404


def test_naming_and_the_panel(sign_in: SignIn, scene, case) -> None:
    client = sign_in("zhoumin")
    address = f"/cases/{case.number}/contacts/named/victim/"
    said = {"request_id": str(uuid4()), "user": str(scene.person("lifang").uid)}

    assert client.get(address).status_code == 200
    client.post(address, said)

    assert NamedContact.objects.get().user == scene.person("lifang")
    panel = client.get(f"/cases/{case.number}/contacts/panel/").content.decode()
    assert scene.person("lifang").name in panel
    assert client.get(address.replace("victim", "x")).status_code == 404
    assert sign_in("lifang").post(address, said).status_code == 403


def test_keeping_apart_reaches_the_phone(
    sign_in: SignIn, scene, case, victim, aggressor
):
    client = sign_in("zhoumin")
    address = f"/cases/{case.number}/kept-apart/"
    said = {
        "request_id": str(uuid4()),
        "one": str(victim.uid),
        "other": str(aggressor.uid),
        "places": [str(scene.garage.uid)],
        "words": "由保安陪同，错开电梯",
        "ends_at": typed(scene),
    }

    assert client.get(address).status_code == 200
    refused = client.post(address, {**said, "words": f"打 {PHONE}"})
    assert refused.status_code == 422
    client.post(address, said)

    plan = KeepApart.objects.get()
    phone = sign_in("wangjianguo").get("/m/tasks/").content.decode()
    assert "由保安陪同，错开电梯" in phone
    assert scene.garage.label in phone
    assert PHONE not in phone
    assert NAME not in phone
    ending = f"/cases/{case.number}/kept-apart/{plan.uid}/ending/"
    assert client.get(ending).status_code == 200
    client.post(ending, {"reason": "已搬走"})
    assert "错开电梯" not in sign_in("wangjianguo").get("/m/tasks/").content.decode()
    assert client.post(ending, {"reason": "再次"}).status_code == 409


def test_the_wall_holds_on_every_page(sign_in: SignIn, scene, case, victim, aggressor):
    talked(scene, victim, by=scene.officer)
    apart(scene, case, victim, aggressor)
    service = scene.person("lifang")
    cases.name_contact(
        case=case, side=Side.AGGRESSOR, user=service, by=scene.officer, at=scene.at
    )
    client = sign_in("lifang")
    masked = f"****{PHONE[-4:]}"  # four digits alone stand in many a number of a row

    for address in ("", "contacts/", "panel/parties/", "contacts/panel/"):
        page = client.get(f"/cases/{case.number}/{address}").content.decode()
        assert masked not in page, address
        assert SAID not in page, address
    contact = f"/cases/{case.number}/parties/{victim.uid}/contact/"
    assert client.get(contact).status_code == 403
    form = client.get(f"/cases/{case.number}/contacts/new/").content.decode()
    assert str(victim.uid) not in form
    assert str(aggressor.uid) in form


def test_elsewhere_there_is_no_such_page(sign_in: SignIn, case) -> None:
    client = sign_in("dingyi")

    for address in ("contacts/", "contacts/new/", "kept-apart/", "contacts/panel/"):
        answer = client.get(f"/cases/{case.number}/{address}")
        assert answer.status_code == 404

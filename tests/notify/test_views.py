"""The screens: channels and results, preferences, phone tests, the phone's card."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from anlan.accounts import services as accounts
from anlan.accounts.models import User
from anlan.base.errors import NotAllowed
from anlan.incidents import messages
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry, Parked
from anlan.ledger.sentences import event_of, keys_in, names_for, sentence
from anlan.notify import jobs, services
from anlan.notify.enums import ChannelKind, DeliveryState, Urgency
from anlan.notify.models import (
    Channel,
    CheckAnswer,
    CheckPlan,
    CheckRun,
    Delivery,
    Preference,
)
from anlan.notify.selectors import channel_secrets, ways_of
from tests.notify.conftest import MakeChannel
from tests.notify.receivers import HttpReceiver
from tests.scene import Scene

SMS = {
    "url": "https://sms.example/send",
    "secret": "s3cret",
    "template": '{"to": "{to}"}',
    "ok_field": "",
    "ok_value": "",
    "id_field": "id",
    "is_enabled": "on",
}


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


@pytest.fixture
def admin(scene: Scene) -> Client:
    return signed_in(scene.person("admin"))


def test_the_page_says_what_is_not_configured(admin: Client) -> None:
    page = admin.get("/notify/").content.decode()

    assert page.count("未配置") == 7
    assert "<c-" not in page


def test_a_guard_may_not_see_the_channels(scene: Scene) -> None:
    assert signed_in(scene.guard).get("/notify/").status_code == 403
    assert signed_in(scene.manager).get("/notify/").status_code == 403
    answer = signed_in(scene.manager).post("/notify/channels/new/sms/", SMS)
    assert answer.status_code == 403
    assert not Channel.objects.exists()


def test_a_channel_is_set_up_its_secret_encrypted_and_never_shown(
    admin: Client,
) -> None:
    answer = admin.post("/notify/channels/new/sms/", SMS)
    assert answer.status_code == 302

    channel = Channel.objects.get()
    assert channel.site is None
    assert b"s3cret" not in bytes(channel.secrets or b"")
    assert "s3cret" not in str(channel.settings)
    assert channel_secrets(channel) == {"secret": "s3cret"}
    page = admin.get(f"/notify/channels/{channel.uid}/").content.decode()
    assert "s3cret" not in page
    assert "https://sms.example/send" in page
    entry = Entry.objects.get(kind="notify.channel_set")
    assert b"sms.example" not in bytes(entry.data or b"")

    # An empty secret stays as it was.
    admin.post(f"/notify/channels/{channel.uid}/", {**SMS, "secret": ""})
    channel.refresh_from_db()
    assert channel_secrets(channel) == {"secret": "s3cret"}


MAIL = {
    "host": "mail.example",
    "port": "465",
    "security": "ssl",
    "from": "anlan@mail.example",
    "username": "anlan",
    "password": "m4il",
    "is_enabled": "on",
}


@pytest.mark.parametrize(
    ("kind", "said", "secret", "changed"),
    [
        ("sms", SMS, "secret", {"url": "https://mine.example/"}),
        ("email", MAIL, "password", {"host": "mine.example"}),
        ("email", MAIL, "password", {"port": "2525"}),
        ("email", MAIL, "password", {"security": "none"}),
        ("email", MAIL, "password", {"username": "me"}),
    ],
)
def test_a_secret_that_would_go_elsewhere_is_typed_again(
    admin: Client,
    kind: str,
    said: dict[str, str],
    secret: str,
    changed: dict[str, str],
) -> None:
    admin.post(f"/notify/channels/new/{kind}/", said)
    channel = Channel.objects.get()
    address, kept = f"/notify/channels/{channel.uid}/", channel_secrets(channel)

    refused = admin.post(address, {**said, **changed, secret: " "})

    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {secret}
    channel.refresh_from_db()
    assert channel_secrets(channel) == kept
    assert not changed.items() <= channel.settings.items()

    assert admin.post(address, {**said, **changed, secret: "new"}).status_code == 302
    channel.refresh_from_db()
    assert channel_secrets(channel) == {secret: "new"}
    assert changed.items() <= channel.settings.items()


def test_what_leads_nowhere_else_keeps_the_secret(admin: Client) -> None:
    admin.post("/notify/channels/new/email/", MAIL)
    channel = Channel.objects.get()

    said = {**MAIL, "from": "office@mail.example", "password": ""}
    answer = admin.post(f"/notify/channels/{channel.uid}/", said)

    assert answer.status_code == 302
    channel.refresh_from_db()
    assert channel_secrets(channel) == {"password": "m4il"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "ftp://sms.example/"),
        ("url", "https://user:pw@sms.example/"),
        ("url", "http://169.254.169.254/latest/meta-data"),
        ("url", "javascript:alert(1)"),
        ("url", "https://sms.example:99999/"),
        ("template", "{not json"),
        ("secret", ""),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(
    admin: Client, field: str, value: str
) -> None:
    answer = admin.post("/notify/channels/new/sms/", {**SMS, field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Channel.objects.exists()


def test_the_same_channel_twice_is_refused(admin: Client) -> None:
    admin.post("/notify/channels/new/sms/", SMS)
    assert admin.post("/notify/channels/new/sms/", SMS).status_code == 409


@pytest.fixture
def site_admin(scene: Scene) -> Client:
    """Administers one site, and nothing of the company's."""
    person = accounts.add_user(
        organisation=scene.organisation, username="siteadmin", name="项目管理员",
        phone="19900100001", by=SYSTEM, at=scene.at,
    )  # fmt: skip
    accounts.grant_role(
        user=person, role_key="administrator", node=scene.site, by=SYSTEM, at=scene.at
    )
    return signed_in(person)


def last_sentence() -> str:
    entry = Entry.objects.order_by("pk").last()
    assert entry is not None
    event = event_of(entry.kind, orjson.loads(bytes(entry.data or b"{}")))
    assert event is not None
    names = names_for(keys_in(event, actor=entry.actor))
    return sentence(event, actor=entry.actor, names=names)


OWN = {**SMS, "url": "https://own.example/send", "secret": "own", "scope": "YQ"}


def test_a_sites_own_channel_beats_the_companys_until_it_is_removed(
    admin: Client, site_admin: Client, scene: Scene
) -> None:
    admin.post("/notify/channels/new/sms/", SMS)
    company = Channel.objects.get()
    assert "用公司的" in site_admin.get("/notify/").content.decode()

    assert site_admin.post("/notify/channels/new/sms/", OWN).status_code == 302

    own = Channel.objects.get(site=scene.site)
    assert ways_of(scene.site)[ChannelKind.SMS] == [own]
    assert ways_of(scene.other_site)[ChannelKind.SMS] == [company]
    page = site_admin.get(f"/notify/channels/{own.uid}/").content.decode()
    assert "own.example" in page
    assert 'value="own"' not in page
    assert "sms.example" not in page
    assert "为项目单独设置" not in site_admin.get("/notify/").content.decode()
    assert "为项目单独设置" in admin.get("/notify/").content.decode()
    assert last_sentence() == "项目管理员修改了云栖花园通知渠道：短信"

    assert site_admin.post(f"/notify/channels/{own.uid}/removal/").status_code == 302
    site_admin.post(f"/notify/channels/{own.uid}/removal/")

    own.refresh_from_db()
    assert (own.is_enabled, own.settings, own.secrets) == (False, {}, None)
    assert ways_of(scene.site)[ChannelKind.SMS] == [company]
    assert Entry.objects.filter(kind="notify.channel_removed").count() == 1
    # And it can be set up anew.
    assert site_admin.post("/notify/channels/new/sms/", OWN).status_code == 302


def test_a_sites_own_group_hears_of_it_instead_of_the_companys(
    scene: Scene, channel: MakeChannel, http: HttpReceiver
) -> None:
    channel(ChannelKind.ROBOT)
    own = services.set_channel(
        organisation=scene.organisation, site=scene.site, kind=ChannelKind.ROBOT,
        name="项目群", values={"brand": "wecom", "url": f"{http.base}/own"},
        by=SYSTEM, at=scene.at,
    )  # fmt: skip
    http.answers["/own"] = (200, {"errcode": 0})
    for site in (scene.site, scene.other_site):
        services.send(
            kind=messages.REPORTED, site=site, subject="case:x", people=[],
            params={"site": site.name, "place": "南门", "number": "N", "flags": ""},
            with_groups=True, by=SYSTEM, at=scene.at,
        )  # fmt: skip

    jobs.deliver_due(at=scene.at)

    assert [len(http.at(path)) for path in ("/own", "/robot/send")] == [1, 1]
    assert Delivery.objects.get(channel=own).message.site == scene.site


@pytest.mark.parametrize("scope", ["HT", "", "nowhere"])
def test_who_administers_one_site_sets_up_nothing_elsewhere(
    site_admin: Client, scope: str
) -> None:
    answer = site_admin.post("/notify/channels/new/sms/", {**OWN, "scope": scope})

    assert answer.status_code == 422
    assert not Channel.objects.exists()


def test_who_administers_one_site_cannot_remove_the_companys(
    admin: Client, site_admin: Client
) -> None:
    admin.post("/notify/channels/new/sms/", SMS)
    company = Channel.objects.get()

    assert (
        site_admin.post(f"/notify/channels/{company.uid}/removal/").status_code == 404
    )
    with pytest.raises(NotAllowed):
        services.remove_channel(
            channel=company, by=User.objects.get(username="siteadmin"),
            at=timezone.now(),
        )  # fmt: skip

    company.refresh_from_db()
    assert company.removed_at is None


def test_what_waited_on_a_removed_channel_is_not_sent(
    admin: Client, scene: Scene, channel: MakeChannel, http: HttpReceiver
) -> None:
    sms = channel(ChannelKind.SMS)
    services.test_channel(
        channel=sms, site=scene.site, by=scene.person("admin"), at=scene.at
    )
    admin.post(f"/notify/channels/{sms.uid}/removal/")

    jobs.deliver_due(at=scene.at)

    assert http.received == []
    assert Delivery.objects.get().state == DeliveryState.SKIPPED
    assert admin.get("/notify/").status_code == 200


def test_a_trial_shows_its_result_with_the_delay(
    admin: Client, channel: MakeChannel, http: HttpReceiver
) -> None:
    sms = channel(ChannelKind.SMS)

    admin.post(f"/notify/channels/{sms.uid}/trial/")
    jobs.deliver_due(at=timezone.now())

    [request] = http.at("/sms")
    assert "安澜通知测试" in request.json["text"]
    page = admin.get("/notify/").content.decode()
    assert "渠道测试" in page
    assert "已发出" in page
    assert Delivery.objects.count() == 1


def test_what_failed_can_be_sent_again(
    admin: Client, scene: Scene, channel: MakeChannel, http: HttpReceiver
) -> None:
    channel(ChannelKind.SMS)
    http.answers["/sms"] = (400, {})
    services.send(
        kind=messages.STOOD_DOWN,
        site=scene.site,
        subject="case:x",
        people=[scene.guard],
        urgency=Urgency.ALARM,
        params={"place": "南门", "number": "N"},
        by=SYSTEM,
        at=scene.at,
    )
    jobs.deliver_due(at=scene.at)
    row = Delivery.objects.get(kind="sms")
    page = admin.get("/notify/").content.decode()
    assert "http_400" in page
    assert "南门" not in page  # an administrator does not see what a case is about

    admin.post(f"/notify/deliveries/{row.uid}/retry/")

    row.refresh_from_db()
    assert row.state == DeliveryState.PENDING


def test_parked_entries_are_shown_and_settled(admin: Client, scene: Scene) -> None:
    parked = Parked.objects.create(
        consumer="gone",
        organisation_id=scene.organisation.pk,
        site_id=0,
        seq=1,
        error="ValueError",
        parked_at=scene.at,
    )
    assert "gone" in admin.get("/notify/").content.decode()

    admin.post(f"/notify/parked/{parked.pk}/settling/")

    parked.refresh_from_db()
    assert parked.settled_at is not None


def test_preferences_are_kept(scene: Scene) -> None:
    client = signed_in(scene.guard)
    sent = {
        "wecom-is_on": "on",
        "wecom-address": "WangJianGuo",
        "wecom-quiet_from": "22:00",
        "wecom-quiet_to": "07:00",
    }

    assert client.post("/notify/preferences/", sent).status_code == 302

    kept = Preference.objects.get(user=scene.guard, kind="wecom")
    assert (kept.address, kept.is_on) == ("WangJianGuo", True)
    assert not Preference.objects.get(user=scene.guard, kind="email").is_on
    assert "WangJianGuo" in client.get("/notify/preferences/").content.decode()

    answer = client.post("/notify/preferences/", {**sent, "wecom-quiet_to": ""})
    assert answer.status_code == 422


def test_a_guard_answers_the_test_with_one_tap(scene: Scene) -> None:
    guard = Shifted(scene).guard
    manager = signed_in(scene.manager)
    answer = manager.post("/notify/tests/YQ/start/")
    run = CheckRun.objects.get()
    assert answer.headers["Location"] == f"/notify/tests/{run.uid}/"
    mine = CheckAnswer.objects.get(run=run, user=guard)
    phone = signed_in(guard)
    assert "通信测试" in phone.get("/m/").content.decode()

    phone.post(f"/m/checks/{mine.pk}/answer/")
    phone.post(f"/m/checks/{mine.pk}/answer/")

    mine.refresh_from_db()
    assert mine.answered_at is not None
    assert "收到请点" not in phone.get("/m/").content.decode()
    page = manager.get(f"/notify/tests/{run.uid}/").content.decode()
    assert guard.name in page
    assert "等待中" in page
    assert "全部应答" not in manager.get("/notify/tests/").content.decode()


class Shifted:
    """Puts 王建国 and another guard on duty now: the views read the clock."""

    def __init__(self, scene: Scene) -> None:
        self.guard = scene.guard
        for guard in (scene.guard, scene.next_guard):
            shift = guard.shifts.filter(site=scene.site).order_by("pk")[0]
            shift.starts_at = timezone.now() - timedelta(hours=1)
            shift.ends_at = timezone.now() + timedelta(hours=1)
            shift.save()


def test_a_guard_cannot_start_a_test_nor_answer_for_another(scene: Scene) -> None:
    Shifted(scene)
    run = services.start_check(site=scene.site, by=SYSTEM, at=timezone.now())
    mine = CheckAnswer.objects.get(run=run, user=scene.guard)
    other = signed_in(scene.stranger)

    assert other.post("/notify/tests/YQ/start/").status_code == 404
    assert other.get(f"/notify/tests/{run.uid}/").status_code == 404
    other.post(f"/m/checks/{mine.pk}/answer/")

    mine.refresh_from_db()
    assert mine.answered_at is None


def test_the_plan_is_kept(scene: Scene) -> None:
    client = signed_in(scene.manager)
    client.post("/notify/tests/YQ/plan/", {"daily_at": "07:30", "is_on": "on"})

    plan = CheckPlan.objects.get()
    assert plan.is_on
    assert plan.next_at > timezone.now()
    assert "07:30" in client.get("/notify/tests/").content.decode()


def test_unread_messages_stand_on_the_first_screen_once(scene: Scene) -> None:
    services.send(
        kind=messages.STOOD_DOWN,
        site=scene.site,
        subject="case:x",
        people=[scene.guard],
        params={"place": "南门", "number": "N"},
        path="/m/cases/N/",
        by=SYSTEM,
        at=scene.at,
    )
    client = signed_in(scene.guard)

    assert "不用去了：南门" in client.get("/m/").content.decode()
    assert "不用去了：南门" not in client.get("/m/").content.decode()
    assert Delivery.objects.get(kind="inapp").state == DeliveryState.READ


def test_the_inbox_marks_what_is_new_once(scene: Scene) -> None:
    services.send(
        kind=messages.STOOD_DOWN,
        site=scene.site,
        subject="case:x",
        people=[scene.manager],
        params={"place": "南门", "number": "N"},
        path="/cases/N/",
        by=SYSTEM,
        at=scene.at,
    )
    client = signed_in(scene.manager)

    first = client.get("/notify/inbox/").content.decode()
    second = client.get("/notify/inbox/").content.decode()

    assert "不用去了：南门" in first
    assert ">新<" in first
    assert "不用去了：南门" in second
    assert ">新<" not in second
    assert (
        "不用去了" not in signed_in(scene.guard).get("/notify/inbox/").content.decode()
    )

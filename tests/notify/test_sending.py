"""Who is told on which ways, and what is kept of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from anlan.accounts.models import User
from anlan.base.clock import SHANGHAI
from anlan.base.errors import InvalidInput
from anlan.incidents import messages
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.notify import selectors, services, texts
from anlan.notify.enums import ChannelKind, DeliveryState, SkipReason, Urgency
from anlan.notify.models import Delivery, Message
from anlan.notify.services.sending import after_quiet_hours
from tests.notify.conftest import MakeChannel
from tests.scene import Scene

PARAMS = {
    "site": "云栖花园",
    "place": "南门",
    "number": "YQ-IN-20261123-001",
    "rung": "guard",
    "flags": "injured",
}


def send(scene: Scene, *people: User, **more: Any) -> Message | None:
    facts: dict[str, Any] = {
        "kind": messages.ALERTED,
        "site": scene.site,
        "subject": "case:x",
        "people": people or (scene.guard,),
        "urgency": Urgency.ALARM,
        "params": PARAMS,
        "by": SYSTEM,
        "at": scene.at,
    }
    return services.send(**{**facts, **more})


def november(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def states(**where: Any) -> dict[str, tuple[str, str]]:
    rows = Delivery.objects.filter(**where)
    return {row.kind: (row.state, row.error) for row in rows}


def test_unconfigured_ways_say_so(scene: Scene) -> None:
    send(scene, voice_at=scene.at)

    skipped = (DeliveryState.SKIPPED, SkipReason.UNCONFIGURED)
    assert states() == {
        "inapp": (DeliveryState.SENT, ""),
        "wecom": skipped,
        "dingtalk": skipped,
        "sms": skipped,
        "voice": skipped,
    }


def test_an_alarm_takes_every_way_at_once_and_calls_last(
    scene: Scene, channel: MakeChannel
) -> None:
    for kind in (ChannelKind.WECOM, ChannelKind.SMS, ChannelKind.VOICE):
        channel(kind)
    services.set_preference(
        user=scene.guard, kind=ChannelKind.WECOM, address="WangJianGuo"
    )

    send(scene, voice_at=scene.at + timedelta(seconds=20))

    due = dict(Delivery.objects.filter(state="pending").values_list("kind", "due_at"))
    assert due == {
        "wecom": scene.at,
        "sms": scene.at,
        "voice": scene.at + timedelta(seconds=20),
    }


def test_without_an_account_there_it_says_so(
    scene: Scene, channel: MakeChannel
) -> None:
    channel(ChannelKind.WECOM)

    send(scene)

    assert states()["wecom"] == (DeliveryState.SKIPPED, SkipReason.NO_ADDRESS)


def test_a_site_takes_its_own_channel_before_the_companys(
    scene: Scene, channel: MakeChannel
) -> None:
    channel(ChannelKind.SMS)
    own = services.set_channel(
        organisation=scene.organisation,
        site=scene.site,
        kind=ChannelKind.SMS,
        values={"url": "https://sms.example/own", "secret": "s"},
        by=SYSTEM,
        at=scene.at,
    )

    assert selectors.ways_of(scene.site)[ChannelKind.SMS] == [own]
    ours = selectors.ways_of(scene.other_site)[ChannelKind.SMS]
    assert own not in ours


def test_quiet_hours_hold_back_what_is_no_alarm(
    scene: Scene, channel: MakeChannel
) -> None:
    channel(ChannelKind.WECOM)
    services.set_preference(
        user=scene.guard,
        kind=ChannelKind.WECOM,
        address="wang",
        quiet_from=time(13),
        quiet_to=time(15),
    )

    send(scene, urgency=Urgency.NORMAL)
    send(scene, urgency=Urgency.ALARM)

    rows = Delivery.objects.filter(kind="wecom").order_by("pk")
    quiet_ends = datetime(2026, 11, 23, 15, tzinfo=SHANGHAI)
    assert [row.next_attempt_at for row in rows] == [quiet_ends, scene.at]


def test_what_is_switched_off_stays_silent_except_for_an_alarm(
    scene: Scene, channel: MakeChannel
) -> None:
    channel(ChannelKind.WECOM)
    services.set_preference(
        user=scene.guard, kind=ChannelKind.WECOM, address="wang", is_on=False
    )

    send(scene, urgency=Urgency.NORMAL)
    send(scene, urgency=Urgency.ALARM)

    rows = Delivery.objects.filter(kind="wecom").order_by("pk")
    assert [row.state for row in rows] == ["skipped", "pending"]


@pytest.mark.parametrize(
    ("now", "begins", "ends", "expected"),
    [
        ((23, 14), (13,), (15,), (23, 15)),
        ((23, 15), (13,), (15,), None),  # half-open
        ((23, 12, 59), (13,), (15,), None),
        ((23, 23), (22,), (7,), (24, 7)),  # over midnight, before it
        ((23, 3), (22,), (7,), (23, 7)),  # and after it
        ((23, 12), (22,), (7,), None),
        ((23, 12), (7,), (7,), None),  # an empty span is none
    ],
)
def test_quiet_hours_end(
    now: tuple[int, int] | tuple[int, int, int],
    begins: tuple[int],
    ends: tuple[int],
    expected: tuple[int, int] | None,
) -> None:
    at = november(*now)
    wanted = at if expected is None else november(*expected)

    assert after_quiet_hours(at, begins=time(*begins), ends=time(*ends)) == wanted


def test_half_a_span_of_quiet_hours_is_refused(scene: Scene) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.set_preference(
            user=scene.guard, kind=ChannelKind.SMS, quiet_from=time(22)
        )
    assert refusal.value.path == "quiet_to"


def test_an_address_is_one_person(scene: Scene) -> None:
    with pytest.raises(InvalidInput):
        services.set_preference(
            user=scene.guard, kind=ChannelKind.WECOM, address="wang|@all"
        )


def test_one_entry_for_all_recipients_outside_the_timeline(scene: Scene) -> None:
    before = Entry.objects.count()

    send(scene, scene.guard, scene.next_guard, scene.officer, scene.guard)

    entry = Entry.objects.get(seq__gt=0, kind="notify.messages_made")
    assert Entry.objects.count() == before + 1
    assert b'"people":3' in bytes(entry.data or b"")
    assert Delivery.objects.filter(kind="inapp").count() == 3  # nobody twice


def test_nobody_to_tell_writes_nothing(scene: Scene) -> None:
    assert (
        services.send(
            kind=messages.REPORTED,
            site=scene.site,
            subject="case:x",
            people=[],
            with_groups=True,
            by=SYSTEM,
            at=scene.at,
        )
        is None
    )
    assert not Message.objects.exists()


def test_words_are_made_in_the_readers_language_from_keys(scene: Scene) -> None:
    scene.guard.language = "zh-hans"
    message = send(
        scene,
        kind=messages.COMMAND,
        params={**PARAMS, "commander": scene.officer.actor_key},
    )
    assert message is not None

    assert scene.officer.name not in str(message.params)  # erased with the person
    [(_row, title, _body)] = selectors.words_of(selectors.unread_for(scene.guard))
    assert title == f"现场指挥：{scene.officer.name}"


def test_a_drill_says_so(scene: Scene) -> None:
    send(scene, exercise=True)

    [(_row, title, _body)] = selectors.words_of(selectors.unread_for(scene.guard))
    assert title.startswith("【演练】")


def test_a_group_is_told_no_names_and_no_injuries() -> None:
    with pytest.raises(RuntimeError, match="not for a group"):
        texts.add_texts(
            texts.Text(
                kind="x", name="", title="", body="", group="%(place)s %(flags)s"
            )
        )
    line = texts.group_line(messages.REPORTED, PARAMS, exercise=False)
    assert "受伤" not in line
    assert "南门" in line


def test_an_answer_stops_what_has_not_gone_out(
    scene: Scene, channel: MakeChannel
) -> None:
    channel(ChannelKind.VOICE)
    send(scene, about="assignment:1", voice_at=scene.at + timedelta(seconds=20))

    services.call_off(about="assignment:1", at=scene.at, is_answered=True)

    assert states()["voice"] == (DeliveryState.SKIPPED, SkipReason.CALLED_OFF)
    assert states()["inapp"] == (DeliveryState.READ, "")


def test_seen_is_seen_once(scene: Scene, later: datetime) -> None:
    send(scene)
    services.see(deliveries=Delivery.objects.all(), at=scene.at)
    services.see(deliveries=Delivery.objects.all(), at=later)

    row = Delivery.objects.get(kind="inapp")
    assert (row.state, row.seen_at) == (DeliveryState.READ, scene.at)
    assert not selectors.unread_for(scene.guard).exists()


def test_many_of_a_kind_at_one_moment_are_counted(scene: Scene) -> None:
    assert not services.count_up(
        kind=messages.ALERTED, subject="case:x", since=scene.at
    )
    message = send(scene)
    assert message is not None
    assert services.count_up(kind=messages.ALERTED, subject="case:x", since=scene.at)
    message.refresh_from_db()
    assert message.params["count"] == 2

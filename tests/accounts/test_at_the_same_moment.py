"""What two people do at the same moment, on real connections that really commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection

from anlan.accounts import services
from anlan.accounts.models import Membership, Pin, Place, SharedPhone, Shift, User
from anlan.accounts.services import pins
from anlan.accounts.services.pins import TRIES_OF_PERSON
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotAllowed
from anlan.customers import services as customers
from anlan.incidents.enums import DeviceKind, DeviceMode
from anlan.incidents.services import devices
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify import services as notify
from anlan.notify.enums import ChannelKind
from tests.at_once import at_once
from tests.scene import Scene

GOOD = "a-long-river-5521"
MINUTE = timedelta(minutes=1)


def all_at_once(*changes: Callable[[], object]) -> list[str]:
    """How each ended: ``done``, or the class of its refusal; sorted."""
    return sorted(
        type(ended).__name__ if isinstance(ended, Exception) else "done"
        for ended in at_once(*changes)
    )


@pytest.mark.both
def test_one_code_sets_one_password(committed_scene):
    scene = committed_scene
    invitation, code = services.invite_user(
        organisation=scene.organisation,
        username="qianyi",
        name="钱一",
        role_key="guard",
        node=scene.site,
        by=scene.manager,
        at=scene.at,
    )

    ended = all_at_once(
        *[
            lambda n=n: services.use_invitation(
                code=code, password=f"{GOOD}-{n}", at=scene.at
            )
            for n in range(4)
        ]
    )

    assert ended == ["NotFound"] * 3 + ["done"]
    invitation.refresh_from_db()
    assert invitation.used_at == scene.at


@pytest.mark.both
def test_two_administrators_cannot_remove_each_other(committed_scene):
    scene = committed_scene
    first, second = scene.person("admin"), scene.person("linan")
    services.grant_role(
        user=second,
        role_key="administrator",
        node=scene.organisation,
        by=first,
        at=scene.at,
    )

    ended = all_at_once(
        lambda: services.disable_user(
            user=scene.person("linan"), by=scene.person("admin"), at=scene.at
        ),
        lambda: services.disable_user(
            user=scene.person("admin"), by=scene.person("linan"), at=scene.at
        ),
    )

    assert ended.count("done") == 1
    assert (
        User.objects.filter(pk__in=[first.pk, second.pk], is_active=True).count() == 1
    )


@pytest.mark.both
def test_wrong_pins_in_parallel_are_all_counted(committed_scene):
    scene = committed_scene
    _made, code = services.add_shared_phone(
        site=scene.site, name="保安室", by=scene.manager, at=scene.at
    )
    phone, _token = services.enrol_phone(code=code, at=scene.at)
    services.set_pin(user=scene.guard, pin="481526", by=scene.guard, at=scene.at)

    def guess() -> None:
        services.open_phone(
            phone=phone, user=scene.person("wangjianguo"), pin="170964", at=scene.at
        )

    ended = all_at_once(*[guess] * (TRIES_OF_PERSON + 3))

    assert ended == ["Conflict"] * 4 + ["NotAllowed"] * (TRIES_OF_PERSON - 1)
    assert Pin.objects.get().locked_until
    assert Entry.objects.filter(kind="accounts.pin_locked").count() == 1


@pytest.mark.both
def test_two_planners_do_not_book_one_person_twice(committed_scene):
    scene = committed_scene
    posts = list(scene.site.posts.order_by("pk")[:2])
    start = scene.at.replace(month=12)

    def book(post, hours: int) -> None:
        services.add_shift(
            post=post,
            user=scene.person("wangjianguo"),
            role_key="guard",
            starts_at=start.replace(hour=hours),
            ends_at=start.replace(hour=hours + 8),
            by=scene.person("hetao"),
            at=scene.at,
        )

    ended = all_at_once(lambda: book(posts[0], 1), lambda: book(posts[1], 5))

    assert ended == ["Conflict", "done"]
    assert Shift.objects.filter(starts_at__gte=start.replace(hour=0)).count() == 1
    assert not verify().problems


@pytest.fixture
def digests(monkeypatch) -> list[int]:
    """How deep in transactions each slow digest was made or compared."""
    found: list[int] = []
    for name in ("encode", "verify"):
        call = getattr(MD5PasswordHasher, name)

        def counted(*said, call=call):
            found.append(len(connection.savepoint_ids))
            return call(*said)

        monkeypatch.setattr(MD5PasswordHasher, name, counted)
    return found


def with_pin(scene) -> tuple[SharedPhone, User]:
    _phone, code = services.add_shared_phone(
        site=scene.site, name="保安室 1", by=scene.manager, at=scene.at
    )
    phone, _token = services.enrol_phone(code=code, at=scene.at)
    services.set_pin(user=scene.guard, pin="481526", by=scene.guard, at=scene.at)
    return phone, scene.guard


def test_nobody_waits_for_a_slow_digest(scene, digests):
    depth = len(connection.savepoint_ids)
    _invitation, code = services.invite_user(
        organisation=scene.organisation,
        username="qianyi",
        name="钱一",
        role_key="guard",
        node=scene.site,
        by=scene.manager,
        at=scene.at,
    )

    services.use_invitation(code=code, password=GOOD, pin="481526", at=scene.at)
    phone, guard = with_pin(scene)
    services.open_phone(phone=phone, user=guard, pin="481526", at=scene.at)
    with pytest.raises(NotAllowed):
        services.open_phone(phone=phone, user=guard, pin="170964", at=scene.at)

    assert len(digests) >= 5
    assert set(digests) == {depth}


def test_a_pin_that_is_changed_while_it_is_compared_opens_nothing(scene, monkeypatch):
    phone, guard = with_pin(scene)

    def comparing(pin: str, secret: str) -> bool:
        services.set_pin(user=guard, pin="935207", by=guard, at=scene.at)
        return bool(check_password(pin, secret))

    check_password = vars(pins)["check_password"]
    monkeypatch.setattr(pins, "check_password", comparing)

    with pytest.raises(Conflict, match="刚刚改过"):
        services.open_phone(phone=phone, user=guard, pin="481526", at=scene.at)

    phone.refresh_from_db()
    assert phone.holder is None
    assert Pin.objects.get(user=guard).failures == 0


@pytest.mark.both
@pytest.mark.parametrize("round_number", range(4))
def test_a_pin_is_tried_and_helped_with_at_once(committed_scene, round_number):
    """Each locks the phone and then the PIN: neither waits for the other for ever."""
    scene = committed_scene
    phone, guard = with_pin(scene)
    Pin.objects.update(locked_until=scene.at + MINUTE)
    SharedPhone.objects.update(holder=guard, locked_until=scene.at + MINUTE)
    said = {"user": guard, "site": scene.site, "by": scene.manager, "at": scene.at}
    late = scene.at + MINUTE

    ended = at_once(
        *[
            lambda: services.open_phone(phone=phone, user=guard, pin="481526", at=late),
            lambda: services.unlock_pin(**said),
            lambda: services.clear_pin(**said),
            lambda: services.reset_access(user=guard, by=scene.manager, at=scene.at),
        ][:: 1 if round_number % 2 else -1]
    )

    refusals = [one for one in ended if isinstance(one, Exception)]
    assert all(isinstance(one, DomainError) for one in refusals)


@pytest.mark.both
@pytest.mark.parametrize("round_number", range(4))
def test_a_code_is_used_and_replaced_at_once(committed_scene, round_number):
    scene = committed_scene
    invitation, code = services.invite_user(
        organisation=scene.organisation,
        username="qianyi",
        name="钱一",
        role_key="guard",
        node=scene.site,
        by=scene.manager,
        at=scene.at,
    )
    user = invitation.user

    ended = at_once(
        *[
            lambda: services.use_invitation(code=code, password=GOOD, at=scene.at),
            lambda: services.reset_access(user=user, by=scene.manager, at=scene.at),
        ][:: 1 if round_number % 2 else -1]
    )

    refusals = [one for one in ended if isinstance(one, Exception)]
    assert all(isinstance(one, DomainError) for one in refusals)
    user.refresh_from_db()
    assert not user.has_usable_password()


def add_a_user(scene: Scene) -> object:
    return services.add_user(
        organisation=scene.organisation,
        username="qianyi",
        name="钱一",
        by=SYSTEM,
        at=scene.at,
    )


def add_a_phone(scene: Scene) -> object:
    return services.add_shared_phone(
        site=scene.site, name="保安室 1", by=SYSTEM, at=scene.at
    )


def add_a_post(scene: Scene) -> object:
    return services.add_post(
        site=scene.site,
        place=scene.place("园区 南门"),
        name="南门岗二",
        by=SYSTEM,
        at=scene.at,
    )


def add_a_unit(scene: Scene, place: Place) -> object:
    return customers.add_unit(place=place, number="9-901", by=SYSTEM, at=scene.at)


def set_a_channel(scene: Scene) -> object:
    return notify.set_channel(
        organisation=scene.organisation,
        site=None,
        kind=ChannelKind.SMS,
        values={
            "url": "https://sms.example.com/send",
            "secret": "a-secret-of-the-tests",
        },
        by=SYSTEM,
        at=scene.at,
    )


def register_a_device(scene: Scene) -> object:
    return devices.register_device(
        site=scene.site,
        place=scene.garage,
        kind=DeviceKind.PANIC_BUTTON,
        name="按钮 1",
        mode=DeviceMode.HMAC,
        mapping="anlan",
        by=SYSTEM,
        at=scene.at,
    )


@pytest.mark.both
@pytest.mark.parametrize(
    "add",
    [
        add_a_user,
        add_a_phone,
        add_a_post,
        set_a_channel,
        register_a_device,
    ],
)
def test_the_second_of_two_of_one_name_reads_a_sentence(committed_scene, add):
    """And not that the database refused it."""
    scene = committed_scene

    ended = at_once(*[lambda: add(scene)] * 4)

    refusals = [one for one in ended if isinstance(one, Exception)]
    assert len(refusals) == 3
    assert all(isinstance(one, Conflict | InvalidInput) for one in refusals)


@pytest.mark.both
def test_a_role_that_is_ended_by_two_ends_once(committed_scene):
    scene = committed_scene
    granted = services.grant_role(
        user=scene.guard,
        role_key="mediator",
        node=scene.site,
        by=scene.manager,
        at=scene.at,
    )
    stale = Membership.objects.get(pk=granted.pk)
    services.end_role(membership=granted, by=scene.manager, at=scene.at)

    services.end_role(membership=stale, by=scene.manager, at=scene.at + MINUTE)

    granted.refresh_from_db()
    assert granted.ended_at == scene.at
    assert Entry.objects.filter(kind="accounts.role_ended").count() == 1


@pytest.mark.both
def test_the_second_room_of_one_number_reads_a_sentence(committed_scene):
    scene = committed_scene
    rooms = [
        services.add_place(
            site=scene.site, kind=Place.Kind.ROOM, name=name, by=SYSTEM, at=scene.at
        )
        for name in ("甲", "乙", "丙", "丁")
    ]

    ended = at_once(*[partial(add_a_unit, scene, room) for room in rooms])

    refusals = [one for one in ended if isinstance(one, Exception)]
    assert [type(one) for one in refusals] == [Conflict] * 3

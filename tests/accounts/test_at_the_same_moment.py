"""What two people do at the same moment, on real connections that really commit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from anlan.accounts import services
from anlan.accounts.models import Pin, Shift, User
from anlan.accounts.services.pins import TRIES_OF_PERSON
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.at_once import at_once

GOOD = "a-long-river-5521"


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

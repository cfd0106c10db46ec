"""The counsellor's key: made, printed, proved to be on paper, opened, locked anew."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.base import sealing
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, TooManyRequests
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.models import CounsellorKey
from anlan.resolution.counselling.selectors import key_of
from tests.moment import forget_counts
from tests.resolution.counselling.cared import (
    PASSPHRASE,
    agreed,
    another_counsellor,
    keyed,
    linan,
    noted,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    forget_counts()


def made(scene: Scene, **more: Any) -> Any:
    said = {
        "passphrase": PASSPHRASE,
        "first": scene.manager,
        "second": scene.person("guoxin"),
        "by": linan(scene),
        "at": scene.at,
        **more,
    }
    return support.make_key(**said)


def test_a_key_seals_nothing_before_both_sheets_are_on_paper(scene) -> None:
    key, sheets = made(scene)

    assert key_of(linan(scene)) is None
    assert len(sheets.first) == len(sheets.second) == 14

    typed = {"first": " ".join(sheets.second).lower(), "second": "-".join(sheets.first)}
    support.confirm_key(key=key, by=linan(scene), at=scene.at, **typed)

    assert key_of(linan(scene)) == key
    entry = Entry.objects.get(kind="counselling.key_made")
    assert entry.site_id == 0
    assert verify().is_sound


def test_the_private_halves_are_nowhere(scene) -> None:
    """Neither in the row nor in what a log would show of the objects."""
    key, sheets = made(scene)
    opened = sealing.unlock(
        bytes(key.locked),
        passphrase=PASSPHRASE,
        bound=sealing.packed(b"counselling.key", linan(scene).uid.bytes, key.uid.bytes),
    )

    assert sealing.public_of(opened) == bytes(key.public)
    row = CounsellorKey.objects.values_list().get(pk=key.pk)
    assert opened not in [
        bytes(one) for one in row if isinstance(one, bytes | memoryview)
    ]
    assert sheets.first[0] not in repr(sheets)
    assert opened.hex() not in repr(support.OpenKey(key, opened))
    assert repr(opened) not in repr(support.OpenKey(key, opened))


@pytest.mark.parametrize("passphrase", ["", "太短", "一" * 30, "x" * 201])
def test_a_passphrase_that_anybody_could_guess_is_refused(scene, passphrase) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(scene, passphrase=passphrase)

    assert refused.value.path == "passphrase"
    assert not CounsellorKey.objects.exists()


def test_the_password_of_the_account_is_no_passphrase(scene) -> None:
    user = linan(scene)
    user.set_password(PASSPHRASE)
    user.save()

    with pytest.raises(InvalidInput, match="登录密码"):
        made(scene, by=user)


def test_two_others_hold_the_paper(scene) -> None:
    for holders in (
        {"first": linan(scene)},
        {"second": linan(scene)},
        {"second": scene.manager},
    ):
        with pytest.raises(InvalidInput):
            made(scene, **holders)


def test_nobody_but_a_counsellor_makes_a_key(scene) -> None:
    for username in ("admin", "hetao", "zhoumin"):
        with pytest.raises(NotAllowed):
            made(scene, by=scene.person(username), first=linan(scene))


def test_a_misread_group_is_named_and_other_sheets_are_refused(scene) -> None:
    _earlier, old = made(scene)
    key, sheets = made(scene)
    assert CounsellorKey.objects.count() == 1  # the one that was never used is gone

    wrong = ["0" + sheets.first[0][1:], *sheets.first[1:]]
    if wrong[0] == sheets.first[0]:
        wrong[0] = "1" + sheets.first[0][1:]
    said = {"key": key, "by": linan(scene), "at": scene.at}
    # One misread in thirty-two fits its group, and is found by the last one.
    with pytest.raises(InvalidInput, match=r"第 1 组|十四组"):
        support.confirm_key(
            first=" ".join(wrong), second=" ".join(sheets.second), **said
        )
    with pytest.raises(InvalidInput, match="十四组"):
        support.confirm_key(first="", second=" ".join(sheets.second), **said)
    with pytest.raises(InvalidInput, match="两半"):
        support.confirm_key(
            first=" ".join(old.first), second=" ".join(sheets.second), **said
        )
    assert key_of(linan(scene)) is None


def test_confirmed_twice_is_refused(scene) -> None:
    one = keyed(scene)

    with pytest.raises(Conflict):
        support.confirm_key(key=one.key, by=linan(scene), at=scene.at, **one.typed)


def test_a_new_key_takes_the_place_of_the_one_before(scene) -> None:
    first = keyed(scene)
    second = keyed(scene)

    first.key.refresh_from_db()
    assert first.key.retired_at == scene.at
    assert key_of(linan(scene)) == second.key
    assert second.key.number == 2


def test_opening_is_on_the_record_and_a_wrong_passphrase_is_not_opening(scene) -> None:
    key = keyed(scene).key

    with pytest.raises(InvalidInput) as refused:
        support.open_key(passphrase="另一句话，另一句话", by=linan(scene), at=scene.at)
    assert refused.value.path == "passphrase"
    assert not Entry.objects.filter(kind="counselling.notes_opened").exists()

    opened = support.open_key(passphrase=PASSPHRASE, by=linan(scene), at=scene.at)
    assert sealing.public_of(opened.private) == bytes(key.public)
    assert Entry.objects.filter(kind="counselling.notes_opened").count() == 1


def test_the_eleventh_try_in_a_quarter_of_an_hour_is_not_made(scene) -> None:
    keyed(scene)
    for _number in range(10):
        with pytest.raises(InvalidInput):
            support.open_key(passphrase="猜一猜猜一猜", by=linan(scene), at=scene.at)

    with pytest.raises(TooManyRequests):
        support.open_key(passphrase=PASSPHRASE, by=linan(scene), at=scene.at)


def test_another_passphrase_opens_the_same_notes(scene, case) -> None:
    key = keyed(scene).key
    note = noted(scene, agreed(scene, case))
    new = "山那边还有一条河，一条更宽的河"
    said = {"by": linan(scene), "at": scene.at}

    with pytest.raises(InvalidInput) as refused:
        support.change_passphrase(old=new, new=new, **said)
    assert refused.value.path == "old"
    support.change_passphrase(old=PASSPHRASE, new=new, **said)

    with pytest.raises(InvalidInput):
        support.open_key(passphrase=PASSPHRASE, **said)
    opened = support.open_key(passphrase=new, **said)
    assert opened.row == key
    assert note.sealing_key == key


def test_a_locked_key_moved_to_another_counsellor_does_not_open(scene) -> None:
    mine = keyed(scene).key
    other = another_counsellor(scene)
    theirs = keyed(scene, other).key
    CounsellorKey.objects.filter(pk=theirs.pk).update(locked=bytes(mine.locked))

    with pytest.raises(InvalidInput):
        support.open_key(passphrase=PASSPHRASE, by=other, at=scene.at)

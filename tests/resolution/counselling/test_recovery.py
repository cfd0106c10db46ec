"""Read off the paper: both sheets, to the one who cares now, seen by nobody on the way."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, TooManyRequests
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Message
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.forms import RecoveryForm
from anlan.resolution.counselling.models import SealedNote
from anlan.resolution.counselling.selectors import earlier_keys, notes_of, read_notes
from tests.evidence.told import party as victim
from tests.moment import forget_counts
from tests.resolution.counselling.cared import (
    PASSPHRASE,
    SECRET,
    Keyed,
    agreed,
    another_counsellor,
    keyed,
    linan,
    noted,
    registered,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
OTHER = "另外一句话，很长，谁也猜不到"


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    forget_counts()


def recovered(scene: Scene, of: Keyed, to: Any, **more: Any) -> int:
    said: dict[str, Any] = {**of.typed, "by": scene.manager, "at": scene.at, **more}
    return support.recover_notes(key=of.key, to=to, **said)


def read(scene, care, user, passphrase=PASSPHRASE):
    opened = support.open_key(passphrase=passphrase, by=user, at=scene.at)
    rows = notes_of(care, user)
    found = read_notes(rows, key=opened.row, private=opened.private)
    return [one.content["text"] if one.content else None for one in found]


def test_to_who_cares_now(scene, case) -> None:
    mine = keyed(scene)
    care = agreed(scene, case)
    noted(scene, care)
    stays = agreed(scene, case, victim(scene, case, "白露"))
    noted(scene, stays, "这位留在原来的辅导员那里")
    other = another_counsellor(scene)
    keyed(scene, other)
    support.refer(
        care=care,
        counsellor=registered(scene, other),
        by=scene.person("lifang"),
        at=scene.at,
    )

    assert recovered(scene, mine, other) == 1

    assert read(scene, care, other) == [SECRET]
    assert read(scene, stays, other) == []
    copy = SealedNote.objects.get(origin__isnull=False)
    assert copy.author == linan(scene)
    assert Entry.objects.filter(kind="counselling.notes_recovered").count() == 1
    assert Message.objects.get(kind="counselling.recovered").deliveries.exists()
    assert verify().is_sound
    with pytest.raises(Conflict):
        recovered(scene, mine, other)


def test_a_forgotten_passphrase_with_the_paper(scene, case) -> None:
    lost = keyed(scene)
    care = agreed(scene, case)
    noted(scene, care)
    keyed(scene, passphrase=OTHER)
    assert read(scene, care, linan(scene), OTHER) == [None]

    assert recovered(scene, lost, linan(scene)) == 1

    assert read(scene, care, linan(scene), OTHER) == [SECRET]


def test_a_forgotten_passphrase_and_a_lost_sheet_are_lost_notes(scene, case) -> None:
    lost = keyed(scene)
    noted(scene, agreed(scene, case))
    fresh = keyed(scene, passphrase=OTHER)

    for typed in (
        {"first": lost.typed["first"], "second": lost.typed["first"]},
        {"first": lost.typed["first"], "second": fresh.typed["second"]},
        {"first": fresh.typed["first"], "second": lost.typed["second"]},
    ):
        with pytest.raises(InvalidInput, match="两半"):
            recovered(scene, lost, linan(scene), **typed)
    assert SealedNote.objects.count() == 1


def test_a_known_passphrase_takes_over_without_the_paper(scene, case) -> None:
    lost = keyed(scene)
    care = agreed(scene, case)
    noted(scene, care)
    other = agreed(scene, case, victim(scene, case, "白露"))
    noted(scene, other, "另一位的话")
    fresh = keyed(scene, passphrase=OTHER).key
    noted(scene, care, "换了以后写的")
    said: dict[str, Any] = {"key": lost.key, "by": linan(scene), "at": scene.at}
    assert earlier_keys(linan(scene)) == [lost.key]

    with pytest.raises(InvalidInput) as refused:
        support.reseal_notes(passphrase=OTHER, **said)
    assert refused.value.path == "passphrase"
    assert support.reseal_notes(passphrase=PASSPHRASE, **said) == 2

    assert read(scene, care, linan(scene), OTHER) == ["换了以后写的", SECRET]
    assert read(scene, other, linan(scene), OTHER) == ["另一位的话"]
    assert earlier_keys(linan(scene)) == []
    entry = Entry.objects.get(kind="counselling.notes_resealed")
    assert (entry.object, fresh.number) == (lost.key.key, 2)
    assert verify().is_sound
    with pytest.raises(Conflict):
        support.reseal_notes(passphrase=PASSPHRASE, **said)
    with pytest.raises(Conflict, match="正在使用"):
        support.reseal_notes(passphrase=OTHER, **{**said, "key": fresh})


def test_nobody_takes_over_the_notes_of_another(scene, case) -> None:
    lost = keyed(scene)
    noted(scene, agreed(scene, case))
    keyed(scene, passphrase=OTHER)
    other = another_counsellor(scene)
    keyed(scene, other)

    for by in (other, scene.manager, scene.person("admin")):
        with pytest.raises(NotAllowed):
            support.reseal_notes(
                key=lost.key, passphrase=PASSPHRASE, by=by, at=scene.at
            )


def test_taking_over_is_tried_as_often_as_opening(scene, case) -> None:
    lost = keyed(scene)
    noted(scene, agreed(scene, case))
    keyed(scene, passphrase=OTHER)
    said: dict[str, Any] = {"key": lost.key, "by": linan(scene), "at": scene.at}
    for _number in range(10):
        with pytest.raises(InvalidInput):
            support.reseal_notes(passphrase="猜一猜猜一猜", **said)

    with pytest.raises(TooManyRequests):
        support.reseal_notes(passphrase=PASSPHRASE, **said)


@pytest.mark.parametrize("username", ["admin", "zhoumin", "linan", "chenlu"])
def test_only_who_holds_a_sheet(scene, case, username) -> None:
    lost = keyed(scene)
    noted(scene, agreed(scene, case))
    keyed(scene, passphrase=OTHER)

    with pytest.raises(NotAllowed):
        recovered(scene, lost, linan(scene), by=scene.person(username))


def test_only_to_a_counsellor_with_another_key(scene, case) -> None:
    mine = keyed(scene)
    noted(scene, agreed(scene, case))

    for to in (linan(scene), scene.manager, another_counsellor(scene)):
        with pytest.raises(InvalidInput):
            recovered(scene, mine, to)


def test_tried_too_often_it_is_not_tried(scene, case) -> None:
    lost = keyed(scene)
    noted(scene, agreed(scene, case))
    keyed(scene, passphrase=OTHER)
    for _number in range(10):
        with pytest.raises(InvalidInput):
            recovered(scene, lost, linan(scene), first="x")

    with pytest.raises(TooManyRequests):
        recovered(scene, lost, linan(scene))


class TestWhoHoldsASheet:
    """Paper and notes never meet in one hand."""

    @pytest.fixture
    def holder(self, scene) -> User:
        return another_counsellor(scene)

    def test_is_nobody_to_refer_to_once_something_was_sealed(
        self, scene, case, holder
    ) -> None:
        keyed(scene, second=holder)
        care = agreed(scene, case)
        noted(scene, care)
        row = registered(scene, holder)

        with pytest.raises(InvalidInput, match="另一位辅导员"):
            support.refer(
                care=care, counsellor=row, by=scene.person("lifang"), at=scene.at
            )

    def test_does_not_receive_what_it_opens(self, scene, case, holder) -> None:
        mine = keyed(scene, second=holder)
        care = agreed(scene, case)
        row = registered(scene, holder)
        support.refer(care=care, counsellor=row, by=scene.person("lifang"), at=scene.at)
        # As if it had been written before: nothing else in the program lets it be.
        noted(scene, agreed(scene, case, victim(scene, case, "白露")))
        SealedNote.objects.update(care=care)
        keyed(scene, holder, first=scene.officer, second=scene.person("guoxin"))

        for by in (scene.manager, holder):
            with pytest.raises(InvalidInput, match="另一位辅导员"):
                recovered(scene, mine, holder, by=by)
        assert not SealedNote.objects.filter(origin__isnull=False).exists()

    def test_is_not_in_the_list_of_the_form(self, scene, holder) -> None:
        mine = keyed(scene, second=holder)
        keyed(scene, holder, first=scene.officer, second=scene.person("guoxin"))

        listed: Any = RecoveryForm(key=mine.key).fields["to"]
        assert holder not in listed.queryset

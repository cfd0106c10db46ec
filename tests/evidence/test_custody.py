"""Custody of things: every step in its order, signed, once, and on the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from anlan.base.errors import Conflict, DomainError, InvalidInput, NotAllowed, TooLarge
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.customers import services as customers
from anlan.evidence import services as evidence
from anlan.evidence.enums import ExhibitState, StepKind
from anlan.evidence.models import Blob, CustodyStep, Exhibit, PhysicalItem
from anlan.evidence.selectors import custody_story, exhibit_for
from anlan.evidence.services import Signed
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery, Message
from anlan.play.pictures import signature
from tests.at_once import at_once, failures
from tests.evidence.objects import both, saved, umbrella
from tests.incidents.story import entries, facts
from tests.pictures import CUT, JPEG, OTHER_JPEG, PAGE, PROGRAM
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

ID = UUID("6f2d3c1e-0000-4000-8000-000000000031")
WHERE = "值班室保险柜"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def thing(scene: Scene, case: Case) -> Exhibit:
    return umbrella(scene, case)


@pytest.fixture
def owner(scene: Scene, case: Case) -> Party:
    return party_of(scene, case)


def party_of(scene: Scene, case: Case) -> Party:
    person = customers.add_person(
        site=scene.site, name="罗启明", by=scene.officer, at=scene.at
    )
    return cases.add_party(
        case=case, roles=["aggressor"], person=person, by=scene.officer, at=scene.at
    )


def handed(scene: Scene, thing: Exhibit, **more: Any) -> CustodyStep:
    said: dict[str, Any] = {
        "receiver": scene.person("sunlei"),
        "signed": both(),
        "by": scene.officer,
        "at": scene.at + timedelta(hours=1),
        **more,
    }
    return evidence.hand_over(exhibit=thing, **said)


def steps(case: Case) -> list[dict[str, Any]]:
    return facts(case, "evidence.custody_stepped")


class TestRegistering:
    def test_continues_the_numbers_of_the_case(self, scene, case) -> None:
        photo = evidence.add_file(case=case, chunks=[JPEG], by=scene.guard, at=scene.at)

        thing = umbrella(scene, case)

        assert (photo.code, thing.code) == ("E-0001", "E-0002")
        item = thing.item
        assert (item.holder, item.kept_where) == (scene.officer, WHERE)
        assert item.seal_number == "YQ-0001"
        assert [fact["step"] for fact in steps(case)] == ["registered"]
        assert facts(case, "evidence.object_registered")[0]["code"] == "E-0002"
        assert verify().is_sound

    def test_with_photos_that_are_exhibits(self, scene, case) -> None:
        thing = umbrella(scene, case, photos=[[JPEG], [OTHER_JPEG]])

        photos = case.exhibits.filter(kind="photo").order_by("number")
        assert [photo.code for photo in photos] == ["E-0002", "E-0003"]
        assert thing.code in photos[0].how
        assert verify().is_sound

    def test_handed_in_by_a_colleague_or_a_party(self, scene, case, owner) -> None:
        umbrella(scene, case, handed_in_by=scene.guard)
        second = umbrella(scene, case, handed_in_by=owner, seal_number="YQ-0002")

        assert second.received_from == f"party:{owner.uid}"
        assert [fact["giver"] for fact in steps(case)] == [
            scene.guard.actor_key,
            f"party:{owner.uid}",
        ]

    def test_no_word_stands_in_the_facts(self, scene, case) -> None:
        umbrella(scene, case, title="李四的伞", how="李四交来", kept_where="李四柜")

        for kind in ("evidence.object_registered", "evidence.custody_stepped"):
            (entry,) = entries(case, kind)
            assert "李四" not in bytes(entry.data or b"").decode()

    @pytest.mark.parametrize("field", ["words", "kept_where"])
    def test_a_changed_word_of_a_step_is_found(self, scene, thing, field) -> None:
        CustodyStep.objects.update(**{field: "别的"})

        assert not verify().is_sound

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"title": " "}, "title"),
            ({"kept_where": ""}, "kept_where"),
            ({"title": "长" * 121}, "title"),
            ({"seal_number": "李四"}, "seal_number"),
            ({"seal_number": "party:x"}, "seal_number"),
            ({"photos": [[PROGRAM]]}, "photos"),
            ({"photos": [[CUT]]}, "photos"),
        ],
    )
    def test_what_is_wrong_leaves_nothing(self, scene, case, wrong, path) -> None:
        before = verify().entries
        with pytest.raises(InvalidInput) as refusal:
            umbrella(scene, case, **wrong)

        assert refusal.value.path == path
        assert not Exhibit.objects.exists()
        assert verify().entries == before

    def test_not_by_a_guard_nor_a_stranger(self, scene, case, tmp_path) -> None:
        for somebody in (scene.guard, scene.stranger):
            with pytest.raises(NotAllowed):
                umbrella(scene, case, by=somebody, photos=[[JPEG]])

        assert not list(tmp_path.rglob("objects/*/*/*"))


class TestSeals:
    def test_one_number_for_one_thing_of_the_company(self, scene, case, thing) -> None:
        elsewhere = scene.incident(place=scene.place("园区 南门")).case
        with pytest.raises(InvalidInput, match="已经用在另一件") as refusal:
            umbrella(
                scene, elsewhere, seal_number="ｙｑ-0001"
            )  # the same, written otherwise

        assert refusal.value.path == "seal_number"
        other = umbrella(scene, elsewhere, seal_number="YQ-0002")
        with pytest.raises(InvalidInput, match="已经用在另一件"):
            reseal(scene, other, "YQ-0001")
        assert verify().is_sound

    def test_two_without_a_seal(self, scene, case) -> None:
        umbrella(scene, case, seal_number="")
        assert umbrella(scene, case, seal_number="").code == "E-0002"

    def test_is_free_again_when_the_thing_is_gone(
        self, scene, case, thing, owner
    ) -> None:
        given_back(scene, thing, owner)

        assert umbrella(scene, case, seal_number="YQ-0001").code == "E-0002"

    def test_a_new_one_needs_a_reason(self, scene, thing) -> None:
        with pytest.raises(InvalidInput) as refusal:
            evidence.reseal(
                exhibit=thing, seal_number="YQ-0009", by=scene.officer, at=scene.at
            )
        assert refusal.value.path == "words"
        with pytest.raises(InvalidInput, match="新的封条"):
            reseal(scene, thing, "YQ-0001")

        reseal(scene, thing, "YQ-0009")
        assert PhysicalItem.objects.get().seal_number == "YQ-0009"

    def test_a_whole_one(self, scene, case, thing) -> None:
        checked(scene, thing, is_whole=True)

        assert steps(case)[-1]["seal_is_whole"] == 1
        assert not Message.objects.filter(kind="evidence.seal_broken").exists()

    def test_a_broken_one_is_red_and_told(self, scene, case, thing) -> None:
        with pytest.raises(InvalidInput):
            checked(scene, thing, is_whole=False)
        assert not entries(case, "evidence.seal_found_broken")

        checked(scene, thing, is_whole=False, words="封口撕开三厘米")

        told = Delivery.objects.filter(message__kind="evidence.seal_broken")
        assert set(told.values_list("user__username", flat=True)) == {
            "hetao",
            "chenlu",
        }
        assert facts(case, "evidence.seal_found_broken") == [
            {"code": "E-0001", "seal_number": "YQ-0001"}
        ]
        assert story_of(scene, case, thing).is_broken
        reseal(scene, thing, "YQ-0002")
        assert not story_of(scene, case, thing).is_broken

    def test_without_one_there_is_nothing_to_check(self, scene, case) -> None:
        thing = umbrella(scene, case, seal_number="")
        with pytest.raises(Conflict, match="没有封条"):
            checked(scene, thing, is_whole=True)


class TestHandingOver:
    def test_names_both_and_keeps_what_they_signed(self, scene, case, thing) -> None:
        step = handed(scene, thing, kept_where="项目部铁柜")

        item = PhysicalItem.objects.get()
        assert (item.holder, item.kept_where) == (scene.person("sunlei"), "项目部铁柜")
        fact = steps(case)[-1]
        assert fact["giver"] == scene.officer.actor_key
        assert fact["receiver"] == scene.person("sunlei").actor_key
        giver, receiver = step.giver_signature, step.receiver_signature
        assert giver is not None
        assert receiver is not None
        assert fact["giver_signature"] == giver.sha256
        assert fact["receiver_signature"] == receiver.sha256
        assert giver.has_two_copies
        assert verify().is_sound

    def test_the_receiver_hears_of_it(self, scene, thing) -> None:
        handed(scene, thing)

        told = Delivery.objects.filter(message__kind="evidence.handed_over")
        assert set(told.values_list("user__username", flat=True)) == {"sunlei"}

    def test_on_paper_one_photo_is_both(self, scene, case, thing) -> None:
        step = handed(scene, thing, signed=Signed(paper=[JPEG]))

        assert step.is_on_paper
        assert story_of(scene, case, thing).chapters[-1].is_on_paper

    def test_not_to_oneself(self, scene, thing) -> None:
        with pytest.raises(Conflict, match="自己"):
            handed(scene, thing, receiver=scene.officer)

    def test_only_by_whoever_has_it(self, scene, thing) -> None:
        handed(scene, thing)
        with pytest.raises(NotAllowed, match="孙磊"):
            handed(scene, thing, receiver=scene.person("xuqing"))

    def test_in_their_absence_by_the_manager_with_the_reason(
        self, scene, case, thing
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            handed(scene, thing, by=scene.manager)
        assert refusal.value.path == "words"

        handed(scene, thing, by=scene.manager, words="周敏休假")

        gaps = story_of(scene, case, thing).chapters[-1].gaps
        assert any("周敏" in gap for gap in gaps)

    @pytest.mark.parametrize("username", ["wangjianguo", "dingyi", "chenlu"])
    def test_only_to_who_may_keep_things_here(self, scene, thing, username) -> None:
        with pytest.raises(InvalidInput) as refusal:
            handed(scene, thing, receiver=scene.person(username))
        assert refusal.value.path == "receiver"

    def test_not_to_who_has_it(self, scene, thing) -> None:
        with pytest.raises(Conflict, match="已经由"):
            handed(scene, thing, by=scene.manager, receiver=scene.officer, words="休假")

    def test_nothing_more_of_what_was_given_back(
        self, scene, case, thing, owner
    ) -> None:
        given_back(scene, thing, owner)

        for late in (
            lambda: handed(scene, thing),
            lambda: reseal(scene, thing, "YQ-7"),
            lambda: checked(scene, thing, is_whole=True),
            lambda: moved(scene, thing, "别处"),
            lambda: given_back(scene, thing, owner),
            lambda: asked(scene, thing),
        ):
            with pytest.raises(Conflict, match="已退还"):
                late()
        assert verify().is_sound

    def test_a_file_is_no_thing(self, scene, case) -> None:
        file = evidence.add_file(case=case, chunks=[JPEG], by=scene.guard, at=scene.at)
        with pytest.raises(Conflict, match="不是实物"):
            moved(scene, file, "别处")


def bomb() -> bytes:
    """Little on the wire, 40,000,000 pixels when it is unpacked."""
    return saved(Image.new("1", (20_000, 2_000), 1))


def animated() -> bytes:
    frames = [Image.new("L", (200, 80), shade) for shade in (255, 0)]
    return saved(frames[0], save_all=True, append_images=frames[1:])


HOSTILE: dict[str, Callable[[], bytes]] = {
    "blank": lambda: saved(Image.new("RGB", (480, 160), "white")),
    "transparent": lambda: saved(Image.new("RGBA", (480, 160))),
    "a_dot": lambda: saved(dotted()),
    "all_black": lambda: saved(Image.new("RGB", (480, 160), "black")),
    "pale": lambda: signature(colour="#f0f0f0"),
    "jpeg": lambda: JPEG,
    "page": lambda: PAGE,
    "program": lambda: PROGRAM,
    "cut": lambda: signature()[:300],
    "head_alone": lambda: signature()[:40],
    "animated": animated,
    "nothing": lambda: b"",
}
TOO_LARGE: dict[str, Callable[[], bytes]] = {
    "huge": lambda: signature() + b"x" * 200 * 1024,
    "bomb": bomb,
}


def dotted() -> Image.Image:
    image = Image.new("RGB", (480, 160), "white")
    image.paste("black", (100, 60, 110, 70))
    return image


class TestSignatures:
    @pytest.mark.parametrize("name", [*HOSTILE, *TOO_LARGE])
    @pytest.mark.parametrize("side", ["giver", "receiver"])
    def test_what_is_none_is_refused(self, scene, thing, tmp_path, name, side) -> None:
        content = {**HOSTILE, **TOO_LARGE}[name]()
        good = {"giver": [signature(1)], "receiver": [signature(2)]}
        before = verify().entries

        with pytest.raises(InvalidInput) as refusal:
            handed(scene, thing, signed=Signed(**{**good, side: [content]}))

        assert refusal.value.path == f"{side}_signature"
        assert isinstance(refusal.value, TooLarge) == (name in TOO_LARGE)
        assert verify().entries == before
        assert not Blob.objects.exists()
        assert not list(tmp_path.rglob("objects/*/*/*"))

    def test_one_for_two_is_refused(self, scene, thing) -> None:
        same = signature(1)
        with pytest.raises(InvalidInput, match="同一张图"):
            handed(scene, thing, signed=Signed(giver=[same], receiver=[same]))

    def test_none_at_all_is_refused(self, scene, thing) -> None:
        with pytest.raises(InvalidInput, match="签字"):
            handed(scene, thing, signed=Signed())

    def test_a_thin_one_on_transparent_ground_is_enough(self, scene, thing) -> None:
        strokes = Image.new("RGBA", (300, 100))
        strokes.paste((16, 24, 40, 255), (20, 50, 200, 51))

        handed(
            scene, thing, signed=Signed(giver=[saved(strokes)], receiver=[signature(1)])
        )

    def test_a_paper_that_cannot_be_read(self, scene, thing) -> None:
        with pytest.raises(InvalidInput) as refusal:
            handed(scene, thing, signed=Signed(paper=[CUT]))
        assert refusal.value.path == "paper"


class TestDisposal:
    def test_needs_two(self, scene, case, thing) -> None:
        asked(scene, thing, by=scene.manager)
        with pytest.raises(NotAllowed, match="另一人"):
            evidence.confirm_disposal(exhibit=thing, by=scene.manager, at=scene.at)
        with pytest.raises(NotAllowed):
            evidence.confirm_disposal(exhibit=thing, by=scene.officer, at=scene.at)

        evidence.confirm_disposal(exhibit=thing, by=scene.person("chenlu"), at=scene.at)

        thing.refresh_from_db()
        assert thing.state == ExhibitState.DISPOSED
        assert PhysicalItem.objects.get().holder is None
        assert verify().is_sound

    def test_can_be_refused_with_a_reason_and_asked_again(
        self, scene, thing, owner
    ) -> None:
        asked(scene, thing)
        with pytest.raises(InvalidInput):
            evidence.refuse_disposal(
                exhibit=thing, words=" ", by=scene.manager, at=scene.at
            )
        with pytest.raises(Conflict, match="等待决定"):
            asked(scene, thing)
        with pytest.raises(Conflict, match="等待决定"):
            given_back(scene, thing, owner)

        evidence.refuse_disposal(
            exhibit=thing, words="案件未结", by=scene.manager, at=scene.at
        )

        with pytest.raises(Conflict, match="没有等待决定"):
            evidence.confirm_disposal(exhibit=thing, by=scene.manager, at=scene.at)
        asked(scene, thing)
        thing.refresh_from_db()
        assert thing.state == ExhibitState.KEPT

    def test_nothing_was_asked_for(self, scene, thing) -> None:
        with pytest.raises(Conflict, match="没有等待决定"):
            evidence.confirm_disposal(exhibit=thing, by=scene.manager, at=scene.at)

    def test_counsel_gives_back_with_the_reason(self, scene, thing, owner) -> None:
        with pytest.raises(InvalidInput):
            given_back(scene, thing, owner, words="")
        with pytest.raises(NotAllowed):
            given_back(scene, thing, owner, by=scene.officer)

    def test_only_to_a_party_of_the_case(self, scene, case, thing) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        with pytest.raises(InvalidInput) as refusal:
            given_back(scene, thing, party_of(scene, other))
        assert refusal.value.path == "party"


class TestTwice:
    def test_a_double_press_is_one_step(self, scene, case, thing, owner) -> None:
        once = {"request_id": ID}
        assert umbrella(scene, case, seal_number="Z-1", **once) == umbrella(
            scene, case, seal_number="Z-1", **once
        )
        for press in (
            lambda n: reseal(scene, thing, "YQ-2", request_id=UUID(int=n)),
            lambda n: checked(scene, thing, is_whole=True, request_id=UUID(int=n)),
            lambda n: moved(scene, thing, "铁柜", request_id=UUID(int=n)),
            lambda n: handed(scene, thing, request_id=UUID(int=n)),
            lambda n: given_back(scene, thing, owner, request_id=UUID(int=n)),
        ):
            count = CustodyStep.objects.count()
            assert press(count + 50) == press(count + 50)
            assert CustodyStep.objects.count() == count + 1
        assert verify().is_sound

    def test_the_number_of_a_request_is_for_one_content(self, scene, thing) -> None:
        moved(scene, thing, "铁柜", request_id=ID)
        with pytest.raises(Conflict, match="请求编号"):
            moved(scene, thing, "抽屉", request_id=ID)

    def test_signed_anew_it_is_another(self, scene, thing) -> None:
        handed(scene, thing, request_id=ID)
        with pytest.raises(Conflict, match="请求编号"):
            handed(
                scene,
                thing,
                signed=Signed(giver=[signature(1)], receiver=[signature(3)]),
                request_id=ID,
            )


class TestAtTheSameMoment:
    @pytest.mark.both
    def test_two_hand_overs_one_wins(self, committed_scene, settings, tmp_path) -> None:
        scene = committed_scene
        thing = umbrella(scene, scene.incident().case)
        officer = scene.officer
        receivers = [scene.person("sunlei"), scene.person("xuqing")]

        results = at_once(
            *(
                lambda receiver=receiver: handed(
                    scene, thing, receiver=receiver, by=officer
                )
                for receiver in receivers
            )
        )

        (refusal,) = failures(results)
        assert isinstance(refusal, NotAllowed), refusal
        (won,) = [one for one in results if isinstance(one, CustodyStep)]
        assert PhysicalItem.objects.get().holder == won.receiver
        assert verify().is_sound

    @pytest.mark.both
    def test_one_seal_on_two_things(self, committed_scene) -> None:
        scene = committed_scene
        officer = scene.officer
        places = [scene.garage, scene.place("园区 南门")]
        both_cases = [scene.incident(place=place).case for place in places]

        results = at_once(
            *(
                lambda case=case: umbrella(scene, case, by=officer)
                for case in both_cases
            )
        )

        (refusal,) = failures(results)
        assert isinstance(refusal, InvalidInput), refusal
        assert PhysicalItem.objects.filter(seal_number="YQ-0001").count() == 1
        assert verify().is_sound


WALK = st.lists(
    st.tuples(
        st.sampled_from(
            ["reseal", "check", "break", "move", "hand", "return", "ask", "yes", "no"]
        ),
        st.integers(0, 3),
    ),
    max_size=9,
)


@hypothesis_settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(walk=WALK)
def test_any_walk_is_refused_or_stands_as_its_last_step_says(
    scene: Scene, walk: list[tuple[str, int]]
) -> None:
    savepoint = transaction.savepoint()
    try:
        _walk(scene, walk)
    finally:
        transaction.savepoint_rollback(savepoint)


def _walk(scene: Scene, walk: list[tuple[str, int]]) -> None:
    case = scene.incident().case
    thing = umbrella(scene, case)
    owner = party_of(scene, case)
    done = 1
    for verb, n in walk:
        before = snapshot(thing)
        refusal = refused(partial(act, verb, n, scene=scene, thing=thing, owner=owner))
        if refusal is None:
            done += 1
        else:
            assert str(refusal)
            assert snapshot(thing) == before
        check_stands_as_last_step_says(thing, owner)
    assert CustodyStep.objects.filter(exhibit=thing).count() == done
    assert len(entries(case, "evidence.custody_stepped")) == done
    assert len(story_of(scene, case, thing).chapters) == done
    assert verify().is_sound


def act(verb: str, n: int, *, scene: Scene, thing: Exhibit, owner: Party) -> None:
    people = [scene.officer, scene.person("sunlei"), scene.manager, scene.guard]
    by, at = people[n], scene.at
    match verb:
        case "reseal":
            reseal(scene, thing, f"S-{n}", by=by)
        case "check":
            checked(scene, thing, is_whole=True, by=by)
        case "break":
            checked(scene, thing, is_whole=False, by=by, words="破")
        case "move":
            moved(scene, thing, f"柜 {n}", by=by)
        case "hand":
            handed(scene, thing, by=by, receiver=people[(n + 1) % 3])
        case "return":
            given_back(scene, thing, owner, by=by)
        case "ask":
            asked(scene, thing, by=by)
        case "yes":
            evidence.confirm_disposal(exhibit=thing, by=by, at=at)
        case "no":
            evidence.refuse_disposal(exhibit=thing, words="不", by=by, at=at)


def refused(call: Callable[[], None]) -> DomainError | None:
    try:
        with transaction.atomic():
            call()
    except DomainError as error:
        return error
    return None


def check_stands_as_last_step_says(thing: Exhibit, owner: Party) -> None:
    item = PhysicalItem.objects.select_related("exhibit").get(exhibit=thing)
    last = CustodyStep.objects.filter(exhibit=thing).latest("pk")
    took = CustodyStep.objects.filter(exhibit=thing, receiver__isnull=False)
    state = item.exhibit.state
    assert item.seal_number == last.seal_number
    assert item.kept_where == last.kept_where
    is_kept = state == ExhibitState.KEPT
    assert item.holder == (took.latest("pk").receiver if is_kept else None)
    assert (item.holder_party == owner) == (state == ExhibitState.RETURNED)


def snapshot(thing: Exhibit) -> tuple[Any, ...]:
    item = PhysicalItem.objects.get(exhibit=thing)
    state = Exhibit.objects.get(pk=thing.pk).state
    at = (item.holder_id, item.kept_where, item.seal_number, state)
    return (*at, CustodyStep.objects.count(), Entry.objects.count())


class TestTheStory:
    def test_says_who_had_it_where_and_how_long(self, scene, case, thing) -> None:
        handed(scene, thing, kept_where="项目部铁柜")
        moved(scene, thing, "档案室", by=scene.person("sunlei"), hours=3)

        story = story_of(scene, case, thing)

        assert [c.step.kind for c in story.chapters] == [
            StepKind.REGISTERED,
            StepKind.HANDED_OVER,
            StepKind.MOVED,
        ]
        assert [c.holder for c in story.chapters] == ["周敏", "孙磊", "孙磊"]
        assert [c.until for c in story.chapters] == [
            scene.at + timedelta(hours=1),
            scene.at + timedelta(hours=3),
            None,
        ]
        assert [c.step.kept_where for c in story.chapters] == [
            WHERE,
            "项目部铁柜",
            "档案室",
        ]
        assert all(c.digest and c.seq for c in story.chapters)
        assert not any(c.gaps for c in story.chapters)

    def test_shows_what_nobody_can_answer_for(self, scene, case) -> None:
        thing = umbrella(scene, case, happened=scene.at - timedelta(hours=2))
        checked(scene, thing, is_whole=False, words="撕开", hours=1)

        first, second = story_of(scene, case, thing).chapters

        assert len(first.gaps) == 1
        assert len(second.gaps) == 1

    def test_offers_only_what_would_not_be_refused(self, scene, case, thing) -> None:
        assert story_of(scene, case, thing, reader=scene.guard).actions == []
        officer = actions(scene, case, thing, scene.officer)
        assert officer == ["sealing", "seal_check", "move", "hand_over", "disposal"]
        counsel = actions(scene, case, thing, scene.person("chenlu"))
        assert counsel == ["return"]
        asked(scene, thing)
        assert "disposal_decision" not in actions(scene, case, thing, scene.officer)
        assert actions(scene, case, thing, scene.person("chenlu")) == [
            "disposal_decision"
        ]
        evidence.confirm_disposal(exhibit=thing, by=scene.manager, at=scene.at)
        assert actions(scene, case, thing, scene.manager) == []


def actions(scene: Scene, case: Case, thing: Exhibit, reader: Any) -> list[str]:
    story = story_of(scene, case, thing, reader=reader)
    return [action.name for action in story.actions]


def story_of(scene: Scene, case: Case, thing: Exhibit, *, reader: Any = None) -> Any:
    reader = reader or scene.officer
    return custody_story(exhibit_for(reader, case.number, thing.uid), reader)


def reseal(scene: Scene, thing: Exhibit, number: str, **more: Any) -> CustodyStep:
    said = {"by": scene.officer, "at": scene.at, "words": "拆开拍照后重新封", **more}
    return evidence.reseal(exhibit=thing, seal_number=number, **said)


def checked(scene: Scene, thing: Exhibit, *, hours: int = 0, **more: Any) -> Any:
    said = {"by": scene.officer, "at": scene.at + timedelta(hours=hours), **more}
    return evidence.check_seal(exhibit=thing, **said)


def moved(
    scene: Scene, thing: Exhibit, where: str, *, hours: int = 0, **more: Any
) -> CustodyStep:
    said = {"by": scene.officer, "at": scene.at + timedelta(hours=hours), **more}
    return evidence.move(exhibit=thing, kept_where=where, **said)


def given_back(scene: Scene, thing: Exhibit, owner: Party, **more: Any) -> CustodyStep:
    said: dict[str, Any] = {
        "by": scene.manager,
        "at": scene.at,
        "words": "周敏下班，封条完好",
        "signed": both(),
        **more,
    }
    return evidence.return_to(exhibit=thing, party=owner, **said)


def asked(scene: Scene, thing: Exhibit, **more: Any) -> CustodyStep:
    said = {"by": scene.officer, "at": scene.at, "words": "移交派出所", **more}
    return evidence.ask_disposal(exhibit=thing, **said)

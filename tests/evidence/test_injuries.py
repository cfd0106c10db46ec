"""Injuries: written down, photographed three times, and seen by those who need them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from anlan.accounts.models import User
from anlan.accounts.roles import ROLES
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.models import Case, Deadline, Party, Task
from anlan.cases.selectors import timeline
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.bodymap import HEIGHT, SHAPES, WIDTH
from anlan.evidence.enums import (
    InjuryKind,
    PaperKind,
    Protection,
    Region,
    Round,
)
from anlan.evidence.models import (
    Exhibit,
    Injury,
    InjuryPhoto,
    InjuryRefusal,
    MedicalPaper,
)
from anlan.evidence.selectors import exhibit_for, exhibit_page, exhibits_of
from anlan.evidence.selectors.injuries import injured_in, injuries_for, papers_of
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.accounts.test_permission_tables import person
from tests.at_once import at_once
from tests.evidence.told import hurt, party, photographed
from tests.incidents.story import entries, facts, pass_time
from tests.pictures import CUT, JPEG, OTHER_JPEG, PAGE, PDF, PROGRAM
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

ID = UUID("6f2d3c1e-0000-4000-8000-000000000051")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def victim(scene: Scene, case: Case) -> Party:
    return party(scene, case)


@pytest.fixture
def injury(scene: Scene, case: Case, victim: Party) -> Injury:
    return hurt(scene, case, party=victim)


def paper(scene: Scene, case: Case, of: Party, **more: Any) -> MedicalPaper:
    said: dict[str, Any] = {
        "kind": PaperKind.RECORD,
        "chunks": [PDF],
        "by": scene.person("lifang"),
        "at": scene.at,
        **more,
    }
    return evidence.add_medical_paper(case=case, party=of, **said)


def reminders(case: Case) -> dict[str, str]:
    tasks = Task.objects.filter(case=case, key__startswith="injury:")
    return {task.key.rpartition(":")[2]: task.state for task in tasks}


class TestFigure:
    def test_every_part_of_the_body_is_on_it_once(self) -> None:
        assert sorted(shape.region for shape in SHAPES) == sorted(Region)

    def test_nothing_lies_outside_or_is_too_small_for_a_finger(self) -> None:
        for shape in SHAPES:
            assert 0 <= shape.x <= WIDTH - shape.width
            assert 0 <= shape.y <= HEIGHT - shape.height
            assert min(shape.width, shape.height) >= 16

    def test_right_is_left_on_the_front_and_right_on_the_back(self) -> None:
        middle = {shape.region: shape.middle[0] for shape in SHAPES}

        assert middle[Region.R_HAND] < WIDTH / 2 < middle[Region.L_HAND]
        assert middle[Region.L_ELBOW] < WIDTH / 2 < middle[Region.R_ELBOW]


class TestRecording:
    def test_is_on_the_record_without_body_or_kind(self, scene, case, injury) -> None:
        (entry,) = entries(case, "evidence.injury_recorded")
        data = bytes(entry.data or b"").decode()

        assert injury.code == "I-01"
        for word in ("head", "cut", "额头"):
            assert word not in data
        assert not [
            line for line in timeline(case) if "额头" in line.sentence + line.quote
        ]
        assert verify().is_sound

    @pytest.mark.parametrize("field", ["region", "kind", "words"])
    def test_is_vouched_for(self, scene, injury, field) -> None:
        Injury.objects.update(**{field: "face"})

        assert not verify().is_sound

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [({"words": "长" * 501}, "words"), ({"later": 1}, "seen_at")],
    )
    def test_what_cannot_be(self, scene, case, victim, wrong, path) -> None:
        if wrong.pop("later", 0):
            wrong = {"seen_at": scene.at + timedelta(minutes=1)}
        with pytest.raises(InvalidInput) as refusal:
            hurt(scene, case, party=victim, **wrong)

        assert refusal.value.path == path
        assert not Injury.objects.exists()
        assert not reminders(case)

    def test_not_of_another_case(self, scene, case) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        with pytest.raises(InvalidInput) as refusal:
            hurt(scene, case, party=party(scene, other))

        assert refusal.value.path == "party"

    def test_twice_is_once(self, scene, case, victim) -> None:
        first = hurt(scene, case, party=victim, request_id=ID)

        assert hurt(scene, case, party=victim, request_id=ID) == first
        with pytest.raises(Conflict, match="请求编号"):
            hurt(scene, case, party=victim, words="别的", request_id=ID)

    def test_by_nobody_without_the_right(self, scene, case, victim) -> None:
        for somebody in (scene.stranger, scene.person("chenlu")):
            with pytest.raises(NotAllowed):
                hurt(scene, case, party=victim, by=somebody)

    @pytest.mark.both
    def test_two_at_once_have_two_numbers(self, committed_scene, settings, tmp_path):
        settings.DATA = tmp_path
        scene = committed_scene
        case = scene.incident().case
        of = party(scene, case)

        made = at_once(*(partial(hurt, scene, case, party=of) for _ in range(2)))

        assert sorted(one.code for one in made) == ["I-01", "I-02"]
        assert len(reminders(case)) == 2


class TestClocks:
    def test_begin_with_the_first_injury_of_a_person(
        self, scene, case, victim, injury
    ) -> None:
        hurt(scene, case, party=victim, region=Region.L_HAND)

        assert reminders(case) == {"24h": "open", "72h": "open"}
        due = Task.objects.get(key__endswith=":24h")
        assert due.due_at == scene.at + DAY
        assert due.role_key == "customer_service"
        assert "额头" not in due.title + due.advice
        hurt(scene, case)
        assert Task.objects.filter(key__startswith="injury:").count() == 4

    def test_count_from_when_it_was_seen(self, scene, case, victim) -> None:
        hurt(scene, case, party=victim, seen_at=scene.at - timedelta(hours=20))

        assert Task.objects.get(key__endswith=":24h").due_at == scene.at + timedelta(
            hours=4
        )

    def test_leave_an_hour_to_who_hears_late(self, scene, case, victim) -> None:
        hurt(scene, case, party=victim, seen_at=scene.at - timedelta(hours=30))

        late = Task.objects.get(key__endswith=":24h")
        assert late.due_at == scene.at + timedelta(hours=1)

    def test_end_when_every_injury_has_its_photo(
        self, scene, case, victim, injury
    ) -> None:
        other = hurt(scene, case, party=victim, region=Region.L_HAND)

        photographed(scene, injury, round=Round.DAY)
        assert reminders(case)["24h"] == "open"
        photographed(scene, other, round=Round.DAY, chunks=[OTHER_JPEG])

        assert reminders(case) == {"24h": "done", "72h": "open"}
        clock = Deadline.objects.get(
            about=f"task:{Task.objects.get(key__endswith=':24h').uid}"
        )
        assert clock.met_at is not None
        assert verify().is_sound

    def test_end_when_the_person_does_not_want_it(
        self, scene, case, victim, injury
    ) -> None:
        said = {"case": case, "party": victim, "by": scene.guard, "at": scene.at}

        first = evidence.refuse_photos(round=Round.DAY, reason="不想再拍", **said)
        again = evidence.refuse_photos(round=Round.DAY, **said)

        assert first == again
        assert reminders(case) == {"24h": "done", "72h": "open"}
        InjuryRefusal.objects.update(reason="别的")
        assert not verify().is_sound

    def test_end_when_the_last_injury_is_struck_out(self, scene, case, injury) -> None:
        evidence.withdraw_injury(
            injury=injury, reason="看错了人", by=scene.person("lifang"), at=scene.at
        )

        assert reminders(case) == {"24h": "done", "72h": "done"}

    def test_run_out_on_the_record(self, scene, case, injury) -> None:
        pass_time(scene.at, 25 * 3600)

        titles = [fact["title"] for fact in facts(case, "case.deadline_missed")]
        assert any(title.startswith("24 小时伤情照片") for title in titles)

    def test_go_on_when_the_case_is_closed(self, scene, case, injury) -> None:
        Task.objects.filter(case=case, binding=True).update(
            state="done", ended_at=scene.at
        )
        cases.close_case(case=case, by=SYSTEM, at=scene.at)

        pass_time(scene.at, 25 * 3600)
        titles = [fact["title"] for fact in facts(case, "case.deadline_missed")]
        assert any(title.startswith("24 小时伤情照片") for title in titles)

        case.refresh_from_db()
        injury.case = case
        photographed(scene, injury, round=Round.DAY)
        photographed(scene, injury, round=Round.THREE_DAYS, chunks=[OTHER_JPEG])
        pass_time(scene.at, 80 * 3600)
        titles = [fact["title"] for fact in facts(case, "case.deadline_missed")]
        assert not any(title.startswith("72 小时伤情照片") for title in titles)
        assert verify().is_sound

    def test_are_not_posted_to_a_closed_case(self, scene, case, victim) -> None:
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=scene.at)
        case.refresh_from_db()

        injury = hurt(scene, case, party=victim)
        photographed(scene, injury, round=Round.DAY)

        assert reminders(case) == {}


class TestPhotos:
    def test_are_protected_exhibits(self, scene, case, injury) -> None:
        photo = photographed(scene, injury)

        exhibit = photo.exhibit
        assert (exhibit.protection, exhibit.source) == ("injury", "injury")
        (fact,) = facts(case, "evidence.injury_photographed")
        assert (fact["round"], fact["scale"], fact["exhibit"]) == ("0h", 1, "E-0001")
        assert photographed(scene, injury) == photo
        assert InjuryPhoto.objects.count() == 1

    def test_twice_is_once(self, scene, injury) -> None:
        first = photographed(scene, injury, request_id=ID)

        assert photographed(scene, injury, request_id=ID) == first
        with pytest.raises(Conflict, match="请求编号"):
            photographed(scene, injury, chunks=[OTHER_JPEG], request_id=ID)

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"has_consent": False}, "has_consent"),
            ({"chunks": [PROGRAM]}, "photo"),
            ({"chunks": [CUT]}, "photo"),
            ({"chunks": [PDF]}, "photo"),
            ({"chunks": []}, "photo"),
        ],
    )
    def test_what_cannot_be(self, scene, injury, wrong, path) -> None:
        with pytest.raises(InvalidInput) as refusal:
            photographed(scene, injury, **wrong)

        assert refusal.value.path == path
        assert not Exhibit.objects.exists()

    def test_one_that_was_open_to_all_is_protected_from_then_on(
        self, scene, case, injury
    ) -> None:
        before = evidence.add_file(
            case=case, chunks=[JPEG], by=scene.guard, at=scene.at, title="额头"
        )
        sunlei = scene.person("sunlei")
        assert exhibit_for(sunlei, case.number, before.uid) == before

        photo = photographed(scene, injury)

        assert photo.exhibit == before
        assert facts(case, "evidence.protected")[0]["protection"] == "injury"
        with pytest.raises(NotFound):
            exhibit_for(sunlei, case.number, before.uid)

    def test_not_of_what_was_struck_out(self, scene, injury) -> None:
        lifang = scene.person("lifang")
        with pytest.raises(InvalidInput):
            evidence.withdraw_injury(injury=injury, reason=" ", by=lifang, at=scene.at)
        evidence.withdraw_injury(injury=injury, reason="看错", by=lifang, at=scene.at)

        with pytest.raises(Conflict, match="已经划去"):
            photographed(scene, injury)
        with pytest.raises(Conflict, match="已经划去"):
            evidence.withdraw_injury(injury=injury, reason="又", by=lifang, at=scene.at)
        assert verify().is_sound


class TestPapers:
    def test_are_protected(self, scene, case, victim) -> None:
        made = paper(scene, case, victim, file_name="骨折诊断.pdf")

        assert made.exhibit.protection == Protection.INJURY
        assert made.exhibit.title == "医疗文书"
        assert "骨折" not in str(
            [line.sentence + line.quote for line in timeline(case)]
        )
        assert verify().is_sound

    @pytest.mark.both
    def test_the_level_is_the_appraisals(self, scene, case, victim) -> None:
        with pytest.raises(InvalidInput) as refusal:
            paper(scene, case, victim, level="slight")
        assert (refusal.value.path, refusal.value.source) == ("level", "G14")
        with pytest.raises(IntegrityError), transaction.atomic():
            MedicalPaper.objects.create(
                party=victim,
                kind="record",
                level="slight",
                exhibit=evidence.add_file(
                    case=case, chunks=[JPEG], by=scene.guard, at=scene.at
                ),
                added_at=scene.at,
            )

        made = paper(scene, case, victim, kind=PaperKind.APPRAISAL, level="slight")
        MedicalPaper.objects.filter(pk=made.pk).update(level="minor_2")
        assert not verify().is_sound

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"chunks": [PAGE]}, "file"),
            ({"chunks": []}, "file"),
            ({"kind": PaperKind.APPRAISAL, "level": "very"}, "level"),
        ],
    )
    def test_what_cannot_be(self, scene, case, victim, wrong, path) -> None:
        with pytest.raises(InvalidInput) as refusal:
            paper(scene, case, victim, **wrong)
        assert refusal.value.path == path

    def test_twice_is_once_and_the_same_paper_is_one(self, scene, case, victim) -> None:
        first = paper(scene, case, victim, request_id=ID)

        assert paper(scene, case, victim, request_id=ID) == first
        with pytest.raises(Conflict, match="已经登记过"):
            paper(scene, case, victim)


class TestWhoMayKnow:
    NEED = frozenset(
        {
            "duty_officer",
            "customer_service",
            "investigator",
            "site_manager",
            "legal_counsel",
            "hq_supervisor",
        }
    )

    @pytest.fixture
    def people(self, scene: Scene) -> dict[str, User]:
        return {role: person(scene, role, "here", scene.site) for role in ROLES}

    def test_check_list_and_exhibits_agree_for_every_role(
        self, scene, case, victim, injury, people
    ) -> None:
        photo = photographed(scene, injury)
        doctor = paper(scene, case, victim)

        for role, user in people.items():
            may = role in self.NEED
            assert permissions.can_see_injury(user, injury) is may, role
            assert injuries_for(user).exists() is may, role
            assert papers_of(case, user).exists() is may, role
            assert bool(injured_in(case, user)) is may, role
            for exhibit in (photo.exhibit, doctor.exhibit):
                assert permissions.can_open(user, exhibit) is may, role
                listed = exhibits_of(case, user).filter(pk=exhibit.pk)
                assert listed.exists() is may, role
            assert bool(exhibit_page(case, user).kinds) is may, role

    def test_whoever_wrote_it_down_sees_it(self, scene, case, victim) -> None:
        own = hurt(scene, case, party=victim, by=scene.guard)
        photo = photographed(scene, own, by=scene.guard)

        assert list(injuries_for(scene.guard)) == [own]
        assert permissions.can_open(scene.guard, photo.exhibit)
        found = exhibit_for(scene.guard, case.number, photo.exhibit.uid)
        assert found == photo.exhibit
        assert not injuries_for(scene.next_guard).exists()
        with pytest.raises(NotAllowed):
            permissions.check_can_see_injury(scene.next_guard, own)

    def test_a_photo_that_proves_a_task_about_them_is_protected_as_well(
        self, scene, case
    ) -> None:
        """Of the plan, for who did not find the page of injuries."""
        task = Task.objects.get(case=case, key="injury_photos_0h")
        photo = cases.add_task_photo(
            task=task, chunks=[JPEG], by=scene.person("lifang"), at=scene.at
        )

        assert not exhibits_of(case, scene.person("sunlei")).exists()
        assert exhibits_of(case, scene.officer).get().protection == "injury"
        cases.open_task_photo(photo=photo, by=scene.person("lifang"), at=scene.at)
        with pytest.raises(NotAllowed):
            cases.open_task_photo(photo=photo, by=scene.guard, at=scene.at)

    def test_seeing_is_on_the_record(self, scene, case, victim, injury) -> None:
        evidence.show_injuries(
            case=case, parties=[victim], by=scene.officer, at=scene.at
        )

        (entry,) = entries(case, "evidence.injuries_read")
        assert entry.actor == scene.officer.actor_key
        assert entry.object == f"party:{victim.uid}"
        assert Entry.objects.filter(kind="evidence.injuries_read").count() == 1

    def test_kinds_say_what_a_layman_sees(self) -> None:
        for kind in InjuryKind:
            assert "轻伤" not in str(kind.label)
            assert "重伤" not in str(kind.label)

"""Proof of a task by photo: asked for by the plan, kept, on the record, looked at."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from anlan.base import vault
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import Proof
from anlan.cases.models import Case, Task, TaskPhoto
from anlan.cases.playbook import read_plan
from anlan.cases.services import tasks
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.play.pictures import picture
from tests.incidents.story import entries, facts
from tests.pictures import CUT, JPEG, OTHER_JPEG, PROGRAM
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = pytest.mark.both_deep

ID = UUID("6f2d3c1e-0000-4000-8000-000000000009")
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def task(case: Case) -> Task:
    """拍摄现场, which the plan wants proven by photo."""
    return case.tasks.get(key="scene_photos")


def proven_by(task: Task, proof: str, *, binding: bool = True) -> Task:
    task.proof, task.binding = proof, binding
    task.save(update_fields=["proof", "binding"])
    return task


class TestWhatThePlanAsksFor:
    def test_a_photo_task_without_a_photo_is_refused(self, scene, case, task) -> None:
        with pytest.raises(InvalidInput, match="以照片为证") as refusal:
            cases.complete_task(task=task, words="拍了", by=scene.guard, at=scene.at)

        assert refusal.value.path == "photos"
        assert not entries(case, "case.task_done")

    @pytest.mark.parametrize("words", ["", "全景一张"])
    def test_with_one_the_words_may_be_missing(self, scene, case, task, words) -> None:
        cases.complete_task(
            task=task, words=words, photos=[[JPEG]], by=scene.guard, at=scene.at
        )

        task.refresh_from_db()
        assert (task.state, task.words) == ("done", words)
        assert verify().is_sound

    @pytest.mark.parametrize(
        ("proof", "words", "photos", "refused"),
        [
            (Proof.EITHER, "", [], "words"),
            (Proof.EITHER, "看了", [], None),
            (Proof.EITHER, "", [[JPEG]], None),
            (Proof.NOTE, "", [[JPEG]], "words"),
            (Proof.RECEIPT, "", [[JPEG]], "words"),
            (Proof.NONE, "", [[JPEG]], "words"),  # binding: it leaves words
        ],
    )
    def test_words_photo_or_either(
        self, scene, task, proof, words, photos, refused
    ) -> None:
        done = {"task": proven_by(task, proof), "words": words, "photos": photos}
        if refused:
            with pytest.raises(InvalidInput) as refusal:
                cases.complete_task(**done, by=scene.guard, at=scene.at)
            assert refusal.value.path == refused
            assert not TaskPhoto.objects.exists()
        else:
            assert cases.complete_task(**done, by=scene.guard, at=scene.at).words == (
                words
            )

    def test_a_plan_may_say_each(self) -> None:
        for proof in ("note", "photo", "either", "receipt"):
            task = {"key": "a", "title": "甲", "role": "guard", "proof": proof}
            body = {"key": "k", "title": "t", "kind": "IN"}
            phases = [{"key": "protect", "tasks": [task]}]
            assert read_plan({**body, "phases": phases}).tasks[0].proof == proof


class TestTheRecord:
    def test_says_which_photo(self, scene, case, task) -> None:
        cases.complete_task(
            task=task, photos=[[JPEG[:9], JPEG[9:]]], by=scene.guard, at=scene.at
        )

        photo = TaskPhoto.objects.get()
        assert vault.path_of(photo.sha256).read_bytes() == JPEG
        assert facts(case, "case.task_photo_received") == [
            {
                "title": task.title,
                "media_type": "image/jpeg",
                "bytes_count": len(JPEG),
                "sha256": photo.sha256,
            }
        ]
        entry = Entry.objects.get(kind="case.task_photo_received")
        assert entry.object == f"photo:{photo.uid}"
        assert entry.seq < Entry.objects.get(kind="case.task_done").seq

    def test_has_each_once(self, scene, case, task) -> None:
        cases.add_task_photo(task=task, chunks=[JPEG], by=scene.guard, at=scene.at)
        cases.complete_task(
            task=task,
            photos=[[JPEG], [OTHER_JPEG], [OTHER_JPEG]],
            by=scene.guard,
            at=scene.at,
        )

        assert len(entries(case, "case.task_photo_received")) == 2

    def test_what_is_refused_leaves_nothing(self, scene, case, task) -> None:
        before = verify().entries
        for bad in (b"", PROGRAM, CUT):
            with pytest.raises(InvalidInput):
                cases.complete_task(
                    task=task, photos=[[JPEG], [bad]], by=scene.guard, at=scene.at
                )

        assert verify().entries == before
        assert not TaskPhoto.objects.exists()

    def test_ends_at_six(self, scene, task) -> None:
        for number in range(tasks.MOST_PHOTOS):
            add = {"task": task, "by": scene.guard, "at": scene.at}
            cases.add_task_photo(**add, chunks=[picture(number)])
        cases.add_task_photo(**add, chunks=[picture(0)])  # sent again, and had

        with pytest.raises(InvalidInput, match="最多 6 张"):
            cases.add_task_photo(**add, chunks=[picture(tasks.MOST_PHOTOS)])

    def test_keeps_the_photos_of_a_task_that_was_taken_back(
        self, scene, case, task
    ) -> None:
        done = {"task": task, "by": scene.guard, "at": scene.at}
        cases.complete_task(**done, photos=[[JPEG]])
        cases.reopen_task(**done)

        cases.complete_task(**done, words="补写")

        assert task.photos.count() == 1
        assert verify().is_sound


class TestTwice:
    def test_the_same_request_is_done_once(self, scene, case, task) -> None:
        done = {"task": task, "by": scene.guard, "at": scene.at, "request_id": ID}
        cases.complete_task(**done, photos=[[JPEG]])
        again = cases.complete_task(**done, photos=[[JPEG]])

        assert again.pk == task.pk
        assert len(entries(case, "case.task_done")) == 1

    def test_with_other_content_it_is_refused(self, scene, case, task) -> None:
        done = {"task": task, "by": scene.guard, "at": scene.at, "request_id": ID}
        cases.complete_task(**done, photos=[[JPEG]])

        for other in ({"photos": [[OTHER_JPEG]]}, {"photos": [[JPEG]], "words": "又"}):
            with pytest.raises(Conflict, match="请求编号"):
                cases.complete_task(**done, **other)

    def test_a_late_photo_of_a_done_task(self, scene, task) -> None:
        """A phone that got no answer sends all again; another photo comes too late."""
        add = {"task": task, "by": scene.guard, "at": scene.at + timedelta(minutes=1)}
        cases.complete_task(**{**add, "at": scene.at}, photos=[[JPEG]])

        cases.add_task_photo(**add, chunks=[JPEG])
        with pytest.raises(Conflict):
            cases.add_task_photo(**add, chunks=[OTHER_JPEG])

        assert task.photos.count() == 1


class TestWhoMay:
    def test_only_whose_task_it_is(self, scene, task, tmp_path) -> None:
        for somebody in (scene.stranger, scene.person("lifang")):
            with pytest.raises(NotAllowed):
                cases.add_task_photo(task=task, chunks=[JPEG], by=somebody, at=scene.at)
            with pytest.raises(NotAllowed):
                cases.complete_task(
                    task=task, photos=[[JPEG]], by=somebody, at=scene.at
                )

        assert not list(tmp_path.rglob("*"))  # nor is a byte of it kept

    def test_not_after_the_case_was_closed(self, scene, case, task) -> None:
        cases.close_as_false_alarm(
            case=case, reason="误", by=scene.officer, at=scene.at
        )

        with pytest.raises(Conflict, match="办结"):
            cases.add_task_photo(task=task, chunks=[JPEG], by=scene.guard, at=scene.at)


class TestDesk:
    def upload(self, content: bytes = JPEG) -> SimpleUploadedFile:
        return SimpleUploadedFile("a.jpg", content)

    def test_in_the_room(self, scene, case, task, sign_in: SignIn) -> None:
        client, url = sign_in("zhoumin"), f"/cases/{case.number}/tasks/{task.uid}/"
        assert 'enctype="multipart/form-data"' in client.get(url).content.decode()

        refused = client.post(url, {"words": "拍了"}, headers=HTMX)
        data = {"photos": [self.upload(), self.upload(OTHER_JPEG)]}
        done = client.post(url, {**data, "request_id": str(uuid4())}, headers=HTMX)

        assert refused.status_code == 422
        assert "以照片为证" in refused.content.decode()
        assert done.status_code == 200
        assert task.photos.count() == 2
        page = done.content.decode()
        for photo in task.photos.all():
            assert f"/cases/{case.number}/photos/{photo.uid}/" in page

    def test_in_the_list(self, scene, case, task, sign_in: SignIn) -> None:
        client, url = sign_in("wangjianguo"), f"/tasks/{task.uid}/completion/"

        for bad in (b"", PROGRAM, CUT):
            refused = client.post(url, {"photos": self.upload(bad)})
            assert refused.status_code == 422
        done = client.post(url, {"photos": self.upload()})

        assert done.status_code == 302
        assert Task.objects.get(pk=task.pk).state == "done"

    def test_another_cases_task(self, scene, task, sign_in: SignIn) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case

        answer = sign_in("zhoumin").post(
            f"/cases/{other.number}/tasks/{task.uid}/", {"photos": self.upload()}
        )

        assert answer.status_code == 404
        assert not TaskPhoto.objects.exists()

    def test_looking_is_on_the_record_and_runs_nothing(
        self, scene, case, task, sign_in: SignIn
    ) -> None:
        photo = cases.add_task_photo(
            task=task, chunks=[JPEG], by=scene.guard, at=scene.at
        )
        url = f"/cases/{case.number}/photos/{photo.uid}/"
        other = scene.incident(place=scene.place("园区 南门")).case

        answer = sign_in("zhoumin").get(url)

        assert answer["Content-Type"] == "image/jpeg"
        assert answer.content != JPEG  # drawn anew: the original stays in the vault
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert len(entries(case, "case.task_photo_opened")) == 1
        assert sign_in("tangning").get(url).status_code == 404
        elsewhere = url.replace(case.number, other.number)
        assert sign_in("zhoumin").get(elsewhere).status_code == 404

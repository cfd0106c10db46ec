"""My tasks: grouped by case, done in place, refusals beside the words."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.cases.enums import TaskState
from anlan.cases.models import Task
from anlan.cases.selectors import my_tasks
from anlan.desk import selectors
from tests.desk.conftest import SignIn
from tests.scene import Scene


def _binding(scene: Scene) -> Task:
    task = my_tasks(scene.officer).filter(binding=True).first()
    assert task is not None
    return task


def test_tasks_stand_by_case_the_most_urgent_first(scene: Scene, at: datetime) -> None:
    earlier = scene.incident(at=at - timedelta(minutes=30))
    later = scene.incident(place=scene.place("园区 南门"))
    groups = selectors.by_case(my_tasks(scene.officer))
    assert [group.case for group in groups] == [earlier.case, later.case]
    for group in groups:
        assert {task.case_id for task in group.tasks} == {group.case.pk}
    assert sum(len(group.tasks) for group in groups) == my_tasks(scene.officer).count()


def test_a_binding_task_needs_words_and_says_so_beside_them(
    sign_in: SignIn, scene: Scene
) -> None:
    scene.incident()
    task = _binding(scene)
    client = sign_in("zhoumin")
    response = client.post(f"/tasks/{task.uid}/completion/", {"words": "  "})
    assert response.status_code == 422
    body = response.content.decode()
    assert f'id="error-{task.uid}"' in body
    assert "请写明做了什么" in body
    task.refresh_from_db()
    assert task.state == TaskState.OPEN


def test_with_words_it_is_done_and_leaves_the_list(
    sign_in: SignIn, scene: Scene
) -> None:
    scene.incident()
    task = _binding(scene)
    client = sign_in("zhoumin")
    response = client.post(
        f"/tasks/{task.uid}/completion/", {"words": "已拨打 110"}, follow=True
    )
    assert response.status_code == 200
    task.refresh_from_db()
    assert (task.state, task.words) == (TaskState.DONE, "已拨打 110")
    assert f'id="task-{task.uid}"' not in response.content.decode()


def test_words_that_are_too_long_are_kept_on_the_page(
    sign_in: SignIn, scene: Scene
) -> None:
    scene.incident()
    task = _binding(scene)
    words = "长" * 1001
    response = sign_in("zhoumin").post(
        f"/tasks/{task.uid}/completion/", {"words": words}
    )
    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_second_tap_finds_it_done(sign_in: SignIn, scene: Scene) -> None:
    scene.incident()
    task = _binding(scene)
    client = sign_in("zhoumin")
    url = f"/tasks/{task.uid}/completion/"
    client.post(url, {"words": "已拨打"})
    again = client.post(url, {"words": "又一次"}, follow=True)
    assert again.status_code == 200
    assert "您已经办过这项任务" in again.text
    assert sign_in("hetao").post(url, {"words": "我也"}).status_code == 404
    task.refresh_from_db()
    assert task.words == "已拨打"


def test_tasks_of_other_sites_are_unknown(sign_in: SignIn, scene: Scene) -> None:
    scene.incident()
    task = _binding(scene)
    client = sign_in("tangning")  # the duty officer of the other site
    assert task.title not in client.get("/tasks/").content.decode()
    response = client.post(f"/tasks/{task.uid}/completion/", {"words": "x"})
    assert response.status_code == 404
    task.refresh_from_db()
    assert task.state == TaskState.OPEN


def test_a_captain_does_what_a_guard_was_given(sign_in: SignIn, scene: Scene) -> None:
    case = scene.incident().case
    task = Task.objects.get(case=case, key="separate")
    own = Task.objects.filter(case=case, role_key="guard_captain")
    own.update(role_key="customer_service")  # the first page shows four, his own first
    for username, is_marked in (("wangjianguo", False), ("sunlei", True)):
        client = sign_in(username)
        for page in ("/tasks/", "/m/tasks/", "/m/"):
            body = client.get(page).content.decode()
            assert task.title in body, (username, page)
            assert ("可代办" in body) == is_marked, (username, page)

    done = sign_in("sunlei").post(f"/tasks/{task.uid}/completion/", {"words": "分开了"})

    assert done.status_code == 302
    task.refresh_from_db()
    assert (task.state, task.ended_by) == (TaskState.DONE, scene.person("sunlei"))

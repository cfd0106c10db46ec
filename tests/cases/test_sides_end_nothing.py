"""Who struck or was struck ends nothing of the case, whatever their office is."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.accounts.models import User
from anlan.base.errors import NotAllowed
from anlan.cases import permissions
from anlan.cases import services as cases
from anlan.cases.enums import Severity, TaskState
from anlan.cases.models import Case, Party, Task
from anlan.incidents import services as incidents
from anlan.ledger.models import Entry
from tests.scene import Scene

SIDE = "一方当事人"


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def on(scene: Scene, case: Case, user: User, *roles: str) -> Party:
    return cases.add_party(
        case=case, roles=roles, user=user, by=scene.officer, at=scene.at
    )


def essential(case: Case) -> Task:
    return Task.objects.filter(
        case=case, key="victim_contact", state=TaskState.OPEN
    ).get()


def noted(scene: Scene, case: Case) -> int:
    cases.write_note(case=case, text="何某先动的手", by=scene.guard, at=scene.at)
    return Entry.objects.filter(kind="case.note_written").latest("seq").seq


def attempts(scene: Scene, case: Case, by: User) -> dict[str, Any]:
    about: dict[str, Any] = {"by": by, "at": scene.at}
    return {
        "lower": lambda: incidents.set_severity(
            incident=case.incident,
            severity=Severity.NOTICE,
            reason="轻微",
            **about,
        ),
        "skip": lambda: cases.skip_task(
            task=essential(case), reason="联系不上", **about
        ),
        "strike": lambda: cases.strike_entry(
            case=case, seq=noted(scene, case), reason="不实", **about
        ),
    }


@pytest.mark.parametrize("what", ["lower", "skip", "strike"])
@pytest.mark.parametrize("role", ["victim", "aggressor"])
def test_a_manager_on_a_side_may_not(
    scene: Scene, case: Case, what: str, role: str
) -> None:
    on(scene, case, scene.manager, role)
    with pytest.raises(NotAllowed, match=SIDE):
        attempts(scene, case, scene.manager)[what]()


@pytest.mark.parametrize("what", ["lower", "skip", "strike"])
def test_who_only_saw_it_may(scene: Scene, case: Case, what: str) -> None:
    on(scene, case, scene.manager, "witness")
    attempts(scene, case, scene.manager)[what]()


def test_nor_once_their_part_was_changed(scene: Scene, case: Case) -> None:
    party = on(scene, case, scene.manager, "aggressor")
    cases.set_party_roles(party=party, roles=["witness"], by=scene.officer, at=scene.at)
    with pytest.raises(NotAllowed, match=SIDE):
        attempts(scene, case, scene.manager)["skip"]()


def test_nobody_on_a_side_closes(scene: Scene, case: Case) -> None:
    on(scene, case, scene.officer, "victim")
    Task.objects.filter(case=case).update(state=TaskState.DONE, ended_at=scene.at)
    with pytest.raises(NotAllowed, match=SIDE):
        permissions.check_can_close(scene.officer, case)
    permissions.check_can_close(scene.manager, case)


def test_what_was_left_out_before_a_join_counts(scene: Scene, case: Case) -> None:
    """Leave it out here, join into a case that is done, and close that one."""
    host = scene.incident(place=scene.place("园区 南门")).case
    attempts(scene, case, scene.manager)["skip"]()
    cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
    Task.objects.filter(case=host).update(state=TaskState.DONE, ended_at=scene.at)
    host.refresh_from_db()

    with pytest.raises(NotAllowed, match="您跳过了必须做的事"):
        permissions.check_can_close(scene.manager, host)


def test_who_struck_the_child_says_not_who_stands_for_it(
    scene: Scene, case: Case
) -> None:
    on(scene, case, scene.guard, "aggressor")
    child, mother = (
        cases.add_party(
            case=case,
            roles=[role],
            description=description,
            by=scene.officer,
            at=scene.at,
        )
        for role, description in (("victim", "男孩"), ("guardian", "他的母亲"))
    )
    about: dict[str, Any] = {"guardian": mother, "ward": child, "relation": "母亲"}
    with pytest.raises(NotAllowed):
        cases.link_guardian(**about, by=scene.guard, at=scene.at)
    link = cases.link_guardian(**about, by=scene.officer, at=scene.at)
    with pytest.raises(NotAllowed):
        cases.unlink_guardian(link=link, reason="不是母亲", by=scene.guard, at=scene.at)

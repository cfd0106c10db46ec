from __future__ import annotations

import pytest
from django.urls import reverse

from anlan.cases.models import Case
from anlan.incidents import services as incidents
from tests.incidents.story import entries
from tests.scene import Scene
from tests.signed_in import SignIn


@pytest.mark.parametrize(
    ("username", "status"), [("zhoumin", 200), ("wangjianguo", 204), ("tangning", 204)]
)
def test_only_who_commands_there_is_told(
    scene: Scene, sign_in: SignIn, username: str, status: int
) -> None:
    incident = scene.incident()
    client = sign_in(username)

    answer = client.get(reverse("desk:alarm"), {"subject": incident.case.subject})

    assert answer.status_code == status


def test_of_a_split_only_the_case_that_it_opened_is_new(
    scene: Scene, sign_in: SignIn
) -> None:
    incident = scene.incident()
    further = scene.report(by=scene.next_guard)
    new = incidents.split_report(report=further, by=scene.officer, at=scene.at)
    client = sign_in("zhoumin")

    def status(case: Case) -> int:
        (entry,) = entries(case, "incident.report_split_off")
        said: dict[str, str | int] = {"subject": case.subject, "seq": entry.seq}
        return client.get(reverse("desk:alarm"), said).status_code

    assert (status(new.case), status(incident.case)) == (200, 204)

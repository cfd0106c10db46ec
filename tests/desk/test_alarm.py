from __future__ import annotations

import pytest
from django.urls import reverse

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

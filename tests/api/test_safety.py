"""The numbers of the page of safety over the API."""

from __future__ import annotations

from typing import Any

from anlan.ledger.models import Departure, LogKey, Tree
from tests.scene import Scene


def test_what_an_insider_could_rewrite(scene: Scene, speak: Any) -> None:
    scene.incident()
    manager = speak(scene.manager)

    body = manager.get("/evidence/safety").body

    exposure = body["exposure"]
    assert (exposure["seconds"], exposure["kept_at"]) == (None, None)
    assert exposure["is_safe"] is False
    assert exposure["entries"] > 0
    assert not Departure.objects.exists()


def test_why_checkpoints_wait(scene: Scene, speak: Any) -> None:
    scene.incident()
    manager = speak(scene.manager)
    assert manager.get("/evidence/safety").body["waiting"] == []
    for site, reason in ((scene.site, "away"), (scene.other_site, "fork")):
        Tree.objects.create(
            organisation_id=site.organisation_id,
            site_id=site.pk,
            refusal=reason,
            refused_at=scene.at,
        )

    body = manager.get("/evidence/safety").body

    # The other site is none of this manager's.
    assert body["waiting"] == ["away"]
    assert "history" not in body["troubles"]
    assert not LogKey.objects.exists()

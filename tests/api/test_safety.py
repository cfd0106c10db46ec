"""The numbers of the page of safety over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from pytest_django import Settings

from anlan.base import crypto
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.ledger.checkpointing import checkpoint_now
from anlan.ledger.models import Departure, LogKey, Tree
from anlan.ledger.verify.held import Held
from tests.ledger import signers
from tests.pictures import JPEG
from tests.scene import Scene

DAY = timedelta(days=1)


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


def test_how_time_stamps_stand(scene: Scene, speak: Any, settings: Settings) -> None:
    scene.incident()
    manager = speak(scene.manager)
    assert manager.get("/evidence/safety").body["time_stamp"] is None
    settings.TSA_URL = SecretStr("http://127.0.0.1:1/")
    Tree.objects.create(
        organisation_id=scene.site.organisation_id,
        site_id=scene.site.pk,
        signed_size=7,
        stamp_problem="away",
    )

    assert manager.get("/evidence/safety").body["time_stamp"] == {
        "signer": "",
        "stamped_at": None,
        "unstamped": 7,
        "problem": "时间戳机构没有应答",
    }


def test_a_drill_is_asked_for_and_told(scene: Scene, speak: Any) -> None:
    case = scene.incident().case
    evidence.add_file(case=case, chunks=[JPEG], by=scene.guard, at=scene.at)
    manager = speak(scene.manager)
    jobs.drill(at=scene.at)
    assert jobs.drill(at=scene.at + DAY) == 0

    manager.post("/evidence/checks", {"kind": "drill"})
    jobs.drill(at=scene.at + DAY)

    runs = manager.get("/evidence/safety").body["runs"]
    assert [run["kind"] for run in runs] == ["drill", "drill"]
    assert (runs[0]["case"], runs[0]["proof"]) == (case.number, "unsigned")
    assert manager.post("/evidence/checks", {"kind": "sweep"}).status == 422


def test_keepers_are_masked_and_leave(scene: Scene, speak: Any) -> None:
    admin = speak(scene.person("admin"))
    said = {"name": "业委会", "address": "wang@example.invalid"}
    made = admin.post("/evidence/keepers", said)
    assert (made.status, made.body["address"]) == (201, "w***@example.invalid")
    assert admin.post("/evidence/keepers", said).status == 409
    assert admin.post("/evidence/keepers/mailing").body == {"keepers": 1}
    assert [k["name"] for k in speak(scene.manager).get("/evidence/keepers").body] == [
        "业委会"
    ]

    left = admin.post(f"/evidence/keepers/{made.body['uid']}/removal")

    assert left.body == []


def test_what_was_kept_outside_is_compared(
    scene: Scene, speak: Any, settings: Any, tmp_path: Any
) -> None:
    scene.incident()
    settings.SIGNER_SOCKET = signers.socket_of(tmp_path / "signer")
    with signers.running(tmp_path / "signer"):
        note = checkpoint_now(scene.site, at=scene.at).note
    manager = speak(scene.manager)

    (line,) = manager.post("/evidence/comparisons", {"text": note}).body

    assert (line["site"], line["held"]) == (scene.site.code, Held.FITS.value)


def test_field_keys_are_told_by_fingerprint(scene: Scene, speak: Any) -> None:
    keys = speak(scene.manager).get("/evidence/field-keys").body
    assert [key["in_use"] for key in keys] == [False] * (len(keys) - 1) + [True]
    assert keys[-1]["fingerprint"] in crypto.key_ring().fingerprints().values()

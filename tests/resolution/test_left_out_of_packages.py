"""That somebody is supported, settled with or advised stands in no package at all (G25)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from anlan.base import sealing
from anlan.cases.about import CONFIDENTIAL
from anlan.evidence.enums import Purpose
from anlan.evidence.packaging.record import EVENTS
from anlan.evidence.services import packages
from anlan.evidence.verifier import verify
from anlan.ledger.events import KINDS
from anlan.ledger.models import Entry
from anlan.play.signing import signer_at_hand
from tests.evidence.keeping import photo
from tests.evidence.test_packages import contents, made
from tests.resolution.counselling.cared import agreed, keyed, noted
from tests.resolution.legal.advised import asked, engaged, given
from tests.resolution.mediation.talked import begun, consented
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _cheap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sealing, "COST", 10)
    changed = {"DATA": tmp_path, "KEYS": tmp_path / "keys", "BACKUP_VAULT": None}
    with override_settings(**changed), signer_at_hand():
        yield


@pytest.mark.parametrize("purpose", [Purpose.POLICE, Purpose.INTERNAL])
def test_no_entry_of_a_confidential_kind_is_in_a_package(
    scene: Scene, purpose: Purpose
) -> None:
    case = scene.incident().case
    photo(scene, case)
    keyed(scene)
    noted(scene, agreed(scene, case))
    given(scene, asked(scene, engaged(scene, case)))
    consented(scene, begun(scene, case))
    there = set(
        Entry.objects.filter(subject=case.subject).values_list("kind", flat=True)
    )
    secret = {kind for kind in there if kind.startswith(CONFIDENTIAL)}
    assert {kind.partition(".")[0] for kind in secret} == {
        *("counselling", "legal", "mediation"),
    }

    package = made(scene, case, purpose=purpose)

    lines = contents(package)[EVENTS].splitlines()
    kinds = {json.loads(json.loads(line)["body"])["kind"] for line in lines}
    assert kinds == (there - secret) | {"evidence.package_asked"}
    found = verify.check(str(packages.path_of(package)), package.fingerprint)
    assert "entries" in [code for code, _place, _words in found.all]


def test_every_kind_of_support_talks_and_counsel_is_confidential() -> None:
    """Of lawyers alone the register of the organisation tells, and no case."""
    homes = (
        "anlan.resolution.counselling.events",
        "anlan.resolution.mediation.events",
        "anlan.resolution.legal.events.counsel",
    )
    theirs = {kind for kind, event in KINDS.items() if event.__module__ in homes}

    open_ones = {kind for kind in theirs if not kind.startswith(CONFIDENTIAL)}

    assert open_ones == {
        *("legal.lawyer_added", "legal.lawyer_phone_read", "legal.lawyer_retired"),
    }

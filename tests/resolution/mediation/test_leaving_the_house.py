"""What is said in a session leaves the house in no package, nor what was signed by a party."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from anlan.base.errors import NotAllowed
from anlan.cases import services as cases
from anlan.evidence.enums import Source
from anlan.evidence.permissions import can_open, check_can_open
from anlan.evidence.selectors.exhibits import exhibits_of, kept_of
from anlan.evidence.services import packages
from anlan.play.signing import signer_at_hand
from anlan.resolution.mediation import services as mediation
from tests.evidence.test_packages import made
from tests.resolution.mediation.talked import (
    accepted,
    begun,
    consented,
    planned,
    proposed,
)
from tests.scene import Scene

PLANTED = "朱红色雨靴里的秘密"


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> Iterator[None]:
    changed = {"DATA": tmp_path, "KEYS": tmp_path / "keys", "BACKUP_VAULT": None}
    with override_settings(**changed), signer_at_hand():
        yield


@pytest.mark.both
def test_planted_words_are_in_no_file_of_a_package(scene: Scene) -> None:
    case = scene.incident().case
    talks = consented(scene, begun(scene, case))
    session = planned(scene, talks, present=PLANTED)
    mediation.begin_session(session=session, by=scene.officer, at=scene.at)
    mediation.write_session_note(
        session=session, text=PLANTED, by=scene.officer, at=scene.at
    )
    accepted(scene, proposed(scene, talks))  # its paper is an exhibit, and goes along

    package = made(scene, case)

    with zipfile.ZipFile(packages.path_of(package)) as archive:
        names = archive.namelist()
        assert any(name.endswith(".pdf") for name in names)
        for name in names:
            assert PLANTED.encode() not in archive.read(name), name


@pytest.mark.both
def test_what_was_signed_is_not_for_who_is_of_a_side(scene: Scene) -> None:
    """Nor as an exhibit, nor in a package that they choose: their page is refused them."""
    case = scene.incident().case
    accepted(scene, proposed(scene, consented(scene, begun(scene, case))))
    deeds = list(case.exhibits.filter(source=Source.DEED))
    manager = scene.manager
    assert set(deeds) <= set(exhibits_of(case, manager))
    assert deeds
    assert all(can_open(manager, deed) for deed in deeds)

    cases.add_party(
        case=case, roles=["aggressor"], user=manager, by=scene.officer, at=scene.at
    )

    assert not set(deeds) & set(kept_of(case, manager))
    assert not any(can_open(manager, deed) for deed in deeds)
    with pytest.raises(NotAllowed, match="一方当事人"):
        check_can_open(manager, deeds[0])
    assert set(deeds) <= set(exhibits_of(case, scene.officer))

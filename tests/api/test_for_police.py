"""Statements for the police over the API: refused, their list approved, made."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.evidence.models import Exhibit
from anlan.resolution.legal.enums import ItemKind
from tests.evidence.told import frozen
from tests.resolution.legal.reported import begun, put
from tests.resolution.planned import legal as counsel
from tests.scene import Scene


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def test_a_statement_leaves_by_a_list_that_another_approved(
    scene: Scene, speak: Any
) -> None:
    case = scene.incident().case
    paper = Exhibit.objects.get(pk=frozen(scene, case).exhibit_id)
    report = begun(scene, case)
    put(scene, report, ItemKind.WITNESSES, exhibits=[paper])
    lawyer, manager = speak(counsel(scene)), speak(scene.manager)
    path = f"/cases/{case.number}/packages"
    body = {
        "exhibits": [str(paper.uid)],
        "purpose": "police",
        "masking": "none",
        "recipient": "云栖派出所",
        "identity": "民警 012345",
        "document_number": "云公受字 12 号",
        "acknowledged": "第二块硬盘正在采购",
    }
    refused = lawyer.post(path, body)
    assert (refused.status, refused.body["error"]["source"]) == (422, "G13")

    done = manager.post(f"/police-reports/{report.uid}/approval", None)
    assert done.body["approved_by"]["name"] == scene.manager.name

    made = lawyer.post(path, body)
    assert made.status == 201
    (one,) = made.body["approvals"]
    assert (one["code"], one["exhibits"]) == (report.code, [paper.code])

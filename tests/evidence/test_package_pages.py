"""Packages on screens: made by a form, looked at, taken, signed for."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings
from django.urls import reverse

from anlan.cases.models import Case
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import PackageState
from anlan.evidence.models import Package, PackageReceipt
from anlan.evidence.selectors import every_exhibit_of
from anlan.ledger.models import Entry
from anlan.play.pictures import picture, signature
from anlan.play.signing import signer_at_hand
from tests.evidence.objects import umbrella
from tests.scene import Scene
from tests.signed_in import SignIn


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> Iterator[None]:
    with override_settings(DATA=tmp_path), signer_at_hand():
        yield


@pytest.fixture
def case(scene: Scene) -> Case:
    case = scene.incident().case
    evidence.add_file(
        case=case, chunks=[picture(1)], title="车库", by=scene.officer, at=scene.at
    )
    umbrella(scene, case)
    return case


def form(case: Case, **more: Any) -> dict[str, Any]:
    return {
        "request_id": uuid4(),
        "purpose": "police",
        "recipient": "云栖派出所",
        "identity": "民警 李强 012345",
        "document_number": "云公调证字 12 号",
        "exhibits": [one.uid for one in every_exhibit_of(case)],
        "masking": "none",
        "acknowledged": "第二块硬盘正在采购",
        "days": 30,
        **more,
    }


def drawn(seed: int) -> str:
    return "data:image/png;base64," + base64.b64encode(signature(seed)).decode()


def made(sign_in: SignIn, scene: Scene, case: Case) -> Package:
    sign_in("hetao").post(
        reverse("evidence:package_addition", args=[case.number]), form(case)
    )
    jobs.make_packages(at=scene.at)
    return Package.objects.get()


def address(name: str, package: Package, *more: object) -> str:
    return reverse(
        f"evidence:{name}", args=[package.case.number, package.uid, *map(str, more)]
    )


def test_from_the_form_to_the_receipt(
    scene: Scene, case: Case, sign_in: SignIn
) -> None:
    manager, officer = sign_in("hetao"), sign_in("zhoumin")
    new = reverse("evidence:package_addition", args=[case.number])
    page = manager.get(new).content.decode()
    assert "两份副本在同一块硬盘上" in page
    assert "封条完好" in page

    answer = manager.post(new, form(case))

    package = Package.objects.get()
    assert answer.headers["Location"] == address("package", package)
    assert "正在制作" in manager.get(address("package", package)).content.decode()
    jobs.make_packages(at=scene.at)
    page = officer.get(address("package_state", package)).content.decode()
    package.refresh_from_db()
    assert package.sha256 in page
    assert package.fingerprint[:4] in page
    assert "hx-get" not in page

    answer = officer.post(
        address("package_hand_over", package),
        {
            "request_id": uuid4(),
            "receiver": "李强",
            "identity": "012345",
            "way": "加密 U 盘",
            "giver_signature": drawn(1),
            "receiver_signature": drawn(2),
        },
    )

    receipt = PackageReceipt.objects.get()
    assert answer.status_code == 302
    paper = officer.get(address("package_receipt", package, receipt.uid))
    assert package.sha256 in paper.content.decode()
    for side in ("giver", "receiver"):
        url = address("package_signature", package, receipt.uid, side)
        assert officer.get(url).headers["Content-Type"] == "image/png"
    listed = officer.get(reverse("evidence:packages", args=[case.number]))
    assert str(PackageState.HANDED_OVER.label) in listed.content.decode()


def test_what_is_missing_is_said_at_its_field(
    scene: Scene, case: Case, sign_in: SignIn
) -> None:
    new = reverse("evidence:package_addition", args=[case.number])

    answer = sign_in("hetao").post(new, form(case, document_number=""))

    assert answer.status_code == 422
    assert "请填写调取证据通知书等文书的编号" in answer.content.decode()
    assert not Package.objects.exists()


def test_download_in_parts_is_on_the_record(
    scene: Scene, case: Case, sign_in: SignIn
) -> None:
    package = made(sign_in, scene, case)
    officer = sign_in("zhoumin")

    whole = officer.get(address("package_content", package))
    part = officer.get(
        address("package_content", package), headers={"Range": "bytes=2-5"}
    )

    content = b"".join(whole.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == package.size
    assert b"".join(part.streaming_content) == content[2:6]  # type: ignore[attr-defined]
    assert whole.headers["Content-Type"] == "application/zip"
    assert "attachment" in whole.headers["Content-Disposition"]
    downloads = Entry.objects.filter(kind="evidence.package_downloaded")
    assert downloads.count() == 2


@pytest.mark.parametrize(
    ("username", "name", "status"),
    [
        ("wangjianguo", "package_content", 403),
        ("wangjianguo", "package_hand_over", 403),
        ("wangjianguo", "package", 403),
        ("dingyi", "package", 404),
        ("dingyi", "package_content", 404),
        ("dingyi", "package_state", 404),
        ("zhoumin", "package_content", 200),
    ],
)
def test_who_sees_and_takes_it(
    scene: Scene, case: Case, sign_in: SignIn, username: str, name: str, status: int
) -> None:
    package = made(sign_in, scene, case)

    assert sign_in(username).get(address(name, package)).status_code == status


def test_page_of_a_package_that_was_not_made(
    scene: Scene, case: Case, sign_in: SignIn
) -> None:
    package = made(sign_in, scene, case)
    Package.objects.update(
        state=PackageState.FAILED, failure="no_room", made_at=None, size=None, sha256=""
    )

    page = sign_in("hetao").get(address("package", package)).content.decode()

    assert "磁盘空间不足" in page
    answer = sign_in("hetao").get(address("package_content", package))
    assert answer.status_code == 409


def test_words_of_others_are_escaped(scene: Scene, case: Case, sign_in: SignIn) -> None:
    new = reverse("evidence:package_addition", args=[case.number])
    hostile = "<script>alert(1)</script>"
    sign_in("hetao").post(new, form(case, recipient=hostile, acknowledged=hostile))

    page = sign_in("hetao").get(address("package", Package.objects.get()))

    assert hostile not in page.content.decode()


def test_guard_sees_no_package(scene: Scene, case: Case, sign_in: SignIn) -> None:
    sign_in("hetao").post(
        reverse("evidence:package_addition", args=[case.number]), form(case)
    )
    package = Package.objects.get()
    guard = sign_in("wangjianguo")

    listed = guard.get(reverse("evidence:packages", args=[case.number]))
    one = guard.get(reverse("evidence:package", args=[case.number, package.uid]))
    evidence = guard.get(reverse("evidence:exhibits", args=[case.number])).text

    assert (listed.status_code, one.status_code) == (403, 403)
    assert "证据包" not in evidence

"""Packages on screens: made by a form, looked at, taken, signed for."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import override_settings
from django.urls import reverse

from anlan.accounts.selectors.tokens import tokens_of
from anlan.cases.models import Case
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import PackageState
from anlan.evidence.models import Package, PackageReceipt
from anlan.evidence.selectors import every_exhibit_of
from anlan.ledger.models import Entry
from anlan.play.company import PASSWORD
from anlan.play.pictures import picture, signature
from anlan.play.signing import signer_at_hand
from tests.evidence.objects import both, umbrella
from tests.incidents.story import entries
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
    (printed,) = entries(package.case, "evidence.page_printed")
    assert printed.object == package.key
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


class TestProof:
    """A session that lies open is not enough to take a package away."""

    @pytest.fixture(autouse=True)
    def _password(self, scene: Scene) -> None:
        """Of the officer; the others of the scene have none."""
        who = scene.person("zhoumin")
        who.set_password(PASSWORD)
        who.save()

    def test_an_old_one_is_asked_for_again(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        package = made(sign_in, scene, case)
        officer = sign_in("zhoumin")
        here, there = address("package", package), address("package_content", package)
        assert "下载（留痕）" in officer.get(here).content.decode()

        with time_machine.travel(scene.at + timedelta(minutes=17), tick=False):
            page = officer.get(here).content.decode()
            led = officer.get(there)
            assert "再次验证身份后下载" in page
            assert led.headers["Location"].endswith(f"?next={quote(here, safe='')}")
            assert not took(package)
            wrong = officer.post(led.headers["Location"], {"password": "wrong"})
            assert wrong.status_code == 200
            assert officer.get(there).status_code == 302

            right = officer.post(led.headers["Location"], {"password": PASSWORD})

            assert right.headers["Location"] == here
            assert officer.get(there).status_code == 200
        assert len(took(package)) == 1

    def test_the_file_is_not_given_in_parts_either(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        package = made(sign_in, scene, case)
        officer = sign_in("zhoumin")
        with time_machine.travel(scene.at + timedelta(minutes=17), tick=False):
            part = officer.get(
                address("package_content", package), headers={"Range": "bytes=2-5"}
            )

        assert part.status_code == 302
        assert not took(package)

    @pytest.mark.parametrize("minutes", [-90, 16])
    def test_one_from_another_hour_is_none(
        self, scene: Scene, case: Case, sign_in: SignIn, minutes: int
    ) -> None:
        """Of a clock that was set back, or past the quarter of an hour."""
        package = made(sign_in, scene, case)
        officer = sign_in("zhoumin")
        then = scene.at + timedelta(minutes=1 + minutes)
        with time_machine.travel(then, tick=False):
            assert officer.get(address("package_content", package)).status_code == 302

    def test_whoever_has_only_a_passkey_is_asked_for_it(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        package = made(sign_in, scene, case)
        officer = sign_in("zhoumin")
        who = scene.person("zhoumin")
        who.set_unusable_password()
        who.save()
        officer.force_login(who)
        Authenticator.objects.create(user=who, type="webauthn", data={"credential": {}})

        led = officer.get(address("package_content", package))

        assert "/webauthn/reauthenticate/" in led.headers["Location"]

    def test_whoever_has_neither_is_told(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        package = made(sign_in, scene, case)
        officer = sign_in("zhoumin")
        who = scene.person("zhoumin")
        who.set_unusable_password()
        who.save()
        officer.force_login(who)

        answer = officer.get(address("package_content", package))

        assert answer.status_code == 403
        assert "请先为账号设置密码或通行密钥" in answer.content.decode()

    def test_a_token_that_may_take_packages_needs_one_too(
        self, scene: Scene, sign_in: SignIn
    ) -> None:
        officer = sign_in("zhoumin")
        asked = {"name": "夜间备份", "days": 30}
        with time_machine.travel(scene.at + timedelta(minutes=17), tick=False):
            led = officer.post(
                reverse("api:tokens"), {**asked, "scopes": ["case.see", "package.take"]}
            )
            other = officer.post(
                reverse("api:tokens"), {**asked, "scopes": ["case.see"]}
            )

        assert "/reauthenticate/" in led.headers["Location"]
        assert other.status_code == 201
        assert [token.scopes for token in tokens_of(scene.person("zhoumin"))] == [
            ["case.see"]
        ]


def took(package: Package) -> list[Entry]:
    return list(
        Entry.objects.filter(kind="evidence.package_downloaded", object=package.key)
    )


class TestWithdrawal:
    def test_from_the_button_to_the_receipt(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        package = made(sign_in, scene, case)
        manager = sign_in("hetao")
        receipt = evidence.hand_over_package(
            package=package,
            receiver="李强",
            identity="012345",
            way="加密 U 盘",
            signed=both(),
            by=scene.manager,
            at=scene.at,
        )
        sheet = address("package_withdrawal", package)
        assert sheet in manager.get(address("package", package)).content.decode()
        empty = manager.post(sheet, {"request_id": uuid4(), "reason": ""})
        assert empty.status_code == 422

        said = {"request_id": uuid4(), "reason": "<b>装错了证据</b>"}
        answer = manager.post(sheet, said)

        assert answer.headers["Location"] == address("package", package)
        for where in (
            address("package", package),
            address("package_receipt", package, receipt.uid),
        ):
            page = manager.get(where).content.decode()
            assert "&lt;b&gt;装错了证据&lt;/b&gt;" in page
            assert "撤回" in page
        assert sheet not in manager.get(address("package", package)).content.decode()
        listed = manager.get(reverse("evidence:packages", args=[case.number]))
        assert "已撤回" in listed.content.decode()
        assert manager.get(address("package_content", package)).status_code == 409

    @pytest.mark.parametrize(
        ("username", "status"),
        [("zhoumin", 403), ("wangjianguo", 403), ("dingyi", 404), ("hetao", 200)],
    )
    def test_who_may(
        self, scene: Scene, case: Case, sign_in: SignIn, username: str, status: int
    ) -> None:
        package = made(sign_in, scene, case)

        answer = sign_in(username).get(address("package_withdrawal", package))

        assert answer.status_code == status
        shown = sign_in("zhoumin").get(address("package", package)).content.decode()
        assert address("package_withdrawal", package) not in shown

    def test_another_package_takes_its_place(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        package = made(sign_in, scene, case)
        manager = sign_in("hetao")
        manager.post(
            reverse("evidence:package_addition", args=[case.number]),
            form(case, recipient="云栖人民法院"),
        )
        jobs.make_packages(at=scene.at)
        other = Package.objects.get(recipient="云栖人民法院")
        said = {"request_id": uuid4(), "reason": "交错了人", "replacement": other.uid}

        manager.post(address("package_withdrawal", package), said)

        page = manager.get(address("package", package)).content.decode()
        assert "P-02 · 云栖人民法院" in " ".join(page.split())
        assert address("package", other) in page

"""A humanitarian payment: worded by counsel, apart from any debt, in service, page, API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases.models import Case
from anlan.ledger.models import Entry
from anlan.resolution import services as resolution
from anlan.resolution.enums import PaymentKind
from anlan.resolution.models import CompensationVersion, KindnessWords
from anlan.resolution.selectors.compensation import outcome_of
from anlan.resolution.services.compensation_paper import page_of
from tests.accounts.browsing import sign_in
from tests.resolution.made import begun, made
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

WORDS = "这笔款项是出于人道的慰问，不代表承认责任。"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def paid(
    scene: Scene, case: Case, kind: PaymentKind, words: str = ""
) -> CompensationVersion:
    payment = {"kind": kind, "fen": 500_00, "words": words}
    expenses = [{"item": "medical", "fen": 800_00}]
    return made(
        scene, begun(scene, case), {"payments": [payment], "expenses": expenses}
    )


def approved(scene: Scene, words: str = WORDS, **more: Any) -> KindnessWords:
    said: dict[str, Any] = {"by": scene.person("chenlu"), "at": scene.at, **more}
    return resolution.approve_kindness_words(
        organisation=scene.organisation, words=words, **said
    )


class TestPayments:
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (PaymentKind.KINDNESS, "先行赔偿一部分"),
            (PaymentKind.KINDNESS, "管理处承担责任"),
            (PaymentKind.KINDNESS, "误工补偿"),
            (PaymentKind.ADVANCE, "人道慰问金"),
        ],
    )
    def test_a_kindness_is_never_entered_or_worded_as_a_debt(
        self, scene: Scene, case: Case, kind: PaymentKind, words: str
    ):
        with pytest.raises(InvalidInput) as refused:
            paid(scene, case, kind, words)
        assert (refused.value.source, refused.value.path) == ("G34", "payments")
        assert not CompensationVersion.objects.exists()

    @pytest.mark.parametrize(
        ("kind", "words", "due"),
        [
            (PaymentKind.KINDNESS, "慰问金，不代表承认责任", 800_00),
            (PaymentKind.KINDNESS, "", 800_00),
            (PaymentKind.ADVANCE, "先行垫付医疗费", 300_00),
            (PaymentKind.AGGRESSOR, "行为人给的慰问金", 300_00),
        ],
    )
    def test_what_is_kept_apart_is_taken(
        self, scene: Scene, case: Case, kind: PaymentKind, words: str, due: int
    ):
        assert outcome_of(paid(scene, case, kind, words)).due_fen == due


class TestWords:
    def test_counsel_approves_them_version_by_version(self, scene: Scene):
        first = approved(scene)

        assert approved(scene) == first
        assert approved(scene, WORDS + "请收下。").version == 2
        kinds = Entry.objects.filter(kind="resolution.kindness_words_approved")
        assert kinds.count() == 2

    @pytest.mark.parametrize("name", ["zhoumin", "lifang", "guoxin", "admin"])
    def test_nobody_else_does(self, scene: Scene, name: str):
        with pytest.raises(NotAllowed):
            approved(scene, by=scene.person(name))

    @pytest.mark.parametrize(
        "words", ["一点心意，请收下。", "这是赔偿款，不代表承认责任。"]
    )
    def test_they_say_that_it_admits_nothing(self, scene: Scene, words: str):
        with pytest.raises(InvalidInput) as refused:
            approved(scene, words)
        assert refused.value.source == "G34"


class TestPaper:
    def test_without_the_words_a_kindness_is_not_printed(
        self, scene: Scene, case: Case
    ):
        version = paid(scene, case, PaymentKind.KINDNESS)
        with pytest.raises(Conflict) as refused:
            resolution.print_compensation(
                version=version, by=scene.manager, at=scene.at
            )
        assert refused.value.source == "G34"

    def test_they_stand_on_it_and_its_bytes_are_the_same(
        self, scene: Scene, case: Case
    ):
        approved(scene)
        version = paid(scene, case, PaymentKind.KINDNESS)

        one, two = (
            resolution.print_compensation(
                version=version, by=scene.manager, at=scene.at
            )
            for _ in range(2)
        )

        assert page_of(version)["kindness"] == WORDS
        assert one == two
        assert one.startswith(b"%PDF")

    def test_without_a_kindness_nothing_is_asked(self, scene: Scene, case: Case):
        version = paid(scene, case, PaymentKind.ADVANCE)

        pdf = resolution.print_compensation(
            version=version, by=scene.manager, at=scene.at
        )

        assert pdf.startswith(b"%PDF")
        assert page_of(version)["kindness"] == ""


class TestPage:
    def test_counsel_writes_and_others_read(self, client: Client, scene: Scene):
        sign_in(client, scene.person("chenlu"))
        assert client.post("/admin/kindness/", {"words": WORDS}).status_code == 302

        sign_in(client, scene.person("lifang"))
        page = client.get("/admin/kindness/").content.decode()
        assert WORDS in page
        assert 'name="words"' not in page
        assert client.post("/admin/kindness/", {"words": WORDS}).status_code == 403

    def test_a_refusal_says_why(self, client: Client, scene: Scene):
        sign_in(client, scene.person("chenlu"))

        answer = client.post("/admin/kindness/", {"words": "请收下"})

        assert answer.status_code == 422
        assert "（G34，《民法典》第1198条）" in answer.content.decode()
        assert not KindnessWords.objects.exists()

    def test_who_computes_nothing_sees_nothing(self, client: Client, scene: Scene):
        sign_in(client, scene.guard)
        assert client.get("/admin/kindness/").status_code == 403

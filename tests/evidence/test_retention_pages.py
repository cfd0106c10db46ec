"""Holds, periods and deletions on screens: the forms, who may, and what other sites see."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from anlan.accounts.models import Membership
from anlan.cases import services as cases
from anlan.cases.models import Case, Task
from anlan.evidence import services as evidence
from anlan.evidence.enums import HoldState, RetentionClass, StatementRole
from anlan.evidence.models import Deletion, Exhibit, Hold, RetentionRule
from anlan.evidence.selectors.retention import periods_of
from anlan.ledger.models import Entry
from anlan.play.company import PASSWORD
from tests.evidence.keeping import (
    DAY,
    NOTICE,
    ORDINARY,
    SERIOUS,
    ended,
    hold,
    pass_period,
    photo,
    review,
)
from tests.evidence.recorders import watched
from tests.evidence.told import (
    STORY,
    begun,
    corrected,
    frozen,
    hurt,
    photographed,
)
from tests.pictures import JPEG, OTHER_JPEG
from tests.scene import Scene
from tests.signed_in import SignIn

HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def exhibit(scene: Scene, case: Case) -> Exhibit:
    return photo(scene, case, title="车库")


def form(**more: Any) -> dict[str, Any]:
    return {
        "request_id": uuid4(),
        "held": "",
        "reason": "court",
        "words": "受害人已起诉",
        "document_number": "(2026)京0105民初1号",
        **more,
    }


def text(answer: Any) -> str:
    content: str = answer.content.decode()
    return content


class TestHolds:
    def test_from_the_form_to_the_release(
        self, scene: Scene, case: Case, exhibit: Exhibit, sign_in: SignIn
    ) -> None:
        officer, manager, lawyer = (
            sign_in("zhoumin"),
            sign_in("hetao"),
            sign_in("chenlu"),
        )
        new = reverse("evidence:hold_addition", args=[case.number])
        said = form(held=exhibit.key)
        assert officer.post(new, said).status_code == 302
        assert officer.post(new, said).status_code == 302  # pressed twice
        held = Hold.objects.get()
        page = text(officer.get(reverse("evidence:holds", args=[case.number])))
        assert "H-01" in page
        assert "受害人已起诉" in page
        assert "申请解除" not in page  # an officer may not
        assert "保全中" in text(
            officer.get(reverse("evidence:exhibits", args=[case.number]))
        )
        assert "保全中" in text(
            officer.get(reverse("evidence:exhibit", args=[case.number, exhibit.uid]))
        )
        assert "保全中" in text(
            officer.get(reverse("evidence:panel", args=[case.number]))
        )

        release = reverse("evidence:hold_release", args=[case.number, held.uid])
        assert "诉讼时效一般为三年" in text(manager.get(release))
        assert manager.post(release, {"words": ""}).status_code == 422
        early = manager.post(release, {"words": "判决已生效"})
        assert early.status_code == 422
        assert "诉讼时效最早到 2029-11-23 届满" in text(early)
        said = {"words": "判决已生效", "early": "判决已经履行"}
        assert manager.post(release, said).status_code == 302
        decision = reverse("evidence:hold_decision", args=[case.number, held.uid])
        assert "判决已经履行" in text(lawyer.get(decision))
        refused = manager.post(decision, {"decision": "yes"})
        assert refused.status_code == 403
        assert "G09" in text(refused)
        assert lawyer.post(decision, {"decision": "yes"}).status_code == 302
        held.refresh_from_db()
        assert held.state == HoldState.RELEASED

    def test_is_decided_after_a_fresh_proof_alone(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        held = hold(scene, case)
        evidence.propose_release(
            hold=held, words="已结案", early="已履行", by=scene.manager, at=scene.at
        )
        who = scene.person("chenlu")
        who.set_password(PASSWORD)
        who.save()
        lawyer = sign_in("chenlu")
        decision = reverse("evidence:hold_decision", args=[case.number, held.uid])
        with time_machine.travel(scene.at + timedelta(minutes=17), tick=False):
            for answer in (
                lawyer.get(decision),
                lawyer.post(decision, {"decision": "yes"}),
            ):
                assert answer.status_code == 302
                assert answer.headers["Location"].endswith(
                    f"?next={quote(decision, safe='')}"
                )
            in_place = lawyer.get(decision, headers={"HX-Request": "true"})
            assert "HX-Redirect" in in_place.headers
        held.refresh_from_db()
        assert held.released_at is None

    def test_refusal_lets_it_stand(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        held = hold(scene, case)
        where = [case.number, held.uid]
        sign_in("hetao").post(
            reverse("evidence:hold_release", args=where),
            {"words": "判决已生效", "early": "已履行"},
        )
        sign_in("chenlu").post(
            reverse("evidence:hold_decision", args=where), {"decision": "no"}
        )
        held.refresh_from_db()
        assert held.state == HoldState.STANDING

    def test_too_late_is_said_on_the_form(
        self, scene: Scene, case: Case, exhibit: Exhibit, sign_in: SignIn
    ) -> None:
        ended(case, at=scene.at)
        pass_period(scene.at, ORDINARY)

        answer = sign_in("zhoumin").post(
            reverse("evidence:hold_addition", args=[case.number]), form()
        )

        assert answer.status_code == 409
        assert "E-0001" in text(answer)
        assert not Hold.objects.exists()

    def test_words_are_shown_as_they_are(
        self, case: Case, exhibit: Exhibit, sign_in: SignIn
    ) -> None:
        client = sign_in("zhoumin")
        new = reverse("evidence:hold_addition", args=[case.number])
        client.post(new, form(words=HOSTILE, document_number=HOSTILE[:80]))

        for name, where in (("evidence:holds", [case.number]), ("vault:holds", [])):
            page = text(client.get(reverse(name, args=where)))
            assert "<script>alert" not in page
        assert "&lt;script&gt;" in text(
            client.get(reverse("evidence:holds", args=[case.number]))
        )

    @pytest.mark.parametrize(
        "more",
        [
            {"held": "exhibit:00000000-0000-0000-0000-000000000000"},
            {"held": "' OR 1=1 --"},
            {"reason": "none"},
            {"words": " "},
            {"words": "字" * 501},
            {"document_number": "1" * 81},
            {"request_id": "x"},
        ],
    )
    def test_nonsense_is_refused_at_its_field(
        self, more: dict[str, Any], case: Case, sign_in: SignIn
    ) -> None:
        answer = sign_in("zhoumin").post(
            reverse("evidence:hold_addition", args=[case.number]), form(**more)
        )
        assert answer.status_code == 422
        assert not Hold.objects.exists()

    def test_on_a_statement_is_known_to_who_may_read_it(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        statement = frozen(scene, case)
        assert statement.exhibit is not None
        hold(scene, case, statement.exhibit)
        # An officer who has begun a statement of their own reads nobody else's.
        officer = sign_in("zhoumin")
        page = reverse("evidence:holds", args=[case.number])
        assert "H-01" in text(officer.get(page))
        begun(
            scene,
            case,
            role=StatementRole.WITNESS,
            of=scene.officer,
            by=scene.manager,
        )
        assert "H-01" not in text(officer.get(page))
        assert f"{case.number} H-01" not in text(officer.get(reverse("vault:holds")))


class TestOthers:
    @pytest.mark.parametrize("username", ["wangjianguo", "linan", "admin"])
    def test_roles_without_the_permission_are_refused(
        self, username: str, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        held = hold(scene, case)
        client = sign_in(username)
        for name, where in (
            ("evidence:holds", [case.number]),
            ("evidence:hold_addition", [case.number]),
            ("evidence:hold_release", [case.number, held.uid]),
            ("vault:holds", []),
            ("vault:due", []),
            ("vault:periods", []),
            ("vault:period", [scene.site.code, "ordinary"]),
        ):
            status = client.get(reverse(name, args=where)).status_code
            assert status in {403, 404}, name

    def test_another_site_knows_of_nothing(
        self, scene: Scene, case: Case, exhibit: Exhibit, sign_in: SignIn
    ) -> None:
        held = hold(scene, case)
        ended(case, at=scene.at)
        hold_elsewhere = sign_in(stranger_with_rights(scene))
        for name, where in (
            ("evidence:holds", [case.number]),
            ("evidence:hold_addition", [case.number]),
            ("evidence:hold_release", [case.number, held.uid]),
            ("evidence:hold_decision", [case.number, held.uid]),
            ("vault:period", [scene.site.code, "ordinary"]),
        ):
            answer = hold_elsewhere.get(reverse(name, args=where))
            assert answer.status_code == 404, name
        for name in ("vault:holds", "vault:due", "vault:periods"):
            page = text(hold_elsewhere.get(reverse(name)))
            assert case.number not in page
            assert scene.site.name not in page.partition("<main")[2]

    def test_a_hold_of_another_case_is_none_of_this(
        self, scene: Scene, case: Case, sign_in: SignIn
    ) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        held = hold(scene, other)
        answer = sign_in("hetao").get(
            reverse("evidence:hold_release", args=[case.number, held.uid])
        )
        assert answer.status_code == 404


def stranger_with_rights(scene: Scene) -> str:
    """Somebody who manages the other site."""
    Membership.objects.create(
        user=scene.stranger,
        role_key="site_manager",
        organisation=scene.organisation,
        site=scene.other_site,
        since_at=scene.at,
    )
    return scene.stranger.username


class TestDue:
    def announced(self, scene: Scene, case: Case) -> datetime:
        ended(case, at=scene.at)
        at = scene.at + ORDINARY - NOTICE
        review(at)
        return at

    def test_chosen_rows_are_held(
        self, scene: Scene, case: Case, exhibit: Exhibit, sign_in: SignIn
    ) -> None:
        other = photo(scene, case, OTHER_JPEG)
        self.announced(scene, case)
        client = sign_in("zhoumin")
        page = text(client.get(reverse("vault:due")))
        assert page.count('name="chosen"') == 2
        row = Deletion.objects.get(exhibit=exhibit)
        where = reverse("vault:due_holds")
        said = {"reason": "court", "words": "已起诉", "which": "chosen"}

        assert client.post(where, said).status_code == 422
        assert client.post(where, {**said, "chosen": [uuid4()]}).status_code == 422
        assert client.post(where, {**said, "chosen": [row.uid]}).status_code == 302

        assert [h.exhibit for h in Hold.objects.all()] == [exhibit]
        assert [d.exhibit for d in Deletion.objects.all()] == [other]

    def test_all_rows_are_held(
        self, scene: Scene, case: Case, exhibit: Exhibit, sign_in: SignIn
    ) -> None:
        photo(scene, case, OTHER_JPEG)
        self.announced(scene, case)
        said = {"reason": "court", "words": "已起诉", "which": "all"}
        sign_in("zhoumin").post(reverse("vault:due_holds"), said)
        assert Hold.objects.count() == 2
        assert not Deletion.objects.exists()

    def test_deleted_is_told_everywhere_and_printed(
        self, scene: Scene, case: Case, exhibit: Exhibit, sign_in: SignIn
    ) -> None:
        ended(case, at=scene.at)
        pass_period(scene.at, ORDINARY)
        client = sign_in("zhoumin")
        row = Deletion.objects.get()

        for name, where in (
            ("evidence:exhibits", [case.number]),
            ("evidence:exhibit", [case.number, exhibit.uid]),
            ("evidence:panel", [case.number]),
            ("vault:due", []),
        ):
            page = text(client.get(reverse(name, args=where)))
            assert "已按期限删除" in page, name
            assert "不足两份" not in page, name
        sheet = text(client.get(reverse("vault:deletion", args=[row.uid])))
        assert exhibit.file.sha256 in sheet
        entry = Entry.objects.get(kind="evidence.deleted")
        assert f">{entry.seq}<" in sheet
        for name in ("picture", "original"):
            address = reverse(f"evidence:{name}", args=[case.number, exhibit.uid])
            assert client.get(address).status_code == 409
        safety = text(sign_in("hetao").get(reverse("vault:safety")))
        assert "不足" not in safety
        assert "已按期限删除" in safety

    def test_pages_of_the_case_still_open(
        self,
        scene: Scene,
        case: Case,
        sign_in: SignIn,
        settings: Settings,
        tmp_path: Path,
    ) -> None:
        settings.RECORDINGS_ROOTS = [tmp_path]
        cameras = watched(scene, tmp_path)
        begin = scene.at.replace(second=0)
        cameras.films.record("garage", begin, begin + timedelta(seconds=20))
        recording = cameras.ask(case, begin, begin + timedelta(seconds=10))
        cameras.pull(begin + timedelta(minutes=3))
        cameras.view(begin + timedelta(minutes=3))
        statement = frozen(scene, case)
        corrected(scene, statement)
        injury = hurt(scene, case)
        photographed(scene, injury)
        ended(case, at=scene.at)
        pass_period(scene.at, SERIOUS)
        recording.refresh_from_db()
        assert recording.is_deleted
        assert not case.exhibits.exclude(state="deleted").exists()

        client = sign_in("hetao")
        for name, where in (
            ("cases:room", [case.number]),
            ("evidence:exhibits", [case.number]),
            ("evidence:statements", [case.number]),
            ("evidence:statement", [case.number, statement.uid]),
            ("evidence:statement_paper", [case.number, statement.uid]),
            ("evidence:injuries", [case.number]),
            ("evidence:recordings", [case.number]),
            ("evidence:recordings_panel", [case.number]),
            ("evidence:recording", [case.number, recording.uid]),
            ("evidence:packages", [case.number]),
            ("evidence:package_addition", [case.number]),
            ("vault:due", []),
        ):
            answer = client.get(reverse(name, args=where))
            assert answer.status_code in {200, 404, 409}, name
            assert STORY not in text(answer), name
            assert "不足两份" not in text(answer), name
        for exhibit in case.exhibits.all():
            address = reverse("evidence:exhibit", args=[case.number, exhibit.uid])
            assert client.get(address).status_code == 200

    def test_record_of_what_is_only_due_is_none(
        self, scene: Scene, case: Case, exhibit: Exhibit, sign_in: SignIn
    ) -> None:
        self.announced(scene, case)
        row = Deletion.objects.get()
        answer = sign_in("zhoumin").get(reverse("vault:deletion", args=[row.uid]))
        assert answer.status_code == 404

    def test_photo_of_a_task_says_that_it_is_gone(
        self, scene: Scene, sign_in: SignIn
    ) -> None:
        """A row outside of the vault names the bytes; its link is no error of ours."""
        case = scene.incident().case
        task = Task.objects.filter(case=case, role_key="guard").first()
        assert task is not None
        taken = cases.add_task_photo(
            task=task, chunks=[JPEG], by=scene.guard, at=scene.at
        )
        ended(case, at=scene.at)
        pass_period(scene.at, ORDINARY)

        answer = sign_in("zhoumin").get(
            reverse("cases:photo", args=[case.number, taken.uid])
        )
        assert answer.status_code == 404


class TestPeriods:
    def test_are_looked_at_and_then_changed(
        self, scene: Scene, case: Case, exhibit: Exhibit, sign_in: SignIn
    ) -> None:
        ended(case, at=scene.at - 400 * DAY)
        client = sign_in("hetao")
        where = reverse("vault:period", args=[scene.site.code, "ordinary"])

        page = text(client.get(where, {"days": 365}))
        assert "会多删除" in page
        assert "短于建议" in page
        assert not RetentionRule.objects.exists()
        for days in ("29", "0", "-5", "999999", "x", ""):
            assert client.post(where, {"days": days}).status_code == 422
        assert client.post(where, {"days": 365}).status_code == 302

        assert RetentionRule.objects.get().days == 365
        entry = Entry.objects.get(kind="evidence.retention_changed")
        assert entry.subject == scene.site.subject
        page = text(client.get(reverse("vault:periods")))
        assert "短于建议" in page
        assert "何涛" in page

    def test_of_an_officer_are_only_read(self, scene: Scene, sign_in: SignIn) -> None:
        client = sign_in("zhoumin")
        assert "《民法典》第188条" in text(client.get(reverse("vault:periods")))
        where = reverse("vault:period", args=[scene.site.code, "ordinary"])
        assert client.post(where, {"days": 365}).status_code == 404
        assert not RetentionRule.objects.exists()

    def test_of_no_class_are_not_found(self, scene: Scene, sign_in: SignIn) -> None:
        where = reverse("vault:period", args=[scene.site.code, "../x"[3:]])
        assert sign_in("hetao").get(where).status_code == 404

    def test_data_of_each_class_is_there(self, scene: Scene) -> None:
        found = {p.retention_class: p.days for p in periods_of(scene.site)}
        assert found == {
            RetentionClass.FALSE_ALARM: 30,
            RetentionClass.ORDINARY: 1096,
            RetentionClass.SERIOUS: 1827,
            RetentionClass.STATEMENT: 1827,
            RetentionClass.REGISTER: 1096,
        }


def test_lists_ask_the_same_for_one_and_for_three(
    scene: Scene, sign_in: SignIn
) -> None:
    case = scene.incident().case
    client = sign_in("hetao")
    counts: dict[str, list[int]] = {}
    for number in range(3):
        one = photo(scene, case, JPEG + bytes([number]))
        hold(scene, case, one)
        if number in {0, 2}:
            for name in ("vault:holds", "evidence:holds"):
                where = reverse(name, args=[case.number] if "evid" in name else [])
                client.get(where)
                with CaptureQueriesContext(connection) as asked:
                    answer = client.get(where)
                assert answer.status_code == 200
                assert case.number in text(answer)
                counts.setdefault(name, []).append(len(asked))
    for name, (one_row, three_rows) in counts.items():
        assert one_row == three_rows, name

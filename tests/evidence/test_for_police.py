"""Statements for the police: somebody besides the packer agreed before they leave (G13)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import override_settings
from django.urls import reverse

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases.models import Case
from anlan.desk.selectors import decisions
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import ExhibitState, Masking, Purpose
from anlan.evidence.models import Exhibit, Package
from anlan.evidence.services import Recipient, packages
from anlan.evidence.verifier import verify
from anlan.notify.enums import ChannelKind
from anlan.notify.models import Delivery
from anlan.play.signing import signer_at_hand
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import ItemKind, ItemState
from anlan.resolution.legal.models import PoliceReport
from anlan.resolution.legal.selectors.police import lists_to_approve
from tests.evidence.footage import filmed
from tests.evidence.told import corrected, frozen
from tests.incidents.story import facts
from tests.pictures import JPEG
from tests.resolution.legal.reported import begun, handed, put
from tests.resolution.planned import legal as counsel
from tests.scene import Scene
from tests.signed_in import SignIn

POLICE = Recipient(
    name="云栖派出所", identity="民警 李强 012345", document_number="云公受字 12 号"
)


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> Iterator[None]:
    changed = {"DATA": tmp_path, "KEYS": tmp_path / "keys", "BACKUP_VAULT": None}
    with override_settings(**changed), signer_at_hand():
        yield


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def paper(scene: Scene, case: Case) -> Exhibit:
    """A statement of the case, as signed."""
    exhibit = frozen(scene, case).exhibit
    assert exhibit
    return exhibit


def listed(scene: Scene, case: Case, *exhibits: Exhibit) -> PoliceReport:
    report = begun(scene, case)
    put(scene, report, ItemKind.WITNESSES, exhibits=exhibits)
    return report


def approved(scene: Scene, report: PoliceReport, **more: Any) -> PoliceReport:
    said: dict[str, Any] = {"by": scene.manager, "at": scene.at, **more}
    return legal.approve_material(report=report, **said)


def ask(scene: Scene, case: Case, *exhibits: Exhibit, **more: Any) -> Package:
    said: dict[str, Any] = {
        "exhibits": exhibits,
        "purpose": Purpose.POLICE,
        "masking": Masking.NONE,
        "recipient": POLICE,
        "acknowledged": "第二块硬盘正在采购",
        "by": counsel(scene),
        "at": scene.at,
        **more,
    }
    return evidence.ask_package(case=case, **said)


class TestOwnReport:
    def test_a_list_that_another_approved_lets_them_leave(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = listed(scene, case, paper)
        with pytest.raises(InvalidInput) as refused:
            ask(scene, case, paper)
        assert (refused.value.source, refused.value.path) == ("G13", "exhibits")
        assert paper.code in str(refused.value)

        approved(scene, report)
        approved(scene, report)  # twice is the same
        package = ask(scene, case, paper)

        assert package.approved_under == report.code
        (entry,) = facts(case, "legal.material_approved")
        assert entry["exhibits"] == 1
        (entry,) = facts(case, "evidence.package_asked")
        assert entry["approved"] == report.code

    def test_the_package_says_who_agreed_and_verifies(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = approved(scene, listed(scene, case, paper))
        package = ask(scene, case, paper)
        assert jobs.make_packages(at=scene.at) == 1
        path = packages.path_of(package)
        with zipfile.ZipFile(path) as archive:
            files = {n.partition("/")[2]: archive.read(n) for n in archive.namelist()}

        for name in ("README.txt", "meta/exhibits.json"):
            words = files[name].decode("utf-8-sig")
            assert report.code in words
            assert paper.code in words
            assert scene.manager.name in words
        assert verify.check(str(path)).exit == 0

    def test_the_packer_does_not_agree_with_themself(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = approved(scene, listed(scene, case, paper), by=counsel(scene))
        with pytest.raises(InvalidInput, match="批准的人不能自己制作") as refused:
            ask(scene, case, paper)
        assert report.code in str(refused.value)
        assert "项目经理、法务、总部督导" in str(refused.value)
        ask(scene, case, paper, by=scene.manager)

    def test_nor_whoever_made_the_list(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = begun(scene, case)
        put(scene, report, ItemKind.WITNESSES, exhibits=[paper], by=scene.manager)
        with pytest.raises(NotAllowed, match="列材料的人") as refused:
            approved(scene, report)
        assert refused.value.source == "G13"
        with pytest.raises(NotAllowed):
            approved(scene, report, by=scene.officer)
        assert approved(scene, report, by=counsel(scene)).approved_by

    @pytest.mark.parametrize("words", ["纸质一份", "另附复印件"])
    def test_nor_after_another_saved_it_again(
        self, scene: Scene, case: Case, paper: Exhibit, words: str
    ) -> None:
        report = begun(scene, case)
        said: dict[str, Any] = {"exhibits": [paper], "words": words}
        put(scene, report, ItemKind.WITNESSES, exhibits=[paper], by=scene.manager)
        put(scene, report, ItemKind.WITNESSES, **said, by=scene.officer)
        assert report.items.get().words == words
        with pytest.raises(NotAllowed, match="列材料的人"):
            approved(scene, report)

        put(scene, report, ItemKind.WITNESSES, state=ItemState.NONE, words="没有")
        put(scene, report, ItemKind.WITNESSES, **said, by=scene.officer)
        assert approved(scene, report).approved_by == scene.manager

    def test_nor_after_another_put_more_beside_it(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = begun(scene, case)
        more = frozen(scene, case).exhibit
        put(scene, report, ItemKind.WITNESSES, exhibits=[paper], by=scene.manager)
        both: dict[str, Any] = {"exhibits": [paper, more], "by": counsel(scene)}
        put(scene, report, ItemKind.WITNESSES, **both)
        for by in (scene.manager, counsel(scene)):
            with pytest.raises(NotAllowed, match="列材料的人"):
                approved(scene, report, by=by)

        put(scene, report, ItemKind.WITNESSES, exhibits=[more])
        put(scene, report, ItemKind.WITNESSES, state=ItemState.NONE, words="没有")
        put(scene, report, ItemKind.WITNESSES, exhibits=[more])
        assert approved(scene, report).approved_by == scene.manager

    def test_a_list_that_changed_is_asked_about_anew(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = approved(scene, listed(scene, case, paper))
        package = ask(scene, case, paper)
        jobs.make_packages(at=scene.at)
        package.refresh_from_db()
        put(scene, report, ItemKind.LETTER)
        put(scene, report, ItemKind.WITNESSES, exhibits=[paper], words="另附复印件")
        evidence.open_package(package=package, by=scene.manager, at=scene.at)
        put(scene, report, ItemKind.LETTER, exhibits=[frozen(scene, case).exhibit])

        with pytest.raises(InvalidInput, match=f"{report.code} 批准后又改过"):
            evidence.open_package(package=package, by=scene.manager, at=scene.at)
        with pytest.raises(Conflict, match="过期"):  # nothing would mend that
            evidence.open_package(
                package=package, by=scene.manager, at=package.expires_at
            )
        report.refresh_from_db()
        approved(scene, report)
        evidence.open_package(package=package, by=scene.manager, at=scene.at)

    def test_what_was_corrected_since_stands_on_no_list(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = approved(scene, listed(scene, case, paper))
        handed(scene, report, gaps="其余次日补交")
        addendum = corrected(scene, paper.statement).exhibit
        with pytest.raises(InvalidInput, match=addendum.code):
            ask(scene, case, paper, addendum, at=scene.at + timedelta(days=1))
        more = approved(scene, listed(scene, case, addendum))
        package = ask(scene, case, paper, addendum, at=scene.at + timedelta(days=1))
        assert package.approved_under == f"{report.code} {more.code}"

    def test_what_was_deleted_since_hides_nothing_from_whoever_approves(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        gone = frozen(scene, case).exhibit
        assert gone
        report = listed(scene, case, paper, gone)
        Exhibit.objects.filter(pk=gone.pk).update(state=ExhibitState.DELETED)

        assert approved(scene, report).approved_by == scene.manager
        (entry,) = facts(case, "legal.material_approved")
        assert entry["exhibits"] == 1

    def test_nothing_is_approved_where_nothing_is_listed(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = begun(scene, case)
        put(scene, report, ItemKind.WITNESSES, state=ItemState.READY)
        with pytest.raises(Conflict):
            approved(scene, report)

    @pytest.mark.parametrize(
        "more",
        [
            {"purpose": Purpose.COURT},
            {"purpose": Purpose.INTERNAL, "recipient": Recipient(name="总部")},
            {"masking": Masking.LIST},
        ],
    )
    def test_others_and_a_mere_list_need_none(
        self, scene: Scene, case: Case, paper: Exhibit, more: dict[str, Any]
    ) -> None:
        assert ask(scene, case, paper, **more).approvals == []

    def test_another_authority_asks_first(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        approved(scene, listed(scene, case, paper))  # for the police, and nobody else
        with pytest.raises(InvalidInput, match="其他国家机关") as refused:
            ask(scene, case, paper, purpose=Purpose.ORGAN)
        assert refused.value.source == "G13"


class TestAsked:
    def test_an_application_that_another_approved_lets_them_leave(
        self, scene: Scene, tmp_path: Path, sign_in: SignIn
    ) -> None:
        film = filmed(scene, tmp_path)
        paper = frozen(scene, film.case).exhibit
        assert paper
        row = film.approved(
            film.police(names_statements=True),
            recordings=[film.recording],
            exhibits=[paper],
        )
        said: dict[str, Any] = {"application": row, "acknowledged": "备份硬盘次日到货"}
        packer = counsel(scene)
        assert row.decided_by
        if row.decided_by == packer:
            packer = scene.manager

        with pytest.raises(InvalidInput, match="批准的人不能自己制作") as refused:
            evidence.make_release(**said, by=row.decided_by, at=film.at)
        assert refused.value.source == "G13"
        there = reverse("footage:application", args=[row.uid])
        making = reverse("footage:release", args=[row.uid])
        with time_machine.travel(film.at, tick=False):
            own = sign_in(row.decided_by.username).get(there).content.decode()
            others = sign_in(packer.username).get(there).content.decode()
        assert (making in own, making in others) == (False, True)
        assert "里面有情况说明：批准的人不能自己制作" in own
        package = evidence.make_release(**said, by=packer, at=film.at)

        assert package.approved_under == row.number


class TestOnPages:
    def test_from_the_list_to_the_package(
        self, scene: Scene, case: Case, paper: Exhibit, sign_in: SignIn
    ) -> None:
        report = listed(scene, case, paper)
        lawyer, manager = sign_in(counsel(scene).username), sign_in("hetao")
        new = reverse("evidence:package_addition", args=[case.number])
        form = {
            "request_id": uuid4(),
            "purpose": "police",
            "recipient": "云栖派出所",
            "identity": "民警 李强 012345",
            "document_number": "云公受字 12 号",
            "exhibits": [paper.uid],
            "masking": "none",
            "acknowledged": "第二块硬盘正在采购",
            "days": 30,
        }
        refused = lawyer.post(new, form)
        assert refused.status_code == 422
        assert "由另一人批准清单" in refused.content.decode()

        there = reverse("legal:police_report", args=[case.number, report.uid])
        approval = reverse("legal:police_approval", args=[case.number, report.uid])
        assert approval in manager.get(there).content.decode()
        assert approval not in sign_in("zhoumin").get(there).content.decode()
        sheet = manager.get(approval).content.decode()
        assert paper.code in sheet
        assert "没有别人能制作" not in sheet
        others = User.objects.filter(username__in=["guoxin", "chenlu"])
        others.update(is_active=False)
        assert "没有别人能制作" in manager.get(approval).content.decode()
        others.update(is_active=True)
        assert sign_in("zhoumin").get(approval).status_code == 403
        assert manager.post(approval).status_code == 302
        assert "清单由" in manager.get(there).content.decode()

        assert lawyer.post(new, form).status_code == 302
        package = Package.objects.get()
        page = lawyer.get(
            reverse("evidence:package", args=[case.number, package.uid])
        ).content.decode()
        assert report.code in page


class TestListThatWaits:
    """Whoever may approve it hears of it, and finds it on the first page."""

    def told(self) -> list[str]:
        sent = Delivery.objects.filter(
            message__kind="legal.list_waits", kind=ChannelKind.INAPP
        )
        return sorted(sent.values_list("user__username", flat=True))

    def test_who_may_approve_is_told_once_for_a_list(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = listed(scene, case, paper)
        put(scene, report, ItemKind.IDENTITY, words="都带来")

        told = self.told()

        assert scene.manager.username in told
        assert counsel(scene).username in told
        assert scene.officer.username not in told
        assert len(told) == len(set(told))

    def test_a_list_that_changed_after_the_approval_waits_again(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = approved(scene, listed(scene, case, paper))
        before = len(self.told())

        put(scene, report, ItemKind.IDENTITY, words="都带来")  # no other evidence
        assert len(self.told()) == before
        photo = evidence.add_file(
            case=case, chunks=[JPEG], by=scene.officer, at=scene.at
        )
        put(scene, report, ItemKind.LETTER, exhibits=[photo])

        assert before > 0
        assert len(self.told()) == 2 * before

    def test_a_list_without_statements_waits_for_nobody(
        self, scene: Scene, case: Case
    ) -> None:
        report = begun(scene, case)
        put(scene, report, ItemKind.WITNESSES, words="没有写下来")

        assert self.told() == []
        assert lists_to_approve(scene.manager) == []

    def test_it_stands_on_the_first_page_until_it_is_approved(
        self, scene: Scene, case: Case, paper: Exhibit
    ) -> None:
        report = listed(scene, case, paper)

        assert lists_to_approve(scene.manager) == [report]
        assert [one.title for one in decisions(scene.manager)] == ["报案材料清单待批准"]
        assert decisions(scene.officer) == []  # who made it

        approved(scene, report)

        assert lists_to_approve(scene.manager) == []

"""Packages: asked for, made once whatever happens, given out on the record, run out."""

from __future__ import annotations

import errno
import json
import shlex
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import typst
from django.test import override_settings
from pydantic import SecretStr

from anlan.base import stores
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.typeset import typeset
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.customers import services as customers
from anlan.evidence import jobs, messages
from anlan.evidence import services as evidence
from anlan.evidence.enums import (
    CheckKind,
    CopyState,
    ExhibitKind,
    Failure,
    Gap,
    Masking,
    PackageState,
    Purpose,
    Scan,
)
from anlan.evidence.models import (
    Blob,
    CheckTurn,
    Copy,
    Exhibit,
    Package,
    PackageWithdrawal,
)
from anlan.evidence.packaging import bag as bags
from anlan.evidence.packaging import papers as papers_module
from anlan.evidence.selectors import every_exhibit_of
from anlan.evidence.selectors.packages import VERSION, facts_of
from anlan.evidence.services import Recipient, making, opening, packages
from anlan.evidence.verifier import verify
from anlan.ledger.models import Departure, Entry
from anlan.ledger.signer import keys
from anlan.ledger.signer.revocations import revoke
from anlan.ledger.verify import verify as verify_ledger
from anlan.notify.models import Message
from anlan.play.pictures import picture
from anlan.play.signing import signer_at_hand
from tests.evidence import masks
from tests.evidence.damages import flip_a_bit
from tests.evidence.objects import both, umbrella
from tests.evidence.packages import package_facts
from tests.evidence.second_checker import is_intact
from tests.ledger.stampers import Stamper, listening
from tests.moment import AT
from tests.scene import Scene

POLICE = Recipient(
    name="云栖派出所",
    identity="民警 李强 012345",
    document_number="云公（治）调证字〔2026〕12 号",
)
SIGNATURE = (
    "openssl pkeyutl -verify -rawin -pubin -inkey signature/site.pub.pem"
    " -sigfile signature/tagmanifest.sig -in tagmanifest-sha256.txt"
)
CANARY = "CANARY-OF-ANOTHER-CASE"


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> Iterator[None]:
    """Every test has an installation of its own: keys, vault and packages."""
    changed = {"DATA": tmp_path, "KEYS": tmp_path / "keys", "BACKUP_VAULT": None}
    with override_settings(**changed), signer_at_hand():
        yield


@pytest.fixture
def case(scene: Scene) -> Case:
    """A case with a photo, a thing in a sealed bag, and another case beside it."""
    other = scene.incident(words=CANARY, place=scene.place("园区 南门")).case
    add(scene, other, title=CANARY, seed=9)
    case = scene.incident().case
    add(scene, case)
    umbrella(scene, case)
    return case


def add(scene: Scene, case: Case, *, title: str = "车库照片", seed: int = 1) -> Exhibit:
    return evidence.add_file(
        case=case,
        chunks=[picture(seed)],
        title=title,
        file_name=f"{title}.jpg",
        how="值班手机拍摄",
        by=scene.officer,
        at=scene.at,
    )


def ask(scene: Scene, case: Case, **more: Any) -> Package:
    said: dict[str, Any] = {
        "exhibits": every_exhibit_of(case),
        "purpose": Purpose.POLICE,
        "masking": Masking.NONE,
        "recipient": POLICE,
        "acknowledged": "第二块硬盘正在采购",
        "by": scene.manager,
        "at": scene.at,
        **more,
    }
    return evidence.ask_package(case=case, **said)


def made(scene: Scene, case: Case, **more: Any) -> Package:
    package = ask(scene, case, **more)
    assert jobs.make_packages(at=package.asked_at) == 1
    package.refresh_from_db()
    return package


def contents(package: Package) -> dict[str, bytes]:
    with zipfile.ZipFile(packages.path_of(package)) as archive:
        return {n.partition("/")[2]: archive.read(n) for n in archive.namelist()}


def entries(kind: str) -> list[dict[str, Any]]:
    found = Entry.objects.filter(kind=kind).order_by("seq")
    return [json.loads(bytes(entry.data or b"{}")) for entry in found]


def test_package_verifies(scene: Scene, case: Case) -> None:
    package = made(scene, case)
    path = packages.path_of(package)

    found = verify.check(str(path), package.fingerprint)

    assert [code for code, _place, _words in found.all] == [
        "files",
        "signed",
        "state",
        "entries",
        "case",
        "listed",
        "no-stamp",
    ]
    said = {code: words for code, _place, words in found.all}
    assert said["case"].endswith(f": {case.subject}")
    assert package.state == PackageState.READY
    assert package.size == path.stat().st_size
    assert package.sha256 == stores.digest_of(path)
    assert path.stat().st_mode & 0o777 == 0o440
    assert entries("evidence.package_made")[0]["sha256"] == package.sha256
    assert verify_ledger().is_sound


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(seconds=-1)])
def test_step_behind_the_request_is_not_in_it_whatever_its_clock_says(
    scene: Scene, case: Case, wait: timedelta
) -> None:
    """Two requests at a time: the lock of the case says which was first, not ``at``."""
    thing = case.exhibits.get(kind=ExhibitKind.OBJECT)
    at = scene.at + timedelta(minutes=5)
    package = ask(scene, case, at=at)
    evidence.move(
        exhibit=thing, kept_where="法务部柜子", by=scene.officer, at=at + wait
    )
    assert jobs.make_packages(at=at) == 1
    package.refresh_from_db()

    found = verify.check(str(packages.path_of(package)), package.fingerprint)

    assert found.exit == 0
    exhibits = json.loads(contents(package)["meta/exhibits.json"])["exhibits"]
    assert [len(one["steps"]) for one in exhibits] == [0, 1]


def test_step_before_the_request_is_in_it_whatever_its_clock_says(
    scene: Scene, case: Case
) -> None:
    thing = case.exhibits.get(kind=ExhibitKind.OBJECT)
    at = scene.at + timedelta(minutes=5)
    evidence.hand_over(
        exhibit=thing,
        receiver=scene.manager,
        signed=both(),
        by=scene.officer,
        at=at + timedelta(seconds=1),
    )

    package = made(scene, case, at=at)

    names = [name for name in contents(package) if name.startswith("data/E-0002")]
    assert names == ["data/E-0002.step-2-giver.png", "data/E-0002.step-2-receiver.png"]
    assert verify.check(str(packages.path_of(package))).exit == 0


def withdraw(scene: Scene, package: Package, **more: Any) -> PackageWithdrawal:
    said: dict[str, Any] = {
        "reason": "E-0001 遮盖不全",
        "by": scene.manager,
        "at": scene.at + timedelta(minutes=5),
        **more,
    }
    return evidence.withdraw_package(package=package, **said)


class TestWithdrawal:
    def test_next_package_tells_who_has_the_old_one(
        self, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        old = made(scene, case)
        kept = tmp_path / "kept.zip"
        kept.write_bytes(packages.path_of(old).read_bytes())
        new = made(scene, case, at=scene.at + timedelta(minutes=1))

        withdraw(scene, old, replacement=new)

        later = scene.at + timedelta(minutes=6)
        third = made(scene, case, at=later)
        (row,) = json.loads(contents(third)["meta/withdrawn.json"])["packages"]
        assert (row["package"], row["code"]) == (str(old.uid), "P-01")
        assert (row["sha256"], row["replaced_by"]) == (old.sha256, str(new.uid))
        assert row["reason"] == "E-0001 遮盖不全"
        assert "meta/withdrawn.json" not in contents(new)
        paths = {p: str(packages.path_of(p)) for p in (new, third)}
        assert verify.check(str(kept), later=paths[third]).exit == 3
        assert verify.check(paths[new], later=paths[third]).exit == 0
        assert verify.check(paths[third], third.fingerprint).exit == 0
        assert verify_ledger().is_sound

    def test_is_shown_by_a_package_under_the_next_key(
        self, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        own = {"SIGNER": tmp_path / "own", "SIGNER_SOCKET": tmp_path / "own.sock"}
        with override_settings(**own), signer_at_hand():
            old = made(scene, case)
            kept = tmp_path / "kept.zip"
            kept.write_bytes(packages.path_of(old).read_bytes())
            withdraw(scene, old)
            keys.rotate(tmp_path / "own")
            new = made(scene, case, at=scene.at + timedelta(minutes=6))

        assert "" != new.fingerprint != old.fingerprint
        path = str(packages.path_of(new))
        assert verify.check(path, new.fingerprint).exit == 0
        assert verify.check(str(kept), old.fingerprint, later=path).exit == 3
        assert is_intact(packages.path_of(new).read_bytes())

    def test_package_of_a_key_that_was_revoked_is_proven_by_the_next(
        self, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        own = {"SIGNER": tmp_path / "own", "SIGNER_SOCKET": tmp_path / "own.sock"}
        with override_settings(**own), signer_at_hand():
            old = made(scene, case)
            revoke(tmp_path / "own", reason="备份盘失窃", seconds=1_795_400_000)
            new = made(scene, case, at=scene.at + timedelta(minutes=6))

        (row,) = json.loads(contents(new)["meta/keys.json"])["revocations"]
        assert (row["reason"], list(row["paths"])) == ("备份盘失窃", [])
        path, kept = (str(packages.path_of(one)) for one in (new, old))
        assert verify.check(path, new.fingerprint).exit == 0
        assert is_intact(packages.path_of(new).read_bytes())
        found = verify.check(kept, new.fingerprint, later=path)
        assert ("continued", "--later") in {one[:2] for one in found.all}
        assert found.exit == 0
        (tmp_path / "keys.json").write_bytes(contents(new)["meta/keys.json"])
        more = {"keys": str(tmp_path / "keys.json")}
        assert verify.check(kept, new.fingerprint, **more).exit == 0
        assert verify.check(kept, old.fingerprint, **more).exit == 2
        assert verify_ledger().is_sound

    def test_is_given_to_nobody_any_more(self, scene: Scene, case: Case) -> None:
        package = made(scene, case)
        path = packages.path_of(package)

        withdraw(scene, package)

        package.refresh_from_db()
        at = scene.at + timedelta(minutes=6)
        assert package.state == PackageState.WITHDRAWN
        with pytest.raises(Conflict, match="已撤回"):
            evidence.open_package(package=package, by=scene.manager, at=at)
        assert jobs.next_package_expiry() is not None
        jobs.expire_packages(at=at)
        assert not path.exists()
        assert entries("evidence.package_expired") == []
        (fact,) = entries("evidence.package_withdrawn")
        assert (fact["code"], fact["sha256"]) == ("P-01", package.sha256)
        assert "遮盖" not in json.dumps(fact, ensure_ascii=False)

    def test_one_that_ran_out_may_still_be_in_somebodys_hands(
        self, scene: Scene, case: Case
    ) -> None:
        package = made(scene, case)
        jobs.expire_packages(at=scene.at + timedelta(days=31))
        at = scene.at + timedelta(days=32)

        withdraw(scene, package, at=at)

        assert Package.objects.get().state == PackageState.WITHDRAWN

    def test_why_is_for_whoever_has_it(self, scene: Scene, case: Case) -> None:
        withdraw(scene, made(scene, case))
        more = {"masking": Masking.LIST, "purpose": Purpose.PARTY}
        other = Recipient(name="陆远航")

        at = scene.at + timedelta(minutes=6)
        package = made(scene, case, recipient=other, at=at, **more)

        (row,) = json.loads(contents(package)["meta/withdrawn.json"])["packages"]
        assert row["reason"] == ""
        whole = b"".join(contents(package).values())
        assert "遮盖不全".encode() not in whole
        assert "云栖派出所".encode() not in whole

    def test_of_another_case_is_not_told(self, scene: Scene, case: Case) -> None:
        other = scene.incident(place=scene.place("园区 南门")).case
        add(scene, other, seed=5)
        withdraw(scene, made(scene, other))

        at = scene.at + timedelta(minutes=6)
        assert "meta/withdrawn.json" not in contents(made(scene, case, at=at))

    def test_needs_a_reason_and_once_is_enough(self, scene: Scene, case: Case) -> None:
        package = made(scene, case)
        with pytest.raises(InvalidInput, match="请写明为什么撤回"):
            withdraw(scene, package, reason=" ")
        with pytest.raises(InvalidInput) as refused:
            withdraw(scene, package, replacement=package)
        assert refused.value.path == "replacement"
        key = uuid4()
        first = withdraw(scene, package, request_id=key)

        assert withdraw(scene, package, request_id=key) == first
        with pytest.raises(Conflict, match="不能撤回"):
            withdraw(scene, package)
        assert len(entries("evidence.package_withdrawn")) == 1

    def test_what_was_not_made_cannot_be(self, scene: Scene, case: Case) -> None:
        package = ask(scene, case)

        with pytest.raises(Conflict, match="正在制作，不能撤回"):
            withdraw(scene, package)

    def test_by_who_may_make_one_alone(self, scene: Scene, case: Case) -> None:
        with pytest.raises(NotAllowed):
            withdraw(scene, made(scene, case), by=scene.officer)


class TestReadMe:
    def words(self, **more: Any) -> str:
        return papers_module.readme(package_facts(**more))

    def test_is_read_by_an_old_notepad(self) -> None:
        content = papers_module.papers(package_facts())["README.txt"]

        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\n") == content.count(b"\r\n") > 30

    def test_says_how_on_windows(self) -> None:
        words = self.words()

        assert "py verify.py YQ-IN-20261123-001-P-01.zip" in words
        assert "Get-FileHash -LiteralPath $name" in words
        assert "{{" not in words

    def test_a_copy_that_is_masked_is_no_original(self) -> None:
        photo, *others = package_facts().exhibits
        copy = replace(
            photo, code="E-0009", file="data/E-0009.jpg", derived_from="E-0001"
        )

        words = self.words(exhibits=[photo, copy, *others])

        assert "不是原件的：E-0009（原件 E-0001）" in words
        assert "不是原件的" not in self.words()

    def test_without_files_it_speaks_of_none(self) -> None:
        exhibits = [
            replace(one, file="", parts=(), steps=())
            for one in package_facts().exhibits
        ]

        words = self.words(exhibits=exhibits)

        assert "没有：本包只给清单与证明" in words
        assert "part-00001" not in words
        assert "part-00001" in self.words()


def test_day_in_the_bag_is_the_one_of_here(scene: Scene, case: Case) -> None:
    before_dawn = (scene.at + timedelta(days=1)).replace(hour=17)  # UTC

    package = made(scene, case, at=before_dawn)

    info = contents(package)["bag-info.txt"].decode()
    assert f"Bagging-Date: {local_day(before_dawn)}\n" in info
    assert local_day(before_dawn) != before_dawn.date()


@pytest.mark.parametrize("paper", ["exhibit-list", "provenance", "custody"])
def test_every_page_says_for_whom_it_is(
    paper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Across the page and at its foot: with another recipient each page looks different."""
    compiled: Any = typst.compile
    drawn: list[list[bytes]] = []

    def draw(*source: Any, **more: Any) -> bytes:
        pages = compiled(*source, format="svg", **more)
        drawn.append(pages if isinstance(pages, list) else [pages])
        return b""

    monkeypatch.setattr(typst, "compile", draw)
    facts = package_facts(exhibits=[*package_facts().exhibits] * 30)
    for restriction in ("仅供 甲", "仅供 乙"):
        said = papers_module._printed(facts) | {"watermark": restriction}
        typeset(papers_module._FOLDER / f"{paper}.typ", said, at=facts.made_at)
    one, other = drawn

    assert facts.watermark == "仅供 云栖派出所 用于报案  YQ-IN-20261123-001 P-01"
    assert len(one) == len(other) > 1
    assert all(page != again for page, again in zip(one, other, strict=True))


def test_standard_tools_verify_it(scene: Scene, case: Case, tmp_path: Path) -> None:
    package = made(scene, case)
    with zipfile.ZipFile(packages.path_of(package)) as archive:
        archive.extractall(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()

    commands = [
        "sha256sum --strict -c manifest-sha256.txt tagmanifest-sha256.txt",
        SIGNATURE,
        "python3 verify.py",
    ]
    answers = [
        subprocess.run(
            shlex.split(command), cwd=folder, check=False, capture_output=True
        )
        for command in commands
    ]

    assert [answer.returncode for answer in answers] == [0, 0, 0]
    assert folder.name == f"{case.number}-P-01"


class TestTimeStamps:
    def test_openssl_and_verify_read_the_stamp(
        self, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        with stamped_by(Stamper(tmp_path / "authority")):
            package = made(scene, case)
        with zipfile.ZipFile(packages.path_of(package)) as archive:
            archive.extractall(tmp_path / "out")
        (folder,) = (tmp_path / "out").iterdir()
        command = next(
            line.split("     ")[0].strip()
            for line in (folder / "README.txt").read_text("utf-8").splitlines()
            if "openssl ts -verify" in line
        )

        answers = [
            subprocess.run(
                shlex.split(command), cwd=folder, check=False, capture_output=True
            )
            for command in (command, "python3 verify.py")
        ]

        assert [answer.returncode for answer in answers] == [0, 0]
        assert "时间戳有效 / the time stamp holds: " in answers[1].stdout.decode()
        assert is_intact(packages.path_of(package).read_bytes())

    def test_without_the_own_certificate_in_the_token(
        self, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        stamper = Stamper(tmp_path / "authority")
        with stamped_by(stamper, stamper.known):
            package = made(scene, case)

        found = verify.check(str(packages.path_of(package)))

        assert found.exit == 0
        assert "stamped" in {code for code, _place, _words in found.all}

    def test_paper_names_the_clock(
        self, scene: Scene, case: Case, tmp_path: Path, printed: list[dict[str, Any]]
    ) -> None:
        with stamped_by(Stamper(tmp_path / "authority")):
            made(scene, case)

        assert printed[0]["stamp"].startswith("Test clock，20")

    def test_authority_that_is_away_holds_up_nothing(
        self, scene: Scene, case: Case, tmp_path: Path, printed: list[dict[str, Any]]
    ) -> None:
        with stamped_by(Stamper(tmp_path / "authority")) as settings:
            settings["TSA_URL"] = SecretStr("http://127.0.0.1:1/")
            with override_settings(**settings):
                package = made(scene, case)

        assert package.state == PackageState.READY
        assert printed[0]["stamp"] == ""
        assert "ledger/checkpoint.tsr" not in contents(package)

    def test_same_bytes_with_it(self, scene: Scene, case: Case, tmp_path: Path) -> None:
        with stamped_by(Stamper(tmp_path / "authority")):
            package = made(scene, case)
            before = packages.path_of(package).read_bytes()
            Package.objects.filter(pk=package.pk).update(
                state=PackageState.MAKING, made_at=None, size=None, sha256=""
            )
            jobs.make_packages(at=scene.at + timedelta(hours=3))

        assert packages.path_of(package).read_bytes() == before

    @pytest.fixture
    def printed(self, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        """What the papers were made from."""
        seen: list[dict[str, Any]] = []

        def watched(path: Path, data: dict[str, Any], **more: Any) -> Any:
            seen.append(data)
            return typeset(path, data, **more)

        monkeypatch.setattr(papers_module, "typeset", watched)
        return seen


@contextmanager
def stamped_by(
    stamper: Stamper, certificates: Path | None = None
) -> Iterator[dict[str, Any]]:
    """An authority is set, and answers; yields the settings."""
    with listening(stamper) as address:
        changed: dict[str, Any] = {
            "TSA_URL": SecretStr(address),
            "TSA_CERTIFICATES": certificates or stamper.root,
        }
        with override_settings(**changed):
            yield changed


def test_same_request_gives_the_same_bytes(scene: Scene, case: Case) -> None:
    package = made(scene, case)
    before = packages.path_of(package).read_bytes()
    add(scene, case, title="后来的照片", seed=5)  # is not in it

    Package.objects.filter(pk=package.pk).update(
        state=PackageState.MAKING, made_at=None, size=None, sha256=""
    )
    jobs.make_packages(at=scene.at + timedelta(hours=3))

    assert packages.path_of(package).read_bytes() == before


def test_nothing_of_another_case_is_in_it(scene: Scene, case: Case) -> None:
    package = made(scene, case)
    other = Case.objects.exclude(pk=case.pk).get()

    whole = packages.path_of(package).read_bytes()

    for canary in (CANARY, str(other.uid), other.number):
        assert canary.encode() not in whole
    assert str(case.uid).encode() in whole


def test_no_risk_marker_of_its_people_is_in_it(scene: Scene, case: Case) -> None:
    """Neither its words nor that there is one (G27)."""
    them = cases.add_customer(
        case=case,
        name="陆一航",
        phone="19900000123",
        roles=["aggressor"],
        by=scene.officer,
        at=scene.at,
    )
    assert them.person is not None
    today = local_day(scene.at)
    marker = customers.set_marker(
        person=them.person,
        site=scene.site,
        advice=f"{CANARY}，两人同行",
        reason=f"{CANARY}，推倒门卫",
        review_on=today + timedelta(days=60),
        expires_on=today + timedelta(days=90),
        told_on=today,
        case_number=case.number,
        by=scene.manager,
        at=scene.at,
    )

    package = made(scene, case)

    for kept in contents(package).values():
        for canary in (CANARY, str(marker.uid), "customers.marker"):
            assert canary.encode() not in kept


def test_facts_that_are_not_about_the_exhibits_are_withheld(
    scene: Scene, case: Case
) -> None:
    first, second = every_exhibit_of(case)
    package = made(scene, case, exhibits=[first])

    rows = [
        json.loads(line)
        for line in contents(package)["ledger/events.jsonl"].splitlines()
    ]
    disclosed = {json.loads(row["body"])["object"] for row in rows if row["data"]}
    withheld = {
        json.loads(row["body"]).get("object") for row in rows if not row["data"]
    }

    assert disclosed == {first.key, package.key}
    assert second.key in withheld
    assert len(withheld) > 2
    assert b"data/E-0002" not in contents(package)["manifest-sha256.txt"]


def test_party_gets_list_and_proofs_alone(scene: Scene, case: Case) -> None:
    package = made(
        scene,
        case,
        purpose=Purpose.PARTY,
        masking=Masking.LIST,
        recipient=Recipient(name="当事人"),
        acknowledged="",
    )
    files = contents(package)
    whole = b"".join(files.values())

    assert not [name for name in files if name.startswith("data/")]
    assert verify.check(str(packages.path_of(package))).exit == 0
    for word in ("车库照片", "黑色长柄伞", "值班手机拍摄", scene.officer.name):
        assert word.encode() not in whole
    assert all(json.loads(r)["data"] for r in files["ledger/events.jsonl"].splitlines())


def test_masked_words_stay_here(scene: Scene, case: Case) -> None:
    package = made(scene, case, masking=Masking.WORDS)
    files = contents(package)

    assert "data/E-0001.jpg" in files
    said = files["meta/exhibits.json"] + files["documents/exhibit-list.csv"]
    for word in ("车库照片", "黑色长柄伞", "值班手机拍摄", scene.officer.name):
        assert word.encode() not in said
    assert verify.check(str(packages.path_of(package))).exit == 0


@pytest.mark.parametrize("purpose", [Purpose.PARTY, Purpose.INSURER])
@pytest.mark.parametrize("masking", [Masking.NONE, Masking.WORDS])
def test_originals_go_to_police_and_courts_alone(
    scene: Scene, case: Case, purpose: Purpose, masking: Masking
) -> None:
    with pytest.raises(InvalidInput, match="原件只交"):
        ask(scene, case, purpose=purpose, masking=masking)


@pytest.mark.parametrize("missing", ["identity", "document_number", "name"])
def test_authority_says_who_and_by_which_paper(
    scene: Scene, case: Case, missing: str
) -> None:
    said = {**vars(POLICE), missing: "  "}

    with pytest.raises(InvalidInput) as refusal:
        ask(scene, case, recipient=Recipient(**said))

    assert refusal.value.path == ("recipient" if missing == "name" else missing)


def test_what_is_not_ready_is_acknowledged(scene: Scene, case: Case) -> None:
    with pytest.raises(InvalidInput, match="还有不齐备的地方") as refusal:
        ask(scene, case, acknowledged=" ")
    assert refusal.value.path == "acknowledged"

    evidence.check_seal(
        exhibit=every_exhibit_of(case)[1],
        is_whole=False,
        words="封口裂开",
        by=scene.officer,
        at=scene.at,
    )
    package = ask(scene, case)

    assert package.known_gaps == [
        (Gap.ONE_DISK, ["E-0001"]),
        (Gap.BROKEN_SEAL, ["E-0002"]),
    ]
    assert entries("evidence.package_asked")[0]["gaps"] == 2


def test_what_the_machine_cannot_tell_of_its_disks_is_said(
    scene: Scene, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "disks", lambda: stores.Disks.UNKNOWN)
    package = ask(scene, case)

    assert package.known_gaps == [(Gap.DISKS_UNKNOWN, ["E-0001"])]
    system = facts_of(package).system
    assert (system.share_a_disk, system.are_disks_known) == (False, False)


def test_malware_is_handed_on_only_by_who_says_that_they_know(
    scene: Scene, case: Case
) -> None:
    photo = every_exhibit_of(case)[0]
    Blob.objects.filter(pk=photo.file.pk).update(scan=Scan.INFECTED)

    package = made(scene, case, exhibits=[photo])

    assert (Gap.INFECTED, ["E-0001"]) in package.known_gaps
    with pytest.raises(InvalidInput, match="还有不齐备的地方"):
        ask(scene, case, exhibits=[photo], purpose=Purpose.INTERNAL, acknowledged="")


def test_only_exhibits_of_the_case(scene: Scene, case: Case) -> None:
    other = Exhibit.objects.exclude(case=case).get()
    for chosen in ([], [other], [*every_exhibit_of(case), other]):
        with pytest.raises(InvalidInput, match="请选择本案的证据"):
            ask(scene, case, exhibits=chosen)


def test_same_press_twice_is_one_package(scene: Scene, case: Case) -> None:
    request = UUID(int=7)

    first, second = (ask(scene, case, request_id=request) for _n in range(2))

    assert first == second
    with pytest.raises(Conflict):
        ask(scene, case, request_id=request, masking=Masking.WORDS)


@pytest.mark.parametrize("username", ["wangjianguo", "zhoumin", "dingyi", "admin"])
def test_who_may_not_make_one(scene: Scene, case: Case, username: str) -> None:
    with pytest.raises(NotAllowed):
        ask(scene, case, by=scene.person(username))


def test_what_became_protected_is_given_out_by_nobody_who_may_not_see_it(
    scene: Scene, case: Case
) -> None:
    package = made(scene, case)
    photo = package.exhibits.exclude(blob=None).earliest("number")
    photo.protection = "stated"  # of no statement: nobody sees it
    photo.save(update_fields=["protection"])

    with pytest.raises(NotAllowed):
        hand_over(scene, package)
    with pytest.raises(NotAllowed):
        evidence.open_package(package=package, by=scene.person("hetao"), at=scene.at)


def test_papers_name_the_version_of_the_program() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())[
        "project"
    ]

    assert project["version"] == VERSION


def test_disk_that_is_full(
    scene: Scene, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(bags, "write", full)

    package = made(scene, case)

    assert (package.state, package.failure) == (PackageState.FAILED, Failure.NO_ROOM)
    assert list(packages.folder().iterdir()) == []
    assert entries("evidence.package_failed") == [{"code": "P-01", "reason": "no_room"}]


def test_signer_that_is_away_is_waited_for(
    scene: Scene, case: Case, tmp_path: Path
) -> None:
    with override_settings(SIGNER_SOCKET=tmp_path / "nobody.sock"):
        package = made(scene, case)
        assert (package.state, package.tries) == (PackageState.MAKING, 0)
        assert jobs.make_packages(at=scene.at + timedelta(seconds=5)) == 0

    assert jobs.make_packages(at=scene.at + timedelta(seconds=20)) == 1
    package.refresh_from_db()
    assert package.state == PackageState.READY


def test_signer_that_stays_away(scene: Scene, case: Case, tmp_path: Path) -> None:
    package = ask(scene, case)

    with override_settings(SIGNER_SOCKET=tmp_path / "nobody.sock"):
        jobs.make_packages(at=scene.at + timedelta(minutes=11))

    package.refresh_from_db()
    assert (package.state, package.failure) == (PackageState.FAILED, Failure.NO_SEAL)


def test_exhibit_without_a_sound_copy(scene: Scene, case: Case) -> None:
    photo = every_exhibit_of(case)[0]
    for store in stores.folders():
        path = store.path_of(photo.file.sha256)
        path.chmod(0o600)
        path.write_bytes(b"x" * photo.file.size)

    package = made(scene, case)

    assert (package.state, package.failure) == (PackageState.FAILED, Failure.DAMAGED)


def test_second_copy_is_taken_if_the_first_is_damaged(scene: Scene, case: Case) -> None:
    path = stores.primary().path_of(every_exhibit_of(case)[0].file.sha256)
    path.chmod(0o600)
    path.write_bytes(b"x" * path.stat().st_size)

    package = made(scene, case)

    assert verify.check(str(packages.path_of(package))).exit == 0


class TestLargeFileThatWasAltered:
    """By its size it is whole: that it is not is seen while the package is written."""

    @pytest.fixture(autouse=True)
    def _altered(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(opening, "VERIFIED_BYTES", 16)
        every = CheckKind.DEEP, CheckKind.QUICK
        for kind in every:
            CheckTurn.objects.create(kind=kind, due_at=AT + timedelta(hours=1))
        Copy.objects.update(due_at=AT + timedelta(days=6))
        flip_a_bit(stores.primary().path_of(self.digest(case)))

    def digest(self, case: Case) -> str:
        return every_exhibit_of(case)[0].file.sha256

    def test_damage_is_told_and_the_good_copy_taken(
        self, scene: Scene, case: Case
    ) -> None:
        package = made(scene, case)
        assert package.state == PackageState.MAKING

        jobs.check_deep(at=scene.at + timedelta(seconds=10))
        corrupt = Copy.objects.get(state=CopyState.CORRUPT)
        assert (corrupt.store, corrupt.blob.sha256) == ("primary", self.digest(case))
        assert Message.objects.filter(kind=messages.DAMAGED).exists()
        assert jobs.make_packages(at=scene.at + timedelta(minutes=2)) == 1

        package.refresh_from_db()
        assert package.state == PackageState.READY
        assert verify.check(str(packages.path_of(package))).exit == 0
        assert list(packages.folder().glob("*.part")) == []

    def test_fails_where_nobody_mends_it(self, scene: Scene, case: Case) -> None:
        package = made(scene, case)

        for hours in range(1, 5):
            assert package.state == PackageState.MAKING
            assert jobs.make_packages(at=scene.at + timedelta(hours=2 * hours)) == 1
            package.refresh_from_db()

        assert package.failure == Failure.DAMAGED

    def test_signer_is_waited_for_after_the_copy(
        self, scene: Scene, case: Case, tmp_path: Path
    ) -> None:
        package = made(scene, case)
        for minutes in (2, 8):
            assert jobs.make_packages(at=scene.at + timedelta(minutes=minutes)) == 1

        found = []
        with override_settings(SIGNER_SOCKET=tmp_path / "nobody.sock"):
            for minutes in (25, 32):
                jobs.make_packages(at=scene.at + timedelta(minutes=minutes))
                package.refresh_from_db()
                found.append((package.state, package.failure))

        assert found == [
            (PackageState.MAKING, ""),
            (PackageState.FAILED, Failure.NO_SEAL),
        ]

    def test_another_worker_that_has_it_by_then_is_let_alone(
        self, scene: Scene, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def judged(**_said: object) -> None:
            Package.objects.update(holder="another")

        monkeypatch.setattr(making, "ask_to_judge", judged)

        package = made(scene, case)

        assert (package.state, package.holder) == (PackageState.MAKING, "another")


def test_package_of_a_killed_worker_is_made_by_another(
    scene: Scene, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = ask(scene, case)

    def killed(*_args: object, **_more: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(making, "_publish", killed)
        with pytest.raises(SystemExit):
            jobs.make_packages(at=scene.at)
    left = packages.folder() / f"{package.uid}.0123456789abcdef.part"
    left.write_bytes(b"what kill -9 leaves")
    assert jobs.make_packages(at=scene.at + timedelta(seconds=30)) == 0
    assert jobs.make_packages(at=scene.at + timedelta(minutes=2)) == 1

    package.refresh_from_db()
    assert package.state == PackageState.READY
    assert [path.suffix for path in packages.folder().iterdir()] == [".zip"]


def test_package_that_kills_its_worker_each_time_is_given_up(
    scene: Scene, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_args: object) -> None:
        raise SystemExit

    package = ask(scene, case)
    monkeypatch.setattr(making, "_make", lambda *_args, **_more: killed())
    for minute in range(making.MOST_TRIES):
        with pytest.raises(SystemExit):
            jobs.make_packages(at=scene.at + timedelta(minutes=2 * minute))
    jobs.make_packages(at=scene.at + timedelta(hours=1))

    package.refresh_from_db()
    assert (package.state, package.failure) == (PackageState.FAILED, Failure.BROKEN)


def test_download_is_on_the_record_before_it_begins(scene: Scene, case: Case) -> None:
    package = made(scene, case)

    opened = evidence.open_package(
        package=package, first=10, last=10**12, by=scene.officer, at=scene.at
    )

    assert opened.path == packages.path_of(package)
    assert entries("evidence.package_downloaded") == [
        {
            "code": "P-01",
            "first": 10,
            "last": (package.size or 0) - 1,
            "sha256": package.sha256,
        }
    ]
    with pytest.raises(NotAllowed):
        evidence.open_package(package=package, by=scene.guard, at=scene.at)


def hand_over(scene: Scene, package: Package, **more: Any) -> Any:
    said: dict[str, Any] = {
        "receiver": "李强",
        "identity": "012345",
        "way": "加密 U 盘当面交付",
        "signed": both(),
        "by": scene.officer,
        "at": scene.at,
        **more,
    }
    return evidence.hand_over_package(package=package, **said)


def test_receipt(scene: Scene, case: Case) -> None:
    package = made(scene, case)

    receipt = hand_over(scene, package, request_id=UUID(int=1))
    again = hand_over(scene, package, request_id=UUID(int=1))

    assert receipt == again
    package.refresh_from_db()
    assert package.state == PackageState.HANDED_OVER
    (said,) = entries("evidence.package_handed_over")
    assert said["receiver_digest"] == receipt.digest_of("receiver")
    assert "李强" not in json.dumps(said, ensure_ascii=False)
    assert Departure.objects.get().checkpoint.note == package.checkpoint
    assert verify_ledger().is_sound


@pytest.mark.parametrize("missing", ["receiver", "identity", "way"])
def test_receipt_says_all(scene: Scene, case: Case, missing: str) -> None:
    package = made(scene, case)

    with pytest.raises(InvalidInput) as refusal:
        hand_over(scene, package, **{missing: " "})

    assert refusal.value.path == missing


def test_nothing_to_hand_over_yet(scene: Scene, case: Case) -> None:
    package = ask(scene, case)

    with pytest.raises(Conflict, match="没有文件可以交付"):
        hand_over(scene, package)
    with pytest.raises(Conflict):
        evidence.open_package(package=package, by=scene.officer, at=scene.at)


def test_file_is_removed_when_its_time_runs_out(scene: Scene, case: Case) -> None:
    package = made(scene, case, kept_for=timedelta(days=1))
    path = packages.path_of(package)
    hand_over(scene, package)

    assert jobs.expire_packages(at=scene.at + timedelta(hours=23)) == 0
    assert jobs.next_package_expiry() == package.expires_at
    assert jobs.expire_packages(at=scene.at + timedelta(days=1)) == 1

    package.refresh_from_db()
    assert package.state == PackageState.EXPIRED
    assert not path.exists()
    assert entries("evidence.package_expired") == [
        {"code": "P-01", "sha256": package.sha256}
    ]
    with pytest.raises(Conflict):
        hand_over(scene, package)
    assert jobs.next_package_expiry() is None


def test_file_that_outlived_its_row_is_removed_later(scene: Scene, case: Case) -> None:
    package = made(scene, case)
    Package.objects.update(state=PackageState.EXPIRED)  # killed before the file went

    jobs.expire_packages(at=scene.at)

    assert not packages.path_of(package).exists()


def test_proof_of_an_entry_is_small(scene: Scene, case: Case) -> None:
    package = made(scene, case)
    proofs = json.loads(contents(package)["ledger/proofs.json"])

    most = max(len(json.dumps(path)) for path in proofs["paths"].values())

    levels = proofs["size"].bit_length()
    assert most * 20 / levels < 2048  # at a million entries there are 20 levels


def test_nobody_else_reads_the_folder(scene: Scene, case: Case) -> None:
    made(scene, case)

    assert packages.folder().stat().st_mode & 0o077 == 0


def test_names_stay_out_of_the_record(scene: Scene, case: Case) -> None:
    made(scene, case)

    said = json.dumps(entries("evidence.package_asked"), ensure_ascii=False)

    for word in ("云栖派出所", "李强", "调证字", "采购"):
        assert word not in said


def test_times_are_those_of_the_record(scene: Scene, case: Case, at: datetime) -> None:
    package = made(scene, case)

    with zipfile.ZipFile(packages.path_of(package)) as archive:
        assert {info.date_time for info in archive.infolist()} == {
            (2026, 11, 23, 14, 2, 30)
        }


class TestMaskedCopies:
    """For anybody but police and court they take the place of their originals (G11)."""

    @pytest.fixture
    def copy(self, scene: Scene, case: Case) -> Exhibit:
        original = case.exhibits.get(kind="photo", derived_from=None)
        box = masks.box((0, 10, 10, 40, 40))
        return masks.copy_of(masks.masked(scene, original, {"boxes": [box]}))

    def test_are_in_the_place_of_originals(self, scene, case, copy) -> None:
        internal = made(scene, case, purpose=Purpose.INTERNAL, acknowledged="")

        assert copy in internal.exhibits.all()
        assert copy.derived_from not in internal.exhibits.all()
        listed = json.loads(contents(internal)["meta/exhibits.json"])["exhibits"]
        assert {one["code"]: one.get("derived_from") for one in listed} == {
            "E-0002": None,
            "E-0003": "E-0001",
        }
        assert (
            "打码副本（原件 E-0001）".encode()
            in contents(internal)["documents/exhibit-list.csv"]
        )
        found = verify.check(str(packages.path_of(internal)), internal.fingerprint)
        assert "listed" in [code for code, _place, _words in found.all]

    def test_originals_are_given_for_a_reason(self, scene, case, copy) -> None:
        said: dict[str, Any] = {"purpose": Purpose.INTERNAL, "keeps_originals": True}
        with pytest.raises(InvalidInput, match="写明理由"):
            ask(scene, case, acknowledged="", **said)

        package = ask(scene, case, acknowledged="总部要看原片", **said)

        assert package.exhibits.count() == 3

    def test_the_police_gets_what_was_chosen(self, scene, case, copy) -> None:
        assert ask(scene, case).exhibits.count() == 3

    def test_same_request_again_after_a_copy_was_made(self, scene, case) -> None:
        said: dict[str, Any] = {"purpose": Purpose.INTERNAL, "request_id": uuid4()}
        chosen = list(every_exhibit_of(case))
        first = ask(scene, case, exhibits=chosen, **said)
        masks.masked(scene, chosen[0], {"boxes": [masks.box((0, 10, 10, 40, 40))]})

        assert ask(scene, case, exhibits=chosen, **said) == first

"""Applications for footage: taken in, decided by another, seen, handed over, registered."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django.fixtures import Settings

from anlan import worker
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.evidence import jobs, services
from anlan.evidence.enums import (
    Applicant,
    ApplicationState,
    DerivativeKind,
    FootageWay,
    Keeper,
    Masking,
    PackageState,
    Purpose,
    Reading,
    Source,
    Way,
)
from anlan.evidence.events import ExhibitOpened
from anlan.evidence.models import (
    Derivative,
    Exhibit,
    FootageApplication,
    FootageRequest,
    FootageViewing,
    Package,
    Recording,
    Segment,
    Still,
)
from anlan.evidence.policies import APPLICATION_MOVES
from anlan.evidence.selectors import exhibit_for
from anlan.evidence.selectors.applications import (
    Release,
    application_for,
    beyond_scope,
    has_footage,
    packages_under,
    release_of,
    scope_of,
    story_of_application,
)
from anlan.evidence.selectors.recordings import recordings_shown_by
from anlan.evidence.selectors.register import Wanted, register_page
from anlan.evidence.selectors.retention import keepers_of
from anlan.evidence.services import Officer, Recipient
from anlan.evidence.services.keeping import keep_bytes
from anlan.evidence.services.packages import path_of
from anlan.evidence.services.receiving import take_blob
from anlan.evidence.services.releasing import copy_lines
from anlan.evidence.verifier import verify as verifier
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Message
from anlan.play.signing import signer_at_hand
from tests.at_once import at_once, failures
from tests.evidence import masks
from tests.evidence.footage import MINUTE, Filmed, filmed
from tests.evidence.keeping import ended
from tests.evidence.mutations import files_of, sealed_anew, zip_of
from tests.evidence.objects import both
from tests.evidence.recorders import watched
from tests.evidence.second_checker import is_intact
from tests.evidence.told import frozen
from tests.pictures import JPEG
from tests.scene import Scene
from tests.signed_in import SignIn

DAY = timedelta(days=1)
NONE_LEFT = "来自监控录像机，没有可以登记事由的录像"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.DATA = tmp_path / "data"
    settings.RECORDINGS_ROOTS = [tmp_path]
    with signer_at_hand():
        yield


def page(sign_in: SignIn, exhibit: Exhibit) -> str:
    path = reverse("evidence:exhibit", args=[exhibit.case.number, exhibit.uid])
    return sign_in("hetao").get(path).content.decode()


@pytest.fixture
def film(scene: Scene, tmp_path: Path) -> Filmed:
    return filmed(scene, tmp_path)


@pytest.fixture
def pulled(scene: Scene, tmp_path: Path) -> Filmed:
    """The same with a recorder that is read: its files are no exhibits, their list is."""
    cameras = watched(scene, tmp_path)
    begin = scene.at.replace(second=0)
    cameras.films.record("garage", begin, begin + timedelta(seconds=40))
    case = scene.incident().case
    recording = cameras.ask(case, begin, begin + timedelta(seconds=30))
    cameras.pull(begin + 3 * MINUTE)
    recording = cameras.of(case)
    assert recording.exhibit is not None
    return Filmed(scene, cameras, case, recording, recording.exhibit, begin)


def masked_film(pulled: Filmed, plan: dict[str, Any]) -> Exhibit:
    """Of what can be looked at of the recording, all in one film."""
    officer, at = pulled.scene.officer, pulled.at
    pulled.watched.view(at)
    services.ask_for_footage(
        recording=pulled.recording, reason="核对经过", by=officer, at=at
    )
    (film,) = Derivative.objects.select_related("blob", "recording__exhibit").filter(
        recording=pulled.recording, kind=DerivativeKind.VIEWING, is_current=True
    )
    draft = services.begin_film_redaction(film=film, by=officer, at=at)
    masks.work(pulled.scene)
    draft = masks.drawn(pulled.scene, masks.fresh(draft), plan, at=at)
    services.ask_masked_copy(redaction=draft, version=draft.version, by=officer, at=at)
    masks.work(pulled.scene)
    return masks.copy_of(masks.fresh(draft))


def more_is_saved(pulled: Filmed) -> None:
    """Half a minute more was wanted of the camera, came, and was put on another list."""
    begin, end = pulled.begin, pulled.begin + timedelta(seconds=80)
    pulled.watched.films.record("garage", begin + timedelta(seconds=40), end)
    services.want_recording(
        case=pulled.case,
        camera=pulled.recording.camera,
        wanted_to=begin + timedelta(seconds=70),
        by=pulled.scene.officer,
        at=pulled.at,
    )
    pulled.watched.pull(pulled.at)
    pulled.watched.view(pulled.at)
    before = pulled.recording.exhibit_id
    pulled.recording.refresh_from_db()
    assert pulled.recording.exhibit_id not in {None, before}


def contents(package: Package) -> dict[str, bytes]:
    found = files_of(path_of(package).read_bytes())
    return {name.partition("/")[2]: content for name, content in found.items()}


def facts(kind: str) -> list[dict[str, Any]]:
    found = Entry.objects.filter(kind=f"evidence.{kind}").order_by("seq")
    return [orjson.loads(bytes(entry.data or b"{}")) for entry in found]


def made(film: Filmed, application: FootageApplication, **more: Any) -> Any:
    package = services.make_release(
        application=application,
        acknowledged="第二块硬盘正在采购",
        by=film.scene.manager,
        at=film.at,
        **more,
    )
    jobs.make_packages(at=film.at)
    package.refresh_from_db()
    return package


@pytest.mark.both
class TestTakingIn:
    def test_number_runs_by_site_and_day(self, film: Filmed) -> None:
        day = "20261123"

        assert [film.applied().number for _n in range(2)] == [
            f"YQ-FR-{day}-001",
            f"YQ-FR-{day}-002",
        ]
        later = film.applied(at=film.at + DAY)
        assert later.number == "YQ-FR-20261124-001"

    def test_the_same_request_is_one(self, film: Filmed) -> None:
        once: dict[str, Any] = {"request_id": "0b2d3c52-0f1c-4f0e-9a64-5c1d1c3f9a11"}

        first, again = film.applied(**once), film.applied(**once)

        assert first.pk == again.pk
        assert len(facts("footage_applied")) == 1
        with pytest.raises(Conflict, match="请求编号"):
            film.applied(film.person(purpose="别的"), **once)

    def test_who_decides_is_told_and_not_who_took_it_in(self, film: Filmed) -> None:
        film.applied(by=film.scene.manager)

        (message,) = Message.objects.filter(kind="evidence.footage_asked_for")
        told = {d.user_id for d in message.deliveries.all()}
        assert told
        assert film.scene.manager.pk not in told

    def test_record_and_messages_hold_no_word_of_it(self, film: Filmed) -> None:
        film.applied(film.police(purpose="金丝雀用途"))
        film.applied(film.person(name="金丝雀姓名", purpose="金丝雀用途"))

        text = str([facts(kind) for kind in ("footage_applied", "footage_approved")])
        text += str(list(Message.objects.values_list("params", flat=True)))
        for word in ("金丝雀", "李强", "012345", "云栖派出所", "云公调证字", "246X"):
            assert word not in text
        assert verify().is_sound

    def test_paper_is_kept_as_a_photo_in_the_vault(self, film: Filmed) -> None:
        row = film.applied(film.police(document=[JPEG]))

        assert row.document is not None
        (fact,) = facts("footage_applied")
        assert fact["document"] == row.document.sha256
        with pytest.raises(InvalidInput):
            film.applied(film.police(document=[b"%PDF-1.7 no photo"]))

    def test_without_a_case_it_names_a_place(self, film: Filmed) -> None:
        row = film.applied(case=None, place=film.scene.garage)

        assert row.case is None
        assert Entry.objects.get(kind="evidence.footage_applied").subject.startswith(
            "site:"
        )
        with pytest.raises(InvalidInput, match="地点"):
            film.applied(case=None)
        elsewhere = film.scene.other_site.places.first()
        with pytest.raises(InvalidInput, match="点位"):
            film.applied(case=None, place=elsewhere)

    def test_two_windows(self, film: Filmed) -> None:
        begin = film.begin
        windows = [(begin, begin + MINUTE), (begin + 3 * MINUTE, begin + 4 * MINUTE)]

        row = film.applied(film.person(windows=windows))

        assert row.windows.count() == 2


REFUSED: dict[str, dict[str, Any]] = {
    "one officer": {"officers": (Officer(name="李强", number="012345"),)},
    "the same officer twice": {"officers": (Officer(name="李强", number="0123"),) * 2},
    "five officers": {
        "officers": tuple(Officer(name=f"李{n}", number=f"0123{n}") for n in range(5))
    },
    "officer without a number": {
        "officers": (
            Officer(name="李强", number=""),
            Officer(name="王刚", number="012346"),
        )
    },
    "officer with a line in the name": {
        "officers": (
            Officer(name="李\n强 9", number="012345"),
            Officer(name="王刚", number="012346"),
        )
    },
    "no unit": {"unit": "  "},
    "no document number": {"document_number": ""},
    "no kind of document": {"document_kind": ""},
    "a document that is none": {"document_kind": "love"},
    "a mandate": {"document_kind": "mandate"},
    "whole identity number": {"identity_tail": "440106199001012468"},
    "tail of marks": {"identity_tail": "=1+1"},
    "no purpose": {"purpose": " "},
    "long purpose": {"purpose": "事" * 301},
    "no window": {"windows": []},
}


@pytest.mark.both
@pytest.mark.parametrize("what", REFUSED)
def test_police_without_their_papers_are_not_taken_in(film: Filmed, what: str) -> None:
    with pytest.raises(InvalidInput):
        film.applied(film.police(**REFUSED[what]))

    assert not FootageApplication.objects.exists()
    assert facts("footage_applied") == []


def test_windows_that_cannot_be_are_refused(film: Filmed) -> None:
    begin = film.begin
    for windows in (
        [(begin, begin)],
        [(begin + MINUTE, begin)],
        [(begin, begin + timedelta(days=3))],
        [(film.at + MINUTE, film.at + 2 * MINUTE)],
        [(begin, begin + MINUTE)] * 6,
    ):
        with pytest.raises(InvalidInput):
            film.applied(film.person(windows=windows))


def test_own_staff_only_look(film: Filmed) -> None:
    asked = replace(film.person(), applicant=Applicant.STAFF, wanted=FootageWay.COPY)
    with pytest.raises(InvalidInput, match="只能查阅"):
        film.applied(asked)

    row = film.applied(replace(asked, wanted=FootageWay.VIEW), by=film.scene.officer)

    assert row.colleague == film.scene.officer
    assert row.person is None


@pytest.mark.both
class TestDeciding:
    def test_who_took_it_in_does_not_decide(self, film: Filmed) -> None:
        row = film.applied(by=film.scene.manager)

        for decide in (services.approve_application, services.refuse_application):
            more = (
                {"way": FootageWay.VIEW, "recordings": [film.recording]}
                if decide is services.approve_application
                else {"words": "没有关系"}
            )
            with pytest.raises(NotAllowed, match="另一人"):
                decide(application=row, by=film.scene.manager, at=film.at, **more)
        with pytest.raises(NotAllowed):
            services.approve_application(
                application=row, way=FootageWay.VIEW, by=film.scene.officer, at=film.at
            )

    def test_not_even_past_the_program(self, film: Filmed) -> None:
        row = film.applied(by=film.scene.manager)

        with pytest.raises(IntegrityError), transaction.atomic():
            FootageApplication.objects.filter(pk=row.pk).update(
                decided_by=film.scene.manager, decided_at=film.at
            )

    def test_a_second_decision_is_refused(self, film: Filmed) -> None:
        row = film.approved()

        for again in (
            lambda: services.approve_application(
                application=row, way=FootageWay.VIEW, by=film.scene.manager, at=film.at
            ),
            lambda: services.refuse_application(
                application=row, words="不行", by=film.scene.manager, at=film.at
            ),
        ):
            with pytest.raises(Conflict, match="已批准"):
                again()
        assert len(facts("footage_approved")) == 1

    def test_no_more_than_was_asked_for(self, film: Filmed) -> None:
        """Another way, another camera, another time, another case."""
        row = film.applied()
        with pytest.raises(InvalidInput, match="不能批准复制"):
            services.approve_application(
                application=row,
                way=FootageWay.COPY,
                recordings=[film.recording],
                by=film.scene.manager,
                at=film.at,
            )
        early = film.begin - timedelta(hours=5)
        other_time = film.applied(film.person(windows=[(early, early + MINUTE)]))
        other_camera = film.applied(cameras=[film.watched.camera("CAM-01")])
        for asked in (other_time, other_camera):
            with pytest.raises(InvalidInput, match="R-01"):
                services.approve_application(
                    application=asked,
                    way=FootageWay.VIEW,
                    recordings=[film.recording],
                    by=film.scene.manager,
                    at=film.at,
                )
        other = film.scene.incident(place=film.scene.place("园区 南门")).case
        of_other = film.applied(case=other)
        with pytest.raises(InvalidInput, match="本案"):
            services.approve_application(
                application=of_other,
                way=FootageWay.VIEW,
                recordings=[film.recording],
                by=film.scene.manager,
                at=film.at,
            )

    def test_refusal_needs_a_reason_and_ends_it(self, film: Filmed) -> None:
        row = film.applied()
        with pytest.raises(InvalidInput):
            services.refuse_application(
                application=row, words=" ", by=film.scene.manager, at=film.at
            )

        row = services.refuse_application(
            application=row, words="不是本人", by=film.scene.manager, at=film.at
        )

        assert row.state == ApplicationState.REFUSED
        assert Message.objects.filter(kind="evidence.footage_decided").exists()
        with pytest.raises(Conflict):
            services.begin_viewing(application=row, by=film.scene.officer, at=film.at)

    def test_what_must_come_first(self, film: Filmed) -> None:
        """Each step is tried in each state that does not allow it."""
        scene, at = film.scene, film.at
        steps = {
            ApplicationState.APPROVED: lambda row: services.approve_application(
                application=row, way=FootageWay.VIEW, by=scene.manager, at=at
            ),
            ApplicationState.REFUSED: lambda row: services.refuse_application(
                application=row, words="不行", by=scene.manager, at=at
            ),
            ApplicationState.WITHDRAWN: lambda row: services.withdraw_application(
                application=row, words="不要了", by=scene.guard, at=at
            ),
        }
        for state, following in APPLICATION_MOVES.items():
            for then, step in steps.items():
                if then in following:
                    continue
                row = film.applied()
                FootageApplication.objects.filter(pk=row.pk).update(state=state)
                row.refresh_from_db()
                with pytest.raises(Conflict):
                    step(row)

    def test_withdrawn_is_not_seen_any_more(self, film: Filmed) -> None:
        row = film.approved()

        services.withdraw_application(
            application=row, words="自行和解", by=film.scene.guard, at=film.at
        )

        with pytest.raises(Conflict, match="已撤回"):
            services.begin_viewing(application=row, by=film.scene.officer, at=film.at)


@pytest.mark.both
class TestViewing:
    def test_looks_are_under_the_application_and_end_with_it(
        self, film: Filmed
    ) -> None:
        row = film.approved()
        viewing = services.begin_viewing(
            application=row, by=film.scene.officer, at=film.at
        )

        look = FootageRequest.objects.get(application=row)
        assert look.by == film.scene.officer
        assert row.number in look.reason
        film.watched.view(film.at)
        copy = film.recording.derivatives.exclude(blob=None)[0]
        services.open_footage(
            derivative=copy, by=film.scene.officer, at=film.at + MINUTE
        )
        (segment,) = film.recording.segments.all()
        for take in (
            lambda: services.open_exhibit(
                exhibit=film.exhibit,
                way=Way.DOWNLOADED,
                by=film.scene.officer,
                at=film.at + MINUTE,
            ),
            lambda: services.open_segment(
                recording=film.recording,
                segment=segment,
                by=film.scene.officer,
                at=film.at + MINUTE,
            ),
        ):
            with pytest.raises(Conflict, match="不能复制"):
                take()
        done = services.end_viewing(
            viewing=viewing,
            seen="CAM-07 全段",
            by=film.scene.officer,
            at=film.at + 5 * MINUTE,
        )

        assert done.state == ApplicationState.VIEWED
        with pytest.raises(NotAllowed, match="查看事由"):
            services.open_exhibit(
                exhibit=film.exhibit,
                way=Way.DOWNLOADED,
                by=film.scene.officer,
                at=film.at + 6 * MINUTE,
            )
        (fact,) = facts("footage_viewing_ended")
        assert fact["seconds"] == 300
        assert "CAM-07" not in str(fact)
        assert verify().is_sound

    def test_one_at_a_time_and_a_guard_shows_nothing(self, film: Filmed) -> None:
        row = film.approved()
        with pytest.raises(NotAllowed):
            services.begin_viewing(application=row, by=film.scene.guard, at=film.at)
        services.begin_viewing(application=row, by=film.scene.officer, at=film.at)

        with pytest.raises(Conflict, match="正在查阅"):
            services.begin_viewing(application=row, by=film.scene.manager, at=film.at)
        with pytest.raises(Conflict, match="正在查阅"):
            services.withdraw_application(
                application=row, words="走了", by=film.scene.guard, at=film.at
            )

    def test_nothing_after_the_approval(self, film: Filmed) -> None:
        row = film.approved(holds_for=DAY)

        with pytest.raises(Conflict, match="到期"):
            services.begin_viewing(
                application=row, by=film.scene.officer, at=film.at + DAY
            )
        services.begin_viewing(
            application=row,
            by=film.scene.officer,
            at=film.at + DAY - MINUTE,
        )
        look = FootageRequest.objects.get()
        assert look.until == film.at + DAY


@pytest.mark.both
class TestAttaching:
    """At the gate nobody knew that there is a case."""

    def loose(self, film: Filmed, **more: Any) -> FootageApplication:
        return film.applied(film.police(), case=None, place=film.scene.garage, **more)

    def attach(
        self, film: Filmed, row: FootageApplication, **more: Any
    ) -> FootageApplication:
        said = {"case": film.case, "by": film.scene.guard, "at": film.at, **more}
        return services.attach_application(application=row, **said)

    def test_what_the_case_has_can_be_approved_then(self, film: Filmed) -> None:
        row = self.loose(film)
        with pytest.raises(InvalidInput):
            services.approve_application(
                application=row,
                way=FootageWay.COPY,
                recordings=[film.recording],
                by=film.scene.manager,
                at=film.at,
            )

        row = self.attach(film, row)
        assert self.attach(film, row).case == film.case
        row = services.approve_application(
            application=row,
            way=FootageWay.COPY,
            recordings=[film.recording],
            by=film.scene.manager,
            at=film.at,
        )

        assert made(film, row).state == PackageState.READY
        assert facts("footage_attached") == [
            {"number": row.number, "case": film.case.number}
        ]
        told = [line.sentence for line in story_of_application(row)]
        assert any("受理" in line for line in told[:1])  # on the record of the site
        assert any("归入案件" in line for line in told)
        assert verify().is_sound

    def test_what_was_approved_before_stays_a_look_at_the_recorder(
        self, film: Filmed
    ) -> None:
        row = services.approve_application(
            application=self.loose(film),
            way=FootageWay.VIEW,
            by=film.scene.manager,
            at=film.at,
        )

        row = self.attach(film, row)

        services.begin_viewing(application=row, by=film.scene.officer, at=film.at)
        assert not FootageRequest.objects.exists()
        assert Keeper.APPLICATION in keepers_of(film.case, at=film.at)

    def test_refusals(self, film: Filmed) -> None:
        row = self.loose(film)
        other = film.scene.incident(place=film.scene.place("园区 南门")).case
        with pytest.raises(NotAllowed):
            self.attach(film, row, by=film.scene.stranger)
        with pytest.raises(Conflict, match=film.case.number):
            self.attach(film, film.applied(), case=other)
        assert facts("footage_attached") == []

    def test_who_decides_on_an_old_page_is_told(self, film: Filmed) -> None:
        """Under no lock of the case nothing is done in it."""
        stale = self.loose(film)
        self.attach(film, FootageApplication.objects.get(pk=stale.pk))

        with pytest.raises(Conflict, match="刷新"):
            services.refuse_application(
                application=stale, words="不行", by=film.scene.manager, at=film.at
            )


@pytest.mark.both
class TestRelease:
    def test_police_get_the_file_within_the_scope(self, film: Filmed) -> None:
        row = film.approved(film.police())

        package = made(film, row)

        assert package.state == PackageState.READY
        assert package.recipient == "云栖派出所"
        assert package.identity == "李强 012345, 王刚 012346"
        with zipfile.ZipFile(path_of(package)) as bag:
            names = bag.namelist()
        assert any(film.exhibit.code in name for name in names)
        services.open_package(package=package, by=film.scene.officer, at=film.at)
        services.hand_over_package(
            package=package,
            receiver="李强",
            identity="012345",
            way="加密 U 盘",
            signed=both(),
            by=film.scene.officer,
            at=film.at,
        )
        row.refresh_from_db()
        assert row.state == ApplicationState.HANDED_OVER
        pdf = services.copy_list(application=row, by=film.scene.officer, at=film.at)
        assert pdf.startswith(b"%PDF")
        assert verify().is_sound

    def test_files_of_a_recorder_that_show_the_window_are_in_it(
        self, pulled: Filmed
    ) -> None:
        """They are no exhibits: the list names each of them, and an entry the list."""
        begin, recording = pulled.begin, pulled.recording
        window = [(begin + timedelta(seconds=12), begin + timedelta(seconds=18))]
        row = pulled.approved(pulled.police(windows=window))
        (file,) = release_of(row).files
        assert file.begin == begin + timedelta(seconds=10)

        package = made(pulled, row)

        assert package.state == PackageState.READY
        name = f"data/{pulled.exhibit.code}.part-00001.ts"
        inside = contents(package)
        assert sha256(inside[name]).hexdigest() == file.blob.sha256
        assert {n for n in inside if n.startswith("data/")} == {
            name,
            f"data/{pulled.exhibit.code}.json",
        }
        (said,) = json.loads(inside["meta/exhibits.json"])["exhibits"]
        (part,) = said["parts"]
        assert part["name"] == file.name
        assert name in inside["documents/exhibit-list.csv"].decode()
        path = path_of(package)
        assert verifier.check(str(path), package.fingerprint).exit == 0
        assert is_intact(path.read_bytes())
        whole = made(pulled, pulled.approved(pulled.police()))
        assert whole.files.count() == recording.segments.count() > 2
        lines = copy_lines(list(packages_under(row)))
        assert [line.sha256 for line in lines] == [
            pulled.exhibit.file.sha256,
            file.blob.sha256,
        ]

    @pytest.mark.parametrize("what", ["altered", "of another list", "list altered"])
    def test_both_checkers_refuse_a_file_that_no_list_names(
        self, pulled: Filmed, what: str
    ) -> None:
        package = made(pulled, pulled.approved(pulled.police()))
        files = files_of(path_of(package).read_bytes())
        top = next(iter(files)).partition("/")[0]
        name = f"{top}/data/{pulled.exhibit.code}.part-00001.ts"
        if what == "altered":
            files[name] += b"x"
        elif what == "list altered":
            files[f"{top}/data/{pulled.exhibit.code}.json"] += b" "
        else:
            files[f"{top}/data/E-0099.part-00001.ts"] = files.pop(name)
        forged = zip_of(sealed_anew(files))
        path = path_of(package).with_suffix(".forged.zip")
        path.write_bytes(forged)
        honest = zip_of(sealed_anew(files_of(path_of(package).read_bytes())))
        assert is_intact(honest)

        assert verifier.check(str(path)).exit == 1
        assert not is_intact(forged)

    def test_other_cameras_and_later_files_stay_out(self, pulled: Filmed) -> None:
        """Only what stands on the list that is on the record: the rest has no proof yet."""
        row = pulled.approved(pulled.police())
        count = pulled.recording.segments.count()
        late = pulled.recording.segments.order_by("-begin")[0]
        kept = keep_bytes(name=uuid4(), chunks=[b"came after the list"])
        Segment.objects.create(
            recording=pulled.recording,
            blob=take_blob(kept, at=pulled.at),
            name="late.ts",
            begin=late.begin + timedelta(seconds=1),
            end=late.end,
            kept_at=pulled.at,
        )

        assert made(pulled, row).files.count() == count

    def test_without_an_application_a_package_has_the_list_alone(
        self, pulled: Filmed
    ) -> None:
        package = services.ask_package(
            case=pulled.case,
            exhibits=[pulled.exhibit],
            purpose=Purpose.POLICE,
            masking=Masking.NONE,
            recipient=Recipient(
                name="云栖派出所", identity="李强 012345", document_number="12 号"
            ),
            acknowledged="第二块硬盘正在采购",
            by=pulled.scene.manager,
            at=pulled.at,
        )

        assert package.files.count() == 0

    def test_what_was_not_approved_is_refused(self, film: Filmed) -> None:
        extra = services.add_file(
            case=film.case,
            chunks=[JPEG],
            title="别的照片",
            by=film.scene.officer,
            at=film.at,
        )
        row = film.approved(film.police())

        with pytest.raises(InvalidInput, match=extra.code) as refusal:
            services.make_release(
                application=row,
                exhibits=[film.exhibit, extra],
                by=film.scene.manager,
                at=film.at,
            )

        assert refusal.value.source == "G13"
        assert not row.packages.exists()

    def test_files_of_recorders_need_an_application(self, film: Filmed) -> None:
        for purpose in (Purpose.POLICE, Purpose.COURT, Purpose.INTERNAL):
            with pytest.raises(NotAllowed) as refusal:
                services.ask_package(
                    case=film.case,
                    exhibits=[film.exhibit],
                    purpose=purpose,
                    masking=Masking.NONE,
                    recipient=Recipient(
                        name="云栖派出所",
                        identity="李强 012345",
                        document_number="12 号",
                    ),
                    acknowledged="急",
                    by=film.scene.manager,
                    at=film.at,
                )
            assert refusal.value.source == "G10"

    def test_a_person_gets_masked_copies_alone(self, film: Filmed) -> None:
        row = film.approved(film.person(wanted=FootageWay.COPY))
        assert [e.code for e in release_of(row).to_mask] == [film.exhibit.code]
        with pytest.raises(InvalidInput, match="遮盖") as refusal:
            services.make_release(application=row, by=film.scene.manager, at=film.at)
        assert refusal.value.source == "G11"

        copy = film.masked(b"a masked film")
        assert release_of(row).is_complete
        package = made(film, row)

        assert [e.code for e in package.exhibits.all()] == [copy.code]
        asked = services.make_release(
            application=row, exhibits=[film.exhibit], by=film.scene.manager, at=film.at
        )
        assert [e.code for e in asked.exhibits.all()] == [copy.code]

    def test_masked_film_is_found_after_the_list_was_written_anew(
        self, pulled: Filmed
    ) -> None:
        """Somebody asked for more of the camera: another list, and other films."""
        copy = masked_film(pulled, {"boxes": [masks.box([0, 8, 8, 64, 64])]})
        asked = pulled.person(wanted=FootageWay.COPY)
        row = pulled.approved(asked)
        assert release_of(row) == Release(ready=[copy])

        more_is_saved(pulled)

        release = release_of(row)
        assert release.ready == [copy]
        assert [film.recording for film in release.films] == [pulled.recording]
        package = made(pulled, row)
        assert [one.code for one in package.exhibits.all()] == [copy.code]
        begin = pulled.begin
        late = replace(asked, windows=[(begin + timedelta(seconds=50), begin + MINUTE)])
        with pytest.raises(InvalidInput, match=r"R-01 .*打码") as refusal:
            services.make_release(
                application=pulled.approved(late),
                by=pulled.scene.manager,
                at=pulled.at,
            )
        assert refusal.value.source == "G11"
        assert beyond_scope(pulled.approved(late), [copy]) == [copy.code]
        assert beyond_scope(row, [copy]) == []

    def test_part_of_a_film_shows_only_that(self, pulled: Filmed) -> None:
        """The rest of what was asked for is named."""
        box = masks.box([0, 8, 8, 64, 64], begin=0, end=20_000)
        copy = masked_film(pulled, {"boxes": [box], "part": [0, 12_000]})
        begin = pulled.begin
        asked = pulled.person(
            wanted=FootageWay.COPY,
            windows=[(begin + timedelta(seconds=2), begin + timedelta(seconds=11))],
        )
        longer = replace(asked, windows=[(begin, begin + timedelta(seconds=20))])
        late = replace(asked, windows=[(begin + timedelta(seconds=14), begin + MINUTE)])

        assert release_of(pulled.approved(asked)) == Release(ready=[copy])
        release = release_of(pulled.approved(longer))
        assert (release.ready, len(release.films)) == ([copy], 1)
        release = release_of(pulled.approved(late))
        assert (release.ready, len(release.films)) == ([], 1)

    def test_masked_film_that_was_made_again_replaces_the_first(
        self, pulled: Filmed
    ) -> None:
        """It was made again because the first showed somebody."""
        masked_film(pulled, {"boxes": [masks.box([0, 8, 8, 16, 16])]})
        better = masked_film(pulled, {"boxes": [masks.box([0, 8, 8, 128, 128])]})
        row = pulled.approved(pulled.person(wanted=FootageWay.COPY))

        assert release_of(row).ready == [better]

    def test_a_derived_exhibit_that_is_no_masked_copy_stays(self, film: Filmed) -> None:
        row = film.approved(film.person(wanted=FootageWay.COPY))
        Exhibit.objects.filter(pk=film.masked(b"cut").pk).update(source="upload")

        assert release_of(row).ready == []

    def test_nothing_leaves_after_the_approval(self, film: Filmed) -> None:
        row = film.approved(film.police(), holds_for=DAY)
        package = made(film, row)
        assert package.expires_at == row.until
        late = film.at + DAY

        for leave in (
            lambda: services.make_release(
                application=row, by=film.scene.manager, at=late
            ),
            lambda: services.open_package(
                package=package, by=film.scene.officer, at=late
            ),
            lambda: services.hand_over_package(
                package=package,
                receiver="李强",
                identity="012345",
                way="U 盘",
                signed=both(),
                by=film.scene.officer,
                at=late,
            ),
        ):
            with pytest.raises(Conflict, match="到期"):
                leave()
        assert facts("package_handed_over") == []

    def test_view_only_is_not_copied(self, film: Filmed) -> None:
        row = film.approved(film.police(), way=FootageWay.VIEW)

        with pytest.raises(Conflict, match="现场查阅"):
            services.make_release(application=row, by=film.scene.manager, at=film.at)


@pytest.mark.both
class TestClocks:
    def test_approval_runs_out_by_itself(self, film: Filmed) -> None:
        row = film.approved(holds_for=DAY)
        assert jobs.expire_approvals(at=film.at) == 0

        worker.run_due(at=film.at + DAY)

        row.refresh_from_db()
        assert row.state == ApplicationState.EXPIRED
        assert len(facts("footage_approval_expired")) == 1

    def test_who_decides_is_reminded_once(self, film: Filmed) -> None:
        row = film.applied(film.police())
        assert jobs.next_application_due() == row.goal_at

        for _round in range(2):
            jobs.remind_of_applications(at=row.goal_at)

        assert Message.objects.filter(kind="evidence.footage_waits").count() == 1


class TestScope:
    def test_of_another_site_it_does_not_exist(self, film: Filmed) -> None:
        row = film.applied()

        with pytest.raises(NotFound):
            application_for(film.scene.stranger, row.uid)
        for step in (
            lambda by: film.applied(by=by),
            lambda by: services.approve_application(
                application=row, way=FootageWay.VIEW, by=by, at=film.at
            ),
            lambda by: services.withdraw_application(
                application=row, words="x", by=by, at=film.at
            ),
        ):
            with pytest.raises(NotAllowed):
                step(film.scene.stranger)


@pytest.mark.both
class TestAtOnce:
    @pytest.fixture
    def film(self, committed_scene: Scene, tmp_path: Path) -> Filmed:
        return filmed(committed_scene, tmp_path)

    def test_of_two_decisions_one_holds(self, film: Filmed) -> None:
        row = film.applied()
        counsel = film.scene.person("chenlu")

        results = at_once(
            lambda: services.approve_application(
                application=row,
                way=FootageWay.VIEW,
                recordings=[film.recording],
                by=film.scene.manager,
                at=film.at,
            ),
            lambda: services.refuse_application(
                application=row, words="不行", by=counsel, at=film.at
            ),
        )

        (refusal,) = failures(results)
        assert isinstance(refusal, Conflict)
        assert len(facts("footage_approved")) + len(facts("footage_refused")) == 1

    def test_of_two_sittings_one_begins(self, film: Filmed) -> None:
        row = film.approved()

        results = at_once(
            *(
                lambda who=who: services.begin_viewing(
                    application=row, by=who, at=film.at
                )
                for who in (film.scene.officer, film.scene.manager)
            )
        )

        assert len(failures(results)) == 1
        assert FootageViewing.objects.count() == 1

    def test_numbers_are_given_once(self, film: Filmed) -> None:
        results = at_once(*(film.applied for _n in range(4)))

        assert failures(results) == []
        assert len({row.number for row in results}) == 4


class TestRegister:
    """The register is a reading of the record: nothing that gave out bytes is missing."""

    BYTES = (
        "evidence.footage_opened",
        "evidence.opened",
        "evidence.package_downloaded",
    )

    def test_every_entry_with_bytes_is_in_one_row(self, film: Filmed) -> None:
        """Whoever does what in whatever order."""
        scene, random = film.scene, Random(8)  # noqa: S311 -- a story, no secret
        police = film.approved(film.police())
        package = made(film, police)
        film.watched.view(film.at)
        copies = list(film.recording.derivatives.exclude(blob=None))
        assert copies
        (segment,) = film.recording.segments.all()
        people = [scene.officer, scene.manager, scene.guard, scene.person("chenlu")]
        moment, viewing = film.at, None
        acts = Counter[str]()
        for _step in range(120):
            moment += timedelta(seconds=random.randrange(400))
            who, first = random.choice(people), random.randrange(40)
            act = random.choice(["ask", "film", "file", "exhibit", "zip", "sit", "up"])
            try:
                if act == "ask":
                    services.ask_for_footage(
                        recording=film.recording, reason="核对", by=who, at=moment
                    )
                elif act == "film":
                    services.open_footage(
                        derivative=random.choice(copies),
                        by=who,
                        at=moment,
                        first=first,
                        last=first + 9,
                    )
                elif act == "file":
                    services.open_segment(
                        recording=film.recording, segment=segment, by=who, at=moment
                    )
                elif act == "exhibit":
                    services.open_exhibit(
                        exhibit=film.exhibit,
                        way=Way.DOWNLOADED,
                        by=who,
                        at=moment,
                        first=first,
                        last=first + 9,
                    )
                elif act == "zip":
                    services.open_package(
                        package=package, by=who, at=moment, first=first, last=first + 9
                    )
                elif act == "sit":
                    viewing = services.begin_viewing(
                        application=police, by=who, at=moment
                    )
                elif viewing is not None:
                    services.end_viewing(
                        viewing=viewing, seen="全段", by=who, at=moment
                    )
                acts[act] += 1
            except DomainError:
                acts["refused"] += 1
        assert min(acts[act] for act in ("film", "file", "exhibit", "zip", "sit")) > 1
        assert acts["refused"] > 20

        rows = register_page(Wanted(site=scene.site), most=2000).rows

        entries = Entry.objects.filter(kind__in=self.BYTES)
        in_rows = Counter(seq for row in rows for seq in row.seqs)
        assert set(in_rows.values()) == {1}
        assert set(entries.values_list("seq", flat=True)) <= set(in_rows)
        served = sum(
            fact["last"] - fact["first"] + 1
            for kind in self.BYTES
            for fact in facts(kind.partition(".")[2])
        )
        assert sum(row.bytes_count for row in rows) == served
        assert not any(row.is_unexplained for row in rows)
        assert [row.seq for row in rows] == sorted(
            (row.seq for row in rows), reverse=True
        )
        pages, before = [], None
        while True:
            page = register_page(Wanted(site=scene.site), before=before, most=7)
            pages += page.rows
            before = page.before
            if before is None:
                break
        assert pages == rows

    def test_bytes_that_nobody_explained_are_red(self, film: Filmed) -> None:
        """It cannot be; if it ever is, the register says so."""
        services.ask_for_footage(
            recording=film.recording, reason="核对", by=film.scene.officer, at=film.at
        )
        film.watched.view(film.at)
        copy = film.recording.derivatives.exclude(blob=None)[0]
        services.open_footage(derivative=copy, by=film.scene.officer, at=film.at)
        FootageRequest.objects.all().delete()

        rows = register_page(Wanted(site=film.scene.site)).rows

        assert [row.is_unexplained for row in rows] == [True]

    def test_narrowed_by_day_and_camera(self, film: Filmed) -> None:
        services.ask_for_footage(
            recording=film.recording, reason="核对", by=film.scene.officer, at=film.at
        )
        site, today = film.scene.site, film.at.date()

        def count(**more: Any) -> int:
            return len(register_page(Wanted(site=site, **more)).rows)

        assert count() == 1
        assert count(first_day=today, last_day=today) == 1
        assert count(last_day=today - DAY) == 0
        assert count(first_day=today + DAY) == 0
        assert count(camera=film.watched.camera("CAM-07")) == 1
        assert count(camera=film.watched.camera("CAM-01")) == 0
        assert register_page(Wanted(site=film.scene.other_site)).rows == []

    def test_names_in_full_leave_a_look_at_each_person(self, film: Filmed) -> None:
        row = film.approved()
        services.begin_viewing(application=row, by=film.scene.officer, at=film.at)
        (line, *_rest) = [
            r for r in register_page(Wanted(site=film.scene.site)).rows if r.application
        ]
        assert line.applicant == "陈*雯"

        taken = services.take_register(
            site=film.scene.site,
            first_day=film.at.date(),
            last_day=film.at.date(),
            reason="公安机关检查",
            by=film.scene.manager,
            at=film.at,
        )

        assert "陈晓雯" in {r.applicant for r in taken.rows}
        assert row.person is not None
        (look,) = row.person.disclosures.all()
        assert look.read_for == taken.extract.key
        with pytest.raises(InvalidInput):
            services.take_register(
                site=film.scene.site,
                first_day=film.at.date(),
                last_day=film.at.date(),
                reason="",
                by=film.scene.manager,
                at=film.at,
            )
        with pytest.raises(NotAllowed):
            services.take_register(
                site=film.scene.site,
                first_day=film.at.date(),
                last_day=film.at.date(),
                reason="想看",
                by=film.scene.officer,
                at=film.at,
            )
        assert verify().is_sound


class TestWhatElseRestsOnIt:
    def test_keeps_the_case_while_it_waits_and_while_it_is_approved(
        self, film: Filmed
    ) -> None:
        row = film.approved(holds_for=7 * DAY)
        assert Keeper.APPLICATION in keepers_of(film.case, at=film.at)
        assert Keeper.APPLICATION not in keepers_of(film.case, at=film.at + 8 * DAY)

        film.applied()
        assert Keeper.APPLICATION in keepers_of(film.case, at=film.at + 8 * DAY)
        assert row.state == ApplicationState.APPROVED

    def test_a_picture_out_of_footage_is_footage(self, film: Filmed) -> None:
        segment = film.recording.segments.get()
        still = services.add_exhibit(
            case=film.case,
            kept=keep_bytes(name=uuid4(), chunks=[JPEG]),
            source=Source.STILL,
            reading=Reading.READABLE,
            by=film.scene.officer,
            at=film.at,
        )
        Still.objects.create(
            exhibit=still,
            recording=film.recording,
            segment=segment,
            moment=film.begin,
            recipe={},
        )

        assert has_footage([still])
        assert still in scope_of(film.approved())
        found = exhibit_for(film.scene.officer, film.case.number, still.uid)
        with pytest.raises(NotAllowed):
            services.open_exhibit(
                exhibit=found, way=Way.VIEWED, by=film.scene.officer, at=film.at
            )


class TestFootageThatNobodyPlaced:
    """What came out of a recorder is footage from the moment it is here (G10, G13)."""

    def brought(self, filmed: Filmed, **more: Any) -> Exhibit:
        return services.add_file(
            case=filmed.case,
            chunks=[JPEG],
            title="导出的录像",
            by=filmed.scene.guard,
            at=filmed.at,
            **more,
        )

    @pytest.mark.parametrize("says_of_which", [True, False])
    def test_is_opened_with_a_reason_alone(
        self, scene: Scene, tmp_path: Path, *, says_of_which: bool
    ) -> None:
        film = filmed(scene, tmp_path)
        said = (
            {"brought_for": film.recording} if says_of_which else {"is_footage": True}
        )
        exhibit = self.brought(film, **said)
        look: dict[str, Any] = {
            "exhibit": exhibit,
            "way": Way.VIEWED,
            "by": scene.manager,
        }
        with pytest.raises(DomainError) as refusal:
            services.open_exhibit(**look, at=film.at)
        assert refusal.value.source == "G10"

        services.ask_for_footage(
            recording=film.recording, reason="核对", by=scene.manager, at=film.at
        )
        assert services.open_exhibit(**look, at=film.at).last == len(JPEG) - 1

    def test_in_a_case_without_recordings_a_camera_is_added_first(
        self, scene: Scene, tmp_path: Path, sign_in: SignIn
    ) -> None:
        cameras = watched(scene, tmp_path)
        case = scene.incident().case
        exhibit = services.add_file(
            case=case, chunks=[JPEG], is_footage=True, by=scene.guard, at=scene.at
        )
        look: dict[str, Any] = {
            "exhibit": exhibit,
            "way": Way.VIEWED,
            "by": scene.manager,
        }
        with pytest.raises(DomainError) as refusal:
            services.open_exhibit(**look, at=scene.at)
        assert refusal.value.source == "G10"
        shown = page(sign_in, exhibit)
        assert "先添加摄像头，再登记事由" in shown
        assert NONE_LEFT not in shown

        recording = services.want_recording(
            case=case, camera=cameras.camera("CAM-07"), by=scene.manager, at=scene.at
        )
        services.ask_for_footage(
            recording=recording, reason="核对", by=scene.manager, at=scene.at
        )
        assert services.open_exhibit(**look, at=scene.at) is not None

    @pytest.mark.parametrize("is_joined", [False, True])
    def test_where_none_can_be_asked_for_it_is_opened_by_its_entry(
        self, scene: Scene, tmp_path: Path, sign_in: SignIn, *, is_joined: bool
    ) -> None:
        watched(scene, tmp_path)
        case = scene.incident().case
        exhibit = services.add_file(
            case=case, chunks=[JPEG], is_footage=True, by=scene.guard, at=scene.at
        )
        closing = case
        if is_joined:
            closing = scene.incident(place=scene.place("园区 南门")).case
            cases.join_cases(case=case, host=closing, by=scene.officer, at=scene.at)
        ended(closing, at=scene.at)
        exhibit = exhibit_for(scene.manager, case.number, exhibit.uid)

        shown = page(sign_in, exhibit)
        assert NONE_LEFT in shown
        assert "先添加摄像头" not in shown
        assert (
            services.open_exhibit(
                exhibit=exhibit, way=Way.DOWNLOADED, by=scene.manager, at=scene.at
            )
            is not None
        )
        opened = Entry.objects.filter(kind=ExhibitOpened.kind, object=exhibit.key)
        assert [entry.actor for entry in opened] == [scene.manager.actor_key]
        assert has_footage([exhibit])

    def test_a_recording_of_a_joined_case_is_one_of_its_case(
        self, scene: Scene, tmp_path: Path, sign_in: SignIn
    ) -> None:
        film = filmed(scene, tmp_path)
        case = scene.incident(place=scene.place("园区 南门")).case
        exhibit = services.add_file(
            case=case, chunks=[JPEG], is_footage=True, by=scene.guard, at=film.at
        )
        cases.join_cases(case=case, host=film.case, by=scene.officer, at=film.at)
        exhibit = exhibit_for(scene.manager, case.number, exhibit.uid)
        look: dict[str, Any] = {
            "exhibit": exhibit,
            "way": Way.VIEWED,
            "by": scene.manager,
        }
        with pytest.raises(DomainError) as refusal:
            services.open_exhibit(**look, at=film.at)
        assert refusal.value.source == "G10"
        way_on = reverse(
            "evidence:footage", args=[film.case.number, film.recording.uid]
        )
        assert f'href="{way_on}"' in page(sign_in, exhibit)

        services.ask_for_footage(
            recording=film.recording, reason="核对", by=scene.manager, at=film.at
        )
        assert services.open_exhibit(**look, at=film.at) is not None

    def test_that_of_a_deleted_recording_is_opened_on(
        self, scene: Scene, tmp_path: Path, sign_in: SignIn
    ) -> None:
        """A hold keeps the export when the period of its recording ends."""
        film = filmed(scene, tmp_path)
        exhibit = self.brought(film, brought_for=film.recording)
        ended(film.case, at=film.at)
        Recording.objects.filter(case=film.case).update(deleted_at=film.at)
        exhibit = exhibit_for(scene.manager, film.case.number, exhibit.uid)

        assert NONE_LEFT in page(sign_in, exhibit)
        assert (
            services.open_exhibit(
                exhibit=exhibit, way=Way.VIEWED, by=scene.manager, at=film.at
            )
            is not None
        )
        assert recordings_shown_by(exhibit).get() == film.recording  # not on paper

    def test_leaves_under_an_application_alone(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        film = filmed(scene, tmp_path)
        exhibit = self.brought(film, brought_for=film.recording)

        assert has_footage([exhibit])
        with pytest.raises(DomainError) as refusal:
            services.ask_package(
                case=film.case,
                exhibits=[exhibit],
                purpose=Purpose.POLICE,
                masking=Masking.NONE,
                recipient=Recipient(
                    name="云栖派出所", identity="李强", document_number="12 号"
                ),
                acknowledged="第二块硬盘正在采购",
                by=scene.manager,
                at=film.at,
            )
        assert refusal.value.source == "G10"

    def test_of_another_case_is_refused(self, scene: Scene, tmp_path: Path) -> None:
        film = filmed(scene, tmp_path)
        other = scene.incident(place=scene.place("园区 南门")).case
        with pytest.raises(InvalidInput):
            services.add_file(
                case=other,
                chunks=[JPEG],
                brought_for=film.recording,
                by=scene.guard,
                at=film.at,
            )

    def test_the_same_bytes_become_footage_once_somebody_says_so(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        film = filmed(scene, tmp_path)
        exhibit = self.brought(film)
        assert not has_footage([exhibit])

        assert self.brought(film, brought_for=film.recording) == exhibit
        assert has_footage([exhibit])

    def test_of_what_another_brought_whoever_keeps_the_evidence_says_so(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        film = filmed(scene, tmp_path)
        photo = services.add_file(
            case=film.case, chunks=[JPEG], by=scene.officer, at=film.at
        )

        assert self.brought(film, is_footage=True) == photo
        assert not has_footage([photo])
        assert (
            services.open_exhibit(
                exhibit=photo, way=Way.VIEWED, by=scene.manager, at=film.at
            )
            is not None
        )

        services.add_file(
            case=film.case,
            chunks=[JPEG],
            is_footage=True,
            by=scene.manager,
            at=film.at,
        )
        assert has_footage([photo])


class TestSaidByMistake:
    """What was ticked as footage and is none is corrected by another, with a reason."""

    def ticked(self, scene: Scene, **more: Any) -> Exhibit:
        case = more.pop("case", None) or scene.incident().case
        said: dict[str, Any] = {"is_footage": True, "by": scene.guard, **more}
        return services.add_file(case=case, chunks=[JPEG], at=scene.at, **said)

    def test_is_no_footage_from_then_on(self, scene: Scene) -> None:
        exhibit = self.ticked(scene)
        assert has_footage([exhibit])

        said: dict[str, Any] = {
            "exhibit": exhibit,
            "by": scene.manager,
            "at": scene.at,
        }
        with pytest.raises(InvalidInput):
            services.unsay_footage(reason=" ", **said)
        services.unsay_footage(reason="手机拍的，勾错了", **said)

        assert not has_footage([exhibit])
        look: dict[str, Any] = {"way": Way.VIEWED, "by": scene.manager}
        exhibit.refresh_from_db()
        services.open_exhibit(exhibit=exhibit, at=scene.at, **look)
        (entry,) = Entry.objects.filter(kind="evidence.footage_unsaid")
        assert entry.actor == scene.manager.actor_key
        assert verify().is_sound
        with pytest.raises(Conflict):
            services.unsay_footage(reason="又一次", **said)

    def test_is_not_corrected_by_whoever_brought_it_nor_by_anybody(
        self, scene: Scene
    ) -> None:
        exhibit = self.ticked(scene, by=scene.manager)
        for by in (scene.manager, scene.officer, scene.guard):
            with pytest.raises(NotAllowed):
                services.unsay_footage(
                    exhibit=exhibit, reason="勾错了", by=by, at=scene.at
                )
        assert has_footage([exhibit])

    @pytest.mark.parametrize("was_placed", [True, False])
    def test_what_is_of_a_recording_stays(
        self, scene: Scene, tmp_path: Path, *, was_placed: bool
    ) -> None:
        film = filmed(scene, tmp_path)
        if was_placed:
            segment = film.recording.segments.order_by("begin").first()
            assert segment is not None
            exhibit = self.ticked(scene, case=film.case)
            segment.exhibit = exhibit
            segment.save(update_fields=["exhibit"])
        else:
            exhibit = self.ticked(scene, case=film.case, brought_for=film.recording)
        with pytest.raises(Conflict, match="不能更正"):
            services.unsay_footage(
                exhibit=exhibit, reason="勾错了", by=scene.manager, at=film.at
            )
        assert has_footage([exhibit])

    def test_by_its_page(self, scene: Scene, sign_in: SignIn) -> None:
        exhibit = self.ticked(scene)
        number = exhibit.case.number
        address = reverse("evidence:not_footage", args=[number, exhibit.uid])
        assert address in page(sign_in, exhibit)
        assert sign_in("zhoumin").get(address).status_code == 403

        answer = sign_in("hetao").post(address, {"reason": "手机拍的，勾错了"})

        assert answer.status_code == 302
        assert not has_footage([exhibit])
        shown = page(sign_in, exhibit)
        assert address not in shown
        assert f"更正：证据 {exhibit.code} 不是监控录像" in shown


class TestStatements:
    """An authority gets those for which its paper asks, and no others (G13)."""

    def test_leave_under_an_application_whose_paper_names_them(
        self, scene: Scene, tmp_path: Path
    ) -> None:
        film = filmed(scene, tmp_path)
        statement = frozen(scene, film.case)
        assert statement.exhibit_id is not None
        paper = Exhibit.objects.get(pk=statement.exhibit_id)
        scope = {"recordings": [film.recording], "exhibits": [paper]}

        with pytest.raises(InvalidInput):
            film.approved(film.police(), **scope)
        with pytest.raises(InvalidInput):
            film.approved(film.person(names_statements=True), **scope)
        row = film.approved(film.police(names_statements=True), **scope)

        assert paper in scope_of(row)
        package = services.make_release(
            application=row,
            acknowledged="备份硬盘次日到货",
            by=scene.person("chenlu"),  # not who approved it
            at=film.at,
        )
        assert paper in package.exhibits.all()

    def test_others_do_not(self, scene: Scene, tmp_path: Path) -> None:
        film = filmed(scene, tmp_path)
        statement = frozen(scene, film.case)
        assert statement.exhibit_id is not None
        paper = Exhibit.objects.get(pk=statement.exhibit_id)

        row = film.approved(film.police(names_statements=True))

        assert beyond_scope(row, [paper]) == [paper.code]

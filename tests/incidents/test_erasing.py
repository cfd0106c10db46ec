"""What was reported, called, noted and decided goes with its case, and says that it went."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from anlan.base.clock import acting_at
from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.cases.models import Case, Note, Party, Strike, Task
from anlan.cases.selectors import timeline
from anlan.evidence.enums import RetentionClass, WordsKind
from anlan.evidence.models import Deletion
from anlan.evidence.selectors.deletions import preview_of
from anlan.evidence.selectors.retention import has_something, items_of
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel, EmergencyService
from anlan.incidents.models import (
    EmergencyCall,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.incidents.services.erasing import erase_words
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.portal.record import as_text, record_of
from tests.api.conftest import Api, give_token
from tests.evidence.keeping import (
    DAY,
    FALSE_ALARM,
    NOTICE,
    SERIOUS,
    ended,
    hold,
    pass_period,
    photo,
    review,
)
from tests.incidents.story import Visitor
from tests.scene import Scene
from tests.signed_in import SignIn

GONE = "已按期限删除"
CANARY = "红衣张姐"  # stands in everything that people wrote


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def incident(scene: Scene) -> Incident:
    """With words of every kind: a visitor's, for 110, of two, on the work and of a party."""
    report = scene.report(
        by=Visitor(), channel=Channel.PUBLIC, flags=[], words=f"{CANARY}被打"
    )
    incident = report.incident
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at}
    incidents.propose_police_waiver(
        incident=incident, reason=f"{CANARY}不愿报警", **said
    )
    incidents.propose_false_alarm(incident=incident, reason=f"{CANARY}说没事", **said)
    for service in EmergencyService:
        incidents.record_emergency_call(incident=incident, service=service, **said)
    for call in EmergencyCall.objects.all():
        incidents.record_emergency_answer(
            call=call, answer=f"{CANARY}原地等候", receipt="110-7", **said
        )
    case = incident.case
    cases.write_note(case=case, text=f"{CANARY}在门岗", **said)
    seq = Entry.objects.filter(kind="case.note_written").latest("seq").seq
    cases.strike_entry(case=case, seq=seq, reason=f"不是{CANARY}", **said)
    task = Task.objects.filter(case=case, proof="", role_key="duty_officer").first()
    task = task or Task.objects.filter(case=case, proof="").first()
    assert task is not None
    cases.skip_task(task=task, reason=f"{CANARY}不需要", by=scene.manager, at=scene.at)
    cases.add_party(case=case, roles=["victim"], description=CANARY, **said)
    return incident


@pytest.fixture
def case(incident: Incident) -> Case:
    return incident.case


def words() -> list[str]:
    """Everything that was written, wherever it stands."""
    found: list[str] = []
    for model, *fields in (
        (Report, "words"),
        (EmergencyCall, "answer", "receipt"),
        (PoliceWaiver, "reason"),
        (FalseAlarmProposal, "reason"),
        (Note, "text"),
        (Strike, "reason"),
        (Task, "words"),
        (Party, "description"),
    ):
        for field in fields:
            rows = model.objects.exclude(**{field: ""})
            found += rows.values_list(field, flat=True)
    return [
        *found,
        *EmergencyCall.objects.exclude(words="").values_list("words", flat=True),
    ]


class TestPeriod:
    @pytest.mark.both
    def test_they_go_with_their_case_and_the_chain_stays_whole(
        self, scene: Scene, case: Case
    ) -> None:
        assert len({word for word in words() if CANARY in word}) == 8
        case = ended(case, at=scene.at)
        review(scene.at + SERIOUS - NOTICE)
        [row] = Deletion.objects.all()
        assert row.name == WordsKind.HANDLING.words
        assert "报告" in row.name
        assert CANARY in "".join(words())

        pass_period(scene.at, SERIOUS)

        assert words() == []
        assert not items_of(case)
        assert not Case.objects.filter(has_something(), pk=case.pk).exists()
        assert verify().is_sound
        count = Entry.objects.count()
        erase_words(case=case, reason="retention", at=scene.at)
        assert Entry.objects.count() == count

    def test_they_go_with_the_last_exhibit(self, scene: Scene, case: Case) -> None:
        photo(scene, case)
        ended(case, at=scene.at)

        pass_period(scene.at, SERIOUS)

        assert words() == []
        assert verify().is_sound

    def test_a_hold_keeps_them(self, scene: Scene, case: Case) -> None:
        hold(scene, case)
        ended(case, at=scene.at)

        pass_period(scene.at, SERIOUS)

        assert CANARY in "".join(words())

    def test_of_a_joined_case_they_count_from_the_end_of_its_host(
        self, scene: Scene, case: Case
    ) -> None:
        host = scene.incident(place=scene.place("园区 南门"), words="").case
        cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
        pass_period(scene.at, SERIOUS)
        assert CANARY in "".join(words())

        ended(host, at=scene.at + 100 * DAY)
        pass_period(scene.at + 100 * DAY, SERIOUS)

        assert words() == []

    def test_a_false_alarm_with_a_report_becomes_due(self, scene: Scene) -> None:
        incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC, words=CANARY)
        scene.call_off(incident, at=scene.at)

        pass_period(scene.at, FALSE_ALARM + NOTICE)

        assert words() == []
        assert Deletion.objects.get().retention_class == RetentionClass.FALSE_ALARM
        assert verify().is_sound

    def test_who_shortens_the_period_sees_them_before(
        self, scene: Scene, case: Case
    ) -> None:
        ended(case, at=scene.at)
        shown = preview_of(
            scene.site, RetentionClass.SERIOUS, 1100, at=scene.at + 1090 * DAY
        )
        assert shown.things == 1


class TestAfterwards:
    @pytest.fixture
    def gone(self, scene: Scene, case: Case) -> Case:
        case = ended(case, at=scene.at)
        pass_period(scene.at, SERIOUS)
        return case

    def test_pages_say_that_they_went(
        self, scene: Scene, gone: Case, sign_in: SignIn
    ) -> None:
        client: Client = sign_in("hetao")
        task = Task.objects.get(case=gone, text_salt=b"")
        number = gone.number
        for address in (
            reverse("cases:room", args=[number]),
            reverse("cases:task", args=[number, task.uid]),
            reverse("phone:incident", args=[number]),
            reverse("phone:task", args=[task.uid]),
            reverse("legal:police", args=[number]),
            reverse("incidents:closing", args=[number]),
        ):
            answer = client.get(address)
            assert answer.status_code == 200, address
            page = answer.content.decode()
            assert CANARY not in page, address
            assert (GONE in page) is not address.endswith("closing/"), address

    @pytest.mark.both  # an empty salt is compared in a prepared query
    def test_the_timeline_says_it_of_every_line(self, gone: Case) -> None:
        quotes = {line.quote for line in timeline(gone) if line.quote}
        assert GONE in quotes
        assert "已删除" in quotes  # how a party looked, which may also go when they ask
        assert not [quote for quote in quotes if CANARY in quote]
        assert GONE in {line.struck_reason for line in timeline(gone)}

    def test_the_reporter_reads_it(self, scene: Scene, gone: Case) -> None:
        report = Report.objects.get()
        assert GONE in as_text(record_of(report, at=scene.at))

    def test_the_api_says_it(self, scene: Scene, gone: Case) -> None:
        at = scene.at + SERIOUS + timedelta(days=2)
        with acting_at(at):
            api = Api(give_token(scene.manager, at))
            answer = api.get(f"/cases/{gone.number}/incident")
        assert answer.status == 200
        said = json.dumps(answer.body, ensure_ascii=False)
        assert CANARY not in said
        [report] = answer.body["reports"]
        assert report["words"] == GONE
        assert {call["words"] for call in answer.body["calls"]} == {GONE}
        assert {w["reason"] for w in answer.body["police_waivers"]} == {GONE}

    def test_a_party_whose_looks_went_is_not_one_whom_nobody_saw(
        self, scene: Scene, gone: Case
    ) -> None:
        at = scene.at + SERIOUS + timedelta(days=2)
        with acting_at(at):
            answer = Api(give_token(scene.manager, at)).get(
                f"/cases/{gone.number}/parties"
            )
        uid = str(Party.objects.get(text_salt=b"").uid)
        [party] = [one for one in answer.body if one["uid"] == uid]
        assert (party["name"], party["description"]) == ("已删除", "已删除")

    def test_what_is_written_again_has_a_salt_of_its_own(
        self, scene: Scene, gone: Case
    ) -> None:
        """The case is opened anew years later: no digest may be guessed, none is wrong."""
        cases.reopen_case(case=gone, by=scene.manager, at=scene.at)
        task = Task.objects.filter(case=gone, text_salt=b"").first()
        assert task is not None
        if task.state != Task.State.OPEN:
            task = cases.reopen_task(task=task, by=scene.manager, at=scene.at)
        cases.skip_task(task=task, reason="仍不需要", by=scene.manager, at=scene.at)

        task.refresh_from_db()
        assert not task.is_erased
        assert verify().is_sound

    def test_no_answer_is_written_on_a_call_that_went(
        self, scene: Scene, incident: Incident
    ) -> None:
        incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService.POLICE,
            by=scene.officer,
            at=scene.at,
        )
        ended(incident.case, at=scene.at)
        pass_period(scene.at, SERIOUS)
        call = EmergencyCall.objects.get(answered_at=None)

        with pytest.raises(Conflict, match="已按期限删除"):
            incidents.record_emergency_answer(
                call=call, answer="好", by=scene.officer, at=scene.at
            )
        assert not call.awaits_answer
        assert verify().is_sound

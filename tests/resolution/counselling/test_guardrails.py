"""No diagnosis, no debriefing: tried through the form, the API and the service (G25, G26)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from anlan.base.errors import DomainError, InvalidInput
from anlan.resolution.counselling.models import SealedNote, UrgentCall
from anlan.resolution.counselling.services import answer_call, notes, raise_call
from anlan.resolution.models import PlanSupport
from anlan.resolution.review.models import Meeting
from tests.api.conftest import Api, give_token
from tests.law.tried import assert_says
from tests.resolution.counselling.cared import agreed, keyed, linan, noted
from tests.resolution.helped import offer, offered
from tests.resolution.planned import begun
from tests.resolution.reviewed import met
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
DIAGNOSIS = "谈了一个小时，诊断：抑郁症"
DEBRIEFING = "第二天下午全体到会议室，逐人讲述感受"
COMPULSORY = "受害人必须接受心理辅导"


def api(scene: Scene, username: str) -> Api:
    far = timedelta(days=30)
    return Api(give_token(scene.person(username), scene.at, expires=far))


def source_of(refused: Any) -> str:
    assert isinstance(refused.value, DomainError)
    return str(refused.value.source)


class TestNoDiagnosis:
    def test_by_service(self, scene, case) -> None:
        keyed(scene)
        with pytest.raises(InvalidInput) as refused:
            noted(scene, agreed(scene, case), DIAGNOSIS)

        assert source_of(refused) == "G25"
        assert not SealedNote.objects.exists()

    def test_by_form_what_was_typed_stays(self, scene, case, sign_in) -> None:
        keyed(scene)
        care = agreed(scene, case)
        said = {"request_id": str(uuid4()), "text": DIAGNOSIS}
        page = sign_in("linan").post(f"/counselling/people/{care.uid}/", said)

        assert page.status_code == 422
        assert_says(page.content.decode(), "G25")
        assert DIAGNOSIS in page.content.decode()

    def test_what_a_hospital_said_may_be_written_down(self, scene, case) -> None:
        keyed(scene)

        assert noted(scene, agreed(scene, case), "她说医院诊断为焦虑状态").pk


def test_a_risk_answer_is_not_kept_where_calling_failed(
    scene, case, monkeypatch
) -> None:
    keyed(scene)
    care = agreed(scene, case)
    monkeypatch.setattr(notes, "raise_call", lambda **_said: None)
    with pytest.raises(DomainError) as refused:
        noted(scene, care, is_risk=True)

    assert source_of(refused) == "G25"
    assert not UrgentCall.objects.exists()
    assert not SealedNote.objects.exists()


def test_who_was_called_before_is_no_answer_to_what_is_said_now(
    scene, case, monkeypatch
) -> None:
    keyed(scene)
    care = agreed(scene, case)
    call = raise_call(care=care, by=linan(scene), at=scene.at)
    answer_call(call=call, by=scene.manager, at=scene.at)
    monkeypatch.setattr(notes, "raise_call", lambda **_said: None)
    with pytest.raises(DomainError) as refused:
        noted(scene, care, is_risk=True)

    assert source_of(refused) == "G25"
    assert not SealedNote.objects.exists()


class TestNoDebriefing:
    @pytest.mark.parametrize("words", [DEBRIEFING, COMPULSORY])
    def test_no_offer_of_a_plan_is_one(self, scene, case, words) -> None:
        plan = begun(scene, case)
        said = offered(scene, plan)
        with pytest.raises(InvalidInput) as refused:
            offered(scene, plan, offer(scene, said.party, words=words))

        assert source_of(refused) == "G26"

    def test_neither_over_the_api(self, scene, case) -> None:
        plan = begun(scene, case)
        row = offered(scene, plan)
        said = {"kind": "other", "days": 1, "words": COMPULSORY}
        answer = api(scene, plan.author.username).post(
            f"/plans/{plan.uid}/support",
            {
                **said,
                "kind": "medical",
                "party": str(row.party.uid),
                "owner": str(row.owner.uid),
            },
        )

        assert (answer.status, answer.body["error"]["source"]) == (422, "G26")
        assert PlanSupport.objects.count() == 1

    def test_no_meeting_is_one(self, scene, case) -> None:
        for more in ({"minutes": DEBRIEFING}, {"is_voluntary": False}):
            with pytest.raises(InvalidInput) as refused:
                met(scene, case, **more)
            assert source_of(refused) == "G26"

    def test_neither_by_its_form(self, scene, case, sign_in) -> None:
        client = sign_in("zhoumin")
        said = {
            "request_id": str(uuid4()),
            "held_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
            "minutes": "从接警到到场的经过。",
            "people": [str(scene.officer.uid), str(scene.guard.uid)],
            "is_voluntary": "on",
        }
        for more in ({"minutes": DEBRIEFING}, {"is_voluntary": ""}):
            page = client.post(f"/cases/{case.number}/meetings/new/", {**said, **more})
            assert page.status_code == 422
            assert "G26" in page.content.decode()
        assert not Meeting.objects.exists()

    def test_neither_over_the_api_of_meetings(self, scene, case) -> None:
        said = {
            "held_at": (scene.at + timedelta(seconds=30)).isoformat(),
            "minutes": "从接警到到场的经过。",
            "is_voluntary": False,
            "people": [str(scene.officer.uid), str(scene.guard.uid)],
        }
        answer = api(scene, "zhoumin").post(f"/cases/{case.number}/meetings", said)

        assert (answer.status, answer.body["error"]["source"]) == (422, "G26")

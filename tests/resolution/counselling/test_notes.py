"""Notes and scales: sealed to who wrote them, and to nobody else, wherever they lie."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from uuid import uuid4

import pytest

from anlan.base import sealing
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases.models import AcceptedRequest
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.enums import (
    CareState,
    ConsentUse,
    Ending,
    OfferWay,
)
from anlan.resolution.counselling.models import SealedNote, UrgentCall
from anlan.resolution.counselling.scales import SCALES, ScaleKey, score
from anlan.resolution.counselling.selectors import notes_of, read_notes
from tests.evidence.told import party as victim
from tests.moment import forget_counts
from tests.resolution.counselling.cared import (
    PASSPHRASE,
    SECRET,
    agreed,
    another_counsellor,
    keyed,
    linan,
    noted,
    referred,
)

pytestmark = pytest.mark.both_deep
PHQ = SCALES[ScaleKey.PHQ_9]
MONTH = timedelta(days=32)


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    forget_counts()


def read(scene, care, user=None):
    user = user or linan(scene)
    opened = support.open_key(passphrase=PASSPHRASE, by=user, at=scene.at)
    return read_notes(notes_of(care, user), key=opened.row, private=opened.private)


def test_its_author_reads_it_and_the_record_vouches_for_its_bytes(scene, case) -> None:
    keyed(scene)
    care = agreed(scene, case)
    note = noted(scene, care)

    assert [one.content for one in read(scene, care)] == [
        {"kind": "note", "text": SECRET}
    ]
    assert SECRET not in note.sealed
    assert verify().is_sound

    SealedNote.objects.filter(pk=note.pk).update(sealed=note.sealed[:-8] + "AAAAAAA=")
    assert not verify().is_sound
    assert [one.content for one in read(scene, care)] == [None]


def test_a_correction_is_a_version_and_the_one_before_stays(scene, case) -> None:
    keyed(scene)
    care = agreed(scene, case)
    first = noted(scene, care)
    noted(scene, care, "改正：她睡得好些了", replaces=first)

    assert [one.content["text"] for one in read(scene, care)] == ["改正：她睡得好些了"]
    assert SealedNote.objects.count() == 2
    with pytest.raises(Conflict):
        noted(scene, care, "又一次", replaces=first)


def test_bytes_of_one_row_do_not_open_in_another(scene, case) -> None:
    keyed(scene)
    care = agreed(scene, case)
    one, other = noted(scene, care, "第一次"), noted(scene, care, "第二次")
    for row, taken in ((one, other.sealed), (other, one.sealed)):
        SealedNote.objects.filter(pk=row.pk).update(sealed=taken)

    assert [note.content for note in read(scene, care)] == [None, None]


def test_another_counsellor_has_nothing_to_open(scene, case) -> None:
    keyed(scene)
    other = another_counsellor(scene)
    keyed(scene, other)
    care = agreed(scene, case)
    note = noted(scene, care)

    assert read(scene, care, other) == []
    opened = support.open_key(passphrase=PASSPHRASE, by=other, at=scene.at)
    (found,) = read_notes([note], key=opened.row, private=opened.private)
    assert found.content is None
    with pytest.raises(NotAllowed):
        noted(scene, care, by=other)


@pytest.mark.parametrize("username", ["admin", "hetao", "zhoumin", "guoxin"])
def test_nobody_else_writes_one(scene, case, username) -> None:
    keyed(scene)
    care = agreed(scene, case)

    with pytest.raises(NotAllowed):
        noted(scene, care, by=scene.person(username))


def test_without_a_key_nothing_is_kept(scene, case) -> None:
    with pytest.raises(Conflict, match="封存密钥"):
        noted(scene, agreed(scene, case))


def test_without_consent_nothing_is_kept(scene, case) -> None:
    keyed(scene)
    care = referred(scene, case)

    with pytest.raises(Conflict, match="同意"):
        noted(scene, care)
    assert not SealedNote.objects.exists()


def test_taken_back_in_the_middle_nothing_more_is_kept(scene, case) -> None:
    """What was kept before stays readable: they agreed to it then."""
    keyed(scene)
    care = agreed(scene, case)
    noted(scene, care)
    said = {"care": care, "by": linan(scene), "at": scene.at}
    support.withdraw_consent(use=ConsentUse.TALK, **said)

    with pytest.raises(Conflict, match="撤回"):
        noted(scene, care, "再写一点")
    assert len(read(scene, care)) == 1
    with pytest.raises(Conflict):
        support.withdraw_consent(use=ConsentUse.TALK, **said)


def test_sent_twice_it_is_one_and_its_digest_is_of_no_words(scene, case) -> None:
    keyed(scene)
    care = agreed(scene, case)
    once = uuid4()
    first = noted(scene, care, request_id=once)

    assert noted(scene, care, request_id=once) == first
    # Whoever tries words finds none: the request's digest is the same for all of them.
    assert noted(scene, care, "别的话", request_id=once) == first
    assert AcceptedRequest.objects.filter(request_id=once).count() == 1


@pytest.mark.parametrize("text", ["", "   ", "字" * 10_001])
def test_nothing_and_too_much_are_refused(scene, case, text) -> None:
    keyed(scene)
    care = agreed(scene, case)

    with pytest.raises(InvalidInput):
        noted(scene, care, text)


def test_after_the_end_nothing_is_written(scene, case) -> None:
    keyed(scene)
    care = agreed(scene, case)
    support.close_care(care=care, ending=Ending.DONE, by=linan(scene), at=scene.at)

    with pytest.raises(Conflict):
        noted(scene, care)


class TestScales:
    def answers(self, scene, care, scale=PHQ, answers=(1,) * 8 + (0,), **more):
        said = {"by": linan(scene), "at": scene.at, **more}
        return support.write_screening(care=care, scale=scale, answers=answers, **said)

    def test_answers_are_sealed_and_the_sum_is_a_screening(self, scene, case) -> None:
        keyed(scene)
        care = agreed(scene, case)
        note, result = self.answers(scene, care)

        assert (result.total, str(result.band), result.is_referred) == (
            8,
            "轻度范围",
            False,
        )
        assert read(scene, care)[0].content == {
            "kind": "scale",
            "scale": "phq9",
            "answers": [1] * 8 + [0],
        }
        assert b"phq9" not in b64decode(note.sealed)
        facts = [str(entry.data) for entry in Entry.objects.filter(object=note.key)]
        assert not any("phq" in one for one in facts)
        assert not UrgentCall.objects.exists()

    def test_a_risk_answer_calls_a_human_whatever_the_sum(self, scene, case) -> None:
        keyed(scene)
        care = agreed(scene, case)
        self.answers(scene, care, answers=(0,) * 8 + (1,))

        assert UrgentCall.objects.get().care == care

    def test_only_with_its_own_consent(self, scene, case) -> None:
        keyed(scene)
        care = agreed(scene, case)
        support.withdraw_consent(
            care=care, use=ConsentUse.SCREENING, by=linan(scene), at=scene.at
        )

        with pytest.raises(Conflict, match="筛查"):
            self.answers(scene, care)
        noted(scene, care)  # the other one stands

    def test_a_scale_of_the_past_month_waits_for_one(self, scene, case) -> None:
        keyed(scene)
        care = agreed(scene, case)
        scale = SCALES[ScaleKey.PC_PTSD_5]
        said = {"scale": scale, "answers": (1, 1, 1, 1, 1, 0)}

        with pytest.raises(Conflict, match="过去一个月"):
            self.answers(scene, care, **said)
        _note, result = self.answers(scene, care, **said, at=scene.at + MONTH)
        assert (result.total, result.is_referred) == (4, True)

    @pytest.mark.parametrize(
        "answers", [(), (0,) * 8, (0,) * 10, (4,) + (0,) * 8, (-1,) + (0,) * 8]
    )
    def test_answers_that_cannot_be(self, scene, case, answers) -> None:
        keyed(scene)
        care = agreed(scene, case)

        with pytest.raises(InvalidInput):
            self.answers(scene, care, answers=answers)


@pytest.mark.parametrize(
    ("key", "answers", "total", "band"),
    [
        ("phq9", (0,) * 9, 0, "低于轻度的界限"),
        ("phq9", (1,) * 4 + (0,) * 5, 4, "低于轻度的界限"),
        ("phq9", (1,) * 5 + (0,) * 4, 5, "轻度范围"),
        ("phq9", (2,) * 5 + (0,) * 4, 10, "中度范围"),
        ("phq9", (3,) * 5 + (0,) * 4, 15, "中重度范围"),
        ("phq9", (3,) * 6 + (2, 0, 0), 20, "重度范围"),
        ("phq9", (3,) * 9, 27, "重度范围"),
        ("gad7", (3,) * 7, 21, "重度范围"),
        ("gad7", (2,) * 7, 14, "中度范围"),
        ("pcptsd5", (0, 1, 1, 1, 1, 1), 0, "低于界限"),
        ("pcptsd5", (1, 1, 1, 1, 0, 0), 3, "女性或者取敏感界限时为阳性"),
        ("pcptsd5", (1, 1, 1, 1, 1, 1), 5, "阳性"),
    ],
)
def test_bands(key, answers, total, band) -> None:
    result = score(SCALES[ScaleKey(key)], answers)

    assert (result.total, str(result.band)) == (total, band)
    assert result.is_risk == (key == "phq9" and answers[8] > 0)


def test_the_padding_hides_how_much_was_said(scene, case) -> None:
    keyed(scene)
    care = agreed(scene, case, victim(scene, case, "白露"))

    short, long = noted(scene, care, "好"), noted(scene, care, "她" * 200)

    assert len(short.sealed) == len(long.sealed)
    assert sealing.SMALLEST == 1024


def test_who_is_in_danger_is_called_for_whatever_becomes_of_the_words(
    scene, case
) -> None:
    """No key, and nobody agreed that anything is kept: a human is called all the same."""
    care = referred(scene, case)

    with pytest.raises(Conflict):
        noted(scene, care, is_risk=True)
    assert UrgentCall.objects.count() == 1
    assert not SealedNote.objects.exists()

    with pytest.raises(InvalidInput):
        noted(scene, care, " ", is_risk=True)
    assert UrgentCall.objects.count() == 1  # the same call


def test_support_that_is_offered_anew_leaves_the_record_sound(scene, case) -> None:
    keyed(scene)
    care = agreed(scene, case)
    support.close_care(care=care, ending=Ending.WISH, by=linan(scene), at=scene.at)
    support.offer_support(
        party=care.party,
        way=OfferWay.IN_PERSON,
        answer=CareState.ACCEPTED,
        by=scene.person("lifang"),
        at=scene.at + timedelta(days=30),
    )

    assert verify().is_sound

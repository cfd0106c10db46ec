"""Risk markers: a person's decision, with a reason, for a while, open to objection (G27)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.base.one_by_one import each_alone
from anlan.customers import jobs, messages, services
from anlan.customers.enums import (
    ErasureReason,
    MarkerState,
    MarkerStep,
    ObjectionOutcome,
)
from anlan.customers.jobs import tell_of_lapsed_markers
from anlan.customers.models import MarkerDecision, MarkerObjection, RiskMarker
from anlan.customers.selectors.markers import (
    Which,
    counts,
    in_force,
    listed,
    marker_for,
    minded,
)
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery, Message

ADVICE, REASON = "两人同行，先通知值班主任", "11 月 20 日在南门推倒门卫赵某"


@pytest.fixture
def person(front):
    return services.add_person(
        site=front.site,
        name="陆一航",
        phone="19900000123",
        by=front.officer,
        at=front.at,
    )


def day(front, days):
    return local_day(front.at) + timedelta(days=days)


def marked(front, person, **more):
    said = {
        "person": person,
        "site": front.site,
        "advice": ADVICE,
        "reason": REASON,
        "review_on": day(front, 60),
        "expires_on": day(front, 150),
        "told_on": day(front, 0),
        "by": front.manager,
        "at": front.at,
    }
    return services.set_marker(**(said | more))


def reviewed(front, marker, step=MarkerStep.KEPT, **more):
    said = {
        "marker": marker,
        "step": step,
        "reason": "仍有冲突的可能",
        "review_on": None if step == MarkerStep.ENDED else day(front, 120),
        "by": front.manager,
        "at": front.at + timedelta(days=50),
    }
    return services.review_marker(**(said | more))


def objected(front, marker, **more):
    said = {"marker": marker, "words": "不是我推的", "by": front.guard, "at": front.at}
    return services.object_to_marker(**(said | more))


def heard(front, objection, **more):
    said = {
        "objection": objection,
        "outcome": ObjectionOutcome.KEPT,
        "reason": "录像看得清楚",
        "by": front.headquarters,
        "at": front.at + timedelta(days=2),
    }
    return services.decide_marker_objection(**(said | more))


def erased(front, person):
    services.erase_person(
        person=person,
        site=front.site,
        reason=ErasureReason.REQUEST,
        by=front.manager,
        at=front.at,
    )


def told(kind):
    return {one.user for one in Delivery.objects.filter(message__kind=kind)}


def advice_for(reader, person, on):
    found = minded([person], reader, on=on).get(person.pk)
    if found is None:
        return [], 0
    return [advice for _marker, advice in found.advice], found.hidden


@pytest.mark.both
def test_a_marker_is_on_the_record_and_says_nothing_there(front, person):
    marker = marked(front, person)

    entry = Entry.objects.get(kind="customers.marker_decided")
    decision = MarkerDecision.objects.get()
    assert entry.subject == person.subject
    assert entry.object == decision.key
    record = bytes(entry.body).decode() + bytes(entry.data or b"").decode()
    assert "同行" not in record
    assert "推倒" not in record
    assert marker.state(on=day(front, 0)) == MarkerState.RUNNING
    assert verify().problems == []


def test_a_guard_reads_the_advice_and_who_needs_nothing_reads_nothing(front, person):
    marked(front, person)
    today = day(front, 1)

    assert advice_for(front.guard, person, today) == ([ADVICE], 0)
    assert advice_for(front.administrator, person, today) == ([], 1)
    assert advice_for(front.other_officer, person, today) == ([], 1)


@pytest.mark.parametrize(
    ("wrong", "path", "source"),
    [
        ({"reason": " "}, "reason", "G27"),
        ({"reason": "推" * 501}, "reason", ""),
        ({"reason": "其有前科，拘留过"}, "reason", "G27"),
        ({"advice": ""}, "advice", "G27"),
        ({"advice": "同" * 101}, "advice", ""),
        ({"advice": "列入黑名单"}, "advice", "G27"),
        ({"advice": "见到就扣留，搜身"}, "advice", "G07"),
        ({"advice": "停水停电"}, "advice", "G03"),
        ({"not_told_why": "本人有前科", "told_on": None}, "not_told_why", "G27"),
        ({"told_on": None}, "told_on", "G27"),
        ({"not_told_why": "会报复"}, "told_on", "G27"),
    ],
)
def test_what_a_marker_may_not_hold(front, person, wrong, path, source):
    with pytest.raises(InvalidInput) as refused:
        marked(front, person, **wrong)

    assert refused.value.path == path
    if source:
        assert refused.value.source == source
    assert not RiskMarker.objects.exists()


@pytest.mark.parametrize(
    ("days", "path"),
    [
        ({"review_on": 200, "expires_on": 300}, "review_on"),
        ({"review_on": 0}, "review_on"),
        ({"review_on": 61, "expires_on": 60}, "review_on"),
        ({"expires_on": 400}, "expires_on"),
        ({"expires_on": 0}, "expires_on"),
        ({"told_on": 1}, "told_on"),
    ],
)
def test_how_long_a_marker_may_last(front, person, days, path):
    with pytest.raises(InvalidInput) as refused:
        marked(front, person, **{key: day(front, n) for key, n in days.items()})

    assert refused.value.path == path


def test_only_a_person_with_the_office_decides(front, person):
    for nobody in (front.officer, front.guard, front.administrator):
        with pytest.raises(NotAllowed):
            marked(front, person, by=nobody)
    with pytest.raises(NotAllowed) as refused:
        marked(front, person, by=SYSTEM)
    assert refused.value.source == "G27"
    with pytest.raises(NotFound):
        marked(front, person, site=front.other_site, by=front.headquarters)


def test_there_is_one_at_a_time(front, person):
    marker = marked(front, person)
    with pytest.raises(Conflict):
        marked(front, person)

    reviewed(front, marker, MarkerStep.ENDED, at=front.at)
    assert marked(front, person).pk != marker.pk


def test_it_ends_by_its_day_and_rests_where_nobody_looked_again(front, person):
    marker = marked(front, person)

    states = {
        60: MarkerState.RUNNING,
        61: MarkerState.RESTING,
        150: MarkerState.RESTING,
        151: MarkerState.EXPIRED,
    }
    for days, state in states.items():
        assert marker.state(on=day(front, days)) == state
        is_shown = in_force(on=day(front, days)).exists()
        assert is_shown is (state == MarkerState.RUNNING)
    assert advice_for(front.guard, person, day(front, 61)) == ([], 0)

    late = reviewed(front, marker, at=front.at + timedelta(days=70))
    assert late.state(on=day(front, 70)) == MarkerState.RUNNING
    with pytest.raises(Conflict):
        reviewed(front, marker, at=front.at + timedelta(days=151))


class TestTelling:
    def test_who_decides_is_told_once_that_it_rests_and_once_that_it_ran_out(
        self, front, person
    ):
        marked(front, person)

        def tell(days):
            return tell_of_lapsed_markers(at=front.at + timedelta(days=days))

        assert [tell(60), tell(61), tell(61), tell(75)] == [0, 1, 0, 0]
        assert told(messages.RESTS) == {front.manager}
        sent = Message.objects.get(kind=messages.RESTS)
        assert sent.path == f"/markers/{RiskMarker.objects.get().uid}/"
        assert person.subject not in (sent.subject, str(sent.params))
        assert [tell(150), tell(151), tell(152)] == [0, 1, 0]
        assert told(messages.RAN_OUT) == {front.manager}

    def test_one_that_was_kept_is_told_of_anew(self, front, person):
        marker = marked(front, person)
        tell_of_lapsed_markers(at=front.at + timedelta(days=61))
        reviewed(front, marker, at=front.at + timedelta(days=62))

        assert tell_of_lapsed_markers(at=front.at + timedelta(days=63)) == 0
        assert tell_of_lapsed_markers(at=front.at + timedelta(days=121)) == 1

    @pytest.mark.parametrize("first", ["another worker", "a decision", "an end"])
    def test_what_came_first_is_seen(self, front, person, monkeypatch, first):
        marker, at = marked(front, person), front.at + timedelta(days=61)

        def late(rows, act, **more):
            monkeypatch.setattr(jobs, "each_alone", each_alone)
            if first == "another worker":
                assert tell_of_lapsed_markers(at=at) == 1
            else:
                step = MarkerStep.ENDED if first == "an end" else MarkerStep.KEPT
                reviewed(front, marker, step, at=at)
            return each_alone(rows, act, **more)

        monkeypatch.setattr(jobs, "each_alone", late)

        assert tell_of_lapsed_markers(at=at) == 0
        told_count = Message.objects.filter(kind=messages.RESTS).count()
        assert told_count == (1 if first == "another worker" else 0)

    def test_an_objection_that_nobody_heard_in_time(self, front, person):
        objected(front, marked(front, person))

        assert tell_of_lapsed_markers(at=front.at + timedelta(days=10)) == 0
        assert tell_of_lapsed_markers(at=front.at + timedelta(days=11)) == 1

    def test_one_that_was_ended_and_one_of_long_ago_are_told_of_no_more(
        self, front, person
    ):
        marker = marked(front, person)
        assert tell_of_lapsed_markers(at=front.at + timedelta(days=400)) == 0
        reviewed(front, marker, MarkerStep.ENDED)
        assert tell_of_lapsed_markers(at=front.at + timedelta(days=61)) == 0


def test_a_review_keeps_changes_or_ends_it_with_a_reason(front, person):
    marker = marked(front, person)
    with pytest.raises(InvalidInput):
        reviewed(front, marker, reason=" ")
    with pytest.raises(InvalidInput) as refused:
        reviewed(front, marker, review_on=None)
    assert refused.value.path == "review_on"
    with pytest.raises(InvalidInput):  # its last day does not move
        reviewed(front, marker, review_on=day(front, 151))
    with pytest.raises(InvalidInput) as refused:
        reviewed(front, marker, MarkerStep.CHANGED, advice=ADVICE)
    assert refused.value.path == "advice"
    with pytest.raises(InvalidInput):
        reviewed(front, marker, MarkerStep.SET)
    with pytest.raises(NotAllowed):
        reviewed(front, marker, by=front.officer)

    reviewed(front, marker)
    reviewed(front, marker, MarkerStep.CHANGED, advice="一人即可，保持距离")
    today = day(front, 50)
    assert advice_for(front.guard, person, today) == (["一人即可，保持距离"], 0)
    ended = reviewed(front, marker, MarkerStep.ENDED)

    assert ended.state(on=today) == MarkerState.ENDED
    assert advice_for(front.guard, person, today) == ([], 0)
    steps = MarkerDecision.objects.order_by("pk").values_list("step", flat=True)
    assert list(steps) == ["set", "kept", "changed", "ended"]
    assert Entry.objects.filter(kind="customers.marker_decided").count() == 4
    assert verify().problems == []


class TestObjection:
    def test_somebody_else_decides_it_with_a_reason(self, front, person):
        marker = marked(front, person)
        objection = objected(front, marker)
        assert objection.due_on == day(front, 10)
        for who, why in ((front.manager, NotAllowed), (front.officer, NotAllowed)):
            with pytest.raises(why):
                heard(front, objection, by=who)
        with pytest.raises(InvalidInput):
            heard(front, objection, reason="")
        with pytest.raises(InvalidInput):
            heard(front, objection, reason="他是重点人员")
        with pytest.raises(Conflict):
            objected(front, marker)
        with pytest.raises(Conflict):  # nobody keeps it past an objection
            reviewed(front, marker)

        heard(front, objection)
        with pytest.raises(Conflict):
            heard(front, objection)

        marker = RiskMarker.objects.get()
        assert marker.state(on=day(front, 30)) == MarkerState.RUNNING
        assert verify().problems == []

    def test_one_that_is_right_ends_the_marker(self, front, person):
        objection = objected(front, marked(front, person))

        heard(front, objection, outcome=ObjectionOutcome.ENDED)

        assert advice_for(front.guard, person, day(front, 2)) == ([], 0)

    def test_the_marker_rests_until_it_is_decided_once_its_time_is_over(
        self, front, person
    ):
        marker = marked(front, person)
        objection = objected(front, marker)

        assert advice_for(front.guard, person, day(front, 10)) == ([ADVICE], 0)
        assert advice_for(front.guard, person, day(front, 11)) == ([], 0)
        assert marker.state(on=day(front, 11)) == MarkerState.RESTING

        heard(front, objection, at=front.at + timedelta(days=12))
        assert advice_for(front.guard, person, day(front, 12)) == ([ADVICE], 0)

    def test_nobody_who_knows_nothing_of_it_takes_one_down(self, front, person):
        marker = marked(front, person)
        with pytest.raises(NotAllowed):
            objected(front, marker, by=front.other_officer)
        with pytest.raises(InvalidInput):
            objected(front, marker, words=" ")
        with pytest.raises(NotFound):
            marker_for(front.other_officer, marker.uid, on=day(front, 0))

    def test_ending_the_marker_takes_no_objection_away(self, front, person):
        marker = marked(front, person)
        objection = objected(front, marker)
        reviewed(front, marker, MarkerStep.ENDED, at=front.at)

        assert listed(front.headquarters, Which.DUE, on=day(front, 1)).exists()
        with pytest.raises(Conflict) as refused:  # what is over does not stay
            heard(front, objection)
        assert "撤销" in str(refused.value)
        heard(front, objection, outcome=ObjectionOutcome.ENDED)
        assert not listed(front.headquarters, Which.DUE, on=day(front, 1)).exists()
        assert verify().problems == []

    @pytest.mark.parametrize("is_upheld", [True, False])
    def test_what_was_objected_to_comes_again_by_another_with_a_reason(
        self, front, person, is_upheld
    ):
        marker = marked(front, person)
        objection = objected(front, marker)
        if is_upheld:
            heard(front, objection, outcome=ObjectionOutcome.ENDED)
        else:
            reviewed(front, marker, MarkerStep.ENDED, at=front.at)
        later = {"at": front.at + timedelta(days=3)}

        with pytest.raises(NotAllowed) as refused:
            marked(front, person, despite="又推了人", **later)
        assert refused.value.source == "G27"
        with pytest.raises(InvalidInput) as missing:
            marked(front, person, by=front.headquarters, **later)
        assert missing.value.path == "despite"
        with pytest.raises(InvalidInput):
            marked(front, person, by=front.headquarters, despite="有前科", **later)

        again = marked(
            front, person, by=front.headquarters, despite="昨天又推了人", **later
        )
        assert again.decisions.get().despite == "昨天又推了人"
        assert verify().problems == []

    def test_one_that_was_rejected_asks_for_nothing_more(self, front, person):
        marker = marked(front, person)
        heard(front, objected(front, marker))
        reviewed(front, marker, MarkerStep.ENDED, at=front.at)

        assert marked(front, person, despite="多余").decisions.get().despite == ""

    def test_nobody_decides_it_once_the_person_was_erased(self, front, person):
        objection = objected(front, marked(front, person))
        erased(front, person)

        for outcome in ObjectionOutcome:
            with pytest.raises(Conflict):
                heard(front, objection, outcome=outcome)
        assert MarkerObjection.objects.get().reason == ""
        assert not listed(front.manager, Which.DUE, on=day(front, 1)).exists()

    def test_who_heard_one_does_not_hear_the_next(self, front, person):
        marker = marked(front, person)
        first = objected(front, marker)
        heard(front, first)
        with pytest.raises(Conflict):  # it was decided, whoever asks
            heard(front, first)

        second = objected(front, marker, at=front.at + timedelta(days=3))
        with pytest.raises(NotAllowed) as refused:
            heard(front, second, at=front.at + timedelta(days=4))
        assert refused.value.source == "G27"

    def test_those_who_may_hear_it_are_told(self, front, person):
        objected(front, marked(front, person))

        assert told(messages.TO_HEAR) == {front.headquarters}
        sent = Message.objects.get(kind=messages.TO_HEAR)
        assert sent.path == f"/markers/{RiskMarker.objects.get().uid}/"
        assert person.subject not in (sent.subject, str(sent.params))
        assert "陆" not in str(sent.params)

    def test_where_nobody_may_headquarters_is_told(self, front, person):
        marker = marked(front, person)
        reviewed(front, marker, by=front.headquarters)
        objected(front, marker)

        assert told(messages.NOBODY_HEARS) == {front.headquarters}
        assert not told(messages.TO_HEAR)


def test_what_waits_for_a_decision_comes_first(front, person):
    marker = marked(front, person)
    manager = front.manager

    def found(on):
        return [which for which in Which if listed(manager, which, on=on).exists()]

    assert found(day(front, 1)) == [Which.RUNNING]
    assert found(day(front, 46)) == [Which.DUE]
    assert found(day(front, 61)) == [Which.DUE]
    assert found(day(front, 151)) == [Which.OVER]
    objected(front, marker)
    assert found(day(front, 1)) == [Which.DUE]
    assert counts(front.officer, on=day(front, 1))[Which.DUE] == 0
    heard(front, MarkerObjection.objects.get())
    reviewed(front, marker, MarkerStep.ENDED, at=front.at)
    assert found(day(front, 1)) == [Which.OVER]


def test_a_guard_finds_none_that_is_over(front, person):
    marker = marked(front, person)
    today = day(front, 1)

    assert marker_for(front.guard, marker.uid, on=today) == marker
    with pytest.raises(NotFound):
        marker_for(front.guard, marker.uid, on=day(front, 151))
    reviewed(front, marker, MarkerStep.ENDED, at=front.at)
    with pytest.raises(NotFound):
        marker_for(front.guard, marker.uid, on=today)
    assert marker_for(front.manager, marker.uid, on=today) == marker


def test_who_keeps_it_changes_no_advice_without_a_word(front, person):
    marker = marked(front, person)

    with pytest.raises(InvalidInput) as refused:
        reviewed(front, marker, advice="一人即可")
    assert refused.value.path == "step"
    reviewed(front, marker, advice=f" {ADVICE} ")


@pytest.mark.both
def test_the_words_go_with_the_person(front, person):
    marker = marked(front, person, told_on=None, not_told_why="会报复门卫")
    heard(front, objected(front, marker))

    erased(front, person)

    decision, objection = MarkerDecision.objects.get(), MarkerObjection.objects.get()
    said = (decision.reason, decision.advice, decision.not_told_why)
    assert {*said, objection.words, objection.reason} == {""}
    assert advice_for(front.guard, person, day(front, 1)) == ([], 0)
    assert verify().problems == []

"""The scene, self-defence facts and what came before."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.cases.selectors import timeline
from anlan.evidence.enums import StatementRole
from anlan.incidents import services as incidents
from anlan.incidents.models import Incident
from anlan.investigation import services as investigation
from anlan.investigation.defence import defence_questions
from anlan.investigation.enums import PinKind, SceneAspect, SceneRating
from anlan.investigation.models import DefenceFact, FindingSentence, Pin, SceneLook
from anlan.investigation.selectors.background import background_of
from anlan.investigation.selectors.facts import facts_of, injuries_in
from anlan.investigation.selectors.scene import looks_of, pins_of
from anlan.investigation.services import Plan
from anlan.investigation.services.erasing import erase_words
from anlan.law import selectors as law
from anlan.ledger.verify import verify
from tests.evidence import keeping
from tests.evidence.told import hurt, party, photographed
from tests.investigation.asked import (
    HAPPENED,
    decided,
    held,
    investigator,
    photo,
    planned,
    sentence,
    statement_in,
    submitted,
)

pytestmark = pytest.mark.both_deep

ID = UUID("6f2d3c1e-0000-4000-8000-0000000000a2")


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene):
    return scene.incident().case


def looked(scene, case, **more):
    said = {
        "aspect": SceneAspect.LIGHT,
        "rating": SceneRating.PART,
        "note": "两盏灯不亮",
        "by": investigator(scene),
        "at": scene.at,
        **more,
    }
    return investigation.look_at_scene(case=case, **said)


def drawn(scene, case, **more):
    said = {"title": "B1 东区", "by": investigator(scene), "at": scene.at, **more}
    return investigation.draw_sketch(case=case, **said)


def pinned(scene, sketch, **more):
    said = {
        "kind": PinKind.OBJECT,
        "x": 250,
        "y": 500,
        "label": "雨伞",
        "by": investigator(scene),
        "at": scene.at,
        **more,
    }
    return investigation.set_pin(sketch=sketch, **said)


def noted(scene, case, **more):
    said = {
        "question": "first",
        "words": "灰衣男子先举伞",
        "by": investigator(scene),
        "at": scene.at,
        **more,
    }
    return investigation.note_fact(case=case, **said)


class TestIndependence:
    @pytest.mark.parametrize("how", ["party", "there", "joined"])
    def test_who_has_to_do_with_it_changes_nothing(self, scene, how) -> None:
        """The duty officer may investigate, and not what they are mixed up in."""
        incident, officer = scene.incident(), scene.officer
        case, about = incident.case, {"by": officer, "at": scene.at}
        interview = planned(scene, case)
        sketch, fact = drawn(scene, case), noted(scene, case, is_unknown=True)
        pin = pinned(scene, sketch)
        if how == "party":
            cases.add_party(
                case=case, roles=["victim"], user=officer, by=scene.manager, at=scene.at
            )
            words = "当事人，须回避"
        else:
            where = incident
            if how == "joined":
                where = scene.incident(place=scene.place("园区 南门"))
            incidents.join_response(incident=where, user=officer, **about)
            there = scene.assignment(where, officer)
            incidents.arrive(assignment=there, **about)
            if how == "joined":
                cases.join_cases(case=where.case, host=case, **about)
            words = "到过事发现场，须回避"
        plan = Plan(interviewer=investigator(scene))
        attempts = [
            partial(planned, scene, case, parties=[interview.party], by=officer),
            partial(
                investigation.replan_interview, interview=interview, plan=plan, **about
            ),
            partial(
                investigation.cancel_interview, interview=interview, reason="x", **about
            ),
            partial(looked, scene, case, by=officer),
            partial(drawn, scene, case, by=officer),
            partial(pinned, scene, sketch, by=officer),
            partial(investigation.move_pin, pin=pin, x=1, y=1, **about),
            partial(investigation.remove_pin, pin=pin, **about),
            partial(noted, scene, case, is_unknown=True, by=officer),
            partial(investigation.withdraw_fact, fact=fact, reason="x", **about),
        ]

        for attempt in attempts:
            with pytest.raises(NotAllowed, match=words):
                attempt()
        # Somebody else can: what was planned by who has to keep away is called off.
        investigation.cancel_interview(
            interview=interview, reason="改期", by=scene.manager, at=scene.at
        )


class TestLooks:
    def test_the_newest_counts_and_all_stay(self, scene, case) -> None:
        looked(scene, case)
        looked(
            scene, case, rating=SceneRating.FINE, note="", exhibit=photo(scene, case)
        )

        seen = {one.aspect: one for one in looks_of(case)}
        assert list(seen) == list(SceneAspect)
        look = seen[SceneAspect.LIGHT].look
        assert look is not None
        assert look.rating == SceneRating.FINE
        assert [one.note for one in seen[SceneAspect.LIGHT].earlier] == ["两盏灯不亮"]
        assert seen[SceneAspect.NOISE].look is None
        assert "两盏灯" not in str([line.quote for line in timeline(case)])
        assert verify().is_sound

    def test_what_is_wrong_is_said(self, scene, case) -> None:
        with pytest.raises(InvalidInput) as refusal:
            looked(scene, case, note=" ")
        assert refusal.value.path == "note"

    def test_shows_no_protected_photo(self, scene, case) -> None:
        wound = photographed(scene, hurt(scene, case)).exhibit

        with pytest.raises(InvalidInput, match="现场照片"):
            looked(scene, case, exhibit=wound)

    def test_twice_is_once(self, scene, case) -> None:
        looked(scene, case, request_id=ID)
        looked(scene, case, request_id=ID)

        assert SceneLook.objects.count() == 1

    def test_by_nobody_without_the_right(self, scene, case) -> None:
        for somebody in (scene.guard, scene.person("chenlu")):
            with pytest.raises(NotAllowed):
                looked(scene, case, by=somebody)


class TestSketches:
    def test_have_numbered_pins(self, scene, case) -> None:
        sketch = drawn(scene, case, exhibit=photo(scene, case))
        them = party(scene, case)
        pinned(scene, sketch)
        pinned(scene, sketch, kind=PinKind.PERSON, label="", party=them)

        shown = [(one.number, one.name) for one in pins_of(sketch)]
        assert shown == [(1, "雨伞"), (2, "陆*航")]
        assert verify().is_sound

    def test_are_moved_and_taken_off(self, scene, case) -> None:
        pin = pinned(scene, drawn(scene, case))
        by = investigator(scene)

        investigation.move_pin(pin=pin, x=1000, y=0, by=by, at=scene.at)
        investigation.move_pin(pin=pin, x=1000, y=0, by=by, at=scene.at)
        investigation.remove_pin(pin=pin, by=by, at=scene.at)

        pin.refresh_from_db()
        assert (pin.x, pin.y) == (1000, 0)
        assert pins_of(pin.sketch) == []
        with pytest.raises(Conflict, match="已经取下"):
            investigation.move_pin(pin=pin, x=1, y=1, by=by, at=scene.at)
        assert pinned(scene, pin.sketch).number == 2

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"x": -1}, "x"),
            ({"y": 1001}, "y"),
            ({"label": " "}, "label"),
            ({"label": "长" * 61}, "label"),
        ],
    )
    def test_nothing_stands_outside(self, scene, case, wrong, path) -> None:
        with pytest.raises(InvalidInput) as refusal:
            pinned(scene, drawn(scene, case), **wrong)
        assert refusal.value.path == path
        assert not Pin.objects.exists()

    def test_only_people_are_parties(self, scene, case) -> None:
        with pytest.raises(InvalidInput) as refusal:
            pinned(scene, drawn(scene, case), party=party(scene, case))
        assert refusal.value.path == "party"


class TestFacts:
    def test_are_asked_neutrally(self) -> None:
        keys = [one.key for one in defence_questions()]
        assert len(set(keys)) == len(keys)
        for one in defence_questions():
            assert one.zh.endswith("？")
            assert one.en.endswith("?")
            assert law.cite_all(one.sources)
            assert not any(
                word in one.zh for word in law.guardrail("G15").lists["words"]
            )

    def test_name_their_source_and_leave_gaps(self, scene, case) -> None:
        statement = statement_in(scene, case)
        noted(scene, case, source=statement)
        noted(scene, case, question="means", words="", is_unknown=True)

        answered = {one.question.key: one for one in facts_of(case)}
        assert answered["first"].standing[0].source_code == "S-01"
        assert not answered["first"].is_gap
        assert answered["means"].is_gap
        assert answered["retreat"].is_gap
        assert "治安管理处罚法" in answered["first"].citation
        assert "灰衣" not in str([line.quote for line in timeline(case)])
        assert verify().is_sound

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"question": "guilt"}, "question"),
            ({"words": " "}, "words"),
            ({"words": "长" * 501}, "words"),
            ({}, "source"),
        ],
    )
    def test_what_is_wrong_leaves_nothing(self, scene, case, wrong, path) -> None:
        with pytest.raises(InvalidInput) as refusal:
            noted(scene, case, **wrong)
        assert refusal.value.path == path
        assert not DefenceFact.objects.exists()

    @pytest.mark.parametrize("words", ["双方互殴", "他有 罪", "他全责"])
    def test_conclude_nothing(self, scene, case, words) -> None:
        statement = statement_in(scene, case)

        with pytest.raises(InvalidInput) as refusal:
            noted(scene, case, source=statement, words=words)
        assert refusal.value.source == "G15"

    def test_are_struck_out_with_a_reason(self, scene, case) -> None:
        fact = noted(scene, case, source=statement_in(scene, case))
        by = investigator(scene)

        investigation.withdraw_fact(fact=fact, reason="看错了", by=by, at=scene.at)

        answered = {one.question.key: one for one in facts_of(case)}
        assert answered["first"].is_gap
        assert answered["first"].facts == (fact,)
        with pytest.raises(Conflict):
            investigation.withdraw_fact(fact=fact, reason="又", by=by, at=scene.at)

    def test_injuries_have_no_level_of_ours(self, scene, case) -> None:
        hurt(scene, case)

        seen = injuries_in(case, investigator(scene))
        assert (seen.recorded, seen.appraised) == (1, ())


class TestBackground:
    def test_counts_what_the_reader_may_not_see(self, scene) -> None:
        here = scene.incident(place=scene.place("园区 南门")).case
        elsewhere = scene.other_site.places.order_by("pk").last()
        there = scene.incident(by=scene.stranger, place=elsewhere).case
        them = party(scene, here)
        spot = scene.incident().case
        cases.add_party(
            case=there,
            roles=["aggressor"],
            person=them.person,
            by=scene.person("guoxin"),
            at=scene.at,
        )
        for days, case in ((30, here), (20, spot), (10, there)):
            aged(case, days)
        now = scene.incident().case
        cases.add_party(
            case=now,
            roles=["aggressor"],
            person=them.person,
            by=scene.officer,
            at=scene.at,
        )

        found = {one.reason: one for one in background_of(now, scene.officer)}

        same = found["同一人：陆*航"]
        assert ([one.pk for one in same.cases], same.hidden) == ([here.pk], 1)
        assert there.number not in str(found)
        assert [one.pk for one in found["同一地点"].cases] == [spot.pk]

    def test_forgets_what_is_over_a_year_old(self, scene) -> None:
        aged(scene.incident().case, 400)
        now = scene.incident().case

        assert not any(one.count for one in background_of(now, investigator(scene)))


def aged(case, days):
    """As if it had been opened and joined to nothing so many days before."""
    Case.objects.filter(pk=case.pk).update(
        opened_at=case.opened_at - timedelta(days=days),
        state="closed",
        closed_at=case.opened_at,
    )
    Incident.objects.filter(case=case).update(false_alarm_at=case.opened_at)
    return case


def test_words_go_with_the_case_and_the_chain_stays_whole(scene, case) -> None:
    held(scene, planned(scene, case, plan={"topics": "看见的"}))
    statement = statement_in(scene, case, of=party(scene, case, "乙某"))
    looked(scene, case)
    pinned(scene, drawn(scene, case))
    noted(scene, case, source=statement)
    finding = decided(scene, submitted(scene, case, statement=statement))

    for _twice in range(2):
        erase_words(case=case, reason="retention", at=scene.at)

    finding.refresh_from_db()
    row = finding.sentences.get()
    assert (row.text, finding.state) == ("", "approved")
    assert Pin.objects.get().label == ""
    assert DefenceFact.objects.get().words == ""
    assert verify().is_sound
    assert HAPPENED not in str(list(finding.sentences.values()))


def test_an_interview_of_a_colleague_asks_the_guards_questions(scene, case) -> None:
    them = cases.add_party(
        case=case,
        roles=["staff"],
        user=scene.next_guard,
        by=scene.officer,
        at=scene.at,
    )

    interview = planned(scene, case, parties=[them], role=StatementRole.GUARD)

    statement = held(scene, interview).statement
    assert statement is not None
    assert statement.party == them
    assert sentence(scene, submitted_draft(scene, case)).is_fact


def submitted_draft(scene, case):
    return investigation.begin_finding(case=case, by=investigator(scene), at=scene.at)


def test_words_stay_as_long_as_any_evidence_and_go_with_the_last(scene, case) -> None:
    """The worker's rounds: a photo goes first, the statement keeps the case longer."""
    photo(scene, case)
    statement = statement_in(scene, case)
    decided(scene, submitted(scene, case, statement=statement))
    closed = keeping.ended(case, at=scene.at)

    keeping.pass_period(scene.at, keeping.ORDINARY)
    before = FindingSentence.objects.get().text
    keeping.pass_period(scene.at, keeping.SERIOUS)

    statement.refresh_from_db()
    kept = closed.exhibits.exclude(state="deleted").count()
    assert (kept, FindingSentence.objects.get().text) == (0, "")
    assert before == HAPPENED
    assert verify().is_sound

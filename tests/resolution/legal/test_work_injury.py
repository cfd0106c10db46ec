"""Work injuries: opened by themselves, applied for in time, followed to their end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from anlan.base.calendar.terms import add_months
from anlan.base.clock import local_day, start_of_day
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Side, TaskState
from anlan.cases.models import Case, Task
from anlan.cases.selectors import timeline
from anlan.evidence import services as evidence
from anlan.evidence.enums import Ground, InjuryKind, Region
from anlan.incidents.enums import Flag, HappenedSource
from anlan.incidents.models import Report
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.notify.models import Delivery
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import (
    Employer,
    Filer,
    Material,
    WorkInjuryState,
    WorkInjuryStepKind,
)
from anlan.resolution.legal.jobs import warn_of_remedies
from anlan.resolution.legal.models import Limitation, WorkInjury, WorkInjuryStep
from anlan.resolution.legal.selectors.limitation import grounds_of
from anlan.resolution.legal.selectors.work_injury import (
    employer_due,
    missing_of,
    remedies_of,
    standing_of,
    work_injury_for,
    worker_due,
)
from anlan.resolution.legal.services.work_injury import PLAYBOOK_TASK, TASKS
from tests.at_once import at_once, failures
from tests.resolution.legal.hurt import (
    STEP,
    day_after,
    opened,
    receipt,
    stepped,
    struck,
    track,
)
from tests.resolution.planned import aggressor
from tests.resolution.planned import legal as counsel
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def open_tasks(injury: WorkInjury) -> list[str]:
    rows = Task.objects.filter(case=injury.case, key__startswith=TASKS)
    return [one.title for one in rows.filter(state=TaskState.OPEN).order_by("pk")]


def limits(injury: WorkInjury) -> set[str]:
    return set(Limitation.objects.filter(injury=injury).values_list("state", flat=True))


class TestOpening:
    def test_staff_who_were_struck_have_a_track_and_its_clock(self, scene: Scene):
        injury = opened(scene)
        assert injury.code == "W-01"
        assert injury.due_on == employer_due(local_day(scene.at))
        assert injury.task is not None
        assert injury.task.binding
        assert injury.task.due_at is not None
        assert local_day(injury.task.due_at - timedelta.resolution) == injury.due_on
        assert len(open_tasks(injury)) == 2
        told = {
            (one.message.kind, one.user)
            for one in Delivery.objects.filter(message__kind__startswith="legal.")
        }
        assert ("legal.work_injury_is_yours", scene.next_guard) in told
        assert ("legal.work_injury_opened", scene.manager) in told
        assert ("legal.work_injury_opened", scene.next_guard) not in told

    @pytest.mark.parametrize(
        ("injured", "due"),
        [
            (date(2026, 1, 5), date(2026, 2, 4)),
            # Into the Spring Festival: the first day after it.
            (date(2026, 1, 20), date(2026, 2, 24)),
            # A Saturday is not relied on.
            (date(2026, 3, 5), date(2026, 4, 7)),
            (date(2026, 3, 12), date(2026, 4, 11)),
        ],
    )
    def test_thirty_days_without_the_first(self, injured: date, due: date):
        assert employer_due(injured) == due

    def test_a_year_from_a_leap_day(self):
        assert worker_due(date(2028, 2, 29)) == date(2029, 2, 28)

    def test_a_customer_has_none(self, scene: Scene):
        case = scene.incident().case
        aggressor(scene, case)
        assert not WorkInjury.objects.exists()

    def test_it_opens_when_the_part_changes_and_only_once(self, scene: Scene):
        case = scene.incident().case
        party = struck(scene, case, roles=["witness", "staff"])
        assert not WorkInjury.objects.exists()
        for roles in (["victim", "staff"], ["staff"], ["victim", "staff"]):
            cases.set_party_roles(
                party=party, roles=roles, by=scene.officer, at=scene.at
            )
        assert WorkInjury.objects.count() == 1
        assert len(open_tasks(track(case))) == 2

    def test_an_injury_of_staff_opens_it_whatever_their_part(self, scene: Scene):
        case = scene.incident().case
        party = struck(scene, case, roles=["involved", "staff"])
        assert not WorkInjury.objects.exists()
        evidence.record_injury(
            case=case,
            party=party,
            region=Region.FACE,
            kind=InjuryKind.BRUISE,
            words="额头红肿",
            by=scene.officer,
            at=scene.at,
        )
        assert track(case).party == party

    def test_somebody_who_turns_out_to_be_a_colleague(self, scene: Scene):
        case = scene.incident().case
        party = cases.add_party(
            case=case,
            roles=["victim"],
            description="穿保安服的人",
            by=scene.officer,
            at=scene.at,
        )
        assert not WorkInjury.objects.exists()
        cases.identify_party(
            party=party, user=scene.next_guard, by=scene.officer, at=scene.at
        )
        assert track(case).party == party

    def test_the_task_of_the_playbook_is_done_by_its_track(self, scene: Scene):
        case = scene.incident(flags=[Flag.INJURED, Flag.STAFF]).case
        task = Task.objects.get(case=case, key=PLAYBOOK_TASK)
        assert task.state == TaskState.OPEN
        struck(scene, case)
        task.refresh_from_db()
        assert (task.state, task.words) == (TaskState.DONE, "已开始办理，见工伤 W-01")

    def test_and_one_that_the_playbook_adds_later_as_well(self, scene: Scene):
        case = scene.incident(flags=[Flag.INJURED]).case
        struck(scene, case)
        assert not Task.objects.filter(case=case, key=PLAYBOOK_TASK).exists()
        scene.report(flags=[Flag.STAFF], by=scene.guard)
        task = Task.objects.get(case=case, key=PLAYBOOK_TASK)
        assert task.state == TaskState.DONE
        assert verify().is_sound

    @pytest.mark.both
    def test_opened_twice_at_once_it_is_one(self, committed_scene: Scene):
        case = committed_scene.incident().case
        party = struck(committed_scene, case, roles=["staff"])

        def again() -> None:
            cases.set_party_roles(
                party=party,
                roles=["victim", "staff"],
                by=committed_scene.officer,
                at=committed_scene.at,
            )

        assert failures(at_once(again, again)) == []
        assert WorkInjury.objects.count() == 1


class TestToItsEnd:
    def test_told_applied_accepted_recognised(self, scene: Scene):
        injury = opened(scene)
        stepped(scene, injury, STEP.TOLD)
        for one in (Material.FORM, Material.EMPLOYMENT, Material.DIAGNOSIS):
            assert one in missing_of(track(injury.case))
            legal.add_material(
                injury=injury,
                material=one,
                exhibit=receipt(scene, injury.case),
                by=scene.manager,
                at=scene.at,
            )
        assert missing_of(track(injury.case)) == []
        stepped(scene, injury, STEP.FILED, 5, paper="人社工受〔2026〕18 号")
        filed = track(injury.case)
        filed_on, _at = day_after(scene, 5)
        standing = standing_of(filed, on=filed_on)
        assert not standing.is_late
        assert standing.authority_due == filed_on + timedelta(days=15)
        assert standing.authority is not None
        assert standing.authority.source == "L-工伤认定办法-8"
        assert not standing.authority.is_law  # nobody read it: shown as advice
        assert open_tasks(filed) == ["工伤 W-01：查询是否受理"]
        stepped(scene, injury, STEP.ACCEPTED, 9, is_clear=True)
        accepted = track(injury.case)
        standing = standing_of(accepted, on=filed_on)
        assert standing.authority_due == day_after(scene, 9)[0] + timedelta(days=15)
        assert standing.authority is not None
        assert standing.authority.source == "L-工伤条例-20"
        assert standing.authority.is_law
        stepped(scene, injury, STEP.RECOGNISED, 20, paper="人社工认〔2026〕7 号")
        ended = track(injury.case)
        assert ended.state == WorkInjuryState.RECOGNISED
        assert open_tasks(ended) == []
        assert verify().is_sound

    def test_late_is_said_with_its_days(self, scene: Scene):
        injury = opened(scene)
        days = (injury.due_on - injury.injured_on).days
        assert standing_of(injury, on=injury.due_on).late_days == 0
        assert standing_of(injury, on=injury.due_on + timedelta(days=1)).is_late
        stepped(scene, injury, STEP.FILED, days + 12)
        assert standing_of(track(injury.case), on=date(2027, 1, 1)).late_days == 12

    def test_an_extension_needs_the_consent_on_paper(self, scene: Scene):
        injury = opened(scene)
        later = injury.due_on + timedelta(days=10)
        with pytest.raises(InvalidInput) as refused:
            stepped(scene, injury, STEP.EXTENDED, 1, last_day=later, exhibit=None)
        assert refused.value.path == "exhibit"
        for day in (None, injury.due_on):
            with pytest.raises(InvalidInput) as refused:
                stepped(scene, injury, STEP.EXTENDED, 1, last_day=day)
            assert refused.value.path == "last_day"
        stepped(scene, injury, STEP.EXTENDED, 1, last_day=later)
        found = track(injury.case)
        assert found.due_on == later
        assert found.task is not None
        assert found.task.due_at is not None
        assert local_day(found.task.due_at - timedelta.resolution) == later
        assert Limitation.objects.filter(injury=injury, due_on=later).count() == 1
        assert len(open_tasks(found)) == 2

    def test_who_was_not_told_keeps_the_case_open(self, scene: Scene):
        injury = opened(scene)
        stepped(scene, injury, STEP.FILED, 2)
        binding = Task.objects.filter(case=injury.case, key__startswith=TASKS)
        assert binding.filter(state=TaskState.OPEN, binding=True).count() == 1
        stepped(scene, injury, STEP.TOLD, 1, at=day_after(scene, 2)[1])
        assert not binding.filter(state=TaskState.OPEN, binding=True).exists()
        assert track(injury.case).told_on == day_after(scene, 1)[0]

    def test_refused_then_applied_for_again_by_the_person(self, scene: Scene):
        injury = opened(scene)
        stepped(scene, injury, STEP.FILED, 2)
        stepped(scene, injury, STEP.REFUSED, 4)
        stepped(scene, injury, STEP.FILED, 6, filer=Filer.WORKER)
        found = track(injury.case)
        assert (found.filer, found.filed_on) == ("worker", day_after(scene, 2)[0])
        assert found.state == WorkInjuryState.FILED

    def test_a_claim_filed_anew_gives_the_authority_its_days_anew(self, scene: Scene):
        injury = opened(scene)
        stepped(scene, injury, STEP.FILED, 2)
        stepped(scene, injury, STEP.REFUSED, 10)
        stepped(scene, injury, STEP.FILED, 25)

        found = track(injury.case)
        again, _at = day_after(scene, 25)
        standing = standing_of(found, on=again)
        assert standing.authority_due == again + timedelta(days=15)
        assert standing.late_days == 0
        assert found.task is not None
        assert found.task.due_at is not None
        due = local_day(found.task.due_at - timedelta.resolution)
        assert due == standing.authority_due

    @pytest.mark.parametrize(
        "steps",
        [(STEP.FILED, STEP.REFUSED), (STEP.FILED, STEP.ACCEPTED, STEP.NOT_RECOGNISED)],
    )
    def test_a_refusal_leaves_two_remedies_with_their_days(
        self, scene: Scene, steps: tuple[WorkInjuryStepKind, ...]
    ):
        injury = opened(scene)
        for days, kind in enumerate(steps, 1):
            assert remedies_of(track(injury.case)) == []
            stepped(scene, injury, kind, days)
        refused, _at = day_after(scene, len(steps))
        found = remedies_of(track(injury.case))
        assert [(one.source, one.last_day) for one in found] == [
            ("L-行政复议法-20", refused + timedelta(days=60)),
            ("L-行政诉讼法-46", add_months(refused, 6)),
        ]

    def test_a_remedy_is_warned_of_until_something_else_is_decided(self, scene: Scene):
        injury = opened(scene)
        for days, kind in enumerate((STEP.FILED, STEP.ACCEPTED, STEP.NOT_RECOGNISED)):
            stepped(scene, injury, kind, days)
        warned = Delivery.objects.filter(message__kind="legal.work_injury_remedy_near")
        # Two days after the injury it was refused: 60 days less 30 behind that.
        assert warn_of_remedies(at=day_after(scene, 31)[1]) == 0
        assert warn_of_remedies(at=day_after(scene, 32)[1]) == 1
        assert warn_of_remedies(at=day_after(scene, 32)[1]) == 0
        told = {one.user for one in warned}
        assert {scene.next_guard, scene.manager} <= told
        assert "救济" not in timeline_text(injury.case)
        stepped(scene, injury, STEP.RECOGNISED, 40)
        assert track(injury.case).remedy_look_on is None
        assert warn_of_remedies(at=day_after(scene, 170)[1]) == 0

    def test_what_was_decided_may_be_decided_otherwise(self, scene: Scene):
        injury = opened(scene)
        for days, kind in enumerate(
            (STEP.FILED, STEP.ACCEPTED, STEP.NOT_RECOGNISED, STEP.RECOGNISED), 1
        ):
            stepped(scene, injury, kind, days)
        assert track(injury.case).state == WorkInjuryState.RECOGNISED


class TestOfAnotherEmployer:
    def test_it_is_told_and_given_the_papers_and_followed(self, scene: Scene):
        injury = opened(scene)
        with pytest.raises(Conflict, match="本公司"):
            stepped(scene, injury, STEP.HANDED_OVER)
        said: dict[str, Any] = {"by": scene.manager, "at": scene.at}
        with pytest.raises(InvalidInput):
            legal.set_employer(injury=injury, employer=Employer.OTHER, name=" ", **said)
        legal.set_employer(
            injury=injury, employer=Employer.OTHER, name="磐石保安服务公司", **said
        )
        found = track(injury.case)
        assert "移交材料" in open_tasks(found)[-1]
        with pytest.raises(Conflict, match="用人单位自己"):
            stepped(scene, found, STEP.EXTENDED, last_day=injury.due_on + timedelta(9))
        stepped(scene, found, STEP.HANDED_OVER, 1)
        handed = track(injury.case)
        assert standing_of(handed, on=date(2027, 1, 1)).late_days == 0
        with pytest.raises(Conflict, match="不能再改用人单位"):
            legal.set_employer(injury=injury, employer=Employer.OWN, name="", **said)
        stepped(scene, handed, STEP.FILED, 3)
        assert track(injury.case).state == WorkInjuryState.FILED

    def test_back_to_us_the_clock_is_ours_again(self, scene: Scene):
        injury = opened(scene)
        said: dict[str, Any] = {"by": scene.manager, "at": scene.at}
        for employer, name in ((Employer.OTHER, "磐石"), (Employer.OWN, "")):
            legal.set_employer(injury=injury, employer=employer, name=name, **said)
        assert any("最晚" in one for one in open_tasks(track(injury.case)))
        assert verify().is_sound


class TestRefusals:
    @pytest.mark.parametrize(
        "kind", [STEP.ACCEPTED, STEP.REFUSED, STEP.RECOGNISED, STEP.RESUMED]
    )
    def test_out_of_order(self, scene: Scene, kind: WorkInjuryStepKind):
        with pytest.raises(Conflict, match="待申请"):
            stepped(scene, opened(scene), kind)

    @pytest.mark.parametrize("days", [-1, 1])
    def test_before_the_injury_or_tomorrow(self, scene: Scene, days: int):
        injury = opened(scene)
        with pytest.raises(InvalidInput) as refused:
            stepped(scene, injury, STEP.FILED, days, at=scene.at)
        assert refused.value.path == "happened"

    def test_before_the_step_before_it(self, scene: Scene):
        injury = opened(scene)
        stepped(scene, injury, STEP.FILED, 5)
        with pytest.raises(InvalidInput):
            stepped(scene, injury, STEP.ACCEPTED, 4, at=day_after(scene, 9)[1])

    def test_a_paper_of_another_case(self, scene: Scene):
        injury = opened(scene)
        other = scene.incident(at=scene.at - timedelta(days=3)).case
        with pytest.raises(InvalidInput, match="不属于本案"):
            stepped(scene, injury, STEP.FILED, exhibit=receipt(scene, other))

    def test_staff_who_were_struck_are_not_left_without_it(self, scene: Scene):
        injury = opened(scene)
        with pytest.raises(Conflict) as refused:
            stepped(scene, injury, STEP.DROPPED)
        assert refused.value.source == "G22"
        cases.set_party_roles(
            party=injury.party, roles=["victim"], by=scene.officer, at=scene.at
        )
        with pytest.raises(Conflict) as refused:  # a colleague all the same
            stepped(scene, injury, STEP.DROPPED, words="不用办")
        assert refused.value.source == "G22"
        stepped(scene, injury, STEP.OFF_DUTY, words="下班以后以业主身份受伤")
        assert open_tasks(track(injury.case)) == []
        stepped(scene, injury, STEP.RESUMED, words="当时仍在岗")
        assert any("最晚" in one for one in open_tasks(track(injury.case)))
        assert limits(injury) == {"running"}
        stepped(scene, injury, STEP.OFF_DUTY, words="核对以后确认不在岗")
        assert limits(injury) == {"ended"}
        assert verify().is_sound

    def test_a_colleague_entered_as_victim_alone_is_not_left_without_it(
        self, scene: Scene
    ):
        injury = opened(scene, roles=["victim"])
        with pytest.raises(Conflict) as refused:
            stepped(scene, injury, STEP.DROPPED, words="不再办理")
        assert refused.value.source == "G22"
        with pytest.raises(InvalidInput):
            stepped(scene, injury, STEP.OFF_DUTY, words="")
        stepped(scene, injury, STEP.OFF_DUTY, words="休假日回家时受伤")
        assert track(injury.case).state == "dropped"

    def test_who_is_entered_as_staff_was_not_off_duty(self, scene: Scene):
        with pytest.raises(Conflict) as refused:
            stepped(scene, opened(scene), STEP.OFF_DUTY, words="下班以后")
        assert refused.value.source == "G22"

    def test_its_tasks_end_by_no_other_hand(self, scene: Scene):
        task = opened(scene).task
        assert task is not None
        with pytest.raises(Conflict, match="工伤页面"):
            cases.complete_task(task=task, words="办了", by=scene.manager, at=scene.at)
        with pytest.raises(Conflict, match="工伤页面"):
            cases.skip_task(task=task, reason="不办", by=scene.manager, at=scene.at)

    def test_the_person_themself_does_not_handle_it(self, scene: Scene):
        injury = opened(scene, user=scene.manager)
        with pytest.raises(NotAllowed, match="伤者本人"):
            stepped(scene, injury, STEP.TOLD)
        stepped(scene, injury, STEP.TOLD, by=counsel(scene))

    def test_guards_and_officers_may_not(self, scene: Scene):
        injury = opened(scene)
        for nobody in (scene.guard, scene.officer, scene.stranger):
            with pytest.raises(NotAllowed):
                stepped(scene, injury, STEP.TOLD, by=nobody)

    def test_who_sees_it(self, scene: Scene):
        injury = opened(scene)
        number = injury.case.number
        for reader in (scene.next_guard, scene.manager, scene.officer):
            assert work_injury_for(reader, number, injury.uid) == injury
        for reader in (scene.guard, scene.stranger, scene.person("admin")):
            with pytest.raises(NotFound):
                work_injury_for(reader, number, injury.uid)

    def test_who_speaks_for_the_other_side_sees_nothing(self, scene: Scene):
        injury = opened(scene)
        aggressor(scene, injury.case)
        speaker = scene.person("lifang")
        assert work_injury_for(speaker, injury.case.number, injury.uid) == injury
        cases.name_contact(
            case=injury.case,
            side=Side.AGGRESSOR,
            user=speaker,
            by=scene.officer,
            at=scene.at,
        )
        with pytest.raises(NotFound):
            work_injury_for(speaker, injury.case.number, injury.uid)

    def test_sent_twice_it_is_one_and_other_words_are_refused(self, scene: Scene):
        injury = opened(scene)
        said: dict[str, Any] = {
            "request_id": uuid4(),
            "exhibit": receipt(scene, injury.case),
        }
        first = stepped(scene, injury, STEP.FILED, **said)
        assert stepped(scene, injury, STEP.FILED, **said) == first
        with pytest.raises(Conflict, match="请求编号"):
            stepped(scene, injury, STEP.FILED, **said, paper="另一号")
        assert WorkInjuryStep.objects.count() == 1

    @pytest.mark.both
    def test_two_papers_at_once_one_is_taken(self, committed_scene: Scene):
        scene = committed_scene
        injury = opened(scene)
        paper = receipt(scene, injury.case)
        by = scene.manager

        def file() -> None:
            stepped(scene, injury, STEP.FILED, exhibit=paper, by=by)

        assert [type(one) for one in failures(at_once(file, file))] == [Conflict]
        assert WorkInjuryStep.objects.count() == 1


def test_what_was_decided_stands_on_no_timeline(scene: Scene):
    injury = opened(scene)
    for days, kind in enumerate((STEP.FILED, STEP.ACCEPTED, STEP.NOT_RECOGNISED), 1):
        stepped(scene, injury, kind, days, words="机密：不认定的理由", paper="机密号")
    page = timeline_text(injury.case)
    assert "工伤 W-01 的进展" in page
    assert "不认定" not in page
    assert "机密" not in page
    kinds = Entry.objects.filter(
        subject=injury.case.subject, kind__startswith="legal.work_injury"
    )
    assert kinds.count() == 4


def timeline_text(case: Case) -> str:
    return "\n".join(line.sentence + line.quote for line in timeline(case))


def test_an_alarm_that_was_none_ends_the_track_with_it(scene: Scene):
    """Nobody ends its tasks by hand, and yet a false alarm can be closed."""
    injury = opened(scene)
    cases.close_as_false_alarm(
        case=injury.case, reason="两人在开玩笑", by=scene.officer, at=scene.at
    )
    injury.case.refresh_from_db()

    assert injury.case.state == Case.State.CLOSED
    left = Task.objects.filter(case=injury.case, key__startswith=TASKS)
    assert {one.state for one in left} == {TaskState.SKIPPED}


class TestAfterARefusal:
    def refused(self, scene: Scene, **more: Any) -> WorkInjury:
        injury = opened(scene)
        stepped(scene, injury, STEP.FILED, 2)
        stepped(scene, injury, STEP.REFUSED, 4, **more)
        return track(injury.case)

    def test_it_may_be_applied_for_again_in_what_is_left(self, scene: Scene):
        injury = self.refused(scene)
        assert limits(injury) == {"running"}
        stepped(scene, injury, STEP.FILED, 6)
        assert limits(injury) == {"ended"}

    def test_the_employers_day_that_has_passed_runs_no_more(self, scene: Scene):
        injury = self.refused(scene, at=day_after(scene, 60)[1])
        rows = Limitation.objects.filter(injury=injury).values_list("kind", "state")
        assert dict(rows) == {"employer": "ended", "worker": "running"}

    def test_entered_late_it_is_looked_at_the_same_day(self, scene: Scene):
        at = day_after(scene, 50)[1]
        injury = self.refused(scene, at=at)
        assert injury.remedy_look_on == local_day(at)
        assert warn_of_remedies(at=at) == 1
        stepped(scene, injury, STEP.TOLD, 50)
        assert warn_of_remedies(at=at) == 0

    def test_until_the_last_remedy_has_passed_the_case_is_claimed_in(
        self, scene: Scene
    ):
        injury = self.refused(scene)
        Limitation.objects.filter(injury=injury).update(state="ended", look_on=None)
        last = max(one.last_day for one in remedies_of(injury))
        warned = Delivery.objects.filter(message__kind="legal.work_injury_remedy_near")
        for _round in range(4):
            warn_of_remedies(at=start_of_day(last))
        told = warned.count()
        assert grounds_of([injury.case_id]) == {injury.case_id: {Ground.CLAIM}}
        warn_of_remedies(at=start_of_day(last + timedelta(days=1)))
        assert grounds_of([injury.case_id]) == {}
        assert warned.count() == told


class TestCountedFromAnotherDay:
    def earlier(self, scene: Scene) -> tuple[WorkInjury, date]:
        """Somebody reports afterwards that it was two days before."""
        injury = opened(scene)
        day = injury.injured_on - timedelta(days=2)
        Report.objects.filter(incident__case=injury.case).update(
            happened_at=scene.at - timedelta(days=2),
            happened_source=HappenedSource.PERSON,
        )
        assert act_day(injury.case) == day
        return injury, day

    def test_both_limits_and_the_task_move(self, scene: Scene):
        injury, day = self.earlier(scene)
        said: dict[str, Any] = {"by": scene.manager, "at": scene.at}
        legal.recount_work_injury(injury=injury, injured_on=day, **said)

        found = track(injury.case)
        assert (found.injured_on, found.due_on) == (day, employer_due(day))
        rows = Limitation.objects.filter(injury=injury)
        assert {(one.hurt_on, one.starts_on) for one in rows} == {(day, day)}
        assert {one.due_on for one in rows} == {employer_due(day), worker_due(day)}
        assert found.task is not None
        assert found.task.due_at is not None
        assert local_day(found.task.due_at - timedelta.resolution) == found.due_on
        legal.recount_work_injury(injury=found, injured_on=day, **said)
        kinds = Entry.objects.filter(kind="legal.work_injury_recounted")
        assert kinds.count() == 1
        assert verify().is_sound

    def test_only_to_the_day_of_the_act_and_not_behind_a_step(self, scene: Scene):
        injury, day = self.earlier(scene)
        said: dict[str, Any] = {"by": scene.manager, "at": scene.at}
        with pytest.raises(Conflict, match="刷新"):
            legal.recount_work_injury(
                injury=injury, injured_on=day - timedelta(days=1), **said
            )
        with pytest.raises(NotAllowed):
            legal.recount_work_injury(
                injury=injury, injured_on=day, by=scene.guard, at=scene.at
            )
        assert track(injury.case).injured_on == injury.injured_on

    def test_from_its_page(self, scene: Scene, sign_in: Any):
        injury, day = self.earlier(scene)
        path = f"/cases/{injury.case.number}/work-injuries/{injury.uid}/"
        client = sign_in(scene.manager.username)
        assert f"{path}day/" in client.get(path).content.decode()
        answer = client.post(f"{path}day/", {"injured_on": day.isoformat()})
        assert answer.status_code == 302
        assert track(injury.case).injured_on == day
        assert f"{path}day/" not in client.get(path).content.decode()

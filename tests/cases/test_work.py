"""Tasks, gates, command, the timeline: what any case asks of its people."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.accounts.models import Membership, User
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.cases import services as cases
from anlan.cases.enums import Phase, TaskState
from anlan.cases.events import DeadlineMissed
from anlan.cases.models import Case, Deadline, Note, PartyRole, Strike, Task
from anlan.cases.permissions import check_can_do_task
from anlan.cases.selectors import my_tasks
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.incidents.story import entries, facts, finish_tasks, pass_time
from tests.scene import Scene

pytestmark = pytest.mark.both


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def task(case: Case, key: str) -> Task:
    return Task.objects.get(case=case, key=key)


def for_another(one: Task) -> bool:
    """What the list of one's tasks says beside a task."""
    return bool(vars(one)["for_another"])


class TestTasks:
    def test_of_the_playbook(self, scene, case) -> None:
        tasks = {task.key: task for task in case.tasks.all()}
        assert tasks["call_police"].role_key == "duty_officer"
        assert tasks["call_police"].binding
        assert tasks["call_police"].source == "G05"
        assert tasks["call_police"].due_at == scene.at + timedelta(minutes=10)
        assert tasks["first_aid"].due_at == scene.at + timedelta(minutes=5)
        assert "guardian" not in tasks  # no old person and no child was named

    @pytest.mark.parametrize("key", ["separate", "bystanders"])
    def test_binding_ones_need_a_log_entry(self, scene, case, key) -> None:
        one = task(case, key)
        if one.binding:
            with pytest.raises(InvalidInput) as refusal:
                cases.complete_task(task=one, by=scene.guard, at=scene.at, words=" ")
            assert refusal.value.path == "words"
        words = "分开了" if one.binding else ""

        cases.complete_task(task=one, by=scene.guard, at=scene.at, words=words)

        one.refresh_from_db()
        assert (one.state, one.words, one.ended_by) == ("done", words, scene.guard)

    def test_done_once(self, scene, case) -> None:
        one = task(case, "separate")
        cases.complete_task(task=one, by=scene.guard, at=scene.at, words="做了")

        for again in (
            lambda: cases.complete_task(
                task=one, by=scene.guard, at=scene.at, words="又"
            ),
            lambda: cases.skip_task(
                task=one, reason="不做", by=scene.officer, at=scene.at
            ),
        ):
            with pytest.raises(Conflict):
                again()

        assert len(entries(case, "case.task_done")) == 1

    def test_is_done_by_its_role_or_by_who_commands(self, scene, case) -> None:
        colleague = scene.person("lifang")
        done = {"task": task(case, "separate"), "at": scene.at, "words": "做了"}

        with pytest.raises(NotAllowed, match="保安"):
            cases.complete_task(**done, by=colleague)
        cases.complete_task(**done, by=scene.officer)
        with pytest.raises(NotAllowed):
            cases.reopen_task(task=done["task"], by=colleague, at=scene.at)
        cases.reopen_task(task=done["task"], by=scene.guard, at=scene.at)

        assert len(entries(case, "case.task_done")) == 1

    def test_of_a_guard_is_also_the_captains_at_the_same_site(
        self, scene, case
    ) -> None:
        captain = scene.person("sunlei")
        done = {"at": scene.at, "words": "做了", "by": captain}

        cases.complete_task(**done, task=task(case, "separate"))
        cases.reopen_task(task=task(case, "separate"), by=captain, at=scene.at)
        with pytest.raises(NotAllowed, match="值班主任"):
            cases.complete_task(**done, task=task(case, "call_police"))
        Membership.objects.filter(user=captain).update(site=scene.other_site)
        elsewhere = scene.person("sunlei")
        with pytest.raises(NotAllowed):
            cases.complete_task(
                task=task(case, "separate"), at=scene.at, words="做了", by=elsewhere
            )

    def test_are_mine_where_i_have_the_role(self, scene, case) -> None:
        """Somebody may be a guard here and an investigator there."""
        user = scene.stranger
        Membership.objects.create(
            user=user,
            role_key="customer_service",
            organisation=scene.organisation,
            site=scene.site,
            since_at=scene.at,
        )

        assert {one.role_key for one in my_tasks(user)} == {"customer_service"}
        assert {one.role_key for one in my_tasks(scene.guard)} == {"guard"}
        with pytest.raises(NotAllowed):
            cases.complete_task(
                task=task(case, "separate"), by=user, at=scene.at, words="做了"
            )

    def test_a_captain_has_those_of_the_guards_after_his_own(self, scene, case) -> None:
        captain = scene.person("sunlei")
        his = Task.objects.filter(case=case, role_key="guard_captain")
        his.update(due_at=scene.at + timedelta(days=9))  # and yet they come first
        guards = Task.objects.filter(case=case, role_key="guard").order_by("due_at")
        elsewhere = scene.incident(place=scene.other_site.places.first(), by=SYSTEM)
        assert Task.objects.filter(case=elsewhere.case, role_key="guard").exists()

        found = list(my_tasks(captain))

        assert len(his) >= 1
        assert len(guards) >= 2
        assert set(found[: len(his)]) == set(his)
        assert set(found[len(his) :]) == set(guards)
        others = [one.due_at for one in found[len(his) :] if one.due_at]
        assert others == sorted(others)
        assert [for_another(one) for one in found] == [
            *[False] * len(his),
            *[True] * len(guards),
        ]
        for one in found:
            check_can_do_task(captain, one)

    def test_nobody_stands_in_for_a_captain(self, scene, case) -> None:
        found = list(my_tasks(scene.guard))

        assert {one.role_key for one in found} == {"guard"}
        assert not any(for_another(one) for one in found)

    def test_a_captain_who_is_a_guard_too_does_his_own(self, scene, case) -> None:
        Membership.objects.create(
            user=scene.person("sunlei"),
            role_key="guard",
            organisation=scene.organisation,
            site=scene.site,
            since_at=scene.at,
        )

        found = list(my_tasks(scene.person("sunlei")))

        assert {one.role_key for one in found} == {"guard", "guard_captain"}
        assert not any(for_another(one) for one in found)

    def test_more_tasks_ask_no_more(self, scene, case) -> None:
        captain = scene.person("sunlei")

        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert [one.case.site.name for one in my_tasks(captain)]
            return len(queries)

        asked()  # the roles are read once for each user object
        one = asked()
        scene.incident(place=scene.place("园区 南门"))

        assert asked() == one == 1

    def test_skipping_needs_a_reason_and_the_right(self, scene, case) -> None:
        one = task(case, "scene_photos")
        skip = {"task": one, "at": scene.at}

        with pytest.raises(InvalidInput):
            cases.skip_task(**skip, reason=" ", by=scene.officer)
        with pytest.raises(NotAllowed):
            cases.skip_task(**skip, reason="已走开", by=scene.guard)
        cases.skip_task(**skip, reason="已走开", by=scene.officer)

        one.refresh_from_db()
        assert (one.state, one.words) == (TaskState.SKIPPED, "已走开")
        assert facts(case, "case.task_skipped")[0]["binding"] == 1

    @pytest.mark.parametrize("key", ["separate", "save_recordings", "victim_account"])
    def test_an_essential_one_is_left_out_by_who_may_approve(
        self, scene, case, key
    ) -> None:
        skip = {"task": task(case, key), "reason": "不需要", "at": scene.at}

        for who in (scene.person("sunlei"), scene.officer):
            with pytest.raises(NotAllowed, match="项目经理、总部督导"):
                cases.skip_task(**skip, by=who)
        cases.skip_task(**skip, by=scene.manager)

    def test_who_left_it_out_does_not_close(self, scene, case) -> None:
        one = task(case, "victim_care")
        cases.skip_task(task=one, reason="不需要", by=scene.manager, at=scene.at)
        finish_tasks(case, by=scene.officer, at=scene.at)

        with pytest.raises(NotAllowed, match="请由另一个人办结"):
            cases.close_case(case=case, by=scene.manager, at=scene.at)
        cases.close_case(case=case, by=scene.officer, at=scene.at)

    @pytest.mark.parametrize(("who", "is_shown"), [("zhoumin", False), ("hetao", True)])
    def test_its_page_says_who_may_leave_it_out(
        self, scene, case, sign_in, who, is_shown
    ) -> None:
        address = f"/cases/{case.number}/tasks/{task(case, 'separate').uid}/"

        page = sign_in(who).get(address).content.decode()

        assert (f"{address}skipping/" in page) == is_shown
        assert ("只能由项目经理、总部督导" in page) != is_shown

    def test_reopened_it_counts_again_and_its_clock_runs(self, scene, case) -> None:
        one = task(case, "separate")
        cases.complete_task(task=one, by=scene.guard, at=scene.at, words="做了")
        later = scene.at + timedelta(minutes=1)

        cases.reopen_task(task=one, by=scene.officer, at=later)

        one.refresh_from_db()
        assert (one.state, one.ended_at, one.ended_by) == (TaskState.OPEN, None, None)
        running = Deadline.objects.get(about=f"task:{one.uid}", met_at=None)
        assert running.due_at == one.due_at
        with pytest.raises(Conflict):
            cases.reopen_task(task=one, by=scene.officer, at=later)

    def test_done_again_without_words_leaves_a_sound_record(self, scene, case) -> None:
        one = task(case, "bystanders")
        cases.complete_task(task=one, by=scene.guard, at=scene.at, words="走了")
        cases.reopen_task(task=one, by=scene.officer, at=scene.at)
        cases.complete_task(task=one, by=scene.guard, at=scene.at)

        assert verify().is_sound
        Task.objects.filter(pk=one.pk).update(words="后来写的")
        assert not verify().is_sound

    def test_a_missed_due_time_is_on_the_record_and_the_task_stays(
        self, scene, case
    ) -> None:
        pass_time(scene.at, 301)

        missed = [fact["title"] for fact in facts(case, "case.deadline_missed")]
        assert task(case, "first_aid").title in missed
        assert task(case, "first_aid").state == TaskState.OPEN

    def test_added_by_hand_it_may_bind(self, scene, case) -> None:
        added = cases.add_task(
            case=case,
            phase=Phase.PROTECT,
            title="通知业主委员会",
            role_key="site_manager",
            binding=True,
            within=timedelta(hours=1),
            by=scene.manager,
            at=scene.at,
        )
        finish_tasks(
            case, by=scene.officer, at=scene.at, unless=lambda one: one == added
        )

        with pytest.raises(Conflict, match="业主委员会"):
            cases.advance_phase(case=case, by=scene.officer, at=scene.at)

    def test_none_is_added_to_a_closed_case(self, scene, case) -> None:
        cases.close_as_false_alarm(
            case=case, reason="误报", by=scene.officer, at=scene.at
        )

        with pytest.raises(Conflict):
            cases.add_task(
                case=case,
                phase=Phase.STRENGTHEN,
                title="再查",
                role_key="guard",
                by=scene.manager,
                at=scene.at,
            )
        assert not Task.objects.filter(case=case, title="再查").exists()


class TestPhases:
    def test_gate(self, scene, case) -> None:
        with pytest.raises(Conflict):
            cases.advance_phase(case=case, by=scene.officer, at=scene.at)
        finish_tasks(
            case,
            by=scene.officer,
            at=scene.at,
            unless=lambda one: one.phase != Phase.PROTECT or not one.binding,
        )

        later = scene.at + timedelta(minutes=5)
        case = cases.advance_phase(case=case, by=scene.officer, at=later)

        assert case.phase == Phase.EVIDENCE
        first, second = case.phase_records.order_by("entered_at")
        assert (first.left_at, first.left_by) == (later, scene.officer)
        assert (second.entered_at, second.left_at) == (later, None)
        assert facts(case, "case.phase_entered") == [
            {"phase": "evidence", "left": "protect"}
        ]

    def test_all_five_and_no_sixth(self, scene, case) -> None:
        finish_tasks(case, by=scene.officer, at=scene.at)
        for _phase in range(4):
            case = cases.advance_phase(case=case, by=scene.officer, at=scene.at)

        with pytest.raises(Conflict):
            cases.advance_phase(case=case, by=scene.officer, at=scene.at)
        assert case.phase == Phase.STRENGTHEN

    def test_a_task_taken_back_shuts_the_gate_again(self, scene, case) -> None:
        finish_tasks(case, by=scene.officer, at=scene.at)
        cases.reopen_task(task=task(case, "separate"), by=scene.officer, at=scene.at)

        with pytest.raises(Conflict):
            cases.advance_phase(case=case, by=scene.officer, at=scene.at)

    def test_a_guard_does_not_advance(self, scene, case) -> None:
        with pytest.raises(NotAllowed):
            cases.advance_phase(case=case, by=scene.guard, at=scene.at)


class TestCommand:
    def test_handed_over_with_time_and_name(self, scene, case) -> None:
        for commander in (scene.guard, scene.officer, scene.officer):
            cases.take_command(
                case=case, commander=commander, by=commander, at=scene.at
            )

        assert facts(case, "case.command_taken") == [
            {"commander": scene.guard.actor_key},
            {
                "commander": scene.officer.actor_key,
                "before": scene.guard.actor_key,
            },
        ]

    def test_a_guard_names_nobody_else(self, scene, case) -> None:
        with pytest.raises(NotAllowed):
            cases.take_command(
                case=case, commander=scene.next_guard, by=scene.guard, at=scene.at
            )

    def test_nobody_takes_it_from_somebody_senior(self, scene, case) -> None:
        at = scene.at

        def take(commander: User, by: User) -> None:
            cases.take_command(case=case, commander=commander, by=by, at=at)

        take(scene.guard, scene.guard)
        take(scene.next_guard, scene.next_guard)  # an equal
        take(scene.officer, scene.officer)
        for junior in (scene.guard, scene.person("sunlei")):
            with pytest.raises(NotAllowed, match="周敏"):
                take(junior, junior)
        take(scene.manager, scene.manager)
        with pytest.raises(NotAllowed):
            take(scene.guard, scene.officer)

        take(scene.guard, scene.manager)  # handed over
        take(scene.next_guard, scene.guard)  # and on
        assert len(facts(case, "case.command_taken")) == 6

    def test_who_left_commands_nobody(self, scene, case) -> None:
        cases.take_command(
            case=case, commander=scene.manager, by=scene.manager, at=scene.at
        )
        Membership.objects.filter(user=scene.manager).update(ended_at=scene.at)

        taken = cases.take_command(
            case=case, commander=scene.guard, by=scene.guard, at=scene.at
        )
        assert taken.commander == scene.guard

    @pytest.mark.parametrize("username", ["dingyi", "lifang", "admin"])
    def test_not_everybody_can_command(self, scene, case, username) -> None:
        with pytest.raises(InvalidInput):
            cases.take_command(
                case=case,
                commander=scene.person(username),
                by=scene.officer,
                at=scene.at,
            )


class TestTimeline:
    def test_note_with_two_clocks(self, scene, case) -> None:
        happened = scene.at - timedelta(minutes=3)

        note = cases.write_note(
            case=case,
            text=" 电话里说了 ",
            by=scene.officer,
            at=scene.at,
            happened=happened,
        )

        assert note.text == "电话里说了"
        [entry] = entries(case, "case.note_written")
        assert (entry.happened_at, entry.recorded_at) == (happened, scene.at)

    @pytest.mark.parametrize(
        ("text", "ahead"), [("", 0), ("  ", 0), ("字" * 2001, 0), ("话", 1)]
    )
    def test_refused_notes(self, scene, case, text, ahead) -> None:
        happened = scene.at + timedelta(seconds=ahead)

        with pytest.raises(InvalidInput):
            cases.write_note(
                case=case, text=text, by=scene.guard, at=scene.at, happened=happened
            )

        assert not Note.objects.exists()

    def test_striking_leaves_the_original(self, scene, case) -> None:
        note = cases.write_note(case=case, text="两人", by=scene.guard, at=scene.at)
        seq = entries(case, "case.note_written")[0].seq
        before = Entry.objects.get(site_id=case.site_id, seq=seq)

        cases.strike_entry(
            case=case, seq=seq, reason="是三人", by=scene.officer, at=scene.at
        )

        note.refresh_from_db()
        after = Entry.objects.get(site_id=case.site_id, seq=seq)
        assert note.text == "两人"
        assert (after.body, after.data) == (before.body, before.data)
        assert facts(case, "case.entry_struck")[0]["seq"] == seq
        assert Strike.objects.get().reason == "是三人"
        assert verify().is_sound

    def test_striking_needs_a_reason_a_right_and_an_entry_of_this_case(
        self, scene, case
    ) -> None:
        seq = entries(case, "case.opened")[0].seq
        foreign = Entry.objects.exclude(subject=case.subject).filter(
            site_id=case.site_id
        )[0]
        strike = {"case": case, "at": scene.at}

        with pytest.raises(InvalidInput):
            cases.strike_entry(**strike, seq=seq, reason=" ", by=scene.officer)
        with pytest.raises(NotAllowed):
            cases.strike_entry(**strike, seq=seq, reason="错", by=scene.guard)
        for unknown in (foreign.seq, 0, 10**9):
            with pytest.raises(NotFound):
                cases.strike_entry(**strike, seq=unknown, reason="错", by=scene.officer)
        cases.strike_entry(**strike, seq=seq, reason="错", by=scene.officer)
        with pytest.raises(Conflict):
            cases.strike_entry(**strike, seq=seq, reason="错", by=scene.officer)

    def test_a_stranger_writes_nothing(self, scene, case) -> None:
        with pytest.raises(NotAllowed):
            cases.write_note(case=case, text="我也在", by=scene.stranger, at=scene.at)

    def test_a_note_sent_twice_is_one(self, scene, case) -> None:
        note = {
            "case": case,
            "by": scene.guard,
            "at": scene.at,
            "request_id": UUID(int=3),
        }
        first = cases.write_note(**note, text="两人")

        assert cases.write_note(**note, text="两人") == first
        with pytest.raises(Conflict):
            cases.write_note(**note, text="三人")
        assert Note.objects.count() == 1


class TestParties:
    def test_several_roles_for_one(self, scene, case) -> None:
        party = cases.add_party(
            case=case,
            roles=["staff", "victim"],
            user=scene.guard,
            by=scene.officer,
            at=scene.at,
        )

        roles = PartyRole.objects.filter(party=party).values_list("role", flat=True)
        assert set(roles) == {"staff", "victim"}

    def test_not_yet_known_then_identified(self, scene, case) -> None:
        party = cases.add_party(
            case=case,
            roles=["aggressor"],
            description="黑衣男子",
            by=scene.guard,
            at=scene.at,
        )
        assert (party.person, party.user) == (None, None)
        identify = {"party": party, "by": scene.officer, "at": scene.at}
        cases.identify_party(**identify, user=scene.next_guard)

        party.refresh_from_db()
        assert party.is_identified
        assert party.description == "黑衣男子"
        with pytest.raises(Conflict):
            cases.identify_party(**identify, user=scene.guard)
        assert verify().is_sound

    @pytest.mark.parametrize(
        "more",
        [
            {"roles": [], "description": "高"},
            {"roles": ["king"], "description": "高"},
            {"roles": ["victim"]},
            {"roles": ["victim"], "description": "  "},
        ],
        ids=["no role", "unknown role", "nobody", "blank"],
    )
    def test_refused(self, scene, case, more) -> None:
        with pytest.raises(InvalidInput):
            cases.add_party(case=case, by=scene.guard, at=scene.at, **more)

    def test_the_same_person_once(self, scene, case) -> None:
        party = {"case": case, "user": scene.guard, "by": scene.guard, "at": scene.at}
        cases.add_party(**party, roles=["victim"])

        with pytest.raises(Conflict):
            cases.add_party(**party, roles=["witness"])


def test_an_old_entry_of_a_personal_clock_tells_no_title() -> None:
    said = {"about": "follow_up:1", "title": "支持：第一次随访", "due": "2026-11-29"}
    assert DeadlineMissed(key="support.first", **said).shown()["title"] == (
        "一项约定的时限"
    )
    assert DeadlineMissed(key="first_aid", **said).shown()["title"] == said["title"]

"""One fight, several voices: what belongs together, and how people take it apart."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from anlan.accounts.models import Place
from anlan.base import vault
from anlan.base.clock import local_time
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.enums import CaseState, Phase
from anlan.cases.models import Case, Deadline, Task
from anlan.cases.selectors import is_minor_hurt
from anlan.customers import services as customers
from anlan.evidence.enums import RetentionClass
from anlan.evidence.selectors.retention import case_class
from anlan.incidents import messages
from anlan.incidents import services as incidents
from anlan.incidents.enums import (
    AssignmentState,
    Channel,
    EmergencyService,
    Flag,
    HappenedSource,
    Police,
)
from anlan.incidents.models import Assignment, Incident, Report
from anlan.incidents.policies import police_of
from anlan.incidents.script import words_to_say
from anlan.incidents.services import attaching, reporting
from anlan.incidents.services.responding import CONFIRM, CONTROL
from anlan.ledger.events import SYSTEM
from anlan.ledger.verify import verify
from anlan.notify import services as notify
from anlan.notify.enums import ChannelKind
from anlan.notify.models import Message
from anlan.notify.texts import words
from tests.at_once import at_once, failures
from tests.incidents.story import (
    PanicButton,
    Visitor,
    alerted,
    entries,
    facts,
    pass_time,
    states,
)
from tests.pictures import JPEG, PDF
from tests.scene import Scene

pytestmark = pytest.mark.both


class TestBelongsTogether:
    def test_same_place_within_ten_minutes(self, scene: Scene) -> None:
        first = scene.report()
        further = scene.report(
            by=scene.next_guard, words="两个人", at=scene.at + timedelta(minutes=10)
        )

        assert further.incident == first.incident
        assert (first.opened_incident, further.opened_incident) == (True, False)
        assert further.words == "两个人"
        assert further.reporter == scene.next_guard

    def test_the_title_is_in_one_language_whoever_reports(self, scene: Scene) -> None:
        """A visitor's telephone is in English; the staff read the title for years."""
        with override("en"):
            incident = scene.incident(by=Visitor(), channel=Channel.PUBLIC)

        assert incident.case.title == "3 号楼 B1 车库 东区 12 号车位，有人打人"

    def test_starts_no_second_ladder(self, scene) -> None:
        incident = scene.incident()
        scene.report(by=Visitor(), channel=Channel.PUBLIC)

        assert alerted(incident) == ["wangjianguo"]
        assert len(entries(incident.case, "incident.further_report")) == 1

    def test_costs_few_statements(self, scene) -> None:
        """Each is time in which no other alarm of the site is taken."""
        scene.report()
        scene.report(by=scene.next_guard)
        scene.report(by=scene.officer)

        with CaptureQueriesContext(connection) as further:
            scene.report()
        with CaptureQueriesContext(connection) as first:
            scene.report(place=scene.place("园区 南门"))

        assert len(further) <= 17
        assert len(first) <= 42

    def test_the_roles_of_all_who_are_told_are_read_at_once(self, scene) -> None:
        incident = scene.incident()
        for username in ("zhangqiang", "sunlei", "zhoumin"):
            person = scene.person(username)
            incidents.join_response(
                incident=incident, user=person, by=person, at=scene.at
            )
        watcher = scene.person("lixiang")

        with CaptureQueriesContext(connection) as asked:
            scene.report(by=watcher)

        roles = [
            one
            for one in asked
            if one["sql"].startswith('SELECT "accounts_membership"')
        ]
        assert len(roles) == 2  # of who reports, and of the four

    def test_after_ten_minutes_it_is_another_fight(self, scene) -> None:
        first = scene.incident()
        later = scene.incident(at=scene.at + timedelta(minutes=10, seconds=1))

        assert later != first

    @pytest.mark.parametrize(
        ("label", "together"),
        [
            ("3 号楼 B1 车库 东区 12 号车位", True),
            ("3 号楼 B1 车库 西区出入口", True),  # its neighbour
            ("3 号楼 B1 车库", True),  # the floor around it
            ("3 号楼", True),  # two steps up
            ("3 号楼 1 层", False),
            ("3 号楼 1 层 大堂前台", False),
            ("园区 南门", False),
        ],
    )
    def test_neighbours(self, scene, label, together) -> None:
        first = scene.incident()

        assert (scene.incident(place=scene.place(label)) == first) is together

    def test_the_nearest_of_two_open_ones(self, scene) -> None:
        desk = scene.incident(place=scene.place("3 号楼 1 层 大堂前台"))
        garage = scene.incident()
        assert desk != garage

        further = scene.report(place=scene.place("3 号楼 1 层 电梯厅"))

        assert further.incident == desk

    def test_of_several_the_cases_are_locked_as_by_whoever_joins_them(
        self, scene, monkeypatch
    ) -> None:
        """On PostgreSQL each would wait for the other for ever."""
        desk, at = self.controlled(scene)
        nearest = scene.incident(flags=[Flag.ONGOING], at=at + timedelta(minutes=1))
        assert desk != nearest
        lock_case, locked = cases.lock_case, []

        def locking(case):
            locked.append(case if isinstance(case, int) else case.pk)
            return lock_case(case)

        monkeypatch.setattr(cases, "lock_case", locking)

        further = scene.report(flags=[Flag.ONGOING], at=at + timedelta(minutes=2))

        assert further.incident == nearest
        assert locked[:2] == sorted([desk.case_id, nearest.case_id])

    def test_a_closed_one_takes_no_more_reports(self, scene) -> None:
        first = scene.incident()
        scene.call_off(first, reason="看错了", at=scene.at)

        assert scene.incident() != first

    def test_after_control_it_goes_on_and_somebody_comes(self, scene) -> None:
        first, at = self.controlled(scene)

        report = scene.report(flags=[Flag.ONGOING], at=at + timedelta(minutes=2))
        again = scene.report(by=scene.officer, at=at + timedelta(minutes=3))

        assert report.incident != first
        assert alerted(report.incident)
        assert Deadline.objects.filter(
            case=report.incident.case, key=CONTROL, met_at=None
        ).exists()
        assert again.incident == report.incident

    def test_what_is_over_is_told_of_without_another_ladder(self, scene) -> None:
        first, at = self.controlled(scene)

        told = scene.report(flags=[Flag.INJURED], at=at + timedelta(minutes=2))

        assert told.incident == first

    @pytest.mark.parametrize(
        ("source", "is_the_same"),
        [(HappenedSource.PHONE, True), (HappenedSource.DEVICE, False)],
    )
    def test_a_report_that_lay_in_a_phone_is_of_before(
        self, scene, source, is_the_same
    ) -> None:
        """A clock on a wall may be slow: for its sake nobody stays away."""
        first, at = self.controlled(scene)

        report = scene.report(
            happened=scene.at, happened_source=source, at=at + timedelta(minutes=2)
        )

        assert (report.incident == first) is is_the_same

    def test_what_was_written_without_a_network_is_of_the_fight_of_then(
        self, scene: Scene
    ) -> None:
        """Neither a second ladder for that one, nor a voice in the one of now."""
        then = scene.incident(at=scene.at + timedelta(minutes=1))
        at = scene.at + timedelta(minutes=40)
        now = scene.incident(at=at - timedelta(minutes=5))
        assert now != then

        late = scene.report(
            by=scene.next_guard,
            happened=scene.at,
            happened_source=HappenedSource.PHONE,
            at=at,
        )

        assert late.incident == then

    def test_two_who_wrote_without_a_network_speak_of_one_fight(
        self, scene: Scene
    ) -> None:
        said = HappenedSource.PHONE
        at = scene.at + timedelta(minutes=40)
        first = scene.report(happened=scene.at, happened_source=said, at=at)

        second = scene.report(
            by=scene.next_guard,
            happened=scene.at + timedelta(minutes=2),
            happened_source=said,
            at=at + timedelta(minutes=15),
        )

        assert second.incident == first.incident
        (sent,) = Message.objects.filter(kind=messages.ALERTED)
        assert (
            "（40 分钟前写的报告，刚收到）"
            in words(sent.kind, sent.params, {}, exercise=False)[1]
        )

    def test_who_is_alerted_later_reads_how_long_it_lay_in_the_phone(
        self, scene: Scene
    ) -> None:
        """And not how long nobody else answered."""
        scene.incident(
            happened=scene.at - timedelta(minutes=4),
            happened_source=HappenedSource.PHONE,
        )

        pass_time(scene.at, 100)

        sent = Message.objects.filter(kind=messages.ALERTED)
        assert sent.count() > 2
        assert not any("ago" in one.params for one in sent)

    def controlled(self, scene: Scene) -> tuple[Incident, datetime]:
        incident, at = scene.incident(), scene.at + timedelta(minutes=3)
        sent = incident.assignments.get()
        incidents.arrive(assignment=sent, by=sent.user, at=at)
        incidents.control_scene(incident=incident, by=sent.user, at=at)
        return incident, at

    def test_one_closed_while_the_report_waits_for_it(self, scene, monkeypatch) -> None:
        first = scene.incident()
        look = reporting._running_nearby

        def look_and_lose(*args: Any, **more: Any) -> list[int]:
            found = look(*args, **more)
            scene.call_off(first, reason="看错了", at=scene.at)
            return found

        monkeypatch.setattr(reporting, "_running_nearby", look_and_lose)
        second = scene.incident()

        assert second != first
        assert alerted(second)

    def test_a_drill_never_meets_a_real_one(self, scene) -> None:
        drill = scene.incident(exercise=True)
        real = scene.incident()

        assert drill != real
        assert drill.case.number.split("-")[1] == "DR"
        assert entries(drill.case, "incident.reported")[0].exercise

    def test_a_further_report_raises_the_suggestion_and_adds_tasks(self, scene) -> None:
        incident = scene.incident(flags=[])
        before = incident.suggested_severity
        tasks = set(incident.case.tasks.values_list("key", flat=True))

        scene.report(flags=[Flag.WEAPON])

        incident.refresh_from_db()
        incident.case.refresh_from_db()
        assert incident.suggested_severity > before
        assert incident.case.severity == before  # a person decides
        assert set(incident.case.tasks.values_list("key", flat=True)) > tasks


class TestSplitting:
    def test_split_off_has_its_own_number_and_ladder(self, scene) -> None:
        incident = scene.incident()
        further = scene.report(by=scene.next_guard)

        new = incidents.split_report(report=further, by=scene.officer, at=scene.at)

        further.refresh_from_db()
        assert further.incident == new != incident
        assert new.case.number != incident.case.number
        assert alerted(new)
        for case in (incident.case, new.case):
            assert facts(case, "incident.report_split_off") == [
                {"report": f"report:{further.uid}", "number": new.case.number}
            ]
        assert verify().is_sound

    def test_its_reporter_follows_it_into_the_new_case(self, scene) -> None:
        incident = scene.incident()
        further = scene.report(by=Visitor(), channel=Channel.PUBLIC)
        link, _secret = cases.make_access_link(
            case=incident.case,
            about=f"report:{further.uid}",
            by=Visitor(),
            at=scene.at,
        )

        new = incidents.split_report(report=further, by=scene.officer, at=scene.at)
        link.refresh_from_db()
        cases.write_note(case=new.case, text="还有一个人", by=link, at=scene.at)

        assert len(entries(new.case, "case.note_written")) == 1

    def test_its_address_ends_in_whichever_case_it_is(self, scene: Scene) -> None:
        """Whoever ends it still looks at the page from before the report was split off."""
        incident = scene.incident()
        further = scene.report(by=Visitor(), channel=Channel.PUBLIC)
        link, _secret = cases.make_access_link(
            case=incident.case,
            about=f"report:{further.uid}",
            by=Visitor(),
            at=scene.at,
        )
        seen = Report.objects.select_related("incident__case__site").get(pk=further.pk)
        new = incidents.split_report(report=further, by=scene.officer, at=scene.at)

        ended = incidents.revoke_report_links(
            report=seen, by=scene.officer, at=scene.at
        )

        link.refresh_from_db()
        assert (ended, link.revoked_at) == (1, scene.at)
        assert len(entries(new.case, "case.link_revoked")) == 1

    def test_what_it_told_goes_with_it(self, scene: Scene) -> None:
        """The police are not told of a weapon that is at another place."""
        incident = scene.incident(flags=[Flag.INJURED], people_count=2)
        plain = words_to_say(incident, EmergencyService.POLICE)
        suggested = incident.suggested_severity
        level = incident.case.severity
        further = scene.report(by=scene.next_guard, flags=[Flag.WEAPON], people_count=5)

        new = incidents.split_report(report=further, by=scene.officer, at=scene.at)

        incident.refresh_from_db()
        assert (incident.flags, incident.people_count) == ([Flag.INJURED], 2)
        assert incident.suggested_severity == suggested
        assert incident.case.severity == level
        assert words_to_say(incident, EmergencyService.POLICE) == plain
        assert (new.flags, new.people_count) == ([Flag.WEAPON], 5)

    def test_what_was_said_in_a_joined_case_stays(self, scene: Scene) -> None:
        incident = scene.incident(flags=[])
        other = scene.incident(place=scene.place("园区 南门"), flags=[Flag.WEAPON])
        cases.join_cases(
            case=other.case, host=incident.case, by=scene.officer, at=scene.at
        )
        further = scene.report(by=scene.next_guard, flags=[Flag.INJURED])

        incidents.split_report(report=further, by=scene.officer, at=scene.at)

        incident.refresh_from_db()
        assert incident.flags == [Flag.WEAPON]

    def test_robots_hear_of_it_once(self, scene: Scene) -> None:
        notify.set_channel(
            organisation=scene.organisation,
            site=None,
            kind=ChannelKind.WEBHOOK,
            name="群",
            values={"url": "https://hook.test/", "secret": "whsec_c2VjcmV0"},
            by=SYSTEM,
            at=scene.at,
        )
        incident = scene.incident()
        further = scene.report(by=scene.next_guard)

        new = incidents.split_report(report=further, by=scene.officer, at=scene.at)

        told = Message.objects.filter(kind=messages.REPORTED).order_by("pk")
        assert list(told.values_list("subject", flat=True)) == [
            incident.case.subject,
            new.case.subject,
        ]

    @pytest.mark.both
    def test_it_takes_its_turn_before_it_locks_the_case(self, scene) -> None:
        """As a report does: in two orders they would wait for each other forever.

        On SQLite whoever has begun has the turn, and the counter is read when it counts.
        """
        scene.report()
        further = scene.report(by=scene.next_guard)

        with CaptureQueriesContext(connection) as asked:
            incidents.split_report(report=further, by=scene.officer, at=scene.at)

        tables = [
            match.group(1)
            for query in asked
            if (match := re.search(r'FROM "(cases_counter|cases_case)"', query["sql"]))
        ]
        order = ["cases_counter", "cases_case"]
        if not connection.features.has_select_for_update:
            order.reverse()
        assert tables[:2] == order

    def test_files_and_words_that_arrive_meanwhile_go_with_it(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever sends them read the report before it was split off."""
        incident = scene.incident()
        further = scene.report(by=Visitor(), channel=Channel.PUBLIC)
        link, _secret = cases.make_access_link(
            case=incident.case,
            about=f"report:{further.uid}",
            by=Visitor(),
            at=scene.at,
        )
        seen = Report.objects.select_related("incident__case__site").get(pk=further.pk)
        new = incidents.split_report(report=further, by=scene.officer, at=scene.at)

        incidents.attach(report=seen, chunks=[JPEG], by=link, at=scene.at)
        incidents.add_words(
            report=seen, text="他又回来了", by=link, at=scene.at, request_id=uuid4()
        )

        for kind in ("incident.attachment_received", "case.note_written"):
            assert len(entries(new.case, kind)) == 1
            assert entries(incident.case, kind) == []

    def test_several_files_at_once_are_no_more_than_may_be(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        report = scene.report()
        keep = vault.keep_file
        monkeypatch.setattr(attaching, "MOST_FILES", 1)

        def keep_meanwhile(*args: Any, **more: Any) -> Any:
            monkeypatch.setattr(vault, "keep_file", keep)
            incidents.attach(report=report, chunks=[PDF], by=scene.officer, at=scene.at)
            return keep(*args, **more)

        monkeypatch.setattr(vault, "keep_file", keep_meanwhile)
        with pytest.raises(InvalidInput, match="最多 1 个附件"):
            incidents.attach(
                report=report, chunks=[JPEG], by=scene.officer, at=scene.at
            )

        assert report.attachments.count() == 1

    def test_the_first_report_cannot_be_split_off(self, scene) -> None:
        with pytest.raises(Conflict):
            incidents.split_report(report=scene.report(), by=scene.officer, at=scene.at)

    def test_a_guard_cannot_split(self, scene) -> None:
        scene.report()
        further = scene.report(by=scene.next_guard)

        with pytest.raises(NotAllowed):
            incidents.split_report(report=further, by=scene.guard, at=scene.at)


class TestJoiningAndParting:
    @pytest.fixture
    def two(self, scene) -> tuple[Incident, Incident]:
        return scene.incident(), scene.incident(place=scene.place("园区 南门"))

    def test_joined_and_parted_on_both_timelines(self, scene, two) -> None:
        host, case = two[0].case, two[1].case

        joined = cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
        assert (joined.state, joined.joined_into) == (CaseState.JOINED, host)
        parted = cases.part_cases(case=case, by=scene.officer, at=scene.at)

        assert (parted.state, parted.joined_into) == (CaseState.OPEN, None)
        for one in (host, case):
            assert len(entries(one, "case.joined")) == 1
            assert len(entries(one, "case.parted")) == 1

    def test_a_joined_case_is_changed_at_its_host(self, scene, two) -> None:
        case = cases.join_cases(
            case=two[1].case, host=two[0].case, by=scene.officer, at=scene.at
        )

        with pytest.raises(Conflict, match="并入"):
            cases.advance_phase(case=case, by=scene.officer, at=scene.at)

    def test_clocks_stand_still_while_joined_and_go_on_afterwards(
        self, scene, two
    ) -> None:
        host, case = two[0].case, two[1].case
        due = dict(Deadline.objects.filter(case=case).values_list("pk", "due_at"))
        cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)
        at = pass_time(scene.at, 25)
        assert not Deadline.objects.filter(case=case, cancelled_at=None).exists()
        cases.part_cases(case=case, by=scene.officer, at=at)

        running = Deadline.objects.filter(case=case, cancelled_at=None)
        assert dict(running.values_list("pk", "due_at")) == due
        pass_time(at, 5)

        assert len(alerted(two[1])) == 2  # the ladder climbs on

    def test_who_is_on_the_way_answers_at_the_host(self, scene, two) -> None:
        host, incident = two
        sent = incident.assignments.get()
        assert sent.user not in [one.user for one in host.assignments.all()]
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )

        assignment = incidents.acknowledge(assignment=sent, by=sent.user, at=scene.at)
        assert assignment.incident == host
        assert facts(host.case, "incident.responder_moved") == [
            {"responder": sent.user.actor_key, "number": incident.case.number}
        ]
        assert not entries(incident.case, "incident.responder_moved")
        pass_time(scene.at, 3600)
        assert states(host)[sent.user.username] == AssignmentState.EXPIRED
        assert verify().is_sound

    def test_who_arrived_at_either_may_say_it_is_over(self, scene, two) -> None:
        host, incident = two
        sent = incident.assignments.get()
        incidents.arrive(assignment=sent, by=sent.user, at=scene.at)
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )

        incidents.control_scene(incident=host, by=sent.user, at=scene.at)

        host.refresh_from_db()
        assert host.controlled_at == scene.at

    def test_a_further_report_at_the_joined_place_is_the_hosts(
        self, scene, two
    ) -> None:
        host, incident = two
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )

        further = scene.report(by=scene.officer, place=incident.place)

        assert further.incident == host
        assert Incident.objects.count() == 2

    def test_the_host_hears_what_was_said_in_the_joined_one(self, scene) -> None:
        host = scene.incident(by=Visitor(), channel=Channel.PUBLIC, flags=[])
        incident = scene.incident(
            place=scene.place("园区 南门"), flags=[Flag.WEAPON], people_count=4
        )
        before = set(host.case.tasks.values_list("key", flat=True))
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )

        host.refresh_from_db()
        assert (host.flags, host.people_count) == ([Flag.WEAPON], 4)
        assert host.suggested_severity == incident.suggested_severity
        assert set(host.case.tasks.values_list("key", flat=True)) > before
        assert host.is_confirmed
        assert not Deadline.objects.filter(
            case=host.case, key=CONFIRM, met_at=None
        ).exists()
        assert len(entries(host.case, "incident.report_confirmed")) == 1

    def test_the_host_shows_what_was_reported_in_the_joined_one(
        self, scene, two, sign_in
    ) -> None:
        host, incident = two
        theirs = scene.report(by=scene.officer, place=incident.place)
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )
        own = scene.report(by=scene.officer)

        page = sign_in("zhoumin").get(f"/cases/{host.case.number}/").content.decode()

        for report in Report.objects.all():
            assert f'id="report-{report.uid}"' in page
        assert f"/reports/{own.uid}/splitting/" in page
        assert f"/reports/{theirs.uid}/splitting/" not in page  # it is not its own

    def test_nobody_is_sent_to_a_scene_that_is_under_control(self, scene, two) -> None:
        host, incident = two
        first = host.assignments.get()
        incidents.arrive(assignment=first, by=first.user, at=scene.at)
        incidents.control_scene(incident=host, by=first.user, at=scene.at)
        sent = incident.assignments.get()
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )

        assert states(host)[sent.user.username] == AssignmentState.STOOD_DOWN

    def test_who_was_sent_to_both_is_called_once(self, scene, two) -> None:
        host, incident = two
        guard = host.assignments.get().user
        incidents.join_response(
            incident=incident, user=guard, by=scene.officer, at=scene.at
        )
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )

        assert states(incident) == {guard.username: AssignmentState.STOOD_DOWN}
        assert states(host)[guard.username] == AssignmentState.ALERTED
        assert not entries(incident.case, "incident.responder_stood_down")
        assert len(facts(host.case, "incident.responder_moved")) == 2

    def test_parted_again_somebody_comes(self, scene, two) -> None:
        host, incident = two
        sent = alerted(incident)
        cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )
        assert alerted(incident) == []
        case = cases.part_cases(case=incident.case, by=scene.officer, at=scene.at)
        assert (alerted(incident), len(alerted(host))) == (sent, 1)

        cases.join_cases(case=case, host=host.case, by=scene.officer, at=scene.at)
        at = pass_time(scene.at, 3600)  # nobody answered
        cases.part_cases(case=case, by=scene.officer, at=at)
        assert AssignmentState.ALERTED in states(incident).values()

    def test_the_host_is_as_grave_as_the_joined_one(self, scene) -> None:
        host = scene.incident(flags=[])
        other = scene.incident(place=scene.place("园区 南门"), flags=[Flag.WEAPON])
        level = other.case.severity
        assert host.case.severity < level
        cases.join_cases(case=other.case, host=host.case, by=scene.officer, at=scene.at)

        host.case.refresh_from_db()
        assert host.case.severity == level
        assert facts(host.case, "case.severity_set")[-1]["severity"] == level
        assert host.case.tasks.filter(key="police_handover").exists()
        cases.part_cases(case=other.case, by=scene.officer, at=scene.at)
        assert verify().is_sound

    def test_parted_the_host_is_what_its_own_voices_say(self, scene) -> None:
        host = scene.incident(flags=[Flag.ONGOING], people_count=2)
        other = scene.incident(
            place=scene.place("园区 南门"), flags=[Flag.WEAPON], people_count=4
        )
        case = cases.join_cases(
            case=other.case, host=host.case, by=scene.officer, at=scene.at
        )
        scene.report(by=scene.next_guard, flags=[Flag.INJURED])
        cases.part_cases(case=case, by=scene.officer, at=scene.at)

        host.refresh_from_db()
        assert (set(host.flags), host.people_count) == (
            {Flag.ONGOING, Flag.INJURED},
            2,
        )
        other.refresh_from_db()
        assert (other.flags, other.people_count) == ([Flag.WEAPON], 4)

    def test_a_less_grave_one_changes_no_level(self, scene) -> None:
        host = scene.incident(flags=[Flag.WEAPON])
        other = scene.incident(place=scene.place("园区 南门"), flags=[])
        cases.join_cases(case=other.case, host=host.case, by=scene.officer, at=scene.at)

        assert not facts(host.case, "case.severity_set")

    def test_a_minor_who_was_hurt_in_it_counts_at_the_host(self, scene, two) -> None:
        host, incident = two
        child = customers.add_person(
            site=scene.site, name="陈小宝", is_minor=True, by=scene.officer, at=scene.at
        )
        cases.add_party(
            case=incident.case,
            roles=["victim"],
            person=child,
            by=scene.officer,
            at=scene.at,
        )
        assert not is_minor_hurt(host.case)
        case = cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )
        assert is_minor_hurt(host.case)
        cases.part_cases(case=case, by=scene.officer, at=scene.at)
        assert not is_minor_hurt(Case.objects.get(pk=host.case_id))

    def test_not_while_work_is_open_that_the_host_has_not(self, scene, two) -> None:
        host, incident = two
        posted = cases.add_task(
            case=incident.case,
            key="report_minor",
            phase=Phase.EVIDENCE,
            title="立即报告",
            role_key="duty_officer",
            binding=True,
            by=scene.officer,
            at=scene.at,
        )
        said = {"by": scene.officer, "at": scene.at}

        with pytest.raises(Conflict, match="预案以外的必办任务：立即报告"):
            cases.join_cases(case=incident.case, host=host.case, **said)
        cases.join_cases(case=host.case, host=incident.case, **said)
        cases.part_cases(case=host.case, **said)
        cases.complete_task(task=posted, words="已报告", **said)
        cases.join_cases(case=incident.case, host=host.case, **said)

    def test_a_call_of_the_joined_one_answers_and_is_gone_with_it(
        self, scene, two
    ) -> None:
        host, incident = two
        incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService.POLICE,
            by=scene.officer,
            at=scene.at,
        )
        Task.objects.filter(case=host.case).update(state="done", ended_at=scene.at)
        Incident.objects.update(controlled_at=scene.at)
        case = cases.join_cases(
            case=incident.case, host=host.case, by=scene.officer, at=scene.at
        )
        assert police_of(host) == Police.CALLED
        cases.part_cases(case=case, by=scene.officer, at=scene.at)
        with pytest.raises(Conflict, match="还没有报警"):
            incidents.close_incident(incident=host, by=scene.officer, at=scene.at)

    @pytest.mark.parametrize("what", ["itself", "a closed one", "a drill", "elsewhere"])
    def test_what_cannot_be_joined(self, scene, two, what) -> None:
        case = two[1].case
        host = {
            "itself": lambda: case,
            "a closed one": lambda: self.closed(scene, two[0]),
            "a drill": lambda: scene.incident(exercise=True).case,
            "elsewhere": lambda: self.elsewhere(scene).case,
        }[what]()

        with pytest.raises(Conflict):
            cases.join_cases(case=case, host=host, by=scene.officer, at=scene.at)

    def closed(self, scene: Scene, incident: Incident) -> Case:
        scene.call_off(incident, reason="误报", at=scene.at)
        return incident.case

    def elsewhere(self, scene: Scene) -> Incident:
        place = scene.place("海棠中心 1 层 中庭")
        return scene.incident(by=scene.stranger, place=place)


class TestWithdrawalAndFalseAlarm:
    def test_withdrawal_never_stops_anybody(self, scene) -> None:
        report = scene.report(by=Visitor(), channel=Channel.PUBLIC)
        incident = report.incident
        for _twice in range(2):
            incidents.withdraw_report(report=report, by=Visitor(), at=scene.at)

        pass_time(scene.at, 31)

        assert len(entries(incident.case, "incident.report_withdrawn")) == 1
        assert alerted(incident)[:3] == ["wangjianguo", "zhoumin", "zhangqiang"]
        incident.case.refresh_from_db()
        assert incident.case.state == CaseState.OPEN

    @pytest.mark.parametrize("who", ["officer", "manager", "guard"])
    def test_only_the_reporter_withdraws(self, scene, who) -> None:
        report = scene.report(by=Visitor(), channel=Channel.PUBLIC)

        with pytest.raises(NotAllowed):
            incidents.withdraw_report(
                report=report, by=getattr(scene, who), at=scene.at
            )

    @pytest.mark.parametrize("who", ["guard", "next_guard"])
    def test_false_alarm_is_not_a_guards_to_say(self, scene, who) -> None:
        incident = scene.incident()

        with pytest.raises(NotAllowed):
            incidents.mark_false_alarm(
                incident=incident, reason="误报", by=getattr(scene, who), at=scene.at
            )

        incident.refresh_from_db()
        assert incident.false_alarm_at is None

    def test_false_alarm_needs_a_reason(self, scene) -> None:
        with pytest.raises(InvalidInput):
            incidents.mark_false_alarm(
                incident=scene.incident(), reason=" ", by=scene.officer, at=scene.at
            )

    def test_false_alarm_ends_everything_with_the_reason(self, scene) -> None:
        incident = scene.incident()
        scene.call_off(incident, reason="拍电影", at=scene.at)
        pass_time(scene.at, 3600)

        incident.case.refresh_from_db()
        assert incident.case.state == CaseState.CLOSED
        assert set(incident.case.tasks.values_list("state", "words")) == {
            ("skipped", "拍电影")
        }
        assert states(incident) == {"wangjianguo": AssignmentState.STOOD_DOWN}
        assert facts(incident.case, "case.deadline_missed") == []


class TestReopenedFalseAlarm:
    """It was none after all: what was ended with it goes on."""

    def reopened(self, scene: Scene, incident: Incident) -> datetime:
        scene.call_off(incident, reason="看错了", at=scene.at)
        at = scene.at + timedelta(minutes=20)
        cases.reopen_case(case=incident.case, by=scene.manager, at=at)
        incident.refresh_from_db()
        return at

    def test_it_counts_as_an_incident_again(self, scene) -> None:
        incident = scene.incident(flags=[])
        scene.call_off(incident, reason="看错了", at=scene.at)
        assert case_class(incident.case) == RetentionClass.FALSE_ALARM
        cases.reopen_case(case=incident.case, by=scene.manager, at=scene.at)

        incident.refresh_from_db()
        assert incident.false_alarm_at is None
        assert case_class(incident.case) == RetentionClass.ORDINARY
        assert len(entries(incident.case, "incident.false_alarm_taken_back")) == 1
        assert verify().is_sound

    def test_somebody_is_sent_and_the_ladder_climbs(self, scene) -> None:
        incident = scene.incident()
        at = self.reopened(scene, incident)
        assert alerted(incident) == ["wangjianguo", "wangjianguo"]

        pass_time(at, 30)

        assert alerted(incident)[2:] == ["zhangqiang"]
        assert Deadline.objects.filter(
            case=incident.case, key=CONTROL, cancelled_at=None
        ).exists()

    def test_its_plan_binds_again(self, scene) -> None:
        incident = scene.incident()
        tasks = incident.case.tasks.order_by("pk")
        by_hand = tasks.filter(binding=True)[0]
        cases.skip_task(task=by_hand, reason="不需要", by=scene.manager, at=scene.at)
        binding = set(tasks.filter(binding=True).exclude(pk=by_hand.pk))
        assert binding
        self.reopened(scene, incident)

        assert set(tasks.filter(state="open")) == binding
        assert Deadline.objects.filter(
            case=incident.case, about__startswith="task:", cancelled_at=None
        ).exists()

    def test_nobody_is_sent_to_a_scene_under_control(self, scene) -> None:
        incident = scene.incident()
        sent = incident.assignments.get()
        incidents.arrive(assignment=sent, by=sent.user, at=scene.at)
        incidents.control_scene(incident=incident, by=sent.user, at=scene.at)
        self.reopened(scene, incident)

        assert alerted(incident) == [sent.user.username]

    def test_silence_climbs_on_though_somebody_had_arrived_before(self, scene) -> None:
        incident = scene.incident()
        sent = incident.assignments.get()
        incidents.arrive(assignment=sent, by=sent.user, at=scene.at)
        at = self.reopened(scene, incident)
        assert len(alerted(incident)) == 2

        at = pass_time(at, 30)
        assert len(alerted(incident)) == 3
        pass_time(at, 3600)
        assert entries(incident.case, "incident.ladder_exhausted") != []

    def test_who_had_arrived_is_not_asked_again(self, scene) -> None:
        incident = scene.incident()
        sent = incident.assignments.get()
        incidents.arrive(assignment=sent, by=sent.user, at=scene.at)
        self.reopened(scene, incident)

        assert alerted(incident) == [sent.user.username, "zhangqiang"]

    def test_any_other_case_only_opens(self, scene) -> None:
        incident = scene.incident()
        Case.objects.filter(pk=incident.case_id).update(
            state=CaseState.CLOSED, closed_at=scene.at
        )

        cases.reopen_case(case=incident.case, by=scene.manager, at=scene.at)

        assert entries(incident.case, "incident.false_alarm_taken_back") == []
        assert alerted(incident) == ["wangjianguo"]


class TestSentTwice:
    ID = UUID("6f2d3c1e-0000-4000-8000-000000000001")

    def test_the_first_answer_again(self, scene) -> None:
        first = scene.report(request_id=self.ID)
        again = scene.report(request_id=self.ID, at=scene.at + timedelta(minutes=40))

        assert again == first
        assert Report.objects.count() == 1
        assert len(entries(first.incident.case, "incident.reported")) == 1

    def test_with_other_content_is_a_conflict(self, scene) -> None:
        scene.report(request_id=self.ID)

        with pytest.raises(Conflict):
            scene.report(request_id=self.ID, words="另一件事")
        with pytest.raises(Conflict):
            scene.report(request_id=self.ID, by=scene.guard)

        assert Report.objects.count() == 1

    def test_the_order_of_flags_is_no_content(self, scene) -> None:
        first = scene.report(request_id=self.ID, flags=["injured", "ongoing"])

        assert scene.report(request_id=self.ID, flags=["ongoing", "injured"]) == first


class TestBadInput:
    @pytest.mark.parametrize(
        ("path", "more"),
        [
            ("flags", {"flags": ["dragon"]}),
            ("people_count", {"people_count": 0}),
            ("people_count", {"people_count": 1000}),
            ("words", {"words": "字" * 1001}),
        ],
    )
    def test_names_the_field_and_changes_nothing(self, scene, path, more) -> None:
        with pytest.raises(InvalidInput) as refusal:
            scene.report(**more)

        assert refusal.value.path == path
        assert not Incident.objects.exists()

    @pytest.mark.parametrize(
        ("source", "slow", "said"),
        [
            (HappenedSource.DEVICE, timedelta(hours=8), timedelta(0)),
            (HappenedSource.DEVICE, timedelta(minutes=9), timedelta(minutes=9)),
            (HappenedSource.PHONE, timedelta(hours=8), timedelta(hours=8)),
        ],
    )
    def test_the_police_are_told_no_time_of_a_clock_that_is_wrong(
        self, scene: Scene, source: HappenedSource, slow: timedelta, said: timedelta
    ) -> None:
        incident = scene.incident(happened=scene.at - slow, happened_source=source)

        words = "".join(words_to_say(incident, EmergencyService.POLICE))

        assert f"{local_time(scene.at - said):%H:%M} 左右发生打人" in words

    def test_happened_in_the_future(self, scene) -> None:
        with pytest.raises(InvalidInput):
            scene.report(happened=scene.at + timedelta(minutes=5))

    def test_late_report_starts_its_ladder_on_arrival(self, scene) -> None:
        happened = scene.at - timedelta(minutes=40)

        report = scene.report(happened=happened)

        assert report.happened_at == happened
        assert report.incident.reported_at == scene.at
        [entry] = entries(report.incident.case, "incident.reported")
        assert (entry.happened_at, entry.recorded_at) == (happened, scene.at)
        assert report.incident.assignments.get().alerted_at == scene.at

    def test_place_out_of_use(self, scene) -> None:
        Place.objects.filter(pk=scene.garage.pk).update(is_active=False)

        with pytest.raises(InvalidInput):
            scene.report()

    def test_guard_of_another_site(self, scene) -> None:
        with pytest.raises(NotAllowed):
            scene.report(by=scene.stranger)


@pytest.mark.slow
class TestAtTheSameInstant:
    def reports(self, scene: Scene, times: list[datetime]) -> list[Report]:
        voices = [
            {"by": scene.guard},
            {"by": Visitor(), "channel": Channel.PUBLIC},
            {"by": PanicButton(), "channel": Channel.DEVICE, "words": "", "flags": []},
        ]
        results = at_once(
            *(
                lambda voice=voice, at=at: scene.report(**voice, at=at)
                for voice, at in zip(voices, times, strict=True)
            )
        )
        assert failures(results) == []
        return results

    @pytest.mark.parametrize(
        "microseconds", [(0, 0, 0), (500, 0, 250), (0, 1000, 2000)], ids=str
    )
    def test_guard_visitor_and_panic_button(
        self, committed_scene, microseconds
    ) -> None:
        """Whoever takes the turn first: one incident, three voices, one ladder."""
        scene = committed_scene
        times = [scene.at + timedelta(microseconds=n) for n in microseconds]

        reports = self.reports(scene, times)

        incident = Incident.objects.get()
        assert {report.incident for report in reports} == {incident}
        assert incident.reports.count() == 3
        assert incident.reports.filter(opened_incident=True).count() == 1
        assert len(entries(incident.case, "incident.reported")) == 1
        assert len(entries(incident.case, "incident.further_report")) == 2
        # Confirmed or not, one ladder: nobody twice, one guard to begin with.
        sent = Assignment.objects.filter(incident=incident, rung="guard")
        assert sent.count() == 1
        assert verify().is_sound

    def test_across_midnight(self, committed_scene) -> None:
        scene = committed_scene
        midnight = scene.at.replace(hour=16, minute=0, second=0)  # in Shanghai
        ticks = [-1, 0, 1]

        self.reports(scene, [midnight + timedelta(microseconds=n) for n in ticks])

        assert Incident.objects.count() == 1

    def test_one_request_sent_by_three_threads(self, committed_scene) -> None:
        scene = committed_scene
        request = UUID(int=77)

        results = at_once(*[lambda: scene.report(request_id=request)] * 3)

        assert failures(results) == []
        assert len({report.pk for report in results}) == 1
        assert Report.objects.count() == 1
        assert verify().is_sound

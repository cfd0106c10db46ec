"""The whole record: who looked and who corrected, and what it tells nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.accounts.models import Site
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.cases.selectors import timeline
from anlan.cases.selectors.trail import (
    PAGE_OF_TRAIL,
    PUBLIC,
    QUIET,
    actors_in,
    traces_of,
    trail_page,
)
from anlan.customers import services as customers
from anlan.customers.enums import ErasureReason, ProtectedField
from anlan.customers.models import Disclosure
from anlan.evidence.events.injuries import InjuriesRead
from anlan.ledger import services as ledger
from tests.cases.test_leaks import NAME, PHONE, party
from tests.scene import Scene
from tests.signed_in import SignIn

pytestmark = pytest.mark.both_deep

WHY = "通知家属"


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def victim(scene: Scene, case: Case) -> Party:
    return party(scene, case, "victim", name=NAME, phone=PHONE)


@pytest.fixture
def looked(scene: Scene, case: Case, victim: Party) -> Party:
    cases.reveal_contact(
        party=victim,
        field=ProtectedField.PHONE,
        reason=WHY,
        by=scene.officer,
        at=scene.at + timedelta(minutes=1),
    )
    cases.correct_contact(
        party=victim,
        name="改过了",
        phone="",
        reason="身份证上不是这个名字",
        by=scene.guard,
        at=scene.at + timedelta(minutes=2),
    )
    return victim


def injuries_read(scene: Scene, case: Case, victim: Party) -> None:
    """As the page of injuries records it."""
    with ledger.recording():
        ledger.append(
            InjuriesRead(party=f"party:{victim.uid}"),
            site=case.site,
            subject=case.subject,
            object=f"party:{victim.uid}",
            by=scene.officer,
            at=scene.at,
        )


class TestLooks:
    def test_who_looked_and_who_corrected_with_what_stood_there(
        self, scene, case, looked
    ) -> None:
        rows = traces_of(looked, scene.manager).rows

        corrected, read, added = rows[0], rows[1], rows[-1]
        assert corrected.who == scene.guard.name
        assert corrected.reason == "身份证上不是这个名字"
        assert corrected.former_name not in {"", NAME}
        assert corrected.former_phone == "199****0121"
        assert corrected.case == case.number
        assert (read.who, read.what, read.reason) == (
            scene.officer.name,
            f"{scene.officer.name}查看了电话",
            WHY,
        )
        assert added.who == scene.officer.name
        assert len(rows) == 3  # the correction once, though two entries tell of it

    def test_of_an_entrusted_look_nothing_is_told(self, scene, victim) -> None:
        """It is a counsellor's, and who is counselled is told to nobody."""
        before = traces_of(victim, scene.manager)
        assert victim.person is not None
        customers.reveal(
            person=victim.person,
            field=ProtectedField.PHONE,
            site=scene.site,
            reason="联系本人",
            is_entrusted=True,
            by=scene.person("linan"),
            at=scene.at,
        )

        assert traces_of(victim, scene.manager) == before

    def test_what_was_at_another_site_is_only_counted(self, scene, looked) -> None:
        assert looked.person is not None
        Disclosure.objects.create(
            person=looked.person,
            site=Site.objects.exclude(pk=scene.site.pk)[0],
            field=ProtectedField.PHONE,
            reason="别处的理由",
            read_for="footage_application:1",
            reader=scene.guard.actor_key,
            read_at=scene.at,
        )

        here = traces_of(looked, scene.manager)
        assert here.elsewhere == 1
        assert "别处的理由" not in str(here)
        everywhere = traces_of(looked, scene.person("guoxin"))
        assert everywhere.elsewhere == 0
        assert "别处的理由" in str(everywhere)

    def test_after_erasing_it_says_that_and_no_words(self, scene, case, looked) -> None:
        cases.close_as_false_alarm(
            case=case, reason="误会", by=scene.officer, at=scene.at
        )
        cases.erase_contact(
            party=looked,
            reason=ErasureReason.REQUEST,
            by=scene.manager,
            at=scene.at + timedelta(minutes=3),
        )

        rows = traces_of(looked, scene.manager).rows
        assert rows[0].who == scene.manager.name
        assert WHY not in str(rows)
        assert not any(row.former_name or row.former_phone for row in rows)

    def test_page_and_who_may_not(self, sign_in: SignIn, scene, case, looked) -> None:
        address = f"/cases/{case.number}/parties/{looked.uid}/looks/"

        page = sign_in("hetao").get(address).content.decode()
        assert WHY in page
        assert "199****0121" in page
        assert NAME not in page
        assert PHONE not in page
        room = f"/cases/{case.number}/"
        assert address in sign_in("hetao").get(room).content.decode()
        for name in ("zhoumin", "wangjianguo"):
            client = sign_in(name)
            assert client.get(address).status_code == 403
            assert address not in client.get(room).content.decode()
        assert sign_in("admin").get(address).status_code == 404

    def test_of_somebody_unknown_there_is_none(self, sign_in, scene, case) -> None:
        unknown = cases.add_party(
            case=case,
            roles=["victim"],
            description="红衣",
            by=scene.officer,
            at=scene.at,
        )
        address = f"/cases/{case.number}/parties/{unknown.uid}/looks/"
        assert sign_in("hetao").get(address).status_code == 404


class TestTrail:
    def test_it_tells_who_only_looked(self, scene, case, victim) -> None:
        injuries_read(scene, case, victim)

        seqs = {line.seq for line in timeline(case)}
        page = trail_page(case, scene.manager)
        quiet = [one for one in page.lines if one.line.seq not in seqs]
        assert {one.line.kind for one in quiet} >= {"evidence.injuries_read"}
        assert all(one.is_quiet for one in quiet)
        assert seqs <= {one.line.seq for one in page.lines}
        looks = trail_page(case, scene.manager, group=QUIET).lines
        assert looks == quiet

    def test_who_may_not_read_it_is_not_told_what_it_was(
        self, scene, case, victim
    ) -> None:
        injuries_read(scene, case, victim)
        (told,) = [
            one
            for one in trail_page(case, scene.manager).lines
            if one.line.kind == "evidence.injuries_read"
        ]
        assert (told.needs, told.who) == ("", scene.officer.name)
        (told,) = [
            one
            for one in trail_page(case, scene.guard).lines
            if one.line.kind == "evidence.injuries_read"
        ]
        assert told.who == scene.officer.name
        assert told.needs == "injury.read"
        assert told.line.thing == ""
        assert "伤情" not in told.line.sentence.partition("“")[0]

    def test_by_person_and_by_page(self, scene, case) -> None:
        for n in range(PAGE_OF_TRAIL):
            cases.write_note(
                case=case, text=f"第 {n} 次巡查", by=scene.guard, at=scene.at
            )

        first = trail_page(case, scene.manager)
        assert len(first.lines) == PAGE_OF_TRAIL
        assert first.after is not None
        rest = trail_page(case, scene.manager, before=first.after)
        assert rest.after is None
        assert max(one.line.seq for one in rest.lines) < first.after
        own = trail_page(case, scene.manager, who=scene.guard.actor_key, page=200)
        assert {one.who for one in own.lines} == {scene.guard.name}
        assert (scene.guard.actor_key, scene.guard.name) in actors_in(case)
        assert trail_page(case, scene.manager, who=PUBLIC).lines == []

    def test_page_print_and_who_may_not(
        self, sign_in: SignIn, scene, case, victim
    ) -> None:
        injuries_read(scene, case, victim)
        address = f"/cases/{case.number}/trail/"
        client = sign_in("hetao")

        page = client.get(address).content.decode()
        assert "evidence.injuries_read" in page
        assert NAME not in page
        nothing = client.get(f"{address}?group=talks").content.decode()
        assert "没有符合条件的记录" in nothing
        paper = client.get(f"{address}?as=paper").content.decode()
        assert "打印于" in paper
        assert address in client.get(f"/cases/{case.number}/").content.decode()
        for name in ("zhoumin", "wangjianguo"):
            other = sign_in(name)
            assert other.get(address).status_code == 403
            assert address not in other.get(f"/cases/{case.number}/").content.decode()
        assert sign_in("admin").get(address).status_code == 404

    def test_a_party_of_the_case_is_refused(self, sign_in: SignIn, scene, case) -> None:
        cases.add_party(
            case=case,
            roles=["aggressor"],
            user=scene.manager,
            by=scene.officer,
            at=scene.at,
        )
        client = sign_in("hetao")
        assert client.get(f"/cases/{case.number}/trail/").status_code == 403
        assert "/trail/" not in client.get(f"/cases/{case.number}/").content.decode()

"""The pages of an investigation: without a script, refused, and not for others."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.evidence.models import Statement
from anlan.investigation.enums import InterviewState
from anlan.investigation.models import (
    DefenceFact,
    Finding,
    FindingSentence,
    Interview,
    Pin,
    SceneLook,
    Sketch,
)
from tests.evidence.told import begun as statement_begun
from tests.evidence.told import guardian_of, party
from tests.investigation.asked import (
    HAPPENED,
    begun,
    decided,
    drafted,
    held,
    investigator,
    photo,
    planned,
    sentence,
    statement_in,
    submitted,
)

pytestmark = pytest.mark.both_deep
TABS = ("", "scene/", "background/", "facts/", "findings/")


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene):
    return scene.incident().case


def at(case, page=""):
    return f"/cases/{case.number}/investigation/{page}"


def statement_page(case):
    uid = Statement.objects.get().uid
    return f"/cases/{case.number}/evidence/statements/{uid}/"


def text(answer):
    return str(answer.content.decode())


def once(**said):
    return {"request_id": str(uuid4()), **said}


class TestWhoHasToDoWithIt:
    def test_is_told_so_and_offered_nothing(self, scene, case, sign_in) -> None:
        client = sign_in("zhoumin")
        assert "facts/first/" in text(client.get(at(case, "facts/")))
        cases.add_party(
            case=case,
            roles=["victim"],
            user=scene.officer,
            by=scene.manager,
            at=scene.at,
        )

        page = text(client.get(at(case, "facts/")))
        assert "当事人，须回避" in page
        assert "facts/first/" not in page
        refused = client.post(at(case, "facts/first/"), once(is_unknown="on"))
        assert refused.status_code == 403
        assert "须回避" in text(refused)
        assert not DefenceFact.objects.exists()


class TestWhoSees:
    @pytest.mark.parametrize("page", TABS)
    def test_is_empty_at_first(self, case, sign_in, page) -> None:
        answer = sign_in("xuqing").get(at(case, page))

        assert answer.status_code == 200
        assert "调查" in text(answer)

    @pytest.mark.parametrize("page", TABS)
    @pytest.mark.parametrize(
        ("who", "status"), [("wangjianguo", 403), ("lifang", 403), ("dingyi", 404)]
    )
    def test_is_not_for_others(self, case, sign_in, page, who, status) -> None:
        assert sign_in(who).get(at(case, page)).status_code == status

    def test_nor_for_who_has_yet_to_speak(self, scene, case, sign_in) -> None:
        statement_begun(scene, case, of=scene.officer)

        answer = sign_in("zhoumin").get(at(case))

        assert answer.status_code == 403
        assert "还没有签字" in text(answer)

    def test_counsel_reads_and_is_offered_nothing(self, scene, case, sign_in) -> None:
        planned(scene, case)
        counsel = sign_in("chenlu")

        assert "安排谈话</a>" not in text(counsel.get(at(case)))
        assert counsel.post(at(case, "interviews/new/"), once()).status_code in {
            403,
            422,
        }
        assert Interview.objects.count() == 1

    def test_the_room_says_how_far_it_is(self, scene, case, sign_in) -> None:
        planned(scene, case)

        room = f"/cases/{case.number}/"
        assert "panel-investigation" in text(sign_in("zhoumin").get(room))
        assert "panel-investigation" not in text(sign_in("wangjianguo").get(room))
        assert "谈话 0 / 1" in " ".join(
            text(sign_in("zhoumin").get(at(case, "panel/"))).split()
        )
        assert "谈话" not in text(sign_in("wangjianguo").get(at(case, "panel/")))


class TestInterviews:
    def test_from_the_plan_to_the_statement(self, scene, case, sign_in) -> None:
        client, whose = sign_in("xuqing"), party(scene, case)
        said = once(
            parties=[str(whose.uid)],
            role="victim",
            interviewer=str(investigator(scene).uid),
            planned_for="2026-11-23T16:00",
            questions="伞现在在哪里？\n还有谁看见？",
        )

        answer = client.post(at(case, "interviews/new/"), said)

        interview = Interview.objects.get()
        page = at(case, f"interviews/{interview.uid}/")
        assert answer.url == page
        assert "伞现在在哪里？" in text(client.get(page))
        answer = client.post(
            f"{page}beginning/",
            once(place="会客室", mode="spoken", is_told="on"),
        )
        statement = Statement.objects.get()
        assert (
            answer.url == f"/cases/{case.number}/evidence/statements/{statement.uid}/"
        )
        assert "伞现在在哪里？" in text(client.get(answer.url))
        stopped = client.post(f"{page}stopping/", {"words": "累了"})
        assert stopped.url == page
        interview.refresh_from_db()
        assert interview.state == InterviewState.STOPPED
        assert "还没有人问过" in text(client.get(at(case)))

    def test_a_second_person_is_refused_with_the_rule(
        self, scene, case, sign_in
    ) -> None:
        people = [str(party(scene, case, name).uid) for name in ("甲某", "乙某")]

        answer = sign_in("xuqing").post(
            at(case, "interviews/new/"),
            once(
                parties=people,
                role="victim",
                interviewer=str(investigator(scene).uid),
            ),
        )

        assert answer.status_code == 422
        assert "谈话分别进行" in text(answer)
        assert "G21" in text(answer)
        assert not Interview.objects.exists()

    def test_a_child_waits_for_the_guardian(self, scene, case, sign_in) -> None:
        child = party(scene, case, "小明", birth_year=2012)
        interview = planned(scene, case, parties=[child])

        answer = sign_in("xuqing").post(
            at(case, f"interviews/{interview.uid}/beginning/"),
            once(place="会客室", mode="spoken", is_told="on"),
        )

        assert answer.status_code == 422
        assert "G20" in text(answer)

    def test_a_child_with_a_registered_guardian(self, scene, case, sign_in) -> None:
        child = party(scene, case, "小明", birth_year=2012)
        interview = planned(scene, case, parties=[child])
        mother, gone = guardian_of(scene, child), guardian_of(scene, child, "白姨")
        link = gone.guardianships.get()
        cases.unlink_guardian(link=link, reason="错了", by=scene.officer, at=scene.at)
        client = sign_in("xuqing")
        page = at(case, f"interviews/{interview.uid}/beginning/")
        said = {"place": "会客室", "mode": "spoken", "is_guardian_present": "on"}
        said |= {"is_told": "on", "is_minor": "on"}

        shown = text(client.get(page))
        assert f'value="{mother.uid}"' in shown
        assert str(gone.uid) not in shown
        refused = client.post(page, once(**said, guardian=str(gone.uid)))
        assert (refused.status_code, Statement.objects.count()) == (422, 0)

        assert client.post(page, once(**said, guardian=str(mother.uid))).url
        assert Statement.objects.get().guardian_party == mother

    def test_a_child_with_a_guardian_who_is_no_party_yet(
        self, scene, case, sign_in
    ) -> None:
        child = party(scene, case, "小明", birth_year=2012)
        interview = planned(scene, case, parties=[child])
        mother, client = guardian_of(scene, child), sign_in("xuqing")
        page = at(case, f"interviews/{interview.uid}/beginning/")
        said = {"place": "会客室", "mode": "spoken", "is_guardian_present": "on"}
        said |= {"is_told": "on", "name": "白父", "phone": "13900005503"}
        said |= {"relation": "父亲"}

        both = client.post(page, once(**said, guardian=str(mother.uid)))
        assert "请只选一个" in text(both)
        same = client.post(page, once(**{**said, "name": "王 芳"}))
        assert "已有这个姓名" in text(same)
        assert client.post(page, once(**said)).url

        father = Statement.objects.get().guardian_party
        assert father is not None
        assert father.guardianships.get().ward == child
        assert "白父（父亲）" in text(client.get(statement_page(case)))

    def test_is_replanned_and_called_off(self, scene, case, sign_in) -> None:
        interview = planned(scene, case)
        client, page = sign_in("zhoumin"), at(case, f"interviews/{interview.uid}/")
        assert "许晴" in text(client.get(f"{page}plan/"))
        said = {"interviewer": str(scene.officer.uid), "topics": "先听", "position": 3}

        assert client.post(f"{page}plan/", said).url == page
        assert client.post(f"{page}cancellation/", {"reason": ""}).status_code == 422
        assert client.post(f"{page}cancellation/", {"reason": "不来"}).url == page

        interview.refresh_from_db()
        assert (interview.state, interview.topics) == ("cancelled", "先听")

    def test_of_another_case_is_not_there(self, scene, case, sign_in) -> None:
        interview = planned(scene, case)
        other = scene.incident(place=scene.place("园区 南门")).case

        answer = sign_in("xuqing").get(at(other, f"interviews/{interview.uid}/"))

        assert answer.status_code == 404


class TestScene:
    def test_is_looked_at_and_drawn(self, scene, case, sign_in) -> None:
        client, exhibit = sign_in("xuqing"), photo(scene, case)
        seen = once(rating="part", note="灯坏了", exhibit=str(exhibit.uid))

        assert client.post(at(case, "scene/aspects/light/"), seen).status_code == 302
        assert client.get(at(case, "scene/aspects/colour/")).status_code == 404
        assert "灯坏了" in text(client.get(at(case, "scene/")))
        made = client.post(
            at(case, "scene/sketches/new/"),
            once(title="B1 东区", exhibit=str(exhibit.uid)),
        )
        sketch = Sketch.objects.get()
        pin = once(kind="object", label="伞", x=250, y=500)
        assert client.post(made.url, pin).url == made.url
        assert (
            client.post(made.url, once(kind="object", x=2000, y=1)).status_code == 422
        )
        page = text(client.get(made.url))
        assert "translate(250 375)" in page
        assert f"/evidence/{exhibit.uid}/picture/" in page
        one = Pin.objects.get()
        client.post(f"{made.url}pins/{one.uid}/place/", {"x": 10, "y": 20})
        one.refresh_from_db()
        assert (one.x, one.y) == (10, 20)
        client.post(f"{made.url}pins/{one.uid}/removal/")
        assert "还没有标记" in text(client.get(made.url))
        assert (SceneLook.objects.count(), sketch.pins.count()) == (1, 1)


class TestFacts:
    def test_name_their_source(self, scene, case, sign_in) -> None:
        client = sign_in("xuqing")
        statement_in(scene, case)
        said = once(source="S-01", words="灰衣男子先举伞")

        assert client.post(at(case, "facts/first/"), said).status_code == 302
        assert client.get(at(case, "facts/guilt/")).status_code == 404
        bad = client.post(at(case, "facts/first/"), once(source="S-01", words="互殴"))
        assert bad.status_code == 422
        assert "G15" in text(bad)
        page = text(client.get(at(case, "facts/")))
        assert "供参考" in page
        assert "灰衣男子先举伞" in page
        fact = DefenceFact.objects.get()
        client.post(at(case, f"facts/{fact.uid}/withdrawal/"), {"reason": "看错"})
        assert "已划去" in text(client.get(at(case, "facts/")))


class TestFindings:
    def test_from_the_draft_to_the_paper(self, scene, case, sign_in) -> None:
        client = sign_in("xuqing")
        statement_in(scene, case)
        page = client.post(at(case, "findings/")).url
        said = once(kind="course", text=HAPPENED, is_fact="on")

        assert client.post(f"{page}sentences/", said).url == page
        refused = client.post(f"{page}submission/")
        assert refused.status_code == 422
        assert "每一句事实都要引用" in text(refused)
        row = FindingSentence.objects.get()
        client.post(
            at(case, f"sentences/{row.uid}/"), {"text": HAPPENED, "sources": ["S-01"]}
        )
        assert client.post(f"{page}submission/").url == page

        manager = sign_in("hetao")
        assert "批准" in text(manager.get(page))
        assert manager.post(f"{page}decision/", {"return": "1"}).status_code == 422
        assert manager.post(f"{page}decision/", {"remark": ""}).url == page
        assert Finding.objects.get().state == "approved"
        paper = text(manager.get(f"{page}paper/"))
        assert HAPPENED in paper
        assert "[S-01]" in paper

    def test_a_verdict_is_refused_with_the_rule(self, scene, case, sign_in) -> None:
        finding = drafted(scene, case)

        answer = sign_in("xuqing").post(
            at(case, f"findings/{finding.uid}/sentences/"),
            once(kind="cause", text="双方互殴。", is_fact="on"),
        )

        assert answer.status_code == 422
        assert "G15" in text(answer)

    def test_the_author_decides_nothing(self, scene, case, sign_in) -> None:
        finding = submitted(scene, case, by=scene.manager)
        page = at(case, f"findings/{finding.uid}/")
        client = sign_in("hetao")

        assert "<button" not in text(client.get(page)).partition("审批意见")[2]
        refused = client.post(f"{page}decision/", {"remark": ""})

        assert refused.status_code == 403
        assert "起草人不能审批" in text(refused)

    def test_a_sentence_is_taken_out(self, scene, case, sign_in) -> None:
        finding = drafted(scene, case)
        row = sentence(scene, finding)

        sign_in("xuqing").post(at(case, f"sentences/{row.uid}/removal/"))

        assert not FindingSentence.objects.exists()

    def test_versions_are_listed(self, scene, case, sign_in) -> None:
        decided(scene, submitted(scene, case))
        drafted(scene, case)

        page = text(sign_in("chenlu").get(at(case, "findings/")))

        assert "F-01" in page
        assert "F-02" in page


@pytest.mark.parametrize("page", TABS)
def test_every_page_opens_in_english(scene, case, sign_in, page) -> None:
    held(scene, planned(scene, case), free="I parked.")
    begun(scene, planned(scene, case, parties=[party(scene, case, "乙某")]))
    client = sign_in("xuqing")
    User.objects.filter(username="xuqing").update(language="en")

    answer = client.get(at(case, page))

    assert answer.status_code == 200
    assert re.search(r'<html\s+lang="en"', answer.content.decode())

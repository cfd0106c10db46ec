"""The pages of statements and injuries: without a script, refused, and not for others."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import Region, Round
from anlan.evidence.models import (
    Addendum,
    Injury,
    InjuryPhoto,
    MedicalPaper,
    Statement,
    StatementAnswer,
)
from anlan.evidence.services import Answer, SignedAlone
from anlan.play.pictures import signature
from tests.evidence.told import (
    SOUND,
    STORY,
    begun,
    frozen,
    guardian_of,
    hurt,
    party,
    photographed,
    read,
    signed,
    told,
)
from tests.incidents.story import entries
from tests.pictures import JPEG, PDF
from tests.scene import Scene

pytestmark = pytest.mark.both_deep
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def draft(scene: Scene, case: Case) -> Statement:
    return told(scene, begun(scene, case))


def at(case: Case, page: str = "") -> str:
    return f"/cases/{case.number}/evidence/{page}"


def of(statement: Statement, page: str = "") -> str:
    return at(statement.case, f"statements/{statement.uid}/{page}")


def png(number: int = 1) -> str:
    return "data:image/png;base64," + b64encode(signature(number)).decode()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def photo(content: bytes = JPEG) -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_1.jpg", content)


class TestWithoutAScript:
    def test_from_the_list_to_the_signature(self, scene, case, sign_in) -> None:
        guard = sign_in("wangjianguo")
        assert "还没有您可以看的情况说明" in text(guard.get(at(case, "statements/")))
        whose = party(scene, case)
        said = {
            "request_id": str(uuid4()),
            "party": str(whose.uid),
            "role": "victim",
            "mode": "spoken",
            "place": "会客室",
            "is_told": "on",
        }

        answer = guard.post(at(case, "statements/new/"), said)
        made = Statement.objects.get()
        assert answer.url == of(made)
        assert "请您自己讲一遍" in text(guard.get(of(made)))
        typed = {"answer-free": STORY, "version-free": "0", "declined-who": "on"}
        typed |= {"answer-who": "", "version-who": "0"}
        typed |= {"question-own-1": "灯亮着吗？", "answer-own-1": "亮着。"}
        guard.post(of(made, "answers/"), typed)
        assert STORY in text(guard.get(of(made)))
        typed["version-free"] = typed["version-who"] = typed["version-own-1"] = "1"
        assert guard.post(of(made, "reading/"), typed).url == of(made)
        page = text(guard.get(of(made)))
        assert "他用伞打了我的额头。" in page
        assert "本人不回答" in page
        signed = {"request_id": str(uuid4()), "draft": "1", "is_confirmed": "on"}
        answer = guard.post(of(made, "signature/"), {**signed, "signature": png()})

        assert answer.url == of(made)
        page = text(guard.get(of(made)))
        assert "已签字定稿" in page
        assert "没有问的问题" in page
        made.refresh_from_db()
        assert made.exhibit is not None
        assert made.exhibit.file.sha256 in page
        receipt = guard.get(at(case, f"{made.exhibit.uid}/receipt/"))
        assert made.exhibit.file.sha256 in text(receipt)
        pdf = guard.get(at(case, f"{made.exhibit.uid}/original/"))
        assert pdf.getvalue().startswith(b"%PDF-")
        assert guard.get(of(made, "signature/own/")).status_code == 200

    def test_a_refusal_keeps_what_was_typed(self, scene, draft, sign_in) -> None:
        guard = sign_in("wangjianguo")
        typed = {"answer-where": "长" * 4001, "version-where": "0"}

        answer = guard.post(of(draft, "answers/"), typed)

        assert answer.status_code == 422
        assert "最多 4000 个字" in text(answer)
        assert "长" * 4001 in text(answer)

    def test_both_texts_are_there_when_two_wrote(self, scene, draft, sign_in) -> None:
        evidence.save_answers(
            statement=draft,
            said=[Answer(key="when", text="两点整。", version=1)],
            by=scene.officer,
            at=scene.at,
        )
        typed = {"answer-when": "三点。", "version-when": "1"}

        answer = sign_in("wangjianguo").post(of(draft, "answers/"), typed)

        assert answer.status_code == 409
        for words in ("两点整。", "三点。", "周敏"):
            assert words in text(answer)
        typed["version-when"] = "2"
        sign_in("wangjianguo").post(of(draft, "answers/"), typed)
        assert StatementAnswer.objects.get(key="when").answer == "三点。"

    def test_a_missing_signature_is_said_at_the_pad(
        self, scene, draft, sign_in
    ) -> None:
        read(scene, draft)
        said = {"request_id": str(uuid4()), "draft": "1", "is_confirmed": "on"}

        answer = sign_in("wangjianguo").post(of(draft, "signature/"), said)

        assert answer.status_code == 422
        assert "请本人签字" in text(answer)

    def test_on_paper(self, scene, case, draft, sign_in) -> None:
        guard = sign_in("wangjianguo")
        assert guard.get(of(draft, "paper/")).status_code == 404
        read(scene, draft)
        page = text(guard.get(of(draft, "paper/")))
        assert "陆远航" in page
        said = {"request_id": str(uuid4()), "draft": "1", "is_confirmed": "on"}

        guard.post(of(draft, "signature/"), {**said, "paper": photo()})

        draft.refresh_from_db()
        assert draft.on_paper
        assert "在纸上签字" in text(guard.get(of(draft)))
        answer = guard.get(of(draft, "signature/own/"))
        paper = case.exhibits.get(blob=draft.signature)
        assert answer["Location"] == f"/cases/{case.number}/evidence/{paper.uid}/"

    def test_the_other_ways_out(self, scene, case, draft, sign_in) -> None:
        guard = sign_in("wangjianguo")
        for page in ("refusal/", "discarding/", "guardian/", "recordings/"):
            assert guard.get(of(draft, page)).status_code == 200
        new = {"name": "王芳", "phone": "13900005501", "relation": "母亲"}
        guard.post(of(draft, "guardian/"), new)
        sound = SimpleUploadedFile("talk.wav", SOUND)
        guard.post(of(draft, "recordings/"), {"recording": sound, "is_told": "on"})
        guard.post(of(draft, "reading/"))
        guard.post(of(draft, "reopening/"))
        guard.post(of(draft, "refusal/"), {"reason": "不想说了"})

        draft.refresh_from_db()
        assert (draft.state, draft.draft, draft.guardian) == ("refused", 2, "王芳")
        assert "不想说了" in text(guard.get(of(draft)))

    def test_of_a_child_whose_guardian_is_chosen(self, scene, case, sign_in) -> None:
        child = party(scene, case, "小明", birth_year=2012)
        mother, gone = guardian_of(scene, child), guardian_of(scene, child, "白姨")
        link = gone.guardianships.get()
        cases.unlink_guardian(link=link, reason="错了", by=scene.officer, at=scene.at)
        guard = sign_in("wangjianguo")
        page = f"/cases/{case.number}/evidence/statements/new/"
        said = {"party": str(child.uid), "role": "victim", "mode": "spoken"}
        said |= {"place": "会客室", "is_told": "on", "request_id": str(uuid4())}

        offered = text(guard.get(page)).partition('name="guardian"')[2]
        assert f'value="{mother.uid}"' in offered
        assert str(gone.uid) not in offered
        assert "的母亲" in offered
        alone = guard.post(page, said)
        assert (alone.status_code, "G20" in text(alone)) == (422, True)
        assert guard.post(page, {**said, "guardian": str(gone.uid)}).status_code == 422
        assert guard.post(page, {**said, "guardian": str(mother.uid)}).url

        statement = Statement.objects.get()
        assert statement.guardian_party == mother
        assert "王芳（母亲）" in text(guard.get(of(statement)))
        read(scene, told(scene, statement))
        both = SignedAlone(drawn=[signature(1)], guardian=[signature(2)])
        signed(scene, statement, signed=both)
        form = text(guard.get(of(statement, "addenda/")))
        assert f'value="{mother.uid}"' in form
        assert str(gone.uid) not in form

    def test_of_a_child_under_fourteen_the_guardian_agrees(
        self, scene, case, sign_in
    ) -> None:
        child = party(scene, case, "小明", birth_year=2013)
        mother, guard = guardian_of(scene, child), sign_in("wangjianguo")
        page = f"/cases/{case.number}/evidence/statements/new/"
        said = {"party": str(child.uid), "role": "victim", "mode": "spoken"}
        said |= {"place": "会客室", "is_told": "on", "request_id": str(uuid4())}
        said |= {"guardian": str(mother.uid)}

        refused = guard.post(page, said)
        assert (refused.status_code, "监护人同意" in text(refused)) == (422, True)
        guard.post(page, {**said, "has_consent": "on"})
        statement = Statement.objects.get()
        assert statement.has_consent
        named = {"guardian": str(mother.uid)}
        assert guard.post(of(statement, "guardian/"), named).status_code == 422
        named["has_consent"] = "on"
        assert guard.post(of(statement, "guardian/"), named).url == of(statement)

    def test_a_correction(self, scene, case, sign_in) -> None:
        done = frozen(scene, case)
        guard = sign_in("wangjianguo")
        page = text(guard.get(f"{of(done, 'addenda/')}?sentence=2"))
        assert 'value="2"' in page
        said = {"request_id": str(uuid4()), "sentence": "2", "text": "打了左手。"}
        said |= {"is_confirmed": "on", "signature": png(2)}

        guard.post(of(done, "addenda/"), said)

        page = text(guard.get(of(done)))
        assert "打了左手。" in page
        assert Addendum.objects.get().exhibit.file.sha256 in page


class TestTheScript:
    def test_keeps_one_answer_and_says_its_version(self, scene, draft, sign_in) -> None:
        typed = {"answer-where": "车库", "version-where": "0"}

        answer = sign_in("wangjianguo").post(of(draft, "answers/"), typed, headers=JSON)

        assert answer.json() == {"versions": {"where": 1}, "conflicts": {}}

    def test_is_told_of_another_writer_and_of_a_refusal(
        self, scene, draft, sign_in
    ) -> None:
        guard = sign_in("wangjianguo")
        clash = {"answer-free": "别的", "version-free": "0"}
        answer = guard.post(of(draft, "answers/"), clash, headers=JSON)
        assert answer.status_code == 409
        assert answer.json()["conflicts"]["free"]["text"] == STORY
        read(scene, draft)

        answer = guard.post(of(draft, "answers/"), clash, headers=JSON)

        assert answer.status_code == 409
        assert "正在与本人核对" in answer.json()["error"]


class TestInjuries:
    def test_from_the_figure_to_the_papers(self, scene, case, sign_in) -> None:
        lifang = sign_in("lifang")
        page = text(lifang.get(at(case, "injuries/")))
        assert page.count("<rect") == len(Region)
        whose = party(scene, case)
        form = lifang.get(at(case, f"injuries/new/?region=face&party={whose.uid}"))
        assert '<option value="face" selected>' in text(form)
        said = {"request_id": str(uuid4()), "party": str(whose.uid)}
        lifang.post(
            at(case, "injuries/new/"),
            {**said, "region": "face", "kind": "cut", "words": "两厘米"},
        )
        injury = Injury.objects.get()
        lifang.post(
            at(case, f"injuries/{injury.uid}/photos/"),
            {
                "request_id": str(uuid4()),
                "round": "0h",
                "photo": photo(),
                "scale_shown": "on",
                "has_consent": "on",
            },
        )
        paper = {"kind": "appraisal", "level": "slight", "file": photo(PDF)}
        request_id = {"request_id": str(uuid4())}
        lifang.post(at(case, "injuries/papers/"), {**said, **paper, **request_id})
        refused = {"party": str(whose.uid), "round": "72h", "reason": "太累"}
        lifang.post(at(case, "injuries/refusals/"), refused)

        page = text(lifang.get(at(case, "injuries/")))
        for words in ("面部", "裂口", "两厘米", "轻微伤", "太累", "hurt"):
            assert words in page
        assert MedicalPaper.objects.get().level == "slight"
        exhibit = InjuryPhoto.objects.get().exhibit
        assert lifang.get(at(case, f"{exhibit.uid}/picture/")).status_code == 200
        assert len(entries(case, "evidence.opened")) == 1
        lifang.post(at(case, f"injuries/{injury.uid}/withdrawal/"), {"reason": "错"})
        assert "已划去" in text(lifang.get(at(case, "injuries/")))

    def test_a_level_without_its_paper_is_refused_at_the_field(
        self, scene, case, sign_in
    ) -> None:
        said = {"request_id": str(uuid4()), "party": str(party(scene, case).uid)}
        said |= {"kind": "record", "level": "slight"}

        answer = sign_in("lifang").post(
            at(case, "injuries/papers/"), {**said, "file": photo(PDF)}
        )

        assert answer.status_code == 422
        assert "没有鉴定文书" in text(answer)

    @pytest.mark.parametrize(
        ("hours", "expected"), [(0, "0h"), (11, "0h"), (13, "24h"), (37, "72h")]
    )
    def test_the_hour_suggests_the_round(
        self, scene, case, sign_in, hours, expected
    ) -> None:
        seen_at = scene.at - timedelta(hours=hours)
        injury = hurt(scene, case, seen_at=seen_at)

        page = text(sign_in("lifang").get(at(case, f"injuries/{injury.uid}/photos/")))

        (chosen,) = re.findall(r'value="(\d+h)"[^>]*checked', page)
        assert chosen == expected


class TestNotForOthers:
    """Whoever sees the case, and does not need what is protected."""

    @pytest.fixture
    def pages(self, scene: Scene, case: Case) -> list[str]:
        done = frozen(scene, case, by=scene.officer)
        injury = hurt(scene, case)
        exhibit = photographed(scene, injury, round=Round.DAY).exhibit
        assert done.exhibit is not None
        exhibits = [
            at(case, f"{one.uid}/{page}")
            for one in (done.exhibit, exhibit)
            for page in ("", "picture/", "original/", "receipt/")
        ]
        statement = [of(done, page) for page in ("", "paper/", "addenda/")]
        statement += [of(done, "signature/own/"), of(done, "refusal/")]
        return [
            *exhibits,
            *statement,
            at(case, f"injuries/{injury.uid}/photos/"),
            at(case, f"injuries/{injury.uid}/withdrawal/"),
        ]

    def test_there_is_nothing(self, scene, case, pages, sign_in) -> None:
        for somebody in ("sunlei", "wangjianguo", "dingyi"):
            client = sign_in(somebody)
            for page in pages:
                assert client.get(page).status_code == 404, (somebody, page)

    def test_nothing_shows_in_lists_and_panels(
        self, scene, case, pages, sign_in
    ) -> None:
        client = sign_in("sunlei")

        listed = text(client.get(at(case)))
        assert "您看不到" in listed
        for page in ("", "panel/", "statements/", "injuries/"):
            found = text(client.get(at(case, page)))
            for words in ("E-0001", "E-0002", "额头裂口", "伤情照片", STORY[:8]):
                assert words not in found, page

    def test_it_opens_to_who_needs_it(self, scene, case, pages, sign_in) -> None:
        listed = text(sign_in("zhoumin").get(at(case)))

        assert "您看不到" not in listed
        for words in ("E-0001", "E-0002"):
            assert words in listed

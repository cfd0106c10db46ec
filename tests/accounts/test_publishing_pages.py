"""Standards and playbooks on screens: history, the next version, errors by line."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from anlan.base.errors import InvalidInput
from anlan.cases import services as cases
from anlan.cases.models import Playbook, Standard
from anlan.cases.plan_text import compare_plans, read_plan_text, write_plan_text
from anlan.cases.services.standards import standard_at
from anlan.ledger.verify import verify
from tests.accounts.browsing import sign_in

STANDARD = "/admin/standards/incident.arrive/"
PLAYBOOK = "/admin/playbooks/assault/"


@pytest.fixture
def supervisor(scene, client):
    with time_machine.travel(scene.at, tick=False):
        sign_in(client, scene.person("guoxin"))
        yield client


def words_of(form) -> dict[str, str]:
    """What a browser would send back of a form that nobody touched."""
    return {
        field.html_name: "" if field.value() is None else str(field.value())
        for field in form
    }


class TestStandards:
    def test_a_new_version_with_its_day_and_reason(self, scene, supervisor):
        response = supervisor.post(
            STANDARD,
            {
                "amount": "2",
                "unit": "60",
                "valid_from": "2026-12-01T00:00",
                "reason": "新增一岗",
            },
        )

        assert response.status_code == 302
        newest = Standard.objects.filter(key="incident.arrive").latest("version")
        assert (newest.version, newest.seconds, newest.reason) == (2, 120, "新增一岗")
        pk = scene.organisation.pk
        assert standard_at(pk, "incident.arrive", scene.at).seconds == 180
        later = scene.at + timedelta(days=8)
        assert standard_at(pk, "incident.arrive", later).seconds == 120
        page = supervisor.get(STANDARD).content.decode()
        assert "新增一岗" in page
        assert "<c-" not in page
        assert "2 分钟" in supervisor.get("/admin/standards/").content.decode()

    def test_the_reason_is_covered_by_the_record(self, scene, supervisor):
        supervisor.post(STANDARD, {"amount": "2", "unit": "60", "reason": "新增一岗"})
        assert not verify().problems

        Standard.objects.filter(reason="新增一岗").update(reason="没有理由")
        assert verify().problems

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"amount": "0"}, "amount"),
            ({"amount": "400", "unit": "86400"}, "__all__"),
            ({"reason": " "}, "reason"),
            ({"valid_from": "2026-11-01T00:00"}, "valid_from"),
            ({"unit": "7"}, "unit"),
        ],
    )
    def test_what_cannot_be_is_said_and_changes_nothing(self, supervisor, wrong, field):
        before = Standard.objects.count()
        said = {"amount": "2", "unit": "60", "reason": "试", **wrong}

        response = supervisor.post(STANDARD, said)

        assert response.status_code == 422
        assert set(response.context["form"].errors) == {field}
        assert Standard.objects.count() == before


class TestPlaybookWords:
    def test_one_word_changed_is_the_only_difference(self, supervisor):
        form = supervisor.get(PLAYBOOK).context["form"]
        said = words_of(form) | {"title:separate": "把双方分开", "reason": "更口语"}

        response = supervisor.post(PLAYBOOK, said)

        assert response["Location"].endswith("/versions/2/")
        old, new = Playbook.objects.order_by("version")
        changed = [r for r in compare_plans(old.body, new.body) if r[0] in "+-"]
        assert changed == [
            "-    title: 将双方分开，各由一人陪同",
            "+    title: 把双方分开",
        ]
        assert "把双方分开" in supervisor.get(response["Location"]).content.decode()

    def test_nothing_changed_is_no_new_version(self, supervisor):
        form = supervisor.get(PLAYBOOK).context["form"]

        supervisor.post(PLAYBOOK, words_of(form) | {"reason": "没有"})

        assert Playbook.objects.count() == 1

    def test_a_later_version_waits_for_its_day(self, scene, supervisor):
        form = supervisor.get(PLAYBOOK).context["form"]
        day = {"valid_from": "2026-12-01T00:00", "reason": "试行"}
        supervisor.post(PLAYBOOK, words_of(form) | {"title:separate": "分开"} | day)
        case = scene.incident().case

        assert cases.opening.playbook_of(case, "assault", at=scene.at).version == 1
        assert case.tasks.filter(title="将双方分开，各由一人陪同").exists()


class TestPlaybookText:
    def text(self, scene) -> str:
        return write_plan_text(Playbook.objects.get().body)

    def test_writing_and_reading_is_the_same_plan(self, scene):
        body = Playbook.objects.get().body

        assert read_plan_text(write_plan_text(body)) == body

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("role: guard\n", "role: gaurd\n", "没有这个角色"),
            ("key: protect", "key: protekt", "没有这个阶段"),
            ("proof: note", "proof: nothing", "没有这种凭据"),
            ("within: 300", "within: -5", "时限应为正的秒数"),
            ("within: 300", "within: 2026-01-01", "只能写文字、整数"),
            ("within: 300", "within: 1.5", "只能写文字、整数"),
            ("binding: true", "binding: 也许", "应为 true 或 false"),
            ("severity: 3", "severity: 9", "等级应为一到五"),
            ("title: 口头劝阻", "title: &a 口头劝阻", ""),
            ("title: 口头劝阻，并记录结果", "title: *a", "不支持引用"),
            ("    proof: note\n", "    proof: note\n    proof: note\n", "重复的键"),
            ("phases:\n", "phases: [\n", "YAML 写法有误"),
        ],
    )
    def test_an_error_names_its_line(self, scene, old, new, says):
        text = self.text(scene)
        line = text[: text.index(old)].count("\n") + 1
        broken = text.replace(old, new, 1)
        if not says:
            assert read_plan_text(broken)
            return

        with pytest.raises(InvalidInput, match=says) as caught:
            read_plan_text(broken)
        named = int(str(caught.value).split()[1])
        assert named >= line if "[" in new else line <= named <= line + 1

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "[]",
            "a",
            "key: x",
            "[" * 5000,
            "\0",
            "? {a: b}\n: c",
            "!!python/object:os.system x",
            "x" * 200_000,
        ],
    )
    def test_hostile_text_is_a_sentence(self, text):
        with pytest.raises(InvalidInput):
            read_plan_text(text)

    def test_the_page_keeps_what_was_typed(self, scene, supervisor):
        text = self.text(scene).replace("role: guard\n", "role: gaurd\n", 1)

        response = supervisor.post(f"{PLAYBOOK}text/", {"text": text, "reason": "试"})

        page = response.content.decode()
        assert response.status_code == 422
        assert "gaurd" in page
        assert "没有这个角色" in page
        assert Playbook.objects.count() == 1

    def test_a_standard_that_does_not_exist_is_refused(self, scene, supervisor):
        text = self.text(scene).replace(
            "standard: incident.control", "standard: x.y", 1
        )

        response = supervisor.post(f"{PLAYBOOK}text/", {"text": text, "reason": "试"})

        assert "时限标准不存在" in response.content.decode()


@pytest.mark.parametrize("username", ["wangjianguo", "hetao", "zhoumin"])
@pytest.mark.parametrize(
    "path",
    [
        "/admin/standards/",
        STANDARD,
        "/admin/playbooks/",
        PLAYBOOK,
        f"{PLAYBOOK}text/",
        f"{PLAYBOOK}versions/1/",
    ],
)
def test_who_may_not_edit_gets_a_sentence(scene, client, username, path):
    sign_in(client, scene.person(username))

    response = client.get(path)

    assert response.status_code == 403
    assert "您没有" in response.content.decode()

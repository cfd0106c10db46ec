"""The pages of administration: they open for those who may, and say why not to others."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anlan.accounts import services
from anlan.accounts.models import Place, Post, Region, Shift, User
from anlan.accounts.roster_file import HEADER
from anlan.base.sheet import read_sheet
from anlan.ledger.events import SYSTEM
from tests.accounts.browsing import sign_in

SITE_PAGES = [
    "",
    "places/",
    "posters/",
    "roster/",
    "roster/copy/",
    "posts/",
    "phones/",
]


@pytest.fixture
def admin(scene, client):
    user = scene.person("admin")
    sign_in(client, user)
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/admin/people/",
        "/admin/people/new/",
        "/admin/organisation/",
        "/accounts/pin/",
        *[f"/admin/sites/YQ/{page}" for page in SITE_PAGES],
    ],
)
def test_a_page_opens_for_an_administrator(admin, path):
    response = admin.get(path)

    assert response.status_code == 200
    assert "<c-" not in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "confirm-email/",
        "password/reset/",
        "password/set/",
        "login/code/confirm/",
    ],
)
def test_there_is_no_way_in_by_mail_or_sign_up(admin, path):
    assert Client().get(f"/accounts/{path}").status_code == 404
    assert admin.get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["password/change/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/add/"]
)
def test_whoever_is_signed_in_secures_the_account(scene, client, path):
    admin = scene.person("admin")
    admin.set_password("a-long-river-5521")
    admin.save()
    sign_in(client, admin)

    # What changes the ways in asks for the password once more.
    page = client.get(f"/accounts/{path}", follow=True)

    assert page.status_code == 200


def test_whoever_is_not_signed_in_signs_in():
    assert Client().get("/accounts/login/").status_code == 200
    assert Client().get("/accounts/inactive/").status_code == 200


class TestInviting:
    SAID = {
        "name": "钱一",
        "username": "qianyi",
        "employee_number": "B-1009",
        "phone": "19900000999",
        "role": "guard",
    }

    def invite(self, client, scene, **changes):
        said = {**self.SAID, "node": f"site:{scene.site.pk}", **changes}
        return client.post("/admin/people/new/", said)

    def test_from_the_paper_to_the_first_sign_in(self, scene, admin, settings):
        settings.PUBLIC_URL = "https://anlan.example"
        paper = self.invite(admin, scene)
        code = paper.context["code"]
        page = paper.content.decode()
        assert code in page
        assert "<svg" in page
        assert paper["Cache-Control"].count("no-store")
        admin.logout()

        first = admin.get(f"/accounts/join/{code}")
        assert "钱一" in first.content.decode()
        said = {
            "password": "a-long-river-5521",
            "again": "a-long-river-5521",
            "pin": "",
        }
        assert (
            admin.post(f"/accounts/join/{code}", said)["Location"] == "/accounts/login/"
        )
        assert admin.get(f"/accounts/join/{code}").status_code == 404
        signed_in = admin.post(
            "/accounts/login/", {"login": "qianyi", "password": "a-long-river-5521"}
        )
        assert signed_in.status_code == 302

    def test_without_an_address_the_paper_says_what_to_set(
        self, scene, admin, settings
    ):
        settings.PUBLIC_URL = ""
        assert "ANLAN_PUBLIC_URL" in self.invite(admin, scene).content.decode()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"username": "王"},
            {"username": "wangjianguo"},
            {"phone": "12"},
            {"role": "emperor"},
            {"node": "site:999"},
            {"node": ""},
            {"name": ""},
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(self, scene, admin, wrong):
        response = self.invite(admin, scene, **wrong)

        page = response.content.decode()
        assert response.status_code == 422
        assert set(response.context["form"].errors) == set(wrong)
        assert "B-1009" in page
        assert not User.objects.filter(employee_number="B-1009").exists()

    def test_a_manager_is_not_offered_more_than_the_own_site(self, scene, client):
        sign_in(client, scene.manager)
        page = client.get("/admin/people/new/").content.decode()
        assert "云栖花园" in page
        assert "海棠中心" not in page
        assert 'value="administrator"' not in page
        node = f"site:{scene.other_site.pk}"
        assert self.invite(client, scene, node=node).status_code == 422

    def test_guessing_codes_is_counted(self, scene, client):
        with time_machine.travel(scene.at, tick=False):
            answers = [
                client.get(f"/accounts/join/GUESS{n}").status_code for n in range(12)
            ]
        assert answers[0] == 404
        assert answers[-1] == 429

    def test_two_different_passwords(self, scene, admin):
        code = self.invite(admin, scene).context["code"]
        said = {"password": "a-long-river-5521", "again": "another", "pin": ""}
        response = admin.post(f"/accounts/join/{code}", said)
        assert response.status_code == 422
        assert "两次输入的密码不一样" in response.content.decode()


class TestPerson:
    def test_a_reset_ends_the_sessions_of_the_person(self, scene, admin):
        theirs = Client()
        guard = scene.guard
        guard.set_password("a-long-river-5521")
        guard.save()
        sign_in(theirs, guard)
        assert theirs.get("/m/").status_code == 200

        paper = admin.post(f"/admin/people/{guard.uid}/reset/")

        assert paper.context["code"] in paper.content.decode()
        assert theirs.get("/m/").status_code == 302

    def test_disabling_ends_them_too_and_enabling_does_not_bring_them_back(
        self, scene, admin
    ):
        theirs = Client()
        sign_in(theirs, scene.guard)
        admin.post(f"/admin/people/{scene.guard.uid}/disable/")
        assert theirs.get("/m/").status_code == 302
        admin.post(f"/admin/people/{scene.guard.uid}/enable/")
        assert User.objects.get(username="wangjianguo").is_active

    def test_the_last_administrator_gets_a_sentence(self, scene, client):
        sign_in(client, scene.person("guoxin"))
        target = scene.person("admin")
        response = client.post(f"/admin/people/{target.uid}/disable/", follow=True)
        assert "最后一位系统管理员" in response.content.decode()

    def test_roles_are_given_and_taken_back(self, scene, admin):
        address = f"/admin/people/{scene.guard.uid}/"
        said = {"role": "guard_captain", "node": f"site:{scene.site.pk}"}
        admin.post(f"{address}grant/", said)
        held = scene.guard.memberships.get(role_key="guard_captain")
        page = admin.get(address).content.decode()
        assert "授予 王建国 角色 保安队长" in page
        assert "<c-" not in page
        admin.post(f"/admin/memberships/{held.uid}/end/")
        held.refresh_from_db()
        assert held.ended_at

    def test_the_phone_is_masked(self, scene, admin):
        page = admin.get(f"/admin/people/{scene.guard.uid}/").content.decode()
        assert "19900000001" not in page
        assert "0001" in page

    def test_people_of_others_are_unknown(self, scene, client):
        sign_in(client, scene.manager)
        assert client.get(f"/admin/people/{scene.stranger.uid}/").status_code == 404
        assert (
            client.post(f"/admin/people/{scene.stranger.uid}/reset/").status_code == 404
        )


class TestSitePages:
    def test_posters_need_an_address(self, admin, settings):
        settings.PUBLIC_URL = ""
        assert (
            "ANLAN_PUBLIC_URL" in admin.get("/admin/sites/YQ/posters/").content.decode()
        )

    def test_a_poster_carries_code_place_and_both_languages(
        self, scene, admin, settings
    ):
        settings.PUBLIC_URL = "https://anlan.example"
        place = scene.garage
        page = admin.get(
            f"/admin/sites/YQ/posters/?under={place.code}"
        ).content.decode()
        assert place.code in page
        assert place.label in page
        assert "Scan the code" in page
        assert page.count('class="paper poster"') == 1

    def test_a_week_shows_its_gaps(self, scene, admin):
        page = admin.get("/admin/sites/YQ/roster/?week=2026-11-23").content.decode()
        assert 'class="gap"' in page
        assert "本周有缺岗" in page

    @pytest.mark.parametrize(
        "week", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30"]
    )
    def test_any_week_opens(self, admin, week):
        assert admin.get(f"/admin/sites/YQ/roster/?week={week}").status_code == 200

    def test_a_shift_is_put_in_and_taken_out(self, scene, admin):
        with time_machine.travel(scene.at, tick=False):
            response = admin.post(
                "/admin/sites/YQ/roster/",
                {
                    "post": Post.objects.get(site=scene.site, name="南门岗").uid,
                    "user": scene.guard.uid,
                    "role": "guard",
                    "day": "2026-12-07",
                    "starts": "19:00",
                    "ends": "07:00",
                },
            )
            assert response["Location"].endswith("?week=2026-12-07")
            shift = Shift.objects.get(starts_at__gte="2026-12-07T00:00+08:00")
            assert shift.ends_at - shift.starts_at == timedelta(hours=12)
            admin.post(f"/admin/sites/YQ/shifts/{shift.uid}/remove/")
        assert not Shift.objects.filter(pk=shift.pk).exists()

    def test_a_table_is_looked_at_first_and_then_taken_over(self, scene, admin):
        table = (
            b"\xef\xbb\xbf"
            + (
                "日期,岗位,工号,开始,结束\n2026-12-07,南门岗,B-1001,19:00,07:00\n"
            ).encode()
        )
        address = "/admin/sites/YQ/roster/import/"
        with time_machine.travel(scene.at, tick=False):
            look = admin.post(address, {"file": SimpleUploadedFile("r.csv", table)})
            assert look.status_code == 200
            before = Shift.objects.count()
            admin.post(address, {"table": look.context["table"], "confirmed": "1"})
            assert Shift.objects.count() == before + 1
            admin.post(address, {"table": look.context["table"], "confirmed": "1"})
        assert Shift.objects.count() == before + 1

    def test_a_week_is_looked_at_first_and_then_copied(self, scene, admin):
        weeks = "?week=2026-12-07&source=2026-11-25"
        address = f"/admin/sites/YQ/roster/copy/{weeks}"
        with time_machine.travel(scene.at, tick=False):
            before = Shift.objects.count()
            look = admin.get(address)
            assert look.status_code == 200
            assert Shift.objects.count() == before
            wanted = len(look.context["copy"].added)
            assert wanted
            done = admin.post(address, follow=True)
            assert done.redirect_chain[-1][0].endswith("?week=2026-12-07")
            assert f"已复制：新增 {wanted} 班，已有 0 班" in done.content.decode()
            admin.post(address)
        assert Shift.objects.count() == before + wanted

    def test_the_same_week_is_not_copied_onto_itself(self, admin):
        weeks = "?week=2026-12-07&source=2026-12-09"
        response = admin.get(f"/admin/sites/YQ/roster/copy/{weeks}")
        assert response.status_code == 422
        assert "请选另外一周" in response.content.decode()

    def test_a_table_with_errors_is_not_confirmed_by_force(self, scene, admin):
        before = Shift.objects.count()
        table = "日期,岗位,工号,开始,结束\n2026-12-07,北门岗,B-1001,19:00,07:00\n"
        response = admin.post(
            "/admin/sites/YQ/roster/import/", {"table": table, "confirmed": "1"}
        )
        assert response.status_code == 422
        assert "没有这个岗位：北门岗" in response.content.decode()
        assert Shift.objects.count() == before

    @pytest.mark.parametrize("path", ["roster/import/", "places/import/"])
    @pytest.mark.parametrize("data", [b"PK\x03\x04xx", b"\x00\x01", b"", b"a,b\n1,2\n"])
    def test_a_hostile_file_is_answered_with_a_sentence(self, admin, path, data):
        response = admin.post(
            f"/admin/sites/YQ/{path}", {"file": SimpleUploadedFile("x.xlsx", data)}
        )
        assert response.status_code == 422

    def test_the_template_can_be_filled_in_and_brought_back(self, admin):
        for query in ("template=1", "template=1&as=csv", "week=2026-11-23"):
            sheet = admin.get(f"/admin/sites/YQ/roster/export/?{query}")
            assert read_sheet(sheet.content)[0] == HEADER

    def test_places_are_added_renamed_moved_and_closed(self, scene, admin):
        admin.post(
            "/admin/sites/YQ/places/",
            {"kind": "building", "name": "9 号楼", "parent": ""},
        )
        place = Place.objects.get(label="9 号楼")
        address = f"/admin/places/{place.uid}/"
        assert admin.post(address, {"name": "十号楼"}).status_code == 302
        parent = scene.place("园区")
        assert admin.post(address, {"parent": parent.uid}).status_code == 302
        admin.post(f"{address}close/")
        place.refresh_from_db()
        assert (place.label, place.is_active) == ("园区 十号楼", False)

    def test_the_tree_of_the_company_grows(self, scene, admin):
        admin.post("/admin/regions/", {"name": "北区", "parent": ""})
        region = Region.objects.get(name="北区")
        admin.post("/admin/sites/", {"code": "bj", "name": "北辰", "region": region.pk})
        assert admin.get("/admin/sites/BJ/places/").status_code == 200
        admin.post(f"/admin/regions/{region.uid}/", {"name": "华北"})
        closed = admin.post(f"/admin/regions/{region.uid}/close/", follow=True)
        assert "请先移走或关闭" in closed.content.decode()
        admin.post("/admin/sites/BJ/close/")
        admin.post(f"/admin/regions/{region.uid}/close/")
        region.refresh_from_db()
        assert region.closed_at


# Which page answers whom: 200, or 403 and 404 by whether they may know of it.
PAGES = {
    "/admin/people/": {"admin", "guoxin", "hetao"},
    "/admin/people/new/": {"admin", "guoxin", "hetao"},
    "/admin/organisation/": {
        "admin",
        "guoxin",
        "hetao",
        "zhoumin",
        "sunlei",
        "tangning",
    },
    "/admin/sites/YQ/": {"admin", "guoxin", "hetao"},
    "/admin/sites/YQ/places/": {"admin", "guoxin", "hetao"},
    "/admin/sites/YQ/posters/": {"admin", "guoxin", "hetao"},
    "/admin/sites/YQ/roster/": {"admin", "guoxin", "hetao", "zhoumin", "sunlei"},
    "/admin/sites/YQ/roster/copy/": {"admin", "guoxin", "hetao", "zhoumin", "sunlei"},
    "/admin/sites/YQ/posts/": {"admin", "guoxin", "hetao", "zhoumin", "sunlei"},
    "/admin/sites/YQ/phones/": {"admin", "guoxin", "hetao"},
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_for_those_who_may_and_for_nobody_else(scene, client, path):
    for username in (
        "admin",
        "guoxin",
        "hetao",
        "zhoumin",
        "sunlei",
        "tangning",
        "wangjianguo",
        "linan",
    ):
        sign_in(client, scene.person(username))
        expected = [200] if username in PAGES[path] else [403, 404]
        assert client.get(path).status_code in expected, username
    client.logout()
    assert client.get(path)["Location"].startswith("/accounts/login/")


class TestFromNothing:
    """A company an hour old: every empty page says what to do next."""

    @pytest.fixture
    def nothing(self, db, client, at):
        company = services.found_organisation(
            code="XIN", name="新公司", by=SYSTEM, at=at
        )
        user = services.add_user(
            organisation=company,
            username="first",
            name="第一位",
            password="a-long-river-5521",
            by=SYSTEM,
            at=at,
        )
        services.grant_role(
            user=user, role_key="administrator", node=company, by=SYSTEM, at=at
        )
        sign_in(client, user)
        return client

    def test_the_empty_pages_lead_on(self, nothing):
        def says(path: str) -> str:
            page: bytes = nothing.get(path).content
            return page.decode()

        assert "从这里开始" in says("/")
        assert "先增加一个项目" in says("/admin/organisation/")
        nothing.post("/admin/sites/", {"code": "XX", "name": "新苑", "region": ""})
        assert "从这里开始" not in says("/")
        assert "先增加一个项目" not in says("/admin/organisation/")
        assert "先建楼栋" in says("/admin/sites/XX/places/")
        assert "请先建点位" in says("/admin/sites/XX/posts/")
        nothing.post(
            "/admin/sites/XX/places/", {"kind": "spot", "name": "大门", "parent": ""}
        )
        assert "建好后去排班" in says("/admin/sites/XX/posts/")
        place = Place.objects.get(name="大门")
        nothing.post("/admin/sites/XX/posts/", {"name": "门岗", "place": place.uid})
        roster = says("/admin/sites/XX/roster/")
        assert "门岗" in roster
        assert "还没有人可以排班" in roster
        assert "缺" not in roster

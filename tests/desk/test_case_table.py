"""The list of cases: narrowed, paged by key, scoped."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.cases.enums import CaseKind, CaseState, Severity
from anlan.cases.models import Case
from anlan.cases.selectors import case_list
from anlan.desk.views.cases import PAGE
from tests.desk.conftest import SignIn
from tests.scene import Scene

_NUMBER = re.compile(r'class="link mono nowrap" href="/cases/([^/"]+)/"')
_NEXT = re.compile(r'href="([^"]+)"\s+rel="next"')


def _many(scene: Scene, at: datetime, count: int, **more: object) -> list[Case]:
    """Cases without a record of their own: this list reads rows only."""
    return Case.objects.bulk_create(
        Case(
            **{
                "organisation": scene.organisation,
                "site": scene.site,
                "kind": CaseKind.INCIDENT,
                "number": f"YQ-IN-20261101-{i:03}",
                "title": f"第 {i} 件",
                "severity": Severity.ORDINARY,
                # Three at the same instant: the key decides between them.
                "opened_at": at - timedelta(hours=1 + i // 3),
                **more,
            }
        )
        for i in range(1, count + 1)
    )


def _shown(client: Client, url: str) -> list[str]:
    return _NUMBER.findall(client.get(url).content.decode())


def test_pages_together_are_the_whole_list(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    cases = _many(scene, at, 2 * PAGE + 7)
    client = sign_in("zhoumin")
    url, seen, pages = "/cases/", [], 0
    while url:
        body = client.get(url).content.decode()
        seen += _NUMBER.findall(body)
        pages += 1
        following = _NEXT.search(body)
        url = following.group(1).replace("&amp;", "&") if following else ""
    assert pages == 3
    wanted = sorted(cases, key=lambda c: (c.opened_at, c.pk), reverse=True)
    assert seen == [case.number for case in wanted]


def test_a_page_that_is_exactly_full_is_the_last(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    _many(scene, at, PAGE)
    body = sign_in("zhoumin").get("/cases/").content.decode()
    assert len(_NUMBER.findall(body)) == PAGE
    assert not _NEXT.search(body)


@pytest.mark.parametrize("before", ["x", "2026_x", "_", "2026-11-23T06:02:31.000000Z_"])
def test_a_nonsense_key_begins_at_the_newest(
    sign_in: SignIn, scene: Scene, at: datetime, before: str
) -> None:
    _many(scene, at, 2)
    assert len(_shown(sign_in("zhoumin"), f"/cases/?before={before}")) == 2


def test_each_field_narrows_the_list(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    _many(scene, at, 3)
    garage = scene.incident().case.number
    drill = _many(
        scene,
        at - timedelta(days=20),
        1,
        number="YQ-DR-20261103-001",
        kind=CaseKind.DRILL,
        severity=Severity.MAJOR,
        state=CaseState.CLOSED,
        closed_at=at,
        title="消防演练",
    )[0].number
    client = sign_in("zhoumin")
    assert _shown(client, "/cases/?state=closed") == [drill]
    assert _shown(client, "/cases/?severity=4") == [drill]
    assert _shown(client, "/cases/?kind=DR") == [drill]
    assert _shown(client, "/cases/?text=消防") == [drill]
    assert _shown(client, "/cases/?text=20261103") == [drill]
    assert _shown(client, "/cases/?text=12 号车位") == [garage]
    assert _shown(client, "/cases/?until=2026-11-10") == [drill]
    assert _shown(client, "/cases/?since=2026-11-23&text=YQ-IN-20261123") == [garage]
    assert _shown(client, "/cases/?text=没有这样的") == []


def test_the_place_finds_a_case_whose_title_does_not_name_it(
    sign_in: SignIn, scene: Scene
) -> None:
    case = scene.incident().case
    Case.objects.filter(pk=case.pk).update(title="两人扭打")
    assert _shown(sign_in("zhoumin"), "/cases/?text=车库") == [case.number]


def test_both_days_belong_to_the_period(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    number = _many(scene, at, 1)[0].number
    client = sign_in("zhoumin")
    assert _shown(client, "/cases/?since=2026-11-23&until=2026-11-23") == [number]
    assert _shown(client, "/cases/?since=2026-11-24") == []
    assert _shown(client, "/cases/?until=2026-11-22") == []


def test_paging_keeps_the_filter(sign_in: SignIn, scene: Scene, at: datetime) -> None:
    _many(scene, at, PAGE + 1)
    body = sign_in("zhoumin").get("/cases/?text=YQ&severity=2").content.decode()
    following = _NEXT.search(body)
    assert following
    assert "text=YQ" in following.group(1)
    assert "severity=2" in following.group(1)


def test_a_wrong_value_is_said_and_left_out(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    _many(scene, at, 1)
    response = sign_in("zhoumin").get("/cases/?severity=99&since=gestern")
    assert response.status_code == 200
    body = response.content.decode()
    assert len(_NUMBER.findall(body)) == 1
    assert body.count('class="error"') == 2


def test_a_site_of_others_cannot_be_chosen(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    theirs = _many(scene, at, 1, site=scene.other_site, number="HT-IN-20261101-001")[
        0
    ].number
    assert _shown(sign_in("guoxin"), "/cases/?site=HT") == [theirs]
    body = sign_in("zhoumin").get("/cases/?site=HT").content.decode()
    assert theirs not in body
    assert theirs not in sign_in("zhoumin").get("/cases/").content.decode()


def test_the_empty_list_says_what_to_do(sign_in: SignIn) -> None:
    client = sign_in("zhoumin")
    assert "还没有案件" in client.get("/cases/").content.decode()
    assert "没有符合条件的案件" in client.get("/cases/?text=zzz").content.decode()


def test_the_list_needs_two_queries_however_long(scene: Scene, at: datetime) -> None:
    _many(scene, at, 60)
    officer = scene.officer
    case_list(officer)  # memberships are read once for each user
    with CaptureQueriesContext(connection) as queries:
        rows = case_list(officer, text="YQ", severity=2)
        assert all(row.site.name and row.commander is None for row in rows)
    assert len(queries) == 2  # which sites, and the list


def test_a_page_needs_few_queries(sign_in: SignIn, scene: Scene, at: datetime) -> None:
    _many(scene, at, PAGE + 1)
    client = sign_in("zhoumin")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/cases/")
    assert answer.status_code == 200
    assert len(_NUMBER.findall(answer.content.decode())) == PAGE
    assert len(queries) <= 8


def test_a_row_is_drawn_anew_when_its_case_changes(
    sign_in: SignIn, scene: Scene, at: datetime
) -> None:
    (case,) = _many(scene, at, 1)
    client = sign_in("zhoumin")
    for title, commander in (("吵架", None), ("打架", scene.officer), ("吵架", None)):
        Case.objects.filter(pk=case.pk).update(title=title, commander=commander)

        body = client.get("/cases/").content.decode()

        row = body[body.index("<tbody>") : body.index("</tbody>")]
        assert f"<b>{title}</b>" in re.sub(r"\s+>", ">", row)
        assert (scene.officer.name in row) == (commander is not None)


def test_the_filter_offers_each_reader_their_own_sites(
    sign_in: SignIn, scene: Scene
) -> None:
    offered = re.compile(r'<option value="(YQ|[A-Z]+)"[^>]*>[^<]+</option>')
    for _time in range(2):
        everywhere = sign_in("guoxin").get("/cases/").content.decode()
        at_one = sign_in("zhoumin").get("/cases/").content.decode()

        assert "YQ" in offered.findall(everywhere)
        assert "YQ" not in offered.findall(at_one)
        assert 'name="site"' not in at_one


class TestSearchingFar:
    """A text is looked for in so many cases at a time, and the page says so."""

    @pytest.fixture(autouse=True)
    def three_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("anlan.cases.selectors.cases.SEARCHED", 3)

    @staticmethod
    def _follow(client: Client, url: str) -> tuple[list[str], int]:
        seen, pages = [], 0
        while url:
            body = client.get(url).content.decode()
            seen += _NUMBER.findall(body)
            pages += 1
            following = _NEXT.search(body)
            url = following.group(1).replace("&amp;", "&") if following else ""
        return seen, pages

    def test_going_on_reaches_every_case_once(
        self, sign_in: SignIn, scene: Scene, at: datetime
    ) -> None:
        cases = _many(scene, at, 10)  # three at a time have the same instant
        seen, pages = self._follow(sign_in("zhoumin"), "/cases/?text=YQ-IN")
        wanted = sorted(cases, key=lambda c: (c.opened_at, c.pk), reverse=True)
        assert seen == [case.number for case in wanted]
        assert pages == 4

    def test_says_how_far_it_looked(
        self, sign_in: SignIn, scene: Scene, at: datetime
    ) -> None:
        cases = _many(scene, at, 7)
        Case.objects.filter(pk=cases[-1].pk).update(title="车库纠纷")
        client = sign_in("zhoumin")
        body = client.get("/cases/?text=车库纠纷").content.decode()
        assert "2026-11-23 以后的案件里没有" in body
        assert "没有符合条件的案件" not in body
        assert self._follow(client, "/cases/?text=车库纠纷")[0] == [cases[-1].number]

    def test_a_whole_number_is_found_wherever_it_is(
        self, sign_in: SignIn, scene: Scene, at: datetime
    ) -> None:
        oldest = _many(scene, at, 10)[-1].number
        assert _shown(sign_in("zhoumin"), f"/cases/?text={oldest.lower()}") == [oldest]

"""Raising the alarm at the desk and from a picture."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import uuid4

import pytest

from anlan.accounts import services as accounts
from anlan.accounts.models import Place, Post
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotAllowed
from anlan.desk import selectors
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel
from anlan.incidents.models import MonitorTile, Report
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from tests.desk.conftest import SignIn
from tests.scene import Scene

GARAGE = "3 号楼 B1 车库 东区 12 号车位"


def _tile(label: str = "CAM-07") -> MonitorTile:
    return MonitorTile.objects.select_related("place", "post__site").get(label=label)


def test_one_tap_on_a_picture_fills_the_place_in(sign_in: SignIn, scene: Scene) -> None:
    client = sign_in("lixiang")
    tile = _tile()
    body = client.get("/monitor/").content.decode()
    assert f'name="place" value="{tile.place.code}"' in body
    response = client.post(
        "/monitor/",
        {"request_id": uuid4(), "place": tile.place.code, "flags": ["ongoing"]},
        follow=True,
    )
    report = Report.objects.get()
    assert report.place == scene.garage
    assert report.channel == Channel.CAMERA
    assert report.reporter == scene.person("lixiang")
    assert report.flags == ["ongoing"]
    body = response.content.decode()
    assert f"/cases/{report.incident.case.number}/" in body  # the picture is red now


def test_an_alarm_from_a_picture_that_is_refused_says_so_loudly(
    sign_in: SignIn, scene: Scene
) -> None:
    tile = _tile()
    Place.objects.filter(pk=tile.place_id).update(is_active=False)
    said = {"request_id": uuid4(), "place": tile.place.code}

    response = sign_in("lixiang").post("/monitor/", said)

    assert response.status_code == 422
    assert not Report.objects.exists()
    shown = response.content.decode().partition('role="alert"')[2]
    alert, _, walls = shown.partition('id="walls"')
    assert walls  # what is fetched again does not take the alert away
    assert "上报没有发出" in alert
    assert "没有这个地点" in alert


def test_a_place_that_a_picture_shows_is_not_closed(scene: Scene, at: datetime) -> None:
    tile = _tile()
    floor = scene.place("3 号楼 B1 车库")
    Post.objects.filter(place__path__startswith=floor.path).update(is_active=False)
    with pytest.raises(Conflict, match="CAM-07"):
        accounts.close_place(place=floor, by=scene.manager, at=at)
    assert Place.objects.get(pk=floor.pk).is_active

    for one in MonitorTile.objects.filter(place__path__startswith=floor.path):
        incidents.remove_monitor_tile(tile=one, by=scene.manager, at=at)
    accounts.close_place(place=Place.objects.get(pk=floor.pk), by=scene.manager, at=at)

    assert not Place.objects.get(pk=tile.place_id).is_active


def test_a_double_tap_is_one_alarm(sign_in: SignIn, scene: Scene) -> None:
    client = sign_in("lixiang")
    said = {"request_id": uuid4(), "place": _tile().place.code}
    for _ in range(2):
        assert client.post("/monitor/", said).status_code == 302
    assert Report.objects.count() == 1


def test_every_picture_has_a_request_of_its_own(scene: Scene, at: datetime) -> None:
    [wall] = selectors.walls_for(scene.person("lixiang"), at=at)
    assert wall.is_mine
    assert len({picture.request_id for picture in wall.pictures}) == 7


def test_walls_of_other_sites_stay_unseen(scene: Scene, at: datetime) -> None:
    assert selectors.walls_for(scene.stranger, at=at) == []
    assert not selectors.watches(scene.stranger, at=at)
    assert selectors.watches(scene.person("lixiang"), at=at)
    assert not selectors.watches(scene.guard, at=at)


@pytest.mark.parametrize(
    "written", ["3 号楼 B1 车库 东区 12 号车位", "12 号车位", "code"]
)
def test_the_desk_names_the_place_in_three_ways(
    sign_in: SignIn, scene: Scene, written: str
) -> None:
    place = scene.garage.code if written == "code" else written
    response = sign_in("lifang").post(
        "/report/",
        {"request_id": uuid4(), "place": place, "words": "业主来电说有人打架"},
    )
    report = Report.objects.get()
    assert (report.place, report.channel) == (scene.garage, Channel.DESK)
    number = report.incident.case.number
    assert response.headers["Location"] == f"/cases/{number}/"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("车库", "有几个地点符合"),
        ("月球", "没有这个地点"),
        ("海棠中心 1 层 中庭", "没有这个地点"),
        ("", "必填"),
    ],
)
def test_a_place_that_fits_none_or_several_is_refused(
    sign_in: SignIn, scene: Scene, written: str, says: str
) -> None:
    response = sign_in("lifang").post(
        "/report/",
        {"request_id": uuid4(), "place": written, "words": "有人打架"},
    )
    assert response.status_code == 422
    body = response.content.decode()
    assert says in body
    assert "有人打架" in body  # what was typed is kept
    assert not Report.objects.exists()


def test_several_places_are_offered_and_one_tap_decides(
    sign_in: SignIn, scene: Scene
) -> None:
    client = sign_in("lifang")
    said = {
        "request_id": uuid4(),
        "place": "车库",
        "people_count": "3",
        "flags": ["weapon"],
    }
    body = client.post("/report/", said).content.decode()
    chip = f'name="place" value="{scene.garage.code}"'
    assert chip in body
    assert body.count('name="place" value="') == 4  # the words, and three places
    checked = re.findall(r'value="(\w+)"[^>]* checked', body)
    assert sorted(checked) == ["3", "weapon"]
    # A browser sends the words and then the chip.
    client.post("/report/", {**said, "place": ["车库", scene.garage.code]})
    assert Report.objects.get().place == scene.garage


def test_places_of_two_sites_are_told_apart(sign_in: SignIn, scene: Scene) -> None:
    for site in (scene.site, scene.other_site):
        accounts.add_place(
            site=site,
            kind=Place.Kind.SPOT,
            name="东门岗亭",
            parent=None,
            by=SYSTEM,
            at=scene.at,
        )
    said = {"request_id": uuid4(), "place": "东门岗亭"}

    chips = _chips(sign_in("guoxin").post("/report/", said).content.decode())

    assert chips == [
        f"东门岗亭 · {scene.other_site.name}",
        f"东门岗亭 · {scene.site.name}",
    ]
    # Who works at one site reads no name that they know.
    chips = _chips(
        sign_in("lifang").post("/report/", {**said, "place": "车库"}).content.decode()
    )
    assert len(chips) == 3
    assert not any(scene.site.name in chip for chip in chips)


def test_the_desk_says_reported_and_not_that_the_police_were_called(
    sign_in: SignIn, scene: Scene
) -> None:
    said = {"request_id": uuid4(), "place": scene.garage.code}

    body = sign_in("lifang").post("/report/", said, follow=True).content.decode()

    number = Report.objects.get().incident.case.number
    assert f"已上报：{number}" in body
    assert "已报警" not in body


def _chips(body: str) -> list[str]:
    """The candidates' words, in their order."""
    found = re.findall(
        r'type="radio" name="place".*?<span>(.*?)</span>', body, re.DOTALL
    )
    return [" ".join(words.split()) for words in found]


def test_who_may_report_but_not_read_sees_their_own_report(
    sign_in: SignIn, scene: Scene
) -> None:
    response = sign_in("linan").post(
        "/report/", {"request_id": uuid4(), "place": scene.garage.label}
    )
    report = Report.objects.get()
    assert response.headers["Location"] == f"/m/reports/{report.uid}/"


def test_the_same_request_with_other_words_is_a_conflict(
    sign_in: SignIn, scene: Scene
) -> None:
    client = sign_in("lifang")
    said = {"request_id": uuid4(), "place": scene.garage.label}
    client.post("/report/", said)
    response = client.post("/report/", {**said, "words": "别的话"})
    assert response.status_code == 409
    assert 'role="alert"' in response.content.decode()


def test_the_manager_arranges_the_wall_and_the_record_says_so(
    sign_in: SignIn, scene: Scene
) -> None:
    client = sign_in("hetao")
    post = Post.objects.get(site=scene.site, name="监控室")
    place = scene.place("3 号楼 1 层 值班室")
    said = {"post": post.pk, "place": place.pk, "label": "CAM-20"}
    assert client.post("/monitor/tiles/", said).status_code == 302
    tile = _tile("CAM-20")
    assert (tile.place, tile.position) == (place, 8)
    assert client.post(f"/monitor/tiles/{tile.uid}/removal/").status_code == 302
    kinds = Entry.objects.filter(object=f"tile:{tile.uid}").order_by("seq")
    assert [entry.kind for entry in kinds] == [
        "incident.monitor_tile_added",
        "incident.monitor_tile_removed",
    ]
    assert "CAM-20" not in client.get("/monitor/").content.decode().split("<dialog")[0]


def test_a_picture_that_is_not_added_keeps_what_was_typed(
    sign_in: SignIn, scene: Scene
) -> None:
    client = sign_in("hetao")
    post = Post.objects.get(site=scene.site, name="监控室")

    for place, status, why in (
        ("", 422, "这个字段是必填项"),
        (scene.garage.pk, 409, "已经有同名的画面"),
    ):
        said = {"post": post.pk, "place": place, "label": "CAM-07"}
        answer = client.post("/monitor/tiles/", said)
        form = answer.content.decode().partition('action="/monitor/tiles/"')[2]
        form = form.partition("</form>")[0]
        assert answer.status_code == status
        assert why in form
        assert f'value="{post.pk}" selected' in form
        assert 'value="CAM-07"' in form

    assert MonitorTile.objects.count() == 7


def test_the_watcher_may_not_arrange_it(sign_in: SignIn, scene: Scene) -> None:
    client = sign_in("lixiang")
    tile = _tile()
    assert client.post(f"/monitor/tiles/{tile.uid}/removal/").status_code == 403
    assert (
        sign_in("dingyi").post(f"/monitor/tiles/{tile.uid}/removal/").status_code == 404
    )
    assert _tile().removed_at is None


@pytest.mark.parametrize(
    ("label", "place", "username", "refusal"),
    [
        ("CAM-30", "海棠中心 1 层 中庭", "hetao", InvalidInput),
        ("  ", GARAGE, "hetao", InvalidInput),
        ("C" * 41, GARAGE, "hetao", InvalidInput),
        ("CAM-07", GARAGE, "hetao", Conflict),
        ("CAM-30", GARAGE, "zhoumin", NotAllowed),
    ],
)
def test_refusals_of_the_wall(
    scene: Scene,
    at: datetime,
    label: str,
    place: str,
    username: str,
    refusal: type[DomainError],
) -> None:
    with pytest.raises(refusal):
        incidents.add_monitor_tile(
            post=_tile().post,
            place=scene.place(place),
            label=label,
            by=scene.person(username),
            at=at,
        )
    assert MonitorTile.objects.count() == 7


def test_a_picture_removed_twice_is_recorded_once(scene: Scene, at: datetime) -> None:
    tile = _tile()
    for _ in range(2):
        incidents.remove_monitor_tile(tile=tile, by=scene.manager, at=at)
    assert Entry.objects.filter(kind="incident.monitor_tile_removed").count() == 1
    # Its name is free again.
    incidents.add_monitor_tile(
        post=tile.post, place=tile.place, label=tile.label, by=scene.manager, at=at
    )

"""Whatever a screen closes, the same right opens again, with an entry."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.accounts import services
from anlan.accounts.models import Place, Post, Region, Shift, Site
from anlan.base.errors import Conflict, NotAllowed
from anlan.incidents.models import MonitorTile
from anlan.ledger.models import Entry
from tests.accounts.browsing import sign_in


@pytest.fixture
def empty(scene):
    """The site without shifts and pictures, so that posts and places may close."""
    Shift.objects.filter(site=scene.site).delete()
    MonitorTile.objects.update(removed_at=scene.at)
    return scene


def now_and_by(scene):
    return {"by": scene.person("admin"), "at": scene.at}


def active(scene) -> set[str]:
    places = Place.objects.filter(site=scene.site, is_active=True)
    posts = Post.objects.filter(site=scene.site, is_active=True)
    return {p.label for p in places} | {p.name for p in posts}


def kinds() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True))


class TestSites:
    @pytest.mark.both
    def test_what_went_with_it_comes_back_and_nothing_else(self, empty):
        post = Post.objects.get(site=empty.site, name="南门岗")
        services.close_post(post=post, **now_and_by(empty))
        building = services.add_place(
            site=empty.site, kind=Place.Kind.BUILDING, name="旧楼", **now_and_by(empty)
        )
        services.add_place(
            site=empty.site,
            kind=Place.Kind.FLOOR,
            name="1 层",
            parent=building,
            **now_and_by(empty),
        )
        services.close_place(place=building, **now_and_by(empty))
        before = active(empty)
        services.close_site(site=empty.site, **now_and_by(empty))
        assert not active(empty)

        for _twice in range(2):
            services.reopen_site(site=empty.site, **now_and_by(empty))

        assert active(empty) == before
        assert empty.site.closed_at is None
        assert kinds().count("accounts.site_reopened") == 1
        services.add_shift(
            post=Post.objects.filter(site=empty.site, is_active=True)[0],
            user=empty.guard,
            role_key="guard",
            starts_at=empty.at,
            ends_at=empty.at + timedelta(hours=8),
            **now_and_by(empty),
        )

    def test_in_a_closed_region_it_says_so(self, empty):
        region = Region.objects.get()
        Shift.objects.all().delete()
        for site in Site.objects.all():
            services.close_site(site=site, **now_and_by(empty))
        services.close_region(region=region, **now_and_by(empty))

        with pytest.raises(Conflict, match=region.name):
            services.reopen_site(site=empty.site, **now_and_by(empty))
        services.reopen_region(region=region, **now_and_by(empty))
        services.reopen_site(site=empty.site, **now_and_by(empty))

        assert kinds()[-2:] == ["accounts.region_reopened", "accounts.site_reopened"]

    def test_a_region_within_a_closed_one_waits(self, scene):
        admin = now_and_by(scene)
        outer = services.add_region(organisation=scene.organisation, name="外", **admin)
        inner = services.add_region(
            organisation=scene.organisation, name="内", parent=outer, **admin
        )
        for region in (inner, outer):
            services.close_region(region=region, **admin)
        with pytest.raises(Conflict, match="外"):
            services.reopen_region(region=inner, **admin)


class TestPlaces:
    def test_below_what_was_closed_by_itself_stays_closed(self, empty):
        Post.objects.filter(site=empty.site).update(is_active=False)
        top = empty.place("3 号楼")
        below = Place.objects.filter(path__startswith=top.path)
        spot = empty.garage
        services.close_place(place=spot, **now_and_by(empty))
        services.close_place(place=top, **now_and_by(empty))
        spot.refresh_from_db()

        with pytest.raises(Conflict, match="上级"):
            services.reopen_place(place=spot, **now_and_by(empty))
        for _twice in range(2):
            services.reopen_place(place=top, **now_and_by(empty))

        assert list(below.filter(is_active=False)) == [spot]
        services.reopen_place(place=Place.objects.get(pk=spot.pk), **now_and_by(empty))
        assert not below.filter(is_active=False).exists()
        assert kinds().count("accounts.place_reopened") == 2

    def test_a_post_waits_for_its_place(self, empty):
        post = Post.objects.get(site=empty.site, name="南门岗")
        place = post.place
        services.close_post(post=post, **now_and_by(empty))
        services.close_place(place=place, **now_and_by(empty))
        post = Post.objects.get(pk=post.pk)
        with pytest.raises(Conflict, match="点位"):
            services.reopen_post(post=post, **now_and_by(empty))
        services.reopen_place(place=place, **now_and_by(empty))
        post = Post.objects.get(pk=post.pk)
        services.reopen_post(post=post, **now_and_by(empty))
        assert post.name in active(empty)


def test_who_may_not_close_may_not_reopen(empty):
    guard = {"by": empty.guard, "at": empty.at}
    post = Post.objects.get(site=empty.site, name="南门岗")
    services.close_post(post=post, **now_and_by(empty))
    with pytest.raises(NotAllowed):
        services.reopen_post(post=post, **guard)
    with pytest.raises(NotAllowed):
        services.reopen_place(place=empty.garage, **guard)
    services.close_site(site=(site := empty.site), **now_and_by(empty))
    for by in (empty.guard, empty.manager):  # of one site: not the company's tree
        with pytest.raises(NotAllowed):
            services.reopen_site(site=site, by=by, at=empty.at)
    with pytest.raises(NotAllowed):
        services.reopen_region(region=Region.objects.get(), **guard)


def test_every_closed_thing_has_its_button(empty, client):
    sign_in(client, empty.person("admin"))
    post = Post.objects.get(site=empty.site, name="南门岗")
    place = post.place
    for path in (
        f"/admin/sites/YQ/posts/{post.uid}/",
        f"/admin/places/{place.uid}/",
        "/admin/sites/YQ/",
    ):
        client.post(f"{path}close/")
    says = client.get(f"/admin/places/{place.uid}/").content.decode()
    assert "项目已关闭，要先重新开放项目" in says
    assert "/reopen/" not in says

    for path, page in (
        ("/admin/sites/YQ/", "/admin/sites/YQ/"),
        (f"/admin/places/{place.uid}/", f"/admin/places/{place.uid}/"),
        (f"/admin/sites/YQ/posts/{post.uid}/", "/admin/sites/YQ/posts/"),
    ):
        assert f"{path}reopen/" in client.get(page).content.decode()
        done = client.post(f"{path}reopen/", follow=True)
        assert done.status_code == 200
        assert "已重新" in done.content.decode()
    assert post.name in active(empty)
    assert place.label in client.get("/admin/sites/YQ/places/").content.decode()

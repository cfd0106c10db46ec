"""The tree of a company: regions, sites, places, and the table of places."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.accounts import services
from anlan.accounts.models import Place, Region, Shift, Site
from anlan.accounts.place_file import HEADER, read_places, write_places
from anlan.accounts.selectors import company_tree, places_of
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.sheet import read_sheet, write_csv
from anlan.incidents.models import MonitorTile
from tests.at_once import at_once, failures


@pytest.fixture
def admin(scene):
    return scene.person("admin")


def add(scene, name, parent=None, kind=Place.Kind.ROOM):
    return services.add_place(
        site=scene.site,
        kind=kind,
        name=name,
        parent=parent,
        by=scene.manager,
        at=scene.at,
    )


class TestPlaces:
    def test_renaming_renames_what_is_below_and_keeps_the_code(self, scene):
        floor = scene.place("3 号楼 B1 车库")
        code = scene.garage.code
        services.rename_place(place=floor, name="负一层", by=scene.manager, at=scene.at)

        spot = Place.objects.get(code=code)
        assert spot.label == "3 号楼 负一层 东区 12 号车位"

    def test_moving_moves_what_is_below(self, scene):
        floor, other = scene.place("3 号楼 B1 车库"), scene.place("6 号楼")
        code = scene.garage.code
        services.move_place(place=floor, parent=other, by=scene.manager, at=scene.at)

        spot = Place.objects.get(code=code)
        assert spot.label == "6 号楼 B1 车库 东区 12 号车位"
        assert spot.path == f"/{other.pk}/{floor.pk}/{spot.pk}/"
        assert spot.distance_to(other) == 2

    def test_nothing_moves_into_itself(self, scene):
        building = scene.place("3 号楼")
        for parent in (building, scene.garage):
            with pytest.raises(InvalidInput):
                services.move_place(
                    place=building, parent=parent, by=scene.manager, at=scene.at
                )

    def test_two_that_were_read_before_do_not_move_into_each_other(self, scene):
        one, other = scene.place("3 号楼"), scene.place("6 号楼")
        stale, stale_parent = scene.place("6 号楼"), scene.place("3 号楼")
        services.move_place(place=one, parent=other, by=scene.manager, at=scene.at)

        with pytest.raises(InvalidInput, match="自己的下级"):
            services.move_place(
                place=stale, parent=stale_parent, by=scene.manager, at=scene.at
            )

        other.refresh_from_db()
        assert other.parent is None

    def test_a_path_that_is_wrong_lets_nothing_into_itself(self, scene):
        building = scene.place("3 号楼")
        Place.objects.filter(parent=building).update(path="/0/")
        floor = scene.place("3 号楼 B1 车库")

        with pytest.raises(InvalidInput, match="自己的下级"):
            services.move_place(
                place=building, parent=floor, by=scene.manager, at=scene.at
            )

    def test_what_was_read_before_gets_the_name_and_the_way_of_today(self, scene):
        floor = scene.place("3 号楼 B1 车库")
        spot = Place.objects.select_related("parent").get(pk=scene.garage.pk)
        services.rename_place(place=floor, name="负一层", by=scene.manager, at=scene.at)

        services.rename_place(place=spot, name="十二号", by=scene.manager, at=scene.at)
        made = add(scene, "值班室", parent=spot.parent)

        assert Place.objects.get(pk=spot.pk).label == "3 号楼 负一层 十二号"
        assert made.label == "3 号楼 负一层 值班室"

    def test_what_is_closed_meanwhile_gets_nothing_new(self, scene):
        room = add(scene, "仓库", parent=scene.place("3 号楼"))
        stale = Place.objects.get(pk=room.pk)
        services.close_place(place=room, by=scene.manager, at=scene.at)

        with pytest.raises(InvalidInput, match="停用"):
            add(scene, "货架", parent=stale)
        services.close_place(place=stale, by=scene.manager, at=scene.at)

        assert [*Place.objects.filter(parent=room)] == []

    @pytest.mark.both
    def test_two_at_once_do_not_move_into_each_other(self, committed_scene):
        scene = committed_scene
        by = scene.manager
        pairs = [
            (scene.place(place), scene.place(parent))
            for place, parent in (("3 号楼", "6 号楼"), ("6 号楼", "3 号楼"))
        ]

        results = at_once(
            *[
                partial(
                    services.move_place, place=place, parent=parent, by=by, at=scene.at
                )
                for place, parent in pairs
            ]
        )

        (refusal,) = failures(results)
        assert isinstance(refusal, InvalidInput)
        moved = {place.pk for place, _parent in pairs}
        assert Place.objects.filter(pk__in=moved, parent=None).count() == 1

    def test_a_place_of_another_site_is_refused(self, scene):
        with pytest.raises(InvalidInput):
            add(scene, "新", parent=scene.place("海棠中心"))

    def test_two_of_one_name_at_one_place_are_refused(self, scene):
        with pytest.raises(InvalidInput):
            add(scene, "B1 车库", parent=scene.place("3 号楼"))
        with pytest.raises(InvalidInput):
            services.rename_place(
                place=scene.place("6 号楼"),
                name="3 号楼",
                by=scene.manager,
                at=scene.at,
            )

    def test_a_place_with_a_post_is_not_closed(self, scene):
        with pytest.raises(Conflict, match="地下车库巡逻岗"):
            services.close_place(
                place=scene.place("3 号楼"), by=scene.manager, at=scene.at
            )

    def test_closing_takes_the_posters_below_out_of_use(self, scene, client):
        building = scene.place("6 号楼")
        poster = f"/q/{scene.place('6 号楼 1 层 大堂').code}"
        assert client.get(poster).status_code == 200
        MonitorTile.objects.update(removed_at=scene.at)
        services.close_place(place=building, by=scene.manager, at=scene.at)

        assert client.get(poster).status_code == 404


class TestTable:
    def test_what_was_written_out_changes_nothing(self, scene):
        before = places_of(scene.site).count()
        read = read_places(read_sheet(write_csv(write_places(scene.site))))
        made = services.import_places(
            site=scene.site, rows=read.rows, by=scene.manager, at=scene.at
        )

        assert not read.errors
        assert (made.added, made.kept) == (0, before)

    def test_ancestors_are_made_and_rows_repeat(self, scene):
        table = [
            HEADER,
            ["9 号楼", "2 层", "", "电梯厅"],
            ["9 号楼", "2 层", "", "电梯厅"],
        ]
        made = services.import_places(
            site=scene.site, rows=read_places(table).rows, by=scene.manager, at=scene.at
        )

        assert (made.added, made.kept) == (3, 1)
        assert scene.place("9 号楼 2 层 电梯厅").kind == Place.Kind.SPOT

    @pytest.mark.parametrize("row", [["", "2 层", "", ""], ["x" * 61, "", "", ""]])
    def test_a_wrong_row_is_named(self, row):
        [error] = read_places([HEADER, ["9 号楼", "", "", ""], row]).errors
        assert error.line == 3

    def test_nothing_is_kept_of_a_table_that_fails(self, scene):
        MonitorTile.objects.update(removed_at=scene.at)
        services.close_place(place=scene.place("6 号楼"), by=scene.manager, at=scene.at)
        building = Place.Kind.BUILDING
        rows = [
            [(building, "9 号楼")],
            [(building, "6 号楼"), (Place.Kind.FLOOR, "8 层")],
        ]
        with pytest.raises(InvalidInput):
            services.import_places(
                site=scene.site, rows=rows, by=scene.manager, at=scene.at
            )
        assert not Place.objects.filter(label="9 号楼").exists()

    @given(
        st.lists(
            st.tuples(
                st.sampled_from("甲乙丙"),
                st.sampled_from(["", "一", "二"]),
                st.sampled_from(["", "东", "=西"]),
            ),
            max_size=8,
        )
    )
    @settings(
        max_examples=20,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_a_tree_comes_back_as_it_went(self, scene, rows):
        Place.objects.filter(site=scene.site).update(is_active=False)
        table = [HEADER, *[[f"{a}楼", b, "", c] for a, b, c in rows]]
        services.import_places(
            site=scene.other_site,
            rows=read_places(table).rows,
            by=scene.person("admin"),
            at=scene.at,
        )
        once = write_places(scene.other_site)
        again = services.import_places(
            site=scene.other_site,
            rows=read_places(read_sheet(write_csv(once))).rows,
            by=scene.person("admin"),
            at=scene.at,
        )

        assert again.added == 0
        assert write_places(scene.other_site) == once


class TestTree:
    def test_regions_stand_in_regions(self, scene, admin):
        south = Region.objects.get()
        inner = services.add_region(
            organisation=scene.organisation,
            name="滨河",
            parent=south,
            by=admin,
            at=scene.at,
        )
        services.change_site(
            site=scene.site, name="云栖", region=inner, by=admin, at=scene.at
        )

        assert [
            (str(b.region or ""), b.depth, [s.code for s in b.sites])
            for b in company_tree(admin)
        ] == [
            ("", 0, []),
            ("华南区", 0, ["HT"]),
            ("滨河", 1, ["YQ"]),
        ]
        assert [s.code for b in company_tree(scene.manager) for s in b.sites] == ["YQ"]

    def test_two_regions_of_one_name_are_refused_at_the_top_too(self, scene, admin):
        with pytest.raises(InvalidInput):
            services.add_region(
                organisation=scene.organisation, name="华南区", by=admin, at=scene.at
            )

    def test_a_region_in_use_is_not_closed(self, scene, admin):
        with pytest.raises(Conflict):
            services.close_region(region=Region.objects.get(), by=admin, at=scene.at)

    @pytest.mark.parametrize("code", ["x", "yq1", "TOOLONGCODE", "A B", "YQ"])
    def test_a_code_is_short_and_once(self, scene, admin, code):
        with pytest.raises(InvalidInput):
            services.add_site(
                organisation=scene.organisation,
                code=code,
                name="新",
                by=admin,
                at=scene.at,
            )

    def test_a_closed_site_takes_nothing_new(self, scene, admin):
        with pytest.raises(Conflict, match="班次"):
            services.close_site(site=scene.site, by=admin, at=scene.at)
        Shift.objects.filter(site=scene.site).delete()
        services.close_site(site=scene.site, by=admin, at=scene.at)

        site = Site.objects.get(pk=scene.site.pk)
        assert not places_of(site).exists()
        for change in (
            lambda: add(scene, "新"),
            lambda: services.grant_role(
                user=scene.stranger, role_key="guard", node=site, by=admin, at=scene.at
            ),
        ):
            with pytest.raises(Conflict):
                change()

    def test_only_the_company_moves_a_site_to_another_region(self, scene, admin):
        other = services.add_region(
            organisation=scene.organisation, name="北区", by=admin, at=scene.at
        )
        with pytest.raises(NotAllowed):
            services.change_site(
                site=scene.site,
                name="云栖",
                region=other,
                by=scene.manager,
                at=scene.at,
            )

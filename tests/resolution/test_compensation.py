"""Calculations of a case: figures with their source, versions, who may know, what is on record."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from pytest_django import Settings

from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.cases.selectors import timeline
from anlan.evidence import services as evidence
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from anlan.resolution import services as resolution
from anlan.resolution.enums import FigureKey, Item, LineState
from anlan.resolution.models import (
    Compensation,
    CompensationFigure,
    CompensationVersion,
    VersionFigure,
)
from anlan.resolution.selectors.compensation import (
    claim_of,
    listed_in,
    outcome_of,
    shown_lines,
)
from tests.at_once import at_once
from tests.evidence.told import party
from tests.incidents.story import entries, facts
from tests.pictures import JPEG
from tests.resolution import planned
from tests.resolution.claims import HOME, aged, claim
from tests.resolution.made import all_figures, begun, figure, made
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

ID = UUID("6f2d3c1e-0000-4000-8000-000000000071")
RECEIPT = {"expenses": ({"item": "medical", "fen": 123_45, "words": "急诊"},)}
DEATH = {"born_on": aged(40), "died_on": date(2026, 11, 1)}
WEIGHED = dict.fromkeys(
    ("fault", "manner", "consequence", "gain", "means", "living"), "有"
)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def compensation(scene: Scene, case: Case) -> Compensation:
    return begun(scene, case)


class TestFigures:
    def test_is_on_the_record_of_the_company(self, scene) -> None:
        row = figure(scene, FigureKey.INCOME_URBAN, 50_000_00)

        (entry,) = Entry.objects.filter(kind="resolution.figure_entered")
        assert (entry.site_id, entry.object) == (0, row.ref)
        assert "统计公报" not in bytes(entry.data or b"").decode()
        assert verify().is_sound

    def test_is_superseded_and_never_changed(self, scene) -> None:
        first = figure(scene, FigureKey.MONTHLY_WAGE, 8_000_00)
        with pytest.raises(InvalidInput) as refused:
            figure(scene, FigureKey.MONTHLY_WAGE, 8_100_00)
        second = figure(scene, FigureKey.MONTHLY_WAGE, 8_100_00, reason="原来抄错")

        first.refresh_from_db()
        assert refused.value.path == "reason"
        assert (first.version, first.value) == (1, 8_000_00)
        assert (second.version, second.value) == (2, 8_100_00)

    def test_the_same_again_changes_nothing(self, scene) -> None:
        first = figure(scene, FigureKey.CARER_DAY, 150_00)

        assert figure(scene, FigureKey.CARER_DAY, 150_00) == first
        assert CompensationFigure.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"value": 0}, "value"),
            ({"value": 10**14}, "value"),
            ({"year": 1989}, "year"),
            ({"year": 2100}, "year"),
            ({"title": "  "}, "title"),
            ({"issuer": ""}, "issuer"),
            ({"issued_on": date(2100, 1, 1)}, "issued_on"),
            ({"key": FigureKey.INDUSTRY_WAGE, "variant": ""}, "variant"),
        ],
    )
    def test_refuses_what_has_no_source_or_cannot_be(
        self, scene, wrong: dict[str, Any], path: str
    ) -> None:
        said = {"key": FigureKey.INCOME_URBAN, "value": 50_000_00, **wrong}
        with pytest.raises(InvalidInput) as refused:
            figure(scene, said.pop("key"), said.pop("value"), **said)

        assert refused.value.path == path

    def test_a_role_at_a_site_is_not_enough(self, scene) -> None:
        with pytest.raises(NotAllowed):
            figure(scene, FigureKey.INCOME_URBAN, 1, by=scene.manager)

    @pytest.mark.both
    def test_the_database_refuses_two_of_a_version(self, scene) -> None:
        row = figure(scene, FigureKey.INCOME_URBAN, 50_000_00)
        row.pk, row.uid = None, ID

        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


class TestBeginning:
    def test_there_is_one_of_each_victim(self, scene, case) -> None:
        victim = party(scene, case)

        first = begun(scene, case, party=victim)

        assert begun(scene, case, party=victim, by=scene.manager) == first
        assert begun(scene, case).code == "C-02"
        assert len(entries(case, "resolution.compensation_begun")) == 2

    def test_is_for_a_victim_of_this_case(self, scene, case) -> None:
        witness = party(scene, case)
        cases.set_party_roles(
            party=witness, roles=["witness"], by=scene.officer, at=scene.at
        )
        foreign = party(scene, scene.incident(at=scene.at + timedelta(days=1)).case)

        for other in (witness, foreign):
            with pytest.raises(InvalidInput) as refused:
                begun(scene, case, party=other)
            assert refused.value.path == "party"

    @pytest.mark.parametrize("who", ["wangjianguo", "sunlei", "zhoumin", "admin"])
    def test_is_refused_to_who_does_not_compute(self, scene, case, who: str) -> None:
        with pytest.raises(NotAllowed):
            begun(scene, case, by=scene.person(who))

    def test_nobody_computes_in_a_case_of_their_own(self, scene, case) -> None:
        cases.add_party(
            case=case,
            roles=["aggressor"],
            user=scene.manager,
            by=scene.officer,
            at=scene.at,
        )

        with pytest.raises(NotAllowed, match="当事人"):
            begun(scene, case, by=scene.manager)


class TestVersions:
    def test_keeps_inputs_figures_law_and_result(self, scene, compensation) -> None:
        figures = all_figures(scene)

        version = made(scene, compensation, {**DEATH, **RECEIPT})

        outcome = outcome_of(version)
        assert version.number == 1
        assert version.is_complete
        assert outcome.total_fen == 1_000_000_00 + 48_000_00 + 123_45
        assert claim_of(version).died_on == date(2026, 11, 1)
        assert {use.figure for use in version.figures.all()} == {
            figures[FigureKey.INCOME_URBAN],
            figures[FigureKey.MONTHLY_WAGE],
        }
        assert len(version.law) == 64

    def test_the_record_vouches_for_it_and_tells_none_of_it(
        self, scene, case, compensation
    ) -> None:
        made(scene, compensation, RECEIPT)

        (fact,) = facts(case, "resolution.compensation_made")
        told = [line.sentence + line.quote for line in timeline(case)]
        assert (fact["version"], fact["complete"]) == (1, 1)
        assert not any("急诊" in line or "123.45" in line for line in told)
        assert verify().is_sound

        CompensationVersion.objects.update(outcome="{}")
        assert not verify().is_sound

    def test_the_same_again_is_the_same_version(
        self, scene, case, compensation
    ) -> None:
        first = made(scene, compensation, RECEIPT)
        later = scene.at + timedelta(days=1)

        assert made(scene, compensation, RECEIPT, at=later) == first
        assert (
            resolution.reckon_again(
                compensation=compensation, by=scene.manager, at=later
            )
            == first
        )
        assert len(entries(case, "resolution.compensation_made")) == 1

    def test_a_request_is_answered_once(self, scene, compensation) -> None:
        first = made(scene, compensation, RECEIPT, request_id=ID)
        made(scene, compensation, {})

        assert made(scene, compensation, RECEIPT, request_id=ID) == first
        with pytest.raises(Conflict):
            made(scene, compensation, {"inpatient_days": 1}, request_id=ID)

    def test_changed_figures_make_a_new_version_and_leave_the_old(
        self, scene, compensation
    ) -> None:
        all_figures(scene)
        first = made(scene, compensation, DEATH)
        figure(scene, FigureKey.MONTHLY_WAGE, 9_000_00, reason="统计局更正")

        second = resolution.reckon_again(
            compensation=compensation, by=scene.manager, at=scene.at
        )

        first.refresh_from_db()
        (changed,) = (
            line for line in shown_lines(second, before=first) if line.difference
        )
        assert second.number == 2
        assert outcome_of(first).total_fen == 1_048_000_00
        assert (changed.item, changed.before, changed.fen, changed.difference) == (
            Item.FUNERAL,
            48_000_00,
            54_000_00,
            6_000_00,
        )
        assert VersionFigure.objects.filter(version=first).count() == 2

    def test_what_is_not_claimed_any_more_is_shown_beside(
        self, scene, compensation
    ) -> None:
        first = made(scene, compensation, RECEIPT)
        second = made(scene, compensation, {})

        (line,) = shown_lines(second, before=first)

        assert (line.item, line.fen, line.before) == (Item.MEDICAL, 0, 123_45)

    def test_a_missing_figure_is_named(self, scene, compensation) -> None:
        version = made(scene, compensation, DEATH)

        lines = {line.item: line for line in shown_lines(version)}
        assert not version.is_complete
        assert lines[Item.FUNERAL].state == LineState.MISSING
        assert "浙江2025年“职工月平均工资”" in lines[Item.FUNERAL].wanted[0]
        assert lines[Item.FUNERAL].formulas == ()

    def test_the_formulas_have_their_numbers_in_both_languages(
        self, scene, compensation
    ) -> None:
        all_figures(scene)
        dependants = ({"born_on": aged(10), "supporters": 2},)
        version = made(scene, compensation, {**DEATH, "dependants": dependants})

        chinese = {line.item: line for line in shown_lines(version)}
        with translation.override("en"):
            english = {line.item: line for line in shown_lines(version)}

        assert chinese[Item.DEATH].formulas == ("¥50,000.00 × 20 年（死亡时 39 岁）",)
        assert english[Item.DEATH].formulas != chinese[Item.DEATH].formulas
        assert "人损解释" not in chinese[Item.DEATH].citation
        assert "第15条" in chinese[Item.DEATH].citation
        assert chinese[Item.DEATH].figures[0].issuer == "省统计局"

    def test_mental_damage_is_weighed_by_a_person(self, scene, compensation) -> None:
        with pytest.raises(InvalidInput) as refused:
            made(scene, compensation, {"mental": {"fen": 5_000_00, "is_severe": True}})
        weighed = {"fen": 5_000_00, "is_severe": True, **WEIGHED}
        version = made(scene, compensation, {"mental": weighed})

        assert (refused.value.path, refused.value.source) == ("mental", "G33")
        assert outcome_of(version).total_fen == 5_000_00

    def test_cites_exhibits_of_its_case_alone(self, scene, case, compensation) -> None:
        def receipt(case: Case) -> dict[str, Any]:
            exhibit = evidence.add_file(
                case=case, chunks=[JPEG], title="票据", by=scene.manager, at=scene.at
            )
            return {
                "expenses": ({"item": "medical", "fen": 1, "exhibit": exhibit.uid},)
            }

        other = scene.incident(at=scene.at + timedelta(days=1)).case
        version = made(scene, compensation, receipt(case))
        with pytest.raises(InvalidInput) as refused:
            made(scene, compensation, receipt(other))

        assert [row.exhibit.title for row in version.exhibits.all()] == ["票据"]
        assert refused.value.path == "exhibit"


class TestDraft:
    def save(
        self, scene: Scene, compensation: Compensation, **more: Any
    ) -> Compensation:
        said: dict[str, Any] = {
            "step": "shares",
            "typed": {"victim_fault": "三成"},
            "version": 0,
            "by": scene.person("lifang"),
            "at": scene.at,
            **more,
        }
        return resolution.save_draft(compensation=compensation, **said)

    def test_keeps_what_was_typed_valid_or_not(self, scene, compensation) -> None:
        self.save(scene, compensation)
        self.save(scene, compensation, step="income", typed={"days": "3"}, version=1)

        compensation.refresh_from_db()
        assert compensation.draft == {
            "shares": {"victim_fault": "三成"},
            "income": {"days": "3"},
        }

    def test_does_not_overwrite_another_ones(self, scene, compensation) -> None:
        self.save(scene, compensation, by=scene.manager)

        with pytest.raises(Conflict):
            self.save(scene, compensation)

    def test_is_bounded(self, scene, compensation) -> None:
        with pytest.raises(InvalidInput):
            self.save(scene, compensation, typed={"a": "x" * 300_001})

    def test_ends_with_the_version_made_of_it(self, scene, compensation) -> None:
        self.save(scene, compensation)
        made(scene, compensation, RECEIPT)

        compensation.refresh_from_db()
        assert compensation.draft == {}


class TestSecrecy:
    def test_who_may_not_see_injuries_knows_only_that_it_exists(
        self, scene, case, compensation
    ) -> None:
        made(scene, compensation, RECEIPT)

        (to_guard,) = listed_in(case, scene.guard)
        (to_manager,) = listed_in(case, scene.manager)

        assert to_guard.outcome is None
        assert to_manager.outcome is not None
        with pytest.raises(NotAllowed):
            resolution.show_compensation(
                compensation=compensation, by=scene.guard, at=scene.at
            )
        assert entries(case, "resolution.compensation_read") == []

    def test_reading_is_on_the_record_and_off_the_timeline(
        self, scene, case, compensation
    ) -> None:
        resolution.show_compensation(
            compensation=compensation, by=scene.manager, at=scene.at
        )

        assert len(entries(case, "resolution.compensation_read")) == 1
        assert not any("查看了赔偿测算" in line.sentence for line in timeline(case))


class TestPaper:
    def test_has_the_same_bytes_for_the_same_version(
        self, scene, case, compensation
    ) -> None:
        all_figures(scene)
        version = made(scene, compensation, {**DEATH, **RECEIPT})
        later = scene.at + timedelta(days=3)

        first = resolution.print_compensation(
            version=version, by=scene.manager, at=scene.at
        )
        second = resolution.print_compensation(
            version=version, by=scene.person("lifang"), at=later
        )

        digests = {f["sha256"] for f in facts(case, "resolution.compensation_printed")}
        assert first == second
        assert first.startswith(b"%PDF")
        assert len(digests) == 1

    def test_tells_the_victim_nothing_of_the_other_side(
        self, scene, case, compensation
    ) -> None:
        planned.aggressor(scene, case, name="司徒建成")
        receipt = {"item": "medical", "fen": 123_45, "words": "司徒建成陪同挂号"}
        version = made(scene, compensation, {"expenses": (receipt,)})

        with pytest.raises(Conflict, match="不能交出"):
            resolution.print_compensation(
                version=version, by=scene.manager, at=scene.at
            )
        assert not facts(case, "resolution.compensation_printed")

    def test_is_not_for_who_may_not_see_injuries(self, scene, compensation) -> None:
        version = made(scene, compensation, RECEIPT)

        with pytest.raises(NotAllowed):
            resolution.print_compensation(version=version, by=scene.guard, at=scene.at)


@pytest.mark.both
def test_two_at_once_make_one_version(committed_scene: Scene) -> None:
    scene = committed_scene
    case = scene.incident().case
    compensation = begun(scene, case)

    def make() -> CompensationVersion:
        return made(scene, compensation, RECEIPT)

    first, second = at_once(make, make)

    assert first == second
    assert CompensationVersion.objects.count() == 1


def test_home_is_where_the_claims_are(scene: Scene) -> None:
    """The figures of the tests are for the year that the scene reckons with."""
    assert scene.at.year == 2026
    assert claim().province == HOME

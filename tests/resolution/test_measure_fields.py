"""Whatever is typed of a measure, by form and over the API: it is kept or refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases.models import Case
from anlan.law.book import Need, book
from anlan.resolution import services as resolution
from anlan.resolution.models import Plan, PlanMeasure
from tests.accounts.browsing import sign_in
from tests.api.conftest import Api, give_token
from tests.resolution.planned import (
    AGREED,
    APPEAL,
    added,
    aggressor,
    begun,
    decided,
    drafted,
    submitted,
)
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

LAWFUL = [one for one in book().measures if one.is_for_plans]
# Each is left out, or something that a person may well type.
ODD: dict[str, list[dict[str, str]]] = {
    "days": [
        {},
        {"ends_on": "2026-12-31"},
        {"begins_on": "2026-12-01"},
        {"begins_on": "2026-12-31", "ends_on": "2026-12-01"},
        {"begins_on": "9999-12-01", "ends_on": "9999-12-31"},
        {"begins_on": "0001-01-01", "ends_on": "0001-01-01"},
        {"begins_on": "2026-12-01", "ends_on": "2026-12-31"},
    ],
    "fen": [{}, {"fen": "0"}, {"fen": "-1"}, {"fen": "99999999999999"}],
    "service": [{}, {"service": "club"}, {"service": "shop"}],
    "appeal": [{"appeal": ""}, {"appeal": "", "appeal_days": "15"}],
    "clause": [{"clause": "", "clause_version": "", "binds": ""}],
}
TYPED = [one for rows in ODD.values() for one in rows]


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def said(key: str, party: Any, odd: dict[str, str]) -> dict[str, Any]:
    whole = {
        "key": key,
        "party": str(party.uid),
        "words": "用伞打人，请其书面说明",
        "request_id": str(uuid4()),
        "amount_basis": "规约约定的金额",
        "appeal": APPEAL,
        **AGREED,
    }
    return {**whole, **odd}


@pytest.mark.parametrize("key", [one.key for one in LAWFUL])
def test_no_field_of_any_measure_is_an_error_of_the_program(
    client: Client, scene: Scene, case: Case, key: str
):
    plan, who = begun(scene, case), aggressor(scene, case)
    sign_in(client, scene.officer)
    with time_machine.travel(scene.at, tick=False):
        api = Api(give_token(scene.officer, scene.at))
        for odd in TYPED:
            answer = client.post(
                f"/cases/{case.number}/plans/{plan.uid}/measures/new/",
                said(key, who, odd),
            )
            assert answer.status_code in {302, 422}, odd
            body = said(key, who, odd)
            if "fen" in odd:
                body["fen"] = int(odd["fen"])
            if "appeal_days" in odd:
                body["appeal_days"] = int(odd["appeal_days"])
            assert api.post(f"/plans/{plan.uid}/measures", body).status in {
                201,
                422,
            }, odd
            plan.measures.all().delete()  # there is room for thirty


@pytest.mark.parametrize("key", ["suspend_optional", "facility_ban"])
def test_a_ban_says_from_which_day(scene: Scene, case: Case, key: str):
    plan, who = begun(scene, case), aggressor(scene, case)
    for begins in (None, local_day(scene.at).replace(year=9999)):
        with pytest.raises(InvalidInput) as refused:
            added(
                scene, plan, drafted(scene, who, key, service="club", begins_on=begins)
            )
        assert refused.value.path == "begins_on"


@pytest.mark.parametrize(
    "one", [one for one in LAWFUL if Need.END not in one.needs], ids=lambda one: one.key
)
def test_what_a_measure_does_not_need_is_left_out(scene: Scene, case: Case, one: Any):
    plan, who = begun(scene, case), aggressor(scene, case)
    day = local_day(scene.at)
    typed = drafted(
        scene,
        who,
        one.key,
        service="club",
        begins_on=day,
        ends_on=day - timedelta(days=1),
    )
    row = PlanMeasure.objects.get(pk=added(scene, plan, typed).pk)
    assert (row.begins_on, row.ends_on, row.service) == (None, None, "")
    assert (row.amount is not None) == (Need.AMOUNT in one.needs)


def test_what_was_typed_before_it_was_left_out_is_in_no_later_version(
    scene: Scene, case: Case
):
    day = local_day(scene.at)
    surplus: dict[str, Any] = {
        "begins_on": day,
        "ends_on": day + timedelta(days=90),
        "service": "club",
        "amount": 50_000,
        "amount_basis": "规约约定的金额",
    }
    none = dict.fromkeys(surplus) | {"service": "", "amount_basis": ""}

    def stands(plan: Plan) -> dict[str, Any]:
        return dict(plan.measures.values(*surplus).get())

    first = submitted(scene, case)
    first.measures.update(**surplus)
    with pytest.raises(Conflict, match="重新提交"):
        decided(scene, first)
    assert stands(first) == surplus  # what was submitted stays as it is
    decided(scene, first, is_approved=False, remark="有多余的期限")

    second = begun(scene, case)
    assert stands(second) == none

    second.measures.update(**surplus)  # a draft of that time
    resolution.submit_plan(
        plan=second, beyond="情节和后果见调查结论", by=second.author, at=scene.at
    )
    assert stands(second) == none
    assert decided(scene, second).state == "approved"

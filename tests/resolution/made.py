"""A victim, the figures of a province, and a calculation, through the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from anlan.cases.models import Case
from anlan.resolution import services as resolution
from anlan.resolution.enums import FigureKey, Province
from anlan.resolution.models import (
    Compensation,
    CompensationFigure,
    CompensationVersion,
)
from tests.evidence.told import party
from tests.resolution.claims import HOME, INDUSTRY, VALUES, claim
from tests.scene import Scene


def figure(
    scene: Scene, key: FigureKey, value: int, *, province: Province = HOME, **more: Any
) -> CompensationFigure:
    """Of the year before the scene's, by the administrator, unless told otherwise."""
    said: dict[str, Any] = {
        "year": scene.at.year - 1,
        "title": "统计公报",
        "issuer": "省统计局",
        "issued_on": date(scene.at.year, 3, 1),
        "variant": INDUSTRY if key.has_variant else "",
        "by": scene.person("admin"),
        "at": scene.at,
        **more,
    }
    return resolution.enter_figure(
        organisation=scene.organisation,
        key=key,
        province=province,
        value=value,
        **said,
    )


def all_figures(scene: Scene) -> dict[FigureKey, CompensationFigure]:
    return {key: figure(scene, key, value) for key, value in VALUES.items()}


def begun(scene: Scene, case: Case, **more: Any) -> Compensation:
    victim = more.pop("party", None) or party(scene, case)
    said: dict[str, Any] = {"by": scene.person("lifang"), "at": scene.at, **more}
    return resolution.begin_compensation(case=case, party=victim, **said)


def made(
    scene: Scene, compensation: Compensation, said: dict[str, Any], **more: Any
) -> CompensationVersion:
    whole = claim(**{"reckoned_on": scene.at.date(), **said})
    who: dict[str, Any] = {"by": scene.person("lifang"), "at": scene.at, **more}
    return resolution.make_compensation(compensation=compensation, claim=whole, **who)

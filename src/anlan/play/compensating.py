"""What a step of a scenario may do about compensation: figures and claims."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.play.actions import Stage, action
from anlan.resolution import services as resolution
from anlan.resolution.compensation import Claim
from anlan.resolution.enums import FigureKey, Province


@action
def compensation_figure(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    figure: str,
    province: str,
    year: int,
    value: int,
    title: str,
    issuer: str,
    variant: str = "",
) -> str:
    """``value`` is fen, hundredths of a percent, or days."""
    entered = resolution.enter_figure(
        organisation=stage.site.organisation,
        key=FigureKey(figure),
        province=Province(province),
        year=year,
        value=value,
        variant=variant,
        title=title,
        issuer=issuer,
        issued_on=local_day(at),
        by=by,
        at=at,
    )
    return str(entered)


@action
def compensation(
    stage: Stage, *, by: User, at: datetime, of: str, claim: dict[str, Any]
) -> str:
    """Begun for a party, and computed from a claim as the API takes it."""
    made = resolution.make_compensation(
        compensation=resolution.begin_compensation(
            case=stage.incident.case, party=stage.parties[of], by=by, at=at
        ),
        claim=Claim.model_validate(claim),
        by=by,
        at=at,
    )
    return str(made)

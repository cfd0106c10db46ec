"""Whatever was counted from one day of the act is counted from another."""

from __future__ import annotations

from datetime import datetime

from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.ledger import services as ledger
from anlan.resolution.legal.services.limitation import recount_limits
from anlan.resolution.legal.services.running import recount_periods
from anlan.resolution.legal.services.work_injury import recount_work_injuries


def recount_from_act(*, case: Case, at: datetime) -> None:
    """Days of the law follow the act as it is known now; what people entered stays.

    Those of cases that were joined into it as well: it is the same act.

    Raises:
        Conflict: something that is on record would be from before the act.
    """
    with ledger.recording():
        for one in cases.lock_with_joined(case):
            day = act_day(one)
            recount_work_injuries(one, day, at=at)
            recount_limits(one, day, at=at)
            recount_periods(one, day, at=at)

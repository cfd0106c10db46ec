"""When the act was, as the reports of an incident say."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q

from anlan.cases.act import Act, add_act
from anlan.cases.models import Case
from anlan.incidents.enums import Channel, HappenedSource
from anlan.incidents.models import Incident, Report

# A clock that is further back was set wrongly; people may speak of any day, unless nobody
# knows who speaks.
CLOCK_BELIEVED = timedelta(days=30)
_CLOCKS = [HappenedSource.PHONE, HappenedSource.DEVICE]


def act_of(case: Case) -> Act | None:
    """The earliest moment that a report claims, of this case or of one joined into it.

    What was withdrawn or split off claims nothing here; without any, it is when the
    first report came.
    """
    one_case = Q(incident__case=case) | Q(incident__case__joined_into=case)
    is_unsure = Q(happened_source__in=_CLOCKS) | Q(channel=Channel.PUBLIC)
    unbelieved = is_unsure & Q(happened_at__lt=F("received_at") - CLOCK_BELIEVED)
    first = (
        Report.objects.filter(one_case, withdrawn_at=None)
        .exclude(unbelieved)
        .order_by("happened_at", "pk")
        .first()
    )
    if first is not None:
        return Act(
            at=min(first.happened_at, first.received_at),
            source=first.get_happened_source_display(),
        )
    incident = Incident.objects.filter(case=case).first()
    if incident is None:
        return None
    return Act(at=incident.reported_at, source=str(HappenedSource.SERVER.label))


add_act(act_of)

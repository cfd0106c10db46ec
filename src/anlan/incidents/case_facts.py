"""What a review is told of an incident: where it was, which acts, which moments."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from anlan.cases.models import Case
from anlan.incidents.enums import Flag
from anlan.incidents.models import Incident, Report
from anlan.resolution.review.case_facts import Known, add_known


def known_of_incidents(rows: Sequence[Case]) -> dict[int, Known]:
    """By the key of the case, of those that are incidents."""
    incidents = Incident.objects.select_related("place").prefetch_related(
        Prefetch("reports", Report.objects.filter(withdrawn_at=None).order_by("pk"))
    )
    found = incidents.filter(case__in=[row.pk for row in rows])
    return {one.case_id: _known(one) for one in found}


def _known(incident: Incident) -> Known:
    moments = (
        (_("接报"), incident.reported_at),
        (_("第一人接警"), incident.acknowledged_at),
        (_("第一人到场"), incident.arrived_at),
        (_("现场得到控制"), incident.controlled_at),
    )
    flags = [flag for flag in Flag if flag in incident.flags and flag != Flag.ONGOING]
    return Known(
        place=incident.place,
        acts=tuple((flag.value, str(flag.label)) for flag in flags),
        moments=tuple((name, at) for name, at in moments if at is not None),
        words=" ".join(report.words for report in incident.reports.all()),
    )


add_known(known_of_incidents)

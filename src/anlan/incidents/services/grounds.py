"""What is known of an incident that decides how long its evidence is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from anlan.evidence.enums import Ground
from anlan.evidence.selectors.retention import add_grounds
from anlan.incidents.enums import Police
from anlan.incidents.models import Incident


def grounds_of(cases: Collection[int]) -> Mapping[int, set[Ground]]:
    """By the keys of the cases: that it was a false alarm, that the police were called."""
    found: dict[int, set[Ground]] = {}
    rows = Incident.objects.filter(case__in=cases)
    for case, ended, police in rows.values_list("case", "false_alarm_at", "police"):
        grounds = found.setdefault(case, set())
        if ended is not None:
            grounds.add(Ground.FALSE_ALARM)
        if police == Police.CALLED:
            grounds.add(Ground.POLICE)
    return found


add_grounds(grounds_of)

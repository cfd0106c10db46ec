"""What other cases ask: which measures of earlier ones are in force against somebody."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.cases.models import Case, Party
from anlan.cases.selectors import cases_for, shown_name
from anlan.investigation.selectors.background import Standing, Stands, add_bans
from anlan.law import selectors as law
from anlan.resolution.enums import CarryingState, PlanState
from anlan.resolution.models import PlanMeasure
from anlan.resolution.permissions import can_see_plans


def bans_on(party: Party, case: Case, reader: User, on: date) -> Standing:
    """Measures with a last day, carried out and not over, from another case.

    A version that was replaced holds until the same measure of the next one is carried
    out; what the next one leaves out was dropped with it.

    Shown to whoever may read the plan of that case; counted for everybody else.
    """
    if party.person_id:
        them = Q(party__person=party.person_id)
    else:
        them = Q(party__user=party.user_id)
    rows = (
        PlanMeasure.objects.filter(
            them,
            Q(begins_on=None) | Q(begins_on__lte=on),
            ends_on__isnull=False,
            carrying__state=CarryingState.DONE,
            plan__state__in=[PlanState.APPROVED, PlanState.SUPERSEDED],
            plan__case__organisation=case.organisation_id,
            plan__case__exercise=case.exercise,
        )
        .exclude(Q(plan__case=case) | Q(plan__case__joined_into=case))
        .select_related("plan__case__site")
        .order_by("plan__version", "pk")
    )
    # Of the same measure the newest version that was carried out.
    newest = {(r.plan.case_id, r.key, r.party_id, r.service): r for r in rows}
    measures = sorted(
        (row for row in newest.values() if row.ends_on and row.ends_on >= on),
        key=lambda row: (row.ends_on, row.pk),
        reverse=True,
    )
    seen = set(
        cases_for(reader)
        .filter(pk__in={row.plan.case_id for row in measures})
        .values_list("pk", flat=True)
    )
    readable = [
        row
        for row in measures
        if row.plan.case_id in seen and can_see_plans(reader, row.plan.case)
    ]
    return Standing(
        reason=_("有效的限制措施：%s") % shown_name(party),
        found=[_shown(row) for row in readable],
        hidden=len(measures) - len(readable),
    )


def _shown(row: PlanMeasure) -> Stands:
    case = row.plan.case
    return Stands(
        words=law.measure_title(row.key),
        until=row.ends_on,
        note=case.number,
        url=reverse("resolution:plan", args=[case.number, row.plan.uid]),
    )


add_bans(bans_on)

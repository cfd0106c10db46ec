"""Meetings as they are read."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from anlan.cases.models import Case
from anlan.resolution.review.models import Improvement, Meeting, MeetingGuest


def meetings_of(case: Case) -> QuerySet[Meeting]:
    """With who took part, and what was agreed to be improved; the newest first."""
    return (
        Meeting.objects.filter(case=case)
        .select_related("case", "recorded_by")
        .prefetch_related(
            Prefetch(
                "guests", MeetingGuest.objects.select_related("user").order_by("pk")
            ),
            Prefetch("improvements", Improvement.objects.order_by("number")),
        )
        .order_by("-held_at", "-number")
    )

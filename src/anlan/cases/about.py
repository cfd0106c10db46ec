"""What an entry of a case is about, for a timeline that shows one kind of thing alone."""

from __future__ import annotations

from functools import cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.ledger.events import KINDS


class About(models.TextChoices):
    HANDLING = "handling", _("处置")
    EVIDENCE = "evidence", _("证据")
    TALKS = "talks", _("沟通")


# That somebody is counselled, that it was talked over and how, and what counsel was asked:
# whoever is not told of it by its own page learns it from no list either (G25).
CONFIDENTIAL = (
    *("counselling.", "mediation."),
    *("legal.counsel", "legal.engagement", "legal.opinion"),
)

# What begins with none of them is handling.
_BEGINNINGS = {
    "evidence.": About.EVIDENCE,
    "investigation.": About.EVIDENCE,
    "incident.attachment": About.EVIDENCE,
    "case.task_photo": About.EVIDENCE,
    "counselling.": About.TALKS,
    "mediation.": About.TALKS,
    "case.contact_": About.TALKS,
    "case.promise_": About.TALKS,
    "case.guardian_": About.TALKS,
    "case.link_": About.TALKS,
}


@cache
def kinds_about(about: About) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if _about(kind) == about)


def _about(kind: str) -> About:
    for beginning, about in _BEGINNINGS.items():
        if kind.startswith(beginning):
            return about
    return About.HANDLING

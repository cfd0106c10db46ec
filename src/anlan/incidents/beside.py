"""What an incident keeps beside its case: the place that lists show, an end of its own."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.cases.beside import Beside, add_beside
from anlan.cases.models import Case


def closing(case: Case) -> str:
    """Its own page asks for more before it ends; no query, where it was read along."""
    return _("请在事件的办结页面办结") if hasattr(case, "incident") else ""


add_beside(Beside(place="incident__place", closing=closing))

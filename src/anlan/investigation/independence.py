"""Who may not find out what happened: parties, witnesses, and whoever was there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotAllowed
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, Party
from anlan.evidence.enums import StatementState
from anlan.evidence.models import Statement

# Whether a colleague was at the scene of a case: each kind of case knows its own.
Presence: TypeAlias = Callable[[User, Case], bool]
_PRESENCE: list[Presence] = []


def add_presence(asked: Presence) -> None:
    """Enter what another package knows of who was there; once, at import."""
    if asked in _PRESENCE:
        raise RuntimeError("this was entered before")
    _PRESENCE.append(asked)


def conflict_of(user: User, case: Case) -> str:
    """Why somebody is not independent in this case, as a sentence; empty if they are.

    Cases that were joined are one case.
    """
    them = {"name": user.name}
    here = of_one_case(case)
    if Party.objects.filter(here, user=user, removed_at=None).exists():
        return _("%(name)s是本案当事人，须回避，请由与本案无关的人办理") % them
    if any(asked(user, case) for asked in _PRESENCE):
        return _("%(name)s到过事发现场，须回避，请由没有到场的人办理") % them
    heard = Statement.objects.filter(here, user=user).exclude(
        state=StatementState.DISCARDED
    )
    if heard.exists():
        return _("%(name)s在本案作过情况说明，须回避，请由与本案无关的人办理") % them
    return ""


def check_is_independent(user: User, case: Case) -> None:
    """
    Raises:
        NotAllowed: they are a party, a witness, or were there; the sentence says which.
    """
    conflict = conflict_of(user, case)
    if conflict:
        raise NotAllowed(conflict)

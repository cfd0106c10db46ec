"""Things that leave for good without going back: destroyed, given to the police, given up.

One person asks, another one decides; neither can do it alone.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict
from anlan.base.lines import typed
from anlan.evidence import permissions, policies
from anlan.evidence.enums import ExhibitState, StepKind
from anlan.evidence.models import CustodyStep, Exhibit, PhysicalItem
from anlan.evidence.services.steps import Act, check_is_not_held, take_step


def ask_disposal(
    *,
    exhibit: Exhibit,
    words: str,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> CustodyStep:
    """Ask that it be disposed of: how, where to and why.

    Raises:
        Conflict: it is not in our hands, or a request waits already.
        InvalidInput: no words.
    """
    permissions.check_can_register(by, exhibit.case)
    words = typed(words, path="words", refusal=_("请写明怎样处置、交给谁、为什么"))

    def change(item: PhysicalItem, step: CustodyStep) -> None:
        permissions.check_can_keep(by, item.exhibit)
        policies.check_has_no_request(item)

    act = Act(exhibit=exhibit, by=by, at=at, request_id=request_id, via=via)
    return take_step(act, StepKind.DISPOSAL_ASKED, change, words=words)


def confirm_disposal(
    *,
    exhibit: Exhibit,
    by: User,
    at: datetime,
    words: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> CustodyStep:
    """Agree to what another one asked for; the thing is not in our hands any more.

    Raises:
        NotAllowed: it is one's own request.
        Conflict: nobody asked for it.
    """
    permissions.check_can_part_with(by, exhibit.case)
    words = typed(words, path="words")

    def change(item: PhysicalItem, step: CustodyStep) -> None:
        _check_can_decide(item, by)
        check_is_not_held(item.exhibit)
        item.holder, item.kept_where = None, ""
        item.exhibit.state = ExhibitState.DISPOSED

    act = Act(exhibit=exhibit, by=by, at=at, request_id=request_id, via=via)
    return take_step(act, StepKind.DISPOSED, change, words=words)


def refuse_disposal(
    *,
    exhibit: Exhibit,
    words: str,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> CustodyStep:
    """Say no to it, with the reason; the thing stays, and may be asked for again.

    Raises:
        NotAllowed: it is one's own request.
        Conflict: nobody asked for it.
        InvalidInput: no reason.
    """
    permissions.check_can_part_with(by, exhibit.case)
    words = typed(words, path="words", refusal=_("请写明为什么不同意"))

    def change(item: PhysicalItem, step: CustodyStep) -> None:
        _check_can_decide(item, by)

    act = Act(exhibit=exhibit, by=by, at=at, request_id=request_id, via=via)
    return take_step(act, StepKind.DISPOSAL_REFUSED, change, words=words)


def _check_can_decide(item: PhysicalItem, by: User) -> None:
    permissions.check_can_dispose(by, item.exhibit)
    asked = policies.pending_disposal(item.exhibit)
    if asked is None:
        raise Conflict(_("没有等待决定的处置申请"))
    permissions.check_can_decide_disposal(by, item.exhibit, proposed_by=asked.by)

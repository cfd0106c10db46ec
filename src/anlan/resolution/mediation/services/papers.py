"""Papers that are taken away to be worked on or signed; that they were is on record."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.errors import NotFound
from anlan.base.lines import typed
from anlan.ledger import services as ledger
from anlan.resolution.mediation import permissions
from anlan.resolution.mediation.enums import ProposalState
from anlan.resolution.mediation.events import AgreementTaken
from anlan.resolution.mediation.models import Confirmation, Talks
from anlan.resolution.mediation.papers import (
    Paper,
    application,
    deed,
    invitation,
    paper_docx,
)
from anlan.resolution.mediation.services.confirming import MOST_COURT
from anlan.resolution.mediation.services.steps import record

KINDS = ("invitation", "agreement", "application")


def take_word(
    *,
    talks: Talks,
    kind: str,
    by: User,
    at: datetime,
    court: str = "",
    via: str = "",
) -> bytes:
    """A paper as a Word file, with full names.

    Args:
        kind: one of ``KINDS``.
        court: for the application, where both will apply, if they know it.

    Raises:
        NotFound: there is no such paper of these talks.
        InvalidInput: the name of the court is too long.
    """
    permissions.check_can_run_talks(by, talks.case)
    court = typed(court, path="court", most=MOST_COURT)
    paper, dated = _paper(talks, kind, court)
    content = paper_docx(paper, talks, at=dated or at)
    with ledger.recording():
        record(
            AgreementTaken(code=talks.code, sha256=sha256(content).hex()),
            talks,
            by=by,
            at=at,
            via=via,
        )
    return content


def _paper(talks: Talks, kind: str, court: str) -> tuple[Paper, datetime | None]:
    """With the moment that it bears; none is that of the download."""
    if kind == "invitation" and talks.body is not None:
        return invitation(talks), None
    if kind == "agreement":
        agreed = talks.proposals.filter(state=ProposalState.AGREED).first()
        if agreed is not None:
            agreed.talks = talks
            # Of the day on which both signed, as the PDF is that was kept.
            return deed(agreed), agreed.settled_at
    if kind == "application":
        found = Confirmation.objects.filter(talks=talks).first()
        if found is not None:
            found.talks = talks
            return application(found, court=court), None
    raise NotFound(_("没有这份文书"))

"""Answers to what others put on the record, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.selectors import people_with_roles
from anlan.base.errors import Conflict
from anlan.cases.events import DeadlineMissed, TaskDone, TaskSkipped
from anlan.cases.models import Task
from anlan.cases.telling import tell
from anlan.ledger.events import SYSTEM, Queued, uid_of
from anlan.resolution.mediation import messages, permissions
from anlan.resolution.mediation.enums import DutyState, TalksState
from anlan.resolution.mediation.events import (
    ConfirmationComesDue,
    DutyComesDue,
    DutyMoved,
    DutyOverdue,
    MediatorAppointed,
    ProposalMade,
    TalksEnded,
    TalksMoved,
)
from anlan.resolution.mediation.models import (
    Confirmation,
    Duty,
    Mandate,
    Proposal,
    Talks,
)
from anlan.resolution.mediation.policies import office_terms

# Tasks that end on their own page, by what their keys begin with.
_OWN = ("talks:", "duty:")
_KEYS = (*_OWN, "talks_police:")


def guard_talks_task(queued: Queued) -> None:
    """
    Raises:
        Conflict: it is ended by hand, and not by what it waits for.
    """
    event = queued.event
    if not isinstance(event, TaskDone | TaskSkipped):
        return
    if queued.actor == SYSTEM.actor_key:
        return
    task = Task.objects.get(uid=uid_of(queued.object))
    if task.key.startswith(_OWN):
        raise Conflict(_("请在协商、调解页面办理，任务会自动结束"))


def tell_mediator(queued: Queued) -> None:
    """Both are willing: whoever mediates, and has an account, is told."""
    event = queued.event
    if not isinstance(event, TalksMoved) or event.state != TalksState.ACCEPTED:
        return
    talks = _talks(queued.object)
    if talks.mediator is not None and talks.mediator.user is not None:
        _tell(messages.YOURS, queued, talks=talks, people=[talks.mediator.user])


def tell_new_mediator(queued: Queued) -> None:
    """Who comes later is told at once; before both agreed there is nothing to arrange."""
    if not isinstance(queued.event, MediatorAppointed):
        return
    mandate = Mandate.objects.select_related("talks").get(uid=uid_of(queued.object))
    talks = _talks(mandate.talks.key)
    if talks.state in {TalksState.REQUESTED, TalksState.CONSENT_PENDING}:
        return
    if talks.mediator is not None and talks.mediator.user is not None:
        _tell(messages.YOURS, queued, talks=talks, people=[talks.mediator.user])


def ask_for_the_office(queued: Queued) -> None:
    """A version promises something of the office: who may approve it is told."""
    if not isinstance(queued.event, ProposalMade):
        return
    proposal = Proposal.objects.get(uid=uid_of(queued.object))
    if not office_terms(proposal):
        return
    talks = proposal.talks = _talks(proposal.talks.key)
    site = talks.case.site

    def able(roles: Sequence[str]) -> list[User]:
        people = people_with_roles(site, roles)
        return [
            one for one in people if permissions.can_approve_office_terms(one, proposal)
        ]

    people = able(messages.APPROVE) or able(messages.HEADQUARTERS)
    _tell(messages.OURS, queued, talks=talks, people=people)


def tell_of_end(queued: Queued) -> None:
    if not isinstance(queued.event, TalksEnded):
        return
    talks = _talks(queued.object)
    people = [talks.host]
    if talks.mediator is not None and talks.mediator.user is not None:
        people.append(talks.mediator.user)
    _tell(messages.LEFT, queued, talks=talks, people=people)


def remind(queued: Queued) -> None:
    if not isinstance(queued.event, DutyComesDue):
        return
    duty = Duty.objects.select_related("talks").get(uid=uid_of(queued.object))
    talks = _talks(duty.talks.key)
    people = [talks.host, *people_with_roles(talks.case.site, messages.RUN)]
    _tell(messages.COMES_DUE, queued, talks=talks, people=people)


def remind_to_confirm(queued: Queued) -> None:
    if not isinstance(queued.event, ConfirmationComesDue):
        return
    row = Confirmation.objects.select_related("talks").get(uid=uid_of(queued.object))
    talks = _talks(row.talks.key)
    people = [talks.host, *people_with_roles(talks.case.site, messages.RUN)]
    _tell(messages.TO_CONFIRM, queued, talks=talks, people=people)


def tell_after_closing(queued: Queued) -> None:
    """What becomes of an agreement when no clock runs for it any more."""
    event = queued.event
    roles: tuple[str, ...] = messages.RUN
    if isinstance(event, DutyOverdue) or (
        isinstance(event, DutyMoved) and event.state == DutyState.DEFAULTED
    ):
        duty = Duty.objects.select_related("talks").get(uid=uid_of(queued.object))
        talks, kind = _talks(duty.talks.key), messages.AFTERWARDS
        roles = (*roles, *messages.HEADQUARTERS)
    elif isinstance(event, TalksMoved) and event.state == TalksState.PERFORMED:
        talks, kind = _talks(queued.object), messages.KEPT
    else:
        return
    # A term that is overdue is told without a clock alone, whatever the case is by now.
    if talks.case.is_open and not isinstance(event, DutyOverdue):
        return
    people = [talks.host, *people_with_roles(talks.case.site, roles)]
    _tell(kind, queued, talks=talks, people=people)


def tell_of_delay(queued: Queued) -> None:
    """Talks without a result, or a term that was not performed, in time."""
    event = queued.event
    if not isinstance(event, DeadlineMissed) or not event.about.startswith("task:"):
        return
    task = (
        Task.objects.select_related("case__site")
        .filter(uid=uid_of(event.about))
        .first()
    )
    if task is None or not task.key.startswith(_KEYS):
        return
    people = people_with_roles(task.case.site, (*messages.RUN, *messages.HEADQUARTERS))
    tell(
        messages.OVERDUE,
        queued,
        case=task.case,
        people=people,
        path="talks/",
        code=task.title,
    )


def _tell(kind: str, queued: Queued, *, talks: Talks, people: list[User]) -> None:
    tell(
        kind,
        queued,
        case=talks.case,
        code=talks.code,
        people=people,
        path=f"/cases/talks/{talks.uid}/",
    )


def _talks(key: str) -> Talks:
    return Talks.objects.select_related("case__site", "host", "mediator__user").get(
        uid=uid_of(key)
    )

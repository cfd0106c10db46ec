"""Who holds talks, who reads of them, and who reads what was said."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import (
    check_permission,
    has_permission,
    holds_somewhere,
    running_memberships,
)
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed, NotFound
from anlan.cases.models import Case
from anlan.cases.wall import is_party, walled_sides
from anlan.investigation.independence import check_is_independent, conflict_of
from anlan.ledger.events import Actor
from anlan.resolution.mediation.enums import TalksKind
from anlan.resolution.mediation.models import Proposal, Session, Talks

MEDIATES = "mediator"
_WRITE_BODIES = ("legal_counsel", "hq_supervisor")


def can_see_case_talks(user: User, case: Case) -> bool:
    """Whoever speaks for one side alone does not read what both say."""
    return has_permission(
        user, Permission.TALKS_READ, site=case.site
    ) and not walled_sides(case, user)


def check_can_see_case_talks(by: Actor, case: Case) -> None:
    check_permission(by, Permission.TALKS_READ, site=case.site)
    if isinstance(by, User) and walled_sides(case, by):
        raise NotAllowed(_("您是本案一方的联系人或者当事人，不能查看双方的协商和调解"))


def is_mediator(user: User, talks: Talks) -> bool:
    """The account of whoever mediates; of an earlier mediator no more."""
    mediator = talks.mediator
    return (
        mediator is not None
        and mediator.user_id == user.pk
        and user.is_active
        and mediator.ended_at is None
    )


def can_see_talks(user: User, talks: Talks) -> bool:
    return is_mediator(user, talks) or can_see_case_talks(user, talks.case)


def check_can_see_talks(by: Actor, talks: Talks) -> None:
    if not (isinstance(by, User) and is_mediator(by, talks)):
        check_can_see_case_talks(by, talks.case)


def can_run_talks(user: User, case: Case) -> bool:
    return (
        has_permission(user, Permission.TALKS_RUN, site=case.site)
        and can_see_case_talks(user, case)
        and not is_party(user, case)
    )


def check_can_run_talks(by: Actor, case: Case) -> None:
    """See to talks from the office: somebody who is on neither side."""
    check_permission(by, Permission.TALKS_RUN, site=case.site)
    check_can_see_case_talks(by, case)
    if isinstance(by, User) and is_party(by, case):
        raise NotAllowed(_("您是本案当事人，请由另一人组织协商、联系调解"))


def can_lift_exclusion(user: User, talks: Talks) -> bool:
    return can_run_talks(user, talks.case) and user.pk != talks.excluded_by_id


def check_can_lift_exclusion(by: User, talks: Talks) -> None:
    """Another than who named it, among those who run talks."""
    check_can_run_talks(by, talks.case)
    if by.pk == talks.excluded_by_id:
        raise NotAllowed(_("这种情形是您登记的，请由另一人解除"))


def can_lead_talks(user: User, talks: Talks) -> bool:
    mediator = talks.mediator
    if mediator is not None and mediator.user_id is not None:
        return is_mediator(user, talks)
    return can_run_talks(user, talks.case)


def check_can_lead_talks(by: Actor, talks: Talks) -> None:
    """Hold sessions and write proposals: the mediator; without an account, who sees to it."""
    if isinstance(by, User) and can_lead_talks(by, talks):
        return
    if talks.mediator is not None and talks.mediator.user_id is not None:
        raise NotAllowed(_("会谈和方案由调解员主持，管理处不代替"))
    check_can_run_talks(by, talks.case)


def can_approve_office_terms(user: User, proposal: Proposal) -> bool:
    talks = proposal.talks
    return (
        has_permission(user, Permission.PLAN_APPROVE, site=talks.case.site)
        and can_see_case_talks(user, talks.case)
        and user.pk not in _who_runs(proposal)
        and not conflict_of(user, talks.case)
    )


def check_can_approve_office_terms(by: User, proposal: Proposal) -> None:
    """What the office promises is decided by who neither runs the talks nor wrote it."""
    talks = proposal.talks
    check_permission(by, Permission.PLAN_APPROVE, site=talks.case.site)
    check_can_see_case_talks(by, talks.case)
    if by.pk in _who_runs(proposal):
        raise NotAllowed(
            _("您组织了这次协商、调解，或者写了这一版，管理处承担的事项请由另一人批准")
        )
    check_is_independent(by, talks.case)


def _who_runs(proposal: Proposal) -> set[int]:
    return {proposal.talks.host_id, proposal.written_by_id}


def can_read_notes(user: User, session: Session) -> bool:
    """What was said: whoever leads, and those who were named; no supervisor either.

    The host leads a negotiation alone: what is said in a mediation was said to whoever
    mediated, also when nobody does so any more.
    """
    talks = session.talks
    leads = (
        is_mediator(user, talks)
        if TalksKind(talks.kind).is_mediation
        else user.pk == talks.host_id
    )
    if leads:
        return can_see_talks(user, talks)
    named = Session.readers.through.objects.filter(
        session_id=session.pk, user_id=user.pk
    )
    return can_see_talks(user, talks) and named.exists()


def check_can_read_notes(by: Actor, session: Session) -> None:
    """
    Raises:
        NotFound: to all others the notes do not exist.
    """
    if not isinstance(by, User) or not can_read_notes(by, session):
        raise NotFound(_("没有找到"))


def check_can_read_bodies(by: Actor, organisation: Organisation) -> None:
    """For whoever sees to talks anywhere in the company."""
    permission = Permission.TALKS_READ
    if (
        not isinstance(by, User)
        or by.organisation_id != organisation.pk
        or not holds_somewhere(by, permission)
    ):
        raise NotAllowed(_("您没有“%s”的权限") % permission.label)


def can_write_bodies(user: User, organisation: Organisation) -> bool:
    """By role and no permission: whoever manages may still appoint counsel."""
    return user.is_active and any(
        member.role_key in _WRITE_BODIES and member.node == organisation
        for member in running_memberships(user)
    )


def check_can_write_bodies(by: Actor, organisation: Organisation) -> None:
    """The register holds for the whole company."""
    if not isinstance(by, User) or not can_write_bodies(by, organisation):
        raise NotAllowed(_("调解组织名册由公司法务或者总部登记"))


def is_outside(user: User) -> bool:
    """Whether an account is a mediator's and nothing else (G19)."""
    held = {member.role_key for member in running_memberships(user)}
    return held == {MEDIATES}

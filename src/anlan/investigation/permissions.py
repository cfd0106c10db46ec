"""Who may investigate, read what was found, and approve it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.accounts.permissions import check_permission, has_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.evidence.permissions import has_yet_to_speak
from anlan.investigation.independence import check_is_independent, conflict_of
from anlan.investigation.models import Finding, Interview
from anlan.ledger.events import Actor

_YET_TO_SPEAK = gettext_lazy("您自己的情况说明还没有签字，签字以前不能看调查材料")


def can_see(user: User, case: Case) -> bool:
    """Whoever needs it; whoever has yet to say what they saw reads nothing of it."""
    return has_permission(
        user, Permission.INVESTIGATION_READ, site=case.site
    ) and not has_yet_to_speak(user, case)


def check_can_see(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INVESTIGATION_READ, site=case.site)
    if isinstance(by, User) and has_yet_to_speak(by, case):
        raise NotAllowed(_YET_TO_SPEAK)


def may_investigate(user: User, case: Case) -> bool:
    """Whether it is their work; of this very case they may have to keep away."""
    return has_permission(user, Permission.INVESTIGATE, site=case.site)


def can_lead(user: User, case: Case) -> bool:
    return may_investigate(user, case) and not conflict_of(user, case)


def check_can_lead(by: Actor, case: Case) -> None:
    """Plan interviews, look at the scene, note facts: of a closed case as well.

    Nobody who has anything to do with the matter: what is asked, drawn and struck out
    decides what is found. Headquarters can, where everybody of the site was there.
    """
    check_permission(by, Permission.INVESTIGATE, site=case.site)
    if isinstance(by, User):
        check_is_independent(by, case)


def check_can_hold(by: User, interview: Interview) -> None:
    """Ask the questions: the one who was named, and who has nothing to do with it."""
    check_permission(by, Permission.INVESTIGATE, site=interview.case.site)
    if by.pk != interview.interviewer_id:
        raise NotAllowed(
            _("这次谈话由%(name)s进行；要换人，请先调整安排")
            % {"name": interview.interviewer.name}
        )
    check_is_independent(by, interview.case)


def check_can_find(by: User, case: Case) -> None:
    """Compare accounts, write findings: an investigator who has nothing to do with the matter."""
    check_can_lead(by, case)


def can_find(user: User, case: Case) -> bool:
    """Compare accounts, write findings; the button is there for who may press it."""
    return can_lead(user, case)


def has_written(user: User, case: Case) -> bool:
    """Whether they wrote any version: each begins with the words of the one before."""
    return Finding.objects.filter(of_one_case(case), author=user).exists()


def has_investigated(user: User, case: Case) -> bool:
    """Whether they wrote findings, or held or were to hold an interview."""
    held = Interview.objects.filter(of_one_case(case), interviewer=user)
    return has_written(user, case) or held.exists()


def can_withdraw(user: User, finding: Finding) -> bool:
    """Its author, whatever became of them; else an approver who is independent."""
    return user.pk == finding.author_id or (
        has_permission(user, Permission.FINDING_APPROVE, site=finding.case.site)
        and not conflict_of(user, finding.case)
    )


def check_can_withdraw(by: Actor, finding: Finding) -> None:
    """Give up a version that is not decided on: nothing is found by that.

    The author may although they turned out a witness or lost their role: nobody else
    finishes their draft, and it keeps everybody from beginning another one.
    """
    if isinstance(by, User) and by.pk == finding.author_id:
        return
    check_permission(by, Permission.FINDING_APPROVE, site=finding.case.site)
    if isinstance(by, User):
        check_is_independent(by, finding.case)


def can_decide(user: User, finding: Finding) -> bool:
    return (
        has_permission(user, Permission.FINDING_APPROVE, site=finding.case.site)
        and not has_written(user, finding.case)
        and not conflict_of(user, finding.case)
    )


def check_can_decide(by: User, finding: Finding) -> None:
    """Approve or return: somebody who wrote no version of them, and independent as well."""
    check_permission(by, Permission.FINDING_APPROVE, site=finding.case.site)
    if by.pk == finding.author_id:
        raise NotAllowed(_("起草人不能审批自己的调查结论，请由另一人审批"))
    if has_written(by, finding.case):
        raise NotAllowed(
            _(
                "您起草过本案调查结论的一个版本，新版本沿用它的内容，您不能审批，请由另一人审批"
            )
        )
    check_is_independent(by, finding.case)

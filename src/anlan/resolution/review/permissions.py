"""Who may review a case: write its report, approve it, improve, and look whether it worked."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import (
    check_permission,
    has_permission,
    holds_somewhere,
)
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, NamedContact
from anlan.cases.wall import walled_sides
from anlan.investigation import permissions as investigation
from anlan.investigation.independence import check_is_independent, conflict_of
from anlan.ledger.events import Actor
from anlan.resolution.review.models import Improvement, Report


def can_see(user: User, case: Case) -> bool:
    """A report tells of both sides: for whoever may read what was found, of both."""
    return investigation.can_see(user, case) and not walled_sides(case, user)


def check_can_see(by: Actor, case: Case) -> None:
    investigation.check_can_see(by, case)
    if isinstance(by, User) and walled_sides(case, by):
        raise NotAllowed(
            _("您是本案一方的联系人或者当事人，报告写有双方的情况，不能查看")
        )


def can_write(user: User, case: Case) -> bool:
    return (
        has_permission(user, Permission.REVIEW_WRITE, site=case.site)
        and can_see(user, case)
        and not conflict_of(user, case)
    )


def check_can_write(by: User, case: Case) -> None:
    """Edit a report: somebody who has nothing to do with the matter."""
    check_permission(by, Permission.REVIEW_WRITE, site=case.site)
    check_can_see(by, case)
    check_is_independent(by, case)


def has_written(user: User, case: Case) -> bool:
    """Whether they wrote any version: each takes over what the one before it says."""
    return Report.objects.filter(of_one_case(case), author=user).exists()


def can_decide(user: User, report: Report) -> bool:
    return (
        has_permission(user, Permission.REVIEW_APPROVE, site=report.case.site)
        and can_see(user, report.case)
        and not has_written(user, report.case)
        and not conflict_of(user, report.case)
    )


def check_can_decide(by: User, report: Report) -> None:
    """Approve or return: somebody who wrote no version of it, and independent as well."""
    check_permission(by, Permission.REVIEW_APPROVE, site=report.case.site)
    check_can_see(by, report.case)
    if by.pk == report.author_id:
        raise NotAllowed(_("编写人不能审批自己的报告，请由另一人审批"))
    if has_written(by, report.case):
        raise NotAllowed(
            _(
                "您编写过本案报告的一个版本，新版本沿用它的内容，您不能审批，请由另一人审批"
            )
        )
    check_is_independent(by, report.case)


def can_withdraw(user: User, report: Report) -> bool:
    return user.pk == report.author_id or (
        has_permission(user, Permission.REVIEW_APPROVE, site=report.case.site)
        and can_see(user, report.case)
        and not conflict_of(user, report.case)
    )


def check_can_withdraw(by: Actor, report: Report) -> None:
    """Its author, whatever became of them, or who may approve reports and is independent.

    Else the draft of somebody who left would keep everybody from the next version.
    """
    if isinstance(by, User) and by.pk == report.author_id:
        return
    check_permission(by, Permission.REVIEW_APPROVE, site=report.case.site)
    check_can_see(by, report.case)
    if isinstance(by, User):
        check_is_independent(by, report.case)


def can_hand_out(user: User, case: Case) -> bool:
    return (
        has_permission(user, Permission.REVIEW_APPROVE, site=case.site)
        and can_see(user, case)
        and not _speaks_for_a_side(user, case)
        and not conflict_of(user, case)
    )


def check_can_hand_out(by: User, case: Case) -> None:
    """Give a side its copy: who may approve reports, is independent, and speaks for none."""
    check_permission(by, Permission.REVIEW_APPROVE, site=case.site)
    check_can_see(by, case)
    if _speaks_for_a_side(by, case):
        raise NotAllowed(
            _("本案当事人的联系人不能交付报告副本，请由不担任任何一方联系人的人交付")
        )
    check_is_independent(by, case)


def _speaks_for_a_side(user: User, case: Case) -> bool:
    """Now or before; whoever must know both sides is one of one all the same."""
    return NamedContact.objects.filter(of_one_case(case), user=user).exists()


def can_improve(user: User, case: Case) -> bool:
    return has_permission(
        user, Permission.REVIEW_WRITE, site=case.site
    ) and investigation.can_see(user, case)


def check_can_improve(by: Actor, case: Case) -> None:
    """Name what is to be improved, and record a meeting; whoever was there may as well."""
    check_permission(by, Permission.REVIEW_WRITE, site=case.site)
    investigation.check_can_see(by, case)


def can_drop(user: User, improvement: Improvement) -> bool:
    return (
        has_permission(user, Permission.REVIEW_APPROVE, site=improvement.case.site)
        and user.pk != improvement.owner_id
    )


def check_can_drop(by: User, improvement: Improvement) -> None:
    """Give it up: who approves reports, and never the one whose work it is."""
    check_permission(by, Permission.REVIEW_APPROVE, site=improvement.case.site)
    if by.pk == improvement.owner_id:
        raise NotAllowed(_("负责人不能决定不做自己的改进措施，请由另一人决定"))


def can_finish(user: User, improvement: Improvement) -> bool:
    return user.is_active and user.pk == improvement.owner_id


def check_can_finish(by: Actor, improvement: Improvement) -> None:
    """Say that it is done: whose it is, and nobody else."""
    if not isinstance(by, User) or not can_finish(by, improvement):
        raise NotAllowed(
            _("这项改进由%(name)s负责，请由负责人登记完成")
            % {"name": improvement.owner.name}
        )


def can_check(user: User, improvement: Improvement) -> bool:
    return (
        has_permission(user, Permission.REVIEW_WRITE, site=improvement.case.site)
        and user.pk != improvement.owner_id
    )


def check_can_check(by: User, improvement: Improvement) -> None:
    """Say whether it worked: somebody else than whoever did it."""
    check_permission(by, Permission.REVIEW_WRITE, site=improvement.case.site)
    if by.pk == improvement.owner_id:
        raise NotAllowed(_("负责人不能检查自己的改进措施，请由另一人检查"))


def can_see_improvement(user: User, improvement: Improvement) -> bool:
    return user.pk == improvement.owner_id or has_permission(
        user, Permission.INVESTIGATION_READ, site=improvement.case.site
    )


def check_can_see_lessons(by: Actor, organisation: Organisation) -> None:
    """Lessons are for the whole company: they name nobody."""
    permission = Permission.INVESTIGATION_READ
    if (
        not isinstance(by, User)
        or by.organisation_id != organisation.pk
        or not holds_somewhere(by, permission)
    ):
        raise NotAllowed(_("您没有“%s”的权限") % permission.label)

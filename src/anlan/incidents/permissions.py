"""Who may report, answer, command."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import check_permission, has_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.models import AccessLink
from anlan.cases.permissions import (
    check_can_command,
    check_can_link,
    keep_protected_from,
)
from anlan.cases.wall import is_of_a_side, is_party
from anlan.incidents.models import (
    Assignment,
    Attachment,
    EmergencyCall,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.investigation.independence import conflict_of
from anlan.ledger.events import Actor, System


def check_can_report(by: Actor, *, site: Site) -> None:
    """Staff of the site, devices, and anybody who stands before a poster may report.

    Only a user of another site, or one whose token is not for reporting, is refused.
    """
    if isinstance(by, User):
        check_permission(by, Permission.INCIDENT_REPORT, site=site)


def check_can_send_for(by: Actor, writer: User, *, site: Site) -> None:
    """Whoever commands settles what somebody left on a shared phone and cannot send."""
    check_permission(
        by,
        Permission.INCIDENT_COMMAND,
        site=site,
        sentence=_("只有值班主任或项目经理可以代为上报，或者删除"),
    )
    if writer.organisation_id != site.organisation_id:
        raise NotAllowed(_("没有这个人"))


def check_can_discard(by: Actor, writer: User, *, site: Site, is_refused: bool) -> None:
    """What was refused nobody can send: whoever holds the phone clears it away, and says why.

    All else is for whoever commands, who may send it instead.
    """
    if not is_refused:
        check_can_send_for(by, writer, site=site)
        return
    check_permission(by, Permission.INCIDENT_REPORT, site=site)
    if writer.organisation_id != site.organisation_id:
        raise NotAllowed(_("没有这个人"))


def check_can_respond(by: Actor, assignment: Assignment) -> None:
    """The person alerted, or a commander who enters it for them (a guard with a radio)."""
    site = assignment.incident.case.site
    if isinstance(by, User) and by.pk == assignment.user_id:
        check_permission(by, Permission.INCIDENT_RESPOND, site=site)
        return
    check_permission(
        by,
        Permission.INCIDENT_COMMAND,
        site=site,
        sentence=_("只有本人或值班主任可以登记接警和到场"),
    )


def check_can_join(by: Actor, incident: Incident, *, user: User) -> None:
    """A guard goes on their own account; sending somebody is the commander's."""
    site = incident.case.site
    if not has_permission(user, Permission.INCIDENT_RESPOND, site=site):
        raise NotAllowed(_("这个人不能被派往本项目的现场"))
    if isinstance(by, User) and by.pk == user.pk:
        return
    check_permission(by, Permission.INCIDENT_COMMAND, site=site)


def check_can_control(by: Actor, incident: Incident) -> None:
    """Whoever stands at the scene says so, or the commander who hears it by radio."""
    site = incident.case.site
    if isinstance(by, User) and has_permission(
        by, Permission.INCIDENT_COMMAND, site=site
    ):
        return
    arrived = isinstance(by, User) and Assignment.objects.filter(
        incident=incident, user=by, state=Assignment.State.ARRIVED
    )
    if not arrived:
        raise NotAllowed(_("只有到场的人或值班主任可以确认现场已控制"))
    check_permission(by, Permission.INCIDENT_RESPOND, site=site)


def check_can_take_back_control(by: Actor, incident: Incident) -> None:
    """Whoever said it may say that it was wrong, or the commander."""
    site = incident.case.site
    is_own = isinstance(by, User) and by.pk == incident.controlled_by_id
    check_permission(
        by,
        Permission.INCIDENT_RESPOND if is_own else Permission.INCIDENT_COMMAND,
        site=site,
        sentence=_("只有确认控制的人或值班主任可以更正"),
    )


def check_can_withdraw(by: Actor, report: Report) -> None:
    is_own = by.actor_key == report.reporter_key
    follows = isinstance(by, AccessLink) and by.about == f"report:{report.uid}"
    if not (is_own or follows):
        raise NotAllowed(_("只有报告人自己可以撤回"))


def check_can_give_report_link(by: Actor, report: Report) -> None:
    """Whoever holds the address speaks as the reporter: nobody of a side makes it."""
    case = report.incident.case
    check_can_link(by, case)
    if isinstance(by, User) and is_of_a_side(by, case):
        raise NotAllowed(
            _("您是本案一方当事人，报告人的查看链接请由与本案无关的人生成")
        )


def check_can_attach(by: Actor, report: Report) -> None:
    """The reporter adds to their own report; staff of the site to any."""
    if by.actor_key == report.reporter_key:
        return
    if isinstance(by, AccessLink) and by.about == f"report:{report.uid}":
        return
    check_permission(by, Permission.INCIDENT_RESPOND, site=report.incident.case.site)


def check_can_see_attachment(by: Actor, attachment: Attachment) -> None:
    site = attachment.report.incident.case.site
    check_permission(by, Permission.INCIDENT_SEE, site=site)
    keep_protected_from(by, attachment, site=site)


def check_can_confirm(by: Actor, incident: Incident) -> None:
    check_permission(by, Permission.INCIDENT_RESPOND, site=incident.case.site)


def check_can_call(by: Actor, incident: Incident) -> User:
    """Anybody who sees the incident may call the police; nothing may stand before it.

    Source: docs/sources.md, G06 (刑事诉讼法 110).
    """
    if not isinstance(by, User):
        raise NotAllowed(_("请由工作人员登记拨打电话"))
    check_permission(by, Permission.INCIDENT_SEE, site=incident.case.site)
    return by


def check_can_correct_call(by: Actor, call: EmergencyCall) -> User:
    """Whoever recorded it may say that it was wrong, or the duty officer."""
    user = check_can_call(by, call.incident)
    if user.pk != call.called_by_id:
        check_permission(
            user,
            Permission.INCIDENT_COMMAND,
            site=call.incident.case.site,
            sentence=_("只有登记这次电话的人或值班主任可以更正"),
        )
    return user


def check_can_call_off(by: Actor, incident: Incident) -> None:
    """Say that it was a false alarm: who commands, and is on neither side."""
    check_can_command(by, incident.case)
    if isinstance(by, User) and is_party(by, incident.case):
        raise NotAllowed(
            _(
                "您是本案的当事人，不能认定为误报；"
                "请由另一位值班主任或者项目经理核实后认定"
            )
        )


def check_can_decide_false_alarm(
    by: Actor, incident: Incident, *, proposed_by: User
) -> User:
    """The second person: may end it, and may decide that the police are not called.

    Both are on neither side, whoever became a party since it was proposed too.
    """
    user = check_can_decide_waiver(by, site=incident.case.site, proposed_by=proposed_by)
    check_can_call_off(user, incident)
    return user


def can_decide(user: User, proposal: PoliceWaiver | FalseAlarmProposal) -> bool:
    """Whether they could agree by now: of no side, not there, and not who proposed it."""
    incident, proposed_by = proposal.incident, proposal.proposed_by
    try:
        if isinstance(proposal, PoliceWaiver):
            site = incident.case.site
            check_can_decide_waiver(user, site=site, proposed_by=proposed_by)
        else:
            check_can_decide_false_alarm(user, incident, proposed_by=proposed_by)
    except NotAllowed:
        return False
    return not conflict_of(user, incident.case)


def check_can_decide_waiver(by: Actor, *, site: Site, proposed_by: User) -> User:
    if isinstance(by, System) or not isinstance(by, User):
        raise NotAllowed(_("复核必须由人作出"))
    check_permission(by, Permission.POLICE_WAIVE, site=site)
    if by.pk == proposed_by.pk:
        raise NotAllowed(_("提出人不能复核自己的决定"))
    return by

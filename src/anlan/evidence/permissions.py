"""Who may add evidence, open it, and keep the things that are evidence."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import Organisation, Site, User
from anlan.accounts.permissions import (
    check_permission,
    covers,
    has_permission,
    running_memberships,
)
from anlan.accounts.roles import Permission
from anlan.base.errors import NotAllowed
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.cases.permissions import check_can_look_behind
from anlan.cases.wall import behind_the_wall, is_behind_the_wall, is_of_a_side
from anlan.evidence import policies
from anlan.evidence.enums import Protection, Source, StatementState
from anlan.evidence.models import (
    Exhibit,
    FootageApplication,
    Injury,
    InjuryPhoto,
    MedicalPaper,
    PhysicalItem,
    Statement,
)
from anlan.ledger.events import Actor
from anlan.notify.permissions import check_can_manage_channels, managed_organisations

_YET_TO_SPEAK = gettext_lazy("您自己的情况说明还没有签字，签字以前不能看别人的")
_OF_A_SIDE = gettext_lazy("您是本案一方当事人，只能看自己的情况说明和自己记录的")


def check_can_add(by: Actor, case: Case) -> None:
    """Also to a closed case: a medical paper comes when it comes."""
    check_permission(by, Permission.EVIDENCE_ADD, site=case.site)


def check_can_choose_keepers(by: User, organisation: Organisation) -> None:
    """Whoever manages the channels of the whole company: mails leave by them."""
    check_can_manage_channels(by, organisation=organisation, site=None)


def can_choose_keepers(user: User) -> bool:
    return user.organisation_id in managed_organisations(user)


def can_open(user: User, exhibit: Exhibit) -> bool:
    """Whoever needs it for their work, and whoever brought it.

    Of what is protected, only those who need just this; `selectors.seen_by` says the
    same of a whole list.
    """
    statement = statement_of(exhibit)
    if statement is not None:
        return can_read(user, statement)
    if is_paper_of_sides(exhibit) and is_of_a_side(user, exhibit.case):
        return False
    is_own = exhibit.received_from == user.actor_key
    permission = Permission.EVIDENCE_ADD if is_own else _OPENS[exhibit.protection]
    if not is_own and is_of_a_body_behind(exhibit, user):
        return False
    return has_permission(user, permission, site=exhibit.case.site)


def is_paper_of_sides(exhibit: Exhibit) -> bool:
    """Letters to one side, and what both signed; `selectors.seen_by` names them as well."""
    return exhibit.source in {Source.DEED, Source.NOTICE}


def bodies_behind(user: User) -> Q:
    """The exhibits that show the injuries of somebody behind the wall, as a condition."""
    walled = behind_the_wall(user)
    photos = InjuryPhoto.objects.filter(injury__party__in=walled).values("exhibit")
    papers = MedicalPaper.objects.filter(party__in=walled).values("exhibit")
    return (
        Q(pk__in=photos)
        | Q(pk__in=papers)
        | Q(derived_from__in=photos)
        | Q(derived_from__in=papers)
    )


def is_of_a_body_behind(exhibit: Exhibit, user: User) -> bool:
    if exhibit.protection != Protection.INJURY:
        return False
    return Exhibit.objects.filter(bodies_behind(user), pk=exhibit.pk).exists()


_OPENS: dict[str, Permission] = {
    Protection.NONE: Permission.EVIDENCE_OPEN,
    Protection.STATEMENT: Permission.STATEMENT_READ,
    Protection.INJURY: Permission.INJURY_READ,
}


def statement_of(exhibit: Exhibit) -> Statement | None:
    """The statement that a protected exhibit is, corrects or belongs to.

    A masked copy belongs where its original does.
    """
    if exhibit.protection != Protection.STATEMENT:
        return None
    if exhibit.derived_from is not None:
        return statement_of(exhibit.derived_from)
    return (
        Statement.objects.select_related("party", "case__site")
        .filter(
            Q(exhibit=exhibit) | Q(files__exhibit=exhibit) | Q(addenda__exhibit=exhibit)
        )
        .first()
    )


def check_can_open(by: Actor, exhibit: Exhibit) -> None:
    if isinstance(by, User) and can_open(by, exhibit):
        return
    permission = _OPENS[exhibit.protection]
    check_permission(by, permission, site=exhibit.case.site)
    if isinstance(by, User) and is_of_a_body_behind(exhibit, by):
        raise NotAllowed(_("您是本案另一方的联系人或者当事人，不能查看这一方的伤情"))
    if (
        isinstance(by, User)
        and is_paper_of_sides(exhibit)
        and is_of_a_side(by, exhibit.case)
    ):
        raise NotAllowed(_("您是本案一方当事人，不能查看双方签字的文书和告知书"))
    if isinstance(by, User):
        raise _reads_own_only(by, exhibit.case)


def check_can_register(by: Actor, case: Case) -> None:
    check_permission(by, Permission.EVIDENCE_KEEP, site=case.site)


def can_say_footage(by: Actor, exhibit: Exhibit, *, brought_by: str) -> bool:
    """Who says of a file that stands on the list that it came out of a CCTV recorder.

    From then on it is opened for a reason alone and leaves under an application alone:
    whoever brought it, or keeps the evidence, says so. A mistake is corrected by another
    (``check_can_unsay_footage``).
    """
    return (
        exhibit.is_footage
        or exhibit.received_from == brought_by
        or (
            isinstance(by, User)
            and has_permission(by, Permission.EVIDENCE_KEEP, site=exhibit.case.site)
        )
    )


def check_can_unsay_footage(by: Actor, exhibit: Exhibit) -> None:
    """Who decides what footage leaves, and did not bring the file themself."""
    check_permission(by, Permission.FOOTAGE_APPROVE, site=exhibit.case.site)
    check_can_open(by, exhibit)
    if isinstance(by, User) and exhibit.received_from == by.actor_key:
        raise NotAllowed(_("这份文件是您带来的，请由另一人更正"))


def can_unsay_footage(user: User, exhibit: Exhibit) -> bool:
    return (
        has_permission(user, Permission.FOOTAGE_APPROVE, site=exhibit.case.site)
        and can_open(user, exhibit)
        and exhibit.received_from != user.actor_key
    )


def check_can_keep(by: Actor, exhibit: Exhibit) -> None:
    check_permission(by, Permission.EVIDENCE_KEEP, site=exhibit.case.site)
    policies.check_is_object(exhibit)
    policies.check_is_kept(exhibit)


def check_can_part_with(by: Actor, case: Case) -> None:
    """Give things of the case back or dispose of them, whatever their state."""
    check_permission(by, Permission.EVIDENCE_DISPOSE, site=case.site)


def check_can_decide_disposal(
    by: Actor, exhibit: Exhibit, *, proposed_by: User
) -> None:
    """The second of the two persons whom a disposal needs."""
    check_can_part_with(by, exhibit.case)
    if isinstance(by, User) and by.pk == proposed_by.pk:
        raise NotAllowed(_("申请人不能批准自己的处置申请，请由另一人决定"))
    check_can_dispose(by, exhibit)


def check_can_give(by: User, item: PhysicalItem) -> None:
    """The holder gives away; in their absence only who may part with things does."""
    check_can_keep(by, item.exhibit)
    if by.pk != item.holder_id and not has_permission(
        by, Permission.EVIDENCE_DISPOSE, site=item.exhibit.case.site
    ):
        raise NotAllowed(
            _("这件实物现在由%(name)s保管，只能由其交出；其不在时由项目经理交出")
            % {"name": item.holder.name if item.holder else ""}
        )


def can_keep(user: User, case: Case) -> bool:
    return has_permission(user, Permission.EVIDENCE_KEEP, site=case.site)


def can_part_with(user: User, case: Case) -> bool:
    return has_permission(user, Permission.EVIDENCE_DISPOSE, site=case.site)


def check_can_dispose(by: Actor, exhibit: Exhibit) -> None:
    check_permission(by, Permission.EVIDENCE_DISPOSE, site=exhibit.case.site)
    policies.check_is_object(exhibit)
    policies.check_is_kept(exhibit)


def check_can_make_package(by: Actor, case: Case) -> None:
    check_permission(by, Permission.PACKAGE_MAKE, site=case.site)


def check_can_hand_over_package(by: Actor, case: Case) -> None:
    """Also to see what went to whom and who signed for it."""
    check_permission(by, Permission.PACKAGE_HAND_OVER, site=case.site)


def check_can_take_package(by: Actor, case: Case) -> None:
    """The file itself: a scope of its own, so that a program gets it only if told so."""
    check_permission(by, Permission.PACKAGE_TAKE, site=case.site)


def can_make_package(user: User, case: Case) -> bool:
    return has_permission(user, Permission.PACKAGE_MAKE, site=case.site)


def can_hand_over_package(user: User, case: Case) -> bool:
    return has_permission(user, Permission.PACKAGE_HAND_OVER, site=case.site)


def can_take_package(user: User, case: Case) -> bool:
    return has_permission(user, Permission.PACKAGE_TAKE, site=case.site)


def check_can_take_statement(by: Actor, case: Case) -> None:
    check_permission(by, Permission.STATEMENT_TAKE, site=case.site)


def can_read(user: User, statement: Statement) -> bool:
    """Whose it is, who wrote it down, and who needs it; `selectors.statements_for` too.

    Whoever has begun to say what they saw in a case, and has not signed it yet, reads
    nobody else's: what two persons say independently is worth more. Nor does whoever is
    of one of the sides, for they tell of the other and name witnesses (G23).
    """
    site = statement.case.site
    if not has_permission(user, Permission.CASE_SEE, site=site):
        return False
    reads = has_permission(user, Permission.STATEMENT_READ, site=site)
    if statement.taken_by_id == user.pk or is_of(statement, user):
        return reads or has_permission(user, Permission.STATEMENT_TAKE, site=site)
    return reads and not (
        has_yet_to_speak(user, statement.case) or is_of_a_side(user, statement.case)
    )


def check_can_read(by: Actor, statement: Statement) -> None:
    if isinstance(by, User) and can_read(by, statement):
        return
    check_permission(by, Permission.STATEMENT_READ, site=statement.case.site)
    if isinstance(by, User):
        raise _reads_own_only(by, statement.case)


def _reads_own_only(user: User, case: Case) -> NotAllowed:
    return NotAllowed(_OF_A_SIDE if is_of_a_side(user, case) else _YET_TO_SPEAK)


def check_can_write(by: Actor, statement: Statement) -> None:
    """Write a draft on, read it back, have it signed."""
    check_can_take_statement(by, statement.case)
    check_can_read(by, statement)


def is_of(statement: Statement, user: User) -> bool:
    """Whether it is this colleague's own."""
    if statement.user_id == user.pk:
        return True
    return statement.party is not None and statement.party.user_id == user.pk


def has_yet_to_speak(user: User, case: Case) -> bool:
    """In this case, or in one that is one with it."""
    return (
        Statement.objects.filter(
            of_one_case(case),
            state__in=[StatementState.DRAFT, StatementState.READ_BACK],
        )
        .filter(Q(user=user) | Q(party__user=user))
        .exists()
    )


def check_can_record_injury(by: Actor, case: Case) -> None:
    check_permission(by, Permission.INJURY_RECORD, site=case.site)


def can_see_injury(user: User, injury: Injury) -> bool:
    """Who needs it, and whoever wrote it down."""
    site = injury.case.site
    if injury.recorded_by_id == user.pk:
        return has_permission(user, Permission.INJURY_RECORD, site=site)
    return has_permission(
        user, Permission.INJURY_READ, site=site
    ) and not is_behind_the_wall(injury.party, user)


def check_can_see_injury(by: Actor, injury: Injury) -> None:
    if not isinstance(by, User) or not can_see_injury(by, injury):
        check_permission(by, Permission.INJURY_READ, site=injury.case.site)
        check_can_look_behind(by, injury.party)


def check_can_follow_injury(by: Actor, injury: Injury) -> None:
    """Photograph it again, or strike it out."""
    check_can_record_injury(by, injury.case)
    check_can_see_injury(by, injury)


def check_can_edit_cameras(by: Actor, site: Site) -> None:
    """Register recorders and cameras, and say how their clocks go."""
    check_permission(by, Permission.CAMERA_EDIT, site=site)


def check_can_save_recordings(by: Actor, case: Case) -> None:
    """Add a camera, bring its export, or say that there is none: on the guard's round."""
    check_permission(by, Permission.RECORDING_SAVE, site=case.site)


def check_can_decline_recording(by: Actor, case: Case) -> None:
    """It is a task of the case that is left out."""
    check_permission(by, Permission.TASK_SKIP, site=case.site)


def check_can_watch(by: Actor, case: Case) -> None:
    """Who needs it for their work; and each says why, every time (G10)."""
    check_permission(by, Permission.EVIDENCE_OPEN, site=case.site)


def check_can_mask(by: Actor, exhibit: Exhibit) -> None:
    """Draw over what they may look at: of a recording its film, for a reason besides."""
    check_permission(by, Permission.EVIDENCE_MASK, site=exhibit.case.site)
    check_can_open(by, exhibit)


def can_mask(user: User, exhibit: Exhibit) -> bool:
    site = exhibit.case.site
    return has_permission(user, Permission.EVIDENCE_MASK, site=site) and can_open(
        user, exhibit
    )


def check_can_place_hold(by: Actor, case: Case) -> None:
    """At once, and alone: what is held too long is let go, what is gone is gone."""
    check_permission(by, Permission.HOLD_PLACE, site=case.site)


def can_place_hold(user: User, case: Case) -> bool:
    return has_permission(user, Permission.HOLD_PLACE, site=case.site)


def check_can_release_hold(by: Actor, case: Case) -> None:
    """Be one of the two whom a release needs."""
    check_permission(by, Permission.HOLD_RELEASE, site=case.site)


def can_release_hold(user: User, case: Case) -> bool:
    return has_permission(user, Permission.HOLD_RELEASE, site=case.site)


def releasing_roles(user: User, site: Site) -> list[str]:
    """The roles of a person by which they may be one of the two."""
    return sorted(
        {
            membership.role_key
            for membership in running_memberships(user)
            if Permission.HOLD_RELEASE in membership.role.permissions
            and covers(membership, site)
        }
    )


def check_can_edit_retention(by: Actor, site: Site) -> None:
    check_permission(by, Permission.RETENTION_EDIT, site=site)


def check_can_compare_clock(by: Actor, site: Site) -> None:
    """Whoever stands before the recorder, to save from it or to look after it."""
    if not isinstance(by, User) or not has_permission(
        by, Permission.RECORDING_SAVE, site=site
    ):
        check_permission(by, Permission.CAMERA_EDIT, site=site)


def check_can_take_in(by: Actor, site: Site) -> None:
    """Take in who asks to see or to get footage: at the gate, at the front desk."""
    check_permission(by, Permission.FOOTAGE_TAKE_IN, site=site)


def check_can_see_document(by: User, application: FootageApplication) -> None:
    """The paper of an applicant: who took it in, who decides, who may unmask people."""
    check_can_see_application(by, application)
    if by.pk == application.taken_by_id:
        return
    if not has_permission(by, Permission.FOOTAGE_APPROVE, site=application.site):
        check_permission(by, Permission.PERSON_UNMASK, site=application.site)


def check_can_see_application(by: Actor, application: FootageApplication) -> None:
    """Who takes in, who decides, and who sits beside the applicant."""
    if isinstance(by, User) and any(
        has_permission(by, permission, site=application.site)
        for permission in (Permission.FOOTAGE_TAKE_IN, Permission.FOOTAGE_APPROVE)
    ):
        return
    check_permission(by, Permission.EVIDENCE_OPEN, site=application.site)


def check_can_decide_application(by: Actor, application: FootageApplication) -> None:
    """Another person than who took it in, and than who asks."""
    check_permission(by, Permission.FOOTAGE_APPROVE, site=application.site)
    if isinstance(by, User) and by.pk == application.taken_by_id:
        raise NotAllowed(_("受理人不能批准自己受理的申请，请由另一人决定"))
    if isinstance(by, User) and by.pk == application.colleague_id:
        raise NotAllowed(_("不能批准自己的申请，请由另一人决定"))


def check_can_withdraw_application(by: Actor, application: FootageApplication) -> None:
    """The applicant does not want it any more; whoever they tell notes it."""
    if not isinstance(by, User) or not has_permission(
        by, Permission.FOOTAGE_APPROVE, site=application.site
    ):
        check_can_take_in(by, application.site)


def check_can_attach_application(by: Actor, application: FootageApplication) -> None:
    """Say to which case it belongs: whoever takes in or decides, as with taking it back."""
    check_can_withdraw_application(by, application)


def check_can_show_footage(by: Actor, application: FootageApplication) -> None:
    """Sit beside the applicant, who looks at our screen under our name."""
    check_permission(by, Permission.EVIDENCE_OPEN, site=application.site)


def check_can_see_register(by: Actor, site: Site) -> None:
    """The register of all looks at a site's footage."""
    check_permission(by, Permission.FOOTAGE_APPROVE, site=site)

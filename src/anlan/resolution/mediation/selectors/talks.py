"""Talks of a case or of a mediator, with what each reader may see of them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import staff_of
from anlan.base.errors import NotFound
from anlan.cases.enums import Role, Side
from anlan.cases.models import Case, Party
from anlan.cases.selectors import case_for
from anlan.cases.selectors.guardians import stands_for
from anlan.evidence.enums import Source
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors.exhibits import kept_of
from anlan.resolution.mediation import permissions
from anlan.resolution.mediation.enums import ProposalState
from anlan.resolution.mediation.models import (
    Acceptance,
    Body,
    Confirmation,
    Consent,
    Duty,
    Forgiveness,
    Mandate,
    Mediator,
    OfficeApproval,
    Proposal,
    Session,
    SessionNote,
    Talks,
    Term,
)

_SEEN_WITH = (
    *("case__site__organisation", "host", "body", "mediator__user", "deed"),
    *("victim__person", "victim__user", "aggressor__person", "aggressor__user"),
    *("task", "police_task"),
)


def talks_of(case: Case) -> QuerySet[Talks]:
    """The newest first."""
    return (
        Talks.objects.filter(case=case).select_related(*_SEEN_WITH).order_by("-number")
    )


def talks_for(reader: User, uid: UUID) -> Talks:
    """
    Raises:
        NotFound: unknown, or neither of a case of the reader's nor theirs to mediate.
        NotAllowed: the case is theirs to see, its talks are not.
    """
    found = Talks.objects.select_related(*_SEEN_WITH).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有找到"))
    if permissions.is_mediator(reader, found):
        return found
    case = case_for(reader, found.case.number)
    if case.pk != found.case_id:
        raise NotFound(_("没有找到"))
    permissions.check_can_see_talks(reader, found)
    return found


def talks_to_mediate(reader: User) -> QuerySet[Talks]:
    """Theirs as a mediator, the newest first."""
    return (
        Talks.objects.filter(mediator__user=reader, mediator__ended_at=None)
        .select_related(*_SEEN_WITH)
        .order_by("-begun_at")
    )


def parties_on(case: Case, side: Side) -> list[Party]:
    """Of one side, who is there and known."""
    rows = case.parties.filter(removed_at=None, roles__role=side.value)
    return [
        party
        for party in rows.select_related("person", "user").order_by("pk")
        if party.is_identified
    ]


def consents_of(talks: Talks) -> dict[Side, Consent | None]:
    """The newest of each side, withdrawn ones too."""
    rows = talks.consents.select_related("taken_by", "exhibit").order_by("pk")
    found: dict[Side, Consent | None] = dict.fromkeys(Side)
    found.update({Side(row.side): row for row in rows})
    return found


def proposals_of(talks: Talks) -> list[Proposal]:
    """The newest first, with their terms and who accepted."""
    rows = list(
        talks.proposals.select_related(
            "written_by", "compensation", "office_approval__approved_by"
        )
        .prefetch_related(
            Prefetch("terms", Term.objects.order_by("position")),
            Prefetch("acceptances", Acceptance.objects.order_by("pk")),
        )
        .order_by("-number")
    )
    for row in rows:
        row.talks = talks
    return rows


def approval_of(proposal: Proposal) -> OfficeApproval | None:
    """Who stands for what the office promises in it; of ``proposals_of`` without a query."""
    found: OfficeApproval | None = getattr(proposal, "office_approval", None)
    return found


def guardians_for(talks: Talks, side: Side, reader: User) -> list[Party]:
    """Who may be chosen as the guardian of a side: nobody who acted for the other one.

    Whoever mediates from outside sees whom the consent of the side names, and no other.
    """
    parties = talks.case.parties.filter(removed_at=None, roles__role=Role.GUARDIAN)
    rows = parties.select_related("person", "user").order_by("pk")
    if has_permission(reader, Permission.CASE_SEE, site=talks.case.site):
        given = (
            Consent.objects.filter(talks__case=talks.case, side=side.other),
            Acceptance.objects.filter(
                proposal__talks__case=talks.case, side=side.other
            ),
        )
        theirs = {talks.party_of(side.other).pk}
        for found in given:
            theirs.update(
                found.exclude(giver_party=None).values_list("giver_party", flat=True)
            )
        rows = rows.exclude(pk__in=theirs)
    else:
        own = talks.consents.filter(side=side, withdrawn_at=None)
        rows = rows.filter(pk__in=own.exclude(giver_party=None).values("giver_party"))
    own_party = talks.party_of(side)
    return [one for one in rows if one.is_identified and stands_for(one, own_party)]


def current_proposal(talks: Talks) -> Proposal | None:
    """What waits for an answer, or was agreed."""
    wanted = {ProposalState.OPEN, ProposalState.AGREED}
    return next((row for row in proposals_of(talks) if row.state in wanted), None)


def sessions_of(talks: Talks) -> list[Session]:
    rows = list(talks.sessions.prefetch_related("readers").order_by("-number"))
    for row in rows:
        row.talks = talks
    return rows


def notes_for(reader: User, session: Session) -> list[SessionNote]:
    """What was said, for those who may read it; for all others there is nothing."""
    if not permissions.can_read_notes(reader, session):
        return []
    return list(session.notes.select_related("by").order_by("pk"))


def mandates_of(talks: Talks) -> list[Mandate]:
    """Who mediated, the newest first."""
    rows = talks.mandates.select_related("mediator", "begun_by", "ended_by")
    return list(rows.order_by("-pk"))


def mediator_for(reader: User, uid: UUID, *, also_gone: bool = False) -> Mediator:
    rows = Mediator.objects.filter(body__organisation=reader.organisation_id)
    if not also_gone:
        rows = rows.filter(ended_at=None)
    found = rows.select_related("body__organisation", "user").filter(uid=uid).first()
    if found is None:
        raise NotFound(_("名册里没有这位调解员"))
    return found


def duties_of(talks: Talks) -> list[Duty]:
    found = talks.duties.select_related("term", "exhibit", "ended_by", "task")
    rows = list(found.order_by("term__position"))
    for row in rows:
        row.talks = talks
    return rows


def is_led_from_outside(session: Session) -> bool:
    """Whether whoever mediated when it began has no account to write with."""
    if session.begun_at is None:
        return False
    mandates = session.talks.mandates.filter(begun_at__lte=session.begun_at)
    mandate = mandates.select_related("mediator").order_by("begun_at", "pk").last()
    return mandate is not None and mandate.mediator.user_id is None


def lacks_writer(session: Session) -> bool:
    """Whether somebody has yet to be named who writes for the mediator."""
    return (
        is_led_from_outside(session)
        and not session.notes.exists()
        and not any(
            permissions.can_read_notes(one, session) for one in session.readers.all()
        )
    )


def possible_readers(talks: Talks, *, besides: User) -> list[User]:
    """Who may be named to read the notes: colleagues who see the talks anyway."""
    found = [
        one
        for one in staff_of(talks.case.site)
        if permissions.can_see_case_talks(one, talks.case)
    ]
    return [one for one in found if one != besides]


def confirmation_for(talks: Talks) -> Confirmation | None:
    """None where no court confirms these talks, or nothing is in force."""
    row = Confirmation.objects.select_related("exhibit").filter(talks=talks).first()
    if row is not None:
        row.talks = talks
    return row


def confirmation_of(talks: Talks) -> Confirmation:
    """
    Raises:
        NotFound: no court confirms these talks, or nothing is in force.
    """
    row = confirmation_for(talks)
    if row is None:
        raise NotFound(_("没有找到"))
    return row


def forgiveness_for(talks: Talks) -> Forgiveness | None:
    """What the victim asked to have written, if they did."""
    return Forgiveness.objects.select_related("exhibit").filter(talks=talks).first()


def session_for(reader: User, uid: UUID) -> Session:
    found = Session.objects.filter(uid=uid).select_related("talks").first()
    if found is None:
        raise NotFound(_("没有找到"))
    found.talks = talks_for(reader, found.talks.uid)
    return found


def proposal_for(reader: User, uid: UUID) -> Proposal:
    found = Proposal.objects.filter(uid=uid).select_related("talks").first()
    if found is None:
        raise NotFound(_("没有找到"))
    talks = talks_for(reader, found.talks.uid)
    return next(row for row in proposals_of(talks) if row.pk == found.pk)


def duty_for(reader: User, uid: UUID) -> Duty:
    rows = Duty.objects.select_related("talks", "term", "task", "exhibit")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有找到"))
    found.talks = talks_for(reader, found.talks.uid)
    return found


def bodies_of(organisation: Organisation) -> QuerySet[Body]:
    return (
        Body.objects.filter(organisation=organisation, ended_at=None)
        .prefetch_related(
            Prefetch(
                "mediators",
                Mediator.objects.filter(ended_at=None)
                .select_related("user")
                .order_by("pk"),
            )
        )
        .order_by("kind", "name")
    )


def body_for(reader: User, uid: UUID) -> Body:
    found = bodies_of(reader.organisation).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("名册里没有这个组织"))
    return found


def outside_mediators(organisation: Organisation) -> list[User]:
    """Accounts that are a mediator's and nothing else."""
    users = User.objects.filter(organisation=organisation, is_active=True)
    held = users.filter(memberships__role_key=permissions.MEDIATES).distinct()
    return [one for one in held.order_by("pk") if permissions.is_outside(one)]


def papers_of(case: Case, reader: User) -> list[Exhibit]:
    """What can prove a consent or a payment: files that came in, not what we made.

    Nothing for whoever mediates from outside: the list of evidence is not theirs.
    """
    if not has_permission(reader, Permission.CASE_SEE, site=case.site):
        return []
    return list(
        kept_of(case, reader)
        .filter(blob__isnull=False)
        .exclude(source__in=[Source.NOTICE, Source.DEED])
        .order_by("-number")
    )

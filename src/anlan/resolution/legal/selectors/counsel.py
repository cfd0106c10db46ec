"""Lawyers, who acts in a case, and what the reader may know of questions and answers."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.base import crypto
from anlan.base.errors import NotFound
from anlan.base.phone import mask_phone
from anlan.cases.models import Case, Party
from anlan.cases.selectors import case_for
from anlan.investigation.independence import conflict_of
from anlan.investigation.models import Finding, Interview
from anlan.resolution.legal import permissions
from anlan.resolution.legal.enums import Client
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Lawyer,
    Opinion,
)
from anlan.resolution.models import Notice, Plan, PlanApproval

_MODEL = "legal.lawyer"


def phone_place(lawyer: Lawyer, field: str) -> crypto.Place:
    """Where the encrypted telephone of a lawyer belongs."""
    return crypto.Place(
        organisation=lawyer.organisation_id, model=_MODEL, row=lawyer.uid, field=field
    )


crypto.add_column(
    crypto.Column(
        model=Lawyer, field="phone", place=partial(phone_place, field="phone")
    )
)


def phone_of(lawyer: Lawyer) -> str:
    """In full; whoever shows it puts that on the record."""
    if lawyer.phone is None:
        return ""
    return crypto.decrypt(bytes(lawyer.phone), phone_place(lawyer, "phone"))


def masked_phone(lawyer: Lawyer) -> str:
    number = phone_of(lawyer)
    return mask_phone(number) if number else ""


def lawyers_of(organisation: Organisation) -> QuerySet[Lawyer]:
    return (
        Lawyer.objects.filter(organisation=organisation)
        .select_related("user")
        .order_by("retired_at", "kind", "name", "pk")
    )


def lawyer_for(reader: User, uid: UUID) -> Lawyer:
    """
    Raises:
        NotFound: unknown, or of another company.
        NotAllowed: the register is not theirs to see.
    """
    permissions.check_can_see_lawyers(reader, reader.organisation)
    found = lawyers_of(reader.organisation).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("名册里没有这位律师"))
    return found


def linked_cases(case: Case) -> QuerySet[Case]:
    """The case with all that were joined to it, or it to."""
    root = case.joined_into_id or case.pk
    return Case.objects.filter(Q(pk=root) | Q(joined_into=root) | Q(pk=case.pk))


def conflict_of_lawyer(lawyer: Lawyer, case: Case, client: Client) -> str:
    """Why this lawyer may not act for this client here, as a sentence; empty if they may."""
    one_case = linked_cases(case)
    if lawyer.user is not None:
        independent = conflict_of(lawyer.user, case)
        if independent:
            return independent
        worked = _worked_on(lawyer.user, one_case)
        if worked:
            return worked
    if lawyer.phone_index is not None:
        same = Party.objects.filter(
            case__in=one_case,
            removed_at=None,
            person__phone_index=bytes(lawyer.phone_index),
        )
        if same.exists():
            return _("这位律师的电话与本案当事人相同，可能是当事人本人或者亲属")
    colleagues = Q(lawyer=lawyer)
    if lawyer.firm:
        colleagues |= Q(lawyer__firm=lawyer.firm)
    other = (
        Engagement.objects.filter(colleagues, case__in=one_case)
        .exclude(client=client)
        .select_related("case")
        .first()
    )
    if other is not None:
        return _(
            "这位律师或者同一律师事务所在 %(number)s 为另一方（%(client)s）代理，有利益冲突"
        ) % {"number": other.case.number, "client": other.get_client_display()}
    return ""


def _worked_on(user: User, cases: QuerySet[Case]) -> str:
    """Who found out or decided does not advise on it."""
    findings = Finding.objects.filter(case__in=cases)
    if (
        findings.filter(Q(author=user) | Q(decided_by=user)).exists()
        or Interview.objects.filter(case__in=cases, interviewer=user).exists()
    ):
        return _("%s参与过本案的调查，不能担任本案律师") % user.name
    plans = Plan.objects.filter(case__in=cases, author=user)
    approvals = PlanApproval.objects.filter(plan__case__in=cases, by=user)
    notices = Notice.objects.filter(case__in=cases)
    if (
        plans.exists()
        or approvals.exists()
        or notices.filter(Q(author=user) | Q(issued_by=user)).exists()
    ):
        return _("%s起草或者审批过本案的处理，不能担任本案律师") % user.name
    return ""


def engagements_of(case: Case) -> QuerySet[Engagement]:
    return (
        Engagement.objects.filter(case=case)
        .select_related("lawyer__user", "letter", "engaged_by")
        .order_by("number")
    )


def engagement_for(reader: User, number: str, uid: UUID) -> Engagement:
    """
    Raises:
        NotFound: unknown, or of another case.
        NotAllowed: who acts is not theirs to see.
    """
    case = case_for(reader, number)
    permissions.check_can_see_engagements(reader, case)
    found = engagements_of(case).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这项委托"))
    found.case = case
    return found


def questions_in(case: Case) -> QuerySet[CounselQuestion]:
    return (
        CounselQuestion.objects.filter(case=case)
        .select_related("engagement__lawyer__user", "asked_by", "task")
        .prefetch_related(
            Prefetch(
                "opinions",
                Opinion.objects.select_related("author").order_by("version"),
            )
        )
        .order_by("-number")
    )


def questions_of(case: Case, reader: User) -> list[CounselQuestion]:
    """Those whose answer the reader may know; to others there are none."""
    rows = list(questions_in(case))
    for row in rows:
        row.case = case
    return [row for row in rows if permissions.can_read_opinions(reader, row)]


def question_for(reader: User, number: str, uid: UUID) -> CounselQuestion:
    """
    Raises:
        NotFound: unknown, or not theirs to know of.
    """
    case = case_for(reader, number)
    found = questions_in(case).filter(uid=uid).first()
    if found is not None:
        found.case = case
    if found is None or not permissions.can_read_opinions(reader, found):
        raise NotFound(_("没有这件法律咨询，或者您无权查看"))
    return found


def given_opinions(question: CounselQuestion) -> list[Opinion]:
    """The newest first; a draft is its author's alone."""
    rows = [one for one in question.opinions.all() if one.given_at is not None]
    return rows[::-1]


def draft_of(question: CounselQuestion) -> Opinion | None:
    return question.opinions.filter(given_at=None).first()

"""What a plan offers to those who were hurt: drafted with it, approved with it, a task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import covers, has_permission, running_memberships
from anlan.accounts.roles import ROLES, Permission
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS, typed
from anlan.cases import services as cases
from anlan.cases.enums import Phase, Proof, Side, TaskState
from anlan.cases.models import Case, NamedContact, Party, Task
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.resolution import permissions
from anlan.resolution.enums import SupportKind
from anlan.resolution.events import SupportFixed
from anlan.resolution.guarding import check_text
from anlan.resolution.models import Plan, PlanSupport
from anlan.resolution.selectors.support import supported_in
from anlan.resolution.services.drafts import own_draft

MOST_SUPPORT = 20
MOST_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class Offered:
    """An offer as it was typed.

    Args:
        owner: who makes it, of the staff at the site.
        days: within how many days of the approval.
        words: what exactly, and how the person is asked first.
    """

    kind: SupportKind
    party: Party
    owner: User
    days: int
    words: str


def add_support(
    *,
    plan: Plan,
    offered: Offered,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
) -> PlanSupport:
    """Write one offer into a draft.

    Raises:
        InvalidInput: not to somebody who was hurt, by nobody who could do it, or in words
            that no plan may have.
    """
    permissions.check_can_draft_plan(by, plan.case)
    offered = _checked(offered, plan.case)
    content = {
        "support": str(plan.uid),
        "by": by.actor_key,
        "offered": sha256(repr(_columns(offered)).encode()).hex(),
    }
    with ledger.recording():
        plan = own_draft(plan, by)
        earlier = cases.made_before(
            PlanSupport.objects.select_related("plan__case__site"),
            case=plan.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        if plan.support.count() >= MOST_SUPPORT:
            raise Conflict(_("一个方案最多 %s 项支持") % MOST_SUPPORT)
        last: int | None = plan.support.aggregate(last=Max("position"))["last"]
        made = plan.support.create(position=(last or 0) + 1, **_columns(offered))
        cases.remember_made(
            made.uid, case=plan.case, request_id=request_id, content=content, at=at
        )
    return made


def remove_support(*, support: PlanSupport, by: User, at: datetime) -> None:
    """Take an offer out of a draft; those behind it move up."""
    permissions.check_can_draft_plan(by, support.plan.case)
    with ledger.recording():
        plan = own_draft(support.plan, by)
        fresh = PlanSupport.objects.filter(pk=support.pk).first()
        if fresh is None:
            raise Conflict(_("这一项已经删去，请刷新页面"))
        fresh.delete()
        behind = plan.support.filter(position__gt=fresh.position)
        for following in behind.order_by("position"):
            following.position -= 1
            following.save(update_fields=["position"])


def copy_support(earlier: Plan, plan: Plan) -> None:
    """What the version before offered, to those who are still of the case."""
    there = set(supported_in(plan.case))
    for row in earlier.support.select_related("party", "owner").order_by("position"):
        if row.words and row.party in there:
            plan.support.create(
                position=row.position,
                kind=row.kind,
                party=row.party,
                owner=row.owner,
                days=row.days,
                words=row.words,
            )


def fix_support(plan: Plan, *, by: User, at: datetime, via: str) -> None:
    """Put each offer of a version on the record when it is submitted."""
    for row in check_support(plan):
        cases.record(
            SupportFixed(
                code=plan.code,
                position=row.position,
                party=f"party:{row.party.uid}",
                owner=row.owner.actor_key,
                days=row.days,
                kind_digest=row.digest_of("kind"),
                words_digest=row.digest_of("words"),
            ),
            plan.case,
            thing=row.ref,
            by=by,
            at=at,
            via=via,
        )


def check_support(plan: Plan) -> list[PlanSupport]:
    """What a version offers, each still to somebody who was hurt, by somebody who can.

    Raises:
        InvalidInput: the person was taken off the case, or the owner left.
    """
    rows = list(plan.support.select_related("party", "owner").order_by("position"))
    for row in rows:
        _checked(
            Offered(
                kind=SupportKind(row.kind),
                party=row.party,
                owner=row.owner,
                days=row.days,
                words=row.words,
            ),
            plan.case,
        )
    return rows


def post_support(plan: Plan, *, at: datetime) -> None:
    """A task for each offer of the version that came into force."""
    if not plan.case.is_open:
        return
    for row in plan.support.select_related("owner").order_by("position"):
        row.task = cases.add_task(
            case=plan.case,
            key=f"support:{row.uid}",
            phase=Phase.TALK,
            title=_("支持受害人：方案 %(code)s 第 %(position)s 项")
            % {"code": plan.code, "position": row.position},
            advice=_("先问本人愿不愿意，不勉强；做了什么，或者本人怎样谢绝，都写明"),
            source="G26",
            role_key=_role_of(row.owner, plan.case),
            within=timedelta(days=row.days),
            binding=True,
            proof=Proof.NOTE,
            by=SYSTEM,
            at=at,
        )
        row.save(update_fields=["task"])


def drop_support(plan: Plan, *, at: datetime) -> None:
    """Another version took its place: its open tasks end, the new ones take over."""
    if not plan.case.is_open:
        return
    keys = [f"support:{uid}" for uid in plan.support.values_list("uid", flat=True)]
    for task in Task.objects.filter(case=plan.case, key__in=keys, state=TaskState.OPEN):
        task.case = plan.case
        reason = _("处理方案已被新版本取代")
        cases.skip_task(task=task, reason=reason, by=SYSTEM, at=at)


def _checked(offered: Offered, case: Case) -> Offered:
    if offered.party not in supported_in(case):
        raise InvalidInput(_("支持只给本案的受害人"), path="party")
    if not has_permission(offered.owner, Permission.TASK_DO, site=case.site):
        raise InvalidInput(_("负责人要是本项目的在岗人员"), path="owner")
    if _stands_apart(offered.owner, offered.party):
        raise InvalidInput(_("当事人、对方的联系人不能负责支持受害人"), path="owner")
    if not 1 <= offered.days <= MOST_DAYS:
        raise InvalidInput(_("期限是 1 到 %s 天") % MOST_DAYS, path="days")
    words = typed(
        offered.words,
        path="words",
        most=MOST_WORDS,
        refusal=_("请写明做什么、怎样先征得本人同意"),
    )
    check_text(words, case, path="words")
    return Offered(
        kind=offered.kind,
        party=offered.party,
        owner=offered.owner,
        days=offered.days,
        words=words,
    )


def _stands_apart(owner: User, party: Party) -> bool:
    """A party of the case themselves, or who speaks for the other side."""
    own = Party.objects.filter(case=party.case_id, user=owner, removed_at=None)
    return (
        own.exists()
        or NamedContact.objects.filter(
            case=party.case_id, user=owner, side=Side.AGGRESSOR
        ).exists()
    )


def _columns(offered: Offered) -> dict[str, object]:
    return {
        "kind": offered.kind.value,
        "party": offered.party,
        "owner": offered.owner,
        "days": offered.days,
        "words": offered.words,
    }


def _role_of(owner: User, case: Case) -> str:
    """The role in which they see the task; whoever commands may do it for them."""
    roles = [
        member.role_key
        for member in running_memberships(owner)
        if covers(member, case.site)
        and Permission.TASK_DO in ROLES[member.role_key].permissions
    ]
    return roles[0] if roles else "duty_officer"

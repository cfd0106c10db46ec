"""Whether somebody may speak and sign for a side, asked of consents and signatures alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.base.lines import typed
from anlan.cases import policies as cases_policies
from anlan.cases.act import act_day
from anlan.cases.enums import Role, Side
from anlan.cases.models import Party
from anlan.cases.selectors import full_name
from anlan.cases.selectors.guardians import (
    check_is_impartial,
    check_is_new_here,
    names_of_linked,
    relation_of,
    stands_for,
)
from anlan.evidence.models import Exhibit
from anlan.law import guardrails as law
from anlan.ledger.events import Actor
from anlan.resolution.mediation.enums import Capacity, TalksKind
from anlan.resolution.mediation.events import GuardianActs
from anlan.resolution.mediation.giver import Giver
from anlan.resolution.mediation.models import Acceptance, Talks
from anlan.resolution.mediation.selectors.standing import (
    is_minor,
)
from anlan.resolution.mediation.services.steps import (
    record,
    required,
)

MOST_GIVER = 40
MOST_RELATION = 20


def check_giver(talks: Talks, side: Side, giver: Giver, *, at: datetime) -> Giver:
    """Who acts for the side, in one normal form.

    Raises:
        InvalidInput: a minor (G20), or somebody for whom a guardian acts, has none here;
            the guardian is of the other side, or the relation is not told; an agent has no
            written authority, or may not be one (G17).
    """
    giver = _named(talks, side, giver)
    is_guardian = giver.capacity == Capacity.GUARDIAN
    law.check_guardian(
        is_minor=is_minor(talks, side, at=at),
        guardian=giver.full_name if is_guardian else "",
        act_on=act_day(talks.case),
        path="giver",
    )
    if talks.has_guardian(side) and not is_guardian:
        raise InvalidInput(
            _("已登记这一方由监护人代为办理，请由监护人同意和签字，并写明是谁"),
            path="giver",
        )
    if giver.capacity == Capacity.AGENT:
        _check_agent(talks, side, giver)
    return giver


def let_guardian_act(
    talks: Talks, side: Side, *, by: Actor, at: datetime, via: str = ""
) -> None:
    """In the transaction of whoever names a guardian: from now on the side needs one."""
    if talks.has_guardian(side):
        return
    field = f"{side.value}_has_guardian"
    setattr(talks, field, True)
    talks.save(update_fields=[field])
    record(GuardianActs(code=talks.code, side=side.value), talks, by=by, at=at, via=via)


def check_paper(talks: Talks, exhibit: Exhibit, *, path: str) -> None:
    if exhibit.case_id != talks.case_id or exhibit.blob is None or exhibit.is_deleted:
        raise InvalidInput(_("本案没有这件证据"), path=path)


def _named(talks: Talks, side: Side, giver: Giver) -> Giver:
    if giver.capacity == Capacity.SELF:
        return Giver()
    party = giver.party if giver.capacity == Capacity.GUARDIAN else None
    if party is not None:
        cases_policies.check_is_of_case(party, talks.case, path="giver_party")
        if not party.roles.filter(role=Role.GUARDIAN).exists():
            raise InvalidInput(
                _("请先在当事人里把这一位登记为监护人"), path="giver_party"
            )
        check_is_impartial(party, talks.party_of(side), path="giver_party")
        if not stands_for(party, talks.party_of(side)):
            raise InvalidInput(
                _("这一位登记为别人的监护人，请选择本人的监护人"),
                path="giver_party",
            )
        name = typed(full_name(party), path="giver_party", most=MOST_GIVER)
    else:
        name = giver.name
        if not name.strip() and giver.capacity == Capacity.GUARDIAN:
            # Whose guardian is missing is told by the rule, with its source.
            return replace(giver, name="", party=None)
        if giver.capacity == Capacity.GUARDIAN:
            _check_none_is_linked(talks.party_of(side))
        name = required(name, path="giver", most=MOST_GIVER)
    other = talks.party_of(side.other)
    if party == other or name == full_name(other):
        raise InvalidInput(
            _("对方不能代这一方同意和签字，请另找监护人或者受委托的人"), path="giver"
        )
    if _acts_for(talks, side.other, name, party):
        raise InvalidInput(
            _("这个人已经代对方同意或者签字，不能同时代双方，请另找一位"), path="giver"
        )
    if giver.capacity == Capacity.GUARDIAN:
        if party is None:
            check_is_new_here(name, talks.party_of(side), path="giver_party")
        said = relation_of(party, talks.party_of(side)) if party else ""
        relation = typed(giver.relation or said, path="relation", most=MOST_RELATION)
        if not relation:
            raise InvalidInput(_("请写明监护人与本人的关系"), path="relation")
        return Giver(Capacity.GUARDIAN, name, None, relation, party)
    return Giver(Capacity.AGENT, name, giver.authority)


def _check_none_is_linked(ward: Party) -> None:
    """Words would go round what was said of who stands for whom."""
    linked = names_of_linked(ward)
    if linked:
        raise InvalidInput(
            _("已登记本人的监护人是%s，请从当事人里选择；登记有变的，请先更正登记")
            % linked,
            path="giver_party",
            source="G20",
        )


def _acts_for(talks: Talks, side: Side, name: str, party: Party | None) -> bool:
    """Whether somebody is on record as the guardian or the agent of a side."""
    consents = talks.consents.filter(side=side, withdrawn_at=None)
    signed = Acceptance.objects.filter(proposal__talks=talks, side=side)
    is_theirs = Q(giver=name) if party is None else Q(giver=name) | Q(giver_party=party)
    return (
        consents.exclude(capacity=Capacity.SELF).filter(is_theirs).exists()
        or signed.exclude(capacity=Capacity.SELF).filter(is_theirs).exists()
    )


def _check_agent(talks: Talks, side: Side, giver: Giver) -> None:
    if talks.kind == TalksKind.POLICE and side == Side.AGGRESSOR:
        raise InvalidInput(
            _("治安调解中，违法嫌疑人不能委托他人参加"), path="capacity", source="G17"
        )
    if giver.authority is None:
        raise InvalidInput(
            _("请先把授权委托书作为证据上传，再选择它"), path="authority"
        )
    check_paper(talks, giver.authority, path="authority")

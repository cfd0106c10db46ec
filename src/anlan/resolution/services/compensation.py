"""What a victim can claim: begun, typed as a draft, computed, kept version by version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases import services as cases
from anlan.cases.enums import Role
from anlan.cases.models import Case, Party
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors import exhibits_of
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.resolution import permissions
from anlan.resolution.compensation import Claim, Outcome, reckon
from anlan.resolution.compensation.claim import faults_of
from anlan.resolution.events import (
    CompensationBegun,
    CompensationMade,
    CompensationRead,
)
from anlan.resolution.models import (
    Compensation,
    CompensationFigure,
    CompensationVersion,
    VersionExhibit,
    VersionFigure,
)
from anlan.resolution.selectors.compensation import (
    claim_of,
    known_figures,
    law_digest,
    outcome_of,
    outcome_text,
    versions_of,
)
from anlan.resolution.services.kindness import check_payments

MOST_TYPED = 300_000  # characters of a draft


def begin_compensation(
    *, case: Case, party: Party, by: User, at: datetime, via: str = ""
) -> Compensation:
    """The calculation for a victim; there is one of each, and the second call finds it.

    Raises:
        InvalidInput: no victim of this case.
    """
    permissions.check_can_make_compensation(by, case)
    if party.case_id != case.pk or party.removed_at is not None:
        raise InvalidInput(_("本案没有这位当事人"), path="party")
    if not party.roles.filter(role=Role.VICTIM).exists():
        raise InvalidInput(_("只为受害人测算赔偿"), path="party")
    with ledger.recording():
        case = cases.lock_case(case)
        there = case.compensations.filter(party=party).first()
        if there is not None:
            return there
        last: int | None = case.compensations.aggregate(last=Max("number"))["last"]
        made = Compensation.objects.create(
            case=case, number=(last or 0) + 1, party=party, begun_by=by, begun_at=at
        )
        cases.record(
            CompensationBegun(code=made.code, party=f"party:{party.uid}"),
            case,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
    return made


def save_draft(
    *,
    compensation: Compensation,
    step: str,
    typed: Mapping[str, str],
    version: int,
    by: User,
    at: datetime,
) -> Compensation:
    """Keep what was typed on one step, as it was typed; nobody relies on it.

    Args:
        version: of the draft that was looked at, lest two overwrite each other.

    Raises:
        Conflict: somebody else saved in between.
        InvalidInput: more than a draft can be.
    """
    permissions.check_can_make_compensation(by, compensation.case)
    if sum(map(len, typed.values())) > MOST_TYPED or len(typed) > 4000:
        raise InvalidInput(_("填写的内容太多"), path="draft")
    with ledger.recording():
        found = _lock(compensation)
        if found.draft_version != version:
            raise Conflict(_("别人刚保存过这份草稿，请重新打开页面"))
        found.draft = {**found.draft, step: dict(typed)}
        found.draft_version += 1
        found.drafted_at, found.drafted_by = at, by
        found.save(update_fields=["draft", "draft_version", "drafted_at", "drafted_by"])
    return found


def make_compensation(
    *,
    compensation: Compensation,
    claim: Claim,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> CompensationVersion:
    """Compute, and keep as the next version; the same again is the newest version still.

    Inputs, figures, law and result stay together, so that it can be followed later.

    Raises:
        InvalidInput: the claim contradicts itself, or cites what is no exhibit of the case.
    """
    permissions.check_can_make_compensation(by, compensation.case)
    mental = claim.mental
    law.check_mental_damage(
        fen=mental.fen if mental else 0,
        is_weighed=mental is not None and mental.is_weighed,
        act_on=local_day(at),
    )
    check_payments(claim.payments, on=local_day(at))
    for path, sentence in faults_of(claim):
        raise InvalidInput(sentence, path=path)
    exhibits = _exhibits(claim, compensation.case, by)
    content = {
        "compensation": str(compensation.uid),
        "by": by.actor_key,
        "claim": sha256(claim.model_dump_json().encode()).hex(),
    }
    with ledger.recording():
        found = _lock(compensation)
        earlier = cases.made_before(
            CompensationVersion.objects.select_related("compensation__case__site"),
            case=found.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        figures = known_figures(found.case.organisation, on=claim.reckoned_on)
        said = _said(claim, reckon(claim, figures))
        version = found.versions.order_by("-number").first()
        if version is None or any(
            getattr(version, name) != it for name, it in said.items()
        ):
            number = version.number + 1 if version else 1
            version = found.versions.create(
                number=number, made_by=by, made_at=at, **said
            )
            _cite(version, exhibits)
            _record(version, by=by, at=at, via=via)
        found.draft = {}
        found.save(update_fields=["draft"])
        cases.remember_made(
            version.uid, case=found.case, request_id=request_id, content=content, at=at
        )
    return version


def reckon_again(
    *, compensation: Compensation, by: User, at: datetime, via: str = ""
) -> CompensationVersion:
    """The newest claim with the figures and the law of now.

    Raises:
        Conflict: nothing was computed yet.
    """
    newest = versions_of(compensation).first()
    if newest is None:
        raise Conflict(_("还没有测算结果"))
    return make_compensation(
        compensation=compensation, claim=claim_of(newest), by=by, at=at, via=via
    )


def show_compensation(*, compensation: Compensation, by: User, at: datetime) -> None:
    """Say on the record that somebody reads it."""
    permissions.check_can_see_compensation(by, compensation.case)
    with ledger.recording():
        cases.record(
            CompensationRead(code=compensation.code),
            compensation.case,
            thing=compensation.key,
            by=by,
            at=at,
        )


def _said(claim: Claim, outcome: Outcome) -> dict[str, Any]:
    """The columns by which one version is another than the one before."""
    return {
        "claim": claim.model_dump_json(),
        "outcome": outcome_text(outcome),
        "law": law_digest(),
        "is_complete": outcome.is_complete,
    }


def _cite(version: CompensationVersion, exhibits: Iterable[Exhibit]) -> None:
    """Its figures and exhibits as rows, so that neither can be thought unused."""
    lines = outcome_of(version).lines
    uids = {UUID(one.uid) for line in lines for one in line.figures}
    VersionFigure.objects.bulk_create(
        VersionFigure(version=version, figure=figure)
        for figure in CompensationFigure.objects.filter(uid__in=uids).order_by("pk")
    )
    VersionExhibit.objects.bulk_create(
        VersionExhibit(version=version, exhibit=exhibit) for exhibit in exhibits
    )


def _record(version: CompensationVersion, *, by: User, at: datetime, via: str) -> None:
    cases.record(
        CompensationMade(
            code=version.compensation.code,
            version=version.number,
            complete=int(version.is_complete),
            figures=version.figures.count(),
            exhibits=version.exhibits.count(),
            law=version.law,
            claim_digest=version.digest_of("claim"),
            outcome_digest=version.digest_of("outcome"),
        ),
        version.compensation.case,
        thing=version.key,
        by=by,
        at=at,
        via=via,
    )


def _exhibits(claim: Claim, case: Case, by: User) -> list[Exhibit]:
    """Those that it cites, in their order; what the reader may not know is not there."""
    cited = claim.exhibits
    found = list(exhibits_of(case, by).filter(uid__in=cited).order_by("number"))
    if len(found) != len(cited):
        raise InvalidInput(_("请选择本案的证据"), path="exhibit")
    return found


def _lock(compensation: Compensation) -> Compensation:
    """Under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(compensation, "party")

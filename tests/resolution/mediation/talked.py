"""Talks for the tests: two sides, bodies, consents, proposals, what is performed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from anlan.base.clock import local_day
from anlan.cases.enums import Side
from anlan.cases.models import Case, Party
from anlan.evidence.enums import AppraisedLevel
from anlan.evidence.models import MedicalPaper
from anlan.play.pictures import signature as drawing
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import (
    BodyKind,
    Proposer,
    TalksKind,
    TermBy,
    TermKind,
)
from anlan.resolution.mediation.models import Body, Mediator, Proposal, Session, Talks
from anlan.resolution.mediation.services import Draft, TermDraft
from tests.evidence.keeping import photo
from tests.evidence.told import party as victim_of
from tests.resolution.planned import aggressor as aggressor_of
from tests.resolution.planned import legal, reported
from tests.scene import Scene

ABOUT = "在停车场因停车起争执，甲方受伤，双方对医药费有争议"
FACTS = "双方因停车发生争执，乙方用伞打了甲方的手臂"
IN_DEFAULT = "一方逾期的，另一方可以按本协议向人民法院起诉"


def sides(scene: Scene, case: Case) -> tuple[Party, Party]:
    """The two parties; the same again for the same case."""
    there = {side: case.parties.filter(roles__role=side.value).first() for side in Side}
    victim = there[Side.VICTIM] or victim_of(scene, case)
    return victim, there[Side.AGGRESSOR] or aggressor_of(scene, case)


def body(scene: Scene, **more: Any) -> Body:
    said: dict[str, Any] = {
        "kind": BodyKind.COMMITTEE,
        "name": "云栖社区人民调解委员会",
        "area": "云栖社区",
        "contact": "0571-0000 0000",
        "verified_on": local_day(scene.at),
        "verified_how": "查看司法所备案名单",
        "by": legal(scene),
        "at": scene.at,
        **more,
    }
    return mediation.write_body(organisation=scene.organisation, **said)


def mediator(scene: Scene, of: Body, *, has_account: bool = True) -> Mediator:
    return mediation.enter_mediator(
        body=of,
        name="方正",
        user=scene.person("fangzheng") if has_account else None,
        by=legal(scene),
        at=scene.at,
    )


def begun(
    scene: Scene,
    case: Case,
    kind: TalksKind = TalksKind.NEGOTIATION,
    **more: Any,
) -> Talks:
    """By the duty officer, after the police were called."""
    reported(scene, case)
    victim, aggressor = sides(scene, case)
    said: dict[str, Any] = {
        "victim": victim,
        "aggressor": aggressor,
        "about": ABOUT,
        "by": scene.officer,
        "at": scene.at,
        **more,
    }
    if kind.is_mediation and "body" not in said:
        said["body"] = body(scene)
    return mediation.begin_talks(case=case, kind=kind, **said)


def invited(scene: Scene, case: Case, *, has_account: bool = True) -> Talks:
    """People's mediation that the committee took, with its mediator."""
    committee = body(scene)
    talks = begun(scene, case, TalksKind.PEOPLES, body=committee)
    return mediation.record_answer(
        talks=talks,
        accepts=True,
        mediator=mediator(scene, committee, has_account=has_account),
        is_unrelated=True,
        by=scene.officer,
        at=scene.at,
    )


def consented(
    scene: Scene, talks: Talks, only: Collection[Side] = tuple(Side), **more: Any
) -> Talks:
    """Signed on the screen, each with a drawing of their own."""
    for place, side in enumerate(only):
        said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
        said.setdefault("signature", [drawing(10 + 7 * place + talks.pk % 5)])
        mediation.consent_on_screen(talks=talks, side=side, **said)
    talks.refresh_from_db()
    return talks


def term(scene: Scene, **more: Any) -> TermDraft:
    said: dict[str, Any] = {
        "kind": TermKind.PAYMENT,
        "by": TermBy.AGGRESSOR,
        "fen": 300_000,
        "manner": "转账到甲方指定的账户",
        "due_on": local_day(scene.at) + timedelta(days=10),
        **more,
    }
    return TermDraft(**said)


def apology(scene: Scene, **more: Any) -> TermDraft:
    said: dict[str, Any] = {
        "kind": TermKind.APOLOGY,
        "by": TermBy.AGGRESSOR,
        "fen": None,
        "words": "向甲方道歉",
        "manner": "当面",
        **more,
    }
    return term(scene, **said)


def draft(scene: Scene, *terms: TermDraft, **more: Any) -> Draft:
    said: dict[str, Any] = {
        "facts": FACTS,
        "in_default": IN_DEFAULT,
        "terms": terms or (term(scene), apology(scene)),
        **more,
    }
    return Draft(**said)


def proposed(scene: Scene, talks: Talks, *terms: TermDraft, **more: Any) -> Proposal:
    of_talks = talks.kind == TalksKind.NEGOTIATION
    said: dict[str, Any] = {
        "proposer": Proposer.OFFICE if of_talks else Proposer.MEDIATOR,
        "draft": draft(scene, *terms),
        "latest": talks.proposals.count(),
        "by": leader(scene, talks),
        "at": scene.at,
        **more,
    }
    made = mediation.propose(talks=talks, **said)
    made.talks.refresh_from_db()
    return made


def accepted(
    scene: Scene, proposal: Proposal, only: Collection[Side] = tuple(Side), **more: Any
) -> Proposal:
    for place, side in enumerate(only):
        said: dict[str, Any] = {
            "by": leader(scene, proposal.talks),
            "at": scene.at,
            **more,
        }
        said.setdefault("signature", [drawing(60 + 9 * place + proposal.pk % 5)])
        proposal = mediation.accept_proposal(proposal=proposal, side=side, **said)
    return proposal


def settled(scene: Scene, case: Case, *terms: TermDraft, **more: Any) -> Talks:
    """A negotiation that both signed: it is being performed."""
    talks = consented(scene, begun(scene, case))
    accepted(scene, proposed(scene, talks, *terms, **more))
    talks.refresh_from_db()
    return talks


def appraised(scene: Scene, case: Case, level: AppraisedLevel) -> MedicalPaper:
    """The police had the injury of the victim appraised."""
    victim, _aggressor = sides(scene, case)
    return MedicalPaper.objects.create(
        party=victim,
        kind=MedicalPaper.Kind.APPRAISAL,
        exhibit=photo(scene, case),
        level=level,
        added_at=scene.at,
    )


def planned(scene: Scene, talks: Talks, **more: Any) -> Session:
    said: dict[str, Any] = {
        "planned": scene.at + timedelta(hours=2),
        "place": "社区调解室",
        "by": leader(scene, talks),
        "at": scene.at,
        **more,
    }
    return mediation.plan_session(talks=talks, **said)


def leader(scene: Scene, talks: Talks) -> Any:
    chosen = talks.mediator
    return chosen.user if chosen and chosen.user else scene.officer


def later(scene: Scene, days: int) -> date:
    return local_day(scene.at) + timedelta(days=days)

"""Injuries as those see them who need it; for all others there are none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission, sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.cases.models import Case, Party
from anlan.cases.selectors import case_for, cases_for, shown_name
from anlan.cases.wall import behind_the_wall
from anlan.evidence.bodymap import SIDES, Shape
from anlan.evidence.enums import Round
from anlan.evidence.models import Injury, InjuryPhoto, InjuryRefusal, MedicalPaper


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A part of the figure, and how many injuries are on it."""

    shape: Shape
    count: int


@dataclass(frozen=True, kw_only=True)
class RoundSeen:
    """A round of photographs of one injury: what is there, or when it is due."""

    round: Round
    photos: tuple[InjuryPhoto, ...]
    due_at: datetime
    refusal: InjuryRefusal | None


@dataclass(frozen=True, kw_only=True)
class InjurySeen:
    injury: Injury
    rounds: tuple[RoundSeen, ...]


@dataclass(frozen=True, kw_only=True)
class Injured:
    """Somebody who was hurt: the figure, the injuries, the papers."""

    party: Party
    name: str
    front: tuple[Mark, ...]
    back: tuple[Mark, ...]
    injuries: tuple[InjurySeen, ...]
    papers: tuple[MedicalPaper, ...]


def injuries_for(reader: User) -> QuerySet[Injury]:
    """Those the reader needs, and those they wrote down; as ``can_see_injury`` says."""
    reads = Q(case__site__in=sites_where(reader, Permission.INJURY_READ))
    reads &= ~Q(party__in=behind_the_wall(reader))
    records = Q(case__site__in=sites_where(reader, Permission.INJURY_RECORD))
    return Injury.objects.filter(
        reads | records & Q(recorded_by=reader), case__in=cases_for(reader)
    )


def injuries_of(case: Case, reader: User) -> QuerySet[Injury]:
    """Those of a case in the order in which they were written down."""
    photos = InjuryPhoto.objects.select_related("exhibit").order_by("pk")
    return (
        injuries_for(reader)
        .filter(case=case)
        .select_related(
            "case__site", "party__person", "party__user", "recorded_by", "withdrawn_by"
        )
        .prefetch_related(Prefetch("photos", photos))
        .order_by("number")
    )


def injury_for(user: User, number: str, uid: UUID) -> Injury:
    """One injury of a case.

    Raises:
        NotFound: unknown, of another case, or not the reader's; all answer alike.
    """
    found = injuries_of(case_for(user, number), user).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这处伤情，或者您无权查看"))
    return found


def papers_of(case: Case, reader: User) -> QuerySet[MedicalPaper]:
    """Only for those who read injuries, and whoever brought them."""
    papers = MedicalPaper.objects.filter(party__case=case).exclude(
        party__in=behind_the_wall(reader)
    )
    if not has_permission(reader, Permission.INJURY_READ, site=case.site):
        papers = papers.filter(exhibit__received_from=reader.actor_key)
    return papers.select_related(
        "exhibit__blob", "party__person", "party__user"
    ).order_by("pk")


def injured_in(case: Case, reader: User) -> list[Injured]:
    """Everybody of the case who was hurt, as far as the reader may know it."""
    by_party: dict[Party, list[Injury]] = defaultdict(list)
    for injury in injuries_of(case, reader):
        by_party[injury.party].append(injury)
    papers: dict[Party, list[MedicalPaper]] = defaultdict(list)
    for paper in papers_of(case, reader):
        papers[paper.party].append(paper)
    refusals = {
        (one.party_id, one.round): one
        for one in InjuryRefusal.objects.filter(party__case=case)
    }
    return [
        _injured(party, by_party.get(party, []), papers.get(party, []), refusals)
        for party in dict.fromkeys([*by_party, *papers])
    ]


def _injured(
    party: Party,
    injuries: Sequence[Injury],
    papers: Sequence[MedicalPaper],
    refusals: dict[tuple[int, str], InjuryRefusal],
) -> Injured:
    counted = Counter(one.region for one in injuries if one.withdrawn_at is None)
    return Injured(
        party=party,
        name=shown_name(party),
        front=_marks("front", counted),
        back=_marks("back", counted),
        injuries=tuple(
            InjurySeen(injury=one, rounds=_rounds(one, refusals)) for one in injuries
        ),
        papers=tuple(papers),
    )


def _marks(side: str, counted: Counter[str]) -> tuple[Mark, ...]:
    shapes = SIDES["front" if side == "front" else "back"]
    return tuple(Mark(shape=shape, count=counted[shape.region]) for shape in shapes)


def blank_figure() -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Front and back of somebody of whom nothing is written down yet."""
    nothing: Counter[str] = Counter()
    return _marks("front", nothing), _marks("back", nothing)


def _rounds(
    injury: Injury, refusals: dict[tuple[int, str], InjuryRefusal]
) -> tuple[RoundSeen, ...]:
    photos = list(injury.photos.all())
    return tuple(
        RoundSeen(
            round=each,
            photos=tuple(photo for photo in photos if photo.round == each),
            due_at=injury.seen_at + each.after,
            refusal=refusals.get((injury.party_id, each)),
        )
        for each in Round
    )

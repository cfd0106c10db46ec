"""All items, and who owes what of the sum."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.resolution.compensation.basis import basis
from anlan.resolution.compensation.claim import Claim
from anlan.resolution.compensation.figures import Figures
from anlan.resolution.compensation.items import FORMULAS
from anlan.resolution.compensation.lines import Draft, Line, Note
from anlan.resolution.compensation.rounding import WHOLE, half_up, share
from anlan.resolution.enums import Forum, Item, LineState, PaymentKind

# What a criminal court does not award beside the punishment (Criminal Procedure Law 101; its
# interpretation 175, 192): what is agreed on freely is not bound by it.
NOT_AWARDED = (Item.DISABILITY, Item.DEATH, Item.DEPENDANT, Item.MENTAL)
# Not named there, but of a kind with what is: "and other reasonable cost".
_OF_A_KIND = (Item.HOSPITAL_MEAL, Item.LODGING, Item.NUTRITION)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The lines and the sums, all in whole fen.

    ``owed_fen`` is the sum without the victim's own share, ``due_fen`` what of it is not
    paid yet. ``manager_cap_fen`` is what the manager can owe at most, ``manager_due_fen``
    what of that is open now. ``kindness_fen`` stands apart and is deducted from nothing.
    """

    lines: tuple[Line, ...]
    total_fen: int
    owed_fen: int
    paid_fen: int
    due_fen: int
    overpaid_fen: int
    manager_cap_fen: int
    manager_due_fen: int
    kindness_fen: int

    @property
    def is_complete(self) -> bool:
        return all(line.state != LineState.MISSING for line in self.lines)


def reckon(claim: Claim, figures: Figures) -> Outcome:
    """Every item that is claimed. Rounded per item, then once more after the share."""
    lines = tuple(
        line for item in Item if (line := _line(item, claim, figures)) is not None
    )
    total = sum(line.counted_fen for line in lines)
    owed = half_up(total * share(WHOLE - claim.victim_fault))
    advanced = _sum(claim, PaymentKind.ADVANCE)
    paid = advanced + _sum(claim, PaymentKind.AGGRESSOR, PaymentKind.OTHER)
    due = max(owed - paid, 0)
    cap = half_up(owed * share(claim.manager_fault))
    return Outcome(
        lines=lines,
        total_fen=total,
        owed_fen=owed,
        paid_fen=paid,
        due_fen=due,
        overpaid_fen=max(paid - owed, 0),
        manager_cap_fen=cap,
        manager_due_fen=min(max(cap - advanced, 0), due),
        kindness_fen=_sum(claim, PaymentKind.KINDNESS),
    )


def _line(item: Item, claim: Claim, figures: Figures) -> Line | None:
    draft = Draft(item=item)
    exact = FORMULAS[item](claim, figures, draft)
    if exact is None:
        return None
    sources = [basis().items[item], *draft.sources]
    state = LineState.MISSING if draft.wanted else LineState.COUNTED
    if claim.forum == Forum.CRIMINAL_INCIDENTAL and item in NOT_AWARDED:
        state = LineState.LEFT_OUT
        draft.note(Note.NOT_AWARDED)
        sources += basis().criminal
    elif claim.forum == Forum.CRIMINAL_INCIDENTAL and item in _OF_A_KIND:
        draft.note(Note.INCLUDED_BY_AND_SO_ON)
        sources.append(basis().of_a_kind)
    return Line(
        item=item,
        state=state,
        fen=0 if draft.wanted else half_up(exact),
        steps=tuple(draft.steps),
        figures=tuple(draft.figures),
        wanted=tuple(draft.wanted),
        sources=tuple(dict.fromkeys(sources)),
        notes=tuple(draft.notes),
    )


def _sum(claim: Claim, *kinds: PaymentKind) -> int:
    return sum(one.fen for one in claim.payments if one.kind in kinds)

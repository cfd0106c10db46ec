"""Who sees footage, and who is handed it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput, NotAllowed
from anlan.law.guardrails.registry import enforces, in_force


@enforces("G10")
def check_footage_look(
    *, is_registered: bool, act_on: date, sentence: str = ""
) -> None:
    """Refuse to show or copy footage where nobody has said why, and for whom.

    Args:
        sentence: what the reader is told to do, if it is not to say why they look.
    """
    rule = in_force("G10", act_on)
    if rule and not is_registered:
        raise NotAllowed(sentence or rule.refusal_words, source=rule.id)


@enforces("G11")
def check_footage_copy(
    *, is_authority: bool, unmasked: Collection[str], act_on: date
) -> None:
    """Refuse to let originals out to anybody but an authority.

    Args:
        unmasked: the codes of what would leave as it was recorded.
    """
    rule = in_force("G11", act_on)
    if rule and unmasked and not is_authority:
        raise InvalidInput(rule.refusal_words, path="masking", source=rule.id)


@enforces("G13")
def check_authority_request(
    *,
    is_authority: bool,
    papers: Collection[str],
    beyond: Collection[str],
    act_on: date,
) -> None:
    """Refuse an authority without its papers, and everybody what was not approved.

    Args:
        papers: unit, kind and number of the document, officers: one that is empty is
            missing.
        beyond: the codes of what is outside of the approved scope.
    """
    rule = in_force("G13", act_on)
    if rule is None:
        return
    if is_authority and not all(paper.strip() for paper in papers):
        raise InvalidInput(rule.refusal_words, path="document_number", source=rule.id)
    if beyond:
        raise InvalidInput(
            _("超出批准的范围：%s") % " ".join(beyond), path="exhibits", source=rule.id
        )

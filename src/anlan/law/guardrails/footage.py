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


def check_statements_for_police(
    *, unapproved: Collection[str], act_on: date, sentence: str = ""
) -> None:
    """Refuse to let words that people gave go to the police on the packer's word alone.

    Nor to another organ that asks.

    Args:
        unapproved: the codes of statements that nobody but the packer agreed to.
        sentence: what the reader is told to do, if it is not how the police get them.
    """
    rule = in_force("G13", act_on)
    if rule and unapproved:
        raise InvalidInput(
            sentence
            or _(
                "情况说明 %s 交公安机关，须先由制作人以外的人批准：公安机关调取的，"
                "先受理写明调取情况说明的申请，批准后按申请制作；本单位报案的，"
                "先列入“报案”的材料清单，由另一人批准清单"
            )
            % " ".join(unapproved),
            path="exhibits",
            source=rule.id,
        )

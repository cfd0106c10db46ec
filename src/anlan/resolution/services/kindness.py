"""A humanitarian payment: words that counsel approved, and never a debt (G34)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from anlan.accounts.models import Organisation, User
from anlan.accounts.services.record import record_at_head
from anlan.base.clock import local_day
from anlan.base.lines import MOST_WORDS, typed
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.resolution import permissions
from anlan.resolution.compensation.claim import Payment
from anlan.resolution.enums import PaymentKind
from anlan.resolution.events import KindnessWordsApproved
from anlan.resolution.models import KindnessWords
from anlan.resolution.selectors.kindness import kindness_words


def approve_kindness_words(
    *, organisation: Organisation, words: str, by: User, at: datetime, via: str = ""
) -> KindnessWords:
    """Legal counsel sets the words; the same again changes nothing.

    Raises:
        InvalidInput: they do not say that the payment admits nothing, or say that it does.
    """
    permissions.check_can_approve_kindness(by, organisation)
    words = typed(words, path="words", most=MOST_WORDS)
    law.check_kindness_words(text=words, act_on=local_day(at))
    with ledger.recording():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        newest = kindness_words(organisation)
        if newest is not None and newest.words == words:
            return newest
        approved = KindnessWords.objects.create(
            organisation=organisation,
            version=newest.version + 1 if newest else 1,
            words=words,
            approved_by=by,
            approved_at=at,
        )
        record_at_head(
            KindnessWordsApproved(
                version=approved.version, words_digest=approved.digest_of("words")
            ),
            organisation,
            thing=approved.ref,
            by=by,
            at=at,
            via=via,
        )
    return approved


def check_payments(payments: Iterable[Payment], *, on: date) -> None:
    """Refuse a kindness that is worded as a debt, and a debt that is called a kindness.

    Raises:
        InvalidInput: with G34.
    """
    for payment in payments:
        law.check_kindness(
            text=payment.words,
            is_kindness=payment.kind == PaymentKind.KINDNESS,
            is_ours=payment.kind in (PaymentKind.KINDNESS, PaymentKind.ADVANCE),
            act_on=on,
            path="payments",
        )

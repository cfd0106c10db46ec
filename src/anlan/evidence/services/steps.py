"""One step of the custody of a thing: under the lock of its case, once, on the record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.errors import InvalidInput
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.evidence import policies
from anlan.evidence.enums import StepKind
from anlan.evidence.events import CustodyStepped
from anlan.evidence.models import CustodyStep, Exhibit, PhysicalItem
from anlan.evidence.selectors.holds import holds_over, holds_standing
from anlan.evidence.selectors.retention import Item, with_hosts
from anlan.evidence.services.receiving import take_blob
from anlan.evidence.services.signing import Signatures
from anlan.ledger import services as ledger

# It stands in the facts of the record, so it can be no sentence and no name.
_SEAL = re.compile(r"[A-Z0-9][A-Z0-9./#-]{0,39}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who does something to which thing, when, and by which request."""

    exhibit: Exhibit
    by: User
    at: datetime
    request_id: UUID | None
    via: str


def check_is_not_held(exhibit: Exhibit) -> None:
    """Not by a hold of its case, nor by one of all of the case into which it was joined.

    Raises:
        Conflict: one stands (G09).
    """
    holds = holds_standing(exhibit.case)
    policies.check_is_not_held(holds_over(Item(exhibit, frozenset()), holds))


def _lock_with_hosts(case: Case) -> Case:
    """The case, locked, and its hosts too: a hold on a host counts for it."""
    keys = sorted(one.pk for one in with_hosts(case))
    return {key: cases.lock_case(key) for key in keys}[case.pk]


def take_step(
    act: Act,
    kind: StepKind,
    change: Callable[[PhysicalItem, CustodyStep], None],
    *,
    words: str = "",
    signatures: Signatures | None = None,
    **said: str,
) -> CustodyStep:
    """Do it once for each request: what ``change`` refuses is not done.

    Args:
        change: asks whether it may be, and changes the thing and what the step says.
        said: what else makes the request another one; never more than a line.

    Raises:
        Conflict: the thing is not in our hands any more, or ``change`` refuses.
    """
    content = {
        "step": kind.value,
        "exhibit": str(act.exhibit.uid),
        "by": act.by.actor_key,
        "words": sha256(words.encode()).hex(),
        **said,
        **(signatures.content if signatures else {}),
    }
    with ledger.recording():
        case = _lock_with_hosts(act.exhibit.case)
        earlier = cases.made_before(
            CustodyStep.objects.select_related("exhibit__case__site"),
            case=case,
            request_id=act.request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        item = item_of(act.exhibit, case)
        step = CustodyStep(
            exhibit=item.exhibit, kind=kind, at=act.at, by=act.by, words=words
        )
        change(item, step)
        if signatures is not None:
            step.giver_signature = take_blob(signatures.giver, at=act.at)
            step.receiver_signature = take_blob(signatures.receiver, at=act.at)
        save_item(item)
        item.exhibit.save(update_fields=["state"])
        record_step(step, item, case, by=act.by, at=act.at, via=act.via)
        cases.remember_made(
            step.uid, case=case, request_id=act.request_id, content=content, at=act.at
        )
    return step


def item_of(exhibit: Exhibit, case: Case) -> PhysicalItem:
    """The thing as it is now; call it under the lock of its case.

    Raises:
        Conflict: it is a file.
    """
    policies.check_is_object(exhibit)
    item = PhysicalItem.objects.select_related("exhibit", "holder", "holder_party").get(
        exhibit=exhibit
    )
    item.exhibit.case = case
    return item


def save_item(item: PhysicalItem) -> None:
    """Write where the thing is now.

    Raises:
        InvalidInput: another thing in our hands has the number of the seal.
    """
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError as error:
        raise InvalidInput(
            _("封条号 %s 已经用在另一件保管中的实物上") % item.seal_number,
            path="seal_number",
        ) from error


def record_step(
    step: CustodyStep,
    item: PhysicalItem,
    case: Case,
    *,
    by: User,
    at: datetime,
    via: str,
    giver: User | Party | None = None,
) -> None:
    """Keep the step with seal and place as they are after it, and put it on the record.

    Args:
        giver: who gave, where a column for users does not say it.
    """
    step.seal_number, step.kept_where = item.seal_number, item.kept_where
    step.save()
    receiver = step.receiver or step.receiver_party
    cases.record(
        CustodyStepped(
            code=step.exhibit.code,
            step=step.kind,
            seal_number=step.seal_number,
            seal_is_whole=(
                None if step.seal_is_whole is None else int(step.seal_is_whole)
            ),
            giver=key_of(giver or step.giver),
            receiver=key_of(receiver),
            giver_signature=(
                step.giver_signature.sha256 if step.giver_signature else None
            ),
            receiver_signature=(
                step.receiver_signature.sha256 if step.receiver_signature else None
            ),
            words_digest=step.digest_of("words"),
            where_digest=step.digest_of("kept_where"),
        ),
        case,
        thing=step.key,
        by=by,
        at=at,
        via=via,
    )


def key_of(somebody: User | Party | None) -> str | None:
    """As the record names a colleague, or a party of the case."""
    if isinstance(somebody, Party):
        return f"party:{somebody.uid}"
    return somebody.actor_key if somebody else None


def seal(text: str) -> str:
    """The number of a seal, written one way; empty where there is none."""
    number = unicodedata.normalize("NFKC", text).strip().upper()
    if number and not _SEAL.fullmatch(number):
        raise InvalidInput(
            _("封条号只用字母、数字和 - . / #，最多 40 位"), path="seal_number"
        )
    return number

"""Has signed checkpoints stamped by a third party, and keeps what it answered.

Asked after the signature, in the worker: an authority that is away delays nothing. A
stamp says when a checkpoint existed at the latest; it does not say that nobody threw an
older one away, so the exposure window does not count it.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from anlan.base.insertion import insert_if_new
from anlan.ledger import tiles
from anlan.ledger.models import Checkpoint, TimeStamp, Tree
from anlan.ledger.stamps import (
    LONGEST,
    QUERY,
    REPLY,
    Authority,
    BadStamp,
    Stamp,
    authority_of,
    checked,
    question,
)

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)  # a chain that is written to all day
AGAIN_AFTER = timedelta(minutes=5)  # a chain whose stamp could not be had
CHAINS = 5  # in one round
SECONDS = 8.0  # for an answer
MOST_PEM = 256 * 1024  # bytes
AWAY = "away"  # beside the reasons of BadStamp


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How stamps stand on one chain."""

    last: TimeStamp | None
    unstamped: int  # entries that were signed since
    problem: str  # why the last question brought none; empty if it did


def is_configured() -> bool:
    return bool(_address())


def take_stamps(*, at: datetime) -> int:
    """Have the newest checkpoint of each chain stamped whose turn it is."""
    if not is_configured():
        return 0
    taken = 0
    for checkpoint in _due(at):
        taken += stamp(checkpoint, at=at) is not None
    return taken


def stamp(checkpoint: Checkpoint, *, at: datetime) -> TimeStamp | None:
    """The stamp of a checkpoint, asked for if there is none; nothing if none is to be had.

    Never inside a transaction: another machine is asked.
    """
    known = TimeStamp.objects.filter(checkpoint=checkpoint).first()
    if known is not None or not is_configured():
        return known
    try:
        authority = authority_in_use()
        found = _asked(checkpoint.note.encode(), authority)
    except BadStamp as fault:
        _note(checkpoint, fault.reason, at=at)
        return None
    with transaction.atomic():
        insert_if_new(
            TimeStamp(
                checkpoint=checkpoint,
                token=found.token,
                certificates=authority.pem,
                signer=found.signer,
                stamped_at=found.at,
                obtained_at=at,
            )
        )
        _note(checkpoint, "", at=at)
    return TimeStamp.objects.get(checkpoint=checkpoint)


def authority_in_use() -> Authority:
    """As the file that the operator named has it.

    Raises:
        BadStamp: it cannot be read.
    """
    path = settings.TSA_CERTIFICATES
    if path is None:
        raise BadStamp("certificates")
    try:
        with path.open("rb") as file:
            return authority_of(file.read(MOST_PEM))
    except OSError as error:
        raise BadStamp("certificates") from error


def standing_of(organisation_id: int, site_id: int) -> Standing:
    """For the page of safety: two questions."""
    place = {"organisation_id": organisation_id, "site_id": site_id}
    rows = TimeStamp.objects.filter(
        checkpoint__organisation_id=organisation_id, checkpoint__site_id=site_id
    )
    last = rows.select_related("checkpoint").order_by("-checkpoint__size").first()
    tree = Tree.objects.filter(**place).first()
    signed = tree.signed_size if tree else 0
    return Standing(
        last=last,
        unstamped=max(0, signed - (last.checkpoint.size if last else 0)),
        problem=tree.stamp_problem if tree else "",
    )


def check_stamp(row: TimeStamp) -> str:
    """Why a kept stamp does not hold; empty if it does."""
    try:
        authority = authority_of(bytes(row.certificates))
        found = checked(
            bytes(row.token), row.checkpoint.note.encode(), authority=authority
        )
    except BadStamp as fault:
        return fault.reason
    if (found.at, found.signer) != (row.stamped_at, row.signer):
        return "columns"
    return "" if _is_known(authority) else "root"


def _is_known(kept: Authority) -> bool:
    """Whether the operator's file still has the roots; without a file nobody says so."""
    try:
        return set(kept.roots) <= set(authority_in_use().roots)
    except BadStamp:
        return True


def _address() -> str:
    return settings.TSA_URL.get_secret_value().strip() if settings.TSA_URL else ""


def _due(at: datetime) -> list[Checkpoint]:
    """The newest checkpoint of chains that were signed since their last stamp."""
    stamped = TimeStamp.objects.filter(
        checkpoint__organisation_id=OuterRef("organisation_id"),
        checkpoint__site_id=OuterRef("site_id"),
    ).order_by("-checkpoint__size")
    chains = (
        Tree.objects.filter(signed_size__gt=0)
        .annotate(
            stamped_size=Subquery(stamped.values("checkpoint__size")[:1]),
            obtained_at=Subquery(stamped.values("obtained_at")[:1]),
        )
        .filter(Q(stamp_tried_at=None) | Q(stamp_tried_at__lte=at - AGAIN_AFTER))
        .filter(
            Q(stamped_size=None)
            | Q(stamped_size__lt=F("signed_size"), obtained_at__lte=at - EVERY)
        )
        .order_by("stamp_tried_at", "pk")[:CHAINS]
    )
    found = [
        Checkpoint.objects.filter(
            organisation_id=tree.organisation_id,
            site_id=tree.site_id,
            size=tree.signed_size,
        ).first()
        for tree in chains
    ]
    return [one for one in found if one is not None]


def _asked(content: bytes, authority: Authority) -> Stamp:
    asked = question(content, authority=authority)
    token = _answer(asked.body)
    return checked(token, content, authority=authority, nonce=asked.nonce)


def _answer(body: bytes) -> bytes:
    """One question over HTTP; what comes is not believed yet."""
    import httpx  # noqa: PLC0415 -- 0.1 s that only who has an authority needs

    headers = {"Content-Type": QUERY, "Accept": REPLY}
    try:
        with (
            httpx.Client(timeout=SECONDS, trust_env=False) as client,
            client.stream("POST", _address(), content=body, headers=headers) as answer,
        ):
            return _body(answer, until=time.monotonic() + SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BadStamp(AWAY) from error


def _body(answer: httpx.Response, *, until: float) -> bytes:
    """The whole of it; each read alone may take ``SECONDS``, so a drip would never end."""
    if not answer.is_success:
        raise BadStamp(AWAY)
    body = bytearray()
    for block in answer.iter_raw():
        body += block
        if len(body) > LONGEST:
            raise BadStamp("unreadable")
        if time.monotonic() > until:
            raise BadStamp(AWAY)
    return bytes(body)


def _note(checkpoint: Checkpoint, problem: str, *, at: datetime) -> None:
    """At the chain, for its page; the time, so that it is not asked in every round."""
    if problem:
        log.warning("no time stamp: %s", problem)
    with transaction.atomic():
        tree = tiles.locked_tree(checkpoint.organisation_id, checkpoint.site_id)
        tree.stamp_problem, tree.stamp_tried_at = problem[:16], at
        tree.save(update_fields=["stamp_problem", "stamp_tried_at"])

"""Answering the same request once, however often a phone sends it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from anlan.base.digest import canonical_json, sha256
from anlan.base.errors import Conflict
from anlan.base.insertion import insert_if_new
from anlan.cases.models import AcceptedRequest, Case

_Row = TypeVar("_Row", bound=Model)


def made_before(
    rows: QuerySet[_Row],
    *,
    case: Case,
    request_id: UUID | None,
    content: dict[str, Any],
) -> _Row | None:
    """What this request made before; call it under the lock of ``case``.

    The lock lets a second press wait for the first one's commit.

    Raises:
        Conflict: the id was used for something else.
    """
    if request_id is None:
        return None
    answer = _earlier_answer(
        organisation_id=case.organisation_id,
        request_id=request_id,
        content={"case": str(case.uid), **content},
    )
    return None if answer is None else rows.get(uid=answer)


def remember_made(
    uid: UUID,
    *,
    case: Case,
    request_id: UUID | None,
    content: dict[str, Any],
    at: datetime,
) -> None:
    """Keep what a request made, for ``made_before``."""
    if request_id is not None:
        AcceptedRequest.objects.create(
            organisation_id=case.organisation_id,
            request_id=request_id,
            content=sha256(canonical_json({"case": str(case.uid), **content})),
            answer=uid,
            accepted_at=at,
        )


def forget_words(*, answers: Iterable[UUID]) -> None:
    """Drop what the requests said that made these; their ids stay used.

    Words that are few, as a part of the body, could be guessed by their digest.
    """
    AcceptedRequest.objects.filter(answer__in=list(answers)).update(content=b"")


def claim_request(
    *,
    organisation_id: int,
    request_id: UUID,
    content: dict[str, Any],
    answer: UUID,
    at: datetime,
) -> UUID | None:
    """Keep the answer that this request gets, or say which one it got before.

    Call it first in the transaction that makes the answer. Of two that arrive at once
    the second waits here until the first has been committed, and gives its answer.

    Args:
        answer: the uid of what is about to be made, or any until ``settle_claim``.

    Raises:
        Conflict: the id was used for something else; nothing is done.
    """
    claim = AcceptedRequest(
        organisation_id=organisation_id,
        request_id=request_id,
        content=sha256(canonical_json(content)),
        answer=answer,
        accepted_at=at,
    )
    if insert_if_new(claim):
        return None
    return _earlier_answer(
        organisation_id=organisation_id, request_id=request_id, content=content
    )


def settle_claim(*, organisation_id: int, request_id: UUID, answer: UUID) -> None:
    """Say what a claimed request made, if that was not known when it was claimed.

    In the transaction of the claim: nobody has seen another answer.
    """
    AcceptedRequest.objects.filter(
        organisation=organisation_id, request_id=request_id
    ).update(answer=answer)


def _earlier_answer(
    *, organisation_id: int, request_id: UUID, content: dict[str, Any]
) -> UUID | None:
    """The uid that this request made before, or nothing if it is new.

    Raises:
        Conflict: the id was used for something else; nothing is done.
    """
    accepted = AcceptedRequest.objects.filter(
        organisation=organisation_id, request_id=request_id
    ).first()
    if accepted is None:
        return None
    if bytes(accepted.content) != sha256(canonical_json(content)):
        raise Conflict(_("这个请求编号已经用于另一份内容"))
    return accepted.answer

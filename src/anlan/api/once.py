"""The same request twice is done once, for what has no request id of its own below."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol, TypeVar
from uuid import UUID, uuid4

from django.db import transaction

from anlan.api.auth import Caller
from anlan.api.schemas import OnceIn
from anlan.base.digest import sha256
from anlan.cases import services as cases


class Made(Protocol):
    """Whatever a request makes; it can be found again by its uid."""

    uid: UUID


T = TypeVar("T", bound=Made)


def once(
    caller: Caller,
    *,
    name: str,
    about: str,
    body: OnceIn,
    make: Callable[[], T],
    find: Callable[[UUID], T],
) -> T:
    """Do it, or give what the same request made before.

    Args:
        caller: who asks; the same id from another person is another request.
        name: of the operation.
        about: what it is done to, a number or a uid.
        body: what was sent; the same id with another body is refused, without an id it
            is simply done.
        make: does it.
        find: reads what was made.

    Raises:
        Conflict: the id was used for something else.
    """
    request_id = body.request_id
    if request_id is None:
        return make()
    words = json.dumps(body.model_dump(mode="json"), sort_keys=True).encode()
    organisation_id = caller.user.organisation_id
    content = {
        "operation": name,
        "about": about,
        "by": caller.user.actor_key,
        "body": sha256(words).hex(),
    }

    with transaction.atomic():
        answered = cases.claim_request(
            organisation_id=organisation_id,
            request_id=request_id,
            content=content,
            answer=uuid4(),  # until it is made
            at=caller.at,
        )
        if answered is not None:
            return find(answered)
        made = make()
        cases.settle_claim(
            organisation_id=organisation_id, request_id=request_id, answer=made.uid
        )
        return made

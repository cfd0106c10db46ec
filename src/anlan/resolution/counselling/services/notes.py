"""Sealing what a counsellor writes, and what a scale gave; nothing here opens anything."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from anlan.accounts.models import User
from anlan.base import sealing
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.resolution.counselling import policies
from anlan.resolution.counselling.enums import ConsentUse
from anlan.resolution.counselling.events import NoteSealed
from anlan.resolution.counselling.models import (
    Care,
    CounsellorKey,
    SealedNote,
    UrgentCall,
)
from anlan.resolution.counselling.scales import Result, Scale, check_is_time, score
from anlan.resolution.counselling.selectors import bound_of, key_of
from anlan.resolution.counselling.services.calls import raise_call
from anlan.resolution.counselling.services.recording import lock_own, record

MOST_WORDS = 10_000


@sensitive_variables("text")
def write_note(
    *,
    care: Care,
    text: str,
    by: User,
    at: datetime,
    replaces: SealedNote | None = None,
    is_risk: bool = False,
    request_id: UUID | None = None,
) -> SealedNote:
    """Seal a note to its author and the key on paper; a correction is a new version.

    Args:
        is_risk: the counsellor fears for somebody: a human is called at once.

    Raises:
        InvalidInput: nothing, too much, or a diagnosis (G25).
        Conflict: the person has not agreed or took it back, there is no key, or another
            window wrote a version meanwhile.
    """
    call = None
    if is_risk:
        # First: whatever becomes of the words.
        call = raise_call(care=care, by=by, at=at, request_id=request_id)
    text = text.strip()
    if not text or len(text) > MOST_WORDS:
        raise InvalidInput(_("请写 1 到 %s 个字") % MOST_WORDS, path="text")
    law.check_no_diagnosis(text=text, act_on=act_day(care.case))
    with ledger.recording():
        care = lock_own(care, by)
        _check_called(care, call, is_risk=is_risk)
        policies.check_is_running(care)
        policies.check_consented(care, ConsentUse.TALK)
        return _written(
            care,
            {"kind": "note", "text": text},
            replaces=replaces,
            request_id=request_id,
            by=by,
            at=at,
        )


@sensitive_variables("answers", "result", "content")
def write_screening(
    *,
    care: Care,
    scale: Scale,
    answers: Sequence[int],
    by: User,
    at: datetime,
    is_risk: bool = False,
    request_id: UUID | None = None,
) -> tuple[SealedNote, Result]:
    """Seal the answers of a scale; a risk answer calls a human at once.

    Raises:
        InvalidInput: not the answers of this scale.
        Conflict: not agreed to, or too early for a scale about the past month.
    """
    # First: whatever becomes of the answers.
    call = None
    if is_risk or scale.is_risk(answers):
        call = raise_call(care=care, by=by, at=at, request_id=request_id)
    result = score(scale, answers)
    check_is_time(scale, happened=act_day(care.case), on=local_day(at))
    content = {"kind": "scale", "scale": scale.key.value, "answers": list(answers)}
    with ledger.recording():
        care = lock_own(care, by)
        _check_called(care, call, is_risk=is_risk or result.is_risk)
        policies.check_is_running(care)
        policies.check_consented(care, ConsentUse.SCREENING)
        note = _written(
            care,
            content,
            replaces=None,
            request_id=request_id,
            by=by,
            at=at,
        )
    return note, result


@sensitive_variables("content")
def seal_row(
    *,
    care: Care,
    content: dict[str, Any],
    number: int,
    version: int,
    author: User,
    key: CounsellorKey,
    by: User,
    at: datetime,
    origin: SealedNote | None = None,
) -> SealedNote:
    """Make the row that holds it, and vouch for its bytes; called under the lock."""
    row = SealedNote(
        care=care,
        number=number,
        version=version,
        author=author,
        sealing_key=key,
        written_at=at,
        ended_at=origin.ended_at if origin else None,
        origin=origin,
    )
    value = sealing.seal(
        json.dumps(content, ensure_ascii=False),
        to=[bytes(key.public), bytes(key.recovery)],
        bound=bound_of(row),
    )
    row.sealed = base64.b64encode(value).decode()
    row.save(force_insert=True)
    record(
        NoteSealed(
            code=care.code,
            number=number,
            version=version,
            sealed_digest=row.digest_of("sealed"),
        ),
        care,
        row.key,
        by=by,
        at=at,
    )
    return row


@sensitive_variables("content")
def _written(
    care: Care,
    content: dict[str, Any],
    *,
    replaces: SealedNote | None,
    request_id: UUID | None,
    by: User,
    at: datetime,
) -> SealedNote:
    # Not what was said: its digest would let somebody try words.
    once = {"note": str(care.uid), "by": by.actor_key}
    earlier = cases.made_before(
        SealedNote.objects.select_related("care__case__site"),
        case=care.case,
        request_id=request_id,
        content=once,
    )
    if earlier is not None:
        return earlier
    key = key_of(by)
    if key is None:
        raise Conflict(_("请先设置封存密钥"))
    number, version = _place(care, replaces)
    row = seal_row(
        care=care,
        content=content,
        number=number,
        version=version,
        author=by,
        key=key,
        by=by,
        at=at,
    )
    cases.remember_made(
        row.uid, case=care.case, request_id=request_id, content=once, at=at
    )
    return row


def _check_called(care: Care, call: UrgentCall | None, *, is_risk: bool) -> None:
    """That somebody was called for this; who was called last month is no answer to it."""
    law.check_risk_called(
        is_risk=is_risk,
        is_called=call is not None and care.calls.filter(pk=call.pk).exists(),
        act_on=act_day(care.case),
    )


def _place(care: Care, replaces: SealedNote | None) -> tuple[int, int]:
    if replaces is None:
        last: int | None = care.notes.aggregate(last=Max("number"))["last"]
        return (last or 0) + 1, 1
    versions = care.notes.filter(number=replaces.number)
    newest: int | None = versions.aggregate(last=Max("version"))["last"]
    if replaces.care_id != care.pk or newest != replaces.version:
        raise Conflict(_("这份记录刚刚被改过，请刷新页面"))
    return replaces.number, replaces.version + 1

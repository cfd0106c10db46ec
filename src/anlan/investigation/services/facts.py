"""Self-defence facts: what each source says to each question, or that it is unknown."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.investigation import permissions
from anlan.investigation.citing import check_can_cite
from anlan.investigation.defence import defence_questions
from anlan.investigation.events import FactNoted, FactWithdrawn
from anlan.investigation.models import DefenceFact
from anlan.law import guardrails as law
from anlan.ledger import services as ledger

MOST_SAID = 500
MOST_REASON = 300
MOST_FACTS = 400  # of a case


def note_fact(
    *,
    case: Case,
    question: str,
    by: User,
    at: datetime,
    source: Statement | Exhibit | None = None,
    words: str = "",
    is_unknown: bool = False,
    request_id: UUID | None = None,
    via: str = "",
) -> DefenceFact:
    """Write down what one source says to one question; nothing is concluded (G15).

    Args:
        source: which statement or exhibit says it; none only for what is unknown.
        is_unknown: it cannot be known yet, or this source does not say.

    Raises:
        InvalidInput: no such question, no source, no words, or a verdict.
    """
    permissions.check_can_lead(by, case)
    if question not in {one.key for one in defence_questions()}:
        raise InvalidInput(_("没有这个问题"), path="question")
    words = typed(
        words,
        path="words",
        most=MOST_SAID,
        refusal="" if is_unknown else _("请写明这份材料怎样说"),
    )
    law.check_no_verdict(text=words, act_on=act_day(case), path="words")
    if source is None and not is_unknown:
        raise InvalidInput(_("请选是哪份情况说明或者证据说的"), path="source")
    if source is not None:
        check_can_cite(source, case=case, by=by, path="source")
    content = {
        "fact": question,
        "source": str(source.uid) if source else "",
        "unknown": int(is_unknown),
        "by": by.actor_key,
        "words": sha256(words.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            DefenceFact.objects.select_related(
                "case__site", "statement__case", "exhibit__case"
            ),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        if case.defence_facts.count() >= MOST_FACTS:
            raise Conflict(_("一个案件最多记 %s 项") % MOST_FACTS)
        fact = DefenceFact.objects.create(
            case=case,
            question=question,
            statement=source if isinstance(source, Statement) else None,
            exhibit=source if isinstance(source, Exhibit) else None,
            is_unknown=is_unknown,
            words=words,
            written_by=by,
            written_at=at,
        )
        cases.record(
            FactNoted(
                question=question,
                source=fact.source_code,
                unknown=int(is_unknown),
                words_digest=fact.digest_of("words"),
            ),
            case,
            thing=fact.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            fact.uid, case=case, request_id=request_id, content=content, at=at
        )
    return fact


def withdraw_fact(
    *, fact: DefenceFact, reason: str, by: User, at: datetime, via: str = ""
) -> DefenceFact:
    """Strike out what was noted wrongly; it stays readable."""
    permissions.check_can_lead(by, fact.case)
    reason = typed(reason, path="reason", most=MOST_REASON, refusal=_("请写明理由"))
    with ledger.recording():
        case = cases.lock_case(fact.case)
        fact = DefenceFact.objects.select_for_update().get(pk=fact.pk)
        fact.case = case
        if fact.withdrawn_at is not None:
            raise Conflict(_("这一项已经划去"))
        fact.withdrawn_at, fact.withdrawn_by, fact.reason = at, by, reason
        fact.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
        cases.record(
            FactWithdrawn(
                question=fact.question, reason_digest=fact.digest_of("reason")
            ),
            case,
            thing=fact.key,
            by=by,
            at=at,
            via=via,
        )
    return fact

"""Findings: drafted sentence by sentence, submitted, approved by somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS, one_line, typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.evidence.sentences import split
from anlan.investigation import permissions, policies
from anlan.investigation.citing import check_can_cite
from anlan.investigation.enums import FindingState, SentenceKind
from anlan.investigation.events import (
    FindingApproved,
    FindingBegun,
    FindingReturned,
    FindingSubmitted,
    FindingSuperseded,
    FindingWithdrawn,
    SentenceFixed,
)
from anlan.investigation.independence import check_is_independent
from anlan.investigation.models import Citation, Finding, FindingSentence
from anlan.investigation.reading import codes_of, content_of, sentences_of
from anlan.law import guardrails as law
from anlan.ledger import services as ledger

MOST_SENTENCE = 500
MOST_SENTENCES = 200
MOST_CITATIONS = 20  # of a sentence
MOST_VERSIONS = 99

Source = Statement | Exhibit


def begin_finding(*, case: Case, by: User, at: datetime, via: str = "") -> Finding:
    """Begin a version, with the sentences of the one before it that was not withdrawn.

    Called again by its author while it is a draft, it gives that draft.

    Raises:
        NotAllowed: they were at the scene, or are part of the matter.
        Conflict: somebody works on one already, or one waits to be decided on.
    """
    permissions.check_can_find(by, case)
    with ledger.recording():
        case = cases.lock_case(case)
        newest = case.findings.order_by("version").last()
        if newest is not None and newest.state in {
            FindingState.DRAFT,
            FindingState.SUBMITTED,
        }:
            if newest.is_draft and newest.author_id == by.pk:
                return newest
            raise Conflict(
                _("调查结论 %(code)s %(state)s，请先办完，或者先撤回")
                % {"code": newest.code, "state": newest.get_state_display()}
            )
        kept = case.findings.exclude(state=FindingState.WITHDRAWN)
        before = kept.order_by("version").last()
        version = newest.version + 1 if newest else 1
        if version > MOST_VERSIONS:
            raise Conflict(_("版本太多"))
        finding = Finding.objects.create(
            case=case, version=version, author=by, begun_at=at
        )
        if before is not None:
            _copy(before, finding)
        cases.record(
            FindingBegun(code=finding.code, based_on=before.code if before else None),
            case,
            thing=finding.key,
            by=by,
            at=at,
            via=via,
        )
    return finding


def add_sentence(
    *,
    finding: Finding,
    kind: SentenceKind,
    text: str,
    by: User,
    at: datetime,
    is_fact: bool = True,
    sources: Sequence[Source] = (),
    request_id: UUID | None = None,
) -> FindingSentence:
    """Write one sentence into a draft; a draft is not on the record until it is submitted.

    Args:
        is_fact: whether it says what happened; course and consequences always do.
        sources: what it rests on. It may be added later, but not be missing in the end.

    Raises:
        InvalidInput: no sentence, several, a verdict, or a source that is none.
    """
    permissions.check_can_find(by, finding.case)
    text = _sentence(text, finding.case)
    is_fact = is_fact or kind.is_always_fact
    _check_sources(sources, case=finding.case, by=by)
    content = {
        "sentence": str(finding.uid),
        "kind": kind,
        "fact": int(is_fact),
        "by": by.actor_key,
        "sources": [str(source.uid) for source in sources],
        "text": sha256(text.encode()).hexdigest(),
    }
    with ledger.recording():
        finding = _own_draft(finding, by)
        earlier = cases.made_before(
            FindingSentence.objects.select_related("finding__case__site"),
            case=finding.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        if finding.sentences.count() >= MOST_SENTENCES:
            raise Conflict(_("最多 %s 句") % MOST_SENTENCES)
        last = finding.sentences.filter(kind=kind).aggregate(last=Max("position"))
        sentence = FindingSentence.objects.create(
            finding=finding,
            kind=kind,
            position=(last["last"] or 0) + 1,
            text=text,
            is_fact=is_fact,
        )
        _cite(sentence, sources)
        cases.remember_made(
            sentence.uid,
            case=finding.case,
            request_id=request_id,
            content=content,
            at=at,
        )
    return sentence


def change_sentence(
    *,
    sentence: FindingSentence,
    text: str,
    by: User,
    at: datetime,
    is_fact: bool = True,
    sources: Sequence[Source] = (),
) -> FindingSentence:
    """Write a sentence of a draft anew, with what it cites now; at ``at`` it is a draft."""
    permissions.check_can_find(by, sentence.finding.case)
    kind = SentenceKind(sentence.kind)
    text = _sentence(text, sentence.finding.case)
    _check_sources(sources, case=sentence.finding.case, by=by)
    with ledger.recording():
        _own_draft(sentence.finding, by)
        fresh = _there(sentence)
        fresh.text, fresh.is_fact = text, is_fact or kind.is_always_fact
        fresh.save(update_fields=["text", "is_fact"])
        fresh.citations.all().delete()
        _cite(fresh, sources)
    return fresh


def remove_sentence(*, sentence: FindingSentence, by: User, at: datetime) -> None:
    """Take a sentence out of a draft; those behind it move up. ``at`` is not recorded."""
    permissions.check_can_find(by, sentence.finding.case)
    with ledger.recording():
        finding = _own_draft(sentence.finding, by)
        fresh = _there(sentence)
        fresh.citations.all().delete()
        fresh.delete()
        behind = finding.sentences.filter(
            kind=fresh.kind, position__gt=fresh.position
        ).order_by("position")
        for following in behind:
            following.position -= 1
            following.save(update_fields=["position"])


def submit_finding(
    *, finding: Finding, by: User, at: datetime, via: str = ""
) -> Finding:
    """Freeze the draft and ask another person to decide on it.

    Raises:
        InvalidInput: a sentence states a fact and cites nothing.
        NotAllowed: the author is not independent any more.
    """
    permissions.check_can_find(by, finding.case)
    with ledger.recording():
        finding = _own_draft(finding, by)
        rows = sentences_of(finding)
        _check_all(rows, finding)
        finding.state, finding.submitted_at = FindingState.SUBMITTED, at
        finding.save(update_fields=["state", "submitted_at"])
        for row in rows:
            cases.record(
                SentenceFixed(
                    code=finding.code,
                    part=row.kind,
                    position=row.position,
                    fact=int(row.is_fact),
                    cites=" ".join(codes_of(row)),
                    text_digest=row.digest_of("text"),
                ),
                finding.case,
                thing=row.ref,
                by=by,
                at=at,
                via=via,
            )
        cases.record(
            FindingSubmitted(
                code=finding.code, sentences=len(rows), content=content_of(rows)
            ),
            finding.case,
            thing=finding.key,
            by=by,
            at=at,
            via=via,
        )
    return finding


def decide_finding(
    *,
    finding: Finding,
    is_approved: bool,
    by: User,
    at: datetime,
    remark: str = "",
    via: str = "",
) -> Finding:
    """Approve what was submitted, or return it with what is wrong; by another person.

    An approved version takes the place of the one that was in force.

    Raises:
        NotAllowed: by its author, or by somebody who is not independent.
        InvalidInput: a fact cites nothing (any more), or a return says no reason.
        Conflict: it was decided on already, or a party or witness wrote it.
    """
    permissions.check_can_decide(by, finding)
    remark = typed(
        remark,
        path="remark",
        most=MOST_WORDS,
        refusal="" if is_approved else _("请写明为什么退回"),
    )
    with ledger.recording():
        finding = lock_finding(finding)
        permissions.check_can_decide(by, finding)
        policies.check_is_submitted(finding)
        rows = sentences_of(finding)
        if is_approved:
            check_is_independent(finding.author, finding.case)
            _check_all(rows, finding)
            _supersede(finding, at=at, by=by, via=via)
        finding.state = FindingState.APPROVED if is_approved else FindingState.RETURNED
        finding.decided_at, finding.decided_by, finding.remark = at, by, remark
        finding.save(update_fields=["state", "decided_at", "decided_by", "remark"])
        digest = finding.digest_of("remark")
        cases.record(
            FindingApproved(
                code=finding.code, content=content_of(rows), remark_digest=digest
            )
            if is_approved
            else FindingReturned(code=finding.code, remark_digest=digest),
            finding.case,
            thing=finding.key,
            by=by,
            at=at,
            via=via,
        )
    return finding


def withdraw_finding(
    *, finding: Finding, reason: str, by: User, at: datetime, via: str = ""
) -> Finding:
    """Give up a version that is not decided on, so that somebody can begin another.

    Raises:
        NotAllowed: neither its author nor an independent approver.
        InvalidInput: no reason.
        Conflict: it was decided on, or withdrawn before.
    """
    permissions.check_can_withdraw(by, finding)
    reason = typed(
        reason,
        path="reason",
        most=MOST_WORDS,
        refusal=_("请写明为什么撤回"),
    )
    with ledger.recording():
        finding = lock_finding(finding)
        permissions.check_can_withdraw(by, finding)
        policies.check_can_be_withdrawn(finding)
        finding.state, finding.remark = FindingState.WITHDRAWN, reason
        finding.decided_at, finding.decided_by = at, by
        finding.save(update_fields=["state", "remark", "decided_at", "decided_by"])
        cases.record(
            FindingWithdrawn(
                code=finding.code, remark_digest=finding.digest_of("remark")
            ),
            finding.case,
            thing=finding.key,
            by=by,
            at=at,
            via=via,
        )
    return finding


def lock_finding(finding: Finding) -> Finding:
    """The version under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(finding, "author")


def _check_all(rows: Sequence[FindingSentence], finding: Finding) -> None:
    policies.check_every_fact_cites(rows)
    for row in rows:
        _check_words(row.text, finding.case)


def _supersede(finding: Finding, *, by: User, at: datetime, via: str) -> None:
    for earlier in finding.case.findings.filter(state=FindingState.APPROVED):
        earlier.state = FindingState.SUPERSEDED
        earlier.save(update_fields=["state"])
        cases.record(
            FindingSuperseded(code=earlier.code, following=finding.code),
            finding.case,
            thing=earlier.key,
            by=by,
            at=at,
            via=via,
        )


def _copy(earlier: Finding, finding: Finding) -> None:
    for row in sentences_of(earlier):
        if not row.text:  # erased
            continue
        copied = FindingSentence.objects.create(
            finding=finding,
            kind=row.kind,
            position=row.position,
            text=row.text,
            is_fact=row.is_fact,
        )
        kept = [one for one in row.citations.all() if policies.holds(one)]
        _cite(copied, [one.exhibit or one.statement for one in kept])


def _own_draft(finding: Finding, by: User) -> Finding:
    """Only its author writes on a draft."""
    finding = lock_finding(finding)
    policies.check_is_draft(finding)
    if finding.author_id != by.pk:
        raise Conflict(
            _("这份草稿由%(name)s起草，只有起草人能改") % {"name": finding.author.name}
        )
    return finding


def _there(sentence: FindingSentence) -> FindingSentence:
    fresh = FindingSentence.objects.filter(pk=sentence.pk).first()
    if fresh is None:
        raise Conflict(_("这一句已经删去，请刷新页面"))
    return fresh


def _sentence(text: str, case: Case) -> str:
    """One sentence, without a verdict and without the words of an interrogation."""
    text = typed(
        one_line(text),
        path="text",
        most=MOST_SENTENCE,
        refusal=_("请写一句话"),
    )
    if len(split(text)) > 1:
        raise InvalidInput(_("一次只写一句，每一句各自引用依据；请分开写"), path="text")
    _check_words(text, case)
    return text


def _check_words(text: str, case: Case) -> None:
    law.check_no_verdict(text=text, act_on=act_day(case), path="text")
    law.check_talk_wording(text=text, act_on=act_day(case), path="text")


def _check_sources(sources: Sequence[Source], *, case: Case, by: User) -> None:
    if len(sources) > MOST_CITATIONS:
        raise InvalidInput(_("一句最多引用 %s 件") % MOST_CITATIONS, path="sources")
    for source in sources:
        check_can_cite(source, case=case, by=by, path="sources")


def _cite(sentence: FindingSentence, sources: Iterable[Source | None]) -> None:
    Citation.objects.bulk_create(
        Citation(
            sentence=sentence,
            exhibit=source if isinstance(source, Exhibit) else None,
            statement=source if isinstance(source, Statement) else None,
        )
        for source in dict.fromkeys(sources)
    )

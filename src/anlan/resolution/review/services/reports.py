"""Reports: composed from the record, edited by a person, submitted, approved by another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS, one_line, typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.investigation.citing import check_can_cite
from anlan.investigation.independence import check_is_independent
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import Event
from anlan.resolution.review import permissions, policies
from anlan.resolution.review.case_facts import known_of
from anlan.resolution.review.composing import Composed, composed_of
from anlan.resolution.review.enums import Cause, Origin, ReportState, Section
from anlan.resolution.review.events import (
    ParagraphFixed,
    ReportApproved,
    ReportBegun,
    ReportReturned,
    ReportSubmitted,
    ReportSuperseded,
    ReportWithdrawn,
)
from anlan.resolution.review.extract import extract_text
from anlan.resolution.review.extracting import extract_of
from anlan.resolution.review.models import Report, ReportCitation, ReportParagraph
from anlan.resolution.review.naming import check_names_nobody
from anlan.resolution.review.paragraphs import (
    codes_of,
    content_of,
    paragraphs_of,
    printed_now,
)

LANGUAGE = "zh-hans"  # of what is composed, whoever asks for it
MOST_PARAGRAPH = 1000
MOST_TAGS = 120
MOST_PARAGRAPHS = 300
MOST_CITATIONS = 20
MOST_VERSIONS = 99

Source = Exhibit | Statement


@dataclass(frozen=True, kw_only=True)
class Recomposed:
    """What composing anew did; ``behind`` were written by a person and stayed."""

    added: int
    changed: int
    removed: int
    behind: int


def begin_report(*, case: Case, by: User, at: datetime, via: str = "") -> Report:
    """Compose a version from the record, with what people wrote in the one before it.

    Called again by its author while it is a draft, it gives that draft.

    Raises:
        NotAllowed: they were at the scene, or are part of the matter.
        Conflict: somebody works on one already, or one waits to be decided on.
    """
    permissions.check_can_write(by, case)
    with ledger.recording():
        case = cases.lock_case(case)
        newest: Report | None = case.reports.order_by("version").last()
        if newest is not None and ReportState(newest.state).is_open:
            if newest.is_draft and newest.author_id == by.pk:
                return newest
            raise Conflict(
                _("事件报告 %(code)s %(state)s，请先办完，或者由编写人、审批人撤回")
                % {"code": newest.code, "state": newest.get_state_display()}
            )
        version = newest.version + 1 if newest else 1
        if version > MOST_VERSIONS:
            raise Conflict(_("版本太多"))
        report = Report(
            case=case,
            version=version,
            author=by,
            begun_at=at,
            cause=newest.cause if newest else "",
        )
        fresh = _read_record(report, at=at)
        report.save(force_insert=True)
        if newest is not None:
            _copy(newest, report)
        _lay_over(report, fresh)
        _record(
            ReportBegun(code=report.code, based_on=newest.code if newest else None),
            report,
            by=by,
            at=at,
            via=via,
        )
    return report


def compose_again(*, report: Report, by: User, at: datetime) -> Recomposed:
    """Read the record anew into a draft: what a person wrote stays, and is marked.

    Raises:
        Conflict: it is no draft, or somebody else's.
    """
    permissions.check_can_write(by, report.case)
    with ledger.recording():
        report = _own_draft(report, by)
        fresh = _read_record(report, at=at)
        report.save(
            update_fields=["composed_at", "composed_seq", "record", "place", "acts"]
        )
        return _lay_over(report, fresh)


def add_paragraph(
    *,
    report: Report,
    section: Section,
    text: str,
    by: User,
    at: datetime,
    is_fact: bool = True,
    sources: Sequence[Source] = (),
    tags: str = "",
    request_id: UUID | None = None,
) -> ReportParagraph:
    """Write a paragraph into a draft; it is not on the record until it is submitted.

    Args:
        is_fact: whether it says what happened; a lesson never does, most sections always.
        sources: what it rests on; a fact may not be without when it is submitted.
        tags: words by which a lesson is found again.

    Raises:
        InvalidInput: no words, a verdict, somebody's name, or a source that is none.
    """
    permissions.check_can_write(by, report.case)
    text = _text(text, report.case)
    tags = _tags(tags, report.case)
    is_fact = _is_fact(section, is_fact=is_fact)
    _check_sources(sources, case=report.case, by=by)
    content = {
        "paragraph": str(report.uid),
        "section": section.value,
        "fact": int(is_fact),
        "by": by.actor_key,
        "sources": [str(source.uid) for source in sources],
        "text": sha256(f"{text}\n{tags}".encode()).hexdigest(),
    }
    with ledger.recording():
        report = _own_draft(report, by)
        earlier = cases.made_before(
            ReportParagraph.objects.select_related("report__case__site"),
            case=report.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        if report.paragraphs.count() >= MOST_PARAGRAPHS:
            raise Conflict(_("最多 %s 段") % MOST_PARAGRAPHS)
        paragraph = ReportParagraph.objects.create(
            report=report,
            section=section,
            position=_last_position(report, section) + 1,
            text=text,
            is_fact=is_fact,
            origin=Origin.WRITTEN,
            tags=tags,
        )
        _cite(paragraph, sources)
        cases.remember_made(
            paragraph.uid,
            case=report.case,
            request_id=request_id,
            content=content,
            at=at,
        )
    return paragraph


def change_paragraph(
    *,
    paragraph: ReportParagraph,
    text: str,
    by: User,
    at: datetime,
    is_fact: bool = True,
    sources: Sequence[Source] = (),
    tags: str = "",
) -> ReportParagraph:
    """Write it anew; what was composed is the author's from then on. Not on the record yet.

    The record's own words again make it composed again. At ``at`` it is a draft.
    """
    report = paragraph.report
    permissions.check_can_write(by, report.case)
    section = Section(paragraph.section)
    text = _text(text, report.case)
    tags = _tags(tags, report.case)
    _check_sources(sources, case=report.case, by=by)
    with ledger.recording():
        _own_draft(report, by)
        fresh = _there(paragraph)
        fresh.text, fresh.tags = text, tags
        fresh.is_fact = _is_fact(section, is_fact=is_fact)
        fresh.written_over = fresh.composed
        fresh.origin = Origin.WRITTEN
        if fresh.source and fresh.composed == text:
            fresh.origin = Origin.COMPOSED
        fresh.save()
        fresh.citations.all().delete()
        _cite(fresh, sources)
    return fresh


def leave_paragraph(
    *, paragraph: ReportParagraph, is_left_out: bool, by: User, at: datetime
) -> None:
    """Leave it out of a draft, or take it in again; ``at`` is not recorded.

    What a person wrote is gone when it is left out; what was composed can come back.
    """
    permissions.check_can_write(by, paragraph.report.case)
    with ledger.recording():
        _own_draft(paragraph.report, by)
        fresh = _there(paragraph)
        if is_left_out and not fresh.source:
            fresh.citations.all().delete()
            fresh.delete()
            return
        fresh.is_left_out = is_left_out
        fresh.save(update_fields=["is_left_out"])


def set_cause(*, report: Report, cause: Cause, by: User, at: datetime) -> Report:
    """Say where the root of it lies; a draft is not on the record, nor is ``at``."""
    permissions.check_can_write(by, report.case)
    with ledger.recording():
        report = _own_draft(report, by)
        report.cause = cause
        report.save(update_fields=["cause"])
    return report


def submit_report(*, report: Report, by: User, at: datetime, via: str = "") -> Report:
    """Freeze the draft and ask another person to decide on it.

    Raises:
        InvalidInput: a fact added by hand cites nothing, or no cause is chosen.
        NotAllowed: the author is not independent any more.
    """
    permissions.check_can_write(by, report.case)
    with ledger.recording():
        report = _own_draft(report, by)
        rows = paragraphs_of(report)
        _check_all(report, rows)
        for place, row in enumerate(rows, start=1):
            row.position = place
        ReportParagraph.objects.bulk_update(rows, ["position"])
        report.content = content_of(report, rows)
        report.state, report.submitted_at = ReportState.SUBMITTED, at
        report.save(update_fields=["content", "state", "submitted_at"])
        for row in rows:
            _record_paragraph(row, report, by=by, at=at, via=via)
        _record(
            ReportSubmitted(
                code=report.code,
                paragraphs=len(rows),
                content=report.content,
                cause=report.cause,
                entries=report.composed_seq,
                record_digest=report.digest_of("record"),
            ),
            report,
            by=by,
            at=at,
            via=via,
        )
    return report


def withdraw_report(
    *, report: Report, reason: str, by: User, at: datetime, via: str = ""
) -> Report:
    """Take it back before it is decided on; the version stays readable.

    Raises:
        NotAllowed: neither its author nor somebody who may approve reports.
        InvalidInput: no reason.
        Conflict: it was decided on, or withdrawn already.
    """
    permissions.check_can_withdraw(by, report)
    reason = typed(
        reason,
        path="reason",
        most=MOST_WORDS,
        refusal=_("请写明为什么撤回"),
    )
    with ledger.recording():
        report = lock_report(report)
        permissions.check_can_withdraw(by, report)
        policies.check_report_may_become(report, ReportState.WITHDRAWN)
        report.state, report.reason = ReportState.WITHDRAWN, reason
        report.withdrawn_at, report.withdrawn_by = at, by
        report.save(update_fields=["state", "reason", "withdrawn_at", "withdrawn_by"])
        _record(
            ReportWithdrawn(code=report.code, reason_digest=report.digest_of("reason")),
            report,
            by=by,
            at=at,
            via=via,
        )
    return report


def decide_report(
    *,
    report: Report,
    is_approved: bool,
    by: User,
    at: datetime,
    remark: str = "",
    via: str = "",
) -> Report:
    """Approve what was submitted, or return it with what is wrong; by another person.

    An approved version takes the place of the one that was in force.

    Raises:
        NotAllowed: by its author, or by somebody who is not independent.
        InvalidInput: a fact cites nothing (any more), or a return says no reason.
        Conflict: it was decided on already, or a party or witness wrote it.
    """
    permissions.check_can_decide(by, report)
    remark = typed(
        remark,
        path="remark",
        most=MOST_WORDS,
        refusal="" if is_approved else _("请写明为什么退回"),
    )
    with ledger.recording():
        report = lock_report(report)
        permissions.check_can_decide(by, report)
        state = ReportState.APPROVED if is_approved else ReportState.RETURNED
        policies.check_report_may_become(report, state)
        if is_approved:
            check_is_independent(report.author, report.case)
            _check_all(report, paragraphs_of(report))
            _supersede(report, by=by, at=at, via=via)
        report.state = state
        report.decided_at, report.decided_by, report.remark = at, by, remark
        if is_approved:
            report.printed = printed_now(report)
        report.save(
            update_fields=["state", "decided_at", "decided_by", "remark", "printed"]
        )
        digest = report.digest_of("remark")
        _record(
            ReportApproved(
                code=report.code, content=report.content, remark_digest=digest
            )
            if is_approved
            else ReportReturned(code=report.code, remark_digest=digest),
            report,
            by=by,
            at=at,
            via=via,
        )
    return report


def lock_report(report: Report) -> Report:
    """The version under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(report, "author")


def _read_record(report: Report, *, at: datetime) -> list[Composed]:
    """Put what the record says now into the row; call it under the lock of the case."""
    known = known_of(report.case)
    with override(LANGUAGE):
        extract = extract_of(report.case, at=at)
        fresh = composed_of(report.case, extract)
    report.record = extract_text(extract)
    report.composed_at, report.composed_seq = at, extract.head.seq
    report.place = known.place
    report.acts = [code for code, _name in known.acts]
    return fresh


def _lay_over(report: Report, fresh: Sequence[Composed]) -> Recomposed:
    there = {row.source: row for row in paragraphs_of(report, with_left_out=True)}
    there.pop("", None)
    added = changed = 0
    for one in fresh:
        row = there.pop(one.source, None)
        if row is None:
            _add_composed(report, one)
            added += 1
        else:
            changed += _renew(row, one)
    removed = 0
    for row in there.values():  # what it was drawn from is gone
        if row.origin == Origin.COMPOSED:
            row.citations.all().delete()
            row.delete()
            removed += 1
        elif row.composed:
            row.composed = ""
            row.save(update_fields=["composed"])
            changed += 1
    rows = paragraphs_of(report, with_left_out=True)
    return Recomposed(
        added=added,
        changed=changed,
        removed=removed,
        behind=sum(row.is_behind for row in rows),
    )


def _add_composed(report: Report, one: Composed) -> None:
    words = _cut(one.text)
    row = ReportParagraph.objects.create(
        report=report,
        section=one.section,
        position=_last_position(report, one.section) + 1,
        text=words,
        is_fact=one.is_fact,
        origin=Origin.COMPOSED,
        source=one.source,
        composed=words,
    )
    _cite(row, one.cites)


def _renew(row: ReportParagraph, one: Composed) -> bool:
    """Whether the record says something else than when it was read last."""
    words = _cut(one.text)
    if row.is_left_out and _by_place(one) and row.composed != words:
        # Another sentence has come to its place, and nobody left that one out.
        row.is_left_out = False
        row.save(update_fields=["is_left_out"])
    if row.origin == Origin.WRITTEN:
        is_new = row.composed != words
        row.composed = words
        row.save(update_fields=["composed"])
        return is_new
    cites = {citation.source for citation in row.citations.all()}
    is_new = (row.text, cites) != (words, set(one.cites))
    if is_new:
        row.text = row.composed = words
        row.is_fact = one.is_fact
        row.save(update_fields=["text", "composed", "is_fact"])
        row.citations.all().delete()
        _cite(row, one.cites)
    return is_new


def _by_place(one: Composed) -> bool:
    return one.source.startswith("finding:")


def _cut(text: str) -> str:
    """What is composed is never refused for its length; the tables have all of it."""
    return text if len(text) <= MOST_PARAGRAPH else f"{text[: MOST_PARAGRAPH - 1]}…"


def _copy(earlier: Report, report: Report) -> None:
    for row in paragraphs_of(earlier, with_left_out=True):
        if not row.text:  # erased
            continue
        copied = ReportParagraph.objects.create(
            report=report,
            section=row.section,
            position=row.position,
            text=row.text,
            is_fact=row.is_fact,
            origin=row.origin,
            source=row.source,
            composed=row.composed,
            written_over=row.written_over,
            tags=row.tags,
            is_left_out=row.is_left_out,
        )
        kept = [one for one in row.citations.all() if policies.holds(one)]
        _cite(copied, [one.exhibit or one.statement for one in kept])


def _supersede(report: Report, *, by: User, at: datetime, via: str) -> None:
    for earlier in report.case.reports.filter(state=ReportState.APPROVED):
        earlier.state = ReportState.SUPERSEDED
        earlier.case = report.case
        earlier.save(update_fields=["state"])
        _record(
            ReportSuperseded(code=earlier.code, following=report.code),
            earlier,
            by=by,
            at=at,
            via=via,
        )


def _check_all(report: Report, rows: Sequence[ReportParagraph]) -> None:
    policies.check_is_whole(report, rows)
    for row in rows:
        _check_words(row.text, report.case)


def _own_draft(report: Report, by: User) -> Report:
    """Only its author writes on a draft."""
    report = lock_report(report)
    policies.check_is_draft(report)
    if report.author_id != by.pk:
        raise Conflict(
            _("这份草稿由%(name)s编写，只有编写人能改") % {"name": report.author.name}
        )
    return report


def _there(paragraph: ReportParagraph) -> ReportParagraph:
    fresh = ReportParagraph.objects.filter(pk=paragraph.pk).first()
    if fresh is None:
        raise Conflict(_("这一段已经删去，请刷新页面"))
    return fresh


def _last_position(report: Report, section: Section) -> int:
    last: int | None = report.paragraphs.filter(section=section).aggregate(
        last=Max("position")
    )["last"]
    return last or 0


def _is_fact(section: Section, *, is_fact: bool) -> bool:
    return section.is_always_fact or (is_fact and not section.is_never_fact)


def _text(text: str, case: Case) -> str:
    """One paragraph, without a verdict and without anybody's name."""
    text = typed(plain(text), path="text", most=MOST_PARAGRAPH, refusal=_("请写一段话"))
    _check_words(text, case)
    return text


def _tags(tags: str, case: Case) -> str:
    tags = typed(plain(tags), path="tags", most=MOST_TAGS)
    check_names_nobody(tags, case, path="tags")
    return tags


def plain(text: str) -> str:
    """One line, without characters that paper cannot hold."""
    kept = (one for one in text if one.isprintable() or one.isspace())
    return one_line("".join(kept))


def _check_words(text: str, case: Case) -> None:
    on = act_day(case)
    law.check_no_verdict(text=text, act_on=on, path="text")
    law.check_talk_wording(text=text, act_on=on, path="text")
    law.check_no_label(text=text, act_on=on, path="text")
    check_names_nobody(text, case, path="text")


def _check_sources(sources: Sequence[Source], *, case: Case, by: User) -> None:
    if len(sources) > MOST_CITATIONS:
        raise InvalidInput(_("一段最多引用 %s 件") % MOST_CITATIONS, path="sources")
    for source in sources:
        check_can_cite(source, case=case, by=by, path="sources")


def _cite(paragraph: ReportParagraph, sources: Iterable[Source | None]) -> None:
    ReportCitation.objects.bulk_create(
        ReportCitation(
            paragraph=paragraph,
            exhibit=source if isinstance(source, Exhibit) else None,
            statement=source if isinstance(source, Statement) else None,
        )
        for source in dict.fromkeys(sources)
    )


def _record_paragraph(
    row: ReportParagraph, report: Report, *, by: User, at: datetime, via: str
) -> None:
    cases.record(
        ParagraphFixed(
            code=report.code,
            part=row.section,
            position=row.position,
            origin=row.origin,
            fact=int(row.is_fact),
            cites=" ".join(codes_of(row)),
            text_digest=row.digest_of("text"),
        ),
        report.case,
        thing=row.ref,
        by=by,
        at=at,
        via=via,
    )


def _record(
    event: Event, report: Report, *, by: User, at: datetime, via: str = ""
) -> None:
    cases.record(event, report.case, thing=report.key, by=by, at=at, via=via)

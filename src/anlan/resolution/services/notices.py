"""Letters: written from a template, issued by another person, delivered with proof."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.services.record import record_at_head
from anlan.base import vault
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS, typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Protection, Side
from anlan.cases.models import Case, Party
from anlan.cases.selectors import check_no_leaks, full_name
from anlan.cases.selectors.guardians import with_guardians
from anlan.evidence.enums import Source
from anlan.evidence.models import Exhibit
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.services.receiving import add_exhibit
from anlan.evidence.services.statements import is_known_minor
from anlan.investigation.services.protecting import check_names_no_witness
from anlan.law import guardrails as law
from anlan.law import selectors as laws
from anlan.ledger import services as ledger
from anlan.ledger.events import Event
from anlan.resolution import permissions, policies
from anlan.resolution.enums import (
    DeliveryResult,
    DeliveryWay,
    NoticeKind,
    NoticeState,
)
from anlan.resolution.events import (
    NoticeBegun,
    NoticeDeliveryRecorded,
    NoticeIssued,
    NoticeRevoked,
    NoticeTaken,
    NoticeTemplateWritten,
)
from anlan.resolution.guarding import check_text
from anlan.resolution.letters import (
    DECIDED_WORDS,
    Letter,
    check_template,
    cited_in,
    names_in,
    without_stop,
)
from anlan.resolution.models import (
    Notice,
    NoticeDelivery,
    NoticeTemplate,
    PlanMeasure,
)
from anlan.resolution.notice_paper import notice_docx, notice_pdf
from anlan.resolution.selectors.notices import (
    consequences_of,
    is_to_guardian,
    letter_of,
    masked_letter,
    named_guardians,
    printed_address,
    template_of,
    told_apart,
)
from anlan.resolution.selectors.plans import finding_in_force, is_answerable
from anlan.resolution.services.carrying import (
    begin_again,
    check_stands,
    end_with_letter,
)

MOST_FACTS = 1500
MOST_REQUEST = 1000
MOST_TRACKING = 60
MOST_WITNESSES = 200
_LEAST_WITNESSES = 2
_SKEW = timedelta(minutes=5)  # between the clock of whoever delivers and ours


def write_template(
    *,
    organisation: Organisation,
    kind: NoticeKind,
    title: str,
    body: str,
    version: int,
    by: User,
    at: datetime,
    via: str = "",
) -> NoticeTemplate:
    """Write the next version of a letter's text; what was issued before stays as it was.

    Args:
        version: of the one that was changed; 0 is the program's own.

    Raises:
        InvalidInput: a field that must be told is missing, or words that may not be.
        Conflict: another one wrote a version meanwhile.
    """
    permissions.check_can_write_templates(by, organisation)
    title = unicodedata.normalize("NFC", title).strip()
    body = _paragraphs(body)
    check_template(kind=kind, title=title, body=body, on=local_day(at))
    with ledger.recording():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        found = template_of(organisation, kind)
        if (found.title, found.body) == (title, body) and found.row is not None:
            return found.row
        if found.version != version:
            raise Conflict(_("另一人已经写了第 %s 版，请先查看") % found.version)
        row = NoticeTemplate.objects.create(
            organisation=organisation,
            kind=kind,
            version=version + 1,
            title=title,
            body=body,
            written_by=by,
            written_at=at,
        )
        record_at_head(
            NoticeTemplateWritten(
                letter=kind.value,
                version=row.version,
                content=sha256(f"{title}\n{body}".encode()).hex(),
            ),
            organisation,
            thing=row.key,
            by=by,
            at=at,
            via=via,
        )
    return row


def begin_notice(
    *, measure: PlanMeasure, by: User, at: datetime, via: str = ""
) -> Notice:
    """Begin the letter of a measure, with the sentences that it rests on as its facts.

    Called again while it is a draft, it gives that draft.

    Raises:
        Conflict: the plan is not in force, or a letter about it stands already.
        InvalidInput: this measure is not told by letter.
    """
    case = measure.plan.case
    permissions.check_can_draft_plan(by, case)
    kind = laws.measure(measure.key, on=act_day(case)).notice
    if kind is None:
        raise InvalidInput(_("这项措施不需要告知书"), path="measure")
    with ledger.recording():
        case = cases.lock_case(case)
        policies.check_is_in_force(measure)
        there = measure.notices.exclude(state=NoticeState.REVOKED).first()
        if there is not None:
            if there.is_draft:
                return there
            raise Conflict(_("这项措施已有告知书 %s") % there.code)
        sentences = [
            one.sentence.text
            for one in measure.grounds.select_related("sentence").order_by("pk")
        ]
        notice = Notice.objects.create(
            case=case,
            number=_next_number(case),
            measure=measure,
            party=measure.party,
            kind=kind,
            author=by,
            begun_at=at,
            facts=_within(sentences, MOST_FACTS),
            request=measure.words[:MOST_REQUEST],
        )
        _record(
            NoticeBegun(code=notice.code, letter=notice.kind, **_about(notice)),
            notice,
            by=by,
            at=at,
            via=via,
        )
    return notice


def begin_consequences(
    *, party: Party, by: User, at: datetime, via: str = ""
) -> Notice:
    """Begin the letter that explains to whoever struck what may follow in law.

    It rests on no measure, so it may be written from the first day on. What a plan to
    keep them apart asks of them stands in it already. Called again while it is a draft,
    it gives that draft.

    Raises:
        Conflict: they are not (any more) somebody who struck, or one stands already.
    """
    permissions.check_can_draft_plan(by, party.case)
    with ledger.recording():
        case = cases.lock_case(party.case)
        party = Party.objects.select_related("person", "user").get(pk=party.pk)
        party.case = case
        if party.removed_at is not None:
            raise Conflict(_("本人已从本案当事人中移除"))
        policies.check_is_aggressor(party)
        there = consequences_of(party)
        if there is not None:
            if there.is_draft:
                return there
            raise Conflict(_("已有写给本人的后果告知书 %s") % there.code)
        notice = Notice.objects.create(
            case=case,
            number=_next_number(case),
            party=party,
            kind=NoticeKind.CONSEQUENCES,
            author=by,
            begun_at=at,
            request=told_apart(party, at=at)[:MOST_REQUEST],
        )
        _record(
            NoticeBegun(code=notice.code, letter=notice.kind, **_about(notice)),
            notice,
            by=by,
            at=at,
            via=via,
        )
    return notice


def save_notice(
    *, notice: Notice, facts: str, request: str, by: User, at: datetime
) -> Notice:
    """Write what is told and asked in a draft, by whoever began it.

    Raises:
        InvalidInput: nothing is told, or words that no letter may have.
        Conflict: it was issued or revoked.
    """
    permissions.check_can_draft_plan(by, notice.case)
    facts = _told(facts, path="facts", most=MOST_FACTS, notice=notice)
    request = _asked(request, notice)
    with ledger.recording():
        notice = _own_draft(notice, by)
        notice.facts, notice.request = facts, request
        notice.save(update_fields=["facts", "request"])
    return notice


def issue_notice(
    *, notice: Notice, shown: str, by: User, at: datetime, via: str = ""
) -> Notice:
    """Put the company's name under it: the PDF is an exhibit, and nothing changes any more.

    Args:
        shown: the digest of the letter that was looked at (``Letter.digest``).

    Raises:
        NotAllowed: by whoever wrote it, or who is not independent.
        InvalidInput: it tells what may not be told, or its template is out of date.
        Conflict: it is no draft, or the plan is not in force any more.
    """
    permissions.check_can_issue_notice(by, notice)
    policies.check_notice_may_become(notice, NoticeState.ISSUED)
    letter = _checked_letter(notice, at=at)
    if letter.digest != shown:
        raise Conflict(_("内容刚刚被改过，请重新看过再签发"))
    secret = cases.new_secret()
    address = printed_address(secret)
    pdf = notice_pdf(notice, letter, address=address, at=at)
    kept = vault.keep_file([pdf], path="notice")
    with ledger.recording():
        found = _lock(notice)
        policies.check_notice_may_become(found, NoticeState.ISSUED)
        if found.measure is not None:
            policies.check_is_in_force(found.measure)
        if _checked_letter(found, at=at) != letter:
            raise Conflict(_("内容刚刚被改过，请重新看过再签发"))
        exhibit = add_exhibit(
            case=found.case,
            kept=kept,
            source=Source.NOTICE,
            reading=unpacked_reading(kept),
            source_uid=found.uid,
            title=f"{letter.title} {found.code}",
            protection=Protection.STATEMENT,
            by=by,
            at=at,
            via=via,
        )
        if address:
            cases.make_access_link(
                case=found.case, about=found.key, by=by, at=at, secret=secret
            )
        found.state, found.issued_at, found.issued_by = NoticeState.ISSUED, at, by
        found.title, found.text, found.exhibit = letter.title, letter.text, exhibit
        found.template_version = template_of(
            found.case.site.organisation, NoticeKind(found.kind)
        ).version
        found.save()
        _record(
            NoticeIssued(
                code=found.code,
                letter=found.kind,
                **_about(found),
                exhibit=exhibit.code,
                pdf=kept.sha256,
                template=found.template_version,
                facts_digest=found.digest_of("facts"),
                request_digest=found.digest_of("request"),
                text_digest=found.digest_of("text"),
            ),
            found,
            by=by,
            at=at,
            via=via,
        )
    return found


def revoke_notice(
    *, notice: Notice, reason: str, by: User, at: datetime, via: str = ""
) -> Notice:
    """Take a letter back, or give a draft up; it stays readable, and another may follow.

    Raises:
        InvalidInput: no reason.
        Conflict: it was revoked before.
    """
    if notice.is_draft:
        permissions.check_can_draft_plan(by, notice.case)
    else:
        permissions.check_can_issue_notice(by, notice)
    reason = typed(
        reason,
        path="reason",
        most=MOST_WORDS,
        refusal=_("请写明为什么撤销"),
    )
    with ledger.recording():
        was_draft = notice.is_draft
        notice = _lock(notice)
        if notice.is_draft != was_draft:
            raise Conflict(_("告知书刚刚签发，请刷新页面"))
        policies.check_notice_may_become(notice, NoticeState.REVOKED)
        notice.state, notice.revoked_at, notice.reason = NoticeState.REVOKED, at, reason
        notice.revoked_by = by
        notice.save(update_fields=["state", "revoked_at", "revoked_by", "reason"])
        _record(
            NoticeRevoked(code=notice.code, reason_digest=notice.digest_of("reason")),
            notice,
            by=by,
            at=at,
            via=via,
        )
        begin_again(notice, at=at)
    return notice


def give_notice_link(*, notice: Notice, by: User, at: datetime, via: str = "") -> str:
    """Make a new address for the person; the one before, also on paper, ends.

    Returns:
        The secret, which stands nowhere else.

    Raises:
        Conflict: it is not issued, or revoked.
    """
    permissions.check_can_deliver(by, notice.case)
    with ledger.recording():
        notice = _lock(notice)
        policies.check_is_issued(notice)
        _link, secret = cases.renew_access_link(
            case=notice.case, about=notice.key, by=by, at=at, via=via
        )
    return secret


def end_notice_link(*, notice: Notice, by: User, at: datetime, via: str = "") -> None:
    """Let the address answer "not found", also the one on paper; twice does nothing."""
    permissions.check_can_deliver(by, notice.case)
    with ledger.recording():
        notice = _lock(notice)
        cases.end_access_links(
            case=notice.case, about=notice.key, by=by, at=at, via=via
        )


def take_word(*, notice: Notice, by: User, at: datetime, via: str = "") -> bytes:
    """The letter as a Word file, on the record; of a draft with the name covered.

    Raises:
        NotAllowed: they may not read plans.
    """
    permissions.check_can_see_plans(by, notice.case)
    if notice.issued_at is None:
        return notice_docx(notice, masked_letter(notice), at=notice.begun_at)
    content = notice_docx(notice, letter_of(notice), at=notice.issued_at)
    with ledger.recording():
        _record(
            NoticeTaken(code=notice.code, sha256=sha256(content).hex()),
            notice,
            by=by,
            at=at,
            via=via,
        )
    return content


def record_delivery(
    *,
    notice: Notice,
    way: DeliveryWay,
    result: DeliveryResult,
    happened: datetime,
    by: User,
    at: datetime,
    tracking: str = "",
    witnesses: str = "",
    words: str = "",
    exhibit: Exhibit | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> NoticeDelivery:
    """Say how the letter was handed over, and what came of it; each attempt is a row.

    Args:
        happened: when; not before its issue, and not in the future.
        tracking: number of the post.
        witnesses: the names of two who saw that it was refused or left.
        exhibit: the signed copy or slip, of the same case.

    Raises:
        InvalidInput: what this way or result needs is missing, or the moment cannot be.
        Conflict: it is not issued, or revoked, or the measure had been replaced by then.
    """
    permissions.check_can_deliver(by, notice.case)
    said = {
        "tracking": typed(tracking, path="tracking", most=MOST_TRACKING),
        "witnesses": typed(witnesses, path="witnesses", most=MOST_WITNESSES),
        "words": typed(words, path="words", most=MOST_WORDS),
    }
    _check_delivery(notice.case, way, result, said, exhibit)
    _check_signer(notice, result, at=happened)
    content = {
        "delivery": str(notice.uid),
        "by": by.actor_key,
        "way": way.value,
        "result": result.value,
        "happened": happened.isoformat(),
        "exhibit": exhibit.code if exhibit else "",
        "said": sha256(repr(said).encode()).hex(),
    }
    with ledger.recording():
        notice = _lock(notice)
        earlier = cases.made_before(
            NoticeDelivery.objects.select_related("notice__case__site"),
            case=notice.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        issued_at = policies.check_is_issued(notice)
        if not issued_at - _SKEW <= happened <= at + _SKEW:
            raise InvalidInput(
                _("送达时间要在签发以后，也不能晚于现在"), path="happened"
            )
        check_stands(notice, at=happened)
        made = notice.deliveries.create(
            way=way,
            result=result,
            by=by,
            happened_at=happened,
            said_at=at,
            exhibit=exhibit,
            **said,
        )
        if result.is_delivered and notice.state == NoticeState.ISSUED:
            notice.state = NoticeState.DELIVERED
            notice.save(update_fields=["state"])
        cases.record(
            NoticeDeliveryRecorded(
                code=notice.code,
                number=notice.deliveries.count(),
                way=way.value,
                result=result.value,
                exhibit=exhibit.code if exhibit else None,
                tracking_digest=made.digest_of("tracking"),
                witnesses_digest=made.digest_of("witnesses"),
                words_digest=made.digest_of("words"),
            ),
            notice.case,
            thing=made.key,
            by=by,
            at=at,
            happened=happened,
            via=via,
        )
        cases.remember_made(
            made.uid, case=notice.case, request_id=request_id, content=content, at=at
        )
        if result.is_delivered:
            end_with_letter(notice, at=at)
    return made


def _next_number(case: Case) -> int:
    last: int | None = case.notices.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _about(notice: Notice) -> dict[str, str]:
    """What the record names a letter by: its measure, else whom it is for."""
    if notice.measure is not None:
        return {"measure": notice.measure.ref}
    return {"party": f"party:{notice.party.uid}"}


def _within(sentences: list[str], most: int) -> str:
    """As many whole sentences as there is room for; the author sees what is missing."""
    text = ""
    for sentence in sentences:
        if len(text) + len(sentence) > most:
            break
        text += sentence
    return text


def _checked_letter(notice: Notice, *, at: datetime) -> Letter:
    """The letter as it would go out; refused where it may not."""
    on = act_day(notice.case)
    if not full_name(notice.party):
        raise Conflict(_("还不知道本人是谁，请先在当事人里补上姓名"))
    if notice.party.removed_at is not None:
        raise Conflict(_("本人已从本案当事人中移除"))
    if notice.measure is None:
        policies.check_is_aggressor(notice.party)
    else:
        _check_decided(notice.measure, at=at)
    _check_addressee(notice, at=at)
    template = template_of(notice.case.site.organisation, NoticeKind(notice.kind))
    law.check_cited(references=cited_in(template.body), act_on=on, path="template")
    _told(notice.facts, path="facts", most=MOST_FACTS, notice=notice)
    _asked(notice.request, notice)
    letter = letter_of(notice)
    if notice.measure is not None:
        _check_decided_words(notice.measure, letter, notice)
    _check_walled(letter.text, notice, path="template")
    # Of a template that was written before a list grew as well.
    check_text(f"{letter.title}\n{letter.text}", notice.case, path="template")
    return letter


def _check_decided(measure: PlanMeasure, *, at: datetime) -> None:
    """A measure is told as it was decided, and to whom it may still be about."""
    if not is_answerable(measure.party):
        raise Conflict(_("本人已经不是本案的行为人或者涉事人，不能再告知这项措施"))
    policies.check_rests_on(measure.plan, finding_in_force(measure.plan.case))
    policies.check_days_ahead(measure, on=local_day(at))


def _check_decided_words(measure: PlanMeasure, letter: Letter, notice: Notice) -> None:
    """Say which words of the plan may not go out, not that the template may not.

    They were approved before a list grew, or before somebody was entered.
    """
    for path in DECIDED_WORDS:
        words = without_stop(getattr(measure, path))
        if words and words in letter.text:
            check_text(words, notice.case, path=path)
            _check_walled(words, notice, path=path)


def _check_addressee(notice: Notice, *, at: datetime) -> None:
    """Nobody writes to a child: their guardian bears it and signs for it (民法典 1188)."""
    to_guardian = is_to_guardian(notice)
    if to_guardian and not is_known_minor(notice.party, at=at):
        raise Conflict(_("本人现在已满十八周岁，请撤销这份草稿，重新起草"))
    if to_guardian and not named_guardians(notice):
        raise Conflict(
            _(
                "本人未满十八周岁，函件写给监护人、由监护人签收：请先在案件的当事人里登记监护人的姓名，并写明是谁的监护人"
            ),
            source="G20",
        )


def _asked(text: str, notice: Notice) -> str:
    """Where nothing was decided, nothing has to be asked either."""
    if notice.measure is None and not text.strip():
        return ""
    return _told(text, path="request", most=MOST_REQUEST, notice=notice)


def _told(text: str, *, path: str, most: int, notice: Notice) -> str:
    text = typed(
        text,
        path=path,
        most=most,
        refusal=_("请写明发生了什么、请对方做什么"),
    )
    check_text(text, notice.case, path=path)
    _check_walled(text, notice, path=path)
    return text


def _check_walled(text: str, notice: Notice, *, path: str) -> None:
    """A letter to one side says nothing private of the other, nor who saw or reported it."""
    own = with_guardians(notice.party)
    check_names_no_witness([(path, text)], case=notice.case, own=own)
    check_no_leaks(text, case=notice.case, side=Side.AGGRESSOR, own=own)


def _check_delivery(
    case: Case,
    way: DeliveryWay,
    result: DeliveryResult,
    said: dict[str, str],
    exhibit: Exhibit | None,
) -> None:
    if exhibit is not None and (
        exhibit.case_id != case.pk or exhibit.source == Source.NOTICE
    ):
        raise InvalidInput(_("本案没有这件证据"), path="exhibit")
    if way.needs_tracking and not said["tracking"]:
        raise InvalidInput(_("请填写邮件单号"), path="tracking")
    if (way == DeliveryWay.LEFT) != (result == DeliveryResult.LEFT) and (
        result != DeliveryResult.FAILED
    ):
        raise InvalidInput(_("送达方式和结果对不上"), path="result")
    if result.is_signed and exhibit is None:
        raise InvalidInput(
            _("请先把签收的那一份作为证据上传，再选择它"), path="exhibit"
        )
    names = names_in(said["witnesses"])
    if result.needs_witnesses and len(names) < _LEAST_WITNESSES:
        raise InvalidInput(
            _("拒收或者留置，要有两名见证人：姓名之间用顿号隔开"), path="witnesses"
        )
    if result == DeliveryResult.RECEIVED and not said["words"] and exhibit is None:
        raise InvalidInput(_("请写明怎样知道本人已收到，或者附上回执"), path="words")
    if result == DeliveryResult.FAILED and not said["words"]:
        raise InvalidInput(_("请写明为什么没有送到"), path="words")


def _check_signer(notice: Notice, result: DeliveryResult, *, at: datetime) -> None:
    if result == DeliveryResult.SIGNED and is_known_minor(notice.party, at=at):
        raise InvalidInput(
            _("本人未满十八周岁，由监护人签收"), path="result", source="G20"
        )
    if result == DeliveryResult.GUARDIAN and not named_guardians(notice):
        raise InvalidInput(
            _("本人没有登记的监护人，请先在当事人里登记"), path="result", source="G20"
        )


def _paragraphs(body: str) -> str:
    lines = unicodedata.normalize("NFC", body).replace("\r\n", "\n").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _own_draft(notice: Notice, by: User) -> Notice:
    notice = _lock(notice)
    if not notice.is_draft:
        raise Conflict(
            _("告知书 %(code)s %(state)s，不能再改")
            % {"code": notice.code, "state": notice.get_state_display()}
        )
    if notice.author_id != by.pk:
        raise Conflict(
            _("这份告知书由%(name)s起草，只有起草人能改") % {"name": notice.author.name}
        )
    return notice


def _lock(notice: Notice) -> Notice:
    """The notice under its row lock, after its case's, as everywhere."""
    fresh = cases.lock_of_case(
        notice,
        "author",
        "measure__plan",
        "measure__party",
        "party__person",
        "party__user",
    )
    if fresh.measure is not None:
        fresh.measure.plan.case = fresh.case
    return fresh


def _record(
    event: Event, notice: Notice, *, by: User, at: datetime, via: str = ""
) -> None:
    cases.record(event, notice.case, thing=notice.key, by=by, at=at, via=via)

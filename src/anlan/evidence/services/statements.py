"""Statements 情况说明: begun, written down, read back, refused; signing is beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import vault
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WHERE, MOST_WORDS, typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.models import Case, Party
from anlan.cases.selectors import full_name
from anlan.cases.selectors.guardians import check_may_be_with, relation_of
from anlan.customers import selectors as customers
from anlan.evidence import permissions, policies
from anlan.evidence.enums import (
    ExhibitKind,
    Protection,
    Source,
    StatementFileKind,
    StatementMode,
    StatementRole,
    StatementState,
)
from anlan.evidence.events import (
    AnswerFixed,
    GuardianNamed,
    StatementBegun,
    StatementDiscarded,
    StatementRead,
    StatementReadBack,
    StatementRecorded,
    StatementRefused,
    StatementReopened,
)
from anlan.evidence.models import Statement, StatementAnswer, StatementFile
from anlan.evidence.questions import questions_for
from anlan.evidence.reading import reading_of
from anlan.evidence.selectors.statements import planned_in
from anlan.evidence.sentences import content_digest, numbered
from anlan.evidence.services.protecting import (
    check_consents,
    check_nobody_beside,
    is_known_under_fourteen,
    prompt_report,
)
from anlan.evidence.services.receiving import add_exhibit
from anlan.evidence.services.steps import key_of
from anlan.law.guardrails import (
    check_guardian,
    check_guardian_consent,
    check_talk,
    check_talk_wording,
)
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

MOST_ANSWER = 4000  # characters of one answer
MOST_QUESTION = 200
MOST_OWN = 20  # questions beside the guide's
MOST_PRESENT = 200
MOST_LANGUAGE = 40
MOST_RECORDINGS = 6
_OWN = re.compile(r"own-([1-9][0-9]?)")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was said to one question.

    Args:
        version: of the answer that the writer saw; 0 if there was none.
        question: in the words in which it was asked, where the guide does not have it.
    """

    key: str
    text: str = ""
    is_declined: bool = False
    version: int = 0
    question: str = ""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """Which answers are kept, and which somebody else changed in the meantime.

    Of a conflict nothing is written: what is there is given, so that whoever writes
    decides with both before their eyes.
    """

    rows: list[StatementAnswer]
    conflicts: list[StatementAnswer]


def begin_statement(
    *,
    case: Case,
    of: Party | User,
    role: StatementRole,
    place: str,
    is_told: bool,
    by: User,
    at: datetime,
    mode: StatementMode = StatementMode.SPOKEN,
    language: str = "",
    present: str = "",
    is_minor: bool = False,
    guardian: Party | cases.NewGuardian | None = None,
    is_under_fourteen: bool = False,
    has_consent: bool = False,
    request_id: UUID | None = None,
    via: str = "",
) -> Statement:
    """Begin to write down what one person says.

    Args:
        of: whose it is; a colleague who is a party of the case is that party.
        place: where it is taken.
        is_told: that it is voluntary, can be stopped at any time, and a copy is theirs.
        is_minor: as they say; whoever is known to be under 18 is anyway.
        present: who else is there; never another party.
        guardian: who is with them, linked to them; a new one is registered as that.
        is_under_fourteen, has_consent: then the guardian agrees, too; that they are is
            known by itself where their year of birth leaves no doubt.

    Raises:
        InvalidInput: they were not told, a guardian is missing, is not theirs or did not
            agree, another party is in the room, or a word is missing.
        Conflict: a statement of theirs is open already.
    """
    permissions.check_can_take_statement(by, case)
    check_talk(is_so=is_told, act_on=act_day(case), path="is_told")
    of = _party_instead(of, case)
    _check_is_of_case(of, case)
    is_under_fourteen = is_under_fourteen or is_known_under_fourteen(of, at=at)
    is_minor = is_minor or is_under_fourteen or is_known_minor(of, at=at)
    place = typed(place, path="place", most=MOST_WHERE, refusal=_("请写明在哪里记录的"))
    language = typed(language, path="language", most=MOST_LANGUAGE) or _("普通话")
    present = typed(present, path="present", most=MOST_PRESENT)
    check_nobody_beside(present, of=of, case=case)
    check_guardian(is_minor=is_minor, guardian=told_of(guardian), act_on=act_day(case))
    check_guardian_consent(
        is_under_fourteen=is_under_fourteen,
        has_consent=has_consent,
        act_on=act_day(case),
    )
    content = {
        "statement": key_of(of) or "",
        "role": role,
        "mode": mode,
        "by": by.actor_key,
        "words": sha256(
            f"{place}\n{language}\n{present}\n{told_of(guardian)}".encode()
        ).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Statement.objects.select_related("case__site", "party"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        party, user = (of, None) if isinstance(of, Party) else (None, of)
        _check_none_is_open(case, party, user)
        beside = _beside(guardian, party, by=by, at=at, via=via)
        statement = Statement.objects.create(
            case=case,
            number=_next_number(case),
            role=role,
            party=party,
            user=user,
            taken_by=by,
            mode=mode,
            language=language,
            place=place,
            present=present,
            is_minor=is_minor,
            has_consent=is_under_fourteen,
            guardian_party=beside,
            guardian=full_name(beside) if beside else "",
            relation=relation_of(beside, party) if beside and party else "",
            begun_at=at,
        )
        cases.record(
            StatementBegun(
                code=statement.code,
                role=role,
                giver=key_of(of) or "",
                mode=mode,
                minor=int(is_minor),
                consent=int(is_under_fourteen) or None,
                guardian_party=key_of(beside),
                language_digest=statement.digest_of("language"),
                place_digest=statement.digest_of("place"),
                present_digest=statement.digest_of("present"),
                guardian_digest=statement.digest_of("guardian"),
                relation_digest=statement.digest_of("relation"),
            ),
            case,
            thing=statement.key,
            by=by,
            at=at,
            via=via,
        )
        prompt_report(statement, by=by, at=at)
        cases.remember_made(
            statement.uid, case=case, request_id=request_id, content=content, at=at
        )
    return statement


def save_answers(
    *, statement: Statement, said: Sequence[Answer], by: User, at: datetime
) -> Saved:
    """Keep what was said so far; a draft is not on the record until it ends.

    An answer that is sent as it is kept already changes nothing, so the same request
    may come twice. Of two writers of one answer the second is told (``conflicts``).

    Raises:
        Conflict: it is no draft any more.
        InvalidInput: too long, or a question that cannot be asked.
    """
    permissions.check_can_write(by, statement)
    cleaned = [_clean(answer, statement) for answer in said]
    with ledger.recording():
        statement = lock_statement(statement)
        policies.check_is_draft(statement)
        there = {answer.key: answer for answer in statement.answers.all()}
        planned = planned_in(statement)
        rows: list[StatementAnswer] = []
        conflicts: list[StatementAnswer] = []
        for answer in cleaned:
            row = there.get(answer.key)
            if row is None and answer.version == 0:
                is_typed = _is_own(answer) and answer.key not in planned
                if answer.text or answer.is_declined or is_typed:
                    there[answer.key] = _new_answer(statement, answer, by=by, at=at)
                    rows.append(there[answer.key])
            elif row is not None and _says(row) == _says(answer):
                rows.append(row)
            elif row is not None and row.version == answer.version:
                row.answer, row.is_declined = answer.text, answer.is_declined
                row.version += 1
                row.said_at, row.written_by = at, by
                row.save(
                    update_fields=[
                        *("answer", "is_declined", "version"),
                        *("said_at", "written_by"),
                    ]
                )
                rows.append(row)
            elif row is not None:
                conflicts.append(row)
            else:
                raise Conflict(_("这个问题已经不在草稿里，请刷新页面"))
    return Saved(rows=rows, conflicts=conflicts)


def name_guardian(
    *,
    statement: Statement,
    guardian: Party | cases.NewGuardian | None,
    by: User,
    at: datetime,
    is_under_fourteen: bool = False,
    has_consent: bool = False,
    via: str = "",
) -> Statement:
    """Say that the person is under 18, and who is there with them.

    Args:
        is_under_fourteen, has_consent: as when it is begun; another guardian is asked
            again.

    Raises:
        InvalidInput: nobody is, who is there is not their guardian or did not agree, or
            another party is in the room.
    """
    permissions.check_can_write(by, statement)
    check_guardian(
        is_minor=True, guardian=told_of(guardian), act_on=act_day(statement.case)
    )
    with ledger.recording():
        statement = lock_statement(statement)
        policies.check_is_draft(statement)
        ward = statement.party
        is_under_fourteen = (
            is_under_fourteen
            or statement.has_consent
            or is_known_under_fourteen(ward, at=at)
        )
        beside = _beside(guardian, ward, by=by, at=at, via=via)
        check_guardian_consent(
            is_under_fourteen=is_under_fourteen,
            has_consent=has_consent,
            act_on=act_day(statement.case),
        )
        # Once the guardian is registered: who was named as present may be just them.
        _check_is_alone(statement)
        statement.is_minor, statement.guardian_party = True, beside
        statement.has_consent = is_under_fourteen
        statement.guardian = full_name(beside) if beside else ""
        statement.relation = relation_of(beside, ward) if beside and ward else ""
        statement.save(
            update_fields=[
                *("is_minor", "has_consent"),
                *("guardian_party", "guardian", "relation"),
            ]
        )
        cases.record(
            GuardianNamed(
                code=statement.code,
                consent=int(is_under_fourteen) or None,
                guardian_party=key_of(beside),
                guardian_digest=statement.digest_of("guardian"),
                relation_digest=statement.digest_of("relation"),
            ),
            statement.case,
            thing=statement.key,
            by=by,
            at=at,
            via=via,
        )
        prompt_report(statement, by=by, at=at)
    return statement


def add_recording(
    *,
    statement: Statement,
    chunks: Iterable[bytes],
    is_told: bool,
    by: User,
    at: datetime,
    via: str = "",
) -> StatementFile:
    """Keep a sound of the talk as an exhibit that only readers of the statement see.

    Args:
        is_told: that the person knew it was recorded.

    Raises:
        InvalidInput: they did not, or it is no sound.
        Conflict: it is signed already.
    """
    permissions.check_can_write(by, statement)
    if not is_told:
        raise InvalidInput(_("录音须事先告知本人"), path="is_told", source="G24")
    policies.check_statement_is_open(statement)
    kept = vault.keep_file(chunks, path="recording")
    if ExhibitKind.of(kept.media_type) != ExhibitKind.AUDIO:
        raise InvalidInput(_("请附录音"), path="recording")
    reading = reading_of(kept)
    with ledger.recording():
        statement = lock_statement(statement)
        policies.check_statement_is_open(statement)
        if statement.files.count() >= MOST_RECORDINGS:
            raise InvalidInput(_("最多 %s 段录音") % MOST_RECORDINGS, path="recording")
        exhibit = add_exhibit(
            case=statement.case,
            kept=kept,
            source=Source.STATEMENT,
            reading=reading,
            title=_("录音：情况说明 %s") % statement.code,
            protection=Protection.STATEMENT,
            by=by,
            at=at,
            via=via,
        )
        there = StatementFile.objects.filter(exhibit=exhibit).first()
        if there is not None:
            if there.statement_id != statement.pk:
                raise Conflict(_("这段录音已经属于另一份情况说明"))
            return there
        made = StatementFile.objects.create(
            statement=statement,
            kind=StatementFileKind.RECORDING,
            exhibit=exhibit,
            added_at=at,
        )
        cases.record(
            StatementRecorded(code=statement.code, exhibit=exhibit.code),
            statement.case,
            thing=statement.key,
            by=by,
            at=at,
            via=via,
        )
    return made


def read_back(
    *, statement: Statement, by: User, at: datetime, via: str = ""
) -> Statement:
    """Let the words stand still, to be read out and signed.

    Raises:
        InvalidInput: the person is under 18, and no guardian is named, who is named does
            not stand for them any more, or did not agree though they are under 14; or
            another party is named as present.
        Conflict: nothing was said, or it is no draft.
    """
    permissions.check_can_write(by, statement)
    with ledger.recording():
        statement = lock_statement(statement)
        policies.check_is_draft(statement)
        # It may have become known since it was begun; then the guardian signs too.
        statement.is_minor = is_of_minor(statement, at=at)
        check_guardian(
            is_minor=statement.is_minor,
            guardian=statement.guardian,
            act_on=act_day(statement.case),
        )
        check_guardian_stands(statement)
        check_consents(statement, at=at)
        _check_is_alone(statement)
        answers = list(statement.answers.order_by("position"))
        if not any(answer.answer for answer in answers):
            raise Conflict(_("还没有记录任何内容"))
        statement.state = StatementState.READ_BACK
        statement.read_back_at = at
        statement.save(update_fields=["state", "read_back_at", "is_minor"])
        cases.record(
            StatementReadBack(
                code=statement.code,
                draft=statement.draft,
                sentences=sum(len(said.sentences) for said in numbered(answers)),
                content=content_digest(answers),
            ),
            statement.case,
            thing=statement.key,
            by=by,
            at=at,
            via=via,
        )
        prompt_report(statement, by=by, at=at)
    return statement


def is_of_minor(statement: Statement, *, at: datetime) -> bool:
    """As it was said when it was begun, or is known by now."""
    giver = statement.party or statement.user
    return statement.is_minor or is_known_minor(giver, at=at)


def _check_is_alone(statement: Statement) -> None:
    giver = statement.party or statement.user
    if giver is not None:
        check_nobody_beside(statement.present, of=giver, case=statement.case)


def reopen_statement(
    *, statement: Statement, by: User, at: datetime, via: str = ""
) -> Statement:
    """The person heard something that is not what they said: a new draft."""
    permissions.check_can_write(by, statement)
    with ledger.recording():
        statement = lock_statement(statement)
        policies.check_is_read_back(statement)
        statement.state = StatementState.DRAFT
        statement.draft += 1
        statement.read_back_at = None
        statement.save(update_fields=["state", "draft", "read_back_at"])
        cases.record(
            StatementReopened(code=statement.code, draft=statement.draft),
            statement.case,
            thing=statement.key,
            by=by,
            at=at,
            via=via,
        )
    return statement


def refuse_statement(
    *, statement: Statement, reason: str, by: User, at: datetime, via: str = ""
) -> Statement:
    """They do not want to say anything, or to sign: nobody has to, and no reason is asked.

    Args:
        reason: what they said about it; it may be empty.
    """
    return _end(
        statement, StatementState.REFUSED, reason, needs=False, by=by, at=at, via=via
    )


def discard_statement(
    *, statement: Statement, reason: str, by: User, at: datetime, via: str = ""
) -> Statement:
    """Give up a draft that was begun wrongly; what stands in it stays, with the reason."""
    return _end(
        statement, StatementState.DISCARDED, reason, needs=True, by=by, at=at, via=via
    )


def show_statement(*, statement: Statement, by: User, at: datetime) -> None:
    """Say on the record who reads it. Those who write it down do not read it."""
    permissions.check_can_read(by, statement)
    if statement.is_open and statement.taken_by_id == by.pk:
        return
    with ledger.recording():
        cases.record(
            StatementRead(code=statement.code),
            statement.case,
            thing=statement.key,
            by=by,
            at=at,
        )


def is_known_minor(somebody: Party | User | None, *, at: datetime) -> bool:
    """Whether their record says so; where only a year is known, until it is certain."""
    person = somebody.person if isinstance(somebody, Party) else None
    return person is not None and customers.is_minor(person, on=local_day(at))


def told_of(guardian: Party | cases.NewGuardian | None) -> str:
    """Whom a request names as guardian, in one line; blank where it names nobody."""
    if isinstance(guardian, cases.NewGuardian):
        return f"{guardian.name} {guardian.phone} {guardian.relation}"
    return key_of(guardian) or ""


def check_guardian_stands(statement: Statement) -> None:
    """Who is named as their guardian is so at this moment, too.

    Raises:
        InvalidInput: it was taken back since, they turned out to be of the other side,
            or it is a name of the time when names were typed.
    """
    if not statement.guardian:
        return
    if statement.guardian_party is None or statement.party is None:
        raise InvalidInput(
            _("请在“未满十八周岁”里选择登记的监护人"), path="guardian", source="G20"
        )
    check_may_be_with(statement.guardian_party, statement.party, path="guardian")


def lock_statement(statement: Statement) -> Statement:
    """The statement under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(
        statement,
        "party__person",
        "user",
        "taken_by",
        "guardian_party__person",
        "guardian_party__user",
    )


def fix_answers(
    statement: Statement, answers: Iterable[StatementAnswer], *, by: Actor, at: datetime
) -> None:
    """Let the record vouch for every question and answer, now that nothing changes."""
    for answer in answers:
        cases.record(
            AnswerFixed(
                code=statement.code,
                position=answer.position,
                declined=int(answer.is_declined),
                question_digest=answer.digest_of("question"),
                answer_digest=answer.digest_of("answer"),
            ),
            statement.case,
            thing=answer.ref,
            by=by,
            at=at,
        )


def _end(
    statement: Statement,
    state: StatementState,
    reason: str,
    *,
    needs: bool,
    by: User,
    at: datetime,
    via: str,
) -> Statement:
    permissions.check_can_write(by, statement)
    reason = typed(
        reason,
        path="reason",
        most=MOST_WORDS,
        refusal=_("请写明为什么放弃这份草稿") if needs else "",
    )
    with ledger.recording():
        statement = lock_statement(statement)
        policies.check_statement_is_open(statement)
        statement.state, statement.reason, statement.ended_at = state, reason, at
        statement.save(update_fields=["state", "reason", "ended_at"])
        digest = statement.digest_of("reason")
        event = (
            StatementRefused(
                code=statement.code, role=statement.role, reason_digest=digest
            )
            if state == StatementState.REFUSED
            else StatementDiscarded(code=statement.code, reason_digest=digest)
        )
        cases.record(event, statement.case, thing=statement.key, by=by, at=at, via=via)
        fix_answers(statement, statement.answers.order_by("position"), by=by, at=at)
    return statement


def _clean(answer: Answer, statement: Statement) -> Answer:
    """As it is kept; a question of the guide is asked in the guide's own words."""
    path = f"answer-{answer.key}"
    text = typed(answer.text, path=path, most=MOST_ANSWER)
    if answer.is_declined and text:
        raise InvalidInput(_("写了回答，就不能再选“不回答”"), path=path)
    guide = {question.key: question.words for question in questions_for(statement.role)}
    guide |= planned_in(statement)
    question = guide.get(answer.key) or _own_question(answer, statement)
    return replace(answer, text=text, question=question)


def _own_question(answer: Answer, statement: Statement) -> str:
    """A question that the guide does not have, in the words in which it was asked."""
    own, path = _OWN.fullmatch(answer.key), f"question-{answer.key}"
    if own is None or int(own[1]) > MOST_OWN:
        raise InvalidInput(_("没有这个问题"), path=path)
    question = typed(answer.question, path=path, most=MOST_QUESTION)
    check_talk_wording(text=question, act_on=act_day(statement.case), path=path)
    is_first = answer.version == 0
    if is_first and not question and (answer.text or answer.is_declined):
        raise InvalidInput(_("请写明问了什么"), path=path)
    return question


def _is_own(answer: Answer) -> bool:
    return bool(answer.question) and _OWN.fullmatch(answer.key) is not None


def _says(one: StatementAnswer | Answer) -> tuple[str, bool]:
    return (
        one.answer if isinstance(one, StatementAnswer) else one.text,
        one.is_declined,
    )


def _new_answer(
    statement: Statement,
    answer: Answer,
    *,
    by: User,
    at: datetime,
) -> StatementAnswer:
    return StatementAnswer.objects.create(
        statement=statement,
        key=answer.key,
        position=_position(statement, answer.key),
        question=answer.question,
        answer=answer.text,
        is_declined=answer.is_declined,
        said_at=at,
        written_by=by,
    )


def _position(statement: Statement, key: str) -> int:
    """The guide's order, then one's own questions in theirs."""
    keys = [question.key for question in questions_for(statement.role)]
    own = _OWN.fullmatch(key)
    return 100 + int(own[1]) if own else keys.index(key) + 1


def _beside(
    guardian: Party | cases.NewGuardian | None,
    ward: Party | None,
    *,
    by: User,
    at: datetime,
    via: str,
) -> Party | None:
    """Who is with them, as a party that stands for them now; nobody asks of a grown-up."""
    if guardian is None:
        return None
    if ward is None:
        raise InvalidInput(
            _("请先把这位同事登记为本案当事人，再登记其监护人"),
            path="guardian",
            source="G20",
        )
    if isinstance(guardian, cases.NewGuardian):
        guardian = cases.register_guardian(
            ward=ward, who=guardian, by=by, at=at, via=via
        )
    check_may_be_with(guardian, ward, path="guardian")
    return guardian


def _party_instead(of: Party | User, case: Case) -> Party | User:
    """A colleague who is a party of the case speaks as that party, and only once."""
    if isinstance(of, Party):
        return of
    found = Party.objects.filter(case=case, user=of, removed_at=None).first()
    return found or of


def _check_is_of_case(of: Party | User, case: Case) -> None:
    is_other = (
        of.case_id != case.pk or of.removed_at is not None
        if isinstance(of, Party)
        else of.organisation_id != case.organisation_id
    )
    if is_other:
        raise InvalidInput(_("本案没有这个人"), path="of")


def _check_none_is_open(case: Case, party: Party | None, user: User | None) -> None:
    theirs = Statement.objects.filter(case=case, party=party, user=user)
    begun = theirs.filter(
        state__in=[StatementState.DRAFT, StatementState.READ_BACK]
    ).first()
    if begun is not None:
        raise Conflict(_("这个人的情况说明 %s 还没有完成") % begun.code)


def _next_number(case: Case) -> int:
    """Call it under the lock of the case."""
    last: int | None = case.statements.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1

"""What a person makes of accounts side by side: cells, pairs, free facts, names."""

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
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case, Party
from anlan.evidence.models import Statement
from anlan.investigation import permissions
from anlan.investigation.enums import CellSays
from anlan.investigation.events import (
    CellRead,
    FreeFactAdded,
    FreeFactWithdrawn,
    PairRead,
    PersonNamed,
)
from anlan.investigation.models import CellReading, FreeFact, Naming, PairReading
from anlan.investigation.selectors.comparison import (
    ShownPair,
    cell_for,
    column_for,
    comparison_of,
    fact_read,
    newest_judgement,
    newest_reading,
)
from anlan.law import guardrails as law
from anlan.ledger import services as ledger

MOST_FACT = 120
MOST_NOTE = 300
MOST_FREE = 30  # free facts of a case, those that were struck out as well
MOST_CALLED = 120
MOST_NAMES = 6  # how one account calls one person


def read_cell(
    *,
    case: Case,
    statement: str,
    fact: str,
    says: CellSays,
    by: User,
    at: datetime,
    start: int | None = None,
    note: str = "",
    via: str = "",
) -> CellReading:
    """Say what one account says to one fact; the same as before changes nothing.

    Args:
        statement: its code.
        fact: a key of the standard list, or the slug of a free fact.
        start: of the sentence that says so, in characters of the account; none where
            nothing is said.

    Raises:
        NotFound: no such fact, or no such account.
        InvalidInput: no sentence begins there, one is missing, or a verdict (G15).
    """
    permissions.check_can_find(by, case)
    note = typed(note, path="note", most=MOST_NOTE)
    law.check_no_verdict(text=note, act_on=act_day(case), path="note")
    column = column_for(by, case, statement)
    shown = cell_for(case, by, column, fact)  # before the lock: it reads every account
    end = None
    if says == CellSays.SILENT:
        start = None
    else:
        ends = {sentence.start: sentence.end for sentence in column.sentences}
        if start is None or start not in ends:
            raise InvalidInput(_("请选是哪一句说的"), path="start")
        end = ends[start]
    with ledger.recording():
        case = cases.lock_case(case)
        kept = fact_read(case, column.statement, fact)
        earlier = newest_reading(column.statement, kept)
        said = (says, start, note)
        if earlier and (earlier.says, earlier.start, earlier.note) == said:
            return earlier
        reading = CellReading.objects.create(
            statement=column.statement,
            fact=kept,
            says=says,
            proposed=shown.proposed or "",
            start=start,
            end=end,
            note=note,
            read_by=by,
            read_at=at,
        )
        cases.record(
            CellRead(
                statement=column.code,
                fact=fact,
                says=says,
                proposed=reading.proposed,
                start=start,
                end=end,
                note_digest=reading.digest_of("note"),
            ),
            case,
            thing=reading.key,
            by=by,
            at=at,
            via=via,
        )
    return reading


def accept_cell(
    *, case: Case, statement: str, fact: str, by: User, at: datetime, via: str = ""
) -> CellReading:
    """Take over what the program proposes now.

    Raises:
        Conflict: a person has read it already, or nothing is proposed.
    """
    permissions.check_can_find(by, case)
    column = column_for(by, case, statement)
    shown = cell_for(case, by, column, fact)
    if shown.reading is not None or shown.proposed is None:
        raise Conflict(_("这一格没有待核对的建议；请用“修改”写明"))
    return read_cell(
        case=case,
        statement=statement,
        fact=fact,
        says=shown.says,
        start=shown.start,
        by=by,
        at=at,
        via=via,
    )


def judge_pair(
    *,
    case: Case,
    pair: ShownPair,
    holds: bool,
    by: User,
    at: datetime,
    reason: str = "",
    via: str = "",
) -> PairReading:
    """Say whether two sentences do contradict, or agree, as proposed.

    Args:
        reason: why not; needed where it does not hold.

    Raises:
        Conflict: it is no longer proposed: how somebody is called was changed meanwhile.
    """
    permissions.check_can_find(by, case)
    reason = typed(
        reason,
        path="reason",
        most=MOST_NOTE,
        refusal="" if holds else _("请写明为什么不成立"),
    )
    law.check_no_verdict(text=reason, act_on=act_day(case), path="reason")
    pair = _same(pair, case, by)  # before the lock: it reads every account
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = newest_judgement(pair)
        if earlier and (earlier.holds, earlier.reason) == (holds, reason):
            return earlier
        reading = PairReading.objects.create(
            first=pair.first.statement,
            second=pair.second.statement,
            topic=pair.topic,
            first_start=pair.first_start,
            second_start=pair.second_start,
            holds=holds,
            reason=reason,
            read_by=by,
            read_at=at,
        )
        cases.record(
            PairRead(
                first=pair.first.code,
                second=pair.second.code,
                topic=pair.topic,
                first_start=pair.first_start,
                second_start=pair.second_start,
                holds=int(holds),
                reason_digest=reading.digest_of("reason"),
            ),
            case,
            thing=reading.ref,
            by=by,
            at=at,
            via=via,
        )
    return reading


def add_free_fact(
    *,
    case: Case,
    words: str,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> FreeFact:
    """Compare the accounts in something that the standard list does not have."""
    permissions.check_can_find(by, case)
    words = typed(
        words,
        path="words",
        most=MOST_FACT,
        refusal=_("请写明要比对什么，例如：谁叫了保安"),
    )
    law.check_no_verdict(text=words, act_on=act_day(case), path="words")
    content = {
        "free_fact": sha256(words.encode()).hex(),
        "by": by.actor_key,
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            FreeFact.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        count = case.free_facts.count()
        if count >= MOST_FREE:
            raise Conflict(_("一个案件最多记 %s 项") % MOST_FREE)
        fact = FreeFact.objects.create(
            case=case, number=count + 1, words=words, written_by=by, written_at=at
        )
        cases.record(
            FreeFactAdded(number=fact.number, words_digest=fact.digest_of("words")),
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


def withdraw_free_fact(
    *, fact: FreeFact, by: User, at: datetime, via: str = ""
) -> FreeFact:
    """Take a free fact out of the comparison; its readings stay on the record."""
    permissions.check_can_find(by, fact.case)
    with ledger.recording():
        case = cases.lock_case(fact.case)
        fact = FreeFact.objects.select_for_update().get(pk=fact.pk)
        fact.case = case
        if fact.withdrawn_at is not None:
            raise Conflict(_("这一项已经划去"))
        fact.withdrawn_at, fact.withdrawn_by = at, by
        fact.save(update_fields=["withdrawn_at", "withdrawn_by"])
        cases.record(
            FreeFactWithdrawn(number=fact.number),
            case,
            thing=fact.key,
            by=by,
            at=at,
            via=via,
        )
    return fact


def name_person(
    *,
    statement: Statement,
    party: Party,
    words: str,
    by: User,
    at: datetime,
    via: str = "",
) -> Naming:
    """Write down how one account calls somebody whom it does not name.

    Args:
        words: a line each, at most six: 那个穿灰衣服的. None: by name only.
    """
    case = statement.case
    permissions.check_can_find(by, case)
    if not Party.objects.filter(
        of_one_case(case), pk=party.pk, removed_at=None
    ).exists():
        raise InvalidInput(_("本案没有这个人"), path="party")
    words = typed(words, path="words", most=MOST_CALLED)
    names = [one for one in dict.fromkeys(map(str.strip, words.splitlines())) if one]
    if len(names) > MOST_NAMES:
        raise InvalidInput(_("最多写 %s 种称呼") % MOST_NAMES, path="words")
    words = "\n".join(names)
    with ledger.recording():
        case = cases.lock_case(case)
        last = Naming.objects.filter(statement=statement, party=party).order_by("pk")
        earlier = last.last()
        if earlier is not None and earlier.words == words:
            return earlier
        naming = Naming.objects.create(
            statement=statement, party=party, words=words, written_by=by, written_at=at
        )
        cases.record(
            PersonNamed(
                statement=statement.code,
                party=f"party:{party.uid}",
                words_digest=naming.digest_of("words"),
            ),
            case,
            thing=naming.ref,
            by=by,
            at=at,
            via=via,
        )
    return naming


def _same(pair: ShownPair, case: Case, by: User) -> ShownPair:
    for now in comparison_of(case, by).pairs:
        if (
            now.first.code == pair.first.code
            and now.second.code == pair.second.code
            and now.topic == pair.topic
            and now.first_start == pair.first_start
            and now.second_start == pair.second_start
        ):
            return now
    raise Conflict(_("这一条已经变了，请刷新页面再看"))

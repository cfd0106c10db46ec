"""Things that are evidence: taken in, sealed, looked at, moved, handed over, given back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import vault
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WHERE, typed
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.cases.models import Case, Party
from anlan.evidence import permissions, policies
from anlan.evidence.enums import ExhibitKind, ExhibitState, Source, StepKind
from anlan.evidence.events import ObjectRegistered, SealFoundBroken
from anlan.evidence.models import CustodyStep, Exhibit, PhysicalItem
from anlan.evidence.reading import unpacked_reading
from anlan.evidence.services.receiving import MOST_TITLE, add_exhibit, next_number
from anlan.evidence.services.signing import Signed, keep_signatures
from anlan.evidence.services.steps import (
    Act,
    check_is_not_held,
    key_of,
    record_step,
    save_item,
    seal,
    take_step,
)
from anlan.ledger import services as ledger

MOST_PHOTOS = 6  # taken when it was registered


def register_object(
    *,
    case: Case,
    title: str,
    kept_where: str,
    by: User,
    at: datetime,
    how: str = "",
    seal_number: str = "",
    handed_in_by: User | Party | None = None,
    happened: datetime | None = None,
    photos: Iterable[Iterable[bytes]] = (),
    request_id: UUID | None = None,
    via: str = "",
) -> Exhibit:
    """Take a thing into custody; whoever registers it has it from then on.

    Args:
        how: where and how it was found or taken.
        handed_in_by: a colleague, or a party of the case; nobody if it was found.
        happened: when it was found or taken, as was said.
        photos: of the thing as it came, each in parts; each is an exhibit of its own.

    Raises:
        InvalidInput: a word is missing, or the seal is on another thing in our hands.
    """
    permissions.check_can_register(by, case)
    title = typed(title, path="title", most=MOST_TITLE, refusal=_("请写明是什么物品"))
    kept_where = typed(
        kept_where, path="kept_where", most=MOST_WHERE, refusal=_("请写明存放在哪里")
    )
    how = typed(how, path="how")
    seal_number = seal(seal_number)
    _check_is_of_case(handed_in_by, case, path="handed_in_by")
    if happened is not None and happened > at:
        raise InvalidInput(_("发现时间不能晚于现在"), path="happened")
    kept = _keep_photos(photos)
    content = {
        "register": sha256(f"{title}\n{kept_where}\n{how}".encode()).hex(),
        "seal": seal_number,
        "from": key_of(handed_in_by),
        "by": by.actor_key,
        "photos": sorted(photo.sha256 for photo in kept),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            case.exhibits.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        exhibit = Exhibit.objects.create(
            case=case,
            number=next_number(case),
            kind=ExhibitKind.OBJECT,
            title=title,
            how=how,
            source=Source.PHYSICAL,
            happened_at=happened,
            received_at=at,
            received_from=key_of(handed_in_by) or by.actor_key,
        )
        item = PhysicalItem(
            organisation_id=case.organisation_id,
            exhibit=exhibit,
            seal_number=seal_number,
            kept_where=kept_where,
            holder=by,
        )
        save_item(item)
        cases.record(
            ObjectRegistered(
                code=exhibit.code,
                seal_number=seal_number,
                title_digest=exhibit.digest_of("title"),
                how_digest=exhibit.digest_of("how"),
            ),
            case,
            thing=exhibit.key,
            by=by,
            at=at,
            happened=happened,
            via=via,
        )
        giver = handed_in_by if isinstance(handed_in_by, User) else None
        step = CustodyStep(
            exhibit=exhibit,
            kind=StepKind.REGISTERED,
            at=at,
            by=by,
            giver=giver,
            receiver=by,
        )
        record_step(step, item, case, by=by, at=at, via=via, giver=handed_in_by)
        for photo in kept:
            add_exhibit(
                case=case,
                kept=photo,
                source=Source.PHYSICAL,
                reading=unpacked_reading(photo),
                title=_("实物照片：%s") % title,
                how=_("登记 %s 时拍摄") % exhibit.code,
                by=by,
                at=at,
                via=via,
            )
        cases.remember_made(
            exhibit.uid, case=case, request_id=request_id, content=content, at=at
        )
    return exhibit


def reseal(
    *,
    exhibit: Exhibit,
    seal_number: str,
    by: User,
    at: datetime,
    words: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> CustodyStep:
    """Put a new seal on it, with why the old one was opened.

    Raises:
        InvalidInput: no number, the one it has, or that of another thing.
    """
    permissions.check_can_register(by, exhibit.case)
    seal_number = seal(
        typed(seal_number, path="seal_number", refusal=_("请填写封条号"))
    )

    def change(item: PhysicalItem, step: CustodyStep) -> None:
        permissions.check_can_keep(by, item.exhibit)
        if item.seal_number == seal_number:
            raise InvalidInput(_("重新封存要用新的封条"), path="seal_number")
        if item.seal_number and not words:
            raise InvalidInput(_("请写明为什么拆开原来的封条"), path="words")
        item.seal_number = seal_number
        step.seal_is_whole = True

    words = typed(words, path="words")
    act = Act(exhibit=exhibit, by=by, at=at, request_id=request_id, via=via)
    return take_step(act, StepKind.SEALED, change, words=words, seal=seal_number)


def check_seal(
    *,
    exhibit: Exhibit,
    is_whole: bool,
    by: User,
    at: datetime,
    words: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> CustodyStep:
    """Say how the seal looks; of a broken one manager and counsel hear at once.

    Raises:
        InvalidInput: it is broken, and nobody says how.
        Conflict: there is no seal on it.
    """
    permissions.check_can_register(by, exhibit.case)
    words = typed(
        words,
        path="words",
        refusal="" if is_whole else _("请写明封条怎样破损、是谁在什么时候发现的"),
    )

    def change(item: PhysicalItem, step: CustodyStep) -> None:
        permissions.check_can_keep(by, item.exhibit)
        policies.check_has_seal(item)
        step.seal_is_whole = is_whole
        if not is_whole:
            cases.record(
                SealFoundBroken(code=item.exhibit.code, seal_number=item.seal_number),
                item.exhibit.case,
                thing=item.exhibit.key,
                by=by,
                at=at,
                via=via,
            )

    act = Act(exhibit=exhibit, by=by, at=at, request_id=request_id, via=via)
    return take_step(
        act, StepKind.CHECKED, change, words=words, whole=str(int(is_whole))
    )


def move(
    *,
    exhibit: Exhibit,
    kept_where: str,
    by: User,
    at: datetime,
    words: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> CustodyStep:
    """Lay it somewhere else; who has it stays who has it.

    Raises:
        InvalidInput: no place, or where it is already.
    """
    permissions.check_can_register(by, exhibit.case)
    kept_where = typed(
        kept_where, path="kept_where", most=MOST_WHERE, refusal=_("请写明存放在哪里")
    )
    words = typed(words, path="words")

    def change(item: PhysicalItem, step: CustodyStep) -> None:
        permissions.check_can_keep(by, item.exhibit)
        if item.kept_where == kept_where:
            raise InvalidInput(_("它已经在那里"), path="kept_where")
        item.kept_where = kept_where

    act = Act(exhibit=exhibit, by=by, at=at, request_id=request_id, via=via)
    where = sha256(kept_where.encode()).hex()
    return take_step(act, StepKind.MOVED, change, words=words, where=where)


def hand_over(
    *,
    exhibit: Exhibit,
    receiver: User,
    signed: Signed,
    by: User,
    at: datetime,
    kept_where: str = "",
    words: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> CustodyStep:
    """Give it to a colleague; both sign on the giver's screen, or on paper.

    Args:
        by: who has it. In their absence somebody who may part with things gives it, and
            says why: the story shows that the one who had it did not sign.
        kept_where: where the receiver lays it, if not where it is.

    Raises:
        Conflict: it is not in our hands, or the receiver has it already.
        InvalidInput: a signature is missing, or the receiver may not keep things.
    """
    permissions.check_can_register(by, exhibit.case)
    kept_where = typed(kept_where, path="kept_where", most=MOST_WHERE)
    words = typed(words, path="words")
    if receiver.pk == by.pk:
        raise Conflict(_("不能交接给自己"))
    signatures = keep_signatures(signed)

    def change(item: PhysicalItem, step: CustodyStep) -> None:
        permissions.check_can_give(by, item)
        policies.check_absence_is_explained(item, by, words)
        if item.holder_id == receiver.pk:
            raise Conflict(_("这件实物已经由%s保管") % receiver.name)
        if not permissions.can_keep(receiver, item.exhibit.case):
            raise InvalidInput(_("接收人没有保管实物的权限"), path="receiver")
        item.holder = receiver
        item.kept_where = kept_where or item.kept_where
        step.giver, step.receiver = by, receiver

    act = Act(exhibit=exhibit, by=by, at=at, request_id=request_id, via=via)
    return take_step(
        act,
        StepKind.HANDED_OVER,
        change,
        words=words,
        signatures=signatures,
        receiver=receiver.actor_key,
        where=sha256(kept_where.encode()).hex(),
    )


def return_to(
    *,
    exhibit: Exhibit,
    party: Party,
    signed: Signed,
    by: User,
    at: datetime,
    words: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> CustodyStep:
    """Give it back to a party of the case; both sign. After that nothing more happens.

    Raises:
        Conflict: it is not in our hands, or its disposal was asked for.
        InvalidInput: a signature is missing, or the party is not of this case.
    """
    permissions.check_can_part_with(by, exhibit.case)
    words = typed(words, path="words")
    _check_is_of_case(party, exhibit.case, path="party")
    signatures = keep_signatures(signed)

    def change(item: PhysicalItem, step: CustodyStep) -> None:
        permissions.check_can_dispose(by, item.exhibit)
        policies.check_has_no_request(item)
        check_is_not_held(item.exhibit)
        policies.check_absence_is_explained(item, by, words)
        item.holder, item.holder_party, item.kept_where = None, party, ""
        item.exhibit.state = ExhibitState.RETURNED
        step.giver, step.receiver_party = by, party

    act = Act(exhibit=exhibit, by=by, at=at, request_id=request_id, via=via)
    return take_step(
        act,
        StepKind.RETURNED,
        change,
        words=words,
        signatures=signatures,
        receiver=f"party:{party.uid}",
    )


def _keep_photos(photos: Iterable[Iterable[bytes]]) -> list[Kept]:
    kept: list[Kept] = []
    for chunks in photos:
        if len(kept) == MOST_PHOTOS:
            raise InvalidInput(_("最多 %s 张照片") % MOST_PHOTOS, path="photos")
        kept.append(vault.keep_photo(chunks, path="photos"))
    return kept


def _check_is_of_case(somebody: User | Party | None, case: Case, *, path: str) -> None:
    is_other = (
        somebody.case_id != case.pk or somebody.removed_at is not None
        if isinstance(somebody, Party)
        else somebody is not None and somebody.organisation_id != case.organisation_id
    )
    if is_other:
        raise InvalidInput(_("本案没有这位当事人"), path=path)

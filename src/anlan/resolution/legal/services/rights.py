"""What the victim's side may do themselves, and retaliation against anybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.accounts.models import Place, User
from anlan.base.digest import sha256
from anlan.base.errors import InvalidInput
from anlan.base.lines import MOST_WORDS, typed
from anlan.cases import services as cases
from anlan.cases.act import act_of
from anlan.cases.models import Case, Party
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.resolution.legal import permissions
from anlan.resolution.legal.enums import ToldWay
from anlan.resolution.legal.events import (
    RetaliationNoted,
    RetaliationOpened,
    RightsWereTold,
)
from anlan.resolution.legal.models import Retaliation, RightsTold
from anlan.resolution.legal.selectors.police import rights_sheet, victims_of
from anlan.resolution.legal.services.police import LETTER_LANGUAGE, end_telling

_SKEW = timedelta(minutes=5)


def tell_rights(
    *,
    case: Case,
    party: Party,
    way: ToldWay,
    happened: datetime,
    by: User,
    at: datetime,
    words: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> RightsTold:
    """Say that they were told what they may do, and until when; the sheet is kept.

    Raises:
        InvalidInput: they are not of the victim's side, or a moment that cannot be.
    """
    permissions.check_can_tell_rights(by, case)
    words = typed(words, path="words", most=MOST_WORDS)
    content = {
        "rights": str(party.uid),
        "by": by.actor_key,
        "way": way.value,
        "happened": happened.isoformat(),
        "words": sha256(words.encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            RightsTold.objects.select_related("case__site", "party"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        if not victims_of(case).filter(pk=party.pk).exists():
            raise InvalidInput(_("请选择受害一方的人"), path="party")
        if not act_of(case).at - _SKEW <= happened <= at + _SKEW:
            raise InvalidInput(
                _("告知时间要在事发以后，也不能晚于现在"), path="happened"
            )
        with override(LETTER_LANGUAGE):
            sheet = rights_sheet(case)
        told = RightsTold.objects.create(
            case=case,
            party=party,
            way=way,
            sheet=sheet,
            words=words,
            happened_at=happened,
            told_by=by,
            said_at=at,
        )
        cases.record(
            RightsWereTold(
                party=f"party:{party.uid}",
                way=way.value,
                sheet_digest=told.digest_of("sheet"),
                words_digest=told.digest_of("words"),
            ),
            case,
            thing=told.key,
            by=by,
            at=at,
            happened=happened,
            via=via,
        )
        cases.remember_made(
            told.uid, case=case, request_id=request_id, content=content, at=at
        )
        end_telling(case=case, at=at)
    return told


def note_retaliation(
    *,
    case: Case,
    place: Place,
    words: str,
    is_ongoing: bool,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> Retaliation:
    """Somebody was retaliated against: a new incident opens in the same transaction (G23).

    The case itself is not locked here, for the new alarm takes its turn before any case.

    Raises:
        InvalidInput: nothing was said, or a place of another site.
    """
    permissions.check_can_note_retaliation(by, case)
    words = typed(
        words,
        path="words",
        most=MOST_WORDS,
        refusal=_("请写明谁对谁做了什么"),
    )
    if place.site_id != case.site_id:
        raise InvalidInput(_("请选择本项目的地点"), path="place")
    noted = Retaliation(
        uid=uuid4(),
        case=case,
        place=place,
        is_ongoing=is_ongoing,
        words=words,
        noted_by=by,
        noted_at=at,
    )
    with ledger.recording():
        if request_id is not None:
            answered = cases.claim_request(
                organisation_id=case.organisation_id,
                request_id=request_id,
                content={
                    "retaliation": str(case.uid),
                    "by": by.actor_key,
                    "place": str(place.uid),
                    "is_ongoing": int(is_ongoing),
                    "words": sha256(words.encode()).hex(),
                },
                answer=noted.uid,
                at=at,
            )
            if answered is not None:
                return Retaliation.objects.select_related("opened").get(uid=answered)
        noted.save()
        cases.record(
            RetaliationNoted(words_digest=noted.digest_of("words")),
            case,
            thing=noted.key,
            by=by,
            at=at,
            via=via,
        )
    return Retaliation.objects.select_related("opened", "case__site").get(pk=noted.pk)


def settle_retaliation(*, noted: Retaliation, opened: Case, at: datetime) -> None:
    """Keep which case was opened for it, and say so on both."""
    noted.opened = opened
    noted.save(update_fields=["opened"])
    for here, there in ((noted.case, opened), (opened, noted.case)):
        cases.record(
            RetaliationOpened(number=there.number),
            here,
            thing=noted.key,
            by=SYSTEM,
            at=at,
        )

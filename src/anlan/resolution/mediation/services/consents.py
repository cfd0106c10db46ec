"""Each side says for itself that it is willing, and at any time that it is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput, NotFound
from anlan.base.lines import MOST_WORDS, typed
from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.models import AccessLink
from anlan.evidence.models import Exhibit
from anlan.evidence.services.signing import keep_drawing
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor
from anlan.resolution.mediation import permissions, policies
from anlan.resolution.mediation.enums import (
    Capacity,
    ConsentWay,
    TalksState,
    WithdrawalWay,
)
from anlan.resolution.mediation.events import (
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
)
from anlan.resolution.mediation.giver import Giver
from anlan.resolution.mediation.models import Consent, LinkCode, OwnLink, Talks
from anlan.resolution.mediation.selectors.standing import (
    unwilling_sides,
)
from anlan.resolution.mediation.services.codes import (
    check_speaks_alone,
    is_code_right,
    link_key,
)
from anlan.resolution.mediation.services.givers import (
    check_giver,
    check_paper,
    let_guardian_act,
)
from anlan.resolution.mediation.services.steps import (
    check_may_be_talked,
    end,
    keep_paper,
    lock_talks,
    move,
    record,
)

LINK_DAYS = 60
_HAVE_BEGUN = (TalksState.ACCEPTED, TalksState.IN_SESSION)


def give_link(
    *, talks: Talks, side: Side, by: User, at: datetime, via: str = ""
) -> str:
    """Make the secret address of one side; an earlier one of it ends.

    Returns:
        The secret, which stands nowhere else.
    """
    permissions.check_can_run_talks(by, talks.case)
    with ledger.recording():
        talks = lock_talks(talks)
        about = link_key(talks, side)
        link, secret = cases.renew_access_link(
            case=talks.case, about=about, by=by, at=at, days=LINK_DAYS
        )
        OwnLink.objects.create(link=link, talks=talks, side=side, made_by=by)
    return secret


def consent_by_link(
    *, link: AccessLink, code: str, by: Actor, at: datetime, via: str = ""
) -> Consent:
    """The side agrees on its own phone, with the code that it was told.

    Raises:
        NotFound: the link is not one of talks.
        InvalidInput: the code is wrong, run out, used, or was tried too often.
        Conflict: the talks do not wait for consents, or it was given.
    """
    talks, side = talks_of_link(link)
    check_speaks_alone(talks, side, at=at)
    if not is_code_right(talks, link, code, at=at):
        raise InvalidInput(
            _("验证码不对，或者已经失效；请向管理处要一个新的"), path="code"
        )
    with ledger.recording():
        talks = lock_talks(talks)
        used = LinkCode.objects.filter(link=link, ended_at=None).update(ended_at=at)
        if not used:
            raise InvalidInput(_("验证码已经用过"), path="code")
        consent = _new(talks, side, ConsentWay.LINK, Giver(), taken_by=None, at=at)
        _give(consent, talks, by=by, at=at, via=via)
    return consent


def consent_on_screen(
    *,
    talks: Talks,
    side: Side,
    signature: Iterable[bytes],
    by: User,
    at: datetime,
    giver: Giver | None = None,
    via: str = "",
) -> Consent:
    """The side, or who speaks for it, signs on the screen of whoever asks.

    Raises:
        InvalidInput: nothing was drawn, or a guardian or authority is missing.
        Conflict: as by link.
    """
    permissions.check_can_run_talks(by, talks.case)
    kept = keep_drawing(signature, path="signature")
    with ledger.recording():
        talks = lock_talks(talks)
        consent = _new(
            talks, side, ConsentWay.SCREEN, giver or Giver(), taken_by=by, at=at
        )
        title = _("%(code)s %(side)s同意书签名") % {
            "code": talks.code,
            "side": side.label,
        }
        exhibit = keep_paper(
            talks, kept, title=title, of=consent.uid, by=by, at=at, via=via
        )
        if exhibit.source_uid != consent.uid:
            raise InvalidInput(
                _("这张签名在本案已经用过，请重新签字"), path="signature"
            )
        consent.exhibit = exhibit
        _give(consent, talks, by=by, at=at, via=via)
    return consent


def consent_on_paper(
    *,
    talks: Talks,
    side: Side,
    exhibit: Exhibit,
    by: User,
    at: datetime,
    giver: Giver | None = None,
    via: str = "",
) -> Consent:
    """The paper that the side signed, which lies on the list of evidence.

    Raises:
        InvalidInput: it is of another case, used before, or a guardian is missing.
        Conflict: as by link.
    """
    permissions.check_can_run_talks(by, talks.case)
    with ledger.recording():
        talks = lock_talks(talks)
        check_paper(talks, exhibit, path="exhibit")
        if Consent.objects.filter(exhibit=exhibit).exists():
            raise InvalidInput(_("这份书面材料已经用过"), path="exhibit")
        consent = _new(
            talks, side, ConsentWay.PAPER, giver or Giver(), taken_by=by, at=at
        )
        consent.exhibit = exhibit
        _give(consent, talks, by=by, at=at, via=via)
    return consent


def withdraw_by_link(
    *, link: AccessLink, by: Actor, at: datetime, words: str = "", via: str = ""
) -> Talks:
    """The side leaves on its own phone: leaving asks for no code and no reason.

    Raises:
        NotFound: the link is not one of talks.
        Conflict: they have ended, or the agreement is in force.
    """
    talks, side = talks_of_link(link)
    return _leave(talks, side, WithdrawalWay.LINK, words=words, by=by, at=at, via=via)


def record_withdrawal(
    *,
    talks: Talks,
    side: Side,
    way: WithdrawalWay,
    by: User,
    at: datetime,
    words: str = "",
    via: str = "",
) -> Talks:
    """Write down that a side is not willing, or not any more; nobody may say no to it.

    Raises:
        InvalidInput: on its own link only the side itself leaves.
        Conflict: they have ended, or the agreement is in force.
    """
    if not permissions.can_lead_talks(by, talks):
        permissions.check_can_run_talks(by, talks.case)
    if way == WithdrawalWay.LINK:
        raise InvalidInput(_("手机链接上只能由本人退出"), path="way")
    return _leave(talks, side, way, words=words, by=by, at=at, via=via)


def talks_of_link(link: AccessLink) -> tuple[Talks, Side]:
    """
    Raises:
        NotFound: it is a link to something else.
    """
    kind, _separator, rest = link.about.partition(":")
    uid, _separator, side = rest.partition(":")
    talks = (
        Talks.objects.select_related(
            *("case__site__organisation", "body", "mediator"),
            *("victim__person", "victim__user"),
            *("aggressor__person", "aggressor__user"),
        )
        .filter(uid=uid)
        .first()
        if kind == "talks" and side in Side.values
        else None
    )
    if talks is None:
        raise NotFound(_("这个链接已经失效"))
    return talks, Side(side)


def _new(
    talks: Talks,
    side: Side,
    way: ConsentWay,
    giver: Giver,
    *,
    taken_by: User | None,
    at: datetime,
) -> Consent:
    """A consent that may be given now; it is saved with its proof."""
    there = talks.consents.filter(side=side, withdrawn_at=None).first()
    is_first_guardian = (
        there is not None
        and there.capacity != Capacity.GUARDIAN
        and giver.capacity == Capacity.GUARDIAN
    )
    if not (is_first_guardian and talks.state in _HAVE_BEGUN):
        policies.check_talks_may_become(talks, TalksState.ACCEPTED)
    check_may_be_talked(talks.kind, talks.case)
    if there is not None and not is_first_guardian:
        raise Conflict(_("%s已经同意过") % side.label)
    giver = check_giver(talks, side, giver, at=at)
    return Consent(
        talks=talks,
        side=side,
        way=way,
        capacity=giver.capacity,
        giver=giver.name,
        relation=giver.relation,
        giver_party=giver.party,
        authority=giver.authority,
        given_at=at,
        taken_by=taken_by,
    )


def _give(consent: Consent, talks: Talks, *, by: Actor, at: datetime, via: str) -> None:
    # A guardian's takes the place of what the side said itself; nobody has left.
    talks.consents.filter(side=consent.side, withdrawn_at=None).update(withdrawn_at=at)
    consent.save(force_insert=True)
    record(
        ConsentGiven(
            code=talks.code,
            side=consent.side,
            way=consent.way,
            capacity=consent.capacity,
            exhibit=consent.exhibit.code if consent.exhibit else None,
            giver_digest=consent.digest_of("giver"),
            relation_digest=consent.digest_of("relation"),
        ),
        talks,
        thing=consent.key,
        by=by,
        at=at,
        via=via,
    )
    if consent.capacity == Capacity.GUARDIAN:
        let_guardian_act(talks, Side(consent.side), by=by, at=at, via=via)
    if talks.state == TalksState.CONSENT_PENDING and not unwilling_sides(talks, at=at):
        move(talks, TalksState.ACCEPTED, by=by, at=at, via=via)


def _leave(
    talks: Talks,
    side: Side,
    way: WithdrawalWay,
    *,
    words: str,
    by: Actor,
    at: datetime,
    via: str,
) -> Talks:
    words = typed(words, path="words", most=MOST_WORDS)
    with ledger.recording():
        talks = lock_talks(talks)
        policies.check_may_be_left(talks)
        consent = talks.consents.filter(side=side, withdrawn_at=None).first()
        if consent is None:
            record(
                ConsentRefused(code=talks.code, side=side.value, way=way.value),
                talks,
                by=by,
                at=at,
                via=via,
            )
        else:
            consent.withdrawn_at, consent.withdrawn_way = at, way
            consent.withdrawn_by = by if isinstance(by, User) else None
            consent.words = words
            consent.save()
            record(
                ConsentWithdrawn(
                    code=talks.code,
                    side=side.value,
                    way=way.value,
                    words_digest=consent.digest_of("words"),
                ),
                talks,
                thing=consent.key,
                by=by,
                at=at,
                via=via,
            )
        end(talks, TalksState.WITHDRAWN, reason="", by=by, at=at, via=via)
    return talks

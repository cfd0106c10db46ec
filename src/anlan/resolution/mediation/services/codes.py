"""The code of a side's link: to its own phone, or sealed for a second pair of eyes.

Whoever makes the link never learns the code, so that nobody in the house can agree for
a side. That holds against one person, not against two who act together.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.accounts.models import User
from anlan.accounts.services import phone_of
from anlan.base import crypto
from anlan.base.errors import Conflict, NotAllowed, NotFound
from anlan.base.limits import count_up
from anlan.cases.enums import Side
from anlan.cases.models import AccessLink, Party
from anlan.customers import services as customers
from anlan.customers.enums import ProtectedField
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.notify.channels.protocol import Verdict
from anlan.notify.services import outward
from anlan.resolution.mediation import permissions, policies
from anlan.resolution.mediation.enums import TalksState
from anlan.resolution.mediation.events import (
    CodeGiven,
    CodeOpened,
    CodeRefused,
    CodeSent,
)
from anlan.resolution.mediation.models import LinkCode, OwnLink, Talks
from anlan.resolution.mediation.selectors.codes import (
    is_number_doubtful,
    sealed_place,
)
from anlan.resolution.mediation.selectors.standing import (
    is_minor,
    needs_guardian,
    unwilling_sides,
)
from anlan.resolution.mediation.services.steps import (
    lock_talks,
    record,
)
from anlan.resolution.selectors.notices import LETTER_LANGUAGE

CODE_LENGTH = 6
CODE_MINUTES = 30  # from when the side has it
SEALED_HOURS = 24
MOST_FAILURES = 5
MOST_MESSAGES = 3  # to one side in an hour; after that a code stays sealed
_HOUR = 3600
# What a gateway took; a demo keeps it, and nobody would ever get it.
_ARRIVES = (Verdict.SENT, Verdict.DELIVERED)


def give_code(
    *, talks: Talks, side: Side, by: User, at: datetime, via: str = ""
) -> LinkCode:
    """Make a code for the link of a side, which nobody sees who asks for it.

    It goes to the phone that is entered of the side. Without a gateway or a phone, or
    where the number may be somebody else's (``is_number_doubtful``), it stays sealed, for
    somebody who did not make the link to open.

    Raises:
        Conflict: the side has no link, has agreed, or is asked through its guardian; or
            the talks wait for no consent.
    """
    permissions.check_can_run_talks(by, talks.case)
    digits = f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}}"
    secret = make_password(digits)
    with ledger.recording():
        talks = lock_talks(talks)
        policies.check_talks_may_become(talks, TalksState.ACCEPTED)
        check_speaks_alone(talks, side, at=at)
        if side not in unwilling_sides(talks, at=at):
            raise Conflict(_("%s已经同意过") % side.label)
        link = _link_of(talks, side, at=at)
        if link is None:
            raise Conflict(_("请先给这一方生成链接"))
        LinkCode.objects.filter(link=link, ended_at=None).update(
            ended_at=at, sealed=None
        )
        made = LinkCode(
            link=link,
            secret=secret,
            made_at=at,
            expires_at=at + timedelta(hours=SEALED_HOURS),
        )
        made.sealed = crypto.encrypt(digits, sealed_place(made))
        made.save(force_insert=True)
        record(
            CodeGiven(code=talks.code, side=side.value), talks, by=by, at=at, via=via
        )
    party, maker = talks.party_of(side), link.own_link.made_by
    if party.person and is_number_doubtful(party.person, talks, askers=(by, maker)):
        return made
    _send(made, talks, side, digits, at=at)
    return made


def open_code(*, code: LinkCode, by: User, at: datetime, via: str = "") -> str:
    """Open a sealed code, once, to tell it to the side; that it was is on the record.

    Raises:
        NotAllowed: whoever made the link does not learn the code.
        Conflict: it was opened, sent, replaced or has run out.
    """
    own = OwnLink.objects.select_related("talks__case__site").get(link=code.link)
    permissions.check_can_run_talks(by, own.talks.case)
    if own.made_by == by:
        raise NotAllowed(
            _("链接是您生成的，验证码不能由您拆开：请另一位同事拆开，告诉本人")
        )
    with ledger.recording():
        talks = lock_talks(own.talks)
        found = LinkCode.objects.select_for_update().get(pk=code.pk)
        if found.sealed is None or found.ended_at is not None or found.expires_at <= at:
            raise Conflict(_("验证码已经拆开、用过或者过期，请重新生成一个"))
        digits = crypto.decrypt(bytes(found.sealed), sealed_place(found))
        found.sealed, found.opened_at, found.opened_by = None, at, by
        found.expires_at = at + timedelta(minutes=CODE_MINUTES)
        found.save()
        record(CodeOpened(code=talks.code, side=own.side), talks, by=by, at=at, via=via)
    return digits


def check_speaks_alone(talks: Talks, side: Side, *, at: datetime) -> None:
    """Refuse a code to, and of, whoever agrees through a guardian."""
    if needs_guardian(talks, side, at=at):
        raise Conflict(
            _("这一方由监护人当面或者书面同意，请联系管理处"),
            source="G20" if is_minor(talks, side, at=at) else "",
        )


def is_code_right(talks: Talks, link: AccessLink, code: str, *, at: datetime) -> bool:
    """A wrong one is counted and on the record, whatever is answered then.

    The digest is slow on purpose: it is computed before the case is locked. Of tries at
    the same moment no more than the most that are allowed count as right.
    """
    usable = LinkCode.objects.filter(
        link=link,
        ended_at=None,
        sealed=None,
        expires_at__gt=at,
        failures__lt=MOST_FAILURES,
    )
    found = usable.first()
    if found is None:
        return False
    is_right = check_password("".join(code.split()), found.secret)
    with ledger.recording():
        lock_talks(talks)
        still = usable.select_for_update().filter(pk=found.pk).first()
        if still is None or is_right:
            return still is not None
        still.failures += 1
        still.save(update_fields=["failures"])
        record(CodeRefused(code=talks.code), talks, by=SYSTEM, at=at)
    return False


def link_key(talks: Talks, side: Side) -> str:
    return f"{talks.key}:{side.value}"


def _link_of(talks: Talks, side: Side, *, at: datetime) -> AccessLink | None:
    """Of which it is known who made it."""
    return AccessLink.objects.filter(
        about=link_key(talks, side),
        revoked_at=None,
        expires_at__gt=at,
        own_link__isnull=False,
    ).first()


def _send(
    made: LinkCode, talks: Talks, side: Side, digits: str, *, at: datetime
) -> None:
    """To the phone of the side; asks a gateway and waits, so no row is locked."""
    number = _own_number(talks.party_of(side), talks, at=at)
    if not number:
        return
    sent = count_up(f"talks:code:{link_key(talks, side)}", seconds=_HOUR)
    if sent > MOST_MESSAGES:
        return
    with override(LETTER_LANGUAGE):
        body = _(
            "验证码 %(code)s，%(minutes)d 分钟内有效，只用于您自己的链接。您不愿意参加的，不用理会，也不要告诉任何人。"
        ) % {"code": digits, "minutes": CODE_MINUTES}
    outcome = outward.text_message(
        site=talks.case.site, to=number, body=body, key=made.uid.hex, at=at
    )
    if outcome.verdict == Verdict.RETRY:
        made.unanswered_at = at
        made.save(update_fields=["unanswered_at"])
    if outcome.verdict not in _ARRIVES:
        return
    with ledger.recording():
        talks = lock_talks(talks)
        live = LinkCode.objects.filter(pk=made.pk, opened_at=None, ended_at=None)
        if live.update(
            sealed=None, sent_at=at, expires_at=at + timedelta(minutes=CODE_MINUTES)
        ):
            record(CodeSent(code=talks.code, side=side.value), talks, by=SYSTEM, at=at)
    made.refresh_from_db()


def _own_number(party: Party, talks: Talks, *, at: datetime) -> str:
    """As it is entered; that the program read it is on the record, and nobody sees it."""
    if party.user is not None:
        return phone_of(party.user)
    if party.person is None or not outward.has_text_messages(talks.case.site):
        return ""
    try:
        return customers.reveal(
            person=party.person,
            field=ProtectedField.PHONE,
            site=talks.case.site,
            reason=_("把一次性验证码发到本人手机（%s）") % talks.code,
            read_for=f"case:{talks.case.uid}",
            by=SYSTEM,
            at=at,
        )
    except NotFound:
        return ""

"""A side that was taken to need a guardian, and was found to bind itself."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases.enums import Side
from anlan.evidence.models import Exhibit
from anlan.ledger import services as ledger
from anlan.resolution.mediation import permissions, policies
from anlan.resolution.mediation.enums import Capacity, Found
from anlan.resolution.mediation.events import StandingRecorded
from anlan.resolution.mediation.models import Acceptance, Standing, Talks
from anlan.resolution.mediation.selectors.standing import (
    turns_of_age,
)
from anlan.resolution.mediation.services.givers import check_paper
from anlan.resolution.mediation.services.steps import (
    lock_talks,
    record,
    required,
)

MOST_FOUND = 300


def record_standing(
    *,
    talks: Talks,
    side: Side,
    found: Found,
    by: User,
    at: datetime,
    words: str = "",
    exhibit: Exhibit | None = None,
    via: str = "",
) -> Standing:
    """Say that a side binds itself: it has turned 18, or was marked by mistake.

    Args:
        words: why the mark was wrong.
        exhibit: the identity document of who has turned 18.

    Raises:
        InvalidInput: the document, or the reason, is missing.
        Conflict: a guardian has signed, there is no mark, or the year of birth does not
            leave open whether they are of age.
    """
    permissions.check_can_run_talks(by, talks.case)
    with ledger.recording():
        talks = lock_talks(talks)
        policies.check_may_be_left(talks)
        if found == Found.OF_AGE:
            words = typed(words, path="words", most=MOST_FOUND)
            _check_document(talks, side, exhibit, at=at)
        else:
            words = required(words, path="words", most=MOST_FOUND)
            if exhibit is not None:
                check_paper(talks, exhibit, path="exhibit")
            _lift(talks, side)
        made = Standing.objects.create(
            talks=talks,
            side=side,
            found=found,
            words=words,
            exhibit=exhibit,
            recorded_at=at,
            recorded_by=by,
        )
        record(
            StandingRecorded(
                code=talks.code,
                side=side.value,
                found=found.value,
                exhibit=exhibit.code if exhibit else None,
                words_digest=made.digest_of("words"),
            ),
            talks,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
    return made


def _check_document(
    talks: Talks, side: Side, exhibit: Exhibit | None, *, at: datetime
) -> None:
    if not turns_of_age(talks.party_of(side), at=at):
        raise Conflict(
            _(
                "只有登记的出生年份在今年满十八周岁的人需要这样登记；登记错了的，请先更正"
            )
        )
    if exhibit is None:
        raise InvalidInput(
            _("请先把本人的身份证件作为证据上传，再选择它"), path="exhibit"
        )
    check_paper(talks, exhibit, path="exhibit")


def _lift(talks: Talks, side: Side) -> None:
    if not talks.has_guardian(side):
        raise Conflict(_("没有登记这一方由监护人代为办理"))
    consents = talks.consents.filter(side=side, withdrawn_at=None)
    signed = Acceptance.objects.filter(proposal__talks=talks, side=side)
    if (
        consents.filter(capacity=Capacity.GUARDIAN).exists()
        or signed.filter(capacity=Capacity.GUARDIAN).exists()
    ):
        raise Conflict(_("监护人已经同意或者签字，不能再更正；有疑问的，请先结束"))
    field = f"{side.value}_has_guardian"
    setattr(talks, field, False)
    talks.save(update_fields=[field])

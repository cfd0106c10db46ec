"""谅解书: written only when the victim wants it, apart from every agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import vault
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases.enums import Side
from anlan.cases.selectors import full_name
from anlan.cases.selectors.guardians import linked_guardians
from anlan.ledger import services as ledger
from anlan.resolution.mediation import permissions
from anlan.resolution.mediation.enums import Capacity, TalksState
from anlan.resolution.mediation.events import ForgivenessMade
from anlan.resolution.mediation.giver import Giver
from anlan.resolution.mediation.models import Forgiveness, Talks
from anlan.resolution.mediation.papers import (
    forgiveness_paper,
    paper_pdf,
    signers_of_agreement,
)
from anlan.resolution.mediation.services.givers import check_giver
from anlan.resolution.mediation.services.steps import (
    check_both_may_read,
    keep_paper,
    lock_talks,
    record,
    required,
)

MOST_TEXT = 1000
# Only when there is something to forgive by one's own will: nothing is pending any more.
_WHEN = (TalksState.PERFORMING, TalksState.PERFORMED)


def _giver_of(talks: Talks) -> Giver:
    """The guardian who signed the agreement, or the victim: an agent forgives nothing.

    One who signed under a typed name is their row, where they were registered since.
    """
    signed = signers_of_agreement(talks).get(Side.VICTIM, Giver())
    if signed.capacity != Capacity.GUARDIAN:
        return Giver()
    if signed.party is None:
        rows = linked_guardians(talks.victim)
        same = [one for one in rows if full_name(one) == signed.name]
        return replace(signed, party=same[0] if len(same) == 1 else None)
    return signed


def write_forgiveness(
    *,
    talks: Talks,
    text: str,
    is_own_wish: bool,
    by: User,
    at: datetime,
    via: str = "",
) -> Forgiveness:
    """Write the letter in the victim's words, for them to sign or not.

    Args:
        is_own_wish: the victim asked for it and was told that it is no condition.

    Raises:
        InvalidInput: nobody said so, no words, or the guardian that the victim needs has
            signed nothing.
        Conflict: nothing was agreed yet, or it was written.
    """
    permissions.check_can_run_talks(by, talks.case)
    text = required(text, path="text", most=MOST_TEXT)
    if not is_own_wish:
        raise InvalidInput(
            _("谅解是受害人自己的意思：须本人要求，并已告知谅解不是任何协议的条件"),
            path="is_own_wish",
            source="G18",
        )
    check_both_may_read(text, talks_kind=talks.kind, case=talks.case, path="text")
    giver = check_giver(talks, Side.VICTIM, _giver_of(talks), at=at)
    pdf = paper_pdf(forgiveness_paper(talks, text, giver), talks, at=at)
    with ledger.recording():
        talks = lock_talks(talks)
        if talks.state not in _WHEN:
            raise Conflict(
                _("%(code)s %(state)s，协议生效以后才能制作谅解书")
                % {"code": talks.code, "state": talks.get_state_display()}
            )
        check_giver(talks, Side.VICTIM, giver, at=at)
        if Forgiveness.objects.filter(talks=talks).exists():
            raise Conflict(_("谅解书已经制作"))
        made = Forgiveness(talks=talks, text=text, made_by=by, made_at=at)
        made.exhibit = keep_paper(
            talks,
            vault.keep_file([pdf], path="text"),
            title=_("谅解书 %s（待本人签字）") % talks.code,
            of=made.uid,
            by=by,
            at=at,
            via=via,
        )
        made.save(force_insert=True)
        record(
            ForgivenessMade(
                code=talks.code,
                exhibit=made.exhibit.code,
                text_digest=made.digest_of("text"),
            ),
            talks,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
    return made

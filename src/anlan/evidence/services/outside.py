"""Checkpoints go out by mail, to people who keep them where nobody here can change them.

Twice a day, and only if something was signed since: a mail that says nothing new is one
that nobody keeps. That it went is noted at the checkpoints and at the keeper, not as an
entry: an entry would be something new to be mailed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.accounts.models import Organisation, User
from anlan.accounts.services.record import record_at_head
from anlan.base import crypto
from anlan.base.clock import local_time
from anlan.base.errors import Conflict, InvalidInput
from anlan.evidence import permissions
from anlan.evidence.events import KeeperAdded, KeeperRemoved
from anlan.evidence.models import OutsideKeeper
from anlan.evidence.selectors.outside import (
    address_of,
    address_place,
    newest_of,
    signing_key,
)
from anlan.ledger import checkpointing
from anlan.ledger import services as ledger
from anlan.ledger.models import Checkpoint, Departure
from anlan.notify.channels.protocol import Outcome, Verdict
from anlan.notify.services import outward

EVERY = timedelta(hours=12)
LEASE = timedelta(minutes=5)  # longer than any server takes
AGAIN = timedelta(minutes=30)  # after one that did not go
MOST = 20  # keepers of one organisation
MOST_NAME = 60  # characters
AT_ONCE = 10  # mails of one round


def add_keeper(
    *, organisation: Organisation, name: str, address: str, by: User, at: datetime
) -> OutsideKeeper:
    """Send the checkpoints of an organisation to somebody from now on.

    Raises:
        InvalidInput: no name, or no address.
        Conflict: the address is in the list, or the list is full.
    """
    permissions.check_can_choose_keepers(by, organisation)
    name, address = name.strip(), address.strip()
    if not name or len(name) > MOST_NAME:
        raise InvalidInput(_("请写明是谁，最多 %s 个字") % MOST_NAME, path="name")
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput(_("请填写邮箱地址"), path="address") from error
    with ledger.recording():
        organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        rows = list(
            OutsideKeeper.objects.filter(organisation=organisation, removed_at=None)
        )
        if any(address_of(row) == address for row in rows):
            raise Conflict(_("这个邮箱已经在名单里"))
        if len(rows) >= MOST:
            raise Conflict(_("最多 %s 位保存人") % MOST)
        keeper = OutsideKeeper(
            organisation=organisation, name=name, added_by=by, added_at=at, due_at=at
        )
        keeper.address = crypto.encrypt(address, address_place(keeper))
        keeper.save()
        record_at_head(
            KeeperAdded(name_digest=keeper.digest_of("name")),
            organisation,
            by=by,
            at=at,
            thing=keeper.key,
        )
    return keeper


def remove_keeper(*, keeper: OutsideKeeper, by: User, at: datetime) -> None:
    """Send nothing more; what they have, they keep."""
    permissions.check_can_choose_keepers(by, keeper.organisation)
    with ledger.recording():
        keeper = OutsideKeeper.objects.select_for_update().get(pk=keeper.pk)
        if keeper.removed_at is not None:
            return
        keeper.removed_at, keeper.due_at = at, None
        keeper.save(update_fields=["removed_at", "due_at"])
        record_at_head(
            KeeperRemoved(), keeper.organisation, by=by, at=at, thing=keeper.key
        )


def mail_soon(*, organisation: Organisation, by: User, at: datetime) -> int:
    """Let the worker mail now, new or not; returns to how many."""
    permissions.check_can_choose_keepers(by, organisation)
    rows = OutsideKeeper.objects.filter(organisation=organisation, removed_at=None)
    return rows.update(due_at=at, sent_at=None)


def mail_checkpoints(*, at: datetime) -> int:
    """Mail to those whose turn it is; returns how many were looked at."""
    keys = list(_due(at).values_list("pk", flat=True)[:AT_ONCE])
    for key in keys:
        keeper = _claimed(key, at=at)
        if keeper is not None:
            _mail(keeper, at=at)
    return len(keys)


def next_mail() -> datetime | None:
    """When the worker must be awake for it."""
    rows = OutsideKeeper.objects.filter(due_at__isnull=False).order_by("due_at")
    return rows.values_list("due_at", flat=True).first()


def _due(at: datetime) -> QuerySet[OutsideKeeper]:
    return OutsideKeeper.objects.filter(due_at__lte=at).order_by("due_at", "pk")


def _claimed(key: int, *, at: datetime) -> OutsideKeeper | None:
    """No lock is held while a server is asked; whoever is killed leaves a lease."""
    with transaction.atomic():
        row = _due(at).select_for_update().filter(pk=key).first()
        if row is not None:
            row.due_at = at + LEASE
            row.save(update_fields=["due_at"])
        return row


def _mail(keeper: OutsideKeeper, *, at: datetime) -> None:
    found = newest_of(keeper.organisation)
    if not found or not _is_news(found, keeper):
        OutsideKeeper.objects.filter(pk=keeper.pk, removed_at=None).update(
            due_at=at + EVERY
        )
        return
    with override("zh-hans"):
        outcome = outward.mail(
            organisation=keeper.organisation,
            to=address_of(keeper),
            title=_("请保存：%(name)s的台账检查点 %(day)s")
            % {
                "name": keeper.organisation.name,
                "day": f"{local_time(at):%Y-%m-%d %H:%M}",
            },
            body=text_of(found, keeper.organisation, at=at),
            key=f"{keeper.uid}.{at:%Y%m%d%H%M%S}",
            at=at,
        )
    _note(keeper, outcome, found, at=at)


def _is_news(found: Sequence[Checkpoint], keeper: OutsideKeeper) -> bool:
    sent_at = keeper.sent_at
    return sent_at is None or any(row.signed_at > sent_at for row in found)


def _note(
    keeper: OutsideKeeper,
    outcome: Outcome,
    found: Sequence[Checkpoint],
    *,
    at: datetime,
) -> None:
    """Only what a server took has left; a demo that records has sent nothing."""
    standing = OutsideKeeper.objects.filter(Q(pk=keeper.pk), removed_at=None)
    if outcome.verdict not in {Verdict.SENT, Verdict.DELIVERED}:
        problem = outcome.error or outcome.verdict.value
        standing.update(problem=problem[:80], tries=keeper.tries + 1, due_at=at + AGAIN)
        return
    with transaction.atomic():
        for row in found:
            checkpointing.note_departure(row, way=Departure.Way.MAIL, at=at)
        standing.update(problem="", tries=0, sent_at=at, due_at=at + EVERY)


def text_of(
    found: Sequence[Checkpoint], organisation: Organisation, *, at: datetime
) -> str:
    """The mail: what it is, what to do with it, and the checkpoints as they were signed."""
    key = signing_key()
    return "\n\n".join(
        [
            _("这是%(name)s处置系统“安澜”自动寄出的台账检查点。")
            % {"name": organisation.name},
            _(
                "请保留这封邮件，不要删除，也不必回复。以后有人怀疑记录被改过，把下面的检查点贴到“证据安全”"
                "的“核对外面的检查点”里，就能知道当时已有的记录有没有被改动或删掉。"
            ),
            _("签名密钥的指纹：%s") % (key[1] if key else _("还没有")),
            *(row.note.rstrip("\n") for row in found),
        ]
    )

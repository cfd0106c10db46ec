"""What of the record others hold a copy of, for the page of safety and its API."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import User
from anlan.accounts.permissions import running_memberships, sites_where
from anlan.accounts.roles import Permission
from anlan.evidence.models import Exhibit
from anlan.ledger import checkpointing
from anlan.ledger.checkpoints import fingerprint
from anlan.ledger.models import Checkpoint, LogKey
from anlan.ledger.selectors import Exposure, Waiting, waiting_for_signer, worst_exposure

# What the signer says of a history that is not the one it signed; the rest waits.
FORKS = frozenset({"rollback", "fork", "unproven", "broken", "damaged", "other_key"})

_REASONS: dict[str, Promise] = {
    checkpointing.AWAY: _("签名程序没有运行或没有应答"),
    "rollback": _("签名程序签过更多的条目：台账尾部被截断，或者恢复了旧的数据库"),
    "fork": _("台账与签名程序签过的不一致"),
    "unproven": _("台账与签名程序签过的不一致"),
    "damaged": _("签名程序的记忆文件已损坏"),
    checkpointing.BROKEN: _("台账缺少条目，或者它的树已损坏"),
    checkpointing.OTHER_KEY: _("签名程序换了一把没有交接的密钥"),
    "key": _("签名程序的密钥丢失或不能读取"),
    "disk": _("签名程序的磁盘已满或不能写入"),
}
_OTHER = _("签名程序拒绝签名")


def reason_of(waiting: Waiting) -> Promise:
    """Why a checkpoint waits, for a person."""
    return _REASONS.get(waiting.refusal, _OTHER)


def chains_of(user: User) -> list[tuple[int, int]]:
    """The chains whose record the user may read, the organisation's own among them."""
    sites = sites_where(user, Permission.LEDGER_READ)
    places = list(sites.values_list("organisation_id", "pk"))
    places += [(m.organisation_id, 0) for m in running_memberships(user)]
    return list(dict.fromkeys(places))


def exposure_for(user: User, *, at: datetime) -> Exposure | None:
    """The longest window among the chains that the user may read."""
    return worst_exposure(chains_of(user), at=at)


def waiting_for(user: User) -> list[Waiting]:
    """Which of them wait for a signature."""
    return waiting_for_signer(chains_of(user))


def signing_key() -> tuple[str, str] | None:
    """The public key in use and its fingerprint, as the sheet for the wall has them."""
    newest = LogKey.objects.order_by("-seen_at", "-pk").first()
    if newest is None:
        return None
    public_key = bytes(newest.public_key)
    return public_key.hex(), fingerprint(public_key)


def checkpoint_of(exhibit: Exhibit, seq: int) -> Checkpoint | None:
    """The first checkpoint that the arrival of an exhibit is in."""
    site = exhibit.case.site
    return checkpointing.covering(site.organisation_id, site.pk, seq)

"""What of the record others hold a copy of, for the page of safety and its API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Organisation, Site, User
from anlan.accounts.permissions import running_memberships, sites_where
from anlan.accounts.roles import Permission
from anlan.base import crypto
from anlan.base.errors import NotFound
from anlan.evidence.models import Exhibit, OutsideKeeper
from anlan.ledger import checkpointing, timestamping
from anlan.ledger.checkpoints import fingerprint
from anlan.ledger.models import Checkpoint, LogKey, TimeStamp
from anlan.ledger.selectors import Exposure, Waiting, waiting_for_signer, worst_exposure
from anlan.ledger.verify.held import Held, compare_held

# What the signer says of a history that is not the one it signed; the rest waits.
FORKS = frozenset({"rollback", "fork", "unproven", "broken", "damaged", "other_key"})

_PROBLEMS: dict[str, Promise] = {
    "unconfigured": _("没有设置公司的邮件服务器"),
    "recorded": _("演示：没有真的寄出"),
    "unreachable": _("邮件服务器没有应答，稍后再寄"),
}
_REFUSED = _("没有寄出（%s），稍后再寄")
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
_OVERDUE = 2 * timestamping.EVERY
_UNSTAMPED: dict[str, Promise] = {
    timestamping.AWAY: _("时间戳机构没有应答"),
    "certificates": _(
        "读不出 ANLAN_TSA_CERTIFICATES 指定的证书文件，或者其中没有根证书"
    ),
    "unreadable": _("读不懂时间戳机构的答复；请把这家机构自己的签名证书也放进证书文件"),
    "refused": _("时间戳机构拒绝了请求"),
    "other": _("时间戳机构的答复不是对这个检查点的"),
    "untrusted": _("时间戳机构的答复不能用证书文件里的证书验证"),
}


def reason_of(waiting: Waiting) -> Promise:
    """Why a checkpoint waits, for a person."""
    return _REASONS.get(waiting.refusal, _OTHER)


@dataclass(frozen=True, kw_only=True)
class Stamping:
    """How time stamps stand on the chains of a reader."""

    is_configured: bool
    last: TimeStamp | None  # of the chain that waits longest
    unstamped: int  # entries that were signed since
    problem: Promise | str  # why the last question brought none
    at: datetime

    @property
    def is_late(self) -> bool:
        """Whether something waits longer than its turn, for whatever reason."""
        is_old = self.last is None or self.last.obtained_at < self.at - _OVERDUE
        return self.unstamped > 0 and (bool(self.problem) or is_old)

    @property
    def why(self) -> str:
        """Why it waits, for a person."""
        return str(self.problem or _("后台程序没有取得时间戳，请看它的日志"))


def stamping_for(user: User, *, at: datetime) -> Stamping:
    found = [timestamping.standing_of(*place) for place in chains_of(user)]
    worst = max(found, key=lambda one: (bool(one.problem), one.unstamped), default=None)
    return Stamping(
        is_configured=timestamping.is_configured(),
        last=worst.last if worst else None,
        unstamped=worst.unstamped if worst else 0,
        problem=_UNSTAMPED.get(worst.problem, "") if worst else "",
        at=at,
    )


def chains_of(user: User) -> list[tuple[int, int]]:
    """The chains whose record the user may read, the organisation's own among them."""
    sites = sites_where(user, Permission.LEDGER_READ)
    places = list(sites.values_list("organisation_id", "pk"))
    places += [(m.organisation_id, 0) for m in running_memberships(user)]
    return list(dict.fromkeys(places))


def address_place(keeper: OutsideKeeper) -> crypto.Place:
    return crypto.Place(
        organisation=keeper.organisation_id,
        model="evidence.OutsideKeeper",
        row=keeper.uid,
        field="address",
    )


crypto.add_column(
    crypto.Column(model=OutsideKeeper, field="address", place=address_place)
)


def address_of(keeper: OutsideKeeper) -> str:
    return crypto.decrypt(bytes(keeper.address), address_place(keeper))


@dataclass(frozen=True)
class KeeperLine:
    """A keeper as the page shows them: the address is masked."""

    keeper: OutsideKeeper
    masked: str

    @property
    def problem(self) -> str:
        """Why the last mail did not go, for a person."""
        code = self.keeper.problem
        return str(_PROBLEMS.get(code) or _REFUSED % code) if code else ""


def keepers_of(organisation: Organisation) -> list[KeeperLine]:
    rows = OutsideKeeper.objects.filter(organisation=organisation, removed_at=None)
    return [KeeperLine(row, _masked(address_of(row))) for row in rows.order_by("pk")]


def keeper_for(user: User, uid: UUID) -> OutsideKeeper:
    """One of the user's own organisation.

    Raises:
        NotFound: there is none.
    """
    rows = OutsideKeeper.objects.filter(
        organisation=user.organisation_id, removed_at=None
    )
    found = rows.select_related("organisation").filter(uid=uid).first()
    if found is None:
        raise NotFound(gettext("没有这位保存人"))
    return found


def newest_of(organisation: Organisation) -> list[Checkpoint]:
    """The newest checkpoint of each of its chains."""
    rows = Checkpoint.objects.filter(organisation_id=organisation.pk)
    newest = rows.values("site_id").annotate(size=Max("size")).order_by("site_id")
    return [rows.get(site_id=row["site_id"], size=row["size"]) for row in newest]


@dataclass(frozen=True)
class HeldLine:
    """One checkpoint that somebody brought, and what comparing it showed."""

    site: Site | None  # none is the organisation's own chain, or one that is not shown
    size: int
    held: Held


def compared_for(user: User, text: str) -> list[HeldLine]:
    """Compare a text with the chains that the user may read; others are unknown."""
    allowed = set(chains_of(user))
    sites = {site.pk: site for site in sites_where(user, Permission.LEDGER_READ)}
    lines = []
    for one in compare_held(text):
        is_seen = one.place in allowed
        site = sites.get(one.place[1]) if one.place and is_seen else None
        held = one.held if is_seen else Held.UNKNOWN
        lines.append(HeldLine(site=site, size=one.size, held=held))
    return lines


def _masked(address: str) -> str:
    """``w***@example.invalid``"""
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}***@{host}"


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


def revoked_keys() -> list[tuple[str, datetime]]:
    """Fingerprints of keys that count no more, and since when, the newest first."""
    ended = {one.key: one.seconds for one in checkpointing.revocations()}
    return [
        (fingerprint(key), datetime.fromtimestamp(seconds, UTC))
        for key, seconds in sorted(ended.items(), key=lambda one: -one[1])
    ]


def checkpoint_of(exhibit: Exhibit, seq: int) -> Checkpoint | None:
    """The first checkpoint that the arrival of an exhibit is in."""
    site = exhibit.case.site
    return checkpointing.covering(site.organisation_id, site.pk, seq)

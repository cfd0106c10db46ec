"""The vault over the API: is all evidence in two sound copies, and who looked last?

Also who keeps checkpoints outside, and with which keys fields are encrypted.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from anlan.accounts.roles import Permission
from anlan.accounts.services.field_keys import FieldKey, field_keys
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import In, Out, Text
from anlan.evidence import services as evidence
from anlan.evidence.enums import CheckKind
from anlan.evidence.models import CheckRun
from anlan.evidence.selectors.outside import (
    HeldLine,
    KeeperLine,
    Stamping,
    compared_for,
    keeper_for,
    keepers_of,
)
from anlan.evidence.selectors.safety import (
    Safety,
    StoreState,
    check_can_see_safety,
    safety_for,
)
from anlan.ledger.selectors import Exposure
from anlan.ledger.verify.held import LONGEST

router = Router(tags=["evidence"])

_CHOOSE = (Permission.LEDGER_READ, Permission.CHANNEL_MANAGE)


class StoreOut(Out):
    """``copies`` by state; ``path`` is empty for all but administrators.

    Of a bucket: ``fault`` is why trying it failed (no_bucket, keys, away …), empty if it
    did not; ``is_locking`` is whether it was seen to keep what is locked.
    """

    store: str
    copies: dict[str, int]
    free_bytes: int | None
    total_bytes: int | None
    is_away: bool
    path: str
    is_bucket: bool
    fault: str
    is_locking: bool


class CheckRunOut(Out):
    """Of a drill: ``case`` is what it brought back, if the caller may see it; ``proof``
    is what ``verify.py`` said of it: intact, altered or unsigned.
    """

    kind: str
    began_at: datetime
    ended_at: datetime
    copies: int
    bytes_read: int
    missing: int
    corrupt: int
    repaired: int
    case: str
    proof: str


class DamagedOut(Out):
    case: str
    code: str
    copies: dict[str, str]  # the state of each store's


class ExposureOut(Out):
    """The window of the record that no checkpoint outside covers, the longest there is.

    ``seconds`` is its length, 0 if there is none, and null if no checkpoint ever left;
    ``entries`` are in it.
    """

    seconds: int | None
    entries: int
    kept_at: datetime | None
    is_safe: bool


class StampOut(Out):
    """The newest RFC 3161 stamp of the chain that waits longest, and why it waits."""

    signer: str
    stamped_at: datetime | None
    unstamped: int
    problem: str


class SafetyOut(Out):
    """``verdict`` is sound, one_disk, disks_unknown or unsafe; ``troubles`` says why.

    ``waiting`` has the reasons why checkpoints are not signed; nothing else waits.
    ``time_stamp`` is null where no authority is set.
    """

    verdict: str
    troubles: list[str]
    files: int
    bytes: int
    sound_files: int
    stores: list[StoreOut]
    oldest_read_at: datetime | None
    damaged: list[DamagedOut]
    hidden: int
    runs: list[CheckRunOut]
    exposure: ExposureOut | None
    waiting: list[str]
    time_stamp: StampOut | None


class Asked(StrEnum):
    """The checks that people may ask for."""

    QUICK = "quick"
    DEEP = "deep"
    DRILL = "drill"
    LEDGER = "ledger"


class CheckIn(In):
    kind: Asked


class AskedOut(Out):
    kind: str
    asked_at: datetime


class KeeperIn(In):
    name: Annotated[Text, Field(min_length=1, max_length=60)]
    address: Annotated[Text, Field(min_length=3, max_length=254)]


class KeeperOut(Out):
    """``address`` is masked; ``problem`` says why the last mail did not go."""

    uid: UUID
    name: str
    address: str
    added_at: datetime
    sent_at: datetime | None
    problem: str

    @classmethod
    def of(cls, line: KeeperLine) -> KeeperOut:
        return cls(
            uid=line.keeper.uid,
            name=line.keeper.name,
            address=line.masked,
            added_at=line.keeper.added_at,
            sent_at=line.keeper.sent_at,
            problem=line.keeper.problem,
        )


class MailingOut(Out):
    keepers: int


class HeldIn(In):
    """A mail, or whatever the checkpoints stand in."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class HeldOut(Out):
    """``held`` is what comparing one checkpoint showed; ``size`` is its entries."""

    site: str
    size: int
    held: str

    @classmethod
    def of(cls, line: HeldLine) -> HeldOut:
        return cls(
            site=line.site.code if line.site else "",
            size=line.size,
            held=line.held.value,
        )


class FieldKeyOut(Out):
    key_id: int
    fingerprint: str
    in_use: bool
    made_at: datetime

    @classmethod
    def of(cls, key: FieldKey) -> FieldKeyOut:
        return cls(
            key_id=key.key_id,
            fingerprint=key.fingerprint,
            in_use=key.in_use,
            made_at=key.made_at,
        )


@router.get("/evidence/safety", **operation(Permission.LEDGER_READ, out=SafetyOut))
def get_evidence_safety(request: ApiRequest) -> SafetyOut:
    """The numbers of the page 证据安全; ``hidden`` counts what the caller may not see."""
    caller = request.auth
    return _safety(safety_for(caller.user, at=caller.at))


@router.post("/evidence/checks", **operation(Permission.LEDGER_READ, out=AskedOut))
def ask_for_check(request: ApiRequest, body: CheckIn) -> AskedOut:
    """Let the worker begin now; the run is in ``runs`` of the safety when it is over."""
    caller = request.auth
    evidence.ask_for_check(kind=CheckKind(body.kind), by=caller.user, at=caller.at)
    return AskedOut(kind=body.kind, asked_at=caller.at)


@router.get(
    "/evidence/keepers", **operation(Permission.LEDGER_READ, out=list[KeeperOut])
)
def list_keepers(request: ApiRequest) -> list[KeeperOut]:
    """Who gets the checkpoints of the caller's company by mail."""
    caller = request.auth
    check_can_see_safety(caller.user)
    return [KeeperOut.of(line) for line in keepers_of(caller.user.organisation)]


@router.post("/evidence/keepers", **operation(*_CHOOSE, out=KeeperOut, status=201))
def add_keeper(request: ApiRequest, body: KeeperIn) -> Status[KeeperOut]:
    """Mail them to somebody from now on; 409 if the address is in the list."""
    caller = request.auth
    made = evidence.add_keeper(
        organisation=caller.user.organisation,
        name=body.name,
        address=body.address,
        by=caller.user,
        at=caller.at,
    )
    lines = keepers_of(caller.user.organisation)
    return Status(201, KeeperOut.of(next(one for one in lines if one.keeper == made)))


@router.post("/evidence/keepers/mailing", **operation(*_CHOOSE, out=MailingOut))
def mail_soon(request: ApiRequest) -> MailingOut:
    """Let the worker mail now, new or not."""
    caller = request.auth
    count = evidence.mail_soon(
        organisation=caller.user.organisation, by=caller.user, at=caller.at
    )
    return MailingOut(keepers=count)


@router.post(
    "/evidence/keepers/{uid}/removal", **operation(*_CHOOSE, out=list[KeeperOut])
)
def remove_keeper(request: ApiRequest, uid: UUID) -> list[KeeperOut]:
    """Mail them nothing more; answers who is left."""
    caller = request.auth
    keeper = keeper_for(caller.user, uid)
    evidence.remove_keeper(keeper=keeper, by=caller.user, at=caller.at)
    return [KeeperOut.of(line) for line in keepers_of(caller.user.organisation)]


@router.post(
    "/evidence/comparisons", **operation(Permission.LEDGER_READ, out=list[HeldOut])
)
def compare_held(request: ApiRequest, body: HeldIn) -> list[HeldOut]:
    """Compare what somebody kept outside with the entries as they are now."""
    caller = request.auth
    check_can_see_safety(caller.user)
    return [HeldOut.of(line) for line in compared_for(caller.user, body.text)]


@router.get(
    "/evidence/field-keys", **operation(Permission.LEDGER_READ, out=list[FieldKeyOut])
)
def list_field_keys(request: ApiRequest) -> list[FieldKeyOut]:
    """The keys of encrypted fields by their fingerprints, the oldest first.

    More than one is read while values are encrypted anew: `field_key` on the server.
    """
    check_can_see_safety(request.auth.user)
    return [FieldKeyOut.of(key) for key in field_keys()]


def _safety(found: Safety) -> SafetyOut:
    return SafetyOut(
        verdict=found.verdict.value,
        troubles=[trouble.value for trouble in found.troubles],
        files=found.files,
        bytes=found.file_bytes,
        sound_files=found.sound_files,
        stores=[_store(store) for store in found.stores],
        oldest_read_at=found.oldest_read_at,
        damaged=[
            DamagedOut(
                case=exhibit.case.number,
                code=exhibit.code,
                copies={c.store: c.state for c in exhibit.file.copies.all()},
            )
            for exhibit in found.damaged
        ],
        hidden=found.hidden,
        runs=[_run(run) for run in found.runs],
        exposure=_exposure(found.exposure) if found.exposure else None,
        waiting=sorted({one.refusal for one in found.waiting}),
        time_stamp=_stamp(found.stamping),
    )


def _stamp(found: Stamping | None) -> StampOut | None:
    if found is None or not found.is_configured:
        return None
    return StampOut(
        signer=found.last.signer if found.last else "",
        stamped_at=found.last.stamped_at if found.last else None,
        unstamped=found.unstamped,
        problem=str(found.problem),
    )


def _exposure(found: Exposure) -> ExposureOut:
    age = found.age
    return ExposureOut(
        seconds=None if age is None else int(age.total_seconds()),
        entries=found.unseen,
        kept_at=found.kept_at,
        is_safe=found.is_safe,
    )


def _store(store: StoreState) -> StoreOut:
    return StoreOut(
        store=store.name,
        copies=dict(store.copies),
        free_bytes=store.free_bytes,
        total_bytes=store.total_bytes,
        is_away=store.is_away,
        path=store.path,
        is_bucket=store.is_bucket,
        fault=store.probe.fault if store.probe else "",
        is_locking=bool(store.probe and store.probe.is_locking),
    )


def _run(run: CheckRun) -> CheckRunOut:
    return CheckRunOut(
        kind=run.kind,
        began_at=run.began_at,
        ended_at=run.ended_at,
        copies=run.copies,
        bytes_read=run.bytes_read,
        missing=run.missing,
        corrupt=run.corrupt,
        repaired=run.repaired,
        case=run.case.number if run.case else "",
        proof=run.proof,
    )

"""The vault over the API: is all evidence in two sound copies, and who looked last?"""

from __future__ import annotations

from datetime import datetime

from ninja import Router

from anlan.accounts.roles import Permission
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import Out
from anlan.evidence.models import CheckRun
from anlan.evidence.selectors.safety import Safety, StoreState, safety_for
from anlan.ledger.selectors import Exposure

router = Router(tags=["evidence"])


class StoreOut(Out):
    """``copies`` by state; ``path`` is empty for all but administrators."""

    store: str
    copies: dict[str, int]
    free_bytes: int | None
    total_bytes: int | None
    is_away: bool
    path: str


class CheckRunOut(Out):
    kind: str
    began_at: datetime
    ended_at: datetime
    copies: int
    bytes_read: int
    missing: int
    corrupt: int
    repaired: int


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


class SafetyOut(Out):
    """``verdict`` is sound, one_disk or unsafe; ``troubles`` says why.

    ``waiting`` has the reasons why checkpoints are not signed; nothing else waits.
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


@router.get("/evidence/safety", **operation(Permission.LEDGER_READ, out=SafetyOut))
def get_evidence_safety(request: ApiRequest) -> SafetyOut:
    """The numbers of the page 证据安全; ``hidden`` counts what the caller may not see."""
    caller = request.auth
    return _safety(safety_for(caller.user, at=caller.at))


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
    )

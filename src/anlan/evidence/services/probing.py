"""Is the bucket of the second copies what the settings say, and may we do what we must?"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from anlan.base import stores
from anlan.base.bucket import MOST_SKEW, Bucket, NoClient, Refused
from anlan.base.stores import StoreAway
from anlan.evidence.enums import StoreFault
from anlan.evidence.models import StoreProbe

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
AGAIN = timedelta(minutes=10)  # while something is wrong
_BY_STEP = {
    "put": StoreFault.NO_PUT,
    "get": StoreFault.NO_GET,
    "delete": StoreFault.NO_DELETE,
}
_DENIED = {"AccessDenied", "403", "Forbidden", "AllAccessDisabled", "ReadBack"}
_BAD_KEYS = {
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidToken",
    "ExpiredToken",
    "TokenRefreshRequired",
    "InvalidSecurity",
}
_NO_KEYS = {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"}
# A process tries it once when it begins, whatever the last one found.
_tried: set[str] = set()


def probe_bucket(*, at: datetime) -> int:
    """Try the bucket at start, each day, and every ten minutes while it fails."""
    store = stores.second()
    if not isinstance(store, Bucket):
        return 0
    last = StoreProbe.objects.filter(address=store.where[:400]).first()
    if last is not None and store.where in _tried:
        due_at = last.probed_at + (AGAIN if last.fault else EVERY)
        if at < due_at:
            return 0
    _tried.add(store.where)
    probe_store(store=store, at=at)
    return 1


def probe_store(*, store: Bucket, at: datetime) -> StoreProbe:
    """Write, read, lock and delete an object of its own, and remember how that went."""
    fault, code, found = "", "", None
    try:
        found = store.probe(at=at)
        if abs(found.skew) > MOST_SKEW:
            fault = StoreFault.CLOCK
    except (StoreAway, FileNotFoundError) as error:
        fault, code = _fault_of(error), str(error)[:60]
    if fault:
        log.error("the bucket of the second copies: %s (%s)", fault, code)
    else:
        log.info("the bucket of the second copies is sound")
    probe, _is_new = StoreProbe.objects.update_or_create(
        address=store.where[:400],
        defaults={
            "probed_at": at,
            "fault": fault,
            "code": code,
            "is_versioned": bool(found and found.is_versioned),
            "is_locking": bool(found and found.is_locking),
        },
    )
    return probe


def _fault_of(error: OSError) -> StoreFault:
    if isinstance(error, NoClient):
        return StoreFault.NO_EXTRA
    if isinstance(error, FileNotFoundError):
        return StoreFault.NO_GET  # what was written just now
    if not isinstance(error, Refused):
        return StoreFault.KEYS if str(error) in _NO_KEYS else StoreFault.AWAY
    if error.code == "NoSuchBucket":
        return StoreFault.NO_BUCKET
    if error.code == "RequestTimeTooSkewed":
        return StoreFault.CLOCK
    if error.code in _BAD_KEYS:
        return StoreFault.KEYS
    if error.code in _DENIED:
        return _BY_STEP.get(error.step, StoreFault.NO_GET)
    return StoreFault.OTHER

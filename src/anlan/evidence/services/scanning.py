"""Looking for malware: what was not looked at never counts as clean."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from anlan.base import antivirus
from anlan.base.antivirus import ScannerAway, Verdict
from anlan.base.errors import Conflict
from anlan.cases import services as cases
from anlan.evidence.enums import Scan
from anlan.evidence.events import MalwareFound
from anlan.evidence.models import Blob
from anlan.evidence.services.damage import exhibits_with
from anlan.evidence.services.opening import good_path
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM

log = logging.getLogger(__name__)

MOST_SECONDS = 5.0  # of one call, or one file if it is large
RETRY = timedelta(hours=1)  # what the program did not look at
# What came today may carry what the program learns to know tomorrow.
AGAIN = timedelta(days=7)


def scan_files(*, at: datetime) -> int:
    """Let ClamAV look at files that nobody has looked at, and once more a week later.

    Returns how many it looked at; none while no program is set up or it does not answer.
    """
    if not settings.CLAMAV or not (to_do := list(_to_do(at)[:50])):
        return 0
    began = time.monotonic()
    done = 0
    try:
        scanner = antivirus.version(address=settings.CLAMAV)
        for blob in to_do:
            verdict = _verdict_on(blob)
            _note(blob, verdict, scanner=scanner, at=at)
            done += 1
            if time.monotonic() - began > MOST_SECONDS:
                break
    except ScannerAway as error:
        log.warning("the scanner does not answer: %s", error)
    return done


def _to_do(at: datetime) -> QuerySet[Blob]:
    is_due = (
        Q(scan=Scan.NONE)
        | Q(scan=Scan.REFUSED, scanned_at__lte=at - RETRY)
        | Q(scan=Scan.CLEAN, kept_at__lte=at - AGAIN) & Q(scanned_at__lt=at - AGAIN)
    )
    # PostgreSQL puts nothing last: new files would wait behind all that were refused.
    new_first = F("scanned_at").asc(nulls_first=True)
    return Blob.objects.filter(is_due, deleted_at=None).order_by(new_first, "pk")


def _verdict_on(blob: Blob) -> Verdict:
    try:
        path = good_path(blob)
    except Conflict:
        return Verdict(refusal="no sound copy")
    return antivirus.scan(path, address=settings.CLAMAV)


def _note(blob: Blob, verdict: Verdict, *, scanner: str, at: datetime) -> None:
    scan = Scan.CLEAN
    if verdict.refusal:
        scan = Scan.REFUSED
    elif verdict.malware:
        scan = Scan.INFECTED
    with ledger.recording():
        row = Blob.objects.select_for_update().get(pk=blob.pk)
        was_known = row.scan == Scan.INFECTED
        row.scan, row.scanned_at = scan, at
        row.scan_note = (verdict.refusal or verdict.malware or scanner)[:200]
        row.save(update_fields=["scan", "scanned_at", "scan_note"])
        if scan != Scan.INFECTED or was_known:
            return
        for exhibit in exhibits_with(row):
            cases.record(
                MalwareFound(
                    code=exhibit.code,
                    malware=verdict.malware[:120],
                    scanner=scanner[:120],
                    sha256=row.sha256,
                ),
                exhibit.case,
                thing=exhibit.key,
                by=SYSTEM,
                at=at,
            )
    log.error("malware in %s", row)

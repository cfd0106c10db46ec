"""The record over the API: the heads of the chains, and whether they hold."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _
from ninja import Router

from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.api.auth import ApiRequest, operation
from anlan.api.schemas import Out
from anlan.base.errors import Conflict, NotAllowed
from anlan.ledger.models import Chain
from anlan.ledger.verify import Report, verify

router = Router(tags=["ledger"])

MOST_ENTRIES = 300_000  # more take longer than a request should; `verify` has no limit
_KEPT = timedelta(minutes=1)


class HeadOut(Out):
    """The end of a chain: whoever keeps ``digest`` notices any later change before it."""

    site: str
    seq: int
    digest: str


class ProblemOut(Out):
    site: str
    seq: int
    field: str
    sentence: str


class VerificationOut(Out):
    checked_at: datetime
    is_sound: bool
    chains: list[HeadOut]
    problems: list[ProblemOut]


class _Last:
    """The last verification of this process; a second one at once waits for the first."""

    lock = threading.Lock()
    at: datetime | None = None
    report: Report | None = None


@router.get(
    "/ledger/verification", **operation(Permission.LEDGER_READ, out=VerificationOut)
)
def get_verification(request: ApiRequest) -> VerificationOut:
    """Check every digest and link now, at most once a minute; the caller's sites only."""
    caller = request.auth
    sites = {
        site.pk: site.code for site in sites_where(caller.user, Permission.LEDGER_READ)
    }
    if not sites:
        raise NotAllowed(_("您没有“%s”的权限") % Permission.LEDGER_READ.label)
    report, checked_at = _verified(caller.at)
    organisation_id = caller.user.organisation_id
    heads = Chain.objects.filter(
        organisation_id=organisation_id, site_id__in=sites
    ).order_by("site_id")
    problems = [
        ProblemOut(site=sites[p.site_id], seq=p.seq, field=p.field, sentence=p.sentence)
        for p in report.problems
        if p.organisation_id == organisation_id and p.site_id in sites
    ]
    return VerificationOut(
        checked_at=checked_at,
        is_sound=not problems,
        chains=[
            HeadOut(
                site=sites[head.site_id], seq=head.seq, digest=bytes(head.digest).hex()
            )
            for head in heads
        ],
        problems=problems,
    )


def _verified(at: datetime) -> tuple[Report, datetime]:
    with _Last.lock:
        if (
            _Last.report is None
            or _Last.at is None
            or not _Last.at <= at < _Last.at + _KEPT
        ):
            entries = Chain.objects.aggregate(all=Sum("seq"))["all"] or 0
            if entries > MOST_ENTRIES:
                raise Conflict(_("台账太长，请在服务器上运行 ./anlan verify"))
            _Last.report, _Last.at = verify(), at
        return _Last.report, _Last.at

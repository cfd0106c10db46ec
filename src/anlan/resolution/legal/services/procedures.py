"""How a site reports to its police station: written version by version."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.base.clock import local_day
from anlan.base.digest import canonical_json, sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.resolution.legal import permissions
from anlan.resolution.legal.events import ProcedureWritten
from anlan.resolution.legal.models import PoliceProcedure
from anlan.resolution.legal.selectors.police import procedures_of

MOST_BRING = 1000
_MOST = {"station": 60, "phone": 40, "address": 120, "receives": 120}


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """What a version says."""

    station: str
    phone: str
    address: str
    receives: str
    bring: str


def write_procedure(
    *,
    site: Site,
    said: Procedure,
    valid_from: date,
    version: int,
    by: User,
    at: datetime,
    via: str = "",
) -> PoliceProcedure:
    """Write the next version; reports that were begun keep the one they began with.

    Args:
        version: of the one that was changed; 0 where there is none.

    Raises:
        InvalidInput: something is missing, or would put a condition before the call (G06).
        Conflict: another one wrote a version meanwhile.
    """
    permissions.check_can_write_procedures(by, site.organisation)
    said = _checked(said, on=local_day(at))
    if valid_from < local_day(at):
        raise InvalidInput(_("生效日期不能早于今天"), path="valid_from")
    with ledger.recording():
        Site.objects.select_for_update().get(pk=site.pk)
        newest = procedures_of(site).first()
        if (newest.version if newest else 0) != version:
            raise Conflict(_("另一人已经写了新的一版，请先查看"))
        row = PoliceProcedure.objects.create(
            site=site,
            version=version + 1,
            valid_from=valid_from,
            written_by=by,
            written_at=at,
            **asdict(said),
        )
        ledger.append_to(
            ProcedureWritten(
                version=row.version,
                valid_from=valid_from.isoformat(),
                content=sha256(canonical_json(asdict(said))).hex(),
            ),
            organisation_id=site.organisation_id,
            site_id=site.pk,
            subject=f"site:{site.uid}",
            object=row.key,
            by=by,
            at=at,
            via=via,
        )
    return row


def _checked(said: Procedure, *, on: date) -> Procedure:
    refusal = _("请写明派出所、电话、地址、谁受理和要带什么")
    texts = {}
    for path, text in asdict(said).items():
        most = _MOST.get(path, MOST_BRING)
        texts[path] = typed(text, path=path, most=most, refusal=refusal)
        law.check_no_delay(text=texts[path], act_on=on, path=path)
        law.check_wording(text=texts[path], act_on=on, path=path)
    return Procedure(**texts)

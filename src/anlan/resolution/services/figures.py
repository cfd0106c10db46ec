"""Official figures: entered with their source, superseded, never changed."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation, User
from anlan.accounts.services.record import record_at_head
from anlan.base.clock import local_day
from anlan.base.errors import InvalidInput
from anlan.base.money import LARGEST_FEN
from anlan.ledger import services as ledger
from anlan.resolution import permissions
from anlan.resolution.enums import FigureKey, Province, Unit
from anlan.resolution.events import CompensationFigureEntered
from anlan.resolution.models import CompensationFigure

OLDEST = 1990  # a statistical year
_MOST = {Unit.FEN: LARGEST_FEN // 10**4, Unit.PERCENT: 10_000, Unit.DAYS: 366}


def enter_figure(
    *,
    organisation: Organisation,
    key: FigureKey,
    province: Province,
    year: int,
    value: int,
    title: str,
    issuer: str,
    issued_on: date,
    by: User,
    at: datetime,
    variant: str = "",
    address: str = "",
    reason: str = "",
    via: str = "",
) -> CompensationFigure:
    """Enter a figure, or the next version of one; the same again changes nothing.

    What was computed with an earlier version still names that one.

    Args:
        value: in the unit of the key: fen, hundredths of a percent, or days.
        reason: why an earlier version was wrong; needed if there is one.

    Raises:
        InvalidInput: no source, a value that cannot be, a year that has not begun.
    """
    permissions.check_can_enter_figures(by, organisation)
    said = {
        "value": value,
        "title": title.strip(),
        "issuer": issuer.strip(),
        "issued_on": issued_on,
        "address": address.strip(),
    }
    variant = variant.strip() if key.has_variant else ""
    _check(key, year, said, variant, on=local_day(at))
    with ledger.recording():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        earlier = (
            CompensationFigure.objects.filter(
                organisation=organisation,
                key=key,
                province=province,
                year=year,
                variant=variant,
            )
            .order_by("-version")
            .first()
        )
        if earlier is not None:
            if all(getattr(earlier, name) == there for name, there in said.items()):
                return earlier
            if not reason.strip():
                raise InvalidInput(
                    _("已有第 %s 版；要更正，请写明理由") % earlier.version,
                    path="reason",
                )
        figure = CompensationFigure.objects.create(
            organisation=organisation,
            key=key,
            province=province,
            year=year,
            variant=variant,
            version=earlier.version + 1 if earlier else 1,
            reason=reason.strip() if earlier else "",
            entered_by=by,
            entered_at=at,
            **said,
        )
        _record(figure, by=by, at=at, via=via)
    return figure


def _check(
    key: FigureKey, year: int, said: dict[str, object], variant: str, *, on: date
) -> None:
    value, issued_on = said["value"], said["issued_on"]
    if not isinstance(value, int) or not 0 < value <= _MOST[key.unit]:
        raise InvalidInput(_("数值不在可能的范围内"), path="value")
    if not OLDEST <= year <= on.year:
        raise InvalidInput(_("年度不能早于 1990 年，也不能晚于今年"), path="year")
    if key.has_variant and not variant:
        raise InvalidInput(_("请填写行业"), path="variant")
    for path in ("title", "issuer"):
        if not said[path]:
            raise InvalidInput(_("请写明官方来源：文件名称和发布机关"), path=path)
    if isinstance(issued_on, date) and issued_on > on:
        raise InvalidInput(_("发布日期不能晚于今天"), path="issued_on")


def _record(figure: CompensationFigure, *, by: User, at: datetime, via: str) -> None:
    record_at_head(
        CompensationFigureEntered(
            key=figure.key,
            province=figure.province,
            year=figure.year,
            version=figure.version,
            value=figure.value,
            issued_on=figure.issued_on.isoformat(),
            variant_digest=figure.digest_of("variant"),
            title_digest=figure.digest_of("title"),
            issuer_digest=figure.digest_of("issuer"),
            address_digest=figure.digest_of("address"),
            reason_digest=figure.digest_of("reason"),
        ),
        figure.organisation,
        thing=figure.ref,
        by=by,
        at=at,
        via=via,
    )

"""Official figures: what was entered, by whom, from which document; and the next one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.views.common import tried
from anlan.cases.views.answers import posted, reader_of
from anlan.resolution import services as resolution
from anlan.resolution.compensation.words import percent, value_words
from anlan.resolution.enums import FigureKey, Province, Unit
from anlan.resolution.forms.figures import FigureForm
from anlan.resolution.models import CompensationFigure
from anlan.resolution.permissions import check_can_enter_figures
from anlan.resolution.selectors.compensation import figures_of

PAGE = 50


@login_required
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Every version, newest year first; of a province, if it is asked for."""
    reader = reader_of(request)
    check_can_enter_figures(reader, reader.organisation)
    found = figures_of(reader.organisation)
    province = request.GET.get("province", "")
    if province in Province.values:
        found = found.filter(province=province)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [
            (row, value_words(FigureKey(row.key), row.value), _is_newest(row))
            for row in page
        ],
        "provinces": Province.choices,
        "province": province,
    }
    return render(request, "resolution/figures.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def entering(request: HttpRequest) -> HttpResponse:
    """Enter one, or the next version of the one that the address names."""
    reader = reader_of(request)
    check_can_enter_figures(reader, reader.organisation)
    form = FigureForm(posted(request), initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        entered = tried(
            form,
            lambda: resolution.enter_figure(
                organisation=reader.organisation,
                **form.figure(),
                by=reader,
                at=timezone.now(),
            ),
        )
        if entered is not None:
            messages.success(request, _("已录入第 %s 版") % entered.version)
            return redirect("figures:figures")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "resolution/figure.html", {"form": form}, status=status)


def _is_newest(row: CompensationFigure) -> bool:
    return not CompensationFigure.objects.filter(
        organisation=row.organisation_id,
        key=row.key,
        province=row.province,
        year=row.year,
        variant=row.variant,
        version__gt=row.version,
    ).exists()


def _initial(request: HttpRequest) -> dict[str, Any]:
    """Of the figure that is to be superseded; else what the last line that asked wants."""
    names = ("key", "province", "year", "variant")
    asked = {name: request.GET[name][:60] for name in names if name in request.GET}
    year = asked.get("year", "")
    if not (year.isascii() and year.isdigit() and len(year) < 5):
        return {name: word for name, word in asked.items() if name != "year"}
    reader = reader_of(request)
    earlier = figures_of(reader.organisation).filter(**asked).first()
    if earlier is None:
        return asked
    unit = FigureKey(earlier.key).unit
    amount = str(earlier.value)
    if unit == Unit.FEN:
        amount = f"{earlier.value // 100}.{earlier.value % 100:02}"
    elif unit == Unit.PERCENT:
        amount = percent(earlier.value)
    shown = ("title", "issuer", "issued_on", "address")
    return {
        **asked,
        "amount": amount,
        **{name: getattr(earlier, name) for name in shown},
    }

"""The register of looks at footage: on screen, on paper, as a file."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.models import Site
from anlan.accounts.roles import Permission
from anlan.base.clock import local_day
from anlan.base.errors import DomainError, NotAllowed
from anlan.base.sheet import write_csv
from anlan.cases.views.answers import posted, reader_of, show_refusal
from anlan.evidence import services as evidence
from anlan.evidence.forms.applications import ExtractForm, RegisterForm
from anlan.evidence.selectors.register import (
    WHOLE,
    RegisterPage,
    RegisterRow,
    Wanted,
    register_page,
    register_site_for,
    register_sites,
)

_NUMBER = re.compile(r"[0-9]{1,15}")


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The sites whose register the reader may see; of one, its page."""
    sites = list(register_sites(reader_of(request)))
    if not sites:
        raise NotAllowed(_("您没有“%s”的权限") % Permission.FOOTAGE_APPROVE.label)
    if len(sites) == 1:
        return redirect("footage:register", sites[0].code)
    return render(request, "evidence/register_sites.html", {"sites": sites})


@login_required
@never_cache
@require_GET
def register(request: HttpRequest, code: str) -> HttpResponse:
    """A page at a time; ``as`` is csv or paper, and then all of the days chosen."""
    site = register_site_for(reader_of(request), code)
    form = RegisterForm(request.GET or None, site=site)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    wanted = Wanted(
        site=site,
        first_day=said.get("first"),
        last_day=said.get("last"),
        camera=said.get("camera"),
    )
    shape = request.GET.get("as", "")
    before = request.GET.get("before", "")
    if shape in {"csv", "paper"}:
        page = register_page(wanted, most=WHOLE)
        if shape == "csv":
            return _csv(site, page)
        return _paper(request, site, page, wanted)
    page = register_page(
        wanted, before=int(before) if _NUMBER.fullmatch(before) else None
    )
    context = {
        "site": site,
        "form": form,
        "rows": page.rows,
        "before": page.before,
        "is_first": not before,
        "is_narrowed": any(said.values()),
        "unexplained": sum(row.is_unexplained for row in page.rows),
    }
    return render(request, "evidence/register.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def extract(request: HttpRequest, code: str) -> HttpResponse:
    """On paper with the names in full; the answer is kept nowhere."""
    reader, at = reader_of(request), timezone.now()
    site = register_site_for(reader, code)
    today = local_day(at)
    initial = {"first_day": today.replace(day=1), "last_day": today}
    form = ExtractForm(posted(request), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                taken = evidence.take_register(
                    site=site, **form.cleaned_data, by=reader, at=at
                )
            except DomainError as error:
                show_refusal(form, error)
                status = error.status
            else:
                page = RegisterPage(rows=taken.rows, before=None)
                wanted = Wanted(
                    site=site,
                    first_day=taken.extract.first_day,
                    last_day=taken.extract.last_day,
                )
                return _paper(request, site, page, wanted, is_full=True)
    context = {
        "form": form,
        "title": _("取用登记簿（姓名不遮盖）"),
        "lead": _("每位申请人的姓名被谁、为什么查看，都会留下记录。"),
        "button": _("取用并打印"),
        "register_site": site,
    }
    return render(request, "evidence/application_form.html", context, status=status)


def _paper(
    request: HttpRequest,
    site: Site,
    page: RegisterPage,
    wanted: Wanted,
    *,
    is_full: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {
        "site": site,
        "rows": page.rows[::-1],  # as a book is read
        "has_more": page.before is not None,
        "wanted": wanted,
        "is_full": is_full,
        "printed_at": timezone.now(),
        "printed_by": reader_of(request),
    }
    return render(request, "evidence/register_paper.html", context)


def _csv(site: Site, page: RegisterPage) -> HttpResponse:
    head = [
        *(_("时间"), _("方式"), _("我方人员"), _("单位"), _("申请人")),
        *(_("事由"), _("内容"), _("摄像头"), _("字节"), _("申请编号"), _("台账序号")),
    ]
    rows = [head, *(_cells(row) for row in page.rows[::-1])]
    response = HttpResponse(write_csv(rows), content_type="text/csv; charset=utf-8")
    day = f"{local_day(timezone.now()):%Y%m%d}"
    response["Content-Disposition"] = (
        f'attachment; filename="footage-register-{site.code}-{day}.csv"'
    )
    return response


def _cells(row: RegisterRow) -> list[str]:
    return [
        f"{timezone.localtime(row.at):%Y-%m-%d %H:%M:%S}",
        row.way,
        row.who,
        row.unit,
        row.applicant,
        row.reason,
        row.content,
        row.camera,
        str(row.bytes_count),
        row.application,
        " ".join(map(str, row.seqs)),
    ]

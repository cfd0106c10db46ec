"""How each site reports to its police station: the version in force, and the next."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.models import Site
from anlan.accounts.views.common import tried
from anlan.base.clock import local_day
from anlan.base.errors import NotFound
from anlan.cases.views.answers import posted, reader_of
from anlan.resolution.legal import permissions
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.forms.police import ProcedureForm
from anlan.resolution.legal.selectors.police import procedure_at, procedures_of
from anlan.resolution.legal.services import Procedure

_FIELDS = ("station", "phone", "address", "receives", "bring")


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    permissions.check_can_see_procedures(reader, reader.organisation)
    today = local_day(timezone.now())
    sites = Site.objects.filter(organisation=reader.organisation).order_by("code")
    rows = [(site, procedure_at(site, today)) for site in sites]
    return render(request, "legal/procedures.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """What is in force at a site; sent, its next version."""
    reader = reader_of(request)
    permissions.check_can_see_procedures(reader, reader.organisation)
    sites = Site.objects.filter(organisation=reader.organisation, code=code)
    site = sites.select_related("organisation").first()
    if site is None:
        raise NotFound(_("没有这个项目"))
    today = local_day(timezone.now())
    versions = procedures_of(site)
    newest = versions.first()
    form = ProcedureForm(
        posted(request),
        initial={
            **{name: getattr(newest, name, "") for name in _FIELDS},
            "valid_from": today,
            "version": newest.version if newest else 0,
        },
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        written = tried(
            form,
            lambda: legal.write_procedure(
                site=site,
                said=Procedure(**{name: said[name] for name in _FIELDS}),
                valid_from=said["valid_from"],
                version=said["version"],
                by=reader,
                at=timezone.now(),
            ),
        )
        if written is not None:
            messages.success(request, _("已保存第 %s 版") % written.version)
            return redirect("procedures:overview")
    return render(
        request,
        "legal/procedure.html",
        {
            "site": site,
            "form": form,
            "current": procedure_at(site, today),
            "versions": versions,
            "may_write": permissions.can_write_procedures(reader, reader.organisation),
        },
        status=422 if form.is_bound and form.errors else 200,
    )

"""The letters' texts: the office's own versions, over those of the program."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.views.common import tried
from anlan.base.clock import local_day
from anlan.base.errors import NotFound
from anlan.cases.views.answers import posted, reader_of
from anlan.law.selectors import refusal_words
from anlan.resolution import permissions
from anlan.resolution import services as resolution
from anlan.resolution.enums import NoticeKind
from anlan.resolution.forms.notices import TemplateForm
from anlan.resolution.letters import Field, house_template, needed_fields
from anlan.resolution.selectors.notices import template_of, templates_of


@login_required
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    permissions.check_can_see_templates(reader, reader.organisation)
    today = local_day(timezone.now())
    found = [template_of(reader.organisation, kind) for kind in NoticeKind]
    return render(
        request,
        "resolution/letters.html",
        {"rows": [(one, one.is_stale(on=today)) for one in found]},
    )


@login_required
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The text in force; sent, its next version."""
    reader = reader_of(request)
    permissions.check_can_see_templates(reader, reader.organisation)
    if kind not in NoticeKind.values:
        raise NotFound(_("没有这种告知书"))
    chosen = NoticeKind(kind)
    found = template_of(reader.organisation, chosen)
    form = TemplateForm(
        posted(request),
        initial={"title": found.title, "body": found.body, "version": found.version},
    )
    if request.method == "POST" and form.is_valid():
        written = tried(
            form,
            lambda: resolution.write_template(
                organisation=reader.organisation,
                kind=chosen,
                by=reader,
                at=timezone.now(),
                **form.cleaned_data,
            ),
            words=refusal_words,
        )
        if written is not None:
            messages.success(request, _("已保存第 %s 版") % written.version)
            return redirect("letters:templates")
    today = local_day(timezone.now())
    needed = needed_fields(chosen, on=today)
    return render(
        request,
        "resolution/letter.html",
        {
            "form": form,
            "found": found,
            "may_write": permissions.can_write_templates(reader, reader.organisation),
            "house": house_template(chosen),
            "fields": [(f"{{{one}}}", one in needed) for one in Field],
            "earlier": templates_of(reader.organisation, chosen),
        },
        status=422 if form.is_bound and form.errors else 200,
    )

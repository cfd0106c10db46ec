"""The words of a humanitarian payment: read by who computes, approved by legal counsel."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.accounts.views.common import tried
from anlan.cases.views.answers import posted, reader_of
from anlan.law.selectors import cite_rule, guardrail, refusal_words
from anlan.resolution import permissions
from anlan.resolution import services as resolution
from anlan.resolution.forms.kindness import KindnessWordsForm
from anlan.resolution.selectors.kindness import all_kindness_words


@login_required
@require_http_methods(["GET", "POST"])
def kindness(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    company = reader.organisation
    permissions.check_can_see_kindness(reader, company)
    if request.method == "POST":
        permissions.check_can_approve_kindness(reader, company)
    rows = list(all_kindness_words(company))
    form = KindnessWordsForm(
        posted(request), initial={"words": rows[0].words} if rows else None
    )
    if request.method == "POST" and form.is_valid():
        approved = tried(
            form,
            lambda: resolution.approve_kindness_words(
                organisation=company,
                words=form.cleaned_data["words"],
                by=reader,
                at=timezone.now(),
            ),
            words=refusal_words,
        )
        if approved is not None:
            messages.success(request, _("已审定第 %s 版") % approved.version)
            return redirect("figures:kindness")
    context = {
        "rows": rows,
        "form": form,
        "rule": guardrail("G34").words,
        "cites": cite_rule("G34"),
        "may_approve": permissions.can_approve_kindness(reader, company),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "resolution/kindness.html", context, status=status)

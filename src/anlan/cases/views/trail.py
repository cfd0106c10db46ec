"""The whole record: of a case, and of what was done with the details of one of its people."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.cases.forms.trail import TrailForm
from anlan.cases.permissions import check_can_read_looks, check_can_read_trail
from anlan.cases.selectors import case_for, shown_name
from anlan.cases.selectors.trail import PAGE_OF_TRAIL, WHOLE, traces_of, trail_page
from anlan.cases.views.answers import page_before, reader_of, sheet
from anlan.cases.views.parties import party_in


@login_required
@never_cache
@require_GET
def trail(request: HttpRequest, number: str) -> HttpResponse:
    """A page at a time; ``as=paper`` is all that was chosen, to be printed."""
    reader = reader_of(request)
    case = case_for(reader, number)
    check_can_read_trail(reader, case)
    form = TrailForm(request.GET or None, case=case)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    is_paper = request.GET.get("as") == "paper"
    before = None if is_paper else page_before(request)
    page = trail_page(
        case,
        reader,
        before=before,
        group=said.get("group", ""),
        who=said.get("who", ""),
        page=WHOLE if is_paper else PAGE_OF_TRAIL,
    )
    context = {
        "case": case,
        "form": form,
        "page": page,
        "is_first": before is None,
        "is_narrowed": any(said.values()),
        "printed_at": timezone.now(),
        "printed_by": reader,
    }
    template = "cases/trail_paper.html" if is_paper else "cases/trail.html"
    return render(request, template, context)


@login_required
@never_cache
@require_GET
def looks(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Who looked at the details of a party and why, who corrected and who erased them."""
    reader = reader_of(request)
    party = party_in(case_for(reader, number), uid)
    check_can_read_looks(reader, party)
    return sheet(
        request,
        number=number,
        title=_("查看和更正记录：%s") % shown_name(party),
        body="cases/sheets/looks.html",
        traces=traces_of(party, reader),
    )

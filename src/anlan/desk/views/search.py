"""One field for everything: cases, places, people."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from anlan.cases.selectors import CasePage, asked_number, case_page, cases_for
from anlan.desk import selectors
from anlan.desk.views.reader import reader

MOST = 20
LONGEST = 80  # characters of a question


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What the reader may see of what they ask for; a whole number opens its case."""
    user = reader(request)
    asked = request.GET.get("q", "").strip()[:LONGEST]
    number = asked_number(asked)
    if asked and cases_for(user).filter(number=number).exists():
        return redirect(selectors.room_url(number))
    found = case_page(user, text=asked, page=MOST) if asked else CasePage(cases=[])
    return render(
        request,
        "desk/search.html",
        {
            "asked": asked,
            "rows": selectors.rows_of(found.cases),
            "has_more": found.after is not None,
            "places": selectors.places_like(user, asked) if asked else [],
            "staff": selectors.staff_like(user, asked) if asked else [],
            "people": selectors.customers_like(user, asked) if asked else [],
        },
    )

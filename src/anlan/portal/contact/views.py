"""Whom a victim calls, what was promised and by when. No account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.cases.selectors import link_for
from anlan.cases.selectors.contacts import own_page


@never_cache
@require_GET
def contact(request: HttpRequest, secret: str) -> HttpResponse:
    """Of the other side there is nothing here, not even that there is one."""
    at = timezone.now()
    found = own_page(link_for(secret, at=at), at=at)
    context = {"page": found, "case": found.case, "site": found.case.site, "now": at}
    return render(request, "portal/contact.html", context)

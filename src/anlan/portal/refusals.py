"""Where a visitor's way ends: whom to call, and from where to report instead."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from anlan.accounts.models import Place, Site
from anlan.accounts.selectors import places_of
from anlan.base.errors import NotFound

NEIGHBOURS = 6  # open places offered instead of a closed one

_Said = ParamSpec("_Said")


def telling_whom_to_call(
    view: Callable[Concatenate[HttpRequest, _Said], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _Said], HttpResponse]:
    """Answer an unknown code or a dead link with telephone numbers.

    The staff's page for it leads to their sign-in, which a visitor cannot pass.
    """

    @wraps(view)
    def answered(
        request: HttpRequest, /, *args: _Said.args, **kwargs: _Said.kwargs
    ) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as refusal:
            context = {"refusal": refusal, "site": _only_site()}
            page = render(request, "portal/gone.html", context, status=404)
            # The same address may live again, and who follows is nobody's affair.
            add_never_cache_headers(page)
            return page

    return answered


def closed_place(request: HttpRequest, place: Place) -> HttpResponse:
    """The poster hangs on, its place is out of use: the open places nearest to it."""
    nearest = sorted(places_of(place.site), key=place.distance_to)[:NEIGHBOURS]
    context = {"place": place, "site": place.site, "nearest": nearest}
    return render(request, "portal/closed.html", context, status=404)


def _only_site() -> Site | None:
    """The office to call if there is but one; among several nothing says which."""
    sites = list(Site.objects.filter(closed_at=None)[:2])
    return sites[0] if len(sites) == 1 else None

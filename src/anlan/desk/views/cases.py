"""The list of cases, and of the incidents that are running."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.clock import parse_utc_text, utc_text
from anlan.base.remembered import remembered
from anlan.cases.selectors import Key, case_page
from anlan.desk import selectors
from anlan.desk.forms import CaseFilter
from anlan.desk.views.reader import reader

PAGE = 30


@login_required
@require_GET
def case_table(request: HttpRequest) -> HttpResponse:
    """All cases of the reader, newest first, narrowed by the filter, paged by key."""
    user = reader(request)
    readable = sites_where(user, Permission.CASE_SEE).order_by("code", "pk")
    sites = {site.code: site for site in readable}
    names = tuple((site.code, site.name) for site in sites.values())
    asked = request.GET
    said = tuple(
        (name, asked[name]) for name in CaseFilter.base_fields if name in asked
    )
    wanted = CaseFilter(dict(said), sites=names).wanted()
    before = _key(asked.get("before", ""))
    site = sites.get(wanted.pop("site"))
    found = case_page(user, before=before, page=PAGE, site=site, **wanted)
    return render(
        request,
        "desk/cases.html",
        {
            "filter": _filter(said, names),
            "rows": selectors.lines_of(found.cases),
            "after": _key_of(found.after) if found.after else "",
            "searched_to": found.searched_to,
            "is_first": before is None,
            "is_narrowed": any(words for _name, words in said),
            "many_sites": len(sites) > 1,
        },
    )


@remembered(most=256)
def _filter(
    said: tuple[tuple[str, str], ...], sites: tuple[tuple[str, str], ...]
) -> SafeString:
    """The form as it was filled in: a third of the page's work, and mostly empty."""
    form = CaseFilter(dict(said), sites=sites)
    given = {
        "form": form,
        "many_sites": len(sites) > 1,
        "is_narrowed": any(words for _name, words in said),
    }
    return mark_safe(render_to_string("desk/cases/filter.html", given))  # noqa: S308 -- a template's output is escaped


@login_required
@require_GET
def incident_table(request: HttpRequest) -> HttpResponse:
    """What is running now, and what ended lately."""
    user = reader(request)
    return render(
        request,
        "desk/incidents.html",
        {
            "incidents": selectors.open_incidents(user),
            "closed": selectors.closed_lately(user, at=timezone.now(), most=20),
        },
    )


def _key_of(key: Key) -> str:
    return f"{utc_text(key[0])}_{key[1]}"


def _key(text: str) -> Key | None:
    """Read back a row's place in the list; nonsense begins at the first page."""
    opened_at, _, pk = text.partition("_")
    try:
        return parse_utc_text(opened_at), int(pk)
    except ValueError:
        return None

"""The company's tree: regions, sites, places, and the posters that hang there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts import services
from anlan.accounts.forms import (
    MoveForm,
    NameForm,
    NewSiteForm,
    PlaceForm,
    RegionForm,
    SheetForm,
    SiteForm,
)
from anlan.accounts.models import Place, Region, Site, User
from anlan.accounts.permissions import (
    can_change_tree,
    has_permission,
    holds_somewhere,
)
from anlan.accounts.place_file import read_places, write_places
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import company_tree, places_of, site_for
from anlan.accounts.views.common import act, signed_in, tried
from anlan.base.errors import NotAllowed, NotFound
from anlan.base.sheet import write_csv


@login_required
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """Regions and sites, as far as the reader manages them."""
    return _tree(request, signed_in(request))


@login_required
@require_POST
def add_region(request: HttpRequest) -> HttpResponse:
    by = signed_in(request)
    form = RegionForm(request.POST, regions=_regions(by))
    if form.is_valid():
        region = tried(
            form,
            lambda: services.add_region(
                organisation=by.organisation,
                name=form.cleaned_data["name"],
                parent=form.cleaned_data["parent"],
                by=by,
                at=timezone.now(),
            ),
        )
        if region is not None:
            messages.success(request, _("已增加区域：%s") % region.name)
            return redirect("accounts:organisation")
    return _tree(request, by, region_form=form)


@login_required
@require_http_methods(["GET", "POST"])
def region(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Rename a region."""
    by = signed_in(request)
    found = _region(by, uid)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        tried(
            form,
            lambda: services.rename_region(
                region=found,
                name=form.cleaned_data["name"],
                by=by,
                at=timezone.now(),
            ),
        )
        if not form.errors:
            return redirect("accounts:organisation")
    return render(
        request,
        "accounts/region.html",
        {"form": form, "region": found},
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def close_region(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    found = _region(by, uid)
    act(
        request,
        lambda: services.close_region(region=found, by=by, at=timezone.now()),
        done=_("已关闭区域：%s") % found.name,
    )
    return redirect("accounts:organisation")


@login_required
@require_POST
def reopen_region(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    found = _region(by, uid)
    act(
        request,
        lambda: services.reopen_region(region=found, by=by, at=timezone.now()),
        done=_("已重新开放区域：%s") % found.name,
    )
    return redirect("accounts:organisation")


@login_required
@require_POST
def add_site(request: HttpRequest) -> HttpResponse:
    by = signed_in(request)
    form = NewSiteForm(request.POST, regions=_regions(by))
    if form.is_valid():
        said = form.cleaned_data
        site = tried(
            form,
            lambda: services.add_site(
                organisation=by.organisation, by=by, at=timezone.now(), **said
            ),
        )
        if site is not None:
            messages.success(request, _("已增加项目：%s") % site.name)
            return redirect("accounts:places", site.code)
    return _tree(request, by, site_form=form)


@login_required
@require_http_methods(["GET", "POST"])
def site(request: HttpRequest, code: str) -> HttpResponse:
    """How a site is called and reached."""
    by = signed_in(request)
    found = site_for(by, code, Permission.SITE_MANAGE)
    fields = ("name", "region", "address", "control_room_phone")
    form = SiteForm(
        request.POST or None,
        regions=_regions(by),
        initial={name: getattr(found, name) for name in fields},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        tried(
            form,
            lambda: services.change_site(site=found, by=by, at=timezone.now(), **said),
        )
        if not form.errors:
            messages.success(request, _("已保存"))
            return redirect("accounts:site", code)
    context = {
        "form": form,
        "site": Site.objects.get(pk=found.pk),
        "tabs": site_tabs(by, found),
        "may_close": can_change_tree(by, by.organisation),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/site.html", context, status=status)


@login_required
@require_POST
def close_site(request: HttpRequest, code: str) -> HttpResponse:
    by = signed_in(request)
    found = site_for(by, code, Permission.SITE_MANAGE)
    act(
        request,
        lambda: services.close_site(site=found, by=by, at=timezone.now()),
        done=_("已关闭项目：%s") % found.name,
    )
    return redirect("accounts:organisation")


@login_required
@require_POST
def reopen_site(request: HttpRequest, code: str) -> HttpResponse:
    by = signed_in(request)
    found = site_for(by, code, Permission.SITE_MANAGE)
    act(
        request,
        lambda: services.reopen_site(site=found, by=by, at=timezone.now()),
        done=_("已重新开放项目：%s") % found.name,
    )
    return redirect("accounts:site", code)


@login_required
@require_http_methods(["GET", "POST"])
def places(request: HttpRequest, code: str) -> HttpResponse:
    """The place tree of a site; the form adds to it."""
    by = signed_in(request)
    found = site_for(by, code, Permission.SITE_MANAGE)
    form = PlaceForm(
        request.POST or None,
        places=places_of(found),
        initial={"parent": request.GET.get("parent", ""), "kind": Place.Kind.SPOT},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        place = tried(
            form,
            lambda: services.add_place(
                site=found,
                kind=Place.Kind(said["kind"]),
                name=said["name"],
                parent=said["parent"],
                by=by,
                at=timezone.now(),
            ),
        )
        if place is not None:
            messages.success(request, _("已增加：%s") % place.label)
            return redirect("accounts:places", code)
    context = {
        "site": found,
        "tabs": site_tabs(by, found),
        "places": [
            {"place": place, "depth": min(place.path.count("/") - 2, 6)}
            for place in _in_tree_order(places_of(found))
        ],
        "closed": Place.objects.filter(site=found, is_active=False).order_by(
            "label", "pk"
        ),
        "form": form,
        "sheet": SheetForm(),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/places.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One place: its name, where it hangs, its code."""
    by = signed_in(request)
    found = _place(by, uid)
    form = NameForm(
        request.POST if "name" in request.POST else None, initial={"name": found.name}
    )
    others = places_of(found.site).exclude(path__startswith=found.path)
    move = MoveForm(
        request.POST if "parent" in request.POST else None,
        places=others,
        initial={"parent": found.parent.uid if found.parent else ""},
    )
    if request.method == "POST":
        if form.is_bound and form.is_valid():
            tried(
                form,
                lambda: services.rename_place(
                    place=found,
                    name=form.cleaned_data["name"],
                    by=by,
                    at=timezone.now(),
                ),
            )
        elif move.is_bound and move.is_valid():
            tried(
                move,
                lambda: services.move_place(
                    place=found,
                    parent=move.cleaned_data["parent"],
                    by=by,
                    at=timezone.now(),
                ),
            )
        if not form.errors and not move.errors:
            messages.success(request, _("已保存"))
            return redirect("accounts:place", uid)
    context = {
        "place": Place.objects.select_related("site", "parent").get(pk=found.pk),
        "site": found.site,
        "form": form,
        "move": move,
        "address": poster_address(found),
    }
    status = 422 if form.errors or move.errors else 200
    return render(request, "accounts/place.html", context, status=status)


@login_required
@require_POST
def close_place(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    found = _place(by, uid)
    act(
        request,
        lambda: services.close_place(place=found, by=by, at=timezone.now()),
        done=_("已停用：%s") % found.label,
    )
    return redirect("accounts:places", found.site.code)


@login_required
@require_POST
def reopen_place(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    found = _place(by, uid)
    act(
        request,
        lambda: services.reopen_place(place=found, by=by, at=timezone.now()),
        done=_("已重新启用：%s") % found.label,
    )
    return redirect("accounts:place", uid)


@login_required
@require_POST
def import_places(request: HttpRequest, code: str) -> HttpResponse:
    """Add a whole table of places, or say what is wrong with it."""
    by = signed_in(request)
    found = site_for(by, code, Permission.SITE_MANAGE)
    form = SheetForm(request.POST, request.FILES)
    errors: list[Any] = []
    if form.is_valid():
        read = tried(form, lambda: read_places(form.read()))
        errors = read.errors if read else []
        if read and not errors:
            made = tried(
                form,
                lambda: services.import_places(
                    site=found, rows=read.rows, by=by, at=timezone.now()
                ),
            )
            if made is not None:
                messages.success(
                    request,
                    _("新增 %(added)d 个点位，已有 %(kept)d 个")
                    % {"added": made.added, "kept": made.kept},
                )
                return redirect("accounts:places", code)
    return render(
        request,
        "accounts/places_import.html",
        {"site": found, "form": form, "errors": errors},
        status=422,
    )


@login_required
@require_GET
def export_places(request: HttpRequest, code: str) -> HttpResponse:
    """The tree as the table that can be brought in again."""
    found = site_for(signed_in(request), code, Permission.SITE_MANAGE)
    return download(write_csv(write_places(found)), f"places-{slugify(found.code)}.csv")


@login_required
@require_GET
def posters(request: HttpRequest, code: str) -> HttpResponse:
    """A4 sheets for the walls: one QR code for each place, or for those chosen."""
    found = site_for(signed_in(request), code, Permission.SITE_MANAGE)
    wanted = places_of(found)
    under = request.GET.get("under", "")
    if under:
        top = get_object_or_404(Place, code=under, site=found)
        wanted = wanted.filter(path__startswith=top.path)
    kinds = [kind for kind in request.GET.getlist("kind") if kind in Place.Kind.values]
    if kinds:
        wanted = wanted.filter(kind__in=kinds)
    elif not under:
        wanted = wanted.filter(kind__in=[Place.Kind.SPOT, Place.Kind.ROOM])
    sheets = [
        {"place": place, "address": poster_address(place)}
        for place in _in_tree_order(wanted)[:200]
    ]
    context = {"site": found, "sheets": sheets, "can_print": bool(settings.PUBLIC_URL)}
    return render(request, "accounts/posters.html", context)


def poster_address(place: Place) -> str:
    """What the QR code says; nothing until the installation knows its own address."""
    return f"{settings.PUBLIC_URL}/q/{place.code}" if settings.PUBLIC_URL else ""


def site_tabs(by: User, site: Site) -> list[dict[str, Any]]:
    """The pages about one site that the reader may open."""
    pages = (
        (_("资料"), "site", Permission.SITE_MANAGE),
        (pgettext("the list", "点位"), "places", Permission.SITE_MANAGE),
        (_("排班"), "roster", Permission.ROSTER_MANAGE),
        (pgettext("the list", "岗位"), "posts", Permission.ROSTER_MANAGE),
        (_("公用手机"), "phones", Permission.DEVICE_MANAGE),
        (_("保安的 PIN"), "pins", Permission.INCIDENT_COMMAND),
    )
    return [
        {"label": label, "url": reverse(f"accounts:{name}", args=[site.code])}
        for label, name, permission in pages
        if has_permission(by, permission, site=site)
    ]


def download(content: bytes, name: str, kind: str = "text/csv") -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _tree(
    request: HttpRequest,
    by: User,
    *,
    region_form: RegionForm | None = None,
    site_form: NewSiteForm | None = None,
) -> HttpResponse:
    if not any(
        holds_somewhere(by, p)
        for p in (Permission.SITE_MANAGE, Permission.ROSTER_MANAGE)
    ):
        raise NotAllowed(_("您没有管理项目的权限"))
    regions = _regions(by)
    branches = company_tree(by)
    context = {
        "organisation": by.organisation,
        "branches": branches,
        "has_sites": any(branch.sites for branch in branches),
        "may_change": can_change_tree(by, by.organisation),
        "region_form": region_form or RegionForm(regions=regions),
        "site_form": site_form or NewSiteForm(regions=regions),
        "manages_places": holds_somewhere(by, Permission.SITE_MANAGE),
    }
    failed = bool(region_form or site_form)
    status = 422 if failed else 200
    return render(request, "accounts/organisation.html", context, status=status)


def _regions(by: User) -> QuerySet[Region]:
    return Region.objects.filter(
        organisation=by.organisation_id, closed_at=None
    ).order_by("name", "pk")


def _region(by: User, uid: UUID) -> Region:
    found = Region.objects.filter(uid=uid, organisation=by.organisation_id).first()
    if found is None or not can_change_tree(by, by.organisation):
        raise NotFound(_("没有这个区域，或者您无权管理"))
    return found


def _place(by: User, uid: UUID) -> Place:
    found = (
        Place.objects.select_related("site__organisation", "parent")
        .filter(uid=uid)
        .first()
    )
    if found is None or not has_permission(by, Permission.SITE_MANAGE, site=found.site):
        raise NotFound(_("没有这个点位，或者您无权管理"))
    return found


def _in_tree_order(places: QuerySet[Place]) -> list[Place]:
    """Parents before children, siblings by name, whatever the ids are."""
    found = list(places)
    names = {place.pk: place.name for place in found}
    return sorted(
        found,
        key=lambda p: [names.get(int(pk), "") for pk in p.path.split("/") if pk],
    )

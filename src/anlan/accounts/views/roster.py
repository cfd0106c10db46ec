"""Posts and the week: who stands where, where nobody does, and tables in and out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts import services
from anlan.accounts.forms import CopyForm, PostForm, SheetForm, ShiftForm
from anlan.accounts.models import Post, Shift, Site
from anlan.accounts.roles import Permission, roles_with
from anlan.accounts.roster_file import ReadRoster, read_roster, write_roster
from anlan.accounts.selectors import (
    Gap,
    double_bookings,
    places_of,
    roster_gaps,
    shifts_between,
    site_for,
    staff_to_plan,
    times_without_role,
)
from anlan.accounts.services import RosterRefused, RowError
from anlan.accounts.views.common import act, signed_in, tried
from anlan.accounts.views.organisation import download, site_tabs
from anlan.base.clock import local_day, start_of_day
from anlan.base.sheet import XLSX, write_csv, write_xlsx

WEEK = timedelta(days=7)


@login_required
@require_http_methods(["GET", "POST"])
def roster(request: HttpRequest, code: str) -> HttpResponse:
    """One week of a site; the form puts a person on it."""
    by = signed_in(request)
    site = site_for(by, code, Permission.ROSTER_MANAGE)
    now = timezone.now()
    monday = _monday(request.GET.get("week", ""), local_day(now))
    people = staff_to_plan(site)
    form = ShiftForm(
        request.POST or None,
        posts=_posts(site),
        people=people,
        initial={
            "role": "guard",
            "day": local_day(now),
            "starts": "07:00",
            "ends": "19:00",
        },
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        starts_at, ends_at = form.period
        shift = tried(
            form,
            lambda: services.add_shift(
                post=said["post"],
                user=said["user"],
                role_key=said["role"],
                starts_at=starts_at,
                ends_at=ends_at,
                by=by,
                at=now,
            ),
        )
        if shift is not None:
            messages.success(request, _("已排班：%s") % shift.user.name)
            return redirect(_week_address(site, _monday("", said["day"])))
    start, end = start_of_day(monday), start_of_day(monday + WEEK)
    gaps = roster_gaps(site, start, end)
    context = {
        "site": site,
        "tabs": site_tabs(by, site),
        "days": [monday + timedelta(days=i) for i in range(7)],
        "today": local_day(now),
        "rows": _rows(site, monday, gaps),
        "gaps": gaps,
        "gap_hours": round(
            sum((g.span for g in gaps), timedelta()) / timedelta(hours=1)
        ),
        "double": double_bookings(site, start, end),
        "before": _week_address(site, monday - WEEK),
        "after": _week_address(site, monday + WEEK),
        "week": monday,
        "has_people": people.filter(
            memberships__role_key__in=roles_with(Permission.INCIDENT_RESPOND)
        ).exists(),
        "may_copy": site.closed_at is None,
        "form": form,
        "sheet": SheetForm(),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/roster.html", context, status=status)


@login_required
@require_POST
def remove_shift(request: HttpRequest, code: str, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    site = site_for(by, code, Permission.ROSTER_MANAGE)
    shift = get_object_or_404(
        Shift.objects.select_related("site", "post", "user"), uid=uid, site=site
    )
    day = local_day(shift.starts_at)
    act(
        request,
        lambda: services.remove_shift(shift=shift, by=by, at=timezone.now()),
        done=_("已取消班次"),
    )
    return redirect(_week_address(site, _monday("", day)))


@login_required
@require_POST
def import_roster(request: HttpRequest, code: str) -> HttpResponse:
    """First a look at what the table says, row by row; then, confirmed, all of it."""
    by = signed_in(request)
    site = site_for(by, code, Permission.ROSTER_MANAGE)
    at = timezone.now()
    form = SheetForm(request.POST, request.FILES)
    read: ReadRoster | None = None
    refused: list[RowError] = []
    if form.is_valid():
        read = tried(form, lambda: read_roster(site, form.read()))
    if read is not None and not read.errors and "confirmed" in request.POST:
        try:
            made = services.import_roster(site=site, planned=read.planned, by=by, at=at)
        except RosterRefused as error:
            refused = error.errors
        else:
            messages.success(
                request,
                _("新增 %(added)d 班，已有 %(kept)d 班")
                % {"added": made.added, "kept": made.kept},
            )
            return redirect("accounts:roster", code)
    elif read is not None:
        refused = services.check_roster(site=site, planned=read.planned, by=by, at=at)
    errors = sorted([*(read.errors if read else []), *refused], key=lambda e: e.line)
    context = {
        "site": site,
        "form": form,
        "read": read,
        "errors": errors,
        "table": _as_text(read),
    }
    status = 422 if form.errors or errors else 200
    return render(request, "accounts/roster_import.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def copy_roster(request: HttpRequest, code: str) -> HttpResponse:
    """First what copying an earlier week would make and leave out; then, confirmed, it."""
    by = signed_in(request)
    site = site_for(by, code, Permission.ROSTER_MANAGE)
    at = timezone.now()
    target = _monday(request.GET.get("week", ""), local_day(at))
    source = _monday(request.GET.get("source", ""), target - WEEK)
    form = CopyForm({"week": f"{target}", "source": f"{source}"})
    do = services.copy_week if request.method == "POST" else services.preview_copy
    copy = tried(
        form, lambda: do(site=site, source=source, target=target, by=by, at=at)
    )
    if copy is not None and request.method == "POST":
        messages.success(
            request,
            _("已复制：新增 %(added)d 班，已有 %(kept)d 班，未复制 %(left)d 班")
            % {
                "added": len(copy.added),
                "kept": copy.kept,
                "left": len(copy.left_out),
            },
        )
        return redirect(_week_address(site, target))
    context = {
        "site": site,
        "tabs": site_tabs(by, site),
        "form": form,
        "copy": copy,
        "source": source,
        "target": target,
        "back": _week_address(site, target),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/roster_copy.html", context, status=status)


@login_required
@require_GET
def export_roster(request: HttpRequest, code: str) -> HttpResponse:
    """A week as a table, or only its header to fill in."""
    site = site_for(signed_in(request), code, Permission.ROSTER_MANAGE)
    monday = _monday(request.GET.get("week", ""), local_day(timezone.now()))
    start, end = start_of_day(monday), start_of_day(monday + WEEK)
    shifts = shifts_between(site, start, end).filter(starts_at__gte=start)
    table = write_roster([] if "template" in request.GET else shifts)
    name = f"roster-{slugify(site.code)}-{monday:%Y%m%d}"
    if request.GET.get("as") == "csv":
        return download(write_csv(table), f"{name}.csv")
    return download(write_xlsx(table, title=_("排班")), f"{name}.xlsx", XLSX)


@login_required
@require_http_methods(["GET", "POST"])
def posts(request: HttpRequest, code: str) -> HttpResponse:
    """The posts of a site; the form adds one."""
    by = signed_in(request)
    site = site_for(by, code, Permission.ROSTER_MANAGE)
    form = PostForm(request.POST or None, places=places_of(site))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        post = tried(
            form,
            lambda: services.add_post(site=site, by=by, at=timezone.now(), **said),
        )
        if post is not None:
            messages.success(request, _("已增加岗位：%s") % post.name)
            return redirect("accounts:posts", code)
    context = {
        "site": site,
        "tabs": site_tabs(by, site),
        "posts": _posts(site).select_related("place"),
        "has_places": places_of(site).exists(),
        "closed": Post.objects.filter(site=site, is_active=False)
        .select_related("place")
        .order_by("name", "pk"),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/posts.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def post(request: HttpRequest, code: str, uid: UUID) -> HttpResponse:
    """One post: its name, its place, its hours."""
    by = signed_in(request)
    site = site_for(by, code, Permission.ROSTER_MANAGE)
    found = get_object_or_404(Post.objects.select_related("place"), uid=uid, site=site)
    fields = ("name", "radio", "must_be_staffed", "staffed_from", "staffed_until")
    initial: dict[str, Any] = {name: getattr(found, name) for name in fields}
    form = PostForm(
        request.POST or None,
        places=places_of(site),
        initial={**initial, "place": found.place.uid},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        tried(
            form,
            lambda: services.change_post(post=found, by=by, at=timezone.now(), **said),
        )
        if not form.errors:
            messages.success(request, _("已保存"))
            return redirect("accounts:posts", code)
    context = {"site": site, "post": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/post.html", context, status=status)


@login_required
@require_POST
def close_post(request: HttpRequest, code: str, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    site = site_for(by, code, Permission.ROSTER_MANAGE)
    found = get_object_or_404(Post, uid=uid, site=site)
    act(
        request,
        lambda: services.close_post(post=found, by=by, at=timezone.now()),
        done=_("已停用岗位：%s") % found.name,
    )
    return redirect("accounts:posts", code)


@login_required
@require_POST
def reopen_post(request: HttpRequest, code: str, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    site = site_for(by, code, Permission.ROSTER_MANAGE)
    found = get_object_or_404(Post, uid=uid, site=site)
    act(
        request,
        lambda: services.reopen_post(post=found, by=by, at=timezone.now()),
        done=_("已重新启用岗位：%s") % found.name,
    )
    return redirect("accounts:posts", code)


def _posts(site: Site) -> Any:
    return Post.objects.filter(site=site, is_active=True).order_by("name", "pk")


def _monday(words: str, otherwise: date) -> date:
    """The Monday of the week that holds the day written, or ``otherwise``."""
    try:
        day = date.fromisoformat(words)
    except ValueError:
        day = otherwise
    if not 2000 <= day.year <= 2200:
        day = otherwise
    return day - timedelta(days=day.weekday())


def _week_address(site: Site, monday: date) -> str:
    return f"{reverse('accounts:roster', args=[site.code])}?week={monday:%Y-%m-%d}"


def _rows(site: Site, monday: date, gaps: list[Gap]) -> list[dict[str, Any]]:
    """A row for each post: what each day of the week shows of shifts and gaps."""
    start, end = start_of_day(monday), start_of_day(monday + WEEK)
    shifts: dict[tuple[int, date], list[Shift]] = {}
    planned = list(shifts_between(site, start, end).select_related("site"))
    for shift in planned:
        day = max(local_day(shift.starts_at), monday)
        shifts.setdefault((shift.post_id, day), []).append(shift)
    without_role = times_without_role(planned)
    missing: dict[tuple[int, date], list[Gap]] = {}
    for gap in gaps:
        for part in _by_day(gap):
            key = (gap.post.pk, local_day(part.starts_at))
            missing.setdefault(key, []).append(part)
    days = [monday + timedelta(days=i) for i in range(7)]
    return [
        {
            "post": post,
            "days": [
                {
                    "day": day,
                    "shifts": [
                        (shift, without_role[shift.pk])
                        for shift in shifts.get((post.pk, day), [])
                    ],
                    "gaps": missing.get((post.pk, day), []),
                }
                for day in days
            ],
        }
        for post in _posts(site).select_related("place")
    ]


def _by_day(gap: Gap) -> list[Gap]:
    """The gap cut at every midnight in China."""
    parts = []
    begins = gap.starts_at
    while begins < gap.ends_at:
        ends = min(gap.ends_at, start_of_day(local_day(begins) + timedelta(days=1)))
        parts.append(Gap(post=gap.post, starts_at=begins, ends_at=ends))
        begins = ends
    return parts


def _as_text(read: ReadRoster | None) -> str:
    """The rows as the form sends them back when they are confirmed."""
    if read is None or read.errors:
        return ""
    shifts = [
        Shift(
            post=row.post,
            user=row.user,
            role_key=row.role_key,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in read.planned
    ]
    return write_csv(write_roster(shifts)).decode("utf-8-sig")

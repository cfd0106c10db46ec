"""What sites hold, what is due to be deleted, what was, and for how long each class is kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import has_permission, holds_somewhere, sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import site_for
from anlan.accounts.views.common import tried
from anlan.base.errors import Conflict, DomainError, NotAllowed, NotFound
from anlan.cases.views.answers import reader_of
from anlan.evidence import services as evidence
from anlan.evidence.enums import DeletionState, HoldReason, RetentionClass
from anlan.evidence.forms.retention import ChosenForm, DaysForm
from anlan.evidence.selectors.deletions import (
    PAGE,
    deletion_entries,
    deletion_for,
    deletions_for,
    preview_of,
    sums_of,
)
from anlan.evidence.selectors.holds import holds_for, release_advice
from anlan.evidence.selectors.retention import Period, periods_of
from anlan.law.selectors import refusal_words

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def holds(request: HttpRequest) -> HttpResponse:
    """Everything that stands, of all sites of the reader; ``all`` with what was released."""
    reader = _reader(request)
    found = holds_for(reader, standing="all" not in request.GET)
    context = {
        "page": _page_of(request, found),
        "advice": release_advice(),
        "is_all": "all" in request.GET,
    }
    return render(request, "evidence/held.html", context)


@login_required
@require_GET
def due(request: HttpRequest) -> HttpResponse:
    """What goes within a month, and what went."""
    return _due_page(request)


@login_required
@require_POST
def due_holds(request: HttpRequest) -> HttpResponse:
    """Hold the chosen rows, or all of them; what is gone meanwhile is said."""
    reader, at = _reader(request), timezone.now()
    rows = list(deletions_for(reader, state=DeletionState.ANNOUNCED)[:PAGE])
    form = ChosenForm(request.POST, uids=[str(row.uid) for row in rows])
    is_all = request.POST.get("which") == "all"
    if not form.is_valid() or not (is_all or form.cleaned_data["chosen"]):
        if form.is_valid():
            form.add_error(None, _("请选中要保全的行，或者点“全部保全”"))
        return _due_page(request, form=form)
    chosen = [
        row for row in rows if is_all or str(row.uid) in form.cleaned_data["chosen"]
    ]
    refused = []
    for row in chosen:
        try:
            if row.case is None:
                raise Conflict(
                    _("这份申请不属于任何案件；还需要的，请先归入案件，再保全案件")
                )
            evidence.place_hold(
                case=row.case,
                held=row.exhibit or row.recording,
                reason=HoldReason(form.cleaned_data["reason"]),
                words=form.cleaned_data["words"],
                by=reader,
                at=at,
            )
        except DomainError as error:
            refused.append(f"{row.number} {row.name}: {error}")
    messages.success(request, _("已保全 %s 件") % (len(chosen) - len(refused)))
    for words in refused:
        messages.warning(request, words)
    return redirect("vault:due")


@login_required
@require_GET
def deletion(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The record of one deletion as A4."""
    found = deletion_for(_reader(request), uid)
    if not found.is_decided:
        raise NotFound(_("还没有删除"))
    context = {
        "deletion": found,
        "files": found.files.select_related("blob").order_by("pk"),
        "entries": deletion_entries(found),
        "printed_at": timezone.now(),
    }
    return render(request, "evidence/deletion.html", context)


@login_required
@require_GET
def periods(request: HttpRequest) -> HttpResponse:
    """For how long the sites of the reader keep what."""
    reader = _reader(request)
    sites = sites_where(reader, Permission.HOLD_PLACE).filter(closed_at=None)
    context = {
        "sites": [
            (site, periods_of(site), _may_edit(reader, site))
            for site in sites.order_by("code")
        ]
    }
    return render(request, "evidence/periods.html", context)


@login_required
@_either
def period(request: HttpRequest, code: str, retention_class: str) -> HttpResponse:
    """Change one: looked at first, with what it would delete; then confirmed."""
    reader, at = reader_of(request), timezone.now()
    site = site_for(reader, code, Permission.RETENTION_EDIT)
    if retention_class not in RetentionClass.values:
        raise NotFound(_("没有这一类"))
    now = next(p for p in periods_of(site) if p.retention_class == retention_class)
    data = request.POST if request.method == "POST" else request.GET or None
    form = DaysForm(data, initial={"days": now.days})
    if request.method == "POST" and form.is_valid():
        changed = tried(
            form,
            lambda: evidence.change_period(
                site=site,
                retention_class=now.retention_class,
                days=form.cleaned_data["days"],
                by=reader,
                at=at,
            ),
            words=refusal_words,
        )
        if changed is not None:
            messages.success(
                request, _("已保存。变短的期限先在“到期删除”里列出三十天，不马上删除。")
            )
            return redirect("vault:periods")
    context = {
        "site": site,
        "period": now,
        "form": form,
        "bounds": now.law,
        "preview": _preview(site, now, form, at=at),
        "asked": form.cleaned_data.get("days") if form.is_bound else None,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "evidence/period.html", context, status=status)


def _preview(site: Site, now: Period, form: DaysForm, *, at: datetime) -> object:
    if not form.is_bound or not form.is_valid():
        return None
    return preview_of(site, now.retention_class, form.cleaned_data["days"], at=at)


def _due_page(request: HttpRequest, *, form: ChosenForm | None = None) -> HttpResponse:
    reader = _reader(request)
    waiting = deletions_for(reader, state=DeletionState.ANNOUNCED)
    things, files, size = sums_of(waiting)
    gone = deletions_for(reader).exclude(state=DeletionState.ANNOUNCED)
    rows = list(waiting[:PAGE])
    context = {
        "rows": rows,
        "things": things,
        "files": files,
        "size": size,
        "more": things - len(rows),
        "page": _page_of(request, gone.order_by("-decided_at", "-pk")),
        "form": form or ChosenForm(uids=[]),
        "chosen": set(request.POST.getlist("chosen")),
    }
    return render(request, "evidence/due.html", context, status=422 if form else 200)


def _page_of(request: HttpRequest, rows: object) -> object:
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]  # querysets of two models


def _reader(request: HttpRequest) -> User:
    reader = reader_of(request)
    if not holds_somewhere(reader, Permission.HOLD_PLACE):
        raise NotAllowed(_("您没有“%s”的权限") % Permission.HOLD_PLACE.label)
    return reader


def _may_edit(reader: User, site: Site) -> bool:
    return has_permission(reader, Permission.RETENTION_EDIT, site=site)

"""The shared phones of a site, as the office sees them."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts import services
from anlan.accounts.forms import SharedPhoneForm
from anlan.accounts.models import Handover, Pin, Post, SharedPhone, User
from anlan.accounts.permissions import can_help_with_pin, read_memberships
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import site_for, staff_of
from anlan.accounts.views.common import act, signed_in, tried
from anlan.accounts.views.organisation import site_tabs


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def phones(request: HttpRequest, code: str) -> HttpResponse:
    """All of them; a new one is answered with the code to type into it."""
    by = signed_in(request)
    site = site_for(by, code, Permission.DEVICE_MANAGE)
    form = SharedPhoneForm(
        request.POST or None,
        posts=Post.objects.filter(site=site, is_active=True).order_by("name"),
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = tried(
            form,
            lambda: services.add_shared_phone(
                site=site,
                name=said["name"],
                post=said["post"],
                by=by,
                at=timezone.now(),
            ),
        )
        if made is not None:
            return _enrolment(request, *made)
    rows = SharedPhone.objects.filter(site=site).select_related("post", "holder")
    context = {
        "site": site,
        "tabs": site_tabs(by, site),
        "phones": rows.order_by("revoked_at", "name", "pk"),
        "handovers": Handover.objects.filter(phone__site=site)
        .select_related("phone", "giver", "taker")
        .order_by("-given_at", "-pk")[:20],
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/phones.html", context, status=status)


@never_cache
@login_required
@require_POST
def renew(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    phone = _phone(by, uid)
    codes: list[str] = []
    act(
        request,
        lambda: codes.append(
            services.renew_enrolment(phone=phone, by=by, at=timezone.now())
        ),
        done=_("旧手机已退出，请在新手机上输入启用码"),
    )
    if not codes:
        return redirect("accounts:phones", phone.site.code)
    return _enrolment(request, phone, codes[0])


@login_required
@require_POST
def revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    phone = _phone(by, uid)
    act(
        request,
        lambda: services.revoke_shared_phone(phone=phone, by=by, at=timezone.now()),
        done=_("已停用：%s") % phone.name,
    )
    return redirect("accounts:phones", phone.site.code)


@login_required
@require_GET
def pins(request: HttpRequest, code: str) -> HttpResponse:
    """The guards' PINs as who commands may help with them; none is shown."""
    by = signed_in(request)
    site = site_for(by, code, Permission.INCIDENT_COMMAND)
    staff = list(staff_of(site))
    read_memberships(staff)
    people = [one for one in staff if can_help_with_pin(by, one, site=site)]
    known = {pin.user_id: pin for pin in Pin.objects.filter(user__in=people)}
    context = {
        "site": site,
        "tabs": site_tabs(by, site),
        "rows": [(person, known.get(person.pk)) for person in people],
        "phones": SharedPhone.objects.filter(
            site=site, locked_until__gt=timezone.now()
        ).order_by("name", "pk"),
    }
    return render(request, "accounts/pins.html", context)


@login_required
@require_POST
def unlock_pin(request: HttpRequest, code: str, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    site = site_for(by, code, Permission.INCIDENT_COMMAND)
    person = get_object_or_404(staff_of(site), uid=uid)
    act(
        request,
        lambda: services.unlock_pin(user=person, site=site, by=by, at=timezone.now()),
        done=_("已解除锁定：%s") % person.name,
    )
    return redirect("accounts:pins", site.code)


@login_required
@require_POST
def unlock_phone(request: HttpRequest, code: str, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    site = site_for(by, code, Permission.INCIDENT_COMMAND)
    phone = get_object_or_404(
        SharedPhone.objects.select_related("site"), site=site, uid=uid
    )
    act(
        request,
        lambda: services.unlock_phone(phone=phone, by=by, at=timezone.now()),
        done=_("已解除锁定：%s") % phone.name,
    )
    return redirect("accounts:pins", site.code)


@login_required
@require_POST
def clear_pin(request: HttpRequest, code: str, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    site = site_for(by, code, Permission.INCIDENT_COMMAND)
    person = get_object_or_404(staff_of(site), uid=uid)
    act(
        request,
        lambda: services.clear_pin(user=person, site=site, by=by, at=timezone.now()),
        done=_("已清除，请本人重新设置：%s") % person.name,
    )
    return redirect("accounts:pins", site.code)


def _phone(by: User, uid: UUID) -> SharedPhone:
    phone = get_object_or_404(SharedPhone.objects.select_related("site"), uid=uid)
    site_for(by, phone.site.code, Permission.DEVICE_MANAGE)
    return phone


def _enrolment(request: HttpRequest, phone: SharedPhone, code: str) -> HttpResponse:
    path = reverse("phone:enrolment")
    context = {
        "phone": phone,
        "site": phone.site,
        "code": code,
        "path": path,
        "address": f"{settings.PUBLIC_URL}{path}?code={code}"
        if settings.PUBLIC_URL
        else "",
    }
    return render(request, "accounts/enrolment.html", context)

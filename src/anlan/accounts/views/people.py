"""People: who is here, what they may, and the paper with which they come in."""

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
from anlan.accounts.forms import GrantForm, InviteForm
from anlan.accounts.models import Invitation, Membership, User
from anlan.accounts.permissions import (
    can_grant,
    can_manage,
    check_can_add_people,
    memberships_not_over,
)
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import history_of, nodes_for, people_for
from anlan.accounts.views.common import act, signed_in, tried
from anlan.base.errors import NotFound

PAGE = 60  # people at once; a longer list is narrowed by its search


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody the reader administers."""
    by = signed_in(request)
    check_can_add_people(by, by.organisation)
    at = timezone.now()
    text = request.GET.get("text", "").strip()[:40]
    found = people_for(by, text=text).prefetch_related(
        "memberships__site", "memberships__region", "memberships__organisation"
    )
    shown = list(found[: PAGE + 1])
    rows = [
        {
            "user": user,
            "memberships": [m for m in user.memberships.all() if not m.is_over(at)],
        }
        for user in shown[:PAGE]
    ]
    context = {"rows": rows, "now": at, "text": text, "has_more": len(shown) > PAGE}
    return render(request, "accounts/people.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Add a person; the answer is the paper with their code, shown this once."""
    by = signed_in(request)
    check_can_add_people(by, by.organisation)
    at = timezone.now()
    nodes = nodes_for(by, Permission.PEOPLE_MANAGE)
    form = InviteForm(request.POST or None, by=by, nodes=nodes)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = tried(
            form,
            lambda: services.invite_user(
                organisation=by.organisation,
                username=said["username"],
                name=said["name"],
                employee_number=said["employee_number"],
                phone=said["phone"],
                role_key=said["role"],
                node=form.node_chosen,
                begins_at=form.begins_at(at),
                ends_at=form.ends_at,
                by=by,
                at=at,
            ),
        )
        if made is not None:
            return _slip(request, *made)
    return render(
        request,
        "accounts/invite.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@login_required
@require_GET
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    return _person_page(request, _person(by, uid), by)


@login_required
@require_POST
def grant(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    user = _person(by, uid)
    at = timezone.now()
    form = _grant_form(request, by)
    if form.is_valid():
        membership = tried(
            form,
            lambda: services.grant_role(
                user=user,
                role_key=form.cleaned_data["role"],
                node=form.node_chosen,
                begins_at=form.begins_at(at),
                ends_at=form.ends_at,
                by=by,
                at=at,
            ),
        )
        if membership is not None:
            return redirect("accounts:person", uid)
    return _person_page(request, user, by, form)


@login_required
@require_POST
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take one membership back."""
    by = signed_in(request)
    membership = get_object_or_404(Membership.objects.select_related("user"), uid=uid)
    user = _person(by, membership.user.uid)
    act(
        request,
        lambda: services.end_role(membership=membership, by=by, at=timezone.now()),
        done=_("已收回：%s") % membership.role.name,
    )
    return redirect("accounts:person", user.uid)


@login_required
@require_POST
def disable(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    user = _person(by, uid)
    act(
        request,
        lambda: services.disable_user(user=user, by=by, at=timezone.now()),
        done=_("已停用，对方的登录立即失效"),
    )
    return redirect("accounts:person", uid)


@login_required
@require_POST
def enable(request: HttpRequest, uid: UUID) -> HttpResponse:
    by = signed_in(request)
    user = _person(by, uid)
    act(
        request,
        lambda: services.enable_user(user=user, by=by, at=timezone.now()),
        done=_("已启用"),
    )
    return redirect("accounts:person", uid)


@never_cache
@login_required
@require_POST
def reset(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take password, PIN and sessions away; the answer is the paper with a new code."""
    by = signed_in(request)
    user = _person(by, uid)
    made: list[tuple[Invitation, str]] = []
    act(
        request,
        lambda: made.append(services.reset_access(user=user, by=by, at=timezone.now())),
        done=_("已重设，请把打印的一次性码交给本人"),
    )
    return _slip(request, *made[0]) if made else redirect("accounts:person", uid)


def join_address(code: str = "") -> str:
    """Where the code is entered, or nothing while phones cannot reach us."""
    if not settings.PUBLIC_URL:
        return ""
    path = reverse("accounts:join", args=[code]) if code else reverse("accounts:enter")
    return f"{settings.PUBLIC_URL}{path}"


def _slip(request: HttpRequest, invitation: Invitation, code: str) -> HttpResponse:
    return render(
        request,
        "accounts/slip.html",
        {
            "invitation": invitation,
            "person": invitation.user,
            "memberships": memberships_not_over(invitation.user),
            "code": code,
            "address": join_address(code),
            "entrance": join_address() or reverse("accounts:enter"),
        },
    )


def _person(by: User, uid: UUID) -> User:
    """Somebody the reader administers; others are as good as unknown."""
    check_can_add_people(by, by.organisation)
    user = people_for(by).select_related("organisation").filter(uid=uid).first()
    if user is None:
        raise NotFound(_("没有这个人，或者不归您管理"))
    return user


def _grant_form(request: HttpRequest, by: User) -> GrantForm:
    nodes = nodes_for(by, Permission.PEOPLE_MANAGE)
    return GrantForm(request.POST or None, by=by, nodes=nodes)


def _person_page(
    request: HttpRequest, user: User, by: User, form: GrantForm | None = None
) -> HttpResponse:
    at = timezone.now()
    grant_form = form or GrantForm(by=by, nodes=nodes_for(by, Permission.PEOPLE_MANAGE))
    memberships = [
        {
            "membership": m,
            "may_end": not m.is_over(at) and can_grant(by, m.role_key, m.node),
            "is_ahead": m.is_ahead(at),
            "is_running": m.is_running(at),
            "never_began": m.ended_at == m.since_at,
        }
        for m in Membership.objects.filter(user=user)
        .select_related("organisation", "region", "site")
        .order_by("ended_at", "-since_at", "pk")
    ]
    context = {
        "person": user,
        "phone": services.phone_of(user),
        "memberships": memberships,
        "invitation": user.invitations.filter(used_at=None, revoked_at=None).first(),
        "has_pin": hasattr(user, "pin"),
        "may_grant": bool(grant_form.nodes),
        "may_manage": can_manage(by, user) and by.pk != user.pk,
        "form": grant_form,
        "lines": history_of(user.subject, organisation=user.organisation),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "accounts/person.html", context, status=status)

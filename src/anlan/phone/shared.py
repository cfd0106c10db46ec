"""The guards' shared phone: enrolled once, opened by a PIN, handed over at shift change."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts import services as accounts
from anlan.accounts.models import Handover, SharedPhone, Site, User
from anlan.accounts.permissions import covers, running_memberships
from anlan.accounts.selectors import (
    shared_phone_for,
    shifts_at,
    staff_of,
    waiting_handover,
)
from anlan.accounts.signed_in import PHONE_COOKIE, PHONE_SEEN, PHONE_SESSION
from anlan.base.errors import DomainError, NotFound
from anlan.base.limits import count_up, is_over, network_of
from anlan.cases.enums import CaseState
from anlan.cases.models import Case, Task
from anlan.incidents.enums import AssignmentState
from anlan.incidents.models import Assignment

BACKEND = "anlan.accounts.backend.Backend"
ON_WATCH = ("guard", "guard_captain", "duty_officer")
COOKIE_DAYS = 400  # the longest that browsers keep a cookie
WINDOW = 900  # seconds
MOST_WRONG = 10  # wrong enrolment codes from one network in a window


class EnrolmentForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("启用码"),
        max_length=24,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters"}
        ),
    )


class PinForm(forms.Form):
    pin = forms.RegexField(
        r"^[0-9]{6}$",
        label=gettext_lazy("六位 PIN"),
        error_messages={"invalid": gettext_lazy("PIN 为六位数字")},
        widget=forms.PasswordInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "maxlength": 6,
                "class": "input pin",
                "autofocus": True,
            }
        ),
    )


class TakingForm(forms.Form):
    """Which handover is taken: on a second tap it is not waiting any more."""

    handover = forms.UUIDField()


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("交班说明"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@dataclass(frozen=True, kw_only=True)
class Open:
    """What is not done at a site when the shift changes."""

    cases: list[Case]
    tasks: list[Task]
    unacknowledged: list[Assignment]
    note: Handover | None


@never_cache
@require_http_methods(["GET", "POST"])
def enrolment(request: HttpRequest) -> HttpResponse:
    """Type the office's code; from then on this browser is the shared phone."""
    form = EnrolmentForm(
        request.POST or None, initial={"code": request.GET.get("code", "")[:24]}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        wrong = f"enrolment:{network_of(request.META.get('REMOTE_ADDR', ''))}"
        if is_over(wrong, MOST_WRONG):
            return render(request, "429.html", status=429)
        try:
            phone, token = accounts.enrol_phone(
                code=form.cleaned_data["code"], at=timezone.now()
            )
        except DomainError as error:
            count_up(wrong, seconds=WINDOW)
            form.add_error("code", str(error))
            status = error.status
        else:
            if request.user.is_authenticated:
                logout(request)
            messages.success(request, _("已启用：%s") % phone.name)
            response = redirect("phone:shared")
            response.set_cookie(
                PHONE_COOKIE,
                token,
                max_age=COOKIE_DAYS * 24 * 3600,
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
            return response
    return render(request, "phone/enrolment.html", {"form": form}, status=status)


@never_cache
@require_GET
def shared(request: HttpRequest) -> HttpResponse:
    """The locked phone: who is on duty takes it; an alarm needs no PIN."""
    phone = _phone(request)
    _put_down(request, phone)
    if request.user.is_authenticated:  # by a password, which opens nothing here
        logout(request)
    on_duty = {shift.user_id for shift in shifts_at(phone.site, timezone.now())}
    people = [
        {"user": user, "on_duty": user.pk in on_duty} for user in _may_open(phone.site)
    ]
    context = {
        "phone": phone,
        "people": sorted(people, key=lambda p: not p["on_duty"]),
        "handover": waiting_handover(phone),
    }
    return render(request, "phone/shared.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def opening(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Six digits."""
    phone = _phone(request)
    user = next((user for user in _may_open(phone.site) if user.uid == uid), None)
    if user is None:
        raise NotFound(_("您不在这个项目值班"))
    form = PinForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            accounts.open_phone(
                phone=phone, user=user, pin=form.cleaned_data["pin"], at=at
            )
        except DomainError as error:
            form.add_error("pin", str(error))
            status = error.status
        else:
            login(request, user, backend=BACKEND)
            request.session[PHONE_SESSION] = str(phone.uid)
            request.session[PHONE_SEEN] = int(at.timestamp())
            waits = waiting_handover(phone)
            return redirect("phone:handover" if waits else "phone:alarm")
    context = {"phone": phone, "person": user, "form": form}
    return render(request, "phone/opening.html", context, status=status)


@require_POST
def locking(request: HttpRequest) -> HttpResponse:
    """Put the phone down: the next one needs a PIN."""
    phone = _phone(request)
    if PHONE_SESSION in request.session:
        _put_down(request, phone)
    return redirect("phone:shared")


@login_required
@require_POST
def touch(request: HttpRequest) -> HttpResponse:
    """Somebody works on an open page without a request; the middleware has noted it."""
    return HttpResponse(status=204)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest) -> HttpResponse:
    """交接班: the one who goes says what is open, the one who comes confirms it."""
    phone = _phone(request)
    user = request.user
    if not isinstance(user, User) or PHONE_SESSION not in request.session:
        raise NotFound(_("交接班在公用手机上进行"))
    waits = waiting_handover(phone)
    left = what_is_open(phone)
    act = request.POST.get("act", "")
    if act == "take":
        return _take(request, phone, user)
    form = NoteForm(request.POST if act == "give" else None)
    status = 200
    if act == "give" and form.is_valid():
        try:
            accounts.give_handover(
                phone=phone,
                note=form.cleaned_data["note"],
                open_incidents=len(left.cases),
                open_tasks=len(left.tasks),
                unacknowledged=len(left.unacknowledged),
                by=user,
                at=timezone.now(),
            )
        except DomainError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            _put_down(request, phone)
            messages.success(request, _("已交班，请接班人用自己的 PIN 打开并确认"))
            return redirect("phone:shared")
    context = {"phone": phone, "waits": waits, "left": left, "form": form}
    return render(request, "phone/handover.html", context, status=status)


def _take(request: HttpRequest, phone: SharedPhone, user: User) -> HttpResponse:
    """Take what was handed over, or take it back; a second tap says the same again."""
    form = TakingForm(request.POST)
    if not form.is_valid():
        return redirect("phone:handover")
    uid = form.cleaned_data["handover"]
    given = Handover.objects.filter(phone=phone, uid=uid).first()
    if given is None:
        return redirect("phone:handover")
    try:
        accounts.take_handover(handover=given, by=user, at=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        taken = given.giver_id != user.pk
        messages.success(request, _("已接班") if taken else _("已取消交班，您继续值班"))
    return redirect("phone:alarm")


def what_is_open(phone: SharedPhone) -> Open:
    """Open incidents, open tasks of guards, alarms nobody answered, the last note."""
    site = phone.site
    cases = Case.objects.filter(
        site=site, state=CaseState.OPEN, kind=Case.Kind.INCIDENT
    )
    tasks = Task.objects.filter(
        case__site=site,
        case__state=CaseState.OPEN,
        state=Task.State.OPEN,
        role_key__in=["guard", "guard_captain"],
    )
    unacknowledged = Assignment.objects.filter(
        incident__case__site=site,
        incident__case__state=CaseState.OPEN,
        state=AssignmentState.ALERTED,
    )
    return Open(
        cases=list(cases.order_by("-severity", "opened_at", "pk")[:50]),
        tasks=list(tasks.select_related("case").order_by("due_at", "pk")[:200]),
        unacknowledged=list(
            unacknowledged.select_related(
                "user", "incident__case", "incident__place"
            ).order_by("alerted_at", "pk")[:50]
        ),
        note=Handover.objects.filter(phone=phone, taken_at__isnull=False)
        .select_related("giver")
        .order_by("-given_at", "-pk")
        .first(),
    )


def _phone(request: HttpRequest) -> SharedPhone:
    phone = shared_phone_for(request.COOKIES.get(PHONE_COOKIE, ""))
    if phone is None:
        raise NotFound(_("这部手机还没有启用，请向办公室要启用码"))
    return phone


def _may_open(site: Site) -> list[User]:
    """Whoever stands watch at the site; managers have a phone of their own."""
    return [
        user
        for user in staff_of(site)
        if any(
            membership.role_key in ON_WATCH and covers(membership, site)
            for membership in running_memberships(user)
        )
    ]


def _put_down(request: HttpRequest, phone: SharedPhone) -> None:
    if PHONE_SESSION in request.session:
        logout(request)
    accounts.lock_phone(phone=phone)

"""How a person comes in with a code on paper, and chooses a PIN."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anlan.accounts import services
from anlan.accounts.forms import CodeForm, JoinForm, PinForm
from anlan.accounts.selectors import invitation_for, plain_code, shared_phone_for
from anlan.accounts.signed_in import PHONE_COOKIE
from anlan.accounts.views.common import signed_in, tried
from anlan.base.errors import NotFound
from anlan.base.limits import count_up, is_over, network_of

WINDOW = 900  # seconds
MOST_WRONG = 10  # wrong codes from one network in a window


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code that the QR beside it would have carried."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("accounts:join", plain_code(form.cleaned_data["code"]) or "0")
    return render(request, "accounts/enter.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Set one's password with the code, once."""
    wrong = f"join:{network_of(request.META.get('REMOTE_ADDR', ''))}"
    at = timezone.now()
    try:
        invitation = invitation_for(code, at=at)
    except NotFound as error:
        if count_up(wrong, seconds=WINDOW) > MOST_WRONG:
            return render(request, "429.html", status=429)
        form = CodeForm({"code": code})
        form.add_error("code", str(error))
        return render(request, "accounts/enter.html", {"form": form}, status=404)
    if is_over(wrong, MOST_WRONG):
        return render(request, "429.html", status=429)
    join_form = JoinForm(request.POST or None)
    if request.method == "POST" and join_form.is_valid():
        said = join_form.cleaned_data
        user = tried(
            join_form,
            lambda: services.use_invitation(
                code=code, password=said["password"], pin=said["pin"], at=at
            ),
        )
        if user is not None:
            messages.info(request, _("密码已设好，请用账号 %s 登录") % user.username)
            return redirect("account_login")
    return render(
        request,
        "accounts/join.html",
        {"form": join_form, "invitation": invitation, "person": invitation.user},
        status=422 if join_form.errors else 200,
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def pin(request: HttpRequest) -> HttpResponse:
    """Choose one's own PIN; the password proves who is sitting there.

    On the shared phone this is all that a password opens: set, it signs out.
    """
    user = signed_in(request)
    is_shared = shared_phone_for(request.COOKIES.get(PHONE_COOKIE, "")) is not None
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tries = f"pin:{user.pk}"
        if count_up(tries, seconds=WINDOW) > MOST_WRONG:
            return render(request, "429.html", status=429)
        if not user.check_password(form.cleaned_data["password"]):
            form.add_error("password", _("密码不对"))
        else:
            tried(
                form,
                lambda: services.set_pin(
                    user=user, pin=form.cleaned_data["pin"], by=user, at=timezone.now()
                ),
            )
        if not form.errors:
            if is_shared:
                logout(request)
            messages.success(request, _("PIN 已设好"))
            return redirect("phone:shared" if is_shared else "phone:me")
    return render(
        request,
        "accounts/pin.html",
        {"form": form, "is_shared": is_shared},
        status=422 if form.errors else 200,
    )

"""Screens of the API: one's tokens, the devices of a site, and the operations as a page."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts import services as accounts
from anlan.accounts.models import User
from anlan.accounts.permissions import sites_where
from anlan.accounts.proof import ask_proof, is_proof_fresh
from anlan.accounts.roles import Permission
from anlan.accounts.selectors.tokens import scopes_open_to, tokens_of
from anlan.api.docs import Theme, themes_of
from anlan.api.forms import DeviceForm, TokenForm
from anlan.api.root import api
from anlan.base.addresses import public_address
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from anlan.incidents.devices.mapping import mappings
from anlan.incidents.enums import DeviceKind, DeviceMode
from anlan.incidents.models import Device
from anlan.incidents.selectors.devices import device_for, devices_for, troubles_of
from anlan.incidents.services import devices


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def my_tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a new one is shown this once, in the answer to the form."""
    user, at = _user(request), timezone.now()
    form = TokenForm(request.POST or None, offered=scopes_open_to(user))
    secret, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            takes = Permission.PACKAGE_TAKE.value in said["scopes"]
            if takes and not is_proof_fresh(request, at=at):
                return ask_proof(request, back=reverse("api:tokens"))
            try:
                _row, secret = accounts.create_token(
                    user=user,
                    name=said["name"],
                    scopes=said["scopes"],
                    days=said["days"],
                    by=user,
                    at=at,
                )
            except (InvalidInput, Conflict) as error:
                _say(form, error)
            else:
                status = 201
                form = TokenForm(offered=scopes_open_to(user))
    context = {
        "form": form,
        "secret": secret,
        "example": _curl(f"{_root(request)}/me", f"Authorization: Bearer {secret}"),
        "tokens": tokens_of(user)[:50],
        "at": at,
    }
    return render(request, "api/tokens.html", context, status=status)


@login_required
@require_POST
def revoke_token(request: HttpRequest, uid: UUID) -> HttpResponse:
    user = _user(request)
    token = tokens_of(user).filter(uid=uid).first()
    if token is None:
        raise NotFound(_("没有这个令牌"))
    accounts.revoke_token(token=token, by=user, at=timezone.now())
    messages.success(request, _("已撤销：%(name)s") % {"name": token.name})
    return redirect("api:tokens")


@login_required
@require_GET
def list_devices(request: HttpRequest) -> HttpResponse:
    user = _device_manager(request)
    context = {
        "devices": list(devices_for(user)[:200]),
        "at": timezone.now(),
        "modes": DeviceMode,
    }
    return render(request, "api/devices.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def register_device(request: HttpRequest) -> HttpResponse:
    """Enter a device; its secret is shown this once, in the answer to the form."""
    user = _device_manager(request)
    form = DeviceForm(
        request.POST or None, sites=sites_where(user, Permission.DEVICE_MANAGE)
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                device, secret = devices.register_device(
                    site=said["place"].site,
                    place=said["place"],
                    kind=DeviceKind(said["kind"]),
                    name=said["name"],
                    mode=DeviceMode(said["mode"]),
                    mapping=said["mapping"],
                    addresses=said["addresses"].split(),
                    topic=said["topic"],
                    rate=said["rate"],
                    by=user,
                    at=timezone.now(),
                )
            except (InvalidInput, Conflict) as error:
                _say(form, error)
            else:
                return _device_page(request, device, secret=secret, status=201)
    return render(request, "api/device_new.html", {"form": form}, status=status)


@login_required
@require_GET
def show_device(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _device_page(request, device_for(_device_manager(request), uid))


@never_cache
@login_required
@require_POST
def rotate_device(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Give it a new secret, shown this once."""
    user = _device_manager(request)
    device = device_for(user, uid)
    try:
        secret = devices.rotate_secret(device=device, by=user, at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("api:device", uid)
    return _device_page(request, device_for(user, uid), secret=secret)


@login_required
@require_POST
def disable_device(request: HttpRequest, uid: UUID) -> HttpResponse:
    user = _device_manager(request)
    devices.disable_device(device=device_for(user, uid), by=user, at=timezone.now())
    messages.success(request, _("已停用"))
    return redirect("api:device", uid)


@login_required
@require_POST
def test_device(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take the device's next message for a test."""
    user = _device_manager(request)
    try:
        devices.begin_test(device=device_for(user, uid), by=user, at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("api:device", uid)


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """The conventions and every operation, each a link to the page of its theme."""
    context = {"themes": _themes(), "schema": reverse("api-v1:openapi-json")}
    return render(request, "api/docs.html", context)


@require_GET
def docs_of(request: HttpRequest, theme: str) -> HttpResponse:
    """The operations of a theme with their fields."""
    found = next((one for one in _themes() if one.slug == theme), None)
    if found is None:
        raise Http404
    return render(request, "api/docs_of.html", {"theme": found})


def _themes() -> list[Theme]:
    return themes_of(api.get_openapi_schema(path_prefix="/api/v1/"))


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What to type into a device, line by line, and a call that does the same."""

    facts: list[tuple[str, str]]
    example: str


def _device_page(
    request: HttpRequest, device: Device, *, secret: str = "", status: int = 200
) -> HttpResponse:
    at = timezone.now()
    context = {
        "device": device,
        "secret": secret,
        "setup": _setup(request, device, secret or _("（密钥）")),
        "mapping": mappings()[device.mapping],
        "troubles": troubles_of(device),
        "at": at,
        "is_testing": device.test_until is not None and at <= device.test_until,
    }
    response = render(request, "api/device.html", context, status=status)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


def _setup(request: HttpRequest, device: Device, secret: str) -> Setup:
    mapping = mappings()[device.mapping]
    url = f"{_root(request)}/alarms"
    kind = f"Content-Type: {mapping.example_type}"
    facts: list[tuple[str, str]]
    if device.mode == DeviceMode.BROKER:
        facts = [(_("主题"), device.topic), ("QoS", "1")]
        return Setup(facts=facts, example="")
    if device.mode == DeviceMode.SECRET_URL:
        url = f"{url}/{secret}"
        facts = [(_("网址"), url)]
        example = _curl(url, kind, data=mapping.example)
    elif device.mode == DeviceMode.HMAC:
        facts = [
            (_("网址"), url),
            ("X-Anlan-Device", str(device.uid)),
            (_("密钥"), secret),
        ]
        example = _signed_curl(url, device, secret, kind, mapping.example)
    else:
        facts = [
            (_("网址"), url),
            (_("用户名"), device.uid.hex),
            (_("密码"), secret),
        ]
        way = "--digest " if device.mode == DeviceMode.DIGEST else ""
        who = f"{way}-u {shlex.quote(f'{device.uid.hex}:{secret}')} "
        example = _curl(url, kind, data=mapping.example, who=who)
    return Setup(facts=facts, example=example)


def _signed_curl(url: str, device: Device, secret: str, kind: str, body: str) -> str:
    """The signature step by step, as any shell with OpenSSL can make it."""
    return "\n".join(
        (
            f"DEVICE={device.uid}; SECRET={shlex.quote(secret)}",
            "TIME=$(date +%s); NONCE=$(openssl rand -hex 16)",
            f"BODY={shlex.quote(body)}",
            'SIGN=$(printf "%s\\n%s\\n%s\\n%s" "$DEVICE" "$TIME" "$NONCE" "$BODY" \\',
            '  | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d" " -f1)',
            f"curl {shlex.quote(url)} -H {shlex.quote(kind)} \\",
            '  -H "X-Anlan-Device: $DEVICE" -H "X-Anlan-Timestamp: $TIME" \\',
            '  -H "X-Anlan-Nonce: $NONCE" -H "X-Anlan-Signature: sha256=$SIGN" \\',
            '  --data-binary "$BODY"',
        )
    )


def _curl(url: str, header: str, *, data: str = "", who: str = "") -> str:
    body = f" \\\n  --data-binary {shlex.quote(data)}" if data else ""
    return f"curl {who}{shlex.quote(url)} \\\n  -H {shlex.quote(header)}{body}"


def _root(request: HttpRequest) -> str:
    return public_address("/api/v1", request)


def _say(form: Any, error: DomainError) -> None:
    path = error.path if isinstance(error, InvalidInput) else None
    form.add_error(path if path in form.fields else None, str(error))


def _device_manager(request: HttpRequest) -> User:
    user = _user(request)
    if not sites_where(user, Permission.DEVICE_MANAGE).exists():
        raise NotAllowed(
            _("您没有“%(permission)s”的权限")
            % {"permission": Permission.DEVICE_MANAGE.label}
        )
    return user


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # login_required has seen to it
        raise NotFound(_("请先登录"))
    return request.user

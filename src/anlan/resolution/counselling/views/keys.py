"""Setting the key up, opening and closing it, another passphrase, reading off the paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import User
from anlan.accounts.proof import ask_proof, is_proof_fresh
from anlan.base.errors import Conflict, DomainError
from anlan.cases.views.answers import posted, reader_of, show_refusal
from anlan.resolution.counselling import opened, services
from anlan.resolution.counselling.forms import (
    ChangeForm,
    KeyForm,
    PassphraseForm,
    RecoveryForm,
    SheetsForm,
)
from anlan.resolution.counselling.selectors import (
    check_is_counsellor_page,
    earlier_key,
    earlier_keys,
    held_key,
    key_of,
    keys_held_by,
    unconfirmed_key,
)
from anlan.resolution.counselling.views.answers import form_page, unkept

_either = require_http_methods(["GET", "POST"])


def _counsellor(request: HttpRequest) -> User:
    reader = reader_of(request)
    check_is_counsellor_page(reader)
    return reader


@login_required
@_either
@sensitive_post_parameters("passphrase", "again")
def key(request: HttpRequest) -> HttpResponse:
    """The state of the key; sent, a new one is made and both sheets are shown, once."""
    reader = _counsellor(request)
    form = KeyForm(posted(request), by=reader)
    status = 200
    if request.method == "POST":
        at = timezone.now()
        if not is_proof_fresh(request, at=at):
            return ask_proof(request, back=reverse("support:key"))
        status = 422
        if form.is_valid():
            said = {k: form.cleaned_data[k] for k in ("passphrase", "first", "second")}
            try:
                made, sheets = services.make_key(by=reader, at=at, **said)
            except DomainError as error:
                show_refusal(form, error)
                status = error.status
            else:
                context = {"key": made, "sheets": sheets, "form": SheetsForm()}
                page = render(request, "counselling/sheets.html", context)
                return unkept(page)
    context = {
        "key": key_of(reader),
        "waiting": unconfirmed_key(reader),
        "earlier": earlier_keys(reader),
        "form": form,
    }
    return unkept(render(request, "counselling/key.html", context, status=status))


@login_required
@_either
@sensitive_post_parameters("first", "second")
def confirmation(request: HttpRequest) -> HttpResponse:
    """Both sheets are typed off the paper, which proves that they are on it."""
    reader = _counsellor(request)
    waiting = unconfirmed_key(reader)
    if waiting is None:
        return redirect("support:key")

    def act(said: dict[str, Any]) -> HttpResponse:
        services.confirm_key(key=waiting, by=reader, at=timezone.now(), **said)
        messages.success(request, _("密钥已启用，请把两份纸分别交给保管人"))
        return redirect("support:home")

    return form_page(
        request,
        title=_("核对两份纸"),
        lead=_("照着打印好的两份纸各抄一遍；抄对了，密钥才启用。"),
        button=_("核对并启用"),
        form=SheetsForm(posted(request)),
        back=reverse("support:key"),
        act=act,
    )


@login_required
@_either
@sensitive_post_parameters("passphrase")
def opening(request: HttpRequest) -> HttpResponse:
    """The passphrase opens the key for this session."""
    reader = _counsellor(request)
    back = _within(request.GET.get("next", ""))

    def act(said: dict[str, Any]) -> HttpResponse:
        at = timezone.now()
        found = services.open_key(by=reader, at=at, passphrase=said["passphrase"])
        response = redirect(back)
        opened.keep(request, response, found, at=at)
        return response

    return form_page(
        request,
        title=_("打开封存的记录"),
        lead=_(
            "口令只在这次使用中有效，十五分钟不用就自动关上。忘了口令，只有两份纸能打开。"
        ),
        button=_("打开"),
        form=PassphraseForm(posted(request)),
        back=back,
        act=act,
    )


@login_required
@require_POST
def closing(request: HttpRequest) -> HttpResponse:
    _counsellor(request)
    response = redirect("support:home")
    opened.forget(request, response)
    return response


@login_required
@_either
@sensitive_post_parameters("old", "new", "again")
def passphrase(request: HttpRequest) -> HttpResponse:
    reader = _counsellor(request)
    if key_of(reader) is None:
        raise Conflict(_("请先设置封存密钥"))

    def act(said: dict[str, Any]) -> HttpResponse:
        services.change_passphrase(
            old=said["old"], new=said["new"], by=reader, at=timezone.now()
        )
        response = redirect("support:key")
        opened.forget(request, response)
        messages.success(request, _("口令已更换"))
        return response

    return form_page(
        request,
        title=_("更换口令"),
        lead=_("记录和两份纸都不变。以前的备份里，旧口令仍然打得开旧的密钥。"),
        button=_("更换"),
        form=ChangeForm(posted(request)),
        back=reverse("support:key"),
        act=act,
    )


@login_required
@_either
@sensitive_post_parameters("passphrase")
def resealing(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The passphrase of an earlier key takes its notes over to the newest one."""
    reader = _counsellor(request)
    found = earlier_key(reader, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        count = services.reseal_notes(
            key=found, passphrase=said["passphrase"], by=reader, at=timezone.now()
        )
        messages.success(request, _("已转到新密钥 %s 份记录") % count)
        return redirect("support:key")

    return form_page(
        request,
        title=_("把第 %s 把密钥的记录转到新密钥") % found.number,
        lead=_(
            "请输入换密钥以前的口令。记录重新封存到现在的密钥；以前的两份纸仍然打得开以前封存的那一份。"
        ),
        button=_("转到新密钥"),
        form=PassphraseForm(posted(request)),
        back=reverse("support:key"),
        act=act,
    )


@login_required
@require_GET
def recoveries(request: HttpRequest) -> HttpResponse:
    """The keys of which the reader holds a sheet."""
    reader = reader_of(request)
    return render(
        request, "counselling/recoveries.html", {"keys": keys_held_by(reader)}
    )


@login_required
@_either
@sensitive_post_parameters("first", "second")
def recovery(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Both sheets seal the notes to another counsellor; nothing is shown."""
    reader = reader_of(request)
    found = held_key(reader, uid)
    at = timezone.now()
    if not is_proof_fresh(request, at=at):
        return ask_proof(request, back=request.path)

    def act(said: dict[str, Any]) -> HttpResponse:
        count = services.recover_notes(key=found, by=reader, at=at, **said)
        messages.success(request, _("已转交 %s 份记录") % count)
        return redirect("support:recoveries")

    return form_page(
        request,
        title=_("用两份纸转交记录：%s") % found.user.name,
        lead=_(
            "两位保管人一起办理，各自抄写自己的一份。记录不显示，只重新封存给另一位辅导员；只转交已经转介给他的人的记录。原来的辅导员会收到通知。"
        ),
        button=_("转交"),
        kind="danger",
        form=RecoveryForm(posted(request), key=found),
        back=reverse("support:recoveries"),
        act=act,
    )


def _within(address: str) -> str:
    """Back to a page of support, and nowhere else."""
    home = reverse("support:home")
    return address if address.startswith(home) and "//" not in address else home

"""The page about the vault as a whole: is everything there, and who looked last?"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.views.common import signed_in
from anlan.base import programs
from anlan.base.errors import Conflict, InvalidInput, NotFound
from anlan.evidence import services
from anlan.evidence.enums import CheckKind
from anlan.evidence.forms.outside import HeldForm, KeeperForm
from anlan.evidence.permissions import can_choose_keepers
from anlan.evidence.selectors.outside import (
    compared_for,
    exposure_for,
    keeper_for,
    keepers_of,
    reason_of,
    revoked_keys,
    signing_key,
)
from anlan.evidence.selectors.safety import check_can_see_safety, safety_for
from anlan.notify.selectors import has_mail

ASKED = (CheckKind.QUICK, CheckKind.DEEP, CheckKind.DRILL, CheckKind.LEDGER)


@require_GET
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """One word first, then what it rests on."""
    found = safety_for(signed_in(request), at=timezone.now())
    return render(
        request,
        "evidence/safety.html",
        {
            "safety": found,
            "verdict": found.verdict.value,
            "readers_are_apart": programs.are_apart(),
            "waiting": sorted({str(reason_of(one)) for one in found.waiting}),
        },
    )


@require_http_methods(["GET", "POST"])
@login_required
def keepers(request: HttpRequest) -> HttpResponse:
    """Who has the checkpoints outside, and who else shall have them."""
    user, at = signed_in(request), timezone.now()
    check_can_see_safety(user)
    form = KeeperForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.add_keeper(
                organisation=user.organisation, by=user, at=at, **form.cleaned_data
            )
        except (InvalidInput, Conflict) as error:
            form.add_error(getattr(error, "path", None) or None, str(error))
            status = error.status
        else:
            messages.success(request, _("已加入，第一封邮件马上寄出"))
            return redirect("vault:keepers")
    elif request.method == "POST":
        status = 422
    context = {
        "form": form,
        "keepers": keepers_of(user.organisation),
        "may_choose": can_choose_keepers(user),
        "exposure": exposure_for(user, at=at),
        "has_mail": has_mail(user.organisation),
    }
    return render(request, "evidence/keepers.html", context, status=status)


@require_POST
@login_required
def mailing(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    count = services.mail_soon(
        organisation=user.organisation, by=user, at=timezone.now()
    )
    messages.success(request, _("已通知后台程序寄给 %s 位保存人") % count)
    return redirect("vault:keepers")


@require_POST
@login_required
def removal(request: HttpRequest, uid: UUID) -> HttpResponse:
    user = signed_in(request)
    services.remove_keeper(keeper=keeper_for(user, uid), by=user, at=timezone.now())
    messages.success(request, _("不再寄给这位保存人；已经寄出的仍然有效"))
    return redirect("vault:keepers")


@require_http_methods(["GET", "POST"])
@login_required
def held(request: HttpRequest) -> HttpResponse:
    """Compare what somebody kept outside with the entries as they are now."""
    user = signed_in(request)
    check_can_see_safety(user)
    form = HeldForm(request.POST or None)
    found, status = None, 200
    if request.method == "POST" and form.is_valid():
        found = compared_for(user, form.cleaned_data["text"])
    elif request.method == "POST":
        status = 422
    context = {"form": form, "found": found}
    return render(request, "evidence/held_outside.html", context, status=status)


@require_POST
@login_required
def checks(request: HttpRequest) -> HttpResponse:
    """Let the worker begin now."""
    kind = request.POST.get("kind", "")
    if kind not in ASKED:
        raise NotFound(_("没有这种检查"))
    services.ask_for_check(
        kind=CheckKind(kind), by=signed_in(request), at=timezone.now()
    )
    messages.success(request, _("已通知后台程序开始检查"))
    return redirect("vault:safety")


@require_GET
@login_required
def key_sheet(request: HttpRequest) -> HttpResponse:
    """The fingerprint on paper, for those who will compare it one day."""
    user = signed_in(request)
    check_can_see_safety(user)
    key = signing_key()
    if key is None:
        raise NotFound(_("还没有签名密钥：签名程序尚未签过检查点"))
    context = {
        "organisation": user.organisation,
        "public_key": key[0],
        "groups": key[1].split(),
        "revoked": revoked_keys(),
        "at": timezone.now(),
    }
    return render(request, "evidence/key_sheet.html", context)

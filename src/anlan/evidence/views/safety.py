"""The page about the vault as a whole: is everything there, and who looked last?"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anlan.accounts.views.common import signed_in
from anlan.base.errors import NotFound
from anlan.evidence import services
from anlan.evidence.enums import CheckKind
from anlan.evidence.selectors.outside import reason_of, signing_key
from anlan.evidence.selectors.safety import check_can_see_safety, safety_for

ASKED = (CheckKind.QUICK, CheckKind.DEEP)


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
            "waiting": sorted({str(reason_of(one)) for one in found.waiting}),
        },
    )


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
        "at": timezone.now(),
    }
    return render(request, "evidence/key_sheet.html", context)

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
from anlan.evidence.selectors.safety import safety_for

ASKED = (CheckKind.QUICK, CheckKind.DEEP)


@require_GET
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """One word first, then what it rests on."""
    found = safety_for(signed_in(request), at=timezone.now())
    return render(
        request,
        "evidence/safety.html",
        {"safety": found, "verdict": found.verdict.value},
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

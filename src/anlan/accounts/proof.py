"""How long ago somebody proved who they are, and asking them once more.

Signing in is a proof, with a password or a passkey; so is what is asked here. A session
that lies open on a desk is not enough for what leaves the house.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotAllowed


def is_proof_fresh(request: HttpRequest, *, at: datetime) -> bool:
    """Whether the last proof in this session is not older than the settings say.

    One from the future, of a clock that was set back, is none.
    """
    user = request.user if isinstance(request.user, User) else None
    proofs = get_authentication_records(request, user)
    last = max((float(one.get("at", 0)) for one in proofs), default=0.0)
    # The record has its own clock's fractions of a second.
    return -1 <= at.timestamp() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def ask_proof(request: HttpRequest, *, back: str) -> HttpResponse:
    """Lead to where the password or the passkey is asked for, and from there back.

    Raises:
        NotAllowed: they have neither.
    """
    ways = get_adapter().get_reauthentication_methods(request.user)
    if not ways:
        raise NotAllowed(_("请先为账号设置密码或通行密钥"))
    there = f"{ways[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: back})}"
    if not getattr(request, "htmx", False):
        return redirect(there)
    answer = HttpResponse(status=204)  # the whole page goes there, not a sheet on it
    answer["HX-Redirect"] = there
    return answer

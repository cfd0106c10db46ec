"""What the phone's own program asks for: its shell, its name, a form token."""

from __future__ import annotations

import json
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.phone.views.reader import reader


@login_required
@require_GET
def token(request: HttpRequest) -> JsonResponse:
    """A fresh form token for the outbox: the page it was written on may be days old."""
    return JsonResponse({"csrf": get_token(request), "user": str(reader(request).uid)})


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The offline shell. Served from here so that its scope is the phone's pages."""
    shell = [
        reverse("phone:alarm"),
        reverse("phone:report"),
        static("desk/app.css"),
        static("desk/app.js"),
        static("phone/outbox.js"),
        static("phone/calling.js"),
        static("phone/older.js"),
        static("phone/shared.js"),
        # What they import has the addresses that it imports them by.
        urljoin(settings.STATIC_URL, "phone/asking.js"),
        urljoin(settings.STATIC_URL, "phone/holder.js"),
        urljoin(settings.STATIC_URL, "phone/store.js"),
        static("vendor/icons.svg"),
    ]
    response = render(
        request,
        "phone/sw.js",
        {"shell": json.dumps(shell)},
        content_type="text/javascript",
    )
    response["Service-Worker-Allowed"] = reverse("phone:alarm")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """What the home screen of a phone needs to show Anlan as an app."""
    body = {
        "name": _("安澜"),
        "short_name": _("安澜"),
        "start_url": reverse("phone:alarm"),
        "scope": "/m/",
        "display": "standalone",
        "background_color": "#f5f6f8",
        "theme_color": "#f5f6f8",
        "icons": [
            {"src": static("desk/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
        ],
    }
    return JsonResponse(body, content_type="application/manifest+json")

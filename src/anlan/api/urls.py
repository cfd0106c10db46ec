"""Addresses of the API, of its page for people, and of the screens around it."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from anlan.api import views
from anlan.api.errors import unknown_address
from anlan.api.root import api

screens = [
    path("api/docs", views.docs, name="docs"),
    path("api/docs/<slug:theme>", views.docs_of, name="docs_of"),
    path("me/tokens/", views.my_tokens, name="tokens"),
    path("me/tokens/<uuid:uid>/revoke/", views.revoke_token, name="revoke_token"),
    path("admin/devices/", views.list_devices, name="devices"),
    path("admin/devices/new/", views.register_device, name="register_device"),
    path("admin/devices/<uuid:uid>/", views.show_device, name="device"),
    path("admin/devices/<uuid:uid>/rotate/", views.rotate_device, name="rotate_device"),
    path("admin/devices/<uuid:uid>/disable/", views.disable_device, name="disable"),
    path("admin/devices/<uuid:uid>/test/", views.test_device, name="test_device"),
]
urlpatterns = [
    path("", include((screens, "api"))),
    path("api/v1/", api.urls),
    re_path("^api/", csrf_exempt(unknown_address)),
]

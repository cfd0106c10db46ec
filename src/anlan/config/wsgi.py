"""The WSGI application: pages and API."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from anlan.config.turns import InTurn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")

application = InTurn(get_wsgi_application(), at_once=settings.PAGES_AT_ONCE)

"""The WSGI application: pages and API."""

from __future__ import annotations

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from anlan.config.answers import InCrew
from anlan.config.crew import Crew

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")

pages = get_wsgi_application()
crew = Crew(settings.WEB_THREADS, at_once=settings.PAGES_AT_ONCE)
application = InCrew(pages, crew)

# What was read at the start lives as long as the process: no collection walks it.
gc.collect()
gc.freeze()

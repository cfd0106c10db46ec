"""Pages and API for a server of its own kind, with the bounds that ``Front`` puts on bodies.

How slowly a body may come is the business of the proxy before it: it waits for the whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")

from anlan.api.errors import PREFIX, early_refusal
from anlan.config.answers import WSGIApplication
from anlan.config.front import TOO_LARGE, most_of
from anlan.config.wsgi import application as pages


class Bounded:
    """Refuses a body by the length that it announces, or because it announces none."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        said = environ.get("CONTENT_LENGTH") or "0"
        size = int(said) if said.isdecimal() else None
        is_endless = "HTTP_TRANSFER_ENCODING" in environ
        path = environ["PATH_INFO"]
        if size is not None and size <= most_of(path) and not is_endless:
            answer: Iterable[bytes] = self._application(environ, start_response)
            return answer
        if path.startswith(PREFIX):
            kind, text = "application/json", early_refusal(413).content
        else:
            kind, text = "text/plain; charset=utf-8", TOO_LARGE.encode()
        headers = [("Content-Type", kind), ("Content-Length", str(len(text)))]
        start_response("413 Content Too Large", headers)
        return [text]


application = Bounded(pages)

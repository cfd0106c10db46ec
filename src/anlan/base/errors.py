"""Refusals that a person reads, and the HTTP answer that each deserves."""

from __future__ import annotations

import traceback
from typing import ClassVar


class DomainError(Exception):
    """An expected refusal; its text is the sentence that the user reads.

    ``code`` is stable and goes to API clients, ``status`` is the HTTP answer, and
    ``source`` names the law or standard behind the refusal, if there is one.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, sentence: object, *, source: str = "") -> None:
        super().__init__(sentence)
        self.source = source


class NotAllowed(DomainError):
    """The person may see the thing but not do this to it."""

    code = "not_allowed"
    status = 403


class NotFound(DomainError):
    """Unknown, or not the reader's: both answer alike, so that nothing leaks."""

    code = "not_found"
    status = 404


class InvalidInput(DomainError):
    """A value that cannot be; ``path`` is the field as the caller knows it."""

    code = "invalid"
    status = 422

    def __init__(self, sentence: object, *, path: str, source: str = "") -> None:
        super().__init__(sentence, source=source)
        self.path = path


class TooLarge(InvalidInput):
    """More bytes than are taken; sent again it is refused again."""

    code = "too_large"
    status = 413


class Conflict(DomainError):
    """The state of the thing does not allow it, or a request id was used twice."""

    code = "conflict"
    status = 409


class TooManyRequests(DomainError):
    """Asked too often; ``retry_after`` is in seconds."""

    code = "too_many_requests"
    status = 429

    def __init__(self, sentence: object, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


def traced(error: BaseException) -> str:
    """Where and what an unexpected error was, for a log.

    Without its text: a database quotes the row that it refused, and with it names.
    """
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{frames}".rstrip()

"""What the pages of administration share: who asks, and how a refusal is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from anlan.accounts.models import User
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotFound

T = TypeVar("T")
Words: TypeAlias = Callable[[DomainError], str]


def signed_in(request: HttpRequest) -> User:
    """The reader; ``login_required`` has seen to it that there is one."""
    if not isinstance(request.user, User):
        raise NotFound("nobody is signed in")
    return request.user


def tried(form: forms.Form, change: Callable[[], T], *, words: Words = str) -> T | None:
    """Do the change; what the state or the input forbids goes to the form's fields.

    ``words`` is how a refusal is told; packages above the law name the article with it.
    """
    try:
        return change()
    except InvalidInput as error:
        form.add_error(error.path if error.path in form.fields else None, words(error))
    except Conflict as error:
        form.add_error(None, words(error))
    return None


def act(
    request: HttpRequest,
    change: Callable[[], object],
    *,
    done: str,
    words: Words = str,
) -> None:
    """Do what a button asks and say so; a refusal becomes a message on the next page.

    That somebody may not do it at all is a page of its own, with 403.
    """
    try:
        change()
    except (Conflict, InvalidInput) as error:
        messages.error(request, words(error))
    else:
        messages.success(request, done)

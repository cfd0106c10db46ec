"""How a form of support answers: on a page of its own, with the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from anlan.base.errors import DomainError
from anlan.cases.views.answers import show_refusal


def form_page(
    request: HttpRequest,
    *,
    title: str,
    form: forms.Form,
    button: str,
    back: str,
    act: Callable[[dict[str, Any]], HttpResponse],
    lead: str = "",
    kind: str = "primary",
    chips: str = "",
) -> HttpResponse:
    """``act`` gets the cleaned values and answers; its refusal is shown at its field.

    ``chips`` is how answers of one tap lie: "flow" for short ones, in one line.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return act(form.cleaned_data)
            except DomainError as error:
                show_refusal(form, error)
                status = error.status
    context = {
        "title": title,
        "form": form,
        "button": button,
        "back": back,
        "lead": lead,
        "kind": kind,
        "chips": chips,
    }
    return unkept(render(request, "counselling/form.html", context, status=status))


def unkept(response: HttpResponse) -> HttpResponse:
    """No browser and no proxy keeps what is on this page."""
    add_never_cache_headers(response)
    return response

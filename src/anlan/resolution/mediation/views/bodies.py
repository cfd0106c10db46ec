"""The register: read by whoever sees to talks, written by counsel and headquarters."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import User
from anlan.accounts.views.common import tried
from anlan.base.errors import Conflict
from anlan.cases.views.answers import posted, reader_of
from anlan.law.selectors import refusal_words
from anlan.resolution.mediation import permissions
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import BodyKind
from anlan.resolution.mediation.forms import BodyForm, MediatorForm
from anlan.resolution.mediation.selectors.talks import (
    bodies_of,
    body_for,
    mediator_for,
    outside_mediators,
)

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def bodies(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    permissions.check_can_read_bodies(reader, reader.organisation)
    return render(
        request,
        "mediation/bodies.html",
        {
            "bodies": bodies_of(reader.organisation),
            "may_write": permissions.can_write_bodies(reader, reader.organisation),
        },
    )


@login_required
@_either
def body(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """A new one, or what was checked of one anew."""
    reader = reader_of(request)
    permissions.check_can_write_bodies(reader, reader.organisation)
    found = body_for(reader, uid) if uid else None
    fields = BodyForm.base_fields
    form = BodyForm(
        posted(request),
        initial={name: getattr(found, name) for name in fields} if found else None,
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = tried(
            form,
            lambda: mediation.write_body(
                organisation=reader.organisation,
                body=found,
                by=reader,
                at=timezone.now(),
                **{**said, "kind": BodyKind(said["kind"])},
            ),
            words=refusal_words,
        )
        if made is not None:
            messages.success(request, _("已保存"))
            return redirect("mediation_register:bodies")
    return _page(request, form, found.name if found else _("登记调解组织"))


@login_required
@_either
def mediator(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    permissions.check_can_write_bodies(reader, reader.organisation)
    found = body_for(reader, uid)
    users: list[User] = outside_mediators(reader.organisation)
    form = MediatorForm(posted(request), users=users)
    if request.method == "POST" and form.is_valid():
        made = tried(
            form,
            lambda: mediation.enter_mediator(
                body=found,
                name=form.cleaned_data["name"],
                user=form.account(),
                by=reader,
                at=timezone.now(),
            ),
            words=refusal_words,
        )
        if made is not None:
            messages.success(request, _("已保存"))
            return redirect("mediation_register:bodies")
    return _page(request, form, _("登记调解员：%s") % found.name)


@login_required
@require_POST
def mediator_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """They mediate for the body no more; refused while they mediate something."""
    reader = reader_of(request)
    permissions.check_can_write_bodies(reader, reader.organisation)
    try:
        mediation.retire_mediator(
            mediator=mediator_for(reader, uid, also_gone=True),
            by=reader,
            at=timezone.now(),
        )
    except Conflict as error:
        messages.warning(request, refusal_words(error))
    else:
        messages.success(request, _("已移出名册"))
    return redirect("mediation_register:bodies")


def _page(
    request: HttpRequest, form: BodyForm | MediatorForm, title: str
) -> HttpResponse:
    return render(
        request,
        "mediation/body.html",
        {"form": form, "title": title},
        status=422 if form.is_bound and form.errors else 200,
    )

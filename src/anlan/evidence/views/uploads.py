"""Where large files are sent: in parts by a script, or one small one by a plain form."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.errors import DomainError
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import posted, reader_of
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.forms import UploadForm
from anlan.evidence.models import Recording

# A script puts the uid of the exhibit in the place of this one.
ANY = UUID(int=0)


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, number: str) -> HttpResponse:
    return upload_page(request, number, template="evidence/upload.html")


def upload_page(
    request: HttpRequest,
    number: str,
    *,
    template: str,
    title: str = "",
    initial: dict[str, str] | None = None,
    then: str = "",
    then_words: str = "",
    recording: Recording | None = None,
) -> HttpResponse:
    """The page, in the shell of the desk or of the phone.

    Args:
        initial: what is typed in already.
        then: where a file leads that is there, with ``ANY`` for its exhibit; the receipt.
        recording: of which it is an export.
    """
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_add(reader, case)
    form = UploadForm(posted(request), request.FILES or None, initial=initial)
    then = then or reverse("evidence:receipt", args=[number, ANY])
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = evidence.add_file(
                case=case,
                brought_for=recording,
                by=reader,
                at=timezone.now(),
                **form.added(),
            )
        except DomainError as error:
            form.add_error("file", str(error))
            status = error.status
        else:
            return redirect(then.replace(str(ANY), str(made.uid)))
    elif request.method == "POST":
        status = 422
    context = {
        "case": case,
        "number": number,
        "title": title or _("上传证据"),
        "form": form,
        "recording": recording,
        "receipt": then,
        "receipt_words": then_words or _("打开回执"),
        "most_gb": settings.MOST_UPLOAD_BYTES // 1024**3,
        "room_url": reverse("cases:room", args=[number]),
    }
    return render(request, template, context, status=status)

"""Evidence as its reader may see it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.models import Case
from anlan.cases.selectors import case_for
from anlan.evidence.enums import UploadState
from anlan.evidence.models import Exhibit, Upload


def exhibits_of(case: Case) -> QuerySet[Exhibit]:
    """The list of evidence of a case, in the order of arrival, with blobs and copies."""
    return (
        Exhibit.objects.filter(case=case)
        .select_related("case__site", "blob", "item__holder", "item__holder_party")
        .prefetch_related("blob__copies")
        .order_by("number")
    )


def exhibit_for(user: User, number: str, uid: UUID) -> Exhibit:
    """One exhibit of a case that the reader may see.

    Raises:
        NotFound: unknown, of another case, or not the reader's; all answer alike.
    """
    found = exhibits_of(case_for(user, number)).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这件证据"))
    return found


def open_uploads() -> QuerySet[Upload]:
    """Of everybody, the oldest first: for quotas and for the worker."""
    return (
        Upload.objects.filter(state=UploadState.OPEN)
        .select_related("case__site", "by", "exhibit")
        .order_by("pk")
    )

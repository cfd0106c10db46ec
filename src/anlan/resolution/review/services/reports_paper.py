"""Reports that leave the program: as PDF or Word, on the record."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import User
from anlan.base.digest import sha256
from anlan.cases import services as cases
from anlan.ledger import services as ledger
from anlan.resolution.review import permissions, policies
from anlan.resolution.review.enums import Form
from anlan.resolution.review.events import ReportExported
from anlan.resolution.review.models import Report
from anlan.resolution.review.paper import report_docx, report_pdf


def export_report(
    *, report: Report, form: Form, by: User, at: datetime, via: str = ""
) -> bytes:
    """The file of an approved version, the same bytes each time; who took it is recorded.

    Raises:
        NotAllowed: they may not read it.
        Conflict: it was never approved, or its words went with its case.
    """
    permissions.check_can_see(by, report.case)
    policies.check_may_leave(report)
    make = report_pdf if form == Form.PDF else report_docx
    content = make(report, at=report.decided_at or report.begun_at)
    with ledger.recording():
        cases.record(
            ReportExported(
                code=report.code, form=form.value, sha256=sha256(content).hex()
            ),
            report.case,
            thing=report.key,
            by=by,
            at=at,
            via=via,
        )
    return content

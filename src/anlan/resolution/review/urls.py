"""Addresses of the review of a case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.review.views import improvements, meetings, reports

app_name = "review"
_REPORTS = "<str:number>/reports/"
_REPORT = f"{_REPORTS}<uuid:uid>/"
_PARAGRAPH = "<str:number>/report-paragraphs/<uuid:uid>/"
_IMPROVEMENTS = "<str:number>/improvements/"
_IMPROVEMENT = f"{_IMPROVEMENTS}<uuid:uid>/"
_MEETINGS = "<str:number>/meetings/"
urlpatterns = [
    path(_REPORTS, reports.reports, name="reports"),
    path(_REPORT, reports.report, name="report"),
    path(f"{_REPORT}paragraphs/new/", reports.paragraph_addition, name="paragraph_new"),
    path(f"{_REPORT}composition/", reports.composition, name="composition"),
    path(f"{_REPORT}cause/", reports.cause, name="cause"),
    path(f"{_REPORT}submission/", reports.submission, name="submission"),
    path(f"{_REPORT}withdrawal/", reports.withdrawal, name="withdrawal"),
    path(f"{_REPORT}decision/", reports.decision, name="decision"),
    path(f"{_REPORT}comparison/", reports.comparison, name="comparison"),
    path(f"{_REPORT}pdf/", reports.export, {"form": "pdf"}, name="pdf"),
    path(f"{_REPORT}word/", reports.export, {"form": "docx"}, name="word"),
    path(f"{_REPORT}copy/", reports.copy, name="copy"),
    path(f"{_REPORT}verification/", reports.verification, name="verification"),
    path(_PARAGRAPH, reports.paragraph, name="paragraph"),
    path(f"{_PARAGRAPH}leaving/", reports.paragraph_leaving, name="paragraph_leaving"),
    path(_IMPROVEMENTS, improvements.improvements, name="improvements"),
    path(
        f"{_IMPROVEMENTS}new/",
        improvements.improvement_addition,
        name="improvement_new",
    ),
    path(_IMPROVEMENT, improvements.improvement, name="improvement"),
    path(f"{_IMPROVEMENT}done/", improvements.improvement_done, name="done"),
    path(
        f"{_IMPROVEMENT}dropping/", improvements.improvement_dropping, name="dropping"
    ),
    path(
        "<str:number>/improvement-checks/<uuid:uid>/", improvements.check, name="check"
    ),
    path(
        "<str:number>/recurrences/<uuid:uid>/",
        improvements.recurrence,
        name="recurrence",
    ),
    path(_MEETINGS, meetings.meetings, name="meetings"),
    path(f"{_MEETINGS}new/", meetings.meeting_addition, name="meeting_new"),
    path("<str:number>/similar/", improvements.similar, name="similar"),
    path(
        "<str:number>/similar/panel/", improvements.similar_panel, name="similar_panel"
    ),
]

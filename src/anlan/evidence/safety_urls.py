"""Addresses about the vault as a whole, under ``/evidence/``."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import retention, safety, statements

app_name = "vault"
urlpatterns = [
    path("safety/", safety.overview, name="safety"),
    path("safety/key/", safety.key_sheet, name="key_sheet"),
    path("safety/keepers/", safety.keepers, name="keepers"),
    path("safety/keepers/mail/", safety.mailing, name="keepers_mail"),
    path("safety/keepers/<uuid:uid>/removal/", safety.removal, name="keeper_removal"),
    path("safety/held/", safety.held, name="held"),
    path("safety/checks/", safety.checks, name="checks"),
    path("drafts.js", statements.draft_worker, name="draft_worker"),
    path("holds/", retention.holds, name="holds"),
    path("due/", retention.due, name="due"),
    path("due/holds/", retention.due_holds, name="due_holds"),
    path("deletions/<uuid:uid>/", retention.deletion, name="deletion"),
    path("periods/", retention.periods, name="periods"),
    path("periods/<str:code>/<str:retention_class>/", retention.period, name="period"),
]

"""Addresses of the evidence of one case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import injuries, objects, pages, statements, uploads

app_name = "evidence"
_BELOW = "<str:number>/evidence/"
_ONE = f"{_BELOW}<uuid:uid>/"
_STATEMENTS = f"{_BELOW}statements/"
_STATEMENT = f"{_STATEMENTS}<uuid:uid>/"
_INJURIES = f"{_BELOW}injuries/"
_INJURY = f"{_INJURIES}<uuid:uid>/"
urlpatterns = [
    path(_BELOW, pages.exhibits, name="exhibits"),
    path(f"{_BELOW}panel/", pages.panel, name="panel"),
    path(f"{_BELOW}upload/", uploads.upload, name="upload"),
    path(_ONE, pages.exhibit, name="exhibit"),
    path(f"{_ONE}picture/", pages.picture, name="picture"),
    path(f"{_ONE}original/", pages.original, name="original"),
    path(f"{_ONE}receipt/", pages.receipt, name="receipt"),
    path(f"{_BELOW}objects/", objects.addition, name="object_addition"),
    path(f"{_ONE}sealing/", objects.sealing, name="sealing"),
    path(f"{_ONE}seal-check/", objects.seal_check, name="seal_check"),
    path(f"{_ONE}move/", objects.move, name="move"),
    path(f"{_ONE}hand-over/", objects.hand_over, name="hand_over"),
    path(f"{_ONE}return/", objects.return_, name="return"),
    path(f"{_ONE}disposal/", objects.disposal, name="disposal"),
    path(
        f"{_ONE}disposal/decision/", objects.disposal_decision, name="disposal_decision"
    ),
    path(f"{_ONE}custody/", objects.custody_sheet, name="custody_sheet"),
    path(f"{_ONE}label/", objects.label, name="label"),
    path(f"{_ONE}custody/<uuid:step>/<str:side>/", objects.signature, name="signature"),
    path(_STATEMENTS, statements.statements, name="statements"),
    path(f"{_STATEMENTS}new/", statements.beginning, name="statement_beginning"),
    path(_STATEMENT, statements.statement, name="statement"),
    path(f"{_STATEMENT}answers/", statements.answers, name="statement_answers"),
    path(f"{_STATEMENT}reading/", statements.reading, name="statement_reading"),
    path(f"{_STATEMENT}reopening/", statements.reopening, name="statement_reopening"),
    path(f"{_STATEMENT}signature/", statements.signing, name="statement_signing"),
    path(
        f"{_STATEMENT}signature/<str:side>/",
        statements.signature,
        name="statement_signature",
    ),
    path(f"{_STATEMENT}refusal/", statements.refusal, name="statement_refusal"),
    path(
        f"{_STATEMENT}discarding/", statements.discarding, name="statement_discarding"
    ),
    path(f"{_STATEMENT}guardian/", statements.guardian, name="statement_guardian"),
    path(f"{_STATEMENT}recordings/", statements.recording, name="statement_recording"),
    path(f"{_STATEMENT}addenda/", statements.addendum, name="statement_addendum"),
    path(f"{_STATEMENT}paper/", statements.paper, name="statement_paper"),
    path(_INJURIES, injuries.injuries, name="injuries"),
    path(f"{_INJURIES}new/", injuries.recording, name="injury_recording"),
    path(f"{_INJURIES}refusals/", injuries.refusal, name="injury_refusal"),
    path(f"{_INJURIES}papers/", injuries.paper, name="medical_paper"),
    path(f"{_INJURY}photos/", injuries.photo, name="injury_photo"),
    path(f"{_INJURY}withdrawal/", injuries.withdrawal, name="injury_withdrawal"),
]

"""Addresses of the evidence of one case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import (
    holds,
    injuries,
    objects,
    packages,
    pages,
    playing,
    recordings,
    redaction,
    statements,
    uploads,
)

app_name = "evidence"
_BELOW = "<str:number>/evidence/"
_ONE = f"{_BELOW}<uuid:uid>/"
_MASKED = "<str:number>/evidence/masks/<uuid:uid>/"
_PACKAGES = "<str:number>/packages/"
_PACKAGE = f"{_PACKAGES}<uuid:uid>/"
_RECEIPT = f"{_PACKAGE}receipts/<uuid:receipt>/"
_STATEMENTS = f"{_BELOW}statements/"
_STATEMENT = f"{_STATEMENTS}<uuid:uid>/"
_INJURIES = f"{_BELOW}injuries/"
_INJURY = f"{_INJURIES}<uuid:uid>/"
_HOLDS = "<str:number>/holds/"
_FILMED = "<str:number>/recordings/"
_FILM = f"{_FILMED}<uuid:uid>/"
urlpatterns = [
    path(_BELOW, pages.exhibits, name="exhibits"),
    path(f"{_BELOW}panel/", pages.panel, name="panel"),
    path(f"{_BELOW}upload/", uploads.upload, name="upload"),
    path(_ONE, pages.exhibit, name="exhibit"),
    path(f"{_ONE}picture/", pages.picture, name="picture"),
    path(f"{_ONE}played/", pages.played, name="played"),
    path(f"{_ONE}original/", pages.original, name="original"),
    path(f"{_ONE}not-footage/", pages.not_footage, name="not_footage"),
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
    path(_PACKAGES, packages.packages, name="packages"),
    path(f"{_PACKAGES}new/", packages.addition, name="package_addition"),
    path(_PACKAGE, packages.package, name="package"),
    path(f"{_PACKAGE}state/", packages.state, name="package_state"),
    path(f"{_PACKAGE}content/", packages.content, name="package_content"),
    path(f"{_PACKAGE}hand-over/", packages.hand_over, name="package_hand_over"),
    path(f"{_PACKAGE}withdrawal/", packages.withdrawal, name="package_withdrawal"),
    path(_RECEIPT, packages.receipt, name="package_receipt"),
    path(f"{_RECEIPT}<str:side>/", packages.signature, name="package_signature"),
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
    path(_HOLDS, holds.holds, name="holds"),
    path(f"{_HOLDS}new/", holds.addition, name="hold_addition"),
    path(f"{_HOLDS}<uuid:uid>/release/", holds.proposal, name="hold_release"),
    path(f"{_HOLDS}<uuid:uid>/decision/", holds.decision, name="hold_decision"),
    path(_FILMED, recordings.recordings, name="recordings"),
    path(f"{_FILMED}panel/", recordings.panel, name="recordings_panel"),
    path(f"{_FILMED}cameras/", recordings.addition, name="recording_addition"),
    path(f"{_FILMED}left-out/", recordings.left_out, name="recordings_left_out"),
    path(f"{_FILMED}player/", playing.player, name="player"),
    path(f"{_FILMED}player/marks/", playing.mark, name="footage_mark"),
    path(f"{_FILMED}player/stills/", playing.still, name="footage_still"),
    path(_FILM, recordings.recording, name="recording"),
    path(f"{_FILM}clock/", recordings.clock, name="recording_clock"),
    path(f"{_FILM}upload/", recordings.upload, name="recording_upload"),
    path(f"{_FILM}file/", recordings.file, name="recording_file"),
    path(f"{_FILM}acceptance/", recordings.acceptance, name="recording_acceptance"),
    path(f"{_FILM}loss/", recordings.loss, name="recording_loss"),
    path(f"{_FILM}refusal/", recordings.refusal, name="recording_refusal"),
    path(f"{_FILM}footage/", recordings.footage, name="footage"),
    path(f"{_FILM}copies/<uuid:derivative>/", recordings.copy, name="footage_copy"),
    path(
        f"{_FILM}originals/<str:digest>/", recordings.original, name="footage_original"
    ),
    path(f"{_ONE}mask/", redaction.mask, name="mask"),
    path(
        f"{_FILM}copies/<uuid:derivative>/mask/", redaction.mask_film, name="mask_film"
    ),
    path(_MASKED, redaction.redaction, name="redaction"),
    path(f"{_MASKED}state/", redaction.state, name="redaction_state"),
    path(f"{_MASKED}copy/", redaction.copy, name="redaction_copy"),
    path(f"{_MASKED}plan/", redaction.plan, name="redaction_plan"),
    path(f"{_MASKED}making/", redaction.making, name="redaction_making"),
]

"""Addresses of the evidence of one case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import objects, pages, recordings, uploads

app_name = "evidence"
_BELOW = "<str:number>/evidence/"
_ONE = f"{_BELOW}<uuid:uid>/"
_FILMED = "<str:number>/recordings/"
_FILM = f"{_FILMED}<uuid:uid>/"
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
    path(_FILMED, recordings.recordings, name="recordings"),
    path(f"{_FILMED}panel/", recordings.panel, name="recordings_panel"),
    path(f"{_FILMED}cameras/", recordings.addition, name="recording_addition"),
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
]

"""Addresses of the evidence of one case, below its number."""

from __future__ import annotations

from django.urls import path

from anlan.evidence.views import objects, packages, pages, uploads

app_name = "evidence"
_BELOW = "<str:number>/evidence/"
_ONE = f"{_BELOW}<uuid:uid>/"
_PACKAGES = "<str:number>/packages/"
_PACKAGE = f"{_PACKAGES}<uuid:uid>/"
_RECEIPT = f"{_PACKAGE}receipts/<uuid:receipt>/"
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
    path(_PACKAGES, packages.packages, name="packages"),
    path(f"{_PACKAGES}new/", packages.addition, name="package_addition"),
    path(_PACKAGE, packages.package, name="package"),
    path(f"{_PACKAGE}state/", packages.state, name="package_state"),
    path(f"{_PACKAGE}content/", packages.content, name="package_content"),
    path(f"{_PACKAGE}hand-over/", packages.hand_over, name="package_hand_over"),
    path(_RECEIPT, packages.receipt, name="package_receipt"),
    path(f"{_RECEIPT}<str:side>/", packages.signature, name="package_signature"),
]

"""Addresses of the counsellor's own pages, which belong to no case."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.counselling.views import keys, offers, people

app_name = "support"
_PERSON = "counselling/people/<uuid:uid>/"
urlpatterns = [
    path("counselling/", people.home, name="home"),
    path("counselling/key/", keys.key, name="key"),
    path("counselling/key/confirmation/", keys.confirmation, name="confirmation"),
    path("counselling/key/passphrase/", keys.passphrase, name="passphrase"),
    path("counselling/key/<uuid:uid>/notes/", keys.resealing, name="resealing"),
    path("counselling/opening/", keys.opening, name="opening"),
    path("counselling/closing/", keys.closing, name="closing"),
    path("counselling/recovery/", keys.recoveries, name="recoveries"),
    path("counselling/recovery/<uuid:uid>/", keys.recovery, name="recovery"),
    path("counselling/register/", offers.register, name="register"),
    path(
        "counselling/register/<uuid:uid>/ending/",
        offers.counsellor_end,
        name="counsellor_end",
    ),
    path("counselling/calls/<uuid:uid>/", people.call, name="call"),
    path(_PERSON, people.person, name="person"),
    path(f"{_PERSON}notes/<uuid:note>/", people.correction, name="correction"),
    path(f"{_PERSON}scales/<str:scale>/", people.screening, name="screening"),
    path(f"{_PERSON}consents/", people.consent, name="consent"),
    path(
        f"{_PERSON}consents/withdrawal/",
        people.consent_withdrawal,
        name="consent_withdrawal",
    ),
    path(f"{_PERSON}sessions/", people.session_new, name="session_new"),
    path(f"{_PERSON}sessions/<uuid:session>/", people.session_end, name="session_end"),
    path(f"{_PERSON}follow-ups/<uuid:one>/", people.follow_up, name="follow_up"),
    path(f"{_PERSON}call/", people.call_new, name="call_new"),
    path(f"{_PERSON}telephone/", people.telephone, name="telephone"),
    path(f"{_PERSON}ending/", people.ending, name="ending"),
]

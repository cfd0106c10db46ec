"""Addresses of psychological support, below the number of a case."""

from __future__ import annotations

from django.urls import path

from anlan.resolution.counselling.views import offers

app_name = "counselling"
_CASE = "<str:number>/counselling/"
_CARE = f"{_CASE}<uuid:uid>/"
urlpatterns = [
    path(_CASE, offers.status, name="status"),
    path(f"{_CASE}people/<uuid:uid>/offer/", offers.offer, name="offer"),
    path(f"{_CARE}referral/", offers.referral, name="referral"),
    path(f"{_CARE}follow-ups/<uuid:one>/", offers.follow_up, name="follow_up"),
    path(f"{_CARE}ending/", offers.ending, name="ending"),
]

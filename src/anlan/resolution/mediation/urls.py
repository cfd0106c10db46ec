"""Addresses of talks: the list below the number of a case, each by itself.

A mediator from outside sees talks without their case, so these do not hang below it.
"""

from __future__ import annotations

from django.urls import path

from anlan.resolution.mediation.views import talks, terms

app_name = "mediation"
_LIST = "<str:number>/talks/"
_TALKS = "talks/<uuid:uid>/"
_SESSION = "talks/sessions/<uuid:uid>/"
_PROPOSAL = "talks/proposals/<uuid:uid>/"
_DUTY = "talks/duties/<uuid:uid>/"
urlpatterns = [
    path("talks/mine/", talks.mine, name="mine"),
    path(_TALKS, talks.talks, name="talks"),
    path(f"{_TALKS}answer/", talks.answer, name="answer"),
    path(f"{_TALKS}mediator/", talks.mandate, name="mandate"),
    path(f"{_TALKS}mediator/end/", talks.mandate_end, name="mandate_end"),
    path(f"{_TALKS}consent/<str:side>/", talks.consent, name="consent"),
    path(f"{_TALKS}standing/<str:side>/", talks.standing, name="standing"),
    path(f"{_TALKS}link/<str:side>/", talks.link, name="link"),
    path(f"{_TALKS}code/<str:side>/", talks.code, name="code"),
    path("talks/codes/<uuid:uid>/", talks.code_opening, name="code_opening"),
    path(f"{_TALKS}withdrawal/<str:side>/", talks.withdrawal, name="withdrawal"),
    path(f"{_TALKS}ending/", talks.ending, name="ending"),
    path(f"{_TALKS}lifting/", talks.lifting, name="lifting"),
    path(f"{_TALKS}effect/", talks.effect, name="effect"),
    path(f"{_TALKS}application/", talks.application, name="application"),
    path(f"{_TALKS}ruling/", talks.ruling, name="ruling"),
    path(f"{_TALKS}forgiveness/", talks.forgiveness, name="forgiveness"),
    path(f"{_TALKS}word/<str:paper>/", talks.word, name="word"),
    path(f"{_TALKS}sessions/new/", terms.session_new, name="session_new"),
    path(f"{_TALKS}proposals/new/", terms.proposal_new, name="proposal_new"),
    path(f"{_SESSION}note/", terms.session_note, name="session_note"),
    path(f"{_SESSION}readers/", terms.session_readers, name="session_readers"),
    path(f"{_SESSION}writer/", terms.session_writer, name="session_writer"),
    path(f"{_SESSION}<str:move>/", terms.session_step, name="session_step"),
    path(f"{_PROPOSAL}acceptance/<str:side>/", terms.acceptance, name="acceptance"),
    path(f"{_PROPOSAL}office-approval/", terms.office_approval, name="office_approval"),
    path(f"{_PROPOSAL}declining/<str:side>/", terms.declining, name="declining"),
    path(f"{_DUTY}performance/", terms.performance, name="performance"),
    path(f"{_DUTY}default/", terms.default, name="default"),
    path(_LIST, talks.talks_list, name="list"),
    path(f"{_LIST}new/", talks.beginning, name="beginning"),
]

"""Public addresses: short, because they are printed and typed."""

from __future__ import annotations

from django.urls import path

from anlan.portal import views
from anlan.portal.contact import views as contact
from anlan.portal.notices import views as notices
from anlan.portal.refusals import telling_whom_to_call as told
from anlan.portal.talks import views as talks

app_name = "portal"
urlpatterns = [
    path("q/<str:code>", told(views.poster), name="poster"),
    path("f/<str:secret>", told(views.follow), name="follow"),
    path("f/<str:secret>/record", told(views.record), name="record"),
    path("f/<str:secret>/words", told(views.words), name="words"),
    path("f/<str:secret>/files", told(views.files), name="files"),
    path("f/<str:secret>/withdrawal", told(views.withdrawal), name="withdrawal"),
    path("p/contact/<str:secret>", told(contact.contact), name="contact"),
    path("p/notice/<str:secret>", told(notices.notice), name="notice"),
    path("p/notice/<str:secret>/objection", told(notices.objection), name="objection"),
    path("p/talks/<str:secret>", told(talks.talks), name="talks"),
    path("p/talks/<str:secret>/consent", told(talks.consent), name="talks_consent"),
    path(
        "p/talks/<str:secret>/withdrawal",
        told(talks.withdrawal),
        name="talks_withdrawal",
    ),
]

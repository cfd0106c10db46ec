"""Public addresses: short, because they are printed and typed."""

from __future__ import annotations

from django.urls import path

from anlan.portal import views
from anlan.portal.contact import views as contact
from anlan.portal.notices import views as notices
from anlan.portal.talks import views as talks

app_name = "portal"
urlpatterns = [
    path("q/<str:code>", views.poster, name="poster"),
    path("f/<str:secret>", views.follow, name="follow"),
    path("f/<str:secret>/words", views.words, name="words"),
    path("f/<str:secret>/files", views.files, name="files"),
    path("f/<str:secret>/withdrawal", views.withdrawal, name="withdrawal"),
    path("p/contact/<str:secret>", contact.contact, name="contact"),
    path("p/notice/<str:secret>", notices.notice, name="notice"),
    path("p/notice/<str:secret>/objection", notices.objection, name="objection"),
    path("p/talks/<str:secret>", talks.talks, name="talks"),
    path("p/talks/<str:secret>/consent", talks.consent, name="talks_consent"),
    path("p/talks/<str:secret>/withdrawal", talks.withdrawal, name="talks_withdrawal"),
]

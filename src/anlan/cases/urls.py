"""Addresses of one case: its room, and what is done in it."""

from __future__ import annotations

from django.urls import path

from anlan.cases.views import (
    acts,
    contacts,
    guardians,
    markers,
    notes,
    pages,
    parties,
    tasks,
    trail,
)

app_name = "cases"
urlpatterns = [
    path("<str:number>/", pages.room, name="room"),
    path("<str:number>/panel/<str:name>/", pages.one, name="panel"),
    path("<str:number>/entries/", pages.entries, name="entries"),
    path("<str:number>/entries/<int:seq>/strike/", notes.strike, name="strike"),
    path("<str:number>/notes/", notes.note, name="note"),
    path("<str:number>/act/", acts.act, name="act"),
    path("<str:number>/phase/", pages.phase, name="phase"),
    path("<str:number>/command/", pages.command, name="command"),
    path("<str:number>/joining/", pages.joining, name="joining"),
    path("<str:number>/parting/", pages.parting, name="parting"),
    path("<str:number>/closing/", pages.closing, name="closing"),
    path("<str:number>/reopening/", pages.reopening, name="reopening"),
    path("<str:number>/tasks/<uuid:uid>/", tasks.task, name="task"),
    path("<str:number>/tasks/<uuid:uid>/skipping/", tasks.skipping, name="skipping"),
    path(
        "<str:number>/tasks/<uuid:uid>/reopening/",
        tasks.reopening,
        name="task_reopening",
    ),
    path("<str:number>/photos/<uuid:uid>/", tasks.photo, name="photo"),
    path("<str:number>/parties/", parties.addition, name="party_addition"),
    path(
        "<str:number>/parties/<uuid:uid>/identity/", parties.identity, name="identity"
    ),
    path("<str:number>/parties/<uuid:uid>/home/", parties.home, name="home"),
    path(
        "<str:number>/parties/<uuid:uid>/correction/",
        parties.correction,
        name="correction",
    ),
    path("<str:number>/parties/<uuid:uid>/erasure/", parties.erasure, name="erasure"),
    path("<str:number>/parties/<uuid:uid>/roles/", parties.roles, name="roles"),
    path("<str:number>/parties/<uuid:uid>/marker/", markers.addition, name="marker"),
    path(
        "<str:number>/parties/<uuid:uid>/guardians/",
        guardians.guardians,
        name="guardians",
    ),
    path("<str:number>/parties/<uuid:uid>/of-age/", guardians.of_age, name="of_age"),
    path(
        "<str:number>/guardianships/<uuid:uid>/ending/",
        guardians.unlinking,
        name="unlinking",
    ),
    path("<str:number>/parties/<uuid:uid>/contact/", parties.contact, name="contact"),
    path("<str:number>/parties/<uuid:uid>/looks/", trail.looks, name="looks"),
    path("<str:number>/trail/", trail.trail, name="trail"),
    path("<str:number>/contacts/", contacts.contacts, name="contacts"),
    path("<str:number>/contacts/panel/", contacts.panel, name="contacts_panel"),
    path("<str:number>/contacts/new/", contacts.addition, name="contact_addition"),
    path("<str:number>/contacts/named/<str:side>/", contacts.naming, name="naming"),
    path("<str:number>/contacts/links/<uuid:uid>/", contacts.own_link, name="own_link"),
    path(
        "<str:number>/contacts/links/<uuid:uid>/end/",
        contacts.own_link_end,
        name="own_link_end",
    ),
    path("<str:number>/kept-apart/", contacts.keeping_apart, name="keeping_apart"),
    path(
        "<str:number>/kept-apart/<uuid:uid>/ending/",
        contacts.ending,
        name="keep_apart_ending",
    ),
]

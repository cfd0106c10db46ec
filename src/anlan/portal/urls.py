"""Public addresses: short, because they are printed and typed."""

from __future__ import annotations

from django.urls import path

from anlan.portal import views

app_name = "portal"
urlpatterns = [
    path("q/<str:code>", views.poster, name="poster"),
    path("f/<str:secret>", views.follow, name="follow"),
    path("f/<str:secret>/words", views.words, name="words"),
    path("f/<str:secret>/files", views.files, name="files"),
    path("f/<str:secret>/withdrawal", views.withdrawal, name="withdrawal"),
]

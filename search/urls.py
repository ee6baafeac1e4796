"""Addresses of search. ``home`` and ``results`` are one view: a search is its address."""

from __future__ import annotations

from django.urls import path

from search import views

app_name = "search"

urlpatterns = [
    path("", views.home, name="home"),
    path("", views.home, name="results"),
    path("search/progress", views.progress, name="progress"),
]

"""Addresses of people, their crops and tracks."""

from __future__ import annotations

from django.urls import path

from recognition import asset_panel, views

app_name = "recognition"

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.identity, name="identity"),
    path("people/<int:pk>/rename", views.rename, name="rename"),
    path("people/<int:pk>/hide", views.hide, name="hide"),
    path("people/<int:pk>/show", views.show, name="show"),
    path("people/<int:pk>/cover", views.cover, name="cover"),
    path("crops/<int:pk>.webp", views.crop, name="crop"),
    path("assets/<int:pk>/panel", asset_panel.asset_panel, name="asset-panel"),
    path("assets/<int:pk>/tracks.json", views.asset_tracks, name="asset-tracks"),
]

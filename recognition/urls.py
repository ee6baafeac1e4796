"""Addresses of people, their crops and tracks."""

from __future__ import annotations

from django.urls import path

from recognition import (
    asset_panel,
    comment_views,
    guest_views,
    privacy_views,
    sharing_views,
    views,
)

app_name = "recognition"

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.identity, name="identity"),
    path("people/<int:pk>/rename", views.rename, name="rename"),
    path("people/<int:pk>/hide", views.hide, name="hide"),
    path("people/<int:pk>/show", views.show, name="show"),
    path("people/<int:pk>/cover", views.cover, name="cover"),
    path("people/<int:pk>/comments", comment_views.comments, name="comments"),
    path("comments/<int:pk>", comment_views.comment_change, name="comment-change"),
    path("people/<int:pk>/report", privacy_views.report, name="report"),
    path("people/<int:pk>/report.json", privacy_views.report_json, name="report-json"),
    path("people/<int:pk>/erase", privacy_views.identity_erase, name="identity-erase"),
    path("people/<int:pk>/share", sharing_views.share_identity, name="share-identity"),
    path("share/moments", sharing_views.share_moments, name="share-moments"),
    path("shares/<int:pk>/revoke", sharing_views.share_revoke, name="share-revoke"),
    path("libraries/<slug:slug>/shares", sharing_views.shares, name="shares"),
    path("libraries/<slug:slug>/privacy", privacy_views.privacy, name="privacy"),
    path("libraries/<slug:slug>/privacy/switch", privacy_views.switch, name="switch"),
    path("libraries/<slug:slug>/privacy/retention", privacy_views.retention, name="retention"),
    path("libraries/<slug:slug>/erase", privacy_views.library_erase, name="library-erase"),
    path("s/media/<str:signed>", guest_views.guest_media, name="guest-media"),
    path("s/<str:token>", guest_views.guest, name="guest"),
    path("crops/<int:pk>.webp", views.crop, name="crop"),
    path("assets/<int:pk>/panel", asset_panel.asset_panel, name="asset-panel"),
    path("assets/<int:pk>/tracks.json", views.asset_tracks, name="asset-tracks"),
]

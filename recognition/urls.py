"""Addresses of people, their crops and tracks."""

from __future__ import annotations

from django.urls import path

from recognition import (
    asset_panel,
    comment_views,
    guest_views,
    looking_views,
    privacy_views,
    sharing_views,
)
from recognition.views import corrections, identity, patterns, people, pictures

app_name = "recognition"

urlpatterns = [
    path("people/<int:pk>/comments", comment_views.comments, name="comments"),
    path("comments/<int:pk>", comment_views.comment_change, name="comment-change"),
    path("people/<int:pk>/report", privacy_views.report, name="report"),
    path("people/<int:pk>/report.json", privacy_views.report_json, name="report-json"),
    path("people/<int:pk>/erase", privacy_views.identity_erase, name="identity-erase"),
    path("people/<int:pk>/share", sharing_views.share_identity, name="share-identity"),
    path("share/moments", sharing_views.share_moments, name="share-moments"),
    path("shares/<int:pk>/revoke", sharing_views.share_revoke, name="share-revoke"),
    path("libraries/<slug:slug>/look-for", looking_views.look_for, name="look-for"),
    path("libraries/<slug:slug>/shares", sharing_views.shares, name="shares"),
    path("libraries/<slug:slug>/privacy", privacy_views.privacy, name="privacy"),
    path("libraries/<slug:slug>/privacy/switch", privacy_views.switch, name="switch"),
    path("libraries/<slug:slug>/privacy/retention", privacy_views.retention, name="retention"),
    path("libraries/<slug:slug>/erase", privacy_views.library_erase, name="library-erase"),
    path("s/media/<str:signed>", guest_views.guest_media, name="guest-media"),
    path("s/<str:token>", guest_views.guest, name="guest"),
    path("people/", people.people, name="people"),
    path("people/review", people.review, name="review"),
    path("people/history", people.history, name="history"),
    path("people/company", patterns.company, name="company"),
    path("people/passages", patterns.passages, name="passages"),
    path("people/<int:pk>/next-camera", patterns.next_camera, name="next-camera"),
    path("people/merge", corrections.merge_chosen, name="merge-chosen"),
    path("people/hide", corrections.hide_chosen, name="hide-chosen"),
    path("people/show", corrections.show_chosen, name="show-chosen"),
    path("people/confirm", corrections.confirm_chosen, name="confirm-chosen"),
    path("people/distinguish", corrections.distinguish_chosen, name="distinguish-chosen"),
    path("people/<int:pk>/", identity.identity, name="identity"),
    path("people/<int:pk>/rename", identity.rename, name="rename"),
    path("people/<int:pk>/hide", identity.hide, name="hide"),
    path("people/<int:pk>/show", identity.show, name="show"),
    path("people/<int:pk>/cover", identity.cover, name="cover"),
    path("people/<int:pk>/appearances", identity.appearances, name="appearances"),
    path("people/<int:pk>/look-alikes", identity.look_alikes, name="look-alikes"),
    path("people/<int:pk>/merge", corrections.merge, name="merge"),
    path("people/<int:pk>/split", corrections.split, name="split"),
    path("people/<int:pk>/assign", corrections.assign, name="assign"),
    path("people/<int:pk>/unassign", corrections.unassign, name="unassign"),
    path("people/<int:pk>/confirm", corrections.confirm, name="confirm"),
    path("people/<int:pk>/refuse", corrections.refuse, name="refuse"),
    path("people/edits/<int:pk>/undo", corrections.undo, name="undo"),
    path("people/edits/<int:pk>/redo", corrections.redo, name="redo"),
    path("crops/<int:pk>.webp", pictures.crop, name="crop"),
    path("tracks/<int:pk>/", pictures.sighting, name="sighting"),
    path("assets/<int:pk>/panel", asset_panel.asset_panel, name="asset-panel"),
    path("assets/<int:pk>/tracks.json", pictures.asset_tracks, name="asset-tracks"),
]

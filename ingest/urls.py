"""Addresses of libraries, assets and their media."""

from __future__ import annotations

from django.urls import path

from ingest.views import assets, audit, libraries, media, tokens, uploads

app_name = "ingest"

urlpatterns = [
    path("libraries/", libraries.library_list, name="libraries"),
    path("libraries/new", libraries.library_create, name="library-create"),
    path("libraries/<slug:slug>/", libraries.library_page, name="library"),
    path("libraries/<slug:slug>/upload", uploads.upload, name="upload"),
    path("libraries/<slug:slug>/members", libraries.member_add, name="member-add"),
    path("libraries/<slug:slug>/members/<int:pk>", libraries.member_change, name="member-change"),
    path("libraries/<slug:slug>/cameras", libraries.camera_add, name="camera-add"),
    path("libraries/<slug:slug>/cameras/<int:pk>", libraries.camera_change, name="camera-change"),
    path("libraries/<slug:slug>/audit", audit.audit_page, name="audit"),
    path("libraries/<slug:slug>/audit.csv", audit.audit_csv, name="audit-csv"),
    path("libraries/<slug:slug>/activity", audit.activity, name="activity"),
    path("libraries/<slug:slug>/leave", libraries.leave, name="leave"),
    path("tokens/", tokens.token_page, name="tokens"),
    path("tokens/<int:pk>/revoke", tokens.token_revoke, name="token-revoke"),
    path("changes", audit.changes, name="changes"),
    path("assets/<int:pk>/", assets.asset_page, name="asset"),
    path("assets/<int:pk>/status", assets.asset_status, name="asset-status"),
    path("assets/<int:pk>/camera", assets.asset_camera, name="asset-camera"),
    path("assets/<int:pk>/delete", assets.asset_delete, name="asset-delete"),
    path("assets/<int:pk>/retry", assets.asset_retry, name="asset-retry"),
    path("assets/<int:pk>/cancel", assets.asset_cancel, name="asset-cancel"),
    path("assets/<int:pk>/proxy.mp4", media.proxy, name="proxy"),
    path("assets/<int:pk>/poster.webp", media.poster, name="poster"),
    path("assets/<int:pk>/sprite.webp", media.sprite, name="sprite"),
    path("keyframes/<int:pk>.webp", media.keyframe, name="keyframe"),
]

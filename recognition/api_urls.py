"""Addresses of the API: people, tracks, networks."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from recognition import api, pattern_api, privacy_api

router = SimpleRouter(trailing_slash=False)
router.register("identities", api.IdentityViewSet, basename="api-identity")
router.register("identity-edits", api.EditViewSet, basename="api-identity-edit")

urlpatterns = [
    *router.urls,
    path("assets/<int:pk>/tracks", api.AssetTracksView.as_view(), name="api-asset-tracks"),
    path(
        "identities/<int:pk>/report",
        privacy_api.IdentityReportView.as_view(),
        name="api-identity-report",
    ),
    path(
        "identities/<int:pk>/erase",
        privacy_api.IdentityEraseView.as_view(),
        name="api-identity-erase",
    ),
    path(
        "identities/<int:pk>/comments",
        privacy_api.IdentityCommentsView.as_view(),
        name="api-identity-comments",
    ),
    path(
        "identities/<int:pk>/shares",
        privacy_api.IdentitySharesView.as_view(),
        name="api-identity-shares",
    ),
    path("comments/<int:pk>", privacy_api.CommentView.as_view(), name="api-comment"),
    path("shares/<int:pk>", privacy_api.ShareView.as_view(), name="api-share"),
    path(
        "libraries/<slug:slug>/privacy",
        privacy_api.LibraryPrivacyView.as_view(),
        name="api-library-privacy",
    ),
    path(
        "libraries/<slug:slug>/erase",
        privacy_api.LibraryEraseView.as_view(),
        name="api-library-erase",
    ),
    path(
        "libraries/<slug:slug>/audit",
        privacy_api.LibraryAuditView.as_view(),
        name="api-library-audit",
    ),
    path(
        "libraries/<slug:slug>/activity",
        privacy_api.LibraryActivityView.as_view(),
        name="api-library-activity",
    ),
    path(
        "libraries/<slug:slug>/shares",
        privacy_api.LibrarySharesView.as_view(),
        name="api-library-shares",
    ),
    path("libraries/<slug:slug>/review", api.ReviewView.as_view(), name="api-review"),
    path("libraries/<slug:slug>/company", pattern_api.CompanyView.as_view(), name="api-company"),
    path("libraries/<slug:slug>/passages", pattern_api.PassagesView.as_view(), name="api-passages"),
    path(
        "cameras/<int:pk>/next-camera",
        pattern_api.CameraOutlookView.as_view(),
        name="api-camera-next",
    ),
    path(
        "identities/<int:pk>/next-camera",
        pattern_api.IdentityOutlookView.as_view(),
        name="api-identity-next",
    ),
    path("networks", api.NetworksView.as_view(), name="api-networks"),
]

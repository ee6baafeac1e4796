"""Addresses of the API: libraries, assets, cameras, uploads."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from ingest import api, camera_api, member_api

router = SimpleRouter(trailing_slash=False)
router.register("libraries", api.LibraryViewSet, basename="api-library")
router.register("assets", api.AssetViewSet, basename="api-asset")
router.register("cameras", camera_api.CameraViewSet, basename="api-camera")

urlpatterns = [
    *router.urls,
    path("assets/<int:pk>/lines", api.AssetLinesView.as_view(), name="api-asset-lines"),
    path(
        "libraries/<slug:slug>/cameras",
        camera_api.LibraryCamerasView.as_view(),
        name="api-library-cameras",
    ),
    path(
        "libraries/<slug:slug>/members",
        member_api.LibraryMembersView.as_view(),
        name="api-library-members",
    ),
    path(
        "libraries/<slug:slug>/members/<int:pk>",
        member_api.LibraryMemberView.as_view(),
        name="api-library-member",
    ),
    path(
        "libraries/<slug:slug>/uploads",
        api.LibraryUploadsView.as_view(),
        name="api-library-uploads",
    ),
]

"""Addresses of the API: libraries, assets, cameras, uploads."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from ingest import api

router = SimpleRouter(trailing_slash=False)
router.register("libraries", api.LibraryViewSet, basename="api-library")
router.register("assets", api.AssetViewSet, basename="api-asset")
router.register("cameras", api.CameraViewSet, basename="api-camera")

urlpatterns = [
    *router.urls,
    path(
        "libraries/<slug:slug>/cameras",
        api.LibraryCamerasView.as_view(),
        name="api-library-cameras",
    ),
    path(
        "libraries/<slug:slug>/uploads",
        api.LibraryUploadsView.as_view(),
        name="api-library-uploads",
    ),
]

"""Addresses of the API: people, tracks, networks."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from recognition import api

router = SimpleRouter(trailing_slash=False)
router.register("identities", api.IdentityViewSet, basename="api-identity")

urlpatterns = [
    *router.urls,
    path("assets/<int:pk>/tracks", api.AssetTracksView.as_view(), name="api-asset-tracks"),
    path("networks", api.NetworksView.as_view(), name="api-networks"),
]

"""Addresses of the API: search."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from search import api, bin_api, example_api

router = SimpleRouter(trailing_slash=False)
router.register("bins", bin_api.BinViewSet, basename="api-bin")
router.register("bin-items", bin_api.BinItemViewSet, basename="api-bin-item")

urlpatterns = [
    path("search", api.SearchView.as_view(), name="api-search"),
    path("search/examples", example_api.ExampleView.as_view(), name="api-search-examples"),
    path("search/export/<str:name>", bin_api.SearchExportView.as_view(), name="api-search-export"),
    path("bins/<int:pk>/export/<str:name>", bin_api.BinExportView.as_view(), name="api-bin-export"),
    path("assets/<int:pk>/log/<str:name>", bin_api.AssetLogView.as_view(), name="api-asset-log"),
    *router.urls,
]

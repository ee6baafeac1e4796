"""Addresses of the API: search."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from search.api import bins, checks, examples, excerpts, exports, kept, searching

router = SimpleRouter(trailing_slash=False)
router.register("bins", bins.BinViewSet, basename="api-bin")
router.register("bin-items", bins.BinItemViewSet, basename="api-bin-item")
router.register("saved-searches", kept.SavedSearchViewSet, basename="api-saved-search")
router.register("alerts", kept.AlertViewSet, basename="api-alert")
router.register("excerpts", excerpts.ExcerptOrderViewSet, basename="api-excerpt")

urlpatterns = [
    path("search", searching.SearchView.as_view(), name="api-search"),
    path("search/examples", examples.ExampleView.as_view(), name="api-search-examples"),
    path("search/checks", checks.CheckView.as_view(), name="api-search-checks"),
    path("search/export/<str:name>", exports.SearchExportView.as_view(), name="api-search-export"),
    path("bins/<int:pk>/export/<str:name>", exports.BinExportView.as_view(), name="api-bin-export"),
    path("assets/<int:pk>/log/<str:name>", exports.AssetLogView.as_view(), name="api-asset-log"),
    path("alerts/<int:pk>/hits", kept.AlertHitView.as_view(), name="api-alert-hits"),
    path("history", kept.HistoryView.as_view(), name="api-history"),
    path("excerpts/files/<int:pk>", excerpts.ExcerptFileView.as_view(), name="api-excerpt-file"),
    path("bin-markers/<int:pk>", bins.MarkerView.as_view(), name="api-bin-marker"),
    *router.urls,
]

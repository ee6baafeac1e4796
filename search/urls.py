"""Addresses of search. ``home`` and ``results`` are one view: a search is its address."""

from __future__ import annotations

from django.urls import path

from search.views import bins, checks, examples, excerpts, exports, saved, searching

app_name = "search"

urlpatterns = [
    path("", searching.home, name="home"),
    path("", searching.home, name="results"),
    path("search/progress", searching.progress, name="progress"),
    path("search/checks", checks.check_moments, name="check-moments"),
    path("search/checks/<int:pk>", checks.check_state, name="check"),
    path("search/example", examples.example_send, name="example-send"),
    path("frames/<int:pk>/box", examples.example_box, name="example-box"),
    path("search/export/<slug:name>", exports.export_search, name="export-search"),
    path("bins/", bins.bin_list, name="bins"),
    path("bins/new", bins.bin_create, name="bin-create"),
    path("bins/add", bins.bin_add, name="bin-add"),
    path("bins/<int:pk>/", bins.bin_page, name="bin"),
    path("bins/<int:pk>/change", bins.bin_change, name="bin-change"),
    path("bins/<int:pk>/delete", bins.bin_delete, name="bin-delete"),
    path("bins/<int:pk>/sort", bins.bin_sort, name="bin-sort"),
    path("bins/<int:pk>/export/<slug:name>", exports.export_bin, name="export-bin"),
    path("bins/<int:pk>/excerpts", excerpts.order_bin, name="excerpts-order"),
    path("excerpts/<int:pk>/", excerpts.order_page, name="excerpts"),
    path("excerpts/<int:pk>/delete", excerpts.order_delete, name="excerpts-delete"),
    path("excerpts/<int:pk>/all.zip", excerpts.order_zip, name="excerpts-zip"),
    path("excerpts/files/<int:pk>.mp4", excerpts.excerpt_file, name="excerpt-file"),
    path("saved/", saved.saved_page, name="saved"),
    path("saved/keep", saved.search_save, name="search-save"),
    path("saved/history", saved.history_change, name="history"),
    path("saved/searches/<int:pk>/delete", saved.saved_delete, name="saved-delete"),
    path("saved/alerts/<int:pk>", saved.alert_change, name="alert-change"),
    path("assets/<int:pk>/alert", saved.alert_by_example, name="alert-by-example"),
    path("bins/items/<int:pk>", bins.item_change, name="item-change"),
    path("bins/items/<int:pk>/markers", bins.marker_add, name="marker-add"),
    path("bins/markers/<int:pk>/remove", bins.marker_remove, name="marker-remove"),
    path("assets/<int:pk>/bins", bins.asset_bins, name="asset-bins"),
    path("assets/<int:pk>/log/<slug:name>", exports.export_log, name="export-log"),
]

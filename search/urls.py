"""Addresses of search. ``home`` and ``results`` are one view: a search is its address."""

from __future__ import annotations

from django.urls import path

from search import bin_views, example_views, excerpt_views, export_views, saved_views, views

app_name = "search"

urlpatterns = [
    path("", views.home, name="home"),
    path("", views.home, name="results"),
    path("search/progress", views.progress, name="progress"),
    path("search/example", example_views.example_send, name="example-send"),
    path("frames/<int:pk>/box", example_views.example_box, name="example-box"),
    path("search/export/<slug:name>", export_views.export_search, name="export-search"),
    path("bins/", bin_views.bin_list, name="bins"),
    path("bins/new", bin_views.bin_create, name="bin-create"),
    path("bins/add", bin_views.bin_add, name="bin-add"),
    path("bins/<int:pk>/", bin_views.bin_page, name="bin"),
    path("bins/<int:pk>/change", bin_views.bin_change, name="bin-change"),
    path("bins/<int:pk>/delete", bin_views.bin_delete, name="bin-delete"),
    path("bins/<int:pk>/sort", bin_views.bin_sort, name="bin-sort"),
    path("bins/<int:pk>/export/<slug:name>", export_views.export_bin, name="export-bin"),
    path("bins/<int:pk>/excerpts", excerpt_views.order_bin, name="excerpts-order"),
    path("excerpts/<int:pk>/", excerpt_views.order_page, name="excerpts"),
    path("excerpts/<int:pk>/delete", excerpt_views.order_delete, name="excerpts-delete"),
    path("excerpts/<int:pk>/all.zip", excerpt_views.order_zip, name="excerpts-zip"),
    path("excerpts/files/<int:pk>.mp4", excerpt_views.excerpt_file, name="excerpt-file"),
    path("saved/", saved_views.saved_page, name="saved"),
    path("saved/keep", saved_views.search_save, name="search-save"),
    path("saved/history", saved_views.history_change, name="history"),
    path("saved/searches/<int:pk>/delete", saved_views.saved_delete, name="saved-delete"),
    path("saved/alerts/<int:pk>", saved_views.alert_change, name="alert-change"),
    path("assets/<int:pk>/alert", saved_views.alert_by_example, name="alert-by-example"),
    path("bins/items/<int:pk>", bin_views.item_change, name="item-change"),
    path("bins/items/<int:pk>/markers", bin_views.marker_add, name="marker-add"),
    path("bins/markers/<int:pk>/remove", bin_views.marker_remove, name="marker-remove"),
    path("assets/<int:pk>/bins", bin_views.asset_bins, name="asset-bins"),
    path("assets/<int:pk>/log/<slug:name>", export_views.export_log, name="export-log"),
]

"""Exports by REST: a bin, a search or a log as a list for editors. All members may export."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from search import bins as reads
from search.exports.formats import FORMATS
from search.views.exports import (
    asset_timeline,
    attachment,
    bin_timeline,
    search_timeline,
    written,
)

_FILES: dict[Any, Any] = {
    (200, kind): OpenApiTypes.OBJECT if kind == "application/json" else OpenApiTypes.STR
    for kind in sorted({found.content_type for found in FORMATS.values()})
}
_RATE = OpenApiParameter(
    "rate", str, description="Only moments at this rate (`25`, `29.97`), for EDL and ALE."
)
_NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, enum=sorted(FORMATS))


class BinExportView(APIView):
    """A bin as a list for editors."""

    @extend_schema(operation_id="bins_export", parameters=[_NAME, _RATE], responses=_FILES)
    def get(self, request: Request, pk: int, name: str) -> HttpResponse:
        """EDL, ALE, FCPXML, OTIO, CSV or WebVTT."""
        bin = get_object_or_404(reads.bins_for(request.user), pk=pk)
        timeline = bin_timeline(bin, request.user, name)
        return attachment(written(timeline, name, _rate(request)), timeline.title, name)


class SearchExportView(APIView):
    """The answers of a search as a list for editors."""

    @extend_schema(
        operation_id="search_export",
        parameters=[_NAME, _RATE, OpenApiParameter("q", str, description="The question.")],
        responses=_FILES,
    )
    def get(self, request: Request, name: str) -> HttpResponse:
        """All parameters of `/api/search` count."""
        timeline = search_timeline(request.user, dict(request.query_params.lists()), name)
        return attachment(written(timeline, name, _rate(request)), timeline.title, name)


class AssetLogView(APIView):
    """The shots of an asset as a list for editors."""

    @extend_schema(operation_id="assets_log", parameters=[_NAME, _RATE], responses=_FILES)
    def get(self, request: Request, pk: int, name: str) -> HttpResponse:
        """A shot log with descriptions and people."""
        timeline = asset_timeline(request.user, pk, name)
        return attachment(written(timeline, name, _rate(request)), timeline.title, name)


def _rate(request: Request) -> str:
    return request.query_params.get("rate", "")

"""Bins and exports by REST, each for members of its library alone; viewers read and export."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from ingest.selectors import assets_for, libraries_for
from search import bins as reads
from search.bin_serializers import (
    BinChangeSerializer,
    BinItemChangeSerializer,
    BinItemSerializer,
    BinOrderSerializer,
    BinSerializer,
    MarkerSerializer,
    item_as_json,
)
from search.export_views import (
    asset_timeline,
    attachment,
    bin_timeline,
    search_timeline,
    written,
)
from search.exports.formats import FORMATS
from search.models import Bin, BinItem
from search.services import bins as service

_FILES: dict[Any, Any] = {
    (200, kind): OpenApiTypes.OBJECT if kind == "application/json" else OpenApiTypes.STR
    for kind in sorted({found.content_type for found in FORMATS.values()})
}
_RATE = OpenApiParameter(
    "rate", str, description="Only moments at this rate (`25`, `29.97`), for EDL and ALE."
)
_NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, enum=sorted(FORMATS))


class BinViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[Bin],
):
    """Collections of moments. Owners and editors change them, owners delete them."""

    serializer_class = BinSerializer
    queryset = Bin.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Bin]:
        """Bins of the user's libraries."""
        return reads.bins_for(self.request.user)

    @extend_schema(responses={201: BinSerializer})
    def create(self, request: Request) -> Response:
        """Make a bin in a library."""
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        slug = wanted.validated_data["library"]["slug"]
        library = get_object_or_404(libraries_for(request.user), slug=slug)
        reads.may_change(request.user, library)
        made = service.create_bin(
            library=library, name=wanted.validated_data["name"], user=_user(request)
        )
        if note := wanted.validated_data.get("note"):
            service.change_bin(bin=made, note=note)
        answer = self.get_serializer(self.get_queryset().get(pk=made.pk))
        return Response(answer.data, status=status.HTTP_201_CREATED)

    @extend_schema(request=BinChangeSerializer, responses=BinSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a bin or rewrite its note."""
        bin = self._editable()
        wanted = BinChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        service.change_bin(bin=bin, **wanted.validated_data)
        return Response(self.get_serializer(self.get_object()).data)

    def perform_destroy(self, instance: Bin) -> None:
        """Delete the bin; owners alone."""
        reads.may_delete(self.request.user, instance.library)
        service.delete_bin(bin=instance)

    @extend_schema(
        operation_id="bins_items_list",
        responses=BinItemSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def items(self, request: Request, pk: str) -> Response:
        """The moments of a bin, in order."""
        return Response(_rows(self.get_object()))

    @extend_schema(
        operation_id="bins_items_create",
        request=BinItemSerializer,
        responses={201: BinItemSerializer(many=True)},
    )
    @items.mapping.post
    def add_item(self, request: Request, pk: str) -> Response:
        """Add a moment at the end; what is there exactly so already is not added again."""
        bin = self._editable()
        wanted = BinItemSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        data = wanted.validated_data
        asset = get_object_or_404(assets_for(request.user), pk=data["asset"])
        asked = service.Range(asset, data["start_pts"], data["end_pts"])
        made = service.add_items(bin=bin, ranges=[asked], user=_user(request))
        for item in made:
            service.change_item(item=item, note=data.get("note"))
        return Response(_rows(bin), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="bins_order",
        request=BinOrderSerializer,
        responses=BinItemSerializer(many=True),
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def order(self, request: Request, pk: str) -> Response:
        """Sort a bin."""
        bin = self._editable()
        wanted = BinOrderSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        service.sort_items(bin=bin, ids=wanted.validated_data["order"])
        return Response(_rows(bin))

    def _editable(self) -> Bin:
        bin = self.get_object()
        reads.may_change(self.request.user, bin.library)
        return bin


class BinItemViewSet(mixins.DestroyModelMixin, viewsets.GenericViewSet[BinItem]):
    """One moment of a bin. Owners and editors may change it."""

    serializer_class = BinItemSerializer
    queryset = BinItem.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[BinItem]:
        """Items of the user's libraries' bins."""
        return reads.items_for(self.request.user)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Items."""
        return BinItemSerializer

    @extend_schema(request=BinItemChangeSerializer, responses=BinItemSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Trim it, or rewrite its note."""
        item = self._editable()
        wanted = BinItemChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        service.change_item(item=item, **wanted.validated_data)
        return Response(item_as_json(reads.rows_of([item])[0]))

    def perform_destroy(self, instance: BinItem) -> None:
        """Take it out of its bin."""
        reads.may_change(self.request.user, instance.bin.library)
        service.remove_items(items=[instance])

    @extend_schema(request=MarkerSerializer, responses={201: BinItemSerializer})
    @action(detail=True, methods=["post"])
    def markers(self, request: Request, pk: str) -> Response:
        """Put a marker on it."""
        item = self._editable()
        wanted = MarkerSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        service.add_marker(item=item, **wanted.validated_data)
        row = reads.rows_of([item])[0]
        return Response(item_as_json(row), status=status.HTTP_201_CREATED)

    def _editable(self) -> BinItem:
        item = self.get_object()
        reads.may_change(self.request.user, item.bin.library)
        return item


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


def _rows(bin: Bin) -> list[dict[str, Any]]:
    return [item_as_json(row) for row in reads.rows_of(reads.items_of(bin))]


def _user(request: Request) -> User:
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user

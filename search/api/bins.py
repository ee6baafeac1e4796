"""Bins by REST, each for members of its library alone; viewers read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from ingest.models import Library
from ingest.rest import KeptViewSet, RowViewSet, sent, user_of
from ingest.selectors import assets_for, libraries_for
from search import bins as reads
from search.models import Bin, BinItem
from search.serializers.bins import (
    BinChangeSerializer,
    BinItemChangeSerializer,
    BinItemSerializer,
    BinOrderSerializer,
    BinSerializer,
    MarkerSerializer,
    item_as_json,
)
from search.services import bins as service


class BinViewSet(KeptViewSet[Bin]):
    """Collections of moments. Owners and editors change them, owners delete them."""

    serializer_class = BinSerializer
    queryset = Bin.objects.none()

    def get_queryset(self) -> QuerySet[Bin]:
        """Bins of the user's libraries."""
        return reads.bins_for(self.request.user)

    @extend_schema(responses={201: BinSerializer})
    def create(self, request: Request) -> Response:
        """Make a bin in a library."""
        given = self.sent()
        libraries = libraries_for(request.user)
        library = get_object_or_404(libraries, slug=given["library"]["slug"])
        reads.may_change(request.user, library)
        made = service.create_bin(library=library, name=given["name"], user=user_of(request))
        if note := given.get("note"):
            service.change_bin(bin=made, note=note)
        return self.made(self.get_queryset().get(pk=made.pk))

    @extend_schema(request=BinChangeSerializer, responses=BinSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a bin or rewrite its note."""
        bin = self.editable()
        service.change_bin(bin=bin, **sent(request, BinChangeSerializer))
        return self.answer(self.get_object())

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
        bin, given = self.editable(), sent(request, BinItemSerializer)
        asset = get_object_or_404(assets_for(request.user), pk=given["asset"])
        asked = service.Range(asset, given["start_pts"], given["end_pts"])
        for item in service.add_items(bin=bin, ranges=[asked], user=user_of(request)):
            service.change_item(item=item, note=given.get("note"))
        return Response(_rows(bin), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="bins_order",
        request=BinOrderSerializer,
        responses=BinItemSerializer(many=True),
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def order(self, request: Request, pk: str) -> Response:
        """Sort a bin."""
        bin = self.editable()
        service.sort_items(bin=bin, ids=sent(request, BinOrderSerializer)["order"])
        return Response(_rows(bin))


class BinItemViewSet(mixins.DestroyModelMixin, RowViewSet[BinItem]):
    """One moment of a bin. Owners and editors may change it."""

    serializer_class = BinItemSerializer
    queryset = BinItem.objects.none()

    def get_queryset(self) -> QuerySet[BinItem]:
        """Items of the user's libraries' bins."""
        return reads.items_for(self.request.user)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Items."""
        return BinItemSerializer

    @extend_schema(request=BinItemChangeSerializer, responses=BinItemSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Trim it, or rewrite its note."""
        item = self.editable()
        service.change_item(item=item, **sent(request, BinItemChangeSerializer))
        return Response(item_as_json(reads.rows_of([item])[0]))

    def perform_destroy(self, instance: BinItem) -> None:
        """Take it out of its bin."""
        reads.may_change(self.request.user, instance.bin.library)
        service.remove_items(items=[instance])

    @extend_schema(request=MarkerSerializer, responses={201: BinItemSerializer})
    @action(detail=True, methods=["post"])
    def markers(self, request: Request, pk: str) -> Response:
        """Put a marker on it."""
        item = self.editable()
        service.add_marker(item=item, **sent(request, MarkerSerializer))
        row = reads.rows_of([item])[0]
        return Response(item_as_json(row), status=status.HTTP_201_CREATED)

    def library_of(self, row: BinItem) -> Library:
        """Its bin's."""
        return row.bin.library


class MarkerView(APIView):
    """One marker of a moment."""

    @extend_schema(operation_id="bin_markers_destroy", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Take it away."""
        marker = get_object_or_404(reads.markers_for(request.user), pk=pk)
        reads.may_change(request.user, marker.item.bin.library)
        service.remove_marker(marker=marker)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _rows(bin: Bin) -> list[dict[str, Any]]:
    return [item_as_json(row) for row in reads.rows_of(reads.items_of(bin))]

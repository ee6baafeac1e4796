"""Excerpts by REST: moments of a bin cut into files. One's own."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from ingest.rest import KeptViewSet, sent, user_of
from ingest.selectors import libraries_for
from search import bins as reads
from search.models import ExcerptOrder
from search.serializers.kept import ExcerptOrderSerializer, ExcerptsAskSerializer
from search.services import excerpts
from search.views.excerpts import excerpt_file


class ExcerptOrderViewSet(KeptViewSet[ExcerptOrder]):
    """Excerpts: moments of a bin cut into files, kept for a week."""

    serializer_class = ExcerptOrderSerializer
    queryset = ExcerptOrder.objects.none()

    def get_queryset(self) -> QuerySet[ExcerptOrder]:
        """One's own, of libraries that one is still a member of."""
        mine = ExcerptOrder.objects.filter(
            user=self.request.user.pk, library__in=libraries_for(self.request.user)
        )
        return mine.select_related("library").prefetch_related("excerpts__asset")

    @extend_schema(request=ExcerptsAskSerializer, responses={201: ExcerptOrderSerializer})
    def create(self, request: Request) -> Response:
        """Have a bin's moments cut; `state` says when that is done."""
        given = sent(request, ExcerptsAskSerializer)
        bin = get_object_or_404(reads.bins_for(request.user), pk=given["bin"])
        ranges = [(item.asset, item.start_pts, item.end_pts) for item in reads.items_of(bin)]
        made = excerpts.order_excerpts(
            library=bin.library, user=user_of(request), title=bin.name, ranges=ranges
        )
        return self.made(self.get_queryset().get(pk=made.pk))

    def perform_destroy(self, instance: ExcerptOrder) -> None:
        """Remove the files."""
        excerpts.delete_order(order=instance)


class ExcerptFileView(generics.GenericAPIView[ExcerptOrder]):
    """One excerpt's file."""

    queryset = ExcerptOrder.objects.none()

    @extend_schema(
        operation_id="excerpts_file", responses={(200, "video/mp4"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """MP4; parts of it by `Range`."""
        asked = request._request
        asked.user = user_of(request)
        return excerpt_file(asked, pk)

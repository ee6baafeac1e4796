"""People, tracks and networks by REST."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingest.selectors import assets_for
from ingest.services import audit
from recognition.models import Identity
from recognition.networks import network_infos
from recognition.selectors import counted_identities, tracks_of
from recognition.serializers import (
    AssetTracksSerializer,
    IdentityEditSerializer,
    IdentitySerializer,
    NetworkSerializer,
    describe_tracks,
)
from recognition.services import identities as service

_FILTERS = [
    OpenApiParameter("library", str, description="A library's slug."),
    OpenApiParameter("hidden", bool, description="Hidden people instead of the others."),
    OpenApiParameter("name", str, description="Part of a name."),
]


class IdentityViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Identity]
):
    """The people of your libraries. Owners and editors may rename and hide them."""

    serializer_class = IdentitySerializer
    queryset = Identity.objects.none()
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Identity]:
        found = counted_identities(self.request.user)
        if self.action != "list":
            return found
        asked = self.request.query_params
        found = found.filter(is_hidden=asked.get("hidden", "") in ("1", "true", "True"))
        if slug := asked.get("library"):
            found = found.filter(library__slug=slug)
        if name := asked.get("name"):
            found = found.filter(name__icontains=name)
        return found

    @extend_schema(parameters=_FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """People, most appearances first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=IdentitySerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One person; that you looked is written down."""
        found = self.get_object()
        audit.record_once(user=request.user, library=found.library, verb="viewed", subject=found)
        return Response(self.get_serializer(found).data)

    @extend_schema(request=IdentityEditSerializer, responses=IdentitySerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rename, hide or show a person."""
        wanted = IdentityEditSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        identity = self.get_object()
        service.edit(identity=identity, user=request.user, **wanted.validated_data)
        return Response(self.get_serializer(self.get_object()).data)


class AssetTracksView(APIView):
    """The tracks of one asset with their boxes over time."""

    @extend_schema(operation_id="assets_tracks_retrieve", responses=AssetTracksSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """All tracks of an asset, in order."""
        asset = get_object_or_404(assets_for(request.user), pk=pk)
        return Response(AssetTracksSerializer(describe_tracks(asset, list(tracks_of(asset)))).data)


class NetworksView(APIView):
    """Which networks are at work."""

    @extend_schema(operation_id="networks_list", responses=NetworkSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The networks of this installation, with licence and fingerprint."""
        networks = [asdict(info) for info in network_infos()]
        return Response(NetworkSerializer(networks, many=True).data)

"""Libraries, assets and uploads by REST, each for members of its library alone.

What is someone else's answers 404 like what is missing; a member whose role is too low gets 403.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from ingest import pages, pipeline
from ingest.errors import MediaError
from ingest.models import Asset, Library, Line, Role, Upload
from ingest.rest import RowViewSet, library_of, sent, user_of
from ingest.selectors import assets_for, libraries_for, lines_of
from ingest.serializers import (
    AssetDetailSerializer,
    AssetSerializer,
    FileSerializer,
    LibrarySerializer,
    LineSerializer,
    UploadSerializer,
)
from ingest.services import assets as asset_service
from ingest.services import cameras as camera_service
from ingest.services import libraries as library_service
from ingest.services import uploads as upload_service

_ASSET_FILTERS = [
    OpenApiParameter("library", str, description="A library's slug."),
    OpenApiParameter("status", str, enum=[*Asset.Status.values, "working"]),
    OpenApiParameter("camera", int, description="A camera's id."),
    OpenApiParameter("name", str, description="Part of the file's name."),
]


class LibraryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RowViewSet[Library]):
    """Your libraries."""

    serializer_class = LibrarySerializer
    queryset = Library.objects.none()
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    def get_queryset(self) -> QuerySet[Library]:
        """The user's, with their role and the number of assets."""
        return pages.with_role(libraries_for(self.request.user), self.request.user)

    @extend_schema(responses={201: LibrarySerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a library; you own it."""
        given = self.sent()
        library = library_service.create_library(
            name=given["name"],
            owner=user_of(request),
            recognition_reason=given["recognition_reason"],
        )
        return self.made(self.get_queryset().get(pk=library.pk))

    @extend_schema(responses=LibrarySerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One library."""
        return super().retrieve(request, *args, **kwargs)


class AssetViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RowViewSet[Asset]):
    """The assets of your libraries. Owners and editors may change, retry and delete."""

    serializer_class = AssetSerializer
    queryset = Asset.objects.none()
    http_method_names = ["get", "head", "options", "post", "patch", "delete"]

    def get_queryset(self) -> QuerySet[Asset]:
        """The user's assets, narrowed by what the address asks."""
        found = assets_for(self.request.user).select_related("library", "camera")
        if self.action != "list":
            return found
        return pages.narrow_assets(found, self.request.query_params)

    @extend_schema(parameters=_ASSET_FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Assets, newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=AssetDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One asset, with the state of its stages."""
        return self._detail(self.get_object())

    @extend_schema(responses=AssetDetailSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say which camera recorded it."""
        asset = self.editable()
        given = sent(request, AssetSerializer, instance=asset, partial=True)
        if "camera" in given:
            asset = camera_service.assign_camera(asset=asset, camera=given["camera"])
        return self._detail(asset)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete the asset and all that is known about it."""
        asset_service.delete_asset(asset=self.editable(), user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={202: AssetDetailSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Try again what failed or was cancelled, or do what is missing by now."""
        asset = self.editable()
        run = pages.run_to_retry(asset)
        if run is not None:
            pipeline.retry(run)
        else:
            pipeline.enqueue(asset)
        return self._detail(self.get_object(), status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: AssetDetailSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop indexing it."""
        pipeline.cancel(self.editable())
        return self._detail(self.get_object(), status.HTTP_202_ACCEPTED)

    def _detail(self, asset: Asset, code: int = status.HTTP_200_OK) -> Response:
        context = {**self.get_serializer_context(), "runs": pages.latest_runs([asset.pk])}
        return Response(AssetDetailSerializer(asset, context=context).data, status=code)


class AssetLinesView(ListAPIView[Line]):
    """What is said in one asset."""

    serializer_class = LineSerializer
    queryset = Line.objects.none()

    def get_queryset(self) -> QuerySet[Line]:
        """The lines of an asset of the user's. Raises 404."""
        return lines_of(get_object_or_404(assets_for(self.request.user), pk=self.kwargs["pk"]))

    @extend_schema(operation_id="asset_lines_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What is said in it, in time, as its subtitles have it."""
        return super().get(request, *args, **kwargs)


class LibraryUploadsView(GenericAPIView[Upload]):
    """Files sent to one library."""

    serializer_class = UploadSerializer
    queryset = Upload.objects.none()
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="library_uploads_list",
        responses=UploadSerializer(many=True),
    )
    def get(self, request: Request, slug: str) -> Response:
        """What was sent, newest first."""
        uploads = pages.uploads_of(library_of(request, slug))
        page = self.paginate_queryset(uploads)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="library_uploads_create",
        request={"multipart/form-data": FileSerializer},
        responses={200: UploadSerializer, 201: UploadSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Send one file. 201: accepted; 200: its content is here already; 4xx: refused, and why."""
        library = library_of(request, slug, Role.OWNER, Role.EDITOR)
        file = sent(request, FileSerializer)["file"]
        upload = upload_service.receive(library=library, user=user_of(request), uploaded_file=file)
        if upload.outcome == Upload.Outcome.REFUSED:
            raise _refusal(upload)
        is_new = upload.outcome == Upload.Outcome.ACCEPTED
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(upload).data, status=code)


def _refusal(upload: Upload) -> MediaError:
    """The refusal as an error, so that it is told in the shape of all errors."""
    error = MediaError(upload.sentence)
    error.code = upload.error_code
    return error

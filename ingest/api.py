"""Libraries, assets, cameras and uploads by REST, each for members of its library alone.

What is someone else's answers 404 like what is missing; a member whose role is too low gets 403.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from ingest import pages, pipeline
from ingest.errors import MediaError
from ingest.models import Asset, Camera, Library, Role, Upload
from ingest.selectors import assets_for, cameras_for, libraries_for, require_role
from ingest.serializers import (
    AssetDetailSerializer,
    AssetSerializer,
    CameraSerializer,
    FileSerializer,
    LibrarySerializer,
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


class LibraryViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Library],
):
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
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        library = library_service.create_library(
            name=wanted.validated_data["name"],
            owner=_user(request),
            recognition_reason=wanted.validated_data["recognition_reason"],
        )
        made = self.get_serializer(self.get_queryset().get(pk=library.pk))
        return Response(made.data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=LibrarySerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One library."""
        return super().retrieve(request, *args, **kwargs)


class LibraryCamerasView(GenericAPIView[Camera]):
    """The cameras of one library."""

    serializer_class = CameraSerializer
    queryset = Camera.objects.none()
    pagination_class = None

    @extend_schema(
        operation_id="library_cameras_list",
        responses=CameraSerializer(many=True),
    )
    def get(self, request: Request, slug: str) -> Response:
        """Its cameras, by name."""
        library = _library_of(request, slug)
        cameras = library.cameras.select_related("library")
        return Response(self.get_serializer(cameras, many=True).data)

    @extend_schema(operation_id="library_cameras_create", responses={201: CameraSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add a camera. Owners and editors."""
        library = _library_of(request, slug, Role.OWNER, Role.EDITOR)
        context = {**self.get_serializer_context(), "library": library}
        wanted = CameraSerializer(data=request.data, context=context)
        wanted.is_valid(raise_exception=True)
        camera = camera_service.save_camera(camera=Camera(library=library, **wanted.validated_data))
        return Response(CameraSerializer(camera).data, status=status.HTTP_201_CREATED)


class CameraViewSet(
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[Camera],
):
    """One camera. Owners and editors may change it."""

    serializer_class = CameraSerializer
    queryset = Camera.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    http_method_names = ["get", "head", "options", "patch", "delete"]

    def get_queryset(self) -> QuerySet[Camera]:
        """Cameras of the user's libraries."""
        return cameras_for(self.request.user).select_related("library")

    @extend_schema(responses=CameraSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One camera."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(responses=CameraSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change name, place or clock offset."""
        return super().partial_update(request, *args, **kwargs)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Remove the camera; its assets stay."""
        return super().destroy(request, *args, **kwargs)

    def perform_update(self, serializer: BaseSerializer[Camera]) -> None:
        """Owners and editors."""
        camera = serializer.instance
        assert camera is not None
        require_role(self.request.user, camera.library, Role.OWNER, Role.EDITOR)
        for name, value in serializer.validated_data.items():
            setattr(camera, name, value)
        camera_service.save_camera(camera=camera)

    def perform_destroy(self, instance: Camera) -> None:
        """Owners and editors."""
        require_role(self.request.user, instance.library, Role.OWNER, Role.EDITOR)
        camera_service.delete_camera(camera=instance)


class AssetViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Asset]
):
    """The assets of your libraries. Owners and editors may change, retry and delete."""

    serializer_class = AssetSerializer
    queryset = Asset.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
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
        asset = self._editable()
        wanted = AssetSerializer(asset, data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        if "camera" in wanted.validated_data:
            camera = wanted.validated_data["camera"]
            asset = camera_service.assign_camera(asset=asset, camera=camera)
        return self._detail(asset)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete the asset and all that is known about it."""
        asset_service.delete_asset(asset=self._editable(), user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={202: AssetDetailSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Try again what failed or was cancelled, or do what is missing by now."""
        asset = self._editable()
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
        pipeline.cancel(self._editable())
        return self._detail(self.get_object(), status.HTTP_202_ACCEPTED)

    def _editable(self) -> Asset:
        asset = self.get_object()
        require_role(self.request.user, asset.library, Role.OWNER, Role.EDITOR)
        return asset

    def _detail(self, asset: Asset, code: int = status.HTTP_200_OK) -> Response:
        context = {**self.get_serializer_context(), "runs": pages.latest_runs([asset.pk])}
        return Response(AssetDetailSerializer(asset, context=context).data, status=code)


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
        uploads = pages.uploads_of(_library_of(request, slug))
        page = self.paginate_queryset(uploads)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="library_uploads_create",
        request={"multipart/form-data": FileSerializer},
        responses={200: UploadSerializer, 201: UploadSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Send one file. 201: accepted; 200: its content is here already; 4xx: refused, and why."""
        library = _library_of(request, slug, Role.OWNER, Role.EDITOR)
        wanted = FileSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        upload = upload_service.receive(
            library=library, user=_user(request), uploaded_file=wanted.validated_data["file"]
        )
        if upload.outcome == Upload.Outcome.REFUSED:
            raise _refusal(upload)
        is_new = upload.outcome == Upload.Outcome.ACCEPTED
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(upload).data, status=code)


def _user(request: Request) -> User:
    """Who asks; the permission class lets nobody else through."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def _library_of(request: Request, slug: str, *roles: Role) -> Library:
    library = get_object_or_404(libraries_for(request.user), slug=slug)
    if roles:
        require_role(request.user, library, *roles)
    return library


def _refusal(upload: Upload) -> MediaError:
    """The refusal as an error, so that it is told in the shape of all errors."""
    error = MediaError(upload.sentence)
    error.code = upload.error_code
    return error

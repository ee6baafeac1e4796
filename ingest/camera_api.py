"""Cameras by REST, each for members of its library alone; owners and editors change them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from ingest.models import Camera, Role
from ingest.rest import RowViewSet, library_of, sent
from ingest.selectors import cameras_for, require_role
from ingest.serializers import CameraSerializer
from ingest.services import cameras as camera_service


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
        library = library_of(request, slug)
        cameras = library.cameras.select_related("library").prefetch_related("overlaps")
        return Response(self.get_serializer(cameras, many=True).data)

    @extend_schema(operation_id="library_cameras_create", responses={201: CameraSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Add a camera. Owners and editors."""
        library = library_of(request, slug, Role.OWNER, Role.EDITOR)
        context = {**self.get_serializer_context(), "library": library}
        given = sent(request, CameraSerializer, context=context)
        overlaps = given.pop("overlaps", None)
        camera = Camera(library=library, **given)
        camera_service.save_camera(camera=camera, overlaps=overlaps)
        return Response(CameraSerializer(camera).data, status=status.HTTP_201_CREATED)


class CameraViewSet(
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    RowViewSet[Camera],
):
    """One camera. Owners and editors may change it."""

    serializer_class = CameraSerializer
    queryset = Camera.objects.none()
    http_method_names = ["get", "head", "options", "patch", "delete"]

    def get_queryset(self) -> QuerySet[Camera]:
        """Cameras of the user's libraries."""
        found = cameras_for(self.request.user).select_related("library")
        return found.prefetch_related("overlaps")

    @extend_schema(responses=CameraSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One camera."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(responses=CameraSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change name, place, clock offset or the cameras it overlaps with."""
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
        wanted = dict(serializer.validated_data)
        overlaps = wanted.pop("overlaps", None)
        for name, value in wanted.items():
            setattr(camera, name, value)
        camera_service.save_camera(camera=camera, overlaps=overlaps)

    def perform_destroy(self, instance: Camera) -> None:
        """Owners and editors."""
        require_role(self.request.user, instance.library, Role.OWNER, Role.EDITOR)
        camera_service.delete_camera(camera=instance)

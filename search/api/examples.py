"""Examples by REST: what ``like`` of a search may be besides a frame and a track."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingest.models import Keyframe
from ingest.rest import sent, user_of
from ingest.selectors import libraries_for
from search.retrieval.examples import token_of
from search.services import examples as service
from search.views.examples import like_of_box


class ExampleAskSerializer(serializers.Serializer[Any]):
    """A picture, or a keyframe with a box on it (xyxy, 0–1)."""

    picture = serializers.FileField(required=False, help_text="JPEG, PNG or WebP.")
    person = serializers.BooleanField(
        default=False, help_text="The picture is of one person, who is to be found."
    )
    keyframe = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    left = serializers.FloatField(required=False, min_value=0, max_value=1)
    top = serializers.FloatField(required=False, min_value=0, max_value=1)
    right = serializers.FloatField(required=False, min_value=0, max_value=1)
    bottom = serializers.FloatField(required=False, min_value=0, max_value=1)


class ExampleSerializer(serializers.Serializer[Any]):
    """What to send as ``like`` to ``/api/search``; one that was sent is kept for an hour."""

    like = serializers.CharField()


class ExampleView(APIView):
    """Pictures to search by."""

    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(
        operation_id="search_examples_create",
        request={"multipart/form-data": ExampleAskSerializer},
        responses={201: ExampleSerializer},
    )
    def post(self, request: Request) -> Response:
        """Send a picture, or name a box on a keyframe."""
        given = sent(request, ExampleAskSerializer)
        if file := given.get("picture"):
            picture = service.read_upload(file, file.size)
            user = user_of(request)
            made = service.keep_picture(user=user, picture=picture, is_person=given["person"])
            return Response({"like": token_of(made)}, status=status.HTTP_201_CREATED)
        sides: list[Any] = [given.get(side) for side in ("left", "top", "right", "bottom")]
        if "keyframe" not in given or None in sides:
            raise ValidationError({"picture": ["Send a picture, or a keyframe and four sides."]})
        frames = Keyframe.objects.select_related("asset__library")
        libraries = libraries_for(request.user)
        keyframe = get_object_or_404(frames, pk=given["keyframe"], asset__library__in=libraries)
        like = like_of_box(request.user, keyframe, service.Box(*sides))
        return Response({"like": like}, status=status.HTTP_201_CREATED)

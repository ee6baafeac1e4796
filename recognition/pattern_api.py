"""Patterns by REST: who is with whom, passages between cameras, and who is next where."""

from __future__ import annotations

from typing import Any

from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingest.models import Camera, Library
from ingest.selectors import libraries_for
from ingest.services import audit
from recognition.models import Identity
from recognition.pattern_forms import MINUTES, OutlookForm, PatternForm
from recognition.pattern_serializers import (
    CompanySerializer,
    NetworkOfCamerasSerializer,
    OutlookSerializer,
    describe_company,
)
from recognition.patterns.company import company_in
from recognition.patterns.passages import network_in, outlook_from, outlook_of
from recognition.patterns.reading import Window
from recognition.selectors import identities_for

_WINDOW = [
    OpenApiParameter("since", OpenApiTypes.DATE, description="The first day, in library time."),
    OpenApiParameter("until", OpenApiTypes.DATE, description="The last day."),
    OpenApiParameter("camera", int, many=True, description="Ids of cameras; none: all."),
]
_COMPANY = [
    *_WINDOW,
    OpenApiParameter(
        "minutes",
        int,
        enum=MINUTES,
        description="0: in one shot; else at one place, so near.",
    ),
    OpenApiParameter("around", int, description="An identity's id: with this person alone."),
]
_UNSEEN = OpenApiParameter("unseen_s", float, description="Seconds without a sighting since.")


def _given(form: Any) -> Any:
    if not form.is_valid():
        raise ValidationError(form.errors)
    return form


def _library(request: Request, slug: str) -> Library:
    mine = libraries_for(request.user).filter(recognises_people=True)
    return get_object_or_404(mine, slug=slug)


def _asked(request: Request) -> QueryDict:
    return request.query_params


class CompanyView(APIView):
    """Who is with whom."""

    @extend_schema(
        operation_id="libraries_company", parameters=_COMPANY, responses=CompanySerializer
    )
    def get(self, request: Request, slug: str) -> Response:
        """Pairs of people with counts, against chance, where and when. Hidden people are in none;
        that you looked around a person is written down."""
        library = _library(request, slug)
        form = _given(PatternForm(_asked(request)))
        around = None
        if pk := form.cleaned_data["around"]:
            people = identities_for(request.user, library).filter(is_hidden=False)
            around = get_object_or_404(people, pk=pk)
            audit.record_once(user=request.user, library=library, verb="viewed", subject=around)
        found = company_in(library, form.window, around)
        return Response(CompanySerializer(describe_company(found)).data)


class PassagesView(APIView):
    """How people pass between cameras."""

    @extend_schema(
        operation_id="libraries_passages", parameters=_WINDOW, responses=NetworkOfCamerasSerializer
    )
    def get(self, request: Request, slug: str) -> Response:
        """Passages with counts, probabilities and times; with `camera`, those from or to these."""
        library = _library(request, slug)
        found = network_in(library, _given(PatternForm(_asked(request))).window)
        context = {"visits": found.visits}
        return Response(NetworkOfCamerasSerializer(found, context=context).data)


class CameraOutlookView(APIView):
    """Where people go from a camera."""

    @extend_schema(
        operation_id="cameras_next_camera", parameters=[_UNSEEN], responses=OutlookSerializer
    )
    def get(self, request: Request, pk: int) -> Response:
        """Where somebody is likely seen next who left this camera."""
        mine = libraries_for(request.user).filter(recognises_people=True)
        cameras = Camera.objects.select_related("library").filter(library__in=mine)
        camera = get_object_or_404(cameras, pk=pk)
        unseen_s = _given(OutlookForm(_asked(request))).cleaned_data["unseen_s"] or 0.0
        return Response(
            OutlookSerializer(outlook_from(camera.library, Window(), camera, unseen_s)).data
        )


class IdentityOutlookView(APIView):
    """Where a person is likely seen next."""

    @extend_schema(
        operation_id="identities_next_camera", parameters=[_UNSEEN], responses=OutlookSerializer
    )
    def get(self, request: Request, pk: int) -> Response:
        """From the last sighting on a camera; that you looked is written down. Without `unseen_s`
        it is the time until now, where that can still be a walk, and else 0."""
        found: Identity | None = identities_for(request.user).filter(pk=pk, is_hidden=False).first()
        if found is None:
            raise Http404("There is no such person.")
        unseen_s = _given(OutlookForm(_asked(request))).cleaned_data["unseen_s"]
        audit.record_once(user=request.user, library=found.library, verb="viewed", subject=found)
        return Response(OutlookSerializer(outlook_of(found, unseen_s)).data)

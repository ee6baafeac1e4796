"""People, tracks and networks by REST."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingest.rest import KEY, sent, user_of
from ingest.selectors import assets_for, libraries_for
from ingest.services import audit
from recognition import likeness, reviewing
from recognition.models import Identity, IdentityEdit
from recognition.networks import network_infos
from recognition.selectors import counted_identities, crops_for, edits_for, tracks_of
from recognition.serializers import (
    AssetTracksSerializer,
    CorrectedSerializer,
    CoverSerializer,
    EditSerializer,
    IdentityEditSerializer,
    IdentitySerializer,
    LookAlikeSerializer,
    NetworkSerializer,
    OthersSerializer,
    ReviewSerializer,
    SomeTracksSerializer,
    SplitSerializer,
    TracksSerializer,
    describe_tracks,
)
from recognition.services import groups, history
from recognition.services import identities as service

_FILTERS = [
    OpenApiParameter("library", str, description="A library's slug."),
    OpenApiParameter("hidden", bool, description="Hidden people instead of the others."),
    OpenApiParameter("name", str, description="Part of a name."),
]
_EDIT_FILTERS = [
    OpenApiParameter("library", str, description="A library's slug."),
    OpenApiParameter("identity", int, description="Edits that speak of this person."),
]


class IdentityViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Identity]
):
    """The people of your libraries. Owners and editors may correct them."""

    serializer_class = IdentitySerializer
    queryset = Identity.objects.none()
    lookup_value_regex = KEY

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
        wanted = sent(request, IdentityEditSerializer)
        service.edit(identity=self.get_object(), user=request.user, **wanted)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=OthersSerializer, responses=CorrectedSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Others are this person: their tracks become theirs. Who is merged already is left out."""
        others = sent(request, OthersSerializer)["others"]
        return self._corrected(
            groups.merge(into=self._mine(others), others=others, user=user_of(request))
        )

    @extend_schema(request=OthersSerializer, responses=CorrectedSerializer)
    @action(detail=True, methods=["post"])
    def distinguish(self, request: Request, pk: str) -> Response:
        """Others are not this person: they are never put together, nor asked about again."""
        others = sent(request, OthersSerializer)["others"]
        return self._corrected(
            groups.distinguish(identity=self._mine(others), others=others, user=user_of(request))
        )

    @extend_schema(request=SplitSerializer, responses=CorrectedSerializer)
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        """Tracks of this person are someone else: a new person, who is in the answer."""
        given = sent(request, SplitSerializer)
        return self._corrected(
            groups.split(identity=self.get_object(), user=user_of(request), **given)
        )

    @extend_schema(request=TracksSerializer, responses=CorrectedSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Tracks show this person."""
        return self._with_tracks(groups.assign, request)

    @extend_schema(request=TracksSerializer, responses=CorrectedSerializer)
    @action(detail=True, methods=["post"])
    def unassign(self, request: Request, pk: str) -> Response:
        """Tracks do not show this person, and nobody else as far as is known."""
        return self._with_tracks(groups.unassign, request)

    @extend_schema(request=TracksSerializer, responses=CorrectedSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Tracks that look like this person are somebody else."""
        return self._with_tracks(groups.refuse, request)

    @extend_schema(request=SomeTracksSerializer, responses=CorrectedSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """This group is one person; the tracks, if any are given, surely are theirs."""
        given = sent(request, SomeTracksSerializer)
        return self._corrected(
            groups.confirm(identity=self.get_object(), user=user_of(request), **given)
        )

    @extend_schema(request=CoverSerializer, responses=CorrectedSerializer)
    @action(detail=True, methods=["post"])
    def cover(self, request: Request, pk: str) -> Response:
        """Make one of this person's crops their picture."""
        found = self.get_object()
        wanted = sent(request, CoverSerializer)["crop"]
        crop = get_object_or_404(crops_for(user_of(request)), pk=wanted)
        return self._corrected(
            service.choose_cover(identity=found, user=user_of(request), crop=crop)
        )

    @extend_schema(responses=LookAlikeSerializer(many=True), filters=False)
    @action(detail=True, url_path="look-alikes", pagination_class=None)
    def look_alikes(self, request: Request, pk: str) -> Response:
        """Tracks that look most like this person and are nobody's by a human's word."""
        found = likeness.look_alikes(self.get_object())
        return Response(LookAlikeSerializer(found, many=True).data)

    def _with_tracks(self, act: Callable[..., Identity], request: Request) -> Response:
        given = sent(request, TracksSerializer)
        return self._corrected(act(identity=self.get_object(), user=user_of(request), **given))

    def _mine(self, others: Sequence[int]) -> Identity:
        """This person, if the others are the user's to see, too."""
        found = self.get_object()
        libraries = libraries_for(user_of(self.request))
        # One that was merged already is the user's to name: asking again is harmless.
        seen = Identity.objects.filter(pk__in=others, library__in=libraries)
        if seen.count() != len(set(others)):
            raise Http404("There is no such person.")
        return found

    def _corrected(self, found: Identity) -> Response:
        edit = found.last_edit
        shown = counted_identities(user_of(self.request)).filter(pk=found.pk).first()
        identity = None if shown is None else self.get_serializer(shown).data
        return Response({"edit": None if edit is None else edit.pk, "identity": identity})


class EditViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[IdentityEdit]
):
    """The log of corrections of your libraries, latest first. Owners and editors may undo."""

    serializer_class = EditSerializer
    queryset = IdentityEdit.objects.none()
    lookup_value_regex = KEY

    def get_queryset(self) -> QuerySet[IdentityEdit]:
        found = edits_for(self.request.user)
        asked = self.request.query_params
        if slug := asked.get("library"):
            found = found.filter(library__slug=slug)
        number = asked.get("identity", "")
        if number:
            is_number = number.isascii() and number.isdigit() and len(number) < 19
            found = found.filter(subjects=int(number)) if is_number else found.none()
        return found

    @extend_schema(parameters=_EDIT_FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Corrections, latest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=None, responses=EditSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take a correction back. Refused, with the reason, under a later one."""
        found = history.undo(edit=self.get_object(), user=user_of(request))
        return Response(self.get_serializer(found).data)

    @extend_schema(request=None, responses=EditSerializer)
    @action(detail=True, methods=["post"])
    def redo(self, request: Request, pk: str) -> Response:
        """Do a correction again that was undone."""
        found = history.redo(edit=self.get_object(), user=user_of(request))
        return Response(self.get_serializer(found).data)


class ReviewView(APIView):
    """What a library's people should be asked about."""

    @extend_schema(operation_id="libraries_review_retrieve", responses=ReviewSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Possible duplicates, and people whose tracks disagree, the most urgent first."""
        mine = libraries_for(user_of(request)).filter(recognises_people=True)
        library = get_object_or_404(mine, slug=slug)
        return Response(ReviewSerializer(reviewing.review(library)).data)


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

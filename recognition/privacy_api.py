"""Privacy, sharing, comments and the audit log by REST."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingest import audit_reads
from ingest.forms import AuditFilter
from ingest.models import Asset, AuditEntry, Library, Role
from ingest.selectors import assets_for, libraries_for, require_role
from ingest.services.retention import set_retention
from recognition.models import Comment, Identity, ShareLink
from recognition.privacy_serializers import (
    AuditEntrySerializer,
    ChangeSerializer,
    CommentSerializer,
    ErasedSerializer,
    NewMomentsShareSerializer,
    NewShareSerializer,
    PrivacyEditSerializer,
    PrivacySerializer,
    ShareSerializer,
    TypedSerializer,
)
from recognition.selectors import identities_for
from recognition.services import comments as comment_service
from recognition.services import sharing
from recognition.services.access_report import report_on
from recognition.services.erasure import erase_identity, erase_library
from recognition.services.recognition_switch import switch_recognition

_FILTERS = [
    OpenApiParameter("verb", str, description="What was done, for example named."),
    OpenApiParameter("who", str, description="Part of a user's name."),
    OpenApiParameter("about", str, description="Part of a label, or a subject's id."),
    OpenApiParameter("since", OpenApiTypes.DATE, description="First day."),
    OpenApiParameter("until", OpenApiTypes.DATE, description="Last day."),
]


class LibraryPrivacyView(APIView):
    """The switch of identity recognition, and how long footage is kept."""

    @extend_schema(operation_id="library_privacy_retrieve", responses=PrivacySerializer)
    def get(self, request: Request, slug: str) -> Response:
        """As it stands."""
        return Response(PrivacySerializer(_library(request, slug)).data)

    @extend_schema(
        operation_id="library_privacy_update",
        request=PrivacyEditSerializer,
        responses=PrivacySerializer,
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change it. Owners. Switching off erases every vector that tells people apart."""
        library = _library(request, slug, Role.OWNER)
        wanted = PrivacyEditSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        if "retention_days" in asked:
            set_retention(library=library, user=request.user, days=asked["retention_days"])
        if "recognises_people" in asked:
            switch_recognition(
                library=library,
                user=request.user,
                is_on=asked["recognises_people"],
                reason=asked["reason"],
                erase_people=asked["erase_people"],
            )
        library.refresh_from_db()
        return Response(PrivacySerializer(library).data)


class LibraryEraseView(APIView):
    """The end of a library."""

    @extend_schema(operation_id="library_erase", request=TypedSerializer, responses={204: None})
    def post(self, request: Request, slug: str) -> Response:
        """Erase a library with all its footage; ``typed`` is its name. Owners."""
        library = _library(request, slug, Role.OWNER)
        erase_library(library=library, user=request.user, typed=_typed(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class LibraryAuditView(GenericAPIView[AuditEntry]):
    """The audit log of a library."""

    serializer_class = AuditEntrySerializer
    queryset = AuditEntry.objects.none()

    @extend_schema(
        operation_id="library_audit_list",
        parameters=_FILTERS,
        responses=AuditEntrySerializer(many=True),
    )
    def get(self, request: Request, slug: str) -> Response:
        """Who did what to whom, newest first. Owners."""
        library = _library(request, slug, Role.OWNER)
        form = AuditFilter(request.query_params)
        asked = form.cleaned_data if form.is_valid() else {}
        page = self.paginate_queryset(audit_reads.entries_in(library, asked))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class LibraryActivityView(GenericAPIView[AuditEntry]):
    """What members changed."""

    serializer_class = ChangeSerializer
    queryset = AuditEntry.objects.none()

    @extend_schema(operation_id="library_activity_list", responses=ChangeSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Changes, newest first. Members."""
        page = self.paginate_queryset(audit_reads.changes_in([_library(request, slug)]))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class IdentityReportView(APIView):
    """Access requests."""

    @extend_schema(operation_id="identity_report_retrieve", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        """Everything that is held about a person. Owners; written down."""
        return Response(report_on(identity=_identity(request, pk), user=request.user))


class IdentityEraseView(APIView):
    """The end of what is known about a person."""

    @extend_schema(
        operation_id="identity_erase", request=TypedSerializer, responses=ErasedSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Erase a person; ``typed`` is the name shown. Owners. The footage stays."""
        identity = _identity(request, pk)
        require_role(request.user, identity.library, Role.OWNER)
        gone = erase_identity(identity=identity, user=request.user, typed=_typed(request))
        return Response(ErasedSerializer(asdict(gone)).data)


class IdentityCommentsView(GenericAPIView[Comment]):
    """What members said about a person."""

    serializer_class = CommentSerializer
    queryset = Comment.objects.none()

    @extend_schema(operation_id="identity_comments_list", responses=CommentSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Comments, oldest first."""
        found = Comment.objects.filter(identity=_identity(request, pk)).select_related("author")
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(operation_id="identity_comments_create", responses={201: CommentSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Say something. Members."""
        identity = _identity(request, pk)
        text = _text(request)
        made = comment_service.add_comment(identity=identity, user=request.user, text=text)
        return Response(CommentSerializer(made).data, status=status.HTTP_201_CREATED)


class CommentView(GenericAPIView[Comment]):
    """One comment."""

    serializer_class = CommentSerializer
    queryset = Comment.objects.none()

    @extend_schema(operation_id="comments_update", responses=CommentSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Write your own comment anew."""
        found = _comment(request, pk)
        text = _text(request)
        changed = comment_service.edit_comment(comment=found, user=request.user, text=text)
        return Response(CommentSerializer(changed).data)

    @extend_schema(operation_id="comments_destroy", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete your own comment; owners any."""
        comment_service.delete_comment(comment=_comment(request, pk), user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class IdentitySharesView(APIView):
    """Links to a person."""

    @extend_schema(
        operation_id="identity_shares_create",
        request=NewShareSerializer,
        responses={201: ShareSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make a link to a person's pictures; its address is given this once."""
        identity = _identity(request, pk)
        require_role(request.user, identity.library, Role.OWNER, Role.EDITOR)
        wanted = NewShareSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = sharing.share_identity(identity=identity, user=request.user, **wanted.validated_data)
        return _made(request, *made)


class LibrarySharesView(GenericAPIView[ShareLink]):
    """The links of a library."""

    serializer_class = ShareSerializer
    queryset = ShareLink.objects.none()

    @extend_schema(operation_id="library_shares_list", responses=ShareSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Links, newest first, open and closed. Owners and editors."""
        library = _library(request, slug, Role.OWNER, Role.EDITOR)
        page = self.paginate_queryset(ShareLink.objects.filter(library=library))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="library_shares_create",
        request=NewMomentsShareSerializer,
        responses={201: ShareSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Make a link to moments; its address is given this once."""
        library = _library(request, slug, Role.OWNER, Role.EDITOR)
        wanted = NewMomentsShareSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = dict(wanted.validated_data)
        moments = [_moment(request, moment) for moment in asked.pop("moments")]
        made = sharing.share_moments(library=library, user=request.user, moments=moments, **asked)
        return _made(request, *made)


class ShareView(APIView):
    """One link."""

    @extend_schema(operation_id="shares_destroy", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Revoke a link: it leads nowhere from now on. Who made it, and owners."""
        links = ShareLink.objects.select_related("library", "identity")
        link = get_object_or_404(links, pk=pk, library__in=libraries_for(request.user))
        sharing.revoke(link=link, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _library(request: Request, slug: str, *roles: Role) -> Library:
    library = get_object_or_404(libraries_for(request.user), slug=slug)
    if roles:
        require_role(request.user, library, *roles)
    return library


def _identity(request: Request, pk: int) -> Identity:
    return get_object_or_404(identities_for(request.user), pk=pk)


def _comment(request: Request, pk: int) -> Comment:
    mine = identities_for(request.user)
    found = Comment.objects.select_related("identity__library", "author")
    return get_object_or_404(found, pk=pk, identity__in=mine)


def _typed(request: Request) -> str:
    wanted = TypedSerializer(data=request.data)
    wanted.is_valid(raise_exception=True)
    return str(wanted.validated_data["typed"])


def _text(request: Request) -> str:
    wanted = CommentSerializer(data=request.data)
    wanted.is_valid(raise_exception=True)
    return str(wanted.validated_data["text"])


def _moment(request: Request, asked: dict[str, Any]) -> sharing.MomentWanted:
    asset: Asset | None = assets_for(request.user).filter(pk=asked["asset"]).first()
    if asset is None:
        raise Http404
    return sharing.MomentWanted(asset, asked["start_pts"], asked["end_pts"])


def _made(request: Request, link: ShareLink, token: str) -> Response:
    data = dict(ShareSerializer(link).data)
    path = reverse("recognition:guest", args=[token])
    data["address"] = request.build_absolute_uri(path)
    return Response(data, status=status.HTTP_201_CREATED)

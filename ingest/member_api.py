"""A library's members by REST: every member may read them, owners admit, change and remove.

Anybody may leave by removing themselves; the last owner cannot. Each change is in the audit log.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from ingest import pages
from ingest.models import Library, Membership, Role
from ingest.rest import library_of, sent, user_of
from ingest.selectors import require_role
from ingest.serializers import MemberSerializer, RoleSerializer
from ingest.services import libraries as service


class LibraryMembersView(GenericAPIView[Membership]):
    """The members of one library."""

    serializer_class = MemberSerializer
    queryset = Membership.objects.none()
    pagination_class = None

    @extend_schema(operation_id="library_members_list", responses=MemberSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Who is in it, owners first."""
        members = pages.members_of(library_of(request, slug))
        return Response(self.get_serializer(members, many=True).data)

    @extend_schema(operation_id="library_members_create", responses={201: MemberSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Admit someone who can sign in here. Owners."""
        library = library_of(request, slug, Role.OWNER)
        given = sent(request, MemberSerializer, context=self.get_serializer_context())
        user = given["user"]
        if library.memberships.filter(user=user).exists():
            raise ValidationError({"username": ["They are a member already: change their role."]})
        member = service.set_member(
            library=library, user=user, role=Role(given["role"]), by=user_of(request)
        )
        return Response(self.get_serializer(member).data, status=status.HTTP_201_CREATED)


class LibraryMemberView(GenericAPIView[Membership]):
    """One member of a library."""

    serializer_class = MemberSerializer
    queryset = Membership.objects.none()

    @extend_schema(operation_id="library_members_retrieve", responses=MemberSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """One member."""
        member = _member(library_of(request, slug), pk)
        return Response(self.get_serializer(member).data)

    @extend_schema(
        operation_id="library_members_partial_update",
        request=RoleSerializer,
        responses=MemberSerializer,
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        """Change their role; a library keeps an owner. Owners."""
        library = library_of(request, slug, Role.OWNER)
        member = _member(library, pk)
        role = Role(sent(request, RoleSerializer)["role"])
        changed = service.set_member(
            library=library,
            user=member.user,
            role=role,
            by=user_of(request),
        )
        return Response(self.get_serializer(changed).data)

    @extend_schema(operation_id="library_members_destroy", responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        """End their membership; a library keeps an owner. Owners, and whoever leaves."""
        library, user = library_of(request, slug), user_of(request)
        member = _member(library, pk)
        if member.user_id != user.pk:
            require_role(user, library, Role.OWNER)
        service.remove_member(library=library, user=member.user, by=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _member(library: Library, pk: int) -> Membership:
    members: QuerySet[Membership] = pages.members_of(library)
    return get_object_or_404(members, pk=pk)

"""What the API's views share: who asks, what was sent, who may change it, answers to changes."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import Model
from django.shortcuts import get_object_or_404
from rest_framework import mixins, status, viewsets
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from ingest.models import Library, Role
from ingest.selectors import libraries_for, require_role

KEY = "[0-9]{1,18}"
"""An id in an address: what fits into a bigint."""
Row = TypeVar("Row", bound=Model)


def user_of(request: Request) -> User:
    """Who asks; the permission class lets nobody else through."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def sent(request: Request, kind: type[BaseSerializer[Any]], **options: Any) -> dict[str, Any]:
    """What was sent, as a serializer reads it. Raises ValidationError."""
    wanted = kind(data=request.data, **options)
    wanted.is_valid(raise_exception=True)
    data: dict[str, Any] = wanted.validated_data
    return data


def library_of(request: Request, slug: str, *roles: Role) -> Library:
    """A library of the user's, for these roles. Raises 404, 403."""
    library = get_object_or_404(libraries_for(request.user), slug=slug)
    if roles:
        require_role(request.user, library, *roles)
    return library


class RowViewSet(viewsets.GenericViewSet[Row]):
    """Rows by id. ``get_queryset`` gives those that may be read: all others are missing."""

    lookup_value_regex = KEY

    def sent(self) -> dict[str, Any]:
        """What was sent, in the shape of the rows. Raises ValidationError."""
        return sent(
            self.request, self.get_serializer_class(), context=self.get_serializer_context()
        )

    def editable(self) -> Row:
        """The row of the address, for owners and editors of its library. Raises 403."""
        row: Row = self.get_object()
        require_role(self.request.user, self.library_of(row), Role.OWNER, Role.EDITOR)
        return row

    def library_of(self, row: Row) -> Library:
        """The library whose members may change the row."""
        owned: Any = row
        library: Library = owned.library
        return library

    def answer(self, row: Row, code: int = status.HTTP_200_OK) -> Response:
        """A row, as it is now."""
        return Response(self.get_serializer(row).data, status=code)

    def made(self, row: Row) -> Response:
        """A row that was made."""
        return self.answer(row, status.HTTP_201_CREATED)


class KeptViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    RowViewSet[Row],
):
    """Rows that are listed, read and deleted; ``perform_destroy`` says how."""

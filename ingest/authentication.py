"""How programs say who they are: ``Authorization: Token eid_…`` (or ``Bearer``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

if TYPE_CHECKING:
    from ingest.models import ApiToken


class ApiTokenAuthentication(BaseAuthentication):
    """A token's user, within the token's scope: one that reads changes nothing."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        """The user and the token; None where no token was sent. Raises for a wrong one."""
        # REST framework loads this class while models may still be loading.
        from ingest.services.tokens import find_token

        words = get_authorization_header(request).split()
        if not words or words[0].lower() not in (b"token", b"bearer"):
            return None
        token = find_token(words[1].decode("latin-1")) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed("This token opens nothing: it is wrong, or was revoked.")
        if token.scope == "read" and request.method not in SAFE_METHODS:
            raise PermissionDenied("This token may only read.", code="read_only_token")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Token"

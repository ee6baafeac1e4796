"""One's own API tokens: make, see once, revoke."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ingest.errors import BadToken
from ingest.models import ApiToken
from ingest.services import tokens as service
from ingest.views.requests import signed_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_page(request: HttpRequest) -> HttpResponse:
    """The list, and a form for another; what was made is shown in this one answer."""
    user = signed_in(request)
    context: dict[str, Any] = {"scopes": ApiToken.Scope.choices}
    status = 200
    if request.method == "POST":
        name, scope = request.POST.get("name", ""), request.POST.get("scope", "")
        try:
            made, secret = service.make_token(user=user, name=name, scope=scope)
            context |= {"made": made, "secret": secret}
        except BadToken as error:
            context |= {"error": str(error), "name": name, "scope": scope}
            status = 422
    tokens = ApiToken.objects.filter(user=user)
    return render(request, "ingest/tokens.html", {"tokens": tokens, **context}, status=status)


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own."""
    token = get_object_or_404(ApiToken, pk=pk, user=signed_in(request))
    service.revoke_token(token=token)
    messages.success(request, f"“{token.name}” opens nothing any more.")
    return redirect("ingest:tokens")

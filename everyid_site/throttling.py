"""How often a program may ask: by token, else by user, and apart for what costs most.

Counted in the memory of each web process (Django's default cache), over a sliding window
(REST framework's ``SimpleRateThrottle``).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

_EXPORTS = ("export", "log")


class Limits(SimpleRateThrottle):
    """One limit per request, of ``settings.RATES``: export, search, write, or read."""

    def __init__(self) -> None:
        """The rate is known with the request."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether the request is within its limit."""
        self.scope = scope_of(request)
        self.rate = settings.RATES[self.scope] or None
        if self.rate is None:
            return True
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: Any) -> str:
        """By token, by user, by address."""
        if request.auth is not None:
            who = f"token-{request.auth.pk}"
        else:
            who = f"user-{request.user.pk}" if request.user.pk else self.get_ident(request)
        return f"rate-{self.scope}-{who}"


def scope_of(request: Request) -> str:
    """Which limit a request falls under."""
    parts = request.path.strip("/").split("/")
    if parts[-2:-1] and parts[-2] in _EXPORTS:
        return "export"
    if request.method not in SAFE_METHODS:
        return "write"
    return "search" if parts[:2] == ["api", "search"] else "read"

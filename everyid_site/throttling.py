"""How often a program may ask: by token, else by user, and apart for what costs most.

Counted in the database (``ingest.services.rates``), so that the limit is one however many
processes and machines serve the API.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ingest.services.rates import count_request, whole_seconds

_EXPORTS = ("export", "log")


class Limits(BaseThrottle):
    """One limit per request, of ``settings.RATES``: export, search, write, or read."""

    _wait_s: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether the request is within its limit."""
        scope = scope_of(request.path, request.method or "GET")
        rate = settings.RATES[scope]
        if not rate:
            return True
        self._wait_s = count_request(f"{scope}-{self._who(request)}", rate)
        return self._wait_s is None

    def wait(self) -> float | None:
        """Seconds until the next request is answered, after one that was not."""
        return None if self._wait_s is None else float(whole_seconds(self._wait_s))

    def _who(self, request: Request) -> str:
        """By token, by user, by address."""
        if request.auth is not None:
            return f"token-{request.auth.pk}"
        return f"user-{request.user.pk}" if request.user.pk else self.get_ident(request)[:40]


def scope_of(path: str, method: str) -> str:
    """Which limit a request falls under."""
    parts = path.strip("/").split("/")
    if parts[-2:-1] and parts[-2] in _EXPORTS:
        return "export"
    if method not in SAFE_METHODS:
        return "write"
    return "search" if parts[:2] == ["api", "search"] else "read"


def limit_of(path: str, method: str) -> str:
    """That limit in words (``240/minute``); empty where there is none."""
    return str(settings.RATES[scope_of(path, method)])

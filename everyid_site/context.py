"""What every page knows: the section it is in, the networks at work, sample footage."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from ingest.selectors import libraries_for
from recognition import networks
from recognition.engine.errors import EngineError
from recognition.engine.types import NetworkInfo
from recognition.models import Reindex
from recognition.selectors import reindexes_under_way
from search.models import AlertHit

log = logging.getLogger(__name__)

# Weights are pulled rarely; a page may be this late in saying so. By eye.
_NETWORKS_FOR_S = 60.0


@dataclass(frozen=True, slots=True)
class NetworksAtWork:
    """The networks of the resolved profile, or one sentence why there are none."""

    profile: str
    infos: tuple[NetworkInfo, ...]
    problem: str = ""


_known: tuple[float, NetworksAtWork] | None = None


def networks_at_work() -> NetworksAtWork:
    """Which networks see; read anew at most once a minute."""
    global _known
    now = time.monotonic()
    if _known is None or now - _known[0] > _NETWORKS_FOR_S:
        _known = (now, _read_networks())
    return _known[1]


def _read_networks() -> NetworksAtWork:
    try:
        return NetworksAtWork(networks.resolved_profile(), tuple(networks.network_infos()))
    except EngineError as error:  # its sentence names folders: for the log, not for pages
        log.warning("no networks: %s", error)
        return NetworksAtWork("", (), "The networks that see are not installed yet.")


_SECTIONS = {
    "": "search",
    "search": "search",
    "frames": "search",
    "bins": "bins",
    "excerpts": "bins",
    "saved": "saved",
    "people": "people",
    "comments": "people",
    "tracks": "people",
    "libraries": "libraries",
    "assets": "libraries",
}
"""Which entry of the main menu a page belongs to, by the first piece of its address."""


def _section(route: str) -> str:
    return _SECTIONS.get(route.partition("/")[0], "")


def site(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Everything that costs is lazy: fragments do not pay for it."""
    match = request.resolver_match
    return {
        "section": _section(match.route) if match else "",
        "at_work": SimpleLazyObject(networks_at_work),
        "unseen_alerts": SimpleLazyObject(lambda: _unseen_alerts(request)),
        "reindexes": SimpleLazyObject(lambda: _reindexes(request)),
        "sample_libraries": SimpleLazyObject(lambda: _sample_libraries(request)),
    }


def _unseen_alerts(request: HttpRequest) -> int:
    """How much alerts have found that was not looked at yet."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    new = AlertHit.objects.filter(alert__user=user, is_seen=False)
    return new.filter(asset__library__in=libraries_for(user)).count()


def _sample_libraries(request: HttpRequest) -> list[dict[str, str]]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [
        {"name": library.name, "url": reverse("ingest:library", args=[library.slug])}
        for library in libraries_for(user).filter(is_sample=True)
    ]


def _reindexes(request: HttpRequest) -> list[Reindex]:
    """Switches of encoders under way, for whoever is signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return reindexes_under_way()

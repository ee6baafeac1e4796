"""Django system checks: settings that would only fail later, said at start."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from everyid_site.env import environment

_LOCAL = {"127.0.0.1", "::1", "localhost"}


@register()
def check_pipeline(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Every stage of the pipeline exists, once."""
    problems: list[CheckMessage] = []
    for name in settings.PIPELINE:
        if not _exists(name):
            problems.append(Error(f"PIPELINE names {name}, which is no module.", id="everyid.E001"))
        elif settings.PIPELINE.count(name) > 1:
            problems.append(Error(f"PIPELINE names {name} twice.", id="everyid.E002"))
    return problems


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of one of its packages
        return False


@register(deploy=True)
def check_exposure(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """What others can reach does not show Django's debug pages."""
    if settings.DEBUG and environment().host not in _LOCAL:
        return [
            checks.Warning(
                "EVERYID_DEBUG is on and EVERYID_HOST lets others in: errors show them secrets.",
                id="everyid.W001",
            )
        ]
    return []

"""Everything that is done to people, or taken out, is written down: a walk over all addresses.

The addresses come from the table of ``probes``, which knows every one, so an address that is
added later is walked, too.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from ingest.models import AuditEntry
from tests.site.asked import Probe, World
from tests.site.probes import TABLE
from tests.site.test_access import _ask, _networks, world

__all__ = ["_networks", "world"]  # fixtures

pytestmark = pytest.mark.django_db

ABOUT_PEOPLE = ("/people/", "/identities/", "/comments/", "/share/", "/shares/", "/export")
LOOKS = {
    "recognition:identity",
    "recognition:report",
    "recognition:report-json",
    "api-identity-detail",
    "api-identity-report",
    "api-identity-next",
    "recognition:next-camera",
    "ingest:audit-csv",
    "recognition:guest",
}
NOTHING_TO_DO = {
    "recognition:show",  # the person of the table is not hidden
    "recognition:show-chosen",
}


def _walked(world: World) -> list[tuple[str, Probe]]:
    found = []
    for name, probes in TABLE.items():
        for probe in probes:
            path = reverse(name, kwargs=probe.kwargs(world))
            is_act = probe.method != "get" and any(part in path for part in ABOUT_PEOPLE)
            if (is_act or name in LOOKS) and name not in NOTHING_TO_DO:
                found.append((name, probe))
    return found


def test_every_act_and_look_leaves_an_entry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    create = AuditEntry.save

    def save(entry: AuditEntry, *args: Any, **kwargs: Any) -> None:
        create(entry, *args, **kwargs)
        written.append(entry.verb)

    monkeypatch.setattr(AuditEntry, "save", save)
    silent = []
    walked = _walked(world)
    for name, probe in walked:
        written.clear()
        answer = _ask(name, probe, world, "owner")
        if answer.status_code < 400 and not written:
            silent.append((name, probe.method))
    assert len(walked) >= 15
    assert silent == []

"""Who gets what at the addresses of corrections and of tokens (see ``test_access``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.site.asked import (
    API_EDITORS,
    API_MEMBERS,
    API_SIGNED_IN,
    EDITORS_DO,
    MEMBERS,
    SIGNED_IN,
    Probe,
    World,
    expect,
    of_identity,
    of_slug,
    post,
)

OWN_DO = expect(302, 404, 404, 404, 302)
"""What is the owner's own: not even another member may."""


def _both(world: World) -> dict[str, Any]:
    return {"people": [world.identity.pk, world.other.pk]}


def _others(world: World) -> dict[str, Any]:
    return {"others": [world.other.pk]}


def _mine(world: World) -> dict[str, Any]:
    return {"tracks": [world.tracks["mine"]]}


def _theirs(world: World) -> dict[str, Any]:
    return {"tracks": [world.tracks["thirds"]]}


def _edit(which: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"pk": world.edits[which]}


def _page(data: Callable[[World], dict[str, Any]]) -> list[Probe]:
    return [Probe(EDITORS_DO, of_identity, "post", data)]


def _chosen() -> list[Probe]:
    return [Probe(EDITORS_DO, method="post", data=_both)]


def _rest(data: Callable[[World], dict[str, Any]]) -> list[Probe]:
    return [Probe(API_EDITORS, of_identity, "post", data, json=True)]


TABLE: dict[str, list[Probe]] = {
    "ingest:tokens": [Probe(SIGNED_IN), post(SIGNED_IN, name="Robot", scope="read")],
    "ingest:token-revoke": [post(OWN_DO, lambda w: {"pk": w.api_token.pk})],
    "recognition:look-for": [
        Probe(MEMBERS, of_slug),
        post(EDITORS_DO, of_slug, look_for="red umbrella"),
    ],
    "recognition:history": [Probe(SIGNED_IN), Probe(MEMBERS, query="?library=harbour")],
    "recognition:review": [Probe(SIGNED_IN), Probe(MEMBERS, query="?library=harbour")],
    "recognition:appearances": [
        Probe(MEMBERS, of_identity),
        Probe(expect(204, 404, 200, 200, 200), of_identity, headers={"HX-Request": "true"}),
    ],
    "recognition:look-alikes": [
        Probe(MEMBERS, of_identity),
        Probe(expect(204, 404, 200, 200, 200), of_identity, headers={"HX-Request": "true"}),
    ],
    "recognition:sighting": [Probe(MEMBERS, lambda w: {"pk": w.tracks["mine"]})],
    "recognition:merge-chosen": _chosen(),
    "recognition:hide-chosen": _chosen(),
    "recognition:show-chosen": _chosen(),
    "recognition:confirm-chosen": _chosen(),
    "recognition:distinguish-chosen": _chosen(),
    "recognition:merge": _page(lambda w: {"people": [w.other.pk]}),
    "recognition:split": _page(_mine),
    "recognition:assign": _page(_theirs),
    "recognition:unassign": _page(_mine),
    "recognition:confirm": _page(_mine),
    "recognition:refuse": _page(_theirs),
    "recognition:undo": [post(EDITORS_DO, _edit("stands"))],
    "recognition:redo": [post(EDITORS_DO, _edit("undone"))],
    "api-identity-merge": _rest(_others),
    "api-identity-distinguish": _rest(_others),
    "api-identity-split": _rest(_mine),
    "api-identity-assign": _rest(_theirs),
    "api-identity-unassign": _rest(_mine),
    "api-identity-confirm": _rest(_mine),
    "api-identity-refuse": _rest(_theirs),
    "api-identity-cover": _rest(lambda w: {"crop": w.crop.pk}),
    "api-identity-look-alikes": [Probe(API_MEMBERS, of_identity)],
    "api-identity-edit-list": [Probe(API_SIGNED_IN)],
    "api-identity-edit-detail": [Probe(API_MEMBERS, _edit("stands"))],
    "api-identity-edit-undo": [post(API_EDITORS, _edit("stands"))],
    "api-identity-edit-redo": [post(API_EDITORS, _edit("undone"))],
    "api-review": [Probe(API_MEMBERS, of_slug)],
}

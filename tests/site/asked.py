"""How everyone is asked in ``test_access``: a library with one of everything, and what is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User

from ingest.models import ApiToken, Asset, Camera, Keyframe, Library, Membership
from recognition.models import Comment, Crop, Identity, ShareLink
from search.models import (
    Alert,
    Bin,
    BinItem,
    Excerpt,
    ExcerptOrder,
    Marker,
    SavedSearch,
)

ROLES = ("anonymous", "outsider", "viewer", "editor", "owner")


@dataclass
class World:
    """One library with one of everything, and someone in every role."""

    users: dict[str, User]
    library: Library
    asset: Asset
    camera: Camera
    keyframe: Keyframe
    identity: Identity
    crop: Crop
    membership: Membership
    comment: Comment
    link: ShareLink
    token: str
    other: Identity
    third: Identity
    tracks: dict[str, int]
    edits: dict[str, int]
    bin: Bin
    item: BinItem
    marker: Marker
    order: ExcerptOrder
    excerpt: Excerpt
    saved: SavedSearch
    alert: Alert
    api_token: ApiToken


def expect(anonymous: int, outsider: int, viewer: int, editor: int, owner: int) -> dict[str, int]:
    return dict(zip(ROLES, (anonymous, outsider, viewer, editor, owner), strict=True))


OPEN = expect(200, 200, 200, 200, 200)
SIGNED_IN = expect(302, 200, 200, 200, 200)  # shows what is theirs, be it nothing
MEMBERS = expect(302, 404, 200, 200, 200)
MEMBERS_GO = expect(302, 404, 302, 302, 302)
EDITORS_SEE = expect(302, 404, 403, 200, 200)
EDITORS_DO = expect(302, 404, 403, 302, 302)
OWNERS_DO = expect(302, 404, 403, 403, 302)
OWNERS_SEE = expect(302, 404, 403, 403, 200)
MEMBERS_DO = MEMBERS_GO
MEMBERS_HTMX = expect(204, 404, 200, 200, 200)
API_OWNERS = expect(401, 404, 403, 403, 200)
API_SIGNED_IN = expect(401, 200, 200, 200, 200)
API_MEMBERS = expect(401, 404, 200, 200, 200)
API_EDITORS = expect(401, 404, 403, 200, 200)
API_EDITORS_DELETE = expect(401, 404, 403, 204, 204)
API_EDITORS_START = expect(401, 404, 403, 202, 202)


@dataclass
class Probe:
    """One question: how to ask it, and what everyone is answered."""

    expected: dict[str, int]
    kwargs: Callable[[World], dict[str, Any]] = lambda _: {}
    method: str = "get"
    data: Callable[[World], dict[str, Any]] = lambda _: {}
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    json: bool = False


def of_slug(world: World) -> dict[str, Any]:
    return {"slug": world.library.slug}


def of_asset(world: World) -> dict[str, Any]:
    return {"pk": world.asset.pk}


def of_camera(world: World) -> dict[str, Any]:
    return {"pk": world.camera.pk}


def of_library_camera(world: World) -> dict[str, Any]:
    return {"slug": world.library.slug, "pk": world.camera.pk}


def of_library_member(world: World) -> dict[str, Any]:
    return {"slug": world.library.slug, "pk": world.membership.pk}


def of_identity(world: World) -> dict[str, Any]:
    return {"pk": world.identity.pk}


def of_comment(world: World) -> dict[str, Any]:
    return {"pk": world.comment.pk}


def post(expected: dict[str, int], kwargs: Any = lambda _: {}, **data: Any) -> Probe:
    return Probe(expected, kwargs, "post", lambda _: data)

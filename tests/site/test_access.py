"""Who gets what at every address of the site.

The table names each pattern that the site routes; a pattern that is not in it fails
``test_it_knows_every_address``. Each probe is asked by everyone, in a transaction that is rolled
back. A library's outsider must not be able to tell what is someone else's from what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ingest.models import Asset, Camera, Keyframe, Library, Membership, Role
from recognition.models import Comment, Crop, Identity, ShareLink
from recognition.services import sharing
from tests import factories, fakes

pytestmark = pytest.mark.django_db

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


def _slug(world: World) -> dict[str, Any]:
    return {"slug": world.library.slug}


def _asset(world: World) -> dict[str, Any]:
    return {"pk": world.asset.pk}


def _camera(world: World) -> dict[str, Any]:
    return {"pk": world.camera.pk}


def _library_camera(world: World) -> dict[str, Any]:
    return {"slug": world.library.slug, "pk": world.camera.pk}


def _identity(world: World) -> dict[str, Any]:
    return {"pk": world.identity.pk}


def _comment(world: World) -> dict[str, Any]:
    return {"pk": world.comment.pk}


def _moment(world: World) -> str:
    return f"{world.asset.pk}:0:25"


def _upload(_: World) -> dict[str, Any]:
    return {"footage": SimpleUploadedFile("a.mp4", b"no film"), "file": _file()}


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("b.mp4", b"no film either")


def post(expected: dict[str, int], kwargs: Any = lambda _: {}, **data: Any) -> Probe:
    return Probe(expected, kwargs, "post", lambda _: data)


HTMX = {"HX-Request": "true"}
TABLE: dict[str, list[Probe]] = {
    "search:home": [Probe(SIGNED_IN), Probe(SIGNED_IN, query="?q=red+coat")],
    "search:results": [Probe(SIGNED_IN, query="?q=red+coat")],
    "search:progress": [Probe(expect(302, 286, 286, 286, 286))],
    "ingest:libraries": [Probe(SIGNED_IN)],
    "ingest:library-create": [
        Probe(SIGNED_IN),
        post(expect(302, 302, 302, 302, 302), name="Another"),
    ],
    "ingest:library": [Probe(MEMBERS, _slug)],
    "ingest:upload": [Probe(EDITORS_SEE, _slug), Probe(EDITORS_SEE, _slug, "post", _upload)],
    "ingest:member-add": [post(OWNERS_DO, _slug, username="stranger", role="viewer")],
    "ingest:member-change": [
        post(
            OWNERS_DO,
            lambda w: {"slug": w.library.slug, "pk": w.membership.pk},
            role="remove",
        )
    ],
    "ingest:camera-add": [post(EDITORS_DO, _slug, name="Roof")],
    "ingest:camera-change": [
        Probe(EDITORS_SEE, _library_camera),
        post(EDITORS_DO, _library_camera, name="Gate 2"),
        post(EDITORS_DO, _library_camera, remove="1"),
    ],
    "ingest:asset": [Probe(MEMBERS, _asset), Probe(MEMBERS, _asset, query="?t=1.5")],
    "ingest:asset-status": [
        Probe(MEMBERS_GO, _asset),
        Probe(expect(204, 404, 286, 286, 286), _asset, headers=HTMX),
    ],
    "ingest:asset-camera": [post(EDITORS_DO, _asset, camera="")],
    "ingest:asset-delete": [Probe(EDITORS_SEE, _asset), post(EDITORS_DO, _asset)],
    "ingest:asset-retry": [post(EDITORS_DO, _asset)],
    "ingest:asset-cancel": [post(EDITORS_DO, _asset)],
    "ingest:proxy": [Probe(MEMBERS, _asset)],
    "ingest:poster": [Probe(MEMBERS, _asset)],
    "ingest:sprite": [Probe(MEMBERS, _asset)],
    "ingest:keyframe": [Probe(MEMBERS, lambda w: {"pk": w.keyframe.pk})],
    "recognition:people": [
        Probe(SIGNED_IN),
    ],
    "recognition:identity": [Probe(MEMBERS, _identity)],
    "recognition:rename": [post(EDITORS_DO, _identity, name="Ada")],
    "recognition:hide": [post(EDITORS_DO, _identity)],
    "recognition:show": [post(EDITORS_DO, _identity)],
    "recognition:cover": [
        Probe(EDITORS_DO, _identity, "post", lambda w: {"crop": w.crop.pk}),
    ],
    "recognition:crop": [Probe(MEMBERS, lambda w: {"pk": w.crop.pk})],
    "recognition:asset-panel": [
        Probe(MEMBERS, _asset),
        Probe(expect(204, 404, 200, 200, 200), _asset, headers=HTMX),
    ],
    "recognition:asset-tracks": [Probe(MEMBERS, _asset)],
    "ingest:audit": [Probe(OWNERS_SEE, _slug), Probe(OWNERS_SEE, _slug, query="?verb=named")],
    "ingest:audit-csv": [Probe(OWNERS_SEE, _slug)],
    "ingest:activity": [Probe(MEMBERS, _slug), Probe(MEMBERS_HTMX, _slug, headers=HTMX)],
    "ingest:leave": [post(MEMBERS_DO, _slug)],
    "ingest:changes": [Probe(SIGNED_IN)],
    "recognition:comments": [Probe(MEMBERS, _identity), post(MEMBERS_DO, _identity, text="Yes.")],
    "recognition:comment-change": [
        post(OWNERS_DO, lambda w: {"pk": w.comment.pk}, text="No."),
        post(OWNERS_DO, lambda w: {"pk": w.comment.pk}, delete="1"),
    ],
    "recognition:report": [Probe(OWNERS_SEE, _identity)],
    "recognition:report-json": [Probe(OWNERS_SEE, _identity)],
    "recognition:identity-erase": [
        Probe(OWNERS_SEE, _identity),
        Probe(OWNERS_DO, _identity, "post", lambda w: {"typed": w.identity.display_name}),
    ],
    "recognition:share-identity": [
        Probe(EDITORS_SEE, _identity),
        post(EDITORS_SEE, _identity, title="Look", days="1"),
    ],
    "recognition:share-moments": [
        Probe(expect(302, 404, 404, 404, 404)),
        Probe(
            EDITORS_SEE, method="post", data=lambda w: {"m": _moment(w), "title": "L", "days": 1}
        ),
    ],
    "recognition:share-revoke": [post(OWNERS_DO, lambda w: {"pk": w.link.pk})],
    "recognition:shares": [Probe(EDITORS_SEE, _slug)],
    "recognition:privacy": [Probe(MEMBERS, _slug)],
    "recognition:switch": [post(OWNERS_DO, _slug, reason="Asked to.")],
    "recognition:retention": [post(OWNERS_DO, _slug, days="")],
    "recognition:library-erase": [
        Probe(OWNERS_SEE, _slug),
        post(OWNERS_DO, _slug, typed="Harbour"),
    ],
    "recognition:guest": [
        Probe(OPEN, lambda w: {"token": w.token}),
        Probe(expect(404, 404, 404, 404, 404), lambda _: {"token": "guessed"}),
    ],
    "recognition:guest-media": [
        Probe(expect(404, 404, 404, 404, 404), lambda _: {"signed": "guessed:1:2"})
    ],
    "api-identity-report": [Probe(API_OWNERS, _identity)],
    "api-identity-erase": [
        Probe(API_OWNERS, _identity, "post", lambda w: {"typed": w.identity.display_name})
    ],
    "api-identity-comments": [
        Probe(API_MEMBERS, _identity),
        post(expect(401, 404, 201, 201, 201), _identity, text="Yes."),
    ],
    "api-identity-shares": [post(expect(401, 404, 403, 201, 201), _identity, title="Look")],
    "api-comment": [
        Probe(API_OWNERS, _comment, "patch", lambda _: {"text": "No."}, json=True),
        Probe(expect(401, 404, 403, 403, 204), _comment, "delete"),
    ],
    "api-share": [Probe(expect(401, 404, 403, 403, 204), lambda w: {"pk": w.link.pk}, "delete")],
    "api-library-privacy": [
        Probe(API_MEMBERS, _slug),
        Probe(API_OWNERS, _slug, "patch", lambda _: {"retention_days": 30}, json=True),
    ],
    "api-library-erase": [post(expect(401, 404, 403, 403, 204), _slug, typed="Harbour")],
    "api-library-audit": [Probe(API_OWNERS, _slug)],
    "api-library-activity": [Probe(API_MEMBERS, _slug)],
    "api-library-shares": [
        Probe(API_EDITORS, _slug),
        Probe(
            expect(401, 404, 403, 201, 201),
            _slug,
            "post",
            lambda w: {
                "title": "Look",
                "moments": [{"asset": w.asset.pk, "start_pts": 0, "end_pts": 25}],
            },
            json=True,
        ),
    ],
    "api-search": [Probe(API_SIGNED_IN, query="?q=red+coat")],
    "api-library-list": [
        Probe(API_SIGNED_IN),
        post(expect(401, 201, 201, 201, 201), name="Another"),
    ],
    "api-library-detail": [Probe(API_MEMBERS, _slug)],
    "api-library-cameras": [
        Probe(API_MEMBERS, _slug),
        post(expect(401, 404, 403, 201, 201), _slug, name="Roof"),
    ],
    "api-library-uploads": [
        Probe(API_MEMBERS, _slug),
        Probe(expect(401, 404, 403, 422, 422), _slug, "post", _upload),
    ],
    "api-camera-detail": [
        Probe(API_MEMBERS, _camera),
        Probe(API_EDITORS, _camera, "patch", lambda _: {"place": "Roof"}, json=True),
        Probe(API_EDITORS_DELETE, _camera, "delete"),
    ],
    "api-asset-list": [Probe(API_SIGNED_IN)],
    "api-asset-detail": [
        Probe(API_MEMBERS, _asset),
        Probe(API_EDITORS, _asset, "patch", lambda _: {"camera": None}, json=True),
        Probe(API_EDITORS_DELETE, _asset, "delete"),
    ],
    "api-asset-retry": [Probe(API_EDITORS_START, _asset, "post")],
    "api-asset-cancel": [Probe(API_EDITORS_START, _asset, "post")],
    "api-asset-tracks": [Probe(API_MEMBERS, _asset)],
    "api-identity-list": [Probe(API_SIGNED_IN)],
    "api-identity-detail": [
        Probe(API_MEMBERS, _identity),
        Probe(API_EDITORS, _identity, "patch", lambda _: {"name": "Ada"}, json=True),
    ],
    "recognition:company": [
        Probe(SIGNED_IN),
        Probe(MEMBERS, query="?library=harbour"),
    ],
    "recognition:passages": [
        Probe(SIGNED_IN),
        Probe(MEMBERS, query="?library=harbour"),
    ],
    "recognition:next-camera": [Probe(MEMBERS, _identity)],
    "api-company": [Probe(API_MEMBERS, _slug)],
    "api-passages": [Probe(API_MEMBERS, _slug)],
    "api-camera-next": [Probe(API_MEMBERS, _camera)],
    "api-identity-next": [Probe(API_MEMBERS, _identity)],
    "api-networks": [Probe(API_SIGNED_IN)],
    "api-schema": [Probe(OPEN)],
    "health": [Probe(OPEN)],
    "login": [Probe(OPEN)],
    "logout": [post(expect(302, 302, 302, 302, 302))],
}


@pytest.fixture(autouse=True)
def _networks(settings: Any) -> Iterator[None]:
    settings.PIPELINE = ("ingest.stages.probe",)
    with fakes.install():
        yield


@pytest.fixture
def world() -> World:
    users = {name: factories.make_user(name) for name in ROLES if name != "anonymous"}
    factories.make_user("stranger")
    library = factories.make_library(owner=users["owner"], name="Harbour")
    member = factories.add_member(library, users["viewer"], Role.VIEWER)
    factories.add_member(library, users["editor"], Role.EDITOR)
    asset = factories.make_asset(library, shots=1, files=True)
    identity = factories.make_identity(library)
    shot = asset.shots.get()
    track = factories.make_track(shot, identity=identity)
    link, token = sharing.share_identity(identity=identity, user=users["owner"], title="Look")
    return World(
        comment=Comment.objects.create(identity=identity, author=users["owner"], text="Hm."),
        link=link,
        token=token,
        users=users,
        library=library,
        asset=asset,
        camera=factories.make_camera(library),
        keyframe=shot.keyframes.get(),
        identity=identity,
        crop=factories.make_crop(track, files=True),
        membership=member,
    )


def _patterns(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, pattern.namespace or namespace)
        else:
            prefix = f"{namespace}:" if namespace else ""
            yield f"{prefix}{pattern.name or pattern.pattern}"


def _routed() -> set[str]:
    return set(_patterns(get_resolver().url_patterns))


def test_it_knows_every_address() -> None:
    routed = {name for name in _routed() if not name.startswith("admin:")}
    assert routed == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_it_answers_each_role(name: str, world: World) -> None:
    got = []
    for probe in TABLE[name]:
        answers = {role: _ask(name, probe, world, role).status_code for role in ROLES}
        got.append((probe.method, probe.query, answers))
    wanted = [(probe.method, probe.query, probe.expected) for probe in TABLE[name]]
    assert got == wanted


def _ask(name: str, probe: Probe, world: World, role: str) -> HttpResponseBase:
    client = Client(headers=probe.headers)
    if role != "anonymous":
        client.force_login(world.users[role])
    address = reverse(name, kwargs=probe.kwargs(world)) + probe.query
    data: dict[str, Any] = {"data": probe.data(world)}
    if probe.json:
        data["content_type"] = "application/json"
    with transaction.atomic():
        response = getattr(client, probe.method)(address, **data)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response  # type: ignore[no-any-return]


def test_it_sends_the_anonymous_to_the_login(world: World, client: Client) -> None:
    address = reverse("ingest:asset", args=[world.asset.pk])
    response = client.get(address)
    assert response["Location"] == f"{reverse('login')}?next={address}"


def test_it_tells_htmx_to_leave_for_the_login(world: World, client: Client) -> None:
    address = reverse("ingest:asset-status", args=[world.asset.pk])
    page = f"http://testserver{reverse('ingest:asset', args=[world.asset.pk])}"
    response = client.get(address, headers={"HX-Request": "true", "HX-Current-URL": page})
    assert response.status_code == 204
    assert response["HX-Redirect"] == f"/login/?next=%2Fassets%2F{world.asset.pk}%2F"


def test_it_answers_outsiders_like_the_missing(world: World, client: Client) -> None:
    client.force_login(world.users["outsider"])
    theirs = client.get(reverse("ingest:asset", args=[world.asset.pk]))
    missing = client.get(reverse("ingest:asset", args=[world.asset.pk + 1000]))
    beyond = client.get(reverse("ingest:asset", args=[10**30]))
    assert theirs.status_code == missing.status_code == beyond.status_code == 404
    assert _without_address(theirs.content) == _without_address(missing.content)


def _without_address(page: bytes) -> bytes:
    """Two answers differ by their CSRF tokens alone."""
    lines = page.splitlines()
    return b"\n".join(line for line in lines if b"csrf" not in line and b"CSRF" not in line)


def test_it_gives_staff_no_membership(world: World, client: Client) -> None:
    client.force_login(factories.make_user("root", is_staff=True, is_superuser=True))
    assert client.get(reverse("ingest:asset", args=[world.asset.pk])).status_code == 404
    assert client.get(reverse("ingest:proxy", args=[world.asset.pk])).status_code == 404


def test_it_keeps_the_admin_for_staff(world: World, client: Client) -> None:
    names = [n.removeprefix("admin:") for n in _routed() if n.startswith("admin:")]
    plain = [n for n in names if n.endswith(("_changelist", "_add")) or n == "index"]
    assert len(plain) > 10
    for role in ROLES:
        asked = Client()
        if role != "anonymous":
            asked.force_login(world.users[role])
        for name in plain:
            assert asked.get(reverse(f"admin:{name}")).status_code == 302, (role, name)

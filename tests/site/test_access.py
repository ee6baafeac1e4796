"""Who gets what at every address of the site.

The table names each pattern that the site routes; a pattern that is not in it fails
``test_it_knows_every_address``. Each probe is asked by everyone, in a transaction that is rolled
back. A library's outsider must not be able to tell what is someone else's from what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ingest.models import Asset, Library, Role
from ingest.services.tokens import make_token
from recognition import networks
from recognition.models import Comment, Encoder, Identity
from recognition.services import groups, history, sharing
from search.models import Alert
from search.services.bins import add_marker
from search.services.excerpts import file_of, order_excerpts
from search.services.saved import save_search
from tests import factories, fakes
from tests.site import people_probes, search_probes
from tests.site.asked import (
    API_EDITORS,
    API_EDITORS_DELETE,
    API_EDITORS_START,
    API_MEMBERS,
    API_OWNERS,
    API_SIGNED_IN,
    EDITORS_DO,
    EDITORS_SEE,
    MEMBERS,
    MEMBERS_DO,
    MEMBERS_GO,
    MEMBERS_HTMX,
    OPEN,
    OWNERS_DO,
    OWNERS_SEE,
    ROLES,
    SIGNED_IN,
    Probe,
    World,
    expect,
    of_asset,
    of_camera,
    of_comment,
    of_identity,
    of_library_camera,
    of_library_member,
    of_slug,
    post,
)

pytestmark = pytest.mark.django_db


def _moment(world: World) -> str:
    return f"{world.asset.pk}:0:25"


def _upload(_: World) -> dict[str, Any]:
    return {"footage": SimpleUploadedFile("a.mp4", b"no film"), "file": _file()}


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("b.mp4", b"no film either")


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
    "ingest:library": [Probe(MEMBERS, of_slug)],
    "ingest:upload": [Probe(EDITORS_SEE, of_slug), Probe(EDITORS_SEE, of_slug, "post", _upload)],
    "ingest:member-add": [post(OWNERS_DO, of_slug, username="stranger", role="viewer")],
    "ingest:member-change": [
        post(OWNERS_DO, of_library_member, role="remove"),
    ],
    "ingest:camera-add": [post(EDITORS_DO, of_slug, name="Roof")],
    "ingest:camera-change": [
        Probe(EDITORS_SEE, of_library_camera),
        post(EDITORS_DO, of_library_camera, name="Gate 2"),
        post(EDITORS_DO, of_library_camera, remove="1"),
    ],
    "ingest:asset": [Probe(MEMBERS, of_asset), Probe(MEMBERS, of_asset, query="?t=1.5")],
    "ingest:asset-status": [
        Probe(MEMBERS_GO, of_asset),
        Probe(expect(204, 404, 286, 286, 286), of_asset, headers=HTMX),
    ],
    "ingest:asset-camera": [post(EDITORS_DO, of_asset, camera="")],
    "ingest:asset-delete": [Probe(EDITORS_SEE, of_asset), post(EDITORS_DO, of_asset)],
    "ingest:asset-retry": [post(EDITORS_DO, of_asset)],
    "ingest:asset-cancel": [post(EDITORS_DO, of_asset)],
    "ingest:proxy": [Probe(MEMBERS, of_asset)],
    "ingest:poster": [Probe(MEMBERS, of_asset)],
    "ingest:sprite": [Probe(MEMBERS, of_asset)],
    "ingest:keyframe": [Probe(MEMBERS, lambda w: {"pk": w.keyframe.pk})],
    "recognition:people": [
        Probe(SIGNED_IN),
    ],
    "recognition:identity": [Probe(MEMBERS, of_identity)],
    "recognition:rename": [post(EDITORS_DO, of_identity, name="Ada")],
    "recognition:hide": [post(EDITORS_DO, of_identity)],
    "recognition:show": [post(EDITORS_DO, of_identity)],
    "recognition:cover": [
        Probe(EDITORS_DO, of_identity, "post", lambda w: {"crop": w.crop.pk}),
    ],
    "recognition:crop": [Probe(MEMBERS, lambda w: {"pk": w.crop.pk})],
    "recognition:asset-panel": [
        Probe(MEMBERS, of_asset),
        Probe(expect(204, 404, 200, 200, 200), of_asset, headers=HTMX),
    ],
    "recognition:asset-tracks": [Probe(MEMBERS, of_asset)],
    "ingest:audit": [Probe(OWNERS_SEE, of_slug), Probe(OWNERS_SEE, of_slug, query="?verb=named")],
    "ingest:audit-csv": [Probe(OWNERS_SEE, of_slug)],
    "ingest:activity": [Probe(MEMBERS, of_slug), Probe(MEMBERS_HTMX, of_slug, headers=HTMX)],
    "ingest:leave": [post(MEMBERS_DO, of_slug)],
    "ingest:changes": [Probe(SIGNED_IN)],
    "recognition:comments": [
        Probe(MEMBERS, of_identity),
        post(MEMBERS_DO, of_identity, text="Yes."),
    ],
    "recognition:comment-change": [
        post(OWNERS_DO, lambda w: {"pk": w.comment.pk}, text="No."),
        post(OWNERS_DO, lambda w: {"pk": w.comment.pk}, delete="1"),
    ],
    "recognition:report": [Probe(OWNERS_SEE, of_identity)],
    "recognition:report-json": [Probe(OWNERS_SEE, of_identity)],
    "recognition:identity-erase": [
        Probe(OWNERS_SEE, of_identity),
        Probe(OWNERS_DO, of_identity, "post", lambda w: {"typed": w.identity.display_name}),
    ],
    "recognition:share-identity": [
        Probe(EDITORS_SEE, of_identity),
        post(EDITORS_SEE, of_identity, title="Look", days="1"),
    ],
    "recognition:share-moments": [
        Probe(expect(302, 404, 404, 404, 404)),
        Probe(
            EDITORS_SEE, method="post", data=lambda w: {"m": _moment(w), "title": "L", "days": 1}
        ),
    ],
    "recognition:share-revoke": [post(OWNERS_DO, lambda w: {"pk": w.link.pk})],
    "recognition:shares": [Probe(EDITORS_SEE, of_slug)],
    "recognition:privacy": [Probe(MEMBERS, of_slug)],
    "recognition:switch": [post(OWNERS_DO, of_slug, reason="Asked to.")],
    "recognition:retention": [post(OWNERS_DO, of_slug, days="")],
    "recognition:library-erase": [
        Probe(OWNERS_SEE, of_slug),
        post(OWNERS_DO, of_slug, typed="Harbour"),
    ],
    "recognition:guest": [
        Probe(OPEN, lambda w: {"token": w.token}),
        Probe(expect(404, 404, 404, 404, 404), lambda _: {"token": "guessed"}),
    ],
    "recognition:guest-media": [
        Probe(expect(404, 404, 404, 404, 404), lambda _: {"signed": "guessed:1:2"})
    ],
    "api-identity-report": [Probe(API_OWNERS, of_identity)],
    "api-identity-erase": [
        Probe(API_OWNERS, of_identity, "post", lambda w: {"typed": w.identity.display_name})
    ],
    "api-identity-comments": [
        Probe(API_MEMBERS, of_identity),
        post(expect(401, 404, 201, 201, 201), of_identity, text="Yes."),
    ],
    "api-identity-shares": [post(expect(401, 404, 403, 201, 201), of_identity, title="Look")],
    "api-comment": [
        Probe(API_OWNERS, of_comment, "patch", lambda _: {"text": "No."}, json=True),
        Probe(expect(401, 404, 403, 403, 204), of_comment, "delete"),
    ],
    "api-share": [Probe(expect(401, 404, 403, 403, 204), lambda w: {"pk": w.link.pk}, "delete")],
    "api-library-privacy": [
        Probe(API_MEMBERS, of_slug),
        Probe(API_OWNERS, of_slug, "patch", lambda _: {"retention_days": 30}, json=True),
    ],
    "api-library-erase": [post(expect(401, 404, 403, 403, 204), of_slug, typed="Harbour")],
    "api-library-audit": [Probe(API_OWNERS, of_slug)],
    "api-library-activity": [Probe(API_MEMBERS, of_slug)],
    "api-library-shares": [
        Probe(API_EDITORS, of_slug),
        Probe(
            expect(401, 404, 403, 201, 201),
            of_slug,
            "post",
            lambda w: {
                "title": "Look",
                "moments": [{"asset": w.asset.pk, "start_pts": 0, "end_pts": 25}],
            },
            json=True,
        ),
    ],
    "api-search": [Probe(API_SIGNED_IN, query="?q=red+coat")],
    "api-asset-lines": [Probe(API_MEMBERS, of_asset)],
    "api-library-list": [
        Probe(API_SIGNED_IN),
        post(expect(401, 201, 201, 201, 201), name="Another"),
    ],
    "api-library-detail": [Probe(API_MEMBERS, of_slug)],
    "api-library-cameras": [
        Probe(API_MEMBERS, of_slug),
        post(expect(401, 404, 403, 201, 201), of_slug, name="Roof"),
    ],
    "api-library-members": [
        Probe(API_MEMBERS, of_slug),
        post(expect(401, 404, 403, 403, 201), of_slug, username="stranger", role="viewer"),
    ],
    "api-library-member": [
        Probe(API_MEMBERS, of_library_member),
        Probe(API_OWNERS, of_library_member, "patch", lambda _: {"role": "editor"}, json=True),
        # The member is the viewer: whoever it is may leave.
        Probe(expect(401, 404, 204, 403, 204), of_library_member, "delete"),
    ],
    "api-library-uploads": [
        Probe(API_MEMBERS, of_slug),
        Probe(expect(401, 404, 403, 422, 422), of_slug, "post", _upload),
    ],
    "api-camera-detail": [
        Probe(API_MEMBERS, of_camera),
        Probe(API_EDITORS, of_camera, "patch", lambda _: {"place": "Roof"}, json=True),
        Probe(API_EDITORS_DELETE, of_camera, "delete"),
    ],
    "api-asset-list": [Probe(API_SIGNED_IN)],
    "api-asset-detail": [
        Probe(API_MEMBERS, of_asset),
        Probe(API_EDITORS, of_asset, "patch", lambda _: {"camera": None}, json=True),
        Probe(API_EDITORS_DELETE, of_asset, "delete"),
    ],
    "api-asset-retry": [Probe(API_EDITORS_START, of_asset, "post")],
    "api-asset-cancel": [Probe(API_EDITORS_START, of_asset, "post")],
    "api-asset-tracks": [Probe(API_MEMBERS, of_asset)],
    "api-identity-list": [Probe(API_SIGNED_IN)],
    "api-identity-detail": [
        Probe(API_MEMBERS, of_identity),
        Probe(API_EDITORS, of_identity, "patch", lambda _: {"name": "Ada"}, json=True),
    ],
    "recognition:company": [
        Probe(SIGNED_IN),
        Probe(MEMBERS, query="?library=harbour"),
    ],
    "recognition:passages": [
        Probe(SIGNED_IN),
        Probe(MEMBERS, query="?library=harbour"),
    ],
    "recognition:next-camera": [Probe(MEMBERS, of_identity)],
    "api-company": [Probe(API_MEMBERS, of_slug)],
    "api-passages": [Probe(API_MEMBERS, of_slug)],
    "api-camera-next": [Probe(API_MEMBERS, of_camera)],
    "api-identity-next": [Probe(API_MEMBERS, of_identity)],
    "api-networks": [Probe(API_SIGNED_IN)],
    "api-schema": [Probe(OPEN)],
    "api-reference": [Probe(SIGNED_IN)],
    "api-group": [Probe(SIGNED_IN, lambda w: {"group": "search"})],
    "health": [Probe(OPEN)],
    "login": [Probe(OPEN)],
    "password": [Probe(SIGNED_IN)],
    "logout": [post(expect(302, 302, 302, 302, 302))],
    **people_probes.TABLE,
    **search_probes.TABLE,
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
    more = factories.make_asset(library)
    first, second = more.shots.order_by("ordinal")
    other, third = factories.make_identity(library), factories.make_identity(library)
    tracks = {
        "mine": factories.make_track(first, identity=identity).pk,
        "theirs": factories.make_track(second, identity=other).pk,
        "thirds": factories.make_track(second, identity=third).pk,
    }
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
        other=other,
        third=third,
        tracks=tracks,
        edits=_edits(other, third, users["owner"]),
        api_token=make_token(user=users["owner"], name="Mine", scope="read")[0],
        **_kept(library, asset, users["owner"]),
    )


def _edits(other: Identity, third: Identity, user: User) -> dict[str, int]:
    """A correction that stands and one that was undone."""
    stands = groups.confirm(identity=other, user=user).last_edit
    undone = groups.confirm(identity=third, user=user).last_edit
    assert stands is not None and undone is not None
    history.undo(edit=undone, user=user)
    return {"stands": stands.pk, "undone": undone.pk}


def _kept(library: Library, asset: Asset, user: User) -> dict[str, Any]:
    """What is kept of searches; the bin is the library's, the rest is the owner's alone."""
    for info in networks.network_infos():
        if space := {"image": "joint", "person": "person"}.get(info.role):
            Encoder.objects.create(
                name=info.name,
                space=space,
                fingerprint=info.fingerprint,
                dimension=info.dimension,
            )
    made = factories.make_bin(library, "Selects of Harbour", asset)
    item = made.items.get()
    order = order_excerpts(library=library, user=user, title="Cut", ranges=[(asset, 0, 25)])
    excerpt = order.excerpts.get()
    excerpt.key = f"{order.pk}/1.mp4"
    excerpt.save()
    factories.write_film(file_of(excerpt), 5)
    return {
        "bin": made,
        "item": item,
        "marker": add_marker(item=item, pts=5, colour="red"),
        "order": order,
        "excerpt": excerpt,
        "saved": save_search(user=user, name="Coats of Harbour", text="red", address="?q=red"),
        "alert": Alert.objects.create(user=user, name="Rings", address="?q=red"),
    }


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


LISTS = {
    "recognition:history": "/people/edits/",
    "search:bins": "Selects of Harbour",
    "search:saved": "Coats of Harbour",
    "ingest:tokens": "Mine",
    "api-bin-list": "Selects of Harbour",
    "api-saved-search-list": "Coats of Harbour",
    "api-alert-list": "Rings",
    "api-excerpt-list": '"Cut"',
    "api-identity-edit-list": '"id":',
}


@pytest.mark.parametrize("name", LISTS)
def test_its_lists_hold_nothing_of_others(name: str, world: World) -> None:
    probe = Probe(SIGNED_IN)
    pages = {role: _ask(name, probe, world, role) for role in ("owner", "outsider")}
    assert LISTS[name] in pages["owner"].content.decode()  # type: ignore[attr-defined]
    assert LISTS[name] not in pages["outsider"].content.decode()  # type: ignore[attr-defined]


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


def test_it_leads_back_to_the_page_with_what_was_asked(world: World, client: Client) -> None:
    page = "http://testserver/?q=red+coat"
    typed = client.get("/?q=blue", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert typed["HX-Redirect"] == "/login/?next=%2F%3Fq%3Dblue"
    sent = client.post(reverse("search:bin-add"), headers={"Referer": page})
    assert sent["Location"] == "/login/?next=%2F%3Fq%3Dred%2Bcoat&unsent=1"
    elsewhere = client.post(reverse("search:bin-add"), headers={"Referer": "http://evil.example/x"})
    assert elsewhere["Location"] == "/login/?next=%2F&unsent=1"
    signed_out = client.post(reverse("logout"))
    assert signed_out["Location"] == reverse("login")


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

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
from tests.site.asked import (
    ROLES,
    SIGNED_IN,
    Probe,
    World,
)
from tests.site.probes import TABLE

pytestmark = pytest.mark.django_db


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

"""Share links: guests see the pictures, and nothing else is reachable."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from ingest import storage
from ingest.errors import NotAllowed
from ingest.models import Asset, AuditEntry, Library
from recognition.errors import ShareRefused
from recognition.models import Identity, ShareLink
from recognition.services import sharing
from recognition.services.sharing import MomentWanted
from tests import factories, fakes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _places(settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path / "media"
    with fakes.install():
        yield


@pytest.fixture
def owner() -> User:
    return factories.make_user("anna")


@pytest.fixture
def library(owner: User) -> Library:
    return factories.make_library(owner=owner, name="Harbour Archive")


@pytest.fixture
def asset(library: Library) -> Asset:
    camera = factories.make_camera(library, name="Gate camera")
    return factories.make_asset(library, files=True, name="secret-name.mp4", camera=camera)


@pytest.fixture
def identity(library: Library, asset: Asset) -> Identity:
    identity = factories.make_identity(library, name="Adelheid")
    track = factories.make_track(asset.shots.get(ordinal=0), identity=identity)
    factories.make_crop(track, files=True)
    other = factories.make_identity(library, name="Bertram")
    factories.make_crop(factories.make_track(asset.shots.get(ordinal=1), identity=other))
    return identity


def share(identity: Identity, owner: User, **values: Any) -> tuple[ShareLink, str]:
    return sharing.share_identity(identity=identity, user=owner, title="Known?", **values)


def media_in(page: Any) -> list[str]:
    return re.findall(r'src="(/s/media/[^"]+)"', page.content.decode())


def fetch(guest: Client, address: str) -> Any:
    """An answer, read to its end."""
    response = guest.get(address)
    response.body = b"".join(response.streaming_content) if response.streaming else b""  # type: ignore[attr-defined]
    return response


def test_guests_see_the_pictures_and_nothing_else(identity: Identity, owner: User) -> None:
    link, token = share(identity, owner)
    guest = Client()
    page = guest.get(f"/s/{token}")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Known?" in text
    for word in ("Adelheid", "Bertram", "Harbour", "secret-name", "Gate camera", "anna", "/people"):
        assert word not in text, word
    assert "<nav" not in text
    assert set(re.findall(r'href="(/[^"]*)"', text)) == {
        href for href in re.findall(r'href="(/[^"]*)"', text) if href.startswith("/static/")
    }
    assert page["X-Robots-Tag"].startswith("noindex")
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("same-origin", "private, no-store")
    [address] = media_in(page)
    picture = fetch(guest, address)
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")
    link.refresh_from_db()
    assert link.opened_count == 1
    entry = AuditEntry.objects.get(verb="opened")
    assert (entry.subject_id, entry.user, entry.address) == (identity.pk, None, "127.0.0.1")


def test_nothing_else_is_reachable_with_it(identity: Identity, owner: User, asset: Asset) -> None:
    _, token = share(identity, owner)
    guest = Client()
    guest.get(f"/s/{token}")
    crop = identity.tracks.get().crops.get()
    for address in (
        f"/crops/{crop.pk}.webp",
        f"/people/{identity.pk}/",
        f"/assets/{asset.pk}/proxy.mp4",
        f"/assets/{asset.pk}/",
        f"/api/identities/{identity.pk}",
    ):
        assert guest.get(address).status_code in (302, 401), address


def test_the_secret_is_kept_nowhere(identity: Identity, owner: User) -> None:
    link, token = share(identity, owner, password="quiet harbour")
    row = ShareLink.objects.values().get(pk=link.pk)
    assert token not in str(row)
    assert "quiet harbour" not in str(row)


@pytest.mark.parametrize("how", ["guessed", "expired", "revoked", "hidden", "switched off"])
def test_a_closed_link_is_like_one_that_never_was(
    how: str, identity: Identity, owner: User, library: Library
) -> None:
    link, token = share(identity, owner)
    guest = Client()
    [address] = media_in(guest.get(f"/s/{token}"))
    never = guest.get("/s/never-was").content
    if how == "guessed":
        token, address = token[:-1] + ("A" if token[-1] != "A" else "B"), address[:-1] + "!"
    elif how == "expired":
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "revoked":
        sharing.revoke(link=link, user=owner)
    elif how == "hidden":
        Identity.objects.filter(pk=identity.pk).update(is_hidden=True)
    else:
        Library.objects.update(recognises_people=False)
    page = guest.get(f"/s/{token}")
    assert (page.status_code, page.content) == (404, never)
    assert fetch(guest, address).status_code == 404


def test_a_link_whose_time_is_up_is_not_offered_to_be_revoked(
    identity: Identity, owner: User, library: Library, client: Client
) -> None:
    share(identity, owner)
    client.force_login(owner)
    address = f"/libraries/{library.slug}/shares"
    assert b"Revoke" in client.get(address).content
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = client.get(address).content
    assert b"expired" in page and b"Revoke" not in page


def test_a_signed_picture_leads_to_no_other(identity: Identity, owner: User) -> None:
    from recognition.guest_views import _signed

    link, _ = share(identity, owner)
    guest = Client()
    assert fetch(guest, _signed("crop", link, 0)).status_code == 200
    for kind, number in (("crop", 1), ("crop", -1), ("film", 0)):
        assert fetch(guest, _signed(kind, link, number)).status_code == 404


def test_the_password_is_asked_for_and_guessing_is_slowed(identity: Identity, owner: User) -> None:
    link, token = share(identity, owner, password="quiet harbour")
    guest = Client()
    asked = guest.get(f"/s/{token}")
    assert b"Known?" not in asked.content
    assert media_in(asked) == []
    from recognition.guest_views import _signed

    assert fetch(guest, _signed("crop", link, 0)).status_code == 404
    for _ in range(sharing.TRIES):
        assert guest.post(f"/s/{token}", {"password": "wrong one"}).status_code == 422
    assert guest.post(f"/s/{token}", {"password": "quiet harbour"}).status_code == 429
    ShareLink.objects.update(tried_at=timezone.now() - sharing.PAUSE)
    assert guest.post(f"/s/{token}", {"password": "quiet harbour"}).status_code == 302
    opened = guest.get(f"/s/{token}")
    assert b"Known?" in opened.content
    assert fetch(guest, media_in(opened)[0]).status_code == 200
    assert fetch(Client(), media_in(opened)[0]).status_code == 404  # not without the cookie
    wrong = [entry.detail["outcome"] for entry in AuditEntry.objects.filter(verb="opened")]
    assert wrong.count("wrong password") == sharing.TRIES


def test_one_links_cookie_opens_no_other(identity: Identity, owner: User) -> None:
    _, first = share(identity, owner, password="quiet harbour")
    _, second = share(identity, owner, password="quiet harbour")
    guest = Client()
    guest.post(f"/s/{first}", {"password": "quiet harbour"})
    assert b"Known?" in guest.get(f"/s/{first}").content
    assert b"Known?" not in guest.get(f"/s/{second}").content


def test_moments_are_excerpts_of_those_frames(library: Library, asset: Asset, owner: User) -> None:
    wanted = [MomentWanted(asset, 10, 35)]
    link, token = sharing.share_moments(library=library, user=owner, moments=wanted, title="These")
    guest = Client()
    page = guest.get(f"/s/{token}")
    [address] = media_in(page)
    film = fetch(guest, address)
    assert film["Content-Type"] == "video/mp4"
    path = storage.derived_path(sharing.excerpt_key(link.moments.get()))
    path.write_bytes(film.body)
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert not container.streams.audio
    assert len(frames) == 25
    with av.open(str(storage.derived_path(asset.proxy_key))) as container:
        whole = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for at in (0, 24):
        difference = abs(frames[at].astype(int) - whole[10 + at].astype(int)).mean()
        assert difference < 4  # the same frame, encoded once more
    assert "secret-name" not in page.content.decode()


def test_revoking_removes_the_excerpts(
    library: Library, asset: Asset, owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    wanted = [MomentWanted(asset, 0, 25)]
    link, token = sharing.share_moments(library=library, user=owner, moments=wanted, title="These")
    guest = Client()
    [address] = media_in(guest.get(f"/s/{token}"))
    fetch(guest, address)
    path = storage.derived_path(sharing.excerpt_key(link.moments.get()))
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        sharing.revoke(link=link, user=owner)
    assert not path.exists()


def test_only_editors_share_and_only_what_is_there(
    library: Library, asset: Asset, identity: Identity, owner: User
) -> None:
    viewer = factories.make_user()
    factories.add_member(library, viewer)
    with pytest.raises(NotAllowed):
        share(identity, viewer)
    elsewhere = factories.make_asset(factories.make_library(owner=owner))
    for moment in (
        MomentWanted(asset, 0, 10_000),
        MomentWanted(asset, 20, 20),
        MomentWanted(elsewhere, 0, 25),
    ):
        with pytest.raises(ShareRefused):
            sharing.share_moments(library=library, user=owner, moments=[moment], title="These")
    for values in ({"days": 0}, {"days": 91}, {"password": "short"}):
        with pytest.raises(ShareRefused):
            share(identity, owner, **values)


def test_the_address_is_shown_once(identity: Identity, owner: User, client: Client) -> None:
    client.force_login(owner)
    made = client.post(f"/people/{identity.pk}/share", {"title": "Known?", "days": "2"})
    address = re.search(r'value="(http://testserver/s/[^"]+)"', made.content.decode())
    assert address is not None
    assert Client().get(address[1].removeprefix("http://testserver")).status_code == 200
    again = client.get(f"/people/{identity.pk}/share").content.decode()
    assert "/s/" not in re.sub(r"/shares/", "", again).replace("/static/", "")

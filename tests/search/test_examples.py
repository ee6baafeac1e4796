"""Search by example: a frame, a person, a box, a sent picture; for members alone."""

from __future__ import annotations

import io
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image as Pictures

from ingest.models import AuditEntry
from recognition.models import Encoder, TrackEmbedding
from recognition.networks import network_infos
from search.errors import BadPicture, ExampleGone
from search.finder import find
from search.models import Example
from search.ranking.filters import Filters, address
from search.retrieval import examples as reading
from search.services import examples as service
from tests.factories import add_member, make_asset, make_identity, make_library, make_user
from tests.search.made import describe, embed, make_film, see_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def current(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Encoder:
    """The made encoder is the one at work; the person space has one of its own."""
    person = Encoder.objects.create(
        name="made people", space="person", fingerprint="made-p", dimension=8
    )
    at_work = {"joint": encoder, "person": person}
    monkeypatch.setattr(reading, "current_encoder", lambda space: at_work[str(space)])
    return encoder


@pytest.fixture
def at_work(db: None) -> dict[str, Encoder]:
    """The encoders of the built-in networks, as indexing leaves them."""
    roles = {"image": "joint", "person": "person"}
    return {
        roles[info.role]: Encoder.objects.create(
            name=info.name,
            space=roles[info.role],
            fingerprint=info.fingerprint,
            dimension=info.dimension,
        )
        for info in network_infos()
        if info.role in roles
    }


def like(what: str) -> Filters:
    return Filters(like=(what,))


def png(width: int = 32, height: int = 32) -> bytes:
    written = io.BytesIO()
    Pictures.new("RGB", (width, height), "red").save(written, "PNG")
    return written.getvalue()


def test_a_frame_finds_what_looks_like_it_and_not_itself(current: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    films = [
        make_film(library, current, looks, name=f"{i}-{looks}")
        for i, looks in enumerate(["beach", "street", "beach red", "kitchen", "dog"])
    ]
    frame = films[0].keyframes.get()
    result = find("", user=user, filters=like(f"frame:{frame.pk}"))
    names = [found.asset.name for found in result.moments]
    assert names[0] == "2-beach red" and "0-beach" not in names
    assert result.state == "found"
    assert result.moments[0].why[0].reason.words == "the example"


def test_words_and_example_are_fused_and_filters_hold(current: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    films = [make_film(library, current, "beach", name=name) for name in ("own", "day", "night")]
    for _ in range(6):
        make_film(library, current, "street")
    describe(films[1].shots.get(), "A beach.", light="day")
    describe(films[2].shots.get(), "A beach.", light="night")
    asked = f"frame:{films[0].keyframes.get().pk}"
    result = find("at night", user=user, filters=like(asked))
    assert result.moments[0].asset.name == "night"
    only = Filters(like=(asked,), asset=(films[1].pk,))
    assert [m.asset.name for m in find("", user=user, filters=only).moments] == ["day"]


def test_a_person_finds_the_person_by_looks_alone(current: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    person = Encoder.objects.get(space="person")
    who = make_identity(library, name="Anna")
    tracks = []
    for i, looks in enumerate(["woman", "woman red", "man", "man blue", "dog"]):
        asset = make_asset(library, shots=1, name=f"{i}")
        track = see_person(asset.shots.get(), current, looks, identity=who if i == 0 else None)
        TrackEmbedding.objects.create(track=track, encoder=person, vector=embed([looks])[0])
        tracks.append(track)
    client = Client()
    client.force_login(user)
    answer = client.get(f"/api/search?like=track:{tracks[0].pk}").json()
    assert answer["moments"][0]["asset"]["name"] == "1"
    assert "0" not in [m["asset"]["name"] for m in answer["moments"]]
    assert AuditEntry.objects.filter(verb="searched", subject_id=who.pk).count() == 1

    library.recognises_people = False
    library.save()
    found = find("", user=user, filters=like(f"track:{tracks[0].pk}"))
    assert found.example is not None and found.example.encoder == current


@pytest.mark.parametrize("kind", ["frame", "track", "box"])
def test_nobody_searches_by_what_is_not_theirs(current: Encoder, kind: str) -> None:
    owner, viewer, outsider = make_user(), make_user(), make_user()
    library = make_library(owner=owner)
    add_member(library, viewer)
    make_library(owner=outsider)
    film = make_film(library, current, "beach")
    track = see_person(film.shots.get(), current, "woman")
    frame = film.keyframes.get().pk
    place = {
        "frame": f"/?like=frame:{frame}",
        "track": f"/?like=track:{track.pk}",
        "box": f"/frames/{frame}/box",
    }[kind]
    for user, status in ((owner, 200), (viewer, 200), (outsider, 404 if kind == "box" else 422)):
        client = Client()
        client.force_login(user)
        answer = client.get(place)
        assert answer.status_code == status, user
    assert film.name not in answer.content.decode()


@pytest.mark.parametrize("bad", ["frame:x", "picture:1:forged", "nothing", "track:99999999", "::"])
def test_an_example_that_is_none_is_said_to_be_gone(current: Encoder, bad: str) -> None:
    with pytest.raises(ExampleGone):
        find("", user=make_user(), filters=like(bad))


def test_a_sent_picture_leaves_a_vector_for_an_hour_for_its_sender(
    at_work: dict[str, Encoder],
) -> None:
    user, other = make_user(), make_user()
    library = make_library(owner=user)
    client = Client()
    client.force_login(user)
    sent = {"picture": SimpleUploadedFile("x.txt", png(), "text/plain"), "q": "at night"}
    answer = client.post("/search/example", sent | {"back": f"?library={library.slug}"})
    made = Example.objects.get()
    token = reading.token_of(made)
    assert answer["Location"] == "/" + address(
        "at night", Filters(library=(library.slug,), like=(token,))
    )
    assert made.encoder == at_work["joint"]
    assert client.get(answer["Location"]).status_code == 200
    with pytest.raises(ExampleGone):
        find("", user=other, filters=like(token))
    Example.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ExampleGone, match="an hour"):
        find("", user=user, filters=like(token))
    assert service.forget_expired() == 1


BOMB = png()[:16] + (60_000).to_bytes(4, "big") * 2 + png()[24:]


@pytest.mark.parametrize(
    "content", [b"", b"no picture", png()[:60], png(4, 4), BOMB, b"<svg/>", b"GIF89a"]
)
def test_what_is_no_picture_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(BadPicture, match="picture"):
        service.read_upload(io.BytesIO(content), len(content))


def test_a_picture_may_not_be_too_large() -> None:
    with pytest.raises(BadPicture, match="20 MB"):
        service.read_upload(io.BytesIO(b""), service.MOST_BYTES + 1)


def test_a_picture_is_turned_upright_and_made_small() -> None:
    written = io.BytesIO()
    picture = Pictures.new("RGB", (2000, 500))
    exif = picture.getexif()
    exif[0x0112] = 6  # a quarter turn
    picture.save(written, "JPEG", exif=exif)
    read = service.read_upload(io.BytesIO(written.getvalue()), 1)
    assert read.dtype == np.uint8
    assert read.shape[0] > read.shape[1] and max(read.shape) <= service.WORKED_ON_PX


def test_a_box_around_a_person_is_the_person_and_another_is_a_picture(
    at_work: dict[str, Encoder],
) -> None:
    user = make_user()
    asset = make_asset(make_library(owner=user), shots=1, files=True)
    track = see_person(asset.shots.get())
    frame = asset.keyframes.get()
    (there, around), *_ = service.people_on(frame)
    assert there == track
    client = Client()
    client.force_login(user)
    sides = {side: getattr(around, side) for side in ("left", "top", "right", "bottom")}
    answer = client.post(f"/frames/{frame.pk}/box", sides)
    assert answer["Location"] == f"/?like=track%3A{track.pk}"
    asset.library.recognises_people = False
    asset.library.save()
    answer = client.post("/api/search/examples", sides | {"keyframe": frame.pk})
    assert answer.status_code == 201, answer.content
    made = Example.objects.get()
    assert answer.json() == {"like": reading.token_of(made)} and made.keyframe == frame
    asset.delete()
    assert not Example.objects.exists()


@pytest.mark.parametrize("side", ["", "x", "2", "nan", "-1"])
def test_a_box_that_is_none_is_refused(current: Encoder, side: str) -> None:
    user = make_user()
    frame = make_asset(make_library(owner=user), shots=1, files=True).keyframes.get()
    client = Client()
    client.force_login(user)
    sent = {"left": "0", "top": "0", "right": side, "bottom": "1"}
    assert client.post(f"/frames/{frame.pk}/box", sent).status_code == 422


def test_a_picture_needs_footage_to_be_compared_with(at_work: dict[str, Encoder]) -> None:
    user = make_user()
    grey = np.zeros((600, 800, 3), np.uint8)
    with pytest.raises(BadPicture, match="nothing is like it"):
        Encoder.objects.all().delete()
        service.keep_picture(user=user, picture=grey)


def test_a_few_pictures_are_kept_and_small(at_work: dict[str, Encoder]) -> None:
    user = make_user()
    grey = np.zeros((600, 800, 3), np.uint8)
    made = service.keep_picture(user=user, picture=grey, is_person=True)
    assert made.encoder == at_work["person"]
    with Pictures.open(io.BytesIO(bytes(made.thumbnail))) as kept:
        assert max(kept.size) == service.THUMBNAIL_PX
    for _ in range(service.MOST_KEPT):
        service.keep_picture(user=user, picture=np.zeros((8, 8, 3), np.uint8))
    assert Example.objects.filter(user=user).count() == service.MOST_KEPT
    assert not Example.objects.filter(pk=made.pk).exists()

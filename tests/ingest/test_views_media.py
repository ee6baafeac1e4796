"""Media files over HTTP: ranges, conditions, HEAD, and never a path or type from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.http import Http404, HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse

from ingest import storage
from ingest.media_response import Unsatisfiable, derived_response, media_response, parse_range
from ingest.models import Asset
from tests import factories

CONTENT = bytes(range(256)) * 4
SIZE = len(CONTENT)
Ask = Callable[..., HttpResponseBase]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def ask(db: None) -> Iterator[Ask]:
    """Asks for a file; closes every answer at the end, as a server does."""
    answers: list[HttpResponseBase] = []

    def _ask(film: Path, method: str = "get", **headers: str) -> HttpResponseBase:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = getattr(RequestFactory(), method)("/film", headers=named)
        answers.append(media_response(request, film, content_type="video/mp4", name="film.mp4"))
        return answers[-1]

    yield _ask
    for answer in answers:
        answer.close()


def body(response: HttpResponseBase) -> bytes:
    return b"".join(getattr(response, "streaming_content", [getattr(response, "content", b"")]))


def test_it_sends_the_whole_file(ask: Ask, film: Path) -> None:
    response = ask(film)
    assert response.status_code == 200
    assert body(response) == CONTENT
    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"].startswith("private")
    assert response["Content-Disposition"] == 'inline; filename="film.mp4"'
    assert "ETag" in response.headers
    assert "Last-Modified" in response.headers


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=1000-", 1000, SIZE),
        ("bytes=-24", SIZE - 24, SIZE),
        ("bytes=-9999", 0, SIZE),
        ("bytes=1000-9999", 1000, SIZE),
    ],
)
def test_it_sends_a_part(ask: Ask, film: Path, asked: str, start: int, end: int) -> None:
    response = ask(film, range=asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response["Content-Length"] == str(end - start)
    assert body(response) == CONTENT[start:end]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999-100000", "bytes=-0"])
def test_it_refuses_a_range_outside(ask: Ask, film: Path, asked: str) -> None:
    response = ask(film, range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{SIZE}"
    assert body(response) == b""


@pytest.mark.parametrize(
    "asked",
    ["bytes=-", "bytes=5-2", "bytes=a-b", "frames=0-1", "bytes=0-1,4-5", "bytes 0-1", "=", "²-"],
)
def test_it_ignores_a_range_it_does_not_understand(ask: Ask, film: Path, asked: str) -> None:
    response = ask(film, range=asked)
    assert response.status_code == 200
    assert body(response) == CONTENT


def test_it_honours_if_range(ask: Ask, film: Path) -> None:
    first = ask(film)
    etag, modified = first["ETag"], first["Last-Modified"]
    for condition in (etag, modified):
        assert ask(film, range="bytes=0-9", if_range=condition).status_code == 206
    for condition in ('"another"', "Sun, 06 Nov 1994 08:49:37 GMT", f"W/{etag}"):
        response = ask(film, range="bytes=0-9", if_range=condition)
        assert response.status_code == 200
        assert body(response) == CONTENT


def test_it_answers_conditions(ask: Ask, film: Path) -> None:
    first = ask(film)
    etag, modified = first["ETag"], first["Last-Modified"]
    assert ask(film, if_none_match=etag).status_code == 304
    assert ask(film, if_none_match=etag, range="bytes=0-9").status_code == 304
    assert ask(film, if_modified_since=modified).status_code == 304
    assert ask(film, if_match='"another"').status_code == 412
    changed = ask(film, if_none_match='"another"')
    assert body(changed) == CONTENT


def test_it_answers_head_without_a_body(ask: Ask, film: Path) -> None:
    response = ask(film, "head", range="bytes=0-9")
    assert response.status_code == 200
    assert response["Content-Length"] == str(SIZE)
    assert body(response) == b""


def test_it_refuses_other_methods(ask: Ask, film: Path) -> None:
    assert ask(film, "post").status_code == 405


def test_it_sends_an_empty_file(ask: Ask, film: Path) -> None:
    film.write_bytes(b"")
    assert body(ask(film)) == b""
    assert ask(film, range="bytes=0-").status_code == 416


def test_it_closes_the_file_when_the_reader_goes(ask: Ask, film: Path) -> None:
    response = ask(film)
    next(iter(response))
    response.close()  # a file left open would be a ResourceWarning, which is an error here


def test_it_streams_in_chunks(ask: Ask, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    large.write_bytes(b"x" * 700_000)
    chunks = list(ask(large))
    assert [len(chunk) for chunk in chunks] == [262_144, 262_144, 175_712]


def test_it_parses_ranges_of_an_empty_file() -> None:
    with pytest.raises(Unsatisfiable):
        parse_range("bytes=-1", 0)


@pytest.mark.django_db
def test_it_says_missing_for_a_key_without_a_file() -> None:
    request = RequestFactory().get("/")
    for key in ("", "1/gone.mp4", "1/notes.txt", "1/folder.mp4"):
        if key == "1/folder.mp4":
            storage.derived_path(key).mkdir(parents=True, exist_ok=True)
        with pytest.raises(Http404):
            derived_response(request, key, "x")


@pytest.fixture
def owner(db: None) -> User:
    return factories.make_user()


@pytest.fixture
def asset(owner: User) -> Asset:
    return factories.make_asset(
        factories.make_library(owner=owner), shots=1, files=True, name='"\r\nX: y.mp4'
    )


def test_it_serves_a_members_files_with_their_types(
    client: Client, owner: User, asset: Asset
) -> None:
    client.force_login(owner)
    keyframe = asset.keyframes.get()
    for name, pk, kind in (
        ("proxy", asset.pk, "video/mp4"),
        ("poster", asset.pk, "image/webp"),
        ("sprite", asset.pk, "image/webp"),
        ("keyframe", keyframe.pk, "image/webp"),
    ):
        response = client.get(reverse(f"ingest:{name}", args=[pk]), headers={"Range": "bytes=0-15"})
        assert (response.status_code, response["Content-Type"]) == (206, kind)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert len(body(response)) == 16


def test_it_says_missing_before_the_files_are_made(client: Client, owner: User) -> None:
    client.force_login(owner)
    bare = factories.make_asset(factories.make_library(owner=owner), status="pending")
    for name in ("proxy", "poster", "sprite"):
        assert client.get(reverse(f"ingest:{name}", args=[bare.pk])).status_code == 404


def test_it_keeps_files_from_outsiders_whatever_they_ask(client: Client, asset: Asset) -> None:
    client.force_login(factories.make_user())
    address = reverse("ingest:proxy", args=[asset.pk])
    for headers in (
        {},
        {"Range": "bytes=0-1"},
        {"Range": "bytes=99999999-"},
        {"If-None-Match": "*"},
    ):
        response = client.get(address, headers=headers)
        assert response.status_code == 404
        assert "ETag" not in response.headers
    assert client.head(address).status_code == 404

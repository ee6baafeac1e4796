"""From a sent film with subtitles to the moment in which something is said: nothing is faked."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ingest import pipeline
from ingest.models import Asset, Library
from search.finder import find
from tests.factories import make_library, make_user
from tests.films import Scene, make_film
from tests.ingest.media.subtitled import add_subtitles, mov_text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SRT = "1\n00:00:03,000 --> 00:00:03,600\n<i>Cast off</i> at noon!\n"


@pytest.fixture
def owner(settings: Any, tmp_path: Path) -> User:
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_user()


@pytest.fixture
def library(owner: User) -> Library:
    return make_library(owner=owner)


def send(client: Client, library: Library, *files: SimpleUploadedFile) -> list[dict[str, Any]]:
    """What the upload page's script sends and gets."""
    answer = client.post(
        reverse("ingest:upload", args=[library.slug]),
        {"footage": list(files)},
        headers={"Accept": "application/json"},
    )
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_what_is_said_in_a_sent_film_is_a_moment(
    client: Client, owner: User, library: Library, tmp_path: Path
) -> None:
    make_film(tmp_path / "bare.mp4", (Scene("beach", Fraction(2)), Scene("park", Fraction(2))))
    cues = [(500, 1000, mov_text("Where is Zoë’s boat?")), (1500, 400, mov_text("Out at sea."))]
    path = add_subtitles(
        tmp_path / "bare.mp4", tmp_path / "harbour.mp4", [("mov_text", "eng", cues)]
    )
    client.force_login(owner)
    # Subtitles go to the film, whichever of the two was chosen first.
    sent = send(
        client,
        library,
        SimpleUploadedFile("harbour.en.srt", SRT.encode("utf-16")),
        SimpleUploadedFile("harbour.mp4", path.read_bytes()),
    )
    assert [(one["name"], one["outcome"]) for one in sent] == [
        ("harbour.mp4", "accepted"), ("harbour.en.srt", "accepted"),
    ], sent  # fmt: skip
    asset = Asset.objects.get()
    pipeline.run_asset(asset.pk)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.READY, asset.error_sentence

    best = find('"zoe\'s boat"', user=owner).moments[0]
    assert (best.start_s, best.end_s) == (Fraction(1, 2), Fraction(3, 2))
    assert ("said", "“Where is Zoë’s boat?”") in [
        (why.reason.source, why.reason.words) for why in best.why
    ]
    best = find('"cast off"', user=owner).moments[0]
    assert (best.start_s, best.end_s) == (Fraction(3), Fraction(18, 5))

    page = client.get(reverse("ingest:asset", args=[asset.pk])).content.decode()
    assert "Cast off at noon!" in page and "Out at sea." in page
    told = client.get(f"/api/assets/{asset.pk}/lines").json()["results"]
    assert [line["start_s"] for line in told] == [0.5, 1.5, 3.0]

"""“Also look for”: words, who may set them, and what the pipeline and search make of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from ingest.models import Asset, Keyframe, Role
from ingest.pipeline import run_asset
from recognition.engine.errors import BadValue
from recognition.engine.types import Detections, Image, NetworkInfo
from recognition.models import Track
from recognition.seeing.looking import words_of
from recognition.services.looking import look_at, set_look_for
from search.finder import find
from tests.factories import add_member, make_library, make_user
from tests.fakes import FakeLoader
from tests.recognition.footage import Block, add_film, write_film

pytestmark = pytest.mark.django_db


class Looker:
    """Finds the second word in every picture, and says what it was asked."""

    def __init__(self) -> None:
        self.info = NetworkInfo("looker", "open_set", "looker-1")
        self.asked: list[tuple[str, ...]] = []

    def find(self, images: Sequence[Image], words: Sequence[str]) -> list[Detections]:
        self.asked.append(tuple(words))
        box = np.array([[0.1, 0.1, 0.5, 0.6], [0.2, 0.2, 0.4, 0.4]], np.float32)
        sure = np.array([0.5, 0.7], np.float32)
        return [Detections(box, sure, (words[-1], words[-1])) for _ in images]


def test_words_are_things_between_commas() -> None:
    assert words_of(" A red  umbrella, hard hat;\nhard hat ,,") == ("a red umbrella", "hard hat")
    assert words_of("") == ()
    with pytest.raises(BadValue, match="At most 12"):
        words_of(",".join(f"thing {n}" for n in "abcdefghijklm"))
    with pytest.raises(BadValue, match="too long"):
        words_of("x" * 41)
    with pytest.raises(BadValue, match="nothing that can be looked for"):
        words_of("a hat, 123")


def test_what_is_looked_for_is_found_by_search(loader: FakeLoader, tmp_path: Path) -> None:
    looker = Looker()
    loader.open_set = looker
    library = make_library(name="Films")
    film = write_film(tmp_path / "two.mp4", 40, [Block("red", 0, 40, 0.05, 0.3)])
    asset = add_film(library, film)
    run_asset(asset.pk)
    assert looker.asked == []  # nothing was asked for
    owner = make_user("owner")
    add_member(library, owner, Role.OWNER)
    assert set_look_for(library=library, user=owner, text="hard hat, Trampoline") == (
        "hard hat", "trampoline",
    )  # fmt: skip
    run_asset(asset.pk)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.READY, asset.error_sentence
    assert looker.asked == [("hard hat", "trampoline")]
    (track,) = Track.objects.filter(asset=asset, label="trampoline")
    assert track.confidence == pytest.approx(0.7)
    assert Track.objects.filter(asset=asset, label="person").exists()
    assert find("trampoline", user=owner).moments
    set_look_for(library=library, user=owner, text="hard hat, trampoline")
    run_asset(asset.pk)
    assert len(looker.asked) == 1  # the same words: nothing to do
    set_look_for(library=library, user=owner, text="")
    run_asset(asset.pk)
    assert not Track.objects.filter(asset=asset, label="trampoline").exists()
    keyframe = Keyframe.objects.filter(asset=asset).first()
    assert keyframe is not None
    found = look_at([keyframe.pk], ["ladder"])
    assert found is not None and found[keyframe.pk].labels == ("ladder", "ladder")
    loader.open_set = None
    assert look_at([keyframe.pk], ["ladder"]) is None


@pytest.mark.parametrize(
    ("role", "seen", "changed"),
    [
        (Role.OWNER, 200, 302), (Role.EDITOR, 200, 302), (Role.VIEWER, 200, 403),
        (None, 404, 404),
    ],
)  # fmt: skip
def test_who_sees_and_sets_it(
    loader: FakeLoader, client: Client, role: Role | None, seen: int, changed: int
) -> None:
    library = make_library(name="Films")
    user = make_user("someone")
    if role:
        add_member(library, user, role)
    client.force_login(user)
    url = reverse("recognition:look-for", args=[library.slug])
    assert client.get(url).status_code == seen
    assert client.post(url, {"look_for": "hard hat"}).status_code == changed
    library.refresh_from_db()
    assert library.look_for == ("hard hat" if changed == 302 else "")


def test_a_wrong_word_is_said_where_it_was_typed(loader: FakeLoader, client: Client) -> None:
    library = make_library(name="Films")
    user = make_user("owner")
    add_member(library, user, Role.OWNER)
    client.force_login(user)
    url = reverse("recognition:look-for", args=[library.slug])
    answer = client.post(url, {"look_for": "x" * 50})
    assert answer.status_code == 422
    assert "too long" in answer.content.decode() and "x" * 50 in answer.content.decode()

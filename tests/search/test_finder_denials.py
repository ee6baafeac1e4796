"""The finder where something must not be there: what is known to be is left out."""

from __future__ import annotations

import pytest

from recognition.models import Encoder
from search.finder import find
from tests.factories import make_asset, make_library, make_user
from tests.search.made import describe, make_film, see_person, show
from tests.search.test_finder import names

pytestmark = pytest.mark.django_db


def test_without_a_hat_leaves_out_who_is_known_to_wear_one(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    for name, readings in {
        "hat": [("gender", "man"), ("hat", "hat")],
        "bare": [("gender", "man")],
    }.items():
        shot = make_asset(library, shots=1, name=name).shots.get()
        see_person(shot, encoder, "man", readings=readings)
        show(shot.keyframes.get(), encoder, "man")
    result = find("man without a hat", user=user)
    tracks = {found.asset.name: found.moment.track_ids for found in result.moments}
    assert names(result)[0] == "bare"
    assert not tracks.get("hat")


def test_not_indoors_leaves_out_what_is_known_to_be(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    for name, setting in {"in": "indoors", "out": "outdoors", "unknown": ""}.items():
        describe(make_asset(library, shots=1, name=name).shots.get(), "A place.", setting=setting)
    assert sorted(names(find("not indoors", user=user))) == ["out", "unknown"]


def test_nobody_leaves_out_people(encoder: Encoder) -> None:
    user = make_user()
    library = make_library(owner=user)
    make_film(library, encoder, "street", name="empty")
    crowded = make_film(library, encoder, "street", name="crowded")
    see_person(crowded.shots.get())
    assert names(find("a street, nobody", user=user)) == ["empty"]

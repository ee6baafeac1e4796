"""A captioner at work in the pipeline: who is asked about what, what is kept, what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.models import Asset
from ingest.pipeline import run_asset
from recognition.engine import accounts
from recognition.engine.captioning import TRUST
from recognition.engine.types import NetworkInfo, Turn
from recognition.models import Attribute, Description
from search.finder import find
from tests.factories import make_library
from tests.fakes import FakeLoader
from tests.recognition.footage import Block, add_film, write_film

pytestmark = pytest.mark.django_db

PEOPLE = [
    {"appears": "woman", "wears": [{"garment": "raincoat", "colour": "red"}], "carries": []},
    {"appears": "man", "wears": [{"garment": "dress", "colour": ""}], "carries": ["a backpack"]},
]
ACCOUNT: dict[str, Any] = {
    "sentence": "Two acrobats rehearse a juggling act before a grey wall.",
    "words": ["acrobats", "juggling", "wall"],
    "scene": "stage",
    "people": PEOPLE,
    "actions": ["juggling"],
}
TWO_PEOPLE = [Block("red", 0, 60, 0.05, 0.3), Block("blue", 0, 60, 0.85, 0.45)]


class Teller:
    """Says the same of every picture; what it was asked is kept."""

    def __init__(self, answer: str, version: str = "1") -> None:
        self.info = NetworkInfo("teller", "captions", f"teller-{version}")
        self.said = answer
        self.asked: list[Turn] = []

    def answer(self, turns: Sequence[Turn]) -> list[str]:
        self.asked += turns
        return [self.said for _ in turns]


def indexed(loader: FakeLoader, tmp_path: Path, answer: str) -> tuple[Asset, Teller]:
    teller = Teller(answer)
    loader.captioner = teller
    film = write_film(tmp_path / "two.mp4", 60, TWO_PEOPLE)
    made = add_film(make_library(name="Films"), film)
    run_asset(made.pk)
    made.refresh_from_db()
    assert made.status == Asset.Status.READY, made.error_sentence
    return made, teller


def test_what_is_told_is_kept_and_says_who_told_it(loader: FakeLoader, tmp_path: Path) -> None:
    asset, teller = indexed(loader, tmp_path, json.dumps(ACCOUNT))
    (described,) = Description.objects.filter(asset=asset)
    assert described.sentence == ACCOUNT["sentence"] and described.words == ACCOUNT["words"]
    assert described.source == f"teller {accounts.VERSION}" and described.confidence == TRUST
    (account,) = described.accounts
    assert account["reason"] == "shot" and account["people"][0]["appears"] == "woman"
    assert len(teller.asked) == 1 and teller.asked[0].prompt == accounts.PROMPT
    run = asset.stage_runs.get(stage="recognition.stages.descriptions")
    assert {k: run.summary[k] for k in ("snapshots", "mended", "asked_again", "refused")} == {
        "snapshots": 1, "mended": 0, "asked_again": 0, "refused": 0,
    }  # fmt: skip


def test_people_told_of_become_attributes_where_nothing_was_measured(
    loader: FakeLoader, tmp_path: Path
) -> None:
    asset, _ = indexed(loader, tmp_path, json.dumps(ACCOUNT))
    by_track: dict[int, dict[str, str]] = {}
    for row in Attribute.objects.filter(track__asset=asset):
        by_track.setdefault(row.track_id, {})[row.name] = row.value
    red, blue = sorted(by_track.values(), key=lambda one: one["upper_colour"] != "red")
    assert red["gender"] == "woman" and "bag" not in red  # measured, and nothing carried
    assert (blue["garment"], blue["bag"], blue["gender"]) == ("dress", "backpack", "man")
    assert blue["upper_colour"] == "blue"  # the captioner named no colour; measured stays


def test_search_finds_what_only_the_captioner_said(loader: FakeLoader, tmp_path: Path) -> None:
    indexed(loader, tmp_path, json.dumps(ACCOUNT))
    for words in ("acrobats", "juggling", "raincoat"):
        result = find(words, user=None)
        assert result.moments and any(
            words[:5] in str(why).lower() for why in result.moments[0].why
        ), words


def test_malformed_answers_are_asked_for_again_refused_and_counted(
    loader: FakeLoader, tmp_path: Path
) -> None:
    asset, teller = indexed(loader, tmp_path, "I am sorry, I cannot.")
    (described,) = Description.objects.filter(asset=asset)
    assert described.accounts == [] and described.source == "composed 2"
    assert "sorry" not in described.sentence
    assert [bool(turn.complaint) for turn in teller.asked] == [False, True]
    run = asset.stage_runs.get(stage="recognition.stages.descriptions")
    assert (run.summary["asked_again"], run.summary["refused"]) == (1, 1)


def test_another_captioner_describes_anew_and_the_same_one_does_not(
    loader: FakeLoader, tmp_path: Path
) -> None:
    asset, teller = indexed(loader, tmp_path, json.dumps(ACCOUNT))
    run_asset(asset.pk)
    assert len(teller.asked) == 1
    other = Teller(json.dumps({**ACCOUNT, "scene": "beach"}), version="2")
    loader.captioner = other
    run_asset(asset.pk)
    assert len(other.asked) == 1 and len(teller.asked) == 1

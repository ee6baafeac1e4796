"""A process is killed between two stages of one decode, or in it: tracks are there, and once."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.installations import Installation
from everyid_site.demo import footage
from everyid_site.demo.script import FILMS, Part, Scene

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(2_400)]

SCENE = Scene("beach", 4, (Part("ada", 0.2, 0.8, 0.92, 0.62),))
SHOTS, TRACKS = "ingest.stages.shots", "tests.flow.dying_tracks"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody walks along a beach for four seconds."""
    path = tmp_path_factory.mktemp("films") / "one.mp4"
    FILMS[path.name] = (SCENE,)
    footage.make_film(path, path.name)
    del FILMS[path.name]
    return path


@pytest.mark.parametrize(
    ("place", "deaths", "is_recorded"),
    [
        ("reading", {SHOTS: 0, TRACKS: 1}, True),  # what was seen before the kill is still there
        ("looking", {SHOTS: 1, TRACKS: 0}, False),  # the shots are found without company
    ],
)
def test_what_was_killed_is_resumed(
    film: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    deaths: dict[str, int],
    is_recorded: bool,
) -> None:
    monkeypatch.setenv("EVERYID_TEST_DIE_AT", place)
    monkeypatch.setenv("EVERYID_TEST_DIED", str(tmp_path / "died"))
    with Installation(settings="tests.flow.settings_of_dying") as installation:
        [row] = installation.manage("index", str(film), "--library", "A", "--wait")["assets"]
        assert row["status"] == "ready" and (tmp_path / "died").exists()
        runs = installation.query("SELECT * FROM ingest_stagerun")
        assert all(run["state"] == "done" for run in runs) and len(runs) == 3
        found = {run["stage"]: run["deaths"] for run in runs if run["stage"] in deaths}
        assert found == deaths
        [summary] = [run["summary"] for run in runs if run["stage"] == TRACKS]
        assert summary["is_recorded"] is is_recorded
        tracks = installation.query("SELECT id FROM recognition_track")
        crops = installation.query("SELECT image_key, context_key FROM recognition_crop")
        assert len(tracks) == summary["tracks"] > 0 and len(crops) == summary["crops"] > 0
        derived = installation.media_dir / "derived"
        kept = {derived / key for crop in crops for key in crop.values() if key}
        assert set(derived.rglob("*.webp")) - kept == set(derived.rglob("shots/*/*.webp"))
        assert not list(derived.rglob("records/*"))

"""Workers and Postgres are really killed; nothing is lost and nothing is doubled."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluation.faults import Report, disturb, make_clips
from evaluation.installations import Installation

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(2_400)]

SUBTITLES = "1\n00:00:00,1 --> 00:00:00,9\nOne\n\n2\n00:00:01,0 --> 00:00:01,9\nTwo\n"
SETTINGS = "tests.flow.settings_of_faults"


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Six films of two seconds, each with subtitles of two lines beside it."""
    films = make_clips(tmp_path_factory.mktemp("clips"), 6, seconds=2)
    for film in films:
        film.with_suffix(".srt").write_text(SUBTITLES)
    return films


@pytest.fixture
def place() -> Iterator[Installation]:
    """An installation that has only just come up."""
    with Installation(settings=SETTINGS) as place:
        yield place


def check(report: Report) -> None:
    """Every stage's effect once, and only once."""
    assert report.is_whole, report
    assert report.runs == 4 * report.clips
    assert report.rows["ingest_line"] == 2 * report.clips
    assert report.rows["ingest_shot"] == report.rows["ingest_keyframe"] == 3 * report.clips


def test_kills_of_the_worker_lose_and_double_nothing(
    place: Installation, clips: list[Path]
) -> None:
    report = disturb(place, clips, kills=5, seed=1)
    assert report.worker_kills + report.child_kills == 5
    check(report)


def test_a_kill_of_postgres_loses_and_doubles_nothing(
    place: Installation, clips: list[Path]
) -> None:
    report = disturb(place, clips, kills=0, postgres_kills=1, seed=2)
    assert report.postgres_kills == 1
    check(report)


def test_a_worker_whose_idle_child_is_killed_ends_and_is_replaced(place: Installation) -> None:
    worker = place.start_worker()
    place.wait_until(lambda: bool(place.query("SELECT 1 FROM ingest_worker")), 300, "the worker")
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    place.wait_until(lambda: worker.poll() is not None, 300, "the worker to end")


def test_index_waits_without_a_worker_and_is_free_again(
    place: Installation, clips: list[Path]
) -> None:
    letter = place.state_dir / "letter.mp4"
    letter.write_text("Dear Sir")
    words = ("index", str(clips[0]), str(letter), str(clips[0]), "--library", "A", "--wait")
    rows = place.manage(*words)["assets"]
    assert [row["status"] for row in rows] == ["ready", "refused", "duplicate"]
    assert rows[0]["error"] is None and rows[1]["error"] and "clip-00.mp4" in rows[2]["error"]
    before = place.manage("stages")
    assert [row["status"] for row in place.manage(*words)["assets"]] == [
        "duplicate",
        "refused",
        "duplicate",
    ]
    assert place.manage("stages") == before

"""Kills the worker and the database while footage is indexed, and checks that nothing is lost.

    python -m evaluation.faults --clips 20 --kills 10 --postgres-kills 1 [--footage DIR] --json

Clips are made on the spot (or taken from a folder), queued, and indexed by a real worker that is
ended with SIGKILL again and again at random moments while a stage runs: every second time with its
children, else only the child at work. Then: is every asset ready, is every stage done exactly
once, is every file on disk referred to by exactly the rows that should, and are there as many
rows in every table as in a run of the same clips that nothing disturbed?
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import psycopg

from evaluation.installations import Installation

LIBRARY = "Faults"

_KILLING_SHARE = 0.7
"""The kills are spread over this part of the work, so that the last one still meets some."""

_UNFINISHED = "SELECT count(*) AS n FROM ingest_asset WHERE status IN ('pending', 'processing')"
_RUNNING = "SELECT worker, stage, started_at FROM ingest_stagerun WHERE state = 'running'"
_KEY_COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
    r"AND column_name LIKE '%\_key' AND column_name NOT IN ('original_key', 'object_key') "
    r"AND (table_name LIKE 'ingest\_%' OR table_name LIKE 'recognition\_%') "
    "AND data_type = 'character varying'"
)
_SUMMARY_KEYS = (
    "SELECT jsonb_array_elements_text(summary -> 'keys') AS k FROM ingest_stagerun "
    "WHERE summary ? 'keys'"
)
_ASSET_TABLES = (
    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' "
    "AND column_name = 'asset_id' "
    r"AND (table_name LIKE 'ingest\_%' OR table_name LIKE 'recognition\_%')"
)


@dataclass
class Report:
    """The numbers. ``is_whole`` says it in one word."""

    clips: int
    worker_kills: int = 0
    child_kills: int = 0
    postgres_kills: int = 0
    seconds: float = 0.0
    kills_during: dict[str, int] = field(default_factory=dict)
    assets: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    runs_not_done: int = 0
    runs_doubled: int = 0
    attempts: int = 0
    files: int = 0
    files_orphaned: list[str] = field(default_factory=list)
    files_missing: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    rows_undisturbed: dict[str, int] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every asset is ready and every stage's effect is there exactly once."""
        return (
            self.assets == {"ready": self.clips}
            and not (self.runs_not_done or self.runs_doubled)
            and not (self.files_orphaned or self.files_missing)
            and self.rows_undisturbed in (None, self.rows)
        )


def make_clips(folder: Path, count: int, seconds: float = 4.0) -> list[Path]:
    """Films of three shots with a figure that walks; each another one."""
    paths = []
    for number in range(count):
        path = folder / f"clip-{number:02}.mp4"
        _make_clip(path, number, seconds)
        paths.append(path)
    return paths


def _make_clip(path: Path, seed: int, seconds: float) -> None:
    noise = np.random.default_rng(seed)
    frames = int(seconds * 25)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        grounds = [noise.integers(0, 255, (6, 8, 3), dtype=np.uint8) for _ in range(3)]
        for index in range(frames):
            ground = grounds[index * 3 // frames]
            picture = ground.repeat(30, axis=0).repeat(40, axis=1).copy()
            left = 20 + 240 * index // frames
            picture[50:70, left + 10 : left + 30] = (222, 172, 132)
            picture[70:170, left : left + 40] = (196, 38, 42)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def disturb(
    place: Installation,
    clips: Sequence[Path],
    *,
    kills: int,
    postgres_kills: int = 0,
    seed: int = 0,
    timeout_s: float = 1800,
) -> Report:
    """Index the clips in an installation under kills; the numbers."""
    report = Report(clips=len(clips))
    place.manage("index", *map(str, clips), "--library", LIBRARY)
    started = time.monotonic()
    killer = _Killer(place, report, random.Random(seed))
    try:
        for number in range(postgres_kills + kills):
            killer.wait_for_share(_KILLING_SHARE * number / (postgres_kills + kills))
            if number < postgres_kills:
                killer.kill_postgres()
            else:
                killer.kill_worker(with_children=number % 2 == 0)
        place.wait_until(killer.is_over, timeout_s, "all assets to be ready or failed")
    finally:
        killer.stop()
    report.seconds = round(time.monotonic() - started, 1)
    inspect(place, report)
    return report


class _Killer:
    """Keeps a worker running, and kills."""

    def __init__(self, place: Installation, report: Report, chance: random.Random) -> None:
        self._place = place
        self._report = report
        self._chance = chance
        self._worker = place.start_worker()

    def wait_for_share(self, share: float) -> None:
        """Wait until this part of all runs is done, so that the kills hit every stage."""

        def is_far_enough() -> bool:
            states = self._place.query("SELECT state FROM ingest_stagerun")
            done = sum(row["state"] == "done" for row in states)
            return self.is_over() or done >= share * len(states)

        self._place.wait_until(is_far_enough, 900, "more runs to be done")

    def kill_worker(self, *, with_children: bool) -> None:
        """Wait for a stage to be at work, then a random moment, then SIGKILL."""
        running = self._wait_for_work()
        if running is None:
            return None
        stage = running["stage"]
        if with_children:
            os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait()
            self._worker = self._place.start_worker()
            self._report.worker_kills += 1
        else:
            try:
                os.kill(int(running["worker"].rpartition(":")[2]), signal.SIGKILL)
            except ProcessLookupError:
                return self.kill_worker(with_children=False)
            self._report.child_kills += 1
        self._report.kills_during[stage] = self._report.kills_during.get(stage, 0) + 1
        return None

    def kill_postgres(self) -> None:
        """SIGKILL to the postmaster while a stage is at work; ``up`` starts it again."""
        if self._wait_for_work() is None:
            return
        os.kill(self._place.postmaster_pid(), signal.SIGKILL)
        self._report.postgres_kills += 1
        time.sleep(1)

    def is_over(self) -> bool:
        """Whether nothing is left to do; starts the worker again should it have ended."""
        if self._worker.poll() is not None:
            self._worker = self._place.start_worker()
        return bool(self._place.query(_UNFINISHED)[0]["n"] == 0)

    def stop(self) -> None:
        """End the worker."""
        self._worker.send_signal(signal.SIGTERM)
        try:
            self._worker.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait()

    def _wait_for_work(self) -> dict[str, Any] | None:
        """A run under way, seen again after a random pause; None once nothing is left to do."""
        found: list[dict[str, Any]] = []

        def is_at_work() -> bool:
            if self.is_over():
                return True
            found[:] = self._place.query(_RUNNING)
            return bool(found)

        self._place.wait_until(is_at_work, 600, "a stage to run")
        if not found:
            return None
        time.sleep(self._chance.uniform(0.0, 1.0))
        try:
            return (self._place.query(_RUNNING) or found)[0]
        except psycopg.Error:
            return found[0]


def inspect(place: Installation, report: Report) -> None:
    """Count what is there, and what is there too much or not at all."""
    states = place.query("SELECT status, count(*) AS n FROM ingest_asset GROUP BY status")
    report.assets = {row["status"]: row["n"] for row in states}
    runs = place.query("SELECT asset_id, stage, state, attempts FROM ingest_stagerun")
    report.runs = len(runs)
    report.runs_not_done = sum(run["state"] != "done" for run in runs)
    report.runs_doubled = len(runs) - len({(run["asset_id"], run["stage"]) for run in runs})
    report.attempts = sum(run["attempts"] for run in runs)
    derived = place.media_dir / "derived"
    on_disk = {
        path.relative_to(derived).as_posix() for path in derived.rglob("*") if path.is_file()
    }
    known = _known_keys(place)
    report.files = len(on_disk)
    report.files_orphaned = sorted(on_disk - known)
    report.files_missing = sorted(known - on_disk)
    report.rows = count_rows(place)


def count_rows(place: Installation) -> dict[str, int]:
    """How many rows each table has that belongs to assets."""
    tables = sorted(row["table_name"] for row in place.query(_ASSET_TABLES))
    tables = [name for name in tables if name != "ingest_upload"]
    return {name: place.query(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in tables}


def _known_keys(place: Installation) -> set[str]:
    keys = {row["k"] for row in place.query(_SUMMARY_KEYS)}
    for row in place.query(_KEY_COLUMNS):
        column, table = row["column_name"], row["table_name"]
        keys |= {found["k"] for found in place.query(f"SELECT {column} AS k FROM {table}")}
    return keys - {""}


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--kills", type=int, default=10, help="of the worker or its child")
    parser.add_argument("--postgres-kills", type=int, default=1)
    parser.add_argument("--footage", type=Path, help="take clips from here instead of making them")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", default="builtin")
    parser.add_argument("--settings", default="everyid_site.settings")
    parser.add_argument("--no-reference", action="store_true", help="no undisturbed run")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that "with" blocks clean up
    report = _evaluate(options)
    result = {"is_whole": report.is_whole, **asdict(report)}
    for name, value in result.items() if not options.json else ():
        print(f"{name:<18} {value}")
    if options.json:
        print(json.dumps(result, indent=1))
    return 0 if report.is_whole else 1


def _evaluate(options: argparse.Namespace) -> Report:
    with Installation(profile=options.profile, settings=options.settings) as place:
        clips = _clips(options, place.state_dir)
        report = disturb(
            place,
            clips,
            kills=options.kills,
            postgres_kills=options.postgres_kills,
            seed=options.seed,
        )
        if options.no_reference:
            return report
        with Installation(profile=options.profile, settings=options.settings) as other:
            report.rows_undisturbed = disturb(other, clips, kills=0).rows
        return report


def _clips(options: argparse.Namespace, folder: Path) -> list[Path]:
    if options.footage is None:
        made = folder / "clips"
        made.mkdir()
        return make_clips(made, options.clips)
    found = sorted(path for path in options.footage.rglob("*") if path.is_file())
    films = [
        path for path in found if path.suffix.lower() not in (".md", ".jsonl", ".json", ".txt")
    ]
    return films[: options.clips]


if __name__ == "__main__":
    sys.exit(main())

"""Seconds of work per minute of footage, by stage, and against a bare decode of the same files.

    python -m evaluation.speed --footage DIR [--profile builtin|light] --json
    python -m evaluation.speed --footage DIR --as 1920x1080@30 --seconds 60 --json
    python -m evaluation.speed --random-weights --profile standard|full --json

Indexes a folder into a scratch installation, in place, one stage at a time, and reads the times
from the catalogue; then decodes every frame of the same files with PyAV (threads AUTO) and
nothing else, in the same run on the same machine. ``ratio_to_decode`` is the whole pipeline's time
over that, ``cpu_ratio_to_decode`` the same in processor seconds, which other programs on the
machine disturb less; ``peak_mb`` is the memory held at most up to the end of each stage (all run
in one process): it must not grow with ``--seconds``. Compare ratios between machines, not seconds.

``--as`` first makes one H.264 film of that size and rate out of the files, one after the other,
again and again until ``--seconds`` are full. ``--mirror`` (default: EVERYID_WEIGHTS_MIRROR) is
where the weights of other profiles than ``builtin`` are pulled from; ``--profile light`` agrees to
their permissive licences.

``--random-weights`` needs neither footage nor downloads: see ``speed_networks``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
from av.codec.context import ThreadType
from av.error import FFmpegError

from evaluation.installations import Installation
from evaluation.speed_film import film_format, make_film

LIBRARY = "Speed"


def decode_seconds(path: Path) -> tuple[float, float]:
    """Wall-clock and processor seconds to decode all frames; damaged packets are skipped."""
    started, cpu_started = time.perf_counter(), time.process_time()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = ThreadType.AUTO
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
                packet.decode()
            except StopIteration:
                break
            except FFmpegError:
                continue
    return time.perf_counter() - started, time.process_time() - cpu_started


def measure(
    footage: Path, *, profile: str, settings: str, mirror: str | None = None
) -> dict[str, Any]:
    """Index, read the times, decode; the numbers. Raises RuntimeError where weights are missing."""
    with Installation(profile=profile, settings=settings, keep_up=False) as place:
        if profile != "builtin":
            _pull(place, profile, mirror)
        started = time.perf_counter()
        rows = place.manage("index", str(footage), "--library", LIBRARY, "--wait")["assets"]
        wall_s = time.perf_counter() - started
        assets = place.manage("stages", "--library", LIBRARY)["assets"]
    ready = [asset for asset in assets if asset["status"] == "ready"]
    bare = [decode_seconds(path) for path in _paths(footage, {a["name"] for a in ready})]
    decode_s, decode_cpu_s = sum(wall for wall, _ in bare), sum(cpu for _, cpu in bare)
    return (
        _numbers(rows, ready, decode_s)
        | _cpu_numbers(ready, decode_cpu_s)
        | {"peak_mb": _peaks(ready)}
        | {"index_wall_s": round(wall_s, 2), "profile": profile}
    )


def _pull(place: Installation, profile: str, mirror: str | None) -> None:
    """Fetch a profile's weights into the scratch installation."""
    where = ["--mirror", mirror] if mirror else []
    place.manage("weights", "pull", profile, "--yes", *where)


def _cpu_numbers(ready: list[dict[str, Any]], decode_cpu_s: float) -> dict[str, Any]:
    """Processor seconds per minute of footage, by stage, and over those of a bare decode."""
    minutes = sum(asset["duration_s"] or 0.0 for asset in ready) / 60
    spent: dict[str, float] = defaultdict(float)
    for asset in ready:
        for run in asset["stages"]:
            spent[run["stage"]] += (run["summary"] or {}).get("cpu_seconds", 0.0)
    total = sum(spent.values())
    if not minutes or not decode_cpu_s:
        return {}
    return {
        "cpu_seconds_per_minute": {k: round(v / minutes, 2) for k, v in spent.items()},
        "decode_cpu_seconds_per_minute": round(decode_cpu_s / minutes, 3),
        "cpu_ratio_to_decode": round(total / decode_cpu_s, 2),
    }


def _peaks(ready: list[dict[str, Any]]) -> dict[str, int]:
    """The most MiB that the process had held by the end of each stage; all stages share one."""
    peaks: dict[str, int] = {}
    for asset in ready:
        for run in asset["stages"]:
            peak = (run["summary"] or {}).get("peak_mb", 0)
            peaks[run["stage"]] = max(peaks.get(run["stage"], 0), peak)
    return peaks


def _numbers(
    rows: list[dict[str, Any]], ready: list[dict[str, Any]], decode_s: float
) -> dict[str, Any]:
    minutes = sum(asset["duration_s"] or 0.0 for asset in ready) / 60
    seconds: dict[str, float] = defaultdict(float)
    for asset in ready:
        for run in asset["stages"]:
            seconds[run["stage"]] += run["seconds"] or 0.0
    total = sum(seconds.values())
    return {
        "files": len(rows),
        "ready": len(ready),
        "minutes": round(minutes, 3),
        "cpus": os.cpu_count(),
        "seconds_per_minute": {
            name: round(value / minutes, 2) if minutes else None for name, value in seconds.items()
        },
        "total_seconds_per_minute": round(total / minutes, 2) if minutes else None,
        "decode_seconds_per_minute": round(decode_s / minutes, 3) if minutes else None,
        "ratio_to_decode": round(total / decode_s, 2) if decode_s else None,
        "not_ready": [row for row in rows if row["status"] not in ("ready", "duplicate")],
    }


def _paths(footage: Path, names: set[str]) -> list[Path]:
    """The files that became assets, by their name."""
    files = [footage] if footage.is_file() else sorted(footage.rglob("*"))
    return [path for path in files if path.is_file() and path.name in names]


def _random_weights(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """The table of networks with random weights (``speed_networks``); 1 where none was measured."""
    from evaluation.speed_architectures import PROFILES, plans_of
    from evaluation.speed_networks import measure_networks, table
    from everyid_site.env import quiet_vendors

    quiet_vendors()
    if options.profile not in PROFILES:
        parser.error(f"--random-weights knows the profiles {', '.join(PROFILES)}")
    mirror = options.mirror or os.environ.get("EVERYID_WEIGHTS_MIRROR", "")
    figures = measure_networks(
        options.profile,
        plans_of(options.profile, folder=mirror.removeprefix("file://")),
        device=options.device,
        without=tuple(options.without),
        limit_s=options.limit,
    )
    print(json.dumps(figures, indent=1) if options.json else table(figures))
    return 0 if any("best_batch" in row for row in figures["networks"]) else 1


def _measure_as_asked(options: argparse.Namespace) -> dict[str, Any]:
    """``measure`` on the footage, or on one film made of it."""
    how = {"profile": options.profile, "settings": options.settings, "mirror": options.mirror}
    footage = options.footage.resolve()
    if options.format is None:
        return measure(footage, **how)
    with tempfile.TemporaryDirectory(prefix="everyid-film-") as folder:
        target = Path(folder) / "film.mp4"
        make_film(footage, target, options.format, options.seconds)
        return measure(target, **how)


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--footage", type=Path)
    parser.add_argument(
        "--random-weights",
        action="store_true",
        help="full-size networks of standard or full, built here: no footage, no downloads",
    )
    parser.add_argument("--device", default="auto", help="with --random-weights: cpu or cuda")
    parser.add_argument("--without", nargs="*", default=(), help="roles to leave out")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for one network")
    parser.add_argument("--profile", default="builtin")
    parser.add_argument("--mirror", help="where to pull weights from")
    parser.add_argument("--as", dest="format", type=film_format, metavar="WIDTHxHEIGHT@FPS")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the film made by --as")
    parser.add_argument("--settings", default="everyid_site.settings", help="Django's settings")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)
    if options.random_weights:
        return _random_weights(parser, options)
    if options.footage is None:
        parser.error("give --footage, or --random-weights")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that "with" blocks clean up
    numbers = _measure_as_asked(options)
    if options.json:
        print(json.dumps(numbers, indent=1))
    else:
        for name, value in numbers.items():
            print(f"{name:<26} {value}")
    return 0 if numbers["ready"] else 1


if __name__ == "__main__":
    sys.exit(main())

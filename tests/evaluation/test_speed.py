"""What ``evaluation.speed`` makes of the stages' own figures."""

from __future__ import annotations

from typing import Any

from evaluation.speed import _cpu_numbers, _numbers, _peaks


def asset(*stages: tuple[str, float, float, int], duration_s: float = 30.0) -> dict[str, Any]:
    runs = [
        {"stage": name, "seconds": wall, "summary": {"cpu_seconds": cpu, "peak_mb": peak}}
        for name, wall, cpu, peak in stages
    ]
    return {"duration_s": duration_s, "stages": runs}


def test_processor_seconds_are_per_minute_and_over_those_of_decoding() -> None:
    ready = [asset(("shots", 9, 2.0, 100), ("tracks", 9, 3.0, 300)), asset(("shots", 1, 1.0, 90))]
    figures = _cpu_numbers(ready, decode_cpu_s=2.0)
    assert figures["cpu_seconds_per_minute"] == {"shots": 3.0, "tracks": 3.0}
    assert figures["cpu_ratio_to_decode"] == 3.0


def test_wall_seconds_are_over_those_of_decoding() -> None:
    ready = [asset(("shots", 6, 2.0, 100), ("tracks", 9, 3.0, 300))]
    rows = [{"status": "ready"}, {"status": "failed"}]
    figures = _numbers(rows, ready, decode_s=5.0)
    assert figures["seconds_per_minute"] == {"shots": 12.0, "tracks": 18.0}
    assert figures["ratio_to_decode"] == 3.0
    assert figures["not_ready"] == [{"status": "failed"}]


def test_the_peak_of_a_stage_is_that_of_its_hungriest_file() -> None:
    ready = [asset(("shots", 1, 1, 100)), asset(("shots", 1, 1, 140), ("tracks", 1, 1, 90))]
    assert _peaks(ready) == {"shots": 140, "tracks": 90}


def test_a_stage_without_a_summary_counts_as_nothing() -> None:
    ready = [{"duration_s": 60.0, "stages": [{"stage": "probe", "seconds": 1, "summary": None}]}]
    assert _peaks(ready) == {"probe": 0}
    assert _cpu_numbers(ready, 1.0)["cpu_ratio_to_decode"] == 0

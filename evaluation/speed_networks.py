"""How fast full-size networks run here, with random weights: nothing is downloaded.

    python -m evaluation.speed --profile standard --random-weights [--mirror FOLDER] [--json]

Speed does not depend on what weights say, only on their shapes: architectures are built whole from
their own configurations and run on noise (``speed_architectures``), one after the other, each in a
process of its own that is given ``--limit`` seconds (``speed_rows``). "An hour" counts the looks
that an hour of edited 1080p footage needs (``LOOKS``); decoding, cutting and scaling are not in it.
A network that does not fit, is missing, fails, dies or takes too long gets a row that says so, and
the hour is then that of the others (``hour_is_whole``).
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation.speed_rows import Plan, send_row

HOUR_S = 3600
SHOT_S = 4
"""Seconds per shot of edited footage (Cutting et al. 2011 give about four for films of today)."""
SHOTS = HOUR_S // SHOT_S
PERSON_LOOKS = SHOTS * 2 * 4
"""Two people a shot (by judgement), crop_pool.PERSON_CROPS each."""
LOOKS = {
    "detector": HOUR_S * 5,  # watching.BASE_FPS
    "person": PERSON_LOOKS,
    "attributes": PERSON_LOOKS,
    "image_text": SHOTS + SHOTS * 2 * 2,  # a keyframe, and crop_pool.PERSON_CONTEXTS per person
    "text": 0,  # questions are read when they are asked
    "scene": SHOTS,
    "open_set": SHOTS,  # where a library has words to look for
    "captions": SHOTS,  # one look a shot, within the policy's twelve a minute in the mean
}
WITH_WORK = 1.3
"""Memory beside the weights while they are built and run, as a share of theirs (by judgement)."""
LIMIT_S = 600.0
"""For one network, building included. By judgement: longer says "too slow" as well."""
COLUMNS = (
    "network", "role", "M parameters", "GFLOP", "pictures/s (batch)", "processor s (batch)",
    "bound by: share of arithmetic / bytes",
)  # fmt: skip


def measure_networks(
    profile: str,
    plans: Sequence[Plan],
    *,
    device: str = "auto",
    repeat: int = 3,
    without: tuple[str, ...] = (),
    limit_s: float = LIMIT_S,
) -> dict[str, Any]:
    """The table of one profile: a row per network and what an hour takes. ``without``: roles."""
    import torch

    place = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    rows: list[dict[str, Any]] = []
    for plan in plans:
        left_out = "as asked" if plan.role in without else _does_not_fit(plan, place)
        row = {"left_out": left_out} if left_out else _in_a_process(plan, place, repeat, limit_s)
        if "best_batch" in row and plan.is_chosen:
            row |= _hour(LOOKS[plan.role], row)
        rows.append({"name": plan.name, "role": plan.role, "is_chosen": plan.is_chosen, **row})
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    chosen = [row for row in rows if row["is_chosen"]]
    return {
        "profile": profile,
        "weights": "random, but for OpenVINO's",
        "device": torch.cuda.get_device_name() if place != "cpu" else _cpu(),
        "number_type": "bfloat16" if place != "cpu" else "float32",
        "networks": rows,
        "hour_of_edited_1080p_s": sum(row.get("hour_s", 0) for row in chosen),
        "hour_processor_s": sum(row.get("hour_processor_s", 0) for row in chosen),
        "hour_is_whole": all("hour_s" in row for row in chosen),
        "hour_lacks": [row["name"] for row in chosen if "hour_s" not in row],
    }


def _hour(looks: int, row: dict[str, Any]) -> dict[str, int]:
    """What the looks of an hour take, by the clock and in processor seconds."""
    best = str(row["best_batch"])
    return {
        "hour_s": round(looks / row["pictures_per_s"][best]),
        "hour_processor_s": round(looks * row["processor_s"][best]),
    }


def _in_a_process(plan: Plan, place: str, repeat: int, limit_s: float) -> dict[str, Any]:
    """A network's row from a process of its own, which is ended when its time is over."""
    context = multiprocessing.get_context("spawn")
    answer, theirs = context.Pipe(duplex=False)
    where = "cpu" if plan.on_cpu else place
    process = context.Process(target=send_row, args=(theirs, plan, where, repeat), daemon=True)
    process.start()
    theirs.close()
    try:
        if not answer.poll(limit_s):
            return {"failed": f"not done after {limit_s:.0f} s"}
        row: dict[str, Any] = answer.recv()
        return row
    except EOFError:
        process.join()
        return {"failed": f"its process died ({_how(process.exitcode)})"}
    finally:
        process.kill()
        process.join()
        answer.close()


def _how(code: int | None) -> str:
    if code == -9:
        return "killed: for want of memory, most likely"
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"


def _does_not_fit(plan: Plan, place: str) -> str:
    """Why there is no use in trying; empty where there is."""
    where = "cpu" if plan.on_cpu else place
    needed = plan.parameters_m * 1e6 * (2 if where != "cpu" else 4) * WITH_WORK
    room = _room(where)
    if needed <= room:
        return ""
    return f"needs some {needed / 1e9:.0f} GB, {room / 1e9:.0f} are free"


def _room(place: str) -> float:
    """Bytes that are free for a network."""
    import torch

    if place != "cpu":
        return float(torch.cuda.mem_get_info()[0])
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return float(line.split()[1]) * 1024
    return float("inf")


def _cpu() -> str:
    import torch

    return f"CPU, {torch.get_num_threads()} of {os.cpu_count()} threads"


def table(figures: dict[str, Any]) -> str:
    """The figures for people: a row per network in Markdown, and the hour."""
    lines = [
        f"{figures['profile']}, {figures['device']}, {figures['number_type']}, random weights",
        "",
        f"| {' | '.join(COLUMNS)} |",
        "|" + " --- |" * len(COLUMNS),
        *(_line(row) for row in figures["networks"]),
        "",
        hour_line(figures),
    ]
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    name = f"`{row['name']}`" if row["is_chosen"] else f"(`{row['name']}`)"
    if "best_batch" not in row:
        said = row.get("left_out") or row["failed"]
        return f"| {name} | {row['role']} | | | {said} | | |"
    bound = f"{row['bound_by']}: {row['of_arithmetic']:.0%} / {row['of_bytes']:.0%}"
    return (
        f"| {name} | {row['role']} | {row['parameters_m']} | {row['gflop_per_picture']} "
        f"| {_by_batch(row['pictures_per_s'])} | {_by_batch(row['processor_s'])} | {bound} |"
    )


def _by_batch(figures: dict[str, float]) -> str:
    return ", ".join(f"{figure:g} ({n})" for n, figure in figures.items())


def hour_line(figures: dict[str, Any]) -> str:
    """What an hour takes, in one sentence."""
    lacks = ", ".join(figures["hour_lacks"])
    return (
        f"one hour of edited 1080p footage takes {_hours(figures['hour_of_edited_1080p_s'])}, "
        f"{_hours(figures['hour_processor_s'])} of processors (networks alone, one after the other"
        f"{f', without {lacks}' if lacks else ''})"
    )


def _hours(seconds: int) -> str:
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"

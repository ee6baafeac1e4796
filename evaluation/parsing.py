"""How long a query takes to be understood.

    python -m evaluation.parsing [--queries FILE] [--json]

``FILE`` has one JSON object per line with a ``query``; without it, the queries below, one of each
kind that the grammar knows. Each is parsed anew ``--repeat`` times, with two hundred names that it
might mention. ``cpu`` is time of this process, which another program on the machine hardly changes;
``wall`` is what somebody waits. ``longest_best_ms`` is the parser's own cost: of the slowest query,
the best repeat.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from search.query.parsing import Names, parse

QUERIES = (
    "woman in red coat near the beach",
    "two men without hats, not indoors, last Tuesday evening",
    "a young womann with a backpak, riding a bicycle",
    "a man enters, then sits down",
    "a dog or a cat on the grass in June 2024",
    "nobody in the kitchen between 8 and 9 pm",
    'a crowd in front of an old building with "exit" for at least ten seconds',
    "engineer in a white suit on a red lift",
    "person 3 with Anna in camera lobby yesterday",
    "after the man in black leaves, a woman sits down and then picks up a suitcase",
    "everyone but Anna, neither in red nor in blue, from Monday to Friday",
    "zeppelin",
)
NAMES = Names(
    identities=(("Anna", 1), ("Person 3", 3), *((f"Someone {i}", 100 + i) for i in range(200))),
    cameras=(("lobby", 5),),
)


def measure(queries: Sequence[str], repeat: int) -> dict[str, Any]:
    """Milliseconds per query: percentiles of all, by CPU and by the wall; the slowest's best."""
    cpu: dict[str, list[float]] = {query: [] for query in queries}
    wall: list[float] = []
    for _ in range(repeat):
        for query in queries:
            parse.cache_clear()
            at, began = time.perf_counter_ns(), time.process_time_ns()
            parse(query, NAMES)
            cpu[query].append((time.process_time_ns() - began) / 1e6)
            wall.append((time.perf_counter_ns() - at) / 1e6)
    best = {query: min(taken) for query, taken in cpu.items()}
    return {
        "queries": len(queries),
        "repeat": repeat,
        "slowest": max(best, key=lambda query: best[query]),
        "longest_best_ms": round(max(best.values()), 3),
        "cpu": _percentiles([t for taken in cpu.values() for t in taken]),
        "wall": _percentiles(wall),
    }


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    every = sorted(times)
    return {f"p{p}_ms": round(every[len(every) * p // 100], 3) for p in (50, 95, 99)}


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="How long a query takes to be understood.")
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--repeat", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    queries = list(QUERIES)
    if options.queries:
        lines = options.queries.read_text().splitlines()
        queries = [json.loads(line)["query"] for line in lines if line.strip()]
    found = measure(queries, max(1, options.repeat))
    if options.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:<16} {value}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""How long a query takes to be understood.

    python -m evaluation.parsing [--queries FILE] [--json]

``FILE`` has one JSON object per line with a ``query``; without it, the queries below, one of each
kind that the grammar knows. Each is parsed anew ``--repeat`` times; what counts is CPU time of this
process (another program on the machine does not slow it), the best of the repeats for the parser's
own cost and all of them for the percentiles.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from search.query import Names, parse

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
    "zeppelin",
)
NAMES = Names(
    identities=(("Anna", 1), ("Person 3", 3), *((f"Someone {i}", 100 + i) for i in range(200))),
    cameras=(("lobby", 5),),
)


def measure(queries: Sequence[str], repeat: int) -> dict[str, Any]:
    """Milliseconds per query: each one's best, and the percentiles of all."""
    times: dict[str, list[float]] = {query: [] for query in queries}
    for _ in range(repeat):
        for query in queries:
            parse.cache_clear()
            started = time.process_time_ns()
            parse(query, NAMES)
            times[query].append((time.process_time_ns() - started) / 1e6)
    every = sorted(t for taken in times.values() for t in taken)
    return {
        "queries": len(queries),
        "repeat": repeat,
        "longest_best_ms": round(max(min(taken) for taken in times.values()), 3),
        "p50_ms": round(every[len(every) // 2], 3),
        "p95_ms": round(every[int(len(every) * 0.95)], 3),
        "p99_ms": round(every[int(len(every) * 0.99)], 3),
    }


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

"""Search, measured on labelled footage: is a relevant clip first, among the first five?

    python -m evaluation.search --footage DIR --queries FILE [--profile P] [--json]

``FILE`` has one JSON object per line: ``{"query": …, "relevant": [file name, …]}``; a clip is
relevant as a whole. The footage is indexed into a scratch installation by ``manage.py index`` and
asked by ``manage.py search``, as a user would. Answers are moments; the rank of a query is the
place of the first relevant clip among distinct clips. R@k is the share of queries with a rank up
to k, MRR the mean of 1/rank (0 where none was found), as in text-to-video retrieval (Xu et al.
2016, MSR-VTT). ``--ablate`` also answers by vectors, structure and text alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DEEPEST = 200
TOP = 5
SOURCES = ("vectors", "structure", "text")


class Commands:
    """``manage.py`` of a scratch installation."""

    def __init__(self, state_dir: Path, profile: str) -> None:
        self._environment = {
            **os.environ,
            "EVERYID_STATE_DIR": str(state_dir),
            "EVERYID_PROFILE": profile,
            "EVERYID_LOG_LEVEL": "WARNING",
        }

    def run(self, *words: str) -> Any:
        """The JSON that a command prints. Raises RuntimeError with what it complained of."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words, "--json"],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if not done.stdout.strip():
            raise RuntimeError(f"manage.py {words[0]} ended with {done.returncode} and no answer")
        return json.loads(done.stdout)


def index(commands: Commands, footage: Path) -> dict[str, int]:
    """Index a folder; how many assets ended in which status."""
    name = "Evaluation"
    told = commands.run("index", str(footage), "--library", name, "--wait", "--in-process")
    counts: dict[str, int] = {}
    for asset in told["assets"]:
        counts[asset["status"]] = counts.get(asset["status"], 0) + 1
    return counts


def distinct_names(answer: dict[str, Any]) -> list[str]:
    """Names of the assets in an answer, each at its best place."""
    return list(dict.fromkeys(moment["asset"]["name"] for moment in answer["moments"]))


def judge(queries: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """R@1, R@5, MRR and each query's rank."""
    rows = []
    for asked, answer in zip(queries, answers, strict=True):
        names = distinct_names(answer)
        relevant = set(asked["relevant"])
        rank = next((i for i, name in enumerate(names, 1) if name in relevant), None)
        rows.append(
            {
                "query": asked["query"],
                "rank": rank,
                "relevant": sorted(relevant),
                "top": names[:TOP],
                "score": answer["moments"][0]["score"] if answer["moments"] else None,
                "elapsed_ms": answer["elapsed_ms"],
            }
        )
    total = max(len(rows), 1)
    ranks = [row["rank"] for row in rows if row["rank"] is not None]
    return {
        "r_at_1": round(sum(rank == 1 for rank in ranks) / total, 4),
        "r_at_5": round(sum(rank <= TOP for rank in ranks) / total, 4),
        "mrr": round(sum(1 / rank for rank in ranks) / total, 4),
        "queries": rows,
    }


def evaluate(commands: Commands, file: Path, ablate: bool) -> dict[str, Any]:
    """Ask every query; figures of all evidence, and of each kind alone if asked for."""
    queries = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]

    def answers(sources: str) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = commands.run(
            *("search", "--batch", str(file), "--limit", str(DEEPEST), "--sources", sources)
        )
        return told

    found = judge(queries, answers("all"))
    times = sorted(row["elapsed_ms"] for row in found["queries"])
    found["p50_ms"] = times[len(times) // 2] if times else None
    if ablate:
        found["alone"] = {
            name: {k: v for k, v in judge(queries, answers(name)).items() if k != "queries"}
            for name in SOURCES
        }
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Search, measured on labelled footage.")
    parser.add_argument("--footage", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--profile", default="builtin", help="builtin, light or auto")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--ablate", action="store_true", help="Each kind of evidence alone, too.")
    parser.add_argument("--state-dir", type=Path, help="Keep and reuse what was indexed here.")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="everyid-evaluation-") as scratch:
        commands = Commands((options.state_dir or Path(scratch)).resolve(), options.profile)
        statuses = index(commands, options.footage.resolve())
        found = {
            "profile": options.profile,
            "assets": statuses,
            **evaluate(commands, options.queries.resolve(), options.ablate),
        }
    print(json.dumps(found, indent=1) if options.json else as_table(found))
    return 0


def as_table(found: dict[str, Any]) -> str:
    """Figures for people."""
    lines = [f"R@1 {found['r_at_1']:.3f}  R@5 {found['r_at_5']:.3f}  MRR {found['mrr']:.3f}"]
    for name, alone in found.get("alone", {}).items():
        figures = f"R@1 {alone['r_at_1']:.3f}  R@5 {alone['r_at_5']:.3f}  MRR {alone['mrr']:.3f}"
        lines.append(f"{name} alone: {figures}")
    lines += [
        f"{row['rank'] or '–':>4}  {row['query']}  ({', '.join(row['top'][:3])})"
        for row in found["queries"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())

"""Search, measured on labelled footage: is a relevant clip first, among the first five?

    python -m evaluation.search --footage DIR --queries FILE [--profile P] [--json]

``FILE`` has one JSON object per line: ``{"query": …, "relevant": [file name, …]}``; a clip is
relevant as a whole. The footage is indexed into a scratch installation by ``manage.py index`` (or
one that ``--state-dir`` keeps) and asked by ``manage.py search``, as a user would. Answers are
moments; the rank of a query is the place of the first relevant clip among distinct clips. R@k is
the share of queries with a rank up to k, MRR the mean of 1/rank (0 where none was found), as in
text-to-video retrieval (Xu et al. 2016, MSR-VTT).

Every run tells the same per kind of query (``evaluation.query_kinds``) and how reliable the scores
are. ``--ablate`` also answers by each kind of evidence alone, and without each. ``--calibrate``
fits the calibration of the encoder on one half of the queries and judges it on the other; what it
prints belongs into ``search/ranking/calibration.py``.
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

from evaluation.query_kinds import KINDS, kinds_of
from evaluation.reliability import Judged, calibrate, reliability

ROOT = Path(__file__).resolve().parent.parent
DEEPEST = 200
TOP = 5
ALONE = ("vectors", "structure", "text")
WITHOUT = ("without-vectors", "without-crops", "without-structure", "without-text")


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
    """R@1, R@5, MRR, the same per kind of query, and each query's rank."""
    rows = []
    for asked, answer in zip(queries, answers, strict=True):
        names = distinct_names(answer)
        relevant = set(asked["relevant"])
        rank = next((i for i, name in enumerate(names, 1) if name in relevant), None)
        rows.append(
            {
                "query": asked["query"],
                "kinds": kinds_of(answer["parsed"]),
                "rank": rank,
                "relevant": sorted(relevant),
                "top": names[:TOP],
                "score": answer["moments"][0]["score"] if answer["moments"] else None,
                "elapsed_ms": answer["elapsed_ms"],
            }
        )
    by_kind = {kind: [r["rank"] for r in rows if kind in r["kinds"]] for kind in KINDS}
    return {
        **figures([row["rank"] for row in rows]),
        "kinds": {kind: figures(ranks) for kind, ranks in by_kind.items() if ranks},
        "queries": rows,
    }


def figures(ranks: Sequence[int | None]) -> dict[str, Any]:
    """R@1, R@5 and MRR of the ranks of some queries."""
    total, found = max(len(ranks), 1), [rank for rank in ranks if rank is not None]
    return {
        "count": len(ranks),
        "r_at_1": round(sum(rank == 1 for rank in found) / total, 4),
        "r_at_5": round(sum(rank <= TOP for rank in found) / total, 4),
        "mrr": round(sum(1 / rank for rank in found) / total, 4),
    }


def judged_clips(
    queries: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]]
) -> list[list[Judged]]:
    """Of each query, the best score of every clip that was answered, and whether it is right."""
    found = []
    for asked, answer in zip(queries, answers, strict=True):
        best: dict[str, float] = {}
        for moment in answer["moments"]:
            name = moment["asset"]["name"]
            best[name] = max(moment["score"], best.get(name, 0.0))
        relevant = set(asked["relevant"])
        found.append([Judged(score, name in relevant) for name, score in best.items()])
    return found


def evaluate(
    commands: Commands, file: Path, *, ablate: bool = False, calibration: bool = False
) -> dict[str, Any]:
    """Ask every query; figures of all evidence, and of each kind alone if asked for."""
    queries = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]

    def answers(sources: str) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = commands.run(
            *("search", "--batch", str(file), "--limit", str(DEEPEST), "--sources", sources)
        )
        return told

    told = answers("all")
    found = judge(queries, told)
    clips = judged_clips(queries, told)
    found["reliability"] = reliability([clip for row in clips for clip in row])
    if calibration:
        found["calibration"] = calibrate(clips)
    times = sorted(row["elapsed_ms"] for row in found["queries"])
    found["p50_ms"] = times[len(times) // 2] if times else None
    for name, sources in (("alone", ALONE), ("without", WITHOUT)) if ablate else ():
        found[name] = {
            source.removeprefix("without-"): {
                k: v for k, v in judge(queries, answers(source)).items() if k != "queries"
            }
            for source in sources
        }
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Search, measured on labelled footage.")
    parser.add_argument("--footage", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--profile", default="builtin", help="builtin, light or auto")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--ablate", action="store_true", help="Each kind of evidence alone, and left out, too."
    )
    parser.add_argument("--calibrate", action="store_true", help="Fit the encoder's calibration.")
    parser.add_argument("--state-dir", type=Path, help="Keep and reuse what was indexed here.")
    parser.add_argument(
        "--indexed", action="store_true", help="Trust that --state-dir has the footage already."
    )
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="everyid-evaluation-") as scratch:
        commands = Commands((options.state_dir or Path(scratch)).resolve(), options.profile)
        kept = options.indexed and options.state_dir is not None
        found = {
            "profile": options.profile,
            "assets": {} if kept else index(commands, options.footage.resolve()),
            **evaluate(
                commands,
                options.queries.resolve(),
                ablate=options.ablate,
                calibration=options.calibrate,
            ),
        }
    print(json.dumps(found, indent=1) if options.json else as_table(found))
    return 0


def as_table(found: dict[str, Any]) -> str:
    """Figures for people."""
    lines = [_line("all evidence", found)]
    lines += [_line(f"{name} alone", alone) for name, alone in found.get("alone", {}).items()]
    lines += [_line(f"without {name}", left) for name, left in found.get("without", {}).items()]
    columns = {"all": found, **found.get("alone", {})}
    lines += ["", f"{'R@1/R@5/MRR':<18}{'n':>4}" + "".join(f"{c:>20}" for c in columns)]
    for kind, told in found["kinds"].items():
        cells = "".join(f"{_short(c['kinds'].get(kind)):>20}" for c in columns.values())
        lines.append(f"{kind:<18}{told['count']:>4}{cells}")
    lines += ["", "score from   clips   mean score   right"]
    lines += [
        f"{row['from']:10.2f} {row['count']:7} {row['mean_score']:12.3f} {row['right']:7.3f}"
        for row in found["reliability"]["bins"]
    ]
    lines.append(f"expected calibration error {found['reliability']['ece']:.3f}")
    if "calibration" in found:
        lines += ["", json.dumps(found["calibration"], indent=1)]
    lines += [""] + [
        f"{row['rank'] or '–':>4}  {row['query']}  ({', '.join(row['top'][:3])})"
        for row in found["queries"]
    ]
    return "\n".join(lines)


def _line(name: str, told: dict[str, Any]) -> str:
    figures = f"R@1 {told['r_at_1']:.3f}  R@5 {told['r_at_5']:.3f}  MRR {told['mrr']:.3f}"
    return f"{name:<20} {figures}"


def _short(told: dict[str, Any] | None) -> str:
    if told is None:
        return "–"
    return f"{told['r_at_1']:.2f}/{told['r_at_5']:.2f}/{told['mrr']:.2f}"


if __name__ == "__main__":
    raise SystemExit(main())

"""Search on footage whose truth is known to the frame: kinds of query that no labelled clip has.

    python -m evaluation.made_search [--profile P] [--json]

The sample footage is drawn, so that who and what is there at any time is known. Asked are questions
with negation, counts, order and lengths beside clothes and places, and examples: a frame (its own
shot held out), a person's track (its own shot held out), a frame with words. An answer is right
where what was asked is true in the middle of its time; an order, where the first is true at some
time in it, and the second later. R@1, R@5 and MRR are of the first right
moment; ``precision`` is the share of right ones among the first five. Each kind is also asked of
vectors alone and of text alone. Drawn people are no measure of networks: it says whether the parts
of the product fit together, and whether negation and counts are held to.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.installations import Installation
from evaluation.made_truth import HATTED, MEN, WOMEN, MadeShot, shot_at
from everyid_site.demo.footage import make_sample_footage

TOP, DEEPEST = 5, 60
STEP_S = 0.25
SOURCES = ("all", "vectors", "text")
REACH = 0.12
"""Widths between a track's middle and where someone was drawn, for it to be them."""

Present = frozenset[str]
Rule = Callable[[MadeShot, Present], bool]
"""Whether an answer in the middle of which these people are there is right."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; ``own`` is the (film, start) of a shot that is no answer; ``then`` is what has
    to be true after ``is_right`` was."""

    kind: str
    query: str
    is_right: Rule
    like: str = ""
    own: tuple[str, float] | None = None
    then: Rule | None = None


def _place(*places: str) -> Rule:
    return lambda shot, _: shot.place in places


def _who(*people: str) -> Rule:
    return lambda _, here: bool(here & set(people))


def _count(least: int, most: int) -> Rule:
    return lambda shot, here: shot.photograph != "astronaut" and least <= len(here) <= most


def _both(one: Rule, other: Rule) -> Rule:
    return lambda shot, here: one(shot, here) and other(shot, here)


def _lasts(least_s: float, most_s: float) -> Rule:
    return lambda shot, _: least_s < shot.seconds < most_s


def _seen_at(*places: str) -> Rule:
    return lambda shot, here: bool(here) and shot.place in places


def _woman(*, not_in_red: bool = False) -> Rule:
    """Drawn, or the astronaut in orange, whose photograph is one of the shots."""
    drawn = _who("dora") if not_in_red else _who(*WOMEN)
    return lambda shot, here: shot.photograph == "astronaut" or drawn(shot, here)


OUTSIDE = ("beach", "street", "park")
QUESTIONS = (
    Asked("person+clothes", "woman in a red coat", _who("ada")),
    Asked("person+clothes", "man in a blue jacket", _who("ben")),
    Asked("person+clothes", "man in a yellow jacket with a backpack", _who("cem")),
    Asked("person+clothes", "woman in a green skirt", _who("dora")),
    Asked("person+clothes", "man in a black suit", _who("emil")),
    Asked("place", "a beach", _place("beach")),
    Asked("place", "a street with houses", _place("street")),
    Asked("place", "trees in a park", _place("park")),
    Asked("place", "an office", _place("office")),
    Asked("object", "a cat", lambda shot, _: shot.photograph == "cat"),
    Asked("object", "a cup of coffee", lambda shot, _: shot.photograph == "coffee"),
    Asked("object", "a flower", lambda shot, _: shot.photograph == "flower"),
    Asked("negation", "person without a hat", lambda _, here: bool(here - HATTED)),
    Asked("negation", "woman not in red", _woman(not_in_red=True)),
    Asked("negation", "man, not in a yellow jacket", _who("ben", "emil")),
    Asked("negation", "people, not on a street", _seen_at(*OUTSIDE[::2], "office")),
    Asked("negation", "person not indoors", _seen_at(*OUTSIDE)),
    Asked("count", "two people", _count(2, 2)),
    Asked("count", "one person", _count(1, 1)),
    Asked("count", "nobody", _count(0, 0)),
    Asked("count", "two people on a beach", _both(_count(2, 2), _place("beach"))),
    Asked("length", "a woman in a shot shorter than 5 seconds", _both(_lasts(0, 5), _woman())),
    Asked("length", "a man in a shot longer than 8 seconds", _both(_lasts(8, 99), _who(*MEN))),
    Asked("order", "a woman in red, then a man in blue", _who("ada"), then=_who("ben")),
    Asked("order", "a man in yellow, then a woman in red", _who("cem"), then=_who("ada")),
    Asked("order", "a man in a black suit after a woman", _woman(), then=_who("emil")),
)


def examples(installation: Installation) -> list[Asked]:
    """A question per frame of a place, alone and with words, and one per person's track."""
    found: list[Asked] = []
    frames = installation.query(
        "SELECT k.id, a.name, ((k.pts - a.first_pts) * a.time_base_num::float / a.time_base_den)"
        " AS at FROM ingest_keyframe k JOIN ingest_asset a ON a.id = k.asset_id ORDER BY k.id"
    )
    for row in frames:
        shot = shot_at(row["name"], row["at"])
        if shot is None or not shot.place:
            continue
        like, own = f"frame:{row['id']}", (shot.film, shot.start_s)
        found.append(Asked("like a frame", "", _place(shot.place), like, own))
        if shot.place == "park":
            rule = _both(_place("park"), _who("ben"))
            found.append(Asked("like a frame, with words", "man in blue", rule, like, own))
    tracks = installation.query(
        "SELECT t.id, a.name, (c.left + c.right) / 2 AS x, ((c.pts - a.first_pts)"
        " * a.time_base_num::float / a.time_base_den) AS at FROM recognition_track t"
        " JOIN ingest_asset a ON a.id = t.asset_id JOIN LATERAL"
        " (SELECT * FROM recognition_crop k WHERE k.track_id = t.id"
        " ORDER BY k.quality DESC, k.id LIMIT 1) c ON true WHERE t.label = 'person' ORDER BY t.id"
    )
    for row in tracks:
        shot = shot_at(row["name"], row["at"])
        if shot is None:
            continue
        x, here = row["x"], shot.people_at(row["at"])
        near = [who for who, at_x in here.items() if abs(at_x - x) < REACH]
        if len(near) == 1:
            own = (shot.film, shot.start_s)
            found.append(Asked("like a person", "", _who(near[0]), f"track:{row['id']}", own))
    return found


def right(asked: Asked, moment: dict[str, Any]) -> bool | None:
    """Whether an answer is right; None where it is held out."""
    film, start_s, end_s = moment["asset"]["name"], moment["start_s"], moment["end_s"]
    if asked.then is not None:
        return _in_order(asked, asked.then, film, start_s, end_s)
    shot = shot_at(film, (start_s + end_s) / 2)
    if shot is not None and asked.own == (shot.film, shot.start_s):
        return None
    return _is_true(asked.is_right, film, (start_s + end_s) / 2)


def _is_true(rule: Rule, film: str, at_s: float) -> bool:
    shot = shot_at(film, at_s)
    return shot is not None and rule(shot, frozenset(shot.people_at(at_s)))


def _in_order(asked: Asked, then: Rule, film: str, start_s: float, end_s: float) -> bool:
    """Whether the first is true somewhere in a moment, and the second later in it."""
    steps = int((end_s - start_s) / STEP_S) + 1
    times = [start_s + k * STEP_S for k in range(steps)]
    first = next((t for t in times if _is_true(asked.is_right, film, t)), None)
    return first is not None and any(_is_true(then, film, t) for t in times if t > first)


def judge(questions: Sequence[Asked], answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Figures by kind."""
    rows = []
    for asked, answer in zip(questions, answers, strict=True):
        judged = [r for r in (right(asked, m) for m in answer["moments"]) if r is not None]
        rank = judged.index(True) + 1 if True in judged else None
        first = judged[:TOP]
        rows.append((asked.kind, asked.query or asked.like, rank, sum(first) / max(1, len(first))))
    kinds = list(dict.fromkeys(row[0] for row in rows))
    return {
        "kinds": {kind: _figures([r for r in rows if r[0] == kind]) for kind in kinds},
        "missed": [row[1] for row in rows if row[2] != 1],
    }


def _figures(rows: Sequence[tuple[str, str, int | None, float]]) -> dict[str, Any]:
    ranks, count = [row[2] for row in rows], len(rows)
    return {
        "count": count,
        "r_at_1": round(sum(rank == 1 for rank in ranks) / count, 3),
        "r_at_5": round(sum(rank is not None and rank <= TOP for rank in ranks) / count, 3),
        "mrr": round(sum(1 / rank for rank in ranks if rank) / count, 3),
        "precision": round(sum(row[3] for row in rows) / count, 3),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Search on footage whose truth is known.")
    parser.add_argument("--profile", default="builtin", help="builtin, light or auto")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="everyid-made-") as scratch:
        folder = Path(scratch)
        make_sample_footage(folder / "films")
        with Installation(profile=options.profile) as installation:
            words = ("index", str(folder / "films"), "--library", "Made", "--wait", "--in-process")
            installation.manage(*words)
            questions = [*QUESTIONS, *examples(installation)]
            file = folder / "queries.jsonl"
            lines = [json.dumps({"query": q.query, "like": q.like}) for q in questions]
            file.write_text("\n".join(lines))
            told = {
                source: judge(
                    questions,
                    installation.manage(
                        *("search", "--batch", str(file), "--limit", str(DEEPEST)),
                        *("--sources", source),
                    ),
                )
                for source in SOURCES
            }
    found = {"profile": options.profile, **told}
    print(json.dumps(found, indent=1) if options.json else as_table(told))
    return 0


def as_table(told: dict[str, Any]) -> str:
    """Figures for people."""
    lines = [f"{'R@1/R@5/MRR/precision':<28}{'n':>3}" + "".join(f"{s:>24}" for s in told)]
    for kind, one in told["all"]["kinds"].items():
        cells = (told[source]["kinds"][kind] for source in told)
        texts = (f"{c['r_at_1']}/{c['r_at_5']}/{c['mrr']}/{c['precision']}" for c in cells)
        lines.append(f"{kind:<28}{one['count']:>3}" + "".join(f"{text:>24}" for text in texts))
    return "\n".join([*lines, "", "not first:", *told["all"]["missed"]])


if __name__ == "__main__":
    raise SystemExit(main())

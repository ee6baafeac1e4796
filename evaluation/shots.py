"""How well shots are found, on made films with known truth: ``python -m evaluation.shots --json``.

Films of random places and people (fixed seeds) with hard cuts, dissolves, flashes, camera pans,
variable frame rates and B-frames. A hard cut counts as found when a boundary is exactly on its
first frame, a dissolve when one lies within it; every boundary may find one. Precision, recall
and F1 as in TRECVID's shot boundary task (Smeaton, Over and Doherty 2010).
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ingest.media.probe import probe_file
from ingest.media.shots import detect_shots
from ingest.media.types import MediaInfo
from tests.films import COLOURS, PLACES, Film, Person, Scene, Way, make_film

SIZE = (256, 144)
_KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "b_frames": {"b_frames": 3},
    "variable_rate": {"variable_rate": True},
    "ntsc": {"rate": Fraction(30000, 1001)},
    "slow_rate": {"rate": Fraction(12)},
    "noisy": {"noise": 8.0},
}


@dataclass
class Counts:
    """Boundaries that are there, that were found, and that were found rightly."""

    truth: int = 0
    found: int = 0
    right: int = 0

    def add(self, other: Counts) -> None:
        """Add the counts of another film."""
        self.truth += other.truth
        self.found += other.found
        self.right += other.right

    def scores(self) -> dict[str, float]:
        """Precision, recall and F1, rounded, with the counts."""
        precision = self.right / self.found if self.found else 1.0
        recall = self.right / self.truth if self.truth else 1.0
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0.0
        return {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(f1, 4),
            "truth": self.truth,
            "found": self.found,
        }


def random_scenes(seed: int) -> list[Scene]:
    """Six scenes, each in another place than the one before."""
    dice = random.Random(seed)
    scenes: list[Scene] = []
    for number in range(6):
        others = [place for place in PLACES if not scenes or place != scenes[-1].place]
        dissolves = number > 0 and dice.random() < 0.35
        scenes.append(
            Scene(
                place=dice.choice(others),
                duration_s=Fraction(dice.randint(9, 26), 10) + (1 if dissolves else 0),
                ways=tuple(_random_way(dice) for _ in range(dice.randint(0, 3))),
                seed=dice.randint(0, 99),
                dissolve_s=Fraction(dice.choice([5, 8, 12]), 10) if dissolves else Fraction(0),
                flash_at_s=Fraction(dice.randint(4, 6), 10) if dice.random() < 0.2 else None,
                pan=dice.choice([0.0, 0.0, 0.4, -0.6]),
            )
        )
    return scenes


def _random_way(dice: random.Random) -> Way:
    colours = list(COLOURS)
    person = Person(
        f"p{dice.randint(0, 9)}",
        dice.choice(colours),
        dice.choice(colours),
        skin=dice.randint(0, 3),
    )
    ground = dice.uniform(0.8, 0.98)
    return Way(
        person, (dice.random(), ground), (dice.random(), ground), height=dice.uniform(0.35, 0.8)
    )


def compare(film: Film, boundaries: list[int]) -> tuple[Counts, Counts]:
    """Counts of all boundaries, and of the hard cuts alone (of which ``found`` is ``right``).

    ``boundaries`` are in units of the film's time base.
    """
    soft = dict(film.dissolves)
    hard = [cut for cut in film.cuts if not any(a <= cut < b for a, b in soft.items())]
    left = list(boundaries)
    right_hard = 0
    for cut in hard:
        if cut in left:
            left.remove(cut)
            right_hard += 1
    right_soft = 0
    for start, end in soft.items():
        inside = next((pts for pts in left if start <= pts <= end), None)
        if inside is not None:
            left.remove(inside)
            right_soft += 1
    everything = Counts(len(film.cuts), len(boundaries), right_hard + right_soft)
    return everything, Counts(len(hard), right_hard, right_hard)


def film_boundaries(film: Film, info: MediaInfo) -> list[int]:
    """The boundaries that are found, in units of the film's time base."""
    _, cuts = detect_shots(film.path, info)
    return [round(cut.pts * info.time_base / film.time_base) for cut in cuts]


def evaluate(films_per_kind: int) -> dict[str, Any]:
    """Make the films, find their shots and compare, by kind of film and over all."""
    total, hard_total = Counts(), Counts()
    kinds: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (kind, how) in enumerate(_KINDS.items()):
            counts = Counts()
            for index in range(films_per_kind):
                scenes = random_scenes(number * 100 + index)
                film = make_film(Path(folder) / "film.mp4", scenes, size=SIZE, **how)
                found = film_boundaries(film, probe_file(film.path))
                everything, hard = compare(film, found)
                counts.add(everything)
                hard_total.add(hard)
            kinds[kind] = counts.scores()
            total.add(counts)
    hard_recall = hard_total.scores()["recall"]
    return {**total.scores(), "hard_cut_recall_frame_exact": hard_recall, "kinds": kinds}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Shot detection on made films.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--films", type=int, default=3, help="films of each kind (default 3)")
    options = parser.parse_args()
    scores = evaluate(options.films)
    if options.json:
        print(json.dumps(scores, indent=2))
        return
    for kind, values in [*scores["kinds"].items(), ("all", scores)]:
        print(f"{kind:15} P {values['precision']:.3f}  R {values['recall']:.3f}  "
              f"F1 {values['f1']:.3f}")  # fmt: skip


if __name__ == "__main__":
    main()

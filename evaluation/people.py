"""People told apart in real footage: groups of tracks against who is really in the pictures.

    python -m evaluation.people --footage DIR --labels FILE [--profile P] [--json]
    python -m evaluation.people --made [--profile P] [--json]

The files that the labels name are indexed into a scratch installation (or one that ``--state-dir``
keeps) as a user would; then their tracks are grouped as the product does, one library per set of
files and one of all. ``--made``: the rendered sample footage, of which the script is the truth.

Per set: pairwise and BCubed over tracks that show one labelled person; ``people`` found of those
there; ``mixed``: groups with two people; ``not_people``: tracks of chairs and shadows, how many
identities they became, and how many are in a person's group; ``clicks`` of someone who corrects
all (``evaluation.clustering.clicks``). ``as_it_is``: centred where measured better, with context.
Then without context (no clothes, places, times, cameras: looks alone), and without centring.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.clustering import clicks, measure
from evaluation.installations import Installation
from evaluation.person_labels import (
    NOBODY,
    UNTOLD,
    Labels,
    Shown,
    drawn_labels,
    read_labels,
    whom_it_shows,
)
from evaluation.pictures import default_weights_dir, report
from recognition.engine.centres import FEW_PEOPLE, Calibrated, read_centre
from recognition.engine.centring import centre
from recognition.engine.clustering import same_person_for
from recognition.engine.manifest import builtin_weights, light_weights
from recognition.engine.types import Floats, Ints
from recognition.seeing.doubles import Doubles
from recognition.seeing.grouping import make_plan
from recognition.seeing.pairs import SLOPE
from recognition.seeing.track_facts import TrackFact

if TYPE_CHECKING:
    from recognition.models import Encoder, Track

LIBRARY = "Evaluation"
ALL = "all together"


@dataclass(frozen=True, slots=True)
class Seen:
    """The tracks of a library: facts, vectors (n, d) not centred, in which file, whom they show."""

    facts: tuple[TrackFact, ...]
    vectors: Floats
    files: tuple[str, ...]
    shown: tuple[Shown, ...]
    doubles: Doubles

    def of(self, names: Iterable[str]) -> Seen:
        """Those of some files alone."""
        wanted = set(names)
        rows = [at for at, name in enumerate(self.files) if name in wanted]
        return Seen(
            tuple(self.facts[at] for at in rows),
            self.vectors[rows],
            tuple(self.files[at] for at in rows),
            tuple(self.shown[at] for at in rows),
            self.doubles,
        )


@dataclass(frozen=True, slots=True)
class Way:
    """How tracks are grouped: thresholds of the network, and what is left out."""

    same_person: float
    slope: float
    centred: Calibrated | None
    has_context: bool
    among: int = FEW_PEOPLE


def read_seen(labels: Labels) -> Seen:
    """All tracks of people in the installation that Django is set up for."""
    from recognition.models import Encoder, Track
    from recognition.selectors import current_encoder
    from recognition.services.library_state import read_state
    from recognition.stages.identities import _person_detail

    encoder = current_encoder(Encoder.Space.PERSON)
    if encoder is None:
        raise SystemExit("Nobody was found in this footage.")
    centred = read_centre(_person_detail().get("centre", ""))
    library_id = _library_of(encoder)
    state = read_state(library_id, encoder)
    # Doubles are found by looks too: by those that the product compares.
    doubles = read_state(library_id, encoder, centred.around).doubles if centred else state.doubles
    tracks = Track.objects.select_related("asset").in_bulk([fact.id for fact in state.facts])
    names = tuple(tracks[fact.id].asset.name for fact in state.facts)
    kept = [at for at, name in enumerate(names) if name in labels.files]
    cameras = sorted({told.camera for told in labels.files.values()})
    facts, shown = [], []
    for at in kept:
        fact, told = state.facts[at], labels.files[names[at]]
        true_s = None if told.recorded_s is None else told.recorded_s + fact.start_s
        facts.append(replace(fact, camera=cameras.index(told.camera), true_s=true_s))
        shown.append(_shown(labels, tracks[fact.id]))
    free = tuple(replace(fact, identity=None, is_fixed=False) for fact in facts)
    files = tuple(names[at] for at in kept)
    return Seen(free, state.vectors[kept], files, tuple(shown), doubles)


def _library_of(encoder: Encoder) -> int:
    from ingest.models import Library

    return Library.objects.get(name=LIBRARY).pk


def _shown(labels: Labels, track: Track) -> Shown:
    asset = track.asset
    second = (asset.time_base_num or 1) / (asset.time_base_den or 1)
    crops = list(track.crops.all())
    times = [(crop.pts - (asset.first_pts or 0)) * second for crop in crops]
    boxes = np.array([[c.left, c.top, c.right, c.bottom] for c in crops]).reshape(-1, 4)
    qualities = [crop.quality for crop in crops]
    return whom_it_shows(labels.files[asset.name], times, boxes.astype(np.float32), qualities)


def evaluate(seen: Seen, labels: Labels) -> dict[str, Any]:
    """Figures of every set of files, each a library of its own, and of all in one."""
    from recognition.stages.identities import _person_detail

    detail = _person_detail()
    centred = read_centre(detail.get("centre", ""))
    plain = Way(_not_centred(detail.get("space", "")), SLOPE, None, has_context=True)
    usual = plain
    if centred is not None:
        usual = Way(centred.same_person, centred.slope, centred, True, centred.among)
    ways = {
        "as_it_is": usual,
        "without_context": replace(usual, has_context=False),
        "without_centring": plain,
    }
    sets = dict(labels.sets)
    if len(sets) > 1:
        sets[ALL] = tuple(name for names in labels.sets.values() for name in names)
    return {
        name: {
            "tracks": _tracks(seen.of(files)),
            **{way: judge(seen.of(files), labels, how) for way, how in ways.items()},
        }
        for name, files in sets.items()
    }


def _not_centred(space: str) -> float:
    """From when two groups are one person where vectors are not centred: what the manifest says
    of the network."""
    for entry in (*builtin_weights(), *light_weights()):
        if entry.role == "person" and entry.space == space and "same_person" in entry.calibration:
            return float(entry.calibration["same_person"])
    return same_person_for(space)


def _tracks(seen: Seen) -> dict[str, Any]:
    """What there is to group: tracks by whom they show, and how purely."""
    people = [shown for shown in seen.shown if shown.person not in (NOBODY, UNTOLD)]
    return {
        "of_people": len(people),
        "of_nobody": sum(shown.person == NOBODY for shown in seen.shown),
        "not_told": sum(shown.person == UNTOLD for shown in seen.shown),
        "purity": round(float(np.mean([s.share for s in people])), 3) if people else None,
    }


def judge(seen: Seen, labels: Labels, way: Way) -> dict[str, Any]:
    """Figures of one way to group."""
    return figures(_group(seen, labels, way), [shown.person for shown in seen.shown])


def figures(labels: Ints, people: Sequence[str]) -> dict[str, Any]:
    """From groups of tracks (n,), -1 in none, and the person whom each shows."""
    known = np.array([name not in (NOBODY, UNTOLD) for name in people], dtype=np.bool_)
    if not known.any():
        return {"people": 0}
    names = np.array(people)
    truth = np.unique(names[known], return_inverse=True)[1].astype(np.int64)
    found = measure(labels[known], truth)
    nobody = names == NOBODY
    grouped = labels[nobody & (labels >= 0)]
    return {
        "people": found["identities"],
        "identities": len(np.unique(labels[known & (labels >= 0)])),
        "in_none": int(np.count_nonzero(known & (labels < 0))),
        "mixed": found["merged_wrongly"],
        "pairwise": found["pairwise"],
        "bcubed": found["bcubed"],
        "clicks": clicks(labels[known], truth),
        "not_people": {
            "tracks": int(nobody.sum()),
            "identities": len(np.unique(grouped)),
            "in_a_persons_group": int(np.isin(grouped, labels[known]).sum()),
        },
    }


def _group(seen: Seen, labels: Labels, way: Way) -> Ints:
    vectors = seen.vectors
    if way.centred is not None and len(vectors):
        cameras = np.array([fact.camera for fact in seen.facts], dtype=np.int64)
        vectors = centre(vectors, cameras, way.centred.around)
    cameras_of = sorted({told.camera for told in labels.files.values()})
    overlapping = [(cameras_of.index(a), cameras_of.index(b)) for a, b in labels.overlapping]
    plan = make_plan(
        seen.facts if way.has_context else [_blind(fact) for fact in seen.facts],
        vectors,
        same_person=way.same_person,
        slope=way.slope,
        among=way.among,
        is_whole=True,
        overlapping=overlapping,
        doubles=seen.doubles,
    )
    found = np.full(len(seen.facts), -1, dtype=np.int64)
    for number, group in enumerate(plan.groups):
        found[group.members] = number
    return found


def _blind(fact: TrackFact) -> TrackFact:
    """A track of which nothing but its looks is known: an asset of its own, and no clothes."""
    return replace(
        fact, asset_id=-1 - fact.id, camera=None, true_s=None, clothes=(), scene="", identity=None
    )


def index(place: Installation, footage: Path, names: Iterable[str]) -> dict[str, int]:
    """Index the labelled files of a folder; how many assets ended in which status."""
    paths = [str(path) for name in names for path in sorted(footage.rglob(name))]
    if not paths:
        raise SystemExit(f"None of the labelled files is in {footage}.")
    told = place.manage("index", *paths, "--library", LIBRARY, "--wait", "--in-process")
    counts: dict[str, int] = {}
    for asset in told["assets"]:
        counts[asset["status"]] = counts.get(asset["status"], 0) + 1
    return counts


def run(place: Installation, footage: Path, labels: Labels, options: Any) -> dict[str, Any]:
    """Index, read, judge."""
    assets = {} if options.indexed else index(place, footage, labels.files)
    os.environ["EVERYID_STATE_DIR"] = str(place.state_dir)
    os.environ["EVERYID_PROFILE"] = options.profile
    os.environ["DJANGO_SETTINGS_MODULE"] = "everyid_site.settings"
    import django

    django.setup()
    return {"profile": options.profile, "assets": assets, **evaluate(read_seen(labels), labels)}


def main(words: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--footage", type=Path, help="a folder with the labelled files")
    parser.add_argument("--labels", type=Path, help="who is where: a file as evaluation/labels has")
    parser.add_argument("--made", action="store_true", help="the rendered sample footage instead")
    parser.add_argument("--profile", default="builtin", choices=("builtin", "light", "auto"))
    parser.add_argument("--state-dir", type=Path, help="keep what is indexed here, and use it")
    parser.add_argument("--indexed", action="store_true", help="trust that it is all there")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(words)
    if not options.made and not (options.footage and options.labels):
        parser.error("--footage and --labels are needed, or --made")
    folder = default_weights_dir()
    if folder is not None:
        os.environ.setdefault("EVERYID_WEIGHTS_DIR", str(folder))
    with tempfile.TemporaryDirectory(prefix="everyid-people-") as scratch:
        footage = options.footage
        if options.made:
            footage = make_films(Path(scratch))
        labels = drawn_labels() if options.made else read_labels(options.labels)
        with Installation(profile=options.profile, state_dir=options.state_dir) as place:
            found = run(place, footage.resolve(), labels, options)
    if options.json:
        print(json.dumps(found))
    else:
        report(found, as_json=False)
    return 0


def make_films(folder: Path) -> Path:
    """The sample footage, made in a folder."""
    from everyid_site.demo.footage import make_sample_footage

    make_sample_footage(folder)
    return folder


if __name__ == "__main__":
    raise SystemExit(main())

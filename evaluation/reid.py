"""Person re-identification by the standard protocol of Market-1501 (Zheng et al. 2015).

Each query is ranked against the gallery without pictures of the same identity on the
same camera; a query with no right answer left is dropped. rank-k: a right answer among
the first k. map: mean average precision. minp: mean inverse negative penalty, right
answers over the rank of the last of them (Ye et al. 2021, arXiv:2001.04193).

The figures are as the product does it: less what each camera does to everyone's vectors,
where that was measured to be better (``engine.centring``); it needs no labels but those of
cameras. ``reranked``: the same with k-reciprocal re-ranking. ``plain``: vectors as they are.

Layouts: ``pku`` ID/CAMERA_VIEW.png, every crop query and gallery; ``market1501`` query/ and
bounding_box_test/ with names like 0001_c1s1_001051_00.jpg; ``msmt17`` list_query.txt,
list_gallery.txt and test/.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluation.pictures import Pictures, make_parser, open_person_encoder, report
from recognition.engine.centres import read_centre
from recognition.engine.centring import centre
from recognition.engine.reranking import rerank, rerank_within
from recognition.engine.types import Floats, Ints, PersonEncoder


@dataclass(frozen=True, slots=True)
class Crops:
    """Names of pictures with their identities and cameras, one of each per name."""

    names: list[str]
    identities: Ints
    cameras: Ints


def main() -> None:
    """Command line."""
    parser = make_parser(__doc__, "--dataset", role="person")
    parser.add_argument("--layout", choices=("pku", "market1501", "msmt17"), default="pku")
    parser.add_argument("--no-rerank", action="store_true")
    options = parser.parse_args()
    report(evaluate(options), options.json)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """All figures of one dataset."""
    people = open_person_encoder(options)
    with Pictures(options.dataset) as pictures:
        query, gallery = read_layout(pictures, options.layout)
        gallery_vectors = encode(people, pictures, gallery.names)
        same = query is gallery
        query_vectors = gallery_vectors if same else encode(people, pictures, query.names)
    count, both = len(query.names), np.concatenate([query_vectors, gallery_vectors])
    centred = read_centre(people.info.detail.get("centre", ""))
    if centred is not None:
        cameras = np.concatenate([query.cameras, gallery.cameras])
        both = centre(both, cameras, centred.around)
    asked, answers = both[:count], both[count:]
    figures: dict[str, Any] = {
        "encoder": people.info.name,
        "fingerprint": people.info.fingerprint,
        "queries": count,
        "gallery": len(gallery.names),
        "is_centred": centred is not None,
        **measure(1 - asked @ answers.T, query, gallery),
    }
    if not options.no_rerank:
        distance = rerank_within(asked) if same else rerank(asked, answers)
        figures["reranked"] = measure(distance, query, gallery)
    figures["plain"] = measure(1 - query_vectors @ gallery_vectors.T, query, gallery)
    return figures


def encode(people: PersonEncoder, pictures: Pictures, names: Sequence[str]) -> Floats:
    """Unit rows of all named crops."""
    return np.concatenate([people.encode_people(batch) for batch in pictures.batches(names)])


def read_layout(pictures: Pictures, layout: str) -> tuple[Crops, Crops]:
    """Query and gallery; one and the same object for ``pku``."""
    if layout == "market1501":
        return _market(pictures, "query/"), _market(pictures, "bounding_box_test/")
    if layout == "msmt17":
        return _msmt(pictures, "list_query.txt"), _msmt(pictures, "list_gallery.txt")
    found = [(n, re.search(r"(\d+)/(\d+)_\d+\.\w+$", n)) for n in pictures.names]
    parsed = [(name, int(m[1]), int(m[2])) for name, m in found if m]
    crops = _crops(parsed)
    return crops, crops


def _market(pictures: Pictures, part: str) -> Crops:
    pattern = re.compile(rf"(?:^|/){part}(-?\d+)_c(\d+)[^/]*$")
    found = [(n, pattern.search(n)) for n in pictures.names]
    # -1 marks junk: bad boxes that count neither as right nor as wrong.
    return _crops([(n, int(m[1]), int(m[2])) for n, m in found if m and int(m[1]) >= 0])


def _msmt(pictures: Pictures, listing: str) -> Crops:
    parsed = []
    for line in pictures.read_bytes(listing).decode().splitlines():
        name, identity = line.split()
        camera = int(name.split("/")[-1].split("_")[2])
        parsed.append((name if name.startswith("test/") else f"test/{name}", int(identity), camera))
    return _crops(parsed)


def _crops(parsed: Sequence[tuple[str, int, int]]) -> Crops:
    if not parsed:
        raise SystemExit("No picture of this layout was found there.")
    return Crops(
        [name for name, _, _ in parsed],
        np.array([identity for _, identity, _ in parsed], dtype=np.int64),
        np.array([camera for _, _, camera in parsed], dtype=np.int64),
    )


def measure(distance: Floats, query: Crops, gallery: Crops) -> dict[str, float]:
    """rank-1, -5, -10, map and minp of distances (queries, gallery)."""
    first: list[int] = []
    precision: list[float] = []
    penalty: list[float] = []
    for row, identity, camera in zip(distance, query.identities, query.cameras, strict=True):
        same = gallery.identities == identity
        kept = ~(same & (gallery.cameras == camera))
        right = same[kept][np.argsort(row[kept], kind="stable")]
        ranks = np.flatnonzero(right) + 1
        if not len(ranks):
            continue
        first.append(int(ranks[0]))
        precision.append(float((np.arange(1, len(ranks) + 1) / ranks).mean()))
        penalty.append(len(ranks) / float(ranks[-1]))
    if not first:
        raise SystemExit("No query has a right answer on another camera.")
    best = np.asarray(first)
    figures = {f"rank_{k}": float((best <= k).mean()) for k in (1, 5, 10)}
    return {
        **{name: round(value, 4) for name, value in figures.items()},
        "map": round(float(np.mean(precision)), 4),
        "minp": round(float(np.mean(penalty)), 4),
    }


if __name__ == "__main__":
    main()

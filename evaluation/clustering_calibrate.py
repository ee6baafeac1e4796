"""How a person network is centred by camera, and from when two tracks are one person.

The network's own mean comes of people found in pictures of all kinds; everything else is measured
on a re-identification dataset, across cameras: rank-1 and mAP with and without, the same with the
mean of few people only, the slope of the log-likelihood ratio (logistic regression on pairs), and
the tightest threshold that is within a fiftieth of the best pairwise F1 while 19 of 20 pairs in
one cluster are one person.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from evaluation.pictures import Pictures, open_networks
from evaluation.reid import Crops, encode, read_layout
from evaluation.reid import measure as measure_ranks
from recognition.engine.centres import Calibrated, weights_digest, write_centre
from recognition.engine.centring import Centre, centre, group_means, people_mean
from recognition.engine.clustering import cluster, count_proposed
from recognition.engine.embedding import unit
from recognition.engine.manifest import WeightsEntry
from recognition.engine.types import Floats, Networks

PRECISION = 0.95
ALIKE_ENOUGH = 0.98
FEW = (1, 2, 4, 8, 16)
DRAWS = 8
MOST_PICTURES = 600
CLEAR, TALL_PX = 0.5, 64
"""People that make up a network's own mean: surely found and not tiny. By eye."""


def calibrate(options: argparse.Namespace, entry: WeightsEntry) -> dict[str, Any]:
    """All figures of one network; written beside the engine where asked and better."""
    from evaluation.clustering import measure

    networks = open_networks(options)
    mean, people = own_mean(networks, options)
    with Pictures(options.dataset) as pictures:
        _, gallery = read_layout(pictures, options.layout)
        rows = encode(networks.people, pictures, gallery.names)
    around = Centre(mean, count_alike(rows, gallery, mean))
    centred = centre(rows, gallery.cameras, around)
    plain, better = _ranks(rows, gallery), _ranks(centred, gallery)
    slope, even = logistic(centred, gallery)
    steps = np.arange(0.2, 0.8, 0.02).round(2).tolist()
    found = {t: measure(cluster(centred, same_person=t), gallery.identities) for t in steps}
    right = [t for t in steps if found[t]["pairwise"]["precision"] >= PRECISION]
    most = max(found[t]["pairwise"]["f1"] for t in right)
    # Over-splitting beats over-merging: the tightest of those that are as good as the best.
    same_person = max(t for t in right if found[t]["pairwise"]["f1"] >= ALIKE_ENOUGH * most)
    measured = {
        "dataset": f"{options.dataset.name}, {len(set(gallery.identities.tolist()))} people",
        "pictures": f"{options.pictures.name}, {people} people",
        "plain": plain,
        "centred": better,
        "few": few_people(rows, gallery, around),
        "clusters": {key: found[same_person][key] for key in ("pairwise", "bcubed")},
        "even_at": round(even, 3),
    }
    among = count_proposed(centred)
    said = Calibrated(weights_digest(entry), around, same_person, round(slope, 1), measured, among)
    is_better = better["map"] > plain["map"]
    if options.write and is_better:
        write_centre(entry.space, said)
    return {
        "encoder": networks.people.info.name,
        "is_better": is_better,
        "same_person": same_person,
        "among": among,
        "slope": round(slope, 1),
        "alike": around.alike,
        **measured,
    }


def own_mean(networks: Networks, options: argparse.Namespace) -> tuple[Floats, int]:
    """The mean vector (d,) of people found in pictures of all kinds, and how many they were."""
    found: list[Floats] = []
    with Pictures(options.pictures) as pictures:
        names = pictures.names[:MOST_PICTURES]
        for batch in pictures.batches(names, 16):
            crops = []
            for picture, seen in zip(batch, networks.detector.detect(batch), strict=True):
                kept = (seen.confidence >= CLEAR) & (np.array(seen.labels) == "person")
                height, width = picture.shape[:2]
                boxes = seen.xyxy_norm[kept].clip(0, 1) * [width, height, width, height]
                for left, top, right, bottom in boxes.round().astype(int).tolist():
                    if bottom - top >= TALL_PX and right - left >= TALL_PX // 4:
                        crops.append(picture[top:bottom, left:right])
            if crops:
                found.append(networks.people.encode_people(crops))
    rows = np.concatenate(found)
    return rows.mean(axis=0), len(rows)


def count_alike(rows: Floats, gallery: Crops, mean: Floats) -> float:
    """The similarity that counts the people of each camera best (on a logarithmic scale)."""

    def miss(alike: float) -> float:
        missed = 0.0
        for camera in np.unique(gallery.cameras):
            here = gallery.cameras == camera
            people = len(np.unique(gallery.identities[here]))
            missed += abs(np.log(people_mean(rows[here], mean, alike)[1] / people))
        return missed

    return float(min(np.arange(0.2, 0.8, 0.02).round(2), key=miss))


def few_people(rows: Floats, gallery: Crops, around: Centre) -> dict[str, Any]:
    """Ranks of everyone where each camera's mean is one of few people, half of them on both."""
    everyone, random = np.unique(gallery.identities), np.random.default_rng(0)
    found: dict[str, Any] = {}
    for count in FEW:
        drawn = []
        for _ in range(DRAWS):
            ids = random.permutation(everyone)
            centred = _around_few(rows, gallery, around, ids, count)
            drawn.append(_ranks(centred, gallery))
        found[str(count)] = {
            key: round(float(np.mean([one[key] for one in drawn])), 4) for key in drawn[0]
        }
    return found


def _around_few(rows: Floats, gallery: Crops, around: Centre, ids: Any, count: int) -> Floats:
    """Everyone's rows less the means that ``centre`` would find if it saw few people."""
    cameras = np.unique(gallery.cameras)
    seen = np.zeros(len(rows), dtype=np.bool_)
    for number, camera in enumerate(cameras):
        start = number * (count // 2)
        here = np.isin(gallery.identities, np.take(ids, range(start, start + count), mode="wrap"))
        seen |= here & (gallery.cameras == camera)
    kept = np.flatnonzero(seen)
    moved = group_means(rows[kept], gallery.cameras[kept], around)
    return unit(rows - np.stack([moved[int(camera)] for camera in gallery.cameras]))


def logistic(rows: Floats, gallery: Crops) -> tuple[float, float]:
    """Slope and zero of the log-likelihood ratio over the cosine of pairs across cameras."""
    from sklearn.linear_model import LogisticRegression

    first, second = np.triu_indices(len(rows), k=1)
    across = gallery.cameras[first] != gallery.cameras[second]
    first, second = first[across], second[across]
    cosine = np.einsum("ij,ij->i", rows[first], rows[second])
    same = gallery.identities[first] == gallery.identities[second]
    model = LogisticRegression(class_weight="balanced", C=1e6).fit(cosine[:, None], same)
    slope = float(model.coef_[0, 0])
    return slope, float(-model.intercept_[0] / slope)


def _ranks(rows: Floats, gallery: Crops) -> dict[str, float]:
    found = measure_ranks(1 - rows @ rows.T, gallery, gallery)
    return {"rank_1": found["rank_1"], "map": found["map"]}

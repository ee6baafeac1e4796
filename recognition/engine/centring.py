"""Person vectors less what a camera does to everyone's.

Light, height and compression move all vectors of a camera the same way, so that two strangers on
one camera are more alike than one person on two. Taking each camera's mean from its vectors mends
that, as camera-based batch normalisation does inside a network (Zhuang et al. 2020,
arXiv:2001.08680). A mean over few people is mostly those people, so it is drawn towards the
library's, and that towards the network's own (measured once, of many pictures): with one person
nothing happens that would not happen to any. The mean is one over people and not over tracks:
a track counts the less the more others look like it.

Whether and how a network is centred stands in ``engine/centres/``; made and measured by
``python -m evaluation.clustering --calibrate``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.engine.embedding import unit
from recognition.engine.errors import BadValue
from recognition.engine.neighbours import count_true, similarity_blocks
from recognition.engine.types import Floats, Ints

WORTH = 8.0
"""So many people of the network's own mean are mixed into a library's, and of the library's into
a camera's. Of 1, 2, 4, 8 and 16, measured on PKU-Reid with 1 to 24 people a camera: no number of
people was worse than without up to 8, and one person alone keeps most at 8."""
MOST_COUNTED = 2048
"""Tracks of one camera among which people are counted, spread over all of them."""
_STEP = 4096
"""Rows that are centred at once: few enough to stay in the processor's cache on the way."""


@dataclass(frozen=True, slots=True)
class Centre:
    """How a network's vectors are centred: its own ``mean`` (d,), and the similarity from which
    two tracks of one camera are taken for one person when people are counted."""

    mean: Floats
    alike: float


def centre(vectors: Floats, groups: Ints, around: Centre, *, worth: float = WORTH) -> Floats:
    """Unit rows (n, d) less the mean of their group (n,): a camera, or an asset without one."""
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1:] != around.mean.shape or len(groups) != len(rows):
        raise BadValue(
            f"expected rows of {around.mean.shape} with a group each, got {rows.shape} and "
            f"{len(groups)} groups"
        )
    if not len(rows):
        return rows
    names, group_of = np.unique(groups, return_inverse=True)
    moved = group_means(rows, groups, around, worth=worth)
    means = np.stack([moved[int(name)] for name in names])
    freed = np.empty_like(rows)
    for start in range(0, len(rows), _STEP):
        part = slice(start, start + _STEP)
        freed[part] = unit(rows[part] - means[group_of[part]])
    return freed


def group_means(
    rows: Floats, groups: Ints, around: Centre, *, worth: float = WORTH
) -> dict[int, Floats]:
    """What ``centre`` takes from the rows of each group: (d,) by group."""
    names, group_of = np.unique(groups, return_inverse=True)
    order = np.argsort(group_of, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(group_of))[:-1])
    means = [people_mean(rows[part], around.mean, around.alike) for part in parts]
    counts = np.array([count for _, count in means])
    everyone = _weighted([mean for mean, _ in means], counts)
    whole = _shrink(everyone, counts.sum(), around.mean, worth)
    shrunk = [_shrink(mean, count, whole, worth) for mean, count in means]
    return dict(zip(names.tolist(), shrunk, strict=True))


def people_mean(rows: Floats, mean: Floats, alike: float) -> tuple[Floats, float]:
    """The mean (d,) over people of unit rows (n, d), and how many they are about.

    A track has the weight 1 / (how many tracks look like it): the weights of one person's tracks
    add up to about 1.
    """
    if len(rows) > MOST_COUNTED:
        # The same tracks whatever the order of rows.
        spread = np.linspace(0, len(rows) - 1, MOST_COUNTED).round().astype(np.int64)
        rows = rows[np.lexsort(rows.T[:4])[spread]]
    freed = unit(rows - mean)
    alikes = np.concatenate(
        [count_true(block >= alike) for _, block in similarity_blocks(freed, freed)]
    )
    weights = (1.0 / np.maximum(alikes, 1)).astype(np.float32)
    return (weights @ rows) / weights.sum(), float(weights.sum())


def _weighted(means: Sequence[Floats], counts: Floats) -> Floats:
    return np.asarray(counts @ np.stack(means) / counts.sum(), dtype=np.float32)


def _shrink(mean: Floats, people: float, towards: Floats, worth: float) -> Floats:
    return np.asarray((people * mean + worth * towards) / (people + worth), dtype=np.float32)

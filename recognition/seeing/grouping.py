"""Which tracks of a library are one person: a plan, from vectors and what is already decided.

Pure arithmetic; reading and writing are in ``services.grouping``. In order:

1. What a person said stays: tracks that a human assigned (or took out) and all tracks of locked
   identities are fixed.
2. Free tracks join a fixed identity where they are clearly nearest to one of its looks.
3. The rest is clustered anew, with HDBSCAN and splitting (``engine.clustering``), so that groups
   grow better as evidence comes in; two tracks at one time in one asset are two people.
4. A track alone is a person too, if it was seen well; else it is nobody's.
5. Groups take over the identity that most of their members had, so that numbers stay.

Over-splitting beats over-merging: thresholds lean towards two identities for one person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from recognition.engine.clustering import NOISE, assign, cluster
from recognition.engine.embedding import find_modes, unit
from recognition.engine.types import Floats, Ints
from recognition.seeing.clothes import Clothes, clothes_apart
from recognition.seeing.refusals import NONE, Refusals

CAUTION = 0.06
"""Added to the network's ``same_person``, which was measured on full bodies: two portraits of
different people reached .45 with 0277, where that is .40. By eye, on 51 tracks of 12 clips."""
SAME_ASSET_CAUTION = 0.12
"""The same for two tracks of one asset: light, view and clothes are the same, so one person looks
more alike there (.64 to .91) and two people do too (up to .50). By eye, on the same clips."""
OVERLAP_S = 0.5
"""Two tracks that overlap for longer are two people; less happens when a track is handed over."""
JOIN_MARGIN = 0.04
"""How much nearer than to anyone else a track must be to join a fixed identity. By eye."""
JOIN_ABOVE = 0.03
"""Added to ``same_person`` for joining what a human confirmed: a wrong track there is worse than
one more suggestion. By eye."""
ALONE_FROM = 0.12
"""Quality of a track's best crop from which it may stand alone: about a clear body 64 px high.
By eye."""
CLUSTERED_FROM = 0.03
"""Below this quality a track is nobody's: its vector says more of blur than of a person. By eye."""
MOST_CLUSTERED = 4000
"""Clustering all free tracks of a library anew takes seconds up to here; beyond, groups of three
and more stand as they are and only the others are clustered."""
SETTLED_SIZE = 3


@dataclass(frozen=True, slots=True)
class TrackFact:
    """A person's track: where it was, and what was decided before.

    ``is_fixed``: a human assigned it (``identity`` None: to nobody), or its identity is locked.
    """

    id: int
    asset_id: int
    start_s: float
    end_s: float
    identity: int | None
    is_fixed: bool
    quality: float
    clothes: Clothes = ()


@dataclass(slots=True)
class Group:
    """Tracks (by row) of one person; ``identity`` None: one that is to be made."""

    identity: int | None
    members: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """Groups of free tracks; rows that stay with their identity; and how alike each grouped row
    is to the rest of its identity (left out where it is alone)."""

    groups: tuple[Group, ...]
    standing: frozenset[int]
    similarity: Mapping[int, float]


def make_plan(
    facts: Sequence[TrackFact], vectors: Floats, *, same_person: float, refusals: Refusals = NONE
) -> Plan:
    """Put the free tracks in groups. ``vectors``: unit rows (n, d), one per fact.

    ``refusals``: pairs that people said are not the same; they are never put together.
    """
    rows = np.asarray(vectors, dtype=np.float32)
    same_person += CAUTION
    free = [i for i, f in enumerate(facts) if not f.is_fixed and f.quality >= CLUSTERED_FROM]
    anchors = _anchors(facts, free)
    standing = {row for members in anchors.values() for row in members}
    free = [row for row in free if row not in standing]
    joined, rest = _join(facts, rows, free, anchors, same_person, refusals)
    groups = [*joined, *_cluster(facts, rows, rest, same_person, refusals)]
    _take_over(groups, facts, taken=set(anchors))
    return Plan(tuple(groups), frozenset(standing), _similarities(rows, facts, groups, anchors))


def cannot_link(
    facts: Sequence[TrackFact], vectors: Floats, rows: Sequence[int], *, same_person: float
) -> list[tuple[int, int]]:
    """Pairs of positions in ``rows`` that are two people.

    Tracks of one asset at one time, tracks of one asset that are alike only as far as all people
    in one light are, and tracks in surely different clothes.
    """
    by_asset: dict[int, list[int]] = {}
    for position, row in enumerate(rows):
        by_asset.setdefault(facts[row].asset_id, []).append(position)
    pairs: list[tuple[int, int]] = []
    for positions in by_asset.values():
        at = np.array(positions)
        members = [facts[rows[position]] for position in positions]
        apart = _at_once_table(members) | _merely_alike(
            vectors[[rows[position] for position in positions]], same_person
        )
        first, second = np.nonzero(np.triu(apart, k=1))
        pairs += zip(at[first].tolist(), at[second].tolist(), strict=True)
    worn = [facts[row].clothes for row in rows]
    return pairs + clothes_apart(worn, vectors[list(rows)], same_person=same_person)


def _at_once_table(members: Sequence[TrackFact]) -> npt.NDArray[np.bool_]:
    start = np.array([fact.start_s for fact in members])
    end = np.array([fact.end_s for fact in members])
    shared = np.minimum(end[:, None], end[None]) - np.maximum(start[:, None], start[None])
    shorter = np.minimum((end - start)[:, None], (end - start)[None])
    return np.asarray(shared > np.minimum(OVERLAP_S, shorter / 2))


def _merely_alike(vectors: Floats, same_person: float) -> npt.NDArray[np.bool_]:
    """Pairs that the plain threshold might join but the one for a single asset does not.

    Clearly unlike pairs are left out: front and back of one person may be in one group by way of
    tracks between them.
    """
    similarity = vectors @ vectors.T
    least = same_person - CAUTION
    return np.asarray((similarity >= least) & (similarity < least + SAME_ASSET_CAUTION))


def _anchors(facts: Sequence[TrackFact], free: Sequence[int]) -> dict[int, list[int]]:
    """Identities that stand, with their rows: fixed ones, and settled ones of large libraries."""
    anchors: dict[int, list[int]] = {}
    for row, fact in enumerate(facts):
        if fact.is_fixed and fact.identity is not None:
            anchors.setdefault(fact.identity, []).append(row)
    if len(free) <= MOST_CLUSTERED:
        return anchors
    sizes = Counter(facts[row].identity for row in free if facts[row].identity is not None)
    for row in free:
        identity = facts[row].identity
        if identity is not None and sizes[identity] >= SETTLED_SIZE:
            anchors.setdefault(identity, []).append(row)
    return anchors


def _join(
    facts: Sequence[TrackFact],
    rows: Floats,
    free: Sequence[int],
    anchors: Mapping[int, Sequence[int]],
    same_person: float,
    refusals: Refusals,
) -> tuple[list[Group], list[int]]:
    """Free tracks that belong to an anchor, the most alike first; and the others."""
    if not anchors or not free:
        return [], list(free)
    bases, owners = _bases(facts, rows, anchors)
    found = assign(rows[list(free)], bases, owners, threshold=same_person + JOIN_ABOVE)
    present = {key: list(members) for key, members in anchors.items()}
    groups: dict[int, Group] = {}
    for at in np.argsort([-item.similarity for item in found], kind="stable"):
        row, item = free[int(at)], found[int(at)]
        if item.identity == NOISE or item.margin < JOIN_MARGIN:
            continue
        if any(_at_once(facts[row], facts[other]) for other in present[item.identity]):
            continue
        members = (facts[other].id for other in present[item.identity])
        if refusals.bars(facts[row], item.identity, members):
            continue
        present[item.identity].append(row)
        groups.setdefault(item.identity, Group(item.identity)).members.append(row)
    joined = {row for group in groups.values() for row in group.members}
    return list(groups.values()), [row for row in free if row not in joined]


def _bases(
    facts: Sequence[TrackFact], rows: Floats, anchors: Mapping[int, Sequence[int]]
) -> tuple[Floats, Ints]:
    """The looks of each anchor (m, d) and whose they are (m,)."""
    looks = {
        key: find_modes(rows[list(members)], _weights(facts, members))
        for key, members in anchors.items()
    }
    owners = [key for key, modes in looks.items() for _ in modes]
    return np.concatenate(list(looks.values())), np.asarray(owners, dtype=np.int64)


def _cluster(
    facts: Sequence[TrackFact],
    rows: Floats,
    rest: Sequence[int],
    same_person: float,
    refusals: Refusals,
) -> list[Group]:
    """Groups of the rest: clusters, and tracks alone that were seen well."""
    if not rest:
        return []
    apart = cannot_link(facts, rows, rest, same_person=same_person)
    apart += refusals.pairs(facts, rest)
    labels = cluster(rows[list(rest)], same_person=same_person, cannot_link=apart)
    groups: dict[int, Group] = {}
    alone: list[Group] = []
    for row, label in zip(rest, labels, strict=True):
        if label != NOISE:
            groups.setdefault(int(label), Group(None)).members.append(row)
        elif facts[row].quality >= ALONE_FROM:
            alone.append(Group(None, [row]))
    return [*groups.values(), *alone]


def _take_over(groups: Sequence[Group], facts: Sequence[TrackFact], taken: set[int]) -> None:
    """Give new groups the identity that most of their members had, each to one group."""
    claims = [
        (count, -at, identity)
        for at, group in enumerate(groups)
        if group.identity is None
        for identity, count in _earlier(group, facts).items()
    ]
    for _, at, identity in sorted(claims, reverse=True):
        group = groups[-at]
        if group.identity is None and identity not in taken:
            group.identity = identity
            taken.add(identity)


def _earlier(group: Group, facts: Sequence[TrackFact]) -> Counter[int]:
    had = (facts[row].identity for row in group.members)
    return Counter(identity for identity in had if identity is not None)


def _similarities(
    rows: Floats,
    facts: Sequence[TrackFact],
    groups: Iterable[Group],
    anchors: Mapping[int, Sequence[int]],
) -> dict[int, float]:
    """For each grouped row its cosine to the mean of the others of its identity."""
    found: dict[int, float] = {}
    for group in groups:
        standing = anchors.get(group.identity, ()) if group.identity is not None else ()
        everyone = [*standing, *group.members]
        if len(everyone) < 2:
            continue
        weighted = rows[everyone] * _weights(facts, everyone)[:, None]
        total = weighted.sum(axis=0)
        for row, own in zip(group.members, weighted[len(standing) :], strict=True):
            found[row] = float(rows[row] @ unit(total - own))
    return found


def _weights(facts: Sequence[TrackFact], members: Sequence[int]) -> Floats:
    return np.array([facts[row].quality for row in members], dtype=np.float32)


def _at_once(a: TrackFact, b: TrackFact) -> bool:
    shared = min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
    shorter = min(a.end_s - a.start_s, b.end_s - b.start_s)
    return a.asset_id == b.asset_id and shared > min(OVERLAP_S, shorter / 2)

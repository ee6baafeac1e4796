"""Which tracks of a library are one person: a plan, from vectors and what is already decided.

Pure arithmetic; reading and writing are in ``services.grouping``. In order:

1. What a person said stays: tracks that a human assigned (or took out) and all tracks of locked
   identities are fixed.
2. Free tracks join a fixed identity where they are clearly nearest to one of its looks.
3. The rest is clustered anew (``engine.clustering``), so that groups grow better as evidence comes
   in; two tracks at one time on one camera are two people.
4. A track alone is a person too, if it was seen well; else it is nobody's.
5. Groups take over the identity that most of their members had, so that numbers stay.

In a large library groups of three and more stand as well, until they agree with another
(``seeing.rejoining``), and of the rest only an asset's own tracks and those that look like them are
looked at. What spoke for each assignment is kept.
Over-splitting beats over-merging: thresholds lean towards two identities for one person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recognition.engine.centres import FEW_PEOPLE
from recognition.engine.clustering import NOISE, cluster
from recognition.engine.context import OVERLAP_S, Topology
from recognition.engine.embedding import unit
from recognition.engine.neighbours import similarity_blocks
from recognition.engine.types import Floats
from recognition.seeing import pairs as about_pairs
from recognition.seeing.doubles import NO_DOUBLES, Doubles
from recognition.seeing.joining import JOIN_ABOVE, JOIN_MARGIN, join_known
from recognition.seeing.pairs import CAUTION, SAME_ASSET_CAUTION, SLOPE
from recognition.seeing.refusals import NONE, Refusals
from recognition.seeing.rejoining import rejoin
from recognition.seeing.track_facts import Group, TrackFact

__all__ = [
    "CAUTION", "JOIN_ABOVE", "JOIN_MARGIN", "OVERLAP_S", "SAME_ASSET_CAUTION", "Group", "Plan",
    "TrackFact", "cannot_link", "make_plan",
]  # fmt: skip

ALONE_FROM = 0.12
"""Quality of a track's best crop from which it may stand alone: about a clear body 64 px high.
By eye."""
CLUSTERED_FROM = 0.03
"""Below this quality a track is nobody's: its vector says more of blur than of a person. By eye."""
MOST_CLUSTERED = 4000
"""Clustering all free tracks of a library anew takes seconds up to here; beyond, groups of three
and more stand as they are and only the others are clustered."""
SETTLED_SIZE = 3
TOUCHED_BELOW = 0.1
"""Unsettled tracks no further than this below the threshold from a new one are clustered with it.
By eye: average linkage joins nothing that is not somewhere above the threshold."""
EVIDENCE_FROM = 8
"""So many tracks of the same identity, the nearest in time, are asked what speaks for a track."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Groups of free tracks; rows that stay with their identity; how alike each grouped row is to
    the rest of its identity (left out where it is alone); and what else speaks for it: natural
    log-likelihood ratios by kind, with their ``total``."""

    groups: tuple[Group, ...]
    standing: frozenset[int]
    similarity: Mapping[int, float]
    evidence: Mapping[int, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What one plan looks at: identities that stand with their rows, and rows that may move."""

    anchors: dict[int, list[int]]
    free: list[int]
    standing: frozenset[int]
    is_large: bool


def make_plan(
    facts: Sequence[TrackFact],
    vectors: Floats,
    *,
    same_person: float,
    slope: float = SLOPE,
    among: int = FEW_PEOPLE,
    asset_id: int | None = None,
    is_whole: bool = False,
    overlapping: Iterable[tuple[int, int]] = (),
    refusals: Refusals = NONE,
    doubles: Doubles = NO_DOUBLES,
) -> Plan:
    """Put the free tracks in groups. ``vectors``: unit rows (n, d), one per fact.

    ``asset_id``: in a large library only this asset's tracks and those like them move.
    ``is_whole``: everyone but who is fixed is clustered anew, however many. ``slope``:
    log-likelihood ratio per unit of cosine. ``among``: so many people ``same_person`` was measured
    among. ``overlapping``: pairs of cameras that see one place.
    ``refusals``: pairs that people said are not the same; they are never put together.
    ``doubles``: pairs of tracks that are in one place when both are there.
    """
    rows = np.asarray(vectors, dtype=np.float32)
    least = same_person + CAUTION
    scope = _scope(facts, rows, least, asset_id, is_whole=is_whole)
    confirmed = [(f.identity, f.sighting) for f in facts if f.is_fixed and f.identity is not None]
    topology = Topology.learn(confirmed, overlapping=overlapping)
    joined, rest = join_known(
        facts, rows, scope.free, scope.anchors, least, topology, slope, refusals, doubles
    )
    groups = [
        *joined,
        *_cluster(facts, rows, rest, least, topology, slope, refusals, doubles, among),
    ]
    _take_over(groups, facts, taken=set(scope.anchors))
    anchors: Mapping[int, Sequence[int]] = scope.anchors
    if scope.is_large:
        groups, anchors = rejoin(
            facts, rows, groups, anchors, least, topology, slope, refusals, doubles, among
        )
    similarity = _similarities(rows, facts, groups, anchors)
    evidence = _evidence(facts, groups, anchors, similarity, same_person, topology, slope)
    moving = {row for group in groups for row in group.members}
    return Plan(tuple(groups), scope.standing - moving, similarity, evidence)


def _scope(
    facts: Sequence[TrackFact],
    rows: Floats,
    least: float,
    asset_id: int | None,
    *,
    is_whole: bool,
) -> _Scope:
    free = [i for i, f in enumerate(facts) if not f.is_fixed and f.quality >= CLUSTERED_FROM]
    is_large = len(free) > MOST_CLUSTERED and not is_whole
    anchors = _anchors(facts, free, is_large=is_large)
    standing = {row for members in anchors.values() for row in members}
    free = [row for row in free if row not in standing]
    if is_large and asset_id is not None:
        touched = _touched(facts, rows, free, asset_id, least - TOUCHED_BELOW)
        unseen = (i for i, f in enumerate(facts) if i not in touched and f.asset_id != asset_id)
        standing.update(unseen)
        free = [row for row in free if row in touched]
    return _Scope(anchors, free, frozenset(standing), is_large)


def _touched(
    facts: Sequence[TrackFact], rows: Floats, free: Sequence[int], asset_id: int, least: float
) -> set[int]:
    """The asset's free rows, those that look like them, and all rows of the same small groups."""
    own = [row for row in free if facts[row].asset_id == asset_id]
    touched = set(own)
    everyone = np.array(free, dtype=np.int64)
    table = rows[everyone] if own else rows[:0]
    for _, block in similarity_blocks(rows[own], table) if own else ():
        touched.update(everyone[(block >= least).any(axis=0)].tolist())
    shown = {facts[row].identity for row in touched} - {None}
    touched.update(row for row in free if facts[row].identity in shown)
    return touched


def cannot_link(
    facts: Sequence[TrackFact], vectors: Floats, rows: Sequence[int], *, same_person: float
) -> list[tuple[int, int]]:
    """Pairs of positions in ``rows`` that are two people (``pairs.apart_pairs``)."""
    members = [facts[row] for row in rows]
    alike = about_pairs.doubtful_pairs(vectors[list(rows)], same_person)
    found = about_pairs.apart_pairs(members, alike, same_person=same_person)
    return [(a, b) for a, b in found.tolist()]


def _anchors(
    facts: Sequence[TrackFact], free: Sequence[int], *, is_large: bool
) -> dict[int, list[int]]:
    """Identities that stand, with their rows: fixed ones, and settled ones of large libraries."""
    anchors: dict[int, list[int]] = {}
    for row, fact in enumerate(facts):
        if fact.is_fixed and fact.identity is not None:
            anchors.setdefault(fact.identity, []).append(row)
    if not is_large:
        return anchors
    sizes = Counter(facts[row].identity for row in free if facts[row].identity is not None)
    for row in free:
        identity = facts[row].identity
        if identity is not None and sizes[identity] >= SETTLED_SIZE:
            anchors.setdefault(identity, []).append(row)
    return anchors


def _cluster(
    facts: Sequence[TrackFact],
    rows: Floats,
    rest: Sequence[int],
    least: float,
    topology: Topology,
    slope: float,
    refusals: Refusals,
    doubles: Doubles,
    among: int,
) -> list[Group]:
    """Groups of the rest: clusters, and tracks alone that were seen well."""
    if not rest:
        return []
    members, table = [facts[row] for row in rest], rows[list(rest)]
    alike = about_pairs.doubtful_pairs(table, least)
    apart = about_pairs.apart_pairs(members, alike, same_person=least, doubles=doubles)
    refused = refusals.pairs(facts, rest)
    known = about_pairs.nudges(members, alike, topology, slope=slope)
    labels = cluster(
        table, same_person=least, cannot_link=[*apart, *refused], nudges=known, among=among
    )
    groups: dict[int, Group] = {}
    alone: list[Group] = []
    for row, label in zip(rest, labels.tolist(), strict=True):
        if label != NOISE:
            groups.setdefault(label, Group(None)).members.append(row)
        elif facts[row].quality >= ALONE_FROM:
            alone.append(Group(None, [row]))
    return [*groups.values(), *alone]


def _take_over(groups: Sequence[Group], facts: Sequence[TrackFact], taken: set[int]) -> None:
    """Give new groups the identity that most of their members had, each to one group.

    Of two groups with equal claims the one that holds the older track is first.
    """
    claims = [
        (-count, min(facts[row].id for row in group.members), identity, at)
        for at, group in enumerate(groups)
        if group.identity is None
        for identity, count in _earlier(group, facts).items()
    ]
    for _, _, identity, at in sorted(claims):
        if groups[at].identity is None and identity not in taken:
            groups[at].identity = identity
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
        weights = np.array([facts[row].quality for row in everyone], dtype=np.float32)
        weighted = rows[everyone] * weights[:, None]
        total = weighted.sum(axis=0)
        for row, own in zip(group.members, weighted[len(standing) :], strict=True):
            found[row] = float(rows[row] @ unit(total - own))
    return found


def _evidence(
    facts: Sequence[TrackFact],
    groups: Iterable[Group],
    anchors: Mapping[int, Sequence[int]],
    similarity: Mapping[int, float],
    same_person: float,
    topology: Topology,
    slope: float,
) -> dict[int, dict[str, float]]:
    """What speaks for each grouped row: ``looks`` from its cosine to the rest, and context on
    average over the tracks of its identity that are nearest in time."""
    found: dict[int, dict[str, float]] = {}
    for group in groups:
        standing = anchors.get(group.identity, ()) if group.identity is not None else ()
        everyone = [*standing, *group.members]
        for row in group.members:
            if row not in similarity:
                continue
            near = _nearest_in_time(facts, row, everyone)
            kinds = {"looks": slope * (similarity[row] - same_person)}
            for other in near:
                for kind, llr in about_pairs.context_of(facts[row], facts[other], topology).items():
                    kinds[kind] = kinds.get(kind, 0.0) + llr / len(near)
            kinds["total"] = sum(kinds.values())
            found[row] = {kind: round(llr, 2) for kind, llr in kinds.items()}
    return found


def _nearest_in_time(facts: Sequence[TrackFact], row: int, members: Sequence[int]) -> list[int]:
    others = [other for other in members if other != row]
    if len(others) <= EVIDENCE_FROM:
        return others
    own = facts[row]
    gaps = [about_pairs.seconds_between(own, facts[other]) for other in others]
    far = [gap if gap is not None else float("inf") for gap in gaps]
    return [others[at] for at in np.argsort(far, kind="stable")[:EVIDENCE_FROM]]

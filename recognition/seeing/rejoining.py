"""Groups of a large library that have come to be alike as evidence grew: they become one. Pure.

Where everyone is clustered anew with every asset, groups join by themselves. Where settled groups
stand, two of one person would stand for ever, and each further track, about as like the one as
the other, would found a third. What a human fixed takes no part here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recognition.engine.centres import FEW_PEOPLE
from recognition.engine.clustering import crowding
from recognition.engine.context import Topology
from recognition.engine.linkage import MOST_PAIRS, Known, join
from recognition.engine.neighbours import pairs_from
from recognition.engine.types import Floats, Ints
from recognition.seeing import pairs as about_pairs
from recognition.seeing.doubles import Doubles
from recognition.seeing.refusals import Refusals
from recognition.seeing.track_facts import Group, TrackFact


@dataclass(slots=True)
class _Part:
    """All rows of one machine-made group; ``group`` holds those that move, if any."""

    rows: list[int]
    identity: int | None
    group: Group | None = None
    into: _Part | None = field(default=None, repr=False)


def rejoin(
    facts: Sequence[TrackFact],
    rows: Floats,
    groups: Sequence[Group],
    anchors: Mapping[int, Sequence[int]],
    least: float,
    topology: Topology,
    slope: float,
    refusals: Refusals,
    doubles: Doubles,
    among: int = FEW_PEOPLE,
) -> tuple[list[Group], dict[int, list[int]]]:
    """Groups and standing identities after those that agree were joined; the largest one stays.

    The rule is that of ``engine.clustering``: a mean similarity of at least ``least`` (more in a
    crowd), and no two tracks that are surely two people or were said to be.
    """
    parts = _parts(facts, groups, anchors)
    least = least + crowding(rows, len(parts), among)
    alike = _alike(rows, parts, least)
    if not alike:
        return list(groups), {key: list(members) for key, members in anchors.items()}
    chosen = [parts[at] for at in alike]
    everyone = [row for part in chosen for row in part.rows]
    of_part = np.repeat(np.arange(len(chosen)), [len(part.rows) for part in chosen])
    known = _known(facts, rows, everyone, least, topology, slope, refusals, doubles)
    joined = join(rows[everyone], of_part, least, known)
    _merge(chosen, joined[np.unique(of_part, return_index=True)[1]])
    return _after(groups, anchors, parts)


def _parts(
    facts: Sequence[TrackFact], groups: Sequence[Group], anchors: Mapping[int, Sequence[int]]
) -> list[_Part]:
    """Every group that is the machine's alone, with all its rows."""
    machine = {
        key: _Part(list(members), key)
        for key, members in anchors.items()
        if not any(facts[row].is_fixed for row in members)
    }
    parts = list(machine.values())
    for group in groups:
        if group.identity in machine:
            part = machine[group.identity]
            part.rows += group.members
            part.group = group
        elif group.identity not in anchors:
            parts.append(_Part(list(group.members), group.identity, group))
    return parts


def _alike(rows: Floats, parts: Sequence[_Part], least: float) -> list[int]:
    """Parts that are like another one on average."""
    if len(parts) < 2:
        return []
    means = np.stack([rows[part.rows].mean(axis=0) for part in parts])
    first, second, _ = pairs_from(means, least, MOST_PAIRS)
    return sorted({*first.tolist(), *second.tolist()})


def _known(
    facts: Sequence[TrackFact],
    rows: Floats,
    everyone: Sequence[int],
    least: float,
    topology: Topology,
    slope: float,
    refusals: Refusals,
    doubles: Doubles,
) -> Known:
    """What is known of pairs of these rows beside their vectors."""
    members = [facts[row] for row in everyone]
    alike = about_pairs.doubtful_pairs(rows[list(everyone)], least)
    apart = about_pairs.apart_pairs(members, alike, same_person=least, doubles=doubles)
    refused = np.array(refusals.pairs(facts, everyone), dtype=np.int64).reshape(-1, 2)
    nudges = about_pairs.nudges(members, alike, topology, slope=slope)
    return Known(
        np.concatenate([apart, refused]),
        np.array([*nudges], dtype=np.int64).reshape(-1, 2),
        np.array([*nudges.values()], dtype=np.float32),
    )


def _merge(parts: Sequence[_Part], joined: Ints) -> None:
    """Parts (p,) of one number become part of the largest of them that has an identity."""
    largest: dict[int, _Part] = {}
    order = sorted(
        range(len(parts)),
        key=lambda at: (parts[at].identity is None, -len(parts[at].rows), parts[at].identity or at),
    )
    for at in order:
        kept = largest.setdefault(int(joined[at]), parts[at])
        if kept is not parts[at]:
            parts[at].into = kept


def _after(
    groups: Sequence[Group], anchors: Mapping[int, Sequence[int]], parts: Sequence[_Part]
) -> tuple[list[Group], dict[int, list[int]]]:
    """Rows of who was joined move to whom they were joined with; the others are as before."""
    gone = [part for part in parts if part.into is not None]
    dropped = {id(part.group) for part in gone if part.group is not None}
    kept = [group for group in groups if id(group) not in dropped]
    for part in gone:
        into = part.into
        assert into is not None
        if into.group is None:
            into.group = Group(into.identity)
            kept.append(into.group)
        into.group.members += part.rows
    moved = {part.identity for part in gone}
    return kept, {key: list(rows) for key, rows in anchors.items() if key not in moved}

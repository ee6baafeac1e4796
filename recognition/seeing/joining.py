"""Tracks that belong to an identity that stands: by its looks, and by what context says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recognition.engine.clustering import best_identities
from recognition.engine.context import Topology, at_once, company_llr, scene_llr
from recognition.engine.embedding import find_modes, unit
from recognition.engine.neighbours import best_of, similarity_blocks
from recognition.engine.types import Floats, Ints
from recognition.seeing.doubles import NO_DOUBLES, Doubles
from recognition.seeing.pairs import DOUBTFUL_BELOW, seconds_between
from recognition.seeing.refusals import Refusals
from recognition.seeing.track_facts import Group, TrackFact

JOIN_MARGIN = 0.04
"""How much nearer than to anyone else a track must be to join a fixed identity. By eye."""
JOIN_ABOVE = 0.03
"""Added to ``same_person`` for joining what a human confirmed: a wrong track there is worse than
one more suggestion. By eye."""
CANDIDATES = 8
"""Identities that are weighed for a track; looks of the others are not even made."""
ALL_WEIGHED = 256
"""Up to so many identities all are weighed for all tracks."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A track's best identity with all evidence, in units of cosine."""

    row: int
    identity: int
    value: float
    margin: float


def join_known(
    facts: Sequence[TrackFact],
    rows: Floats,
    free: Sequence[int],
    anchors: Mapping[int, Sequence[int]],
    least: float,
    topology: Topology,
    slope: float,
    refusals: Refusals,
    doubles: Doubles = NO_DOUBLES,
) -> tuple[list[Group], list[int]]:
    """Free tracks that belong to an anchor, the most alike first; and the others."""
    if not anchors or not free:
        return [], list(free)
    near = _near(rows, free, anchors)
    places = _Places.of(facts, near, doubles)
    offers = _weigh(facts, rows, free, near, places, topology, slope, least)
    members = {key: [facts[row].id for row in rows_of] for key, rows_of in near.items()}
    groups: dict[int, Group] = {}
    for offer in sorted(offers, key=lambda o: (-o.value, facts[o.row].id)):
        if offer.value < least + JOIN_ABOVE or offer.margin < JOIN_MARGIN:
            continue
        if places.is_taken(facts, offer.identity, offer.row):
            continue
        if refusals.bars(facts[offer.row], offer.identity, members[offer.identity]):
            continue
        members[offer.identity].append(facts[offer.row].id)
        places.add(facts, offer.identity, offer.row)
        groups.setdefault(offer.identity, Group(offer.identity)).members.append(offer.row)
    joined = {row for group in groups.values() for row in group.members}
    return list(groups.values()), [row for row in free if row not in joined]


def _near(
    rows: Floats, free: Sequence[int], anchors: Mapping[int, Sequence[int]]
) -> dict[int, Sequence[int]]:
    """Anchors that some free row may belong to: near by their mean, or by one of their rows."""
    if len(anchors) <= ALL_WEIGHED:
        return dict(anchors)
    keys = list(anchors)
    member = np.concatenate([np.asarray(anchors[key], dtype=np.int64) for key in keys])
    whose = np.repeat(np.arange(len(keys)), [len(anchors[key]) for key in keys])
    totals = np.zeros((len(keys), rows.shape[1]), dtype=np.float32)
    np.add.at(totals, whose, rows[member])
    found: set[int] = set()
    asked = rows[list(free)]
    for _, block in similarity_blocks(asked, unit(totals)):
        found.update(best_of(block, min(CANDIDATES, len(keys)))[0].ravel().tolist())
    for _, block in similarity_blocks(asked, rows[member]):
        found.update(whose[best_of(block, min(CANDIDATES, len(member)))[0]].ravel().tolist())
    return {keys[at]: anchors[keys[at]] for at in sorted(found)}


def _weigh(
    facts: Sequence[TrackFact],
    rows: Floats,
    free: Sequence[int],
    near: Mapping[int, Sequence[int]],
    places: _Places,
    topology: Topology,
    slope: float,
    least: float,
) -> list[_Offer]:
    """For each free row the anchor that looks and context speak for."""
    bases, owners = _bases(facts, rows, near, least)
    names, values = best_identities(rows[list(free)], bases, owners, CANDIDATES)
    offers: list[_Offer] = []
    for row, keys, alike in zip(free, names.tolist(), values.tolist(), strict=True):
        # Context makes up for the caution that joining takes, and never for looks below that.
        weighed = [
            (value + min(places.context(facts, key, row, topology) / slope, JOIN_ABOVE), key)
            for key, value in zip(keys, alike, strict=True)
        ]
        weighed.sort(key=lambda item: (-item[0], item[1]))
        top, key = weighed[0]
        margin = top - weighed[1][0] if len(weighed) > 1 else top + 1.0
        offers.append(_Offer(row, key, top, margin))
    return offers


def _bases(
    facts: Sequence[TrackFact], rows: Floats, anchors: Mapping[int, Sequence[int]], least: float
) -> tuple[Floats, Ints]:
    """The looks of each anchor (m, d) and whose they are (m,): two looks that nothing would join if
    they were two people's are two bases."""
    looks = {
        key: find_modes(
            rows[list(members)],
            np.array([facts[row].quality for row in members], dtype=np.float32),
            apart_below=least - DOUBTFUL_BELOW,
        )
        for key, members in anchors.items()
    }
    owners = [key for key, modes in looks.items() for _ in modes]
    return np.concatenate(list(looks.values())), np.asarray(owners, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where standing identities were: their rows by asset and by camera; who is in an asset, and
    the assets of each identity; which tracks are in one place when both are there."""

    rows: dict[tuple[int, str, int], list[int]]
    timed: dict[int, list[int]]
    present: dict[int, set[int]]
    assets: dict[int, set[int]]
    doubles: Doubles

    @classmethod
    def of(
        cls, facts: Sequence[TrackFact], anchors: Mapping[int, Sequence[int]], doubles: Doubles
    ) -> _Places:
        """From rows by identity; company is that of fixed tracks alone."""
        places = cls({}, {}, {}, {}, doubles)
        for key, members in anchors.items():
            for row in members:
                places.add(facts, key, row)
        return places

    def add(self, facts: Sequence[TrackFact], key: int, row: int) -> None:
        """One more row of an identity."""
        fact = facts[row]
        self.rows.setdefault((key, "asset", fact.asset_id), []).append(row)
        if fact.camera is not None and fact.true_s is not None:
            self.rows.setdefault((key, "camera", fact.camera), []).append(row)
            self.timed.setdefault(key, []).append(row)
        if fact.is_fixed:
            self.present.setdefault(fact.asset_id, set()).add(key)
            self.assets.setdefault(key, set()).add(fact.asset_id)

    def is_taken(self, facts: Sequence[TrackFact], key: int, row: int) -> bool:
        """Whether the identity was on the row's camera at its time already."""
        fact = facts[row]
        there = list(self.rows.get((key, "asset", fact.asset_id), ()))
        if fact.camera is not None:
            there += self.rows.get((key, "camera", fact.camera), ())
        return any(
            at_once(fact.sighting, facts[other].sighting)
            and (min(fact.id, facts[other].id), max(fact.id, facts[other].id)) not in self.doubles
            for other in there
        )

    def context(self, facts: Sequence[TrackFact], key: int, row: int, topology: Topology) -> float:
        """Log-likelihood ratio of what time, place and company say of a row and an identity."""
        fact = facts[row]
        total = self._company(key, fact.asset_id)
        if fact.true_s is None or not self.timed.get(key):
            return total
        others = [facts[at] for at in self.timed[key]]
        gaps = [seconds_between(fact, other) or 0.0 for other in others]
        near = others[min(range(len(others)), key=lambda at: (gaps[at], others[at].id))]
        # The nearest of several is near by chance as often as there are several.
        rivals = sum(gap <= topology.span_s for gap in gaps)
        total += topology.llr_of_nearest(fact.sighting, near.sighting, rivals)[1]
        return total + (scene_llr(fact.scene, near.scene) if fact.asset_id != near.asset_id else 0)

    def _company(self, key: int, asset: int) -> float:
        here = self.present.get(asset, set()) - {key}
        mine = self.assets.get(key, set()) - {asset}
        if not here or not mine:
            return 0.0
        others = set().union(*(self.assets[other] for other in here)) - {asset}
        usual = len(others) / max(1, len(self.present) - 1)
        return company_llr(len(mine & others), len(mine), usual)

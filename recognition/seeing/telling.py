"""From a captioner's accounts of snapshots to what is said of shots and people. Pure.

What was measured goes before what is told: an account gives the sentence and words, and fills in
attributes that nothing measured could tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from recognition.engine.accounts import Account
from recognition.engine.attributes import combine
from recognition.engine.captioning import TRUST, phrases_of, readings_of
from recognition.engine.captions import UNKNOWN, Caption
from recognition.engine.snapshots import WEIGHTS, ShotSpan, Snapshot, is_static
from recognition.engine.types import Floats, Reading
from recognition.seeing.describing import ShotDescription, Words
from recognition.seeing.synonyms import synonyms_of

STATIC_FROM_S = 10.0
"""A shot of a camera that stands still and lasts this long is watched for events; a shorter one is
edited footage. Films of today cut every four seconds or so (Cutting et al. 2011)."""
SURE_SCENE = 0.6
"""Confidence from which a measured scene stands against the captioner's. By eye."""


@dataclass(frozen=True, slots=True)
class TimedAccount:
    """What was told of one snapshot."""

    snapshot: Snapshot
    account: Account

    def as_json(self) -> dict[str, Any]:
        """As descriptions keep it."""
        said = self.account.model_dump(mode="json")
        return {"pts": self.snapshot.pts, "reason": self.snapshot.reason, **said}


@dataclass(frozen=True, slots=True)
class PersonAt:
    """A person's track at one moment: its key and its box's centre (x, 0–1)."""

    key: int
    centre: float


def span_of(
    start_pts: int,
    end_pts: int,
    time_base: float,
    keyframes: Sequence[tuple[int, Floats]],
) -> ShotSpan:
    """A shot as the snapshot policy needs it, from its keyframes in order: pts and brightness of
    blocks (``watching.blocks``)."""
    still = (
        is_static([thumbnail for _, thumbnail in keyframes])
        and (end_pts - start_pts) * time_base >= STATIC_FROM_S
    )
    return ShotSpan(start_pts, end_pts, still, tuple(pts for pts, _ in keyframes))


def box_centre(pts: Sequence[int], boxes: Floats, at: int) -> float:
    """Where a track's box has its centre at a time: x of 0–1, between detections linearly."""
    return float(np.interp(at, list(pts), (boxes[:, 0] + boxes[:, 2]) / 2))


def match_people(account: Account, there: Sequence[PersonAt]) -> dict[int, list[Reading]]:
    """Whose account is whose: both go from left to right. Nothing when the numbers differ: then
    nobody can say who is meant, and full text alone finds the words."""
    if len(account.people) != len(there):
        return {}
    ordered = sorted(there, key=lambda person: person.centre)
    pairs = zip(ordered, account.people, strict=True)
    return {person.key: found for person, told in pairs if (found := readings_of(told))}


def add_told(
    measured: Mapping[int, tuple[Reading, ...]], told: Sequence[Mapping[int, list[Reading]]]
) -> dict[int, tuple[Reading, ...]]:
    """Attributes of tracks with what was told of them; of several accounts the first counts."""
    found = dict(measured)
    for one in told:
        for key, readings in one.items():
            found[key] = tuple(combine(readings, found.get(key, ())))
    return found


def tell(described: ShotDescription, accounts: Sequence[TimedAccount]) -> ShotDescription:
    """A shot's description in the words of its weightiest account; all of them are findable."""
    if not accounts:
        return described
    first = max(accounts, key=lambda a: (WEIGHTS[a.snapshot.reason], -a.snapshot.pts)).account
    scene = described.scene
    if first.scene != UNKNOWN and (scene is None or scene.confidence < SURE_SCENE):
        scene = Reading("scene", first.scene, TRUST)
    caption = Caption(first.sentence, first.words, scene.value if scene else UNKNOWN, TRUST)
    return replace(described, caption=caption, scene=scene, words=_words(described.words, accounts))


def _words(known: Words, accounts: Sequence[TimedAccount]) -> Words:
    said = [timed.account for timed in accounts]
    names = dict.fromkeys(word for one in said for word in (*one.words, one.scene))
    names.pop(UNKNOWN, None)
    details = dict.fromkeys(text for one in said for text in (one.sentence, *phrases_of(one)))
    others = synonyms_of([*names, *details])
    return Words(
        ". ".join(filter(None, (known.names, *names))),
        ". ".join(filter(None, (known.details, *details))),
        " ".join(dict.fromkeys([*known.others.split(), *others])),
    )

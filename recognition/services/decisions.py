"""What people (and earlier runs) decided about tracks, carried over to tracks made anew.

When detection runs again over an asset, its tracks are replaced. A new track that lies where an
old one lay, in time and in the picture, takes over the old one's identity and who assigned it;
a chosen cover moves to the nearest new crop of the same person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.models import Asset
from recognition.engine.geometry import interpolate_boxes, iou_matrix
from recognition.engine.types import Floats, Ints
from recognition.models import Crop, Identity, Track
from recognition.selectors import boxes_of

MIN_SHARED_TIME = 0.5
MIN_IOU = 0.4
"""A new track is the old one if it shares half its time with it and its boxes overlap by .4 on
average (by eye: another detector's boxes of one person overlap by .6 to .9, neighbours by less
than .3)."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where something was: pts (k,), boxes (k, 4) xyxy_norm."""

    label: str
    pts: Ints
    boxes: Floats


@dataclass(frozen=True, slots=True)
class Decision:
    """Who an old track showed, and by whose word."""

    path: Path
    identity_id: int | None
    assigned_by: str
    similarity: float | None
    cover_pts: tuple[int, ...]


def lock_decisions(asset: Asset) -> list[Decision]:
    """The decisions on an asset's tracks; their identities are held until the transaction ends.

    Call before the tracks are deleted. Identities come before tracks in every transaction that
    locks both.
    """
    kept = set(
        Identity.objects.select_for_update(no_key=True)
        .filter(library_id=asset.library_id, tracks__asset=asset)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    covers = _covers(asset)
    decided = Track.objects.filter(asset=asset).exclude(
        identity=None, assigned_by=Track.Assigner.MACHINE
    )
    return [
        _decision(track, covers.get(track.pk, ()))
        for track in decided
        if track.identity_id in kept or track.assigned_by == Track.Assigner.HUMAN
    ]


def match_paths(old: Sequence[Path], new: Sequence[Path]) -> dict[int, int]:
    """For each new path (by index) the old one (by index) that it continues, if any.

    Several new paths may continue one old one (it was cut in pieces), but not at the same time:
    then the better one does.
    """
    scored = [
        (score, n, o)
        for n, path in enumerate(new)
        for o, before in enumerate(old)
        if (score := overlap(before, path)) > 0
    ]
    found: dict[int, int] = {}
    for _, n, o in sorted(scored, key=lambda item: (-item[0], item[1], item[2])):
        rivals = [new[other] for other, taken in found.items() if taken == o]
        if n not in found and not any(_at_once(new[n], rival) for rival in rivals):
            found[n] = o
    return found


def overlap(old: Path, new: Path) -> float:
    """0, or the shared time times the mean overlap of two paths, 0–1."""
    if (old.label == "person") != (new.label == "person"):
        return 0.0
    shared = (new.pts >= old.pts[0]) & (new.pts <= old.pts[-1])
    if not shared.any() or shared.mean() < MIN_SHARED_TIME:
        return 0.0
    before = interpolate_boxes(old.pts, old.boxes, new.pts[shared])
    now = new.boxes[shared]
    mean = float(np.mean(np.diagonal(iou_matrix(before, now))))
    return float(shared.mean()) * mean if mean >= MIN_IOU else 0.0


def apply_decisions(decisions: Sequence[Decision], tracks: Sequence[Track]) -> dict[int, Decision]:
    """Set identity and assigner of new, unsaved tracks; which decision each (by index) took."""
    paths = [path_of(track) for track in tracks]
    matched = match_paths([decision.path for decision in decisions], paths)
    for index, chosen in matched.items():
        decision = decisions[chosen]
        tracks[index].identity_id = decision.identity_id
        tracks[index].assigned_by = decision.assigned_by
        tracks[index].identity_similarity = decision.similarity
    return {index: decisions[chosen] for index, chosen in matched.items()}


def move_covers(taken: dict[int, Decision], crops: dict[int, list[Crop]]) -> None:
    """Give covers that were lost with old crops to the nearest new crops (saved; by track)."""
    for index, decision in taken.items():
        for pts in decision.cover_pts:
            nearest = min(crops.get(index, []), key=lambda c: abs(c.pts - pts), default=None)
            if nearest is not None and decision.identity_id is not None:
                Identity.objects.filter(pk=decision.identity_id, cover=None).update(cover=nearest)


def path_of(track: Track) -> Path:
    """Where a track was."""
    pts, boxes, _ = boxes_of(track)
    return Path(track.label, pts, boxes)


def _decision(track: Track, cover_pts: tuple[int, ...]) -> Decision:
    return Decision(
        path_of(track), track.identity_id, track.assigned_by, track.identity_similarity, cover_pts
    )


def _covers(asset: Asset) -> dict[int, tuple[int, ...]]:
    """The pts of crops of this asset that are covers, by track."""
    chosen = Crop.objects.filter(
        track__asset=asset, pk__in=Identity.objects.exclude(cover=None).values("cover")
    )
    found: dict[int, tuple[int, ...]] = {}
    for track_id, pts in chosen.values_list("track_id", "pts"):
        found[track_id] = (*found.get(track_id, ()), pts)
    return found


def _at_once(a: Path, b: Path) -> bool:
    return bool(a.pts[0] <= b.pts[-1] and b.pts[0] <= a.pts[-1])

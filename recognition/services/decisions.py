"""What people (and earlier runs) decided about tracks, carried over to tracks made anew.

When detection runs again over an asset, its tracks are replaced. A new track that lies where an
old one lay, in time and in the picture, takes over the old one's identity and who assigned it;
a chosen cover moves to the nearest new crop of the same person. What edits said of the old track
(where it was moved, who it is not) is said of the new one from then on, so that edits can still
be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from django.db.models import Q

from ingest.models import Asset
from recognition.engine.geometry import interpolate_boxes, iou_matrix
from recognition.engine.types import Floats, Ints
from recognition.models import Crop, Distinction, Identity, Track, TrackMove
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
    track_id: int = 0
    moves: tuple[TrackMove, ...] = ()
    distinctions: tuple[Distinction, ...] = ()


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
    moves, distinctions = _moves(asset), _distinctions(asset)
    said = {*moves, *distinctions}
    return [
        Decision(
            path_of(track),
            track.identity_id,
            track.assigned_by,
            track.identity_similarity,
            covers.get(track.pk, ()),
            track.pk,
            tuple(moves.get(track.pk, ())),
            tuple(distinctions.get(track.pk, ())),
        )
        for track in Track.objects.filter(asset=asset)
        if track.identity_id in kept
        or track.assigned_by == Track.Assigner.HUMAN
        or track.pk in said
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


def move_corrections(taken: dict[int, Decision], tracks: Sequence[Track]) -> None:
    """Let edits speak of the new tracks (saved) where they spoke of old ones (deleted)."""
    heirs: dict[int, list[int]] = {}
    for index, decision in taken.items():
        heirs.setdefault(decision.track_id, []).append(tracks[index].pk)
    decisions = {decision.track_id: decision for decision in taken.values()}
    moves: list[TrackMove] = []
    for old, decision in decisions.items():
        for move in decision.moves:
            TrackMove.objects.filter(pk=move.pk).update(track=heirs[old][0])
            moves += [_copy_of(move, track) for track in heirs[old][1:]]
    TrackMove.objects.bulk_create(moves, batch_size=500)
    # A pair of tracks of this asset hangs on both: it is kept once.
    known = {said.pk: said for d in decisions.values() for said in d.distinctions}
    Distinction.objects.bulk_create(
        [copy for said in known.values() for copy in _inherited(said, heirs)], batch_size=500
    )


def path_of(track: Track) -> Path:
    """Where a track was."""
    pts, boxes, _ = boxes_of(track)
    return Path(track.label, pts, boxes)


def _moves(asset: Asset) -> dict[int, list[TrackMove]]:
    """What edits moved of this asset, by track."""
    found: dict[int, list[TrackMove]] = {}
    for move in TrackMove.objects.filter(track__asset=asset):
        found.setdefault(move.track_id or 0, []).append(move)
    return found


def _distinctions(asset: Asset) -> dict[int, list[Distinction]]:
    """Who tracks of this asset are not, by track; a pair of two of them under both."""
    found: dict[int, list[Distinction]] = {}
    of_asset = set(Track.objects.filter(asset=asset).values_list("pk", flat=True))
    for said in Distinction.objects.filter(
        Q(track__asset=asset) | Q(other_track__asset=asset)
    ).distinct():
        for pk in {said.track_id, said.other_track_id} & of_asset:
            found.setdefault(pk or 0, []).append(said)
    return found


def _copy_of(move: TrackMove, track: int) -> TrackMove:
    return TrackMove(
        edit_id=move.edit_id,
        track_id=track,
        from_identity_id=move.from_identity_id,
        from_assigned_by=move.from_assigned_by,
        from_similarity=move.from_similarity,
        to_identity_id=move.to_identity_id,
        to_assigned_by=move.to_assigned_by,
    )


def _inherited(said: Distinction, heirs: dict[int, list[int]]) -> list[Distinction]:
    """A distinction for each heir; of a track of another asset it stays that track."""
    alive = set(
        Track.objects.filter(
            pk__in=[pk for pk in (said.track_id, said.other_track_id) if pk is not None]
        ).values_list("pk", flat=True)
    )

    def now(pk: int | None) -> list[int | None]:
        if pk is None or pk in alive:
            return [pk]
        return list(heirs.get(pk, ()))

    pairs = product(now(said.track_id), now(said.other_track_id))
    return [
        Distinction(
            edit_id=said.edit_id, identity_id=said.identity_id, track_id=a, other_track_id=b
        )
        for a, b in pairs
    ]


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

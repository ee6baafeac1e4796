"""Asking the captioner: which frames of an asset it sees, and what it tells of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.media.decode import iter_frames
from ingest.media.probe import probe_file
from ingest.models import Asset, Keyframe, Shot
from recognition.engine import captioning
from recognition.engine.movement import read_movement
from recognition.engine.snapshots import Followed, Snapshot, choose_snapshots
from recognition.engine.types import Captioner, Image, Reading, Tracklet
from recognition.models import Track
from recognition.seeing.telling import (
    PersonAt,
    TimedAccount,
    box_centre,
    match_people,
    span_of,
)
from recognition.seeing.watching import blocks
from recognition.selectors import boxes_of
from recognition.services.pictures import read_picture

PERSON = "person"
BATCH = 16
"""Pictures that are asked about at once; the captioner makes its own batches of them."""
NEAR_S = Fraction(1, 5)
"""A keyframe this near to a snapshot is shown instead: it is on the disk already."""
MAX_SIDE_PX = 1280
"""By eye: captioners look at 336 to 768 pixels."""


@dataclass(slots=True)
class Telling:
    """Accounts by shot, what they say of tracks, and how the captioner answered."""

    accounts: dict[int, list[TimedAccount]] = field(default_factory=dict)
    people: list[Mapping[int, list[Reading]]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def ask_captioner(
    captioner: Captioner,
    asset: Asset,
    shots: Sequence[Shot],
    tracks: Sequence[Track],
    source: Callable[[], Path],
    progress: Callable[[float], None],
) -> Telling:
    """Choose snapshots of an asset and have them told. ``source`` gives the media file; it is
    asked for only when a frame between keyframes is wanted."""
    keyframes = list(Keyframe.objects.filter(asset=asset).order_by("pts"))
    chosen = _choose(asset, shots, tracks, keyframes)
    telling = Telling(counts=dict.fromkeys(("mended", "asked_again", "refused"), 0))
    telling.counts["snapshots"] = len(chosen)
    for start in range(0, len(chosen), BATCH):
        batch = chosen[start : start + BATCH]
        shown = _pictures(asset, batch, keyframes, source)
        told = captioning.describe(captioner, [image for _, image in shown])
        for (snapshot, _), account in zip(shown, told.accounts, strict=True):
            if account is not None:
                shot = shots[snapshot.shot].pk
                telling.accounts.setdefault(shot, []).append(TimedAccount(snapshot, account))
                there = _people_at(snapshot.pts, shot, tracks)
                telling.people.append(match_people(account, there))
        for name in ("mended", "asked_again", "refused"):
            telling.counts[name] += int(getattr(told, name))
        progress((start + len(batch)) / len(chosen))
    return telling


def _choose(
    asset: Asset, shots: Sequence[Shot], tracks: Sequence[Track], keyframes: Sequence[Keyframe]
) -> list[Snapshot]:
    step = float(asset.time_base)
    spans = [
        span_of(
            shot.start_pts,
            shot.end_pts,
            step,
            [
                (k.pts, blocks(read_picture(k.image_key)[..., 1]))
                for k in keyframes
                if k.shot_id == shot.pk
            ],
        )
        for shot in shots
    ]
    aspect = (asset.width_px or 16) / (asset.height_px or 9)
    followed = [_followed(track, step, aspect) for track in tracks]
    return choose_snapshots(spans, followed, step)


def _followed(track: Track, step: float, aspect: float) -> Followed:
    pts, boxes, confidence = boxes_of(track)
    movement = read_movement(Tracklet(track.label, pts, boxes, confidence), step, aspect)
    return Followed(track.label, tuple(int(at) for at in pts), movement.velocity)


def _pictures(
    asset: Asset,
    snapshots: Sequence[Snapshot],
    keyframes: Sequence[Keyframe],
    source: Callable[[], Path],
) -> list[tuple[Snapshot, Image]]:
    """The snapshots that there is a picture of, with it."""
    near = round(NEAR_S / asset.time_base)
    found: list[tuple[Snapshot, Image]] = []
    for snapshot in snapshots:
        kept = min(keyframes, key=lambda k: abs(k.pts - snapshot.pts), default=None)
        if kept is not None and abs(kept.pts - snapshot.pts) <= near:
            found.append((snapshot, read_picture(kept.image_key)))
            continue
        frame = _frame_at(source(), snapshot.pts)
        if frame is None and kept is not None:
            frame = read_picture(kept.image_key)
        if frame is not None:
            found.append((snapshot, frame))
    return found


def _frame_at(path: Path, pts: int) -> Any:
    frames = iter_frames(path, probe_file(path), max_side_px=MAX_SIDE_PX, start_pts=pts)
    return next((frame.image for frame in islice(frames, 1)), None)


def _people_at(pts: int, shot_id: int, tracks: Sequence[Track]) -> list[PersonAt]:
    found = []
    for track in tracks:
        is_there = track.start_pts <= pts < track.end_pts
        if track.label == PERSON and track.shot_id == shot_id and is_there:
            times, boxes, _ = boxes_of(track)
            centre = box_centre([int(at) for at in times], boxes, pts)
            found.append(PersonAt(track.pk, centre))
    return found

"""Tracks: everything is detected a few times a second, followed within its shot, and cropped.

As a rule while ``ingest.stages.shots`` decodes: an onlooker leaves a record (ADR 17), which is gone
by here. Where there is none, or none of these shots and networks, the film is decoded once more.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from ingest.errors import StageFailed
from ingest.media.ahead import decode_ahead
from ingest.media.lazy import iter_pictures
from ingest.media.probe import probe_file
from ingest.models import Asset, Shot
from ingest.pipeline_types import Stage, StageContext
from recognition.engine.tracking import TrackingConfig
from recognition.models import Crop, Track
from recognition.networks import fingerprints, networks, opener, queue_for
from recognition.seeing import crop_pool, watching
from recognition.seeing.onlooking import WatchingOnlooker
from recognition.seeing.records import NotWhole, read_record
from recognition.seeing.watching import Seen, Span, Watcher
from recognition.services import decisions, looking
from recognition.services.suppression import is_suppressed, suppressed_paths

VERSION = 4
CROPS = "crops"
_BATCH = 500

log = logging.getLogger(__name__)


def configuration() -> dict[str, Any]:
    """What the tracks depend on: the detector, how it is sampled, and how tracks are joined."""
    return {
        "detector": fingerprints("detector", "open_set"),
        "fps": [watching.BASE_FPS, watching.FAST_FPS, str(watching.STILL_FPS)],
        "still_below": watching.STILL_BELOW,
        "max_side_px": watching.MAX_SIDE_PX,
        "tracking": asdict(TrackingConfig()),
        "crops": [crop_pool.PERSON_CROPS, crop_pool.PERSON_CONTEXTS, crop_pool.THING_CROPS],
    }


def run(context: StageContext) -> None:
    """Watch the asset and write its tracks and crops."""
    asset = context.asset
    seen, frames_seen, is_recorded = _watched(context)
    seen += _look(context)
    with context.commit() as summary:
        seen = _without_erased(asset, seen)
        tracks = [_track(asset, ordinal, item) for ordinal, item in enumerate(_in_order(seen))]
        decided = decisions.lock_decisions(asset)
        Track.objects.filter(asset=asset).delete()
        taken = decisions.apply_decisions(decided, tracks)
        Track.objects.bulk_create(tracks, batch_size=_BATCH)
        decisions.move_corrections(taken, tracks)
        crops = {
            index: [_crop(context, track, kept) for kept in item.crops]
            for index, (track, item) in enumerate(zip(tracks, _in_order(seen), strict=True))
        }
        Crop.objects.bulk_create([c for own in crops.values() for c in own], batch_size=_BATCH)
        decisions.move_covers(taken, crops)
        summary["tracks"] = len(tracks)
        summary["people"] = sum(track.label == crop_pool.PERSON for track in tracks)
        summary["crops"] = sum(len(own) for own in crops.values())
        summary["frames"] = frames_seen
        summary["is_recorded"] = is_recorded
        summary["carried_over"] = len(taken)


def _look(context: StageContext) -> list[Seen]:
    """What the library asks to look for beside the detector's classes, if a network can."""
    words = looking.look_for_of(context.asset)
    open_set = networks().open_set if words else None
    return looking.look_through(open_set, context.asset, words) if open_set else []


def _watched(context: StageContext) -> tuple[list[Seen], int, bool]:
    """What is to be seen, for how many frames looked at, and whether somebody who looked on while
    the shots were found has seen it already."""
    shots = list(Shot.objects.filter(asset=context.asset).order_by("ordinal"))
    if not shots:
        raise StageFailed("This asset has no shots yet: retry its shots first.", permanent=True)
    recorded = _recorded(context, shots)
    return (*recorded, True) if recorded else (*_watch(context, shots), False)


def _recorded(context: StageContext, shots: Sequence[Shot]) -> tuple[list[Seen], int] | None:
    """What the onlooker's record says, if there is one of these shots and it is whole."""
    asset, path, crops = context.asset, context.record_path, context.output_dir / CROPS
    ranges = [(shot.start_pts, shot.end_pts) for shot in shots]
    try:
        record = read_record(
            path, _key(asset), crops, time_base=asset.time_base, aspect=_aspect(asset)
        )
        if [(shot.start_pts, shot.end_pts) for shot in record.shots] != ranges:
            raise NotWhole(f"{path} is of other shots")
    except FileNotFoundError:
        return None
    except NotWhole as reason:
        log.warning("the film is looked at again: %s", reason)
        shutil.rmtree(crops, ignore_errors=True)
        return None
    return [replace(item, shot=shots[item.shot].pk) for item in record.seen], record.frames


def _watch(context: StageContext, shots: Sequence[Shot]) -> tuple[list[Seen], int]:
    """Decode the film for this stage alone: loosely, where nobody ever looks on."""
    asset, source = context.asset, context.source_path
    watcher = Watcher(
        networks().detector,
        [Span(shot.pk, shot.start_pts, shot.end_pts) for shot in shots],
        time_base=asset.time_base,
        aspect=_aspect(asset),
        folder=context.output_dir / CROPS,
    )
    frames = decode_ahead(
        iter_pictures(
            source,
            probe_file(source),
            max_side_px=watching.MAX_SIDE_PX,
            min_interval_s=Fraction(1, watching.FAST_FPS),
            is_loose=_queue() != "media",
        )
    )
    start, length = asset.first_pts or 0, max(1, (asset.end_pts or 1) - (asset.first_pts or 0))
    seen = list(watcher.watch(frames, lambda pts: context.progress((pts - start) / length)))
    return seen, watcher.frames_seen


def onlooker(asset: Asset, folder: Path, record: Path) -> WatchingOnlooker:
    """Somebody who watches while another stage decodes."""
    open_networks = opener()
    return WatchingOnlooker(
        lambda: open_networks().detector,
        time_base=asset.time_base,
        aspect=_aspect(asset),
        folder=folder / "onlooker",
        path=record,
        key=_key(asset),
    )


def _queue() -> str:
    return queue_for("detector", "open_set")


def _key(asset: Asset) -> dict[str, Any]:
    """What a record depends on beside the shots: the film, and how it is watched."""
    return {
        "content": asset.content_sha256,
        "version": VERSION,
        "configuration": configuration(),
    }


def _aspect(asset: Asset) -> float:
    return (asset.width_px or 16) / (asset.height_px or 9)


def _without_erased(asset: Asset, seen: list[Seen]) -> list[Seen]:
    """What was seen but for people who were erased from this footage; their pictures go too."""
    erased = suppressed_paths(asset)
    kept: list[Seen] = []
    for item in seen:
        path = decisions.Path(item.track.label, item.track.pts, item.track.xyxy_norm)
        if not is_suppressed(path, erased):
            kept.append(item)
            continue
        for crop in item.crops:
            crop.image.unlink(missing_ok=True)
            if crop.context:
                crop.context.unlink(missing_ok=True)
    return kept


def _in_order(seen: list[Seen]) -> list[Seen]:
    return sorted(seen, key=lambda item: (int(item.track.pts[0]), item.track.label))


def _track(asset: Asset, ordinal: int, item: Seen) -> Track:
    tracklet, movement = item.track, item.movement
    is_still = movement.direction == "none"
    return Track(
        asset=asset,
        shot_id=item.shot,
        ordinal=ordinal,
        label=tracklet.label,
        start_pts=int(tracklet.pts[0]),
        end_pts=int(tracklet.pts[-1]) + _frame_length(asset),
        pts_packed=tracklet.pts.astype("<i8").tobytes(),
        boxes_packed=tracklet.xyxy_norm.astype("<f4").tobytes(),
        confidence_packed=tracklet.confidence.astype("<f4").tobytes(),
        confidence=float(tracklet.confidence.mean()),
        movement=movement.gait,
        direction="" if is_still else movement.direction,
    )


def _frame_length(asset: Asset) -> int:
    """pts from one frame to the next, at least 1."""
    rate = asset.frame_rate
    return max(1, round(1 / (rate * asset.time_base))) if rate else 1


def _crop(context: StageContext, track: Track, kept: crop_pool.KeptCrop) -> Crop:
    left, top, right, bottom = (float(side) for side in kept.xyxy_norm)
    return Crop(
        track=track,
        pts=kept.pts,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        quality=kept.quality,
        image_key=context.key_of(kept.image),
        context_key=context.key_of(kept.context) if kept.context else "",
    )


STAGE = Stage(
    name="recognition.stages.tracks",
    version=VERSION,
    queue=_queue,
    configuration=configuration,
    run=run,
    onlooker=onlooker,
)

"""Tracks: one decode in which everything is detected, followed within its shot, and cropped."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from functools import partial
from typing import Any

from ingest.errors import StageFailed
from ingest.media.lazy import iter_pictures
from ingest.media.probe import probe_file
from ingest.models import Asset, Shot
from ingest.pipeline_types import Stage, StageContext
from recognition.engine.tracking import TrackingConfig
from recognition.models import Crop, Track
from recognition.networks import fingerprints, networks, queue_for
from recognition.seeing import crop_pool, watching
from recognition.seeing.watching import Seen, Span, Watcher
from recognition.services import decisions, looking
from recognition.services.decisions import Path
from recognition.services.suppression import is_suppressed, suppressed_paths

_BATCH = 500


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
    watcher = _watcher(context)
    start, length = asset.first_pts or 0, max(1, (asset.end_pts or 1) - (asset.first_pts or 0))
    source = context.source_path
    frames = iter_pictures(
        source,
        probe_file(source),
        max_side_px=watching.MAX_SIDE_PX,
        min_interval_s=Fraction(1, watching.FAST_FPS),
    )
    seen = list(watcher.watch(frames, lambda pts: context.progress((pts - start) / length)))
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
        summary["frames"] = watcher.frames_seen
        summary["carried_over"] = len(taken)


def _look(context: StageContext) -> list[Seen]:
    """What the library asks to look for beside the detector's classes, if a network can."""
    words = looking.look_for_of(context.asset)
    open_set = networks().open_set if words else None
    return looking.look_through(open_set, context.asset, words) if open_set else []


def _watcher(context: StageContext) -> Watcher:
    asset = context.asset
    shots = list(Shot.objects.filter(asset=asset).order_by("ordinal"))
    if not shots:
        raise StageFailed("This asset has no shots yet: retry its shots first.", permanent=True)
    return Watcher(
        networks().detector,
        [Span(shot.pk, shot.start_pts, shot.end_pts) for shot in shots],
        time_base=asset.time_base,
        aspect=(asset.width_px or 16) / (asset.height_px or 9),
        folder=context.output_dir / "crops",
    )


def _without_erased(asset: Asset, seen: list[Seen]) -> list[Seen]:
    """What was seen but for people who were erased from this footage; their pictures go too."""
    erased = suppressed_paths(asset)
    kept: list[Seen] = []
    for item in seen:
        path = Path(item.track.label, item.track.pts, item.track.xyxy_norm)
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
    version=2,
    queue=partial(queue_for, "detector", "open_set"),
    configuration=configuration,
    run=run,
)

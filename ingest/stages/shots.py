"""Shots, keyframes, proxy, poster and sprite, all from one decode, at which others may look on.

Shots and keyframes that come out as they were keep their rows, and with them what people have
said about the tracks in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models import F

from ingest.media import types as media
from ingest.media.probe import probe_file
from ingest.media.walk import walk_asset
from ingest.models import Asset, Keyframe, Shot
from ingest.pipeline_types import Stage, StageContext

_ASIDE = 1_000_000_000
"""Added to ordinals while they are dealt out anew, so that no two are ever equal."""


def run(context: StageContext) -> None:
    """Walk over the file once and write what was found."""
    path = context.source_path
    result = walk_asset(
        path,
        probe_file(path),
        context.output_dir,
        progress=context.progress,
        onlooker=context.onlooker(),
    )
    with context.commit() as summary:
        asset = context.asset
        shots = _write_shots(asset, result.shots)
        _write_keyframes(context, shots, result.keyframes)
        Asset.objects.filter(pk=asset.pk).update(**_fields_of(context, result))
        summary.update(_summary_of(result))


def _write_shots(asset: Asset, found: Sequence[media.Shot]) -> list[Shot]:
    """The shots' rows in order; those with the same range as before are kept."""
    known = {(shot.start_pts, shot.end_pts): shot for shot in asset.shots.all()}
    kept = [known[key] for shot in found if (key := (shot.start_pts, shot.end_pts)) in known]
    asset.shots.exclude(pk__in=[shot.pk for shot in kept]).delete()
    asset.shots.update(ordinal=F("ordinal") + _ASIDE)
    rows: list[Shot] = []
    for ordinal, shot in enumerate(found):
        row = known.get((shot.start_pts, shot.end_pts)) or Shot(
            asset=asset, start_pts=shot.start_pts, end_pts=shot.end_pts
        )
        row.ordinal = ordinal
        rows.append(row)
    Shot.objects.bulk_update([row for row in rows if row.pk], ["ordinal"])
    Shot.objects.bulk_create([row for row in rows if not row.pk])
    return rows


def _write_keyframes(
    context: StageContext, shots: Sequence[Shot], found: Sequence[media.KeyframeImage]
) -> None:
    """The keyframes' rows; those at the same pts as before are kept, with the new picture."""
    asset = context.asset
    known = {keyframe.pts: keyframe for keyframe in asset.keyframes.all()}
    rows = [known.get(image.pts) or Keyframe(asset=asset, pts=image.pts) for image in found]
    for row, image in zip(rows, found, strict=True):
        row.shot = shots[image.shot_index]
        row.image_key = context.key_of(image.path)
    asset.keyframes.exclude(pk__in=[row.pk for row in rows if row.pk]).delete()
    Keyframe.objects.bulk_update([row for row in rows if row.pk], ["shot", "image_key"])
    Keyframe.objects.bulk_create([row for row in rows if not row.pk])


def _fields_of(context: StageContext, result: media.ShotsResult) -> dict[str, Any]:
    layout = result.sprite_layout
    return {
        "first_pts": result.first_pts,
        "end_pts": result.end_pts,
        "frame_count": result.frame_count,
        "proxy_key": _key(context, result.proxy),
        "poster_key": context.key_of(result.poster),
        "sprite_key": context.key_of(result.sprite),
        "sprite_layout": {
            "columns": layout.columns,
            "rows": layout.rows,
            "width_px": layout.tile_width,
            "height_px": layout.tile_height,
            "tile_pts": list(layout.tile_pts),
        },
    }


def _key(context: StageContext, path: Path | None) -> str:
    return context.key_of(path) if path is not None else ""


def _summary_of(result: media.ShotsResult) -> dict[str, Any]:
    report = result.report
    return {
        "shots": len(result.shots),
        "keyframes": len(result.keyframes),
        "frames": result.frame_count,
        "repaired_pts": report.repaired_pts,
        "bad_packets": report.bad_packets,
        "corrupt_frames": report.corrupt_frames,
        "is_truncated": report.is_truncated,
    }


STAGE = Stage(name=__name__, version=2, queue="media", configuration=dict, run=run)

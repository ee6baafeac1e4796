"""Reads what a media file says about itself: container, streams, time base, timecode."""

from __future__ import annotations

from typing import Any

from ingest.media.probe import probe_file
from ingest.media.types import MediaInfo
from ingest.models import Asset
from ingest.pipeline_types import Stage, StageContext


def run(context: StageContext) -> None:
    """Fill in the asset's fields. Raises MediaError for a file that cannot be used."""
    info = probe_file(context.source_path)
    fields = fields_of(info)
    with context.commit() as summary:
        Asset.objects.filter(pk=context.asset.pk).update(**fields)
        summary.update(_summary_of(info))


def fields_of(info: MediaInfo) -> dict[str, Any]:
    """The asset's columns; text cut to their length."""
    rate = info.frame_rate
    return {
        "container": info.container[:80],
        "video_codec": info.video_codec[:40],
        "audio_codec": (info.audio_codec or "")[:40],
        "width_px": info.width,
        "height_px": info.height,
        "time_base_num": info.time_base.numerator,
        "time_base_den": info.time_base.denominator,
        "frame_rate_num": rate.numerator if rate else None,
        "frame_rate_den": rate.denominator if rate else None,
        "is_variable_rate": info.is_variable_rate,
        "has_audio": info.has_audio,
        "start_timecode": (info.start_timecode or "")[:16],
        "is_drop_frame": info.is_drop_frame,
        "reel": (info.reel or "")[:80],
        "recorded_at": info.recorded_at,
    }


def _summary_of(info: MediaInfo) -> dict[str, Any]:
    """What has no column; the camera's own name is shown, never taken for a library's camera."""
    return {
        "pixel_format": info.pixel_format,
        "bit_depth": info.bit_depth,
        "is_interlaced": info.is_interlaced,
        "rotation_deg": info.rotation_deg,
        "camera_name": info.camera_name or "",
        "duration_s": float(info.duration_s) if info.duration_s is not None else None,
    }


STAGE = Stage(name=__name__, version=1, queue="media", configuration=dict, run=run)

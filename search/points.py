"""Points of footage as people type them, and assets as exports count them."""

from __future__ import annotations

import re
from fractions import Fraction

from ingest.media.timecode import frame_number, parse_timecode
from ingest.models import Asset
from search.errors import BadBin
from search.exports.frames import Footage

_CLOCK = re.compile(r"^(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,6}(?:\.\d{1,6})?)$")
_USUAL_RATE = Fraction(25)


def footage_of(asset: Asset) -> Footage:
    """The asset for a list; footage without a known rate counts 25 frames a second, and says so."""
    return Footage(
        key=asset.pk,
        name=asset.name,
        rate=asset.frame_rate or _USUAL_RATE,
        time_base=asset.time_base,
        first_pts=asset.first_pts or 0,
        end_pts=asset.end_pts or 0,
        start_timecode=asset.start_timecode,
        is_drop_frame=asset.is_drop_frame,
        is_variable_rate=asset.is_variable_rate or asset.frame_rate is None,
        reel=asset.reel,
        width=asset.width_px or 0,
        height=asset.height_px or 0,
        has_audio=asset.has_audio,
        camera=asset.camera.name if asset.camera else "",
    )


def pts_of_frame(asset: Asset, frame: int) -> int:
    """The pts of a frame counted from 0, as containers round it."""
    footage = footage_of(asset)
    return footage.first_pts + round(frame / footage.edit_rate / footage.time_base)


def parse_point(asset: Asset, text: str) -> int:
    """The pts meant by a timecode of the footage (``01:02:03:04``) or a time (``1:02.5``).

    A time counts from the asset's first frame and means the frame shown then. Raises BadBin with
    a sentence.
    """
    typed = text.strip()
    clock = _CLOCK.match(typed)
    if clock is not None:
        hours, minutes, seconds = clock[1] or "0", clock[2] or "0", clock[3]
        at = int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
        # A time in milliseconds may lie just before the frame it was read from.
        frame = int(at * footage_of(asset).edit_rate + Fraction(1, 20))
        return pts_of_frame(asset, frame)
    footage = footage_of(asset)
    try:
        number = frame_number(parse_timecode(typed), footage.edit_rate)
    except ValueError as error:
        raise BadBin(
            f"“{typed[:40]}” is no point of this footage: type a timecode like "
            f"{footage.timecode(0)}, or seconds like 12.5."
        ) from error
    return pts_of_frame(asset, number - footage.first_number)

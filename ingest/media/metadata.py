"""What cameras and editors write beside the picture: timecode, reel, date, camera.

Keys as FFmpeg names them for MOV/MP4 (Apple QuickTime, Android), Matroska, MXF and AVI. Values
are other people's text: control characters are taken out and lengths limited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from .timecode import parse_timecode

Tags = Mapping[str, str]

_MAX_LENGTH = 200
_TIMECODE = ("timecode",)
_REEL = ("reel_name", "com.apple.proapps.reel", "reel", "tape")
_DATES = (
    "com.apple.quicktime.creationdate",
    "datetimeoriginal",
    "creation_time",
    "date_recorded",
    "date",
)
_MAKES = ("com.apple.quicktime.make", "com.android.manufacturer", "make", "manufacturer")
_MODELS = ("com.apple.quicktime.model", "com.android.model", "model")
_NO_DATE_BEFORE = datetime(1971, 1, 1, tzinfo=UTC)
"""Clocks that were never set say 1904 (QuickTime) or 1970 (Unix)."""


def merge_tags(groups: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """One mapping with lower-case keys; earlier groups win, empty values are left out."""
    merged: dict[str, str] = {}
    for group in groups:
        for key, value in group.items():
            text = _clean(value)
            if text:
                merged.setdefault(key.lower(), text)
    return merged


def timecode_from(tags: Tags) -> tuple[str | None, bool]:
    """The start timecode (``HH:MM:SS:FF`` or ``HH:MM:SS;FF``) and whether it is drop-frame."""
    text = _first(tags, _TIMECODE)
    try:
        timecode = parse_timecode(text or "")
    except ValueError:
        return None, False
    return str(timecode), timecode.is_drop_frame


def reel_from(tags: Tags) -> str | None:
    """The name of the reel or tape."""
    return _first(tags, _REEL)


def recorded_at_from(tags: Tags) -> datetime | None:
    """When the camera began, with time zone (UTC where the tag has none)."""
    for key in _DATES:
        moment = _date(tags.get(key, ""))
        if moment is not None:
            return moment
    return None


def camera_from(tags: Tags) -> str | None:
    """Make and model as one name, the make not said twice."""
    make, model = _first(tags, _MAKES), _first(tags, _MODELS)
    if make and model and not model.lower().startswith(make.lower()):
        return f"{make} {model}"
    return model or make


def _date(text: str) -> datetime | None:
    if len(text) < len("2026-01-01T00:00"):  # a bare day or year says nothing about the time
        return None
    text = re.sub(r"^(\d{4}):(\d\d):(\d\d) ", r"\1-\2-\3T", text)  # Exif style
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment if moment > _NO_DATE_BEFORE else None
    except (ValueError, OverflowError):
        return None


def _first(tags: Tags, keys: Sequence[str]) -> str | None:
    return next((tags[key] for key in keys if key in tags), None)


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:_MAX_LENGTH]

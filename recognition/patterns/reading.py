"""The sightings that patterns are read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from ingest.models import Asset, Library
from recognition.engine.context import Sighting
from recognition.models import Track
from recognition.portraits import zone_of

FEW_ASSETS = 200
"""So many are named in the question; of more, all tracks are read and most are left out."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at: days (``until`` included) and cameras; None and () are all.

    ``minutes``: people who come to one place within so many are together; 0: only in one shot.
    """

    since: date | None = None
    until: date | None = None
    cameras: tuple[int, ...] = ()
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """One track of somebody: ``true_s`` is None where camera or recording time is unknown."""

    who: int
    shot: int | None
    asset: int
    camera: int | None
    start_s: float
    end_s: float
    recorded_s: float | None

    @property
    def sighting(self) -> Sighting:
        """The same for the engine."""
        return Sighting(self.asset, self.start_s, self.end_s, self.camera, self.recorded_s)


def seen_in(library: Library, window: Window, *, any_camera: bool = False) -> list[Seen]:
    """The tracks of people of a library, as far as they are to be told of. Two queries.

    ``any_camera``: whatever cameras the window names.
    """
    if not library.recognises_people:
        return []
    assets = {row[0]: row[1:] for row in _assets(library, window, any_camera)}
    tracks = Track.objects.filter(
        asset__library=library,
        label="person",
        identity__library=library,
        identity__is_hidden=False,
        identity__merged_into=None,
    )
    if len(assets) <= FEW_ASSETS:
        tracks = tracks.filter(asset__in=list(assets))
    since, until = _bounds(library, window)
    rows = tracks.order_by("asset_id", "start_pts", "pk").values_list(
        "identity_id", "shot_id", "asset_id", "start_pts", "end_pts"
    )
    found = [_seen(row, assets[row[2]]) for row in rows.iterator(5000) if row[2] in assets]
    return [one for one in found if _is_within(one.recorded_s, since, until)]


def _seen(row: tuple[Any, ...], asset: tuple[Any, ...]) -> Seen:
    who, shot, asset_id, start, end = row
    camera, offset_ms, recorded_at, first, num, den = asset
    second = (num or 1) / (den or 1)
    start_s = (start - (first or 0)) * second
    end_s = start_s + (end - start) * second
    true_s = None
    if recorded_at is not None:
        true_s = recorded_at.timestamp() + (offset_ms or 0) / 1000 + start_s
    return Seen(who, shot, asset_id, camera, start_s, end_s, true_s)


def _assets(library: Library, window: Window, any_camera: bool) -> list[tuple[Any, ...]]:
    assets = Asset.objects.filter(library=library)
    if window.cameras and not any_camera:
        assets = assets.filter(camera__in=window.cameras)
    if window.since or window.until:
        assets = assets.filter(recorded_at__isnull=False)
    return list(
        assets.values_list(
            "pk", "camera_id", "camera__clock_offset_ms", "recorded_at", "first_pts",
            "time_base_num", "time_base_den",
        )
    )  # fmt: skip


def _bounds(library: Library, window: Window) -> tuple[float | None, float | None]:
    """The window's days in seconds since 1970: from (included) and until (excluded)."""
    zone = zone_of(library)
    since = window.since and datetime.combine(window.since, time(), zone).timestamp()
    day_after = window.until and window.until < date.max and window.until + timedelta(days=1)
    until = day_after and datetime.combine(day_after, time(), zone).timestamp()
    return since or None, until or None


def _is_within(true_s: float | None, since: float | None, until: float | None) -> bool:
    if since is None and until is None:
        return True
    if true_s is None:
        return False
    return (since is None or true_s >= since) and (until is None or true_s < until)

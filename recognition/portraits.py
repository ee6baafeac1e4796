"""What one person's page shows besides appearances: when, with whom, and along which way.

Times of day are of the library's time zone, after the camera's clock was put right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    OuterRef,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, ExtractHour, TruncDate

from ingest.models import Keyframe, Library
from recognition.models import Identity, Track
from recognition.selectors import Person, as_people, boxes_of

DAYS = 28
"""Days in the heat map, the latest on which the person was seen: four weeks fit a page."""
COMPANIONS = 8
PATHS = 6
_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one day: appearances, and how dark to draw it (0–4)."""

    hour: int
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class Day:
    """One row of the heat map."""

    day: date
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Companion:
    """Someone who was in the picture at the same time, and in how many appearances."""

    person: Person
    times: int


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through the picture: points of a polyline in thousandths of width and of height."""

    track: Track
    keyframe: Keyframe | None
    points: str
    start: tuple[int, int]
    end: tuple[int, int]
    height: int


def zone_of(library: Library) -> ZoneInfo:
    """The library's time zone; UTC where its name is unknown here."""
    try:
        return ZoneInfo(library.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def heat_map(identity: Identity) -> list[Day]:
    """Appearances by day (latest first) and hour, where the recording time is known. One query."""
    zone = zone_of(identity.library)
    counted = (
        Track.objects.filter(identity=identity, asset__recorded_at__isnull=False)
        .annotate(seen=_moment())
        .annotate(day=TruncDate("seen", tzinfo=zone), hour=ExtractHour("seen", tzinfo=zone))
        .values("day", "hour")
        .annotate(count=Count("pk"))
        .order_by("-day", "hour")
    )
    days: dict[date, dict[int, int]] = {}
    for row in counted[: DAYS * 24]:
        days.setdefault(row["day"], {})[row["hour"]] = row["count"]
    most = max((count for hours in days.values() for count in hours.values()), default=1)
    return [
        Day(day, tuple(_cell(hour, hours.get(hour, 0), most) for hour in range(24)))
        for day, hours in list(days.items())[:DAYS]
    ]


def companions_of(identity: Identity) -> list[Companion]:
    """Who was in the picture at the same time, most often first. Two queries."""
    together = Track.objects.filter(
        identity=identity,
        asset=OuterRef("asset"),
        start_pts__lt=OuterRef("end_pts"),
        end_pts__gt=OuterRef("start_pts"),
    )
    assets = Track.objects.filter(identity=identity).values("asset")
    counted = dict(
        Track.objects.filter(asset__in=assets, identity__is_hidden=False)
        .exclude(identity=identity)
        .filter(Exists(together))
        .values("identity")
        .annotate(times=Count("pk"))
        .order_by("-times", "identity")
        .values_list("identity", "times")[:COMPANIONS]
    )
    rows = Identity.objects.filter(pk__in=counted).select_related("library")
    people = {person.identity.pk: person for person in as_people(list(rows))}
    return [Companion(people[pk], times) for pk, times in counted.items() if pk in people]


def walks_of(identity: Identity, limit: int = PATHS) -> list[Walk]:
    """A person's longest ways through the picture, over a keyframe of the shot. Two queries."""
    tracks = list(
        Track.objects.filter(identity=identity)
        .annotate(length=F("end_pts") - F("start_pts"))
        .select_related("asset")
        .order_by("-length", "pk")[:limit]
    )
    shots = [track.shot_id for track in tracks if track.shot_id is not None]
    keyframes = Keyframe.objects.filter(shot__in=shots).order_by("shot", "pts")
    return [_walk(track, list(keyframes)) for track in tracks]


def _walk(track: Track, keyframes: Sequence[Keyframe]) -> Walk:
    _, boxes, _ = boxes_of(track)
    asset = track.asset
    height = round(1000 * (asset.height_px or 9) / (asset.width_px or 16))
    # Where the feet are, as far as the picture goes.
    feet = [
        (round(1000 * float(left + right) / 2), round(height * min(1.0, float(bottom))))
        for left, _, right, bottom in boxes
    ]
    middle = (track.start_pts + track.end_pts) // 2
    own = [keyframe for keyframe in keyframes if keyframe.shot_id == track.shot_id]
    nearest = min(own, key=lambda keyframe: abs(keyframe.pts - middle), default=None)
    points = " ".join(f"{x},{y}" for x, y in feet)
    return Walk(track, nearest, points, feet[0], feet[-1], height)


def _cell(hour: int, count: int, most: int) -> Cell:
    return Cell(hour, count, -(-count * _LEVELS // most))


def _moment() -> Combinable:
    """When a track begins, by the wall clock: recording time, place in the file, clock offset."""
    second = Cast(F("asset__time_base_num"), FloatField()) / F("asset__time_base_den")
    into = (F("start_pts") - Coalesce(F("asset__first_pts"), Value(0))) * second
    offset = Coalesce(F("asset__camera__clock_offset_ms"), Value(0)) / Value(1000.0)
    elapsed = Func(
        ExpressionWrapper(into + offset, output_field=FloatField()),
        function="make_interval",
        template="%(function)s(secs => %(expressions)s)",
        output_field=DurationField(),
    )
    return ExpressionWrapper(F("asset__recorded_at") + elapsed, output_field=DateTimeField())

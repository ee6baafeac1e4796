"""When footage was recorded, as a condition on shots.

A shot begins at its asset's recording time, set right by its camera's clock offset, plus where it
lies in the asset. Days and hours are those of the library's time zone. A shot fits if any of it
does. Footage without a recording time fits nothing that is asked for, and nothing is held against
it: it is counted, and said, by the finder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import and_, or_
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import (
    Cast,
    Coalesce,
    ExtractHour,
    ExtractIsoWeekDay,
    ExtractMinute,
    Mod,
)
from django.db.models.lookups import GreaterThanOrEqual, In, LessThan
from django.utils import timezone

from ingest.models import Asset, Library, Shot
from search.query.times import DAY_MINUTES, Bounds, Hours, When

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class RecordedWhen:
    """What a query asks of recording times: every group must have a member that fits.

    ``zones`` are the time zones of the libraries in scope, with their ids; ``assets`` those that
    any fitting shot lies in, where they were looked up (``within_assets``).
    """

    groups: tuple[tuple[When, ...], ...]
    excluded: tuple[When, ...]
    zones: tuple[tuple[str, tuple[int, ...]], ...]
    assets: tuple[int, ...] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not (self.groups or self.excluded)

    def narrow(self, shots: QuerySet[Shot]) -> QuerySet[Shot]:
        """The shots that were recorded then."""
        if self.is_empty:
            return shots
        if self.assets is not None:
            shots = shots.filter(asset__any=self.assets)
        shots = _timed(shots)
        if self.groups:
            wanted = (_in_zones(self._agrees(*zone), zone[1]) for zone in self.zones)
            shots = shots.filter(reduce(or_, wanted, Q(pk__in=[])))
        for when in self.excluded:
            unwanted = (
                _in_zones(_fits(when, _zone(name)), libraries) for name, libraries in self.zones
            )
            ruled_out = reduce(or_, unwanted, Q(pk__in=[]))
            shots = shots.filter(Q(begins_at=None) | ~ruled_out)
        return shots

    def _agrees(self, zone: str, libraries: Sequence[int]) -> Q:
        here = _zone(zone)
        return reduce(
            and_, (reduce(or_, (_fits(when, here) for when in group)) for group in self.groups)
        )

    def within_assets(self) -> RecordedWhen:
        """The same with its assets looked up, where days are asked for and they are few.

        Without, the time of every shot of the libraries would be worked out. One question.
        """
        fits = Q(pk__in=[])
        for name, libraries in self.zones:
            first, end = self._days(timezone.now().astimezone(_zone(name)).date())
            if first is None and end is None:
                return self
            here = Q(library_id__in=libraries)
            if first is not None:
                here &= Q(ends_at__gt=_midnight(first, _zone(name)))
            if end is not None:  # hours that go on after midnight belong to the day before
                here &= Q(begins_at__lt=_midnight(end, _zone(name)) + timedelta(days=1))
            fits |= here
        begins, ends = _recorded_at("first_pts"), _recorded_at("end_pts")
        rows = Asset.objects.alias(begins_at=begins, ends_at=ends).filter(fits).order_by()
        ids = tuple(rows.values_list("pk", flat=True)[: MOST_ASSETS + 1])
        return self if len(ids) > MOST_ASSETS else replace(self, assets=ids)

    def _days(self, today: date) -> Bounds:
        """The first day that any group leaves open, and the day after the last."""
        bounds = [[when.days(today) for when in group] for group in self.groups]
        firsts = [min(f for f, _ in group if f) for group in bounds if all(f for f, _ in group)]
        ends = [max(e for _, e in group if e) for group in bounds if all(e for _, e in group)]
        return max(firsts, default=None), min(ends, default=None)


MOST_ASSETS = 2_000


def zones_of(library_ids: Iterable[int]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Time zones of libraries with the libraries in each. One question."""
    zones: dict[str, list[int]] = {}
    rows = Library.objects.filter(pk__in=tuple(library_ids)).order_by("time_zone", "pk")
    for pk, name in rows.values_list("pk", "time_zone"):
        zones.setdefault(name, []).append(pk)
    return tuple((name, tuple(ids)) for name, ids in zones.items())


def today_in(zones: Sequence[tuple[str, Sequence[int]]]) -> date:
    """The day that it is where the footage is: in the first of its zones."""
    return timezone.now().astimezone(_zone(zones[0][0] if zones else "UTC")).date()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return _UTC  # a zone that this machine does not know: the pages say times in UTC, too


def _in_zones(condition: Q, libraries: Sequence[int]) -> Q:
    return condition & Q(asset__library_id__in=libraries)


def _timed(shots: QuerySet[Shot]) -> QuerySet[Shot]:
    """Shots with ``begins_at`` and ``ends_at``: None where no recording time is known."""
    return shots.alias(begins_at=_time_of("start_pts"), ends_at=_time_of("end_pts"))


def _time_of(column: str) -> Combinable:
    """When a shot's pts was recorded, to the microsecond: enough for days and minutes."""
    return _recorded_at(column, "asset__")


def _recorded_at(column: str, asset: str = "") -> Combinable:
    """When a pts was recorded; ``asset`` is the way to the asset's own columns."""
    number, size = _float(f"{asset}time_base_num"), _float(f"{asset}time_base_den")
    since_first = Cast(F(column) - Coalesce(F(f"{asset}first_pts"), F(column)), FloatField())
    offset = Cast(Coalesce(F(f"{asset}camera__clock_offset_ms"), 0), FloatField()) / Value(1000.0)
    seconds = _interval("secs", since_first * number / size + offset)
    return ExpressionWrapper(F(f"{asset}recorded_at") + seconds, output_field=DateTimeField())


def _float(name: str) -> Cast:
    return Cast(F(name), FloatField())


def _interval(unit: str, expression: Combinable) -> Func:
    template = f"make_interval({unit} => %(expressions)s)"
    return Func(expression, template=template, output_field=DurationField())


def _fits(when: When, zone: ZoneInfo) -> Q:
    """Shots of which any instant is asked for, by local days and hours."""
    begins = F("begins_at")
    shift = timedelta(minutes=when.hours[1] if when.hours and when.wraps else 0)
    first, end = when.days(timezone.now().astimezone(zone).date())
    fits = Q(begins_at__isnull=False)
    if first is not None:
        fits &= Q(ends_at__gt=_midnight(first, zone) + shift)
    if end is not None:
        fits &= Q(begins_at__lt=_midnight(end, zone) + shift)
    if when.weekdays:
        moved = ExpressionWrapper(begins - Value(shift), output_field=DateTimeField())
        fits &= Q(In(ExtractIsoWeekDay(moved, tzinfo=zone), [day + 1 for day in when.weekdays]))
    return fits & _at_hours(when.hours, zone) if when.hours else fits


def _at_hours(hours: Hours, zone: ZoneInfo) -> Q:
    """Shots that begin in the hours, or last until they begin."""
    begins, (start, end) = F("begins_at"), hours
    minute = ExtractHour(begins, tzinfo=zone) * 60 + ExtractMinute(begins, tzinfo=zone)
    after, before = Q(GreaterThanOrEqual(minute, start)), Q(LessThan(minute, end))
    inside = (after | before) if end <= start else (after & before)
    wait = Mod(Value(start + DAY_MINUTES) - minute, Value(DAY_MINUTES))
    opens_at = ExpressionWrapper(
        begins + _interval("mins", Cast(wait, IntegerField())), output_field=DateTimeField()
    )
    return inside | Q(LessThan(opens_at, F("ends_at")))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The day's local midnight; days at the ends of time are kept a day away from them."""
    kept = min(max(day, date.min + timedelta(days=2)), date.max - timedelta(days=2))
    return datetime.combine(kept, time.min, tzinfo=zone)

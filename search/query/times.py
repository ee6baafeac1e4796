"""Recording times and lengths that a query asks for. Pure values and arithmetic.

A ``When`` is kept as it was said ("last Tuesday"), and becomes days only against a *today*, which
is another one in each library's time zone. Days are local days, hours local wall-clock minutes.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

DAY_MINUTES = 24 * 60
Hours = tuple[int, int]
"""Minutes of the day, end exclusive; an end before the start lies on the next morning."""
Bounds = tuple[date | None, date | None]
"""First day and the day after the last; None where open."""


class Unit(StrEnum):
    """How days were said."""

    ANY = "any"
    DATES = "dates"  # first and end are given
    DAYS_AGO = "days ago"  # one day, ``number`` days back
    LAST_DAYS = "last days"  # ``number`` days up to and with today
    WEEK = "week"  # Monday to Sunday, ``number`` weeks back
    WEEKEND = "weekend"
    MONTH = "month"
    YEAR = "year"
    WEEKDAY = "weekday"  # the latest; ``number`` 0 for Monday
    BEFORE_WEEKDAY = "last weekday"  # the latest before today
    MONTH_OF_YEAR = "month of year"  # the latest that has begun; ``number`` 1–12
    DAY_OF_YEAR = "day of year"  # the latest that has come; ``number`` is month × 100 + day
    DAYS_OF_YEAR = "days of year"  # first × 10 000 + last, each as for a day; the latest begun


@dataclass(frozen=True, slots=True)
class When:
    """Days and hours of recording.

    ``weekdays`` (0 Monday – 6 Sunday) are days of every week ("on Sundays"). ``is_after`` and
    ``is_before`` leave the days' far end open: "since June", "before 2024"; ``is_until`` the near
    one, and the days themselves belong to it: "until 31 May".
    """

    unit: Unit = Unit.ANY
    number: int = 0
    first: date | None = None
    end: date | None = None
    weekdays: tuple[int, ...] = ()
    hours: Hours | None = None
    is_after: bool = False
    is_before: bool = False
    is_until: bool = False

    def days(self, today: date) -> Bounds:
        """The days that are meant, seen from a day."""
        first, end = self.first, self.end
        if self.unit not in (Unit.ANY, Unit.DATES):
            first, end = _BY_UNIT[self.unit](self, today)
        if self.is_after:
            return first, None
        if self.is_until:
            return None, end
        if self.is_before:
            return None, first
        return first, end

    def in_year(self, year: int) -> When | None:
        """A month or a day of every year in one year; None for other days."""
        if self.unit is Unit.MONTH_OF_YEAR:
            first = date(year, self.number, 1)
            return replace(self, unit=Unit.DATES, first=first, end=month_after(first))
        if self.unit is Unit.DAY_OF_YEAR:
            day = day_of(year, *divmod(self.number, 100))
            return replace(self, unit=Unit.DATES, first=day, end=_one(day)[1]) if day else None
        return None

    @property
    def wraps(self) -> bool:
        """Whether the hours go on after midnight."""
        return self.hours is not None and self.hours[1] <= self.hours[0]

    def agrees(self, day: date, minute: int, today: date) -> bool:
        """Whether a local day and minute of the day (0–1439) are what was asked."""
        if self.hours is not None:
            start, end = self.hours
            if self.wraps and minute < end:
                day -= timedelta(days=1) if day > date.min else timedelta(0)
            elif not (start <= minute and (self.wraps or minute < end)):
                return False
        first, last = self.days(today)
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        return (first is None or first <= day) and (last is None or day < last)

    def said(self, today: date) -> str:
        """What is meant, for people: "Tue 3 June 2025, 17:00–22:00"."""
        words = [_said_weekdays(self.weekdays), _said_days(self.days(today))]
        if self.hours is not None:
            words.append(f"{_clock(self.hours[0])}–{_clock(self.hours[1])}")
        return ", ".join(word for word in words if word)


class Measured(StrEnum):
    """What a length is of."""

    MOMENT = "moment"
    SHOT = "shot"
    ASSET = "clip"


@dataclass(frozen=True, slots=True)
class Length:
    """How long something lasts, in seconds; None where open. Both ends belong to it."""

    least_s: Fraction | None = None
    most_s: Fraction | None = None
    of: Measured = Measured.MOMENT

    def agrees(self, seconds: Fraction) -> bool:
        """Whether a length is what was asked."""
        return (self.least_s is None or seconds >= self.least_s) and (
            self.most_s is None or seconds <= self.most_s
        )

    def __str__(self) -> str:
        least = "" if self.least_s is None else f"{float(self.least_s):g}"
        most = "" if self.most_s is None else f"{float(self.most_s):g}"
        if not least:
            return f"up to {most} s"
        return f"{least}–{most} s" if most else f"{least} s or longer"


def day_of(year: int, month: int, day: int) -> date | None:
    """A date, or None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def days_of_year(first: When, last: When) -> When | None:
    """From one day or month of the year to another; None where either is something else."""
    units = {first.unit, last.unit}
    if not units <= {Unit.DAY_OF_YEAR, Unit.MONTH_OF_YEAR}:
        return None
    start = first.number if first.unit is Unit.DAY_OF_YEAR else first.number * 100 + 1
    end = last.number if last.unit is Unit.DAY_OF_YEAR else last.number * 100 + 31
    return When(Unit.DAYS_OF_YEAR, start * 10_000 + end)


def month_after(first: date) -> date:
    """The first of the next month; the last day that there is at the end of time."""
    if first.month == 12:
        return date.max if first.year == date.max.year else date(first.year + 1, 1, 1)
    return date(first.year, first.month + 1, 1)


def _months_back(today: date, months: int) -> date:
    index = today.year * 12 + today.month - 1 - months
    return date(max(index // 12, 1), index % 12 + 1, 1) if index >= 12 else date.min


def _back(today: date, days: int) -> date:
    return today - timedelta(days=min(days, (today - date.min).days))


def _one(day: date) -> Bounds:
    return day, day + timedelta(days=1)


def _week(when: When, today: date) -> Bounds:
    monday = _back(today, today.weekday() + 7 * when.number)
    return monday, monday + timedelta(days=7)


def _weekend(when: When, today: date) -> Bounds:
    saturday = _back(today, (today.weekday() - 5) % 7 + 7 * when.number)
    return saturday, saturday + timedelta(days=2)


def _month(when: When, today: date) -> Bounds:
    first = _months_back(today, when.number)
    return first, month_after(first)


def _year(when: When, today: date) -> Bounds:
    year = max(today.year - when.number, 1)
    return date(year, 1, 1), date(year + 1, 1, 1)


def _month_of_year(when: When, today: date) -> Bounds:
    year = today.year if when.number <= today.month else today.year - 1
    first = date(year, when.number, 1)
    return first, month_after(first)


def _day_of_year(when: When, today: date) -> Bounds:
    month, day = divmod(when.number, 100)
    for year in range(today.year, max(today.year - 8, 0), -1):  # 29 February, at the longest
        found = day_of(year, month, day)
        if found is not None and found <= today:
            return _one(found)
    return date.min, date.min


def _days_of_year(when: When, today: date) -> Bounds:
    start, end = divmod(when.number, 10_000)
    first, _ = _day_of_year(When(Unit.DAY_OF_YEAR, start), today)
    if first is None or first == date.min:
        return date.min, date.min
    month, day = divmod(end, 100)
    year = min(first.year + (end < start), date.max.year)
    last = date(year, month, min(day, calendar.monthrange(year, month)[1]))
    return first, last + timedelta(days=last < date.max)


_BY_UNIT: dict[Unit, Callable[[When, date], Bounds]] = {
    Unit.DAYS_AGO: lambda when, today: _one(_back(today, when.number)),
    Unit.LAST_DAYS: lambda when, today: (_back(today, when.number), today + timedelta(days=1)),
    Unit.WEEK: _week,
    Unit.WEEKEND: _weekend,
    Unit.MONTH: _month,
    Unit.YEAR: _year,
    Unit.WEEKDAY: lambda when, today: _one(_back(today, (today.weekday() - when.number) % 7)),
    Unit.BEFORE_WEEKDAY: lambda when, today: _one(
        _back(today, (today.weekday() - when.number - 1) % 7 + 1)
    ),
    Unit.MONTH_OF_YEAR: _month_of_year,
    Unit.DAY_OF_YEAR: _day_of_year,
    Unit.DAYS_OF_YEAR: _days_of_year,
}


def _said_weekdays(weekdays: tuple[int, ...]) -> str:
    names = [f"{calendar.day_name[d]}s" for d in weekdays]
    return f"{names[0]} to {names[-1]}" if len(names) > 2 else " and ".join(names)


def _said_days(bounds: Bounds) -> str:
    first, end = bounds
    if first is None and end is None:
        return ""
    if first is None:
        return f"before {_said_day(end)}"
    if end is None:
        return f"from {_said_day(first)}"
    last = end - timedelta(days=1)
    return _said_day(first) if first == last else f"{_said_day(first)} – {_said_day(last)}"


def _said_day(day: date | None) -> str:
    return f"{day.day} {calendar.month_abbr[day.month]} {day.year}" if day else ""


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"

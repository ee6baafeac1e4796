"""Days in a query's words: "last Tuesday", "June 5th 2024", "3 days ago", "weekends". Pure.

Words that are dates only sometimes ("may", "march", a bare number) count only with a preposition, a
day or a year beside them. A date that can be read in two ways (4/5/2024) is left to the reader: it
stays free text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from search.query.clock import Words
from search.query.times import Unit, When, day_of, month_after

_MONTH_NAMES = (
    "january february march april may june july august september october november december"
).split()
_MONTHS = {name: i for i, name in enumerate(_MONTH_NAMES, start=1)}
_SHORT_MONTHS = {name[:3]: i for name, i in _MONTHS.items()} | {"sept": 9}
_DOUBTFUL_MONTHS = frozenset({"may", "march"})
WEEKDAYS = {
    name: i
    for i, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_POINTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
YEAR = re.compile(r"(19|20|21)\d\d")
Read = tuple[int, When]
"""The place after a phrase, and what it says."""


class Days(Words):
    """Reads days that begin at a token."""

    def days(self, i: int, led: bool) -> Read | None:
        readers: tuple[Callable[[int], Read | None], ...] = (
            self._relative,
            self._counted,
            self._weekday,
            self._written,
        )
        for reader in readers:
            found = reader(i)
            if found is not None:
                return found
        return self._named_month(i, led) or self._year(i, led)

    def _relative(self, i: int) -> Read | None:
        word = self.word(i)
        if word in ("today", "yesterday"):
            return i + 1, When(Unit.DAYS_AGO, int(word == "yesterday"))
        if word == "tonight":
            return i + 1, When(Unit.DAYS_AGO, 0, hours=(17 * 60, 5 * 60))
        if self.words(i, "the", "day", "before", "yesterday"):
            return i + 4, When(Unit.DAYS_AGO, 2)
        if word not in {"this", "last", "past", "previous"}:
            return None
        back = int(word != "this")
        after = self.word(i + 1)
        units = {"week": Unit.WEEK, "month": Unit.MONTH, "year": Unit.YEAR}
        units["weekend"] = Unit.WEEKEND
        if after in units:
            return i + 2, When(units[after], back)
        part = self.daypart(i + 1)
        if part is not None and not self.word(part[0] - 1).endswith("s"):
            return part[0], When(Unit.DAYS_AGO, back, hours=part[1])
        if after in WEEKDAYS:
            unit = Unit.BEFORE_WEEKDAY if back else Unit.WEEKDAY
            return i + 2, When(unit, WEEKDAYS[after])
        if after in _MONTHS:
            return i + 2, When(Unit.MONTH_OF_YEAR, _MONTHS[after])
        return None

    def _counted(self, i: int) -> Read | None:
        """ "last 7 days", "3 days ago"."""
        sizes = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30}
        start = i
        is_last = self.word(i) in {"last", "past"}
        if is_last:
            start += 1
        number, size = self.number(start), sizes.get(self.word(start + 1))
        if number is None or size is None or not 0 < number * size < 40_000:
            return None
        if is_last:
            return start + 2, When(Unit.LAST_DAYS, number * size)
        if self.word(start + 2) == "ago":
            return start + 3, When(Unit.DAYS_AGO, number * size)
        return None

    def _weekday(self, i: int) -> Read | None:
        word = self.word(i)
        if word in ("every", "each") and self.word(i + 1) in WEEKDAYS:
            return i + 2, When(weekdays=(WEEKDAYS[self.word(i + 1)],))
        if word in ("weekday", "weekend") and self.word(self._part_end(i + 1)).endswith("s"):
            return i + 1, When(weekdays=(5, 6) if word == "weekend" else (0, 1, 2, 3, 4))
        if word in WEEKDAYS:
            return i + 1, When(Unit.WEEKDAY, WEEKDAYS[word])
        if word.removesuffix("s") in WEEKDAYS and word.endswith("s"):
            return i + 1, When(weekdays=(WEEKDAYS[word.removesuffix("s")],))
        if word == "weekends":
            return i + 1, When(weekdays=(5, 6))
        return (i + 1, When(weekdays=(0, 1, 2, 3, 4))) if word == "weekdays" else None

    def _part_end(self, i: int) -> int:
        """Where the last word of a part of the day stands that begins at a place."""
        part = self.daypart(i)
        return part[0] - 1 if part else -1

    def _written(self, i: int) -> Read | None:
        """2024-06-05, 5.6.2024, and 25/6/2024 where only one reading is a date."""
        word = self.word(i)
        if iso := _ISO.fullmatch(word):
            return _one_day(i + 1, day_of(*(int(n) for n in iso.groups())))
        if pointed := _POINTED.fullmatch(word):
            day, month, year = (int(n) for n in pointed.groups())
            if "/" not in word:
                return _one_day(i + 1, day_of(year, month, day))
            read = {day_of(year, month, day), day_of(year, day, month)} - {None}
            return _one_day(i + 1, read.pop()) if len(read) == 1 else None
        return None

    def _named_month(self, i: int, led: bool) -> Read | None:
        """ "June", "June 2024", "5 June", "June 5th 2024", "the 5th of June"."""
        day, at = None, i + (self.word(i) == "the")
        ordinal = _ORDINAL.fullmatch(self.word(at))
        if ordinal and self._month(at + 1 + (self.word(at + 1) == "of")):
            day = int(ordinal[1])
            at += 1 + (self.word(at + 1) == "of")
        month = self._month(at)
        if month is None:
            return None
        name, at = self.word(at), at + 1
        if day is None:
            ordinal = _ORDINAL.fullmatch(self.word(at))
            if ordinal and 1 <= int(ordinal[1]) <= 31:
                day, at = int(ordinal[1]), at + 1
        year = self._year_number(at)
        at += year is not None
        if day is None and year is None:
            doubtful = name in _DOUBTFUL_MONTHS or name not in _MONTHS
            return (at, When(Unit.MONTH_OF_YEAR, month)) if led or not doubtful else None
        if day is not None and year is None:
            is_day = day_of(2024, month, day) is not None  # a leap year
            return (at, When(Unit.DAY_OF_YEAR, month * 100 + day)) if is_day else None
        assert year is not None
        if day is not None:
            return _one_day(at, day_of(year, month, day))
        first = date(year, month, 1)
        return at, When(Unit.DATES, first=first, end=month_after(first))

    def _month(self, i: int) -> int | None:
        word = self.word(i)
        return _MONTHS.get(word) or _SHORT_MONTHS.get(word)

    def _year_number(self, i: int) -> int | None:
        word = self.word(i)
        return int(word) if YEAR.fullmatch(word) and word.isascii() else None

    def _year(self, i: int, led: bool) -> Read | None:
        year = self._year_number(i) if led else None
        if year is None:
            return None
        return i + 1, When(Unit.DATES, first=date(year, 1, 1), end=date(year + 1, 1, 1))


def _one_day(end: int, day: date | None) -> Read | None:
    if day is None or day == date.max:
        return None
    return end, When(Unit.DATES, first=day, end=day + timedelta(days=1))

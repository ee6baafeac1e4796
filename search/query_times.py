"""Dates and times of day in a query's words, and lengths beside them. Pure.

"last Tuesday evening", "in June 2024", "between 8 and 9 pm", "since yesterday", "longer than ten
seconds". Words that are dates only sometimes ("may", "march", a bare number) count only with a
preposition, a day or a year beside them. A date that can be read in two ways (4/5/2024) is left
to the reader: it stays free text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from search.query_clock import DAYPARTS, Words
from search.query_lengths import read_length
from search.query_tokens import Token
from search.times import DAY_MINUTES, Length, Unit, When, day_of, month_after

_MONTH_NAMES = (
    "january february march april may june july august september october november december"
).split()
_MONTHS = {name: i for i, name in enumerate(_MONTH_NAMES, start=1)}
_SHORT_MONTHS = {name[:3]: i for name, i in _MONTHS.items()} | {"sept": 9}
_DOUBTFUL_MONTHS = frozenset({"may", "march"})
_DAYS = {
    name: i
    for i, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
_LEADS = frozenset({"in", "on", "at", "during", "from", "of", "for", "lasting", "the", "recorded"})
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_POINTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")


@dataclass(frozen=True, slots=True)
class Timed:
    """A time phrase: the token after it, and what it says."""

    end: int
    what: When | Length


def mark_times(tokens: Sequence[Token]) -> list[Token]:
    """Join tokens that say when or how long."""
    found: list[Token] = []
    i = 0
    while i < len(tokens):
        timed = None
        if not (tokens[i].quoted or tokens[i].named):
            timed = _Reader(tokens[: _end_of_phrase(tokens, i)]).read(i)
        if timed is None:
            found.append(tokens[i])
            i += 1
            continue
        span = (tokens[i].span[0], tokens[timed.end - 1].span[1])
        words = " ".join(token.word for token in tokens[i : timed.end])
        found.append(Token(words, span, timed=timed.what, breaks=tokens[i].breaks))
        i = timed.end
    return found


def _end_of_phrase(tokens: Sequence[Token], i: int) -> int:
    """Where a comma ends the words that belong together; not the one in "June 5, 2024"."""
    for k in range(i + 1, len(tokens)):
        if tokens[k].breaks and not _YEAR.fullmatch(tokens[k].word):
            return k
    return len(tokens)


_YEAR = re.compile(r"(19|20|21)\d\d")
_Read = tuple[int, When]


class _Reader(Words):
    """Reads phrases that begin at a token; every method gives (end, what) or None."""

    def read(self, i: int) -> Timed | None:
        """The longest time phrase that begins here, with the preposition before it."""
        length = read_length(self, i)
        if length is not None:
            return Timed(*length)
        start = i
        while self.word(start) in _LEADS and start - i < 2:
            start += 1
        for at in dict.fromkeys((i, start)):
            when = self._when(at, led=at > i)
            if when is not None:
                return Timed(*when)
        return None

    # When

    def _when(self, i: int, led: bool) -> _Read | None:
        bound = self._bound(i)
        if bound is not None:
            return bound
        between = self._between(i)
        if between is not None:
            has_days = between[1].unit is not Unit.ANY
            return (self._and_hours if has_days else self._and_days)(*between)
        days = self._days(i, led)
        if days is not None:
            return self._and_hours(*days)
        hours = self.hours(i, led)
        if hours is None:
            return None
        end, span = hours
        return self._and_days(end, When(hours=span))

    def _and_hours(self, end: int, when: When) -> _Read:
        """Hours after days: "last Tuesday evening", "yesterday between 8 and 9 pm"."""
        if when.hours is not None:
            return end, when
        at = end
        while self.word(at) in {"in", "the", "at", "around"} and at - end < 2:
            at += 1
        if self.word(at) in DAYPARTS:
            return at + 1, replace(when, hours=DAYPARTS[self.word(at)])
        for start in dict.fromkeys((end, at)):
            between = self._between(start)
            if between is not None and between[1].hours is not None:
                return between[0], replace(when, hours=between[1].hours)
            hours = self.hours(start, led=True)
            if hours is not None:
                return hours[0], replace(when, hours=hours[1])
        return end, when

    def _and_days(self, end: int, when: When) -> _Read:
        """Days after hours: "between 8 and 9 pm on Sunday"."""
        at = end + (self.word(end) in {"on", "in"})
        days = self._days(at, led=at > end)
        return (days[0], replace(days[1], hours=when.hours)) if days else (end, when)

    def _bound(self, i: int) -> _Read | None:
        """ "since June", "before 2024", "after 8 pm", "until yesterday"."""
        word = self.word(i)
        if word not in {"since", "before", "after", "until", "till"}:
            return None
        is_after = word in {"since", "after"}
        days = self._days(i + 1, led=True)
        if days is not None:
            end, when = days
            if word == "after" and when.hours is None:
                return end, self._after(when)
            if word in {"until", "till"} and when.unit is Unit.DATES:
                return end, When(Unit.DATES, end=when.end)
            return end, replace(when, is_after=is_after, is_before=not is_after)
        clock = self.clock(i + 1, needs_mark=True)
        if clock is None:
            return None
        hours = (clock[1], DAY_MINUTES) if is_after else (0, clock[1])
        return (clock[0], When(hours=hours)) if hours[0] < hours[1] else None

    @staticmethod
    def _after(when: When) -> When:
        """After a day begins on the next one."""
        if when.unit is Unit.DATES and when.end is not None:
            return When(Unit.DATES, first=when.end)
        return replace(when, is_after=True)

    def _between(self, i: int) -> _Read | None:
        """ "between 8 and 9 pm", "from 3 June to 9 June"."""
        if self.word(i) not in {"between", "from"}:
            return None
        joins = {"and", "to", "until", "till"}
        one = self._days(i + 1, led=True)
        if one is not None and self.word(one[0]) in joins:
            other = self._days(one[0] + 1, led=True)
            if other is not None and {one[1].unit, other[1].unit} == {Unit.DATES}:
                if one[1].first and other[1].end and one[1].first < other[1].end:
                    return other[0], When(Unit.DATES, first=one[1].first, end=other[1].end)
                return None
        first = self.clock(i + 1, needs_mark=False)
        if first is None or self.word(first[0]) not in joins:
            return None
        last = self.clock(first[0] + 1, needs_mark=False)
        marks = (self.clock(at, needs_mark=True) for at in (i + 1, first[0] + 1))
        if last is None or not any(marks):
            return None
        start = self._same_half(first[1], last[1], i + 1, last[0] - 1)
        return (last[0], When(hours=(start, last[1]))) if start != last[1] else None

    def _same_half(self, start: int, end: int, at: int, last: int) -> int:
        """In "8 to 9 pm" both are in the afternoon."""
        is_marked = self.word(at).endswith(("am", "pm")) or self.word(at + 1) in {"am", "pm"}
        is_pm = self.word(last).endswith("pm")
        noon = DAY_MINUTES // 2
        return start + noon if is_pm and not is_marked and start + noon < end else start

    # Days

    def _days(self, i: int, led: bool) -> _Read | None:
        readers: tuple[Callable[[int], _Read | None], ...] = (
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

    def _relative(self, i: int) -> _Read | None:
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
        if after in DAYPARTS:
            return i + 2, When(Unit.DAYS_AGO, back, hours=DAYPARTS[after])
        if after in _DAYS:
            unit = Unit.BEFORE_WEEKDAY if back else Unit.WEEKDAY
            return i + 2, When(unit, _DAYS[after])
        if after in _MONTHS:
            return i + 2, When(Unit.MONTH_OF_YEAR, _MONTHS[after])
        return None

    def _counted(self, i: int) -> _Read | None:
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

    def _weekday(self, i: int) -> _Read | None:
        word = self.word(i)
        if word in _DAYS:
            return i + 1, When(Unit.WEEKDAY, _DAYS[word])
        if word.removesuffix("s") in _DAYS and word.endswith("s"):
            return i + 1, When(weekdays=(_DAYS[word.removesuffix("s")],))
        if word == "weekends":
            return i + 1, When(weekdays=(5, 6))
        return (i + 1, When(weekdays=(0, 1, 2, 3, 4))) if word == "weekdays" else None

    def _written(self, i: int) -> _Read | None:
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

    def _named_month(self, i: int, led: bool) -> _Read | None:
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
        return int(word) if _YEAR.fullmatch(word) and word.isascii() else None

    def _year(self, i: int, led: bool) -> _Read | None:
        year = self._year_number(i) if led else None
        if year is None:
            return None
        return i + 1, When(Unit.DATES, first=date(year, 1, 1), end=date(year + 1, 1, 1))


def _one_day(end: int, day: date | None) -> _Read | None:
    if day is None or day == date.max:
        return None
    return end, When(Unit.DATES, first=day, end=day + timedelta(days=1))
